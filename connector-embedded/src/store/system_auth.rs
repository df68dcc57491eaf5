//! System auths: one row binds an application to one way of proving who it is.

use pairing::{Failure, Moment};
use sqlx::{FromRow, SqliteConnection};

use super::SqlResult as _;

#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub(crate) struct SystemAuth {
    pub(crate) id: String,
    pub(crate) tenant_id: String,
    pub(crate) application_id: String,
    pub(crate) created_at: i64,
    pub(crate) cert_common_name: Option<String>,
    pub(crate) certificate_used_at: Option<i64>,
}

pub(crate) async fn insert(connection: &mut SqliteConnection, row: &SystemAuth) -> Result<(), Failure> {
    sqlx::query("INSERT INTO system_auth (id, tenant_id, application_id, created_at) VALUES (?, ?, ?, ?)")
        .bind(&row.id)
        .bind(&row.tenant_id)
        .bind(&row.application_id)
        .bind(row.created_at)
        .execute(connection)
        .await
        .sql()
        .map(drop)
}

pub(crate) async fn find(
    connection: &mut SqliteConnection,
    tenant_id: &str,
    id: &str,
) -> Result<Option<SystemAuth>, Failure> {
    sqlx::query_as("SELECT * FROM system_auth WHERE tenant_id = ? AND id = ?")
        .bind(tenant_id)
        .bind(id)
        .fetch_optional(connection)
        .await
        .sql()
}

/// In whatever tenant: for a caller whose tenant is what we want to know.
pub(crate) async fn find_any(connection: &mut SqliteConnection, id: &str) -> Result<Option<SystemAuth>, Failure> {
    sqlx::query_as("SELECT * FROM system_auth WHERE id = ?").bind(id).fetch_optional(connection).await.sql()
}

pub(crate) async fn of_application(
    connection: &mut SqliteConnection,
    application_id: &str,
) -> Result<Vec<SystemAuth>, Failure> {
    sqlx::query_as("SELECT * FROM system_auth WHERE application_id = ? ORDER BY created_at, rowid")
        .bind(application_id)
        .fetch_all(connection)
        .await
        .sql()
}

pub(crate) async fn set_cert_common_name(
    connection: &mut SqliteConnection,
    id: &str,
    common_name: &str,
) -> Result<(), Failure> {
    sqlx::query("UPDATE system_auth SET cert_common_name = ? WHERE id = ?")
        .bind(common_name)
        .bind(id)
        .execute(connection)
        .await
        .sql()
        .map(drop)
}

/// Notes the first Director call with a certificate; later ones change nothing.
pub(crate) async fn certificate_used(connection: &mut SqliteConnection, id: &str, at: Moment) -> Result<(), Failure> {
    sqlx::query("UPDATE system_auth SET certificate_used_at = ? WHERE id = ? AND certificate_used_at IS NULL")
        .bind(at.unix_millis())
        .bind(id)
        .execute(connection)
        .await
        .sql()
        .map(drop)
}

/// A new token is pending in this system auth: its earlier certificate call no longer hides it.
pub(crate) async fn await_certificate(connection: &mut SqliteConnection, id: &str) -> Result<(), Failure> {
    sqlx::query("UPDATE system_auth SET certificate_used_at = NULL WHERE id = ?")
        .bind(id)
        .execute(connection)
        .await
        .sql()
        .map(drop)
}

/// Removes a system auth with its tokens and its OAuth2 client.
pub(crate) async fn delete(connection: &mut SqliteConnection, id: &str) -> Result<(), Failure> {
    sqlx::query("DELETE FROM system_auth WHERE id = ?").bind(id).execute(connection).await.sql().map(drop)
}
