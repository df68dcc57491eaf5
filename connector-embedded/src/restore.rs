//! Bringing a backup back to life, without bringing back what was taken back since.
//!
//! Everything is made ready in a folder of its own and then moved into place. What was there is kept aside. A crash
//! while moving is finished by the next start ([`finish`]).

use std::{
    fs::{self, DirBuilder},
    io,
    os::unix::fs::DirBuilderExt as _,
    path::{Path, PathBuf},
};

use keys::{PrivateKey, sealed};
use pairing::Secret;

use crate::{
    KeyProtection, StartError,
    ca::KeyFiles,
    clock::Clock,
    data_dir::{DataDir, write_private},
    service::backup::{MANIFEST, Manifest, STORE},
    store::{
        JOURNAL, Store,
        restored::{Before, Restored},
    },
};

/// What to restore, and where.
#[derive(Clone, Debug)]
pub struct RestoreRequest {
    /// Its server must not run.
    pub data_dir: PathBuf,
    /// The backup.
    pub backup: PathBuf,
    /// Of the backup.
    pub passphrase: Secret,
    /// Revocation journals besides the one in the data directory.
    pub journals: Vec<PathBuf>,
    /// How the keys are protected from now on; `None`: under the key store.
    pub ca_key_protection: Option<KeyProtection>,
}

/// What was done.
#[derive(Clone, Debug)]
pub struct RestoreReport {
    /// When the backup was made.
    pub created_at: String,
    /// Where everything is that was there before.
    pub kept_aside: Option<PathBuf>,
    /// One-time tokens that were still open in the backup and are not any more.
    pub tokens_voided: u64,
    /// Certificates, pairings and clients that were taken back after the backup, and stay so.
    pub revocations_applied: u64,
    /// Lines of the journals that could not be read.
    pub unreadable_lines: u64,
    /// There was neither a journal nor an earlier store: what was taken back after the backup may be alive again.
    pub nothing_known: bool,
}

/// Where a restore is made ready.
const STAGING: &str = "restoring";
/// In it while what was there is moved aside; the content is the folder.
const READY: &str = "ready";
/// In it while the new is moved into place.
const MOVING: &str = "moving";

/// Restores a backup into a data directory.
///
/// # Errors
/// A sentence: the server runs, the passphrase is wrong, the file is not a backup, the disk is full. Then nothing was
/// changed.
pub async fn restore(request: RestoreRequest) -> Result<RestoreReport, StartError> {
    let backup = fs::read(&request.backup).map_err(|error| {
        StartError::Setting(format!("The backup {} cannot be read: {error}.", request.backup.display()))
    })?;
    let data_dir = DataDir::open(&request.data_dir)?;
    let dir = data_dir.path().to_owned();
    finish(&dir)?;
    let passphrase = request.passphrase.clone();
    let opened = tokio::task::spawn_blocking(move || sealed::open(&backup, &passphrase)).await;
    let opened = opened.map_err(|cause| StartError::Other(pairing::Failure::internal(cause)))?;
    let files = opened.map_err(|fault| StartError::Setting(format!("{}: {fault}", request.backup.display())))?;
    let refuse = |cause: &str| StartError::Setting(format!("{}: {cause}", request.backup.display()));
    let content = |name: &str| files.iter().find(|(file, _)| file == name).map(|(_, content)| content);
    let manifest = content(MANIFEST).ok_or_else(|| refuse("this is not a backup of this program"))?;
    let manifest: Manifest =
        serde_json::from_slice(manifest).map_err(|_| refuse("this is not a backup of this program"))?;
    if manifest.format != 1 {
        return Err(refuse("the backup was made by a newer version; use that one"));
    }

    let staging = dir.join(STAGING);
    let trouble = |path: &Path| {
        let path = path.to_owned();
        move |cause: io::Error| {
            if cause.kind() == io::ErrorKind::StorageFull {
                StartError::DiskFull { path }
            } else {
                StartError::DataDir { path, cause }
            }
        }
    };
    DirBuilder::new().mode(0o700).create(&staging).map_err(trouble(&staging))?;
    let ready = async {
        let store = content(STORE).ok_or_else(|| refuse("the store is missing in it"))?;
        write_private(&staging.join(STORE), store).map_err(trouble(&staging))?;
        let keys = KeyFiles::open(&staging, request.ca_key_protection.as_ref())?;
        for name in &manifest.keys {
            let key = content(name).and_then(|pem| PrivateKey::read(pem, None).ok());
            let key = key.ok_or_else(|| refuse("a key is missing in it"))?;
            // A name of ours, not one that leads elsewhere.
            if !name.starts_with("ca-key") || !name.ends_with(".pem") || name.contains(['/', '\\']) {
                return Err(refuse("a file in it has a name that is not allowed"));
            }
            keys.keep(name, &key)?;
        }
        let before = Before::read(&dir.join(STORE)).await;
        let own = dir.join(JOURNAL);
        let journals: Vec<PathBuf> = request.journals.iter().cloned().chain(own.exists().then_some(own)).collect();
        let nothing_known = before.is_none() && journals.is_empty();
        let store = Store::open(&staging, Some(&staging.join("journal-of-the-restore"))).await?;
        let restored = store.take_back(&journals, before, Clock::system().now()).await;
        store.close().await;
        restored.map(|restored| (restored, nothing_known))
    };
    let (restored, nothing_known) = match ready.await {
        Ok(restored) => restored,
        Err(error) => {
            let _ = fs::remove_dir_all(&staging);
            return Err(error);
        }
    };
    let _ = fs::remove_file(staging.join("journal-of-the-restore"));
    let stamp = Clock::system().now().rfc3339().replace(':', "-");
    let aside = dir.join(format!("before-restore-{stamp}"));
    write_private(&staging.join(READY), aside.to_string_lossy().as_bytes()).map_err(trouble(&staging))?;
    finish(&dir)?;
    let Restored { tokens_voided, revocations_applied, unreadable_lines } = restored;
    Ok(RestoreReport {
        created_at: manifest.created_at,
        kept_aside: aside.exists().then_some(aside),
        tokens_voided,
        revocations_applied,
        unreadable_lines,
        nothing_known,
    })
}

