//! Who may ask, and the shape of a refusal (contracts §1.3 and §1.4).

use blackbox::{Caller, Server};
use serde_json::{Value, json};

use super::register;

const LIST: &str = "query { result: applications { totalCount } }";

#[tokio::test]
async fn every_failure_to_authenticate_has_its_status_and_code() {
    let server = Server::start(&[]);
    let administrator = server.administrator();
    let nobody = administrator.clone().without("authorization");
    let missing = "Unauthorized [reason=invalid bearer token]";
    for (caller, status, code, message) in [
        (nobody.clone(), 400, 26, missing),
        (nobody.clone().with("authorization", ""), 400, 26, missing),
        (nobody.clone().with("authorization", "Bearer"), 400, 26, missing),
        (nobody.clone().with("authorization", "Bearer "), 400, 26, missing),
        (nobody.clone().with("authorization", "Bearer x"), 401, 26, "Unauthorized [reason="),
        (nobody.clone().with("authorization", "Basic YTpi"), 401, 26, "Unauthorized [reason="),
        (nobody.clone().with("authorization", "x"), 401, 26, "Unauthorized [reason="),
        (nobody.with("authorization", &format!("Bearer {}x", server.admin_token())), 401, 26, "Unauthorized [reason="),
        (administrator.clone().with("tenant", "nowhere"), 400, 25, "Tenant not found [externalTenant=nowhere]"),
        (administrator.clone().without("tenant"), 200, 24, "Tenant is required"),
    ] {
        let reply = caller.graphql(LIST, Value::Null).await;
        let refusal = reply.refusal();
        assert_eq!((refusal.0, refusal.1), (status, code), "{reply:?}");
        assert!(refusal.2.starts_with(message), "{reply:?}");
        assert_eq!(reply.json()["data"], Value::Null, "{reply:?}");
        assert_eq!(reply.json().as_object().unwrap().keys().collect::<Vec<_>>(), ["data", "errors"]);
    }
    // The word before the token is not demanded, and no scheme is case-sensitive.
    for authorization in [server.admin_token(), format!("bearer {}", server.admin_token())] {
        assert_eq!(
            administrator.clone().with("authorization", &authorization).graphql(LIST, Value::Null).await.status,
            200
        );
    }
    // Without a tenant whoever it is may be asked.
    let viewer = administrator.without("tenant").viewer().await;
    assert_eq!(viewer.result()["type"], "USER", "{viewer:?}");
}

#[tokio::test]
async fn the_internal_id_of_a_tenant_is_not_its_name() {
    let server = Server::start(&[]);
    let query = "query { result: tenants { data { id internalID name type parents initialized provider }
        pageInfo { hasNextPage endCursor } totalCount } }";
    let page = server.director(query, Value::Null).await;
    let tenant = &page["data"][0];
    assert_eq!((&page["totalCount"], &tenant["id"]), (&json!(1), &json!(server.ready("tenant"))));
    assert_eq!(page["pageInfo"], json!({ "hasNextPage": false, "endCursor": "" }));
    let internal = tenant["internalID"].as_str().unwrap();
    let reply = server.administrator().with("tenant", internal).graphql(LIST, Value::Null).await;
    assert_eq!(reply.refusal(), (400, 25, format!("Tenant not found [externalTenant={internal}]")));
    let search = "query { result: tenants(searchTerm: \"no such\") { totalCount } }";
    assert_eq!(server.director(search, Value::Null).await["totalCount"], 0);
}

#[tokio::test]
async fn errors_have_compass_shape() {
    let server = Server::start(&[]);
    let administrator = server.administrator();
    // Syntax and validation are 422 and code 10, as upstream.
    for query in [
        "query {",
        "query { result: nothing }",
        "query { result: application { id } }",
        "",
        "query A { viewer { id } } query B { viewer { id } }",
    ] {
        let reply = administrator.graphql(query, Value::Null).await;
        let errors = reply.json()["errors"].clone();
        assert_eq!((reply.status, &reply.json()["data"]), (422, &Value::Null), "{reply:?}");
        for error in errors.as_array().unwrap() {
            assert_eq!(error["extensions"], json!({ "error": "InternalError", "error_code": 10 }), "{reply:?}");
            assert!(error["message"].as_str().unwrap().starts_with("Internal Server Error [errorID="), "{reply:?}");
            assert!(error.get("locations").is_none(), "{reply:?}");
        }
    }
    // An alias is in the path; the data of a nullable field stay beside the error.
    let query = "query { mine: application(id: \"x\") { id } other: applications(first: 0) { totalCount } }";
    let reply = administrator.graphql(query, Value::Null).await;
    assert_eq!(reply.refusal(), (200, 22, "Invalid data [reason=page size must be between 1 and 200]".into()));
    assert_eq!(reply.json()["errors"][0]["path"], json!(["other"]));
    // A body that is no JSON, or no object.
    for body in [
        "",
        "{",
        "x",
        "null",
        "\"query\"",
        "{\"query\": 1}",
        "{\"variables\": {}}",
        "[]",
        "{\"query\":\"{viewer{id}}\",\"variables\":1}",
    ] {
        let reply = administrator.clone().with("content-type", "application/json").post(body).await;
        assert_eq!((reply.refusal().0, reply.refusal().1), (400, 400), "{body}: {reply:?}");
    }
    let typed = administrator.clone().with("content-type", "application/json; charset=utf-8");
    assert_eq!(typed.post("{\"query\":\"{viewer{id}}\",\"extensions\":{}}").await.status, 200);
    // Introspection is on, as upstream.
    let query = "query { result: __schema { queryType { name } } }";
    assert_eq!(administrator.data(query, Value::Null).await, json!({ "queryType": { "name": "Query" } }));
}

