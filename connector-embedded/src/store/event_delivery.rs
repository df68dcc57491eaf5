//! What became of events on their way to subscribers.

use pairing::{Failure, Moment};
use sqlx::{FromRow, QueryBuilder, Sqlite, SqliteConnection};

use super::SqlResult as _;

#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub(crate) struct Delivery {
    pub(crate) event_seq: i64,
    pub(crate) url: String,
    /// `waiting`, `delivered` or `failed`.
    pub(crate) state: String,
    pub(crate) attempts: i64,
    pub(crate) due_at: i64,
    /// HTTP status of the last attempt.
    pub(crate) status: Option<i64>,
    /// When that was.
    pub(crate) at: Option<i64>,
    pub(crate) error: Option<String>,
}

/// Lets an event wait for an address; once, however often it is asked for.
pub(crate) async fn insert(
    connection: &mut SqliteConnection,
    event_seq: i64,
    url: &str,
    due: Moment,
) -> Result<(), Failure> {
    let query = sqlx::query(
        "INSERT INTO event_delivery (event_seq, url, state, due_at) VALUES (?, ?, 'waiting', ?) ON CONFLICT DO NOTHING",
    );
    query.bind(event_seq).bind(url).bind(due.unix_millis()).execute(connection).await.sql().map(drop)
}

/// The addresses that something is due for.
pub(crate) async fn due_addresses(connection: &mut SqliteConnection, now: Moment) -> Result<Vec<String>, Failure> {
    let query = sqlx::query_scalar("SELECT DISTINCT url FROM event_delivery WHERE state = 'waiting' AND due_at <= ?");
    query.bind(now.unix_millis()).fetch_all(connection).await.sql()
}

/// When the next thing that is not due yet will be.
pub(crate) async fn next_due(connection: &mut SqliteConnection, now: Moment) -> Result<Option<i64>, Failure> {
    let query = sqlx::query_scalar("SELECT min(due_at) FROM event_delivery WHERE state = 'waiting' AND due_at > ?");
    query.bind(now.unix_millis()).fetch_one(connection).await.sql()
}

/// What is due for an address and has waited longest.
pub(crate) async fn first_due(
    connection: &mut SqliteConnection,
    url: &str,
    now: Moment,
) -> Result<Option<Delivery>, Failure> {
    let query = sqlx::query_as(
        "SELECT * FROM event_delivery WHERE state = 'waiting' AND url = ? AND due_at <= ? \
         ORDER BY due_at, event_seq LIMIT 1",
    );
    query.bind(url).bind(now.unix_millis()).fetch_optional(connection).await.sql()
}

/// Writes what came of an attempt. Nothing happens when the event has left the ring meanwhile.
pub(crate) async fn update(connection: &mut SqliteConnection, row: &Delivery) -> Result<(), Failure> {
    sqlx::query(
        "UPDATE event_delivery SET state = ?, attempts = ?, due_at = ?, status = ?, at = ?, error = ? \
         WHERE event_seq = ? AND url = ? AND state = 'waiting'",
    )
    .bind(&row.state)
    .bind(row.attempts)
    .bind(row.due_at)
    .bind(row.status)
    .bind(row.at)
    .bind(&row.error)
    .bind(row.event_seq)
    .bind(&row.url)
    .execute(connection)
    .await
    .sql()
    .map(drop)
}

/// Gives up on everything that waits for an address.
pub(crate) async fn abandon(
    connection: &mut SqliteConnection,
    url: &str,
    why: &str,
    now: Moment,
) -> Result<(), Failure> {
    sqlx::query("UPDATE event_delivery SET state = 'failed', error = ?, at = ? WHERE state = 'waiting' AND url = ?")
        .bind(why)
        .bind(now.unix_millis())
        .bind(url)
        .execute(connection)
        .await
        .sql()
        .map(drop)
}

/// Gives up on what waits for addresses that nobody names any more.
pub(crate) async fn abandon_others(
    connection: &mut SqliteConnection,
    named: &[String],
    why: &str,
    now: Moment,
) -> Result<(), Failure> {
    let mut query = QueryBuilder::<Sqlite>::new("UPDATE event_delivery SET state = 'failed', error = ");
    query.push_bind(why).push(", at = ").push_bind(now.unix_millis()).push(" WHERE state = 'waiting' AND url NOT IN (");
    let mut urls = query.separated(", ");
    for url in named {
        urls.push_bind(url);
    }
    query.push(")").build().execute(connection).await.sql().map(drop)
}

/// The deliveries of the events from one number to another.
pub(crate) async fn between(
    connection: &mut SqliteConnection,
    first: i64,
    last: i64,
) -> Result<Vec<Delivery>, Failure> {
    let mut query = QueryBuilder::<Sqlite>::new("SELECT * FROM event_delivery WHERE event_seq BETWEEN ");
    query.push_bind(first).push(" AND ").push_bind(last).push(" ORDER BY event_seq, url");
    query.build_query_as().fetch_all(connection).await.sql()
}
