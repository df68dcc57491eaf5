//! A certificate, read: what its fields are in the words of the window.

use aws_lc_rs::digest::{SHA256, digest};
use pairing::Moment;
use x509_parser::{
    certificate::X509Certificate,
    extensions::{BasicConstraints, ExtendedKeyUsage, KeyUsage, ParsedExtension},
    oid_registry::{OID_EC_P256, OID_KEY_TYPE_EC_PUBLIC_KEY, OID_NIST_EC_P384, OID_NIST_EC_P521, OID_SIG_ED25519},
    prelude::FromDer as _,
    public_key::PublicKey,
    time::ASN1Time,
    x509::{SubjectPublicKeyInfo, X509Name},
};

use super::{extensions, fingerprint_words::fingerprint_words, signature};
use crate::calls::{CertificateExtension, CertificateField};

/// A certificate that could be read; it borrows its DER.
#[derive(Debug)]
pub(crate) struct Decoded<'a> {
    der: &'a [u8],
    pub(super) certificate: X509Certificate<'a>,
}

/// Every certificate in a text of PEM blocks, in its order, as DER.
pub(crate) fn certificates_in(pem: &str) -> Vec<Vec<u8>> {
    let blocks = pem::parse_many(pem).unwrap_or_default();
    blocks.into_iter().filter(|block| block.tag() == "CERTIFICATE").map(pem::Pem::into_contents).collect()
}

impl<'a> Decoded<'a> {
    /// # Errors
    /// Technical: why it is no certificate.
    pub(crate) fn read(der: &'a [u8]) -> Result<Self, String> {
        match X509Certificate::from_der(der) {
            Ok(([], certificate)) => Ok(Self { der, certificate }),
            Ok(_) => Err("something follows the certificate".into()),
            Err(cause) => Err(cause.to_string()),
        }
    }

    /// As the inventory writes it: 64 lower-case hexadecimal digits.
    pub(crate) fn fingerprint(&self) -> String {
        hex(digest(&SHA256, self.der).as_ref())
    }

    pub(super) fn words(&self) -> String {
        fingerprint_words(&self.fingerprint())
    }

    pub(crate) fn subject(&self) -> String {
        name(self.certificate.subject())
    }

    pub(crate) fn issuer(&self) -> String {
        name(self.certificate.issuer())
    }

    /// The common name, else the whole subject.
    pub(crate) fn spoken_name(&self) -> String {
        let common = self.certificate.subject().iter_common_name().next().and_then(|value| value.as_str().ok());
        common.map_or_else(|| self.subject(), str::to_owned)
    }

    pub(super) fn names_itself_as_issuer(&self) -> bool {
        self.certificate.subject().as_raw() == self.certificate.issuer().as_raw()
    }

    pub(super) fn key(&self) -> String {
        describe_key(self.certificate.public_key())
    }

    /// The `SubjectPublicKeyInfo`, DER.
    pub(super) fn public_key_der(&self) -> &[u8] {
        self.certificate.public_key().raw
    }

    pub(super) fn not_before(&self) -> Moment {
        moment(self.certificate.validity().not_before)
    }

    pub(super) fn not_after(&self) -> Moment {
        moment(self.certificate.validity().not_after)
    }

    pub(super) fn is_ca(&self) -> bool {
        self.basic_constraints().is_some_and(|constraints| constraints.ca)
    }

    pub(super) fn basic_constraints(&self) -> Option<BasicConstraints> {
        let found = self.certificate.basic_constraints().ok().flatten();
        found.map(|extension| extension.value.clone())
    }

    pub(super) fn key_usage(&self) -> Option<KeyUsage> {
        self.certificate.key_usage().ok().flatten().map(|extension| *extension.value)
    }

