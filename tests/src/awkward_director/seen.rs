//! A request as it arrived.

use axum::http::HeaderMap;
use serde_json::Value;

/// One request to the Director.
#[derive(Clone, Debug)]
pub struct Seen {
    pub path: String,
    pub headers: HeaderMap,
    /// The GraphQL document without its comments; empty when the body is none.
    pub document: String,
    pub variables: Value,
}

impl Seen {
    pub(super) fn new(path: &str, headers: &HeaderMap, body: &[u8]) -> Self {
        let body: Value = serde_json::from_slice(body).unwrap_or_default();
        let document = body["query"].as_str().unwrap_or_default();
        // What a comment says is not asked for.
        let document: Vec<_> = document.lines().map(|line| line.split('#').next().unwrap_or_default()).collect();
        let document = document.join("\n").trim().to_owned();
        Self { path: path.to_owned(), headers: headers.clone(), document, variables: body["variables"].clone() }
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// Whether the document has this name as a word of its own: `token` is not in `oneTimeToken`.
    pub fn says(&self, name: &str) -> bool {
        self.document.split(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_').any(|word| word == name)
    }

    pub fn is_mutation(&self) -> bool {
        self.document.starts_with("mutation")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_whole() {
        let body = br##"{"query":"# never the token\nquery { a: application(id: 1) { auths { auth { oneTimeToken { used } } } } }"}"##;
        let seen = Seen::new("/", &HeaderMap::new(), body);
        assert!(seen.says("oneTimeToken") && seen.says("used") && seen.says("application"));
        assert!(!seen.says("token") && !seen.says("auth_") && !seen.is_mutation());
    }
}
