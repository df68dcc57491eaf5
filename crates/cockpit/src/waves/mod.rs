//! Pairing many applications in waves, so that no token dies before its application is ready for it (ux.md §3.12). One run
//! at a time. Its plan and how far it is are on disk and survive a restart, as paused; secrets are not.

mod calls;
mod claim;
mod engine;
mod entry;
mod hand_over;
mod plan;
mod report;
mod requesting;
mod run;
mod table;
mod telling;

use std::{
    fs, io,
    path::{Path, PathBuf},
    sync::{
        Mutex,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use pairing::ErrorCode;
use tokio::sync::Mutex as AsyncMutex;

use crate::{Problem, cockpit::lock, private_file};
use claim::Claim;
use run::Run;

/// A plan of ten thousand is a few megabytes.
const MOST_BYTES: u64 = 64 << 20;
/// Between two writes of a run that goes on.
const SAVE_EVERY: Duration = Duration::from_secs(2);

/// The one run that there is, under way or over.
#[derive(Debug)]
pub(crate) struct Waves {
    path: PathBuf,
    run: Mutex<Option<Run>>,
    /// Whether the run on disk is ours: another window with the same settings may have it.
    claim: Mutex<Option<Claim>>,
    /// One step at a time: two would request for the same application.
    stepping: AsyncMutex<()>,
    saved: Mutex<Option<Instant>>,
    /// How often somebody wanted the run written, and which of these wishes the file has: who waits for a write has it
    /// done by the one before where that began late enough.
    wanted: AtomicU64,
    written: AsyncMutex<u64>,
    /// A write was left out because another one had just been.
    unsaved: AtomicBool,
    /// A Director asked a run for a rest until then.
    resting: Mutex<Option<(String, Instant)>>,
}

impl Waves {
    /// The run of an earlier start, and a sentence when there was one that cannot be read.
    pub(crate) fn in_folder(folder: &Path) -> (Self, Option<String>) {
        let path = folder.join("waves.json");
        let claim = Claim::on(&path);
        let (run, damaged) = match claim.as_ref().map(|_| load(&path)) {
            Some(Ok(run)) => (run, None),
            Some(Err(error)) => (None, Some(put_aside(&path, &error))),
            None => (None, None),
        };
        let claim = claim.filter(|_| run.is_some());
        let waves = Self {
            path,
            run: Mutex::new(run),
            claim: Mutex::new(claim),
            stepping: AsyncMutex::default(),
            saved: Mutex::default(),
            wanted: AtomicU64::default(),
            written: AsyncMutex::default(),
            unsaved: AtomicBool::default(),
            resting: Mutex::default(),
        };
        (waves, damaged)
    }

    /// Takes over the run that another window left on disk, once it has ended.
    fn take_over(&self) {
        if lock(&self.claim).is_none() && self.path.exists() {
            // While the other window is there, this one has no run to show.
            let _ = self.claim();
            self.release();
        }
    }

    /// Whoever has no run keeps nobody from having one.
    fn release(&self) {
        // In this order everywhere: the claim, then the run.
        let mut claim = lock(&self.claim);
        if lock(&self.run).is_none() {
            *claim = None;
        }
    }

    /// Has the run on disk from now on, or the right to begin one.
    ///
    /// # Errors
    /// Another window has it.
    fn claim(&self) -> Result<(), Problem> {
        let mut claim = lock(&self.claim);
        if claim.is_some() {
            return Ok(());
        }
        *claim = Claim::on(&self.path);
        if claim.is_none() {
            let message = "Another window of this program pairs in waves with the same settings.";
            return Err(
                Problem::new(ErrorCode::InvalidOperation, message).hint("Go on there, or close it and come back.")
            );
        }
        *lock(&self.run) = load(&self.path).unwrap_or_else(|error| {
            put_aside(&self.path, &error);
            None
        });
        Ok(())
    }

    fn is_unsaved(&self) -> bool {
        self.unsaved.load(Ordering::Relaxed)
    }

    /// Writes the run, unless that was done a moment ago.
    async fn save_soon(&self) {
        if lock(&self.saved).is_some_and(|at| at.elapsed() < SAVE_EVERY) {
            self.unsaved.store(true, Ordering::Relaxed);
        } else {
            // It is told in the log, and tried again.
            let _ = self.save().await;
        }
    }

    /// Writes the run as it is now. Wishes that come while a write is under way share the next one.
    ///
    /// # Errors
    /// The file could not be written.
    async fn save(&self) -> io::Result<()> {
        if lock(&self.claim).is_none() {
            return Ok(());
        }
        let mine = self.wanted.fetch_add(1, Ordering::SeqCst) + 1;
        let mut written = self.written.lock().await;
        if *written >= mine {
            return Ok(());
        }
        let all = self.wanted.load(Ordering::SeqCst);
        self.unsaved.store(false, Ordering::Relaxed);
        let (run, path) = (lock(&self.run).clone(), self.path.clone());
        let job = tokio::task::spawn_blocking(move || match run {
            Some(run) => {
                path.parent().map_or(Ok(()), fs::create_dir_all)?;
                private_file::write(&path, &serde_json::to_vec(&run).map_err(io::Error::other)?)
            }
            None => match fs::remove_file(&path) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
                Ok(()) | Err(_) => Ok(()),
            },
        });
        let outcome = job.await.unwrap_or_else(|cause| Err(io::Error::other(cause)));
        match &outcome {
            Ok(()) => {
                *written = all;
                *lock(&self.saved) = Some(Instant::now());
            }
            Err(error) => {
                self.unsaved.store(true, Ordering::Relaxed);
                tracing::warn!(%error, "how far the waves are could not be written");
            }
        }
        outcome
    }
}

/// `None`: there was no run. One that ran is paused.
fn load(path: &Path) -> io::Result<Option<Run>> {
    let size = match fs::metadata(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        found => found?.len(),
    };
    if size > MOST_BYTES {
        return Err(io::Error::other("it is larger than any plan"));
    }
    let mut run: Run = serde_json::from_slice(&fs::read(path)?).map_err(io::Error::other)?;
    run.take_up_again();
    Ok(Some(run))
}

/// It says who got a token, so it is never written over.
fn put_aside(path: &Path, error: &io::Error) -> String {
    tracing::warn!(%error, "the waves of an earlier start can't be read");
    let aside = path.with_file_name(format!("waves-unreadable-{}.json", uuid::Uuid::new_v4()));
    match fs::rename(path, &aside) {
        Ok(()) => {
            format!("The waves of an earlier start can't be read; their file was put aside as {}.", aside.display())
        }
        Err(_) => format!("The waves of an earlier start in {} can't be read.", path.display()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        calls::{WaveHand, WaveRunState},
        frame::Place,
    };

    #[tokio::test]
    async fn a_run_survives_as_paused_and_a_damaged_one_is_put_aside() {
        let folder = tempfile::tempdir().unwrap();
        let (waves, damaged) = Waves::in_folder(folder.path());
        assert!(lock(&waves.run).is_none() && damaged.is_none());
        let place = Place { environment: "e".into(), tenant: "t".into() };
        let entries = vec![entry::Entry::planned("1".into(), "a".into())];
        let (third, _) = Waves::in_folder(folder.path());
        third.claim().unwrap();
        third.release();
        waves.claim().expect("nobody has a run");
        *lock(&waves.run) = Some(Run::new(&place, WaveHand::Files, 2, "2026-01-01T00:00:00Z".into(), entries));
        waves.save().await.unwrap();
        let (second, _) = Waves::in_folder(folder.path());
        assert!(lock(&second.run).is_none(), "another window has it");
        assert!(second.claim().is_err());
        drop(waves);
        second.claim().unwrap();
        assert!(lock(&second.run).is_some());
        drop(second);
        let (again, _) = Waves::in_folder(folder.path());
        let state = lock(&again.run).as_ref().map(|run| (run.state, run.entries.len()));
        assert_eq!(state, Some((WaveRunState::Paused, 1)));
        drop(again);
        fs::write(folder.path().join("waves.json"), "{").unwrap();
        let (none, damaged) = Waves::in_folder(folder.path());
        assert!(lock(&none.run).is_none() && damaged.unwrap().contains("put aside"));
        assert!(!folder.path().join("waves.json").exists());
        drop(none);
        assert!(Waves::in_folder(folder.path()).1.is_none());
    }
}
