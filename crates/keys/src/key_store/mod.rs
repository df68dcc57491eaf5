//! The key store of the operating system: opened when its user logs in, read by the programs of that user.

#[cfg(target_os = "linux")]
mod secret_service;

use std::{sync::mpsc, thread, time::Duration};

use pairing::Secret;
use thiserror::Error;

#[cfg(target_os = "linux")]
use self::secret_service as system;

/// How long the key store may take. Long enough for one that has to be started first, short enough for a person who
/// waits for a server to start.
const LIMIT: Duration = Duration::from_secs(5);

/// Why the key store did not do it.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum KeyStoreFault {
    #[error("There is no key store here: {0}.")]
    Unavailable(String),
    #[error("The key store is locked. It opens when its user logs in, or in the program that manages its passwords.")]
    Locked,
    #[error("The key store did not answer within {} seconds.", LIMIT.as_secs())]
    TimedOut,
    #[error(
        "The key store holds several entries of the name {0}. Delete all but one in the program that manages them."
    )]
    Several(String),
    #[error("What the key store holds under the name {0} is not text, so we did not put it there.")]
    NotText(String),
    #[error("The key store refused: {0}.")]
    Refused(String),
}

/// The key store of the user who runs this program. Nothing here ever asks the user anything: a server has nobody to
/// ask. Each call blocks, for 5 seconds at most, and connects anew, since it is needed a few times in a program's life.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct KeyStore;

impl KeyStore {
    /// Looks whether there is a key store that keeps things until they are deleted. It may be locked.
    ///
    /// # Errors
    /// [`KeyStoreFault::Unavailable`], or [`KeyStoreFault::TimedOut`].
    pub fn system() -> Result<Self, KeyStoreFault> {
        within_limit(system::check).map(|()| Self)
    }

    /// What is stored under the name; `None` only if the key store is open and has nothing.
    pub fn get(&self, name: &str) -> Result<Option<Secret>, KeyStoreFault> {
        let name = name.to_owned();
        within_limit(move || system::get(&name))
    }

    /// Stores it under the name in place of what was there, and reads it back. After [`KeyStoreFault::TimedOut`] it may
    /// still be stored later.
    pub fn set(&self, name: &str, secret: &Secret) -> Result<(), KeyStoreFault> {
        let (name, secret) = (name.to_owned(), secret.clone());
        within_limit(move || {
            system::set(&name, &secret)?;
            let kept = system::get(&name)?.is_some_and(|kept| kept == secret);
            if kept { Ok(()) } else { Err(KeyStoreFault::Refused("it forgot at once what was stored".to_owned())) }
        })
    }

    /// Deletes what is stored under the name, if anything is.
    pub fn delete(&self, name: &str) -> Result<(), KeyStoreFault> {
        let name = name.to_owned();
        within_limit(move || system::delete(&name))
    }
}

/// On a thread of its own, which stays behind if the key store never answers: D-Bus calls cannot be cut short.
fn within_limit<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, KeyStoreFault> + Send + 'static,
) -> Result<T, KeyStoreFault> {
    let (sender, receiver) = mpsc::sync_channel(1);
    let call = move || {
        // Nobody waits any more after the limit.
        let _ = sender.send(work());
    };
    thread::Builder::new()
        .name("key store".to_owned())
        .spawn(call)
        .map_err(|error| KeyStoreFault::Unavailable(error.to_string()))?;
    receiver.recv_timeout(LIMIT).map_err(|error| match error {
        mpsc::RecvTimeoutError::Timeout => KeyStoreFault::TimedOut,
        mpsc::RecvTimeoutError::Disconnected => KeyStoreFault::Refused("its answer made no sense".to_owned()),
    })?
}

/// Other systems have key stores, too; nobody has tried ours with them yet.
#[cfg(not(target_os = "linux"))]
mod system {
    use pairing::Secret;

    use super::KeyStoreFault;

    pub(super) fn check() -> Result<(), KeyStoreFault> {
        Err(KeyStoreFault::Unavailable("only that of Linux desktops is supported".to_owned()))
    }

    pub(super) fn get(_: &str) -> Result<Option<Secret>, KeyStoreFault> {
        check().map(|()| None)
    }

    pub(super) fn set(_: &str, _: &Secret) -> Result<(), KeyStoreFault> {
        check()
    }

    pub(super) fn delete(_: &str) -> Result<(), KeyStoreFault> {
        check()
    }
}
