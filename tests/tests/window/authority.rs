//! The authority's page: what there is, the rules, a rotation, a backup and its restore, an import, and the lock.

use std::fs;

use blackbox::{
    OpenSsl,
    window::{Home, PATIENCE, SaveDialog, Window},
};
use serde_json::json;

/// A spot whose name has a dot or a colon in it.
fn exact(name: &str) -> String {
    format!("[data-testid='{name}']")
}

/// The name of an authority as a person knows it.
fn common_name(openssl: &OpenSsl, file: &str) -> String {
    openssl
        .run(&format!("x509 -in {file} -noout -subject -nameopt RFC2253,sep_multiline"))
        .lines()
        .find_map(|line| line.trim().strip_prefix("CN=").map(str::to_owned))
        .expect("a common name")
}

#[tokio::test]
async fn the_page_tells_what_openssl_tells_and_the_rules_are_kept() {
    let home = Home::new();
    let window = Window::ready(&home, &[]).await;
    let openssl = OpenSsl::new();
    openssl.write("ca.pem", fs::read(window.ca_file()).unwrap());
    window.press(&["Control+4"]).await;
    window.says("@authority-name", &common_name(&openssl, "ca.pem")).await;
    let digest = openssl.run("x509 -in ca.pem -noout -fingerprint -sha256");
    let digest = digest.trim().split_once('=').unwrap().1.replace(':', "").to_lowercase();
    let shown = window.text("@authority-fingerprint").await.unwrap().to_lowercase();
    let shown: String = shown.chars().filter(char::is_ascii_hexdigit).collect();
    assert!(shown.contains(&digest), "{shown} {digest}");
    // Visible for as long as the key lies in the open.
    window.says("@authority-warning", "not encrypted").await;
    window.appears("@key-protection[data-protection=plain]").await;
    for name in ["token", "certificate"] {
        window.appears(&format!("@listener[data-name={name}]")).await;
    }
    window.says("@crl-entries", "0").await;
    window.fits_its_width("authority").await;

    // Everything that is wrong is said at once, at its place; nothing is lost by a refusal.
    window.fill(&exact("rule-subject.country"), "Germany").await;
    window.fill(&exact("rule-subject.organization"), "").await;
    window.click("@save-rules").await;
    window.appears(&exact("fault-subject.country")).await;
    window.appears(&exact("fault-subject.organization")).await;
    window.fill(&exact("rule-subject.country"), "AT").await;
    window.fill(&exact("rule-subject.organization"), "Example").await;
    window.says("@subject-preview", "O=Example").await;
    window.click("@save-rules").await;
    window.goes("@save-bar").await;
    let application = window.register("by the new rules").await;
    let pairing = window.pair(&application).await;
    assert!(pairing.subject.starts_with("O=Example,") && pairing.subject.contains(",C=AT,"), "{}", pairing.subject);
    window.quit().await;
}

#[tokio::test]
async fn another_authority_takes_over_and_the_old_one_is_retired_by_name() {
    let home = Home::new();
    let window = Window::ready(&home, &[]).await;
    let openssl = OpenSsl::new();
    openssl.write("old.pem", fs::read(window.ca_file()).unwrap());
    let old_name = common_name(&openssl, "old.pem");
    let application = window.register("stays behind").await;
    let old = window.pair(&application).await;
    window.click("@nav-authority").await;
    window.click("@authority-rotate").await;
    window.click(&exact("rotate-ec:p256")).await;
    window.appears("@rotate-plan").await;
    window.click("@confirm-rotate").await;
    window.goes("@rotate-authority-dialog").await;
    window.appears(&format!("@older-authority[data-name='{old_name}']")).await;
    window.appears("@on-old-chain[data-count='1']").await;
    assert_eq!(window.status_with(&old).await, Some(200), "the overlap");
    window.click("@old-chain summary").await;
    window.says("@old-chain-table", "stays behind").await;
    let new = window.renew(&old).await;
    window.press(&["Control+r"]).await;
    window.appears("@on-old-chain[data-count='0']").await;

    window.click("@retire-authority").await;
    window.appears("@retire-impact").await;
    window.appears("@confirm-retire:disabled").await;
    window.fill("@confirm-name", &old_name).await;
    window.click("@confirm-retire:not(:disabled)").await;
    window.goes("@retire-dialog").await;
    window.goes(&format!("@older-authority[data-name='{old_name}']")).await;
    assert!(matches!(window.status_with(&old).await, None | Some(401)), "the old chain is over");
    assert_eq!(window.status_with(&new).await, Some(200));
    // Somebody's own authority, from one file with both.
    openssl.key("own", blackbox::EC_P256);
    openssl.run("req -x509 -new -key own.key -days 900 -subj /CN=Company -addext keyUsage=critical,keyCertSign,cRLSign -out own.pem");
    openssl.write("company.pem", format!("{}{}", openssl.text("own.pem"), openssl.text("own.key")));
    window.click("@authority-import").await;
    window.click("@confirm-import").await;
    SaveDialog::titled("Choose the certificate and the key of the CA").await.choose(&openssl.path("company.pem")).await;
    window.says("@authority-name", "Company").await;
    let company = window.renew(&new).await;
    openssl.keep("client", &company);
    openssl.run("verify -x509_strict -purpose sslclient -CAfile own.pem client.pem");
    assert!(!window.source().await.contains(openssl.text("own.key").lines().nth(1).unwrap()), "no key on the page");
    window.quit().await;
}

