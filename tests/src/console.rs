//! The administrator's own API, below the address that the ready line names.

use reqwest::Method;
use serde_json::Value;

use crate::{Reply, Server};

impl Server {
    /// The administrator's call, with a JSON body unless it is `null`.
    pub async fn console(&self, method: Method, path: &str, body: &Value) -> Reply {
        let body = (!body.is_null()).then(|| body.to_string().into());
        let url = format!("{}{path}", self.ready("consoleUrl"));
        self.administrator_at("").at(&url).with("content-type", "application/json").send(method, body).await
    }

    /// What is there; anything but 200 is a panic.
    pub async fn console_get(&self, path: &str) -> Value {
        let reply = self.console(Method::GET, path, &Value::Null).await;
        assert_eq!(reply.status, 200, "{path}: {reply:?}");
        reply.json()
    }

    /// A change that must succeed, and its answer.
    pub async fn console_post(&self, path: &str, body: &Value) -> Value {
        let reply = self.console(Method::POST, path, body).await;
        assert!([200, 201].contains(&reply.status), "{path} {body}: {reply:?}");
        reply.json()
    }
}
