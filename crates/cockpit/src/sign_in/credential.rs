//! What was got by signing in, and the form in which the vault keeps it.

#[cfg(test)]
mod tests;

use std::fmt;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use pairing::{Moment, Secret};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

/// A token is renewed this long before it ends, or after four fifths of its life when that is later.
const RENEW_BEFORE_SECONDS: i64 = 60;

/// A token that is sent with every request.
#[derive(Clone)]
pub(crate) struct Bearer {
    pub(crate) token: Secret,
    pub(crate) user: Option<String>,
    /// This and the end by the clock of this computer.
    pub(crate) got_at: Moment,
    /// `None`: nobody says.
    pub(crate) expires_at: Option<Moment>,
}

#[derive(Clone)]
pub(crate) enum Credential {
    Token(Bearer),
    Oidc {
        bearer: Bearer,
        refresh: Option<Secret>,
    },
    Client {
        secret: Secret,
        bearer: Bearer,
    },
    /// The certificate with its chain and its key, as PEM.
    Certificate {
        pem: Secret,
        common_name: Option<String>,
        not_after: Moment,
    },
}

impl fmt::Debug for Credential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credential").field("expires_at", &self.expires_at()).finish_non_exhaustive()
    }
}

impl Bearer {
    /// A token that somebody brought: what it says of itself is shown, and nothing is decided by it but when to ask again.
    pub(super) fn brought(token: Secret, now: Moment) -> Self {
        let said = Said::in_token(token.expose());
        let user = said.as_ref().and_then(Said::user);
        let expires_at = said.and_then(|said| said.exp).and_then(Moment::at_unix_seconds);
        Self { token, user, got_at: now, expires_at }
    }

    fn is_over(&self, now: Moment) -> bool {
        self.expires_at.is_some_and(|end| end <= now)
    }

    fn is_due(&self, now: Moment) -> bool {
        let Some(end) = self.expires_at else { return false };
        let life = end.unix_millis() - self.got_at.unix_millis();
        let before = (life / 5).min(RENEW_BEFORE_SECONDS * 1000);
        now.unix_millis() >= end.unix_millis() - before
    }
}

impl Credential {
    fn bearer(&self) -> Option<&Bearer> {
        match self {
            Self::Token(bearer) | Self::Oidc { bearer, .. } | Self::Client { bearer, .. } => Some(bearer),
            Self::Certificate { .. } => None,
        }
    }

    pub(super) fn token(&self) -> Option<Secret> {
        self.bearer().map(|bearer| bearer.token.clone())
    }

    pub(super) fn user(&self) -> Option<String> {
        match self {
            Self::Certificate { common_name, .. } => common_name.clone(),
            Self::Token(bearer) | Self::Oidc { bearer, .. } | Self::Client { bearer, .. } => bearer.user.clone(),
        }
    }

    pub(super) fn expires_at(&self) -> Option<Moment> {
        match self {
            Self::Certificate { not_after, .. } => Some(*not_after),
            Self::Token(bearer) | Self::Oidc { bearer, .. } | Self::Client { bearer, .. } => bearer.expires_at,
        }
    }

    pub(super) fn renews(&self) -> bool {
        match self {
            Self::Oidc { refresh, .. } => refresh.is_some(),
            Self::Client { .. } => true,
            Self::Token(_) | Self::Certificate { .. } => false,
        }
    }

    pub(super) fn is_over(&self, now: Moment) -> bool {
        match self {
            Self::Certificate { not_after, .. } => *not_after <= now,
            Self::Token(bearer) => bearer.is_over(now),
            // What renews itself is over only when that fails.
            Self::Oidc { bearer, refresh } => refresh.is_none() && bearer.is_over(now),
            Self::Client { .. } => false,
        }
    }

    pub(super) fn is_due(&self, now: Moment) -> bool {
        self.bearer().is_some_and(|bearer| bearer.is_due(now))
    }

    /// Whether the token does no more, renewed or not.
    pub(super) fn is_past_its_end(&self, now: Moment) -> bool {
        self.bearer().is_some_and(|bearer| bearer.is_over(now))
    }

    /// Whether the two are the same tokens.
    pub(super) fn is_same(&self, other: &Self) -> bool {
        self.sealed("") == other.sealed("")
    }

    /// Whether both are of the same person, as far as they tell.
    pub(super) fn is_of_whom(&self, other: &Self) -> bool {
        let subject = |credential: &Self| Said::in_token(credential.token()?.expose())?.subject();
        match (subject(self), subject(other)) {
            (Some(one), Some(other)) => one == other,
            _ => self.user() == other.user(),
        }
    }

