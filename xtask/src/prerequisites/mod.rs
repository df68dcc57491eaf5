//! What has to be on the machine before a command can work. Installed where that is allowed, named where it is not.

mod cargo_tools;
mod certificate_tools;
mod debian;
mod installation;
mod node;
mod npm_packages;
mod oauth_clients;
mod openid_provider;
mod python;
mod system;

use std::env;
use std::path::PathBuf;

use crate::failure::Failure;
use crate::workspace::Workspace;

pub(crate) use cargo_tools::tauri_driver_path;
pub(crate) use certificate_tools::certificate_tools;
pub(crate) use node::npm;
pub(crate) use oauth_clients::oauth_clients;
pub(crate) use openid_provider::openid_provider;

/// How much of the project a command touches. Each holds what the one before it holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Extent {
    /// The embedded server alone: a C compiler, for the crypto library and SQLite.
    Server,
    /// The window too: WebKitGTK and Node.
    Window,
    /// Everything that tests start: display, browser driver, clipboard, key store, openssl, curl, OAuth2 clients, an
    /// OpenID provider, and those who judge certificates.
    Tests,
    /// What makes the load of the benchmark too.
    Benchmark,
}

/// Makes sure that all of it is there.
pub(crate) fn ensure(workspace: &Workspace, extent: Extent) -> Result<(), Failure> {
    // First, since it can only be answered by a person: no hundred packages before that.
    if extent >= Extent::Window {
        node::ensure(workspace)?;
    }
    system::ensure(workspace, extent)?;
    if extent >= Extent::Tests {
        cargo_tools::ensure_nextest(workspace)?;
        cargo_tools::ensure_tauri_driver(workspace)?;
        oauth_clients::ensure(workspace)?;
        openid_provider::ensure(workspace)?;
        certificate_tools::ensure(workspace)?;
    }
    Ok(())
}

/// What the fast tests need: the server's packages and the test runner.
pub(crate) fn ensure_for_fast_tests(workspace: &Workspace) -> Result<(), Failure> {
    system::ensure(workspace, Extent::Server)?;
    cargo_tools::ensure_nextest(workspace)
}

/// The first program of that name on the search path.
fn on_path(program: &str) -> Option<PathBuf> {
    let name = format!("{program}{}", env::consts::EXE_SUFFIX);
    env::split_paths(&env::var_os("PATH")?).map(|folder| folder.join(&name)).find(|path| path.is_file())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn extents_grow() {
        assert!(Extent::Server < Extent::Window);
        assert!(Extent::Window < Extent::Tests);
        assert!(Extent::Tests < Extent::Benchmark);
    }

    #[test]
    fn programs_are_looked_up_on_the_path() {
        assert!(on_path("cargo").is_some());
        assert_eq!(on_path("no-such-program"), None);
    }
}
