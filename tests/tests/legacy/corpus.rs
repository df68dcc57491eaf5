//! Certificate requests as real clients make them. Every one of them is signed from our own profile, whatever it asks
//! for, or refused in a sentence that says why.

use blackbox::{
    CertificateRequest, Digest, EC_P256, EC_P384, OldRequest, OpenSsl, RSA_2048,
    asn1::{BMP, IA5, OCTET_STRING, SEQUENCE, SET, TELETEX, UTF8, element},
    der,
};

use x509_parser::{
    certificate::X509Certificate, certification_request::X509CertificationRequest, prelude::FromDer as _,
};

use super::{
    certificates, csr, error,
    flavour::{Flavour, World},
    ok,
};

const RSA_4096: &str = "-algorithm RSA -pkeyopt rsa_keygen_bits:4096";

/// What was asked for, in the attribute `extensionRequest`: to be a certificate authority for other names.
fn greedy() -> Vec<u8> {
    let extension =
        |oid: &[u8], value: Vec<u8>| element(SEQUENCE, &[[&[6, 3][..], oid].concat(), element(OCTET_STRING, &[value])]);
    let constraints = extension(&[0x55, 0x1D, 0x13], vec![SEQUENCE, 3, 1, 1, 0xFF]);
    let names = element(SEQUENCE, &[[&[0x82, 9][..], b"localhost"].concat()]);
    let names = extension(&[0x55, 0x1D, 0x11], names);
    let oid = vec![6, 9, 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 1, 9, 14];
    element(SEQUENCE, &[oid, element(SET, &[element(SEQUENCE, &[constraints, names])])])
}

/// A challenge password, as old forms of `openssl req` ask for.
fn challenge() -> Vec<u8> {
    let oid = vec![6, 9, 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 1, 9, 7];
    element(SEQUENCE, &[oid, element(SET, &[element(UTF8, &[b"a password".to_vec()])])])
}

/// Each has a name and is made for the subject of the info answer.
type Make = fn(&OpenSsl, &str) -> CertificateRequest;

const SIGNED: &[(&str, Make)] = &[
    ("node-forge 0.10: SHA-1, PrintableString, CR LF", |files, subject| OldRequest::of(subject).sign(files, "rsa")),
    ("the same with an RSA key of 4096 bits", |files, subject| OldRequest::of(subject).sign(files, "big")),
    ("Unix lines", |files, subject| OldRequest::of(subject).line_end("\n").sign(files, "rsa")),
    ("Go: C, O, OU, L, ST, CN", |files, subject| {
        OldRequest::of(subject).order(&["C", "O", "OU", "L", "ST", "CN"]).digest(Digest::Sha256).sign(files, "rsa")
    }),
    ("the first generation's order", |files, subject| {
        OldRequest::of(subject).order(&["OU", "O", "L", "ST", "C", "CN"]).sign(files, "rsa")
    }),
    ("the name first", |files, subject| OldRequest::of(subject).order(&["CN", "C", "ST"]).sign(files, "rsa")),
    ("UTF8String", |files, subject| {
        OldRequest::of(subject).texts(UTF8, |text| text.as_bytes().to_vec()).sign(files, "rsa")
    }),
    ("TeletexString", |files, subject| {
        OldRequest::of(subject).texts(TELETEX, |text| text.as_bytes().to_vec()).sign(files, "rsa")
    }),
    ("IA5String", |files, subject| {
        OldRequest::of(subject).texts(IA5, |text| text.as_bytes().to_vec()).sign(files, "rsa")
    }),
    ("BMPString", |files, subject| {
        OldRequest::of(subject)
            .texts(BMP, |text| text.encode_utf16().flat_map(u16::to_be_bytes).collect())
            .sign(files, "rsa")
    }),
    ("wants to be an authority", |files, subject| OldRequest::of(subject).attribute(greedy()).sign(files, "rsa")),
    ("attributes in any order", |files, subject| {
        OldRequest::of(subject).attribute(greedy()).attribute(challenge()).sign(files, "rsa")
    }),
    ("attributes in another order", |files, subject| {
        OldRequest::of(subject).attribute(challenge()).attribute(greedy()).sign(files, "rsa")
    }),
    ("a second organizational unit", |files, subject| OldRequest::of(subject).part("OU", "Another").sign(files, "rsa")),
    ("an e-mail address besides", |files, subject| {
        OldRequest::of(subject).part("E", "a@example.com").sign(files, "rsa")
    }),
    ("openssl req with RSA", |files, subject| files.request("rsa", subject, "-sha256")),
    ("openssl req -sha1", |files, subject| files.request("rsa", subject, "-sha1")),
    ("openssl req with P-256", |files, subject| files.request("p256", subject, "-sha256")),
    ("openssl req with P-384 and SHA-384", |files, subject| files.request("p384", subject, "-sha384")),
    ("openssl req -addext", |files, subject| {
        files.request("rsa", subject, "-addext basicConstraints=critical,CA:TRUE -addext subjectAltName=DNS:localhost,IP:127.0.0.1 -addext keyUsage=keyCertSign")
    }),
    ("what old openssl calls a NEW request", |files, subject| {
        let request = files.request("rsa", subject, "");
        let pem = request.pem.replace("CERTIFICATE REQUEST", "NEW CERTIFICATE REQUEST");
        CertificateRequest { pem, ..request }
    }),
    ("with the text in front", |files, subject| {
        files.request("rsa", subject, "");
        files.run("req -in request.pem -text -out shown.pem");
        CertificateRequest::read(files, "shown.pem")
    }),
];

