//! OAuth2 clients and the hashes of their secrets.

use pairing::{Failure, Moment, SecretHash};
use sqlx::{FromRow, SqliteConnection};

use super::SqlResult as _;

/// A client with whom it stands for, read anew on every request.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub(crate) struct OAuthClient {
    pub(crate) id: String,
    pub(crate) scope: String,
    pub(crate) disabled_at: Option<i64>,
    pub(crate) application_id: String,
    pub(crate) tenant_id: String,
    pub(crate) status_condition: String,
}

/// Registers a client with its first secret.
pub(crate) async fn insert(
    connection: &mut SqliteConnection,
    id: &str,
    scope: &str,
    secret: SecretHash,
    now: Moment,
) -> Result<(), Failure> {
    sqlx::query("INSERT INTO oauth_client (id, scope, created_at) VALUES (?, ?, ?)")
        .bind(id)
        .bind(scope)
        .bind(now.unix_millis())
        .execute(&mut *connection)
        .await
        .sql()?;
    sqlx::query("INSERT INTO oauth_secret (client_id, hash, created_at) VALUES (?, ?, ?)")
        .bind(id)
        .bind(secret.as_bytes().as_slice())
        .bind(now.unix_millis())
        .execute(connection)
        .await
        .sql()
        .map(drop)
}

pub(crate) async fn find(connection: &mut SqliteConnection, id: &str) -> Result<Option<OAuthClient>, Failure> {
    sqlx::query_as(
        "SELECT c.id, c.scope, c.disabled_at, a.application_id, a.tenant_id, app.status_condition \
         FROM oauth_client c JOIN system_auth a ON a.id = c.id JOIN application app ON app.id = a.application_id \
         WHERE c.id = ?",
    )
    .bind(id)
    .fetch_optional(connection)
    .await
    .sql()
}

/// The hashes of all secrets that are still accepted.
pub(crate) async fn secrets(
    connection: &mut SqliteConnection,
    client_id: &str,
    now: Moment,
) -> Result<Vec<Vec<u8>>, Failure> {
    sqlx::query_scalar("SELECT hash FROM oauth_secret WHERE client_id = ? AND (retires_at IS NULL OR retires_at > ?)")
        .bind(client_id)
        .bind(now.unix_millis())
        .fetch_all(connection)
        .await
        .sql()
}
