//! Access tokens: JWTs by RFC 9068, signed with ES256, made and checked without touching the disk.

use std::{
    path::{Path, PathBuf},
    sync::{Arc, PoisonError, RwLock},
};

use aws_lc_rs::rand::{self, SystemRandom};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::{Algorithm, Validation};
use pairing::{Failure, Moment, Secret, SecretHash};
use quick_cache::sync::Cache;
use serde::{Deserialize, Serialize};

use super::{
    super::identity::unauthorized,
    signing_keys::{PublicKey, SigningKey, SigningKeys},
};
use crate::StartError;

/// Lifetime of an access token, in seconds, where the client's registration says nothing; Hydra's default.
pub(crate) const LIFETIME: i64 = 3600;

/// Checked tokens that are remembered, so that a token in use costs one signature check and not one per request.
const REMEMBERED: usize = 16 * 1024;

/// Makes and checks access tokens.
pub(crate) struct AccessTokens {
    dir: PathBuf,
    issuer: String,
    /// The addresses of our own Director: what a token is for when the client does not say.
    own: Vec<String>,
    keys: RwLock<Arc<SigningKeys>>,
    /// By SHA-256 of the token. Only the signature and what it covers: times and revocation are asked every time.
    checked: Cache<[u8; 32], Arc<Claims>>,
}

/// A token just made.
#[derive(Clone, Debug)]
pub(crate) struct AccessToken {
    pub(crate) value: Secret,
    /// Seconds from now.
    pub(crate) expires_in: i64,
    pub(crate) scope: String,
}

/// One audience or several (RFC 7519 §4.1.3).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub(crate) enum Audience {
    One(String),
    Several(Vec<String>),
}

/// RFC 8705 §3.1: the token is worth something only with this certificate.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Confirmation {
    /// base64url of the SHA-256 of the certificate's DER.
    #[serde(rename = "x5t#S256")]
    pub(crate) thumbprint: String,
}

/// The claims of RFC 9068 §2.2 that we set and check, and one of our own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Claims {
    pub(crate) iss: String,
    pub(crate) sub: String,
    pub(crate) aud: Audience,
    pub(crate) client_id: String,
    pub(crate) scope: String,
    pub(crate) iat: i64,
    pub(crate) nbf: i64,
    pub(crate) exp: i64,
    pub(crate) jti: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) cnf: Option<Confirmation>,
    /// The client's epoch when the token was made: an earlier one is void. Absent in tokens of version 0.1.0.
    #[serde(default)]
    pub(crate) epoch: String,
}

/// What a new token says.
#[derive(Clone, Debug)]
pub(crate) struct Contents<'a> {
    pub(crate) client_id: &'a str,
    pub(crate) epoch: &'a str,
    pub(crate) scope: String,
    /// Empty: our own Director.
    pub(crate) audience: Vec<String>,
    pub(crate) certificate: Option<[u8; 32]>,
    /// In seconds.
    pub(crate) lifetime: i64,
}

impl Audience {
    pub(crate) fn names(&self) -> &[String] {
        match self {
            Self::One(name) => std::slice::from_ref(name),
            Self::Several(names) => names,
        }
    }
}

impl Confirmation {
    pub(crate) fn of(fingerprint: &[u8; 32]) -> Self {
        Self { thumbprint: URL_SAFE_NO_PAD.encode(fingerprint) }
    }
}

impl AccessTokens {
    /// Loads the signing key from the data directory, or makes it on the first start. The keys before it come with
    /// [`Self::load_retired`].
    pub(crate) fn open_or_create(dir: &Path, issuer: &str, own: &[&str], now: Moment) -> Result<Self, StartError> {
        let present = SigningKey::open_or_create(dir, now)?;
        Ok(Self {
            dir: dir.to_owned(),
            issuer: issuer.to_owned(),
            own: own.iter().map(|&address| address.to_owned()).collect(),
            keys: RwLock::new(SigningKeys::new(present, Vec::new())),
            checked: Cache::new(REMEMBERED),
        })
    }

    /// Whether a token may be asked for that is meant for this address.
    pub(super) fn is_own(&self, address: &str) -> bool {
        address == self.issuer || self.own.iter().any(|own| own == address)
    }

    pub(crate) fn keys(&self) -> Arc<SigningKeys> {
        Arc::clone(&self.keys.read().unwrap_or_else(PoisonError::into_inner))
    }

    pub(super) fn dir(&self) -> &Path {
        &self.dir
    }

    /// The keys of earlier rotations.
    pub(super) fn load_retired(&self, retired: Vec<PublicKey>) {
        let mut keys = self.keys.write().unwrap_or_else(PoisonError::into_inner);
        *keys = keys.with_retired(retired);
    }

