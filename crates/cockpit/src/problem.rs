//! What went wrong, in the words of the window: what happened and whose side it is on, then the next step.

use pairing::ErrorCode;

use crate::calls::ErrorAction;

/// A failure on its way to a person. It becomes a [`crate::calls::CallError`] when a call ends with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    pub code: ErrorCode,
    /// What happened, and whose side it is on. Never a secret.
    pub message: String,
    /// The next step.
    pub hint: Option<String>,
    /// Technical, shown folded. Never a secret, never parsed.
    pub detail: Option<String>,
    /// What the page can offer to do about it.
    pub action: Option<ErrorAction>,
    /// Where the other side says how long to wait.
    pub retry_after_seconds: Option<u32>,
}

/// Peers may send long texts; a folded detail needs no more than this many characters.
const MAX_DETAIL: usize = 1000;

impl Problem {
    pub fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), hint: None, detail: None, action: None, retry_after_seconds: None }
    }

    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    #[must_use]
    pub fn detail(mut self, detail: impl Into<String>) -> Self {
        let detail: String = detail.into();
        let shown: String = detail.chars().filter(|c| !c.is_control()).take(MAX_DETAIL).collect();
        self.detail = (!shown.is_empty()).then_some(shown);
        self
    }

    #[must_use]
    pub fn action(mut self, action: ErrorAction) -> Self {
        self.action = Some(action);
        self
    }

    #[must_use]
    pub fn retry_after(mut self, seconds: Option<u32>) -> Self {
        self.retry_after_seconds = seconds;
        self
    }

    /// An input that breaks a rule we know, so that nothing was sent.
    pub(crate) fn invalid(message: impl Into<String>) -> Self {
        Self::new(ErrorCode::InvalidData, message)
    }

    /// A pairing whose secret is no longer held.
    pub(crate) fn secret_gone() -> Self {
        Self::new(ErrorCode::SecretGone, "This value can't be shown or copied any more.")
            .hint("Request new pairing data; the application only needs the newest.")
    }

    pub(crate) fn server_not_running() -> Self {
        Self::new(ErrorCode::ServerNotRunning, "The local server is not running.")
            .hint("Wait a moment if it is still starting, or start it again.")
    }
}
