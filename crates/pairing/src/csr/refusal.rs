//! Why a request was refused, in the words of Compass and in ours.

use thiserror::Error;

use super::{Attribute, AttributeFault, Base64Fault, KeyRefusal, SignatureRefusal};
use crate::{ErrorCode, Failure};

/// Why a request was refused. Its text is a plain sentence; [`CsrRefusal::wire_message`] puts the text of
/// Compass before it.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum CsrRefusal {
    #[error(transparent)]
    Base64(#[from] Base64Fault),
    #[error("The decoded value must be a PEM block (-----BEGIN CERTIFICATE REQUEST-----) or a request in DER.")]
    Pem,
    #[error("This is a certificate, not a certificate signing request.")]
    Certificate,
    #[error(
        "This is a private key, not a certificate signing request. A private key must not be given to anyone: make a \
         new one, and send a request that was made with it."
    )]
    PrivateKey,
    #[error("The request is cut off, damaged, or something else than PKCS#10.")]
    Malformed,
    #[error("The subject has several attributes in one part ({0}); give each attribute a part of its own.")]
    MultiValued(String),
    #[error(transparent)]
    Key(#[from] KeyRefusal),
    #[error(transparent)]
    Signature(#[from] SignatureRefusal),
    #[error("{}", .1.sentence(*.0))]
    Attribute(Attribute, AttributeFault),
}

impl CsrRefusal {
    /// The message on Compass' wires: exactly the text Compass would send
    /// (`connector/internal/certificates/certificates.go`), then a sentence that says what to change. Values from the
    /// request are shortened and escaped.
    pub fn wire_message(&self) -> String {
        match self {
            Self::Base64(_) => {
                format!("{DECODING}: Error while parsing base64 content. Incorrect value provided. {self}")
            }
            Self::Pem => format!("{SIGNING}: Error while decoding pem block. {self}"),
            Self::Certificate | Self::PrivateKey | Self::Malformed | Self::MultiValued(_) => {
                format!("{SIGNING}: Error while parsing CSR: {self}")
            }
            Self::Key(_) => format!("{SIGNING}: CSR: Invalid key provided. {self}"),
            Self::Signature(_) => format!("{SIGNING}: CSR signature invalid: {self}"),
            Self::Attribute(attribute, fault) => {
                // Compass does not tell a missing common name from a wrong one.
                let missing = matches!(fault, AttributeFault::Missing { .. }) && *attribute != Attribute::CommonName;
                let verdict = if missing { "No" } else { "Invalid" };
                format!("{SIGNING}: CSR: {verdict} {} provided. {self}", attribute.words())
            }
        }
    }
}

impl CsrRefusal {
    /// The text of Kyma's Connector Service, which has no room for more (`connector-service/internal/certificates`); the
    /// sentence of this refusal belongs beside it.
    pub fn connector_service_message(&self) -> String {
        match self {
            Self::Base64(_) => {
                "There was an error while parsing the base64 content. An incorrect value was provided.".into()
            }
            Self::Pem => "Error while decoding pem block.".into(),
            Self::Certificate | Self::PrivateKey | Self::Malformed | Self::MultiValued(_) => {
                format!("Error while parsing CSR: {self}")
            }
            Self::Key(_) => format!("CSR: Invalid key provided. {self}"),
            Self::Signature(_) => format!("CSR signature invalid: {self}"),
            Self::Attribute(attribute, fault) => {
                let missing = matches!(fault, AttributeFault::Missing { .. }) && *attribute != Attribute::CommonName;
                let verdict = if missing { "No" } else { "Invalid" };
                format!("CSR: {verdict} {} provided.", attribute.words())
            }
        }
    }
}

const DECODING: &str = "Error while decoding Certificate Signing Request";
const SIGNING: &str = "Error while signing Certificate Signing Request";

impl From<CsrRefusal> for Failure {
    fn from(refusal: CsrRefusal) -> Self {
        Self::new(ErrorCode::CsrRefused, refusal.wire_message())
    }
}
