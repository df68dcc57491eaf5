//! What a registration must look like (`application-registry/internal/externalapi/servicedetailsvalidation.go`), in
//! the same order and with the same words, plus bounds where upstream has none.

use pairing::{ErrorCode, Failure};
use serde_json::value::RawValue;
use url::Url;

use super::definition::{Credentials, CsrfInfo, Definition, Masked, NewApi, NewDocumentation};
use crate::store::registered_service::Specification;

/// The most one specification may weigh, in bytes.
pub(crate) const SPECIFICATION: usize = 5 * 1024 * 1024;
/// The most that names and the like may have, in characters.
const NAME: usize = 1024;
/// The most that a description may have, in characters.
const DESCRIPTION: usize = 32 * 1024;
/// The most labels, tags and documents there may be.
const PARTS: usize = 200;

const INCORRECT: &str = "Incorrect structure of service definition, ";

/// # Errors
/// [`ErrorCode::InvalidData`] with everything that is missing, or with the first thing that is wrong.
pub(super) fn check(definition: &Definition<'_>) -> Result<(), Failure> {
    let mut errors = Vec::new();
    required(&mut errors, definition.provider.as_deref(), "Provider field cannot be empty.");
    required(&mut errors, definition.name.as_deref(), "Name field cannot be empty.");
    required(&mut errors, definition.description.as_deref(), "Description field cannot be empty.");
    longest(&mut errors, "Provider", definition.provider.as_deref(), NAME);
    longest(&mut errors, "Name", definition.name.as_deref(), NAME);
    longest(&mut errors, "Description", definition.description.as_deref(), DESCRIPTION);
    longest(&mut errors, "ShortDescription", definition.short_description.as_deref(), DESCRIPTION);
    longest(&mut errors, "Identifier", definition.identifier.as_deref(), NAME);
    for (key, value) in definition.labels.iter().flatten() {
        longest(&mut errors, "Labels key", Some(key), NAME);
        longest(&mut errors, "Labels value", Some(value), NAME);
    }
    most(&mut errors, "Labels", definition.labels.as_ref().map_or(0, std::collections::BTreeMap::len));
    if let Some(api) = &definition.api {
        check_api(&mut errors, api);
    }
    if definition.events.as_ref().is_some_and(|events| events.spec.is_none()) {
        errors.push("spec cannot be empty".to_owned());
    }
    if let Some(documentation) = &definition.documentation {
        check_documentation(&mut errors, documentation);
    }
    if !errors.is_empty() {
        errors.sort();
        return Err(refused(format!("{INCORRECT}{}", errors.join(";"))));
    }
    if definition.api.is_none() && definition.events.is_none() {
        return Err(refused("At least one of service definition attributes: 'api', 'events' have to be provided"));
    }
    let credentials = definition.api.as_ref().and_then(|api| api.credentials.as_ref());
    if credentials.is_some_and(|credentials| credentials.ways() > 1) {
        return Err(refused("api.CredentialsWithCSRF is invalid: to many authentication methods provided"));
    }
    Ok(())
}

/// A specification of an API: a JSON object, or XML (OData) in a JSON string, which Compass' adapter takes and Kyma did
/// not.
///
/// # Errors
/// [`ErrorCode::InvalidData`], [`ErrorCode::TooLarge`].
pub(super) fn api_specification(spec: &RawValue) -> Result<Specification, Failure> {
    if spec.get().starts_with('"') {
        let text: String = serde_json::from_str(spec.get()).map_err(Failure::internal)?;
        if text.trim_start_matches('\u{feff}').trim_start().starts_with('<') {
            return bounded("api.spec", "XML", text);
        }
        return Err(refused("api.Spec is not a proper json object, and not XML in a string either"));
    }
    json_object("api", spec)
}

/// A specification of events: a JSON object.
///
/// # Errors
/// [`ErrorCode::InvalidData`], [`ErrorCode::TooLarge`].
pub(super) fn event_specification(spec: &RawValue) -> Result<Specification, Failure> {
    json_object("events", spec)
}

fn json_object(place: &str, spec: &RawValue) -> Result<Specification, Failure> {
    // It was read as JSON already, so its first character tells what it is.
    let found = match spec.get().bytes().next() {
        Some(b'{') => return bounded(&format!("{place}.spec"), "JSON", spec.get().to_owned()),
        Some(b'[') => "a list",
        Some(b'"') => "a string",
        Some(b't' | b'f') => "true or false",
        _ => "a number",
    };
    Err(refused(format!("{place}.Spec is not a proper json object, it is {found}")))
}

fn bounded(place: &str, format: &str, text: String) -> Result<Specification, Failure> {
    if text.len() > SPECIFICATION {
        let message = format!("{place} has {} bytes; the most is {SPECIFICATION}", text.len());
        return Err(Failure::new(ErrorCode::TooLarge, message));
    }
    Ok(Specification { format: format.to_owned(), text })
}

fn check_api(errors: &mut Vec<String>, api: &NewApi<'_>) {
    address(errors, "targetUrl", api.target_url.as_deref().unwrap_or_default(), "targetUrl field cannot be empty.");
    if let Some(url) = api.specification_url.as_deref().filter(|url| !url.is_empty()) {
        address(errors, "specificationUrl", url, "");
    }
    for credentials in [&api.credentials, &api.specification_credentials].into_iter().flatten() {
        check_credentials(errors, credentials);
    }
}

