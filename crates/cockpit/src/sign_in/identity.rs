//! Signing in with a client certificate: which of the files that a person chose is the certificate, what is above it, and
//! whether the key belongs to it.

use std::path::PathBuf;

use keys::{PrivateKey, pkcs12::Bundle};
use pairing::{Moment, Secret};
use pem::{EncodeConfig, LineEnding, Pem};
use x509_parser::prelude::{FromDer as _, X509Certificate};
use zeroize::Zeroizing;

use super::Credential;
use crate::{Problem, https, private_file};

const CERTIFICATE: &str = "CERTIFICATE";
const PRIVATE_KEY: &str = "PRIVATE KEY";
/// More than any key with its chain.
const LARGEST_FILE: u64 = 1 << 20;

/// Reads the files: the certificate with its chain, and the key, in one of them or in several, as PEM or PKCS#12.
///
/// # Errors
/// What is missing or does not fit, without repeating anything.
pub(super) fn read(paths: &[PathBuf], passphrase: Option<&Secret>) -> Result<Credential, Problem> {
    let mut all = Zeroizing::new(Vec::new());
    for path in paths {
        let unreadable = |cause: String| {
            Problem::invalid(format!("{} can't be read.", path.display())).hint("Choose another file.").detail(cause)
        };
        let content = private_file::read(path, LARGEST_FILE).map_err(|cause| unreadable(cause.to_string()))?;
        if !all.is_empty() {
            all.push(b'\n');
        }
        let bundle = Bundle::open(&content, passphrase).map_err(|fault| {
            Problem::invalid(format!("{} can't be opened.", path.display())).hint(fault.to_string())
        })?;
        match bundle {
            Some(Bundle { key, certificates }) => {
                let certificates = certificates.iter().map(|der| encoded(&Pem::new(CERTIFICATE, der.to_vec())));
                all.extend(certificates.flat_map(String::into_bytes));
                all.extend_from_slice(key_as_pem(&key).as_bytes());
            }
            None => all.extend_from_slice(&content),
        }
    }
    of(&all, passphrase)
}

fn of(all: &[u8], passphrase: Option<&Secret>) -> Result<Credential, Problem> {
    let key = PrivateKey::read(all, passphrase).map_err(|fault| {
        Problem::invalid("The private key of the certificate can't be read.").hint(fault.to_string())
    })?;
    let found: Vec<_> = pem::parse_many(all).unwrap_or_default();
    let certificates: Vec<_> = found.iter().filter(|block| block.tag() == CERTIFICATE).collect();
    if certificates.is_empty() {
        return Err(Problem::invalid("There is no certificate in the files.")
            .hint("Choose the certificate and its key together, as PEM (-----BEGIN CERTIFICATE-----) or PKCS#12 (.p12, .pfx)."));
    }
    let parsed = |block: &Pem| {
        let (_, certificate) = X509Certificate::from_der(block.contents()).ok()?;
        let name = certificate.subject().iter_common_name().next().and_then(|name| name.as_str().ok());
        let not_after = Moment::from_unix_seconds(certificate.validity().not_after.timestamp());
        let is_ours = certificate.public_key().raw == key.public_key_der();
        Some((is_ours, name.map(str::to_owned), not_after))
    };
    let own = certificates.iter().find_map(|block| {
        let (is_ours, name, not_after) = parsed(block)?;
        is_ours.then_some((*block, name, not_after))
    });
    let Some((own, common_name, not_after)) = own else {
        return Err(Problem::invalid("The private key does not belong to the certificate.")
            .hint("Choose the key with which the certificate was requested."));
    };
    if not_after <= https::local_time() {
        return Err(Problem::invalid(format!("The certificate expired on {}.", not_after.rfc3339()))
            .hint("Choose one that is valid."));
    }
    // Whoever checks it reads from the client upwards.
    let chain = std::iter::once(own).chain(certificates.iter().copied().filter(|block| !std::ptr::eq(*block, own)));
    let mut text = Zeroizing::new(chain.map(encoded).collect::<String>());
    text.push_str(&key_as_pem(&key));
    Ok(Credential::Certificate { pem: Secret::new(text.as_str()), common_name, not_after })
}

fn encoded(block: &Pem) -> String {
    pem::encode_config(block, EncodeConfig::new().set_line_ending(LineEnding::LF))
}

fn key_as_pem(key: &PrivateKey) -> Zeroizing<String> {
    Zeroizing::new(encoded(&Pem::new(PRIVATE_KEY, key.pkcs8_der())))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::certificates::{OpenSsl, certificates_in};

    fn read_files(openssl: &OpenSsl, names: &[&str], passphrase: Option<&str>) -> Result<Credential, Problem> {
        let paths: Vec<_> = names.iter().map(|name| openssl.path(name)).collect();
        read(&paths, passphrase.map(Secret::new).as_ref())
    }

    #[test]
    fn the_certificate_of_the_key_comes_first_whatever_the_order_of_the_files() {
        let openssl = OpenSsl::chain();
        let files = ["root.pem", "client.key", "intermediate.pem", "client.pem"];
        let Ok(Credential::Certificate { pem, common_name, .. }) = read_files(&openssl, &files, None) else {
            panic!("readable")
        };
        assert_eq!(common_name.as_deref(), Some("s-1"));
        assert_eq!(certificates_in(pem.expose())[0], openssl.der(&["client"])[0]);
        // What the TLS library takes.
        reqwest::Identity::from_pem(pem.expose().as_bytes()).unwrap();
    }

    #[test]
    fn one_file_of_pkcs12_is_enough_and_its_passphrase_is_asked_for_as_such() {
        let openssl = OpenSsl::chain();
        for way in ["", " -legacy"] {
            openssl.run(&format!(
                "pkcs12 -export -inkey client.key -in client.pem -certfile intermediate.pem -out client.p12 -passout \
                 pass:canary-pass{way}"
            ));
            let Ok(Credential::Certificate { pem, common_name, .. }) =
                read_files(&openssl, &["client.p12"], Some("canary-pass"))
            else {
                panic!("readable")
            };
            assert_eq!(common_name.as_deref(), Some("s-1"));
            let found = certificates_in(pem.expose());
            assert_eq!((&found[0], found.len()), (&openssl.der(&["client"])[0], 2));
            reqwest::Identity::from_pem(pem.expose().as_bytes()).unwrap();
            for (passphrase, said) in [(Some("wrong"), "passphrase does not open"), (None, "none was given")] {
                let refused = read_files(&openssl, &["client.p12"], passphrase).unwrap_err();
                assert!(refused.hint.as_ref().is_some_and(|hint| hint.contains(said)), "{refused:?}");
            }
        }
    }

    #[test]
    fn what_is_missing_or_does_not_fit_is_said_without_the_key() {
        let openssl = OpenSsl::chain();
        openssl.run("pkcs8 -topk8 -in client.key -passout pass:canary-pass -out sealed.key");
        assert!(read_files(&openssl, &["client.pem", "sealed.key"], Some("canary-pass")).is_ok());
        for (files, passphrase) in [
            (vec!["client.pem"], None),
            (vec!["client.key"], None),
            (vec!["root.pem", "client.key"], None),
            (vec!["client.pem", "sealed.key"], Some("wrong")),
            (vec!["client.pem", "sealed.key"], None),
            (vec!["nowhere.pem"], None),
        ] {
            let refused = read_files(&openssl, &files, passphrase).unwrap_err();
            assert!(refused.hint.is_some(), "{files:?}");
            assert!(!format!("{refused:?}").contains("canary") && !format!("{refused:?}").contains("BEGIN PRIVATE"));
        }
    }
}
