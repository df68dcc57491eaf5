//! The list of environments: set up, changed, removed, and put in force.

use pairing::{ErrorCode, Secret};
use uuid::Uuid;

use super::{exchange::Names, file::Record, read_capabilities_in_background, same_sign_in};
use crate::{
    Cockpit, Problem,
    calls::{
        AppState, CallContext, ChosenCa, EnvironmentColour, EnvironmentKind, EnvironmentRef, EnvironmentRow,
        Environments, ErrorAction, Guard, Keep, Nothing, OpenVault, Reach, RemoveEnvironment, SaveEnvironment,
        SavedEnvironment, Text, VaultState,
    },
    certificates::{certificates_in, server_chain},
    cockpit::lock,
    environment::LOCAL,
    frame::{Connection, Place},
    https,
    sign_in::SignIn,
};

const LARGEST_CA_FILE: u64 = 1 << 20;

impl Cockpit {
    pub(crate) async fn environments(&self, _: CallContext, _: Nothing) -> Result<Environments, Problem> {
        self.follow_other_windows().await;
        let vault = self.environments.vault.state().await;
        let mut records = lock(&self.environments.content).environments.clone();
        records.sort_by_cached_key(|record| record.definition.name.to_lowercase());
        for record in &records {
            self.environments.sign_in(record).look_into_vault().await;
        }
        let in_force = lock(&self.frame).in_force_id();
        let mut rows = vec![self.local_row(&in_force)];
        rows.extend(records.iter().map(|record| self.row(record, &in_force)));
        Ok(Environments { environments: rows, vault })
    }

    fn local_row(&self, in_force: &str) -> EnvironmentRow {
        let look = lock(&self.environments.content).local;
        let connection = self.local_connection().ok();
        let shown = connection.as_ref().map(Connection::shown);
        EnvironmentRow {
            id: LOCAL.into(),
            kind: EnvironmentKind::Local,
            in_force: in_force == LOCAL,
            name: "Local simulator".into(),
            badge: "LOCAL".into(),
            colour: look.colour,
            guard: look.guard,
            director_url: shown.as_ref().map(|shown| shown.director_url.clone()).unwrap_or_default(),
            tenant: shown.as_ref().map(|shown| shown.tenant.clone()).unwrap_or_default(),
            tenant_name: shown.as_ref().map(|shown| shown.tenant_name.clone()).unwrap_or_default(),
            recent_tenants: Vec::new(),
            last_used_at: None,
            sign_in: SignIn::known(Secret::new("")).shown(),
            reach: shown.map(|shown| shown.reach).unwrap_or_default(),
            definition: None,
        }
    }

    fn row(&self, record: &Record, in_force: &str) -> EnvironmentRow {
        let definition = &record.definition;
        let (visited, tenant) = {
            let frame = lock(&self.frame);
            (frame.latest_of(&record.id), frame.tenant_of(&record.id, definition))
        };
        let tenant = tenant.unwrap_or_else(|| record.in_force_tenant());
        let reach = visited.map_or_else(Reach::default, |visited| visited.channel.reach(visited.director.now()));
        EnvironmentRow {
            id: record.id.clone(),
            kind: EnvironmentKind::Remote,
            in_force: record.id == in_force,
            name: definition.name.clone(),
            badge: definition.badge.clone(),
            colour: definition.colour,
            guard: definition.guard,
            director_url: definition.director_url.clone(),
            tenant: tenant.id,
            tenant_name: tenant.name,
            recent_tenants: record.recent_tenants.clone(),
            last_used_at: record.last_used_at.clone(),
            sign_in: self.environments.sign_in(record).shown(),
            reach,
            definition: Some(definition.clone()),
        }
    }

    pub(crate) async fn save_environment(
        &self,
        _: CallContext,
        input: SaveEnvironment,
    ) -> Result<SavedEnvironment, Problem> {
        let SaveEnvironment { id, definition } = input;
        if id.as_deref() == Some(LOCAL) {
            return self.save_local_look(definition.colour, definition.guard).await;
        }
        let definition = definition.check()?;
        let wanted = id.map(Text::into_inner);
        let (record, before) = self
            .environments
            .change(move |content| {
                let others: Vec<_> =
                    content.environments.iter().filter(|other| Some(&other.id) != wanted.as_ref()).cloned().collect();
                if Names::of(&others).is_taken(&definition.name) {
                    return Err(Problem::invalid(format!("There is another environment called {}.", definition.name))
                        .hint("Two of the same name would be confused. Choose another one.")
                        .action(ErrorAction::CorrectInput));
                }
                let Some(id) = wanted else {
                    let record = Record::new(Uuid::new_v4().to_string(), definition);
                    content.environments.push(record.clone());
                    return Ok((record, None));
                };
                let Some(record) = content.environments.iter_mut().find(|record| record.id == id) else {
                    return Err(Problem::new(ErrorCode::NotFound, "This environment was removed in another window.")
                        .hint("Save it as a new one."));
                };
                let before = record.clone();
                if before.definition.tenant != definition.tenant {
                    record.recent_tenants.clear();
                }
                record.definition = definition;
                if !same_sign_in(&before.definition, &record.definition) {
                    record.keep = Keep::Session;
                }
                Ok((record.clone(), Some(before)))
            })
            .await?;
        if let Some(before) = before {
            self.set_up_anew(&record, &before).await;
        }
        self.environments.write_ca_file(&record).await;
        tracing::info!(environment = record.id, "environment saved");
        self.desktop.state_changed();
        Ok(SavedEnvironment { id: record.id, state: self.state() })
    }

