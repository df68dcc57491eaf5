//! Users who sign in at an OpenID provider that the operator trusts (`--administrator-issuer`): whoever comes with a JWT
//! of that issuer for one of our audiences is the administrator. Which users get such a token is the provider's to say.

mod keys;
#[cfg(test)]
mod tests;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::{Algorithm, Validation, errors::ErrorKind};
use pairing::{Failure, Moment, Secret};
use serde::Deserialize;

use super::identity::unauthorized;
use crate::{AdministratorIssuer, StartError, clock::Clock};
use keys::IssuerKeys;

/// The one provider whose tokens count.
#[derive(Debug)]
pub(crate) struct UserTokens {
    issuer: String,
    audiences: Vec<String>,
    keys: IssuerKeys,
    clock: Clock,
}

/// What a token may be signed with. Neither `none` nor a MAC is among them, whatever a header says.
const ALGORITHMS: [Algorithm; 3] = [Algorithm::RS256, Algorithm::PS256, Algorithm::ES256];

/// How far the provider's clock may be from ours, in seconds.
const LEEWAY: i64 = 30;

/// Longer ones are not looked at.
const LONGEST: usize = 16 * 1024;

/// What is checked besides signature, issuer and audience, and what the user is called.
#[derive(Debug, Deserialize)]
struct Claims {
    sub: String,
    exp: f64,
    nbf: Option<f64>,
    /// Only in a logout token (OpenID Connect Back-Channel Logout §2.4), which signs nobody in.
    events: Option<serde_json::Value>,
    name: Option<String>,
    preferred_username: Option<String>,
    email: Option<String>,
}

impl UserTokens {
    /// # Errors
    /// [`StartError::Setting`] when the file with the provider's authority cannot be used.
    pub(crate) fn new(configured: &AdministratorIssuer, clock: Clock) -> Result<Self, StartError> {
        Ok(Self {
            issuer: configured.issuer.clone(),
            audiences: configured.audiences.clone(),
            keys: IssuerKeys::new(configured)?,
            clock,
        })
    }

    /// Whether a bearer token says that it is from this issuer: then it is checked here and nowhere else.
    pub(crate) fn claims_to_be_ours(&self, token: &Secret) -> bool {
        #[derive(Deserialize)]
        struct Issuer {
            iss: String,
        }
        let mut parts = token.expose().split('.');
        let (Some(_), Some(payload), Some(_), None) = (parts.next(), parts.next(), parts.next(), parts.next()) else {
            return false;
        };
        token.expose().len() <= LONGEST
            && URL_SAFE_NO_PAD
                .decode(payload)
                .is_ok_and(|json| serde_json::from_slice::<Issuer>(&json).is_ok_and(|said| said.iss == self.issuer))
    }

    /// Who signed in.
    ///
    /// # Errors
    /// [`pairing::ErrorCode::Unauthorized`] for a token that does not count; [`pairing::ErrorCode::Unavailable`] when the
    /// provider's keys cannot be had.
    pub(crate) async fn user(&self, token: &Secret) -> Result<String, Failure> {
        let refused = || unauthorized("the bearer token is not accepted");
        let header = jsonwebtoken::decode_header(token.expose().as_bytes());
        let header = header.map_err(|error| refused().with_detail(error))?;
        let typ = header.typ.as_deref().unwrap_or("JWT");
        if !["JWT", "at+jwt", "application/at+jwt"].iter().any(|good| good.eq_ignore_ascii_case(typ)) {
            return Err(unauthorized("the bearer token is neither an ID token nor an access token"));
        }
        if !ALGORITHMS.contains(&header.alg) {
            return Err(unauthorized("the bearer token must be signed with RS256, PS256 or ES256"));
        }
        let mut validation = Validation::new(header.alg);
        validation.set_issuer(&[&self.issuer]);
        validation.set_audience(&self.audiences);
        validation.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
        // The clock is ours to ask, so that it can be a parameter.
        validation.validate_exp = false;
        let now = self.clock.now();
        let key =
            self.keys.find(header.alg, header.kid.as_deref(), now).await?.ok_or_else(|| {
                unauthorized("the bearer token is signed with a key that its issuer does not publish")
            })?;
        let claims = match jsonwebtoken::decode::<Claims>(token.expose(), &key, &validation) {
            Ok(decoded) => decoded.claims,
            Err(error) => {
                let reason = match matches!(error.kind(), ErrorKind::InvalidAudience) {
                    true => "the bearer token is meant for another audience",
                    false => "the bearer token is not accepted",
                };
                return Err(unauthorized(reason).with_detail(error));
            }
        };
        claims.check(now)?;
        Ok(claims.user())
    }
}

impl Claims {
    fn check(&self, now: Moment) -> Result<(), Failure> {
        let now = now.unix_seconds();
        // A number that is none, or too large, is neither before nor after.
        let seconds = |number: f64| number.is_finite().then_some(number as i64);
        if self.events.is_some() {
            return Err(unauthorized("the bearer token is neither an ID token nor an access token"));
        }
        if seconds(self.exp).is_none_or(|end| end.saturating_add(LEEWAY) <= now) {
            return Err(unauthorized("the bearer token has expired; sign in again"));
        }
        match self.nbf.map(seconds) {
            Some(None) => Err(unauthorized("the bearer token is not accepted")),
            Some(Some(start)) if start.saturating_sub(LEEWAY) > now => {
                Err(unauthorized("the bearer token is not valid yet; compare the clocks"))
            }
            Some(Some(_)) | None => Ok(()),
        }
    }

    /// As Compass, the claim `name` where there is one.
    fn user(self) -> String {
        let given = [self.name, self.preferred_username, self.email].into_iter().flatten();
        let printable = |text: String| text.chars().filter(|letter| !letter.is_control()).take(200).collect::<String>();
        given.chain([self.sub]).map(printable).find(|text| !text.trim().is_empty()).unwrap_or_else(|| "user".into())
    }
}
