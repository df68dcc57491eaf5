//! Lists of what carries labels: pages by keyset, and counts.

use pairing::{Failure, LabelFilter};
use sqlx::{FromRow, QueryBuilder, Sqlite, SqliteConnection, sqlite::SqliteRow};

use super::{
    SqlResult as _,
    label::{self, Labelled},
};

/// A row of a table that can be listed.
pub(crate) trait Listed: for<'r> FromRow<'r, SqliteRow> + Send + Unpin {
    const OF: Labelled;
    /// The column by which lists are ordered; unique in a tenant.
    const ORDER: &'static str;

    fn id(&self) -> &str;

    /// What the row has in the column [`Self::ORDER`].
    fn place(&self) -> &str;
}

/// Which objects of a tenant a list shows.
#[derive(Clone, Debug, Default)]
pub(crate) struct Selection {
    pub(crate) tenant_id: String,
    /// Only this one, by id: an application or a runtime that lists sees itself.
    pub(crate) only: Option<String>,
    pub(crate) labels: Vec<LabelFilter>,
    /// Only applications that share a formation with this runtime.
    pub(crate) beside_runtime: Option<String>,
}

/// One page of a list.
#[derive(Clone, Debug)]
pub(crate) struct Page<T> {
    pub(crate) rows: Vec<T>,
    /// Where the next page starts; `None` on the last.
    pub(crate) end: Option<String>,
    pub(crate) total: i64,
}

/// Up to `first` rows after the place `after`, and how many there are in all.
pub(crate) async fn page<T: Listed>(
    connection: &mut SqliteConnection,
    selection: &Selection,
    first: usize,
    after: Option<&str>,
) -> Result<Page<T>, Failure> {
    // One more than asked for tells whether there is a next page.
    let mut rows: Vec<T> = up_to(connection, selection, after, first + 1).await?;
    let more = rows.len() > first;
    rows.truncate(first);
    let end = rows.last().filter(|_| more).map(|row| row.place().to_owned());
    let total = count(connection, T::OF, selection).await?;
    Ok(Page { rows, end, total })
}

async fn up_to<T: Listed>(
    connection: &mut SqliteConnection,
    selection: &Selection,
    after: Option<&str>,
    limit: usize,
) -> Result<Vec<T>, Failure> {
    let mut rows: Vec<T> = Vec::new();
    let mut after = after.map(str::to_owned);
    // Label values are compared here, not in SQL; the keys are looked up there, so only candidates are read.
    loop {
        let wanted = limit - rows.len();
        let batch: Vec<T> = candidates(connection, selection, after.as_deref(), wanted).await?;
        let exhausted = batch.len() < wanted;
        after = batch.last().map(|row| row.place().to_owned());
        for row in batch {
            if label::matches(connection, T::OF, row.id(), &selection.labels).await? {
                rows.push(row);
            }
        }
        if exhausted || rows.len() == limit {
            return Ok(rows);
        }
    }
}

async fn count(connection: &mut SqliteConnection, of: Labelled, selection: &Selection) -> Result<i64, Failure> {
    if label::by_key_only(&selection.labels) {
        return query("count(*)", of, selection).build_query_scalar().fetch_one(connection).await.sql();
    }
    let ids: Vec<String> = query("id", of, selection).build_query_scalar().fetch_all(&mut *connection).await.sql()?;
    let mut total = 0;
    for id in ids {
        total += i64::from(label::matches(connection, of, &id, &selection.labels).await?);
    }
    Ok(total)
}

async fn candidates<T: Listed>(
    connection: &mut SqliteConnection,
    selection: &Selection,
    after: Option<&str>,
    limit: usize,
) -> Result<Vec<T>, Failure> {
    let mut query = query("*", T::OF, selection);
    if let Some(after) = after {
        query.push(format!(" AND {} > ", T::ORDER)).push_bind(after);
    }
    query.push(format!(" ORDER BY {} LIMIT ", T::ORDER)).push_bind(i64::try_from(limit).unwrap_or(i64::MAX));
    query.build_query_as().fetch_all(connection).await.sql()
}

fn query(columns: &str, of: Labelled, selection: &Selection) -> QueryBuilder<Sqlite> {
    let mut query = QueryBuilder::<Sqlite>::new(format!("SELECT {columns} FROM {} WHERE tenant_id = ", of.objects()));
    query.push_bind(selection.tenant_id.clone());
    if let Some(only) = &selection.only {
        query.push(" AND id = ").push_bind(only.clone());
    }
    if let Some(runtime) = &selection.beside_runtime {
        query
            .push(
                " AND id IN (SELECT a.application_id FROM formation_application a \
                 JOIN formation_runtime b ON b.formation_id = a.formation_id WHERE b.runtime_id = ",
            )
            .push_bind(runtime.clone())
            .push(")");
    }
    label::restrict(&mut query, of, &selection.labels);
    query
}
