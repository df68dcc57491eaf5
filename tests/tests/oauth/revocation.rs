//! RFC 7009, and the other ways in which a token ends before its time.

use blackbox::{OAuthClient, Program, Server};
use reqwest::Method;
use serde_json::json;

async fn is_active(server: &Server, token: &str) -> bool {
    let reply = server.administrator_at("/admin/oauth2/introspect").form(&[("token", token)]).await;
    let active = reply.json()["active"].as_bool().unwrap();
    // The Director and introspection never disagree.
    assert_eq!(server.bearer(token).viewer().await.status == 200, active, "{reply:?}");
    active
}

#[tokio::test]
async fn every_kind_of_revocation() {
    let server = Server::start(&[]);
    let client = server.oauth_client("client").await;
    let foreign = server.oauth_client("foreign").await;
    let mut wrong = client.clone();
    wrong.secret = wrong.secret.chars().rev().collect();
    let hinted = |hint: &'static str| vec![("token_type_hint", hint)];
    let own = [("client_id", client.id.as_str()), ("client_secret", &client.secret)];
    // Who, with what besides the token, status, whether the token is active afterwards.
    for (row, caller, more, status, active) in [
        ("basic", client.at(&server, "/oauth2/revoke"), vec![], 200, false),
        ("post", server.at("/oauth2/revoke"), own.to_vec(), 200, false),
        ("hint", client.at(&server, "/oauth2/revoke"), hinted("access_token"), 200, false),
        ("wrong hint", client.at(&server, "/oauth2/revoke"), hinted("refresh_token"), 200, false),
        ("unknown hint", client.at(&server, "/oauth2/revoke"), hinted("x"), 200, false),
        ("foreign client", foreign.at(&server, "/oauth2/revoke"), vec![], 200, true),
        ("wrong secret", wrong.at(&server, "/oauth2/revoke"), vec![], 401, true),
        ("nobody", server.at("/oauth2/revoke"), vec![], 401, true),
        ("both credentials", client.at(&server, "/oauth2/revoke"), own.to_vec(), 400, true),
        ("hint twice", client.at(&server, "/oauth2/revoke"), [hinted("x"), hinted("x")].concat(), 400, true),
    ] {
        let token = client.token(&server, "application:read").await;
        assert!(is_active(&server, &token).await, "{row}");
        for time in ["first", "second"] {
            let form = [vec![("token", token.as_str())], more.clone()].concat();
            let reply = caller.form(&form).await;
            assert_eq!(reply.status, status, "{row}, {time} time: {reply:?}");
            assert_eq!(reply.header("cache-control"), Some("no-store"), "{row}");
            let error = match status {
                401 => "invalid_client",
                400 => "invalid_request",
                _ => continue,
            };
            assert_eq!(reply.json()["error"], error, "{row}");
            assert_eq!(reply.header("www-authenticate").is_some(), status == 401, "{row}");
        }
        assert_eq!(is_active(&server, &token).await, active, "{row}");
    }
    // Garbage is as good as revoked; nothing is a mistake.
    for (form, status) in [(vec![("token", "garbage")], 200), (vec![], 400), (vec![("token", "")], 400)] {
        assert_eq!(client.at(&server, "/oauth2/revoke").form(&form).await.status, status, "{form:?}");
    }
}

#[tokio::test]
async fn hydras_way_ends_all_tokens_of_a_client() {
    let server = Server::start(&[]);
    let client = server.oauth_client("client").await;
    let other = server.another_oauth_client(&client.application).await;
    let tokens = [client.token(&server, "application:read").await, client.token(&server, "application:write").await];
    let kept = other.token(&server, "application:read").await;
    let end = server.administrator_at(&format!("/admin/oauth2/tokens?client_id={}", client.id));
    assert_eq!(end.send(Method::DELETE, None).await.status, 204);
    for token in &tokens {
        assert!(!is_active(&server, token).await);
    }
    assert!(is_active(&server, &kept).await, "another client of the same application is another client");
    assert!(is_active(&server, &client.token(&server, "application:read").await).await, "a new token is a new one");
    let without = server.administrator_at("/admin/oauth2/tokens").send(Method::DELETE, None).await;
    assert_eq!((without.status, &without.json()["error"]), (400, &json!("invalid_request")));
}

/// The answer to a revocation is a promise: nobody is answered before it is on the disk.
#[tokio::test]
async fn a_revocation_that_was_answered_survives_kill_9() {
    let temporary = tempfile::tempdir().unwrap();
    let data_dir = temporary.path().join("data");
    let mut server = Server::start_in(&data_dir, &[]);
    let ports = server.ports();
    let OAuthClient { application, .. } = server.oauth_client("client").await;
    for round in 0..5 {
        let client = server.another_oauth_client(&application).await;
        let token = client.token(&server, "application:read").await;
        let kept = client.token(&server, "application:read").await;
        assert!(is_active(&server, &token).await);
        let revoked = client.at(&server, "/oauth2/revoke").form(&[("token", &token)]).await;
        assert_eq!(revoked.status, 200);
        server.end("KILL");
        server = Server::run(Program::serve_on(&data_dir, &ports, &[]));
        assert!(!is_active(&server, &token).await, "round {round}");
        assert!(is_active(&server, &kept).await, "round {round}");
    }
}
