//! Revocation takes effect at once: on new connections, on those that were open, and in sessions that are resumed.

use std::time::{Duration, Instant};

use blackbox::{Caller, OpenSsl, Pairing, Server, Tool, text};
use serde_json::{Value, json};

use super::{entry, is_time, refused, works};

/// Who takes a certificate back, and how.
#[derive(Clone, Copy, Debug)]
enum By {
    Holder,
    Certificate,
    Owner,
    SystemAuth,
    DeleteSystemAuth,
    Unpair,
    Unregister,
}

impl By {
    async fn revoke(self, server: &Server, pairing: &Pairing) {
        let console = async |body: Value| server.console_post("/certificates/revoke", &body).await;
        let director = async |mutation: &str, id: &str| {
            let query = format!("mutation($id: ID!) {{ result: {mutation} {{ id }} }}");
            server.director(&query, json!({ "id": id })).await;
        };
        match self {
            Self::Holder => assert_eq!(pairing.connector(server).revoke().await.result(), true),
            Self::Certificate => {
                let path = format!("/certificates/{}/revoke", pairing.name());
                let body = json!({ "reason": "key_compromise", "note": "it was in a public repository" });
                assert_eq!(server.console_post(&path, &body).await["certificate"]["state"], "revoked");
            }
            Self::Owner => {
                let answer = console(json!({ "ownerId": pairing.application, "reason": "affiliation_changed" })).await;
                assert_eq!(answer["revoked"], 1, "{answer}");
            }
            Self::SystemAuth => {
                let answer = console(json!({ "systemAuthId": pairing.system_auth, "reason": "unspecified" })).await;
                assert_eq!(answer["revoked"], 1, "{answer}");
            }
            Self::DeleteSystemAuth => {
                director("deleteSystemAuthForApplication(authID: $id)", &pairing.system_auth).await;
            }
            Self::Unpair => director("unpairApplication(id: $id)", &pairing.application).await,
            Self::Unregister => director("unregisterApplication(id: $id)", &pairing.application).await,
        }
    }

    /// What the inventory says afterwards.
    fn reason(self) -> &'static [&'static str] {
        match self {
            Self::Holder => &["unspecified", "superseded", "cessation_of_operation"],
            Self::Certificate => &["key_compromise"],
            Self::Owner => &["affiliation_changed"],
            Self::SystemAuth => &["unspecified"],
            Self::DeleteSystemAuth | Self::Unpair | Self::Unregister => &["cessation_of_operation"],
        }
    }
}

const ALL: [By; 7] =
    [By::Holder, By::Certificate, By::Owner, By::SystemAuth, By::DeleteSystemAuth, By::Unpair, By::Unregister];

#[tokio::test]
async fn whoever_revokes_it_is_over_on_open_and_on_new_connections() {
    let server = Server::start(&[]);
    for by in ALL {
        let application = server.register(&format!("revoked by {by:?}")).await;
        let pairing = server.pair(&application).await;
        let bystander = server.pair(&server.register(&format!("not {by:?}")).await).await;
        let renewed_by_holder = matches!(by, By::Holder | By::Certificate);
        // A renewed certificate of the same pairing has a life of its own.
        let sibling = if renewed_by_holder { Some(pairing.renewed(&server, &blackbox::key()).await) } else { None };
        // Each opens its connection before, and keeps it.
        let http1 = pairing.client(&server).http1_only().build().unwrap();
        let open = [
            pairing.director(&server).through(http1.clone()),
            pairing.director(&server),
            pairing.connector(&server).through(http1),
        ];
        for caller in &open {
            let reply =
                if caller.url().contains("connector") { caller.configuration().await } else { caller.viewer().await };
            assert!(reply.json().get("errors").is_none(), "{reply:?}");
        }
        by.revoke(&server, &pairing).await;
        let began = Instant::now();
        for caller in &open {
            refuses(caller).await;
        }
        assert!(!works(&server, &pairing).await, "{by:?}");
        assert!(began.elapsed() < Duration::from_secs(1), "{by:?}: {:?}", began.elapsed());
        assert!(works(&server, &bystander).await, "{by:?}");
        if let Some(sibling) = sibling {
            assert!(works(&server, &sibling).await, "{by:?}");
        }
        let entry = entry(&server, &pairing.name()).await;
        let revoked = &entry["revoked"];
        assert_eq!(entry["state"], "revoked", "{by:?}: {entry}");
        assert!(is_time(&revoked["at"]) && revoked["by"].as_str().is_some_and(|by| !by.is_empty()), "{by:?}: {entry}");
        assert!(by.reason().contains(&revoked["reason"].as_str().unwrap()), "{by:?}: {entry}");
        let gone = matches!(by, By::DeleteSystemAuth | By::Unpair | By::Unregister);
        assert_eq!(entry["pairingRemoved"], gone, "{by:?}: {entry}");
        assert_eq!(entry["owner"]["gone"], matches!(by, By::Unregister), "{by:?}: {entry}");
        if matches!(by, By::Certificate) {
            assert_eq!(revoked["note"], "it was in a public repository");
        }
    }
}

async fn refuses(caller: &Caller) {
    if caller.url().contains("connector") {
        assert!(caller.configuration().await.message().starts_with("Failed to authenticate request."));
    } else {
        assert_eq!(caller.viewer().await.refusal().0, 401);
    }
}

