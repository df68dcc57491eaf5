//! One application of a run, and how far it is.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::calls::{Progress, Stage, WaveRow, WaveStage};

/// One application of a run. No secret is in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Entry {
    pub(super) application_id: String,
    pub(super) name: String,
    pub(super) stage: WaveStage,
    pub(super) wave: u32,
    pub(super) problem: Option<String>,
    /// Of this start of the program.
    #[serde(skip)]
    pub(super) pairing_id: Option<String>,
    pub(super) system_auth_id: Option<String>,
    pub(super) requested_at: Option<String>,
    pub(super) expires_at: Option<String>,
    pub(super) token_created_at: Option<String>,
    pub(super) had_certificate: bool,
    pub(super) was_connected: bool,
    pub(super) handed_over_at: Option<String>,
    pub(super) paired_at: Option<String>,
    pub(super) file: Option<PathBuf>,
}

impl Entry {
    pub(super) fn planned(application_id: String, name: String) -> Self {
        Self {
            application_id,
            name,
            stage: WaveStage::Planned,
            wave: 0,
            problem: None,
            pairing_id: None,
            system_auth_id: None,
            requested_at: None,
            expires_at: None,
            token_created_at: None,
            had_certificate: false,
            was_connected: false,
            handed_over_at: None,
            paired_at: None,
            file: None,
        }
    }

    /// Its token may still be used: the next wave waits for it.
    pub(super) fn is_alive(&self) -> bool {
        matches!(self.stage, WaveStage::Requested | WaveStage::HandedOver | WaveStage::Redeemed)
    }

    /// Something may still become of it.
    pub(super) fn is_watched(&self) -> bool {
        self.is_alive() || self.stage == WaveStage::Signed
    }

    /// Takes in what was seen. Nothing goes back: a token that was handed over stays so.
    pub(super) fn note(&mut self, progress: &Progress, handed_over: bool) {
        let seen = match progress.stage {
            Stage::Waiting | Stage::CannotTell if handed_over => WaveStage::HandedOver,
            Stage::Waiting | Stage::CannotTell => return,
            Stage::ConfigurationFetched => WaveStage::Redeemed,
            Stage::RequestSent | Stage::RequestUnanswered | Stage::CertificateIssued | Stage::CredentialsUsed => {
                WaveStage::Signed
            }
            Stage::Paired => WaveStage::Paired,
            Stage::Expired => WaveStage::Expired,
            Stage::NoAnswer => {
                self.problem = Some("The application used the token and got no answer.".into());
                WaveStage::Failed
            }
            Stage::Gone => {
                self.problem = Some("The application, or its pairing entry, was removed.".into());
                WaveStage::Failed
            }
        };
        if seen == WaveStage::Paired && self.stage != seen {
            self.paired_at = Some(progress.server_now.clone());
        }
        if seen > self.stage {
            self.stage = seen;
        }
    }

    pub(super) fn row(&self) -> WaveRow {
        WaveRow {
            application_id: self.application_id.clone(),
            name: self.name.clone(),
            stage: self.stage,
            wave: self.wave,
            problem: self.problem.clone(),
            pairing_id: self.pairing_id.clone(),
            expires_at: self.expires_at.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn progress(stage: Stage) -> Progress {
        Progress {
            stage,
            condition: String::new(),
            expires_at: None,
            used_at: None,
            token_created_at: None,
            cert_common_name: None,
            readable: true,
            already_connected: false,
            server_now: "2026-01-01T00:01:00Z".into(),
        }
    }

    #[test]
    fn stages_only_go_forward() {
        let mut entry = Entry { stage: WaveStage::Requested, ..Entry::planned("1".into(), "a".into()) };
        entry.note(&progress(Stage::Waiting), false);
        assert_eq!(entry.stage, WaveStage::Requested);
        entry.note(&progress(Stage::Waiting), true);
        assert_eq!(entry.stage, WaveStage::HandedOver);
        entry.note(&progress(Stage::RequestSent), true);
        entry.note(&progress(Stage::ConfigurationFetched), true);
        assert_eq!(entry.stage, WaveStage::Signed);
        entry.note(&progress(Stage::Paired), true);
        assert_eq!((entry.stage, entry.paired_at.as_deref()), (WaveStage::Paired, Some("2026-01-01T00:01:00Z")));
    }
}
