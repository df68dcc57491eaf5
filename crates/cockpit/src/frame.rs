//! What is in force: the server of this computer or a remote environment, which tenant of it, and who may change things
//! there. Several environments stay connected; a call reaches only the one that was in force when it began.

mod connection;
mod guard;
mod local_server;

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use pairing::Moment;

use crate::{
    Cockpit, EnvironmentConfig, Problem,
    calls::{
        AppState, Asked, CallContext, EnvironmentColour, EnvironmentDefinition, Guard, ReachStage, ServerState,
        SignInStage, TenantRef, view_changed,
    },
    cockpit::lock,
    console::{About, ConsoleSession},
    director::Session,
    environment::LOCAL,
};
pub(crate) use connection::{Connection, Place};

#[derive(Debug)]
pub(crate) struct Frame {
    pub(crate) server: ServerState,
    /// The server of this computer, while it runs.
    pub(crate) local: Option<Connection>,
    /// In force; `None`: the server of this computer is.
    pub(crate) remote: Option<Connection>,
    /// Remote environments and tenants that were in force in this run.
    pub(crate) visited: BTreeMap<Place, Connection>,
    view: u64,
    /// Of the remote environment in force, as it was seen last.
    changes_by_itself: Option<(SignInStage, ReachStage)>,
    /// Which tenant of a remote environment was in force last in this run, and which one it was set up with then.
    tenants: BTreeMap<String, (TenantRef, String)>,
    /// Of the server of this computer: what it was started with, and what was chosen since.
    local_tenants: Option<(String, Option<TenantRef>)>,
    pub(crate) warnings: Vec<String>,
    /// What the authority says about its key; permanent as long as it is so.
    pub(crate) authority_warning: Option<String>,
}

impl Frame {
    pub(crate) fn new(warnings: Vec<String>) -> Self {
        Self {
            server: ServerState::Starting,
            local: None,
            remote: None,
            visited: BTreeMap::new(),
            view: 1,
            changes_by_itself: None,
            tenants: BTreeMap::new(),
            local_tenants: None,
            warnings,
            authority_warning: None,
        }
    }

    pub(crate) fn view(&self) -> u64 {
        self.view
    }

    /// Another environment or tenant; `None`: the server of this computer. What was begun before cannot reach it.
    pub(crate) fn put_in_force(&mut self, remote: Option<Connection>) {
        if let Some(connection) = &remote {
            let EnvironmentConfig { id, tenant, tenant_name, .. } = &*connection.environment;
            if let Some(set_up) = &connection.set_up {
                let tenant = TenantRef { id: tenant.clone(), name: tenant_name.clone() };
                self.tenants.insert(id.clone(), (tenant, set_up.tenant.clone()));
            }
            self.visited.insert(connection.place.clone(), connection.clone());
        }
        self.remote = remote;
        self.view += 1;
    }

    /// What is in force, in other colours. What was begun before reaches it still.
    pub(crate) fn repaint(&mut self, remote: Connection) {
        self.visited.insert(remote.place.clone(), remote.clone());
        self.remote = Some(remote);
    }

    /// # Errors
    /// Something else was put in force since the call began.
    pub(crate) fn put_tenant_in_force(&mut self, call: CallContext, connection: Connection) -> Result<(), Problem> {
        if call.at() != Asked::View(self.view) {
            return Err(view_changed());
        }
        if connection.place.environment == LOCAL {
            if let Some((_, chosen)) = &mut self.local_tenants {
                let environment = &connection.environment;
                *chosen = Some(TenantRef { id: environment.tenant.clone(), name: environment.tenant_name.clone() });
            }
            self.local = Some(connection);
            self.view += 1;
        } else {
            self.put_in_force(Some(connection));
        }
        Ok(())
    }

    /// `local`, or the id of the remote environment.
    pub(crate) fn in_force_id(&self) -> String {
        self.remote.as_ref().map_or_else(|| LOCAL.to_owned(), |remote| remote.place.environment.clone())
    }

    /// The one of this environment that is in force, or any that was.
    pub(crate) fn latest_of(&self, environment: &str) -> Option<Connection> {
        let of = |connection: &&Connection| connection.place.environment == environment;
        self.remote.as_ref().filter(of).or_else(|| self.visited.values().find(of)).cloned()
    }

    /// The tenant that this window had in force last in a remote environment that is set up like this; what another window
    /// chose there is that window's.
    pub(crate) fn tenant_of(&self, environment: &str, set_up: &EnvironmentDefinition) -> Option<TenantRef> {
        let (tenant, of) = self.tenants.get(environment)?;
        // With another tenant in the form it is another environment of the same id.
        (*of == set_up.tenant).then(|| tenant.clone())
    }

    /// Everything that talks to a remote environment.
    pub(crate) fn remotes(&self) -> impl Iterator<Item = &Connection> {
        self.visited.values().chain(&self.remote)
    }

    /// Everything that talks to this environment.
    pub(crate) fn all_of(&self, environment: &str) -> impl Iterator<Item = &Connection> {
        self.visited.values().filter(move |connection| connection.place.environment == environment)
    }

    /// The server of this computer looks and is guarded like this from now on.
    pub(crate) fn paint_local(&mut self, colour: EnvironmentColour, guard: Guard) {
        if let Some(connection) = &mut self.local {
            let environment = Arc::make_mut(&mut connection.environment);
            (environment.colour, environment.guard) = (colour, guard);
        }
    }

