//! Tenants.

use pairing::Failure;
use sqlx::{FromRow, SqliteConnection};

use super::SqlResult as _;

#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub(crate) struct Tenant {
    pub(crate) id: String,
    pub(crate) external_id: String,
    pub(crate) name: String,
}

pub(crate) async fn insert(connection: &mut SqliteConnection, tenant: &Tenant) -> Result<(), Failure> {
    sqlx::query("INSERT INTO tenant (id, external_id, name) VALUES (?, ?, ?)")
        .bind(&tenant.id)
        .bind(&tenant.external_id)
        .bind(&tenant.name)
        .execute(connection)
        .await
        .sql()
        .map(drop)
}

pub(crate) async fn by_external_id(
    connection: &mut SqliteConnection,
    external_id: &str,
) -> Result<Option<Tenant>, Failure> {
    sqlx::query_as("SELECT id, external_id, name FROM tenant WHERE external_id = ?")
        .bind(external_id)
        .fetch_optional(connection)
        .await
        .sql()
}

/// All tenants, in the order they were made. A data directory holds a handful.
pub(crate) async fn all(connection: &mut SqliteConnection) -> Result<Vec<Tenant>, Failure> {
    sqlx::query_as("SELECT id, external_id, name FROM tenant ORDER BY rowid").fetch_all(connection).await.sql()
}
