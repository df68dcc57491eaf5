//! One file that a passphrase opens, made while everything goes on; and what is true after it was brought back.

use std::{fs, path::Path, process::Command};

use blackbox::{Ended, OpenSsl, Pairing, Program, Server, key};
use reqwest::Method;
use serde_json::json;

use super::{entry, refused, works};

const PASSPHRASE: &str = "correct horse battery staple";

/// A backup of a running server, in a file of the folder.
async fn back_up(server: &Server, openssl: &OpenSsl) {
    let url = format!("{}/authority/backup", server.ready("consoleUrl"));
    let client = server.client().build().unwrap();
    let request = client.post(url).bearer_auth(server.admin_token()).json(&json!({ "passphrase": PASSPHRASE }));
    let reply = request.send().await.unwrap();
    assert_eq!(reply.status(), 200);
    assert_eq!(reply.headers()["content-type"], "application/octet-stream");
    let name = reply.headers()["content-disposition"].to_str().unwrap();
    assert!(name.starts_with("attachment; filename=\"") && name.ends_with(".age\""), "{name}");
    let content = reply.bytes().await.unwrap();
    // A public format: any implementation of age opens it.
    assert!(content.starts_with(b"age-encryption.org/v1\n-> scrypt "));
    openssl.write("backup.age", content);
    openssl.write("passphrase", PASSPHRASE);
}

/// The program's own command, with a journal when there is one.
fn restore(data_dir: &Path, openssl: &OpenSsl, passphrase: &str, journals: &[&Path]) -> Ended {
    let mut command: Command = Program::command();
    command.arg("restore").arg("--data-dir").arg(data_dir).arg("--backup").arg(openssl.path("backup.age"));
    command.arg("--backup-passphrase-file").arg(openssl.path(passphrase));
    for journal in journals {
        command.arg("--journal").arg(journal);
    }
    Program::run(command)
}

#[tokio::test]
async fn a_restored_server_knows_its_certificates_and_takes_nothing_back_that_was_revoked() {
    let openssl = OpenSsl::new();
    let data_dir = openssl.path("data");
    let server = Server::start_in(&data_dir, &[]);
    let application = server.register("backed up").await;
    let (good, revoked, removed) =
        (server.pair(&application).await, server.pair(&application).await, server.pair(&application).await);
    let open_token = server.token(&application).await;
    back_up(&server, &openssl).await;
    assert!(super::is_time(&server.console_get("/authority").await["lastBackupAt"]));
    // What happens after the backup.
    server
        .console_post(&format!("/certificates/{}/revoke", revoked.name()), &json!({ "reason": "key_compromise" }))
        .await;
    let delete = "mutation($id: ID!) { result: deleteSystemAuthForApplication(authID: $id) { id } }";
    server.director(delete, json!({ "id": removed.system_auth })).await;
    let later = server.pair(&application).await;
    server.console_post(&format!("/certificates/{}/revoke", later.name()), &json!({ "reason": "superseded" })).await;
    let list = blackbox::text(server.at("/crl.pem").send(Method::GET, None).await.text.as_bytes());
    openssl.write("before.crl", &list);

    // A running server's folder is not touched.
    let busy = restore(&data_dir, &openssl, "passphrase", &[]);
    assert!(busy.code != Some(0) && busy.log.contains("Another copy"), "{busy:?}");
    let ca = fs::read(data_dir.join("ca.pem")).unwrap();
    // Killed, as a machine that breaks would be; the journal is beside the store.
    server.end("KILL");
    openssl.write("wrong", "another passphrase altogether");
    let wrong = restore(&data_dir, &openssl, "wrong", &[]);
    assert!(wrong.code != Some(0) && wrong.log.contains("passphrase"), "{wrong:?}");
    let whole = openssl.read("backup.age");
    for (name, content) in [
        ("cut off", whole[..whole.len() - 100].to_vec()),
        ("changed", [&whole[..whole.len() / 2], &[whole[whole.len() / 2] ^ 1], &whole[whole.len() / 2 + 1..]].concat()),
        ("something else", b"hello".to_vec()),
    ] {
        openssl.write("backup.age", content);
        let damaged = restore(&data_dir, &openssl, "passphrase", &[]);
        assert!(damaged.code == Some(1), "{name}: {damaged:?}");
        assert_eq!(fs::read(data_dir.join("ca.pem")).unwrap(), ca, "{name}: nothing was changed");
    }
    openssl.write("backup.age", whole);

    // Here, and on a new machine that has the backup and the journal and nothing else.
    let elsewhere = openssl.path("elsewhere");
    openssl.write("journal", fs::read(data_dir.join("revocations.jsonl")).unwrap());
    let journal = openssl.path("journal");
    for (data_dir, journals) in [(&data_dir, vec![]), (&elsewhere, vec![journal.as_path()])] {
        let done = restore(data_dir, &openssl, "passphrase", &journals);
        assert_eq!(done.code, Some(0), "{done:?}");
        let mut server = Server::start_in(data_dir, &[]);
        server.read_ca_file();
        assert!(works(&server, &good.at(&server)).await, "{done:?}");
        for (who, pairing) in [("revoked", &revoked), ("removed", &removed), ("later", &later)] {
            assert!(!works(&server, &pairing.at(&server)).await, "{who} came back to life");
            let request = blackbox::CertificateRequest::new(&pairing.subject, &key()).field();
            let renewal = pairing.at(&server).connector(&server).sign(&request).await;
            assert!(renewal.message().starts_with("Failed to authenticate"), "{who}: {renewal:?}");
        }
        assert_eq!(entry(&server, &revoked.name()).await["revoked"]["reason"], "key_compromise");
        assert_eq!(entry(&server, &removed.name()).await["pairingRemoved"], true);
        let reply = server.connector(&open_token).configuration().await;
        assert!(
            reply.message().starts_with("Failed to authenticate"),
            "a token that was open in the backup: {reply:?}"
        );
        // The list names what it named before, under a higher number.
        openssl.write("after.crl", server.at("/crl.pem").send(Method::GET, None).await.text);
        let number = |file: &str| {
            let shown = openssl.run(&format!("crl -in {file} -noout -crlnumber"));
            u128::from_str_radix(shown.trim().trim_start_matches("crlNumber=0x"), 16).unwrap()
        };
        assert!(number("after.crl") > number("before.crl"), "{} after {}", number("after.crl"), number("before.crl"));
        let serials = |file: &str| {
            let text = openssl.run(&format!("crl -in {file} -noout -text"));
            let mut serials: Vec<_> =
                text.lines().filter(|line| line.contains("Serial Number:")).map(str::to_owned).collect();
            serials.sort();
            serials
        };
        assert_eq!(serials("after.crl"), serials("before.crl"));
        // It goes on as ever.
        let again = server.pair(&application).await;
        assert!(works(&server, &again).await);
        assert_eq!(server.stop().await.0.code, Some(0));
    }
    let aside =
        fs::read_dir(&data_dir).unwrap().flatten().find(|entry| entry.file_name().to_string_lossy().contains("before"));
    assert!(aside.is_some_and(|aside| aside.path().join("store.sqlite").is_file()), "what was there is kept aside");
    private(&data_dir);
}

