//! Accepting connections: TLS, time limits, a cap on their number, and an orderly end.

use std::{
    io,
    net::{IpAddr, Ipv4Addr, SocketAddr},
    sync::Arc,
    time::Duration,
};

use axum::{
    Router,
    body::Body,
    http::{Extensions, Request},
};
use hyper::body::Incoming;
use hyper_util::{
    rt::{TokioExecutor, TokioIo, TokioTimer},
    server::{conn::auto, graceful::GracefulShutdown},
};
use pairing::SecretHash;
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::{TcpListener, TcpStream},
    sync::{OwnedSemaphorePermit, Semaphore},
    time::timeout,
};
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::CancellationToken;

use super::{edge::Edge, guard::Guard, preface::PrefaceDeadline};
use crate::{
    StartError,
    tls::{PEER, Side, Tls},
};

/// Connections at the same time on one listener.
const CONNECTIONS: usize = 512;
const HANDSHAKE: Duration = Duration::from_secs(10);
const HEADERS: Duration = Duration::from_secs(10);
/// From the first byte of a request to the last of its answer.
const REQUEST: Duration = Duration::from_secs(30);
/// How long running requests may take once the server stops.
const FAREWELL: Duration = Duration::from_secs(3);

/// SHA-256 of the client certificate that the handshake verified; an extension of every request on the
/// certificate listener.
#[derive(Clone, Copy, Debug)]
pub(crate) struct PeerCertificate(pub(crate) [u8; 32]);

/// Where a request came from; an extension of every request.
#[derive(Clone, Copy, Debug)]
pub(crate) struct PeerAddress(pub(crate) IpAddr);

impl PeerAddress {
    pub(crate) fn of(extensions: &Extensions) -> IpAddr {
        extensions.get::<Self>().map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |peer| peer.0)
    }
}

/// Requests at a time on one HTTP/2 connection.
const STREAMS: u32 = 32;
/// How much of a body a client may send ahead, in bytes.
const STREAM_WINDOW: u32 = 64 * 1024;

/// The places for connections on one listener.
#[derive(Clone, Debug)]
pub(crate) struct Places(Arc<Semaphore>);

impl Default for Places {
    fn default() -> Self {
        Self(Arc::new(Semaphore::new(CONNECTIONS)))
    }
}

/// A listener as the administrator sees it.
#[derive(Clone, Debug)]
pub(crate) struct Listening {
    /// `token`, `certificate` or `internal`.
    pub(crate) name: &'static str,
    pub(crate) address: SocketAddr,
    pub(crate) url: String,
    pub(crate) side: Option<Side>,
    pub(crate) places: Places,
}

impl Listening {
    pub(crate) fn new(name: &'static str, host: IpAddr, port: u16, url: &str, side: Option<Side>) -> Self {
        Self { name, address: SocketAddr::new(host, port), url: url.to_owned(), side, places: Places::default() }
    }

    /// Connections at this moment, and how many there may be.
    pub(crate) fn connections(&self) -> (usize, usize) {
        (CONNECTIONS.saturating_sub(self.places.0.available_permits()), CONNECTIONS)
    }
}

/// A bound port and what it serves.
#[derive(Debug)]
pub(crate) struct Listener {
    pub(crate) tcp: TcpListener,
    pub(crate) tls: Option<(Arc<Tls>, Side)>,
    pub(crate) places: Places,
    pub(crate) guard: Arc<Guard>,
    pub(crate) router: Router,
}

/// Binds a port; `flag` names the option that chooses another.
pub(crate) async fn bind(host: IpAddr, port: u16, flag: &'static str) -> Result<(TcpListener, u16), StartError> {
    let address = SocketAddr::new(host, port);
    let listen = |cause| StartError::Listen { address: address.to_string(), cause };
    let tcp = match TcpListener::bind(address).await {
        Ok(tcp) => tcp,
        Err(error) if error.kind() == io::ErrorKind::AddrInUse => {
            let holder = crate::port_holder::find(port);
            return Err(StartError::PortTaken { port, flag, holder });
        }
        Err(error) => return Err(listen(error)),
    };
    let port = tcp.local_addr().map_err(listen)?.port();
    Ok((tcp, port))
}

