//! The system auths of an application: which certificate came of each, and which were left behind.

use std::collections::{BTreeMap, BTreeSet};

use pairing::ErrorCode;

use crate::{
    Cockpit, Problem,
    applications::application_gone,
    calls::{
        ApplicationDetail, AuthCertificate, AuthKind, AuthSummary, CallContext, CleanUpAuths, CleanedUp,
        IntegrationSystemRow, Owner, OwnerKind, Text,
    },
    certificates::{Certificate, Inventory},
};

/// More than anybody can look through in one list.
const MOST: usize = 1000;
/// Removed in a second or so: a request for pairing data waits no longer.
const AT_ONCE: usize = 10;

impl Cockpit {
    /// One application with what the inventory knows about its system auths. An inventory that does not answer costs
    /// what it would have said, not the application.
    pub(crate) async fn application_detail(
        &self,
        call: CallContext,
        id: &str,
    ) -> Result<Option<ApplicationDetail>, Problem> {
        let connection = self.connection(call)?;
        let session = connection.director.session(call);
        let certificates = async {
            let found = Inventory::of(&connection, call)?.of_owner(id).await;
            found.inspect_err(|problem| tracing::debug!(code = %problem.code, "no certificates of an application")).ok()
        };
        // The server of this computer changes nothing when it is asked; others may, so there a person asks.
        let eventing_url = async {
            if connection.set_up.is_some() {
                return None;
            }
            session.eventing_url(id.to_owned()).await.ok().flatten()
        };
        let (application, certificates, eventing_url) =
            tokio::join!(session.application(id.to_owned()), certificates, eventing_url);
        let Some(mut application) = application? else { return Ok(None) };
        application.eventing_url = eventing_url;
        if let Some(auths) = &mut application.auths {
            complete(auths, certificates.as_deref());
        }
        if let Some(id) = &application.row.integration_system_id {
            // The end of an adapter's token is not the Director's to tell, so nothing is known to be left behind.
            for auth in application.auths.iter_mut().flatten() {
                auth.orphaned = false;
            }
            // Who may not read integration systems still learns that there is one.
            let known = session.integration_system_name(id.clone()).await.ok().flatten();
            let unknown = || IntegrationSystemRow { id: id.clone(), name: id.clone(), description: None };
            application.integration_system = Some(known.unwrap_or_else(unknown));
        }
        Ok(Some(application))
    }

    pub(crate) async fn clean_up_auths(&self, call: CallContext, input: CleanUpAuths) -> Result<CleanedUp, Problem> {
        if input.system_auth_ids.len() > MOST {
            return Err(Problem::invalid(format!("At most {MOST} entries can be removed at a time.")));
        }
        let wanted: BTreeSet<_> = input.system_auth_ids.into_iter().map(Text::into_inner).collect();
        let session = self.session(call)?;
        let owner = Owner::application(&*input.application_id);
        let mut left = self.orphans(call, &input.application_id, &wanted).await?;
        let mut removed = 0;
        while !left.is_empty() {
            // Whoever requests pairing data takes what was left behind first: a few at a time, and each looked at again.
            let _turn = session.turn_of(&owner).await;
            let few = left.split_off(left.len().saturating_sub(AT_ONCE)).into_iter().collect::<BTreeSet<_>>();
            for id in self.orphans(call, &input.application_id, &few).await? {
                match session.delete_auth(OwnerKind::Application, id).await {
                    Ok(()) => removed += 1,
                    // Gone is what was wanted.
                    Err(problem) if problem.code == ErrorCode::NotFound => {}
                    Err(problem) => return Err(problem),
                }
            }
        }
        tracing::info!(application_id = &*input.application_id, removed, "orphaned system auths removed");
        Ok(CleanedUp { removed })
    }

    /// Those of the wanted entries that are left behind by now.
    async fn orphans(
        &self,
        call: CallContext,
        application_id: &str,
        wanted: &BTreeSet<String>,
    ) -> Result<Vec<String>, Problem> {
        let found = self.application_detail(call, application_id).await?.ok_or_else(application_gone)?;
        let auths = found.auths.unwrap_or_default().into_iter();
        Ok(auths.filter(|auth| auth.orphaned && wanted.contains(&auth.id)).map(|auth| auth.id).collect())
    }
}

