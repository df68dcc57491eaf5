//! How an application gets its certificate: a token or a certificate comes in, a configuration or a chain goes out.
//!
//! Spending a token and recording what it bought is one transaction. The signature is made before, from our own
//! profile, and thrown away when the transaction finds that somebody else was faster.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use pairing::{
    ErrorCode, Failure, Moment, OneTimeToken, SecretHash, Subject,
    csr::{self, CheckedCsr},
};

use super::{
    Service,
    identity::CertificateHolder,
    kyma::{Context, Flavour, Generation, Origin, RUNTIME_COMMON_NAME, RUNTIME_TOKEN, Role, store_connection_token},
    one_time_token::{IssuedToken, store_token},
    policy::CertificateKind,
    presentations::Why,
    system_auth::Kind,
};
use crate::{
    Fidelity,
    ca::{self, IssuedCertificate, certificate_to_pem},
    store::{
        certificate::{self, NewCertificate, Revocation, Revoked},
        one_time_token,
        system_auth::{self, Owner},
    },
};

/// Refused requests after which a token is spent in lenient mode too.
const MOST_REFUSALS: i64 = 10;

/// A presented token that was good when it was looked up.
#[derive(Clone, Debug)]
pub(crate) struct TokenGrant {
    hash: SecretHash,
    system_auth_id: String,
    owner: Owner,
    /// `None` for a token of the Director.
    generation: Option<Generation>,
    context: Context,
    /// The certificate at the center that the token came to.
    fetched_with: Option<[u8; 32]>,
    /// What its certificate will be called.
    common_name: String,
    /// Set when a request spent it, so that the edge need not.
    spent: Arc<AtomicBool>,
}

/// What a certificate is called, and by whose rules.
#[derive(Clone, Debug)]
pub(crate) struct Name {
    pub(crate) subject: Subject,
    pub(crate) common_name: String,
    pub(crate) flavour: Flavour,
}

/// Who asks the Connector for something.
#[derive(Clone, Debug)]
pub(crate) enum Applicant {
    Token(TokenGrant),
    Certificate(CertificateHolder),
}

/// What `configuration` answers.
#[derive(Clone, Debug)]
pub(crate) struct Configuration {
    pub(crate) token: IssuedToken,
    pub(crate) subject: String,
}

/// A signed certificate and the CA's, as PEM.
#[derive(Clone, Debug)]
pub(crate) struct SignedChain {
    pub(crate) client: String,
    /// Leaf, then CA, as Compass returns it.
    pub(crate) chain: String,
    /// The authority with those above it (Compass can be told to attach its root here as well); while authorities
    /// change, also the earlier ones, one of which the server still shows its certificate of.
    pub(crate) ca: String,
}

impl SignedChain {
    fn of(client: String, set: &ca::Set, issuer: &[u8], now: Moment) -> Result<Self, Failure> {
        let issuer = set.with(issuer).ok_or_else(|| Failure::internal("the authority is gone"))?;
        let chain = format!("{client}{}", issuer.authority.certificate_pem());
        let own = issuer.authority.fingerprint();
        let others = set.counting(now).filter(|member| member.authority.fingerprint() != own);
        let mut ca = issuer.authority.certificate_pem().to_owned();
        ca.extend(others.map(|member| member.authority.certificate_pem()));
        Ok(Self { client, chain, ca })
    }
}

impl TokenGrant {
    pub(crate) const fn owner(&self) -> &Owner {
        &self.owner
    }

    pub(crate) const fn generation(&self) -> Option<Generation> {
        self.generation
    }

    pub(crate) const fn flavour(&self) -> Flavour {
        if self.generation.is_some() { Flavour::Kyma } else { Flavour::Adapter }
    }

    pub(crate) fn common_name(&self) -> &str {
        &self.common_name
    }
}

impl Applicant {
    fn system_auth_id(&self) -> &str {
        match self {
            Self::Token(grant) => &grant.system_auth_id,
            Self::Certificate(holder) => &holder.system_auth_id,
        }
    }

