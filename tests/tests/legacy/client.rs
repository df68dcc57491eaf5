//! A client with every habit of the old ones (§6) lives its life: pairs, registers, sends, renews, is revoked.

use blackbox::{LegacyClient, Reply, Webhook, Wire};
use serde_json::{Value, json};

use super::flavour::{Flavour, World};

/// What the mock applications send, with keys that nobody knows.
fn service(description: &str) -> Value {
    json!({
        "provider": "SAP Hybris", "name": "SAP Commerce Cloud - Orders", "description": description,
        "labels": { "connected-app": "something else" }, "varkes": { "type": "openapi" },
        "api": {
            "targetUrl": "https://shop.example/rest", "specificationUrl": "https://shop.example/rest/metadata",
            "spec": { "openapi": "3.0.0", "info": { "title": "Orders", "version": "1.0" }, "paths": {} },
            "credentials": { "oauth": { "url": "https://shop.example/token", "clientId": "admin", "clientSecret": "nimda" } },
        },
        "events": { "spec": { "asyncapi": "2.0.0", "info": { "title": "Orders", "version": "1" },
            "channels": { "order.created.v1": { "subscribe": { "message": { "payload": { "type": "object" } } } } } } },
    })
}

#[track_caller]
fn legacy_answer(reply: &Reply) {
    let answer = reply.json();
    assert_eq!(reply.status, 200, "{reply:?}");
    assert_eq!((&answer["status"], &answer["reason"]), (&json!(""), &json!("")), "{reply:?}");
    assert_eq!(answer["event-id"].as_str().map(str::len), Some(36), "{reply:?}");
}

/// Everything that follows the pairing.
async fn works(world: &World, client: &mut LegacyClient) {
    let first = client.register(&service("Orders")).unwrap();
    // The next night: found by its name and replaced.
    assert_eq!(client.register(&service("All orders")).unwrap(), first);
    let registered = client.registered().unwrap();
    assert_eq!(registered.len(), 1, "{registered:?}");
    assert_eq!(registered[0]["description"], "All orders");
    assert_eq!(registered[0]["name"], "SAP Commerce Cloud - Orders");

    legacy_answer(&client.event(Wire::Legacy, "order.created", &json!({ "order": 1 })).unwrap());
    for wire in [Wire::Structured, Wire::Binary] {
        let reply = client.event(wire, "order.created", &json!({ "order": 2 })).unwrap();
        assert_eq!((reply.status, reply.text.as_str()), (204, ""), "{reply:?}");
    }
    let path = format!("/applications/{}/events", world.id);
    let events = world.server.console_get(&path).await["events"].clone();
    let wires: Vec<_> = events.as_array().unwrap().iter().map(|event| event["wire"].clone()).collect();
    assert_eq!(wires, ["binary", "structured", "legacy"], "newest first: {events}");
}

async fn lives(flavour: Flavour) {
    let webhook = Webhook::start();
    let world = World::start(flavour, &["--event-subscriber", &webhook.url()]).await;
    let mut client = LegacyClient::trusting(world.server.ready("caFile"));
    let link = world.link().await.url;
    client.pair(&link).unwrap();
    assert_eq!(
        client.pair(&link).unwrap_err(),
        "The token is invalid, get a new one.",
        "a used link, kept by somebody"
    );
    let connection = client.connection().clone();
    if flavour != Flavour::Adapter {
        assert_eq!(connection.application, world.name);
    }
    let application = &connection.application;
    let secured = world.secured();
    assert_eq!(connection.events_url, format!("{secured}/{application}/v1/events"));
    assert_eq!(connection.cloud_events_url, format!("{secured}/{application}/events"));
    assert_eq!(connection.console_url, format!("{secured}/"), "what is left when the known end is cut off");
    works(&world, &mut client).await;
    let delivered = webhook.wait_for(3).await;
    assert!(delivered.iter().all(|event| !event.body.is_empty()), "{delivered:?}");

    client.renew().unwrap();
    client.renew().unwrap();
    client.renew_with_the_same_bytes().unwrap();
    client.event(Wire::Legacy, "order.created", &json!("after the renewal")).unwrap();
    client.revoke().unwrap();
    let refused = client.renew().unwrap_err();
    assert!(refused.starts_with("expected 201, got 403: "), "{refused}");
    let refused = client.event(Wire::Legacy, "order.created", &json!(1)).unwrap_err();
    assert!(refused.starts_with("expected 200, got 403: "), "strict: nothing works any more: {refused}");
    // It is told to pair again, and does.
    client.pair(&world.link().await.url).unwrap();
    client.event(Wire::Binary, "order.created", &json!({ "order": 3 })).unwrap();
    assert_eq!(client.registered().unwrap().len(), 1, "what it registered is still there");
}

#[tokio::test]
async fn the_second_generation() {
    lives(Flavour::Second).await;
}

#[tokio::test]
async fn the_link_of_the_director() {
    lives(Flavour::Adapter).await;
}

/// Libraries of the second generation find what they need in the first one's answer as well; scripts of that time need
/// no more than the addresses.
#[tokio::test]
async fn the_first_generation() {
    let world = World::start(Flavour::RemoteEnvironments, &[]).await;
    let mut old = LegacyClient::trusting(world.server.ready("caFile"));
    old.pair_first_generation(&world.link().await.url).unwrap();
    assert_eq!(old.connection().application, world.name);
    works(&world, &mut old).await;
    let mut newer = LegacyClient::trusting(world.server.ready("caFile"));
    newer.pair(&world.link().await.url).unwrap();
    newer.renew().unwrap();
    assert_eq!(newer.registered().unwrap().len(), 1);
}

/// Where the certificate listener has a host of its own kind of name, consoles are found by exchanging its first word.
#[tokio::test]
async fn a_host_called_gateway_has_a_console_beside_it() {
    let world = World::start(Flavour::Second, &["--public-host", "gateway.localhost"]).await;
    let mut client = LegacyClient::trusting(world.server.ready("caFile"));
    client.pair(&world.link().await.url).unwrap();
    let port = world.server.ports().certificate;
    assert_eq!(client.connection().console_url, format!("https://console.localhost:{port}/"));
    client.event(Wire::Legacy, "order.created", &json!({})).unwrap();
}
