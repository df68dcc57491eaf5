//! Runtimes.

use pairing::{Failure, Moment};
use sqlx::{FromRow, SqliteConnection};

use super::{SqlResult as _, label::Labelled, selection::Listed, unique};

#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub(crate) struct Runtime {
    pub(crate) id: String,
    pub(crate) tenant_id: String,
    pub(crate) name: String,
    pub(crate) description: Option<String>,
    pub(crate) application_namespace: Option<String>,
    pub(crate) status_condition: String,
    pub(crate) status_at: i64,
    pub(crate) created_at: i64,
    pub(crate) updated_at: i64,
}

/// Adds a runtime.
///
/// # Errors
/// [`pairing::ErrorCode::NotUniqueName`] when the tenant has a runtime of this name.
pub(crate) async fn insert(connection: &mut SqliteConnection, row: &Runtime) -> Result<(), Failure> {
    let result = sqlx::query(
        "INSERT INTO runtime (id, tenant_id, name, description, application_namespace, status_condition, status_at, \
         created_at, updated_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
    )
    .bind(&row.id)
    .bind(&row.tenant_id)
    .bind(&row.name)
    .bind(&row.description)
    .bind(&row.application_namespace)
    .bind(&row.status_condition)
    .bind(row.status_at)
    .bind(row.created_at)
    .bind(row.updated_at)
    .execute(connection)
    .await;
    unique(result, "runtime")
}

/// Replaces what a runtime says of itself.
///
/// # Errors
/// [`pairing::ErrorCode::NotUniqueName`] when the tenant has another runtime of this name.
pub(crate) async fn update(connection: &mut SqliteConnection, row: &Runtime) -> Result<(), Failure> {
    let result = sqlx::query(
        "UPDATE runtime SET name = ?, description = ?, application_namespace = ?, status_condition = ?, \
         status_at = ?, updated_at = ? WHERE id = ?",
    )
    .bind(&row.name)
    .bind(&row.description)
    .bind(&row.application_namespace)
    .bind(&row.status_condition)
    .bind(row.status_at)
    .bind(row.updated_at)
    .bind(&row.id)
    .execute(connection)
    .await;
    unique(result, "runtime")
}

pub(crate) async fn set_status(
    connection: &mut SqliteConnection,
    id: &str,
    condition: &str,
    at: Moment,
) -> Result<(), Failure> {
    sqlx::query("UPDATE runtime SET status_condition = ?, status_at = ? WHERE id = ?")
        .bind(condition)
        .bind(at.unix_millis())
        .bind(id)
        .execute(connection)
        .await
        .sql()
        .map(drop)
}

/// Removes a runtime with its labels, its system auths and their OAuth2 clients.
pub(crate) async fn delete(connection: &mut SqliteConnection, id: &str) -> Result<(), Failure> {
    sqlx::query("DELETE FROM runtime WHERE id = ?").bind(id).execute(connection).await.sql().map(drop)
}

pub(crate) async fn find(
    connection: &mut SqliteConnection,
    tenant_id: &str,
    id: &str,
) -> Result<Option<Runtime>, Failure> {
    sqlx::query_as("SELECT * FROM runtime WHERE tenant_id = ? AND id = ?")
        .bind(tenant_id)
        .bind(id)
        .fetch_optional(connection)
        .await
        .sql()
}

/// The id of the runtime with this name.
pub(crate) async fn named(
    connection: &mut SqliteConnection,
    tenant_id: &str,
    name: &str,
) -> Result<Option<String>, Failure> {
    let query = sqlx::query_scalar("SELECT id FROM runtime WHERE tenant_id = ? AND name = ?");
    query.bind(tenant_id).bind(name).fetch_optional(connection).await.sql()
}

/// The status condition of a runtime, in whatever tenant.
pub(crate) async fn condition(connection: &mut SqliteConnection, id: &str) -> Result<Option<String>, Failure> {
    let query = sqlx::query_scalar("SELECT status_condition FROM runtime WHERE id = ?");
    query.bind(id).fetch_optional(connection).await.sql()
}

impl Listed for Runtime {
    const OF: Labelled = Labelled::Runtime;
    const ORDER: &'static str = "name";

    fn id(&self) -> &str {
        &self.id
    }

    fn place(&self) -> &str {
        &self.name
    }
}
