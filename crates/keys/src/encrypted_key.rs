//! PKCS#8 encrypted with a passphrase (RFC 5958, RFC 8018), the form that `openssl pkey` reads and writes.

use aws_lc_rs::rand;
use pairing::Secret;
use pkcs8::{
    EncryptedPrivateKeyInfoRef,
    der::Encode as _,
    pkcs5::{
        self,
        pbes2::{self, Kdf},
        scrypt,
    },
};
use zeroize::Zeroizing;

use crate::{KeyFault, PrivateKey};

/// scrypt with 16 MiB, five times over. `openssl` refuses more than 32 MiB, so time is bought with rounds; this is what
/// OWASP's password storage page recommends for that much memory (2024).
const LOG_N: u8 = 14;
const R: u32 = 8;
const P: u32 = 5;

/// What we do for a file that somebody gives us: 10 million rounds of PBKDF2 and 256 MiB for scrypt are several times
/// what careful programs set; more is a file that is made to keep us busy.
const MOST_ITERATIONS: u32 = 10_000_000;
const MOST_SCRYPT_BYTES: u64 = 256 * 1024 * 1024;
const MOST_SCRYPT_ROUNDS: u64 = 16;

/// A private key as it lies in a file that a passphrase protects.
#[derive(Debug)]
#[non_exhaustive]
pub struct EncryptedKey;

impl EncryptedKey {
    /// PEM with the label `ENCRYPTED PRIVATE KEY` (scrypt, AES-256-CBC), with a new salt each time. [`PrivateKey::read`]
    /// and `openssl pkey` open it.
    pub fn encrypt(key: &PrivateKey, passphrase: &Secret) -> Zeroizing<String> {
        let der = encrypt(key.pkcs8_der(), passphrase).expect("constant parameters that the format allows");
        let lines = pem::EncodeConfig::new().set_line_ending(pem::LineEnding::LF);
        Zeroizing::new(pem::encode_config(&pem::Pem::new("ENCRYPTED PRIVATE KEY", der), lines))
    }
}

fn encrypt(pkcs8: &[u8], passphrase: &Secret) -> pkcs8::Result<Vec<u8>> {
    let (mut salt, mut iv) = ([0; 16], [0; 16]);
    rand::fill(&mut salt).expect("the operating system has randomness");
    rand::fill(&mut iv).expect("the operating system has randomness");
    let cost = scrypt::Params::new(LOG_N, R, P).map_err(|_| pkcs8::Error::ParametersMalformed)?;
    let parameters = pbes2::Parameters::generate_scrypt_aes256cbc(cost, &salt, iv)?;
    let encrypted = parameters.encrypt(passphrase.expose(), pkcs8)?;
    let encrypted_data = pkcs8::der::asn1::OctetString::new(encrypted)?;
    Ok(pkcs8::EncryptedPrivateKeyInfoOwned { encryption_algorithm: parameters.into(), encrypted_data }.to_der()?)
}

/// The PKCS#8 in an encrypted one.
pub(crate) fn decrypt(der: &[u8], passphrase: Option<&Secret>) -> Result<Zeroizing<Vec<u8>>, KeyFault> {
    // The outline was checked, so what cannot be read is the way of encryption.
    let info = EncryptedPrivateKeyInfoRef::try_from(der).map_err(|_| KeyFault::Encryption)?;
    let pkcs5::EncryptionScheme::Pbes2(parameters) = &info.encryption_algorithm else {
        return Err(KeyFault::Encryption);
    };
    check_cost(&parameters.kdf)?;
    let passphrase = passphrase.ok_or(KeyFault::PassphraseMissing)?;
    match info.decrypt(passphrase.expose()) {
        Ok(document) => Ok(document.to_bytes()),
        Err(pkcs8::Error::EncryptedPrivateKey(
            pkcs5::Error::UnsupportedAlgorithm { .. } | pkcs5::Error::AlgorithmParametersInvalid { .. },
        )) => Err(KeyFault::Encryption),
        // A wrong passphrase gives rubbish, of which one in 256 passes for padded text and then fails as DER.
        Err(_) => Err(KeyFault::PassphraseWrong),
    }
}

fn check_cost(kdf: &Kdf) -> Result<(), KeyFault> {
    let sensible = match kdf {
        Kdf::Pbkdf2(parameters) => parameters.iteration_count <= MOST_ITERATIONS,
        Kdf::Scrypt(parameters) => {
            let bytes = parameters.cost_parameter.saturating_mul(128).saturating_mul(parameters.block_size.into());
            bytes <= MOST_SCRYPT_BYTES && u64::from(parameters.parallelization) <= MOST_SCRYPT_ROUNDS
        }
        _ => return Err(KeyFault::Encryption),
    };
    if sensible { Ok(()) } else { Err(KeyFault::TooCostly) }
}
