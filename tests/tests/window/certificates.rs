//! Certificates through the window: found, read, verified, saved, revoked.

use std::fs;

use blackbox::{
    OpenSsl, Pairing,
    window::{Clipboard, Home, SaveDialog, Window},
};

/// The row of a certificate in the list, or something in it.
fn row(pairing: &Pairing, spot: &str) -> String {
    format!("@certificate-row[data-fingerprint='{}']{spot}", pairing.name())
}

/// Opens the certificate's own page through the list.
async fn open(window: &Window, pairing: &Pairing) {
    window.click("@nav-certificates").await;
    window.press(&["Control+r"]).await;
    window.click(&row(pairing, " @open-certificate")).await;
    window.appears("@certificate-page @serial").await;
}

/// Registers an application beside the window and pairs it.
async fn pair(window: &Window, name: &str) -> Pairing {
    let application = window.register(name).await;
    window.pair(&application).await
}

#[tokio::test]
async fn the_list_finds_sorts_and_hides_and_the_timeline_says_who_goes_dark() {
    let home = Home::new();
    let window = Window::ready(&home, &[]).await;
    let (billing, archive) = (pair(&window, "billing").await, pair(&window, "archive").await);
    let revoked = window.pair(&archive.application).await;
    window.press(&["Control+2"]).await;
    window.says("@count", "3").await;
    window.says(&row(&billing, " @owner"), "billing").await;
    window.appears(&row(&billing, " @certificate-state[data-state=valid]")).await;
    window.says(&row(&billing, " @last-seen"), "never").await;
    // By keys alone to one of them, and back.
    window.press(&["j", "Enter"]).await;
    window.appears("@certificate-page @sentences").await;
    window.press(&["Escape"]).await;
    window.appears(&row(&billing, "")).await;
    window.fill("@search", "archive").await;
    window.goes(&row(&billing, "")).await;
    window.appears(&row(&archive, "")).await;
    window.press(&["Escape"]).await;
    window.appears(&row(&billing, "")).await;

    // Revoked elsewhere, then read again: gone from what is current, there in all.
    window.console_revoke(&revoked).await;
    window.press(&["Control+r"]).await;
    window.goes(&row(&revoked, "")).await;
    window.click("@current-only").await;
    window.appears(&row(&revoked, " @certificate-state[data-state=revoked]")).await;
    window.click("@current-only").await;
    window.goes(&row(&revoked, "")).await;

    // The line into the future: at its end nobody is left.
    window.says("@what-if", "Now").await;
    window.value("document.querySelector('[data-testid=what-if-line]').focus()").await;
    window.press(&["End"]).await;
    let sentence = window.says("@what-if", "dark").await;
    assert!(sentence.contains("2 expired") && sentence.contains("2 applications dark"), "{sentence}");
    assert_eq!(
        window.value("document.querySelector('[data-testid=what-if-line]').getAttribute('aria-valuetext')").await,
        sentence.trim()
    );
    window.says("@dark-owners", "archive").await;
    window.says("@dark-owners", "billing").await;
    window.press(&["Home"]).await;
    window.says("@what-if", "Now").await;
    window.click("@timeline-twin").await;
    window.appears("@timeline-table").await;
    window.fits_its_width("certificates").await;

    window.quit().await;
}

#[tokio::test]
async fn a_certificate_is_told_in_words_verified_and_saved() {
    let home = Home::new();
    let window = Window::ready(&home, &[]).await;
    let first = pair(&window, "storefront").await;
    let second = window.renew(&first).await;
    open(&window, &second).await;
    window.says("@sentences", "storefront").await;
    window.says("@lineage-sentence", "1st renewal").await;
    window.says("@subject", &second.system_auth).await;
    for role in ["root", "client"] {
        window.appears(&format!("@chain-link[data-role={role}]")).await;
    }
    window.appears("@chain-join[data-good=true]").await;
    assert_eq!(window.count("@chain-join[data-good=false]").await, 0);
    assert_eq!(window.count("@chain-problem").await, 0);
    let openssl = OpenSsl::new();
    openssl.keep("second", &second);
    let serial = openssl.run("x509 -in second.pem -noout -serial").trim().trim_start_matches("serial=").to_lowercase();
    let shown = window.text("@serial").await.unwrap().replace(':', "").to_lowercase();
    assert_eq!(shown.trim(), serial);

    // Does this key belong to it? And is this the chain?
    let verdict = async |text: &str, verdict: &str| {
        window.paste("@verify-text", text).await;
        window.click("@verify").await;
        window.appears(&format!("@verify-result[data-verdict={verdict}]")).await;
    };
    verdict(&second.key_pem, "match").await;
    verdict(&first.key_pem, "no_match").await;
    let ca = fs::read_to_string(window.ca_file()).unwrap();
    verdict(&ca, "match").await;
    let body = |pem: &str| pem.lines().nth(1).unwrap().to_owned();
    let source = window.source().await;
    for key in [&first.key_pem, &second.key_pem] {
        assert!(!source.contains(&body(key)), "a private key is not kept on the page");
    }

    let saved = async |button: &str, title: &str, name: &str| {
        window.click(&format!("@export-{button}")).await;
        SaveDialog::titled(title).await.save_to(&openssl.path(name)).await;
        // Written before it is said.
        blackbox::until(name, std::time::Duration::from_secs(10), async || openssl.path(name).is_file().then_some(()))
            .await;
        openssl.read(name)
    };
    assert_eq!(saved("pem", "Save the certificate", "saved.pem").await, second.leaf_pem().as_bytes());
    assert_eq!(saved("chain", "Save the certificate", "saved-chain.pem").await, second.chain_pem.as_bytes());
    assert_eq!(saved("der", "Save the certificate", "saved.der").await, blackbox::der(&second.chain_pem));
    let calendar = String::from_utf8(saved("calendar", "Save the certificate", "saved.ics").await).unwrap();
    assert!(calendar.starts_with("BEGIN:VCALENDAR\r\n") && calendar.contains("storefront"), "{calendar}");
    window.click("@export-pkcs12").await;
    window.fill("@pkcs12-dialog @passphrase", "correct horse").await;
    window.fill("@pkcs12-dialog @passphrase-again", "correct horse").await;
    window.click("@confirm-pkcs12").await;
    SaveDialog::titled("Save the certificate").await.save_to(&openssl.path("saved.p12")).await;
    window.goes("@pkcs12-dialog").await;
    let inside = openssl.tool("pkcs12 -in saved.p12 -nokeys -passin").argument("pass:correct horse").run();
    assert_eq!(inside.matches("BEGIN CERTIFICATE").count(), 2, "leaf and authority: {inside}");
    window.click("@copy-chain").await;
    assert_eq!(Clipboard.holds().await.trim(), second.chain_pem.trim());

    window.says("@last-seen", "").await;
    assert_eq!(window.status_with(&first).await, Some(200));
    // The one before it, and what has changed.
    window.click("@open-relative").await;
    let first_serial = openssl_serial(&openssl, &first);
    window
        .wait(blackbox::window::PATIENCE, "the first of the line", async || {
            let shown = window.text("@serial").await?.replace(':', "").to_lowercase();
            (shown.trim() == first_serial).then_some(())
        })
        .await;
    window.quit().await;
}

