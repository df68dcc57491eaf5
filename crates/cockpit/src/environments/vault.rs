//! Where sign-ins stay when this program ends: the key store of the operating system, or a file that a passphrase opens.
//! Never anywhere else; without either, a sign-in ends with the program.

use std::{
    fs, io,
    path::{Path, PathBuf},
    sync::{Arc, Mutex},
};

use keys::{
    KeyStore, KeyStoreFault,
    sealed::{self, SealFault},
};
use pairing::{ErrorCode, Secret};
use tokio::sync::Mutex as AsyncMutex;
use zeroize::Zeroizing;

use crate::{
    Problem,
    calls::{Keep, SealedFileState, VaultState},
    cockpit::lock,
    private_file,
};

/// For a passphrase that is being chosen: the file can be tried for years.
const SHORTEST_PASSPHRASE: usize = 12;
/// A sealed file has at least one file in it.
const MARK: &str = "about.txt";
const ABOUT: &[u8] = b"Sign-ins of Pairing Cockpit, one file for each environment.\n";

#[derive(Debug)]
pub(crate) struct Vault {
    path: PathBuf,
    /// Opens the file; here from when it was typed until the program ends.
    passphrase: Mutex<Option<Secret>>,
    /// One change at a time, each with what is there by then.
    changing: AsyncMutex<()>,
}

/// What was found in the vault.
#[derive(Debug)]
pub(crate) enum Taken {
    Found(Secret),
    Nothing,
    /// In the sealed file, which is not open.
    Locked,
    Unavailable(Problem),
}

impl Vault {
    pub(crate) fn in_folder(folder: &Path) -> Arc<Self> {
        Arc::new(Self {
            path: folder.join("sign-ins.age"),
            passphrase: Mutex::default(),
            changing: AsyncMutex::default(),
        })
    }

    pub(super) async fn state(&self) -> VaultState {
        let store = blocking(|| Ok(KeyStore::system().map(drop))).await;
        let reason = match store {
            Ok(Ok(())) => None,
            Ok(Err(fault)) => Some(fault.to_string()),
            Err(problem) => Some(problem.message),
        };
        VaultState { key_store: reason.is_none(), key_store_reason: reason, sealed_file: self.sealed_file() }
    }

    pub(super) fn sealed_file(&self) -> SealedFileState {
        match (lock(&self.passphrase).is_some(), self.path.exists()) {
            (true, _) => SealedFileState::Open,
            (false, true) => SealedFileState::Locked,
            (false, false) => SealedFileState::Missing,
        }
    }

    /// Opens the sealed file, or makes one.
    ///
    /// # Errors
    /// The passphrase does not open it, is too short for a new one, or the file cannot be read or written.
    pub(super) async fn open(&self, passphrase: Secret) -> Result<(), Problem> {
        let _changing = self.changing.lock().await;
        let is_new = !self.path.exists();
        if is_new && passphrase.expose().chars().count() < SHORTEST_PASSPHRASE {
            return Err(Problem::invalid(format!(
                "The passphrase must have at least {SHORTEST_PASSPHRASE} characters: the file can be tried for years."
            ))
            .hint("Four or five words that don't belong together are easy to remember."));
        }
        let (path, typed) = (self.path.clone(), passphrase.clone());
        blocking(move || if is_new { write(&path, &[], &typed) } else { read(&path, &typed).map(drop) }).await?;
        *lock(&self.passphrase) = Some(passphrase);
        self.forget_what_was_left().await
    }

