//! A registered service is a bundle of its application for everybody who asks the Director.

use serde_json::{Value, json};

use super::{register, service, shop, with};

const BUNDLES: &str = "query($id: ID!) { result: application(id: $id) { bundles { totalCount data { id name description
    apiDefinitions { totalCount data { id name targetURL spec { data format type } } }
    eventDefinitions { totalCount data { id name spec { data format type } } }
    documents { totalCount data { id title displayName description format kind data } } } } } }";

#[tokio::test]
async fn services_are_bundles() {
    let (server, shop) = shop().await;
    let api = json!({ "openapi": "3.0.0", "info": { "title": "Orders", "version": "1" } });
    let events = json!({ "asyncapi": "2.0.0", "channels": {} });
    let docs = json!({ "displayName": "About", "description": "d", "type": "t", "docs": [{ "title": "T", "type": "md", "source": "# T" }] });
    let full = with(with(service("Orders"), "/api/spec", api.clone()), "/events", json!({ "spec": events }));
    let first = register(&shop, &with(full, "/documentation", docs));
    let second = register(
        &shop,
        &with(with(service("OData"), "/api/apiType", json!("odata")), "/api/spec", json!("<edmx:Edmx/>")),
    );
    let bundles = server.director(BUNDLES, json!({ "id": shop.id })).await["bundles"].clone();
    assert_eq!(bundles["totalCount"], 2, "{bundles}");
    let one = &bundles["data"][0];
    assert_eq!(
        (&one["id"], &one["name"], &one["description"]),
        (&json!(first), &json!("Orders"), &json!("The Orders of the shop"))
    );
    let found = &one["apiDefinitions"]["data"][0];
    assert_eq!((&found["name"], &found["targetURL"]), (&json!("Orders"), &json!("https://shop.example/rest")), "{one}");
    let spec = |found: &Value| serde_json::from_str::<Value>(found["spec"]["data"].as_str().unwrap()).unwrap();
    assert_eq!(
        (spec(found), &found["spec"]["format"], &found["spec"]["type"]),
        (api, &json!("JSON"), &json!("OPEN_API"))
    );
    let found = &one["eventDefinitions"]["data"][0];
    assert_eq!((spec(found), &found["spec"]["type"]), (events, &json!("ASYNC_API")));
    assert_eq!((&one["documents"]["totalCount"], &one["documents"]["data"][0]["data"]), (&json!(1), &json!("# T")));
    let other = &bundles["data"][1];
    assert_eq!((&other["id"], &other["eventDefinitions"]["totalCount"]), (&json!(second), &json!(0)));
    let found = &other["apiDefinitions"]["data"][0]["spec"];
    assert_eq!(
        (&found["data"], &found["format"], &found["type"]),
        (&json!("<edmx:Edmx/>"), &json!("XML"), &json!("ODATA"))
    );

    // The application sees them with its own certificate, a stranger does not.
    let query = json!({ "query": BUNDLES, "variables": { "id": shop.id } }).to_string();
    let own = shop
        .curl()
        .header("Content-Type: application/json")
        .post(server.ready("certificateSecuredDirectorUrl"), &query);
    assert_eq!(own.result()["bundles"]["totalCount"], 2, "{own:?}");
    let other = blackbox::KymaApplication::join(&server, "other").await;
    let reply = other
        .curl()
        .header("Content-Type: application/json")
        .post(server.ready("certificateSecuredDirectorUrl"), &query);
    assert!(reply.json()["errors"].is_array() || reply.result().is_null(), "{reply:?}");
    // Gone there, gone here.
    assert_eq!(shop.curl().send("DELETE", &format!("{}/{first}", shop.url("metadataUrl")), None).status, 204);
    let bundles = server.director(BUNDLES, json!({ "id": shop.id })).await["bundles"].clone();
    assert_eq!((&bundles["totalCount"], &bundles["data"][0]["id"]), (&json!(1), &json!(second)));
}
