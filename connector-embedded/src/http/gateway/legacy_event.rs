//! Events in Kyma's own JSON (contracts/legacy-connector.md §4.2). Its errors have a shape of their own.

use axum::{
    extract::{Path, Request, State},
    http::StatusCode,
    response::{IntoResponse, Response},
};
use pairing::Moment;
use serde::Deserialize;
use serde_json::{Value, error::Category, json, value::RawValue};
use uuid::Uuid;

use super::{answer, caller};
use crate::{
    http::{
        Wires,
        body::{self, BodyError, GRAPHQL},
    },
    service::events::LegacyEvent,
};

/// The most an event may weigh, in bytes, as upstream.
pub(super) const EVENT: usize = GRAPHQL;
/// The most a type and the like may have, in bytes; upstream has no bound, but its brokers do.
pub(super) const LONGEST: usize = 1024;

pub(super) async fn publish(State(wires): State<Wires>, Path(app): Path<String>, request: Request) -> Response {
    let application = match caller(&wires, request.extensions(), &app).await {
        Ok(application) => application,
        Err(error) => return error.into_response(),
    };
    let event = match body::read(request.extensions(), EVENT) {
        Ok(bytes) => match read(&bytes) {
            Ok(event) => event,
            Err(refusal) => return refusal.into_response(),
        },
        Err(BodyError::TooLarge) => return Refusal::TooLarge.into_response(),
        Err(BodyError::Broken | BodyError::Slow) => {
            return Refusal::Syntax("unexpected EOF".to_owned()).into_response();
        }
    };
    let id = event.id.clone();
    let taken = match wires.service.center() {
        Ok(center) => center.take_legacy_event(&application, event).await,
        Err(failure) => Err(failure),
    };
    match taken {
        Ok(_) => answer(StatusCode::OK, &json!({ "event-id": id, "status": "", "reason": "" })),
        Err(failure) => {
            let error = super::GatewayError::from(failure);
            Refusal::Failed(error.status).into_response()
        }
    }
}

/// What was sent. Members that are not known are ignored.
#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
struct LegacyJson<'a> {
    event_type: Option<String>,
    event_type_version: Option<String>,
    event_id: Option<String>,
    event_time: Option<String>,
    #[serde(borrow)]
    data: Option<&'a RawValue>,
}

/// The checks are made in this order, and the first that fails is told.
fn read(bytes: &[u8]) -> Result<LegacyEvent, Refusal> {
    let sent: LegacyJson<'_> = serde_json::from_slice(bytes).map_err(|error| {
        Refusal::Syntax(match error.classify() {
            Category::Eof if bytes.is_empty() => "EOF".to_owned(),
            Category::Data => format!("a member has the wrong type at line {} column {}", error.line(), error.column()),
            Category::Eof | Category::Syntax | Category::Io => error.to_string(),
        })
    })?;
    let present = |field, value: Option<String>| match value.filter(|text| !text.is_empty()) {
        Some(text) if text.len() > LONGEST => Err(Refusal::Invalid(field)),
        value => value.ok_or(Refusal::Missing(field)),
    };
    let kind = present("event-type", sent.event_type)?;
    let version = present("event-type-version", sent.event_type_version)?;
    if !version.contains(|c: char| c.is_ascii_alphanumeric()) {
        return Err(Refusal::Invalid("event-type-version"));
    }
    let time = present("event-time", sent.event_time)?;
    // Our reader takes a blank or small letters too, as RFC 3339 allows; Go's does not, and the text is passed on.
    if Moment::parse(&time).is_none() || time.as_bytes().get(10) != Some(&b'T') || time.ends_with('z') {
        return Err(Refusal::Invalid("event-time"));
    }
    let id = match sent.event_id.filter(|id| !id.is_empty()) {
        Some(id) if is_uuid(&id) => id,
        Some(_) => return Err(Refusal::Invalid("event-id")),
        None => Uuid::new_v4().to_string(),
    };
    let data = sent.data.map(RawValue::get).filter(|data| *data != "\"\"").ok_or(Refusal::Missing("data"))?;
    Ok(LegacyEvent { id, kind, version, time, data: data.as_bytes().to_vec() })
}

