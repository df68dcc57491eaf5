//! The subject of a request: six attributes that must be ours, in any order and any string type.

use x509_parser::{
    asn1_rs::{Any, Class, Oid, Tag},
    oid_registry::{
        OID_X509_COMMON_NAME, OID_X509_COUNTRY_NAME, OID_X509_LOCALITY_NAME, OID_X509_ORGANIZATION_NAME,
        OID_X509_ORGANIZATIONAL_UNIT, OID_X509_STATE_OR_PROVINCE_NAME,
    },
};

use super::{
    CsrRefusal,
    der::{Reader, Unexpected, dotted},
};
use crate::Subject;

/// The attributes that are compared. Others, such as `emailAddress`, are ignored: openssl's default
/// configuration adds them, and the certificate does not carry them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Attribute {
    CommonName,
    Country,
    Organization,
    OrganizationalUnit,
    Locality,
    Province,
}

/// What is wrong with one attribute.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AttributeFault {
    Missing {
        expected: String,
    },
    Different {
        value: String,
        expected: String,
    },
    /// Compass would compare the first and keep the others; we do so for the organizational unit only.
    Repeated {
        times: usize,
        expected: String,
    },
    /// The value is not of a string type, or its bytes are none of that type.
    NotText {
        expected: String,
    },
}

impl Attribute {
    /// As in a subject text.
    pub fn short(self) -> &'static str {
        match self {
            Self::CommonName => "CN",
            Self::Country => "C",
            Self::Organization => "O",
            Self::OrganizationalUnit => "OU",
            Self::Locality => "L",
            Self::Province => "ST",
        }
    }

    /// As in Compass' messages.
    pub(super) fn words(self) -> &'static str {
        match self {
            Self::CommonName => "common name",
            Self::Country => "country",
            Self::Organization => "organization",
            Self::OrganizationalUnit => "organizational unit",
            Self::Locality => "locality",
            Self::Province => "province",
        }
    }
}

impl AttributeFault {
    pub(super) fn sentence(&self, attribute: Attribute) -> String {
        let name = attribute.short();
        match self {
            Self::Missing { expected } => format!("{name} is missing, expected {}.", quoted(expected)),
            Self::Different { value, expected } => {
                format!("{name} is {}, expected {}.", quoted(value), quoted(expected))
            }
            Self::Repeated { times, expected } => {
                format!("{name} is given {times} times, expected {} once.", quoted(expected))
            }
            Self::NotText { expected } => format!("{name} is not readable text, expected {}.", quoted(expected)),
        }
    }
}

/// A value in quotation marks, control characters escaped, shortened to what a person would read.
fn quoted(value: &str) -> String {
    const SHOWN: usize = 64; // X.520's upper bound for these attributes
    match value.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{:?}…", &value[..end]),
        None => format!("{value:?}"),
    }
}

/// The attributes of a subject that we know, as they came. `None` is a value that is not text.
#[derive(Debug)]
pub(super) struct Name(Vec<(Attribute, Option<String>)>);

impl Name {
    pub(super) fn read(mut parts: Reader<'_>) -> Result<Self, CsrRefusal> {
        let malformed = |_: Unexpected| CsrRefusal::Malformed;
        let mut found = Vec::new();
        while !parts.is_empty() {
            let mut part = Reader::new(parts.element(Tag::Set).map_err(malformed)?);
            let mut types = Vec::new();
            while !part.is_empty() {
                let mut attribute = part.sequence().map_err(malformed)?;
                let kind = attribute.oid().map_err(malformed)?;
                let value = attribute.any().map_err(malformed)?;
                attribute.end().map_err(malformed)?;
                found.extend(known(&kind).map(|known| (known, text(&value))));
                types.push(kind);
            }
            match types.len() {
                0 => return Err(CsrRefusal::Malformed),
                1 => {}
                _ => return Err(CsrRefusal::MultiValued(listed(&types))),
            }
        }
        Ok(Self(found))
    }
}

