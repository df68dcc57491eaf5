//! Request bodies: read whole before anything is answered, up to a limit.
//!
//! An answer that overtakes its request makes HTTP/2 clients see a reset stream and HTTP/1 clients a reset
//! connection, now and then, instead of the refusal. So a body that is too large is read too, and thrown away.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError, Weak},
    time::Duration,
};

use axum::{
    body::{Body, Bytes},
    extract::Request,
    http::{Extensions, StatusCode, header},
};
use http_body_util::BodyExt as _;
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore, SemaphorePermit},
    time::{Instant, timeout_at},
};

use super::PeerCertificate;

/// The most a GraphQL document may weigh, in bytes.
pub(super) const GRAPHQL: usize = 64 * 1024;
/// The most a request of the console may weigh, in bytes: a chain of certificates with its key fits.
pub(super) const CONSOLE: usize = GRAPHQL;
/// The most a token request may weigh, in bytes.
pub(super) const FORM: usize = 16 * 1024;
/// The most a registration may weigh, in bytes: two specifications of 5 MiB, as JSON, with what belongs to them.
pub(super) const REGISTRY: usize = 12 * 1024 * 1024;
/// The most that is read of a body beyond its limit, in bytes; then the connection may break.
const PATIENCE: usize = 4 * 1024 * 1024;

/// Bodies of more than [`GRAPHQL`] that are in memory at the same time; whoever sends another waits.
static LARGE: Semaphore = Semaphore::const_new(4);
/// Of one certificate, so that nobody can take all places.
const OF_ONE_SENDER: usize = 2;
/// How long a body may take that has a place, while others may be waiting for it.
const PACE: Duration = Duration::from_secs(10);
/// The senders that have a place or wait for one, by certificate.
static SENDERS: Mutex<BTreeMap<[u8; 32], Weak<Semaphore>>> = Mutex::new(BTreeMap::new());

/// A place among the large bodies. The fields are in the order in which they are given back.
#[derive(Debug)]
struct Place {
    _among_all: SemaphorePermit<'static>,
    _of_sender: OwnedSemaphorePermit,
}

impl Place {
    async fn take(sender: [u8; 32]) -> Option<Self> {
        let own = {
            let mut senders = SENDERS.lock().unwrap_or_else(PoisonError::into_inner);
            senders.retain(|_, places| places.strong_count() > 0);
            match senders.get(&sender).and_then(Weak::upgrade) {
                Some(own) => own,
                None => {
                    let own = Arc::new(Semaphore::new(OF_ONE_SENDER));
                    senders.insert(sender, Arc::downgrade(&own));
                    own
                }
            }
        };
        let of_sender = own.acquire_owned().await.ok()?;
        Some(Self { _among_all: LARGE.acquire().await.ok()?, _of_sender: of_sender })
    }
}

/// Why a body could not be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum BodyError {
    TooLarge,
    Broken,
    /// It had a place that others may be waiting for.
    Slow,
}

impl BodyError {
    pub(super) const fn status(self) -> StatusCode {
        match self {
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Broken => StatusCode::BAD_REQUEST,
            Self::Slow => StatusCode::REQUEST_TIMEOUT,
        }
    }

    pub(super) fn message(self, limit: usize) -> String {
        match self {
            Self::TooLarge => format!("the request body is larger than {limit} bytes"),
            Self::Broken => "the request body ended before it was complete".into(),
            Self::Slow => format!("the request body took more than {} seconds", PACE.as_secs()),
        }
    }
}

/// What came as the body; an extension of every request.
#[derive(Clone, Debug)]
struct Received {
    bytes: Result<Bytes, BodyError>,
    /// Its place among the large ones, for as long as the request lives.
    _place: Option<Arc<Place>>,
}

/// Takes the body off the wire; [`read`] has it.
pub(super) async fn receive(request: Request) -> Request {
    let (mut parts, body) = request.into_parts();
    let sender = parts.extensions.get::<PeerCertificate>().filter(|_| is_registry(parts.uri.path())).map(|peer| peer.0);
    let announced = parts.headers.get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok());
    let announced = announced.and_then(|value| value.parse().ok()).unwrap_or(0);
    let received = collect(body, sender, announced).await;
    parts.extensions.insert(received);
    Request::from_parts(parts, Body::empty())
}

/// `/{app}/v1/metadata/services` and what is below it: who calls there has shown a certificate of ours.
fn is_registry(path: &str) -> bool {
    let mut parts = path.trim_start_matches('/').split('/').skip(1);
    [Some("v1"), Some("metadata"), Some("services")].into_iter().all(|part| parts.next() == part)
}

