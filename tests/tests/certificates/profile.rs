//! Every field of a client's certificate and of the authority's, whatever the request asked for.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use blackbox::{EC_P256, EC_P384, OpenSsl, Pairing, RSA_2048, Server, der, sha256};
use x509_parser::{
    certificate::X509Certificate,
    extensions::{GeneralName, ParsedExtension, X509Extension},
    prelude::FromDer as _,
    x509::X509Version,
};

/// A request that wants everything a certificate could give, and every decoration that there is.
const GREEDY: &str = "[req]\ndistinguished_name=dn\nreq_extensions=wishes\nattributes=attributes\nprompt=no\n[dn]\n\
    [attributes]\nchallengePassword=a password\nunstructuredName=a name\n[wishes]\n\
    basicConstraints=critical,CA:TRUE,pathlen:5\n\
    subjectAltName=DNS:director.example,DNS:localhost,IP:127.0.0.1,email:a@b.example,URI:https://c.example/\n\
    keyUsage=critical,digitalSignature,keyEncipherment,keyCertSign,cRLSign\n\
    extendedKeyUsage=critical,serverAuth,codeSigning,OCSPSigning,anyExtendedKeyUsage\n\
    subjectKeyIdentifier=DEADBEEF\nauthorityInfoAccess=OCSP;URI:http://ocsp.example/\n\
    crlDistributionPoints=URI:http://crl.example/\ncertificatePolicies=2.5.29.32.0\n\
    nameConstraints=critical,permitted;DNS:example\ntlsfeature=status_request\nnsComment=\"a comment\"\n\
    1.2.3.4=critical,ASN1:UTF8String:odd\n";

fn unix_now() -> i64 {
    i64::try_from(SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs()).unwrap()
}

/// Its extensions by the dotted number; one that is there twice is a panic.
fn extensions<'a>(certificate: &'a X509Certificate<'a>) -> Vec<(String, &'a X509Extension<'a>)> {
    let mut found: Vec<_> =
        certificate.extensions().iter().map(|extension| (extension.oid.to_id_string(), extension)).collect();
    found.sort_by(|one, other| one.0.cmp(&other.0));
    assert!(found.windows(2).all(|pair| pair[0].0 != pair[1].0), "twice: {found:?}");
    found
}

const SUBJECT_KEY_ID: &str = "2.5.29.14";
const KEY_USAGE: &str = "2.5.29.15";
const BASIC_CONSTRAINTS: &str = "2.5.29.19";
const AUTHORITY_KEY_ID: &str = "2.5.29.35";
const EXTENDED_KEY_USAGE: &str = "2.5.29.37";

/// The first 160 bits of the SHA-256 of the key's bits (RFC 7093 §2, method 1).
fn key_id(certificate: &X509Certificate<'_>) -> Vec<u8> {
    sha256(&certificate.public_key().subject_public_key.data)[..20].to_vec()
}

/// Checks what holds for everything that this server signs.
fn assert_well_made(certificate: &X509Certificate<'_>) {
    assert_eq!(certificate.version(), X509Version::V3);
    let serial = certificate.raw_serial();
    assert!(serial.len() <= 20 && serial.len() >= 8, "between 64 and 160 bits: {serial:?}");
    assert!(serial[0] < 0x80 && serial.iter().any(|byte| *byte != 0), "positive: {serial:?}");
    assert_eq!(certificate.signature_algorithm, certificate.tbs_certificate.signature);
    assert_eq!(certificate.signature_algorithm.algorithm.to_id_string(), "1.2.840.10045.4.3.2", "ECDSA with SHA-256");
    assert_eq!(certificate.signature_algorithm.parameters, None, "RFC 5758 §3.2");
    assert!(certificate.issuer_uid.is_none() && certificate.subject_uid.is_none());
}

