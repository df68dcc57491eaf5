//! Runtimes: registering, finding, changing, removing, and what a runtime may do itself.

use blackbox::{Caller, Reply, Server};
use serde_json::{Value, json};

use super::{auths, caller, credentials, no_such, refusal};

const REGISTER: &str = "mutation($in: RuntimeRegisterInput!) { result: registerRuntime(in: $in) { id } }";
const UPDATE: &str = "mutation($id: ID!, $in: RuntimeUpdateInput!) { result: updateRuntime(id: $id, in: $in) {
    id name description labels status { condition } } }";
const PAGE: &str = "query($filter: [LabelFilter!], $first: Int = 200, $after: PageCursor) {
    result: runtimes(filter: $filter, first: $first, after: $after) {
        data { name } pageInfo { startCursor endCursor hasNextPage } totalCount } }";
/// What Compass gives a runtime.
const ALL: &str = "runtime:read runtime:write application:read runtime.auths:read bundle.instance_auths:read \
    runtime.webhooks:read webhook:write";

async fn register(caller: &Caller, input: Value) -> Reply {
    caller.graphql(REGISTER, json!({ "in": input })).await
}

async fn registered(server: &Server, name: &str) -> String {
    let reply = register(&server.administrator(), json!({ "name": name })).await;
    reply.result()["id"].as_str().unwrap_or_else(|| panic!("{reply:?}")).to_owned()
}

async fn condition(server: &Server, id: &str) -> Value {
    let query = "query($id: ID!) { result: runtime(id: $id) { status { condition } } }";
    server.director(query, json!({ "id": id })).await["status"]["condition"].clone()
}

