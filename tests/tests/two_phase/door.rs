//! Which certificate opens what: two authorities, several runtimes, and none opens another's door.

use blackbox::{KymaApplication, OpenSsl, Reply};
use serde_json::json;

use super::{both, error, event, ready, second, sends, start, text};

#[tokio::test]
async fn the_second_certificate_is_of_another_authority() {
    let server = start(&[]);
    let (first, second) = both(&server, "shop").await;
    let at = ready(&server, "kyma");
    let own = OpenSsl::new();
    own.write("center.pem", std::fs::read(server.ready("caFile")).unwrap());
    // The file has the center's as well, because that is whose certificate the runtime's listeners show.
    let bundle = std::fs::read_to_string(text(&at["caFile"])).unwrap();
    let parts: Vec<_> = bundle.split_inclusive("-----END CERTIFICATE-----\n").collect();
    assert_eq!(parts[1..], [own.text("center.pem")], "its own first");
    own.write("runtime.pem", parts[0]);
    own.write("first.pem", first.files.read("app.pem"));
    own.write("second.pem", second.files.read("app.pem"));
    for (authority, certificate, counts) in [
        ("center", "first", true),
        ("runtime", "second", true),
        ("center", "second", false),
        ("runtime", "first", false),
    ] {
        let verified =
            own.output(&format!("verify -x509_strict -purpose sslclient -CAfile {authority}.pem {certificate}.pem"));
        assert_eq!(verified.status.success(), counts, "{authority} {certificate}: {verified:?}");
    }
    let subject = |name: &str| own.run(&format!("x509 -in {name}.pem -noout -subject -nameopt RFC2253"));
    assert!(subject("second").contains("CN=shop"), "{}", subject("second"));
    assert_ne!(own.run("x509 -in center.pem -noout -pubkey"), own.run("x509 -in runtime.pem -noout -pubkey"));
    // Its own folder, with its own key.
    let folder = server.data_dir().join("runtimes/kyma");
    assert!(text(&at["caFile"]).starts_with(folder.to_str().unwrap()), "{at}");
    assert_ne!(
        std::fs::read(folder.join("ca-key.pem")).unwrap(),
        std::fs::read(server.data_dir().join("ca-key.pem")).unwrap()
    );
}

/// No connection: the handshake ended it, because the certificate is of an authority that is unknown there.
#[track_caller]
fn no_handshake(application: &KymaApplication, url: &str) {
    application.curl().try_send("GET", url, None).unwrap_err();
    // unknown_ca, bad_certificate, decrypt_error: by what the library notices first.
    let alert = application.alert(url);
    assert!([48, 42, 51].contains(&alert), "{alert}");
}

/// 403 with a sentence that says where to go.
#[track_caller]
fn sent_on(reply: &Reply, words: &str) {
    let (status, text) = error(reply);
    assert!(status == 403 && text.contains(words), "{status} {text}");
}

#[tokio::test]
async fn each_certificate_opens_its_own_doors() {
    let server = start(&[]);
    let (first, second) = both(&server, "shop").await;
    // The registry with the first.
    let service =
        json!({ "provider": "p", "name": "n", "description": "d", "api": { "targetUrl": "https://x.example" } });
    let reply = first.curl().post(first.url("metadataUrl"), service.to_string());
    assert_eq!(reply.status, 200, "{reply:?}");
    no_handshake(&second, first.url("metadataUrl"));
    // The events with the second.
    sends(&second);
    no_handshake(&first, second.url("eventsUrl"));
    // Whoever mixes the addresses up is told so.
    let moved = |url: &str, from: &KymaApplication, to: &KymaApplication| {
        let base = |one: &KymaApplication| one.info_url().replace("/v1/applications/management/info", "");
        url.replace(&base(from), &base(to))
    };
    for path in ["eventsUrl", "eventsInfoUrl"] {
        let wrong = moved(second.url(path), &second, &first);
        sent_on(&first.curl().send("POST", &wrong, Some(b"{}")), "runtime");
    }
    sent_on(&first.curl().post(&moved(&second.cloud_events_url(), &second, &first), "{}"), "runtime");
    let wrong = moved(first.url("metadataUrl"), &first, &second);
    sent_on(&second.curl().get(&wrong), "central");
    sent_on(&second.curl().get(&format!("{wrong}/1")), "central");
    // Renewed and revoked where each is from.
    for (application, other) in [(&first, &second), (&second, &first)] {
        no_handshake(application, other.url("renewCertUrl"));
        no_handshake(application, other.url("revokeCertUrl"));
    }
    assert_eq!(second.curl().send("POST", second.url("revokeCertUrl"), None).status, 201);
    assert_eq!(error(&second.event(&event("order.created"))).0, 403);
    assert_eq!(first.curl().get(first.url("metadataUrl")).status, 200, "the first goes on");
}

#[tokio::test]
async fn every_runtime_has_its_own_authority_and_all_events_are_kept_together() {
    let server = start(&["--runtime", "kyma", "--runtime", "edge"]);
    let first = KymaApplication::join(&server, "shop").await;
    let (kyma, edge) = (second(&server, &first, "kyma"), second(&server, &first, "edge"));
    no_handshake(&kyma, edge.url("eventsUrl"));
    no_handshake(&edge, kyma.url("eventsUrl"));
    sends(&kyma);
    sends(&edge);
    let events = server.console_get(&format!("/applications/{}/events", first.id)).await["events"].clone();
    let runtimes: Vec<_> = events.as_array().unwrap().iter().map(|event| event["runtime"].clone()).collect();
    assert_eq!(runtimes, ["edge", "kyma"], "newest first");
    // Whoever is in the path of another application stays outside here too.
    let (_, other) = both(&server, "other").await;
    let url = other.url("eventsUrl").replace("/other/", "/shop/");
    let reply = other.curl().post(&url, event("order.created").to_string());
    assert_eq!(error(&reply).0, 403);
}

/// What ends at the center ends at its runtimes.
#[tokio::test]
async fn a_removed_or_unpaired_application_is_out_everywhere() {
    let server = start(&[]);
    for (name, mutation) in [("removed", "unregisterApplication"), ("unpaired", "unpairApplication")] {
        let (first, second) = both(&server, name).await;
        sends(&second);
        let query = format!("mutation($id: ID!) {{ result: {mutation}(id: $id) {{ id }} }}");
        server.director(&query, json!({ "id": first.id })).await;
        let reply = first.curl().get(first.info_url());
        assert_eq!(error(&reply).0, 403, "{name}");
        let refused = second.curl().try_send(
            "POST",
            second.url("eventsUrl"),
            Some(event("order.created").to_string().as_bytes()),
        );
        assert!(refused.as_ref().map_or(true, |reply| reply.status == 403), "{name}: {refused:?}");
    }
}
