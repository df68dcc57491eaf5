//! The file with sign-ins that a passphrase opens, for computers without a key store.

use std::{
    fmt,
    fs::{self, File, OpenOptions},
    io,
    path::{Path, PathBuf},
    sync::{Arc, Mutex},
    time::SystemTime,
};

use keys::sealed::{self, SealFault};
use pairing::{ErrorCode, Secret};
use zeroize::Zeroizing;

use super::{blocking, entry};
use crate::{Problem, calls::SealedFileState, cockpit::lock, private_file};

/// For a passphrase that is being chosen: the file can be tried for years.
const SHORTEST_PASSPHRASE: usize = 12;
/// A sealed file has at least one file in it.
const MARK: &str = "about.txt";
const ABOUT: &[u8] = b"Sign-ins of Pairing Cockpit, one file for each environment.\n";

#[derive(Debug)]
pub(super) struct SealedFile {
    path: PathBuf,
    /// Opens the file; here from when it was typed until the program ends.
    passphrase: Mutex<Option<Secret>>,
    /// What is in the file. To open it takes a second: that is done again only when another program has written it.
    known: Arc<Mutex<Option<Known>>>,
}

struct Known {
    stamp: Stamp,
    files: Vec<sealed::File>,
}

impl fmt::Debug for Known {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Known").field("stamp", &self.stamp).finish_non_exhaustive()
    }
}

impl SealedFile {
    pub(super) fn in_folder(folder: &Path) -> Self {
        let path = folder.join("sign-ins.age");
        Self { path, passphrase: Mutex::default(), known: Arc::default() }
    }

    pub(super) fn state(&self) -> SealedFileState {
        match (lock(&self.passphrase).is_some(), self.path.exists()) {
            (true, _) => SealedFileState::Open,
            (false, true) => SealedFileState::Locked,
            (false, false) => SealedFileState::Missing,
        }
    }

    /// Opens the file, or makes one.
    ///
    /// # Errors
    /// The passphrase does not open it, is too short for a new one, or the file cannot be read or written.
    pub(super) async fn open(&self, passphrase: Secret) -> Result<(), Problem> {
        if !self.path.exists() && passphrase.expose().chars().count() < SHORTEST_PASSPHRASE {
            return Err(Problem::invalid(format!(
                "The passphrase must have at least {SHORTEST_PASSPHRASE} characters: the file can be tried for years."
            ))
            .hint("Four or five words that don't belong together are easy to remember."));
        }
        let (path, known, typed) = (self.path.clone(), Arc::clone(&self.known), passphrase.clone());
        blocking(move || {
            let _one_at_a_time = claim(&path);
            if path.exists() {
                // Whatever is known: this passphrase has to open it.
                let stamp = stamp(&path);
                note(&known, stamp, read(&path, &typed)?);
                Ok(())
            } else {
                write(&path, &[], &typed)
            }
        })
        .await?;
        *lock(&self.passphrase) = Some(passphrase);
        self.forget_what_was_left().await
    }

    /// # Errors
    /// The file cannot be read, or the passphrase does not open it any more.
    pub(super) async fn find(&self, environment: &str) -> Result<Found, Problem> {
        let Some(passphrase) = lock(&self.passphrase).clone() else {
            let is_there = self.path.exists() && !self.is_left(environment);
            return Ok(if is_there { Found::Locked } else { Found::Nothing });
        };
        let (path, known, name) = (self.path.clone(), Arc::clone(&self.known), entry(environment));
        blocking(move || {
            let found = read_if_changed(&path, &passphrase, &known)?.into_iter().find(|(file, _)| *file == name);
            let secret = found.and_then(|(_, content)| str::from_utf8(&content).ok().map(Secret::new));
            Ok(secret.map_or(Found::Nothing, Found::Secret))
        })
        .await
    }

    /// # Errors
    /// It is not open, or cannot be written.
    pub(super) async fn put(&self, environment: &str, secret: &Secret) -> Result<(), Problem> {
        let (name, content) = (entry(environment), Zeroizing::new(secret.expose().as_bytes().to_vec()));
        self.change(move |files| {
            files.retain(|(file, _)| *file != name);
            files.push((name, content));
        })
        .await
    }

    /// At once where the file is open, else when it is opened the next time.
    ///
    /// # Errors
    /// It cannot be written.
    pub(super) async fn forget(&self, environment: &str) -> Result<(), Problem> {
        match self.state() {
            SealedFileState::Open => {
                let name = entry(environment);
                self.change(move |files| files.retain(|(file, _)| *file != name)).await
            }
            SealedFileState::Locked if !self.is_left(environment) => {
                let mut left = fs::read_to_string(self.left()).unwrap_or_default();
                left.push_str(environment);
                left.push('\n');
                let written = private_file::write(&self.left(), left.as_bytes());
                written.map_err(|cause| unwritten("written", &self.left(), &cause))
            }
            SealedFileState::Locked | SealedFileState::Missing => Ok(()),
        }
    }

    /// Ids of environments whose sign-ins are to be deleted from the file once it is open, one a line.
    fn left(&self) -> PathBuf {
        self.path.with_extension("forget")
    }

