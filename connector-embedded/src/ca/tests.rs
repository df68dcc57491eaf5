//! The authority against `openssl`, which knows nothing of how we make certificates.

use std::{
    fs,
    os::unix::fs::PermissionsExt as _,
    path::Path,
    process::Command,
    time::{Duration, Instant},
};

use base64::prelude::{BASE64_STANDARD, Engine as _};
use pairing::{
    Moment, Subject,
    csr::{self, CheckedCsr},
};

use super::{Authority, IssuedCertificate};
use crate::{CaKeyKind, StartError};

const CN: &str = "0b6a7c1e-6f0e-4a53-9d53-3d8f3f0f3c11";
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

fn now() -> Moment {
    // openssl verifies against the real clock.
    let since = std::time::UNIX_EPOCH.elapsed().unwrap();
    Moment::from_unix_millis(i64::try_from(since.as_millis()).unwrap())
}

/// Runs `openssl` in a directory, arguments separated by blanks, and returns what it prints.
fn openssl(dir: &Path, arguments: &str) -> String {
    let output = Command::new("openssl").args(arguments.split(' ')).current_dir(dir).output().unwrap();
    let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{arguments}: {out}{err}");
    out.into_owned()
}

/// A request made with `openssl`, for the default subject.
fn request(dir: &Path, key: &str, options: &str) -> CheckedCsr {
    openssl(dir, &format!("genpkey {key} -out client.key"));
    let subject = format!("/CN={CN}/C=DE/ST=province/L=locality/OU=OrgUnit/O=Org");
    openssl(dir, &format!("req -new -key client.key -subj {subject} -out client.csr{options}"));
    let field = BASE64_STANDARD.encode(fs::read(dir.join("client.csr")).unwrap());
    csr::check(&field, &Subject::default(), CN).unwrap()
}

const P256: &str = "-algorithm EC -pkeyopt ec_paramgen_curve:P-256";

fn issue(authority: &Authority, dir: &Path, csr: &CheckedCsr) -> IssuedCertificate {
    let issued = authority.issue_client(csr, &Subject::default(), CN, now(), 90 * DAY).unwrap();
    fs::write(dir.join("client.pem"), &issued.pem).unwrap();
    issued
}

fn open(dir: &Path) -> Result<Authority, StartError> {
    Authority::open_or_create(dir, CaKeyKind::EcP256, now())
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

/// The part of `openssl x509 -text` under a heading: the line behind it, without blanks at its ends.
fn under<'a>(text: &'a str, heading: &str) -> &'a str {
    let mut lines = text.lines().skip_while(|line| !line.contains(heading));
    lines.next().unwrap_or_else(|| panic!("no {heading} in {text}"));
    lines.next().unwrap().trim()
}

fn extensions(text: &str) -> Vec<&str> {
    text.lines().filter_map(|line| line.trim().strip_prefix("X509v3 ")).filter(|line| *line != "extensions:").collect()
}

#[test]
fn openssl_accepts_a_client_certificate_and_finds_exactly_the_profile() {
    let dir = tempfile::tempdir().unwrap();
    let dir = dir.path();
    let authority = open(dir).unwrap();
    for key in [P256, "-algorithm EC -pkeyopt ec_paramgen_curve:P-384", "-algorithm RSA -pkeyopt rsa_keygen_bits:2048"]
    {
        let csr = request(dir, key, "");
        let issued = issue(&authority, dir, &csr);
        openssl(dir, "verify -x509_strict -purpose sslclient -CAfile ca.pem client.pem");
        let text = openssl(dir, "x509 -in client.pem -noout -text -nameopt oneline");
        assert!(text.contains("Version: 3 (0x2)"));
        assert!(text.contains("Signature Algorithm: ecdsa-with-SHA256"));
        assert!(
            text.contains(&format!("Subject: C = DE, O = Org, OU = OrgUnit, L = locality, ST = province, CN = {CN}"))
        );
        assert_eq!(
            extensions(&text),
            [
                "Authority Key Identifier: ",
                "Key Usage: critical",
                "Extended Key Usage: ",
                "Subject Key Identifier: ",
                "Basic Constraints: critical"
            ]
            .map(str::trim_end)
        );
        assert_eq!(under(&text, "Key Usage: critical"), "Digital Signature");
        assert_eq!(under(&text, "Extended Key Usage"), "TLS Web Client Authentication");
        assert_eq!(under(&text, "Basic Constraints"), "CA:FALSE");
        let ca_text = openssl(dir, "x509 -in ca.pem -noout -text");
        assert_eq!(under(&text, "Authority Key Identifier"), under(&ca_text, "Subject Key Identifier"));

        // The key is the request's, and what we report is what is in the certificate.
        assert_eq!(openssl(dir, "x509 -in client.pem -noout -pubkey"), openssl(dir, "pkey -in client.key -pubout"));
        let hex = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02X}")).collect::<String>();
        assert_eq!(
            openssl(dir, "x509 -in client.pem -noout -serial").trim(),
            format!("serial={}", hex(&issued.serial))
        );
        let fingerprint = openssl(dir, "x509 -in client.pem -noout -fingerprint -sha256").replace(':', "");
        assert!(fingerprint.trim().ends_with(&hex(&issued.fingerprint)), "{fingerprint}");
        let dates = openssl(dir, "x509 -in client.pem -noout -dates -dateopt iso_8601");
        let written = |at: Moment| at.rfc3339().replace('T', " ");
        assert!(dates.contains(&format!("notBefore={}", written(issued.not_before))), "{dates}");
        assert!(dates.contains(&format!("notAfter={}", written(issued.not_after))), "{dates}");
        assert_eq!(issued.not_before.plus_seconds(60 + 90 * 24 * 60 * 60), issued.not_after);
    }
    // C is a PrintableString, everything else UTF-8.
    let asn1 = openssl(dir, "asn1parse -in client.pem");
    assert!(asn1.contains("PRINTABLESTRING   :DE"), "{asn1}");
    assert!(asn1.contains("UTF8STRING        :Org"), "{asn1}");
}

