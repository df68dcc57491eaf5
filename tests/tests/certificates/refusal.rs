//! Who is not let in with a certificate that our own authority may even have signed. Each differs in one point from one
//! that works, and each is in the store: what is refused is refused for that point alone.

use std::{fs, process::Output};

use blackbox::{Ended, OpenSsl, Pairing, Server, der, hex, sha256};
use rcgen::{
    BasicConstraints, CertificateParams, DistinguishedName, DnType, DnValue, ExtendedKeyUsagePurpose as Purpose, IsCa,
    Issuer, KeyPair, KeyUsagePurpose as Usage, SerialNumber,
};
use serde_json::json;
use time::{Duration, OffsetDateTime};

use super::refusal;

/// A certificate that nobody issued, made with the authority's own key.
struct Forged {
    name: &'static str,
    /// Why the inventory says it was refused; `None` where it cannot be told from a stranger's.
    why: Option<&'static str>,
    pem: String,
    valid: (OffsetDateTime, OffsetDateTime),
}

/// The authority's key in wrong hands.
struct Forger<'a> {
    issuer: Issuer<'a, KeyPair>,
    key: &'a KeyPair,
    common_name: &'a str,
    made: Vec<Forged>,
}

impl Forger<'_> {
    /// A certificate as the server itself would make it, but for one change.
    fn forge(&mut self, name: &'static str, why: Option<&'static str>, change: impl FnOnce(&mut CertificateParams)) {
        let mut params = CertificateParams::default();
        let mut subject = DistinguishedName::new();
        subject.push(DnType::CountryName, DnValue::PrintableString("DE".try_into().unwrap()));
        for (attribute, value) in [
            (DnType::OrganizationName, "Org"),
            (DnType::OrganizationalUnitName, "OrgUnit"),
            (DnType::LocalityName, "locality"),
            (DnType::StateOrProvinceName, "province"),
            (DnType::CommonName, self.common_name),
        ] {
            subject.push(attribute, value);
        }
        params.distinguished_name = subject;
        let number = u8::try_from(self.made.len()).unwrap();
        params.serial_number = Some(SerialNumber::from_slice(&[0x41, 1, 2, 3, 4, 5, 6, 7, 8, number]));
        params.use_authority_key_identifier_extension = true;
        params.is_ca = IsCa::ExplicitNoCa;
        params.key_usages = vec![Usage::DigitalSignature];
        params.extended_key_usages = vec![Purpose::ClientAuth];
        let now = OffsetDateTime::now_utc().replace_nanosecond(0).unwrap();
        params.not_before = now - Duration::MINUTE;
        params.not_after = now + Duration::DAY;
        change(&mut params);
        let pem = params.signed_by(self.key, &self.issuer).unwrap().pem();
        self.made.push(Forged { name, why, pem, valid: (params.not_before, params.not_after) });
    }
}

