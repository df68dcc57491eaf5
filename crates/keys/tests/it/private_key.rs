//! Keys of `openssl`, `ssh-keygen` and `keytool`.

use std::fs;

use keys::{EncryptedKey, KeyFault, PrivateKey, UnsupportedKey};
use pairing::Secret;

use crate::program::Bench;

const P256: &str = "-algorithm EC -pkeyopt ec_paramgen_curve:P-256";
const RSA: &str = "-algorithm RSA -pkeyopt rsa_keygen_bits:2048";

fn secret() -> Secret {
    Secret::new("correct horse")
}

/// `openssl` takes the first line to open something and the second one to lock it.
fn passphrase_file() -> String {
    format!("{0}\n{0}\n", secret().expose())
}

fn read(bytes: &[u8]) -> Result<PrivateKey, KeyFault> {
    PrivateKey::read(bytes, None)
}

fn fault(bytes: &[u8]) -> KeyFault {
    PrivateKey::read(bytes, Some(&secret())).unwrap_err()
}

#[test]
fn every_kind_of_key_is_read_with_its_public_half() {
    let bench = Bench::new();
    for (name, options, description) in [
        ("rsa2048", RSA, "RSA 2048"),
        ("rsa4096", "-algorithm RSA -pkeyopt rsa_keygen_bits:4096", "RSA 4096"),
        ("p256", P256, "EC P-256"),
        ("p384", "-algorithm EC -pkeyopt ec_paramgen_curve:P-384", "EC P-384"),
        ("p521", "-algorithm EC -pkeyopt ec_paramgen_curve:P-521", "EC P-521"),
        ("ed25519", "-algorithm ED25519", "Ed25519"),
    ] {
        let key = read(&bench.key(name, options)).unwrap();
        assert_eq!(key.description(), description);
        bench.openssl(&format!("pkey -in {name}.key -pubout -outform DER -out public.der"));
        assert_eq!(key.public_key_der(), bench.read("public.der"), "{name}");
        // What we hand on is the same key for somebody else.
        bench.write("ours.der", key.pkcs8_der());
        let same = bench.openssl("pkey -in ours.der -inform DER -text");
        assert_eq!(same, bench.openssl(&format!("pkey -in {name}.key -text")), "{name}");
        assert_eq!(format!("{key:?}"), format!("PrivateKey({description}, [redacted])"));
    }
}

#[test]
fn every_form_gives_the_same_key() {
    let bench = Bench::new();
    for (options, forms) in [
        (RSA, ["rsa -traditional -out k.pem", "rsa -traditional -outform DER -out k.pem"]),
        (P256, ["ec -out k.pem", "ec -outform DER -out k.pem"]),
    ] {
        let key = read(&bench.key("any", options)).unwrap();
        let others = ["pkcs8 -topk8 -nocrypt -outform DER -out k.pem", "pkcs8 -topk8 -nocrypt -out k.pem"]
            .into_iter()
            .chain(forms);
        for form in others {
            let (command, arguments) = form.split_once(' ').unwrap();
            bench.openssl(&format!("{command} -in any.key {arguments}"));
            let other = read(&bench.read("k.pem")).unwrap();
            assert_eq!(other.pkcs8_der(), key.pkcs8_der(), "{form}");
        }
    }
}

#[test]
fn text_around_the_key_does_not_matter() {
    let bench = Bench::new();
    bench.openssl("ecparam -name prime256v1 -genkey -out parameters.pem");
    let with_parameters = bench.read("parameters.pem");
    assert!(with_parameters.starts_with(b"-----BEGIN EC PARAMETERS"));
    let key = read(&with_parameters).unwrap();
    bench.openssl("req -x509 -key parameters.pem -subj /CN=a -out cert.pem");
    let bundle = [&bench.read("cert.pem")[..], b"Bag Attributes\r\n  friendlyName: a\n", &with_parameters].concat();
    assert_eq!(read(&bundle).unwrap().pkcs8_der(), key.pkcs8_der());
    let windows = String::from_utf8(bundle).unwrap().replace('\n', "\r\n");
    assert_eq!(read(windows.as_bytes()).unwrap().pkcs8_der(), key.pkcs8_der());
}

