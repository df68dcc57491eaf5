//! Where things are, and how cargo is called.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::failure::Failure;

/// What every build of the whole workspace selects. One selection everywhere: cargo unifies features over the selected
/// packages, and with a second selection Tauri and everything below it would be compiled a second time.
/// `custom-protocol` makes the window serve the built page, as a released one does.
pub(crate) const WHOLE: [&str; 3] = ["--workspace", "--features", "pairing-cockpit/custom-protocol"];

/// The binaries that black-box tests and the benchmark start, with the variable that tells them where.
const BINARIES: [(&str, &str); 4] = [
    ("CONNECTOR_EMBEDDED_BIN", "connector-embedded"),
    ("PAIRING_COCKPIT_BIN", "pairing-cockpit"),
    ("COCKPIT_HOST_BIN", "cockpit-host"),
    ("EMPTY_WINDOW_BIN", "examples/empty_window"),
];

/// The checked-out tree and its target directory.
#[derive(Debug)]
pub(crate) struct Workspace {
    root: PathBuf,
    target: PathBuf,
}

/// Which of cargo's two profiles.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Profile {
    Debug,
    Release,
}

impl Workspace {
    /// Finds the tree from where cargo says this package is, and the target directory from where this program runs, so
    /// that any configuration of it (variable, config file, target triple) is followed without being read.
    pub(crate) fn locate() -> Result<Self, Failure> {
        let package =
            env::var_os("CARGO_MANIFEST_DIR").map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), Into::into);
        let root = package.parent().map(Path::to_path_buf);
        let program = env::current_exe().map_err(|error| Failure::new(format!("cannot find itself: {error}")))?;
        let target = target_of(&program).map(Path::to_path_buf);
        let (Some(root), Some(target)) = (root, target) else {
            return Err(Failure::new("start this program with `cargo xtask` from the project's tree"));
        };
        Ok(Self { root, target })
    }

    /// A path below the root.
    pub(crate) fn path(&self, below: &str) -> PathBuf {
        self.root.join(below)
    }

    /// A path below the target directory.
    pub(crate) fn target(&self, below: &str) -> PathBuf {
        self.target.join(below)
    }

    /// A program, to be run in the root.
    pub(crate) fn program(&self, name: &str) -> Command {
        let mut command = Self::program_here(name.as_ref());
        command.current_dir(&self.root);
        command
    }

    /// A program, to be run where the person is who called, so that relative paths among its arguments are theirs.
    pub(crate) fn program_here(program: &Path) -> Command {
        let mut command = Command::new(program);
        for (variable, _) in env::vars_os() {
            if is_about_this_package(&variable.to_string_lossy()) {
                command.env_remove(variable);
            }
        }
        command
    }

    /// Cargo, to be run in the root.
    pub(crate) fn cargo<'a>(&self, words: impl IntoIterator<Item = &'a str>) -> Command {
        let mut command = self.program("cargo");
        command.args(words);
        command
    }

    /// A binary that cargo has built.
    pub(crate) fn binary(&self, profile: Profile, name: &str) -> PathBuf {
        let folder = match profile {
            Profile::Debug => "debug",
            Profile::Release => "release",
        };
        self.target.join(folder).join(format!("{name}{}", env::consts::EXE_SUFFIX))
    }

    /// Tells the command where the built binaries are. One that does not exist is not named.
    pub(crate) fn name_binaries(&self, profile: Profile, command: &mut Command) {
        for (variable, name) in BINARIES {
            let path = self.binary(profile, name);
            if path.is_file() {
                command.env(variable, path);
            }
        }
    }
}

/// `<target>/debug/xtask` → `<target>`; a test of this package runs one level deeper, from `<target>/debug/deps`.
fn target_of(program: &Path) -> Option<&Path> {
    let folder = program.parent()?;
    let profile = if folder.ends_with("deps") { folder.parent()? } else { folder };
    profile.parent()
}

/// Variables that `cargo run` set for this program. Passed on, they would make build scripts that watch them run again.
fn is_about_this_package(variable: &str) -> bool {
    ["CARGO_PKG_", "CARGO_MANIFEST_", "CARGO_BIN_", "CARGO_CRATE_"].iter().any(|prefix| variable.starts_with(prefix))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_target_directory_is_found_from_program_and_test() {
        assert_eq!(target_of(Path::new("/t/debug/xtask")), Some(Path::new("/t")));
        assert_eq!(target_of(Path::new("/t/debug/deps/xtask-1a2b")), Some(Path::new("/t")));
        assert_eq!(
            target_of(Path::new("/t/x86_64-unknown-linux-gnu/debug/xtask")),
            Some(Path::new("/t/x86_64-unknown-linux-gnu"))
        );
    }

    #[test]
    fn the_root_has_the_workspace_manifest() {
        assert!(Workspace::locate().unwrap().path("Cargo.lock").is_file());
    }

    #[test]
    fn cargo_is_not_told_about_this_package() {
        assert!(is_about_this_package("CARGO_PKG_NAME"));
        assert!(is_about_this_package("CARGO_MANIFEST_DIR"));
        assert!(!is_about_this_package("CARGO_HOME"));
        assert!(!is_about_this_package("CARGO_TARGET_DIR"));
    }

    #[test]
    fn only_binaries_that_exist_are_named() {
        let empty = Workspace { root: PathBuf::from("/nowhere"), target: PathBuf::from("/nowhere/target") };
        let mut command = Command::new("true");
        empty.name_binaries(Profile::Debug, &mut command);
        assert_eq!(command.get_envs().count(), 0);
    }
}
