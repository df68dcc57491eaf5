//! Two secrets at once, so that nobody has to change both sides in the same moment.

use std::time::Duration;

use blackbox::{OAuthClient, Server, until};
use reqwest::Method;
use serde_json::{Value, json};

use super::{assert_refused, call, change, get, is_time};

/// Rotates and returns the client with its new secret, the id of that secret, and the answer.
async fn rotate(server: &Server, client: &OAuthClient, retire_old: Value) -> (OAuthClient, String, Value) {
    let path = format!("/{}/rotate", client.id);
    let given = change(server, &path, &json!({ "retireOldAfterSeconds": retire_old })).await;
    let text = |member: &str| given[member].as_str().unwrap_or_else(|| panic!("{member} in {given}")).to_owned();
    (OAuthClient { secret: text("clientSecret"), ..client.clone() }, text("secretId"), given)
}

async fn status(server: &Server, client: &OAuthClient) -> u16 {
    client.ask(server, "application:read").await.status
}

#[tokio::test]
async fn old_and_new_are_both_good_until_the_old_one_is_retired() {
    let server = Server::start(&[]);
    let old = server.oauth_client("client").await;
    let token = old.token(&server, "application:read").await;
    let (new, new_id, given) = rotate(&server, &old, Value::Null).await;
    assert_ne!(new.secret, old.secret);
    assert_eq!((status(&server, &old).await, status(&server, &new).await), (200, 200));
    let client = get(&server, &old.id).await;
    assert!(is_time(&client["rotatedAt"]) && is_time(&given["now"]), "{given}");
    let secrets = client["secrets"].as_array().unwrap();
    assert_eq!((secrets.len(), &secrets[0]["id"]), (2, &json!(new_id)), "newest first");
    assert!(secrets.iter().all(|secret| secret["retiresAt"].is_null()), "{client}");
    let old_id = secrets[1]["id"].as_str().unwrap();

    let retire = format!("/{}/secrets/{old_id}/retire", old.id);
    // A date, and no date again.
    let dated = change(&server, &retire, &json!({ "afterSeconds": 3600 })).await;
    assert!(is_time(&dated["client"]["secrets"][1]["retiresAt"]), "{dated}");
    let undated = change(&server, &retire, &json!({ "afterSeconds": null })).await;
    assert!(undated["client"]["secrets"][1]["retiresAt"].is_null(), "{undated}");
    assert_eq!(status(&server, &old).await, 200);
    // Now.
    let retired = change(&server, &retire, &json!({ "afterSeconds": 0 })).await;
    assert_eq!(retired["client"]["secrets"].as_array().map(Vec::len), Some(1), "{retired}");
    assert_eq!((status(&server, &old).await, status(&server, &new).await), (401, 200));
    assert_eq!(server.bearer(&token).viewer().await.status, 200, "a token outlives the secret that bought it");

    let last = format!("/{}/secrets/{new_id}/retire", old.id);
    for after in [0, 60] {
        let refused = call(&server, Method::POST, &last, &json!({ "afterSeconds": after })).await;
        assert_refused(&refused, 409, "invalid_operation");
    }
    assert_eq!(status(&server, &new).await, 200);
}

#[tokio::test]
async fn the_old_secret_ends_at_once_or_when_its_date_comes() {
    let server = Server::start(&[]);
    let first = server.oauth_client("client").await;
    let (second, ..) = rotate(&server, &first, json!(0)).await;
    assert_eq!((status(&server, &first).await, status(&server, &second).await), (401, 200));

    let (third, _, given) = rotate(&server, &second, json!(2)).await;
    assert!(is_time(&given["client"]["secrets"][1]["retiresAt"]), "{given}");
    assert_eq!((status(&server, &second).await, status(&server, &third).await), (200, 200), "for two seconds");
    until("the old secret ends by itself", Duration::from_secs(15), async || {
        (status(&server, &second).await == 401).then_some(())
    })
    .await;
    assert_eq!(status(&server, &third).await, 200);
    assert_eq!(get(&server, &first.id).await["secrets"].as_array().map(Vec::len), Some(1));
}

#[tokio::test]
async fn five_secrets_are_enough() {
    let server = Server::start(&[]);
    let mut clients = vec![server.oauth_client("client").await];
    for _ in 0..4 {
        clients.push(rotate(&server, &clients[0], Value::Null).await.0);
    }
    for client in &clients {
        assert_eq!(status(&server, client).await, 200);
    }
    let path = format!("/{}/rotate", clients[0].id);
    let refused = call(&server, Method::POST, &path, &json!({ "retireOldAfterSeconds": null })).await;
    assert_refused(&refused, 409, "invalid_operation");
    // One that ends all others needs no room.
    let (last, ..) = rotate(&server, &clients[0], json!(0)).await;
    assert_eq!((status(&server, &last).await, status(&server, &clients[4]).await), (200, 401));
}

#[tokio::test]
async fn no_series_of_dates_leaves_a_client_without_a_secret() {
    let server = Server::start(&[]);
    let old = server.oauth_client("client").await;
    let (new, new_id, _) = rotate(&server, &old, Value::Null).await;
    let client = get(&server, &old.id).await;
    let old_id = client["secrets"][1]["id"].as_str().unwrap().to_owned();
    let retire = |id: &str| format!("/{}/secrets/{id}/retire", old.id);
    change(&server, &retire(&old_id), &json!({ "afterSeconds": 3600 })).await;
    // The other one would end first, and then this one: the day would come when none is left.
    for after in [0, 60, 7200] {
        let refused = call(&server, Method::POST, &retire(&new_id), &json!({ "afterSeconds": after })).await;
        assert_refused(&refused, 409, "invalid_operation");
    }
    // Hydra's way of forgetting the others keeps the newest that still works.
    change(&server, &retire(&old_id), &json!({ "afterSeconds": null })).await;
    change(&server, &retire(&new_id), &json!({ "afterSeconds": 0 })).await;
    let forget = server.administrator_at(&format!("/admin/clients/{}/secrets/rotate", old.id));
    assert_eq!(forget.send(Method::DELETE, None).await.status, 200);
    assert_eq!((status(&server, &old).await, status(&server, &new).await), (200, 401));
}