    fn is_left(&self, environment: &str) -> bool {
        fs::read_to_string(self.left()).is_ok_and(|text| text.lines().any(|id| id == environment))
    }

    /// # Errors
    /// The file could not be written; then it is tried again when the file is opened the next time.
    async fn forget_what_was_left(&self) -> Result<(), Problem> {
        let Ok(text) = fs::read_to_string(self.left()) else { return Ok(()) };
        let names: Vec<_> = text.lines().map(entry).collect();
        self.change(move |files| files.retain(|(file, _)| !names.contains(file))).await?;
        fs::remove_file(self.left()).map_err(|cause| unwritten("removed", &self.left(), &cause))
    }

    /// Reads the file again, because another window may have written it, and keeps that one away until it is written.
    async fn change(&self, change: impl FnOnce(&mut Vec<sealed::File>) + Send + 'static) -> Result<(), Problem> {
        let Some(passphrase) = lock(&self.passphrase).clone() else {
            return Err(Problem::new(ErrorCode::VaultLocked, "The sealed file with the sign-ins is not open.")
                .hint("Type its passphrase, or keep the sign-in for this session only."));
        };
        let (path, known) = (self.path.clone(), Arc::clone(&self.known));
        blocking(move || {
            let _one_at_a_time = claim(&path);
            let mut files = if path.exists() { read_if_changed(&path, &passphrase, &known)? } else { Vec::new() };
            change(&mut files);
            write(&path, &files, &passphrase)?;
            note(&known, stamp(&path), files);
            Ok(())
        })
        .await
    }
}

/// What was found in it.
pub(super) enum Found {
    Secret(Secret),
    Nothing,
    /// It may be there; nobody has typed the passphrase.
    Locked,
}

/// Which of all the files that were ever at this path it is.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Stamp {
    modified: SystemTime,
    length: u64,
    /// Every change makes another file of the same name; times alone may be coarse.
    number: u64,
}

fn stamp(path: &Path) -> Option<Stamp> {
    let metadata = fs::metadata(path).ok()?;
    #[cfg(unix)]
    let number = std::os::unix::fs::MetadataExt::ino(&metadata);
    #[cfg(not(unix))]
    let number = 0;
    Some(Stamp { modified: metadata.modified().ok()?, length: metadata.len(), number })
}

/// Held by one program at a time, until it is dropped. `None`: this folder knows no locks; then nobody can be kept away.
fn claim(path: &Path) -> Option<File> {
    path.parent().map_or(Ok(()), fs::create_dir_all).ok()?;
    let lock = OpenOptions::new().create(true).append(true).open(path.with_extension("lock")).ok()?;
    lock.lock().ok()?;
    Some(lock)
}

/// Without asking for the second that it takes, where nobody has written the file since it was read.
fn read_if_changed(
    path: &Path,
    passphrase: &Secret,
    known: &Mutex<Option<Known>>,
) -> Result<Vec<sealed::File>, Problem> {
    // Before it is read: what is written meanwhile makes it another one.
    let stamp = stamp(path);
    if let Some(known) = lock(known).as_ref().filter(|known| Some(&known.stamp) == stamp.as_ref()) {
        return Ok(known.files.clone());
    }
    let files = read(path, passphrase)?;
    note(known, stamp, files.clone());
    Ok(files)
}

fn note(known: &Mutex<Option<Known>>, stamp: Option<Stamp>, files: Vec<sealed::File>) {
    *lock(known) = stamp.map(|stamp| Known { stamp, files });
}

fn read(path: &Path, passphrase: &Secret) -> Result<Vec<sealed::File>, Problem> {
    let bytes = fs::read(path).map_err(|cause| unwritten("read", path, &cause))?;
    sealed::open(&bytes, passphrase).map_err(|fault| {
        if fault == SealFault::WrongPassphrase {
            return Problem::new(ErrorCode::VaultLocked, "The passphrase does not open the sealed file.")
                .hint("Type it again. Without it, delete the file and sign in again.")
                .detail(path.display().to_string());
        }
        Problem::new(ErrorCode::VaultLocked, "The sealed file with the sign-ins can't be opened.")
            .hint("Delete it, and sign in again.")
            .detail(format!("{}: {fault}", path.display()))
    })
}

fn write(path: &Path, files: &[sealed::File], passphrase: &Secret) -> Result<(), Problem> {
    let mut all: Vec<_> = files.iter().filter(|(name, _)| name != MARK).cloned().collect();
    all.push((MARK.to_owned(), Zeroizing::new(ABOUT.to_vec())));
    let sealed = sealed::seal(&all, passphrase).map_err(|fault| {
        Problem::new(ErrorCode::FileNotWritten, "The sign-ins could not be sealed.").detail(fault.to_string())
    })?;
    let folder = path.parent().map_or(Ok(()), fs::create_dir_all);
    folder.and_then(|()| private_file::write(path, &sealed)).map_err(|cause| unwritten("written", path, &cause))
}

fn unwritten(what: &str, path: &Path, cause: &io::Error) -> Problem {
    Problem::new(ErrorCode::FileNotWritten, format!("The sealed file with the sign-ins can't be {what}."))
        .hint("Check the free space and the rights of the folder.")
        .detail(format!("{}: {cause}", path.display()))
}
