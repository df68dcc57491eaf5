//! What the desktop says about certificates that will expire: each once, and not what was switched off.

use blackbox::window::{Home, Notifications, Window};
use reqwest::Method;
use serde_json::{Value, json};

#[tokio::test]
async fn the_desktop_is_told_once_of_a_certificate_that_will_expire() {
    let desktop = Notifications::start().await;
    let home = Home::new();
    let window = Window::ready(&home, &[]).await;
    let mut policy = window.console(Method::GET, "/policy", &Value::Null).await["policy"].clone();
    // A minute longer than a threshold, since certificates begin a minute early; at most the threshold is left of it.
    policy["lifetimes"]["applicationSeconds"] = json!(7 * 86400);
    window.console(Method::PUT, "/policy", &policy).await;
    let application = window.register("ends soon & <b>is bold</b>").await;
    window.pair(&application).await;
    window.quit().await;
    // That it is paired may be shown, or not yet: the names alone say nothing here.
    assert!(
        !desktop.shown().contains("certificate of ends soon"),
        "nothing was due at the first start: {}",
        desktop.shown()
    );

    let window = Window::ready(&home, &[]).await;
    let shown = desktop.shows("certificate of ends soon").await;
    assert!(shown.contains("expires in 7 days"), "{shown}");
    window.quit().await;
    // Once is enough: the threshold of 7 days has been told of.
    let window = Window::ready(&home, &[]).await;
    window.click("@nav-certificates").await;
    window.says("@count", "1").await;
    assert_eq!(desktop.shown().matches("expires in 7 days").count(), shown.matches("expires in 7 days").count());

    // Another one, with every threshold off.
    window.press(&["Control+,"]).await;
    for days in [30, 14, 7, 1] {
        window.click(&format!("@setting-notify-{days}:checked")).await;
        window.appears(&format!("@setting-notify-{days}:not(:checked)")).await;
    }
    let silent = window.register("nobody is told").await;
    window.pair(&silent).await;
    window.quit().await;
    let window = Window::ready(&home, &[]).await;
    window.click("@nav-certificates").await;
    window.says("@count", "2").await;
    window.quit().await;
    assert!(!desktop.shown().contains("certificate of nobody is told"), "{}", desktop.shown());
}
