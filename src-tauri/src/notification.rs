//! Notifications of the desktop: over D-Bus on Linux, in the systems' own way elsewhere.

use std::time::Duration;

use cockpit::NotificationUnavailable;
use notify_rust::Notification;

/// A notification service that does not answer within this is taken for none.
const LIMIT: Duration = Duration::from_secs(10);

/// Shows it, or says why nobody does.
pub(crate) async fn show(title: String, body: String) -> Result<(), NotificationUnavailable> {
    let shown = tokio::task::spawn_blocking(move || {
        let body = if reads_markup() { without_markup(&body) } else { body };
        Notification::new().appname("Pairing Cockpit").summary(&title).body(&body).show().map(drop)
    });
    match tokio::time::timeout(LIMIT, shown).await {
        Ok(Ok(Ok(()))) => Ok(()),
        Ok(Ok(Err(error))) => Err(NotificationUnavailable { cause: error.to_string() }),
        Ok(Err(error)) => Err(NotificationUnavailable { cause: error.to_string() }),
        Err(_) => Err(NotificationUnavailable { cause: "the notification service does not answer".into() }),
    }
}

/// Whether an application's name in the body could pretend to be a link.
fn reads_markup() -> bool {
    #[cfg(all(unix, not(target_os = "macos")))]
    return notify_rust::get_capabilities().is_ok_and(|all| all.iter().any(|one| one == "body-markup"));
    #[cfg(not(all(unix, not(target_os = "macos"))))]
    false
}

fn without_markup(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_shown_and_not_obeyed() {
        assert_eq!(without_markup("<a href='x'>shop & co</a>"), "&lt;a href='x'&gt;shop &amp; co&lt;/a&gt;");
    }
}
