//! Who is asking. Every request is resolved anew, because kept-alive and resumed connections skip the
//! handshake's check: a certificate counts by its fingerprint in the store, never by its subject.

use std::net::IpAddr;

use pairing::{ErrorCode, Failure, Moment, Secret};

use super::{
    Service,
    kyma::{Context, Flavour},
    oauth::access_token::Confirmation,
    policy::CertificateKind,
    presentations::Why,
    scopes::Scopes,
    system_auth::Kind,
};
use crate::{
    RevocationMode,
    store::{
        application, certificate, runtime,
        system_auth::{self, Owner},
        tenant::{self, Tenant},
    },
};

/// How long a `last_seen_at` may lag behind, in milliseconds.
const SEEN_EVERY: i64 = 60_000;

/// Whoever calls the Director, with the tenant it works in.
#[derive(Clone, Debug)]
pub(crate) struct Caller {
    pub(crate) kind: CallerKind,
    pub(crate) tenant: Option<Tenant>,
    pub(crate) scopes: Scopes,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum CallerKind {
    /// By the administrator's token, or a user who signed in.
    Administrator {
        name: String,
    },
    Application {
        id: String,
    },
    Runtime {
        id: String,
    },
    IntegrationSystem {
        id: String,
    },
}

/// Which objects exist for a caller, in whatever tenant.
#[derive(Clone, Debug)]
pub(crate) struct Reach {
    /// Kind and id of a caller that is no administrator.
    own: Option<(Kind, String)>,
    /// For records of who did something.
    pub(crate) actor: String,
}

/// What a caller may see of one tenant.
#[derive(Clone, Debug)]
pub(crate) struct View {
    pub(crate) tenant: Tenant,
    pub(crate) reach: Reach,
}

impl CallerKind {
    fn of(owner: Owner) -> Self {
        match owner {
            Owner::Application(id) => Self::Application { id },
            Owner::Runtime(id) => Self::Runtime { id },
            Owner::IntegrationSystem(id) => Self::IntegrationSystem { id },
        }
    }
}

impl Caller {
    /// What this caller may see of its tenant, if it holds the scope.
    ///
    /// # Errors
    /// [`ErrorCode::InsufficientScopes`], [`ErrorCode::TenantRequired`].
    pub(crate) fn view(&self, scope: &str) -> Result<View, Failure> {
        let reach = self.reach(scope)?;
        let tenant =
            self.tenant.clone().ok_or_else(|| Failure::new(ErrorCode::TenantRequired, "Tenant is required"))?;
        Ok(View { tenant, reach })
    }

    /// What this caller may see of that which is in no tenant, if it holds the scope.
    ///
    /// # Errors
    /// [`ErrorCode::InsufficientScopes`].
    pub(crate) fn reach(&self, scope: &str) -> Result<Reach, Failure> {
        if !self.scopes.has(scope) {
            let message = format!("insufficient scopes provided [actual={}; required={scope}]", self.scopes);
            return Err(Failure::new(ErrorCode::InsufficientScopes, message));
        }
        Ok(match &self.kind {
            CallerKind::Administrator { name } => Reach::everything(name),
            CallerKind::Application { id } => Reach::of(Kind::Application, id),
            CallerKind::Runtime { id } => Reach::of(Kind::Runtime, id),
            CallerKind::IntegrationSystem { id } => Reach::of(Kind::IntegrationSystem, id),
        })
    }
}

impl Reach {
    pub(crate) fn everything(actor: &str) -> Self {
        Self { own: None, actor: actor.into() }
    }

    fn of(kind: Kind, id: &str) -> Self {
        Self { own: Some((kind, id.to_owned())), actor: format!("{kind} {id}") }
    }

    /// The id that an object of this kind must have to exist for the caller; `None`: any. An integration system
    /// works on the applications and runtimes of a tenant, a runtime knows its applications; beyond that everybody
    /// knows only itself, which for another kind than its own is nothing, because ids are unique.
    pub(crate) fn only(&self, kind: Kind) -> Option<&str> {
        let (own, id) = self.own.as_ref()?;
        match (own, kind) {
            (Kind::IntegrationSystem, Kind::Application | Kind::Runtime) | (Kind::Runtime, Kind::Application) => None,
            (Kind::Application | Kind::Runtime | Kind::IntegrationSystem, _) => Some(id),
        }
    }

    /// Whether the object exists as far as this caller may know.
    pub(crate) fn shows(&self, kind: Kind, id: &str) -> bool {
        self.only(kind).is_none_or(|only| only == id)
    }

