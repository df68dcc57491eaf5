//! How far the application has come, from fields that every Director returns (ux.md §3.5 step D). The poll selects
//! no token: whoever read its answer could otherwise take the live second token out of the entry.

use pairing::Moment;

use super::{Pairing, Subject};
use crate::{
    Cockpit, Problem,
    calls::{CorrelationId, PairingRef, Progress, Stage},
    cockpit::lock,
    director::{At, Auth, Watched},
};

/// A token that was presented this long ago and bought nothing will not buy anything any more.
const NO_ANSWER_AFTER_SECONDS: i64 = 10;

impl Cockpit {
    pub(crate) async fn pairing_progress(&self, call: CorrelationId, input: PairingRef) -> Result<Progress, Problem> {
        let pairing = self.pairing(&input.pairing_id)?;
        pairing.check_requested("No progress can be shown for a rotated secret: its client was there before.")?;
        let At { value: watched, moment: now } = self.session(call)?.watch(pairing.application_id.clone()).await?;
        let progress = progress(&pairing, watched.as_ref(), now);
        let is_token = matches!(pairing.subject, Subject::Certificate { .. });
        let worthless = match progress.stage {
            Stage::Paired | Stage::Expired | Stage::CertificateIssued => is_token,
            Stage::Gone => true,
            Stage::Waiting | Stage::ConfigurationFetched | Stage::NoAnswer => false,
        };
        if worthless {
            lock(&self.pairings).change(&pairing.id, |pairing| pairing.secret = None);
        }
        Ok(progress)
    }
}

fn progress(pairing: &Pairing, watched: Option<&Watched>, now: Moment) -> Progress {
    let auths = watched.and_then(|watched| watched.auths.as_deref());
    let auth = auths.and_then(|auths| auths.iter().find(|auth| auth.id == pairing.system_auth_id));
    let readable = auth.is_some_and(|auth| auth.readable);
    let token = auth.and_then(|auth| auth.token.as_ref());
    // Where the list of system auths can be read and ours is not in it, somebody removed it.
    let removed = auths.is_some() && auth.is_none() && !pairing.system_auth_id.is_empty();
    let stage = match watched {
        None => Stage::Gone,
        Some(_) if removed => Stage::Gone,
        Some(watched) => match (&pairing.subject, auth) {
            (Subject::Certificate { .. }, Some(auth)) if auth.readable => with_token(pairing, watched, auth, now),
            (Subject::Certificate { .. } | Subject::Credentials { .. }, _) => by_condition(pairing, watched, now),
        },
    };
    Progress {
        stage,
        condition: watched.map(|watched| watched.condition.clone()).unwrap_or_default(),
        expires_at: token.map_or(pairing.expires_at, |token| token.expires_at).map(Moment::rfc3339),
        used_at: token.and_then(|token| token.used_at).map(Moment::rfc3339),
        token_created_at: token.and_then(|token| token.created_at).map(Moment::rfc3339),
        cert_common_name: auth.and_then(|auth| auth.cert_common_name.clone()),
        readable,
        server_now: now.rfc3339(),
    }
}

/// The stages of a one-time token. Fetching `configuration` uses the token up and puts a new one in its place;
/// signing uses that one up; the first secured call wipes it and connects the application.
fn with_token(pairing: &Pairing, watched: &Watched, auth: &Auth, now: Moment) -> Stage {
    let has_new_certificate = auth.cert_common_name.is_some() && !pairing.had_certificate;
    let Some(token) = &auth.token else {
        return match (watched.is_connected(), has_new_certificate) {
            (true, _) => Stage::Paired,
            (false, true) => Stage::CertificateIssued,
            (false, false) => Stage::Waiting,
        };
    };
    let replaced = seconds(token.created_at) != seconds(pairing.token_created_at);
    let used_for = token.used_at.map_or(0, |at| now.unix_seconds() - at.unix_seconds());
    if has_new_certificate {
        Stage::CertificateIssued
    } else if token.used && used_for >= NO_ANSWER_AFTER_SECONDS {
        Stage::NoAnswer
    } else if !token.used && token.is_expired(now) {
        Stage::Expired
    } else if replaced {
        Stage::ConfigurationFetched
    } else {
        Stage::Waiting
    }
}

/// All that can be told from the application's condition: it turned to connected after we asked.
fn by_condition(pairing: &Pairing, watched: &Watched, now: Moment) -> Stage {
    let since = |at: Moment| at.unix_seconds() >= pairing.requested_at.unix_seconds();
    if watched.is_connected() && watched.status_at.is_some_and(since) {
        Stage::Paired
    } else if pairing.expires_at.is_some_and(|at| at <= now) {
        Stage::Expired
    } else {
        Stage::Waiting
    }
}

