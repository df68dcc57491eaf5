//! What a person does with waves.

use std::{collections::HashSet, io, path::PathBuf};

use pairing::ErrorCode;

use super::{engine::has_moved, entry::Entry, plan, report::report, run::Run};
use crate::{
    Cockpit, Problem,
    calls::{
        ApplicationRow, CallContext, ErrorAction, Nothing, PlanWaves, SaveWaveReport, Saved, StartWaves, Text,
        WaveHand, WavePlan, WaveRow, WaveRows, WaveRowsAt, WaveRun, WaveRunState, WaveStage,
    },
    cockpit::lock,
    director::page_size,
    https,
};

/// Tokens that are alive at the same time.
const SIZES: std::ops::RangeInclusive<u32> = 1..=500;
const MOST_ROWS: u32 = 500;
/// As many as a page may have.
const PAGE: u32 = 200;
/// More than any tenant has.
const MOST_APPLICATIONS: usize = 50_000;

impl Cockpit {
    pub(crate) async fn plan_waves(&self, call: CallContext, input: PlanWaves) -> Result<WavePlan, Problem> {
        let mut wishes = plan::chosen(input.application_ids.into_iter().map(Text::into_inner));
        if let Some(text) = input.csv {
            wishes.extend(plan::named(&text)?);
        }
        let connection = self.connection(call)?;
        let lifetime = connection.environment.token_lifetime.and_then(|time| u32::try_from(time.as_secs()).ok());
        let rate = connection.environment.requests_per_second;
        plan::plan(wishes, &self.all_applications(call).await?, plan::Limits { lifetime, rate })
    }

    /// As they are now: what is kept may be old, and a token for the wrong application is worse than a moment of waiting.
    async fn all_applications(&self, call: CallContext) -> Result<Vec<ApplicationRow>, Problem> {
        let connection = self.connection(call)?;
        let session = connection.director.session(call);
        let (mut rows, mut ids, mut after) = (Vec::new(), HashSet::new(), None);
        loop {
            let page = session.applications(after, page_size(PAGE)?).await?;
            let before = rows.len();
            rows.extend(page.rows.into_iter().filter(|row| ids.insert(row.id.clone())));
            after = page.end_cursor;
            // A Director whose pages bring nothing new would be asked for ever.
            if !page.has_next_page || after.is_none() || rows.len() == before || rows.len() >= MOST_APPLICATIONS {
                return Ok(rows);
            }
        }
    }

    pub(crate) async fn start_waves(&self, call: CallContext, input: StartWaves) -> Result<Option<WaveRun>, Problem> {
        let started = self.begin_waves(call, input).await;
        self.waves.release();
        started
    }

    async fn begin_waves(&self, call: CallContext, input: StartWaves) -> Result<Option<WaveRun>, Problem> {
        if !SIZES.contains(&input.wave_size) {
            return Err(Problem::invalid("A wave has 1 to 500 applications.").action(ErrorAction::CorrectInput));
        }
        self.waves.claim()?;
        check_over(lock(&self.waves.run).as_ref())?;
        let connection = self.connection(call)?;
        let wishes = plan::chosen(input.application_ids.into_iter().map(Text::into_inner));
        let found = plan::plan(wishes, &self.all_applications(call).await?, plan::Limits::default())?;
        let entry = |row: crate::calls::PlanRow| row.application_id.map(|id| Entry::planned(id, row.name));
        let entries: Vec<_> = found.rows.into_iter().filter(|row| !row.left_out).filter_map(entry).collect();
        if entries.is_empty() {
            return Err(Problem::invalid("None of these applications is there any more.").action(ErrorAction::Reload));
        }
        let folder = match input.hand {
            WaveHand::ByHand => None,
            WaveHand::Files => match self.folder_for_files().await? {
                Some(folder) => Some(folder),
                None => return Ok(None),
            },
        };
        let now = connection.director.now().unwrap_or_else(https::local_time);
        let mut run = Run::new(&connection.place, input.hand, input.wave_size, now.rfc3339(), entries);
        run.environment_name.clone_from(&connection.environment.name);
        run.director_url.clone_from(&connection.environment.director_url);
        run.folder = folder;
        tracing::info!(id = run.id, applications = run.entries.len(), "waves started");
        {
            self.waves.claim()?;
            let mut current = lock(&self.waves.run);
            // Somebody may have pressed twice.
            check_over(current.as_ref())?;
            *current = Some(run);
        }
        self.waves.save().await.map_err(|error| {
            *lock(&self.waves.run) = None;
            not_written(&error)
        })?;
        self.wave_run(call, Nothing {}).await
    }