#[tokio::test]
async fn a_backup_is_saved_and_brought_back() {
    let home = Home::new();
    let window = Window::ready(&home, &[]).await;
    let openssl = OpenSsl::new();
    let application = window.register("kept").await;
    let (good, revoked) = (window.pair(&application).await, window.pair(&application).await);
    window.click("@nav-authority").await;
    window.appears("@authority-backup:not(:disabled)").await;
    window.press(&["b"]).await;
    window.fill("@backup-passphrase", "short").await;
    window.fill("@backup-passphrase-again", "short").await;
    window.click("@confirm-backup").await;
    window.appears("@backup-dialog .fault").await;
    window.fill("@backup-passphrase", "correct horse battery staple").await;
    window.fill("@backup-passphrase-again", "correct horse battery staple").await;
    window.click("@confirm-backup").await;
    SaveDialog::titled("Save the backup").await.save_to(&openssl.path("backup.age")).await;
    window.goes("@backup-dialog").await;
    assert!(openssl.read("backup.age").starts_with(b"age-encryption.org/v1\n"));
    // What happens after it.
    window.console_revoke(&revoked).await;
    window.register("made later").await;

    window.click("@authority-restore").await;
    window.fill("@restore-passphrase", "correct horse battery staple").await;
    window.click("@confirm-restore").await;
    SaveDialog::titled("Choose a backup").await.choose(&openssl.path("backup.age")).await;
    window.goes("@restore-dialog").await;
    window.appears("@server-state[data-state=ready]").await;
    window
        .wait(PATIENCE, "the restored server answers", async || {
            (window.status_with(&good.clone()).await == Some(200)).then_some(())
        })
        .await;
    assert_eq!(window.status_with(&revoked).await, Some(401), "never taken back");
    let query = "query { result: applications { data { name } } }";
    let names = window.administrator().await.data(query, json!(null)).await.to_string();
    assert!(names.contains("kept") && !names.contains("made later"), "{names}");
    window.quit().await;
}

#[tokio::test]
async fn the_key_waits_for_a_decision_and_for_its_passphrase() {
    let home = Home::undecided();
    let window = Window::open(&home, &[]).await;
    window.appears("@key-protection[data-code=ca_key_unprotected]").await;
    assert!(!home.data_dir().join("ca-key.pem").exists(), "nothing is decided silently");
    window.click("@set-passphrase").await;
    window.fill("@new-passphrase", "correct horse").await;
    window.fill("@new-passphrase-again", "correct hearse").await;
    window.click("@protect-server").await;
    window.appears("@key-protection .fault").await;
    window.fill("@new-passphrase-again", "correct horse").await;
    window.click("@protect-server").await;
    window.appears("@server-state[data-state=ready]").await;
    let key = fs::read_to_string(home.data_dir().join("ca-key.pem")).unwrap();
    assert!(key.starts_with("-----BEGIN ENCRYPTED PRIVATE KEY-----"));
    window.quit().await;

    // The choice is remembered, the passphrase is not.
    let window = Window::open(&home, &[]).await;
    window.appears("@key-protection[data-code=ca_key_locked]").await;
    window.fill("@unlock-passphrase", "incorrect horse").await;
    window.click("@unlock-server").await;
    window.says("@unlock-refused", "wrong").await;
    window.fill("@unlock-passphrase", "correct horse").await;
    window.click("@unlock-server").await;
    window.appears("@server-state[data-state=ready]").await;
    window.click("@nav-authority").await;
    window.appears("@key-protection[data-protection=passphrase]").await;
    assert_eq!(window.count("@authority-warning").await, 0);
    window.quit().await;
    for entry in walk(home.path()) {
        let content = fs::read(&entry).unwrap_or_default();
        assert!(!content.windows(13).any(|part| part == b"correct horse"), "the passphrase is in {}", entry.display());
    }
}

fn walk(folder: &std::path::Path) -> Vec<std::path::PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    entries.flat_map(|path| if path.is_dir() { walk(&path) } else { vec![path] }).collect()
}
