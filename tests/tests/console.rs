//! The administrator's own API for OAuth2 clients: the JSON that the window stands on.

#![expect(clippy::unwrap_used, reason = "helpers of tests may panic like the tests themselves")]

mod console {
    mod clients;
    mod crash;
    mod rotation;
    mod switches;

    use blackbox::{Reply, Server};
    use reqwest::Method;
    use serde_json::Value;

    /// Base of every address.
    pub(crate) const CLIENTS: &str = "/console/v1/oauth-clients";

    /// The administrator's call, with a JSON body or none.
    pub(crate) async fn call(server: &Server, method: Method, path: &str, body: &Value) -> Reply {
        let body = (!body.is_null()).then(|| body.to_string().into());
        let caller = server.administrator_at(&format!("{CLIENTS}{path}")).with("content-type", "application/json");
        caller.send(method, body).await
    }

    /// A change that must succeed, and its answer.
    pub(crate) async fn change(server: &Server, path: &str, body: &Value) -> Value {
        let reply = call(server, Method::POST, path, body).await;
        assert!([200, 201].contains(&reply.status), "{path} {body}: {reply:?}");
        reply.json()
    }

    pub(crate) async fn get(server: &Server, id: &str) -> Value {
        let reply = call(server, Method::GET, &format!("/{id}"), &Value::Null).await;
        assert_eq!(reply.status, 200, "{reply:?}");
        reply.json()["client"].clone()
    }

    #[track_caller]
    pub(crate) fn assert_refused(reply: &Reply, status: u16, code: &str) {
        assert_eq!((reply.status, &reply.json()["code"]), (status, &Value::from(code)), "{reply:?}");
        assert!(reply.json()["message"].as_str().is_some_and(|message| !message.is_empty()), "{reply:?}");
    }

    pub(crate) fn is_time(value: &Value) -> bool {
        value.as_str().is_some_and(|time| time.len() >= 20 && time.as_bytes()[10] == b'T' && time.ends_with('Z'))
    }
}
