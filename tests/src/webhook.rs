//! A subscriber on loopback that gets events and remembers them.

use std::{
    net::{Ipv4Addr, SocketAddr},
    sync::{
        Arc, Mutex,
        atomic::{AtomicU16, Ordering},
    },
    thread,
    time::Duration,
};

use axum::{
    Router,
    body::Bytes,
    extract::State,
    http::{HeaderMap, StatusCode},
};
use tokio::{net::TcpListener, runtime, sync::oneshot};

use crate::until;

/// What arrived.
#[derive(Clone, Debug)]
pub struct Delivered {
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

impl Delivered {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    #[track_caller]
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error} in {self:?}"))
    }
}

/// An HTTP server on a thread of its own. It ends when this is dropped.
#[derive(Debug)]
pub struct Webhook {
    address: SocketAddr,
    shared: Arc<Shared>,
    _stop: oneshot::Sender<()>,
}

#[derive(Debug)]
struct Shared {
    delivered: Mutex<Vec<Delivered>>,
    status: AtomicU16,
}

impl Webhook {
    pub fn start() -> Self {
        Self::on(0)
    }

    /// Listens on this port; 0 is any free one.
    pub fn on(port: u16) -> Self {
        let shared = Arc::new(Shared { delivered: Mutex::default(), status: AtomicU16::new(200) });
        let (stop, stopped) = oneshot::channel::<()>();
        let (send_address, address) = std::sync::mpsc::channel();
        let state = Arc::clone(&shared);
        thread::spawn(move || {
            let runtime = runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
            runtime.block_on(async move {
                let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await.expect("a free port");
                send_address.send(listener.local_addr().expect("an address")).expect("somebody waits for it");
                let router = Router::new().fallback(remember).with_state(state);
                tokio::select! {
                    served = axum::serve(listener, router) => served.expect("it serves"),
                    _ = stopped => {}
                }
            });
        });
        let address = address.recv().expect("it listens");
        Self { address, shared, _stop: stop }
    }

    pub const fn port(&self) -> u16 {
        self.address.port()
    }

    pub fn url(&self) -> String {
        format!("http://{}/events", self.address)
    }

    /// What it answers from now on.
    pub fn answer(&self, status: u16) {
        self.shared.status.store(status, Ordering::SeqCst);
    }

    /// Everything so far, oldest first.
    pub fn delivered(&self) -> Vec<Delivered> {
        self.shared.delivered.lock().expect("no panic while it was held").clone()
    }

    /// Waits until it has at least so many.
    pub async fn wait_for(&self, number: usize) -> Vec<Delivered> {
        until(&format!("{number} events are delivered"), Duration::from_secs(20), async || {
            let delivered = self.delivered();
            (delivered.len() >= number).then_some(delivered)
        })
        .await
    }
}

async fn remember(State(shared): State<Arc<Shared>>, headers: HeaderMap, body: Bytes) -> StatusCode {
    let status = StatusCode::from_u16(shared.status.load(Ordering::SeqCst)).expect("a status");
    if status.is_success() {
        let mut delivered = shared.delivered.lock().expect("no panic while it was held");
        delivered.push(Delivered { headers, body: body.to_vec() });
    }
    status
}
