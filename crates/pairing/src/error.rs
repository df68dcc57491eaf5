//! The closed list of everything that can go wrong, translated once per wire in that wire's `error.rs`.

use std::fmt;

use serde::{Deserialize, Serialize};

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = $text:literal,)*) => {
        /// What went wrong, as one of a closed set. Nobody parses error texts: they match on this.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
        pub enum ErrorCode {
            $($(#[$doc])* #[serde(rename = $text)] $name,)*
        }

        impl ErrorCode {
            /// Every code, for tables and snapshots.
            pub const ALL: &[Self] = &[$(Self::$name,)*];

            /// The name on our own wires.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$name => $text,)*
                }
            }
        }
    };
}

codes! {
    /// The object does not exist, or not for this caller.
    NotFound = "not_found",
    /// An application with the same normalized name exists in the tenant.
    NotUniqueName = "not_unique_name",
    /// An input breaks a rule; the message names the field.
    InvalidData = "invalid_data",
    /// The caller is known but lacks a scope.
    InsufficientScopes = "insufficient_scopes",
    /// The operation needs a tenant and none was named.
    TenantRequired = "tenant_required",
    /// The named tenant is unknown.
    TenantNotFound = "tenant_not_found",
    /// No identity, or one that is not accepted.
    Unauthorized = "unauthorized",
    /// The operation makes no sense in the present state.
    InvalidOperation = "invalid_operation",
    /// The request as a whole cannot be read.
    BadRequest = "bad_request",
    /// The one-time token is unknown, expired, used or replaced; which one is for the log, not for the peer.
    TokenNotAccepted = "token_not_accepted",
    /// A certificate request breaks the policy; the message names the field.
    CsrRefused = "csr_refused",
    /// The client certificate is not one of ours, or was revoked.
    CertificateNotAccepted = "certificate_not_accepted",
    /// The OAuth2 client id or secret is wrong.
    ClientNotAccepted = "client_not_accepted",
    /// More bytes than the limit.
    TooLarge = "too_large",
    /// The disk is full: nothing was changed, reads still work.
    StorageFull = "storage_full",
    /// The server is stopping or overloaded; the same call may work later.
    Unavailable = "unavailable",
    /// A peer asks to slow down.
    RateLimited = "rate_limited",
    /// A fault of our own; the log has the cause under the correlation id.
    Internal = "internal",
    /// The server cannot be reached: no address, refused, no network.
    Unreachable = "unreachable",
    /// The server does not answer in time.
    TimedOut = "timed_out",
    /// The server's certificate is not trusted.
    UntrustedServer = "untrusted_server",
    /// The answer is not what the protocol says.
    Protocol = "protocol",
    /// The embedded server is not running.
    ServerNotRunning = "server_not_running",
    /// A port that was asked for by number is taken.
    PortTaken = "port_taken",
    /// Another process works on the data directory.
    DataDirLocked = "data_dir_locked",
    /// The data directory cannot be read, written or trusted.
    DataDirUnusable = "data_dir_unusable",
    /// The key of the certificate authority needs a protection that nobody has chosen.
    CaKeyUnprotected = "ca_key_unprotected",
    /// The key of the certificate authority cannot be unlocked.
    CaKeyLocked = "ca_key_locked",
    /// The data was written by a newer version.
    NewerData = "newer_data",
    /// The value is gone: it was shown once, or the pairing page was closed.
    SecretGone = "secret_gone",
    /// A file could not be written.
    FileNotWritten = "file_not_written",
    /// The call was made for another environment or tenant than the one in force; nothing was done.
    ViewChanged = "view_changed",
    /// A write in a guarded environment came without its confirmation.
    ConfirmationNeeded = "confirmation_needed",
    /// The environment is guarded against every write.
    ReadOnly = "read_only",
    /// Nobody is signed in to the environment, or the sign-in ended.
    SignInNeeded = "sign_in_needed",
    /// The sign-in could not be finished: refused, cancelled, or too slow.
    SignInFailed = "sign_in_failed",
    /// The environment does not offer the operation.
    NotOffered = "not_offered",
    /// Something on the way answered instead of the server: a captive portal, a proxy.
    Intercepted = "intercepted",
    /// The sealed file with the sign-ins needs its passphrase.
    VaultLocked = "vault_locked",
}

impl fmt::Display for ErrorCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A refusal with two texts: one for whoever asked, one for the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    pub code: ErrorCode,
    /// For the caller: what is wrong and, where it helps, what is right. Never a secret.
    pub message: String,
    /// For the log only.
    pub detail: Option<String>,
}

impl Failure {
    pub fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), detail: None }
    }

    /// A fault of our own: the caller learns nothing, the log learns the cause.
    pub fn internal(cause: impl fmt::Display) -> Self {
        Self::new(ErrorCode::Internal, "Internal Server Error").with_detail(cause)
    }

    #[must_use]
    pub fn with_detail(mut self, detail: impl fmt::Display) -> Self {
        self.detail = Some(detail.to_string());
        self
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Failure {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_is_different_and_is_what_serde_writes() {
        let names: std::collections::HashSet<_> = ErrorCode::ALL.iter().map(|code| code.as_str()).collect();
        assert_eq!(names.len(), ErrorCode::ALL.len());
        for code in ErrorCode::ALL {
            assert_eq!(serde_json::to_value(code).unwrap(), code.as_str());
        }
    }
}