/// Checks a client's certificate field by field.
fn assert_client(leaf: &X509Certificate<'_>, ca: &X509Certificate<'_>, pairing: &Pairing, lifetime: Duration) {
    assert_well_made(leaf);
    assert_eq!(leaf.issuer().as_raw(), ca.subject().as_raw(), "byte for byte");
    let lifetime = i64::try_from(lifetime.as_secs()).unwrap();
    let (from, until) = (leaf.validity().not_before.timestamp(), leaf.validity().not_after.timestamp());
    assert_eq!(until - from, 60 + lifetime, "begins a minute before it was asked for");
    // What one part of the subject says, and in which form: a country is a PrintableString, all else UTF-8.
    let parts: Vec<_> = leaf.subject().iter().collect();
    assert!(parts.iter().all(|part| part.iter().count() == 1), "one attribute in each part");
    let attributes = parts.iter().flat_map(|part| part.iter()).map(|attribute| {
        let value = attribute.attr_value();
        (attribute.attr_type().to_id_string(), value.tag().0, String::from_utf8(value.data.to_vec()).unwrap())
    });
    let wanted = [
        ("2.5.4.6", 0x13, "DE"),
        ("2.5.4.10", 0x0C, "Org"),
        ("2.5.4.11", 0x0C, "OrgUnit"),
        ("2.5.4.7", 0x0C, "locality"),
        ("2.5.4.8", 0x0C, "province"),
        ("2.5.4.3", 0x0C, &pairing.system_auth),
    ];
    assert_eq!(attributes.collect::<Vec<_>>(), wanted.map(|(oid, tag, value)| (oid.to_owned(), tag, value.to_owned())));

    let found = extensions(leaf);
    let names: Vec<_> = found.iter().map(|(oid, extension)| (oid.as_str(), extension.critical)).collect();
    assert_eq!(
        names,
        [
            (SUBJECT_KEY_ID, false),
            (KEY_USAGE, true),
            (BASIC_CONSTRAINTS, true),
            (AUTHORITY_KEY_ID, false),
            (EXTENDED_KEY_USAGE, false)
        ]
    );
    let [key_id_extension, _, constraints, authority, purposes] = &found[..] else { panic!("{found:?}") };
    assert_eq!(subject_key_id(key_id_extension.1), key_id(leaf));
    let ParsedExtension::AuthorityKeyIdentifier(id) = authority.1.parsed_extension() else { panic!("{authority:?}") };
    assert_eq!(id.key_identifier.as_ref().unwrap().0, key_id(ca));
    assert!(id.authority_cert_issuer.is_none() && id.authority_cert_serial.is_none());
    // Bits 0 to 8; the first is digitalSignature.
    assert_eq!(leaf.key_usage().unwrap().unwrap().value.flags, 1);
    assert_eq!(constraints.1.value, [0x30, 0], "CA:FALSE is the default, and a default is left out");
    // A sequence with id-kp-clientAuth and nothing else.
    assert_eq!(purposes.1.value, [0x30, 10, 6, 8, 0x2B, 6, 1, 5, 5, 7, 3, 2]);
}

fn subject_key_id<'a>(extension: &'a X509Extension<'a>) -> &'a [u8] {
    let ParsedExtension::SubjectKeyIdentifier(id) = extension.parsed_extension() else { panic!("{extension:?}") };
    id.0
}

fn assert_authority(ca: &X509Certificate<'_>) {
    assert_well_made(ca);
    assert_eq!(ca.issuer().as_raw(), ca.subject().as_raw());
    let found = extensions(ca);
    let names: Vec<_> = found.iter().map(|(oid, extension)| (oid.as_str(), extension.critical)).collect();
    assert_eq!(names, [(SUBJECT_KEY_ID, false), (KEY_USAGE, true), (BASIC_CONSTRAINTS, true)]);
    assert_eq!(subject_key_id(found[0].1), key_id(ca));
    assert_eq!(ca.key_usage().unwrap().unwrap().value.flags, 1 << 5 | 1 << 6, "keyCertSign and cRLSign");
    let constraints = ca.basic_constraints().unwrap().unwrap().value;
    assert_eq!((constraints.ca, constraints.path_len_constraint), (true, Some(0)));
}

