//! What a simulated Kyma can be set to: the rules that the window checks before it stops a server for new settings, and that
//! the server checks again.

use thiserror::Error;
use url::{Host, Url};

/// Each has a Connector of its own: a certificate authority, a store and two listeners.
pub const MOST_RUNTIMES: usize = 4;
/// Of a runtime's name, which is also the name of a folder.
pub const LONGEST_RUNTIME_NAME: usize = 32;
const LONGEST_URL: usize = 2048;

/// Why runtimes cannot be called so.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum RuntimeNamesError {
    #[error("At most {MOST_RUNTIMES} runtimes can be simulated.")]
    TooMany,
    #[error(
        "The runtime name \"{0}\" must be 1 to {LONGEST_RUNTIME_NAME} lower-case letters, digits and dashes, not a dash first."
    )]
    Letters(String),
    #[error("The runtime {0} is given twice.")]
    Twice(String),
}

/// Checks the names of all runtimes of two-phase pairing.
///
/// # Errors
/// The first rule that is broken.
pub fn check_runtime_names<'n>(names: impl IntoIterator<Item = &'n str>) -> Result<(), RuntimeNamesError> {
    let names: Vec<_> = names.into_iter().collect();
    if names.len() > MOST_RUNTIMES {
        return Err(RuntimeNamesError::TooMany);
    }
    for (at, name) in names.iter().copied().enumerate() {
        let letters = name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
        if name.is_empty() || name.len() > LONGEST_RUNTIME_NAME || !letters || name.starts_with('-') {
            return Err(RuntimeNamesError::Letters(name.to_owned()));
        }
        if names[..at].contains(&name) {
            return Err(RuntimeNamesError::Twice(name.to_owned()));
        }
    }
    Ok(())
}

/// Whether events may be sent to this address. They may hold what is private, and nothing here may become a way into the
/// network: a subscriber is reached by plain HTTP on this machine, and nobody signs in.
pub fn is_subscriber(url: &str) -> bool {
    url.len() <= LONGEST_URL
        && Url::parse(url).is_ok_and(|url| {
            url.scheme() == "http" && is_loopback(&url) && url.username().is_empty() && url.password().is_none()
        })
}

/// Whether an address is on this machine.
pub fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runtimes_have_names_that_folders_can_have() {
        assert_eq!(check_runtime_names([]), Ok(()));
        assert_eq!(check_runtime_names(["kyma", "europe-1"]), Ok(()));
        let long = "r".repeat(33);
        for name in ["", "Kyma", "a b", "ä", "../x", "-a", &long] {
            assert_eq!(check_runtime_names([name]), Err(RuntimeNamesError::Letters(name.to_owned())));
        }
        assert_eq!(check_runtime_names(["a", "b", "a"]), Err(RuntimeNamesError::Twice("a".into())));
        assert_eq!(check_runtime_names(["a", "b", "c", "d", "e"]), Err(RuntimeNamesError::TooMany));
    }

    #[test]
    fn a_subscriber_is_on_this_machine() {
        for url in ["http://127.0.0.1:9/", "http://127.9.9.9", "http://localhost:80/x?y", "http://[::1]:9000/"] {
            assert!(is_subscriber(url), "{url}");
        }
        let long = format!("http://localhost/{}", "x".repeat(LONGEST_URL));
        for url in ["", "localhost:9", "https://localhost", "http://example.com", "http://localhost.example.com", &long]
        {
            assert!(!is_subscriber(url), "{url}");
        }
        for url in ["http://user:pw@localhost/", "file:///etc/passwd", "http://10.0.0.1/", "http://[::2]/"] {
            assert!(!is_subscriber(url), "{url}");
        }
    }
}
