//! OAuth2 clients that we did not write, for the black-box tests: Authlib and Hydra's generated client for Python,
//! openid-client for Node. Each language has a folder of its own below the target directory, with the versions that
//! tests/oauth-clients pins.

use std::path::PathBuf;

use super::npm_packages;
use super::python::{Requirements, ensure_environment};
use crate::failure::Failure;
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
    npm_packages::ensure(workspace, SOURCE, &oauth_clients(workspace).join("openid-client"))
}
