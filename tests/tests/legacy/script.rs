//! The tutorials of the old Connector Service, step by step with openssl and curl, as their readers do them.

use std::path::Path;

use blackbox::{Server, Tool, text};

fn follow(script: &str, options: &[&str], arguments: &[&str], last_step: &str) {
    let folder = tempfile::tempdir().unwrap();
    let ready = folder.path().join("ready.json");
    let server = Server::start(&[options, &["--ready-file", ready.to_str().unwrap()]].concat());
    let work = folder.path().join("work");
    std::fs::create_dir(&work).unwrap();
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tutorial").join(script);
    let run = Tool::new("bash", folder.path()).argument(script.to_str().unwrap()).argument(ready.to_str().unwrap());
    let run = arguments.iter().fold(run.argument(work.to_str().unwrap()), |run, argument| run.argument(argument));
    let output = run.output("");
    let (out, err) = (text(&output.stdout), text(&output.stderr));
    assert!(output.status.success(), "{out}{err}");
    assert!(out.lines().last().unwrap().starts_with("PAIRED "), "{out}{err}");
    assert!(out.contains(&format!("== {last_step}.")), "the last step ran: {out}");
    drop(server);
}

const INTERNAL: [&str; 2] = ["--internal-port", "0"];

#[test]
fn the_first_generation() {
    follow("legacy-first-generation.sh", &INTERNAL, &[], "6");
}

#[test]
fn the_second_generation() {
    follow("legacy-second-generation.sh", &INTERNAL, &[], "11");
}

#[test]
fn the_link_of_the_director() {
    follow("legacy-adapter.sh", &[], &[], "9");
}

#[test]
fn central_mode() {
    follow("legacy-central.sh", &[&INTERNAL[..], &["--central"]].concat(), &[], "10");
}

#[test]
fn two_phases() {
    follow("legacy-two-phase.sh", &[&INTERNAL[..], &["--two-phase"]].concat(), &[], "8");
}
