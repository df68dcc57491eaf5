//! Subscribers on this machine: they get what they asked for, as CloudEvents, also after a restart and after trouble.

use std::time::Duration;

use blackbox::{KymaApplication, Server, Webhook, until};
use reqwest::Method;
use serde_json::{Value, json};

use super::{event, events, ok, start};

/// A subscription to everything, unless it says something else.
async fn subscribe(server: &Server, url: &str, more: &Value) -> Value {
    let mut body = json!({ "applicationId": null, "eventType": null, "version": null, "url": url });
    for (name, value) in more.as_object().unwrap() {
        body[name] = value.clone();
    }
    server.console_post("/subscriptions", &body).await
}

#[tokio::test]
async fn each_gets_what_it_asked_for() {
    let server = start(&[]);
    let (shop, other) = (KymaApplication::join(&server, "shop").await, KymaApplication::join(&server, "other").await);
    let [all, orders, of_shop, second] = [(); 4].map(|()| Webhook::start());
    let made = subscribe(&server, &all.url(), &json!({})).await;
    assert_eq!(
        (&made["applicationId"], &made["applicationName"], &made["eventType"], &made["fixed"], &made["url"]),
        (&Value::Null, &Value::Null, &Value::Null, &json!(false), &json!(all.url())),
        "{made}"
    );
    subscribe(&server, &orders.url(), &json!({ "eventType": "order.created" })).await;
    let made = subscribe(&server, &of_shop.url(), &json!({ "applicationId": shop.id })).await;
    assert_eq!(made["applicationName"], "shop", "{made}");
    subscribe(&server, &second.url(), &json!({ "eventType": "order.created", "version": "v2" })).await;
    for (application, kind, version) in [
        (&shop, "order.created", "v1"),
        (&other, "order.created", "v2"),
        (&other, "order.deleted", "v2"),
        (&shop, "order.deleted", "v1"),
    ] {
        let body =
            super::with(event(kind, &json!({ "from": application.name })), "/event-type-version", json!(version));
        ok(&application.event(&body), 200);
    }
    let seen = |webhook: &Webhook| -> Vec<(String, String)> {
        let kind = |delivered: &blackbox::Delivered| delivered.header("ce-type").unwrap().to_owned();
        let from = |delivered: &blackbox::Delivered| delivered.json()["from"].as_str().unwrap().to_owned();
        webhook.delivered().iter().map(|delivered| (from(delivered), kind(delivered))).collect()
    };
    let pair = |from: &str, kind: &str| (from.to_owned(), format!("sap.kyma.custom.{kind}"));
    all.wait_for(4).await;
    of_shop.wait_for(2).await;
    orders.wait_for(2).await;
    second.wait_for(1).await;
    assert_eq!(
        seen(&all),
        [
            pair("shop", "shop.order.created.v1"),
            pair("other", "other.order.created.v2"),
            pair("other", "other.order.deleted.v2"),
            pair("shop", "shop.order.deleted.v1")
        ],
        "in their order"
    );
    assert_eq!(seen(&of_shop), [pair("shop", "shop.order.created.v1"), pair("shop", "shop.order.deleted.v1")]);
    assert_eq!(seen(&orders), [pair("shop", "shop.order.created.v1"), pair("other", "other.order.created.v2")]);
    assert_eq!(seen(&second), [pair("other", "other.order.created.v2")]);
    let first = &all.delivered()[0];
    assert_eq!(first.header("content-type"), Some("application/json"), "{first:?}");
    for (name, value) in [
        ("ce-specversion", "1.0"),
        ("ce-source", "shop"),
        ("ce-eventtypeversion", "v1"),
        ("ce-time", "2020-02-03T04:05:06.789Z"),
    ] {
        assert_eq!(first.header(name), Some(value), "{first:?}");
    }
    assert_eq!(first.header("ce-id").map(str::len), Some(36));
    // The administrator sees where it went.
    let delivered = until("both deliveries are written down", Duration::from_secs(10), async || {
        let deliveries = events(&server, &shop).await[1]["deliveries"].as_array().unwrap().clone();
        deliveries.iter().all(|delivery| delivery["state"] == "delivered").then_some(deliveries)
    })
    .await;
    assert_eq!(delivered.len(), 3, "{delivered:?}");
    assert!(delivered.iter().all(|delivery| delivery["status"] == 200 && delivery["at"].is_string()), "{delivered:?}");
}

