//! What the administrator sees of the OAuth clients and does to them.

use pairing::ErrorCode;

use super::{RegistrySession, token_endpoint::form_encoded, wire::OneClient};
use crate::{
    Cockpit, EnvironmentConfig, Problem,
    calls::{
        CallContext, DeleteOAuthClient, ListOAuthClients, Nothing, OAuthClientDetail, OAuthClientPage, OAuthClientRef,
        OAuthClientRow, RetireOAuthSecret, SetOAuthClientEnabled, TokenAuthMethod,
    },
    cockpit::lock,
    console::About,
    frame::Connection,
    recipes::shell_word,
};

/// Page sizes that the registry accepts.
const PAGE_SIZES: std::ops::RangeInclusive<u32> = 1..=1000;

impl Cockpit {
    pub(crate) async fn list_oauth_clients(
        &self,
        call: CallContext,
        input: ListOAuthClients,
    ) -> Result<OAuthClientPage, Problem> {
        if !PAGE_SIZES.contains(&input.first) {
            return Err(Problem::invalid("A page has 1 to 1000 OAuth clients."));
        }
        let (_, registry) = self.registry(call)?;
        registry.page(input.after.as_deref(), input.first).await.map(Into::into)
    }

    pub(crate) async fn get_oauth_client(
        &self,
        call: CallContext,
        input: OAuthClientRef,
    ) -> Result<Option<OAuthClientDetail>, Problem> {
        let (connection, registry) = self.registry(call)?;
        match registry.client(&input.client_id).await {
            Ok(found) => Ok(Some(self.oauth_client_detail(&connection, found))),
            Err(problem) if problem.code == ErrorCode::NotFound => Ok(None),
            Err(problem) => Err(problem),
        }
    }

    pub(crate) async fn retire_oauth_secret(
        &self,
        call: CallContext,
        input: RetireOAuthSecret,
    ) -> Result<OAuthClientDetail, Problem> {
        let (connection, registry) = self.registry(call)?;
        let retired = registry.retire(&input.client_id, &input.secret_id, input.after_seconds).await;
        let found = retired.map_err(not_retired)?;
        tracing::info!(client_id = &*input.client_id, secret_id = &*input.secret_id, "end of a client secret set");
        Ok(self.oauth_client_detail(&connection, found))
    }

    pub(crate) async fn set_oauth_client_enabled(
        &self,
        call: CallContext,
        input: SetOAuthClientEnabled,
    ) -> Result<OAuthClientDetail, Problem> {
        let (connection, registry) = self.registry(call)?;
        let id = &*input.client_id;
        let found = if input.enabled { registry.enable(id).await } else { registry.disable(id).await }?;
        tracing::info!(client_id = id, enabled = input.enabled, "OAuth client switched");
        Ok(self.oauth_client_detail(&connection, found))
    }

    pub(crate) async fn revoke_oauth_tokens(
        &self,
        call: CallContext,
        input: OAuthClientRef,
    ) -> Result<OAuthClientDetail, Problem> {
        let (connection, registry) = self.registry(call)?;
        let found = registry.revoke_tokens(&input.client_id).await?;
        tracing::info!(client_id = &*input.client_id, "access tokens revoked");
        Ok(self.oauth_client_detail(&connection, found))
    }

    pub(crate) async fn delete_oauth_client(
        &self,
        call: CallContext,
        input: DeleteOAuthClient,
    ) -> Result<Nothing, Problem> {
        let (connection, registry) = self.registry(call)?;
        let (row, _) = registry.client(&input.client_id).await?.into_row();
        let expected = row.owner_name.as_deref().filter(|name| !name.is_empty()).unwrap_or(&row.client_id);
        if *input.confirm_client_id != *expected {
            return Err(Problem::invalid("What was typed is not this client's; nothing was deleted.")
                .hint("Type it exactly as it is shown, with capitals."));
        }
        match registry.delete(&row.client_id).await {
            // Gone is what was wanted.
            Err(problem) if problem.code != ErrorCode::NotFound => return Err(problem),
            Ok(()) | Err(_) => {}
        }
        tracing::info!(client_id = row.client_id, "OAuth client deleted");
        lock(&self.pairings).forget_client(&connection.place.environment, &row.client_id);
        lock(&self.access_tokens).forget_owner(&row.client_id);
        Ok(Nothing {})
    }

