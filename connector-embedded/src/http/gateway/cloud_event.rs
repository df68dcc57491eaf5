//! CloudEvents over HTTP: structured and binary mode, versions 1.0 and 0.3. The SDK reads them and judges most of it; what
//! an event carries is kept as it was sent, which the SDK would write anew.

use std::collections::BTreeMap;

use axum::{
    extract::{Path, Request, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse as _, Response},
};
use cloudevents::{AttributesReader as _, Data, Event, binding::http::to_event, event::SpecVersion};
use serde::Deserialize;
use serde_json::value::RawValue;

use super::{
    caller,
    legacy_event::{EVENT, LONGEST},
};
use crate::{
    http::{Wires, body},
    service::events::{EventWire, NewEvent},
};

pub(super) async fn publish(State(wires): State<Wires>, Path(app): Path<String>, request: Request) -> Response {
    let application = match caller(&wires, request.extensions(), &app).await {
        Ok(application) => application,
        Err(error) => return error.into_response(),
    };
    let event = match body::read(request.extensions(), EVENT) {
        Ok(bytes) => read(request.headers(), bytes.to_vec()),
        Err(error) => Err((error.status(), error.message(EVENT))),
    };
    let event = match event {
        Ok(event) => event,
        Err((status, why)) => return (status, format!("{why}\n")).into_response(),
    };
    let taken = match wires.service.center() {
        Ok(center) => center.take_event(&application, event).await,
        Err(failure) => Err(failure),
    };
    match taken {
        Ok(_) => StatusCode::NO_CONTENT.into_response(),
        Err(failure) => super::GatewayError::from(failure).into_response(),
    }
}

/// Attributes and extensions by their names.
type Attributes = BTreeMap<String, String>;

/// Why an event is not taken, for whoever sent it.
type Refusal = (StatusCode, String);

fn refuse(why: impl Into<String>) -> Refusal {
    (StatusCode::BAD_REQUEST, why.into())
}

fn read(headers: &HeaderMap, body: Vec<u8>) -> Result<NewEvent, Refusal> {
    let content_type = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let content_type = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let wire = match content_type.as_str() {
        "application/cloudevents+json" => EventWire::Structured,
        batch if batch.starts_with("application/cloudevents-batch") => {
            let why = "Batches of events are not taken. Send every event in a request of its own.";
            return Err((StatusCode::UNSUPPORTED_MEDIA_TYPE, why.to_owned()));
        }
        other if other.starts_with("application/cloudevents") => {
            let why = "Of the structured formats only application/cloudevents+json is taken.";
            return Err((StatusCode::UNSUPPORTED_MEDIA_TYPE, why.to_owned()));
        }
        _ if headers.contains_key("ce-specversion") => EventWire::Binary,
        _ => {
            return Err(refuse(
                "This is no CloudEvent: send application/cloudevents+json, or the headers ce-specversion, ce-id, \
                 ce-source and ce-type.",
            ));
        }
    };
    let (event, mut attributes) = match wire {
        EventWire::Structured => {
            let event: Event = serde_json::from_slice(&body).map_err(|error| invalid(&error.to_string()))?;
            (event, members(&body)?)
        }
        EventWire::Binary | EventWire::Legacy => {
            // Without the body: it is the data, whatever it is.
            let event = to_event(headers, Vec::new()).map_err(|error| invalid(&error.to_string()))?;
            (event, from_headers(headers)?)
        }
    };
    check(&event, &attributes)?;
    let data = match wire {
        EventWire::Structured => data(&event, &body),
        EventWire::Binary | EventWire::Legacy => body,
    };
    modernise(&mut attributes);
    if wire == EventWire::Structured && matches!(event.data(), Some(Data::Json(_))) {
        // What is not said is JSON there (JSON format §3.1); on the way to a subscriber it has to be said.
        attributes.entry("datacontenttype".to_owned()).or_insert_with(|| "application/json".to_owned());
    }
    Ok(NewEvent { wire, attributes, data })
}

fn invalid(why: &str) -> Refusal {
    refuse(format!("invalid event: {why}"))
}

