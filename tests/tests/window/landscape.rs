//! A landscape that is not ours, in the real window: found, signed in to, told apart from others, lost and found again.

use std::fs;

use blackbox::{
    AwkwardDirector, Pairing, Server,
    window::{Clipboard, Home, PATIENCE, Window},
};
use serde_json::{Value, json};

const SHIPPED: [&str; 6] = ["--proposal-api", "off", "--auths-readable", "off", "--introspection", "off"];

/// Two tenants of one name, and one besides.
fn tenants() -> Value {
    json!({
        "tenants": [{ "id": "east", "name": "Acme" }, { "id": "west", "name": "Acme" }, { "id": "north", "name": "Nordwind" }],
        "applications": [{ "name": "east-shop" }, { "name": "west-crm", "tenant": "west" }],
    })
}

/// Sets up an environment and signs in, without the way through the forms.
async fn joined(window: &Window, definition: &Value, token: &str) -> String {
    let saved = window.call("save_environment", &json!({ "id": null, "definition": definition })).await;
    let id = saved["id"].as_str().expect("the id of what was saved").to_owned();
    window.call("sign_in_with_secret", &json!({ "id": id, "secret": token, "keep": "session" })).await;
    window.call("use_environment", &json!({ "id": id })).await;
    id
}

fn definition(director: &str, ca: &str, tenant: &str, name: &str) -> Value {
    json!({ "name": name, "badge": "TEST", "colour": "purple", "guard": "none", "directorUrl": director,
        "tenant": tenant, "tenantName": tenant, "signIn": { "kind": "token" }, "caPem": ca,
        "proxy": { "kind": "none" }, "requestsPerSecond": 100 })
}

#[tokio::test]
async fn an_address_leads_to_its_applications() {
    let server = Server::seeded(&tenants(), &SHIPPED);
    let home = Home::new();
    let window = Window::ready(&home, &[]).await;
    window.appears("@application-row[data-name=shop]").await;
    window.press(&["Control+Shift+e"]).await;
    window.click("@switcher-add").await;
    window.fill("@environment-address", server.ready("directorUrl")).await;
    window.click("@find-environment").await;
    // Nobody vouches for it: the chain is shown, and trusted for this environment only.
    window.appears("@discovery-step[data-step=tls_checked][data-state=failed]").await;
    window.appears("@server-chain @chain-link").await;
    window.fits_its_width("the chain").await;
    assert_eq!(window.audit("an unknown authority").await, [""; 0]);
    window.click("@trust-here").await;
    window.appears("@discovery-step[data-step=director_answered][data-state=done]").await;

    window.fill("@environment-name", "Acme landscape").await;
    window.click("@colour-purple").await;
    window.click("@method-token").await;
    assert_eq!(window.audit("the form of an environment").await, [""; 0]);
    window.fits_its_width("the form").await;
    window.click("@save-and-use").await;
    window.says("@environment", "Acme landscape").await;
    window.appears("@stripe[data-colour=purple]").await;
    window.click("@sign-in").await;
    window.fill("@sign-in-secret", &server.admin_token()).await;
    window.click("@keep-session").await;
    window.click("@sign-in-submit").await;

    // No tenant was chosen: the server finds them, and ids tell two of one name apart.
    window.click("@choose-tenant").await;
    window.fill("@tenant-switcher-search", "acme").await;
    window.appears("@tenant-option[data-id=west] @tenant-option-id").await;
    window.wait(PATIENCE, "two tenants", async || (window.count("@tenant-option").await == 2).then_some(())).await;
    assert_eq!(window.audit("the tenants").await, [""; 0]);
    window.click("@tenant-option[data-id=west]").await;
    window.appears("@application-row[data-name=west-crm]").await;
    assert_eq!(window.count("@application-row[data-name=shop]").await, 0, "nothing of the local server");
    let page = window.source().await;
    assert!(!page.contains(&server.admin_token()), "the token has not stayed in the page");
    for file in ["environments.json", "settings.json"] {
        let text = fs::read_to_string(home.path().join("config/pairing-cockpit").join(file)).unwrap_or_default();
        assert!(!text.contains(&server.admin_token()), "{file}");
    }
    window.quit().await;
}

#[tokio::test]
async fn tenants_and_environments_are_switched_by_keys() {
    let server = Server::seeded(&tenants(), &[]);
    let home = Home::new();
    let window = Window::ready(&home, &[]).await;
    let ca = fs::read_to_string(server.ready("caFile")).unwrap();
    let wanted = definition(server.ready("directorUrl"), &ca, "east", "Acme landscape");
    joined(&window, &wanted, &server.admin_token()).await;
    window.appears("@application-row[data-name=east-shop]").await;

    window.press(&["Control+Shift+t"]).await;
    window.appears("@tenant-switcher").await;
    window.types("nord").await;
    window.wait(PATIENCE, "one tenant", async || (window.count("@tenant-option").await == 1).then_some(())).await;
    window.press(&["Enter"]).await;
    window.says("@tenant", "Nordwind").await;
    window.appears("@empty").await;
    window.press(&["Control+Shift+t"]).await;
    window.fill("@tenant-switcher-search", "nobody").await;
    window.appears("@no-tenant-matches").await;
    window.press(&["Escape"]).await;
    window.goes("@tenant-switcher").await;

    window.press(&["Control+Shift+e"]).await;
    window.appears("@environment-switcher").await;
    window.types("local").await;
    window.press(&["Enter"]).await;
    window.appears("@application-row[data-name=shop]").await;
    assert_eq!(window.count("@application-row[data-name=east-shop]").await, 0);
    window.press(&["Control+Shift+e"]).await;
    window.types("acme").await;
    window.press(&["Enter"]).await;
    window.says("@tenant", "Nordwind").await;
    window.quit().await;
}