    /// Only who sees all objects of a kind may add one.
    ///
    /// # Errors
    /// [`ErrorCode::InvalidOperation`].
    pub(crate) fn may_register(&self, kind: Kind) -> Result<(), Failure> {
        match (&self.own, self.only(kind)) {
            (Some((own, _)), Some(_)) => {
                let message =
                    format!("The operation is not allowed [reason={} {own} cannot register {kind}s]", own.article());
                Err(Failure::new(ErrorCode::InvalidOperation, message))
            }
            _ => Ok(()),
        }
    }
}

/// A client certificate that is ours, valid and not revoked.
#[derive(Clone, Debug)]
pub(crate) struct CertificateHolder {
    pub(crate) fingerprint: [u8; 32],
    pub(crate) system_auth_id: String,
    pub(crate) owner: Owner,
    pub(crate) tenant_id: String,
    /// Signed for a test, and so is what it renews itself into.
    pub(crate) for_test: bool,
    /// Only where revoking stops no more than renewing.
    pub(crate) revoked: bool,
    /// Where the request came from.
    pub(crate) from: IpAddr,
    pub(crate) common_name: String,
    pub(crate) flavour: Flavour,
    pub(crate) context: Context,
    certificate_used_at: Option<i64>,
    status_condition: String,
}

impl Service {
    /// Who has the administrator's bearer token.
    pub(crate) const ADMINISTRATOR: &str = "administrator";

    /// The administrator, or the user of this name who signed in.
    pub(crate) async fn administrator(&self, name: String, tenant: Option<&str>) -> Result<Caller, Failure> {
        let tenant = match tenant {
            Some(external_id) => Some(self.tenant(external_id).await?),
            None => None,
        };
        Ok(Caller { kind: CallerKind::Administrator { name }, tenant, scopes: Scopes::All })
    }

    /// Whoever an OAuth2 access token stands for. A token that is bound to a certificate counts only on a connection
    /// with that certificate (RFC 8705 §3).
    pub(crate) async fn caller_by_access_token(
        &self,
        token: &Secret,
        tenant: Option<&str>,
        certificate: Option<&[u8; 32]>,
    ) -> Result<Caller, Failure> {
        let (claims, client) = self.counting_token(token)?;
        if !self.oauth.tokens.is_for_us(&claims) {
            return Err(unauthorized("the access token is meant for another audience"));
        }
        if claims.cnf.as_ref().is_some_and(|bound| certificate.map(Confirmation::of).as_ref() != Some(bound)) {
            return Err(unauthorized("the access token is bound to a client certificate, and this is another or none"));
        }
        let owner = client.row.owner.clone();
        let owner = owner.ok_or_else(|| unauthorized("the client of this access token stands for nobody here"))?;
        let tenant = match &client.row.tenant_id {
            Some(own) => Some(self.tenant_of(own, tenant).await?),
            None => match tenant {
                Some(external_id) => Some(self.tenant(external_id).await?),
                None => None,
            },
        };
        let kind = self.connected(owner).await?;
        Ok(Caller { kind, tenant, scopes: Scopes::parse(&claims.scope) })
    }

    /// The holder of a client certificate, or why it does not count.
    pub(crate) async fn certificate_holder(
        &self,
        fingerprint: [u8; 32],
        from: IpAddr,
    ) -> Result<CertificateHolder, Failure> {
        let holder = {
            let mut connection = self.store.read().await?;
            certificate::holder(&mut connection, &fingerprint).await?
        };
        let now = self.clock.now();
        let refused = |why: Why| {
            self.presentations.refused(fingerprint, why, Some(from), now);
            Failure::new(ErrorCode::CertificateNotAccepted, unaccepted()).with_detail(why)
        };
        let holder = holder.ok_or_else(|| refused(Why::PairingRemoved))?;
        let revoked = holder.revoked_at.is_some();
        if revoked && self.policy().revocation_mode == RevocationMode::Strict {
            return Err(refused(Why::Revoked));
        }
        // Again, because kept-alive and resumed connections outlive the handshake's check.
        if holder.not_after <= now.unix_millis() {
            return Err(refused(Why::Expired));
        }
        if holder.not_before > now.unix_millis() {
            return Err(refused(Why::NotValidYet));
        }
        if !self.authorities.set().accepts(&holder.issuer, now) {
            return Err(refused(Why::UnknownIssuer));
        }
        if !self.center_agrees(&holder.owner, holder.issued_at).await? {
            return Err(refused(Why::PairingRemoved));
        }
        if holder.last_seen_at.is_none_or(|seen| now.unix_millis() - seen > SEEN_EVERY) {
            self.presentations.seen(fingerprint, from, now);
        }
        Ok(CertificateHolder {
            fingerprint,
            system_auth_id: holder.system_auth_id,
            owner: holder.owner,
            for_test: holder.kind == CertificateKind::Test.as_str(),
            revoked,
            from,
            tenant_id: holder.tenant_id,
            common_name: holder.common_name,
            flavour: holder.flavour,
            context: holder.context,
            certificate_used_at: holder.certificate_used_at,
            status_condition: holder.status_condition,
        })
    }

