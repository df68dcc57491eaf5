//! Why the server could not start, as a sentence with a next step.

use std::path::PathBuf;

use pairing::{ErrorCode, Failure};
use thiserror::Error;

/// Why the server could not start. The text says what is wrong and what to do.
#[derive(Debug, Error)]
pub enum StartError {
    #[error(
        "Port {port} is used by {}. Stop that program or choose another port with {flag}.",
        .holder.as_deref().unwrap_or("another program")
    )]
    PortTaken { port: u16, flag: &'static str, holder: Option<String> },
    #[error("Cannot listen on {address}: {cause}.")]
    Listen { address: String, cause: std::io::Error },
    #[error("Another copy{} already works on {}. Stop it, or choose another folder with --data-dir.",
        .pid.map(|pid| format!(" (process {pid})")).unwrap_or_default(), .path.display())]
    DataDirLocked { path: PathBuf, pid: Option<u32> },
    #[error("{} can be read by other users (mode {mode:o}). Run: chmod {wanted:o} '{}'", .path.display(), .path.display())]
    LooseMode { path: PathBuf, mode: u32, wanted: u32 },
    #[error("The data folder {} cannot be used: {cause}.", .path.display())]
    DataDir { path: PathBuf, cause: std::io::Error },
    #[error("The disk that holds {} is full. Free some space and start again; nothing was lost.", .path.display())]
    DiskFull { path: PathBuf },
    #[error("The data in {} was written by a newer version (schema {found}, this version knows {known}). Use that version, or choose another folder with --data-dir.", .path.display())]
    NewerData { path: PathBuf, found: i64, known: i64 },
    #[error("The store {} is damaged: {cause}. Restore it from a backup or choose another folder with --data-dir; nothing was deleted.", .path.display())]
    Damaged { path: PathBuf, cause: String },
    #[error("The certificate authority in {} cannot be read: {cause}. Restore ca.pem and ca-key.pem from a backup; nothing was overwritten.", .path.display())]
    Authority { path: PathBuf, cause: String },
    #[error(
        "The key of the certificate authority must be protected, and the operating system's key store does not answer: {reason}. Give a passphrase with --passphrase-file FILE, or write --ca-key-protection plain to keep the key in a file that only you can read."
    )]
    CaKeyUnprotected { reason: String },
    #[error("The key of the certificate authority cannot be unlocked: {cause}. Nothing was changed.")]
    CaKeyLocked { cause: String },
    #[error("{0}")]
    Setting(String),
    #[error("The server could not start: {0}")]
    Other(Failure),
}

impl StartError {
    /// The code that the window translates.
    pub fn code(&self) -> ErrorCode {
        match self {
            Self::PortTaken { .. } | Self::Listen { .. } => ErrorCode::PortTaken,
            Self::DataDirLocked { .. } => ErrorCode::DataDirLocked,
            Self::LooseMode { .. } | Self::DataDir { .. } | Self::Damaged { .. } | Self::Authority { .. } => {
                ErrorCode::DataDirUnusable
            }
            Self::CaKeyUnprotected { .. } => ErrorCode::CaKeyUnprotected,
            Self::CaKeyLocked { .. } => ErrorCode::CaKeyLocked,
            Self::DiskFull { .. } => ErrorCode::StorageFull,
            Self::NewerData { .. } => ErrorCode::NewerData,
            Self::Setting(_) => ErrorCode::InvalidData,
            Self::Other(failure) => failure.code,
        }
    }
}
