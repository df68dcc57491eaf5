//! The inventory of certificates: lists, one of them, when they end, and taking them back.

use axum::{
    Json, Router,
    extract::{Path, Query, Request, State, rejection::QueryRejection},
    http::StatusCode,
    response::IntoResponse as _,
    routing::{get, post},
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use pairing::{ErrorCode, Failure, Moment};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    Answer,
    certificate::{certificate_json, fingerprint},
    error::ConsoleError,
    invalid, page_size, read, read_secret,
};
use crate::{
    hexadecimal::hexadecimal,
    http::Wires,
    service::{inventory::Shown, revocation::Meant},
    store::certificate::{Order, Place, Selection},
};

pub(super) fn routes() -> Router<Wires> {
    Router::new()
        .route("/console/v1/certificates", get(list))
        .route("/console/v1/certificates/revoke", post(revoke_several))
        .route("/console/v1/certificates/sign", post(sign))
        .route("/console/v1/certificates/timeline", get(timeline))
        .route("/console/v1/certificates/dark", get(dark))
        .route("/console/v1/certificates/{fingerprint}", get(show))
        .route("/console/v1/certificates/{fingerprint}/revoke", post(revoke))
}

/// Which page of the list.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Page {
    first: Option<usize>,
    after: Option<String>,
    order: Option<OrderName>,
    current: Option<bool>,
    search: Option<String>,
    /// Of an application or a runtime, by its id.
    owner: Option<String>,
    issuer: Option<String>,
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
enum OrderName {
    Expiry,
    Issued,
    Owner,
    Authority,
}

async fn list(State(wires): State<Wires>, page: Result<Query<Page>, QueryRejection>) -> Answer {
    const LONGEST_SEARCH: usize = 200;
    let Query(page) = page.map_err(|error| invalid(error.body_text()))?;
    let first = page_size(page.first)?;
    let after =
        page.after.map(|cursor| read_cursor(&cursor).ok_or_else(|| invalid("after is not a cursor of this list")));
    let search = page.search.map(|search| search.trim().to_owned()).filter(|search| !search.is_empty());
    if search.as_ref().is_some_and(|text| text.chars().count() > LONGEST_SEARCH || text.contains(char::is_control)) {
        return Err(invalid(format!(
            "search may have up to {LONGEST_SEARCH} characters, none of them a control character"
        )));
    }
    let issuer =
        page.issuer.map(|issuer| fingerprint(&issuer).ok_or_else(|| invalid("issuer is not a SHA-256 in hexadecimal")));
    let now = wires.service.clock.now();
    let selection = Selection {
        order: match page.order {
            None | Some(OrderName::Expiry) => Order::Expiry,
            Some(OrderName::Issued) => Order::Issued,
            Some(OrderName::Owner) => Order::Owner,
            Some(OrderName::Authority) => Order::Issuer,
        },
        current_at: page.current.unwrap_or(false).then_some(now),
        owner_id: page.owner,
        issuer: issuer.transpose()?,
        search,
    };
    let found = wires.service.certificates(&selection, first, after.transpose()?.as_ref()).await?;
    let certificates: Vec<_> = found.rows.iter().map(|row| certificate_json(row, now)).collect();
    Ok(Json(json!({
        "certificates": certificates, "endCursor": found.end.as_ref().map(write_cursor),
        "hasNextPage": found.end.is_some(), "totalCount": found.total, "now": now.rfc3339_precise(),
    }))
    .into_response())
}

/// Opaque to the reader.
fn write_cursor(place: &Place) -> String {
    let (name, id) = &place.group;
    URL_SAFE_NO_PAD.encode(json!([name, id, place.at, hexadecimal(&place.fingerprint)]).to_string())
}

fn read_cursor(cursor: &str) -> Option<Place> {
    let bytes = URL_SAFE_NO_PAD.decode(cursor).ok()?;
    let (name, id, at, end): (String, String, i64, String) = serde_json::from_slice(&bytes).ok()?;
    Some(Place { group: (name, id), at, fingerprint: fingerprint(&end)?.to_vec() })
}

async fn show(State(wires): State<Wires>, Path(id): Path<String>) -> Answer {
    let shown = wires.service.certificate(&read_fingerprint(&id)?).await?;
    Ok((StatusCode::OK, Json(shown_json(&wires, &shown))).into_response())
}

fn shown_json(wires: &Wires, shown: &Shown) -> Value {
    let now = wires.service.clock.now();
    let lineage: Vec<_> = shown.lineage.iter().map(|row| certificate_json(row, now)).collect();
    json!({
        "certificate": certificate_json(&shown.certificate, now),
        "pem": shown.pem,
        "chainPem": format!("{}{}", shown.pem, shown.issuer_pem),
        "issuerPem": shown.issuer_pem,
        "lineage": lineage,
        "now": now.rfc3339_precise(),
    })
}

