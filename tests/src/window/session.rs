//! The WebDriver protocol, as much of it as the tests need.

use std::{path::Path, time::Duration};

use reqwest::{Client, Method};
use serde_json::{Value, json};

/// The key under which the protocol hands out elements.
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";

/// A session with one window.
#[derive(Debug)]
pub(super) struct Session {
    client: Client,
    url: String,
}

/// What the driver says when it did not do as told: the protocol's own word, for example `no such element`.
#[derive(Debug)]
pub(super) struct Refusal {
    pub(super) error: String,
    pub(super) message: String,
}

/// An element of the page, as the driver names it.
#[derive(Clone, Debug)]
pub(super) struct Element(String);

impl Session {
    /// Starts the program and takes its window.
    pub(super) async fn start(driver: &str, program: &Path, arguments: &[&str]) -> Self {
        // No proxy: the driver is on this machine.
        let client = Client::builder().no_proxy().timeout(Duration::from_secs(60)).build().expect("a client");
        let options = json!({ "application": program, "args": arguments });
        let wanted = json!({ "capabilities": { "alwaysMatch": { "tauri:options": options } } });
        let session = Self { client, url: format!("{driver}/session") };
        let started = session.send(Method::POST, "", wanted).await;
        let started = started.unwrap_or_else(|refusal| panic!("the window did not open: {refusal:?}"));
        let id = started["sessionId"].as_str().unwrap_or_else(|| panic!("no session in {started}"));
        Self { url: format!("{}/{id}", session.url), ..session }
    }

    pub(super) async fn get(&self, path: &str) -> Result<Value, Refusal> {
        self.send(Method::GET, path, Value::Null).await
    }

    pub(super) async fn post(&self, path: &str, body: Value) -> Result<Value, Refusal> {
        self.send(Method::POST, path, body).await
    }

    /// Runs a script in the page and returns what it returns.
    pub(super) async fn run(&self, script: &str, arguments: Value) -> Value {
        self.execute("/execute/sync", script, arguments).await
    }

    /// Runs a script in the page and returns what it gives to the function that is its last argument.
    pub(super) async fn run_and_wait(&self, script: &str, arguments: Value) -> Value {
        self.execute("/execute/async", script, arguments).await
    }

    pub(super) async fn find(&self, selector: &str) -> Result<Element, Refusal> {
        let found = self.post("/element", json!({ "using": "css selector", "value": selector })).await?;
        Ok(Element(found[ELEMENT].as_str().unwrap_or_else(|| panic!("no element in {found}")).to_owned()))
    }

    pub(super) async fn of(&self, element: &Element, question: &str) -> Result<Value, Refusal> {
        self.get(&format!("/element/{}/{question}", element.0)).await
    }

    pub(super) async fn act(&self, element: &Element, action: &str, body: Value) -> Result<(), Refusal> {
        self.post(&format!("/element/{}/{action}", element.0), body).await.map(drop)
    }

    async fn execute(&self, path: &str, script: &str, arguments: Value) -> Value {
        let done = self.post(path, json!({ "script": script, "args": arguments })).await;
        done.unwrap_or_else(|refusal| panic!("{refusal:?} from the script {script:.500}"))
    }

    async fn send(&self, method: Method, path: &str, body: Value) -> Result<Value, Refusal> {
        let mut request = self.client.request(method, format!("{}{path}", self.url));
        if !body.is_null() {
            request = request.json(&body);
        }
        let answer = request.send().await.unwrap_or_else(|error| panic!("{path}: {error:?}"));
        let right = answer.status().is_success();
        let mut answer: Value = answer.json().await.unwrap_or_else(|error| panic!("{path}: {error:?}"));
        let value = answer["value"].take();
        if right {
            return Ok(value);
        }
        let text = |name: &str| value[name].as_str().unwrap_or_default().to_owned();
        Err(Refusal { error: text("error"), message: text("message") })
    }
}
