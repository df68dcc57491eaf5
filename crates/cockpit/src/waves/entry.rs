//! One application of a run, and how far it is.

use std::path::PathBuf;

use pairing::Moment;
use serde::{Deserialize, Serialize};

use crate::calls::{Progress, Stage, WaveRow, WaveStage};

/// What has no known end does not hold up the next wave for longer than this.
const LONGEST_SECONDS: i64 = 900;
/// After the end of a token, so that its last moment is seen.
const GRACE_SECONDS: i64 = 60;

/// One application of a run. No secret is in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Entry {
    pub(super) application_id: String,
    pub(super) name: String,
    pub(super) stage: WaveStage,
    pub(super) wave: u32,
    pub(super) problem: Option<String>,
    /// What to do about it.
    #[serde(default)]
    pub(super) hint: Option<String>,
    /// This is not the first try: an earlier token may have paired it meanwhile.
    #[serde(default)]
    pub(super) retried: bool,
    /// It seems that the token was used in vain; a call of the application would show that it was not.
    #[serde(default)]
    pub(super) unanswered: bool,
    /// Its token is being requested; nobody knows yet what came of it.
    #[serde(default)]
    pub(super) asked: bool,
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
            hint: None,
            retried: false,
            unanswered: false,
            asked: false,
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
        self.is_alive() || self.stage == WaveStage::Signed || self.unanswered
    }

    /// Takes in what was seen. Nothing goes back: a token that was handed over stays so. That it has expired is judged by a
    /// look that came after its end, and by the Director's clock: while nobody could look, it may have been used.
    pub(super) fn note(&mut self, progress: &Progress, handed_over: bool) {
        self.advance(progress, handed_over);
        if self.is_alive() && Moment::parse(&progress.server_now).is_some_and(|now| self.is_past(now)) {
            self.stage = WaveStage::Expired;
        }
    }

    fn is_past(&self, now: Moment) -> bool {
        let moment = |text: &Option<String>| text.as_deref().and_then(Moment::parse);
        let end = moment(&self.expires_at).map(|end| end.plus_seconds(GRACE_SECONDS));
        let end = end.or_else(|| moment(&self.requested_at).map(|at| at.plus_seconds(LONGEST_SECONDS)));
        end.is_some_and(|end| end < now)
    }

    fn advance(&mut self, progress: &Progress, handed_over: bool) {
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
                self.unanswered = true;
                return self.fail(
                    "The application used the token and got no answer.",
                    Some("A token is spent even when the request with it is refused. The application's log says more; then retry."),
                );
            }
            Stage::Gone => {
                self.unanswered = false;
                return self.fail(
                    "The application, or its pairing entry, was removed.",
                    Some("Look for it in the list of applications."),
                );
            }
        };
        if self.unanswered && (WaveStage::Signed..WaveStage::Expired).contains(&seen) {
            (self.unanswered, self.problem, self.hint) = (false, None, None);
            self.stage = WaveStage::HandedOver;
        }
        if seen == WaveStage::Paired && self.stage != seen {
            self.paired_at = Some(progress.server_now.clone());
        }
        if seen > self.stage {
            self.stage = seen;
        }
    }

    pub(super) fn fail(&mut self, message: &str, hint: Option<&str>) {
        self.stage = WaveStage::Failed;
        self.problem = Some(message.to_owned());
        self.hint = hint.map(str::to_owned);
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
    fn what_cannot_be_told_ends_after_its_time_and_only_by_a_look_that_came_later() {
        let token = |end: Option<&str>| Entry {
            stage: WaveStage::HandedOver,
            requested_at: Some("2026-01-01T00:00:00Z".into()),
            expires_at: end.map(str::to_owned),
            ..Entry::planned("1".into(), "a".into())
        };
        let looked = |entry: &Entry, at: &str| {
            let mut entry = entry.clone();
            entry.note(&Progress { server_now: at.into(), ..progress(Stage::CannotTell) }, true);
            entry.stage
        };
        let known = token(Some("2026-01-01T00:05:00Z"));
        assert_eq!(looked(&known, "2026-01-01T00:06:00Z"), WaveStage::HandedOver);
        assert_eq!(looked(&known, "2026-01-01T00:06:01Z"), WaveStage::Expired);
        assert_eq!(looked(&token(None), "2026-01-01T00:15:00Z"), WaveStage::HandedOver);
        assert_eq!(looked(&token(None), "2026-01-01T00:15:01Z"), WaveStage::Expired);
        let mut late = known;
        late.note(&Progress { server_now: "2026-01-01T09:00:00Z".into(), ..progress(Stage::Paired) }, true);
        assert_eq!(late.stage, WaveStage::Paired, "nobody could look before");
    }

    #[test]
    fn a_token_that_seemed_to_be_used_in_vain_was_not() {
        let mut entry = Entry { stage: WaveStage::HandedOver, ..Entry::planned("1".into(), "a".into()) };
        entry.note(&progress(Stage::NoAnswer), true);
        assert!(entry.stage == WaveStage::Failed && entry.hint.is_some() && entry.is_watched());
        entry.note(&progress(Stage::Waiting), true);
        entry.note(&progress(Stage::Paired), true);
        assert_eq!((entry.stage, entry.problem.clone()), (WaveStage::Paired, None));
        assert!(entry.paired_at.is_some() && !entry.is_watched());
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
