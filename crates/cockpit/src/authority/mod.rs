//! The certificate authority of an environment: what it is, who is still on an older one, its policy, and how it is
//! rotated, imported, retired, backed up and restored. Its private key never comes near the page: files are chosen in
//! a dialog of the desktop and go from there to the Connector.

mod backup;
mod changes;
mod import;
mod policy;
mod session;
mod view;
mod wire;

pub(crate) use session::AuthoritySession;
