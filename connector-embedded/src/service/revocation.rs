//! Taking certificates back, and the lists that say so to the rest of the world.

use pairing::{ErrorCode, Failure, Moment};

use super::Service;
use crate::{
    ca::{self, Authority, REASONS},
    store::{
        application,
        authority::{self, List},
        certificate::{self, Revocation, Revoked},
    },
};

/// Which certificates an administrator means.
#[derive(Clone, Debug)]
pub(crate) enum Meant {
    Certificate([u8; 32]),
    Owner(String),
    SystemAuth(String),
}

/// How long a list may be used, in seconds: a day, as long as step-ca's.
const LIST_LIFETIME: i64 = 24 * 3600;
/// When a list is made again although nothing was revoked.
const LIST_RENEWAL: i64 = LIST_LIFETIME * 2 / 3;

/// A list as it stands.
#[derive(Clone, Debug)]
pub(crate) struct SignedList {
    pub(crate) der: Vec<u8>,
    pub(crate) number: i64,
    pub(crate) made_at: Moment,
    pub(crate) due_at: Moment,
}

impl Service {
    /// Revokes; says how many certificates that stopped. Twice is once.
    ///
    /// # Errors
    /// [`ErrorCode::InvalidData`] for an unknown reason or an endless note, [`ErrorCode::NotFound`].
    pub(crate) async fn revoke(&self, meant: Meant, reason: &str, note: Option<String>) -> Result<u64, Failure> {
        const LONGEST: usize = 500;
        let reason = REASONS.iter().find(|known| **known == reason).ok_or_else(|| {
            let message = format!("reason must be one of {}.", REASONS.join(", "));
            Failure::new(ErrorCode::InvalidData, message)
        })?;
        if note.as_ref().is_some_and(|note| note.chars().count() > LONGEST) {
            let message = format!("note may have up to {LONGEST} characters.");
            return Err(Failure::new(ErrorCode::InvalidData, message));
        }
        let why = Revocation { by: "administrator".into(), reason, note, at: self.clock.now() };
        self.store
            .write(move |connection| {
                Box::pin(async move {
                    let which = match &meant {
                        Meant::Certificate(fingerprint) => {
                            let found = certificate::der(connection, fingerprint).await?;
                            found.ok_or_else(|| {
                                Failure::new(ErrorCode::NotFound, "There is no certificate with this fingerprint.")
                            })?;
                            Revoked::Fingerprint(fingerprint)
                        }
                        Meant::Owner(id) => {
                            // Also what its runtimes gave out.
                            application::end_pairings(connection, id, why.at).await?;
                            Revoked::Owner(id)
                        }
                        Meant::SystemAuth(id) => Revoked::SystemAuth(id),
                    };
                    certificate::revoke(connection, which, &why).await
                })
            })
            .await
    }

    /// The lists of all authorities whose certificates somebody may still believe, the one that signs first; also of
    /// retired ones. One list for those that are the same to a verifier.
    /// Authorities that may not sign lists have none.
    pub(crate) async fn revocation_lists(&self) -> Result<Vec<SignedList>, Failure> {
        let set = self.authorities.set();
        let mut listed: Vec<&Authority> = Vec::new();
        let mut lists = Vec::new();
        for member in set.members() {
            if listed.iter().any(|other| other.signs_as(member.authority.certificate_der())) {
                continue;
            }
            listed.push(&member.authority);
            match self.revocation_list(&member.authority).await {
                Ok(list) => lists.push(list),
                Err(failure) if failure.code == ErrorCode::InvalidOperation => {}
                Err(failure) => return Err(failure),
            }
        }
        Ok(lists)
    }

    /// The list of an authority: as it was signed last, or a new one when something was revoked since or it grows old.
    /// Its number only ever goes up, and is on disk before anybody sees it.
    ///
    /// # Errors
    /// The authority may not sign lists.
    pub(crate) async fn revocation_list(&self, authority: &Authority) -> Result<SignedList, Failure> {
        let fingerprint = *authority.fingerprint();
        let now = self.clock.now();
        let same = self.same_signers(authority).await?;
        if let Some(list) = self.standing_list(&fingerprint, &same, now).await? {
            return Ok(list);
        }
        let _changing = self.changing.lock().await;
        if let Some(list) = self.standing_list(&fingerprint, &same, now).await? {
            return Ok(list);
        }
        let (entries, revocations, last_number) = {
            let mut connection = self.store.read().await?;
            let last_number = authority::list_number(&mut connection, &same).await?;
            // Counted first: what is revoked in between is named, and makes the next list.
            let revocations = authority::revocations(&mut connection, &same).await?;
            // An entry stays for as long as a list that has it may be in use (RFC 5280 §3.3).
            let since = now.plus_seconds(-2 * LIST_LIFETIME);
            (certificate::revoked_entries(&mut connection, &same, since).await?, revocations, last_number)
        };
        let made_at = Moment::from_unix_seconds(now.unix_seconds());
        let due_at = made_at.plus_seconds(LIST_LIFETIME);
        // At least the time in milliseconds, so that it also goes up when a backup was restored that knew a smaller one.
        let number = (last_number + 1).max(now.unix_millis());
        let signer = authority.clone();
        let der = tokio::task::spawn_blocking(move || ca::revocation_list(&signer, number, made_at, due_at, &entries));
        let der = der.await.map_err(Failure::internal)??;
        let list = List {
            crl_number: number,
            crl: Some(der.clone()),
            crl_made_at: Some(made_at.unix_millis()),
            crl_due_at: Some(due_at.unix_millis()),
            crl_revocations: revocations,
        };
        self.store
            .write(move |connection| {
                Box::pin(async move { authority::set_list(connection, &fingerprint, &list).await })
            })
            .await?;
        Ok(SignedList { der, number, made_at, due_at })
    }

    /// The authorities with the same name and key: to a verifier they are one, and so is their list.
    async fn same_signers(&self, signer: &Authority) -> Result<Vec<Vec<u8>>, Failure> {
        let mut connection = self.store.read().await?;
        let rows = authority::all(&mut connection).await?;
        let same = rows.into_iter().filter(|row| signer.signs_as(&row.certificate));
        Ok(same.map(|row| row.fingerprint).collect())
    }

    /// The stored list, if it is still good.
    async fn standing_list(
        &self,
        fingerprint: &[u8; 32],
        same: &[Vec<u8>],
        now: Moment,
    ) -> Result<Option<SignedList>, Failure> {
        let mut connection = self.store.read().await?;
        let list = authority::list(&mut connection, fingerprint).await?;
        let revocations = authority::revocations(&mut connection, same).await?;
        let standing = match (&list.crl, list.crl_made_at, list.crl_due_at) {
            (Some(der), Some(made_at), Some(due_at)) => {
                let (made_at, due_at) = (Moment::from_unix_millis(made_at), Moment::from_unix_millis(due_at));
                // A list from the future was made by a clock that was ahead.
                let fresh = made_at <= now && now < made_at.plus_seconds(LIST_RENEWAL);
                (fresh && list.crl_revocations == revocations).then(|| SignedList {
                    der: der.clone(),
                    number: list.crl_number,
                    made_at,
                    due_at,
                })
            }
            _ => None,
        };
        Ok(standing)
    }
}