    async fn folder_for_files(&self) -> Result<Option<PathBuf>, Problem> {
        let title = "A folder for the pairing data".to_owned();
        let Some(folder) = self.desktop.choose_folder(title, "pairing-data".into()).await else { return Ok(None) };
        let made = folder.clone();
        let created = tokio::task::spawn_blocking(move || {
            let mut builder = std::fs::DirBuilder::new();
            builder.recursive(true);
            #[cfg(unix)]
            std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
            builder.create(made)
        });
        created.await.unwrap_or_else(|cause| Err(io::Error::other(cause))).map_err(|cause| {
            Problem::new(ErrorCode::FileNotWritten, format!("{} can't be used as a folder.", folder.display()))
                .hint("Choose another one.")
                .detail(cause.to_string())
        })?;
        Ok(Some(folder))
    }

    pub(crate) async fn wave_run(&self, _: CallContext, _: Nothing) -> Result<Option<WaveRun>, Problem> {
        self.waves.take_over();
        Ok(lock(&self.waves.run).clone().map(|run| self.shown(&run)))
    }

    fn shown(&self, run: &Run) -> WaveRun {
        let connection = self.connection_at(&run.place()).ok();
        let now = connection.and_then(|connection| connection.director.now());
        let counts = run.counts();
        let per_minute = run.per_minute(now.unwrap_or_else(https::local_time));
        let left = f64::from(counts.planned + counts.requested + counts.handed_over + counts.redeemed + counts.signed);
        let current = run.current.and_then(|at| run.entries.get(at)?.pairing_id.clone());
        let in_force = self.connection(CallContext::in_view(self.view())).ok();
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a positive number of seconds")]
        let seconds_left = per_minute.map(|per_minute| (left / per_minute * 60.0) as u64);
        WaveRun {
            id: run.id.clone(),
            environment: run.environment_name.clone(),
            tenant: run.tenant.clone(),
            hand: run.hand,
            wave_size: run.wave_size,
            state: run.state,
            paused_because: run.paused_because.clone(),
            folder: run.folder.as_ref().map(|folder| folder.display().to_string()),
            started_at: run.started_at.clone(),
            total: u32::try_from(run.entries.len()).unwrap_or(u32::MAX),
            wave: run.wave,
            waves: run.waves_in_all(),
            current: current.and_then(|id| lock(&self.pairings).receipt_of(&id, now)),
            failures: run.failures(),
            resting_seconds: self
                .waves
                .rest_of(&run.id)
                .map(|rest| u32::try_from(rest.as_secs() + 1).unwrap_or(u32::MAX)),
            seconds_left: seconds_left.filter(|_| run.state == WaveRunState::Running),
            per_minute,
            elsewhere: in_force.is_none_or(|connection| !run.is_at(&connection)),
            counts,
        }
    }

    pub(crate) async fn wave_rows(&self, _: CallContext, input: WaveRowsAt) -> Result<WaveRows, Problem> {
        let guard = lock(&self.waves.run);
        let entries = guard.as_ref().map(|run| run.entries.as_slice()).unwrap_or_default();
        let wanted = || entries.iter().filter(|entry| input.stage.is_none_or(|stage| entry.stage == stage));
        let (from, first) = (usize::try_from(input.from), usize::try_from(input.first.clamp(1, MOST_ROWS)));
        let rows: Vec<WaveRow> =
            wanted().skip(from.unwrap_or(usize::MAX)).take(first.unwrap_or(0)).map(Entry::row).collect();
        Ok(WaveRows { rows, total: u32::try_from(wanted().count()).unwrap_or(u32::MAX) })
    }

    pub(crate) async fn pause_waves(&self, _: CallContext, _: Nothing) -> Result<WaveRun, Problem> {
        self.change_run(|run| match run.state {
            WaveRunState::Running => {
                run.state = WaveRunState::Paused;
                Ok(())
            }
            WaveRunState::Paused => Ok(()),
            WaveRunState::Stopped | WaveRunState::Finished => Err(over()),
        })
        .await
    }

    pub(crate) async fn resume_waves(&self, call: CallContext, _: Nothing) -> Result<WaveRun, Problem> {
        self.check_run_is_here(call)?;
        let now = self.connection(call)?.director.now().unwrap_or_else(https::local_time);
        self.change_run(|run| {
            if run.is_over() {
                return Err(over());
            }
            run.resume(now);
            *lock(&self.waves.resting) = None;
            Ok(())
        })
        .await
    }

    pub(crate) async fn stop_waves(&self, _: CallContext, _: Nothing) -> Result<WaveRun, Problem> {
        self.change_run(|run| {
            run.stop();
            Ok(())
        })
        .await
    }

