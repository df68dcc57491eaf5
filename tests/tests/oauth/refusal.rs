//! What the error table does not say: that answers cannot be told apart, sizes, methods, encodings.

use blackbox::{GRANT, OAuthClient, Server, base64, basic};
use reqwest::Method;
use serde_json::json;

use super::is_text;

const FORM: &str = "application/x-www-form-urlencoded";

#[tokio::test]
async fn an_unknown_client_and_a_wrong_secret_look_alike() {
    let server = Server::start(&[]);
    let OAuthClient { id, secret, .. } = server.oauth_client("client").await;
    let wrong = secret.chars().rev().collect::<String>();
    let nobody = "00000000-0000-4000-8000-000000000000";
    let mut answers = Vec::new();
    for (id, secret) in [(id.as_str(), wrong.as_str()), (nobody, &secret), (nobody, &wrong), ("", "x")] {
        let in_header = server.at("/oauth2/token").with("authorization", &basic(id, secret));
        answers.push(in_header.form(&[GRANT]).await);
        if !id.is_empty() {
            let body = [GRANT, ("client_id", id), ("client_secret", secret)];
            answers.push(server.at("/oauth2/token").form(&body).await);
        }
    }
    let mut headers = Vec::new();
    for answer in &answers {
        assert_eq!((answer.status, &answer.text), (401, &answers[0].text));
        assert!(is_text(&answer.json()["error_description"]));
        let varying = ["date", "x-request-id"];
        let mut names: Vec<_> = answer
            .headers
            .iter()
            .filter(|(name, _)| !varying.contains(&name.as_str()))
            .map(|h| format!("{h:?}"))
            .collect();
        names.sort();
        headers.push(names);
    }
    assert!(headers.iter().all(|names| *names == headers[0]), "{headers:#?}");
}

#[tokio::test]
async fn only_posts_of_a_bounded_size_are_read() {
    let server = Server::start(&[]);
    let client = server.oauth_client("client").await;
    for path in ["/oauth2/token", "/oauth2/introspect", "/oauth2/revoke"] {
        for method in [Method::GET, Method::HEAD, Method::PUT, Method::PATCH, Method::DELETE, Method::OPTIONS] {
            let refused = client.at(&server, path).send(method.clone(), None).await;
            assert_eq!((refused.status, refused.header("allow")), (405, Some("POST")), "{method} {path}");
        }
        let form = client.at(&server, path).with("content-type", FORM);
        let large = form.post(format!("grant_type=client_credentials&token=x&x={}", "x".repeat(17 * 1024))).await;
        assert_eq!(large.status, 413, "{path}: {large:?}");
    }
    // Neither credentials nor parameters are taken from the address.
    let query =
        format!("/oauth2/token?grant_type=client_credentials&client_id={}&client_secret={}", client.id, client.secret);
    let refused = server.at(&query).with("content-type", FORM).post("").await;
    assert_eq!(refused.status, 400, "{refused:?}");
}

/// Both halves are form-encoded before they become Basic (RFC 6749 §2.3.1); ours need no encoding, and may have it.
#[tokio::test]
async fn both_halves_of_basic_are_form_decoded() {
    let server = Server::start(&[]);
    let OAuthClient { id, secret, .. } = server.oauth_client("client").await;
    let unreserved = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    assert!(secret.bytes().all(unreserved), "percent-encoding leaves a generated secret as it is");
    let encoded = |text: &str| text.bytes().map(|byte| format!("%{byte:02X}")).collect::<String>();
    for pair in [format!("{id}:{secret}"), format!("{}:{}", encoded(&id), encoded(&secret))] {
        let caller = server.at("/oauth2/token").with("authorization", &format!("Basic {}", base64(pair)));
        assert_eq!(caller.form(&[GRANT]).await.status, 200);
    }
    // A percent sign, a plus sign and a blank can only come that way.
    let chosen = json!({ "client_secret": "p%+&= :chosen by somebody", "grant_types": ["client_credentials"] });
    let client = server.register_client(chosen).await;
    let id = client["client_id"].as_str().unwrap();
    let pair = format!("{id}:p%25%2B%26%3D+%3Achosen+by+somebody");
    let caller = server.at("/oauth2/token").with("authorization", &format!("Basic {}", base64(pair)));
    assert_eq!(caller.form(&[GRANT]).await.status, 200);
}
