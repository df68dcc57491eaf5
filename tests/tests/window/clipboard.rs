//! The clipboard holds our value for a while, and never touches anybody else's.

use std::time::{Duration, Instant};

use blackbox::window::{Clipboard, Home, Window};
use serde_json::json;

/// The least that the settings allow.
const SECONDS: u64 = 5;

async fn window(home: &Home) -> Window {
    home.set(&json!({ "theme": "system", "clipboardSeconds": SECONDS }));
    let window = Window::ready(home, &[]).await;
    window.click("@application-row[data-name=shop] @pair-row").await;
    window.click("@request-pairing").await;
    window.appears("@copy-primary").await;
    window
}

async fn copy(window: &Window) -> String {
    window.click("@copy-primary").await;
    window.says("@copy-outcome", &format!("in {SECONDS} s")).await;
    Clipboard.holds().await
}

#[tokio::test]
async fn our_value_goes_in_time_and_others_stay() {
    let home = Home::new();
    let window = window(&home).await;
    let copied = Instant::now();
    copy(&window).await;
    Clipboard.is_emptied().await;
    let held = copied.elapsed();
    assert!(held >= Duration::from_secs(SECONDS), "emptied after {held:?} already");
    assert!(held < Duration::from_secs(SECONDS + 3), "emptied after {held:?} only");

    // Whatever is copied meanwhile is somebody's own. The page's button tells when ours would have been emptied.
    copy(&window).await;
    let theirs = Clipboard.copy("a shopping list").await;
    window.says("@copy-primary", "clears in").await;
    window.says("@copy-primary", "Copy pairing data").await;
    assert_eq!(Clipboard.read().as_deref(), Some("a shopping list"));
    drop(theirs);

    copy(&window).await;
    window.click("@clear-now").await;
    window.says("@notice", "empty").await;
    assert_eq!(Clipboard.read(), None);

    copy(&window).await;
    window.press(&["Control+Shift+l"]).await;
    window.appears("@lock-screen").await;
    Clipboard.is_emptied().await;
    window.hides("@pair-page").await;
    window.click("@unlock").await;
    window.appears("@copy-primary").await;
    window.quit().await;
}

#[tokio::test]
async fn quitting_takes_our_value_along() {
    let home = Home::new();
    let first = window(&home).await;
    copy(&first).await;
    first.quit().await;
    assert_eq!(Clipboard.read(), None);

    let second = window(&home).await;
    copy(&second).await;
    let theirs = Clipboard.copy("a shopping list").await;
    second.quit().await;
    assert_eq!(Clipboard.read().as_deref(), Some("a shopping list"));
    drop(theirs);
}