#[tokio::test]
async fn a_subscriber_of_the_command_line_gets_everything() {
    let webhook = Webhook::start();
    let server = start(&["--event-subscriber", &webhook.url()]);
    let shop = KymaApplication::join(&server, "shop").await;
    let listed = server.console_get("/subscriptions").await;
    let fixed = &listed["subscriptions"][0];
    assert_eq!(
        (&fixed["fixed"], &fixed["url"], &fixed["applicationId"]),
        (&json!(true), &json!(webhook.url()), &Value::Null)
    );
    let id = fixed["id"].as_str().unwrap();
    let reply = server.console(Method::DELETE, &format!("/subscriptions/{id}"), &Value::Null).await;
    assert!(reply.status >= 400 && reply.json()["message"].is_string(), "it is the command line's: {reply:?}");
    let body = json!({ "specversion": "1.0", "id": "1", "type": "t", "source": "s", "datacontenttype": "application/xml", "data": "<a/>", "x": "Ä" });
    let curl = shop.curl().header("Content-Type: application/cloudevents+json");
    assert_eq!(curl.post(&shop.cloud_events_url(), body.to_string()).status, 204);
    let delivered = webhook.wait_for(1).await;
    assert_eq!(
        (delivered[0].header("content-type"), delivered[0].body.as_slice()),
        (Some("application/xml"), &b"<a/>"[..])
    );
    assert_eq!(delivered[0].header("ce-x"), Some("%C3%84"), "{delivered:?}");
}

/// Refused, then accepted; gone for good; and a subscription that ends.
#[tokio::test]
async fn trouble_is_tried_again_and_then_told() {
    let server = start(&[]);
    let shop = KymaApplication::join(&server, "shop").await;
    let webhook = Webhook::start();
    webhook.answer(503);
    let made = subscribe(&server, &webhook.url(), &json!({})).await;
    ok(&shop.event(&event("order.created", &json!(1))), 200);
    let waiting = until("the first attempt failed", Duration::from_secs(20), async || {
        let delivery = events(&server, &shop).await[0]["deliveries"][0].clone();
        (delivery["status"] == 503).then_some(delivery)
    })
    .await;
    assert_eq!(waiting["state"], "waiting", "{waiting}");
    webhook.answer(204);
    webhook.wait_for(1).await;
    // Nobody listens any more.
    drop(webhook);
    let nobody = "http://127.0.0.1:1/events";
    subscribe(&server, nobody, &json!({ "eventType": "order.lost" })).await;
    let id = made["id"].as_str().unwrap();
    assert_eq!(server.console(Method::DELETE, &format!("/subscriptions/{id}"), &Value::Null).await.status, 204);
    assert_eq!(server.console(Method::DELETE, &format!("/subscriptions/{id}"), &Value::Null).await.status, 404);
    ok(&shop.event(&event("order.lost", &json!(2))), 200);
    let failed = until("it is given up", Duration::from_secs(40), async || {
        let deliveries = events(&server, &shop).await[0]["deliveries"].as_array().unwrap().clone();
        assert_eq!(deliveries.len(), 1, "the subscription that ended gets nothing: {deliveries:?}");
        (deliveries[0]["state"] == "failed").then(|| deliveries[0].clone())
    })
    .await;
    assert!(failed["error"].as_str().is_some_and(|error| !error.is_empty()) && failed["status"].is_null(), "{failed}");
    assert_eq!(failed["url"], nobody);
}

#[tokio::test]
async fn subscriptions_and_what_waits_survive_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let data_dir = folder.path().join("data");
    let options = ["--internal-port", "0"];
    let webhook = Webhook::start();
    let port = webhook.port();
    let server = Server::start_in(&data_dir, &options);
    let shop = KymaApplication::join(&server, "shop").await;
    subscribe(&server, &webhook.url(), &json!({ "eventType": "order.created" })).await;
    webhook.answer(503);
    ok(&shop.event(&event("order.created", &json!("before"))), 200);
    server.end("KILL");
    webhook.answer(200);
    let server = Server::start_in(&data_dir, &options);
    let delivered = webhook.wait_for(1).await;
    assert_eq!(delivered[0].json(), "before");
    let listed = server.console_get("/subscriptions").await;
    assert_eq!(listed["subscriptions"].as_array().map(Vec::len), Some(1), "{listed}");
    assert_eq!(webhook.port(), port);
    assert_eq!(events(&server, &shop).await.len(), 1);
}

/// Addresses anywhere else would make this machine a tool of others.
#[tokio::test]
async fn only_this_machine_is_told() {
    let server = start(&[]);
    for url in [
        "https://127.0.0.1:1/",
        "http://192.0.2.1/",
        "http://example.com/",
        "http://0.0.0.0:1/",
        "http://user:pw@127.0.0.1:1/",
        "ftp://localhost/",
        "localhost:80",
        "",
        "http://127.0.0.1.example.com/",
        "http://[::ffff:192.0.2.1]/",
    ] {
        let body = json!({ "applicationId": null, "eventType": null, "version": null, "url": url });
        let reply = server.console(Method::POST, "/subscriptions", &body).await;
        assert_eq!((reply.status, reply.json()["code"].as_str()), (400, Some("invalid_data")), "{url}: {reply:?}");
        assert!(reply.json()["message"].as_str().unwrap().len() > 20, "a sentence: {reply:?}");
    }
    for url in ["http://127.0.0.1:1/x?y=1", "http://localhost:1/", "http://[::1]:1/"] {
        subscribe(&server, url, &json!({})).await;
    }
    let unknown = json!({ "applicationId": "00000000-0000-4000-8000-000000000000", "eventType": null, "version": null, "url": "http://localhost:1/" });
    let reply = server.console(Method::POST, "/subscriptions", &unknown).await;
    assert_eq!(reply.status, 404, "{reply:?}");
}
