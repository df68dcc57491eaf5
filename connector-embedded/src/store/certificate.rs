//! Certificates that were signed, and whom they stand for.

use pairing::{Failure, Moment, SecretHash};
use sqlx::{FromRow, SqliteConnection};

use super::SqlResult as _;

/// A certificate about to be recorded.
#[derive(Clone, Debug)]
pub(crate) struct NewCertificate {
    pub(crate) fingerprint: [u8; 32],
    pub(crate) serial: Vec<u8>,
    pub(crate) system_auth_id: String,
    pub(crate) application_id: String,
    pub(crate) common_name: String,
    pub(crate) der: Vec<u8>,
    pub(crate) not_before: Moment,
    pub(crate) not_after: Moment,
    pub(crate) issued_at: Moment,
    pub(crate) wire: &'static str,
    pub(crate) token_hash: Option<SecretHash>,
    pub(crate) request_hash: [u8; 32],
    pub(crate) parent_fingerprint: Option<[u8; 32]>,
}

/// Whom a certificate stands for, read anew on every request.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub(crate) struct Holder {
    pub(crate) system_auth_id: String,
    pub(crate) application_id: String,
    pub(crate) tenant_id: String,
    pub(crate) common_name: String,
    pub(crate) not_after: i64,
    pub(crate) revoked_at: Option<i64>,
    pub(crate) last_seen_at: Option<i64>,
    pub(crate) certificate_used_at: Option<i64>,
    pub(crate) status_condition: String,
}

pub(crate) async fn insert(connection: &mut SqliteConnection, row: &NewCertificate) -> Result<(), Failure> {
    sqlx::query(
        "INSERT INTO certificate (fingerprint, serial, system_auth_id, application_id, common_name, der, not_before, \
         not_after, issued_at, wire, token_hash, request_hash, parent_fingerprint) \
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    )
    .bind(row.fingerprint.as_slice())
    .bind(&row.serial)
    .bind(&row.system_auth_id)
    .bind(&row.application_id)
    .bind(&row.common_name)
    .bind(&row.der)
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
        "SELECT c.system_auth_id, a.application_id, a.tenant_id, c.common_name, c.not_after, c.revoked_at, \
         c.last_seen_at, a.certificate_used_at, app.status_condition \
         FROM certificate c JOIN system_auth a ON a.id = c.system_auth_id JOIN application app ON app.id = a.application_id \
         WHERE c.fingerprint = ?",
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

/// The certificate that a token bought for exactly this request (lenient retries).
pub(crate) async fn bought(
    connection: &mut SqliteConnection,
    token_hash: SecretHash,
    request_hash: &[u8; 32],
) -> Result<Option<Vec<u8>>, Failure> {
    sqlx::query_scalar("SELECT der FROM certificate WHERE token_hash = ? AND request_hash = ? AND revoked_at IS NULL")
        .bind(token_hash.as_bytes().as_slice())
        .bind(request_hash.as_slice())
        .fetch_optional(connection)
        .await
        .sql()
}

pub(crate) async fn seen(connection: &mut SqliteConnection, fingerprint: &[u8; 32], at: Moment) -> Result<(), Failure> {
    sqlx::query("UPDATE certificate SET last_seen_at = ? WHERE fingerprint = ?")
        .bind(at.unix_millis())
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
    Application(&'a str),
}

/// Revokes; what was revoked before keeps its first date and reason.
pub(crate) async fn revoke(
    connection: &mut SqliteConnection,
    which: Revoked<'_>,
    by: &str,
    reason: &str,
    at: Moment,
) -> Result<u64, Failure> {
    let mut query = sqlx::QueryBuilder::<sqlx::Sqlite>::new("UPDATE certificate SET revoked_at = ");
    query
        .push_bind(at.unix_millis())
        .push(", revoked_by = ")
        .push_bind(by)
        .push(", revoked_reason = ")
        .push_bind(reason)
        .push(" WHERE revoked_at IS NULL AND ");
    match which {
        Revoked::Fingerprint(fingerprint) => query.push("fingerprint = ").push_bind(fingerprint.as_slice()),
        Revoked::SystemAuth(id) => query.push("system_auth_id = ").push_bind(id),
        Revoked::Application(id) => query.push("application_id = ").push_bind(id),
    };
    Ok(query.build().execute(connection).await.sql()?.rows_affected())
}
