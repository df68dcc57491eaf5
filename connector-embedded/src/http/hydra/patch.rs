//! Applying a JSON Patch (RFC 6902) that a stranger wrote: a few hundred bytes of `copy` can double a document until
//! memory ends.

use json_patch::Patch;
use serde_json::Value;

use super::error::HydraError;
use crate::http::body::GRAPHQL;

/// The most operations of one patch.
const OPERATIONS: usize = 500;

/// The document as the patch leaves it.
pub(super) fn apply(mut document: Value, patch: &Patch) -> Result<Value, HydraError> {
    if patch.0.len() > OPERATIONS {
        return Err(HydraError::invalid_request(format!("a patch may have {OPERATIONS} operations")));
    }
    for operation in &patch.0 {
        json_patch::patch(&mut document, std::slice::from_ref(operation))
            .map_err(|error| HydraError::invalid_request(error.to_string()))?;
        if document.to_string().len() > GRAPHQL {
            return Err(HydraError::invalid_request(format!("the patch makes the client larger than {GRAPHQL} bytes")));
        }
    }
    Ok(document)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_patch_that_doubles_and_doubles_is_refused_early() {
        let mut operations = vec![json!({ "op": "add", "path": "/metadata", "value": { "x": "y".repeat(1000) } })];
        let copy = |n| json!({ "op": "copy", "from": "/metadata", "path": format!("/metadata/k{n}") });
        operations.extend((0..40).map(copy));
        let patch: Patch = serde_json::from_value(Value::from(operations)).unwrap();
        assert!(apply(json!({ "metadata": {} }), &patch).is_err());
        let small: Patch = serde_json::from_value(json!([{ "op": "add", "path": "/a", "value": 1 }])).unwrap();
        assert_eq!(apply(json!({}), &small).unwrap(), json!({ "a": 1 }));
    }
}
