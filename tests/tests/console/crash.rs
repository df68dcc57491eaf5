//! What was answered holds after `kill -9`, without a clean end and without a restart's help.

use blackbox::{OAuthClient, Program, Server};
use reqwest::Method;
use serde_json::{Value, json};

use super::{call, change};

/// What the administrator does; the crash comes with the answer.
#[derive(Clone, Copy, Debug)]
enum Act {
    Disable,
    RevokeTokens,
    RotateAndRetireNow,
    Delete,
    RevokeByTheClient,
}

/// Token endpoint and Director afterwards.
const ROWS: [(Act, u16, u16); 5] = [
    (Act::Disable, 401, 401),
    (Act::RevokeTokens, 200, 401),
    (Act::RotateAndRetireNow, 401, 200),
    (Act::Delete, 401, 401),
    (Act::RevokeByTheClient, 200, 401),
];

async fn perform(server: &Server, act: Act, client: &OAuthClient, token: &str) {
    let id = &client.id;
    match act {
        Act::Disable => drop(change(server, &format!("/{id}/disable"), &Value::Null).await),
        Act::RevokeTokens => drop(change(server, &format!("/{id}/revoke-tokens"), &Value::Null).await),
        Act::RotateAndRetireNow => {
            change(server, &format!("/{id}/rotate"), &json!({ "retireOldAfterSeconds": 0 })).await;
        }
        Act::Delete => {
            assert_eq!(call(server, Method::DELETE, &format!("/{id}"), &Value::Null).await.status, 204);
        }
        Act::RevokeByTheClient => {
            assert_eq!(client.at(server, "/oauth2/revoke").form(&[("token", token)]).await.status, 200);
        }
    }
}

#[tokio::test]
async fn what_was_answered_survives() {
    let temporary = tempfile::tempdir().unwrap();
    let data_dir = temporary.path().join("data");
    let mut server = Server::start_in(&data_dir, &[]);
    let ports = server.ports();
    let bystander = server.oauth_client("bystander").await;
    let kept = bystander.token(&server, "application:read").await;
    for (act, asked, called) in ROWS {
        let client = server.another_oauth_client(&bystander.application).await;
        let token = client.token(&server, "application:read").await;
        assert_eq!(server.bearer(&token).viewer().await.status, 200, "{act:?}");
        perform(&server, act, &client, &token).await;
        server.end("KILL");
        server = Server::run(Program::serve_on(&data_dir, &ports, &[]));
        let outcome =
            (client.ask(&server, "application:read").await.status, server.bearer(&token).viewer().await.status);
        assert_eq!(outcome, (asked, called), "{act:?}");
        assert_eq!(server.bearer(&kept).viewer().await.status, 200, "{act:?}: others are not touched");
    }
    let (ended, stopped) = server.stop().await;
    assert_eq!(ended.code, Some(0), "{}", ended.log);
    let mut store = stopped.store().await;
    assert_eq!(store.column::<String>("PRAGMA integrity_check").await, ["ok"]);
    assert!(store.column::<i64>("PRAGMA foreign_key_check").await.is_empty());
}
