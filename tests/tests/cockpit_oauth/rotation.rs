//! Two secrets at a time, and letting go of the older one.

use pairing::{ErrorCode, Moment};
use serde_json::{Value, json};

use super::{Bench, text};

async fn rotate(bench: &Bench, id: &Value, retire_old_after: Option<u32>) -> Value {
    let input = json!({ "clientId": id, "retireOldAfterSeconds": retire_old_after });
    bench.call("rotate_oauth_secret", input).await
}

#[tokio::test(flavor = "multi_thread")]
async fn both_secrets_work_until_the_old_one_is_retired() {
    let bench = Bench::new().await;
    let (application, paired) = bench.paired("shop").await;
    let (id, old) = (&paired["clientId"], bench.secret(&paired).await);
    bench.call("acknowledge_pairing", json!({ "pairingId": paired["pairingId"] })).await;
    assert!(!bench.cockpit.holds_unhanded_secret());

    let rotated = rotate(&bench, id, None).await;
    let (receipt, client) = (&rotated["receipt"], &rotated["client"]);
    assert!(bench.cockpit.holds_unhanded_secret(), "the new secret is shown once, too");
    assert_eq!((&receipt["clientId"], &receipt["rotated"]), (id, &json!(true)));
    assert_eq!((&receipt["owner"]["id"], &receipt["ownerName"]), (&json!(application), &json!("shop")));
    assert_eq!(client["heldPairingId"], receipt["pairingId"]);
    assert!(client["row"]["rotatedAt"].is_string());
    let secrets = client["row"]["secrets"].as_array().unwrap().clone();
    assert_eq!(secrets.len(), 2);
    assert!(secrets.iter().all(|secret| secret["retiresAt"].is_null()));
    let new = bench.secret(receipt).await;
    assert_ne!(new, old);
    assert!(!rotated.to_string().contains(&new) && !format!("{:?}", bench.cockpit).contains(&new));
    for secret in [&old, &new] {
        bench.token_with(id, secret).await.unwrap();
    }

    let retire =
        |secret: &Value, after: Option<u32>| json!({ "clientId": id, "secretId": secret["id"], "afterSeconds": after });
    let client = bench.call("retire_oauth_secret", retire(&secrets[1], Some(86_400))).await;
    let ends = Moment::parse(&text(&client["row"]["secrets"][1]["retiresAt"])).unwrap();
    let now = Moment::parse(&text(&client["serverNow"])).unwrap();
    assert!((86_390..=86_401).contains(&(ends.unix_seconds() - now.unix_seconds())));
    let client = bench.call("retire_oauth_secret", retire(&secrets[1], None)).await;
    assert_eq!(client["row"]["secrets"][1]["retiresAt"], Value::Null, "no end date any more");
    let client = bench.call("retire_oauth_secret", retire(&secrets[1], Some(0))).await;
    assert_eq!(client["row"]["secrets"].as_array().unwrap().len(), 1);
    assert_eq!(bench.token_with(id, &old).await.unwrap_err(), ErrorCode::ClientNotAccepted);
    bench.token_with(id, &new).await.unwrap();

    let refusal = bench.refusal("retire_oauth_secret", retire(&secrets[0], Some(0))).await;
    assert_eq!(refusal.code, ErrorCode::InvalidOperation);
    assert!(refusal.message.contains("only secret"), "{refusal:?}");
    assert_eq!(bench.refused("retire_oauth_secret", retire(&json!({ "id": "none" }), None)).await, ErrorCode::NotFound);
    bench.token_with(id, &new).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn the_old_secret_can_end_with_the_rotation() {
    let bench = Bench::new().await;
    let (_, paired) = bench.paired("shop").await;
    let (id, old) = (&paired["clientId"], bench.secret(&paired).await);
    let rotated = rotate(&bench, id, Some(0)).await;
    assert_eq!(rotated["client"]["row"]["secrets"].as_array().unwrap().len(), 1);
    assert_eq!(bench.token_with(id, &old).await.unwrap_err(), ErrorCode::ClientNotAccepted);
    // The held secret is the new one: nothing has to be typed.
    let input = json!({ "clientId": id, "secret": null, "scopes": [], "authMethod": "post" });
    bench.call("get_access_token", input).await;
    let reveal = json!({ "pairingId": paired["pairingId"], "form": "client_secret" });
    assert_eq!(bench.refused("reveal", reveal).await, ErrorCode::SecretGone, "replaced by the newer one");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rotated_secret_is_handed_over_but_neither_watched_nor_cancelled() {
    let bench = Bench::new().await;
    let (_, paired) = bench.paired("shop").await;
    let id = &paired["clientId"];
    let receipt = rotate(&bench, id, None).await["receipt"].clone();
    assert_eq!(bench.call("open_pairings", json!({})).await[0]["pairingId"], receipt["pairingId"]);
    let pairing = json!({ "pairingId": receipt["pairingId"] });
    for name in ["cancel_pairing", "pairing_progress"] {
        assert_eq!(bench.refused(name, pairing.clone()).await, ErrorCode::InvalidOperation, "{name}");
    }
    assert_ne!(bench.client(id).await, Value::Null, "the client is still there");
    bench.call("test_credentials", pairing.clone()).await;
    bench.call("copy", json!({ "pairingId": receipt["pairingId"], "form": "all" })).await;
    assert!(bench.clipboard().contains(&bench.secret(&receipt).await));
    assert!(!bench.cockpit.holds_unhanded_secret());
    bench.call("acknowledge_pairing", pairing).await;
    assert_eq!(bench.client(id).await["heldPairingId"], Value::Null);
    let input = json!({ "clientId": id, "secret": null, "scopes": [], "authMethod": "basic" });
    assert_eq!(bench.refused("get_access_token", input).await, ErrorCode::SecretGone);
}

#[tokio::test(flavor = "multi_thread")]
async fn five_secrets_at_a_time_are_the_most() {
    let bench = Bench::new().await;
    let other = bench.register(json!({ "client_name": "export", "grant_types": ["client_credentials"] })).await;
    let id = &other["client_id"];
    for _ in 0..4 {
        let receipt = rotate(&bench, id, None).await["receipt"].clone();
        assert_eq!((&receipt["owner"], &receipt["ownerName"]), (&Value::Null, &json!("export")));
    }
    let input = json!({ "clientId": id, "retireOldAfterSeconds": null });
    assert_eq!(bench.refused("rotate_oauth_secret", input).await, ErrorCode::InvalidOperation);
    let held: Vec<_> = bench.call("open_pairings", json!({})).await.as_array().unwrap().clone();
    assert_eq!(held.len(), 1, "only the newest secret of a client is held");
    bench.token_with(id, &text(&other["client_secret"])).await.unwrap();
    let nobody = json!({ "clientId": "no-such-client", "retireOldAfterSeconds": null });
    assert_eq!(bench.refused("rotate_oauth_secret", nobody).await, ErrorCode::NotFound);
}
