//! The list of revocations that anybody can read and check: `openssl` does.

use std::time::Duration;

use blackbox::{OpenSsl, Pairing, Server, until};
use serde_json::json;

/// Gets the list in both forms and checks what holds for every one; returns its number and its text.
async fn list(server: &Server, openssl: &OpenSsl) -> (u128, String) {
    let reply = server.at("/crl.pem").send(reqwest::Method::GET, None).await;
    assert_eq!(reply.status, 200, "{reply:?}");
    let media_type = reply.header("content-type").unwrap_or_default();
    assert!(media_type.starts_with("application/x-pem-file") || media_type.starts_with("text/plain"), "{media_type}");
    openssl.write("crl.pem", &reply.text);
    openssl.write("ca.pem", std::fs::read(server.ready("caFile")).unwrap());
    let checked = openssl.output("crl -in crl.pem -CAfile ca.pem -verify -noout");
    assert!(checked.status.success() && blackbox::text(&checked.stderr).contains("verify OK"), "{checked:?}");
    let text = openssl.run("crl -in crl.pem -noout -text");
    assert!(text.contains("Version 2 (0x1)") && text.contains("X509v3 Authority Key Identifier"), "{text}");
    let number = openssl.run("crl -in crl.pem -noout -crlnumber");
    let number = number.trim().trim_start_matches("crlNumber=").trim_start_matches("0x");
    let number = u128::from_str_radix(number, 16).unwrap_or_else(|_| panic!("{number}"));
    (number, text)
}

/// What `openssl verify -crl_check` has to say about a certificate.
fn check(openssl: &OpenSsl, pairing: &Pairing) -> String {
    openssl.keep("client", pairing);
    let output = openssl.output("verify -x509_strict -crl_check -CAfile ca.pem -CRLfile crl.pem client.pem");
    format!("{}{}", blackbox::text(&output.stdout), blackbox::text(&output.stderr))
}

async fn revoke(server: &Server, pairing: &Pairing, reason: &str) {
    server.console_post(&format!("/certificates/{}/revoke", pairing.name()), &json!({ "reason": reason })).await;
}

/// The list is there within a second.
async fn listed(server: &Server, openssl: &OpenSsl, pairing: &Pairing) -> (u128, String) {
    openssl.keep("client", pairing);
    let serial = openssl.run("x509 -in client.pem -noout -serial").trim().trim_start_matches("serial=").to_owned();
    until("the list has it", Duration::from_secs(1), async || {
        let (number, text) = list(server, openssl).await;
        text.contains(&format!("Serial Number: {serial}")).then_some((number, text))
    })
    .await
}

#[tokio::test]
async fn openssl_refuses_whom_the_list_names_and_nobody_else() {
    let server = Server::start(&[]);
    let application = server.register("listed").await;
    let openssl = OpenSsl::new();
    let (mut last, text) = list(&server, &openssl).await;
    assert!(text.contains("No Revoked Certificates"), "{text}");
    let good = server.pair(&application).await;
    let mut revoked = Vec::new();
    for (reason, words) in [
        // RFC 5280 §5.3.1: "unspecified" should not be written.
        ("unspecified", ""),
        ("key_compromise", "Key Compromise"),
        ("affiliation_changed", "Affiliation Changed"),
        ("superseded", "Superseded"),
        ("cessation_of_operation", "Cessation Of Operation"),
    ] {
        let pairing = server.pair(&application).await;
        assert!(check(&openssl, &pairing).contains("client.pem: OK"));
        revoke(&server, &pairing, reason).await;
        let (number, text) = listed(&server, &openssl, &pairing).await;
        assert!(number > last, "{number} after {last}");
        last = number;
        let serial = openssl.run("x509 -in client.pem -noout -serial").trim().trim_start_matches("serial=").to_owned();
        let own = text.split(&format!("Serial Number: {serial}")).nth(1).unwrap();
        let own = own.split("Serial Number:").next().unwrap().split("Signature Algorithm").next().unwrap();
        assert_eq!(own.contains("X509v3 CRL Reason Code"), !words.is_empty(), "{own}");
        assert!(own.contains(words), "{words}: {own}");
        revoked.push(pairing);
    }
    for pairing in &revoked {
        assert!(check(&openssl, pairing).contains("certificate revoked"));
    }
    assert!(check(&openssl, &good).contains("client.pem: OK"));
    // The same in DER, for whoever reads only that.
    let der =
        reqwest::Client::builder().tls_certs_only([reqwest::Certificate::from_pem(&openssl.read("ca.pem")).unwrap()]);
    let der = der.build().unwrap().get(format!("{}/crl.der", server.issuer())).send().await.unwrap();
    assert_eq!(der.headers()["content-type"], "application/pkix-crl");
    assert_eq!(der.bytes().await.unwrap().to_vec(), blackbox::der(&openssl.text("crl.pem")));
    // Its own words about itself.
    let told = server.console_get("/authority").await["crl"].clone();
    assert_eq!((&told["number"], &told["entries"]), (&json!(last), &json!(revoked.len())), "{told}");
    let updates = openssl.run("crl -in crl.pem -noout -lastupdate -nextupdate -dateopt iso_8601").replace(' ', "T");
    for (name, field) in [("lastUpdate", "thisUpdate"), ("nextUpdate", "nextUpdate")] {
        assert!(updates.contains(&format!("{name}={}", told[field].as_str().unwrap())), "{told} {updates}");
    }
    assert_eq!(told["url"], json!(format!("{}/crl.pem", server.issuer())));
}

