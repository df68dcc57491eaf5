//! Applications.

use pairing::{ErrorCode, Failure, Moment};
use sqlx::{FromRow, QueryBuilder, Sqlite, SqliteConnection};

use super::{SqlResult as _, label::Labelled, selection::Listed, unless_taken};

#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub(crate) struct Application {
    pub(crate) id: String,
    pub(crate) tenant_id: String,
    pub(crate) name: String,
    pub(crate) normalized_name: String,
    pub(crate) provider_name: Option<String>,
    pub(crate) description: Option<String>,
    pub(crate) base_url: Option<String>,
    pub(crate) health_check_url: Option<String>,
    pub(crate) system_number: Option<String>,
    pub(crate) local_tenant_id: Option<String>,
    pub(crate) application_namespace: Option<String>,
    pub(crate) integration_system_id: Option<String>,
    /// What it was made from.
    pub(crate) application_template_id: Option<String>,
    pub(crate) status_condition: String,
    pub(crate) status_at: i64,
    pub(crate) created_at: i64,
    pub(crate) updated_at: i64,
}

const COLUMNS: &str = "id, tenant_id, name, normalized_name, provider_name, description, base_url, health_check_url, \
    system_number, local_tenant_id, application_namespace, integration_system_id, application_template_id, status_condition, \
    status_at, created_at, updated_at";

/// Adds an application.
///
/// # Errors
/// [`ErrorCode::NotUniqueName`] when the unique index finds the normalized name in the tenant.
pub(crate) async fn insert(connection: &mut SqliteConnection, row: &Application) -> Result<(), Failure> {
    let mut query = QueryBuilder::<Sqlite>::new(format!("INSERT INTO application ({COLUMNS}) VALUES ("));
    query
        .separated(", ")
        .push_bind(&row.id)
        .push_bind(&row.tenant_id)
        .push_bind(&row.name)
        .push_bind(&row.normalized_name)
        .push_bind(&row.provider_name)
        .push_bind(&row.description)
        .push_bind(&row.base_url)
        .push_bind(&row.health_check_url)
        .push_bind(&row.system_number)
        .push_bind(&row.local_tenant_id)
        .push_bind(&row.application_namespace)
        .push_bind(&row.integration_system_id)
        .push_bind(&row.application_template_id)
        .push_bind(&row.status_condition)
        .push_bind(row.status_at)
        .push_bind(row.created_at)
        .push_bind(row.updated_at);
    let result = query.push(")").build().execute(connection).await;
    unless_taken(result, || Failure::new(ErrorCode::NotUniqueName, "Object name is not unique [object=application]"))
}

pub(crate) async fn update(connection: &mut SqliteConnection, row: &Application) -> Result<(), Failure> {
    sqlx::query(
        "UPDATE application SET provider_name = ?, description = ?, base_url = ?, health_check_url = ?, \
         local_tenant_id = ?, application_namespace = ?, integration_system_id = ?, status_condition = ?, \
         status_at = ?, updated_at = ? WHERE id = ?",
    )
    .bind(&row.provider_name)
    .bind(&row.description)
    .bind(&row.base_url)
    .bind(&row.health_check_url)
    .bind(&row.local_tenant_id)
    .bind(&row.application_namespace)
    .bind(&row.integration_system_id)
    .bind(&row.status_condition)
    .bind(row.status_at)
    .bind(row.updated_at)
    .bind(&row.id)
    .execute(connection)
    .await
    .sql()
    .map(drop)
}

pub(crate) async fn set_status(
    connection: &mut SqliteConnection,
    id: &str,
    condition: &str,
    at: Moment,
) -> Result<(), Failure> {
    sqlx::query("UPDATE application SET status_condition = ?, status_at = ? WHERE id = ?")
        .bind(condition)
        .bind(at.unix_millis())
        .bind(id)
        .execute(connection)
        .await
        .sql()
        .map(drop)
}