    /// Ids of environments whose sign-ins are to be deleted from the sealed file once it is open, one a line.
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
        self.change_file(move |files| files.retain(|(file, _)| !names.contains(file))).await?;
        fs::remove_file(self.left()).map_err(|cause| unwritten("removed", &self.left(), &cause))
    }

    pub(crate) async fn take(&self, environment: &str, keep: Keep) -> Taken {
        let name = entry(environment);
        let taken = match keep {
            Keep::Session => return Taken::Nothing,
            Keep::KeyStore => {
                blocking(move || {
                    KeyStore::system().and_then(|store| store.get(&name)).map_err(|fault| unavailable(&fault))
                })
                .await
            }
            Keep::SealedFile => {
                let Some(passphrase) = lock(&self.passphrase).clone() else {
                    let is_there = self.path.exists() && !self.is_left(environment);
                    return if is_there { Taken::Locked } else { Taken::Nothing };
                };
                let path = self.path.clone();
                blocking(move || {
                    let found = read(&path, &passphrase)?.into_iter().find(|(file, _)| *file == name);
                    Ok(found.and_then(|(_, content)| str::from_utf8(&content).ok().map(Secret::new)))
                })
                .await
            }
        };
        match taken {
            Ok(Some(secret)) => Taken::Found(secret),
            Ok(None) => Taken::Nothing,
            Err(problem) => Taken::Unavailable(problem),
        }
    }

    /// Keeps what `current` gives when its turn has come, and nothing of the same environment elsewhere.
    ///
    /// # Errors
    /// It could not be kept.
    pub(crate) async fn put(
        &self,
        environment: &str,
        current: impl Fn() -> Option<(Secret, Keep)> + Send,
    ) -> Result<(), Problem> {
        let _changing = self.changing.lock().await;
        let Some((secret, keep)) = current() else { return Ok(()) };
        let name = entry(environment);
        match keep {
            Keep::Session => Ok(()),
            Keep::KeyStore => {
                blocking(move || {
                    KeyStore::system().and_then(|store| store.set(&name, &secret)).map_err(|fault| unavailable(&fault))
                })
                .await
            }
            Keep::SealedFile => {
                let content = Zeroizing::new(secret.expose().as_bytes().to_vec());
                self.change_file(move |files| {
                    files.retain(|(file, _)| *file != name);
                    files.push((name, content));
                })
                .await
            }
        }
    }

    /// Forgets what is kept of an environment, wherever that is.
    pub(crate) async fn forget(&self, environment: &str) {
        let _changing = self.changing.lock().await;
        let name = entry(environment);
        let stored = name.clone();
        // Without a key store there is nothing in it.
        let deleted = blocking(move || Ok(KeyStore::system().and_then(|store| store.delete(&stored)))).await;
        if let Ok(Err(fault)) = deleted
            && !matches!(fault, KeyStoreFault::Unavailable(_))
        {
            tracing::warn!(%fault, "a sign-in could not be deleted from the key store");
        }
        let deleted = match self.sealed_file() {
            SealedFileState::Open => self.change_file(move |files| files.retain(|(file, _)| *file != name)).await,
            SealedFileState::Locked if !self.is_left(environment) => {
                let mut left = fs::read_to_string(self.left()).unwrap_or_default();
                left.push_str(environment);
                left.push('\n');
                let written = private_file::write(&self.left(), left.as_bytes());
                written.map_err(|cause| unwritten("written", &self.left(), &cause))
            }
            SealedFileState::Locked | SealedFileState::Missing => Ok(()),
        };
        if let Err(problem) = deleted {
            tracing::warn!(code = %problem.code, "a sign-in could not be deleted from the sealed file");
        }
    }

    /// Reads the file again: another window may have written it.
    async fn change_file(&self, change: impl FnOnce(&mut Vec<sealed::File>) + Send + 'static) -> Result<(), Problem> {
        let Some(passphrase) = lock(&self.passphrase).clone() else {
            return Err(Problem::new(ErrorCode::VaultLocked, "The sealed file with the sign-ins is not open.")
                .hint("Type its passphrase, or keep the sign-in for this session only."));
        };
        let path = self.path.clone();
        blocking(move || {
            let mut files = if path.exists() { read(&path, &passphrase)? } else { Vec::new() };
            change(&mut files);
            write(&path, &files, &passphrase)
        })
        .await
    }
}

