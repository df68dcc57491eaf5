//! The data directory: private, locked by one process, and the administrator's token in it.

use std::{
    fs::{self, File, OpenOptions, TryLockError},
    io::{self, Read as _, Seek as _, Write as _},
    os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _, PermissionsExt as _},
    path::{Path, PathBuf},
};

use pairing::{OneTimeToken, Secret};

use crate::StartError;

/// A locked data directory. The lock goes with the process, also after `kill -9`.
#[derive(Debug)]
pub(crate) struct DataDir {
    path: PathBuf,
    _lock: File,
}

impl DataDir {
    /// Creates the directory with mode 0700 where it is missing, refuses one that others can read, and locks it.
    pub(crate) fn open(path: &Path) -> Result<Self, StartError> {
        let trouble = |cause| StartError::DataDir { path: path.to_owned(), cause };
        fs::DirBuilder::new().recursive(true).mode(0o700).create(path).map_err(trouble)?;
        refuse_loose_mode(path, 0o700)?;
        // Absolute from here on: the ready line names files that other programs open.
        let path = path.canonicalize().map_err(trouble)?;
        let lock = lock(&path)?;
        Ok(Self { path, _lock: lock })
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// The administrator's bearer token, made on the first start.
    pub(crate) fn admin_token(&self) -> Result<Secret, StartError> {
        let file = self.admin_token_file();
        let trouble = |cause| StartError::DataDir { path: file.clone(), cause };
        match fs::read_to_string(&file) {
            Ok(text) => {
                refuse_loose_mode(&file, 0o600)?;
                let token = text.trim();
                if token.len() < 32 {
                    let cause = io::Error::other("it holds no token; delete it to get a new one");
                    return Err(trouble(cause));
                }
                Ok(Secret::new(token))
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                let token = OneTimeToken::generate().secret().clone();
                write_private(&file, token.expose().as_bytes()).map_err(trouble)?;
                Ok(token)
            }
            Err(error) => Err(trouble(error)),
        }
    }

    pub(crate) fn admin_token_file(&self) -> PathBuf {
        self.path.join("admin-token")
    }

    pub(crate) fn ca_file(&self) -> PathBuf {
        self.path.join("ca.pem")
    }
}

fn lock(dir: &Path) -> Result<File, StartError> {
    let path = dir.join("lock");
    let trouble = |cause| StartError::DataDir { path: path.clone(), cause };
    let mut file = OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .mode(0o600)
        .open(&path)
        .map_err(trouble)?;
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => {
            let mut text = String::new();
            let _ = file.read_to_string(&mut text);
            return Err(StartError::DataDirLocked { path: dir.to_owned(), pid: text.trim().parse().ok() });
        }
        Err(TryLockError::Error(cause)) => return Err(trouble(cause)),
    }
    file.set_len(0).map_err(trouble)?;
    file.rewind().map_err(trouble)?;
    file.write_all(std::process::id().to_string().as_bytes()).map_err(trouble)?;
    Ok(file)
}

/// Refuses a file or directory that other users could read or change.
pub(crate) fn refuse_loose_mode(path: &Path, wanted: u32) -> Result<(), StartError> {
    let metadata = fs::metadata(path).map_err(|cause| StartError::DataDir { path: path.to_owned(), cause })?;
    let mode = metadata.permissions().mode() & 0o777;
    if mode & 0o077 != 0 {
        return Err(StartError::LooseMode { path: path.to_owned(), mode, wanted });
    }
    Ok(())
}

/// Writes a file that only its owner can read: complete or not at all, also when the power goes.
pub(crate) fn write_private(path: &Path, content: &[u8]) -> io::Result<()> {
    write_atomically(path, content, 0o600)
}

/// Writes to a temporary file beside `path`, syncs it, renames it and syncs the directory.
pub(crate) fn write_atomically(path: &Path, content: &[u8], mode: u32) -> io::Result<()> {
    let directory = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{}.new", std::process::id()));
    let temporary = directory.join(name);
    let written = (|| {
        let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(mode).open(&temporary)?;
        file.write_all(content)?;
        file.sync_all()?;
        fs::rename(&temporary, path)
    })();
    if written.is_err() {
        let _ = fs::remove_file(&temporary);
    }
    written?;
    File::open(directory)?.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_process_is_told_who_holds_the_directory() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("data");
        let first = DataDir::open(&path).unwrap();
        let error = DataDir::open(&path).unwrap_err();
        assert!(error.to_string().contains(&format!("process {}", std::process::id())), "{error}");
        drop(first);
        DataDir::open(&path).unwrap();
    }

    #[test]
    fn a_directory_that_others_can_read_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        fs::set_permissions(dir.path(), fs::Permissions::from_mode(0o750)).unwrap();
        let error = DataDir::open(dir.path()).unwrap_err();
        assert!(error.to_string().contains("chmod 700"), "{error}");
    }

    #[test]
    fn the_token_is_made_once_and_kept() {
        let dir = tempfile::tempdir().unwrap();
        let data = DataDir::open(&dir.path().join("d")).unwrap();
        let token = data.admin_token().unwrap();
        assert_eq!(data.admin_token().unwrap(), token);
        let mode = fs::metadata(data.admin_token_file()).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        fs::write(data.admin_token_file(), "").unwrap();
        assert!(data.admin_token().is_err());
    }
}
