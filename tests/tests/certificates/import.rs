//! Somebody's own authority, made with openssl and given in every form that people keep it in.

use blackbox::{OpenSsl, Server, base64, der, hex, key, sha256};
use reqwest::Method;
use serde_json::{Value, json};

use super::{refused, works};

/// Makes `NAME.key` and a certificate `NAME.pem` for an authority.
fn authority(openssl: &OpenSsl, name: &str, options: &str) {
    openssl.key(name, options);
    certify(openssl, name, "-days 3650");
}

fn certify(openssl: &OpenSsl, name: &str, days: &str) {
    let request = openssl.tool("req -x509 -new -sha256 -key").argument(&format!("{name}.key")).words(days);
    let request = request.words("-addext keyUsage=critical,keyCertSign,cRLSign -out").argument(&format!("{name}.pem"));
    request.argument("-subj").argument(&format!("/O=Example AG/CN={name} of Example")).run();
}

async fn import(server: &Server, texts: &[&str], passphrase: Option<&str>) -> blackbox::Reply {
    let body = json!({ "texts": texts, "passphrase": passphrase, "oldTrustedForSeconds": 3600 });
    server.console(Method::POST, "/authority/import", &body).await
}

/// A Kubernetes secret as `kubectl get secret connector-service-app-ca -o yaml` shows it.
fn kubernetes_secret(certificate: &str, key: &str) -> String {
    format!(
        "apiVersion: v1\nkind: Secret\nmetadata:\n  name: connector-service-app-ca\n  namespace: kyma-integration\n\
         type: Opaque\ndata:\n  ca.crt: {}\n  ca.key: {}\n",
        base64(certificate),
        base64(key)
    )
}

#[tokio::test]
async fn an_authority_comes_in_every_form_that_people_have() {
    let mut server = Server::start(&[]);
    let application = server.register("imports").await;
    let mut pairings = vec![server.pair(&application).await];
    let openssl = OpenSsl::new();
    let passphrase = "correct horse battery staple";
    authority(&openssl, "p256", blackbox::EC_P256);
    authority(&openssl, "p384", blackbox::EC_P384);
    authority(&openssl, "rsa2048", blackbox::RSA_2048);
    authority(&openssl, "rsa4096", "-algorithm RSA -pkeyopt rsa_keygen_bits:4096");
    openssl.run("pkey -in rsa2048.key -traditional -out rsa2048.pkcs1");
    openssl.run("pkey -in p384.key -traditional -out p384.sec1");
    openssl
        .tool("pkcs8 -topk8 -v2 aes-256-cbc -in rsa4096.key -out encrypted.key -passout")
        .argument(&format!("pass:{passphrase}"))
        .run();
    assert!(openssl.text("rsa2048.pkcs1").contains("BEGIN RSA PRIVATE KEY"), "PKCS#1");
    assert!(openssl.text("p384.sec1").contains("BEGIN EC PRIVATE KEY"), "SEC1");
    assert!(openssl.text("encrypted.key").contains("BEGIN ENCRYPTED PRIVATE KEY"), "encrypted PKCS#8");
    let file = |name: &str| openssl.text(name);
    let kubernetes = kubernetes_secret(&file("p256.pem"), &file("p256.key"));
    // The key's file first, the certificate's first, both in one, and a whole Kubernetes secret.
    let both = format!("{}{}", file("p384.sec1"), file("p384.pem"));
    for (name, kind, texts, passphrase) in [
        ("rsa2048", "RSA 2048", vec![file("rsa2048.pkcs1"), file("rsa2048.pem")], None),
        ("p384", "EC P-384", vec![both], None),
        ("rsa4096", "RSA 4096", vec![file("rsa4096.pem"), file("encrypted.key")], Some(passphrase)),
        ("p256", "EC P-256", vec![kubernetes], None),
    ] {
        let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
        let reply = import(&server, &texts, passphrase).await;
        assert_eq!(reply.status, 201, "{name}: {reply:?}");
        let active = reply.json()["active"].clone();
        assert_eq!((&active["origin"], &active["key"]), (&json!("imported"), &json!(kind)), "{name}");
        assert_eq!(active["fingerprint"], hex(&sha256(&der(&file(&format!("{name}.pem"))))));
        assert!(active["subject"].as_str().unwrap().contains(&format!("CN={name} of Example")), "{active}");
        // What it signs is what its owner's openssl accepts, also by its list.
        let pairing = server.pair(&application).await;
        openssl.keep("client", &pairing);
        openssl.run(&format!("verify -x509_strict -purpose sslclient -CAfile {name}.pem client.pem"));
        let list = server.at("/crl.pem").send(Method::GET, None).await;
        openssl.write("crl.pem", &list.text);
        openssl.run(&format!("verify -x509_strict -crl_check -CAfile {name}.pem -CRLfile crl.pem client.pem"));
        pairings.push(pairing);
        for pairing in &pairings {
            assert!(works(&server, pairing).await, "{name}");
        }
    }
    // Neither key nor passphrase is anywhere in the clear but in the key files.
    let (ended, stopped) = server.stop().await;
    assert!(!ended.log.contains(passphrase) && !ended.log.contains("PRIVATE KEY"), "{}", ended.log);
    server = Server::start_in(stopped.data_dir(), &[]);
    for pairing in &pairings {
        assert!(works(&server, &pairing.at(&server)).await, "after a restart");
    }
    let renewed = pairings[0].at(&server).renewed(&server, &key()).await;
    openssl.keep("client", &renewed);
    openssl.run("verify -x509_strict -purpose sslclient -CAfile p256.pem client.pem");
}

