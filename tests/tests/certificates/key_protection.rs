//! The authority's key at rest: under a passphrase, under the desktop's key store, or in the open after somebody said so.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use blackbox::{KeyStore, OpenSsl, Program, Server};
use serde_json::json;

use super::works;

fn file(openssl: &OpenSsl, name: &str, content: &str) -> PathBuf {
    openssl.write(name, content);
    openssl.path(name)
}

/// A command that gives a passphrase file.
fn with_passphrase(data_dir: &Path, file: &Path) -> Command {
    Program::serve_unprotected(data_dir, &["--passphrase-file", file.to_str().unwrap()])
}

/// No session, no key store: what a service or a container has.
fn headless(mut command: Command, home: &Path) -> Command {
    for variable in ["DBUS_SESSION_BUS_ADDRESS", "DISPLAY", "GNOME_KEYRING_CONTROL"] {
        command.env_remove(variable);
    }
    command.env("HOME", home).env("XDG_RUNTIME_DIR", home);
    command
}

fn key_on_disk(data_dir: &Path) -> String {
    fs::read_to_string(data_dir.join("ca-key.pem")).unwrap()
}

const ENCRYPTED: &str = "-----BEGIN ENCRYPTED PRIVATE KEY-----";
const PLAIN: &str = "-----BEGIN PRIVATE KEY-----";

#[tokio::test]
async fn a_passphrase_protects_the_key_and_the_right_one_opens_it() {
    let openssl = OpenSsl::new();
    let data_dir = openssl.path("data");
    let right = file(&openssl, "right", "correct horse battery staple\n");
    let wrong = file(&openssl, "wrong", "correct horse battery stable\n");
    let server = Server::run(with_passphrase(&data_dir, &right));
    let pairing = server.pair(&server.register("protected").await).await;
    let page = server.console_get("/authority").await;
    assert_eq!((&page["keyProtection"], &page["warning"]), (&"passphrase".into(), &serde_json::Value::Null));
    assert!(key_on_disk(&data_dir).starts_with(ENCRYPTED));
    // A standard form: openssl opens it, and what it finds belongs to the certificate.
    let public = openssl.run("pkey -in data/ca-key.pem -passin file:right -pubout");
    assert_eq!(public, openssl.run("x509 -in data/ca.pem -noout -pubkey"));
    assert!(!openssl.output("pkey -in data/ca-key.pem -passin file:wrong -pubout").status.success());
    // A new authority's key is protected as well.
    let body = serde_json::json!({ "key": "ec:p256", "oldTrustedForSeconds": 3600 });
    server.console_post("/authority/rotate", &body).await;
    let (ended, _) = server.stop().await;
    assert!(!ended.log.contains("not encrypted") && !ended.log.contains("only you can read"), "{}", ended.log);
    for entry in fs::read_dir(&data_dir).unwrap().flatten() {
        let name = entry.file_name().into_string().unwrap();
        if name.starts_with("ca-key") {
            assert!(fs::read_to_string(entry.path()).unwrap().starts_with(ENCRYPTED), "{name}");
        }
    }
    let before = key_on_disk(&data_dir);
    let home = openssl.folder();
    let missing = openssl.path("nowhere");
    let empty = file(&openssl, "empty", "\n");
    for (command, words) in [
        (with_passphrase(&data_dir, &wrong), "the passphrase is wrong"),
        (headless(Program::serve_unprotected(&data_dir, &[]), home), "--passphrase-file"),
        (Program::serve(&data_dir, &[]), "encrypted"),
        (with_passphrase(&data_dir, &missing), "cannot be read"),
        (with_passphrase(&data_dir, &empty), "at least"),
    ] {
        let ended = Program::refused(command);
        assert!(ended.log.contains(words), "{words}: {}", ended.log);
        assert!(ended.code == Some(1) || ended.code == Some(2), "{ended:?}");
        assert!(!ended.log.contains("correct horse"), "{}", ended.log);
        assert_eq!(key_on_disk(&data_dir), before, "nothing was changed");
    }
    let server = Server::run(with_passphrase(&data_dir, &right));
    assert!(works(&server, &pairing.at(&server)).await);
    server.pair(&pairing.application).await;
}

#[test]
fn without_a_key_store_nothing_is_decided_silently() {
    let openssl = OpenSsl::new();
    let data_dir = openssl.path("data");
    let ended = Program::refused(headless(Program::serve_unprotected(&data_dir, &[]), openssl.folder()));
    for way in ["--passphrase-file", "--ca-key-protection plain"] {
        assert!(ended.log.contains(way), "both ways out are named: {}", ended.log);
    }
    assert!(!data_dir.join("ca-key.pem").exists(), "no key was made");
    // The choice is made for each start, and each one says so.
    for _ in 0..2 {
        let ended = Server::run(headless(Program::serve(&data_dir, &[]), openssl.folder())).end("TERM");
        assert_eq!(ended.code, Some(0));
        assert!(ended.log.contains("WARN") && ended.log.contains("is not encrypted"), "{}", ended.log);
    }
    assert!(key_on_disk(&data_dir).starts_with(PLAIN));
    // A plain key of an earlier version is not taken over without a word either.
    let ended = Program::refused(headless(Program::serve_unprotected(&data_dir, &[]), openssl.folder()));
    assert!(ended.log.contains("--ca-key-protection plain"), "{}", ended.log);
    // A throw-away server says plain by itself.
    let command = Program::serve_unprotected(&openssl.path("ephemeral"), &["--ephemeral"]);
    assert_eq!(Server::run(headless(command, openssl.folder())).end("TERM").code, Some(0));
}

