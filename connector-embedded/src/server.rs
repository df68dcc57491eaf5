//! Starting and stopping: the one place that knows the order of things.

use std::{net::IpAddr, path::PathBuf, sync::Arc};

use arc_swap::ArcSwap;
use pairing::Failure;
use tokio::{sync::Mutex, task::JoinHandle};
use tokio_util::sync::CancellationToken;

use crate::{
    Config, Endpoints, StartError,
    ca::{Authorities, KeyFiles},
    clock::Clock,
    data_dir::DataDir,
    http::{Guard, Listener, Listening, Wires, bind},
    restore,
    service::{
        Addresses, Service, Settings, authority,
        latest_time::LatestTime,
        oauth::{OAuth, access_token::AccessTokens},
        policy::{self, Fixed, Policy},
        presentations::Presentations,
    },
    store::{self, Store},
    tls::{Side, Tls},
};

/// The embedded server. See [`Server::start`].
#[derive(Debug)]
pub struct Server;

/// A started server. Call [`Running::stop`] to end it; it also ends with the runtime it was started on.
#[derive(Debug)]
pub struct Running {
    endpoints: Endpoints,
    stop: CancellationToken,
    listeners: Vec<JoinHandle<()>>,
    upkeep: JoinHandle<()>,
    service: Arc<Service>,
    /// Removed on stop.
    ephemeral: Option<PathBuf>,
    // Unlocks the directory when everything else is done.
    _data_dir: DataDir,
}

impl Server {
    /// Opens the data directory, binds all listeners and starts to answer.
    ///
    /// # Errors
    /// A [`StartError`] that says what to do; nothing is left running.
    pub async fn start(config: Config) -> Result<Running, StartError> {
        config.check()?;
        let clock = Clock::system();
        // Ports first: when one is taken, nothing has been touched yet.
        let (token_tcp, port) = bind(config.host, config.port, "--port").await?;
        let (mtls_tcp, mtls_port) = bind(config.host, config.mtls_port, "--mtls-port").await?;
        let internal = match config.internal_port {
            Some(port) => Some(bind(IpAddr::from([127, 0, 0, 1]), port, "--internal-port").await?),
            None => None,
        };
        let internal_url = internal.as_ref().map(|(_, port)| format!("http://127.0.0.1:{port}"));
        let addresses = addresses(&config.public_host, port, mtls_port);
        let data_dir = DataDir::open(&config.data_dir)?;
        restore::finish(data_dir.path())?;
        let admin_token = data_dir.admin_token()?;
        let own = [addresses.director.as_str(), &addresses.certificate_secured_director];
        let tokens = AccessTokens::open_or_create(data_dir.path(), &addresses.issuer, &own, clock.now())?;
        let keys = KeyFiles::open(data_dir.path(), config.ca_key_protection.as_ref())?;
        let store = Store::open(data_dir.path(), config.revocation_journal.as_deref()).await?;
        let prepared = Prepared::new(&store, keys, &config, &clock).await;
        let Prepared { authorities, presentations, tls, latest_time, policy, fixed } = match prepared {
            Ok(prepared) => prepared,
            Err(error) => {
                store.close().await;
                return Err(error);
            }
        };
        let journal = config.revocation_journal.clone().unwrap_or_else(|| data_dir.path().join(store::JOURNAL));
        let settings = Settings { token_ttl: config.token_ttl, fidelity: config.fidelity, fixed, journal, addresses };
        let oauth = OAuth::load(&store, tokens, config.failure_limit).await.map_err(StartError::Other)?;
        let policy = ArcSwap::from_pointee(policy);
        let changing = Mutex::default();
        let service =
            Service { store, authorities, presentations, latest_time, policy, changing, oauth, clock, settings };
        let service = Arc::new(service);
        let prepared = async {
            service.load_retired_keys().await.map_err(StartError::Other)?;
            service.prepare(&config.seed).await
        };
        let tenant = match prepared.await {
            Ok(tenant) => tenant,
            Err(error) => {
                service.store.close().await;
                return Err(error);
            }
        };

        let mut listening = vec![
            Listening::new("token", config.host, port, &service.settings.addresses.issuer, Some(Side::ServerOnly)),
            Listening::new(
                "certificate",
                config.host,
                mtls_port,
                &service.settings.addresses.secured,
                Some(Side::Mutual),
            ),
        ];
        if let (Some((_, port)), Some(url)) = (&internal, &internal_url) {
            listening.push(Listening::new("internal", IpAddr::from([127, 0, 0, 1]), *port, url, None));
        }
        let wires = Wires::new(Arc::clone(&service), &admin_token, Arc::clone(&tls), listening.clone());
        let guard = |address: IpAddr, port| Arc::new(Guard::new(&config.public_host, address, port));
        let mut places = listening.iter().map(|listening| listening.places.clone());
        let mut places = || places.next().unwrap_or_default();
        let mut listeners = vec![
            Listener {
                tcp: token_tcp,
                tls: Some((Arc::clone(&tls), Side::ServerOnly)),
                places: places(),
                guard: guard(config.host, port),
                router: wires.clone().token_router(),
            },
            Listener {
                tcp: mtls_tcp,
                tls: Some((tls, Side::Mutual)),
                places: places(),
                guard: guard(config.host, mtls_port),
                router: wires.clone().certificate_router(),
            },
        ];
        if let Some((tcp, port)) = internal {
            let guard = guard(IpAddr::from([127, 0, 0, 1]), port);
            let places = places();
            listeners.push(Listener { tcp, tls: None, places, guard, router: wires.internal_router() });
        }
        let stop = CancellationToken::new();
        let listeners = listeners.into_iter().map(|listener| tokio::spawn(listener.serve(stop.clone()))).collect();
        let upkeep = tokio::spawn(Arc::clone(&service).upkeep(stop.clone()));
        let endpoints = endpoints(&service, &data_dir, tenant.external_id, internal_url);
        let ephemeral = config.ephemeral.then(|| data_dir.path().to_owned());
        Ok(Running { endpoints, stop, listeners, upkeep, service, ephemeral, _data_dir: data_dir })
    }
}

