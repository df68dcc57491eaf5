//! OAuth clients through the window: a token, a second secret, the end of the first, and of the client.

use std::collections::HashMap;

use blackbox::window::{Clipboard, Home, PATIENCE, Terminal, Window};
use serde_json::json;

/// The lines of *Copy all*: what it is called, and the value.
fn values(copied: &str) -> HashMap<&str, &str> {
    copied.lines().filter_map(|line| line.split_once(": ")).collect()
}

/// The row of a client in the list, or something in it.
fn row(client: &str, spot: &str) -> String {
    format!("@oauth-client-row[data-client-id='{client}']{spot}")
}

/// Makes a client for an application beside the window and returns the client's id.
async fn register_client(window: &Window, application: &str) -> String {
    let query = "mutation($id: ID!) { result: requestClientCredentialsForApplication(id: $id) { id } }";
    let made = window.administrator().await.data(query, json!({ "id": application })).await;
    made["id"].as_str().expect("an id").to_owned()
}

/// The id of an application that is in the list.
async fn application(window: &Window, name: &str) -> String {
    window.appears(&format!("@application-row[data-name={name}]")).await;
    let id = window.value(&format!("document.querySelector('[data-name={name}]').dataset.applicationId")).await;
    id.as_str().expect("an id").to_owned()
}

/// The client in the row that the arrows have chosen.
async fn chosen(window: &Window) -> Option<String> {
    let script = "document.querySelector('[data-testid=oauth-client-row][aria-selected=true]')?.dataset.clientId";
    window.value(&format!("{script} ?? null")).await.as_str().map(str::to_owned)
}

/// Waits until the clipboard holds something else than before.
async fn copied_after(window: &Window, before: &str) -> String {
    window.wait(PATIENCE, "something new is copied", async || Clipboard.read().filter(|held| held != before)).await
}

