//! A token that nobody used in time.

use blackbox::window::{Clipboard, Home, Terminal, Window};

#[tokio::test]
async fn an_expired_token_is_replaced_in_its_place() {
    let home = Home::new();
    let window = Window::ready(&home, &["--token-ttl", "6s"]).await;
    let application = window.register("late").await;
    window.press(&["Control+r"]).await;
    window.click("@application-row[data-name=late] @pair-row").await;
    window.says("@auth-client_certificate", "for 6 seconds").await;
    window.click("@request-pairing").await;
    window.click("@copy-primary").await;
    let first = Clipboard.holds().await;
    let issued = window.at_director(&application).await;

    window.says("@expired", "This token has expired.").await;
    window.appears("@progress-stage[data-stage=expired]").await;
    assert_eq!(window.count("@copy-primary:not(:disabled)").await, 0, "a dead value can't be copied");
    assert_eq!(window.count("@show-value:not(:disabled)").await, 0, "nor shown");

    window.click("@get-new-expired").await;
    window.goes("@expired").await;
    window.click("@copy-primary").await;
    window.says("@copy-outcome", "Copied").await;
    let second = Clipboard.holds().await;
    assert_ne!(first, second);
    let reissued = window.at_director(&application).await;
    assert_eq!(reissued.ids(), issued.ids(), "the same entry at the Director");
    assert_eq!(reissued.ids().len(), 1);

    let terminal = Terminal::new(window.ca_file());
    let director = terminal.obtain_certificate(&second);
    assert_eq!(terminal.viewer_with_certificate(&director)["id"], application.as_str());
    window.appears("@progress-stage[data-stage=paired]").await;
    window.quit().await;
}
