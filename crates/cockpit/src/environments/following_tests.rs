//! What becomes of an environment while somebody works in it: changed in another window, restarted, signed out.

use std::sync::{Arc, Mutex};

use pairing::{ErrorCode, Secret};
use serde_json::json;

use super::tests::{call, cockpit, definition, refusal, rename, save, sign_in};
use crate::{
    Cockpit, EnvironmentConfig,
    calls::{CallContext, Envelope, SignInStage},
    cockpit::lock,
    frame::Place,
    tls_server::{TlsServer, json as json_answer},
};

#[tokio::test]
async fn what_another_window_makes_of_an_environment_counts_at_once() {
    let (one, other) =
        (TlsServer::answering(|_, _| json_answer("{}")).await, TlsServer::answering(|_, _| json_answer("{}")).await);
    let folder = tempfile::tempdir().unwrap();
    let here = cockpit(folder.path());
    let at = |server: &TlsServer| {
        let mut set_up = definition("Test", &server.url("/director/graphql"));
        set_up["caPem"] = server.ca_pem.clone().into();
        set_up
    };
    let id = save(&here, json!(null), at(&one)).await;
    sign_in(&here, &id).await;
    call(&here, "use_environment", json!({ "id": id })).await;
    let view = here.state().view;

    let there = cockpit(folder.path());
    save(&there, json!(id), at(&other)).await;
    let stale = Envelope { input: json!({ "first": 1 }), view: Some(view), confirm: None };
    assert_eq!(here.answer("list_applications", stale).await.unwrap_err().code, ErrorCode::ViewChanged);
    call(&here, "use_environment", json!({ "id": id })).await;
    assert_eq!(refusal(&here, "list_applications", json!({ "first": 1 })).await.code, ErrorCode::SignInNeeded);
    assert!(other.requests().is_empty(), "what was got for one address is not sent to another");

    let mut guarded = at(&other);
    guarded["guard"] = "read_only".into();
    save(&there, json!(id), guarded).await;
    let write = async |view: u64| {
        let envelope = Envelope { input: rename(), view: Some(view), confirm: Some("Test".into()) };
        here.answer("create_application", envelope).await.unwrap_err().code
    };
    let shown = here.state().view;
    assert_eq!(write(shown).await, ErrorCode::ReadOnly, "also where the page has not seen the guard yet");
    assert_eq!(here.state().view, shown, "what is typed stays");

    call(&there, "remove_environment", json!({ "id": id, "confirmName": "Test" })).await;
    assert_eq!(refusal(&here, "list_applications", json!({ "first": 1 })).await.code, ErrorCode::ServerNotRunning);
    assert!(here.connection_at(&Place { environment: id, tenant: "t-1".into() }).is_err());
}

#[tokio::test]
async fn the_tenant_of_a_window_is_its_own_and_the_next_start_has_the_one_that_was_chosen_last() {
    let folder = tempfile::tempdir().unwrap();
    let (here, there) = (cockpit(folder.path()), cockpit(folder.path()));
    let mut set_up = definition("Test", "https://localhost:1/director/graphql");
    let id = save(&here, json!(null), set_up.clone()).await;
    let tenant_of = async |window: &Cockpit| {
        call(window, "use_environment", json!({ "id": "local" })).await;
        let state = call(window, "use_environment", json!({ "id": id })).await;
        let rows = call(window, "environments", json!({})).await;
        assert_eq!(rows["environments"][1]["tenant"], state["environment"]["tenant"]);
        state["environment"]["tenant"].as_str().unwrap().to_owned()
    };
    let choose = async |window: &Cockpit, name: &str| {
        call(window, "use_tenant", json!({ "id": name.to_lowercase(), "name": name })).await;
    };
    call(&here, "use_environment", json!({ "id": id })).await;
    choose(&here, "North").await;
    call(&there, "use_environment", json!({ "id": id })).await;
    choose(&there, "South").await;
    assert_eq!((tenant_of(&here).await, tenant_of(&there).await), ("north".into(), "south".into()));
    let next = cockpit(folder.path());
    assert_eq!(next.state().environment.unwrap().tenant_name, "South");

    // The tenant of the form counts for whoever did not know the one before.
    set_up["tenant"] = "t-2".into();
    save(&there, json!(id), set_up).await;
    assert_eq!((tenant_of(&here).await, tenant_of(&there).await), ("t-2".into(), "t-2".into()));
}