/// Nobody else can read anything of it.
fn private(folder: &Path) {
    use std::os::unix::fs::PermissionsExt as _;
    for entry in fs::read_dir(folder).unwrap().flatten() {
        let mode = entry.metadata().unwrap().permissions().mode() & 0o077;
        assert!(mode == 0 || entry.file_name() == "ca.pem", "{:?} {mode:o}", entry.path());
        if entry.path().is_dir() {
            private(&entry.path());
        }
    }
}

#[tokio::test]
async fn a_backup_holds_every_authority_that_counts() {
    let openssl = OpenSsl::new();
    let server = Server::start_in(&openssl.path("data"), &[]);
    let application = server.register("both").await;
    let old = server.pair(&application).await;
    server.console_post("/authority/rotate", &json!({ "key": "ec:p256", "oldTrustedForSeconds": 86_400 })).await;
    let new = server.pair(&application).await;
    back_up(&server, &openssl).await;
    server.stop().await;
    let elsewhere = openssl.path("elsewhere");
    assert_eq!(restore(&elsewhere, &openssl, "passphrase", &[]).code, Some(0));
    let server = Server::start_in(&elsewhere, &[]);
    for pairing in [&old, &new] {
        assert!(works(&server, &pairing.at(&server)).await);
    }
    let renewed: Pairing = old.at(&server).renewed(&server, &key()).await;
    assert!(works(&server, &renewed).await);
}

#[tokio::test]
async fn a_backup_without_a_good_passphrase_is_not_made() {
    let server = Server::start(&[]);
    for body in [json!({ "passphrase": "" }), json!({ "passphrase": "short" }), json!({}), json!({ "passphrase": 1 })] {
        let reply = server.console(Method::POST, "/authority/backup", &body).await;
        refused(&reply, 400, "invalid_data");
    }
    let nobody = server.at("").at(&format!("{}/authority/backup", server.ready("consoleUrl")));
    let nobody =
        nobody.with("content-type", "application/json").post(json!({ "passphrase": PASSPHRASE }).to_string()).await;
    assert_eq!(nobody.status, 401, "{nobody:?}");
}

