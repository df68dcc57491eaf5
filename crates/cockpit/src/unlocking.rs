//! Starting the embedded server after it failed for its CA key: nobody had chosen how the key is protected, or it could
//! not be unlocked.

use pairing::ErrorCode;

use crate::{
    CaKey, Cockpit, Problem,
    calls::{AppState, CaKeyProtection, CallContext, SecretText, ServerState, UnlockServer},
};

/// For a passphrase that is being chosen; one that was chosen before is whatever it is.
const SHORTEST_PASSPHRASE: usize = 8;

impl Cockpit {
    pub(crate) async fn unlock_server(&self, _: CallContext, input: UnlockServer) -> Result<AppState, Problem> {
        let is_new = match self.state().server {
            ServerState::Failed { error } => error.code == ErrorCode::CaKeyUnprotected,
            ServerState::Ready => {
                return Err(Problem::new(ErrorCode::InvalidOperation, "The local server is running already."));
            }
            ServerState::Starting => false,
        };
        let key = ca_key(input, is_new)?;
        let choice = key.protection();
        self.desktop.unlock_server(key).await;
        let state = self.state();
        // A choice that did not help is not worth remembering.
        if let ServerState::Ready = state.server {
            let (choices, data_dir) = (self.ca_key_choices.clone(), self.data_dir().to_owned());
            let remembered = tokio::task::spawn_blocking(move || choices.remember(&data_dir, choice)).await;
            match remembered {
                Ok(Ok(())) => tracing::info!(?choice, "protection of the CA key chosen"),
                Ok(Err(error)) => tracing::warn!(%error, "the protection of the CA key could not be remembered"),
                Err(error) => tracing::warn!(%error, "the protection of the CA key could not be remembered"),
            }
        }
        Ok(state)
    }

    /// What a person chose for this data directory in an earlier run.
    pub fn remembered_ca_key_protection(&self) -> Option<CaKeyProtection> {
        self.ca_key_choices.of(self.data_dir())
    }
}

impl CaKey {
    fn protection(&self) -> CaKeyProtection {
        match self {
            Self::Keyring => CaKeyProtection::Keyring,
            Self::Passphrase(_) => CaKeyProtection::Passphrase,
            Self::Plain => CaKeyProtection::Plain,
        }
    }
}

fn ca_key(input: UnlockServer, is_new: bool) -> Result<CaKey, Problem> {
    Ok(match (input.protection, input.passphrase.map(SecretText::into_inner)) {
        (CaKeyProtection::Keyring, _) => CaKey::Keyring,
        (CaKeyProtection::Plain, _) => CaKey::Plain,
        (CaKeyProtection::Passphrase, None) => return Err(Problem::invalid("The passphrase is missing.")),
        (CaKeyProtection::Passphrase, Some(typed)) => {
            let length = typed.expose().chars().count();
            if length == 0 {
                return Err(Problem::invalid("The passphrase is missing."));
            }
            if is_new && length < SHORTEST_PASSPHRASE {
                return Err(Problem::invalid(format!(
                    "The passphrase must have at least {SHORTEST_PASSPHRASE} characters."
                ))
                .hint("Four or five words that don't belong together are easy to remember."));
            }
            CaKey::Passphrase(typed)
        }
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn chosen(protection: &str, passphrase: Option<&str>, is_new: bool) -> Result<CaKey, Problem> {
        let input = json!({ "protection": protection, "passphrase": passphrase });
        ca_key(serde_json::from_value(input).unwrap(), is_new)
    }

    #[test]
    fn a_passphrase_is_there_and_long_enough_where_it_is_new() {
        for missing in [None, Some("")] {
            assert!(chosen("passphrase", missing, false).is_err());
        }
        let refused = chosen("passphrase", Some("hunter2"), true).unwrap_err();
        assert!(!format!("{refused:?}").contains("hunter2"));
        assert!(matches!(chosen("passphrase", Some("hunter2"), false), Ok(CaKey::Passphrase(_))));
        assert!(matches!(chosen("plain", None, true), Ok(CaKey::Plain)));
    }
}
