//! The OAuth2 client registry and authorization server, for the grant client_credentials (RFC 6749 §4.4).
//!
//! Clients, their secrets' hashes and revoked token ids are in memory as the last commit left them; tokens are made
//! and checked without touching the disk. What changes any of it answers after its commit.

pub(crate) mod access_token;
pub(crate) mod authentication;
pub(crate) mod chosen_secret;
pub(crate) mod grant;
pub(crate) mod guessing;
pub(crate) mod inspection;
pub(crate) mod registration;
pub(crate) mod registry;
pub(crate) mod rotation;
pub(crate) mod signing_keys;
mod upkeep;
pub(crate) use std::{
    collections::HashMap,
    sync::{PoisonError, RwLock},
};

use pairing::{Failure, Moment};

use crate::store::{Store, access_token as stored};

use access_token::AccessTokens;
use chosen_secret::ChosenSecrets;
use guessing::Guessing;

/// Why an OAuth2 request is refused, as the RFCs name it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// Unknown client, wrong secret, wrong way of presenting it, disabled: the caller cannot tell which.
    InvalidClient,
    /// The same, and the source of it has failed too often.
    TooManyFailures {
        /// Seconds until one more failure is answered as such.
        retry_after: u64,
    },
    /// The client is known and may not use this grant.
    UnauthorizedClient(&'static str),
    InvalidScope(String),
    InvalidRequest(String),
    /// RFC 8707.
    InvalidTarget(String),
    Failed(Failure),
}

impl From<Failure> for Refusal {
    fn from(failure: Failure) -> Self {
        Self::Failed(failure)
    }
}

/// What the authorization server keeps in memory beside the clients.
#[derive(Debug)]
pub(crate) struct OAuth {
    pub(crate) tokens: AccessTokens,
    guessing: Guessing,
    chosen: ChosenSecrets,
    /// Ids of revoked tokens and when they would have expired, in milliseconds.
    revoked: RwLock<HashMap<String, i64>>,
    rotating: tokio::sync::Mutex<()>,
}

impl OAuth {
    /// `failure_limit`: failures in a row that one source may make; 0 is without limit.
    pub(crate) async fn load(store: &Store, tokens: AccessTokens, failure_limit: u32) -> Result<Self, Failure> {
        let revoked = {
            let mut connection = store.read().await?;
            stored::revoked(&mut connection).await?
        };
        Ok(Self {
            tokens,
            guessing: Guessing::new(failure_limit),
            chosen: ChosenSecrets::default(),
            revoked: RwLock::new(revoked.into_iter().collect()),
            rotating: tokio::sync::Mutex::default(),
        })
    }

    fn is_revoked(&self, token_id: &str) -> bool {
        self.revoked.read().unwrap_or_else(PoisonError::into_inner).contains_key(token_id)
    }

    fn note_revoked(&self, token_id: &str, expires_at: Moment) {
        let mut revoked = self.revoked.write().unwrap_or_else(PoisonError::into_inner);
        revoked.insert(token_id.to_owned(), expires_at.unix_millis());
    }

    fn forget_expired(&self, before: Moment) {
        let mut revoked = self.revoked.write().unwrap_or_else(PoisonError::into_inner);
        revoked.retain(|_, expires_at| *expires_at > before.unix_millis());
    }
}
