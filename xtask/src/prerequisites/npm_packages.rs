//! Packages from npm that tests run: a folder of the tree says which, with a lock file, and they are installed below the
//! target directory.

use std::path::Path;

use super::installation::{install_once, read, write};
use super::npm;
use crate::failure::Failure;
use crate::invocation;
use crate::workspace::Workspace;

/// What npm reads, and nothing else: no script of a package is run.
const FILES: [&str; 2] = ["package.json", "package-lock.json"];

/// Installs what `source` pins into `folder`.
pub(super) fn ensure(workspace: &Workspace, source: &str, folder: &Path) -> Result<(), Failure> {
    let [package, lock] = FILES.map(|name| read(&workspace.path(source).join(name)));
    let (package, lock) = (package?, lock?);
    install_once(folder, &format!("{package}{lock}"), |folder| {
        for (name, text) in FILES.into_iter().zip([&package, &lock]) {
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
    fn locks_name_hashes_and_no_hosts() {
        for source in ["tests/oauth-clients", "tests/openid-provider"] {
            let lock = read(&Workspace::locate().unwrap().path(source).join("package-lock.json")).unwrap();
            assert!(lock.matches("\"integrity\": \"sha512-").count() >= 3, "{lock}");
            assert!(!lock.contains("\"resolved\""), "{lock}");
        }
    }
}
