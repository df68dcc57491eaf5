//! The environments that a person has set up: kept in a file, put in force, guarded. What is secret about them is in the
//! vault, not here.

mod address;
mod calls;
mod definition;
mod discovery;
mod exchange;
mod file;
mod first_question;
mod following;
#[cfg(test)]
mod following_tests;
mod offers;
#[cfg(test)]
mod renewal_tests;
mod server_chain;
mod tenants;
#[cfg(test)]
mod tests;
mod vault;
mod way;

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::{Arc, Mutex},
};

use tokio::sync::Mutex as AsyncMutex;

use crate::{
    EnvironmentConfig, Problem,
    calls::{EnvironmentColour, EnvironmentDefinition, Guard, Keep, SealedFileState, SignInMethod, TenantRef},
    cockpit::lock,
    frame::{Connection, Place},
    private_file,
    sign_in::SignIn,
};
pub(crate) use address::compass_domain;
use discovery::Discoveries;
use file::{Content, EnvironmentsFile, Record};
pub(crate) use offers::read_capabilities_in_background;
pub(crate) use vault::{Taken, Vault};

/// All of them, and who is signed in where.
#[derive(Debug)]
pub(crate) struct Environments {
    folder: PathBuf,
    file: EnvironmentsFile,
    /// As the file was read last.
    content: Mutex<Content>,
    /// The file is changed by one call at a time.
    changing: AsyncMutex<()>,
    /// Each with what it was made for.
    sign_ins: Mutex<BTreeMap<String, (EnvironmentDefinition, Arc<SignIn>)>>,
    /// When the file was read last, and how long it was.
    seen_file: Mutex<Option<file::Stamp>>,
    vault: Arc<Vault>,
    discoveries: Discoveries,
    /// Read from a file, and shown before it is imported.
    to_import: Mutex<Option<exchange::Offer>>,
}

impl Environments {
    /// The environments of a settings folder, and a sentence when their file could not be used.
    pub(crate) fn in_folder(folder: &Path) -> (Self, Option<String>) {
        let file = EnvironmentsFile::in_folder(folder);
        let (content, warning) = file.load();
        let environments = Self {
            folder: folder.to_owned(),
            file,
            content: Mutex::new(content),
            changing: AsyncMutex::default(),
            sign_ins: Mutex::default(),
            seen_file: Mutex::default(),
            vault: Vault::in_folder(folder),
            discoveries: Discoveries::default(),
            to_import: Mutex::default(),
        };
        *lock(&environments.seen_file) = environments.file.stamp();
        (environments, warning)
    }

    fn record(&self, id: &str) -> Result<Record, Problem> {
        let content = lock(&self.content);
        content.environments.iter().find(|record| record.id == id).cloned().ok_or_else(|| {
            Problem::new(pairing::ErrorCode::NotFound, "This environment is not in the list any more.")
                .hint("Somebody removed it, perhaps in another window.")
        })
    }

