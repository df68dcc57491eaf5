//! The administrator, by `Authorization: Bearer …` with the administrator's token or that of a user who signed in: what the
//! console, the Hydra-compatible API and introspection ask for.

use std::net::IpAddr;

use axum::http::{HeaderMap, header};
use pairing::{Failure, Secret};

use super::Wires;
use crate::service::oauth::Refusal;

/// What an `Authorization` header says about the administrator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Claim {
    /// No bearer token at all.
    Absent,
    Wrong,
    Right,
}

impl Wires {
    pub(super) async fn administrator(&self, headers: &HeaderMap) -> Claim {
        let Some(token) = bearer(headers) else { return Claim::Absent };
        if headers.get_all(header::AUTHORIZATION).iter().count() > 1 {
            return Claim::Wrong;
        }
        if self.is_admin_token(&token) {
            return Claim::Right;
        }
        match self.user(&token).await {
            Some(Ok(_)) => Claim::Right,
            Some(Err(failure)) => {
                tracing::info!("a user's token was refused: {failure}");
                Claim::Wrong
            }
            None => Claim::Wrong,
        }
    }

    /// Lets the administrator in; an attempt that fails is counted.
    ///
    /// # Errors
    /// [`Refusal::InvalidClient`] for everybody else, [`Refusal::TooManyFailures`].
    pub(super) async fn admit(&self, headers: &HeaderMap, source: IpAddr) -> Result<(), Refusal> {
        if self.administrator(headers).await == Claim::Right {
            return Ok(());
        }
        self.service.count_stranger(source)?;
        Err(Refusal::InvalidClient)
    }

    /// Who signed in at the provider that is trusted here; `None` when there is none, or the token is not from there.
    pub(super) async fn user(&self, token: &Secret) -> Option<Result<String, Failure>> {
        let users = self.service.users.as_ref().filter(|users| users.claims_to_be_ours(token))?;
        Some(users.user(token).await)
    }

    pub(super) fn is_admin_token(&self, token: &Secret) -> bool {
        token.hash().matches(self.admin_token.as_bytes())
    }
}

/// The token of `Authorization: Bearer …` (RFC 6750 §2.1).
fn bearer(headers: &HeaderMap) -> Option<Secret> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    let token = token.trim();
    (scheme.eq_ignore_ascii_case("bearer") && !token.is_empty()).then(|| Secret::new(token))
}