/// An application sees itself and nothing else, whichever way it proves who it is (upstream: defect D8).
async fn sees_only_itself(server: &Server, caller: &Caller, own: &str, other: &str) {
    let list = "query { result: applications { data { id } totalCount } }";
    assert_eq!(caller.data(list, Value::Null).await, json!({ "data": [{ "id": own }], "totalCount": 1 }));
    let look = "query($id: ID!) { result: application(id: $id) { id auths { id } } }";
    assert_eq!(caller.data(look, json!({ "id": own })).await["id"], own);
    assert_eq!(caller.data(look, json!({ "id": other })).await, Value::Null);

    let auths = "query($id: ID!) { result: application(id: $id) { auths { id } } }";
    let foreign = server.director(auths, json!({ "id": other })).await["auths"][0]["id"].as_str().unwrap().to_owned();
    for (mutation, id, object) in [
        ("updateApplication(id: $id, in: { description: \"d\" }) { id }", other, "application"),
        ("unregisterApplication(id: $id) { id }", other, "application"),
        ("unpairApplication(id: $id) { id }", other, "application"),
        ("setApplicationLabel(applicationID: $id, key: \"k\", value: 1) { key }", other, "application"),
        ("deleteApplicationLabel(applicationID: $id, key: \"managed\") { key }", other, "application"),
        ("requestOneTimeTokenForApplication(id: $id) { token }", other, "application"),
        ("requestClientCredentialsForApplication(id: $id) { id }", other, "application"),
        ("deleteSystemAuthForApplication(authID: $id) { id }", &foreign, "systemAuth"),
        ("generateAuthForApplication(id: $id, type: \"CLIENT_CERTIFICATE\") { type }", other, "application"),
    ] {
        let reply = caller.graphql(&format!("mutation($id: ID!) {{ result: {mutation} }}"), json!({ "id": id })).await;
        assert_eq!(reply.refusal(), (200, 20, format!("Object not found [object={object}]")), "{mutation}");
    }
    let types = "query($id: ID!) { result: getAuthTypesForApplication(appID: $id) { type } }";
    assert_eq!(caller.graphql(types, json!({ "id": other })).await.refusal().1, 20);
    assert_eq!(register(caller, json!({ "name": "by an application" })).await.refusal().1, 27);
    assert_eq!(caller.graphql("query { result: tenants { totalCount } }", Value::Null).await.refusal().1, 23);

    // Itself it may change.
    let update =
        "mutation($id: ID!) { result: updateApplication(id: $id, in: { description: \"mine\" }) { description } }";
    assert_eq!(caller.data(update, json!({ "id": own })).await["description"], "mine");
    // Nothing happened to the other one.
    let look = "query($id: ID!) { result: application(id: $id) { description labels(key: \"k\") auths { id } } }";
    let expected = json!({ "description": null, "labels": {}, "auths": [{ "id": foreign }] });
    assert_eq!(server.director(look, json!({ "id": other })).await, expected);
}

#[tokio::test]
async fn an_application_with_a_certificate_sees_only_itself() {
    let server = Server::start(&[]);
    let (own, other) = (server.register("own").await, server.register("other").await);
    server.token(&other).await;
    let caller = server.pair(&own).await.director(&server);
    sees_only_itself(&server, &caller, &own, &other).await;
    // A tenant header is optional, but must agree.
    assert_eq!(caller.clone().with("tenant", server.ready("tenant")).viewer().await.status, 200);
    assert_eq!(caller.with("tenant", "another").viewer().await.refusal().1, 25);
}

#[tokio::test]
async fn an_application_with_an_access_token_sees_only_itself() {
    let server = Server::start(&[]);
    let (own, other) = (server.register("own").await, server.register("other").await);
    server.token(&other).await;
    let query = "mutation($id: ID!) { result: requestClientCredentialsForApplication(id: $id) { auth { credential {
        ... on OAuthCredentialData { clientId clientSecret } } } } }";
    let credential = server.director(query, json!({ "id": own })).await["auth"]["credential"].clone();
    let form = [
        ("grant_type", "client_credentials"),
        ("client_id", credential["clientId"].as_str().unwrap()),
        ("client_secret", credential["clientSecret"].as_str().unwrap()),
        ("scope", "application:read application:write application.auths:read"),
    ];
    let granted = server.stranger("oauthTokenUrl").form(&form).await.json();
    let bearer = format!("Bearer {}", granted["access_token"].as_str().unwrap());
    let caller = server.stranger("directorUrl").with("authorization", &bearer);
    sees_only_itself(&server, &caller, &own, &other).await;
}
