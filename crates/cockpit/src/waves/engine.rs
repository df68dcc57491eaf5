//! The steps of a run: taking in what was seen, and whose turn it is.

use std::time::{Duration, Instant};

use pairing::{ErrorCode, Moment};

use super::{entry::Entry, run::Run};
use crate::{
    Cockpit, Problem,
    calls::{Guard, Owner, WaveHand, WaveRunState, WaveStage},
    cockpit::lock,
    frame::Connection,
    https,
    pairings::Facts,
};

impl Cockpit {
    /// One step of the run that there is; called every second.
    pub(crate) async fn step_waves(&self) {
        if lock(&self.waves.run).is_none() {
            return;
        }
        let _step = self.waves.stepping.lock().await;
        let changed = self.pause_where_it_was() | self.take_in_progress();
        let turn = match &mut *lock(&self.waves.run) {
            Some(run) if run.hand == WaveHand::Files && !self.waves.rests(&run.id) => run.next_wave(),
            Some(_) | None => Vec::new(),
        };
        self.request_each(turn).await;
        let finished = lock(&self.waves.run).as_mut().is_some_and(Run::finish_when_done);
        let told = self.tell_of_the_run(finished).await;
        if finished || told {
            // It is told in the log, and tried again.
            let _ = self.waves.save().await;
        } else if changed || self.waves.is_unsaved() {
            self.waves.save_soon().await;
        }
    }

    /// A run whose environment is gone, has another address or is read-only now does not go on, and says why. Answers
    /// whether that is so.
    fn pause_where_it_was(&self) -> bool {
        let mut guard = lock(&self.waves.run);
        let Some(run) = guard.as_mut().filter(|run| run.state == WaveRunState::Running) else { return false };
        let possible = self.connection_at(&run.place()).and_then(|connection| check(run, &connection));
        possible.map_err(|problem| run.pause(problem.message)).is_err()
    }

    /// Takes in what was seen of every application of the run. Answers whether anything changed.
    pub(super) fn take_in_progress(&self) -> bool {
        let mut guard = lock(&self.waves.run);
        let Some(run) = guard.as_mut() else { return false };
        let connection = self.connection_at(&run.place()).ok().filter(|connection| run.is_at(connection));
        let now =
            connection.as_ref().and_then(|connection| connection.director.now()).unwrap_or_else(https::local_time);
        let mut pairings = lock(&self.pairings);
        let mut changed = false;
        for entry in run.entries.iter_mut().filter(|entry| entry.is_watched()) {
            let before = entry.stage;
            if entry.pairing_id.is_none()
                && let (Some(connection), Some(facts)) = (&connection, facts(entry))
            {
                let owner = Owner::application(&entry.application_id);
                entry.pairing_id = Some(pairings.watch_again(connection, owner, entry.name.clone(), facts));
            }
            match entry.pairing_id.as_deref().and_then(|id| pairings.seen(id)) {
                Some((progress, handed_over)) => {
                    if handed_over && entry.stage == WaveStage::Requested {
                        entry.stage = WaveStage::HandedOver;
                        entry.handed_over_at = Some(now.rfc3339());
                    }
                    if let Some(progress) = &progress {
                        entry.note(progress, handed_over);
                    }
                }
                None if entry.pairing_id.is_some() && entry.is_alive() => entry.pairing_id = None,
                None => {}
            }
            changed |= entry.stage != before;
        }
        changed
    }
}

impl super::Waves {
    /// A Director asked this run for a rest: for how much longer.
    pub(super) fn rest_of(&self, run: &str) -> Option<Duration> {
        let resting = lock(&self.resting);
        let (_, until) = resting.as_ref().filter(|(of, _)| of == run)?;
        Some(until.saturating_duration_since(Instant::now())).filter(|left| !left.is_zero())
    }

    pub(super) fn rests(&self, run: &str) -> bool {
        self.rest_of(run).is_some()
    }
}

/// # Errors
/// The environment is not what it was when the run was begun and confirmed.
pub(super) fn check(run: &Run, connection: &Connection) -> Result<(), Problem> {
    if !run.is_at(connection) {
        return Err(has_moved(run));
    }
    if connection.environment.guard == Guard::ReadOnly {
        return Err(Problem::new(ErrorCode::ReadOnly, format!("{} is read-only now.", connection.environment.name)));
    }
    Ok(())
}

pub(super) fn has_moved(run: &Run) -> Problem {
    let message = format!("{} has another address than when this run was started.", run.environment_name);
    Problem::new(ErrorCode::ViewChanged, message)
}

fn facts(entry: &Entry) -> Option<Facts> {
    let moment = |text: &Option<String>| text.as_deref().and_then(Moment::parse);
    Some(Facts {
        system_auth_id: entry.system_auth_id.clone(),
        requested_at: moment(&entry.requested_at)?,
        expires_at: moment(&entry.expires_at),
        token_created_at: moment(&entry.token_created_at),
        had_certificate: entry.had_certificate,
        was_connected: entry.was_connected,
    })
}
