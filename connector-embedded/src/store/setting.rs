//! Settings that outlive a start, by name.

use pairing::Failure;
use sqlx::SqliteConnection;

use super::SqlResult as _;

/// The latest time that the server has seen, in milliseconds since 1970.
pub(crate) const LATEST_TIME: &str = "latest time seen";

pub(crate) async fn get(connection: &mut SqliteConnection, name: &str) -> Result<Option<String>, Failure> {
    let query = sqlx::query_scalar("SELECT value FROM setting WHERE name = ?");
    query.bind(name).fetch_optional(connection).await.sql()
}

pub(crate) async fn set(connection: &mut SqliteConnection, name: &str, value: &str) -> Result<(), Failure> {
    sqlx::query(
        "INSERT INTO setting (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
    )
    .bind(name)
    .bind(value)
    .execute(connection)
    .await
    .sql()
    .map(drop)
}
