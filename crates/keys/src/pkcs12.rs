//! PKCS#12: written for programs that take certificates in no other form (Java, Windows, browsers), read where somebody
//! brings a key with its certificate.

mod bundle;

use p12_keystore::{Certificate, KeyStore, KeyStoreEntry};
use pairing::Secret;
use rustls_pki_types::CertificateDer;
use thiserror::Error;

pub use bundle::{Bundle, BundleFault};

/// Why there is no PKCS#12 file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum Pkcs12Fault {
    #[error("There is no certificate to write.")]
    Empty,
    #[error("A certificate is damaged.")]
    DamagedCertificate,
    #[error("A passphrase for PKCS#12 has only characters that were in Unicode before 1996: no emoji, for instance.")]
    Passphrase,
}

/// The longest name that Windows shows whole.
const LONGEST_NAME: usize = 64;

/// The certificates as a PKCS#12 file without a private key: the first under the name, the others under the name with a
/// number. `openssl pkcs12` and `keytool` open it, the latter as trusted certificates.
///
/// # Errors
/// If there is nothing to write, or the passphrase is impossible in this format.
pub fn certificates(chain: &[CertificateDer<'_>], name: &str, passphrase: &Secret) -> Result<Vec<u8>, Pkcs12Fault> {
    if chain.is_empty() {
        return Err(Pkcs12Fault::Empty);
    }
    if passphrase.expose().chars().any(|char| !is_basic(char)) {
        return Err(Pkcs12Fault::Passphrase);
    }
    // keytool knows lower case only, and names have to be characters of two bytes.
    let name: String = name.chars().filter(|char| is_basic(*char) && !char.is_control()).take(LONGEST_NAME).collect();
    let name = if name.trim().is_empty() { "certificate" } else { name.trim() };
    let mut store = KeyStore::new();
    for (above, certificate) in chain.iter().enumerate() {
        let certificate = Certificate::from_der(certificate).map_err(|_| Pkcs12Fault::DamagedCertificate)?;
        // The store sorts by name: what is above comes after.
        let alias = if above == 0 { name.to_owned() } else { format!("{name} {above:02}") };
        store.add_entry(&alias, KeyStoreEntry::Certificate(certificate));
    }
    store.writer(passphrase.expose()).write().map_err(|_| Pkcs12Fault::Passphrase)
}

/// Whether two bytes are enough for it: the names and passphrases of PKCS#12 are `BMPString`.
fn is_basic(char: char) -> bool {
    u32::from(char) <= 0xFFFF
}