/// One query to the Director with `NAME.pem` and `NAME.key`, and the HTTP status behind the answer.
fn curl(openssl: &OpenSsl, url: &str, name: &str, words: &str) -> Output {
    let curl =
        blackbox::Tool::new("curl", openssl.folder()).words("--silent --show-error --cacert ca.pem").words(words);
    let curl = if name.is_empty() { curl } else { curl.words(&format!("--cert {name}.pem --key {name}.key")) };
    let curl = curl.argument("-H").argument("Content-Type: application/json").words("--write-out %{http_code} --data");
    curl.argument(r#"{"query":"{ viewer { id } }"}"#).argument(url).output("")
}

/// Puts certificates into the store of a server that does not run, each as a copy of the one that is there.
async fn insert(store: &mut blackbox::Store, forged: &[Forged]) {
    for one in forged {
        let der = der(&one.pem);
        let milliseconds = |time: OffsetDateTime| time.unix_timestamp() * 1000;
        let (fingerprint, serial) = (hex(&sha256(&der)), hex(&sha256(&der)[..19]));
        for statement in [
            "CREATE TEMP TABLE copy AS SELECT * FROM certificate LIMIT 1".to_owned(),
            format!(
                "UPDATE copy SET fingerprint = x'{fingerprint}', lineage = x'{fingerprint}', serial = x'41{serial}', \
                 der = x'{}', token_hash = NULL, not_before = {}, not_after = {}",
                hex(&der),
                milliseconds(one.valid.0),
                milliseconds(one.valid.1)
            ),
            "INSERT INTO certificate SELECT * FROM copy".to_owned(),
            "DROP TABLE copy".to_owned(),
        ] {
            store.execute(&statement).await;
        }
    }
}

/// Everything that a handshake or a look at the store must find.
fn forge_all(forger: &mut Forger<'_>) {
    let now = OffsetDateTime::now_utc();
    forger.forge("as-it-should-be", None, |_| {});
    forger.forge("expired", Some("expired"), |params| {
        (params.not_before, params.not_after) = (now - Duration::days(2), now - Duration::HOUR);
    });
    forger.forge("not-yet-valid", Some("not_yet_valid"), |params| params.not_before = now + Duration::HOUR);
    forger.forge("server-only", Some("not_for_clients"), |params| {
        params.extended_key_usages = vec![Purpose::ServerAuth];
    });
    forger.forge("code-signing-only", Some("not_for_clients"), |params| {
        params.extended_key_usages = vec![Purpose::CodeSigning];
    });
    forger.forge("authority-as-leaf", None, |params| {
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![Usage::DigitalSignature, Usage::KeyCertSign];
    });
    forger.forge("unknown-critical-extension", None, |params| {
        let mut odd = rcgen::CustomExtension::from_oid_content(&[1, 2, 3, 4], vec![0x05, 0x00]);
        odd.set_criticality(true);
        params.custom_extensions.push(odd);
    });
    forger.forge("revoked", Some("revoked"), |_| {});
}

#[tokio::test]
async fn a_certificate_that_is_wrong_in_one_point_opens_nothing() {
    let server = Server::start(&[]);
    let application = server.register("matrix").await;
    let pairing = server.pair(&application).await;
    let (_, stopped) = server.stop().await;
    let openssl = OpenSsl::new();
    let [ca, ca_key] = ["ca.pem", "ca-key.pem"].map(|name| fs::read_to_string(stopped.data_dir().join(name)).unwrap());
    openssl.write("ca.pem", &ca);
    openssl.write("ca-key.pem", &ca_key);
    let key = KeyPair::from_pem(&pairing.key_pem).unwrap();
    let issuer = Issuer::from_ca_cert_pem(&ca, KeyPair::from_pem(&ca_key).unwrap()).unwrap();
    let mut forger = Forger { issuer, key: &key, common_name: &pairing.system_auth, made: Vec::new() };
    forge_all(&mut forger);
    let mut forged = forger.made;
    by_openssl(&openssl, &pairing, &mut forged);
    let mut store = stopped.store().await;
    insert(&mut store, &forged).await;
    store.close().await;
    for one in &forged {
        openssl.write(&format!("{}.pem", one.name), &one.pem);
        openssl.write(&format!("{}.key", one.name), &pairing.key_pem);
    }
    weak_key(&openssl, &pairing, &mut forged);

    let server = Server::start_in(stopped.data_dir(), &[]);
    let revoked = forged.iter().find(|one| one.name == "revoked").unwrap();
    let path = format!("/certificates/{}/revoke", hex(&sha256(&der(&revoked.pem))));
    server.console_post(&path, &json!({ "reason": "key_compromise" })).await;
    let url = server.ready("certificateSecuredDirectorUrl");
    for version in ["--tls-max 1.2", "--tlsv1.3"] {
        for name in std::iter::once("").chain(forged.iter().map(|one| one.name)) {
            let output = curl(&openssl, url, name, version);
            let answer = blackbox::text(&output.stdout);
            if name == "as-it-should-be" {
                assert!(answer.contains(&application) && answer.ends_with("200"), "{version}: {output:?}");
            } else {
                let refused = !output.status.success() && answer.ends_with("000") || answer.ends_with("401");
                assert!(refused && !answer.contains(&application), "{name} {version}: {output:?}");
            }
        }
    }
    for one in &forged {
        let Some(why) = one.why else { continue };
        let refused = refusal(&server, &hex(&sha256(&der(&one.pem)))).await;
        assert_eq!((&refused["why"], &refused["from"]), (&json!(why), &json!("127.0.0.1")), "{}", one.name);
        assert!(super::is_time(&refused["at"]), "{refused}");
    }
    let (ended, _) = server.stop().await;
    says_why(&ended);
}

/// What rcgen does not make.
fn by_openssl(openssl: &OpenSsl, pairing: &Pairing, forged: &mut Vec<Forged>) {
    openssl.write("client.key", &pairing.key_pem);
    openssl.request("client", &pairing.subject, "");
    openssl.write(
        "client.cnf",
        "basicConstraints=critical,CA:FALSE\nkeyUsage=critical,digitalSignature\nextendedKeyUsage=clientAuth\n\
         subjectKeyIdentifier=hash\nauthorityKeyIdentifier=keyid\n",
    );
    let sign = |words: &str| {
        let sign = openssl.tool("x509 -req -in request.pem -CA ca.pem -CAkey ca-key.pem -CAcreateserial -days 1");
        sign.words("-extfile client.cnf").words(words).run()
    };
    let now = OffsetDateTime::now_utc();
    let valid = (now - Duration::MINUTE, now + Duration::DAY);
    forged.push(Forged { name: "sha-1", why: None, pem: sign("-sha1"), valid });
    // Signed by a certificate of ours that is no authority: a chain that goes one step too far.
    openssl.keep("intermediate", pairing);
    let sign = openssl.tool("x509 -req -in request.pem -CA intermediate.pem -CAkey intermediate.key -CAcreateserial");
    let leaf = sign.words("-days 1 -extfile client.cnf").run();
    forged.push(Forged { name: "one-step-too-far", why: None, pem: format!("{leaf}{}", pairing.leaf_pem()), valid });
    // Another authority of the same name.
    openssl.key("other-ca", blackbox::EC_P256);
    let subject = openssl.run("x509 -in ca.pem -noout -subject -nameopt RFC2253");
    let subject = subject.trim().trim_start_matches("subject=").to_owned();
    let other = openssl.tool("req -x509 -new -key other-ca.key -days 9 -out other-ca.pem -subj");
    other.argument(&format!("/{subject}")).run();
    let sign = openssl.tool("x509 -req -in request.pem -CA other-ca.pem -CAkey other-ca.key -CAcreateserial -days 1");
    let pem = sign.words("-extfile client.cnf").run();
    forged.push(Forged { name: "other-authority", why: None, pem, valid });
    // Nobody's signature but its own.
    let own = openssl.tool("x509 -req -in request.pem -signkey client.key -days 1 -extfile client.cnf").run();
    forged.push(Forged { name: "self-signed", why: None, pem: own, valid });
}

/// RSA of 1024 bits, signed by the authority: its proof of possession must not count.
fn weak_key(openssl: &OpenSsl, pairing: &Pairing, forged: &mut Vec<Forged>) {
    openssl.key("rsa-1024", "-algorithm RSA -pkeyopt rsa_keygen_bits:1024");
    openssl.request("rsa-1024", &pairing.subject, "");
    let sign = openssl.tool("x509 -req -in request.pem -CA ca.pem -CAkey ca-key.pem -CAcreateserial -days 1");
    let pem = sign.words("-extfile client.cnf").run();
    openssl.write("rsa-1024.pem", &pem);
    let now = OffsetDateTime::now_utc();
    forged.push(Forged { name: "rsa-1024", why: None, pem, valid: (now, now) });
}

/// A person who reads the log learns what was wrong.
fn says_why(ended: &Ended) {
    for words in ["expired", "not valid yet", "revoked"] {
        assert!(ended.log.contains(words), "{words}: {}", ended.log);
    }
}
