//! *Sign it here*: the administrator signs a request that somebody brought, for a pairing that is there.

use blackbox::{CertificateRequest, OpenSsl, Pairing, RSA_2048, Server, base64, key};
use reqwest::Method;
use serde_json::json;

use super::works;

async fn sign(server: &Server, csr: &str, system_auth: &str, kind: &str) -> blackbox::Reply {
    let body = json!({ "csr": csr, "systemAuthId": system_auth, "kind": kind });
    server.console(Method::POST, "/certificates/sign", &body).await
}

/// A pairing that waits for its certificate: the system auth and the subject that goes with it.
async fn waiting(server: &Server, application: &str) -> (String, String) {
    let (_, subject) = server.connector(&server.token(application).await).token_and_subject().await;
    (subject.split_once("CN=").unwrap().1.to_owned(), subject)
}

#[tokio::test]
async fn a_request_is_signed_in_every_form_that_it_is_brought_in() {
    let server = Server::start(&["--certificate-ttl", "30d"]);
    let application = server.register("brought").await;
    let openssl = OpenSsl::new();
    openssl.write("ca.pem", std::fs::read(server.ready("caFile")).unwrap());
    for (kind, minutes) in [("application", 30 * 24 * 60), ("test", 15)] {
        for form in ["PEM", "base64 of PEM", "base64 of DER"] {
            let (system_auth, subject) = waiting(&server, &application).await;
            openssl.key("client", RSA_2048);
            let request = openssl.request("client", &subject, "");
            let csr = match form {
                "PEM" => request.pem.clone(),
                "base64 of PEM" => request.field(),
                _ => base64(&request.der),
            };
            let reply = sign(&server, &csr, &system_auth, kind).await;
            assert_eq!(reply.status, 201, "{form}: {reply:?}");
            let detail = reply.json();
            let certificate = &detail["certificate"];
            assert_eq!(
                (&certificate["kind"], &certificate["systemAuthId"], &certificate["owner"]["id"], &certificate["key"]),
                (&json!(kind), &json!(system_auth), &json!(application), &json!("RSA 2048")),
                "{certificate}"
            );
            openssl.write("client.pem", detail["chainPem"].as_str().unwrap());
            openssl.run("verify -x509_strict -purpose sslclient -CAfile ca.pem client.pem");
            let ends = |seconds: u64| {
                !openssl.output(&format!("x509 -in client.pem -noout -checkend {seconds}")).status.success()
            };
            assert!(ends(minutes * 60 + 1) && !ends(minutes * 60 - 60), "{kind}: {certificate}");
            // It is a certificate like any other: it works, renews itself, and is revoked.
            let reply =
                json!({ "data": { "result": { "certificateChain": base64(detail["chainPem"].as_str().unwrap()) } } });
            let reply = blackbox::Reply { text: reply.to_string(), ..server.connector("").configuration().await };
            let pairing = Pairing::from_reply(&server, &application, &subject, openssl.text("client.key"), &reply);
            assert!(works(&server, &pairing).await);
            let renewed = pairing.renewed(&server, &key()).await;
            let renewed = server.console_get(&format!("/certificates/{}", renewed.name())).await["certificate"].clone();
            assert_eq!((&renewed["generation"], &renewed["kind"]), (&json!(1), &json!(kind)), "{renewed}");
        }
    }
}

#[tokio::test]
async fn what_the_connector_would_refuse_is_refused_here_as_well() {
    let server = Server::start(&[]);
    let application = server.register("refused").await;
    let (system_auth, subject) = waiting(&server, &application).await;
    let (_, other_subject) = waiting(&server, &application).await;
    let good = CertificateRequest::new(&subject, &key()).pem;
    let openssl = OpenSsl::new();
    openssl.key("weak", "-algorithm RSA -pkeyopt rsa_keygen_bits:1024");
    for (csr, words) in [
        (CertificateRequest::new(&other_subject, &key()).pem, "CN is"),
        (CertificateRequest::new(&subject.replace("C=DE", "C=PL"), &key()).pem, "C is \"PL\", expected \"DE\""),
        (openssl.request("weak", &subject, "").pem, "1024 bits"),
        (openssl.text("weak.key"), "private key"),
        (std::fs::read_to_string(server.ready("caFile")).unwrap(), "certificate, not a certificate signing request"),
        ("hello".to_owned(), ""),
        (String::new(), ""),
        ("A".repeat(100_000), ""),
    ] {
        let reply = sign(&server, &csr, &system_auth, "application").await;
        assert!(reply.status == 400 || reply.status == 413 || reply.status == 422, "{csr:.60}: {reply:?}");
        assert!(reply.text.contains(&words.replace('"', "\\\"")), "{words}: {reply:?}");
        assert!(!reply.text.contains("BEGIN"), "it is not repeated: {reply:?}");
    }
    for (system_auth, kind, status) in [
        ("00000000-0000-4000-8000-000000000000", "application", 404),
        ("nonsense", "application", 404),
        (&system_auth, "runtime", 400),
        (&system_auth, "", 400),
    ] {
        let reply = sign(&server, &good, system_auth, kind).await;
        assert!(reply.status == status || status == 404 && reply.status == 400, "{system_auth} {kind}: {reply:?}");
    }
    let client = server.oauth_client("has credentials").await;
    let with_secret = CertificateRequest::new(&subject.replace(&system_auth, &client.id), &key()).pem;
    let reply = sign(&server, &with_secret, &client.id, "application").await;
    assert_eq!(reply.status, 409, "client credentials are another way in: {reply:?}");
    let nobody = server.at("").at(&format!("{}/certificates/sign", server.ready("consoleUrl")));
    let body = json!({ "csr": good, "systemAuthId": system_auth, "kind": "application" }).to_string();
    assert_eq!(nobody.with("content-type", "application/json").post(body).await.status, 401);
    let (_, stopped) = server.stop().await;
    assert_eq!(stopped.store().await.count("SELECT count(*) FROM certificate").await, 0);
}
