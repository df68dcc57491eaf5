//! The use cases against the real embedded server, with the recipes run by bash, openssl and curl.

#![expect(clippy::unwrap_used, reason = "helpers of tests may panic like the tests themselves")]

use std::{
    path::{Path, PathBuf},
    process::Output,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use cockpit::{ClipboardUnavailable, Cockpit, CockpitSetup, Desktop, EnvironmentConfig, Reply, SecretWritten, Theme};
use connector_embedded::{Config, KeyProtection, Running, Seed, Server};
use pairing::{ErrorCode, PairingData, Secret};
use serde_json::{Value, json};
use tempfile::TempDir;

/// A desktop whose clipboard is a variable, and which can lose it.
#[derive(Debug, Default)]
struct TestDesktop {
    clipboard: Mutex<String>,
    no_clipboard: bool,
    save_to: Option<PathBuf>,
}

impl TestDesktop {
    fn clipboard(&self) -> String {
        self.clipboard.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn write(&self, text: &str) -> Result<(), ClipboardUnavailable> {
        if self.no_clipboard {
            return Err(ClipboardUnavailable { cause: "no display".into() });
        }
        text.clone_into(&mut self.clipboard.lock().unwrap_or_else(PoisonError::into_inner));
        Ok(())
    }
}

impl Desktop for TestDesktop {
    fn write_secret(&self, value: Secret, _: Duration) -> Reply<'_, Result<SecretWritten, ClipboardUnavailable>> {
        let written = self.write(value.expose()).map(|()| SecretWritten { kept_out_of_history: true });
        Box::pin(async { written })
    }

    fn write_plain(&self, text: String) -> Reply<'_, Result<(), ClipboardUnavailable>> {
        let written = self.write(&text);
        Box::pin(async { written })
    }

    fn clear_if_ours(&self) -> Reply<'_, bool> {
        let cleared = self.write("").is_ok();
        Box::pin(async move { cleared })
    }

    fn choose_save_path(&self, suggested_name: String) -> Reply<'_, Option<PathBuf>> {
        Box::pin(async move { self.save_to.as_ref().map(|folder| folder.join(suggested_name)) })
    }

    fn restart_server(&self) -> Reply<'_, ()> {
        Box::pin(async {})
    }

    fn apply_theme(&self, _: Theme) {}

    fn close(&self) {}
}

/// A running server, a cockpit that is connected to it, and a folder for everything.
struct Bench {
    cockpit: Cockpit,
    desktop: Arc<TestDesktop>,
    server: Running,
    environment: EnvironmentConfig,
    folder: TempDir,
}

impl Bench {
    async fn new() -> Self {
        Self::with(Config::default(), |environment| environment, TestDesktop::default()).await
    }

    async fn with(
        config: Config,
        change: impl FnOnce(EnvironmentConfig) -> EnvironmentConfig,
        desktop: TestDesktop,
    ) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let ca_key_protection = Some(KeyProtection::Plain);
        let config =
            Config { data_dir: folder.path().join("data"), port: 0, mtls_port: 0, ca_key_protection, ..config };
        let server = Server::start(config).await.unwrap();
        let ready_line = serde_json::to_string(server.endpoints()).unwrap();
        let environment = change(EnvironmentConfig::from_ready_line(&ready_line).unwrap());
        let desktop = Arc::new(desktop);
        let cockpit = cockpit(&folder, Arc::clone(&desktop));
        cockpit.connect(environment.clone()).unwrap();
        Self { cockpit, desktop, server, environment, folder }
    }

    async fn call(&self, name: &str, input: Value) -> Value {
        self.cockpit.dispatch(name, input).await.unwrap_or_else(|error| panic!("{name}: {error:?}"))
    }

    async fn refused(&self, name: &str, input: Value) -> ErrorCode {
        refused(&self.cockpit, name, input).await
    }

    /// Registers an application and answers its id.
    async fn application(&self, name: &str) -> String {
        let input = json!({ "name": name, "providerName": "Test", "description": null, "baseUrl": null,
            "healthCheckUrl": null, "labels": { "group": "test" } });
        text(&self.call("create_application", input).await["id"])
    }

    async fn request(&self, application: &str, auth_type: &str) -> Value {
        let input = json!({ "owner": owner(application), "type": auth_type, "systemAuthId": null, "copy": null });
        self.call("request_pairing", input).await
    }

    async fn form(&self, receipt: &Value, form: &str) -> String {
        let input = json!({ "pairingId": receipt["pairingId"], "form": form });
        text(&self.call("reveal", input).await["value"])
    }

    async fn stage(&self, receipt: &Value) -> String {
        let progress = self.call("pairing_progress", json!({ "pairingId": receipt["pairingId"] })).await;
        text(&progress["stage"])
    }

    /// Asks until the stage is reached; the server's clock, not ours, decides when.
    async fn until(&self, receipt: &Value, stage: &str) {
        let reached = async { while self.stage(receipt).await != stage {} };
        tokio::time::timeout(Duration::from_secs(20), reached).await.unwrap_or_else(|_| panic!("never {stage}"));
    }

    /// Asks until the server's clock has moved on to another second than `moment` is in.
    async fn until_second_after(&self, receipt: &Value, moment: &Value) {
        let input = json!({ "pairingId": receipt["pairingId"] });
        let moved = async { while self.call("pairing_progress", input.clone()).await["serverNow"] == *moment {} };
        tokio::time::timeout(Duration::from_secs(10), moved).await.unwrap();
    }

    async fn bash(&self, script: &str) -> Output {
        bash(self.folder.path(), script).await
    }
}

