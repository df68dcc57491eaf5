//! Events are kept in a ring: the oldest go when there are too many or they weigh too much.

use blackbox::{KymaApplication, Server, Store};
use serde_json::{Value, json};

use super::{event, events, ok};

const OPTIONS: [&str; 2] = ["--internal-port", "0"];

/// What was there before.
struct Earlier {
    folder: tempfile::TempDir,
    shop: KymaApplication,
    other: KymaApplication,
    ring: Value,
}

/// One event of another application, then the server stops.
async fn earlier() -> Earlier {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start_in(&folder.path().join("data"), &OPTIONS);
    let (shop, other) = (KymaApplication::join(&server, "shop").await, KymaApplication::join(&server, "other").await);
    ok(&other.event(&event("first.of.all", &json!(0))), 200);
    let ring = server.console_get(&format!("/applications/{}/events", shop.id)).await["ring"].clone();
    assert_eq!((&ring["kept"], &ring["dropped"]), (&json!(1), &json!(0)), "{ring}");
    server.stop().await;
    Earlier { folder, shop, other, ring }
}

impl Earlier {
    /// As if so many events of so many bytes had come meanwhile; nobody can wait for them.
    async fn filled(&self, number: u64, bytes: u64) -> Server {
        let data_dir = self.folder.path().join("data");
        let mut store = Store::open(&data_dir).await;
        let rows = format!(
            "WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < {number}) \
             INSERT INTO event (application_id, runtime, wire, type, event_id, source, attributes, data, size, received_at) \
             SELECT '{}', 'kyma', 'binary', 'filling', n, 'shop', '{{}}', zeroblob({bytes}), {bytes} + 2, 0 FROM numbers",
            self.shop.id
        );
        store.execute(&rows).await;
        store.close().await;
        Server::start_in(&data_dir, &OPTIONS)
    }

    /// Sends an event to where the server is now.
    fn send(&self, server: &Server, data: &str) {
        let base = server.ready("certificateSecuredConnectorUrl").trim_end_matches("/connector/graphql");
        let body = event("order.created", &json!(data)).to_string();
        ok(&self.shop.curl().post(&format!("{base}/shop/v1/events"), body), 200);
    }
}

#[tokio::test]
async fn the_oldest_go_when_there_are_too_many() {
    let earlier = earlier().await;
    let limit = earlier.ring["limit"].as_u64().unwrap();
    let server = earlier.filled(limit - 1, 10).await;
    for number in 0..3 {
        earlier.send(&server, &format!("number {number}"));
    }
    let path = format!("/applications/{}/events", earlier.shop.id);
    let page = server.console_get(&format!("{path}?first=3")).await;
    assert_eq!((&page["ring"]["kept"], &page["ring"]["dropped"]), (&json!(limit), &json!(3)), "{}", page["ring"]);
    // The ring is everybody's: the other's one was the oldest.
    assert!(events(&server, &earlier.other).await.is_empty());
    let newest = page["events"][0]["seq"].as_u64().unwrap();
    assert_eq!(newest, limit + 3, "numbers go on: {page}");
    for (seq, status) in [(newest, 200), (4, 200), (3, 404), (1, 404)] {
        let reply = server.console(reqwest::Method::GET, &format!("{path}/{seq}"), &Value::Null).await;
        assert_eq!(reply.status, status, "{seq}: {reply:?}");
    }
    // In pages, without gaps.
    let mut before = newest + 1;
    for _ in 0..3 {
        let page = server.console_get(&format!("{path}?first=200&before={before}")).await;
        let events = page["events"].as_array().unwrap();
        assert_eq!(events.len(), 200);
        for event in events {
            assert_eq!(event["seq"], before - 1, "newest first, one after the other");
            before -= 1;
        }
    }
    let last = server.console_get(&format!("{path}?first=200&before=7")).await;
    assert_eq!(last["events"].as_array().map(Vec::len), Some(3), "down to the oldest");
    for query in ["first=0", "first=201", "first=x", "before=x"] {
        let reply = server.console(reqwest::Method::GET, &format!("{path}?{query}"), &Value::Null).await;
        assert_eq!(reply.status, 400, "{query}: {reply:?}");
    }
}

#[tokio::test]
async fn the_oldest_go_when_they_weigh_too_much() {
    let earlier = earlier().await;
    let bytes = earlier.ring["byteLimit"].as_u64().unwrap();
    let each = 1024 * 1024;
    let server = earlier.filled(bytes / each - 1, each).await;
    let path = format!("/applications/{}/events?first=1", earlier.shop.id);
    let before = server.console_get(&path).await["ring"].clone();
    assert_eq!((&before["dropped"], &before["kept"]), (&json!(0), &json!(bytes / each)), "{before}");
    let filling = "x".repeat(65_000);
    for _ in 0..17 {
        earlier.send(&server, &filling);
    }
    let ring = server.console_get(&path).await["ring"].clone();
    let (kept, dropped) = (ring["kept"].as_u64().unwrap(), ring["dropped"].as_u64().unwrap());
    assert!(ring["bytes"].as_u64().unwrap() <= bytes && dropped == 2, "the small one, then a large one: {ring}");
    assert_eq!(kept, bytes / each + 17 - dropped, "{ring}");
    assert_eq!(events(&server, &earlier.shop).await.len() as u64, kept);
}
