//! What sslyze says: everything is as Mozilla's "intermediate" asks for.

use std::process::Command;

use blackbox::{OpenSsl, Server, Tool, certificate_tool, text};

/// Its report on one port, after a look at the verdict in its last lines.
fn scanned(openssl: &OpenSsl, port: u16) -> String {
    let mut command = Command::new(certificate_tool("sslyze"));
    command.current_dir(openssl.folder()).env_remove("PYTHONPATH").env("PYTHONDONTWRITEBYTECODE", "1");
    let scan = Tool::of(command).words("--mozilla_config intermediate --certinfo_ca_file ca.pem");
    let output = scan.argument(&format!("localhost:{port}")).output("");
    let report = text(&output.stdout);
    assert!(output.status.success(), "{report}{}", text(&output.stderr));
    assert!(report.contains(&format!("localhost:{port}: OK - Compliant.")), "{report}");
    report
}

/// The certificate listener has the same settings; without a certificate of ours sslyze does not get far enough to say so.
#[test]
fn the_token_listener_is_as_mozilla_recommends() {
    let server = Server::start(&[]);
    let openssl = OpenSsl::new();
    openssl.write("ca.pem", std::fs::read(server.ready("caFile")).unwrap());
    let report = scanned(&openssl, server.ports().token);
    let suites: Vec<_> =
        report.lines().map(str::trim).filter(|line| line.starts_with("TLS_") && line.contains("ECDH:")).collect();
    assert_eq!(suites.len(), 6, "{report}");
    for suite in suites {
        // Encrypted and authenticated in one, with a key that nobody can find out later.
        assert!(suite.contains("_GCM_") || suite.contains("_CHACHA20_POLY1305_"), "{suite}");
    }
    for words in [
        "Supplied CA file CA Store (N/A):   OK - Certificate is trusted",
        "OK - Compression disabled",
        "Client Renegotiation DoS Attack:   OK - Not vulnerable",
        "TLS_FALLBACK_SCSV:                 OK - Supported",
        "Supported curves:                  X25519, secp256r1, secp384r1",
    ] {
        assert!(report.contains(words), "{words}: {report}");
    }
    for old in ["SSL 2.0", "SSL 3.0", "TLS 1.0", "TLS 1.1"] {
        let found = report.split(&format!("* {old} Cipher Suites:")).nth(1).unwrap().split('*').next().unwrap();
        assert!(found.contains("the server rejected all cipher suites"), "{old}: {found}");
    }
}
