//! Certificate requests byte by byte as old programs make them: libraries of their time wrote every text as
//! PrintableString, whatever was in it, signed with SHA-1 and ended lines with CR LF. No tool of today does that, so
//! the request is put together here; `openssl` keeps the key and signs.

use crate::{
    CertificateRequest, OpenSsl,
    asn1::{BIT_STRING, PRINTABLE, SEQUENCE, SET, element},
    base64, der,
};

/// How a request is to look. Begins as node-forge 0.10 makes them, which the varkes library and the mock applications
/// on it use.
#[derive(Clone, Debug)]
pub struct OldRequest {
    parts: Vec<Part>,
    digest: Digest,
    /// What is in the field `attributes`, in DER.
    attributes: Vec<Vec<u8>>,
    line_end: &'static str,
}

#[derive(Clone, Debug)]
struct Part {
    attribute: String,
    tag: u8,
    value: Vec<u8>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Digest {
    Sha1,
    Sha256,
}

impl OldRequest {
    /// For a subject as the info answers write it, split at `,` and `=` without a second look, as old clients do.
    pub fn of(subject: &str) -> Self {
        let parts = subject.split(',').map(|part| {
            let mut halves = part.split('=');
            let (attribute, value) = (halves.next().unwrap_or_default(), halves.next().unwrap_or_default());
            Part { attribute: attribute.to_owned(), tag: PRINTABLE, value: value.as_bytes().to_vec() }
        });
        Self { parts: parts.collect(), digest: Digest::Sha1, attributes: Vec::new(), line_end: "\r\n" }
    }

    /// With every text in another form.
    #[must_use]
    pub fn texts(mut self, tag: u8, encode: impl Fn(&str) -> Vec<u8>) -> Self {
        for part in &mut self.parts {
            part.value = encode(&String::from_utf8_lossy(&part.value));
            part.tag = tag;
        }
        self
    }

    /// With the parts of the subject in the order of these names; what is not named stays behind them.
    #[must_use]
    pub fn order(mut self, names: &[&str]) -> Self {
        self.parts.sort_by_key(|part| names.iter().position(|name| *name == part.attribute).unwrap_or(names.len()));
        self
    }

    /// With one more part at the end of the subject.
    #[must_use]
    pub fn part(mut self, attribute: &str, value: &str) -> Self {
        let value = value.as_bytes().to_vec();
        self.parts.push(Part { attribute: attribute.to_owned(), tag: PRINTABLE, value });
        self
    }

    #[must_use]
    pub const fn digest(mut self, digest: Digest) -> Self {
        self.digest = digest;
        self
    }

    /// With one more attribute of the request, in DER.
    #[must_use]
    pub fn attribute(mut self, der: Vec<u8>) -> Self {
        self.attributes.push(der);
        self
    }

    #[must_use]
    pub const fn line_end(mut self, line_end: &'static str) -> Self {
        self.line_end = line_end;
        self
    }

    /// Signed with the RSA key `NAME.key`.
    pub fn sign(&self, openssl: &OpenSsl, key: &str) -> CertificateRequest {
        let public = format!("{key}.public.der");
        if !openssl.path(&public).exists() {
            openssl.run(&format!("pkey -in {key}.key -pubout -outform DER -out {public}"));
        }
        let name = element(SEQUENCE, &self.parts.iter().map(Part::der).collect::<Vec<_>>());
        let info = element(
            SEQUENCE,
            &[vec![2, 1, 0], name, openssl.read(&public), element(0xA0, &[self.attributes.concat()])],
        );
        openssl.write("info.der", &info);
        let (digest, last) = match self.digest {
            Digest::Sha1 => ("sha1", 5),
            Digest::Sha256 => ("sha256", 11),
        };
        openssl.run(&format!("dgst -{digest} -sign {key}.key -out signature.der info.der"));
        // shaXWithRSAEncryption
        let algorithm = vec![SEQUENCE, 13, 6, 9, 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 1, 1, last, 5, 0];
        let signature = element(BIT_STRING, &[vec![0], openssl.read("signature.der")]);
        let der = element(SEQUENCE, &[info, algorithm, signature]);
        let body = base64(&der);
        let lines = body.as_bytes().chunks(64).map(|line| String::from_utf8_lossy(line).into_owned() + self.line_end);
        let pem = format!(
            "-----BEGIN CERTIFICATE REQUEST-----{end}{}-----END CERTIFICATE REQUEST-----{end}",
            lines.collect::<String>(),
            end = self.line_end
        );
        CertificateRequest { der, pem }
    }
}

impl Part {
    fn der(&self) -> Vec<u8> {
        let oid = match self.attribute.as_str() {
            "CN" => vec![6, 3, 0x55, 4, 3],
            "C" => vec![6, 3, 0x55, 4, 6],
            "L" => vec![6, 3, 0x55, 4, 7],
            "ST" => vec![6, 3, 0x55, 4, 8],
            "O" => vec![6, 3, 0x55, 4, 10],
            "OU" => vec![6, 3, 0x55, 4, 11],
            "E" => vec![6, 9, 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 1, 9, 1],
            // Their library's words.
            other => panic!("Attribute type not specified: {other:?}"),
        };
        element(SET, &[element(SEQUENCE, &[oid, element(self.tag, std::slice::from_ref(&self.value))])])
    }
}

impl CertificateRequest {
    /// A request that was written by `openssl req` into a file.
    pub fn read(openssl: &OpenSsl, name: &str) -> Self {
        let pem = openssl.text(name);
        Self { der: der(&pem), pem }
    }
}
