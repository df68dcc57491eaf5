//! A GraphQL request as it arrives: read tolerantly where Compass' own clients are odd, limited where strangers are.

use async_graphql::{
    Request, Variables,
    parser::types::{DocumentOperations, ExecutableDocument, Selection, SelectionSet},
};
use serde::Deserialize;
use serde_json::Value;
use thiserror::Error;

/// What a document may ask for, besides the depth and complexity that the schema limits.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limits {
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
    let document =
        async_graphql::parser::parse_query(&query).map_err(|error| DocumentError::Syntax(error.to_string()))?;
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
        && operations.len() > 1
    {
        return Err(DocumentError::Syntax("one request may hold one operation".into()));
    }
    let operations = document.operations.iter().map(|(_, operation)| &operation.node.selection_set.node);
    let fragments = document.fragments.values().map(|fragment| &fragment.node.selection_set.node);
    let aliases: usize = operations.chain(fragments).map(count_aliases).sum();
    if aliases > limits.aliases {
        return Err(DocumentError::Syntax(format!("{aliases} aliases; at most {} are allowed", limits.aliases)));
    }
    Ok(())
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
            b'"' => at = end_of_string(bytes, at),
            b'#' => at += bytes[at..].iter().position(|byte| *byte == b'\n').unwrap_or(bytes.len() - at),
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

fn end_of_string(bytes: &[u8], start: usize) -> usize {
    let block = bytes[start..].starts_with(b"\"\"\"");
    let (mut at, quotes): (usize, &[u8]) = if block { (start + 3, b"\"\"\"") } else { (start + 1, b"\"") };
    while at < bytes.len() {
        if bytes[at] == b'\\' {
            at += 2;
        } else if bytes[at..].starts_with(quotes) {
            return at + quotes.len();
        } else {
            at += 1;
        }
    }
    bytes.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMITS: Limits = Limits { aliases: 2 };

    #[test]
    fn empty_parentheses_go_and_nothing_else_does() {
        for (written, read) in [
            ("query { result: configuration() { a } }", "query { result: configuration { a } }"),
            ("{ a( \n ) b }", "{ a b }"),
            ("{ a(x: \"()\") b }", "{ a(x: \"()\") b }"),
            ("{ a # ()\n b }", "{ a # ()\n b }"),
            ("{ a(x: \"\\\"()\") }", "{ a(x: \"\\\"()\") }"),
            ("{ a(x: \"\"\"\"()\"\"\") }", "{ a(x: \"\"\"\"()\"\"\") }"),
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
        assert!(refused("{\"query\":\"query A { a } query B { b }\"}").contains("one operation"));
        assert!(refused("{\"query\":\"{ a }\",\"variables\":[]}").contains("must be an object"));
        assert!(read(b"{\"query\":\"{ a: x b: x }\",\"variables\":null,\"operationName\":\"\"}", LIMITS).is_ok());
    }
}
