//! A Director that is not ours: without the pairing proposal, without readable system auths, without introspection.

use blackbox::Server;
use serde_json::{Value, json};

use super::{auths, caller, credentials};

const AUTH_TYPES: &str = "query($id: ID!) { result: getAuthTypesForApplication(appId: $id) { type } }";
const GENERATE: &str =
    "mutation($id: ID!) { result: generateAuthForApplication(id: $id, type: \"clientCertificate\") { type } }";
const FIELDS: &str = "{ __schema { queryType { fields { name } } mutationType { fields { name } } } }";

#[tokio::test]
async fn the_proposal_can_be_missing() {
    let server = Server::start(&["--proposal-api", "off"]);
    let id = server.register("shipped").await;
    for document in [AUTH_TYPES, GENERATE] {
        let reply = server.administrator().graphql(document, json!({ "id": id })).await;
        let (status, code, message) = reply.refusal();
        assert_eq!((status, code), (422, 10), "as any document that the schema does not know: {reply:?}");
        assert!(message.contains("reason: "), "{message}");
    }
    // Nor does it say that it had them.
    let schema = server.administrator().graphql(FIELDS, Value::Null).await;
    assert!(schema.text.contains("requestOneTimeTokenForApplication"), "{schema:?}");
    for name in ["getAuthTypesForApplication", "generateAuthForApplication"] {
        assert!(!schema.text.contains(name), "{name}");
    }
    // What Compass ships does all of it.
    let pairing = server.pair(&id).await;
    assert_eq!(pairing.director(&server).viewer().await.result()["id"], id.as_str());
    assert_eq!(server.condition(&id).await, "CONNECTED");

    let ours = Server::start(&[]);
    let schema = ours.administrator().graphql(FIELDS, Value::Null).await;
    assert!(schema.text.contains("generateAuthForApplication"), "on unless it is switched off");
}

#[tokio::test]
async fn system_auths_can_be_silent() {
    let server = Server::start(&["--auths-readable", "off"]);
    let id = server.register("silent").await;
    let token = server.token(&id).await;
    // The entry is there, what it holds is null, and nobody says why.
    let known = auths(&server.administrator(), "application", &id).await;
    assert_eq!(known.iter().map(|(_, shown)| *shown).collect::<Vec<_>>(), [false]);
    let (token, _) = server.connector(&token).token_and_subject().await;
    assert_eq!(auths(&server.administrator(), "application", &id).await, known, "presented or not");
    assert_eq!(server.connector(&token).configuration().await.status, 200, "and the token works");
    // Runtimes and integration systems have fields of their own.
    let made = "mutation { runtime: registerRuntime(in: { name: \"kyma\" }) { id }
        system: registerIntegrationSystem(in: { name: \"int-sys\" }) { id } }";
    let made = server.administrator().graphql(made, Value::Null).await.json()["data"].clone();
    let [runtime, system] = ["runtime", "system"].map(|name| made[name]["id"].as_str().unwrap().to_owned());
    let token = "mutation($id: ID!) { result: requestOneTimeTokenForRuntime(id: $id) { token } }";
    server.director(token, json!({ "id": runtime })).await;
    let [(_, shown)] = auths(&server.administrator(), "runtime", &runtime).await.try_into().unwrap();
    assert!(!shown);
    let given =
        "mutation($id: ID!) { result: requestClientCredentialsForIntegrationSystem(id: $id) { id auth { credential {
        __typename } } } }";
    let given = server.director(given, json!({ "id": system })).await;
    assert_eq!((given["id"].is_string(), &given["auth"]), (true, &Value::Null), "the secret is lost, as in Compass");
}

#[tokio::test]
async fn introspection_can_be_off() {
    let server = Server::start(&["--introspection", "off"]);
    for document in [FIELDS, "{ __type(name: \"Query\") { name } }"] {
        let reply = server.administrator().graphql(document, Value::Null).await;
        assert_eq!(reply.status, 200, "{reply:?}");
        assert!(reply.message().contains("introspection"), "{reply:?}");
        assert!(!reply.text.contains("requestOneTimeTokenForApplication"), "{reply:?}");
    }
    let named = server.administrator().data("{ result: viewer { __typename id } }", Value::Null).await;
    assert_eq!(named["__typename"], "Viewer", "the name of a type is no introspection");
}

/// Who has the scopes sees what the switch does not hide, and who lacks them does not.
#[tokio::test]
async fn what_can_be_read_still_depends_on_the_scopes() {
    let server = Server::start(&[]);
    let made = "mutation { result: registerIntegrationSystem(in: { name: \"int-sys\" }) { id } }";
    let system = server.director(made, Value::Null).await["id"].as_str().unwrap().to_owned();
    let id = server.register("scoped").await;
    server.token(&id).await;
    let client = credentials(&server, "IntegrationSystem", &system).await;
    let tenant = server.ready("tenant").to_owned();
    for (scope, shown) in [("application:read application.auths:read", true), ("application:read", false)] {
        let caller = caller(&server, &client, scope).await.with("tenant", &tenant);
        assert_eq!(
            auths(&caller, "application", &id).await.into_iter().map(|(_, shown)| shown).collect::<Vec<_>>(),
            [shown]
        );
    }
}
