//! Private keys of authorities at rest: encrypted PKCS#8 under a passphrase that a person knows or that the operating
//! system's key store keeps, or in clear where somebody asked for that in so many words.

use std::{
    fs::{self, File},
    io::{self, Read as _},
    path::{Path, PathBuf},
};

use keys::{EncryptedKey, KeyFault, KeyStore, PrivateKey};
use pairing::{OneTimeToken, Secret};
use rcgen::{KeyPair, PKCS_ECDSA_P256_SHA256, PKCS_ECDSA_P384_SHA384, PKCS_RSA_SHA256};
use rustls_pki_types::PrivatePkcs8KeyDer;
use zeroize::Zeroizing;

use crate::{
    KeyProtection, StartError,
    data_dir::{refuse_loose_mode, write_private},
};

/// The key of the authority that was made first.
pub(super) const FIRST_KEY: &str = "ca-key.pem";
/// Under which name the key store keeps the passphrase. The file is there as long as the key store is used.
const STORE_NAME: &str = "ca-key-store";

/// The keys in a data directory, and what unlocks them.
#[derive(Debug)]
pub(crate) struct KeyFiles {
    dir: PathBuf,
    lock: Lock,
    /// What unlocked them before somebody chose another protection.
    earlier: Option<Secret>,
}

#[derive(Debug)]
enum Lock {
    KeyStore(Secret),
    Passphrase(Secret),
    Plain,
}

/// What is in a key file.
enum Form {
    Encrypted,
    Plain,
}

impl KeyFiles {
    /// Finds out how the keys of a directory are protected or are to be protected. `wanted: None` takes what is there,
    /// else the key store.
    ///
    /// # Errors
    /// [`StartError::CaKeyUnprotected`] when nobody chose and no key store answers, [`StartError::CaKeyLocked`] when
    /// the passphrase that unlocks the keys is not to be had.
    pub(crate) fn open(dir: &Path, wanted: Option<&KeyProtection>) -> Result<Self, StartError> {
        let encrypted = any_encrypted(dir)?;
        let in_store = dir.join(STORE_NAME).exists();
        let files = |lock, earlier| Self { dir: dir.to_owned(), lock, earlier };
        match wanted {
            Some(KeyProtection::Passphrase(passphrase)) => {
                // Moves over from the key store, if that is where the passphrase was.
                let earlier = if in_store { stored(dir).ok() } else { None };
                Ok(files(Lock::Passphrase(passphrase.clone()), earlier))
            }
            Some(KeyProtection::Plain) if encrypted => Err(StartError::CaKeyLocked {
                cause:
                    "it is encrypted, so \"plain\" cannot read it. Start with what protects it: --passphrase-file, or \
                        without --ca-key-protection for the key store"
                        .into(),
            }),
            Some(KeyProtection::Plain) => Ok(files(Lock::Plain, None)),
            Some(KeyProtection::Keyring) if encrypted && !in_store => Err(StartError::CaKeyLocked {
                cause: "it is encrypted with a passphrase. Give it with --passphrase-file".into(),
            }),
            None if encrypted && !in_store => Err(StartError::CaKeyLocked {
                cause: "it is encrypted with a passphrase. Give it with --passphrase-file".into(),
            }),
            Some(KeyProtection::Keyring) | None if in_store => match stored(dir) {
                Ok(secret) => Ok(files(Lock::KeyStore(secret), None)),
                Err(cause) => Err(StartError::CaKeyLocked { cause }),
            },
            Some(KeyProtection::Keyring) | None => match store_new(dir) {
                Ok(secret) => Ok(files(Lock::KeyStore(secret), None)),
                Err(reason) => Err(StartError::CaKeyUnprotected { reason: reason.trim_end_matches('.').to_owned() }),
            },
        }
    }