/// The attributes in headers, without their percent-encoding (HTTP binding §3.1.3.2), which the SDK leaves in.
fn from_headers(headers: &HeaderMap) -> Result<Attributes, Refusal> {
    let mut attributes = Attributes::new();
    for (header, value) in headers {
        let Some(name) = header.as_str().strip_prefix("ce-") else { continue };
        let value = value.to_str().ok().and_then(percent_decoded);
        let value = value.ok_or_else(|| invalid(&format!("the header {header} is not percent-encoded UTF-8")))?;
        if attributes.insert(name.to_owned(), value).is_some() {
            return Err(invalid(&format!("the header {header} comes twice")));
        }
    }
    if let Some(kind) = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()) {
        attributes.insert("datacontenttype".to_owned(), kind.to_owned());
    }
    Ok(attributes)
}

/// The attributes of a structured event: its members but for the data.
fn members(body: &[u8]) -> Result<Attributes, Refusal> {
    let members: BTreeMap<String, &RawValue> =
        serde_json::from_slice(body).map_err(|error| invalid(&error.to_string()))?;
    let attributes = members.into_iter().filter(|(name, _)| name != "data" && name != "data_base64");
    let attributes = attributes.filter(|(_, value)| value.get() != "null").map(|(name, value)| {
        // Numbers and truth values as they are written.
        let text = serde_json::from_str::<String>(value.get()).unwrap_or_else(|_| value.get().to_owned());
        (name, text)
    });
    Ok(attributes.collect())
}

/// What the SDK lets through.
fn check(event: &Event, attributes: &Attributes) -> Result<(), Refusal> {
    for (name, value) in [("id", event.id()), ("source", event.source()), ("type", event.ty())] {
        if value.is_empty() {
            return Err(invalid(&format!("{name} is empty")));
        }
        if value.len() > LONGEST {
            return Err(invalid(&format!("{name} is longer than {LONGEST} bytes")));
        }
    }
    for (name, value) in attributes {
        if name.is_empty() || !name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit()) {
            let why = format!("the attribute {name:.64} must be named with lower-case letters and digits only");
            return Err(invalid(&why));
        }
        if value.contains(char::is_control) {
            return Err(invalid(&format!("{name} has a control character")));
        }
    }
    Ok(())
}

/// Version 0.3 in the words of 1.0.
fn modernise(attributes: &mut Attributes) {
    if attributes.get("specversion").is_some_and(|version| version == "0.3") {
        attributes.insert("specversion".to_owned(), "1.0".to_owned());
        attributes.remove("datacontentencoding");
        if let Some(schema) = attributes.remove("schemaurl") {
            attributes.insert("dataschema".to_owned(), schema);
        }
    }
}

/// What a structured event carries: JSON as it is written there, anything else as what it stands for.
fn data(event: &Event, body: &[u8]) -> Vec<u8> {
    #[derive(Deserialize)]
    struct Carried<'a> {
        #[serde(borrow)]
        data: Option<&'a RawValue>,
    }

    match event.data() {
        Some(Data::Json(value)) => {
            let carried = serde_json::from_slice::<Carried<'_>>(body).ok().and_then(|carried| carried.data);
            let base64 = event.specversion() == SpecVersion::V03
                && members(body).is_ok_and(|members| members.get("datacontentencoding").is_some_and(|e| e == "base64"));
            match carried.filter(|_| !base64) {
                Some(raw) => raw.get().as_bytes().to_vec(),
                None => value.to_string().into_bytes(),
            }
        }
        Some(Data::String(text)) => text.clone().into_bytes(),
        Some(Data::Binary(bytes)) => bytes.clone(),
        None => Vec::new(),
    }
}