    /// What kind of certificate it gets. A short one for a test does not renew itself into a long one.
    const fn kind(&self) -> CertificateKind {
        match self {
            Self::Certificate(holder) if holder.for_test => CertificateKind::Test,
            Self::Certificate(_) | Self::Token(_) => kind_of(self.owner()),
        }
    }

    const fn owner(&self) -> &Owner {
        match self {
            Self::Token(grant) => &grant.owner,
            Self::Certificate(holder) => &holder.owner,
        }
    }

    const fn flavour(&self) -> Flavour {
        match self {
            Self::Token(grant) => grant.flavour(),
            Self::Certificate(holder) => holder.flavour,
        }
    }

    /// What the certificate is called: of a renewal, what the certificate of the call is called.
    fn common_name(&self) -> &str {
        match self {
            Self::Token(grant) => &grant.common_name,
            Self::Certificate(holder) => &holder.common_name,
        }
    }

    const fn context(&self) -> &Context {
        match self {
            Self::Token(grant) => &grant.context,
            Self::Certificate(holder) => &holder.context,
        }
    }
}

impl Service {
    /// Looks a presented token up. `None` for a token that is unknown, used, replaced or expired: to the peer they
    /// look alike, the log says which.
    pub(crate) async fn present_token(&self, token: &OneTimeToken) -> Result<Option<TokenGrant>, Failure> {
        let hash = token.hash();
        let mut connection = self.store.read().await?;
        let Some(row) = one_time_token::find(&mut connection, hash).await? else {
            tracing::info!("a one-time token was refused: it is unknown here, or its pairing was removed");
            return Ok(None);
        };
        let now = self.clock.now().unix_millis();
        let why = match (row.used_at, row.replaced_at) {
            // In lenient mode a spent token may still fetch the certificate it bought; the signing path decides.
            (Some(_), _) if self.retry_allowed(&row, now) => None,
            (Some(at), _) => Some(format!(
                "it was used {} s ago for {}",
                (now - at) / 1000,
                row.used_for.as_deref().unwrap_or("nothing")
            )),
            (None, Some(at)) => Some(format!("a newer one replaced it {} s ago", (now - at) / 1000)),
            (None, None) if row.expires_at <= now => {
                Some(format!("it expired {} s ago", (now - row.expires_at) / 1000))
            }
            (None, None) => None,
        };
        if let Some(why) = why {
            tracing::info!(system_auth = row.system_auth_id, "a one-time token was refused: {why}");
            return Ok(None);
        }
        let generation = row.generation.as_deref().map(Generation::of);
        let Some(auth) = system_auth::find_any(&mut connection, &row.system_auth_id).await? else { return Ok(None) };
        drop(connection);
        if !self.center_agrees(&auth.owner, row.created_at).await? {
            tracing::info!(system_auth = auth.id, "a one-time token was refused: the pairing it came from was removed");
            return Ok(None);
        }
        if let Some(fetched_with) = &row.fetched_with
            && !self.still_holds(fetched_with).await?
        {
            tracing::info!(
                system_auth = auth.id,
                "a one-time token was refused: the certificate it came to was revoked"
            );
            return Ok(None);
        }
        let flavour = if generation.is_some() { Flavour::Kyma } else { Flavour::Adapter };
        let common_name = self.common_name(flavour, &auth.owner, &auth.id).await?;
        Ok(Some(TokenGrant {
            hash,
            system_auth_id: auth.id,
            owner: auth.owner,
            generation,
            context: auth.context,
            fetched_with: row.fetched_with.and_then(|fingerprint| fingerprint.try_into().ok()),
            common_name,
            spent: Arc::default(),
        }))
    }

    /// What a certificate will be called.
    pub(super) async fn common_name(&self, flavour: Flavour, owner: &Owner, id: &str) -> Result<String, Failure> {
        match (flavour, owner) {
            (Flavour::Kyma, Owner::Application(id)) => self.connector_service_name(id).await,
            (Flavour::Kyma, Owner::Runtime(_)) => Ok(RUNTIME_COMMON_NAME.to_owned()),
            (Flavour::Kyma, Owner::IntegrationSystem(_)) | (Flavour::Adapter, _) => Ok(id.to_owned()),
        }
    }

