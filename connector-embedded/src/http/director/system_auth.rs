//! System auths and credentials as types.

use async_graphql::{Context, Enum, ID, Interface, Result, SimpleObject, Union};

use super::{
    error::graphql,
    one_time_token::{OneTimeToken, OneTimeTokenForApplication},
    schema::{caller, service},
};
use crate::{
    service::{
        Addresses,
        credentials::IssuedCredentials,
        registry::Credentials,
        scopes::auths_read,
        system_auth::{Held, Kind},
    },
    store::system_auth::{Owner, SystemAuth as Row},
};

/// What stands where a secret was shown once.
pub(crate) const MASK: &str = crate::service::registry::MASK;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub(crate) enum SystemAuthReferenceType {
    Application,
    Runtime,
    IntegrationSystem,
}

#[derive(Debug, Interface)]
#[graphql(
    field(name = "id", ty = "&ID"),
    field(name = "auth", ty = "&Option<Auth>"),
    field(name = "type", method = "kind", ty = "&Option<SystemAuthReferenceType>"),
    field(name = "tenant_id", ty = "&Option<String>"),
    field(name = "reference_object_id", ty = "&Option<ID>")
)]
pub(crate) enum SystemAuth {
    Application(AppSystemAuth),
    Runtime(RuntimeSystemAuth),
    IntegrationSystem(IntSysSystemAuth),
}

