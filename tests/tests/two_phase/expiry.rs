//! *Expire now*, and certificates whose time is over by itself: the handshake refuses them, and the application pairs
//! again with the token that the other certificate brings.

use blackbox::{
    CERTIFICATE_EXPIRED as EXPIRED, CertificateRequest, Clock, KymaApplication, Program, Server, base64, key,
};
use serde_json::json;

use super::{both, event, second, sends, start, state, text};

#[tokio::test]
async fn an_expired_application_pairs_again_with_the_fresh_token() {
    let server = start(&[]);
    let (mut first, old) = both(&server, "shop").await;
    let (_, bystander) = both(&server, "bystander").await;
    // A connection that is open already.
    let client = old.client();
    let kept = async || client.post(old.url("eventsUrl")).body(event("order.created").to_string()).send().await;
    assert_eq!(kept().await.unwrap().status(), 200);
    sends(&old);
    let body = json!({ "applicationId": first.id });
    assert_eq!(server.console_post("/runtimes/kyma/expire", &body).await, json!({ "expired": 1 }));
    assert_eq!(old.alert(old.url("eventsUrl")), EXPIRED);
    old.curl().try_send("POST", old.url("eventsUrl"), Some(b"{}")).unwrap_err();
    match kept().await {
        Ok(reply) => assert_eq!(reply.status(), 403),
        Err(error) => panic!("a kept connection is answered: {error:?}"),
    }
    // Neither renewed nor given back.
    for url in ["renewCertUrl", "revokeCertUrl"] {
        assert_eq!(old.alert(old.url(url)), EXPIRED, "{url}");
    }
    let shown = state(&server, &first.id, "kyma", "it is shown", |one| one["expiredNow"] == true).await;
    assert_eq!(
        (&shown["certificate"]["state"], &shown["certificate"]["fingerprint"]),
        (&json!("expired"), &json!(old.fingerprint()))
    );
    sends(&bystander);
    assert_eq!(first.curl().get(first.url("metadataUrl")).status, 200, "the first certificate is untouched");

    // The application looks again, finds a token and pairs.
    first.poll();
    let new = second(&server, &first, "kyma");
    sends(&new);
    let shown = state(&server, &first.id, "kyma", "it is paired again", |one| one["expiredNow"] == false).await;
    assert_eq!(
        (&shown["certificate"]["state"], &shown["certificate"]["fingerprint"]),
        (&json!("valid"), &json!(new.fingerprint()))
    );
    assert!(text(&shown["token"]["usedAt"]) >= text(&shown["token"]["issuedAt"]), "{shown}");
    assert_eq!(old.alert(old.url("eventsUrl")), EXPIRED, "the old one stays over");
    // All that there are.
    let more = {
        first.poll();
        second(&server, &first, "kyma")
    };
    assert_eq!(server.console_post("/runtimes/kyma/expire", &body).await, json!({ "expired": 2 }));
    for one in [&new, &more] {
        assert!(one.curl().try_send("POST", one.url("eventsUrl"), Some(b"{}")).is_err());
    }
    assert_eq!(server.console_post("/runtimes/kyma/expire", &body).await, json!({ "expired": 0 }));
}

/// With one Connector the one certificate is over, and a token of the administrator is needed.
#[tokio::test]
async fn one_connector_expires_too() {
    let server = Server::start(&["--internal-port", "0"]);
    let shop = KymaApplication::join(&server, "shop").await;
    let body = json!({ "applicationId": shop.id });
    assert_eq!(server.console_post("/runtimes/kyma/expire", &body).await["expired"], 1);
    assert_eq!(shop.alert(shop.info_url()), EXPIRED);
    let link = server.internal().second_generation("shop").url;
    sends(&KymaApplication::pair(server.ready("caFile"), &shop.id, &link));
}

/// Its own time is over: renewed while it counts, never after.
#[tokio::test]
async fn what_is_over_by_itself_must_pair_again() {
    let folder = tempfile::tempdir().unwrap();
    let clock = Clock::new(folder.path());
    let server = Server::run(clock.of(Program::serve(&folder.path().join("data"), &super::OPTIONS)));
    let (first, second) = both(&server, "shop").await;
    for (offset, counts) in [("+89d", true), ("+91d", false)] {
        clock.set(offset);
        for application in [&first, &second] {
            let subject = text(&application.managed["certificate"]["subject"]);
            let body = json!({ "csr": base64(CertificateRequest::new(subject, &key()).pem) }).to_string();
            // Only the server lives in the future, and shows a certificate of then.
            let curl = application.curl().with(&["--insecure"]);
            match curl.try_send("POST", application.url("renewCertUrl"), Some(body.as_bytes())) {
                Ok(reply) => assert!(counts && reply.status == 201, "{offset}: {reply:?}"),
                Err(none) => {
                    assert!(!counts, "{offset}: {none:?}");
                    assert_eq!(application.alert(application.url("renewCertUrl")), EXPIRED);
                }
            }
        }
    }
}

/// It stays over, whatever happens to the server.
#[tokio::test]
async fn expired_is_expired_after_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let data_dir = folder.path().join("data");
    let server = Server::start_in(&data_dir, &super::OPTIONS);
    let (first, second) = both(&server, "shop").await;
    server.console_post("/runtimes/kyma/expire", &json!({ "applicationId": first.id })).await;
    server.end("KILL");
    let server = Server::start_in(&data_dir, &super::OPTIONS);
    let at = super::ready(&server, "kyma");
    let url = format!("{}/shop/v1/events", text(&at["gatewayUrl"]));
    let curl = second.files.curl(text(&at["caFile"]), "app");
    curl.try_send("POST", &url, Some(b"{}")).unwrap_err();
    assert_eq!(second.alert(&url), EXPIRED);
}
