//! Signing in in the system browser: authorization code with PKCE on a loopback redirect (RFC 8252), and its renewal in
//! silence. State, nonce, issuer, audience, signature and end of what comes back are checked before it counts.

mod refusal;

use std::time::Duration;

use openidconnect::url::Url;
use openidconnect::{
    AccessTokenHash, AuthenticationFlow, AuthorizationCode, ClientId, CsrfToken, Nonce, OAuth2TokenResponse as _,
    PkceCodeChallenge, PkceCodeVerifier, RedirectUrl, RefreshToken, Scope, TokenResponse as _,
    core::{CoreClient, CoreIdToken, CoreIdTokenVerifier, CoreProviderMetadata, CoreResponseType, CoreTokenResponse},
};
use pairing::{Moment, Secret};

use super::{
    Bearer, Credential,
    credential::Said,
    failed,
    loopback::{Answer, Loopback},
    provider::{Asker, check_address, discover, secret},
};
use crate::{
    EnvironmentConfig, Problem,
    calls::{OidcBearer, SignInMethod},
    https,
};
use refusal::{no_way_back, not_exchanged, refused, unusable};

/// Long enough for a second factor that is in another room.
const BROWSER_TIME: Duration = Duration::from_secs(600);

const ENDED: &str = "Your sign-in ended: the sign-in service doesn't renew it any more.";

/// What an environment says about its OpenID Connect.
#[derive(Clone, Copy)]
struct Set<'a> {
    issuer: &'a str,
    client_id: &'a str,
    scopes: &'a [String],
    bearer: OidcBearer,
    redirect_port: u16,
}

impl<'a> Set<'a> {
    fn of(method: &'a SignInMethod) -> Result<Self, Problem> {
        match method {
            SignInMethod::Oidc { issuer, client_id, scopes, bearer, redirect_port } => {
                Ok(Self { issuer, client_id, scopes, bearer: *bearer, redirect_port: redirect_port.unwrap_or(0) })
            }
            SignInMethod::Token | SignInMethod::ClientCredentials { .. } | SignInMethod::ClientCertificate => {
                Err(failed("This environment has another way of signing in."))
            }
        }
    }
}

/// A sign-in that waits for the browser.
pub(super) struct Begun {
    /// Where the browser goes.
    pub(super) url: Url,
    method: SignInMethod,
    metadata: CoreProviderMetadata,
    asker: Asker,
    loopback: Loopback,
    verifier: PkceCodeVerifier,
    state: CsrfToken,
    nonce: Nonce,
}

/// A sign-in service that answers.
pub(super) struct Service {
    method: SignInMethod,
    metadata: CoreProviderMetadata,
    asker: Asker,
}

/// # Errors
/// The sign-in service does not answer.
pub(super) async fn look_up(environment: &EnvironmentConfig, method: &SignInMethod) -> Result<Service, Problem> {
    let set = Set::of(method)?;
    let asker = Asker::of(environment)?;
    let metadata = discover(&asker, set.issuer).await?;
    Ok(Service { method: method.clone(), metadata, asker })
}

impl Service {
    /// Listens for the browser.
    ///
    /// # Errors
    /// The port of the environment is taken, or this computer has none left.
    pub(super) async fn begin(self) -> Result<Begun, Problem> {
        let Self { method, metadata, asker } = self;
        let set = Set::of(&method)?;
        let loopback =
            Loopback::open(set.redirect_port).await.map_err(|cause| no_way_back(set.redirect_port, &cause))?;
        let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
        let client_id = ClientId::new(set.client_id.to_owned());
        let client = CoreClient::from_provider_metadata(metadata.clone(), client_id, None)
            .set_redirect_uri(redirect(&loopback.redirect())?);
        let (url, state, nonce) = client
            .authorize_url(
                AuthenticationFlow::<CoreResponseType>::AuthorizationCode,
                CsrfToken::new_random,
                Nonce::new_random,
            )
            .add_scopes(set.scopes.iter().filter(|scope| *scope != "openid").cloned().map(Scope::new))
            .set_pkce_challenge(challenge)
            .url();
        // The browser would open anything, and a code must not travel in the open.
        check_address(&url)?;
        Ok(Begun { url, method, metadata, asker, loopback, verifier, state, nonce })
    }
}

