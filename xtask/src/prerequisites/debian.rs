//! Debian and its relatives: which packages are installed, and how more get there.

use std::process::Stdio;

use super::on_path;
use crate::console::say;
use crate::failure::Failure;
use crate::invocation;
use crate::workspace::Workspace;

/// How this user may install packages without being asked anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Right {
    Root,
    Sudo,
}

impl Right {
    /// `None`: only a person can.
    pub(super) fn of_this_user(workspace: &Workspace) -> Option<Self> {
        let user = invocation::answer(workspace.program("id").arg("-u")).unwrap_or_default();
        if user.trim_ascii() == b"0" {
            return Some(Self::Root);
        }
        let sudo =
            on_path("sudo").is_some() && invocation::answer(workspace.program("sudo").args(["-n", "true"])).is_ok();
        sudo.then_some(Self::Sudo)
    }
}

/// Those of `packages` that are installed.
pub(super) fn installed(workspace: &Workspace, packages: &[&str]) -> Vec<String> {
    let mut question = workspace.program("dpkg-query");
    question.args(["--show", "--showformat", "${Package} ${db:Status-Status}\\n"]).args(packages);
    // It fails when it has never heard of one package, and still answers for the others.
    let answer = question.stdin(Stdio::null()).stderr(Stdio::null()).output().map(|output| output.stdout);
    installed_in(&String::from_utf8_lossy(&answer.unwrap_or_default()))
}

fn installed_in(answer: &str) -> Vec<String> {
    answer.lines().filter_map(|line| line.strip_suffix(" installed")).map(String::from).collect()
}

/// Refreshes the package list and installs.
pub(super) fn install(workspace: &Workspace, right: Right, packages: &[&str]) -> Result<(), Failure> {
    let apt_get = |words: &[&str]| {
        let prefix: &[&str] = match right {
            Right::Root => &[],
            Right::Sudo => &["sudo", "-n"],
        };
        let line = [prefix, &["env", "DEBIAN_FRONTEND=noninteractive", "apt-get"], &OPTIONS, words].concat();
        let mut command = workspace.program(line[0]);
        command.args(&line[1..]).stdin(Stdio::null());
        invocation::run(&mut command)
    };
    if let Err(failure) = apt_get(&["update"]) {
        // One unreachable source among several is common, and the others may have all that is needed.
        say(&format!("{}; trying with the lists that are there", failure.message));
    }
    apt_get(&[&INSTALL, packages].concat())
}

/// The one line to run for somebody who may.
pub(super) fn command_for_a_person(packages: &[&str], has_sudo: bool) -> String {
    let line = format!("apt-get update && apt-get {} {}", INSTALL.join(" "), packages.join(" "));
    if has_sudo { format!("sudo sh -c '{line}'") } else { format!("su -c '{line}'") }
}

/// Another installation may be going on, and its end is waited for, in seconds. No progress bars: this may be a log.
const OPTIONS: [&str; 5] = ["-q", "-o", "DPkg::Lock::Timeout=300", "-o", "Dpkg::Use-Pty=0"];
const INSTALL: [&str; 3] = ["install", "-y", "--no-install-recommends"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn removed_and_unknown_packages_do_not_count_as_installed() {
        let answer = "xclip installed\nxvfb config-files\ncurl not-installed\nlibc6-dev installed\n";
        assert_eq!(installed_in(answer), ["xclip", "libc6-dev"]);
    }

    #[test]
    fn a_person_gets_one_line_to_run() {
        assert_eq!(
            command_for_a_person(&["xclip", "xvfb"], true),
            "sudo sh -c 'apt-get update && apt-get install -y --no-install-recommends xclip xvfb'"
        );
        assert_eq!(
            command_for_a_person(&["xclip"], false),
            "su -c 'apt-get update && apt-get install -y --no-install-recommends xclip'"
        );
    }
}
