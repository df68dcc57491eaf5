//! Time passes, stands still and jumps: certificates end, the server's own is made anew, and a clock that goes backwards
//! signs nothing.

use std::{process::Command, time::Duration};

use blackbox::{Clock, OpenSsl, Pairing, Program, Server, Tool, text, until};
use serde_json::json;

use super::{entry, refusal};

/// A server that lives by a clock of its own.
fn start(openssl: &OpenSsl, clock: &Clock, options: &[&str]) -> Server {
    let server = Server::run(clock.of(Program::serve(&openssl.path("data"), options)));
    openssl.write("ca.pem", std::fs::read(server.ready("caFile")).unwrap());
    server
}

/// HTTP status and answer of a query by a client that lives by the same clock, with `NAME.pem` when there is a name.
fn curl(openssl: &OpenSsl, clock: &Clock, server: &Server, name: &str, query: &str) -> (String, String) {
    let curl = Tool::of(clock.of(Command::new("curl"))).words("--silent --show-error --write-out %{http_code}");
    let curl = curl.words("--cacert").argument(openssl.path("ca.pem").to_str().unwrap());
    let (curl, url) = if name.is_empty() {
        let token = server.admin_token();
        let curl = curl.argument("-H").argument(&format!("Authorization: Bearer {token}"));
        (curl.argument("-H").argument(&format!("Tenant: {}", server.ready("tenant"))), server.ready("directorUrl"))
    } else {
        let file = |kind: &str| openssl.path(&format!("{name}.{kind}")).to_str().unwrap().to_owned();
        let curl = curl.words("--cert").argument(&file("pem")).words("--key").argument(&file("key"));
        let field =
            if query.contains("viewer") { "certificateSecuredDirectorUrl" } else { "certificateSecuredConnectorUrl" };
        (curl, server.ready(field))
    };
    let body = json!({ "query": query }).to_string();
    let curl = curl.argument("-H").argument("Content-Type: application/json").words("--data").argument(&body);
    let output = curl.argument(url).output("");
    let answer = format!("{}{}", text(&output.stdout), text(&output.stderr));
    let status = text(&output.stdout).chars().rev().take(3).collect::<Vec<_>>().into_iter().rev().collect();
    (status, answer)
}

const VIEWER: &str = "query { result: viewer { id } }";
const CONFIGURATION: &str = "query { result: configuration { certificateSigningRequestInfo { subject } } }";

async fn pair(openssl: &OpenSsl, server: &Server) -> Pairing {
    let pairing = server.pair(&server.register("by the clock").await).await;
    openssl.keep("client", &pairing);
    pairing
}

#[tokio::test]
async fn an_expired_certificate_is_told_that_it_is_expired() {
    let openssl = OpenSsl::new();
    let clock = Clock::new(openssl.folder());
    let server = start(&openssl, &clock, &["--certificate-ttl", "1h"]);
    let pairing = pair(&openssl, &server).await;
    assert_eq!(curl(&openssl, &clock, &server, "client", VIEWER).0, "200");
    clock.set("+59m");
    assert_eq!(curl(&openssl, &clock, &server, "client", VIEWER).0, "200");
    clock.set("+61m");
    for query in [VIEWER, CONFIGURATION] {
        let (status, answer) = curl(&openssl, &clock, &server, "client", query);
        assert!(status == "000" || status == "401" || answer.contains("Failed to authenticate"), "{answer}");
        assert!(!answer.contains(&pairing.application), "{answer}");
    }
    clock.set("+0");
    // In the window, and in the log.
    let refused = refusal(&server, &pairing.name()).await;
    assert_eq!((&refused["why"], &refused["from"]), (&json!("expired"), &json!("127.0.0.1")), "{refused}");
    let (ended, _) = server.stop().await;
    assert!(
        ended.log.lines().any(|line| line.contains("it has expired") && line.contains(&pairing.name()[..16])),
        "{}",
        ended.log
    );
}

#[tokio::test]
async fn a_certificate_from_the_future_is_not_valid_yet() {
    let openssl = OpenSsl::new();
    let clock = Clock::new(openssl.folder());
    let server = start(&openssl, &clock, &[]);
    let (token, subject) =
        server.connector(&server.token(&server.register("early").await).await).token_and_subject().await;
    // The clock is wrong when it is signed, and right again afterwards.
    clock.set("+3m");
    let request = blackbox::CertificateRequest::new(&subject, &blackbox::key());
    let reply = server.connector(&token).sign(&request.field()).await;
    clock.set("+0");
    let leaf =
        text(&blackbox::unbase64(reply.result()["clientCertificate"].as_str().unwrap_or_else(|| panic!("{reply:?}"))));
    openssl.write("leaf.pem", &leaf);
    let name = blackbox::hex(&blackbox::sha256(&blackbox::der(&leaf)));
    assert_eq!(entry(&server, &name).await["state"], "not_yet_valid");
}

