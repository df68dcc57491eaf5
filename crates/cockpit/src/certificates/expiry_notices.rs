//! Notifications of the desktop for certificates that will expire. Each certificate and threshold is told once; several
//! at once become one sentence. One that was renewed already is not worth a word, and neither is one that lives for less
//! than the threshold.

use std::{
    collections::BTreeMap,
    fs, io,
    path::{Path, PathBuf},
};

use pairing::Moment;
use serde::{Deserialize, Serialize};
use tokio::sync::Mutex;

use super::{decoded::spoken, inventory::Inventory, wire::Certificate};
use crate::{Cockpit, Problem, calls::CallContext, https, private_file};

const DAY: i64 = 24 * 3600;

/// Looking whether a certificate was renewed costs a request each; beyond this many, they are told without.
const MOST_LOOKED_AT: usize = 200;
/// Names in one sentence.
const MOST_NAMED: usize = 3;

/// What was told: one small JSON file beside the settings.
#[derive(Debug)]
pub(crate) struct ExpiryNotices {
    path: PathBuf,
    /// One look at a time: two would tell the same twice.
    looking: Mutex<()>,
}

/// By fingerprint.
type Told = BTreeMap<String, Notice>;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Notice {
    /// The smallest threshold that was told.
    days: u32,
    /// When it can be forgotten.
    until: String,
}

/// A certificate that has come below a threshold which was not told yet.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Due {
    fingerprint: String,
    name: String,
    days: u32,
    until: Moment,
}

impl ExpiryNotices {
    pub(crate) fn in_folder(folder: &Path) -> Self {
        Self { path: folder.join("expiry-notices.json"), looking: Mutex::default() }
    }

    /// A file that is missing or damaged means that nothing was told: once too often is better than never.
    fn load(&self) -> Told {
        fs::read(&self.path).ok().and_then(|bytes| serde_json::from_slice(&bytes).ok()).unwrap_or_default()
    }

    fn save(&self, told: &Told) -> io::Result<()> {
        let json = serde_json::to_vec(told).map_err(io::Error::other)?;
        self.path.parent().map_or(Ok(()), fs::create_dir_all)?;
        private_file::write(&self.path, &json)
    }
}

impl Cockpit {
    /// Looks for certificates that will expire, and tells the desktop about those that are new. To be called at the
    /// start and every hour. Without a server or an inventory there is nothing to tell.
    pub async fn tell_of_expiring_certificates(&self) {
        let thresholds = self.settings().notify_days;
        if thresholds.is_empty() {
            return;
        }
        let Ok((_, inventory)) = self.inventory(CallContext::of_local_server()) else { return };
        let _looking = self.expiry_notices.looking.lock().await;
        let mut told = self.expiry_notices.load();
        let before = told.clone();
        let (found, now) = match due(&inventory, &thresholds, &told).await {
            Ok(found) => found,
            Err(problem) => {
                tracing::debug!(code = %problem.code, "expiring certificates could not be looked for");
                return;
            }
        };
        told.retain(|_, notice| Moment::parse(&notice.until).is_some_and(|until| until > now));
        let (renewed, due) = without_renewed(&inventory, found).await;
        if let Some((title, body)) = sentence(&due, now) {
            match self.desktop.notify(title, body).await {
                Ok(()) => remember(&mut told, &due),
                Err(unavailable) => tracing::debug!(cause = unavailable.cause, "no notification could be shown"),
            }
        }
        remember(&mut told, &renewed);
        if told != before
            && let Err(error) = self.expiry_notices.save(&told)
        {
            tracing::warn!(%error, "what was told about expiring certificates could not be remembered");
        }
    }
}

fn remember(told: &mut Told, due: &[Due]) {
    told.extend(due.iter().map(|due| (due.fingerprint.clone(), Notice { days: due.days, until: due.until.rfc3339() })));
}

/// Certificates that came below a threshold, from the next to expire on, and the server's clock.
async fn due(inventory: &Inventory, thresholds: &[u32], told: &Told) -> Result<(Vec<Due>, Moment), Problem> {
    let longest = i64::from(thresholds.iter().copied().max().unwrap_or(0)) * DAY;
    let mut found = Vec::new();
    let mut after = None;
    loop {
        let page = inventory.next_to_expire(after.as_deref()).await?;
        let now = Moment::parse(&page.now).unwrap_or_else(https::local_time);
        let mut beyond = false;
        for certificate in &page.certificates {
            let until = Moment::parse(&certificate.ends_at);
            beyond |= until.is_some_and(|until| until.unix_seconds() - now.unix_seconds() > longest);
            found.extend(due_now(certificate, thresholds, told, now));
        }
        after = page.end_cursor;
        if beyond || !page.has_next_page || after.is_none() {
            return Ok((found, now));
        }
    }
}

fn due_now(certificate: &Certificate, thresholds: &[u32], told: &Told, now: Moment) -> Option<Due> {
    let until = Moment::parse(&certificate.ends_at)?;
    let from = Moment::parse(certificate.not_before())?;
    let left = until.unix_seconds() - now.unix_seconds();
    let lifetime = until.unix_seconds() - from.unix_seconds();
    let crossed = |days: &&u32| left <= i64::from(**days) * DAY && i64::from(**days) * DAY < lifetime;
    let days = *thresholds.iter().filter(crossed).min()?;
    let known = told.get(&certificate.fingerprint).is_some_and(|notice| notice.days <= days);
    (left > 0 && certificate.is_current() && !known).then(|| Due {
        fingerprint: certificate.fingerprint.clone(),
        name: certificate.spoken_name().to_owned(),
        days,
        until,
    })
}