fn percent_decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&byte, after)) = rest.split_first() {
        // A percent sign that begins no such pair stands for itself, as the binding wants it.
        let pair = after.get(..2).filter(|pair| byte == b'%' && pair.iter().all(u8::is_ascii_hexdigit));
        let decoded =
            pair.and_then(|pair| std::str::from_utf8(pair).ok()).and_then(|pair| u8::from_str_radix(pair, 16).ok());
        bytes.push(decoded.unwrap_or(byte));
        rest = if decoded.is_some() { &after[2..] } else { after };
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderName, HeaderValue};

    use super::*;

    fn headers(pairs: &[(&str, &str)]) -> HeaderMap {
        let pair = |(name, value): &(&str, &str)| {
            (HeaderName::try_from(*name).unwrap(), HeaderValue::from_bytes(value.as_bytes()).unwrap())
        };
        pairs.iter().map(pair).collect()
    }

    fn structured(body: &str) -> Result<NewEvent, Refusal> {
        read(&headers(&[("content-type", "application/cloudevents+json; charset=utf-8")]), body.as_bytes().to_vec())
    }

    const BINARY: [(&str, &str); 5] = [
        ("content-type", "application/json"),
        ("ce-specversion", "1.0"),
        ("ce-id", "1"),
        ("ce-source", "shop"),
        ("ce-type", "order.created.v1"),
    ];

    #[test]
    fn a_structured_event_keeps_its_data_as_written() {
        let event = structured(
            r#"{"specversion":"1.0","id":"1","source":"/shop","type":"order.created.v1","eventtypeversion":"v1",
                "time":"2020-02-03T04:05:06.70+02:00","number":7,"flag":true,"nothing":null,"data":{"b": 1.50, "a":2}}"#,
        )
        .unwrap();
        assert_eq!(event.data, br#"{"b": 1.50, "a":2}"#);
        let found: Vec<_> = event.attributes.iter().map(|(name, value)| format!("{name}={value}")).collect();
        assert_eq!(
            found,
            [
                "datacontenttype=application/json",
                "eventtypeversion=v1",
                "flag=true",
                "id=1",
                "number=7",
                "source=/shop",
                "specversion=1.0",
                "time=2020-02-03T04:05:06.70+02:00",
                "type=order.created.v1"
            ]
        );
        let text = structured(
            r#"{"specversion":"1.0","id":"1","source":"s","type":"t","datacontenttype":"text/plain","data":"a\nb"}"#,
        );
        assert_eq!(text.unwrap().data, b"a\nb");
        let binary = structured(
            r#"{"specversion":"1.0","id":"1","source":"s","type":"t","datacontenttype":"image/png","data_base64":"AP8="}"#,
        );
        assert_eq!(binary.unwrap().data, [0, 255]);
    }

    #[test]
    fn version_0_3_becomes_1_0() {
        let event = structured(
            r#"{"specversion":"0.3","id":"1","source":"s","type":"t","schemaurl":"http://x/y","datacontenttype":"application/json",
                "datacontentencoding":"base64","data":"eyJhIjoxfQ=="}"#,
        )
        .unwrap();
        assert_eq!(event.data, br#"{"a":1}"#);
        assert_eq!(event.attributes["specversion"], "1.0");
        assert_eq!(event.attributes["dataschema"], "http://x/y");
        assert!(!event.attributes.contains_key("datacontentencoding"));
    }

    #[test]
    fn a_binary_event_is_its_headers_and_its_body() {
        let mut sent = headers(&BINARY);
        sent.insert("ce-subject", HeaderValue::from_static("100%25 %C3%BC %zz"));
        let event = read(&sent, b"not json".to_vec()).unwrap();
        assert_eq!((event.wire, event.data.as_slice()), (EventWire::Binary, &b"not json"[..]));
        assert_eq!(event.attributes["subject"], "100% \u{fc} %zz");
        assert_eq!(event.attributes["datacontenttype"], "application/json");
    }

    #[test]
    fn what_is_no_event_is_refused_with_a_reason() {
        for (missing, _) in &BINARY[1..] {
            let mut sent = headers(&BINARY);
            sent.remove(*missing);
            let (status, why) = read(&sent, Vec::new()).unwrap_err();
            assert_eq!(status, StatusCode::BAD_REQUEST, "{why}");
        }
        let frame = |more: &str| format!(r#"{{"specversion":"1.0","source":"s","type":"t",{more}}}"#);
        for bad in [
            "",
            "{}",
            &frame(r#""id":"""#),
            &frame(r#""id":"1","Upper":"x""#),
            &frame(r#""id":"1","time":"yesterday""#),
            &frame(r#""id":"1","specversion":"9.9""#),
            &frame(r#""id":"1","ext":"a\nb""#),
        ] {
            assert_eq!(structured(bad).unwrap_err().0, StatusCode::BAD_REQUEST, "{bad}");
        }
        let batch =
            read(&headers(&[("content-type", "application/cloudevents-batch+json")]), b"[]".to_vec()).unwrap_err();
        assert_eq!(batch.0, StatusCode::UNSUPPORTED_MEDIA_TYPE);
        assert!(batch.1.contains("request of its own"));
    }
}
