//! axe-core on every screen, in light and in dark.

use blackbox::{
    KymaApplication,
    window::{Home, Terminal, Window},
};
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
async fn what_old_applications_did_has_no_violation() {
    let home = Home::new();
    let window = Window::ready(&home, &["--two-phase"]).await;
    let mut found = Vec::new();
    let id = window.register("cornershop").await;
    window.press(&["Control+r"]).await;
    window.click("@application-row[data-name=cornershop] @pair-row").await;
    window.appears("@second-phase").await;
    found.extend(window.audit("both phases").await);
    let mut first = window.pair_by_link(&id).await;
    let link = first.managed["runtime"]["connectorUrl"].as_str().unwrap().to_owned();
    let second = KymaApplication::pair(window.ca_file(), &id, &link);
    let service = json!({ "provider": "axe", "name": "Orders", "description": "d", "labels": { "team": "blue" },
        "api": { "targetUrl": "https://shop.example", "spec": { "openapi": "3.0.0" } } });
    assert_eq!(first.curl().post(first.url("metadataUrl"), service.to_string()).status, 200);
    let event = json!({ "event-type": "order.created", "event-type-version": "v1", "event-time": "2020-02-03T04:05:06Z", "data": 1 });
    assert_eq!(second.event(&event).status, 200);
    first.poll();
    window.click("@nav-applications").await;
    window.click("@application-row[data-name=cornershop] .name a").await;
    window.appears("@runtime[data-certificate=valid]").await;
    window.click("@request-link").await;
    window.appears("@link-value").await;
    window.click("@heartbeat-days").await;
    found.extend(window.audit("application with a runtime and a link").await);
    window.click("@expire-now").await;
    window.appears("@expire-dialog").await;
    found.extend(window.audit("expire now").await);
    window.press(&["Escape"]).await;
    window.click("@tab-metadata").await;
    window.click("@service[data-name=Orders]").await;
    window.appears("@service-detail").await;
    found.extend(window.audit("registered services").await);
    window.click("@tab-events").await;
    window.click("@event").await;
    window.appears("@event-payload").await;
    found.extend(window.audit("events").await);
    window.press(&["Control+,"]).await;
    window.click("@sim-label-add").await;
    window.click("@sim-two").await;
    found.extend(window.audit("simulation").await);
    window.click("@nav-applications").await;
    window.click("@silent-filter").await;
    window.appears("@no-match").await;
    found.extend(window.audit("nobody silent").await);
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

#[tokio::test]
async fn certificates_and_requests_have_no_violation_and_fit() {
    let home = Home::new();
    let window = Window::ready(&home, &[]).await;
    let mut found = Vec::new();
    window.click("@nav-certificates").await;
    window.appears("@certificates-page @empty").await;
    found.extend(window.audit("certificates, none").await);
    let (first, second) = (window.register("storefront").await, window.register("warehouse").await);
    let (first, second) = (window.pair(&first).await, window.pair(&second).await);
    let renewed = window.renew(&first).await;
    window.console_revoke(&second).await;
    window.press(&["Control+r"]).await;
    let row = |fingerprint: &str| format!("@certificate-row[data-fingerprint='{fingerprint}'] @open-certificate");
    window.appears(&row(&renewed.name())).await;
    found.extend(window.audit("certificates").await);
    window.fits_its_width("certificates").await;
    window.click("@timeline-twin").await;
    window.appears("@timeline-table").await;
    found.extend(window.audit("timeline as a table").await);
    window.click("@current-only").await;
    window.click(&row(&second.name())).await;
    window.appears("@revoked-strip").await;
    found.extend(window.audit("a revoked certificate").await);
    window.press(&["Escape"]).await;
    window.click(&row(&renewed.name())).await;
    window.appears("@certificate-page @lineage").await;
    window.fits_its_width("certificate").await;
    window.fill("@verify-text", &first.key_pem).await;
    window.click("@verify").await;
    window.appears("@verify-result[data-verdict=no_match]").await;
    found.extend(window.audit("a certificate, verified").await);
    window.click("@export-pkcs12").await;
    window.appears("@pkcs12-dialog").await;
    found.extend(window.audit("PKCS#12").await);
    window.press(&["Escape"]).await;
    window.goes("@pkcs12-dialog").await;
    window.click("@revoke").await;
    window.appears("@revoke-dialog @revoke-impact").await;
    found.extend(window.audit("revoke").await);
    window.press(&["Escape"]).await;
    window.goes("@revoke-dialog").await;
    window.click("@nav-certificates").await;
    window.click("@check-request").await;
    let other = blackbox::CertificateRequest::new("O=Org,C=PL,CN=somebody", &blackbox::key());
    window.fill("@request-text", &other.pem).await;
    window.click("@check-request-text").await;
    window.appears("@request-report").await;
    found.extend(window.audit("a wrong request").await);
    window.fits_its_width("request").await;
    assert!(found.is_empty(), "{} violations:\n{}", found.len(), found.join("\n"));
    window.quit().await;
}

#[tokio::test]
async fn the_authority_and_its_dialogs_have_no_violation_and_fit() {
    let home = Home::undecided();
    let window = Window::open(&home, &[]).await;
    let mut found = Vec::new();
    window.appears("@key-protection").await;
    found.extend(window.audit("the key is not protected").await);
    window.click("@set-passphrase").await;
    window.appears("@new-passphrase").await;
    found.extend(window.audit("a passphrase for the key").await);
    window.fill("@new-passphrase", "correct horse").await;
    window.fill("@new-passphrase-again", "correct horse").await;
    window.click("@protect-server").await;
    window.appears("@server-state[data-state=ready]").await;
    let application = window.register("on the old chain").await;
    window.pair(&application).await;
    window.click("@nav-authority").await;
    window.appears("@authority-fingerprint").await;
    found.extend(window.audit("authority").await);
    window.click("@authority-rotate").await;
    window.appears("@rotate-plan").await;
    found.extend(window.audit("rotate").await);
    window.click("@confirm-rotate").await;
    window.goes("@rotate-authority-dialog").await;
    window.appears("@older-authority").await;
    window.click("@old-chain summary").await;
    window.says("@old-chain-table", "on the old chain").await;
    found.extend(window.audit("authority, with an older one").await);
    window.fits_its_width("authority").await;
    window.click("@retire-authority").await;
    window.appears("@retire-impact").await;
    found.extend(window.audit("retire").await);
    window.press(&["Escape"]).await;
    window.goes("@retire-dialog").await;
    for dialog in ["import", "backup", "restore"] {
        window.click(&format!("@authority-{dialog}")).await;
        window.appears(&format!("@{dialog}-dialog")).await;
        found.extend(window.audit(dialog).await);
        window.press(&["Escape"]).await;
        window.goes(&format!("@{dialog}-dialog")).await;
    }
    window.fill("[data-testid='rule-subject.country']", "Germany").await;
    window.click("@save-rules").await;
    window.appears("[data-testid='fault-subject.country']").await;
    found.extend(window.audit("rules, with a fault").await);
    window.quit().await;

    let window = Window::open(&home, &[]).await;
    window.appears("@unlock-passphrase").await;
    found.extend(window.audit("the key is locked").await);
    assert!(found.is_empty(), "{} violations:\n{}", found.len(), found.join("\n"));
    window.quit().await;
}
