//! A Director of an earlier release, which refuses a whole document for one field that it does not know.

use blackbox::{AwkwardDirector, Fault, Server};
use serde_json::{Value, json};

use super::{
    Desk, Landscape,
    desk::{definition_at, list, text},
};

/// What later releases added, and nobody needs.
const LATER: [&str; 9] = [
    "certCommonName",
    "applicationTemplateID",
    "eventingConfiguration",
    "createdAt",
    "updatedAt",
    "usedAt",
    "optional",
    "state\n",
    "initialized",
];

async fn desk() -> (Desk, Server, AwkwardDirector) {
    let server = Landscape::Shipped.seeded(&json!({
        "applications": [{ "name": "shop" }],
        "templates": [{
            "name": "Shop", "applicationInput": { "name": "shop-{{region}}" }, "placeholders": [{ "name": "region" }],
        }],
        "formations": [{ "name": "sales" }],
    }));
    let director = AwkwardDirector::before(&server);
    for word in LATER {
        director.when(word, None, Fault::unknown_field(word.trim()));
    }
    let desk = Desk::new();
    let wanted = definition_at(&director.director_url(), director.ca_pem(), server.ready("tenant"), "Older");
    desk.join_as(wanted, &server.admin_token()).await;
    (desk, server, director)
}

#[tokio::test(flavor = "multi_thread")]
async fn what_an_older_director_does_not_know_is_left_out() {
    let (desk, _server, director) = desk().await;
    let page = desk.call("list_applications", list()).await;
    let shop = &page["rows"][0];
    assert_eq!((&shop["name"], &shop["createdAt"]), (&json!("shop"), &Value::Null), "{page}");
    let id = text(&shop["id"]);
    let detail = desk.call("get_application", json!({ "id": id })).await;
    assert!(detail["auths"].is_array() && detail["eventingUrl"].is_null(), "{detail}");
    for name in ["list_templates", "list_formations"] {
        assert_eq!(desk.call(name, list()).await["totalCount"], 1, "{name}");
    }
    // It pairs, and asks twice only the first time.
    let receipt = desk.request(&id, "client_certificate").await;
    assert!(!desk.form(&receipt, "token").await.is_empty());
    director.forget();
    desk.request(&id, "client_certificate").await;
    let requested = director.seen().iter().filter(|seen| seen.is_mutation()).count();
    assert_eq!(requested, 1, "one token");
    assert_eq!(desk.stage(&receipt).await, "waiting");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_template_without_an_id_is_found_by_its_name() {
    let (desk, _server, director) = desk().await;
    let templates = desk.call("list_templates", list()).await;
    director.when("in: { id: $id, templateName", None, Fault::unknown_field("id"));
    director.when("in: { id: $id , templateName", None, Fault::unknown_field("id"));
    let made = json!({ "templateId": templates["templates"][0]["id"], "templateName": "Shop",
        "values": [{ "placeholder": "region", "value": "north" }] });
    let row = desk.call("create_from_template", made).await;
    assert_eq!(row["name"], "shop-north", "{row}");
}
