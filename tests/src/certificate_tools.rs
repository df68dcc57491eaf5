//! Those who judge certificates and TLS, where `cargo xtask test` installs them.

use std::{env, path::PathBuf};

/// A program of the environment for pkilint and sslyze: `python`, `sslyze`.
pub fn certificate_tool(name: &str) -> PathBuf {
    let folder = env::var_os("CERTIFICATE_TOOLS_DIR").map_or_else(
        || {
            // The test is target/<profile>/deps/<name>.
            let test = env::current_exe().expect("the test knows its own path");
            test.ancestors().nth(3).expect("the test is in target/<profile>/deps").join("certificate-tools")
        },
        PathBuf::from,
    );
    let path = folder.join("bin").join(name);
    assert!(path.is_file(), "{} is not there; `cargo xtask test -- tls` installs it", path.display());
    path
}