#[tokio::test]
async fn a_client_is_tested_rotated_and_switched_off() {
    let home = Home::new();
    let window = Window::ready(&home, &[]).await;
    let application = application(&window, "crm").await;
    let terminal = Terminal::new(window.ca_file());

    window.click("@application-row[data-name=crm] @pair-row").await;
    window.click("@auth-client_credentials").await;
    window.click("@request-pairing").await;
    window.click("@copy-primary").await;
    window.says("@copy-outcome", "Copied").await;
    let first = Clipboard.holds().await;
    let old = values(&first);
    let (client, url, scopes) = (old["Client ID"], old["Token URL"], old["Scopes"]);

    window.click("@nav-oauth-clients").await;
    window.says(&row(client, " @owner"), "crm").await;
    window.appears(&row(client, " @client-state[data-state=active]")).await;
    window.says(&row(client, " @last-used"), "never").await;
    window.says(&row(client, " @failures"), "none").await;
    window.click(&row(client, " @open-client")).await;
    assert_eq!(window.appears("@client-id").await, client);
    assert_eq!(window.text("@token-url").await.unwrap(), url);
    window.says("@permissions", "May read and change applications").await;
    assert_eq!(window.count("@secret-row").await, 1);

    // The secret of this session is still held, so nothing has to be typed.
    window.press(&["t"]).await;
    window.appears("@held-secret").await;
    window.holds("the button has the focus", "document.activeElement?.dataset.testid === 'get-token'").await;
    window.press(&["Enter"]).await;
    window.says("@token-ok", "It works").await;
    window.says("@token-left", "left").await;
    window.says("@token-scopes", "May read and change applications").await;
    window.says("@claims tr[data-claim=client_id]", client).await;
    window.says("@claims tr[data-claim=exp]", "valid until").await;
    assert!(!window.source().await.contains("eyJ"), "the token has not entered the page");
    window.click("@show-value-access-token").await;
    window.says("@value-access-token[data-hidden=false]", "eyJ").await;
    window.click("@copy-access-token").await;
    window.says("@token-copied", "Copied").await;
    let token = copied_after(&window, &first).await;
    assert_eq!(window.text("@value-access-token").await.unwrap().trim(), token);
    let director = window.state().await["environment"]["directorUrl"].as_str().unwrap().to_owned();
    assert_eq!(terminal.viewer_with_token(&director, &token)["id"], application.as_str());
    window.click("@copy-header").await;
    assert_eq!(copied_after(&window, &token).await, format!("Authorization: Bearer {token}"));
    window.click("@close-token").await;
    window.goes("@token-result").await;
    assert!(!window.source().await.contains(&token), "the token has left the page");
    window.says("@fact-last-used", "127.0.0.1").await;

    // A single click changes nothing.
    window.click("@rotate").await;
    window.says("@rotate-dialog", "Both work until you retire the old one.").await;
    window.says("@rotate-used", "from 127.0.0.1").await;
    window.says("@rotate-dialog", "breaks").await;
    window.click("@rotate-cancel").await;
    window.goes("@rotate-dialog").await;
    assert_eq!(window.count("@secret-row").await, 1);
    window.click("@rotate").await;
    window.click("@confirm-rotate").await;
    window.appears("@fresh-secret").await;
    window.appears("@client-state[data-state=overlap]").await;
    assert_eq!(window.count("@secret-row").await, 2);
    let before = Clipboard.read().unwrap_or_default();
    window.click("@copy-primary").await;
    window.says("@copy-outcome", "Copied").await;
    let second = copied_after(&window, &before).await;
    let new = values(&second);
    assert_eq!(new["Client ID"], client);
    assert_ne!(new["Client secret"], old["Client secret"]);
    for secret in [old["Client secret"], new["Client secret"]] {
        terminal.access_token(url, client, secret, scopes);
        assert!(!window.source().await.contains(secret), "no secret has entered the page");
    }

    window.click("@secret-row:last-child @set-end").await;
    window.click("@end-week").await;
    window.click("@confirm-end").await;
    window.goes("@end-dialog").await;
    window.appears("@secret-row:last-child @secret-end time").await;
    window.click("@secret-row:last-child @retire-secret").await;
    window.says("@retire-dialog", "127.0.0.1").await;
    window.click("@confirm-retire").await;
    window.appears("@client-state[data-state=active]").await;
    assert_eq!(window.count("@secret-row").await, 1);
    window.click("@open-token").await;
    window.click("@other-secret").await;
    window.fill("@secret-input", old["Client secret"]).await;
    window.press(&["Enter"]).await;
    window.appears("@get-token-panel @error-panel[data-code=client_not_accepted]").await;
    terminal.access_token(url, client, new["Client secret"], scopes);

    window.click("@toggle-enabled").await;
    window.says("@disable-dialog", "At once").await;
    window.click("@confirm-disable").await;
    window.appears("@disabled-strip").await;
    window.appears("@client-state[data-state=disabled]").await;
    window.fill("@secret-input", new["Client secret"]).await;
    window.press(&["Enter"]).await;
    window.says("@get-token-panel @error-panel", "disabled").await;
    window.click("@enable").await;
    window.goes("@disabled-strip").await;
    terminal.access_token(url, client, new["Client secret"], scopes);

    window.click("@delete-client").await;
    window.says("@delete-client-impact", "can't be undone").await;
    window.holds("the name has the focus", "document.activeElement?.dataset.testid === 'confirm-name'").await;
    window.types("crm").await;
    window.press(&["Enter"]).await;
    window.appears("@empty").await;
    assert!(window.at_director(&application).await.auths.is_empty(), "the system auth goes with its client");
    window.quit().await;
}

