//! `ca-key.pem` and `ca.pem`: made once, then only read. Whatever is wrong with them, nothing is overwritten.

use std::{
    fs::{self, File},
    io::{self, Read as _},
    path::{Path, PathBuf},
};

use pairing::Moment;
use rcgen::{KeyPair, PKCS_ECDSA_P256_SHA256, PKCS_ECDSA_P384_SHA384, PKCS_RSA_SHA256, RsaKeySize};
use rustls_pki_types::CertificateDer;
use zeroize::Zeroizing;

use super::profile::{self, Validity};
use crate::{
    CaKeyKind, StartError,
    data_dir::{refuse_loose_mode, write_atomically, write_private},
};

/// The authority's certificate and its key, which may not fit each other yet.
pub(super) struct KeyPairFiles {
    pub(super) certificate: CertificateDer<'static>,
    pub(super) key: KeyPair,
}

impl KeyPairFiles {
    /// Reads both files, or makes them.
    ///
    /// The key is written first. So a crash in between leaves a key alone, and the next start makes the certificate for
    /// it; a certificate alone cannot come from a crash and is refused.
    pub(super) fn open_or_create(dir: &Path, kind: CaKeyKind, now: Moment) -> Result<Self, StartError> {
        let files = Files { dir, key: dir.join("ca-key.pem"), certificate: dir.join("ca.pem") };
        let certificate_is_there = files.is_there(&files.certificate)?;
        let key = if files.is_there(&files.key)? {
            files.read_key()?
        } else if certificate_is_there {
            return Err(files.unusable("ca.pem is there, but ca-key.pem is missing"));
        } else {
            files.make_key(kind)?
        };
        let certificate =
            if certificate_is_there { files.read_certificate()? } else { files.make_certificate(&key, now)? };
        Ok(Self { certificate, key })
    }
}

struct Files<'a> {
    dir: &'a Path,
    key: PathBuf,
    certificate: PathBuf,
}

impl Files<'_> {
    fn unusable(&self, cause: impl Into<String>) -> StartError {
        StartError::Authority { path: self.dir.to_owned(), cause: cause.into() }
    }

    /// Also true for a link that leads nowhere: whoever made it did not mean "make a new one".
    fn is_there(&self, file: &Path) -> Result<bool, StartError> {
        match fs::symlink_metadata(file) {
            Ok(_) => Ok(true),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
            Err(error) => Err(self.unusable(error.to_string())),
        }
    }

    fn read(&self, file: &Path) -> Result<Zeroizing<Vec<u8>>, StartError> {
        const MOST: usize = 64 * 1024;
        let name = file.file_name().unwrap_or_default().display();
        let trouble = |cause| self.unusable(format!("{name}: {cause}"));
        // Room for everything at once: growing would leave pieces of the key behind in memory.
        let mut content = Zeroizing::new(Vec::with_capacity(MOST));
        let limit = MOST as u64;
        let length = File::open(file).map_err(trouble)?.take(limit).read_to_end(&mut content).map_err(trouble)?;
        if length == MOST { Err(self.unusable(format!("{name} is too long"))) } else { Ok(content) }
    }

    fn read_key(&self) -> Result<KeyPair, StartError> {
        let content = self.read(&self.key)?;
        refuse_loose_mode(&self.key, 0o600)?;
        // Parser errors are not passed on: they may quote what they choked on.
        let unreadable = || self.unusable("ca-key.pem holds no unencrypted private key in PEM");
        let text = std::str::from_utf8(&content).map_err(|_| unreadable())?;
        let key = KeyPair::from_pem(text).map_err(|_| unreadable())?;
        if [&PKCS_ECDSA_P256_SHA256, &PKCS_ECDSA_P384_SHA384, &PKCS_RSA_SHA256].contains(&key.algorithm()) {
            Ok(key)
        } else {
            Err(self.unusable("ca-key.pem is neither an RSA key nor an EC key on P-256 or P-384"))
        }
    }

    fn read_certificate(&self) -> Result<CertificateDer<'static>, StartError> {
        let content = self.read(&self.certificate)?;
        match pem::parse(&**content) {
            Ok(block) if block.tag() == "CERTIFICATE" => Ok(block.into_contents().into()),
            _ => Err(self.unusable("ca.pem holds no certificate in PEM")),
        }
    }

    fn make_key(&self, kind: CaKeyKind) -> Result<KeyPair, StartError> {
        let key = match kind {
            CaKeyKind::EcP256 => KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256),
            CaKeyKind::Rsa4096 => KeyPair::generate_rsa_for(&PKCS_RSA_SHA256, RsaKeySize::_4096),
        };
        let key = key.map_err(|error| self.unusable(format!("no key could be made: {error}")))?;
        let text = Zeroizing::new(key.serialize_pem());
        write_private(&self.key, text.as_bytes()).map_err(|error| not_written(&self.key, error))?;
        Ok(key)
    }

    fn make_certificate(&self, key: &KeyPair, now: Moment) -> Result<CertificateDer<'static>, StartError> {
        let validity = Validity::starting(now, profile::AUTHORITY_LIFETIME);
        let params = profile::authority(validity, key).map_err(StartError::Other)?;
        let certificate = params.self_signed(key).map_err(|error| self.unusable(error.to_string()))?;
        write_atomically(&self.certificate, certificate.pem().as_bytes(), 0o644)
            .map_err(|error| not_written(&self.certificate, error))?;
        Ok(certificate.into())
    }
}

fn not_written(file: &Path, cause: io::Error) -> StartError {
    let path = file.to_owned();
    if cause.kind() == io::ErrorKind::StorageFull {
        StartError::DiskFull { path }
    } else {
        StartError::DataDir { path, cause }
    }
}
