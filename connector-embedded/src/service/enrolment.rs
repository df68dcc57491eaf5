//! How an application gets its certificate: a token or a certificate comes in, a configuration or a chain goes out.
//!
//! Spending a token and recording what it bought is one transaction. The signature is made before, from our own
//! profile, and thrown away when the transaction finds that somebody else was faster.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use pairing::{
    ErrorCode, Failure, OneTimeToken, SecretHash,
    csr::{self, CheckedCsr},
};

use super::{
    Service,
    identity::CertificateHolder,
    one_time_token::{IssuedToken, store_token},
};
use crate::{
    Fidelity,
    ca::{IssuedCertificate, certificate_to_pem},
    store::{
        certificate::{self, NewCertificate, Revoked},
        one_time_token, system_auth,
    },
};

/// Refused requests after which a token is spent in lenient mode too.
const MOST_REFUSALS: i64 = 10;

/// A presented token that was good when it was looked up.
#[derive(Clone, Debug)]
pub(crate) struct TokenGrant {
    hash: SecretHash,
    system_auth_id: String,
    application_id: String,
    /// Set when a request spent it, so that the edge need not.
    spent: Arc<AtomicBool>,
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
    pub(crate) ca: String,
}

impl SignedChain {
    /// Leaf, then CA, as Compass returns it.
    pub(crate) fn chain(&self) -> String {
        format!("{}{}", self.client, self.ca)
    }
}

impl TokenGrant {
    pub(crate) fn application_id(&self) -> &str {
        &self.application_id
    }
}

impl Applicant {
    fn system_auth_id(&self) -> &str {
        match self {
            Self::Token(grant) => &grant.system_auth_id,
            Self::Certificate(holder) => &holder.system_auth_id,
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
        let auth = system_auth::find_any(&mut connection, &row.system_auth_id).await?;
        Ok(auth.and_then(|auth| {
            let application_id = auth.owner.application()?.to_owned();
            Some(TokenGrant { hash, system_auth_id: auth.id, application_id, spent: Arc::default() })
        }))
    }

    fn retry_allowed(&self, row: &one_time_token::OneTimeToken, now: i64) -> bool {
        self.settings.fidelity == Fidelity::Lenient
            && row.used_for.as_deref() == Some(CERTIFICATE)
            && row.expires_at > now
    }

    /// In strict mode a token is spent by being presented, whatever became of the request.
    pub(crate) async fn token_was_presented(&self, grant: &TokenGrant) -> Result<(), Failure> {
        if self.settings.fidelity == Fidelity::Lenient || grant.spent.load(Ordering::Acquire) {
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
        let issued = self.fresh_token(applicant.system_auth_id().to_owned());
        let (applicant, now) = (applicant.clone(), self.clock.now());
        let token = self
            .store
            .write(move |connection| {
                Box::pin(async move {
                    match &applicant {
                        Applicant::Token(grant) => spend(connection, grant, "the configuration", now).await?,
                        Applicant::Certificate(holder) => still_counts(connection, holder).await?,
                    }
                    store_token(connection, &issued).await?;
                    Ok(issued)
                })
            })
            .await?;
        let subject = self.settings.subject.with_common_name(&token.system_auth_id);
        Ok(Configuration { token, subject })
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
        let now = self.clock.now();
        let common_name = applicant.system_auth_id().to_owned();
        let service = Arc::clone(self);
        // RSA arithmetic takes milliseconds, which the threads that serve connections do not have.
        let signed = tokio::task::spawn_blocking(move || service.check_and_issue(&request, &common_name, now))
            .await
            .map_err(Failure::internal)?;
        let (checked, issued) = match signed {
            Ok(signed) => signed,
            Err(failure) => {
                self.count_refusal(applicant).await?;
                return Err(failure);
            }
        };
        let client = issued.pem.clone();
        let row = self.certificate_row(applicant, &checked, issued, wire, now);
        let (applicant, request_hash) = (applicant.clone(), checked.sha256);
        let lenient = self.settings.fidelity == Fidelity::Lenient;
        let earlier = self
            .store
            .write(move |connection| {
                Box::pin(async move {
                    match &applicant {
                        Applicant::Token(grant) => {
                            if lenient
                                && let Some(der) = certificate::bought(connection, grant.hash, &request_hash).await?
                            {
                                return Ok(Some(der));
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
        let client = earlier.map_or(client, |der| certificate_to_pem(&der));
        Ok(SignedChain { client, ca: self.authority.certificate_pem().to_owned() })
    }

    fn check_and_issue(
        &self,
        request: &str,
        common_name: &str,
        now: pairing::Moment,
    ) -> Result<(CheckedCsr, IssuedCertificate), Failure> {
        let settings = &self.settings;
        let checked = csr::check(request, &settings.subject, common_name)
            .map_err(|refusal| Failure::new(ErrorCode::CsrRefused, refusal.wire_message()))?;
        let issued =
            self.authority.issue_client(&checked, &settings.subject, common_name, now, settings.certificate_ttl)?;
        Ok((checked, issued))
    }

    fn certificate_row(
        &self,
        applicant: &Applicant,
        checked: &CheckedCsr,
        issued: IssuedCertificate,
        wire: &'static str,
        now: pairing::Moment,
    ) -> NewCertificate {
        let (application_id, token_hash, parent_fingerprint) = match applicant {
            Applicant::Token(grant) => (grant.application_id.clone(), Some(grant.hash), None),
            Applicant::Certificate(holder) => (holder.application_id.clone(), None, Some(holder.fingerprint)),
        };
        NewCertificate {
            fingerprint: issued.fingerprint,
            serial: issued.serial,
            system_auth_id: applicant.system_auth_id().to_owned(),
            application_id,
            common_name: applicant.system_auth_id().to_owned(),
            der: issued.der.to_vec(),
            not_before: issued.not_before,
            not_after: issued.not_after,
            issued_at: now,
            wire,
            token_hash,
            request_hash: checked.sha256,
            parent_fingerprint,
        }
    }

    /// Revokes the certificate of the call; doing it twice changes nothing.
    pub(crate) async fn revoke_own(&self, holder: &CertificateHolder) -> Result<(), Failure> {
        let (fingerprint, now) = (holder.fingerprint, self.clock.now());
        let by = format!("application {}", holder.application_id);
        self.store
            .write(move |connection| {
                Box::pin(async move {
                    let which = Revoked::Fingerprint(&fingerprint);
                    certificate::revoke(connection, which, &by, "revoked by its holder", now).await
                })
            })
            .await
            .map(drop)
    }

    /// A refused request leaves a lenient token alive, but not for ever.
    async fn count_refusal(&self, applicant: &Applicant) -> Result<(), Failure> {
        let Applicant::Token(grant) = applicant else { return Ok(()) };
        if self.settings.fidelity == Fidelity::Strict {
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

/// What a token was spent on, when it was a certificate.
const CERTIFICATE: &str = "a certificate";

/// The certificate was good when the request came in; revoking it or removing its pairing may have been faster.
async fn still_counts(connection: &mut sqlx::SqliteConnection, holder: &CertificateHolder) -> Result<(), Failure> {
    let still = certificate::holder(connection, &holder.fingerprint).await?;
    still.filter(|holder| holder.revoked_at.is_none()).map(drop).ok_or_else(|| {
        let detail = "it was revoked or its pairing was removed while the request ran";
        Failure::new(ErrorCode::CertificateNotAccepted, "The client certificate is not accepted.").with_detail(detail)
    })
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
