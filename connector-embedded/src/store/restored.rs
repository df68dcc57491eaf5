//! What a restored store must not bring back: tokens that were open, and everything that was taken back since.

use std::{
    fs::File,
    io::{BufRead as _, BufReader},
    path::{Path, PathBuf},
};

use pairing::{Failure, Moment};
use serde::Deserialize;
use sqlx::{ConnectOptions as _, SqliteConnection, sqlite::SqliteConnectOptions};

use super::{SqlResult as _, Store, journal, setting::LATEST_TIME};
use crate::StartError;

/// What was done to a restored store.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Restored {
    pub(crate) tokens_voided: u64,
    pub(crate) revocations_applied: u64,
    pub(crate) unreadable_lines: u64,
}

/// What the store that is replaced knows and the backup cannot.
#[derive(Debug, Default)]
pub(crate) struct Before {
    journal: Vec<String>,
    /// The greatest number of a revocation list.
    list_number: i64,
    /// The latest time that was seen, as it is stored.
    latest_time: Option<String>,
}

impl Before {
    /// `None` when there is no store, or one that cannot be read: then only the journals know.
    pub(crate) async fn read(file: &Path) -> Option<Self> {
        if !file.exists() {
            return None;
        }
        let read = async {
            // Opened for writing, because what is in the -wal counts; nothing is written.
            let mut connection = SqliteConnectOptions::new().filename(file).connect().await?;
            let journal = sqlx::query_scalar("SELECT line FROM revocation_journal ORDER BY number");
            let journal = journal.fetch_all(&mut connection).await?;
            let list_number = sqlx::query_scalar("SELECT coalesce(max(crl_number), 0) FROM authority");
            let list_number = list_number.fetch_one(&mut connection).await?;
            let latest_time = sqlx::query_scalar("SELECT value FROM setting WHERE name = ?").bind(LATEST_TIME);
            let latest_time = latest_time.fetch_optional(&mut connection).await?;
            sqlx::Connection::close(connection).await?;
            sqlx::Result::Ok(Self { journal, list_number, latest_time })
        };
        read.await
            .inspect_err(|error: &sqlx::Error| {
                tracing::warn!(path = %file.display(), %error, "the store that is there cannot be read; only the journals count");
            })
            .ok()
    }
}

/// A line of the journal (the triggers of migration 4 write them).
#[derive(Debug, Deserialize)]
#[serde(tag = "revoked", rename_all = "snake_case")]
enum Line {
    Certificate(Box<RevokedCertificate>),
    SystemAuth {
        id: String,
    },
    /// An id may be chosen, and chosen again after the client was removed: the one of that time is meant.
    #[serde(rename_all = "camelCase")]
    OauthClient {
        id: String,
        created_at: i64,
    },
    /// One of a client's secrets, and when it ends.
    OauthSecret {
        id: String,
        at: i64,
    },
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
    /// Applies the journals and what the store of before knows, and voids what was open, in one transaction.
    pub(crate) async fn take_back(
        &self,
        journals: &[PathBuf],
        before: Option<Before>,
        now: Moment,
    ) -> Result<Restored, StartError> {
        let mut lines = Vec::new();
        let mut unreadable_lines = 0;
        let Before { journal, list_number, latest_time } = before.unwrap_or_default();
        for line in &journal {
            match serde_json::from_str(line) {
                Ok(line) => lines.push(line),
                Err(_) => unreadable_lines += 1,
            }
        }
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
                    sqlx::query("UPDATE authority SET crl_number = max(crl_number, ?)")
                        .bind(list_number)
                        .execute(&mut *connection)
                        .await
                        .sql()?;
                    if let Some(time) = latest_time {
                        sqlx::query(
                            "INSERT INTO setting (name, value) VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE \
                             SET value = ?2 WHERE CAST(value AS INTEGER) < CAST(?2 AS INTEGER)",
                        )
                        .bind(LATEST_TIME)
                        .bind(time)
                        .execute(&mut *connection)
                        .await
                        .sql()?;
                    }
                    // Access tokens carry the epoch of their client.
                    sqlx::query("UPDATE oauth_client SET epoch = lower(hex(randomblob(16)))")
                        .execute(&mut *connection)
                        .await
                        .sql()?;
                    journal::compare_again(connection).await?;
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
        Line::OauthClient { id, created_at } => {
            let query = sqlx::query("DELETE FROM oauth_client WHERE id = ? AND created_at = ?");
            query.bind(id).bind(created_at).execute(connection).await
        }
        Line::OauthSecret { id, at } => {
            let query = sqlx::query(
                "UPDATE oauth_secret SET retires_at = ?1 WHERE id = ?2 AND coalesce(retires_at, ?1 + 1) > ?1",
            );
            query.bind(at).bind(id).execute(connection).await
        }
        Line::Certificate(revoked) => return apply_certificate(connection, revoked).await,
    };
    Ok(done.sql()?.rows_affected())
}

async fn apply_certificate(connection: &mut SqliteConnection, revoked: &RevokedCertificate) -> Result<u64, Failure> {
    // One that was issued after the backup was made is unknown here; the revocation list must name it all the same.
    sqlx::query(
        "INSERT OR IGNORE INTO certificate (fingerprint, serial, issuer, system_auth_id, owner_kind, owner_id, \
         owner_name, common_name, kind, der, not_before, not_after, ends_at, issued_at, wire, request_hash, lineage) \
         VALUES (unhex(?1), unhex(?2), unhex(?3), ?4, ?5, ?6, ?7, ?4, ?8, unhex(?9), ?10, ?11, ?11, ?12, \
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
