//! A Kubernetes Secret with a CA in it, as `kubectl get secret NAME -o yaml` (or `json`) writes it.

use std::collections::BTreeMap;

use base64::prelude::{BASE64_STANDARD, Engine as _};
use serde::{Deserialize, Deserializer};
use thiserror::Error;
use zeroize::Zeroizing;

/// The fields that hold certificates and keys: those of Compass' connector, and those of the type `kubernetes.io/tls`,
/// which cert-manager writes.
const FIELDS: [&str; 4] = ["ca.crt", "ca.key", "tls.crt", "tls.key"];

/// Why a Kubernetes Secret could not be read.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum SecretFault {
    #[error("The Kubernetes Secret is neither YAML nor JSON: see its line {0}.")]
    Syntax(usize),
    #[error("The field {0} of the Kubernetes Secret is not base64. (Plain text belongs below stringData.)")]
    Base64(&'static str),
    #[error("The Kubernetes Secret has none of the fields ca.crt, ca.key, tls.crt and tls.key with something in it.")]
    NoField,
}

/// What is in the fields of the Secrets in the text; `None` if it is no Kubernetes Secret at all.
pub(crate) fn contents(text: &[u8]) -> Option<Result<Vec<Zeroizing<Vec<u8>>>, SecretFault>> {
    let text = str::from_utf8(text).ok()?;
    names_its_kind(text).then(|| read(text))
}

/// Looks at the text and not at the parsed document: a broken Secret is still a Secret.
fn names_its_kind(text: &str) -> bool {
    let separators = ['"', '\'', ':', ' ', '\t', '\r', '\n'];
    text.split("kind").skip(1).any(|rest| rest.trim_start_matches(separators).starts_with("Secret"))
}

fn read(text: &str) -> Result<Vec<Zeroizing<Vec<u8>>>, SecretFault> {
    let mut found = Vec::new();
    for document in serde_yaml_ng::Deserializer::from_str(text) {
        let manifest = Option::<Manifest>::deserialize(document)
            .map_err(|error| SecretFault::Syntax(error.location().map_or(1, |place| place.line())))?;
        if let Some(manifest) = manifest {
            manifest.collect(&mut found)?;
        }
    }
    if found.is_empty() { Err(SecretFault::NoField) } else { Ok(found) }
}

#[derive(Deserialize)]
struct Manifest {
    kind: Option<String>,
    data: Option<Fields>,
    #[serde(rename = "stringData")]
    string_data: Option<Fields>,
    /// Of a `List`, which `kubectl` writes for several.
    items: Option<Vec<Self>>,
}

type Fields = BTreeMap<String, Option<Wiped>>;

impl Manifest {
    fn collect(&self, found: &mut Vec<Zeroizing<Vec<u8>>>) -> Result<(), SecretFault> {
        for item in self.items.iter().flatten() {
            item.collect(found)?;
        }
        if self.kind.as_deref() != Some("Secret") {
            return Ok(());
        }
        for name in FIELDS {
            // As the API server does: what is in plain text wins.
            if let Some(plain) = field(self.string_data.as_ref(), name) {
                found.push(Zeroizing::new(plain.as_bytes().to_vec()));
            } else if let Some(encoded) = field(self.data.as_ref(), name) {
                let encoded: Zeroizing<String> =
                    Zeroizing::new(encoded.chars().filter(|char| !char.is_whitespace()).collect());
                let decoded = BASE64_STANDARD.decode(encoded.as_bytes()).map_err(|_| SecretFault::Base64(name))?;
                found.push(Zeroizing::new(decoded));
            }
        }
        Ok(())
    }
}

/// A field with something in it.
fn field<'a>(fields: Option<&'a Fields>, name: &str) -> Option<&'a str> {
    let value = fields?.get(name)?.as_ref()?;
    (!value.0.trim().is_empty()).then_some(value.0.as_str())
}

struct Wiped(Zeroizing<String>);

impl<'de> Deserialize<'de> for Wiped {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(|value| Self(Zeroizing::new(value)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(manifest: &str) -> Result<Vec<String>, SecretFault> {
        let found = contents(manifest.as_bytes()).expect("a Kubernetes Secret")?;
        Ok(found.iter().map(|field| String::from_utf8(field.to_vec()).unwrap()).collect())
    }

    #[test]
    fn reads_yaml_json_lists_and_several_documents() {
        let yaml = "apiVersion: v1\nkind: Secret\nmetadata:\n  name: ca\ndata:\n  ca.key: a2V5\n  ca.crt: |\n    Y2Vy\n    dA==\n  other: '***'\n";
        assert_eq!(texts(yaml).unwrap(), ["cert", "key"]);
        let json = r#"{"kind":"List","items":[{"kind":"ConfigMap","data":{"ca.crt":"plain"}},{"kind":"Secret","data":{"tls.crt":"Y2VydA==","tls.key":"a2V5","ca.crt":null}}]}"#;
        assert_eq!(texts(json).unwrap(), ["cert", "key"]);
        let documents = format!("---\nkind: ConfigMap\n---\n{yaml}---\n");
        assert_eq!(texts(&documents).unwrap(), ["cert", "key"]);
    }

    #[test]
    fn plain_text_wins_over_base64() {
        let yaml = "kind: Secret\nstringData:\n  ca.crt: plain\ndata:\n  ca.crt: Y2VydA==\n";
        assert_eq!(texts(yaml).unwrap(), ["plain"]);
    }

    #[test]
    fn says_what_is_wrong_without_repeating_it() {
        assert_eq!(texts("kind: Secret\ndata:\n  ca.crt: '*'\n"), Err(SecretFault::Base64("ca.crt")));
        assert_eq!(texts("kind: Secret\ndata:\n  other: YQ==\n  ca.crt: ''\n"), Err(SecretFault::NoField));
        assert_eq!(texts("kind: Secret\ndata:\n  ca.crt: [hunter2]\n"), Err(SecretFault::Syntax(3)));
        let broken = texts("kind: Secret\n\tdata: {").unwrap_err();
        assert!(matches!(broken, SecretFault::Syntax(_)), "{broken:?}");
    }

    #[test]
    fn a_document_that_grows_when_it_is_read_is_refused() {
        let mut bomb = "kind: Secret\nl0: &l0 [x]\n".to_owned();
        for level in 1..30 {
            let below = format!("*l{}", level - 1);
            bomb += &format!("l{level}: &l{level} [{}]\n", [below.as_str(); 10].join(", "));
        }
        // Where nobody looks it does not grow; where somebody does, the reader stops.
        assert_eq!(texts(&bomb), Err(SecretFault::NoField));
        let read = texts(&format!("{bomb}items: *l29\n"));
        assert!(matches!(read, Err(SecretFault::Syntax(_))), "{read:?}");
    }

    #[test]
    fn everything_else_is_no_secret() {
        for text in ["", "hello", "-----BEGIN PRIVATE KEY-----", "kind: ConfigMap\ndata: {}"] {
            assert!(contents(text.as_bytes()).is_none(), "{text}");
        }
        assert!(contents(&[0xFF, 0xFE]).is_none());
    }
}
