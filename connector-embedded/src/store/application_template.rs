//! Application templates, which are in no tenant.

use pairing::Failure;
use sqlx::{FromRow, SqliteConnection};

use super::{SqlResult as _, unique};

#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub(crate) struct ApplicationTemplate {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) description: Option<String>,
    pub(crate) application_namespace: Option<String>,
    /// JSON object, with placeholders.
    pub(crate) application_input: String,
    /// JSON array.
    pub(crate) placeholders: String,
    /// JSON object.
    pub(crate) labels: String,
    pub(crate) created_at: i64,
    pub(crate) updated_at: i64,
}

/// Adds a template.
///
/// # Errors
/// [`pairing::ErrorCode::NotUniqueName`].
pub(crate) async fn insert(connection: &mut SqliteConnection, row: &ApplicationTemplate) -> Result<(), Failure> {
    let result = sqlx::query(
        "INSERT INTO application_template (id, name, description, application_namespace, application_input, \
         placeholders, labels, created_at, updated_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
    )
    .bind(&row.id)
    .bind(&row.name)
    .bind(&row.description)
    .bind(&row.application_namespace)
    .bind(&row.application_input)
    .bind(&row.placeholders)
    .bind(&row.labels)
    .bind(row.created_at)
    .bind(row.updated_at)
    .execute(connection)
    .await;
    unique(result, "applicationTemplate")
}

/// Replaces everything but id and time of creation.
///
/// # Errors
/// [`pairing::ErrorCode::NotUniqueName`].
pub(crate) async fn update(connection: &mut SqliteConnection, row: &ApplicationTemplate) -> Result<(), Failure> {
    let result = sqlx::query(
        "UPDATE application_template SET name = ?, description = ?, application_namespace = ?, application_input = ?, \
         placeholders = ?, labels = ?, updated_at = ? WHERE id = ?",
    )
    .bind(&row.name)
    .bind(&row.description)
    .bind(&row.application_namespace)
    .bind(&row.application_input)
    .bind(&row.placeholders)
    .bind(&row.labels)
    .bind(row.updated_at)
    .bind(&row.id)
    .execute(connection)
    .await;
    unique(result, "applicationTemplate")
}

/// Removes a template; applications that were made from it stay.
pub(crate) async fn delete(connection: &mut SqliteConnection, id: &str) -> Result<(), Failure> {
    sqlx::query("DELETE FROM application_template WHERE id = ?").bind(id).execute(connection).await.sql().map(drop)
}

pub(crate) async fn find(connection: &mut SqliteConnection, id: &str) -> Result<Option<ApplicationTemplate>, Failure> {
    sqlx::query_as("SELECT * FROM application_template WHERE id = ?").bind(id).fetch_optional(connection).await.sql()
}

pub(crate) async fn named(
    connection: &mut SqliteConnection,
    name: &str,
) -> Result<Option<ApplicationTemplate>, Failure> {
    let query = sqlx::query_as("SELECT * FROM application_template WHERE name = ?");
    query.bind(name).fetch_optional(connection).await.sql()
}

/// All of them, in the order of ids. There are a few hundred at most.
pub(crate) async fn all(connection: &mut SqliteConnection) -> Result<Vec<ApplicationTemplate>, Failure> {
    sqlx::query_as("SELECT * FROM application_template ORDER BY id").fetch_all(connection).await.sql()
}

pub(crate) async fn count(connection: &mut SqliteConnection) -> Result<i64, Failure> {
    sqlx::query_scalar("SELECT count(*) FROM application_template").fetch_one(connection).await.sql()
}