/// One s_client remembers the session, another one comes back with it after the certificate was revoked.
#[tokio::test]
async fn a_session_from_before_is_no_way_around() {
    let server = Server::start(&[]);
    let openssl = OpenSsl::new();
    openssl.write("ca.pem", std::fs::read(server.ready("caFile")).unwrap());
    let port = server.ports().certificate;
    let request = format!(
        "POST /director/graphql HTTP/1.1\r\nHost: localhost:{port}\r\nContent-Type: application/json\r\n\
         Content-Length: 29\r\nConnection: close\r\n\r\n{{\"query\":\"{{ viewer {{ id }} }}\"}}"
    );
    let client = |words: &str| {
        let client = Tool::new("timeout", openssl.folder()).words("20 openssl s_client -CAfile ca.pem -ign_eof");
        let output = client.words("-servername localhost").words(words).words(&format!("-connect localhost:{port}"));
        let output = output.output(&request);
        format!("{}{}", text(&output.stdout), text(&output.stderr))
    };
    let application = server.register("resumes").await;
    for version in ["-tls1_2", "-tls1_3"] {
        let pairing = server.pair(&application).await;
        openssl.keep("client", &pairing);
        let certificate = "-cert client.pem -key client.key";
        let first = client(&format!("{version} {certificate} -sess_out session"));
        assert!(first.contains("HTTP/1.1 200"), "{first}");
        // A ticket may be good for one time only, so the next one is kept.
        let again = client(&format!("{version} {certificate} -sess_in session -sess_out session"));
        assert!(again.contains("HTTP/1.1 200"), "{again}");
        let path = format!("/certificates/{}/revoke", pairing.name());
        server.console_post(&path, &json!({ "reason": "unspecified" })).await;
        let began = Instant::now();
        let resumed = client(&format!("{version} {certificate} -sess_in session"));
        assert!(began.elapsed() < Duration::from_secs(1), "{:?}", began.elapsed());
        assert_eq!(again.contains("Reused, "), resumed.contains("Reused, "), "{again}{resumed}");
        assert!(!resumed.contains("HTTP/1.1 200") && !resumed.contains(&application), "{resumed}");
    }
}

#[tokio::test]
async fn a_revocation_is_never_changed_nor_taken_back() {
    let server = Server::start(&[]);
    let pairing = server.pair(&server.register("once").await).await;
    let path = format!("/certificates/{}/revoke", pairing.name());
    let first = server.console_post(&path, &json!({ "reason": "key_compromise", "note": "first" })).await;
    let second = server.console_post(&path, &json!({ "reason": "superseded", "note": "second" })).await;
    assert_eq!(first["certificate"]["revoked"], second["certificate"]["revoked"]);
    assert_eq!(second["certificate"]["revoked"]["note"], "first");
    let all = json!({ "ownerId": pairing.application, "reason": "unspecified" });
    assert_eq!(server.console_post("/certificates/revoke", &all).await["revoked"], 0);
    let console = async |path: &str, body: Value| server.console(reqwest::Method::POST, path, &body).await;
    let unknown = format!("/certificates/{}/revoke", "0".repeat(64));
    assert_eq!(console(&unknown, json!({ "reason": "unspecified" })).await.status, 404);
    for (path, body) in [
        (path.as_str(), json!({ "reason": "certificate_hold" })),
        (&path, json!({ "reason": "" })),
        (&path, json!({ "reason": "unspecified", "more": 1 })),
        (&path, json!({ "reason": "unspecified", "note": "x".repeat(20_000) })),
        ("/certificates/revoke", json!({ "reason": "unspecified" })),
        (
            "/certificates/revoke",
            json!({ "reason": "unspecified", "ownerId": pairing.application, "systemAuthId": pairing.system_auth }),
        ),
    ] {
        let reply = console(path, body.clone()).await;
        assert_eq!(reply.status, 400, "{body:.200}: {reply:?}");
        refused(&reply, 400, "invalid_data");
    }
    let (_, stopped) = server.stop().await;
    let server = Server::start_in(stopped.data_dir(), &[]);
    assert!(!works(&server, &pairing.at(&server)).await, "a restart forgets nothing");
    assert_eq!(entry(&server, &pairing.name()).await["revoked"], first["certificate"]["revoked"]);
}

/// What Kyma's old Connector did: a revoked certificate lives until it ends, but it does not become a new one.
#[tokio::test]
async fn in_renewal_only_mode_a_revoked_certificate_works_and_renews_nothing() {
    let server = Server::start(&["--revocation", "renewal-only"]);
    let application = server.register("renewal only").await;
    let (revoked, removed) = (server.pair(&application).await, server.pair(&application).await);
    By::Certificate.revoke(&server, &revoked).await;
    By::DeleteSystemAuth.revoke(&server, &removed).await;
    assert!(works(&server, &revoked).await);
    // Who it stands for is gone: that is not about the certificate.
    assert!(!works(&server, &removed).await);
    let request = blackbox::CertificateRequest::new(&revoked.subject, &blackbox::key()).field();
    let reply = revoked.connector(&server).sign(&request).await;
    assert!(reply.message().starts_with("Failed to authenticate with token: "), "{reply:?}");
    assert_eq!(entry(&server, &revoked.name()).await["state"], "revoked");
    let (_, stopped) = server.stop().await;
    let server = Server::start_in(stopped.data_dir(), &[]);
    assert!(!works(&server, &revoked.at(&server)).await, "strict again, with the next start");
}
