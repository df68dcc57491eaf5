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
