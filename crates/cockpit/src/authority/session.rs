//! The authority's part of the console API.

use pairing::Secret;
use serde::Serialize;
use serde_json::json;

use super::wire::{PolicyAnswer, PolicyFaults, View};
use crate::{
    Problem,
    calls::{AuthorityKey, OldChain, Policy},
    certificates::Owners,
    console::{About, ConsoleSession, Download},
};

/// One call's use of the authority.
#[derive(Clone, Debug)]
pub(crate) struct AuthoritySession(ConsoleSession);

const AUTHORITY: &str = "authority";
const POLICY: &str = "policy";

impl AuthoritySession {
    pub(crate) fn new(console: &ConsoleSession) -> Self {
        Self(console.about(About::Authority))
    }

    pub(crate) async fn view(&self) -> Result<View, Problem> {
        self.0.get(&[AUTHORITY], &[]).await
    }

    pub(super) async fn rotate(&self, key: AuthorityKey, old_trusted_for: u32) -> Result<View, Problem> {
        self.0.post(&[AUTHORITY, "rotate"], json!({ "key": key, "oldTrustedForSeconds": old_trusted_for })).await
    }

    /// The texts hold the private key: they are only borrowed here.
    pub(super) async fn import(
        &self,
        texts: &[Secret],
        passphrase: Option<&Secret>,
        old_trusted_for: u32,
    ) -> Result<View, Problem> {
        #[derive(Serialize)]
        #[serde(rename_all = "camelCase")]
        struct Import<'a> {
            texts: Vec<&'a str>,
            passphrase: Option<&'a str>,
            old_trusted_for_seconds: u32,
        }
        let body = Import {
            texts: texts.iter().map(Secret::expose).collect(),
            passphrase: passphrase.map(Secret::expose),
            old_trusted_for_seconds: old_trusted_for,
        };
        self.0.post(&[AUTHORITY, "import"], body).await
    }

    pub(super) async fn retire(&self, fingerprint: &str) -> Result<View, Problem> {
        self.0.post(&[AUTHORITY, "retire"], json!({ "fingerprint": fingerprint })).await
    }

    pub(super) async fn old_chain(&self) -> Result<OldChain, Problem> {
        let found: Owners = self.0.get(&[AUTHORITY, "old-chain"], &[("first", "200")]).await?;
        Ok(found.into())
    }

    pub(super) async fn backup(&self, passphrase: &Secret) -> Result<Download, Problem> {
        self.0.download(&[AUTHORITY, "backup"], json!({ "passphrase": passphrase.expose() })).await
    }

    pub(crate) async fn policy(&self) -> Result<PolicyAnswer, Problem> {
        self.0.get(&[POLICY], &[]).await
    }

    pub(super) async fn set_policy(&self, policy: &Policy) -> Result<Result<PolicyAnswer, PolicyFaults>, Problem> {
        self.0.put(&[POLICY], policy).await
    }
}
