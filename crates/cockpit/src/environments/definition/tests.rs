//! What an environment may be set up as, and what it may not.

use serde_json::{Value, json};

use super::*;

pub(in crate::environments) fn definition(director_url: &str) -> EnvironmentDefinition {
    serde_json::from_value(json!({
        "name": "Test landscape", "badge": "TEST", "directorUrl": director_url, "tenant": "t-1",
        "signIn": { "kind": "token" },
    }))
    .unwrap()
}

fn with(change: impl FnOnce(&mut Value)) -> Result<EnvironmentDefinition, Problem> {
    let mut json = serde_json::to_value(definition("https://d.example.com/director/graphql")).unwrap();
    change(&mut json);
    serde_json::from_value::<EnvironmentDefinition>(json).unwrap().check()
}

#[test]
fn what_is_needed_is_little_and_blanks_do_not_matter() {
    let plain = with(|json| json["name"] = " Test ".into()).unwrap();
    assert_eq!((plain.name.as_str(), plain.requests_per_second, &plain.proxy), ("Test", 10, &Proxy::System));
    let headers = json!([{ "name": "client_user", "value": "ada" }]);
    assert_eq!(with(|json| json["headers"] = headers).unwrap().headers[0].value, "ada");
    let issuer = json!({ "kind": "oidc", "issuer": "http://localhost:1", "clientId": "c" });
    with(|json| json["signIn"] = issuer).unwrap();
}

#[test]
fn only_the_certificates_of_a_ca_file_are_kept() {
    let ca = rcgen::generate_simple_self_signed(vec!["ca.example.com".into()]).unwrap().cert.pem();
    let around = format!("password=hunter2\n{ca}\nBag Attributes: hunter2\n{ca}");
    let kept = with(|json| json["caPem"] = around.into()).unwrap().ca_pem.unwrap();
    assert!(!kept.contains("hunter2"), "{kept}");
    assert_eq!(certificates_in(&kept).len(), 2);
    let again = with(|json| json["caPem"] = kept.clone().into()).unwrap();
    assert_eq!(again.ca_pem, Some(kept), "the same as often as it is read");
}

#[test]
fn what_was_set_up_before_is_told_apart() {
    let mut old = definition("https://prod.example.com/director/graphql");
    (old.name, old.badge) = ("Local\u{200b} simulator".into(), "LOCAL".into());
    let apart = old.told_apart().check().unwrap();
    assert_eq!((apart.name.as_str(), apart.badge.as_str()), ("At prod.example.com", "REMOTE"));
    let good = definition("https://prod.example.com/director/graphql");
    assert_eq!(good.clone().told_apart(), good);
}

#[test]
fn what_cannot_be_used_is_said() {
    let oidc = |issuer: &str| json!({ "kind": "oidc", "issuer": issuer, "clientId": "c", "scopes": [] });
    let odd = [
        ("name", json!("")),
        ("name", json!("local Simulator")),
        ("name", json!("Te\u{200b}st")),
        ("name", json!("Loca1  Simulator")),
        ("name", json!("L\u{43e}cal simulator")),
        ("badge", json!("Local")),
        ("directorUrl", json!("https://d.example.com/x#pw")),
        ("oauthTokenUrl", json!("https://o.example.com/oauth2/token?secret=pw")),
        ("signIn", oidc("https://ada:pw@dex.example.com")),
        ("badge", json!("more than twelve")),
        ("directorUrl", json!("https://d.example.com/x?token=pw")),
        ("directorUrl", json!("http://d.example.com/director/graphql")),
        ("directorUrl", json!("https://ada:pw@d.example.com/")),
        ("directorUrl", json!("d.example.com")),
        ("oauthTokenUrl", json!("ftp://x/")),
        ("tenant", json!("a\nb")),
        ("signIn", oidc("http://dex.example.com")),
        ("signIn", json!({ "kind": "client_credentials", "tokenUrl": "https://t/", "clientId": "" })),
        (
            "signIn",
            json!({ "kind": "client_credentials", "tokenUrl": "https://t/", "clientId": "c", "scopes": ["a b"] }),
        ),
        ("caPem", json!("no certificate")),
        ("proxy", json!({ "kind": "url", "url": "http://ada:pw@proxy:3128" })),
        ("proxy", json!({ "kind": "url", "url": "socks5://proxy:3128" })),
        ("headers", json!([{ "name": "Authorization", "value": "Bearer x" }])),
        ("headers", json!([{ "name": "Content-Encoding", "value": "x" }])),
        ("headers", json!([{ "name": "X-Api-Key", "value": "pw" }])),
        ("headers", json!([{ "name": "Ocp-Apim-Subscription-Key", "value": "pw" }])),
        ("headers", json!([{ "name": "x-passwd", "value": "pw" }])),
        ("headers", json!([{ "name": "x-auth", "value": "pw" }])),
        ("headers", json!([{ "name": "a b", "value": "x" }])),
        ("headers", json!([{ "name": "a", "value": "x\r\ny: z" }])),
        ("requestsPerSecond", json!(0)),
    ];
    for (field, value) in odd {
        let refused = with(|json| json[field] = value.clone()).unwrap_err();
        assert_eq!(refused.code, pairing::ErrorCode::InvalidData, "{field}: {value}");
        assert!(!format!("{refused:?}").contains("pw"), "{field}: {value}");
    }
}