fn names(page: &Value) -> Vec<&str> {
    page["data"].as_array().unwrap().iter().map(|row| row["name"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn registering_gives_back_what_was_given() {
    let server = Server::start(&[]);
    let fields = "id metadata { creationTimestamp } name description labels status { condition timestamp }
        auths { id } eventingConfiguration { defaultURL } applicationNamespace";
    let register =
        format!("mutation($in: RuntimeRegisterInput!) {{ result: registerRuntime(in: $in) {{ {fields} }} }}");
    let input = json!({ "name": "012345Myaccount_Runtime-1.x", "description": "100 % \"quoted\"",
        "applicationNamespace": "sap.kyma",
        "labels": { "group": ["a"], "runtime_eventServiceUrl": "https://events.example" } });
    let made = server.director(&register, json!({ "in": input })).await;
    for field in ["name", "description", "applicationNamespace"] {
        assert_eq!(made[field], input[field]);
    }
    let labels = json!({ "group": ["a"], "runtime_eventServiceUrl": "https://events.example", "isNormalized": "true" });
    assert_eq!((&made["labels"], &made["auths"]), (&labels, &json!([])));
    assert_eq!(made["status"]["condition"], "INITIAL");
    assert_eq!(made["metadata"]["creationTimestamp"], made["status"]["timestamp"]);
    assert_eq!(made["eventingConfiguration"]["defaultURL"], "https://events.example");
    let find = format!("query($id: ID!) {{ result: runtime(id: $id) {{ {fields} }} }}");
    assert_eq!(server.director(&find, json!({ "id": made["id"] })).await, made);
    assert_eq!(server.director(&find, json!({ "id": "nobody" })).await, Value::Null);

    let literal = "mutation { result: registerRuntime(in: { name: \"literal\", statusCondition: PROVISIONING,
        labels: { isNormalized: \"false\" } }) { status { condition } labels(key: \"isNormalized\")
        none: labels(key: \"none\") description eventingConfiguration { defaultURL } } }";
    let expected = json!({ "status": { "condition": "PROVISIONING" }, "labels": { "isNormalized": "false" },
        "none": {}, "description": null, "eventingConfiguration": { "defaultURL": "" } });
    assert_eq!(server.director(literal, Value::Null).await, expected);
}

#[tokio::test]
async fn what_breaks_a_rule_is_refused_field_by_field() {
    let server = Server::start(&[]);
    let administrator = server.administrator();
    let id = registered(&server, "taken").await;
    let other = registered(&server, "other").await;
    let long = "ä".repeat(2001);
    for (input, fields) in [
        (json!({ "name": "" }), "name=cannot be blank"),
        (json!({ "name": "my runtime" }), "name=must be in a valid format"),
        (json!({ "name": "ä" }), "name=must be in a valid format"),
        (json!({ "name": "n".repeat(257) }), "name=the length must be between 1 and 256"),
        (json!({ "name": "n", "description": long }), "description=the length must be no more than 2000"),
        (json!({ "name": "n", "labels": { "a-b": 1 } }), "labels=must be in a valid format"),
        (json!({ "name": "n", "labels": { "": 1 } }), "labels=cannot be blank"),
        (
            json!({ "name": "", "description": long }),
            "description=the length must be no more than 2000; name=cannot be blank",
        ),
    ] {
        let wrong = |input: &str| (200, 22, format!("Invalid data {input} [{fields}]"));
        assert_eq!(register(&administrator, input.clone()).await.refusal(), wrong("RuntimeRegisterInput"));
        let update = administrator.graphql(UPDATE, json!({ "id": id, "in": input })).await;
        assert_eq!(update.refusal(), wrong("RuntimeUpdateInput"));
    }
    let longest = json!({ "name": "n".repeat(256), "description": "ä".repeat(2000) });
    assert!(register(&administrator, longest).await.result()["id"].is_string());

    let taken = (200, 21, "Object is not unique [object=runtime]".to_owned());
    let reply = register(&administrator, json!({ "name": "taken" })).await;
    assert_eq!(reply.refusal(), taken);
    assert_eq!(reply.json()["errors"][0]["extensions"]["error"], "NotUnique");
    let update = administrator.graphql(UPDATE, json!({ "id": other, "in": { "name": "taken" } })).await;
    assert_eq!(update.refusal(), taken);
    // The name that it has already is no other's.
    let update = administrator.graphql(UPDATE, json!({ "id": id, "in": { "name": "taken" } })).await;
    assert_eq!(update.result()["name"], "taken", "{update:?}");
}

#[tokio::test]
async fn an_update_replaces_what_a_runtime_says_of_itself() {
    let server = Server::start(&[]);
    let input = json!({ "name": "before", "description": "old", "statusCondition": "CONNECTED", "labels": { "a": 1 } });
    let id = register(&server.administrator(), input).await.result()["id"].clone();
    let update = async |input: Value| server.director(UPDATE, json!({ "id": id, "in": input })).await;
    let changed = update(json!({ "name": "after", "labels": { "b": 2 } })).await;
    // Upstream the status would be INITIAL again.
    let expected = json!({ "id": id, "name": "after", "description": null,
        "labels": { "b": 2, "isNormalized": "true" }, "status": { "condition": "CONNECTED" } });
    assert_eq!(changed, expected);
    let failed = update(json!({ "name": "after", "statusCondition": "FAILED" })).await;
    assert_eq!(
        (&failed["status"]["condition"], &failed["labels"]),
        (&json!("FAILED"), &json!({ "isNormalized": "true" }))
    );

    let set = "mutation($id: ID!, $key: String!) { result: setRuntimeLabel(runtimeID: $id, key: $key, value: [1]) { key value } }";
    let label = json!({ "key": "c", "value": [1] });
    assert_eq!(server.director(set, json!({ "id": id, "key": "c" })).await, label);
    let delete = "mutation($id: ID!) { result: deleteRuntimeLabel(runtimeID: $id, key: \"c\") { key value } }";
    assert_eq!(server.director(delete, json!({ "id": id })).await, label);
    let administrator = server.administrator();
    assert_eq!(administrator.graphql(delete, json!({ "id": id })).await.refusal(), no_such("label"));
    let long = administrator.graphql(set, json!({ "id": id, "key": "k".repeat(257) })).await.refusal();
    assert_eq!(long, (200, 22, "Invalid data LabelInput [key=the length must be no more than 256]".into()));

    for mutation in [
        "updateRuntime(id: $id, in: { name: \"n\" }) { id }",
        "unregisterRuntime(id: $id) { id }",
        "setRuntimeLabel(runtimeID: $id, key: \"k\", value: 1) { key }",
        "deleteRuntimeLabel(runtimeID: $id, key: \"k\") { key }",
        "requestClientCredentialsForRuntime(id: $id) { id }",
    ] {
        assert_eq!(refusal(&administrator, mutation, "nobody").await, no_such("runtime"), "{mutation}");
    }
}

#[tokio::test]
async fn lists_come_in_pages_by_name_and_can_be_filtered() {
    let server = Server::start(&[]);
    let administrator = server.administrator();
    for (name, group) in [("c", "x"), ("a", "x"), ("e", "y"), ("b", "x"), ("d", "y")] {
        register(&administrator, json!({ "name": name, "labels": { "group": [group] } })).await;
    }
    let (mut seen, mut after) = (Vec::new(), Value::Null);
    for (rows, more) in [(2, true), (2, true), (1, false)] {
        let page = server.director(PAGE, json!({ "first": 2, "after": after })).await;
        assert_eq!((names(&page).len(), &page["totalCount"]), (rows, &json!(5)));
        assert_eq!(page["pageInfo"]["hasNextPage"], more);
        seen.extend(names(&page).into_iter().map(str::to_owned));
        after = page["pageInfo"]["endCursor"].clone();
    }
    assert_eq!((seen.join(""), after), ("abcde".to_owned(), json!("")));
    for (filter, expected) in [
        (json!([{ "key": "group" }]), vec!["a", "b", "c", "d", "e"]),
        (json!([{ "key": "group", "query": "\"y\"" }]), vec!["d", "e"]),
        (json!([{ "key": "nothing" }]), vec![]),
    ] {
        let page = server.director(PAGE, json!({ "filter": filter })).await;
        assert_eq!((names(&page), &page["totalCount"]), (expected.clone(), &json!(expected.len())), "{filter}");
    }
    let page = json!({ "first": 1, "filter": [{ "key": "group", "query": "\"y\"" }] });
    let page = server.director(PAGE, page).await;
    assert_eq!((names(&page), &page["pageInfo"]["hasNextPage"]), (vec!["d"], &json!(true)));
    for first in ["0", "201", "null"] {
        let query = format!("query {{ result: runtimes(first: {first}) {{ totalCount }} }}");
        assert_eq!(administrator.graphql(&query, Value::Null).await.refusal().1, 22, "{first}");
    }
    assert_eq!(administrator.without("tenant").graphql(PAGE, json!({})).await.refusal().1, 24);
}

#[tokio::test]
async fn credentials_lead_to_a_connected_runtime() {
    let server = Server::start(&[]);
    let id = registered(&server, "connects").await;
    let client = credentials(&server, "Runtime", &id).await;
    let itself = caller(&server, &client, ALL).await;
    assert_eq!(condition(&server, &id).await, "INITIAL", "a token alone connects nothing");
    let viewer = itself.viewer().await;
    assert_eq!(viewer.result(), json!({ "id": id, "type": "RUNTIME" }), "{viewer:?}");
    assert_eq!(condition(&server, &id).await, "CONNECTED");

    let query = "query($id: ID!) { result: runtime(id: $id) { auths { __typename id type tenantId referenceObjectId
        auth { credential { ... on OAuthCredentialData { clientId clientSecret } } oneTimeToken { token } certCommonName } } } }";
    let held = itself.data(query, json!({ "id": id })).await["auths"][0].clone();
    let kind = (&held["__typename"], &held["type"], &held["referenceObjectId"]);
    assert_eq!(kind, (&json!("RuntimeSystemAuth"), &json!("RUNTIME"), &json!(id)));
    assert!(held["tenantId"].is_string() && !held.to_string().contains(&client.secret), "{held}");
    let credential = json!({ "clientId": client.id, "clientSecret": "********" });
    assert_eq!(held["auth"], json!({ "credential": credential, "oneTimeToken": null, "certCommonName": null }));
    // The tenant may be named, but then it must be its own.
    assert_eq!(itself.clone().with("tenant", server.ready("tenant")).viewer().await.status, 200);
    let elsewhere = itself.with("tenant", "another").viewer().await.refusal();
    assert_eq!(elsewhere, (400, 25, "Tenant not found [externalTenant=another]".into()));
    // No scope that it was not registered with.
    assert_eq!(client.ask(&server, "application:write").await.status, 400);
}

#[tokio::test]
async fn what_is_removed_stops_with_the_next_request() {
    let server = Server::start(&[]);
    let id = registered(&server, "removed").await;
    let (one, two) = (credentials(&server, "Runtime", &id).await, credentials(&server, "Runtime", &id).await);
    let (first, second) = (caller(&server, &one, ALL).await, caller(&server, &two, ALL).await);
    assert_eq!((first.viewer().await.status, second.viewer().await.status), (200, 200));

    let delete = "mutation($id: ID!) { result: deleteSystemAuthForRuntime(authID: $id) { __typename id type } }";
    let gone = server.director(delete, json!({ "id": one.id })).await;
    assert_eq!(gone, json!({ "__typename": "RuntimeSystemAuth", "id": one.id, "type": "RUNTIME" }));
    let refused = first.viewer().await.refusal();
    assert_eq!((refused.0, refused.1), (401, 26), "{refused:?}");
    assert_eq!((one.ask(&server, "runtime:read").await.status, second.viewer().await.status), (401, 200));
    assert_eq!(server.administrator().graphql(delete, json!({ "id": one.id })).await.refusal(), no_such("systemAuth"));

    let unregister = "mutation($id: ID!) { result: unregisterRuntime(id: $id) { id name } }";
    let gone = server.director(unregister, json!({ "id": id })).await;
    assert_eq!(gone, json!({ "id": id, "name": "removed" }));
    assert_eq!((second.viewer().await.status, two.ask(&server, "runtime:read").await.status), (401, 401));
    registered(&server, "removed").await;
}

#[tokio::test]
async fn a_runtime_changes_only_itself_and_reads_applications() {
    let server = Server::start(&[]);
    let (own, other) = (registered(&server, "own").await, registered(&server, "other").await);
    let application = server.register("application").await;
    let foreign = credentials(&server, "Runtime", &other).await;
    let itself = caller(&server, &credentials(&server, "Runtime", &own).await, ALL).await;

    for (mutation, id, object) in [
        ("updateRuntime(id: $id, in: { name: \"mine\" }) { id }", &other, "runtime"),
        ("unregisterRuntime(id: $id) { id }", &other, "runtime"),
        ("setRuntimeLabel(runtimeID: $id, key: \"k\", value: 1) { key }", &other, "runtime"),
        ("deleteRuntimeLabel(runtimeID: $id, key: \"isNormalized\") { key }", &other, "runtime"),
        ("requestClientCredentialsForRuntime(id: $id) { id }", &other, "runtime"),
        ("deleteSystemAuthForRuntime(authID: $id) { id }", &foreign.id, "systemAuth"),
    ] {
        assert_eq!(refusal(&itself, mutation, id).await, no_such(object), "{mutation}");
    }
    for mutation in [
        "updateApplication(id: $id, in: {}) { id }",
        "unregisterApplication(id: $id) { id }",
        "requestOneTimeTokenForApplication(id: $id) { token }",
        "requestClientCredentialsForApplication(id: $id) { id }",
        "generateAuthForApplication(id: $id, type: \"CLIENT_CREDENTIALS\") { type }",
        "requestClientCredentialsForIntegrationSystem(id: $id) { id }",
    ] {
        assert_eq!(refusal(&itself, mutation, &application).await.1, 23, "{mutation}");
    }
    let reply = register(&itself, json!({ "name": "child" })).await.refusal();
    assert_eq!(reply, (200, 27, "The operation is not allowed [reason=a runtime cannot register runtimes]".into()));
    for query in ["integrationSystems", "tenants"] {
        let query = format!("query {{ result: {query} {{ totalCount }} }}");
        assert_eq!(itself.graphql(&query, Value::Null).await.refusal().1, 23, "{query}");
    }

    let page = itself.data(PAGE, json!({})).await;
    assert_eq!((names(&page), &page["totalCount"]), (vec!["own"], &json!(1)));
    let look = "query($id: ID!) { result: runtime(id: $id) { id } }";
    assert_eq!(itself.data(look, json!({ "id": other })).await, Value::Null);
    // It reads the applications of its tenant, without what proves their identity.
    server.token(&application).await;
    let applications = itself.data("query { result: applications { data { id } } }", Value::Null).await;
    assert_eq!(applications["data"], json!([{ "id": application }]));
    assert_eq!(auths(&itself, "application", &application).await.first().map(|auth| auth.1), Some(false));

    let update = itself.data(UPDATE, json!({ "id": own, "in": { "name": "renamed" } })).await;
    assert_eq!((&update["name"], &update["status"]["condition"]), (&json!("renamed"), &json!("CONNECTED")));
    assert_eq!(auths(&server.administrator(), "runtime", &other).await, [(foreign.id.clone(), true)]);
    assert_eq!(foreign.ask(&server, "runtime:read").await.status, 200);
}

#[tokio::test]
async fn what_proves_its_identity_is_hidden_without_the_scope() {
    let server = Server::start(&[]);
    let id = registered(&server, "hidden").await;
    let client = credentials(&server, "Runtime", &id).await;
    let seeing = caller(&server, &client, "runtime:read runtime.auths:read").await;
    assert_eq!(auths(&seeing, "runtime", &id).await, [(client.id.clone(), true)]);
    let blind = caller(&server, &client, "runtime:read runtime:write").await;
    assert_eq!(auths(&blind, "runtime", &id).await, [(client.id.clone(), false)]);
    // Whoever may not see the secret gets none made.
    let missing = "insufficient scopes provided [actual=runtime:read;runtime:write; required=runtime.auths:read]";
    let refused = refusal(&blind, "requestClientCredentialsForRuntime(id: $id) { id }", &id).await;
    assert_eq!(refused, (200, 23, missing.into()));
    assert_eq!(auths(&blind, "runtime", &id).await.len(), 1);
    let delete =
        "mutation($id: ID!) { result: deleteSystemAuthForRuntime(authID: $id) { id auth { certCommonName } } }";
    let refused = seeing.graphql(delete, json!({ "id": client.id })).await.refusal();
    assert_eq!(refused.1, 23, "{refused:?}");
    let gone = blind.data(delete, json!({ "id": client.id })).await;
    assert_eq!(gone, json!({ "id": client.id, "auth": null }));
    assert_eq!(blind.viewer().await.status, 401, "it was its own");
}

#[tokio::test]
async fn an_application_sees_no_runtimes() {
    let server = Server::start(&[]);
    let id = registered(&server, "unseen").await;
    let application = server.pair(&server.register("curious").await).await.director(&server);
    let query = "query { result: runtimes { totalCount } }";
    let refused = application.graphql(query, Value::Null).await.refusal();
    assert!(refused.1 == 23 && refused.2.ends_with("; required=runtime:read]"), "{refused:?}");
    for mutation in ["unregisterRuntime(id: $id) { id }", "requestClientCredentialsForRuntime(id: $id) { id }"] {
        assert_eq!(refusal(&application, mutation, &id).await.1, 23, "{mutation}");
    }
    assert_eq!(register(&application, json!({ "name": "r" })).await.refusal().1, 23);
}
