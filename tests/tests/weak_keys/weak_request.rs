//! Requests for keys that no tool would make, signed with the very key wherever it can sign: a server that did not look
//! at the key would find nothing wrong with them.

use blackbox::{CertificateRequest, OpenSsl, asn1::element, base64, sha256};
use num_bigint::BigUint;
use x509_parser::{certification_request::X509CertificationRequest, prelude::FromDer as _};

/// An RSA key that is more than it should be: its private exponent comes with it.
pub(crate) struct RsaKey {
    pub(crate) modulus: BigUint,
    pub(crate) exponent: BigUint,
    /// `None` where there is none.
    pub(crate) private: Option<BigUint>,
}

impl RsaKey {
    /// From the factors of the modulus, each as often as it is one.
    pub(crate) fn of(factors: &[BigUint], exponent: u32) -> Self {
        let one = BigUint::from(1u32);
        let modulus = factors.iter().product();
        // Euler's function: a factor that is there again counts whole.
        let mut order = one.clone();
        for (index, factor) in factors.iter().enumerate() {
            let again = factors[..index].contains(factor);
            order *= if again { factor.clone() } else { factor - &one };
        }
        let exponent = BigUint::from(exponent);
        Self { modulus, private: exponent.modinv(&order), exponent }
    }

    /// A SHA-256 signature as PKCS#1 v1.5 has it, or as many zeros.
    fn sign(&self, content: &[u8]) -> Vec<u8> {
        let length = usize::try_from(self.modulus.bits().div_ceil(8)).unwrap();
        let Some(private) = &self.private else { return vec![0; length] };
        let digest =
            [&[0x30, 0x31, 0x30, 13, 6, 9, 0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 1, 5, 0, 4, 0x20][..], &sha256(content)]
                .concat();
        let padding = vec![0xFF; length - digest.len() - 3];
        let padded = [&[0, 1][..], &padding, &[0], &digest].concat();
        let signature = BigUint::from_bytes_be(&padded).modpow(private, &self.modulus).to_bytes_be();
        [vec![0; length - signature.len()], signature].concat()
    }

    fn public(&self) -> Vec<u8> {
        let key = element(0x30, &[integer(&self.modulus), integer(&self.exponent)]);
        let algorithm = [6, 9, 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 1, 1, 1, 5, 0].to_vec();
        element(0x30, &[element(0x30, &[algorithm]), element(3, &[vec![0], key])])
    }

    /// A request for a subject, signed as well as this key can.
    pub(crate) fn request(&self, openssl: &OpenSsl, subject: &str) -> CertificateRequest {
        let info = info(openssl, subject, self.public());
        // sha256WithRSAEncryption
        let algorithm = [0x30, 13, 6, 9, 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 1, 1, 11, 5, 0].to_vec();
        let signature = element(3, &[vec![0], self.sign(&info)]);
        request(element(0x30, &[info, algorithm, signature]))
    }
}

/// A request for a point that may not even be on its curve; nobody could sign for it.
pub(crate) fn for_point(openssl: &OpenSsl, subject: &str, curve: &[u8], point: &[u8]) -> CertificateRequest {
    let algorithm = [&[6, 7, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 2, 1], curve].concat();
    let public = element(0x30, &[element(0x30, &[algorithm]), element(3, &[vec![0], point.to_vec()])]);
    let info = info(openssl, subject, public);
    // ecdsa-with-SHA256
    let algorithm = [0x30, 10, 6, 8, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 4, 3, 2].to_vec();
    let signature = element(0x30, &[integer(&BigUint::from(1u32)), integer(&BigUint::from(1u32))]);
    request(element(0x30, &[info, algorithm, element(3, &[vec![0], signature])]))
}

/// What is signed: version, subject, key, no attributes. The subject is what openssl makes of it.
fn info(openssl: &OpenSsl, subject: &str, public: Vec<u8>) -> Vec<u8> {
    openssl.key("template", blackbox::EC_P256);
    let template = openssl.request("template", subject, "");
    let (_, parsed) = X509CertificationRequest::from_der(&template.der).unwrap();
    let subject = parsed.certification_request_info.subject.as_raw().to_vec();
    element(0x30, &[vec![2, 1, 0], subject, public, vec![0xA0, 0]])
}

fn request(der: Vec<u8>) -> CertificateRequest {
    let pem = format!("-----BEGIN CERTIFICATE REQUEST-----\n{}\n-----END CERTIFICATE REQUEST-----\n", base64(&der));
    CertificateRequest { der, pem }
}

/// Positive: a zero before a first bit that is set.
fn integer(number: &BigUint) -> Vec<u8> {
    let bytes = number.to_bytes_be();
    let sign = if bytes[0] >= 0x80 { vec![0] } else { Vec::new() };
    element(2, &[sign, bytes])
}
