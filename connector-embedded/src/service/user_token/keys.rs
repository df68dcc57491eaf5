//! The keys that an OpenID provider signs with: found by discovery, asked for again now and then, and when a token names
//! one that is not known. A stranger can make us ask, so that is bounded: in time, in size, and in how often.

use std::{
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    sync::Arc,
    time::Duration,
};

use arc_swap::ArcSwapOption;
use jsonwebtoken::{
    Algorithm, DecodingKey,
    jwk::{AlgorithmParameters, EllipticCurve, Jwk, KeyAlgorithm, KeyOperations, PublicKeyUse},
};
use pairing::{ErrorCode, Failure, Moment, simulation::is_loopback};
use reqwest::{Certificate, Client, redirect};
use serde::{Deserialize, de::DeserializeOwned};
use tokio::sync::Mutex;
use url::Url;

use crate::{AdministratorIssuer, StartError};

/// The keys of one issuer.
#[derive(Debug)]
pub(super) struct IssuerKeys {
    issuer: String,
    discovery: String,
    plain_allowed: bool,
    client: Client,
    known: ArcSwapOption<Known>,
    /// Held while asking; when that was last, in milliseconds since 1970.
    asked_at: Mutex<Option<i64>>,
}

#[derive(Debug)]
struct Known {
    keys: Vec<Jwk>,
    at: Moment,
}

/// Both answers together, and each of them.
const TIMEOUT: Duration = Duration::from_secs(10);
const LARGEST: usize = 256 * 1024;
const MOST_KEYS: usize = 64;
/// At least this long between two attempts, in milliseconds.
const PAUSE: i64 = 10_000;
/// After this many milliseconds keys are asked for again, so that one that was withdrawn stops counting.
const FRESH: i64 = 10 * 60_000;
/// So long they count while the provider does not answer.
const STALE: i64 = 60 * 60_000;

/// OpenID Connect Discovery 1.0 §3.
#[derive(Deserialize)]
struct Metadata {
    issuer: String,
    jwks_uri: Url,
}

/// RFC 7517 §5. A key that cannot be read must not hide the others.
#[derive(Deserialize)]
struct KeySet {
    keys: Vec<serde_json::Value>,
}

impl IssuerKeys {
    pub(super) fn new(configured: &AdministratorIssuer) -> Result<Self, StartError> {
        let url = Url::parse(&configured.issuer);
        let plain_allowed = url.is_ok_and(|url| url.scheme() == "http" && is_loopback(&url));
        Ok(Self {
            issuer: configured.issuer.clone(),
            // §4.1: a slash at the end goes first.
            discovery: format!("{}/.well-known/openid-configuration", configured.issuer.trim_end_matches('/')),
            plain_allowed,
            client: client(configured, plain_allowed)?,
            known: ArcSwapOption::empty(),
            asked_at: Mutex::default(),
        })
    }

    /// The key that a token with this header was signed with; `None` when the issuer does not publish it.
    ///
    /// # Errors
    /// [`ErrorCode::Unavailable`] when the issuer's keys cannot be had.
    pub(super) async fn find(
        &self,
        algorithm: Algorithm,
        id: Option<&str>,
        now: Moment,
    ) -> Result<Option<DecodingKey>, Failure> {
        let is_younger = |known: &Known, than: i64| (0..than).contains(&(now.unix_millis() - known.at.unix_millis()));
        let look = |than: i64| {
            let known = self.known.load_full().filter(|known| is_younger(known, than));
            known.map(|known| select(&known.keys, algorithm, id))
        };
        if let Some(Some(key)) = look(FRESH) {
            return Ok(Some(key));
        }
        let mut asked_at = self.asked_at.lock().await;
        // Somebody else may have asked while we waited.
        if let Some(Some(key)) = look(FRESH) {
            return Ok(Some(key));
        }
        if asked_at.is_none_or(|at| !(0..PAUSE).contains(&(now.unix_millis() - at))) {
            *asked_at = Some(now.unix_millis());
            match self.ask().await {
                Ok(keys) => self.known.store(Some(Arc::new(Known { keys, at: now }))),
                Err(why) => tracing::warn!(issuer = self.issuer, "the keys of the administrator's issuer: {why}"),
            }
        }
        look(STALE).ok_or_else(|| {
            let words =
                "The keys of the sign-in service cannot be read at the moment; the log of this server says why.";
            Failure::new(ErrorCode::Unavailable, words)
        })
    }

    async fn ask(&self) -> Result<Vec<Jwk>, String> {
        let both = async {
            let metadata: Metadata = self.get(&self.discovery).await?;
            if metadata.issuer != self.issuer {
                return Err(format!(
                    "{} is of the issuer {:.200}, not {}",
                    self.discovery, metadata.issuer, self.issuer
                ));
            }
            let plain = self.plain_allowed && metadata.jwks_uri.scheme() == "http" && is_loopback(&metadata.jwks_uri);
            if metadata.jwks_uri.scheme() != "https" && !plain {
                return Err("its jwks_uri must be https".to_owned());
            }
            let set: KeySet = self.get(metadata.jwks_uri.as_str()).await?;
            Ok(set.keys.into_iter().take(MOST_KEYS).filter_map(|key| serde_json::from_value(key).ok()).collect())
        };
        tokio::time::timeout(TIMEOUT, both).await.unwrap_or_else(|_| Err("no answer in time".to_owned()))
    }

