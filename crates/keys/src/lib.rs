//! Private keys: read in every form that people have, protected at rest, and files sealed with a passphrase.
//!
//! - [`PrivateKey::read`] and [`CaMaterial::read`]: what an administrator brings, as PEM, DER or a Kubernetes Secret. What
//!   is not a private key is named, with the command that makes one of it.
//! - [`EncryptedKey`]: a private key as a file that a passphrase protects and that `openssl` opens.
//! - [`KeyStore`]: the key store of the operating system, for a secret that a program needs without anybody there.
//! - [`sealed`]: several files in one that a passphrase opens, in a form that public programs open, too.
//! - [`pkcs12`]: certificates for programs that take no PEM, and a key with its certificates in one file.
//!
//! No server, no database, no logging: this crate knows formats. All of it is blocking, and deriving a key from a
//! passphrase takes a good part of a second: an asynchronous caller uses a thread for blocking work. Errors never repeat
//! what was read.

mod block;
mod ca_material;
mod der;
mod encrypted_key;
mod key_fault;
mod key_store;
mod kubernetes_secret;
mod private_key;

pub mod pkcs12;
pub mod sealed;

pub use ca_material::{CaMaterial, CaMaterialFault};
pub use encrypted_key::EncryptedKey;
pub use key_fault::{KeyFault, UnsupportedKey};
pub use key_store::{KeyStore, KeyStoreFault};
pub use kubernetes_secret::SecretFault;
pub use private_key::PrivateKey;
