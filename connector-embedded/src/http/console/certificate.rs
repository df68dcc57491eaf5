//! A certificate as the console shows it.

use pairing::Moment;
use serde_json::{Value, json};
use x509_parser::{
    certificate::X509Certificate,
    objects::oid2abbrev,
    prelude::FromDer as _,
    public_key::PublicKey,
    x509::{SubjectPublicKeyInfo, X509Name},
};

use crate::{
    hexadecimal::{self, hexadecimal},
    store::certificate::Recorded,
};

pub(super) fn certificate_json(row: &Recorded, now: Moment) -> Value {
    let parsed = X509Certificate::from_der(&row.der).map(|(_, parsed)| parsed).ok();
    let subject = parsed.as_ref().map(|parsed| subject_text(parsed.subject())).unwrap_or_default();
    let key = parsed.as_ref().map(|parsed| key_text(parsed.public_key())).unwrap_or_default();
    let time = |at: i64| Moment::from_unix_millis(at).rfc3339();
    let refused = row.refused_at.map(|at| {
        json!({ "at": time(at), "why": row.refused_why, "from": row.refused_from.as_ref().filter(|from| !from.is_empty()) })
    });
    let revoked = row.revoked_at.map(
        |at| json!({ "at": time(at), "by": row.revoked_by, "reason": row.revoked_reason, "note": row.revoked_note }),
    );
    json!({
        "fingerprint": hexadecimal(&row.fingerprint),
        "serial": hexadecimal(&row.serial),
        "issuer": hexadecimal(&row.issuer),
        "owner": {
            "kind": row.owner_kind,
            "id": row.owner_id,
            "name": Some(&row.owner_name).filter(|name| !name.is_empty()),
            "gone": row.owner_gone,
        },
        "systemAuthId": row.system_auth_id,
        "pairingRemoved": row.pairing_removed,
        "commonName": row.common_name,
        "subject": subject,
        "key": key,
        "kind": row.kind,
        "notBefore": time(row.not_before),
        "notAfter": time(row.not_after),
        "endsAt": time(row.ends_at),
        "issuedAt": time(row.issued_at),
        "wire": row.wire,
        "generation": row.generation,
        "lineage": hexadecimal(&row.lineage),
        "parent": row.parent_fingerprint.as_deref().map(hexadecimal),
        "sameKeyAsParent": row.same_key_as_parent,
        "state": state(row, now),
        "lastSeenAt": row.last_seen_at.map(time),
        "lastSeenFrom": row.last_seen_from,
        "refused": refused,
        "revoked": revoked,
    })
}

fn state(row: &Recorded, now: Moment) -> &'static str {
    let now = now.unix_millis();
    if row.revoked_at.is_some() {
        "revoked"
    } else if row.not_after <= now {
        "expired"
    } else if row.ends_at <= now {
        "authority_ended"
    } else if row.not_before > now {
        "not_yet_valid"
    } else {
        "valid"
    }
}

/// In the order in which Compass names the parts, whatever it is in the certificate.
pub(super) fn subject_text(name: &X509Name<'_>) -> String {
    const ORDER: [&str; 6] = ["O", "OU", "L", "ST", "C", "CN"];
    let mut parts: Vec<(usize, String)> = name
        .iter_attributes()
        .map(|attribute| {
            let oid = attribute.attr_type();
            let short = oid2abbrev(oid, x509_parser::objects::oid_registry())
                .map_or_else(|_| oid.to_id_string(), str::to_owned);
            let place = ORDER.iter().position(|known| *known == short).unwrap_or(ORDER.len());
            (place, format!("{short}={}", attribute.as_str().unwrap_or("?")))
        })
        .collect();
    parts.sort_by_key(|(place, _)| *place);
    parts.into_iter().map(|(_, part)| part).collect::<Vec<_>>().join(",")
}

/// `RSA 2048`, `EC P-256`.
pub(super) fn key_text(key: &SubjectPublicKeyInfo<'_>) -> String {
    match key.parsed() {
        Ok(PublicKey::RSA(rsa)) => format!("RSA {}", rsa.key_size()),
        Ok(PublicKey::EC(point)) => format!("EC P-{}", point.key_size()),
        _ => "unknown".into(),
    }
}

/// A SHA-256 as people copy it, with colons or without.
pub(super) fn fingerprint(text: &str) -> Option<[u8; 32]> {
    hexadecimal::bytes(text)?.try_into().ok()
}
