//! Whether others can verify what an authority signs. An imported one may be anything: limited to servers, to a company's
//! host names, to a depth that leaves no room, under a root that has expired. Then every certificate would be refused
//! somewhere else, on a day when nobody expects it. So a certificate for a client and one for this server are signed, put
//! through the rules of TLS (webpki), and thrown away.

use std::{sync::Arc, time::Duration};

use pairing::{Moment, Subject};
use rcgen::{KeyPair, PKCS_ECDSA_P256_SHA256};
use rustls::{
    RootCertStore,
    client::{WebPkiServerVerifier, danger::ServerCertVerifier as _},
    crypto::aws_lc_rs,
    pki_types::{CertificateDer, ServerName, UnixTime},
    server::WebPkiClientVerifier,
};
use x509_parser::prelude::{FromDer as _, X509Certificate};

use super::{Authority, profile};

const MINUTE: Duration = Duration::from_secs(60);

/// # Errors
/// What a verifier would say, for a person.
pub(super) fn check(authority: &Authority, now: Moment) -> Result<(), String> {
    let chain: Vec<&CertificateDer<'_>> =
        std::iter::once(authority.certificate_der()).chain(authority.upper()).collect();
    check_levels(&chain, now)?;
    let trouble =
        |cause: &dyn std::fmt::Display| format!("This certificate authority could not be tried out: {cause}.");
    let refused = |of: &str, cause: &dyn std::fmt::Display| {
        format!(
            "{of} that this certificate authority signs would be refused by everybody who checks the chain: {cause}."
        )
    };
    let key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).map_err(|error| trouble(&error))?;
    let validity = authority.validity(now, MINUTE).map_err(|failure| failure.message)?;
    let client = profile::client(&Subject::default(), "probe", validity, &key);
    let client = client.and_then(|params| authority.sign(&params, &key)).map_err(|failure| trouble(&failure))?;
    let server = profile::server(&["localhost".to_owned()], validity, &key);
    let server = server.and_then(|params| authority.sign(&params, &key)).map_err(|failure| trouble(&failure))?;

    let (anchor, between) = chain.split_last().ok_or_else(|| trouble(&"it has no certificate"))?;
    let between: Vec<CertificateDer<'_>> = between.iter().map(|certificate| (*certificate).clone()).collect();
    let mut roots = RootCertStore::empty();
    roots.add((*anchor).clone()).map_err(|error| refused("Certificates", &error))?;
    let (roots, provider) = (Arc::new(roots), Arc::new(aws_lc_rs::default_provider()));
    let at = UnixTime::since_unix_epoch(Duration::from_secs(now.unix_seconds().unsigned_abs()));

    let clients = WebPkiClientVerifier::builder_with_provider(Arc::clone(&roots), Arc::clone(&provider));
    let clients = clients.build().map_err(|error| trouble(&error))?;
    clients.verify_client_cert(&client, &between, at).map_err(|error| refused("Client certificates", &error))?;
    let servers =
        WebPkiServerVerifier::builder_with_provider(roots, provider).build().map_err(|error| trouble(&error))?;
    let name = ServerName::try_from("localhost").map_err(|error| trouble(&error))?;
    let verified = servers.verify_server_cert(&server, &between, &name, &[], at);
    verified.map(drop).map_err(|error| refused("This server's certificate", &error))
}

/// What webpki takes on trust of a root and other verifiers do not: its dates, and how deep it lets the chain be.
fn check_levels(chain: &[&CertificateDer<'_>], now: Moment) -> Result<(), String> {
    for (below, certificate) in chain.iter().enumerate() {
        let (_, parsed) = X509Certificate::from_der(certificate)
            .map_err(|_| "A certificate above the authority's is damaged.".to_owned())?;
        let name = parsed.subject();
        let (from, until) = (parsed.validity().not_before.timestamp(), parsed.validity().not_after.timestamp());
        if !(from..until).contains(&now.unix_seconds()) {
            let [from, until] = [from, until].map(|at| Moment::from_unix_seconds(at).rfc3339());
            return Err(format!("The certificate \"{name}\" is valid from {from} until {until}, not now."));
        }
        if below + 1 == chain.len() && parsed.issuer().as_raw() != parsed.subject().as_raw() {
            return Err(format!(
                "The certificate above \"{name}\" is missing: \"{}\". Add it to the file, and those above it up to the root.",
                parsed.issuer()
            ));
        }
        if !parsed.is_ca() {
            return Err(format!("The certificate \"{name}\" above the authority's is not that of an authority."));
        }
        let depth =
            parsed.basic_constraints().ok().flatten().and_then(|constraints| constraints.value.path_len_constraint);
        if depth.is_some_and(|depth| u64::from(depth) < below as u64) {
            return Err(format!(
                "The certificate \"{name}\" allows {} authorities below it, and there would be {below}.",
                depth.unwrap_or_default()
            ));
        }
    }
    Ok(())
}
