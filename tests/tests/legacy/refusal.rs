//! Every row of the contract's table of refusals (§1.3, §2.1, §2.2), for every generation: exactly the status and the
//! text, and a token that is as good as before.

use blackbox::{CertificateRequest, Clock, Program, Server, base64, key};
use serde_json::json;

use super::{
    csr, error,
    flavour::{Flavour, World},
    kyma::refused,
    ok,
};

/// A request that is wrong, its status, how the text begins, and whether that is all of the text.
struct Row {
    body: String,
    status: u16,
    words: String,
    whole: bool,
}

fn rows(flavour: Flavour, subject: &str) -> Vec<Row> {
    let good = CertificateRequest::new(subject, &key());
    let mut forged = good.der.clone();
    *forged.last_mut().unwrap() ^= 1;
    let block =
        |label: &str, der: &[u8]| csr(&format!("-----BEGIN {label}-----\n{}\n-----END {label}-----\n", base64(der)));
    let row = |body: String, status, words: &str| Row { body, status, words: words.to_owned(), whole: false };
    let unread = "Error while unmarshalling request body: ";
    let mut rows = vec![
        row("csr=1".into(), 500, unread),
        row("{".into(), 500, unread),
        row(String::new(), 500, unread),
        row(r#"{"csr":7}"#.into(), 500, unread),
        row(block("CERTIFICATE REQUEST", b"hello"), 400, "Error while parsing CSR: "),
        row(block("CERTIFICATE", &good.der), 400, "Error while parsing CSR: "),
        row(block("CERTIFICATE REQUEST", &good.der[..good.der.len() - 1]), 400, "Error while parsing CSR: "),
        row(block("CERTIFICATE REQUEST", &forged), 400, "CSR signature invalid: "),
    ];
    let mut whole = |body: String, words: &str| {
        rows.push(Row { body, status: 400, words: words.to_owned(), whole: true });
    };
    let encoding = "There was an error while parsing the base64 content. An incorrect value was provided.";
    whole(json!({ "csr": "wrong CSR!" }).to_string(), encoding);
    whole(json!({ "csr": good.pem }).to_string(), encoding);
    whole(csr("hello"), "Error while decoding pem block.");
    let mut fields = vec![("CN", "common name")];
    fields.extend([
        ("C", "country"),
        ("O", "organization"),
        ("OU", "organizational unit"),
        ("L", "locality"),
        ("ST", "province"),
    ]);
    for (attribute, words) in fields {
        let part = subject.split(',').find(|part| part.starts_with(&format!("{attribute}="))).unwrap();
        let value = if attribute == "C" { "PL" } else { "Other" };
        let wrong = subject.replace(part, &format!("{attribute}={value}"));
        // The wording of the first generation.
        let words = match (attribute, flavour) {
            ("CN", Flavour::RemoteEnvironments | Flavour::ApplicationsByName) => "CName",
            _ => words,
        };
        whole(csr(&CertificateRequest::new(&wrong, &key()).pem), &format!("CSR: Invalid {words} provided."));
        // A name that is missing is a name that differs.
        let verdict = if attribute == "CN" { "Invalid" } else { "No" };
        let missing: Vec<_> = subject.split(',').filter(|have| *have != part).collect();
        let missing = CertificateRequest::new(&missing.join(","), &key());
        whole(csr(&missing.pem), &format!("CSR: {verdict} {words} provided."));
    }
    rows
}

async fn every_row(flavour: Flavour) {
    let world = World::start(flavour, &[]).await;
    let curl = world.server.curl();
    let (url, subject) = world.ready_to_sign().await;
    // One token for all of them: none costs it.
    for row in rows(flavour, &subject) {
        let (status, text) = error(&curl.post(&url, &row.body));
        assert_eq!(status, row.status, "{}: {text}", row.words);
        let right = if row.whole { text == row.words } else { text.starts_with(&row.words) };
        assert!(right, "wanted {:?}, got {text:?}", row.words);
    }
    let (base, _) = url.split_once('?').unwrap();
    let good = csr(&CertificateRequest::new(&subject, &key()).pem);
    // The token comes first: whoever has none learns nothing about the rest.
    for body in [&good, "csr=1"] {
        for (query, words) in [
            ("", "Token not provided."),
            ("?token=", "Token not provided."),
            ("?other=1", "Token not provided."),
            ("?token=nonsense", "Invalid token."),
            ("?token=AAAA==&other=1", "Invalid token."),
        ] {
            refused(&curl.post(&format!("{base}{query}"), body), 403, words);
        }
    }
    ok(&curl.post(&url, &good), 201);
    // Now it is spent.
    refused(&curl.post(&url, &good), 403, "Invalid token.");

    let link = world.link().await;
    let (base, _) = link.url.split_once('?').unwrap();
    for (query, words) in [
        ("", "Token not provided."),
        ("?token=", "Token not provided."),
        ("?token=nonsense", "Invalid token."),
        ("?Token=x", "Token not provided."),
    ] {
        refused(&curl.get(&format!("{base}{query}")), 403, words);
    }
    ok(&curl.get(&link.url), 200);
    refused(&curl.get(&link.url), 403, "Invalid token.");
}

#[tokio::test]
async fn the_first_generation_says_what_is_wrong() {
    every_row(Flavour::RemoteEnvironments).await;
}

#[tokio::test]
async fn the_second_generation_says_what_is_wrong() {
    every_row(Flavour::Second).await;
}

#[tokio::test]
async fn central_mode_says_what_is_wrong() {
    every_row(Flavour::Central).await;
}

/// Somebody else's token, in the path of the first generation or in the other generation's.
#[tokio::test]
async fn a_token_opens_its_own_path_only() {
    let world = World::start(Flavour::RemoteEnvironments, &[]).await;
    world.server.register("other").await;
    let (curl, open, internal) = (world.server.curl(), world.open(), world.server.internal());
    let token = world.link().await;
    for path in
        ["/v1/remoteenvironments/other/info", "/v1/remoteenvironments/nobody/info", "/v1/applications/other/info"]
    {
        refused(&curl.get(&token.at(&open, path)), 403, "Invalid token.");
    }
    refused(&curl.post(&token.at(&open, "/v1/remoteenvironments/other/client-certs"), "{}"), 403, "Invalid token.");
    let second = internal.second_generation("shop");
    refused(&curl.get(&second.at(&open, "/v1/remoteenvironments/shop/info")), 403, "Invalid token.");
    ok(&curl.get(&token.url), 200);
    ok(&curl.get(&second.url), 200);
}

#[tokio::test]
async fn expired_is_invalid() {
    for flavour in [Flavour::RemoteEnvironments, Flavour::Second] {
        let folder = tempfile::tempdir().unwrap();
        let clock = Clock::new(folder.path());
        let data_dir = folder.path().join("data");
        let command = clock.of(Program::serve(&data_dir, &["--internal-port", "0"]));
        let server = Server::run(command);
        let id = server.register("shop").await;
        let world = World { server, flavour, name: "shop".into(), id };
        // In the first generation a second token would take the first one's place.
        let link = if flavour == Flavour::Second { Some(world.link().await) } else { None };
        let (sign, subject) = world.ready_to_sign().await;
        let good = csr(&CertificateRequest::new(&subject, &key()).pem);
        clock.set("+299s");
        let (status, _) = error(&world.server.curl().post(&sign, "{"));
        assert_eq!(status, 500, "the token counts until its last second");
        clock.set("+301s");
        refused(&world.server.curl().post(&sign, &good), 403, "Invalid token.");
        if let Some(link) = link {
            refused(&world.server.curl().get(&link.url), 403, "Invalid token.");
        }
    }
}

#[tokio::test]
async fn the_internal_port_wants_its_headers() {
    let world = World::start(Flavour::Second, &[]).await;
    let internal = world.server.internal();
    let missing = "Required headers for ApplicationContext not specified.";
    for headers in [&[][..], &["Application;"][..], &["Tenant: acme", "Group: sales"]] {
        refused(&internal.post("/v1/applications/tokens", headers), 400, missing);
    }
    // Standalone: ignored even when sent.
    let headers = ["Application: shop", "Tenant: acme", "Group: sales"];
    let token = blackbox::ConnectionToken::of(&internal.post("/v1/applications/tokens", &headers));
    let info = ok(&world.server.curl().get(&token.url), 200);
    assert_eq!(info["certificate"]["subject"], "O=Org,OU=OrgUnit,L=locality,ST=province,C=DE,CN=shop");
    refused(&internal.post("/v1/runtimes/tokens", &headers[1..]), 404, "Requested resource could not be found.");
    refused(
        &internal.post("/v1/runtimes/certificates/revocations", &[]),
        404,
        "Requested resource could not be found.",
    );
}
