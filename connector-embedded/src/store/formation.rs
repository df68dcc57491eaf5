//! Formations: which applications and runtimes of a tenant belong together.

use pairing::Failure;
use serde_json::json;
use sqlx::{FromRow, QueryBuilder, Sqlite, SqliteConnection};

use super::{
    SqlResult as _,
    label::{self, Labelled},
    unique,
};

#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub(crate) struct Formation {
    pub(crate) id: String,
    pub(crate) tenant_id: String,
    pub(crate) name: String,
    pub(crate) state: String,
    pub(crate) created_at: i64,
}

/// The label of applications and runtimes that repeats the names of their formations.
pub(crate) const SCENARIOS: &str = "scenarios";

/// Adds a formation.
///
/// # Errors
/// [`pairing::ErrorCode::NotUniqueName`].
pub(crate) async fn insert(connection: &mut SqliteConnection, row: &Formation) -> Result<(), Failure> {
    let result = sqlx::query("INSERT INTO formation (id, tenant_id, name, state, created_at) VALUES (?, ?, ?, ?, ?)")
        .bind(&row.id)
        .bind(&row.tenant_id)
        .bind(&row.name)
        .bind(&row.state)
        .bind(row.created_at)
        .execute(connection)
        .await;
    unique(result, "formations")
}

pub(crate) async fn delete(connection: &mut SqliteConnection, id: &str) -> Result<(), Failure> {
    sqlx::query("DELETE FROM formation WHERE id = ?").bind(id).execute(connection).await.sql().map(drop)
}

pub(crate) async fn find(
    connection: &mut SqliteConnection,
    tenant_id: &str,
    id: &str,
) -> Result<Option<Formation>, Failure> {
    let query = sqlx::query_as("SELECT * FROM formation WHERE tenant_id = ? AND id = ?");
    query.bind(tenant_id).bind(id).fetch_optional(connection).await.sql()
}

pub(crate) async fn named(
    connection: &mut SqliteConnection,
    tenant_id: &str,
    name: &str,
) -> Result<Option<Formation>, Failure> {
    let query = sqlx::query_as("SELECT * FROM formation WHERE tenant_id = ? AND name = ?");
    query.bind(tenant_id).bind(name).fetch_optional(connection).await.sql()
}

/// Up to `limit` formations after the id `after`, in the order of ids.
pub(crate) async fn page(
    connection: &mut SqliteConnection,
    tenant_id: &str,
    after: Option<&str>,
    limit: usize,
) -> Result<Vec<Formation>, Failure> {
    let mut query = QueryBuilder::<Sqlite>::new("SELECT * FROM formation WHERE tenant_id = ");
    query.push_bind(tenant_id);
    if let Some(after) = after {
        query.push(" AND id > ").push_bind(after);
    }
    query.push(" ORDER BY id LIMIT ").push_bind(i64::try_from(limit).unwrap_or(i64::MAX));
    query.build_query_as().fetch_all(connection).await.sql()
}

pub(crate) async fn count(connection: &mut SqliteConnection, tenant_id: &str) -> Result<i64, Failure> {
    let query = sqlx::query_scalar("SELECT count(*) FROM formation WHERE tenant_id = ?");
    query.bind(tenant_id).fetch_one(connection).await.sql()
}

/// The formations that an object is in, in the order of names.
pub(crate) async fn of_member(
    connection: &mut SqliteConnection,
    of: Labelled,
    member: &str,
) -> Result<Vec<Formation>, Failure> {
    let (table, column) = (of.assignments(), of.column());
    QueryBuilder::<Sqlite>::new(format!(
        "SELECT f.* FROM formation f JOIN {table} a ON a.formation_id = f.id WHERE a.{column} = "
    ))
    .push_bind(member)
    .push(" ORDER BY f.name")
    .build_query_as()
    .fetch_all(connection)
    .await
    .sql()
}

/// What is in a formation, in the order of ids: applications, then runtimes.
pub(crate) async fn members(
    connection: &mut SqliteConnection,
    formation_id: &str,
) -> Result<Vec<(Labelled, String)>, Failure> {
    let mut members = Vec::new();
    for of in [Labelled::Application, Labelled::Runtime] {
        let (table, column) = (of.assignments(), of.column());
        let ids: Vec<String> =
            QueryBuilder::<Sqlite>::new(format!("SELECT {column} FROM {table} WHERE formation_id = "))
                .push_bind(formation_id)
                .push(format!(" ORDER BY {column}"))
                .build_query_scalar()
                .fetch_all(&mut *connection)
                .await
                .sql()?;
        members.extend(ids.into_iter().map(|id| (of, id)));
    }
    Ok(members)
}

/// The runtimes that share a formation with an application: the formation's name and the runtime's.
pub(crate) async fn runtimes_beside(
    connection: &mut SqliteConnection,
    application_id: &str,
) -> Result<Vec<(String, String)>, Failure> {
    sqlx::query_as(
        "SELECT f.name, r.name FROM formation_application a JOIN formation f ON f.id = a.formation_id \
         JOIN formation_runtime b ON b.formation_id = f.id JOIN runtime r ON r.id = b.runtime_id \
         WHERE a.application_id = ? ORDER BY f.name, r.name",
    )
    .bind(application_id)
    .fetch_all(connection)
    .await
    .sql()
}

/// Puts an object into a formation; nothing happens when it is there.
pub(crate) async fn assign(
    connection: &mut SqliteConnection,
    formation_id: &str,
    of: Labelled,
    member: &str,
) -> Result<(), Failure> {
    let (table, column) = (of.assignments(), of.column());
    let mut query = QueryBuilder::<Sqlite>::new(format!("INSERT INTO {table} (formation_id, {column}) VALUES ("));
    query.separated(", ").push_bind(formation_id).push_bind(member);
    query.push(") ON CONFLICT DO NOTHING").build().execute(&mut *connection).await.sql()?;
    write_label(connection, of, member).await
}

/// Takes an object out of a formation; nothing happens when it is not there.
pub(crate) async fn unassign(
    connection: &mut SqliteConnection,
    formation_id: &str,
    of: Labelled,
    member: &str,
) -> Result<(), Failure> {
    let (table, column) = (of.assignments(), of.column());
    let mut query = QueryBuilder::<Sqlite>::new(format!("DELETE FROM {table} WHERE formation_id = "));
    query.push_bind(formation_id).push(format!(" AND {column} = ")).push_bind(member);
    query.build().execute(&mut *connection).await.sql()?;
    write_label(connection, of, member).await
}

/// Writes the label again.
pub(crate) async fn write_label(connection: &mut SqliteConnection, of: Labelled, member: &str) -> Result<(), Failure> {
    let names: Vec<String> =
        of_member(connection, of, member).await?.into_iter().map(|formation| formation.name).collect();
    match names.is_empty() {
        true => label::delete(connection, of, member, SCENARIOS).await.map(drop),
        false => label::set(connection, of, member, SCENARIOS, &json!(names)).await,
    }
}
