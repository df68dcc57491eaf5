//! The certificates that an environment issued: who holds which until when, what each says, whether something fits
//! it, and how it is revoked, exported and signed. The inventory is the Connector's; nothing is kept here, least of
//! all a private key that somebody drops to see whether it fits.

mod browsing;
mod calendar;
mod chain;
mod decoded;
mod dropped;
mod expiry_notices;
mod export;
mod extensions;
mod fingerprint_words;
mod inventory;
#[cfg(test)]
mod openssl;
mod request_command;
mod requests;
mod revoking;
mod sentences;
mod signature;
mod verification;
mod wire;

pub(crate) use chain::server_chain;
pub(crate) use decoded::{Decoded, certificates_in};
pub(crate) use expiry_notices::ExpiryNotices;
pub(crate) use fingerprint_words::fingerprint_words;
pub(crate) use inventory::Inventory;
#[cfg(test)]
pub(crate) use openssl::OpenSsl;
pub(crate) use wire::{Certificate, Owners};
