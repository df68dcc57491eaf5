//! The window's calls about Kyma against the real embedded server, which they also start again with other settings.

#![expect(clippy::unwrap_used, reason = "helpers of tests may panic like the tests themselves")]

use std::{
    net::{Ipv4Addr, TcpListener},
    path::PathBuf,
    sync::{Arc, Mutex, OnceLock, PoisonError, Weak},
    time::Duration,
};

use cockpit::{
    ClipboardUnavailable, Cockpit, CockpitSetup, Desktop, EnvironmentConfig, Problem, Reply, SecretWritten, Theme,
    calls::CallError,
};
use connector_embedded::{Config, KeyProtection, Running, RuntimeConfig, Server};
use pairing::{ErrorCode, Secret};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::{runtime::Handle, sync::Mutex as AsyncMutex};

/// A desktop with a clipboard, a folder for what is saved, and a server that it can start again.
#[derive(Debug, Default)]
struct Computer {
    clipboard: Mutex<String>,
    save_into: PathBuf,
    cockpit: OnceLock<Weak<Cockpit>>,
    server: AsyncMutex<Option<Running>>,
}

impl Computer {
    fn write(&self, text: &str) {
        text.clone_into(&mut self.clipboard.lock().unwrap_or_else(PoisonError::into_inner));
    }

    fn clipboard(&self) -> String {
        self.clipboard.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// As the window does it (src-tauri/src/embedded.rs and simulation.rs).
    async fn start(&self) {
        let cockpit = self.cockpit.get().and_then(Weak::upgrade).unwrap();
        cockpit.server_starting();
        let mut server = self.server.lock().await;
        if let Some(running) = server.take() {
            running.stop().await;
        }
        let simulation = cockpit.simulation_in_force();
        let names = if simulation.two_phase { simulation.runtimes.as_slice() } else { &[] };
        let config = Config {
            data_dir: cockpit.data_dir().to_owned(),
            port: 0,
            mtls_port: 0,
            ca_key_protection: Some(KeyProtection::Plain),
            two_phase: simulation.two_phase,
            runtimes: names.iter().map(RuntimeConfig::named).collect(),
            central: simulation.central,
            create_unknown_applications: simulation.create_unknown_applications,
            internal_port: simulation.internal_port,
            ..Config::default()
        };
        let handle = Handle::current();
        // On a thread of its own: the future is not `Send`.
        match tokio::task::spawn_blocking(move || handle.block_on(Server::start(config))).await.unwrap() {
            Ok(running) => {
                let line = serde_json::to_string(running.endpoints()).unwrap();
                cockpit.simulation_runs(simulation);
                cockpit.connect(EnvironmentConfig::from_ready_line(&line).unwrap()).unwrap();
                *server = Some(running);
            }
            Err(error) => cockpit.server_failed(Problem::new(error.code(), error.to_string())),
        }
    }
}

impl Desktop for Computer {
    fn write_secret(&self, value: Secret, _: Duration) -> Reply<'_, Result<SecretWritten, ClipboardUnavailable>> {
        self.write(value.expose());
        Box::pin(async { Ok(SecretWritten { kept_out_of_history: true }) })
    }

    fn write_plain(&self, text: String) -> Reply<'_, Result<(), ClipboardUnavailable>> {
        self.write(&text);
        Box::pin(async { Ok(()) })
    }

    fn clear_if_ours(&self) -> Reply<'_, bool> {
        self.write("");
        Box::pin(async { true })
    }

    fn choose_save_path(&self, suggested_name: String) -> Reply<'_, Option<PathBuf>> {
        Box::pin(async move { Some(self.save_into.join(suggested_name)) })
    }

    fn restart_server(&self) -> Reply<'_, ()> {
        Box::pin(self.start())
    }

    fn start_server_anew(&self) -> Reply<'_, Result<(), Problem>> {
        Box::pin(async {
            self.start().await;
            Ok(())
        })
    }

    fn apply_theme(&self, _: Theme) {}

    fn close(&self) {}
}

struct Bench {
    cockpit: Arc<Cockpit>,
    computer: Arc<Computer>,
    folder: TempDir,
}