/// Adds what the inventory knows; `None`: it does not say.
fn complete(auths: &mut [AuthSummary], certificates: Option<&[Certificate]>) {
    let mut newest: BTreeMap<&str, &Certificate> = BTreeMap::new();
    for certificate in certificates.unwrap_or_default() {
        let known = newest.entry(&certificate.system_auth_id).or_insert(certificate);
        // RFC 3339 in UTC, as the inventory writes it, sorts as text.
        if (&known.issued_at, known.generation) < (&certificate.issued_at, certificate.generation) {
            *known = certificate;
        }
    }
    for auth in auths {
        auth.certificate = newest.get(auth.id.as_str()).map(|certificate| AuthCertificate {
            fingerprint: certificate.fingerprint.clone(),
            generation: certificate.generation,
            not_after: certificate.not_after.clone(),
            state: certificate.state,
        });
        if auth.certificate.is_some() {
            auth.kind = AuthKind::Certificate;
        } else if certificates.is_some() && auth.kind == AuthKind::Certificate && auth.cert_common_name.is_none() {
            // It was guessed, and the inventory knows better.
            auth.kind = AuthKind::Unknown;
        }
        auth.orphaned = is_orphaned(auth, certificates.is_some());
    }
}

/// No credential came of it, and none can any more. Where nobody lists the certificates, a used token may have become
/// one that has not called yet: only a token that expired unused proves that nothing came of it.
fn is_orphaned(auth: &AuthSummary, inventory_known: bool) -> bool {
    auth.orphaned
        && auth.certificate.is_none()
        && match &auth.token {
            Some(token) if inventory_known => token.used || token.expired,
            Some(token) => token.expired && !token.used,
            None => inventory_known,
        }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::calls::{CertificateState, TokenSummary};

    fn auth(id: &str, used: bool, expired: bool) -> AuthSummary {
        let token = TokenSummary { used, used_at: None, created_at: None, expires_at: String::new(), expired };
        AuthSummary {
            id: id.into(),
            kind: AuthKind::Token,
            client_id: None,
            cert_common_name: None,
            token: Some(token),
            certificate: None,
            orphaned: true,
        }
    }

    fn certificate(system_auth: &str, generation: u64, issued_at: &str) -> Certificate {
        serde_json::from_value(json!({
            "fingerprint": format!("{generation:064}"), "serial": "1", "issuer": "2",
            "owner": { "kind": "application", "id": "a", "name": null, "gone": false },
            "systemAuthId": system_auth, "pairingRemoved": false, "commonName": "c", "subject": "CN=c",
            "key": "RSA 2048", "kind": "application", "notBefore": issued_at, "notAfter": "2027-01-01T00:00:00Z",
            "endsAt": "2027-01-01T00:00:00Z",
            "issuedAt": issued_at, "wire": "connector", "generation": generation, "lineage": "3", "parent": null,
            "sameKeyAsParent": false, "state": "valid", "lastSeenAt": null, "lastSeenFrom": null, "refused": null,
            "revoked": null,
        }))
        .unwrap()
    }

    #[test]
    fn the_newest_certificate_of_an_auth_is_shown_with_it() {
        let certificates = [
            certificate("x", 1, "2026-02-01T00:00:00Z"),
            certificate("x", 2, "2026-03-01T00:00:00Z"),
            certificate("x", 0, "2026-01-01T00:00:00Z"),
        ];
        let mut auths = [auth("x", true, true), auth("y", false, false)];
        complete(&mut auths, Some(&certificates));
        let newest = auths[0].certificate.as_ref().unwrap();
        assert_eq!((newest.generation, newest.state), (2, CertificateState::Valid));
        assert_eq!((auths[0].kind, auths[0].orphaned), (AuthKind::Certificate, false));
        assert_eq!((auths[1].kind, auths[1].orphaned, auths[1].certificate.is_none()), (AuthKind::Token, false, true));
    }

    #[test]
    fn left_behind_is_what_nothing_can_come_of_any_more() {
        let orphaned = |used, expired, inventory: Option<&[Certificate]>| {
            let mut auths = [auth("x", used, expired)];
            complete(&mut auths, inventory);
            auths[0].orphaned
        };
        assert!(!orphaned(false, false, Some(&[])) && !orphaned(false, false, None), "it still works");
        assert!(orphaned(true, false, Some(&[])) && orphaned(false, true, Some(&[])));
        assert!(orphaned(false, true, None));
        assert!(!orphaned(true, true, None), "it may have become a certificate that has not called yet");

        let mut empty = [AuthSummary { token: None, kind: AuthKind::Certificate, ..auth("x", false, false) }];
        complete(&mut empty, None);
        assert_eq!((empty[0].orphaned, empty[0].kind), (false, AuthKind::Certificate), "as Compass shows it");
        empty[0].orphaned = true;
        complete(&mut empty, Some(&[]));
        assert_eq!((empty[0].orphaned, empty[0].kind), (true, AuthKind::Unknown));

        let mut unreadable = [AuthSummary { token: None, orphaned: false, ..auth("x", false, false) }];
        complete(&mut unreadable, Some(&[]));
        assert!(!unreadable[0].orphaned);
    }
}