/// A text that is no fingerprint names no certificate.
fn read_fingerprint(text: &str) -> Result<[u8; 32], ConsoleError> {
    fingerprint(text).ok_or_else(|| {
        Failure::new(ErrorCode::NotFound, "There is no such certificate: its SHA-256 in hexadecimal has 64 digits.")
            .into()
    })
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Revoke {
    reason: String,
    note: Option<String>,
}

async fn revoke(State(wires): State<Wires>, Path(id): Path<String>, request: Request) -> Answer {
    let Revoke { reason, note } = read(&request)?;
    let fingerprint = read_fingerprint(&id)?;
    wires.service.revoke(Meant::Certificate(fingerprint), &reason, note).await?;
    let shown = wires.service.certificate(&fingerprint).await?;
    let now = wires.service.clock.now();
    let certificate = certificate_json(&shown.certificate, now);
    Ok(Json(json!({ "certificate": certificate, "now": now.rfc3339_precise() })).into_response())
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct RevokeSeveral {
    owner_id: Option<String>,
    system_auth_id: Option<String>,
    reason: String,
    note: Option<String>,
}

async fn revoke_several(State(wires): State<Wires>, request: Request) -> Answer {
    let RevokeSeveral { owner_id, system_auth_id, reason, note } = read(&request)?;
    let meant = match (owner_id, system_auth_id) {
        (Some(id), None) => Meant::Owner(id),
        (None, Some(id)) => Meant::SystemAuth(id),
        _ => return Err(invalid("name either ownerId or systemAuthId")),
    };
    let revoked = wires.service.revoke(meant, &reason, note).await?;
    let now = wires.service.clock.now().rfc3339_precise();
    Ok(Json(json!({ "revoked": revoked, "now": now })).into_response())
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Sign {
    /// PEM, or base64 of PEM or DER.
    csr: String,
    system_auth_id: String,
    kind: SignedKind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum SignedKind {
    Application,
    Test,
}

async fn sign(State(wires): State<Wires>, request: Request) -> Answer {
    // A person may paste anything here, a private key for one.
    let Sign { csr, system_auth_id, kind } = read_secret(&request)?;
    // The wires take base64 of PEM; a person has the PEM itself.
    let csr = if csr.contains("-----BEGIN") { base64::engine::general_purpose::STANDARD.encode(csr) } else { csr };
    let shown = wires.service.sign_for(&system_auth_id, csr, kind == SignedKind::Test).await?;
    Ok((StatusCode::CREATED, Json(shown_json(&wires, &shown))).into_response())
}

async fn timeline(State(wires): State<Wires>) -> Answer {
    let timeline = wires.service.certificate_timeline().await?;
    let steps = |steps: &[(i64, i64)]| {
        let steps =
            steps.iter().map(|(at, count)| json!({ "at": Moment::from_unix_millis(*at).rfc3339(), "count": count }));
        steps.collect::<Vec<_>>()
    };
    let authorities = wires.service.authorities_shown().await?;
    let authorities: Vec<_> = authorities.iter().map(super::authority::brief_json).collect();
    Ok(Json(json!({
        "bucketSeconds": timeline.bucket_seconds,
        "expiries": steps(&timeline.expiries),
        "lastExpiries": steps(&timeline.last_expiries),
        "authorities": authorities,
        "current": timeline.current,
        "expired": timeline.expired,
        "revoked": timeline.revoked,
        "now": wires.service.clock.now().rfc3339_precise(),
    }))
    .into_response())
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct At {
    at: String,
    first: Option<usize>,
}

async fn dark(State(wires): State<Wires>, query: Result<Query<At>, QueryRejection>) -> Answer {
    let Query(At { at, first }) = query.map_err(|error| invalid(error.body_text()))?;
    let at =
        Moment::parse(&at).ok_or_else(|| invalid("at is not a time as in RFC 3339, such as 2026-03-03T00:00:00Z"))?;
    let (owners, count) = wires.service.dark_owners(at, page_size(first)?).await?;
    let owners = owners.iter().map(|owner| {
        json!({
            "kind": owner.owner_kind, "id": owner.owner_id,
            "name": Some(&owner.owner_name).filter(|name| !name.is_empty()),
            "lastExpiry": Moment::from_unix_millis(owner.last_expiry).rfc3339(),
        })
    });
    let now = wires.service.clock.now().rfc3339_precise();
    Ok(Json(json!({ "owners": owners.collect::<Vec<_>>(), "count": count, "now": now })).into_response())
}
