//! Labels: which keys are allowed, and which filters select them.

use serde_json::Value;
use thiserror::Error;

/// Why a label or a label filter was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum LabelError {
    #[error("cannot be blank")]
    Blank,
    #[error("the length must be no more than 256")]
    TooLong,
    #[error("must be in a valid format")]
    Characters,
    #[error("label with key scenarios cannot be set explicitly")]
    Scenarios,
    #[error("the query of a label filter must be a JSON value, for example \"\\\"DevOps\\\"\"")]
    Query,
}

/// Checks a label key: 1 to 256 letters, digits and underscores; `scenarios` belongs to formations.
///
/// # Errors
/// The rule that was broken.
pub fn check_label_key(key: &str) -> Result<(), LabelError> {
    if key.is_empty() {
        Err(LabelError::Blank)
    } else if key.chars().count() > 256 {
        Err(LabelError::TooLong)
    } else if !key.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_') {
        Err(LabelError::Characters)
    } else if key == "scenarios" {
        Err(LabelError::Scenarios)
    } else {
        Ok(())
    }
}

/// One label filter; several are combined with AND.
#[derive(Clone, Debug, PartialEq)]
pub struct LabelFilter {
    pub key: String,
    /// The JSON that the label's value must contain; `None` selects every object with the key.
    pub contains: Option<Value>,
}

impl LabelFilter {
    /// Reads the `query` of Compass' `LabelFilter`, which holds JSON inside a string.
    ///
    /// # Errors
    /// [`LabelError::Query`] when the query is not JSON.
    pub fn new(key: impl Into<String>, query: Option<&str>) -> Result<Self, LabelError> {
        let contains = query.map(serde_json::from_str).transpose().map_err(|_| LabelError::Query)?;
        Ok(Self { key: key.into(), contains })
    }

    /// PostgreSQL's `@>` on JSON, which is what Compass asks its database.
    pub fn selects(&self, value: &Value) -> bool {
        self.contains.as_ref().is_none_or(|wanted| contains(value, wanted, true))
    }
}

fn contains(have: &Value, want: &Value, top: bool) -> bool {
    match (have, want) {
        (Value::Object(have), Value::Object(want)) => {
            want.iter().all(|(key, want)| have.get(key).is_some_and(|have| contains(have, want, false)))
        }
        (Value::Array(have), Value::Array(want)) => {
            want.iter().all(|want| have.iter().any(|have| contains(have, want, false)))
        }
        // The one exception of `@>`: at the top, an array contains a bare scalar.
        (Value::Array(have), scalar) if top && !scalar.is_object() => have.contains(scalar),
        (have, want) => have == want,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn filters_select_by_key_and_by_quoted_value() {
        assert!(LabelFilter::new("any", None).unwrap().selects(&json!("x")));
        let devops = LabelFilter::new("group", Some("\"DevOps\"")).unwrap();
        assert!(devops.selects(&json!("DevOps")));
        assert!(devops.selects(&json!(["Support", "DevOps"])));
        assert!(!devops.selects(&json!("devops")));
        assert!(LabelFilter::new("a", Some("[\"x\"]")).unwrap().selects(&json!(["x", "y"])));
        assert_eq!(LabelFilter::new("a", Some("DevOps")), Err(LabelError::Query));
    }

    #[test]
    fn keys_are_letters_digits_and_underscores() {
        assert_eq!(check_label_key("legacy_2"), Ok(()));
        assert_eq!(check_label_key(""), Err(LabelError::Blank));
        assert_eq!(check_label_key("a-b"), Err(LabelError::Characters));
        assert_eq!(check_label_key("scenarios"), Err(LabelError::Scenarios));
        assert_eq!(check_label_key(&"k".repeat(257)), Err(LabelError::TooLong));
    }
}
