//! Values that must not be printed, logged or compared byte by byte.

use std::fmt;

use aws_lc_rs::digest;
use zeroize::{Zeroize, ZeroizeOnDrop};

/// A value that must never reach a log, an error text or a file by accident: it has no `Display`, its
/// `Debug` is redacted, and its memory is wiped on drop. [`Secret::expose`] is the only way in.
#[derive(Clone, PartialEq, Eq, Zeroize, ZeroizeOnDrop)]
pub struct Secret(String);

impl Secret {
    pub fn new(value: impl Into<String>) -> Self {
        Self(value.into())
    }

    /// The value itself. Every call is a place where a secret leaves our hands: keep them few.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// What is stored instead of the value.
    pub fn hash(&self) -> SecretHash {
        SecretHash::of(self.0.as_bytes())
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret([redacted])")
    }
}

/// SHA-256 of a generated secret. A slow hash would add nothing: tokens carry 512 bits of entropy and
/// client secrets more than 157, so there is nothing to guess (design decision 6).
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct SecretHash([u8; 32]);

impl SecretHash {
    pub fn of(value: &[u8]) -> Self {
        let digest = digest::digest(&digest::SHA256, value);
        let mut bytes = [0; 32];
        bytes.copy_from_slice(digest.as_ref());
        Self(bytes)
    }

    /// A hash that was made before and stored.
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// Compares in constant time.
    pub fn matches(&self, stored: &[u8]) -> bool {
        aws_lc_rs::constant_time::verify_slices_are_equal(&self.0, stored).is_ok()
    }
}

impl fmt::Debug for SecretHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SecretHash({:02x}{:02x}…)", self.0[0], self.0[1])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_shows_nothing_of_the_value() {
        assert_eq!(format!("{:?}", Secret::new("hunter2")), "Secret([redacted])");
    }

    #[test]
    fn a_hash_matches_only_its_own_value() {
        let hash = Secret::new("a").hash();
        assert!(hash.matches(SecretHash::of(b"a").as_bytes()));
        assert!(!hash.matches(SecretHash::of(b"b").as_bytes()));
        assert!(!hash.matches(b"short"));
    }
}
