//! Signing in as an OAuth client: the way of programs, at the OAuth host (contracts/compass.md §4.3).

use std::time::Duration;

use pairing::Secret;
use url::Url;

use super::{Bearer, Credential, failed};
use crate::{
    EnvironmentConfig, Problem,
    calls::{CallContext, SignInMethod, TokenAuthMethod},
    https,
    oauth_clients::{NotGranted, TokenRequest, request_token_of},
};

/// Everything that is asked waits for it.
const PATIENCE: Duration = Duration::from_secs(20);

/// Gets an access token for this client.
///
/// # Errors
/// The token endpoint refused the client for good, or could not be asked.
pub(super) async fn get(
    environment: &EnvironmentConfig,
    method: &SignInMethod,
    secret: Secret,
) -> Result<Credential, Problem> {
    let SignInMethod::ClientCredentials { token_url, client_id, scopes } = method else {
        return Err(failed("This environment has another way of signing in."));
    };
    let asked = TokenRequest { token_url, client_id, secret: &secret, scopes, auth_method: TokenAuthMethod::Basic };
    let call = CallContext::of_local_server();
    let granted = tokio::time::timeout(PATIENCE, request_token_of(environment, |_| https::local_time(), call, asked));
    let granted = match granted.await.map_err(|_| silent(token_url))? {
        Ok(granted) => granted,
        Err(NotGranted::Refused(refusal)) if refusal.is_for_good() => {
            return Err(failed("The token endpoint doesn't accept this client ID and secret for these scopes.")
                .hint("Check the client ID, the secret and the scopes.")
                .detail(Problem::from(NotGranted::Refused(refusal)).message));
        }
        Err(other) => return Err(other.into()),
    };
    // A token that is over when it comes would be asked for with every call.
    let lifetime = granted.expires_in.filter(|seconds| *seconds > 0);
    let expires_at = lifetime.map(|seconds| granted.at.plus_seconds(seconds.into()));
    let bearer = Bearer { token: granted.token, user: Some(client_id.clone()), got_at: granted.at, expires_at };
    Ok(Credential::Client { secret, bearer })
}

fn silent(token_url: &str) -> Problem {
    let host = Url::parse(token_url).ok().and_then(|url| url.host_str().map(str::to_owned));
    https::timed_out(&host.unwrap_or_default()).hint("Try again. The client and its secret are not affected.")
}
