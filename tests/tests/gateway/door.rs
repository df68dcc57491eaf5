//! Whom the gateway lets in: the application in the path, by its certificate, for as long as that counts.

use blackbox::{Curl, KymaApplication, Server};
use serde_json::json;

use super::{error, event, ok, service, shop, start};

#[tokio::test]
async fn somebody_else_stays_outside() {
    let server = start(&[]);
    let (shop, other) = (KymaApplication::join(&server, "shop").await, KymaApplication::join(&server, "other").await);
    let id = super::register(&shop, &service("x"));
    for (method, url, body) in [
        ("GET", shop.url("metadataUrl").to_owned(), None),
        ("POST", shop.url("metadataUrl").to_owned(), Some(service("y").to_string())),
        ("GET", format!("{}/{id}", shop.url("metadataUrl")), None),
        ("DELETE", format!("{}/{id}", shop.url("metadataUrl")), None),
        ("POST", shop.url("eventsUrl").to_owned(), Some(event("order.created", &json!({})).to_string())),
        ("GET", shop.url("eventsInfoUrl").to_owned(), None),
        ("POST", shop.cloud_events_url(), Some("{}".to_owned())),
        ("GET", shop.url("metadataUrl").replace("/shop/", "/nobody/"), None),
    ] {
        let reply = other.curl().send(method, &url, body.as_deref().map(str::as_bytes));
        let (status, text) = error(&reply);
        assert_eq!(status, 403, "{method} {url}: {text}");
        assert!(text.starts_with("No valid subject found"), "{method} {url}: {text}");
    }
    // By its own path it does not get at the other's services either.
    let reply = other.curl().get(&format!("{}/{id}", other.url("metadataUrl")));
    assert_eq!(error(&reply).0, 404);
    ok(&shop.curl().get(shop.url("metadataUrl")), 200);
    assert!(super::events(&server, &shop).await.is_empty() && super::events(&server, &other).await.is_empty());
}

/// Without a certificate, or with one of nobody, there is no connection.
#[tokio::test]
async fn nobody_without_a_certificate_connects() {
    let (server, shop) = shop().await;
    let none = server.curl().try_send("GET", shop.url("metadataUrl"), None).unwrap_err();
    assert!([35, 55, 56].contains(&none.code), "{none:?}");
    let files = blackbox::OpenSsl::new();
    files.key("app", blackbox::EC_P256);
    files.run("req -x509 -new -key app.key -days 1 -subj /CN=shop -out app.pem");
    let own = files.curl(server.ready("caFile"), "app");
    let none = own.try_send("GET", shop.url("metadataUrl"), None).unwrap_err();
    assert!([35, 55, 56].contains(&none.code), "{none:?}");
    // On the listener for tokens nothing of it is served.
    let elsewhere =
        shop.url("metadataUrl").replace(&server.ports().certificate.to_string(), &server.ports().token.to_string());
    assert_eq!(server.curl().get(&elsewhere).status, 404);
    let plain = server.internal().at("/shop/v1/metadata/services");
    assert_eq!(Curl::plain().get(&plain).status, 404);
}

/// The path may say the name or the label `name`, which the Director made of it; addresses that the server writes say
/// the one that the flavour of the certificate wants.
#[tokio::test]
async fn both_names_of_an_application_lead_to_it() {
    let (_server, shop) = shop().await;
    assert!(shop.url("metadataUrl").contains("/shop/"));
    let label = shop.url("metadataUrl").replace("/shop/", "/mp-shop/");
    super::register(&shop, &service("x"));
    assert_eq!(ok(&shop.curl().get(&label), 200).as_array().unwrap().len(), 1);
}

async fn refused_everywhere(shop: &KymaApplication) {
    for (method, url) in [("GET", "metadataUrl"), ("POST", "eventsUrl"), ("GET", "eventsInfoUrl")] {
        let reply = shop.curl().send(method, shop.url(url), (method == "POST").then_some(b"{}".as_slice()));
        assert_eq!(error(&reply).0, 403, "{url}: {reply:?}");
    }
}

#[tokio::test]
async fn a_revoked_certificate_and_a_removed_application_stay_outside() {
    let server = start(&[]);
    let shop = KymaApplication::join(&server, "shop").await;
    let other = KymaApplication::join(&server, "other").await;
    let reply = server
        .console(
            reqwest::Method::POST,
            &format!("/certificates/{}/revoke", shop.fingerprint()),
            &json!({ "reason": "unspecified" }),
        )
        .await;
    assert_eq!(reply.status, 200, "{reply:?}");
    refused_everywhere(&shop).await;
    ok(&other.curl().get(other.url("metadataUrl")), 200);
    let delete = "mutation($id: ID!) { result: unregisterApplication(id: $id) { id } }";
    server.director(delete, json!({ "id": other.id })).await;
    refused_everywhere(&other).await;
}

/// Kyma's own way: a revocation stops renewals and nothing else.
#[tokio::test]
async fn with_renewal_only_a_revoked_certificate_still_opens_the_door() {
    let server: Server = start(&["--revocation", "renewal-only"]);
    let shop = KymaApplication::join(&server, "shop").await;
    assert_eq!(shop.curl().send("POST", shop.url("revokeCertUrl"), None).status, 201);
    ok(&shop.curl().get(shop.url("metadataUrl")), 200);
    ok(&shop.event(&event("order.created", &json!({}))), 200);
}

#[tokio::test]
async fn health_is_told_to_everybody_with_a_certificate() {
    let (_server, shop) = shop().await;
    let base = shop.url("metadataUrl").trim_end_matches("/shop/v1/metadata/services").to_owned();
    assert_eq!(shop.curl().get(&format!("{base}/v1/health")).status, 200);
}