impl Begun {
    /// Waits for the browser, and exchanges what it brings.
    ///
    /// # Errors
    /// It was refused, took too long, or what came is not what it must be.
    pub(super) async fn finish(self) -> Result<Credential, Problem> {
        let set = Set::of(&self.method)?;
        let redirect = redirect(&self.loopback.redirect())?;
        let answer = tokio::time::timeout(BROWSER_TIME, self.loopback.answer(self.state.secret())).await;
        let answer = answer
            .map_err(|_| failed("Nobody signed in in the browser within 10 minutes."))?
            .map_err(|cause| failed("The browser's way back to this program broke.").detail(cause.to_string()))?;
        let (code, issuer) = match answer {
            Answer::Code { code, issuer } => (code, issuer),
            Answer::Refused { error, description } => return Err(refused(&error, description.as_deref(), ENDED)),
        };
        // RFC 9207: who answers is who was asked.
        if issuer.is_some_and(|issuer| issuer != self.metadata.issuer().as_str()) {
            return Err(failed("Another sign-in service answered than the one that was asked."));
        }
        let client = CoreClient::from_provider_metadata(self.metadata, ClientId::new(set.client_id.to_owned()), None)
            .set_redirect_uri(redirect);
        let code = AuthorizationCode::new(code.expose().to_owned());
        let request = client.exchange_code(code).map_err(|error| unusable(&error))?.set_pkce_verifier(self.verifier);
        let asked_at = https::local_time();
        let not_taken = "The sign-in service doesn't take back its own code.";
        let tokens = request.request_async(&self.asker).await.map_err(|error| not_exchanged(error, not_taken))?;
        let id_token = tokens.id_token().ok_or_else(|| failed("The sign-in service sent no ID token."))?;
        let user = checked(&client.id_token_verifier(), id_token, &tokens, |nonce: Option<&Nonce>| {
            if nonce.is_some_and(|sent| sent.secret() == self.nonce.secret()) { Ok(()) } else { Err(String::new()) }
        })?
        .user;
        let bearer = bearer(set.bearer, &tokens, Some(id_token), user, asked_at)?;
        let refresh = tokens.refresh_token().map(|token| secret(token.secret()));
        Ok(Credential::Oidc { bearer, refresh })
    }
}

/// Another token without anybody at the keyboard.
///
/// # Errors
/// [`pairing::ErrorCode::SignInFailed`] when the service refuses for good.
pub(super) async fn refresh(
    environment: &EnvironmentConfig,
    method: &SignInMethod,
    token: &Secret,
    before: &Bearer,
) -> Result<Credential, Problem> {
    let set = Set::of(method)?;
    let asker = Asker::of(environment)?;
    let metadata = discover(&asker, set.issuer).await?;
    let client = CoreClient::from_provider_metadata(metadata, ClientId::new(set.client_id.to_owned()), None);
    let token = RefreshToken::new(token.expose().to_owned());
    let request = client.exchange_refresh_token(&token).map_err(|error| unusable(&error))?;
    let asked_at = https::local_time();
    let tokens = request.request_async(&asker).await.map_err(|error| not_exchanged(error, ENDED))?;
    let mut user = before.user.clone();
    if let Some(id_token) = tokens.id_token() {
        // OpenID Connect Core §12.2: no nonce, and the same person.
        let now = checked(&client.id_token_verifier(), id_token, &tokens, |_: Option<&Nonce>| Ok(()))?;
        let then = Said::in_token(before.token.expose()).and_then(|said| said.subject());
        // Not every service calls somebody the same in both tokens.
        let both_are_id_tokens = tokens_of(set.bearer, &tokens) == OidcBearer::IdToken;
        if both_are_id_tokens && then.is_some_and(|then| then != now.subject) {
            return Err(failed("The sign-in service renewed the sign-in of somebody else."));
        }
        user = now.user.or(user);
    }
    let bearer = bearer(set.bearer, &tokens, tokens.id_token(), user, asked_at)?;
    // A service that does not rotate says nothing of the one it has.
    let refresh = tokens.refresh_token().unwrap_or(&token);
    Ok(Credential::Oidc { bearer, refresh: Some(secret(refresh.secret())) })
}

