//! Whether something that a person drops belongs to a certificate: its key, its request, its root, its chain. Nothing of
//! it is kept, and an answer never repeats it.

use keys::{KeyFault, PrivateKey};
use pairing::csr;

use super::{
    decoded::{Decoded, certificates_in},
    dropped::Dropped,
};
use crate::{
    Cockpit, Problem,
    calls::{CallContext, CertificateCheck, VerifyCertificate, VerifyVerdict},
};

impl Cockpit {
    pub(crate) async fn verify_certificate(
        &self,
        call: CallContext,
        input: VerifyCertificate,
    ) -> Result<CertificateCheck, Problem> {
        let (_, inventory) = self.inventory(call)?;
        let found = inventory.one(&input.fingerprint).await?;
        // Reading a key checks its numbers, which takes a moment for a large one.
        let checked = tokio::task::spawn_blocking(move || {
            let dropped = Dropped::recognise(&input.text.into_inner());
            check(&certificates_in(&found.chain_pem), dropped)
        });
        checked.await.unwrap_or_else(|_| Err(Problem::invalid("This could not be looked at.")))
    }
}

/// `chain` begins with the certificate that it is about.
fn check(chain: &[Vec<u8>], dropped: Dropped) -> Result<CertificateCheck, Problem> {
    let unreadable = |_| Problem::invalid("The certificate of the inventory can't be read.");
    let chain: Vec<_> = chain.iter().map(|der| Decoded::read(der)).collect::<Result<_, _>>().map_err(unreadable)?;
    let Some(leaf) = chain.first() else { return Err(unreadable(String::new())) };
    Ok(match dropped {
        Dropped::PrivateKey(read) => private_key(leaf, &read),
        Dropped::PublicKey(der) => {
            let fits = der == leaf.public_key_der();
            said(
                "a public key",
                if fits { VerifyVerdict::Match } else { VerifyVerdict::NoMatch },
                if fits { "This is the public key of the certificate." } else { OTHER_KEY },
            )
        }
        Dropped::Request(der) => request(leaf, &der),
        Dropped::Certificates(ders) => {
            let others: Vec<_> = ders.iter().filter_map(|der| Decoded::read(der).ok()).collect();
            certificates(&chain, &others)
        }
        Dropped::Pkcs12 => not_applicable("a PKCS#12 file (.p12, .pfx)").with_hint(
            "Take what is in it out and drop that: openssl pkcs12 -in FILE -nokeys, or -nocerts for the key.",
        ),
        Dropped::JavaKeyStore => not_applicable("a Java key store")
            .with_hint("Take the certificate out and drop that: keytool -exportcert -rfc -keystore FILE -alias NAME"),
        Dropped::Token(_) => {
            not_applicable("a token").with_hint("A token is a secret: whoever has it can use it. It was not kept here.")
        }
        Dropped::Damaged => not_applicable("something that is cut off or damaged")
            .with_hint("Copy it again, with its BEGIN and END lines."),
        Dropped::Empty | Dropped::Unknown => not_applicable("nothing that is known here")
            .with_hint("Drop a private key, a signing request, a certificate or a chain: PEM or DER."),
    })
}

const OTHER_KEY: &str = "This key belongs to another certificate.";

fn private_key(leaf: &Decoded<'_>, read: &Result<PrivateKey, KeyFault>) -> CertificateCheck {
    let not_kept = "It was not kept here. Give it to nobody.";
    match read {
        Ok(key) if key.public_key_der() == leaf.public_key_der() => said(
            &format!("a private key ({})", key.description()),
            VerifyVerdict::Match,
            "This is the private key of the certificate.",
        )
        .with_hint(not_kept),
        Ok(key) => {
            let (own, other) = (leaf.key(), key.description());
            let kinds =
                if own == other { String::new() } else { format!(" It is {other}, the certificate's is {own}.") };
            said(
                &format!("a private key ({other})"),
                VerifyVerdict::NoMatch,
                &format!("This private key belongs to another certificate.{kinds}"),
            )
            .with_hint(not_kept)
        }
        Err(KeyFault::PassphraseMissing | KeyFault::PassphraseWrong | KeyFault::EncryptedPem) => said(
            "a private key that is protected with a passphrase",
            VerifyVerdict::NotApplicable,
            "Whether it fits can't be seen without its passphrase, which you should not type here.",
        )
        .with_hint("Drop its public key instead: openssl pkey -in FILE -pubout"),
        Err(fault) => said("a private key", VerifyVerdict::NotApplicable, &fault.to_string()).with_hint(not_kept),
    }
}

