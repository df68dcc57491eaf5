//! The four ways to sign in, and what happens when a sign-in ends.

use std::{net::TcpListener, sync::Arc};

use blackbox::{AwkwardDirector, Fault, Person, until};
use reqwest::Url;
use serde_json::{Value, json};

use super::{
    Company, Desk, Landscape,
    desk::{PATIENCE, definition, list, text},
};

/// The parameters of the last address that the browser was opened at.
fn asked(desk: &Desk) -> (Url, impl Fn(&str) -> Option<String>) {
    let address: Url = desk.desktop.opened().last().unwrap().parse().unwrap();
    let pairs: Vec<(String, String)> =
        address.query_pairs().map(|(name, value)| (name.into_owned(), value.into_owned())).collect();
    let parameter = move |name: &str| pairs.iter().find(|(found, _)| found == name).map(|(_, value)| value.clone());
    (address, parameter)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_signs_in_with_the_systems_browser() {
    for landscape in [Landscape::Complete, Landscape::Shipped] {
        let company = Company::start(landscape, &json!({}));
        let (desk, id) = company.desk(company.definition()).await;
        let signed = desk.row(&id).await["signIn"].clone();
        assert_eq!((&signed["kind"], &signed["user"]), (&json!("oidc"), &json!("Ada Admin")), "{signed}");
        assert_eq!((&signed["renews"], &signed["keep"]), (&json!(true), &json!("session")), "{signed}");
        assert!(signed["expiresAt"].is_string(), "{signed}");

        let (address, parameter) = asked(&desk);
        assert!(address.as_str().starts_with(company.provider.issuer()), "{address}");
        assert_eq!(parameter("code_challenge_method").as_deref(), Some("S256"));
        assert_eq!(parameter("response_type").as_deref(), Some("code"));
        for name in ["code_challenge", "state", "nonce"] {
            assert!(parameter(name).is_some_and(|value| value.len() >= 16), "{name} in {address}");
        }
        let back: Url = parameter("redirect_uri").unwrap().parse().unwrap();
        assert_eq!((back.scheme(), back.host_str()), ("http", Some("127.0.0.1")), "{back}");
        assert!(back.port().is_some_and(|port| port >= 1024), "{back}");

        // The page at the end thanks, and shows nothing that could be used.
        let browser = company.provider.browser(Person::SignsIn);
        let saw = until("the browser has seen the last page", PATIENCE, async || {
            let saw = browser.saw();
            saw.last().is_some_and(|line| !line.contains("://")).then_some(saw)
        })
        .await;
        let page = saw.last().unwrap();
        assert!(!page.is_empty() && !page.contains("code") || !page.contains("state="), "{page}");

        desk.create("shop").await;
        assert_eq!(desk.names().await, ["shop"]);
        assert_eq!(company.provider.granted("authorization_code"), 1);
        // Nobody listens for a second code.
        let stale = format!("{back}?code=x&state={}", parameter("state").unwrap());
        assert!(reqwest::Client::builder().no_proxy().build().unwrap().get(stale).send().await.is_err(), "{back}");

        desk.call("sign_out", json!({ "id": id })).await;
        assert_eq!(desk.row(&id).await["signIn"]["stage"], "signed_out");
        assert_eq!(desk.refused("list_applications", list()).await.code.to_string(), "sign_in_needed");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_signed_in_who_refused_or_left_or_came_by_themselves() {
    let company = Company::start(Landscape::Complete, &json!({}));
    let desk = Desk::new();
    let id = desk.add(company.definition()).await;
    desk.call("use_environment", json!({ "id": id })).await;

    desk.desktop.browse_with(company.provider.browser(Person::Refuses));
    desk.call("start_sign_in", json!({ "id": id, "keep": "session" })).await;
    let signed = desk.signed(&id, "signed_out").await;
    assert_eq!(signed["error"]["code"], "sign_in_failed", "{signed}");
    assert!(signed["error"]["message"].is_string() && signed["error"]["hint"].is_string(), "{signed}");

    desk.desktop.browse_with(company.provider.browser(Person::Leaves));
    desk.call("start_sign_in", json!({ "id": id, "keep": "session" })).await;
    desk.signed(&id, "in_browser").await;
    // A page that knows the port but not the state gets nowhere, and does not end the wait for the right one.
    let (_, parameter) = asked(&desk);
    let back = parameter("redirect_uri").unwrap();
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    for query in ["code=stolen&state=wrong", "code=stolen", "state=wrong&error=access_denied", ""] {
        let answer = client.get(format!("{back}?{query}")).send().await.unwrap();
        assert!(!answer.status().is_success(), "{query}: {answer:?}");
    }
    assert_eq!(desk.row(&id).await["signIn"]["stage"], "in_browser");
    desk.call("cancel_sign_in", json!({ "id": id })).await;
    desk.signed(&id, "signed_out").await;
    assert!(client.get(&back).send().await.is_err(), "nobody listens any more");
    assert_eq!(company.provider.granted("authorization_code"), 0);

    // Somebody who may sign in there and not here: the wrong audience.
    let mut other = company.definition();
    other["name"] = json!("Somebody else's");
    other["signIn"]["clientId"] = json!("somebody-else");
    let other = desk.add(other).await;
    desk.call("use_environment", json!({ "id": other })).await;
    desk.desktop.browse_with(company.provider.browser(Person::SignsIn));
    desk.call("start_sign_in", json!({ "id": other, "keep": "session" })).await;
    desk.call("cancel_sign_in", json!({ "id": other })).await;
    desk.signed(&other, "signed_out").await;
}

/// A service that wants to know the address beforehand knows one port, which nobody may be in the way of for long.
#[tokio::test(flavor = "multi_thread")]
async fn the_second_try_has_the_port_of_the_first() {
    let company = Company::start(Landscape::Complete, &json!({}));
    let desk = Desk::new();
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let mut fixed = company.definition();
    fixed["signIn"]["redirectPort"] = json!(port);
    let id = desk.add(fixed).await;
    desk.call("use_environment", json!({ "id": id })).await;
    desk.desktop.browse_with(company.provider.browser(Person::Leaves));
    let start = json!({ "id": id, "keep": "session" });
    desk.call("start_sign_in", start.clone()).await;
    let (_, first) = asked(&desk);
    assert_eq!(first("redirect_uri"), Some(format!("http://127.0.0.1:{port}/callback")));
    // Twice at once, as by two clicks.
    let (one, two) = tokio::join!(desk.try_call("start_sign_in", start.clone()), desk.try_call("start_sign_in", start));
    assert!(one.is_ok() && two.is_ok(), "{one:?} {two:?}");
    company.sign_in(&desk, &id).await;
    assert_eq!(desk.names().await, [""; 0]);
    assert_eq!(company.provider.granted("authorization_code"), 1, "the tries before were ended");

    let taken = TcpListener::bind(("127.0.0.1", port)).unwrap();
    let refused = desk.refused("start_sign_in", json!({ "id": id, "keep": "session" })).await;
    assert!(refused.hint.is_some_and(|hint| hint.contains(&port.to_string())), "which port it is");
    drop(taken);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sign_in_is_renewed_in_silence_and_once() {
    let company = Company::start(Landscape::Complete, &json!({ "accessTokenSeconds": 5, "idTokenSeconds": 5 }));
    let director = AwkwardDirector::before(&company.server);
    let ca = format!("{}{}", director.ca_pem(), company.provider.ca_pem().unwrap());
    let (desk, id) = company.desk(company.definition_at(&director.director_url(), &ca)).await;
    let opened = desk.desktop.opened().len();
    let view = desk.state().await["view"].clone();
    // Many at once: refresh tokens rotate, and a second use of an old one ends the sign-in.
    let desk = Arc::new(desk);
    let many: Vec<_> = (0..12)
        .map(|_| {
            let desk = Arc::clone(&desk);
            tokio::spawn(async move { desk.call("list_applications", list()).await })
        })
        .collect();
    for one in many {
        one.await.unwrap();
    }
    let renewed = company.provider.granted("refresh_token");
    // Refused although it had not ended: renewed, and the question is asked again.
    director.next(Fault::token_expired());
    desk.call("list_applications", list()).await;
    company.provider.grants("refresh_token", renewed + 1).await;
    let refused: Vec<_> =
        company.provider.events().into_iter().filter(|event| event.get("refused").is_some()).collect();
    assert_eq!(refused, [Value::Null; 0], "no refresh token was used twice");
    assert_eq!(desk.desktop.opened().len(), opened, "no browser was opened for it");
    assert_eq!(desk.row(&id).await["signIn"]["stage"], "signed_in");
    assert_eq!(desk.state().await["view"], view);
}

#[tokio::test(flavor = "multi_thread")]
async fn when_it_ends_place_and_work_are_kept() {
    let mut company = Company::start(Landscape::Complete, &json!({}));
    let director = AwkwardDirector::before(&company.server);
    let ca = format!("{}{}", director.ca_pem(), company.provider.ca_pem().unwrap());
    let (desk, id) = company.desk(company.definition_at(&director.director_url(), &ca)).await;
    let made = desk.create("shop").await;
    let receipt = desk.request(&made, "client_certificate").await;
    let token = desk.form(&receipt, "token").await;
    let view = desk.state().await["view"].clone();

    company.provider.revoke().await;
    director.always(Fault::token_expired());
    let refused = desk.refused("list_applications", list()).await;
    assert_eq!(serde_json::to_value(refused.action).unwrap(), "sign_in", "{refused:?}");
    let ended = desk.signed(&id, "ended").await;
    assert!(ended["error"]["message"].is_string(), "{ended}");
    director.behave();
    let environment = desk.environment().await;
    assert_eq!((&environment["id"], &desk.state().await["view"]), (&json!(id), &view), "the same place");
    assert_eq!(desk.form(&receipt, "token").await, token, "what was made is still held");
    director.forget();
    desk.refused("list_applications", list()).await;
    assert_eq!(director.seen().len(), 0, "nobody is asked without a sign-in");

    company.sign_in(&desk, &id).await;
    assert_eq!(desk.state().await["view"], view);
    assert_eq!(desk.names().await, ["shop"]);
    assert_eq!(desk.stage(&receipt).await, "waiting");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pasted_token_is_taken_as_it_is_pasted() {
    let server = Landscape::Complete.start();
    let desk = Desk::new();
    let id = desk.add(definition(&server, "Pasted")).await;
    desk.call("use_environment", json!({ "id": id })).await;
    for pasted in
        [server.admin_token(), format!("  {}\n", server.admin_token()), format!("Bearer {}", server.admin_token())]
    {
        desk.sign_in(&id, &pasted).await;
        assert_eq!(desk.names().await, [""; 0], "{}", pasted.replace(&server.admin_token(), "…"));
        desk.call("sign_out", json!({ "id": id })).await;
    }
    for nonsense in ["", "   ", "two words here", "line\nbreak", "ü"] {
        let input = json!({ "id": id, "secret": nonsense, "keep": "session" });
        let refused = desk.try_call("sign_in_with_secret", input).await;
        if refused.is_ok() {
            let error = desk.refused("list_applications", list()).await;
            assert_eq!(serde_json::to_value(error.action).unwrap(), "sign_in", "{nonsense:?}");
        }
        desk.call("sign_out", json!({ "id": id })).await;
    }
    let wrong = json!({ "id": id, "secret": "wrong-token", "keep": "session" });
    if desk.try_call("sign_in_with_secret", wrong).await.is_ok() {
        let error = desk.refused("list_applications", list()).await;
        assert_eq!(serde_json::to_value(error.action).unwrap(), "sign_in", "{error:?}");
    }
    assert_ne!(desk.row(&id).await["signIn"]["stage"], "signed_in", "the Director has said no");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_signs_in_with_its_secret() {
    let server = Landscape::Complete.seeded(&json!({
        "integrationSystems": [{ "name": "cockpit" }], "applications": [{ "name": "shop" }] }));
    let system = server.director("{ result: integrationSystems { data { id } } }", Value::Null).await;
    let system = text(&system["data"][0]["id"]);
    let given = "mutation($id: ID!) { result: requestClientCredentialsForIntegrationSystem(id: $id) {
        auth { credential { ... on OAuthCredentialData { clientId clientSecret url } } } } }";
    let given = server.director(given, json!({ "id": system })).await["auth"]["credential"].clone();
    let desk = Desk::new();
    let mut wanted = definition(&server, "By secret");
    wanted["signIn"] = json!({ "kind": "client_credentials", "tokenUrl": given["url"], "clientId": given["clientId"],
        "scopes": ["application:read", "application:write", "application.auths:read"] });
    let id = desk.add(wanted).await;
    desk.call("use_environment", json!({ "id": id })).await;
    let wrong = json!({ "id": id, "secret": "wrong", "keep": "session" });
    if desk.try_call("sign_in_with_secret", wrong).await.is_ok() {
        let refused = desk.refused("list_applications", list()).await;
        assert_eq!(serde_json::to_value(refused.action).unwrap(), "sign_in", "{refused:?}");
    }
    desk.sign_in(&id, given["clientSecret"].as_str().unwrap()).await;
    assert_eq!(desk.names().await, ["shop"]);
    let made = desk.create("made").await;
    desk.request(&made, "client_certificate").await;
    let signed = desk.row(&id).await["signIn"].clone();
    assert_eq!((&signed["stage"], &signed["renews"]), (&json!("signed_in"), &json!(true)), "{signed}");
    // What it may not, is said by scope.
    let refused = desk.refused("list_runtimes", json!({ "after": null, "first": 10 })).await;
    assert_eq!(refused.code.to_string(), "insufficient_scopes");
    assert!(format!("{refused:?}").contains("runtime:read"), "which one: {refused:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_certificate_signs_in_at_the_other_host() {
    let server = Landscape::Complete.start();
    let application = server.register("itself").await;
    let pairing = server.pair(&application).await;
    let folder = blackbox::OpenSsl::new();
    folder.keep("mine", &pairing);
    let desk = Desk::new();
    let mut wanted = definition(&server, "By certificate");
    wanted["directorUrl"] = json!(server.ready("certificateSecuredDirectorUrl"));
    wanted["signIn"] = json!({ "kind": "client_certificate" });
    let id = desk.add(wanted).await;
    desk.call("use_environment", json!({ "id": id })).await;
    let input = json!({ "id": id, "passphrase": null, "keep": "session" });
    assert_eq!(desk.call("sign_in_with_certificate", input.clone()).await, Value::Null, "the dialog was cancelled");
    desk.desktop.open_files(&[folder.path("mine.pem"), folder.path("mine.key")]);
    desk.call("sign_in_with_certificate", input.clone()).await;
    let signed = desk.row(&id).await["signIn"].clone();
    assert_eq!((&signed["stage"], &signed["user"]), (&json!("signed_in"), &json!(pairing.system_auth)), "{signed}");
    // It is an application here: it sees itself, or is told what it lacks.
    match desk.try_call("list_applications", list()).await {
        Ok(page) => assert_eq!(page["rows"][0]["id"], application.as_str(), "{page}"),
        Err(error) => assert_eq!(error.code.to_string(), "insufficient_scopes", "{error:?}"),
    }
    assert_eq!(server.condition(&application).await, "CONNECTED", "the certificate was shown");

    // A key that does not belong to it is found out before anything is sent.
    folder.key("other", blackbox::EC_P256);
    desk.desktop.open_files(&[folder.path("mine.pem"), folder.path("other.key")]);
    let refused = desk.refused("sign_in_with_certificate", input).await;
    assert_eq!(refused.code.to_string(), "invalid_data", "{refused:?}");
}
