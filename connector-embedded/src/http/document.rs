//! A GraphQL request as it arrives: read tolerantly where Compass' own clients are odd, limited where strangers are.

use std::collections::HashMap;

use async_graphql::{
    Name, Positioned, Request, Variables,
    parser::types::{DocumentOperations, ExecutableDocument, FragmentDefinition, Selection, SelectionSet},
};
use serde::Deserialize;
use serde_json::Value;
use thiserror::Error;

/// What a document may ask for, besides the depth and complexity that the schema limits.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limits {
    /// The most operations a document may define; one of them is executed.
    pub(super) operations: usize,
    /// The most aliases in one document.
    pub(super) aliases: usize,
}

/// Why a document is not executed.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub(super) enum DocumentError {
    /// Not JSON, or not an object with a `query`: HTTP 400.
    #[error("{0}")]
    Envelope(String),
    /// Not GraphQL, or more than the limits allow: HTTP 422.
    #[error("{0}")]
    Syntax(String),
}

#[derive(Deserialize)]
struct Envelope {
    query: String,
    #[serde(default)]
    variables: Option<Value>,
    #[serde(default, rename = "operationName")]
    operation_name: Option<String>,
}

/// Reads the JSON envelope and checks the document against the limits.
pub(super) fn read(body: &[u8], limits: Limits) -> Result<Request, DocumentError> {
    let envelope: Envelope = serde_json::from_slice(body).map_err(|error| {
        let seen = body.iter().find(|byte| !byte.is_ascii_whitespace());
        let advice = match seen {
            Some(b'[') => "send one operation, not a batch".into(),
            Some(b'{') => error.to_string(),
            _ => "send {\"query\": \"…\"}".to_owned(),
        };
        DocumentError::Envelope(format!("json request body could not be decoded: {advice}"))
    })?;
    let query = without_empty_arguments(&envelope.query);
    check_nesting(&query)?;
    // The parser's text repeats the line at fault, which is the sender's and may be all there is.
    let document = async_graphql::parser::parse_query(&query)
        .map_err(|error| DocumentError::Syntax(format!("{:.500}", error.to_string())))?;
    check(&document, limits)?;
    let variables = match envelope.variables {
        None | Some(Value::Null) => Variables::default(),
        Some(variables @ Value::Object(_)) => Variables::from_json(variables),
        Some(_) => return Err(DocumentError::Envelope("\"variables\" must be an object".into())),
    };
    let mut request = Request::new(query).variables(variables);
    request.operation_name = envelope.operation_name.filter(|name| !name.is_empty());
    request.set_parsed_query(document);
    Ok(request)
}

fn check(document: &ExecutableDocument, limits: Limits) -> Result<(), DocumentError> {
    if let DocumentOperations::Multiple(operations) = &document.operations
        && operations.len() > limits.operations
    {
        let reason =
            format!("{} operations in one document; at most {} may be there", operations.len(), limits.operations);
        return Err(DocumentError::Syntax(reason));
    }
    let operations = document.operations.iter().map(|(_, operation)| &operation.node.selection_set.node);
    let fragments = document.fragments.values().map(|fragment| &fragment.node.selection_set.node);
    let aliases: usize = operations.chain(fragments).map(count_aliases).sum();
    if aliases > limits.aliases {
        return Err(DocumentError::Syntax(format!("{aliases} aliases; at most {} are allowed", limits.aliases)));
    }
    let mut expansion = Expansion { fragments: &document.fragments, counted: HashMap::new() };
    for (_, operation) in document.operations.iter() {
        if expansion.count(&operation.node.selection_set.node)? > MOST_SELECTIONS {
            let reason = format!("more than {MOST_SELECTIONS} selections once every fragment is written out");
            return Err(DocumentError::Syntax(reason));
        }
    }
    Ok(())
}

/// More than any schema here lets pass. The validation of async-graphql walks through a fragment as often as it is
/// spread, so twenty fragments that spread each other twice would keep a thread busy for hours.
const MOST_SELECTIONS: usize = 4096;

/// Counts what a document comes to with every fragment written out, looking at each fragment once.
struct Expansion<'d> {
    fragments: &'d HashMap<Name, Positioned<FragmentDefinition>>,
    /// `None` while a fragment is being counted.
    counted: HashMap<&'d str, Option<usize>>,
}