fn cockpit(folder: &TempDir, desktop: Arc<TestDesktop>) -> Cockpit {
    Cockpit::new(CockpitSetup {
        version: "test".into(),
        data_dir: folder.path().join("data"),
        settings_dir: folder.path().join("settings"),
        desktop,
    })
}

async fn refused(cockpit: &Cockpit, name: &str, input: Value) -> ErrorCode {
    let error = cockpit.dispatch(name, input).await.unwrap_err();
    let has_next_step = error.hint.is_some() || error.code == ErrorCode::InvalidData;
    assert!(!error.message.is_empty() && has_next_step, "{error:?}");
    assert_eq!(error.correlation_id.len(), 36);
    error.code
}

/// How calls name an application.
fn owner(application: &str) -> Value {
    json!({ "kind": "application", "id": application })
}

async fn bash(folder: &Path, script: &str) -> Output {
    let file = folder.join("recipe.sh");
    std::fs::write(&file, script).unwrap();
    let run = tokio::process::Command::new("bash").arg(file).current_dir(folder).output();
    tokio::time::timeout(Duration::from_secs(120), run).await.unwrap().unwrap()
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("not a text: {value}")).to_owned()
}

fn shown(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

#[tokio::test(flavor = "multi_thread")]
async fn an_application_pairs_with_nothing_but_the_openssl_steps() {
    let bench = Bench::new().await;
    let application = bench.application("CRM Europe").await;
    let offers = bench.call("auth_types", json!({ "owner": owner(&application) })).await;
    assert_eq!(offers[0], json!({ "type": "client_certificate", "available": true, "reason": null }));
    assert_eq!(offers[1]["type"], "client_credentials");

    let input =
        json!({ "owner": owner(&application), "type": "client_certificate", "systemAuthId": null, "copy": "openssl" });
    let receipt = bench.call("request_pairing", input).await;
    assert_eq!(receipt["ownerName"], "CRM Europe");
    assert_eq!(receipt["clipboard"]["clipboard"], "written");
    assert_eq!(receipt["clipboard"]["clearsInSeconds"], 60);
    assert_eq!(receipt["handedOver"], true);
    assert_eq!(bench.stage(&receipt).await, "waiting");
    assert_eq!(bench.call("open_pairings", json!({})).await.as_array().unwrap().len(), 1);

    let run = bench.bash(&bench.desktop.clipboard()).await;
    assert!(run.status.success(), "{}", shown(&run));
    assert!(shown(&run).contains("crm-europe.crt: OK"), "{}", shown(&run));
    assert!(shown(&run).contains(&application), "viewer answers the application's id: {}", shown(&run));

    bench.until(&receipt, "paired").await;
    let gone = json!({ "pairingId": receipt["pairingId"], "form": "token" });
    assert_eq!(bench.refused("reveal", gone).await, ErrorCode::SecretGone, "a spent token is not kept");
    let detail = bench.call("get_application", json!({ "id": application })).await;
    assert_eq!(detail["row"]["condition"], "CONNECTED");
    assert_eq!(detail["auths"][0]["kind"], "certificate");
    assert_eq!(detail["auths"][0]["certCommonName"], receipt["systemAuthId"]);

    let again = bench.bash(&bench.desktop.clipboard()).await;
    assert!(!again.status.success() && shown(&again).contains("refused"), "a second run: {}", shown(&again));
}

#[tokio::test(flavor = "multi_thread")]
async fn progress_goes_from_waiting_to_configuration_fetched() {
    let bench = Bench::new().await;
    let application = bench.application("shop").await;
    let receipt = bench.request(&application, "client_certificate").await;
    // `createdAt` has whole seconds: a new token is seen as new from the next second on.
    bench.until_second_after(&receipt, &receipt["requestedAt"]).await;
    let run = bench.bash(&bench.form(&receipt, "curl").await).await;
    assert!(run.status.success(), "{}", shown(&run));
    let answer: Value = serde_json::from_slice(&run.stdout).unwrap();
    assert!(text(&answer["data"]["result"]["certificateSigningRequestInfo"]["subject"]).contains("CN="));
    bench.until(&receipt, "configuration_fetched").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_form_of_a_token_says_the_same() {
    let bench = Bench::new().await;
    let application = bench.application("shop").await;
    let receipt = bench.request(&application, "client_certificate").await;
    let forms: Vec<_> = receipt["forms"].as_array().unwrap().iter().map(|info| text(&info["form"])).collect();
    assert_eq!(forms, ["pairing_data", "token", "connector_url", "legacy_url", "curl", "openssl", "env", "json"]);
    let token = bench.form(&receipt, "token").await;
    for form in forms.iter().filter(|form| !["pairing_data", "connector_url"].contains(&form.as_str())) {
        assert!(bench.form(&receipt, form).await.contains(&token), "{form}");
    }
    let pasted = PairingData::parse(&bench.form(&receipt, "pairing_data").await).unwrap();
    assert_eq!(pasted.token.expose(), token);
    assert_eq!(pasted.connector_url, bench.server.endpoints().connector_url);
    assert!(!receipt.to_string().contains(&token), "the receipt holds no secret");
    assert!(!format!("{:?}", bench.cockpit).contains(&token), "nor does Debug");
    assert!(!format!("{:?}", bench.cockpit).contains(bench.environment.admin_token.expose()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_token_goes_into_the_same_entry_and_kills_the_old_one() {
    let bench = Bench::new().await;
    let application = bench.application("shop").await;
    let first = bench.request(&application, "client_certificate").await;
    let old = bench.form(&first, "curl").await;
    let input = json!({ "owner": owner(&application), "type": "client_certificate",
        "systemAuthId": first["systemAuthId"], "copy": null });
    let second = bench.call("request_pairing", input).await;
    assert_eq!(second["systemAuthId"], first["systemAuthId"]);
    let detail = bench.call("get_application", json!({ "id": application })).await;
    assert_eq!(detail["auths"].as_array().unwrap().len(), 1);
    let run = bench.bash(&old).await;
    assert!(!shown(&run).contains("keyAlgorithm"), "{}", shown(&run));
    assert_eq!(bench.stage(&second).await, "waiting");
    assert_eq!(bench.call("open_pairings", json!({})).await.as_array().unwrap().len(), 1);

    let foreign = json!({ "owner": owner(&bench.application("crm").await), "type": "client_certificate",
        "systemAuthId": first["systemAuthId"], "copy": null });
    assert_eq!(bench.refused("request_pairing", foreign).await, ErrorCode::NotFound, "another application's entry");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cancelled_pairing_is_gone_on_both_sides() {
    let bench = Bench::new().await;
    let application = bench.application("shop").await;
    let receipt = bench.request(&application, "client_certificate").await;
    let other = bench.request(&application, "client_certificate").await;
    bench.call("cancel_pairing", json!({ "pairingId": receipt["pairingId"] })).await;
    let detail = bench.call("get_application", json!({ "id": application })).await;
    let left: Vec<_> = detail["auths"].as_array().unwrap().iter().map(|auth| auth["id"].clone()).collect();
    assert_eq!(left, [other["systemAuthId"].clone()]);
    let asked = json!({ "pairingId": receipt["pairingId"] });
    assert_eq!(bench.refused("pairing_progress", asked).await, ErrorCode::SecretGone);

    bench.call("delete_application", json!({ "id": application, "confirmName": "shop" })).await;
    let asked = json!({ "pairingId": other["pairingId"] });
    assert_eq!(bench.refused("pairing_progress", asked).await, ErrorCode::SecretGone, "went with its application");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_expires_by_the_servers_clock() {
    let config = Config { token_ttl: Duration::from_secs(1), ..Config::default() };
    let bench = Bench::with(config, |environment| environment, TestDesktop::default()).await;
    let receipt = bench.request(&bench.application("shop").await, "client_certificate").await;
    bench.until(&receipt, "expired").await;
    assert_eq!(bench.call("open_pairings", json!({})).await, json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_id_and_its_secret_work_and_the_secret_is_let_go() {
    let bench = Bench::new().await;
    let application = bench.application("shop").await;
    let receipt = bench.request(&application, "client_credentials").await;
    assert_eq!(receipt["clientId"], receipt["systemAuthId"], "as in Compass");
    assert_eq!(receipt["expiresAt"], Value::Null);
    assert!(receipt["scopes"].as_array().unwrap().contains(&json!("application:read")));
    assert!(bench.cockpit.holds_unhanded_secret());

    let tested = bench.call("test_credentials", json!({ "pairingId": receipt["pairingId"] })).await;
    assert_eq!(tested["scopes"], receipt["scopes"]);
    assert!(tested["expiresInSeconds"].as_u64().unwrap() > 0);
    assert_eq!(bench.stage(&receipt).await, "waiting", "an access token alone is no call");

    let run = bench.bash(&bench.form(&receipt, "curl_token").await).await;
    assert!(run.status.success(), "{}", shown(&run));
    let granted: Value = serde_json::from_slice(&run.stdout).unwrap();
    let viewer = format!(
        "printf 'Authorization: Bearer %s\\n' '{}' | curl --silent --cacert '{}' --header @- \
         --header 'Content-Type: application/json' --data '{{\"query\":\"{{ viewer {{ id }} }}\"}}' '{}'",
        text(&granted["access_token"]),
        bench.server.endpoints().ca_file.display(),
        bench.server.endpoints().director_url,
    );
    let run = bench.bash(&viewer).await;
    assert!(shown(&run).contains(&application), "{}", shown(&run));
    bench.until(&receipt, "paired").await;

    let copied = bench.call("copy", json!({ "pairingId": receipt["pairingId"], "form": "client_id" })).await;
    assert_eq!(copied["clearsInSeconds"], Value::Null);
    assert!(bench.cockpit.holds_unhanded_secret(), "the ID alone is not the secret");
    bench.call("copy", json!({ "pairingId": receipt["pairingId"], "form": "all" })).await;
    assert!(bench.desktop.clipboard().contains("Client secret: "));
    assert!(!bench.cockpit.holds_unhanded_secret());
    bench.call("acknowledge_pairing", json!({ "pairingId": receipt["pairingId"] })).await;
    let gone = json!({ "pairingId": receipt["pairingId"], "form": "client_secret" });
    assert_eq!(bench.refused("reveal", gone).await, ErrorCode::SecretGone);
    bench.until(&receipt, "paired").await;

    let again = json!({ "owner": owner(&application), "type": "client_credentials",
        "systemAuthId": receipt["systemAuthId"], "copy": null });
    assert_eq!(bench.refused("request_pairing", again).await, ErrorCode::InvalidOperation);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_shipped_vocabulary_gives_the_same_pairings() {
    let shipped = |environment| EnvironmentConfig { has_proposal_operations: Some(false), ..environment };
    let bench = Bench::with(Config::default(), shipped, TestDesktop::default()).await;
    let application = bench.application("shop").await;
    bench.request(&application, "client_certificate").await;
    let receipt = bench.request(&application, "client_certificate").await;
    let detail = bench.call("get_application", json!({ "id": application })).await;
    let ids: Vec<_> = detail["auths"].as_array().unwrap().iter().map(|auth| auth["id"].clone()).collect();
    assert_eq!(ids.len(), 2);
    assert!(ids.contains(&receipt["systemAuthId"]), "found by comparing the entries before and after");
    let run = bench.bash(&bench.form(&receipt, "openssl").await).await;
    assert!(run.status.success(), "{}", shown(&run));
    bench.until(&receipt, "paired").await;

    let receipt = bench.request(&application, "client_credentials").await;
    bench.call("test_credentials", json!({ "pairingId": receipt["pairingId"] })).await;
    let offers = bench.call("auth_types", json!({ "owner": owner(&application) })).await;
    assert!(offers.as_array().unwrap().iter().all(|offer| offer["available"] == true));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_clipboard_is_part_of_the_receipt() {
    let desktop = TestDesktop { no_clipboard: true, ..TestDesktop::default() };
    let bench = Bench::with(Config::default(), |environment| environment, desktop).await;
    let application = bench.application("shop").await;
    let input =
        json!({ "owner": owner(&application), "type": "client_certificate", "systemAuthId": null, "copy": "token" });
    let receipt = bench.call("request_pairing", input).await;
    assert_eq!(receipt["clipboard"]["clipboard"], "unavailable");
    assert!(text(&receipt["clipboard"]["message"]).contains("save it as a file"));
    assert_eq!(receipt["handedOver"], false);
    let detail = bench.call("get_application", json!({ "id": application })).await;
    assert_eq!(detail["auths"].as_array().unwrap().len(), 1, "no second token was minted");
}

#[tokio::test(flavor = "multi_thread")]
async fn saving_writes_a_file_for_the_owner_only() {
    let target = tempfile::tempdir().unwrap();
    let desktop = TestDesktop { save_to: Some(target.path().to_owned()), ..TestDesktop::default() };
    let bench = Bench::with(Config::default(), |environment| environment, desktop).await;
    let receipt = bench.request(&bench.application("CRM Europe").await, "client_certificate").await;
    let saved = bench.call("save_pairing", json!({ "pairingId": receipt["pairingId"], "form": "openssl" })).await;
    let path = PathBuf::from(text(&saved["savedTo"]));
    assert_eq!(path, target.path().join("crm-europe-pairing.sh"));
    assert_eq!(std::fs::read_to_string(&path).unwrap(), bench.form(&receipt, "openssl").await);
    let mode = std::os::unix::fs::PermissionsExt::mode(&std::fs::metadata(&path).unwrap().permissions());
    assert_eq!(mode & 0o777, 0o600);

    let cancelled = Bench::new().await;
    let receipt = cancelled.request(&cancelled.application("shop").await, "client_certificate").await;
    let saved = cancelled.call("save_pairing", json!({ "pairingId": receipt["pairingId"], "form": "token" })).await;
    assert_eq!(saved, json!({ "savedTo": null }));
}

#[tokio::test(flavor = "multi_thread")]
async fn applications_are_listed_changed_and_deleted() {
    let config = Config { seed: Seed::Samples, ..Config::default() };
    let bench = Bench::with(config, |environment| environment, TestDesktop::default()).await;
    for number in 0..5 {
        bench.application(&format!("app-{number}")).await;
    }
    let (mut names, mut after, mut pages) = (Vec::new(), Value::Null, 0);
    loop {
        let page = bench.call("list_applications", json!({ "after": after, "first": 3 })).await;
        assert_eq!(page["totalCount"], 7);
        names.extend(page["rows"].as_array().unwrap().iter().map(|row| text(&row["name"])));
        pages += 1;
        after = page["endCursor"].clone();
        if page["hasNextPage"] == false {
            break;
        }
    }
    names.sort();
    assert_eq!(
        (pages, names),
        (3, ["app-0", "app-1", "app-2", "app-3", "app-4", "crm", "shop"].map(String::from).to_vec())
    );
    assert_eq!(
        bench.refused("list_applications", json!({ "after": null, "first": 201 })).await,
        ErrorCode::InvalidData
    );

    let twin = json!({ "name": "APP_0", "providerName": null, "description": null, "baseUrl": null, "healthCheckUrl": null, "labels": {} });
    let error = bench.cockpit.dispatch("create_application", twin).await.unwrap_err();
    assert_eq!(error.code, ErrorCode::NotUniqueName);
    assert!(error.message.contains("\"APP_0\""));

    let id = bench.application("edited").await;
    let change = json!({ "id": id, "providerName": "", "description": "new", "baseUrl": "https://a.example",
        "healthCheckUrl": "", "condition": "CONNECTED" });
    let row = bench.call("update_application", change).await;
    assert_eq!((&row["description"], &row["condition"]), (&json!("new"), &json!("CONNECTED")));
    let detail = bench.call("get_application", json!({ "id": id })).await;
    assert_eq!(detail["labels"]["group"], "test");

    bench.request(&id, "client_certificate").await;
    bench.request(&id, "client_credentials").await;
    let impact = bench.call("deletion_impact", json!({ "id": id })).await;
    assert_eq!(impact, json!({ "name": "edited", "certificates": 0, "pendingTokens": 1, "oauthClients": 1 }));
    let mistyped = json!({ "id": id, "confirmName": "Edited" });
    assert_eq!(bench.refused("delete_application", mistyped).await, ErrorCode::InvalidData);
    bench.call("delete_application", json!({ "id": id, "confirmName": "edited" })).await;
    assert_eq!(bench.call("get_application", json!({ "id": id })).await, Value::Null);
}

#[tokio::test(flavor = "multi_thread")]
async fn each_way_of_not_reaching_the_director_has_its_own_code() {
    let list = || json!({ "after": null, "first": 50 });
    let bench = Bench::new().await;
    let offline = cockpit(&bench.folder, Arc::default());
    assert_eq!(refused(&offline, "list_applications", list()).await, ErrorCode::ServerNotRunning);

    let with = |environment: EnvironmentConfig| {
        let other = cockpit(&bench.folder, Arc::default());
        other.connect(environment).unwrap();
        other
    };
    let wrong_token = EnvironmentConfig { admin_token: Secret::new("wrong"), ..bench.environment.clone() };
    assert_eq!(refused(&with(wrong_token), "list_applications", list()).await, ErrorCode::Unauthorized);
    let wrong_tenant =
        EnvironmentConfig { tenant: "3e64ebae-38b5-46a0-b1ed-9ccee153a0ae".into(), ..bench.environment.clone() };
    assert_eq!(refused(&with(wrong_tenant), "list_applications", list()).await, ErrorCode::TenantNotFound);
    let other_ca = Bench::new().await;
    let wrong_ca = EnvironmentConfig { ca_pem: other_ca.environment.ca_pem.clone(), ..bench.environment.clone() };
    assert_eq!(refused(&with(wrong_ca), "list_applications", list()).await, ErrorCode::UntrustedServer);

    let state = bench.call("app_state", json!({})).await;
    assert_eq!(state["server"]["state"], "ready");
    let Bench { cockpit, server, .. } = bench;
    server.stop().await;
    assert_eq!(refused(&cockpit, "list_applications", list()).await, ErrorCode::Unreachable);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_clipboard_and_the_settings_answer_to_their_calls() {
    let bench = Bench::new().await;
    let copied = bench.call("copy_plain", json!({ "text": "https://localhost" })).await;
    assert_eq!(copied["clipboard"], "written");
    assert_eq!(bench.desktop.clipboard(), "https://localhost");
    bench.call("lock", json!({})).await;
    assert_eq!(bench.desktop.clipboard(), "");
    let settings = json!({ "theme": "high_contrast_dark", "clipboardSeconds": 30, "notifyDays": [14] });
    assert_eq!(bench.call("set_settings", settings.clone()).await, settings);
    assert_eq!(bench.call("app_state", json!({})).await["settings"], settings);
    let reopened = cockpit(&bench.folder, Arc::default());
    assert_eq!(reopened.settings().clipboard_seconds, 30, "kept for the next start");
    let unreasonable = json!({ "theme": "dark", "clipboardSeconds": 0 });
    assert!(bench.cockpit.dispatch("set_settings", unreasonable).await.is_err());
    assert!(bench.cockpit.dispatch("no_such_call", json!({})).await.is_err());
}
