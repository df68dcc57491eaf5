//! PATCH with bad intentions, or with others at the same time.

use std::time::{Duration, Instant};

use blackbox::Server;
use futures_util::future::join_all;
use reqwest::Method;
use serde_json::{Value, json};

use super::{call, status, text};

async fn registered(server: &Server) -> (String, String, String) {
    let client = server.register_client(json!({ "grant_types": ["client_credentials"], "scope": "a" })).await;
    let (id, secret) = (text(&client, "client_id"), text(&client, "client_secret"));
    let path = format!("/admin/clients/{id}");
    (id, secret, path)
}

#[tokio::test]
async fn depth_and_doubling_end_in_a_refusal_and_nothing_else() {
    let server = Server::start(&[]);
    let (id, secret, path) = registered(&server).await;
    let nested = |depth: usize| (0..depth).fold(json!(1), |value, _| json!({ "a": value }));
    let deep = json!([{ "op": "add", "path": "/metadata", "value": nested(100) }]);
    let flat: Vec<Value> = (0..131)
        .map(|depth| json!({ "op": "add", "path": format!("/metadata{}", "/a".repeat(depth)), "value": {} }))
        .collect();
    let first = json!({ "op": "add", "path": "/metadata", "value": { "x": "y".repeat(1000) } });
    let copies = (0..24).map(|n| json!({ "op": "copy", "from": "/metadata", "path": format!("/metadata/k{n}") }));
    let doubling: Vec<Value> = std::iter::once(first).chain(copies).collect();
    for patch in [deep, flat.into(), doubling.into()] {
        let began = Instant::now();
        let refused = call(&server, Method::PATCH, &path, &patch).await;
        assert_eq!(refused.status, 400, "{refused:?}");
        assert!(began.elapsed() < Duration::from_secs(5), "{:?}", began.elapsed());
        assert_eq!(call(&server, Method::GET, "/admin/clients", &Value::Null).await.status, 200);
        assert_eq!(status(&server, &id, &secret).await, 200);
    }
    let posted = call(&server, Method::POST, "/admin/clients", &json!({ "metadata": nested(60) })).await;
    assert_eq!((posted.status, &posted.json()["error"]), (400, &json!("invalid_client_metadata")), "{posted:?}");
}

#[tokio::test]
async fn patches_at_the_same_time_lose_nothing() {
    let server = Server::start(&[]);
    let (_, _, path) = registered(&server).await;
    let add = |n: usize| {
        let patch = json!([{ "op": "add", "path": format!("/metadata/k{n}"), "value": n }]);
        let (server, path) = (&server, &path);
        async move { call(server, Method::PATCH, path, &patch).await.status }
    };
    assert!(join_all((0..30).map(add)).await.iter().all(|status| *status == 200));
    let kept = call(&server, Method::GET, &path, &Value::Null).await.json();
    assert_eq!(kept["metadata"].as_object().map(serde_json::Map::len), Some(30), "{kept}");

    let take = |n: usize| {
        let patch = json!([{ "op": "test", "path": "/owner", "value": "" }, { "op": "replace", "path": "/owner", "value": format!("o{n}") }]);
        let (server, path) = (&server, &path);
        async move { call(server, Method::PATCH, path, &patch).await.status }
    };
    let won = join_all((0..30).map(take)).await.into_iter().filter(|status| *status == 200).count();
    assert_eq!(won, 1, "a test holds for the whole patch");
}

#[tokio::test]
async fn a_body_that_is_no_object_changes_nothing() {
    let server = Server::start(&[]);
    let (_, _, path) = registered(&server).await;
    let lifespans = format!("{path}/lifespans");
    let set = json!({ "client_credentials_grant_access_token_lifespan": "10m" });
    assert_eq!(call(&server, Method::PUT, &lifespans, &set).await.status, 200);
    for body in [json!([]), json!(["1h"]), json!("x"), json!(1)] {
        assert_eq!(call(&server, Method::PUT, &lifespans, &body).await.status, 400, "{body}");
        assert_eq!(call(&server, Method::PUT, &path, &body).await.status, 400, "{body}");
    }
    let kept = call(&server, Method::GET, &path, &Value::Null).await.json();
    assert_eq!(kept["client_credentials_grant_access_token_lifespan"], "10m0s", "{kept}");
}

#[tokio::test]
async fn a_secret_of_the_wrong_type_is_not_shown_in_its_refusal() {
    let server = Server::start(&[]);
    let body = json!({ "client_secret": 482_915_773_201_u64, "client_name": 7 });
    let refused = call(&server, Method::POST, "/admin/clients", &body).await;
    assert_eq!(refused.status, 400, "{refused:?}");
    assert!(refused.text.contains("client_secret: must be a string") && refused.text.contains("client_name: "));
    assert!(!refused.text.contains("482915773201"), "{refused:?}");
}
