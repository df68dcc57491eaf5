//! *Change the event URL now*: the next answer says another address, the old one answers no more.

use std::path::Path;

use blackbox::{KymaApplication, Server};
use reqwest::Method;
use serde_json::{Value, json};

use super::{OPTIONS, both, error, event, offer, ready, sends, start, text};

#[tokio::test]
async fn events_move_between_two_polls() {
    let server = start(&["--runtime", "kyma", "--runtime", "edge"]);
    let (mut first, mut second) = both(&server, "shop").await;
    let old = second.url("eventsUrl").to_owned();
    let kyma = server.console_post("/runtimes/kyma/move", &json!({})).await;
    let moved = text(&kyma["runtimes"][0]["eventsMovedTo"]).to_owned();
    assert!(kyma["runtimes"][1]["eventsMovedTo"].is_null(), "the other one stays: {kyma}");
    assert!(!old.starts_with(&moved), "{moved}");
    // Not noticed yet.
    let (status, words) = error(&second.event(&event("order.created")));
    assert!(status == 404 && words.contains("management/info"), "{status} {words}");
    let cloud =
        second.curl().header("Content-Type: application/cloudevents+json").post(&second.cloud_events_url(), "{}");
    assert_eq!(cloud.status, 404, "{cloud:?}");
    // Everything else stays where it was.
    assert_eq!(second.curl().get(second.info_url()).status, 200);
    // Adapted, from either answer; the certificate is as good as before.
    first.poll();
    let offered = offer(&first, "kyma");
    assert_eq!(offered["eventsUrl"], format!("{moved}/shop/v1/events"));
    assert_eq!(first.url("eventsUrl"), text(&offered["eventsUrl"]));
    second.poll();
    assert_eq!(second.url("eventsUrl"), text(&offered["eventsUrl"]));
    sends(&second);
    let reply = second.curl().get(second.url("eventsInfoUrl"));
    assert_eq!(reply.status, 200, "{reply:?}");
    // Only events are there.
    let base = moved.clone();
    assert_eq!(second.curl().get(&format!("{base}/v1/applications/management/info")).status, 404);
    // And on it goes.
    let again = server.console_post("/runtimes/kyma/move", &json!({})).await;
    let next = text(&again["runtimes"][0]["eventsMovedTo"]);
    assert_ne!(next, moved);
    let gone = second.curl().try_send("POST", second.url("eventsUrl"), Some(b"{}"));
    assert!(gone.as_ref().map_or(true, |reply| reply.status == 404), "{gone:?}");
    second.poll();
    sends(&second);
}

#[tokio::test]
async fn one_connector_moves_its_events_too_and_is_back_after_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let data_dir = folder.path().join("data");
    let server = Server::start_in(&data_dir, &OPTIONS[..2]);
    let mut shop = KymaApplication::join(&server, "shop").await;
    let old = shop.url("eventsUrl").to_owned();
    server.console_post("/runtimes/kyma/move", &json!({})).await;
    assert_eq!(error(&shop.event(&event("order.created"))).0, 404);
    shop.poll();
    assert_ne!(shop.url("eventsUrl"), old);
    sends(&shop);
    server.stop().await;
    let server = Server::start_in(&data_dir, &OPTIONS[..2]);
    let kyma = server.console_get("/kyma").await;
    assert!(kyma["runtimes"][0]["eventsMovedTo"].is_null(), "{kyma}");
    let base = server.ready("certificateSecuredConnectorUrl").trim_end_matches("/connector/graphql").to_owned();
    let curl = shop.files.curl(Path::new(server.ready("caFile")), "app");
    let reply = curl.post(&format!("{base}/shop/v1/events"), event("order.created").to_string());
    assert_eq!(reply.status, 200, "{reply:?}");
}

#[tokio::test]
async fn only_runtimes_that_are_there_can_be_moved() {
    let server = start(&[]);
    for (path, body) in
        [("/runtimes/nobody/move", json!({})), ("/runtimes/nobody/expire", json!({ "applicationId": "x" }))]
    {
        let reply = server.console(Method::POST, path, &body).await;
        assert_eq!((reply.status, &reply.json()["code"]), (404, &json!("not_found")), "{path}: {reply:?}");
    }
    let reply = server.console(Method::POST, "/runtimes/kyma/expire", &json!({ "applicationId": "nobody" })).await;
    assert_eq!(reply.status, 404, "{reply:?}");
    // The runtime's own console is for certificates; it is not the place to change runtimes from.
    let at = ready(&server, "kyma");
    let token = std::fs::read_to_string(text(&at["adminTokenFile"])).unwrap();
    let ca = text(&at["caFile"]);
    let curl = blackbox::Curl::trusting(ca).header(&format!("Authorization: Bearer {}", token.trim()));
    let reply = curl.get(&format!("{}/certificates", text(&at["consoleUrl"])));
    assert_eq!(reply.status, 200, "{reply:?}");
    // Each has an administrator of its own.
    assert_ne!(token.trim(), server.admin_token());
    let foreign = blackbox::Curl::trusting(ca).header(&format!("Authorization: Bearer {}", server.admin_token()));
    assert_eq!(foreign.get(&format!("{}/certificates", text(&at["consoleUrl"]))).status, 401);
    let nothing: Value = server.console_get("/kyma").await["runtimes"][0]["eventsMovedTo"].clone();
    assert!(nothing.is_null());
}
