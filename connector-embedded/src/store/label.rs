//! Labels of applications and runtimes.

use pairing::{Failure, LabelFilter, Wanted};
use serde_json::{Map, Value};
use sqlx::{QueryBuilder, Sqlite, SqliteConnection};

use super::SqlResult as _;

/// What carries labels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Labelled {
    Application,
    Runtime,
}

impl Labelled {
    const fn table(self) -> &'static str {
        match self {
            Self::Application => "application_label",
            Self::Runtime => "runtime_label",
        }
    }

    pub(super) const fn column(self) -> &'static str {
        match self {
            Self::Application => "application_id",
            Self::Runtime => "runtime_id",
        }
    }

    /// The table that says in which formations they are.
    pub(super) const fn assignments(self) -> &'static str {
        match self {
            Self::Application => "formation_application",
            Self::Runtime => "formation_runtime",
        }
    }

    /// The table of the objects themselves.
    pub(super) const fn objects(self) -> &'static str {
        match self {
            Self::Application => "application",
            Self::Runtime => "runtime",
        }
    }
}

/// All labels of an object.
pub(crate) async fn all(
    connection: &mut SqliteConnection,
    of: Labelled,
    id: &str,
) -> Result<Map<String, Value>, Failure> {
    let sql = format!("SELECT key, value FROM {} WHERE {} = ", of.table(), of.column());
    let rows: Vec<(String, String)> = QueryBuilder::<Sqlite>::new(sql)
        .push_bind(id)
        .push(" ORDER BY key")
        .build_query_as()
        .fetch_all(connection)
        .await
        .sql()?;
    rows.into_iter().map(|(key, value)| Ok((key, serde_json::from_str(&value).map_err(Failure::internal)?))).collect()
}

pub(crate) async fn set(
    connection: &mut SqliteConnection,
    of: Labelled,
    id: &str,
    key: &str,
    value: &Value,
) -> Result<(), Failure> {
    let mut query =
        QueryBuilder::<Sqlite>::new(format!("INSERT INTO {} ({}, key, value) VALUES (", of.table(), of.column()));
    query.separated(", ").push_bind(id).push_bind(key).push_bind(value.to_string());
    query.push(") ON CONFLICT DO UPDATE SET value = excluded.value").build().execute(connection).await.sql().map(drop)
}

/// Removes a label and returns what it held.
pub(crate) async fn delete(
    connection: &mut SqliteConnection,
    of: Labelled,
    id: &str,
    key: &str,
) -> Result<Option<Value>, Failure> {
    let value: Option<String> =
        QueryBuilder::<Sqlite>::new(format!("DELETE FROM {} WHERE {} = ", of.table(), of.column()))
            .push_bind(id)
            .push(" AND key = ")
            .push_bind(key)
            .push(" RETURNING value")
            .build_query_scalar()
            .fetch_optional(connection)
            .await
            .sql()?;
    value.map(|value| serde_json::from_str(&value).map_err(Failure::internal)).transpose()
}

/// Removes all labels of an object.
pub(crate) async fn delete_all(connection: &mut SqliteConnection, of: Labelled, id: &str) -> Result<(), Failure> {
    QueryBuilder::<Sqlite>::new(format!("DELETE FROM {} WHERE {} = ", of.table(), of.column()))
        .push_bind(id)
        .build()
        .execute(connection)
        .await
        .sql()
        .map(drop)
}

/// Removes every label with this key and value.
pub(crate) async fn delete_everywhere(
    connection: &mut SqliteConnection,
    of: Labelled,
    key: &str,
    value: &Value,
) -> Result<(), Failure> {
    QueryBuilder::<Sqlite>::new(format!("DELETE FROM {} WHERE key = ", of.table()))
        .push_bind(key)
        .push(" AND value = ")
        .push_bind(value.to_string())
        .build()
        .execute(connection)
        .await
        .sql()
        .map(drop)
}

/// Whether SQL alone decides these filters: values are compared by [`matches`], because JSON containment is not a
/// SQLite operator.
pub(crate) fn by_key_only(filters: &[LabelFilter]) -> bool {
    filters.iter().all(|filter| filter.wanted == Wanted::Anything)
}

/// Continues a condition on the objects' table: they have all the keys. The keys are looked up by index.
pub(crate) fn restrict(query: &mut QueryBuilder<Sqlite>, of: Labelled, filters: &[LabelFilter]) {
    for filter in filters {
        let (table, column, objects) = (of.table(), of.column(), of.objects());
        query
            .push(format!(" AND EXISTS (SELECT 1 FROM {table} WHERE {column} = {objects}.id AND key = "))
            .push_bind(filter.key.clone())
            .push(")");
    }
}

/// Whether the labels of an object that [`restrict`] lets through pass all filters.
pub(crate) async fn matches(
    connection: &mut SqliteConnection,
    of: Labelled,
    id: &str,
    filters: &[LabelFilter],
) -> Result<bool, Failure> {
    if by_key_only(filters) {
        return Ok(true);
    }
    let labels = all(connection, of, id).await?;
    Ok(filters.iter().all(|filter| labels.get(&filter.key).is_some_and(|value| filter.selects(value))))
}