#[tokio::test]
async fn a_file_that_is_damaged_meanwhile_loses_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let here = cockpit(folder.path());
    let id = save(&here, json!(null), definition("Test", "https://localhost:1/director/graphql")).await;
    std::fs::write(folder.path().join("environments.json"), "{").unwrap();
    call(&here, "use_environment", json!({ "id": "local" })).await;
    let rows = call(&cockpit(folder.path()), "environments", json!({})).await;
    assert_eq!(rows["environments"][1]["id"], id.as_str());
}

#[test]
fn a_server_that_is_started_again_keeps_the_tenant_or_is_another_view() {
    let folder = tempfile::tempdir().unwrap();
    let cockpit = cockpit(folder.path());
    let started = |tenant: &str| {
        cockpit.server_starting();
        let environment = EnvironmentConfig::local("https://localhost:1/director/graphql".into(), Secret::new("t"));
        cockpit
            .connect(EnvironmentConfig { tenant: tenant.into(), tenant_name: "default".into(), ..environment })
            .unwrap();
        let state = cockpit.state();
        (state.view, state.environment.unwrap().tenant)
    };
    let (view, tenant) = started("north");
    assert_eq!(tenant, "north");
    let call = CallContext::in_view(view);
    let south = cockpit.connection(call).unwrap().with_tenant("south", "South").unwrap();
    lock(&cockpit.frame).put_tenant_in_force(call, south).unwrap();
    let (chosen, tenant) = started("north");
    assert_eq!((chosen, tenant.as_str()), (view + 1, "south"));
    assert_eq!(started("other"), (view + 2, "other".into()), "another store");
    assert_eq!(started("other"), (view + 2, "other".into()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_renewal_that_comes_after_the_sign_out_signs_nobody_in() {
    let gate = Arc::new(Mutex::new(()));
    let (closed, begun) = (Arc::clone(&gate), Arc::new(Mutex::new(0)));
    let tokens = Arc::clone(&begun);
    let server = TlsServer::answering(move |request, _| {
        if !request.starts_with("POST /token") {
            return "HTTP/1.1 401 Unauthorized\r\n\r\n".into();
        }
        let number = {
            let mut tokens = lock(&tokens);
            *tokens += 1;
            *tokens
        };
        if number > 1 {
            drop(lock(&closed));
        }
        json_answer(&format!(r#"{{"access_token":"canary-{number}","token_type":"bearer","expires_in":3600}}"#))
    })
    .await;
    let folder = tempfile::tempdir().unwrap();
    let cockpit = Arc::new(cockpit(folder.path()));
    let mut set_up = definition("Test", &server.url("/director/graphql"));
    set_up["caPem"] = server.ca_pem.clone().into();
    set_up["signIn"] = json!({ "kind": "client_credentials", "tokenUrl": server.url("/token"), "clientId": "c" });
    let id = save(&cockpit, json!(null), set_up).await;
    sign_in(&cockpit, &id).await;
    let connection = cockpit.connection_at(&Place { environment: id.clone(), tenant: "t-1".into() }).unwrap();
    let asked = {
        let _closed = lock(&gate);
        let session = connection.director.session(CallContext::of_local_server());
        let asked = tokio::spawn(async move { session.application("a".into()).await.map(drop) });
        while *lock(&begun) < 2 {
            std::thread::yield_now();
        }
        let (cockpit, id) = (Arc::clone(&cockpit), id.clone());
        let signed_out = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async { call(&cockpit, "sign_out", json!({ "id": id })).await });
        });
        signed_out.join().unwrap();
        asked
    };
    asked.await.unwrap().unwrap_err();
    assert_eq!(connection.channel.sign_in().shown().stage, SignInStage::SignedOut);
}
