//! Access tokens that were revoked, and the public halves of the keys that signed earlier ones. The tokens
//! themselves are not stored: their signature says that we made them.

use pairing::{Failure, Moment};
use sqlx::{FromRow, SqliteConnection};

use super::SqlResult as _;

/// Voids one token until it would have expired anyway.
pub(crate) async fn revoke(
    connection: &mut SqliteConnection,
    token_id: &str,
    expires_at: Moment,
) -> Result<(), Failure> {
    sqlx::query("INSERT INTO revoked_access_token (token_id, expires_at) VALUES (?, ?) ON CONFLICT DO NOTHING")
        .bind(token_id)
        .bind(expires_at.unix_millis())
        .execute(connection)
        .await
        .sql()
        .map(drop)
}

/// Ids and expiry dates of all revoked tokens.
pub(crate) async fn revoked(connection: &mut SqliteConnection) -> Result<Vec<(String, i64)>, Failure> {
    sqlx::query_as("SELECT token_id, expires_at FROM revoked_access_token").fetch_all(connection).await.sql()
}

/// Forgets what expired before this moment.
pub(crate) async fn forget_expired(connection: &mut SqliteConnection, before: Moment) -> Result<(), Failure> {
    for sql in [
        "DELETE FROM revoked_access_token WHERE expires_at <= ?",
        "DELETE FROM retired_access_token_key WHERE expires_at <= ?",
    ] {
        sqlx::query(sql).bind(before.unix_millis()).execute(&mut *connection).await.sql()?;
    }
    Ok(())
}

/// The public half of a key that signs no more.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub(crate) struct RetiredKey {
    pub(crate) key_id: String,
    pub(crate) public_key: Vec<u8>,
    pub(crate) created_at: i64,
    pub(crate) retired_at: i64,
    pub(crate) expires_at: i64,
}

pub(crate) async fn retire_key(connection: &mut SqliteConnection, row: &RetiredKey) -> Result<(), Failure> {
    sqlx::query(
        "INSERT INTO retired_access_token_key (key_id, public_key, created_at, retired_at, expires_at) \
         VALUES (?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET retired_at = excluded.retired_at, expires_at = excluded.expires_at",
    )
    .bind(&row.key_id)
    .bind(&row.public_key)
    .bind(row.created_at)
    .bind(row.retired_at)
    .bind(row.expires_at)
    .execute(connection)
    .await
    .sql()
    .map(drop)
}

pub(crate) async fn retired_keys(connection: &mut SqliteConnection, now: Moment) -> Result<Vec<RetiredKey>, Failure> {
    sqlx::query_as("SELECT * FROM retired_access_token_key WHERE expires_at > ? ORDER BY retired_at DESC")
        .bind(now.unix_millis())
        .fetch_all(connection)
        .await
        .sql()
}
