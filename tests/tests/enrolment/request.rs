//! Certificate requests: what is accepted, and the words for what is not (contracts §2.5).

use blackbox::{CertificateRequest, Pairing, Server, Tool, base64, der, key, unbase64};
use serde_json::json;

/// A server that does not spend the token on a refused request, an application, and the token and subject for it.
async fn lenient() -> (Server, String, String, String) {
    let server = Server::start(&["--fidelity", "lenient"]);
    let application = server.register("requests").await;
    let (token, subject) = server.connector(&server.token(&application).await).token_and_subject().await;
    (server, application, token, subject)
}

const SIGNING: &str = "Error while signing Certificate Signing Request: ";

/// What each refused request must be answered with, at least to begin with.
async fn refused(cases: impl AsyncFn(&Server, &str) -> Vec<(String, String)>) {
    let (server, _, mut token, subject) = lenient().await;
    for (number, (csr, words)) in cases(&server, &subject).await.into_iter().enumerate() {
        // Ten refusals spend a lenient token.
        if number % 8 == 7 {
            (token, _) = server.connector(&token).token_and_subject().await;
        }
        let reply = server.connector(&token).sign(&csr).await;
        let message = reply.message();
        assert!(message.starts_with(&words), "wanted {words:?}, got {message:?} for {csr:.80}");
        assert!(message.len() > words.len() + 10, "and a sentence that helps: {message}");
        // Compass' shape: no extensions, a path, data null, HTTP 200.
        let error = &reply.json()["errors"][0];
        assert_eq!(error.as_object().unwrap().keys().collect::<Vec<_>>(), ["message", "path"], "{reply:?}");
        assert_eq!(error["path"], json!(["result"]));
        assert_eq!((reply.status, &reply.json()["data"]), (200, &json!(null)));
    }
    // The token is as good as before.
    let request = CertificateRequest::new(&subject, &key()).field();
    assert!(server.connector(&token).sign(&request).await.result()["clientCertificate"].is_string());
}

#[tokio::test]
async fn a_request_for_another_subject_is_refused_field_by_field() {
    let fields = [
        ("C", "country", "PL", true),
        ("O", "organization", "Other", true),
        ("OU", "organizational unit", "Other", true),
        ("L", "locality", "Other", true),
        ("ST", "province", "Other", true),
        ("CN", "common name", "00000000-0000-4000-8000-000000000000", false),
    ];
    refused(async |_, subject| {
        let key = key();
        let mut cases = Vec::new();
        for (attribute, words, other, told_apart) in fields {
            let part = subject.split(',').find(|part| part.starts_with(&format!("{attribute}="))).unwrap();
            let wrong = subject.replace(part, &format!("{attribute}={other}"));
            let csr = CertificateRequest::new(&wrong, &key).field();
            cases.push((csr, format!("{SIGNING}CSR: Invalid {words} provided.")));
            let missing: Vec<_> = subject.split(',').filter(|have| *have != part).collect();
            let csr = CertificateRequest::new(&missing.join(","), &key).field();
            let verdict = if told_apart { "No" } else { "Invalid" };
            cases.push((csr, format!("{SIGNING}CSR: {verdict} {words} provided.")));
        }
        cases
    })
    .await;
}

#[tokio::test]
async fn what_is_no_request_is_refused_by_what_it_is() {
    refused(async |_, subject| {
        let decoding = "Error while decoding Certificate Signing Request: Error while parsing base64 content. Incorrect value provided.";
        let pem = format!("{SIGNING}Error while decoding pem block.");
        let parsing = format!("{SIGNING}Error while parsing CSR: ");
        let good = CertificateRequest::new(subject, &key());
        let mut forged = good.der.clone();
        *forged.last_mut().unwrap() ^= 1;
        let block = |content: &[u8]| {
            base64(format!("-----BEGIN CERTIFICATE REQUEST-----\n{}\n-----END CERTIFICATE REQUEST-----\n", base64(content)))
        };
        vec![
            ("".into(), decoding.into()),
            ("wrong CSR!".into(), decoding.into()),
            (good.pem.clone(), decoding.into()),
            ("A".repeat(17 * 1024), decoding.into()),
            // Base64 by chance.
            ("wrongCSR".into(), pem.clone()),
            (base64("hello"), pem),
            (block(b"hello"), parsing.clone()),
            (block(&good.der[..good.der.len() - 1]), parsing.clone()),
            (block(&[&good.der[..], b"x"].concat()), parsing),
            (block(&forged), format!("{SIGNING}CSR signature invalid: ")),
        ]
    })
    .await;
}

#[tokio::test]
async fn weak_and_unknown_keys_are_refused_by_their_own_message() {
    refused(async |server, subject| {
        let folder = server.data_dir();
        let subject = format!("/{}", subject.replace(',', "/"));
        [
            "rsa:1024",
            "rsa:2047",
            "ec -pkeyopt ec_paramgen_curve:secp521r1",
            "ec -pkeyopt ec_paramgen_curve:secp224r1",
            "ed25519",
        ]
        .map(|kind| {
            let request = Tool::new("openssl", folder).words("req -new -nodes -keyout weak.key -newkey").words(kind);
            let pem = request.argument("-subj").argument(&subject).run();
            (base64(pem), format!("{SIGNING}CSR: Invalid key provided."))
        })
        .into()
    })
    .await;
}

