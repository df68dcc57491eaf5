//! What pkilint has to say: nothing, about a thousand leaves, the authority and its list of revocations.

use std::process::Command;

use blackbox::{EC_P256, EC_P384, OpenSsl, RSA_2048, Server, Tool, certificate_tool};
use futures_util::{StreamExt as _, stream};
use serde_json::json;

const LEAVES: usize = 1000;
/// Made once each and used again and again: the certificates are what is looked at.
const KEYS: [(&str, usize); 3] = [(RSA_2048, 12), (EC_P256, 12), (EC_P384, 6)];

/// The last line that the linter prints, with everything before it when there is something.
fn lint(openssl: &OpenSsl, kind: &str, files: &str) -> String {
    let mut command = Command::new(certificate_tool("python"));
    command.arg("-B").arg(concat!(env!("CARGO_MANIFEST_DIR"), "/certificate-tools/lint.py")).arg(kind);
    command.current_dir(openssl.folder()).env_remove("PYTHONPATH");
    Tool::of(command).words(files).run()
}

/// The public wire of an administrator with many system auths: the token, and the subject that goes with it.
async fn token_and_subject(server: &Server, application: &str) -> (String, String) {
    let query = "mutation($id: ID!) { result: generateAuthForApplication(id: $id, type: { type: \"CLIENT_CERTIFICATE\" }) \
        { systemAuthID oneTimeToken { token } } }";
    let given = server.director(query, json!({ "id": application })).await;
    let text = |value: &serde_json::Value| value.as_str().expect("text").to_owned();
    let common_name = text(&given["systemAuthID"]);
    let subject = format!("O=Org,OU=OrgUnit,L=locality,ST=province,C=DE,CN={common_name}");
    (text(&given["oneTimeToken"]["token"]), subject)
}

#[tokio::test(flavor = "multi_thread")]
async fn pkilint_finds_nothing_in_a_thousand_leaves_and_their_authority() {
    let server = Server::start(&[]);
    let application = server.register("linted").await;
    let keys: Vec<rcgen::KeyPair> = KEYS
        .into_iter()
        .flat_map(|(kind, count)| std::iter::repeat_n(kind, count))
        .map(|kind| {
            let openssl = OpenSsl::new();
            openssl.key("key", kind);
            rcgen::KeyPair::from_pem(&openssl.text("key.key")).unwrap()
        })
        .collect();
    let leaves = stream::iter(0..LEAVES).map(async |number| {
        let (token, subject) = token_and_subject(&server, &application).await;
        let request = blackbox::CertificateRequest::new(&subject, &keys[number % keys.len()]);
        let reply = server.connector(&token).sign(&request.field()).await;
        let leaf = reply.result()["clientCertificate"].as_str().map(blackbox::unbase64);
        String::from_utf8(leaf.unwrap_or_else(|| panic!("{reply:?}"))).unwrap()
    });
    let leaves: Vec<String> = leaves.buffer_unordered(16).collect().await;
    let openssl = OpenSsl::new();
    // One process for each core.
    let (first, second) = leaves.split_at(LEAVES / 2);
    openssl.write("first.pem", first.concat());
    openssl.write("second.pem", second.concat());
    openssl.write("ca.pem", std::fs::read(server.ready("caFile")).unwrap());
    let clean = |count: usize| format!("{count} looked at, 0 with findings\n");
    std::thread::scope(|scope| {
        let first = scope.spawn(|| assert_eq!(lint(&openssl, "leaf", "first.pem"), clean(LEAVES / 2)));
        assert_eq!(lint(&openssl, "leaf", "second.pem"), clean(LEAVES - LEAVES / 2));
        first.join().unwrap();
    });
    assert_eq!(lint(&openssl, "authority", "ca.pem"), clean(1));
    server.stop().await;
}

/// With a list that has entries, and one that has none; from an authority with an RSA key after one with an EC key.
#[tokio::test]
async fn pkilint_finds_nothing_in_the_lists_of_revocations() {
    let server = Server::start(&[]);
    let application = server.register("linted").await;
    let openssl = OpenSsl::new();
    let fetch = async |name: &str| {
        openssl.write(name, server.at("/crl.pem").send(reqwest::Method::GET, None).await.text);
    };
    fetch("empty.pem").await;
    for reason in ["unspecified", "key_compromise", "affiliation_changed", "superseded", "cessation_of_operation"] {
        let pairing = server.pair(&application).await;
        server.console_post(&format!("/certificates/{}/revoke", pairing.name()), &json!({ "reason": reason })).await;
    }
    server.console_post("/authority/rotate", &json!({ "key": "rsa:4096", "oldTrustedForSeconds": 3600 })).await;
    let leaf = server.pair(&application).await;
    server.console_post(&format!("/certificates/{}/revoke", leaf.name()), &json!({ "reason": "superseded" })).await;
    fetch("both.pem").await;
    openssl.write("ca.pem", server.at("/ca.pem").send(reqwest::Method::GET, None).await.text);
    openssl.write("leaf.pem", leaf.leaf_pem());
    assert_eq!(lint(&openssl, "crl", "empty.pem both.pem"), "3 looked at, 0 with findings\n");
    assert_eq!(lint(&openssl, "authority", "ca.pem"), "2 looked at, 0 with findings\n");
    assert_eq!(lint(&openssl, "leaf", "leaf.pem"), "1 looked at, 0 with findings\n");
}

/// The one who finds nothing must be able to find something.
#[test]
fn the_linter_finds_what_is_wrong() {
    let openssl = OpenSsl::new();
    // A serial number that should not be.
    openssl.key("client", EC_P256);
    openssl.run("req -x509 -key client.key -subj /CN=x -set_serial 0 -out wrong.pem -addext keyUsage=digitalSignature");
    let found = lint(&openssl, "leaf", "wrong.pem");
    assert!(found.ends_with("1 looked at, 1 with findings\n"), "{found}");
}
