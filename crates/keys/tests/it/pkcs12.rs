//! PKCS#12 files, opened by `openssl` and by Java; and those that `openssl` has written.

use std::process::Command;

use keys::pkcs12::{Bundle, BundleFault, Pkcs12Fault, certificates};
use pairing::Secret;
use rustls_pki_types::CertificateDer;

use crate::program::Bench;

fn chain(bench: &Bench) -> Vec<CertificateDer<'static>> {
    ["client", "middle", "root"]
        .map(|name| {
            bench.openssl(&format!(
                "req -new -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout {name}.key -subj /CN={name} \
                 -outform DER -out {name}.der"
            ));
            CertificateDer::from(bench.read(&format!("{name}.der")))
        })
        .to_vec()
}

#[test]
fn openssl_lists_the_certificates_in_their_order_and_java_trusts_them() {
    let bench = Bench::new();
    let chain = chain(&bench);
    bench.write("file.p12", certificates(&chain, "CRM Europe", &Secret::new("pässword")).unwrap());

    let text = bench.openssl("pkcs12 -in file.p12 -nokeys -passin pass:pässword");
    let found = pem::parse_many(&text).unwrap();
    assert_eq!(
        found.iter().map(|block| block.contents()).collect::<Vec<_>>(),
        chain.iter().map(|der| &**der).collect::<Vec<_>>()
    );
    assert!(text.contains("friendlyName: CRM Europe"), "{text}");
    let (opened, _) = bench.try_run("openssl pkcs12 -in file.p12 -nokeys -passin pass:wrong", "");
    assert!(!opened);

    // Java is too large to ask everybody for it.
    if Command::new("keytool").arg("-help").output().is_err() {
        return;
    }
    bench.write("file.p12", certificates(&chain, "CRM Europe", &Secret::new("password")).unwrap());
    let list = bench.run("keytool -J-Duser.language=en -list -v -keystore file.p12 -storepass password");
    assert!(list.contains("contains 3 entries") && list.contains("Alias name: crm europe\n"), "{list}");
    assert_eq!(list.matches("trustedCertEntry").count(), 3, "{list}");
    for owner in ["client", "middle", "root"] {
        assert!(list.contains(&format!("Owner: CN={owner}\n")), "{list}");
    }
}

#[test]
fn names_of_any_kind_are_made_to_fit() {
    let bench = Bench::new();
    let chain = chain(&bench);
    for (name, shown) in [("CRM & Söhne 🦀", "CRM & S"), ("🦀", "certificate"), (" ", "certificate"), ("a\nb", "ab\n")]
    {
        bench.write("file.p12", certificates(&chain[..1], name, &Secret::new("pw")).unwrap());
        let text = bench.openssl("pkcs12 -in file.p12 -nokeys -passin pass:pw");
        assert!(text.contains(&format!("friendlyName: {shown}")), "{text}");
    }
    let long = "x".repeat(1000);
    assert!(certificates(&chain[..1], &long, &Secret::new("pw")).is_ok());
}

#[test]
fn what_the_format_cannot_hold_is_refused() {
    let bench = Bench::new();
    let chain = chain(&bench);
    assert_eq!(certificates(&chain, "a", &Secret::new("🦀")), Err(Pkcs12Fault::Passphrase));
    assert_eq!(certificates(&[], "a", &Secret::new("pw")), Err(Pkcs12Fault::Empty));
    let damaged = CertificateDer::from(vec![0x30, 0]);
    assert_eq!(certificates(&[damaged], "a", &Secret::new("pw")), Err(Pkcs12Fault::DamagedCertificate));
}

/// What `openssl` writes today, and what it wrote before (and others still do): with triple DES and RC2.
const WAYS: [&str; 4] = ["", " -legacy", " -keypbe NONE -certpbe NONE", " -nomac"];

#[test]
fn a_key_with_its_certificates_is_read_as_openssl_writes_it() {
    let bench = Bench::new();
    let chain = chain(&bench);
    for file in ["middle", "root"] {
        bench.openssl(&format!("x509 -inform DER -in {file}.der -out {file}.pem"));
    }
    bench.openssl("x509 -inform DER -in client.der -out client.pem");
    bench.write("above.pem", [bench.read("middle.pem"), bench.read("root.pem")].concat());
    bench.openssl("pkey -in client.key -pubout -outform DER -out client.pub");
    for way in WAYS {
        bench.openssl(&format!(
            "pkcs12 -export -inkey client.key -in client.pem -certfile above.pem -out file.p12 -passout pass:pässword{way}"
        ));
        let file = bench.read("file.p12");
        let open = |passphrase: Option<&str>| Bundle::open(&file, passphrase.map(Secret::new).as_ref());
        let bundle = open(Some("pässword")).unwrap().expect("it is one");
        assert_eq!(bundle.key.public_key_der(), bench.read("client.pub"), "{way}");
        assert_eq!(bundle.certificates, chain, "{way}");
        assert!(!format!("{bundle:?}").contains("[48,"), "no bytes");
        assert_eq!(open(Some("wrong")).unwrap_err(), BundleFault::PassphraseWrong, "{way}");
        assert_eq!(open(Some("🦀")).unwrap_err(), BundleFault::PassphraseWrong, "{way}");
        assert_eq!(open(None).unwrap_err(), BundleFault::PassphraseMissing, "{way}");
    }
    bench.openssl("pkcs12 -export -inkey client.key -in client.pem -out file.p12 -passout pass:");
    assert!(Bundle::open(&bench.read("file.p12"), None).unwrap().is_some(), "protected with nothing");
}

#[test]
fn what_is_no_key_with_its_certificates_is_named() {
    let bench = Bench::new();
    let chain = chain(&bench);
    let passphrase = Secret::new("pw");
    let open = |bytes: &[u8]| Bundle::open(bytes, Some(&passphrase)).map(|found| found.is_some());
    assert_eq!(open(&certificates(&chain, "CRM", &passphrase).unwrap()), Err(BundleFault::NoKey));
    for other in [&b"-----BEGIN CERTIFICATE-----"[..], b"", &chain[0]] {
        assert_eq!(open(other), Ok(false));
    }
    bench.openssl("x509 -inform DER -in client.der -out client.pem");
    bench.openssl("pkcs12 -export -inkey client.key -in client.pem -out file.p12 -passout pass:pw");
    let file = bench.read("file.p12");
    for end in [20, file.len() / 2, file.len() - 1] {
        assert_ne!(open(&file[..end]), Ok(true), "cut off at {end}");
    }
}
