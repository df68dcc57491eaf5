//! A landscape is found by what a person knows of it, and every failure has its place.

use blackbox::{AwkwardDirector, ConnectProxy, Fault, PrivateAuthority, Server};
use serde_json::{Value, json};

use super::{
    Desk, Landscape,
    desk::{definition, text},
};

/// The states of the five steps, in order.
fn states(found: &Value) -> Vec<(String, String)> {
    let steps = found["steps"].as_array().unwrap();
    steps.iter().map(|step| (text(&step["step"]), text(&step["state"]))).collect()
}

pub(crate) fn state(found: &Value, step: &str) -> String {
    let found_step = states(found).into_iter().find(|(name, _)| name == step);
    found_step.unwrap_or_else(|| panic!("{step} in {found}")).1
}

/// The failure of a step, which has words and a next step.
pub(crate) fn failure(found: &Value, step: &str) -> Value {
    let steps = found["steps"].as_array().unwrap();
    let failed: Vec<_> = steps.iter().filter(|step| step["state"] == "failed").collect();
    assert_eq!(failed.len(), 1, "one place: {found}");
    assert_eq!(failed[0]["step"], step, "{found}");
    let error = failed[0]["error"].clone();
    assert!(error["message"].is_string() && (error["hint"].is_string() || error["action"].is_string()), "{error}");
    error
}

