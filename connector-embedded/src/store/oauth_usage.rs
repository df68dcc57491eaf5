//! How often and from where clients were used. Written in batches; losing the last second of it is fine.

use pairing::Failure;
use sqlx::{FromRow, SqliteConnection};

use super::SqlResult as _;

#[derive(Clone, Debug, Default, PartialEq, Eq, FromRow)]
pub(crate) struct UsageRow {
    pub(crate) client_id: String,
    pub(crate) uses: i64,
    pub(crate) failures: i64,
    pub(crate) failures_since_use: i64,
    pub(crate) last_used_at: Option<i64>,
    pub(crate) last_used_from: Option<String>,
    pub(crate) last_failed_at: Option<i64>,
    pub(crate) last_failed_from: Option<String>,
}

pub(crate) async fn all(connection: &mut SqliteConnection) -> Result<Vec<UsageRow>, Failure> {
    sqlx::query_as("SELECT * FROM oauth_usage").fetch_all(connection).await.sql()
}

/// Writes the present figures of a client that is still there.
pub(crate) async fn put(connection: &mut SqliteConnection, row: &UsageRow) -> Result<(), Failure> {
    sqlx::query(
        "INSERT INTO oauth_usage SELECT id, ?2, ?3, ?4, ?5, ?6, ?7, ?8 FROM oauth_client WHERE id = ?1 \
         ON CONFLICT DO UPDATE SET uses = ?2, failures = ?3, failures_since_use = ?4, last_used_at = ?5, \
         last_used_from = ?6, last_failed_at = ?7, last_failed_from = ?8",
    )
    .bind(&row.client_id)
    .bind(row.uses)
    .bind(row.failures)
    .bind(row.failures_since_use)
    .bind(row.last_used_at)
    .bind(&row.last_used_from)
    .bind(row.last_failed_at)
    .bind(&row.last_failed_from)
    .execute(connection)
    .await
    .sql()
    .map(drop)
}

/// Notes when and from where a secret was last used.
pub(crate) async fn secret_used(
    connection: &mut SqliteConnection,
    secret_id: &str,
    at: i64,
    from: &str,
) -> Result<(), Failure> {
    sqlx::query("UPDATE oauth_secret SET last_used_at = ?, last_used_from = ? WHERE id = ?")
        .bind(at)
        .bind(from)
        .bind(secret_id)
        .execute(connection)
        .await
        .sql()
        .map(drop)
}
