//! The settings of the Kyma simulation: tried at once, and back to what ran when they can't be used.

use std::net::{Ipv4Addr, TcpListener};

use blackbox::{
    ConnectionToken, Curl,
    window::{Home, Window, free_ports},
};
use reqwest::Method;
use serde_json::{Value, json};

async fn kyma(window: &Window) -> Value {
    window.console(Method::GET, "/kyma", &Value::Null).await
}

#[tokio::test]
async fn settings_take_effect_at_once_and_stay() {
    let home = Home::new();
    let window = Window::ready(&home, &[]).await;
    assert_eq!(kyma(&window).await["twoPhase"], false);
    window.click("@nav-settings").await;
    window.appears("@simulation").await;
    window.fits_its_width("simulation").await;
    // A port that somebody has: what ran before runs again, and the fault says why.
    let taken = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    window.fill("@sim-internal-port", &port).await;
    window.appears("@sim-restart:not(:disabled)").await;
    window.click("@sim-restart").await;
    window.says("@simulation @error-panel", &port).await;
    assert_eq!(kyma(&window).await["internalUrl"], Value::Null);
    drop(taken);

    let [internal, _] = free_ports();
    window.fill("@sim-internal-port", &internal.to_string()).await;
    window.click("@sim-two").await;
    window.fill("@sim-runtimes", "kyma, edge").await;
    window.click("@sim-create-unknown").await;
    window.click("@sim-label-add").await;
    window.fill("@sim-label-key", "stage").await;
    window.fill("@sim-label-value", "test").await;
    window.click("@sim-restart").await;
    window.goes("@sim-discard").await;
    window.appears("@server-state[data-state=ready]").await;
    let now = kyma(&window).await;
    let names: Vec<_> = now["runtimes"].as_array().unwrap().iter().map(|runtime| runtime["name"].clone()).collect();
    assert_eq!(
        (&now["twoPhase"], &now["createUnknownApplications"], names),
        (&json!(true), &json!(true), vec![json!("kyma"), json!("edge")])
    );
    assert_eq!(now["defaultLabels"], json!({ "stage": "test" }));
    // What was switched on is there.
    let curl = Curl::plain().header("Application: newcomer");
    let reply = curl.send("POST", &format!("http://127.0.0.1:{internal}/v1/applications/tokens"), None);
    ConnectionToken::of(&reply);
    window.press(&["Control+1"]).await;
    window.press(&["Control+r"]).await;
    window.appears("@application-row[data-name=newcomer]").await;
    window.quit().await;

    // Remembered; and what the command line says cannot be changed in the window.
    let window = Window::ready(&home, &["--central"]).await;
    let now = kyma(&window).await;
    assert_eq!((&now["twoPhase"], &now["mode"]), (&json!(true), &json!("central")));
    window.click("@nav-settings").await;
    window.appears("@sim-fixed").await;
    assert_eq!(
        window.value("document.querySelector('[data-testid=sim-internal-port]').value").await,
        internal.to_string()
    );
    window.quit().await;
}
