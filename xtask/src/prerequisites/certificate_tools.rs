//! Those who judge certificates and TLS in the black-box tests: pkilint and sslyze, in the versions that
//! tests/certificate-tools pins.

use std::path::PathBuf;

use super::python::{Requirements, ensure_environment};
use crate::failure::Failure;
use crate::workspace::Workspace;

/// The virtual environment that they are installed in.
pub(crate) fn certificate_tools(workspace: &Workspace) -> PathBuf {
    workspace.target("certificate-tools")
}

pub(super) fn ensure(workspace: &Workspace) -> Result<(), Failure> {
    let files = [
        Requirements { file: "tests/certificate-tools/build-requirements.txt", from_source: &[] },
        Requirements { file: "tests/certificate-tools/requirements.txt", from_source: &["sslyze"] },
    ];
    ensure_environment(workspace, &certificate_tools(workspace), &files)
}
