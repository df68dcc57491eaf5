//! What a restored store must not bring back: tokens that were open, and everything that was taken back since.

use std::{
    fs::File,
    io::{BufRead as _, BufReader},
    path::{Path, PathBuf},
};

use pairing::{Failure, Moment};
use serde::Deserialize;
use sqlx::SqliteConnection;

use super::{SqlResult as _, Store, journal};
use crate::StartError;

/// What was done to a restored store.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Restored {
    pub(crate) tokens_voided: u64,
    pub(crate) revocations_applied: u64,
    pub(crate) unreadable_lines: u64,
}

/// A line of the journal (the triggers of migration 4 write them).
#[derive(Debug, Deserialize)]
#[serde(tag = "revoked", rename_all = "snake_case")]
enum Line {
    Certificate(Box<RevokedCertificate>),
    SystemAuth { id: String },
    OauthClient { id: String },
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct RevokedCertificate {
    fingerprint: String,
    serial: String,
    issuer: String,
    system_auth_id: String,
    owner_kind: String,
    owner_id: String,
    owner_name: String,
    kind: String,
    not_before: i64,
    not_after: i64,
    issued_at: i64,
    at: i64,
    by: Option<String>,
    reason: Option<String>,
    note: Option<String>,
    der: String,
}

impl Store {
    /// Applies the journals and voids what was open, in one transaction.
    pub(crate) async fn take_back(&self, journals: &[PathBuf], now: Moment) -> Result<Restored, StartError> {
        let mut lines = Vec::new();
        let mut unreadable_lines = 0;
        for path in journals {
            unreadable_lines += read(path, &mut lines).map_err(|cause| {
                StartError::Setting(format!("The journal {} cannot be read: {cause}.", path.display()))
            })?;
        }
        let done = self
            .write(move |connection| {
                Box::pin(async move {
                    let mut restored = Restored { unreadable_lines, ..Restored::default() };
                    for line in &lines {
                        restored.revocations_applied += apply(connection, line).await?;
                    }
                    let now = now.unix_millis();
                    let void = "UPDATE one_time_token SET replaced_at = ? \
                        WHERE used_at IS NULL AND replaced_at IS NULL AND expires_at > ?";
                    let voided = sqlx::query(void).bind(now).bind(now).execute(&mut *connection).await.sql()?;
                    restored.tokens_voided = voided.rows_affected();
                    // Access tokens carry the epoch of their client.
                    sqlx::query("UPDATE oauth_client SET epoch = lower(hex(randomblob(16)))")
                        .execute(&mut *connection)
                        .await
                        .sql()?;
                    journal::write_all_again(connection).await?;
                    Ok(restored)
                })
            })
            .await
            .map_err(StartError::Other)?;
        Ok(done)
    }
}

/// Reads the lines of a journal; says how many made no sense.
fn read(path: &Path, lines: &mut Vec<Line>) -> std::io::Result<u64> {
    let mut unreadable = 0;
    for line in BufReader::new(File::open(path)?).split(b'\n') {
        let line = line?;
        if line.is_empty() {
            continue;
        }
        match serde_json::from_slice(&line) {
            Ok(line) => lines.push(line),
            Err(_) => unreadable += 1,
        }
    }
    Ok(unreadable)
}

/// Does again what a line says; says how much that changed.
async fn apply(connection: &mut SqliteConnection, line: &Line) -> Result<u64, Failure> {
    let done = match line {
        Line::SystemAuth { id } => {
            sqlx::query("DELETE FROM system_auth WHERE id = ?").bind(id).execute(connection).await
        }
        Line::OauthClient { id } => {
            sqlx::query("DELETE FROM oauth_client WHERE id = ?").bind(id).execute(connection).await
        }
        Line::Certificate(revoked) => return apply_certificate(connection, revoked).await,
    };
    Ok(done.sql()?.rows_affected())
}

async fn apply_certificate(connection: &mut SqliteConnection, revoked: &RevokedCertificate) -> Result<u64, Failure> {
    // One that was issued after the backup was made is unknown here; the revocation list must name it all the same.
    sqlx::query(
        "INSERT OR IGNORE INTO certificate (fingerprint, serial, issuer, system_auth_id, owner_kind, owner_id, \
         owner_name, common_name, kind, der, not_before, not_after, issued_at, wire, request_hash, lineage) \
         VALUES (unhex(?1), unhex(?2), unhex(?3), ?4, ?5, ?6, ?7, ?4, ?8, unhex(?9), ?10, ?11, ?12, \
         'revocation journal', x'', unhex(?1))",
    )
    .bind(&revoked.fingerprint)
    .bind(&revoked.serial)
    .bind(&revoked.issuer)
    .bind(&revoked.system_auth_id)
    .bind(&revoked.owner_kind)
    .bind(&revoked.owner_id)
    .bind(&revoked.owner_name)
    .bind(&revoked.kind)
    .bind(&revoked.der)
    .bind(revoked.not_before)
    .bind(revoked.not_after)
    .bind(revoked.issued_at)
    .execute(&mut *connection)
    .await
    .sql()?;
    let done = sqlx::query(
        "UPDATE certificate SET revoked_at = ?, revoked_by = ?, revoked_reason = ?, revoked_note = ? \
         WHERE fingerprint = unhex(?) AND revoked_at IS NULL",
    )
    .bind(revoked.at)
    .bind(&revoked.by)
    .bind(&revoked.reason)
    .bind(&revoked.note)
    .bind(&revoked.fingerprint)
    .execute(connection)
    .await
    .sql()?;
    Ok(done.rows_affected())
}