/// `Timestamp` has whole seconds; the answer that created the token may have more.
fn seconds(at: Option<Moment>) -> Option<i64> {
    at.map(Moment::unix_seconds)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{director::Token, pairings::Origin};

    const START: Moment = Moment::from_unix_millis(1_720_089_840_123);

    fn pairing(subject: Subject) -> Pairing {
        Pairing {
            id: "p".into(),
            application_id: "a".into(),
            application_name: "shop".into(),
            tenant: "t".into(),
            system_auth_id: "auth".into(),
            requested_at: START,
            expires_at: Some(START.plus_seconds(300)),
            token_created_at: Some(START),
            had_certificate: false,
            handed_over: false,
            origin: Origin::Requested,
            subject,
            secret: None,
        }
    }

    fn for_certificate() -> Pairing {
        pairing(Subject::Certificate { connector_url: None, ca_file: None })
    }

    fn token(created_after: i64, used_after: Option<i64>) -> Token {
        let created = Moment::from_unix_seconds(START.unix_seconds() + created_after);
        Token {
            used: used_after.is_some(),
            used_at: used_after.map(|after| START.plus_seconds(after)),
            created_at: Some(created),
            expires_at: Some(created.plus_seconds(300)),
        }
    }

    fn auth(token: Option<Token>, name: Option<&str>) -> Auth {
        let cert_common_name = name.map(str::to_owned);
        Auth { id: "auth".into(), readable: true, client_id: None, cert_common_name, token }
    }

    fn watched(condition: &str, auths: Option<Vec<Auth>>) -> Watched {
        let status_at = Some(Moment::from_unix_seconds(START.unix_seconds()));
        Watched { name: "shop".into(), condition: condition.into(), status_at, auths }
    }

    fn stage(watched: &Watched, after: i64) -> Stage {
        progress(&for_certificate(), Some(watched), START.plus_seconds(after)).stage
    }

    #[test]
    fn the_certificate_goes_through_its_stages() {
        let initial = |auth| watched("INITIAL", Some(vec![auth]));
        assert_eq!(stage(&initial(auth(Some(token(0, None)), None)), 20), Stage::Waiting);
        assert_eq!(stage(&initial(auth(Some(token(0, None)), None)), 300), Stage::Expired);
        assert_eq!(stage(&initial(auth(Some(token(0, Some(20))), None)), 29), Stage::Waiting);
        assert_eq!(stage(&initial(auth(Some(token(0, Some(20))), None)), 30), Stage::NoAnswer);
        assert_eq!(stage(&initial(auth(Some(token(20, None)), None)), 25), Stage::ConfigurationFetched);
        assert_eq!(stage(&initial(auth(Some(token(20, Some(25))), None)), 26), Stage::ConfigurationFetched);
        assert_eq!(stage(&initial(auth(Some(token(20, Some(25))), Some("cn"))), 99), Stage::CertificateIssued);
        assert_eq!(stage(&watched("CONNECTED", Some(vec![auth(None, Some("cn"))])), 99), Stage::Paired);
        assert_eq!(
            stage(&watched("CONNECTED", Some(vec![auth(None, None)])), 99),
            Stage::Paired,
            "as Compass shows it"
        );
        assert_eq!(stage(&watched("CONNECTED", Some(vec![])), 99), Stage::Gone);
        assert_eq!(progress(&for_certificate(), None, START).stage, Stage::Gone);
    }

    #[test]
    fn an_old_certificate_and_an_old_connection_prove_nothing() {
        let renewed = Pairing { had_certificate: true, ..for_certificate() };
        let connected = watched("CONNECTED", Some(vec![auth(Some(token(0, None)), Some("cn"))]));
        assert_eq!(progress(&renewed, Some(&connected), START.plus_seconds(5)).stage, Stage::Waiting);
        assert_eq!(stage(&watched("CONNECTED", Some(vec![auth(Some(token(0, None)), None)])), 5), Stage::Waiting);
    }

    #[test]
    fn without_permission_only_the_condition_is_watched() {
        let hidden = Auth { readable: false, ..auth(None, None) };
        for auths in [None, Some(vec![hidden])] {
            let seen = progress(&for_certificate(), Some(&watched("INITIAL", auths.clone())), START.plus_seconds(5));
            assert_eq!((seen.stage, seen.readable), (Stage::Waiting, false));
            assert_eq!(stage(&watched("CONNECTED", auths.clone()), 5), Stage::Paired);
            assert_eq!(stage(&watched("INITIAL", auths), 301), Stage::Expired);
        }
    }

    #[test]
    fn credentials_are_paired_by_a_call_after_they_were_requested() {
        let subject = Subject::Credentials {
            client_id: "c".into(),
            token_url: "u".into(),
            scopes: Vec::new(),
            auth_method: crate::calls::TokenAuthMethod::Basic,
            ca_file: None,
        };
        let pairing = Pairing { expires_at: None, ..pairing(subject) };
        let at = |watched: &Watched| progress(&pairing, Some(watched), START.plus_seconds(5)).stage;
        assert_eq!(at(&watched("INITIAL", Some(vec![auth(None, None)]))), Stage::Waiting);
        assert_eq!(at(&watched("CONNECTED", Some(vec![auth(None, None)]))), Stage::Paired, "within the same second");
        let before =
            Watched { status_at: Some(START.plus_seconds(-1)), ..watched("CONNECTED", Some(vec![auth(None, None)])) };
        assert_eq!(at(&before), Stage::Waiting);
        assert_eq!(at(&watched("CONNECTED", Some(vec![]))), Stage::Gone);
    }
}
