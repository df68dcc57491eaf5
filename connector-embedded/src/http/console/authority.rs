//! The certificate authorities: what they are, what listens with them, and changing them.

use axum::{
    Json, Router,
    extract::{Query, Request, State, rejection::QueryRejection},
    http::{HeaderValue, StatusCode, header},
    response::IntoResponse as _,
    routing::{get, post},
};
use keys::CaMaterial;
use pairing::{ErrorCode, Failure, Moment, Secret};
use serde::Deserialize;
use serde_json::{Value, json};
use x509_parser::{certificate::X509Certificate, prelude::FromDer as _};

use super::{
    Answer,
    certificate::{fingerprint, key_text, subject_text},
    invalid, page_size, read, read_secret,
};
use crate::{
    CaKeyKind, Fidelity,
    ca::{Successor, certificate_to_pem},
    hexadecimal::hexadecimal,
    http::{Wires, listener::Listening},
    service::authority::AuthorityShown,
    tls::Side,
};

pub(super) fn routes() -> Router<Wires> {
    Router::new()
        .route("/console/v1/authority", get(show))
        .route("/console/v1/authority/rotate", post(rotate))
        .route("/console/v1/authority/import", post(import))
        .route("/console/v1/authority/retire", post(retire))
        .route("/console/v1/authority/old-chain", get(old_chain))
        .route("/console/v1/authority/backup", post(back_up))
}

async fn show(State(wires): State<Wires>) -> Answer {
    Ok((StatusCode::OK, Json(view(&wires).await?)).into_response())
}

async fn view(wires: &Wires) -> Result<Value, Failure> {
    let service = &wires.service;
    let shown = service.authorities_shown().await?;
    let (active, others): (Vec<_>, Vec<_>) = shown.iter().partition(|shown| shown.row.state == "active");
    let trusted: Vec<_> =
        others.iter().filter(|shown| shown.row.state == "trusted").map(|shown| authority_json(shown)).collect();
    let retired: Vec<_> =
        others.iter().filter(|shown| shown.row.state == "retired").map(|shown| authority_json(shown)).collect();
    let list = match service.revocation_list(&service.authorities.active()).await {
        Ok(list) => json!({
            "number": list.number, "thisUpdate": list.made_at.rfc3339(), "nextUpdate": list.due_at.rfc3339(),
            "entries": entries(&list.der), "url": format!("{}/crl.pem", service.settings.addresses.issuer),
        }),
        // None may be signed, or none can be written: the rest is worth showing.
        Err(failure) if matches!(failure.code, ErrorCode::InvalidOperation | ErrorCode::StorageFull) => Value::Null,
        Err(failure) => return Err(failure),
    };
    let server = wires.tls.certificate();
    let keys = service.authorities.keys();
    let (_, on_old_chain) = service.on_old_chain(1).await?;
    Ok(json!({
        "active": active.first().map(|shown| authority_json(shown)),
        "trusted": trusted,
        "retired": retired,
        "keyProtection": keys.protection(),
        "keyFile": active.first().map(|shown| keys.path(&shown.row.key_file).display().to_string()),
        "warning": service.warning(),
        "crl": list,
        "ocspUrl": null,
        "server": {
            "fingerprint": hexadecimal(&server.fingerprint),
            "issuer": hexadecimal(&server.issuer),
            "notBefore": server.not_before.rfc3339(),
            "notAfter": server.not_after.rfc3339(),
            "renewsAt": server.renews_at.rfc3339(),
            "names": wires.tls.names(),
        },
        "listeners": wires.listening.iter().map(listener_json).collect::<Vec<_>>(),
        "fidelity": match service.settings.fidelity {
            Fidelity::Strict => "strict",
            Fidelity::Lenient => "lenient",
        },
        "ownersOnOldChain": on_old_chain,
        "lastBackupAt": service.last_backup().await?,
        "journalFile": service.settings.journal.display().to_string(),
        "now": service.clock.now().rfc3339_precise(),
    }))
}

fn listener_json(listening: &Listening) -> Value {
    let (connections, limit) = listening.connections();
    let tls = match listening.side {
        Some(Side::ServerOnly) => "server",
        Some(Side::Mutual) => "mutual",
        None => "none",
    };
    json!({
        "name": listening.name, "address": listening.address.to_string(), "url": listening.url, "tls": tls,
        "connections": connections, "connectionLimit": limit,
    })
}

fn authority_json(shown: &AuthorityShown) -> Value {
    let mut json = brief_json(shown);
    let row = &shown.row;
    if let Ok((_, parsed)) = X509Certificate::from_der(&row.certificate) {
        json["key"] = key_text(parsed.public_key()).into();
        json["serial"] = hexadecimal(parsed.raw_serial()).into();
    }
    json["origin"] = row.origin.clone().into();
    json["trustedUntil"] = row.trusted_until.map(|until| Moment::from_unix_millis(until).rfc3339()).into();
    json["activeSince"] = Moment::from_unix_millis(row.active_since).rfc3339().into();
    json["currentCertificates"] = shown.current_certificates.into();
    json["pem"] = certificate_to_pem(&row.certificate).into();
    json
}

