//! Sealed files, and the programs `age` and `tar` for those who have lost ours.

use std::{
    io::Write as _,
    process::{Command, Stdio},
};

use keys::sealed::{File, SealFault, open, seal};
use pairing::Secret;
use zeroize::Zeroizing;

use crate::program::{Bench, missing};

fn file(name: &str, content: &[u8]) -> File {
    (name.to_owned(), Zeroizing::new(content.to_vec()))
}

fn secret() -> Secret {
    Secret::new("correct horse")
}

/// Runs `age`, which asks for the passphrase on a terminal, which `script` provides.
fn age(bench: &Bench, arguments: &str, answers: &str) {
    bench.run("age --version");
    let log = bench.path("terminal");
    let mut child = Command::new("script")
        .args(["--quiet", "--return", "--command", &format!("age {arguments}")])
        .arg(log)
        .current_dir(bench.path(""))
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .unwrap_or_else(|error| missing("script", &error));
    child.stdin.take().unwrap().write_all(answers.as_bytes()).unwrap();
    assert!(child.wait().unwrap().success(), "{}", String::from_utf8_lossy(&bench.read("terminal")));
}

#[test]
fn age_and_tar_open_what_we_seal() {
    let bench = Bench::new();
    let large: Vec<u8> = (0..300_000_u32).flat_map(u32::to_le_bytes).collect();
    let files = [file("ca.key", b"key"), file("registry.sqlite3", &large), file("empty", b"")];
    let sealed = seal(&files, &secret()).unwrap();
    assert!(sealed.starts_with(b"age-encryption.org/v1\n-> scrypt "));
    assert_eq!(open(&sealed, &secret()).unwrap(), files);

    bench.write("sealed.age", &sealed);
    age(&bench, "--decrypt --output plain.tar sealed.age", "correct horse\n");
    assert_eq!(bench.run("tar --list --file plain.tar"), "ca.key\nregistry.sqlite3\nempty\n");
    bench.run("tar --extract --file plain.tar");
    for (name, content) in &files {
        assert_eq!(bench.read(name), **content, "{name}");
    }

    // And back: what somebody packed by hand.
    bench.run("tar --create --file hand.tar ca.key registry.sqlite3 empty");
    age(&bench, "--encrypt --passphrase --output hand.age hand.tar", "correct horse\ncorrect horse\n");
    assert_eq!(open(&bench.read("hand.age"), &secret()).unwrap(), files);
}

#[test]
fn a_wrong_passphrase_is_told_from_a_damaged_file() {
    let files = [file("a", &[7; 200_000])];
    let sealed = seal(&files, &secret()).unwrap();
    assert_ne!(sealed, seal(&files, &secret()).unwrap(), "a new salt each time");
    assert_eq!(open(&sealed, &Secret::new("correct hors")), Err(SealFault::WrongPassphrase));
    for end in [sealed.len() - 1, sealed.len() - 70_000, 300] {
        assert_eq!(open(&sealed[..end], &secret()), Err(SealFault::Damaged), "cut off at {end}");
    }
    let changed = |at: usize| {
        let mut changed = sealed.clone();
        changed[at] ^= 1;
        open(&changed, &secret())
    };
    assert_eq!(changed(sealed.len() - 1), Err(SealFault::Damaged));
    assert_eq!(changed(1000), Err(SealFault::Damaged));
    // Within the header: `age-encryption.org/v1` and a line for the recipient come before the line with its sum.
    let sum = sealed.windows(4).position(|window| window == b"--- ").unwrap();
    assert_eq!(changed(sum + 10), Err(SealFault::Damaged));
}

#[test]
fn what_we_did_not_seal_is_refused_before_any_work() {
    for bytes in [&b""[..], b"hello", b"age-encryption.org/v2\n", &[0; 10_000]] {
        assert_eq!(open(bytes, &secret()), Err(SealFault::NotSealed));
    }
    let bench = Bench::new();
    bench.run("age-keygen --output identity");
    let recipient = bench.run("age-keygen -y identity");
    bench.write("plain", "a");
    bench.run(&format!("age --recipient {} --output for_a_key plain", recipient.trim()));
    assert_eq!(open(&bench.read("for_a_key"), &secret()), Err(SealFault::NotSealed));
    let sealed = seal(&[file("a", b"a")], &secret()).unwrap();
    let line = sealed.windows(4).position(|window| window == b" 18\n").unwrap();
    let costly = [&sealed[..line], b" 21\n", &sealed[line + 4..]].concat();
    assert_eq!(open(&costly, &secret()), Err(SealFault::TooCostly));
}

#[test]
fn names_that_lead_elsewhere_are_refused() {
    for name in ["../a", "/etc/passwd", "a/b", "", ".hidden"] {
        assert_eq!(seal(&[file(name, b"")], &secret()), Err(SealFault::Contents), "{name}");
    }
    assert_eq!(seal(&[file("a", b""), file("a", b"")], &secret()), Err(SealFault::Contents));
}
