//! Every call besides creating and listing.

use blackbox::Server;
use reqwest::Method;
use serde_json::{Value, json};

use super::{assert_not_found, call, send, status, text};

/// A client with its id and its first secret.
async fn registered(server: &Server) -> (String, String) {
    let client = server.register_client(json!({ "grant_types": ["client_credentials"], "scope": "a b" })).await;
    (text(&client, "client_id"), text(&client, "client_secret"))
}

#[tokio::test]
async fn put_replaces_everything_but_a_secret_that_is_not_sent() {
    let server = Server::start(&[]);
    let (id, secret) = registered(&server).await;
    let path = format!("/admin/clients/{id}");
    // The Director's synchronisation of scopes: no secret, and the id of the path wins.
    let metadata = json!({ "client_id": "another", "grant_types": ["client_credentials"], "scope": "c" });
    let put = call(&server, Method::PUT, &path, &metadata).await;
    assert_eq!((put.status, text(&put.json(), "client_id"), text(&put.json(), "scope")), (200, id.clone(), "c".into()));
    assert!(put.json().get("client_secret").is_none(), "{put:?}");
    assert_eq!(status(&server, &id, &secret).await, 200, "the secret is still the secret");
    let ask = server.at("/oauth2/token").with("authorization", &blackbox::basic(&id, &secret));
    assert_eq!(ask.form(&[blackbox::GRANT, ("scope", "a")]).await.status, 400, "the scope is another");
    assert_eq!(ask.form(&[blackbox::GRANT, ("scope", "c")]).await.status, 200);

    let named = json!({ "grant_types": ["client_credentials"], "scope": "c", "client_name": "n", "owner": "o" });
    assert_eq!(call(&server, Method::PUT, &path, &named).await.json()["client_name"], "n");
    assert_eq!(call(&server, Method::PUT, &path, &metadata).await.json()["client_name"], "", "a full replacement");

    let chosen =
        json!({ "grant_types": ["client_credentials"], "scope": "c", "client_secret": "another-secret-of-26-chars" });
    let put = call(&server, Method::PUT, &path, &chosen).await.json();
    assert_eq!(put["client_secret"], "another-secret-of-26-chars");
    assert_eq!(status(&server, &id, "another-secret-of-26-chars").await, 200);
    assert_eq!(status(&server, &id, &secret).await, 401, "the old one ends with it");
}

#[tokio::test]
async fn patch_is_rfc_6902() {
    let server = Server::start(&[]);
    let (id, secret) = registered(&server).await;
    let path = format!("/admin/clients/{id}");
    for (patch, member, value) in [
        (json!([{ "op": "replace", "path": "/scope", "value": "a" }]), "scope", json!("a")),
        (json!([{ "op": "add", "path": "/contacts/-", "value": "x@y.example" }]), "contacts", json!(["x@y.example"])),
        (json!([{ "op": "add", "path": "/metadata/stage", "value": "dev" }]), "metadata", json!({ "stage": "dev" })),
        (
            json!([{ "op": "test", "path": "/scope", "value": "a" }, { "op": "replace", "path": "/owner", "value": "o" }]),
            "owner",
            json!("o"),
        ),
        (json!([{ "op": "copy", "from": "/owner", "path": "/client_name" }]), "client_name", json!("o")),
        (json!([{ "op": "remove", "path": "/metadata/stage" }]), "metadata", json!({})),
    ] {
        let patched = call(&server, Method::PATCH, &path, &patch).await;
        assert_eq!((patched.status, &patched.json()[member]), (200, &value), "{patch}: {patched:?}");
        assert!(patched.json().get("client_secret").is_none(), "{patch}");
    }
    assert_eq!(status(&server, &id, &secret).await, 200);
    let before = call(&server, Method::GET, &path, &Value::Null).await.json();
    for patch in [
        json!([{ "op": "replace", "path": "/client_id", "value": "x" }]),
        json!([{ "op": "replace", "path": "/id", "value": "x" }]),
        json!([{ "op": "test", "path": "/scope", "value": "other" }, { "op": "replace", "path": "/owner", "value": "p" }]),
        json!([{ "op": "replace", "path": "/owner", "value": "p" }, { "op": "remove", "path": "/nothing" }]),
        json!([{ "op": "replace", "path": "/client_name", "value": false }]),
        json!([{ "op": "jump", "path": "/owner" }]),
        json!({ "owner": "p" }),
    ] {
        let refused = call(&server, Method::PATCH, &path, &patch).await;
        assert_eq!(refused.status, 400, "{patch}: {refused:?}");
        assert_eq!(call(&server, Method::GET, &path, &Value::Null).await.json(), before, "{patch}");
    }
    let secret_patch = json!([{ "op": "add", "path": "/client_secret", "value": "patched-secret-of-26-chars" }]);
    let patched = call(&server, Method::PATCH, &path, &secret_patch).await;
    assert_eq!(patched.json()["client_secret"], "patched-secret-of-26-chars", "{patched:?}");
    assert_eq!(status(&server, &id, "patched-secret-of-26-chars").await, 200);
    assert_eq!(status(&server, &id, &secret).await, 401);
}

