//! Documents for a Director that has not all fields that others have. A Director refuses a whole document for one field
//! that it does not know (contracts/compass.md §1.1), before anything of it is done; what can be done without is then
//! left out.

use std::{
    collections::BTreeSet,
    sync::{Mutex, PoisonError},
};

use serde_json::Value;

/// Fields that came to Compass later, and that every answer may lack.
const LATER: [&str; 9] = [
    "applicationTemplateID",
    "certCommonName",
    "createdAt",
    "eventingConfiguration",
    "initialized",
    "optional",
    "state",
    "updatedAt",
    "usedAt",
];

/// The operations that this Director takes without the later fields only.
#[derive(Debug, Default)]
pub(super) struct Leaner(Mutex<BTreeSet<String>>);

impl Leaner {
    pub(super) fn is_for(&self, operation: &str) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).contains(operation)
    }

    pub(super) fn note(&self, operation: &str) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(operation.to_owned());
    }
}

/// The same request without the later fields; `None`: it has none of them.
pub(super) fn leaner(body: &Value) -> Option<Value> {
    let document = without_later_fields(body["query"].as_str()?)?;
    let mut body = body.clone();
    body["query"] = document.into();
    Some(body)
}

fn without_later_fields(document: &str) -> Option<String> {
    let lines = document.lines().filter(|line| !line.trim_start().starts_with('#'));
    let text = lines.collect::<Vec<_>>().join("\n").replace('{', " { ").replace('}', " } ");
    let mut words = text.split_whitespace().peekable();
    let (mut kept, mut is_leaner) = (Vec::new(), false);
    while let Some(word) = words.next() {
        if !LATER.contains(&word) {
            kept.push(word);
            continue;
        }
        is_leaner = true;
        if words.peek() == Some(&"{") {
            let mut depth = 0;
            for word in words.by_ref() {
                depth += i32::from(word == "{") - i32::from(word == "}");
                if depth == 0 {
                    break;
                }
            }
        }
    }
    is_leaner.then(|| kept.join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_can_be_done_without_is_left_out() {
        let document = "# state\nquery Q($id: ID!, $createdAt: Int) {\n  a(id: $id) {\n    id\n    eventingConfiguration {\n      \
                        defaultURL { x }\n    }\n    oneTimeToken { used usedAt }\n    createdAt\n  }\n}";
        let lean = "query Q($id: ID!, $createdAt: Int) { a(id: $id) { id oneTimeToken { used } } }";
        assert_eq!(without_later_fields(document).as_deref(), Some(lean));
        assert_eq!(without_later_fields(lean), None);
    }
}