/// Those that have a later one in their line, and the others.
async fn without_renewed(inventory: &Inventory, found: Vec<Due>) -> (Vec<Due>, Vec<Due>) {
    let (mut renewed, mut due) = (Vec::new(), Vec::new());
    for (position, candidate) in found.into_iter().enumerate() {
        let line = if position < MOST_LOOKED_AT { inventory.one(&candidate.fingerprint).await.ok() } else { None };
        let later = line.is_some_and(|found| {
            found.lineage.iter().any(|other| {
                other.is_current() && Moment::parse(&other.ends_at).is_some_and(|until| until > candidate.until)
            })
        });
        if later { renewed.push(candidate) } else { due.push(candidate) }
    }
    (renewed, due)
}

/// Title and body; `None`: there is nothing to tell.
fn sentence(due: &[Due], now: Moment) -> Option<(String, String)> {
    match due {
        [] => None,
        [one] => Some((
            format!("The certificate of {} expires {}", one.name, in_days(one.until, now)),
            format!(
                "On {}. Until then the application can renew it by itself; afterwards it must be paired again.",
                spoken(one.until)
            ),
        )),
        [first, ..] => {
            let mut parts: Vec<_> =
                due.iter().take(MOST_NAMED).map(|one| format!("{} {}", one.name, in_days(one.until, now))).collect();
            if due.len() > MOST_NAMED {
                parts.push(format!("{} more", due.len() - MOST_NAMED));
            }
            let title = format!("{} certificates expire soon, the first {}", due.len(), in_days(first.until, now));
            Some((title, format!("{}.", parts.join(", "))))
        }
    }
}

fn in_days(until: Moment, now: Moment) -> String {
    // Rounded up as people count: what ends in 6 days and 23 hours ends in 7 days.
    match (until.unix_seconds() - now.unix_seconds()).div_euclid(3600) {
        ..24 => "within a day".into(),
        hours => {
            let days = (hours + 23) / 24;
            if days == 1 { "in 1 day".into() } else { format!("in {days} days") }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{super::wire::tests, *};

    const ALL: [u32; 4] = [30, 14, 7, 1];

    fn at(text: &str) -> Moment {
        Moment::parse(text).unwrap()
    }

    /// Lives from 4 July for 90 days, until 2 October 10:44.
    fn certificate() -> Certificate {
        tests::read(tests::certificate())
    }

    #[test]
    fn each_threshold_is_due_once() {
        let mut told = Told::new();
        let mut days = Vec::new();
        for now in [
            "2024-09-02T10:43:59Z",
            "2024-09-02T10:44:00Z",
            "2024-09-10T00:00:00Z",
            "2024-09-20T00:00:00Z",
            "2024-09-30T00:00:00Z",
            "2024-10-02T00:00:00Z",
            "2024-10-02T10:44:00Z",
        ] {
            let due: Vec<_> = due_now(&certificate(), &ALL, &told, at(now)).into_iter().collect();
            remember(&mut told, &due);
            days.push(due.first().map(|due| due.days));
        }
        assert_eq!(days, [None, Some(30), None, Some(14), Some(7), Some(1), None]);
    }

    #[test]
    fn a_threshold_that_is_off_or_longer_than_the_whole_life_is_never_due() {
        let now = at("2024-09-20T00:00:00Z");
        assert_eq!(due_now(&certificate(), &[7, 1], &Told::new(), now), None);
        let mut short = tests::certificate();
        short["notBefore"] = "2024-10-01T10:44:00Z".into();
        assert_eq!(due_now(&tests::read(short), &ALL, &Told::new(), at("2024-10-02T10:00:00Z")), None);
        let mut removed = tests::certificate();
        removed["pairingRemoved"] = true.into();
        assert_eq!(due_now(&tests::read(removed), &ALL, &Told::new(), now), None);
    }

    #[test]
    fn several_become_one_sentence() {
        let now = at("2024-09-25T10:44:00Z");
        let one = due_now(&certificate(), &ALL, &Told::new(), now).unwrap();
        let (title, body) = sentence(std::slice::from_ref(&one), now).unwrap();
        assert_eq!(title, "The certificate of crm-europe expires in 7 days");
        assert!(body.starts_with("On 2 October 2024, 10:44 UTC."));
        let (title, body) = sentence(&vec![one; 5], now).unwrap();
        assert_eq!(title, "5 certificates expire soon, the first in 7 days");
        assert_eq!(body, "crm-europe in 7 days, crm-europe in 7 days, crm-europe in 7 days, 2 more.");
        assert_eq!(sentence(&[], now), None);
        assert_eq!(in_days(at("2024-09-26T10:43:00Z"), now), "within a day");
    }

    #[test]
    fn what_was_told_outlives_the_program() {
        let folder = tempfile::tempdir().unwrap();
        let notices = ExpiryNotices::in_folder(&folder.path().join("deep"));
        assert!(notices.load().is_empty());
        let told = Told::from([("ab".into(), Notice { days: 7, until: "2024-10-02T10:44:00Z".into() })]);
        notices.save(&told).unwrap();
        assert_eq!(notices.load(), told);
    }
}
