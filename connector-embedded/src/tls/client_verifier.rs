//! Who may connect with a client certificate: whoever has one that an authority of ours signed, that is for clients
//! and that is valid now. Who is turned away is written down, so that the administrator can see it.

use std::{net::IpAddr, sync::Arc};

use pairing::Failure;
use rustls::{
    CertificateError, DigitallySignedStruct, DistinguishedName, Error, OtherError, RootCertStore, SignatureScheme,
    client::danger::HandshakeSignatureValid,
    crypto::CryptoProvider,
    pki_types::{CertificateDer, UnixTime},
    server::{
        WebPkiClientVerifier,
        danger::{ClientCertVerified, ClientCertVerifier},
    },
};

use crate::{
    ca,
    clock::Clock,
    service::{
        kyma::DeclaredOver,
        presentations::{Presentations, Why},
    },
};

tokio::task_local! {
    /// Where the connection comes from whose handshake runs in this task.
    pub(crate) static PEER: IpAddr;
}

#[derive(Debug)]
pub(super) struct ClientVerifier {
    rules: Arc<dyn ClientCertVerifier>,
    presentations: Arc<Presentations>,
    declared_over: Arc<DeclaredOver>,
    clock: Clock,
}

impl ClientVerifier {
    pub(super) fn new(
        authorities: &ca::Set,
        provider: Arc<CryptoProvider>,
        presentations: Arc<Presentations>,
        declared_over: Arc<DeclaredOver>,
        clock: Clock,
    ) -> Result<Self, Failure> {
        let mut roots = RootCertStore::empty();
        for member in authorities.counting(clock.now()) {
            roots.add(member.authority.certificate_der().clone()).map_err(Failure::internal)?;
        }
        let rules = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider);
        Ok(Self { rules: rules.build().map_err(Failure::internal)?, presentations, declared_over, clock })
    }
}

impl ClientCertVerifier for ClientVerifier {
    fn offer_client_auth(&self) -> bool {
        self.rules.offer_client_auth()
    }

    fn client_auth_mandatory(&self) -> bool {
        self.rules.client_auth_mandatory()
    }

    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        self.rules.root_hint_subjects()
    }

    fn verify_client_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        now: UnixTime,
    ) -> Result<ClientCertVerified, Error> {
        let fingerprint = ca::sha256(end_entity);
        let verified = self.rules.verify_client_cert(end_entity, intermediates, now).and_then(|verified| {
            let over = self.declared_over.contains(&fingerprint);
            if over { Err(Error::InvalidCertificate(CertificateError::Expired)) } else { Ok(verified) }
        });
        verified.inspect_err(|error| {
            let from = PEER.try_with(|peer| *peer).ok();
            self.presentations.refused(fingerprint, why(error), from, self.clock.now());
        })
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.rules.verify_tls12_signature(message, certificate, signature)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.rules.verify_tls13_signature(message, certificate, signature)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.rules.supported_verify_schemes()
    }
}

#[expect(clippy::wildcard_enum_match_arm, reason = "rustls' list of reasons is open")]
fn why(error: &Error) -> Why {
    let Error::InvalidCertificate(error) = error else { return Why::NotAccepted };
    match error {
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => Why::Expired,
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => Why::NotValidYet,
        CertificateError::InvalidPurpose | CertificateError::InvalidPurposeContext { .. } => Why::NotForClients,
        CertificateError::UnknownIssuer => Why::UnknownIssuer,
        CertificateError::Other(OtherError(_)) => Why::NotForClients,
        _ => Why::NotAccepted,
    }
}