fn request(leaf: &Decoded<'_>, der: &[u8]) -> CertificateCheck {
    let recognised = "a signing request";
    match csr::inspect(der, None, None, &csr::KeyRules::default()) {
        Ok(request) if request.spki_der == leaf.public_key_der() => {
            said(recognised, VerifyVerdict::Match, "This request was made with the key of the certificate.")
        }
        Ok(_) => said(recognised, VerifyVerdict::NoMatch, "This request was made with another key.")
            .with_hint("A renewal may use a new key; then this is no fault."),
        Err(refusal) => said(recognised, VerifyVerdict::NotApplicable, &refusal.to_string()),
    }
}

/// Certificates: the same one, one with the same key, or those that it leads to.
fn certificates(chain: &[Decoded<'_>], others: &[Decoded<'_>]) -> CertificateCheck {
    let (Some(leaf), Some(first)) = (chain.first(), others.first()) else {
        return not_applicable("a certificate that can't be read");
    };
    let same = others.iter().any(|other| other.fingerprint() == leaf.fingerprint());
    let recognised = match others {
        [one] if one.is_ca() => format!("a CA certificate ({})", one.spoken_name()),
        [one] => format!("a certificate ({})", one.spoken_name()),
        _ => format!("{} certificates", others.len()),
    };
    if let ([one], false) = (others, same)
        && !one.is_ca()
    {
        let verdict = VerifyVerdict::NoMatch;
        return if one.public_key_der() == leaf.public_key_der() {
            said(&recognised, verdict, "This is another certificate for the same key: one renews the other.")
        } else {
            said(&recognised, verdict, "This is another certificate, with another key.")
        };
    }
    if others.len() == 1 && same {
        return said(&recognised, VerifyVerdict::Match, "This is the certificate itself.");
    }
    match path_to(chain, others) {
        Some((top, steps)) => {
            let way = match steps {
                1 => "it was signed with that key".to_owned(),
                _ => format!("{steps} signatures lead there, and each of them fits"),
            };
            let complete = top.names_itself_as_issuer();
            let sentence = format!("The certificate leads to {}: {way}.", top.spoken_name());
            let checked = said(&recognised, VerifyVerdict::Match, &sentence);
            if complete {
                checked
            } else {
                checked.with_hint("That one is not a root: whoever checks the chain must know its issuer as well.")
            }
        }
        None => {
            let what = if first.is_ca() && others.len() == 1 { "this CA" } else { "any of these" };
            said(
                &recognised,
                VerifyVerdict::NoMatch,
                &format!("The certificate does not lead to {what}; it was signed by {}.", leaf.issuer()),
            )
            .with_hint("Two CAs can have the same name: compare their fingerprints.")
        }
    }
}

