//! SQL, and nothing but SQL: one SQLite file, one writer, a pool of readers.
//!
//! To add a table: a new numbered file in `migrations/` (never edit one that was released), a module here named
//! after the noun, functions that take `&mut SqliteConnection`. Reads go through [`Store::read`], writes through
//! [`Store::write`], which answers after the commit is on disk.

pub(crate) mod access_token;
pub(crate) mod application;
pub(crate) mod application_template;
pub(crate) mod authority;
pub(crate) mod certificate;
pub(crate) mod client_index;
pub(crate) mod event;
pub(crate) mod event_delivery;
pub(crate) mod formation;
pub(crate) mod heartbeat;
pub(crate) mod integration_system;
pub(crate) mod journal;
pub(crate) mod label;
mod migration;
pub(crate) mod oauth_client;
pub(crate) mod oauth_usage;
pub(crate) mod one_time_token;
pub(crate) mod registered_service;
pub(crate) mod registration;
pub(crate) mod restored;
pub(crate) mod runtime;
pub(crate) mod selection;
pub(crate) mod setting;
pub(crate) mod subscription;
pub(crate) mod system_auth;
pub(crate) mod tenant;
mod writer;

use std::{
    fs::OpenOptions,
    os::unix::fs::OpenOptionsExt as _,
    path::{Path, PathBuf},
    time::Duration,
};

use futures_util::future::BoxFuture;
use pairing::{ErrorCode, Failure, Moment};
use sqlx::{
    ConnectOptions as _, Connection as _, Sqlite, SqliteConnection, SqlitePool,
    pool::PoolConnection,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};

use zeroize::Zeroizing;

use crate::StartError;
use journal::{Behind, Journal};

pub(crate) use client_index::ClientIndex;
pub(crate) use writer::Writer;

/// The open store. Cloning shares it.
#[derive(Clone, Debug)]
pub(crate) struct Store {
    readers: SqlitePool,
    /// For a connection that copies the file.
    copying: SqliteConnectOptions,
    writer: Writer,
    clients: ClientIndex,
    journal_behind: Behind,
}

/// The journal's usual name in the data directory.
pub(crate) const JOURNAL: &str = "revocations.jsonl";

/// How the names of copies for backups begin.
const COPY: &str = "copy-";

/// Readers are for looking things up; five cover two cores with room for a slow page.
const READERS: u32 = 5;

impl Store {
    /// Opens `store.sqlite` in `dir`, creating or migrating it; `journal` is the file of what is
    /// taken back, `revocations.jsonl` beside it unless said otherwise.
    pub(crate) async fn open(dir: &Path, journal: Option<&Path>) -> Result<Self, StartError> {
        let file = dir.join("store.sqlite");
        let is_new = !file.exists();
        let options = options(&file);
        let mut connection = migration::open(&file, &options).await?;
        sqlx::query("PRAGMA wal_checkpoint(PASSIVE)")
            .execute(&mut connection)
            .await
            .map_err(|error| migration::start_error(&file, &error))?;
        let readers = SqlitePoolOptions::new()
            .max_connections(READERS)
            .min_connections(0)
            .acquire_timeout(Duration::from_secs(10))
            .connect_lazy_with(options.clone().pragma("query_only", "ON"));
        let clients = ClientIndex::open(&mut connection).await.map_err(StartError::Other)?;
        let journal_file = journal.map_or_else(|| dir.join(JOURNAL), Path::to_owned);
        // A store that was lost: what was taken back before stays so.
        let lost = is_new && std::fs::metadata(&journal_file).is_ok_and(|metadata| metadata.len() > 0);
        let journal = Journal::open(&journal_file, &mut connection).await?;
        let journal_behind = journal.behind();
        let writer = Writer::start(connection, clients.clone(), journal);
        let store = Self { readers, copying: options, writer, clients, journal_behind };
        if lost {
            tracing::warn!(journal = %journal_file.display(), "the store is new, but there is a revocation journal: it is applied");
            store.take_back(&[journal_file], None, Moment::from_unix_millis(0)).await?;
        }
        Ok(store)
    }

    /// A connection that can only read.
    pub(crate) async fn read(&self) -> Result<PoolConnection<Sqlite>, Failure> {
        self.readers.acquire().await.sql()
    }

    /// All OAuth2 clients, in memory.
    pub(crate) const fn clients(&self) -> &ClientIndex {
        &self.clients
    }

    /// Runs `job` in a transaction and answers when it is on disk. Jobs that arrive while a commit is on its way
    /// share the next one (group commit); each has its own savepoint, so one that fails takes nothing with it.
    pub(crate) async fn write<T, J>(&self, job: J) -> Result<T, Failure>
    where
        T: Send + 'static,
        J: for<'c> FnOnce(&'c mut SqliteConnection) -> BoxFuture<'c, Result<T, Failure>> + Send + 'static,
    {
        self.writer.run(job).await
    }

    /// Whether the file of what was taken back lacks something.
    pub(crate) fn journal_is_behind(&self) -> bool {
        self.journal_behind.get()
    }

    /// A copy of the file as it is now, made in the folder `beside` and read into memory. Writing goes on meanwhile.
    pub(crate) async fn copy(&self, beside: PathBuf) -> Result<Zeroizing<Vec<u8>>, Failure> {
        let path = beside.join(format!("{COPY}{}.sqlite", uuid::Uuid::new_v4()));
        let trouble = |error: std::io::Error| Failure::internal(error);
        OpenOptions::new().create_new(true).append(true).mode(0o600).open(&path).map_err(trouble)?;
        let copied = async {
            let mut connection = self.copying.connect().await.sql()?;
            let copied =
                sqlx::query("VACUUM INTO ?").bind(path.to_string_lossy().into_owned()).execute(&mut connection).await;
            copied.sql()?;
            connection.close().await.sql()?;
            std::fs::read(&path).map(Zeroizing::new).map_err(trouble)
        };
        let copied = copied.await;
        let _ = std::fs::remove_file(&path);
        copied
    }

    /// Lets the running writes finish and closes the file.
    pub(crate) async fn close(&self) {
        self.writer.stop().await;
        self.readers.close().await;
    }
}

