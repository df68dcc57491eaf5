//! CloudEvents 1.0 over HTTP, structured and binary.

use blackbox::{KymaApplication, Reply};
use serde_json::{Value, json};

use super::{error, events, ok, shop, with};

const STRUCTURED: &str = "Content-Type: application/cloudevents+json";

fn structured(shop: &KymaApplication, event: &Value) -> Reply {
    shop.curl().header(STRUCTURED).post(&shop.cloud_events_url(), event.to_string())
}

fn good() -> Value {
    json!({ "specversion": "1.0", "id": "1", "type": "order.created", "source": "shop", "data": { "order": 1 } })
}

#[track_caller]
fn taken(reply: &Reply) {
    assert_eq!((reply.status, reply.text.as_str()), (204, ""), "{reply:?}");
}

/// Plain text, as the SDK of upstream writes it.
#[track_caller]
fn refused(reply: &Reply) {
    assert_eq!(reply.status, 400, "{reply:?}");
    assert!(reply.header("content-type").is_some_and(|kind| kind.starts_with("text/plain")), "{reply:?}");
    assert!(!reply.text.trim().is_empty(), "{reply:?}");
}

async fn newest(server: &blackbox::Server, shop: &KymaApplication) -> Value {
    let seq = events(server, shop).await[0]["seq"].as_i64().unwrap();
    server.console_get(&format!("/applications/{}/events/{seq}", shop.id)).await
}

#[tokio::test]
async fn structured_events_are_taken_as_they_are() {
    let (server, shop) = shop().await;
    let event = json!({
        "specversion": "1.0", "id": "A-234", "type": "order.created.v1", "source": "/shop/ö?x=1", "subject": "order 1",
        "time": "2020-02-03T04:05:06Z", "dataschema": "https://shop.example/schema", "datacontenttype": "application/json",
        "eventtypeversion": "v1", "comexample": 7, "flag": true, "data": { "order": [1, null, "ä"] },
    });
    taken(&structured(&shop, &event));
    let shown = newest(&server, &shop).await;
    let (list, attributes) = (&shown["event"], &shown["attributes"]);
    assert_eq!(
        (&list["wire"], &list["type"], &list["version"], &list["id"], &list["source"]),
        (&json!("structured"), &json!("order.created.v1"), &json!("v1"), &json!("A-234"), &json!("/shop/ö?x=1")),
        "{shown}"
    );
    assert_eq!((&list["time"], &list["contentType"]), (&json!("2020-02-03T04:05:06Z"), &json!("application/json")));
    for name in ["subject", "dataschema", "eventtypeversion", "specversion"] {
        assert_eq!(attributes[name], event[name], "{name}");
    }
    assert_eq!((&attributes["comexample"], &attributes["flag"]), (&json!("7"), &json!("true")), "{shown}");
    assert_eq!(serde_json::from_str::<Value>(shown["text"].as_str().unwrap()).unwrap(), event["data"]);

    // Bytes, text, and nothing at all.
    taken(&structured(
        &shop,
        &with(with(good(), "/data", Value::Null), "/data_base64", json!(blackbox::base64([0, 255, 1]))),
    ));
    let shown = newest(&server, &shop).await;
    assert_eq!((&shown["text"], &shown["base64"]), (&Value::Null, &json!(blackbox::base64([0, 255, 1]))), "{shown}");
    taken(&structured(&shop, &with(good(), "/data", Value::Null)));
    assert_eq!(newest(&server, &shop).await["event"]["id"], "1");
    let charset = shop.curl().header("Content-Type: application/cloudevents+json; charset=UTF-8");
    taken(&charset.post(&shop.cloud_events_url(), good().to_string()));
    // The path of Kyma 1.4 to 1.17.
    let old = shop.url("eventsUrl").replace("/v1/events", "/v2/events");
    taken(&shop.curl().header(STRUCTURED).post(&old, good().to_string()));
}

