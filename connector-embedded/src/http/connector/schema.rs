//! `configuration`, `signCertificateSigningRequest`, `revokeCertificate`
//! (`connector/pkg/graphql/externalschema/schema.graphql`).

use std::sync::Arc;

use async_graphql::{Context, EmptySubscription, Object, Result, Schema, SimpleObject};
use base64::{Engine as _, engine::general_purpose::STANDARD};

use super::{
    Presented,
    error::{Operation, graphql, not_authenticated},
};
use crate::service::{Service, enrolment::Applicant};

pub(crate) type ConnectorSchema = Schema<Query, Mutation, EmptySubscription>;

/// Builds the schema; without a service it can only be printed. Strangers talk to it, so the limits are tight and
/// there is no introspection.
pub(crate) fn build(service: Option<Arc<Service>>) -> ConnectorSchema {
    let schema = Schema::build(Query, Mutation, EmptySubscription)
        .limit_depth(6)
        .limit_complexity(50)
        .limit_directives(2)
        .disable_suggestions();
    match service {
        Some(service) => schema.disable_introspection().data(service).finish(),
        None => schema.finish(),
    }
}

#[derive(Debug)]
pub(crate) struct Query;

#[Object]
impl Query {
    /// What a certificate request must look like and where to go next, with a fresh token for signing.
    async fn configuration(&self, context: &Context<'_>) -> Result<Configuration> {
        let operation = Operation::Configuration;
        let applicant = applicant(context, operation)?;
        let service = service(context)?;
        let found = service.configuration(applicant).await.map_err(|failure| graphql(operation, &failure))?;
        let addresses = &service.settings.addresses;
        Ok(Configuration {
            token: Some(Token { token: found.token.token.expose().to_owned() }),
            certificate_signing_request_info: Some(CertificateSigningRequestInfo {
                subject: found.subject,
                key_algorithm: "rsa2048".into(),
            }),
            management_plane_info: Some(ManagementPlaneInfo {
                director_url: Some(addresses.certificate_secured_director.clone()),
                certificate_secured_connector_url: Some(addresses.certificate_secured_connector.clone()),
            }),
        })
    }
}

#[derive(Debug)]
pub(crate) struct Mutation;

#[Object]
impl Mutation {
    /// Signs a certificate request: with a token the first time, with a certificate to renew it.
    async fn sign_certificate_signing_request(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "base64 of PEM")] csr: String,
    ) -> Result<CertificationResult> {
        let operation = Operation::Sign;
        let applicant = applicant(context, operation)?;
        let signed = service(context)?.sign(applicant, csr, "connector graphql").await;
        let signed = signed.map_err(|failure| graphql(operation, &failure))?;
        Ok(CertificationResult {
            certificate_chain: STANDARD.encode(&signed.chain),
            ca_certificate: STANDARD.encode(&signed.ca),
            client_certificate: STANDARD.encode(&signed.client),
        })
    }

    /// Revokes the certificate of the call.
    async fn revoke_certificate(&self, context: &Context<'_>) -> Result<bool> {
        let operation = Operation::Revoke;
        match applicant(context, operation)? {
            Applicant::Certificate(holder) => {
                let done = service(context)?.revoke_own(holder).await;
                done.map(|()| true).map_err(|failure| graphql(operation, &failure))
            }
            Applicant::Token(_) => Err(not_authenticated(operation)),
        }
    }
}

fn service<'c>(context: &Context<'c>) -> Result<&'c Arc<Service>> {
    context.data::<Arc<Service>>()
}

fn applicant<'c>(context: &Context<'c>, operation: Operation) -> Result<&'c Applicant> {
    context.data::<Presented>()?.0.as_ref().ok_or_else(|| not_authenticated(operation))
}

#[derive(SimpleObject)]
pub(crate) struct Configuration {
    token: Option<Token>,
    certificate_signing_request_info: Option<CertificateSigningRequestInfo>,
    management_plane_info: Option<ManagementPlaneInfo>,
}

#[derive(SimpleObject)]
pub(crate) struct Token {
    token: String,
}

#[derive(SimpleObject)]
pub(crate) struct CertificateSigningRequestInfo {
    /// `O=…,OU=…,L=…,ST=…,C=…,CN=…`
    subject: String,
    key_algorithm: String,
}

#[derive(SimpleObject)]
pub(crate) struct ManagementPlaneInfo {
    #[graphql(name = "directorURL")]
    director_url: Option<String>,
    #[graphql(name = "certificateSecuredConnectorURL")]
    certificate_secured_connector_url: Option<String>,
}

/// Each value is base64 of PEM, on one line.
#[derive(SimpleObject)]
pub(crate) struct CertificationResult {
    /// The client certificate, then the CA's.
    certificate_chain: String,
    ca_certificate: String,
    client_certificate: String,
}
