//! Client id and client secret of an application: what they buy, and when that ends.

use blackbox::{GRANT, OAuthClient, Program, READ, Server, access_token};
use serde_json::json;

#[tokio::test]
async fn both_ways_of_presenting_the_credentials_buy_a_token_that_connects_the_application() {
    let server = Server::start(&[]);
    let client = server.oauth_client("client").await;
    let OAuthClient { application, id, secret } = &client;
    let body = [GRANT, READ, ("client_id", id), ("client_secret", secret)];
    let posted = server.at("/oauth2/token").form(&body).await;
    assert_eq!(posted.json()["scope"], "application:read");
    access_token(&posted);
    assert_eq!(server.condition(application).await, "INITIAL", "a token alone connects nobody");

    let token = client.token(&server, "application:read").await;
    let viewer = server.bearer(&token).viewer().await;
    assert_eq!(viewer.result(), json!({ "id": application, "type": "APPLICATION" }));
    assert_eq!(server.condition(application).await, "CONNECTED");
    // The tenant is the application's own; a header may say so, and nothing else.
    let named = |tenant: &str| server.bearer(&token).with("tenant", tenant);
    assert_eq!(named(server.ready("tenant")).viewer().await.status, 200);
    assert_eq!(
        named("another").viewer().await.refusal(),
        (400, 25, "Tenant not found [externalTenant=another]".into())
    );
}

#[tokio::test]
async fn only_the_scopes_asked_for_are_granted() {
    let server = Server::start(&[]);
    let client = server.oauth_client("client").await;
    let OAuthClient { application, id, .. } = &client;
    let update = "mutation($id: ID!) { result: updateApplication(id: $id, in: { description: \"d\" }) { id } }";
    let look = "query($id: ID!) { result: application(id: $id) { id auths { id auth { certCommonName } } } }";
    let variables = json!({ "id": application });

    let reading = server.bearer(&client.token(&server, "application:read").await);
    let seen = reading.data(look, variables.clone()).await;
    // Without application.auths:read the auth is hidden, and nothing says so: as in Compass.
    assert_eq!(seen["auths"], json!([{ "id": id, "auth": null }]));
    let refused = reading.graphql(update, variables.clone()).await.refusal();
    let message = "insufficient scopes provided [actual=application:read; required=application:write]";
    assert_eq!(refused, (200, 23, message.into()));

    let none = client.at(&server, "/oauth2/token").form(&[GRANT]).await;
    assert_eq!(none.json()["scope"], "");
    let refused = server.bearer(&access_token(&none)).graphql(look, variables.clone()).await.refusal();
    assert_eq!(refused, (200, 23, "insufficient scopes provided [actual=; required=application:read]".into()));

    let all = client.token(&server, "application:read application:write application.auths:read").await;
    let all = server.bearer(&all);
    all.data(update, variables.clone()).await;
    assert!(all.data(look, variables).await["auths"][0]["auth"].is_object());

    for scope in ["application:write tenant:read", "*", "runtime:read"] {
        let refused = client.ask(&server, scope).await;
        assert_eq!((refused.status, &refused.json()["error"]), (400, &json!("invalid_scope")), "{scope}: {refused:?}");
    }
}

#[tokio::test]
async fn a_removed_client_is_out_at_once() {
    let server = Server::start(&[]);
    let client = server.oauth_client("client").await;
    let token = client.token(&server, "application:read").await;
    assert_eq!(server.bearer(&token).viewer().await.status, 200);
    let delete = "mutation($id: ID!) { result: deleteSystemAuthForApplication(authID: $id) { id auth { credential {
        ... on OAuthCredentialData { clientSecret } } } } }";
    let deleted = server.director(delete, json!({ "id": client.id })).await;
    assert_eq!(deleted["id"], client.id);
    assert!(!deleted.to_string().contains(&client.secret));

    assert_eq!(server.bearer(&token).viewer().await.refusal().0, 401);
    assert_eq!(client.ask(&server, "").await.status, 401);
    let auths = "query($id: ID!) { result: application(id: $id) { auths { id } } }";
    assert_eq!(server.director(auths, json!({ "id": client.application })).await["auths"], json!([]));
    let again = server.administrator().graphql(delete, json!({ "id": client.id })).await;
    assert_eq!(again.refusal(), (200, 20, "Object not found [object=systemAuth]".into()));
}

/// Unpairing and unregistering take the clients with them, in the same transaction.
#[tokio::test]
async fn what_removes_the_application_or_its_pairing_removes_the_client() {
    let server = Server::start(&[]);
    for mutation in ["unpairApplication", "unregisterApplication"] {
        let client = server.oauth_client(mutation).await;
        let token = client.token(&server, "application:read").await;
        let query = format!("mutation($id: ID!) {{ result: {mutation}(id: $id) {{ id }} }}");
        server.director(&query, json!({ "id": client.application })).await;
        assert_eq!(client.ask(&server, "").await.status, 401, "{mutation}");
        assert_eq!(server.bearer(&token).viewer().await.status, 401, "{mutation}");
        let registered = server.administrator_at(&format!("/admin/clients/{}", client.id));
        assert_eq!(registered.send(reqwest::Method::GET, None).await.status, 404, "{mutation}");
    }
}

#[tokio::test]
async fn an_access_token_survives_a_restart_and_no_change() {
    let temporary = tempfile::tempdir().unwrap();
    let data_dir = temporary.path().join("data");
    let server = Server::start_in(&data_dir, &[]);
    let ports = server.ports();
    let client = server.oauth_client("client").await;
    let token = client.token(&server, "application:read").await;
    let (ended, _) = server.stop().await;
    assert_eq!(ended.code, Some(0));
    let server = Server::run(Program::serve_on(&data_dir, &ports, &[]));
    assert_eq!(server.bearer(&token).viewer().await.status, 200);
    // Any other character of the signature; the very last holds padding bits.
    let mut forged = token.into_bytes();
    let place = forged.len() - 10;
    forged[place] = if forged[place] == b'A' { b'B' } else { b'A' };
    let forged = String::from_utf8(forged).unwrap();
    assert_eq!(server.bearer(&forged).viewer().await.refusal().0, 401);
}
