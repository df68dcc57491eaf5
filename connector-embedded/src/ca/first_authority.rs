//! The authority that a data directory begins with: `ca-key.pem` and `ca.pem`, made once. Whatever is wrong with them,
//! nothing is overwritten.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use keys::PrivateKey;
use pairing::Moment;
use rcgen::{KeyPair, PKCS_ECDSA_P256_SHA256, PKCS_RSA_SHA256, RsaKeySize};
use rustls_pki_types::CertificateDer;

use super::{
    key_files::{FIRST_KEY, KeyFiles, not_written, read},
    profile::{self, Validity},
};
use crate::{CaKeyKind, StartError, data_dir::write_atomically, hexadecimal::hexadecimal};

/// The authority's certificates and its key, which may not fit each other yet.
pub(super) struct FirstAuthority {
    /// Its own, then those above it.
    pub(super) chain: Vec<CertificateDer<'static>>,
    pub(super) key: KeyPair,
    pub(super) key_file: String,
    pub(super) made_now: bool,
}

impl FirstAuthority {
    /// Reads both files, or makes them.
    ///
    /// The key is written first. So a crash in between leaves a key alone, and the next start makes the certificate for
    /// it; a certificate alone cannot come from a crash and is refused.
    pub(super) fn open_or_create(
        dir: &Path,
        keys: &KeyFiles,
        kind: CaKeyKind,
        now: Moment,
    ) -> Result<Self, StartError> {
        let files = Files { keys, certificate: dir.join("ca.pem") };
        let certificate_is_there = files.is_there(&files.certificate)?;
        let chain = if certificate_is_there { files.read_certificates()? } else { Vec::new() };
        // Where the store was lost, the key of an authority that came later is found by its name.
        let later = chain.first().map(|certificate| key_file_of(certificate));
        let key_file = match later {
            Some(name) if files.is_there(&keys.path(&name))? => name,
            _ => FIRST_KEY.to_owned(),
        };
        let key = if files.is_there(&keys.path(&key_file))? {
            keys.read(&key_file)?
        } else if certificate_is_there {
            return Err(keys.unusable("ca.pem is there, but ca-key.pem is missing"));
        } else {
            let key = make_key(kind).map_err(|cause| keys.unusable(cause))?;
            keys.write(&key_file, &key)?;
            key
        };
        let chain = if certificate_is_there { chain } else { vec![files.make_certificate(&key, now)?] };
        Ok(Self { chain, key, key_file, made_now: !certificate_is_there })
    }
}

/// The file name for the key of an authority that is not the first.
pub(super) fn key_file_of(certificate: &[u8]) -> String {
    let fingerprint = super::sha256(certificate);
    format!("ca-key-{}.pem", hexadecimal(&fingerprint[..8]))
}

pub(super) fn make_key(kind: CaKeyKind) -> Result<KeyPair, String> {
    let key = match kind {
        CaKeyKind::EcP256 => KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256),
        CaKeyKind::Rsa4096 => KeyPair::generate_rsa_for(&PKCS_RSA_SHA256, RsaKeySize::_4096),
    };
    key.map_err(|error| format!("no key could be made: {error}"))
}

/// A certificate that the authority signs for itself.
pub(super) fn self_signed(key: &KeyPair, now: Moment) -> Result<CertificateDer<'static>, String> {
    let validity = Validity::starting(now, profile::AUTHORITY_LIFETIME);
    let params = profile::authority(validity, key).map_err(|failure| failure.to_string())?;
    params.self_signed(key).map(CertificateDer::from).map_err(|error| error.to_string())
}

/// The key that a person brought along, as rcgen signs with it.
pub(super) fn imported(key: &PrivateKey) -> Result<KeyPair, &'static str> {
    super::key_files::key_pair(key)
}

struct Files<'a> {
    keys: &'a KeyFiles,
    certificate: PathBuf,
}

impl Files<'_> {
    /// Also true for a link that leads nowhere: whoever made it did not mean "make a new one".
    fn is_there(&self, file: &Path) -> Result<bool, StartError> {
        match fs::symlink_metadata(file) {
            Ok(_) => Ok(true),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
            Err(error) => Err(self.keys.unusable(error.to_string())),
        }
    }

    fn read_certificates(&self) -> Result<Vec<CertificateDer<'static>>, StartError> {
        let content = read(&self.certificate).map_err(|cause| self.keys.unusable(format!("ca.pem: {cause}")))?;
        let blocks = pem::parse_many(&**content).unwrap_or_default();
        if blocks.is_empty() || blocks.iter().any(|block| block.tag() != "CERTIFICATE") {
            return Err(self.keys.unusable("ca.pem holds no certificate in PEM"));
        }
        Ok(blocks.into_iter().map(|block| block.into_contents().into()).collect())
    }

    fn make_certificate(&self, key: &KeyPair, now: Moment) -> Result<CertificateDer<'static>, StartError> {
        let certificate = self_signed(key, now).map_err(|cause| self.keys.unusable(cause))?;
        let pem = super::certificate_to_pem(&certificate);
        write_atomically(&self.certificate, pem.as_bytes(), 0o644)
            .map_err(|error| not_written(&self.certificate, error))?;
        Ok(certificate)
    }
}
