//! A real GNOME Keyring on a D-Bus session of its own, in a home of its own. What is tested runs in this test program
//! once more, started by `dbus-run-session`: a program learns about its session when it starts.

use std::{
    collections::HashMap,
    env,
    io::Write as _,
    path::Path,
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use keys::{KeyStore, KeyStoreFault};
use pairing::Secret;
use secret_service::{EncryptionType, blocking::SecretService};

use crate::program::missing;

/// Set for the programs that we start, so that nothing here ever touches the key store of a person.
const INSIDE: &str = "KEYS_TEST_INSIDE_OF_A_SESSION";

#[test]
fn what_is_stored_is_found_replaced_deleted_and_there_after_a_new_login() {
    let home = tempfile::tempdir().unwrap();
    in_session(home.path(), "stores");
    in_session(home.path(), "finds_after_login");
}

#[test]
fn a_locked_key_store_is_said_to_be_locked_and_asks_nobody() {
    in_session(tempfile::tempdir().unwrap().path(), "is_locked");
}

#[test]
fn a_key_store_that_does_not_answer_is_not_waited_for() {
    in_session(tempfile::tempdir().unwrap().path(), "does_not_answer");
}

#[test]
fn a_session_without_a_keyring_has_no_key_store() {
    in_session(tempfile::tempdir().unwrap().path(), "has_no_keyring");
}

#[test]
fn without_a_session_there_is_no_key_store() {
    let home = tempfile::tempdir().unwrap();
    let program = env::current_exe().unwrap();
    run(Command::new(program).args(inside("has_no_session")), home.path());
}

/// Runs a test of the module `inside` in a new D-Bus session.
fn in_session(home: &Path, test: &str) {
    let program = env::current_exe().unwrap();
    run(Command::new("dbus-run-session").arg("--").arg(program).args(inside(test)), home);
}

fn inside(test: &str) -> [String; 4] {
    ["--exact".into(), format!("key_store::inside::{test}"), "--ignored".into(), "--nocapture".into()]
}

fn run(command: &mut Command, home: &Path) {
    command.env_clear().env("PATH", env::var_os("PATH").unwrap()).env(INSIDE, "yes");
    for variable in ["HOME", "XDG_RUNTIME_DIR", "XDG_DATA_HOME", "XDG_CACHE_HOME", "XDG_CONFIG_HOME"] {
        command.env(variable, home);
    }
    let output = command.output().unwrap_or_else(|error| missing("dbus-run-session", &error));
    let text = String::from_utf8_lossy(&output.stdout);
    let said = format!("{text}{}", String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success() && text.contains("1 passed"), "{said}");
}

/// What runs in a session.
mod inside {
    use super::*;

    #[test]
    #[ignore = "started by the tests above, in a session of its own"]
    fn stores() {
        log_in();
        let store = KeyStore::system().unwrap();
        let (first, second) = (Secret::new("first ✓"), Secret::new("x".repeat(10_000)));
        assert_eq!(store.get("ca"), Ok(None));
        assert_eq!(store.delete("ca"), Ok(()));
        store.set("ca", &first).unwrap();
        store.set("other", &second).unwrap();
        assert_eq!(store.get("ca"), Ok(Some(first)));
        assert_eq!(store.get("other"), Ok(Some(second.clone())));
        store.set("ca", &second).unwrap();
        assert_eq!(store.get("ca"), Ok(Some(second)));
        store.delete("ca").unwrap();
        assert_eq!(store.get("ca"), Ok(None));
        let service = service();
        let collection = service.get_default_collection().unwrap();
        let labels: Vec<_> = collection.get_all_items().unwrap().iter().map(|item| item.get_label().unwrap()).collect();
        assert_eq!(labels, ["Pairing Cockpit: other"]);

        // What other programs put there under our name.
        let put = |name: &str, value: &[u8]| {
            let attributes = HashMap::from([("service", "pairing-cockpit"), ("username", name)]);
            collection.create_item("theirs", attributes, value, false, "text/plain").unwrap();
        };
        put("twice", b"a");
        put("twice", b"b");
        assert_eq!(store.get("twice"), Err(KeyStoreFault::Several("twice".into())));
        assert_eq!(store.set("twice", &Secret::new("c")), Err(KeyStoreFault::Several("twice".into())));
        put("bytes", &[0xFF]);
        assert_eq!(store.get("bytes"), Err(KeyStoreFault::NotText("bytes".into())));
    }

    #[test]
    #[ignore = "started by the tests above, in a session of its own"]
    fn finds_after_login() {
        log_in();
        let store = KeyStore::system().unwrap();
        assert_eq!(store.get("other"), Ok(Some(Secret::new("x".repeat(10_000)))));
    }

    #[test]
    #[ignore = "started by the tests above, in a session of its own"]
    fn is_locked() {
        log_in();
        let store = KeyStore::system().unwrap();
        store.set("ca", &Secret::new("value")).unwrap();
        service().get_default_collection().unwrap().lock().unwrap();
        assert!(KeyStore::system().is_ok(), "a locked key store is one");
        for name in ["ca", "nothing"] {
            assert_eq!(store.get(name), Err(KeyStoreFault::Locked));
            assert_eq!(store.set(name, &Secret::new("value")), Err(KeyStoreFault::Locked));
            assert_eq!(store.delete(name), Err(KeyStoreFault::Locked));
        }
    }

    #[test]
    #[ignore = "started by the tests above, in a session of its own"]
    fn does_not_answer() {
        log_in();
        let store = KeyStore::system().unwrap();
        let daemon = process_of("org.freedesktop.secrets");
        signal("-STOP", &daemon);
        let started = Instant::now();
        let answer = store.get("ca");
        let took = started.elapsed();
        signal("-KILL", &daemon);
        assert_eq!(answer, Err(KeyStoreFault::TimedOut));
        assert!((5..8).contains(&took.as_secs()), "{took:?}");
    }

    #[test]
    #[ignore = "started by the tests above, in a session of its own"]
    fn has_no_keyring() {
        expect_unavailable();
    }

    #[test]
    #[ignore = "started by the tests above, in a session of its own"]
    fn has_no_session() {
        expect_unavailable();
    }

    fn expect_unavailable() {
        assert!(env::var_os(INSIDE).is_some());
        let started = Instant::now();
        let answer = KeyStore::system();
        assert!(matches!(answer, Err(KeyStoreFault::Unavailable(_))), "{answer:?}");
        assert!(started.elapsed() < Duration::from_secs(5), "nothing was waited for");
    }

    /// Starts the keyring and opens it, as logging in does.
    fn log_in() {
        assert!(env::var_os(INSIDE).is_some(), "this test is started by another one");
        let mut daemon = Command::new("gnome-keyring-daemon")
            .args(["--unlock", "--components=secrets"])
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap_or_else(|error| missing("gnome-keyring-daemon", &error));
        daemon.stdin.take().unwrap().write_all(b"password of the login").unwrap();
        assert!(daemon.wait().unwrap().success(), "the keyring starts and goes to the background");
    }

    fn service() -> SecretService<'static> {
        SecretService::connect(EncryptionType::Plain).unwrap()
    }

    fn process_of(name: &str) -> String {
        let question = "--session --print-reply=literal --dest=org.freedesktop.DBus / \
                        org.freedesktop.DBus.GetConnectionUnixProcessID";
        let output = Command::new("dbus-send")
            .args(question.split_whitespace())
            .arg(format!("string:{name}"))
            .output()
            .unwrap_or_else(|error| missing("dbus-send", &error));
        let answer = String::from_utf8(output.stdout).unwrap();
        answer.split_whitespace().last().expect("uint32 and a number").to_owned()
    }

    fn signal(which: &str, process: &str) {
        assert!(Command::new("kill").args([which, process]).status().unwrap().success());
    }
}
