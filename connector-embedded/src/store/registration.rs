//! What a client was registered with: the members of Ory Hydra's client JSON (`client/client.go` upstream) that are
//! not columns of their own. Stored as JSON of exactly these types, so that one client can never spoil a list.

use std::{fmt, time::Duration};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use serde_json::{Map, Value};

/// `None` where the member was absent or null.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Registration {
    #[serde(deserialize_with = "or_default")]
    pub(crate) client_name: String,
    pub(crate) redirect_uris: Option<Vec<String>>,
    pub(crate) grant_types: Option<Vec<String>>,
    pub(crate) response_types: Option<Vec<String>>,
    #[serde(deserialize_with = "or_default")]
    pub(crate) audience: Vec<String>,
    #[serde(deserialize_with = "or_default")]
    pub(crate) owner: String,
    #[serde(deserialize_with = "or_default")]
    pub(crate) policy_uri: String,
    #[serde(deserialize_with = "or_default")]
    pub(crate) allowed_cors_origins: Vec<String>,
    #[serde(deserialize_with = "or_default")]
    pub(crate) tos_uri: String,
    #[serde(deserialize_with = "or_default")]
    pub(crate) client_uri: String,
    #[serde(deserialize_with = "or_default")]
    pub(crate) logo_uri: String,
    pub(crate) contacts: Option<Vec<String>>,
    pub(crate) subject_type: Option<String>,
    pub(crate) sector_identifier_uri: Option<String>,
    #[serde(deserialize_with = "or_default")]
    pub(crate) jwks: Map<String, Value>,
    pub(crate) jwks_uri: Option<String>,
    /// `None`: the client may use HTTP Basic and the body.
    pub(crate) token_endpoint_auth_method: Option<String>,
    pub(crate) token_endpoint_auth_signing_alg: Option<String>,
    /// RFC 8705 §2.1.2, for the method `tls_client_auth`.
    pub(crate) tls_client_auth_subject_dn: Option<String>,
    pub(crate) request_uris: Option<Vec<String>>,
    pub(crate) request_object_signing_alg: Option<String>,
    pub(crate) userinfo_signed_response_alg: Option<String>,
    pub(crate) post_logout_redirect_uris: Option<Vec<String>>,
    pub(crate) frontchannel_logout_uri: Option<String>,
    pub(crate) frontchannel_logout_session_required: Option<bool>,
    pub(crate) backchannel_logout_uri: Option<String>,
    pub(crate) backchannel_logout_session_required: Option<bool>,
    pub(crate) access_token_strategy: Option<String>,
    #[serde(deserialize_with = "or_default")]
    pub(crate) metadata: Map<String, Value>,
    #[serde(deserialize_with = "or_default")]
    pub(crate) skip_consent: bool,
    pub(crate) skip_logout_consent: Option<bool>,
    #[serde(flatten)]
    pub(crate) lifespans: Lifespans,
}

/// How long what each grant buys lives. Only the client_credentials one has an effect here.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Lifespans {
    pub(crate) authorization_code_grant_access_token_lifespan: Option<Lifespan>,
    pub(crate) authorization_code_grant_id_token_lifespan: Option<Lifespan>,
    pub(crate) authorization_code_grant_refresh_token_lifespan: Option<Lifespan>,
    pub(crate) client_credentials_grant_access_token_lifespan: Option<Lifespan>,
    pub(crate) implicit_grant_access_token_lifespan: Option<Lifespan>,
    pub(crate) implicit_grant_id_token_lifespan: Option<Lifespan>,
    pub(crate) jwt_bearer_grant_access_token_lifespan: Option<Lifespan>,
    pub(crate) refresh_token_grant_id_token_lifespan: Option<Lifespan>,
    pub(crate) refresh_token_grant_access_token_lifespan: Option<Lifespan>,
    pub(crate) refresh_token_grant_refresh_token_lifespan: Option<Lifespan>,
    pub(crate) device_authorization_grant_id_token_lifespan: Option<Lifespan>,
    pub(crate) device_authorization_grant_access_token_lifespan: Option<Lifespan>,
    pub(crate) device_authorization_grant_refresh_token_lifespan: Option<Lifespan>,
}

