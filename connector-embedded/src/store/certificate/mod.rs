//! Certificates that were signed, whom they stand for, and what became of them.

mod inventory;
mod timeline;

use std::net::IpAddr;

use pairing::{Failure, Moment, SecretHash};
use sqlx::{FromRow, Row as _, SqliteConnection, sqlite::SqliteRow};

use super::{SqlResult as _, system_auth::Owner};
use crate::service::kyma::{Context, Flavour};

pub(crate) use inventory::{Order, Page, Place, Recorded, Selection, find, lineage, page};
pub(crate) use timeline::{Dark, OnOldChain, Timeline, dark, on_old_chain, timeline};

/// A certificate about to be recorded.
#[derive(Clone, Debug)]
pub(crate) struct NewCertificate {
    pub(crate) fingerprint: [u8; 32],
    pub(crate) serial: Vec<u8>,
    /// Fingerprint of the authority that signed it.
    pub(crate) issuer: [u8; 32],
    pub(crate) system_auth_id: String,
    pub(crate) owner: Owner,
    pub(crate) common_name: String,
    pub(crate) kind: &'static str,
    pub(crate) der: Vec<u8>,
    /// SHA-256 of the `SubjectPublicKeyInfo`.
    pub(crate) key_hash: [u8; 32],
    pub(crate) not_before: Moment,
    pub(crate) not_after: Moment,
    pub(crate) issued_at: Moment,
    pub(crate) wire: &'static str,
    pub(crate) token_hash: Option<SecretHash>,
    pub(crate) request_hash: [u8; 32],
    pub(crate) parent_fingerprint: Option<[u8; 32]>,
}

/// Whom a certificate stands for, read anew on every request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Holder {
    pub(crate) system_auth_id: String,
    pub(crate) owner: Owner,
    pub(crate) tenant_id: String,
    pub(crate) issuer: Vec<u8>,
    pub(crate) kind: String,
    pub(crate) not_before: i64,
    pub(crate) not_after: i64,
    pub(crate) issued_at: i64,
    pub(crate) revoked_at: Option<i64>,
    pub(crate) last_seen_at: Option<i64>,
    pub(crate) certificate_used_at: Option<i64>,
    pub(crate) status_condition: String,
    pub(crate) common_name: String,
    pub(crate) flavour: Flavour,
    pub(crate) context: Context,
}

impl FromRow<'_, SqliteRow> for Holder {
    fn from_row(row: &SqliteRow) -> sqlx::Result<Self> {
        Ok(Self {
            system_auth_id: row.try_get("system_auth_id")?,
            owner: Owner::read(row)?.ok_or(sqlx::Error::RowNotFound)?,
            tenant_id: row.try_get("tenant_id")?,
            issuer: row.try_get("issuer")?,
            kind: row.try_get("kind")?,
            not_before: row.try_get("not_before")?,
            not_after: row.try_get("not_after")?,
            issued_at: row.try_get("issued_at")?,
            revoked_at: row.try_get("revoked_at")?,
            last_seen_at: row.try_get("last_seen_at")?,
            certificate_used_at: row.try_get("certificate_used_at")?,
            status_condition: row.try_get("status_condition")?,
            common_name: row.try_get("common_name")?,
            flavour: Flavour::of(row.try_get("flavour")?),
            context: Context { tenant: row.try_get("context_tenant")?, group: row.try_get("context_group")? },
        })
    }
}

/// Records a certificate. The line of renewals it belongs to is that of its parent, or begins with it.
pub(crate) async fn insert(connection: &mut SqliteConnection, row: &NewCertificate) -> Result<(), Failure> {
    let kind = if matches!(row.owner, Owner::Runtime(_)) { "runtime" } else { "application" };
    sqlx::query(
        "INSERT INTO certificate (fingerprint, serial, issuer, system_auth_id, owner_kind, owner_id, owner_name, \
         common_name, kind, der, key_hash, not_before, not_after, ends_at, issued_at, wire, token_hash, request_hash, \
         parent_fingerprint, lineage, generation) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, coalesce((SELECT name FROM application WHERE id = ?6), \
         (SELECT name FROM runtime WHERE id = ?6), ''), ?7, ?8, ?9, ?10, ?11, ?12, ?12, ?13, ?14, ?15, ?16, ?17, \
         coalesce((SELECT lineage FROM certificate WHERE fingerprint = ?17), ?1), \
         coalesce((SELECT generation + 1 FROM certificate WHERE fingerprint = ?17), 0))",
    )
    .bind(row.fingerprint.as_slice())
    .bind(&row.serial)
    .bind(row.issuer.as_slice())
    .bind(&row.system_auth_id)
    .bind(kind)
    .bind(row.owner.id())
    .bind(&row.common_name)
    .bind(row.kind)
    .bind(&row.der)
    .bind(row.key_hash.as_slice())
    .bind(row.not_before.unix_millis())
    .bind(row.not_after.unix_millis())
    .bind(row.issued_at.unix_millis())
    .bind(row.wire)
    .bind(row.token_hash.map(|hash| hash.as_bytes().to_vec()))
    .bind(row.request_hash.as_slice())
    .bind(row.parent_fingerprint.map(|fingerprint| fingerprint.to_vec()))
    .execute(connection)
    .await
    .sql()
    .map(drop)
}

