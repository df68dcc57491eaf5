//! What a person dropped or pasted: told by its content, never by a file name. A private key is recognised before
//! anything else and wherever it stands; its bytes are wiped and never repeated.

use std::fmt;

use base64::{
    Engine as _, alphabet,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};
use keys::{KeyFault, PrivateKey};
use pairing::{PairingData, Secret, csr};
use x509_parser::{prelude::FromDer as _, x509::SubjectPublicKeyInfo};
use zeroize::Zeroizing;

use super::decoded::Decoded;

/// What something is, with the bytes that are needed to look further.
pub(super) enum Dropped {
    /// DER.
    Request(Vec<u8>),
    /// DER, in the order in which they stood.
    Certificates(Vec<Vec<u8>>),
    /// Readable, or why not.
    PrivateKey(Result<PrivateKey, KeyFault>),
    /// `SubjectPublicKeyInfo`, DER.
    PublicKey(Vec<u8>),
    Pkcs12,
    JavaKeyStore,
    /// What kind of token.
    Token(&'static str),
    /// BEGIN and END lines around something that is not what they say.
    Damaged,
    Empty,
    Unknown,
}

impl fmt::Debug for Dropped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Dropped([redacted])")
    }
}

impl Dropped {
    /// Takes the text apart: PEM, the base64 of anything, bare DER in base64, tokens.
    pub(super) fn recognise(text: &Secret) -> Self {
        let text = text.expose().trim();
        if text.is_empty() {
            return Self::Empty;
        }
        if let Some(found) = pem(text) {
            return found;
        }
        if let Some(kind) = token(text) {
            return Self::Token(kind);
        }
        match decoded(text) {
            Some(bytes) => match std::str::from_utf8(&bytes).ok().and_then(pem) {
                Some(found) => found,
                None => der(&bytes).unwrap_or_else(|| bare_token(text)),
            },
            None => bare_token(text),
        }
    }
}

const PRIVATE_KEY: &str = "PRIVATE KEY-----";
const REQUEST_TAGS: [&str; 2] = ["CERTIFICATE REQUEST", "NEW CERTIFICATE REQUEST"];
const CERTIFICATE_TAGS: [&str; 3] = ["CERTIFICATE", "X509 CERTIFICATE", "TRUSTED CERTIFICATE"];

/// `None`: there is no BEGIN line.
fn pem(text: &str) -> Option<Dropped> {
    if text.contains(PRIVATE_KEY) {
        return Some(Dropped::PrivateKey(PrivateKey::read(text.as_bytes(), None)));
    }
    if !text.contains("-----BEGIN ") {
        return None;
    }
    let Ok(blocks) = pem::parse_many(text) else { return Some(Dropped::Damaged) };
    let with = |tags: &[&str]| -> Vec<_> {
        blocks.iter().filter(|block| tags.contains(&block.tag())).map(|block| block.contents().to_vec()).collect()
    };
    if let Some(request) = with(&REQUEST_TAGS).pop() {
        return Some(Dropped::Request(request));
    }
    let certificates = with(&CERTIFICATE_TAGS);
    if !certificates.is_empty() {
        let whole = certificates.iter().all(|der| Decoded::read(der).is_ok());
        return Some(if whole { Dropped::Certificates(certificates) } else { Dropped::Damaged });
    }
    if let Some(key) = with(&["PUBLIC KEY"]).pop() {
        return Some(if is_public_key(&key) { Dropped::PublicKey(key) } else { Dropped::Damaged });
    }
    Some(match blocks.first() {
        Some(block) => der(block.contents()).unwrap_or(Dropped::Unknown),
        None => Dropped::Damaged,
    })
}

/// `None`: it is no DER of a kind that is known.
fn der(bytes: &[u8]) -> Option<Dropped> {
    const MAGIC_OF_JKS: [u8; 4] = [0xFE, 0xED, 0xFE, 0xED];
    if bytes.starts_with(&MAGIC_OF_JKS) {
        return Some(Dropped::JavaKeyStore);
    }
    if bytes.first() != Some(&0x30) {
        return None;
    }
    match PrivateKey::read(bytes, None) {
        Err(KeyFault::Certificate) => return Some(Dropped::Certificates(vec![bytes.to_vec()])),
        Err(KeyFault::CertificateRequest) => return Some(Dropped::Request(bytes.to_vec())),
        Err(KeyFault::PublicKey) => return Some(Dropped::PublicKey(bytes.to_vec())),
        Err(KeyFault::Pkcs12) => return Some(Dropped::Pkcs12),
        // Said of everything else; what follows knows better where it knows anything.
        Err(KeyFault::NoKey | KeyFault::Damaged) => {}
        read @ (Ok(_) | Err(_)) => return Some(Dropped::PrivateKey(read)),
    }
    if Decoded::read(bytes).is_ok() {
        return Some(Dropped::Certificates(vec![bytes.to_vec()]));
    }
    if csr::inspect(bytes, None, None, &csr::KeyRules::default()).is_ok() {
        return Some(Dropped::Request(bytes.to_vec()));
    }
    is_public_key(bytes).then(|| Dropped::PublicKey(bytes.to_vec()))
}

fn is_public_key(der: &[u8]) -> bool {
    matches!(SubjectPublicKeyInfo::from_der(der), Ok(([], _)))
}

/// Tokens that can be told by their form.
fn token(text: &str) -> Option<&'static str> {
    let word = !text.contains(char::is_whitespace);
    if PairingData::parse(text).is_ok() {
        Some("pairing data, which has a one-time token in it")
    } else if word && text.starts_with("http") && text.contains("token=") {
        Some("a link with a one-time token in it")
    } else if word && text.starts_with("eyJ") && text.split('.').count() == 3 {
        Some("an access token")
    } else {
        None
    }
}

/// A one-time token of Compass is 64 to 88 characters of URL-safe base64 and says nothing about itself.
fn bare_token(text: &str) -> Dropped {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '=');
    let is_fingerprint = matches!(text.len(), 40 | 64) && text.chars().all(|c| c.is_ascii_hexdigit());
    if (32..=128).contains(&text.len()) && text.chars().all(plain) && !is_fingerprint {
        return Dropped::Token("most likely a one-time token or a client secret");
    }
    Dropped::Unknown
}

/// Base64 in any alphabet, with any line breaks.
fn decoded(text: &str) -> Option<Zeroizing<Vec<u8>>> {
    let compact: Zeroizing<String> = Zeroizing::new(
        text.chars()
            .filter(|c| !c.is_whitespace() && *c != '=')
            .map(|c| match c {
                '-' => '+',
                '_' => '/',
                other => other,
            })
            .collect(),
    );
    LENIENT.decode(compact.as_bytes()).ok().map(Zeroizing::new)
}

const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true),
);