#[tokio::test]
async fn the_picture_moves_as_a_remote_application_pairs() {
    for options in [&[][..], &SHIPPED] {
        let server = Server::start(options);
        let home = Home::new();
        let window = Window::ready(&home, &[]).await;
        let id = server.register("remote-shop").await;
        let ca = fs::read_to_string(server.ready("caFile")).unwrap();
        let wanted = definition(server.ready("directorUrl"), &ca, server.ready("tenant"), "Remote");
        joined(&window, &wanted, &server.admin_token()).await;
        window.click("@application-row[data-name=remote-shop] @pair-row").await;
        window.click("@auth-client_certificate").await;
        window.click("@request-pairing").await;
        window.appears("@progress-stage[data-stage=waiting]").await;
        window.click("@copy-primary").await;
        let data = Clipboard.holds().await;
        let data: Value = serde_json::from_slice(&blackbox::unbase64(&data)).unwrap();
        let token = data["token"].as_str().unwrap();
        // A Director tells times in whole seconds: what happens in the second of the request cannot be told from it.
        let shown = window.text("@countdown").await;
        window
            .wait(PATIENCE, "another second", async || (window.text("@countdown").await != shown).then_some(()))
            .await;
        let (second, subject) = server.connector(token).token_and_subject().await;
        if options.is_empty() {
            window.appears("@progress-stage[data-stage=configuration_fetched]").await;
        } else {
            window.appears("@live-unreadable").await;
        }
        let key = blackbox::key();
        let request = blackbox::CertificateRequest::new(&subject, &key);
        let signed = server.connector(&second).sign(&request.field()).await;
        let pairing = Pairing::from_reply(&server, &id, &subject, key.serialize_pem(), &signed);
        pairing.director(&server).viewer().await;
        window.appears("@progress-stage[data-stage=paired]").await;
        window.appears("@live-paired").await;
        assert_eq!(window.audit("a remote pairing").await, [""; 0]);
        window.quit().await;
    }
}

#[tokio::test]
async fn the_network_goes_and_comes_back() {
    let server = Server::start(&[]);
    server.register("kept").await;
    let director = AwkwardDirector::before(&server);
    let home = Home::new();
    let window = Window::ready(&home, &[]).await;
    let wanted = definition(&director.director_url(), director.ca_pem(), server.ready("tenant"), "Far away");
    joined(&window, &wanted, &server.admin_token()).await;
    window.appears("@application-row[data-name=kept]").await;
    window.fill("@search", "kep").await;

    director.unplug();
    window.press(&["Control+r"]).await;
    window.appears("@connection-lost").await;
    window.appears("@application-row[data-name=kept]").await;
    assert_eq!(
        window.value("document.querySelector('[data-testid=search]').value").await,
        "kep",
        "what was typed stays"
    );
    assert_eq!(window.audit("a lost connection").await, [""; 0]);
    director.plug_in();
    // By itself, without a click.
    window.goes("@connection-lost").await;
    window.appears("@application-row[data-name=kept]").await;
    assert_eq!(window.value("document.querySelector('[data-testid=search]').value").await, "kep");
    window.quit().await;
}

#[tokio::test]
async fn a_guarded_environment_asks_and_a_read_only_one_does_nothing() {
    let server = Server::start(&[]);
    server.register("guarded").await;
    let director = AwkwardDirector::before(&server);
    let home = Home::new();
    let window = Window::ready(&home, &[]).await;
    let mut wanted = definition(&director.director_url(), director.ca_pem(), server.ready("tenant"), "Production");
    wanted["guard"] = json!("type_name");
    joined(&window, &wanted, &server.admin_token()).await;
    window.click("@application-row[data-name=guarded] @pair-row").await;
    window.click("@auth-client_certificate").await;
    window.click("@request-pairing").await;
    window.says("@guard-dialog", "Production").await;
    assert_eq!(window.audit("the guard").await, [""; 0]);
    window.press(&["Escape"]).await;
    window.goes("@guard-dialog").await;
    assert!(director.seen().iter().all(|seen| !seen.is_mutation()), "nothing was sent");
    window.click("@request-pairing").await;
    window.fill("@guard-dialog @confirm-name", "production").await;
    assert_eq!(window.count("@guard-go:not(:disabled)").await, 0, "not the name");
    window.fill("@guard-dialog @confirm-name", "Production").await;
    window.click("@guard-go").await;
    window.appears("@progress-stage[data-stage=waiting]").await;
    assert!(director.seen().iter().any(blackbox::Seen::is_mutation));
    window.click("@copy-primary").await;
    window.says("@copy-outcome", "Copied").await;

    wanted["guard"] = json!("read_only");
    wanted["name"] = json!("Looks only");
    joined(&window, &wanted, &server.admin_token()).await;
    window.says("@environment", "Looks only").await;
    window.press(&["Control+1"]).await;
    window.appears("@application-row[data-name=guarded]").await;
    assert_eq!(window.count("@create-application:not(:disabled)").await, 0);
    director.forget();
    window.press(&["Control+n"]).await;
    window.click("@application-row[data-name=guarded] .name a").await;
    window.appears("@application-page").await;
    assert_eq!(window.count("@request-pairing:not(:disabled)").await, 0);
    assert!(director.seen().iter().all(|seen| !seen.is_mutation()), "nothing was changed");
    window.quit().await;
}
