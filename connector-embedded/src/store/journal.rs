//! The revocation journal: one JSON object per line in a file beside the store, only ever appended to.
//!
//! What is taken back is written down in the transaction that takes it back (triggers of migration 4). The writer
//! copies it to the file after the commit and before anybody is answered. A crash in between leaves lines that the
//! next commit, or the next start, copies. A line twice is no harm.

use std::{
    collections::HashSet,
    fs::{File, OpenOptions},
    io::{self, Read as _, Seek as _, SeekFrom, Write as _},
    os::unix::fs::OpenOptionsExt as _,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use pairing::Failure;
use serde::{Deserialize, Serialize};
use sqlx::SqliteConnection;

use super::{SqlResult as _, setting};
use crate::{StartError, data_dir::refuse_loose_mode};

/// The file, and how far the store's journal has been copied to it.
#[derive(Debug)]
pub(crate) struct Journal {
    path: PathBuf,
    file: Option<File>,
    /// The number of the last line that was copied.
    copied: i64,
    behind: Behind,
}

/// Whether lines are missing in the file. Cloning shares it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Behind(Arc<AtomicBool>);

impl Behind {
    pub(crate) fn get(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// Which file has which lines, as the store remembers it.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Copied {
    path: PathBuf,
    /// Of the file, in bytes.
    length: u64,
    /// Of its last line in the store.
    number: i64,
}

/// Where the store keeps it.
const COPIED: &str = "revocation journal copied";

impl Journal {
    /// Opens the file and copies what it lacks.
    ///
    /// # Errors
    /// The file cannot be written.
    pub(super) async fn open(path: &Path, connection: &mut SqliteConnection) -> Result<Self, StartError> {
        let refused = |cause: io::Error| {
            StartError::Setting(format!(
                "The revocation journal {} cannot be written: {cause}. Choose another file with --revocation-journal.",
                path.display()
            ))
        };
        let file = open_for_appending(path).map_err(refused)?;
        // Whoever can write it could have anything revoked by the next restore.
        refuse_loose_mode(path, 0o600)?;
        let path = path.canonicalize().map_err(refused)?;
        let length = file.metadata().map_err(refused)?.len();
        let mut journal = Self { path, file: None, copied: 0, behind: Behind::default() };
        let remembered = setting::get(connection, COPIED).await.map_err(StartError::Other)?;
        let remembered: Option<Copied> = remembered.and_then(|text| serde_json::from_str(&text).ok());
        match remembered.filter(|copied| copied.path == journal.path && copied.length == length) {
            Some(copied) => journal.copied = copied.number,
            // Another file than last time, or somebody touched it: what is in it is looked up line by line.
            None => journal.complete(connection).await,
        }
        journal.follow(connection).await;
        Ok(journal)
    }

    /// Without a file: for tests of the writer.
    #[cfg(test)]
    pub(super) fn nowhere() -> Self {
        Self { path: PathBuf::new(), file: None, copied: i64::MAX, behind: Behind::default() }
    }

    pub(super) fn behind(&self) -> Behind {
        self.behind.clone()
    }

    /// Copies what has been committed since the last time. Trouble is logged and tried again with the next commit.
    pub(super) async fn follow(&mut self, connection: &mut SqliteConnection) {
        if self.copied == i64::MAX {
            return;
        }
        let copied = self.copy(connection, &HashSet::new()).await;
        self.report(copied);
    }

    /// Copies every line that the file does not have.
    async fn complete(&mut self, connection: &mut SqliteConnection) {
        let text = std::fs::read(&self.path).unwrap_or_default();
        let present: HashSet<&[u8]> = text.split(|byte| *byte == b'\n').collect();
        let copied = self.copy(connection, &present).await;
        self.report(copied);
    }

    fn report(&self, copied: Result<(), Failure>) {
        self.behind.0.store(copied.is_err(), Ordering::Relaxed);
        if let Err(failure) = copied {
            tracing::error!(
                path = %self.path.display(), detail = failure.detail,
                "the revocation journal could not be written and will be tried again: {failure}"
            );
        }
    }

    async fn copy(&mut self, connection: &mut SqliteConnection, present: &HashSet<&[u8]>) -> Result<(), Failure> {
        let lines: Vec<(i64, String)> =
            sqlx::query_as("SELECT number, line FROM revocation_journal WHERE number > ? ORDER BY number")
                .bind(self.copied)
                .fetch_all(&mut *connection)
                .await
                .sql()?;
        let Some((last, _)) = lines.last() else { return Ok(()) };
        let last = *last;
        let mut text = String::new();
        for (_, line) in lines.iter().filter(|(_, line)| !present.contains(line.as_bytes())) {
            text.push_str(line);
            text.push('\n');
        }
        let length = self.append(&text).map_err(|error| {
            self.file = None;
            Failure::internal(error)
        })?;
        self.copied = last;
        let copied = Copied { path: self.path.clone(), length, number: last };
        let copied = serde_json::to_string(&copied).map_err(Failure::internal)?;
        setting::set(connection, COPIED, &copied).await
    }

    /// Says how long the file is afterwards.
    fn append(&mut self, text: &str) -> io::Result<u64> {
        let file = match &mut self.file {
            Some(file) => file,
            None => self.file.insert(open_for_appending(&self.path)?),
        };
        file.write_all(text.as_bytes())?;
        file.sync_data()?;
        Ok(file.metadata()?.len())
    }
}

fn open_for_appending(path: &Path) -> io::Result<File> {
    let mut file = OpenOptions::new().create(true).append(true).read(true).mode(0o600).open(path)?;
    let length = file.seek(SeekFrom::End(0))?;
    if length > 0 {
        // Half a line that a full disk left must not spoil the next one.
        let mut end = [0];
        file.seek(SeekFrom::End(-1))?;
        file.read_exact(&mut end)?;
        if end != *b"\n" {
            file.write_all(b"\n")?;
        }
    }
    Ok(file)
}

/// Has the next start compare the file line by line.
pub(super) async fn compare_again(connection: &mut SqliteConnection) -> Result<(), Failure> {
    setting::set(connection, COPIED, "").await
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
             der, not_before, not_after, ends_at, issued_at, wire, request_hash, lineage) \
             VALUES (x'AA', x'01', x'', 'auth', 'application', 'app', 'auth', 'application', x'DE', 1, 2, 2, 1, 'test', x'', x'AA')",
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
        Store::open(dir.path(), None).await.unwrap().close().await;
        assert_eq!(lines(&dir), journal, "the half line stands alone, the whole one follows");

        // Another file gets everything, and the first one then what was taken back meanwhile.
        let other = dir.path().join("other.jsonl");
        let store = Store::open(dir.path(), Some(&other)).await.unwrap();
        execute(&store, "INSERT INTO tenant (id, external_id, name) VALUES ('t', 'e', 'n')").await.unwrap();
        execute(&store, "INSERT INTO integration_system (id, name, created_at, updated_at) VALUES ('i', 'n', 1, 1)")
            .await
            .unwrap();
        execute(&store, "INSERT INTO system_auth (id, integration_system_id, created_at) VALUES ('gone', 'i', 1)")
            .await
            .unwrap();
        execute(&store, "DELETE FROM system_auth").await.unwrap();
        store.close().await;
        assert_eq!(fs::read_to_string(&other).unwrap().lines().count(), 2);
        Store::open(dir.path(), None).await.unwrap().close().await;
        let journal = lines(&dir);
        assert_eq!((journal.len(), &journal[1]["id"]), (2, &"gone".into()));

        assert!(Store::open(dir.path(), Some(dir.path())).await.is_err(), "a folder is no file");

        // The file is gone: everything is written again.
        fs::remove_file(&path).unwrap();
        Store::open(dir.path(), None).await.unwrap().close().await;
        assert_eq!(lines(&dir), journal);
    }
}
