//! Integration systems: registering, finding, changing, removing, and what one may do in the tenant that it names.

use blackbox::{Caller, Reply, Server};
use serde_json::{Value, json};

use super::{auths, caller, credentials, no_such, refusal};

const REGISTER: &str = "mutation($in: IntegrationSystemInput!) { result: registerIntegrationSystem(in: $in) {
    id name description auths { id } } }";
const UPDATE: &str =
    "mutation($id: ID!, $in: IntegrationSystemInput!) { result: updateIntegrationSystem(id: $id, in: $in) {
    id name description } }";
const FIND: &str = "query($id: ID!) { result: integrationSystem(id: $id) { id name description auths { id } } }";
const LIST: &str = "query($first: Int = 200, $after: PageCursor) {
    result: integrationSystems(first: $first, after: $after) { data { id } pageInfo { endCursor hasNextPage } totalCount } }";
/// Some of what Compass gives an integration system.
const MOST: &str = "application:read application:write runtime:read runtime:write integration_system:read \
    integration_system.auths:read application.auths:read";

async fn register(caller: &Caller, input: Value) -> Reply {
    caller.graphql(REGISTER, json!({ "in": input })).await
}

async fn registered(server: &Server, name: &str) -> String {
    let reply = register(&server.administrator(), json!({ "name": name })).await;
    reply.result()["id"].as_str().unwrap_or_else(|| panic!("{reply:?}")).to_owned()
}

async fn runtime(server: &Server, name: &str) -> String {
    let query = "mutation($name: String!) { result: registerRuntime(in: { name: $name }) { id } }";
    server.director(query, json!({ "name": name })).await["id"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn they_are_registered_changed_and_removed_in_no_tenant() {
    let server = Server::start(&[]);
    let administrator = server.administrator().without("tenant");
    let made = register(&administrator, json!({ "name": "int-sys.1", "description": "first" })).await.result();
    assert_eq!(
        (&made["name"], &made["description"], &made["auths"]),
        (&json!("int-sys.1"), &json!("first"), &json!([]))
    );
    let id = json!({ "id": made["id"] });
    assert_eq!(administrator.data(FIND, id.clone()).await, made);
    let change = json!({ "id": made["id"], "in": { "name": "renamed" } });
    let changed = administrator.data(UPDATE, change).await;
    assert_eq!(changed, json!({ "id": made["id"], "name": "renamed", "description": null }), "replaced, as upstream");

    for name in ["b", "c", "d"] {
        registered(&server, name).await;
    }
    let (mut seen, mut after) = (Vec::new(), Value::Null);
    for (rows, more) in [(3, true), (1, false)] {
        let page = administrator.data(LIST, json!({ "first": 3, "after": after })).await;
        let data = page["data"].as_array().unwrap();
        assert_eq!(
            (data.len(), &page["totalCount"], &page["pageInfo"]["hasNextPage"]),
            (rows, &json!(4), &json!(more))
        );
        seen.extend(data.iter().map(|row| row["id"].as_str().unwrap().to_owned()));
        after = page["pageInfo"]["endCursor"].clone();
    }
    assert!(seen.is_sorted() && seen.windows(2).all(|pair| pair[0] != pair[1]), "{seen:?}");
    assert_eq!(administrator.graphql(LIST, json!({ "first": 201 })).await.refusal().1, 22);

    let unregister = "mutation($id: ID!) { result: unregisterIntegrationSystem(id: $id) { id name } }";
    assert_eq!(administrator.data(unregister, id.clone()).await["name"], "renamed");
    assert_eq!(administrator.data(FIND, id).await, Value::Null);
    for mutation in [
        "updateIntegrationSystem(id: $id, in: { name: \"n\" }) { id }",
        "unregisterIntegrationSystem(id: $id) { id }",
        "requestClientCredentialsForIntegrationSystem(id: $id) { id }",
    ] {
        assert_eq!(refusal(&administrator, mutation, "nobody").await, no_such("integrationSystem"), "{mutation}");
    }
}

#[tokio::test]
async fn what_breaks_a_rule_is_refused_field_by_field() {
    let server = Server::start(&[]);
    let administrator = server.administrator();
    let (id, other) = (registered(&server, "taken").await, registered(&server, "other").await);
    let format = "name=must be a DNS name of lower case letters, digits, '-' and '.'";
    for (input, fields) in [
        (json!({ "name": "" }), "name=cannot be blank"),
        (json!({ "name": "n".repeat(37) }), "name=must be no more than 36 characters"),
        (json!({ "name": "0invalid" }), "name=cannot start with digit"),
        (json!({ "name": "Test" }), format),
        (json!({ "name": "imię" }), format),
        (json!({ "name": "a_b" }), format),
        (json!({ "name": "a b" }), format),
        (json!({ "name": "-a" }), format),
        (json!({ "name": "a-" }), format),
        (json!({ "name": "a..b" }), format),
        (json!({ "name": "a.-b" }), format),
        (json!({ "name": "a." }), format),
        (json!({ "name": "n", "description": "ä".repeat(2001) }), "description=the length must be no more than 2000"),
    ] {
        let wrong = (200, 22, format!("Invalid data IntegrationSystemInput [{fields}]"));
        assert_eq!(register(&administrator, input.clone()).await.refusal(), wrong);
        assert_eq!(administrator.graphql(UPDATE, json!({ "id": id, "in": input })).await.refusal(), wrong);
    }
    let longest = json!({ "name": "n".repeat(36), "description": "ä".repeat(2000) });
    assert!(register(&administrator, longest).await.result()["id"].is_string());
    let taken = (200, 21, "Object is not unique [object=integrationSystem]".to_owned());
    assert_eq!(register(&administrator, json!({ "name": "taken" })).await.refusal(), taken);
    let update = administrator.graphql(UPDATE, json!({ "id": other, "in": { "name": "taken" } })).await;
    assert_eq!(update.refusal(), taken);
}

#[tokio::test]
async fn one_works_in_the_tenant_that_it_names() {
    let server = Server::start(&[]);
    let id = registered(&server, "works").await;
    let client = credentials(&server, "IntegrationSystem", &id).await;
    let nowhere = caller(&server, &client, MOST).await;
    let here = nowhere.clone().with("tenant", server.ready("tenant"));
    for itself in [&nowhere, &here] {
        assert_eq!(itself.viewer().await.result(), json!({ "id": id, "type": "INTEGRATION_SYSTEM" }));
        // Itself is in no tenant.
        assert_eq!(itself.data(FIND, json!({ "id": id })).await["auths"], json!([{ "id": client.id }]));
    }
    let unknown = nowhere.clone().with("tenant", "nowhere").viewer().await.refusal();
    assert_eq!(unknown, (400, 25, "Tenant not found [externalTenant=nowhere]".into()));
    for query in ["applications", "runtimes"] {
        let query = format!("query {{ result: {query} {{ totalCount }} }}");
        assert_eq!(nowhere.graphql(&query, Value::Null).await.refusal(), (200, 24, "Tenant is required".into()));
        assert_eq!(here.data(&query, Value::Null).await["totalCount"], 0);
    }

    // It registers, changes and pairs what is in the tenant.
    let application = super::register(&here, json!({ "name": "made", "integrationSystemID": id })).await.result();
    let application = application["id"].as_str().unwrap();
    let request = "mutation($id: ID!) { result: requestClientCredentialsForApplication(id: $id) {
        auth { credential { ... on OAuthCredentialData { clientSecret } } } } }";
    let given = here.data(request, json!({ "id": application })).await;
    assert!(given["auth"]["credential"]["clientSecret"].is_string(), "{given}");
    let make = "mutation { result: registerRuntime(in: { name: \"made\" }) { id } }";
    let made = here.data(make, Value::Null).await;
    let made = made["id"].as_str().unwrap();
    // Compass lets it not see what a runtime proves itself with, so it cannot have it made.
    assert_eq!(refusal(&here, "requestClientCredentialsForRuntime(id: $id) { id }", made).await.1, 23);
    assert_eq!(auths(&here, "application", application).await.first().map(|auth| auth.1), Some(true));
    let client_of_runtime = credentials(&server, "Runtime", made).await;
    assert_eq!(auths(&here, "runtime", made).await, [(client_of_runtime.id, false)]);
}

