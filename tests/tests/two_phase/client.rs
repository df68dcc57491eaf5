//! The client of the old days in both phases: one pairing for what it offers, one for its events.

use blackbox::{LegacyClient, Wire};
use serde_json::json;

use super::{start, text};

#[tokio::test]
async fn an_old_client_lives_in_two_phases() {
    let server = start(&[]);
    let id = server.register("shop").await;
    let mut first = LegacyClient::trusting(server.ready("caFile"));
    first.pair(&server.internal().second_generation("shop").url).unwrap();
    let service =
        json!({ "provider": "p", "name": "n", "description": "d", "api": { "targetUrl": "https://x.example" } });
    let service_id = first.register(&service).unwrap();
    assert_eq!(first.register(&service).unwrap(), service_id);
    // It knows of one certificate only: its events are refused by the handshake, not by a status.
    let refused = first.event(Wire::Legacy, "order.created", &json!({})).unwrap_err();
    assert!(refused.starts_with("no answer"), "{refused}");

    let info = first.info().unwrap();
    let mut second = LegacyClient::trusting(server.ready("caFile"));
    second.pair(text(&info["runtime"]["connectorUrl"])).unwrap();
    assert_eq!(second.connection().application, first.connection().application);
    for wire in [Wire::Legacy, Wire::Structured, Wire::Binary] {
        second.event(wire, "order.created", &json!({ "order": 1 })).unwrap();
    }
    first.renew().unwrap();
    second.renew().unwrap();
    second.renew_with_the_same_bytes().unwrap();
    second.event(Wire::Binary, "order.created", &json!({})).unwrap();
    assert_eq!(first.registered().unwrap().len(), 1);

    // The address changes: it asks before every event, so it never notices.
    server.console_post("/runtimes/kyma/move", &json!({})).await;
    second.event(Wire::Structured, "order.created", &json!({})).unwrap();
    // Its time is over: the next token is in the first phase's answer.
    server.console_post("/runtimes/kyma/expire", &json!({ "applicationId": id })).await;
    let refused = second.event(Wire::Legacy, "order.created", &json!({})).unwrap_err();
    assert!(refused.starts_with("no answer"), "{refused}");
    let refused = second.renew().unwrap_err();
    assert!(refused.starts_with("no answer"), "an expired one is not renewed: {refused}");
    let info = first.info().unwrap();
    second.pair(text(&info["runtime"]["connectorUrl"])).unwrap();
    second.event(Wire::Legacy, "order.created", &json!({})).unwrap();
    second.revoke().unwrap();
    second.event(Wire::Legacy, "order.created", &json!({})).unwrap_err();
    assert_eq!(first.registered().unwrap().len(), 1, "the first phase goes on");
    let events = server.console_get(&format!("/applications/{id}/events")).await;
    assert_eq!(events["events"].as_array().map(Vec::len), Some(6), "{events}");
}