    /// `keyring`, `passphrase` or `plain`.
    pub(crate) const fn protection(&self) -> &'static str {
        match self.lock {
            Lock::KeyStore(_) => "keyring",
            Lock::Passphrase(_) => "passphrase",
            Lock::Plain => "plain",
        }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.dir.join(name)
    }

    /// Reads a key. One that is less protected than was chosen is written again, protected.
    pub(super) fn read(&self, name: &str) -> Result<KeyPair, StartError> {
        let path = self.path(name);
        let content = read(&path).map_err(|cause| self.unusable(format!("{name}: {cause}")))?;
        refuse_loose_mode(&path, 0o600)?;
        let (key, with_lock) = self.unlock(name, &content)?;
        let pair = key_pair(&key).map_err(|cause| self.unusable(format!("{name} {cause}")))?;
        if !with_lock {
            self.write_key(name, &key)?;
            tracing::info!(protection = self.protection(), "{name} was encrypted");
        }
        Ok(pair)
    }

    /// The key, and whether it was protected as it should be.
    fn unlock(&self, name: &str, content: &[u8]) -> Result<(PrivateKey, bool), StartError> {
        // Parser errors are not passed on: they may quote what they choked on.
        let unreadable = |_| self.unusable(format!("{name} holds no private key in PEM"));
        let Form::Encrypted = form(content) else {
            let key = PrivateKey::read(content, None).map_err(unreadable)?;
            return Ok((key, matches!(self.lock, Lock::Plain)));
        };
        let (Lock::KeyStore(secret) | Lock::Passphrase(secret)) = &self.lock else {
            return Err(StartError::CaKeyLocked { cause: format!("{name} is encrypted") });
        };
        match PrivateKey::read(content, Some(secret)) {
            Ok(key) => Ok((key, true)),
            Err(KeyFault::PassphraseWrong) => {
                let earlier = self.earlier.as_ref().and_then(|secret| PrivateKey::read(content, Some(secret)).ok());
                earlier.map(|key| (key, false)).ok_or_else(|| StartError::CaKeyLocked {
                    cause: match self.lock {
                        Lock::Passphrase(_) => "the passphrase is wrong".into(),
                        Lock::KeyStore(_) | Lock::Plain => "what the key store has for it does not open it".into(),
                    },
                })
            }
            Err(fault) => Err(unreadable(fault)),
        }
    }

    /// Writes a new key, protected as chosen.
    pub(super) fn write(&self, name: &str, pair: &KeyPair) -> Result<(), StartError> {
        let der = Zeroizing::new(pair.serialize_der());
        let key = PrivateKey::read(&der, None).map_err(|fault| self.unusable(format!("a new key: {fault}")))?;
        self.write_key(name, &key)
    }

    /// Keeps a key that is read with [`Self::read`] later, protected as chosen.
    pub(crate) fn keep(&self, name: &str, key: &PrivateKey) -> Result<(), StartError> {
        self.write_key(name, key)
    }

    fn write_key(&self, name: &str, key: &PrivateKey) -> Result<(), StartError> {
        let text = match &self.lock {
            Lock::KeyStore(secret) | Lock::Passphrase(secret) => EncryptedKey::encrypt(key, secret),
            Lock::Plain => clear_pem(key),
        };
        let path = self.path(name);
        write_private(&path, text.as_bytes()).map_err(|cause| not_written(&path, cause))
    }

    /// Protects the keys of authorities that do not count any more as well, and removes what belongs to none: a key that a
    /// crash left behind before its authority was recorded.
    pub(super) fn tidy(&self, known: &[&str]) {
        let protected = !matches!(self.lock, Lock::Plain);
        for name in known.iter().filter(|name| protected && self.path(name).exists()) {
            if let Err(error) = self.read(name) {
                tracing::warn!("the key of an earlier authority cannot be read: {error}");
            }
        }
        let Ok(entries) = fs::read_dir(&self.dir) else { return };
        for entry in entries.flatten() {
            let name = entry.file_name();
            let name = name.to_string_lossy();
            let half = name.starts_with("ca-key") && name.ends_with(".new");
            let key = name.starts_with("ca-key-") && name.ends_with(".pem");
            if half || key && !known.contains(&&*name) {
                tracing::info!("{name} belongs to no certificate authority and was removed");
                let _ = fs::remove_file(entry.path());
            }
        }
    }

    /// Forgets the protection of before, once every key has been read.
    pub(super) fn settle(&self) {
        if matches!(self.lock, Lock::Passphrase(_)) && self.earlier.is_some() {
            if let (Ok(name), Ok(store)) = (fs::read_to_string(self.dir.join(STORE_NAME)), KeyStore::system()) {
                let _ = store.delete(name.trim());
            }
            let _ = fs::remove_file(self.dir.join(STORE_NAME));
        }
    }

    pub(super) fn unusable(&self, cause: impl Into<String>) -> StartError {
        StartError::Authority { path: self.dir.clone(), cause: cause.into() }
    }
}

