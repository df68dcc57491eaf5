//! Central mode: runtimes pair as applications do, under paths of their own, and each keeps to its own.

use blackbox::{CertificateRequest, Clock, ConnectionToken, Curl, OpenSsl, Program, RSA_2048, Server};
use serde_json::json;

use super::{
    certificates, csr, error,
    flavour::{Flavour, GROUP, TENANT, World},
    kyma::refused,
    ok, text,
};

const CONTEXT: [&str; 2] = ["Tenant: acme", "Group: sales"];

#[tokio::test]
async fn a_runtime_pairs_under_its_own_paths() {
    let world = World::start(Flavour::Central, &[]).await;
    let (internal, curl) = (world.server.internal(), world.server.curl());
    let (open, secured) = (world.open(), world.secured());
    for headers in [&[][..], &CONTEXT[..1], &CONTEXT[1..], &["Tenant;", "Group: sales"]] {
        refused(
            &internal.post("/v1/runtimes/tokens", headers),
            400,
            "Required headers for ClusterContext not specified.",
        );
    }
    let link = ConnectionToken::of(&internal.post("/v1/runtimes/tokens", &CONTEXT));
    assert_eq!(link.url, format!("{open}/v1/runtimes/signingRequests/info?token={}", link.token));
    // Not where applications pair, and it costs nothing to try.
    refused(&curl.get(&link.at(&open, "/v1/applications/signingRequests/info")), 403, "Invalid token.");
    let info = ok(&curl.get(&link.url), 200);
    let subject = format!("O={TENANT},OU={GROUP},L=locality,ST=province,C=DE,CN=*Runtime*");
    let certificate = json!({ "subject": subject, "extensions": "", "key-algorithm": "rsa2048" });
    assert_eq!(info["certificate"], certificate);
    let api = json!({
        "infoUrl": format!("{secured}/v1/runtimes/management/info"),
        "certificatesUrl": format!("{open}/v1/runtimes/certificates"),
    });
    assert_eq!(info["api"], api, "nothing of events and services");
    assert!(text(&info["csrUrl"]).starts_with(&format!("{open}/v1/runtimes/certificates?token=")), "{info}");

    let files = OpenSsl::new();
    files.key("app", RSA_2048);
    let request = files.request("app", &subject, "");
    let answer = ok(&curl.post(text(&info["csrUrl"]), csr(&request.pem)), 201);
    files.write("app.pem", blackbox::unbase64(text(&answer["crt"])));
    let runtime = files.curl(world.server.ready("caFile"), "app");
    let managed = ok(&runtime.get(text(&api["infoUrl"])), 200);
    assert_eq!(managed["clientIdentity"], json!({ "tenant": TENANT, "group": GROUP }), "no application");
    let urls = json!({
        "renewCertUrl": format!("{secured}/v1/runtimes/certificates/renewals"),
        "revokeCertUrl": format!("{secured}/v1/runtimes/certificates/revocations"),
        "revocationCertUrl": format!("{secured}/v1/runtimes/certificates/revocations"),
    });
    assert_eq!((&managed["urls"], &managed["certificate"]), (&urls, &certificate));
    assert!(managed.get("runtime").is_none(), "a runtime has none");
    // Not at the applications' addresses.
    for path in ["/v1/applications/management/info", "/shop/v1/metadata/services"] {
        assert_eq!(error(&runtime.get(&format!("{secured}{path}"))).0, 403, "{path}");
    }
    let renew = text(&urls["renewCertUrl"]);
    let renewed = ok(&runtime.post(renew, csr(&request.pem)), 201);
    let hash = blackbox::hex(&blackbox::sha256(&certificates(&answer["clientCrt"])[0]));
    let revoke = internal.at("/v1/runtimes/certificates/revocations");
    assert_eq!(Curl::plain().post(&revoke, json!({ "hash": hash }).to_string()).status, 201);
    refused(&runtime.post(renew, csr(&request.pem)), 403, "Certificate has been revoked.");
    files.write("app.pem", blackbox::unbase64(text(&renewed["crt"])));
    let given_back = runtime.send("POST", text(&urls["revokeCertUrl"]), None);
    assert_eq!((given_back.status, given_back.text.as_str()), (201, ""));
}

/// Tenants and groups keep applications of one name apart: each has its own certificate.
#[tokio::test]
async fn tenant_and_group_are_in_the_certificate() {
    let world = World::start(Flavour::Central, &[]).await;
    let internal = world.server.internal();
    let files = OpenSsl::new();
    files.key("app", RSA_2048);
    let mut identities = Vec::new();
    for (tenant, group) in [("acme", "sales"), ("acme", "service"), ("other", "sales")] {
        let headers = ["Application: shop".to_owned(), format!("Tenant: {tenant}"), format!("Group: {group}")];
        let headers: Vec<_> = headers.iter().map(String::as_str).collect();
        let link = ConnectionToken::of(&internal.post("/v1/applications/tokens", &headers));
        let info = ok(&world.server.curl().get(&link.url), 200);
        let subject = format!("O={tenant},OU={group},L=locality,ST=province,C=DE,CN=shop");
        assert_eq!(info["certificate"]["subject"], subject);
        // What is configured is not what it must have.
        let configured = subject.replace(tenant, "Org");
        let wrong = CertificateRequest::new(&configured, &blackbox::key());
        refused(
            &world.server.curl().post(text(&info["csrUrl"]), csr(&wrong.pem)),
            400,
            "CSR: Invalid organization provided.",
        );
        let request = files.request("app", &subject, "");
        let answer = ok(&world.server.curl().post(text(&info["csrUrl"]), csr(&request.pem)), 201);
        files.write("app.pem", blackbox::unbase64(text(&answer["crt"])));
        let curl = files.curl(world.server.ready("caFile"), "app");
        let managed = ok(&curl.get(&format!("{}/v1/applications/management/info", world.secured())), 200);
        identities.push(managed["clientIdentity"].clone());
    }
    let expected = [("acme", "sales"), ("acme", "service"), ("other", "sales")]
        .map(|(tenant, group)| json!({ "application": "shop", "tenant": tenant, "group": group }));
    assert_eq!(identities, expected);
}

/// A runtime's token lives for ten minutes, an application's for five.
#[tokio::test]
async fn a_runtime_has_ten_minutes() {
    let folder = tempfile::tempdir().unwrap();
    let clock = Clock::new(folder.path());
    let options = ["--internal-port", "0", "--central"];
    let server = Server::run(clock.of(Program::serve(&folder.path().join("data"), &options)));
    let link = || ConnectionToken::of(&server.internal().post("/v1/runtimes/tokens", &CONTEXT));
    let (first, second) = (link(), link());
    clock.set("+599s");
    ok(&server.curl().get(&first.url), 200);
    clock.set("+601s");
    refused(&server.curl().get(&second.url), 403, "Invalid token.");
}
