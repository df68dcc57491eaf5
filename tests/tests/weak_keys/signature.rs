//! Sound keys and signatures that do not count.

use blackbox::{EC_P256, EC_P384, OpenSsl, RSA_2048, Server};

use super::{Row, SIGNATURE, refused};

#[tokio::test]
async fn broken_and_unusual_signatures_are_refused() {
    refused(SIGNATURE, |openssl, subject| {
        openssl.key("rsa", RSA_2048);
        openssl.key("p384", EC_P384);
        let other = "Sign the request with SHA-256 (openssl: -sha256).";
        let pss = |fault: &str| {
            format!(
                "The RSA-PSS signature has {fault}, expected SHA-256, SHA-384 or SHA-512 for everything and a salt as \
                 long as the hash (openssl: -sigopt rsa_pss_saltlen:digest)."
            )
        };
        let mut rows = Vec::new();
        for (name, key, options, sentence) in [
            (
                "MD5",
                "rsa",
                "-md5",
                "The request is signed with MD5, which can be forged. Sign it with SHA-256 (openssl: -sha256).".into(),
            ),
            ("SHA-224", "rsa", "-sha224", format!("Signatures with SHA-224 are not supported. {other}")),
            (
                "SHA-1 with P-384",
                "p384",
                "-sha1",
                format!("Signatures with ECDSA P-384 and SHA-1 are not supported. {other}"),
            ),
            ("PSS with SHA-1", "rsa", "-sha1 -sigopt rsa_padding_mode:pss", pss("SHA-1 as its hash")),
            (
                "PSS with a short salt",
                "rsa",
                "-sha256 -sigopt rsa_padding_mode:pss -sigopt rsa_pss_saltlen:7",
                pss("a salt of unusual length"),
            ),
        ] {
            rows.push(Row::new(name, openssl.request(key, subject, options), &sentence));
        }
        // Somebody else's signature: a request for one key, signed with another one.
        let mut stolen = openssl.request("rsa", subject, "");
        openssl.key("thief", RSA_2048);
        let thief = openssl.request("thief", subject, "");
        let length = stolen.der.len();
        stolen.der.splice(length - 256.., thief.der[thief.der.len() - 256..].iter().copied());
        stolen.pem = format!(
            "-----BEGIN CERTIFICATE REQUEST-----\n{}\n-----END CERTIFICATE REQUEST-----\n",
            blackbox::base64(&stolen.der)
        );
        let sentence = "The request was not signed with the private key that belongs to its public key, or it was \
            changed afterwards.";
        rows.push(Row::new("another key's", stolen, sentence));
        rows
    })
    .await;
}

/// Old agents sign with SHA-1. It only shows that the sender has the key; what comes back is signed with SHA-256.
#[tokio::test]
async fn a_request_signed_with_sha1_gets_a_certificate_signed_with_sha256() {
    let server = Server::start(&[]);
    let application = server.register("old agent").await;
    let openssl = OpenSsl::new();
    for kind in [RSA_2048, EC_P256] {
        let (token, subject) = server.connector(&server.token(&application).await).token_and_subject().await;
        openssl.key("old", kind);
        let request = openssl.request("old", &subject, "-sha1");
        let reply = server.connector(&token).sign(&request.field()).await;
        let leaf = blackbox::unbase64(reply.result()["clientCertificate"].as_str().unwrap());
        openssl.write("leaf.pem", &leaf);
        let text = openssl.run("x509 -in leaf.pem -noout -text");
        assert!(text.contains("ecdsa-with-SHA256") && !text.to_lowercase().contains("sha1"), "{text}");
    }
}
