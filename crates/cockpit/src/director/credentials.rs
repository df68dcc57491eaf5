//! Client IDs and client secrets at the Director.

use pairing::{ErrorCode, Moment, Secret};
use serde::Deserialize;

use super::{At, NewAuth, Noun, Session, operations::*, secret};
use crate::{
    Problem,
    calls::{AuthType, ErrorAction, Owner, OwnerKind},
};

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

/// What a Compass gives (contracts/compass.md §4.2). Asked for when the Director does not name the scopes: those that are
/// not asked for are not in the token.
fn default_scopes(kind: OwnerKind) -> Vec<String> {
    let scopes: &[&str] = match kind {
        OwnerKind::Application | OwnerKind::IntegrationSystem => &["application:read", "application:write"],
        OwnerKind::Runtime => &["runtime:read", "runtime:write", "application:read"],
    };
    scopes.iter().map(ToString::to_string).collect()
}

impl Session {
    /// Creates a system auth with a client ID and a client secret.
    pub(crate) async fn new_credentials(&self, owner: &Owner) -> Result<NewAuth<NewCredentials>, Problem> {
        let id = owner.id.clone();
        match owner.kind {
            OwnerKind::Application => {
                if let Some(made) = self.generate_credentials(&owner.id).await? {
                    return Ok(made);
                }
                let At { value, moment } =
                    self.ask::<RequestCredentials>(request_credentials::Variables { id }).await?;
                let created = value.request_client_credentials_for_application;
                let handed = created.auth.and_then(|auth| auth.credential).and_then(NewCredentials::of);
                self.made(owner.kind, created.id, handed, moment).await
            }
            OwnerKind::Runtime => {
                let session = self.about(Noun::Runtime);
                let variables = request_runtime_credentials::Variables { id };
                let At { value, moment } = session.ask::<RequestRuntimeCredentials>(variables).await?;
                let created = value.request_client_credentials_for_runtime;
                let handed = created.auth.and_then(|auth| auth.credential).and_then(NewCredentials::of);
                self.made(owner.kind, created.id, handed, moment).await
            }
            OwnerKind::IntegrationSystem => {
                let session = self.about(Noun::IntegrationSystem);
                let variables = request_integration_system_credentials::Variables { id };
                let At { value, moment } = session.ask::<RequestIntegrationSystemCredentials>(variables).await?;
                let created = value.request_client_credentials_for_integration_system;
                let handed = created.auth.and_then(|auth| auth.credential).and_then(NewCredentials::of);
                self.made(owner.kind, created.id, handed, moment).await
            }
        }
        .map(|mut made| {
            if made.handed.scopes.is_empty() {
                made.handed.scopes = default_scopes(owner.kind);
            }
            made
        })
    }

    async fn generate_credentials(&self, id: &str) -> Result<Option<NewAuth<NewCredentials>>, Problem> {
        let Some((answer, at)) = self.generate(id, AuthType::ClientCredentials).await? else { return Ok(None) };
        use generate_auth::GenerateAuthGenerateAuthForApplicationCredential as Credential;
        let Some(Credential::OAuthCredentialData(data)) = answer.credential else {
            return Err(self.incomplete("credential"));
        };
        let params = answer.params.as_deref().and_then(|params| serde_json::from_str(params).ok());
        let Params { scopes } = params.unwrap_or_default();
        let handed = NewCredentials {
            client_id: data.client_id,
            client_secret: secret(data.client_secret),
            token_url: data.url,
            scopes: if scopes.is_empty() { default_scopes(OwnerKind::Application) } else { scopes },
        };
        Ok(Some(NewAuth { system_auth_id: Some(answer.system_auth_id), handed, at }))
    }

    /// Whoever may not read system auths does not even see the secret that was just made for them.
    async fn made(
        &self,
        kind: OwnerKind,
        system_auth_id: String,
        handed: Option<NewCredentials>,
        at: Moment,
    ) -> Result<NewAuth<NewCredentials>, Problem> {
        let Some(handed) = handed else {
            // Nobody could ever use it.
            let removed = self.delete_auth(kind, system_auth_id.clone()).await.is_ok();
            tracing::warn!(system_auth_id, removed, "credentials were made that cannot be read");
            let next = if removed {
                "The client was removed again. Ask for the permission to read credentials (auths:read), then request again."
            } else {
                "Ask for the permission to read credentials (auths:read). Then remove the new entry, which nobody can use."
            };
            return Err(Problem::new(
                ErrorCode::InsufficientScopes,
                "The Director made a client, but doesn't show its secret to your sign-in.",
            )
            .hint(next)
            .action(ErrorAction::AskForPermission)
            .detail(format!("system auth {system_auth_id}")));
        };
        Ok(NewAuth { system_auth_id: Some(system_auth_id), handed, at })
    }
}

macro_rules! credentials {
    ($($from:ident)*) => {$(
        impl Readable for $from {
            fn read(self) -> Option<NewCredentials> {
                match self {
                    Self::OAuthCredentialData(data) => Some(NewCredentials {
                        client_id: data.client_id,
                        client_secret: secret(data.client_secret),
                        token_url: data.url,
                        scopes: Vec::new(),
                    }),
                    Self::BasicCredentialData | Self::CertificateOAuthCredentialData => None,
                }
            }
        }
    )*};
}

/// The generator makes one type for each operation.
trait Readable {
    fn read(self) -> Option<NewCredentials>;
}

use request_credentials::RequestCredentialsRequestClientCredentialsForApplicationAuthCredential as OfApplication;
use request_integration_system_credentials::RequestIntegrationSystemCredentialsRequestClientCredentialsForIntegrationSystemAuthCredential as OfIntegrationSystem;
use request_runtime_credentials::RequestRuntimeCredentialsRequestClientCredentialsForRuntimeAuthCredential as OfRuntime;

credentials! { OfApplication OfRuntime OfIntegrationSystem }

impl NewCredentials {
    fn of(credential: impl Readable) -> Option<Self> {
        credential.read()
    }
}
