//! From the text of a `csr` field to DER: base64 around PEM (which has base64 of its own) around DER.

use base64::{
    Engine as _, alphabet,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};
use thiserror::Error;

use super::CsrRefusal;

/// More is not read. A request for RSA 4096 takes about 2,500 bytes in this encoding.
pub const MAX_FIELD_BYTES: usize = 16 * 1024;

/// Why a `csr` field is not base64.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum Base64Fault {
    #[error("The value is empty.")]
    Empty,
    #[error(
        "The value is the PEM text itself; it must be encoded in base64 once more, for example with: openssl base64 -A"
    )]
    BarePem,
    #[error("Character {0:?} does not occur in base64.")]
    Character(char),
    #[error("The value is cut off: a single character is left over.")]
    CutOff,
    #[error("The value has {0} bytes; at most {MAX_FIELD_BYTES} are read.")]
    TooLong(usize),
}

/// The DER in a `csr` field. Bare DER inside the base64 is taken as well.
pub(super) fn decode(field: &str) -> Result<Vec<u8>, CsrRefusal> {
    // Before anything else, and wherever it stands: whoever sent this must hear it.
    let holds_private_key = |text: &str| text.contains("PRIVATE KEY-----");
    if holds_private_key(field) {
        return Err(CsrRefusal::PrivateKey);
    }
    let content = decode_base64(field)?;
    if content.first() == Some(&SEQUENCE) {
        return Ok(content);
    }
    let text = String::from_utf8_lossy(&content);
    if holds_private_key(&text) {
        return Err(CsrRefusal::PrivateKey);
    }
    let block = pem::parse(&*text).map_err(|_| CsrRefusal::Pem)?;
    match block.tag() {
        "CERTIFICATE" | "X509 CERTIFICATE" | "TRUSTED CERTIFICATE" => Err(CsrRefusal::Certificate),
        _ => Ok(block.into_contents()),
    }
}

/// The first byte of every request in DER; no text starts with it but one that starts with the digit zero.
const SEQUENCE: u8 = 0x30;

fn decode_base64(field: &str) -> Result<Vec<u8>, Base64Fault> {
    if field.len() > MAX_FIELD_BYTES {
        return Err(Base64Fault::TooLong(field.len()));
    }
    if field.contains("-----BEGIN ") {
        return Err(Base64Fault::BarePem);
    }
    let mut compact = String::with_capacity(field.len());
    for character in field.chars().filter(|character| !character.is_whitespace()) {
        compact.push(match character {
            '-' => '+',
            '_' => '/',
            '=' | '+' | '/' => character,
            _ if character.is_ascii_alphanumeric() => character,
            _ => return Err(Base64Fault::Character(character)),
        });
    }
    let digits = compact.trim_end_matches('=');
    if digits.is_empty() {
        return Err(Base64Fault::Empty);
    }
    if digits.contains('=') {
        return Err(Base64Fault::Character('='));
    }
    LENIENT.decode(digits).map_err(|_| Base64Fault::CutOff)
}

const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true),
);

#[cfg(test)]
mod tests {
    use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD};

    use super::*;

    const DER: &[u8] = &[0x30, 3, 2, 1, 0xFB, 0xFF, 0xBF];

    fn pem(label: &str) -> String {
        pem::encode(&pem::Pem::new(label, DER))
    }

    #[test]
    fn every_spelling_of_the_same_bytes_is_read() {
        let once = BASE64_STANDARD.encode(pem("CERTIFICATE REQUEST"));
        let wrapped: String =
            once.as_bytes().chunks(20).map(|line| format!(" {}\r\n", String::from_utf8_lossy(line))).collect();
        let unpadded = once.trim_end_matches('=').to_owned();
        for field in [once, wrapped, unpadded, BASE64_URL_SAFE_NO_PAD.encode(DER), BASE64_STANDARD.encode(DER)] {
            assert_eq!(decode(&field).as_deref(), Ok(DER), "{field}");
        }
        for label in ["NEW CERTIFICATE REQUEST", "ANYTHING"] {
            assert_eq!(decode(&BASE64_STANDARD.encode(pem(label))).as_deref(), Ok(DER));
        }
        let crlf = pem("CERTIFICATE REQUEST").replace('\n', "\r\n");
        assert_eq!(
            decode(&BASE64_STANDARD.encode(format!("Certificate Request:\n  Data\n{crlf}"))).as_deref(),
            Ok(DER)
        );
    }

    #[test]
    fn what_is_not_base64_is_told_what_it_is() {
        for (field, fault) in [
            ("", Base64Fault::Empty),
            (" \n==", Base64Fault::Empty),
            ("TUlJ*", Base64Fault::Character('*')),
            ("TU=lJ", Base64Fault::Character('=')),
            ("TUlJA", Base64Fault::CutOff),
            (&pem("CERTIFICATE REQUEST"), Base64Fault::BarePem),
            (&"A".repeat(MAX_FIELD_BYTES + 1), Base64Fault::TooLong(MAX_FIELD_BYTES + 1)),
        ] {
            assert_eq!(decode(field), Err(CsrRefusal::Base64(fault)), "{field}");
        }
    }

    #[test]
    fn other_pem_blocks_are_named() {
        let refused = |text: String| decode(&BASE64_STANDARD.encode(text)).unwrap_err();
        assert_eq!(refused(pem("CERTIFICATE")), CsrRefusal::Certificate);
        assert_eq!(refused(pem("EC PRIVATE KEY")), CsrRefusal::PrivateKey);
        assert_eq!(refused(pem("CERTIFICATE REQUEST") + &pem("PRIVATE KEY")), CsrRefusal::PrivateKey);
        assert_eq!(decode(&pem("RSA PRIVATE KEY")), Err(CsrRefusal::PrivateKey));
        assert_eq!(refused("hello".into()), CsrRefusal::Pem);
        assert_eq!(refused("-----BEGIN X-----\n*\n-----END X-----\n".into()), CsrRefusal::Pem);
    }
}