#[tokio::test]
async fn an_authority_below_another_brings_its_chain_along() {
    let server = Server::start(&[]);
    let openssl = OpenSsl::new();
    authority(&openssl, "root", blackbox::EC_P256);
    openssl.key("below", blackbox::EC_P256);
    openssl.write(
        "below.cnf",
        "basicConstraints=critical,CA:TRUE,pathlen:0\nkeyUsage=critical,keyCertSign,cRLSign\n\
        subjectKeyIdentifier=hash\nauthorityKeyIdentifier=keyid\n",
    );
    openssl.run("req -new -key below.key -subj /CN=below -out below.csr");
    openssl.run("x509 -req -in below.csr -CA root.pem -CAkey root.key -CAcreateserial -days 900 -extfile below.cnf -out below.pem");
    // In any order.
    let texts = format!("{}{}{}", openssl.text("root.pem"), openssl.text("below.key"), openssl.text("below.pem"));
    let reply = import(&server, &[&texts], None).await;
    assert_eq!(reply.status, 201, "{reply:?}");
    assert_eq!(reply.json()["active"]["fingerprint"], hex(&sha256(&der(&openssl.text("below.pem")))));
    let pairing = server.pair(&server.register("below").await).await;
    assert!(works(&server, &pairing).await);
    openssl.keep("client", &pairing);
    openssl.run("verify -x509_strict -purpose sslclient -CAfile root.pem -untrusted client.pem client.pem");
    let blocks = pairing.chain_pem.matches("BEGIN CERTIFICATE").count();
    assert_eq!(blocks, 3, "leaf, authority, root: {}", pairing.chain_pem);
    let end = |name: &str| openssl.run(&format!("x509 -in {name} -noout -enddate"));
    assert_ne!(end("client.pem"), end("below.pem"), "ninety days are within nine hundred");
}