#[tokio::test]
async fn a_plain_key_is_encrypted_as_soon_as_somebody_wants_that() {
    let openssl = OpenSsl::new();
    let data_dir = openssl.path("data");
    let server = Server::run(Program::serve(&data_dir, &[]));
    let pairing = server.pair(&server.register("later").await).await;
    server.stop().await;
    let plain = key_on_disk(&data_dir);
    assert!(plain.starts_with(PLAIN));
    let passphrase = file(&openssl, "passphrase", "correct horse battery staple");
    let server = Server::run(with_passphrase(&data_dir, &passphrase));
    assert!(works(&server, &pairing.at(&server)).await);
    server.stop().await;
    assert!(key_on_disk(&data_dir).starts_with(ENCRYPTED));
    let body: String = plain.lines().filter(|line| !line.starts_with("---")).collect();
    for entry in fs::read_dir(&data_dir).unwrap().flatten().filter(|entry| entry.path().is_file()) {
        let content = fs::read(entry.path()).unwrap();
        let found = content.windows(40).any(|part| part == &body.as_bytes()[..40]);
        assert!(!found, "the key in clear is in {:?}", entry.file_name());
    }
    // There is no way back by accident.
    let ended = Program::refused(Program::serve(&data_dir, &[]));
    assert!(ended.log.contains("encrypted"), "{}", ended.log);
}

#[tokio::test]
async fn the_desktops_key_store_keeps_what_opens_the_key() {
    let mut store = KeyStore::start("the login password").await;
    let openssl = OpenSsl::new();
    let data_dir = openssl.path("data");
    let server = Server::run(store.of(Program::serve_unprotected(&data_dir, &[])));
    let pairing = server.pair(&server.register("kept").await).await;
    let page = server.console_get("/authority").await;
    assert_eq!((&page["keyProtection"], &page["warning"]), (&"keyring".into(), &serde_json::Value::Null));
    server.stop().await;
    assert!(key_on_disk(&data_dir).starts_with(ENCRYPTED));
    // The next session: the store was closed and is open again.
    store.lock();
    store.unlock("the login password").await;
    let server = Server::run(store.of(Program::serve_unprotected(&data_dir, &[])));
    assert!(works(&server, &pairing.at(&server)).await);
    server.stop().await;
    // Moved to a passphrase, and nothing of it is left in the store.
    let passphrase = file(&openssl, "passphrase", "correct horse battery staple");
    let server = Server::run(store.of(with_passphrase(&data_dir, &passphrase)));
    assert_eq!(server.console_get("/authority").await["keyProtection"], "passphrase");
    server.stop().await;
    openssl.run("pkey -in data/ca-key.pem -passin file:passphrase -noout");
    let server = Server::run(headless(with_passphrase(&data_dir, &passphrase), openssl.folder()));
    assert!(works(&server, &pairing.at(&server)).await);
}

#[tokio::test]
async fn a_key_store_that_is_away_or_knows_nothing_opens_nothing() {
    let mut store = KeyStore::start("the login password").await;
    let openssl = OpenSsl::new();
    let data_dir = openssl.path("data");
    Server::run(store.of(Program::serve_unprotected(&data_dir, &[]))).stop().await;
    let before = key_on_disk(&data_dir);
    let other = KeyStore::start("the login password").await;
    for (who, command) in [
        ("no session", headless(Program::serve_unprotected(&data_dir, &[]), openssl.folder())),
        ("another store", other.of(Program::serve_unprotected(&data_dir, &[]))),
        ("said in words", other.of(Program::serve_unprotected(&data_dir, &["--ca-key-protection", "keyring"]))),
    ] {
        let ended = Program::refused(command);
        assert!(ended.log.contains("cannot be unlocked") && ended.log.contains("key store"), "{who}: {}", ended.log);
        assert_eq!(key_on_disk(&data_dir), before, "{who}");
    }
    store.lock();
    store.unlock("the login password").await;
    assert_eq!(Server::run(store.of(Program::serve_unprotected(&data_dir, &[]))).end("TERM").code, Some(0));
}

/// Also the keys of authorities that do not count any more, and what a crash left behind.
#[tokio::test]
async fn no_key_stays_in_the_open_once_a_passphrase_is_there() {
    let openssl = OpenSsl::new();
    let data_dir = openssl.path("data");
    let server = Server::run(Program::serve(&data_dir, &[]));
    let first = server.console_get("/authority").await["active"]["fingerprint"].clone();
    server.console_post("/authority/rotate", &json!({ "key": "ec:p256", "oldTrustedForSeconds": 3600 })).await;
    server.console_post("/authority/retire", &json!({ "fingerprint": first })).await;
    server.stop().await;
    // A key that no authority is recorded for: the process was killed between the two.
    openssl.key("orphan", blackbox::EC_P256);
    let orphan = data_dir.join("ca-key-0123456789abcdef.pem");
    fs::write(&orphan, openssl.text("orphan.key")).unwrap();
    fs::set_permissions(&orphan, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
    let passphrase = file(&openssl, "passphrase", "correct horse battery staple");
    Server::run(with_passphrase(&data_dir, &passphrase)).stop().await;
    for entry in fs::read_dir(&data_dir).unwrap().flatten().filter(|entry| entry.path().is_file()) {
        let content = fs::read(entry.path()).unwrap();
        let plain = content.windows(PLAIN.len()).any(|part| part == PLAIN.as_bytes());
        assert!(!plain, "a key in the open: {:?}", entry.file_name());
    }
}
