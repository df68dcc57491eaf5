//! The chain from the root to the client, link by link, with everything that is wrong said in a sentence.

use pairing::Moment;

use super::{
    decoded::{Decoded, spoken},
    extensions::is_understood,
};
use crate::calls::{ChainLink, ChainRole};

/// Whose certificate a chain begins with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Whose {
    Client,
    Server,
}

/// Root first. `upwards` begins with the client's own certificate, each following one has signed the one before.
pub(super) fn chain(upwards: &[Decoded<'_>], now: Moment) -> Vec<ChainLink> {
    links(upwards, Whose::Client, now)
}

/// What a server showed, its own certificate first, as a chain with the root first. What cannot be read is left out.
pub(crate) fn server_chain(shown: &[impl AsRef<[u8]>], now: Moment) -> Vec<ChainLink> {
    let upwards: Vec<_> = shown.iter().filter_map(|der| Decoded::read(der.as_ref()).ok()).collect();
    links(&upwards, Whose::Server, now)
}

fn links(upwards: &[Decoded<'_>], whose: Whose, now: Moment) -> Vec<ChainLink> {
    let links = upwards.iter().enumerate().map(|(position, link)| {
        let above = upwards.get(position + 1);
        let self_signed = link.names_itself_as_issuer() && link.is_signed_by(link);
        let role = match (position, above) {
            (0, _) if whose == Whose::Client => ChainRole::Client,
            (0, _) => ChainRole::Server,
            (_, None) if link.names_itself_as_issuer() => ChainRole::Root,
            (_, None | Some(_)) => ChainRole::Intermediate,
        };
        ChainLink {
            role,
            subject: link.subject(),
            issuer: link.issuer(),
            key: link.key(),
            not_before: link.not_before().rfc3339(),
            not_after: link.not_after().rfc3339(),
            fingerprint: link.fingerprint(),
            fingerprint_words: link.words(),
            subject_key_id: link.subject_key_id(),
            authority_key_id: link.authority_key_id(),
            signed_by_previous: above.map_or(self_signed, |above| link.is_signed_by(above)),
            problems: problems(link, above, position, whose, now),
        }
    });
    let mut links: Vec<_> = links.collect();
    links.reverse();
    links
}

/// Everything wrong with one link. `position` counts from the client, which is 0.
fn problems(
    link: &Decoded<'_>,
    above: Option<&Decoded<'_>>,
    position: usize,
    whose: Whose,
    now: Moment,
) -> Vec<String> {
    let mut found = Vec::new();
    if now < link.not_before() {
        found.push(format!("It is not valid before {}.", spoken(link.not_before())));
    }
    if now > link.not_after() {
        found.push(format!("It expired on {}.", spoken(link.not_after())));
    }
    match above {
        Some(above) => against_issuer(link, above, &mut found),
        None if !link.names_itself_as_issuer() => found.push(format!(
            "Its issuer, {}, is not part of the chain: whoever checks it must know that one already.",
            link.issuer()
        )),
        None if !link.is_signed_by(link) => {
            found.push("It calls itself its own issuer, but its signature is not made with its own key.".into());
        }
        None => {}
    }
    if position == 0 && whose == Whose::Client {
        as_client(link, &mut found);
    } else if position == 0 {
        as_server(link, &mut found);
    } else {
        as_authority(link, position, &mut found);
    }
    if let Some(bits) = link.key().strip_prefix("RSA ").and_then(|bits| bits.parse::<u32>().ok())
        && bits < 2048
    {
        found.push(format!("Its key has only {bits} bits, which can be broken."));
    }
    let unknown = link.certificate.extensions().iter().filter(|extension| extension.critical);
    if let Some(extension) = unknown.into_iter().find(|extension| !is_understood(extension)) {
        let oid = extension.oid.to_id_string();
        found.push(format!("Its extension {oid} is critical and not known here; others may refuse it as well."));
    }
    found
}

fn against_issuer(link: &Decoded<'_>, above: &Decoded<'_>, found: &mut Vec<String>) {
    if link.certificate.issuer().as_raw() != above.certificate.subject().as_raw() {
        found.push(format!("It names {} as its issuer, but the one above it is {}.", link.issuer(), above.subject()));
    }
    if !link.is_signed_by(above) {
        found.push(format!(
            "It was not signed by the one above it: its signature ({}) does not fit that key.",
            link.signature_algorithm()
        ));
    }
    if let (Some(named), Some(present)) = (link.authority_key_id(), above.subject_key_id())
        && named != present
    {
        found.push("It names another key of its issuer than the one above it has.".into());
    }
    if link.not_after() > above.not_after() {
        found.push(format!(
            "It is valid for longer than the CA above it, which ends on {}; both stop working then.",
            spoken(above.not_after())
        ));
    }
}

fn as_client(link: &Decoded<'_>, found: &mut Vec<String>) {
    if link.is_ca() {
        found.push("It is a CA; a client's certificate must not be one.".into());
    }
    match link.extended_key_usage() {
        Some(usage) if !usage.client_auth && !usage.any => {
            found.push("It may not be used for calling servers (clientAuth is missing).".into());
        }
        Some(_) | None => {}
    }
    if link.key_usage().is_some_and(|usage| !usage.digital_signature()) {
        found.push("Its key may not make signatures, so no TLS handshake can be done with it.".into());
    }
}

fn as_server(link: &Decoded<'_>, found: &mut Vec<String>) {
    match link.extended_key_usage() {
        Some(usage) if !usage.server_auth && !usage.any => {
            found.push("It may not be used by servers (serverAuth is missing).".into());
        }
        Some(_) | None => {}
    }
}

fn as_authority(link: &Decoded<'_>, position: usize, found: &mut Vec<String>) {
    match link.basic_constraints() {
        Some(constraints) if constraints.ca => {
            // The client does not count, and neither does the CA itself (RFC 5280 §4.2.1.9).
            let below = u32::try_from(position - 1).unwrap_or(u32::MAX);
            if constraints.path_len_constraint.is_some_and(|most| below > most) {
                found.push(format!("It allows fewer CAs below it than there are ({below})."));
            }
        }
        Some(_) | None => found.push("It is no CA, so it may not sign other certificates.".into()),
    }
    if link.key_usage().is_some_and(|usage| !usage.key_cert_sign()) {
        found.push("Its key may not sign certificates (keyCertSign is missing).".into());
    }
}

#[cfg(test)]
mod tests {
    use super::{
        super::openssl::{CLIENT, OpenSsl},
        *,
    };

    fn links(openssl: &OpenSsl, upwards: &[&str], days_from_now: i64) -> Vec<ChainLink> {
        let ders = openssl.der(upwards);
        let decoded: Vec<_> = ders.iter().map(|der| Decoded::read(der).unwrap()).collect();
        let begun = decoded[0].not_before().plus_seconds(60);
        chain(&decoded, begun.plus_seconds(days_from_now * 24 * 3600))
    }

    fn problems(links: &[ChainLink]) -> Vec<&str> {
        links.iter().flat_map(|link| link.problems.iter().map(String::as_str)).collect()
    }

    #[test]
    fn a_good_chain_has_nothing_to_say_and_shows_what_proves_it() {
        let openssl = OpenSsl::chain();
        let links = links(&openssl, &["client", "intermediate", "root"], 0);
        assert_eq!(problems(&links), [""; 0]);
        assert_eq!(
            links.iter().map(|link| link.role).collect::<Vec<_>>(),
            [ChainRole::Root, ChainRole::Intermediate, ChainRole::Client]
        );
        assert!(links.iter().all(|link| link.signed_by_previous && link.key == "EC P-256"));
        assert_eq!(links[2].authority_key_id, links[1].subject_key_id);
        assert!(links[2].authority_key_id.is_some());
        assert_eq!(links[2].subject, "C=DE,ST=province,L=locality,O=Org,OU=OrgUnit,CN=s-1");
        openssl.run("x509 -in client.pem -noout -fingerprint -sha256 -out fingerprint");
        let theirs = openssl.text("fingerprint").split_once('=').unwrap().1.trim().replace(':', "").to_lowercase();
        assert_eq!(links[2].fingerprint, theirs);
    }

    #[test]
    fn what_is_wrong_is_said_of_the_link_that_it_is_about() {
        let openssl = OpenSsl::chain();
        let late = links(&openssl, &["client", "intermediate", "root"], 91);
        assert!(problems(&late).len() == 1 && late[2].problems[0].starts_with("It expired on "), "{late:?}");

        // Another root of the same name: only the signature can tell.
        openssl.root("other", "/O=Org/CN=Root");
        let forged = links(&openssl, &["client", "intermediate", "other"], 0);
        assert!(!forged[1].signed_by_previous && forged[0].signed_by_previous);
        let said = forged[1].problems.join(" ");
        assert!(said.contains("was not signed by the one above") && said.contains("another key"), "{said}");

        let short = links(&openssl, &["client", "intermediate"], 0);
        assert_eq!(short[0].role, ChainRole::Intermediate);
        assert!(short[0].problems[0].contains("O=Org,CN=Root, is not part of the chain"), "{short:?}");

        let skipped = links(&openssl, &["client", "root"], 0);
        assert!(skipped[1].problems[0].starts_with("It names O=Org,CN=Intermediate as its issuer"), "{skipped:?}");
    }

    #[test]
    fn a_client_that_is_none_and_a_ca_that_is_none_are_told() {
        let openssl = OpenSsl::chain();
        openssl.signed("server", "/CN=server", "client", "extendedKeyUsage=serverAuth\n", 2000);
        let found = links(&openssl, &["server", "client", "intermediate", "root"], 0);
        let said = problems(&found).join("\n");
        for sentence in [
            "It may not be used for calling servers",
            "It is valid for longer than the CA above it",
            "It is no CA, so it may not sign",
            "Its key may not sign certificates",
            "It allows fewer CAs below it than there are (1)",
        ] {
            assert!(said.contains(sentence), "{sentence}: {said}");
        }
        openssl.signed("ca", "/CN=x", "intermediate", &CLIENT.replace("CA:FALSE", "CA:TRUE"), 10);
        let said = links(&openssl, &["ca", "intermediate", "root"], 0);
        assert!(problems(&said)[0].contains("a client's certificate must not be one"), "{said:?}");
    }

    #[test]
    fn every_extension_is_told_in_words() {
        let openssl = OpenSsl::chain();
        let der = openssl.der(&["client"]);
        let shown = Decoded::read(&der[0]).unwrap().extensions();
        let meaning = |name: &str| shown.iter().find(|extension| extension.name == name).unwrap().meaning.clone();
        assert_eq!(meaning("Basic constraints"), "It is no CA: it can't sign other certificates.");
        assert_eq!(meaning("Extended key usage"), "For calling servers (clientAuth).");
        assert_eq!(meaning("Key usage"), "The key may be used for signatures (TLS handshakes).");
        assert_eq!(
            meaning("CRL distribution points"),
            "Revoked certificates are listed at https://localhost:8443/crl.pem."
        );
        assert!(shown.iter().filter(|extension| extension.critical).count() == 2);
    }
}
