//! Certificates as other people make them: with the `openssl` program.

use std::{fs, path::PathBuf, process::Command};

use tempfile::TempDir;

/// A directory in which `openssl` works.
pub(crate) struct OpenSsl(TempDir);

impl OpenSsl {
    pub(crate) fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    /// Runs `openssl` with arguments that are separated by blanks.
    pub(crate) fn run(&self, arguments: &str) {
        let output = Command::new("openssl").args(arguments.split(' ')).current_dir(&self.0).output().unwrap();
        assert!(output.status.success(), "{arguments}: {}", String::from_utf8_lossy(&output.stderr));
    }

    pub(crate) fn read(&self, name: &str) -> Vec<u8> {
        fs::read(self.0.path().join(name)).unwrap()
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub(super) fn text(&self, name: &str) -> String {
        String::from_utf8(self.read(name)).unwrap()
    }

    pub(super) fn write(&self, name: &str, content: impl AsRef<[u8]>) {
        fs::write(self.0.path().join(name), content).unwrap();
    }

    pub(super) fn key(&self, name: &str) {
        self.run(&format!("genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out {name}.key"));
    }

    /// A root: `<name>.key` and `<name>.pem`, valid for ten years.
    pub(crate) fn root(&self, name: &str, subject: &str) {
        self.key(name);
        self.run(&format!(
            "req -x509 -new -sha256 -key {name}.key -subj {subject} -days 3650 -out {name}.pem -addext \
             keyUsage=critical,keyCertSign,cRLSign"
        ));
    }

    /// `<name>.pem`, signed by `<issuer>`, with the extensions in the lines of `extensions`.
    pub(super) fn signed(&self, name: &str, subject: &str, issuer: &str, extensions: &str, days: u32) {
        self.write("extensions", extensions);
        self.key(name);
        self.run(&format!("req -new -sha256 -key {name}.key -subj {subject} -out {name}.csr"));
        self.run(&format!(
            "x509 -req -in {name}.csr -CA {issuer}.pem -CAkey {issuer}.key -days {days} -extfile extensions -out \
             {name}.pem"
        ));
    }

    /// A root, an intermediate and a client below it, each file named so.
    pub(crate) fn chain() -> Self {
        let openssl = Self::new();
        openssl.root("root", "/O=Org/CN=Root");
        let authority = "basicConstraints=critical,CA:TRUE,pathlen:0\nkeyUsage=critical,keyCertSign,cRLSign\n\
             authorityKeyIdentifier=keyid\nsubjectKeyIdentifier=hash\n";
        openssl.signed("intermediate", "/O=Org/CN=Intermediate", "root", authority, 1000);
        openssl.signed("client", "/C=DE/ST=province/L=locality/O=Org/OU=OrgUnit/CN=s-1", "intermediate", CLIENT, 90);
        openssl
    }

    pub(crate) fn der(&self, names: &[&str]) -> Vec<Vec<u8>> {
        names.iter().map(|name| pem::parse(self.read(&format!("{name}.pem"))).unwrap().into_contents()).collect()
    }
}

pub(super) const CLIENT: &str = "basicConstraints=critical,CA:FALSE\nkeyUsage=critical,digitalSignature\n\
     extendedKeyUsage=clientAuth\nauthorityKeyIdentifier=keyid\nsubjectKeyIdentifier=hash\n\
     crlDistributionPoints=URI:https://localhost:8443/crl.pem\n";
