//! Runtimes.

use pairing::{ErrorCode, Failure, LabelFilter, Moment};
use sqlx::{FromRow, QueryBuilder, Sqlite, SqliteConnection};

use super::{
    SqlResult as _, is_unique_violation,
    label::{self, Labelled},
};

#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub(crate) struct Runtime {
    pub(crate) id: String,
    pub(crate) tenant_id: String,
    pub(crate) name: String,
    pub(crate) description: Option<String>,
    pub(crate) application_namespace: Option<String>,
    pub(crate) status_condition: String,
    pub(crate) status_at: i64,
    pub(crate) created_at: i64,
    pub(crate) updated_at: i64,
}

/// Adds a runtime.
///
/// # Errors
/// [`ErrorCode::NotUniqueName`] when the tenant has a runtime of this name.
pub(crate) async fn insert(connection: &mut SqliteConnection, row: &Runtime) -> Result<(), Failure> {
    let result = sqlx::query(
        "INSERT INTO runtime (id, tenant_id, name, description, application_namespace, status_condition, status_at, \
         created_at, updated_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
    )
    .bind(&row.id)
    .bind(&row.tenant_id)
    .bind(&row.name)
    .bind(&row.description)
    .bind(&row.application_namespace)
    .bind(&row.status_condition)
    .bind(row.status_at)
    .bind(row.created_at)
    .bind(row.updated_at)
    .execute(connection)
    .await;
    unique(result)
}

/// Replaces what a runtime says of itself.
///
/// # Errors
/// [`ErrorCode::NotUniqueName`] when the tenant has another runtime of this name.
pub(crate) async fn update(connection: &mut SqliteConnection, row: &Runtime) -> Result<(), Failure> {
    let result = sqlx::query(
        "UPDATE runtime SET name = ?, description = ?, application_namespace = ?, status_condition = ?, \
         status_at = ?, updated_at = ? WHERE id = ?",
    )
    .bind(&row.name)
    .bind(&row.description)
    .bind(&row.application_namespace)
    .bind(&row.status_condition)
    .bind(row.status_at)
    .bind(row.updated_at)
    .bind(&row.id)
    .execute(connection)
    .await;
    unique(result)
}

fn unique<T>(result: Result<T, sqlx::Error>) -> Result<(), Failure> {
    match result {
        Err(error) if is_unique_violation(&error) => {
            Err(Failure::new(ErrorCode::NotUniqueName, "Object is not unique [object=runtime]"))
        }
        result => result.sql().map(drop),
    }
}

pub(crate) async fn set_status(
    connection: &mut SqliteConnection,
    id: &str,
    condition: &str,
    at: Moment,
) -> Result<(), Failure> {
    sqlx::query("UPDATE runtime SET status_condition = ?, status_at = ? WHERE id = ?")
        .bind(condition)
        .bind(at.unix_millis())
        .bind(id)
        .execute(connection)
        .await
        .sql()
        .map(drop)
}

/// Removes a runtime with its labels, its system auths and their OAuth2 clients.
pub(crate) async fn delete(connection: &mut SqliteConnection, id: &str) -> Result<(), Failure> {
    sqlx::query("DELETE FROM runtime WHERE id = ?").bind(id).execute(connection).await.sql().map(drop)
}

pub(crate) async fn find(
    connection: &mut SqliteConnection,
    tenant_id: &str,
    id: &str,
) -> Result<Option<Runtime>, Failure> {
    sqlx::query_as("SELECT * FROM runtime WHERE tenant_id = ? AND id = ?")
        .bind(tenant_id)
        .bind(id)
        .fetch_optional(connection)
        .await
        .sql()
}

/// The status condition of a runtime, in whatever tenant.
pub(crate) async fn condition(connection: &mut SqliteConnection, id: &str) -> Result<Option<String>, Failure> {
    let query = sqlx::query_scalar("SELECT status_condition FROM runtime WHERE id = ?");
    query.bind(id).fetch_optional(connection).await.sql()
}

/// Which runtimes a list shows.
#[derive(Clone, Debug)]
pub(crate) struct Selection {
    pub(crate) tenant_id: String,
    /// Only the one with this id.
    pub(crate) only: Option<String>,
    pub(crate) labels: Vec<LabelFilter>,
}

/// Up to `limit` runtimes after the name `after`, in the order of names, which are unique in a tenant.
pub(crate) async fn page(
    connection: &mut SqliteConnection,
    selection: &Selection,
    after: Option<&str>,
    limit: usize,
) -> Result<Vec<Runtime>, Failure> {
    let mut rows: Vec<Runtime> = Vec::new();
    let mut after = after.map(str::to_owned);
    // Label values are compared here, not in SQL; the keys are looked up there, so only candidates are read.
    loop {
        let wanted = limit - rows.len();
        let batch = candidates(connection, selection, after.as_deref(), wanted).await?;
        let exhausted = batch.len() < wanted;
        after = batch.last().map(|row| row.name.clone());
        for row in batch {
            if label::matches(connection, Labelled::Runtime, &row.id, &selection.labels).await? {
                rows.push(row);
            }
        }
        if exhausted || rows.len() == limit {
            return Ok(rows);
        }
    }
}

/// How many runtimes a list shows in all.
pub(crate) async fn count(connection: &mut SqliteConnection, selection: &Selection) -> Result<i64, Failure> {
    if label::by_key_only(&selection.labels) {
        let mut query = QueryBuilder::<Sqlite>::new("SELECT count(*) FROM runtime WHERE ");
        restrict(&mut query, selection);
        return query.build_query_scalar().fetch_one(connection).await.sql();
    }
    let mut query = QueryBuilder::<Sqlite>::new("SELECT id FROM runtime WHERE ");
    restrict(&mut query, selection);
    let ids: Vec<String> = query.build_query_scalar().fetch_all(&mut *connection).await.sql()?;
    let mut total = 0;
    for id in ids {
        total += i64::from(label::matches(connection, Labelled::Runtime, &id, &selection.labels).await?);
    }
    Ok(total)
}

async fn candidates(
    connection: &mut SqliteConnection,
    selection: &Selection,
    after: Option<&str>,
    limit: usize,
) -> Result<Vec<Runtime>, Failure> {
    let mut query = QueryBuilder::<Sqlite>::new("SELECT * FROM runtime WHERE ");
    restrict(&mut query, selection);
    if let Some(after) = after {
        query.push(" AND name > ").push_bind(after);
    }
    query.push(" ORDER BY name LIMIT ").push_bind(i64::try_from(limit).unwrap_or(i64::MAX));
    query.build_query_as().fetch_all(connection).await.sql()
}

fn restrict(query: &mut QueryBuilder<Sqlite>, selection: &Selection) {
    query.push("tenant_id = ").push_bind(selection.tenant_id.clone());
    if let Some(only) = &selection.only {
        query.push(" AND id = ").push_bind(only.clone());
    }
    label::restrict(query, Labelled::Runtime, &selection.labels);
}
