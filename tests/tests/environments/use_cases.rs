//! The administrator's daily work, the same in both landscapes.

use std::time::Duration;

use blackbox::{AwkwardDirector, Pairing, Seen, Server, until};
use serde_json::{Value, json};

use super::{
    Desk, Landscape,
    desk::{PATIENCE, definition_at, new_application, request, text},
};

/// The same test in both.
macro_rules! in_both {
    ($($(#[doc = $doc:literal])* $name:ident)*) => {$(
        $(#[doc = $doc])*
        mod $name {
            #[tokio::test(flavor = "multi_thread")]
            async fn in_a_complete_landscape() {
                super::$name(super::Landscape::Complete).await;
            }

            #[tokio::test(flavor = "multi_thread")]
            async fn in_a_shipped_landscape() {
                super::$name(super::Landscape::Shipped).await;
            }
        }
    )*};
}

in_both! {
    applications_are_registered_changed_and_deleted
    an_application_pairs_and_is_watched
    a_client_id_pairs_where_it_can
    pairing_again_leaves_nothing_behind
    what_was_left_behind_is_cleaned_up
    runtimes_and_integration_systems_get_what_they_need
    templates_make_applications
    formations_are_shown_and_changed
}

async fn applications_are_registered_changed_and_deleted(landscape: Landscape) {
    let (desk, server) = Desk::in_landscape(landscape).await;
    let id = desk.create("shop").await;
    desk.create("crm").await;
    assert_eq!(desk.names().await, ["crm", "shop"]);
    let twin = desk.refused("create_application", new_application("SHOP")).await;
    assert_eq!(twin.code.to_string(), "not_unique_name");
    assert!(twin.message.contains("SHOP"), "{twin:?}");

    // A Director resets the status with every update that does not repeat it (compass.md §1.12).
    server.pair(&id).await.director(&server).viewer().await;
    assert_eq!(server.condition(&id).await, "CONNECTED");
    let change = json!({ "id": id, "providerName": "Test", "description": "changed", "baseUrl": "", "healthCheckUrl": "",
        "condition": "CONNECTED" });
    let row = desk.call("update_application", change).await;
    assert_eq!((&row["description"], &row["providerName"]), (&json!("changed"), &json!("Test")), "the rest stays");
    assert_eq!(server.condition(&id).await, "CONNECTED", "still connected");

    let detail = desk.call("get_application", json!({ "id": id })).await;
    assert_eq!(detail["labels"]["group"], "test");
    assert!(landscape.is_readable() || tells_nothing(&detail), "{detail}");
    desk.refused("delete_application", json!({ "id": id, "confirmName": "Shop" })).await;
    desk.call("delete_application", json!({ "id": id, "confirmName": "shop" })).await;
    assert_eq!(desk.call("get_application", json!({ "id": id })).await, Value::Null);
    assert_eq!(desk.names().await, ["crm"]);
}

async fn an_application_pairs_and_is_watched(landscape: Landscape) {
    let (desk, server) = Desk::in_landscape(landscape).await;
    let id = desk.create("shop").await;
    let receipt = desk.request(&id, "client_certificate").await;
    assert_eq!(receipt["connectorUrl"], server.ready("connectorUrl"), "{receipt}");
    assert_eq!(desk.stage(&receipt).await, "waiting");
    // A Director tells times in whole seconds: what happens in the second of the request cannot be told from it.
    until("another second", PATIENCE, async || {
        let progress = desk.call("pairing_progress", json!({ "pairingId": receipt["pairingId"] })).await;
        (progress["serverNow"] != receipt["serverNow"]).then_some(())
    })
    .await;
    let token = desk.form(&receipt, "token").await;
    assert!(!receipt.to_string().contains(&token), "the receipt holds no secret");

    // The application, step by step. What cannot be seen is not claimed.
    let (second, subject) = server.connector(&token).token_and_subject().await;
    let seen = if landscape.is_readable() { "configuration_fetched" } else { "waiting" };
    assert_eq!(desk.reaches(&receipt, &[seen]).await, seen);
    let key = blackbox::key();
    let signing = blackbox::CertificateRequest::new(&subject, &key);
    let signed = server.connector(&second).sign(&signing.field()).await;
    let pairing = Pairing::from_reply(&server, &id, &subject, key.serialize_pem(), &signed);
    let progress = desk.call("pairing_progress", json!({ "pairingId": receipt["pairingId"] })).await;
    assert_eq!(progress["readable"], landscape.is_readable(), "{progress}");
    assert_ne!(progress["stage"], "paired", "it has a certificate and never called: {progress}");
    if landscape.is_readable() {
        desk.reaches(&receipt, &["request_sent", "certificate_issued"]).await;
    }
    pairing.director(&server).viewer().await;
    desk.reaches(&receipt, &["paired"]).await;
    let detail = desk.call("get_application", json!({ "id": id })).await;
    assert_eq!(detail["row"]["condition"], "CONNECTED", "{detail}");
}

async fn a_client_id_pairs_where_it_can(landscape: Landscape) {
    let (desk, server) = Desk::in_landscape(landscape).await;
    let id = desk.create("shop").await;
    let offers = desk.call("auth_types", json!({ "owner": { "kind": "application", "id": id } })).await;
    let offers = offers.as_array().unwrap().clone();
    let kinds: Vec<_> = offers.iter().map(|offer| offer["type"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["client_certificate", "client_credentials"], "one chooser, whatever is offered");
    assert_eq!(offers[0]["available"], true);
    assert!(offers.iter().all(|offer| offer["available"] == true || offer["reason"].is_string()), "{offers:?}");
    if landscape.is_readable() {
        let receipt = desk.request(&id, "client_credentials").await;
        desk.call("test_credentials", json!({ "pairingId": receipt["pairingId"] })).await;
        return;
    }
    // Where credentials cannot be read, the secret would be lost with the answer. Nothing may be left behind by trying.
    let before = ids(&server, &id).await;
    if offers[1]["available"] == true {
        let refused = desk.refused("request_pairing", request(&id, "client_credentials")).await;
        assert_ne!(refused.code.to_string(), "internal", "{refused:?}");
    }
    assert_eq!(ids(&server, &id).await, before, "an entry without a secret is of no use to anybody");
}

async fn pairing_again_leaves_nothing_behind(landscape: Landscape) {
    let (desk, server) = Desk::in_landscape(landscape).await;
    let id = desk.create("shop").await;
    let first = desk.request(&id, "client_certificate").await;
    let old = desk.form(&first, "token").await;
    let auth = first["systemAuthId"].clone();
    assert!(auth.is_string() || landscape == Landscape::Shipped, "{first}");
    let again = json!({ "owner": { "kind": "application", "id": id }, "type": "client_certificate", "systemAuthId": auth,
        "copy": null });
    let second = desk.call("request_pairing", again).await;
    let new = desk.form(&second, "token").await;
    assert_ne!(old, new);
    if auth.is_string() {
        assert_eq!(second["systemAuthId"], auth);
        assert_eq!(ids(&server, &id).await.len(), 1, "the new token went into the same entry");
        assert!(!server.connector(&old).configuration().await.json()["data"]["result"]["token"].is_object());
    }
    assert_eq!(server.connector(&new).configuration().await.status, 200);
}

async fn what_was_left_behind_is_cleaned_up(landscape: Landscape) {
    let server = Server::start(&[landscape.options(), &["--token-ttl", "1s"]].concat());
    let desk = Desk::new();
    desk.join(&server, "Landscape").await;
    let id = desk.create("shop").await;
    let kept = server.pair(&id).await;
    kept.director(&server).viewer().await;
    for _ in 0..3 {
        server.token(&id).await;
    }
    let all = ids(&server, &id).await;
    assert_eq!(all.len(), 4);
    let detail = async || desk.call("get_application", json!({ "id": id })).await;
    let clean = json!({ "applicationId": id, "systemAuthIds": all });
    if landscape == Landscape::Shipped {
        // What cannot be read is not cleaned up by guessing.
        let shown = detail().await;
        let orphans =
            shown["auths"].as_array().map_or(0, |auths| auths.iter().filter(|one| one["orphaned"] == true).count());
        assert_eq!(orphans, 0, "{shown}");
        let _ = desk.try_call("clean_up_auths", clean).await;
        assert_eq!(ids(&server, &id).await.len(), 4);
    } else {
        // A token that lives is nobody's orphan.
        until("the tokens have expired", PATIENCE, async || {
            let shown = detail().await;
            let auths = shown["auths"].as_array().unwrap();
            (auths.iter().filter(|one| one["orphaned"] == true).count() == 3).then_some(())
        })
        .await;
        desk.call("clean_up_auths", clean).await;
        assert_eq!(ids(&server, &id).await, [kept.system_auth.as_str()], "the one that is in use stays");
    }
    assert_eq!(kept.director(&server).viewer().await.status, 200);
}

async fn runtimes_and_integration_systems_get_what_they_need(landscape: Landscape) {
    let server = landscape.seeded(&json!({
        "runtimes": [{ "name": "kyma-1" }, { "name": "kyma-2" }],
        "integrationSystems": [{ "name": "int-sys" }],
    }));
    let desk = Desk::new();
    desk.join(&server, "Landscape").await;
    let page = desk.call("list_runtimes", json!({ "after": null, "first": 200 })).await;
    assert_eq!((&page["totalCount"], page["rows"].as_array().unwrap().len()), (&json!(2), 2), "{page}");
    let runtime = text(&page["rows"][0]["id"]);
    let owner = json!({ "kind": "runtime", "id": runtime });
    let input = json!({ "owner": owner, "type": "client_certificate", "systemAuthId": null, "copy": null });
    let receipt = desk.call("request_pairing", input).await;
    assert_eq!((&receipt["owner"], &receipt["ownerName"]), (&owner, &page["rows"][0]["name"]), "{receipt}");
    let token = desk.form(&receipt, "token").await;
    assert_eq!(server.connector(&token).configuration().await.status, 200, "the runtime's token works");
    let detail = desk.call("get_runtime", json!({ "id": runtime })).await;
    assert!(landscape.is_readable() || tells_nothing(&detail), "{detail}");

    let page = desk.call("list_integration_systems", json!({ "after": null, "first": 200 })).await;
    let system = text(&page["rows"][0]["id"]);
    let owner = json!({ "kind": "integration_system", "id": system });
    let offers = desk.call("auth_types", json!({ "owner": owner })).await;
    let certificate = offers.as_array().unwrap().iter().find(|offer| offer["type"] == "client_certificate");
    assert!(certificate.is_none_or(|offer| offer["available"] == false), "there is no token for them: {offers}");
    if landscape.is_readable() {
        let input = json!({ "owner": owner, "type": "client_credentials", "systemAuthId": null, "copy": null });
        let receipt = desk.call("request_pairing", input).await;
        desk.call("test_credentials", json!({ "pairingId": receipt["pairingId"] })).await;
        let entry = json!({ "owner": owner, "systemAuthId": receipt["systemAuthId"] });
        desk.call("delete_system_auth", entry).await;
        let detail = desk.call("get_integration_system", json!({ "id": system })).await;
        assert_eq!(detail["auths"], json!([]), "{detail}");
    }
}

async fn templates_make_applications(landscape: Landscape) {
    let (desk, server) = Desk::in_landscape(landscape).await;
    let create = "mutation($in: ApplicationTemplateInput!) { result: createApplicationTemplate(in: $in) { id } }";
    let template = json!({ "name": "Commerce", "accessLevel": "GLOBAL",
        "applicationInput": { "name": "shop-{{region}}", "description": "{{display}}" },
        "placeholders": [{ "name": "region" }, { "name": "display" }] });
    server.director(create, json!({ "in": template })).await;
    let page = desk.call("list_templates", json!({ "after": null, "first": 200 })).await;
    let template = page["templates"][0].clone();
    assert_eq!(template["name"], "Commerce", "{page}");
    let names: Vec<_> = template["placeholders"].as_array().unwrap().iter().map(|one| one["name"].clone()).collect();
    assert_eq!(names, [json!("region"), json!("display")]);
    let from = |display: &str| {
        let values =
            json!([{ "placeholder": "region", "value": "eu10" }, { "placeholder": "display", "value": display }]);
        json!({ "templateId": template["id"], "templateName": "Commerce", "values": values })
    };
    // Compass pastes values into a JSON document: what would break it, or become a part of it, is not sent.
    for awkward in ["a \"quoted\" word", "a \\ slash", "two\nlines"] {
        let refused = desk.refused("create_from_template", from(awkward)).await;
        assert_eq!(refused.code.to_string(), "invalid_data", "{awkward}: {refused:?}");
    }
    assert_eq!(desk.names().await, [""; 0]);
    let input = from("Köln, {east} & <west>");
    let row = desk.call("create_from_template", input.clone()).await;
    assert_eq!((&row["name"], &row["description"]), (&json!("shop-eu10"), &json!("Köln, {east} & <west>")), "{row}");
    assert_eq!(desk.refused("create_from_template", input).await.code.to_string(), "not_unique_name");
}

async fn formations_are_shown_and_changed(landscape: Landscape) {
    let (desk, _server) = Desk::in_landscape(landscape).await;
    let id = desk.create("shop").await;
    for name in ["east", "west"] {
        desk.call("create_formation", json!({ "name": name, "templateName": null })).await;
    }
    let page = desk.call("list_formations", json!({ "after": null, "first": 200 })).await;
    assert_eq!(page["totalCount"], 2, "{page}");
    let member = json!({ "formation": "east", "owner": { "kind": "application", "id": id } });
    desk.call("assign_formation", member.clone()).await;
    let detail = desk.call("get_application", json!({ "id": id })).await;
    assert_eq!(detail["formations"], json!(["east"]), "{detail}");
    // What blocks is named, from what the Director said.
    let blocked = desk.refused("delete_application", json!({ "id": id, "confirmName": "shop" })).await;
    assert_eq!(blocked.code.to_string(), "invalid_operation");
    desk.call("unassign_formation", member).await;
    let detail = desk.call("get_application", json!({ "id": id })).await;
    assert_eq!(detail["formations"], json!([]));
    desk.call("delete_application", json!({ "id": id, "confirmName": "shop" })).await;
}

/// Null is not "no credential": whatever is listed is listed as unknown.
fn tells_nothing(detail: &Value) -> bool {
    let unknown = |auth: &Value| auth["kind"] == "unknown" && auth["orphaned"] == false;
    detail["auths"].is_null() || detail["auths"].as_array().unwrap().iter().all(unknown)
}

/// The ids of an application's system auths, as the Director has them.
/// Who requests pairing data while others clean up takes what was left behind, and keeps it.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_taken_again_meanwhile_is_not_cleaned_up() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let server = Server::start_in(&data, &["--token-ttl", "1s"]);
    let id = server.register("shop").await;
    for _ in 0..25 {
        server.token(&id).await;
    }
    let all = ids(&server, &id).await;
    server.stop().await;
    // From here on a token lives for minutes.
    let server = Server::start_in(&data, &[]);
    let director = AwkwardDirector::before(&server);
    let desk = Desk::new();
    let wanted = definition_at(&director.director_url(), director.ca_pem(), server.ready("tenant"), "Slow");
    desk.join_as(wanted, &server.admin_token()).await;
    until("all tokens have expired", PATIENCE, async || {
        let shown = desk.call("get_application", json!({ "id": id })).await;
        shown["auths"].as_array().unwrap().iter().all(|auth| auth["orphaned"] == true).then_some(())
    })
    .await;
    director.take(Duration::from_millis(50));
    director.forget();
    let clean = desk.call("clean_up_auths", json!({ "applicationId": id, "systemAuthIds": all }));
    let request = async {
        until("the first are removed", PATIENCE, async || director.seen().iter().any(Seen::is_mutation).then_some(()))
            .await;
        desk.request(&id, "client_certificate").await
    };
    let (cleaned, receipt) = tokio::join!(clean, request);
    let kept = ids(&server, &id).await;
    assert_eq!(kept, [text(&receipt["systemAuthId"])], "{cleaned}");
    assert!(all.contains(&kept[0]), "one that was left behind");
    assert_eq!(cleaned["removed"], 24);
    let token = desk.form(&receipt, "token").await;
    assert_eq!(server.connector(&token).configuration().await.status, 200);
}

/// Reading where events go may change something at a Compass (compass.md §1.19): only a person who asks is told.
#[tokio::test(flavor = "multi_thread")]
async fn opening_an_application_does_not_ask_where_its_events_go() {
    let server = Server::start(&[]);
    let director = AwkwardDirector::before(&server);
    let desk = Desk::new();
    let wanted = definition_at(&director.director_url(), director.ca_pem(), server.ready("tenant"), "Remote");
    desk.join_as(wanted, &server.admin_token()).await;
    let id = desk.create("shop").await;
    let detail = desk.call("get_application", json!({ "id": id })).await;
    assert_eq!(detail["eventingUrl"], Value::Null);
    let asked = |seen: Vec<Seen>| seen.iter().any(|seen| seen.says("eventingConfiguration"));
    assert!(!asked(director.forget()));
    let told = desk.call("event_url", json!({ "id": id })).await;
    assert!(asked(director.forget()) && told["url"].as_str().unwrap().ends_with("shop/v1/events"), "{told}");
}

async fn ids(server: &Server, id: &str) -> Vec<String> {
    let query = "query($id: ID!) { result: application(id: $id) { auths { id } } }";
    let found = server.director(query, json!({ "id": id })).await;
    found["auths"].as_array().unwrap().iter().map(|auth| text(&auth["id"])).collect()
}