/// What a timeline shows of an authority.
pub(super) fn brief_json(shown: &AuthorityShown) -> Value {
    let row = &shown.row;
    let time = |time: x509_parser::time::ASN1Time| Moment::from_unix_seconds(time.timestamp()).rfc3339();
    let parsed = X509Certificate::from_der(&row.certificate).map(|(_, parsed)| parsed).ok();
    json!({
        "fingerprint": hexadecimal(&row.fingerprint),
        "subject": parsed.as_ref().map(|parsed| subject_text(parsed.subject())),
        "notBefore": parsed.as_ref().map(|parsed| time(parsed.validity().not_before)),
        "notAfter": parsed.as_ref().map(|parsed| time(parsed.validity().not_after)),
        "state": row.state,
    })
}

fn entries(list: &[u8]) -> usize {
    x509_parser::revocation_list::CertificateRevocationList::from_der(list)
        .map_or(0, |(_, list)| list.iter_revoked_certificates().count())
}

/// Ten years.
const LONGEST_OVERLAP: i64 = 3650 * 24 * 3600;

fn overlap(seconds: i64) -> Result<i64, super::error::ConsoleError> {
    if (0..=LONGEST_OVERLAP).contains(&seconds) {
        Ok(seconds)
    } else {
        Err(invalid(format!("oldTrustedForSeconds must be between 0 and {LONGEST_OVERLAP}")))
    }
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Rotate {
    key: KeyName,
    old_trusted_for_seconds: i64,
}

#[derive(Clone, Copy, Debug, Deserialize)]
enum KeyName {
    #[serde(rename = "ec:p256")]
    EcP256,
    #[serde(rename = "rsa:4096")]
    Rsa4096,
}

async fn rotate(State(wires): State<Wires>, request: Request) -> Answer {
    let Rotate { key, old_trusted_for_seconds } = read_secret(&request)?;
    let kind = match key {
        KeyName::EcP256 => CaKeyKind::EcP256,
        KeyName::Rsa4096 => CaKeyKind::Rsa4096,
    };
    let overlap = overlap(old_trusted_for_seconds)?;
    wires.service.change_authority(Successor::Made(kind), overlap).await?;
    Ok((StatusCode::CREATED, Json(view(&wires).await?)).into_response())
}

/// A text that must not be repeated anywhere.
struct Sent(Secret);

impl<'de> Deserialize<'de> for Sent {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(|text| Self(Secret::new(text)))
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Import {
    /// Files as they are: certificate and key in PEM, or a Kubernetes secret.
    texts: Vec<Sent>,
    passphrase: Option<Sent>,
    old_trusted_for_seconds: i64,
}

async fn import(State(wires): State<Wires>, request: Request) -> Answer {
    let Import { texts, passphrase, old_trusted_for_seconds } = read_secret(&request)?;
    let overlap = overlap(old_trusted_for_seconds)?;
    let passphrase = passphrase.map(|Sent(secret)| secret);
    let material = tokio::task::spawn_blocking(move || {
        let texts: Vec<&[u8]> = texts.iter().map(|Sent(text)| text.expose().as_bytes()).collect();
        CaMaterial::read(&texts, passphrase.as_ref())
    });
    let material = material.await.map_err(Failure::internal)?;
    let material = material.map_err(|fault| Failure::new(ErrorCode::InvalidData, fault.to_string()))?;
    wires.service.change_authority(Successor::Imported(material), overlap).await?;
    Ok((StatusCode::CREATED, Json(view(&wires).await?)).into_response())
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Retire {
    fingerprint: String,
}

async fn retire(State(wires): State<Wires>, request: Request) -> Answer {
    let Retire { fingerprint: text } = read(&request)?;
    let meant = fingerprint(&text).ok_or_else(|| invalid("fingerprint is not a SHA-256 in hexadecimal"))?;
    wires.service.retire_authority(meant).await?;
    show(State(wires)).await
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct First {
    first: Option<usize>,
}

async fn old_chain(State(wires): State<Wires>, query: Result<Query<First>, QueryRejection>) -> Answer {
    let Query(First { first }) = query.map_err(|error| invalid(error.body_text()))?;
    let (owners, count) = wires.service.on_old_chain(page_size(first)?).await?;
    let owners = owners.iter().map(|owner| {
        json!({
            "kind": owner.owner_kind, "id": owner.owner_id,
            "name": Some(&owner.owner_name).filter(|name| !name.is_empty()),
            "certificates": owner.certificates,
            "lastExpiry": Moment::from_unix_millis(owner.last_expiry).rfc3339(),
        })
    });
    let now = wires.service.clock.now().rfc3339_precise();
    Ok(Json(json!({ "owners": owners.collect::<Vec<_>>(), "count": count, "now": now })).into_response())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct BackUp {
    passphrase: Sent,
}

async fn back_up(State(wires): State<Wires>, request: Request) -> Answer {
    let BackUp { passphrase: Sent(passphrase) } = read_secret(&request)?;
    let sealed = wires.service.back_up(passphrase).await?;
    let name = format!("connector-backup-{}.age", wires.service.clock.now().rfc3339().replace(':', "-"));
    let mut response = sealed.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/octet-stream"));
    if let Ok(value) = HeaderValue::from_str(&format!("attachment; filename=\"{name}\"")) {
        headers.insert(header::CONTENT_DISPOSITION, value);
    }
    Ok(response)
}
