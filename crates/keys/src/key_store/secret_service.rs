//! The Secret Service of freedesktop.org, which GNOME Keyring, KWallet and KeePassXC offer on the session's D-Bus.

use std::collections::HashMap;

use pairing::Secret;
use secret_service::{
    EncryptionType, Error,
    blocking::{Collection, Item, SecretService},
};
use zeroize::Zeroizing;

use super::KeyStoreFault;

/// What programs for passwords show, and what `secret-tool lookup service pairing-cockpit username NAME` asks for. The
/// names of the attributes are those that most programs use.
const SERVICE: &str = "pairing-cockpit";

pub(super) fn check() -> Result<(), KeyStoreFault> {
    let service = connect()?;
    collection(&service).map(|_| ())
}

pub(super) fn get(name: &str) -> Result<Option<Secret>, KeyStoreFault> {
    let service = connect()?;
    let Some(item) = open_item(&service, name)? else { return Ok(None) };
    let value = Zeroizing::new(item.get_secret().map_err(refusal)?);
    let text = str::from_utf8(&value).map_err(|_| KeyStoreFault::NotText(name.to_owned()))?;
    Ok(Some(Secret::new(text)))
}

pub(super) fn set(name: &str, secret: &Secret) -> Result<(), KeyStoreFault> {
    let service = connect()?;
    let value = secret.expose().as_bytes();
    match open_item(&service, name)? {
        Some(item) => item.set_secret(value, "text/plain"),
        None => collection(&service)?
            .create_item(&format!("Pairing Cockpit: {name}"), attributes(name), value, false, "text/plain")
            .map(|_| ()),
    }
    .map_err(refusal)
}

pub(super) fn delete(name: &str) -> Result<(), KeyStoreFault> {
    let service = connect()?;
    match open_item(&service, name)? {
        Some(item) => item.delete().map_err(refusal),
        None => Ok(()),
    }
}

fn attributes(name: &str) -> HashMap<&str, &str> {
    HashMap::from([("service", SERVICE), ("username", name)])
}

/// The values on the bus are encrypted for this connection.
fn connect() -> Result<SecretService<'static>, KeyStoreFault> {
    SecretService::connect(EncryptionType::Dh).map_err(|error| KeyStoreFault::Unavailable(reason(&error)))
}

/// The item of the name, if there is one; in a locked key store nobody can know.
fn open_item<'a>(service: &'a SecretService<'_>, name: &str) -> Result<Option<Item<'a>>, KeyStoreFault> {
    let mut found = service.search_items(attributes(name)).map_err(refusal)?;
    if !found.locked.is_empty() {
        return Err(KeyStoreFault::Locked);
    }
    match (found.unlocked.pop(), found.unlocked.is_empty()) {
        (Some(item), true) => Ok(Some(item)),
        (Some(_), false) => Err(KeyStoreFault::Several(name.to_owned())),
        // KeePassXC finds nothing in a database that is locked.
        (None, _) if collection(service)?.is_locked().map_err(refusal)? => Err(KeyStoreFault::Locked),
        (None, _) => Ok(None),
    }
}

/// Where new items belong.
fn collection<'a>(service: &'a SecretService<'_>) -> Result<Collection<'a>, KeyStoreFault> {
    let found = service.get_default_collection().map_err(refusal)?;
    if found.collection_path.as_str().ends_with("/session") {
        return Err(KeyStoreFault::Unavailable("it forgets everything at the end of the session".to_owned()));
    }
    Ok(found)
}

#[expect(clippy::needless_pass_by_value, reason = "it stands in map_err")]
fn refusal(error: Error) -> KeyStoreFault {
    if matches!(error, Error::Locked | Error::Prompt | Error::PromptDisconnected) {
        KeyStoreFault::Locked
    } else if matches!(error, Error::NoResult) {
        // The only thing that is asked for and may be missing.
        KeyStoreFault::Unavailable("it has no default collection, which the first login on a desktop makes".to_owned())
    } else {
        KeyStoreFault::Refused(reason(&error))
    }
}

/// What D-Bus said. It knows names and never values, which are encrypted before it sees them.
fn reason(error: &Error) -> String {
    if matches!(error, Error::Unavailable) {
        "no D-Bus session, or nothing on it that keeps secrets".to_owned()
    } else {
        error.to_string().trim_end_matches('.').to_owned()
    }
}
