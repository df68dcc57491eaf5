//! Environments through the call table, over real TLS where a server is asked.

use std::{fs, path::Path, sync::Arc};

use pairing::ErrorCode;
use serde_json::{Value, json};

use crate::{
    Cockpit, CockpitSetup,
    calls::{CallError, Envelope},
    desktop::tests::BareDesktop,
    tls_server::{TlsServer, json as json_answer},
};

pub(super) fn cockpit(folder: &Path) -> Cockpit {
    Cockpit::new(CockpitSetup {
        version: "0".into(),
        data_dir: folder.into(),
        settings_dir: folder.into(),
        desktop: Arc::new(BareDesktop { save_into: Some(folder.into()) }),
    })
}

pub(super) fn definition(name: &str, director_url: &str) -> Value {
    json!({ "name": name, "badge": "TEST", "directorUrl": director_url, "signIn": { "kind": "token" }, "tenant": "t-1" })
}

pub(super) async fn call(cockpit: &Cockpit, name: &str, input: Value) -> Value {
    cockpit.dispatch(name, input).await.unwrap_or_else(|error| panic!("{name}: {error:?}"))
}

pub(super) async fn refusal(cockpit: &Cockpit, name: &str, input: Value) -> CallError {
    cockpit.dispatch(name, input).await.unwrap_err()
}

pub(super) async fn save(cockpit: &Cockpit, id: Value, definition: Value) -> String {
    let saved = call(cockpit, "save_environment", json!({ "id": id, "definition": definition })).await;
    saved["id"].as_str().unwrap().to_owned()
}

const TOKEN: &str = "canary-token";

pub(super) async fn sign_in(cockpit: &Cockpit, id: &str) -> Value {
    call(cockpit, "sign_in_with_secret", json!({ "id": id, "secret": TOKEN, "keep": "session" })).await
}

pub(super) fn rename() -> Value {
    json!({ "name": "a", "providerName": null, "description": null, "baseUrl": null, "healthCheckUrl": null })
}

#[tokio::test]
async fn what_is_in_force_is_kept_and_a_call_for_another_view_does_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let first = cockpit(folder.path());
    let id = save(&first, Value::Null, definition("Test", "https://localhost:1/director/graphql")).await;
    let before = first.state().view;
    let state = call(&first, "use_environment", json!({ "id": id })).await;
    assert_eq!(
        (state["environment"]["id"].as_str(), state["environment"]["tenant"].as_str()),
        (Some(&*id), Some("t-1"))
    );
    assert_eq!(state["environment"]["signIn"]["stage"], "signed_out");
    assert!(first.state().view > before);
    let stale = Envelope { input: json!({ "first": 1 }), view: Some(before), confirm: None };
    assert_eq!(first.answer("list_applications", stale).await.unwrap_err().code, ErrorCode::ViewChanged);
    let nobody = refusal(&first, "list_applications", json!({ "first": 1 })).await;
    assert_eq!(nobody.code, ErrorCode::SignInNeeded);

    let second = cockpit(folder.path());
    assert_eq!(second.state().environment.unwrap().id, id, "at the next start");
    let state = call(&second, "use_environment", json!({ "id": "local" })).await;
    assert_eq!(state["environment"], Value::Null, "the local server does not run");
    assert!(cockpit(folder.path()).state().environment.is_none());
}

