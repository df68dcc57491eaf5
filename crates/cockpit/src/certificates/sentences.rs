//! What a certificate is, in sentences, before anybody reads hexadecimal digits.

use pairing::Moment;

use super::{
    decoded::{Decoded, spoken},
    extensions::purposes,
};
use crate::calls::{
    CertificateKind, CertificateOwnerKind, CertificateRefusal, CertificateRow, CertificateState, RevocationReason,
};

/// What it is, and what is wrong with it as the inventory knows it.
pub(super) fn sentences(
    row: &CertificateRow,
    leaf: &Decoded<'_>,
    lineage: &[CertificateRow],
    now: Moment,
) -> (Vec<String>, Vec<String>) {
    let mut said = vec![whose(row)];
    said.push(leaf.extended_key_usage().map_or_else(
        || "For any purpose: it does not say what it is for.".to_owned(),
        |usage| format!("For {}.", purposes(&usage)),
    ));
    said.push(validity(leaf, now));
    said.push(line(row, lineage));
    said.push(match (&row.last_seen_at, &row.last_seen_from) {
        (Some(at), Some(from)) => format!("Last used on {} from {from}.", date(at)),
        (Some(at), None) => format!("Last used on {}.", date(at)),
        (None, _) => "Not used so far.".to_owned(),
    });
    (said, problems(row))
}

fn whose(row: &CertificateRow) -> String {
    let named = row.owner_name.as_deref().filter(|name| !name.is_empty());
    let who = match (row.owner_kind, named) {
        (CertificateOwnerKind::Application, Some(name)) => format!("{name} (CN={})", row.common_name),
        (CertificateOwnerKind::Runtime, Some(name)) => format!("the runtime {name} (CN={})", row.common_name),
        (CertificateOwnerKind::Application | CertificateOwnerKind::Runtime, None) => format!("CN={}", row.common_name),
    };
    match row.kind {
        CertificateKind::Test => format!("Proves it is {who}, for a test."),
        CertificateKind::Application | CertificateKind::Runtime => format!("Proves it is {who}."),
    }
}

fn validity(leaf: &Decoded<'_>, now: Moment) -> String {
    let (from, until) = (leaf.not_before(), leaf.not_after());
    let left = until.unix_seconds() - now.unix_seconds();
    let state = if now < from {
        format!("it begins in {}", span(from.unix_seconds() - now.unix_seconds()))
    } else if left < 0 {
        format!("it ended {} ago", span(-left))
    } else {
        format!("{} left", span(left))
    };
    format!("From {} until {}: {state}.", spoken(from), spoken(until))
}

fn line(row: &CertificateRow, lineage: &[CertificateRow]) -> String {
    if row.generation == 0 {
        let renewals = lineage.iter().filter(|other| other.generation > 0).count();
        return match renewals {
            0 => "The first of its line; it was not renewed so far.".into(),
            1 => "The first of its line; it was renewed once.".into(),
            _ => format!("The first of its line; there were {renewals} renewals."),
        };
    }
    let began = lineage.iter().find(|other| other.fingerprint == row.lineage).or(lineage.first());
    let began = began.map_or_else(String::new, |first| format!(" that began on {}", date(&first.not_before)));
    let key = if row.same_key_as_parent { "with the same key as the one before" } else { "with a new key" };
    format!("{} renewal of a line{began}, {key}.", ordinal(row.generation))
}

fn problems(row: &CertificateRow) -> Vec<String> {
    let mut found = Vec::new();
    if let Some(at) = &row.revoked_at {
        let by = row.revoked_by.as_deref().map_or_else(String::new, |by| format!(" by {by}"));
        let reason = row.revoked_reason.map_or("", reason_words);
        let note = row.revoked_note.as_deref().map_or_else(String::new, |note| format!(" \"{note}\""));
        found.push(format!("It was revoked on {}{by}{reason}.{note}", date(at)));
    }
    if row.pairing_removed {
        found.push("Its pairing was removed: it is not accepted any more.".into());
    }
    if row.owner_gone {
        found.push("Its owner was deleted.".into());
    }
    // A refusal that was before the last success is history.
    let later = |at: &String| row.last_seen_at.as_ref().is_none_or(|seen| seen < at);
    if let (Some(at), Some(why)) = (row.refused_at.as_ref().filter(|at| later(at)), row.refused_why) {
        let from = row.refused_from.as_deref().map_or_else(String::new, |from| format!(", from {from}"));
        let why = match why {
            CertificateRefusal::Expired => "it had expired",
            CertificateRefusal::NotYetValid => "it was not valid yet; one of the two clocks is wrong",
            CertificateRefusal::Revoked => "it was revoked",
            CertificateRefusal::PairingRemoved => "its pairing was removed",
            CertificateRefusal::NotForClients => "it is not for clients",
            CertificateRefusal::UnknownIssuer => "the authority that signed it was not accepted any more",
            CertificateRefusal::NotAccepted => "it could not be verified",
        };
        found.push(format!("It was turned away on {}{from}: {why}.", date(at)));
    }
    if row.state == CertificateState::AuthorityEnded {
        found.push("The authority that signed it is not accepted any more, and so neither is the certificate.".into());
    }
    if matches!(row.state, CertificateState::Expired | CertificateState::Revoked | CertificateState::AuthorityEnded) {
        found.push("It can't renew itself any more; pair the application again.".into());
    }
    found
}

