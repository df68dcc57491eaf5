//! Which of the pairings are worth a look, and how often.

use std::time::Duration;

use pairing::Moment;

use super::{Origin, Pairing, Pairings, watching::Seen};
use crate::{calls::Stage, frame::Place};

/// This long after its end a token is not worth a look any more.
const AFTER_EXPIRY_SECONDS: i64 = 30;
/// What has no end, or a request that was never answered, is looked at without being asked for this long.
const LONGEST_SECONDS: i64 = 3600;
/// Who has a certificate and has not called for so long is somebody who calls tomorrow.
const PATIENT_SECONDS: i64 = 600;
/// Between two looks at those.
const PATIENT: Duration = Duration::from_secs(60);

impl Pairings {
    /// Where something is that is worth a look without being asked.
    pub(super) fn watched_places(&self) -> Vec<Place> {
        let mut places: Vec<_> =
            self.list.iter().filter(|pairing| pairing.is_alive()).map(|pairing| pairing.place.clone()).collect();
        places.sort();
        places.dedup();
        places
    }

    /// Copies of what is to be looked at. When something is due, all of the place is that is looked at as often: one document
    /// does for all.
    pub(super) fn due(&self, place: &Place, asked: Option<&str>, fresh: Duration) -> Vec<Pairing> {
        let is_fresh = |pairing: &Pairing, fresh| pairing.seen.as_ref().is_some_and(|seen| seen.at.elapsed() < fresh);
        let here = |pairing: &&Pairing| {
            pairing.place == *place
                && pairing.origin == Origin::Requested
                && (asked == Some(&pairing.id) || pairing.is_alive())
        };
        let here: Vec<_> = self.list.iter().filter(here).collect();
        let is_slow = |pairing: &Pairing| asked != Some(&pairing.id) && pairing.is_patient();
        let quick_are_due = here.iter().any(|pairing| !is_slow(pairing) && !is_fresh(pairing, fresh));
        let is_due = |pairing: &&&Pairing| if is_slow(pairing) { !is_fresh(pairing, PATIENT) } else { quick_are_due };
        here.iter().filter(is_due).map(|pairing| (*pairing).clone()).collect()
    }
}

impl Pairing {
    /// Whether anything can still become of it that somebody waits for.
    pub(super) fn is_alive(&self) -> bool {
        let Some(Seen { progress, .. }) = &self.seen else { return self.origin == Origin::Requested };
        let Some(now) = Moment::parse(&progress.server_now) else { return false };
        let since = |at: Moment| now.unix_seconds() - at.unix_seconds();
        let young = since(self.requested_at) < LONGEST_SECONDS;
        match progress.stage {
            Stage::Paired | Stage::Gone => false,
            Stage::Expired | Stage::NoAnswer => {
                let end = progress.expires_at.as_deref().and_then(Moment::parse).or(self.expires_at);
                end.map_or(young, |end| since(end) < AFTER_EXPIRY_SECONDS)
            }
            Stage::Waiting
            | Stage::ConfigurationFetched
            | Stage::RequestSent
            | Stage::RequestUnanswered
            | Stage::CertificateIssued
            | Stage::CredentialsUsed
            | Stage::CannotTell => young,
        }
    }

    /// Whether what it waits for may as well come tomorrow.
    fn is_patient(&self) -> bool {
        self.seen.as_ref().is_some_and(|Seen { progress, .. }| {
            let now = Moment::parse(&progress.server_now);
            let long = now.is_some_and(|now| now.unix_seconds() - self.requested_at.unix_seconds() > PATIENT_SECONDS);
            long && matches!(progress.stage, Stage::CertificateIssued | Stage::CredentialsUsed | Stage::CannotTell)
        })
    }
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use super::*;
    use crate::{
        calls::Progress,
        pairings::{Subject, progress::progress},
    };

    const START: Moment = Moment::from_unix_seconds(1_720_089_840);

    /// Seen so many seconds ago by this computer, so many after it was requested by the server.
    fn seen(id: &str, stage: Stage, ago: u64, after: i64) -> Pairing {
        let subject = Subject::Certificate { connector_url: None, ca_file: None };
        let pairing = Pairing::sample(subject, START);
        let progress = Progress { stage, ..progress(&pairing, None, None, START.plus_seconds(after)) };
        let at = Instant::now().checked_sub(Duration::from_secs(ago)).unwrap();
        Pairing { id: id.into(), seen: Some(Seen { progress, at }), ..pairing }
    }

    fn due(list: Vec<Pairing>, asked: Option<&str>) -> Vec<String> {
        let place = list[0].place.clone();
        let due = Pairings { list }.due(&place, asked, Duration::from_secs(2));
        due.into_iter().map(|pairing| pairing.id).collect()
    }

    #[test]
    fn all_are_looked_at_together_and_those_that_take_their_time_once_a_minute() {
        let waiting = |ago| seen("waiting", Stage::Waiting, ago, 30);
        let just_signed = seen("just-signed", Stage::CertificateIssued, 0, 60);
        let signed = |ago| seen("signed", Stage::CertificateIssued, ago, 900);
        assert_eq!(due(vec![waiting(0), just_signed.clone(), signed(30)], None), [""; 0]);
        assert_eq!(due(vec![waiting(3), just_signed.clone(), signed(30)], None), ["waiting", "just-signed"]);
        assert_eq!(due(vec![waiting(0), just_signed, signed(61)], None), ["signed"]);
        assert_eq!(due(vec![waiting(0), signed(3)], Some("signed")), ["waiting", "signed"], "somebody wants to know");
    }
}
