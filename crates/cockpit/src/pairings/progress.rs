//! How far the application has come, from fields that every Director returns (ux.md §3.5 step D). The poll selects
//! no token: whoever read its answer could otherwise take the live second token out of the entry.

use pairing::Moment;

use super::{Pairing, Subject};
use crate::{
    calls::{OwnerKind, Progress, Stage},
    director::{Auth, Token, Watched},
};

/// A token that was presented this long ago and bought nothing will not buy anything any more.
const NO_ANSWER_AFTER_SECONDS: i64 = 10;
/// An application that uses a token so soon is a program, which goes on at once.
const AT_ONCE_SECONDS: i64 = 1;
/// After a signing request an application calls within moments; this long without a call may mean a refusal.
const UNANSWERED_AFTER_SECONDS: i64 = 60;

/// `uses`: how often the client was used, where its registry can be asked.
pub(super) fn progress(pairing: &Pairing, watched: Option<&Watched>, uses: Option<u64>, now: Moment) -> Progress {
    let auths = watched.and_then(|watched| watched.auths.as_deref());
    let own = |auth: &&Auth| Some(&auth.id) == pairing.system_auth_id.as_ref();
    let auth = auths.and_then(|auths| auths.iter().find(own));
    let readable = auth.is_some_and(|auth| auth.readable);
    let token = auth.and_then(|auth| auth.token.as_ref());
    // Where the list of system auths can be read and ours is not in it, somebody removed it.
    let removed = auths.is_some() && auth.is_none() && pairing.system_auth_id.is_some();
    let stage = match watched {
        None => Stage::Gone,
        Some(_) if removed => Stage::Gone,
        Some(watched) => match (&pairing.subject, auth) {
            (Subject::Certificate { .. }, Some(auth)) if pairing.is_told_of(auth) => {
                with_token(pairing, watched, auth, now)
            }
            (Subject::Certificate { .. }, _) => by_condition(pairing, watched, now),
            (Subject::Credentials { .. }, _) => pairing.credentials_stage(watched, uses),
        },
    };
    // What Compass says of the life of an adapter's token is not true for it.
    let expires_at = token.filter(|_| pairing.issued_by.is_none()).map_or(pairing.expires_at, |token| token.expires_at);
    Progress {
        stage,
        condition: watched.map(|watched| watched.condition.clone()).unwrap_or_default(),
        expires_at: expires_at.map(Moment::rfc3339),
        used_at: token.and_then(|token| token.used_at).map(Moment::rfc3339),
        token_created_at: token.and_then(|token| token.created_at).map(Moment::rfc3339),
        cert_common_name: auth.and_then(|auth| auth.cert_common_name.clone()),
        readable,
        already_connected: pairing.was_connected,
        server_now: now.rfc3339(),
    }
}

impl Pairing {
    /// Whether the system auth tells of its token: not to everybody, not for runtimes, and not of an adapter's.
    fn is_told_of(&self, auth: &Auth) -> bool {
        let of_runtime = self.owner.as_ref().is_some_and(|owner| owner.kind == OwnerKind::Runtime);
        auth.readable
            && self.issued_by.is_none()
            && (!of_runtime || auth.token.is_some() || auth.cert_common_name.is_some())
    }

