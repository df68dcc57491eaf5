//! One Connector: opened from its data directory, then served on its listeners. In two-phase pairing there are several.

use std::{
    net::IpAddr,
    sync::{Arc, Weak},
};

use arc_swap::ArcSwap;
use pairing::{Failure, Secret};
use tokio::{net::TcpListener, sync::Mutex};

use crate::{
    Config, RuntimeConfig, RuntimeEndpoints, StartError,
    ca::{Authorities, KeyFiles},
    clock::Clock,
    data_dir::DataDir,
    http::{EventGateway, Guard, Listener, Listening, Wires, bind},
    restore,
    service::{
        Addresses, Service, Settings, authority,
        events::Courier,
        kyma::{DeclaredOver, Kyma, KymaSettings, Role},
        latest_time::LatestTime,
        oauth::{OAuth, access_token::AccessTokens},
        policy::{self, Fixed, Policy},
        presentations::Presentations,
        user_token::UserTokens,
    },
    store::{self, Store, tenant::Tenant},
    tls::{Side, Tls},
};

/// The bound ports of one Connector.
#[derive(Debug)]
pub(crate) struct Ports {
    token: (TcpListener, u16),
    certificate: (TcpListener, u16),
    internal: Option<(TcpListener, u16)>,
}

impl Ports {
    pub(crate) async fn bind(config: &Config) -> Result<Self, StartError> {
        Ok(Self {
            token: bind(config.host, config.port, "--port").await?,
            certificate: bind(config.host, config.mtls_port, "--mtls-port").await?,
            internal: match config.internal_port {
                Some(port) => Some(bind(LOOPBACK, port, "--internal-port").await?),
                None => None,
            },
        })
    }

    pub(crate) async fn bind_runtime(host: IpAddr, runtime: &RuntimeConfig) -> Result<Self, StartError> {
        Ok(Self {
            token: bind(host, runtime.port.unwrap_or_default(), "--runtime").await?,
            certificate: bind(host, runtime.mtls_port.unwrap_or_default(), "--runtime").await?,
            internal: None,
        })
    }
}

const LOOPBACK: IpAddr = IpAddr::V4(std::net::Ipv4Addr::LOCALHOST);

/// What is open and not served yet.
#[derive(Debug)]
pub(crate) struct Connector {
    pub(crate) service: Arc<Service>,
    pub(crate) tls: Arc<Tls>,
    pub(crate) tenant: Tenant,
    pub(crate) data_dir: DataDir,
    admin_token: Secret,
    ports: Ports,
    host: IpAddr,
    public_host: String,
    internal_url: Option<String>,
}

impl Connector {
    /// Opens the data directory; `center` is given for a runtime.
    ///
    /// # Errors
    /// A [`StartError`]; nothing is left open.
    pub(crate) async fn open(
        config: &Config,
        ports: Ports,
        role: Role,
        runtime: String,
        center: Option<Weak<Service>>,
    ) -> Result<Self, StartError> {
        let clock = Clock::system();
        let users = config.administrator_issuer.as_ref().map(|issuer| UserTokens::new(issuer, clock.clone()));
        let users = users.transpose()?;
        let internal_url = ports.internal.as_ref().map(|(_, port)| format!("http://127.0.0.1:{port}"));
        let addresses = addresses(&config.public_host, ports.token.1, ports.certificate.1);
        let data_dir = DataDir::open(&config.data_dir)?;
        restore::finish(data_dir.path())?;
        let admin_token = data_dir.admin_token()?;
        let own = [addresses.director.as_str(), &addresses.certificate_secured_director];
        let tokens = AccessTokens::open_or_create(data_dir.path(), &addresses.issuer, &own, clock.now())?;
        let keys = KeyFiles::open(data_dir.path(), config.ca_key_protection.as_ref())?;
        let store = Store::open(data_dir.path(), config.revocation_journal.as_deref()).await?;
        let shown = center.as_ref().and_then(Weak::upgrade).map(|center| Arc::clone(&center.authorities));
        let prepared = Prepared::new(&store, keys, config, &clock, shown).await;
        let Prepared { authorities, presentations, declared_over, tls, latest_time, policy, fixed } = match prepared {
            Ok(prepared) => prepared,
            Err(error) => {
                store.close().await;
                return Err(error);
            }
        };
        let journal = config.revocation_journal.clone().unwrap_or_else(|| data_dir.path().join(store::JOURNAL));
        let settings = Settings {
            token_ttl: config.token_ttl,
            fidelity: config.fidelity,
            fixed,
            journal,
            director: config.director,
            addresses,
        };
        let kyma = KymaSettings {
            role,
            runtime,
            central_mode: config.central,
            create_unknown_applications: config.create_unknown_applications,
            default_labels: config.default_labels.clone(),
            event_subscriber: config.event_subscriber.clone(),
            internal_url: internal_url.clone(),
        };
        let kyma = Kyma::new(kyma, center, declared_over);
        let oauth = OAuth::load(&store, tokens, config.failure_limit).await.map_err(StartError::Other)?;
        let policy = ArcSwap::from_pointee(policy);
        let changing = Mutex::default();
        let courier = Courier::new(clock.now());
        let service = Service {
            store,
            authorities,
            presentations,
            latest_time,
            policy,
            changing,
            oauth,
            kyma,
            users,
            courier,
            clock,
            settings,
        };
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
        let (host, public_host) = (config.host, config.public_host.clone());
        Ok(Self { service, tls, tenant, data_dir, admin_token, ports, host, public_host, internal_url })
    }

