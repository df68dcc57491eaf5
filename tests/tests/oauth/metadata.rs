//! RFC 8414: what a client learns before it has credentials.

use blackbox::{Server, assert_some_members};
use reqwest::Method;
use serde_json::{Value, json};

use super::holds;

const BASIC_AND_POST: [&str; 2] = ["client_secret_basic", "client_secret_post"];

#[tokio::test]
async fn every_member_of_the_metadata() {
    let server = Server::start(&[]);
    let (issuer, certificate_secured) = (server.issuer(), server.certificate_secured());
    let is = |path: &str| {
        let url = format!("{issuer}{path}");
        move |value: &Value| *value == url
    };
    let methods = |value: &Value| holds(value, &BASIC_AND_POST);
    let mut documents = Vec::new();
    for path in ["/.well-known/oauth-authorization-server", "/.well-known/openid-configuration"] {
        let reply = server.at(path).send(Method::GET, None).await;
        assert_eq!(reply.status, 200, "{path}: {reply:?}");
        assert!(reply.header("content-type").unwrap().starts_with("application/json"), "{path}: {reply:?}");
        assert_some_members(
            path,
            &reply.json(),
            &[
                ("issuer", &is("")),
                ("token_endpoint", &is("/oauth2/token")),
                ("jwks_uri", &is("/.well-known/jwks.json")),
                ("introspection_endpoint", &is("/oauth2/introspect")),
                ("revocation_endpoint", &is("/oauth2/revoke")),
                ("grant_types_supported", &|value| *value == json!(["client_credentials"])),
                // Required, and there is nothing to list.
                ("response_types_supported", &|value| *value == json!([])),
                ("scopes_supported", &|value| holds(value, &["application:read", "application:write", "runtime:read"])),
                ("token_endpoint_auth_methods_supported", &methods),
                ("introspection_endpoint_auth_methods_supported", &methods),
                ("revocation_endpoint_auth_methods_supported", &methods),
                // RFC 8705 §3.3 and §5
                ("tls_client_certificate_bound_access_tokens", &|value| *value == true),
                ("mtls_endpoint_aliases", &|value| {
                    let rows = [
                        ("token_endpoint", "/oauth2/token"),
                        ("introspection_endpoint", "/oauth2/introspect"),
                        ("revocation_endpoint", "/oauth2/revoke"),
                    ];
                    rows.iter().all(|(name, path)| value[name] == format!("{certificate_secured}{path}"))
                }),
            ],
        );
        let refused = server.at(path).post("").await;
        assert_eq!(refused.status, 405, "{path}");
        documents.push(reply.json());
    }
    for (name, value) in documents[0].as_object().unwrap() {
        assert_eq!(documents[1][name], *value, "{name} is the same in both");
        // Nothing is announced that is not there.
        assert!(!["authorization_endpoint", "registration_endpoint"].contains(&name.as_str()), "{name}");
    }
}
