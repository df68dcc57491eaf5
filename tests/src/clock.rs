//! Another time than the machine's, for one process: libfaketime between it and the C library.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

/// A clock that can be set while a process looks at it. What waits, waits for real: only the time of day is moved.
#[derive(Debug)]
pub struct Clock(PathBuf);

impl Clock {
    /// Kept in a file of this folder, and right at first.
    pub fn new(folder: &Path) -> Self {
        let clock = Self(folder.join("clock"));
        clock.set("+0");
        clock
    }

    /// Sets it relative to the machine's: `+1d`, `-10m`, `+90d`.
    pub fn set(&self, offset: &str) {
        // Renamed, so that nobody reads half of it.
        let next = self.0.with_extension("next");
        fs::write(&next, offset).expect("the clock's file");
        fs::rename(&next, &self.0).expect("the clock's file");
    }

    /// Makes a command live by this clock.
    #[must_use]
    pub fn of(&self, mut command: Command) -> Command {
        command.env("LD_PRELOAD", library()).env("FAKETIME_TIMESTAMP_FILE", &self.0);
        command.env("FAKETIME_NO_CACHE", "1").env("FAKETIME_DONT_FAKE_MONOTONIC", "1");
        command
    }
}

/// Debian's package libfaketime has it in a folder that is named after the machine's architecture.
fn library() -> PathBuf {
    let folders = fs::read_dir("/usr/lib").expect("/usr/lib").flatten().map(|entry| entry.path());
    let mut found = folders.map(|folder| folder.join("faketime/libfaketimeMT.so.1"));
    found.find(|path| path.is_file()).expect("libfaketime is installed (Debian package faketime)")
}