#[tokio::test]
async fn a_guard_is_in_the_way_of_writes_and_of_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let cockpit = cockpit(folder.path());
    let guarded = |guard: &str| {
        let mut definition = definition("Production", "https://localhost:1/director/graphql");
        definition["guard"] = guard.into();
        definition
    };
    let id = save(&cockpit, Value::Null, guarded("type_name")).await;
    call(&cockpit, "use_environment", json!({ "id": id })).await;
    let write = async |confirm: Option<&str>| {
        let view = Some(cockpit.state().view);
        let envelope = Envelope { input: rename(), view, confirm: confirm.map(str::to_owned) };
        cockpit.answer("create_application", envelope).await.unwrap_err().code
    };
    let blind = Envelope { input: rename(), view: None, confirm: Some("Production".into()) };
    assert_eq!(cockpit.answer("create_application", blind).await.unwrap_err().code, ErrorCode::ViewChanged);
    assert_eq!(write(None).await, ErrorCode::ConfirmationNeeded);
    assert_eq!(write(Some("production")).await, ErrorCode::ConfirmationNeeded);
    assert_eq!(write(Some("Production")).await, ErrorCode::SignInNeeded, "let through");
    assert_eq!(refusal(&cockpit, "list_applications", json!({ "first": 1 })).await.code, ErrorCode::SignInNeeded);
    let view = cockpit.state().view;
    save(&cockpit, id.clone().into(), guarded("read_only")).await;
    assert_eq!(cockpit.state().view, view, "what is typed stays: the guard is asked with every change");
    assert_eq!(write(Some("Production")).await, ErrorCode::ReadOnly);
    save(&cockpit, "local".into(), guarded("confirm")).await;
    let rows = call(&cockpit, "environments", json!({})).await;
    assert_eq!(
        (rows["environments"][0]["id"].as_str(), rows["environments"][0]["guard"].as_str()),
        (Some("local"), Some("confirm"))
    );
}