/// What is refused, and how the sentence begins: in the old service's own words where it has some.
const REFUSED: &[(&str, Make, &str)] = &[
    (
        "the right organizational unit behind another",
        |files, subject| {
            let (unit, other) = subject
                .split(',')
                .map(|part| part.split_once('=').unwrap())
                .find(|part| part.0 == "OU")
                .map(|part| (part.1, "OU=Another"))
                .unwrap();
            OldRequest::of(&subject.replace(&format!("OU={unit}"), other)).part("OU", unit).sign(files, "rsa")
        },
        "CSR: Invalid organizational unit provided.",
    ),
    (
        "Ed25519",
        |files, subject| files.request("ed25519", subject, ""),
        "CSR: Invalid key provided. The key is of type Ed25519,",
    ),
    (
        "RSA 1024",
        |files, subject| files.request("small", subject, ""),
        "CSR: Invalid key provided. The RSA key has 1024 bits,",
    ),
    (
        "P-521",
        |files, subject| files.request("p521", subject, ""),
        "CSR: Invalid key provided. The EC key is on curve P-521,",
    ),
    (
        "MD5",
        |files, subject| files.request("rsa", subject, "-md5"),
        "CSR signature invalid: The request is signed with MD5,",
    ),
    (
        "somebody else's signature",
        |files, subject| {
            let one = OldRequest::of(subject).sign(files, "rsa");
            files.key("thief", RSA_2048);
            let mut der = one.der;
            let other = OldRequest::of(subject).sign(files, "thief").der;
            let length = der.len();
            der.splice(length - 256.., other[other.len() - 256..].iter().copied());
            let label = "CERTIFICATE REQUEST";
            let pem = format!("-----BEGIN {label}-----\n{}\n-----END {label}-----\n", blackbox::base64(&der));
            CertificateRequest { der, pem }
        },
        "CSR signature invalid: The request was not signed with",
    ),
];

/// Values that no PrintableString may hold, which is where old libraries put them.
const WEIRD: &str = "O=SAP_SE *,OU=Org_Unit,L=Waldorf,ST=Waldorf,C=DE";

fn keys(files: &OpenSsl) {
    for (name, kind) in [
        ("rsa", RSA_2048),
        ("big", RSA_4096),
        ("small", "-algorithm RSA -pkeyopt rsa_keygen_bits:1024"),
        ("p256", EC_P256),
        ("p384", EC_P384),
        ("p521", "-algorithm EC -pkeyopt ec_paramgen_curve:P-521"),
        ("ed25519", "-algorithm ED25519"),
    ] {
        files.key(name, kind);
    }
}

