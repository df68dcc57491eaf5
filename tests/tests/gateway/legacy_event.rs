//! Events in Kyma's own form: published, refused in words of their own, listed as subscribed.

use blackbox::Webhook;
use serde_json::{Value, json};

use super::{error, event, events, ok, register, service, shop, with};

/// A refusal of this wire, which looks like no other.
#[track_caller]
fn refused(reply: &blackbox::Reply) -> Value {
    let json = reply.json();
    assert_eq!(json["status"], reply.status, "{reply:?}");
    assert!(json.get("code").is_none() && json.get("error").is_none(), "{reply:?}");
    json
}

#[tokio::test]
async fn an_event_is_taken_with_its_id_or_given_one() {
    let (server, shop) = shop().await;
    let id = "31109198-4d69-4ae0-972d-76117f3748c8";
    let given = with(event("order.created", &json!({ "order": 1 })), "/event-id", json!(id));
    assert_eq!(ok(&shop.event(&given), 200), json!({ "event-id": id, "status": "", "reason": "" }));
    let answer = ok(&shop.event(&event("order.created", &json!("text"))), 200);
    let new = answer["event-id"].as_str().unwrap();
    assert!(new.len() == 36 && new != id, "{answer}");
    let kept = events(&server, &shop).await;
    let [second, first] = &kept[..] else { panic!("{kept:?}") };
    for (event, id) in [(first, id), (second, new)] {
        assert_eq!(
            (&event["wire"], &event["type"], &event["version"], &event["id"], &event["runtime"]),
            (&json!("legacy"), &json!("order.created"), &json!("v1"), &json!(id), &json!("kyma")),
            "{event}"
        );
        assert_eq!(event["time"], "2020-02-03T04:05:06.789Z", "{event}");
    }
    let seq = first["seq"].as_i64().unwrap();
    let shown = server.console_get(&format!("/applications/{}/events/{seq}", shop.id)).await;
    assert_eq!(serde_json::from_str::<Value>(shown["text"].as_str().unwrap()).unwrap(), json!({ "order": 1 }));
    assert_eq!(shown["attributes"]["type"], "sap.kyma.custom.shop.order.created.v1");
    assert_eq!(shown["attributes"]["eventtypeversion"], "v1");
    assert_eq!(shown["attributes"]["id"], id);
}

#[tokio::test]
async fn every_wrong_event_has_its_words() {
    let (server, shop) = shop().await;
    let good = || event("order.created", &json!({}));
    let missing = |field: &str| (field.to_owned(), "missing_field", "Missing field");
    let invalid = |field: &str| (field.to_owned(), "invalid_field", "Invalid field");
    let rows = [
        (with(good(), "/event-type", Value::Null), missing("event-type")),
        (with(good(), "/event-type", json!("")), missing("event-type")),
        (with(good(), "/event-type-version", Value::Null), missing("event-type-version")),
        (with(good(), "/event-type-version", json!("-!-")), invalid("event-type-version")),
        (with(good(), "/event-time", Value::Null), missing("event-time")),
        (with(good(), "/event-time", json!("2020-02-03 04:05")), invalid("event-time")),
        (with(good(), "/event-time", json!("2020-02-30T04:05:06Z")), invalid("event-time")),
        (with(good(), "/event-id", json!("1")), invalid("event-id")),
        (with(good(), "/event-id", json!("31109198-4d69-4ae0-972d-76117f3748cX")), invalid("event-id")),
        (with(good(), "/data", Value::Null), missing("data")),
        (with(good(), "/data", json!("")), missing("data")),
        // The first that is wrong is the one that is said.
        (json!({}), missing("event-type")),
        (json!({ "event-type": "x" }), missing("event-type-version")),
        (json!({ "event-type": "x", "event-type-version": "v1", "event-id": "1" }), missing("event-time")),
        (with(with(good(), "/data", Value::Null), "/event-id", json!("1")), invalid("event-id")),
    ];
    for (body, (field, kind, message)) in rows {
        let reply = shop.event(&body);
        let expected = json!({
            "status": 400, "type": "validation_violation", "message": message,
            "details": [{ "field": field, "type": kind, "message": message }],
        });
        let mut answer = refused(&reply);
        // Upstream's struct leaves an empty `moreInfo` in some versions.
        if answer["moreInfo"] == "" {
            answer.as_object_mut().unwrap().remove("moreInfo");
        }
        if let Some(detail) = answer.pointer_mut("/details/0").and_then(Value::as_object_mut)
            && detail.get("moreInfo") == Some(&json!(""))
        {
            detail.remove("moreInfo");
        }
        assert_eq!(answer, expected, "{body}");
    }
    let data_null = r#"{"event-type":"x","event-type-version":"v1","event-time":"2020-02-03T04:05:06Z","data":null}"#;
    let reply = shop.curl().post(shop.url("eventsUrl"), data_null);
    assert_eq!(refused(&reply)["details"][0]["field"], "data");
    for body in ["", "{", "event-type=x", "[1]", r#"{"event-type":1}"#] {
        let reply = shop.curl().post(shop.url("eventsUrl"), body);
        let answer = refused(&reply);
        assert_eq!(
            (&answer["status"], &answer["type"], &answer["message"]),
            (&json!(400), &json!("bad_payload_syntax"), &json!("Bad payload syntax")),
            "{body}"
        );
        assert!(answer["moreInfo"].as_str().is_some_and(|more| !more.is_empty()), "{answer}");
        assert!(answer.get("details").is_none(), "{answer}");
    }
    assert_eq!(events(&server, &shop).await.len(), 0, "nothing of it was kept");
}