/// Whom the certificate with this fingerprint stands for; `None` when we never issued it or its system auth is gone.
pub(crate) async fn holder(
    connection: &mut SqliteConnection,
    fingerprint: &[u8; 32],
) -> Result<Option<Holder>, Failure> {
    sqlx::query_as(
        "SELECT c.system_auth_id, a.application_id, a.runtime_id, a.integration_system_id, a.tenant_id, c.issuer, c.kind, \
         c.not_before, c.not_after, c.issued_at, c.revoked_at, c.last_seen_at, a.certificate_used_at, \
         c.common_name, a.flavour, a.context_tenant, a.context_group, coalesce(app.status_condition, r.status_condition, '') AS status_condition \
         FROM certificate c JOIN system_auth a ON a.id = c.system_auth_id \
         LEFT JOIN application app ON app.id = a.application_id LEFT JOIN runtime r ON r.id = a.runtime_id \
         WHERE c.fingerprint = ? AND a.tenant_id IS NOT NULL",
    )
    .bind(fingerprint.as_slice())
    .fetch_optional(connection)
    .await
    .sql()
}

/// A certificate as it was signed.
pub(crate) async fn der(connection: &mut SqliteConnection, fingerprint: &[u8; 32]) -> Result<Option<Vec<u8>>, Failure> {
    let query = sqlx::query_scalar("SELECT der FROM certificate WHERE fingerprint = ?");
    query.bind(fingerprint.as_slice()).fetch_optional(connection).await.sql()
}

/// The certificate that a token bought for exactly this request (lenient retries), and which authority signed it.
pub(crate) async fn bought(
    connection: &mut SqliteConnection,
    token_hash: SecretHash,
    request_hash: &[u8; 32],
) -> Result<Option<(Vec<u8>, Vec<u8>)>, Failure> {
    sqlx::query_as(
        "SELECT der, issuer FROM certificate WHERE token_hash = ? AND request_hash = ? AND revoked_at IS NULL",
    )
    .bind(token_hash.as_bytes().as_slice())
    .bind(request_hash.as_slice())
    .fetch_optional(connection)
    .await
    .sql()
}

pub(crate) async fn seen(
    connection: &mut SqliteConnection,
    fingerprint: &[u8; 32],
    at: Moment,
    from: IpAddr,
) -> Result<(), Failure> {
    sqlx::query("UPDATE certificate SET last_seen_at = ?, last_seen_from = ? WHERE fingerprint = ?")
        .bind(at.unix_millis())
        .bind(from.to_string())
        .bind(fingerprint.as_slice())
        .execute(connection)
        .await
        .sql()
        .map(drop)
}

/// Notes that a certificate was presented and refused. Nothing happens for one that is not ours.
pub(crate) async fn refused(
    connection: &mut SqliteConnection,
    fingerprint: &[u8; 32],
    why: &str,
    from: &str,
    at: Moment,
) -> Result<(), Failure> {
    sqlx::query("UPDATE certificate SET refused_at = ?, refused_why = ?, refused_from = ? WHERE fingerprint = ?")
        .bind(at.unix_millis())
        .bind(why)
        .bind(from)
        .bind(fingerprint.as_slice())
        .execute(connection)
        .await
        .sql()
        .map(drop)
}

