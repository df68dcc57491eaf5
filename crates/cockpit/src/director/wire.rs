//! From the generated types of each operation to ours. The generator makes one set per operation, hence the macros.

use pairing::Moment;

use serde::Deserialize;
use serde_json::{Map, Value};

use super::operations::{
    create_from_template, create_from_template_by_name, get_application, get_integration_system, get_runtime,
    list_applications, list_runtimes, register_application, register_runtime, update_application,
};
use crate::calls::{ApplicationRow, AuthKind, AuthSummary, RuntimeRow, TokenSummary};

/// One system auth, as far as anybody may know it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Auth {
    pub(crate) id: String,
    /// False when the caller lacks `application.auths:read`: then the rest is empty without meaning anything.
    pub(crate) readable: bool,
    pub(crate) client_id: Option<String>,
    pub(crate) cert_common_name: Option<String>,
    pub(crate) token: Option<Token>,
}

/// A one-time token without its value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Token {
    pub(crate) used: bool,
    pub(crate) used_at: Option<Moment>,
    pub(crate) created_at: Option<Moment>,
    pub(crate) expires_at: Option<Moment>,
}

/// Reads a `Timestamp`. Go's zero time (year 1) means: not yet.
pub(super) fn moment(text: &str) -> Option<Moment> {
    Moment::parse(text).filter(|moment| moment.unix_millis() > 0)
}

impl Token {
    pub(crate) fn is_expired(&self, now: Moment) -> bool {
        self.expires_at.is_some_and(|at| at <= now)
    }

    fn summary(&self, now: Moment) -> TokenSummary {
        TokenSummary {
            used: self.used,
            used_at: self.used_at.map(Moment::rfc3339),
            created_at: self.created_at.map(Moment::rfc3339),
            expires_at: self.expires_at.map(Moment::rfc3339).unwrap_or_default(),
            expired: self.is_expired(now),
        }
    }
}

impl Auth {
    /// What it is. A shipped Director does not tell that a certificate was issued: an auth with nothing in it, on
    /// an application that has called, is the best hint there is (contracts/compass.md §1.16).
    pub(crate) fn kind(&self, connected: bool) -> AuthKind {
        if !self.readable {
            AuthKind::Unknown
        } else if self.client_id.is_some() {
            AuthKind::Credentials
        } else if self.cert_common_name.is_some() {
            AuthKind::Certificate
        } else if self.token.is_some() {
            AuthKind::Token
        } else if connected {
            AuthKind::Certificate
        } else {
            AuthKind::Unknown
        }
    }

    pub(crate) fn summary(&self, connected: bool, now: Moment) -> AuthSummary {
        AuthSummary {
            id: self.id.clone(),
            kind: self.kind(connected),
            client_id: self.client_id.clone(),
            cert_common_name: self.cert_common_name.clone(),
            token: self.token.as_ref().map(|token| token.summary(now)),
            certificate: None,
            // As far as can be said here: nothing came of it so far. Whether anything still can: system_auths.rs.
            orphaned: self.readable && self.client_id.is_none() && self.cert_common_name.is_none(),
        }
    }
}

/// Long enough to search in, short enough for ten thousand of them.
const MAX_LABEL_TEXT: usize = 400;
/// Labels that are machinery: whole registrations of services, and what every application has.
const NOT_SEARCHED: &[&str] = &["legacy_servicesMetadata", "name"];

/// Keys and values of labels in one text.
pub(super) fn label_text(labels: Option<&Map<String, Value>>) -> String {
    let mut text = String::new();
    for (key, value) in labels.into_iter().flatten() {
        if NOT_SEARCHED.contains(&key.as_str()) || key.ends_with("_defaultEventing") {
            continue;
        }
        if !text.is_empty() {
            text.push(' ');
        }
        text.push_str(key);
        text.push('=');
        match value {
            Value::String(value) => text.push_str(value),
            Value::Array(values) => {
                let values: Vec<_> = values.iter().map(|value| value.as_str().unwrap_or_default()).collect();
                text.push_str(&values.join(","));
            }
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_) => text.push_str(&value.to_string()),
        }
        if text.len() > MAX_LABEL_TEXT {
            let end = text.char_indices().map(|(at, _)| at).take_while(|at| *at <= MAX_LABEL_TEXT).last().unwrap_or(0);
            text.truncate(end);
            break;
        }
    }
    text
}

/// The formations that an object is in: their names are the value of one label (contracts/compass.md §1.20).
pub(super) fn formations(labels: Option<&Map<String, Value>>) -> Vec<String> {
    let names = labels.and_then(|labels| labels.get("scenarios")).and_then(Value::as_array);
    names.into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
}