fn options(file: &Path) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(file)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        .busy_timeout(Duration::from_secs(5))
        .pragma("trusted_schema", "OFF")
        .pragma("secure_delete", "ON")
        .optimize_on_close(false, None)
        // A statement can hold what must not be logged.
        .disable_statement_logging()
}

/// Turns a database error into what the caller may know.
pub(crate) trait SqlResult<T> {
    fn sql(self) -> Result<T, Failure>;
}

impl<T> SqlResult<T> for Result<T, sqlx::Error> {
    fn sql(self) -> Result<T, Failure> {
        self.map_err(|error| failure(&error))
    }
}

fn failure(error: &sqlx::Error) -> Failure {
    if is_full(error) {
        return Failure::new(
            ErrorCode::StorageFull,
            "The disk is full. Nothing was changed; free some space and try again.",
        )
        .with_detail(error);
    }
    if matches!(error, sqlx::Error::PoolTimedOut | sqlx::Error::PoolClosed) {
        return Failure::new(ErrorCode::Unavailable, "The server is stopping or overloaded. Try again.")
            .with_detail(error);
    }
    Failure::internal(error)
}

/// SQLITE_FULL is 13; the low byte is the primary code. SQLITE_IOERR_SHMSIZE means that the -shm file cannot grow.
fn is_full(error: &sqlx::Error) -> bool {
    const SHM_SIZE: i32 = 10 | 19 << 8;
    primary_code(error) == Some(13) || extended_code(error) == Some(SHM_SIZE)
}

fn extended_code(error: &sqlx::Error) -> Option<i32> {
    error.as_database_error()?.code()?.parse().ok()
}

fn primary_code(error: &sqlx::Error) -> Option<i32> {
    Some(extended_code(error)? & 0xff)
}

/// The outcome of a write whose name may be taken, in Compass' words for such an object.
///
/// # Errors
/// [`ErrorCode::NotUniqueName`] where the unique index finds the name; as for any write.
fn unique<T>(result: Result<T, sqlx::Error>, object: &str) -> Result<(), Failure> {
    unless_taken(result, || Failure::new(ErrorCode::NotUniqueName, format!("Object is not unique [object={object}]")))
}

/// The outcome of a write that a unique index (SQLITE_CONSTRAINT) may refuse, which then is `taken`.
fn unless_taken<T>(result: Result<T, sqlx::Error>, taken: impl FnOnce() -> Failure) -> Result<(), Failure> {
    let violates = |error: &sqlx::Error| error.as_database_error().is_some_and(|error| error.is_unique_violation());
    match result {
        Err(error) if violates(&error) => Err(taken()),
        result => result.sql().map(drop),
    }
}

#[cfg(test)]
mod tests {
    use sqlx::Row as _;

    use super::*;

    async fn pragma(connection: &mut SqliteConnection, sql: &'static str) -> String {
        let row = sqlx::query(sql).fetch_one(connection).await.unwrap();
        row.try_get::<String, _>(0).unwrap_or_else(|_| row.get::<i64, _>(0).to_string())
    }

    #[tokio::test]
    async fn an_answer_means_on_disk() {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(dir.path(), None).await.unwrap();
        // `synchronous` belongs to a connection and is not in the file: only here can it be asked for.
        let wanted = [
            ("PRAGMA synchronous", "2"), // FULL
            ("PRAGMA journal_mode", "wal"),
            ("PRAGMA foreign_keys", "1"),
            ("PRAGMA secure_delete", "1"),
            ("PRAGMA trusted_schema", "0"),
            ("PRAGMA query_only", "0"),
        ];
        for (sql, value) in wanted {
            let found = store.write(move |connection| Box::pin(async move { Ok(pragma(connection, sql).await) })).await;
            assert_eq!(found.unwrap(), value, "{sql}");
        }
        let mut reader = store.read().await.unwrap();
        assert_eq!(pragma(&mut reader, "PRAGMA query_only").await, "1");
        assert_eq!(pragma(&mut reader, "PRAGMA foreign_keys").await, "1");
        // Versions before this one can corrupt a WAL when two connections write and checkpoint at once.
        let version = pragma(&mut reader, "SELECT sqlite_version()").await;
        let numbers: Vec<u32> = version.split('.').map(|number| number.parse().unwrap()).collect();
        assert!(numbers >= vec![3, 51, 3], "SQLite {version}");
        drop(reader);
        store.close().await;
    }
}
