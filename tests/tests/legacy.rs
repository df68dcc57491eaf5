//! The REST dialects of the old Connector Service: first and second generation on the internal port's tokens, the
//! Compass adapter's on the Director's; with openssl and curl, and with a client that has every habit of the old ones.

#![expect(clippy::unwrap_used, reason = "helpers of tests may panic like the tests themselves")]

mod legacy {
    mod adapter;
    mod central;
    mod client;
    mod corpus;
    mod flavour;
    mod kyma;
    mod refusal;
    mod script;
    mod spelling;
    mod token;
    mod unknown_application;

    use blackbox::{ConnectionToken, Reply, Server, base64};
    use serde_json::{Value, json};

    /// The link that the Director hands out for old applications, and the token in it.
    pub(crate) async fn link(server: &Server, application: &str) -> ConnectionToken {
        let query =
            "mutation($id: ID!) { result: requestOneTimeTokenForApplication(id: $id) { token legacyConnectorURL } }";
        let given = server.director(query, json!({ "id": application })).await;
        let text = |name: &str| given[name].as_str().unwrap().to_owned();
        ConnectionToken { url: text("legacyConnectorURL"), token: text("token") }
    }

    /// An error of this wire: the status twice and a text, as JSON in UTF-8; where the text is fixed, what to change may
    /// stand beside it.
    #[track_caller]
    pub(crate) fn error(reply: &Reply) -> (u16, String) {
        let mut json = reply.json();
        let text = json["error"].as_str().unwrap_or_else(|| panic!("{reply:?}")).to_owned();
        if let Some(details) = json.as_object_mut().and_then(|members| members.remove("details")) {
            assert!(details.as_str().is_some_and(|details| details.len() > 10), "a sentence: {reply:?}");
        }
        assert_eq!(json, json!({ "code": reply.status, "error": text }), "{reply:?}");
        assert_content_type(reply);
        (reply.status, text)
    }

    #[track_caller]
    pub(crate) fn assert_content_type(reply: &Reply) {
        let content_type = reply.header("content-type").unwrap_or_default().replace("; ", ";").to_lowercase();
        assert_eq!(content_type, "application/json;charset=utf-8", "{reply:?}");
    }

    /// The body of a request to sign.
    pub(crate) fn csr(pem: &str) -> String {
        json!({ "csr": base64(pem) }).to_string()
    }

    /// A text in an answer.
    #[track_caller]
    pub(crate) fn text(value: &Value) -> &str {
        value.as_str().unwrap_or_else(|| panic!("no text: {value}"))
    }

    /// An answer without an error.
    #[track_caller]
    pub(crate) fn ok(reply: &Reply, status: u16) -> Value {
        assert_eq!(reply.status, status, "{reply:?}");
        assert_content_type(reply);
        reply.json()
    }

    /// The certificates in a field that is base64 of PEM on one line.
    #[track_caller]
    pub(crate) fn certificates(field: &Value) -> Vec<Vec<u8>> {
        let value = text(field);
        assert!(!value.is_empty() && !value.contains(char::is_whitespace), "on one line: {value:?}");
        let pem = String::from_utf8(blackbox::unbase64(value)).unwrap();
        let begin = "-----BEGIN CERTIFICATE-----";
        assert!(pem.starts_with(begin) && pem.ends_with("-----END CERTIFICATE-----\n"), "{pem}");
        pem.match_indices(begin).map(|(at, _)| blackbox::der(&pem[at..])).collect()
    }
}
