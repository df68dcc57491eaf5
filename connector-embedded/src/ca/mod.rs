//! The certificate authority: keys that are protected at rest, and what they sign: certificates for applications and
//! for the server itself, and lists of what was revoked.
//!
//! Everything in a certificate comes from [`profile`], our own values and one public key. Nothing is taken over from
//! a request: whether it asks for `CA:TRUE` or for another name makes no difference here.

mod authorities;
mod authority;
mod first_authority;
mod key_files;
mod profile;
mod revocation_list;
mod server_certificate;
mod verifiable;

#[cfg(test)]
mod tests;

pub(crate) use authorities::{Authorities, Set, Successor};
pub(crate) use authority::{Authority, IssuedCertificate, certificate_to_pem, sha256};
pub(crate) use key_files::KeyFiles;
pub(crate) use revocation_list::{REASONS, revocation_list};
