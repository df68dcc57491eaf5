//! The admin API in the form of Ory Hydra's, as Compass' Director and Hydra's generated SDKs call it.

#![expect(clippy::unwrap_used, reason = "helpers of tests may panic like the tests themselves")]

mod hydra {
    mod calls;
    mod client;
    mod list;
    mod patch;
    mod validation;

    use blackbox::{Caller, Reply, Server};
    use reqwest::Method;
    use serde_json::Value;

    pub(crate) fn text(client: &Value, member: &str) -> String {
        client[member].as_str().unwrap_or_else(|| panic!("{member} in {client}")).to_owned()
    }

    /// The administrator's call to a path, with a JSON body or none.
    pub(crate) async fn call(server: &Server, method: Method, path: &str, body: &Value) -> Reply {
        send(server.administrator_at(path), method, body).await
    }

    pub(crate) async fn send(caller: Caller, method: Method, body: &Value) -> Reply {
        let body = (!body.is_null()).then(|| body.to_string().into());
        caller.with("content-type", "application/json").send(method, body).await
    }

    /// The token endpoint's status for these credentials.
    pub(crate) async fn status(server: &Server, id: &str, secret: &str) -> u16 {
        let caller = server.at("/oauth2/token").with("authorization", &blackbox::basic(id, secret));
        caller.form(&[blackbox::GRANT]).await.status
    }

    /// A 404 in Hydra's words.
    #[track_caller]
    pub(crate) fn assert_not_found(reply: &Reply) {
        assert_eq!(reply.status, 404, "{reply:?}");
        let json = reply.json();
        assert_eq!(json["error"], "Unable to locate the resource", "{reply:?}");
        assert_eq!(json["error_description"], "", "{reply:?}");
    }
}
