//! Disable, enable, revoke, delete: each from the next request on, everywhere.

use blackbox::{OAuthClient, Server};
use reqwest::Method;
use serde_json::{Value, json};

use super::{assert_refused, call, change, get, is_time};

/// What a client and a token of it get, at each place that decides: token endpoint, Director, introspection.
async fn places(server: &Server, client: &OAuthClient, token: &str) -> (u16, u16, bool) {
    let asked = client.ask(server, "application:read").await.status;
    let called = server.bearer(token).viewer().await.status;
    let introspect = server.administrator_at("/admin/oauth2/introspect").form(&[("token", token)]).await;
    (asked, called, introspect.json()["active"].as_bool().unwrap())
}

const GOOD: (u16, u16, bool) = (200, 200, true);
const OUT: (u16, u16, bool) = (401, 401, false);

#[tokio::test]
async fn a_disabled_client_is_nobody_until_it_is_enabled() {
    let server = Server::start(&[]);
    let client = server.oauth_client("client").await;
    let token = client.token(&server, "application:read").await;
    assert_eq!(places(&server, &client, &token).await, GOOD);
    let mut stamps = Vec::new();
    for _ in 0..2 {
        let disabled = change(&server, &format!("/{}/disable", client.id), &Value::Null).await;
        assert!(is_time(&disabled["client"]["disabledAt"]) && is_time(&disabled["now"]), "{disabled}");
        stamps.push(disabled["client"]["disabledAt"].clone());
        assert_eq!(places(&server, &client, &token).await, OUT);
    }
    assert_eq!(stamps[0], stamps[1], "the second time changes nothing");
    // As any other wrong client: nobody learns that it is there.
    let unknown = OAuthClient { id: "nobody".into(), ..client.clone() };
    assert_eq!(client.ask(&server, "").await.text, unknown.ask(&server, "").await.text);
    for _ in 0..2 {
        let enabled = change(&server, &format!("/{}/enable", client.id), &Value::Null).await;
        assert!(enabled["client"]["disabledAt"].is_null(), "{enabled}");
        // Disabling voids no token for ever.
        assert_eq!(places(&server, &client, &token).await, GOOD);
    }
}

#[tokio::test]
async fn revoking_ends_what_was_issued_and_nothing_else() {
    let server = Server::start(&[]);
    let client = server.oauth_client("client").await;
    let other = server.another_oauth_client(&client.application).await;
    let token = client.token(&server, "application:read").await;
    let kept = other.token(&server, "application:read").await;
    change(&server, &format!("/{}/revoke-tokens", client.id), &Value::Null).await;
    assert_eq!(places(&server, &client, &token).await, (200, 401, false));
    let next = client.token(&server, "application:read").await;
    assert_eq!(places(&server, &client, &next).await, GOOD);
    assert_eq!(places(&server, &other, &kept).await, GOOD);
}

#[tokio::test]
async fn a_deleted_client_takes_its_system_auth_along() {
    let server = Server::start(&[]);
    let client = server.oauth_client("client").await;
    let other = server.another_oauth_client(&client.application).await;
    let token = client.token(&server, "application:read").await;
    let deleted = call(&server, Method::DELETE, &format!("/{}", client.id), &Value::Null).await;
    assert_eq!((deleted.status, deleted.text.as_str()), (204, ""));
    assert_eq!(places(&server, &client, &token).await, OUT);
    assert_refused(&call(&server, Method::GET, &format!("/{}", client.id), &Value::Null).await, 404, "not_found");
    let auths = "query($id: ID!) { result: application(id: $id) { auths { id } } }";
    let auths = server.director(auths, json!({ "id": client.application })).await;
    assert_eq!(auths["auths"], json!([{ "id": other.id }]));
    assert_eq!(get(&server, &other.id).await["clientId"], other.id);
    // One that pairing did not make.
    let alone = server.register_client(json!({ "scope": "a" })).await;
    let path = format!("/{}", alone["client_id"].as_str().unwrap());
    assert_eq!(call(&server, Method::DELETE, &path, &Value::Null).await.status, 204);
    assert_eq!(call(&server, Method::GET, &path, &Value::Null).await.status, 404);
}
