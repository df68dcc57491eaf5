//! A running server, a cockpit that is connected to it, and a desktop without a desktop.

use std::{
    path::PathBuf,
    process::Output,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use cockpit::{
    ClipboardUnavailable, Cockpit, CockpitSetup, Desktop, EnvironmentConfig, Reply, SecretWritten, Theme,
    calls::CallError,
};
use connector_embedded::{Config, KeyProtection, Running, Server};
use pairing::{ErrorCode, Secret};
use serde_json::{Value, json};
use tempfile::TempDir;

/// A desktop whose clipboard is a variable.
#[derive(Debug, Default)]
pub(crate) struct Clipboard(Mutex<String>);

impl Clipboard {
    fn write(&self, text: &str) {
        text.clone_into(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner));
    }
}

impl Desktop for Clipboard {
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

    fn choose_save_path(&self, _: String) -> Reply<'_, Option<PathBuf>> {
        Box::pin(async { None })
    }

    fn restart_server(&self) -> Reply<'_, ()> {
        Box::pin(async {})
    }

    fn apply_theme(&self, _: Theme) {}

    fn close(&self) {}
}

pub(crate) struct Bench {
    pub(crate) cockpit: Cockpit,
    pub(crate) environment: EnvironmentConfig,
    pub(crate) server: Running,
    clipboard: Arc<Clipboard>,
    folder: TempDir,
}

impl Bench {
    pub(crate) async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let config = Config {
            data_dir: folder.path().join("data"),
            port: 0,
            mtls_port: 0,
            ca_key_protection: Some(KeyProtection::Plain),
            ..Config::default()
        };
        let server = Server::start(config).await.unwrap();
        let ready_line = serde_json::to_string(server.endpoints()).unwrap();
        let environment = EnvironmentConfig::from_ready_line(&ready_line).unwrap();
        assert!(environment.console_url.is_some(), "the ready line names the console: {ready_line}");
        let clipboard = Arc::<Clipboard>::default();
        let cockpit = cockpit(&folder, Arc::clone(&clipboard));
        cockpit.connect(environment.clone()).unwrap();
        Self { cockpit, environment, server, clipboard, folder }
    }

    /// Another cockpit on the same server, as if its environment were this one.
    pub(crate) fn connected_to(&self, environment: EnvironmentConfig) -> Cockpit {
        let other = cockpit(&self.folder, Arc::default());
        other.connect(environment).unwrap();
        other
    }

    pub(crate) async fn call(&self, name: &str, input: Value) -> Value {
        self.cockpit.dispatch(name, input).await.unwrap_or_else(|error| panic!("{name}: {error:?}"))
    }

    /// The refusal of a call that must not succeed.
    pub(crate) async fn refusal(&self, name: &str, input: Value) -> CallError {
        let error = self.cockpit.dispatch(name, input).await.unwrap_err();
        let has_next_step = error.hint.is_some() || error.code == ErrorCode::InvalidData;
        assert!(!error.message.is_empty() && has_next_step, "{error:?}");
        error
    }

    pub(crate) async fn refused(&self, name: &str, input: Value) -> ErrorCode {
        self.refusal(name, input).await.code
    }

    /// An application with credentials: its id and the receipt.
    pub(crate) async fn paired(&self, name: &str) -> (String, Value) {
        let input = json!({ "name": name, "providerName": null, "description": null, "baseUrl": null,
            "healthCheckUrl": null, "labels": {} });
        let application = text(&self.call("create_application", input).await["id"]);
        let input = json!({ "owner": { "kind": "application", "id": application }, "type": "client_credentials",
            "systemAuthId": null, "copy": null });
        (application, self.call("request_pairing", input).await)
    }

    pub(crate) async fn client(&self, id: &Value) -> Value {
        self.call("get_oauth_client", json!({ "clientId": id })).await
    }

    /// The secret that a receipt stands for.
    pub(crate) async fn secret(&self, receipt: &Value) -> String {
        let input = json!({ "pairingId": receipt["pairingId"], "form": "client_secret" });
        text(&self.call("reveal", input).await["value"])
    }

    /// An access token with a typed secret, or the code of the refusal.
    pub(crate) async fn token_with(&self, client: &Value, secret: &str) -> Result<Value, ErrorCode> {
        let input = json!({ "clientId": client, "secret": secret, "scopes": [], "authMethod": "basic" });
        self.cockpit.dispatch("get_access_token", input).await.map_err(|error| error.code)
    }

    /// Registers a client as another program would, without a system auth. Answers what it got.
    pub(crate) async fn register(&self, client: Value) -> Value {
        let ca = reqwest::Certificate::from_pem_bundle(self.environment.ca_pem.as_ref().unwrap()).unwrap();
        let http = reqwest::Client::builder().tls_certs_only(ca).build().unwrap();
        let request = http.post(&self.server.endpoints().oauth_admin_url);
        let request = request.bearer_auth(self.environment.admin_token.expose()).json(&client);
        let response = request.send().await.unwrap();
        assert_eq!(response.status(), 201);
        response.json().await.unwrap()
    }

    pub(crate) fn clipboard(&self) -> String {
        self.clipboard.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Runs a script with the client secret in the environment, as the ready command wants it.
    pub(crate) async fn bash(&self, script: &str, secret: &str) -> Output {
        let mut bash = tokio::process::Command::new("bash");
        bash.args(["-c", script]).env("CLIENT_SECRET", secret).current_dir(self.folder.path());
        tokio::time::timeout(Duration::from_secs(60), bash.output()).await.unwrap().unwrap()
    }
}

fn cockpit(folder: &TempDir, desktop: Arc<Clipboard>) -> Cockpit {
    Cockpit::new(CockpitSetup {
        version: "test".into(),
        data_dir: folder.path().join("data"),
        settings_dir: folder.path().join("settings"),
        desktop,
    })
}

pub(crate) fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("not a text: {value}")).to_owned()
}

pub(crate) fn shown(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}
