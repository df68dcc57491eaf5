//! Tokens and what is sent with them are in no log and in no file, however the server is asked.

use blackbox::{Canaries, CertificateRequest, KymaApplication, Server, base64, key};
use reqwest::Method;
use serde_json::{Value, json};

use super::{OPTIONS, offer, text};

#[tokio::test]
async fn tokens_of_all_kinds_are_nowhere() {
    let folder = tempfile::tempdir().unwrap();
    let data_dir = folder.path().join("data");
    let server = Server::start_in(&data_dir, &[&OPTIONS[..], &["--log", "trace"]].concat());
    let mut canaries = Canaries::default();
    let id = server.register("shop").await;
    let internal = server.internal();
    let first_generation = internal.first_generation("remoteenvironments", "shop");
    canaries.add("a token of the first generation", &first_generation.token);
    let second_generation = internal.second_generation("shop");
    canaries.add("a token of the second generation", &second_generation.token);
    let path = format!("/applications/{id}/connection-token");
    let given = server.console(Method::POST, &path, &json!({ "generation": "second" })).await.json();
    canaries.add("a token of the console", text(&given["token"]));
    // Redeemed, used twice, and refused.
    for url in [&first_generation.url, &second_generation.url] {
        let info = server.curl().get(url).json();
        let token = text(&info["csrUrl"]).split_once("token=").unwrap().1;
        canaries.add("the token of an info", token);
        assert_eq!(server.curl().get(url).status, 403);
        let request = CertificateRequest::new(text(&info["certificate"]["subject"]), &key());
        canaries.add("a certificate request", &base64(&request.der));
        let body = json!({ "csr": request.field() }).to_string();
        assert_eq!(server.curl().post(text(&info["csrUrl"]), body.replace("csr", "rsc")).status, 500);
        assert_eq!(server.curl().post(text(&info["csrUrl"]), &body).status, 201);
        assert_eq!(server.curl().post(text(&info["csrUrl"]), &body).status, 403);
    }
    let mut first = KymaApplication::pair(server.ready("caFile"), &id, text(&given["url"]));
    let polled = canaries.add("a token of the runtime", text(&offer(&first, "kyma")["token"]));
    super::second(&server, &first, "kyma");
    first.poll();
    canaries.add("a token that nobody uses", text(&offer(&first, "kyma")["token"]));
    // In the wrong place.
    let wrong = server.ready("connectorUrl").replace("/connector/graphql", &format!("/v1/nothing?token={polled}"));
    assert_eq!(server.curl().header(&format!("Connector-Token: {polled}")).get(&wrong).status, 404);
    let shown = server.console(Method::GET, &format!("/applications/{id}/kyma"), &Value::Null).await;
    canaries.absent_from("what the administrator sees", shown.text.as_bytes());
    let ended = server.end("TERM");
    canaries.absent_from("standard output", ended.output.as_bytes());
    canaries.absent_from("the log", ended.log.as_bytes());
    assert!(canaries.absent_below(&data_dir) > 6, "both stores were searched");
}
