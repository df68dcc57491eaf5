//! What the administrator sees of registered services, and the Kubernetes resource of an application.

use reqwest::Method;
use serde_json::{Value, json};

use super::{register, service, shop, with};

#[tokio::test]
async fn services_are_shown_without_what_is_secret() {
    let (server, shop) = shop().await;
    let path = format!("/applications/{}/services", shop.id);
    assert_eq!(server.console_get(&path).await["services"], json!([]));
    let basic = json!({ "basic": { "username": "admin", "password": "nimda" } });
    let full = with(with(service("Orders"), "/api/credentials", basic), "/api/spec", json!({ "openapi": "3.0.0" }));
    let full =
        with(full, "/events", json!({ "spec": { "asyncapi": "2.0.0", "channels": { "order.created.v1": {} } } }));
    let docs = json!({ "displayName": "About", "description": "d", "type": "t", "docs": [{ "title": "T", "type": "md", "source": "# T" }] });
    let id = register(&shop, &with(with(full, "/documentation", docs), "/identifier", json!("i")));
    let listed = server.console_get(&path).await["services"].clone();
    let one = &listed[0];
    let expected = json!({
        "id": id, "name": "Orders", "provider": "docs", "description": "The Orders of the shop", "shortDescription": null,
        "identifier": "i", "labels": { "connected-app": "shop" },
        "api": { "targetUrl": "https://shop.example/rest", "apiType": "OPEN_API", "specificationUrl": null, "credentials": "basic", "specBytes": r#"{"openapi":"3.0.0"}"#.len() },
        "documentation": { "displayName": "About", "description": "d", "type": "t" },
    });
    for (name, value) in expected.as_object().unwrap() {
        assert_eq!(&one[name], value, "{name}");
    }
    assert_eq!(one["events"]["types"], json!([{ "name": "order.created", "version": "v1" }]));
    assert!(one["createdAt"].is_string() && one["createdAt"] == one["updatedAt"], "{one}");
    let shown = server.console_get(&format!("{path}/{id}")).await;
    assert_eq!(&shown["service"], one);
    assert_eq!(
        serde_json::from_str::<Value>(shown["apiSpec"].as_str().unwrap()).unwrap(),
        json!({ "openapi": "3.0.0" })
    );
    assert_eq!(shown["documents"], json!([{ "title": "T", "type": "md", "source": "# T" }]));
    let raw = &shown["raw"];
    assert_eq!(raw["api"]["credentials"]["basic"]["username"], "********", "{raw}");
    assert!(raw["api"].get("spec").is_none() && raw["events"].get("spec").is_none(), "{raw}");
    assert!(!shown.to_string().contains("nimda"));
    for path in
        [format!("{path}/nonsense"), "/applications/nonsense/services".into(), "/applications/nonsense/events".into()]
    {
        let reply = server.console(Method::GET, &path, &Value::Null).await;
        assert_eq!((reply.status, &reply.json()["code"]), (404, &json!("not_found")), "{path}");
    }
}

/// What `kubectl apply` would take.
#[tokio::test]
async fn an_application_is_a_resource_of_kubernetes() {
    let (server, shop) = shop().await;
    register(&shop, &with(service("Orders: \"all\" # of them"), "/events", json!({ "spec": {} })));
    let reply = server.console(Method::GET, &format!("/applications/{}/kubernetes", shop.id), &Value::Null).await;
    assert_eq!(reply.status, 200, "{reply:?}");
    assert!(reply.header("content-type").is_some_and(|kind| kind.starts_with("application/yaml")), "{reply:?}");
    assert!(
        reply.header("content-disposition").is_some_and(|text| text.contains("filename=") && text.contains(".yaml")),
        "{reply:?}"
    );
    let resource: Value =
        serde_yaml_ng::from_str(&reply.text).unwrap_or_else(|error| panic!("{error} in {}", reply.text));
    assert_eq!(
        (&resource["apiVersion"], &resource["kind"], &resource["metadata"]["name"]),
        (&json!("applicationconnector.kyma-project.io/v1alpha1"), &json!("Application"), &json!("shop")),
        "{resource}"
    );
    let services = resource["spec"]["services"].as_array().unwrap();
    assert_eq!(services.len(), 1, "{resource}");
    assert_eq!(services[0]["displayName"], "Orders: \"all\" # of them", "{resource}");
    let kinds: Vec<_> = services[0]["entries"].as_array().unwrap().iter().map(|entry| entry["type"].clone()).collect();
    assert_eq!(kinds, ["API", "Events"], "{resource}");
    let unknown = server.console(Method::GET, "/applications/nonsense/kubernetes", &Value::Null).await;
    assert_eq!(unknown.status, 404);
}
