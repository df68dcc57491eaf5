//! The parts of a PKCS#10 request (RFC 2986) that count: subject, key, and who signed what.

use x509_parser::asn1_rs::{Class, Tag};

use super::{
    CsrRefusal,
    der::{Reader, Unexpected},
    key::PublicKey,
    name,
    signature::SignatureAlgorithm,
};

/// A request that is well-formed; nothing in it was judged yet.
#[derive(Debug)]
pub(super) struct Request<'a> {
    /// The signed bytes, as they came.
    pub(super) info: &'a [u8],
    pub(super) subject: name::Name,
    pub(super) key: PublicKey<'a>,
    pub(super) algorithm: SignatureAlgorithm<'a>,
    pub(super) signature: &'a [u8],
}

impl<'a> Request<'a> {
    pub(super) fn read(der: &'a [u8]) -> Result<Self, CsrRefusal> {
        let damaged = |_: Unexpected| looks_like(der).unwrap_or(CsrRefusal::Malformed);
        let mut outer = Reader::new(der);
        let mut request = outer.sequence().map_err(damaged)?;
        let (info, mut fields) = request.raw_sequence().map_err(damaged)?;
        let algorithm = request.sequence().and_then(SignatureAlgorithm::read).map_err(damaged)?;
        let signature = request.bytes_of_bits().map_err(damaged)?;
        request.end().and_then(|()| outer.end()).map_err(damaged)?;

        // Version 0 is the only one there is; some old agents write another number into it.
        fields.element(Tag::Integer).map_err(damaged)?;
        let subject = name::Name::read(fields.sequence().map_err(damaged)?)?;
        let key = fields.raw_sequence().and_then(|(der, content)| PublicKey::read(der, content)).map_err(damaged)?;
        // Attributes carry requested extensions. They grant nothing here, so their content is not looked at.
        if !fields.is_empty() {
            let attributes = fields.any().map_err(damaged)?;
            if attributes.class() != Class::ContextSpecific || attributes.tag() != Tag(0) {
                return Err(CsrRefusal::Malformed);
            }
        }
        fields.end().map_err(damaged)?;
        Ok(Self { info, subject, key, algorithm, signature })
    }
}

/// What else people send in place of a request, told by how its DER begins.
fn looks_like(der: &[u8]) -> Option<CsrRefusal> {
    let mut content = Reader::new(der).sequence().ok()?;
    let first = content.any().ok()?;
    match (first.tag(), content.any().ok()?.tag()) {
        // PKCS#8, PKCS#1 and SEC 1 private keys begin with a version, 0 or 1.
        (Tag::Integer, Tag::Sequence | Tag::Integer | Tag::OctetString) if matches!(first.data, [0 | 1]) => {
            Some(CsrRefusal::PrivateKey)
        }
        // A certificate's body begins with `[0] version`.
        (Tag::Sequence, _) => {
            let inner = Reader::new(first.data).any().ok()?;
            (inner.class() == Class::ContextSpecific).then_some(CsrRefusal::Certificate)
        }
        _ => None,
    }
}
