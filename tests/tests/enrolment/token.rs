//! One-time tokens: how they are presented, and what becomes of them.

use std::time::Duration;

use blackbox::{CertificateRequest, KEY_ALGORITHM, Reply, Server, key, until};
use serde_json::{Value, json};

use super::{NOBODY, NOBODY_REVOKES, nobody_signs};

/// A token that nobody has used, and the subject to sign for.
async fn fresh(server: &Server, application: &str) -> (String, String) {
    server.connector(&server.token(application).await).token_and_subject().await
}

async fn is_spent(server: &Server, token: &str) -> bool {
    let reply = server.connector(token).configuration().await;
    match reply.json().get("errors") {
        Some(_) => {
            assert_eq!((reply.status, reply.message()), (200, NOBODY.into()));
            true
        }
        None => false,
    }
}

#[tokio::test]
async fn configuration_says_what_comes_next() {
    let server = Server::start(&["--subject", "O=SAP,OU=Kyma,L=Gliwice,ST=Silesia,C=PL"]);
    let application = server.register("asks").await;
    let reply = server.connector(&server.token(&application).await).configuration().await.result();
    let csr_info = &reply["certificateSigningRequestInfo"];
    assert_eq!(csr_info["keyAlgorithm"], KEY_ALGORITHM);
    assert!(csr_info["subject"].as_str().unwrap().starts_with("O=SAP,OU=Kyma,L=Gliwice,ST=Silesia,C=PL,CN="));
    let info = &reply["managementPlaneInfo"];
    assert_eq!(info["directorURL"], server.ready("certificateSecuredDirectorUrl"));
    assert_eq!(info["certificateSecuredConnectorURL"], server.ready("certificateSecuredConnectorUrl"));
    assert_eq!(reply["token"]["token"].as_str().unwrap().len(), 88);
}

#[tokio::test]
async fn a_token_is_taken_by_header_by_parameter_and_without_a_content_type() {
    let server = Server::start(&[]);
    let application = server.register("presents").await;
    let query = |text: &str| json!({ "query": text }).to_string();
    let ok = |reply: Reply| {
        assert_eq!(reply.status, 200, "{reply:?}");
        let alias = if reply.text.contains("\"mine\"") { "mine" } else { "result" };
        assert_eq!(reply.json()["data"][alias]["token"]["token"].as_str().map(str::len), Some(88), "{reply:?}");
    };
    let ask = "query { result: configuration { token { token } } }";
    ok(server.connector(&server.token(&application).await).post(query(ask)).await);
    ok(server.connector(&server.token(&application).await).with("content-type", "text/plain").post(query(ask)).await);
    // What curl sends with --data.
    let form = "application/x-www-form-urlencoded";
    ok(server.connector(&server.token(&application).await).with("content-type", form).post(query(ask)).await);
    // Empty parentheses and an alias, as Compass' own clients write it.
    for text in ["query { mine: configuration() { token { token } } }", "{mine:configuration( ){token{token}}}"] {
        ok(server.connector(&server.token(&application).await).post(query(text)).await);
    }
    // As a parameter, percent-encoded or with bare `=`; the header wins.
    let token = server.token(&application).await;
    let at =
        |token: &str| server.stranger("connectorUrl").at(&format!("{}?token={token}", server.ready("connectorUrl")));
    ok(at(&token).post(query(ask)).await);
    ok(at(&server.token(&application).await.replace('=', "%3D")).post(query(ask)).await);
    ok(at("nonsense").with("connector-token", &server.token(&application).await).post(query(ask)).await);
    // Without any token the content type counts.
    let json = server.stranger("connectorUrl").with("content-type", "application/json");
    assert_eq!(json.post(query(ask)).await.message(), NOBODY);
    assert_eq!(server.stranger("connectorUrl").post(query(ask)).await.status, 400);
}