    /// Reads the file again, changes it, and writes it: what another window saved meanwhile stays.
    ///
    /// # Errors
    /// What `change` says, or the file could not be written.
    async fn change<T: Send + 'static>(
        &self,
        change: impl FnOnce(&mut Content) -> Result<T, Problem> + Send + 'static,
    ) -> Result<T, Problem> {
        let _one_at_a_time = self.changing.lock().await;
        let (file, known) = (self.file.clone(), lock(&self.content).clone());
        // fsync may take long on a busy disk.
        let changed = tokio::task::spawn_blocking(move || file.change(known, change)).await;
        let (content, outcome) = changed.unwrap_or_else(|cause| {
            Err(Problem::new(pairing::ErrorCode::Internal, "The environments could not be saved.")
                .detail(cause.to_string()))
        })?;
        *lock(&self.content) = content;
        *lock(&self.seen_file) = self.file.stamp();
        Ok(outcome)
    }

    /// The sign-in to an environment as it is set up now. It is the one from before where that is as good, also for what
    /// another window made of the environment; else nobody is signed in.
    fn sign_in(&self, record: &Record) -> Arc<SignIn> {
        let mut sign_ins = lock(&self.sign_ins);
        let before = sign_ins.get(&record.id);
        if let Some((definition, known)) = before
            && *definition == record.definition
        {
            return Arc::clone(known);
        }
        let (environment, method) = (self.config(record), record.definition.sign_in.clone());
        let vault = Arc::clone(&self.vault);
        let made = Arc::new(match before {
            Some((definition, known)) if same_sign_in(definition, &record.definition) => {
                known.rebound(environment, method, vault)
            }
            Some(_) | None => SignIn::to(environment, method, vault, record.keep),
        });
        sign_ins.insert(record.id.clone(), (record.definition.clone(), Arc::clone(&made)));
        made
    }

    /// As another window has left them. What cannot be read stays as it is known.
    async fn reread(&self) {
        let _one_at_a_time = self.changing.lock().await;
        let file = self.file.clone();
        if let Ok(Some((content, stamp))) = tokio::task::spawn_blocking(move || file.peek()).await {
            *lock(&self.content) = content;
            *lock(&self.seen_file) = stamp;
        }
    }

    /// Whether another window, or somebody with an editor, has written the file.
    pub(crate) fn changed_elsewhere(&self) -> bool {
        *lock(&self.seen_file) != self.file.stamp()
    }

    /// What a person should know about their file, found while the program runs.
    pub(crate) fn notices(&self) -> Vec<String> {
        self.file.notices()
    }

    /// The colour and the guard of the server of this computer.
    pub(crate) fn local_look(&self) -> (EnvironmentColour, Guard) {
        let look = lock(&self.content).local;
        (look.colour, look.guard)
    }

    /// The remote environment that was in force when the program ended, connected again.
    pub(crate) fn resume(&self) -> Option<Connection> {
        let id = lock(&self.content).in_force.clone()?;
        let record = self.record(&id).ok()?;
        self.connect(&record, record.in_force_tenant()).ok()
    }

    /// # Errors
    /// It cannot be used as it is set up.
    fn connect(&self, record: &Record, tenant: TenantRef) -> Result<Connection, Problem> {
        let config = EnvironmentConfig { tenant: tenant.id, tenant_name: tenant.name, ..self.config(record) };
        let connection = Connection::to(config, self.sign_in(record))?;
        Ok(Connection { set_up: Some(Arc::new(record.definition.clone())), ..connection })
    }

    /// The definition of an environment as it is by now; `None`: it was removed.
    pub(crate) fn definition_of(&self, id: &str) -> Option<EnvironmentDefinition> {
        self.record(id).ok().map(|record| record.definition)
    }

    /// With the tenant that was used last.
    ///
    /// # Errors
    /// It is not in the list any more, or cannot be used.
    pub(crate) fn connect_by_id(&self, id: &str) -> Result<Connection, Problem> {
        let record = self.record(id)?;
        self.connect(&record, record.in_force_tenant())
    }

    /// # Errors
    /// It is not in the list any more, or cannot be used.
    pub(crate) fn connect_to(&self, place: &Place) -> Result<Connection, Problem> {
        let record = self.record(&place.environment)?;
        self.connect(&record, record.tenant(&place.tenant))
    }

    /// What was got by signing in is forgotten, here and where it was kept.
    async fn forget_sign_in(&self, id: &str) {
        let known = lock(&self.sign_ins).remove(id);
        match known {
            Some((_, sign_in)) => sign_in.sign_out().await,
            None => self.vault.forget(id).await,
        }
    }

    /// # Errors
    /// It is not in the list any more.
    pub(crate) fn sign_in_of(&self, id: &str) -> Result<Arc<SignIn>, Problem> {
        Ok(self.sign_in(&self.record(id)?))
    }

    pub(crate) fn sealed_file_is_open(&self) -> bool {
        self.vault.sealed_file() == SealedFileState::Open
    }

    /// Where the sign-in is kept is noted, so that it is found at the next start.
    pub(crate) async fn note_keep(&self, id: &str, keep: Keep) -> Result<(), Problem> {
        let id = id.to_owned();
        let noted = self.change(move |content| {
            if let Some(record) = content.environments.iter_mut().find(|record| record.id == id) {
                record.keep = keep;
            }
            Ok(())
        });
        noted.await
    }

    /// Everything that its servers are asked with, but the sign-in.
    fn config(&self, record: &Record) -> EnvironmentConfig {
        let definition = &record.definition;
        let ca_pem = definition.ca_pem.as_ref().map(|pem| pem.clone().into_bytes());
        EnvironmentConfig {
            id: record.id.clone(),
            name: definition.name.clone(),
            badge: definition.badge.clone(),
            colour: definition.colour,
            guard: definition.guard,
            tenant: definition.tenant.clone(),
            tenant_name: definition.tenant_name.clone(),
            connector_url: definition.connector_url.clone(),
            certificate_secured_director_url: definition.certificate_secured_director_url.clone(),
            certificate_secured_connector_url: definition.certificate_secured_connector_url.clone(),
            oauth_token_url: definition.oauth_token_url.clone(),
            ca_file: ca_pem.is_some().then(|| self.ca_file(&record.id)),
            ca_pem,
            trusts_computer: true,
            proxy: definition.proxy.clone(),
            headers: definition.headers.clone(),
            requests_per_second: Some(definition.requests_per_second),
            ..EnvironmentConfig::local(definition.director_url.clone(), pairing::Secret::new(""))
        }
    }

    /// For recipes, which name the CA of an environment.
    fn ca_file(&self, id: &str) -> PathBuf {
        self.folder.join("environment-cas").join(format!("{id}.pem"))
    }

    async fn write_ca_file(&self, record: &Record) {
        let Some(pem) = record.definition.ca_pem.clone() else { return };
        let path = self.ca_file(&record.id);
        let written = tokio::task::spawn_blocking(move || {
            path.parent().map_or(Ok(()), std::fs::create_dir_all)?;
            private_file::write(&path, pem.as_bytes())
        });
        if let Ok(Err(error)) = written.await {
            tracing::warn!(%error, "the CA of an environment could not be written for recipes");
        }
    }
}

/// Whether what was got by signing in to the one is as good for the other.
fn same_sign_in(one: &EnvironmentDefinition, other: &EnvironmentDefinition) -> bool {
    let is_bound_to_scopes = |method: &SignInMethod| match method {
        SignInMethod::Oidc { .. } | SignInMethod::ClientCredentials { .. } => true,
        SignInMethod::Token | SignInMethod::ClientCertificate => false,
    };
    one.director_url == other.director_url
        && (one.sign_in == other.sign_in
            || (!is_bound_to_scopes(&one.sign_in)
                && std::mem::discriminant(&one.sign_in) == std::mem::discriminant(&other.sign_in)))
}