    pub(crate) async fn retry_waves(&self, call: CallContext, _: Nothing) -> Result<WaveRun, Problem> {
        self.check_run_is_here(call)?;
        let now = self.connection(call)?.director.now().unwrap_or_else(https::local_time);
        self.change_run(|run| match run.retry(now) {
            0 => Err(Problem::new(ErrorCode::InvalidOperation, "Nothing has failed, so there is nothing to do again.")),
            _ => Ok(()),
        })
        .await
    }

    pub(crate) async fn next_wave_application(&self, call: CallContext, _: Nothing) -> Result<WaveRun, Problem> {
        self.check_run_is_here(call)?;
        // The run was confirmed when it was started or resumed; one that is guarded against everything by now is not.
        self.check_guard(Some(&self.connection(call)?.environment.name))?;
        let _step = self.waves.stepping.lock().await;
        let next = match &mut *lock(&self.waves.run) {
            Some(run) if run.hand != WaveHand::ByHand => {
                return Err(Problem::new(ErrorCode::InvalidOperation, "This run hands its files over by itself."));
            }
            Some(run) if run.state == WaveRunState::Running => {
                let next = run.next_by_hand();
                run.current = next;
                let done = run.entries.iter().filter(|entry| entry.stage != WaveStage::Planned).count();
                run.wave = u32::try_from(done).unwrap_or(u32::MAX) / run.wave_size.max(1) + 1;
                next
            }
            Some(_) => {
                return Err(Problem::new(ErrorCode::InvalidOperation, "The run is paused.").hint("Resume it first."));
            }
            None => return Err(none()),
        };
        match next {
            Some(at) => self.request_for(call, at).await,
            // It is told in the log, and tried again.
            None => drop(self.waves.save().await),
        }
        lock(&self.waves.run).clone().map(|run| self.shown(&run)).ok_or_else(none)
    }

    pub(crate) async fn save_wave_report(&self, _: CallContext, input: SaveWaveReport) -> Result<Saved, Problem> {
        let run = lock(&self.waves.run).clone().ok_or_else(none)?;
        let (name, content) = report(&run, input.form);
        self.save_where_chosen("Save the report", name, content).await
    }

    pub(crate) async fn discard_waves(&self, _: CallContext, _: Nothing) -> Result<Nothing, Problem> {
        self.waves.claim()?;
        {
            let mut run = lock(&self.waves.run);
            if run.as_ref().is_some_and(|run| !run.is_over()) {
                return Err(
                    Problem::new(ErrorCode::InvalidOperation, "The run is not over yet.").hint("Stop it first.")
                );
            }
            *run = None;
        }
        let removed = self.waves.save().await;
        self.waves.release();
        removed.map_err(|error| not_written(&error))?;
        Ok(Nothing {})
    }

    /// The guard that was asked is that of the environment in force; it must be the run's.
    fn check_run_is_here(&self, call: CallContext) -> Result<(), Problem> {
        let connection = self.connection(call)?;
        let guard = lock(&self.waves.run);
        let run = guard.as_ref().ok_or_else(none)?;
        if run.is_at(&connection) {
            return Ok(());
        }
        let (name, tenant) = (&run.environment_name, &run.tenant);
        if run.place() == connection.place {
            return Err(has_moved(run).hint("Stop it. What it has requested belongs to the old address."));
        }
        Err(Problem::new(ErrorCode::ViewChanged, format!("This run belongs to {name}, tenant {tenant}."))
            .hint("Switch to that environment and tenant first."))
    }

    async fn change_run(&self, change: impl FnOnce(&mut Run) -> Result<(), Problem>) -> Result<WaveRun, Problem> {
        self.waves.claim()?;
        let run = {
            let mut guard = lock(&self.waves.run);
            let run = guard.as_mut().ok_or_else(none)?;
            change(run)?;
            run.clone()
        };
        // It holds for this start in any case; that the file lacks it is in the log, and tried again.
        let _ = self.waves.save().await;
        Ok(self.shown(&run))
    }
}

/// One run at a time.
fn check_over(run: Option<&Run>) -> Result<(), Problem> {
    match run {
        Some(run) if !run.is_over() => {
            Err(Problem::new(ErrorCode::InvalidOperation, "Another run of waves is not over yet.")
                .hint("Stop it, or let it finish."))
        }
        Some(_) | None => Ok(()),
    }
}

fn not_written(error: &io::Error) -> Problem {
    Problem::new(ErrorCode::FileNotWritten, "How far the waves are can't be written down.")
        .hint("Free some space, or give this program its folder back; then try again.")
        .detail(error.to_string())
}

fn none() -> Problem {
    Problem::new(ErrorCode::NotFound, "There is no run of waves.").hint("Choose applications and start one.")
}

fn over() -> Problem {
    Problem::new(ErrorCode::InvalidOperation, "This run is over.").hint("Retry what failed, or start another run.")
}
