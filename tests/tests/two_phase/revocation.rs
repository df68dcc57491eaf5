//! Whoever was taken back does not come back by a token that management info handed out.

use blackbox::{KymaApplication, Server};
use reqwest::Method;
use serde_json::json;

use super::{OPTIONS, offer, start, text};

/// What a link answers.
fn redeemed(server: &Server, link: &str) -> u16 {
    server.curl().get(link).status
}

#[tokio::test]
async fn a_token_ends_with_the_certificate_that_fetched_it() {
    for options in [&OPTIONS[..2], &OPTIONS] {
        let server = Server::start(options);
        for own in [true, false] {
            let shop = KymaApplication::join(&server, if own { "own" } else { "other" }).await;
            let link = text(&offer(&shop, "kyma")["connectorUrl"]).to_owned();
            if own {
                assert_eq!(shop.curl().send("POST", shop.url("revokeCertUrl"), None).status, 201);
            } else {
                let path = format!("/certificates/{}/revoke", shop.fingerprint());
                let reply = server.console(Method::POST, &path, &json!({ "reason": "key_compromise" })).await;
                assert_eq!(reply.status, 200, "{reply:?}");
            }
            assert_eq!(redeemed(&server, &link), 403, "{options:?}, revoked by itself: {own}");
        }
    }
}

/// Where a revocation stops renewals only, it stops this way to renew as well.
#[tokio::test]
async fn renewal_only_hands_out_no_tokens_to_the_revoked() {
    for options in [&[][..], &["--two-phase"]] {
        let server = Server::start(&[&["--internal-port", "0", "--revocation", "renewal-only"], options].concat());
        let mut shop = KymaApplication::join(&server, "shop").await;
        assert_eq!(server.internal().revoke(&shop.fingerprint()).status, 201);
        let managed = shop.poll().clone();
        if let Some(link) = managed["runtime"]["connectorUrl"].as_str() {
            assert_eq!(redeemed(&server, link), 403, "{managed}");
        }
        assert!(managed["urls"]["metadataUrl"].is_string(), "everything else goes on: {managed}");
    }
}

/// What the application gives back at the runtime is not given back at the center.
#[tokio::test]
async fn a_revocation_at_the_runtime_ends_its_certificate_only() {
    let server = start(&[]);
    let (first, second) = super::both(&server, "shop").await;
    assert_eq!(second.curl().send("POST", second.url("revokeCertUrl"), None).status, 201);
    assert_eq!(second.event(&super::event("order.created")).status, 403);
    let mut first = first;
    first.poll();
    super::sends(&super::second(&server, &first, "kyma"));
}
