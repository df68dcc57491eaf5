//! What the cluster asks on the internal port: connection tokens, and revocation by fingerprint. Whoever reaches the port
//! may ask; it is on loopback and off unless somebody switched it on.

use axum::{
    extract::{Path, Request, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse as _, Response},
};
use pairing::{Failure, Secret};
use serde_json::{Map, Value, json};

use super::{answer, dialect::Dialect, error::RestError};
use crate::{
    http::{
        Wires,
        body::{self, GRAPHQL},
    },
    service::{
        kyma::{Context, Generation},
        one_time_token::IssuedToken,
    },
    store::system_auth::Owner,
};

/// `POST /v1/remoteenvironments/{name}/tokens`
pub(super) async fn token_for_remote_environment(State(wires): State<Wires>, Path(name): Path<String>) -> Response {
    first(&wires, "remoteenvironments", &name).await
}

/// `POST /v1/applications/{name}/tokens`
pub(super) async fn token_for_name(State(wires): State<Wires>, Path(name): Path<String>) -> Response {
    first(&wires, "applications", &name).await
}

async fn first(wires: &Wires, family: &str, name: &str) -> Response {
    finish(wires.service.token_of_first_generation(family, name).await, Dialect::First)
}

/// `POST /v1/applications/tokens`
pub(super) async fn token_for_application(State(wires): State<Wires>, headers: HeaderMap) -> Response {
    let asked = async {
        let missing =
            || RestError::new(StatusCode::BAD_REQUEST, "Required headers for ApplicationContext not specified.");
        let name = value(&headers, "application").ok_or_else(missing)?;
        let context = if wires.service.kyma.settings.central_mode {
            central(&headers).ok_or_else(missing)?.check().map_err(|failure| RestError::of(failure, Dialect::Second))?
        } else {
            // Ignored even when sent.
            Context::default()
        };
        let link = wires.service.token_of_second_generation(name, context).await;
        link.map_err(|failure| RestError::of(failure, Dialect::Second))
    };
    match asked.await {
        Ok(link) => finish(Ok(link), Dialect::Second),
        Err(error) => error.into_response(),
    }
}

/// `POST /v1/runtimes/tokens`, in central mode only.
pub(super) async fn token_for_runtime(State(wires): State<Wires>, headers: HeaderMap) -> Response {
    let asked = async {
        let missing = || RestError::new(StatusCode::BAD_REQUEST, "Required headers for ClusterContext not specified.");
        let of = |failure| RestError::of(failure, Dialect::Second);
        let context = central(&headers).ok_or_else(missing)?.check().map_err(of)?;
        let service = &wires.service;
        let id = service.runtime_to_pair(&context).await.map_err(of)?;
        let issued =
            service.connection_token(Owner::Runtime(id), Generation::Second, context, None).await.map_err(of)?;
        let base = &service.settings.addresses.issuer;
        Ok::<_, RestError>((issued.link(&format!("{base}/v1/runtimes/signingRequests/info")), issued))
    };
    match asked.await {
        Ok(link) => finish(Ok(link), Dialect::Second),
        Err(error) => error.into_response(),
    }
}

fn finish(made: Result<(Secret, IssuedToken), Failure>, dialect: Dialect) -> Response {
    match made {
        Ok((link, issued)) => {
            answer(StatusCode::CREATED, &json!({ "url": link.expose(), "token": issued.token.expose() }))
        }
        Err(failure) => RestError::of(failure, dialect).into_response(),
    }
}

fn value<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    headers.get(name).and_then(|value| value.to_str().ok()).map(str::trim).filter(|value| !value.is_empty())
}

fn central(headers: &HeaderMap) -> Option<Context> {
    let value = |name| value(headers, name).map(str::to_owned);
    Some(Context { tenant: Some(value("tenant")?), group: Some(value("group")?) })
}

/// `POST /v1/{applications,runtimes}/certificates/revocations` with `{"hash": "<SHA-256 of the DER, hexadecimal>"}`
pub(super) async fn revoke(State(wires): State<Wires>, request: Request) -> Response {
    let bytes = body::read(request.extensions(), GRAPHQL);
    let done = async {
        let words = "Error while unmarshalling request body";
        let refuse = |message: String| RestError::new(StatusCode::BAD_REQUEST, message);
        let bytes = bytes.map_err(|error| RestError::new(error.status(), error.message(GRAPHQL)))?;
        let members: Map<String, Value> =
            serde_json::from_slice(&bytes).map_err(|error| refuse(format!("{words}: {error}.")))?;
        // Go's decoder matches keys in any case.
        let hash = members.iter().find(|(key, _)| key.eq_ignore_ascii_case("hash")).and_then(|(_, hash)| hash.as_str());
        let hash = hash.map(str::trim).filter(|hash| !hash.is_empty());
        let hash = hash.ok_or_else(|| refuse(format!("{words}: certificate hash value not provided.")))?;
        let fingerprint = fingerprint(hash).ok_or_else(|| {
            refuse(format!(
                "{words}: the hash must be the SHA-256 of the certificate's DER: 64 hexadecimal digits, as \
                 'openssl x509 -in app.crt -outform der | sha256sum' prints them."
            ))
        })?;
        let of = |failure| RestError::of(failure, Dialect::Second);
        wires.service.revoke_by_fingerprint(&fingerprint).await.map_err(of)
    };
    match done.await {
        Ok(true) => StatusCode::CREATED.into_response(),
        // As the Connector Service, which looks for no certificate; but said.
        Ok(false) => {
            tracing::warn!(
                "a revocation was asked for on the internal port, and no certificate with that hash was issued here"
            );
            let words = "299 - \"no certificate with this hash was issued here\"";
            (StatusCode::CREATED, [(header::WARNING, words)]).into_response()
        }
        Err(error) => error.into_response(),
    }
}

/// Reads a fingerprint in any of the forms that tools print: upper or lower case, with or without colons.
fn fingerprint(text: &str) -> Option<[u8; 32]> {
    let digits: Vec<u8> = text.bytes().filter(|byte| *byte != b':').collect();
    if digits.len() != 64 {
        return None;
    }
    let mut bytes = [0; 32];
    for (byte, pair) in bytes.iter_mut().zip(digits.chunks(2)) {
        let digit = |at: usize| char::from(pair[at]).to_digit(16);
        *byte = u8::try_from(digit(0)? * 16 + digit(1)?).ok()?;
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fingerprint_is_read_as_tools_print_it() {
        let plain = "00ff".repeat(16);
        let colons =
            plain.to_uppercase().as_bytes().chunks(2).map(String::from_utf8_lossy).collect::<Vec<_>>().join(":");
        assert_eq!(fingerprint(&plain), fingerprint(&colons));
        assert_eq!(fingerprint(&plain).unwrap()[..2], [0, 255]);
        for bad in ["", "00", &plain[1..], &format!("{}zz", &plain[2..])] {
            assert_eq!(fingerprint(bad), None, "{bad}");
        }
    }
}
