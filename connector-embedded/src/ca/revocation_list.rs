//! Lists of revoked certificates (RFC 5280 §5): one per authority, signed by its key.

use pairing::{Failure, Moment};
use rcgen::{CertificateRevocationListParams, KeyIdMethod, RevocationReason, RevokedCertParams, SerialNumber};

use super::Authority;
use crate::store::certificate::RevokedEntry;

/// The reasons that a person may give (RFC 5280 §5.3.1), as we write them.
pub(crate) const REASONS: [&str; 5] =
    ["unspecified", "key_compromise", "affiliation_changed", "superseded", "cessation_of_operation"];

/// Makes the list number `number`.
///
/// # Errors
/// The authority may not sign lists.
pub(crate) fn revocation_list(
    authority: &Authority,
    number: i64,
    made_at: Moment,
    due_at: Moment,
    entries: &[RevokedEntry],
) -> Result<Vec<u8>, Failure> {
    let revoked_certs = entries.iter().map(|entry| RevokedCertParams {
        serial_number: SerialNumber::from_slice(&entry.serial),
        revocation_time: Moment::from_unix_millis(entry.revoked_at).date_time(),
        reason_code: reason(&entry.revoked_reason),
        invalidity_date: None,
    });
    authority.sign_list(CertificateRevocationListParams {
        this_update: made_at.date_time(),
        next_update: due_at.date_time(),
        crl_number: SerialNumber::from_slice(&minimal(number)),
        issuing_distribution_point: None,
        revoked_certs: revoked_certs.collect(),
        key_identifier_method: KeyIdMethod::Sha256,
    })
}

/// RFC 5280 §5.3.1: "unspecified" is said by leaving the reason out.
fn reason(name: &str) -> Option<RevocationReason> {
    Some(match name {
        "key_compromise" => RevocationReason::KeyCompromise,
        "affiliation_changed" => RevocationReason::AffiliationChanged,
        "superseded" => RevocationReason::Superseded,
        "cessation_of_operation" => RevocationReason::CessationOfOperation,
        _ => return None,
    })
}

/// A positive number in big-endian bytes without leading zeros.
fn minimal(number: i64) -> Vec<u8> {
    let bytes = number.max(1).to_be_bytes();
    bytes.iter().copied().skip_while(|byte| *byte == 0).collect()
}
