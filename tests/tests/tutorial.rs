//! "Establish a Secure Connection", step by step with openssl and curl, as its readers do it.

#![expect(clippy::unwrap_used, reason = "helpers of tests may panic like the tests themselves")]

use std::{fs, path::Path};

use blackbox::{Server, Tool, text};

/// Runs the script for one application after the other: the first must not have changed what the second finds.
fn follow(options: &[&str], applications: &[&str]) {
    let folder = tempfile::tempdir().unwrap();
    let ready = folder.path().join("ready.json");
    let server = Server::start(&[options, &["--ready-file", ready.to_str().unwrap()]].concat());
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tutorial/establish-secure-connection.sh");
    for name in applications {
        let work = folder.path().join(name);
        fs::create_dir(&work).unwrap();
        let run = Tool::new("bash", folder.path()).argument(script.to_str().unwrap()).argument(ready.to_str().unwrap());
        let output = run.argument(work.to_str().unwrap()).argument(name).output("");
        let (out, err) = (text(&output.stdout), text(&output.stderr));
        assert!(output.status.success(), "{out}{err}");
        assert!(out.lines().last().unwrap().starts_with("PAIRED "), "{out}{err}");
        assert!(out.contains("== 8."), "the last step ran: {out}");
    }
    drop(server);
}

#[test]
fn the_tutorial_pairs_with_a_strict_server() {
    follow(&[], &["first", "second"]);
}

#[test]
fn the_tutorial_pairs_with_a_lenient_server() {
    follow(&["--fidelity", "lenient"], &["lenient"]);
}

#[test]
fn the_tutorial_pairs_when_the_ca_has_an_rsa_key() {
    follow(&["--ca-key", "rsa:4096"], &["rsa"]);
}