    /// For the vault. `good_for` is what it is bound to: with another address it is not taken out again.
    pub(super) fn sealed(&self, good_for: &str) -> Secret {
        let bearer = self.bearer();
        let (refresh, client_secret, certificate) = match self {
            Self::Token(_) => (None, None, None),
            Self::Oidc { refresh, .. } => (refresh.as_ref(), None, None),
            Self::Client { secret, .. } => (None, Some(secret), None),
            Self::Certificate { pem, .. } => (None, None, Some(pem)),
        };
        let text = |secret: &Secret| secret.expose().to_owned();
        let kept = Kept {
            good_for: good_for.to_owned(),
            kind: match self {
                Self::Token(_) => Kind::Token,
                Self::Oidc { .. } => Kind::Oidc,
                Self::Client { .. } => Kind::Client,
                Self::Certificate { .. } => Kind::Certificate,
            },
            token: bearer.map(|bearer| text(&bearer.token)),
            user: self.user(),
            got_at: bearer.map(|bearer| bearer.got_at.unix_millis()),
            expires_at: self.expires_at().map(Moment::unix_millis),
            refresh: refresh.map(text),
            client_secret: client_secret.map(text),
            certificate: certificate.map(text),
        };
        // Only a map with keys that are no texts cannot be written.
        let json = Zeroizing::new(serde_json::to_string(&kept).unwrap_or_default());
        Secret::new(json.as_str())
    }

    /// What [`Credential::sealed`] made, if it is for this.
    pub(super) fn unsealed(text: &Secret, good_for: &str) -> Option<Self> {
        let mut kept: Kept = serde_json::from_str(text.expose()).ok()?;
        if kept.good_for != good_for {
            return None;
        }
        let (user, expires_at) = (kept.user.take(), kept.expires_at.map(Moment::from_unix_millis));
        let mut bearer = || {
            let got_at = Moment::from_unix_millis(kept.got_at?);
            Some(Bearer { token: Secret::new(kept.token.take()?), user: user.clone(), got_at, expires_at })
        };
        Some(match kept.kind {
            Kind::Token => Self::Token(bearer()?),
            Kind::Oidc => Self::Oidc { bearer: bearer()?, refresh: kept.refresh.take().map(Secret::new) },
            Kind::Client => Self::Client { bearer: bearer()?, secret: Secret::new(kept.client_secret.take()?) },
            Kind::Certificate => Self::Certificate {
                pem: Secret::new(kept.certificate.take()?),
                common_name: user,
                not_after: expires_at?,
            },
        })
    }
}

#[derive(Clone, Copy, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Kind {
    Token,
    Oidc,
    Client,
    Certificate,
}

/// Times in milliseconds since 1970, by the clock of this computer.
#[derive(Serialize, Deserialize, zeroize::Zeroize, zeroize::ZeroizeOnDrop)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Kept {
    good_for: String,
    #[zeroize(skip)]
    kind: Kind,
    token: Option<String>,
    user: Option<String>,
    got_at: Option<i64>,
    expires_at: Option<i64>,
    refresh: Option<String>,
    client_secret: Option<String>,
    certificate: Option<String>,
}

/// What a JWT says of itself; nobody has checked it.
#[derive(Deserialize)]
pub(super) struct Said {
    exp: Option<i64>,
    iat: Option<i64>,
    sub: Option<String>,
    name: Option<String>,
    email: Option<String>,
    preferred_username: Option<String>,
}

impl Said {
    pub(super) fn in_token(token: &str) -> Option<Self> {
        let payload = token.split('.').nth(1)?;
        serde_json::from_slice(&Zeroizing::new(URL_SAFE_NO_PAD.decode(payload.trim_end_matches('=')).ok()?)).ok()
    }

    pub(super) fn user(&self) -> Option<String> {
        let known = [&self.name, &self.preferred_username, &self.email, &self.sub];
        let user = known.into_iter().flatten().find(|text| !text.trim().is_empty())?;
        Some(user.chars().filter(|c| !c.is_control()).take(200).collect())
    }

    pub(super) fn subject(self) -> Option<String> {
        self.sub
    }

    /// In seconds, as the one who made it means it: independent of both clocks.
    pub(super) fn lifetime(&self) -> Option<i64> {
        self.exp.zip(self.iat).map(|(end, start)| end - start)
    }
}