    pub(super) fn extended_key_usage(&self) -> Option<ExtendedKeyUsage<'_>> {
        self.certificate.extended_key_usage().ok().flatten().map(|extension| extension.value.clone())
    }

    pub(super) fn subject_key_id(&self) -> Option<String> {
        self.certificate.extensions().iter().find_map(|extension| {
            let ParsedExtension::SubjectKeyIdentifier(id) = extension.parsed_extension() else { return None };
            Some(hex(id.0))
        })
    }

    pub(super) fn authority_key_id(&self) -> Option<String> {
        self.certificate.extensions().iter().find_map(|extension| {
            let ParsedExtension::AuthorityKeyIdentifier(id) = extension.parsed_extension() else { return None };
            id.key_identifier.as_ref().map(|id| hex(id.0))
        })
    }

    /// Whether the key of `issuer` made this certificate's signature.
    pub(super) fn is_signed_by(&self, issuer: &Decoded<'_>) -> bool {
        signature::verifies(&self.certificate, issuer.certificate.public_key())
    }

    pub(super) fn signature_algorithm(&self) -> String {
        signature::name(&self.certificate.signature_algorithm.algorithm)
    }

    pub(super) fn fields(&self) -> Vec<CertificateField> {
        let field = |name: &str, value: String| CertificateField { name: name.into(), value };
        vec![
            field("Subject", self.subject()),
            field("Issuer", self.issuer()),
            field("Serial number", spaced(&hex(self.certificate.raw_serial()))),
            field("Valid from", self.not_before().rfc3339()),
            field("Valid until", self.not_after().rfc3339()),
            field("Public key", self.key()),
            field("SHA-256 of the public key", spaced(&hex(digest(&SHA256, self.public_key_der()).as_ref()))),
            field("Signed with", self.signature_algorithm()),
            field("SHA-256 fingerprint", spaced(&self.fingerprint())),
            field("Fingerprint in words", self.words()),
            field("Version", format!("{}", self.certificate.version().0.saturating_add(1))),
        ]
    }

    pub(super) fn extensions(&self) -> Vec<CertificateExtension> {
        self.certificate.extensions().iter().map(extensions::shown).collect()
    }
}

/// In the order of the certificate: `O=Org,OU=OrgUnit,…,CN=…`. Commas and control characters in a value are escaped,
/// so that no value can look like another attribute.
pub(super) fn name(name: &X509Name<'_>) -> String {
    let attributes = name.iter_attributes().map(|attribute| {
        let kind = attribute.attr_type();
        let registry = x509_parser::objects::oid_registry();
        let short =
            x509_parser::objects::oid2abbrev(kind, registry).map_or_else(|_| kind.to_id_string(), str::to_owned);
        let value = attribute.as_str().map_or_else(|_| format!("#{}", hex(attribute.as_slice())), escaped);
        format!("{short}={value}")
    });
    attributes.collect::<Vec<_>>().join(",")
}

fn escaped(value: &str) -> String {
    let mut text = String::with_capacity(value.len());
    for character in value.chars() {
        match character {
            ',' | '+' | '\\' | '"' => text.extend(['\\', character]),
            _ if character.is_control() => text.extend(character.escape_default()),
            _ => text.push(character),
        }
    }
    text
}

/// For example RSA 2048, EC P-256.
pub(super) fn describe_key(key: &SubjectPublicKeyInfo<'_>) -> String {
    if key.algorithm.algorithm == OID_KEY_TYPE_EC_PUBLIC_KEY {
        let curve = key.algorithm.parameters.as_ref().and_then(|curve| curve.as_oid().ok());
        let known = [(OID_EC_P256, "P-256"), (OID_NIST_EC_P384, "P-384"), (OID_NIST_EC_P521, "P-521")];
        return curve.map_or_else(
            || "EC, of its own curve".to_owned(),
            |curve| match known.iter().find(|(oid, _)| *oid == curve) {
                Some((_, name)) => format!("EC {name}"),
                None => format!("EC on curve {}", curve.to_id_string()),
            },
        );
    }
    if key.algorithm.algorithm == OID_SIG_ED25519 {
        return "Ed25519".into();
    }
    match key.parsed() {
        Ok(PublicKey::RSA(rsa)) => {
            let number = rsa.modulus.iter().skip_while(|byte| **byte == 0).copied().collect::<Vec<_>>();
            let leading = number.first().map_or(0, |first| first.leading_zeros() as usize);
            format!("RSA {}", (number.len() * 8).saturating_sub(leading))
        }
        Ok(_) | Err(_) => format!("a key of type {}", key.algorithm.algorithm.to_id_string()),
    }
}

fn moment(time: ASN1Time) -> Moment {
    Moment::from_unix_seconds(time.timestamp())
}

pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Hexadecimal digits as people compare them: pairs with colons.
pub(super) fn spaced(hex: &str) -> String {
    let pairs: Vec<_> = hex.as_bytes().chunks(2).map(String::from_utf8_lossy).collect();
    pairs.join(":").to_uppercase()
}

/// A moment as people say it: 3 March 2027, 10:44 UTC.
pub(crate) fn spoken(at: Moment) -> String {
    let at = at.date_time();
    format!("{} {} {}, {:02}:{:02} UTC", at.day(), at.month(), at.year(), at.hour(), at.minute())
}
