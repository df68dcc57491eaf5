//! How far an owner has come with a client ID and a secret. A Director shows only its condition; where the registry of the
//! clients can be asked, it tells whether they were used.

use super::Pairing;
use crate::{
    calls::{OwnerKind, Stage},
    director::Watched,
};

impl Pairing {
    /// `uses`: by anybody, as the registry counts; `None`: it cannot be asked.
    pub(super) fn credentials_stage(&self, watched: &Watched, uses: Option<u64>) -> Stage {
        let used = uses.map(|uses| uses > self.own_uses);
        let has_condition = self.owner.as_ref().is_some_and(|owner| owner.kind != OwnerKind::IntegrationSystem);
        if self.connected_since(watched) {
            return Stage::Paired;
        }
        match used {
            // It was connected before, and has used what is new.
            Some(true) if watched.is_connected() => Stage::Paired,
            Some(true) => Stage::CredentialsUsed,
            Some(false) => Stage::Waiting,
            None if watched.is_connected() || !has_condition => Stage::CannotTell,
            None => Stage::Waiting,
        }
    }
}

#[cfg(test)]
mod tests {
    use pairing::Moment;

    use super::*;
    use crate::{
        calls::{Owner, TokenAuthMethod},
        pairings::Subject,
    };

    const START: Moment = Moment::from_unix_millis(1_720_089_840_123);

    fn credentials() -> Pairing {
        let subject = Subject::Credentials {
            client_id: "c".into(),
            token_url: "u".into(),
            scopes: Vec::new(),
            auth_method: TokenAuthMethod::Basic,
            ca_file: None,
        };
        Pairing { expires_at: None, ..Pairing::sample(subject, START) }
    }

    fn watched(condition: &str, after: i64) -> Watched {
        let status_at = Some(Moment::from_unix_seconds(START.unix_seconds() + after));
        Watched { name: "shop".into(), condition: condition.into(), status_at, auths: None, integration_system: None }
    }

    #[test]
    fn a_call_after_the_request_pairs() {
        let stage = |condition, after, uses| credentials().credentials_stage(&watched(condition, after), uses);
        assert_eq!(stage("INITIAL", -60, None), Stage::Waiting);
        assert_eq!(stage("INITIAL", -60, Some(0)), Stage::Waiting);
        assert_eq!(stage("INITIAL", -60, Some(1)), Stage::CredentialsUsed);
        assert_eq!(stage("CONNECTED", 0, None), Stage::Paired, "within the same second");
    }

    #[test]
    fn one_that_was_connected_before_is_told_by_the_registry_or_not_at_all() {
        let connected = watched("CONNECTED", -60);
        assert_eq!(credentials().credentials_stage(&connected, Some(0)), Stage::Waiting);
        assert_eq!(credentials().credentials_stage(&connected, Some(1)), Stage::Paired);
        assert_eq!(credentials().credentials_stage(&connected, None), Stage::CannotTell);
        let tested = Pairing { own_uses: 1, ..credentials() };
        assert_eq!(tested.credentials_stage(&connected, Some(1)), Stage::Waiting, "that was us");
        assert_eq!(tested.credentials_stage(&connected, Some(2)), Stage::Paired);
    }

    #[test]
    fn an_integration_system_has_no_condition_to_watch() {
        let owner = Owner { kind: OwnerKind::IntegrationSystem, id: "i".into() };
        let system = Pairing { owner: Some(owner), ..credentials() };
        let unknown = Watched { status_at: None, ..watched("", 0) };
        assert_eq!(system.credentials_stage(&unknown, None), Stage::CannotTell);
        assert_eq!(system.credentials_stage(&unknown, Some(0)), Stage::Waiting);
        assert_eq!(system.credentials_stage(&unknown, Some(3)), Stage::CredentialsUsed);
    }
}
