//! Guessing secrets is slow, and harms nobody else.

use std::time::{Duration, Instant};

use blackbox::{GRANT, OAuthClient, Reply, Server, basic, until};
use serde_json::json;

async fn guess(server: &Server, id: &str) -> Reply {
    server.at("/oauth2/token").with("authorization", &basic(id, "a-wrong-secret-of-some-length")).form(&[GRANT]).await
}

#[track_caller]
fn assert_limited(reply: &Reply) -> u64 {
    assert_eq!((reply.status, &reply.json()["error"]), (429, &json!("temporarily_unavailable")), "{reply:?}");
    assert_eq!(reply.header("cache-control"), Some("no-store"));
    let seconds = reply.header("retry-after").unwrap_or_default().parse().expect("seconds in Retry-After");
    assert!((1..=60).contains(&seconds), "{reply:?}");
    seconds
}

#[tokio::test]
async fn after_a_hundred_failures_a_source_waits_and_correct_credentials_never_do() {
    let server = Server::start(&[]);
    let client = server.oauth_client("victim").await;
    let (started, mut failures) = (Instant::now(), 0_u64);
    let limited = loop {
        // Every other one at the victim itself: nobody is locked out by somebody who knows the id.
        let id = if failures.is_multiple_of(2) { client.id.as_str() } else { "nobody" };
        let reply = guess(&server, id).await;
        if reply.status != 401 {
            break reply;
        }
        failures += 1;
        assert!(failures < 1_000, "there is a limit");
    };
    let refilled = started.elapsed().as_secs() + 1;
    assert!((100..=100 + refilled).contains(&failures), "{failures} failures in {refilled} s");
    assert_limited(&limited);
    for path in ["/oauth2/token", "/oauth2/introspect", "/oauth2/revoke"] {
        let wrong = OAuthClient { secret: "x".repeat(26), ..client.clone() };
        let reply = wrong.at(&server, path).form(&[GRANT, ("token", "x")]).await;
        // One may have come free again meanwhile.
        assert!([401, 429].contains(&reply.status), "{path}: {reply:?}");
    }
    // Served, again and again, while a guess is not.
    let mut turned_away = 0;
    for _ in 0..20 {
        let token = client.token(&server, "application:read").await;
        assert_eq!(server.bearer(&token).viewer().await.status, 200);
        turned_away += u32::from(guess(&server, &client.id).await.status == 429);
    }
    assert!(turned_away >= 10, "{turned_away} of 20");
}

#[tokio::test]
async fn the_limit_is_a_setting_and_time_heals() {
    let server = Server::start(&["--failure-limit", "3"]);
    let client = server.oauth_client("client").await;
    // A secret that somebody chose is slow to check, once.
    let chosen = json!({ "grant_types": ["client_credentials"], "client_secret": "chosen-by-an-administrator" });
    let chosen = server.register_client(chosen).await["client_id"].as_str().unwrap().to_owned();
    let chosen = OAuthClient { id: chosen, secret: "chosen-by-an-administrator".into(), ..client.clone() };
    assert_eq!(chosen.ask(&server, "").await.status, 200);
    for _ in 0..3 {
        assert_eq!(guess(&server, &client.id).await.status, 401);
    }
    let mut told = None;
    for _ in 0..5 {
        let reply = guess(&server, "nobody").await;
        if reply.status == 429 {
            told = Some(assert_limited(&reply));
            assert_eq!(client.ask(&server, "").await.status, 200);
            assert_eq!(chosen.ask(&server, "").await.status, 200);
        }
    }
    let patience = Duration::from_secs(told.expect("the fourth or one soon after is refused") + 10);
    until("guessing is possible again", patience, async || {
        (guess(&server, "nobody").await.status == 401).then_some(())
    })
    .await;

    let server = Server::start(&["--failure-limit", "0"]);
    for round in 0..150 {
        assert_eq!(guess(&server, "nobody").await.status, 401, "{round}");
    }
}
