//! The page in a plain browser: the real embedded server and the real use cases behind a loopback web server, with a
//! clipboard in memory. For development and for tests in Chromium; never shipped.
//!
//! `POST /call/{name}` is the call table, with the envelope `{input, view, confirm}` as its body. `GET /test/clipboard` tells
//! what was copied, `GET /test/browsed` which addresses the browser was opened with, `POST /test/open` chooses the files of
//! the next Open dialog; the rest is `ui/dist`.
//! The first line on stdout is `{"url":…,"directorUrl":…}`.

use std::{
    io::Write as _,
    path::{Component, Path, PathBuf},
    sync::{Arc, Mutex, OnceLock, PoisonError, Weak},
    time::Duration,
};

use axum::{
    Json, Router,
    body::Body,
    extract::{Path as UrlPath, Request, State},
    http::{HeaderMap, StatusCode, Uri, header},
    middleware::{self, Next},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use clap::Parser;
use cockpit::{
    ClipboardUnavailable, Cockpit, CockpitSetup, Desktop, EnvironmentConfig, Problem, Reply, SecretWritten, Theme,
    calls::{Envelope, SimulationSettings},
};
use connector_embedded::{Config, Running, RuntimeConfig, Seed, Server, StartError};
use pairing::{ErrorCode, Secret};
use serde_json::{Value, json};
use tokio::{net::TcpListener, runtime::Handle, task::JoinSet};

type Failed = Box<dyn std::error::Error + Send + Sync>;

/// Serves the page and the call table to a plain browser.
#[derive(Debug, Parser)]
struct Options {
    /// Port on 127.0.0.1; 0 takes any free one
    #[arg(long, default_value_t = 0)]
    port: u16,
    /// Where the embedded server keeps its data [default: a temporary folder]
    #[arg(long)]
    data_dir: Option<PathBuf>,
    /// The folder that stands for the answer to every Save dialog; without it, every dialog is cancelled
    #[arg(long)]
    save_dir: Option<PathBuf>,
    /// The folder of the settings, environments and sign-ins [default: a temporary one]
    #[arg(long)]
    settings_dir: Option<PathBuf>,
    /// Register this many more applications
    #[arg(long, default_value_t = 0)]
    applications: u32,
    /// Begin with a server that failed to start; `restart_server` then starts it
    #[arg(long)]
    failed: bool,
    /// The built page
    #[arg(long, default_value = concat!(env!("CARGO_MANIFEST_DIR"), "/../ui/dist"))]
    page: PathBuf,
}

/// A desktop without a desktop.
#[derive(Debug)]
struct TestDesktop {
    clipboard: Arc<Mutex<String>>,
    save_dir: Option<PathBuf>,
    /// What stands for the answer to the next Open dialog; without it, that is cancelled.
    to_open: Arc<Mutex<Vec<PathBuf>>>,
    /// The addresses that the browser was opened with.
    browsed: Arc<Mutex<Vec<String>>>,
    server: OnceLock<Weak<EmbeddedServer>>,
}

#[derive(Debug)]
struct EmbeddedServer {
    cockpit: Arc<Cockpit>,
    running: tokio::sync::Mutex<Option<Running>>,
}

/// What the web server shares between requests.
#[derive(Clone)]
struct Host {
    cockpit: Arc<Cockpit>,
    clipboard: Arc<Mutex<String>>,
    to_open: Arc<Mutex<Vec<PathBuf>>>,
    browsed: Arc<Mutex<Vec<String>>>,
    page: Arc<PathBuf>,
    /// `127.0.0.1:port` and `localhost:port`, against DNS rebinding.
    names: Arc<[String; 2]>,
}

#[tokio::main]
async fn main() -> Result<(), Failed> {
    let options = Options::parse();
    tracing_subscriber::fmt()
        .with_writer(std::io::stderr)
        .with_max_level(tracing_subscriber::filter::LevelFilter::WARN)
        .init();
    let temporary = tempfile::tempdir()?;
    let data_dir = options.data_dir.clone().unwrap_or_else(|| temporary.path().join("data"));
    let clipboard = Arc::new(Mutex::new(String::new()));
    let (to_open, browsed) = (Arc::default(), Arc::default());
    let desktop = Arc::new(TestDesktop {
        clipboard: Arc::clone(&clipboard),
        save_dir: options.save_dir.clone(),
        to_open: Arc::clone(&to_open),
        browsed: Arc::clone(&browsed),
        server: OnceLock::new(),
    });
    let cockpit = Arc::new(Cockpit::new(CockpitSetup {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        data_dir,
        settings_dir: options.settings_dir.clone().unwrap_or_else(|| temporary.path().join("settings")),
        desktop: Arc::clone(&desktop) as Arc<dyn Desktop>,
    }));
    let server = Arc::new(EmbeddedServer { cockpit: Arc::clone(&cockpit), running: tokio::sync::Mutex::default() });
    desktop.server.get_or_init(|| Arc::downgrade(&server));
    let watching = Arc::clone(&cockpit);
    tokio::spawn(async move { watching.watch().await });
    if options.failed {
        cockpit.server_failed(
            Problem::new(ErrorCode::PortTaken, "Port 8443 is used by java (process 4711).")
                .hint("Stop that program, then start the local server again."),
        );
    } else {
        server.start().await;
        register(&cockpit, options.applications).await?;
    }

    let listener = TcpListener::bind(("127.0.0.1", options.port)).await?;
    let port = listener.local_addr()?.port();
    let names = Arc::new([format!("127.0.0.1:{port}"), format!("localhost:{port}")]);
    let host = Host { cockpit, clipboard, to_open, browsed, page: Arc::new(options.page), names };
    let ready = json!({
        "url": format!("http://127.0.0.1:{port}/"),
        "directorUrl": host.cockpit.state().environment.map(|environment| environment.director_url),
    });
    writeln!(std::io::stdout(), "{ready}")?;
    let served = axum::serve(listener, routes(host)).with_graceful_shutdown(async {
        // Without signals it runs until it is killed, which is how tests end it anyway.
        let _ = tokio::signal::ctrl_c().await;
    });
    served.await?;
    if let Some(running) = server.running.lock().await.take() {
        running.stop().await;
    }
    Ok(())
}

fn routes(host: Host) -> Router {
    Router::new()
        .route("/call/{name}", post(call))
        .route("/test/clipboard", get(copied))
        .route("/test/browsed", get(browsed))
        .route("/test/open", post(to_open))
        .fallback(page)
        .layer(middleware::from_fn_with_state(host.clone(), fence))
        .with_state(host)
}

/// Only the page itself may ask: exact names and no foreign origin.
fn is_allowed(headers: &HeaderMap, names: &[String; 2]) -> bool {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    let known = text(header::HOST).is_some_and(|asked| names.iter().any(|name| name == asked));
    known && text(header::ORIGIN).is_none_or(|origin| names.iter().any(|name| origin == format!("http://{name}")))
}

/// Keeps others out and gives the page the policy of the real window.
async fn fence(State(host): State<Host>, request: Request, next: Next) -> Response {
    if !is_allowed(request.headers(), &host.names) {
        return StatusCode::MISDIRECTED_REQUEST.into_response();
    }
    let mut response = next.run(request).await;
    let policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_SECURITY_POLICY, header::HeaderValue::from_static(policy));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, header::HeaderValue::from_static("nosniff"));
    headers.insert(header::CACHE_CONTROL, header::HeaderValue::from_static("no-store"));
    response
}