fn reason_words(reason: RevocationReason) -> &'static str {
    match reason {
        RevocationReason::Unspecified => "",
        RevocationReason::KeyCompromise => ", because its key may be in other hands",
        RevocationReason::AffiliationChanged => ", because its holder changed",
        RevocationReason::Superseded => ", because another took its place",
        RevocationReason::CessationOfOperation => ", because it is not needed any more",
    }
}

/// A time of the inventory as people say it; as it came where it is none.
fn date(text: &str) -> String {
    Moment::parse(text).map_or_else(|| text.to_owned(), spoken)
}

/// A span of time in its largest unit, not rounded up: 41 days, 1 hour.
fn span(seconds: i64) -> String {
    let (count, unit) = match seconds {
        172_800.. => (seconds / 86_400, "day"),
        7_200.. => (seconds / 3_600, "hour"),
        120.. => (seconds / 60, "minute"),
        _ => (seconds, "second"),
    };
    if count == 1 { format!("1 {unit}") } else { format!("{count} {unit}s") }
}

fn ordinal(number: u64) -> String {
    let suffix = match (number % 100, number % 10) {
        (11..=13, _) => "th",
        (_, 1) => "st",
        (_, 2) => "nd",
        (_, 3) => "rd",
        _ => "th",
    };
    format!("{number}{suffix}")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{super::wire::tests, *};

    fn row(change: impl FnOnce(&mut serde_json::Value)) -> CertificateRow {
        let mut found = tests::certificate();
        change(&mut found);
        tests::read(found).into_row(tests::THRESHOLDS, "2024-08-01T00:00:00Z")
    }

    #[test]
    fn a_renewal_is_counted_and_its_line_named() {
        let renewed = row(|_| {});
        let first = row(|first| {
            first["fingerprint"] = first["lineage"].clone();
            first["generation"] = 0.into();
            first["notBefore"] = "2023-10-01T00:00:00Z".into();
        });
        let lineage = [first.clone(), renewed.clone()];
        assert_eq!(
            line(&renewed, &lineage),
            "3rd renewal of a line that began on 1 October 2023, 00:00 UTC, with the same key as the one before."
        );
        assert_eq!(line(&first, &lineage), "The first of its line; it was renewed once.");
        let ordinals: Vec<_> = [1, 2, 3, 4, 11, 21, 112].map(ordinal).into();
        assert_eq!(ordinals, ["1st", "2nd", "3rd", "4th", "11th", "21st", "112th"]);
    }

    #[test]
    fn what_happened_to_it_is_said_once_and_with_its_reason() {
        let fine = row(|found| found["refused"] = serde_json::Value::Null);
        assert!(problems(&fine).is_empty());
        let refused = row(|_| {});
        assert_eq!(
            problems(&refused),
            ["It was turned away on 5 July 2024, 10:45 UTC, from ::1: it was not valid yet; one of the two clocks is \
              wrong."]
        );
        let worked_since = row(|found| found["lastSeenAt"] = "2024-07-06T00:00:00Z".into());
        assert!(problems(&worked_since).is_empty());
        let revoked = row(|found| {
            found["state"] = "revoked".into();
            found["refused"] = serde_json::Value::Null;
            found["revoked"] = json!({ "at": "2024-07-06T00:00:00Z", "by": "administrator", "reason": "superseded",
                "note": null });
        });
        assert_eq!(
            problems(&revoked)[0],
            "It was revoked on 6 July 2024, 00:00 UTC by administrator, because another took its place."
        );
    }

    #[test]
    fn a_span_is_told_in_a_unit_that_people_feel() {
        assert_eq!(span(41 * 86_400 + 5), "41 days");
        assert_eq!(span(47 * 3600), "47 hours");
        assert_eq!(span(90), "90 seconds");
        assert_eq!(span(1), "1 second");
    }
}