    /// Takes keys out of the key set that check no token any more.
    pub(super) fn drop_expired_keys(&self, now: Moment) {
        let expired = |key: &PublicKey| key.retired.is_some_and(|(_, end)| end <= now);
        let keys = self.keys();
        if keys.retired.iter().any(expired) {
            self.load_retired(keys.retired.iter().filter(|key| !expired(key)).cloned().collect());
        }
    }

    pub(super) fn replace_keys(&self, present: SigningKey, retired: Vec<PublicKey>) {
        *self.keys.write().unwrap_or_else(PoisonError::into_inner) = SigningKeys::new(present, retired);
    }

    pub(super) fn issue(&self, contents: Contents<'_>, now: Moment) -> Result<AccessToken, Failure> {
        let issued = now.unix_seconds();
        let mut audience = contents.audience;
        let audience = match (audience.pop(), audience.is_empty()) {
            (None, _) => Audience::One(self.own.first().unwrap_or(&self.issuer).clone()),
            (Some(one), true) => Audience::One(one),
            (Some(last), false) => {
                audience.push(last);
                Audience::Several(audience)
            }
        };
        let mut token_id = [0; 16];
        rand::fill(&mut token_id).map_err(Failure::internal)?;
        let claims = Claims {
            iss: self.issuer.clone(),
            sub: contents.client_id.to_owned(),
            aud: audience,
            client_id: contents.client_id.to_owned(),
            scope: contents.scope,
            iat: issued,
            nbf: issued,
            exp: issued + contents.lifetime,
            jti: URL_SAFE_NO_PAD.encode(token_id),
            cnf: contents.certificate.as_ref().map(Confirmation::of),
            epoch: contents.epoch.to_owned(),
        };
        let value = sign(&self.keys().present, &claims)?;
        Ok(AccessToken { value: Secret::new(value), expires_in: contents.lifetime, scope: claims.scope })
    }

    /// Checks signature, type, issuer and times; only ES256 is accepted, whatever the header says. Whether the token
    /// was revoked, its client still counts and it is meant for the caller, is asked elsewhere.
    ///
    /// # Errors
    /// [`pairing::ErrorCode::Unauthorized`].
    pub(super) fn check(&self, token: &Secret, now: Moment) -> Result<Arc<Claims>, Failure> {
        let digest = *SecretHash::of(token.expose().as_bytes()).as_bytes();
        let claims = match self.checked.get(&digest) {
            Some(claims) => claims,
            None => {
                let claims = Arc::new(self.check_signature(token, now)?);
                self.checked.insert(digest, Arc::clone(&claims));
                claims
            }
        };
        let seconds = now.unix_seconds();
        if claims.exp <= seconds {
            return Err(unauthorized("the access token has expired; get a new one from the token endpoint"));
        }
        if claims.nbf > seconds + 60 {
            return Err(unauthorized("the access token is not valid yet; compare the clocks"));
        }
        Ok(claims)
    }

    fn check_signature(&self, token: &Secret, now: Moment) -> Result<Claims, Failure> {
        let refused = || unauthorized("the bearer token is not accepted");
        let header = jsonwebtoken::decode_header(token.expose().as_bytes());
        let header = header.map_err(|error| refused().with_detail(error))?;
        // RFC 9068 §4 allows the long form as well.
        let typ = header.typ.as_deref().unwrap_or_default();
        if !typ.eq_ignore_ascii_case("at+jwt") && !typ.eq_ignore_ascii_case("application/at+jwt") {
            return Err(unauthorized("the bearer token is not an access token"));
        }
        let mut validation = Validation::new(Algorithm::ES256);
        validation.set_issuer(&[&self.issuer]);
        validation.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
        validation.validate_aud = false;
        // The clock is ours to ask, so that it can be a parameter.
        validation.validate_exp = false;
        validation.validate_nbf = false;
        let keys = self.keys();
        let key = header.kid.as_deref().and_then(|id| keys.find(id, now)).ok_or_else(refused)?;
        let decoded = jsonwebtoken::decode::<Claims>(token.expose(), &key.decoding, &validation);
        decoded.map(|decoded| decoded.claims).map_err(|error| refused().with_detail(error))
    }

    /// Whether the token is meant for our Director.
    pub(crate) fn is_for_us(&self, claims: &Claims) -> bool {
        claims.aud.names().iter().any(|name| self.is_own(name))
    }
}