#[test]
fn encrypted_keys_open_with_their_passphrase_only() {
    let bench = Bench::new();
    let key = read(&bench.key("any", P256)).unwrap();
    bench.write("pass", passphrase_file());
    for way in [
        "",
        " -scrypt",
        " -v2 aes-128-cbc",
        " -v2 aes-192-cbc -v2prf hmacWithSHA1",
        " -v2 aes-256-cbc -v2prf hmacWithSHA512 -iter 1000",
        " -outform DER",
    ] {
        bench.openssl(&format!("pkcs8 -topk8 -in any.key -passout file:pass{way} -out locked"));
        let locked = bench.read("locked");
        let opened = PrivateKey::read(&locked, Some(&secret())).unwrap_or_else(|fault| panic!("{way}: {fault}"));
        assert_eq!(opened.pkcs8_der(), key.pkcs8_der(), "{way}");
        assert_eq!(read(&locked).unwrap_err(), KeyFault::PassphraseMissing, "{way}");
    }
    bench.openssl("pkcs8 -topk8 -in any.key -passout file:pass -iter 1 -out cheap");
    // Rubbish passes for padding once in 256 times: often enough to see both ways of noticing.
    for attempt in 0..600 {
        let wrong = Secret::new(format!("wrong {attempt}"));
        assert_eq!(PrivateKey::read(&bench.read("cheap"), Some(&wrong)).unwrap_err(), KeyFault::PassphraseWrong);
    }
    // An unneeded passphrase does no harm.
    assert!(PrivateKey::read(&bench.read("any.key"), Some(&secret())).is_ok());
}

#[test]
fn openssl_opens_what_we_encrypt() {
    let bench = Bench::new();
    bench.write("pass", passphrase_file());
    for options in [RSA, P256] {
        let key = read(&bench.key("any", options)).unwrap();
        let pem = EncryptedKey::encrypt(&key, &secret());
        assert!(pem.starts_with("-----BEGIN ENCRYPTED PRIVATE KEY-----\n"));
        assert_ne!(*pem, *EncryptedKey::encrypt(&key, &secret()), "a new salt each time");
        bench.write("ours.pem", pem.as_bytes());
        let opened = bench.openssl("pkey -in ours.pem -passin file:pass -text");
        assert_eq!(opened, bench.openssl("pkey -in any.key -text"));
        let (opened, _) = bench.try_run("openssl pkey -in ours.pem -passin pass:wrong -noout", "");
        assert!(!opened);
        let algorithm = bench.openssl("asn1parse -in ours.pem");
        assert!(algorithm.contains(":scrypt") && algorithm.contains(":aes-256-cbc"), "{algorithm}");
        assert_eq!(PrivateKey::read(pem.as_bytes(), Some(&secret())).unwrap().pkcs8_der(), key.pkcs8_der());
        let wrong = PrivateKey::read(pem.as_bytes(), Some(&Secret::new("correct hors")));
        assert_eq!(wrong.unwrap_err(), KeyFault::PassphraseWrong);
    }
}

#[test]
fn what_is_no_private_key_is_called_by_its_name() {
    let bench = Bench::new();
    bench.write("pass", passphrase_file());
    bench.key("any", P256);
    bench.openssl("pkey -in any.key -pubout -out public");
    assert_eq!(fault(&bench.read("public")), KeyFault::PublicKey);
    bench.openssl("pkey -in any.key -pubout -outform DER -out public");
    assert_eq!(fault(&bench.read("public")), KeyFault::PublicKey);
    bench.openssl("req -x509 -key any.key -subj /CN=a -out cert");
    assert_eq!(fault(&bench.read("cert")), KeyFault::Certificate);
    bench.openssl("x509 -in cert -outform DER -out cert.der");
    assert_eq!(fault(&bench.read("cert.der")), KeyFault::Certificate);
    bench.openssl("req -new -key any.key -subj /CN=a -out request");
    assert_eq!(fault(&bench.read("request")), KeyFault::CertificateRequest);
    bench.openssl("pkcs12 -export -inkey any.key -in cert -passout file:pass -out p12");
    assert_eq!(fault(&bench.read("p12")), KeyFault::Pkcs12);
    assert_eq!(fault(&[0xFE, 0xED, 0xFE, 0xED, 0, 0, 0, 2]), KeyFault::JavaKeyStore);
    bench.openssl("ec -in any.key -aes256 -passout file:pass -out old");
    assert_eq!(fault(&bench.read("old")), KeyFault::EncryptedPem);
    bench.run("ssh-keygen -q -t ecdsa -N  -f ssh");
    assert_eq!(fault(&bench.read("ssh")), KeyFault::OpenSsh);
    assert_eq!(fault(b""), KeyFault::NoKey);
    assert_eq!(fault(b"hello"), KeyFault::NoKey);
    assert_eq!(fault(&[0x30; 2_000_000]), KeyFault::TooLarge);
}

