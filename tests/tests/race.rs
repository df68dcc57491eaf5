//! One token, two hundred hands: exactly one of them gets something.

#![expect(clippy::unwrap_used, reason = "helpers of tests may panic like the tests themselves")]

use std::collections::BTreeMap;

use blackbox::{CertificateRequest, Reply, Server, key, sha256};
use futures_util::future::join_all;

const HANDS: usize = 200;

const NOBODY: &str = "Failed to authenticate request. Token authentication error: Failed to authenticate with one time \
    token.. Certificate authentication error: Failed to authenticate with Certificate. Invalid subject.";

/// Many connections and many requests on each: HTTP/2 shares one, HTTP/1 opens one per request.
fn clients(server: &Server) -> Vec<reqwest::Client> {
    let http1 = (0..HANDS / 8).map(|_| server.client().http1_only().build().unwrap());
    let http2 = (0..4).map(|_| server.client().build().unwrap());
    http1.chain(http2).collect()
}

/// Everybody at the same time; what each got.
async fn everybody<A: AsyncFn(usize, reqwest::Client) -> Reply>(server: &Server, act: A) -> Vec<Reply> {
    let clients = clients(server);
    // Connections first, so that the race is about the token.
    join_all(clients.iter().map(|client| client.get(server.ready("connectorUrl")).send())).await;
    join_all((0..HANDS).map(|hand| act(hand, clients[hand % clients.len()].clone()))).await
}

/// The one who won, after a look at all who did not.
fn only_winner(replies: &[Reply], refusal: &str) -> usize {
    let mut outcomes: BTreeMap<String, usize> = BTreeMap::new();
    let mut winners = Vec::new();
    for (hand, reply) in replies.iter().enumerate() {
        if reply.json().get("errors").is_none() {
            winners.push(hand);
        } else {
            *outcomes.entry(format!("{} {}", reply.status, reply.message())).or_default() += 1;
            assert!(reply.result().is_null(), "{reply:?}");
        }
    }
    assert_eq!(winners.len(), 1, "winners: {winners:?}, refusals: {outcomes:?}");
    assert_eq!(outcomes, BTreeMap::from([(format!("200 {refusal}"), HANDS - 1)]));
    winners[0]
}

#[tokio::test(flavor = "multi_thread")]
async fn one_token_buys_one_certificate() {
    let server = Server::start(&[]);
    let application = server.register("race").await;
    let (token, subject) = server.connector(&server.token(&application).await).token_and_subject().await;
    // Everybody has a key and a request of its own.
    let requests: Vec<_> = (0..HANDS).map(|_| CertificateRequest::new(&subject, &key()).field()).collect();
    let caller = server.connector(&token);
    let replies = everybody(&server, async |hand, client| caller.clone().through(client).sign(&requests[hand]).await);
    let replies = replies.await;
    let winner = only_winner(&replies, &format!("Failed to authenticate with token: {NOBODY}"));
    assert!(replies[winner].result()["certificateChain"].is_string());

    let (ended, stopped) = server.stop().await;
    assert!(!ended.log.contains(" ERROR "), "{}", ended.log);
    let mut store = stopped.store().await;
    let stored: Vec<Vec<u8>> = store.column("SELECT token_hash FROM certificate").await;
    assert_eq!(stored, [sha256(token.as_bytes())]);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_token_buys_one_configuration() {
    let server = Server::start(&[]);
    let application = server.register("race").await;
    let token = server.token(&application).await;
    let caller = server.connector(&token);
    let replies = everybody(&server, async |_, client| caller.clone().through(client).configuration().await).await;
    let winner = only_winner(&replies, NOBODY);
    // What it bought is good.
    let next = replies[winner].result()["token"]["token"].as_str().unwrap().to_owned();
    server.connector(&next).token_and_subject().await;

    let (_, stopped) = server.stop().await;
    let mut store = stopped.store().await;
    // The token, the one it bought, and the one that bought in turn.
    assert_eq!(store.count("SELECT count(*) FROM one_time_token").await, 3);
    assert_eq!(store.count("SELECT count(*) FROM certificate").await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_hundred_retries_of_one_request_get_one_certificate_when_lenient() {
    let server = Server::start(&["--fidelity", "lenient"]);
    let application = server.register("race").await;
    let (token, subject) = server.connector(&server.token(&application).await).token_and_subject().await;
    let request = CertificateRequest::new(&subject, &key()).field();
    let caller = server.connector(&token);
    let mut replies = everybody(&server, async |_, client| caller.clone().through(client).sign(&request).await).await;
    // And one that comes late.
    replies.push(caller.sign(&request).await);
    let first = replies[0].result();
    assert!(first["certificateChain"].is_string(), "{:?}", replies[0]);
    for reply in &replies {
        assert_eq!((reply.status, reply.result()), (200, first.clone()), "{reply:?}");
    }
    // Another request is somebody else's.
    let other = caller.sign(&CertificateRequest::new(&subject, &key()).field()).await;
    assert_eq!(other.message(), format!("Failed to authenticate with token: {NOBODY}"));

    let (_, stopped) = server.stop().await;
    assert_eq!(stopped.store().await.count("SELECT count(*) FROM certificate").await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pairing_that_goes_while_it_is_used_is_refused_and_nothing_breaks() {
    let server = Server::start(&[]);
    let application = server.register("race").await;
    let delete = "mutation($id: ID!) { result: deleteSystemAuthForApplication(authID: $id) { id } }";
    for _ in 0..5 {
        let pairing = server.pair(&application).await;
        let callers: Vec<_> = (0..4).map(|_| pairing.connector(&server)).collect();
        join_all(callers.iter().map(async |caller| caller.configuration().await)).await;
        let csr = CertificateRequest::new(&pairing.subject, &key()).field();
        let used = join_all((0..40).map(async |number| {
            let caller = &callers[number % callers.len()];
            if number % 2 == 0 { caller.configuration().await } else { caller.sign(&csr).await }
        }));
        let (used, _) = tokio::join!(used, server.director(delete, serde_json::json!({ "id": pairing.system_auth })));
        for reply in used.iter().filter(|reply| reply.json().get("errors").is_some()) {
            assert!(reply.message().ends_with(NOBODY), "{reply:?}");
        }
    }
    let (ended, _) = server.stop().await;
    assert!(!ended.log.contains(" ERROR "), "{}", ended.log);
}
