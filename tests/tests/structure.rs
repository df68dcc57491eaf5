//! Who may know whom. The rooms and their edges are those of ARCHITECTURE.md; this test compares them with what cargo
//! and the page's sources really say.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

/// A workspace member, the members it is built on, and the members it may use besides.
struct Room {
    name: &'static str,
    needs: &'static [&'static str],
    may_use: &'static [&'static str],
}

const fn room(name: &'static str, needs: &'static [&'static str], may_use: &'static [&'static str]) -> Room {
    Room { name, needs, may_use }
}

/// Normal and build dependencies. `cockpit` and `connector-embedded` never see each other.
const EDGES: [Room; 7] = [
    room("pairing", &[], &[]),
    room("keys", &["pairing"], &[]),
    room("cockpit", &["pairing"], &["keys"]),
    room("connector-embedded", &["pairing"], &["keys"]),
    room("pairing-cockpit", &["cockpit", "connector-embedded"], &["pairing"]),
    room("blackbox", &[], &["pairing", "keys", "cockpit", "connector-embedded"]),
    room("xtask", &[], &[]),
];

/// Dependencies of tests add no edge, but for the black box.
const TEST_EDGES: [Room; 7] = [
    room("pairing", &[], &[]),
    room("keys", &[], &["pairing"]),
    room("cockpit", &[], &["pairing"]),
    room("connector-embedded", &[], &["pairing"]),
    room("pairing-cockpit", &[], &["cockpit", "connector-embedded", "pairing"]),
    room("blackbox", &[], &["pairing", "cockpit", "connector-embedded"]),
    room("xtask", &[], &[]),
];

/// Tauri and what it stands on, by the beginning of the crate's name.
const DESKTOP: [&str; 6] = ["tauri", "tao", "wry", "webkit2gtk", "javascriptcore", "gtk"];

/// TLS and cryptography other than rustls on aws-lc-rs.
const SECOND_CRYPTO: [&str; 7] =
    ["ring", "openssl", "openssl-sys", "native-tls", "schannel", "security-framework", "boring"];

/// Named in the lock file for some platform or feature, each with the reason why that is no second crypto library here.
const LOCKED_ONLY: [(&str, &str); 3] = [
    (
        "ring",
        "an optional feature of quinn, itself the HTTP/3 of reqwest; nobody turns on either, the lock file lists both",
    ),
    ("schannel", "Windows only, for reading the system's trusted roots"),
    ("security-framework", "macOS only, for reading the system's trusted roots"),
];

#[test]
fn members_depend_on_each_other_as_the_table_says() {
    let found = member_edges(&[None, Some("build")]);
    assert_edges(&EDGES, &found);
}

#[test]
fn tests_depend_on_members_as_the_table_says() {
    let found = member_edges(&[Some("dev")]);
    assert_edges(&TEST_EDGES, &found);
}

#[test]
fn the_server_and_the_use_cases_know_nothing_of_the_desktop() {
    for name in ["pairing", "keys", "cockpit", "connector-embedded"] {
        let tree = packages_below(&["--package", name, "--edges", "normal,build"]);
        assert!(tree.len() > 1, "{name} has a tree");
        let desktop: Vec<_> =
            tree.iter().filter(|found| DESKTOP.iter().any(|start| found.starts_with(start))).collect();
        assert!(desktop.is_empty(), "{name} reaches {desktop:?}");
    }
    let window = packages_below(&["--package", "pairing-cockpit", "--edges", "normal"]);
    assert!(window.contains("tauri"), "the search finds Tauri where it is");
}

#[test]
fn one_crypto_library_is_built() {
    let built = packages_below(&["--workspace", "--all-features", "--edges", "normal,build,dev"]);
    assert!(built.contains("aws-lc-rs"), "the search finds the library that is used");
    let second: Vec<_> = SECOND_CRYPTO.iter().filter(|name| built.contains(**name)).collect();
    assert!(second.is_empty(), "{second:?}: see `cargo tree --workspace --invert NAME`");
}

#[test]
fn no_second_crypto_library_is_locked_without_a_reason() {
    let lock = fs::read_to_string(root().join("Cargo.lock")).unwrap();
    let locked: BTreeSet<&str> =
        lock.lines().filter_map(|line| line.strip_prefix("name = \"")?.strip_suffix('"')).collect();
    assert!(locked.contains("aws-lc-rs"), "the lock file is read");
    let allowed = |name: &str| LOCKED_ONLY.iter().any(|(exception, _)| *exception == name);
    let unexplained: Vec<_> = SECOND_CRYPTO.iter().filter(|name| locked.contains(**name) && !allowed(name)).collect();
    assert!(unexplained.is_empty(), "{unexplained:?}: see `cargo tree --workspace --target all --invert NAME`");
    for (name, reason) in LOCKED_ONLY {
        assert!(locked.contains(name), "{name} is gone from Cargo.lock; so can the exception be: {reason}");
    }
}

#[test]
fn only_the_backend_folder_of_the_page_imports_tauri() {
    let sources = root().join("ui/src");
    let backend = sources.join("backend");
    let importing: Vec<PathBuf> = files_below(&sources)
        .into_iter()
        .filter(|path| fs::read_to_string(path).is_ok_and(|text| text.contains("@tauri-apps")))
        .collect();
    assert!(importing.iter().any(|path| path.starts_with(&backend)), "ui/src/backend is where Tauri is imported");
    let elsewhere: Vec<_> = importing.iter().filter(|path| !path.starts_with(&backend)).collect();
    assert!(elsewhere.is_empty(), "{elsewhere:?}");
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the tree holds this package").to_path_buf()
}

type Edges = BTreeMap<String, BTreeSet<String>>;

/// What the members' manifests declare about each other, for every platform and feature. `kinds` as in cargo's
/// metadata, where a normal dependency has none.
fn member_edges(kinds: &[Option<&str>]) -> Edges {
    let answer = cargo(&["metadata", "--no-deps", "--format-version", "1"]);
    let metadata: Value = serde_json::from_str(&answer).expect("cargo writes JSON");
    let packages = list(&metadata["packages"]);
    let names: BTreeSet<String> = packages.iter().map(name).collect();
    let edges = |package: &Value| -> BTreeSet<String> {
        let wanted =
            list(&package["dependencies"]).iter().filter(|dependency| kinds.contains(&dependency["kind"].as_str()));
        wanted.map(name).filter(|dependency| names.contains(dependency)).collect()
    };
    packages.iter().map(|package| (name(package), edges(package))).collect()
}

fn list(value: &Value) -> &[Value] {
    value.as_array().expect("a list in cargo's metadata")
}

fn name(value: &Value) -> String {
    value["name"].as_str().expect("a name in cargo's metadata").to_owned()
}

fn assert_edges(table: &[Room], found: &Edges) {
    let rooms: BTreeSet<&str> = table.iter().map(|room| room.name).collect();
    assert_eq!(rooms, found.keys().map(String::as_str).collect(), "every member has a line in the table");
    for room in table {
        let found: BTreeSet<&str> = found[room.name].iter().map(String::as_str).collect();
        let needed: BTreeSet<&str> = room.needs.iter().copied().collect();
        let allowed: BTreeSet<&str> = needed.iter().chain(room.may_use).copied().collect();
        assert!(needed.is_subset(&found), "{} is built on {needed:?}, its manifest has {found:?}", room.name);
        assert!(found.is_subset(&allowed), "{} may use {allowed:?}, its manifest has {found:?}", room.name);
    }
}

/// The names of everything that cargo would build for this platform. `cargo tree` and not the metadata, which also has
/// what features merely mention. From what the build has downloaded, so that the test needs no network.
fn packages_below(selection: &[&str]) -> BTreeSet<String> {
    let tree = cargo(&[&["tree", "--offline", "--prefix", "none", "--format", "{p}"], selection].concat());
    tree.lines().filter_map(|line| line.split(' ').next()).filter(|name| !name.is_empty()).map(String::from).collect()
}

fn cargo(words: &[&str]) -> String {
    let output = Command::new(env!("CARGO")).args(words).current_dir(root()).output().expect("cargo starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("cargo writes UTF-8")
}

fn files_below(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("a folder of the page").map(|entry| entry.expect("an entry").path());
    entries.flat_map(|path| if path.is_dir() { files_below(&path) } else { vec![path] }).collect()
}

/// Documents lead people to files; a renamed file must not leave them lost.
#[test]
fn the_documents_name_files_that_exist() {
    let root = root();
    let documents = ["README.md", "ARCHITECTURE.md", "docs/compatibility.md"];
    let mut lost = Vec::new();
    for document in documents {
        let text = fs::read_to_string(root.join(document)).expect("the document can be read");
        // What stands in backquotes and looks like a path of this repository.
        for named in text.split('`').skip(1).step_by(2) {
            let rooms = ["crates/", "connector-embedded/", "src-tauri/", "tests/", "ui/", "xtask/", "docs/"];
            let is_path = rooms.iter().any(|room| named.starts_with(room)) && !named.contains(char::is_whitespace);
            if is_path && !root.join(named).exists() {
                lost.push(format!("{document}: {named}"));
            }
        }
    }
    assert!(lost.is_empty(), "named but not there: {lost:#?}");
}
