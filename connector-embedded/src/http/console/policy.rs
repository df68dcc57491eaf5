//! The policy: what certificates must look like, how long they last, what a revocation stops.

use axum::{
    Json, Router,
    extract::{Request, State},
    response::IntoResponse as _,
    routing::get,
};
use pairing::Failure;
use serde_json::{Value, json};

use super::{Answer, error::ConsoleError, read_object};
use crate::{
    http::Wires,
    service::policy::{FieldError, Policy, PolicyRefusal},
};

pub(super) fn routes() -> Router<Wires> {
    Router::new().route("/console/v1/policy", get(show).put(replace))
}

async fn show(State(wires): State<Wires>) -> Answer {
    let now = wires.service.clock.now().rfc3339_precise();
    let (policy, fixed) = (wires.service.policy(), wires.service.settings.fixed.names());
    Ok(Json(json!({ "policy": *policy, "fixed": fixed, "now": now })).into_response())
}

async fn replace(State(wires): State<Wires>, request: Request) -> Answer {
    let sent = Value::Object(read_object(&request)?);
    let (wanted, mut errors) = fitted(&sent, &wires.service.policy()).map_err(Failure::internal)?;
    if !errors.is_empty() {
        // What fits is judged too, so that nobody has to come twice.
        let misfits: Vec<_> = errors.iter().map(|error| error.field.clone()).collect();
        let others = wires.service.policy_errors(&wanted).into_iter();
        errors.extend(others.filter(|error| !misfits.contains(&error.field)));
        return Err(ConsoleError::fields(errors));
    }
    match wires.service.set_policy(wanted).await {
        Ok(()) => show(State(wires)).await,
        Err(PolicyRefusal::Fields(errors)) => Err(ConsoleError::fields(errors)),
        Err(PolicyRefusal::Failed(failure)) => Err(failure.into()),
    }
}

/// What a field must be before its value can be judged.
#[derive(Clone, Copy)]
enum Kind {
    Text,
    Texts,
    Seconds,
    Count,
    Mode,
}

const FIELDS: [(&str, Kind); 14] = [
    ("subject.organization", Kind::Text),
    ("subject.organizationalUnit", Kind::Text),
    ("subject.locality", Kind::Text),
    ("subject.province", Kind::Text),
    ("subject.country", Kind::Text),
    ("keys.rsaMinimumBits", Kind::Count),
    ("keys.rsaMaximumBits", Kind::Count),
    ("keys.curves", Kind::Texts),
    ("lifetimes.applicationSeconds", Kind::Seconds),
    ("lifetimes.runtimeSeconds", Kind::Seconds),
    ("lifetimes.testSeconds", Kind::Seconds),
    ("thresholds.warningDays", Kind::Count),
    ("thresholds.warningPercent", Kind::Count),
    ("revocationMode", Kind::Mode),
];

impl Kind {
    fn fits(self, value: &Value) -> bool {
        match self {
            Self::Text => value.is_string(),
            Self::Texts => value.as_array().is_some_and(|values| values.iter().all(Value::is_string)),
            Self::Seconds => value.is_i64(),
            Self::Count => value.as_u64().is_some_and(|number| u32::try_from(number).is_ok()),
            Self::Mode => matches!(value.as_str(), Some("strict" | "renewal-only")),
        }
    }

    const fn expected(self) -> &'static str {
        match self {
            Self::Text => "a text",
            Self::Texts => "a list of texts",
            Self::Seconds => "a whole number of seconds",
            Self::Count => "a whole number, not below 0",
            Self::Mode => "strict or renewal-only",
        }
    }
}

/// The policy with the fields that fit, over the present one, and what is wrong with the others.
fn fitted(sent: &Value, present: &Policy) -> serde_json::Result<(Policy, Vec<FieldError>)> {
    let mut wanted = serde_json::to_value(present)?;
    let mut errors = Vec::new();
    for (field, kind) in FIELDS {
        let pointer = format!("/{}", field.replace('.', "/"));
        match (sent.pointer(&pointer), wanted.pointer_mut(&pointer)) {
            (Some(value), Some(place)) if kind.fits(value) => *place = value.clone(),
            (Some(_), _) => errors.push(FieldError::new(field, format!("must be {}", kind.expected()))),
            (None, _) => errors.push(FieldError::new(field, format!("is missing; it must be {}", kind.expected()))),
        }
    }
    for (name, value) in sent.as_object().into_iter().flatten() {
        let inner = value.as_object().into_iter().flatten().map(|(inner, _)| format!("{name}.{inner}"));
        let known = |field: &String| FIELDS.iter().any(|(known, _)| known == field);
        let is_group = FIELDS.iter().any(|(known, _)| known.starts_with(&format!("{name}.")));
        let unknown = if is_group { inner.filter(|field| !known(field)).collect() } else { vec![name.clone()] };
        let unknown = unknown.into_iter().filter(|field| !known(field));
        errors.extend(unknown.map(|field| FieldError::new(field, "is not a field of the policy")));
    }
    Ok((serde_json::from_value(wanted)?, errors))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_field_of_a_policy_is_known_and_every_misfit_is_named() {
        let policy = Policy::default();
        let whole = serde_json::to_value(&policy).unwrap();
        let (same, errors) = fitted(&whole, &policy).unwrap();
        assert_eq!((same, errors.as_slice()), (policy.clone(), &[][..]));
        let sent = json!({
            "subject": 1, "keys": { "rsaMinimumBits": -1, "rsaMaximumBits": 4096, "curves": [1], "more": 2 },
            "lifetimes": { "applicationSeconds": 3600, "runtimeSeconds": 1.5, "testSeconds": 60 },
            "thresholds": [], "revocationMode": "soft", "extra": {},
        });
        let (kept, errors) = fitted(&sent, &policy).unwrap();
        assert_eq!(kept.lifetimes.application_seconds, 3600);
        let named: Vec<_> = errors.iter().map(|error| error.field.as_ref()).collect();
        let subject = FIELDS[..5].iter().map(|(field, _)| *field);
        let rest = [
            "keys.rsaMinimumBits",
            "keys.curves",
            "lifetimes.runtimeSeconds",
            "thresholds.warningDays",
            "thresholds.warningPercent",
            "revocationMode",
            "extra",
            "keys.more",
        ];
        assert_eq!(named, subject.chain(rest).collect::<Vec<_>>());
    }
}
