//! Requests made by `openssl`: what passes, and what each refusal says.

use std::{fs, time::Instant};

use base64::prelude::{BASE64_STANDARD, Engine as _};
use pairing::{
    Subject,
    csr::{self, Attribute, AttributeFault, CheckedCsr, CsrRefusal, KeyDescription, KeyRefusal, SignatureRefusal},
};

use crate::openssl::{OpenSsl, field};

const CN: &str = "0b6a7c1e-6f0e-4a53-9d53-3d8f3f0f3c11";
const SUBJECT: &str = "/O=Org/OU=OrgUnit/L=locality/ST=province/C=DE/CN=0b6a7c1e-6f0e-4a53-9d53-3d8f3f0f3c11";
const SIGNING: &str = "Error while signing Certificate Signing Request: ";

const P256: &str = "-algorithm EC -pkeyopt ec_paramgen_curve:P-256";

fn check(pem: &[u8]) -> Result<CheckedCsr, CsrRefusal> {
    csr::check(&field(pem), &Subject::default(), CN)
}

fn der_of(pem: &[u8]) -> Vec<u8> {
    pem::parse(pem).unwrap().into_contents()
}

#[test]
fn keys_and_hashes_of_real_clients_pass() {
    let openssl = OpenSsl::new();
    openssl.key("rsa2048", "-algorithm RSA -pkeyopt rsa_keygen_bits:2048");
    openssl.key("rsa3072", "-algorithm RSA -pkeyopt rsa_keygen_bits:3072");
    openssl.key("rsa4096", "-algorithm RSA -pkeyopt rsa_keygen_bits:4096");
    openssl.key("p256", P256);
    openssl.key("p384", "-algorithm EC -pkeyopt ec_paramgen_curve:P-384");
    let pss = "-sigopt rsa_padding_mode:pss";
    for (key, options, name) in [
        ("rsa2048", String::new(), "RSA 2048"),
        ("rsa2048", "-sha1".into(), "RSA 2048"),
        ("rsa2048", "-sha384".into(), "RSA 2048"),
        ("rsa2048", "-sha512".into(), "RSA 2048"),
        ("rsa2048", format!("-sha256 {pss}"), "RSA 2048"),
        ("rsa2048", format!("-sha384 {pss} -sigopt rsa_pss_saltlen:digest"), "RSA 2048"),
        ("rsa3072", format!("-sha512 {pss} -sigopt rsa_pss_saltlen:max"), "RSA 3072"),
        ("rsa4096", "-sha256".into(), "RSA 4096"),
        ("p256", String::new(), "EC P-256"),
        ("p256", "-sha1".into(), "EC P-256"),
        ("p256", "-sha384".into(), "EC P-256"),
        ("p256", "-sha512".into(), "EC P-256"),
        ("p384", "-sha256".into(), "EC P-384"),
        ("p384", "-sha384".into(), "EC P-384"),
        ("p384", "-sha512".into(), "EC P-384"),
    ] {
        let pem = openssl.request(key, SUBJECT, &options);
        let checked = check(&pem).unwrap_or_else(|refusal| panic!("{key} {options}: {}", refusal.wire_message()));
        assert_eq!(checked.key.to_string(), name, "{options}");
        openssl.run(&format!("pkey -in {key}.key -pubout -outform DER -out public.der"));
        assert_eq!(checked.spki_der, openssl.read("public.der"));
        openssl.run("req -in out.csr -outform DER -out out.der");
        openssl.run("dgst -sha256 -binary -out sum out.der");
        assert_eq!(checked.sha256.as_slice(), openssl.read("sum"));
    }
}

#[test]
fn the_same_request_is_the_same_however_it_is_encoded() {
    let openssl = OpenSsl::new();
    openssl.key("k", P256);
    let pem = openssl.request("k", SUBJECT, "");
    let wrapped: String =
        field(&pem).as_bytes().chunks(64).map(|line| String::from_utf8_lossy(line) + "\r\n").collect();
    let with_text = openssl.request("k", SUBJECT, "-text");
    assert!(with_text.starts_with(b"Certificate Request"));
    let once = check(&pem).unwrap();
    assert_eq!(csr::check(&wrapped, &Subject::default(), CN).unwrap(), once);
    assert_eq!(csr::check(&BASE64_STANDARD.encode(der_of(&pem)), &Subject::default(), CN).unwrap(), once);
    assert_eq!(check(&with_text).unwrap().spki_der, once.spki_der);
    // ECDSA signatures differ each time.
    assert_ne!(check(&with_text).unwrap().sha256, once.sha256);
}

