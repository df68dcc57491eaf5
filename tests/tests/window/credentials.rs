//! Client ID and client secret through the window.

use std::collections::HashMap;

use blackbox::window::{Clipboard, Home, Terminal, Window, on_display};

/// The lines of *Copy all*: what it is called, and the value.
fn values(copied: &str) -> HashMap<&str, &str> {
    copied.lines().filter_map(|line| line.split_once(": ")).collect()
}

#[tokio::test]
async fn a_secret_is_shown_once_and_works() {
    let home = Home::new();
    let window = Window::ready(&home, &[]).await;
    window.appears("@application-row[data-name=crm]").await;
    let application = window.value("document.querySelector('[data-name=crm]').dataset.applicationId").await;
    let application = application.as_str().unwrap().to_owned();
    let terminal = Terminal::new(window.ca_file());

    window.click("@application-row[data-name=crm] @pair-row").await;
    window.click("@auth-client_credentials").await;
    assert!(window.at_director(&application).await.auths.is_empty(), "nothing is created before the button");
    window.click("@request-pairing").await;
    window.appears("@value-client_id").await;
    assert_eq!(window.value("document.querySelector('[data-testid=value]').dataset.hidden").await, "true");

    // Leaving now would lose the secret.
    window.press(&["Escape"]).await;
    window.appears("@leave-guard").await;
    window.click("@guard-back").await;
    window.goes("@leave-guard").await;
    window.click("@nav-settings").await;
    window.appears("@leave-guard").await;
    window.press(&["Escape"]).await;
    window.goes("@leave-guard").await;
    window.appears("@value-client_id").await;
    assert_eq!(window.at_director(&application).await.auths.len(), 1, "the guard has created nothing");

    window.click("@test-credentials").await;
    window.says("@test-ok", "It works").await;

    window.click("@copy-primary").await;
    window.says("@copy-outcome", "empty the clipboard").await;
    let copied = Clipboard.holds().await;
    let values = values(&copied);
    let (client, secret) = (values["Client ID"], values["Client secret"]);
    assert_eq!(window.text("@value-client_id").await.unwrap(), client);
    assert!(!window.source().await.contains(secret), "the secret has not entered the page");
    window.click("@copy-client_secret").await;
    window
        .wait(blackbox::window::PATIENCE, "the secret alone is copied", async || {
            (Clipboard.read()? == secret).then_some(())
        })
        .await;

    let token = terminal.access_token(values["Token URL"], client, secret, values["Scopes"]);
    let director = window.state().await["environment"]["directorUrl"].as_str().unwrap().to_owned();
    assert_eq!(terminal.viewer_with_token(&director, &token)["id"], application.as_str());
    window.appears("@progress-stage[data-stage=paired]").await;
    window.says("@paired", client).await;
    assert_eq!(window.at_director(&application).await.condition, "CONNECTED");

    // Copied: nothing holds anybody back any more.
    window.click("@acknowledge").await;
    window.says("@secret-gone", "can't be shown again").await;
    window.press(&["Escape"]).await;
    window.says("@pairing-entry[data-kind=credentials]", client).await;
    assert!(!window.source().await.contains(secret));
    window.quit().await;
}

#[tokio::test]
async fn closing_the_window_without_the_secret_asks_first() {
    let home = Home::new();
    let window = Window::ready(&home, &[]).await;
    window.click("@application-row[data-name=crm] @pair-row").await;
    window.click("@auth-client_credentials").await;
    window.click("@request-pairing").await;
    window.appears("@value-client_id").await;
    on_display::ask_to_close(window.process(), "Pairing Cockpit");
    window.says("@close-guard", "Leave without the secret?").await;
    window.click("@close-back").await;
    window.goes("@close-guard").await;
    window.appears("@value-client_id").await;

    window.click("@copy-primary").await;
    window.says("@copy-outcome", "Copied").await;
    on_display::ask_to_close(window.process(), "Pairing Cockpit");
    window.process().ended().await;
    assert_eq!(Clipboard.read(), None, "emptied on the way out");

    let window = Window::ready(&home, &[]).await;
    window.click("@application-row[data-name=crm] @pair-row").await;
    window.click("@auth-client_credentials").await;
    window.click("@request-pairing").await;
    window.appears("@value-client_id").await;
    on_display::ask_to_close(window.process(), "Pairing Cockpit");
    window.leaves_by("@close-leave").await;
}

#[tokio::test]
async fn whoever_leaves_without_the_secret_is_asked_and_let_go() {
    let home = Home::new();
    let window = Window::ready(&home, &[]).await;
    window.click("@application-row[data-name=crm] @pair-row").await;
    window.click("@auth-client_credentials").await;
    window.click("@request-pairing").await;
    window.appears("@value-client_id").await;
    window.click("@back").await;
    window.says("@leave-guard", "Leave without the secret?").await;
    window.click("@guard-leave").await;
    window.appears("@application-page").await;
    window.says("@pairing-entry[data-kind=credentials]", "").await;
    window.quit().await;
}
