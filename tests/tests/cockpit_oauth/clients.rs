//! The list, one client, and what is done to it.

use std::time::Duration;

use cockpit::EnvironmentConfig;
use pairing::{ErrorCode, Secret};
use serde_json::{Value, json};

use super::{Bench, shown, text};

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_pairing_made_is_listed_with_its_application() {
    let bench = Bench::new().await;
    let (application, receipt) = bench.paired("shop").await;
    let page = bench.call("list_oauth_clients", json!({ "after": null, "first": 1000 })).await;
    assert_eq!((&page["totalCount"], &page["hasNextPage"]), (&json!(1), &json!(false)));
    let row = &page["rows"][0];
    assert_eq!(row["clientId"], receipt["clientId"]);
    assert_eq!(row["ownerKind"], "application");
    assert_eq!((&row["ownerId"], &row["ownerName"]), (&json!(application), &json!("shop")));
    assert_eq!(row["scopes"], receipt["scopes"]);
    assert_eq!((&row["uses"], &row["failures"], &row["disabledAt"]), (&json!(0), &json!(0), &Value::Null));
    assert_eq!(row["secrets"].as_array().unwrap().len(), 1);

    let client = bench.client(&receipt["clientId"]).await;
    assert_eq!(client["row"], *row);
    assert_eq!(client["heldPairingId"], receipt["pairingId"]);
    assert_eq!(client["tokenUrl"], receipt["tokenUrl"]);
    let secret = bench.secret(&receipt).await;
    assert!(!client.to_string().contains(&secret));
    let run = bench.bash(&format!("{} --silent --show-error", text(&client["curl"])), &secret).await;
    let granted: Value = serde_json::from_slice(&run.stdout).unwrap_or_else(|_| panic!("{}", shown(&run)));
    assert!(granted["access_token"].is_string(), "{}", shown(&run));

    // Uses are written in batches: they may come a little later.
    let counted = async { while bench.client(&receipt["clientId"]).await["row"]["uses"] != 1 {} };
    tokio::time::timeout(Duration::from_secs(20), counted).await.unwrap();
    let row = bench.client(&receipt["clientId"]).await["row"].clone();
    assert!(row["lastUsedAt"].is_string() && row["lastUsedFrom"].is_string(), "{row}");
    assert_eq!(bench.client(&json!("no-such-client")).await, Value::Null);
    assert_eq!(bench.client(&json!("../..")).await, Value::Null);
}