#[test]
fn a_request_for_more_gets_the_same_plain_certificate() {
    let dir = tempfile::tempdir().unwrap();
    let dir = dir.path();
    let authority = open(dir).unwrap();
    fs::write(
        dir.join("greedy.cnf"),
        "[req]\ndistinguished_name=dn\nreq_extensions=v3\n[dn]\n[v3]\nbasicConstraints=critical,CA:TRUE\n\
         subjectAltName=DNS:director.example\nkeyUsage=keyCertSign\nextendedKeyUsage=serverAuth\n",
    )
    .unwrap();
    let csr = request(dir, P256, " -config greedy.cnf");
    issue(&authority, dir, &csr);
    let text = openssl(dir, "x509 -in client.pem -noout -text");
    assert!(text.contains("CA:FALSE") && !text.contains("CA:TRUE"), "{text}");
    assert!(
        !text.contains("director.example") && !text.contains("Certificate Sign") && !text.contains("Server"),
        "{text}"
    );
    assert_eq!(extensions(&text).len(), 5);
}

#[test]
fn the_same_key_twice_has_two_serials() {
    let dir = tempfile::tempdir().unwrap();
    let authority = open(dir.path()).unwrap();
    let csr = request(dir.path(), P256, "");
    let (first, second) = (issue(&authority, dir.path(), &csr), issue(&authority, dir.path(), &csr));
    assert_ne!(first.serial, second.serial);
    assert_ne!(first.fingerprint, second.fingerprint);
}

#[test]
fn the_authority_is_made_once_and_kept() {
    let dir = tempfile::tempdir().unwrap();
    let dir = dir.path();
    let authority = open(dir).unwrap();
    let pem = fs::read_to_string(dir.join("ca.pem")).unwrap();
    assert_eq!(authority.certificate_pem(), pem);
    assert_eq!(mode(&dir.join("ca.pem")), 0o644);
    assert_eq!(mode(&dir.join("ca-key.pem")), 0o600);
    assert_eq!(fs::read_dir(dir).unwrap().count(), 2, "nothing else is left behind");
    assert!(fs::read_to_string(dir.join("ca-key.pem")).unwrap().starts_with("-----BEGIN PRIVATE KEY-----"));
    assert_eq!(openssl(dir, "pkey -in ca-key.pem -pubout"), openssl(dir, "x509 -in ca.pem -noout -pubkey"));
    openssl(dir, "verify -x509_strict -CAfile ca.pem ca.pem");
    let text = openssl(dir, "x509 -in ca.pem -noout -text");
    assert_eq!(under(&text, "Basic Constraints: critical"), "CA:TRUE, pathlen:0");
    assert_eq!(under(&text, "Key Usage: critical"), "Certificate Sign, CRL Sign");
    assert_eq!(extensions(&text).len(), 3, "{text}");
    assert!(text.contains("Subject: CN = Pairing Cockpit Connector CA "), "{text}");
    assert!(!format!("{authority:?}").contains("key"));

    let again = Authority::open_or_create(dir, CaKeyKind::Rsa4096, now().plus_seconds(5)).unwrap();
    assert_eq!(again.certificate_der(), authority.certificate_der());
    assert_eq!(again.not_after(), authority.not_after());
    let csr = request(dir, P256, "");
    issue(&again, dir, &csr);
    openssl(dir, "verify -x509_strict -CAfile ca.pem client.pem");
}

