//! What is told about clients: their members, their pages, their counts.

use std::time::Duration;

use blackbox::{OAuthClient, Server, assert_members, until};
use reqwest::Method;
use serde_json::{Value, json};

use super::{CLIENTS, assert_refused, call, get, is_time};

#[tokio::test]
async fn every_member_of_a_client() {
    let server = Server::start(&[]);
    let OAuthClient { application, id, secret } = server.oauth_client("shop").await;
    let reply = call(&server, Method::GET, &format!("/{id}"), &Value::Null).await;
    assert!(!reply.text.contains(&secret), "a secret is not told again");
    assert_members("the answer", &reply.json(), &[("client", &Value::is_object), ("now", &is_time)]);
    let zero = |value: &Value| *value == 0;
    assert_members(
        "a client",
        &reply.json()["client"],
        &[
            ("clientId", &|value| *value == id),
            ("name", &Value::is_string),
            ("owner", &|value| *value == json!({ "kind": "application", "id": application, "name": "shop" })),
            ("tenant", &|value| *value == server.ready("tenant")),
            ("authMethods", &|value| *value == json!(["client_secret_basic", "client_secret_post"])),
            ("scopes", &|value| value.as_array().is_some_and(|list| list.contains(&json!("application:read")))),
            ("audience", &Value::is_array),
            ("createdAt", &is_time),
            ("rotatedAt", &Value::is_null),
            ("disabledAt", &Value::is_null),
            ("lastUsedAt", &Value::is_null),
            ("lastUsedFrom", &Value::is_null),
            ("uses", &zero),
            ("failures", &zero),
            ("failuresSinceUse", &zero),
            ("lastFailedAt", &Value::is_null),
            ("lastFailedFrom", &Value::is_null),
            ("tokenLifetimeSeconds", &|value| *value == 3600),
            ("secrets", &|value| value.as_array().is_some_and(|list| list.len() == 1)),
        ],
    );
    assert_members(
        "a secret",
        &reply.json()["client"]["secrets"][0],
        &[
            ("id", &|value| value.as_str().is_some_and(|id| !id.is_empty())),
            ("createdAt", &is_time),
            ("retiresAt", &Value::is_null),
            ("lastUsedAt", &Value::is_null),
            ("lastUsedFrom", &Value::is_null),
        ],
    );
    let nobodys = server.register_client(json!({ "client_name": "alone", "scope": "a" })).await;
    let nobodys = get(&server, nobodys["client_id"].as_str().unwrap()).await;
    assert_eq!(nobodys["owner"], json!({ "kind": "none", "id": null, "name": null }));
    assert_eq!((&nobodys["name"], &nobodys["tenant"]), (&json!("alone"), &Value::Null));
}

#[tokio::test]
async fn pages_are_newest_first_and_can_be_of_one_application() {
    let server = Server::start(&[]);
    let first = server.oauth_client("first").await;
    let second = server.oauth_client("second").await;
    let third = server.another_oauth_client(&first.application).await;
    let page = async |query: &str| {
        let reply = call(&server, Method::GET, query, &Value::Null).await;
        assert_eq!(reply.status, 200, "{query}: {reply:?}");
        let json = reply.json();
        let members: Vec<_> = json.as_object().unwrap().keys().cloned().collect();
        assert_eq!(members, ["clients", "endCursor", "hasNextPage", "now", "totalCount"]);
        let ids: Vec<_> = json["clients"].as_array().unwrap().iter().map(|one| one["clientId"].clone()).collect();
        (ids, json)
    };
    let (ids, json) = page("").await;
    assert_eq!(ids, [third.id.as_str(), &second.id, &first.id]);
    assert_eq!((&json["totalCount"], &json["hasNextPage"]), (&json!(3), &json!(false)));
    let (ids, json) = page("?first=2").await;
    assert_eq!(ids, [third.id.as_str(), &second.id]);
    assert_eq!((&json["totalCount"], &json["hasNextPage"]), (&json!(3), &json!(true)));
    let cursor = json["endCursor"].as_str().unwrap();
    let (ids, json) = page(&format!("?first=2&after={cursor}")).await;
    assert_eq!((ids, &json["hasNextPage"]), (vec![json!(first.id)], &json!(false)));
    let (ids, json) = page(&format!("?application={}", first.application)).await;
    assert_eq!(ids, [third.id.as_str(), &first.id]);
    assert_eq!(json["totalCount"], 2);
    assert_eq!(page("?application=00000000-0000-4000-8000-000000000000").await.0, Vec::<Value>::new());
    for query in ["?first=0", "?first=1001", "?first=x", "?after=garbage"] {
        assert_refused(&call(&server, Method::GET, query, &Value::Null).await, 400, "invalid_data");
    }
}

