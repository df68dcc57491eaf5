//! What was signed, as the administrator sees it.

use std::sync::Arc;

use pairing::{ErrorCode, Failure, Moment};

use super::{
    Service,
    enrolment::{Name, kind_of, new_certificate},
    policy::CertificateKind,
};
use crate::{
    ca::certificate_to_pem,
    store::{
        certificate::{self, Dark, Page, Place, Recorded, Selection, Timeline},
        oauth_client,
        system_auth::{self, Owner},
    },
};

/// A certificate, what leads up to it, and the line of renewals it belongs to.
#[derive(Clone, Debug)]
pub(crate) struct Shown {
    pub(crate) certificate: Recorded,
    pub(crate) pem: String,
    /// The authority that signed it and those above; empty when that is no longer known.
    pub(crate) issuer_pem: String,
    /// The first one first.
    pub(crate) lineage: Vec<Recorded>,
}

/// Of a line, in one answer.
const LINEAGE: u32 = 100;

impl Service {
    /// One page of the certificates.
    pub(crate) async fn certificates(
        &self,
        selection: &Selection,
        first: usize,
        after: Option<&Place>,
    ) -> Result<Page, Failure> {
        let mut connection = self.store.read().await?;
        certificate::page(&mut connection, selection, first, after).await
    }

    /// One certificate with its line.
    ///
    /// # Errors
    /// [`ErrorCode::NotFound`].
    pub(crate) async fn certificate(&self, fingerprint: &[u8; 32]) -> Result<Shown, Failure> {
        let mut connection = self.store.read().await?;
        let found = certificate::find(&mut connection, fingerprint).await?;
        let certificate =
            found.ok_or_else(|| Failure::new(ErrorCode::NotFound, "There is no certificate with this fingerprint."))?;
        let lineage = certificate::lineage(&mut connection, &certificate.lineage, LINEAGE).await?;
        drop(connection);
        let issuer_pem = self.authority_pem(&certificate.issuer).await?;
        Ok(Shown { pem: certificate_to_pem(&certificate.der), issuer_pem, certificate, lineage })
    }

    pub(crate) async fn certificate_timeline(&self) -> Result<Timeline, Failure> {
        let mut connection = self.store.read().await?;
        certificate::timeline(&mut connection, self.clock.now()).await
    }

    /// Whom it leaves without a certificate when nothing is renewed until `at`, and how many they are.
    pub(crate) async fn dark_owners(&self, at: Moment, first: usize) -> Result<(Vec<Dark>, i64), Failure> {
        let mut connection = self.store.read().await?;
        certificate::dark(&mut connection, self.clock.now(), at, first).await
    }

    /// Signs a request on the administrator's word, for a system auth that exists.
    ///
    /// # Errors
    /// [`ErrorCode::NotFound`], [`ErrorCode::CsrRefused`].
    pub(crate) async fn sign_for(
        self: &Arc<Self>,
        system_auth_id: &str,
        request: String,
        test: bool,
    ) -> Result<Shown, Failure> {
        let missing = || Failure::new(ErrorCode::NotFound, "There is no such pairing: no system auth has this id.");
        let (owner, flavour, context, has_client) = {
            let mut connection = self.store.read().await?;
            let auth = system_auth::find_any(&mut connection, system_auth_id).await?.ok_or_else(missing)?;
            let has_client = oauth_client::find(&mut connection, system_auth_id).await?.is_some();
            (auth.owner, auth.flavour, auth.context, has_client)
        };
        if has_client {
            let message = "This pairing has a client ID and a secret; one with a certificate is another pairing.";
            return Err(Failure::new(ErrorCode::InvalidOperation, message));
        }
        if matches!(owner, Owner::IntegrationSystem(_)) {
            let message = "Integration systems have no certificates, only applications and runtimes.";
            return Err(Failure::new(ErrorCode::InvalidOperation, message));
        }
        let now = self.clock.now();
        let kind = if test { CertificateKind::Test } else { kind_of(&owner) };
        let common_name = self.common_name(flavour, &owner, system_auth_id).await?;
        let name = Name { subject: self.subject_in(&context), common_name: common_name.clone(), flavour };
        let (checked, issued) = self.check_and_issue(request, name, kind, now).await?;
        let fingerprint = issued.fingerprint;
        let mut row = new_certificate(system_auth_id, &owner, &checked, issued, "signed by administrator", now);
        row.common_name = common_name;
        self.store
            .write(move |connection| {
                Box::pin(async move {
                    // It may have been removed meanwhile.
                    system_auth::find_any(connection, &row.system_auth_id).await?.ok_or_else(missing)?;
                    certificate::insert(connection, &row).await?;
                    system_auth::set_cert_common_name(connection, &row.system_auth_id, &row.common_name).await
                })
            })
            .await?;
        self.certificate(&fingerprint).await
    }
}