impl<'d> Expansion<'d> {
    fn count(&mut self, set: &'d SelectionSet) -> Result<usize, DocumentError> {
        let mut total = set.items.len();
        for item in &set.items {
            let inside = match &item.node {
                Selection::Field(field) => self.count(&field.node.selection_set.node)?,
                Selection::InlineFragment(fragment) => self.count(&fragment.node.selection_set.node)?,
                Selection::FragmentSpread(spread) => self.count_fragment(&spread.node.fragment_name.node)?,
            };
            total = total.saturating_add(inside);
        }
        Ok(total)
    }

    fn count_fragment(&mut self, name: &'d str) -> Result<usize, DocumentError> {
        match self.counted.get(name) {
            Some(Some(count)) => return Ok(*count),
            Some(None) => return Err(DocumentError::Syntax(format!("fragment {name:.100} contains itself"))),
            None => {}
        }
        // Validation says which name it does not know.
        let Some(fragment) = self.fragments.get(name) else { return Ok(0) };
        self.counted.insert(name, None);
        let count = self.count(&fragment.node.selection_set.node)?;
        self.counted.insert(name, Some(count));
        Ok(count)
    }
}

fn count_aliases(set: &SelectionSet) -> usize {
    let count = |selection: &Selection| match selection {
        Selection::Field(field) => {
            usize::from(field.node.alias.is_some()) + count_aliases(&field.node.selection_set.node)
        }
        Selection::InlineFragment(fragment) => count_aliases(&fragment.node.selection_set.node),
        Selection::FragmentSpread(_) => 0,
    };
    set.items.iter().map(|item| count(&item.node)).sum()
}

/// Removes `()` outside strings and comments. Compass' own clients write `configuration()`, which the grammar
/// forbids and gqlgen tolerates.
fn without_empty_arguments(query: &str) -> String {
    let bytes = query.as_bytes();
    let mut kept = String::with_capacity(query.len());
    let (mut at, mut from) = (0, 0);
    while at < bytes.len() {
        match bytes[at] {
            b'"' => at = end_of_string(bytes, at).unwrap_or(bytes.len()),
            b'#' => at = end_of_comment(bytes, at),
            b'(' => {
                let inside = bytes[at + 1..].iter().position(|byte| !byte.is_ascii_whitespace() && *byte != b',');
                match inside {
                    Some(offset) if bytes[at + 1 + offset] == b')' => {
                        kept.push_str(&query[from..at]);
                        at += offset + 2;
                        from = at;
                    }
                    _ => at += 1,
                }
            }
            _ => at += 1,
        }
    }
    kept.push_str(&query[from.min(query.len())..]);
    kept
}

/// Brackets inside brackets, of any kind. Clients need a dozen.
const MOST_NESTED: usize = 64;

/// Refuses what nests deeper than the parser can follow: it calls itself for every bracket, and a stack that
/// overflows ends the process. Whatever the parser takes for a string or a comment must be one here too.
fn check_nesting(query: &str) -> Result<(), DocumentError> {
    let refuse = |reason: String| Err(DocumentError::Syntax(reason));
    let bytes = query.as_bytes();
    let (mut at, mut depth) = (0, 0_usize);
    while at < bytes.len() {
        match bytes[at] {
            b'"' => match end_of_string(bytes, at) {
                Some(end) => at = end,
                None => return refuse("a string does not end".into()),
            },
            b'#' => at = end_of_comment(bytes, at),
            byte => {
                match byte {
                    b'(' | b'[' | b'{' => depth += 1,
                    b')' | b']' | b'}' => depth = depth.saturating_sub(1),
                    _ => {}
                }
                at += 1;
            }
        }
        if depth > MOST_NESTED {
            return refuse(format!("more than {MOST_NESTED} brackets inside each other"));
        }
    }
    Ok(())
}

fn end_of_comment(bytes: &[u8], start: usize) -> usize {
    bytes[start..].iter().position(|byte| matches!(byte, b'\n' | b'\r')).map_or(bytes.len(), |offset| start + offset)
}

