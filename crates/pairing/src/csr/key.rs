//! Which public keys get a certificate: RSA of 2048 to 4096 bits that is not known to be weak, P-256, P-384.

use std::fmt;

use aws_lc_rs::signature::{self as aws, ParsedPublicKey};
use num_bigint::BigUint;
use thiserror::Error;
use x509_parser::{
    asn1_rs::{Any, Oid, Tag, oid},
    oid_registry::{
        OID_EC_P256, OID_KEY_TYPE_DSA, OID_KEY_TYPE_EC_PUBLIC_KEY, OID_NIST_EC_P384, OID_NIST_EC_P521,
        OID_PKCS1_RSAENCRYPTION, OID_PKCS1_RSASSAPSS, OID_SIG_ED448, OID_SIG_ED25519,
    },
};

use super::{
    der::{Reader, Unexpected, dotted},
    modulus,
};

/// A key that gets a certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyDescription {
    Rsa { bits: u32 },
    EcP256,
    EcP384,
}

impl fmt::Display for KeyDescription {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Rsa { bits } => write!(f, "RSA {bits}"),
            Self::EcP256 => f.write_str("EC P-256"),
            Self::EcP384 => f.write_str("EC P-384"),
        }
    }
}

/// Why a key gets no certificate.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum KeyRefusal {
    #[error("The key is of type {0}, expected RSA with 2048 to 4096 bits, EC P-256 or EC P-384.")]
    Type(String),
    #[error("The RSA key has {0} bits, expected 2048 to 4096.")]
    RsaBits(u64),
    #[error("The RSA key cannot be read: it is not a modulus and an exponent in DER.")]
    RsaEncoding,
    #[error("The RSA modulus is an even number, so this is not an RSA key.")]
    EvenModulus,
    #[error("The RSA exponent is {0}, expected an odd number of at least 65537, such as 65537 itself.")]
    Exponent(u64),
    #[error("The RSA exponent has {0} bits, expected at most 33, best is 65537.")]
    LargeExponent(u64),
    #[error("The RSA modulus can be divided by {0}: everybody can compute the private key. Make a new key.")]
    SmallFactor(u32),
    #[error("The RSA modulus is the square of a number: everybody can compute the private key. Make a new key.")]
    Square,
    #[error(
        "The two primes of the RSA key are so close to each other that everybody can compute the private key. Make a \
         new key with another program."
    )]
    ClosePrimes,
    #[error(
        "The RSA key has the fingerprint of the ROCA fault (CVE-2017-15361): its private key can be computed. Make a \
         new key, not in the same chip."
    )]
    Roca,
    #[error("The EC key is on curve {0}, expected P-256 or P-384.")]
    Curve(String),
    #[error("The EC key spells out its curve, expected the curve's name (openssl: -param_enc named_curve).")]
    ExplicitCurve,
    #[error("The EC key is the point at infinity, which is no key.")]
    Infinity,
    #[error("The EC key is not an uncompressed point (openssl: -conv_form uncompressed).")]
    PointForm,
    #[error("The EC key is not a point on its curve.")]
    OffCurve,
    #[error("The key is {0}, which this Connector does not take: expected {1}.")]
    NotAllowed(KeyDescription, String),
}

/// A `SubjectPublicKeyInfo` that is well-formed; whether the key is any good is for [`check`].
#[derive(Debug)]
pub(super) struct PublicKey<'a> {
    pub(super) der: &'a [u8],
    algorithm: Oid<'a>,
    parameters: Option<Any<'a>>,
    /// What verification takes: an `RSAPublicKey` or an EC point.
    pub(super) bytes: &'a [u8],
}

impl<'a> PublicKey<'a> {
    pub(super) fn read(der: &'a [u8], mut content: Reader<'a>) -> Result<Self, Unexpected> {
        let mut identifier = content.sequence()?;
        let algorithm = identifier.oid()?;
        let parameters = if identifier.is_empty() { None } else { Some(identifier.any()?) };
        identifier.end()?;
        let bytes = content.bytes_of_bits()?;
        content.end()?;
        Ok(Self { der, algorithm, parameters, bytes })
    }
}

