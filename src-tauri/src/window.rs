//! The one window, and the fence around its page.

use cockpit::Theme;
use tauri::{App, AppHandle, Manager as _, Url, WebviewWindow, WebviewWindowBuilder, webview::NewWindowResponse};

/// The label in tauri.conf.json and in the capability.
pub(crate) const MAIN: &str = "main";

/// Some drivers paint WebKitGTK's window white through DMA-BUF; without it, everything is painted everywhere.
/// Whoever wants it sets the variable.
pub(crate) fn prefer_software_friendly_rendering() {
    #[cfg(target_os = "linux")]
    if std::env::var_os("WEBKIT_DISABLE_DMABUF_RENDERER").is_none() {
        #[expect(unsafe_code, reason = "called first thing in main: no other thread reads the environment yet")]
        // SAFETY: the program has one thread.
        unsafe {
            std::env::set_var("WEBKIT_DISABLE_DMABUF_RENDERER", "1");
        }
    }
}

/// Builds the window from tauri.conf.json. Its page can go nowhere and open nothing.
pub(crate) fn open(app: &App, theme: Theme) -> tauri::Result<WebviewWindow> {
    let config = app.config().app.windows.iter().find(|window| window.label == MAIN).cloned().unwrap_or_default();
    WebviewWindowBuilder::from_config(app.handle(), &config)?
        .theme(frame_theme(theme))
        .disable_drag_drop_handler()
        .on_navigation(is_ours)
        .on_new_window(|url, _| {
            tracing::warn!(host = url.host_str(), "the page asked for a new window");
            NewWindowResponse::Deny
        })
        .build()
}

/// Brings the window to the front: a second start ends here.
pub(crate) fn focus(app: &AppHandle) {
    if let Some(window) = app.get_webview_window(MAIN) {
        // Each may be refused by the desktop; the window is there all the same.
        let _ = window.unminimize();
        let _ = window.show();
        let _ = window.set_focus();
    }
}

/// What the window's own frame can show; high contrast is drawn by the page.
pub(crate) const fn frame_theme(theme: Theme) -> Option<tauri::Theme> {
    match theme {
        Theme::System => None,
        Theme::Light | Theme::HighContrastLight => Some(tauri::Theme::Light),
        Theme::Dark | Theme::HighContrastDark => Some(tauri::Theme::Dark),
    }
}

/// The page's own origin: `tauri://localhost`, and on Windows `http://tauri.localhost`.
fn is_ours(url: &Url) -> bool {
    match url.scheme() {
        "tauri" => url.host_str() == Some("localhost"),
        "http" | "https" => cfg!(windows) && url.host_str() == Some("tauri.localhost") && url.port().is_none(),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_page_itself_may_be_shown() {
        let ours = |url: &str| is_ours(&Url::parse(url).unwrap());
        assert!(ours("tauri://localhost/index.html"));
        for url in [
            "https://localhost/",
            "http://tauri.localhost:8080/",
            "tauri://evil/",
            "data:text/html,x",
            "file:///etc/passwd",
            "about:blank",
            "blob:tauri://localhost/1",
            "https://example.com/",
        ] {
            assert!(!ours(url), "{url}");
        }
    }
}