#[tokio::test]
async fn clients_need_no_mouse() {
    let home = Home::new();
    let window = Window::ready(&home, &[]).await;
    let crm = application(&window, "crm").await;
    let shop = application(&window, "shop").await;
    let older = register_client(&window, &crm).await;
    let newer = register_client(&window, &shop).await;

    window.press(&["Control+3"]).await;
    window.appears(&row(&newer, "")).await;
    window.press(&["ArrowDown"]).await;
    assert_eq!(chosen(&window).await.as_deref(), Some(&*newer), "the newest is the first");
    window.press(&["j"]).await;
    assert_eq!(chosen(&window).await.as_deref(), Some(&*older));
    window.press(&["k"]).await;
    assert_eq!(chosen(&window).await.as_deref(), Some(&*newer));
    window.press(&["/"]).await;
    assert_eq!(window.focused().await.as_deref(), Some("search"));
    window.types("crm").await;
    window.says("@count", "1 matches").await;
    window.press(&["Enter"]).await;
    window.says("@oauth-client-page h1", "crm").await;
    window.appears("@secrets").await;
    window.press(&["Escape"]).await;
    window.appears("@oauth-clients-table").await;
    assert_eq!(chosen(&window).await.as_deref(), Some(&*older), "back where it was");

    // From the list straight into the test; the secret is nowhere in this session, so it has to be typed.
    window.press(&["t"]).await;
    window.appears("@get-token-panel").await;
    window.holds("the secret is asked for", "document.activeElement?.dataset.testid === 'secret-input'").await;
    window.types("not the secret").await;
    window.press(&["Enter"]).await;
    window.appears("@get-token-panel @error-panel[data-code=client_not_accepted]").await;
    // Out of the field, out of the test, out of the page.
    window.press(&["Escape", "Escape"]).await;
    window.goes("@get-token-panel").await;
    window.press(&["Escape"]).await;
    window.appears("@oauth-clients-table").await;

    window.press(&["r"]).await;
    window.appears("@rotate-dialog").await;
    window.holds("the choice has the focus", "document.activeElement?.dataset.testid === 'old-by-hand'").await;
    window.press(&["ArrowDown", "ArrowDown", "ArrowUp"]).await;
    assert_eq!(window.focused().await.as_deref(), Some("old-in-24h"));
    window.press(&["Tab", "Tab"]).await;
    assert_eq!(window.focused().await.as_deref(), Some("confirm-rotate"));
    window.press(&["Enter"]).await;
    window.appears("@fresh-secret").await;
    window.holds("the next step has the focus", "document.activeElement?.dataset.testid === 'copy-primary'").await;
    window.press(&["Enter"]).await;
    window.says("@copy-outcome", "Copied").await;
    assert!(Clipboard.holds().await.contains(&older));
    window.appears("@secret-row:last-child @secret-end time").await;
    window.press(&["Escape"]).await;
    window.appears(&row(&older, " @client-state[data-state=overlap]")).await;

    window.press(&["d"]).await;
    let button = "document.activeElement?.closest('[data-testid=disable-dialog] button')";
    window.holds("the harmless button has the focus", button).await;
    window.press(&["Tab", "Enter"]).await;
    window.appears("@disabled-strip").await;
    window.press(&["d"]).await;
    window.goes("@disabled-strip").await;
    window.press(&["Escape"]).await;
    window.appears("@oauth-clients-table").await;
    window.press(&["Control+1"]).await;
    window.appears("@applications-table").await;
    window.quit().await;
}

#[tokio::test]
async fn a_new_secret_is_not_lost_silently_and_a_lost_client_is_said_to_be_gone() {
    let home = Home::new();
    let window = Window::ready(&home, &[]).await;
    let crm = application(&window, "crm").await;
    let client = register_client(&window, &crm).await;

    // Reached from the application.
    window.click("@application-row[data-name=crm] .name a").await;
    window.click("@pairing-entry[data-kind=credentials] @open-oauth-client").await;
    assert_eq!(window.appears("@client-id").await, client);
    window.click("@rotate").await;
    window.click("@old-now").await;
    window.click("@confirm-rotate").await;
    window.appears("@fresh-secret").await;
    assert_eq!(window.count("@secret-row").await, 1, "the old one ended at once");
    window.click("@nav-settings").await;
    window.says("@leave-guard", "Leave without the secret?").await;
    window.click("@guard-back").await;
    window.goes("@leave-guard").await;
    window.appears("@fresh-secret").await;
    window.click("@acknowledge").await;
    window.says("@secret-gone", "can't be shown again").await;

    // Somebody else deletes it: the page learns that by itself.
    let remove = "mutation($id: ID!) { result: deleteSystemAuthForApplication(authID: $id) { id } }";
    window.administrator().await.data(remove, json!({ "id": client })).await;
    window.says("@missing", "no longer exists").await;
    window.press(&["Escape"]).await;
    window.says("@empty", "No OAuth client.").await;
    window.quit().await;
}

