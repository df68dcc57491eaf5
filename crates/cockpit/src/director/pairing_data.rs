//! Pairing data at the Director: the only place where a secret arrives. The operations of the pairing proposal
//! are preferred; a Director without them is asked in the vocabulary that shipped.

use pairing::{Moment, Secret};
use serde::Deserialize;

use super::{At, Auth, Failed, Session, operations::*, secret, wire};
use crate::{Problem, calls::AuthType};

/// A system auth that was just created, with what is handed over.
#[derive(Debug)]
pub(crate) struct NewAuth<T> {
    pub(crate) system_auth_id: String,
    pub(crate) handed: T,
    /// When the Director answered, by its clock.
    pub(crate) at: Moment,
}

/// A one-time token and the forms that only the Director can make.
#[derive(Debug)]
pub(crate) struct NewToken {
    pub(crate) token: Secret,
    pub(crate) raw_encoded: Option<Secret>,
    pub(crate) legacy_url: Option<Secret>,
    pub(crate) connector_url: Option<String>,
    pub(crate) created_at: Option<Moment>,
    pub(crate) expires_at: Option<Moment>,
}

/// A client ID, its secret, and where they are good for what.
#[derive(Debug)]
pub(crate) struct NewCredentials {
    pub(crate) client_id: String,
    pub(crate) client_secret: Secret,
    pub(crate) token_url: String,
    pub(crate) scopes: Vec<String>,
}

/// The part of `params` that no typed field has.
#[derive(Default, Deserialize)]
struct Params {
    #[serde(default)]
    scopes: Vec<String>,
}

/// What a Compass gives to an application (contracts/compass.md §4.2). Asked for when the Director does not name
/// the scopes: those that are not asked for are not in the token.
const DEFAULT_SCOPES: &[&str] = &["application:read", "application:write"];

const fn wire_name(auth_type: AuthType) -> &'static str {
    match auth_type {
        AuthType::ClientCertificate => "CLIENT_CERTIFICATE",
        AuthType::ClientCredentials => "CLIENT_CREDENTIALS",
    }
}

impl Session {
    /// The types on offer; `None` when this Director cannot be asked.
    pub(crate) async fn auth_types(&self, id: String) -> Result<Option<Vec<AuthType>>, Problem> {
        if self.director.proposal.get() == Some(&false) {
            return Ok(None);
        }
        match self.ask::<GetAuthTypes>(get_auth_types::Variables { id }).await {
            Ok(At { value, .. }) => {
                self.director.proposal.get_or_init(|| true);
                let offered = value.get_auth_types_for_application;
                let known = [AuthType::ClientCertificate, AuthType::ClientCredentials];
                Ok(Some(known.into_iter().filter(|t| offered.iter().any(|o| o.type_ == wire_name(*t))).collect()))
            }
            Err(Failed::NotServed(_)) => {
                self.director.proposal.get_or_init(|| false);
                Ok(None)
            }
            Err(Failed::Problem(problem)) => Err(problem),
        }
    }

    /// Creates a system auth with a one-time token. `known` are the system auths that were there before: the
    /// shipped mutation does not tell which one it made.
    pub(crate) async fn new_token(&self, id: &str, known: Option<&[Auth]>) -> Result<NewAuth<NewToken>, Problem> {
        if let Some((answer, at)) = self.generate(id, AuthType::ClientCertificate).await? {
            let token = answer.one_time_token.ok_or_else(|| self.incomplete("oneTimeToken"))?;
            return Ok(NewAuth { system_auth_id: answer.system_auth_id, handed: token.into(), at });
        }
        let variables = request_token::Variables { id: id.to_owned(), system_auth_id: None };
        let At { value, moment } = self.ask::<RequestToken>(variables).await?;
        let token = NewToken::from(value.request_one_time_token_for_application);
        let system_auth_id = self.created_since(id, known, token.created_at).await?;
        Ok(NewAuth { system_auth_id, handed: token, at: moment })
    }

    /// Replaces the token of a system auth; the one before is dead.
    pub(crate) async fn replace_token(&self, id: &str, system_auth_id: &str) -> Result<NewAuth<NewToken>, Problem> {
        let variables = request_token::Variables { id: id.to_owned(), system_auth_id: Some(system_auth_id.to_owned()) };
        let At { value, moment } = self.ask::<RequestToken>(variables).await?;
        let handed = NewToken::from(value.request_one_time_token_for_application);
        Ok(NewAuth { system_auth_id: system_auth_id.to_owned(), handed, at: moment })
    }

