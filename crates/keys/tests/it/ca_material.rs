//! CAs made with `openssl`, in the forms in which people bring them.

use base64::prelude::{BASE64_STANDARD, Engine as _};
use keys::{CaMaterial, CaMaterialFault, KeyFault, SecretFault};
use pairing::Secret;

use crate::program::Bench;

const P256: &str = "-algorithm EC -pkeyopt ec_paramgen_curve:P-256";

/// A root, a CA below it, and a client below that; each as `<name>.key` and `<name>.crt`.
fn three_levels() -> Bench {
    let bench = Bench::new();
    bench.write("ca.ext", "basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign,cRLSign\n");
    bench.write("client.ext", "basicConstraints=critical,CA:FALSE\n");
    bench.key("root", "-algorithm RSA -pkeyopt rsa_keygen_bits:2048");
    bench.openssl("req -new -x509 -key root.key -subj /CN=root -days 10 -out root.crt");
    signed(&bench, "middle", "root", "ca.ext", "5");
    signed(&bench, "client", "middle", "client.ext", "2");
    bench
}

fn signed(bench: &Bench, name: &str, issuer: &str, extensions: &str, days: &str) {
    bench.key(name, P256);
    certified(bench, name, issuer, extensions, days);
}

fn certified(bench: &Bench, name: &str, issuer: &str, extensions: &str, days: &str) {
    bench.openssl(&format!("req -new -key {name}.key -subj /CN={name} -out request"));
    bench.openssl(&format!(
        "x509 -req -in request -CA {issuer}.crt -CAkey {issuer}.key -CAcreateserial -extfile {extensions} -days {days} \
         -out {name}.crt"
    ));
}

fn der(bench: &Bench, name: &str) -> Vec<u8> {
    pem::parse(bench.read(name)).unwrap().into_contents()
}

fn fault(texts: &[&[u8]]) -> CaMaterialFault {
    CaMaterial::read(texts, None).unwrap_err()
}

#[test]
fn blocks_in_any_order_give_the_ca_and_its_chain() {
    let bench = three_levels();
    let [key, middle, root, client] =
        ["middle.key", "middle.crt", "root.crt", "client.crt"].map(|name| bench.read(name));
    let expected = [der(&bench, "middle.crt"), der(&bench, "root.crt")];
    let orders: [&[&[u8]]; 4] = [
        &[&key, &middle, &root],
        &[&root, &client, &middle, &key],
        &[&middle, &root, &key, &root],
        &[&root, &key, &middle],
    ];
    for order in orders {
        for texts in [order.to_vec(), vec![&order.concat()[..]]] {
            let material = CaMaterial::read(&texts, None).unwrap();
            assert_eq!(material.chain.iter().map(|der| der.as_ref()).collect::<Vec<_>>(), expected);
            assert_eq!(material.key.description(), "EC P-256");
        }
    }
    let without_root = CaMaterial::read(&[&key, &middle], None).unwrap();
    assert_eq!(without_root.chain.len(), 1);
    let as_der = CaMaterial::read(&[&expected[0], &der(&bench, "middle.key"), &expected[1]], None).unwrap();
    assert_eq!(as_der.chain.len(), 2);
}

#[test]
fn the_signature_and_not_the_name_says_who_is_above() {
    let bench = three_levels();
    let (key, middle, root) = (bench.read("middle.key"), bench.read("middle.crt"), bench.read("root.crt"));
    bench.openssl(
        "req -new -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout x -subj /CN=root -out other.crt",
    );
    let material = CaMaterial::read(&[&bench.read("other.crt"), &key, &middle, &root], None).unwrap();
    assert_eq!(material.chain.len(), 2);
    assert_eq!(material.chain[1].as_ref(), der(&bench, "root.crt"));
}

#[test]
fn a_renewed_certificate_for_the_same_key_is_taken() {
    let bench = three_levels();
    let old = bench.read("middle.crt");
    certified(&bench, "middle", "root", "ca.ext", "9");
    let material = CaMaterial::read(&[&old, &bench.read("middle.crt"), &bench.read("middle.key")], None).unwrap();
    assert_eq!(material.chain[0].as_ref(), der(&bench, "middle.crt"));
}

