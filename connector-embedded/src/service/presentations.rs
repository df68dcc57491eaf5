//! Client certificates that were presented, accepted or refused: written down within a second, so that no request waits
//! for it. A refusal is in the log at once.

use std::{
    collections::HashMap,
    fmt,
    net::IpAddr,
    sync::{Mutex, MutexGuard, PoisonError},
};

use pairing::Moment;

use super::Service;
use crate::{hexadecimal::hexadecimal, store::certificate};

/// Why a certificate was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Why {
    Expired,
    NotValidYet,
    Revoked,
    PairingRemoved,
    /// Its extended key usage is for servers, or it is that of an authority.
    NotForClients,
    /// Signed by nobody whom we accept now.
    UnknownIssuer,
    NotAccepted,
}

impl Why {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Expired => "expired",
            Self::NotValidYet => "not_yet_valid",
            Self::Revoked => "revoked",
            Self::PairingRemoved => "pairing_removed",
            Self::NotForClients => "not_for_clients",
            Self::UnknownIssuer => "unknown_issuer",
            Self::NotAccepted => "not_accepted",
        }
    }
}

/// For the log.
impl fmt::Display for Why {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Expired => "it has expired",
            Self::NotValidYet => "it is not valid yet (is one of the clocks wrong?)",
            Self::Revoked => "it was revoked",
            Self::PairingRemoved => "it is unknown here, or its pairing was removed",
            Self::NotForClients => "it is not one for clients",
            Self::UnknownIssuer => "no certificate authority that counts here signed it",
            Self::NotAccepted => "it cannot be verified",
        })
    }
}

#[derive(Clone, Debug)]
struct Refused {
    why: Why,
    from: Option<IpAddr>,
    at: Moment,
}

/// What has not been written down yet, by fingerprint.
#[derive(Debug, Default)]
pub(crate) struct Presentations(Mutex<Waiting>);

#[derive(Debug, Default)]
struct Waiting {
    seen: HashMap<[u8; 32], (IpAddr, Moment)>,
    refused: HashMap<[u8; 32], Refused>,
}

/// Strangers may present what they like; the rest is only in the log.
const MOST: usize = 1024;

impl Presentations {
    /// A certificate that counts was presented.
    pub(crate) fn seen(&self, fingerprint: [u8; 32], from: IpAddr, at: Moment) {
        self.waiting().seen.insert(fingerprint, (from, at));
    }

    /// A certificate was presented and does not count, or not for what it was presented for.
    pub(crate) fn refused(&self, fingerprint: [u8; 32], why: Why, from: Option<IpAddr>, at: Moment) {
        let beginning = hexadecimal(&fingerprint[..8]);
        let peer = from.map(tracing::field::display);
        tracing::info!(fingerprint = beginning, peer, "a client certificate was refused: {why}");
        let refused = &mut self.waiting().refused;
        if refused.len() < MOST || refused.contains_key(&fingerprint) {
            refused.insert(fingerprint, Refused { why, from, at });
        }
    }

    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Service {
    /// Writes down what was noted since the last time.
    pub(super) async fn write_presentations(&self) {
        let Waiting { seen, refused } = std::mem::take(&mut *self.presentations.waiting());
        if seen.is_empty() && refused.is_empty() {
            return;
        }
        let written = self
            .store
            .write(move |connection| {
                Box::pin(async move {
                    for (fingerprint, (from, at)) in seen {
                        certificate::seen(connection, &fingerprint, at, from).await?;
                    }
                    for (fingerprint, Refused { why, from, at }) in refused {
                        let from = from.map(|from| from.to_string()).unwrap_or_default();
                        certificate::refused(connection, &fingerprint, why.as_str(), &from, at).await?;
                    }
                    Ok(())
                })
            })
            .await;
        if let Err(failure) = written {
            tracing::warn!(
                detail = failure.detail,
                "what became of presented certificates could not be written down: {failure}"
            );
        }
    }
}
