//! Integration systems, which are in no tenant.

use pairing::Failure;
use sqlx::{FromRow, QueryBuilder, Sqlite, SqliteConnection};

use super::{SqlResult as _, unique};

#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub(crate) struct IntegrationSystem {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) description: Option<String>,
    /// Tokens of its applications come as from a pairing adapter: without an address to go with them.
    pub(crate) pairing_adapter: bool,
    pub(crate) created_at: i64,
    pub(crate) updated_at: i64,
}

/// Adds an integration system.
///
/// # Errors
/// [`pairing::ErrorCode::NotUniqueName`].
pub(crate) async fn insert(connection: &mut SqliteConnection, row: &IntegrationSystem) -> Result<(), Failure> {
    let result = sqlx::query(
        "INSERT INTO integration_system (id, name, description, pairing_adapter, created_at, updated_at) \
         VALUES (?, ?, ?, ?, ?, ?)",
    )
    .bind(&row.id)
    .bind(&row.name)
    .bind(&row.description)
    .bind(row.pairing_adapter)
    .bind(row.created_at)
    .bind(row.updated_at)
    .execute(connection)
    .await;
    unique(result, "integrationSystem")
}

/// Replaces name and description.
///
/// # Errors
/// [`pairing::ErrorCode::NotUniqueName`].
pub(crate) async fn update(connection: &mut SqliteConnection, row: &IntegrationSystem) -> Result<(), Failure> {
    let result = sqlx::query("UPDATE integration_system SET name = ?, description = ?, updated_at = ? WHERE id = ?")
        .bind(&row.name)
        .bind(&row.description)
        .bind(row.updated_at)
        .bind(&row.id)
        .execute(connection)
        .await;
    unique(result, "integrationSystem")
}

/// Removes an integration system with its system auths and their OAuth2 clients; applications that it manages stay.
pub(crate) async fn delete(connection: &mut SqliteConnection, id: &str) -> Result<(), Failure> {
    sqlx::query("DELETE FROM integration_system WHERE id = ?").bind(id).execute(connection).await.sql().map(drop)
}

pub(crate) async fn find(connection: &mut SqliteConnection, id: &str) -> Result<Option<IntegrationSystem>, Failure> {
    sqlx::query_as("SELECT * FROM integration_system WHERE id = ?").bind(id).fetch_optional(connection).await.sql()
}

/// Up to `limit` integration systems after the id `after`, in the order of ids; all of them, or `only` this one.
pub(crate) async fn page(
    connection: &mut SqliteConnection,
    only: Option<&str>,
    after: Option<&str>,
    limit: usize,
) -> Result<Vec<IntegrationSystem>, Failure> {
    let mut query = QueryBuilder::<Sqlite>::new("SELECT * FROM integration_system WHERE true");
    restrict(&mut query, only);
    if let Some(after) = after {
        query.push(" AND id > ").push_bind(after);
    }
    query.push(" ORDER BY id LIMIT ").push_bind(i64::try_from(limit).unwrap_or(i64::MAX));
    query.build_query_as().fetch_all(connection).await.sql()
}

/// How many integration systems a list shows in all.
pub(crate) async fn count(connection: &mut SqliteConnection, only: Option<&str>) -> Result<i64, Failure> {
    let mut query = QueryBuilder::<Sqlite>::new("SELECT count(*) FROM integration_system WHERE true");
    restrict(&mut query, only);
    query.build_query_scalar().fetch_one(connection).await.sql()
}

fn restrict(query: &mut QueryBuilder<Sqlite>, only: Option<&str>) {
    if let Some(only) = only {
        query.push(" AND id = ").push_bind(only.to_owned());
    }
}