#[tokio::test]
async fn without_a_good_token_nothing_is_answered() {
    let server = Server::start(&[]);
    let application = server.register("nobody").await;
    let (used, subject) = fresh(&server, &application).await;
    let csr = CertificateRequest::new(&subject, &key()).field();
    assert!(server.connector(&used).sign(&csr).await.result().is_object());
    let json = server.stranger("connectorUrl").with("content-type", "application/json");
    for nobody in [
        json.clone(),
        json.clone().with("connector-token", ""),
        json.clone().with("connector-token", "incorrectToken"),
        json.clone().with("connector-token", &used),
        // Headers that only Compass' own gateway may set (contracts §8.1).
        json.clone().with("client-id-from-token", &application).with("client-id-from-certificate", &application),
        json.clone().with("certificate-data", &format!("Hash=00;Subject=\"{subject}\"")),
        json.with("authorization", "x"),
    ] {
        for (reply, words) in [
            (nobody.configuration().await, NOBODY.to_owned()),
            (nobody.sign(&csr).await, nobody_signs()),
            (nobody.revoke().await, NOBODY_REVOKES.to_owned()),
        ] {
            assert_eq!((reply.status, reply.message(), reply.result()), (200, words, Value::Null), "{nobody:?}");
            assert!(reply.json()["errors"][0].get("extensions").is_none(), "{reply:?}");
            assert_eq!(reply.json()["errors"][0]["path"], json!(["result"]));
        }
    }
    // A good token is no certificate.
    let (token, _) = fresh(&server, &application).await;
    assert_eq!(server.connector(&token).revoke().await.message(), NOBODY_REVOKES);
}

/// Requests that carry a good token and come to nothing.
async fn failures(server: &Server, token: &str, subject: &str, which: &str) -> Reply {
    let holder = server.connector(token);
    let wrong = subject.replace("C=DE", "C=PL");
    match which {
        "syntax" => holder.graphql("query { result: configuration { token", Value::Null).await,
        "no JSON" => holder.post("query { result: configuration { token { token } } }").await,
        "unknown field" => holder.graphql("query { result: nothing }", Value::Null).await,
        "other operation" => holder.revoke().await,
        "introspection" => holder.graphql("query { __schema { queryType { name } } }", Value::Null).await,
        "typename" => holder.graphql("query { result: __typename }", Value::Null).await,
        "bad request" => holder.sign(&CertificateRequest::new(&wrong, &key()).field()).await,
        "too large" => holder.post("x".repeat(65 * 1024)).await,
        other => panic!("{other}"),
    }
}

const FAILURES: [&str; 8] =
    ["syntax", "no JSON", "unknown field", "other operation", "introspection", "typename", "bad request", "too large"];

#[tokio::test]
async fn a_strict_token_is_spent_by_being_presented() {
    let server = Server::start(&["--fidelity", "strict"]);
    let application = server.register("strict").await;
    for which in FAILURES {
        let (token, subject) = fresh(&server, &application).await;
        let reply = failures(&server, &token, &subject, which).await;
        assert!(reply.status < 500, "{reply:?}");
        assert!(is_spent(&server, &token).await, "{which}");
    }
}

#[tokio::test]
async fn a_lenient_token_is_spent_by_success_and_by_ten_refusals() {
    let server = Server::start(&["--fidelity", "lenient"]);
    let application = server.register("lenient").await;
    let (token, subject) = fresh(&server, &application).await;
    for which in FAILURES {
        failures(&server, &token, &subject, which).await;
    }
    // One of those was a refused request; eight more are nine.
    for _ in 0..8 {
        let reply = failures(&server, &token, &subject, "bad request").await;
        assert!(reply.message().contains("CSR: Invalid country provided."), "{reply:?}");
    }
    let csr = CertificateRequest::new(&subject, &key()).field();
    assert!(server.connector(&token).sign(&csr).await.result().is_object(), "nine refusals");
    assert!(is_spent(&server, &token).await, "success");

    let (token, subject) = fresh(&server, &application).await;
    for _ in 0..10 {
        let reply = failures(&server, &token, &subject, "bad request").await;
        assert!(reply.message().contains("CSR: Invalid country provided."), "{reply:?}");
    }
    let csr = CertificateRequest::new(&subject, &key()).field();
    assert_eq!(server.connector(&token).sign(&csr).await.message(), nobody_signs(), "ten refusals");
}