/// JWS compact serialisation (RFC 7515 §7.1). The library would read the key anew for every signature, which costs
/// more than the signature.
fn sign(key: &SigningKey, claims: &Claims) -> Result<String, Failure> {
    let header = format!(r#"{{"typ":"at+jwt","alg":"ES256","kid":"{}"}}"#, key.public.id);
    let claims = serde_json::to_vec(claims).map_err(Failure::internal)?;
    let mut token = String::with_capacity(claims.len() * 4 / 3 + 256);
    URL_SAFE_NO_PAD.encode_string(header, &mut token);
    token.push('.');
    URL_SAFE_NO_PAD.encode_string(claims, &mut token);
    let signature = key.pair.sign(&SystemRandom::new(), token.as_bytes()).map_err(Failure::internal)?;
    token.push('.');
    URL_SAFE_NO_PAD.encode_string(signature, &mut token);
    Ok(token)
}

impl std::fmt::Debug for AccessTokens {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("AccessTokens").field("issuer", &self.issuer).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Moment = Moment::from_unix_seconds(1_800_000_000);

    fn open(dir: &Path) -> AccessTokens {
        AccessTokens::open_or_create(dir, "https://localhost:1", &["https://localhost:1/d"], NOW).unwrap()
    }

    fn contents() -> Contents<'static> {
        let scope = "application:read".to_owned();
        Contents { client_id: "client", epoch: "e", scope, audience: Vec::new(), certificate: None, lifetime: LIFETIME }
    }

    #[test]
    fn a_token_is_good_until_it_expires_and_after_a_restart() {
        let dir = tempfile::tempdir().unwrap();
        let tokens = open(dir.path());
        let token = tokens.issue(contents(), NOW).unwrap();
        for tokens in [&tokens, &open(dir.path())] {
            let claims = tokens.check(&token.value, NOW).unwrap();
            assert_eq!((claims.scope.as_str(), claims.epoch.as_str()), ("application:read", "e"));
            assert!(tokens.is_for_us(&claims));
            assert!(tokens.check(&token.value, NOW.plus_seconds(LIFETIME)).is_err(), "also when it is remembered");
            assert!(tokens.check(&token.value, NOW.plus_seconds(-61)).is_err());
        }
    }

    #[test]
    fn a_token_of_another_issuer_or_with_another_algorithm_is_refused() {
        let (one, two) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let (ours, theirs) = (open(one.path()), open(two.path()));
        assert!(ours.check(&theirs.issue(contents(), NOW).unwrap().value, NOW).is_err());
        let unsigned = "eyJhbGciOiJub25lIiwidHlwIjoiYXQrand0In0.eyJpc3MiOiJodHRwczovL2xvY2FsaG9zdDoxIn0.";
        assert!(ours.check(&Secret::new(unsigned), NOW).is_err());
        // The public key is no secret: it must not work as the secret of a MAC.
        let header = jsonwebtoken::Header {
            typ: Some("at+jwt".into()),
            kid: Some(ours.keys().present.public.id.clone()),
            ..jsonwebtoken::Header::new(Algorithm::HS256)
        };
        let claims = ours.check(&ours.issue(contents(), NOW).unwrap().value, NOW).unwrap();
        let key = jsonwebtoken::EncodingKey::from_secret(&serde_json::to_vec(&ours.keys().key_set).unwrap());
        let forged = jsonwebtoken::encode(&header, &*claims, &key).unwrap();
        assert!(ours.check(&Secret::new(forged), NOW).is_err());
    }

    #[test]
    fn a_key_that_was_replaced_still_checks_what_it_signed_until_that_has_expired() {
        let dir = tempfile::tempdir().unwrap();
        let tokens = open(dir.path());
        let token = tokens.issue(contents(), NOW).unwrap();
        let row = tokens.keys().present.public.row(NOW, NOW.plus_seconds(LIFETIME));
        tokens.replace_keys(SigningKey::generate(NOW).unwrap().1, vec![PublicKey::of_row(&row)]);
        tokens.checked.clear();
        let served = || tokens.keys().key_set["keys"].as_array().unwrap().len();
        assert_eq!(served(), 2);
        assert!(tokens.check(&token.value, NOW.plus_seconds(LIFETIME - 1)).is_ok());
        tokens.checked.clear();
        assert!(tokens.check(&token.value, NOW.plus_seconds(LIFETIME)).is_err());
        tokens.drop_expired_keys(NOW.plus_seconds(LIFETIME - 1));
        assert_eq!(served(), 2);
        tokens.drop_expired_keys(NOW.plus_seconds(LIFETIME));
        assert_eq!(served(), 1);
        let forgotten = tempfile::tempdir().unwrap();
        assert!(open(forgotten.path()).check(&token.value, NOW).is_err());
    }
}
