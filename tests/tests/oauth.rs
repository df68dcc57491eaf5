//! The OAuth2 wire: what the standards prescribe, row by row, and what a client's life looks like.
//!
//! The rows of errors are those of our error table (RFC 6749 §5.2 with the decisions where it leaves room); the rows of
//! members are those of RFC 6749 §5.1, 7517, 7662, 8414, 8705 and 9068.

#![expect(clippy::unwrap_used, reason = "helpers of tests may panic like the tests themselves")]

mod oauth {
    mod access_token;
    mod application;
    mod certificate_bound;
    mod error_table;
    mod guessing;
    mod introspection;
    mod metadata;
    mod refusal;
    mod resource;
    mod revocation;

    use serde_json::Value;

    /// A text that is not empty.
    pub(crate) fn is_text(value: &Value) -> bool {
        value.as_str().is_some_and(|text| !text.is_empty())
    }

    /// A list of texts that holds all of these.
    pub(crate) fn holds(value: &Value, all: &[&str]) -> bool {
        let list = value.as_array();
        list.is_some_and(|list| {
            list.iter().all(Value::is_string) && all.iter().all(|one| list.iter().any(|v| v == one))
        })
    }

    /// One text, or a list of them, that is or holds this: `aud` may be either (RFC 7519 §4.1.3).
    pub(crate) fn names(value: &Value, one: &str) -> bool {
        value == one || holds(value, &[one])
    }
}