#[tokio::test]
async fn every_spelling_that_clients_send_is_read() {
    let (server, application, mut token, subject) = lenient().await;
    let folder = server.data_dir().to_owned();
    let slashes = format!("/{}", subject.replace(',', "/"));
    let openssl = |words: &str| {
        let request = Tool::new("openssl", &folder).words("req -new -nodes -keyout other.key").words(words);
        request.argument("-subj").argument(&slashes).run()
    };
    let pem = CertificateRequest::new(&subject, &key()).pem;
    let once = base64(&pem);
    let wrapped: String =
        once.as_bytes().chunks(64).map(|line| format!("{}\n", String::from_utf8_lossy(line))).collect();
    for csr in [
        once.clone(),
        wrapped.clone(),
        wrapped.replace('\n', "\r\n"),
        once.trim_end_matches('=').to_owned(),
        base64(pem.replace('\n', "\r\n")),
        base64(pem.replace("CERTIFICATE REQUEST", "NEW CERTIFICATE REQUEST")),
        base64(openssl("-newkey rsa:2048")),
        base64(openssl("-newkey rsa:2048 -sha1")),
        base64(openssl("-newkey rsa:3072 -sha512")),
        base64(openssl("-newkey ec -pkeyopt ec_paramgen_curve:P-384")),
        // What a request asks for besides makes no difference.
        base64(openssl(
            "-newkey rsa:2048 -addext basicConstraints=critical,CA:TRUE -addext subjectAltName=DNS:kyma.local",
        )),
    ] {
        let reply = server.connector(&token).sign(&csr).await;
        let leaf = reply.result()["clientCertificate"].as_str().map(unbase64);
        let leaf = leaf.unwrap_or_else(|| panic!("{reply:?} for {csr:.100}"));
        std::fs::write(folder.join("leaf.pem"), leaf).unwrap();
        let shown =
            Tool::new("openssl", &folder).words("x509 -in leaf.pem -noout -ext basicConstraints,subjectAltName").run();
        assert!(shown.contains("CA:FALSE") && !shown.contains("DNS:"), "{shown}");
        // The next one for the same subject.
        let again = "mutation($id: ID!, $auth: ID!) {
            result: requestOneTimeTokenForApplication(id: $id, systemAuthID: $auth) { token } }";
        let auth = subject.split_once("CN=").unwrap().1;
        let given = server.director(again, json!({ "id": application, "auth": auth })).await;
        token = given["token"].as_str().unwrap().to_owned();
    }
}

#[tokio::test]
async fn the_certificate_is_what_the_contract_says() {
    let (server, application, token, subject) = lenient().await;
    let parts: Vec<_> = subject.split(',').map(|part| part.split_once('=').unwrap().0).collect();
    assert_eq!(parts, ["O", "OU", "L", "ST", "C", "CN"]);
    let auths = "query($id: ID!) { result: application(id: $id) { auths { id } } }";
    let auth =
        server.director(auths, json!({ "id": application })).await["auths"][0]["id"].as_str().unwrap().to_owned();
    assert_eq!(subject, format!("O=Org,OU=OrgUnit,L=locality,ST=province,C=DE,CN={auth}"));

    let key = key();
    let reply = server.connector(&token).sign(&CertificateRequest::new(&subject, &key).field()).await;
    let [chain, ca, client] = ["certificateChain", "caCertificate", "clientCertificate"].map(|field| {
        let value = reply.result()[field].as_str().unwrap().to_owned();
        assert!(!value.contains(char::is_whitespace), "{field} is on one line");
        String::from_utf8(unbase64(&value)).unwrap()
    });
    assert_eq!(chain, format!("{client}{ca}"), "leaf, then CA");
    assert_eq!(der(&ca), der(&std::fs::read_to_string(server.ready("caFile")).unwrap()));

    let folder = server.data_dir();
    std::fs::write(folder.join("leaf.pem"), &client).unwrap();
    let openssl = |words: &str| Tool::new("openssl", folder).words(words).run();
    openssl("verify -x509_strict -purpose sslclient -CAfile ca.pem leaf.pem");
    let shown = openssl("x509 -in leaf.pem -noout -subject -nameopt RFC2253 -text");
    for part in subject.split(',') {
        assert!(shown.contains(part), "{part} in {shown}");
    }
    for wanted in ["Version: 3", "TLS Web Client Authentication", "Digital Signature", "CA:FALSE", "Key Identifier"] {
        assert!(shown.contains(wanted), "{wanted} in {shown}");
    }
    assert!(!shown.contains("Server Authentication"), "{shown}");

    let pairing = Pairing::from_reply(&server, &application, &subject, key.serialize_pem(), &reply);
    assert_eq!(pairing.director(&server).viewer().await.result(), json!({ "id": application, "type": "APPLICATION" }));
}