/// What is wrong with a certificate, if anything: it has the key of the request, our own profile, and nothing else of what
/// was asked for.
fn judged(leaf: &[u8], request: &[u8], subject: &str, authority: &[u8]) -> Option<String> {
    let (_, leaf) = X509Certificate::from_der(leaf).unwrap();
    let (_, authority) = X509Certificate::from_der(authority).unwrap();
    let (_, request) = X509CertificationRequest::from_der(request).unwrap();
    if leaf.public_key().raw != request.certification_request_info.subject_pki.raw {
        return Some("another key".into());
    }
    if leaf.verify_signature(Some(authority.public_key())).is_err() {
        return Some("not the authority's signature".into());
    }
    // ECDSA with SHA-256, whatever the request was signed with.
    if leaf.signature_algorithm.algorithm.to_id_string() != "1.2.840.10045.4.3.2" {
        return Some(format!("signed with {}", leaf.signature_algorithm.algorithm));
    }
    let shown = leaf.subject().to_string().replace(", ", ",");
    let mut parts = [shown.split(',').collect::<Vec<_>>(), subject.split(',').collect()];
    parts.iter_mut().for_each(|parts| parts.sort_unstable());
    if parts[0] != parts[1] {
        return Some(format!("the subject is {shown}"));
    }
    let mut extensions: Vec<_> = leaf.extensions().iter().map(|extension| extension.oid.to_id_string()).collect();
    extensions.sort_unstable();
    // Key ids, usage, constraints, purpose: no other names.
    let profile = ["2.5.29.14", "2.5.29.15", "2.5.29.19", "2.5.29.35", "2.5.29.37"];
    if extensions != profile || leaf.is_ca() {
        return Some(format!("the extensions are {extensions:?}, authority: {}", leaf.is_ca()));
    }
    None
}

/// Sends every so many of them; each request with a token of its own.
async fn signed_or_refused(world: &World, step: usize) {
    let files = OpenSsl::new();
    keys(&files);
    let authority = der(&std::fs::read_to_string(world.server.ready("caFile")).unwrap());
    let curl = world.server.curl().header("Content-Type: application/json");
    let mut wrong = Vec::new();
    for (name, make) in SIGNED.iter().step_by(step) {
        let (url, subject) = world.ready_to_sign().await;
        let request = make(&files, &subject);
        let reply = curl.post(&url, csr(&request.pem));
        if reply.status != 201 {
            wrong.push(format!("{name}: {reply:?}"));
            continue;
        }
        let leaf = certificates(&ok(&reply, 201)["crt"]).remove(0);
        wrong.extend(judged(&leaf, &request.der, &subject, &authority).map(|fault| format!("{name}: {fault}")));
    }
    for (name, make, sentence) in REFUSED.iter().step_by(step) {
        let (url, subject) = world.ready_to_sign().await;
        let reply = curl.post(&url, csr(&make(&files, &subject).pem));
        let (status, text) = error(&reply);
        if status != 400 || !text.contains(sentence) {
            wrong.push(format!("{name}: {reply:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[tokio::test]
async fn the_connector_service_reads_them_all() {
    signed_or_refused(&World::named(Flavour::Second, "my_shop.1", &["--subject", WEIRD]).await, 1).await;
}

/// One signing path is underneath all wires: some of them show that it is.
#[tokio::test]
async fn so_does_the_adapter() {
    signed_or_refused(&World::start(Flavour::Adapter, &["--subject", WEIRD]).await, 4).await;
}

/// Whoever has once sent a request may send it again, byte for byte, for every pairing and every renewal.
#[tokio::test]
async fn the_same_bytes_are_signed_again_and_again() {
    let world = World::start(Flavour::Second, &[]).await;
    let files = OpenSsl::new();
    files.key("rsa", RSA_2048);
    let curl = world.server.curl().header("Content-Type: application/json");
    let mut seen = Vec::new();
    for _ in 0..3 {
        let (url, subject) = world.ready_to_sign().await;
        let request = OldRequest::of(&subject).sign(&files, "rsa");
        let answer = ok(&curl.post(&url, csr(&request.pem)), 201);
        seen.push(certificates(&answer["clientCrt"]).remove(0));
    }
    seen.sort();
    seen.dedup();
    assert_eq!(seen.len(), 3, "each a certificate of its own");
}
