//! Pairing data: the one text that is pasted into the application.

use base64::{
    Engine as _, alphabet,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig, general_purpose::STANDARD},
};
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::{Moment, OneTimeToken, Secret, moment::ZERO_TIME};

/// Who a one-time token is for. Written in mixed case, as Compass does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum TokenKind {
    Application,
    Runtime,
}

/// What an application needs to pair: a token and where to bring it, plus what Compass tells about the token.
#[derive(Clone, Debug)]
pub struct PairingData {
    pub token: OneTimeToken,
    pub connector_url: String,
    pub created_at: Option<Moment>,
    pub expires_at: Option<Moment>,
    pub kind: TokenKind,
}

/// Why a text is not pairing data.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum PairingDataError {
    #[error("this is neither base64 nor JSON")]
    Encoding,
    #[error("the pairing data has no {0}")]
    Missing(&'static str),
}

/// The eight keys of `raw`, in Compass' order (`director/pkg/graphql/one_time_token.go`). The last is in snake case.
#[derive(Serialize)]
struct RawWritten<'a> {
    token: &'a str,
    #[serde(rename = "connectorURL")]
    connector_url: &'a str,
    used: bool,
    #[serde(rename = "expiresAt")]
    expires_at: String,
    #[serde(rename = "createdAt")]
    created_at: String,
    #[serde(rename = "usedAt")]
    used_at: &'static str,
    #[serde(rename = "type")]
    kind: TokenKind,
    scenario_groups: Option<[String; 0]>,
}

#[derive(Deserialize)]
struct RawRead {
    token: Option<String>,
    #[serde(rename = "connectorURL")]
    connector_url: Option<String>,
    #[serde(rename = "expiresAt")]
    expires_at: Option<String>,
    #[serde(rename = "createdAt")]
    created_at: Option<String>,
    #[serde(rename = "type")]
    kind: Option<TokenKind>,
}

impl PairingData {
    pub fn for_application(token: &OneTimeToken, connector_url: &str, created_at: Moment, expires_at: Moment) -> Self {
        Self {
            token: token.clone(),
            connector_url: connector_url.to_owned(),
            created_at: Some(created_at),
            expires_at: Some(expires_at),
            kind: TokenKind::Application,
        }
    }

    pub fn for_runtime(token: &OneTimeToken, connector_url: &str, created_at: Moment, expires_at: Moment) -> Self {
        Self { kind: TokenKind::Runtime, ..Self::for_application(token, connector_url, created_at, expires_at) }
    }

    /// The JSON text of Compass' field `raw`: compact, eight keys, `&`, `<` and `>` escaped as Go does.
    pub fn raw(&self) -> Secret {
        let time = |at: Option<Moment>| at.map_or_else(|| ZERO_TIME.to_owned(), Moment::rfc3339_precise);
        let written = RawWritten {
            token: self.token.expose(),
            connector_url: &self.connector_url,
            used: false,
            expires_at: time(self.expires_at),
            created_at: time(self.created_at),
            used_at: ZERO_TIME,
            kind: self.kind,
            scenario_groups: (self.kind == TokenKind::Application).then_some([]),
        };
        let json = serde_json::to_string(&written).unwrap_or_default();
        Secret::new(json.replace('&', "\\u0026").replace('<', "\\u003c").replace('>', "\\u003e"))
    }

    /// `raw` in padded standard base64: what is pasted into an application that has a single field.
    pub fn raw_encoded(&self) -> Secret {
        Secret::new(STANDARD.encode(self.raw().expose()))
    }

    /// The legacy link: the configured address with `token=` appended, not URL-encoded, as Compass builds it.
    pub fn legacy_url(&self, base: &str) -> Secret {
        let separator = if base.contains('?') { '&' } else { '?' };
        Secret::new(format!("{base}{separator}token={}", self.token.expose()))
    }

    /// Reads pairing data as a person pastes it: base64 of any alphabet with any line breaks, or the bare JSON.
    /// Unknown keys and any key order are accepted; only `token` and `connectorURL` are needed.
    ///
    /// # Errors
    /// What is missing, or that the text is something else.
    pub fn parse(text: &str) -> Result<Self, PairingDataError> {
        let text = text.trim();
        let raw: RawRead = if text.starts_with('{') {
            serde_json::from_str(text).map_err(|_| PairingDataError::Encoding)?
        } else {
            let compact: String = text
                .split_whitespace()
                .collect::<String>()
                .replace('-', "+")
                .replace('_', "/")
                .trim_end_matches('=')
                .into();
            let bytes = UNPADDED.decode(compact).map_err(|_| PairingDataError::Encoding)?;
            serde_json::from_slice(&bytes).map_err(|_| PairingDataError::Encoding)?
        };
        let at = |text: Option<String>| text.filter(|text| text != ZERO_TIME).and_then(|text| Moment::parse(&text));
        Ok(Self {
            token: OneTimeToken::presented(raw.token.ok_or(PairingDataError::Missing("token"))?),
            connector_url: raw.connector_url.ok_or(PairingDataError::Missing("connectorURL"))?,
            created_at: at(raw.created_at),
            expires_at: at(raw.expires_at),
            kind: raw.kind.unwrap_or(TokenKind::Application),
        })
    }
}

const UNPADDED: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> PairingData {
        let created = Moment::from_unix_millis(1_720_089_840_123);
        let token = OneTimeToken::presented("Zk-_Q==");
        PairingData::for_application(
            &token,
            "https://x.example/connector/graphql?a=1&b=2",
            created,
            created.plus_seconds(300),
        )
    }

    #[test]
    fn raw_has_the_keys_the_order_and_the_escapes_of_compass() {
        assert_eq!(
            sample().raw().expose(),
            "{\"token\":\"Zk-_Q==\",\"connectorURL\":\"https://x.example/connector/graphql?a=1\\u0026b=2\",\"used\":false,\
             \"expiresAt\":\"2024-07-04T10:49:00.123Z\",\"createdAt\":\"2024-07-04T10:44:00.123Z\",\
             \"usedAt\":\"0001-01-01T00:00:00Z\",\"type\":\"Application\",\"scenario_groups\":[]}"
        );
    }

    #[test]
    fn what_is_written_can_be_pasted_back_in_every_form() {
        let data = sample();
        let encoded = data.raw_encoded().expose().to_owned();
        let wrapped =
            encoded.as_bytes().chunks(64).map(|line| String::from_utf8_lossy(line) + "\n").collect::<String>();
        for text in [encoded, wrapped, data.raw().expose().to_owned()] {
            let read = PairingData::parse(&text).unwrap();
            assert_eq!(read.token.expose(), "Zk-_Q==");
            assert_eq!(read.connector_url, data.connector_url);
            assert_eq!(read.expires_at, data.expires_at);
        }
    }

    #[test]
    fn what_is_not_pairing_data_is_named() {
        assert_eq!(PairingData::parse("hello world!").unwrap_err(), PairingDataError::Encoding);
        assert_eq!(PairingData::parse("{\"token\":\"t\"}").unwrap_err(), PairingDataError::Missing("connectorURL"));
    }

    #[test]
    fn a_legacy_link_ends_in_the_token() {
        assert_eq!(sample().legacy_url("https://h/info").expose(), "https://h/info?token=Zk-_Q==");
        assert_eq!(sample().legacy_url("https://h/info?x=1").expose(), "https://h/info?x=1&token=Zk-_Q==");
    }
}