macro_rules! rows {
    ($($operation:ident)*) => {$(
        impl From<$operation::Row> for ApplicationRow {
            fn from(row: $operation::Row) -> Self {
                Self {
                    id: row.id,
                    name: row.name,
                    condition: row.status.condition,
                    status_at: row.status.timestamp,
                    provider_name: row.provider_name,
                    description: row.description,
                    base_url: row.base_url,
                    created_at: row.created_at,
                    updated_at: row.updated_at,
                    integration_system_id: row.integration_system_id.filter(|id| !id.is_empty()),
                    label_text: label_text(row.labels.as_ref()),
                }
            }
        }
    )*};
}

rows! {
    list_applications get_application register_application update_application create_from_template
    create_from_template_by_name
}

macro_rules! runtime_rows {
    ($($operation:ident)*) => {$(
        impl From<$operation::RuntimeRow> for RuntimeRow {
            fn from(row: $operation::RuntimeRow) -> Self {
                Self {
                    id: row.id,
                    name: row.name,
                    description: row.description,
                    condition: row.status.condition,
                    status_at: row.status.timestamp,
                    created_at: Some(row.metadata.creation_timestamp),
                }
            }
        }
    )*};
}

runtime_rows! { list_runtimes get_runtime register_runtime }

macro_rules! auths {
    ($($operation:ident)*) => {$(
        impl From<$operation::AuthsAuths> for Auth {
            fn from(auth: $operation::AuthsAuths) -> Self {
                use $operation::AuthsAuthsAuthCredential as Credential;
                let readable = auth.auth.is_some();
                let (credential, name, token) =
                    auth.auth.map(|auth| (auth.credential, auth.cert_common_name, auth.one_time_token)).unwrap_or_default();
                let client_id = match credential {
                    Some(Credential::OAuthCredentialData(data)) => Some(data.client_id),
                    Some(Credential::BasicCredentialData | Credential::CertificateOAuthCredentialData) | None => None,
                };
                Self {
                    id: auth.id,
                    readable,
                    client_id,
                    cert_common_name: name.filter(|name| !name.is_empty()),
                    token: token.map(|token| Token {
                        used: token.used,
                        used_at: token.used_at.as_deref().and_then(moment),
                        created_at: token.created_at.as_deref().and_then(moment),
                        expires_at: moment(&token.expires_at),
                    }),
                }
            }
        }
    )*};
}

auths! { get_application get_runtime get_integration_system }

/// A system auth as the watching document asks for it, which is written by hand.
#[derive(Debug, Deserialize)]
pub(super) struct WatchedAuth {
    id: String,
    auth: Option<WatchedContent>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct WatchedContent {
    cert_common_name: Option<String>,
    credential: Option<WatchedCredential>,
    one_time_token: Option<WatchedToken>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct WatchedCredential {
    client_id: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct WatchedToken {
    used: bool,
    used_at: Option<String>,
    created_at: Option<String>,
    expires_at: String,
}

impl From<WatchedAuth> for Auth {
    fn from(WatchedAuth { id, auth }: WatchedAuth) -> Self {
        let readable = auth.is_some();
        let Some(content) = auth else {
            return Self { id, readable, client_id: None, cert_common_name: None, token: None };
        };
        Self {
            id,
            readable,
            client_id: content.credential.and_then(|credential| credential.client_id),
            cert_common_name: content.cert_common_name.filter(|name| !name.is_empty()),
            token: content.one_time_token.map(|token| Token {
                used: token.used,
                used_at: token.used_at.as_deref().and_then(moment),
                created_at: token.created_at.as_deref().and_then(moment),
                expires_at: moment(&token.expires_at),
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn labels_can_be_searched_and_are_never_long() {
        let labels = json!({
            "region": "eu", "scenarios": ["one", "two"], "tier": 3, "name": "mp-x", "legacy_servicesMetadata": "{}",
            "a_defaultEventing": true,
        });
        let labels = labels.as_object();
        assert_eq!(label_text(labels), "region=eu scenarios=one,two tier=3");
        assert_eq!(formations(labels), ["one", "two"]);
        assert_eq!((label_text(None), formations(None).len()), (String::new(), 0));
        let long = json!({ "k": "ü".repeat(5000) });
        let text = label_text(long.as_object());
        assert!(text.len() <= MAX_LABEL_TEXT && text.starts_with("k=ü"));
    }
}
