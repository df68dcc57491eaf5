//! The error table of the token endpoint, one case per row and more where a row names several situations.

use blackbox::{OAuthClient, Server, base64};
use serde_json::{Value, json};

/// What the request has in the header `Authorization`. `{id}` and the like stand for what [`Cast`] knows.
#[derive(Clone, Copy, Debug)]
enum Header {
    None,
    /// Base64 is ours to do.
    Basic(&'static str),
    Verbatim(&'static str),
}
use Header::{Basic, Verbatim};

const NO_HEADER: Header = Header::None;
const OWN: Header = Basic("{id}:{secret}");
const FORM: &str = "application/x-www-form-urlencoded";

/// Situation, header, content type, body, status, error.
type Row = (&'static str, Header, &'static str, &'static str, u16, &'static str);

const ROWS: [Row; 47] = [
    // empty body / missing grant_type / malformed form
    ("empty body", OWN, FORM, "", 400, "invalid_request"),
    ("missing grant_type", OWN, FORM, "scope=application:read", 400, "invalid_request"),
    ("empty grant_type", OWN, FORM, "grant_type=", 400, "invalid_request"),
    ("malformed form: percent", OWN, FORM, "grant_type=client_credentials&scope=%zz", 400, "invalid_request"),
    ("malformed form: half a percent", OWN, FORM, "grant_type=client_credentials&scope=a%2", 400, "invalid_request"),
    ("malformed form: not UTF-8", OWN, FORM, "grant_type=client_credentials&scope=%ff", 400, "invalid_request"),
    ("no content type", OWN, "", "grant_type=client_credentials", 400, "invalid_request"),
    ("text", OWN, "text/plain", "grant_type=client_credentials", 400, "invalid_request"),
    ("JSON", OWN, "application/json", r#"{"grant_type":"client_credentials"}"#, 400, "invalid_request"),
    ("multipart", OWN, "multipart/form-data; boundary=x", "--x--", 400, "invalid_request"),
    // repeated parameter
    (
        "grant_type twice",
        OWN,
        FORM,
        "grant_type=client_credentials&grant_type=client_credentials",
        400,
        "invalid_request",
    ),
    ("scope twice", OWN, FORM, "grant_type=client_credentials&scope=a&scope=a", 400, "invalid_request"),
    (
        "client_id twice",
        NO_HEADER,
        FORM,
        "grant_type=client_credentials&client_id={id}&client_id={id}&client_secret={secret}",
        400,
        "invalid_request",
    ),
    (
        "client_secret twice",
        NO_HEADER,
        FORM,
        "grant_type=client_credentials&client_id={id}&client_secret={secret}&client_secret={secret}",
        400,
        "invalid_request",
    ),
    ("an unknown parameter twice", OWN, FORM, "grant_type=client_credentials&x=1&x=1", 400, "invalid_request"),
    // unknown grant_type
    ("password", OWN, FORM, "grant_type=password&username=a&password=b", 400, "unsupported_grant_type"),
    ("authorization_code", OWN, FORM, "grant_type=authorization_code&code=a", 400, "unsupported_grant_type"),
    ("refresh_token", OWN, FORM, "grant_type=refresh_token&refresh_token=a", 400, "unsupported_grant_type"),
    ("a grant of nobody", OWN, FORM, "grant_type=urn:example:x", 400, "unsupported_grant_type"),
    ("another case", OWN, FORM, "grant_type=Client_Credentials", 400, "unsupported_grant_type"),
    // no credentials
    ("no credentials", NO_HEADER, FORM, "grant_type=client_credentials", 401, "invalid_client"),
    (
        "a secret without its client",
        NO_HEADER,
        FORM,
        "grant_type=client_credentials&client_secret={secret}",
        401,
        "invalid_client",
    ),
    (
        "an id without its secret",
        NO_HEADER,
        FORM,
        "grant_type=client_credentials&client_id={id}",
        401,
        "invalid_client",
    ),
    ("another scheme", Verbatim("Bearer {secret}"), FORM, "grant_type=client_credentials", 401, "invalid_client"),
    // unknown client / wrong secret / wrong method
    ("unknown client, header", Basic("nobody:{secret}"), FORM, "grant_type=client_credentials", 401, "invalid_client"),
    (
        "unknown client, body",
        NO_HEADER,
        FORM,
        "grant_type=client_credentials&client_id=nobody&client_secret={secret}",
        401,
        "invalid_client",
    ),
    ("wrong secret, header", Basic("{id}:{wrong}"), FORM, "grant_type=client_credentials", 401, "invalid_client"),
    (
        "wrong secret, body",
        NO_HEADER,
        FORM,
        "grant_type=client_credentials&client_id={id}&client_secret={wrong}",
        401,
        "invalid_client",
    ),
    (
        "another client's secret",
        Basic("{id}:{other secret}"),
        FORM,
        "grant_type=client_credentials",
        401,
        "invalid_client",
    ),
    ("empty secret", Basic("{id}:"), FORM, "grant_type=client_credentials", 401, "invalid_client"),
    ("empty id", Basic(":{secret}"), FORM, "grant_type=client_credentials", 401, "invalid_client"),
    (
        "wrong method: header",
        Basic("{post}:{post secret}"),
        FORM,
        "grant_type=client_credentials",
        401,
        "invalid_client",
    ),
    // two credentials at once
    (
        "both credentials",
        OWN,
        FORM,
        "grant_type=client_credentials&client_id={id}&client_secret={secret}",
        400,
        "invalid_request",
    ),
    ("two clients", OWN, FORM, "grant_type=client_credentials&client_id={other}", 400, "invalid_request"),
    // bad percent-encoding and the like in Basic
    (
        "bad percent-encoding in the secret",
        Basic("{id}:%zz"),
        FORM,
        "grant_type=client_credentials",
        400,
        "invalid_request",
    ),
    (
        "bad percent-encoding in the id",
        Basic("%2:{secret}"),
        FORM,
        "grant_type=client_credentials",
        400,
        "invalid_request",
    ),
    ("no base64", Verbatim("Basic !"), FORM, "grant_type=client_credentials", 400, "invalid_request"),
    ("no colon", Basic("{id}"), FORM, "grant_type=client_credentials", 400, "invalid_request"),
    // client lacks the grant; public client
    (
        "client lacks the grant",
        Basic("{coder}:{coder secret}"),
        FORM,
        "grant_type=client_credentials",
        400,
        "unauthorized_client",
    ),
    ("public client", NO_HEADER, FORM, "grant_type=client_credentials&client_id={public}", 400, "unauthorized_client"),
    // scope not allowed
    ("scope of others", OWN, FORM, "grant_type=client_credentials&scope=runtime:read", 400, "invalid_scope"),
    (
        "one scope too many",
        OWN,
        FORM,
        "grant_type=client_credentials&scope=application:read+runtime:read",
        400,
        "invalid_scope",
    ),
    ("wildcard", OWN, FORM, "grant_type=client_credentials&scope=*", 400, "invalid_scope"),
    ("prefix of a scope", OWN, FORM, "grant_type=client_credentials&scope=application", 400, "invalid_scope"),
    // audience not allowed
    ("audience", OWN, FORM, "grant_type=client_credentials&audience=https://elsewhere.example", 400, "invalid_request"),
    ("resource", OWN, FORM, "grant_type=client_credentials&resource=https://elsewhere.example", 400, "invalid_target"),
    ("resource that is no address", OWN, FORM, "grant_type=client_credentials&resource=x", 400, "invalid_target"),
];

/// The clients that the rows speak of.
struct Cast(Vec<(&'static str, String)>);

impl Cast {
    async fn of(server: &Server) -> Self {
        let OAuthClient { application, id, secret } = server.oauth_client("own").await;
        let other = server.another_oauth_client(&application).await;
        let text = |client: &Value, member: &str| client[member].as_str().unwrap().to_owned();
        let post = json!({ "grant_types": ["client_credentials"], "token_endpoint_auth_method": "client_secret_post" });
        let post = server.register_client(post).await;
        let coder = json!({ "grant_types": ["authorization_code"], "redirect_uris": ["https://app.example/back"] });
        let coder = server.register_client(coder).await;
        let public = json!({ "grant_types": ["client_credentials"], "token_endpoint_auth_method": "none" });
        let public = server.register_client(public).await;
        Self(vec![
            ("{wrong}", secret.chars().rev().collect()),
            ("{id}", id),
            ("{secret}", secret),
            ("{other}", other.id),
            ("{other secret}", other.secret),
            ("{post}", text(&post, "client_id")),
            ("{post secret}", text(&post, "client_secret")),
            ("{coder}", text(&coder, "client_id")),
            ("{coder secret}", text(&coder, "client_secret")),
            ("{public}", text(&public, "client_id")),
        ])
    }

    fn speak(&self, template: &str) -> String {
        self.0.iter().fold(template.to_owned(), |text, (name, value)| text.replace(name, value))
    }
}

#[tokio::test]
async fn every_row_of_the_error_table() {
    let server = Server::start(&["--failure-limit", "0"]);
    let cast = Cast::of(&server).await;
    let mut wrong = Vec::new();
    for (situation, header, content_type, body, status, error) in ROWS {
        let mut caller = server.at("/oauth2/token");
        if !content_type.is_empty() {
            caller = caller.with("content-type", content_type);
        }
        caller = match header {
            Header::None => caller,
            Basic(pair) => caller.with("authorization", &format!("Basic {}", base64(cast.speak(pair)))),
            Verbatim(value) => caller.with("authorization", &cast.speak(value)),
        };
        let reply = caller.post(cast.speak(body)).await;
        let json: Value = serde_json::from_str(&reply.text).unwrap_or_default();
        let members: Vec<_> = json.as_object().into_iter().flat_map(|object| object.keys()).collect();
        let description = json["error_description"].as_str().unwrap_or_default();
        // RFC 6749 §5.2: no quotation mark, no backslash, no control character.
        let in_range = |byte: u8| matches!(byte, 0x20..=0x21 | 0x23..=0x5b | 0x5d..=0x7e);
        let challenge = reply.header("www-authenticate").unwrap_or_default();
        for (holds, what) in [
            (reply.status == status, format!("status {}, not {status}", reply.status)),
            (json["error"] == error, format!("error {}, not {error}", json["error"])),
            (members == ["error", "error_description"], format!("members {members:?}")),
            (!description.is_empty() && description.bytes().all(in_range), format!("description {description:?}")),
            (!reply.text.contains(&cast.speak("{secret}")), "the secret is in the answer".into()),
            (challenge.starts_with("Basic realm=\"") == (status == 401), format!("WWW-Authenticate {challenge:?}")),
            (reply.header("cache-control") == Some("no-store"), "may be stored".into()),
            (reply.header("pragma") == Some("no-cache"), "Pragma is missing".into()),
            (is_json(reply.header("content-type")), format!("content type {:?}", reply.header("content-type"))),
        ] {
            if !holds {
                wrong.push(format!("{situation}: {what}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

fn is_json(content_type: Option<&str>) -> bool {
    content_type
        .is_some_and(|value| value.to_lowercase().replace(' ', "").split(';').next() == Some("application/json"))
}
