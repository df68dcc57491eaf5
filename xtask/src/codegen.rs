//! `cargo xtask codegen`: files that are committed and yet written by programs.

use std::fs;
use std::io;

use crate::console::say;
use crate::failure::Failure;
use crate::invocation;
use crate::workspace::{Profile, Workspace};

/// Write the files, or only say which would change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    Write,
    Check,
}

/// A committed file, and the built program that prints what it should hold.
struct Generated {
    path: &'static str,
    program: &'static str,
    arguments: &'static [&'static str],
}

const FILES: [Generated; 3] = [
    Generated { path: "ui/src/backend/types.ts", program: "examples/typescript", arguments: &[] },
    Generated {
        path: "connector-embedded/schema/director.graphql",
        program: "connector-embedded",
        arguments: &["schema", "director"],
    },
    Generated {
        path: "connector-embedded/schema/connector.graphql",
        program: "connector-embedded",
        arguments: &["schema", "connector"],
    },
];

/// Builds the generators alone, which needs neither WebKit nor npm, and runs them.
pub(crate) fn command(workspace: &Workspace, mode: Mode) -> Result<(), Failure> {
    let packages = ["--package", "cockpit", "--package", "connector-embedded"];
    let targets = ["--example", "typescript", "--bin", "connector-embedded"];
    invocation::run(&mut workspace.cargo(["build"].into_iter().chain(packages).chain(targets)))?;
    compare(workspace, mode)
}

/// Runs generators that are built already.
pub(crate) fn compare(workspace: &Workspace, mode: Mode) -> Result<(), Failure> {
    let mut stale = Vec::new();
    for file in &FILES {
        let program = workspace.binary(Profile::Debug, file.program);
        let wanted = invocation::answer(workspace.program(&program.to_string_lossy()).args(file.arguments))?;
        if wanted.is_empty() {
            return Err(Failure::new(format!("the generator of {} printed nothing", file.path)));
        }
        if settle(workspace, file.path, &wanted, mode)
            .map_err(|error| Failure::new(format!("{}: {error}", file.path)))?
        {
            stale.push(file.path);
        }
    }
    match (mode, stale.is_empty()) {
        (_, true) => say("generated files are what they should be"),
        (Mode::Write, false) => say(&format!("written: {}", stale.join(", "))),
        (Mode::Check, false) => {
            return Err(Failure::new(format!("out of date: {}; run `cargo xtask codegen`", stale.join(", "))));
        }
    }
    Ok(())
}

/// Whether the file differed from what is wanted; in writing mode it no longer does.
fn settle(workspace: &Workspace, path: &str, wanted: &[u8], mode: Mode) -> io::Result<bool> {
    let path = workspace.path(path);
    if fs::read(&path).is_ok_and(|present| present == wanted) {
        return Ok(false);
    }
    if mode == Mode::Write {
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        fs::write(&path, wanted)?;
    }
    Ok(true)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn checking_reports_a_difference_and_leaves_the_file() {
        let workspace = Workspace::locate().unwrap();
        let present = fs::read(workspace.path("clippy.toml")).unwrap();
        assert!(!settle(&workspace, "clippy.toml", &present, Mode::Check).unwrap());
        assert!(settle(&workspace, "clippy.toml", b"other", Mode::Check).unwrap());
        assert!(settle(&workspace, "no-such-file", b"other", Mode::Check).unwrap());
        assert_eq!(fs::read(workspace.path("clippy.toml")).unwrap(), present);
        assert!(!workspace.path("no-such-file").exists());
    }
}
