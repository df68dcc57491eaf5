//! Keys that are not RSA: other curves, other algorithms, and points that are on no curve.

use blackbox::EC_P256;

use super::{KEY, Row, refused, weak_request::for_point};

/// The object identifier of P-256.
const P256: &[u8] = &[6, 8, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 3, 1, 7];

#[tokio::test]
async fn other_curves_and_other_algorithms_are_refused() {
    let curve = |name: &str| format!("The EC key is on curve {name}, expected P-256 or P-384.");
    let of_type =
        |name: &str| format!("The key is of type {name}, expected RSA with 2048 to 4096 bits, EC P-256 or EC P-384.");
    refused(KEY, |openssl, subject| {
        let ec = |name: &str| format!("-algorithm EC -pkeyopt ec_paramgen_curve:{name}");
        let mut rows = Vec::new();
        openssl.run("genpkey -genparam -algorithm DSA -pkeyopt dsa_paramgen_bits:1024 -out dsa.parameters");
        for (name, options, sentence) in [
            ("P-192", ec("P-192"), curve("P-192")),
            ("P-224", ec("P-224"), curve("P-224")),
            ("P-521", ec("P-521"), curve("P-521")),
            ("secp256k1", ec("secp256k1"), curve("secp256k1")),
            ("brainpool", ec("brainpoolP256r1"), curve("brainpoolP256r1")),
            (
                "explicit",
                format!("{EC_P256} -pkeyopt ec_param_enc:explicit"),
                "The EC key spells out its curve, expected the curve's name (openssl: -param_enc named_curve).".into(),
            ),
            ("Ed25519", "-algorithm ED25519".into(), of_type("Ed25519")),
            ("Ed448", "-algorithm ED448".into(), of_type("Ed448")),
            ("PSS only", "-algorithm RSA-PSS -pkeyopt rsa_keygen_bits:2048".into(), of_type("RSA for PSS only")),
            ("DSA", "-paramfile dsa.parameters".into(), of_type("DSA")),
        ] {
            openssl.key("weak", &options);
            rows.push(Row::new(name, openssl.request("weak", subject, ""), &sentence));
        }
        let uncompressed = "The EC key is not an uncompressed point (openssl: -conv_form uncompressed).";
        for (name, point, sentence) in [
            ("off the curve", vec![4; 65], "The EC key is not a point on its curve."),
            ("at infinity", vec![0], "The EC key is the point at infinity, which is no key."),
            ("compressed", [vec![2], vec![7; 32]].concat(), uncompressed),
        ] {
            rows.push(Row::new(name, for_point(openssl, subject, P256, &point), sentence));
        }
        rows
    })
    .await;
}