/// Compares in Compass' order; the first difference counts.
pub(super) fn check(name: &Name, subject: &Subject, common_name: &str) -> Result<(), CsrRefusal> {
    for (attribute, expected) in [
        (Attribute::CommonName, common_name),
        (Attribute::Country, &subject.country),
        (Attribute::Organization, &subject.organization),
        (Attribute::OrganizationalUnit, &subject.organizational_unit),
        (Attribute::Locality, &subject.locality),
        (Attribute::Province, &subject.province),
    ] {
        if let Some(fault) = name.fault(attribute, expected) {
            return Err(CsrRefusal::Attribute(attribute, fault));
        }
    }
    Ok(())
}

impl Name {
    /// Every value of one attribute, as they came; `None` is one that is not text.
    pub(super) fn values(&self, attribute: Attribute) -> Vec<Option<&str>> {
        let values = self.0.iter().filter(|(found, _)| *found == attribute);
        values.map(|(_, value)| value.as_deref()).collect()
    }

    /// What is wrong with one attribute, if anything is.
    pub(super) fn fault(&self, attribute: Attribute, expected: &str) -> Option<AttributeFault> {
        let values = self.values(attribute);
        let expected = expected.to_owned();
        Some(match values[..] {
            [] => AttributeFault::Missing { expected },
            [None] => AttributeFault::NotText { expected },
            [Some(value)] if value == expected => return None,
            // A path of units, as old clients carry it on: Compass and Kyma compare the first.
            [Some(value), ..] if attribute == Attribute::OrganizationalUnit && value == expected => return None,
            [Some(value)] => AttributeFault::Different { value: value.to_owned(), expected },
            _ => AttributeFault::Repeated { times: values.len(), expected },
        })
    }
}

fn known(kind: &Oid<'_>) -> Option<Attribute> {
    [
        (OID_X509_COMMON_NAME, Attribute::CommonName),
        (OID_X509_COUNTRY_NAME, Attribute::Country),
        (OID_X509_ORGANIZATION_NAME, Attribute::Organization),
        (OID_X509_ORGANIZATIONAL_UNIT, Attribute::OrganizationalUnit),
        (OID_X509_LOCALITY_NAME, Attribute::Locality),
        (OID_X509_STATE_OR_PROVINCE_NAME, Attribute::Province),
    ]
    .into_iter()
    .find_map(|(oid, attribute)| (oid == *kind).then_some(attribute))
}

/// The first few types of a multi-valued part, by the names people know.
fn listed(types: &[Oid<'_>]) -> String {
    let name = |kind: &Oid<'_>| known(kind).map_or_else(|| dotted(kind), |known| known.short().to_owned());
    let names: Vec<_> = types.iter().take(4).map(name).collect();
    let more = if types.len() > names.len() { "+…" } else { "" };
    names.join("+") + more
}

/// The text of a value. Clients put characters into a `PrintableString` that do not belong there (`_`, `@`, whole
/// UTF-8 words): what they meant is clear, so the declared type is not enforced. Bytes that are not UTF-8 are Latin-1:
/// nobody ever implemented the rest of T.61.
fn text(value: &Any<'_>) -> Option<String> {
    if value.class() != Class::Universal {
        return None;
    }
    let latin1 = || value.data.iter().copied().map(char::from).collect();
    match value.tag() {
        Tag::Utf8String => std::str::from_utf8(value.data).ok().map(str::to_owned),
        Tag::PrintableString | Tag::Ia5String | Tag::VisibleString | Tag::NumericString | Tag::T61String => {
            Some(std::str::from_utf8(value.data).map_or_else(|_| latin1(), str::to_owned))
        }
        Tag::BmpString => {
            let (pairs, rest) = value.data.as_chunks::<2>();
            let units: Vec<_> = pairs.iter().map(|pair| u16::from_be_bytes(*pair)).collect();
            rest.is_empty().then(|| String::from_utf16(&units).ok())?
        }
        Tag::UniversalString => {
            let (quads, rest) = value.data.as_chunks::<4>();
            let characters = quads.iter().map(|quad| char::from_u32(u32::from_be_bytes(*quad)));
            rest.is_empty().then(|| characters.collect::<Option<String>>())?
        }
        _ => None,
    }
}
