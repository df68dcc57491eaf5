//! An environment with one of its tenants, connected.

use std::sync::Arc;

use crate::{
    EnvironmentConfig, Problem, calls::EnvironmentDefinition, channel::Channel, console::Console, director::Director,
    sign_in::SignIn,
};

/// Where something was begun: what belongs to it is asked for there, whatever is in force by then.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Place {
    /// `local`, or the id of a remote environment.
    pub(crate) environment: String,
    /// External id; empty: none.
    pub(crate) tenant: String,
}

/// An environment with one of its tenants: its Director and, where it has one, its console.
#[derive(Clone, Debug)]
pub(crate) struct Connection {
    pub(crate) place: Place,
    pub(crate) environment: Arc<EnvironmentConfig>,
    pub(crate) director: Arc<Director>,
    pub(crate) console: Option<Arc<Console>>,
    /// Shared by everything that asks this environment's servers.
    pub(crate) channel: Arc<Channel>,
    /// What it was made of; `None`: the server of this computer.
    pub(crate) set_up: Option<Arc<EnvironmentDefinition>>,
}

impl Connection {
    /// # Errors
    /// The address, the CA or the token of the environment cannot be used.
    pub(crate) fn to(environment: EnvironmentConfig, sign_in: Arc<SignIn>) -> Result<Self, Problem> {
        let channel = Arc::new(Channel::to(&environment, sign_in)?);
        Self::through(environment, channel)
    }

    /// The same environment with another tenant.
    ///
    /// # Errors
    /// The id of the tenant is none that a header can carry.
    pub(crate) fn with_tenant(&self, id: &str, name: &str) -> Result<Self, Problem> {
        let environment =
            EnvironmentConfig { tenant: id.into(), tenant_name: name.into(), ..(*self.environment).clone() };
        let channel = Arc::new(self.channel.with_tenant(id)?);
        Ok(Self { set_up: self.set_up.clone(), ..Self::through(environment, channel)? })
    }

    fn through(environment: EnvironmentConfig, channel: Arc<Channel>) -> Result<Self, Problem> {
        let director = Director::new(&environment, Arc::clone(&channel))?;
        let console = Console::of(&environment, &channel)?;
        let place = Place { environment: environment.id.clone(), tenant: environment.tenant.clone() };
        Ok(Self {
            place,
            director: Arc::new(director),
            console: console.map(Arc::new),
            environment: Arc::new(environment),
            channel,
            set_up: None,
        })
    }
}
