//! What the administrator is shown: which parts are played, how an application stands with each runtime, and links of
//! both generations.

use blackbox::{KymaApplication, Server};
use reqwest::Method;
use serde_json::{Value, json};

use super::{offer, ready, start, state, text};

#[tokio::test]
async fn the_overview_says_what_was_asked_for() {
    let webhook = blackbox::Webhook::start();
    let server = start(&[
        "--runtime",
        "edge",
        "--central",
        "--create-unknown-applications",
        "--default-label",
        "a=1",
        "--default-label",
        "b=x=y",
        "--event-subscriber",
        &webhook.url(),
    ]);
    let kyma = server.console_get("/kyma").await;
    let at = ready(&server, "edge");
    let expected = json!({
        "mode": "central", "twoPhase": true, "createUnknownApplications": true,
        "internalUrl": server.ready("internalUrl"), "defaultLabels": { "a": "1", "b": "x=y" },
        "eventSubscriber": webhook.url(), "now": kyma["now"],
        "runtimes": [{
            "name": "edge", "own": false, "connectorUrl": at["infoUrl"], "gatewayUrl": at["gatewayUrl"],
            "eventsMovedTo": null, "authorityFingerprint": kyma["runtimes"][0]["authorityFingerprint"],
        }],
    });
    assert_eq!(kyma, expected);
    assert_eq!(text(&kyma["runtimes"][0]["authorityFingerprint"]).len(), 64);

    let plain = Server::start(&[]);
    let kyma = plain.console_get("/kyma").await;
    let secured = plain.ready("certificateSecuredConnectorUrl").trim_end_matches("/connector/graphql").to_owned();
    assert_eq!(
        (&kyma["mode"], &kyma["twoPhase"], &kyma["internalUrl"], &kyma["defaultLabels"], &kyma["eventSubscriber"]),
        (&json!("standalone"), &json!(false), &Value::Null, &json!({}), &Value::Null)
    );
    let runtime = &kyma["runtimes"][0];
    assert_eq!(
        (&runtime["name"], &runtime["own"], &runtime["gatewayUrl"]),
        (&json!("kyma"), &json!(true), &json!(secured))
    );
}

#[tokio::test]
async fn the_second_phase_can_be_followed() {
    let server = start(&[]);
    let id = server.register("early").await;
    let nothing = state(&server, &id, "kyma", "it is shown", |_| true).await;
    assert_eq!(
        (&nothing["token"], &nothing["certificate"], &nothing["expiredNow"]),
        (&Value::Null, &Value::Null, &json!(false))
    );
    let first = KymaApplication::join(&server, "shop").await;
    let arrived = state(&server, &first.id, "kyma", "the token arrived", |one| one["token"].is_object()).await;
    assert!(arrived["token"]["usedAt"].is_null() && arrived["certificate"].is_null(), "{arrived}");
    assert_eq!(arrived["token"]["expiresAt"], offer(&first, "kyma")["tokenExpiresAt"]);
    assert!(!arrived.to_string().contains(text(&offer(&first, "kyma")["token"])), "the token itself is not shown");
    assert_eq!(arrived["eventsUrl"], first.url("eventsUrl"));
    assert_eq!(arrived["metadataUrl"], first.url("metadataUrl"));
    let second = super::second(&server, &first, "kyma");
    let paired = state(&server, &first.id, "kyma", "it is paired", |one| one["certificate"].is_object()).await;
    assert_eq!(
        (&paired["certificate"]["state"], &paired["certificate"]["fingerprint"]),
        (&json!("valid"), &json!(second.fingerprint()))
    );
    assert!(text(&paired["certificate"]["notAfter"]) > text(&paired["certificate"]["issuedAt"]), "{paired}");
    super::sends(&second);
    state(&server, &first.id, "kyma", "it was seen", |one| one["certificate"]["lastSeenAt"].is_string()).await;
    second.curl().send("POST", second.url("revokeCertUrl"), None);
    state(&server, &first.id, "kyma", "it is revoked", |one| one["certificate"]["state"] == "revoked").await;
    let kyma = server.console_get(&format!("/applications/{}/kyma", first.id)).await;
    assert_eq!((&kyma["applicationId"], &kyma["name"]), (&json!(first.id), &json!("shop")));
    let reply = server.console(Method::GET, "/applications/nobody/kyma", &Value::Null).await;
    assert_eq!((reply.status, &reply.json()["code"]), (404, &json!("not_found")));
}

/// The window hands out links without an internal port.
#[tokio::test]
async fn the_administrator_hands_out_links_of_both_generations() {
    let server = Server::start(&[]);
    let id = server.register("shop").await;
    let path = format!("/applications/{id}/connection-token");
    for (generation, place) in [
        ("first", "/v1/remoteenvironments/shop/info?token="),
        ("second", "/v1/applications/signingRequests/info?token="),
    ] {
        let reply = server.console(Method::POST, &path, &json!({ "generation": generation })).await;
        assert_eq!(reply.status, 201, "{reply:?}");
        let given = reply.json();
        let open = server.ready("connectorUrl").trim_end_matches("/connector/graphql");
        assert_eq!(given["url"], format!("{open}{place}{}", text(&given["token"])));
        assert!(text(&given["expiresAt"]).ends_with('Z'), "{given}");
        let info = server.curl().get(text(&given["url"]));
        assert_eq!(info.status, 200, "{info:?}");
        assert!(text(&info.json()["certificate"]["subject"]).ends_with(",CN=shop"), "by Kyma's rules: {info:?}");
    }
    for body in [json!({}), json!({ "generation": "third" })] {
        let reply = server.console(Method::POST, &path, &body).await;
        assert_eq!((reply.status, &reply.json()["code"]), (400, &json!("invalid_data")), "{body}");
    }
    let reply =
        server.console(Method::POST, "/applications/nobody/connection-token", &json!({ "generation": "first" })).await;
    assert_eq!(reply.status, 404, "{reply:?}");
}
