//! Connection tokens by the Connector Service's rules (contracts/legacy-connector.md §1, §2): the first generation keeps
//! one for each name, the second as many as were asked for.

use pairing::{ErrorCode, Failure, Moment, SystemAuthId};

use super::Flavour;
use crate::{
    service::{Service, application::not_found, one_time_token::IssuedToken},
    store::{
        application,
        one_time_token::{self, NewToken},
        runtime,
        system_auth::{self, Owner, SystemAuth},
    },
};

/// Which of the two REST dialects a token belongs to; it opens nothing in the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Generation {
    /// `/v1/remoteenvironments/{name}/…` and `/v1/applications/{name}/…`
    First,
    /// `/v1/applications/signingRequests/info`
    Second,
}

impl Generation {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::First => "first",
            Self::Second => "second",
        }
    }

    pub(crate) fn of(text: &str) -> Self {
        if text == Self::First.as_str() { Self::First } else { Self::Second }
    }
}

/// The headers `Tenant` and `Group` of central mode.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Context {
    pub(crate) tenant: Option<String>,
    pub(crate) group: Option<String>,
}

impl Context {
    /// Both go into the subject of certificates, where clients split.
    ///
    /// # Errors
    /// [`ErrorCode::BadRequest`] naming the header.
    pub(crate) fn check(self) -> Result<Self, Failure> {
        for (header, value) in [("Tenant", &self.tenant), ("Group", &self.group)] {
            let Some(value) = value else { continue };
            let breaks = |c: char| {
                matches!(c, ',' | '+' | '=' | '/' | '"' | '\\' | '<' | '>' | ';') || !c.is_ascii() || c.is_control()
            };
            if value.is_empty() || value.len() > 64 || value.contains(breaks) {
                let message = format!(
                    "The header {header} must be 1 to 64 ASCII characters without , + = / \" \\ < > ; because it goes into \
                     the subject of certificates."
                );
                return Err(Failure::new(ErrorCode::BadRequest, message));
            }
        }
        Ok(self)
    }
}

/// Lifetime of a runtime's token, in seconds (`connector-service`'s chart, `runtimeTokenExpirationMinutes`).
pub(crate) const RUNTIME_TOKEN: i64 = 10 * 60;

/// Tokens that came with an answer and that nobody used are forgotten after this long, in seconds.
const FORGET: i64 = 3600;

impl Service {
    /// A token by the Connector Service's rules. `polled_with`: the certificate at the center to which it comes with an
    /// answer of management/info, so often that nothing waits for it.
    ///
    /// # Errors
    /// [`ErrorCode::NotFound`] for an application or a runtime that does not exist here.
    pub(crate) async fn connection_token(
        &self,
        owner: Owner,
        generation: Generation,
        context: Context,
        polled_with: Option<[u8; 32]>,
    ) -> Result<IssuedToken, Failure> {
        let mut issued = self.fresh_token(String::new(), &owner);
        if let Owner::Runtime(_) = owner {
            issued.expires_at = issued.created_at.plus_seconds(RUNTIME_TOKEN);
        }
        let default_tenant = self.default_tenant().await?;
        self.store
            .write(move |connection| {
                Box::pin(async move {
                    // It may have gone since it was looked up.
                    let tenant_id = match &owner {
                        Owner::Application(id) => application::anywhere(connection, id).await?.map(|row| row.tenant_id),
                        Owner::Runtime(id) => runtime::condition(connection, id).await?.map(|_| default_tenant.id),
                        Owner::IntegrationSystem(_) => None,
                    };
                    let tenant_id = tenant_id.ok_or_else(|| not_found("application"))?;
                    let auth = match system_auth::of_connector_service(connection, &owner, &context).await? {
                        Some(auth) => auth,
                        None => {
                            let id = SystemAuthId::random().to_string();
                            let mut auth = SystemAuth::new(id, Some(tenant_id), owner, issued.created_at);
                            auth.flavour = Flavour::Kyma;
                            auth.context = context;
                            system_auth::insert(connection, &auth).await?;
                            auth
                        }
                    };
                    issued.system_auth_id.clone_from(&auth.id);
                    if polled_with.is_none() {
                        system_auth::await_certificate(connection, &auth.id).await?;
                    }
                    let origin = Origin { fetched_with: polled_with, polled: polled_with.is_some() };
                    store_connection_token(connection, &issued, generation, origin).await?;
                    Ok(issued)
                })
            })
            .await
    }

    /// Forgets what polling left behind.
    pub(crate) async fn tidy_connection_tokens(&self) {
        let before = Moment::from_unix_millis(self.clock.now().unix_millis() - FORGET * 1000);
        let done = self
            .store
            .write(move |connection| Box::pin(async move { one_time_token::forget_polled(connection, before).await }))
            .await;
        if let Err(failure) = done {
            tracing::warn!(detail = failure.detail, "unused connection tokens could not be tidied: {failure}");
        }
    }
}

/// How somebody came to a token.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Origin {
    /// The certificate at the center, itself or by way of another token.
    pub(crate) fetched_with: Option<[u8; 32]>,
    /// With an answer of management/info.
    pub(crate) polled: bool,
}

/// Stores a token of the Connector Service's flavour. In the first generation it takes the place of the one before.
pub(crate) async fn store_connection_token(
    connection: &mut sqlx::SqliteConnection,
    issued: &IssuedToken,
    generation: Generation,
    origin: Origin,
) -> Result<(), Failure> {
    if generation == Generation::First {
        one_time_token::retire(connection, &issued.system_auth_id, Some(generation.as_str()), issued.created_at)
            .await?;
    }
    let row = NewToken {
        hash: issued.token.hash(),
        system_auth_id: &issued.system_auth_id,
        created_at: issued.created_at,
        expires_at: issued.expires_at,
        generation: Some(generation.as_str()),
        polled: origin.polled,
        fetched_with: origin.fetched_with,
        from_adapter: false,
    };
    one_time_token::insert(connection, &row).await
}
