//! The OpenID provider that the tests of signing in start.

use std::path::PathBuf;

use super::npm_packages;
use crate::failure::Failure;
use crate::workspace::Workspace;

/// Where its packages are installed.
pub(crate) fn openid_provider(workspace: &Workspace) -> PathBuf {
    workspace.target("openid-provider")
}

pub(super) fn ensure(workspace: &Workspace) -> Result<(), Failure> {
    npm_packages::ensure(workspace, "tests/openid-provider", &openid_provider(workspace))
}
