//! Files of this person: written so that only their owner may read them, completely or not at all; read within a limit.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Read as _, Write as _},
    path::Path,
    time::Duration,
};

use uuid::Uuid;
use zeroize::Zeroizing;

const YOUNG: Duration = Duration::from_secs(3600);

/// Replaces `path` with `content`, mode 0600. A crash leaves the old file or the new one, never half of one.
///
/// # Errors
/// The first operation that failed; the temporary file is removed.
pub(crate) fn write(path: &Path, content: &[u8]) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let temporary = folder.join(format!(".{}.tmp", Uuid::new_v4()));
    let written = write_new(&temporary, content).and_then(|()| fs::rename(&temporary, path));
    if written.is_err() {
        // Best effort: the error that matters is the one that is returned.
        let _ = fs::remove_file(&temporary);
        return written;
    }
    // The rename is durable once the folder is.
    if cfg!(unix) { File::open(folder)?.sync_all() } else { Ok(()) }
}

/// Removes what programs that were killed while they wrote left in this folder. What is younger than an hour may still be
/// written by another one.
pub(crate) fn remove_leftovers(folder: &Path) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        let name = entry.file_name();
        let name = name.to_str().and_then(|name| name.strip_prefix('.')?.strip_suffix(".tmp"));
        let is_ours = name.is_some_and(|name| Uuid::try_parse(name).is_ok());
        let age = entry.metadata().and_then(|metadata| metadata.modified()).ok().and_then(|at| at.elapsed().ok());
        if is_ours && age.is_some_and(|age| age > YOUNG) {
            // Next time, where it cannot be done now.
            let _ = fs::remove_file(entry.path());
        }
    }
}

/// Reads a file that a person chose; what was read is wiped when it is dropped.
///
/// # Errors
/// It cannot be read, is no file (a device never ends), or has more than `largest` bytes.
pub(crate) fn read(path: &Path, largest: u64) -> io::Result<Zeroizing<Vec<u8>>> {
    // A pipe would already wait when it is opened.
    if !fs::metadata(path)?.is_file() {
        return Err(io::Error::other("it is not a file"));
    }
    let mut content = Zeroizing::new(Vec::new());
    File::open(path)?.take(largest + 1).read_to_end(&mut content)?;
    if u64::try_from(content.len()).is_ok_and(|length| length <= largest) {
        Ok(content)
    } else {
        Err(io::Error::other(format!("it has more than {largest} bytes")))
    }
}

/// Writes a file that is not there yet, mode 0600.
///
/// # Errors
/// It is there, or the first operation that failed.
pub(crate) fn write_new(path: &Path, content: &[u8]) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    file.write_all(content)?;
    file.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn replaces_the_file_and_leaves_nothing_beside_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("pairing.txt");
        fs::write(&path, "old, and readable by all").unwrap();
        write(&path, b"new").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"new");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
        #[cfg(unix)]
        assert_eq!(std::os::unix::fs::PermissionsExt::mode(&fs::metadata(&path).unwrap().permissions()) & 0o777, 0o600);
    }

    #[test]
    fn only_old_leftovers_of_our_own_are_removed() {
        let folder = tempfile::tempdir().unwrap();
        let make = |name: String, hours: u64| {
            let file = File::create(folder.path().join(&name)).unwrap();
            file.set_modified(std::time::SystemTime::now() - Duration::from_secs(hours * 3600 + 60)).unwrap();
            name
        };
        make(format!(".{}.tmp", Uuid::new_v4()), 1);
        let mut stay = vec![make(format!(".{}.tmp", Uuid::new_v4()), 0), make(".theirs.tmp".into(), 9)];
        stay.push(make("settings.json".into(), 9));
        remove_leftovers(folder.path());
        let mut left: Vec<_> = fs::read_dir(folder.path())
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        left.sort();
        stay.sort();
        assert_eq!(left, stay);
    }

    #[cfg(unix)]
    #[test]
    fn what_never_ends_is_not_begun() {
        let folder = tempfile::tempdir().unwrap();
        let pipe = folder.path().join("pipe");
        assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
        for odd in [&pipe, Path::new("/dev/zero"), folder.path()] {
            read(odd, 10).unwrap_err();
        }
        let path = folder.path().join("file");
        fs::write(&path, "0123456789").unwrap();
        assert_eq!(**read(&path, 10).unwrap(), *b"0123456789");
        read(&path, 9).unwrap_err();
    }

    #[test]
    fn a_failure_leaves_the_old_content() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("taken");
        fs::create_dir(&path).unwrap();
        write(&path, b"new").unwrap_err();
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }
}
