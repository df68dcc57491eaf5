//! The `openssl` program, as the people use it who pair an application by hand.

use std::{fs, path::PathBuf, process::Command};

use base64::prelude::{BASE64_STANDARD, Engine as _};
use tempfile::TempDir;

/// A directory in which `openssl` works.
pub(crate) struct OpenSsl {
    dir: TempDir,
}

impl OpenSsl {
    pub(crate) fn new() -> Self {
        Self { dir: tempfile::tempdir().unwrap() }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    /// Runs `openssl` with arguments that are separated by blanks.
    pub(crate) fn run(&self, arguments: &str) {
        self.run_list(&arguments.split(' ').collect::<Vec<_>>());
    }

    pub(crate) fn run_list(&self, arguments: &[&str]) {
        let output = Command::new("openssl").args(arguments).current_dir(&self.dir).output().unwrap();
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    }

    pub(crate) fn read(&self, name: &str) -> Vec<u8> {
        fs::read(self.path(name)).unwrap()
    }

    /// Makes `<name>.key` with `openssl genpkey`.
    pub(crate) fn key(&self, name: &str, options: &str) {
        self.run(&format!("genpkey {options} -out {name}.key"));
    }

    /// Makes a request with `<key>.key` and returns its PEM.
    pub(crate) fn request(&self, key: &str, subject: &str, options: &str) -> Vec<u8> {
        let key = format!("{key}.key");
        let mut arguments = vec!["req", "-new", "-key", &key, "-subj", subject, "-out", "out.csr"];
        arguments.extend(options.split_whitespace());
        self.run_list(&arguments);
        self.read("out.csr")
    }
}

/// What stands in the `csr` argument.
pub(crate) fn field(pem: &[u8]) -> String {
    BASE64_STANDARD.encode(pem)
}
