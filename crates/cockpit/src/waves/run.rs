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
/// Requests that are under way at the same time (ux.md §3.12).
const AT_ONCE: usize = 8;
/// A rate that is younger says nothing.
const SHORTEST_SECONDS: i64 = 10;
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
    /// What it was told to do last: before that it may have rested for days.
    #[serde(default)]
    going_since: Option<String>,
    /// A request of this start, or since it was resumed, went well.
    #[serde(skip)]
    proven: bool,
    /// The desktop was told that something failed, and why it paused.
    #[serde(default)]
    pub(super) told_failure: bool,
    #[serde(default)]
    pub(super) told_pause: bool,
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
            going_since: None,
            proven: false,
            told_failure: false,
            told_pause: false,
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
            going_since: self.going_since.clone(),
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

    /// Nobody asked for it, so it says why.
    pub(super) fn pause(&mut self, because: impl Into<String>) {
        if self.is_over() {
            return;
        }
        self.state = WaveRunState::Paused;
        self.paused_because = Some(because.into());
        self.told_pause = false;
    }

    pub(super) fn resume(&mut self, now: Moment) {
        self.state = WaveRunState::Running;
        self.paused_because = None;
        self.alike = (String::new(), 0);
        self.proven = false;
        self.going_since = Some(now.rfc3339());
    }

    /// The program was closed while it went on. Whether those that were just asked for got a token, nobody knows: they are
    /// not asked for again by themselves.
    pub(super) fn take_up_again(&mut self) {
        for entry in self.entries.iter_mut().filter(|entry| entry.asked) {
            entry.asked = false;
            entry.fail(
                "The program was closed while this token was being requested.",
                Some("If its file is there, it can be used. Otherwise retry: that makes a new token."),
            );
        }
        if self.state == WaveRunState::Running {
            self.pause("The program was closed meanwhile.");
            // Whoever starts the program sees it.
            self.told_pause = true;
        }
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
    pub(super) fn retry(&mut self, now: Moment) -> usize {
        let again =
            |entry: &&mut Entry| matches!(entry.stage, WaveStage::Failed | WaveStage::Expired | WaveStage::Skipped);
        let mut count = 0;
        for entry in self.entries.iter_mut().filter(again) {
            // The place of its file is used again. Its system auth is not by itself: somebody else may have put another token
            // into it, so it is looked at like any that was left behind.
            let kept = (entry.file.take(), entry.asked, entry.was_connected);
            let retried = entry.retried || entry.stage != WaveStage::Skipped;
            *entry = Entry::planned(entry.application_id.clone(), entry.name.clone());
            (entry.file, entry.asked, entry.was_connected) = kept;
            entry.retried = retried;
            count += 1;
        }
        if count > 0 {
            self.told_failure = false;
            self.resume(now);
        }
        count
    }

    /// Those whose turn it is: what the wave that was begun still lacks, or a whole wave's worth once that is over.
    pub(super) fn next_wave(&mut self) -> Vec<usize> {
        if self.state != WaveRunState::Running {
            return Vec::new();
        }
        let room = self.room();
        let begins = room == 0 || self.wave == 0;
        if begins && self.entries.iter().any(Entry::is_alive) {
            return Vec::new();
        }
        let room = if begins { self.size() } else { room };
        let planned = |(_, entry): &(usize, &Entry)| entry.stage == WaveStage::Planned;
        let next: Vec<_> = self.entries.iter().enumerate().filter(planned).map(|(at, _)| at).take(room).collect();
        if begins && !next.is_empty() {
            self.wave += 1;
        }
        next
    }

    fn size(&self) -> usize {
        usize::try_from(self.wave_size).unwrap_or(usize::MAX)
    }

    /// How many the wave that was begun still lacks: a pause, or a Director that wanted a rest, came in between.
    fn room(&self) -> usize {
        let taken = self.entries.iter().filter(|entry| entry.wave == self.wave && entry.stage != WaveStage::Planned);
        if self.wave == 0 { 0 } else { self.size().saturating_sub(taken.count()) }
    }

    /// How many waves it takes in all, as far as that is known.
    pub(super) fn waves_in_all(&self) -> u32 {
        let planned = self.entries.iter().filter(|entry| entry.stage == WaveStage::Planned).count();
        let further = planned.saturating_sub(self.room()).div_ceil(self.size().max(1));
        self.wave + u32::try_from(further).unwrap_or(u32::MAX)
    }

    /// How many requests may be under way now: one until it is known that it works, then eight; where the last ones failed
    /// alike, no more than would pause the run if they did too.
    pub(super) fn at_once(&self) -> usize {
        let left = usize::try_from(ALIKE.saturating_sub(self.alike.1)).unwrap_or(1).max(1);
        match (self.state == WaveRunState::Running, self.alike.1, self.proven) {
            (false, _, _) => 0,
            (true, 0, true) => AT_ONCE,
            (true, 0, false) => 1,
            (true, _, _) => left,
        }
    }

    /// Written down before it is asked for, so that nothing is asked for twice. Answers the run without its entries, and the
    /// one entry.
    pub(super) fn begin_asking(&mut self, at: usize) -> Option<(Self, Entry)> {
        let wave = self.wave;
        let entry = self.entries.get_mut(at).filter(|entry| entry.stage == WaveStage::Planned)?;
        (entry.asked, entry.wave) = (true, wave);
        let entry = entry.clone();
        Some((self.without_entries(), entry))
    }

    /// Nothing came of it, and it is not its fault.
    pub(super) fn not_asked(&mut self, at: usize) {
        if let Some(entry) = self.entries.get_mut(at) {
            entry.asked = false;
        }
    }

    pub(super) fn next_by_hand(&self) -> Option<usize> {
        self.entries.iter().position(|entry| entry.stage == WaveStage::Planned)
    }

    /// Takes in that one failed. The fifth in a row that fails alike pauses the run.
    pub(super) fn failed(&mut self, at: usize, message: &str, hint: Option<&str>) {
        let alike = if self.alike.0 == message { self.alike.1 + 1 } else { 1 };
        self.alike = (message.to_owned(), alike);
        if let Some(entry) = self.entries.get_mut(at) {
            entry.asked = false;
            entry.fail(message, hint);
        }
        if alike >= ALIKE && self.state == WaveRunState::Running {
            self.pause("Five applications failed the same way. No more tokens are requested until you say so.");
        }
    }

    pub(super) fn succeeded(&mut self) {
        self.alike = (String::new(), 0);
        self.proven = true;
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
                hint: entry.hint.clone(),
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

    /// Applications that are done, well or not, for each minute since it was started or resumed.
    pub(super) fn per_minute(&self, now: Moment) -> Option<f64> {
        let since = Moment::parse(self.going_since.as_deref().unwrap_or(&self.started_at))?;
        let is_later = |at: &Option<String>| at.as_deref().and_then(Moment::parse).is_some_and(|at| at >= since);
        let is_done = |entry: &&Entry| match entry.stage {
            WaveStage::Paired => is_later(&entry.paired_at),
            WaveStage::Expired | WaveStage::Failed => is_later(&entry.requested_at),
            WaveStage::Planned
            | WaveStage::Requested
            | WaveStage::HandedOver
            | WaveStage::Redeemed
            | WaveStage::Signed
            | WaveStage::Skipped => false,
        };
        let done = self.entries.iter().filter(is_done).count();
        let seconds = i32::try_from(now.unix_seconds() - since.unix_seconds()).ok();
        let minutes = f64::from(seconds.filter(|seconds| i64::from(*seconds) >= SHORTEST_SECONDS)?) / 60.0;
        (done > 0).then(|| f64::from(u32::try_from(done).unwrap_or(u32::MAX)) / minutes)
    }
}

#[cfg(test)]
mod tests;
