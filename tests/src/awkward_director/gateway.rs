//! The gateway itself: accepts, decrypts, asks the rules, passes on.

use std::{
    io,
    net::{Ipv4Addr, SocketAddr},
    sync::{Arc, Mutex, MutexGuard, mpsc::Sender},
    time::Duration,
};

use axum::{
    Extension, Router,
    body::{Body, Bytes, to_bytes},
    extract::{Request, State},
    http::{HeaderName, StatusCode, header},
    response::{IntoResponse as _, Response},
};
use futures_util::stream;
use hyper_util::{
    rt::{TokioExecutor, TokioIo},
    server::conn::auto,
    service::TowerToHyperService,
};
use rustls::ServerConfig;
use tokio::{
    net::{TcpListener, TcpSocket, TcpStream},
    sync::{Notify, watch},
};
use tokio_rustls::TlsAcceptor;

use super::{Fault, Seen};

/// No body here is larger.
const MAX_BODY: usize = 64 << 20;

/// Headers of one connection, which is not passed on.
const OWN: [HeaderName; 4] = [header::HOST, header::CONTENT_LENGTH, header::CONNECTION, header::TRANSFER_ENCODING];

/// What is shared between the test and all connections.
#[derive(Debug)]
pub(super) struct Gateway {
    upstream: reqwest::Client,
    base: String,
    rules: Mutex<Vec<Rule>>,
    delay: Mutex<Duration>,
    seen: Mutex<Vec<Seen>>,
    plugged: watch::Sender<bool>,
}

#[derive(Debug)]
struct Rule {
    /// Which documents; `None`: all.
    word: Option<String>,
    /// How often still; `None`: always.
    left: Option<usize>,
    fault: Fault,
}

/// Ends the connection that a request came on.
#[derive(Clone, Debug)]
struct Cable(Arc<Notify>);

impl Gateway {
    pub(super) fn new(upstream: reqwest::Client, base: String) -> Self {
        let (plugged, _) = watch::channel(true);
        Self { upstream, base, rules: Mutex::default(), delay: Mutex::default(), seen: Mutex::default(), plugged }
    }

    pub(super) fn add(&self, word: Option<String>, left: Option<usize>, fault: Fault) {
        lock(&self.rules).push(Rule { word, left, fault });
    }

    pub(super) fn behave(&self) {
        lock(&self.rules).clear();
        *lock(&self.delay) = Duration::ZERO;
    }

    pub(super) fn take(&self, delay: Duration) {
        *lock(&self.delay) = delay;
    }

    pub(super) fn plug(&self, plugged: bool) {
        self.plugged.send_replace(plugged);
    }

    pub(super) fn seen(&self) -> Vec<Seen> {
        lock(&self.seen).clone()
    }

    pub(super) fn forget(&self) -> Vec<Seen> {
        std::mem::take(&mut *lock(&self.seen))
    }

    /// What is to be done to this request.
    fn fault(&self, document: &str) -> Option<Fault> {
        let mut rules = lock(&self.rules);
        let found =
            rules.iter().position(|rule| rule.word.as_ref().is_none_or(|word| document.contains(word.as_str())))?;
        let rule = &mut rules[found];
        let fault = rule.fault.clone();
        if let Some(left) = &mut rule.left {
            *left -= 1;
            if *left == 0 {
                rules.remove(found);
            }
        }
        Some(fault)
    }

    async fn pass_on(&self, request: Request, body: Bytes) -> Response {
        let (parts, _) = request.into_parts();
        let url = format!("{}{}", self.base, parts.uri.path_and_query().map_or("/", |path| path.as_str()));
        let mut headers = parts.headers;
        for name in OWN {
            headers.remove(name);
        }
        let sent = self.upstream.request(parts.method, url).headers(headers).body(body).send().await;
        let answer = match sent {
            Ok(answer) => answer,
            Err(error) => return (StatusCode::BAD_GATEWAY, format!("{error:?}")).into_response(),
        };
        let mut response = Response::new(Body::empty());
        *response.status_mut() = answer.status();
        *response.headers_mut() = answer.headers().clone();
        for name in OWN {
            response.headers_mut().remove(name);
        }
        *response.body_mut() = answer.bytes().await.map_or_else(|_| Body::empty(), Body::from);
        response
    }
}

