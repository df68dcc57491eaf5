//! Who has the run of waves of a settings folder: one program at a time, or two would ask for tokens for the same
//! applications and the second would kill those that the first handed over.

use std::{
    fs::{File, OpenOptions, TryLockError},
    path::Path,
};

/// Held until it is dropped, by the operating system: a program that crashed has none.
#[derive(Debug)]
pub(super) struct Claim {
    /// `None`: this folder knows no locks, or cannot be written; then nobody can be kept away.
    _lock: Option<File>,
}

impl Claim {
    /// `None`: another program has it.
    pub(super) fn on(waves: &Path) -> Option<Self> {
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(false);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        if let Some(folder) = waves.parent() {
            // The file says below whether it could be made.
            let _ = std::fs::create_dir_all(folder);
        }
        let Ok(file) = options.open(waves.with_extension("lock")) else { return Some(Self { _lock: None }) };
        match file.try_lock() {
            Ok(()) => Some(Self { _lock: Some(file) }),
            Err(TryLockError::WouldBlock) => None,
            Err(TryLockError::Error(_)) => Some(Self { _lock: None }),
        }
    }
}