#[test]
fn an_rsa_authority_signs_with_sha256() {
    let dir = tempfile::tempdir().unwrap();
    let dir = dir.path();
    Authority::open_or_create(dir, CaKeyKind::Rsa4096, now()).unwrap();
    let authority = open(dir).unwrap();
    assert!(openssl(dir, "x509 -in ca.pem -noout -text").contains("Public-Key: (4096 bit)"));
    let csr = request(dir, P256, "");
    issue(&authority, dir, &csr);
    openssl(dir, "verify -x509_strict -CAfile ca.pem client.pem");
    assert!(openssl(dir, "x509 -in client.pem -noout -text").contains("Signature Algorithm: sha256WithRSAEncryption"));
    assert!(fs::read_to_string(dir.join("ca-key.pem")).unwrap().starts_with("-----BEGIN PRIVATE KEY-----"));
}

#[test]
fn a_crash_between_key_and_certificate_is_repaired_with_the_same_key_and_name() {
    let dir = tempfile::tempdir().unwrap();
    let dir = dir.path();
    let csr = request(dir, P256, "");
    issue(&open(dir).unwrap(), dir, &csr);
    let key = fs::read(dir.join("ca-key.pem")).unwrap();
    fs::remove_file(dir.join("ca.pem")).unwrap();
    // A temporary file that the crash left behind does not matter.
    fs::write(dir.join("ca.pem.1.new"), "half").unwrap();
    open(dir).unwrap();
    assert_eq!(fs::read(dir.join("ca-key.pem")).unwrap(), key);
    openssl(dir, "verify -x509_strict -CAfile ca.pem client.pem");
}

/// Opening fails with this text and changes no file.
fn refused(dir: &Path) -> String {
    let snapshot = || ["ca.pem", "ca-key.pem"].map(|name| fs::read(dir.join(name)).ok());
    let before = snapshot();
    let error = open(dir).unwrap_err();
    assert!(matches!(error, StartError::Authority { .. }), "{error:?}");
    assert_eq!(snapshot(), before);
    error.to_string()
}

#[test]
fn whatever_is_wrong_with_the_files_they_are_left_alone() {
    let dir = tempfile::tempdir().unwrap();
    let dir = dir.path();
    open(dir).unwrap();
    let (certificate, key) = (dir.join("ca.pem"), dir.join("ca-key.pem"));
    let good = [fs::read(&certificate).unwrap(), fs::read(&key).unwrap()];
    let restore = || {
        fs::write(&certificate, &good[0]).unwrap();
        fs::write(&key, &good[1]).unwrap();
        fs::set_permissions(&key, fs::Permissions::from_mode(0o600)).unwrap();
    };

    fs::remove_file(&key).unwrap();
    assert!(refused(dir).contains("ca-key.pem is missing"));
    std::os::unix::fs::symlink("nowhere", &key).unwrap();
    assert!(refused(dir).contains("ca-key.pem: "));
    fs::remove_file(&key).unwrap();

    restore();
    fs::write(&key, "-----BEGIN PRIVATE KEY-----\nc2VjcmV0\n-----END PRIVATE KEY-----\n").unwrap();
    let text = refused(dir);
    assert!(text.contains("holds no private key in PEM") && !text.contains("c2Vjc"), "{text}");
    openssl(dir, "genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out ca-key.pem");
    assert!(refused(dir).contains("do not belong together"));
    openssl(dir, "genpkey -algorithm ED25519 -out ca-key.pem");
    assert!(refused(dir).contains("neither an RSA key nor an EC key"));

    restore();
    for damaged in
        [&b""[..], b"garbage", b"-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n", &good[0][..300]]
    {
        fs::write(&certificate, damaged).unwrap();
        assert!(refused(dir).contains("ca.pem"));
    }
    openssl(
        dir,
        "req -x509 -new -key ca-key.pem -subj /CN=leaf -addext basicConstraints=critical,CA:FALSE -out ca.pem",
    );
    assert!(refused(dir).contains("not that of a certificate authority"));
    openssl(dir, "req -x509 -new -key ca-key.pem -subj /O=a/O=b/CN=c -out ca.pem");
    assert!(refused(dir).contains("the subject of ca.pem"));

    restore();
    open(dir).unwrap();
}