/// What rcgen signs with.
pub(super) fn key_pair(key: &PrivateKey) -> Result<KeyPair, &'static str> {
    const KIND: &str = "is neither an RSA key nor an EC key on P-256 or P-384";
    let pair = KeyPair::try_from(&PrivatePkcs8KeyDer::from(key.pkcs8_der())).map_err(|_| KIND)?;
    let known = [&PKCS_ECDSA_P256_SHA256, &PKCS_ECDSA_P384_SHA384, &PKCS_RSA_SHA256];
    if known.contains(&pair.algorithm()) { Ok(pair) } else { Err(KIND) }
}

/// Unencrypted PKCS#8.
pub(super) fn clear_pem(key: &PrivateKey) -> Zeroizing<String> {
    let line_feeds = pem::EncodeConfig::new().set_line_ending(pem::LineEnding::LF);
    Zeroizing::new(pem::encode_config(&pem::Pem::new("PRIVATE KEY", key.pkcs8_der()), line_feeds))
}

pub(super) fn not_written(file: &Path, cause: io::Error) -> StartError {
    let path = file.to_owned();
    if cause.kind() == io::ErrorKind::StorageFull {
        StartError::DiskFull { path }
    } else {
        StartError::DataDir { path, cause }
    }
}

/// A small file, whole.
pub(super) fn read(file: &Path) -> io::Result<Zeroizing<Vec<u8>>> {
    const MOST: usize = 64 * 1024;
    // Room for everything at once: growing would leave pieces of a key behind in memory.
    let mut content = Zeroizing::new(Vec::with_capacity(MOST));
    let length = File::open(file)?.take(MOST as u64).read_to_end(&mut content)?;
    if length == MOST { Err(io::Error::other("the file is too long")) } else { Ok(content) }
}

fn form(content: &[u8]) -> Form {
    const ENCRYPTED: &[u8] = b"-----BEGIN ENCRYPTED PRIVATE KEY-----";
    if content.windows(ENCRYPTED.len()).any(|part| part == ENCRYPTED) { Form::Encrypted } else { Form::Plain }
}

fn any_encrypted(dir: &Path) -> Result<bool, StartError> {
    let trouble = |cause| StartError::DataDir { path: dir.to_owned(), cause };
    for entry in fs::read_dir(dir).map_err(trouble)? {
        let entry = entry.map_err(trouble)?;
        let name = entry.file_name();
        let name = name.to_string_lossy();
        if name.starts_with("ca-key")
            && name.ends_with(".pem")
            && read(&entry.path()).is_ok_and(|content| matches!(form(&content), Form::Encrypted))
        {
            return Ok(true);
        }
    }
    Ok(false)
}

/// The passphrase that the key store keeps for this directory.
fn stored(dir: &Path) -> Result<Secret, String> {
    let name = fs::read_to_string(dir.join(STORE_NAME)).map_err(|error| format!("{STORE_NAME}: {error}"))?;
    let store = KeyStore::system().map_err(|fault| fault.to_string())?;
    let secret = store.get(name.trim()).map_err(|fault| fault.to_string())?;
    secret
        .ok_or_else(|| "the key store of the operating system has nothing for it any more; restore a backup".to_owned())
}

/// Has the key store keep a new passphrase of 512 random bits.
fn store_new(dir: &Path) -> Result<Secret, String> {
    let store = KeyStore::system().map_err(|fault| fault.to_string())?;
    let secret = OneTimeToken::generate().secret().clone();
    let name = format!("certificate authority {}", uuid::Uuid::new_v4());
    store.set(&name, &secret).map_err(|fault| fault.to_string())?;
    write_private(&dir.join(STORE_NAME), name.as_bytes()).map_err(|error| format!("{STORE_NAME}: {error}"))?;
    Ok(secret)
}
