//! A service as an application describes it, and as it is kept and read back.
//!
//! The credentials of an application's API are real secrets, and nothing here ever calls that API. So their values are
//! not kept at all: where one was there is a mask, which also says that there was one, beside what is not secret (the kind,
//! the addresses). Values of headers and query parameters whose name says that they are secret are treated alike.
//!
//! Specifications are megabytes: they are borrowed from the request and never taken apart.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

/// What is read back where a secret was; sent back, it means "as it was".
pub(crate) const MASK: &str = "********";

/// What `POST` and `PUT` bring. Members that are not known are ignored; null counts as absent.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Definition<'a> {
    pub(super) provider: Option<String>,
    pub(super) name: Option<String>,
    pub(super) description: Option<String>,
    pub(super) short_description: Option<String>,
    pub(super) identifier: Option<String>,
    pub(super) labels: Option<BTreeMap<String, String>>,
    #[serde(borrow)]
    pub(super) api: Option<NewApi<'a>>,
    #[serde(borrow)]
    pub(super) events: Option<NewEvents<'a>>,
    pub(super) documentation: Option<NewDocumentation>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct NewApi<'a> {
    pub(super) target_url: Option<String>,
    #[serde(borrow)]
    pub(super) spec: Option<&'a RawValue>,
    pub(super) specification_url: Option<String>,
    pub(super) api_type: Option<String>,
    pub(super) credentials: Option<Credentials>,
    pub(super) request_parameters: Option<Parameters>,
    pub(super) specification_credentials: Option<Credentials>,
    pub(super) specification_request_parameters: Option<Parameters>,
    pub(super) headers: Option<Values>,
    pub(super) query_parameters: Option<Values>,
}

#[derive(Debug, Deserialize)]
pub(super) struct NewEvents<'a> {
    #[serde(borrow)]
    pub(super) spec: Option<&'a RawValue>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct NewDocumentation {
    pub(super) display_name: Option<String>,
    pub(super) description: Option<String>,
    #[serde(rename = "type")]
    pub(super) kind: Option<String>,
    pub(super) tags: Option<Vec<String>>,
    pub(super) docs: Option<Vec<NewDocument>>,
}

#[derive(Debug, Deserialize)]
pub(super) struct NewDocument {
    pub(super) title: Option<String>,
    #[serde(rename = "type")]
    pub(super) kind: Option<String>,
    pub(super) source: Option<String>,
}

/// An API as it is kept and read back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Api {
    pub(crate) target_url: String,
    /// `ODATA` or `OPEN_API`.
    pub(crate) api_type: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) specification_url: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) credentials: Option<Credentials>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) request_parameters: Option<Parameters>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) specification_credentials: Option<Credentials>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) specification_request_parameters: Option<Parameters>,
    /// The older way to say [`Self::request_parameters`]; both are read back.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) headers: Option<Values>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) query_parameters: Option<Values>,
}

/// One of them, or none.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Credentials {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) oauth: Option<OAuth>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) basic: Option<Basic>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) certificate_gen: Option<CertificateGen>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct OAuth {
    #[serde(default, deserialize_with = "null_is_empty")]
    pub(crate) url: String,
    #[serde(default)]
    pub(super) client_id: Masked,
    #[serde(default)]
    pub(super) client_secret: Masked,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) request_parameters: Option<Parameters>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) csrf_info: Option<CsrfInfo>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Basic {
    #[serde(default)]
    pub(super) username: Masked,
    #[serde(default)]
    pub(super) password: Masked,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) csrf_info: Option<CsrfInfo>,
}

/// The gateway would make a key and a certificate. There is no gateway to the application here, so there is none.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct CertificateGen {
    #[serde(default, deserialize_with = "null_is_empty", skip_serializing_if = "String::is_empty")]
    pub(crate) common_name: String,
    #[serde(default, deserialize_with = "null_is_empty", skip_serializing_if = "String::is_empty")]
    pub(super) certificate: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) csrf_info: Option<CsrfInfo>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct CsrfInfo {
    #[serde(default, deserialize_with = "null_is_empty", rename = "tokenEndpointURL")]
    pub(crate) token_endpoint_url: String,
}

/// Values by their name.
pub(super) type Values = BTreeMap<String, Vec<String>>;

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Parameters {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) headers: Option<Values>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) query_parameters: Option<Values>,
}

/// Documentation as it is kept; its documents are apart.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Documentation {
    pub(crate) display_name: String,
    pub(crate) description: String,
    #[serde(rename = "type")]
    pub(crate) kind: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) tags: Option<Vec<String>>,
}

fn null_is_empty<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    Ok(Option::<String>::deserialize(deserializer)?.unwrap_or_default())
}

/// A secret that is looked at and let go: what remains of it is whether it was empty, a mask, or a value.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Masked {
    #[default]
    Empty,
    /// It was a mask already when it came.
    AsItWas,
    Given,
}

impl<'de> Deserialize<'de> for Masked {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = zeroize::Zeroizing::new(Option::<String>::deserialize(deserializer)?.unwrap_or_default());
        Ok(match text.as_str() {
            "" => Self::Empty,
            MASK => Self::AsItWas,
            _ => Self::Given,
        })
    }
}

impl Serialize for Masked {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(match self {
            Self::Empty => "",
            Self::AsItWas | Self::Given => MASK,
        })
    }
}

impl Credentials {
    /// The name of the way to authenticate.
    pub(crate) const fn kind(&self) -> Option<&'static str> {
        match self {
            Self { oauth: Some(_), .. } => Some("oauth"),
            Self { basic: Some(_), .. } => Some("basic"),
            Self { certificate_gen: Some(_), .. } => Some("certificateGen"),
            Self { oauth: None, basic: None, certificate_gen: None } => None,
        }
    }

    pub(super) fn ways(&self) -> usize {
        [self.oauth.is_some(), self.basic.is_some(), self.certificate_gen.is_some()]
            .into_iter()
            .filter(|on| *on)
            .count()
    }

    pub(crate) fn csrf_info(&self) -> Option<&CsrfInfo> {
        let oauth = self.oauth.as_ref().and_then(|oauth| oauth.csrf_info.as_ref());
        let basic = self.basic.as_ref().and_then(|basic| basic.csrf_info.as_ref());
        oauth.or(basic).or_else(|| self.certificate_gen.as_ref().and_then(|generated| generated.csrf_info.as_ref()))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn no_secret_survives_reading() {
        let sent = json!({
            "oauth": { "url": "https://x/token", "clientId": "id-1234", "clientSecret": "hush-1234" },
            "basic": { "username": "anna-1234", "password": "********" },
        });
        let read: Credentials = serde_json::from_value(sent).unwrap();
        assert_eq!(read.oauth.as_ref().unwrap().client_secret, Masked::Given);
        assert_eq!(read.basic.as_ref().unwrap().password, Masked::AsItWas);
        let kept = serde_json::to_string(&read).unwrap();
        assert!(!kept.contains("1234") && kept.contains(MASK) && kept.contains("https://x/token"), "{kept}");
        assert!(!format!("{read:?}").contains("1234"));
    }
}