#[tokio::test]
async fn what_is_no_authority_is_refused_in_a_sentence_and_changes_nothing() {
    let server = Server::start(&[]);
    let before = server.console_get("/authority").await["active"].clone();
    let files = std::fs::read_dir(server.data_dir()).unwrap().count();
    let openssl = OpenSsl::new();
    authority(&openssl, "good", blackbox::EC_P256);
    authority(&openssl, "other", blackbox::EC_P256);
    authority(&openssl, "p521", "-algorithm EC -pkeyopt ec_paramgen_curve:P-521");
    authority(&openssl, "weak", "-algorithm RSA -pkeyopt rsa_keygen_bits:1024");
    openssl.tool("pkcs8 -topk8 -v2 aes-256-cbc -in good.key -out encrypted.key -passout pass:secret").run();
    openssl.tool("rsa -aes128 -traditional -in weak.key -out legacy.key -passout pass:secret").run();
    // No authority: a client.
    openssl.key("leaf", blackbox::EC_P256);
    openssl.run("req -x509 -new -key leaf.key -subj /CN=leaf -addext basicConstraints=critical,CA:FALSE -out leaf.pem");
    // One that may sign certificates, but was over years ago.
    openssl.key("old", blackbox::EC_P256);
    openssl.write(
        "old.cnf",
        "[req]\ndistinguished_name=dn\n[dn]\n[ca]\ndefault_ca=ca_default\n[ca_default]\n\
        database=index.txt\nserial=serial.txt\nnew_certs_dir=.\ndefault_md=sha256\npolicy=any\nx509_extensions=v3\n\
        [any]\ncommonName=supplied\n[v3]\nbasicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign,cRLSign\n\
        subjectKeyIdentifier=hash\n",
    );
    openssl.write("index.txt", "");
    openssl.write("serial.txt", "41424344");
    openssl.run("req -new -key old.key -subj /CN=old -out old.csr");
    openssl.run("ca -batch -config old.cnf -selfsign -keyfile old.key -in old.csr -startdate 20200101000000Z -enddate 20210101000000Z -notext -out old.pem");
    let file = |name: &str| openssl.text(name);
    let mut sentences = Vec::new();
    for (texts, passphrase, words) in [
        (vec![], None, "private key"),
        (vec!["hello".to_owned()], None, "private key"),
        (vec![file("good.pem")], None, "private key"),
        (vec![file("good.key")], None, "certificate"),
        (vec![file("good.pem"), file("other.key")], None, "belong"),
        (vec![file("leaf.pem"), file("leaf.key")], None, "not the one of a CA"),
        (vec![file("old.pem"), file("old.key")], None, "2021"),
        (vec![file("good.pem"), file("encrypted.key")], None, "passphrase"),
        (vec![file("good.pem"), file("encrypted.key")], Some("wrong"), "passphrase"),
        (vec![file("weak.pem"), file("legacy.key")], Some("secret"), "openssl"),
        (vec![file("weak.pem"), file("weak.key")], None, "RSA"),
        (vec![kubernetes_secret("nonsense", "nonsense")], None, "private key"),
    ] {
        let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
        let reply = import(&server, &texts, passphrase).await;
        let sentence = refused(&reply, 400, "invalid_data");
        assert!(sentence.to_lowercase().contains(&words.to_lowercase()), "{words}: {sentence}");
        assert!(
            !sentence.contains("MHcC") && !sentence.contains("BEGIN EC") && !sentence.contains("secret"),
            "{sentence}"
        );
        sentences.push(sentence);
    }
    // A key that this program does not sign with.
    let reply = import(&server, &[&file("p521.pem"), &file("p521.key")], None).await;
    refused(&reply, 400, "invalid_data");
    sentences.sort();
    sentences.dedup();
    assert!(sentences.len() >= 8, "what is wrong is told apart: {sentences:#?}");
    for body in [
        json!({ "texts": "x" }),
        json!({}),
        Value::Null,
        json!({ "texts": ["x"], "passphrase": null, "oldTrustedForSeconds": -1 }),
    ] {
        assert_eq!(server.console(Method::POST, "/authority/import", &body).await.status, 400, "{body}");
    }
    assert_eq!(server.console_get("/authority").await["active"], before);
    assert_eq!(std::fs::read_dir(server.data_dir()).unwrap().count(), files, "nothing is left behind");
    // The one that signs already.
    let own = ["ca.pem", "ca-key.pem"].map(|name| std::fs::read_to_string(server.data_dir().join(name)).unwrap());
    let reply = import(&server, &own.each_ref().map(String::as_str), None).await;
    refused(&reply, 409, "invalid_operation");
    assert!(works(&server, &server.pair(&server.register("as before").await).await).await);
}

/// An authority that may sign certificates but no lists: there is none then, and everybody is told so.
#[tokio::test]
async fn an_authority_that_may_not_sign_lists_has_none() {
    let server = Server::start(&[]);
    let openssl = OpenSsl::new();
    openssl.key("ca", blackbox::EC_P256);
    openssl.run("req -x509 -new -key ca.key -days 900 -subj /CN=certificates-only -addext keyUsage=critical,keyCertSign -out ca.pem");
    let reply = import(&server, &[&openssl.text("ca.pem"), &openssl.text("ca.key")], None).await;
    assert_eq!(reply.status, 201, "{reply:?}");
    let pairing = server.pair(&server.register("no list").await).await;
    server.console_post(&format!("/certificates/{}/revoke", pairing.name()), &json!({ "reason": "superseded" })).await;
    assert!(!works(&server, &pairing).await, "revoked all the same");
    assert_eq!(server.console_get("/authority").await["crl"], serde_json::Value::Null);
    let der = server.at("/crl.der").send(Method::GET, None).await;
    assert!((400..500).contains(&der.status), "{der:?}");
    let pem = server.at("/crl.pem").send(Method::GET, None).await;
    assert!(pem.status < 500 && pem.text.matches("BEGIN X509 CRL").count() <= 1, "{pem:?}");
}

