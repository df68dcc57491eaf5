//! Placeholders in a template: `{{name}}` in any text of its application. They are replaced in the parsed document, so a
//! value can change nothing but the text it stands in (Compass pastes it into the JSON, defect D12).

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::Value;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(crate) struct Placeholder {
    pub(crate) name: String,
    #[serde(default)]
    pub(crate) description: Option<String>,
    /// Where the value is in a payload: `$.a.b`.
    #[serde(default)]
    pub(crate) json_path: Option<String>,
    #[serde(default)]
    pub(crate) optional: bool,
}

/// What to write for each placeholder.
pub(super) type Values = BTreeMap<String, String>;

/// The names between `{{` and `}}` in all texts of a document.
pub(super) fn used(document: &Value) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    visit(document, &mut |text| {
        for part in parts(text) {
            if let Part::Name(name) = part {
                names.insert(name.to_owned());
            }
        }
    });
    names
}

/// Writes the values into all texts of a document. A name without a value stays as it is.
pub(super) fn fill(document: &mut Value, values: &Values) {
    match document {
        Value::String(text) => {
            let filled = parts(text).map(|part| match part {
                Part::Text(text) => text.to_owned(),
                Part::Name(name) => values.get(name).cloned().unwrap_or_else(|| format!("{{{{{name}}}}}")),
            });
            *text = filled.collect();
        }
        Value::Array(items) => items.iter_mut().for_each(|item| fill(item, values)),
        Value::Object(fields) => fields.values_mut().for_each(|field| fill(field, values)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// Whether a path is of the form `$.a.b`: the only one that is understood here.
pub(super) fn is_path(path: &str) -> bool {
    path.len() <= 256 && names_of(path).is_some()
}

/// What a path finds in a payload, as text; `None` when there is nothing, or no text, number or truth value.
pub(super) fn look_up(payload: &Value, path: &str) -> Option<String> {
    let mut found = payload;
    for name in names_of(path)? {
        found = found.get(name)?;
    }
    match found {
        Value::String(text) => Some(text.clone()),
        Value::Number(_) | Value::Bool(_) => Some(found.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

fn names_of(path: &str) -> Option<Vec<&str>> {
    let names: Vec<_> = path.strip_prefix("$.")?.split('.').collect();
    let good = |name: &&str| {
        !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'))
    };
    names.iter().all(good).then_some(names)
}

enum Part<'t> {
    Text(&'t str),
    Name(&'t str),
}

fn parts(text: &str) -> impl Iterator<Item = Part<'_>> {
    let mut rest = text;
    let mut name = None;
    std::iter::from_fn(move || {
        if let Some(name) = name.take() {
            return Some(Part::Name(name));
        }
        if rest.is_empty() {
            return None;
        }
        let placeholder = rest.split_once("{{").and_then(|(before, after)| {
            let (inside, behind) = after.split_once("}}")?;
            Some((before, inside, behind))
        });
        match placeholder {
            Some((before, inside, behind)) => {
                (name, rest) = (Some(inside), behind);
                Some(Part::Text(before))
            }
            None => Some(Part::Text(std::mem::take(&mut rest))),
        }
    })
}

fn visit(document: &Value, with: &mut impl FnMut(&str)) {
    match document {
        Value::String(text) => with(text),
        Value::Array(items) => items.iter().for_each(|item| visit(item, with)),
        Value::Object(fields) => fields.values().for_each(|field| visit(field, with)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_value_changes_nothing_but_its_text() {
        let mut document =
            json!({ "name": "a-{{x}}-{{y}}{{x}}", "labels": { "{{x}}": ["{{x}}", 1, null, "{{z}} {{"] } });
        assert_eq!(used(&document), BTreeSet::from(["x".to_owned(), "y".into(), "z".into()]));
        let values = Values::from([("x".to_owned(), "\",\"b\":\"{{y}}".to_owned()), ("y".to_owned(), String::new())]);
        fill(&mut document, &values);
        let x = "\",\"b\":\"{{y}}";
        let expected = json!({ "name": format!("a-{x}-{x}"), "labels": { "{{x}}": [x, 1, null, "{{z}} {{"] } });
        assert_eq!(document, expected);
    }

    #[test]
    fn paths_are_names_after_one_another() {
        let payload = json!({ "a": { "b-c": "text", "n": 1.5, "list": ["x"] }, "t": true });
        for (path, found) in [("$.a.b-c", "text"), ("$.a.n", "1.5"), ("$.t", "true")] {
            assert_eq!(look_up(&payload, path).as_deref(), Some(found));
        }
        for path in ["$.a", "$.a.list", "$.b", "$.a.b-c.d"] {
            assert!(is_path(path) && look_up(&payload, path).is_none(), "{path}");
        }
        for bad in ["", "$", "$.", "a.b", "$..a", "$.a[0]", "$.a.*", "$['a']", "$.a b"] {
            assert!(!is_path(bad), "{bad}");
        }
    }
}
