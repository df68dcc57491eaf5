//! What a server shows when it is asked for nothing but its certificate. The handshake is cut off before anything is sent,
//! so that a server which is not trusted learns nothing but the name it was asked for.

use std::{
    io,
    sync::{Arc, Mutex},
    time::Duration,
};

use pairing::ErrorCode;
use rustls::{
    CertificateError, ClientConfig, DigitallySignedStruct, SignatureScheme,
    client::{
        WebPkiServerVerifier,
        danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier},
    },
    crypto::{CryptoProvider, aws_lc_rs::default_provider},
    pki_types::{CertificateDer, ServerName, UnixTime},
};
use rustls_platform_verifier::Verifier;
use tokio_rustls::TlsConnector;
use url::Url;

use super::way::{self, OnTheWay};
use crate::{EnvironmentConfig, Problem, calls::ErrorAction, certificates::certificates_in, cockpit::lock, https};

const PATIENCE: Duration = Duration::from_secs(10);

/// A server's certificates, its own first, as DER, and what is wrong with them.
#[derive(Debug, Default)]
pub(super) struct Shown {
    pub(super) certificates: Vec<CertificateDer<'static>>,
    /// `None`: trusted.
    pub(super) problem: Option<Problem>,
    /// The topmost certificate, where all would be well if it were trusted.
    pub(super) trustable: Option<CertificateDer<'static>>,
}

/// Shakes hands with the server of the environment, and looks at what it shows.
///
/// # Errors
/// Nobody answers there, or not with TLS.
pub(super) async fn look(environment: &EnvironmentConfig) -> Result<Shown, Problem> {
    let url = Url::parse(&environment.director_url).map_err(|cause| https::unusable(cause.to_string()))?;
    let host = url.host_str().unwrap_or_default().to_owned();
    let port = url.port_or_known_default().unwrap_or(443);
    let proxy = OnTheWay::to(environment)?;
    let seen = Arc::new(Seen::default());
    let config = client_config(environment, Arc::clone(&seen))?;
    let name = ServerName::try_from(host.trim_start_matches('[').trim_end_matches(']').to_owned())
        .map_err(|_| https::unusable("the address names no host"))?;
    let server = name.clone();
    let met = tokio::time::timeout(PATIENCE, async {
        let stream = way::connect(&host, port, proxy.as_ref()).await?;
        Ok::<_, Problem>(TlsConnector::from(Arc::new(config)).connect(name, stream).await)
    });
    let handshake = met.await.map_err(|_| https::timed_out(&host))??;
    let mut shown = std::mem::take(&mut *lock(&seen.shown));
    match handshake {
        Ok(_) => {}
        // What was refused was the certificate, and that is known by now.
        Err(_) if !shown.certificates.is_empty() => {}
        Err(cause) => return Err(no_tls(&host, &cause)),
    }
    let error = lock(&seen.error).take();
    if let Some(rustls::Error::InvalidCertificate(CertificateError::UnknownIssuer)) = &error {
        shown.trustable = shown.certificates.last().filter(|top| would_do(top, &shown.certificates, &server)).cloned();
    }
    shown.problem = error.map(|error| distrusted(&host, &error, &shown.certificates));
    Ok(shown)
}

/// Whether trusting this one certificate is enough.
fn would_do(top: &CertificateDer<'_>, shown: &[CertificateDer<'static>], server: &ServerName<'_>) -> bool {
    let mut roots = rustls::RootCertStore::empty();
    roots.add_parsable_certificates([top.clone().into_owned()]);
    let provider = Arc::new(default_provider());
    let Ok(judge) = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider).build() else {
        return false;
    };
    let Some((own, others)) = shown.split_first() else { return false };
    judge.verify_server_cert(own, others, server, &[], UnixTime::now()).is_ok()
}

fn no_tls(host: &str, cause: &io::Error) -> Problem {
    Problem::new(ErrorCode::Protocol, format!("{host} doesn't speak TLS at this port."))
        .hint("Check the port; the address begins with https://.")
        .detail(cause.to_string())
        .action(ErrorAction::EditEnvironment)
}

fn distrusted(host: &str, error: &rustls::Error, shown: &[CertificateDer<'static>]) -> Problem {
    let refused = https::refused_tls(host, error).detail(error.to_string()).action(ErrorAction::LookAtCertificate);
    if !matches!(error, rustls::Error::InvalidCertificate(CertificateError::UnknownIssuer)) {
        return refused;
    }
    let issuer = shown.last().and_then(|der| crate::certificates::Decoded::read(der).ok().map(|last| last.issuer()));
    let issuer = issuer.unwrap_or_else(|| "nobody who can be read".into());
    let message = format!("{host} shows a certificate we don't trust, issued by {issuer}.");
    Problem { message, ..refused }
        .hint("Look at it. If it is right, trust it for this environment only, or choose its CA file.")
}

/// # Errors
/// The CA of the environment cannot be used.
fn client_config(environment: &EnvironmentConfig, seen: Arc<Seen>) -> Result<ClientConfig, Problem> {
    let provider = Arc::new(default_provider());
    let unusable = |cause: rustls::Error| https::unusable(cause.to_string());
    let own = environment.ca_pem.as_deref().map(String::from_utf8_lossy);
    let own: Vec<_> = own.map(|pem| certificates_in(&pem)).unwrap_or_default();
    let own = own.into_iter().map(CertificateDer::from);
    let judge: Arc<dyn ServerCertVerifier> = if environment.trusts_computer {
        Arc::new(Verifier::new_with_extra_roots(own, Arc::clone(&provider)).map_err(unusable)?)
    } else {
        let mut roots = rustls::RootCertStore::empty();
        roots.add_parsable_certificates(own);
        WebPkiServerVerifier::builder_with_provider(Arc::new(roots), Arc::clone(&provider))
            .build()
            .map_err(|cause| https::unusable(cause.to_string()))?
    };
    let witness = Witness { judge, seen, provider: Arc::clone(&provider) };
    let config =
        ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions().map_err(unusable)?;
    Ok(config.dangerous().with_custom_certificate_verifier(Arc::new(witness)).with_no_client_auth())
}

#[derive(Debug, Default)]
struct Seen {
    shown: Mutex<Shown>,
    error: Mutex<Option<rustls::Error>>,
}

/// Writes down what is shown, and leaves the verdict to the one who always gives it.
#[derive(Debug)]
struct Witness {
    judge: Arc<dyn ServerCertVerifier>,
    seen: Arc<Seen>,
    provider: Arc<CryptoProvider>,
}

impl ServerCertVerifier for Witness {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        let all = std::iter::once(end_entity).chain(intermediates).map(|der| der.clone().into_owned());
        lock(&self.seen.shown).certificates = all.collect();
        let verdict = self.judge.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now);
        if let Err(error) = &verdict {
            *lock(&self.seen.error) = Some(error.clone());
        }
        verdict
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.judge.verify_tls12_signature(message, cert, dss)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.judge.verify_tls13_signature(message, cert, dss)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}
