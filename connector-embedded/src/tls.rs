//! TLS of the listeners: 1.2 and 1.3, what rustls offers of them (ECDHE and AEAD only, no 0-RTT), and the server's own
//! certificate, which is made again in time.
//!
//! Every connection asks for the configuration of the moment. So a certificate is renewed by the first connection after
//! its time has come, also when the machine slept through it or the clock was set, and a change of authorities holds for
//! the next connection. What is kept alive or resumed is judged request by request (`service::identity`).

mod client_verifier;

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicI64, Ordering},
};

use arc_swap::ArcSwap;
use pairing::{Failure, Moment};
use rustls::{
    ServerConfig,
    crypto::{CryptoProvider, aws_lc_rs},
    server::ServerSessionMemoryCache,
};
use x509_parser::prelude::{FromDer as _, X509Certificate};

use crate::{
    ca::{self, Authorities},
    clock::Clock,
    service::{kyma::DeclaredOver, presentations::Presentations},
};
use client_verifier::ClientVerifier;

pub(crate) use client_verifier::PEER;

/// Which of the two configurations a listener wants.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Side {
    ServerOnly,
    Mutual,
}

/// What the server shows of itself.
#[derive(Clone, Debug)]
pub(crate) struct ServerCertificate {
    pub(crate) fingerprint: [u8; 32],
    /// Fingerprint of the authority.
    pub(crate) issuer: [u8; 32],
    pub(crate) not_before: Moment,
    pub(crate) not_after: Moment,
    /// When it will be made again.
    pub(crate) renews_at: Moment,
}

struct Serving {
    server_only: Arc<ServerConfig>,
    mutual: Arc<ServerConfig>,
    certificate: ServerCertificate,
    /// Which authorities it was made for.
    set: Arc<ca::Set>,
    /// How many of them counted. They end one after another, so the number says which.
    counted: usize,
    /// Which authorities the server's certificate is from.
    shown: Arc<ca::Set>,
}

/// The configurations of the moment.
pub(crate) struct Tls {
    authorities: Arc<Authorities>,
    presentations: Arc<Presentations>,
    declared_over: Arc<DeclaredOver>,
    names: Vec<String>,
    clock: Clock,
    serving: ArcSwap<Serving>,
    renewing: Mutex<()>,
    /// When renewing failed last, in milliseconds since 1970.
    failed_at: AtomicI64,
}

/// How long to wait before another try at a certificate that could not be made, in milliseconds.
const PAUSE: i64 = 10_000;

impl Tls {
    /// # Errors
    /// The authority cannot sign now, or a name is not one for a certificate.
    pub(crate) fn new(
        authorities: Arc<Authorities>,
        presentations: Arc<Presentations>,
        declared_over: Arc<DeclaredOver>,
        names: Vec<String>,
        clock: Clock,
    ) -> Result<Self, Failure> {
        let first = Serving::new(&authorities, &presentations, &declared_over, &names, &clock)?;
        let serving = ArcSwap::from_pointee(first);
        let failed_at = AtomicI64::new(i64::MIN / 2);
        let renewing = Mutex::default();
        Ok(Self { authorities, presentations, declared_over, names, clock, serving, renewing, failed_at })
    }

    /// What the next connection is served with.
    pub(crate) fn config(&self, side: Side) -> Arc<ServerConfig> {
        let serving = self.current();
        match side {
            Side::ServerOnly => Arc::clone(&serving.server_only),
            Side::Mutual => Arc::clone(&serving.mutual),
        }
    }

    pub(crate) fn certificate(&self) -> ServerCertificate {
        self.current().certificate.clone()
    }

    pub(crate) fn names(&self) -> &[String] {
        &self.names
    }