impl Running {
    pub fn endpoints(&self) -> &Endpoints {
        &self.endpoints
    }

    /// What the administrator should be told for as long as the server runs.
    pub fn warning(&self) -> Option<String> {
        self.service.warning()
    }

    /// Stops accepting, lets running requests finish for up to three seconds, closes the store.
    pub async fn stop(self) {
        self.stop.cancel();
        for listener in self.listeners {
            let _ = listener.await;
        }
        let _ = self.upkeep.await;
        self.service.store.close().await;
        if let Some(path) = &self.ephemeral
            && let Err(error) = std::fs::remove_dir_all(path)
        {
            tracing::warn!(path = %path.display(), %error, "the data folder of this ephemeral server could not be removed");
        }
    }
}

fn addresses(host: &str, port: u16, mtls_port: u16) -> Addresses {
    let token = format!("https://{host}:{port}");
    let certificate = format!("https://{host}:{mtls_port}");
    Addresses {
        director: format!("{token}/director/graphql"),
        connector: format!("{token}/connector/graphql"),
        certificate_secured_director: format!("{certificate}/director/graphql"),
        certificate_secured_connector: format!("{certificate}/connector/graphql"),
        oauth_token: format!("{token}/oauth2/token"),
        oauth_admin: format!("{token}/admin/clients"),
        console: format!("{token}/console/v1"),
        legacy_info: format!("{token}/v1/applications/signingRequests/info"),
        issuer: token,
        secured: certificate,
    }
}

fn endpoints(service: &Service, data_dir: &DataDir, tenant: String, internal_url: Option<String>) -> Endpoints {
    let addresses = &service.settings.addresses;
    Endpoints {
        ready: true,
        pid: std::process::id(),
        version: env!("CARGO_PKG_VERSION"),
        tenant,
        director_url: addresses.director.clone(),
        connector_url: addresses.connector.clone(),
        certificate_secured_director_url: addresses.certificate_secured_director.clone(),
        certificate_secured_connector_url: addresses.certificate_secured_connector.clone(),
        oauth_token_url: addresses.oauth_token.clone(),
        oauth_admin_url: addresses.oauth_admin.clone(),
        console_url: addresses.console.clone(),
        internal_url,
        ca_file: data_dir.ca_file(),
        admin_token_file: data_dir.admin_token_file(),
    }
}

/// What is opened between the store and the service.
struct Prepared {
    authorities: Arc<Authorities>,
    presentations: Arc<Presentations>,
    tls: Arc<Tls>,
    latest_time: LatestTime,
    policy: Policy,
    fixed: Fixed,
}

impl Prepared {
    async fn new(store: &Store, keys: KeyFiles, config: &Config, clock: &Clock) -> Result<Self, StartError> {
        let fixed = Fixed::of(config);
        let policy = policy::load(store, &fixed).await?;
        let latest_time = LatestTime::load(store, config.trust_clock, clock.now()).await?;
        let rows = {
            let mut connection = store.read().await.map_err(StartError::Other)?;
            store::authority::all(&mut connection).await.map_err(StartError::Other)?
        };
        let (kind, now) = (config.ca_key, clock.now());
        // Unlocking takes the time that a passphrase is worth.
        let opened = tokio::task::spawn_blocking(move || Authorities::open(keys, &rows, kind, now)).await;
        let (authorities, first) = opened.map_err(|cause| StartError::Other(Failure::internal(cause)))??;
        let authorities = Arc::new(authorities);
        authority::record(store, &authorities, first).await.map_err(StartError::Other)?;
        let presentations = Arc::new(Presentations::default());
        let names = server_names(config);
        let tls = Tls::new(Arc::clone(&authorities), Arc::clone(&presentations), names, clock.clone());
        let tls = Arc::new(tls.map_err(StartError::Other)?);
        Ok(Self { authorities, presentations, tls, latest_time, policy, fixed })
    }
}

/// What the server's certificate is for.
fn server_names(config: &Config) -> Vec<String> {
    let mut names = vec!["localhost".to_owned(), "127.0.0.1".into(), "::1".into(), config.public_host.clone()];
    if !config.host.is_unspecified() {
        names.push(config.host.to_string());
    }
    names.sort();
    names.dedup();
    names
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