#[tokio::test]
async fn clients_have_no_violation_and_fit() {
    let home = Home::new();
    let window = Window::ready(&home, &[]).await;
    let mut found = Vec::new();
    window.click("@nav-oauth-clients").await;
    window.appears("@empty").await;
    found.extend(window.audit("OAuth clients, none").await);

    let longest = "W".repeat(100);
    let application = window.register(&longest).await;
    let client = register_client(&window, &application).await;
    window.press(&["Control+r"]).await;
    window.appears(&row(&client, "")).await;
    window.press(&["ArrowDown"]).await;
    found.extend(window.audit("OAuth clients, one").await);
    window.fill("@search", "nowhere").await;
    window.appears("@no-match").await;
    found.extend(window.audit("OAuth clients, no match").await);
    window.fill("@search", "").await;
    window.click(&row(&client, " @open-client")).await;
    window.appears("@secrets").await;
    found.extend(window.audit("OAuth client").await);
    window.click("@rotate").await;
    window.appears("@rotate-dialog").await;
    found.extend(window.audit("rotate").await);
    window.click("@confirm-rotate").await;
    window.appears("@fresh-secret").await;
    found.extend(window.audit("new secret").await);
    window.click("@copy-primary").await;
    window.says("@copy-outcome", "Copied").await;
    window.click("@open-token").await;
    window.click("@get-token").await;
    window.appears("@token-result").await;
    // What is below the fold belongs to the page's own scrolling: the frame stays where it is.
    let to_the_end = "document.querySelector('[data-testid=delete-client]').scrollIntoView({ block: 'start' })";
    window.value(&format!("{to_the_end} ?? null")).await;
    window.holds("the frame stays", "document.scrollingElement.scrollTop === 0").await;
    window.holds("it fits", "document.scrollingElement.scrollHeight <= innerHeight").await;
    window.click("@show-value-access-token").await;
    found.extend(window.audit("token").await);
    window.click("@secret-row:last-child @set-end").await;
    window.click("@end-date").await;
    window.appears("@end-date-input").await;
    found.extend(window.audit("end date").await);
    window.press(&["Escape"]).await;
    window.goes("@end-dialog").await;

    // As narrow as the window may be.
    window.resize(720, 480).await;
    window.fits_its_width("the client").await;
    found.extend(window.audit("OAuth client, narrow").await);
    window.click("@secret-row:last-child @retire-secret").await;
    window.appears("@retire-dialog").await;
    found.extend(window.audit("retire").await);
    window.press(&["Escape"]).await;
    window.goes("@retire-dialog").await;
    window.click("@delete-client").await;
    window.says("@delete-client-dialog", &longest).await;
    window.fits_its_width("the deletion of the client").await;
    found.extend(window.audit("delete the client").await);
    window.press(&["Escape"]).await;
    window.goes("@delete-client-dialog").await;
    window.click("@toggle-enabled").await;
    window.appears("@disable-dialog").await;
    found.extend(window.audit("disable").await);
    window.click("@confirm-disable").await;
    window.appears("@disabled-strip").await;
    found.extend(window.audit("disabled").await);
    window.click("@back").await;
    window.appears(&row(&client, "")).await;
    window.fits_its_width("the clients").await;
    assert!(found.is_empty(), "{} violations:\n{}", found.len(), found.join("\n"));
    window.quit().await;
}