#[tokio::test]
async fn uses_and_failures_are_counted_soon() {
    let server = Server::start(&[]);
    let client = server.oauth_client("counted").await;
    let wrong = OAuthClient { secret: "x".repeat(26), ..client.clone() };
    for _ in 0..3 {
        client.token(&server, "application:read").await;
    }
    for _ in 0..2 {
        assert_eq!(wrong.ask(&server, "").await.status, 401);
    }
    let seen = until("uses and failures appear", Duration::from_secs(10), async || {
        let seen = get(&server, &client.id).await;
        (seen["uses"] == 3 && seen["failures"] == 2).then_some(seen)
    })
    .await;
    assert_eq!(seen["failuresSinceUse"], 2, "{seen}");
    for (at, from) in [("lastUsedAt", "lastUsedFrom"), ("lastFailedAt", "lastFailedFrom")] {
        assert!(is_time(&seen[at]) && seen[from] == "127.0.0.1", "{seen}");
    }
    assert!(is_time(&seen["secrets"][0]["lastUsedAt"]) && seen["secrets"][0]["lastUsedFrom"] == "127.0.0.1", "{seen}");
    client.token(&server, "application:read").await;
    until("a use ends the row of failures", Duration::from_secs(10), async || {
        let seen = get(&server, &client.id).await;
        (seen["uses"] == 4 && seen["failures"] == 2 && seen["failuresSinceUse"] == 0).then_some(())
    })
    .await;
}

#[tokio::test]
async fn refusals_have_a_code_and_a_sentence() {
    let server = Server::start(&[]);
    let client = server.oauth_client("client").await;
    let token = client.token(&server, "application:read").await;
    let rotate = format!("/{}/rotate", client.id);
    for caller in [
        server.at(CLIENTS),
        server.at(CLIENTS).with("authorization", "Bearer x"),
        server.at(CLIENTS).with("authorization", &format!("Bearer {token}")),
        client.at(&server, CLIENTS),
    ] {
        assert_refused(&caller.send(Method::GET, None).await, 401, "unauthorized");
    }
    for (method, path) in [
        (Method::GET, "/nobody"),
        (Method::DELETE, "/nobody"),
        (Method::POST, "/nobody/disable"),
        (Method::POST, "/nobody/enable"),
        (Method::POST, "/nobody/revoke-tokens"),
        (Method::POST, &format!("/{}/secrets/nothing/retire", client.id)),
    ] {
        let body = if path.ends_with("/retire") { json!({ "afterSeconds": 0 }) } else { Value::Null };
        assert_refused(&call(&server, method, path, &body).await, 404, "not_found");
    }
    for body in [
        json!({ "retireOldAfterSeconds": "soon" }),
        json!({ "retireOldAfterSeconds": -1 }),
        json!({ "retireOldAfterSeconds": null, "more": 1 }),
        json!([]),
    ] {
        assert_refused(&call(&server, Method::POST, &rotate, &body).await, 400, "invalid_data");
    }
    assert_eq!(get(&server, &client.id).await["secrets"].as_array().map(Vec::len), Some(1), "nothing of it rotated");
}
