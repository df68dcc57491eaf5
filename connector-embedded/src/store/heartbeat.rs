//! How often applications asked for their management info, by the hour.

use pairing::{Failure, Moment};
use sqlx::{FromRow, SqliteConnection};

use super::SqlResult as _;

/// An application that was heard of, and when last.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub(crate) struct Silent {
    pub(crate) id: String,
    pub(crate) last_poll_at: i64,
}

/// Adds polls to an hour (since 1970). Nothing happens for an application that is gone.
pub(crate) async fn add(
    connection: &mut SqliteConnection,
    application_id: &str,
    hour: i64,
    at: Moment,
    polls: u32,
) -> Result<(), Failure> {
    let known = sqlx::query("UPDATE application SET last_poll_at = ?, polls = polls + ? WHERE id = ?")
        .bind(at.unix_millis())
        .bind(polls)
        .bind(application_id)
        .execute(&mut *connection)
        .await
        .sql()?;
    if known.rows_affected() == 0 {
        return Ok(());
    }
    sqlx::query(
        "INSERT INTO heartbeat (application_id, hour, polls) VALUES (?, ?, ?) \
         ON CONFLICT (application_id, hour) DO UPDATE SET polls = polls + excluded.polls",
    )
    .bind(application_id)
    .bind(hour)
    .bind(polls)
    .execute(connection)
    .await
    .sql()
    .map(drop)
}

/// When an application was last heard of, and how often ever; `None` when it does not exist.
pub(crate) async fn total(
    connection: &mut SqliteConnection,
    application_id: &str,
) -> Result<Option<(Option<i64>, i64)>, Failure> {
    let query = sqlx::query_as("SELECT last_poll_at, polls FROM application WHERE id = ?");
    query.bind(application_id).fetch_optional(connection).await.sql()
}

/// Hours (since 1970) with polls in them, from `first` on.
pub(crate) async fn hours(
    connection: &mut SqliteConnection,
    application_id: &str,
    first: i64,
) -> Result<Vec<(i64, i64)>, Failure> {
    sqlx::query_as("SELECT hour, polls FROM heartbeat WHERE application_id = ? AND hour >= ? ORDER BY hour")
        .bind(application_id)
        .bind(first)
        .fetch_all(connection)
        .await
        .sql()
}

/// The applications that were heard of before `since` and not after, the longest silent first.
pub(crate) async fn silent(connection: &mut SqliteConnection, since: Moment) -> Result<Vec<Silent>, Failure> {
    sqlx::query_as("SELECT id, last_poll_at FROM application WHERE last_poll_at < ? ORDER BY last_poll_at, id")
        .bind(since.unix_millis())
        .fetch_all(connection)
        .await
        .sql()
}

/// Forgets the hours before this one.
pub(crate) async fn forget(connection: &mut SqliteConnection, before: i64) -> Result<(), Failure> {
    sqlx::query("DELETE FROM heartbeat WHERE hour < ?").bind(before).execute(connection).await.sql().map(drop)
}