fn check_credentials(errors: &mut Vec<String>, credentials: &Credentials) {
    let mut secret = |value: Masked, message: &str| {
        if value == Masked::Empty {
            errors.push(message.to_owned());
        }
    };
    if let Some(oauth) = &credentials.oauth {
        secret(oauth.client_id, "oauth clientId field cannot be empty");
        secret(oauth.client_secret, "oauth clientSecret cannot be empty");
    }
    if let Some(basic) = &credentials.basic {
        secret(basic.username, "basic auth username field cannot be empty");
        secret(basic.password, "basic auth password field cannot be empty");
    }
    if let Some(oauth) = &credentials.oauth {
        address(errors, "oauth url", &oauth.url, "oauth url field cannot be empty");
    }
    if let Some(CsrfInfo { token_endpoint_url }) = credentials.csrf_info() {
        address(errors, "tokenEndpointURL", token_endpoint_url, "tokenEndpointURL field cannot be empty");
    }
}

fn check_documentation(errors: &mut Vec<String>, documentation: &NewDocumentation) {
    let NewDocumentation { display_name, description, kind, tags, docs } = documentation;
    required(errors, display_name.as_deref(), "displayName field cannot be empty in documentation");
    required(errors, description.as_deref(), "description field cannot be empty in documentation");
    required(errors, kind.as_deref(), "type field cannot be empty in documentation");
    longest(errors, "displayName", display_name.as_deref(), NAME);
    longest(errors, "description", description.as_deref(), DESCRIPTION);
    longest(errors, "type", kind.as_deref(), NAME);
    most(errors, "tags", tags.as_ref().map_or(0, Vec::len));
    most(errors, "docs", docs.as_ref().map_or(0, Vec::len));
    for tag in tags.iter().flatten() {
        longest(errors, "tag", Some(tag), NAME);
    }
}

fn required(errors: &mut Vec<String>, value: Option<&str>, message: &str) {
    if value.is_none_or(str::is_empty) {
        errors.push(message.to_owned());
    }
}

fn longest(errors: &mut Vec<String>, field: &str, value: Option<&str>, limit: usize) {
    if value.is_some_and(|value| value.len() > limit && value.chars().count() > limit) {
        errors.push(format!("{field} field is longer than {limit} characters."));
    }
}

fn most(errors: &mut Vec<String>, field: &str, count: usize) {
    if count > PARTS {
        errors.push(format!("{field} field has more than {PARTS} parts."));
    }
}

/// An address of HTTP. It is not repeated, because it may carry a password.
fn address(errors: &mut Vec<String>, field: &str, value: &str, missing: &str) {
    if value.is_empty() {
        errors.push(missing.to_owned());
        return;
    }
    let is_url = Url::parse(value).is_ok_and(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
    if !is_url {
        errors.push(format!("{field} field does not validate as url."));
    }
    longest(errors, field, Some(value), 2 * NAME);
}

pub(super) fn refused(message: impl AsRef<str>) -> Failure {
    let message = format!("Failed to validate request body, {}", message.as_ref());
    Failure::new(ErrorCode::InvalidData, message)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(body: &str) -> String {
        check(&serde_json::from_str(body).unwrap()).unwrap_err().message
    }

    #[test]
    fn everything_that_is_missing_is_said_at_once() {
        let whole = "Failed to validate request body, Incorrect structure of service definition, ";
        assert_eq!(
            refusal("{}"),
            format!(
                "{whole}Description field cannot be empty.;Name field cannot be empty.;Provider field cannot be empty."
            )
        );
        let frame = |more: &str| format!(r#"{{"provider":"p","name":"n","description":"d",{more}}}"#);
        let cases = [
            (
                r#""identifier":"x""#,
                "At least one of service definition attributes: 'api', 'events' have to be provided",
            ),
            (r#""api":{}"#, "targetUrl field cannot be empty."),
            (r#""api":{"targetUrl":"shop"}"#, "targetUrl field does not validate as url."),
            (r#""events":{}"#, "spec cannot be empty"),
            (r#""events":{"spec":null}"#, "spec cannot be empty"),
            (
                r#""api":{"targetUrl":"https://x","credentials":{"basic":{"username":"u"}}}"#,
                "basic auth password field cannot be empty",
            ),
            (
                r#""api":{"targetUrl":"https://x","credentials":{"basic":{"username":"u","password":"p"},"certificateGen":{}}}"#,
                "api.CredentialsWithCSRF is invalid: to many authentication methods provided",
            ),
            (
                r#""events":{"spec":{}},"documentation":{"type":"t"}"#,
                "displayName field cannot be empty in documentation",
            ),
        ];
        for (more, expected) in cases {
            let found = refusal(&frame(more));
            assert!(found.starts_with("Failed to validate request body, ") && found.contains(expected), "{found}");
        }
        let good = frame(r#""api":{"targetUrl":"http://localhost:9000/x"},"varkes":{"any":[1]}"#);
        assert_eq!(check(&serde_json::from_str(&good).unwrap()), Ok(()));
    }

    #[test]
    fn specifications_are_objects_or_xml_in_a_string() {
        let raw = |text: &str| RawValue::from_string(text.to_owned()).unwrap();
        assert_eq!(api_specification(&raw(r#"{"openapi":"3.0.0"}"#)).unwrap().format, "JSON");
        let xml = api_specification(&raw(r#""<?xml version=\"1.0\"?><edmx:Edmx/>""#)).unwrap();
        assert_eq!((xml.format.as_str(), xml.text.as_str()), ("XML", "<?xml version=\"1.0\"?><edmx:Edmx/>"));
        for bad in ["[1]", "1", "true", r#""openapi: 3""#] {
            let refused = api_specification(&raw(bad)).unwrap_err().message;
            assert!(refused.contains("api.Spec is not a proper json object, "), "{refused}");
        }
        assert!(event_specification(&raw(r#""<a/>""#)).is_err());
        let big = format!("{{\"a\":\"{}\"}}", "x".repeat(SPECIFICATION));
        assert_eq!(event_specification(&raw(&big)).unwrap_err().code, ErrorCode::TooLarge);
    }
}