#[tokio::test(flavor = "multi_thread")]
async fn clients_are_paged_newest_first() {
    let bench = Bench::new().await;
    for number in 0..5 {
        let name = format!("export {number}");
        let body = json!({ "client_name": name, "grant_types": ["client_credentials"], "scope": "a b" });
        bench.register(body).await;
    }
    let (mut names, mut after) = (Vec::new(), Value::Null);
    loop {
        let page = bench.call("list_oauth_clients", json!({ "after": after, "first": 2 })).await;
        assert_eq!(page["totalCount"], 5);
        names.extend(page["rows"].as_array().unwrap().iter().map(|row| text(&row["name"])));
        after = page["endCursor"].clone();
        if page["hasNextPage"] == false {
            break;
        }
    }
    assert_eq!(names, ["export 4", "export 3", "export 2", "export 1", "export 0"]);
    for first in [0, 1001] {
        let input = json!({ "after": null, "first": first });
        assert_eq!(bench.refused("list_oauth_clients", input).await, ErrorCode::InvalidData);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_disabled_client_gets_no_token_until_it_is_enabled() {
    let bench = Bench::new().await;
    let (_, receipt) = bench.paired("shop").await;
    let (id, secret) = (&receipt["clientId"], bench.secret(&receipt).await);
    let switch = |enabled: bool| json!({ "clientId": id, "enabled": enabled });
    for _ in 0..2 {
        let client = bench.call("set_oauth_client_enabled", switch(false)).await;
        assert!(client["row"]["disabledAt"].is_string());
    }
    let input = json!({ "clientId": id, "secret": null, "scopes": [], "authMethod": "basic" });
    let refusal = bench.refusal("get_access_token", input).await;
    assert_eq!((refusal.code, refusal.message.as_str()), (ErrorCode::ClientNotAccepted, "This client is disabled."));
    let client = bench.call("set_oauth_client_enabled", switch(true)).await;
    assert_eq!(client["row"]["disabledAt"], Value::Null);
    bench.token_with(id, &secret).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn deleting_wants_the_name_and_takes_everything_along() {
    let bench = Bench::new().await;
    let (application, receipt) = bench.paired("shop").await;
    let id = &receipt["clientId"];
    let secret = bench.secret(&receipt).await;
    let token = bench.token_with(id, &secret).await.unwrap();
    let named = |name: &str| json!({ "clientId": id, "confirmClientId": name });
    for wrong in ["Shop", "", text(id).as_str()] {
        assert_eq!(bench.refused("delete_oauth_client", named(wrong)).await, ErrorCode::InvalidData, "{wrong}");
    }
    assert_eq!(bench.call("delete_oauth_client", named("shop")).await, json!({}));
    assert_eq!(bench.client(id).await, Value::Null);
    assert_eq!(bench.refused("delete_oauth_client", named("shop")).await, ErrorCode::NotFound);
    let detail = bench.call("get_application", json!({ "id": application })).await;
    assert_eq!(detail["auths"], json!([]), "the system auth went with it");
    assert!(!bench.cockpit.holds_unhanded_secret());
    assert_eq!(bench.call("open_pairings", json!({})).await, json!([]));
    let gone = bench.refused("reveal_access_token", json!({ "tokenId": token["tokenId"] })).await;
    assert_eq!(gone, ErrorCode::SecretGone);
    let input = json!({ "clientId": id, "secret": secret, "scopes": [], "authMethod": "basic" });
    let refusal = bench.refusal("get_access_token", input).await;
    assert_eq!(refusal.message, "There is no OAuth client with this ID.");

    let other = bench.register(json!({ "client_name": "export", "grant_types": ["client_credentials"] })).await;
    let row = bench.client(&other["client_id"]).await["row"].clone();
    assert_eq!((&row["ownerKind"], &row["ownerName"]), (&json!("none"), &Value::Null));
    let by_name = json!({ "clientId": other["client_id"], "confirmClientId": "export" });
    assert_eq!(bench.refused("delete_oauth_client", by_name).await, ErrorCode::InvalidData);
    let by_id = json!({ "clientId": other["client_id"], "confirmClientId": other["client_id"] });
    bench.call("delete_oauth_client", by_id).await;
    assert_eq!(bench.client(&other["client_id"]).await, Value::Null);
}

#[tokio::test(flavor = "multi_thread")]
async fn each_way_of_not_reaching_the_registry_has_its_own_code() {
    let bench = Bench::new().await;
    let list = || json!({ "after": null, "first": 50 });
    let code = async |environment: EnvironmentConfig| {
        bench.connected_to(environment).dispatch("list_oauth_clients", list()).await.unwrap_err().code
    };
    let before = bench.environment.clone();
    let silent = EnvironmentConfig { console_url: None, ..before.clone() };
    assert_eq!(code(silent).await, ErrorCode::InvalidOperation);
    let wrong_token = EnvironmentConfig { admin_token: Secret::new("wrong"), ..before.clone() };
    assert_eq!(code(wrong_token).await, ErrorCode::Unauthorized);
    let elsewhere = before.director_url.replace("/director/graphql", "/nothing/here");
    assert_eq!(code(EnvironmentConfig { console_url: Some(elsewhere), ..before.clone() }).await, ErrorCode::Protocol);
    let other = Bench::new().await;
    let wrong_ca = EnvironmentConfig { ca_pem: other.environment.ca_pem.clone(), ..before.clone() };
    assert_eq!(code(wrong_ca).await, ErrorCode::UntrustedServer);
    other.server.stop().await;
    assert_eq!(code(other.environment).await, ErrorCode::Unreachable);
}
