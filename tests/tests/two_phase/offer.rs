//! What management info says of runtimes, in every mode and to every kind of application.

use std::collections::BTreeSet;

use blackbox::{Curl, KymaApplication, Server};
use serde_json::{Value, json};

use super::{both, error, offer, ready, second, start, text};

fn members(offer: &Value) -> Vec<&String> {
    offer.as_object().unwrap().keys().collect()
}

const MEMBERS: [&str; 8] =
    ["connectorUrl", "eventsInfoUrl", "eventsUrl", "infoUrl", "metadataUrl", "name", "token", "tokenExpiresAt"];

#[tokio::test]
async fn the_first_certificate_is_told_of_the_runtime_and_gets_a_token() {
    let server = start(&[]);
    let mut first = KymaApplication::join(&server, "shop").await;
    let at = ready(&server, "kyma");
    let (gateway, center) = (text(&at["gatewayUrl"]), server.ready("certificateSecuredConnectorUrl"));
    let offered = offer(&first, "kyma");
    assert_eq!(first.managed["runtime"], offered, "the first of all");
    assert_eq!(members(&offered), MEMBERS);
    assert_eq!(offered["eventsUrl"], format!("{gateway}/shop/v1/events"));
    assert_eq!(offered["eventsInfoUrl"], format!("{gateway}/shop/v1/events/subscribed"));
    assert_eq!(offered["infoUrl"], format!("{gateway}/v1/applications/management/info"));
    let metadata = center.replace("/connector/graphql", "/shop/v1/metadata/services");
    assert_eq!(offered["metadataUrl"], metadata);
    assert_eq!(offered["connectorUrl"], format!("{}?token={}", text(&at["infoUrl"]), text(&offered["token"])));
    assert_eq!(text(&offered["token"]).len(), 88);
    assert_eq!(first.url("eventsUrl"), text(&offered["eventsUrl"]), "where old applications look");
    assert_eq!(first.url("metadataUrl"), metadata);
    // A fresh one with each answer, and the ones before still count.
    let mut tokens = BTreeSet::from([text(&offered["token"]).to_owned()]);
    for _ in 0..3 {
        first.poll();
        assert!(tokens.insert(text(&offer(&first, "kyma")["token"]).to_owned()), "fresh");
    }
    for token in &tokens {
        let reply = Curl::trusting(text(&at["caFile"])).get(&format!("{}?token={token}", text(&at["infoUrl"])));
        assert_eq!(reply.status, 200, "{reply:?}");
    }
    // The runtime itself sends nobody on.
    first.poll();
    let second = second(&server, &first, "kyma");
    assert!(second.managed.get("runtime").is_none() && second.managed.get("runtimes").is_none(), "{}", second.managed);
    assert_eq!(second.managed["clientIdentity"], json!({ "application": "shop" }));
    assert_eq!(second.url("eventsUrl"), text(&offered["eventsUrl"]));
    assert_eq!(second.url("metadataUrl"), metadata, "still at the center");
    assert_eq!(second.url("renewCertUrl"), format!("{gateway}/v1/applications/certificates/renewals"));
}

/// With one Connector the same answer names that one; the adapter never had such a thing.
#[tokio::test]
async fn one_connector_is_its_own_runtime() {
    let server = Server::start(&["--internal-port", "0"]);
    let shop = KymaApplication::join(&server, "shop").await;
    let offered = offer(&shop, "kyma");
    assert_eq!(members(&offered), MEMBERS);
    assert_eq!(shop.managed["runtimes"].as_array().map(Vec::len), Some(1));
    for name in ["eventsUrl", "eventsInfoUrl", "metadataUrl"] {
        assert_eq!(offered[name], shop.url(name), "the same addresses");
    }
    assert_eq!(offered["infoUrl"], shop.info_url());
    // Its token is a token of this very server.
    let again = KymaApplication::pair(server.ready("caFile"), &shop.id, text(&offered["connectorUrl"]));
    super::sends(&again);
    super::sends(&shop);
    assert_eq!(server.program().ready().json["runtimes"], json!([]), "no other Connector");

    let link = adapter_link(&server, &server.register("adapter").await).await;
    let adapter = KymaApplication::pair(server.ready("caFile"), "", &link);
    assert!(adapter.managed.get("runtime").is_none(), "{}", adapter.managed);
}

async fn adapter_link(server: &Server, id: &str) -> String {
    let query = "mutation($id: ID!) { result: requestOneTimeTokenForApplication(id: $id) { legacyConnectorURL } }";
    text(&server.director(query, json!({ "id": id })).await["legacyConnectorURL"]).to_owned()
}

/// Both phases for an application that came by the Director's link.
#[tokio::test]
async fn the_directors_link_leads_to_the_runtime_too() {
    let server = start(&[]);
    let id = server.register("My Shop!").await;
    let first = KymaApplication::pair(server.ready("caFile"), &id, &adapter_link(&server, &id).await);
    let second = second(&server, &first, "kyma");
    super::sends(&second);
    let events = server.console_get(&format!("/applications/{id}/events")).await;
    assert_eq!(events["events"].as_array().map(Vec::len), Some(1), "{events}");
}

#[tokio::test]
async fn a_token_of_one_connector_is_none_at_another() {
    let server = start(&["--runtime", "kyma", "--runtime", "edge"]);
    let first = KymaApplication::join(&server, "shop").await;
    let names: Vec<_> = first.managed["runtimes"].as_array().unwrap().iter().map(|one| one["name"].clone()).collect();
    assert_eq!(names, ["kyma", "edge"], "in the order of the command line");
    let at = |name: &str| ready(&server, name);
    let at_runtime = |name: &str, token: &str| {
        Curl::trusting(text(&at(name)["caFile"])).get(&format!("{}?token={token}", text(&at(name)["infoUrl"])))
    };
    let at_center = |token: &str| {
        let url = server.ready("connectorUrl").replace("/connector/graphql", "/v1/applications/signingRequests/info");
        server.curl().get(&format!("{url}?token={token}"))
    };
    let token = |name: &str| text(&offer(&first, name)["token"]).to_owned();
    let central = server.internal().second_generation("shop").token;
    for reply in [
        at_runtime("edge", &token("kyma")),
        at_runtime("kyma", &token("edge")),
        at_runtime("kyma", &central),
        at_center(&token("kyma")),
    ] {
        assert_eq!(error(&reply), (403, "Invalid token.".to_owned()));
    }
    // None of that spent anything.
    for reply in [at_runtime("edge", &token("edge")), at_runtime("kyma", &token("kyma")), at_center(&central)] {
        assert_eq!(reply.status, 200, "{reply:?}");
    }
    // A runtime has no first generation and nobody else to hand out its tokens.
    let base = text(&at("kyma")["infoUrl"]).trim_end_matches("/v1/applications/signingRequests/info").to_owned();
    let reply = Curl::trusting(text(&at("kyma")["caFile"]))
        .get(&format!("{base}/v1/remoteenvironments/shop/info?token={central}"));
    assert_eq!(reply.status, 404, "{reply:?}");
    assert_eq!(server.program().ready().json["runtimes"].as_array().map(Vec::len), Some(2));
}

/// A token of the runtime is spent by success, as all of Kyma's.
#[tokio::test]
async fn the_second_token_counts_once() {
    let server = start(&[]);
    let (first, _second) = both(&server, "shop").await;
    let used = offer(&first, "kyma");
    let reply = Curl::trusting(text(&ready(&server, "kyma")["caFile"])).get(text(&used["connectorUrl"]));
    assert_eq!(error(&reply), (403, "Invalid token.".to_owned()));
}
