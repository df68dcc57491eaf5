//! A client's JSON: generated SDKs are strict about what is null, what is empty and what is missing.

use blackbox::{Server, assert_some_members};
use reqwest::Method;
use serde_json::{Value, json};

use super::{call, text};

const LIFESPANS: [&str; 13] = [
    "authorization_code_grant_access_token_lifespan",
    "authorization_code_grant_id_token_lifespan",
    "authorization_code_grant_refresh_token_lifespan",
    "client_credentials_grant_access_token_lifespan",
    "device_authorization_grant_access_token_lifespan",
    "device_authorization_grant_id_token_lifespan",
    "device_authorization_grant_refresh_token_lifespan",
    "implicit_grant_access_token_lifespan",
    "implicit_grant_id_token_lifespan",
    "jwt_bearer_grant_access_token_lifespan",
    "refresh_token_grant_access_token_lifespan",
    "refresh_token_grant_id_token_lifespan",
    "refresh_token_grant_refresh_token_lifespan",
];

const DIRECTORS_SCOPE: &str = "application:read application:write";

/// RFC 3339 without a fraction of a second.
fn is_time(value: &Value) -> bool {
    value.as_str().is_some_and(|time| time.len() >= 20 && time.as_bytes()[10] == b'T' && !time.contains('.'))
}

#[track_caller]
fn assert_client(what: &str, client: &Value, scope: &str) {
    let empty_text = |value: &Value| value == "";
    let no_list = |value: &Value| value.is_null() || *value == json!([]);
    let empty_list = |value: &Value| *value == json!([]);
    let empty_object = |value: &Value| *value == json!({});
    assert_some_members(
        what,
        client,
        &[
            ("client_id", &|value| value.as_str().is_some_and(|id| id.len() == 36)),
            ("client_name", &empty_text),
            ("redirect_uris", &no_list),
            ("grant_types", &|value| *value == json!(["client_credentials"])),
            ("response_types", &no_list),
            ("scope", &|value| *value == scope),
            ("audience", &empty_list),
            ("owner", &empty_text),
            ("policy_uri", &empty_text),
            ("allowed_cors_origins", &empty_list),
            ("tos_uri", &empty_text),
            ("client_uri", &empty_text),
            ("logo_uri", &empty_text),
            ("contacts", &no_list),
            ("client_secret_expires_at", &|value| *value == 0),
            ("subject_type", &|value| value == "public"),
            ("jwks", &empty_object),
            ("token_endpoint_auth_method", &|value| value == "client_secret_basic"),
            ("userinfo_signed_response_alg", &|value| value == "none"),
            ("metadata", &empty_object),
            ("created_at", &is_time),
            ("updated_at", &is_time),
            ("skip_consent", &|value| *value == false),
            ("skip_logout_consent", &Value::is_null),
        ],
    );
    for lifespan in LIFESPANS {
        assert_eq!(client.get(lifespan), Some(&Value::Null), "{what}: {lifespan}");
    }
}

#[tokio::test]
async fn what_the_director_registers_reads_as_hydras() {
    let server = Server::start(&[]);
    // All that Compass' Director sends.
    let metadata = json!({ "grant_types": ["client_credentials"], "scope": DIRECTORS_SCOPE });
    let created = call(&server, Method::POST, "/admin/clients", &metadata).await;
    assert_eq!(created.status, 201, "{created:?}");
    let client = created.json();
    let id = text(&client, "client_id");
    assert_eq!(created.header("location"), Some(format!("/admin/clients/{id}").as_str()));
    assert_client("created", &client, DIRECTORS_SCOPE);
    let secret = text(&client, "client_secret");
    let unreserved = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    assert!(
        secret.len() >= 26 && secret.bytes().all(unreserved),
        "a generated secret reads the same in every encoding"
    );

    let path = format!("/admin/clients/{id}");
    let got = call(&server, Method::GET, &path, &Value::Null).await;
    assert_eq!(got.status, 200);
    assert_client("got", &got.json(), DIRECTORS_SCOPE);
    assert!(got.json().get("client_secret").is_none(), "a secret is shown once");
    let listed = call(&server, Method::GET, "/admin/clients", &Value::Null).await.json();
    assert_client("listed", &listed[0], DIRECTORS_SCOPE);
    assert_eq!(listed[0], got.json());
    // In SDK clients null is not an empty list.
    for list in ["redirect_uris", "response_types", "contacts"] {
        assert_eq!(got.json()[list], json!([]), "{list}");
    }
}

#[tokio::test]
async fn what_is_sent_comes_back() {
    let server = Server::start(&[]);
    let metadata = json!({
        "client_id": "shop-1", "client_name": "Shop", "client_secret": "chosen-by-an-administrator-1",
        "redirect_uris": ["https://shop.example/back"], "grant_types": ["client_credentials", "authorization_code"],
        "response_types": ["code"], "scope": "a b", "audience": ["https://shop.example"], "owner": "me",
        "policy_uri": "https://shop.example/policy", "allowed_cors_origins": ["https://shop.example"],
        "tos_uri": "https://shop.example/tos", "client_uri": "https://shop.example", "logo_uri": "https://shop.example/l",
        "contacts": ["me@shop.example"], "metadata": { "stage": ["dev", 1, null] }, "skip_consent": true,
        "skip_logout_consent": true, "client_credentials_grant_access_token_lifespan": "10m0s",
    });
    let created = call(&server, Method::POST, "/admin/clients", &metadata).await;
    assert_eq!(created.status, 201, "{created:?}");
    let got = call(&server, Method::GET, "/admin/clients/shop-1", &Value::Null).await.json();
    for (member, sent) in metadata.as_object().unwrap() {
        assert_eq!(created.json()[member], *sent, "created: {member}");
        if member != "client_secret" {
            assert_eq!(got[member], *sent, "got: {member}");
        }
    }
    let twice = call(&server, Method::POST, "/admin/clients", &metadata).await;
    assert_eq!(twice.status, 409, "{twice:?}");

    let caller =
        server.at("/oauth2/token").with("authorization", &blackbox::basic("shop-1", "chosen-by-an-administrator-1"));
    let token = caller.form(&[blackbox::GRANT, ("scope", "b")]).await;
    assert_eq!((token.status, &token.json()["expires_in"]), (200, &json!(600)), "{token:?}");
}

#[tokio::test]
async fn what_is_left_out_has_hydras_defaults() {
    let server = Server::start(&[]);
    let client = server.register_client(json!({})).await;
    for (member, value) in [
        ("scope", json!("offline_access offline openid")),
        ("token_endpoint_auth_method", json!("client_secret_basic")),
        ("subject_type", json!("public")),
        ("client_name", json!("")),
    ] {
        assert_eq!(client[member], value, "{member}");
    }
    let public = server.register_client(json!({ "token_endpoint_auth_method": "none" })).await;
    assert!(public["client_secret"].as_str().unwrap_or_default().is_empty(), "a public client has no secret");
}
