//! What a restart keeps: both authorities, both certificates, and tokens that were handed out.

use blackbox::{KymaApplication, Server};
use serde_json::json;

use super::{OPTIONS, both, event, offer, ready, text};

#[tokio::test]
async fn authorities_certificates_and_tokens_survive() {
    let folder = tempfile::tempdir().unwrap();
    let data_dir = folder.path().join("data");
    let options = [&OPTIONS[..], &["--runtime", "kyma", "--runtime", "edge"]].concat();
    let server = Server::start_in(&data_dir, &options);
    let (mut first, second) = both(&server, "shop").await;
    first.poll();
    let token = text(&offer(&first, "edge")["token"]).to_owned();
    let authority = |server: &Server, name: &str| std::fs::read(text(&ready(server, name)["caFile"])).unwrap();
    let before = [authority(&server, "kyma"), authority(&server, "edge")];
    assert_ne!(before[0], before[1]);
    server.stop().await;

    let server = Server::start_in(&data_dir, &options);
    assert_eq!([authority(&server, "kyma"), authority(&server, "edge")], before);
    let (kyma, edge) = (ready(&server, "kyma"), ready(&server, "edge"));
    let curl = second.files.curl(text(&kyma["caFile"]), "app");
    let url = format!("{}/shop/v1/events", text(&kyma["gatewayUrl"]));
    assert_eq!(curl.post(&url, event("order.created").to_string()).status, 200);
    let link = format!("{}?token={token}", text(&edge["infoUrl"]));
    let third = KymaApplication::pair(text(&edge["caFile"]), &first.id, &link);
    super::sends(&third);
    let fingerprints: Vec<_> = server.console_get("/kyma").await["runtimes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|runtime| runtime["authorityFingerprint"].clone())
        .collect();
    let digest = |pem: &[u8]| json!(blackbox::hex(&blackbox::sha256(&blackbox::der(&blackbox::text(pem)))));
    assert_eq!(fingerprints, before.each_ref().map(|pem| digest(pem)));
    server.stop().await;

    // One Connector on the same data: the second certificate is nobody's there, the first is what it was; and two again.
    let server = Server::start_in(&data_dir, &OPTIONS[..2]);
    let base = server.ready("certificateSecuredConnectorUrl").trim_end_matches("/connector/graphql").to_owned();
    let curl = first.files.curl(server.ready("caFile"), "app");
    assert_eq!(curl.post(&format!("{base}/shop/v1/events"), event("order.created").to_string()).status, 200);
    let events = server.console_get(&format!("/applications/{}/events", first.id)).await;
    assert_eq!(events["events"].as_array().map(Vec::len), Some(3), "{events}");
    server.stop().await;
    let server = Server::start_in(&data_dir, &options);
    assert_eq!([authority(&server, "kyma"), authority(&server, "edge")], before);
}