/// Up to [`GRAPHQL`] bytes, of a `sender` to the registry up to [`REGISTRY`]; `announced`: how many are said to come.
async fn collect(mut body: Body, sender: Option<[u8; 32]>, announced: usize) -> Received {
    let limit = if sender.is_some() { REGISTRY } else { GRAPHQL };
    let refused = |error| Received { bytes: Err(error), _place: None };
    let mut bytes = Bytes::new();
    let mut more = Vec::new();
    let mut place = None;
    let mut seen = 0;
    let mut until = None;
    loop {
        let frame = match until {
            None => body.frame().await,
            Some(until) => match timeout_at(until, body.frame()).await {
                Ok(frame) => frame,
                Err(_) => return refused(BodyError::Slow),
            },
        };
        let Some(frame) = frame else { break };
        let Ok(frame) = frame else { return refused(BodyError::Broken) };
        let Ok(data) = frame.into_data() else { continue };
        seen += data.len();
        if seen > limit {
            // Nothing of it is needed any more.
            more = Vec::new();
            place = None;
            until = None;
            if seen > limit + PATIENCE {
                break;
            }
            continue;
        }
        if let Some(sender) = sender.filter(|_| seen > GRAPHQL && place.is_none()) {
            // A sender that has to wait is not read from, so its bytes stay where they are.
            let Some(taken) = Place::take(sender).await else { return refused(BodyError::Broken) };
            place = Some(Arc::new(taken));
            until = Some(Instant::now() + PACE);
            more.reserve_exact(announced.min(limit).saturating_sub(more.len()));
        }
        // Most bodies come in one piece, which need not be copied.
        if bytes.is_empty() && more.is_empty() && place.is_none() {
            bytes = data;
        } else {
            more.extend_from_slice(&std::mem::take(&mut bytes));
            more.extend_from_slice(&data);
        }
    }
    match (seen > limit, more.is_empty()) {
        (true, _) => refused(BodyError::TooLarge),
        (false, true) => Received { bytes: Ok(bytes), _place: place },
        (false, false) => Received { bytes: Ok(more.into()), _place: place },
    }
}

/// The whole body, if it is no larger than `limit` bytes.
pub(super) fn read(extensions: &Extensions, limit: usize) -> Result<Bytes, BodyError> {
    let received = extensions.get::<Received>().map_or(Err(BodyError::Broken), |received| received.bytes.clone());
    received.and_then(|bytes| if bytes.len() > limit { Err(BodyError::TooLarge) } else { Ok(bytes) })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(path: &str, bytes: usize, sender: Option<u8>) -> Request {
        let mut request = Request::new(Body::from(vec![b'x'; bytes]));
        *request.uri_mut() = path.parse().unwrap();
        if let Some(sender) = sender {
            request.extensions_mut().insert(PeerCertificate([sender; 32]));
        }
        request
    }

    async fn length(path: &str, bytes: usize, with_certificate: bool) -> Result<usize, BodyError> {
        let request = receive(request(path, bytes, with_certificate.then_some(0))).await;
        read(request.extensions(), usize::MAX).map(|bytes| bytes.len())
    }

    #[tokio::test]
    async fn only_registrations_with_a_certificate_may_be_large() {
        let services = "/shop/v1/metadata/services";
        assert_eq!(length(services, REGISTRY, true).await, Ok(REGISTRY));
        assert_eq!(length(&format!("{services}/id"), GRAPHQL + 1, true).await, Ok(GRAPHQL + 1));
        assert_eq!(length(services, REGISTRY + 1, true).await, Err(BodyError::TooLarge));
        assert_eq!(length(services, GRAPHQL + 1, false).await, Err(BodyError::TooLarge));
        for other in ["/director/graphql", "/shop/v1/events", "/v1/metadata/services", "/shop/v1/metadata/services2"] {
            assert_eq!(length(other, GRAPHQL, true).await, Ok(GRAPHQL), "{other}");
            assert_eq!(length(other, GRAPHQL + 1, true).await, Err(BodyError::TooLarge), "{other}");
        }
    }

    #[tokio::test]
    async fn a_fifth_large_body_waits_for_one_of_four_and_a_third_of_one_sender_for_its_own() {
        let large = |sender| receive(request("/shop/v1/metadata/services", GRAPHQL + 1, Some(sender)));
        let mut held = vec![large(0).await, large(0).await];
        let mut third = Box::pin(large(0));
        assert!(futures_util::poll!(third.as_mut()).is_pending(), "its sender has two places");
        held.extend([large(1).await, large(1).await]);
        let mut fifth = Box::pin(large(2));
        assert!(futures_util::poll!(fifth.as_mut()).is_pending(), "all four places are taken");
        let small = receive(request("/shop/v1/metadata/services", GRAPHQL, Some(2))).await;
        assert!(read(small.extensions(), GRAPHQL).is_ok(), "small ones do not wait");
        held.pop();
        let fifth = fifth.await;
        assert!(read(fifth.extensions(), REGISTRY).is_ok());
        held.remove(0);
        assert!(read(third.await.extensions(), REGISTRY).is_ok());
    }
}