    async fn save_local_look(&self, colour: EnvironmentColour, guard: Guard) -> Result<SavedEnvironment, Problem> {
        let saved = self.environments.change(move |content| {
            (content.local.colour, content.local.guard) = (colour, guard);
            Ok(())
        });
        saved.await?;
        lock(&self.frame).paint_local(colour, guard);
        self.desktop.state_changed();
        Ok(SavedEnvironment { id: LOCAL.into(), state: self.state() })
    }

    /// What was begun in it is begun anew; a sign-in stays where it is as good for the environment as it is now.
    async fn set_up_anew(&self, record: &Record, before: &Record) {
        if before.definition.director_url != record.definition.director_url {
            self.list_cache.forget_environment(&record.id);
        }
        if !same_sign_in(&before.definition, &record.definition) {
            self.environments.forget_sign_in(&record.id).await;
        }
        self.follow_environments();
    }

    pub(crate) async fn remove_environment(
        &self,
        _: CallContext,
        input: RemoveEnvironment,
    ) -> Result<AppState, Problem> {
        if &*input.id == LOCAL {
            return Err(Problem::new(ErrorCode::InvalidOperation, "The local server is always there.")
                .hint("Its colour and its guard can be changed."));
        }
        let record = self.environments.record(&input.id)?;
        if record.definition.name != input.confirm_name.trim() {
            return Err(Problem::invalid("The name doesn't match; nothing was removed.")
                .hint(format!("Type {} to remove it.", record.definition.name)));
        }
        let id = record.id.clone();
        let removed = self.environments.change(move |content| {
            content.environments.retain(|record| record.id != id);
            if content.in_force.as_ref() == Some(&id) {
                content.in_force = None;
            }
            Ok(())
        });
        removed.await?;
        self.environments.forget_sign_in(&record.id).await;
        self.environments.vault.forget_turns(&record.id);
        self.list_cache.forget_environment(&record.id);
        // Only a copy for recipes; that it may be gone already does not matter.
        let _ = std::fs::remove_file(self.environments.ca_file(&record.id));
        self.follow_environments();
        tracing::info!(environment = record.id, "environment removed");
        self.desktop.state_changed();
        Ok(self.state())
    }

    pub(crate) async fn use_environment(&self, _: CallContext, input: EnvironmentRef) -> Result<AppState, Problem> {
        let id = input.id.into_inner();
        let connection = if id == LOCAL {
            None
        } else {
            self.follow_other_windows().await;
            let record = self.environments.record(&id)?;
            let (tenant, known) = {
                let frame = lock(&self.frame);
                let tenant = frame.tenant_of(&id, &record.definition).unwrap_or_else(|| record.in_force_tenant());
                let place = Place { environment: id.clone(), tenant: tenant.id.clone() };
                (tenant, frame.visited.get(&place).cloned())
            };
            Some(known.map_or_else(|| self.environments.connect(&record, tenant), Ok)?)
        };
        let is_remote = connection.is_some();
        lock(&self.frame).put_in_force(connection);
        tracing::info!(environment = id, "environment in force");
        let at = https::local_time().rfc3339();
        let noted = self.environments.change(move |content| {
            content.in_force = is_remote.then(|| id.clone());
            if let Some(record) = content.environments.iter_mut().find(|record| record.id == id) {
                record.last_used_at = Some(at);
            }
            Ok(())
        });
        // It is in force all the same; the next start begins with another one.
        if let Err(problem) = noted.await {
            tracing::warn!(code = %problem.code, detail = problem.detail, "the environment in force could not be noted");
        }
        if is_remote {
            self.look_for_kept_sign_in().await;
            read_capabilities_in_background(&self.frame, &self.desktop);
        }
        self.desktop.state_changed();
        Ok(self.state())
    }

    pub(crate) async fn open_vault(&self, _: CallContext, input: OpenVault) -> Result<VaultState, Problem> {
        self.environments.vault.open(input.passphrase.into_inner()).await?;
        for (_, sign_in) in lock(&self.environments.sign_ins).values() {
            sign_in.look_again();
        }
        self.look_for_kept_sign_in().await;
        read_capabilities_in_background(&self.frame, &self.desktop);
        self.desktop.state_changed();
        Ok(self.environments.vault.state().await)
    }

    pub(crate) async fn choose_ca_file(&self, _: CallContext, _: Nothing) -> Result<Option<ChosenCa>, Problem> {
        let Some(text) = self.read_chosen("Choose a CA file", LARGEST_CA_FILE).await? else { return Ok(None) };
        let found = certificates_in(&text);
        let chain = server_chain(&found, https::local_time());
        if chain.is_empty() {
            return Err(Problem::invalid("There is no certificate in this file.")
                .hint("A CA file is PEM: -----BEGIN CERTIFICATE-----.")
                .action(ErrorAction::CorrectInput));
        }
        // Only the certificates: whatever else is in the file is nobody's business.
        let blocks: Vec<_> = found.into_iter().map(|der| pem::Pem::new("CERTIFICATE", der)).collect();
        Ok(Some(ChosenCa { pem: pem::encode_many(&blocks), chain }))
    }
}