/// A duration as Go writes it (`time.Duration.String`): `34h0m0s`. Whole seconds; read with fractions and units
/// from `h` to `ns`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Lifespan(pub(crate) Duration);

/// `null` is the same as absent.
fn or_default<'de, D: Deserializer<'de>, T: Default + Deserialize<'de>>(deserializer: D) -> Result<T, D::Error> {
    Ok(Option::<T>::deserialize(deserializer)?.unwrap_or_default())
}

impl Lifespan {
    pub(crate) const fn seconds(self) -> u64 {
        self.0.as_secs()
    }

    fn parse(text: &str) -> Option<Self> {
        let mut rest = text.strip_prefix('+').unwrap_or(text);
        if rest == "0" {
            return Some(Self(Duration::ZERO));
        }
        let mut total = 0_f64;
        while !rest.is_empty() {
            let digits = rest.find(|c: char| !c.is_ascii_digit() && c != '.')?;
            let number: f64 = rest[..digits].parse().ok()?;
            let after = &rest[digits..];
            let letters = after.find(|c: char| c.is_ascii_digit() || c == '.').unwrap_or(after.len());
            let unit = match &after[..letters] {
                "h" => 3600.0,
                "m" => 60.0,
                "s" => 1.0,
                "ms" => 1e-3,
                "us" | "µs" | "μs" => 1e-6,
                "ns" => 1e-9,
                _ => return None,
            };
            total += number * unit;
            rest = &after[letters..];
        }
        (!text.is_empty()).then(|| Duration::try_from_secs_f64(total).ok()).flatten().map(Self)
    }
}

impl fmt::Display for Lifespan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = self.seconds();
        match (seconds / 3600, seconds / 60 % 60, seconds % 60) {
            (0, 0, seconds) => write!(f, "{seconds}s"),
            (0, minutes, seconds) => write!(f, "{minutes}m{seconds}s"),
            (hours, minutes, seconds) => write!(f, "{hours}h{minutes}m{seconds}s"),
        }
    }
}

impl Serialize for Lifespan {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Lifespan {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| de::Error::custom(format!("{text:?} is not a duration such as 1h30m")))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn durations_are_read_and_written_as_go_does() {
        for (text, seconds, written) in [
            ("34h", 34 * 3600, "34h0m0s"),
            ("34h0m0s", 34 * 3600, "34h0m0s"),
            ("1.5h", 5400, "1h30m0s"),
            ("90s", 90, "1m30s"),
            ("5s", 5, "5s"),
            ("0", 0, "0s"),
            ("1500ms", 1, "1s"),
        ] {
            let lifespan = Lifespan::parse(text).unwrap();
            assert_eq!((lifespan.seconds(), lifespan.to_string().as_str()), (seconds, written), "{text}");
        }
        for text in ["", "h", "5", "-5s", "1x", "5s5", "1..5s", " 5s", "1e400h"] {
            assert_eq!(Lifespan::parse(text), None, "{text}");
        }
    }

    #[test]
    fn what_was_written_is_read_again_and_nothing_of_another_type() {
        let registration: Registration = serde_json::from_value(json!({
            "client_name": null, "grant_types": ["client_credentials"], "audience": null, "metadata": { "a": 1 },
            "client_credentials_grant_access_token_lifespan": "10m",
        }))
        .unwrap();
        let again: Registration = serde_json::from_str(&serde_json::to_string(&registration).unwrap()).unwrap();
        assert_eq!(again, registration);
        assert_eq!(again.lifespans.client_credentials_grant_access_token_lifespan.unwrap().seconds(), 600);
        for wrong in [json!({ "client_name": false }), json!({ "audience": "a" }), json!({ "contacts": [1] })] {
            assert!(serde_json::from_value::<Registration>(wrong.clone()).is_err(), "{wrong}");
        }
    }
}
