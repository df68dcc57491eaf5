//! One run: who is to be paired, how far each is, and what to do next.

use std::{collections::BTreeMap, path::PathBuf};

use pairing::Moment;
use serde::{Deserialize, Serialize};

use super::entry::Entry;
use crate::{
    calls::{WaveCounts, WaveFailure, WaveHand, WaveRunState, WaveStage},
    environment::LOCAL,
    frame::{Connection, Place},
};

/// As many failures of the same kind in a row say that the next one will fail too.
const ALIKE: u32 = 5;
/// Names of those that failed in the same way.
const NAMED: usize = 3;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Run {
    pub(super) id: String,
    pub(super) environment: String,
    pub(super) environment_name: String,
    /// An environment may get another address under the same id; the run does not follow it there.
    pub(super) director_url: String,
    pub(super) tenant: String,
    pub(super) hand: WaveHand,
    pub(super) wave_size: u32,
    pub(super) state: WaveRunState,
    pub(super) paused_because: Option<String>,
    pub(super) folder: Option<PathBuf>,
    pub(super) started_at: String,
    /// From 1; 0 before the first.
    pub(super) wave: u32,
    pub(super) entries: Vec<Entry>,
    /// By hand: whose turn it is.
    pub(super) current: Option<usize>,
    /// How often the last failure came in a row, and what it said.
    alike: (String, u32),
}

impl Run {
    pub(super) fn new(place: &Place, hand: WaveHand, wave_size: u32, started_at: String, entries: Vec<Entry>) -> Self {
        Self {
            id: uuid::Uuid::new_v4().to_string(),
            environment: place.environment.clone(),
            environment_name: String::new(),
            director_url: String::new(),
            tenant: place.tenant.clone(),
            hand,
            wave_size,
            state: WaveRunState::Running,
            paused_because: None,
            folder: None,
            started_at,
            wave: 0,
            entries,
            current: None,
            alike: (String::new(), 0),
        }
    }

    /// What is the same for all applications: cheap to copy, however many there are.
    pub(super) fn without_entries(&self) -> Self {
        Self {
            id: self.id.clone(),
            environment: self.environment.clone(),
            environment_name: self.environment_name.clone(),
            director_url: self.director_url.clone(),
            tenant: self.tenant.clone(),
            paused_because: self.paused_because.clone(),
            folder: self.folder.clone(),
            started_at: self.started_at.clone(),
            entries: Vec::new(),
            alike: self.alike.clone(),
            ..*self
        }
    }

    pub(super) fn place(&self) -> Place {
        Place { environment: self.environment.clone(), tenant: self.tenant.clone() }
    }

    /// Whether this connection leads to where the run was begun. The server of this computer gets another port with every
    /// start.
    pub(super) fn is_at(&self, connection: &Connection) -> bool {
        let same_address = self.environment == LOCAL || self.director_url == connection.environment.director_url;
        self.place() == connection.place && same_address
    }

    pub(super) fn is_over(&self) -> bool {
        matches!(self.state, WaveRunState::Stopped | WaveRunState::Finished)
    }

    pub(super) fn pause(&mut self, because: impl Into<String>) {
        self.state = WaveRunState::Paused;
        self.paused_because = Some(because.into());
    }

    pub(super) fn resume(&mut self) {
        self.state = WaveRunState::Running;
        self.paused_because = None;
        self.alike = (String::new(), 0);
    }

    /// No further ones; those whose token lives may finish.
    pub(super) fn stop(&mut self) {
        self.state = WaveRunState::Stopped;
        self.paused_because = None;
        for entry in self.entries.iter_mut().filter(|entry| entry.stage == WaveStage::Planned) {
            entry.stage = WaveStage::Skipped;
        }
    }

    /// Those that failed, expired or were skipped, once more.
    pub(super) fn retry(&mut self) -> usize {
        let again =
            |entry: &&mut Entry| matches!(entry.stage, WaveStage::Failed | WaveStage::Expired | WaveStage::Skipped);
        let mut count = 0;
        for entry in self.entries.iter_mut().filter(again) {
            // Its system auth is used again; so is the place of its file.
            let kept = (entry.file.take(), entry.system_auth_id.take());
            *entry = Entry::planned(entry.application_id.clone(), entry.name.clone());
            (entry.file, entry.system_auth_id) = kept;
            count += 1;
        }
        if count > 0 {
            self.resume();
        }
        count
    }

    /// A whole wave's worth of those whose turn it is: none while the wave before is not over.
    pub(super) fn next_wave(&mut self) -> Vec<usize> {
        if self.state != WaveRunState::Running || self.entries.iter().any(Entry::is_alive) {
            return Vec::new();
        }
        let planned = |(_, entry): &(usize, &Entry)| entry.stage == WaveStage::Planned;
        let size = usize::try_from(self.wave_size).unwrap_or(usize::MAX);
        let next: Vec<_> = self.entries.iter().enumerate().filter(planned).map(|(at, _)| at).take(size).collect();
        if !next.is_empty() {
            self.wave += 1;
        }
        next
    }

    pub(super) fn next_by_hand(&self) -> Option<usize> {
        self.entries.iter().position(|entry| entry.stage == WaveStage::Planned)
    }

