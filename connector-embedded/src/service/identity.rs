//! Who is asking. Every request is resolved anew, because kept-alive and resumed connections skip the
//! handshake's check: a certificate counts by its fingerprint in the store, never by its subject.

use pairing::{ErrorCode, Failure, Secret};

use super::{Service, scopes::Scopes};
use crate::store::{application, certificate, oauth_client, system_auth, tenant, tenant::Tenant};

/// How long a `last_seen_at` may lag behind, in milliseconds. Writing it on every request would cost a commit each.
const SEEN_EVERY: i64 = 60_000;

/// The administrator or an application, with the tenant it works in.
#[derive(Clone, Debug)]
pub(crate) struct Caller {
    pub(crate) kind: CallerKind,
    pub(crate) tenant: Option<Tenant>,
    pub(crate) scopes: Scopes,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum CallerKind {
    Administrator,
    Application { id: String },
}

/// What a caller may see: one tenant, and within it everything or one application only.
#[derive(Clone, Debug)]
pub(crate) struct View {
    pub(crate) tenant: Tenant,
    pub(crate) only: Option<String>,
    /// For records of who did something.
    pub(crate) actor: String,
}

impl Caller {
    /// What this caller may see, if it holds the scope.
    ///
    /// # Errors
    /// [`ErrorCode::InsufficientScopes`], [`ErrorCode::TenantRequired`].
    pub(crate) fn view(&self, scope: &str) -> Result<View, Failure> {
        if !self.scopes.has(scope) {
            let message = format!("insufficient scopes provided [actual={}; required={scope}]", self.scopes);
            return Err(Failure::new(ErrorCode::InsufficientScopes, message));
        }
        let tenant =
            self.tenant.clone().ok_or_else(|| Failure::new(ErrorCode::TenantRequired, "Tenant is required"))?;
        Ok(match &self.kind {
            CallerKind::Administrator => View { tenant, only: None, actor: "administrator".into() },
            CallerKind::Application { id } => {
                View { tenant, only: Some(id.clone()), actor: format!("application {id}") }
            }
        })
    }
}

impl View {
    /// Whether the application exists as far as this caller may know.
    pub(crate) fn shows(&self, application_id: &str) -> bool {
        self.only.as_ref().is_none_or(|only| only == application_id)
    }
}

/// A client certificate that is ours, valid and not revoked.
#[derive(Clone, Debug)]
pub(crate) struct CertificateHolder {
    pub(crate) fingerprint: [u8; 32],
    pub(crate) system_auth_id: String,
    pub(crate) application_id: String,
    pub(crate) tenant_id: String,
    last_seen_at: Option<i64>,
    certificate_used_at: Option<i64>,
    status_condition: String,
}

impl Service {
    /// The administrator, by bearer token.
    pub(crate) async fn administrator(&self, tenant: Option<&str>) -> Result<Caller, Failure> {
        let tenant = match tenant {
            Some(external_id) => Some(self.tenant(external_id).await?),
            None => None,
        };
        Ok(Caller { kind: CallerKind::Administrator, tenant, scopes: Scopes::All })
    }

    /// An application, by OAuth2 access token. Removing or disabling its client counts at once.
    pub(crate) async fn application_by_access_token(
        &self,
        token: &Secret,
        tenant: Option<&str>,
    ) -> Result<Caller, Failure> {
        let claims = self.access_tokens.verify(token, self.clock.now())?;
        let client = {
            let mut connection = self.store.read().await?;
            oauth_client::find(&mut connection, &claims.client_id).await?
        };
        let client = client
            .filter(|client| client.disabled_at.is_none())
            .ok_or_else(|| unauthorized("the client of this access token was removed or disabled"))?;
        let tenant = self.tenant_of(&client.tenant_id, tenant).await?;
        self.connected(&client.application_id, &client.status_condition).await?;
        let kind = CallerKind::Application { id: client.application_id };
        Ok(Caller { kind, tenant: Some(tenant), scopes: Scopes::parse(&claims.scope) })
    }

