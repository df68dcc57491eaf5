//! Specifications of APIs and events: as they were sent, whatever their size and form.

use serde_json::{Value, json};

use super::{error, read, register, service, shop, with};

const MIB: usize = 1024 * 1024;

/// An object whose JSON has exactly so many bytes.
fn spec(bytes: usize) -> String {
    let empty = r#"{"openapi":"3.0.0","x-filling":""}"#;
    empty.replace(r#""""#, &format!(r#""{}""#, "x".repeat(bytes - empty.len())))
}

/// A registration with these specifications, byte for byte.
fn body(api: &str, events: &str) -> String {
    format!(
        r#"{{"provider":"p","name":"n","description":"d","api":{{"targetUrl":"https://x.example","spec":{api}}},"events":{{"spec":{events}}}}}"#
    )
}

#[tokio::test]
async fn both_may_have_five_mebibytes_and_no_more() {
    let (server, shop) = shop().await;
    let url = shop.url("metadataUrl");
    let most = spec(5 * MIB);
    let reply = shop.curl().post(url, body(&most, &most));
    assert_eq!(reply.status, 200, "{:.300}", reply.text);
    let id = reply.json()["id"].as_str().unwrap().to_owned();
    let details = read(&shop, &id);
    assert_eq!(details["api"]["spec"].to_string().len(), 5 * MIB);
    assert_eq!(details["events"]["spec"].to_string().len(), 5 * MIB);
    // The administrator sees it too.
    let shown = server.console_get(&format!("/applications/{}/services/{id}", shop.id)).await;
    assert_eq!(shown["apiSpec"].as_str().map(str::len), Some(5 * MIB));
    assert_eq!(shown["service"]["events"]["specBytes"], 5 * MIB);

    let more = spec(5 * MIB + 1);
    for body in [body(&more, "{}"), body("{}", &more)] {
        let reply = shop.curl().post(url, body);
        let (status, text) = error(&reply);
        assert!([400, 413].contains(&status) && text.contains(&(5 * MIB).to_string()), "{status} {text}");
    }
    // More than any registration may have: it is not even read.
    match shop.curl().try_send("POST", url, Some(body(&spec(13 * MIB), "{}").as_bytes())) {
        Ok(reply) => assert_eq!(error(&reply).0, 413, "{reply:?}"),
        Err(none) => assert!([55, 56].contains(&none.code), "the connection was closed: {none:?}"),
    }
    // Only registrations may be that large.
    let reply = shop.curl().try_send("POST", shop.url("renewCertUrl"), Some(most.as_bytes()));
    assert!(reply.as_ref().is_ok_and(|reply| reply.status >= 400) || reply.is_err(), "{reply:?}");
    assert_eq!(super::list(&shop).len(), 1);
}

#[tokio::test]
async fn what_was_sent_is_what_is_read() {
    let (_server, shop) = shop().await;
    let edmx = "<?xml version=\"1.0\"?>\n<edmx:Edmx Version=\"1.0\"><ä/></edmx:Edmx>\n";
    for (kind, sent) in [
        (
            "OPEN_API",
            json!({ "openapi": "3.0.0", "paths": { "/ä/{id}": { "get": {} } }, "n": 12345678901234567u64, "f": 0.1 }),
        ),
        ("ODATA", json!(edmx)),
    ] {
        let service = with(
            with(service("x"), "/api/spec", sent.clone()),
            "/api/apiType",
            json!(kind.to_lowercase().replace("open_api", "OPEN_API")),
        );
        let details = read(&shop, &register(&shop, &service));
        assert_eq!((&details["api"]["spec"], &details["api"]["apiType"]), (&sent, &json!(kind)), "{details}");
    }
    // An address only: it is remembered and not opened, so nothing waits for it.
    let linked = with(service("x"), "/api/specificationUrl", json!("https://nowhere.invalid/spec"));
    let details = read(&shop, &register(&shop, &linked));
    assert_eq!(details["api"]["specificationUrl"], "https://nowhere.invalid/spec");
    assert!(details["api"].get("spec").is_none_or(Value::is_null), "{details}");
}
