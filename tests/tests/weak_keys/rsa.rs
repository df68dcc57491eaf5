//! RSA: too short, too long, odd exponents, and moduli that are easy to take apart.

use blackbox::OpenSsl;
use num_bigint::BigUint;

use super::{KEY, Row, refused, weak_request::RsaKey};

fn prime(openssl: &OpenSsl, bits: u32) -> BigUint {
    let shown = openssl.run(&format!("prime -generate -bits {bits}"));
    shown.trim().parse().unwrap()
}

/// The first prime among numbers that openssl is asked about, a few hundred at a time.
fn first_prime(openssl: &OpenSsl, mut candidates: impl Iterator<Item = BigUint>) -> BigUint {
    loop {
        let some: Vec<BigUint> = candidates.by_ref().take(100).collect();
        let words = some.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ");
        let shown = openssl.tool("prime -checks 8").words(&words).run();
        let found = shown.lines().zip(&some).find(|(line, _)| line.ends_with("is prime"));
        if let Some((_, prime)) = found {
            return prime.clone();
        }
    }
}

/// A prime like those of the chips with the ROCA fault: k·M + (65537^a mod M), with M the product of the first 126
/// primes (Nemec et al., "The Return of Coppersmith's Attack", 2017).
fn roca_prime(openssl: &OpenSsl, power: u32) -> BigUint {
    let is_prime = |number: &u32| (2..*number).take_while(|d| d * d <= *number).all(|d| !number.is_multiple_of(d));
    let product: BigUint = (2u32..).filter(is_prime).take(126).product();
    let start = BigUint::from(65537u32).modpow(&BigUint::from(power), &product);
    let least = (BigUint::from(3u32) << 1022) / &product;
    first_prime(openssl, (1u32..).map(|k| (&least + k) * &product + &start))
}

#[tokio::test]
async fn weak_rsa_keys_are_refused() {
    let bits = |bits: u32| format!("The RSA key has {bits} bits, expected 2048 to 4096.");
    let exponent =
        |e: &str| format!("The RSA exponent is {e}, expected an odd number of at least 65537, such as 65537 itself.");
    refused(KEY, |openssl, subject| {
        let mut rows = Vec::new();
        // Many primes make a long key quickly.
        for (name, options, sentence) in [
            ("512 bits", "rsa_keygen_bits:512", bits(512)),
            ("1024 bits", "rsa_keygen_bits:1024", bits(1024)),
            ("1536 bits", "rsa_keygen_bits:1536", bits(1536)),
            ("2047 bits", "rsa_keygen_bits:2047", bits(2047)),
            ("4097 bits", "rsa_keygen_bits:4097 -pkeyopt rsa_keygen_primes:4", bits(4097)),
            ("8192 bits", "rsa_keygen_bits:8192 -pkeyopt rsa_keygen_primes:5", bits(8192)),
            ("exponent 3", "rsa_keygen_bits:2048 -pkeyopt rsa_keygen_pubexp:3", exponent("3")),
            ("exponent 17", "rsa_keygen_bits:2048 -pkeyopt rsa_keygen_pubexp:17", exponent("17")),
            (
                "exponent of 35 bits",
                "rsa_keygen_bits:2048 -pkeyopt rsa_keygen_pubexp:17179869185",
                "The RSA exponent has 35 bits, expected at most 33, best is 65537.".into(),
            ),
        ] {
            openssl.key("weak", &format!("-algorithm RSA -pkeyopt {options}"));
            rows.push(Row::new(name, openssl.request("weak", subject, ""), &sentence));
        }
        let (p, q) = (prime(openssl, 1024), prime(openssl, 1024));
        let sound = |e: u32| RsaKey::of(&[p.clone(), q.clone()], e);
        let neighbour = first_prime(openssl, (1u32..).map(|step| &p + 2 * step));
        let everybody = "everybody can compute the private key.";
        for (name, key, sentence) in [
            ("exponent 1", sound(1), exponent("1")),
            ("even exponent", sound(65538), exponent("65538")),
            (
                "even modulus",
                RsaKey::of(&[BigUint::from(2u32), p.clone(), q.clone()], 65537),
                "The RSA modulus is an even number, so this is not an RSA key.".into(),
            ),
            (
                "small factor",
                RsaKey::of(&[BigUint::from(751u32), p.clone(), prime(openssl, 1030)], 65537),
                format!("The RSA modulus can be divided by 751: {everybody} Make a new key."),
            ),
            (
                "square modulus",
                RsaKey::of(&[p.clone(), p.clone()], 65537),
                format!("The RSA modulus is the square of a number: {everybody} Make a new key."),
            ),
            (
                "close primes",
                RsaKey::of(&[p.clone(), neighbour], 65537),
                "The two primes of the RSA key are so close to each other that everybody can compute the private key. \
                 Make a new key with another program."
                    .into(),
            ),
            (
                "ROCA",
                RsaKey::of(&[roca_prime(openssl, 123_457), roca_prime(openssl, 765_431)], 65537),
                "The RSA key has the fingerprint of the ROCA fault (CVE-2017-15361): its private key can be computed. \
                 Make a new key, not in the same chip."
                    .into(),
            ),
        ] {
            rows.push(Row::new(name, key.request(openssl, subject), &sentence));
        }
        rows
    })
    .await;
}

/// What makes the weak ones makes a sound one as well, and that is signed: it was the key that was refused.
#[tokio::test]
async fn a_sound_key_made_the_same_way_gets_a_certificate() {
    let server = blackbox::Server::start(&[]);
    let application = server.register("sound").await;
    let (token, subject) = server.connector(&server.token(&application).await).token_and_subject().await;
    let openssl = OpenSsl::new();
    let key = RsaKey::of(&[prime(&openssl, 1024), prime(&openssl, 1024)], 65537);
    let reply = server.connector(&token).sign(&key.request(&openssl, &subject).field()).await;
    assert!(reply.result()["clientCertificate"].is_string(), "{reply:?}");
}