async fn answer(
    State(gateway): State<Arc<Gateway>>,
    Extension(cable): Extension<Cable>,
    mut request: Request,
) -> Response {
    let body = std::mem::take(request.body_mut());
    let Ok(body) = to_bytes(body, MAX_BODY).await else { return StatusCode::PAYLOAD_TOO_LARGE.into_response() };
    let path = request.uri().path().to_owned();
    let mut fault = None;
    if path.ends_with("/director/graphql") {
        let seen = Seen::new(&path, request.headers(), &body);
        fault = gateway.fault(&seen.document);
        lock(&gateway.seen).push(seen);
    }
    let delay = *lock(&gateway.delay);
    if !delay.is_zero() {
        tokio::time::sleep(delay).await;
    }
    match fault {
        None => gateway.pass_on(request, body).await,
        Some(Fault::Answer { status, headers, body }) => made(status, &headers, body),
        Some(Fault::Cut) => {
            gateway.pass_on(request, body).await;
            cable.0.notify_one();
            std::future::pending().await
        }
        Some(Fault::Silence) => {
            gateway.pass_on(request, body).await;
            std::future::pending().await
        }
        Some(Fault::CutInTheBody) => half(gateway.pass_on(request, body).await, cable).await,
    }
}

fn made(status: u16, headers: &[(&'static str, String)], body: String) -> Response {
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = StatusCode::from_u16(status).expect("a status");
    for (name, value) in headers {
        response.headers_mut().insert(*name, value.parse().expect("a header value"));
    }
    response
}

/// The same answer, of which only the first half arrives.
async fn half(response: Response, cable: Cable) -> Response {
    let (mut parts, body) = response.into_parts();
    let whole = to_bytes(body, MAX_BODY).await.expect("a body");
    parts.headers.insert(header::CONTENT_LENGTH, whole.len().into());
    let begin = whole.slice(..whole.len() / 2);
    let body = stream::unfold(Some(begin), move |left| {
        let cable = cable.clone();
        async move {
            if let Some(begin) = left {
                return Some((Ok::<_, io::Error>(begin), None));
            }
            // Long enough for the first half to leave.
            tokio::time::sleep(Duration::from_millis(20)).await;
            cable.0.notify_one();
            std::future::pending().await
        }
    });
    Response::from_parts(parts, Body::from_stream(body))
}

/// Accepts connections while the cable is in. The port stays ours while it is out.
pub(super) async fn serve(gateway: Arc<Gateway>, tls: ServerConfig, port: Sender<u16>) {
    let acceptor = TlsAcceptor::from(Arc::new(tls));
    let router = Router::new().fallback(answer).with_state(Arc::clone(&gateway));
    let mut plugged = gateway.plugged.subscribe();
    let mut socket = bound(0);
    let address = socket.local_addr().expect("an address");
    port.send(address.port()).expect("somebody waits for it");
    loop {
        let listener = socket.listen(1024).expect("it listens");
        tokio::select! {
            () = accept(&listener, &acceptor, &router, &gateway) => {}
            _ = plugged.wait_for(|plugged| !plugged) => {}
        }
        drop(listener);
        // Bound and not listening: connections are refused, and nobody else gets the port.
        socket = bound(address.port());
        if plugged.wait_for(|plugged| *plugged).await.is_err() {
            return;
        }
    }
}

fn bound(port: u16) -> TcpSocket {
    let socket = TcpSocket::new_v4().expect("a socket");
    socket.set_reuseaddr(true).expect("an option");
    socket.bind(SocketAddr::from((Ipv4Addr::LOCALHOST, port))).expect("a port");
    socket
}

async fn accept(listener: &TcpListener, acceptor: &TlsAcceptor, router: &Router, gateway: &Gateway) {
    loop {
        let Ok((stream, _)) = listener.accept().await else { continue };
        tokio::spawn(connection(stream, acceptor.clone(), router.clone(), gateway.plugged.subscribe()));
    }
}

async fn connection(stream: TcpStream, acceptor: TlsAcceptor, router: Router, mut plugged: watch::Receiver<bool>) {
    let cable = Cable(Arc::new(Notify::new()));
    let service = TowerToHyperService::new(router.layer(Extension(cable.clone())));
    let served = async {
        let Ok(stream) = acceptor.accept(stream).await else { return };
        let builder = auto::Builder::new(TokioExecutor::new());
        let _ = builder.serve_connection(TokioIo::new(stream), service).await;
    };
    tokio::select! {
        () = served => {}
        () = cable.0.notified() => {}
        _ = plugged.wait_for(|plugged| !plugged) => {}
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().expect("no panic while it was held")
}
