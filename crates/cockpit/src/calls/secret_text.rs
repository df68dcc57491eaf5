//! A secret that a person typed into the page.

use pairing::Secret;
use serde::{Deserialize, Deserializer, de};

/// Wrapped before anything else sees it: neither `Debug` nor a refusal repeats it. The usual limit in bytes is far
/// more than any OAuth2 provider gives out and than any passphrase that a person types.
#[derive(Clone, Debug)]
pub struct SecretText<const MAX_BYTES: usize = 4096>(Secret);

impl<const MAX_BYTES: usize> SecretText<MAX_BYTES> {
    pub(crate) fn into_inner(self) -> Secret {
        self.0
    }
}

impl<'de, const MAX_BYTES: usize> Deserialize<'de> for SecretText<MAX_BYTES> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        // The deserializer's own error quotes what it found.
        let typed = String::deserialize(deserializer).map_err(|_| de::Error::custom("the secret is not a text"))?;
        let secret = Secret::new(typed);
        if secret.expose().len() > MAX_BYTES {
            return Err(de::Error::custom(format_args!("a secret is longer than {MAX_BYTES} bytes")));
        }
        Ok(Self(secret))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn nothing_repeats_what_was_typed() {
        let typed: SecretText = serde_json::from_value(json!("canary")).unwrap();
        assert!(!format!("{typed:?}").contains("canary"));
        assert_eq!(typed.into_inner().expose(), "canary");
        for odd in [json!({ "canary": 1 }), json!(["canary"]), json!("canary".repeat(1000)), json!(71_471_147)] {
            let refusal = serde_json::from_value::<SecretText>(odd).unwrap_err().to_string();
            assert!(!refusal.contains("canary") && !refusal.contains("7147"), "{refusal}");
        }
    }
}
