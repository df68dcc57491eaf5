//! *Get a token*: proof that a client works before anybody hangs up. The token stays in Rust; the page gets what can
//! be read in it.

use pairing::{ErrorCode, Moment, Secret};

use super::{
    RegistrySession,
    held_tokens::AccessToken,
    token_content::TokenContent,
    token_endpoint::{Granted, TokenRequest, request_token},
    token_refusal::{Known, NotGranted, Refusal},
};
use crate::{
    Cockpit, Problem,
    calls::{
        AccessTokenForm, AccessTokenReceipt, AccessTokenRef, CallContext, CopyAccessToken, CopyOutcome, GetAccessToken,
        Nothing, Revealed, SecretText, Text,
    },
    cockpit::lock,
    console::About,
    frame::Connection,
};

/// Compass gives an application two, an integration system about thirty.
const MAX_SCOPES: usize = 200;

impl Cockpit {
    pub(crate) async fn get_access_token(
        &self,
        call: CallContext,
        input: GetAccessToken,
    ) -> Result<AccessTokenReceipt, Problem> {
        let connection = self.connection(call)?;
        let GetAccessToken { client_id, secret, scopes, auth_method } = input;
        let client_id = client_id.into_inner();
        let scopes: Vec<_> = scopes.into_iter().map(Text::into_inner).collect();
        check_scopes(&scopes)?;
        let secret = match secret.map(SecretText::into_inner) {
            Some(typed) if typed.expose().is_empty() => return Err(Problem::invalid("Type the client's secret.")),
            Some(typed) => typed,
            None => self.held_secret(&connection.place.environment, &client_id)?,
        };
        let request = TokenRequest {
            token_url: &connection.environment.oauth_token_url,
            client_id: &client_id,
            secret: &secret,
            scopes: &scopes,
            auth_method,
        };
        match request_token(&connection, call, request).await {
            Ok(granted) => {
                lock(&self.pairings).note_own_use(&connection.place.environment, &client_id);
                Ok(self.hold(&connection, client_id, granted))
            }
            Err(NotGranted::Refused(refusal)) if refusal.is_about_the_client() => {
                Err(explain(&connection, call, request, &refusal).await)
            }
            Err(not_granted) => Err(not_granted.into()),
        }
    }

    pub(crate) async fn reveal_access_token(&self, _: CallContext, input: AccessTokenRef) -> Result<Revealed, Problem> {
        let value = self.access_token(&input.token_id)?.render(AccessTokenForm::Token);
        Ok(Revealed { value: value.expose().to_owned() })
    }

    pub(crate) async fn copy_access_token(
        &self,
        _: CallContext,
        input: CopyAccessToken,
    ) -> Result<CopyOutcome, Problem> {
        let value = self.access_token(&input.token_id)?.render(input.form);
        Ok(self.copy_secret(value).await)
    }

    pub(crate) async fn forget_access_token(&self, _: CallContext, input: AccessTokenRef) -> Result<Nothing, Problem> {
        lock(&self.access_tokens).forget(&input.token_id);
        Ok(Nothing {})
    }

    /// A copy, so that no lock is held while something is awaited.
    fn access_token(&self, id: &str) -> Result<AccessToken, Problem> {
        let now = self.server_now();
        lock(&self.access_tokens).find(id, now).cloned()
    }

    fn held_secret(&self, environment: &str, client_id: &str) -> Result<Secret, Problem> {
        let held = lock(&self.pairings).held_secret(environment, client_id).map(|(_, secret)| secret.clone());
        held.ok_or_else(|| {
            Problem::new(ErrorCode::SecretGone, "The secret of this client is not held here any more.")
                .hint("Type it. If nobody has it, rotate to make another.")
        })
    }

    fn hold(&self, connection: &Connection, client_id: String, granted: Granted) -> AccessTokenReceipt {
        let Granted { token, token_type, scopes, expires_in, at } = granted;
        let content = TokenContent::of(&token);
        // What the token itself says is what those who receive it go by.
        let expires_at = content
            .as_ref()
            .and_then(TokenContent::expires_at)
            .or_else(|| expires_in.map(|seconds| at.plus_seconds(seconds.into())));
        let issued_at = content.as_ref().map_or(Some(at), TokenContent::issued_at);
        let token_id = AccessToken::new_id();
        tracing::info!(client_id, "access token got, to look at it");
        let held = AccessToken {
            id: token_id.clone(),
            client_id,
            token,
            token_type: token_type.clone(),
            expires_at,
            director_url: connection.environment.director_url.clone(),
            ca_file: connection.environment.ca_file.clone(),
        };
        lock(&self.access_tokens).hold(held, at);
        let (header, claims) = content.map(|content| (content.header, content.claims)).unzip();
        AccessTokenReceipt {
            token_id,
            token_type,
            scopes,
            issued_at: issued_at.map(Moment::rfc3339),
            expires_at: expires_at.map(Moment::rfc3339),
            server_now: at.rfc3339(),
            header,
            claims,
        }
    }
}

/// Asks the registry what the token endpoint must not tell to strangers.
async fn explain(connection: &Connection, call: CallContext, request: TokenRequest<'_>, refusal: &Refusal) -> Problem {
    let found = match &connection.console {
        Some(console) => {
            let registry = RegistrySession(console.session(call, About::OAuthClients));
            Some(registry.client(request.client_id).await)
        }
        None => None,
    };
    let row;
    let known = match found {
        Some(Ok(found)) => {
            (row, _) = found.into_row();
            Known::Client(&row)
        }
        Some(Err(problem)) if problem.code == ErrorCode::NotFound => Known::NoSuchClient,
        // The refusal is the news, not that nobody could say more about it.
        Some(Err(_)) | None => Known::Nothing,
    };
    refusal.explained(&known, request.scopes, request.auth_method)
}

/// They travel in one text with spaces between them (RFC 6749 §3.3).
fn check_scopes(scopes: &[String]) -> Result<(), Problem> {
    if scopes.len() > MAX_SCOPES {
        return Err(Problem::invalid(format!("At most {MAX_SCOPES} scopes can be asked for at a time.")));
    }
    let allowed = |byte: u8| matches!(byte, 0x21 | 0x23..=0x5B | 0x5D..=0x7E);
    if scopes.iter().any(|scope| scope.is_empty() || !scope.bytes().all(allowed)) {
        return Err(Problem::invalid("A scope is one word of ASCII characters without quotes and backslashes."));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scope_is_one_word() {
        let check = |scope: &str| check_scopes(&["application:read".to_owned(), scope.to_owned()]);
        assert!(check("https://example.com/a.b-c_d~!#[]{}").is_ok());
        for odd in ["", "a b", "a\"b", "a\\b", "ä", "a\n"] {
            assert_eq!(check(odd).unwrap_err().code, ErrorCode::InvalidData, "{odd:?}");
        }
        assert!(check_scopes(&vec!["a".to_owned(); MAX_SCOPES + 1]).is_err());
    }
}
