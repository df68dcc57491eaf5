//! What the administrator hands over: tokens in every form, and both ways of the pairing proposal.

use blackbox::{Server, base64, text, unbase64};
use serde_json::{Value, json};

use super::register;

const TOKEN: &str = "mutation($id: ID!, $auth: ID) { result: requestOneTimeTokenForApplication(id: $id, systemAuthID: $auth) {
    __typename token connectorURL legacyConnectorURL used expiresAt createdAt usedAt raw rawEncoded type scenarioGroups } }";

const AUTHS: &str = "query($id: ID!) { result: application(id: $id) { auths { __typename id type tenantId referenceObjectId auth {
    certCommonName accessStrategy
    credential { __typename ... on OAuthCredentialData { clientId clientSecret url } ... on BasicCredentialData { username password } }
    oneTimeToken { __typename token used expiresAt createdAt usedAt raw rawEncoded type connectorURL
        ... on OneTimeTokenForApplication { legacyConnectorURL scenarioGroups } } } } } }";

#[tokio::test]
async fn a_token_has_all_its_forms() {
    let server = Server::start(&[]);
    let id = server.register("forms").await;
    let given = server.director(TOKEN, json!({ "id": id })).await;
    let token = given["token"].as_str().unwrap();
    assert_eq!((token.len(), token.ends_with("==")), (88, true), "64 bytes in padded base64");
    assert!(token.trim_end_matches('=').chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_'));
    assert_eq!(given["__typename"], "OneTimeTokenForApplication");
    assert_eq!(given["connectorURL"], server.ready("connectorUrl"));
    let legacy = given["legacyConnectorURL"].as_str().unwrap();
    assert!(legacy.starts_with("https://localhost:") && legacy.ends_with(&format!("?token={token}")), "{legacy}");
    assert_eq!(
        (&given["used"], &given["type"], &given["scenarioGroups"]),
        (&json!(false), &json!("Application"), &json!([]))
    );
    assert_eq!(given["usedAt"], "0001-01-01T00:00:00Z", "as Compass writes never");

    let raw = given["raw"].as_str().unwrap();
    assert_eq!(given["rawEncoded"], base64(raw));
    let parsed: Value = serde_json::from_str(raw).unwrap();
    let keys = [
        "\"token\":",
        "\"connectorURL\":",
        "\"used\":false",
        "\"expiresAt\":",
        "\"createdAt\":",
        "\"usedAt\":\"0001-01-01T00:00:00Z\"",
        "\"type\":\"Application\"",
        "\"scenario_groups\":[]",
    ];
    let places: Vec<_> = keys.iter().map(|key| raw.find(key).unwrap_or_else(|| panic!("{key} in {raw}"))).collect();
    assert!(places.is_sorted() && !raw.contains(' '), "{raw}");
    assert_eq!(parsed.as_object().unwrap().len(), keys.len());
    assert_eq!((&parsed["token"], &parsed["connectorURL"]), (&given["token"], &given["connectorURL"]));
    // Five minutes, whatever the fractions.
    let minute = |time: &Value| time.as_str().unwrap()[14..16].parse::<i32>().unwrap();
    assert_eq!((minute(&given["expiresAt"]) - minute(&given["createdAt"])).rem_euclid(60), 5, "{given}");
}

#[tokio::test]
async fn the_suggested_form_depends_on_header_and_label() {
    let server = Server::start(&[]);
    let administrator = server.administrator();
    let plain = server.register("plain").await;
    let legacy = register(&administrator, json!({ "name": "legacy", "labels": { "legacy": true } })).await.result();
    let not_quite =
        register(&administrator, json!({ "name": "not quite", "labels": { "legacy": "true" } })).await.result();
    let (legacy, not_quite) = (legacy["id"].as_str().unwrap(), not_quite["id"].as_str().unwrap());
    for (header, id, form) in [
        (Some("true"), plain.as_str(), "rawEncoded"),
        (Some("true"), legacy, "legacyConnectorURL"),
        (Some("true"), not_quite, "rawEncoded"),
        (Some("True"), &plain, "plain"),
        (Some("1"), &plain, "plain"),
        (Some("false"), legacy, "plain"),
        (None, &plain, "plain"),
        (None, legacy, "plain"),
    ] {
        let caller = match header {
            Some(value) => administrator.clone().with("suggest_token", value),
            None => administrator.clone(),
        };
        let given = caller.data(TOKEN, json!({ "id": id })).await;
        // Every other form holds the real token, whatever is suggested.
        let raw: Value = serde_json::from_str(given["raw"].as_str().unwrap()).unwrap();
        let real = raw["token"].as_str().unwrap();
        assert_eq!(text(&unbase64(given["rawEncoded"].as_str().unwrap())), given["raw"]);
        assert!(given["legacyConnectorURL"].as_str().unwrap().ends_with(&format!("token={real}")));
        let expected = if form == "plain" { &raw["token"] } else { &given[form] };
        assert_eq!(&given["token"], expected, "{header:?} {form}");
        assert_eq!(server.connector(real).configuration().await.status, 200);
        // Issuing again into a system auth ignores the wish, as in Compass.
        let auth = server.director(AUTHS, json!({ "id": id })).await["auths"][0]["id"].clone();
        let again = caller.data(TOKEN, json!({ "id": id, "auth": auth })).await;
        assert_eq!(again["token"].as_str().unwrap().len(), 88);
    }
}

#[tokio::test]
async fn what_was_handed_out_is_never_shown_again() {
    let server = Server::start(&[]);
    let id = server.register("shown once").await;
    let given = server.director(TOKEN, json!({ "id": id })).await;
    let token = given["token"].as_str().unwrap().to_owned();
    let auths = async || {
        let auths = server.director(AUTHS, json!({ "id": id })).await["auths"].clone();
        assert!(!auths.to_string().contains(&token), "{auths}");
        auths
    };
    let auth = auths().await[0].clone();
    assert_eq!((&auth["__typename"], &auth["type"]), (&json!("AppSystemAuth"), &json!("APPLICATION")));
    assert_eq!(auth["referenceObjectId"], id);
    let pending = &auth["auth"]["oneTimeToken"];
    assert_eq!(
        (&pending["used"], &pending["raw"], &pending["rawEncoded"]),
        (&json!(false), &Value::Null, &Value::Null)
    );
    assert_eq!(pending["expiresAt"], given["expiresAt"]);
    assert_eq!(pending["usedAt"], "0001-01-01T00:00:00Z");
    assert_eq!((&auth["auth"]["credential"], &auth["auth"]["certCommonName"]), (&Value::Null, &Value::Null));

    // The life of the system auth as Compass shows it: the next token, spent, hidden by the certificate's first call.
    let (next, subject) = server.connector(&token).token_and_subject().await;
    let shown = auths().await;
    assert_eq!(shown[0]["auth"]["oneTimeToken"]["used"], false, "the token that configuration gave");
    assert!(!shown.to_string().contains(&next));
    let key = blackbox::key();
    let csr = blackbox::CertificateRequest::new(&subject, &key).field();
    let reply = server.connector(&next).sign(&csr).await;
    let spent = auths().await[0]["auth"].clone();
    assert_eq!(spent["oneTimeToken"]["used"], true);
    assert_ne!(spent["oneTimeToken"]["usedAt"], "0001-01-01T00:00:00Z");
    let pairing = blackbox::Pairing::from_reply(&server, &id, &subject, key.serialize_pem(), &reply);
    assert_eq!(pairing.director(&server).viewer().await.status, 200);
    let hidden = auths().await[0]["auth"].clone();
    assert_eq!(
        hidden,
        json!({ "certCommonName": pairing.system_auth, "accessStrategy": null, "credential": null, "oneTimeToken": null })
    );

    let query = "mutation($id: ID!) { result: requestClientCredentialsForApplication(id: $id) { id auth { credential {
        ... on OAuthCredentialData { clientSecret } } } } }";
    let credentials = server.director(query, json!({ "id": id })).await;
    let secret = credentials["auth"]["credential"]["clientSecret"].as_str().unwrap();
    assert!(secret.len() >= 26 && secret.chars().all(|c| c.is_ascii_alphanumeric() || "-_.~".contains(c)), "{secret}");
    let shown = auths().await;
    assert!(!shown.to_string().contains(secret), "{shown}");
    assert_eq!(shown[1]["auth"]["credential"]["clientId"], credentials["id"]);
    assert_eq!(shown[1]["auth"]["credential"]["url"], server.ready("oauthTokenUrl"));
}