#[test]
fn a_key_that_others_can_read_is_refused_with_the_command_that_helps() {
    let dir = tempfile::tempdir().unwrap();
    let dir = dir.path();
    open(dir).unwrap();
    for loose in [0o640, 0o604, 0o620] {
        fs::set_permissions(dir.join("ca-key.pem"), fs::Permissions::from_mode(loose)).unwrap();
        let error = open(dir).unwrap_err();
        assert!(matches!(error, StartError::LooseMode { wanted: 0o600, .. }), "{error:?}");
        assert!(error.to_string().contains("chmod 600"), "{error}");
    }
}

#[test]
fn an_authority_that_somebody_brought_along_signs_under_its_own_name() {
    let dir = tempfile::tempdir().unwrap();
    let dir = dir.path();
    openssl(dir, "genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-384 -out ca-key.pem");
    openssl(
        dir,
        "req -x509 -new -sha384 -key ca-key.pem -subj /C=DE/O=Company/emailAddress=ca@company.example/CN=Root -days 30 -out ca.pem",
    );
    fs::set_permissions(dir.join("ca-key.pem"), fs::Permissions::from_mode(0o600)).unwrap();
    let authority = open(dir).unwrap();
    let csr = request(dir, P256, "");
    let issued = issue(&authority, dir, &csr);
    // Not strict: openssl makes authorities without a key usage.
    openssl(dir, "verify -CAfile ca.pem client.pem");
    // 90 days were asked for, the authority has 30.
    assert_eq!(issued.not_after, authority.not_after());
}

#[test]
fn nothing_is_issued_before_or_after_the_time_of_the_authority() {
    let dir = tempfile::tempdir().unwrap();
    let authority = open(dir.path()).unwrap();
    let csr = request(dir.path(), P256, "");
    let issue = |now| authority.issue_client(&csr, &Subject::default(), CN, now, DAY);
    let last = issue(authority.not_after().plus_seconds(-1)).unwrap();
    assert_eq!(last.not_after, authority.not_after());
    let late = issue(authority.not_after()).unwrap_err();
    assert!(
        late.message.starts_with("Error while creating certificate: The certificate authority expired at "),
        "{late}"
    );
    let early = issue(now().plus_seconds(-3600)).unwrap_err();
    assert!(early.message.contains("Set the clock."), "{early}");
}

#[test]
fn openssl_accepts_the_server_certificate_for_each_of_its_names() {
    let dir = tempfile::tempdir().unwrap();
    let dir = dir.path();
    let authority = open(dir).unwrap();
    let names = ["127.0.0.1", "::1", "localhost", "pairing.example"].map(str::to_owned);
    let (chain, key) = authority.issue_server(&names, now()).unwrap();
    assert_eq!(chain[1..], [authority.certificate_der().clone()]);
    fs::write(dir.join("server.der"), &chain[0]).unwrap();
    fs::write(dir.join("server-key.der"), key.secret_der()).unwrap();
    openssl(dir, "x509 -in server.der -inform DER -out server.pem");
    for check in
        ["-verify_hostname localhost", "-verify_ip 127.0.0.1", "-verify_ip ::1", "-verify_hostname pairing.example"]
    {
        openssl(dir, &format!("verify -x509_strict -purpose sslserver {check} -CAfile ca.pem server.pem"));
    }
    let text = openssl(dir, "x509 -in server.pem -noout -text");
    assert!(text.contains("Subject: CN = localhost"), "{text}");
    assert_eq!(under(&text, "Extended Key Usage"), "TLS Web Server Authentication");
    assert_eq!(extensions(&text).len(), 6);
    assert_eq!(
        openssl(dir, "pkey -in server-key.der -inform DER -pubout"),
        openssl(dir, "x509 -in server.pem -noout -pubkey")
    );
    assert!(authority.issue_server(&["bücher.example".to_owned()], now()).is_err());
}

#[test]
fn issuing_takes_little_more_than_a_signature() {
    let dir = tempfile::tempdir().unwrap();
    let authority = open(dir.path()).unwrap();
    let csr = request(dir.path(), P256, "");
    let started = Instant::now();
    for _ in 0..200 {
        authority.issue_client(&csr, &Subject::default(), CN, now(), DAY).unwrap();
    }
    let each = started.elapsed() / 200;
    // About 150 µs unoptimised and alone; the margin is for a loaded machine.
    assert!(each < Duration::from_millis(5), "{each:?}");
}
