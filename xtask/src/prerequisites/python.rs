//! Packages for Python, pinned by version and hash, in virtual environments: Debian's own Python takes no packages from
//! elsewhere.

use std::path::Path;

use super::installation::{install_once, read};
use crate::failure::Failure;
use crate::invocation;
use crate::workspace::Workspace;

/// A file of pinned requirements, and those in it that exist as source only.
#[derive(Debug)]
pub(super) struct Requirements<'a> {
    /// Relative to the workspace.
    pub(super) file: &'a str,
    /// Built here, with what the files before this one have installed.
    pub(super) from_source: &'a [&'a str],
}

/// Makes a virtual environment and installs the files in their order.
pub(super) fn ensure_environment(
    workspace: &Workspace,
    folder: &Path,
    files: &[Requirements<'_>],
) -> Result<(), Failure> {
    // An environment ends with the Python that it was made by.
    let python =
        invocation::answer(workspace.program("python3").args(["-c", "import sys; print(sys.version, sys.prefix)"]))?;
    let mut from = String::from_utf8_lossy(&python).into_owned();
    for requirements in files {
        from.push_str(&read(&workspace.path(requirements.file))?);
    }
    install_once(folder, &from, |folder| {
        invocation::run(workspace.program("python3").args(["-m", "venv"]).arg(folder))?;
        for requirements in files {
            let mut pip = workspace.program(&folder.join("bin/python").to_string_lossy());
            pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input"]);
            pip.args(["--require-hashes", "--only-binary", ":all:"]);
            for package in requirements.from_source {
                pip.args(["--no-binary", package]);
            }
            if !requirements.from_source.is_empty() {
                pip.arg("--no-build-isolation");
            }
            invocation::run(pip.arg("--requirement").arg(workspace.path(requirements.file)))?;
        }
        Ok(())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_package_is_pinned_by_version_and_hash() {
        let workspace = Workspace::locate().unwrap();
        for (file, least) in [
            ("tests/oauth-clients/requirements.txt", 3),
            ("tests/certificate-tools/requirements.txt", 3),
            ("tests/certificate-tools/build-requirements.txt", 1),
        ] {
            let text = read(&workspace.path(file)).unwrap();
            let logical = text.replace("\\\n", " ");
            let packages: Vec<&str> = logical.lines().filter(|line| !line.trim_start().starts_with('#')).collect();
            assert!(packages.len() >= least, "{file}: {text}");
            for package in packages {
                assert!(package.contains("==") && package.contains("--hash=sha256:"), "{file}: {package}");
            }
        }
    }
}
