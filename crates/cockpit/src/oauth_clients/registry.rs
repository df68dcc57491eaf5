//! The registry's part of the console API.

use serde_json::json;

use super::wire::{ClientPage, OneClient, Rotated};
use crate::{
    Problem,
    calls::CallContext,
    console::{About, ConsoleSession},
    frame::Connection,
};

/// One call's use of the registry.
#[derive(Clone, Debug)]
pub(crate) struct RegistrySession(pub(super) ConsoleSession);

/// The collection of all clients.
const CLIENTS: &str = "oauth-clients";

impl RegistrySession {
    /// `None`: this environment does not show its clients.
    pub(crate) fn of(connection: &Connection, call: CallContext) -> Option<Self> {
        connection.console.as_ref().map(|console| Self(console.session(call, About::OAuthClients)))
    }

    pub(super) async fn page(&self, after: Option<&str>, first: u32) -> Result<ClientPage, Problem> {
        let first = first.to_string();
        let mut query = vec![("first", first.as_str())];
        query.extend(after.map(|after| ("after", after)));
        self.0.get(&[CLIENTS], &query).await
    }

    /// # Errors
    /// [`pairing::ErrorCode::NotFound`] when there is no such client.
    pub(crate) async fn client(&self, id: &str) -> Result<OneClient, Problem> {
        self.0.get(&[CLIENTS, id], &[]).await
    }

    /// `retire_old_after` in seconds; `None`: until the old ones are retired by hand.
    pub(super) async fn rotate(&self, id: &str, retire_old_after: Option<u32>) -> Result<Rotated, Problem> {
        self.0.post(&[CLIENTS, id, "rotate"], json!({ "retireOldAfterSeconds": retire_old_after })).await
    }

    /// `after` in seconds; `None`: no end date any more.
    pub(super) async fn retire(&self, id: &str, secret_id: &str, after: Option<u32>) -> Result<OneClient, Problem> {
        self.0.post(&[CLIENTS, id, "secrets", secret_id, "retire"], json!({ "afterSeconds": after })).await
    }

    pub(super) async fn disable(&self, id: &str) -> Result<OneClient, Problem> {
        self.0.post(&[CLIENTS, id, "disable"], json!({})).await
    }

    pub(super) async fn enable(&self, id: &str) -> Result<OneClient, Problem> {
        self.0.post(&[CLIENTS, id, "enable"], json!({})).await
    }

    pub(super) async fn revoke_tokens(&self, id: &str) -> Result<OneClient, Problem> {
        self.0.post(&[CLIENTS, id, "revoke-tokens"], json!({})).await
    }

    pub(super) async fn delete(&self, id: &str) -> Result<(), Problem> {
        self.0.delete(&[CLIENTS, id]).await
    }
}
