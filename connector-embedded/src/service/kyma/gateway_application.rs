//! Whom the application gateway lets in.

use std::sync::Arc;

use pairing::{ErrorCode, Failure};

use super::Flavour;
use crate::{
    service::{Service, identity::CertificateHolder},
    store::system_auth::Owner,
};

/// An application at the gateway.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct GatewayApplication {
    /// At the center.
    pub(crate) id: String,
    /// What the path may call it.
    pub(crate) names: Vec<String>,
    /// What our own addresses call it.
    pub(crate) app_name: String,
    /// The runtime it was reached through.
    pub(crate) runtime: String,
}

impl Service {
    /// The application that a certificate stands for. Its first call connects it.
    ///
    /// # Errors
    /// [`ErrorCode::CertificateNotAccepted`] for a runtime's certificate and for an application that is gone.
    pub(crate) async fn gateway_application(
        self: &Arc<Self>,
        holder: &CertificateHolder,
    ) -> Result<GatewayApplication, Failure> {
        let refuse = |message: &str| Failure::new(ErrorCode::CertificateNotAccepted, message);
        let Owner::Application(id) = &holder.owner else {
            return Err(refuse("This certificate is a runtime's. Events and services are an application's."));
        };
        self.caller_by_certificate(holder.clone(), None).await?;
        let center = self.center()?;
        let gone = |_| refuse("The application of this certificate is not registered any more.");
        let label = center.application_name(id).await.map_err(gone)?;
        let name = center.connector_service_name(id).await.unwrap_or_else(|_| label.clone());
        let app_name = match holder.flavour {
            Flavour::Adapter => label.clone(),
            Flavour::Kyma => name.clone(),
        };
        let mut names = vec![name, label];
        names.dedup();
        Ok(GatewayApplication { id: id.clone(), names, app_name, runtime: self.kyma.settings.runtime.clone() })
    }
}
