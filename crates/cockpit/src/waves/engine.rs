//! The steps of a run: taking in what was seen, and requesting for those whose turn it is.

use std::time::{Duration, Instant};

use pairing::{ErrorCode, Moment};

use super::{entry::Entry, hand_over, run::Run};
use crate::{
    Cockpit, Problem,
    calls::{AuthType, CallContext, Guard, Owner, WaveHand, WaveRunState, WaveStage},
    cockpit::lock,
    frame::Connection,
    https,
    pairings::{Facts, Wanted, request},
};

/// What has no known end, or is not remembered any more, does not hold up the next wave for longer than this.
const LONGEST_SECONDS: i64 = 900;
/// After the end of a token, so that its last moment is seen.
const GRACE_SECONDS: i64 = 60;
/// Where a Director does not say how long to wait.
const REST: Duration = Duration::from_secs(10);
/// Nobody sits before a run that says nothing for longer.
const LONGEST_REST: Duration = Duration::from_secs(120);

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
        for at in &turn {
            let goes_on = |run: &Run| run.state == WaveRunState::Running && !self.waves.rests(&run.id);
            if !lock(&self.waves.run).as_ref().is_some_and(goes_on) {
                break;
            }
            self.request_for(CallContext::of_local_server(), *at).await;
            // Who has a token must be known after a crash, or each would get a second one.
            self.waves.save(false).await;
        }
        let finished = lock(&self.waves.run).as_mut().is_some_and(Run::finish_when_done);
        if finished {
            self.tell_the_end().await;
        }
        if changed || finished || self.waves.is_unsaved() {
            self.waves.save(!finished).await;
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
    fn take_in_progress(&self) -> bool {
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
            if entry.is_alive() && is_past(entry, now) {
                entry.stage = WaveStage::Expired;
            }
            changed |= entry.stage != before;
        }
        changed
    }

    /// Requests pairing data for one application of the run and hands it over where that can be done here.
    pub(super) async fn request_for(&self, call: CallContext, at: usize) {
        let Some((run, entry)) =
            lock(&self.waves.run).as_ref().and_then(|run| Some((run.without_entries(), run.entries.get(at)?.clone())))
        else {
            return;
        };
        let (id_of_run, hand, folder) = (run.id.clone(), run.hand, run.folder.clone());
        let made = async {
            let connection = self.connection_at(&run.place())?;
            check(&run, &connection)?;
            // By hand, each is on the page like any other.
            again_or_anew(&connection, call, &entry, hand == WaveHand::Files).await
        };
        let pairing = match made.await {
            Ok(pairing) => pairing,
            Err(problem) => return self.not_requested(&id_of_run, at, problem),
        };
        let (facts, data, id) = (pairing.facts(), pairing.for_file(), self.keep(pairing));
        // Meanwhile this run may have been stopped and another one begun, elsewhere: what came is not for that.
        if lock(&self.waves.run).as_ref().is_none_or(|run| run.id != id_of_run) {
            return lock(&self.pairings).leave_wave(&id);
        }
        let written = match (hand, folder, data) {
            (WaveHand::ByHand, _, _) => Ok(None),
            (WaveHand::Files, Some(folder), Ok(data)) => {
                let (name, id, before) = (entry.name.clone(), entry.application_id.clone(), entry.file.clone());
                let job = move || hand_over::write(&folder, (&name, &id), before.as_deref(), &data);
                let written = tokio::task::spawn_blocking(job).await;
                written
                    .unwrap_or_else(|cause| Err(std::io::Error::other(cause)))
                    .map(Some)
                    .map_err(|cause| cause.to_string())
            }
            (WaveHand::Files, None, _) => Err("no folder was chosen".into()),
            (WaveHand::Files, Some(_), Err(problem)) => Err(problem.message),
        };
        if let Ok(Some(_)) = &written {
            lock(&self.pairings).handed_over_as_file(&id);
        }
        let mut guard = lock(&self.waves.run);
        let Some(run) = guard.as_mut().filter(|run| run.id == id_of_run) else { return };
        let wave = run.wave;
        let Some(entry) = run.entries.get_mut(at) else { return };
        entry.wave = wave;
        entry.stage = WaveStage::Requested;
        entry.problem = None;
        entry.pairing_id = Some(id);
        entry.system_auth_id = facts.system_auth_id;
        entry.requested_at = Some(facts.requested_at.rfc3339());
        entry.expires_at = facts.expires_at.map(Moment::rfc3339);
        entry.token_created_at = facts.token_created_at.map(Moment::rfc3339);
        (entry.had_certificate, entry.was_connected) = (facts.had_certificate, facts.was_connected);
        match written {
            Ok(None) => run.succeeded(),
            Ok(Some(file)) => {
                entry.stage = WaveStage::HandedOver;
                entry.handed_over_at.clone_from(&entry.requested_at);
                entry.file = Some(file);
                run.succeeded();
            }
            Err(cause) => {
                run.failed(at, "Its file could not be written.".into());
                run.pause(format!("The folder can't be written: {cause}."));
            }
        }
    }

    /// What concerns the environment stops everybody and is not this application's failure.
    fn not_requested(&self, id: &str, at: usize, problem: Problem) {
        let mut guard = lock(&self.waves.run);
        let Some(run) = guard.as_mut().filter(|run| run.id == id) else { return };
        let wait = problem.retry_after_seconds.map_or(REST, |seconds| Duration::from_secs(seconds.into()));
        if problem.code == ErrorCode::RateLimited && wait <= LONGEST_REST {
            *lock(&self.waves.resting) = Some((run.id.clone(), Instant::now() + wait));
        } else if problem.code == ErrorCode::RateLimited {
            run.pause(format!("{} asks us to wait for {} s.", run.environment_name, wait.as_secs()));
        } else if concerns_everybody(problem.code) {
            run.pause(problem.message);
        } else {
            run.failed(at, problem.message);
        }
    }

    async fn tell_the_end(&self) {
        let Some((name, counts)) =
            lock(&self.waves.run).as_ref().map(|run| (run.environment_name.clone(), run.counts()))
        else {
            return;
        };
        let others = counts.signed + counts.expired + counts.failed + counts.skipped;
        let body = match others {
            0 => format!("All {} applications are paired.\n{name}", counts.paired),
            _ => format!("{} applications are paired, {others} are not.\n{name}", counts.paired),
        };
        if let Err(unavailable) = self.desktop.notify("The waves are over".into(), body).await {
            tracing::debug!(cause = unavailable.cause, "no notification could be shown");
        }
    }
}