    /// Takes in that one failed. The fifth in a row that fails alike pauses the run.
    pub(super) fn failed(&mut self, at: usize, message: String) {
        let alike = if self.alike.0 == message { self.alike.1 + 1 } else { 1 };
        self.alike = (message.clone(), alike);
        if let Some(entry) = self.entries.get_mut(at) {
            entry.stage = WaveStage::Failed;
            entry.problem = Some(message);
        }
        if alike >= ALIKE && self.state == WaveRunState::Running {
            self.pause("Five applications failed the same way. No more tokens are requested until you say so.");
        }
    }

    pub(super) fn succeeded(&mut self) {
        self.alike = (String::new(), 0);
    }

    /// Nothing is left to do and nothing is waited for.
    pub(super) fn finish_when_done(&mut self) -> bool {
        let open = |entry: &Entry| entry.stage == WaveStage::Planned || entry.is_alive();
        if self.state == WaveRunState::Running && !self.entries.iter().any(open) {
            self.state = WaveRunState::Finished;
            self.current = None;
            return true;
        }
        false
    }

    pub(super) fn counts(&self) -> WaveCounts {
        let mut counts = WaveCounts::default();
        for entry in &self.entries {
            *match entry.stage {
                WaveStage::Planned => &mut counts.planned,
                WaveStage::Requested => &mut counts.requested,
                WaveStage::HandedOver => &mut counts.handed_over,
                WaveStage::Redeemed => &mut counts.redeemed,
                WaveStage::Signed => &mut counts.signed,
                WaveStage::Paired => &mut counts.paired,
                WaveStage::Expired => &mut counts.expired,
                WaveStage::Failed => &mut counts.failed,
                WaveStage::Skipped => &mut counts.skipped,
            } += 1;
        }
        counts
    }

    /// By cause, most frequent first.
    pub(super) fn failures(&self) -> Vec<WaveFailure> {
        let mut by_cause: BTreeMap<&str, WaveFailure> = BTreeMap::new();
        for entry in self.entries.iter().filter(|entry| entry.stage == WaveStage::Failed) {
            let message = entry.problem.as_deref().unwrap_or("It failed.");
            let failure = by_cause.entry(message).or_insert_with(|| WaveFailure {
                message: message.to_owned(),
                count: 0,
                names: Vec::new(),
            });
            failure.count += 1;
            if failure.names.len() < NAMED {
                failure.names.push(entry.name.clone());
            }
        }
        let mut failures: Vec<_> = by_cause.into_values().collect();
        failures.sort_by_key(|failure| std::cmp::Reverse(failure.count));
        failures
    }

    /// Applications that are done, for each minute since the start.
    pub(super) fn per_minute(&self, now: Moment) -> Option<f64> {
        let since = now.unix_seconds() - Moment::parse(&self.started_at)?.unix_seconds();
        let done = self.entries.iter().filter(|entry| entry.paired_at.is_some()).count();
        let minutes = f64::from(i32::try_from(since).ok().filter(|since| *since >= 10)?) / 60.0;
        (done > 0).then(|| f64::from(u32::try_from(done).unwrap_or(u32::MAX)) / minutes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(count: usize) -> Run {
        let entries = (0..count).map(|at| Entry::planned(at.to_string(), format!("app-{at}"))).collect();
        let place = Place { environment: "e".into(), tenant: "t".into() };
        Run::new(&place, WaveHand::Files, 2, "2026-01-01T00:00:00Z".into(), entries)
    }

    #[test]
    fn a_wave_begins_when_the_one_before_is_over() {
        let mut run = run(5);
        assert_eq!(run.next_wave(), [0, 1]);
        run.entries[0].stage = WaveStage::HandedOver;
        run.entries[1].stage = WaveStage::Failed;
        assert!(run.next_wave().is_empty(), "one token lives");
        run.entries[0].stage = WaveStage::Signed;
        assert_eq!((run.next_wave(), run.wave), (vec![2, 3], 2), "its token is used up");
        run.pause("x");
        run.entries[2].stage = WaveStage::Expired;
        run.entries[3].stage = WaveStage::Paired;
        assert!(run.next_wave().is_empty() && !run.finish_when_done());
        run.resume();
        assert_eq!(run.next_wave(), [4]);
        run.entries[4].stage = WaveStage::Paired;
        assert!(run.finish_when_done() && run.is_over());
        assert_eq!(run.retry(), 2);
        assert_eq!((run.state, run.counts().planned), (WaveRunState::Running, 2));
    }

    #[test]
    fn five_alike_in_a_row_pause_the_run() {
        let mut run = run(9);
        for at in 0..4 {
            run.failed(at, "no".into());
        }
        run.failed(4, "else".into());
        assert_eq!(run.state, WaveRunState::Running);
        run.succeeded();
        for at in 0..5 {
            run.failed(at, "no".into());
        }
        assert_eq!(run.state, WaveRunState::Paused);
        let failures = run.failures();
        assert_eq!((failures.len(), failures[0].count, failures[0].names.len()), (1, 5, 3));
        assert_eq!(run.per_minute(Moment::parse("2026-01-01T00:01:00Z").unwrap()), None);
        run.entries[8].paired_at = Some(String::new());
        assert_eq!(run.per_minute(Moment::parse("2026-01-01T00:02:00Z").unwrap()), Some(0.5));
    }
}
