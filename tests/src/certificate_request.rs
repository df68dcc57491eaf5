//! Keys and certificate requests, made in this process because many are needed.

use rcgen::{CertificateParams, DistinguishedName, DnType, KeyPair};

use crate::base64;

/// What every `configuration` asks for, whatever is accepted.
pub const KEY_ALGORITHM: &str = "rsa2048";

/// A new key on P-256.
pub fn key() -> KeyPair {
    KeyPair::generate().expect("a key")
}

/// A PKCS#10 request.
#[derive(Clone, Debug)]
pub struct CertificateRequest {
    pub der: Vec<u8>,
    pub pem: String,
}

impl CertificateRequest {
    /// For a subject as `configuration` writes it: `O=…,OU=…,L=…,ST=…,C=…,CN=…`.
    pub fn new(subject: &str, key: &KeyPair) -> Self {
        let mut name = DistinguishedName::new();
        for part in subject.split(',').filter(|part| !part.is_empty()) {
            let (attribute, value) = part.split_once('=').expect("attribute=value");
            let attribute = match attribute {
                "O" => DnType::OrganizationName,
                "OU" => DnType::OrganizationalUnitName,
                "L" => DnType::LocalityName,
                "ST" => DnType::StateOrProvinceName,
                "C" => DnType::CountryName,
                "CN" => DnType::CommonName,
                other => panic!("attribute {other}"),
            };
            name.push(attribute, value);
        }
        let mut params = CertificateParams::default();
        params.distinguished_name = name;
        let request = params.serialize_request(key).expect("a request");
        Self { der: request.der().to_vec(), pem: request.pem().expect("PEM") }
    }

    /// As the field `csr` wants it: base64 of PEM.
    pub fn field(&self) -> String {
        base64(&self.pem)
    }
}
