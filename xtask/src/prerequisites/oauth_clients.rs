//! OAuth2 clients that we did not write, for the black-box tests: Authlib and Hydra's generated client for Python,
//! openid-client for Node. Each language has a folder of its own below the target directory, with the versions that
//! tests/oauth-clients pins.

use std::path::PathBuf;

use super::installation::{install_once, read, write};
use super::npm;
use super::python::{Requirements, ensure_environment};
use crate::failure::Failure;
use crate::invocation;
use crate::workspace::Workspace;

/// Where the programs and their pinned dependencies are.
const SOURCE: &str = "tests/oauth-clients";

/// Where both are installed: `python/bin/python` and `openid-client/node_modules`.
pub(crate) fn oauth_clients(workspace: &Workspace) -> PathBuf {
    workspace.target("oauth-clients")
}

pub(super) fn ensure(workspace: &Workspace) -> Result<(), Failure> {
    ensure_python_clients(workspace)?;
    ensure_openid_client(workspace)
}

fn ensure_python_clients(workspace: &Workspace) -> Result<(), Failure> {
    let files = [Requirements { file: "tests/oauth-clients/requirements.txt", from_source: &[] }];
    ensure_environment(workspace, &oauth_clients(workspace).join("python"), &files)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_node_lock_names_hashes_and_no_hosts() {
        let lock = read(&Workspace::locate().unwrap().path(SOURCE).join("package-lock.json")).unwrap();
        assert!(lock.matches("\"integrity\": \"sha512-").count() >= 3, "{lock}");
        assert!(!lock.contains("\"resolved\""), "{lock}");
    }
}
