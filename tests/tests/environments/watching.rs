//! One look at all that are watched, which never asks for a token.

use std::time::{Duration, Instant};

use blackbox::{AwkwardDirector, Fault, Pairing, Seen, Server, until};
use serde_json::{Value, json};

use super::{
    Desk, Landscape,
    desk::{PATIENCE, definition_at, text},
};

async fn desk_before(server: &Server, director: &AwkwardDirector) -> Desk {
    let desk = Desk::new();
    let wanted = definition_at(&director.director_url(), director.ca_pem(), server.ready("tenant"), "Watched");
    desk.join_as(wanted, &server.admin_token()).await;
    desk
}

/// No field of a document that only watches may hold a secret.
fn asks_for_no_secret(seen: &Seen) {
    for secret in ["token", "raw", "rawEncoded", "legacyConnectorURL", "clientSecret", "password", "certificate"] {
        assert!(!seen.says(secret), "{secret} in {}", seen.document);
    }
    assert!(!seen.is_mutation(), "{}", seen.document);
}

#[tokio::test(flavor = "multi_thread")]
async fn all_are_watched_by_one_request_without_secrets() {
    for landscape in [Landscape::Complete, Landscape::Shipped] {
        let server = landscape.start();
        let director = AwkwardDirector::before(&server);
        let desk = desk_before(&server, &director).await;
        let mut receipts = Vec::new();
        for number in 0..5 {
            let id = desk.create(&format!("app-{number}")).await;
            receipts.push(desk.request(&id, "client_certificate").await);
        }
        let ids: Vec<_> = receipts.iter().map(|receipt| text(&receipt["owner"]["id"])).collect();
        director.forget();
        let watched = desk.call("watched_pairings", json!({})).await;
        let pairings = watched["pairings"].as_array().unwrap();
        assert_eq!((pairings.len(), &watched["error"]), (5, &Value::Null), "{watched}");
        assert!(pairings.iter().all(|pairing| pairing["progress"]["stage"] == "waiting"), "{watched}");

        // One pairs; one is deleted by somebody else; the others stay.
        let token = desk.form(&receipts[0], "token").await;
        Pairing::of(&server, &ids[0], &token).await.director(&server).viewer().await;
        let delete = "mutation($id: ID!) { result: unregisterApplication(id: $id) { id } }";
        server.director(delete, json!({ "id": ids[1] })).await;
        let stages = until("the window knows", PATIENCE, async || {
            let watched = desk.call("watched_pairings", json!({})).await;
            let stage = |receipt: &Value| {
                let pairings = watched["pairings"].as_array().unwrap();
                let found = pairings.iter().find(|pairing| pairing["pairingId"] == receipt["pairingId"]);
                found.map_or_else(|| "gone".into(), |found| text(&found["progress"]["stage"]))
            };
            let stages: Vec<_> = receipts.iter().map(stage).collect();
            (stages[0] == "paired" && stages[1] == "gone").then_some(stages)
        })
        .await;
        assert_eq!(stages[2..], ["waiting", "waiting", "waiting"]);
        assert!(desk.desktop.notified().iter().any(|said| said.contains("app-0")), "{:?}", desk.desktop.notified());

        // All of that came from documents that ask for everything at once and for nothing secret.
        let seen = director.forget();
        assert!(!seen.is_empty());
        for one in &seen {
            asks_for_no_secret(one);
            let asked = format!("{}{}", one.document, one.variables);
            assert!(ids[2..].iter().all(|id| asked.contains(id.as_str())), "all at once: {asked}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_seen_before_stays_while_nobody_answers() {
    let server = Landscape::Complete.start();
    let director = AwkwardDirector::before(&server);
    let desk = desk_before(&server, &director).await;
    let id = desk.create("shop").await;
    let receipt = desk.request(&id, "client_certificate").await;
    let token = desk.form(&receipt, "token").await;
    desk.call("watched_pairings", json!({})).await;
    director.unplug();
    let watched = until("the loss is noticed", PATIENCE, async || {
        let watched = desk.call("watched_pairings", json!({})).await;
        watched["error"].is_object().then_some(watched)
    })
    .await;
    assert_eq!(watched["error"]["code"], "unreachable", "{watched}");
    assert_eq!(watched["pairings"][0]["progress"]["stage"], "waiting", "what was seen stays: {watched}");
    assert_eq!(desk.environment().await["reach"]["stage"], "lost");
    // It went on without us, and is found where it is now.
    let pairing = Pairing::of(&server, &id, &token).await;
    pairing.director(&server).viewer().await;
    director.plug_in();
    desk.reaches(&receipt, &["paired"]).await;
    assert_eq!(desk.environment().await["reach"]["stage"], "reached");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_place_that_does_not_answer_keeps_no_other_waiting() {
    let (far, near) = (Landscape::Complete.start(), Landscape::Complete.start());
    let director = AwkwardDirector::before(&far);
    let desk = desk_before(&far, &director).await;
    let id = desk.create("far").await;
    desk.request(&id, "client_certificate").await;
    desk.join(&near, "Near").await;
    let id = desk.create("near").await;
    let receipt = desk.request(&id, "client_certificate").await;
    director.forget();
    director.always(Fault::Silence);
    until("somebody waits for the far Director", PATIENCE, async || (!director.seen().is_empty()).then_some(())).await;

    let token = desk.form(&receipt, "token").await;
    Pairing::of(&near, &id, &token).await.director(&near).viewer().await;
    let begun = Instant::now();
    desk.reaches(&receipt, &["paired"]).await;
    let watched = desk.call("watched_pairings", json!({})).await;
    assert!(begun.elapsed() < Duration::from_secs(15), "{:?}", begun.elapsed());
    let stages: Vec<_> = watched["pairings"].as_array().unwrap().iter().map(|one| &one["progress"]["stage"]).collect();
    assert_eq!(stages.iter().filter(|stage| **stage == "paired").count(), 1, "{watched}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pairing_ends_with_its_environment() {
    let (desk, _server) = Desk::in_landscape(Landscape::Complete).await;
    let id = desk.create("shop").await;
    desk.request(&id, "client_certificate").await;
    let environment = text(&desk.environment().await["id"]);
    // Another window of this program takes the environment away.
    let other = desk.started_again();
    other.call("remove_environment", json!({ "id": environment, "confirmName": "Landscape" })).await;
    let watched = until("nothing is watched any more", PATIENCE, async || {
        let watched = desk.call("watched_pairings", json!({})).await;
        watched["pairings"].as_array().unwrap().is_empty().then_some(watched)
    })
    .await;
    assert_eq!(watched["error"], Value::Null, "{watched}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_nobody_used_expires_where_that_can_be_seen() {
    let server = Server::start(&["--token-ttl", "1s"]);
    let director = AwkwardDirector::before(&server);
    let desk = desk_before(&server, &director).await;
    let id = desk.create("shop").await;
    let receipt = desk.request(&id, "client_certificate").await;
    desk.reaches(&receipt, &["expired"]).await;
    // Presented, and nothing came of it.
    let receipt = desk.request(&id, "client_certificate").await;
    let token = desk.form(&receipt, "token").await;
    server.connector(&token).configuration().await;
    desk.reaches(&receipt, &["expired", "no_answer", "configuration_fetched"]).await;
    tokio::time::timeout(Duration::from_secs(10), desk.reaches(&receipt, &["no_answer", "expired"])).await.unwrap();
}

/// Applications of an integration system get their token from its adapter: no address, and no word about its life.
#[tokio::test(flavor = "multi_thread")]
async fn a_token_of_an_adapter_is_called_what_it_is() {
    for landscape in [Landscape::Complete, Landscape::Shipped] {
        let server = landscape.seeded(&json!({
            "integrationSystems": [{ "name": "their-system", "pairingAdapter": true }],
            "applications": [{ "name": "theirs", "integrationSystem": "their-system" }],
        }));
        let desk = Desk::new();
        desk.join(&server, "Adapter").await;
        let page = desk.call("list_applications", super::desk::list()).await;
        let id = text(&page["rows"][0]["id"]);
        let receipt = desk.request(&id, "client_certificate").await;
        assert_eq!(receipt["issuedBy"], "their-system", "{receipt}");
        assert_eq!(receipt["expiresAt"], Value::Null, "nobody knows how long it lives: {receipt}");
        assert_eq!(receipt["connectorUrl"].as_str().unwrap_or_default(), "", "{receipt}");
    }
}