    /// Creates a system auth with a client ID and a client secret.
    pub(crate) async fn new_credentials(&self, id: &str) -> Result<NewAuth<NewCredentials>, Problem> {
        if let Some((answer, at)) = self.generate(id, AuthType::ClientCredentials).await? {
            use generate_auth::GenerateAuthGenerateAuthForApplicationCredential as Credential;
            let Some(Credential::OAuthCredentialData(data)) = answer.credential else {
                return Err(self.incomplete("credential"));
            };
            let params: Params = serde_json::from_str(&answer.params).unwrap_or_default();
            let handed = NewCredentials::new(data.client_id, data.client_secret, data.url, params.scopes);
            return Ok(NewAuth { system_auth_id: answer.system_auth_id, handed, at });
        }
        use request_credentials::RequestCredentialsRequestClientCredentialsForApplicationAuthCredential as Credential;
        let At { value, moment } =
            self.ask::<RequestCredentials>(request_credentials::Variables { id: id.to_owned() }).await?;
        let created = value.request_client_credentials_for_application;
        let Some(Credential::OAuthCredentialData(data)) = created.auth.and_then(|auth| auth.credential) else {
            return Err(self.incomplete("credential"));
        };
        let handed = NewCredentials::new(data.client_id, data.client_secret, data.url, Vec::new());
        Ok(NewAuth { system_auth_id: created.id, handed, at: moment })
    }

    pub(crate) async fn delete_auth(&self, system_auth_id: String) -> Result<(), Problem> {
        self.ask::<DeleteSystemAuth>(delete_system_auth::Variables { auth_id: system_auth_id }).await?;
        Ok(())
    }

    /// The proposal's mutation; `None` when this Director does not have it, in which case nothing was created:
    /// validation comes before execution.
    async fn generate(
        &self,
        id: &str,
        auth_type: AuthType,
    ) -> Result<Option<(generate_auth::GenerateAuthGenerateAuthForApplication, Moment)>, Problem> {
        if self.director.proposal.get() == Some(&false) {
            return Ok(None);
        }
        let type_ = generate_auth::AuthTypeInput { type_: wire_name(auth_type).into() };
        match self.ask::<GenerateAuth>(generate_auth::Variables { id: id.to_owned(), type_ }).await {
            Ok(At { value, moment }) => Ok(Some((value.generate_auth_for_application, moment))),
            Err(Failed::NotServed(_)) => {
                self.director.proposal.get_or_init(|| false);
                Ok(None)
            }
            Err(Failed::Problem(problem)) => Err(problem),
        }
    }

    /// Finds the system auth that was made for a token. Empty when the Director does not let us see it; then only
    /// the application's condition can be watched.
    async fn created_since(
        &self,
        id: &str,
        known: Option<&[Auth]>,
        created_at: Option<Moment>,
    ) -> Result<String, Problem> {
        let (Some(known), Some(watched)) = (known, self.watch(id.to_owned()).await?.value) else {
            return Ok(String::new());
        };
        let is_new = |auth: &Auth| !known.iter().any(|known| known.id == auth.id);
        let mut new: Vec<_> = watched.auths.unwrap_or_default().into_iter().filter(is_new).collect();
        if new.len() > 1 {
            // Somebody else asked at the same time: ours was created when the answer says.
            let is_ours = |auth: &Auth| auth.token.as_ref().is_some_and(|token| token.created_at == created_at);
            new.retain(is_ours);
        }
        Ok(if let [only] = new.as_slice() { only.id.clone() } else { String::new() })
    }

    fn incomplete(&self, field: &str) -> Problem {
        self.director.asked().protocol(format!("{field} is missing"))
    }
}

impl NewCredentials {
    fn new(client_id: String, client_secret: String, token_url: String, scopes: Vec<String>) -> Self {
        let scopes = if scopes.is_empty() { DEFAULT_SCOPES.iter().map(ToString::to_string).collect() } else { scopes };
        Self { client_id, client_secret: secret(client_secret), token_url, scopes }
    }
}

macro_rules! tokens {
    ($($operation:ident)*) => {$(
        impl From<$operation::Token> for NewToken {
            fn from(token: $operation::Token) -> Self {
                let filled = |text: String| Some(text).filter(|text| !text.is_empty());
                Self {
                    token: secret(token.token),
                    raw_encoded: token.raw_encoded.and_then(filled).map(secret),
                    legacy_url: filled(token.legacy_connector_url).map(secret),
                    connector_url: filled(token.connector_url),
                    created_at: token.created_at.as_deref().and_then(wire::moment),
                    expires_at: wire::moment(&token.expires_at),
                }
            }
        }
    )*};
}

tokens! { generate_auth request_token }
