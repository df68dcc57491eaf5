//! What a registration must hold, in Kyma's words (contract §4.1), and bounds where Kyma had none.

use serde_json::{Value, json};

use super::{error, list, register, service, shop, with};

#[tokio::test]
async fn every_wrong_registration_has_its_words() {
    let (_server, shop) = shop().await;
    let structure = "Failed to validate request body, Incorrect structure of service definition, ";
    let good = || service("x");
    let api = |api: Value| with(good(), "/api", api);
    let credentials = |credentials: Value| with(good(), "/api/credentials", credentials);
    let documented = |documentation: Value| with(good(), "/documentation", documentation);
    let rows: Vec<(Value, String)> = vec![
        (with(good(), "/provider", Value::Null), format!("{structure}Provider field cannot be empty.")),
        (with(good(), "/name", json!("")), format!("{structure}Name field cannot be empty.")),
        (with(good(), "/description", Value::Null), format!("{structure}Description field cannot be empty.")),
        (api(json!({})), format!("{structure}targetUrl field cannot be empty.")),
        (
            with(good(), "/api", Value::Null),
            "Failed to validate request body, At least one of service definition attributes: 'api', 'events' have to be provided".into(),
        ),
        (with(with(good(), "/api", Value::Null), "/events", json!({})), structure.into()),
        (with(good(), "/events", json!({ "spec": "AsyncAPI" })), "events.Spec is not a proper json object, ".into()),
        (with(good(), "/api/spec", json!("openapi: 3")), "api.Spec is not a proper json object, ".into()),
        (with(good(), "/api/spec", json!([1])), "api.Spec is not a proper json object, ".into()),
        (
            credentials(json!({ "basic": { "username": "u", "password": "p" }, "oauth": { "url": "https://x.example", "clientId": "a", "clientSecret": "b" } })),
            "api.CredentialsWithCSRF is invalid: to many authentication methods provided".into(),
        ),
        (credentials(json!({ "basic": { "username": "u" } })), structure.into()),
        (credentials(json!({ "oauth": { "clientId": "a", "clientSecret": "b" } })), structure.into()),
        (documented(json!({ "description": "d", "type": "t" })), structure.into()),
        (documented(json!({ "displayName": "n", "type": "t" })), structure.into()),
        (documented(json!({ "displayName": "n", "description": "d" })), structure.into()),
        (api(json!({ "targetUrl": "no address" })), structure.into()),
        (api(json!({ "targetUrl": "file:///etc/passwd" })), structure.into()),
        (with(good(), "/name", json!("x".repeat(2000))), structure.into()),
    ];
    let url = shop.url("metadataUrl");
    let id = register(&shop, &good());
    for (body, words) in rows {
        for (method, url) in [("POST", url.to_owned()), ("PUT", format!("{url}/{id}"))] {
            let (status, text) = error(&shop.curl().send(method, &url, Some(body.to_string().as_bytes())));
            assert_eq!(status, 400, "{method} {body}: {text}");
            assert!(text.contains(&words), "{method} {body}: wanted {words:?}, got {text:?}");
        }
    }
    for body in ["", "{", "name=x", "[]", "null", r#"{"provider":1}"#, "{\"provider\":\"\u{0}\"}"] {
        let (status, text) = error(&shop.curl().post(url, body));
        assert!(status == 400 && text.starts_with("Failed to "), "{body:?}: {status} {text}");
    }
    // Everything at once.
    let (_, text) = error(&shop.curl().post(url, "{}"));
    for word in ["Provider", "Name", "Description"] {
        assert!(text.contains(&format!("{word} field cannot be empty.")), "{text}");
    }
    assert_eq!(list(&shop).len(), 1, "nothing of it was kept");
}

/// Whoever uses the words of another time is understood: headers and query parameters beside the address.
#[tokio::test]
async fn the_older_way_to_name_parameters_is_understood() {
    let (_server, shop) = shop().await;
    let old = with(service("old"), "/api/headers", json!({ "X-Shop": ["1"] }));
    let old = with(old, "/api/queryParameters", json!({ "lang": ["de"] }));
    let details = super::read(&shop, &register(&shop, &old));
    let parameters = json!({ "headers": { "X-Shop": ["1"] }, "queryParameters": { "lang": ["de"] } });
    assert_eq!(details["api"]["requestParameters"], parameters);
    assert_eq!(details["api"]["headers"], parameters["headers"]);
}