#[test]
fn order_string_types_foreign_attributes_and_requested_extensions_do_not_matter() {
    let openssl = OpenSsl::new();
    openssl.key("k", P256);
    fs::write(
        openssl.path("ca.cnf"),
        "[req]\ndistinguished_name=dn\nreq_extensions=v3\nattributes=attrs\n[dn]\n[attrs]\nunstructuredName=x\nunstructuredName_default=y\n\
         [v3]\nbasicConstraints=critical,CA:TRUE\nsubjectAltName=DNS:evil.example,email:a@b.example\nkeyUsage=keyCertSign\n1.2.3.4=ASN1:UTF8:odd\n",
    )
    .unwrap();
    let reversed =
        format!("/emailAddress=a@b.example/CN={CN}/C=DE/ST=province/serialNumber=7/L=locality/OU=OrgUnit/O=Org");
    for (subject, options) in [(SUBJECT, "-utf8"), (&reversed, ""), (SUBJECT, "-config ca.cnf")] {
        assert_eq!(
            check(&openssl.request("k", subject, options)).map(|checked| checked.key),
            Ok(KeyDescription::EcP256)
        );
    }

    let ours = Subject { organization: "Ärzte_AG".into(), ..Subject::default() };
    for mask in ["utf8only", "MASK:0x2000", "MASK:0x0800", "MASK:0x0004", "default"] {
        fs::write(
            openssl.path("mask.cnf"),
            format!("[req]\nstring_mask={mask}\nutf8=yes\nprompt=no\ndistinguished_name=dn\n[dn]\nO=Ärzte_AG\nOU=OrgUnit\nL=locality\nST=province\nC=DE\nCN={CN}\n"),
        )
        .unwrap();
        openssl.run("req -new -config mask.cnf -key k.key -out out.csr");
        let checked = csr::check(&field(&openssl.read("out.csr")), &ours, CN);
        assert!(checked.is_ok(), "{mask}: {checked:?}");
    }
}

/// Re-signs a request whose bytes were changed, as a client with an odd ASN.1 library would have made it.
fn resigned(openssl: &OpenSsl, key: &str, der: &[u8], change: impl Fn(&mut Vec<u8>)) -> Vec<u8> {
    let total = |bytes: &[u8]| 4 + (usize::from(bytes[2]) << 8 | usize::from(bytes[3]));
    assert_eq!((der[0], der[1], der[4], der[5]), (0x30, 0x82, 0x30, 0x82));
    let mut info = der[4..4 + total(&der[4..])].to_vec();
    change(&mut info);
    fs::write(openssl.path("info"), &info).unwrap();
    openssl.run(&format!("dgst -sha256 -sign {key}.key -out signature info"));
    let signature = openssl.read("signature");
    let length = |length: usize| u16::try_from(length).unwrap().to_be_bytes();
    // sha256WithRSAEncryption
    info.extend([0x30, 13, 6, 9, 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 1, 1, 11, 5, 0]);
    info.extend([[3, 0x82], length(signature.len() + 1)].concat());
    info.push(0);
    info.extend(signature);
    [[0x30, 0x82].to_vec(), length(info.len()).to_vec(), info].concat()
}

fn replace(bytes: &mut [u8], from: &[u8], to: &[u8]) {
    assert_eq!(from.len(), to.len());
    let at = bytes.windows(from.len()).position(|window| window == from).unwrap();
    bytes[at..at + to.len()].copy_from_slice(to);
}

#[test]
fn characters_that_a_printable_string_must_not_hold_are_read_all_the_same() {
    let openssl = OpenSsl::new();
    openssl.key("k", "-algorithm RSA -pkeyopt rsa_keygen_bits:2048");
    let der = der_of(&openssl.request("k", SUBJECT, ""));
    let ours = Subject { organization: "O_g".into(), ..Subject::default() };
    for tag in [0x13, 0x16, 0x14, 0x1A] {
        let changed =
            resigned(&openssl, "k", &der, |info| replace(info, b"\x0C\x03Org", &[&[tag, 3], &b"O_g"[..]].concat()));
        assert!(csr::check(&BASE64_STANDARD.encode(changed), &ours, CN).is_ok(), "tag {tag:#x}");
    }
    let octets = resigned(&openssl, "k", &der, |info| replace(info, b"\x0C\x03Org", b"\x04\x03Org"));
    let refusal = csr::check(&BASE64_STANDARD.encode(octets), &Subject::default(), CN).unwrap_err();
    assert_eq!(
        refusal.wire_message(),
        format!("{SIGNING}CSR: Invalid organization provided. O is not readable text, expected \"Org\".")
    );
}

