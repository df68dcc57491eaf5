//! Client id and client secret: what they buy, and what everybody else gets.

#![expect(clippy::unwrap_used, reason = "helpers of tests may panic like the tests themselves")]

use blackbox::{Caller, Reply, Server, base64};
use reqwest::Method;
use serde_json::{Value, json};

/// Credentials as the Director hands them out.
struct Credentials {
    application: String,
    id: String,
    secret: String,
}

async fn credentials(server: &Server) -> Credentials {
    let application = server.register("client").await;
    let query = "mutation($id: ID!) { result: requestClientCredentialsForApplication(id: $id) { id auth { credential {
        __typename ... on OAuthCredentialData { clientId clientSecret url } } } } }";
    let given = server.director(query, json!({ "id": application })).await;
    let credential = &given["auth"]["credential"];
    assert_eq!(credential["__typename"], "OAuthCredentialData");
    assert_eq!(credential["url"], server.ready("oauthTokenUrl"));
    // As in Compass.
    assert_eq!(credential["clientId"], given["id"]);
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    Credentials { application, id: text(&credential["clientId"]), secret: text(&credential["clientSecret"]) }
}

fn basic(server: &Server, id: &str, secret: &str) -> Caller {
    server.stranger("oauthTokenUrl").with("authorization", &format!("Basic {}", base64(format!("{id}:{secret}"))))
}

fn bearer(server: &Server, token: &str) -> Caller {
    server.stranger("directorUrl").with("authorization", &format!("Bearer {token}"))
}

const GRANT: (&str, &str) = ("grant_type", "client_credentials");
const READ: (&str, &str) = ("scope", "application:read");

