//! Tenants.

use pairing::{ErrorCode, Failure};
use serde_json::{Map, Value};
use sqlx::{FromRow, QueryBuilder, Sqlite, SqliteConnection};

use super::{SqlResult as _, unless_taken};

#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub(crate) struct Tenant {
    pub(crate) id: String,
    pub(crate) external_id: String,
    pub(crate) name: String,
}

/// What else there is to say of a tenant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Description {
    /// One of Compass' kinds, for example `account`.
    pub(crate) kind: String,
    /// Internal ids.
    pub(crate) parents: Vec<String>,
    pub(crate) labels: Map<String, Value>,
}

/// A tenant as lists show it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ListedTenant {
    pub(crate) tenant: Tenant,
    pub(crate) description: Description,
    /// Whether it owns an application or a runtime.
    pub(crate) initialized: bool,
}

/// Adds a tenant.
///
/// # Errors
/// [`ErrorCode::InvalidData`] when the external id is taken.
pub(crate) async fn insert(
    connection: &mut SqliteConnection,
    tenant: &Tenant,
    description: &Description,
) -> Result<(), Failure> {
    let result = sqlx::query(
        "INSERT INTO tenant (id, external_id, name, type, parents, labels, searched) VALUES (?, ?, ?, ?, ?, ?, ?)",
    )
    .bind(&tenant.id)
    .bind(&tenant.external_id)
    .bind(&tenant.name)
    .bind(&description.kind)
    .bind(serde_json::to_string(&description.parents).map_err(Failure::internal)?)
    .bind(serde_json::to_string(&description.labels).map_err(Failure::internal)?)
    .bind(format!("{}\n{}", tenant.name.to_lowercase(), tenant.external_id.to_lowercase()))
    .execute(connection)
    .await;
    unless_taken(result, || Failure::new(ErrorCode::InvalidData, "Object is not unique [object=tenant]"))
}

pub(crate) async fn by_external_id(
    connection: &mut SqliteConnection,
    external_id: &str,
) -> Result<Option<Tenant>, Failure> {
    sqlx::query_as("SELECT id, external_id, name FROM tenant WHERE external_id = ?")
        .bind(external_id)
        .fetch_optional(connection)
        .await
        .sql()
}

pub(crate) async fn by_id(connection: &mut SqliteConnection, id: &str) -> Result<Option<Tenant>, Failure> {
    sqlx::query_as("SELECT id, external_id, name FROM tenant WHERE id = ?")
        .bind(id)
        .fetch_optional(connection)
        .await
        .sql()
}

/// The one that was made first.
pub(crate) async fn first(connection: &mut SqliteConnection) -> Result<Option<Tenant>, Failure> {
    sqlx::query_as("SELECT id, external_id, name FROM tenant ORDER BY rowid LIMIT 1")
        .fetch_optional(connection)
        .await
        .sql()
}

/// Up to `limit` tenants in the order of names, after the one with the id `after`; those whose name or external id has
/// `search` in it, whatever the case.
pub(crate) async fn page(
    connection: &mut SqliteConnection,
    search: &str,
    after: Option<&str>,
    limit: usize,
) -> Result<Vec<ListedTenant>, Failure> {
    let mut query = select();
    restrict(&mut query, search);
    if let Some(after) = after {
        query.push(" AND (name, id) > (SELECT name, id FROM tenant WHERE id = ").push_bind(after).push(")");
    }
    query.push(" ORDER BY name, id LIMIT ").push_bind(i64::try_from(limit).unwrap_or(i64::MAX));
    let rows: Vec<Row> = query.build_query_as().fetch_all(connection).await.sql()?;
    rows.into_iter().map(Row::into_listed).collect()
}

/// How many tenants a search finds in all.
pub(crate) async fn count(connection: &mut SqliteConnection, search: &str) -> Result<i64, Failure> {
    let mut query = QueryBuilder::<Sqlite>::new("SELECT count(*) FROM tenant WHERE true");
    restrict(&mut query, search);
    query.build_query_scalar().fetch_one(connection).await.sql()
}

/// One tenant as lists show it.
pub(crate) async fn listed(
    connection: &mut SqliteConnection,
    external_id: &str,
) -> Result<Option<ListedTenant>, Failure> {
    let mut query = select();
    query.push(" AND external_id = ").push_bind(external_id);
    let row: Option<Row> = query.build_query_as().fetch_optional(connection).await.sql()?;
    row.map(Row::into_listed).transpose()
}

fn select() -> QueryBuilder<Sqlite> {
    QueryBuilder::new(
        "SELECT id, external_id, name, type, parents, labels, \
         EXISTS (SELECT 1 FROM application WHERE tenant_id = tenant.id) \
         OR EXISTS (SELECT 1 FROM runtime WHERE tenant_id = tenant.id) AS initialized \
         FROM tenant WHERE true",
    )
}

fn restrict(query: &mut QueryBuilder<Sqlite>, search: &str) {
    if !search.is_empty() {
        query.push(" AND instr(searched, ").push_bind(search.to_lowercase()).push(") > 0");
    }
}

#[derive(FromRow)]
struct Row {
    #[sqlx(flatten)]
    tenant: Tenant,
    #[sqlx(rename = "type")]
    kind: String,
    parents: String,
    labels: String,
    initialized: bool,
}

impl Row {
    fn into_listed(self) -> Result<ListedTenant, Failure> {
        let parents = serde_json::from_str(&self.parents).map_err(Failure::internal)?;
        let labels = serde_json::from_str(&self.labels).map_err(Failure::internal)?;
        Ok(ListedTenant {
            tenant: self.tenant,
            description: Description { kind: self.kind, parents, labels },
            initialized: self.initialized,
        })
    }
}
