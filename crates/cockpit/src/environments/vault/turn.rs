//! Whose turn it is to renew the sign-in to an environment: one program at a time. Many services take a refresh token
//! once, and end the whole sign-in when an old one is used again.

use std::{
    fs::{self, File, OpenOptions, TryLockError},
    path::Path,
    time::{Duration, Instant},
};

/// Longer than a renewal takes that is answered at all.
const PATIENCE: Duration = Duration::from_secs(45);
const BETWEEN: Duration = Duration::from_millis(50);

/// Held until it is dropped, by the operating system: a program that crashed has none.
#[derive(Debug)]
pub(crate) struct Turn {
    /// `None`: this folder knows no locks, or cannot be written; then nobody can be kept away.
    _lock: Option<File>,
}

impl Turn {
    /// Waits while another program has it; `None`: for too long.
    pub(super) async fn at(path: &Path) -> Option<Self> {
        let Some(file) = open(path) else { return Some(Self { _lock: None }) };
        let begun = Instant::now();
        loop {
            match file.try_lock() {
                Ok(()) => return Some(Self { _lock: Some(file) }),
                Err(TryLockError::Error(_)) => return Some(Self { _lock: None }),
                Err(TryLockError::WouldBlock) if begun.elapsed() > PATIENCE => return None,
                // Waiting in the operating system could not be given up.
                Err(TryLockError::WouldBlock) => tokio::time::sleep(BETWEEN).await,
            }
        }
    }
}

fn open(path: &Path) -> Option<File> {
    fs::create_dir_all(path.parent()?).ok()?;
    OpenOptions::new().create(true).append(true).open(path).ok()
}
