//! Tools that come as Rust programs and are compiled by cargo, into its usual place.

use std::env;
use std::ffi::OsString;
use std::path::PathBuf;

use crate::failure::Failure;
use crate::invocation;
use crate::workspace::Workspace;

/// The test runner. Any version will do that reads .config/nextest.toml.
pub(super) fn ensure_nextest(workspace: &Workspace) -> Result<(), Failure> {
    if invocation::answer(&mut workspace.cargo(["nextest", "--version"])).is_ok() {
        return Ok(());
    }
    invocation::run(&mut workspace.cargo(["install", "cargo-nextest", "--locked"]))
}

/// The WebDriver server for Tauri windows; version 2 is for Tauri 2. It cannot be asked for its version, cargo can.
pub(super) fn ensure_tauri_driver(workspace: &Workspace) -> Result<(), Failure> {
    let list = invocation::answer(&mut workspace.cargo(["install", "--list"]))?;
    if has_major(&String::from_utf8_lossy(&list), "tauri-driver", "2") && tauri_driver_path().is_file() {
        return Ok(());
    }
    invocation::run(&mut workspace.cargo(["install", "tauri-driver", "--version", "^2", "--locked"]))
}

/// Where cargo puts tauri-driver, on the search path or not.
pub(crate) fn tauri_driver_path() -> PathBuf {
    let home = || env::home_dir().map(|home| home.join(".cargo"));
    let root =
        install_root(env::var_os("CARGO_INSTALL_ROOT"), env::var_os("CARGO_HOME")).or_else(home).unwrap_or_default();
    root.join("bin").join(format!("tauri-driver{}", env::consts::EXE_SUFFIX))
}

fn install_root(install_root: Option<OsString>, cargo_home: Option<OsString>) -> Option<PathBuf> {
    [install_root, cargo_home].into_iter().flatten().find(|value| !value.is_empty()).map(PathBuf::from)
}

/// Whether `cargo install --list` has the tool in that major version. Its lines: `tauri-driver v2.0.5:`.
fn has_major(list: &str, tool: &str, major: &str) -> bool {
    list.lines()
        .filter_map(|line| line.split_once(" v"))
        .any(|(name, version)| name == tool && version.split('.').next() == Some(major))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_major_version_decides() {
        let list = "cargo-nextest v0.9.143:\n    cargo-nextest\ntauri-driver v2.0.5:\n    tauri-driver\n";
        assert!(has_major(list, "tauri-driver", "2"));
        assert!(!has_major(list, "tauri-driver", "0"));
        assert!(!has_major("tauri-driver v0.1.5:\n", "tauri-driver", "2"));
        assert!(!has_major("tauri-driver v20.1.5:\n", "tauri-driver", "2"));
        assert!(!has_major("my-tauri-driver v2.0.5:\n", "tauri-driver", "2"));
        assert!(!has_major("", "tauri-driver", "2"));
    }

    #[test]
    fn the_install_root_goes_before_cargos_home() {
        let value = |path: &str| Some(OsString::from(path));
        assert_eq!(install_root(value("/a"), value("/b")), Some(PathBuf::from("/a")));
        assert_eq!(install_root(None, value("/b")), Some(PathBuf::from("/b")));
        assert_eq!(install_root(value(""), value("/b")), Some(PathBuf::from("/b")));
        assert_eq!(install_root(None, None), None);
    }
}
