//! Types are checked when something is written: one client with a wrongly typed member must not spoil the list for
//! everybody whose SDK is strict.

use blackbox::Server;
use reqwest::Method;
use serde_json::{Value, json};

use super::{call, text};

#[tokio::test]
async fn wrong_types_are_refused_on_every_way_in() {
    let server = Server::start(&[]);
    let client = server.register_client(json!({ "grant_types": ["client_credentials"], "scope": "a" })).await;
    let path = format!("/admin/clients/{}", text(&client, "client_id"));
    let before = call(&server, Method::GET, "/admin/clients", &Value::Null).await.json();
    let mut wrong = Vec::new();
    for (member, value) in [
        ("client_name", json!(false)),
        ("client_name", json!(["n"])),
        ("client_secret", json!(123_456_789)),
        ("client_secret", json!("short")),
        ("redirect_uris", json!("https://shop.example")),
        ("redirect_uris", json!([1])),
        ("grant_types", json!("client_credentials")),
        ("grant_types", json!([null])),
        ("response_types", json!({})),
        ("scope", json!(["a", "b"])),
        ("scope", json!(1)),
        ("scope", json!("a \"b\"")),
        ("audience", json!("https://shop.example")),
        ("audience", json!([{}])),
        ("owner", json!(1)),
        ("policy_uri", json!([])),
        ("allowed_cors_origins", json!("*")),
        ("tos_uri", json!(true)),
        ("client_uri", json!({})),
        ("logo_uri", json!(0)),
        ("contacts", json!("me@shop.example")),
        ("client_secret_expires_at", json!("never")),
        ("subject_type", json!("other")),
        ("jwks", json!("keys")),
        ("token_endpoint_auth_method", json!("magic")),
        ("token_endpoint_auth_method", json!(1)),
        ("metadata", json!("text")),
        ("skip_consent", json!("yes")),
        ("skip_logout_consent", json!(1)),
        ("client_credentials_grant_access_token_lifespan", json!(5)),
        ("client_credentials_grant_access_token_lifespan", json!("soon")),
    ] {
        let mut metadata = json!({ "grant_types": ["client_credentials"], "scope": "a" });
        metadata[member] = value.clone();
        let patch = json!([{ "op": "add", "path": format!("/{member}"), "value": value }]);
        for (method, path, body) in [
            (Method::POST, "/admin/clients", &metadata),
            (Method::PUT, &path, &metadata),
            (Method::PATCH, &path, &patch),
        ] {
            let refused = call(&server, method.clone(), path, body).await;
            let error = refused.json()["error"].clone();
            let accepted =
                error == "invalid_client_metadata" || (member == "redirect_uris" && error == "invalid_redirect_uri");
            if refused.status != 400 || !accepted || !refused.json()["error_description"].is_string() {
                wrong.push(format!("{method} {member} {}: {} {:.200}", value, refused.status, refused.text));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    for body in ["", "{", "[]", "null", "\"x\"", "1"] {
        for (method, path) in [(Method::POST, "/admin/clients"), (Method::PUT, &path)] {
            let caller = server.administrator_at(path).with("content-type", "application/json");
            let refused = caller.send(method.clone(), Some(body.into())).await;
            assert_eq!(refused.status, 400, "{method} {body:?}: {refused:?}");
        }
    }
    let large = json!({ "client_name": "x".repeat(300 * 1024) });
    assert_eq!(call(&server, Method::POST, "/admin/clients", &large).await.status, 413);
    let after = call(&server, Method::GET, "/admin/clients", &Value::Null).await.json();
    assert_eq!(after, before, "nothing of it was written");
}
