//! axe-core on every screen, in light and in dark.

use blackbox::window::{Home, Terminal, Window};
use serde_json::{Value, json};

async fn all_ids(window: &Window) -> Vec<String> {
    let query = "query { result: applications(first: 200) { data { id } } }";
    let found = window.administrator().await.data(query, Value::Null).await;
    let rows = found["data"].as_array().expect("applications");
    rows.iter().map(|row| row["id"].as_str().expect("an id").to_owned()).collect()
}

#[tokio::test]
async fn lists_and_dialogs_have_no_violation() {
    let home = Home::new();
    let window = Window::ready(&home, &[]).await;
    let mut found = Vec::new();
    window.appears("@application-row[data-name=shop]").await;
    found.extend(window.audit("applications, 2 rows").await);
    window.press(&["Control+n"]).await;
    window.appears("@application-dialog").await;
    found.extend(window.audit("new application").await);
    window.click("@save-application").await;
    window.appears("@name-input-fault").await;
    found.extend(window.audit("new application, with a fault").await);
    window.press(&["Escape"]).await;
    window.goes("@application-dialog").await;
    window.press(&["?"]).await;
    window.appears("@shortcut-sheet").await;
    found.extend(window.audit("shortcuts").await);
    window.press(&["Escape"]).await;
    window.goes("@shortcut-sheet").await;
    window.fill("@search", "nowhere").await;
    window.appears("@no-match").await;
    found.extend(window.audit("no match").await);
    window.fill("@search", "crm").await;
    window.press(&["Enter"]).await;
    window.appears("@application-page @no-entries").await;
    found.extend(window.audit("application").await);
    window.press(&["e"]).await;
    window.appears("@application-dialog").await;
    found.extend(window.audit("edit").await);
    window.press(&["Escape"]).await;
    window.goes("@application-dialog").await;
    window.press(&["Delete"]).await;
    window.says("@deletion-impact", "Nothing depends").await;
    found.extend(window.audit("delete").await);
    window.press(&["Escape"]).await;
    window.goes("@delete-dialog").await;
    window.press(&["Control+,"]).await;
    window.appears("@data-dir").await;
    found.extend(window.audit("settings").await);
    window.press(&["Control+Shift+l"]).await;
    window.appears("@lock-screen").await;
    found.extend(window.audit("locked").await);
    window.click("@unlock").await;
    window.press(&["Control+1"]).await;
    window.appears("@search").await;
    window.fill("@search", "").await;

    let administrator = window.administrator().await;
    let remove = "mutation($id: ID!) { result: unregisterApplication(id: $id) { id } }";
    for id in all_ids(&window).await {
        administrator.data(remove, json!({ "id": id })).await;
    }
    window.press(&["Control+r"]).await;
    window.appears("@empty").await;
    found.extend(window.audit("applications, none").await);
    let create =
        "mutation($name: String!) { result: registerApplication(in: { name: $name, providerName: \"axe\" }) { id } }";
    for number in 0..300 {
        administrator.data(create, json!({ "name": format!("application-{number:03}") })).await;
    }
    window.press(&["Control+r"]).await;
    window.says("@count", "300 applications").await;
    window.press(&["ArrowDown"]).await;
    found.extend(window.audit("applications, 300 rows").await);
    assert!(found.is_empty(), "{} violations:\n{}", found.len(), found.join("\n"));
    window.quit().await;
}

#[tokio::test]
async fn pairing_has_no_violation() {
    let home = Home::new();
    let window = Window::ready(&home, &["--token-ttl", "12s"]).await;
    let terminal = Terminal::new(window.ca_file());
    let mut found = Vec::new();
    window.click("@application-row[data-name=shop] @pair-row").await;
    window.appears("@request-pairing").await;
    found.extend(window.audit("choose").await);
    window.click("@request-pairing").await;
    window.appears("@countdown").await;
    found.extend(window.audit("token").await);
    for tab in ["token", "openssl", "more"] {
        window.click(&format!("@tab-{tab}")).await;
        found.extend(window.audit(&format!("token, {tab}")).await);
    }
    window.says("@expired", "expired").await;
    found.extend(window.audit("expired").await);
    window.click("@get-new-expired").await;
    window.click("@tab-pairing_data").await;
    window.click("@show-value").await;
    window.says("@value[data-hidden=false]", "e").await;
    let pairing_data = window.text("@value").await.unwrap();
    let director = terminal.obtain_certificate(&pairing_data);
    window.appears("@progress-stage[data-stage=certificate_issued]").await;
    found.extend(window.audit("certificate issued").await);
    terminal.viewer_with_certificate(&director);
    window.appears("@paired").await;
    found.extend(window.audit("paired").await);
    window.click("@done").await;
    window.appears("@pairing-entry").await;
    found.extend(window.audit("application with an entry").await);

    window.click("@nav-applications").await;
    window.click("@application-row[data-name=crm] @pair-row").await;
    window.click("@auth-client_credentials").await;
    found.extend(window.audit("choose credentials").await);
    window.click("@request-pairing").await;
    window.click("@test-credentials").await;
    window.appears("@test-ok").await;
    found.extend(window.audit("credentials").await);
    window.press(&["Escape"]).await;
    window.appears("@leave-guard").await;
    found.extend(window.audit("guard").await);
    assert!(found.is_empty(), "{} violations:\n{}", found.len(), found.join("\n"));
    window.quit().await;
}

#[tokio::test]
async fn a_server_that_does_not_start_has_no_violation() {
    let home = Home::new();
    let holder = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = holder.local_addr().unwrap().port().to_string();
    let window = Window::open(&home, &["--port", &port]).await;
    window.appears("@error-panel").await;
    let found = window.audit("server failed").await;
    assert!(found.is_empty(), "{} violations:\n{}", found.len(), found.join("\n"));
    window.quit().await;
}