    /// The condition turned to connected after the data was requested. Times have whole seconds.
    pub(super) fn connected_since(&self, watched: &Watched) -> bool {
        let since = |at: Moment| at.unix_seconds() >= self.requested_at.unix_seconds();
        watched.is_connected() && watched.status_at.is_some_and(since)
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
    // A script that is quick enough has its second token in the second in which the first one was made; then the one that
    // is used may be either.
    let used_at_once = used_after(token).is_some_and(|after| after <= AT_ONCE_SECONDS);
    let replaced = replaced || used_at_once;
    let used_for = token.used_at.map_or(0, |at| now.unix_seconds() - at.unix_seconds());
    match (token.used, replaced) {
        _ if has_new_certificate => Stage::CertificateIssued,
        (true, true) if used_for >= UNANSWERED_AFTER_SECONDS => Stage::RequestUnanswered,
        (true, true) => Stage::RequestSent,
        (true, false) if used_for >= NO_ANSWER_AFTER_SECONDS => Stage::NoAnswer,
        (true, false) => Stage::Waiting,
        (false, _) if token.is_expired(now) => Stage::Expired,
        (false, true) => Stage::ConfigurationFetched,
        (false, false) => Stage::Waiting,
    }
}

/// All that can be told from the owner's condition: it turned to connected after we asked. One that was connected before
/// stays so, whatever becomes of the token.
fn by_condition(pairing: &Pairing, watched: &Watched, now: Moment) -> Stage {
    if pairing.connected_since(watched) {
        Stage::Paired
    } else if pairing.was_connected && watched.is_connected() {
        Stage::CannotTell
    } else if pairing.expires_at.is_some_and(|at| at <= now) {
        Stage::Expired
    } else {
        Stage::Waiting
    }
}

/// Seconds from its making to its use.
fn used_after(token: &Token) -> Option<i64> {
    Some(seconds(token.used_at)? - seconds(token.created_at)?)
}

/// `Timestamp` has whole seconds; the answer that created the token may have more.
fn seconds(at: Option<Moment>) -> Option<i64> {
    at.map(Moment::unix_seconds)
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: Moment = Moment::from_unix_millis(1_720_089_840_123);

    fn for_certificate() -> Pairing {
        Pairing::sample(Subject::Certificate { connector_url: None, ca_file: None }, START)
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
        Watched { name: "shop".into(), condition: condition.into(), status_at, auths, integration_system: None }
    }

    fn stage_of(pairing: &Pairing, watched: &Watched, after: i64) -> Stage {
        progress(pairing, Some(watched), None, START.plus_seconds(after)).stage
    }

    fn stage(watched: &Watched, after: i64) -> Stage {
        stage_of(&for_certificate(), watched, after)
    }

    #[test]
    fn the_certificate_goes_through_its_stages() {
        let initial = |auth| watched("INITIAL", Some(vec![auth]));
        let cases = [
            (auth(Some(token(0, None)), None), 5, Stage::Waiting),
            (auth(Some(token(0, None)), None), 300, Stage::Expired),
            (auth(Some(token(0, Some(20))), None), 29, Stage::Waiting),
            (auth(Some(token(0, Some(20))), None), 30, Stage::NoAnswer),
            // Both steps within the second in which the token was made.
            (auth(Some(token(0, Some(0))), None), 9, Stage::RequestSent),
            (auth(Some(token(0, Some(1))), None), 40, Stage::RequestSent),
            (auth(Some(token(0, Some(0))), None), 90, Stage::RequestUnanswered),
            (auth(Some(token(0, Some(2))), None), 40, Stage::NoAnswer),
            (auth(Some(token(20, None)), None), 25, Stage::ConfigurationFetched),
            (auth(Some(token(20, None)), None), 320, Stage::Expired),
            (auth(Some(token(20, Some(25))), None), 26, Stage::RequestSent),
            (auth(Some(token(20, Some(25))), None), 85, Stage::RequestUnanswered),
            (auth(Some(token(20, Some(25))), Some("cn")), 99, Stage::CertificateIssued),
        ];
        for (auth, after, wanted) in cases {
            assert_eq!(stage(&initial(auth.clone()), after), wanted, "{auth:?} after {after} s");
        }
        let paired = |name| watched("CONNECTED", Some(vec![auth(None, name)]));
        assert_eq!(stage(&paired(Some("cn")), 99), Stage::Paired);
        assert_eq!(stage(&paired(None), 99), Stage::Paired, "as Compass shows it");
        assert_eq!(stage(&watched("CONNECTED", Some(vec![])), 99), Stage::Gone);
        assert_eq!(progress(&for_certificate(), None, None, START).stage, Stage::Gone);
    }

    #[test]
    fn an_old_certificate_and_an_old_connection_prove_nothing() {
        let renewed = Pairing { had_certificate: true, was_connected: true, ..for_certificate() };
        let connected = watched("CONNECTED", Some(vec![auth(Some(token(0, None)), Some("cn"))]));
        assert_eq!(stage_of(&renewed, &connected, 5), Stage::Waiting);
        assert_eq!(stage(&watched("CONNECTED", Some(vec![auth(Some(token(0, None)), None)])), 5), Stage::Waiting);
    }

    #[test]
    fn without_permission_only_the_condition_is_watched() {
        let hidden = Auth { readable: false, ..auth(None, None) };
        for auths in [None, Some(vec![hidden])] {
            let initial = watched("INITIAL", auths.clone());
            let seen = progress(&for_certificate(), Some(&initial), None, START.plus_seconds(5));
            assert_eq!((seen.stage, seen.readable, seen.already_connected), (Stage::Waiting, false, false));
            assert_eq!(stage(&watched("CONNECTED", auths.clone()), 5), Stage::Paired);
            assert_eq!(stage(&initial, 301), Stage::Expired);

            let again = Pairing { was_connected: true, requested_at: START.plus_seconds(1), ..for_certificate() };
            let connected = watched("CONNECTED", auths);
            assert_eq!(stage_of(&again, &connected, 5), Stage::CannotTell, "not waiting for ever");
            assert_eq!(stage_of(&again, &connected, 900), Stage::CannotTell, "and not expired: it may have been used");
        }
    }

    #[test]
    fn an_entry_that_nobody_named_is_watched_by_the_condition() {
        let unnamed = Pairing { system_auth_id: None, ..for_certificate() };
        let other = Auth { id: "other".into(), ..auth(Some(token(0, None)), None) };
        assert_eq!(stage_of(&unnamed, &watched("INITIAL", Some(vec![other])), 5), Stage::Waiting);
    }

    #[test]
    fn what_an_adapter_made_is_not_compass_to_expire() {
        let adapted = Pairing { issued_by: Some("adapter".into()), expires_at: None, ..for_certificate() };
        let initial = watched("INITIAL", Some(vec![auth(Some(token(0, None)), None)]));
        let seen = progress(&adapted, Some(&initial), None, START.plus_seconds(900));
        assert_eq!((seen.stage, seen.expires_at), (Stage::Waiting, None));
    }
}