impl super::Waves {
    /// A Director asked this run for a rest.
    fn rests(&self, run: &str) -> bool {
        lock(&self.resting).as_ref().is_some_and(|(of, until)| of == run && *until > Instant::now())
    }
}

/// # Errors
/// The environment is not what it was when the run was begun and confirmed.
fn check(run: &Run, connection: &Connection) -> Result<(), Problem> {
    if !run.is_at(connection) {
        let message = format!("{} has another address than when this run was started.", run.environment_name);
        return Err(Problem::new(ErrorCode::ViewChanged, message));
    }
    if connection.environment.guard == Guard::ReadOnly {
        return Err(Problem::new(ErrorCode::ReadOnly, format!("{} is read-only now.", connection.environment.name)));
    }
    Ok(())
}

/// Into the system auth of an earlier try, where that is still there.
async fn again_or_anew(
    connection: &Connection,
    call: CallContext,
    entry: &Entry,
    in_wave: bool,
) -> Result<crate::pairings::Pairing, Problem> {
    let owner = Owner::application(&entry.application_id);
    let wanted = |system_auth_id| Wanted { auth_type: AuthType::ClientCertificate, system_auth_id, in_wave };
    if entry.system_auth_id.is_some() {
        match request(connection, call, owner.clone(), wanted(entry.system_auth_id.clone())).await {
            Err(problem) if problem.code == ErrorCode::NotFound => {}
            made => return made,
        }
    }
    request(connection, call, owner, wanted(None)).await
}

fn concerns_everybody(code: ErrorCode) -> bool {
    matches!(
        code,
        ErrorCode::Unreachable
            | ErrorCode::UntrustedServer
            | ErrorCode::Intercepted
            | ErrorCode::Unavailable
            | ErrorCode::Unauthorized
            | ErrorCode::SignInNeeded
            | ErrorCode::VaultLocked
            | ErrorCode::ViewChanged
            | ErrorCode::ReadOnly
            | ErrorCode::TenantNotFound
            | ErrorCode::ServerNotRunning
    )
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

fn is_past(entry: &Entry, now: Moment) -> bool {
    let moment = |text: &Option<String>| text.as_deref().and_then(Moment::parse);
    let end = moment(&entry.expires_at).map(|end| end.plus_seconds(GRACE_SECONDS));
    let end = end.or_else(|| moment(&entry.requested_at).map(|at| at.plus_seconds(LONGEST_SECONDS)));
    end.is_some_and(|end| end < now)
}
