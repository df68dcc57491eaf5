//! What is in the data directory, who may read it, and what is refused to be opened.

use std::{
    fs,
    os::unix::fs::{MetadataExt as _, PermissionsExt as _},
    path::Path,
};

use blackbox::{Program, Server, Store};

fn set_mode(path: &Path, mode: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().mode() & 0o777
}

/// Everything in a folder that is not the CA's certificate, which is for everybody.
fn private_files(data_dir: &Path) -> Vec<std::path::PathBuf> {
    let files = fs::read_dir(data_dir).unwrap().map(|entry| entry.unwrap().path());
    files.filter(|path| path.file_name().unwrap() != "ca.pem").collect()
}

#[tokio::test]
async fn everything_is_private_while_it_runs_and_afterwards() {
    let server = Server::start(&[]);
    server.pair(&server.register("writes").await).await;
    let data_dir = server.data_dir().to_owned();
    let check = || {
        assert_eq!(mode(&data_dir), 0o700);
        for file in private_files(&data_dir) {
            assert_eq!(mode(&file), 0o600, "{}", file.display());
        }
    };
    check();
    for name in ["store.sqlite", "store.sqlite-wal", "store.sqlite-shm", "admin-token", "ca-key.pem"] {
        assert!(data_dir.join(name).exists(), "{name}");
    }
    let (_, stopped) = server.stop().await;
    check();
    drop(stopped);
}

#[test]
fn what_others_can_read_is_refused_until_it_is_private() {
    let folder = tempfile::tempdir().unwrap();
    let data_dir = folder.path().join("data");
    assert_eq!(Server::start_in(&data_dir, &[]).end("TERM").code, Some(0));
    let mut paths: Vec<_> =
        private_files(&data_dir).into_iter().filter(|path| path.file_name().unwrap() != "lock").collect();
    assert!(paths.len() >= 4, "{paths:?}");
    paths.push(data_dir.clone());
    for path in paths {
        let right = mode(&path);
        for loose in [right | 0o040, right | 0o004, right | 0o020] {
            set_mode(&path, loose);
            let ended = Program::refused(Program::serve(&data_dir, &[]));
            assert_eq!(ended.code, Some(1));
            let advice = format!("chmod {right:o} '{}'", path.display());
            assert!(ended.log.contains(&advice), "{advice} in {}", ended.log);
            assert_eq!(mode(&path), loose, "nothing is changed behind anybody's back");
            set_mode(&path, right);
        }
    }
    assert_eq!(Server::start_in(&data_dir, &[]).end("TERM").code, Some(0));
}

#[tokio::test]
async fn data_of_a_newer_version_are_refused_and_left_alone() {
    let (ended, stopped) = Server::start(&[]).stop().await;
    assert_eq!(ended.code, Some(0));
    let mut store = stopped.store().await;
    store
        .execute(
            "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) \
             VALUES (9999, 'from the future', TRUE, x'00', 0)",
        )
        .await;
    store.close().await;
    let before = fs::read(stopped.data_dir().join("store.sqlite")).unwrap();
    let ended = Program::refused(Program::serve(stopped.data_dir(), &[]));
    assert_eq!(ended.code, Some(1));
    assert!(ended.log.contains("newer version (schema 9999"), "{}", ended.log);
    assert_eq!(fs::read(stopped.data_dir().join("store.sqlite")).unwrap(), before);
}

#[tokio::test]
async fn a_damaged_store_is_refused_and_left_alone() {
    let server = Server::start(&[]);
    for number in 0..30 {
        server.register(&format!("application {number}")).await;
    }
    let (_, stopped) = server.stop().await;
    let file = stopped.data_dir().join("store.sqlite");
    let good = fs::read(&file).unwrap();
    let damaged = |change: &dyn Fn(&mut Vec<u8>)| {
        let mut bytes = good.clone();
        change(&mut bytes);
        bytes
    };
    for (what, bytes) in [
        ("no SQLite", b"this is a text and no database\n".repeat(1000)),
        ("the header", damaged(&|bytes| bytes[..100].fill(0xff))),
        ("a page in the middle", damaged(&|bytes| bytes[5 * 4096..6 * 4096].fill(0xa5))),
        ("the end", damaged(&|bytes| bytes.truncate(bytes.len() / 2))),
    ] {
        fs::write(&file, &bytes).unwrap();
        let ended = Program::refused(Program::serve(stopped.data_dir(), &[]));
        assert_eq!(ended.code, Some(1), "{what}");
        assert!(ended.log.contains("is damaged") && ended.log.contains("store.sqlite"), "{what}: {}", ended.log);
        assert!(!ended.log.contains("panicked"), "{what}: {}", ended.log);
        assert_eq!(fs::read(&file).unwrap(), bytes, "{what}: nothing was deleted");
    }
    fs::write(&file, &good).unwrap();
    let server = Server::start_in(stopped.data_dir(), &[]);
    let count = server.director("query { result: applications { totalCount } }", serde_json::Value::Null).await;
    assert_eq!(count["totalCount"], 30);
}

#[tokio::test]
async fn the_ca_is_made_once_and_never_made_again() {
    let (_, stopped) = Server::start(&[]).stop().await;
    let data_dir = stopped.data_dir();
    let ca = fs::read(data_dir.join("ca.pem")).unwrap();
    // An option for a new one changes nothing on an old one.
    assert_eq!(Server::start_in(data_dir, &["--ca-key", "rsa:4096"]).end("TERM").code, Some(0));
    assert_eq!(fs::read(data_dir.join("ca.pem")).unwrap(), ca);
    let key = fs::read(data_dir.join("ca-key.pem")).unwrap();
    for (name, content) in [("ca-key.pem", None), ("ca-key.pem", Some("nonsense"))] {
        match content {
            Some(text) => fs::write(data_dir.join(name), text).unwrap(),
            None => fs::remove_file(data_dir.join(name)).unwrap(),
        }
        let ended = Program::refused(Program::serve(data_dir, &[]));
        assert!(ended.log.contains(name) && ended.log.contains("backup"), "{name}: {}", ended.log);
        assert_eq!(fs::read_to_string(data_dir.join(name)).ok().as_deref(), content, "nothing was overwritten");
        fs::write(data_dir.join("ca.pem"), &ca).unwrap();
        fs::write(data_dir.join("ca-key.pem"), &key).unwrap();
        set_mode(&data_dir.join("ca-key.pem"), 0o600);
    }
    // The certificate is in the store; the file is a copy for others.
    fs::write(data_dir.join("ca.pem"), "nonsense").unwrap();
    assert_eq!(Server::start_in(data_dir, &[]).end("TERM").code, Some(0));
    assert_eq!(fs::read(data_dir.join("ca.pem")).unwrap(), ca);
    // The store is whole all the time.
    assert_eq!(Store::open(data_dir).await.column::<String>("PRAGMA integrity_check").await, ["ok"]);
}
