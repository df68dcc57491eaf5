//! Handshakes of `openssl s_client`, each with something that must not work, or that must be said.

use blackbox::{OpenSsl, Server, Tool, text};

/// What `s_client` shows of a connection to a port, whatever comes of it.
fn client(openssl: &OpenSsl, port: u16, words: &str, input: &str) -> String {
    let client =
        Tool::new("timeout", openssl.folder()).words("20 openssl s_client -CAfile ca.pem -servername localhost");
    let output = client.words(words).words("-connect").argument(&format!("localhost:{port}")).output(input);
    assert_ne!(output.status.code(), Some(124), "it had to be ended: {words}");
    format!("{}{}", text(&output.stdout), text(&output.stderr))
}

/// A server, and a folder with its CA and a client's certificate.
async fn bench() -> (Server, OpenSsl) {
    let server = Server::start(&[]);
    let pairing = server.pair(&server.register("shakes hands").await).await;
    let openssl = OpenSsl::new();
    openssl.write("ca.pem", std::fs::read(server.ready("caFile")).unwrap());
    openssl.keep("client", &pairing);
    (server, openssl)
}

const CERTIFICATE: &str = " -cert client.pem -key client.key";

#[tokio::test]
async fn old_versions_and_old_suites_find_no_common_ground() {
    let (server, openssl) = bench().await;
    let ports = server.ports();
    for port in [ports.token, ports.certificate] {
        for (words, suite) in [
            ("-tls1_2 -cipher ECDHE-ECDSA-AES128-GCM-SHA256", "ECDHE-ECDSA-AES128-GCM-SHA256"),
            ("-tls1_2 -cipher ECDHE-ECDSA-AES256-GCM-SHA384", "ECDHE-ECDSA-AES256-GCM-SHA384"),
            ("-tls1_2 -cipher ECDHE-ECDSA-CHACHA20-POLY1305", "ECDHE-ECDSA-CHACHA20-POLY1305"),
            ("-tls1_3 -ciphersuites TLS_AES_128_GCM_SHA256", "TLS_AES_128_GCM_SHA256"),
            ("-tls1_3 -ciphersuites TLS_AES_256_GCM_SHA384", "TLS_AES_256_GCM_SHA384"),
            ("-tls1_3 -ciphersuites TLS_CHACHA20_POLY1305_SHA256", "TLS_CHACHA20_POLY1305_SHA256"),
        ] {
            let shown = client(&openssl, port, &format!("{words}{CERTIFICATE}"), "");
            assert!(shown.contains(&format!("Cipher is {suite}")), "{words}: {shown}");
            assert!(shown.contains("Verify return code: 0 (ok)"), "{words}: {shown}");
        }
        for words in [
            // CBC, no forward secrecy, no encryption, no authentication, RSA for the key exchange.
            "-tls1_2 -cipher ECDHE-ECDSA-AES128-SHA:ECDHE-ECDSA-AES256-SHA384:ECDHE-RSA-AES128-SHA256:@SECLEVEL=0",
            "-tls1_2 -cipher AES128-SHA:AES256-SHA:AES128-GCM-SHA256:AES256-GCM-SHA384:@SECLEVEL=0",
            "-tls1_2 -cipher DHE-RSA-AES128-GCM-SHA256:DHE-RSA-AES256-GCM-SHA384:@SECLEVEL=0",
            "-tls1_2 -cipher NULL:aNULL:@SECLEVEL=0",
            "-tls1_2 -cipher ECDHE-ECDSA-AES128-CCM:ECDHE-ECDSA-AES256-CCM8:@SECLEVEL=0",
            "-tls1_3 -ciphersuites TLS_AES_128_CCM_SHA256:TLS_AES_128_CCM_8_SHA256",
            "-tls1_3 -groups P-521:X448",
            "-tls1 -cipher ALL:@SECLEVEL=0",
            "-tls1_1 -cipher ALL:@SECLEVEL=0",
        ] {
            let shown = client(&openssl, port, &format!("{words}{CERTIFICATE}"), "");
            assert!(shown.contains("Cipher is (NONE)"), "{words}: {shown}");
            // Said by the server, not decided by the client.
            assert!(shown.contains("alert handshake failure") || shown.contains("alert protocol version"), "{shown}");
        }
    }
}

/// The name of our authority, and no other: a client with many certificates knows which one to take.
#[tokio::test]
async fn the_certificate_listener_names_its_authority_and_the_other_asks_for_nothing() {
    let (server, openssl) = bench().await;
    let name = openssl.run("x509 -in ca.pem -noout -subject -nameopt oneline").replace("subject=", "");
    for version in ["-tls1_2", "-tls1_3"] {
        let shown = client(&openssl, server.ports().certificate, &format!("{version}{CERTIFICATE}"), "");
        let names = shown.split("Acceptable client certificate CA names\n").nth(1).unwrap_or_else(|| panic!("{shown}"));
        let names: Vec<_> = names.lines().take_while(|line| line.contains(" = ")).collect();
        assert_eq!(names, [name.trim()], "{shown}");
        let shown = client(&openssl, server.ports().token, version, "");
        assert!(shown.contains("No client certificate CA names sent"), "{shown}");
    }
}

const REQUEST: &str = "POST /director/graphql HTTP/1.1\r\nHost: localhost:PORT\r\nContent-Type: application/json\r\n\
    Content-Length: 29\r\nConnection: close\r\n\r\n{\"query\":\"{ viewer { id } }\"}";

/// Early data could be sent again by anybody who has seen them.
#[tokio::test]
async fn nothing_is_taken_before_the_handshake_is_done() {
    let (server, openssl) = bench().await;
    for port in [server.ports().token, server.ports().certificate] {
        let request = REQUEST.replace("PORT", &port.to_string());
        openssl.write("early", &request);
        let words = format!("-tls1_3 -quiet -ign_eof -sess_out session{CERTIFICATE}");
        let shown = client(&openssl, port, &words, &request);
        assert!(shown.contains("HTTP/1.1 "), "{shown}");
        if !openssl.path("session").is_file() {
            // No ticket, no early data.
            continue;
        }
        let ticket = openssl.run("sess_id -in session -noout -text");
        assert!(ticket.contains("Max Early Data: 0"), "{ticket}");
        let words = format!("-tls1_3 -ign_eof -sess_in session -early_data early{CERTIFICATE}");
        let shown = client(&openssl, port, &words, &request);
        assert!(shown.contains("Early data was not sent") || shown.contains("Early data was rejected"), "{shown}");
        std::fs::remove_file(openssl.path("session")).unwrap();
    }
}

/// A session that was resumed has no handshake of its own in which a certificate could be looked at.
#[tokio::test]
async fn a_resumed_session_brings_its_certificate_along() {
    let (server, openssl) = bench().await;
    let port = server.ports().certificate;
    let request = REQUEST.replace("PORT", &port.to_string());
    for version in ["-tls1_2", "-tls1_3"] {
        let words = format!("{version} -ign_eof -sess_out session{CERTIFICATE}");
        let first = client(&openssl, port, &words, &request);
        assert!(first.contains("HTTP/1.1 200") && first.contains("New, "), "{first}");
        let second = client(&openssl, port, &format!("{version} -ign_eof -sess_in session"), &request);
        // It may be refused, and it may be the same caller; anything else would be a way around the certificate.
        let same = second.contains("Reused, ") && second.contains("HTTP/1.1 200");
        let refused = second.contains("New, ") && !second.contains("HTTP/1.1 200");
        assert!(same || refused, "{second}");
    }
}