#[test]
fn every_wrong_attribute_is_named_with_both_values() {
    let openssl = OpenSsl::new();
    openssl.key("k", P256);
    let expected_cn = format!("expected \"{CN}\".");
    for (from, to, message) in [
        ("/CN=", "/CN=x", format!("CSR: Invalid common name provided. CN is \"x{CN}\", {expected_cn}")),
        (&format!("/CN={CN}"), "", format!("CSR: Invalid common name provided. CN is missing, {expected_cn}")),
        ("/C=DE", "/C=PL", "CSR: Invalid country provided. C is \"PL\", expected \"DE\".".into()),
        ("/C=DE", "", "CSR: No country provided. C is missing, expected \"DE\".".into()),
        ("/O=Org", "/O=TestOrg", "CSR: Invalid organization provided. O is \"TestOrg\", expected \"Org\".".into()),
        ("/O=Org", "", "CSR: No organization provided. O is missing, expected \"Org\".".into()),
        (
            "/O=Org",
            "/O=Org/O=Other",
            "CSR: Invalid organization provided. O is given 2 times, expected \"Org\" once.".into(),
        ),
        (
            "/OU=OrgUnit",
            "/OU=orgunit",
            "CSR: Invalid organizational unit provided. OU is \"orgunit\", expected \"OrgUnit\".".into(),
        ),
        ("/OU=OrgUnit", "", "CSR: No organizational unit provided. OU is missing, expected \"OrgUnit\".".into()),
        (
            "/L=locality",
            "/L=locality ",
            "CSR: Invalid locality provided. L is \"locality \", expected \"locality\".".into(),
        ),
        ("/L=locality", "", "CSR: No locality provided. L is missing, expected \"locality\".".into()),
        (
            "/ST=province",
            "/ST=a\tb\u{202E}\"",
            "CSR: Invalid province provided. ST is \"a\\tb\\u{202e}\\\"\", expected \"province\".".into(),
        ),
        ("/ST=province", "", "CSR: No province provided. ST is missing, expected \"province\".".into()),
        // The first in Compass' order counts.
        ("/O=Org/OU=OrgUnit", "/O=a/OU=b", "CSR: Invalid organization provided. O is \"a\", expected \"Org\".".into()),
        (
            "/C=DE/",
            "/CN=other/",
            format!(
                "CSR: Invalid common name provided. CN is given 2 times, {} once.",
                expected_cn.trim_end_matches('.')
            ),
        ),
    ] {
        let subject = SUBJECT.replace(from, to);
        let refusal = check(&openssl.request("k", &subject, "-utf8")).unwrap_err();
        assert_eq!(refusal.wire_message(), format!("{SIGNING}{message}"));
    }
}

#[test]
fn of_a_path_of_units_the_first_counts() {
    let openssl = OpenSsl::new();
    openssl.key("k", P256);
    let with = |units: &str| check(&openssl.request("k", &SUBJECT.replace("/OU=OrgUnit", units), "-utf8"));
    assert!(with("/OU=OrgUnit/OU=Region/OU=canary").is_ok());
    let refusal = with("/OU=Region/OU=OrgUnit").unwrap_err();
    assert!(refusal.wire_message().contains("CSR: Invalid organizational unit provided. OU is given 2 times"));
}

#[test]
fn the_connector_service_says_its_own_text_and_nothing_more() {
    let openssl = OpenSsl::new();
    openssl.key("k", P256);
    let said = |field: &str| csr::check(field, &Subject::default(), CN).unwrap_err().connector_service_message();
    let request = |from: &str, to: &str| {
        let pem = openssl.request("k", &SUBJECT.replace(from, to), "-utf8");
        said(&BASE64_STANDARD.encode(pem))
    };
    assert_eq!(said("!"), "There was an error while parsing the base64 content. An incorrect value was provided.");
    assert_eq!(said(&BASE64_STANDARD.encode("no request")), "Error while decoding pem block.");
    assert_eq!(request("/CN=", "/CN=x"), "CSR: Invalid common name provided.");
    assert_eq!(request(&format!("/CN={CN}"), ""), "CSR: Invalid common name provided.");
    assert_eq!(request("/C=DE", ""), "CSR: No country provided.");
    assert_eq!(request("/ST=province", "/ST=other"), "CSR: Invalid province provided.");
}

