//! Renewal over the certificate's own listener, and the line of certificates that comes of it.

use blackbox::{CertificateRequest, Pairing, Server, assert_members, key};
use rcgen::KeyPair;
use serde_json::{Value, json};

use super::{entry, is_time, refusal, works};

#[tokio::test]
async fn a_line_of_renewals_is_recorded_from_its_beginning() {
    let server = Server::start(&[]);
    let application = server.register("line").await;
    let first = server.pair(&application).await;
    let second = first.renewed(&server, &key()).await;
    // The same key again, and then the very same request, byte for byte: that is no replay.
    let same = KeyPair::from_pem(&second.key_pem).unwrap();
    let request = CertificateRequest::new(&second.subject, &same).field();
    let sign = async || {
        let reply = second.connector(&server).sign(&request).await;
        Pairing::from_reply(&server, &application, &second.subject, second.key_pem.clone(), &reply)
    };
    let (third, twin) = (sign().await, sign().await);
    assert_ne!(third.name(), twin.name());
    let fourth = third.renewed(&server, &key()).await;
    let line = [&first, &second, &third, &twin, &fourth];
    for pairing in line {
        assert!(works(&server, pairing).await, "all of them are good until they end");
    }
    for (pairing, parent, generation, same_key) in [
        (&first, None, 0, false),
        (&second, Some(&first), 1, false),
        (&third, Some(&second), 2, true),
        (&twin, Some(&second), 2, true),
        (&fourth, Some(&third), 3, false),
    ] {
        let entry = entry(&server, &pairing.name()).await;
        let parent = parent.map(|parent| parent.name());
        assert_eq!(
            (&entry["lineage"], &entry["parent"], &entry["generation"], &entry["sameKeyAsParent"]),
            (&json!(first.name()), &json!(parent), &json!(generation), &json!(same_key)),
            "{entry}"
        );
    }
    let detail = server.console_get(&format!("/certificates/{}", third.name())).await;
    let names: Vec<_> = detail["lineage"].as_array().unwrap().iter().map(|one| one["fingerprint"].clone()).collect();
    let generations: Vec<_> = detail["lineage"].as_array().unwrap().iter().map(|one| &one["generation"]).collect();
    assert_eq!((&names[0], &names[1]), (&json!(first.name()), &json!(second.name())), "oldest first");
    assert_eq!(generations, [&json!(0), &json!(1), &json!(2), &json!(2), &json!(3)]);
    // Another pairing of the same application is another line.
    let other = server.pair(&application).await;
    let detail = server.console_get(&format!("/certificates/{}", other.name())).await;
    assert_eq!(detail["lineage"].as_array().unwrap().len(), 1, "{detail}");
}

#[tokio::test]
async fn everything_is_told_about_a_certificate() {
    let server = Server::start(&["--certificate-ttl", "10d"]);
    let application = server.register("told").await;
    let pairing = server.pair(&application).await;
    let detail = server.console_get(&format!("/certificates/{}", pairing.name())).await;
    assert_eq!(detail["pem"], pairing.leaf_pem());
    assert_eq!(detail["chainPem"], pairing.chain_pem);
    assert_eq!(detail["issuerPem"], std::fs::read_to_string(server.ready("caFile")).unwrap());
    assert!(is_time(&detail["now"]));
    let openssl = blackbox::OpenSsl::new();
    openssl.keep("client", &pairing);
    let serial = openssl.run("x509 -in client.pem -noout -serial").trim().trim_start_matches("serial=").to_lowercase();
    let ca = blackbox::hex(&blackbox::sha256(&blackbox::der(detail["issuerPem"].as_str().unwrap())));
    let dates = openssl.run("x509 -in client.pem -noout -dates -dateopt iso_8601").replace(' ', "T");
    let date = |name: &str, value: &Value| dates.contains(&format!("{name}={}", value.as_str().unwrap_or("nothing")));
    let is = |wanted: Value| move |value: &Value| *value == wanted;
    let owner = is(json!({ "kind": "application", "id": application, "name": "told", "gone": false }));
    let subject = pairing.subject.clone();
    assert_members(
        "a certificate",
        &detail["certificate"],
        &[
            ("fingerprint", &is(json!(pairing.name()))),
            ("serial", &is(json!(serial))),
            ("issuer", &is(json!(ca))),
            ("owner", &owner),
            ("systemAuthId", &is(json!(pairing.system_auth))),
            ("pairingRemoved", &is(json!(false))),
            ("commonName", &is(json!(pairing.system_auth))),
            ("subject", &is(json!(subject))),
            ("key", &is(json!("EC P-256"))),
            ("kind", &is(json!("application"))),
            ("notBefore", &|value| date("notBefore", value)),
            ("notAfter", &|value| date("notAfter", value)),
            // Sooner where its authority ends sooner.
            ("endsAt", &|value| date("notAfter", value)),
            ("issuedAt", &is_time),
            ("wire", &|value| value.as_str().is_some_and(|wire| !wire.is_empty())),
            ("generation", &is(json!(0))),
            ("lineage", &is(json!(pairing.name()))),
            ("parent", &Value::is_null),
            ("sameKeyAsParent", &is(json!(false))),
            ("state", &is(json!("valid"))),
            ("lastSeenAt", &Value::is_null),
            ("lastSeenFrom", &Value::is_null),
            ("refused", &Value::is_null),
            ("revoked", &Value::is_null),
        ],
    );
    assert!(works(&server, &pairing).await);
    let seen = blackbox::until("it was seen", std::time::Duration::from_secs(10), async || {
        let entry = entry(&server, &pairing.name()).await;
        is_time(&entry["lastSeenAt"]).then_some(entry)
    });
    assert_eq!(seen.await["lastSeenFrom"], "127.0.0.1");
}

