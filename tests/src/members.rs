//! Documents with prescribed members, checked row by row.

use serde_json::{Map, Value};

/// What a member must be like.
pub type Rule<'a> = &'a dyn Fn(&Value) -> bool;

/// Checks every row, and that the document has no other members; all that is wrong is in one panic.
#[track_caller]
pub fn assert_members(document: &str, json: &Value, rows: &[(&str, Rule<'_>)]) {
    let mut wrong = broken(object(document, json), rows);
    let known = |name: &String| rows.iter().any(|(row, _)| row == name);
    let others = object(document, json).keys().filter(|name| !known(name));
    wrong.extend(others.map(|name| format!("{name} is {} and in no row", json[name.as_str()])));
    assert!(wrong.is_empty(), "{document}: {wrong:#?} in {json:#}");
}

/// Checks every row and lets other members be.
#[track_caller]
pub fn assert_some_members(document: &str, json: &Value, rows: &[(&str, Rule<'_>)]) {
    let wrong = broken(object(document, json), rows);
    assert!(wrong.is_empty(), "{document}: {wrong:#?} in {json:#}");
}

#[track_caller]
fn object<'a>(document: &str, json: &'a Value) -> &'a Map<String, Value> {
    json.as_object().unwrap_or_else(|| panic!("{document}: not an object: {json}"))
}

fn broken(object: &Map<String, Value>, rows: &[(&str, Rule<'_>)]) -> Vec<String> {
    let mut wrong = Vec::new();
    for (name, rule) in rows {
        match object.get(*name) {
            None => wrong.push(format!("{name} is missing")),
            Some(value) if !rule(value) => wrong.push(format!("{name} is {value}")),
            Some(_) => {}
        }
    }
    wrong
}
