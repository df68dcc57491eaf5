//! Takes events to their subscribers: at least once, and in the order of their arrival for as long as nothing fails.
//!
//! What waits is in the store. A stop ends attempts that are under way; they are made again after the next start.

use std::{
    collections::HashMap,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    time::Duration,
};

use pairing::{Failure, Moment};
use reqwest::{
    Client,
    header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue},
    redirect,
};
use tokio::{sync::Notify, task::JoinSet, time::sleep};
use tokio_util::sync::CancellationToken;
use url::Url;

use crate::{
    clock::Clock,
    config::check_subscriber,
    store::{
        Store,
        event::{self, Event},
        event_delivery::{self, Delivery},
    },
};

/// How long a subscriber may take.
const TIMEOUT: Duration = Duration::from_secs(10);
/// Pauses between attempts, in milliseconds; one attempt more than there are pauses.
const PAUSES: [i64; 2] = [1000, 5000];
/// The longest sleep: a clock that was set back must not hold anything up for long.
const NAP: Duration = Duration::from_secs(60);
/// After trouble of the store.
const RECOVERY: Duration = Duration::from_secs(5);

/// Wakes whoever delivers.
#[derive(Debug)]
pub(crate) struct Courier {
    waiting: Notify,
    /// Since when this server runs.
    pub(super) since: Moment,
}

/// What a round to one address needs.
#[derive(Clone)]
struct Bag {
    store: Store,
    clock: Clock,
    client: Client,
}

impl Courier {
    pub(crate) fn new(since: Moment) -> Self {
        Self { waiting: Notify::new(), since }
    }

    /// Something waits.
    pub(super) fn call(&self) {
        self.waiting.notify_one();
    }

    /// Delivers until `stop`.
    pub(crate) async fn work(&self, store: Store, clock: Clock, stop: CancellationToken) {
        let client = match client() {
            Ok(client) => client,
            Err(error) => return tracing::error!(%error, "events cannot be passed on: there is no HTTP client"),
        };
        let bag = Bag { store, clock, client };
        let mut rounds = JoinSet::new();
        // An address is served by one task at a time, so a slow one holds up nobody else.
        let mut served = HashMap::new();
        loop {
            let nap = match bag.due(served.values()).await {
                Ok((addresses, nap)) => {
                    for address in addresses {
                        let round = rounds.spawn(bag.clone().round(address.clone()));
                        served.insert(round.id(), address);
                    }
                    nap
                }
                Err(failure) => {
                    tracing::warn!(detail = failure.detail, "what waits for subscribers could not be read: {failure}");
                    RECOVERY
                }
            };
            tokio::select! {
                () = stop.cancelled() => break,
                () = self.waiting.notified() => {}
                Some(ended) = rounds.join_next_with_id() => {
                    let id = match ended {
                        Ok((id, ())) => id,
                        Err(error) => error.id(),
                    };
                    served.remove(&id);
                }
                () = sleep(nap) => {}
            }
        }
        rounds.shutdown().await;
    }
}

/// Plain HTTP to this machine and nowhere else: no proxy, no redirects, and no name is looked up.
fn client() -> reqwest::Result<Client> {
    let localhost = [IpAddr::from(Ipv4Addr::LOCALHOST), IpAddr::from(Ipv6Addr::LOCALHOST)];
    let localhost = localhost.map(|address| SocketAddr::new(address, 0));
    Client::builder()
        .no_proxy()
        .redirect(redirect::Policy::none())
        .timeout(TIMEOUT)
        .resolve_to_addrs("localhost", &localhost)
        // It speaks no TLS, so it need not read the system's roots.
        .tls_certs_only([])
        .user_agent(concat!("connector-embedded/", env!("CARGO_PKG_VERSION")))
        .build()
}

impl Bag {
    /// The addresses to go to now, and how long to sleep if nothing happens.
    async fn due(&self, served: impl Iterator<Item = &String>) -> Result<(Vec<String>, Duration), Failure> {
        let served: Vec<_> = served.collect();
        let now = self.clock.now();
        let mut connection = self.store.read().await?;
        let mut addresses = event_delivery::due_addresses(&mut connection, now).await?;
        addresses.retain(|address| !served.contains(&address));
        let next = event_delivery::next_due(&mut connection, now).await?;
        let pause = next.and_then(|at| u64::try_from(at - now.unix_millis()).ok()).map(Duration::from_millis);
        Ok((addresses, pause.map_or(NAP, |pause| pause.min(NAP))))
    }

    /// Delivers everything that is due for one address.
    async fn round(self, address: String) {
        loop {
            match self.one(&address).await {
                Ok(true) => {}
                Ok(false) => break,
                Err(failure) => {
                    tracing::warn!(detail = failure.detail, "what a subscriber got could not be written: {failure}");
                    sleep(RECOVERY).await;
                    break;
                }
            }
        }
    }

