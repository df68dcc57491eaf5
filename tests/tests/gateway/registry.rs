//! The Application Registry: registered, read, replaced, listed, removed.

use blackbox::{KymaApplication, Server};
use serde_json::{Value, json};

use super::{error, list, ok, read, register, service, shop, with};

/// Everything that can be said about a service.
fn whole() -> Value {
    json!({
        "provider": "SAP Hybris", "name": "Orders", "description": "All orders", "shortDescription": "Orders",
        "identifier": "orders-1", "labels": { "team": "blue", "connected-app": "somebody else" },
        "varkes": { "anything": ["that", 1, null] },
        "api": {
            "targetUrl": "https://shop.example/rest?a=1&b=2",
            "apiType": "OPEN_API",
            "spec": { "openapi": "3.0.0", "info": { "title": "Orders", "version": "1" }, "paths": { "/ö/{id}": {} } },
            "credentials": { "certificateGen": { "commonName": "orders" } },
            "requestParameters": { "headers": { "X-Shop": ["1", "2"] }, "queryParameters": { "lang": ["de"] } },
        },
        "events": { "spec": { "asyncapi": "2.0.0", "channels": { "order.created.v1": { "subscribe": {} } } } },
        "documentation": {
            "displayName": "About orders", "description": "What they are", "type": "some type", "tags": ["a", "b"],
            "docs": [{ "title": "First", "type": "markdown", "source": "# Orders\n" }],
        },
    })
}

#[tokio::test]
async fn a_service_lives_from_registration_to_removal() {
    let (_server, shop) = shop().await;
    let url = shop.url("metadataUrl");
    let empty = shop.curl().get(url);
    assert_eq!((empty.status, empty.text.trim()), (200, "[]"), "never null");
    let id = register(&shop, &whole());
    assert_eq!(id.len(), 36, "{id}");
    let details = read(&shop, &id);
    assert!(details.get("id").is_none(), "full details come without the id: {details}");
    for path in [
        "/provider",
        "/name",
        "/description",
        "/shortDescription",
        "/identifier",
        "/labels/team",
        "/api/targetUrl",
        "/api/apiType",
        "/api/spec",
        "/api/requestParameters",
        "/events/spec",
        "/documentation/displayName",
        "/documentation/description",
        "/documentation/type",
        "/documentation/tags",
        "/documentation/docs",
    ] {
        assert_eq!(details.pointer(path), whole().pointer(path), "{path} in {details}");
    }
    assert_eq!(details["labels"]["connected-app"], shop.name, "whoever says something else");
    assert!(details.get("varkes").is_none(), "what is unknown is left out: {details}");

    let base = json!({
        "id": id, "provider": "SAP Hybris", "name": "Orders", "description": "All orders", "identifier": "orders-1",
        "labels": { "team": "blue", "connected-app": shop.name },
    });
    assert_eq!(list(&shop), [base], "no more than this");
    let plain = register(&shop, &service("plain"));
    let listed = list(&shop);
    assert!(listed[1].get("identifier").is_none(), "left out where there is none: {listed:?}");
    assert_eq!(listed[1]["id"], plain, "in the order of registration");

    // A replacement replaces all of it, but the identifier; and answers, because clients want an answer.
    let next = with(with(service("Orders, again"), "/identifier", json!("another")), "/labels", json!({ "new": "1" }));
    let replaced = ok(&shop.curl().send("PUT", &format!("{url}/{id}"), Some(next.to_string().as_bytes())), 200);
    assert_eq!(replaced["id"], id);
    assert_eq!(replaced["name"], "Orders, again");
    let details = read(&shop, &id);
    assert_eq!((&details["name"], &details["identifier"]), (&json!("Orders, again"), &json!("orders-1")), "{details}");
    assert_eq!(details["labels"], json!({ "new": "1", "connected-app": shop.name }));
    for gone in ["events", "documentation", "shortDescription"] {
        assert!(details.get(gone).is_none_or(|value| *value == json!("")), "{gone} in {details}");
    }

    for _ in 0..2 {
        let removed = shop.curl().send("DELETE", &format!("{url}/{id}"), None);
        assert_eq!((removed.status, removed.text.as_str()), (204, ""), "once more does no harm");
    }
    let (status, text) = error(&shop.curl().get(&format!("{url}/{id}")));
    assert!(status == 404 && text.contains(&format!("Service with ID {id} not found")), "{text}");
    assert_eq!(list(&shop).len(), 1);
}