async fn call(State(host): State<Host>, UrlPath(name): UrlPath<String>, Json(input): Json<Value>) -> Response {
    let answered = match Envelope::read(input) {
        Ok(envelope) => host.cockpit.answer(&name, envelope).await,
        Err(error) => Err(error),
    };
    match answered {
        Ok(answer) => Json(answer).into_response(),
        Err(error) => (StatusCode::UNPROCESSABLE_ENTITY, Json(error)).into_response(),
    }
}

async fn copied(State(host): State<Host>) -> Json<Value> {
    Json(json!({ "text": *lock(&host.clipboard) }))
}

/// `{"addresses":[…]}`, the latest last.
async fn browsed(State(host): State<Host>) -> Json<Value> {
    Json(json!({ "addresses": *lock(&host.browsed) }))
}

/// `{"paths":[…]}`: what is chosen in the next Open dialog.
async fn to_open(State(host): State<Host>, Json(chosen): Json<Value>) -> StatusCode {
    let paths = chosen["paths"].as_array().into_iter().flatten().filter_map(Value::as_str).map(PathBuf::from);
    *lock(&host.to_open) = paths.collect();
    StatusCode::NO_CONTENT
}

async fn page(State(host): State<Host>, uri: Uri, headers: HeaderMap) -> Response {
    let asked = Path::new(uri.path().trim_start_matches('/'));
    if asked.components().any(|part| !matches!(part, Component::Normal(_))) {
        return StatusCode::NOT_FOUND.into_response();
    }
    // Addresses of the page's own router have no ending; they are all the one page.
    let is_page = asked.extension().is_none() && headers.get(header::ACCEPT).is_some();
    let file = if is_page { host.page.join("index.html") } else { host.page.join(asked) };
    match tokio::fs::read(&file).await {
        Ok(content) => ([(header::CONTENT_TYPE, content_type(&file))], Body::from(content)).into_response(),
        Err(_) => StatusCode::NOT_FOUND.into_response(),
    }
}