#[tokio::test]
async fn delete_ends_the_client_and_its_tokens() {
    let server = Server::start(&[]);
    let (id, secret) = registered(&server).await;
    let path = format!("/admin/clients/{id}");
    let ask = server.at("/oauth2/token").with("authorization", &blackbox::basic(&id, &secret));
    let token = blackbox::access_token(&ask.form(&[blackbox::GRANT]).await);
    let introspect = server.administrator_at("/admin/oauth2/introspect");
    assert_eq!(introspect.form(&[("token", &token)]).await.json()["active"], true);
    let deleted = call(&server, Method::DELETE, &path, &Value::Null).await;
    assert_eq!((deleted.status, deleted.text.as_str()), (204, ""));
    assert_eq!(introspect.form(&[("token", &token)]).await.json(), json!({ "active": false }));
    assert_eq!(status(&server, &id, &secret).await, 401);
    let metadata = json!({ "scope": "a" });
    assert_not_found(&call(&server, Method::DELETE, &path, &Value::Null).await);
    assert_not_found(&call(&server, Method::GET, &path, &Value::Null).await);
    assert_not_found(&call(&server, Method::PUT, &path, &metadata).await);
    let patch = json!([{ "op": "replace", "path": "/scope", "value": "a" }]);
    assert_not_found(&call(&server, Method::PATCH, &path, &patch).await);
}

#[tokio::test]
async fn lifespans_are_set_apart() {
    let server = Server::start(&[]);
    let (id, secret) = registered(&server).await;
    let path = format!("/admin/clients/{id}/lifespans");
    let lifespan = "client_credentials_grant_access_token_lifespan";
    for (sent, back, seconds) in [("90s", "1m30s", 90), ("2h", "2h0m0s", 7200), ("34h0m0s", "34h0m0s", 122_400)] {
        let put = call(&server, Method::PUT, &path, &json!({ lifespan: sent })).await;
        assert_eq!((put.status, &put.json()[lifespan]), (200, &json!(back)), "{put:?}");
        assert_eq!(put.json()["scope"], "a b", "nothing else changes");
        let ask = server.at("/oauth2/token").with("authorization", &blackbox::basic(&id, &secret));
        assert_eq!(ask.form(&[blackbox::GRANT]).await.json()["expires_in"], seconds, "{sent}");
    }
    for wrong in [json!({ lifespan: 5 }), json!({ lifespan: "soon" }), json!({ lifespan: "-1h" })] {
        assert_eq!(call(&server, Method::PUT, &path, &wrong).await.status, 400, "{wrong}");
    }
    assert_eq!(call(&server, Method::PUT, &path, &json!({})).await.json()[lifespan], Value::Null);
    assert_not_found(&call(&server, Method::PUT, "/admin/clients/nobody/lifespans", &json!({})).await);
}

#[tokio::test]
async fn secrets_rotate_and_old_ones_stay_until_they_are_dropped() {
    let server = Server::start(&["--failure-limit", "0"]);
    let (id, first) = registered(&server).await;
    let path = format!("/admin/clients/{id}/secrets/rotate");
    let rotated = call(&server, Method::POST, &path, &Value::Null).await;
    assert_eq!(rotated.status, 200, "{rotated:?}");
    let second = text(&rotated.json(), "client_secret");
    for secret in [&first, &second] {
        assert_eq!(status(&server, &id, secret).await, 200);
    }
    let dropped = call(&server, Method::DELETE, &path, &Value::Null).await;
    assert_eq!(dropped.status, 200, "{dropped:?}");
    assert_eq!((status(&server, &id, &first).await, status(&server, &id, &second).await), (401, 200));
    let public = server.register_client(json!({ "token_endpoint_auth_method": "none" })).await;
    let path = format!("/admin/clients/{}/secrets/rotate", text(&public, "client_id"));
    assert_eq!(call(&server, Method::POST, &path, &Value::Null).await.status, 400, "it has no secret to rotate");
    assert_not_found(&call(&server, Method::POST, "/admin/clients/nobody/secrets/rotate", &Value::Null).await);
}

#[tokio::test]
async fn every_call_wants_the_administrator() {
    let server = Server::start(&[]);
    let client = server.oauth_client("client").await;
    let one = format!("/admin/clients/{}", client.id);
    for (method, path) in [
        (Method::POST, "/admin/clients".to_owned()),
        (Method::GET, "/admin/clients".to_owned()),
        (Method::GET, one.clone()),
        (Method::PUT, one.clone()),
        (Method::PATCH, one.clone()),
        (Method::DELETE, one.clone()),
        (Method::PUT, format!("{one}/lifespans")),
        (Method::POST, format!("{one}/secrets/rotate")),
        (Method::DELETE, format!("{one}/secrets/rotate")),
        (Method::DELETE, format!("/admin/oauth2/tokens?client_id={}", client.id)),
        (Method::POST, "/admin/oauth2/introspect".to_owned()),
    ] {
        let token = client.token(&server, "application:read").await;
        for path in [path.clone(), path.replacen("/admin", "", 1)] {
            if path == "/oauth2/introspect" {
                // That is the public one, which wants a client at least.
                continue;
            }
            for (who, caller) in [
                ("nobody", server.at(&path)),
                ("a client", client.at(&server, &path)),
                ("an access token", server.at(&path).with("authorization", &format!("Bearer {token}"))),
                ("a wrong token", server.at(&path).with("authorization", &format!("Bearer {}x", server.admin_token()))),
            ] {
                let reply = send(caller, method.clone(), &json!({})).await;
                assert_eq!(reply.status, 401, "{who}: {method} {path}: {reply:?}");
                assert!(reply.json()["error"].is_string(), "{who}: {method} {path}: {reply:?}");
            }
        }
    }
    assert_eq!(status(&server, &client.id, &client.secret).await, 200, "nothing of it did anything");
    let without_prefix = call(&server, Method::GET, &one.replacen("/admin", "", 1), &Value::Null).await;
    assert_eq!((without_prefix.status, text(&without_prefix.json(), "client_id")), (200, client.id));
}
