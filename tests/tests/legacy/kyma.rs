//! The Connector Service's answers: where every address points, what each answer holds, and what it takes to get a
//! certificate, renew it and give it back.

use blackbox::{CertificateRequest, ConnectionToken, OpenSsl, RSA_2048, Reply, key};
use serde_json::{Value, json};

use super::{
    certificates, csr,
    flavour::{Flavour, GROUP, TENANT, World},
    ok, text,
};

/// The subject that a certificate of this world has.
fn subject(world: &World) -> String {
    let name = &world.name;
    match world.flavour {
        // The order of its time.
        Flavour::RemoteEnvironments | Flavour::ApplicationsByName => {
            format!("OU=OrgUnit,O=Org,L=locality,ST=province,C=DE,CN={name}")
        }
        Flavour::Central => format!("O={TENANT},OU={GROUP},L=locality,ST=province,C=DE,CN={name}"),
        Flavour::Second | Flavour::Adapter => format!("O=Org,OU=OrgUnit,L=locality,ST=province,C=DE,CN={name}"),
    }
}

fn token_of(csr_url: &str, link: &ConnectionToken) -> String {
    let token = csr_url.split_once("?token=").unwrap().1;
    assert!(token.len() == 88 && token.ends_with("==") && token != link.token, "{token}");
    token.to_owned()
}

async fn pairs(flavour: Flavour) {
    let world = World::start(flavour, &[]).await;
    let (open, secured, name) = (world.open(), world.secured(), &world.name);
    let curl = world.server.curl();
    let link = world.link().await;
    assert_eq!(link.url, format!("{open}{}?token={}", world.info_path(), link.token));
    assert!(link.token.len() == 88 && link.token.ends_with("=="), "{link:?}");
    let info = ok(&curl.get(&link.url), 200);
    let csr_url = text(&info["csrUrl"]);
    let next = token_of(csr_url, &link);
    assert_eq!(csr_url, format!("{open}{}?token={next}", world.signing_path()));
    let certificate = json!({ "subject": subject(&world), "extensions": "", "key-algorithm": "rsa2048" });
    assert_eq!(info["certificate"], certificate);
    let certificates_url = match flavour {
        Flavour::RemoteEnvironments => format!("{open}/v1/remoteenvironments/{name}"),
        Flavour::ApplicationsByName => format!("{open}/v1/applications/{name}"),
        Flavour::Second | Flavour::Central | Flavour::Adapter => format!("{open}/v1/applications/certificates"),
    };
    let api = &info["api"];
    for (member, url) in [
        ("certificatesUrl", certificates_url),
        ("metadataUrl", format!("{secured}/{name}/v1/metadata/services")),
        ("eventsUrl", format!("{secured}/{name}/v1/events")),
        ("eventsInfoUrl", format!("{secured}/{name}/v1/events/subscribed")),
        ("infoUrl", format!("{secured}/v1/applications/management/info")),
    ] {
        // The first generation knew three of them; more do no harm (§8).
        assert_eq!(api[member], url, "{member}");
    }
    assert_eq!(info.as_object().unwrap().keys().collect::<Vec<_>>(), ["api", "certificate", "csrUrl"]);

    let files = OpenSsl::new();
    files.key("app", RSA_2048);
    let request = files.request("app", &subject(&world), "");
    let answer = ok(&curl.post(csr_url, csr(&request.pem)), 201);
    let [chain, client, ca] = ["crt", "clientCrt", "caCrt"].map(|field| certificates(&answer[field]));
    assert_eq!((client.len(), ca.len()), (1, 1));
    assert_eq!(chain, [&client[..], &ca].concat(), "leaf first");
    files.write("app.pem", blackbox::unbase64(text(&answer["crt"])));
    let shown = files.run("x509 -in app.pem -noout -subject -nameopt RFC2253");
    for part in subject(&world).split(',') {
        assert!(shown.contains(part), "{part} in {shown}");
    }
    lives(&world, &files, &answer, &certificate).await;
}

