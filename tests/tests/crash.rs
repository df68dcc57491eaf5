//! `kill -9` under load, again and again on one data directory: what was acknowledged is there, what was spent stays
//! spent.

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicUsize, Ordering},
};

use blackbox::{Caller, CertificateRequest, Pairing, Server, key, sha256};
use futures_util::future::join_all;
use tokio::sync::Notify;

const CRASHES: usize = 20;
const WORKERS: usize = 8;

/// What the applications were told, on their side of the wire.
#[derive(Default)]
struct Told {
    pairings: Vec<Pairing>,
    /// Tokens that bought something and whose answer arrived.
    spent: Vec<String>,
    /// Tokens that were sent and whose answer did not arrive: they may have been spent or not.
    unknown: Vec<String>,
}

/// One round of load. Each worker pairs again and again until the server is gone.
struct Round<'a> {
    server: &'a Server,
    applications: &'a [String],
    told: Arc<Mutex<Told>>,
    acknowledged: AtomicUsize,
    enough: usize,
    killed_now: Notify,
}

impl Round<'_> {
    async fn load(&self, worker: usize) {
        let administrator = self.server.administrator();
        while self.pair(&administrator, &self.applications[worker]).await.is_ok() {
            if self.acknowledged.fetch_add(1, Ordering::Relaxed) + 1 == self.enough {
                self.killed_now.notify_one();
            }
        }
    }

    /// Token, configuration, certificate; an error is the end of the server.
    async fn pair(&self, administrator: &Caller, application: &str) -> Result<(), reqwest::Error> {
        let query =
            format!("mutation {{ result: requestOneTimeTokenForApplication(id: \"{application}\") {{ token }} }}");
        let body = serde_json::json!({ "query": query }).to_string();
        let json = administrator.clone().with("content-type", "application/json");
        let reply = json.try_send(reqwest::Method::POST, Some(body.into())).await?;
        let first = reply.result()["token"].as_str().expect("a token").to_owned();

        let query = "query { result: configuration { token { token } certificateSigningRequestInfo { subject } } }";
        let given = self.redeem(&first, query, serde_json::Value::Null).await?.result();
        let second = given["token"]["token"].as_str().expect("a token").to_owned();
        let subject = given["certificateSigningRequestInfo"]["subject"].as_str().expect("a subject").to_owned();

        let key = key();
        let query = "mutation($csr: String!) { result: signCertificateSigningRequest(csr: $csr) { certificateChain } }";
        let csr = CertificateRequest::new(&subject, &key).field();
        let reply = self.redeem(&second, query, serde_json::json!({ "csr": csr })).await?;
        let pairing = Pairing::from_reply(self.server, application, &subject, key.serialize_pem(), &reply);
        self.told.lock().expect("nobody panicked").pairings.push(pairing);
        Ok(())
    }

    async fn redeem(
        &self,
        token: &str,
        query: &str,
        variables: serde_json::Value,
    ) -> Result<blackbox::Reply, reqwest::Error> {
        let body = serde_json::json!({ "query": query, "variables": variables }).to_string();
        let caller = self.server.connector(token).with("content-type", "application/json");
        let reply = caller.try_send(reqwest::Method::POST, Some(body.into())).await;
        let mut told = self.told.lock().expect("nobody panicked");
        if reply.is_ok() { &mut told.spent } else { &mut told.unknown }.push(token.to_owned());
        reply
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_acknowledged_is_lost_and_no_token_is_spent_twice() {
    let temporary = tempfile::tempdir().unwrap();
    let data_dir = temporary.path().join("data");
    let mut server = Server::start_in(&data_dir, &[]);
    let names: Vec<_> = (0..WORKERS).map(|worker| format!("application {worker}")).collect();
    let applications = join_all(names.iter().map(|name| server.register(name))).await;
    let told = Arc::new(Mutex::new(Told::default()));

    for crash in 0..CRASHES {
        // Another moment each time: after 3 to 40 certificates, with the other workers somewhere in between.
        let enough = 3 + (crash * 13) % 38;
        let round = Round {
            server: &server,
            applications: &applications,
            told: Arc::clone(&told),
            acknowledged: AtomicUsize::new(0),
            enough,
            killed_now: Notify::new(),
        };
        let id = server.program().id().to_string();
        let kill = async {
            round.killed_now.notified().await;
            let killed = tokio::process::Command::new("kill").args(["-9", &id]).status().await;
            assert!(killed.expect("kill runs").success());
        };
        tokio::join!(kill, join_all((0..WORKERS).map(|worker| round.load(worker))));
        drop(server);
        server = Server::start_in(&data_dir, &[]);

        let (pairings, spent, unknown) = {
            let mut told = told.lock().unwrap();
            let from = told.pairings.len().saturating_sub(enough);
            (told.pairings[from..].to_vec(), std::mem::take(&mut told.spent), std::mem::take(&mut told.unknown))
        };
        // A spent token is refused by the server that comes back, as it would have been by the one before.
        join_all(spent.iter().map(|token| refused(&server, token))).await;
        // One whose answer was lost may still be good, for one more request.
        join_all(unknown.iter().map(async |token| {
            server.connector(token).configuration().await;
            refused(&server, token).await;
        }))
        .await;
        // The certificates of this round work.
        join_all(pairings.iter().take(3).map(async |pairing| {
            let url = server.ready("certificateSecuredDirectorUrl");
            let reply = pairing.director(&server).at(url).viewer().await;
            assert_eq!(reply.result()["id"], pairing.application, "crash {crash}: {reply:?}");
        }))
        .await;
    }

    let (ended, stopped) = server.stop().await;
    assert_eq!(ended.code, Some(0), "{}", ended.log);
    let mut store = stopped.store().await;
    assert_eq!(store.column::<String>("PRAGMA integrity_check").await, ["ok"]);
    assert_eq!(store.column::<String>("PRAGMA journal_mode").await, ["wal"]);
    assert!(store.column::<i64>("PRAGMA foreign_key_check").await.is_empty());

    let told = std::mem::take(&mut *told.lock().unwrap());
    let stored: Vec<Vec<u8>> = store.column("SELECT fingerprint FROM certificate").await;
    let lost = told.pairings.iter().filter(|pairing| !stored.contains(&pairing.fingerprint())).count();
    assert!(told.pairings.len() > CRASHES * 3, "there was load: {}", told.pairings.len());
    assert_eq!(lost, 0, "acknowledged certificates that the store lost, of {}", told.pairings.len());
    // A token is spent on a certificate if and only if the certificate is there, and never on two.
    let double = "SELECT count(*) - count(DISTINCT token_hash) FROM certificate";
    assert_eq!(store.count(double).await, 0);
    let halves = "SELECT count(*) FROM one_time_token t LEFT JOIN certificate c ON c.token_hash = t.hash \
        WHERE (coalesce(t.used_for, '') = 'a certificate') <> (c.token_hash IS NOT NULL)";
    assert_eq!(store.count(halves).await, 0);
    let orphans = "SELECT count(*) FROM certificate WHERE token_hash NOT IN (SELECT hash FROM one_time_token)";
    assert_eq!(store.count(orphans).await, 0);
}

async fn refused(server: &Server, token: &str) {
    let reply = server.connector(token).configuration().await;
    assert!(reply.message().starts_with("Failed to authenticate"), "{} {reply:?}", hex(token));
}

/// A token as the store knows it, for the message of a failure.
fn hex(token: &str) -> String {
    sha256(token.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}
