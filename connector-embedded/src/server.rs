//! Starting and stopping: the one place that knows the order of things.

use std::{path::PathBuf, sync::Arc};

use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::{
    Config, Endpoints, RuntimeConfig, Seed, StartError,
    connector::{Connector, Ports},
    data_dir::DataDir,
    http::Listener,
    service::{Service, kyma::Role},
};

/// The embedded server. See [`Server::start`].
#[derive(Debug)]
pub struct Server;

/// A started server. Call [`Running::stop`] to end it; it also ends with the runtime it was started on.
#[derive(Debug)]
pub struct Running {
    endpoints: Endpoints,
    stop: CancellationToken,
    tasks: Vec<JoinHandle<()>>,
    upkeep: Vec<JoinHandle<()>>,
    /// The center, then its runtimes.
    services: Vec<Arc<Service>>,
    /// Removed on stop.
    ephemeral: Option<PathBuf>,
    // Unlocks the directories when everything else is done.
    _data_dirs: Vec<DataDir>,
}

impl Server {
    /// Opens the data directory, binds all listeners and starts to answer.
    ///
    /// # Errors
    /// A [`StartError`] that says what to do; nothing is left running.
    pub async fn start(config: Config) -> Result<Running, StartError> {
        config.check()?;
        // Ports first: when one is taken, nothing has been touched yet.
        let ports = Ports::bind(&config).await?;
        let mut runtime_ports = Vec::new();
        for runtime in config.all_runtimes() {
            runtime_ports.push((Ports::bind_runtime(config.host, &runtime).await?, runtime.name));
        }
        let role = if config.two_phase { Role::Central } else { Role::Single };
        let name = RuntimeConfig::DEFAULT_NAME.to_owned();
        let center = Connector::open(&config, ports, role, name, None).await?;
        let mut runtimes = Vec::new();
        for (ports, name) in runtime_ports {
            let config = of_runtime(&config, &center.data_dir, &name);
            match Connector::open(&config, ports, Role::Runtime, name, Some(Arc::downgrade(&center.service))).await {
                Ok(runtime) => runtimes.push(runtime),
                Err(error) => {
                    for opened in runtimes.iter().chain([&center]) {
                        opened.service.store.close().await;
                    }
                    return Err(error);
                }
            }
        }
        Ok(serve(&config, center, runtimes))
    }
}

/// The configuration of a runtime's Connector: that of the center, with a folder of its own.
fn of_runtime(config: &Config, center: &DataDir, name: &str) -> Config {
    Config {
        data_dir: center.path().join("runtimes").join(name),
        internal_port: None,
        seed: Seed::Nothing,
        revocation_journal: None,
        two_phase: false,
        runtimes: Vec::new(),
        // Runtimes pair with the center.
        central: config.central,
        create_unknown_applications: false,
        event_subscriber: None,
        ..config.clone()
    }
}

fn serve(config: &Config, center: Connector, runtimes: Vec<Connector>) -> Running {
    let stop = CancellationToken::new();
    let endpoints = endpoints(&center, &runtimes);
    let mut services = vec![Arc::clone(&center.service)];
    services.extend(runtimes.iter().map(|runtime| Arc::clone(&runtime.service)));
    center.service.kyma.has_runtimes(services[1..].to_vec());

    let mut data_dirs = Vec::new();
    let mut listeners: Vec<Listener> = Vec::new();
    let mut gateways = Vec::new();
    for runtime in runtimes {
        let wires = runtime.wires(runtime.listening(), Vec::new());
        gateways.push(runtime.event_gateway(Some(wires.clone()), &stop));
        let (own, data_dir) = runtime.into_listeners(&wires);
        listeners.extend(own);
        data_dirs.push(data_dir);
    }
    if gateways.is_empty() {
        gateways.push(center.event_gateway(None, &stop));
    }
    let wires = center.wires(center.listening(), gateways);
    let (own, data_dir) = center.into_listeners(&wires);
    listeners.extend(own);
    data_dirs.insert(0, data_dir);

    let ephemeral = config.ephemeral.then(|| data_dirs[0].path().to_owned());
    let tasks = listeners.into_iter().map(|listener| tokio::spawn(listener.serve(stop.clone()))).collect();
    let upkeep = services.iter().map(|service| tokio::spawn(Arc::clone(service).upkeep(stop.clone()))).collect();
    Running { endpoints, stop, tasks, upkeep, services, ephemeral, _data_dirs: data_dirs }
}

impl Running {
    pub fn endpoints(&self) -> &Endpoints {
        &self.endpoints
    }

    /// What the administrator should be told for as long as the server runs.
    pub fn warning(&self) -> Option<String> {
        self.services.first().and_then(|center| center.warning())
    }

    #[cfg(test)]
    pub(crate) fn center(&self) -> Arc<Service> {
        Arc::clone(&self.services[0])
    }

    /// Stops accepting, lets running requests finish for up to three seconds, closes the stores.
    pub async fn stop(self) {
        self.stop.cancel();
        for task in self.tasks.into_iter().chain(self.upkeep) {
            let _ = task.await;
        }
        // Runtimes first: what they ask of the center is answered until they are closed.
        for service in self.services.iter().rev() {
            service.store.close().await;
        }
        if let Some(path) = &self.ephemeral
            && let Err(error) = std::fs::remove_dir_all(path)
        {
            tracing::warn!(path = %path.display(), %error, "the data folder of this ephemeral server could not be removed");
        }
    }
}

fn endpoints(center: &Connector, runtimes: &[Connector]) -> Endpoints {
    let addresses = &center.service.settings.addresses;
    Endpoints {
        ready: true,
        pid: std::process::id(),
        version: env!("CARGO_PKG_VERSION"),
        tenant: center.tenant.external_id.clone(),
        director_url: addresses.director.clone(),
        connector_url: addresses.connector.clone(),
        certificate_secured_director_url: addresses.certificate_secured_director.clone(),
        certificate_secured_connector_url: addresses.certificate_secured_connector.clone(),
        oauth_token_url: addresses.oauth_token.clone(),
        oauth_admin_url: addresses.oauth_admin.clone(),
        console_url: addresses.console.clone(),
        internal_url: center.internal_url().map(str::to_owned),
        runtimes: runtimes.iter().map(Connector::runtime_endpoints).collect(),
        ca_file: center.data_dir.ca_file(),
        admin_token_file: center.data_dir.admin_token_file(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_start_may_move_between_threads() {
        fn is_send<T: Send>(_: &T) {}
        is_send(&Server::start(Config::default()));
    }
}