/// `kill -9` in the middle of revocations: what was acknowledged is on the list that the next start gives out, and its
/// number has only grown.
#[tokio::test]
async fn the_list_survives_a_kill_and_its_number_never_falls() {
    let temporary = tempfile::tempdir().unwrap();
    let data_dir = temporary.path().join("data");
    let mut server = Server::start_in(&data_dir, &[]);
    let application = server.register("killed").await;
    let openssl = OpenSsl::new();
    let (mut last, _) = list(&server, &openssl).await;
    let mut serials = Vec::new();
    for _ in 0..4 {
        for _ in 0..3 {
            let pairing = server.pair(&application).await;
            revoke(&server, &pairing, "superseded").await;
            openssl.keep("client", &pairing);
            let serial = openssl.run("x509 -in client.pem -noout -serial");
            serials.push(serial.trim().trim_start_matches("serial=").to_owned());
            last = last.max(list(&server, &openssl).await.0);
        }
        // Acknowledged, and killed before anybody has asked for the list.
        let pairing = server.pair(&application).await;
        revoke(&server, &pairing, "superseded").await;
        openssl.keep("client", &pairing);
        let serial = openssl.run("x509 -in client.pem -noout -serial");
        serials.push(serial.trim().trim_start_matches("serial=").to_owned());
        server.end("KILL");
        server = Server::start_in(&data_dir, &[]);
        let (number, text) = list(&server, &openssl).await;
        assert!(number >= last, "{number} after {last}");
        last = number;
        for serial in &serials {
            assert!(text.contains(&format!("Serial Number: {serial}")), "{serial}: {text}");
        }
    }
    assert!(last >= 4, "{last}");
}

#[tokio::test]
async fn lists_and_authorities_are_for_everybody_and_nothing_else_is() {
    let server = Server::start(&[]);
    for path in ["/crl.pem", "/crl.der", "/ca.pem"] {
        let get = server.at(path).send(reqwest::Method::GET, None).await;
        assert_eq!(get.status, 200, "{path}: {get:?}");
        for method in [reqwest::Method::POST, reqwest::Method::PUT, reqwest::Method::DELETE] {
            let reply = server.at(path).send(method.clone(), None).await;
            assert_eq!(reply.status, 405, "{method} {path}: {reply:?}");
        }
    }
    let ca = server.at("/ca.pem").send(reqwest::Method::GET, None).await.text;
    assert_eq!(ca, std::fs::read_to_string(server.ready("caFile")).unwrap());
    for path in ["/certificates?first=1", "/certificates/timeline", "/authority", "/policy"] {
        let url = format!("{}{path}", server.ready("consoleUrl"));
        let reply = server.at("").at(&url).send(reqwest::Method::GET, None).await;
        assert_eq!(reply.status, 401, "{path}: {reply:?}");
        let pairing = server.pair(&server.register(&format!("asks {}", path.len())).await).await;
        let reply = pairing.director(&server).at(&format!("{}/console/v1{path}", server.certificate_secured()));
        let reply = reply.send(reqwest::Method::GET, None).await;
        assert!([401, 404].contains(&reply.status), "{path}: {reply:?}");
    }
}
