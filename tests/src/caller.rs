//! Requests over HTTPS, and what comes back.

use reqwest::{
    Body, Client, Method,
    header::{HeaderMap, HeaderName, HeaderValue},
};
use serde_json::{Value, json};

/// Somebody who sends requests to one address, always with the same headers.
#[derive(Clone, Debug)]
pub struct Caller {
    client: Client,
    url: String,
    headers: HeaderMap,
}

/// What came back.
#[derive(Clone, Debug)]
pub struct Reply {
    pub status: u16,
    pub headers: HeaderMap,
    pub text: String,
}

impl Caller {
    pub fn new(client: Client, url: &str) -> Self {
        Self { client, url: url.to_owned(), headers: HeaderMap::new() }
    }

    /// With one more header; one of the same name is replaced.
    #[must_use]
    pub fn with(mut self, name: &str, value: &str) -> Self {
        let name: HeaderName = name.parse().expect("a header name");
        self.headers.insert(name, HeaderValue::from_str(value).expect("a header value"));
        self
    }

    #[must_use]
    pub fn without(mut self, name: &str) -> Self {
        self.headers.remove(name);
        self
    }

    /// With other connections.
    #[must_use]
    pub fn through(mut self, client: Client) -> Self {
        self.client = client;
        self
    }

    /// The same at another address.
    #[must_use]
    pub fn at(mut self, url: &str) -> Self {
        url.clone_into(&mut self.url);
        self
    }

    pub fn url(&self) -> &str {
        &self.url
    }

    /// Sends a GraphQL document as JSON.
    pub async fn graphql(&self, query: &str, variables: Value) -> Reply {
        let body = json!({ "query": query, "variables": variables }).to_string();
        self.clone().with("content-type", "application/json").post(body).await
    }

    /// The field `result` of the answer's data; an error is a panic.
    pub async fn data(&self, query: &str, variables: Value) -> Value {
        let reply = self.graphql(query, variables).await;
        assert!(reply.status == 200 && reply.json().get("errors").is_none(), "{query}\n{reply:?}");
        reply.result()
    }

    /// Posts a body with the caller's headers and no others.
    pub async fn post(&self, body: impl Into<Body>) -> Reply {
        self.send(Method::POST, Some(body.into())).await
    }

    /// Posts a form.
    pub async fn form(&self, parameters: &[(&str, &str)]) -> Reply {
        let request = self.client.post(&self.url).headers(self.headers.clone()).form(parameters);
        Reply::of(request.send().await.unwrap_or_else(|error| panic!("{}: {error:?}", self.url))).await
    }

    pub async fn send(&self, method: Method, body: Option<Body>) -> Reply {
        self.try_send(method, body).await.unwrap_or_else(|error| panic!("{}: {error:?}", self.url))
    }

    /// # Errors
    /// There was no answer: no connection, no handshake, or it broke off.
    pub async fn try_send(&self, method: Method, body: Option<Body>) -> Result<Reply, reqwest::Error> {
        let mut request = self.client.request(method, &self.url).headers(self.headers.clone());
        if let Some(body) = body {
            request = request.body(body);
        }
        let response = request.send().await?;
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        Ok(Reply { status, headers, text: response.text().await? })
    }
}

impl Reply {
    async fn of(response: reqwest::Response) -> Self {
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        Self { status, headers, text: response.text().await.expect("a body") }
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error} in {self:?}"))
    }

    /// The field that the query calls `result`; `null` when the data are.
    pub fn result(&self) -> Value {
        self.json()["data"]["result"].clone()
    }

    /// The message of the only error.
    #[track_caller]
    pub fn message(&self) -> String {
        let json = self.json();
        assert_eq!(json["errors"].as_array().map(Vec::len), Some(1), "exactly one error in {self:?}");
        json["errors"][0]["message"].as_str().expect("a message").to_owned()
    }

    /// HTTP status and Compass' error code, after a look at the shape: no locations, two extensions.
    #[track_caller]
    pub fn refusal(&self) -> (u16, u64, String) {
        let message = self.message();
        let error = &self.json()["errors"][0];
        assert!(error.get("locations").is_none(), "no locations in {self:?}");
        let extensions = error["extensions"].as_object().unwrap_or_else(|| panic!("extensions in {self:?}"));
        assert_eq!(extensions.keys().collect::<Vec<_>>(), ["error", "error_code"], "{self:?}");
        assert!(extensions["error"].is_string(), "{self:?}");
        (self.status, extensions["error_code"].as_u64().expect("a number"), message)
    }
}
