//! Every poll is a sign of life, and who gave none for a while can be found.

use std::time::Duration;

use blackbox::{KymaApplication, Server, until};
use reqwest::Method;
use serde_json::{Value, json};

use super::{both, start};

async fn heartbeat(server: &Server, id: &str, polls: u64) -> Value {
    until(&format!("{polls} polls are written down"), Duration::from_secs(15), async || {
        let heartbeat = server.console_get(&format!("/applications/{id}/kyma")).await["heartbeat"].clone();
        (heartbeat["polls"].as_u64() == Some(polls)).then_some(heartbeat)
    })
    .await
}

#[tokio::test]
async fn polls_are_counted_wherever_they_are_made() {
    let server = start(&[]);
    let id = server.register("never").await;
    let never = server.console_get(&format!("/applications/{id}/kyma")).await["heartbeat"].clone();
    assert_eq!((&never["polls"], &never["lastSeenAt"]), (&json!(0), &Value::Null));
    // Each of the two pairings looked once.
    let (mut first, mut second) = both(&server, "shop").await;
    heartbeat(&server, &first.id, 2).await;
    for _ in 0..3 {
        first.poll();
    }
    second.poll();
    let seen = heartbeat(&server, &first.id, 6).await;
    let buckets = seen["buckets"].as_array().unwrap();
    assert_eq!((&seen["bucketSeconds"], buckets.len()), (&json!(3600), 168), "a week of hours");
    let times: Vec<_> = buckets.iter().map(|bucket| bucket["at"].as_str().unwrap()).collect();
    assert!(times.is_sorted(), "oldest first: {times:?}");
    let counted: u64 = buckets.iter().map(|bucket| bucket["count"].as_u64().unwrap()).sum();
    // The hour may have ended in between.
    let last: u64 = buckets[166..].iter().map(|bucket| bucket["count"].as_u64().unwrap()).sum();
    assert_eq!((counted, last), (6, 6), "zeroes included");
    // What is refused is no sign of life, and neither is anything else than this question.
    first.curl().get(first.url("metadataUrl"));
    super::sends(&second);
    first.curl().send("POST", first.url("revokeCertUrl"), None);
    first.curl().get(first.info_url());
    second.poll();
    heartbeat(&server, &first.id, 7).await;
}

#[tokio::test]
async fn who_is_silent_can_be_found() {
    let server = Server::start(&["--internal-port", "0"]);
    let mut shop = KymaApplication::join(&server, "shop").await;
    server.register("never asked").await;
    let seen = heartbeat(&server, &shop.id, 1).await;
    let last = seen["lastSeenAt"].as_str().unwrap();
    let silent = async |since: &str| {
        let answer = server.console_get(&format!("/applications/silent?since={since}")).await;
        answer["applications"].as_array().unwrap().clone()
    };
    assert!(silent("2020-01-01T00:00:00Z").await.is_empty(), "it has asked since then");
    let found = silent("2100-01-01T00:00:00Z").await;
    assert_eq!(found, [json!({ "id": shop.id, "lastSeenAt": last })], "but not who never asked");
    shop.poll();
    let seen = heartbeat(&server, &shop.id, 2).await;
    assert!(seen["lastSeenAt"].as_str().unwrap() >= last, "{seen}");
    for query in ["", "?since=", "?since=yesterday", "?since=2020-01-01"] {
        let reply = server.console(Method::GET, &format!("/applications/silent{query}"), &Value::Null).await;
        assert_eq!((reply.status, &reply.json()["code"]), (400, &json!("invalid_data")), "{query}: {reply:?}");
    }
}