#[test]
fn a_long_value_is_shortened_in_the_message() {
    let openssl = OpenSsl::new();
    openssl.key("k", "-algorithm RSA -pkeyopt rsa_keygen_bits:2048");
    let der = der_of(&openssl.request("k", SUBJECT, ""));
    // The value swallows the attributes behind it, so that it is longer than openssl would allow.
    let value = "x".repeat(200);
    let changed = resigned(&openssl, "k", &der, |info| {
        let attribute = |last: u8, tag: u8, value: &str| {
            let length = |more: usize| u8::try_from(value.len() + more).unwrap();
            // Lengths above 127 take a second byte.
            [
                &[0x31, 0x81, length(11), 0x30, 0x81, length(8), 6, 3, 0x55, 4, last, tag, 0x81, length(0)],
                value.as_bytes(),
            ]
            .concat()
        };
        let subject = attribute(3, 0x0C, &value);
        // version, then the subject with its length in one byte after 0x81
        assert_eq!((info[7], info[8]), (0x30, 0x81));
        let end = 10 + usize::from(info[9]);
        info.splice(7..end, [&[0x30, 0x81, u8::try_from(subject.len()).unwrap()], &subject[..]].concat());
        let length = u16::try_from(info.len() - 4).unwrap().to_be_bytes();
        info[2..4].copy_from_slice(&length);
    });
    let refusal = csr::check(&BASE64_STANDARD.encode(changed), &Subject::default(), CN).unwrap_err();
    assert_eq!(
        refusal.wire_message(),
        format!("{SIGNING}CSR: Invalid common name provided. CN is \"{}\"…, expected \"{CN}\".", "x".repeat(64))
    );
    let CsrRefusal::Attribute(Attribute::CommonName, AttributeFault::Different { value: kept, .. }) = refusal else {
        panic!("{refusal:?}")
    };
    assert_eq!(kept, value);
}

#[test]
fn several_attributes_in_one_part_are_refused() {
    let openssl = OpenSsl::new();
    openssl.key("k", P256);
    let refusal = check(&openssl.request("k", &SUBJECT.replace("/C=", "+C="), "-multivalue-rdn")).unwrap_err();
    // DER sorts a set by its bytes.
    assert_eq!(
        refusal.wire_message(),
        format!(
            "{SIGNING}Error while parsing CSR: The subject has several attributes in one part (C+ST); give each attribute a part of its own."
        )
    );
}

