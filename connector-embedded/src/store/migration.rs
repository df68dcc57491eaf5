//! Opening the file: created private, migrated with a copy made before, refused when it is newer than we are.

use std::{fs, os::unix::fs::OpenOptionsExt as _, path::Path};

use sqlx::{ConnectOptions as _, SqliteConnection, migrate::Migrator, sqlite::SqliteConnectOptions};

use super::{is_full, primary_code};
use crate::{StartError, data_dir::refuse_loose_mode};

static MIGRATIONS: Migrator = sqlx::migrate!();

pub(super) async fn open(file: &Path, options: &SqliteConnectOptions) -> Result<SqliteConnection, StartError> {
    // -wal and -shm inherit the mode of the main file, so it must be private before SQLite sees it.
    fs::OpenOptions::new()
        .create(true)
        .append(true)
        .mode(0o600)
        .open(file)
        .map_err(|cause| StartError::DataDir { path: file.to_owned(), cause })?;
    refuse_loose_mode(file, 0o600)?;
    let mut connection = options.connect().await.map_err(|error| start_error(file, &error))?;
    let check: String = sqlx::query_scalar("PRAGMA quick_check(1)")
        .fetch_one(&mut connection)
        .await
        .map_err(|error| start_error(file, &error))?;
    if check != "ok" {
        return Err(StartError::Damaged { path: file.to_owned(), cause: check });
    }
    migrate(file, &mut connection).await?;
    Ok(connection)
}

#[expect(clippy::wildcard_enum_match_arm, reason = "all but a failed statement mean that the file is not what we made")]
async fn migrate(file: &Path, connection: &mut SqliteConnection) -> Result<(), StartError> {
    let known = MIGRATIONS.iter().map(|migration| migration.version).max().unwrap_or_default();
    let found = applied(connection).await.map_err(|error| start_error(file, &error))?;
    match found {
        Some(found) if found == known => return Ok(()),
        Some(found) if found > known => {
            let path = file.parent().unwrap_or(file).to_owned();
            return Err(StartError::NewerData { path, found, known });
        }
        Some(found) => copy_before(file, connection, found).await?,
        None => {}
    }
    // `run` would make the future of the whole start not `Send`; this is what it calls.
    MIGRATIONS.run_direct(None, connection, false).await.map_err(|error| match error {
        sqlx::migrate::MigrateError::Execute(error) | sqlx::migrate::MigrateError::ExecuteMigration(error, _) => {
            start_error(file, &error)
        }
        other => StartError::Damaged { path: file.to_owned(), cause: other.to_string() },
    })
}

/// The newest migration the file has seen; `None` for an empty file.
async fn applied(connection: &mut SqliteConnection) -> Result<Option<i64>, sqlx::Error> {
    let table: Option<String> =
        sqlx::query_scalar("SELECT name FROM sqlite_schema WHERE type = 'table' AND name = '_sqlx_migrations'")
            .fetch_optional(&mut *connection)
            .await?;
    match table {
        Some(_) => sqlx::query_scalar("SELECT max(version) FROM _sqlx_migrations").fetch_one(connection).await,
        None => Ok(None),
    }
}

async fn copy_before(file: &Path, connection: &mut SqliteConnection, found: i64) -> Result<(), StartError> {
    let copy = file.with_extension(format!("before-{found}.sqlite"));
    let io = |cause| StartError::DataDir { path: copy.clone(), cause };
    match fs::remove_file(&copy) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(io(error)),
        _ => {}
    }
    fs::OpenOptions::new().create_new(true).append(true).mode(0o600).open(&copy).map_err(io)?;
    sqlx::query("VACUUM INTO ?")
        .bind(copy.to_string_lossy().into_owned())
        .execute(connection)
        .await
        .map(drop)
        .map_err(|error| start_error(&copy, &error))
}

/// Translates an error met while opening `file`.
pub(super) fn start_error(file: &Path, error: &sqlx::Error) -> StartError {
    /// SQLITE_CORRUPT and SQLITE_NOTADB.
    const DAMAGED: [i32; 2] = [11, 26];
    if is_full(error) {
        StartError::DiskFull { path: file.to_owned() }
    } else if primary_code(error).is_some_and(|code| DAMAGED.contains(&code)) {
        StartError::Damaged { path: file.to_owned(), cause: error.to_string() }
    } else {
        StartError::DataDir { path: file.to_owned(), cause: std::io::Error::other(error.to_string()) }
    }
}
