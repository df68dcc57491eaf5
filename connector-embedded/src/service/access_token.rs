//! Access tokens: JWTs by RFC 9068, signed with ES256, made and checked without touching the disk.

use std::{fs, io, path::Path};

use aws_lc_rs::{
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _},
};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use pairing::{Failure, Moment, Secret, SecretHash};
use serde::{Deserialize, Serialize};

use super::identity::unauthorized;
use crate::{
    StartError,
    data_dir::{refuse_loose_mode, write_private},
};

/// Lifetime of an access token, in seconds; Hydra's default.
const LIFETIME: i64 = 3600;

/// The key that signs access tokens, and the issuer and audience they name.
pub(crate) struct AccessTokens {
    issuer: String,
    audience: String,
    key_id: String,
    signing: EncodingKey,
    verifying: DecodingKey,
}

/// A token just made.
#[derive(Clone, Debug)]
pub(crate) struct AccessToken {
    pub(crate) value: Secret,
    /// Seconds from now.
    pub(crate) expires_in: i64,
    pub(crate) scope: String,
}

/// The claims of RFC 9068 §2.2 that we set and check.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Claims {
    iss: String,
    sub: String,
    aud: String,
    pub(crate) client_id: String,
    pub(crate) scope: String,
    iat: i64,
    nbf: i64,
    exp: i64,
    jti: String,
}

impl AccessTokens {
    /// Loads the signing key from `access-token-key.der`, or makes it on the first start.
    pub(crate) fn open_or_create(dir: &Path, issuer: &str, audience: &str) -> Result<Self, StartError> {
        let file = dir.join("access-token-key.der");
        let trouble = |cause: io::Error| StartError::DataDir { path: file.clone(), cause };
        let other = |cause: &str| trouble(io::Error::other(cause.to_owned()));
        let pkcs8 = match fs::read(&file) {
            Ok(bytes) => {
                refuse_loose_mode(&file, 0o600)?;
                bytes
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                let document = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &SystemRandom::new())
                    .map_err(|_| other("no key could be generated"))?;
                write_private(&file, document.as_ref()).map_err(trouble)?;
                document.as_ref().to_vec()
            }
            Err(error) => return Err(trouble(error)),
        };
        let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &pkcs8)
            .map_err(|_| other("it is not a P-256 key; delete it to get a new one (access tokens end with it)"))?;
        let public = pair.public_key().as_ref();
        let digest = SecretHash::of(public);
        Ok(Self {
            issuer: issuer.to_owned(),
            audience: audience.to_owned(),
            key_id: digest.as_bytes()[..8].iter().map(|byte| format!("{byte:02x}")).collect(),
            signing: EncodingKey::from_ec_der(&pkcs8),
            verifying: DecodingKey::from_ec_der(public),
        })
    }

    pub(super) fn issue(&self, client_id: &str, scope: &str, now: Moment) -> Result<AccessToken, Failure> {
        let issued = now.unix_seconds();
        let claims = Claims {
            iss: self.issuer.clone(),
            sub: client_id.to_owned(),
            aud: self.audience.clone(),
            client_id: client_id.to_owned(),
            scope: scope.to_owned(),
            iat: issued,
            nbf: issued,
            exp: issued + LIFETIME,
            jti: uuid::Uuid::new_v4().to_string(),
        };
        let mut header = Header::new(Algorithm::ES256);
        header.typ = Some("at+jwt".into());
        header.kid = Some(self.key_id.clone());
        let value = jsonwebtoken::encode(&header, &claims, &self.signing).map_err(Failure::internal)?;
        Ok(AccessToken { value: Secret::new(value), expires_in: LIFETIME, scope: claims.scope })
    }

    /// Checks signature, type, issuer, audience and times; only ES256 is accepted, whatever the header says.
    ///
    /// # Errors
    /// [`pairing::ErrorCode::Unauthorized`].
    pub(super) fn verify(&self, token: &Secret, now: Moment) -> Result<Claims, Failure> {
        let mut validation = Validation::new(Algorithm::ES256);
        validation.set_issuer(&[&self.issuer]);
        validation.set_audience(&[&self.audience]);
        validation.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
        // The clock is ours to ask, so that it can be a parameter.
        validation.validate_exp = false;
        validation.validate_nbf = false;
        let decoded = jsonwebtoken::decode::<Claims>(token.expose(), &self.verifying, &validation)
            .map_err(|error| unauthorized("the bearer token is not accepted").with_detail(error))?;
        if decoded.header.typ.as_deref() != Some("at+jwt") {
            return Err(unauthorized("the bearer token is not an access token"));
        }
        let (claims, seconds) = (decoded.claims, now.unix_seconds());
        if claims.exp <= seconds {
            return Err(unauthorized("the access token has expired; get a new one from the token endpoint"));
        }
        if claims.nbf > seconds + 60 {
            return Err(unauthorized("the access token is not valid yet; compare the clocks"));
        }
        Ok(claims)
    }
}

impl std::fmt::Debug for AccessTokens {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("AccessTokens")
            .field("issuer", &self.issuer)
            .field("key_id", &self.key_id)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tokens() -> (tempfile::TempDir, AccessTokens) {
        let dir = tempfile::tempdir().unwrap();
        let tokens = AccessTokens::open_or_create(dir.path(), "https://localhost:1", "https://localhost:1/d").unwrap();
        (dir, tokens)
    }

    #[test]
    fn a_token_is_good_until_it_expires_and_after_a_restart() {
        let (dir, tokens) = tokens();
        let now = Moment::from_unix_seconds(1_800_000_000);
        let token = tokens.issue("client", "application:read", now).unwrap();
        let again = AccessTokens::open_or_create(dir.path(), &tokens.issuer, &tokens.audience).unwrap();
        assert_eq!(again.verify(&token.value, now).unwrap().scope, "application:read");
        assert!(again.verify(&token.value, now.plus_seconds(LIFETIME)).is_err());
        assert!(again.verify(&token.value, now.plus_seconds(-61)).is_err());
    }

    #[test]
    fn a_token_of_another_issuer_or_with_another_algorithm_is_refused() {
        let (_one, ours) = tokens();
        let (_two, theirs) = tokens();
        let now = Moment::from_unix_seconds(1_800_000_000);
        assert!(ours.verify(&theirs.issue("client", "", now).unwrap().value, now).is_err());
        let unsigned = "eyJhbGciOiJub25lIiwidHlwIjoiYXQrand0In0.eyJpc3MiOiJodHRwczovL2xvY2FsaG9zdDoxIn0.";
        assert!(ours.verify(&Secret::new(unsigned), now).is_err());
    }
}
