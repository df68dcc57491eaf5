//! One-time tokens and client secrets: how they are made and how they look.

use aws_lc_rs::rand;
use base64::{Engine as _, engine::general_purpose::URL_SAFE};

use crate::{Secret, SecretHash};

/// A token that works once. 64 random bytes in URL-safe base64 *with* padding: 88 characters that end in
/// `==`, as Compass makes them (`director/internal/domain/onetimetoken/generator.go`).
#[derive(Clone, Debug)]
pub struct OneTimeToken(Secret);

impl OneTimeToken {
    /// A fresh token from the operating system's random source.
    ///
    /// # Panics
    /// When the operating system has no randomness to give; nothing safe can be done without it.
    pub fn generate() -> Self {
        let mut bytes = [0; 64];
        rand::fill(&mut bytes).expect("the operating system has randomness");
        Self(Secret::new(URL_SAFE.encode(bytes)))
    }

    /// A token as it arrived from a peer; nothing is checked, the store decides.
    pub fn presented(value: impl Into<String>) -> Self {
        Self(Secret::new(value))
    }

    pub fn expose(&self) -> &str {
        self.0.expose()
    }

    pub fn secret(&self) -> &Secret {
        &self.0
    }

    pub fn hash(&self) -> SecretHash {
        self.0.hash()
    }
}

/// The secret half of an OAuth2 client: 32 characters of the 66 that need no escaping in a URL, a form or
/// HTTP Basic (RFC 3986 §2.3), so that clients that forget to form-encode it (RFC 6749 §2.3.1) still work.
/// 32 × log2(66) ≈ 193 bits.
#[derive(Clone, Debug)]
pub struct ClientSecret(Secret);

const UNRESERVED: &[u8; 66] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.~";

impl ClientSecret {
    /// A fresh secret from the operating system's random source.
    ///
    /// # Panics
    /// When the operating system has no randomness to give.
    pub fn generate() -> Self {
        let mut value = String::with_capacity(32);
        while value.len() < 32 {
            let mut bytes = [0; 48];
            rand::fill(&mut bytes).expect("the operating system has randomness");
            // 198 = 3 × 66: the largest multiple below 256, so that every character is equally likely.
            let fair = bytes.iter().filter(|byte| **byte < 198);
            value.extend(fair.map(|byte| char::from(UNRESERVED[usize::from(byte % 66)])));
        }
        value.truncate(32);
        Self(Secret::new(value))
    }

    pub fn expose(&self) -> &str {
        self.0.expose()
    }

    pub fn secret(&self) -> &Secret {
        &self.0
    }

    pub fn hash(&self) -> SecretHash {
        self.0.hash()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_has_the_shape_that_compass_gives_it() {
        let token = OneTimeToken::generate();
        assert_eq!(token.expose().len(), 88);
        assert!(token.expose().ends_with("=="));
        assert_eq!(URL_SAFE.decode(token.expose()).unwrap().len(), 64);
        assert_ne!(token.expose(), OneTimeToken::generate().expose());
    }

    #[test]
    fn a_client_secret_needs_no_escaping_anywhere() {
        for _ in 0..200 {
            let secret = ClientSecret::generate();
            assert_eq!(secret.expose().len(), 32);
            assert!(secret.expose().bytes().all(|byte| UNRESERVED.contains(&byte)));
        }
    }
}
