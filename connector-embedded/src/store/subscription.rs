//! Who gets which events.

use pairing::Failure;
use sqlx::{FromRow, SqliteConnection};

use super::SqlResult as _;

#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub(crate) struct Subscription {
    pub(crate) id: String,
    /// `None`: every application.
    pub(crate) application_id: Option<String>,
    /// `None`: every type.
    pub(crate) event_type: Option<String>,
    /// `None`: every version.
    pub(crate) version: Option<String>,
    pub(crate) url: String,
    pub(crate) created_at: i64,
}

pub(crate) async fn insert(connection: &mut SqliteConnection, row: &Subscription) -> Result<(), Failure> {
    sqlx::query(
        "INSERT INTO subscription (id, application_id, event_type, version, url, created_at) VALUES (?, ?, ?, ?, ?, ?)",
    )
    .bind(&row.id)
    .bind(&row.application_id)
    .bind(&row.event_type)
    .bind(&row.version)
    .bind(&row.url)
    .bind(row.created_at)
    .execute(connection)
    .await
    .sql()
    .map(drop)
}

/// All of them, the oldest first.
pub(crate) async fn all(connection: &mut SqliteConnection) -> Result<Vec<Subscription>, Failure> {
    sqlx::query_as("SELECT * FROM subscription ORDER BY created_at, id").fetch_all(connection).await.sql()
}

/// Those that concern an application.
pub(crate) async fn of_application(
    connection: &mut SqliteConnection,
    application_id: &str,
) -> Result<Vec<Subscription>, Failure> {
    let query = sqlx::query_as(
        "SELECT * FROM subscription WHERE application_id IS NULL OR application_id = ? ORDER BY created_at, id",
    );
    query.bind(application_id).fetch_all(connection).await.sql()
}

pub(crate) async fn count(connection: &mut SqliteConnection) -> Result<i64, Failure> {
    sqlx::query_scalar("SELECT count(*) FROM subscription").fetch_one(connection).await.sql()
}

/// Removes a subscription and returns it.
pub(crate) async fn delete(connection: &mut SqliteConnection, id: &str) -> Result<Option<Subscription>, Failure> {
    let query = sqlx::query_as("DELETE FROM subscription WHERE id = ? RETURNING *");
    query.bind(id).fetch_optional(connection).await.sql()
}
