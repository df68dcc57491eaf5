//! The authorities of this server: one that signs, and earlier ones whose certificates still count for a while.

use pairing::{Failure, Moment};
use sqlx::{FromRow, QueryBuilder, Sqlite, SqliteConnection};

use super::SqlResult as _;

#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub(crate) struct AuthorityRow {
    /// SHA-256 of the certificate.
    pub(crate) fingerprint: Vec<u8>,
    /// DER.
    pub(crate) certificate: Vec<u8>,
    /// The certificates above it, DER after DER.
    pub(crate) upper: Vec<u8>,
    /// The name of a file in the data directory.
    pub(crate) key_file: String,
    /// `created` or `imported`.
    pub(crate) origin: String,
    /// `active`, `trusted` or `retired`.
    pub(crate) state: String,
    pub(crate) active_since: i64,
    pub(crate) trusted_until: Option<i64>,
}

/// The last revocation list of an authority.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub(crate) struct List {
    pub(crate) crl_number: i64,
    pub(crate) crl: Option<Vec<u8>>,
    pub(crate) crl_made_at: Option<i64>,
    pub(crate) crl_due_at: Option<i64>,
    pub(crate) crl_revocations: i64,
}

/// All of them, the active one first, then the most recent.
pub(crate) async fn all(connection: &mut SqliteConnection) -> Result<Vec<AuthorityRow>, Failure> {
    sqlx::query_as(
        "SELECT fingerprint, certificate, upper, key_file, origin, state, active_since, trusted_until FROM authority \
         ORDER BY state <> 'active', active_since DESC, rowid DESC",
    )
    .fetch_all(connection)
    .await
    .sql()
}

/// Makes an authority the active one; the one before stays trusted until `old_until`, or not at all when that is over.
pub(crate) async fn activate(
    connection: &mut SqliteConnection,
    row: &AuthorityRow,
    old_until: Option<Moment>,
) -> Result<(), Failure> {
    let old_until = old_until.map(Moment::unix_millis);
    let old_state = if old_until.is_some_and(|until| until <= row.active_since) { "retired" } else { "trusted" };
    if let Some(until) = old_until {
        sqlx::query(
            "UPDATE certificate SET ends_at = min(not_after, ?) \
             WHERE issuer = (SELECT fingerprint FROM authority WHERE state = 'active')",
        )
        .bind(until)
        .execute(&mut *connection)
        .await
        .sql()?;
    }
    sqlx::query("UPDATE certificate SET ends_at = not_after WHERE issuer = ? AND ends_at <> not_after")
        .bind(&row.fingerprint)
        .execute(&mut *connection)
        .await
        .sql()?;
    sqlx::query("UPDATE authority SET state = ?, trusted_until = ? WHERE state = 'active'")
        .bind(old_state)
        .bind(old_until)
        .execute(&mut *connection)
        .await
        .sql()?;
    // An authority that comes back (imported again) keeps its list and its number.
    sqlx::query(
        "INSERT INTO authority (fingerprint, certificate, upper, key_file, origin, state, active_since) \
         VALUES (?, ?, ?, ?, ?, 'active', ?) ON CONFLICT (fingerprint) DO UPDATE SET upper = excluded.upper, \
         key_file = excluded.key_file, state = 'active', active_since = excluded.active_since, trusted_until = NULL",
    )
    .bind(&row.fingerprint)
    .bind(&row.certificate)
    .bind(&row.upper)
    .bind(&row.key_file)
    .bind(&row.origin)
    .bind(row.active_since)
    .execute(connection)
    .await
    .sql()
    .map(drop)
}

/// Stops trusting an authority that is not the active one; says whether there was one.
pub(crate) async fn retire(connection: &mut SqliteConnection, fingerprint: &[u8], at: Moment) -> Result<bool, Failure> {
    sqlx::query(
        "UPDATE certificate SET ends_at = min(ends_at, ?1) WHERE issuer = ?2 \
         AND EXISTS (SELECT 1 FROM authority WHERE fingerprint = ?2 AND state = 'trusted')",
    )
    .bind(at.unix_millis())
    .bind(fingerprint)
    .execute(&mut *connection)
    .await
    .sql()?;
    sqlx::query("UPDATE authority SET state = 'retired', trusted_until = min(coalesce(trusted_until, ?1), ?1) WHERE fingerprint = ?2 AND state = 'trusted'")
        .bind(at.unix_millis())
        .bind(fingerprint)
        .execute(connection)
        .await
        .sql()
        .map(|done| done.rows_affected() > 0)
}

pub(crate) async fn list(connection: &mut SqliteConnection, fingerprint: &[u8; 32]) -> Result<List, Failure> {
    sqlx::query_as(
        "SELECT crl_number, crl, crl_made_at, crl_due_at, crl_revocations FROM authority WHERE fingerprint = ?",
    )
    .bind(fingerprint.as_slice())
    .fetch_one(connection)
    .await
    .sql()
}

/// How many certificates of these authorities were ever revoked: a list that knows fewer is out of date.
pub(crate) async fn revocations(connection: &mut SqliteConnection, same: &[Vec<u8>]) -> Result<i64, Failure> {
    let mut query = QueryBuilder::<Sqlite>::new("SELECT count(*) FROM certificate WHERE revoked_at IS NOT NULL AND ");
    push_issuers(&mut query, same);
    query.build_query_scalar().fetch_one(connection).await.sql()
}

/// The greatest number of a list of these authorities.
pub(crate) async fn list_number(connection: &mut SqliteConnection, same: &[Vec<u8>]) -> Result<i64, Failure> {
    let mut query =
        QueryBuilder::<Sqlite>::new("SELECT coalesce(max(crl_number), 0) FROM authority WHERE fingerprint IN (");
    let mut fingerprints = query.separated(", ");
    for fingerprint in same {
        fingerprints.push_bind(fingerprint.clone());
    }
    query.push(")").build_query_scalar().fetch_one(connection).await.sql()
}

/// `issuer IN (…)`.
pub(super) fn push_issuers(query: &mut QueryBuilder<Sqlite>, issuers: &[Vec<u8>]) {
    let mut list = query.push("issuer IN (").separated(", ");
    for issuer in issuers {
        list.push_bind(issuer.clone());
    }
    query.push(")");
}

pub(crate) async fn set_list(
    connection: &mut SqliteConnection,
    fingerprint: &[u8; 32],
    list: &List,
) -> Result<(), Failure> {
    sqlx::query(
        "UPDATE authority SET crl_number = ?, crl = ?, crl_made_at = ?, crl_due_at = ?, crl_revocations = ? \
         WHERE fingerprint = ?",
    )
    .bind(list.crl_number)
    .bind(&list.crl)
    .bind(list.crl_made_at)
    .bind(list.crl_due_at)
    .bind(list.crl_revocations)
    .bind(fingerprint.as_slice())
    .execute(connection)
    .await
    .sql()
    .map(drop)
}

/// How many certificates of each authority count at this moment.
pub(crate) async fn current_certificates(
    connection: &mut SqliteConnection,
    now: Moment,
) -> Result<Vec<(Vec<u8>, i64)>, Failure> {
    sqlx::query_as(
        "SELECT issuer, count(*) FROM certificate WHERE revoked_at IS NULL AND not_after > ? GROUP BY issuer",
    )
    .bind(now.unix_millis())
    .fetch_all(connection)
    .await
    .sql()
}