/// In groups with dashes, and in no other way of writing it.
fn is_uuid(text: &str) -> bool {
    text.len() == 36 && Uuid::try_parse(text).is_ok()
}

/// Why an event is not taken.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Refusal {
    Missing(&'static str),
    Invalid(&'static str),
    Syntax(String),
    TooLarge,
    Failed(StatusCode),
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let (status, body) = match self {
            Self::Missing(field) => (StatusCode::BAD_REQUEST, violation(field, "missing_field", "Missing field")),
            Self::Invalid(field) => (StatusCode::BAD_REQUEST, violation(field, "invalid_field", "Invalid field")),
            Self::Syntax(detail) => (
                StatusCode::BAD_REQUEST,
                json!({
                    "status": 400, "type": "bad_payload_syntax", "message": "Bad payload syntax", "moreInfo": detail,
                }),
            ),
            Self::TooLarge => (
                StatusCode::PAYLOAD_TOO_LARGE,
                json!({
                    "status": 413, "type": "request_body_too_large", "message": "Request body too large",
                    "moreInfo": "http: request body too large",
                }),
            ),
            Self::Failed(status) => (
                status,
                json!({
                    "status": status.as_u16(), "type": "internal_server", "message": "Internal server error",
                }),
            ),
        };
        answer(status, &body)
    }
}

fn violation(field: &str, kind: &str, message: &str) -> Value {
    json!({
        "status": 400, "type": "validation_violation", "message": message,
        "details": [{ "field": field, "type": kind, "message": message }],
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(body: &str) -> Refusal {
        read(body.as_bytes()).unwrap_err()
    }

    #[test]
    fn checks_come_in_the_order_of_the_contract() {
        let id = "11111111-2222-3333-4444-555555555555";
        let cases = [
            (r#"{"event-id":"x"}"#.to_owned(), Refusal::Missing("event-type")),
            (r#"{"event-type":"a","event-time":"x"}"#.to_owned(), Refusal::Missing("event-type-version")),
            (r#"{"event-type":"a","event-type-version":".-"}"#.to_owned(), Refusal::Invalid("event-type-version")),
            (r#"{"event-type":"a","event-type-version":"v1","event-id":"x"}"#.to_owned(), Refusal::Missing("event-time")),
            (
                r#"{"event-type":"a","event-type-version":"v1","event-time":"2020-02-03 04:05:06Z","event-id":"x"}"#.to_owned(),
                Refusal::Invalid("event-time"),
            ),
            (
                r#"{"event-type":"a","event-type-version":"v1","event-time":"2020-02-30","event-id":"x"}"#.to_owned(),
                Refusal::Invalid("event-time"),
            ),
            (
                r#"{"event-type":"a","event-type-version":"v1","event-time":"2020-02-03T04:05:06.7+02:00","event-id":"11111111222233334444555555555555"}"#
                    .to_owned(),
                Refusal::Invalid("event-id"),
            ),
            (
                format!(r#"{{"event-type":"a","event-type-version":"v1","event-time":"2020-02-03T04:05:06Z","event-id":"{id}","data":null}}"#),
                Refusal::Missing("data"),
            ),
            (
                r#"{"event-type":"a","event-type-version":"v1","event-time":"2020-02-03T04:05:06Z","data":""}"#.to_owned(),
                Refusal::Missing("data"),
            ),
        ];
        for (body, expected) in cases {
            assert_eq!(refusal(&body), expected, "{body}");
        }
        for body in ["", "{", "[]", r#"{"event-type":7}"#] {
            assert!(matches!(refusal(body), Refusal::Syntax(_)), "{body}");
        }
    }

    #[test]
    fn data_stays_as_it_was_sent() {
        let body =
            br#"{"event-type":"a","event-type-version":"v1","event-time":"2020-02-03T04:05:06Z","event-tracing":{},
            "data":{"b": 1.50, "a":[]}}"#;
        let event = read(body).unwrap();
        assert_eq!(event.data, br#"{"b": 1.50, "a":[]}"#);
        assert!(is_uuid(&event.id));
    }
}