#[tokio::test]
async fn a_client_gets_the_profile_and_nothing_of_what_its_request_asked_for() {
    let made = unix_now();
    let server = Server::start(&["--certificate-ttl", "30d"]);
    let application = server.register("greedy").await;
    let openssl = OpenSsl::new();
    openssl.write("greedy.cnf", GREEDY);
    let ca_pem = std::fs::read_to_string(server.ready("caFile")).unwrap();
    openssl.write("ca.pem", &ca_pem);
    let ca_der = der(&ca_pem);
    let (_, ca) = X509Certificate::from_der(&ca_der).unwrap();
    assert_authority(&ca);
    let began = ca.validity().not_before.timestamp() + 60;
    assert!((made - 1..=unix_now()).contains(&began), "made at {made}, valid from {began} less a minute");
    let years = (ca.validity().not_after.timestamp() - began) / (365 * 24 * 60 * 60);
    assert_eq!(years, 10);

    let mut serials = vec![ca.raw_serial().to_vec()];
    for (kind, wishes) in [
        (RSA_2048, " -config greedy.cnf"),
        (EC_P256, " -config greedy.cnf"),
        (EC_P384, " -config greedy.cnf -sha384"),
        (RSA_2048, " -sha512"),
        // The names twice over, in another order, with a few that nobody asked for.
        (EC_P256, ""),
    ] {
        let (token, subject) = server.connector(&server.token(&application).await).token_and_subject().await;
        openssl.key("client", kind);
        let mut asked = subject.clone();
        if wishes.is_empty() {
            let mut parts: Vec<_> = subject.split(',').rev().collect();
            parts.extend(["emailAddress=a@b.example", "DC=example", "serialNumber=7"]);
            asked = parts.join(",");
        }
        let request = openssl.request("client", &asked, wishes);
        if wishes.contains("greedy") {
            let text = openssl.run("req -in request.pem -noout -text");
            assert!(text.contains("CA:TRUE") && text.contains("director.example"), "it does ask: {text}");
        }
        let before = unix_now();
        let reply = server.connector(&token).sign(&request.field()).await;
        let pairing = Pairing::from_reply(&server, &application, &subject, openssl.text("client.key"), &reply);
        openssl.keep("client", &pairing);

        let leaf_der = der(&pairing.chain_pem);
        let (_, leaf) = X509Certificate::from_der(&leaf_der).unwrap();
        assert_client(&leaf, &ca, &pairing, Duration::from_secs(30 * 24 * 60 * 60));
        let from = leaf.validity().not_before.timestamp() + 60;
        assert!((before..=unix_now()).contains(&from), "asked at {before}, valid from {from} less a minute");
        assert!(!serials.contains(&leaf.raw_serial().to_vec()), "a serial of its own");
        serials.push(leaf.raw_serial().to_vec());
        // The request's key, and nothing else of it.
        let key = openssl.run("pkey -in client.key -pubout");
        assert_eq!(openssl.run("x509 -in client.pem -noout -pubkey"), key);

        openssl.run("verify -x509_strict -purpose sslclient -CAfile ca.pem client.pem");
        for purpose in ["sslserver", "crlsign", "timestampsign"] {
            let words = format!("verify -x509_strict -purpose {purpose} -CAfile ca.pem client.pem");
            assert!(!openssl.output(&words).status.success(), "{kind}: is no {purpose}");
        }
        // Leaf, then the very CA that the ready line names.
        assert_eq!(pairing.chain_pem.strip_prefix(pairing.leaf_pem()), Some(ca_pem.as_str()));
        assert_eq!(pairing.director(&server).viewer().await.status, 200, "it works");
    }
}

#[tokio::test]
async fn a_certificate_ends_before_its_authority() {
    // Ten years are what the authority has, from a moment before this.
    let server = Server::start(&["--certificate-ttl", "3650d"]);
    let pairing = server.pair(&server.register("long").await).await;
    let (ca, leaf) = (der(&std::fs::read_to_string(server.ready("caFile")).unwrap()), der(&pairing.chain_pem));
    let end = |der: &[u8]| X509Certificate::from_der(der).unwrap().1.validity().not_after.timestamp();
    assert_eq!(end(&leaf), end(&ca));
}

/// The server's own certificate, as a client that knows the CA sees it.
#[test]
fn the_server_shows_a_certificate_for_its_names_and_for_serving_only() {
    let server = Server::start(&["--public-host", "director.example"]);
    let openssl = OpenSsl::new();
    openssl.write("ca.pem", std::fs::read(server.ready("caFile")).unwrap());
    for port in [server.ports().token, server.ports().certificate] {
        let shown = openssl.tool("s_client -showcerts -connect").argument(&format!("localhost:{port}")).output("");
        let text = String::from_utf8_lossy(&shown.stdout).into_owned();
        openssl.write("server.pem", &text);
        openssl.run("verify -x509_strict -purpose sslserver -CAfile ca.pem server.pem");
        assert!(!openssl.output("verify -x509_strict -purpose sslclient -CAfile ca.pem server.pem").status.success());
        let der = der(&text);
        let (_, certificate) = X509Certificate::from_der(&der).unwrap();
        assert_well_made(&certificate);
        let names = certificate.subject_alternative_name().unwrap().unwrap();
        let names: Vec<_> = names.value.general_names.iter().collect();
        let has = |name: &GeneralName<'_>| names.contains(&name);
        assert!(has(&GeneralName::DNSName("localhost")) && has(&GeneralName::DNSName("director.example")), "{names:?}");
        assert!(has(&GeneralName::IPAddress(&[127, 0, 0, 1])), "{names:?}");
        let purposes = certificate.extended_key_usage().unwrap().unwrap().value;
        assert!(purposes.server_auth && !purposes.client_auth && !purposes.any);
    }
}
