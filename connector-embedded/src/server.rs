//! Starting and stopping: the one place that knows the order of things.

use std::{net::IpAddr, path::PathBuf, sync::Arc};

use pairing::Failure;
use rustls::{
    RootCertStore, ServerConfig,
    crypto::{CryptoProvider, aws_lc_rs},
    server::{ServerSessionMemoryCache, WebPkiClientVerifier},
};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::{
    Config, Endpoints, StartError,
    ca::Authority,
    clock::Clock,
    data_dir::DataDir,
    http::{Guard, Listener, Wires, bind},
    service::{
        Addresses, Service, Settings,
        oauth::{OAuth, access_token::AccessTokens},
    },
    store::Store,
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
        let addresses = addresses(&config.public_host, port, mtls_port);
        let data_dir = DataDir::open(&config.data_dir)?;
        let admin_token = data_dir.admin_token()?;
        let authority = Authority::open_or_create(data_dir.path(), config.ca_key, clock.now())?;
        let own = [addresses.director.as_str(), &addresses.certificate_secured_director];
        let tokens = AccessTokens::open_or_create(data_dir.path(), &addresses.issuer, &own, clock.now())?;
        let tls = Tls::new(&authority, &config, &clock).map_err(StartError::Other)?;
        let store = Store::open(data_dir.path()).await?;
        let settings = Settings {
            token_ttl: config.token_ttl,
            certificate_ttl: config.certificate_ttl,
            fidelity: config.fidelity,
            subject: config.subject.clone(),
            addresses,
        };
        let oauth = OAuth::load(&store, tokens, config.failure_limit).await.map_err(StartError::Other)?;
        let service = Arc::new(Service { store, authority, oauth, clock, settings });
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

        let wires = Wires::new(Arc::clone(&service), &admin_token);
        let guard = |address: IpAddr, port| Arc::new(Guard::new(&config.public_host, address, port));
        let internal_url = internal.as_ref().map(|(_, port)| format!("http://127.0.0.1:{port}"));
        let mut listeners = vec![
            Listener {
                tcp: token_tcp,
                tls: Some(tls.server_only),
                guard: guard(config.host, port),
                router: wires.clone().token_router(),
            },
            Listener {
                tcp: mtls_tcp,
                tls: Some(tls.mutual),
                guard: guard(config.host, mtls_port),
                router: wires.clone().certificate_router(),
            },
        ];
        if let Some((tcp, port)) = internal {
            let guard = guard(IpAddr::from([127, 0, 0, 1]), port);
            listeners.push(Listener { tcp, tls: None, guard, router: wires.internal_router() });
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

/// The two TLS configurations, with one server certificate made for this start.
struct Tls {
    server_only: Arc<ServerConfig>,
    mutual: Arc<ServerConfig>,
}

impl Tls {
    fn new(authority: &Authority, config: &Config, clock: &Clock) -> Result<Self, Failure> {
        let provider = Arc::new(aws_lc_rs::default_provider());
        let mut names = vec!["localhost".to_owned(), "127.0.0.1".into(), "::1".into(), config.public_host.clone()];
        if !config.host.is_unspecified() {
            names.push(config.host.to_string());
        }
        names.sort();
        names.dedup();
        let (chain, key) = authority.issue_server(&names, clock.now())?;
        let mut roots = RootCertStore::empty();
        roots.add(authority.certificate_der().clone()).map_err(Failure::internal)?;
        let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), Arc::clone(&provider))
            .build()
            .map_err(Failure::internal)?;
        let builder = |provider: &Arc<CryptoProvider>| {
            ServerConfig::builder_with_provider(Arc::clone(provider))
                .with_protocol_versions(&[&rustls::version::TLS13, &rustls::version::TLS12])
                .map_err(Failure::internal)
        };
        let server_only = builder(&provider)?.with_no_client_auth();
        let server_only = server_only.with_single_cert(chain.clone(), key.clone_key()).map_err(Failure::internal)?;
        let mutual = builder(&provider)?.with_client_cert_verifier(verifier);
        let mutual = mutual.with_single_cert(chain, key).map_err(Failure::internal)?;
        Ok(Self { server_only: finish(server_only), mutual: finish(mutual) })
    }
}

fn finish(mut config: ServerConfig) -> Arc<ServerConfig> {
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    config.session_storage = ServerSessionMemoryCache::new(1024);
    Arc::new(config)
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