    /// What can move this Connector's events to another port.
    pub(crate) fn event_gateway(
        &self,
        wires: Option<Wires>,
        stop: &tokio_util::sync::CancellationToken,
    ) -> EventGateway {
        let (tls, host) = (Arc::clone(&self.tls), self.host);
        EventGateway::new(Arc::clone(&self.service), tls, wires, host, self.public_host.clone(), stop.clone())
    }

    pub(crate) fn wires(&self, listening: Vec<Listening>, gateways: Vec<EventGateway>) -> Wires {
        Wires::new(Arc::clone(&self.service), &self.admin_token, Arc::clone(&self.tls), listening, gateways)
    }

    pub(crate) fn internal_url(&self) -> Option<&str> {
        self.internal_url.as_deref()
    }

    /// The listeners as the administrator sees them.
    pub(crate) fn listening(&self) -> Vec<Listening> {
        let Ports { token, certificate, internal } = &self.ports;
        let addresses = &self.service.settings.addresses;
        let mut listening = vec![
            Listening::new("token", self.host, token.1, &addresses.issuer, Some(Side::ServerOnly)),
            Listening::new("certificate", self.host, certificate.1, &addresses.secured, Some(Side::Mutual)),
        ];
        if let (Some((_, port)), Some(url)) = (internal, &self.internal_url) {
            listening.push(Listening::new("internal", LOOPBACK, *port, url, None));
        }
        listening
    }

    /// The endpoints of a runtime.
    pub(crate) fn runtime_endpoints(&self) -> RuntimeEndpoints {
        let addresses = &self.service.settings.addresses;
        RuntimeEndpoints {
            name: self.service.kyma.settings.runtime.clone(),
            connector_url: addresses.connector.clone(),
            info_url: addresses.legacy_info.clone(),
            gateway_url: addresses.secured.clone(),
            console_url: addresses.console.clone(),
            ca_file: self.data_dir.ca_file(),
            admin_token_file: self.data_dir.admin_token_file(),
        }
    }

    /// The listeners, ready to serve; the data directory stays locked while it is kept.
    pub(crate) fn into_listeners(self, wires: &Wires) -> (Vec<Listener>, DataDir) {
        let Self { tls, data_dir, ports: Ports { token, certificate, internal }, host, public_host, .. } = self;
        let guard = |address: IpAddr, port| Arc::new(Guard::new(&public_host, address, port));
        let mut places = wires.listening.iter().map(|listening| listening.places.clone());
        let mut places = || places.next().unwrap_or_default();
        let mut listeners = vec![
            Listener {
                tcp: token.0,
                tls: Some((Arc::clone(&tls), Side::ServerOnly)),
                places: places(),
                guard: guard(host, token.1),
                router: wires.clone().token_router(),
            },
            Listener {
                tcp: certificate.0,
                tls: Some((tls, Side::Mutual)),
                places: places(),
                guard: guard(host, certificate.1),
                router: wires.clone().certificate_router(),
            },
        ];
        if let Some((tcp, port)) = internal {
            let (guard, places, router) = (guard(LOOPBACK, port), places(), wires.clone().internal_router());
            listeners.push(Listener { tcp, tls: None, places, guard, router });
        }
        (listeners, data_dir)
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

/// What is opened between the store and the service.
struct Prepared {
    authorities: Arc<Authorities>,
    presentations: Arc<Presentations>,
    declared_over: Arc<DeclaredOver>,
    tls: Arc<Tls>,
    latest_time: LatestTime,
    policy: Policy,
    fixed: Fixed,
}

impl Prepared {
    async fn new(
        store: &Store,
        keys: KeyFiles,
        config: &Config,
        clock: &Clock,
        shown: Option<Arc<Authorities>>,
    ) -> Result<Self, StartError> {
        let fixed = Fixed::of(config);
        let policy = policy::load(store, &fixed).await?;
        let latest_time = LatestTime::load(store, config.trust_clock, clock.now()).await?;
        let rows = {
            let mut connection = store.read().await.map_err(StartError::Other)?;
            store::authority::all(&mut connection).await.map_err(StartError::Other)?
        };
        let (kind, now) = (config.ca_key, clock.now());
        // Unlocking takes the time that a passphrase is worth.
        let opened = tokio::task::spawn_blocking(move || Authorities::open(keys, &rows, kind, now, shown)).await;
        let (authorities, first) = opened.map_err(|cause| StartError::Other(Failure::internal(cause)))??;
        let authorities = Arc::new(authorities);
        authority::record(store, &authorities, first).await.map_err(StartError::Other)?;
        let presentations = Arc::new(Presentations::default());
        let declared_over = Arc::new(DeclaredOver::load(store).await.map_err(StartError::Other)?);
        let (names, over) = (server_names(config), Arc::clone(&declared_over));
        let tls = Tls::new(Arc::clone(&authorities), Arc::clone(&presentations), over, names, clock.clone());
        let tls = Arc::new(tls.map_err(StartError::Other)?);
        Ok(Self { authorities, presentations, declared_over, tls, latest_time, policy, fixed })
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