/// The highest of `others` that is reached from the certificate by signatures that fit, and how many they are. On the way,
/// what the Connector hands out counts as well.
fn path_to<'a>(chain: &'a [Decoded<'a>], others: &'a [Decoded<'a>]) -> Option<(&'a Decoded<'a>, usize)> {
    let mut at = chain.first()?;
    let mut reached = None;
    // A chain that is longer than everything there is goes in circles.
    for steps in 1..=chain.len() + others.len() {
        let signs =
            |above: &&Decoded<'_>| above.is_ca() && above.fingerprint() != at.fingerprint() && at.is_signed_by(above);
        let brought = others.iter().find(signs);
        if let Some(above) = brought {
            reached = Some((above, steps));
        }
        let Some(above) = brought.or_else(|| chain.iter().find(signs)) else { break };
        at = above;
    }
    reached
}

fn said(recognised: &str, verdict: VerifyVerdict, sentence: &str) -> CertificateCheck {
    CertificateCheck { recognised: recognised.into(), verdict, sentence: sentence.into(), hint: None }
}

fn not_applicable(recognised: &str) -> CertificateCheck {
    said(recognised, VerifyVerdict::NotApplicable, &format!("This is {recognised}; it can't be compared."))
}

impl CertificateCheck {
    fn with_hint(self, hint: &str) -> Self {
        Self { hint: Some(hint.into()), ..self }
    }
}

#[cfg(test)]
mod tests {
    use base64::prelude::{BASE64_STANDARD, Engine as _};
    use pairing::Secret;

    use super::{super::openssl::OpenSsl, *};

    fn dropped(openssl: &OpenSsl, text: &str) -> CertificateCheck {
        let chain = openssl.der(&["client", "intermediate", "root"]);
        check(&chain, Dropped::recognise(&Secret::new(text))).unwrap()
    }

    #[test]
    fn a_key_fits_only_its_own_certificate_in_every_form() {
        let openssl = OpenSsl::chain();
        openssl.run("pkey -in client.key -pubout -out public.pem");
        openssl.run("ec -in client.key -out sec1.pem");
        openssl.run("pkey -in client.key -outform DER -out key.der");
        let der = BASE64_STANDARD.encode(openssl.read("key.der"));
        for text in [&openssl.text("client.key"), &openssl.text("sec1.pem"), &der, &openssl.text("public.pem")] {
            let checked = dropped(&openssl, text);
            assert_eq!(checked.verdict, VerifyVerdict::Match, "{checked:?}");
        }
        let other = dropped(&openssl, &openssl.text("root.key"));
        assert_eq!(other.verdict, VerifyVerdict::NoMatch);
        openssl.run("genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out rsa.key");
        let rsa = dropped(&openssl, &openssl.text("rsa.key"));
        assert!(rsa.sentence.ends_with("It is RSA 2048, the certificate's is EC P-256."), "{rsa:?}");
        let key = openssl.text("client.key");
        let secret = key.lines().nth(1).unwrap();
        assert!(!format!("{:?} {other:?}", dropped(&openssl, &key)).contains(secret));
    }

    #[test]
    fn a_key_with_a_passphrase_is_not_asked_for_it() {
        let openssl = OpenSsl::chain();
        openssl.run("pkey -in client.key -aes256 -passout pass:hunter2 -out encrypted.pem");
        let checked = dropped(&openssl, &openssl.text("encrypted.pem"));
        assert_eq!(checked.verdict, VerifyVerdict::NotApplicable);
        assert!(checked.hint.unwrap().contains("-pubout"));
    }

    #[test]
    fn a_request_and_a_certificate_are_compared_by_their_key() {
        let openssl = OpenSsl::chain();
        assert_eq!(dropped(&openssl, &openssl.text("client.csr")).verdict, VerifyVerdict::Match);
        assert_eq!(dropped(&openssl, &openssl.text("intermediate.csr")).verdict, VerifyVerdict::NoMatch);
        let itself = dropped(&openssl, &openssl.text("client.pem"));
        assert_eq!(
            (itself.verdict, itself.sentence.as_str()),
            (VerifyVerdict::Match, "This is the certificate itself.")
        );
        openssl.run("x509 -req -in client.csr -CA root.pem -CAkey root.key -days 9 -out renewed.pem");
        let renewed = dropped(&openssl, &openssl.text("renewed.pem"));
        assert_eq!(renewed.verdict, VerifyVerdict::NoMatch);
        assert!(renewed.sentence.contains("same key"));
    }

    #[test]
    fn a_chain_leads_to_its_root_and_to_no_other_of_the_same_name() {
        let openssl = OpenSsl::chain();
        let root = dropped(&openssl, &openssl.text("root.pem"));
        assert_eq!(root.verdict, VerifyVerdict::Match);
        assert_eq!(root.sentence, "The certificate leads to Root: 2 signatures lead there, and each of them fits.");
        let intermediate = dropped(&openssl, &openssl.text("intermediate.pem"));
        assert!(intermediate.verdict == VerifyVerdict::Match && intermediate.hint.unwrap().contains("not a root"));
        let names = ["client.pem", "intermediate.pem", "root.pem"];
        let whole: String = names.iter().map(|name| openssl.text(name)).collect();
        assert_eq!(dropped(&openssl, &whole).verdict, VerifyVerdict::Match);

        openssl.root("other", "/O=Org/CN=Root");
        let other = dropped(&openssl, &openssl.text("other.pem"));
        assert_eq!(other.verdict, VerifyVerdict::NoMatch);
        assert!(other.sentence.contains("does not lead to this CA"), "{other:?}");
    }

    #[test]
    fn what_cannot_be_compared_is_named() {
        let openssl = OpenSsl::chain();
        openssl.run("pkcs12 -export -nokeys -in client.pem -passout pass:x -out client.p12");
        let file = dropped(&openssl, &BASE64_STANDARD.encode(openssl.read("client.p12")));
        assert!(file.recognised.contains("PKCS#12"), "{file:?}");
        for (text, recognised) in [
            ("", "nothing that is known"),
            ("hello", "nothing that is known"),
            ("-----BEGIN CERTIFICATE-----\nMII\n-----END CERTIFICATE-----", "damaged"),
            ("-----BEGIN CERTIFICATE-----\nMII", "damaged"),
        ] {
            let checked = dropped(&openssl, text);
            assert!(checked.recognised.contains(recognised), "{text}: {checked:?}");
            assert_eq!(checked.verdict, VerifyVerdict::NotApplicable);
        }
    }
}
