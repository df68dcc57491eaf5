//! *Get a token*: what the page sees of it, how it is handed on, and why there is none.

use pairing::{ErrorCode, Moment};
use serde_json::{Value, json};

use super::{Bench, shown, text};

#[tokio::test(flavor = "multi_thread")]
async fn a_token_can_be_read_shown_and_used_and_is_let_go() {
    let bench = Bench::new().await;
    let (application, receipt) = bench.paired("shop").await;
    let id = &receipt["clientId"];
    let input = json!({ "clientId": id, "secret": null, "scopes": ["application:read"], "authMethod": "basic" });
    let token = bench.call("get_access_token", input).await;
    assert_eq!((&token["scopes"], &token["header"]["typ"]), (&json!(["application:read"]), &json!("at+jwt")));
    assert_eq!((&token["claims"]["client_id"], &token["claims"]["scope"]), (id, &json!("application:read")));
    let seconds = |at: &Value| Moment::parse(&text(at)).unwrap().unix_seconds();
    assert_eq!(json!(seconds(&token["expiresAt"])), token["claims"]["exp"]);
    assert!(seconds(&token["expiresAt"]) > seconds(&token["serverNow"]));
    assert_eq!(json!(seconds(&token["issuedAt"])), token["claims"]["iat"]);

    let held = json!({ "tokenId": token["tokenId"] });
    let value = text(&bench.call("reveal_access_token", held.clone()).await["value"]);
    assert_eq!(value.split('.').count(), 3);
    let signature = value.rsplit('.').next().unwrap();
    assert!(!token.to_string().contains(signature), "the page has no token before Show");
    assert!(!format!("{:?}", bench.cockpit).contains(signature));

    let copy = async |form: &str| {
        let outcome = bench.call("copy_access_token", json!({ "tokenId": token["tokenId"], "form": form })).await;
        assert_eq!(outcome["clearsInSeconds"], 60, "as secret as a secret: {outcome}");
        bench.clipboard()
    };
    assert_eq!(copy("token").await, value);
    assert_eq!(copy("authorization_header").await, format!("Authorization: Bearer {value}"));
    let script = copy("curl_director").await;
    let run = bench.bash(&script, "").await;
    assert!(shown(&run).contains(&application), "viewer answers the application's id: {}", shown(&run));

    bench.call("revoke_oauth_tokens", json!({ "clientId": id })).await;
    let run = bench.bash(&script, "").await;
    assert!(!run.status.success() && !shown(&run).contains(&application), "revoked: {}", shown(&run));
    bench.call("forget_access_token", held.clone()).await;
    assert_eq!(bench.refused("reveal_access_token", held).await, ErrorCode::SecretGone);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_administrator_is_told_why_there_is_no_token() {
    let bench = Bench::new().await;
    let (_, receipt) = bench.paired("shop").await;
    let (id, secret) = (&receipt["clientId"], bench.secret(&receipt).await);
    let input = |secret: Option<&str>, scopes: &[&str]| json!({ "clientId": id, "secret": secret, "scopes": scopes, "authMethod": "post" });
    let wrong = bench.refusal("get_access_token", input(Some("canary-wrong"), &[])).await;
    assert_eq!(wrong.code, ErrorCode::ClientNotAccepted);
    assert!(wrong.message.contains("wrong, or it was retired"), "{wrong:?}");
    assert!(!format!("{wrong:?}").contains("canary"));
    let scope = bench.refusal("get_access_token", input(Some(&secret), &["application:read", "runtime:write"])).await;
    assert_eq!(scope.code, ErrorCode::InsufficientScopes);
    assert_eq!(scope.message, "This client was not registered with the scope runtime:write.");
    assert_eq!(bench.refused("get_access_token", input(Some(""), &[])).await, ErrorCode::InvalidData);
    assert_eq!(bench.refused("get_access_token", input(None, &["a b"])).await, ErrorCode::InvalidData);
    let granted = bench.call("get_access_token", input(Some(&secret), &[])).await;
    assert!(granted["claims"].is_object(), "the secret in the body works, too");

    let other = json!({ "clientId": id, "secret": null, "scopes": [], "authMethod": "private_key_jwt" });
    assert_eq!(bench.refused("get_access_token", other).await, ErrorCode::BadRequest);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_may_be_held_to_one_way_of_sending_its_secret() {
    let bench = Bench::new().await;
    let body = json!({ "client_name": "export", "grant_types": ["client_credentials"], "scope": "a b",
        "token_endpoint_auth_method": "client_secret_post" });
    let client = bench.register(body).await;
    let (id, secret) = (&client["client_id"], text(&client["client_secret"]));
    let detail = bench.client(id).await;
    assert_eq!(detail["row"]["authMethods"], json!(["client_secret_post"]));
    assert_eq!(bench.token_with(id, &secret).await.unwrap_err(), ErrorCode::ClientNotAccepted, "in the header");
    let run = bench.bash(&format!("{} --silent --show-error", text(&detail["curl"])), &secret).await;
    assert!(shown(&run).contains("access_token"), "the ready command fits the client: {}", shown(&run));

    let rotated = bench.call("rotate_oauth_secret", json!({ "clientId": id, "retireOldAfterSeconds": null })).await;
    let pairing = &rotated["receipt"]["pairingId"];
    bench.call("test_credentials", json!({ "pairingId": pairing })).await;
    let recipe = bench.call("reveal", json!({ "pairingId": pairing, "form": "curl_token" })).await;
    let run = bench.bash(&text(&recipe["value"]), "").await;
    assert!(shown(&run).contains("access_token"), "and so does the recipe: {}", shown(&run));
}
