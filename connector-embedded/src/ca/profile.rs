//! What our certificates look like: version 3, random serial, SHA-256, both dates, and only the extensions below.

use std::{net::IpAddr, time::Duration};

use aws_lc_rs::{digest, rand};
use pairing::{Failure, Moment, Subject};
use rcgen::{
    BasicConstraints, CertificateParams, DistinguishedName, DnType, DnValue, ExtendedKeyUsagePurpose, IsCa,
    KeyIdMethod, KeyUsagePurpose, PublicKeyData, SanType, SerialNumber,
};

use crate::hexadecimal::hexadecimal;

/// Ten years: changing a CA means changing every application that trusts it.
pub(super) const AUTHORITY_LIFETIME: Duration = Duration::from_secs(3650 * 24 * 60 * 60);

/// A server certificate is made anew on every start and after two thirds of this time.
pub(super) const SERVER_LIFETIME: Duration = Duration::from_secs(90 * 24 * 60 * 60);

/// Certificates begin a minute early: the clock of an application may be a little slow.
const BACKDATED_SECONDS: i64 = 60;

/// From when to when, in whole seconds: X.509 has no others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Validity {
    pub(super) not_before: Moment,
    pub(super) not_after: Moment,
}

impl Validity {
    pub(super) fn starting(now: Moment, lifetime: Duration) -> Self {
        let now = Moment::from_unix_seconds(now.unix_seconds());
        let seconds = i64::try_from(lifetime.as_secs()).unwrap_or(i64::MAX).min(MAX_SECONDS);
        Self { not_before: now.plus_seconds(-BACKDATED_SECONDS), not_after: now.plus_seconds(seconds) }
    }

    /// Never outside of the issuer's: a leaf that outlives its CA fails on a day when nobody expects it.
    pub(super) fn within(self, issuer: Self) -> Self {
        Self { not_before: self.not_before.max(issuer.not_before), not_after: self.not_after.min(issuer.not_after) }
    }
}

/// A thousand years: keeps the calendar in range whatever lifetime is configured.
const MAX_SECONDS: i64 = 1000 * 365 * 24 * 60 * 60;

/// An application's certificate. The attributes are in the order in which Compass writes them.
pub(super) fn client(
    subject: &Subject,
    common_name: &str,
    validity: Validity,
    key: &impl PublicKeyData,
) -> Result<CertificateParams, Failure> {
    let mut name = DistinguishedName::new();
    let country = subject.country.as_str().try_into().map_err(Failure::internal)?;
    name.push(DnType::CountryName, DnValue::PrintableString(country));
    name.push(DnType::OrganizationName, subject.organization.as_str());
    name.push(DnType::OrganizationalUnitName, subject.organizational_unit.as_str());
    name.push(DnType::LocalityName, subject.locality.as_str());
    name.push(DnType::StateOrProvinceName, subject.province.as_str());
    name.push(DnType::CommonName, common_name);
    leaf(name, ExtendedKeyUsagePurpose::ClientAuth, validity, key)
}

/// Our own certificate, for host names and addresses.
pub(super) fn server(
    names: &[String],
    validity: Validity,
    key: &impl PublicKeyData,
) -> Result<CertificateParams, Failure> {
    const LONGEST_COMMON_NAME: usize = 64; // X.520
    let mut subject = DistinguishedName::new();
    let host = names.iter().find(|name| name.len() <= LONGEST_COMMON_NAME && name.parse::<IpAddr>().is_err());
    subject.push(DnType::CommonName, host.map_or("Pairing Cockpit Connector", String::as_str));
    let mut params = leaf(subject, ExtendedKeyUsagePurpose::ServerAuth, validity, key)?;
    for name in names {
        params.subject_alt_names.push(match name.parse::<IpAddr>() {
            Ok(address) => SanType::IpAddress(address),
            Err(_) => SanType::DnsName(name.as_str().try_into().map_err(Failure::internal)?),
        });
    }
    Ok(params)
}

/// The CA's own certificate. No extended key usage: some verifiers would hold the leaves to it.
pub(super) fn authority(validity: Validity, key: &impl PublicKeyData) -> Result<CertificateParams, Failure> {
    let identifier = key_identifier(key);
    // The number tells two CAs apart in a trust store. It comes from the (random) key and not from dice, so that a
    // certificate that has to be made again for the same key is the issuer of everything the key signed before.
    let number = hexadecimal(&identifier[..4]);
    let mut name = DistinguishedName::new();
    name.push(DnType::CommonName, format!("Pairing Cockpit Connector CA {number}"));
    let mut params = dated(name, validity)?;
    params.key_identifier_method = KeyIdMethod::PreSpecified(identifier);
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    Ok(params)
}

