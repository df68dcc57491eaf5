//! What is in a file or a pasted text: PEM blocks, or one thing in DER, each with what it turns out to be. The content
//! decides and not the label, because programs differ in their labels.

use std::fmt;

use zeroize::Zeroizing;

use crate::der::{self, BIT_STRING, CONTEXT, Element, INTEGER, OCTET_STRING, OID, SEQUENCE};

/// One thing that was found, in DER unless the form says otherwise.
pub(crate) struct Block {
    pub(crate) form: Form,
    pub(crate) contents: Zeroizing<Vec<u8>>,
}

impl fmt::Debug for Block {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Block").field("form", &self.form).finish_non_exhaustive()
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// RFC 5208 and 5958.
    Pkcs8,
    EncryptedPkcs8,
    /// RSA only, RFC 8017.
    Pkcs1,
    /// Elliptic curves only, RFC 5915.
    Sec1,
    /// PEM with the headers of RFC 1421: encrypted with a key that is one MD5 of the passphrase.
    EncryptedPem,
    OpenSsh,
    Dsa,
    Pkcs12,
    JavaKeyStore,
    PublicKey,
    Certificate,
    CertificateRequest,
    /// Something that stands beside keys and says nothing by itself, such as `EC PARAMETERS`.
    Beside,
    /// Called a private key, but is none that can be read.
    Damaged,
}

/// Everything in the bytes that has a form. Text around PEM blocks is skipped: `openssl pkcs12` writes some.
pub(crate) fn blocks(bytes: &[u8]) -> Vec<Block> {
    if contains(bytes, b"-----BEGIN ") {
        return pem_blocks(bytes);
    }
    form_of(bytes).map(|form| Block { form, contents: Zeroizing::new(bytes.to_vec()) }).into_iter().collect()
}

fn pem_blocks(text: &[u8]) -> Vec<Block> {
    let Ok(parsed) = pem::parse_many(text) else {
        return vec![Block { form: Form::Damaged, contents: Zeroizing::default() }];
    };
    let mut found: Vec<Block> = parsed
        .into_iter()
        .filter_map(|block| {
            let encrypted = block.headers().get("Proc-Type").is_some_and(|value| value.contains("ENCRYPTED"));
            let label = block.tag().to_owned();
            let contents = Zeroizing::new(block.into_contents());
            let form = if encrypted { Form::EncryptedPem } else { form_of_labelled(&label, &contents)? };
            Some(Block { form, contents })
        })
        .collect();
    // The parser stops without a word at a block that has no end.
    if count(text, b"-----BEGIN ") > count(text, b"-----END ") {
        found.push(Block { form: Form::Damaged, contents: Zeroizing::default() });
    }
    found
}

fn form_of_labelled(label: &str, contents: &[u8]) -> Option<Form> {
    match label {
        "OPENSSH PRIVATE KEY" => Some(Form::OpenSsh),
        _ if label.ends_with("PARAMETERS") => Some(Form::Beside),
        _ => form_of(contents).or_else(|| label.ends_with("PRIVATE KEY").then_some(Form::Damaged)),
    }
}

pub(crate) fn form_of(bytes: &[u8]) -> Option<Form> {
    if bytes.starts_with(&[0xFE, 0xED, 0xFE, 0xED]) {
        return Some(Form::JavaKeyStore);
    }
    // PKCS#12 of older programs has lengths that DER does not allow.
    if bytes.starts_with(&[0x30, 0x80, 2, 1, 3, 0x30]) {
        return Some(Form::Pkcs12);
    }
    let outer = der::sequence(bytes)?;
    match kinds(&outer)[..] {
        [INTEGER, SEQUENCE, OCTET_STRING, ..] => Some(Form::Pkcs8),
        [SEQUENCE, OCTET_STRING] => Some(Form::EncryptedPkcs8),
        [INTEGER, OCTET_STRING, ..] => Some(Form::Sec1),
        [INTEGER, SEQUENCE] | [INTEGER, SEQUENCE, SEQUENCE] if outer[0].content == [3] => Some(Form::Pkcs12),
        [INTEGER, INTEGER] => Some(Form::PublicKey),
        [INTEGER, INTEGER, INTEGER, INTEGER, INTEGER, INTEGER] => Some(Form::Dsa),
        [INTEGER, INTEGER, INTEGER, INTEGER, INTEGER, INTEGER, ..] => Some(Form::Pkcs1),
        [SEQUENCE, BIT_STRING] if starts_with_oid(outer[0].content) => Some(Form::PublicKey),
        [SEQUENCE, SEQUENCE, BIT_STRING] => form_of_signed(outer[0].content),
        _ => None,
    }
}

/// Certificates and requests are both a signature over something.
fn form_of_signed(content: &[u8]) -> Option<Form> {
    match kinds(&der::elements(content)?)[..] {
        [CONTEXT, INTEGER, SEQUENCE, SEQUENCE, SEQUENCE, SEQUENCE, SEQUENCE, ..]
        | [INTEGER, SEQUENCE, SEQUENCE, SEQUENCE, SEQUENCE, SEQUENCE, ..] => Some(Form::Certificate),
        [INTEGER, SEQUENCE, SEQUENCE] | [INTEGER, SEQUENCE, SEQUENCE, CONTEXT] => Some(Form::CertificateRequest),
        _ => None,
    }
}

fn starts_with_oid(content: &[u8]) -> bool {
    der::elements(content).is_some_and(|elements| elements.first().is_some_and(|first| first.kind == OID))
}

fn kinds(elements: &[Element<'_>]) -> Vec<u32> {
    elements.iter().map(|element| element.kind).collect()
}

fn contains(text: &[u8], part: &[u8]) -> bool {
    text.windows(part.len()).any(|window| window == part)
}

fn count(text: &[u8], part: &[u8]) -> usize {
    text.windows(part.len()).filter(|window| *window == part).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn forms(text: &str) -> Vec<Form> {
        blocks(text.as_bytes()).iter().map(|block| block.form).collect()
    }

    #[test]
    fn nothing_is_found_where_nothing_is() {
        assert!(forms("").is_empty());
        assert!(forms("hello").is_empty());
    }

    #[test]
    fn a_block_without_end_or_with_other_content_is_damaged() {
        assert_eq!(forms("-----BEGIN PRIVATE KEY-----\nAAAA\n"), [Form::Damaged]);
        assert_eq!(forms("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"), [Form::Damaged]);
        assert_eq!(forms("-----BEGIN PRIVATE KEY-----\nA*\n-----END PRIVATE KEY-----\n"), [Form::Damaged]);
        assert!(forms("-----BEGIN OTHER-----\nAAAA\n-----END OTHER-----\n").is_empty());
    }

    #[test]
    fn debug_shows_nothing_of_the_content() {
        let found = blocks(&[0x30, 4, 2, 0, 4, 0]);
        assert_eq!(format!("{found:?}"), "[Block { form: Sec1, .. }]");
    }
}