/// Tokens, certificates and the list of revocations all say when; with a clock that has gone backwards they would lie.
#[tokio::test]
async fn a_clock_that_went_backwards_signs_nothing_until_it_is_right_again() {
    let openssl = OpenSsl::new();
    let clock = Clock::new(openssl.folder());
    let server = start(&openssl, &clock, &[]);
    let application = server.register("backwards").await;
    server.pair(&application).await;
    let sign = async || {
        let (token, subject) = server.connector(&server.token(&application).await).token_and_subject().await;
        let request = blackbox::CertificateRequest::new(&subject, &blackbox::key());
        server.connector(&token).sign(&request.field()).await
    };
    clock.set("-1y");
    // Nobody's certificate begins before the authority's does.
    let (status, answer) = curl(&openssl, &clock, &server, "", "query { result: applications { totalCount } }");
    assert!(status == "000" || status == "200", "{answer}");
    let (token, subject) = {
        let query =
            format!("mutation {{ result: requestOneTimeTokenForApplication(id: \"{application}\") {{ token }} }}");
        let reply = server.administrator().graphql(&query, serde_json::Value::Null).await;
        let Some(token) = reply.result()["token"].as_str().map(str::to_owned) else {
            assert!(reply.message().contains("clock"), "{reply:?}");
            clock.set("+0");
            assert!(sign().await.result().is_object());
            return;
        };
        let reply = server.connector(&token).configuration().await;
        let text = |pointer: &str| reply.result().pointer(pointer).and_then(|value| value.as_str().map(str::to_owned));
        (text("/token/token").unwrap(), text("/certificateSigningRequestInfo/subject").unwrap())
    };
    let request = blackbox::CertificateRequest::new(&subject, &blackbox::key());
    let reply = server.connector(&token).sign(&request.field()).await;
    assert!(reply.message().contains("clock"), "the message names the clock: {reply:?}");
    clock.set("+0");
    assert!(sign().await.result()["clientCertificate"].is_string());
}

/// The machine sleeps for two months; its clock is right when it wakes. The server's own certificate is made anew before
/// anybody is turned away, on both listeners, and connections that were open stay open.
#[tokio::test]
async fn the_servers_own_certificate_renews_itself_when_the_clock_jumps() {
    let openssl = OpenSsl::new();
    let clock = Clock::new(openssl.folder());
    let server = start(&openssl, &clock, &["--certificate-ttl", "3650d"]);
    pair(&openssl, &server).await;
    let shown = |port: u16| {
        let client = Tool::of(clock.of(Command::new("openssl"))).words("s_client -servername localhost -CAfile");
        let client =
            client.argument(openssl.path("ca.pem").to_str().unwrap()).words(&format!("-connect localhost:{port}"));
        let output = client.output("");
        let text = text(&output.stdout);
        (text.contains("Verify return code: 0 (ok)"), blackbox::der(&text))
    };
    let ports = server.ports();
    let first = shown(ports.token);
    assert!(first.0 && shown(ports.certificate) == first, "one certificate for both");
    let told = server.console_get("/authority").await["server"].clone();
    assert_eq!(told["fingerprint"], blackbox::hex(&blackbox::sha256(&first.1)), "{told}");
    for jump in ["+60d", "+200d", "+3y"] {
        clock.set(jump);
        let renewed = until(&format!("a good certificate at {jump}"), Duration::from_secs(20), async || {
            let (good, der) = shown(ports.token);
            (good && der != first.1).then_some(der)
        })
        .await;
        let on_the_other = shown(ports.certificate);
        assert!(on_the_other.0 && on_the_other.1 == renewed, "{jump}");
        assert_eq!(curl(&openssl, &clock, &server, "client", VIEWER).0, "200", "{jump}");
    }
}

/// Whoever reads the list long after the last revocation gets one that has not run out, under a higher number.
#[tokio::test]
async fn the_list_of_revocations_never_runs_out() {
    let openssl = OpenSsl::new();
    let clock = Clock::new(openssl.folder());
    let server = start(&openssl, &clock, &[]);
    let pairing = pair(&openssl, &server).await;
    server.console_post(&format!("/certificates/{}/revoke", pairing.name()), &json!({ "reason": "superseded" })).await;
    let mut numbers = Vec::new();
    for jump in ["+0", "+1d", "+30d", "+1y"] {
        clock.set(jump);
        // The certificate of the server may have to be made anew first.
        let list = until(&format!("a list at {jump}"), Duration::from_secs(20), async || {
            let curl = Tool::of(clock.of(Command::new("curl"))).words("--silent --fail --cacert");
            let output = curl
                .argument(openssl.path("ca.pem").to_str().unwrap())
                .argument(&format!("{}/crl.pem", server.issuer()))
                .output("");
            output.status.success().then(|| text(&output.stdout))
        })
        .await;
        openssl.write("crl.pem", list);
        let date = |words: &str| {
            let mut date = clock.of(Command::new("date"));
            date.args(["-u", "+%s"]).args(words.split('|').filter(|word| !word.is_empty()));
            Tool::of(date).run().trim().parse::<i64>().unwrap()
        };
        let dates = openssl.run("crl -in crl.pem -noout -lastupdate -nextupdate");
        let named = |name: &str| dates.lines().find_map(|line| line.strip_prefix(name)).unwrap().to_owned();
        let (last, next, now) =
            (date(&format!("-d|{}", named("lastUpdate="))), date(&format!("-d|{}", named("nextUpdate="))), date(""));
        assert!(last <= now && now < next, "{jump}: {last} {now} {next}");
        let number =
            openssl.run("crl -in crl.pem -noout -crlnumber").trim().trim_start_matches("crlNumber=0x").to_owned();
        numbers.push(u128::from_str_radix(&number, 16).unwrap());
    }
    assert!(numbers.is_sorted() && numbers[0] < numbers[3], "{numbers:?}");
}