fn leaf(
    name: DistinguishedName,
    purpose: ExtendedKeyUsagePurpose,
    validity: Validity,
    key: &impl PublicKeyData,
) -> Result<CertificateParams, Failure> {
    let mut params = dated(name, validity)?;
    params.key_identifier_method = KeyIdMethod::PreSpecified(key_identifier(key));
    params.use_authority_key_identifier_extension = true;
    // Says "no CA" in so many words; rcgen's default would say nothing.
    params.is_ca = IsCa::ExplicitNoCa;
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![purpose];
    Ok(params)
}

fn dated(name: DistinguishedName, validity: Validity) -> Result<CertificateParams, Failure> {
    let mut params = CertificateParams::default();
    params.distinguished_name = name;
    params.not_before = validity.not_before.date_time();
    params.not_after = validity.not_after.date_time();
    params.serial_number = Some(SerialNumber::from_slice(&serial()?));
    Ok(params)
}

/// 158 random bits. Always set: rcgen's default is a hash of the key, the same again for the same key. The first byte
/// keeps the number positive and its length at the 20 octets that RFC 5280 §4.1.2.2 allows.
fn serial() -> Result<[u8; 20], Failure> {
    let mut serial = [0; 20];
    rand::fill(&mut serial).map_err(|_| Failure::internal("the operating system has no randomness"))?;
    serial[0] = serial[0] & 0x3F | 0x40;
    Ok(serial)
}

/// RFC 7093 §2 method 1: 160 bits of the SHA-256 of the public key without its algorithm.
pub(super) fn key_identifier(key: &impl PublicKeyData) -> Vec<u8> {
    digest::digest(&digest::SHA256, key.der_bytes()).as_ref()[..20].to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_validity_is_backdated_whole_and_inside_of_the_issuers() {
        let now = Moment::from_unix_millis(1_720_089_840_999);
        let issuer = Validity::starting(now, Duration::from_secs(1000));
        assert_eq!(issuer.not_before.rfc3339_precise(), "2024-07-04T10:43:00Z");
        assert_eq!(issuer.not_after.rfc3339_precise(), "2024-07-04T11:00:40Z");
        let short = Validity::starting(now.plus_seconds(10), Duration::from_secs(5));
        assert_eq!(short.within(issuer), short);
        assert_eq!(Validity::starting(now.plus_seconds(-10), Duration::MAX).within(issuer), issuer);
    }

    #[test]
    fn serials_are_positive_long_and_different() {
        let serials: std::collections::HashSet<_> = (0..1000).map(|_| serial().unwrap()).collect();
        assert_eq!(serials.len(), 1000);
        assert!(serials.iter().all(|serial| (0x40..0x80).contains(&serial[0])));
        // Every other bit is random: none keeps its value over a thousand numbers.
        let (ones, zeros) = serials.iter().fold(([0u8; 20], [0u8; 20]), |(mut ones, mut zeros), serial| {
            for (index, byte) in serial.iter().enumerate() {
                ones[index] |= byte;
                zeros[index] |= !byte;
            }
            (ones, zeros)
        });
        assert_eq!((ones[0], zeros[0]), (0x7F, 0xBF));
        assert!(ones[1..].iter().chain(&zeros[1..]).all(|byte| *byte == 0xFF));
    }

    #[test]
    fn a_million_serial_numbers_are_all_different_positive_and_of_full_length() {
        let mut serials: Vec<[u8; 20]> = (0..1_000_000).map(|_| serial().unwrap()).collect();
        // The first bit is the sign, the second keeps the length.
        assert!(serials.iter().all(|serial| serial[0] & 0xC0 == 0x40));
        let mut ones = [0_u32; 160];
        for serial in &serials {
            for (bit, count) in ones.iter_mut().enumerate() {
                *count += u32::from(serial[bit / 8] >> (7 - bit % 8) & 1);
            }
        }
        // Every other bit is a fair coin: ten standard deviations are 5,000.
        assert!(ones[2..].iter().all(|count| count.abs_diff(500_000) < 5_000), "{ones:?}");
        serials.sort_unstable();
        assert!(serials.windows(2).all(|pair| pair[0] != pair[1]));
    }
}
