//! A person's program on a computer without a server of its own: environments, sign-ins, and calls as the page makes
//! them.

use std::{path::Path, sync::Arc, time::Duration};

use blackbox::{Server, until};
use cockpit::{
    Cockpit, CockpitSetup, Desktop,
    calls::{CallError, Envelope},
};
use serde_json::{Value, json};
use tempfile::TempDir;

use super::{Landscape, TestDesktop};

/// How long anything may take, on a machine that does other things as well.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

pub(crate) struct Desk {
    pub(crate) cockpit: Arc<Cockpit>,
    pub(crate) desktop: Arc<TestDesktop>,
    folder: Arc<TempDir>,
    /// Looks after what was handed over, as the window's program has it running.
    watch: tokio::task::JoinHandle<()>,
}

impl Drop for Desk {
    fn drop(&mut self) {
        self.watch.abort();
    }
}

/// How a call was refused.
pub(crate) type Refusal = CallError;

impl Desk {
    pub(crate) fn new() -> Self {
        Self::at(Arc::new(tempfile::tempdir().unwrap()))
    }

    fn at(folder: Arc<TempDir>) -> Self {
        let desktop = Arc::<TestDesktop>::default();
        let cockpit = Arc::new(Cockpit::new(CockpitSetup {
            version: "0".into(),
            data_dir: folder.path().join("data"),
            settings_dir: folder.path().join("settings"),
            desktop: Arc::clone(&desktop) as Arc<dyn Desktop>,
        }));
        let watching = Arc::clone(&cockpit);
        let watch = tokio::spawn(async move { watching.watch().await });
        Self { cockpit, desktop, folder, watch }
    }

    /// The same folders with a program that was started anew.
    pub(crate) fn started_again(&self) -> Self {
        Self::at(Arc::clone(&self.folder))
    }

    /// A desk that is signed in to this landscape with the administrator's token, which is in force.
    pub(crate) async fn in_landscape(landscape: Landscape) -> (Self, Server) {
        let server = landscape.start();
        let desk = Self::new();
        desk.join(&server, "Landscape").await;
        (desk, server)
    }

    /// Everything that the program has written.
    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Adds an environment for this server, puts it in force and signs in with the administrator's token.
    pub(crate) async fn join(&self, server: &Server, name: &str) -> String {
        self.join_as(definition(server, name), &server.admin_token()).await
    }

    pub(crate) async fn join_as(&self, definition: Value, token: &str) -> String {
        let id = self.add(definition).await;
        self.call("use_environment", json!({ "id": id })).await;
        self.sign_in(&id, token).await;
        id
    }

    /// Adds an environment and returns its id.
    pub(crate) async fn add(&self, definition: Value) -> String {
        text(&self.call("save_environment", json!({ "id": null, "definition": definition })).await["id"])
    }

    /// Pastes a token, or a client's secret.
    pub(crate) async fn sign_in(&self, id: &str, secret: &str) {
        self.call("sign_in_with_secret", json!({ "id": id, "secret": secret, "keep": "session" })).await;
    }

    /// As a page that shows what is in force, where the envelope does not say what it shows.
    pub(crate) async fn answer(&self, name: &str, envelope: Envelope) -> Result<Value, CallError> {
        let view = envelope.view.or_else(|| Some(self.cockpit.state().view));
        let envelope = Envelope { view, ..envelope };
        let answer = self.cockpit.answer(name, envelope);
        tokio::time::timeout(PATIENCE, answer).await.unwrap_or_else(|_| panic!("{name}: no answer"))
    }

    pub(crate) async fn try_call(&self, name: &str, input: Value) -> Result<Value, CallError> {
        self.answer(name, Envelope { input, ..Envelope::default() }).await
    }

    #[track_caller]
    pub(crate) fn call(&self, name: &str, input: Value) -> impl Future<Output = Value> {
        let caller = std::panic::Location::caller();
        let name = name.to_owned();
        async move { self.try_call(&name, input).await.unwrap_or_else(|error| panic!("{name} at {caller}: {error:?}")) }
    }

    /// The refusal of a call that must not succeed: always with words, always with a next step.
    #[track_caller]
    pub(crate) fn refused(&self, name: &str, input: Value) -> impl Future<Output = Refusal> {
        let caller = std::panic::Location::caller();
        let name = name.to_owned();
        async move {
            match self.try_call(&name, input).await {
                Ok(answer) => panic!("{name} at {caller} was answered: {answer}"),
                Err(error) => checked(error),
            }
        }
    }

    pub(crate) async fn state(&self) -> Value {
        self.call("app_state", json!({})).await
    }