    /// The rules that a presented token was made by, whatever became of it since; `None` for one that is unknown here.
    pub(crate) async fn flavour_of_token(&self, token: &OneTimeToken) -> Result<Option<Flavour>, Failure> {
        let mut connection = self.store.read().await?;
        let row = one_time_token::find(&mut connection, token.hash()).await?;
        Ok(row.map(|row| if row.generation.is_some() { Flavour::Kyma } else { Flavour::Adapter }))
    }

    fn retry_allowed(&self, row: &one_time_token::OneTimeToken, now: i64) -> bool {
        self.settings.fidelity == Fidelity::Lenient
            && row.used_for.as_deref() == Some(CERTIFICATE)
            && row.expires_at > now
    }

    /// In strict mode a token is spent by being presented, whatever became of the request.
    pub(crate) async fn token_was_presented(&self, grant: &TokenGrant) -> Result<(), Failure> {
        // The Connector Service's tokens are spent on success only, in every mode.
        let lives_on = self.settings.fidelity == Fidelity::Lenient || grant.flavour() == Flavour::Kyma;
        if lives_on || grant.spent.load(Ordering::Acquire) {
            return Ok(());
        }
        let (hash, now) = (grant.hash, self.clock.now());
        self.store
            .write(move |connection| {
                Box::pin(async move { one_time_token::spend(connection, hash, "a request that failed", now).await })
            })
            .await
            .map(drop)
    }

    /// Spends the token, if there is one, and mints the next one into the same system auth.
    ///
    /// # Errors
    /// [`ErrorCode::TokenNotAccepted`] when another request was faster.
    pub(crate) async fn configuration(&self, applicant: &Applicant) -> Result<Configuration, Failure> {
        self.may_renew(applicant)?;
        let mut issued = self.fresh_token(applicant.system_auth_id().to_owned(), applicant.owner());
        let generation = match applicant {
            Applicant::Token(grant) => grant.generation,
            Applicant::Certificate(holder) => (holder.flavour == Flavour::Kyma).then_some(Generation::Second),
        };
        let fetched_with = match applicant {
            Applicant::Token(grant) => grant.fetched_with,
            // A runtime's certificate is not one of the center.
            Applicant::Certificate(holder) => (self.kyma.settings.role != Role::Runtime).then_some(holder.fingerprint),
        };
        let origin = Origin { fetched_with, polled: false };
        if generation.is_some() && matches!(applicant.owner(), Owner::Runtime(_)) {
            issued.expires_at = issued.created_at.plus_seconds(RUNTIME_TOKEN);
        }
        let subject = self.subject_of(applicant).with_common_name(applicant.common_name());
        let (applicant, now) = (applicant.clone(), self.clock.now());
        let token = self
            .store
            .write(move |connection| {
                Box::pin(async move {
                    match &applicant {
                        Applicant::Token(grant) => spend(connection, grant, "the configuration", now).await?,
                        Applicant::Certificate(holder) => still_counts(connection, holder).await?,
                    }
                    match generation {
                        Some(generation) => store_connection_token(connection, &issued, generation, origin).await?,
                        None => store_token(connection, &issued).await?,
                    }
                    Ok(issued)
                })
            })
            .await?;
        Ok(Configuration { token, subject })
    }

    /// What the certificate of an applicant carries besides its common name: in central mode the tenant is the
    /// organization and the group the unit.
    pub(crate) fn subject_of(&self, applicant: &Applicant) -> Subject {
        self.subject_in(applicant.context())
    }

    pub(crate) fn subject_in(&self, context: &Context) -> Subject {
        let mut subject = self.policy().subject();
        if let Some(tenant) = &context.tenant {
            subject.organization.clone_from(tenant);
        }
        if let Some(group) = &context.group {
            subject.organizational_unit.clone_from(group);
        }
        subject
    }

