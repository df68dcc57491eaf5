//! What a caller shows: a token or a certificate.

use std::net::IpAddr;

use axum::http::HeaderMap;
use pairing::{ErrorCode, Failure, OneTimeToken};
use url::form_urlencoded;

use super::{
    dialect::{Dialect, Who},
    error::RestError,
};
use crate::{
    http::{PeerCertificate, Wires},
    service::{
        enrolment::TokenGrant,
        identity::CertificateHolder,
        kyma::{Flavour, Generation},
    },
};

/// The token of the query or, as the adapter takes it, of the header. White space around it came with the link.
pub(super) fn token_of(query: Option<&str>, headers: &HeaderMap) -> Option<OneTimeToken> {
    let mut parameters = form_urlencoded::parse(query.unwrap_or_default().as_bytes());
    let parameter = parameters.find(|(name, _)| name == "token").map(|(_, token)| token.trim().to_owned());
    let header =
        || headers.get("connector-token").and_then(|value| value.to_str().ok()).map(|value| value.trim().to_owned());
    parameter
        .filter(|token| !token.is_empty())
        .or_else(header)
        .filter(|token| !token.is_empty())
        .map(OneTimeToken::presented)
}

/// The grant of a token that counts for these paths.
pub(super) async fn present(
    wires: &Wires,
    token: Option<OneTimeToken>,
    who: Who,
    generation: Generation,
    name: Option<&str>,
) -> Result<TokenGrant, RestError> {
    let usual = Dialect::usual(wires, generation);
    let Some(token) = token else { return Err(RestError::no_token(usual)) };
    let of = |failure| RestError::of(failure, usual);
    if let Some(grant) = wires.service.present_token(&token).await.map_err(of)? {
        let generation_fits = match grant.generation() {
            Some(own) => own == generation,
            None => generation == Generation::Second,
        };
        if generation_fits && who.is(grant.owner()) && name.is_none_or(|name| name == grant.common_name()) {
            return Ok(grant);
        }
        tracing::info!("a one-time token was refused: it is for another application or for other paths");
    }
    let flavour = wires.service.flavour_of_token(&token).await.map_err(of)?;
    Err(RestError::bad_token(flavour.map_or(usual, |flavour| Dialect::of(flavour, generation))))
}

/// The holder of a certificate that counts, and the dialect of its answers.
pub(super) async fn holder(
    wires: &Wires,
    peer: PeerCertificate,
    from: IpAddr,
    who: Who,
) -> Result<(CertificateHolder, Dialect), RestError> {
    match wires.service.certificate_holder(peer.0, from).await {
        Ok(holder) if who.is(&holder.owner) => {
            let dialect = Dialect::of(holder.flavour, Generation::Second);
            Ok((holder, dialect))
        }
        Ok(holder) => {
            let refused = Failure::new(ErrorCode::CertificateNotAccepted, "invalid token or certificate")
                .with_detail("it is for other paths");
            Err(RestError::of(refused, Dialect::of(holder.flavour, Generation::Second)))
        }
        Err(failure) => Err(match wires.service.standing_of(peer.0).await {
            Ok(Some((Flavour::Kyma, true))) => RestError::revoked(),
            Ok(Some((flavour, _))) => RestError::of(failure, Dialect::of(flavour, Generation::Second)),
            Ok(None) | Err(_) => RestError::of(failure, Dialect::usual(wires, Generation::Second)),
        }),
    }
}
