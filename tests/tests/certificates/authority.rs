//! Another authority takes over while the first one still counts, and one day does not count any more.

use std::{fs, time::Duration};

use blackbox::{OpenSsl, Pairing, Server, der, hex, key, sha256, until};
use reqwest::Method;
use serde_json::{Value, json};

use super::{entry, is_time, refused, works};

/// Rotates and returns the authority page.
async fn rotate(server: &Server, key: &str, seconds: u64) -> Value {
    server.console_post("/authority/rotate", &json!({ "key": key, "oldTrustedForSeconds": seconds })).await
}

fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value[name].as_str().unwrap_or_else(|| panic!("{name} in {value}"))
}

/// `openssl verify` with one authority and no other.
fn verifies(openssl: &OpenSsl, authority: &Value, pairing: &Pairing) -> bool {
    openssl.write("only.pem", text(authority, "pem"));
    openssl.keep("client", pairing);
    openssl.output("verify -x509_strict -purpose sslclient -CAfile only.pem -partial_chain client.pem").status.success()
}

#[tokio::test]
async fn the_page_tells_what_there_is() {
    let server = Server::start(&[]);
    server.pair(&server.register("counted").await).await;
    let page = server.console_get("/authority").await;
    let pem = fs::read_to_string(server.ready("caFile")).unwrap();
    let active = &page["active"];
    assert_eq!((text(active, "pem"), text(active, "fingerprint")), (pem.as_str(), hex(&sha256(&der(&pem))).as_str()));
    assert_eq!(
        (&active["origin"], &active["state"], &active["key"]),
        (&json!("created"), &json!("active"), &json!("EC P-256"))
    );
    assert_eq!((&active["trustedUntil"], &active["currentCertificates"]), (&Value::Null, &json!(1)));
    assert!(text(active, "subject").contains("CN=Pairing Cockpit Connector CA "), "{active}");
    for field in ["notBefore", "notAfter", "activeSince"] {
        assert!(is_time(&active[field]), "{field}: {active}");
    }
    assert_eq!(
        (&page["trusted"], &page["ownersOnOldChain"], &page["lastBackupAt"]),
        (&json!([]), &json!(0), &Value::Null)
    );
    assert_eq!(page["fidelity"], "strict");
    // Said for as long as the key lies in the open.
    assert_eq!(page["keyProtection"], "plain");
    assert!(page["warning"].as_str().is_some_and(|warning| warning.contains("not encrypted")), "{page}");
    assert!(text(&page, "keyFile").ends_with("/ca-key.pem") && text(&page, "journalFile").starts_with('/'), "{page}");
    let names: Vec<_> = page["server"]["names"].as_array().unwrap().iter().map(|name| name.as_str().unwrap()).collect();
    assert!(names.contains(&"localhost") && names.contains(&"127.0.0.1"), "{names:?}");
    assert_eq!(page["server"]["issuer"], active["fingerprint"]);
    let listeners: Vec<_> =
        page["listeners"].as_array().unwrap().iter().map(|one| (text(one, "name"), text(one, "tls"))).collect();
    assert_eq!(listeners, [("token", "server"), ("certificate", "mutual")]);
    for listener in page["listeners"].as_array().unwrap() {
        assert_eq!(listener["connectionLimit"], 512, "{listener}");
        assert!(listener["connections"].as_u64().is_some(), "{listener}");
    }
}

