//! The Director's link: the REST dialect as Compass' connectivity adapter answers it.

use blackbox::{CertificateRequest, OpenSsl, RSA_2048, base64, key};
use serde_json::{Value, json};

use super::{
    certificates, csr, error,
    flavour::{Flavour, World},
    ok, text,
};

const NOBODY: (u16, &str) = (403, "invalid token or certificate");

fn refused(reply: &blackbox::Reply) {
    let (status, text) = error(reply);
    assert_eq!((status, text.as_str()), NOBODY);
}

#[tokio::test]
async fn every_address_is_where_the_contract_says() {
    let world = World::start(Flavour::Adapter, &[]).await;
    let (open, secured) = (world.open(), world.secured());
    let link = world.link().await;
    assert_eq!(link.url, format!("{open}/v1/applications/signingRequests/info?token={}", link.token));
    let info = ok(&world.server.curl().get(&link.url), 200);
    let auth = text(&world.auths().await[0]["id"]).to_owned();
    let subject = format!("O=Org,OU=OrgUnit,L=locality,ST=province,C=DE,CN={auth}");
    let certificate = json!({ "subject": subject, "extensions": "", "key-algorithm": "rsa2048" });
    let csr_url = text(&info["csrUrl"]).to_owned();
    let (path, token) = csr_url.split_once("?token=").unwrap();
    assert_eq!(path, format!("{open}/v1/applications/certificates"));
    assert!(token.len() == 88 && token.ends_with("==") && token != link.token, "{token}");
    let api = &info["api"];
    assert_eq!(api["infoUrl"], format!("{secured}/v1/applications/management/info"));
    assert_eq!(api["certificatesUrl"], format!("{open}/v1/applications/certificates"));
    assert_eq!(info["certificate"], certificate);
    let names: Vec<_> = info.as_object().unwrap().keys().collect();
    assert_eq!(names, ["api", "certificate", "csrUrl"]);
    let names: Vec<_> = api.as_object().unwrap().keys().collect();
    assert_eq!(names, ["certificatesUrl", "eventsInfoUrl", "eventsUrl", "infoUrl", "metadataUrl"]);

    let files = OpenSsl::new();
    files.key("app", RSA_2048);
    let request = files.request("app", &subject, "");
    let answer = ok(&world.server.curl().post(&csr_url, csr(&request.pem)), 201);
    let [chain, client, ca] = ["crt", "clientCrt", "caCrt"].map(|field| certificates(&answer[field]));
    assert_eq!((client.len(), ca.len()), (1, 1));
    assert_eq!(chain, [&client[..], &ca].concat(), "leaf first");
    files.write("app.pem", blackbox::unbase64(text(&answer["crt"])));

    let curl = files.curl(world.server.ready("caFile"), "app");
    let managed = ok(&curl.get(text(&api["infoUrl"])), 200);
    let urls = &managed["urls"];
    for name in ["metadataUrl", "eventsUrl", "eventsInfoUrl"] {
        assert_eq!(urls[name], api[name], "the same in both places");
    }
    let application = text(&managed["clientIdentity"]["application"]);
    assert_eq!(managed["clientIdentity"], json!({ "application": application }), "no tenant, no group");
    assert_eq!(api["metadataUrl"], format!("{secured}/{application}/v1/metadata/services"));
    assert_eq!(api["eventsUrl"], format!("{secured}/{application}/v1/events"));
    assert_eq!(api["eventsInfoUrl"], format!("{secured}/{application}/v1/events/subscribed"));
    assert_eq!(urls["renewCertUrl"], format!("{secured}/v1/applications/certificates/renewals"));
    assert_eq!(urls["revokeCertUrl"], format!("{secured}/v1/applications/certificates/revocations"));
    assert_eq!(urls["revocationCertUrl"], urls["revokeCertUrl"], "its old name too");
    assert_eq!(managed["certificate"], certificate);
    assert_eq!(world.server.condition(&world.id).await, "CONNECTED");

    let renewed = ok(&curl.post(text(&urls["renewCertUrl"]), csr(&request.pem)), 201);
    assert_ne!(certificates(&renewed["clientCrt"]), client);
    ok(&curl.get(text(&api["infoUrl"])), 200);

    // Without a body and without an answer; afterwards it counts nowhere.
    let revoked = curl.send("POST", text(&urls["revokeCertUrl"]), None);
    assert_eq!((revoked.status, revoked.text.as_str()), (201, ""));
    refused(&curl.get(text(&api["infoUrl"])));
    refused(&curl.post(text(&urls["renewCertUrl"]), csr(&request.pem)));
    refused(&curl.send("POST", text(&urls["revokeCertUrl"]), None));
    files.write("app.pem", blackbox::unbase64(text(&renewed["crt"])));
    ok(&curl.get(text(&api["infoUrl"])), 200);
}