    /// The environment in force.
    pub(crate) async fn environment(&self) -> Value {
        self.state().await["environment"].clone()
    }

    /// One environment as the list shows it.
    pub(crate) async fn row(&self, id: &str) -> Value {
        let list = self.call("environments", json!({})).await;
        let rows = list["environments"].as_array().unwrap();
        rows.iter().find(|row| row["id"] == id).unwrap_or_else(|| panic!("{id} in {list}")).clone()
    }

    /// Waits until the sign-in of an environment is at this stage.
    pub(crate) async fn signed(&self, id: &str, stage: &str) -> Value {
        let begun = std::time::Instant::now();
        loop {
            let now = self.row(id).await["signIn"].clone();
            if now["stage"] == stage {
                return now;
            }
            assert!(begun.elapsed() < PATIENCE, "it is not {stage}: {now}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Looks for a Director and waits for the end of it.
    pub(crate) async fn discover(&self, address: &str, definition: Value) -> Value {
        let begun = self.call("start_discovery", json!({ "address": address, "definition": definition })).await;
        let id = begun["id"].clone();
        let ended = async || {
            let found = self.call("discovery", json!({ "id": id })).await;
            (found["running"] == false).then_some(found)
        };
        until("the discovery ends", PATIENCE, ended).await
    }

    pub(crate) async fn create(&self, name: &str) -> String {
        text(&self.call("create_application", new_application(name)).await["id"])
    }

    pub(crate) async fn request(&self, application: &str, kind: &str) -> Value {
        self.call("request_pairing", request(application, kind)).await
    }

    pub(crate) async fn form(&self, receipt: &Value, form: &str) -> String {
        let input = json!({ "pairingId": receipt["pairingId"], "form": form });
        text(&self.call("reveal", input).await["value"])
    }

    pub(crate) async fn stage(&self, receipt: &Value) -> String {
        text(&self.call("pairing_progress", json!({ "pairingId": receipt["pairingId"] })).await["stage"])
    }

    /// Waits until a pairing is at one of these stages.
    pub(crate) async fn reaches(&self, receipt: &Value, stages: &[&str]) -> String {
        let begun = std::time::Instant::now();
        loop {
            let now = self.stage(receipt).await;
            if stages.contains(&now.as_str()) {
                return now;
            }
            assert!(begun.elapsed() < PATIENCE, "it is {now}, none of {stages:?}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Names of all applications, page by page.
    pub(crate) async fn names(&self) -> Vec<String> {
        let (mut names, mut after) = (Vec::new(), Value::Null);
        loop {
            let page = self.call("list_applications", json!({ "after": after, "first": 200 })).await;
            names.extend(page["rows"].as_array().unwrap().iter().map(|row| text(&row["name"])));
            after = page["endCursor"].clone();
            if page["hasNextPage"] == false {
                names.sort();
                return names;
            }
        }
    }
}

/// What a person fills in for this server: its address, its CA, its tenant; a pasted token.
pub(crate) fn definition(server: &Server, name: &str) -> Value {
    let ca = std::fs::read_to_string(server.ready("caFile")).unwrap();
    definition_at(server.ready("directorUrl"), &ca, server.ready("tenant"), name)
}

pub(crate) fn definition_at(director: &str, ca: &str, tenant: &str, name: &str) -> Value {
    json!({ "name": name, "badge": "TEST", "colour": "teal", "guard": "none", "directorUrl": director,
        "tenant": tenant, "tenantName": tenant, "signIn": { "kind": "token" }, "caPem": ca,
        "proxy": { "kind": "none" }, "headers": [], "requestsPerSecond": 100 })
}

pub(crate) fn new_application(name: &str) -> Value {
    json!({ "name": name, "providerName": "Test", "description": null, "baseUrl": null, "healthCheckUrl": null,
        "labels": { "group": "test" } })
}

pub(crate) fn request(application: &str, kind: &str) -> Value {
    json!({ "owner": { "kind": "application", "id": application }, "type": kind, "systemAuthId": null, "copy": null })
}

pub(crate) fn list() -> Value {
    json!({ "after": null, "first": 50 })
}

/// A refusal as a person can use it.
fn checked(error: CallError) -> CallError {
    assert!(!error.message.is_empty() && error.correlation_id.len() == 36, "{error:?}");
    let has_next_step = error.hint.is_some() || error.action.is_some();
    assert!(has_next_step, "what to do about it: {error:?}");
    let shown = format!("{}{}", error.message, error.hint.as_deref().unwrap_or_default());
    assert!(!shown.contains("canary") && !shown.contains('<'), "somebody else's text in ours: {error:?}");
    error
}

#[track_caller]
pub(crate) fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("not a text: {value}")).to_owned()
}