/// Finishes what a crash interrupted: a restore that was ready is moved into place, one that was not is forgotten.
pub(crate) fn finish(dir: &Path) -> Result<(), StartError> {
    let staging = dir.join(STAGING);
    if !staging.exists() {
        return Ok(());
    }
    move_into_place(dir, &staging).map_err(|cause| StartError::DataDir { path: staging, cause })
}

fn move_into_place(dir: &Path, staging: &Path) -> io::Result<()> {
    let (ready, moving) = (staging.join(READY), staging.join(MOVING));
    if let Ok(aside) = fs::read_to_string(&ready) {
        let aside = PathBuf::from(aside);
        for entry in fs::read_dir(dir)? {
            let name = entry?.file_name();
            if is_replaced(&name.to_string_lossy()) {
                DirBuilder::new().mode(0o700).recursive(true).create(&aside)?;
                fs::rename(dir.join(&name), aside.join(&name))?;
            }
        }
        sync(dir)?;
        fs::rename(&ready, &moving)?;
        sync(staging)?;
    }
    if moving.exists() {
        for entry in fs::read_dir(staging)? {
            let name = entry?.file_name();
            if name != MOVING {
                fs::rename(staging.join(&name), dir.join(&name))?;
            }
        }
        sync(dir)?;
    }
    fs::remove_dir_all(staging)?;
    sync(dir)
}

/// What a restore brings along anew. The journal stays, the administrator's token and the lock too.
fn is_replaced(name: &str) -> bool {
    name.starts_with(STORE) || name == "ca.pem" || name.starts_with("ca-key")
}

fn sync(dir: &Path) -> io::Result<()> {
    fs::File::open(dir)?.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A directory with something old and a restore that is ready.
    fn prepared() -> tempfile::TempDir {
        let dir = tempfile::tempdir().unwrap();
        let staging = dir.path().join(STAGING);
        fs::create_dir(&staging).unwrap();
        for (folder, content) in [(dir.path(), "old"), (&staging, "new")] {
            for name in ["store.sqlite", "ca-key.pem"] {
                fs::write(folder.join(name), content).unwrap();
            }
        }
        fs::write(dir.path().join("store.sqlite-wal"), "old").unwrap();
        fs::write(dir.path().join(JOURNAL), "kept").unwrap();
        dir
    }

    fn is(dir: &Path, name: &str, content: &str) -> bool {
        fs::read_to_string(dir.join(name)).is_ok_and(|found| found == content)
    }

    #[test]
    fn a_restore_that_was_not_ready_changes_nothing() {
        let dir = prepared();
        finish(dir.path()).unwrap();
        assert!(is(dir.path(), "store.sqlite", "old") && is(dir.path(), "store.sqlite-wal", "old"));
        assert!(!dir.path().join(STAGING).exists());
    }

    #[test]
    fn wherever_a_crash_falls_the_next_start_finishes() {
        for crash in 0..4 {
            let dir = prepared();
            let dir = dir.path();
            let (staging, aside) = (dir.join(STAGING), dir.join("aside"));
            fs::write(staging.join(READY), aside.to_string_lossy().as_bytes()).unwrap();
            // What had been done when it fell.
            if crash > 0 {
                fs::create_dir(&aside).unwrap();
                fs::rename(dir.join("store.sqlite"), aside.join("store.sqlite")).unwrap();
            }
            if crash > 1 {
                fs::rename(dir.join("store.sqlite-wal"), aside.join("store.sqlite-wal")).unwrap();
                fs::rename(dir.join("ca-key.pem"), aside.join("ca-key.pem")).unwrap();
                fs::rename(staging.join(READY), staging.join(MOVING)).unwrap();
            }
            if crash > 2 {
                fs::rename(staging.join("store.sqlite"), dir.join("store.sqlite")).unwrap();
            }
            finish(dir).unwrap();
            assert!(is(dir, "store.sqlite", "new") && is(dir, "ca-key.pem", "new"), "{crash}");
            assert!(!dir.join("store.sqlite-wal").exists() && !staging.exists(), "{crash}");
            assert!(is(&aside, "store.sqlite", "old") && is(&aside, "store.sqlite-wal", "old"), "{crash}");
            assert!(is(dir, JOURNAL, "kept"), "{crash}");
        }
    }
}
