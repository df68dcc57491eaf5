//! A one-time token as it is handed out. With the header `suggest_token` its text may be any of three forms
//! (contracts/compass.md §1.21): the token itself, the pairing data, or the legacy link. The real token is in all of them.

use pairing::{Moment, PairingData, Secret};

use super::{operations::*, wire};
use crate::calls::Form;

/// A one-time token and the forms that only the Director can make.
#[derive(Debug)]
pub(crate) struct NewToken {
    pub(crate) token: Secret,
    pub(crate) raw_encoded: Option<Secret>,
    pub(crate) legacy_url: Option<Secret>,
    /// `None`: the pairing adapter of an integration system made the token; it says neither where the token goes nor how
    /// long it lives, and what the Director says of both is not true for it.
    pub(crate) connector_url: Option<String>,
    pub(crate) created_at: Option<Moment>,
    pub(crate) expires_at: Option<Moment>,
    /// What the Director proposes to hand over; `None`: it does not say.
    pub(crate) suggested: Option<Form>,
}

/// The fields of the answer.
struct Received {
    token: String,
    raw_encoded: Option<String>,
    legacy_url: Option<String>,
    connector_url: String,
    created_at: Option<String>,
    expires_at: String,
}

impl From<Received> for NewToken {
    fn from(received: Received) -> Self {
        let filled = |text: Option<String>| text.filter(|text| !text.is_empty());
        let raw_encoded = filled(received.raw_encoded);
        // A Director without a legacy address gives the bare token instead.
        let legacy_url = filled(received.legacy_url).filter(|url| is_address(url));
        let inside = || raw_encoded.as_deref().and_then(|text| PairingData::parse(text).ok());
        let (token, suggested) = if raw_encoded.as_ref() == Some(&received.token) {
            let token = inside().map(|data| data.token.expose().to_owned());
            (token, Some(Form::PairingData))
        } else if is_address(&received.token) {
            let token = inside().map(|data| data.token.expose().to_owned());
            (token.or_else(|| token_of(&received.token)), Some(Form::LegacyUrl))
        } else {
            (None, None)
        };
        let from_adapter = received.connector_url.is_empty();
        let unless = |text: Option<String>| text.filter(|_| !from_adapter).map(Secret::new);
        Self {
            token: Secret::new(token.unwrap_or(received.token)),
            raw_encoded: unless(raw_encoded),
            legacy_url: unless(legacy_url),
            connector_url: (!from_adapter).then_some(received.connector_url),
            created_at: received.created_at.as_deref().and_then(wire::moment),
            expires_at: wire::moment(&received.expires_at).filter(|_| !from_adapter),
            suggested: suggested.filter(|_| !from_adapter),
        }
    }
}

fn is_address(text: &str) -> bool {
    text.starts_with("https://") || text.starts_with("http://")
}

/// It stands at the end of the link, as it is: not URL-encoded.
fn token_of(link: &str) -> Option<String> {
    let (_, token) = link.rsplit_once("token=")?;
    (!token.is_empty()).then(|| token.to_owned())
}

macro_rules! tokens {
    ($($operation:ident)*) => {$(
        impl From<$operation::Token> for NewToken {
            fn from(token: $operation::Token) -> Self {
                Received {
                    token: token.token,
                    raw_encoded: token.raw_encoded,
                    legacy_url: Some(token.legacy_connector_url),
                    connector_url: token.connector_url,
                    created_at: token.created_at,
                    expires_at: token.expires_at,
                }
                .into()
            }
        }
    )*};
}

tokens! { generate_auth request_token }

impl From<request_runtime_token::RequestRuntimeTokenRequestOneTimeTokenForRuntime> for NewToken {
    fn from(token: request_runtime_token::RequestRuntimeTokenRequestOneTimeTokenForRuntime) -> Self {
        Received {
            token: token.token,
            raw_encoded: token.raw_encoded,
            legacy_url: None,
            connector_url: token.connector_url,
            created_at: token.created_at,
            expires_at: token.expires_at,
        }
        .into()
    }
}

#[cfg(test)]
mod tests {
    use pairing::OneTimeToken;

    use super::*;

    const CONNECTOR: &str = "https://c.example/connector/graphql";

    fn received(suggest: fn(&PairingData) -> Secret) -> (Received, String) {
        let (token, now) = (OneTimeToken::generate(), Moment::from_unix_seconds(1_720_089_840));
        let data = PairingData::for_application(&token, CONNECTOR, now, now.plus_seconds(300));
        let received = Received {
            token: suggest(&data).expose().to_owned(),
            raw_encoded: Some(data.raw_encoded().expose().to_owned()),
            legacy_url: Some(data.legacy_url("https://c.example/info").expose().to_owned()),
            connector_url: CONNECTOR.into(),
            created_at: Some(now.rfc3339()),
            expires_at: now.plus_seconds(300).rfc3339(),
        };
        (received, token.expose().to_owned())
    }

    #[test]
    fn the_real_token_is_found_in_every_suggested_form() {
        type Suggest = fn(&PairingData) -> Secret;
        let cases: [(Suggest, Option<Form>); 3] = [
            (|data| Secret::new(data.token.expose()), None),
            (PairingData::raw_encoded, Some(Form::PairingData)),
            (|data| data.legacy_url("https://c.example/info"), Some(Form::LegacyUrl)),
        ];
        for (suggest, wanted) in cases {
            let (answer, real) = received(suggest);
            let token = NewToken::from(answer);
            assert_eq!((token.token.expose(), token.suggested), (real.as_str(), wanted));
            assert!(token.raw_encoded.is_some() && token.legacy_url.is_some() && token.expires_at.is_some());
        }
        let (answer, real) = received(|data| data.legacy_url("https://c.example/info"));
        let token = NewToken::from(Received { raw_encoded: None, ..answer });
        assert_eq!(token.token.expose(), real, "from the link itself");
    }

    #[test]
    fn what_an_adapter_made_goes_nowhere_and_has_no_end() {
        let (answer, _) = received(|_| Secret::new("{\"anything\": 1}"));
        let token = NewToken::from(Received { connector_url: String::new(), ..answer });
        assert_eq!(token.token.expose(), "{\"anything\": 1}");
        assert!(token.connector_url.is_none() && token.expires_at.is_none() && token.legacy_url.is_none());
        assert!(token.raw_encoded.is_none() && token.suggested.is_none());
    }

    #[test]
    fn a_director_without_legacy_links_has_none() {
        let (answer, real) = received(|data| Secret::new(data.token.expose()));
        let token = NewToken::from(Received { legacy_url: Some(real), ..answer });
        assert!(token.legacy_url.is_none());
    }
}
