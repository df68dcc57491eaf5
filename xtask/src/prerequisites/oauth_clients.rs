//! OAuth2 clients that we did not write, for the black-box tests: Authlib and Hydra's generated client for Python,
//! openid-client for Node. Each language has a folder of its own below the target directory, with the versions that
//! tests/oauth-clients pins.

use std::fs;
use std::path::{Path, PathBuf};

use super::npm;
use crate::failure::Failure;
use crate::invocation;
use crate::workspace::Workspace;

/// Where the programs and their pinned dependencies are.
const SOURCE: &str = "tests/oauth-clients";
/// Written at the end of an installation, with everything it was made from.
const STAMP: &str = ".installed-from";

/// Where both are installed: `python/bin/python` and `openid-client/node_modules`.
pub(crate) fn oauth_clients(workspace: &Workspace) -> PathBuf {
    workspace.target("oauth-clients")
}

pub(super) fn ensure(workspace: &Workspace) -> Result<(), Failure> {
    ensure_python_clients(workspace)?;
    ensure_openid_client(workspace)
}

/// A virtual environment: Debian's own Python takes no packages from elsewhere.
fn ensure_python_clients(workspace: &Workspace) -> Result<(), Failure> {
    let requirements = workspace.path(SOURCE).join("requirements.txt");
    // An environment ends with the Python that it was made by.
    let python =
        invocation::answer(workspace.program("python3").args(["-c", "import sys; print(sys.version, sys.prefix)"]))?;
    let from = format!("{}{}", String::from_utf8_lossy(&python), read(&requirements)?);
    install_once(&oauth_clients(workspace).join("python"), &from, |folder| {
        invocation::run(workspace.program("python3").args(["-m", "venv"]).arg(folder))?;
        let mut pip = workspace.program(&folder.join("bin/python").to_string_lossy());
        pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input"]);
        pip.args(["--require-hashes", "--only-binary", ":all:", "--requirement"]).arg(&requirements);
        invocation::run(&mut pip)
    })
}

fn ensure_openid_client(workspace: &Workspace) -> Result<(), Failure> {
    let files = ["package.json", "package-lock.json"];
    let [package, lock] = files.map(|name| read(&workspace.path(SOURCE).join(name)));
    let (package, lock) = (package?, lock?);
    install_once(&oauth_clients(workspace).join("openid-client"), &format!("{package}{lock}"), |folder| {
        for (name, text) in files.into_iter().zip([&package, &lock]) {
            write(&folder.join(name), text)?;
        }
        let mut command = workspace.program(npm());
        invocation::run(command.current_dir(folder).args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"]))
    })
}

/// Installs into an empty folder, unless the last complete installation there was made from the same.
fn install_once(folder: &Path, from: &str, install: impl FnOnce(&Path) -> Result<(), Failure>) -> Result<(), Failure> {
    let stamp = folder.join(STAMP);
    if fs::read_to_string(&stamp).is_ok_and(|last| last == from) {
        return Ok(());
    }
    if folder.exists() {
        fs::remove_dir_all(folder).map_err(|error| trouble(folder, &error))?;
    }
    fs::create_dir_all(folder).map_err(|error| trouble(folder, &error))?;
    install(folder)?;
    write(&stamp, from)
}

fn read(path: &Path) -> Result<String, Failure> {
    fs::read_to_string(path).map_err(|error| trouble(path, &error))
}

fn write(path: &Path, text: &str) -> Result<(), Failure> {
    fs::write(path, text).map_err(|error| trouble(path, &error))
}

fn trouble(path: &Path, error: &std::io::Error) -> Failure {
    Failure::new(format!("{}: {error}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_installation_is_made_once_and_again_when_its_source_changes() {
        let folder = std::env::temp_dir().join(format!("xtask-oauth-clients-{}", std::process::id()));
        let mut made = Vec::new();
        let mut ensure = |from: &'static str, file: &'static str| {
            install_once(&folder, from, |folder| {
                made.push(from);
                write(&folder.join(file), from)
            })
            .unwrap();
        };
        ensure("one", "first");
        ensure("one", "first");
        ensure("two", "second");
        assert_eq!(made, ["one", "two"]);
        assert!(!folder.join("first").exists() && folder.join("second").exists(), "the old one is gone");

        install_once(&folder, "three", |_| Err(Failure::new("no network"))).unwrap_err();
        let mut again = false;
        install_once(&folder, "three", |_| {
            again = true;
            Ok(())
        })
        .unwrap();
        assert!(again, "what failed is tried again");
        fs::remove_dir_all(&folder).unwrap();
    }

    #[test]
    fn every_python_package_is_pinned_by_version_and_hash() {
        let text = read(&Workspace::locate().unwrap().path(SOURCE).join("requirements.txt")).unwrap();
        let logical = text.replace("\\\n", " ");
        let packages: Vec<&str> = logical.lines().filter(|line| !line.trim_start().starts_with('#')).collect();
        assert!(packages.len() > 2, "{text}");
        for package in packages {
            assert!(package.contains("==") && package.contains("--hash=sha256:"), "{package}");
        }
    }

    #[test]
    fn the_node_lock_names_hashes_and_no_hosts() {
        let lock = read(&Workspace::locate().unwrap().path(SOURCE).join("package-lock.json")).unwrap();
        assert!(lock.matches("\"integrity\": \"sha512-").count() >= 3, "{lock}");
        assert!(!lock.contains("\"resolved\""), "{lock}");
    }
}