#[test]
fn keys_outside_the_policy_are_refused_by_their_own_sentence() {
    let openssl = OpenSsl::new();
    for (name, options, refusal, sentence) in [
        (
            "rsa1024",
            "-algorithm RSA -pkeyopt rsa_keygen_bits:1024",
            KeyRefusal::RsaBits(1024),
            "The RSA key has 1024 bits, expected 2048 to 4096.",
        ),
        ("rsa2047", "-algorithm RSA -pkeyopt rsa_keygen_bits:2047", KeyRefusal::RsaBits(2047), "2047 bits"),
        ("rsa4224", "-algorithm RSA -pkeyopt rsa_keygen_bits:4224", KeyRefusal::RsaBits(4224), "4224 bits"),
        (
            "e3",
            "-algorithm RSA -pkeyopt rsa_keygen_bits:2048 -pkeyopt rsa_keygen_pubexp:3",
            KeyRefusal::Exponent(3),
            "The RSA exponent is 3, expected",
        ),
        (
            "big-e",
            "-algorithm RSA -pkeyopt rsa_keygen_bits:2048 -pkeyopt rsa_keygen_pubexp:17179869185",
            KeyRefusal::LargeExponent(35),
            "35 bits",
        ),
        ("p521", "-algorithm EC -pkeyopt ec_paramgen_curve:P-521", KeyRefusal::Curve("P-521".into()), "on curve P-521"),
        ("p224", "-algorithm EC -pkeyopt ec_paramgen_curve:P-224", KeyRefusal::Curve("P-224".into()), "on curve P-224"),
        (
            "k1",
            "-algorithm EC -pkeyopt ec_paramgen_curve:secp256k1",
            KeyRefusal::Curve("secp256k1".into()),
            "on curve secp256k1",
        ),
        (
            "explicit",
            "-algorithm EC -pkeyopt ec_paramgen_curve:P-256 -pkeyopt ec_param_enc:explicit",
            KeyRefusal::ExplicitCurve,
            "spells out its curve",
        ),
        (
            "ed25519",
            "-algorithm ED25519",
            KeyRefusal::Type("Ed25519".into()),
            "The key is of type Ed25519, expected RSA",
        ),
        ("ed448", "-algorithm ED448", KeyRefusal::Type("Ed448".into()), "Ed448"),
        (
            "pss",
            "-algorithm RSA-PSS -pkeyopt rsa_keygen_bits:2048",
            KeyRefusal::Type("RSA for PSS only".into()),
            "RSA for PSS only",
        ),
    ] {
        openssl.key(name, options);
        let found = check(&openssl.request(name, SUBJECT, "")).unwrap_err();
        assert_eq!(found, CsrRefusal::Key(refusal), "{name}");
        let message = found.wire_message();
        assert!(message.starts_with(&format!("{SIGNING}CSR: Invalid key provided. ")), "{message}");
        assert!(message.contains(sentence), "{message}");
    }
    openssl.run("genpkey -genparam -algorithm DSA -pkeyopt dsa_paramgen_bits:1024 -out dsa.par");
    openssl.run("genpkey -paramfile dsa.par -out dsa.key");
    assert_eq!(check(&openssl.request("dsa", SUBJECT, "")), Err(CsrRefusal::Key(KeyRefusal::Type("DSA".into()))));
    openssl.key("k", P256);
    openssl.run("ec -in k.key -conv_form compressed -out compressed.key");
    let compressed = openssl.request("compressed", SUBJECT, "");
    assert_eq!(check(&compressed), Err(CsrRefusal::Key(KeyRefusal::PointForm)));
}

#[test]
fn a_huge_key_costs_nothing() {
    let openssl = OpenSsl::new();
    openssl.key("k", "-algorithm RSA -pkeyopt rsa_keygen_bits:2048");
    let der = der_of(&openssl.request("k", SUBJECT, ""));
    // 60,000 bits: the modulus is put into the place of the real one; nobody could sign with it.
    let at = der.windows(4).position(|window| window == [0x30, 0x82, 1, 0x0A]).unwrap();
    let element = |tag: u8, content: &[u8]| {
        let length = u16::try_from(content.len()).unwrap().to_be_bytes();
        [&[tag, 0x82, length[0], length[1]], content].concat()
    };
    let key = element(0x30, &[element(2, &[0x7F; 7500]), vec![2, 3, 1, 0, 1]].concat());
    let spki = element(0x30, &[&der[at - 20..at - 5], &element(3, &[&[0][..], &key].concat())[..]].concat());
    let info = element(0x30, &[&der[8..at - 24], &spki, &[0xA0, 0]].concat());
    let huge = element(
        0x30,
        &[&info[..], &[0x30, 13, 6, 9, 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 1, 1, 11, 5, 0, 3, 3, 0, 1, 1]].concat(),
    );
    let started = Instant::now();
    let refusal = csr::check(&BASE64_STANDARD.encode(huge), &Subject::default(), CN).unwrap_err();
    assert_eq!(refusal, CsrRefusal::Key(KeyRefusal::RsaBits(59_999)));
    assert!(started.elapsed().as_millis() < 100, "{:?}", started.elapsed());
}