#[tokio::test]
async fn one_knows_only_itself_and_cannot_change_even_that() {
    let server = Server::start(&[]);
    let (own, other) = (registered(&server, "own").await, registered(&server, "other").await);
    let client = credentials(&server, "IntegrationSystem", &own).await;
    let itself = caller(&server, &client, MOST).await.with("tenant", server.ready("tenant"));
    for mutation in [
        "updateIntegrationSystem(id: $id, in: { name: \"n\" }) { id }",
        "unregisterIntegrationSystem(id: $id) { id }",
        "requestClientCredentialsForIntegrationSystem(id: $id) { id }",
        "deleteSystemAuthForIntegrationSystem(authID: $id) { id }",
    ] {
        for id in [&own, &other, &client.id] {
            let refused = refusal(&itself, mutation, id).await;
            assert!(refused.1 == 23 && refused.2.ends_with("; required=integration_system:write]"), "{refused:?}");
        }
    }
    assert_eq!(register(&itself, json!({ "name": "another" })).await.refusal().1, 23);
    assert_eq!(itself.data(LIST, json!({})).await["data"], json!([{ "id": own }]));
    assert_eq!(itself.data(FIND, json!({ "id": other })).await, Value::Null);
    let foreign = super::register(&itself, json!({ "name": "a", "integrationSystemID": other })).await.refusal();
    assert_eq!(foreign, (200, 20, format!("Object not found [ID={other}; object=integrationSystem]")));
    // Scopes that the token does not have count as little as those that the client does not have.
    let narrow = caller(&server, &client, "integration_system:read").await.with("tenant", server.ready("tenant"));
    assert_eq!(auths(&narrow, "integrationSystem", &own).await, [(client.id.clone(), false)]);
    assert_eq!(auths(&itself, "integrationSystem", &own).await, [(client.id.clone(), true)]);
    assert_eq!(super::register(&narrow, json!({ "name": "a" })).await.refusal().1, 23);
    assert_eq!(client.ask(&server, "integration_system:write").await.status, 400);

    let application = server.pair(&server.register("curious").await).await.director(&server);
    assert_eq!(application.graphql(LIST, json!({})).await.refusal().1, 23);
}