/// What is wrong with a request, and the words for it.
fn wrong(subject: &str) -> Vec<(&'static str, String, String)> {
    let sign = "Failed to sign CSR: graphql: Error while signing Certificate Signing Request: ";
    let good = CertificateRequest::new(subject, &key());
    let mut forged = good.der.clone();
    *forged.last_mut().unwrap() ^= 1;
    let block =
        |label: &str, der: &[u8]| csr(&format!("-----BEGIN {label}-----\n{}\n-----END {label}-----\n", base64(der)));
    let other = |from: &str, to: &str| csr(&CertificateRequest::new(&subject.replace(from, to), &key()).pem);
    let mut rows = vec![
        ("no JSON", "csr=1".into(), "Failed to read certificate request: error while unmarshalling request body: ".into()),
        ("no field", "{}".into(), "Failed to read certificate request: error while unmarshalling request body: ".into()),
        (
            "no base64",
            json!({ "csr": "wrong CSR!" }).to_string(),
            "Failed to sign CSR: graphql: Error while decoding Certificate Signing Request: Error while parsing base64 content. Incorrect value provided.".into(),
        ),
        ("no PEM", csr("hello"), format!("{sign}Error while decoding pem block.")),
        ("no request", block("CERTIFICATE REQUEST", b"hello"), format!("{sign}Error while parsing CSR: ")),
        ("a certificate", block("CERTIFICATE", &good.der), format!("{sign}Error while parsing CSR: ")),
        ("signature", block("CERTIFICATE REQUEST", &forged), format!("{sign}CSR signature invalid: ")),
        ("name", other("CN=", "CN=x"), format!("{sign}CSR: Invalid common name provided.")),
    ];
    for (part, other_part, words) in [
        ("C=DE", "C=PL", "country"),
        ("O=Org,", "O=Other,", "organization"),
        ("OU=OrgUnit", "OU=Other", "organizational unit"),
        ("L=locality", "L=Other", "locality"),
        ("ST=province", "ST=Other", "province"),
    ] {
        rows.push((words, other(part, other_part), format!("{sign}CSR: Invalid {words} provided.")));
        let missing = other(part, "").replace(",,", ",");
        rows.push((words, missing, format!("{sign}CSR: No {words} provided.")));
    }
    rows
}

/// Strict: presented is spent, whatever became of it. Lenient: as good as before.
#[tokio::test]
async fn every_wrong_request_has_its_words_and_costs_the_token_when_strict() {
    for (options, strict) in [(&[][..], true), (&["--fidelity", "lenient"][..], false)] {
        let world = World::start(Flavour::Adapter, options).await;
        let curl = world.server.curl();
        let (_, subject) = world.ready_to_sign().await;
        let number = wrong(&subject).len();
        // A few of them tell whether lenient is lenient.
        for row in (0..number).step_by(if strict { 1 } else { 6 }) {
            let (url, subject) = world.ready_to_sign().await;
            let (name, body, words) = wrong(&subject).swap_remove(row);
            let (status, text) = error(&curl.post(&url, body));
            assert_eq!(status, 400, "{name}: {text}");
            assert!(text.starts_with(&words), "{name}: wanted {words:?}, got {text:?}");
            let good = curl.post(&url, csr(&CertificateRequest::new(&subject, &key()).pem));
            if strict { refused(&good) } else { drop(ok(&good, 201)) }
        }
    }
}

#[tokio::test]
async fn a_token_counts_once_for_each_of_its_two_calls() {
    let world = World::start(Flavour::Adapter, &[]).await;
    let curl = world.server.curl();
    let (open, link) = (world.open(), world.link().await);
    let info = format!("{open}{}", world.info_path());
    let sign = format!("{open}{}", world.signing_path());
    for url in [
        info.clone(),
        format!("{info}?token="),
        format!("{info}?token=nonsense"),
        format!("{info}?Token={}", link.token),
    ] {
        refused(&curl.get(&url));
    }
    for url in [sign.clone(), format!("{sign}?token="), format!("{sign}?token=nonsense")] {
        refused(&curl.post(&url, csr("hello")));
    }
    // In the header as well, in any letters; the parameter counts when there are both.
    let by_header = |name: &str, token: &str| curl.clone().header(&format!("{name}: {token}"));
    let first = ok(&by_header("Connector-Token", &link.token).get(&info), 200);
    refused(&by_header("connector-token", &link.token).get(&info));
    refused(&curl.get(&link.url));
    let (url, token) = text(&first["csrUrl"]).split_once("?token=").unwrap();
    let subject = text(&first["certificate"]["subject"]);
    let body = csr(&CertificateRequest::new(subject, &key()).pem);
    ok(&by_header("connector-token", token).post(url, &body), 201);
    refused(&curl.post(text(&first["csrUrl"]), &body));
    // Straight to signing works, and so does info with the token of an info.
    let again =
        ok(&curl.get(&text(&world.info().await["csrUrl"]).replace("/certificates?", "/signingRequests/info?")), 200);
    ok(
        &curl.post(
            text(&again["csrUrl"]),
            csr(&CertificateRequest::new(text(&again["certificate"]["subject"]), &key()).pem),
        ),
        201,
    );
    let direct = world.link().await;
    let common_name = world.auths().await.iter().map(|auth| text(&auth["id"]).to_owned()).collect::<Vec<_>>();
    let subject = subject.split_once("CN=").unwrap().0;
    let signed: Vec<Value> = common_name
        .iter()
        .map(|name| CertificateRequest::new(&format!("{subject}CN={name}"), &key()))
        .map(|request| curl.post(&direct.at(&open, &world.signing_path()), csr(&request.pem)))
        .filter(|reply| reply.status == 201)
        .map(|reply| reply.json())
        .collect();
    assert!(signed.len() <= 1, "spent by the first try, right or wrong");
}