/// A name that a sealed file takes, and that says in the key store what it is.
fn entry(environment: &str) -> String {
    format!("sign-in-{environment}")
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

fn unavailable(fault: &KeyStoreFault) -> Problem {
    Problem::new(ErrorCode::VaultLocked, "The key store of this computer can't be used.")
        .hint("Unlock it, keep the sign-in in a sealed file, or for this session only.")
        .detail(fault.to_string())
}

/// Key stores and passphrases take their time.
async fn blocking<T: Send + 'static>(work: impl FnOnce() -> Result<T, Problem> + Send + 'static) -> Result<T, Problem> {
    tokio::task::spawn_blocking(work).await.unwrap_or_else(|cause| {
        Err(Problem::new(ErrorCode::Internal, "The sign-ins could not be looked at.").detail(cause.to_string()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_is_sealed_opens_with_the_passphrase_only_and_two_windows_lose_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let (one, other) = (Vault::in_folder(folder.path()), Vault::in_folder(folder.path()));
        assert!(matches!(one.take("a", Keep::SealedFile).await, Taken::Nothing));
        assert_eq!(one.open(Secret::new("short")).await.unwrap_err().code, ErrorCode::InvalidData);
        one.open(Secret::new("correct horse battery")).await.unwrap();
        assert_eq!(other.sealed_file(), SealedFileState::Locked);
        assert!(matches!(other.take("a", Keep::SealedFile).await, Taken::Locked));
        assert_eq!(other.open(Secret::new("wrong horse")).await.unwrap_err().code, ErrorCode::VaultLocked);
        other.open(Secret::new("correct horse battery")).await.unwrap();

        let secret = |text: &'static str| move || Some((Secret::new(text), Keep::SealedFile));
        one.put("a", secret("canary-a")).await.unwrap();
        other.put("b", secret("canary-b")).await.unwrap();
        assert!(matches!(one.take("b", Keep::SealedFile).await, Taken::Found(found) if found.expose() == "canary-b"));
        one.forget("b").await;
        assert!(matches!(other.take("b", Keep::SealedFile).await, Taken::Nothing));
        assert!(matches!(other.take("a", Keep::SealedFile).await, Taken::Found(found) if found.expose() == "canary-a"));
        let bytes = fs::read(folder.path().join("sign-ins.age")).unwrap();
        assert!(!bytes.windows(6).any(|part| part == b"canary"));
    }

    #[tokio::test]
    async fn what_was_forgotten_behind_a_closed_file_is_gone_once_it_is_open() {
        let folder = tempfile::tempdir().unwrap();
        let passphrase = || Secret::new("correct horse battery");
        let before = Vault::in_folder(folder.path());
        before.open(passphrase()).await.unwrap();
        for id in ["a", "b"] {
            before.put(id, || Some((Secret::new("canary"), Keep::SealedFile))).await.unwrap();
        }
        let vault = Vault::in_folder(folder.path());
        vault.forget("a").await;
        assert!(matches!(vault.take("a", Keep::SealedFile).await, Taken::Nothing));
        assert!(matches!(vault.take("b", Keep::SealedFile).await, Taken::Locked));
        vault.open(passphrase()).await.unwrap();
        let kept = |vault: Arc<Vault>| async move {
            let mut kept = Vec::new();
            for id in ["a", "b"] {
                kept.push(matches!(vault.take(id, Keep::SealedFile).await, Taken::Found(_)));
            }
            kept
        };
        assert_eq!(kept(vault).await, [false, true]);
        assert_eq!(kept(before).await, [false, true], "in the file, not only here");
        assert!(!folder.path().join("sign-ins.forget").exists());
    }

    #[tokio::test]
    async fn nothing_is_kept_of_a_session_or_behind_a_closed_file() {
        let folder = tempfile::tempdir().unwrap();
        let vault = Vault::in_folder(folder.path());
        vault.put("a", || Some((Secret::new("canary"), Keep::Session))).await.unwrap();
        let refused = vault.put("a", || Some((Secret::new("canary"), Keep::SealedFile))).await.unwrap_err();
        assert_eq!(refused.code, ErrorCode::VaultLocked);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }
}