#[tokio::test]
async fn binary_events_are_taken_as_they_are() {
    let (server, shop) = shop().await;
    let curl = shop.curl().with(&[
        "--header",
        "ce-specversion: 1.0",
        "--header",
        "ce-id: B-1",
        "--header",
        "CE-Type: order.created",
    ]);
    let curl = curl.with(&[
        "--header",
        "ce-source: shop",
        "--header",
        "ce-eventtypeversion: v2",
        "--header",
        "ce-subject: Euro%20%E2%82%AC",
    ]);
    for (kind, body) in [
        ("application/json", br#"{"order":1}"#.to_vec()),
        ("application/xml", b"<order/>".to_vec()),
        ("image/png", vec![0x89, b'P', 0, 255]),
        ("text/plain; charset=utf-8", "ä".as_bytes().to_vec()),
    ] {
        taken(&curl.clone().header(&format!("Content-Type: {kind}")).post(&shop.cloud_events_url(), &body));
        let shown = newest(&server, &shop).await;
        let event = &shown["event"];
        assert_eq!(
            (&event["wire"], &event["type"], &event["version"], &event["id"], &event["contentType"]),
            (&json!("binary"), &json!("order.created"), &json!("v2"), &json!("B-1"), &json!(kind)),
            "{shown}"
        );
        assert_eq!(shown["attributes"]["subject"], "Euro €", "percent-encoded in headers");
        match String::from_utf8(body.clone()) {
            Ok(text) => assert_eq!(shown["text"], text),
            Err(_) => assert_eq!((&shown["text"], &shown["base64"]), (&Value::Null, &json!(blackbox::base64(&body)))),
        }
    }
    // Nothing inside, and no type of what is inside.
    taken(&curl.header("Content-Type:").send("POST", &shop.cloud_events_url(), None));
}

#[tokio::test]
async fn what_is_no_cloud_event_is_refused_in_plain_text() {
    let (server, shop) = shop().await;
    for name in ["specversion", "id", "type", "source"] {
        refused(&structured(&shop, &with(good(), &format!("/{name}"), Value::Null)));
        refused(&structured(&shop, &with(good(), &format!("/{name}"), json!(""))));
    }
    for event in
        [json!(7), json!([]), with(good(), "/specversion", json!("9.9")), with(good(), "/time", json!("yesterday"))]
    {
        refused(&structured(&shop, &event));
    }
    for body in ["", "{", "ce"] {
        refused(&shop.curl().header(STRUCTURED).post(&shop.cloud_events_url(), body));
    }
    // Headers and a body that are nothing of the kind.
    refused(&shop.curl().header("Content-Type: application/json").post(&shop.cloud_events_url(), "{}"));
    let headers = ["ce-specversion: 1.0", "ce-id: 1", "ce-type: order.created", "ce-source: shop"];
    for missing in headers {
        let curl =
            headers.iter().filter(|header| **header != missing).fold(shop.curl(), |curl, header| curl.header(header));
        refused(&curl.header("Content-Type: application/json").post(&shop.cloud_events_url(), "{}"));
    }
    assert_eq!(events(&server, &shop).await.len(), 0);
    let reply = shop.curl().get(&shop.cloud_events_url());
    assert_eq!(error(&reply), (405, "Method not allowed.".into()));
}

#[tokio::test]
async fn a_cloud_event_may_have_64_kibibytes() {
    let (server, shop) = shop().await;
    let sized = |bytes: usize| {
        let empty = with(good(), "/data", json!("")).to_string();
        empty.replace(r#""data":"""#, &format!(r#""data":"{}""#, "x".repeat(bytes - empty.len())))
    };
    taken(&shop.curl().header(STRUCTURED).post(&shop.cloud_events_url(), sized(65536)));
    let reply = shop.curl().header(STRUCTURED).post(&shop.cloud_events_url(), sized(65537));
    assert_eq!(reply.status, 413, "{reply:?}");
    let headers =
        ["ce-specversion: 1.0", "ce-id: 1", "ce-type: order.created", "ce-source: shop", "Content-Type: text/plain"];
    let binary = headers.iter().fold(shop.curl(), |curl, header| curl.header(header));
    taken(&binary.post(&shop.cloud_events_url(), "x".repeat(65536)));
    assert_eq!(binary.post(&shop.cloud_events_url(), "x".repeat(65537)).status, 413);
    assert_eq!(events(&server, &shop).await.len(), 2);
    // Several at once are not taken.
    let batch = shop.curl().header("Content-Type: application/cloudevents-batch+json");
    let reply = batch.post(&shop.cloud_events_url(), json!([good()]).to_string());
    assert!([400, 415].contains(&reply.status), "{reply:?}");
    ok(&shop.curl().get(shop.url("eventsInfoUrl")), 200);
}
