//! Applications and their labels.

use pairing::{ErrorCode, Failure, LabelFilter, Moment};
use serde_json::{Map, Value};
use sqlx::{FromRow, QueryBuilder, Sqlite, SqliteConnection};

use super::{SqlResult as _, is_unique_violation};

#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub(crate) struct Application {
    pub(crate) id: String,
    pub(crate) tenant_id: String,
    pub(crate) name: String,
    pub(crate) normalized_name: String,
    pub(crate) provider_name: Option<String>,
    pub(crate) description: Option<String>,
    pub(crate) base_url: Option<String>,
    pub(crate) health_check_url: Option<String>,
    pub(crate) system_number: Option<String>,
    pub(crate) local_tenant_id: Option<String>,
    pub(crate) application_namespace: Option<String>,
    pub(crate) status_condition: String,
    pub(crate) status_at: i64,
    pub(crate) created_at: i64,
    pub(crate) updated_at: i64,
}

const COLUMNS: &str = "id, tenant_id, name, normalized_name, provider_name, description, base_url, health_check_url, \
    system_number, local_tenant_id, application_namespace, status_condition, status_at, created_at, updated_at";

/// Adds an application.
///
/// # Errors
/// [`ErrorCode::NotUniqueName`] when the unique index finds the normalized name in the tenant.
pub(crate) async fn insert(connection: &mut SqliteConnection, row: &Application) -> Result<(), Failure> {
    let mut query = QueryBuilder::<Sqlite>::new(format!("INSERT INTO application ({COLUMNS}) VALUES ("));
    query
        .separated(", ")
        .push_bind(&row.id)
        .push_bind(&row.tenant_id)
        .push_bind(&row.name)
        .push_bind(&row.normalized_name)
        .push_bind(&row.provider_name)
        .push_bind(&row.description)
        .push_bind(&row.base_url)
        .push_bind(&row.health_check_url)
        .push_bind(&row.system_number)
        .push_bind(&row.local_tenant_id)
        .push_bind(&row.application_namespace)
        .push_bind(&row.status_condition)
        .push_bind(row.status_at)
        .push_bind(row.created_at)
        .push_bind(row.updated_at);
    match query.push(")").build().execute(connection).await {
        Err(error) if is_unique_violation(&error) => {
            Err(Failure::new(ErrorCode::NotUniqueName, "Object name is not unique [object=application]"))
        }
        result => result.sql().map(drop),
    }
}

pub(crate) async fn update(connection: &mut SqliteConnection, row: &Application) -> Result<(), Failure> {
    sqlx::query(
        "UPDATE application SET provider_name = ?, description = ?, base_url = ?, health_check_url = ?, \
         local_tenant_id = ?, application_namespace = ?, status_condition = ?, status_at = ?, updated_at = ? WHERE id = ?",
    )
    .bind(&row.provider_name)
    .bind(&row.description)
    .bind(&row.base_url)
    .bind(&row.health_check_url)
    .bind(&row.local_tenant_id)
    .bind(&row.application_namespace)
    .bind(&row.status_condition)
    .bind(row.status_at)
    .bind(row.updated_at)
    .bind(&row.id)
    .execute(connection)
    .await
    .sql()
    .map(drop)
}

pub(crate) async fn set_status(
    connection: &mut SqliteConnection,
    id: &str,
    condition: &str,
    at: Moment,
) -> Result<(), Failure> {
    sqlx::query("UPDATE application SET status_condition = ?, status_at = ? WHERE id = ?")
        .bind(condition)
        .bind(at.unix_millis())
        .bind(id)
        .execute(connection)
        .await
        .sql()
        .map(drop)
}

pub(crate) async fn delete(connection: &mut SqliteConnection, id: &str) -> Result<(), Failure> {
    sqlx::query("DELETE FROM application WHERE id = ?").bind(id).execute(connection).await.sql().map(drop)
}

pub(crate) async fn find(
    connection: &mut SqliteConnection,
    tenant_id: &str,
    id: &str,
) -> Result<Option<Application>, Failure> {
    QueryBuilder::<Sqlite>::new(format!("SELECT {COLUMNS} FROM application WHERE tenant_id = "))
        .push_bind(tenant_id)
        .push(" AND id = ")
        .push_bind(id)
        .build_query_as()
        .fetch_optional(connection)
        .await
        .sql()
}

/// The displayed name of an application, in whatever tenant.
pub(crate) async fn name(connection: &mut SqliteConnection, id: &str) -> Result<Option<String>, Failure> {
    sqlx::query_scalar("SELECT name FROM application WHERE id = ?").bind(id).fetch_optional(connection).await.sql()
}

/// Which applications a list shows.
#[derive(Clone, Debug, Default)]
pub(crate) struct Selection {
    pub(crate) tenant_id: String,
    /// Only this one: an application that lists sees itself.
    pub(crate) only: Option<String>,
    pub(crate) labels: Vec<LabelFilter>,
}

