//! One-time tokens, as hashes. Spending one is a single conditional `UPDATE`.

use pairing::{Failure, Moment, SecretHash};
use sqlx::{FromRow, SqliteConnection};

use super::SqlResult as _;

#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub(crate) struct OneTimeToken {
    pub(crate) hash: Vec<u8>,
    pub(crate) system_auth_id: String,
    pub(crate) created_at: i64,
    pub(crate) expires_at: i64,
    pub(crate) used_at: Option<i64>,
    pub(crate) used_for: Option<String>,
    pub(crate) replaced_at: Option<i64>,
    /// Of the Connector Service; `None` for a token of the Director.
    pub(crate) generation: Option<String>,
    /// The certificate at the center that it came to.
    pub(crate) fetched_with: Option<Vec<u8>>,
    /// It came as from a pairing adapter: without an address to go with it.
    pub(crate) from_adapter: bool,
}

/// A token about to be stored.
#[derive(Clone, Debug)]
pub(crate) struct NewToken<'a> {
    pub(crate) hash: SecretHash,
    pub(crate) system_auth_id: &'a str,
    pub(crate) created_at: Moment,
    pub(crate) expires_at: Moment,
    pub(crate) generation: Option<&'static str>,
    /// It came with an answer of management/info.
    pub(crate) polled: bool,
    pub(crate) fetched_with: Option<[u8; 32]>,
    pub(crate) from_adapter: bool,
}

pub(crate) async fn insert(connection: &mut SqliteConnection, row: &NewToken<'_>) -> Result<(), Failure> {
    sqlx::query(
        "INSERT INTO one_time_token (hash, system_auth_id, created_at, expires_at, generation, polled, fetched_with, \
         from_adapter) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
    )
    .bind(row.hash.as_bytes().as_slice())
    .bind(row.system_auth_id)
    .bind(row.created_at.unix_millis())
    .bind(row.expires_at.unix_millis())
    .bind(row.generation)
    .bind(row.polled)
    .bind(row.fetched_with.map(|fingerprint| fingerprint.to_vec()))
    .bind(row.from_adapter)
    .execute(connection)
    .await
    .sql()
    .map(drop)
}

/// Retires the unused tokens of a system auth that are of this generation.
pub(crate) async fn retire(
    connection: &mut SqliteConnection,
    system_auth_id: &str,
    generation: Option<&str>,
    at: Moment,
) -> Result<(), Failure> {
    sqlx::query(
        "UPDATE one_time_token SET replaced_at = ? \
         WHERE system_auth_id = ? AND generation IS ? AND used_at IS NULL AND replaced_at IS NULL",
    )
    .bind(at.unix_millis())
    .bind(system_auth_id)
    .bind(generation)
    .execute(connection)
    .await
    .sql()
    .map(drop)
}

/// Forgets tokens that came with an answer of management/info, were not used and expired before that moment.
pub(crate) async fn forget_polled(connection: &mut SqliteConnection, before: Moment) -> Result<(), Failure> {
    sqlx::query("DELETE FROM one_time_token WHERE polled = 1 AND used_at IS NULL AND expires_at < ?")
        .bind(before.unix_millis())
        .execute(connection)
        .await
        .sql()
        .map(drop)
}

pub(crate) async fn find(connection: &mut SqliteConnection, hash: SecretHash) -> Result<Option<OneTimeToken>, Failure> {
    sqlx::query_as("SELECT * FROM one_time_token WHERE hash = ?")
        .bind(hash.as_bytes().as_slice())
        .fetch_optional(connection)
        .await
        .sql()
}

/// The newest token of a system auth, whatever became of it.
pub(crate) async fn newest(
    connection: &mut SqliteConnection,
    system_auth_id: &str,
) -> Result<Option<OneTimeToken>, Failure> {
    sqlx::query_as("SELECT * FROM one_time_token WHERE system_auth_id = ? ORDER BY created_at DESC, rowid DESC LIMIT 1")
        .bind(system_auth_id)
        .fetch_optional(connection)
        .await
        .sql()
}

/// The newest token of an application that came with an answer of management/info.
pub(crate) async fn newest_polled(
    connection: &mut SqliteConnection,
    application_id: &str,
) -> Result<Option<OneTimeToken>, Failure> {
    sqlx::query_as(
        "SELECT t.* FROM one_time_token t JOIN system_auth a ON a.id = t.system_auth_id \
         WHERE a.application_id = ? AND a.flavour = 'kyma' AND t.polled = 1 ORDER BY t.created_at DESC, t.rowid DESC LIMIT 1",
    )
    .bind(application_id)
    .fetch_optional(connection)
    .await
    .sql()
}

/// Spends the token if it is still good; says whether this call was the one that did.
pub(crate) async fn spend(
    connection: &mut SqliteConnection,
    hash: SecretHash,
    used_for: &str,
    now: Moment,
) -> Result<bool, Failure> {
    let done = sqlx::query(
        "UPDATE one_time_token SET used_at = ?, used_for = ? \
         WHERE hash = ? AND used_at IS NULL AND replaced_at IS NULL AND expires_at > ?",
    )
    .bind(now.unix_millis())
    .bind(used_for)
    .bind(hash.as_bytes().as_slice())
    .bind(now.unix_millis())
    .execute(connection)
    .await
    .sql()?;
    Ok(done.rows_affected() == 1)
}

/// Counts a refused request against the token; says how many there were.
pub(crate) async fn count_refusal(connection: &mut SqliteConnection, hash: SecretHash) -> Result<i64, Failure> {
    let refusals: Option<i64> =
        sqlx::query_scalar("UPDATE one_time_token SET refusals = refusals + 1 WHERE hash = ? RETURNING refusals")
            .bind(hash.as_bytes().as_slice())
            .fetch_optional(connection)
            .await
            .sql()?;
    Ok(refusals.unwrap_or_default())
}