/// Which certificates a revocation means.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Revoked<'a> {
    Fingerprint(&'a [u8; 32]),
    SystemAuth(&'a str),
    Owner(&'a str),
}

/// By whom and why.
#[derive(Clone, Debug)]
pub(crate) struct Revocation {
    pub(crate) by: String,
    /// A name of RFC 5280 §5.3.1 in snake case.
    pub(crate) reason: &'static str,
    pub(crate) note: Option<String>,
    pub(crate) at: Moment,
}

impl Revocation {
    /// Because what the certificate was for has ended.
    pub(crate) fn ended(by: &str, note: &str, at: Moment) -> Self {
        Self { by: by.to_owned(), reason: "cessation_of_operation", note: Some(note.to_owned()), at }
    }
}

/// Revokes; what was revoked before keeps its first date and reason.
pub(crate) async fn revoke(
    connection: &mut SqliteConnection,
    which: Revoked<'_>,
    why: &Revocation,
) -> Result<u64, Failure> {
    let mut query = sqlx::QueryBuilder::<sqlx::Sqlite>::new("UPDATE certificate SET revoked_at = ");
    query
        .push_bind(why.at.unix_millis())
        .push(", revoked_by = ")
        .push_bind(&why.by)
        .push(", revoked_reason = ")
        .push_bind(why.reason)
        .push(", revoked_note = ")
        .push_bind(&why.note)
        .push(" WHERE revoked_at IS NULL AND ");
    match which {
        Revoked::Fingerprint(fingerprint) => query.push("fingerprint = ").push_bind(fingerprint.as_slice()),
        Revoked::SystemAuth(id) => query.push("system_auth_id = ").push_bind(id),
        Revoked::Owner(id) => query.push("owner_id = ").push_bind(id),
    };
    Ok(query.build().execute(connection).await.sql()?.rows_affected())
}

/// The certificates that were declared over and would still be valid by their own dates, as far as anybody knows.
pub(crate) async fn declared_over(connection: &mut SqliteConnection) -> Result<Vec<[u8; 32]>, Failure> {
    let query = sqlx::query_scalar("SELECT fingerprint FROM certificate WHERE declared_over_at IS NOT NULL");
    let found: Vec<Vec<u8>> = query.fetch_all(connection).await.sql()?;
    Ok(found.into_iter().filter_map(|fingerprint| fingerprint.try_into().ok()).collect())
}

/// Ends the current certificates of an owner now; says which they were.
pub(crate) async fn declare_over(
    connection: &mut SqliteConnection,
    owner_id: &str,
    now: Moment,
) -> Result<Vec<[u8; 32]>, Failure> {
    let query = sqlx::query_scalar(
        "UPDATE certificate SET declared_over_at = ?1, not_after = ?1, ends_at = min(ends_at, ?1) \
         WHERE owner_id = ?2 AND not_after > ?1 RETURNING fingerprint",
    );
    let over: Vec<Vec<u8>> = query.bind(now.unix_millis()).bind(owner_id).fetch_all(connection).await.sql()?;
    Ok(over.into_iter().filter_map(|fingerprint| fingerprint.try_into().ok()).collect())
}

/// The newest certificate of an owner.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub(crate) struct Newest {
    pub(crate) fingerprint: Vec<u8>,
    pub(crate) not_before: i64,
    pub(crate) not_after: i64,
    pub(crate) ends_at: i64,
    pub(crate) issued_at: i64,
    pub(crate) last_seen_at: Option<i64>,
    pub(crate) revoked_at: Option<i64>,
    pub(crate) declared_over_at: Option<i64>,
}

pub(crate) async fn newest_of(connection: &mut SqliteConnection, owner_id: &str) -> Result<Option<Newest>, Failure> {
    sqlx::query_as(
        "SELECT fingerprint, not_before, not_after, ends_at, issued_at, last_seen_at, revoked_at, declared_over_at \
         FROM certificate WHERE owner_id = ? ORDER BY issued_at DESC, rowid DESC LIMIT 1",
    )
    .bind(owner_id)
    .fetch_optional(connection)
    .await
    .sql()
}

/// Certificates recorded before their key and issuer were written down, with their DER.
pub(crate) async fn incomplete(connection: &mut SqliteConnection) -> Result<Vec<(Vec<u8>, Vec<u8>)>, Failure> {
    sqlx::query_as("SELECT fingerprint, der FROM certificate WHERE key_hash IS NULL").fetch_all(connection).await.sql()
}

/// Writes down what [`incomplete`] lacked.
pub(crate) async fn complete(
    connection: &mut SqliteConnection,
    fingerprint: &[u8],
    issuer: &[u8],
    key_hash: &[u8],
) -> Result<(), Failure> {
    sqlx::query(
        "UPDATE certificate SET issuer = CASE issuer WHEN x'' THEN ? ELSE issuer END, key_hash = ? WHERE fingerprint = ?",
    )
    .bind(issuer)
    .bind(key_hash)
    .bind(fingerprint)
    .execute(connection)
    .await
    .sql()
    .map(drop)
}

/// A certificate on a revocation list.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub(crate) struct RevokedEntry {
    pub(crate) serial: Vec<u8>,
    pub(crate) revoked_at: i64,
    pub(crate) revoked_reason: String,
}

/// The revoked certificates of these authorities that were still valid at `since`, which the list must name.
pub(crate) async fn revoked_entries(
    connection: &mut SqliteConnection,
    issuers: &[Vec<u8>],
    since: Moment,
) -> Result<Vec<RevokedEntry>, Failure> {
    let mut query = sqlx::QueryBuilder::<sqlx::Sqlite>::new(
        "SELECT serial, revoked_at, coalesce(revoked_reason, 'unspecified') AS revoked_reason FROM certificate \
         WHERE revoked_at IS NOT NULL AND not_after >= ",
    );
    query.push_bind(since.unix_millis()).push(" AND ");
    super::authority::push_issuers(&mut query, issuers);
    query.push(" ORDER BY revoked_at, serial").build_query_as().fetch_all(connection).await.sql()
}