fn openssl_serial(openssl: &OpenSsl, pairing: &Pairing) -> String {
    openssl.keep("other", pairing);
    openssl.run("x509 -in other.pem -noout -serial").trim().trim_start_matches("serial=").to_lowercase()
}

#[tokio::test]
async fn revoking_says_what_stops_wants_the_name_and_stops_it() {
    let home = Home::new();
    let window = Window::ready(&home, &[]).await;
    let (pairing, other) = (pair(&window, "lost laptop").await, pair(&window, "bystander").await);
    assert_eq!(window.status_with(&pairing).await, Some(200));
    open(&window, &pairing).await;
    window.press(&["r"]).await;
    window.appears("@revoke-dialog @revoke-impact").await;
    window.appears("@stops-calls").await;
    window.appears("@stops-renewal").await;
    window.appears("@confirm-revoke:disabled").await;
    window.fill("@confirm-name", "lost lapto").await;
    window.appears("@confirm-revoke:disabled").await;
    window.fill("@confirm-name", "lost laptop").await;
    window.fill("@revoke-note", "left on a train").await;
    window.click("@confirm-revoke:not(:disabled)").await;
    window.says("@revoked-strip", "left on a train").await;
    assert_eq!(window.status_with(&pairing).await, Some(401));
    assert_eq!(window.status_with(&other).await, Some(200));
    // The page says who has tried since, and offers a way on.
    window.press(&["Control+r"]).await;
    window.appears("@pair-again").await;
    window.click("@nav-certificates").await;
    window.goes(&row(&pairing, "")).await;
    window.appears(&row(&other, "")).await;
    window.quit().await;
}

/// A request that somebody brings: what is wrong with it, what it is instead, and a signature when it is right.
#[tokio::test]
async fn a_request_is_checked_against_what_is_expected_and_signed_here() {
    let home = Home::new();
    let window = Window::ready(&home, &[]).await;
    let openssl = OpenSsl::new();
    window.click("@application-row[data-name=shop] @pair-row").await;
    window.click("@request-pairing").await;
    window.appears("@countdown").await;
    let application = window.value("location.hash").await.as_str().unwrap().split('/').nth(2).unwrap().to_owned();
    let system_auth = window.at_director(&application).await.ids()[0].to_owned();
    window.click("@request-box summary").await;
    openssl.key("client", blackbox::EC_P256);
    let subject = format!("O=Org,OU=OrgUnit,L=locality,ST=province,C=DE,CN={system_auth}");
    let report = async |text: &str, kind: &str, verdict: &str| {
        window.paste("@request-text", text).await;
        window.click("@check-request-text").await;
        window.appears(&format!("@request-report[data-kind={kind}][data-verdict={verdict}]")).await;
    };
    report(&openssl.request("client", &subject.replace("C=DE", "C=PL"), "").pem, "request", "wrong").await;
    window.appears("@subject-C[data-ok=false]").await;
    window.appears("@subject-O[data-ok=true]").await;
    window.says("@request-command", "openssl req").await;
    let key = openssl.text("client.key");
    report(&key, "private_key", "not_a_request").await;
    let headline = window.text("@request-headline").await.unwrap();
    assert!(headline.to_lowercase().contains("private key"), "{headline}");
    report(&fs::read_to_string(window.ca_file()).unwrap(), "certificate", "not_a_request").await;
    report("hello", "unknown", "not_a_request").await;
    assert!(!window.source().await.contains(key.lines().nth(1).unwrap()), "the private key has left the page");

    report(&openssl.request("client", &subject, "").pem, "request", "good").await;
    window.click("@sign-application").await;
    window.click("@confirm-sign").await;
    window.says("@certificate-page @subject", &system_auth).await;
    // It is a certificate like any other.
    window.click("@copy-chain").await;
    let chain = Clipboard.holds().await;
    openssl.write("chain.pem", chain);
    openssl.write("ca.pem", fs::read(window.ca_file()).unwrap());
    openssl.run("verify -x509_strict -purpose sslclient -CAfile ca.pem chain.pem");
    assert_eq!(openssl.run("x509 -in chain.pem -noout -pubkey"), openssl.run("pkey -in client.key -pubout"));
    window.quit().await;
}