    /// # Errors
    /// No server runs, or the environment does not show its clients.
    pub(super) fn registry(&self, call: CallContext) -> Result<(Connection, RegistrySession), Problem> {
        let (connection, session) = self.console(call, About::OAuthClients)?;
        Ok((connection, RegistrySession(session)))
    }

    pub(super) fn oauth_client_detail(&self, connection: &Connection, found: OneClient) -> OAuthClientDetail {
        let environment = &connection.environment;
        let (row, server_now) = found.into_row();
        OAuthClientDetail {
            token_url: environment.oauth_token_url.clone(),
            ca_file: environment.ca_file.as_ref().map(|path| path.display().to_string()),
            curl: curl(&row, environment),
            held_pairing_id: lock(&self.pairings)
                .held_secret(&connection.place.environment, &row.client_id)
                .map(|(id, _)| id.to_owned()),
            server_now,
            row,
        }
    }
}

fn not_retired(problem: Problem) -> Problem {
    let (message, hint) = if problem.code == ErrorCode::InvalidOperation {
        (
            "This is the only secret that the client may use; it was not retired.",
            "Rotate first, or disable the client to stop it at once.",
        )
    } else if problem.code == ErrorCode::NotFound {
        ("This secret is not accepted any more, or its client no longer exists.", "Reload the client.")
    } else {
        return problem;
    };
    Problem { message: message.into(), ..problem }.hint(hint)
}

/// A command that gets an access token. The secret is a variable of the shell: what is copied holds none.
fn curl(row: &OAuthClientRow, environment: &EnvironmentConfig) -> String {
    let mut words = vec!["curl".to_owned()];
    if let Some(file) = &environment.ca_file {
        words.extend(["--cacert".to_owned(), shell_word(&file.display().to_string())]);
    }
    // Form-encoded, an id has no character that double quotes would not keep.
    let id = form_encoded(&row.client_id);
    words.push(match row.auth_method() {
        TokenAuthMethod::Basic => format!("-u \"{id}:$CLIENT_SECRET\""),
        TokenAuthMethod::Post => format!("-d \"client_id={id}\" --data-urlencode \"client_secret=$CLIENT_SECRET\""),
    });
    words.push("-d grant_type=client_credentials".to_owned());
    if !row.scopes.is_empty() {
        words.extend(["--data-urlencode".to_owned(), shell_word(&format!("scope={}", row.scopes.join(" ")))]);
    }
    words.push(shell_word(&environment.oauth_token_url));
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use pairing::Secret;

    use super::{
        super::wire::{self, tests},
        *,
    };

    fn environment(ca_file: Option<&str>) -> EnvironmentConfig {
        EnvironmentConfig {
            oauth_token_url: "https://localhost:8443/oauth2/token".into(),
            ca_file: ca_file.map(Into::into),
            ..EnvironmentConfig::local(String::new(), Secret::new("admin"))
        }
    }

    #[test]
    fn the_ready_command_has_a_variable_for_the_secret() {
        let row = tests::row(tests::client());
        assert_eq!(
            curl(&row, &environment(Some("/home/it's me/ca.pem"))),
            "curl --cacert '/home/it'\\''s me/ca.pem' -u \"c-1:$CLIENT_SECRET\" -d grant_type=client_credentials \
             --data-urlencode 'scope=application:read application:write' 'https://localhost:8443/oauth2/token'"
        );
    }

    #[test]
    fn the_ready_command_fits_the_client() {
        let row = OAuthClientRow {
            client_id: "$(id) \"x\"".into(),
            auth_methods: vec![wire::IN_BODY.into()],
            scopes: Vec::new(),
            ..tests::row(tests::client())
        };
        assert_eq!(
            curl(&row, &environment(None)),
            "curl -d \"client_id=%24%28id%29%20%22x%22\" --data-urlencode \"client_secret=$CLIENT_SECRET\" \
             -d grant_type=client_credentials 'https://localhost:8443/oauth2/token'"
        );
    }

    #[test]
    fn what_cannot_be_retired_is_said_by_code() {
        let refused = |code| not_retired(Problem::new(code, "before").detail("theirs"));
        let only = refused(ErrorCode::InvalidOperation);
        assert!(only.message.contains("only secret") && only.detail.as_deref() == Some("theirs"));
        assert!(refused(ErrorCode::NotFound).message.contains("not accepted any more"));
        assert_eq!(refused(ErrorCode::Unreachable).message, "before");
    }
}
