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
    remove_half_copies(file);
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
    // A migration may rebuild a table that others refer to; dropping the old one must not delete their rows.
    set_foreign_keys(connection, false).await.map_err(|error| start_error(file, &error))?;
    // `run` would make the future of the whole start not `Send`; this is what it calls.
    MIGRATIONS.run_direct(None, connection, false).await.map_err(|error| match error {
        sqlx::migrate::MigrateError::Execute(error) | sqlx::migrate::MigrateError::ExecuteMigration(error, _) => {
            start_error(file, &error)
        }
        other => StartError::Damaged { path: file.to_owned(), cause: other.to_string() },
    })?;
    let broken = sqlx::query("PRAGMA foreign_key_check").fetch_all(&mut *connection).await;
    if !broken.map_err(|error| start_error(file, &error))?.is_empty() {
        let cause = "rows refer to rows that are not there (foreign_key_check)".into();
        return Err(StartError::Damaged { path: file.to_owned(), cause });
    }
    set_foreign_keys(connection, true).await.map_err(|error| start_error(file, &error))
}

/// Copies for backups that a crash left behind.
fn remove_half_copies(file: &Path) {
    let Some(Ok(entries)) = file.parent().map(fs::read_dir) else { return };
    for entry in entries.flatten() {
        let name = entry.file_name();
        let name = name.to_string_lossy();
        if name.starts_with(super::COPY) && name.contains(".sqlite") {
            let _ = fs::remove_file(entry.path());
        }
    }
}

