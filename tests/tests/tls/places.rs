//! There are 512 places on a listener. Whoever comes when all are taken waits until one is free.

use std::{net::TcpStream, time::Duration};

use blackbox::Server;

const PLACES: usize = 512;

#[tokio::test]
async fn places_are_limited_and_given_back() {
    let server = Server::start(&[]);
    let pairing = server.pair(&server.register("waits").await).await;
    let director = pairing.director(&server);
    let port = server.ports().certificate;
    // Each holds a place for as long as a handshake may take, and says nothing.
    let mut silent: Vec<TcpStream> =
        (0..PLACES).map(|_| TcpStream::connect(("127.0.0.1", port)).expect("a connection")).collect();
    let waiting = tokio::time::timeout(Duration::from_secs(2), director.viewer());
    assert!(waiting.await.is_err(), "there was a place for one more");
    // The other listener has places of its own.
    assert_eq!(server.condition(&pairing.application).await, "INITIAL");
    silent.truncate(PLACES - 1);
    let reply = tokio::time::timeout(Duration::from_secs(5), director.viewer()).await.expect("a place was given back");
    assert_eq!(reply.status, 200, "{reply:?}");
}
