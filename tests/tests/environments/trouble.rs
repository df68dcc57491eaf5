//! Everything that goes wrong between a person and a Director: one sentence, whose side it is on, one next step.

use blackbox::{AwkwardDirector, Fault, Server};
use serde_json::{Value, json};

use super::{
    Desk,
    desk::{Refusal, definition_at, list, new_application},
};

async fn before(server: &Server) -> (Desk, AwkwardDirector) {
    let director = AwkwardDirector::before(server);
    let desk = Desk::new();
    let wanted = definition_at(&director.director_url(), director.ca_pem(), server.ready("tenant"), "Awkward");
    desk.join_as(wanted, &server.admin_token()).await;
    (desk, director)
}

fn said(refusal: &Refusal) -> (String, Value) {
    (refusal.code.to_string(), serde_json::to_value(refusal.action).unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn every_row_of_the_table_has_its_code_and_its_action() {
    let server = Server::start(&[]);
    let (desk, director) = before(&server).await;
    let scopes = "insufficient scopes provided [actual=a;b; required=application:read]";
    let internal = "Internal Server Error [errorID=77, reason: pq: relation \"canary\" does not exist]";
    for (fault, code, action) in [
        (Fault::resolver(20, "NotFound", "Object not found [object=application]"), "not_found", "reload"),
        (
            Fault::resolver(21, "NotUnique", "Object is not unique [object=application]"),
            "not_unique_name",
            "open_existing",
        ),
        (Fault::resolver(22, "InvalidData", "Invalid data [reason=canary]"), "invalid_data", "correct_input"),
        (Fault::resolver(23, "InsufficientScopes", scopes), "insufficient_scopes", "ask_for_permission"),
        (Fault::resolver(24, "TenantRequired", "Tenant is required"), "tenant_required", "choose_tenant"),
        (Fault::unknown_tenant("canary"), "tenant_not_found", "choose_tenant"),
        (
            Fault::resolver(27, "InvalidOperation", "The operation is not allowed [reason=canary]"),
            "invalid_operation",
            "",
        ),
        (Fault::resolver(10, "InternalError", internal), "internal", "retry"),
        (Fault::director_panic(), "internal", "retry"),
        (Fault::director_timeout(), "", "retry"),
        (Fault::bad_gateway(), "unavailable", "retry"),
        (Fault::slow_down(Some(7)), "rate_limited", "wait"),
        (Fault::slow_down(None), "rate_limited", "wait"),
        (Fault::captive_portal(), "intercepted", "open_network_sign_in"),
        (Fault::redirect("https://login.canary.example/"), "intercepted", "open_network_sign_in"),
        (Fault::unknown_field("applications"), "not_offered", ""),
        (Fault::other_json(), "protocol", ""),
        (Fault::no_bearer_token(), "", "sign_in"),
        (Fault::token_expired(), "", "sign_in"),
        (Fault::identity_proxy(401), "", "sign_in"),
    ] {
        director.always(fault.clone());
        let refusal = desk.refused("list_applications", list()).await;
        let (said_code, said_action) = said(&refusal);
        assert!(code.is_empty() || said_code == code, "{fault:?}\n{refusal:?}");
        assert!(action.is_empty() || said_action == action, "{fault:?}\n{refusal:?}");
        if let Fault::Answer { status: 429, headers, .. } = &fault {
            let expected = headers.iter().any(|(name, _)| *name == "retry-after").then_some(7);
            assert!(expected.is_none() || refusal.retry_after_seconds == expected, "{refusal:?}");
        }
        director.behave();
        // Nothing of it stays, but for a sign-in that the Director says has ended.
        if action == "sign_in" {
            let id = desk.environment().await["id"].as_str().unwrap().to_owned();
            desk.sign_in(&id, &server.admin_token()).await;
        }
        desk.names().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_that_breaks_is_not_a_change_that_failed() {
    let server = Server::start(&[]);
    let (desk, director) = before(&server).await;
    for (number, fault) in [Fault::Cut, Fault::CutInTheBody].into_iter().enumerate() {
        director.forget();
        director.when("registerApplication", Some(1), fault.clone());
        let name = format!("cut-{number}");
        let refusal = desk.refused("create_application", new_application(&name)).await;
        assert_eq!(refusal.code.to_string(), "protocol", "{refusal:?}");
        assert!(
            refusal.hint.as_deref().unwrap_or_default().contains("list"),
            "look first, it may be there: {refusal:?}"
        );
        let sent = director.seen().iter().filter(|seen| seen.says("registerApplication")).count();
        assert_eq!(sent, 1, "a change is never sent twice by itself");
        assert!(desk.names().await.contains(&name), "it was there after all");
    }
    // A token that was made and lost: asked for again by a person only, and into the same entry or a new one.
    let id = desk.create("shop").await;
    director.forget();
    director.when("mutation ", Some(1), Fault::Cut);
    let request = super::desk::request(&id, "client_certificate");
    let refusal = desk.refused("request_pairing", request.clone()).await;
    assert_eq!(refusal.code.to_string(), "protocol", "{refusal:?}");
    assert_eq!(director.seen().iter().filter(|seen| seen.is_mutation()).count(), 1, "no second token by itself");
    director.behave();
    desk.call("request_pairing", request).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_network_goes_and_comes_back() {
    let server = Server::start(&[]);
    let (desk, director) = before(&server).await;
    desk.create("shop").await;
    director.unplug();
    let refusal = desk.refused("list_applications", list()).await;
    assert_eq!(refusal.code.to_string(), "unreachable", "{refusal:?}");
    assert!(refusal.message.contains("localhost"), "which host: {refusal:?}");
    let environment = desk.environment().await;
    assert_eq!(
        (&environment["reach"]["stage"], &environment["signIn"]["stage"]),
        (&json!("lost"), &json!("signed_in"))
    );
    director.plug_in();
    assert_eq!(desk.names().await, ["shop"], "place and sign-in are kept");
    assert_eq!(desk.environment().await["reach"]["stage"], "reached");
}

/// A sentence is never made of what a Director says.
#[tokio::test(flavor = "multi_thread")]
async fn texts_of_a_director_are_details_at_most() {
    let server = Server::start(&[]);
    let (desk, director) = before(&server).await;
    for fault in [
        Fault::resolver(20, "NotFound", "canary <b>bold</b>"),
        Fault::resolver(99, "Novel", "canary"),
        Fault::resolver(23, "InsufficientScopes", "canary"),
        Fault::bad_gateway(),
        Fault::captive_portal(),
    ] {
        director.always(fault);
        // Checked by the desk: neither sentence nor hint has a canary or a bracket.
        desk.refused("list_applications", list()).await;
        director.behave();
    }
}
