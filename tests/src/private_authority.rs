//! A certificate authority of a company: nobody trusts it who was not told to.

use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, KeyUsagePurpose};
use rustls::{
    ServerConfig,
    pki_types::{PrivateKeyDer, pem::PemObject as _},
};

/// The authority and its key.
#[derive(Debug)]
pub struct PrivateAuthority {
    issuer: Issuer<'static, KeyPair>,
    pem: String,
}

/// A certificate of it for a server.
#[derive(Clone, Debug)]
pub struct ServerCertificate {
    /// Leaf, then authority.
    pub chain_pem: String,
    pub key_pem: String,
}

impl Default for PrivateAuthority {
    fn default() -> Self {
        Self::named("Company Root CA")
    }
}

impl PrivateAuthority {
    pub fn named(name: &str) -> Self {
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        params.distinguished_name.push(DnType::CommonName, name);
        let key = crate::key();
        let pem = params.self_signed(&key).expect("an authority").pem();
        Self { issuer: Issuer::new(params, key), pem }
    }

    /// What has to be trusted.
    pub fn pem(&self) -> &str {
        &self.pem
    }

    /// For a server that is reached by these names.
    pub fn certificate(&self, names: &[&str]) -> ServerCertificate {
        let names: Vec<String> = names.iter().copied().map(str::to_owned).collect();
        let mut params = CertificateParams::new(names).expect("names");
        params.distinguished_name.push(DnType::CommonName, "A server");
        let key = crate::key();
        let leaf = params.signed_by(&key, &self.issuer).expect("a certificate").pem();
        ServerCertificate { chain_pem: format!("{leaf}{}", self.pem), key_pem: key.serialize_pem() }
    }
}

impl ServerCertificate {
    /// TLS as gateways do it: both versions of HTTP.
    pub(crate) fn tls(&self) -> ServerConfig {
        let chain = rustls::pki_types::CertificateDer::pem_slice_iter(self.chain_pem.as_bytes());
        let chain = chain.collect::<Result<Vec<_>, _>>().expect("certificates");
        let key = PrivateKeyDer::from_pem_slice(self.key_pem.as_bytes()).expect("a key");
        let provider = rustls::crypto::aws_lc_rs::default_provider().into();
        let builder = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
        let builder = builder.expect("protocol versions").with_no_client_auth();
        let mut config = builder.with_single_cert(chain, key).expect("a certificate and its key");
        config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        config
    }
}