/// The usual way to renew an authority: the same name and key in a new certificate. What it revokes must be on the list
/// that those read who know either certificate.
#[tokio::test]
async fn an_authority_that_comes_back_renewed_still_names_what_it_revoked() {
    let server = Server::start(&[]);
    let openssl = OpenSsl::new();
    authority(&openssl, "company", blackbox::EC_P256);
    let first = openssl.text("company.pem");
    assert_eq!(import(&server, &[&first, &openssl.text("company.key")], None).await.status, 201);
    let pairing = server.pair(&server.register("before").await).await;
    certify(&openssl, "company", "-days 3000");
    let second = openssl.text("company.pem");
    assert_eq!(import(&server, &[&second, &openssl.text("company.key")], None).await.status, 201);
    assert!(works(&server, &pairing).await);
    let body = json!({ "reason": "key_compromise" });
    server.console_post(&format!("/certificates/{}/revoke", pairing.name()), &body).await;
    openssl.write("crl.pem", server.at("/crl.pem").send(Method::GET, None).await.text);
    openssl.keep("client", &pairing);
    for known in [first, second] {
        openssl.write("known.pem", known);
        let checked = openssl.output("verify -crl_check -CAfile known.pem -CRLfile crl.pem client.pem");
        let said = format!("{}{}", blackbox::text(&checked.stdout), blackbox::text(&checked.stderr));
        assert!(!checked.status.success() && said.contains("certificate revoked"), "{said}");
    }
}

/// What no verifier would accept is no authority: everything it signs would fail at every peer.
#[tokio::test]
async fn a_chain_that_does_not_hold_is_refused() {
    let server = Server::start(&[]);
    let openssl = OpenSsl::new();
    openssl.key("root", blackbox::EC_P256);
    openssl.key("below", blackbox::EC_P256);
    openssl.run("req -new -key below.key -subj /CN=below -out below.csr");
    let good = "basicConstraints=critical,CA:TRUE,pathlen:0\nkeyUsage=critical,keyCertSign,cRLSign\n\
        subjectKeyIdentifier=hash\nauthorityKeyIdentifier=keyid\n";
    for (what, root, below, accepted) in [
        ("a good one", "", good.to_owned(), true),
        (
            "a root that allows none below",
            " -addext basicConstraints=critical,CA:TRUE,pathlen:0",
            good.to_owned(),
            false,
        ),
        ("for servers only", "", format!("{good}extendedKeyUsage=serverAuth\n"), false),
        ("an unknown critical extension", "", format!("{good}1.2.3.4=critical,DER:0500\n"), false),
    ] {
        let request = openssl.tool("req -x509 -new -key root.key -days 900 -subj /CN=root -out root.pem");
        let usage = "-addext keyUsage=critical,keyCertSign,cRLSign";
        request.words(root).words(usage).run();
        openssl.write("below.cnf", below);
        let sign = openssl.tool("x509 -req -in below.csr -CA root.pem -CAkey root.key -CAcreateserial -days 800");
        sign.words("-extfile below.cnf -out below.pem").run();
        let texts = ["below.pem", "below.key", "root.pem"].map(|name| openssl.text(name));
        let before = server.console_get("/authority").await["active"]["fingerprint"].clone();
        let reply = import(&server, &texts.each_ref().map(String::as_str), None).await;
        if accepted {
            assert_eq!(reply.status, 201, "{what}: {reply:?}");
        } else {
            refused(&reply, 400, "invalid_data");
            assert_eq!(server.console_get("/authority").await["active"]["fingerprint"], before, "{what}");
        }
    }
    // Without the one above it nobody can build the chain.
    let texts = ["below.pem", "below.key"].map(|name| openssl.text(name));
    let alone = import(&server, &texts.each_ref().map(String::as_str), None).await;
    assert!(
        alone.status == 400 || alone.json()["warning"].as_str().is_some_and(|said| said.contains("root")),
        "{alone:?}"
    );
}
