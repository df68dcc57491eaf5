//! The certificate authority: one key, made on the first start and kept for ever, and the two kinds of
//! certificate that it signs.
//!
//! Everything in a certificate comes from [`profile`], our own values and one public key. Nothing is taken over from
//! a request: whether it asks for `CA:TRUE` or for another name makes no difference here.

mod authority;
mod key_pair_files;
mod profile;
mod server_certificate;

#[cfg(test)]
mod tests;

pub(crate) use authority::{Authority, IssuedCertificate, certificate_to_pem};