    fn current(&self) -> Arc<Serving> {
        let serving = self.serving.load_full();
        let now = self.clock.now();
        if !self.is_due(&serving, now) {
            return serving;
        }
        // One renews, the others are served with what there is: it is good for a third of its life yet, as a rule.
        let Ok(_renewing) = self.renewing.try_lock() else { return serving };
        let serving = self.serving.load_full();
        let failed_lately = (now.unix_millis() - self.failed_at.load(Ordering::Relaxed)).abs() < PAUSE;
        // A change of authorities is worth another try at once.
        if !self.is_due(&serving, now) || failed_lately && Arc::ptr_eq(&serving.set, &self.authorities.set()) {
            return serving;
        }
        match Serving::new(&self.authorities, &self.presentations, &self.declared_over, &self.names, &self.clock) {
            Ok(renewed) => {
                let renewed = Arc::new(renewed);
                tracing::info!(
                    until = renewed.certificate.not_after.rfc3339(),
                    "the server's certificate was made again"
                );
                self.serving.store(Arc::clone(&renewed));
                renewed
            }
            Err(failure) => {
                self.failed_at.store(now.unix_millis(), Ordering::Relaxed);
                tracing::error!(detail = failure.detail, "the server's certificate could not be made again: {failure}");
                serving
            }
        }
    }

    fn is_due(&self, serving: &Serving, now: Moment) -> bool {
        let ServerCertificate { not_before, renews_at, issuer, .. } = &serving.certificate;
        let (set, shown) = (self.authorities.set(), self.authorities.shown().set());
        now < *not_before
            || now >= *renews_at
            || !Arc::ptr_eq(&set, &serving.set)
            || !Arc::ptr_eq(&shown, &serving.shown)
            || set.counting(now).count() != serving.counted
            || shown.of_server(now).fingerprint() != issuer
    }
}

impl std::fmt::Debug for Tls {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Tls").field("names", &self.names).finish_non_exhaustive()
    }
}

impl Serving {
    fn new(
        authorities: &Authorities,
        presentations: &Arc<Presentations>,
        declared_over: &Arc<DeclaredOver>,
        names: &[String],
        clock: &Clock,
    ) -> Result<Self, Failure> {
        let provider = Arc::new(aws_lc_rs::default_provider());
        let set = authorities.set();
        let now = clock.now();
        let shown = authorities.shown().set();
        let authority = shown.of_server(now);
        let (chain, key) = authority.issue_server(names, now)?;
        let leaf = chain.first().ok_or_else(|| Failure::internal("an empty chain"))?;
        let (_, parsed) = X509Certificate::from_der(leaf).map_err(Failure::internal)?;
        let moment = |time: x509_parser::time::ASN1Time| Moment::from_unix_seconds(time.timestamp());
        let (not_before, not_after) = (moment(parsed.validity().not_before), moment(parsed.validity().not_after));
        let certificate = ServerCertificate {
            fingerprint: ca::sha256(leaf),
            issuer: *authority.fingerprint(),
            not_before,
            not_after,
            renews_at: now.plus_seconds((not_after.unix_seconds() - now.unix_seconds()) * 2 / 3),
        };
        let (presentations, declared_over) = (Arc::clone(presentations), Arc::clone(declared_over));
        let verifier = ClientVerifier::new(&set, Arc::clone(&provider), presentations, declared_over, clock.clone())?;
        let builder = |provider: &Arc<CryptoProvider>| {
            ServerConfig::builder_with_provider(Arc::clone(provider))
                .with_protocol_versions(&[&rustls::version::TLS13, &rustls::version::TLS12])
                .map_err(Failure::internal)
        };
        let server_only = builder(&provider)?.with_no_client_auth();
        let server_only = server_only.with_single_cert(chain.clone(), key.clone_key()).map_err(Failure::internal)?;
        let mutual = builder(&provider)?.with_client_cert_verifier(Arc::new(verifier));
        let mutual = mutual.with_single_cert(chain, key).map_err(Failure::internal)?;
        let counted = set.counting(now).count();
        Ok(Self {
            server_only: finish(server_only),
            mutual: finish(mutual),
            certificate,
            set: Arc::clone(&set),
            counted,
            shown: Arc::clone(&shown),
        })
    }
}

fn finish(mut config: ServerConfig) -> Arc<ServerConfig> {
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    config.session_storage = ServerSessionMemoryCache::new(1024);
    Arc::new(config)
}