    /// A server that was started again has the tenant in force that was before; one with other tenants is another view.
    fn with_chosen_tenant(&mut self, environment: EnvironmentConfig) -> EnvironmentConfig {
        match &self.local_tenants {
            Some((default, Some(chosen))) if *default == environment.tenant => {
                let TenantRef { id, name } = chosen.clone();
                return EnvironmentConfig { tenant: id, tenant_name: name, ..environment };
            }
            Some((default, _)) if *default == environment.tenant => {}
            known => {
                self.view += u64::from(known.is_some());
                self.local_tenants = Some((environment.tenant.clone(), None));
            }
        }
        environment
    }

    /// What is begun in an environment that is not there any more, or not as it was, comes to an end.
    pub(crate) fn forget(&mut self, environment: &str) {
        self.visited.retain(|place, _| place.environment != environment);
    }

    fn in_force(&self) -> Result<&Connection, Problem> {
        self.remote.as_ref().map_or_else(|| self.local(), Ok)
    }

    fn local(&self) -> Result<&Connection, Problem> {
        match (&self.local, &self.server) {
            (Some(connection), _) => Ok(connection),
            (None, ServerState::Failed { error }) => Err(Problem::server_not_running().detail(error.message.clone())),
            (None, ServerState::Starting | ServerState::Ready) => Err(Problem::server_not_running()),
        }
    }
}

impl Cockpit {
    /// Adds a permanent warning, once.
    pub fn warn(&self, sentence: impl Into<String>) {
        let sentence = sentence.into();
        let mut frame = lock(&self.frame);
        if !frame.warnings.contains(&sentence) {
            frame.warnings.push(sentence);
        }
    }

    /// What the frame shows; also the payload of the event `server-state`.
    pub fn state(&self) -> AppState {
        let frame = lock(&self.frame);
        let connection = frame.in_force().ok();
        AppState {
            version: self.version.clone(),
            data_dir: self.data_dir.display().to_string(),
            server: frame.server.clone(),
            view: frame.view,
            environment: connection.map(Connection::shown),
            settings: self.settings(),
            server_now: connection.and_then(|connection| connection.director.now()).map(Moment::rfc3339),
            warnings: frame
                .warnings
                .iter()
                .chain(&frame.authority_warning)
                .cloned()
                .chain(self.environments.notices())
                .collect(),
        }
    }

    /// What the authority says about its key, or that it has nothing to say any more.
    pub(crate) fn note_authority_warning(&self, warning: Option<String>) {
        lock(&self.frame).authority_warning = warning;
    }

    /// The policy may differ from what the server was started with.
    pub(crate) fn note_certificate_lifetime(&self, seconds: u64) {
        let mut frame = lock(&self.frame);
        if let Some(connection) = &mut frame.local {
            let lifetime = Some(Duration::from_secs(seconds));
            if connection.environment.certificate_lifetime != lifetime {
                Arc::make_mut(&mut connection.environment).certificate_lifetime = lifetime;
            }
        }
    }

    pub(crate) fn view(&self) -> u64 {
        lock(&self.frame).view
    }

    /// Whether something about the environment in force is another than when this was asked last, without anybody having
    /// changed it.
    pub(crate) fn has_changed_by_itself(&self) -> bool {
        let mut frame = lock(&self.frame);
        let channel = frame.remote.as_ref().map(|remote| &remote.channel);
        let now = channel.map(|channel| (channel.sign_in().shown().stage, channel.reach(None).stage));
        std::mem::replace(&mut frame.changes_by_itself, now) != now
    }

    /// What the call is about.
    ///
    /// # Errors
    /// Something else is in force by now, or it is the server of this computer and does not run.
    pub(crate) fn connection(&self, call: CallContext) -> Result<Connection, Problem> {
        let frame = lock(&self.frame);
        match call.at() {
            Asked::LocalServer => frame.local(),
            Asked::View(view) if view == frame.view => frame.in_force(),
            Asked::View(_) => Err(view_changed()),
        }
        .cloned()
    }

    /// Where something was begun.
    ///
    /// # Errors
    /// That environment was removed, or the server of this computer does not run.
    pub(crate) fn connection_at(&self, place: &Place) -> Result<Connection, Problem> {
        let mut frame = lock(&self.frame);
        if place.environment == LOCAL {
            return frame.local().cloned();
        }
        if let Some(known) = frame.visited.get(place) {
            return Ok(known.clone());
        }
        // Begun before it was set up anew, or in an earlier run.
        let connection = match frame.latest_of(&place.environment) {
            Some(sibling) => sibling.with_tenant(&place.tenant, &place.tenant),
            None => self.environments.connect_to(place),
        }?;
        frame.visited.insert(place.clone(), connection.clone());
        Ok(connection)
    }

    pub(crate) fn local_connection(&self) -> Result<Connection, Problem> {
        lock(&self.frame).local().cloned()
    }

    pub(crate) fn session(&self, call: CallContext) -> Result<Session, Problem> {
        Ok(self.connection(call)?.director.session(call))
    }

    /// The time of the servers in force; `None` until they have answered once.
    pub(crate) fn server_now(&self) -> Option<Moment> {
        lock(&self.frame).in_force().ok()?.director.now()
    }

    /// # Errors
    /// No server runs, or the environment does not show what is asked about.
    pub(crate) fn console(&self, call: CallContext, about: About) -> Result<(Connection, ConsoleSession), Problem> {
        let connection = self.connection(call)?;
        let Some(console) = &connection.console else { return Err(about.not_shown()) };
        let session = console.session(call, about);
        Ok((connection, session))
    }
}