    /// One attempt; `false` when nothing is due.
    async fn one(&self, address: &str) -> Result<bool, Failure> {
        let (delivery, event) = {
            let mut connection = self.store.read().await?;
            let due = event_delivery::first_due(&mut connection, address, self.clock.now()).await?;
            let Some(delivery) = due else { return Ok(false) };
            // The event may have left the ring a moment ago, and the delivery with it.
            let Some(event) = event::find(&mut connection, delivery.event_seq).await? else { return Ok(true) };
            (delivery, event)
        };
        let outcome = self.send(address, event).await;
        let done = judged(delivery, outcome, self.clock.now());
        if done.state == "failed" {
            tracing::info!(seq = done.event_seq, error = done.error, "an event could not be delivered");
        }
        let write = self
            .store
            .write(move |connection| Box::pin(async move { event_delivery::update(connection, &done).await }));
        write.await.map(|()| true)
    }

    /// Sends an event in binary mode.
    async fn send(&self, address: &str, event: Event) -> Outcome {
        let refuse = |error: String| Outcome { status: None, error: Some(error) };
        // Again: a backup may bring subscriptions from elsewhere.
        let url = match Url::parse(address).map_err(|error| error.to_string()) {
            Ok(url) => url,
            Err(error) => return refuse(error),
        };
        if let Err(error) = check_subscriber(&url) {
            return refuse(error);
        }
        let headers = headers(&event);
        match self.client.post(url).headers(headers).body(event.data).send().await {
            Ok(answer) if answer.status().is_success() => {
                Outcome { status: Some(answer.status().as_u16()), error: None }
            }
            Ok(answer) => {
                let status = answer.status();
                let more = if status.is_redirection() { "; redirects are not followed" } else { "" };
                let error = format!("it answered {}{more}", status.as_u16());
                Outcome { status: Some(status.as_u16()), error: Some(error) }
            }
            Err(error) => refuse(if error.is_timeout() {
                format!("no answer within {} s", TIMEOUT.as_secs())
            } else if error.is_connect() {
                "nobody listens there".to_owned()
            } else {
                "the connection broke".to_owned()
            }),
        }
    }
}

/// What came of an attempt.
struct Outcome {
    status: Option<u16>,
    /// `None`: it was delivered.
    error: Option<String>,
}

fn judged(delivery: Delivery, outcome: Outcome, now: Moment) -> Delivery {
    let attempts = delivery.attempts + 1;
    let pause = usize::try_from(delivery.attempts).ok().and_then(|made| PAUSES.get(made));
    let (state, due_at) = match (&outcome.error, pause) {
        (None, _) => ("delivered", delivery.due_at),
        (Some(_), Some(pause)) => ("waiting", now.unix_millis() + pause),
        (Some(_), None) => ("failed", delivery.due_at),
    };
    Delivery {
        state: state.to_owned(),
        attempts,
        due_at,
        status: outcome.status.map(i64::from),
        at: Some(now.unix_millis()),
        error: outcome.error,
        ..delivery
    }
}

/// CloudEvents 1.0, HTTP protocol binding §3.1: attributes as headers with `ce-` before their name.
fn headers(event: &Event) -> HeaderMap {
    let attributes: HashMap<String, String> = serde_json::from_str(&event.attributes).unwrap_or_default();
    let mut headers = HeaderMap::new();
    for (name, value) in attributes {
        let (name, value) = match name.as_str() {
            "datacontenttype" => (Ok(CONTENT_TYPE), HeaderValue::from_str(&value)),
            _ => (HeaderName::try_from(format!("ce-{name}")), HeaderValue::from_str(&encoded(&value))),
        };
        if let (Ok(name), Ok(value)) = (name, value) {
            headers.insert(name, value);
        }
    }
    headers
}