    /// The holder of a client certificate, or why it does not count.
    pub(crate) async fn certificate_holder(&self, fingerprint: [u8; 32]) -> Result<CertificateHolder, Failure> {
        let holder = {
            let mut connection = self.store.read().await?;
            certificate::holder(&mut connection, &fingerprint).await?
        };
        let refused = |why: &str| Failure::new(ErrorCode::CertificateNotAccepted, unaccepted()).with_detail(why);
        let holder = holder.ok_or_else(|| refused("not issued by this Connector, or its pairing was removed"))?;
        if holder.revoked_at.is_some() {
            return Err(refused("revoked"));
        }
        if holder.not_after <= self.clock.now().unix_millis() {
            return Err(refused("expired"));
        }
        Ok(CertificateHolder {
            fingerprint,
            system_auth_id: holder.system_auth_id,
            application_id: holder.application_id,
            tenant_id: holder.tenant_id,
            last_seen_at: holder.last_seen_at,
            certificate_used_at: holder.certificate_used_at,
            status_condition: holder.status_condition,
        })
    }

    /// An application that calls the Director with its certificate. The first call connects it.
    pub(crate) async fn application_by_certificate(
        &self,
        holder: CertificateHolder,
        tenant: Option<&str>,
    ) -> Result<Caller, Failure> {
        let own = self.tenant_of(&holder.tenant_id, tenant).await?;
        let now = self.clock.now();
        let stale = holder.last_seen_at.is_none_or(|seen| now.unix_millis() - seen > SEEN_EVERY);
        if stale || holder.certificate_used_at.is_none() || holder.status_condition != CONNECTED {
            let holder = holder.clone();
            self.store
                .write(move |connection| {
                    Box::pin(async move {
                        certificate::seen(connection, &holder.fingerprint, now).await?;
                        system_auth::certificate_used(connection, &holder.system_auth_id, now).await?;
                        if holder.status_condition != CONNECTED {
                            application::set_status(connection, &holder.application_id, CONNECTED, now).await?;
                        }
                        Ok(())
                    })
                })
                .await?;
        }
        let kind = CallerKind::Application { id: holder.application_id };
        Ok(Caller { kind, tenant: Some(own), scopes: Scopes::application() })
    }

    async fn connected(&self, application_id: &str, condition: &str) -> Result<(), Failure> {
        if condition == CONNECTED {
            return Ok(());
        }
        let (id, now) = (application_id.to_owned(), self.clock.now());
        self.store
            .write(move |connection| {
                Box::pin(async move { application::set_status(connection, &id, CONNECTED, now).await })
            })
            .await
    }

    async fn tenant(&self, external_id: &str) -> Result<Tenant, Failure> {
        let mut connection = self.store.read().await?;
        tenant::by_external_id(&mut connection, external_id).await?.ok_or_else(|| unknown_tenant(external_id))
    }

    /// The tenant an application lives in; a `Tenant` header is optional for it, but must agree.
    async fn tenant_of(&self, tenant_id: &str, header: Option<&str>) -> Result<Tenant, Failure> {
        let mut connection = self.store.read().await?;
        let own = tenant::all(&mut connection).await?.into_iter().find(|tenant| tenant.id == tenant_id);
        let own = own.ok_or_else(|| Failure::internal("a system auth without its tenant"))?;
        match header {
            Some(header) if header != own.external_id => Err(unknown_tenant(header)),
            _ => Ok(own),
        }
    }
}

pub(crate) const CONNECTED: &str = "CONNECTED";
pub(crate) const INITIAL: &str = "INITIAL";

pub(crate) fn unauthorized(reason: &str) -> Failure {
    Failure::new(ErrorCode::Unauthorized, format!("Unauthorized [reason={reason}]"))
}

fn unknown_tenant(external_id: &str) -> Failure {
    Failure::new(ErrorCode::TenantNotFound, format!("Tenant not found [externalTenant={external_id}]"))
}

fn unaccepted() -> &'static str {
    "Unauthorized [reason=the client certificate is not accepted: it was not issued by this Connector, it has \
     expired, it was revoked, or its pairing was removed]"
}
