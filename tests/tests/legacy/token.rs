//! How many tokens there are at a time, and what spends them.

use blackbox::{CertificateRequest, key};
use futures_util::future::join_all;

use super::{
    csr,
    flavour::{Flavour, World},
    kyma::refused,
    ok, text,
};

#[tokio::test]
async fn the_first_generation_has_one_token_for_a_name() {
    for flavour in [Flavour::RemoteEnvironments, Flavour::ApplicationsByName] {
        let world = World::start(flavour, &[]).await;
        let curl = world.server.curl();
        let (first, second) = (world.link().await, world.link().await);
        refused(&curl.get(&first.url), 403, "Invalid token.");
        let info = ok(&curl.get(&second.url), 200);
        refused(&curl.get(&second.url), 403, "Invalid token.");
        // Both names are the same application, and it has the one slot.
        let family = if flavour == Flavour::RemoteEnvironments { "applications" } else { "remoteenvironments" };
        let third = world.server.internal().first_generation(family, &world.name);
        let body = csr(&CertificateRequest::new(text(&info["certificate"]["subject"]), &key()).pem);
        refused(&curl.post(text(&info["csrUrl"]), &body), 403, "Invalid token.");
        // Straight to signing, without info.
        let sign = third.at(&world.open(), &format!("/v1/{family}/{}/client-certs", world.name));
        ok(&curl.post(&sign, &body), 201);
        refused(&curl.post(&sign, &body), 403, "Invalid token.");
    }
}

#[tokio::test]
async fn the_second_generation_has_as_many_as_were_asked_for() {
    let world = World::start(Flavour::Second, &[]).await;
    let curl = world.server.curl();
    let links = join_all((0..4).map(|_| world.link())).await;
    let [first, second, third, fourth] = &links[..] else { panic!("{links:?}") };
    // An info leads to another info, or to a certificate.
    let info = ok(&curl.get(&first.url), 200);
    let subject = text(&info["certificate"]["subject"]);
    let again = text(&info["csrUrl"]).replace("/certificates?", "/signingRequests/info?");
    let info = ok(&curl.get(&again), 200);
    let body = csr(&CertificateRequest::new(subject, &key()).pem);
    for url in [
        text(&info["csrUrl"]),
        &second.at(&world.open(), &world.signing_path()),
        &third.at(&world.open(), &world.signing_path()),
    ] {
        ok(&curl.post(url, &body), 201);
        refused(&curl.post(url, &body), 403, "Invalid token.");
    }
    // A pairing that is done does not touch the others.
    ok(&curl.get(&fourth.url), 200);
    let names: Vec<_> = world.auths().await.iter().map(|auth| auth["auth"]["certCommonName"].clone()).collect();
    assert_eq!(names, ["shop"], "one pairing of the application, whatever the number of tokens");
}

/// However many ask at once, each token buys one answer.
#[tokio::test]
async fn a_token_is_spent_once_however_many_present_it() {
    for flavour in [Flavour::RemoteEnvironments, Flavour::Second, Flavour::Adapter] {
        let world = World::start(flavour, &[]).await;
        let (url, subject) = world.ready_to_sign().await;
        let client = world.server.client().build().unwrap();
        let requests = (0..8).map(|_| {
            let body = csr(&CertificateRequest::new(&subject, &key()).pem);
            async { client.post(&url).body(body).send().await.unwrap().status().as_u16() }
        });
        let mut statuses = join_all(requests).await;
        statuses.sort_unstable();
        assert_eq!(statuses, [&[201][..], &[403; 7]].concat(), "{flavour:?}");
    }
}

/// As one store knows them all: a restart of the server ends no link, unlike in Kyma.
#[tokio::test]
async fn a_restart_ends_no_link() {
    let folder = tempfile::tempdir().unwrap();
    let data_dir = folder.path().join("data");
    let options = ["--internal-port", "0"];
    let world = |server, id| World { server, flavour: Flavour::Second, name: "shop".into(), id };
    let server = blackbox::Server::start_in(&data_dir, &options);
    let id = server.register("shop").await;
    let before = world(server, id.clone());
    let (link, other) = (before.link().await, before.ready_to_sign().await);
    before.server.stop().await;
    let after = world(blackbox::Server::start_in(&data_dir, &options), id);
    let token = other.0.split_once("?token=").unwrap().1;
    let sign = format!("{}{}?token={token}", after.open(), after.signing_path());
    let body = csr(&CertificateRequest::new(&other.1, &key()).pem);
    ok(&after.server.curl().post(&sign, &body), 201);
    ok(&after.server.curl().get(&link.at(&after.open(), &after.info_path())), 200);
}
