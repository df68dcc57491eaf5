//! The administrator, by `Authorization: Bearer <admin token>`: what the console, the Hydra-compatible API and
//! introspection ask for.

use axum::{
    extract::Request,
    http::{HeaderMap, header},
};
use pairing::Secret;

use super::{PeerAddress, Wires};
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
    pub(super) fn administrator(&self, headers: &HeaderMap) -> Claim {
        let Some(token) = bearer(headers) else { return Claim::Absent };
        if headers.get_all(header::AUTHORIZATION).iter().count() > 1 {
            return Claim::Wrong;
        }
        if self.is_admin_token(&token) { Claim::Right } else { Claim::Wrong }
    }

    /// Lets the administrator in; an attempt that fails is counted.
    ///
    /// # Errors
    /// [`Refusal::InvalidClient`] for everybody else, [`Refusal::TooManyFailures`].
    pub(super) fn admit(&self, request: &Request) -> Result<(), Refusal> {
        if self.administrator(request.headers()) == Claim::Right {
            return Ok(());
        }
        self.service.count_stranger(PeerAddress::of(request.extensions()))?;
        Err(Refusal::InvalidClient)
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
