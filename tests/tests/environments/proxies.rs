//! The proxy of the computer, with the user and the password that its address has. What a computer is set to is read from
//! the variables of a process, so each of these tests plays its second half in a process of its own.

use std::{env, fs, process::Command};

use blackbox::{AwkwardDirector, ConnectProxy, Tool};
use serde_json::{Value, json};

use super::{
    Desk, Landscape,
    adding::{failure, state},
    desk::definition_at,
};

const GATEWAY: &str = "compass-gateway.kyma.example";
const PASSWORD: &str = "canary-of-the-proxy";
/// Names the file with what the second half has to know.
const TOLD: &str = "TEST_BEHIND_THE_PROXY";

#[tokio::test(flavor = "multi_thread")]
async fn the_proxy_of_the_computer_is_on_the_way() {
    if let Some(told) = told() {
        return found_and_used(&told).await;
    }
    let server = Landscape::Complete.start();
    let director = AwkwardDirector::named(&server, &[GATEWAY]);
    let proxy = ConnectProxy::guarded(&[(GATEWAY, director.port())], "ada", PASSWORD);
    let told = json!({ "ca": director.ca_pem(), "tenant": server.ready("tenant"), "token": server.admin_token() });
    let output = play("the_proxy_of_the_computer_is_on_the_way", &proxy.url_for("ada", PASSWORD), &told);
    assert!(!output.contains(PASSWORD), "{output}");
    assert!(proxy.asked().contains(&format!("{GATEWAY}:443")), "{:?}", proxy.asked());
    assert!(director.seen().iter().any(|seen| seen.says("registerApplication")), "it went through the proxy");
}

async fn found_and_used(told: &Value) {
    let desk = Desk::new();
    let found = desk.discover("kyma.example", wanted(told)).await;
    assert_eq!(state(&found, "name_found"), "skipped", "the proxy looks for it: {found}");
    assert_eq!(state(&found, "tls_checked"), "done", "{found}");
    assert_eq!(state(&found, "director_answered"), "done", "{found}");
    desk.join_as(found["proposal"].clone(), told["token"].as_str().unwrap()).await;
    desk.create("through-the-proxy").await;
    assert_eq!(desk.names().await, ["through-the-proxy"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_proxy_that_does_not_know_us_is_named() {
    if let Some(told) = told() {
        return refused_by_the_proxy(&told).await;
    }
    let proxy = ConnectProxy::guarded(&[], "ada", PASSWORD);
    let server = Landscape::Complete.start();
    let told = json!({ "ca": null, "tenant": server.ready("tenant") });
    let output = play("a_proxy_that_does_not_know_us_is_named", &proxy.url_for("eve", PASSWORD), &told);
    assert!(!output.contains(PASSWORD), "{output}");
    assert_eq!(proxy.asked(), [""; 0], "nobody is let through");
}

async fn refused_by_the_proxy(told: &Value) {
    let found = Desk::new().discover("kyma.example", wanted(told)).await;
    let error = failure(&found, "tls_checked");
    let message = error["message"].as_str().unwrap();
    assert_eq!((error["code"].as_str(), message), (Some("unreachable"), "The proxy 127.0.0.1 doesn't let us through."));
    assert!(error["detail"].as_str().unwrap().contains("doesn't take the user and password"), "{error}");
}

fn wanted(told: &Value) -> Value {
    let mut wanted =
        definition_at("", told["ca"].as_str().unwrap_or_default(), told["tenant"].as_str().unwrap(), "Proxy");
    if told["ca"].is_null() {
        wanted["caPem"] = Value::Null;
    }
    wanted["proxy"] = json!({ "kind": "system" });
    wanted
}

/// What the first half says; `None` in the first half itself.
fn told() -> Option<Value> {
    let file = env::var_os(TOLD)?;
    Some(serde_json::from_slice(&fs::read(file).unwrap()).unwrap())
}

/// Plays the second half of a test on a computer that is set to this proxy, and returns what it printed.
fn play(test: &str, proxy: &str, told: &Value) -> String {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("told.json");
    fs::write(&file, told.to_string()).unwrap();
    let module = module_path!().split_once("::").unwrap().1;
    let mut command = Command::new(env::current_exe().unwrap());
    command.args([&format!("{module}::{test}"), "--exact", "--nocapture"]).env(TOLD, file).env("HTTPS_PROXY", proxy);
    for other in ["https_proxy", "http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY", "no_proxy", "NO_PROXY"] {
        command.env_remove(other);
    }
    let output = Tool::of(command).run();
    assert!(output.contains("1 passed"), "nothing was played: {output}");
    output
}