fn content_type(file: &Path) -> &'static str {
    match file.extension().and_then(|ending| ending.to_str()) {
        Some("html") => "text/html; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("json" | "map") => "application/json",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        Some("woff2") => "font/woff2",
        Some("woff") => "font/woff",
        _ => "application/octet-stream",
    }
}

impl EmbeddedServer {
    async fn start_anew(&self) {
        self.cockpit.server_starting();
        if let Some(running) = self.running.lock().await.take() {
            running.stop().await;
        }
        self.start().await;
    }

    async fn start(&self) {
        let mut running = self.running.lock().await;
        if running.is_some() {
            return;
        }
        self.cockpit.server_starting();
        let simulation = self.cockpit.simulation_in_force();
        let config = match simulated(&simulation) {
            Ok(config) => config,
            Err(cause) => return self.cockpit.server_failed(Problem::new(ErrorCode::InvalidData, cause)),
        };
        let config = Config {
            data_dir: self.cockpit.data_dir().to_owned(),
            port: 0,
            mtls_port: 0,
            seed: Seed::Samples,
            ca_key_protection: Some(connector_embedded::KeyProtection::Plain),
            ..config
        };
        let lifetimes = (config.token_ttl, config.certificate_ttl);
        match start(config).await {
            Ok(server) => {
                self.cockpit.simulation_runs(simulation);
                let line = serde_json::to_string(server.endpoints()).unwrap_or_default();
                match EnvironmentConfig::from_ready_line(&line) {
                    Ok(environment) => drop(self.cockpit.connect(EnvironmentConfig {
                        token_lifetime: Some(lifetimes.0),
                        certificate_lifetime: lifetimes.1,
                        ..environment
                    })),
                    Err(error) => self.cockpit.server_failed(Problem::new(ErrorCode::Internal, error.to_string())),
                }
                *running = Some(server);
            }
            Err(error) => self.cockpit.server_failed(Problem::new(error.code(), error.to_string())),
        }
    }
}

/// A configuration with these settings of the window.
fn simulated(settings: &SimulationSettings) -> Result<Config, String> {
    let subscriber = settings.event_subscriber.as_deref().map(str::parse).transpose();
    let names = if settings.two_phase { settings.runtimes.as_slice() } else { &[] };
    Ok(Config {
        two_phase: settings.two_phase,
        runtimes: names.iter().map(RuntimeConfig::named).collect(),
        central: settings.central,
        create_unknown_applications: settings.create_unknown_applications,
        internal_port: settings.internal_port,
        default_labels: settings.default_labels.iter().map(|label| (label.key.clone(), label.value.clone())).collect(),
        event_subscriber: subscriber
            .map_err(|error| format!("The address of the subscriber cannot be read: {error}."))?,
        ..Config::default()
    })
}

