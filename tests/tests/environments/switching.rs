//! Two environments and two tenants of one name cannot be confused; guards hold.

use blackbox::AwkwardDirector;
use cockpit::calls::Envelope;
use serde_json::{Value, json};

use super::{
    Desk, Landscape,
    desk::{definition, definition_at, list, new_application, request, text},
};

fn about(view: &Value, input: Value) -> Envelope {
    Envelope { input, view: view.as_u64(), confirm: None }
}

fn confirmed(name: &str, input: Value) -> Envelope {
    Envelope { input, view: None, confirm: Some(name.to_owned()) }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_reaches_only_what_its_page_showed() {
    let (here, there) = (Landscape::Complete.start(), Landscape::Shipped.start());
    let desk = Desk::new();
    let first = desk.join(&here, "Here").await;
    let view = desk.state().await["view"].clone();
    let made = desk.create("here").await;
    let receipt = desk.request(&made, "client_certificate").await;

    desk.join(&there, "There").await;
    assert_ne!(desk.state().await["view"], view, "another view");
    for (name, input) in [
        ("create_application", new_application("astray")),
        ("list_applications", list()),
        ("request_pairing", request(&made, "client_certificate")),
        ("delete_application", json!({ "id": made, "confirmName": "here" })),
    ] {
        let refused = desk.answer(name, about(&view, input)).await.unwrap_err();
        assert_eq!(refused.code.to_string(), "view_changed", "{name}");
    }
    assert_eq!(desk.names().await, [""; 0], "nothing went astray");
    // What was begun there is watched there, whatever is in force.
    assert_eq!(desk.stage(&receipt).await, "waiting");
    let open = desk.call("open_pairings", json!({})).await;
    assert_eq!((&open[0]["environment"], open.as_array().unwrap().len()), (&json!("Here"), 1), "{open}");
    here.pair(&made).await.director(&here).viewer().await;

    desk.call("use_environment", json!({ "id": first })).await;
    assert_eq!(desk.names().await, ["here"], "still signed in");
    let refused = desk.answer("list_applications", about(&view, list())).await.unwrap_err();
    assert_eq!(refused.code.to_string(), "view_changed", "back is not the same view");
}

#[tokio::test(flavor = "multi_thread")]
async fn tenants_are_found_by_the_server_and_told_apart_by_their_ids() {
    let server = Landscape::Complete.with_tenants();
    let director = AwkwardDirector::before(&server);
    let desk = Desk::new();
    let wanted = definition_at(&director.director_url(), director.ca_pem(), "", "Tenants");
    let id = desk.join_as(wanted, &server.admin_token()).await;
    assert_eq!(desk.environment().await["tenant"], "");
    let refused = desk.refused("list_applications", list()).await;
    assert_eq!(refused.code.to_string(), "tenant_required", "{refused:?}");

    let search = async |text: &str| {
        let found = desk.call("search_tenants", json!({ "text": text, "after": null })).await;
        found["tenants"].as_array().unwrap().clone()
    };
    let found = search("acme").await;
    assert_eq!(found.len(), 2, "{found:?}");
    assert!(found.iter().all(|tenant| tenant["repeats"] == true), "{found:?}");
    assert_eq!(search("nord").await[0]["id"], "north");
    assert_eq!(search("nobody").await.len(), 0);
    assert!(director.seen().iter().any(|seen| seen.variables.to_string().contains("nord")), "the server was asked");

    desk.call("use_tenant", json!({ "id": "east", "name": "Acme" })).await;
    let view = desk.state().await["view"].clone();
    assert_eq!(desk.names().await, ["east-shop"]);
    desk.call("use_tenant", json!({ "id": "west", "name": "Acme" })).await;
    assert_eq!(desk.names().await, ["west-crm"]);
    let refused = desk.answer("create_application", about(&view, new_application("astray"))).await.unwrap_err();
    assert_eq!(refused.code.to_string(), "view_changed");
    director.forget();
    desk.create("here").await;
    assert!(director.seen().iter().all(|seen| seen.header("tenant") == Some("west")), "{:?}", director.seen());

    let unknown = json!({ "id": "nobody", "name": "Nobody" });
    if desk.try_call("use_tenant", unknown).await.is_ok() {
        assert_eq!(desk.refused("list_applications", list()).await.code.to_string(), "tenant_not_found");
        desk.call("use_tenant", json!({ "id": "west", "name": "Acme" })).await;
    }
    let recent = desk.row(&id).await["recentTenants"].clone();
    assert_eq!(recent[0]["id"], "west", "the last one is on top: {recent}");
    assert_eq!(desk.started_again().row(&id).await["tenant"], "west", "and remembered");
}

#[tokio::test(flavor = "multi_thread")]
async fn guards_hold() {
    let server = Landscape::Complete.start();
    let director = AwkwardDirector::before(&server);
    for (guard, name) in [("confirm", "Asks"), ("type_name", "Wants its name"), ("read_only", "Looks only")] {
        let desk = Desk::new();
        let mut wanted = definition_at(&director.director_url(), director.ca_pem(), server.ready("tenant"), name);
        wanted["guard"] = json!(guard);
        desk.join_as(wanted, &server.admin_token()).await;
        let shop = server.register(&format!("shop-{guard}")).await;
        director.forget();
        let writes = [
            ("create_application", new_application("new")),
            (
                "update_application",
                json!({ "id": shop, "providerName": "", "description": "x", "baseUrl": "",
                "healthCheckUrl": "", "condition": "INITIAL" }),
            ),
            ("request_pairing", request(&shop, "client_certificate")),
            ("delete_application", json!({ "id": shop, "confirmName": format!("shop-{guard}") })),
        ];
        let code = if guard == "read_only" { "read_only" } else { "confirmation_needed" };
        for (call, input) in writes {
            assert_eq!(desk.refused(call, input.clone()).await.code.to_string(), code, "{guard} {call}");
            let wrong = desk.answer(call, confirmed(&name.to_lowercase(), input)).await.unwrap_err();
            assert_eq!(wrong.code.to_string(), code, "{guard} {call} with another name");
        }
        assert!(director.seen().iter().all(|seen| !seen.is_mutation()), "{guard}: nothing was sent");
        // Reading is never guarded.
        assert!(!desk.names().await.is_empty());
        let right = desk.answer("create_application", confirmed(name, new_application(&format!("new-{guard}")))).await;
        match guard {
            "read_only" => assert_eq!(right.unwrap_err().code.to_string(), "read_only"),
            _ => assert_eq!(right.unwrap()["name"], format!("new-{guard}")),
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_request_carries_the_tenant_and_the_extra_headers() {
    let server = Landscape::Complete.start();
    let director = AwkwardDirector::before(&server);
    let desk = Desk::new();
    let mut wanted = definition_at(&director.director_url(), director.ca_pem(), server.ready("tenant"), "Headers");
    wanted["headers"] = json!([{ "name": "client_user", "value": "ada" }, { "name": "x-extra", "value": "a b" }]);
    desk.join_as(wanted, &server.admin_token()).await;
    let id = desk.create("shop").await;
    desk.request(&id, "client_certificate").await;
    desk.names().await;
    let seen = director.seen();
    assert!(seen.len() >= 3);
    for seen in seen {
        if !seen.says("tenants") && !seen.says("__schema") && !seen.says("viewer") {
            assert_eq!(seen.header("tenant"), Some(server.ready("tenant")), "{}", seen.document);
        }
        assert_eq!(seen.header("client_user"), Some("ada"), "{}", seen.document);
        assert!(seen.header("x-request-id").is_some_and(|id| id.len() == 36), "{}", seen.document);
        let bearer = seen.header("authorization").unwrap();
        assert_eq!(bearer, format!("Bearer {}", server.admin_token()));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_environment_that_was_changed_or_removed_is_not_used_as_it_was() {
    let (server, other) = (Landscape::Complete.start(), Landscape::Complete.start());
    let desk = Desk::new();
    let id = desk.join(&server, "First").await;
    let made = desk.create("here").await;
    let receipt = desk.request(&made, "client_certificate").await;
    // Another address is another place: the token of the first is not shown to it.
    let changed = desk.call("save_environment", json!({ "id": id, "definition": definition(&other, "First") })).await;
    assert_eq!(text(&changed["id"]), id);
    let refused = desk.refused("list_applications", list()).await;
    assert_eq!(refused.code.to_string(), "sign_in_needed", "{refused:?}");
    let watched = desk.try_call("pairing_progress", json!({ "pairingId": receipt["pairingId"] })).await;
    assert!(watched.is_err(), "it was begun elsewhere: {watched:?}");

    desk.refused("remove_environment", json!({ "id": id, "confirmName": "first" })).await;
    desk.call("remove_environment", json!({ "id": id, "confirmName": "First" })).await;
    let rows = desk.call("environments", json!({})).await;
    assert_eq!(rows["environments"].as_array().unwrap().len(), 1, "{rows}");
    assert_eq!(desk.state().await["environment"], Value::Null, "the server of this computer, which does not run");
}
