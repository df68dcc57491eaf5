//! What was got by signing in, and the form in which the vault keeps it.

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
        let expires_at = said.and_then(|said| said.exp).map(Moment::from_unix_seconds);
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

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Moment = Moment::from_unix_seconds(1_720_089_840);

    fn bearer(lifetime: i64) -> Bearer {
        let expires_at = Some(NOW.plus_seconds(lifetime));
        Bearer { token: Secret::new("canary-token"), user: Some("ada".into()), got_at: NOW, expires_at }
    }

    #[test]
    fn a_token_is_renewed_before_it_ends_however_long_it_lives() {
        for (lifetime, due) in [(3600, 3540), (100, 80), (10, 8)] {
            let bearer = bearer(lifetime);
            assert!(!bearer.is_due(NOW.plus_seconds(due - 1)), "{lifetime}");
            assert!(bearer.is_due(NOW.plus_seconds(due)) && !bearer.is_over(NOW.plus_seconds(due)), "{lifetime}");
        }
        let endless = Bearer { expires_at: None, ..bearer(1) };
        assert!(!endless.is_due(NOW.plus_seconds(1 << 30)) && !endless.is_over(NOW.plus_seconds(1 << 30)));
    }

    #[test]
    fn what_renews_itself_is_not_over_by_the_clock() {
        let later = NOW.plus_seconds(100);
        let refresh = Some(Secret::new("canary-refresh"));
        assert!(!Credential::Oidc { bearer: bearer(10), refresh }.is_over(later));
        assert!(Credential::Oidc { bearer: bearer(10), refresh: None }.is_over(later));
        assert!(Credential::Token(bearer(10)).is_over(later));
    }

    #[test]
    fn what_is_sealed_is_unsealed_for_the_same_address_only_and_debug_tells_nothing() {
        let pem = Secret::new("canary-pem");
        let all = [
            Credential::Token(bearer(10)),
            Credential::Oidc { bearer: bearer(10), refresh: Some(Secret::new("canary-refresh")) },
            Credential::Client { bearer: bearer(10), secret: Secret::new("canary-secret") },
            Credential::Certificate { pem, common_name: Some("ada".into()), not_after: NOW.plus_seconds(10) },
        ];
        for credential in all {
            let sealed = credential.sealed("https://a/");
            let again = Credential::unsealed(&sealed, "https://a/").unwrap();
            assert_eq!(again.sealed("https://a/"), sealed);
            assert_eq!((again.user(), again.expires_at()), (Some("ada".into()), Some(NOW.plus_seconds(10))));
            assert!(Credential::unsealed(&sealed, "https://b/").is_none());
            assert!(!format!("{credential:?} {sealed:?}").contains("canary"));
        }
        assert!(Credential::unsealed(&Secret::new("{}"), "https://a/").is_none());
    }

    #[test]
    fn a_pasted_token_says_who_and_until_when() {
        let payload = URL_SAFE_NO_PAD.encode(r#"{"exp":1720089900,"iat":1720089840,"email":"ada@example.com"}"#);
        let brought = Bearer::brought(Secret::new(format!("e30.{payload}.c2ln")), NOW);
        assert_eq!(
            (brought.user.as_deref(), brought.expires_at),
            (Some("ada@example.com"), Some(NOW.plus_seconds(60)))
        );
        assert_eq!(Said::in_token(&format!("e30.{payload}.c2ln")).unwrap().lifetime(), Some(60));
        for opaque in ["opaque", "a.b.c", "a.e30.c", ""] {
            let brought = Bearer::brought(Secret::new(opaque), NOW);
            assert_eq!((brought.user, brought.expires_at), (None, None), "{opaque}");
        }
    }
}
