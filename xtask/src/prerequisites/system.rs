//! Libraries and programs of the operating system.

use std::path::Path;

use super::debian::{self, Right};
use super::{Extent, on_path};
use crate::console::say;
use crate::failure::Failure;
use crate::invocation;
use crate::workspace::Workspace;

/// One thing the system has to have, under the name of the Debian package that brings it.
#[derive(Debug)]
pub(super) struct Requirement {
    pub(super) package: &'static str,
    proof: Proof,
    extent: Extent,
}

/// How to see that it is there without a package manager.
#[derive(Debug)]
enum Proof {
    /// A program on the search path.
    Program(&'static str),
    /// A library known to `pkg-config`.
    Library(&'static str),
    /// A file at a fixed place.
    File(&'static str),
    /// A module that Python can import.
    PythonModule(&'static str),
}

const fn requirement(extent: Extent, package: &'static str, proof: Proof) -> Requirement {
    Requirement { package, proof, extent }
}

/// What is really used; `cmake`, librsvg, libssl and libayatana-appindicator, often listed for Tauri, are not.
const REQUIREMENTS: [Requirement; 20] = [
    // aws-lc-sys and libsqlite3-sys compile C.
    requirement(Extent::Server, "gcc", Proof::Program("cc")),
    requirement(Extent::Server, "libc6-dev", Proof::File("/usr/include/stdlib.h")),
    // Tauri's web view, and with it GTK 3 and libsoup 3; tao speaks to the desktop through libdbus.
    requirement(Extent::Window, "pkg-config", Proof::Program("pkg-config")),
    requirement(Extent::Window, "libwebkit2gtk-4.1-dev", Proof::Library("webkit2gtk-4.1")),
    requirement(Extent::Window, "libdbus-1-dev", Proof::Library("dbus-1")),
    // The desktop of the window tests, and the hands and eyes in front of it.
    requirement(Extent::Tests, "xvfb", Proof::Program("Xvfb")),
    requirement(Extent::Tests, "dbus", Proof::Program("dbus-run-session")),
    requirement(Extent::Tests, "webkit2gtk-driver", Proof::Program("WebKitWebDriver")),
    requirement(Extent::Tests, "xclip", Proof::Program("xclip")),
    requirement(Extent::Tests, "xdotool", Proof::Program("xdotool")),
    // A desktop's key store, and who shows its notifications.
    requirement(Extent::Tests, "gnome-keyring", Proof::Program("gnome-keyring-daemon")),
    requirement(Extent::Tests, "dunst", Proof::Program("dunst")),
    // Another time than the machine's.
    requirement(Extent::Tests, "faketime", Proof::Program("faketime")),
    // The application on the other side.
    requirement(Extent::Tests, "openssl", Proof::Program("openssl")),
    requirement(Extent::Tests, "curl", Proof::Program("curl")),
    requirement(Extent::Tests, "jq", Proof::Program("jq")),
    // Other programs that keep keys, in files of their own form.
    requirement(Extent::Tests, "age", Proof::Program("age")),
    requirement(Extent::Tests, "openssh-client", Proof::Program("ssh-keygen")),
    // Debian leaves out of Python what makes virtual environments; the package brings Python as well.
    requirement(Extent::Tests, "python3-venv", Proof::PythonModule("ensurepip")),
    // Makes load from a process of its own.
    requirement(Extent::Benchmark, "wrk", Proof::Program("wrk")),
];

/// Finds what is missing and, on Debian and its relatives, installs it. Only Linux needs any of it: elsewhere the web
/// view and the C compiler come with the system and its developer tools.
pub(super) fn ensure(workspace: &Workspace, extent: Extent) -> Result<(), Failure> {
    if !cfg!(target_os = "linux") {
        return Ok(());
    }
    let debian = on_path("dpkg-query").is_some() && on_path("apt-get").is_some();
    let missing = missing(workspace, extent, debian);
    if missing.is_empty() {
        return Ok(());
    }
    let names = missing.join(" ");
    if !debian {
        return Err(Failure::new(format!(
            "missing on this machine, by their Debian names: {names}. Install what your distribution calls them, then run this again."
        )));
    }
    say(&format!("Missing Debian packages: {names}"));
    let Some(right) = Right::of_this_user(workspace) else {
        return Err(Failure::new(format!(
            "{names} must be installed and this user may not do it. Run:\n{}",
            debian::command_for_a_person(&missing, on_path("sudo").is_some())
        )));
    };
    debian::install(workspace, right, &missing)?;
    let still = self::missing(workspace, extent, debian);
    if still.is_empty() {
        Ok(())
    } else {
        Err(Failure::new(format!("still missing after the installation: {}", still.join(" "))))
    }
}

/// A requirement is met when its package is installed or when what the package would bring is there anyway.
fn missing(workspace: &Workspace, extent: Extent, debian: bool) -> Vec<&'static str> {
    let wanted: Vec<&Requirement> = REQUIREMENTS.iter().filter(|one| one.extent <= extent).collect();
    let names: Vec<&str> = wanted.iter().map(|one| one.package).collect();
    let installed = if debian { debian::installed(workspace, &names) } else { Vec::new() };
    wanted
        .into_iter()
        .filter(|one| !installed.iter().any(|name| name == one.package) && !is_proven(workspace, &one.proof))
        .map(|one| one.package)
        .collect()
}

fn is_proven(workspace: &Workspace, proof: &Proof) -> bool {
    match proof {
        Proof::Program(name) => on_path(name).is_some(),
        Proof::Library(name) => invocation::answer(workspace.program("pkg-config").args(["--exists", name])).is_ok(),
        Proof::File(path) => Path::new(path).exists(),
        Proof::PythonModule(name) => {
            invocation::answer(workspace.program("python3").args(["-c", &format!("import {name}")])).is_ok()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn packages(extent: Extent) -> Vec<&'static str> {
        REQUIREMENTS.iter().filter(|one| one.extent <= extent).map(|one| one.package).collect()
    }

    #[test]
    fn the_server_needs_a_c_compiler_and_nothing_else() {
        assert_eq!(packages(Extent::Server), ["gcc", "libc6-dev"]);
    }

    #[test]
    fn the_window_needs_web_kit_but_no_display_of_ours() {
        let window = packages(Extent::Window);
        assert!(window.contains(&"libwebkit2gtk-4.1-dev"));
        assert!(!window.contains(&"xvfb"));
    }

    #[test]
    fn only_the_benchmark_needs_a_load_generator() {
        assert!(packages(Extent::Benchmark).contains(&"wrk"));
        assert!(!packages(Extent::Tests).contains(&"wrk"));
        assert!(packages(Extent::Tests).contains(&"python3-venv"));
    }

    #[test]
    fn what_is_not_there_is_not_proven() {
        let workspace = Workspace::locate().unwrap();
        assert!(is_proven(&workspace, &Proof::Program("cargo")));
        assert!(!is_proven(&workspace, &Proof::Program("no-such-program")));
        assert!(!is_proven(&workspace, &Proof::Library("no-such-library")));
        assert!(!is_proven(&workspace, &Proof::File("/no/such/file")));
        assert!(!is_proven(&workspace, &Proof::PythonModule("no_such_module")));
    }
}
