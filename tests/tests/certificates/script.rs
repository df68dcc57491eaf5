//! The same life with openssl and curl alone, step by step.

use std::path::Path;

use blackbox::{Program, Tool, text};

#[test]
fn openssl_and_curl_live_through_all_of_it() {
    let folder = tempfile::tempdir().unwrap();
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tutorial/certificate-life.sh");
    let program = Program::command().get_program().to_owned();
    let run = Tool::new("bash", folder.path()).argument(script.to_str().unwrap()).argument(program.to_str().unwrap());
    let output = run.argument(folder.path().to_str().unwrap()).output("");
    let (out, err) = (text(&output.stdout), text(&output.stderr));
    assert!(output.status.success(), "{out}{err}");
    assert!(out.lines().last().unwrap().starts_with("LIVED "), "{out}{err}");
    assert!(out.contains("== 8."), "the last step ran: {out}");
}