/// Which of them is sent.
fn tokens_of(wanted: OidcBearer, tokens: &CoreTokenResponse) -> OidcBearer {
    match wanted {
        // A token that says something of itself is meant to be read by others.
        OidcBearer::Automatic if Said::in_token(tokens.access_token().secret()).is_some() => OidcBearer::AccessToken,
        OidcBearer::Automatic | OidcBearer::IdToken => OidcBearer::IdToken,
        OidcBearer::AccessToken => OidcBearer::AccessToken,
    }
}

struct Checked {
    subject: String,
    user: Option<String>,
}

/// # Errors
/// It is not by this service, not for this program, over, or an answer to another question.
fn checked(
    verifier: &CoreIdTokenVerifier<'_>,
    id_token: &CoreIdToken,
    tokens: &CoreTokenResponse,
    nonce: impl Fn(Option<&Nonce>) -> Result<(), String>,
) -> Result<Checked, Problem> {
    let wrong = |cause: String| {
        failed("What the sign-in service sent can't be trusted.")
            .hint("Check the client ID, and that the clock of this computer is right.")
            .detail(cause)
    };
    let claims =
        id_token.claims(verifier, |sent: Option<&Nonce>| nonce(sent)).map_err(|error| wrong(error.to_string()))?;
    if let Some(expected) = claims.access_token_hash() {
        let algorithm = id_token.signing_alg().map_err(|_| wrong("no signature".into()))?;
        let key = id_token.signing_key(verifier).map_err(|_| wrong("the key is not known".into()))?;
        let actual = AccessTokenHash::from_token(tokens.access_token(), algorithm, key);
        if actual.map_err(|_| wrong("the hash cannot be made".into()))? != *expected {
            return Err(wrong("the access token belongs to another sign-in".into()));
        }
    }
    let subject = claims.subject().as_str().to_owned();
    let user = Said::in_token(&id_token.to_string()).and_then(|said| said.user());
    Ok(Checked { subject, user })
}

fn bearer(
    wanted: OidcBearer,
    tokens: &CoreTokenResponse,
    id_token: Option<&CoreIdToken>,
    user: Option<String>,
    got_at: Moment,
) -> Result<Bearer, Problem> {
    let (token, seconds) = match tokens_of(wanted, tokens) {
        OidcBearer::AccessToken => {
            let lifetime = tokens.expires_in().and_then(|time| i64::try_from(time.as_secs()).ok());
            (secret(tokens.access_token().secret()), lifetime)
        }
        OidcBearer::IdToken | OidcBearer::Automatic => {
            let id_token = id_token.ok_or_else(|| failed("The sign-in service sent no ID token."))?;
            let token = secret(&id_token.to_string());
            let lifetime = Said::in_token(token.expose()).and_then(|said| said.lifetime());
            (token, lifetime)
        }
    };
    // A token that is over when it comes would be asked for with every call.
    let lifetime = seconds.filter(|seconds| *seconds > 0);
    Ok(Bearer { token, user, got_at, expires_at: lifetime.map(|seconds| got_at.plus_seconds(seconds)) })
}

fn redirect(address: &str) -> Result<RedirectUrl, Problem> {
    RedirectUrl::new(address.to_owned())
        .map_err(|cause| failed("The way back is no address.").detail(cause.to_string()))
}
