//! Everything about a request at once, for a person who wants to see it before it is sent. Nothing is granted here:
//! what counts is [`super::check`].

use super::{
    Attribute, CsrRefusal, KeyDescription, KeyRefusal, KeyRules, SignatureRefusal, key, request::Request, signature,
};
use crate::Subject;

/// A request that could be read, with every difference from what is expected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Inspection {
    /// O, OU, L, ST, C, CN: in the order in which people write a subject.
    pub subject: Vec<InspectedAttribute>,
    pub key: Result<KeyDescription, KeyRefusal>,
    /// `None`: nothing can be verified under this key.
    pub signature: Option<Result<(), SignatureRefusal>>,
    /// The `SubjectPublicKeyInfo`, DER, good or not.
    pub spki_der: Vec<u8>,
}

/// One attribute of a subject.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InspectedAttribute {
    pub attribute: Attribute,
    /// What it is; several values stand beside each other, one that is not text is left out.
    pub value: Option<String>,
    /// What is wrong; always `None` where nothing is expected of it.
    pub fault: Option<CsrRefusal>,
}

/// Reads a request in DER and compares all of it, where [`super::check`] stops at the first fault. An expectation that
/// is not known is not compared.
///
/// # Errors
/// It is no request, or its parts cannot be told from each other.
pub fn inspect(
    der: &[u8],
    subject: Option<&Subject>,
    common_name: Option<&str>,
    keys: &KeyRules,
) -> Result<Inspection, CsrRefusal> {
    let request = Request::read(der)?;
    let key = key::check(&request.key);
    let signature = key.as_ref().ok().map(|key| signature::verify(&request, *key));
    let attributes = [
        (Attribute::Organization, subject.map(|subject| subject.organization.as_str())),
        (Attribute::OrganizationalUnit, subject.map(|subject| subject.organizational_unit.as_str())),
        (Attribute::Locality, subject.map(|subject| subject.locality.as_str())),
        (Attribute::Province, subject.map(|subject| subject.province.as_str())),
        (Attribute::Country, subject.map(|subject| subject.country.as_str())),
        (Attribute::CommonName, common_name),
    ];
    let subject = attributes.map(|(attribute, expected)| {
        let values: Vec<_> = request.subject.values(attribute).into_iter().flatten().collect();
        let fault = expected.and_then(|expected| request.subject.fault(attribute, expected));
        InspectedAttribute {
            attribute,
            value: (!values.is_empty()).then(|| values.join(", ")),
            fault: fault.map(|fault| CsrRefusal::Attribute(attribute, fault)),
        }
    });
    Ok(Inspection {
        subject: subject.into(),
        key: key.and_then(|key| keys.allow(key).map(|()| key)),
        signature,
        spki_der: request.key.der.to_vec(),
    })
}
