//! The inventory's part of the console API.

use serde::Serialize;
use serde_json::{Value, json};

use super::wire::{Certificate, Expiries, One, Owners, Page, RevokedCount};
use crate::{
    Cockpit, Problem,
    authority::AuthoritySession,
    calls::{CallContext, CertificateOrder, ListCertificates, PolicyThresholds, RevocationReason, SigningKind},
    console::{About, ConsoleSession},
    frame::Connection,
};

/// One call's use of the inventory.
#[derive(Clone, Debug)]
pub(crate) struct Inventory(ConsoleSession);

/// The collection of all certificates.
const CERTIFICATES: &str = "certificates";

/// How many of an owner's certificates are looked at where all of them are meant. More than any owner has: one that
/// renews every day for a year has 365.
const ALL: &str = "1000";

impl Cockpit {
    /// # Errors
    /// No server runs, or the environment does not list its certificates.
    pub(super) fn inventory(&self, call: CallContext) -> Result<(Connection, Inventory), Problem> {
        let (connection, session) = self.console(call, About::Certificates)?;
        Ok((connection, Inventory(session)))
    }
}

impl Inventory {
    pub(crate) fn of(connection: &Connection, call: CallContext) -> Option<Self> {
        connection.console.as_ref().map(|console| Self(console.session(call, About::Certificates)))
    }

    pub(super) async fn page(&self, wanted: &ListCertificates) -> Result<Page, Problem> {
        let first = wanted.first.to_string();
        let order = match wanted.order {
            CertificateOrder::Expiry => "expiry",
            CertificateOrder::Issued => "issued",
            CertificateOrder::Owner => "owner",
            CertificateOrder::Authority => "authority",
        };
        let mut query = vec![("first", first.as_str()), ("order", order)];
        if wanted.current_only {
            query.push(("current", "true"));
        }
        let texts = [
            ("after", wanted.after.as_deref()),
            ("search", wanted.search.as_deref()),
            ("owner", wanted.owner_id.as_deref()),
            ("issuer", wanted.issuer.as_deref()),
        ];
        query.extend(texts.into_iter().filter_map(|(name, text)| Some((name, text.filter(|text| !text.is_empty())?))));
        self.0.get(&[CERTIFICATES], &query).await
    }

    /// Current certificates from the next to expire on.
    pub(super) async fn next_to_expire(&self, after: Option<&str>) -> Result<Page, Problem> {
        let mut query = vec![("first", ALL), ("order", "expiry"), ("current", "true")];
        query.extend(after.map(|after| ("after", after)));
        self.0.get(&[CERTIFICATES], &query).await
    }

    pub(crate) async fn of_owner(&self, owner: &str) -> Result<Vec<Certificate>, Problem> {
        let query = [("first", ALL), ("order", "issued"), ("owner", owner)];
        let page: Page = self.0.get(&[CERTIFICATES], &query).await?;
        Ok(page.certificates)
    }

    /// # Errors
    /// [`pairing::ErrorCode::NotFound`] when there is no such certificate.
    pub(super) async fn one(&self, fingerprint: &str) -> Result<One, Problem> {
        self.0.get(&[CERTIFICATES, fingerprint], &[]).await
    }

    pub(super) async fn timeline(&self) -> Result<Expiries, Problem> {
        self.0.get(&[CERTIFICATES, "timeline"], &[]).await
    }

    pub(super) async fn dark(&self, at: &str) -> Result<Owners, Problem> {
        self.0.get(&[CERTIFICATES, "dark"], &[("at", at), ("first", "50")]).await
    }

    pub(super) async fn revoke(
        &self,
        fingerprint: &str,
        reason: RevocationReason,
        note: Option<&str>,
    ) -> Result<(), Problem> {
        let body = json!({ "reason": reason, "note": note });
        self.0.post::<Value>(&[CERTIFICATES, fingerprint, "revoke"], body).await.map(drop)
    }

    pub(super) async fn revoke_owner(
        &self,
        owner: &str,
        reason: RevocationReason,
        note: Option<&str>,
    ) -> Result<u64, Problem> {
        let body = json!({ "ownerId": owner, "reason": reason, "note": note });
        let count: RevokedCount = self.0.post(&[CERTIFICATES, "revoke"], body).await?;
        Ok(count.revoked)
    }

    /// `csr` is PEM.
    pub(super) async fn sign(&self, csr: &str, system_auth_id: &str, kind: SigningKind) -> Result<One, Problem> {
        #[derive(Serialize)]
        #[serde(rename_all = "camelCase")]
        struct Order<'a> {
            csr: &'a str,
            system_auth_id: &'a str,
            kind: SigningKind,
        }
        self.0.post(&[CERTIFICATES, "sign"], Order { csr, system_auth_id, kind }).await
    }

    /// When a certificate is said to expire soon. A policy that cannot be read must not cost the list.
    pub(super) async fn thresholds(&self) -> PolicyThresholds {
        let policy = AuthoritySession::new(&self.0).policy().await;
        policy.map_or(PolicyThresholds { warning_days: 30, warning_percent: 33 }, |view| view.policy.thresholds)
    }

    pub(super) fn authority(&self) -> AuthoritySession {
        AuthoritySession::new(&self.0)
    }
}