    /// Checks a certificate request, signs it and records it; spends the token in the same transaction.
    ///
    /// # Errors
    /// [`ErrorCode::CsrRefused`] with the text for the peer, [`ErrorCode::TokenNotAccepted`].
    pub(crate) async fn sign(
        self: &Arc<Self>,
        applicant: &Applicant,
        request: String,
        wire: &'static str,
    ) -> Result<SignedChain, Failure> {
        self.may_renew(applicant)?;
        let now = self.clock.now();
        let name = Name {
            subject: self.subject_of(applicant),
            common_name: applicant.common_name().to_owned(),
            flavour: applicant.flavour(),
        };
        let (checked, issued) = match self.check_and_issue(request, name, applicant.kind(), now).await {
            Ok(signed) => signed,
            Err(failure) => {
                self.count_refusal(applicant).await?;
                return Err(failure);
            }
        };
        let (client, issuer) = (issued.pem.clone(), issued.issuer);
        let set = self.authorities.set();
        let row = certificate_row(applicant, &checked, issued, wire, now);
        let (applicant, request_hash) = (applicant.clone(), checked.sha256);
        let lenient = self.settings.fidelity == Fidelity::Lenient;
        let earlier = self
            .store
            .write(move |connection| {
                Box::pin(async move {
                    match &applicant {
                        Applicant::Token(grant) => {
                            if lenient
                                && let Some(bought) = certificate::bought(connection, grant.hash, &request_hash).await?
                            {
                                return Ok(Some(bought));
                            }
                            spend(connection, grant, CERTIFICATE, now).await?;
                        }
                        Applicant::Certificate(holder) => still_counts(connection, holder).await?,
                    }
                    certificate::insert(connection, &row).await?;
                    system_auth::set_cert_common_name(connection, &row.system_auth_id, &row.common_name).await?;
                    Ok(None)
                })
            })
            .await?;
        let (client, issuer) = match earlier {
            Some((der, issuer)) => (certificate_to_pem(&der), issuer),
            None => (client, issuer.to_vec()),
        };
        SignedChain::of(client, &set, &issuer, now)
    }

    /// Reads a request, holds it to the policy and signs what it asks for.
    ///
    /// # Errors
    /// [`ErrorCode::CsrRefused`].
    pub(super) async fn check_and_issue(
        self: &Arc<Self>,
        request: String,
        name: Name,
        kind: CertificateKind,
        now: Moment,
    ) -> Result<(CheckedCsr, IssuedCertificate), Failure> {
        self.check_clock(now)?;
        let service = Arc::clone(self);
        // RSA arithmetic takes milliseconds, which the threads that serve connections do not have.
        let signed = tokio::task::spawn_blocking(move || {
            let policy = service.policy();
            let Name { subject, common_name, flavour } = name;
            let checked = csr::check_with(&request, &subject, &common_name, &policy.key_rules());
            let checked = checked.map_err(|refusal| match flavour {
                Flavour::Adapter => Failure::new(ErrorCode::CsrRefused, refusal.wire_message()),
                Flavour::Kyma => Failure::new(ErrorCode::CsrRefused, refusal.connector_service_message())
                    .with_detail(refusal.to_string()),
            })?;
            let lifetime = Duration::from_secs(policy.lifetime(kind).unsigned_abs());
            let authority = service.authorities.active();
            let mut issued = authority.issue_client(&checked, &subject, &common_name, now, lifetime)?;
            issued.kind = kind.as_str();
            Ok((checked, issued))
        });
        signed.await.map_err(Failure::internal)?
    }

    /// In the mode `renewal-only` a revoked certificate may still call, but not renew itself.
    fn may_renew(&self, applicant: &Applicant) -> Result<(), Failure> {
        match applicant {
            Applicant::Certificate(holder) if holder.revoked => {
                self.presentations.refused(holder.fingerprint, Why::Revoked, Some(holder.from), self.clock.now());
                Err(not_accepted("it was revoked"))
            }
            Applicant::Certificate(_) | Applicant::Token(_) => Ok(()),
        }
    }

    /// Revokes the certificate of the call; doing it twice changes nothing.
    pub(crate) async fn revoke_own(&self, holder: &CertificateHolder) -> Result<(), Failure> {
        let (fingerprint, now) = (holder.fingerprint, self.clock.now());
        let by = format!("{} {}", Kind::of(&holder.owner), holder.owner.id());
        let why = Revocation { by, reason: "unspecified", note: Some("revoked by its holder".into()), at: now };
        self.store
            .write(move |connection| {
                Box::pin(async move { certificate::revoke(connection, Revoked::Fingerprint(&fingerprint), &why).await })
            })
            .await
            .map(drop)
    }

