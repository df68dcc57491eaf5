//! Names that somebody chose to break the page.

use blackbox::window::{Home, Window};

/// Would run a script, if it were markup.
const MARKUP: &str = "<img src=x onerror=alert(1)>";
/// Turns the direction of the text around it, if that is not isolated.
const REVERSED: &str = "shop\u{202e}txt.exe";
const LONGEST: usize = 100;

/// Opens all screens of an application and finds its name on each as it is.
async fn shows(window: &Window, name: &str) {
    window.fill("@search", name).await;
    window.says("@count", "1 matches").await;
    let row = window.text("@application-row .name").await.expect("a row");
    assert_eq!(row.trim(), name);
    window.fits_its_width("the list").await;
    window.press(&["Enter"]).await;
    window.says("@application-page h1", name).await;
    window.fits_its_width("the application").await;
    window.click("@delete-application").await;
    window.says("@delete-dialog", name).await;
    window.says("@deletion-impact", "Nothing depends").await;
    window.fits_its_width("the deletion").await;
    window.press(&["Escape"]).await;
    window.goes("@delete-dialog").await;
    window.click("@pair-button").await;
    window.says("@pair-page h1", name).await;
    window.appears("@request-pairing").await;
    window.fits_its_width("the choice").await;
    window.click("@request-pairing").await;
    window.appears("@countdown").await;
    window.fits_its_width("the token").await;
    window.click("@cancel-token").await;
    // In so small a window it lies over the next button.
    window.click("@notice").await;
    window.click("@auth-client_credentials").await;
    window.click("@request-pairing").await;
    window.appears("@value-client_id").await;
    window.fits_its_width("the secret").await;
    window.click("@acknowledge").await;
    window.click("@nav-applications").await;
    window.appears("@search").await;
    assert_eq!(window.count("main img").await, 0, "markup has become an element");
}

#[tokio::test]
async fn names_are_text_and_fit() {
    let home = Home::new();
    let window = Window::ready(&home, &[]).await;
    let longest = "W".repeat(LONGEST);
    for name in [MARKUP, REVERSED, &longest] {
        window.register(name).await;
    }
    // As narrow as the window may be.
    window.resize(720, 480).await;
    window.press(&["Control+r"]).await;
    window.says("@count", "5 applications").await;
    window.fits_its_width("the list").await;
    for name in [MARKUP, REVERSED, &longest] {
        shows(&window, name).await;
    }
    window.quit().await;
}