fn access_token(reply: &Reply) -> String {
    assert_eq!(reply.status, 200, "{reply:?}");
    assert_eq!(reply.header("cache-control"), Some("no-store"));
    let json = reply.json();
    assert_eq!(json["token_type"], "bearer");
    assert!(json["expires_in"].as_u64().unwrap() > 0);
    json["access_token"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn both_ways_of_presenting_the_credentials_buy_a_token_that_connects_the_application() {
    let server = Server::start(&[]);
    let Credentials { application, id, secret } = credentials(&server).await;
    let body = [GRANT, READ, ("client_id", &id), ("client_secret", &secret)];
    let posted = server.stranger("oauthTokenUrl").form(&body).await;
    assert_eq!(posted.json()["scope"], "application:read");
    access_token(&posted);
    assert_eq!(server.condition(&application).await, "INITIAL", "a token alone connects nobody");

    let token = access_token(&basic(&server, &id, &secret).form(&[GRANT, READ]).await);
    let viewer = bearer(&server, &token).viewer().await;
    assert_eq!(viewer.result(), json!({ "id": application, "type": "APPLICATION" }));
    assert_eq!(server.condition(&application).await, "CONNECTED");
    // The tenant is the application's own; a header may say so, and nothing else.
    let named = |tenant: &str| bearer(&server, &token).with("tenant", tenant);
    assert_eq!(named(server.ready("tenant")).viewer().await.status, 200);
    assert_eq!(
        named("another").viewer().await.refusal(),
        (400, 25, "Tenant not found [externalTenant=another]".into())
    );
}

#[tokio::test]
async fn only_the_scopes_asked_for_are_granted() {
    let server = Server::start(&[]);
    let Credentials { application, id, secret } = credentials(&server).await;
    let update = "mutation($id: ID!) { result: updateApplication(id: $id, in: { description: \"d\" }) { id } }";
    let look = "query($id: ID!) { result: application(id: $id) { id auths { id auth { certCommonName } } } }";
    let variables = json!({ "id": application });

    let reading = bearer(&server, &access_token(&basic(&server, &id, &secret).form(&[GRANT, READ]).await));
    let seen = reading.data(look, variables.clone()).await;
    // Without application.auths:read the auth is hidden, and nothing says so: as in Compass.
    assert_eq!(seen["auths"], json!([{ "id": id, "auth": null }]));
    let refused = reading.graphql(update, variables.clone()).await.refusal();
    let message = "insufficient scopes provided [actual=application:read; required=application:write]";
    assert_eq!(refused, (200, 23, message.into()));

    let none = basic(&server, &id, &secret).form(&[GRANT]).await;
    assert_eq!(none.json()["scope"], "");
    let refused = bearer(&server, &access_token(&none)).graphql(look, variables.clone()).await.refusal();
    assert_eq!(refused, (200, 23, "insufficient scopes provided [actual=; required=application:read]".into()));

    let both = ("scope", "application:read application:write application.auths:read");
    let all = bearer(&server, &access_token(&basic(&server, &id, &secret).form(&[GRANT, both]).await));
    all.data(update, variables.clone()).await;
    assert!(all.data(look, variables).await["auths"][0]["auth"].is_object());

    for scope in ["application:write tenant:read", "*", "runtime:read"] {
        let refused = basic(&server, &id, &secret).form(&[GRANT, ("scope", scope)]).await;
        assert_eq!((refused.status, &refused.json()["error"]), (400, &json!("invalid_scope")), "{scope}: {refused:?}");
    }
}

#[tokio::test]
async fn an_unknown_client_and_a_wrong_secret_look_alike() {
    let server = Server::start(&[]);
    let Credentials { id, secret, .. } = credentials(&server).await;
    let wrong = secret.chars().rev().collect::<String>();
    let nobody = "00000000-0000-4000-8000-000000000000";
    let mut answers = Vec::new();
    for (id, secret) in [(id.as_str(), wrong.as_str()), (nobody, &secret), (nobody, &wrong), ("", "x")] {
        answers.push(basic(&server, id, secret).form(&[GRANT]).await);
        if !id.is_empty() {
            let body = [GRANT, ("client_id", id), ("client_secret", secret)];
            answers.push(server.stranger("oauthTokenUrl").form(&body).await);
        }
    }
    for answer in &answers {
        assert_eq!((answer.status, &answer.text), (401, &answers[0].text));
        assert_eq!(answer.json()["error"], "invalid_client");
        assert!(answer.header("www-authenticate").unwrap().starts_with("Basic realm="), "{answer:?}");
        assert_eq!(answer.header("cache-control"), Some("no-store"));
    }
    let without = server.stranger("oauthTokenUrl").form(&[GRANT]).await;
    assert_eq!((without.status, &without.json()["error"]), (401, &json!("invalid_client")));
}

#[tokio::test]
async fn requests_that_break_the_rules_are_refused_by_their_names() {
    let server = Server::start(&[]);
    let Credentials { id, secret, .. } = credentials(&server).await;
    let client = || basic(&server, &id, &secret);
    let form = || client().with("content-type", "application/x-www-form-urlencoded");
    let own = [GRANT, ("client_id", id.as_str()), ("client_secret", secret.as_str())];
    for (reply, error) in [
        (client().form(&own).await, "invalid_request"),
        (client().form(&[GRANT, GRANT]).await, "invalid_request"),
        (client().form(&[GRANT, READ, READ]).await, "invalid_request"),
        (client().form(&[GRANT, ("client_id", "another")]).await, "invalid_request"),
        (client().form(&[]).await, "invalid_request"),
        (client().form(&[READ]).await, "invalid_request"),
        (client().form(&[("grant_type", "password")]).await, "unsupported_grant_type"),
        (client().form(&[("grant_type", "authorization_code")]).await, "unsupported_grant_type"),
        (form().with("authorization", "Basic !").post("grant_type=client_credentials").await, "invalid_request"),
        (form().with("content-type", "application/json").post("{}").await, "invalid_request"),
        (form().without("content-type").post("grant_type=client_credentials").await, "invalid_request"),
        (form().with("content-type", "text/plain").post("grant_type=client_credentials").await, "invalid_request"),
    ] {
        assert_eq!((reply.status, &reply.json()["error"]), (400, &json!(error)), "{reply:?}");
        let json = reply.json();
        assert_eq!(json.as_object().unwrap().keys().collect::<Vec<_>>(), ["error", "error_description"]);
    }
    let large = form().post(format!("grant_type=client_credentials&x={}", "x".repeat(17 * 1024))).await;
    assert_eq!(large.status, 413);
    for method in [Method::GET, Method::PUT, Method::DELETE] {
        let refused = client().send(method.clone(), None).await;
        assert_eq!((refused.status, refused.header("allow")), (405, Some("POST")), "{method}");
    }
}

#[tokio::test]
async fn a_removed_client_is_out_at_once() {
    let server = Server::start(&[]);
    let Credentials { application, id, secret } = credentials(&server).await;
    let token = access_token(&basic(&server, &id, &secret).form(&[GRANT, READ]).await);
    assert_eq!(bearer(&server, &token).viewer().await.status, 200);
    let delete = "mutation($id: ID!) { result: deleteSystemAuthForApplication(authID: $id) { id auth { credential {
        ... on OAuthCredentialData { clientSecret } } } } }";
    let deleted = server.director(delete, json!({ "id": id })).await;
    assert_eq!(deleted["id"], id);
    assert!(!deleted.to_string().contains(&secret));

    assert_eq!(bearer(&server, &token).viewer().await.refusal().0, 401);
    assert_eq!(basic(&server, &id, &secret).form(&[GRANT]).await.status, 401);
    let auths = "query($id: ID!) { result: application(id: $id) { auths { id } } }";
    assert_eq!(server.director(auths, json!({ "id": application })).await["auths"], json!([]));
    let again = server.administrator().graphql(delete, json!({ "id": id })).await;
    assert_eq!(again.refusal(), (200, 20, "Object not found [object=systemAuth]".into()));
}

#[tokio::test]
async fn an_access_token_survives_a_restart_and_no_change() {
    let temporary = tempfile::tempdir().unwrap();
    let data_dir = temporary.path().join("data");
    let server = Server::start_in(&data_dir, &[]);
    let (port, mtls_port) = (port(server.ready("directorUrl")), port(server.ready("certificateSecuredDirectorUrl")));
    let Credentials { id, secret, .. } = credentials(&server).await;
    let token = access_token(&basic(&server, &id, &secret).form(&[GRANT, READ]).await);
    let (ended, _) = server.stop().await;
    assert_eq!(ended.code, Some(0));
    let options = ["--port", &port, "--mtls-port", &mtls_port];
    let mut command = blackbox::Program::command();
    command.arg("serve").arg("--data-dir").arg(&data_dir).args(options);
    let server = Server::run(command);
    assert_eq!(bearer(&server, &token).viewer().await.status, 200);
    // Any other last character of the signature; the very last holds padding bits.
    let mut forged = token.into_bytes();
    let place = forged.len() - 10;
    forged[place] = if forged[place] == b'A' { b'B' } else { b'A' };
    let forged = String::from_utf8(forged).unwrap();
    assert_eq!(bearer(&server, &forged).viewer().await.refusal().0, 401);
}

fn port(url: &str) -> String {
    reqwest::Url::parse(url).unwrap().port().unwrap().to_string()
}