/// §3.1.3.2: what is not printable ASCII is percent-encoded, and so are spaces, quotes and percent signs.
fn encoded(value: &str) -> String {
    let mut encoded = String::with_capacity(value.len());
    for byte in value.bytes() {
        match byte {
            b'"' | b'%' => encoded.push_str(&format!("%{byte:02X}")),
            b'!'..=b'~' => encoded.push(char::from(byte)),
            _ => encoded.push_str(&format!("%{byte:02X}")),
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use std::sync::{
        Arc,
        atomic::{AtomicI64, AtomicU16, Ordering},
    };

    use axum::{Router, extract::State, http::StatusCode};
    use tokio::{net::TcpListener, sync::mpsc};

    use super::*;
    use crate::store::event::Room;

    const ROOM: Room = Room { events: 10, bytes: 1 << 20 };

    /// A subscriber that answers what it is told to and reports what it gets.
    async fn subscriber(status: Arc<AtomicU16>) -> (String, mpsc::UnboundedReceiver<(HeaderMap, String)>) {
        let (sender, receiver) = mpsc::unbounded_channel();
        let router = Router::new().fallback(
            |State((status, sender)): State<(Arc<AtomicU16>, mpsc::UnboundedSender<_>)>,
             headers: HeaderMap,
             body: String| async move {
                sender.send((headers, body)).unwrap();
                StatusCode::from_u16(status.load(Ordering::SeqCst)).unwrap()
            },
        );
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://localhost:{}/events", listener.local_addr().unwrap().port());
        tokio::spawn(async move { axum::serve(listener, router.with_state((status, sender))).await });
        (url, receiver)
    }

    /// A store with one event that waits for this address.
    async fn store(dir: &tempfile::TempDir, url: &str) -> Store {
        let store = Store::open(dir.path(), None).await.unwrap();
        let url = url.to_owned();
        let written = store.write(move |connection| {
            Box::pin(async move {
                let tables = "INSERT INTO tenant (id, external_id, name) VALUES ('t', 'external', 'default');
                    INSERT INTO application (id, tenant_id, name, normalized_name, status_condition, status_at, created_at,
                        updated_at) VALUES ('app', 't', 'shop', 'shop', 'INITIAL', 1, 1, 1);";
                sqlx::raw_sql(tables).execute(&mut *connection).await.unwrap();
                let event = Event {
                    seq: 0,
                    application_id: "app".into(),
                    runtime: "kyma".into(),
                    wire: "legacy".into(),
                    kind: "order.created".into(),
                    version: Some("v1".into()),
                    event_id: "1".into(),
                    source: "shop".into(),
                    time: None,
                    content_type: Some("application/json".into()),
                    attributes: r#"{"specversion":"1.0","id":"a \"b\" 100%","source":"ü","type":"t","datacontenttype":"application/json"}"#.into(),
                    data: b"{\"a\":1}".to_vec(),
                    size: 100,
                    received_at: 0,
                };
                let seq = event::insert(connection, &event, ROOM).await?;
                event_delivery::insert(connection, seq, &url, Moment::from_unix_millis(0)).await
            })
        });
        written.await.unwrap();
        store
    }

    /// A clock that stands until it is moved.
    fn clock(millis: &Arc<AtomicI64>) -> Clock {
        let millis = Arc::clone(millis);
        Clock::of_test(move || Moment::from_unix_millis(millis.load(Ordering::SeqCst)))
    }

    async fn delivery(store: &Store) -> Delivery {
        let mut connection = store.read().await.unwrap();
        event_delivery::between(&mut connection, 0, i64::MAX).await.unwrap().remove(0)
    }

    #[tokio::test]
    async fn what_waits_is_delivered_after_a_start() {
        let (url, mut received) = subscriber(Arc::new(AtomicU16::new(204))).await;
        let dir = tempfile::tempdir().unwrap();
        let store = store(&dir, &url).await;
        let stop = CancellationToken::new();
        let courier = Arc::new(Courier::new(Moment::from_unix_millis(0)));
        let working = tokio::spawn({
            let (courier, store, stop) = (Arc::clone(&courier), store.clone(), stop.clone());
            async move { courier.work(store, Clock::system(), stop).await }
        });
        let (headers, body) = received.recv().await.unwrap();
        assert_eq!(body, "{\"a\":1}");
        let header = |name: &str| headers[name].to_str().unwrap().to_owned();
        assert_eq!(header("ce-id"), "a%20%22b%22%20100%25");
        assert_eq!(header("ce-source"), "%C3%BC");
        assert_eq!(header("content-type"), "application/json");
        while delivery(&store).await.state == "waiting" {
            tokio::task::yield_now().await;
        }
        let done = delivery(&store).await;
        assert_eq!((done.state.as_str(), done.status, done.attempts), ("delivered", Some(204), 1));
        stop.cancel();
        working.await.unwrap();
        store.close().await;
    }

    #[tokio::test]
    async fn a_failing_subscriber_is_tried_three_times() {
        let (url, mut received) = subscriber(Arc::new(AtomicU16::new(503))).await;
        let dir = tempfile::tempdir().unwrap();
        let store = store(&dir, &url).await;
        let millis = Arc::new(AtomicI64::new(1));
        let bag = Bag { store: store.clone(), clock: clock(&millis), client: client().unwrap() };
        for (at, state) in [(1, "waiting"), (1001, "waiting"), (6001, "failed")] {
            millis.store(at - 1, Ordering::SeqCst);
            assert!(at == 1 || !bag.one(&url).await.unwrap(), "nothing is due before its time");
            millis.store(at, Ordering::SeqCst);
            assert!(bag.one(&url).await.unwrap());
            received.recv().await.unwrap();
            let found = delivery(&store).await;
            assert_eq!((found.state.as_str(), found.status), (state, Some(503)));
            assert_eq!(found.error.as_deref(), Some("it answered 503"));
        }
        millis.store(i64::from(u32::MAX), Ordering::SeqCst);
        assert!(!bag.one(&url).await.unwrap(), "three attempts are enough");
        store.close().await;
    }

    #[tokio::test]
    async fn an_address_that_is_not_ours_is_never_called() {
        let dir = tempfile::tempdir().unwrap();
        for url in ["http://192.0.2.1/", "https://localhost/", "http://localhost.example/"] {
            let dir = tempfile::tempdir_in(dir.path()).unwrap();
            let store = store(&dir, url).await;
            let bag = Bag { store: store.clone(), clock: Clock::system(), client: client().unwrap() };
            assert!(bag.one(url).await.unwrap());
            let found = delivery(&store).await;
            assert!(found.error.unwrap().contains("plain HTTP on this machine"), "{url}");
            store.close().await;
        }
    }
}
