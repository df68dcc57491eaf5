//! The process of the program under test, which is a child of somebody else.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
};

use super::PATIENCE;
use crate::until;

/// A running process, killed when this is dropped.
#[derive(Debug)]
pub struct Process {
    id: u32,
}

impl Process {
    /// The process of a program that was started with this argument.
    pub(super) fn of(program: &Path, argument: &str) -> Option<Self> {
        let processes = fs::read_dir("/proc").expect("/proc").flatten();
        let mut ids = processes.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
        let ours = |id: u32| {
            let executable = fs::read_link(format!("/proc/{id}/exe"));
            executable.is_ok_and(|path| path == program) && arguments(id).iter().any(|found| found == argument)
        };
        ids.find(|id| ours(*id)).map(|id| Self { id })
    }

    pub fn id(&self) -> u32 {
        self.id
    }

    pub fn signal(&self, name: &str) {
        let sent = Command::new("kill").args([&format!("-{name}"), &self.id.to_string()]).status();
        assert!(sent.expect("kill runs").success(), "the window's process was there to be sent SIG{name}");
    }

    /// Waits for its end.
    pub async fn ended(&self) {
        until("the window's process ends", PATIENCE, async || (!self.runs()).then_some(())).await;
    }

    /// A process that has ended and was not waited for does not run.
    pub fn runs(&self) -> bool {
        let stat = fs::read_to_string(format!("/proc/{}/stat", self.id)).unwrap_or_default();
        // The name in brackets may hold anything; the state follows the last bracket.
        stat.rsplit_once(") ").is_some_and(|(_, rest)| !rest.starts_with(['Z', 'X']))
    }
}

fn arguments(process: u32) -> Vec<String> {
    let line = fs::read(format!("/proc/{process}/cmdline")).unwrap_or_default();
    line.split(|byte| *byte == 0).map(|argument| String::from_utf8_lossy(argument).into_owned()).collect()
}

impl Drop for Process {
    fn drop(&mut self) {
        if self.runs() {
            let _ = Command::new("kill").args(["-KILL", &self.id.to_string()]).status();
        }
    }
}

/// The program under test: named by the environment, or built beside the test.
pub fn binary() -> PathBuf {
    let path = env::var_os("PAIRING_COCKPIT_BIN").map_or_else(
        || {
            // The test is target/<profile>/deps/<name>.
            let test = env::current_exe().expect("the test knows its own path");
            test.ancestors().nth(2).expect("the test is in target/<profile>/deps").join("pairing-cockpit")
        },
        PathBuf::from,
    );
    path.canonicalize().unwrap_or_else(|error| {
        panic!("{}: {error}. Window tests are started with `cargo xtask test`, which builds it.", path.display())
    })
}
