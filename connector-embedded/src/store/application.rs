//! Applications.

use pairing::{ErrorCode, Failure, LabelFilter, Moment};
use sqlx::{FromRow, QueryBuilder, Sqlite, SqliteConnection};

use super::{
    SqlResult as _, is_unique_violation,
    label::{self, Labelled},
};

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
    pub(crate) integration_system_id: Option<String>,
    pub(crate) status_condition: String,
    pub(crate) status_at: i64,
    pub(crate) created_at: i64,
    pub(crate) updated_at: i64,
}

const COLUMNS: &str = "id, tenant_id, name, normalized_name, provider_name, description, base_url, health_check_url, \
    system_number, local_tenant_id, application_namespace, integration_system_id, status_condition, status_at, \
    created_at, updated_at";

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
        .push_bind(&row.integration_system_id)
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
         local_tenant_id = ?, application_namespace = ?, integration_system_id = ?, status_condition = ?, \
         status_at = ?, updated_at = ? WHERE id = ?",
    )
    .bind(&row.provider_name)
    .bind(&row.description)
    .bind(&row.base_url)
    .bind(&row.health_check_url)
    .bind(&row.local_tenant_id)
    .bind(&row.application_namespace)
    .bind(&row.integration_system_id)
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

/// The status condition of an application, in whatever tenant.
pub(crate) async fn condition(connection: &mut SqliteConnection, id: &str) -> Result<Option<String>, Failure> {
    let query = sqlx::query_scalar("SELECT status_condition FROM application WHERE id = ?");
    query.bind(id).fetch_optional(connection).await.sql()
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
    // Label values are compared here, not in SQL; the keys are looked up there, so only candidates are read.
    loop {
        let wanted = limit - rows.len();
        let batch = candidates(connection, selection, after.as_deref(), wanted).await?;
        let exhausted = batch.len() < wanted;
        after = batch.last().map(|row| row.id.clone());
        for row in batch {
            if label::matches(connection, Labelled::Application, &row.id, &selection.labels).await? {
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
    if label::by_key_only(&selection.labels) {
        let mut query = QueryBuilder::<Sqlite>::new("SELECT count(*) FROM application WHERE ");
        restrict(&mut query, selection);
        return query.build_query_scalar().fetch_one(connection).await.sql();
    }
    let mut query = QueryBuilder::<Sqlite>::new("SELECT id FROM application WHERE ");
    restrict(&mut query, selection);
    let ids: Vec<String> = query.build_query_scalar().fetch_all(&mut *connection).await.sql()?;
    let mut total = 0;
    for id in ids {
        total += i64::from(label::matches(connection, Labelled::Application, &id, &selection.labels).await?);
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
    label::restrict(query, Labelled::Application, &selection.labels);
}
