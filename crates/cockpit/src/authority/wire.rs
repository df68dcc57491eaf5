//! What the console answers about the authority, and how it becomes what the page receives.

use serde::Deserialize;

use crate::{
    calls::{
        AuthorityFidelity, AuthorityRow, AuthorityView, CaKeyProtection, ListenerRow, Policy, PolicyFault, PolicyView,
        RevocationList, ServerCertificate,
    },
    certificates::fingerprint_words,
};

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct View {
    active: AuthorityRow,
    trusted: Vec<AuthorityRow>,
    #[serde(default)]
    retired: Vec<AuthorityRow>,
    key_protection: CaKeyProtection,
    key_file: String,
    warning: Option<String>,
    crl: Option<RevocationList>,
    ocsp_url: Option<String>,
    server: ServerCertificate,
    listeners: Vec<ListenerRow>,
    fidelity: AuthorityFidelity,
    owners_on_old_chain: u64,
    last_backup_at: Option<String>,
    journal_file: String,
    now: String,
}

impl View {
    pub(crate) fn has_retired(&self, fingerprint: &str) -> bool {
        self.retired.iter().any(|row| row.fingerprint == fingerprint)
    }

    pub(super) fn find(&self, fingerprint: &str) -> Option<&AuthorityRow> {
        std::iter::once(&self.active).chain(&self.trusted).find(|row| row.fingerprint == fingerprint)
    }
}

impl From<View> for AuthorityView {
    fn from(view: View) -> Self {
        Self {
            fingerprint_words: fingerprint_words(&view.active.fingerprint),
            active: view.active,
            trusted: view.trusted,
            retired: view.retired,
            key_protection: view.key_protection,
            key_file: view.key_file,
            warning: view.warning,
            crl: view.crl,
            ocsp_url: view.ocsp_url,
            server: view.server,
            listeners: view.listeners,
            fidelity: view.fidelity,
            owners_on_old_chain: view.owners_on_old_chain,
            last_backup_at: view.last_backup_at,
            journal_file: view.journal_file,
            server_now: view.now,
        }
    }
}

#[derive(Debug, Deserialize)]
pub(crate) struct PolicyAnswer {
    pub(crate) policy: Policy,
    #[serde(default)]
    fixed: Vec<String>,
}

impl From<PolicyAnswer> for PolicyView {
    fn from(answer: PolicyAnswer) -> Self {
        Self { policy: answer.policy, fixed: answer.fixed }
    }
}

/// The body of a refused policy: every error at once.
#[derive(Debug, Deserialize)]
pub(super) struct PolicyFaults {
    pub(super) errors: Vec<PolicyFault>,
}