/// Judges a key, cheap rules first.
pub(super) fn check(key: &PublicKey<'_>) -> Result<KeyDescription, KeyRefusal> {
    if key.algorithm == OID_PKCS1_RSAENCRYPTION {
        if key.parameters.as_ref().is_none_or(|parameters| parameters.tag() != Tag::Null) {
            return Err(KeyRefusal::RsaEncoding);
        }
        return check_rsa(key.bytes);
    }
    if key.algorithm == OID_KEY_TYPE_EC_PUBLIC_KEY {
        return check_ec(key);
    }
    let names = [
        (OID_PKCS1_RSASSAPSS, "RSA for PSS only"),
        (OID_KEY_TYPE_DSA, "DSA"),
        (OID_SIG_ED25519, "Ed25519"),
        (OID_SIG_ED448, "Ed448"),
        (oid!(1.3.101.110), "X25519"),
        (oid!(1.3.101.111), "X448"),
    ];
    Err(KeyRefusal::Type(named(&key.algorithm, &names)))
}

fn check_rsa(bytes: &[u8]) -> Result<KeyDescription, KeyRefusal> {
    let numbers = |bytes| {
        let mut outer = Reader::new(bytes);
        let mut key = outer.sequence()?;
        let numbers = (key.positive()?, key.positive()?);
        key.end().and_then(|()| outer.end()).map(|()| numbers)
    };
    let (modulus, exponent) = numbers(bytes).map_err(|_: Unexpected| KeyRefusal::RsaEncoding)?;
    // Sizes first, from the bytes alone: arithmetic on a key of 100,000 bits would take seconds.
    let bits = bit_length(modulus);
    let Ok(bits @ 2048..=4096) = u32::try_from(bits) else {
        return Err(KeyRefusal::RsaBits(bits));
    };
    // aws-lc verifies nothing with a longer exponent, neither here nor in a TLS handshake.
    let exponent_bits = bit_length(exponent);
    if exponent_bits > 33 {
        return Err(KeyRefusal::LargeExponent(exponent_bits));
    }
    let exponent = exponent.iter().fold(0, |number, byte| number << 8 | u64::from(*byte));
    if exponent < 65537 || exponent.is_multiple_of(2) {
        return Err(KeyRefusal::Exponent(exponent));
    }
    modulus::check(&BigUint::from_bytes_be(modulus))?;
    Ok(KeyDescription::Rsa { bits })
}

/// Of a big-endian number without leading zero bytes.
fn bit_length(number: &[u8]) -> u64 {
    let leading = number.first().map_or(0, |first| first.leading_zeros());
    (number.len() as u64 * 8).saturating_sub(u64::from(leading))
}

fn check_ec(key: &PublicKey<'_>) -> Result<KeyDescription, KeyRefusal> {
    let curve = match &key.parameters {
        Some(parameters) if parameters.tag() == Tag::Oid => Oid::new(parameters.data.into()),
        _ => return Err(KeyRefusal::ExplicitCurve),
    };
    let (description, coordinate, algorithm) = if curve == OID_EC_P256 {
        (KeyDescription::EcP256, 32, &aws::ECDSA_P256_SHA256_ASN1)
    } else if curve == OID_NIST_EC_P384 {
        (KeyDescription::EcP384, 48, &aws::ECDSA_P384_SHA384_ASN1)
    } else {
        let names = [
            (OID_NIST_EC_P521, "P-521"),
            (oid!(1.2.840.10045.3.1.1), "P-192"),
            (oid!(1.3.132.0.33), "P-224"),
            (oid!(1.3.132.0.10), "secp256k1"),
            (oid!(1.3.36.3.3.2.8.1.1.7), "brainpoolP256r1"),
            (oid!(1.3.36.3.3.2.8.1.1.11), "brainpoolP384r1"),
        ];
        return Err(KeyRefusal::Curve(named(&curve, &names)));
    };
    match key.bytes {
        [0] => Err(KeyRefusal::Infinity),
        [4, point @ ..] if point.len() == 2 * coordinate => match ParsedPublicKey::new(algorithm, key.bytes) {
            Ok(_) => Ok(description),
            Err(_) => Err(KeyRefusal::OffCurve),
        },
        _ => Err(KeyRefusal::PointForm),
    }
}

