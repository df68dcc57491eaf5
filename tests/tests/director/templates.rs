//! Application templates (contracts §1.14): made, found, and applications made from them.

use blackbox::{Caller, Server};
use serde_json::{Value, json};

use super::{caller, credentials};

const CREATE: &str = "mutation($in: ApplicationTemplateInput!) { result: createApplicationTemplate(in: $in) {
    id name description applicationInput placeholders { name description jsonPath optional } accessLevel } }";
const LIST: &str =
    "query($first: Int = 200, $after: PageCursor) { result: applicationTemplates(first: $first, after: $after) {
    data { id name applicationInput placeholders { name optional } } pageInfo { endCursor hasNextPage } totalCount } }";
const FIND: &str = "query($id: ID!) { result: applicationTemplate(id: $id) { id name } }";
const FROM: &str = "mutation($in: ApplicationFromTemplateInput!) { result: registerApplicationFromTemplate(in: $in) {
    id name providerName description applicationTemplateID labels status { condition } } }";

fn shop() -> Value {
    json!({
        "name": "Commerce",
        "description": "A shop",
        "accessLevel": "GLOBAL",
        "applicationInput": {
            "name": "shop-{{region}}", "providerName": "Acme", "description": "Shop of {{display}}",
            "labels": { "region": "{{region}}" },
        },
        "placeholders": [
            { "name": "region", "description": "Where it runs" },
            { "name": "display", "jsonPath": "$.display" },
        ],
    })
}

async fn create(administrator: &Caller, input: &Value) -> blackbox::Reply {
    administrator.graphql(CREATE, json!({ "in": input })).await
}

async fn from(administrator: &Caller, input: Value) -> blackbox::Reply {
    administrator.graphql(FROM, json!({ "in": input })).await
}

fn values(pairs: &[(&str, &str)]) -> Value {
    pairs.iter().map(|(placeholder, value)| json!({ "placeholder": placeholder, "value": value })).collect()
}

#[tokio::test]
async fn an_application_is_made_from_a_template() {
    let server = Server::start(&[]);
    let administrator = server.administrator();
    let template = create(&administrator, &shop()).await.result();
    assert_eq!((&template["name"], &template["accessLevel"]), (&json!("Commerce"), &json!("GLOBAL")), "{template}");
    let input = template["applicationInput"].as_str().expect("JSON as text, as in Compass");
    let input: Value = serde_json::from_str(input).unwrap();
    assert_eq!(input["name"], "shop-{{region}}");

    let page = administrator.data(LIST, Value::Null).await;
    assert_eq!((&page["totalCount"], &page["data"][0]["id"]), (&json!(1), &template["id"]));
    assert_eq!(page["data"][0]["placeholders"].as_array().unwrap().len(), 2);
    assert_eq!(administrator.data(FIND, json!({ "id": template["id"] })).await["name"], "Commerce");
    assert_eq!(
        administrator.graphql(FIND, json!({ "id": "00000000-0000-4000-8000-000000000000" })).await.refusal().1,
        20
    );

    let given = json!({ "templateName": "Commerce", "values": values(&[("region", "eu10"), ("display", "Köln")]) });
    let made = from(&administrator, given.clone()).await.result();
    assert_eq!((&made["name"], &made["description"]), (&json!("shop-eu10"), &json!("Shop of Köln")), "{made}");
    assert_eq!(made["applicationTemplateID"], template["id"]);
    assert_eq!((&made["labels"]["region"], &made["labels"]["managed"]), (&json!("eu10"), &json!("false")), "{made}");
    assert_eq!(made["labels"]["applicationType"], "Commerce", "{made}");
    assert_eq!(made["status"]["condition"], "INITIAL");
    // The same rules as when it is registered by hand.
    assert_eq!(from(&administrator, given).await.refusal().1, 31);
    // By id the name does not count; and the payload fills what has a path.
    let by_id = json!({ "id": template["id"], "templateName": "Other",
        "values": values(&[("region", "us10"), ("display", "x")]), "labels": { "own": "1" } });
    let made = from(&administrator, by_id).await.result();
    assert_eq!((&made["name"], &made["labels"]["own"]), (&json!("shop-us10"), &json!("1")), "{made}");
    // It pairs like any other.
    server.pair(made["id"].as_str().unwrap()).await;
}