/// Management info, renewal and revocation with the certificate in `app.pem`.
async fn lives(world: &World, files: &OpenSsl, answer: &Value, certificate: &Value) {
    let (secured, name) = (world.secured(), &world.name);
    let curl = files.curl(world.server.ready("caFile"), "app");
    let info_url = format!("{secured}/v1/applications/management/info");
    let managed = ok(&curl.get(&info_url), 200);
    let urls = json!({
        "eventsInfoUrl": format!("{secured}/{name}/v1/events/subscribed"),
        "eventsUrl": format!("{secured}/{name}/v1/events"),
        "metadataUrl": format!("{secured}/{name}/v1/metadata/services"),
        "renewCertUrl": format!("{secured}/v1/applications/certificates/renewals"),
        "revokeCertUrl": format!("{secured}/v1/applications/certificates/revocations"),
        "revocationCertUrl": format!("{secured}/v1/applications/certificates/revocations"),
    });
    assert_eq!(managed["urls"], urls);
    let sorted = |subject: &Value| {
        let mut parts: Vec<_> = text(subject).split(',').map(str::to_owned).collect();
        parts.sort();
        parts
    };
    assert_eq!(sorted(&managed["certificate"]["subject"]), sorted(&certificate["subject"]), "whatever its order");
    assert_eq!(managed["certificate"]["key-algorithm"], "rsa2048");
    let mut identity = json!({ "application": name });
    if world.flavour == Flavour::Central {
        identity = json!({ "application": name, "tenant": TENANT, "group": GROUP });
    }
    assert_eq!(managed["clientIdentity"], identity, "what is empty is left out");
    assert_eq!(world.server.condition(&world.id).await, "CONNECTED");

    let renew = text(&urls["renewCertUrl"]);
    // Another key, and the same bytes twice: each gives a certificate, and the old one goes on.
    let other = csr(&CertificateRequest::new(text(&certificate["subject"]), &key()).pem);
    let mut seen = vec![certificates(&answer["clientCrt"])];
    for body in [&csr(&files.text("request.pem")), &csr(&files.text("request.pem")), &other] {
        let renewed = ok(&curl.post(renew, body), 201);
        let client = certificates(&renewed["clientCrt"]);
        assert_eq!(certificates(&renewed["crt"])[0], client[0]);
        assert!(!seen.contains(&client), "a certificate of its own");
        seen.push(client);
        ok(&curl.get(&info_url), 200);
    }
    // The name of the certificate, and no other.
    let stranger = CertificateRequest::new(&text(&certificate["subject"]).replace("CN=", "CN=x"), &key());
    refused(&curl.post(renew, csr(&stranger.pem)), 400, "CSR: Invalid common name provided.");
    let revoked = curl.send("POST", text(&urls["revokeCertUrl"]), None);
    assert_eq!((revoked.status, revoked.text.as_str()), (201, ""));
    refused(&curl.post(renew, csr(&files.text("request.pem"))), 403, "Certificate has been revoked.");
}

#[track_caller]
pub(super) fn refused(reply: &Reply, status: u16, words: &str) {
    assert_eq!(super::error(reply), (status, words.to_owned()), "{reply:?}");
}

#[tokio::test]
async fn the_first_generation_by_its_first_name_pairs() {
    pairs(Flavour::RemoteEnvironments).await;
}

#[tokio::test]
async fn the_first_generation_by_its_second_name_pairs() {
    pairs(Flavour::ApplicationsByName).await;
}

#[tokio::test]
async fn the_second_generation_pairs() {
    pairs(Flavour::Second).await;
}

#[tokio::test]
async fn central_mode_pairs() {
    pairs(Flavour::Central).await;
}