impl Listener {
    /// Serves until `stop`, then lets running requests finish.
    pub(crate) async fn serve(self, stop: CancellationToken) {
        let graceful = GracefulShutdown::new();
        loop {
            let place = tokio::select! {
                () = stop.cancelled() => break,
                place = Arc::clone(&self.places.0).acquire_owned() => place,
            };
            let Ok(place) = place else { break };
            let stream = tokio::select! {
                () = stop.cancelled() => break,
                accepted = self.tcp.accept() => accepted,
            };
            let (stream, peer) = match stream {
                Ok(accepted) => accepted,
                Err(error) => {
                    // Usually no file descriptors left; accepting again at once would spin.
                    tracing::warn!(%error, "a connection could not be accepted");
                    tokio::time::sleep(Duration::from_millis(50)).await;
                    continue;
                }
            };
            let edge = Edge::new(Arc::clone(&self.guard), self.router.clone());
            let connection = Connection { peer, place, edge, watcher: graceful.watcher() };
            // Of the moment: the server's certificate and the authorities that count may have changed.
            let acceptor = self.tls.as_ref().map(|(tls, side)| TlsAcceptor::from(tls.config(*side)));
            tokio::spawn(connection.serve(stream, acceptor));
        }
        drop(self.tcp);
        if timeout(FAREWELL, graceful.shutdown()).await.is_err() {
            tracing::warn!("some requests were still running after {FAREWELL:?} and were cut off");
        }
    }
}

struct Connection {
    peer: SocketAddr,
    place: OwnedSemaphorePermit,
    edge: Edge,
    watcher: hyper_util::server::graceful::Watcher,
}

impl Connection {
    async fn serve(self, stream: TcpStream, acceptor: Option<TlsAcceptor>) {
        let _ = stream.set_nodelay(true);
        let builder = auto::Builder::new(TokioExecutor::new());
        let Some(acceptor) = acceptor else {
            return self.serve_http(stream, None, builder.http1_only()).await;
        };
        let handshake = PEER.scope(self.peer.ip().to_canonical(), acceptor.accept(stream));
        match timeout(HANDSHAKE, handshake).await {
            Ok(Ok(stream)) => {
                let certificate = stream.get_ref().1.peer_certificates().and_then(|chain| chain.first());
                let peer = certificate.map(|der| PeerCertificate(*SecretHash::of(der).as_bytes()));
                // As agreed in the handshake. Finding out by reading would be a wait without an end.
                if stream.get_ref().1.alpn_protocol() == Some(b"h2") {
                    self.serve_http(PrefaceDeadline::new(stream, HEADERS), peer, builder.http2_only()).await;
                } else {
                    self.serve_http(stream, peer, builder.http1_only()).await;
                }
            }
            Ok(Err(error)) => tracing::info!(peer = %self.peer, "TLS handshake refused: {error}"),
            Err(_) => tracing::info!(peer = %self.peer, "TLS handshake took too long"),
        }
    }

    async fn serve_http<S>(self, stream: S, peer: Option<PeerCertificate>, mut builder: auto::Builder<TokioExecutor>)
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let edge = self.edge;
        let address = PeerAddress(self.peer.ip().to_canonical());
        let service = hyper::service::service_fn(move |mut request: Request<Incoming>| {
            request.extensions_mut().insert(address);
            if let Some(peer) = peer {
                request.extensions_mut().insert(peer);
            }
            let answer = edge.clone().answer(request.map(Body::new));
            async move {
                match timeout(REQUEST, answer).await {
                    Ok(answer) => Ok(answer),
                    Err(_) => Err(io::Error::new(io::ErrorKind::TimedOut, "the request took too long")),
                }
            }
        });
        builder.http1().timer(TokioTimer::new()).header_read_timeout(HEADERS).max_buf_size(64 * 1024);
        builder.http2().timer(TokioTimer::new()).max_concurrent_streams(STREAMS).max_header_list_size(32 * 1024);
        // All streams together may not fill the connection's window: one that waits for a place (`body`) would keep those
        // that have one from being read.
        builder
            .http2()
            .initial_stream_window_size(STREAM_WINDOW)
            .initial_connection_window_size(STREAMS * STREAM_WINDOW);
        builder.http2().keep_alive_interval(Duration::from_secs(30)).keep_alive_timeout(Duration::from_secs(10));
        let connection = builder.serve_connection(TokioIo::new(stream), service).into_owned();
        if let Err(error) = self.watcher.watch(connection).await {
            tracing::debug!(peer = %self.peer, "connection ended: {error}");
        }
        drop(self.place);
    }
}
