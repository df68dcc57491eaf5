//! Folders below the target directory that hold what tests need, made once and again when their source changes.

use std::fs;
use std::path::Path;

use crate::failure::Failure;

/// Written at the end of an installation, with everything it was made from.
const STAMP: &str = ".installed-from";

/// Installs into an empty folder, unless the last complete installation there was made from the same.
pub(super) fn install_once(
    folder: &Path,
    from: &str,
    install: impl FnOnce(&Path) -> Result<(), Failure>,
) -> Result<(), Failure> {
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

pub(super) fn read(path: &Path) -> Result<String, Failure> {
    fs::read_to_string(path).map_err(|error| trouble(path, &error))
}

pub(super) fn write(path: &Path, text: &str) -> Result<(), Failure> {
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
        let folder = std::env::temp_dir().join(format!("xtask-installation-{}", std::process::id()));
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
}
