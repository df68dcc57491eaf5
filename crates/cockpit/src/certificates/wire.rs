//! What the inventory answers, and how it becomes what the page receives. All camelCase, times in RFC 3339.

use pairing::Moment;
use serde::Deserialize;

use crate::calls::{
    AuthorityState, CertificateKind, CertificateOwnerKind, CertificatePage, CertificateRefusal, CertificateRow,
    CertificateState, DarkOwner, DarkOwners, OldChain, OldChainOwner, PolicyThresholds, RevocationReason, Timeline,
    TimelineAuthority, TimelineBucket,
};

#[derive(Clone, Debug, Deserialize)]
struct Owner {
    kind: CertificateOwnerKind,
    id: String,
    name: Option<String>,
    #[serde(default)]
    gone: bool,
}

#[derive(Clone, Debug, Deserialize)]
struct Refused {
    at: String,
    why: CertificateRefusal,
    from: Option<String>,
}

#[derive(Clone, Debug, Deserialize)]
struct Revoked {
    at: String,
    by: Option<String>,
    reason: RevocationReason,
    note: Option<String>,
}

/// One certificate of the inventory.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Certificate {
    pub(crate) fingerprint: String,
    serial: String,
    issuer: String,
    owner: Owner,
    pub(crate) system_auth_id: String,
    pairing_removed: bool,
    common_name: String,
    subject: String,
    key: String,
    kind: CertificateKind,
    not_before: String,
    pub(crate) not_after: String,
    /// When it stops to count: then, or earlier with its authority.
    pub(crate) ends_at: String,
    pub(crate) issued_at: String,
    wire: String,
    pub(crate) generation: u64,
    lineage: String,
    parent: Option<String>,
    same_key_as_parent: bool,
    pub(crate) state: CertificateState,
    last_seen_at: Option<String>,
    last_seen_from: Option<String>,
    refused: Option<Refused>,
    revoked: Option<Revoked>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Page {
    pub(super) certificates: Vec<Certificate>,
    pub(super) end_cursor: Option<String>,
    pub(super) has_next_page: bool,
    total_count: Option<u64>,
    pub(super) now: String,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct One {
    pub(super) certificate: Certificate,
    pub(super) pem: String,
    /// The certificate, its CA, and what is above that.
    pub(super) chain_pem: String,
    /// Oldest first.
    pub(super) lineage: Vec<Certificate>,
    pub(super) now: String,
}

#[derive(Debug, Deserialize)]
pub(super) struct RevokedCount {
    pub(super) revoked: u64,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Authority {
    fingerprint: String,
    subject: String,
    not_before: String,
    not_after: String,
    state: AuthorityState,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Expiries {
    bucket_seconds: u64,
    expiries: Vec<TimelineBucket>,
    last_expiries: Vec<TimelineBucket>,
    authorities: Vec<Authority>,
    current: u64,
    expired: u64,
    revoked: u64,
    now: String,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct LastExpiry {
    kind: CertificateOwnerKind,
    id: String,
    name: Option<String>,
    last_expiry: String,
    #[serde(default)]
    certificates: u64,
}

/// Owners, and how many there are with those that are not listed.
#[derive(Debug, Deserialize)]
pub(crate) struct Owners {
    owners: Vec<LastExpiry>,
    count: u64,
}

impl Certificate {
    /// What a person calls its holder: the owner's name, else the common name.
    pub(super) fn spoken_name(&self) -> &str {
        self.owner.name.as_deref().filter(|name| !name.is_empty()).unwrap_or(&self.common_name)
    }

    /// What a person calls its owner: by name, else by id.
    pub(super) fn owner_name(&self) -> &str {
        self.owner.name.as_deref().filter(|name| !name.is_empty()).unwrap_or(&self.owner.id)
    }

    /// Neither expired nor revoked, and still accepted.
    pub(super) fn is_current(&self) -> bool {
        matches!(self.state, CertificateState::Valid | CertificateState::NotYetValid) && !self.pairing_removed
    }

    pub(super) fn not_before(&self) -> &str {
        &self.not_before
    }

    pub(super) fn common_name(&self) -> &str {
        &self.common_name
    }

    fn expires_soon(&self, thresholds: PolicyThresholds, now: &str) -> bool {
        let at = |text: &str| Moment::parse(text).map(Moment::unix_seconds);
        let (Some(from), Some(until), Some(now)) = (at(&self.not_before), at(&self.ends_at), at(now)) else {
            return false;
        };
        let days = i64::from(thresholds.warning_days) * 24 * 3600;
        let share = (until - from) * i64::from(thresholds.warning_percent) / 100;
        self.is_current() && until - now < days.min(share)
    }

    pub(super) fn into_row(self, thresholds: PolicyThresholds, now: &str) -> CertificateRow {
        let expires_soon = self.expires_soon(thresholds, now);
        let (refused_at, refused_why, refused_from) =
            self.refused.map_or((None, None, None), |refused| (Some(refused.at), Some(refused.why), refused.from));
        let (revoked_at, revoked_by, revoked_reason, revoked_note) = match self.revoked {
            Some(revoked) => (Some(revoked.at), revoked.by, Some(revoked.reason), revoked.note),
            None => (None, None, None, None),
        };
        CertificateRow {
            fingerprint: self.fingerprint,
            serial: self.serial,
            issuer: self.issuer,
            owner_kind: self.owner.kind,
            owner_id: self.owner.id,
            owner_name: self.owner.name,
            owner_gone: self.owner.gone,
            system_auth_id: self.system_auth_id,
            pairing_removed: self.pairing_removed,
            common_name: self.common_name,
            subject: self.subject,
            key: self.key,
            kind: self.kind,
            not_before: self.not_before,
            not_after: self.not_after,
            ends_at: self.ends_at,
            issued_at: self.issued_at,
            wire: self.wire,
            generation: self.generation,
            lineage: self.lineage,
            parent: self.parent,
            same_key_as_parent: self.same_key_as_parent,
            state: self.state,
            expires_soon,
            last_seen_at: self.last_seen_at,
            last_seen_from: self.last_seen_from,
            refused_at,
            refused_why,
            refused_from,
            revoked_at,
            revoked_by,
            revoked_reason,
            revoked_note,
        }
    }
}

impl Page {
    pub(super) fn into_page(self, thresholds: PolicyThresholds) -> CertificatePage {
        let now = self.now;
        CertificatePage {
            rows: self.certificates.into_iter().map(|found| found.into_row(thresholds, &now)).collect(),
            end_cursor: self.end_cursor,
            has_next_page: self.has_next_page,
            total_count: self.total_count,
            server_now: now,
        }
    }
}

impl From<Expiries> for Timeline {
    fn from(expiries: Expiries) -> Self {
        let authority = |authority: Authority| TimelineAuthority {
            fingerprint: authority.fingerprint,
            subject: authority.subject,
            not_before: authority.not_before,
            not_after: authority.not_after,
            state: authority.state,
        };
        Self {
            bucket_seconds: expiries.bucket_seconds,
            expiries: expiries.expiries,
            last_expiries: expiries.last_expiries,
            authorities: expiries.authorities.into_iter().map(authority).collect(),
            current: expiries.current,
            expired: expiries.expired,
            revoked: expiries.revoked,
            server_now: expiries.now,
        }
    }
}

impl From<Owners> for DarkOwners {
    fn from(found: Owners) -> Self {
        let owner = |owner: LastExpiry| DarkOwner {
            owner_kind: owner.kind,
            owner_id: owner.id,
            owner_name: owner.name,
            last_expiry: owner.last_expiry,
        };
        Self { owners: found.owners.into_iter().map(owner).collect(), count: found.count }
    }
}

impl From<Owners> for OldChain {
    fn from(found: Owners) -> Self {
        let owner = |owner: LastExpiry| OldChainOwner {
            owner_kind: owner.kind,
            owner_id: owner.id,
            owner_name: owner.name,
            certificates: owner.certificates,
            last_expiry: owner.last_expiry,
        };
        Self { owners: found.owners.into_iter().map(owner).collect(), count: found.count }
    }
}

#[cfg(test)]
pub(super) mod tests {
    use serde_json::{Value, json};

    use super::*;

    /// As the contract has it, with every field.
    pub(in crate::certificates) fn certificate() -> Value {
        json!({
            "fingerprint": "ab".repeat(32), "serial": "0102", "issuer": "cd".repeat(32),
            "owner": { "kind": "application", "id": "a-1", "name": "crm-europe", "gone": false },
            "systemAuthId": "s-1", "pairingRemoved": false, "commonName": "s-1",
            "subject": "O=Org,OU=OrgUnit,L=locality,ST=province,C=DE,CN=s-1", "key": "RSA 4096", "kind": "application",
            "notBefore": "2024-07-04T10:44:00Z", "notAfter": "2024-10-02T10:44:00Z", "endsAt": "2024-10-02T10:44:00Z",
            "issuedAt": "2024-07-04T10:45:00Z", "wire": "connector", "generation": 3, "lineage": "ef".repeat(32),
            "parent": "01".repeat(32), "sameKeyAsParent": true, "state": "valid",
            "lastSeenAt": "2024-07-05T10:44:00Z", "lastSeenFrom": "127.0.0.1",
            "refused": { "at": "2024-07-05T10:45:00Z", "why": "not_yet_valid", "from": "::1" },
            "revoked": null,
        })
    }

    pub(in crate::certificates) const THRESHOLDS: PolicyThresholds =
        PolicyThresholds { warning_days: 30, warning_percent: 20 };

    pub(in crate::certificates) fn read(value: Value) -> Certificate {
        serde_json::from_value(value).unwrap()
    }

    #[test]
    fn every_field_of_the_inventory_reaches_the_page() {
        let mut found = certificate();
        found["revoked"] =
            json!({ "at": "2024-07-06T00:00:00Z", "by": "administrator", "reason": "key_compromise", "note": "lost" });
        found["state"] = "revoked".into();
        let row = serde_json::to_value(read(found.clone()).into_row(THRESHOLDS, "2024-07-06T00:00:00Z")).unwrap();
        let mut expected = found;
        let fields = expected.as_object_mut().unwrap();
        for nested in ["owner", "refused", "revoked"] {
            let inner = fields.remove(nested).unwrap();
            for (name, value) in inner.as_object().unwrap() {
                let (first, rest) = name.split_at(1);
                let flat = if (nested, name.as_str()) == ("revoked", "reason") {
                    "revokedReason".to_owned()
                } else {
                    format!("{nested}{}{rest}", first.to_uppercase())
                };
                fields.insert(flat, value.clone());
            }
        }
        expected["expiresSoon"] = false.into();
        assert_eq!(row, expected);
    }

    #[test]
    fn it_expires_soon_by_the_smaller_threshold() {
        let soon = |now: &str, thresholds| read(certificate()).into_row(thresholds, now).expires_soon;
        // 20 % of 90 days are 18 days, which is less than 30.
        assert!(!soon("2024-09-14T10:44:00Z", THRESHOLDS));
        assert!(soon("2024-09-14T10:44:01Z", THRESHOLDS));
        let by_days = PolicyThresholds { warning_days: 3, warning_percent: 100 };
        assert!(!soon("2024-09-29T10:44:00Z", by_days));
        assert!(soon("2024-09-29T10:44:01Z", by_days));
        let mut removed = certificate();
        removed["pairingRemoved"] = true.into();
        assert!(!read(removed).into_row(THRESHOLDS, "2024-10-01T00:00:00Z").expires_soon, "nobody needs it");
    }

    #[test]
    fn a_certificate_is_called_by_its_owner_then_by_itself() {
        assert_eq!(read(certificate()).spoken_name(), "crm-europe");
        let mut nameless = certificate();
        nameless["owner"]["name"] = Value::Null;
        let nameless = read(nameless);
        assert_eq!((nameless.spoken_name(), nameless.owner_name()), ("s-1", "a-1"));
    }
}
