//! Handing over: show, copy, save. A clipboard that cannot be written is an outcome, never an error.

use pairing::Secret;
use zeroize::Zeroizing;

use crate::{
    Cockpit, Problem, SecretWritten,
    calls::{CallContext, ClipboardState, CopyOutcome, Form, PairingForm, PlainText, Revealed, Saved},
    cockpit::lock,
    desktop::ClipboardUnavailable,
};

impl Cockpit {
    pub(crate) async fn reveal(&self, _: CallContext, input: PairingForm) -> Result<Revealed, Problem> {
        let value = self.pairing(&input.pairing_id)?.render(input.form)?;
        Ok(Revealed { value: value.expose().to_owned() })
    }

    pub(crate) async fn copy(&self, _: CallContext, input: PairingForm) -> Result<CopyOutcome, Problem> {
        self.copy_form(&input.pairing_id, input.form).await
    }

    pub(crate) async fn copy_plain(&self, _: CallContext, input: PlainText) -> Result<CopyOutcome, Problem> {
        Ok(self.copy_text(input.text.into_inner()).await)
    }

    /// Copies something that is not secret.
    pub(crate) async fn copy_text(&self, text: String) -> CopyOutcome {
        plain(self.desktop.write_plain(text).await)
    }

    pub(crate) async fn save_pairing(&self, _: CallContext, input: PairingForm) -> Result<Saved, Problem> {
        let pairing = self.pairing(&input.pairing_id)?;
        // Rendered before the dialog: what is saved is what was on the page when Save was pressed.
        let value = pairing.render(input.form)?;
        let content = Zeroizing::new(value.expose().as_bytes().to_vec());
        let saved = self.save_where_chosen("Save pairing data", pairing.suggested_name(input.form), content).await?;
        if saved.saved_to.is_some() {
            self.handed_over(&pairing.id, input.form);
        }
        Ok(saved)
    }

    pub(super) async fn copy_form(&self, pairing_id: &str, form: Form) -> Result<CopyOutcome, Problem> {
        let value = self.pairing(pairing_id)?.render(form)?;
        if !form.is_secret() {
            return Ok(self.copy_text(value.expose().to_owned()).await);
        }
        let outcome = self.copy_secret(value).await;
        if outcome.clipboard == ClipboardState::Written {
            self.handed_over(pairing_id, form);
        }
        Ok(outcome)
    }

    pub(crate) async fn copy_secret(&self, value: Secret) -> CopyOutcome {
        let settings = self.settings();
        match self.desktop.write_secret(value, settings.clipboard_time()).await {
            Ok(SecretWritten { kept_out_of_history }) => CopyOutcome {
                clipboard: ClipboardState::Written,
                message: None,
                clears_in_seconds: Some(settings.clipboard_seconds),
                kept_out_of_history,
            },
            Err(unavailable) => without_clipboard(&unavailable),
        }
    }

    fn handed_over(&self, pairing_id: &str, form: Form) {
        if form.is_secret() {
            lock(&self.pairings).change(pairing_id, |pairing| pairing.handed_over = true);
        }
    }
}

fn plain(written: Result<(), ClipboardUnavailable>) -> CopyOutcome {
    match written {
        Ok(()) => CopyOutcome {
            clipboard: ClipboardState::Written,
            message: None,
            clears_in_seconds: None,
            kept_out_of_history: false,
        },
        Err(unavailable) => without_clipboard(&unavailable),
    }
}

fn without_clipboard(unavailable: &ClipboardUnavailable) -> CopyOutcome {
    tracing::warn!(cause = unavailable.cause, "the clipboard is not available");
    CopyOutcome {
        clipboard: ClipboardState::Unavailable,
        message: Some(
            "This desktop's clipboard can't be written now. Press Show and select the value, or save it as a file."
                .into(),
        ),
        clears_in_seconds: None,
        kept_out_of_history: false,
    }
}