/// On a thread of its own: the future is not `Send`.
async fn start(config: Config) -> Result<Running, StartError> {
    let runtime = Handle::current();
    let started = tokio::task::spawn_blocking(move || runtime.block_on(Server::start(config))).await;
    started.unwrap_or_else(|cause| Err(StartError::Setting(cause.to_string())))
}

/// Many applications, through the same call as the page makes. Those that are there already stay.
async fn register(cockpit: &Arc<Cockpit>, count: u32) -> Result<(), Failed> {
    const AT_ONCE: u32 = 16;
    const PROVIDERS: [&str; 5] = ["Commerce", "Marketing", "Service", "Field Service", "Sales"];
    let mut workers = JoinSet::new();
    for worker in 0..AT_ONCE {
        let cockpit = Arc::clone(cockpit);
        workers.spawn(async move {
            for number in (worker..count).step_by(AT_ONCE as usize) {
                let provider = PROVIDERS[number as usize % PROVIDERS.len()];
                let input = json!({
                    "name": format!("{}-{number:05}", provider.to_lowercase().replace(' ', "-")),
                    "providerName": provider, "description": format!("Test application number {number}"),
                    "baseUrl": null, "healthCheckUrl": null, "labels": {},
                });
                match cockpit.dispatch("create_application", input).await {
                    Err(error) if error.code != ErrorCode::NotUniqueName => return Err(error.message),
                    Ok(_) | Err(_) => {}
                }
            }
            Ok(())
        });
    }
    while let Some(done) = workers.join_next().await {
        done??;
    }
    Ok(())
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Desktop for TestDesktop {
    fn write_secret(&self, value: Secret, _: Duration) -> Reply<'_, Result<SecretWritten, ClipboardUnavailable>> {
        value.expose().clone_into(&mut lock(&self.clipboard));
        Box::pin(async { Ok(SecretWritten { kept_out_of_history: true }) })
    }

    fn write_plain(&self, text: String) -> Reply<'_, Result<(), ClipboardUnavailable>> {
        *lock(&self.clipboard) = text;
        Box::pin(async { Ok(()) })
    }

    fn clear_if_ours(&self) -> Reply<'_, bool> {
        let held = std::mem::take(&mut *lock(&self.clipboard));
        Box::pin(async move { !held.is_empty() })
    }

    fn choose_save_path(&self, suggested_name: String) -> Reply<'_, Option<PathBuf>> {
        Box::pin(async move { self.save_dir.as_ref().map(|folder| folder.join(suggested_name)) })
    }

    fn choose_open_paths(&self, _: String) -> Reply<'_, Vec<PathBuf>> {
        let chosen = std::mem::take(&mut *lock(&self.to_open));
        Box::pin(async { chosen })
    }

    /// In the program that `BROWSER` names, where it names one; else somebody reads the address at `/test/browsed`.
    fn open_in_browser(&self, address: String) -> Reply<'_, Result<(), String>> {
        lock(&self.browsed).push(address.clone());
        Box::pin(async move {
            let Ok(browser) = std::env::var("BROWSER") else { return Ok(()) };
            let mut words = browser.split_whitespace();
            let Some(program) = words.next() else { return Ok(()) };
            let opened = tokio::process::Command::new(program).args(words).arg(address).spawn();
            opened.map(drop).map_err(|cause| cause.to_string())
        })
    }

    fn restart_server(&self) -> Reply<'_, ()> {
        Box::pin(async move {
            if let Some(server) = self.server.get().and_then(Weak::upgrade) {
                server.start().await;
            }
        })
    }

    fn start_server_anew(&self) -> Reply<'_, Result<(), Problem>> {
        Box::pin(async move {
            if let Some(server) = self.server.get().and_then(Weak::upgrade) {
                server.start_anew().await;
            }
            Ok(())
        })
    }

    fn apply_theme(&self, _: Theme) {}

    fn close(&self) {}
}
