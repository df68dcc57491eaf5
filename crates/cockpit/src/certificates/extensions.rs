//! What an extension means, in a sentence.

use x509_parser::{
    extensions::{BasicConstraints, ExtendedKeyUsage},
    extensions::{DistributionPointName, GeneralName, KeyUsage, ParsedExtension, X509Extension},
    oid_registry::{OID_PKIX_ACCESS_DESCRIPTOR_CA_ISSUERS, OID_PKIX_ACCESS_DESCRIPTOR_OCSP},
};

use super::decoded::{hex, name, spaced};
use crate::calls::CertificateExtension;

#[expect(clippy::wildcard_enum_match_arm, reason = "a kind that is not read here is shown as unread")]
pub(super) fn shown(extension: &X509Extension<'_>) -> CertificateExtension {
    let (title, meaning) = match extension.parsed_extension() {
        ParsedExtension::BasicConstraints(constraints) => ("Basic constraints", basic_constraints(constraints)),
        ParsedExtension::KeyUsage(usage) => ("Key usage", format!("The key may be used for {}.", key_usage(*usage))),
        ParsedExtension::ExtendedKeyUsage(usage) => ("Extended key usage", format!("For {}.", purposes(usage))),
        ParsedExtension::SubjectKeyIdentifier(id) => {
            ("Subject key identifier", format!("Its own key is known as {}.", spaced(&hex(id.0))))
        }
        ParsedExtension::AuthorityKeyIdentifier(id) => (
            "Authority key identifier",
            id.key_identifier.as_ref().map_or_else(
                || "Its issuer's key is not named.".to_owned(),
                |id| format!("It was signed with the key known as {}.", spaced(&hex(id.0))),
            ),
        ),
        ParsedExtension::SubjectAlternativeName(names) => {
            ("Subject alternative name", format!("It is also {}.", general_names(&names.general_names)))
        }
        ParsedExtension::CRLDistributionPoints(points) => {
            let places = points.iter().filter_map(|point| match &point.distribution_point {
                Some(DistributionPointName::FullName(names)) => Some(general_names(names)),
                Some(DistributionPointName::NameRelativeToCRLIssuer(_)) | None => None,
            });
            let places: Vec<_> = places.collect();
            ("CRL distribution points", format!("Revoked certificates are listed at {}.", places.join(", ")))
        }
        ParsedExtension::AuthorityInfoAccess(access) => {
            let sentences: Vec<_> = access
                .iter()
                .map(|description| {
                    let place = general_name(&description.access_location);
                    if description.access_method == OID_PKIX_ACCESS_DESCRIPTOR_OCSP {
                        format!("Whether it is revoked is told at {place} (OCSP).")
                    } else if description.access_method == OID_PKIX_ACCESS_DESCRIPTOR_CA_ISSUERS {
                        format!("Its issuer's certificate is at {place}.")
                    } else {
                        format!("{}: {place}.", description.access_method.to_id_string())
                    }
                })
                .collect();
            ("Authority information access", sentences.join(" "))
        }
        ParsedExtension::CertificatePolicies(policies) => {
            let ids: Vec<_> = policies.iter().map(|policy| policy.policy_id.to_id_string()).collect();
            ("Certificate policies", format!("Issued under {}.", ids.join(", ")))
        }
        ParsedExtension::ParseError { .. } => ("Damaged extension", format!("{} can't be read.", unread(extension))),
        _ => ("Other extension", format!("{}: not read here.", unread(extension))),
    };
    CertificateExtension { name: title.into(), critical: extension.critical, meaning }
}

/// Understood by [`shown`], or by nobody.
pub(super) fn is_understood(extension: &X509Extension<'_>) -> bool {
    !matches!(
        extension.parsed_extension(),
        ParsedExtension::UnsupportedExtension { .. } | ParsedExtension::ParseError { .. } | ParsedExtension::Unparsed
    )
}

fn unread(extension: &X509Extension<'_>) -> String {
    format!("{} ({} bytes)", extension.oid.to_id_string(), extension.value.len())
}

fn basic_constraints(constraints: &BasicConstraints) -> String {
    match (constraints.ca, constraints.path_len_constraint) {
        (false, _) => "It is no CA: it can't sign other certificates.".into(),
        (true, None) => "It is a CA: it can sign other certificates and other CAs.".into(),
        (true, Some(0)) => "It is a CA that signs certificates but no other CAs.".into(),
        (true, Some(below)) => format!("It is a CA with at most {below} more CAs between it and a certificate."),
    }
}

fn key_usage(usage: KeyUsage) -> String {
    let uses = [
        (usage.digital_signature(), "signatures (TLS handshakes)"),
        (usage.non_repudiation(), "signatures that bind a person"),
        (usage.key_encipherment(), "encrypting keys"),
        (usage.data_encipherment(), "encrypting data"),
        (usage.key_agreement(), "agreeing on keys"),
        (usage.key_cert_sign(), "signing certificates"),
        (usage.crl_sign(), "signing revocation lists"),
    ];
    listed(uses.into_iter().filter(|(given, _)| *given).map(|(_, text)| text.to_owned()))
}

pub(super) fn purposes(usage: &ExtendedKeyUsage<'_>) -> String {
    let known = [
        (usage.any, "any purpose"),
        (usage.client_auth, "calling servers (clientAuth)"),
        (usage.server_auth, "being a server (serverAuth)"),
        (usage.code_signing, "signing programs (codeSigning)"),
        (usage.email_protection, "e-mail (emailProtection)"),
        (usage.time_stamping, "time stamps (timeStamping)"),
        (usage.ocsp_signing, "saying what is revoked (OCSPSigning)"),
    ];
    let named = known.into_iter().filter(|(given, _)| *given).map(|(_, text)| text.to_owned());
    listed(named.chain(usage.other.iter().map(x509_parser::asn1_rs::Oid::to_id_string)))
}

fn general_names(names: &[GeneralName<'_>]) -> String {
    listed(names.iter().map(general_name))
}

fn general_name(found: &GeneralName<'_>) -> String {
    match found {
        GeneralName::DNSName(text) | GeneralName::RFC822Name(text) | GeneralName::URI(text) => {
            text.chars().filter(|c| !c.is_control()).collect()
        }
        GeneralName::IPAddress(bytes) => match *bytes {
            [a, b, c, d] => format!("{a}.{b}.{c}.{d}"),
            bytes => <[u8; 16]>::try_from(bytes)
                .map_or_else(|_| hex(bytes), |bytes| std::net::Ipv6Addr::from(bytes).to_string()),
        },
        GeneralName::DirectoryName(directory) => name(directory),
        GeneralName::OtherName(..)
        | GeneralName::X400Address(_)
        | GeneralName::EDIPartyName(_)
        | GeneralName::RegisteredID(_)
        | GeneralName::Invalid(..) => "a name of another kind".into(),
    }
}

fn listed(texts: impl Iterator<Item = String>) -> String {
    let texts: Vec<_> = texts.collect();
    if texts.is_empty() { "nothing".into() } else { texts.join(", ") }
}