/// In Kyma a revocation stopped renewals and nothing else; here that is a choice.
#[tokio::test]
async fn what_a_revocation_stops_is_a_choice() {
    for (options, still) in [(&["--revocation", "strict"], 403), (&["--revocation", "renewal-only"], 200)] {
        let world = World::start(Flavour::Second, options).await;
        let (url, subject) = world.ready_to_sign().await;
        let files = OpenSsl::new();
        files.key("app", RSA_2048);
        let request = csr(&files.request("app", &subject, "").pem);
        let answer = ok(&world.server.curl().post(&url, &request), 201);
        files.write("app.pem", blackbox::unbase64(text(&answer["crt"])));
        let curl = files.curl(world.server.ready("caFile"), "app");
        let managed = ok(&curl.get(&format!("{}/v1/applications/management/info", world.secured())), 200);
        let url = |name: &str| text(&managed["urls"][name]).to_owned();
        let revoke = || curl.send("POST", &url("revokeCertUrl"), None);
        assert_eq!(revoke().status, 201);
        refused(&curl.post(&url("renewCertUrl"), &request), 403, "Certificate has been revoked.");
        let info = curl.get(&format!("{}/v1/applications/management/info", world.secured()));
        assert_eq!(info.status, still, "{info:?}");
        if still == 200 {
            let again = revoke();
            assert_eq!((again.status, again.text.as_str()), (201, ""), "once more does no harm");
        }
    }
}

/// The administrator's revocation by fingerprint, in every spelling that people paste.
#[tokio::test]
async fn a_fingerprint_on_the_internal_port_revokes() {
    let world = World::start(Flavour::Second, &[]).await;
    let internal = world.server.internal();
    let url = internal.at("/v1/applications/certificates/revocations");
    let files = OpenSsl::new();
    files.key("app", RSA_2048);
    for number in 0..4 {
        let (sign, subject) = world.ready_to_sign().await;
        let request = csr(&files.request("app", &subject, "").pem);
        let answer = ok(&world.server.curl().post(&sign, &request), 201);
        files.write("app.pem", blackbox::unbase64(text(&answer["crt"])));
        let digits = blackbox::hex(&blackbox::sha256(&certificates(&answer["clientCrt"])[0]));
        let printed = files.run("x509 -in app.pem -noout -fingerprint -sha256");
        let with_colons = printed.trim().split_once('=').unwrap().1;
        assert_eq!(with_colons.replace(':', "").to_lowercase(), digits, "what people see");
        let body = match number {
            0 => json!({ "hash": digits }),
            1 => json!({ "Hash": digits.to_uppercase() }),
            2 => json!({ "HASH": with_colons }),
            _ => json!({ "hash": format!("{}\n", with_colons.to_lowercase()), "more": 1 }),
        };
        let curl = files.curl(world.server.ready("caFile"), "app");
        ok(&curl.get(&format!("{}/v1/applications/management/info", world.secured())), 200);
        let reply = blackbox::Curl::plain().post(&url, format!("{body}\n"));
        assert_eq!((reply.status, reply.text.as_str()), (201, ""), "{body}");
        let renew = format!("{}/v1/applications/certificates/renewals", world.secured());
        refused(&curl.post(&renew, &request), 403, "Certificate has been revoked.");
        // Nobody says whether there is such a certificate.
        assert_eq!(internal.revoke(&digits).status, 201, "again");
    }
    let never = internal.revoke(&"0".repeat(64));
    assert_eq!((never.status, never.text.as_str()), (201, ""), "one that never was");
    assert!(never.header("warning").is_some(), "but whoever looks is told: {never:?}");
    let nothing = "Error while unmarshalling request body: certificate hash value not provided.";
    for body in ["{}", r#"{"hash":""}"#, r#"{"other":"x"}"#] {
        refused(&blackbox::Curl::plain().post(&url, body), 400, nothing);
    }
    for body in ["", "hash=1", r#"{hash: "x"}"#] {
        let (status, text) = super::error(&blackbox::Curl::plain().post(&url, body));
        assert!(status == 400 && text.starts_with("Error while unmarshalling request body: "), "{status} {text}");
    }
}