impl Bench {
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let computer = Arc::new(Computer { save_into: folder.path().to_owned(), ..Computer::default() });
        let cockpit = Arc::new(Cockpit::new(CockpitSetup {
            version: "0".into(),
            data_dir: folder.path().join("data"),
            settings_dir: folder.path().join("settings"),
            desktop: Arc::clone(&computer) as Arc<dyn Desktop>,
        }));
        computer.cockpit.set(Arc::downgrade(&cockpit)).unwrap();
        computer.start().await;
        Self { cockpit, computer, folder }
    }

    async fn call(&self, name: &str, input: Value) -> Value {
        self.cockpit.dispatch(name, input).await.unwrap_or_else(|error| panic!("{name}: {error:?}"))
    }

    async fn refusal(&self, name: &str, input: Value) -> CallError {
        let error = self.cockpit.dispatch(name, input).await.unwrap_err();
        assert!(!error.message.is_empty() && error.hint.is_some(), "{error:?}");
        error
    }

    async fn application(&self, name: &str) -> String {
        let input = json!({ "name": name, "providerName": null, "description": null, "baseUrl": null,
            "healthCheckUrl": null, "labels": {} });
        text(&self.call("create_application", input).await["id"])
    }

    /// What a client without a certificate gets from a link: the status and the body.
    async fn get(&self, url: &str) -> (u16, Value) {
        let ca = std::fs::read(self.folder.path().join("data/ca.pem")).unwrap();
        let ca = reqwest::Certificate::from_pem_bundle(&ca).unwrap();
        let http = reqwest::Client::builder().tls_certs_only(ca).no_proxy().build().unwrap();
        let answer = http.get(url).send().await.unwrap();
        (answer.status().as_u16(), serde_json::from_slice(&answer.bytes().await.unwrap()).unwrap_or_default())
    }

    async fn stop(self) {
        if let Some(server) = self.computer.server.lock().await.take() {
            server.stop().await;
        }
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("{value} is no text")).to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_link_pairs_and_shows_itself_only_when_asked() {
    let bench = Bench::new().await;
    let application = bench.application("shop").await;
    for (generation, path) in
        [("first", "/v1/remoteenvironments/shop/info"), ("second", "/v1/applications/signingRequests/info")]
    {
        let input = json!({ "applicationId": application, "generation": generation });
        let receipt = bench.call("request_connection_link", input).await;
        let link = json!({ "id": receipt["id"] });
        let url = text(&bench.call("reveal_connection_link", link.clone()).await["value"]);
        let (page, token) = url.split_once("?token=").unwrap();
        assert!(page.ends_with(path), "{url}");
        assert!(!receipt.to_string().contains(token) && text(&receipt["masked"]).starts_with(page), "{receipt}");
        let copied = bench.call("copy_connection_link", link.clone()).await;
        assert_eq!((copied["clearsInSeconds"].clone(), bench.computer.clipboard()), (60.into(), url.clone()));
        let (status, info) = bench.get(&url).await;
        assert_eq!(status, 200, "{generation}: {info}");
        assert!(text(&info["certificate"]["subject"]).ends_with("CN=shop"), "{info}");
        bench.call("forget_connection_link", link.clone()).await;
        assert_eq!(bench.refusal("reveal_connection_link", link).await.code, ErrorCode::SecretGone);
    }
    bench.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_there_is_told_apart_from_what_never_was() {
    let bench = Bench::new().await;
    let application = bench.application("shop").await;
    let known = json!({ "applicationId": application });
    assert_eq!(bench.call("application_services", known.clone()).await["services"], json!([]));
    let shown = bench.call("application_kyma", known.clone()).await;
    assert_eq!((shown["heartbeat"]["lastSeenAt"].clone(), shown["appName"].clone()), (Value::Null, "shop".into()));
    assert_eq!(shown["heartbeat"]["buckets"].as_array().unwrap().len(), 168);
    assert_eq!(bench.call("silent_applications", json!({ "days": 3 })).await, json!({ "applications": [] }));
    let mut event = json!({ "applicationId": application, "before": null, "first": 20 });
    let page = bench.call("application_events", event.clone()).await;
    assert_eq!((page["events"].clone(), page["ring"]["kept"].clone()), (json!([]), 0.into()));
    event["first"] = 0.into();
    assert_eq!(bench.cockpit.dispatch("application_events", event).await.unwrap_err().code, ErrorCode::InvalidData);
    let gone = json!({ "applicationId": application, "seq": 4711 });
    assert_eq!(bench.call("application_event", gone.clone()).await, Value::Null);
    assert_eq!(bench.refusal("copy_event", gone).await.code, ErrorCode::NotFound);
    let gone = json!({ "applicationId": application, "serviceId": "4711" });
    assert_eq!(bench.call("application_service", gone).await, Value::Null);
    let unknown = json!({ "applicationId": "4711" });
    for name in ["application_kyma", "application_services", "copy_kubernetes"] {
        assert_eq!(bench.refusal(name, unknown.clone()).await.code, ErrorCode::NotFound, "{name}");
    }
    let nowhere = json!({ "runtime": "nowhere" });
    assert_eq!(bench.refusal("move_runtime", nowhere).await.code, ErrorCode::NotFound);
    bench.call("copy_kubernetes", known.clone()).await;
    assert!(bench.computer.clipboard().contains("kind: Application"), "{}", bench.computer.clipboard());
    let saved = text(&bench.call("export_kubernetes", known).await["savedTo"]);
    assert_eq!(std::fs::read_to_string(saved).unwrap(), bench.computer.clipboard());
    bench.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn subscribers_are_on_this_computer() {
    let bench = Bench::new().await;
    let application = bench.application("shop").await;
    let wanted = |url: &str| json!({ "applicationId": application, "eventType": " ", "version": null, "url": url });
    let refused = bench.refusal("add_subscription", wanted("http://example.com/")).await;
    assert_eq!(refused.code, ErrorCode::InvalidData);
    let added = bench.call("add_subscription", wanted(" http://127.0.0.1:9000/events ")).await;
    assert_eq!((added["applicationName"].clone(), added["eventType"].clone()), ("shop".into(), Value::Null));
    assert_eq!(bench.call("list_subscriptions", json!({})).await["subscriptions"], json!([added]));
    let id = json!({ "id": added["id"] });
    bench.call("remove_subscription", id.clone()).await;
    assert_eq!(bench.refusal("remove_subscription", id).await.code, ErrorCode::NotFound);
    bench.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_server_starts_again_with_other_settings_or_with_those_before() {
    let bench = Bench::new().await;
    let taken = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let taken_port = taken.local_addr().unwrap().port();
    let settings = |two_phase: bool, port: Option<u16>| {
        json!({ "twoPhase": two_phase, "runtimes": ["kyma", "europe-1"], "central": false,
            "createUnknownApplications": false, "internalPort": port, "defaultLabels": [], "eventSubscriber": null })
    };
    assert_eq!(bench.call("set_simulation", settings(true, None)).await["server"]["state"], "ready");
    let overview = bench.call("kyma_overview", json!({})).await;
    let names: Vec<_> = overview["runtimes"].as_array().unwrap().iter().map(|runtime| text(&runtime["name"])).collect();
    assert_eq!((overview["twoPhase"].clone(), names), (true.into(), vec!["kyma".to_owned(), "europe-1".to_owned()]));

    let refused = bench.refusal("set_simulation", settings(false, Some(taken_port))).await;
    assert_eq!(refused.code, ErrorCode::PortTaken);
    assert!(refused.message.contains(&taken_port.to_string()) && refused.hint.unwrap().contains("runs again"));
    let shown = bench.call("simulation", json!({})).await;
    assert_eq!((&shown["settings"], &shown["running"]), (&settings(true, None), &settings(true, None)));
    assert_eq!(bench.call("kyma_overview", json!({})).await["twoPhase"], true);

    drop(taken);
    bench.call("set_simulation", settings(false, Some(taken_port))).await;
    let overview = bench.call("kyma_overview", json!({})).await;
    assert_eq!((overview["twoPhase"].clone(), overview["runtimes"][0]["own"].clone()), (false.into(), true.into()));
    assert!(text(&overview["internalUrl"]).ends_with(&taken_port.to_string()), "{overview}");
    bench.stop().await;
}