#[tokio::test]
async fn a_rotation_overlaps_and_ends_when_the_old_one_is_retired() {
    let mut server = Server::start(&[]);
    let openssl = OpenSsl::new();
    let (stays, moves) = (server.register("stays").await, server.register("moves").await);
    let (old_stays, old_moves) = (server.pair(&stays).await, server.pair(&moves).await);
    let first = server.console_get("/authority").await["active"].clone();
    for (kind, name) in [("rsa:4096", "RSA 4096"), ("ec:p256", "EC P-256")] {
        let page = rotate(&server, kind, 86_400).await;
        assert_eq!(page["active"]["key"], name);
    }
    let page = server.console_get("/authority").await;
    let second = page["active"].clone();
    assert_ne!(second["fingerprint"], first["fingerprint"]);
    let trusted: Vec<_> = page["trusted"].as_array().unwrap().iter().map(|one| one["fingerprint"].clone()).collect();
    assert!(trusted.len() == 2 && trusted.contains(&first["fingerprint"]), "{page}");
    assert!(page["trusted"].as_array().unwrap().iter().all(|one| is_time(&one["trustedUntil"])), "{page}");

    // The old ones go on, also for those who know nothing of the change.
    assert!(works(&server, &old_stays).await && works(&server, &old_moves).await);
    assert_eq!(
        (page["ownersOnOldChain"].clone(), names(&server).await),
        (json!(2), vec!["moves".into(), "stays".into()])
    );
    // Renewing brings one over.
    let new = old_moves.renewed(&server, &key()).await;
    assert_eq!(names(&server).await, ["stays"]);
    assert!(works(&server, &new).await && works(&server, &old_moves).await);
    assert!(verifies(&openssl, &second, &new) && !verifies(&openssl, &first, &new));
    assert!(verifies(&openssl, &first, &old_stays) && !verifies(&openssl, &second, &old_stays));
    assert_eq!(entry(&server, &new.name()).await["issuer"], second["fingerprint"]);
    assert!(new.chain_pem.ends_with(text(&second, "pem")), "leaf, then the authority that signed it");
    let bundle = server.at("/ca.pem").send(Method::GET, None).await.text;
    assert!(bundle.starts_with(text(&second, "pem")) && bundle.contains(text(&first, "pem")), "active one first");
    assert_eq!(fs::read_to_string(server.ready("caFile")).unwrap(), bundle);
    let lists = server.at("/crl.pem").send(Method::GET, None).await.text;
    assert_eq!(lists.matches("BEGIN X509 CRL").count(), 3, "one for each that counts");

    // What counts survives a restart.
    let (_, stopped) = server.stop().await;
    server = Server::start_in(stopped.data_dir(), &[]);
    assert!(works(&server, &old_stays.at(&server)).await && works(&server, &new.at(&server)).await);

    let path = "/authority/retire";
    let retire = async |server: &Server, fingerprint: &Value| {
        server.console(Method::POST, path, &json!({ "fingerprint": fingerprint })).await
    };
    refused(&retire(&server, &second["fingerprint"]).await, 409, "invalid_operation");
    refused(&retire(&server, &json!("0".repeat(64))).await, 404, "not_found");
    refused(&retire(&server, &json!("nonsense")).await, 400, "invalid_data");
    // On a connection that was open as well.
    let open = old_stays.at(&server).director(&server);
    assert_eq!(open.viewer().await.status, 200);
    for fingerprint in &trusted {
        assert_eq!(retire(&server, fingerprint).await.status, 200);
    }
    assert_eq!(open.viewer().await.refusal().0, 401);
    server.read_ca_file();
    let gone = old_stays.at(&server).director(&server).try_send(Method::POST, None).await;
    assert!(gone.is_err() || gone.is_ok_and(|reply| reply.status == 401));
    assert!(works(&server, &new.at(&server)).await);
    let page = server.console_get("/authority").await;
    assert_eq!((&page["trusted"], &page["active"]["fingerprint"]), (&json!([]), &second["fingerprint"]));
    assert_eq!(page["server"]["issuer"], second["fingerprint"], "the server shows one that is still known");
    assert_eq!(fs::read_to_string(server.ready("caFile")).unwrap(), text(&second, "pem"));
}

async fn names(server: &Server) -> Vec<String> {
    let page = server.console_get("/authority/old-chain?first=200").await;
    let owners = page["owners"].as_array().unwrap();
    assert_eq!(page["count"], owners.len());
    let mut names: Vec<_> = owners.iter().map(|owner| text(owner, "name").to_owned()).collect();
    names.sort();
    names
}

/// The overlap ends by itself.
#[tokio::test]
async fn the_old_authority_ends_on_its_day() {
    let mut server = Server::start(&[]);
    let application = server.register("overlap").await;
    let old = server.pair(&application).await;
    let page = rotate(&server, "ec:p256", 2).await;
    assert_eq!(page["trusted"].as_array().unwrap().len(), 1, "{page}");
    let new = old.renewed(&server, &key()).await;
    let director = old.director(&server);
    assert_eq!(director.viewer().await.status, 200);
    until("the old one is refused on its open connection", Duration::from_secs(20), async || {
        (director.viewer().await.status == 401).then_some(())
    })
    .await;
    server.read_ca_file();
    until("the server shows the new one's certificate", Duration::from_secs(20), async || {
        let client = new.client(&server).build().unwrap();
        let reply = new.director(&server).through(client).try_send(Method::POST, None).await;
        reply.is_ok().then_some(())
    })
    .await;
    assert!(works(&server, &new).await);
    // None at all is an overlap, too.
    let page = rotate(&server, "ec:p256", 0).await;
    assert_eq!(page["trusted"], json!([]), "{page}");
    server.read_ca_file();
    assert!(
        new.director(&server)
            .through(new.client(&server).build().unwrap())
            .try_send(Method::POST, None)
            .await
            .map_or(true, |reply| reply.status == 401)
    );
    let token = server.token(&application).await;
    assert!(works(&server, &Pairing::of(&server, &application, &token).await).await);
}

#[tokio::test]
async fn nonsense_rotates_nothing() {
    let server = Server::start(&[]);
    let before = server.console_get("/authority").await["active"].clone();
    for body in [
        json!({ "key": "rsa:1024", "oldTrustedForSeconds": 1 }),
        json!({ "key": "ec:p256", "oldTrustedForSeconds": -1 }),
        json!({ "key": "ec:p256", "oldTrustedForSeconds": 99_999_999_999_u64 }),
        json!({ "key": "ec:p256" }),
        json!({}),
        Value::Null,
    ] {
        let reply = server.console(Method::POST, "/authority/rotate", &body).await;
        assert_eq!(reply.status, 400, "{body}: {reply:?}");
    }
    assert_eq!(server.console_get("/authority").await["active"], before);
}