#[tokio::test]
async fn what_does_not_fit_the_template_is_refused() {
    let server = Server::start(&[]);
    let administrator = server.administrator();
    create(&administrator, &shop()).await.result();
    let full = values(&[("region", "eu10"), ("display", "x")]);
    for (input, code) in [
        (json!({ "templateName": "Nobody", "values": full }), 20),
        (json!({ "templateName": "Commerce" }), 22),
        (json!({ "templateName": "Commerce", "values": full, "placeholdersPayload": "{}" }), 22),
        (
            json!({ "templateName": "Commerce", "values": values(&[("region", &"x".repeat(129)), ("display", "x")]) }),
            22,
        ),
    ] {
        let refusal = from(&administrator, input.clone()).await.refusal();
        assert_eq!((refusal.0, refusal.1), (200, code), "{input}: {refusal:?}");
    }
    // A value that is missing makes no application with a hole in its name.
    let missing =
        from(&administrator, json!({ "templateName": "Commerce", "values": values(&[("region", "eu10")]) })).await;
    assert_eq!(missing.refusal().1, 22, "{missing:?}");
    // A quote stays a quote: no value becomes a part of the document (defect D12 of Compass is not copied).
    let display = "a\", \"providerName\": \"Mallory";
    let quote = values(&[("region", "eu10"), ("display", display)]);
    let made = from(&administrator, json!({ "templateName": "Commerce", "values": quote })).await.result();
    assert_eq!((&made["providerName"], &made["description"]), (&json!("Acme"), &json!(format!("Shop of {display}"))));
    let list = "{ result: applications { data { name providerName } } }";
    let list = server.director(list, Value::Null).await;
    assert!(!list.to_string().contains("{{"), "{list}");
}

#[tokio::test]
async fn a_template_that_breaks_a_rule_is_refused() {
    let server = Server::start(&[]);
    let administrator = server.administrator();
    let changed = |change: &dyn Fn(&mut Value)| {
        let mut template = shop();
        change(&mut template);
        template
    };
    for (what, template) in [
        ("no name", changed(&|template| template["name"] = json!(""))),
        ("a long name", changed(&|template| template["name"] = json!("n".repeat(101)))),
        ("a name in no ASCII", changed(&|template| template["name"] = json!("Händler"))),
        (
            "an unused placeholder",
            changed(&|template| {
                template["placeholders"].as_array_mut().unwrap().push(json!({ "name": "unused" }));
            }),
        ),
        (
            "an undeclared placeholder",
            changed(&|template| {
                template["applicationInput"]["description"] = json!("{{display}} {{nobody}}");
            }),
        ),
        (
            "a placeholder twice",
            changed(&|template| {
                template["placeholders"].as_array_mut().unwrap().push(json!({ "name": "region" }));
            }),
        ),
        ("a placeholder that is no name", changed(&|template| template["placeholders"][0]["name"] = json!("Region X"))),
    ] {
        let refusal = create(&administrator, &template).await.refusal();
        assert_eq!(refusal.1, 22, "{what}: {refusal:?}");
    }
    assert_eq!(administrator.data(LIST, Value::Null).await["totalCount"], 0);
    create(&administrator, &shop()).await.result();
    let twice = create(&administrator, &shop()).await.refusal();
    assert!([10, 21].contains(&twice.1), "{twice:?}");

    // Others may not make any.
    let made = "mutation { result: registerIntegrationSystem(in: { name: \"int-sys\" }) { id } }";
    let system = server.director(made, Value::Null).await["id"].as_str().unwrap().to_owned();
    let client = credentials(&server, "IntegrationSystem", &system).await;
    let reader = caller(&server, &client, "application:read").await.with("tenant", server.ready("tenant"));
    assert_eq!(create(&reader, &shop()).await.refusal().1, 23);
}
