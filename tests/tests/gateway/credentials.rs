//! Credentials of registered services: never read back, and unchanged when their masks come back.

use std::fs;

use blackbox::Canaries;
use serde_json::{Value, json};

use super::{error, ok, read, register, service, shop, with};

const MASK: &str = "********";

#[tokio::test]
async fn secrets_come_back_as_masks() {
    let (_server, shop) = shop().await;
    let of = |credentials: Value| with(service("x"), "/api/credentials", credentials);
    let csrf = json!({ "tokenEndpointURL": "https://shop.example/csrf" });
    for (sent, back) in [
        (
            json!({ "basic": { "username": "admin", "password": "nimda", "csrfInfo": csrf } }),
            json!({ "basic": { "username": MASK, "password": MASK, "csrfInfo": csrf } }),
        ),
        (
            json!({ "oauth": { "url": "https://shop.example/token", "clientId": "admin", "clientSecret": "nimda" } }),
            json!({ "oauth": { "url": "https://shop.example/token", "clientId": MASK, "clientSecret": MASK } }),
        ),
    ] {
        let id = register(&shop, &of(sent.clone()));
        let details = read(&shop, &id);
        assert_eq!(details["api"]["credentials"], back, "{sent}");
        assert!(!details.to_string().contains("nimda"), "{details}");
        // Read, changed and sent back: the masks stand for what is there.
        let changed = with(details, "/description", json!("changed"));
        let url = format!("{}/{id}", shop.url("metadataUrl"));
        ok(&shop.curl().send("PUT", &url, Some(changed.to_string().as_bytes())), 200);
        let details = read(&shop, &id);
        assert_eq!((&details["description"], &details["api"]["credentials"]), (&json!("changed"), &back));
        // New ones take their place, or nothing does.
        let other = of(json!({ "basic": { "username": "other", "password": "rehto" } }));
        ok(&shop.curl().send("PUT", &url, Some(other.to_string().as_bytes())), 200);
        assert_eq!(read(&shop, &id)["api"]["credentials"]["basic"]["username"], MASK);
        ok(&shop.curl().send("PUT", &url, Some(service("x").to_string().as_bytes())), 200);
        assert!(read(&shop, &id)["api"].get("credentials").is_none_or(Value::is_null));
        // A mask of nothing is nothing.
        let (status, text) = error(&shop.curl().send("PUT", &url, Some(of(back.clone()).to_string().as_bytes())));
        assert_eq!(status, 400, "there is nothing behind the mask: {text}");
    }
    let generated = of(json!({ "certificateGen": { "commonName": "orders" } }));
    let details = read(&shop, &register(&shop, &generated));
    assert_eq!(details["api"]["credentials"]["certificateGen"]["commonName"], "orders", "{details}");
}

/// Addresses with a password in them, and headers that carry one.
#[tokio::test]
async fn secrets_elsewhere_are_starred_out() {
    let (_server, shop) = shop().await;
    let sent = with(
        service("x"),
        "/api",
        json!({
            "targetUrl": "https://user:geheim@shop.example/rest",
            "specificationUrl": "https://user:geheim@shop.example/spec",
            "requestParameters": { "headers": { "Authorization": ["Bearer geheim"], "X-Plain": ["plain"] },
                "queryParameters": { "api-key": ["geheim"], "lang": ["de"] } },
        }),
    );
    let details = read(&shop, &register(&shop, &sent));
    assert!(!details.to_string().contains("geheim"), "{details}");
    assert!(details["api"]["targetUrl"].as_str().unwrap().ends_with("@shop.example/rest"), "{details}");
    assert_eq!(details["api"]["requestParameters"]["headers"]["X-Plain"], json!(["plain"]));
}

/// What nobody needs is not kept: neither in the store nor in the log.
#[tokio::test]
async fn secrets_are_nowhere_afterwards() {
    let folder = tempfile::tempdir().unwrap();
    let data_dir = folder.path().join("data");
    let server = blackbox::Server::start_in(&data_dir, &["--internal-port", "0", "--log", "trace"]);
    let shop = blackbox::KymaApplication::join(&server, "shop").await;
    let mut canaries = Canaries::default();
    let password = canaries.add("a password", "correct-horse-battery-staple-1");
    let secret = canaries.add("a client secret", "correct-horse-battery-staple-2");
    let basic = json!({ "basic": { "username": "admin", "password": password } });
    register(&shop, &with(service("x"), "/api/credentials", basic));
    let oauth =
        json!({ "oauth": { "url": "https://shop.example/token", "clientId": "admin", "clientSecret": secret } });
    register(&shop, &with(service("y"), "/api/credentials", oauth));
    let wrong = json!({ "basic": { "password": password } });
    let refused = shop.curl().post(shop.url("metadataUrl"), with(service("z"), "/api/credentials", wrong).to_string());
    canaries.absent_from("a refusal", refused.text.as_bytes());
    let page = server.console_get(&format!("/applications/{}/services", shop.id)).await;
    canaries.absent_from("the administrator's page", page.to_string().as_bytes());
    let ended = server.end("TERM");
    canaries.absent_from("the log", ended.log.as_bytes());
    assert!(canaries.absent_below(&data_dir) > 3);
    assert!(fs::read_dir(&data_dir).unwrap().count() > 3);
}