#[test]
fn an_encrypted_key_needs_its_passphrase() {
    let bench = three_levels();
    bench.openssl("pkcs8 -topk8 -in middle.key -passout pass:pw -out locked");
    let (locked, middle) = (bench.read("locked"), bench.read("middle.crt"));
    assert!(CaMaterial::read(&[&locked, &middle], Some(&Secret::new("pw"))).is_ok());
    assert_eq!(fault(&[&locked, &middle]), KeyFault::PassphraseMissing.into());
    let wrong = CaMaterial::read(&[&locked, &middle], Some(&Secret::new("no"))).unwrap_err();
    assert_eq!(wrong, KeyFault::PassphraseWrong.into());
}

#[test]
fn kubernetes_secrets_are_read() {
    let bench = three_levels();
    let encoded = |name: &str| BASE64_STANDARD.encode(bench.read(name));
    let both = BASE64_STANDARD.encode([bench.read("middle.crt"), bench.read("root.crt")].concat());
    let yaml = format!("apiVersion: v1\nkind: Secret\ndata:\n  ca.crt: {both}\n  ca.key: {}\n", encoded("middle.key"));
    // As cert-manager writes it: tls.* is the CA, ca.crt what is above it.
    let json = format!(
        r#"{{"apiVersion":"v1","kind":"Secret","type":"kubernetes.io/tls","data":{{"ca.crt":"{}","tls.crt":"{}","tls.key":"{}"}}}}"#,
        encoded("root.crt"),
        encoded("middle.crt"),
        encoded("middle.key")
    );
    let block = |name: &str| String::from_utf8(bench.read(name)).unwrap().replace('\n', "\n    ");
    let plain = format!(
        "kind: Secret\nstringData:\n  ca.crt: |\n    {}\n  ca.key: |\n    {}\n",
        block("middle.crt"),
        block("middle.key")
    );
    for (manifest, length) in [(yaml, 2), (json, 2), (plain, 1)] {
        let material = CaMaterial::read(&[manifest.as_bytes()], None).unwrap();
        assert_eq!(material.chain[0].as_ref(), der(&bench, "middle.crt"));
        assert_eq!(material.chain.len(), length);
    }
    assert_eq!(fault(&[b"kind: Secret\ndata:\n  other: YQ==\n"]), SecretFault::NoField.into());
}

#[test]
fn what_does_not_fit_together_is_said() {
    let bench = three_levels();
    let read = |name: &str| bench.read(name);
    assert_eq!(fault(&[&read("root.crt"), &read("middle.key")]), CaMaterialFault::KeyOfAnother);
    assert_eq!(fault(&[&read("client.crt"), &read("client.key"), &read("root.crt")]), CaMaterialFault::NotACa);
    assert_eq!(fault(&[&read("middle.key")]), CaMaterialFault::NoCertificate);
    assert_eq!(fault(&[&read("middle.crt")]), KeyFault::NoKey.into());
    assert_eq!(fault(&[]), KeyFault::NoKey.into());
    let [middle, middle_key, root, root_key] = ["middle.crt", "middle.key", "root.crt", "root.key"].map(read);
    assert_eq!(fault(&[&middle, &middle_key, &root, &root_key]), CaMaterialFault::SeveralCas);
    // The key of a client beside that of its CA does not make a second CA.
    let beside = [&middle, &middle_key, &read("client.key"), &read("client.crt")].map(Vec::as_slice).concat();
    assert!(CaMaterial::read(&[&beside], None).is_ok());
    bench.openssl("pkcs12 -export -inkey middle.key -in middle.crt -passout pass:pw -out p12");
    assert_eq!(fault(&[&read("p12")]), KeyFault::Pkcs12.into());
    let cut = [&middle[..], b"-----BEGIN CERTIFICATE-----\nMII=\n"].concat();
    assert_eq!(fault(&[&cut, &middle_key]), KeyFault::Damaged.into());
    bench.write("sign.ext", "basicConstraints=critical,CA:TRUE\nkeyUsage=critical,digitalSignature\n");
    certified(&bench, "middle", "root", "sign.ext", "5");
    assert_eq!(fault(&[&read("middle.crt"), &middle_key]), CaMaterialFault::NotACa);
}