#[tokio::test]
async fn a_token_signs_once_and_the_first_one_may_sign_too() {
    let server = Server::start(&[]);
    let application = server.register("signs").await;
    let first = server.token(&application).await;
    let auths = "query($id: ID!) { result: application(id: $id) { auths { id } } }";
    let auth =
        server.director(auths, json!({ "id": application })).await["auths"][0]["id"].as_str().unwrap().to_owned();
    // Whoever knows the subject need not ask for it.
    let subject = format!("O=Org,OU=OrgUnit,L=locality,ST=province,C=DE,CN={auth}");
    let csr = CertificateRequest::new(&subject, &key()).field();
    assert!(server.connector(&first).sign(&csr).await.result().is_object());
    assert_eq!(server.connector(&first).sign(&csr).await.message(), nobody_signs());
    assert!(is_spent(&server, &first).await);
}

#[tokio::test]
async fn issuing_again_into_a_system_auth_kills_its_token_and_no_other() {
    let server = Server::start(&[]);
    let application = server.register("again").await;
    let tokens = [server.token(&application).await, server.token(&application).await, server.token(&application).await];
    let auths = "query($id: ID!) { result: application(id: $id) { auths { id auth { oneTimeToken { used } } } } }";
    let held = server.director(auths, json!({ "id": application })).await["auths"].clone();
    assert_eq!(held.as_array().unwrap().len(), 3, "three calls, three system auths");
    let again = "mutation($id: ID!, $auth: ID!) { result: requestOneTimeTokenForApplication(id: $id, systemAuthID: $auth) { token } }";
    let reissue =
        async |id: &str, auth: &str| server.administrator().graphql(again, json!({ "id": id, "auth": auth })).await;
    let new =
        reissue(&application, held[0]["id"].as_str().unwrap()).await.result()["token"].as_str().unwrap().to_owned();
    assert_eq!(server.director(auths, json!({ "id": application })).await["auths"].as_array().unwrap().len(), 3);
    assert!(is_spent(&server, &tokens[0]).await, "replaced");
    for good in [&tokens[1], &tokens[2], &new] {
        assert!(!is_spent(&server, good).await);
    }
    // Only into a system auth of that very application (upstream looks at neither).
    let other = server.register("other").await;
    let refused = reissue(&other, held[1]["id"].as_str().unwrap()).await.refusal();
    assert_eq!(refused, (200, 20, "Object not found [object=systemAuth]".into()));
    let refused = reissue(&application, "00000000-0000-4000-8000-000000000000").await.refusal();
    assert_eq!(refused, (200, 20, "Object not found [object=systemAuth]".into()));
}

#[tokio::test]
async fn a_token_expires() {
    let server = Server::start(&["--token-ttl", "1s"]);
    let application = server.register("late").await;
    let late = server.token(&application).await;
    let held =
        "query($id: ID!) { result: application(id: $id) { auths { auth { oneTimeToken { expiresAt used } } } } }";
    let (header, field) = (reqwest::header::DATE.as_str(), json!({ "id": application }));
    // The server's own clock says when: its Date is past the second after the one that expiresAt names.
    until("the token's second passes", Duration::from_secs(20), async || {
        let reply = server.administrator().graphql(held, field.clone()).await;
        let token = reply.result()["auths"][0]["auth"]["oneTimeToken"].clone();
        assert_eq!(token["used"], false);
        let now = reply.header(header).unwrap().split(' ').nth(4).unwrap();
        let expires = &token["expiresAt"].as_str().unwrap()[11..19];
        // Midnight is a day's end for both.
        (now > expires || (now < "00:01:00" && expires > "23:59:00")).then_some(())
    })
    .await;
    assert_eq!(server.connector(&late).configuration().await.message(), NOBODY);
    // It was the time, not the server.
    let early = server.token(&application).await;
    assert!(!is_spent(&server, &early).await);
    let (ended, _) = server.stop().await;
    assert!(ended.log.contains("it expired"), "the log says why: {}", ended.log);
}
