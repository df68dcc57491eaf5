//! The disk is full: writes are refused in a sentence, reads go on, and it heals without a restart.

use std::{
    fs::{self, File},
    io::Write as _,
    path::{Path, PathBuf},
    process::Command,
};

use blackbox::{OAuthClient, Reply, Server};
use serde_json::{Value, json};

/// A file system of its own, three megabytes large. Taken down when it is dropped.
struct SmallDisk(PathBuf);

impl SmallDisk {
    /// # Errors
    /// Why it could not be mounted.
    fn mount(at: &Path) -> Result<Self, String> {
        let output = Command::new("mount").args(["-t", "tmpfs", "-o", "size=3m,mode=0700", "tmpfs"]).arg(at).output();
        match output {
            Ok(output) if output.status.success() => Ok(Self(at.to_owned())),
            Ok(output) => Err(String::from_utf8_lossy(&output.stderr).trim().to_owned()),
            Err(error) => Err(error.to_string()),
        }
    }

    fn filler(&self) -> PathBuf {
        self.0.join("filler")
    }

    /// Takes all the room there is.
    fn fill(&self) {
        let mut file = File::options().create(true).append(true).open(self.filler()).expect("a file");
        while file.write_all(&[0; 512]).is_ok() {}
    }

    fn make_room(&self) {
        fs::remove_file(self.filler()).expect("the filler is there");
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("--lazy").arg(&self.0).status();
    }
}

const REGISTER: &str = "mutation($name: String!, $text: String!) {
    result: registerApplication(in: { name: $name, description: $text }) { id } }";

/// Registers until there is no room left; the answer that says so, and the names that were accepted.
async fn register_until_full(server: &Server, kind: &str) -> (Reply, Vec<String>) {
    let mut accepted = Vec::new();
    for number in 0..2_000 {
        let name = format!("{kind} {number}");
        let text = "d".repeat(1_500);
        let reply = server.administrator().graphql(REGISTER, json!({ "name": name, "text": text })).await;
        if reply.json().get("errors").is_some() {
            return (reply, accepted);
        }
        accepted.push(name);
    }
    panic!("three megabytes held {} applications", accepted.len());
}

/// The first answer that has an error.
async fn until_refused(mut ask: impl AsyncFnMut() -> Reply) -> Reply {
    for _ in 0..50 {
        let reply = ask().await;
        if reply.json().get("errors").is_some() {
            return reply;
        }
    }
    panic!("a full disk held fifty more");
}

/// Revokes one token after the other until that cannot be written; the token that stays good.
async fn revoke_until_full(server: &Server, client: &OAuthClient) -> String {
    for _ in 0..100 {
        let token = client.token(server, "application:read").await;
        let reply = client.at(server, "/oauth2/revoke").form(&[("token", &token)]).await;
        let works = server.bearer(&token).viewer().await.status == 200;
        assert_eq!(works, reply.status != 200, "{reply:?}");
        if reply.status != 200 {
            assert_eq!((reply.status, &reply.json()["error"]), (503, &json!("temporarily_unavailable")), "{reply:?}");
            assert!(reply.header("retry-after").is_some(), "{reply:?}");
            return token;
        }
    }
    panic!("a full disk held a hundred revocations");
}

fn says_full(message: &str) {
    assert!(message.contains("The disk is full. Nothing was changed; free some space and try again."), "{message}");
}

#[tokio::test]
async fn a_full_disk_refuses_writes_serves_reads_and_heals() {
    let folder = tempfile::tempdir().unwrap();
    let disk = match SmallDisk::mount(folder.path()) {
        Ok(disk) => disk,
        Err(reason) => {
            eprintln!("SKIPPED: a small file system cannot be mounted here: {reason}");
            return;
        }
    };
    let data_dir = folder.path().join("data");
    let server = Server::start_in(&data_dir, &[]);
    let application = server.register("before").await;
    let pairing = server.pair(&application).await;
    let director = pairing.director(&server);
    assert_eq!(director.viewer().await.status, 200);
    let mut pending = Vec::new();
    for _ in 0..50 {
        pending.push(server.token(&application).await);
    }
    let client = server.another_oauth_client(&application).await;

    disk.fill();
    let (reply, accepted) = register_until_full(&server, "application").await;
    let (status, code, message) = reply.refusal();
    assert_eq!((status, code), (200, 10), "{reply:?}");
    says_full(&message);
    // Everybody else is told the same, in the words of each wire, and nothing is spent. What was too large may have left
    // room for something smaller, a few times.
    let token = "mutation($id: ID!) { result: requestOneTimeTokenForApplication(id: $id) { token } }";
    let refused =
        until_refused(async || server.administrator().graphql(token, json!({ "id": application })).await).await;
    says_full(&refused.refusal().2);
    let unspent = std::cell::RefCell::new(String::new());
    let refused = until_refused(async || {
        let token = pending.pop().expect("fifty are enough");
        unspent.replace(token.clone());
        server.connector(&token).configuration().await
    })
    .await;
    assert!(refused.status == 200 || refused.status == 503, "{refused:?}");
    says_full(&refused.message());

    // Reads go on: lists, pages, identity, health.
    let count = async || {
        server.director("query { result: applications { totalCount } }", Value::Null).await["totalCount"].clone()
    };
    assert_eq!(count().await, 1 + accepted.len());
    assert_eq!(director.viewer().await.result()["id"], application);
    assert_eq!(server.condition(&application).await, "CONNECTED");
    let health =
        server.stranger("directorUrl").at(&server.ready("directorUrl").replace("/director/graphql", "/readyz"));
    assert_eq!(health.send(reqwest::Method::GET, None).await.status, 200);

    // Access tokens are made and checked without the disk, and a revocation that cannot be kept is not promised.
    let unrevoked = revoke_until_full(&server, &client).await;

    disk.make_room();
    assert_eq!(client.at(&server, "/oauth2/revoke").form(&[("token", &unrevoked)]).await.status, 200);
    assert_eq!(server.bearer(&unrevoked).viewer().await.status, 401);
    server.register("after").await;
    assert_eq!(count().await, 2 + accepted.len());
    assert_eq!(server.connector(&unspent.take()).configuration().await.status, 200);
    assert_eq!(pairing.connector(&server).revoke().await.result(), true);
    assert_eq!(director.viewer().await.refusal().0, 401);

    // Full again, and stopped while it is.
    disk.fill();
    let (_, more) = register_until_full(&server, "more").await;
    let (ended, stopped) = server.stop().await;
    assert_eq!(ended.code, Some(0), "{}", ended.log);
    assert!(!ended.log.contains("panicked"), "{}", ended.log);
    let ended = blackbox::Program::start(blackbox::Program::serve(&data_dir, &[]));
    if let Err(ended) = &ended {
        assert!(ended.log.contains("The disk that holds"), "{}", ended.log);
    }
    drop(ended);
    disk.make_room();
    let mut store = stopped.store().await;
    assert_eq!(store.column::<String>("PRAGMA integrity_check").await, ["ok"]);
    let stored: Vec<String> = store.column("SELECT name FROM application").await;
    assert!(accepted.iter().chain(&more).all(|name| stored.contains(name)), "what was acknowledged is there");
    assert_eq!(stored.len(), 2 + accepted.len() + more.len());
    store.close().await;
}
