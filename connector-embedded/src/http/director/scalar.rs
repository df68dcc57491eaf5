//! Scalars of Compass' schema that GraphQL does not have.
#![expect(clippy::wildcard_enum_match_arm, reason = "a scalar takes some kinds of value and refuses all others")]

use async_graphql::{InputValueError, InputValueResult, Scalar, ScalarType, Value};
use pairing::Moment;
use serde_json::{Map, Value as Json};

macro_rules! text_scalar {
    ($(#[$doc:meta])* $name:ident = $public:literal) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub(crate) struct $name(pub(crate) String);

        #[Scalar(name = $public)]
        impl ScalarType for $name {
            fn parse(value: Value) -> InputValueResult<Self> {
                match value {
                    Value::String(text) => Ok(Self(text)),
                    other => Err(InputValueError::expected_type(other)),
                }
            }

            fn to_value(&self) -> Value {
                Value::String(self.0.clone())
            }
        }
    };
}

text_scalar! {
    /// An opaque place in a list.
    PageCursor = "PageCursor"
}

text_scalar! {
    /// A long text.
    Clob = "CLOB"
}

text_scalar! {
    /// A string that holds a JSON schema.
    JsonSchema = "JSONSchema"
}

/// A point in time: RFC 3339 without fractions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Timestamp(pub(crate) Moment);

#[Scalar]
impl ScalarType for Timestamp {
    fn parse(value: Value) -> InputValueResult<Self> {
        match &value {
            Value::String(text) => Moment::parse(text).map(Self).ok_or_else(|| InputValueError::expected_type(value)),
            _ => Err(InputValueError::expected_type(value)),
        }
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.rfc3339())
    }
}

impl Timestamp {
    pub(crate) fn from_millis(millis: i64) -> Self {
        Self(Moment::from_unix_millis(millis))
    }

    /// How Compass writes "not yet": Go's zero time.
    pub(crate) fn zero() -> Self {
        // 0001-01-01T00:00:00Z in milliseconds before 1970.
        Self::from_millis(-62_135_596_800_000)
    }
}

/// A JSON object of labels.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Labels(pub(crate) Map<String, Json>);

#[Scalar]
impl ScalarType for Labels {
    fn parse(value: Value) -> InputValueResult<Self> {
        match value.into_json() {
            Ok(Json::Object(labels)) => Ok(Self(labels)),
            Ok(_) | Err(_) => Err(InputValueError::custom("Labels must be an object")),
        }
    }

    fn to_value(&self) -> Value {
        Value::from_json(Json::Object(self.0.clone())).unwrap_or_default()
    }
}

/// Any JSON value.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Any(pub(crate) Json);

#[Scalar]
impl ScalarType for Any {
    fn parse(value: Value) -> InputValueResult<Self> {
        value.into_json().map(Self).map_err(InputValueError::from)
    }

    fn to_value(&self) -> Value {
        Value::from_json(self.0.clone()).unwrap_or_default()
    }
}

/// A string that holds a JSON document. On input the document itself is taken as well.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct JsonText(pub(crate) Json);

#[Scalar(name = "JSON")]
impl ScalarType for JsonText {
    fn parse(value: Value) -> InputValueResult<Self> {
        match value {
            Value::String(text) if text.trim().is_empty() => Ok(Self(Json::Null)),
            Value::String(text) => serde_json::from_str(&text)
                .map(Self)
                .map_err(|error| InputValueError::custom(format!("the string must hold a JSON document: {error}"))),
            other => other.into_json().map(Self).map_err(InputValueError::from),
        }
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.to_string())
    }
}

/// The type of a way to authenticate, as the pairing proposal writes its input: `{ type: "CLIENT_CERTIFICATE" }`.
/// The proposal's two pages disagree, so the bare name is taken as well.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct AuthTypeInput(pub(crate) String);

#[Scalar]
impl ScalarType for AuthTypeInput {
    fn parse(value: Value) -> InputValueResult<Self> {
        match value {
            Value::String(name) => Ok(Self(name)),
            Value::Enum(name) => Ok(Self(name.to_string())),
            Value::Object(mut fields) if fields.len() == 1 => match fields.swap_remove("type") {
                Some(Value::String(name)) => Ok(Self(name)),
                Some(Value::Enum(name)) => Ok(Self(name.to_string())),
                _ => Err(InputValueError::custom("AuthTypeInput must be { type: \"…\" }")),
            },
            _ => Err(InputValueError::custom("AuthTypeInput must be { type: \"…\" }")),
        }
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.clone())
    }
}