pub(crate) async fn delete(connection: &mut SqliteConnection, id: &str) -> Result<(), Failure> {
    sqlx::query("DELETE FROM application WHERE id = ?").bind(id).execute(connection).await.sql().map(drop)
}

pub(crate) async fn find(
    connection: &mut SqliteConnection,
    tenant_id: &str,
    id: &str,
) -> Result<Option<Application>, Failure> {
    QueryBuilder::<Sqlite>::new(format!("SELECT {COLUMNS} FROM application WHERE tenant_id = "))
        .push_bind(tenant_id)
        .push(" AND id = ")
        .push_bind(id)
        .build_query_as()
        .fetch_optional(connection)
        .await
        .sql()
}

/// An application, in whatever tenant.
pub(crate) async fn anywhere(connection: &mut SqliteConnection, id: &str) -> Result<Option<Application>, Failure> {
    QueryBuilder::<Sqlite>::new(format!("SELECT {COLUMNS} FROM application WHERE id = "))
        .push_bind(id)
        .build_query_as()
        .fetch_optional(connection)
        .await
        .sql()
}

/// The displayed name of an application, in whatever tenant.
pub(crate) async fn name(connection: &mut SqliteConnection, id: &str) -> Result<Option<String>, Failure> {
    sqlx::query_scalar("SELECT name FROM application WHERE id = ?").bind(id).fetch_optional(connection).await.sql()
}

/// Notes that everything that was handed out for an application has been taken back.
pub(crate) async fn end_pairings(connection: &mut SqliteConnection, id: &str, at: Moment) -> Result<(), Failure> {
    sqlx::query("UPDATE application SET pairings_ended_at = ? WHERE id = ?")
        .bind(at.unix_millis())
        .bind(id)
        .execute(connection)
        .await
        .sql()
        .map(drop)
}

/// When that was last, if ever; `None` for an application that does not exist.
pub(crate) async fn pairings_ended_at(
    connection: &mut SqliteConnection,
    id: &str,
) -> Result<Option<Option<i64>>, Failure> {
    let query = sqlx::query_scalar("SELECT pairings_ended_at FROM application WHERE id = ?");
    query.bind(id).fetch_optional(connection).await.sql()
}

/// The displayed and the normalized name of an application, in whatever tenant.
pub(crate) async fn names(connection: &mut SqliteConnection, id: &str) -> Result<Option<(String, String)>, Failure> {
    let query = sqlx::query_as("SELECT name, normalized_name FROM application WHERE id = ?");
    query.bind(id).fetch_optional(connection).await.sql()
}

/// Id, name and normalized name of the application that is called so, in either way.
pub(crate) async fn named(
    connection: &mut SqliteConnection,
    tenant_id: &str,
    name: &str,
) -> Result<Option<(String, String, String)>, Failure> {
    // No application's normalized name is another one's name: both normalize to the same, which is unique.
    sqlx::query_as(
        "SELECT id, name, normalized_name FROM application WHERE tenant_id = ?1 AND normalized_name IN (?2, ?3) \
         AND (name = ?2 OR normalized_name = ?2) ORDER BY name = ?2 DESC LIMIT 1",
    )
    .bind(tenant_id)
    .bind(name)
    .bind(pairing::normalize(name))
    .fetch_optional(connection)
    .await
    .sql()
}

/// The status condition of an application, in whatever tenant.
pub(crate) async fn condition(connection: &mut SqliteConnection, id: &str) -> Result<Option<String>, Failure> {
    let query = sqlx::query_scalar("SELECT status_condition FROM application WHERE id = ?");
    query.bind(id).fetch_optional(connection).await.sql()
}

impl Listed for Application {
    const OF: Labelled = Labelled::Application;
    const ORDER: &'static str = "id";

    fn id(&self) -> &str {
        &self.id
    }

    fn place(&self) -> &str {
        &self.id
    }
}
