//! Programs that people have, run in a directory of their own.

use std::{
    fs,
    io::{self, Write as _},
    path::PathBuf,
    process::{Command, Stdio},
};

use tempfile::TempDir;

/// A directory in which programs work.
pub(crate) struct Bench {
    dir: TempDir,
}

impl Bench {
    pub(crate) fn new() -> Self {
        Self { dir: tempfile::tempdir().unwrap() }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    pub(crate) fn read(&self, name: &str) -> Vec<u8> {
        fs::read(self.path(name)).unwrap()
    }

    pub(crate) fn write(&self, name: &str, content: impl AsRef<[u8]>) {
        fs::write(self.path(name), content).unwrap();
    }

    /// Runs `openssl` with arguments that are separated by blanks.
    pub(crate) fn openssl(&self, arguments: &str) -> String {
        self.run(&format!("openssl {arguments}"))
    }

    /// Makes `<name>.key`, unencrypted PKCS#8 in PEM.
    pub(crate) fn key(&self, name: &str, options: &str) -> Vec<u8> {
        self.openssl(&format!("genpkey {options} -out {name}.key"));
        self.read(&format!("{name}.key"))
    }

    /// Runs a program with arguments that are separated by blanks, and returns what it wrote.
    pub(crate) fn run(&self, line: &str) -> String {
        let (succeeded, output) = self.try_run(line, "");
        assert!(succeeded, "{line}: {output}");
        output
    }

    /// The same with something to read, and without the hope that it succeeds.
    pub(crate) fn try_run(&self, line: &str, input: &str) -> (bool, String) {
        let words: Vec<&str> = line.split(' ').collect();
        let mut child = Command::new(words[0])
            .args(&words[1..])
            .current_dir(&self.dir)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap_or_else(|error| missing(words[0], &error));
        // A program that does not read its input is fine.
        let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
        let output = child.wait_with_output().unwrap();
        let text = if output.status.success() { output.stdout } else { output.stderr };
        (output.status.success(), String::from_utf8_lossy(&text).into_owned())
    }
}

/// Debian's packages of the programs that these tests need.
const PACKAGES: [(&str, &str); 8] = [
    ("age", "age"),
    ("age-keygen", "age"),
    ("dbus-run-session", "dbus"),
    ("dbus-send", "dbus"),
    ("gnome-keyring-daemon", "gnome-keyring"),
    ("openssl", "openssl"),
    ("script", "bsdutils"),
    ("ssh-keygen", "openssh-client"),
];

/// Fails with what to do about it.
pub(crate) fn missing<T>(program: &str, error: &io::Error) -> T {
    let package = PACKAGES.iter().find(|(known, _)| *known == program).map_or(program, |(_, package)| package);
    panic!("{program} does not start ({error}). This test needs it: apt-get install {package}")
}