async fn found_and_used(landscape: Landscape) {
    let server = landscape.start();
    let desk = Desk::new();
    let address = server.ready("directorUrl");

    // Nobody vouches for it yet. The person is shown what it shows, and decides for this environment only.
    let found = desk.discover(address, Value::Null).await;
    assert_eq!(state(&found, "name_found"), "done", "{found}");
    failure(&found, "tls_checked");
    assert_eq!(found["trusted"], false, "{found}");
    assert!(!found["chain"].as_array().unwrap().is_empty(), "{found}");
    let chain = text(&found["chainPem"]);
    assert!(chain.contains("BEGIN CERTIFICATE"), "{found}");

    let mut proposal = found["proposal"].clone();
    assert_eq!(proposal["directorUrl"], address);
    proposal["caPem"] = json!(std::fs::read_to_string(server.ready("caFile")).unwrap());
    proposal["name"] = json!("Found");
    proposal["badge"] = json!("TEST");
    proposal["signIn"] = json!({ "kind": "token" });
    proposal["tenant"] = json!(server.ready("tenant"));
    let found = desk.discover(address, proposal).await;
    assert_eq!(state(&found, "tls_checked"), "done", "{found}");
    assert_eq!(state(&found, "director_answered"), "done", "{found}");
    assert!(states(&found).iter().all(|(_, state)| state == "done" || state == "skipped"), "{found}");

    let id = desk.add(found["proposal"].clone()).await;
    desk.call("use_environment", json!({ "id": id })).await;
    assert_eq!(desk.environment().await["name"], "Found");
    assert_eq!(desk.refused("list_applications", super::desk::list()).await.code.to_string(), "sign_in_needed");
    desk.sign_in(&id, &server.admin_token()).await;
    desk.create("shop").await;
    assert_eq!(desk.names().await, ["shop"]);

    // What it offers is known by now, or said to be unknown; never guessed.
    let capabilities = desk.environment().await["capabilities"].clone();
    let proposal_api = if landscape == Landscape::Complete { "yes" } else { "no" };
    assert!(
        capabilities.is_null() || [proposal_api, "unknown"].contains(&capabilities["proposalApi"].as_str().unwrap()),
        "{capabilities}"
    );
    // It is there after a restart, and whoever is there then has to sign in.
    let again = desk.started_again();
    let row = again.row(&id).await;
    assert_eq!((&row["name"], &row["signIn"]["stage"]), (&json!("Found"), &json!("signed_out")), "{row}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_complete_landscape_is_found_and_used() {
    found_and_used(Landscape::Complete).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_shipped_landscape_is_found_and_used() {
    found_and_used(Landscape::Shipped).await;
}

/// `compass.example.com` is enough, and a company's proxy is on the way.
#[tokio::test(flavor = "multi_thread")]
async fn the_domain_is_enough() {
    let server = Landscape::Shipped.start();
    let director = AwkwardDirector::named(&server, &["compass-gateway.kyma.example"]);
    let proxy = ConnectProxy::knowing(&[("compass-gateway.kyma.example", director.port())]);
    let desk = Desk::new();
    let mut wanted = super::desk::definition_at("", director.ca_pem(), server.ready("tenant"), "By domain");
    wanted["proxy"] = json!({ "kind": "url", "url": proxy.url() });
    let found = desk.discover("kyma.example", wanted).await;
    assert_eq!(found["proposal"]["directorUrl"], "https://compass-gateway.kyma.example/director/graphql", "{found}");
    assert_eq!(state(&found, "tls_checked"), "done", "{found}");
    assert_eq!(state(&found, "director_answered"), "done", "{found}");
    assert!(proxy.asked().contains(&"compass-gateway.kyma.example:443".to_owned()), "{:?}", proxy.asked());

    desk.join_as(found["proposal"].clone(), &server.admin_token()).await;
    desk.create("through-the-proxy").await;
    let seen = director.seen();
    assert!(seen.iter().any(|seen| seen.says("registerApplication")), "it went through the proxy");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_failure_has_its_place() {
    let server = Server::start(&[]);
    let director = AwkwardDirector::before(&server);
    let desk = Desk::new();
    let at = |url: &str| super::desk::definition_at(url, director.ca_pem(), server.ready("tenant"), "Wrong");
    let direct = Value::Null;

    let found = desk.discover("https://nowhere.invalid/director/graphql", direct.clone()).await;
    let error = failure(&found, "name_found");
    assert!(error["message"].as_str().unwrap().contains("nowhere.invalid"), "{error}");
    assert_eq!(state(&found, "director_answered"), "skipped", "{found}");

    director.unplug();
    let found = desk.discover(&director.director_url(), at(&director.director_url())).await;
    let error = failure(&found, "tls_checked");
    assert_eq!(error["code"], "unreachable", "{error}");
    director.plug_in();

    // Another authority than the one that the person trusts.
    let other = PrivateAuthority::named("Other CA");
    let wrong = super::desk::definition_at(&director.director_url(), other.pem(), server.ready("tenant"), "Wrong");
    let error = failure(&desk.discover(&director.director_url(), wrong).await, "tls_checked");
    assert_eq!(error["code"], "untrusted_server", "{error}");

    for (fault, code) in [
        (Fault::bad_gateway(), None),
        (Fault::captive_portal(), Some("intercepted")),
        (Fault::redirect("https://login.example/"), Some("intercepted")),
        (Fault::other_json(), None),
    ] {
        director.always(fault.clone());
        let found = desk.discover(&director.director_url(), at(&director.director_url())).await;
        let error = failure(&found, "director_answered");
        assert!(code.is_none_or(|code| error["code"] == code), "{fault:?}: {error}");
        assert!(!error["message"].as_str().unwrap().contains("canary"), "{error}");
        director.behave();
    }
    let found = desk.discover(&director.director_url(), at(&director.director_url())).await;
    assert_eq!(state(&found, "director_answered"), "done", "{found}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_address_is_refused_before_anything_is_asked() {
    let desk = Desk::new();
    for address in
        ["", "  ", "http://compass.example.com/director/graphql", "ftp://x", "https://user:pw@compass.example/x", "a b"]
    {
        let refused = desk.try_call("start_discovery", json!({ "address": address, "definition": null })).await;
        match refused {
            Err(error) => assert_eq!(error.code.to_string(), "invalid_data", "{address}: {error:?}"),
            Ok(begun) => panic!("{address}: {begun}"),
        }
    }
    let server = Server::start(&[]);
    for (field, wrong) in [
        ("directorUrl", json!("http://localhost/director/graphql")),
        ("name", json!("")),
        ("caPem", json!("not a certificate")),
        ("headers", json!([{ "name": "authorization", "value": "Bearer x" }])),
        ("headers", json!([{ "name": "x y", "value": "1" }])),
        ("headers", json!([{ "name": "client_user", "value": "a\r\nTenant: b" }])),
        ("requestsPerSecond", json!(0)),
        ("proxy", json!({ "kind": "url", "url": "nonsense" })),
    ] {
        let mut wanted = definition(&server, "Wrong");
        wanted[field] = wrong.clone();
        let error = desk.refused("save_environment", json!({ "id": null, "definition": wanted })).await;
        assert_eq!(error.code.to_string(), "invalid_data", "{field}: {wrong}");
    }
    let rows = desk.call("environments", json!({})).await;
    assert_eq!(rows["environments"].as_array().unwrap().len(), 1, "only the server of this computer: {rows}");
}
