//! What is kept, what is forgotten, and what two windows make of it.

use std::{fs, sync::Arc};

use pairing::{ErrorCode, Secret};

use super::{Taken, Vault};
use crate::calls::{Keep, SealedFileState};

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