fn named(oid: &Oid<'_>, names: &[(Oid<'_>, &str)]) -> String {
    names.iter().find(|(known, _)| known == oid).map_or_else(|| dotted(oid), |(_, name)| (*name).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A `SubjectPublicKeyInfo` for a curve and a point.
    fn ec(curve: &[u8], point: &[u8]) -> Vec<u8> {
        let sequence = |content: Vec<u8>| [vec![0x30, u8::try_from(content.len()).unwrap()], content].concat();
        let identifier = sequence([&[6, 7, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 2, 1], curve].concat());
        let bits = [&[3, u8::try_from(point.len() + 1).unwrap(), 0], point].concat();
        sequence([identifier, bits].concat())
    }

    fn judged(spki: &[u8]) -> Result<KeyDescription, KeyRefusal> {
        let (der, content) = Reader::new(spki).raw_sequence().unwrap();
        check(&PublicKey::read(der, content).unwrap())
    }

    const P256: &[u8] = &[6, 8, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 3, 1, 7];

    /// An `RSAPublicKey`.
    fn rsa(modulus: &[u8], exponent: &[u8]) -> Vec<u8> {
        let element = |tag: u8, content: &[u8]| {
            let length = u16::try_from(content.len()).unwrap().to_be_bytes();
            [&[tag, 0x82, length[0], length[1]], content].concat()
        };
        let short = [&[2, u8::try_from(exponent.len()).unwrap()], exponent].concat();
        element(0x30, &[element(2, modulus), short].concat())
    }

    #[test]
    fn a_point_must_be_whole_and_on_its_curve() {
        let mut wrong = vec![4; 65];
        assert_eq!(judged(&ec(P256, &wrong)), Err(KeyRefusal::OffCurve));
        wrong[0] = 6;
        assert_eq!(judged(&ec(P256, &wrong)), Err(KeyRefusal::PointForm));
        wrong[0] = 2;
        assert_eq!(judged(&ec(P256, &wrong[..33])), Err(KeyRefusal::PointForm));
        assert_eq!(judged(&ec(P256, &[4; 64])), Err(KeyRefusal::PointForm));
        assert_eq!(judged(&ec(P256, &[])), Err(KeyRefusal::PointForm));
        assert_eq!(judged(&ec(P256, &[0])), Err(KeyRefusal::Infinity));
        assert_eq!(judged(&ec(&[0x30, 0], &[0])), Err(KeyRefusal::ExplicitCurve));
        assert_eq!(judged(&ec(&[], &[0])), Err(KeyRefusal::ExplicitCurve));
        assert_eq!(judged(&ec(&[6, 5, 0x2B, 0x81, 4, 0, 10], &[0])), Err(KeyRefusal::Curve("secp256k1".into())));
        assert_eq!(judged(&ec(&[6, 5, 0x2B, 0x81, 4, 0, 99], &[0])), Err(KeyRefusal::Curve("1.3.132.0.99".into())));
    }

    #[test]
    fn an_rsa_key_is_measured_before_it_is_computed_with() {
        let modulus = |bytes: usize| [&[0][..], &vec![0xFF; bytes]].concat();
        let e = &[1, 0, 1];
        assert_eq!(check_rsa(&rsa(&modulus(8000), e)), Err(KeyRefusal::RsaBits(64_000)));
        assert_eq!(check_rsa(&rsa(&modulus(513), e)), Err(KeyRefusal::RsaBits(4104)));
        assert_eq!(check_rsa(&rsa(&vec![0x7F; 256], e)), Err(KeyRefusal::RsaBits(2047)));
        for (exponent, refusal) in [
            (&[1][..], KeyRefusal::Exponent(1)),
            (&[3], KeyRefusal::Exponent(3)),
            (&[1, 0, 2], KeyRefusal::Exponent(65538)),
            (&[0, 0x80, 1], KeyRefusal::Exponent(0x8001)),
            (&[2, 0, 0, 0, 1], KeyRefusal::LargeExponent(34)),
            (&[1; 100], KeyRefusal::LargeExponent(793)),
        ] {
            assert_eq!(check_rsa(&rsa(&modulus(256), exponent)), Err(refusal));
        }
        let mut trailing = rsa(&modulus(256), e);
        trailing.push(0);
        assert_eq!(check_rsa(&trailing), Err(KeyRefusal::RsaEncoding));
        assert_eq!(check_rsa(&rsa(&[0x80; 256], e)), Err(KeyRefusal::RsaEncoding));
    }
}