async fn set_foreign_keys(connection: &mut SqliteConnection, on: bool) -> Result<(), sqlx::Error> {
    let sql = if on { "PRAGMA foreign_keys = ON" } else { "PRAGMA foreign_keys = OFF" };
    sqlx::query(sql).execute(connection).await.map(drop)
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

#[cfg(test)]
mod tests {
    use sqlx::sqlite::SqliteJournalMode;

    use super::*;
    use crate::store::{Store, options, system_auth::Owner};

    /// One row in every table that the second migration rebuilds or that refers to one.
    const VERSION_1: &str = "
        INSERT INTO tenant VALUES ('t', 'external', 'default');
        INSERT INTO application (id, tenant_id, name, normalized_name, status_condition, status_at, created_at, updated_at)
            VALUES ('app', 't', 'shop', 'shop', 'INITIAL', 1, 1, 1);
        INSERT INTO system_auth VALUES ('auth', 't', 'app', 5, 'auth', 6), ('other', 't', 'app', 7, NULL, NULL);
        INSERT INTO one_time_token (hash, system_auth_id, created_at, expires_at) VALUES (x'01', 'other', 7, 8);
        INSERT INTO oauth_client VALUES ('auth', 'application:read', 5, NULL);
        INSERT INTO oauth_secret VALUES ('auth', zeroblob(32), 5, NULL);
        INSERT INTO certificate (fingerprint, serial, system_auth_id, application_id, common_name, der, not_before,
            not_after, issued_at, wire, token_hash, request_hash, parent_fingerprint, revoked_at, revoked_by, revoked_reason)
            VALUES (x'0B', x'02', 'auth', 'app', 'auth', x'', 1, 9, 2, 'legacy rest', NULL, x'', x'0A', 3, 'a', 'revoked by its holder'),
                   (x'0A', x'01', 'auth', 'app', 'auth', x'', 1, 9, 1, 'connector graphql', x'01', x'', NULL, NULL, NULL, NULL);
    ";

    #[tokio::test]
    async fn data_of_version_1_is_still_there() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("store.sqlite");
        fs::OpenOptions::new().create(true).append(true).mode(0o600).open(&file).unwrap();
        let mut connection = options(&file).journal_mode(SqliteJournalMode::Wal).connect().await.unwrap();
        let first = MIGRATIONS.iter().take(1).cloned().collect();
        Migrator::with_migrations(first).run_direct(None, &mut connection, false).await.unwrap();
        sqlx::raw_sql(VERSION_1).execute(&mut connection).await.unwrap();
        sqlx::Connection::close(connection).await.unwrap();

        let store = Store::open(dir.path(), None).await.unwrap();
        let client = store.clients().find("auth").unwrap().unwrap();
        assert_eq!(client.row.owner, Some(Owner::Application("app".into())));
        assert_eq!((client.row.scope.as_str(), client.secrets.len()), ("application:read", 1));
        let mut reader = store.read().await.unwrap();
        let auths: Vec<(String, Option<String>)> =
            sqlx::query_as("SELECT id, cert_common_name FROM system_auth ORDER BY rowid")
                .fetch_all(&mut *reader)
                .await
                .unwrap();
        assert_eq!(auths, [("auth".to_owned(), Some("auth".to_owned())), ("other".to_owned(), None)]);
        let tokens: i64 =
            sqlx::query_scalar("SELECT count(*) FROM one_time_token").fetch_one(&mut *reader).await.unwrap();
        assert_eq!(tokens, 1, "dropping the old table must not delete what refers to it");
        type Row = (Vec<u8>, Vec<u8>, i64, String, Option<String>);
        let certificates: Vec<Row> = sqlx::query_as(
            "SELECT fingerprint, lineage, generation, owner_name, revoked_note FROM certificate ORDER BY generation",
        )
        .fetch_all(&mut *reader)
        .await
        .unwrap();
        let note = Some("revoked by its holder".to_owned());
        let name = || "shop".to_owned();
        assert_eq!(certificates, [(vec![10], vec![10], 0, name(), None), (vec![11], vec![10], 1, name(), note)]);
        drop(reader);
        store.close().await;
        assert!(dir.path().join("store.before-1.sqlite").exists());
        let journal = fs::read_to_string(dir.path().join(crate::store::JOURNAL)).unwrap();
        assert!(journal.contains("\"fingerprint\":\"0b\"") && journal.lines().count() == 1, "{journal}");
    }

    /// Rows of the tables that the seventh migration adds columns to.
    const VERSION_6: &str = "
        INSERT INTO tenant VALUES ('t', 'External', 'My Tenant');
        INSERT INTO integration_system VALUES ('i', 'sys', NULL, 1, 1);
        INSERT INTO application (id, tenant_id, name, normalized_name, status_condition, status_at, created_at, updated_at,
            integration_system_id) VALUES ('app', 't', 'shop', 'mp-shop', 'INITIAL', 1, 1, 1, 'i');
        INSERT INTO system_auth (id, tenant_id, application_id, created_at) VALUES ('auth', 't', 'app', 5);
        INSERT INTO one_time_token (hash, system_auth_id, created_at, expires_at) VALUES (x'01', 'auth', 7, 8);
    ";

    #[tokio::test]
    async fn data_of_version_6_gets_a_landscape_around_it() {
        use crate::store::{application, integration_system, one_time_token, tenant};

        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("store.sqlite");
        fs::OpenOptions::new().create(true).append(true).mode(0o600).open(&file).unwrap();
        let mut connection = options(&file).journal_mode(SqliteJournalMode::Wal).connect().await.unwrap();
        let before = MIGRATIONS.iter().take(6).cloned().collect();
        Migrator::with_migrations(before).run_direct(None, &mut connection, false).await.unwrap();
        sqlx::raw_sql(VERSION_6).execute(&mut connection).await.unwrap();
        sqlx::Connection::close(connection).await.unwrap();

        let store = Store::open(dir.path(), None).await.unwrap();
        let mut reader = store.read().await.unwrap();
        for search in ["", "my ten", "EXTERNAL"] {
            let found = tenant::page(&mut reader, search, None, 10).await.unwrap();
            assert_eq!(found.len(), 1, "{search}");
            assert_eq!((found[0].description.kind.as_str(), found[0].initialized), ("account", true));
        }
        assert!(tenant::page(&mut reader, "nowhere", None, 10).await.unwrap().is_empty());
        let row = application::find(&mut reader, "t", "app").await.unwrap().unwrap();
        assert_eq!((row.integration_system_id.as_deref(), row.application_template_id), (Some("i"), None));
        assert!(!integration_system::find(&mut reader, "i").await.unwrap().unwrap().pairing_adapter);
        assert!(!one_time_token::newest(&mut reader, "auth").await.unwrap().unwrap().from_adapter);
        drop(reader);
        store.close().await;
        assert!(dir.path().join("store.before-6.sqlite").exists());
    }
}