#[tokio::test]
async fn a_token_goes_to_its_environment_and_into_no_file() {
    let server = TlsServer::answering(|_, _| json_answer(r#"{"data":{"applications":{"data":[],"pageInfo":{"startCursor":"","endCursor":"","hasNextPage":false},"totalCount":0}}}"#)).await;
    let folder = tempfile::tempdir().unwrap();
    let cockpit = cockpit(folder.path());
    let mut set_up = definition("Test", &server.url("/director/graphql"));
    set_up["headers"] = json!([{ "name": "client_user", "value": "ada" }]);
    let id = save(&cockpit, Value::Null, set_up.clone()).await;
    call(&cockpit, "use_environment", json!({ "id": id })).await;
    sign_in(&cockpit, &id).await;
    let untrusted = refusal(&cockpit, "list_applications", json!({ "first": 1 })).await;
    assert_eq!((untrusted.code, server.requests().len()), (ErrorCode::UntrustedServer, 0), "its CA is not known yet");

    set_up["caPem"] = server.ca_pem.clone().into();
    save(&cockpit, id.clone().into(), set_up).await;
    let page = call(&cockpit, "list_applications", json!({ "first": 1 })).await;
    assert_eq!(page["totalCount"], 0);
    let seen = server.requests().into_iter().find(|request| request.contains("ListApplications")).unwrap();
    for line in ["authorization: Bearer canary-token", "tenant: t-1", "client_user: ada", "x-request-id: "] {
        assert!(seen.contains(line), "{line}: {seen}");
    }
    let state = call(&cockpit, "app_state", json!({})).await;
    assert_eq!(
        (&state["environment"]["signIn"]["stage"], &state["environment"]["reach"]["stage"]),
        (&json!("signed_in"), &json!("reached"))
    );

    call(&cockpit, "export_environments", json!({})).await;
    let mut pending = vec![folder.path().to_owned()];
    while let Some(path) = pending.pop() {
        if path.is_dir() {
            pending.extend(fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path()));
        } else {
            assert!(!String::from_utf8_lossy(&fs::read(&path).unwrap()).contains("canary"), "{}", path.display());
        }
    }
    assert!(!format!("{cockpit:?}").contains("canary"));

    // Another address is another place: what was got by signing in stays here.
    let elsewhere = TlsServer::answering(|_, _| json_answer("{}")).await;
    let mut moved = definition("Test", &elsewhere.url("/director/graphql"));
    moved["caPem"] = elsewhere.ca_pem.clone().into();
    save(&cockpit, id.clone().into(), moved).await;
    assert_eq!(refusal(&cockpit, "list_applications", json!({ "first": 1 })).await.code, ErrorCode::SignInNeeded);
    assert!(elsewhere.requests().is_empty());
}

#[tokio::test]
async fn what_answers_instead_of_the_director_is_told_and_gets_nothing_more() {
    let server = TlsServer::answering(|_, number| match number {
        1 => "HTTP/1.1 302 Found\r\nLocation: https://localhost:1/steal\r\n\r\n".into(),
        2 => "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<html>Welcome to the hotel".into(),
        3 => "HTTP/1.1 401 Unauthorized\r\nContent-Type: application/json\r\n\r\n{\"errors\":[{\"message\":\"m\",\"extensions\":{\"error\":\"Unauthorized\",\"error_code\":26}}],\"data\":null}".into(),
        _ => json_answer("{}"),
    })
    .await;
    let folder = tempfile::tempdir().unwrap();
    let cockpit = cockpit(folder.path());
    let mut set_up = definition("Test", &server.url("/director/graphql"));
    set_up["caPem"] = server.ca_pem.clone().into();
    let id = save(&cockpit, Value::Null, set_up).await;
    // Signed in before it is in force, so that nothing else asks.
    sign_in(&cockpit, &id).await;
    call(&cockpit, "use_environment", json!({ "id": "local" })).await;
    let place = crate::frame::Place { environment: id.clone(), tenant: "t-1".into() };
    let connection = cockpit.connection_at(&place).unwrap();
    let call_context = crate::calls::CallContext::of_local_server();
    let list = async || connection.director.session(call_context).application("a".into()).await.unwrap_err().code;
    assert_eq!(list().await, ErrorCode::Intercepted);
    assert_eq!(list().await, ErrorCode::Intercepted);
    assert_eq!(list().await, ErrorCode::Unauthorized);
    let shown = connection.channel.sign_in().shown();
    assert_eq!(shown.stage, crate::calls::SignInStage::Ended);
    assert_eq!(
        (list().await, server.requests().len()),
        (ErrorCode::SignInNeeded, 3),
        "a token that was refused is not sent again"
    );
}

#[tokio::test]
async fn a_gateway_that_repeats_what_it_was_sent_does_not_put_it_on_the_screen() {
    let refusal_of = json!({ "data": null, "errors": [{ "message": "Bearer canary-token may not do this",
        "extensions": { "error": "InsufficientScopes", "error_code": 27 } }] });
    let server = TlsServer::answering(move |_, _| json_answer(&refusal_of.to_string())).await;
    let folder = tempfile::tempdir().unwrap();
    let cockpit = cockpit(folder.path());
    let mut set_up = definition("Test", &server.url("/director/graphql"));
    set_up["caPem"] = server.ca_pem.clone().into();
    let id = save(&cockpit, Value::Null, set_up).await;
    sign_in(&cockpit, &id).await;
    call(&cockpit, "use_environment", json!({ "id": id })).await;
    let told = format!("{:?}", refusal(&cockpit, "list_applications", json!({ "first": 1 })).await);
    assert!(told.contains("***") && !told.contains("canary"), "{told}");
}

#[tokio::test]
async fn a_client_gets_its_token_and_another_one_when_that_is_refused() {
    let server = TlsServer::answering(|request, _| {
        if request.starts_with("POST /oauth2/token") {
            let basic = request.contains("authorization: Basic Y2xpZW50OmNhbmFyeS1zZWNyZXQ=");
            assert!(basic && request.contains("scope=application%3Aread"), "{request}");
            static TOKENS: std::sync::atomic::AtomicU32 = std::sync::atomic::AtomicU32::new(1);
            let number = TOKENS.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
            json_answer(&format!(r#"{{"access_token":"canary-{number}","token_type":"bearer","expires_in":3600}}"#))
        } else if request.contains("Bearer canary-2") {
            json_answer(r#"{"data":{"application":null}}"#)
        } else {
            "HTTP/1.1 401 Unauthorized\r\n\r\n".into()
        }
    })
    .await;
    let folder = tempfile::tempdir().unwrap();
    let cockpit = cockpit(folder.path());
    let mut set_up = definition("Test", &server.url("/director/graphql"));
    set_up["caPem"] = server.ca_pem.clone().into();
    set_up["signIn"] = json!({ "kind": "client_credentials", "tokenUrl": server.url("/oauth2/token"), "clientId": "client", "scopes": ["application:read"] });
    let id = save(&cockpit, Value::Null, set_up).await;
    let input = json!({ "id": id, "secret": "canary-secret", "keep": "session" });
    call(&cockpit, "sign_in_with_secret", input).await;
    let connection = cockpit.connection_at(&crate::frame::Place { environment: id, tenant: "t-1".into() }).unwrap();
    let session = connection.director.session(crate::calls::CallContext::of_local_server());
    let (one, other) = tokio::join!(session.application("a".into()), session.application("b".into()));
    assert!(one.unwrap().is_none() && other.unwrap().is_none());
    let tokens = server.requests().iter().filter(|request| request.starts_with("POST /oauth2/token")).count();
    assert_eq!(tokens, 2, "one for both that were refused");
}

#[tokio::test]
async fn an_address_is_looked_at_step_by_step_and_the_chain_is_shown() {
    let server = TlsServer::answering(|request, _| {
        assert!(!request.contains("authorization"), "nobody's sign-in is used");
        if request.starts_with("POST /director/graphql") {
            "HTTP/1.1 400 Bad Request\r\nContent-Type: application/json\r\n\r\n{\"errors\":[{\"message\":\"m\"}],\"data\":null}".into()
        } else {
            "HTTP/1.1 404 Not Found\r\n\r\n".into()
        }
    })
    .await;
    let folder = tempfile::tempdir().unwrap();
    let cockpit = cockpit(folder.path());
    let look = async |definition: Value| {
        let address = format!("localhost:{}", server.port);
        let begun = call(&cockpit, "start_discovery", json!({ "address": address, "definition": definition })).await;
        loop {
            let seen = call(&cockpit, "discovery", json!({ "id": begun["id"] })).await;
            if seen["running"] == false {
                break seen;
            }
            tokio::task::yield_now().await;
        }
    };
    let states = |seen: &Value| -> Vec<String> {
        seen["steps"].as_array().unwrap().iter().map(|step| step["state"].as_str().unwrap().to_owned()).collect()
    };
    let seen = look(Value::Null).await;
    assert_eq!(states(&seen), ["done", "failed", "skipped", "skipped", "skipped"], "{seen}");
    assert_eq!((&seen["trusted"], seen["chain"].as_array().unwrap().len()), (&json!(false), 2));
    assert_eq!(seen["steps"][1]["error"]["code"], "untrusted_server");
    assert!(server.requests().is_empty(), "nothing is said to a server that is not trusted");

    let mut set_up = seen["proposal"].clone();
    assert_eq!(seen["chainPem"].as_str().unwrap().replace('\r', ""), server.ca_pem.replace('\r', ""));
    set_up["caPem"] = seen["chainPem"].clone();
    let seen = look(set_up.clone()).await;
    assert_eq!(states(&seen), ["done", "done", "skipped", "done", "skipped"], "{seen}");
    assert_eq!((&seen["trusted"], &seen["chainPem"]), (&json!(true), &Value::Null));
}

#[tokio::test]
async fn an_environment_is_removed_by_its_name_and_the_local_server_never() {
    let folder = tempfile::tempdir().unwrap();
    let cockpit = cockpit(folder.path());
    let id = save(&cockpit, Value::Null, definition("Test", "https://localhost:1/director/graphql")).await;
    let twin = json!({ "id": null, "definition": definition("Test", "https://localhost:2/") });
    assert_eq!(refusal(&cockpit, "save_environment", twin).await.code, ErrorCode::InvalidData, "no two of a name");
    call(&cockpit, "use_environment", json!({ "id": id })).await;
    let remove = |name: &str| json!({ "id": id, "confirmName": name });
    assert_eq!(refusal(&cockpit, "remove_environment", remove("test")).await.code, ErrorCode::InvalidData);
    let local = json!({ "id": "local", "confirmName": "Local simulator" });
    assert_eq!(refusal(&cockpit, "remove_environment", local).await.code, ErrorCode::InvalidOperation);
    let state = call(&cockpit, "remove_environment", remove("Test")).await;
    assert_eq!(state["environment"], Value::Null);
    assert_eq!(refusal(&cockpit, "use_environment", json!({ "id": id })).await.code, ErrorCode::NotFound);
}

#[tokio::test]
async fn a_file_that_is_damaged_meanwhile_costs_nothing_and_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let cockpit = cockpit(folder.path());
    save(&cockpit, Value::Null, definition("Test", "https://localhost:1/director/graphql")).await;
    fs::write(folder.path().join("environments.json"), "{").unwrap();
    let state = call(&cockpit, "use_environment", json!({ "id": "local" })).await;
    assert!(state["warnings"][0].as_str().unwrap().contains("damaged while the program was running"), "{state}");
    let rows = call(&cockpit, "environments", json!({})).await;
    assert_eq!(rows["environments"].as_array().unwrap().len(), 2);
}