macro_rules! kinds {
    ($(#[$doc:meta] $name:ident of $kind:ident,)*) => {
        $(
            #[derive(Debug, SimpleObject)]
            pub(crate) struct $name {
                id: ID,
                #[$doc]
                auth: Option<Auth>,
                #[graphql(name = "type")]
                kind: Option<SystemAuthReferenceType>,
                /// The internal id of the tenant.
                tenant_id: Option<String>,
                reference_object_id: Option<ID>,
            }

            impl $name {
                fn new(row: Row, auth: Option<Auth>) -> Self {
                    Self {
                        id: ID(row.id),
                        auth,
                        kind: Some(SystemAuthReferenceType::$kind),
                        tenant_id: row.tenant_id,
                        reference_object_id: Some(ID(row.owner.id().to_owned())),
                    }
                }

                /// All that the object with this id has, as they may be seen again.
                pub(super) async fn all_of(context: &Context<'_>, id: &str) -> Result<Vec<Self>> {
                    let service = service(context)?;
                    let held = service.system_auths(&Owner::$kind(id.to_owned())).await;
                    let held = held.map_err(|failure| graphql(&failure))?;
                    let visible = is_visible(context, Kind::$kind)?;
                    let addresses = &service.settings.addresses;
                    let auth = |held: &Held| visible.then(|| Auth::held(held, addresses));
                    Ok(held.into_iter().map(|held| Self::new(held.auth.clone(), auth(&held))).collect())
                }
            }
        )*

        impl SystemAuth {
            fn new(row: Row, auth: Option<Auth>) -> Self {
                match &row.owner {
                    $(Owner::$kind(_) => Self::$kind($name::new(row, auth)),)*
                }
            }
        }
    };
}

kinds! {
    /// Null without the scope `application.auths:read`.
    AppSystemAuth of Application,
    /// Null without the scope `runtime.auths:read`.
    RuntimeSystemAuth of Runtime,
    /// Null without the scope `integration_system.auths:read`.
    IntSysSystemAuth of IntegrationSystem,
}

impl SystemAuth {
    /// As it may be seen again.
    pub(super) fn held(context: &Context<'_>, held: Held) -> Result<Self> {
        let addresses = &service(context)?.settings.addresses;
        let auth = is_visible(context, Kind::of(&held.auth.owner))?.then(|| Auth::held(&held, addresses));
        Ok(Self::new(held.auth, auth))
    }

    /// With the secret, once; without it where nothing of system auths can be read, as in Compass.
    pub(super) fn issued(context: &Context<'_>, credentials: IssuedCredentials) -> Result<Self> {
        let readable = service(context)?.settings.director.auths_readable;
        let auth = readable.then(|| Auth::issued(&credentials));
        Ok(Self::new(credentials.auth, auth))
    }
}

/// Whether the caller may see what system auths of this kind hold.
fn is_visible(context: &Context<'_>, kind: Kind) -> Result<bool> {
    Ok(service(context)?.settings.director.auths_readable && caller(context)?.scopes.has(auths_read(kind)))
}

/// A secret that its only reader may not see would be lost: refused before it is made. (Compass makes it.)
pub(super) fn must_be_visible(context: &Context<'_>, kind: Kind) -> Result<()> {
    caller(context)?.reach(auths_read(kind)).map(drop).map_err(|failure| graphql(&failure))
}

/// What authenticates.
#[derive(Debug, SimpleObject)]
pub(crate) struct Auth {
    credential: Option<CredentialData>,
    one_time_token: Option<OneTimeToken>,
    /// Set when a certificate was issued.
    cert_common_name: Option<String>,
    /// Never used here.
    access_strategy: Option<String>,
}

impl Auth {
    /// As it may be seen again.
    fn held(held: &Held, addresses: &Addresses) -> Self {
        // Upstream shows no token of a runtime (`director/internal/domain/auth/converter.go`).
        let token = held.token.as_ref().filter(|_| matches!(held.auth.owner, Owner::Application(_)));
        Self {
            credential: held.client.then(|| CredentialData::masked(&held.auth.id, addresses)),
            one_time_token: token
                .map(|row| OneTimeToken::Application(OneTimeTokenForApplication::seen(row, addresses))),
            cert_common_name: held.auth.cert_common_name.clone(),
            access_strategy: None,
        }
    }

    /// How the application's own API is called, without any secret.
    pub(super) fn of_api(credentials: &Credentials) -> Option<Self> {
        let mask = || MASK.to_owned();
        let credential = match credentials {
            Credentials { oauth: Some(oauth), .. } => CredentialData::OAuth(OAuthCredentialData {
                client_id: ID(mask()),
                client_secret: mask(),
                url: oauth.url.clone(),
            }),
            Credentials { basic: Some(_), .. } => {
                CredentialData::Basic(BasicCredentialData { username: mask(), password: mask() })
            }
            Credentials { oauth: None, basic: None, .. } => return None,
        };
        Some(Self { credential: Some(credential), one_time_token: None, cert_common_name: None, access_strategy: None })
    }

    /// With the secret, once.
    fn issued(credentials: &IssuedCredentials) -> Self {
        Self {
            credential: Some(CredentialData::issued(credentials)),
            one_time_token: None,
            cert_common_name: None,
            access_strategy: None,
        }
    }
}

#[derive(Debug, Union)]
pub(crate) enum CredentialData {
    OAuth(OAuthCredentialData),
    Basic(BasicCredentialData),
}

#[derive(SimpleObject)]
#[graphql(name = "OAuthCredentialData")]
pub(crate) struct OAuthCredentialData {
    client_id: ID,
    client_secret: String,
    /// The token endpoint.
    url: String,
}

#[derive(SimpleObject)]
pub(crate) struct BasicCredentialData {
    username: String,
    password: String,
}

impl CredentialData {
    pub(super) fn issued(credentials: &IssuedCredentials) -> Self {
        Self::OAuth(OAuthCredentialData {
            client_id: ID(credentials.client_id.clone()),
            client_secret: credentials.client_secret.expose().to_owned(),
            url: credentials.token_url.clone(),
        })
    }

    fn masked(client_id: &str, addresses: &Addresses) -> Self {
        Self::OAuth(OAuthCredentialData {
            client_id: ID(client_id.to_owned()),
            client_secret: MASK.into(),
            url: addresses.oauth_token.clone(),
        })
    }
}

impl std::fmt::Debug for OAuthCredentialData {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("OAuthCredentialData").field("client_id", &self.client_id).finish_non_exhaustive()
    }
}

impl std::fmt::Debug for BasicCredentialData {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("BasicCredentialData").field("username", &self.username).finish_non_exhaustive()
    }
}