    /// A refused request leaves a lenient token alive, but not for ever.
    async fn count_refusal(&self, applicant: &Applicant) -> Result<(), Failure> {
        let Applicant::Token(grant) = applicant else { return Ok(()) };
        if self.settings.fidelity == Fidelity::Strict || grant.flavour() == Flavour::Kyma {
            return Ok(());
        }
        let (hash, now) = (grant.hash, self.clock.now());
        self.store
            .write(move |connection| {
                Box::pin(async move {
                    if one_time_token::count_refusal(connection, hash).await? >= MOST_REFUSALS {
                        one_time_token::spend(connection, hash, "ten refused requests", now).await?;
                    }
                    Ok(())
                })
            })
            .await
    }
}

/// The row of a certificate that was just signed.
fn certificate_row(
    applicant: &Applicant,
    checked: &CheckedCsr,
    issued: IssuedCertificate,
    wire: &'static str,
    now: Moment,
) -> NewCertificate {
    let (token_hash, parent_fingerprint) = match applicant {
        Applicant::Token(grant) => (Some(grant.hash), None),
        Applicant::Certificate(holder) => (None, Some(holder.fingerprint)),
    };
    NewCertificate {
        token_hash,
        parent_fingerprint,
        common_name: applicant.common_name().to_owned(),
        ..new_certificate(applicant.system_auth_id(), applicant.owner(), checked, issued, wire, now)
    }
}

/// The row of a certificate that no token bought and that renews none.
pub(super) fn new_certificate(
    system_auth_id: &str,
    owner: &Owner,
    checked: &CheckedCsr,
    issued: IssuedCertificate,
    wire: &'static str,
    now: Moment,
) -> NewCertificate {
    NewCertificate {
        fingerprint: issued.fingerprint,
        serial: issued.serial,
        issuer: issued.issuer,
        system_auth_id: system_auth_id.to_owned(),
        owner: owner.clone(),
        common_name: system_auth_id.to_owned(),
        kind: issued.kind,
        der: issued.der.to_vec(),
        key_hash: issued.key_hash,
        not_before: issued.not_before,
        not_after: issued.not_after,
        issued_at: now,
        wire,
        token_hash: None,
        request_hash: checked.sha256,
        parent_fingerprint: None,
    }
}

/// What kind of certificate an owner gets.
pub(super) const fn kind_of(owner: &Owner) -> CertificateKind {
    match owner {
        Owner::Runtime(_) => CertificateKind::Runtime,
        Owner::Application(_) | Owner::IntegrationSystem(_) => CertificateKind::Application,
    }
}

fn not_accepted(detail: &str) -> Failure {
    Failure::new(ErrorCode::CertificateNotAccepted, "The client certificate is not accepted.").with_detail(detail)
}

/// What a token was spent on, when it was a certificate.
const CERTIFICATE: &str = "a certificate";

/// The certificate was good when the request came in; revoking it or removing its pairing may have been faster.
async fn still_counts(connection: &mut sqlx::SqliteConnection, holder: &CertificateHolder) -> Result<(), Failure> {
    let still = certificate::holder(connection, &holder.fingerprint).await?;
    still
        .filter(|holder| holder.revoked_at.is_none())
        .map(drop)
        .ok_or_else(|| not_accepted("it was revoked or its pairing was removed while the request ran"))
}

async fn spend(
    connection: &mut sqlx::SqliteConnection,
    grant: &TokenGrant,
    used_for: &str,
    now: pairing::Moment,
) -> Result<(), Failure> {
    if one_time_token::spend(connection, grant.hash, used_for, now).await? {
        grant.spent.store(true, Ordering::Release);
        return Ok(());
    }
    let detail = "another request with the same token was faster, or it expired meanwhile";
    Err(Failure::new(ErrorCode::TokenNotAccepted, "The one-time token is not accepted.").with_detail(detail))
}