    async fn get<T: DeserializeOwned>(&self, url: &str) -> Result<T, String> {
        let unreadable = |error: reqwest::Error| format!("{url:.300}: {}", root_cause(&error));
        let mut answer = self.client.get(url).header("accept", "application/json").send().await.map_err(unreadable)?;
        if !answer.status().is_success() {
            return Err(format!("{url:.300} answered {}", answer.status().as_u16()));
        }
        let mut bytes = Vec::new();
        while let Some(chunk) = answer.chunk().await.map_err(unreadable)? {
            if bytes.len() + chunk.len() > LARGEST {
                return Err(format!("{url:.300} answered more than {} KiB", LARGEST / 1024));
            }
            bytes.extend_from_slice(&chunk);
        }
        serde_json::from_slice(&bytes).map_err(|error| format!("{url:.300} is not what was expected: {error}"))
    }
}

fn root_cause(error: &reqwest::Error) -> String {
    let mut cause: &dyn std::error::Error = error;
    while let Some(below) = cause.source() {
        cause = below;
    }
    cause.to_string()
}

/// No redirects: they could lead anywhere. Where the operator names an authority, only that one is trusted.
fn client(configured: &AdministratorIssuer, plain_allowed: bool) -> Result<Client, StartError> {
    let mut builder = Client::builder()
        .redirect(redirect::Policy::none())
        .timeout(TIMEOUT)
        .user_agent(concat!("connector-embedded/", env!("CARGO_PKG_VERSION")));
    if plain_allowed {
        let here = [IpAddr::from(Ipv4Addr::LOCALHOST), IpAddr::from(Ipv6Addr::LOCALHOST)];
        let here = here.map(|address| SocketAddr::new(address, 0));
        builder = builder.no_proxy().resolve_to_addrs("localhost", &here);
    } else {
        builder = builder.https_only(true);
    }
    if let Some(file) = &configured.ca_file {
        let refuse = |cause: String| {
            StartError::Setting(format!("--administrator-issuer-ca {} cannot be used: {cause}.", file.display()))
        };
        let pem = std::fs::read(file).map_err(|error| refuse(error.to_string()))?;
        let certificates = Certificate::from_pem_bundle(&pem).map_err(|error| refuse(root_cause(&error)))?;
        if certificates.is_empty() {
            return Err(refuse("there is no certificate in it".into()));
        }
        builder = builder.tls_certs_only(certificates);
    }
    builder.build().map_err(|error| StartError::Other(Failure::internal(root_cause(&error))))
}

/// The key with this id, or where the header names none the only one that fits.
fn select(keys: &[Jwk], algorithm: Algorithm, id: Option<&str>) -> Option<DecodingKey> {
    let mut fitting = keys.iter().filter(|key| fits(key, algorithm));
    let key = match id {
        Some(id) => fitting.find(|key| key.common.key_id.as_deref() == Some(id))?,
        None => fitting.next().filter(|_| fitting.next().is_none())?,
    };
    DecodingKey::from_jwk(key).ok()
}

/// Whether a key may have made a signature of this kind: RFC 7517 §4, and RSA with 2048 bits at least.
fn fits(key: &Jwk, algorithm: Algorithm) -> bool {
    let common = &key.common;
    let signs = common.public_key_use.as_ref().is_none_or(|meant| *meant == PublicKeyUse::Signature)
        && common.key_operations.as_ref().is_none_or(|may| may.contains(&KeyOperations::Verify));
    let (form, named) = if algorithm == Algorithm::RS256 {
        (is_strong_rsa(&key.algorithm), KeyAlgorithm::RS256)
    } else if algorithm == Algorithm::PS256 {
        (is_strong_rsa(&key.algorithm), KeyAlgorithm::PS256)
    } else if algorithm == Algorithm::ES256 {
        (is_p256(&key.algorithm), KeyAlgorithm::ES256)
    } else {
        return false;
    };
    signs && form && common.key_algorithm.is_none_or(|algorithm| algorithm == named)
}

fn is_strong_rsa(key: &AlgorithmParameters) -> bool {
    // 2048 bits are 342 digits of base64url; leading zero bytes are not allowed there (RFC 7518 §6.3.1.1).
    matches!(key, AlgorithmParameters::RSA(rsa) if (342..=1400).contains(&rsa.n.len()))
}

fn is_p256(key: &AlgorithmParameters) -> bool {
    matches!(key, AlgorithmParameters::EllipticCurve(curve) if curve.curve == EllipticCurve::P256)
}
