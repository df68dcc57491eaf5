//! Formations (contracts §1.20), and what they forbid (§1.13).

use blackbox::{Caller, Server};
use serde_json::{Value, json};

use super::refusal;

const CREATE: &str = "mutation($name: String!) { result: createFormation(formation: { name: $name }) { id name state status { condition } } }";
const DELETE: &str = "mutation($name: String!) { result: deleteFormation(formation: { name: $name }) { name } }";
const LIST: &str = "query($first: Int = 200, $after: PageCursor) { result: formations(first: $first, after: $after) {
    data { id name status { condition } } pageInfo { endCursor hasNextPage } totalCount } }";
const BY_NAME: &str = "query($name: String!) { result: formationByName(name: $name) { id name } }";
const LABELS: &str =
    "query($id: ID!) { result: application(id: $id) { labels(key: \"scenarios\") status { condition } auths { id } } }";

fn moving(verb: &str, kind: &str) -> String {
    format!(
        "mutation($id: ID!, $name: String!) {{ result: {verb}(objectID: $id, objectType: {kind}, formation: {{ name: $name }}) {{ name }} }}"
    )
}

async fn assign(administrator: &Caller, kind: &str, id: &str, name: &str) {
    administrator.data(&moving("assignFormation", kind), json!({ "id": id, "name": name })).await;
}

async fn unassign(administrator: &Caller, kind: &str, id: &str, name: &str) {
    administrator.data(&moving("unassignFormation", kind), json!({ "id": id, "name": name })).await;
}

async fn scenarios(server: &Server, id: &str) -> Value {
    server.director(LABELS, json!({ "id": id })).await["labels"]["scenarios"].clone()
}

async fn runtime(server: &Server) -> String {
    let made = "mutation { result: registerRuntime(in: { name: \"kyma\" }) { id } }";
    server.director(made, Value::Null).await["id"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn applications_and_runtimes_are_assigned_and_unassigned() {
    let server = Server::start(&[]);
    let administrator = server.administrator();
    let (shop, crm, kyma) = (server.register("shop").await, server.register("crm").await, runtime(&server).await);
    for name in ["east", "west"] {
        let made = administrator.data(CREATE, json!({ "name": name })).await;
        assert_eq!((&made["name"], &made["status"]["condition"]), (&json!(name), &json!("READY")), "{made}");
    }
    let page = administrator.data(LIST, Value::Null).await;
    assert_eq!((&page["totalCount"], &page["pageInfo"]["hasNextPage"]), (&json!(2), &json!(false)), "{page}");
    assert_eq!(administrator.data(BY_NAME, json!({ "name": "west" })).await["name"], "west");
    assert_eq!(administrator.graphql(BY_NAME, json!({ "name": "north" })).await.refusal().1, 20);

    assign(&administrator, "APPLICATION", &shop, "east").await;
    assign(&administrator, "APPLICATION", &shop, "west").await;
    assign(&administrator, "APPLICATION", &crm, "west").await;
    assign(&administrator, "RUNTIME", &kyma, "east").await;
    let mut names: Vec<_> = scenarios(&server, &shop).await.as_array().unwrap().clone();
    names.sort_by_key(ToString::to_string);
    assert_eq!(names, [json!("east"), json!("west")]);
    assert_eq!(scenarios(&server, &crm).await, json!(["west"]));
    unassign(&administrator, "APPLICATION", &shop, "west").await;
    assert_eq!(scenarios(&server, &shop).await, json!(["east"]));

    for (kind, id, name) in
        [("APPLICATION", shop.as_str(), "north"), ("APPLICATION", "nobody", "east"), ("RUNTIME", &shop, "east")]
    {
        let mutation = moving("assignFormation", kind);
        let reply = administrator.graphql(&mutation, json!({ "id": id, "name": name })).await;
        assert!([10, 20, 27].contains(&reply.refusal().1), "{kind} {id} {name}: {reply:?}");
    }
    // The label is the formations', not the administrator's.
    let label = "mutation($id: ID!) { result: setApplicationLabel(applicationID: $id, key: \"scenarios\", value: [\"west\"]) { key } }";
    let reply = administrator.graphql(label, json!({ "id": crm })).await;
    assert!(reply.json().get("errors").is_some(), "{reply:?}");
    assert_eq!(scenarios(&server, &crm).await, json!(["west"]));

    let other = server.administrator().with("tenant", "nobody").graphql(LIST, Value::Null).await;
    assert_eq!(other.refusal().1, 25);
    unassign(&administrator, "APPLICATION", &crm, "west").await;
    administrator.data(DELETE, json!({ "name": "west" })).await;
    assert_eq!(administrator.data(LIST, Value::Null).await["totalCount"], 1);
}

#[tokio::test]
async fn what_is_in_a_formation_is_not_unregistered_and_not_unpaired_beside_a_runtime() {
    let server = Server::start(&[]);
    let administrator = server.administrator();
    let (shop, kyma) = (server.register("shop").await, runtime(&server).await);
    server.pair(&shop).await.director(&server).viewer().await;
    for name in ["east", "west"] {
        administrator.data(CREATE, json!({ "name": name })).await;
    }
    assign(&administrator, "APPLICATION", &shop, "east").await;

    let (status, code, message) = refusal(&administrator, "unregisterApplication(id: $id) { id }", &shop).await;
    assert_eq!((status, code), (200, 27));
    assert!(message.contains("shop is part of the following formations : east"), "{message}");
    // Without a runtime beside it, unpairing is allowed.
    let unpair = "mutation($id: ID!) { result: unpairApplication(id: $id) { status { condition } auths { id } } }";
    let unpaired = server.director(unpair, json!({ "id": shop })).await;
    assert_eq!(unpaired, json!({ "status": { "condition": "INITIAL" }, "auths": [] }));

    server.pair(&shop).await;
    assign(&administrator, "RUNTIME", &kyma, "east").await;
    let (status, code, message) = refusal(&administrator, "unpairApplication(id: $id) { id }", &shop).await;
    assert_eq!((status, code), (200, 27), "{message}");
    assert!(message.contains("east") && message.contains("kyma"), "{message}");
    let left = server.director(LABELS, json!({ "id": shop })).await;
    assert_eq!(left["auths"].as_array().unwrap().len(), 1, "nothing was taken away: {left}");

    unassign(&administrator, "APPLICATION", &shop, "east").await;
    server.director(unpair, json!({ "id": shop })).await;
    administrator
        .data("mutation($id: ID!) { result: unregisterApplication(id: $id) { id } }", json!({ "id": shop }))
        .await;
}
