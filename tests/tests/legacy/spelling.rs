//! Habits of tutorials and old programs: what they leave out, add and spell in their own way works.

use blackbox::{CertificateRequest, Curl, OpenSsl, RSA_2048, base64, key};
use serde_json::json;

use super::{
    flavour::{Flavour, World},
    ok, text,
};

/// The other first name leads to the same code.
const ALL: [Flavour; 3] = [Flavour::RemoteEnvironments, Flavour::Second, Flavour::Adapter];

/// The body with a request, in the ways that it is written.
fn bodies(pem: &str) -> Vec<String> {
    let once = base64(pem);
    let lines: Vec<_> = once.as_bytes().chunks(64).map(|line| String::from_utf8_lossy(line).into_owned()).collect();
    vec![
        json!({ "csr": once }).to_string(),
        // `openssl base64`, pasted with its line breaks escaped.
        json!({ "csr": lines.join("\n") + "\n" }).to_string(),
        json!({ "csr": lines.join("\r\n") }).to_string(),
        format!("\n {{\n\t\"csr\" : \"{once}\"\n}}\n\n"),
        // More than is asked for, and as often as somebody likes.
        format!(r#"{{"application":"x","csr":"{once}","x":[1]}}"#),
        json!({ "csr": base64(pem.replace('\n', "\r\n")) }).to_string(),
    ]
}

#[tokio::test]
async fn a_body_counts_whatever_its_header_says() {
    for flavour in ALL {
        let world = World::start(flavour, &[]).await;
        let curl = world.server.curl();
        let (_, subject) = world.ready_to_sign().await;
        let pem = CertificateRequest::new(&subject, &key()).pem;
        for (number, body) in bodies(&pem).into_iter().enumerate() {
            let (url, subject) = world.ready_to_sign().await;
            let body = if flavour == Flavour::Adapter {
                // Each link has a name of its own.
                bodies(&CertificateRequest::new(&subject, &key()).pem).swap_remove(number)
            } else {
                body
            };
            let curl = match number {
                // What `-d` says, nothing at all, something wrong.
                0 => curl.clone(),
                1 => curl.clone().header("Content-Type:"),
                2 => curl.clone().header("Content-Type: text/plain; charset=latin1"),
                3 => curl.clone().header("Content-Type: application/json; charset=UTF-8"),
                4 => curl.clone().header("Transfer-Encoding: chunked").with(&["--http1.1"]),
                _ => curl.clone().with(&["--http1.0", "--no-alpn"]),
            };
            ok(&curl.post(&url, body), 201);
        }
    }
}

/// A link that was pasted with what is around it, and a query that was encoded, extended or written twice.
#[tokio::test]
async fn a_link_counts_in_every_spelling() {
    for flavour in ALL {
        let world = World::start(flavour, &[]).await;
        let curl = world.server.curl();
        let spelled: [fn(&str) -> String; 6] = [
            |link| link.to_owned(),
            |link| link.replace("==", "%3D%3D"),
            |link| link.replace("==", "%3d%3d&x=1"),
            |link| link.replace("?token=", "?x=%3F?&token="),
            |link| format!("{link}&token2=?"),
            |link| format!("{link}%20%0A"),
        ];
        for spelling in spelled {
            ok(&curl.get(&spelling(&world.link().await.url)), 200);
        }
        // Nothing in these says that a person looks; the fourth is what Java sends of its own accord.
        for accept in [
            "application/json",
            "*/*",
            "application/json, text/plain, */*",
            "text/html, image/gif, image/jpeg, *; q=.2, */*; q=.2",
            "application/json, text/html;q=0",
        ] {
            ok(&curl.clone().header(&format!("Accept: {accept}")).get(&world.link().await.url), 200);
        }
        ok(&curl.clone().header("Accept:").get(&world.link().await.url), 200);
    }
}

/// Somebody opens the link to see what it is: it is explained, and it still works.
#[tokio::test]
async fn a_browser_gets_a_page_and_spends_nothing() {
    let browser = "Accept: text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8";
    for flavour in
        [Flavour::RemoteEnvironments, Flavour::ApplicationsByName, Flavour::Second, Flavour::Central, Flavour::Adapter]
    {
        let world = World::start(flavour, &[]).await;
        let curl = world.server.curl();
        let link = world.link().await;
        for _ in 0..2 {
            let page = curl.clone().header(browser).get(&link.url);
            assert_eq!(page.status, 200, "{page:?}");
            assert!(page.header("content-type").unwrap().starts_with("text/html"), "{page:?}");
            assert!(page.text.contains("<h1>") && page.text.contains("link"), "{page:?}");
            assert!(!page.text.contains(&link.token), "the page does not repeat the secret");
            assert_eq!(page.header("cache-control"), Some("no-store"), "{page:?}");
        }
        ok(&curl.get(&link.url), 200);
    }
}

/// Programs that only want to know whether there is something: they cost nothing either.
#[tokio::test]
async fn a_look_at_the_headers_spends_nothing() {
    for flavour in ALL {
        let world = World::start(flavour, &[]).await;
        let link = world.link().await;
        let curl = world.server.curl();
        for _ in 0..2 {
            let reply = curl.clone().with(&["--head"]).try_send("HEAD", &link.url, None).unwrap();
            assert_eq!(reply.status, 405, "{flavour:?}: {reply:?}");
            assert!(reply.header("allow").is_some_and(|allow| allow.contains("GET")), "{reply:?}");
        }
        ok(&curl.get(&link.url), 200);
    }
}

/// With a certificate nothing depends on a header either.
#[tokio::test]
async fn renewals_and_revocations_ask_for_no_header() {
    let world = World::start(Flavour::Second, &[]).await;
    let (url, subject) = world.ready_to_sign().await;
    let files = OpenSsl::new();
    files.key("app", RSA_2048);
    let pem = files.request("app", &subject, "").pem;
    let answer = ok(&world.server.curl().post(&url, super::csr(&pem)), 201);
    files.write("app.pem", blackbox::unbase64(text(&answer["crt"])));
    let curl = files.curl(world.server.ready("caFile"), "app");
    let renew = format!("{}/v1/applications/certificates/renewals", world.secured());
    for (number, body) in bodies(&pem).into_iter().enumerate() {
        let header = ["Content-Type:", "Content-Type: text/plain", "Accept: text/html"][number % 3];
        ok(&curl.clone().header(header).post(&renew, body), 201);
    }
    let revoke = format!("{}/v1/applications/certificates/revocations", world.secured());
    // A body that nobody asked for.
    let revoked = curl.header("Content-Type: application/json").post(&revoke, "{}");
    assert_eq!((revoked.status, revoked.text.as_str()), (201, ""));
}

/// What is not there, and what is there but not for this verb, on all three listeners.
#[tokio::test]
async fn unknown_paths_and_wrong_verbs_have_json() {
    let world = World::start(Flavour::Central, &[]).await;
    let (url, subject) = world.ready_to_sign().await;
    let files = OpenSsl::new();
    files.key("app", RSA_2048);
    let answer = ok(&world.server.curl().post(&url, super::csr(&files.request("app", &subject, "").pem)), 201);
    files.write("app.pem", blackbox::unbase64(text(&answer["crt"])));
    let certified = files.curl(world.server.ready("caFile"), "app");
    let internal = world.server.internal();
    let (open, secured, plain) = (world.open(), world.secured(), internal.at(""));
    let (open_curl, plain_curl) = (world.server.curl(), Curl::plain());
    for (curl, base, path) in [
        (&open_curl, &open, "/v1/nothing"),
        (&open_curl, &open, "/v1/applications/shop"),
        (&open_curl, &open, "/v1/applications/tokens"),
        (&open_curl, &open, "/v1/applications/certificates/renewals"),
        (&certified, &secured, "/v1/nothing"),
        (&certified, &secured, "/v1/applications/signingRequests/info"),
        (&plain_curl, &plain, "/v1/nothing"),
        (&plain_curl, &plain, "/v1/applications/signingRequests/info"),
    ] {
        let reply = curl.get(&format!("{base}{path}"));
        // Known somewhere else, or nowhere.
        super::kyma::refused(&reply, 404, "Requested resource could not be found.");
    }
    for (curl, base, method, path, allow) in [
        (&open_curl, &open, "POST", "/v1/applications/signingRequests/info", "GET"),
        (&open_curl, &open, "GET", "/v1/applications/certificates", "POST"),
        (&open_curl, &open, "DELETE", "/v1/remoteenvironments/shop/client-certs", "POST"),
        (&open_curl, &open, "PUT", "/v1/applications/shop/info", "GET"),
        (&certified, &secured, "DELETE", "/v1/applications/management/info", "GET"),
        (&certified, &secured, "GET", "/v1/applications/certificates/renewals", "POST"),
        (&plain_curl, &plain, "GET", "/v1/remoteenvironments/shop/tokens", "POST"),
        (&plain_curl, &plain, "PUT", "/v1/applications/tokens", "POST"),
        (&plain_curl, &plain, "GET", "/v1/applications/certificates/revocations", "POST"),
    ] {
        let reply = curl.send(method, &format!("{base}{path}"), None);
        super::kyma::refused(&reply, 405, "Method not allowed.");
        assert!(reply.header("allow").is_some_and(|methods| methods.contains(allow)), "{path}: {reply:?}");
    }
    // The description of it all.
    let moved = open_curl.get(&format!("{open}/v1"));
    assert_eq!((moved.status, moved.header("location")), (301, Some("/v1/api.yaml")), "{moved:?}");
    let described = open_curl.get(&format!("{open}/v1/api.yaml"));
    assert_eq!(described.status, 200, "{described:?}");
    assert!(described.text.starts_with("openapi:") || described.text.contains("\nopenapi:"), "{}", described.text);
    for path in ["signingRequests/info", "certificates/renewals", "management/info", "client-certs"] {
        assert!(described.text.contains(path), "{path}");
    }
}