/// The journal is a file that only grows, where it was asked for, and is made anew from the store when it is gone.
#[tokio::test]
async fn the_revocation_journal_only_grows() {
    use std::os::unix::fs::PermissionsExt as _;
    let openssl = OpenSsl::new();
    let (data_dir, journal) = (openssl.path("data"), openssl.path("elsewhere.jsonl"));
    let options = ["--revocation-journal", journal.to_str().unwrap()];
    let mut server = Server::start_in(&data_dir, &options);
    assert_eq!(server.console_get("/authority").await["journalFile"], journal.to_str().unwrap());
    let application = server.register("journal").await;
    let mut before = String::new();
    for round in 0..3 {
        let (by_admin, by_holder) = (server.pair(&application).await, server.pair(&application).await);
        let body = json!({ "reason": "superseded", "note": "two\nlines" });
        server.console_post(&format!("/certificates/{}/revoke", by_admin.name()), &body).await;
        assert_eq!(by_holder.connector(&server).revoke().await.result(), true);
        // Written down when it was acknowledged.
        let now = fs::read_to_string(&journal).unwrap();
        assert!(now.starts_with(&before), "round {round}: only appended to");
        let added: Vec<serde_json::Value> =
            now[before.len()..].lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        let fingerprints: Vec<_> = added.iter().filter_map(|line| line["fingerprint"].as_str()).collect();
        assert_eq!(fingerprints, [by_admin.name(), by_holder.name()], "{added:?}");
        before = now;
        if round != 1 {
            server.stop().await;
        } else {
            server.end("KILL");
            fs::remove_file(&journal).unwrap();
        }
        server = Server::start_in(&data_dir, &options);
        assert_eq!(fs::read_to_string(&journal).unwrap(), before, "round {round}: the same after a restart");
        assert_eq!(fs::metadata(&journal).unwrap().permissions().mode() & 0o777, 0o600);
    }
    assert!(!before.contains("PRIVATE"), "{before}");
}

/// What was taken back is known from the journal wherever it was kept, from the store that is replaced, or from both.
#[tokio::test]
async fn a_restore_learns_of_revocations_wherever_they_are_written_down() {
    let openssl = OpenSsl::new();
    let journal = openssl.path("elsewhere.jsonl");
    for (place, options) in
        [("elsewhere", vec!["--revocation-journal", journal.to_str().unwrap()]), ("lost", Vec::new())]
    {
        let data_dir = openssl.path(place);
        let server = Server::start_in(&data_dir, &options);
        let pairing = server.pair(&server.register(place).await).await;
        back_up(&server, &openssl).await;
        let body = json!({ "reason": "key_compromise" });
        server.console_post(&format!("/certificates/{}/revoke", pairing.name()), &body).await;
        server.stop().await;
        if place == "lost" {
            fs::remove_file(data_dir.join("revocations.jsonl")).unwrap();
        }
        let done = restore(&data_dir, &openssl, "passphrase", &[]);
        assert_eq!(done.code, Some(0), "{done:?}");
        let server = Server::start_in(&data_dir, &[]);
        assert!(!works(&server, &pairing.at(&server)).await, "{place}: {done:?}");
        assert_eq!(entry(&server, &pairing.name()).await["state"], "revoked", "{place}");
    }
}

/// A client that was deleted and made again under the same id, all before the backup, is alive in it.
#[tokio::test]
async fn what_was_taken_back_before_the_backup_is_not_taken_back_again() {
    let openssl = OpenSsl::new();
    let data_dir = openssl.path("data");
    let server = Server::start_in(&data_dir, &[]);
    let metadata = json!({ "client_id": "chosen-by-somebody", "scope": "a", "grant_types": ["client_credentials"] });
    server.register_client(metadata.clone()).await;
    let gone = server.administrator_at("/admin/clients/chosen-by-somebody").send(Method::DELETE, None).await;
    assert_eq!(gone.status, 204, "{gone:?}");
    let made = server.register_client(metadata).await;
    back_up(&server, &openssl).await;
    server.stop().await;
    assert_eq!(restore(&data_dir, &openssl, "passphrase", &[]).code, Some(0));
    let server = Server::start_in(&data_dir, &[]);
    let secret = made["client_secret"].as_str().unwrap();
    let client = server.at("/oauth2/token").with("authorization", &blackbox::basic("chosen-by-somebody", secret));
    let reply = client.form(&[blackbox::GRANT, ("scope", "a")]).await;
    assert_eq!(reply.status, 200, "{reply:?}");
}

/// A journal that moves from file to file has everything in the one that is used, each time.
#[tokio::test]
async fn a_journal_that_is_moved_lacks_nothing() {
    let openssl = OpenSsl::new();
    let (data_dir, other) = (openssl.path("data"), openssl.path("other.jsonl"));
    let options = ["--revocation-journal", other.to_str().unwrap()];
    // A file that is there and empty is filled like one that is not there.
    openssl.write("other.jsonl", "");
    fs::set_permissions(&other, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
    let mut names = Vec::new();
    for (turn, options) in [&[][..], &options, &[], &options].into_iter().enumerate() {
        let server = Server::start_in(&data_dir, options);
        let pairing = server.pair(&server.register(&format!("turn {turn}")).await).await;
        assert_eq!(pairing.connector(&server).revoke().await.result(), true);
        names.push(pairing.name());
        let file = if options.is_empty() { data_dir.join("revocations.jsonl") } else { other.clone() };
        let journal = fs::read_to_string(file).unwrap();
        for name in &names {
            assert_eq!(journal.matches(&format!("\"fingerprint\":\"{name}\"")).count(), 1, "turn {turn}: {journal}");
        }
        server.stop().await;
    }
}
