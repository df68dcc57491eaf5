//! One encrypted file with everything, and the way back from it.

use pairing::{ErrorCode, Secret};

use crate::{
    Cockpit, Problem,
    calls::{AppState, BackupPassphrase, CallContext, Saved},
};

/// A file that lies around for years can be tried for years.
const SHORTEST_PASSPHRASE: usize = 12;

impl Cockpit {
    pub(crate) async fn backup_authority(&self, call: CallContext, input: BackupPassphrase) -> Result<Saved, Problem> {
        let passphrase = input.passphrase.into_inner();
        check_new(&passphrase)?;
        let backup = self.authority_session(call)?.backup(&passphrase).await?;
        let name = backup.file_name.unwrap_or_else(|| "connector-backup.age".to_owned());
        let saved = self.save_where_chosen("Save the backup", name, backup.bytes).await?;
        if saved.saved_to.is_some() {
            tracing::info!("backup saved");
        }
        Ok(saved)
    }

    pub(crate) async fn restore_authority(
        &self,
        _: CallContext,
        input: BackupPassphrase,
    ) -> Result<Option<AppState>, Problem> {
        self.check_local("A backup")?;
        let passphrase = input.passphrase.into_inner();
        if passphrase.expose().is_empty() {
            return Err(Problem::invalid("The passphrase of the backup is missing."));
        }
        let mut chosen = self.desktop.choose_open_paths("Choose a backup".into()).await;
        match (chosen.pop(), chosen.is_empty()) {
            (None, _) => Ok(None),
            (Some(_), false) => Err(Problem::new(ErrorCode::InvalidData, "Choose one backup, not several.")),
            (Some(file), true) => {
                self.desktop.restore_server(file, passphrase).await?;
                tracing::info!("backup restored");
                Ok(Some(self.state()))
            }
        }
    }
}

fn check_new(passphrase: &Secret) -> Result<(), Problem> {
    if passphrase.expose().chars().count() < SHORTEST_PASSPHRASE {
        return Err(Problem::invalid(format!(
            "A backup holds the CA's private key: its passphrase must have at least {SHORTEST_PASSPHRASE} characters."
        ))
        .hint("Four or five words that don't belong together are easy to remember."));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_passphrase_that_can_be_tried_out_is_refused_and_not_repeated() {
        check_new(&Secret::new("correct horse battery")).unwrap();
        let refused = check_new(&Secret::new("hunter2")).unwrap_err();
        assert!(!format!("{refused:?}").contains("hunter2"));
    }
}
