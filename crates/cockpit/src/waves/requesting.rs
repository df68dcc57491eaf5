//! Requesting for those whose turn it is, several at a time. That somebody is asked for is on disk before the Director hears
//! of it: after a crash nobody gets a second token by himself.

use std::{
    io,
    time::{Duration, Instant},
};

use futures_util::{StreamExt as _, stream::FuturesUnordered};
use pairing::{ErrorCode, Moment};

use super::{engine::check, entry::Entry, hand_over, run::Run};
use crate::{
    Cockpit, Problem,
    calls::{AuthType, CallContext, Owner, WaveHand, WaveStage},
    cockpit::lock,
    frame::Connection,
    pairings::{Wanted, request},
};

/// Where a Director does not say how long to wait.
const REST: Duration = Duration::from_secs(10);
/// Nobody sits before a run that says nothing for longer.
const LONGEST_REST: Duration = Duration::from_secs(120);
/// Between two looks at what became of those that were handed over, while others are asked for.
const LOOK_EVERY: Duration = Duration::from_secs(1);

impl Cockpit {
    /// Requests for all of these, as many at a time as the run allows, until it pauses or the Director wants a rest.
    pub(super) async fn request_each(&self, turn: Vec<usize>) {
        let (mut turn, mut asking) = (turn.into_iter(), FuturesUnordered::new());
        let mut looked = Instant::now();
        let at_once = || {
            let run = lock(&self.waves.run);
            run.as_ref().filter(|run| !self.waves.rests(&run.id)).map_or(0, Run::at_once)
        };
        loop {
            while asking.len() < at_once()
                && let Some(at) = turn.next()
            {
                asking.push(self.request_for(CallContext::of_local_server(), at));
            }
            if asking.next().await.is_none() {
                return;
            }
            if looked.elapsed() >= LOOK_EVERY {
                self.take_in_progress();
                looked = Instant::now();
            }
        }
    }

    /// Requests pairing data for one application of the run and hands it over where that can be done here. What became of
    /// it is on disk afterwards.
    pub(super) async fn request_for(&self, call: CallContext, at: usize) {
        self.request_and_hand_over(call, at).await;
        // A failure is told by the next one, which is not asked for then.
        let _ = self.waves.save().await;
    }

    async fn request_and_hand_over(&self, call: CallContext, at: usize) {
        let begun = lock(&self.waves.run).as_mut().and_then(|run| run.begin_asking(at));
        let Some((run, entry)) = begun else { return };
        if let Err(error) = self.waves.save().await {
            return self.not_written(&run.id, at, &error);
        }
        let (id_of_run, hand, folder) = (run.id.clone(), run.hand, run.folder.clone());
        let made = async {
            let connection = self.connection_at(&run.place())?;
            check(&run, &connection)?;
            if let Some(at) = paired_meanwhile(&connection, call, &run, &entry).await? {
                return Ok(Err(at));
            }
            // By hand, each is on the page like any other.
            let wanted = Wanted {
                auth_type: AuthType::ClientCertificate,
                system_auth_id: None,
                in_wave: hand == WaveHand::Files,
            };
            request(&connection, call, Owner::application(&entry.application_id), wanted).await.map(Ok)
        };
        let pairing = match made.await {
            Ok(Ok(pairing)) => pairing,
            Ok(Err(paired_at)) => return self.was_paired(&id_of_run, at, paired_at),
            Err(problem) => return self.not_requested(&id_of_run, at, &problem),
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
                    .unwrap_or_else(|cause| Err(io::Error::other(cause)))
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
        let Some(entry) = run.entries.get_mut(at) else { return };
        entry.stage = WaveStage::Requested;
        entry.asked = false;
        (entry.problem, entry.hint) = (None, None);
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
                run.failed(
                    at,
                    "Its file could not be written.",
                    Some("Retry it once the folder can be written again."),
                );
                run.pause(format!("The folder can't be written: {cause}."));
            }
        }
    }

    /// An earlier token of the run has done it; another one would only replace what is in use.
    fn was_paired(&self, id: &str, at: usize, paired_at: Moment) {
        let mut guard = lock(&self.waves.run);
        let Some(run) = guard.as_mut().filter(|run| run.id == id) else { return };
        if let Some(entry) = run.entries.get_mut(at) {
            entry.asked = false;
            entry.stage = WaveStage::Paired;
            entry.paired_at = Some(paired_at.rfc3339());
        }
        run.succeeded();
    }

    /// What concerns the environment stops everybody and is not this application's failure.
    fn not_requested(&self, id: &str, at: usize, problem: &Problem) {
        let mut guard = lock(&self.waves.run);
        let Some(run) = guard.as_mut().filter(|run| run.id == id) else { return };
        let wait = problem.retry_after_seconds.map_or(REST, |seconds| Duration::from_secs(seconds.into()));
        if problem.code == ErrorCode::RateLimited && wait <= LONGEST_REST {
            run.not_asked(at);
            let mut resting = lock(&self.waves.resting);
            let until = Instant::now() + wait;
            let longer = resting.take().filter(|(of, before)| of == id && *before > until);
            *resting = Some(longer.unwrap_or((run.id.clone(), until)));
        } else if problem.code == ErrorCode::RateLimited {
            run.not_asked(at);
            run.pause(format!("{} asks us to wait for {}.", run.environment_name, in_words(wait)));
        } else if concerns_everybody(problem.code) {
            run.not_asked(at);
            run.pause(problem.message.clone());
        } else {
            run.failed(at, &problem.message, problem.hint.as_deref());
        }
    }

    /// Without a note nobody would know after a crash who has a token.
    fn not_written(&self, id: &str, at: usize, error: &io::Error) {
        let mut guard = lock(&self.waves.run);
        let Some(run) = guard.as_mut().filter(|run| run.id == id) else { return };
        run.not_asked(at);
        run.pause(format!("How far the run is can't be written down: {error}. No more tokens are requested."));
    }
}

/// As a person says it: nobody counts 86400 seconds.
fn in_words(time: Duration) -> String {
    let (unit, name) = match time.as_secs() {
        ..=90 => (1, "second"),
        91..=5400 => (60, "minute"),
        5401.. => (3600, "hour"),
    };
    let amount = time.as_secs().div_ceil(unit);
    format!("{amount} {name}{}", if amount == 1 { "" } else { "s" })
}

/// When an application that was tried before became connected since the run began.
async fn paired_meanwhile(
    connection: &Connection,
    call: CallContext,
    run: &Run,
    entry: &Entry,
) -> Result<Option<Moment>, Problem> {
    if !entry.retried || entry.was_connected {
        return Ok(None);
    }
    let begun = Moment::parse(&run.started_at);
    let watched = connection.director.session(call).watch(&Owner::application(&entry.application_id)).await?.value;
    let since = watched.filter(crate::director::Watched::is_connected).and_then(|watched| watched.status_at);
    // Times of a Director have whole seconds.
    Ok(since.filter(|since| begun.is_none_or(|begun| since.unix_seconds() >= begun.unix_seconds())))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_counts_seconds() {
        let words = [1, 90, 300, 5400, 86_400].map(|seconds| in_words(Duration::from_secs(seconds)));
        assert_eq!(words, ["1 second", "90 seconds", "5 minutes", "90 minutes", "24 hours"]);
    }
}