#[tokio::test]
async fn a_revoked_certificate_renews_nothing_and_that_is_noted() {
    let server = Server::start(&[]);
    let pairing = server.pair(&server.register("revoked").await).await;
    let (connector, request) = (pairing.connector(&server), CertificateRequest::new(&pairing.subject, &key()).field());
    connector.token_and_subject().await;
    server.console_post(&format!("/certificates/{}/revoke", pairing.name()), &json!({ "reason": "superseded" })).await;
    assert!(connector.sign(&request).await.message().starts_with("Failed to authenticate with token: "));
    let refused = refusal(&server, &pairing.name()).await;
    assert_eq!((&refused["why"], &refused["from"]), (&json!("revoked"), &json!("127.0.0.1")), "{refused}");
    assert!(is_time(&refused["at"]));
    let (ended, stopped) = server.stop().await;
    let told = ended.log.lines().any(|line| line.contains("it was revoked") && line.contains(&pairing.name()[..16]));
    assert!(told, "the log says which and why: {}", ended.log);
    assert_eq!(stopped.store().await.count("SELECT count(*) FROM certificate").await, 1);
}

/// A runtime's certificate lives as long as it is configured to, and renews itself like any other.
#[tokio::test]
async fn a_runtimes_certificate_has_a_lifetime_of_its_own() {
    let server = Server::start(&["--runtime-certificate-ttl", "3h"]);
    let register = "mutation { result: registerRuntime(in: { name: \"worker\" }) { id } }";
    let runtime = server.director(register, Value::Null).await["id"].as_str().unwrap().to_owned();
    let query = "mutation($id: ID!) { result: requestOneTimeTokenForRuntime(id: $id) { token } }";
    let token = server.director(query, json!({ "id": runtime })).await["token"].as_str().unwrap().to_owned();
    let first = Pairing::of(&server, &runtime, &token).await;
    let second = first.renewed(&server, &key()).await;
    for pairing in [&first, &second] {
        let entry = entry(&server, &pairing.name()).await;
        assert_eq!((&entry["kind"], &entry["owner"]["kind"]), (&json!("runtime"), &json!("runtime")), "{entry}");
        assert_eq!(entry["owner"]["name"], "worker");
        let openssl = blackbox::OpenSsl::new();
        openssl.keep("runtime", pairing);
        // In two hours it is still good, in four it is not.
        assert!(openssl.output("x509 -in runtime.pem -noout -checkend 7200").status.success());
        assert!(!openssl.output("x509 -in runtime.pem -noout -checkend 14400").status.success());
        let viewer = pairing.director(&server).viewer().await;
        assert_eq!(viewer.result(), json!({ "id": runtime, "type": "RUNTIME" }), "{viewer:?}");
    }
}
