//! A client certificate through the window.

use blackbox::window::{Clipboard, Home, Terminal, Window};
use serde_json::Value;

/// Creates an application in the dialog that is open, opens its page, and returns its id.
async fn create_and_open(window: &Window, name: &str) -> String {
    window.fill("@name-input", name).await;
    window.click("@save-application").await;
    window.goes("@application-dialog").await;
    window.click(&format!("@application-row[data-name='{name}'] .name a")).await;
    window.appears("@application-page @no-entries").await;
    window.text("@application-id").await.expect("an id")
}

/// The token in pairing data.
fn token(pairing_data: &str) -> String {
    let data: Value = serde_json::from_slice(&blackbox::unbase64(pairing_data)).expect("JSON");
    data["token"].as_str().expect("a token").to_owned()
}

#[tokio::test]
async fn a_certificate_needs_nothing_but_what_was_copied() {
    let home = Home::new();
    let window = Window::ready(&home, &[]).await;
    window.appears("@application-row").await;
    window.press(&["Control+n"]).await;
    let application = create_and_open(&window, "storefront").await;
    let terminal = Terminal::new(window.ca_file());

    window.click("@pair-button").await;
    window.appears("@request-pairing").await;
    window.click("@auth-client_certificate").await;
    let before = window.at_director(&application).await;
    assert!(before.auths.is_empty(), "nothing is created before the button: {before:?}");

    window.click("@request-pairing").await;
    window.appears("@copy-primary").await;
    window.appears("@progress-stage[data-stage=waiting]").await;
    assert_eq!(window.value("document.querySelector('[data-testid=value]').dataset.hidden").await, "true");
    window.click("@copy-primary").await;
    window.says("@copy-outcome", "empty the clipboard in 60 s").await;
    let pairing_data = Clipboard.holds().await;
    assert!(Clipboard.targets().contains("x-kde-passwordManagerHint"), "kept out of clipboard histories");
    let (page, token) = (window.source().await, token(&pairing_data));
    assert!(!page.contains(&pairing_data) && !page.contains(&token), "the value has not entered the page");

    window.click("@show-value").await;
    window.says("@value", &pairing_data).await;
    window.click("@show-value").await;
    window.says("@value", "●").await;
    assert!(!window.source().await.contains(&pairing_data), "hidden again, and gone from the page");

    let waiting = window.at_director(&application).await;
    assert_eq!((waiting.condition.as_str(), waiting.auths.len()), ("INITIAL", 1), "{waiting:?}");
    let director = terminal.obtain_certificate(&pairing_data);
    window.appears("@progress-stage[data-stage=certificate_issued]").await;
    assert_eq!(terminal.viewer_with_certificate(&director)["id"], application.as_str());

    window.appears("@progress-stage[data-stage=paired]").await;
    window.says("@paired", "storefront is paired.").await;
    let paired = window.at_director(&application).await;
    assert_eq!((paired.condition.as_str(), paired.auths.len()), ("CONNECTED", 1), "{paired:?}");
    window.says("@paired", &format!("CN={}", paired.ids()[0])).await;
    assert!(!window.source().await.contains(&token));

    window.click("@done").await;
    window.says("@application-page header", "Paired").await;
    window.says("@pairing-entry[data-kind=certificate] @entry-state", "Valid until").await;
    window.click("@back").await;
    window.says("@application-row[data-name=storefront] @status", "Paired").await;
    window.quit().await;
}

#[tokio::test]
async fn the_pasted_steps_pair_by_themselves() {
    let home = Home::new();
    let window = Window::ready(&home, &[]).await;
    let terminal = Terminal::new(window.ca_file());
    window.click("@application-row[data-name=shop] @pair-row").await;
    window.click("@request-pairing").await;
    window.click("@tab-openssl").await;
    window.click("@copy-primary").await;
    let steps = Clipboard.holds().await;
    let printed = terminal.paste(&steps);
    assert!(printed.contains("APPLICATION"), "the last step asks who is calling: {printed}");
    window.appears("@progress-stage[data-stage=paired]").await;

    // A second one works beside the first.
    window.click("@pair-again").await;
    window.says("@already-paired", "The new one will work beside it").await;
    window.click("@request-pairing").await;
    window.click("@copy-primary").await;
    window.says("@copy-outcome", "Copied").await;
    let second = Clipboard.holds().await;
    assert_ne!(second, steps);
    let director = terminal.obtain_certificate(&second);
    window.appears("@progress-stage[data-stage=certificate_issued]").await;
    terminal.viewer_with_certificate(&director);
    window.appears("@progress-stage[data-stage=paired]").await;
    window.quit().await;
}

#[tokio::test]
async fn a_cancelled_token_is_gone_at_the_director() {
    let home = Home::new();
    let window = Window::ready(&home, &[]).await;
    let application = window.register("short-lived").await;
    window.press(&["Control+r"]).await;
    window.click("@application-row[data-name=short-lived] @pair-row").await;
    window.click("@request-pairing").await;
    window.appears("@countdown").await;
    assert_eq!(window.at_director(&application).await.auths.len(), 1);
    // Left and returned to: the same token is still there.
    window.press(&["Escape"]).await;
    window.says("@pairing-entry[data-kind=token]", "Not used yet").await;
    window.says("@pair-button", "Continue pairing").await;
    window.click("@pair-button").await;
    window.appears("@countdown").await;
    assert_eq!(window.at_director(&application).await.auths.len(), 1, "returning creates nothing");
    window.click("@cancel-token").await;
    window.appears("@request-pairing").await;
    assert!(window.at_director(&application).await.auths.is_empty());
    window.quit().await;
}