/// Up to `limit` applications after the id `after`, in the order of ids.
pub(crate) async fn page(
    connection: &mut SqliteConnection,
    selection: &Selection,
    after: Option<&str>,
    limit: usize,
) -> Result<Vec<Application>, Failure> {
    let mut rows: Vec<Application> = Vec::new();
    let mut after = after.map(str::to_owned);
    // Label values are compared here, not in SQL, because JSON containment is not a SQLite operator; the key is
    // looked up by index, so only candidates are read.
    loop {
        let wanted = limit - rows.len();
        let batch = candidates(connection, selection, after.as_deref(), wanted).await?;
        let exhausted = batch.len() < wanted;
        after = batch.last().map(|row| row.id.clone());
        for row in batch {
            if selection.labels.iter().all(|filter| filter.contains.is_none())
                || matches(connection, &row.id, &selection.labels).await?
            {
                rows.push(row);
            }
        }
        if exhausted || rows.len() == limit {
            return Ok(rows);
        }
    }
}

/// How many applications a list shows in all.
pub(crate) async fn count(connection: &mut SqliteConnection, selection: &Selection) -> Result<i64, Failure> {
    if selection.labels.iter().all(|filter| filter.contains.is_none()) {
        let mut query = QueryBuilder::<Sqlite>::new("SELECT count(*) FROM application WHERE ");
        restrict(&mut query, selection);
        return query.build_query_scalar().fetch_one(connection).await.sql();
    }
    let mut query = QueryBuilder::<Sqlite>::new("SELECT id FROM application WHERE ");
    restrict(&mut query, selection);
    let ids: Vec<String> = query.build_query_scalar().fetch_all(&mut *connection).await.sql()?;
    let mut total = 0;
    for id in ids {
        total += i64::from(matches(connection, &id, &selection.labels).await?);
    }
    Ok(total)
}

async fn candidates(
    connection: &mut SqliteConnection,
    selection: &Selection,
    after: Option<&str>,
    limit: usize,
) -> Result<Vec<Application>, Failure> {
    let mut query = QueryBuilder::<Sqlite>::new(format!("SELECT {COLUMNS} FROM application WHERE "));
    restrict(&mut query, selection);
    if let Some(after) = after {
        query.push(" AND id > ").push_bind(after);
    }
    query.push(" ORDER BY id LIMIT ").push_bind(i64::try_from(limit).unwrap_or(i64::MAX));
    query.build_query_as().fetch_all(connection).await.sql()
}

fn restrict(query: &mut QueryBuilder<Sqlite>, selection: &Selection) {
    query.push("tenant_id = ").push_bind(selection.tenant_id.clone());
    if let Some(only) = &selection.only {
        query.push(" AND id = ").push_bind(only.clone());
    }
    for filter in &selection.labels {
        query
            .push(" AND EXISTS (SELECT 1 FROM application_label WHERE application_id = application.id AND key = ")
            .push_bind(filter.key.clone())
            .push(")");
    }
}

async fn matches(connection: &mut SqliteConnection, id: &str, filters: &[LabelFilter]) -> Result<bool, Failure> {
    let labels = labels(connection, id).await?;
    Ok(filters.iter().all(|filter| labels.get(&filter.key).is_some_and(|value| filter.selects(value))))
}

/// All labels of an application.
pub(crate) async fn labels(connection: &mut SqliteConnection, id: &str) -> Result<Map<String, Value>, Failure> {
    let rows: Vec<(String, String)> =
        sqlx::query_as("SELECT key, value FROM application_label WHERE application_id = ? ORDER BY key")
            .bind(id)
            .fetch_all(connection)
            .await
            .sql()?;
    rows.into_iter().map(|(key, value)| Ok((key, serde_json::from_str(&value).map_err(Failure::internal)?))).collect()
}

pub(crate) async fn set_label(
    connection: &mut SqliteConnection,
    id: &str,
    key: &str,
    value: &Value,
) -> Result<(), Failure> {
    sqlx::query(
        "INSERT INTO application_label (application_id, key, value) VALUES (?, ?, ?) \
         ON CONFLICT DO UPDATE SET value = excluded.value",
    )
    .bind(id)
    .bind(key)
    .bind(value.to_string())
    .execute(connection)
    .await
    .sql()
    .map(drop)
}

/// Removes a label and returns what it held.
pub(crate) async fn delete_label(
    connection: &mut SqliteConnection,
    id: &str,
    key: &str,
) -> Result<Option<Value>, Failure> {
    let value: Option<String> =
        sqlx::query_scalar("DELETE FROM application_label WHERE application_id = ? AND key = ? RETURNING value")
            .bind(id)
            .bind(key)
            .fetch_optional(connection)
            .await
            .sql()?;
    value.map(|value| serde_json::from_str(&value).map_err(Failure::internal)).transpose()
}