#[tokio::test]
async fn what_is_not_there_is_not_found() {
    let (_server, shop) = shop().await;
    let url = shop.url("metadataUrl");
    let body = service("x").to_string();
    for id in ["00000000-0000-4000-8000-000000000000", "nonsense", "%20", "..%2F"] {
        for (method, body) in [("GET", None), ("PUT", Some(body.as_bytes()))] {
            let reply = shop.curl().send(method, &format!("{url}/{id}"), body);
            assert_eq!(error(&reply).0, 404, "{method} {id}: {reply:?}");
        }
    }
    for method in ["DELETE", "PATCH", "PUT"] {
        let reply = shop.curl().send(method, url, Some(b"{}"));
        assert_eq!(error(&reply), (405, "Method not allowed.".into()), "{method}");
    }
    let reply = shop.curl().get(&url.replace("/services", "/nothing"));
    assert_eq!(error(&reply), (404, "Requested resource could not be found.".into()));
}

/// An identifier names one service of an application.
#[tokio::test]
async fn an_identifier_is_there_once() {
    let (server, shop) = shop().await;
    let other = KymaApplication::join(&server, "other").await;
    let named = |name: &str, identifier: &str| with(service(name), "/identifier", json!(identifier));
    let first = register(&shop, &named("first", "one"));
    let again = named("second", "one").to_string();
    let (status, text) = error(&shop.curl().post(shop.url("metadataUrl"), &again));
    assert!(status == 409 && text.contains("Service with Identifier one already exists"), "{status} {text}");
    register(&shop, &named("second", "two"));
    register(&other, &named("first", "one"));
    // Names may be there as often as anybody likes, and an empty identifier is none.
    register(&shop, &named("first", ""));
    register(&shop, &named("first", ""));
    assert_eq!(list(&shop).len(), 4);
    let removed = shop.curl().send("DELETE", &format!("{}/{first}", shop.url("metadataUrl")), None);
    assert_eq!(removed.status, 204);
    register(&shop, &named("third", "one"));
}

#[tokio::test]
async fn the_registry_survives_restarts_and_goes_with_its_application() {
    let folder = tempfile::tempdir().unwrap();
    let options = ["--internal-port", "0"];
    let server = Server::start_in(&folder.path().join("data"), &options);
    let shop = KymaApplication::join(&server, "shop").await;
    let id = register(&shop, &whole());
    let before = read(&shop, &id);
    server.stop().await;
    let server = Server::start_in(&folder.path().join("data"), &options);
    let secured = server.ready("certificateSecuredConnectorUrl").trim_end_matches("/connector/graphql").to_owned();
    let url = format!("{secured}/shop/v1/metadata/services");
    let after = ok(&shop.curl().get(&format!("{url}/{id}")), 200);
    assert_eq!(after, before);
    let delete = "mutation($id: ID!) { result: unregisterApplication(id: $id) { id } }";
    server.director(delete, json!({ "id": shop.id })).await;
    assert_eq!(shop.curl().get(&url).status, 403, "nobody comes in any more");
    let again = KymaApplication::join(&server, "shop").await;
    assert_eq!(list(&again), [] as [Value; 0], "of the same name, with nothing of the old one");
}

/// The registry describes itself.
#[tokio::test]
async fn there_is_a_description() {
    let (_server, shop) = shop().await;
    let base = shop.url("metadataUrl").trim_end_matches("/services").to_owned();
    let moved = shop.curl().get(&base);
    assert_eq!((moved.status, moved.header("location")), (301, Some("/shop/v1/metadata/api.yaml")), "{moved:?}");
    let described = shop.curl().get(&format!("{base}/api.yaml"));
    assert_eq!(described.status, 200, "{described:?}");
    assert!(described.text.contains("openapi:") && described.text.contains("/services"), "{}", described.text);
}

/// Tutorials send no content type, and old programs send wrong ones.
#[tokio::test]
async fn no_header_matters() {
    let (_server, shop) = shop().await;
    for header in [
        "Content-Type:",
        "Content-Type: text/plain",
        "Content-Type: application/json; charset=ISO-8859-1",
        "Accept: text/html",
    ] {
        let reply = shop.curl().header(header).post(shop.url("metadataUrl"), format!("\n{}\n\n", service("x")));
        ok(&reply, 200);
    }
}
