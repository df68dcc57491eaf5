//! `openssl` in a folder of its own, as people use it who keep their certificates in files.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Output,
};

use tempfile::TempDir;

use crate::{CertificateRequest, Pairing, Tool, der};

/// A folder with files for `openssl`, `curl` and scripts. Removed when it is dropped.
#[derive(Debug)]
pub struct OpenSsl(TempDir);

impl Default for OpenSsl {
    fn default() -> Self {
        Self::new()
    }
}

impl OpenSsl {
    pub fn new() -> Self {
        Self(tempfile::tempdir().expect("a temporary folder"))
    }

    pub fn folder(&self) -> &Path {
        self.0.path()
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder().join(name)
    }

    /// `openssl` with these words, to be completed and run.
    pub fn tool(&self, words: &str) -> Tool {
        Tool::new("openssl", self.folder()).words(words)
    }

    /// Runs it and returns standard output; failure is a panic.
    #[track_caller]
    pub fn run(&self, words: &str) -> String {
        self.tool(words).run()
    }

    /// Runs it, whatever comes of it.
    pub fn output(&self, words: &str) -> Output {
        self.tool(words).output("")
    }

    #[track_caller]
    pub fn write(&self, name: &str, content: impl AsRef<[u8]>) {
        fs::write(self.path(name), content).unwrap_or_else(|error| panic!("{name}: {error}"));
    }

    #[track_caller]
    pub fn read(&self, name: &str) -> Vec<u8> {
        fs::read(self.path(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    /// A file that is text.
    #[track_caller]
    pub fn text(&self, name: &str) -> String {
        String::from_utf8(self.read(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    /// Writes the certificate's files: `NAME.pem` (leaf and CA) and `NAME.key`.
    pub fn keep(&self, name: &str, pairing: &Pairing) {
        self.write(&format!("{name}.pem"), &pairing.chain_pem);
        self.write(&format!("{name}.key"), &pairing.key_pem);
    }

    /// Makes `NAME.key` with `openssl genpkey`.
    pub fn key(&self, name: &str, options: &str) {
        self.tool("genpkey").words(options).words("-out").argument(&format!("{name}.key")).run();
    }

    /// A request for a subject as `configuration` writes it, made with `NAME.key`.
    #[track_caller]
    pub fn request(&self, name: &str, subject: &str, options: &str) -> CertificateRequest {
        let subject = format!("/{}", subject.replace(',', "/"));
        let request = self.tool("req -new -utf8 -key").argument(&format!("{name}.key")).words(options);
        request.argument("-subj").argument(&subject).words("-out request.pem").run();
        let pem = self.text("request.pem");
        CertificateRequest { der: der(&pem), pem }
    }
}

/// Keys that `openssl genpkey` makes.
pub const EC_P256: &str = "-algorithm EC -pkeyopt ec_paramgen_curve:P-256";
pub const EC_P384: &str = "-algorithm EC -pkeyopt ec_paramgen_curve:P-384";
pub const RSA_2048: &str = "-algorithm RSA -pkeyopt rsa_keygen_bits:2048";
