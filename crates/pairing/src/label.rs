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
    #[error(
        "the query of a label filter must be a JSON value, for example \"\\\"DevOps\\\"\", or a path like $[*] ? (@ == \"A\" || @ == \"B\")"
    )]
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
    pub wanted: Wanted,
}

/// What the value of a label must be.
#[derive(Clone, Debug, PartialEq)]
pub enum Wanted {
    /// Every object with the key is selected.
    Anything,
    /// The JSON that the value must contain.
    Containing(Value),
    /// One of these must be an element of the value, or the value itself: the one path that Compass takes.
    OneOf(Vec<String>),
}

impl LabelFilter {
    /// Reads the `query` of Compass' `LabelFilter`, which holds JSON inside a string, or a path.
    ///
    /// # Errors
    /// [`LabelError::Query`] when the query is neither.
    pub fn new(key: impl Into<String>, query: Option<&str>) -> Result<Self, LabelError> {
        let wanted = match query {
            None => Wanted::Anything,
            Some(path) if path.trim_start().starts_with('$') => {
                Wanted::OneOf(read_path(path).ok_or(LabelError::Query)?)
            }
            Some(json) => Wanted::Containing(serde_json::from_str(json).map_err(|_| LabelError::Query)?),
        };
        Ok(Self { key: key.into(), wanted })
    }

    /// PostgreSQL's `@>` on JSON, which is what Compass asks its database; for a path, whether it finds anything.
    pub fn selects(&self, value: &Value) -> bool {
        match &self.wanted {
            Wanted::Anything => true,
            Wanted::Containing(wanted) => contains(value, wanted, true),
            Wanted::OneOf(wanted) => {
                let is_wanted = |value: &Value| value.as_str().is_some_and(|text| wanted.iter().any(|one| one == text));
                is_wanted(value) || value.as_array().is_some_and(|values| values.iter().any(is_wanted))
            }
        }
    }
}

/// The values of `$[*] ? (@ == "A" || @ == "B")`: letters, digits, `-`, `_` and blanks.
fn read_path(path: &str) -> Option<Vec<String>> {
    let inside =
        path.trim().strip_prefix("$[*]")?.trim().strip_prefix('?')?.trim().strip_prefix('(')?.strip_suffix(')')?;
    let value = |term: &str| {
        let value =
            term.trim().strip_prefix('@')?.trim().strip_prefix("==")?.trim().strip_prefix('"')?.strip_suffix('"')?;
        let good = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_' | ' ');
        (!value.is_empty() && value.chars().all(good)).then(|| value.to_owned())
    };
    inside.split("||").map(value).collect()
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
    fn the_one_path_selects_by_any_of_its_values() {
        let filter = LabelFilter::new("scenarios", Some("$[*] ? (@ == \"A 1\" || @==\"b_2\")")).unwrap();
        assert_eq!(filter.wanted, Wanted::OneOf(vec!["A 1".into(), "b_2".into()]));
        assert!(filter.selects(&json!(["x", "b_2"])) && filter.selects(&json!("A 1")));
        assert!(!filter.selects(&json!(["A"])) && !filter.selects(&json!([])));
        for bad in [
            "$",
            "$[*]",
            "$[*] ? ()",
            "$[*] ? (@ == \"\")",
            "$[*] ? (@ == \"a\\\"\")",
            "$[*] ? (@ == \"a\" || )",
            "$.a",
        ] {
            assert_eq!(LabelFilter::new("a", Some(bad)), Err(LabelError::Query), "{bad}");
        }
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