#[test]
fn signatures_that_do_not_count_are_refused() {
    let openssl = OpenSsl::new();
    openssl.key("rsa", "-algorithm RSA -pkeyopt rsa_keygen_bits:2048");
    openssl.key("p384", "-algorithm EC -pkeyopt ec_paramgen_curve:P-384");
    let pss = "-sigopt rsa_padding_mode:pss";
    for (key, options, refusal) in [
        ("rsa", "-md5".to_owned(), SignatureRefusal::Broken("MD5")),
        ("rsa", "-sha224".into(), SignatureRefusal::Unsupported("SHA-224".into())),
        ("rsa", "-sha3-256".into(), SignatureRefusal::Unsupported("algorithm 2.16.840.1.101.3.4.3.14".into())),
        ("p384", "-sha1".into(), SignatureRefusal::Unsupported("ECDSA P-384 and SHA-1".into())),
        ("rsa", format!("-sha1 {pss}"), SignatureRefusal::Pss("SHA-1 as its hash")),
        ("rsa", format!("-sha224 {pss}"), SignatureRefusal::Pss("an unknown hash")),
        ("rsa", format!("-sha256 {pss} -sigopt rsa_pss_saltlen:7"), SignatureRefusal::Pss("a salt of unusual length")),
        (
            "rsa",
            format!("-sha256 {pss} -sigopt rsa_mgf1_md:sha512"),
            SignatureRefusal::Pss("a second hash for its mask"),
        ),
    ] {
        let found = check(&openssl.request(key, SUBJECT, &options)).unwrap_err();
        assert!(found.wire_message().starts_with(&format!("{SIGNING}CSR signature invalid: ")));
        assert_eq!(found, CsrRefusal::Signature(refusal), "{options}");
    }

    let good = der_of(&openssl.request("rsa", SUBJECT, ""));
    let wrong = |der: &[u8]| csr::check(&BASE64_STANDARD.encode(der), &Subject::default(), CN);
    let mut tampered = good.clone();
    replace(&mut tampered, b"Org", b"Ork");
    assert_eq!(wrong(&tampered), Err(CsrRefusal::Signature(SignatureRefusal::Wrong)));
    let mut flipped = good.clone();
    *flipped.last_mut().unwrap() ^= 1;
    assert_eq!(wrong(&flipped), Err(CsrRefusal::Signature(SignatureRefusal::Wrong)));
    let mut relabelled = good;
    // sha256WithRSAEncryption at the end becomes ecdsa-with-SHA256 with a NULL that does not belong there.
    let at = relabelled.len() - 261 - 15;
    relabelled.splice(at..at + 15, [0x30, 13, 6, 8, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 4, 3, 2, 4, 1, 0]);
    let other = SignatureRefusal::OtherKey { algorithm: "ECDSA", key: KeyDescription::Rsa { bits: 2048 } };
    assert_eq!(wrong(&relabelled), Err(CsrRefusal::Signature(other)));
}

#[test]
fn other_things_are_told_what_they_are() {
    let openssl = OpenSsl::new();
    openssl.key("k", P256);
    openssl.run("req -x509 -new -key k.key -subj /CN=x -out cert.pem");
    openssl.run("x509 -in cert.pem -outform DER -out cert.der");
    openssl.run("pkey -in k.key -outform DER -out k.der");
    openssl.run("ec -in k.key -outform DER -out sec1.der");
    let certificate =
        format!("{SIGNING}Error while parsing CSR: This is a certificate, not a certificate signing request.");
    for file in ["cert.pem", "cert.der"] {
        assert_eq!(check(&openssl.read(file)).unwrap_err().wire_message(), certificate);
    }
    for file in ["k.key", "k.der", "sec1.der"] {
        let refusal = check(&openssl.read(file)).unwrap_err();
        assert_eq!(refusal, CsrRefusal::PrivateKey, "{file}");
        assert!(refusal.wire_message().contains("must not be given to anyone"));
    }
    assert_eq!(
        check(b"garbage").unwrap_err().wire_message(),
        format!(
            "{SIGNING}Error while decoding pem block. The decoded value must be a PEM block (-----BEGIN CERTIFICATE REQUEST-----) or a request in DER."
        )
    );
    let too_long = csr::check(&"A".repeat(20_000), &Subject::default(), CN).unwrap_err();
    assert_eq!(
        too_long.wire_message(),
        "Error while decoding Certificate Signing Request: Error while parsing base64 content. Incorrect value provided. \
         The value has 20000 bytes; at most 16384 are read."
    );
}

#[test]
fn a_request_cut_off_anywhere_or_with_any_byte_changed_never_passes() {
    let openssl = OpenSsl::new();
    openssl.key("k", P256);
    let der = der_of(&openssl.request("k", SUBJECT, ""));
    let judged = |der: &[u8]| csr::check(&BASE64_STANDARD.encode(der), &Subject::default(), CN);
    assert!(judged(&der).is_ok());
    for length in 1..der.len() {
        assert!(judged(&der[..length]).is_err(), "cut off at {length}");
    }
    for at in 0..der.len() {
        for bit in [1, 0x80] {
            let mut changed = der.clone();
            changed[at] ^= bit;
            assert!(judged(&changed).is_err(), "byte {at}, bit {bit:#x}");
        }
    }
    let mut longer = der;
    longer.push(0);
    assert_eq!(judged(&longer), Err(CsrRefusal::Malformed));
}
