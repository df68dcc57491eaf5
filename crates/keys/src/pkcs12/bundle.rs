//! PKCS#12 as people get it from an authority: a key and its certificates in one file with a passphrase.

use std::fmt;

use p12_keystore::{Pkcs12Archive, error::Error as Unread};
use pairing::Secret;
use rustls_pki_types::CertificateDer;
use thiserror::Error;
use zeroize::Zeroizing;

use super::is_basic;
use crate::{
    KeyFault, PrivateKey,
    block::{Block, Form, form_of},
    key_fault::LARGEST_KIB,
};

/// A private key and every certificate that came along with it, in the order of the file.
#[derive(Clone)]
pub struct Bundle {
    pub key: PrivateKey,
    pub certificates: Vec<CertificateDer<'static>>,
}

impl fmt::Debug for Bundle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let count = self.certificates.len();
        f.debug_struct("Bundle").field("key", &self.key).field("certificates", &count).finish()
    }
}

/// Why a PKCS#12 file does not open. No sentence repeats what is inside.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum BundleFault {
    #[error("The file is protected with a passphrase, and none was given.")]
    PassphraseMissing,
    #[error("The passphrase does not open the file.")]
    PassphraseWrong,
    #[error("There is no private key in it. Export the certificate together with its key.")]
    NoKey,
    #[error("There are several private keys in it. Export only the one that is wanted.")]
    SeveralKeys,
    #[error("It is larger than {LARGEST_KIB} KiB; files with a key and its certificates are not.")]
    TooLarge,
    #[error(
        "It was written in a way that is not read here. Make PEM of it: openssl pkcs12 -in file.p12 -out all.pem (for \
         files of old programs with -legacy)"
    )]
    Form,
    #[error(transparent)]
    Key(#[from] KeyFault),
}

impl Bundle {
    /// Opens a PKCS#12 file as `openssl`, Java and browsers write it: with AES, or as older programs do with triple DES and
    /// RC2. `None`: it is something else.
    ///
    /// # Errors
    /// Why it does not open, or is no key with its certificates.
    pub fn open(bytes: &[u8], passphrase: Option<&Secret>) -> Result<Option<Self>, BundleFault> {
        if form_of(bytes) != Some(Form::Pkcs12) {
            return Ok(None);
        }
        if bytes.len() > LARGEST_KIB * 1024 {
            return Err(BundleFault::TooLarge);
        }
        // Without one it may be protected with nothing at all.
        let typed = passphrase.map_or("", Secret::expose);
        let wrong = if typed.is_empty() { BundleFault::PassphraseMissing } else { BundleFault::PassphraseWrong };
        if !typed.chars().all(is_basic) {
            return Err(wrong);
        }
        let archive = Pkcs12Archive::from_pkcs12(bytes, typed).map_err(|error| {
            // Without a seal over everything a wrong passphrase is noticed by what comes out.
            let by_passphrase = matches!(error, Unread::MacError(_) | Unread::Pkcs5Error(_) | Unread::UnpadError);
            if by_passphrase { wrong } else { BundleFault::Form }
        })?;
        let mut keys = archive.keys.into_iter();
        let key = match (keys.next(), keys.next()) {
            (Some(bag), None) => {
                let contents = Zeroizing::new(bag.key.as_der().to_vec());
                PrivateKey::from_block(&Block { form: Form::Pkcs8, contents }, None)?
            }
            (Some(_), Some(_)) => return Err(BundleFault::SeveralKeys),
            (None, _) => return Err(BundleFault::NoKey),
        };
        let certificates = archive.certs.iter().map(|bag| CertificateDer::from(bag.cert.as_der().to_vec())).collect();
        Ok(Some(Self { key, certificates }))
    }
}
