//! One window per data folder, and what it remembers.

use std::process::Stdio;

use blackbox::{
    until,
    window::{Home, PATIENCE, Window, on_display},
};

const TITLE: &str = "Pairing Cockpit";

#[tokio::test]
async fn a_second_start_brings_the_first_window_to_the_front() {
    let (home, other_home) = (Home::new(), Home::new());
    let window = Window::ready(&home, &[]).await;
    // Another folder is another window; now it has the keyboard.
    let other = Window::ready(&other_home, &[]).await;
    assert_eq!(on_display::windows(other.process(), TITLE).len(), 1);
    on_display::focus(other.process(), TITLE);
    window.holds("the first window has lost the focus", "!document.hasFocus()").await;

    let mut second = home.command(&[]).stdout(Stdio::null()).spawn().unwrap();
    let status = until("the second start ends", PATIENCE, async || second.try_wait().unwrap()).await;
    assert!(status.success(), "{status}");
    window.holds("the first window has the focus", "document.hasFocus()").await;
    assert_eq!(on_display::windows(window.process(), TITLE).len(), 1);
    other.quit().await;
    assert!(window.process().runs());
    window.quit().await;
}

#[tokio::test]
async fn size_and_colours_are_remembered() {
    let home = Home::new();
    let window = Window::ready(&home, &[]).await;
    window.resize(910, 620).await;
    window.press(&["Control+,"]).await;
    window.click("@setting-theme-dark").await;
    window.holds("the page is dark", "document.documentElement.dataset.theme === 'dark'").await;
    window.quit().await;

    let window = Window::ready(&home, &[]).await;
    window.holds("the page is dark", "document.documentElement.dataset.theme === 'dark'").await;
    assert_eq!(window.size().await, (910, 620));
    assert_eq!(window.state().await["settings"]["theme"], "dark");
    window.quit().await;
}