    /// By whose rules a certificate was issued, and whether it was revoked, whatever else became of it; `None` for one
    /// that is unknown here.
    pub(crate) async fn standing_of(&self, fingerprint: [u8; 32]) -> Result<Option<(Flavour, bool)>, Failure> {
        let mut connection = self.store.read().await?;
        let holder = certificate::holder(&mut connection, &fingerprint).await?;
        Ok(holder.map(|holder| (holder.flavour, holder.revoked_at.is_some())))
    }

    /// An application or a runtime that calls the Director with its certificate. The first call connects it.
    pub(crate) async fn caller_by_certificate(
        &self,
        holder: CertificateHolder,
        tenant: Option<&str>,
    ) -> Result<Caller, Failure> {
        let own = self.tenant_of(&holder.tenant_id, tenant).await?;
        let now = self.clock.now();
        if holder.certificate_used_at.is_none() || holder.status_condition != CONNECTED {
            let holder = holder.clone();
            self.store
                .write(move |connection| {
                    Box::pin(async move {
                        system_auth::certificate_used(connection, &holder.system_auth_id, now).await?;
                        if holder.status_condition == CONNECTED {
                            return Ok(());
                        }
                        set_connected(connection, &holder.owner, now).await
                    })
                })
                .await?;
        }
        let scopes = match holder.owner {
            Owner::Runtime(_) => Scopes::runtime(),
            Owner::Application(_) | Owner::IntegrationSystem(_) => Scopes::application(),
        };
        Ok(Caller { kind: CallerKind::of(holder.owner), tenant: Some(own), scopes })
    }

    /// The first Director call of an application or a runtime connects it.
    async fn connected(&self, owner: Owner) -> Result<CallerKind, Failure> {
        let condition = self.condition(&owner).await?;
        if condition.is_some_and(|condition| condition != CONNECTED) {
            let (owner, now) = (owner.clone(), self.clock.now());
            self.store
                .write(move |connection| Box::pin(async move { set_connected(connection, &owner, now).await }))
                .await?;
        }
        Ok(CallerKind::of(owner))
    }

    /// The status of an application or a runtime; an integration system has none.
    async fn condition(&self, owner: &Owner) -> Result<Option<String>, Failure> {
        if let Owner::IntegrationSystem(_) = owner {
            return Ok(None);
        }
        let mut connection = self.store.read().await?;
        match owner {
            Owner::Application(id) => application::condition(&mut connection, id).await,
            Owner::Runtime(id) => runtime::condition(&mut connection, id).await,
            Owner::IntegrationSystem(_) => Ok(None),
        }
    }

    async fn tenant(&self, external_id: &str) -> Result<Tenant, Failure> {
        let mut connection = self.store.read().await?;
        tenant::by_external_id(&mut connection, external_id).await?.ok_or_else(|| unknown_tenant(external_id))
    }

    /// The tenant an application or a runtime lives in; a `Tenant` header is optional for it, but must agree.
    async fn tenant_of(&self, tenant_id: &str, header: Option<&str>) -> Result<Tenant, Failure> {
        let mut connection = self.store.read().await?;
        let own = tenant::by_id(&mut connection, tenant_id).await?;
        let own = own.ok_or_else(|| Failure::internal("a system auth without its tenant"))?;
        match header {
            Some(header) if header != own.external_id => Err(unknown_tenant(header)),
            _ => Ok(own),
        }
    }
}

async fn set_connected(connection: &mut sqlx::SqliteConnection, owner: &Owner, now: Moment) -> Result<(), Failure> {
    match owner {
        Owner::Application(id) => application::set_status(connection, id, CONNECTED, now).await,
        Owner::Runtime(id) => runtime::set_status(connection, id, CONNECTED, now).await,
        Owner::IntegrationSystem(_) => Ok(()),
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
