//! Everything without a mouse.

use blackbox::window::{Clipboard, Home, Window};

/// The name in the row that the arrows have chosen.
async fn chosen(window: &Window) -> Option<String> {
    let script = "document.querySelector('[data-testid=application-row][aria-selected=true]')?.dataset.name ?? null";
    window.value(script).await.as_str().map(str::to_owned)
}

#[tokio::test]
async fn the_main_job_needs_no_mouse() {
    let home = Home::new();
    let window = Window::ready(&home, &[]).await;
    window.appears("@application-row[data-name=shop]").await;

    window.press(&["/"]).await;
    assert_eq!(window.focused().await.as_deref(), Some("search"));
    window.types("shop").await;
    window.says("@count", "1 matches").await;
    assert_eq!(window.count("@application-row").await, 1);
    window.press(&["Escape"]).await;
    window.says("@count", "2 applications").await;
    assert_eq!(window.value("document.querySelector('[data-testid=search]').value").await, "");

    window.press(&["ArrowDown"]).await;
    assert_eq!(chosen(&window).await.as_deref(), Some("crm"));
    window.press(&["ArrowDown"]).await;
    assert_eq!(chosen(&window).await.as_deref(), Some("shop"));
    window.press(&["k"]).await;
    assert_eq!(chosen(&window).await.as_deref(), Some("crm"));
    window.press(&["End"]).await;
    window.press(&["Enter"]).await;
    window.says("@application-page h1", "shop").await;
    window.press(&["Escape"]).await;
    window.appears("@applications-table").await;
    assert_eq!(chosen(&window).await.as_deref(), Some("shop"), "back where it was");

    window.press(&["p"]).await;
    window.appears("@request-pairing").await;
    window.press(&["Escape"]).await;
    window.says("@application-page h1", "shop").await;
    window.press(&["p"]).await;
    window.appears("@request-pairing").await;
    window.press(&["Control+Enter"]).await;
    window.appears("@copy-primary").await;
    assert_eq!(window.focused().await.as_deref(), Some("copy-primary"), "the next step is under the fingers");
    window.press(&["Enter"]).await;
    window.says("@copy-outcome", "Copied").await;
    assert!(!Clipboard.holds().await.is_empty());
    window.press(&["s"]).await;
    window.appears("@value[data-hidden=false]").await;
    window.press(&["s"]).await;
    window.appears("@value[data-hidden=true]").await;
    window.press(&["Escape"]).await;
    window.appears("@application-page").await;
    window.press(&["Escape"]).await;
    window.appears("@applications-table").await;

    window.press(&["Control+n"]).await;
    window.appears("@application-dialog").await;
    assert_eq!(window.focused().await.as_deref(), Some("name-input"));
    window.types("typed").await;
    window.press(&["Enter"]).await;
    window.goes("@application-dialog").await;
    window.appears("@application-row[data-name=typed]").await;
    assert_eq!(chosen(&window).await.as_deref(), Some("typed"), "what was made is chosen");
    window.press(&["Delete"]).await;
    window.appears("@delete-dialog").await;
    window.says("@deletion-impact", "Nothing depends on it").await;
    assert_eq!(window.focused().await.as_deref(), Some("confirm-name"));
    window.types("typed").await;
    window.press(&["Enter"]).await;
    window.goes("@application-row[data-name=typed]").await;

    window.press(&["?"]).await;
    window.appears("@shortcut-sheet").await;
    window.press(&["Escape"]).await;
    window.goes("@shortcut-sheet").await;
    window.press(&["Control+,"]).await;
    window.appears("@data-dir").await;
    window.press(&["Control+1"]).await;
    window.appears("@applications-table").await;
    window.quit().await;
}