/// The place after the string that begins at `start`; `None` when it has no end.
fn end_of_string(bytes: &[u8], start: usize) -> Option<usize> {
    const BLOCK: &[u8] = b"\"\"\"";
    let block = bytes[start..].starts_with(BLOCK);
    let mut at = start + if block { BLOCK.len() } else { 1 };
    while at < bytes.len() {
        let rest = &bytes[at..];
        match rest[0] {
            b'\\' if block && rest[1..].starts_with(BLOCK) => at += 1 + BLOCK.len(),
            b'"' if block && rest.starts_with(BLOCK) => return Some(at + BLOCK.len()),
            _ if block => at += 1,
            b'\\' => at += 2,
            b'"' => return Some(at + 1),
            b'\n' | b'\r' => return None,
            _ => at += 1,
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMITS: Limits = Limits { operations: 1, aliases: 2 };

    #[test]
    fn empty_parentheses_go_and_nothing_else_does() {
        for (written, read) in [
            ("query { result: configuration() { a } }", "query { result: configuration { a } }"),
            ("{ a( \n ) b }", "{ a b }"),
            ("{ a(x: \"()\") b }", "{ a(x: \"()\") b }"),
            ("{ a # ()\n b }", "{ a # ()\n b }"),
            ("{ a(x: \"\\\"()\") }", "{ a(x: \"\\\"()\") }"),
            ("{ a(x: \"\"\"\"()\"\"\") }", "{ a(x: \"\"\"\"()\"\"\") }"),
            ("{ a(x: \"\"\"\\\"\"\"()\"\"\") b() }", "{ a(x: \"\"\"\\\"\"\"()\"\"\") b }"),
            ("{ a # ()\r b() }", "{ a # ()\r b }"),
            ("{ ä() }", "{ ä }"),
            ("(", "("),
            ("\"", "\""),
            ("\\()", "\\"),
        ] {
            assert_eq!(without_empty_arguments(written), read);
        }
    }

    #[test]
    fn limits_are_named_when_they_are_broken() {
        let refused = |body: &str| read(body.as_bytes(), LIMITS).err().unwrap().to_string();
        assert!(refused("[{\"query\":\"{a}\"}]").contains("not a batch"));
        assert!(refused("query { a }").contains("send {\"query\""));
        assert!(refused("{\"query\":\"{ a: x b: x c: x }\"}").contains("3 aliases"));
        assert!(refused("{\"query\":\"query A { a } query B { b }\"}").contains("2 operations"));
        assert!(refused("{\"query\":\"{ a }\",\"variables\":[]}").contains("must be an object"));
        assert!(
            refused("{\"query\":\"{ ...A } fragment A on Q { ...B } fragment B on Q { ...A }\"}").contains("itself")
        );
        assert!(read(b"{\"query\":\"{ a: x b: x }\",\"variables\":null,\"operationName\":\"\"}", LIMITS).is_ok());
    }

    #[test]
    fn fragments_that_multiply_are_counted_without_being_written_out() {
        let document = |levels: u32| {
            let fragments = |level| format!("fragment F{level} on Q {{ ...F{0} ...F{0} }} ", level + 1);
            let bomb: String = (0..levels).map(fragments).collect();
            let query = format!("{{ ...F0 }} {bomb} fragment F{levels} on Q {{ a }}");
            read(serde_json::json!({ "query": query }).to_string().as_bytes(), LIMITS)
        };
        assert!(document(9).is_ok());
        assert!(document(200).err().unwrap().to_string().contains("selections"));
    }

    #[test]
    fn deep_nesting_is_refused_wherever_it_hides() {
        let refused = |query: String| match read(serde_json::json!({ "query": query }).to_string().as_bytes(), LIMITS) {
            Err(DocumentError::Syntax(reason)) => reason,
            Err(other) => panic!("{other}"),
            Ok(_) => panic!("accepted"),
        };
        let deep = |open: &str| open.repeat(60_000 / open.len());
        for query in [
            format!("{{ a(x: {}", deep("[")),
            format!("{{ a(x: {}", deep("{a:")),
            format!("query A($x: {}", deep("[")),
            deep("{a"),
            format!("{{ a # comment\r(x: {}", deep("[")),
            format!("{{ a(x: [\"\"\"b\\\\\"\"\" c \"\"\" {}", deep("[")),
            format!("{{ a(x: [\"\"\"b\"\"\" {}", deep("[")),
            format!("{{ a(x: [\"b\\\\\" {}", deep("[")),
        ] {
            assert!(refused(query.clone()).contains("inside each other"), "{query:.40}");
        }
        // The parser would take this for an empty string, a string and brackets.
        assert!(refused(format!("{{ a(x: [\"\"\"b\" {}", deep("["))).contains("does not end"));
        assert!(refused(format!("{{ a(x: [\"b\n {}", deep("["))).contains("does not end"));
        let shallow = format!("{{ a(x: {}1{}, y: \"{}\") }}", "[".repeat(60), "]".repeat(60), "[".repeat(99));
        assert!(read(serde_json::json!({ "query": shallow }).to_string().as_bytes(), LIMITS).is_ok());
    }
}