#[tokio::test]
async fn both_ways_of_the_proposal_are_offered_and_carry_everything() {
    let server = Server::start(&[]);
    let id = server.register("proposal").await;
    let administrator = server.administrator();
    for name in ["appId", "appID", "id"] {
        let query = format!("query($id: ID!) {{ result: getAuthTypesForApplication({name}: $id) {{ type }} }}");
        let expected = json!([{ "type": "CLIENT_CERTIFICATE" }, { "type": "CLIENT_CREDENTIALS" }]);
        assert_eq!(server.director(&query, json!({ "id": id })).await, expected);
        assert_eq!(administrator.graphql(&query, json!({ "id": "nobody" })).await.refusal().1, 20);
    }
    for arguments in ["", "(id: \"a\", appID: \"b\")"] {
        let query = format!("query {{ result: getAuthTypesForApplication{arguments} {{ type }} }}");
        assert_eq!(administrator.graphql(&query, Value::Null).await.refusal().1, 22, "{arguments}");
    }

    let fields = "type systemAuthID params oneTimeToken { token rawEncoded expiresAt }
        credential { ... on OAuthCredentialData { clientId clientSecret url } }";
    for kind in ["\"CLIENT_CERTIFICATE\"", "{ type: \"CLIENT_CERTIFICATE\" }", "CLIENT_CERTIFICATE"] {
        for name in ["id", "appID", "appId"] {
            let query = format!(
                "mutation {{ result: generateAuthForApplication({name}: \"{id}\", type: {kind}) {{ {fields} }} }}"
            );
            let given = server.director(&query, Value::Null).await;
            let params: Value = serde_json::from_str(given["params"].as_str().unwrap()).unwrap();
            assert_eq!((&given["type"], &given["credential"]), (&json!("CLIENT_CERTIFICATE"), &Value::Null));
            assert_eq!(params["token"], given["oneTimeToken"]["token"]);
            assert_eq!(params["connectorURL"], server.ready("connectorUrl"));
            assert_eq!(params["certificateLifetimeSeconds"], 90 * 24 * 60 * 60);
            let (_, subject) = server.connector(params["token"].as_str().unwrap()).token_and_subject().await;
            assert!(subject.ends_with(given["systemAuthID"].as_str().unwrap()));
        }
    }
    let query = format!(
        "mutation($type: AuthTypeInput!, $params: JSON) {{ result: generateAuthForApplication(id: \"{id}\", type: $type, inputParams: $params) {{ {fields} }} }}"
    );
    for kind in [json!("CLIENT_CREDENTIALS"), json!({ "type": "CLIENT_CREDENTIALS" })] {
        let given = server.director(&query, json!({ "type": kind, "params": "{}" })).await;
        let params: Value = serde_json::from_str(given["params"].as_str().unwrap()).unwrap();
        assert_eq!((&given["type"], &given["oneTimeToken"]), (&json!("CLIENT_CREDENTIALS"), &Value::Null));
        assert_eq!(given["systemAuthID"], given["credential"]["clientId"]);
        assert_eq!(params["clientSecret"], given["credential"]["clientSecret"]);
        assert_eq!(params["grantType"], "client_credentials");
        assert!(params["scopes"].as_array().unwrap().contains(&json!("application:read")));
        let form = [
            ("grant_type", "client_credentials"),
            ("client_id", params["clientId"].as_str().unwrap()),
            ("client_secret", params["clientSecret"].as_str().unwrap()),
        ];
        let at = server.stranger("oauthTokenUrl").at(params["tokenUrl"].as_str().unwrap());
        assert_eq!(at.form(&form).await.status, 200);
    }
    for kind in [json!("PASSWORD"), json!({ "type": "PASSWORD" })] {
        let refused = administrator.graphql(&query, json!({ "type": kind })).await.refusal();
        assert_eq!((refused.0, refused.1), (200, 22), "{refused:?}");
        assert!(refused.2.contains("CLIENT_CERTIFICATE") && refused.2.contains("CLIENT_CREDENTIALS"), "{refused:?}");
    }
}
