//! A certificate's life: in use, renewed, revoked, taken away.

use blackbox::{CertificateRequest, Pairing, Server, Tool, key};
use serde_json::{Value, json};

use super::{NOBODY, NOBODY_REVOKES, nobody_signs};

async fn works(server: &Server, pairing: &Pairing) -> bool {
    let reply = pairing.director(server).viewer().await;
    match reply.status {
        200 => {
            assert_eq!(reply.result(), json!({ "id": pairing.application, "type": "APPLICATION" }), "{reply:?}");
            true
        }
        _ => {
            let (status, code, message) = reply.refusal();
            assert_eq!((status, code), (401, 26), "{reply:?}");
            assert!(message.starts_with("Unauthorized [reason="), "{message}");
            false
        }
    }
}

#[tokio::test]
async fn the_first_call_of_the_director_connects_and_no_other_does() {
    let server = Server::start(&[]);
    let application = server.register("connects").await;
    let pairing = server.pair(&application).await;
    assert_eq!(server.condition(&application).await, "INITIAL");
    pairing.connector(&server).token_and_subject().await;
    assert_eq!(server.condition(&application).await, "INITIAL", "the Connector connects nobody");
    assert!(works(&server, &pairing).await);
    assert_eq!(server.condition(&application).await, "CONNECTED");
    let auths =
        "query($id: ID!) { result: application(id: $id) { auths { auth { certCommonName oneTimeToken { used } } } } }";
    let auth = server.director(auths, json!({ "id": application })).await["auths"][0]["auth"].clone();
    assert_eq!(auth["certCommonName"], pairing.system_auth);
}

#[tokio::test]
async fn a_certificate_renews_itself_and_the_old_one_stays_good() {
    let server = Server::start(&[]);
    let application = server.register("renews").await;
    let old = server.pair(&application).await;
    let (token, subject) = old.connector(&server).token_and_subject().await;
    assert_eq!(subject, old.subject);
    // With a new key, and with the same key.
    let mut serials = vec![old.fingerprint()];
    for key in [key(), rcgen::KeyPair::from_pem(&old.key_pem).unwrap()] {
        let reply = old.connector(&server).sign(&CertificateRequest::new(&subject, &key).field()).await;
        let new = Pairing::from_reply(&server, &application, &subject, key.serialize_pem(), &reply);
        assert!(works(&server, &new).await && works(&server, &old).await);
        assert!(!serials.contains(&new.fingerprint()));
        serials.push(new.fingerprint());
        // Another name is refused to a certificate as well.
        let other = subject.replace("CN=", "CN=x");
        let reply = new.connector(&server).sign(&CertificateRequest::new(&other, &key).field()).await;
        assert!(reply.message().contains("CSR: Invalid common name provided."), "{reply:?}");
        // Revoking the new one leaves the old one.
        assert_eq!(new.connector(&server).revoke().await.result(), true);
        assert!(!works(&server, &new).await && works(&server, &old).await);
    }
    // `configuration` with a certificate leaves a token behind, as in Compass.
    assert!(server.connector(&token).configuration().await.result().is_object());
}

#[tokio::test]
async fn a_revoked_certificate_is_refused_everywhere() {
    let server = Server::start(&[]);
    let application = server.register("revokes").await;
    let pairing = server.pair(&application).await;
    let (connector, director) = (pairing.connector(&server), pairing.director(&server));
    assert_eq!(director.viewer().await.status, 200);
    assert_eq!(connector.revoke().await.result(), true);
    // On the connections that were there before, and on new ones.
    for (connector, director) in [(&connector, &director), (&pairing.connector(&server), &pairing.director(&server))] {
        assert_eq!(director.viewer().await.refusal().0, 401);
        assert_eq!(connector.configuration().await.message(), NOBODY);
        assert_eq!(connector.revoke().await.message(), NOBODY_REVOKES);
        let csr = CertificateRequest::new(&pairing.subject, &key()).field();
        assert_eq!(connector.sign(&csr).await.message(), nobody_signs());
    }
}

/// curl shows that it is one connection: it opened none for the later requests.
#[tokio::test]
async fn revocation_counts_on_the_connection_that_is_open() {
    let server = Server::start(&[]);
    let pairing = server.pair(&server.register("kept alive").await).await;
    for (version, again) in [("--http1.1", false), ("--http2", true)] {
        let folder = tempfile::tempdir().unwrap();
        // For the second round a certificate that is not revoked yet.
        let pairing = if again { server.pair(&pairing.application).await } else { pairing.clone() };
        std::fs::write(folder.path().join("chain.pem"), &pairing.chain_pem).unwrap();
        std::fs::write(folder.path().join("key.pem"), &pairing.key_pem).unwrap();
        let viewer = (server.ready("certificateSecuredDirectorUrl"), "query { result: viewer { id } }");
        let revoke = (server.ready("certificateSecuredConnectorUrl"), "mutation { result: revokeCertificate }");
        let mut curl = Tool::new("curl", folder.path());
        for (number, (url, query)) in [viewer, revoke, viewer].into_iter().enumerate() {
            curl = if number > 0 { curl.argument("--next") } else { curl };
            curl = curl
                .words("--silent --show-error --cert chain.pem --key key.pem -o answer --cacert")
                .argument(server.ready("caFile"));
            curl = curl
                .argument(version)
                .argument("--write-out")
                .argument("%{num_connects} %{http_version} %{http_code}\n");
            curl = curl.argument("-H").argument("Content-Type: application/json").argument("--data");
            curl = curl.argument(&json!({ "query": query }).to_string()).argument(url);
        }
        let shown = curl.run();
        let version = if again { "2" } else { "1.1" };
        assert_eq!(shown, format!("1 {version} 200\n0 {version} 200\n0 {version} 401\n"));
    }
}

#[tokio::test]
async fn taking_a_pairing_away_stops_its_certificate_at_once() {
    let server = Server::start(&[]);
    for mutation in [
        "mutation($id: ID!) { result: deleteSystemAuthForApplication(authID: $id) { id } }",
        "mutation($id: ID!) { result: unpairApplication(id: $id) { id status { condition } } }",
        "mutation($id: ID!) { result: unregisterApplication(id: $id) { id name } }",
    ] {
        let application = server.register("taken").await;
        let (pairing, other) = (server.pair(&application).await, server.pair(&application).await);
        let pending = server.token(&application).await;
        let (director, connector) = (pairing.director(&server), pairing.connector(&server));
        assert_eq!(director.viewer().await.status, 200);
        let one = mutation.contains("authID");
        let id = if one { &pairing.system_auth } else { &application };
        let answer = server.director(mutation, json!({ "id": id })).await;
        assert_eq!(answer["id"], *id);

        assert_eq!(director.viewer().await.refusal().0, 401, "{mutation}");
        assert_eq!(connector.configuration().await.message(), NOBODY, "{mutation}");
        assert_eq!(works(&server, &other).await, one, "{mutation}");
        assert_eq!(server.connector(&pending).configuration().await.result().is_object(), one, "{mutation}");
        let look = "query($id: ID!) { result: application(id: $id) { status { condition } auths { id } } }";
        let left = server.director(look, json!({ "id": application })).await;
        if mutation.contains("unpair") {
            assert_eq!(answer["status"]["condition"], "INITIAL");
            assert_eq!(left, json!({ "status": { "condition": "INITIAL" }, "auths": [] }));
        }
        if mutation.contains("unregister") {
            assert_eq!(left, Value::Null);
        } else {
            server
                .director(
                    "mutation($id: ID!) { result: unregisterApplication(id: $id) { id } }",
                    json!({ "id": application }),
                )
                .await;
        }
    }
}