#[tokio::test]
async fn each_kind_of_system_auth_has_its_own_way_out() {
    let server = Server::start(&[]);
    let administrator = server.administrator();
    let objects = [
        ("Application", "application", server.register("a").await),
        ("Runtime", "runtime", runtime(&server, "r").await),
        ("IntegrationSystem", "integrationSystem", registered(&server, "i").await),
    ];
    for (kind, field, id) in &objects {
        let client = credentials(&server, kind, id).await;
        for (wrong, ..) in objects.iter().filter(|other| other.0 != *kind) {
            let mutation = format!("deleteSystemAuthFor{wrong}(authID: $id) {{ id }}");
            assert_eq!(refusal(&administrator, &mutation, &client.id).await, no_such("systemAuth"), "{kind}: {wrong}");
        }
        assert_eq!(auths(&administrator, field, id).await, [(client.id.clone(), true)]);
        assert_eq!(client.ask(&server, "application:read").await.status, 200);
        let delete = format!("mutation($id: ID!) {{ result: deleteSystemAuthFor{kind}(authID: $id) {{ id }} }}");
        assert_eq!(server.director(&delete, json!({ "id": client.id })).await["id"], client.id);
        assert_eq!(auths(&administrator, field, id).await, []);
        assert_eq!(client.ask(&server, "application:read").await.status, 401);
    }
}

#[tokio::test]
async fn what_is_removed_stops_with_the_next_request() {
    let server = Server::start(&[]);
    let id = registered(&server, "removed").await;
    let client = credentials(&server, "IntegrationSystem", &id).await;
    let itself = caller(&server, &client, MOST).await;
    assert_eq!(itself.viewer().await.status, 200);
    let unregister = "mutation($id: ID!) { result: unregisterIntegrationSystem(id: $id) { id } }";
    server.director(unregister, json!({ "id": id })).await;
    let refused = itself.viewer().await.refusal();
    assert_eq!((refused.0, refused.1, client.ask(&server, MOST).await.status), (401, 26, 401), "{refused:?}");
}

#[tokio::test]
async fn an_application_says_who_manages_it() {
    let server = Server::start(&[]);
    let (one, two) = (registered(&server, "one").await, registered(&server, "two").await);
    let input = json!({ "name": "managed", "integrationSystemID": one, "labels": { "legacy": true } });
    let id = super::register(&server.administrator(), input).await.result()["id"].clone();
    let look = async || {
        let query = "query($id: ID!) { result: application(id: $id) { integrationSystemID labels(key: \"integrationSystemID\") } }";
        server.director(query, json!({ "id": id })).await
    };
    let managed_by = |id: &str| json!({ "integrationSystemID": id, "labels": { "integrationSystemID": id } });
    assert_eq!(look().await, managed_by(&one));
    // Its suggested token is the plain one, whatever the label says.
    let query = "mutation($id: ID!) { result: requestOneTimeTokenForApplication(id: $id) { token raw } }";
    let given = server.administrator().with("suggest_token", "true").data(query, json!({ "id": id })).await;
    let raw: Value = serde_json::from_str(given["raw"].as_str().unwrap()).unwrap();
    assert_eq!(given["token"], raw["token"]);

    let update =
        "mutation($id: ID!, $in: ApplicationUpdateInput!) { result: updateApplication(id: $id, in: $in) { id } }";
    let change = async |input: Value| server.administrator().graphql(update, json!({ "id": id, "in": input })).await;
    assert_eq!(change(json!({ "description": "d" })).await.status, 200);
    assert_eq!(look().await, managed_by(&one));
    let nobody = change(json!({ "integrationSystemID": "nobody" })).await.refusal();
    assert_eq!(nobody, (200, 20, "Object not found [ID=nobody; object=integrationSystem]".into()));
    assert_eq!(change(json!({ "integrationSystemID": two })).await.result()["id"], id);
    assert_eq!(look().await, managed_by(&two));
    let unregister = "mutation($id: ID!) { result: unregisterIntegrationSystem(id: $id) { id } }";
    server.director(unregister, json!({ "id": two })).await;
    assert_eq!(look().await, json!({ "integrationSystemID": null, "labels": {} }));
}