#[tokio::test]
async fn what_looks_odd_and_is_not_is_taken() {
    let (server, shop) = shop().await;
    let good = || event("order.created", &json!({}));
    let bodies = [
        with(good(), "/event-time", json!("2020-02-03T04:05:06+02:00")),
        with(good(), "/event-type-version", json!("one.2")),
        with(good(), "/event-tracing", json!(true)),
        with(good(), "/event-id", json!("31109198-4D69-4AE0-972D-76117F3748C8")),
        with(good(), "/event-id", json!("")),
        with(good(), "/data", json!(0)),
        with(good(), "/data", json!(false)),
        with(good(), "/data", json!([])),
        with(good(), "/event-type", json!("Ünïcode.😀")),
    ];
    for body in &bodies {
        ok(&shop.event(body), 200);
    }
    for header in ["Content-Type:", "Content-Type: application/x-www-form-urlencoded", "Content-Type: text/plain"] {
        ok(&shop.curl().header(header).post(shop.url("eventsUrl"), format!("\n{}\n\n", good())), 200);
    }
    assert_eq!(events(&server, &shop).await.len(), bodies.len() + 3);
}

#[tokio::test]
async fn an_event_may_have_64_kibibytes() {
    let (server, shop) = shop().await;
    let sized = |bytes: usize| {
        let empty = event("order.created", &json!("x")).to_string();
        empty.replace(r#""data":"x""#, &format!(r#""data":"{}""#, "x".repeat(bytes + 1 - empty.len())))
    };
    assert_eq!(sized(65536).len(), 65536);
    let curl = shop.curl().header("Content-Type: application/json");
    ok(&curl.post(shop.url("eventsUrl"), sized(65536)), 200);
    let reply = curl.post(shop.url("eventsUrl"), sized(65537));
    assert_eq!(
        refused(&reply),
        json!({ "status": 413, "type": "request_body_too_large", "message": "Request body too large",
            "moreInfo": "http: request body too large" })
    );
    let chunked = curl.with(&["--http1.1", "--header", "Transfer-Encoding: chunked"]);
    assert_eq!(chunked.post(shop.url("eventsUrl"), sized(65537)).status, 413);
    assert_eq!(events(&server, &shop).await.len(), 1);
}

#[tokio::test]
async fn there_is_nothing_to_read_and_a_hint_where_there_is() {
    let (_server, shop) = shop().await;
    for method in ["GET", "PUT", "DELETE"] {
        let reply = shop.curl().send(method, shop.url("eventsUrl"), None);
        assert_eq!(error(&reply), (405, "Method not allowed.".into()), "{method}");
        assert!(reply.header("allow").is_some_and(|allow| allow.contains("POST")), "{reply:?}");
    }
    let reply = shop.curl().send("POST", shop.url("eventsInfoUrl"), Some(b"{}"));
    assert_eq!(error(&reply), (405, "Method not allowed.".into()));
}

/// What is subscribed to: the types of subscriptions, and for one that takes everything what the application declares.
#[tokio::test]
async fn subscribed_types_are_listed() {
    let (server, shop) = shop().await;
    let subscribed = || ok(&shop.curl().get(shop.url("eventsInfoUrl")), 200);
    assert_eq!(subscribed(), json!({ "eventsInfo": [] }), "never null");
    let webhook = Webhook::start();
    let subscribe = async |application: Value, kind: Value| {
        let body = json!({ "applicationId": application, "eventType": kind, "version": "v1", "url": webhook.url() });
        server.console_post("/subscriptions", &body).await;
    };
    subscribe(json!(shop.id), json!("order.created")).await;
    subscribe(json!(server.register("other").await), json!("order.other")).await;
    subscribe(Value::Null, json!("order.anybody")).await;
    let mut found = subscribed()["eventsInfo"].as_array().unwrap().clone();
    found.sort_by_key(ToString::to_string);
    let expected = json!([{ "name": "order.anybody", "version": "v1" }, { "name": "order.created", "version": "v1" }]);
    assert_eq!(json!(found), expected);
    let declared = with(
        service("x"),
        "/events",
        json!({ "spec": { "asyncapi": "2.0.0", "channels": { "order.declared.v2": { "subscribe": {} } } } }),
    );
    register(&shop, &declared);
    let everything = json!({ "applicationId": shop.id, "eventType": null, "version": null, "url": webhook.url() });
    server.console_post("/subscriptions", &everything).await;
    let found = subscribed();
    let all = found["eventsInfo"].as_array().unwrap();
    assert!(all.contains(&json!({ "name": "order.declared", "version": "v2" })), "{found}");
    let mut once = all.clone();
    once.sort_by_key(ToString::to_string);
    once.dedup();
    assert_eq!(once.len(), all.len(), "each once: {found}");
}