#[test]
fn the_commands_that_are_recommended_make_a_readable_key() {
    let bench = Bench::new();
    bench.write("pass", passphrase_file());
    bench.key("any", P256);
    bench.openssl("req -x509 -key any.key -subj /CN=a -out cert");
    let read_new = |how: &str| {
        let new = PrivateKey::read(&bench.read("new.pem"), Some(&secret()));
        assert_eq!(new.unwrap_or_else(|fault| panic!("{how}: {fault}")).description(), "EC P-256");
    };
    let passes = "-passin file:pass -passout file:pass";
    bench.openssl("ec -in any.key -aes256 -passout file:pass -out old.pem");
    bench.openssl(&format!("pkcs8 -topk8 -in old.pem -out new.pem {passes}"));
    read_new("EncryptedPem");
    bench.openssl("pkcs8 -topk8 -in any.key -v2 des3 -passout file:pass -out old.pem");
    assert_eq!(fault(&bench.read("old.pem")), KeyFault::Encryption);
    bench.openssl(&format!("pkcs8 -topk8 -in old.pem -out new.pem {passes}"));
    read_new("Encryption");
    bench.openssl("pkcs8 -topk8 -in any.key -v1 PBE-SHA1-3DES -passout file:pass -out old.pem");
    assert_eq!(fault(&bench.read("old.pem")), KeyFault::Encryption);
    bench.openssl(&format!("pkcs8 -topk8 -in old.pem -out new.pem {passes}"));
    read_new("Encryption");
    bench.openssl("pkcs12 -export -inkey any.key -in cert -passout file:pass -out file.p12");
    bench.openssl(&format!("pkcs12 -in file.p12 -nocerts -out new.pem {passes}"));
    read_new("Pkcs12");
    fs::remove_file(bench.path("new.pem")).unwrap();
    bench.run("ssh-keygen -q -t ecdsa -N  -f new.pem");
    bench.run("ssh-keygen -q -p -m PKCS8 -P  -N  -f new.pem");
    read_new("OpenSsh");
    bench.openssl("ecparam -name prime256v1 -genkey -param_enc explicit -noout -out old.pem");
    assert_eq!(fault(&bench.read("old.pem")), UnsupportedKey::UnnamedCurve.into());
    bench.openssl("pkey -in old.pem -ec_param_enc named_curve -out new.pem");
    read_new("UnnamedCurve");
}

#[test]
fn keys_of_no_use_are_refused_with_what_they_are() {
    let bench = Bench::new();
    let unsupported = |key: UnsupportedKey| KeyFault::Unsupported(key);
    assert_eq!(
        fault(&bench.key("a", "-algorithm RSA -pkeyopt rsa_keygen_bits:1024")),
        unsupported(UnsupportedKey::Rsa)
    );
    let curve = |name: &str| unsupported(UnsupportedKey::Curve(name.to_owned()));
    assert_eq!(fault(&bench.key("a", "-algorithm EC -pkeyopt ec_paramgen_curve:secp256k1")), curve("secp256k1"));
    bench.openssl("ec -in a.key -out b.key");
    assert_eq!(fault(&bench.read("b.key")), curve("secp256k1"));
    assert_eq!(
        fault(&bench.key("a", "-algorithm EC -pkeyopt ec_paramgen_curve:brainpoolP256r1")),
        curve("1.3.36.3.3.2.8.1.1.7")
    );
    let kind = |name: &str| unsupported(UnsupportedKey::Type(name.to_owned()));
    assert_eq!(fault(&bench.key("a", "-algorithm ED448")), kind("Ed448"));
    assert_eq!(fault(&bench.key("a", "-algorithm RSA-PSS")), kind("RSASSA-PSS"));
    bench.openssl("dsaparam -genkey -noout -out a.key 1024");
    assert_eq!(fault(&bench.read("a.key")), kind("DSA"));
    bench.openssl("dsa -in a.key -outform DER -out b.key");
    let traditional = fault(&bench.read("b.key"));
    assert_eq!(traditional, kind("DSA"));
}

#[test]
fn several_keys_damaged_ones_and_bombs_are_refused() {
    let bench = Bench::new();
    let one = bench.key("one", P256);
    assert_eq!(fault(&[&one[..], &bench.key("two", P256)].concat()), KeyFault::SeveralKeys);
    assert_eq!(fault(&one[..one.len() / 2]), KeyFault::Damaged);
    let other_numbers = String::from_utf8(one).unwrap();
    let der = pem::parse(&other_numbers).unwrap().into_contents();
    // The public key at the end no longer belongs to the private one.
    let mut inconsistent = der.clone();
    *inconsistent.last_mut().unwrap() ^= 1;
    assert_eq!(fault(&inconsistent), UnsupportedKey::Inconsistent.into());

    bench.write("pass", passphrase_file());
    bench.openssl("pkcs8 -topk8 -in one.key -passout file:pass -iter 10000001 -out bomb");
    assert_eq!(fault(&bench.read("bomb")), KeyFault::TooCostly);
    bench.openssl("pkcs8 -topk8 -in one.key -passout file:pass -scrypt -scrypt_N 8192 -scrypt_p 17 -out bomb");
    assert_eq!(fault(&bench.read("bomb")), KeyFault::TooCostly);
}
