//! The revocation journal: one JSON object per line in a file beside the store, only ever appended to.
//!
//! What is taken back is written down in the transaction that takes it back (triggers of migration 4). The writer
//! copies it to the file after the commit and before anybody is answered. A crash in between leaves lines that the
//! next commit, or the next start, copies.

use std::{
    fs::{File, OpenOptions},
    io::{self, Read as _, Seek as _, SeekFrom, Write as _},
    os::unix::fs::OpenOptionsExt as _,
    path::{Path, PathBuf},
};

use pairing::Failure;
use sqlx::SqliteConnection;

use super::SqlResult as _;

/// The file, and how far the store's journal has been copied to it.
#[derive(Debug)]
pub(crate) struct Journal {
    path: PathBuf,
    file: Option<File>,
    /// The number of the last line that was copied.
    copied: i64,
}

/// Where the store keeps how far the file is.
const COPIED: &str = "revocation journal copied";

impl Journal {
    pub(super) async fn open(path: &Path, connection: &mut SqliteConnection) -> Result<Self, Failure> {
        let copied = super::setting::get(connection, COPIED).await?;
        let copied = copied.and_then(|text| text.parse().ok()).unwrap_or_default();
        // A file that is gone begins again with everything that the store knows.
        let copied = if path.exists() { copied } else { 0 };
        let mut journal = Self { path: path.to_owned(), file: None, copied };
        journal.follow(connection).await;
        Ok(journal)
    }

    /// Without a file: for tests of the writer.
    #[cfg(test)]
    pub(super) fn nowhere() -> Self {
        Self { path: PathBuf::new(), file: None, copied: i64::MAX }
    }

    /// Copies what has been committed since the last time. Trouble is logged and tried again with the next commit.
    pub(super) async fn follow(&mut self, connection: &mut SqliteConnection) {
        if let Err(failure) = self.copy(connection).await {
            tracing::error!(
                path = %self.path.display(), detail = failure.detail,
                "the revocation journal could not be written and will be tried again: {failure}"
            );
        }
    }

    async fn copy(&mut self, connection: &mut SqliteConnection) -> Result<(), Failure> {
        if self.copied == i64::MAX {
            return Ok(());
        }
        let lines: Vec<(i64, String)> =
            sqlx::query_as("SELECT number, line FROM revocation_journal WHERE number > ? ORDER BY number")
                .bind(self.copied)
                .fetch_all(&mut *connection)
                .await
                .sql()?;
        let Some((last, _)) = lines.last() else { return Ok(()) };
        let last = *last;
        let mut text = String::new();
        for (_, line) in &lines {
            text.push_str(line);
            text.push('\n');
        }
        self.append(&text).map_err(|error| {
            self.file = None;
            Failure::internal(error)
        })?;
        self.copied = last;
        // Only so that a start need not write everything again; a line twice is no harm.
        super::setting::set(connection, COPIED, &last.to_string()).await
    }

    fn append(&mut self, text: &str) -> io::Result<()> {
        let file = match &mut self.file {
            Some(file) => file,
            None => {
                let mut file = OpenOptions::new().create(true).append(true).read(true).mode(0o600).open(&self.path)?;
                // Half a line that a full disk left must not spoil the next one.
                let length = file.seek(SeekFrom::End(0))?;
                if length > 0 {
                    let mut end = [0];
                    file.seek(SeekFrom::End(-1))?;
                    file.read_exact(&mut end)?;
                    if end != *b"\n" {
                        file.write_all(b"\n")?;
                    }
                }
                self.file.insert(file)
            }
        };
        file.write_all(text.as_bytes())?;
        file.sync_data()
    }
}

/// Has the next start write everything to the file, whatever is in it.
pub(super) async fn write_all_again(connection: &mut SqliteConnection) -> Result<(), Failure> {
    super::setting::set(connection, COPIED, "0").await
}

#[cfg(test)]
mod tests {
    use std::fs;

    use serde_json::Value;

    use crate::store::{JOURNAL, SqlResult as _, Store};

    async fn execute(store: &Store, sql: &'static str) -> Result<(), pairing::Failure> {
        store
            .write(move |connection| {
                Box::pin(async move { sqlx::query(sql).execute(connection).await.sql().map(drop) })
            })
            .await
    }

    fn lines(dir: &tempfile::TempDir) -> Vec<Value> {
        let text = fs::read_to_string(dir.path().join(JOURNAL)).unwrap_or_default();
        text.lines().filter_map(|line| serde_json::from_str(line).ok()).collect()
    }

    const REVOKE: &str = "UPDATE certificate SET revoked_at = 1, revoked_reason = 'unspecified' WHERE serial = x'01'";

    #[tokio::test]
    async fn what_is_taken_back_is_in_the_file_before_the_answer_and_nothing_takes_it_out() {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(dir.path(), None).await.unwrap();
        for sql in [
            "INSERT INTO certificate (fingerprint, serial, issuer, system_auth_id, owner_kind, owner_id, common_name, kind, \
             der, not_before, not_after, issued_at, wire, request_hash, lineage) \
             VALUES (x'AA', x'01', x'', 'auth', 'application', 'app', 'auth', 'application', x'DE', 1, 2, 1, 'test', x'', x'AA')",
            REVOKE,
        ] {
            execute(&store, sql).await.unwrap();
        }
        let journal = lines(&dir);
        assert_eq!(journal.len(), 1, "{journal:?}");
        assert_eq!((&journal[0]["fingerprint"], &journal[0]["reason"]), (&"aa".into(), &"unspecified".into()));
        for sql in [
            "UPDATE certificate SET revoked_at = NULL",
            "UPDATE certificate SET revoked_at = 2",
            "DELETE FROM revocation_journal",
            "UPDATE revocation_journal SET line = ''",
        ] {
            assert!(execute(&store, sql).await.is_err(), "{sql}");
        }
        store.close().await;

        // The disk was full in the middle of a line, and the program died before it could try again.
        let path = dir.path().join(JOURNAL);
        let whole = fs::read_to_string(&path).unwrap();
        fs::write(&path, &whole[..20]).unwrap();
        let store = Store::open(dir.path(), None).await.unwrap();
        execute(&store, "UPDATE setting SET value = '0' WHERE name = 'revocation journal copied'").await.unwrap();
        store.close().await;
        Store::open(dir.path(), None).await.unwrap().close().await;
        assert_eq!(lines(&dir), journal, "the half line stands alone, the whole one follows");

        // The file is gone: everything is written again.
        fs::remove_file(&path).unwrap();
        Store::open(dir.path(), None).await.unwrap().close().await;
        assert_eq!(lines(&dir), journal);
    }
}