/// Ten minutes are enough to be refused, over a restart as well: what was signed then would be older than what was
/// signed before.
#[tokio::test]
async fn a_clock_that_is_set_back_is_noticed_by_what_was_signed_before() {
    let openssl = OpenSsl::new();
    let clock = Clock::new(openssl.folder());
    // The authority is older than that.
    clock.set("-30d");
    let server = start(&openssl, &clock, &[]);
    clock.set("+0");
    let application = server.register("set back").await;
    let pairing = until("the server's certificate is right again", Duration::from_secs(20), async || {
        let token = server.token(&application).await;
        Some(Pairing::of(&server, &application, &token).await)
    })
    .await;
    server.stop().await;
    clock.set("-10m");
    let server = start(&openssl, &clock, &[]);
    let (token, subject) = server.connector(&server.token(&application).await).token_and_subject().await;
    let request = blackbox::CertificateRequest::new(&subject, &blackbox::key());
    let reply = server.connector(&token).sign(&request.field()).await;
    assert!(reply.message().contains("clock"), "{reply:?}");
    clock.set("+0");
    let renewed = pairing.at(&server).renewed(&server, &blackbox::key()).await;
    assert_ne!(renewed.name(), pairing.name());
}

/// A clock that is ahead for a moment ends nothing for good.
#[tokio::test]
async fn an_overlap_that_ended_by_mistake_goes_on_when_the_clock_is_right() {
    let openssl = OpenSsl::new();
    let clock = Clock::new(openssl.folder());
    let server = start(&openssl, &clock, &[]);
    let old = pair(&openssl, &server).await;
    let body = json!({ "key": "ec:p256", "oldTrustedForSeconds": 30 * 86400 });
    server.console_post("/authority/rotate", &body).await;
    clock.set("+31d");
    until("the overlap is over", Duration::from_secs(20), async || {
        (curl(&openssl, &clock, &server, "client", VIEWER).0 != "200").then_some(())
    })
    .await;
    clock.set("+0");
    until("the overlap goes on", Duration::from_secs(20), async || {
        let director = old.director(&server);
        let body = json!({ "query": VIEWER }).to_string();
        let reply = director.with("content-type", "application/json");
        let reply = reply.try_send(reqwest::Method::POST, Some(body.into())).await;
        reply.is_ok_and(|reply| reply.status == 200).then_some(())
    })
    .await;
}

/// An authority that ended while nobody looked: the server starts, says so, signs nothing, and takes another one.
#[tokio::test]
async fn a_server_whose_authority_has_expired_can_be_given_another_one() {
    let openssl = OpenSsl::new();
    let clock = Clock::new(openssl.folder());
    let server = start(&openssl, &clock, &[]);
    openssl.key("short", blackbox::EC_P256);
    openssl.run(
        "req -x509 -new -key short.key -days 1 -subj /CN=short -addext keyUsage=critical,keyCertSign,cRLSign -out short.pem",
    );
    let texts = [openssl.text("short.pem"), openssl.text("short.key")];
    let body = json!({ "texts": texts, "passphrase": null, "oldTrustedForSeconds": 0 });
    server.console_post("/authority/import", &body).await;
    server.stop().await;
    clock.set("+3d");
    let server = start(&openssl, &clock, &[]);
    let rotate = |body: &str| {
        let curl = Tool::of(clock.of(Command::new("curl"))).words("--silent --insecure --write-out %{http_code}");
        let authorization = format!("Authorization: Bearer {}", server.admin_token());
        let curl =
            curl.argument("-H").argument(&authorization).argument("-H").argument("Content-Type: application/json");
        let curl = curl.words("--data").argument(body);
        text(&curl.argument(&format!("{}/authority/rotate", server.ready("consoleUrl"))).output("").stdout)
    };
    let answer = rotate(r#"{"key":"ec:p256","oldTrustedForSeconds":0}"#);
    assert!(answer.ends_with("201"), "{answer}");
    openssl.write("ca.pem", std::fs::read(server.ready("caFile")).unwrap());
    until("the server shows a good certificate", Duration::from_secs(20), async || {
        let (status, _) = curl(&openssl, &clock, &server, "", "query { result: applications { totalCount } }");
        (status == "200").then_some(())
    })
    .await;
}
