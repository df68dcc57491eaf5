//! Starting the server again with other settings, and with those from before when that fails.

use pairing::ErrorCode;
use reqwest::Url;

use super::FixedSimulation;
use crate::{
    Cockpit, Problem,
    calls::{AppState, CallContext, Nothing, ServerState, Simulation, SimulationSettings},
    cockpit::lock,
};

impl Cockpit {
    /// What was given on the command line holds for this run. To be said before the server is started.
    pub fn fix_simulation(&self, fixed: FixedSimulation) {
        lock(&self.simulated).fixed = fixed;
    }

    /// How the embedded server is to be started.
    pub fn simulation_in_force(&self) -> SimulationSettings {
        let simulated = lock(&self.simulated);
        simulated.fixed.over(&simulated.settings)
    }

    /// The embedded server runs, with these settings.
    pub fn simulation_runs(&self, settings: SimulationSettings) {
        lock(&self.simulated).running = Some(settings);
    }

    pub(crate) async fn simulation(&self, _: CallContext, _: Nothing) -> Result<Simulation, Problem> {
        let simulated = lock(&self.simulated);
        Ok(Simulation {
            settings: simulated.settings.clone(),
            running: simulated.running.clone(),
            fixed: simulated.fixed.names(),
        })
    }

    pub(crate) async fn set_simulation(&self, _: CallContext, wanted: SimulationSettings) -> Result<AppState, Problem> {
        let _one_at_a_time = self.changing_simulation.lock().await;
        self.check_local_guard()?;
        let wanted = wanted.check()?;
        wanted.check_port(&self.own_ports())?;
        let before = lock(&self.simulated).settings.clone();
        let wanted = lock(&self.simulated).fixed.keep(wanted, &before)?;
        self.check_startable()?;
        self.replace(wanted.clone());
        if let Err(problem) = self.desktop.start_server_anew().await {
            self.replace(before);
            return Err(problem);
        }
        if let ServerState::Failed { error } = self.state().server {
            tracing::info!(code = %error.code, "the server doesn't start with these settings; back to those before");
            self.replace(before);
            let again = self.desktop.start_server_anew().await;
            let hint = match self.state().server {
                ServerState::Ready if again.is_ok() => "It runs again with the settings from before.",
                ServerState::Ready | ServerState::Starting | ServerState::Failed { .. } => {
                    "The settings from before are back. It doesn't start with them either; start it again when the cause \
                     is gone."
                }
            };
            let message = format!("The local server doesn't start with these settings: {}", error.message);
            let problem = Problem::new(error.code, message).hint(hint);
            return Err(Problem { detail: error.detail, ..problem });
        }
        tracing::info!("the server was started with other settings of the simulation");
        self.save_settings().await?;
        Ok(self.state())
    }

    /// # Errors
    /// The server is on its way, or waits for something that no setting of the simulation is.
    fn check_startable(&self) -> Result<(), Problem> {
        match self.state().server {
            ServerState::Ready => Ok(()),
            ServerState::Starting => {
                Err(Problem::new(ErrorCode::ServerNotRunning, "The local server is still starting.")
                    .hint("Wait until it runs, then try again."))
            }
            ServerState::Failed { error }
                if matches!(error.code, ErrorCode::CaKeyLocked | ErrorCode::CaKeyUnprotected) =>
            {
                Err(Problem::server_not_running().hint("Unlock the CA key first, then change the simulation."))
            }
            ServerState::Failed { .. } => Ok(()),
        }
    }

    fn replace(&self, settings: SimulationSettings) {
        lock(&self.simulated).settings = settings;
    }

    /// Those of the two listeners; none while no server runs, which then finds out by itself.
    fn own_ports(&self) -> Vec<u16> {
        let Ok(connection) = self.local_connection() else { return Vec::new() };
        let environment = connection.environment;
        [&environment.director_url, &environment.certificate_secured_director_url]
            .into_iter()
            .filter_map(|url| Url::parse(url).ok()?.port_or_known_default())
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use std::{
        path::{Path, PathBuf},
        sync::{Arc, OnceLock, Weak},
        time::Duration,
    };

    use pairing::Secret;
    use serde_json::{Value, json};

    use super::*;
    use crate::{
        ClipboardUnavailable, CockpitSetup, Desktop, EnvironmentConfig, Reply, SecretWritten, Theme,
        desktop::tests::BareDesktop,
    };

    /// A desktop whose server does not start in central mode.
    #[derive(Debug)]
    struct PickyDesktop {
        bare: BareDesktop,
        cockpit: OnceLock<Weak<Cockpit>>,
    }

    impl Desktop for PickyDesktop {
        fn start_server_anew(&self) -> Reply<'_, Result<(), Problem>> {
            Box::pin(async {
                let cockpit = self.cockpit.get().and_then(Weak::upgrade).unwrap();
                cockpit.server_starting();
                let simulation = cockpit.simulation_in_force();
                if simulation.central {
                    cockpit.server_failed(Problem::new(ErrorCode::PortTaken, "Port 9 is taken.").detail("by another"));
                } else {
                    cockpit.connect(environment()).unwrap();
                    cockpit.simulation_runs(simulation);
                }
                Ok(())
            })
        }

        fn write_secret(
            &self,
            value: Secret,
            time: Duration,
        ) -> Reply<'_, Result<SecretWritten, ClipboardUnavailable>> {
            self.bare.write_secret(value, time)
        }

        fn write_plain(&self, text: String) -> Reply<'_, Result<(), ClipboardUnavailable>> {
            self.bare.write_plain(text)
        }

        fn clear_if_ours(&self) -> Reply<'_, bool> {
            self.bare.clear_if_ours()
        }

        fn choose_save_path(&self, suggested_name: String) -> Reply<'_, Option<PathBuf>> {
            self.bare.choose_save_path(suggested_name)
        }

        fn restart_server(&self) -> Reply<'_, ()> {
            self.bare.restart_server()
        }

        fn apply_theme(&self, _: Theme) {}

        fn close(&self) {}
    }

    fn environment() -> EnvironmentConfig {
        EnvironmentConfig {
            tenant: "t".into(),
            certificate_secured_director_url: "https://localhost:8444/director/graphql".into(),
            certificate_secured_connector_url: "https://localhost:8444/connector/graphql".into(),
            ..EnvironmentConfig::local("https://localhost:8443/director/graphql".into(), Secret::new("canary"))
        }
    }

    async fn cockpit(folder: &Path) -> Arc<Cockpit> {
        let desktop = Arc::new(PickyDesktop { bare: BareDesktop { save_into: None }, cockpit: OnceLock::new() });
        let setup = CockpitSetup {
            version: "0".into(),
            data_dir: folder.into(),
            settings_dir: folder.into(),
            desktop: Arc::clone(&desktop) as Arc<dyn Desktop>,
        };
        let cockpit = Arc::new(Cockpit::new(setup));
        desktop.cockpit.set(Arc::downgrade(&cockpit)).unwrap();
        desktop.start_server_anew().await.unwrap();
        cockpit
    }

    fn settings(change: impl FnOnce(&mut Value)) -> Value {
        let mut settings = json!({ "twoPhase": true, "runtimes": ["kyma", "europe"], "central": false,
            "createUnknownApplications": true, "internalPort": 8080, "defaultLabels": [{ "key": "a", "value": "b" }],
            "eventSubscriber": null });
        change(&mut settings);
        settings
    }

    #[tokio::test]
    async fn settings_with_which_the_server_starts_are_kept() {
        let folder = tempfile::tempdir().unwrap();
        let first = cockpit(folder.path()).await;
        let wanted = settings(|_| {});
        let state = first.dispatch("set_simulation", wanted.clone()).await.unwrap();
        assert_eq!(state["server"]["state"], "ready");
        let shown = first.dispatch("simulation", json!({})).await.unwrap();
        assert_eq!(shown, json!({ "settings": wanted, "running": wanted, "fixed": [] }));
        // Other settings leave them alone, and the next start finds them.
        let theme = json!({ "theme": "dark", "clipboardSeconds": 30, "notifyDays": [] });
        first.dispatch("set_settings", theme.clone()).await.unwrap();
        let next = cockpit(folder.path()).await;
        assert_eq!(next.dispatch("simulation", json!({})).await.unwrap()["running"], wanted);
        assert_eq!(serde_json::to_value(next.settings()).unwrap(), theme);
    }

    #[tokio::test]
    async fn the_settings_from_before_come_back_when_the_server_does_not_start() {
        let folder = tempfile::tempdir().unwrap();
        let cockpit = cockpit(folder.path()).await;
        let refused = cockpit.dispatch("set_simulation", settings(|wanted| wanted["central"] = true.into())).await;
        let refused = refused.unwrap_err();
        assert_eq!(refused.code, ErrorCode::PortTaken);
        assert!(refused.message.contains("Port 9 is taken") && refused.hint.unwrap().contains("runs again"));
        assert_eq!(refused.detail.as_deref(), Some("by another"));
        let shown = cockpit.dispatch("simulation", json!({})).await.unwrap();
        assert_eq!(shown["settings"]["twoPhase"], false);
        assert_eq!(shown["running"], shown["settings"]);
        assert!(matches!(cockpit.state().server, ServerState::Ready));
        assert!(!folder.path().join("settings.json").exists());
    }

    #[tokio::test]
    async fn what_cannot_work_stops_no_server() {
        let folder = tempfile::tempdir().unwrap();
        let cockpit = cockpit(folder.path()).await;
        cockpit.fix_simulation(FixedSimulation { two_phase: Some(true), ..FixedSimulation::default() });
        let before = cockpit.dispatch("simulation", json!({})).await.unwrap();
        assert_eq!(before["fixed"], json!(["twoPhase"]));
        let wrong: [(&str, Value); 4] = [
            ("internalPort", 8444.into()),
            ("runtimes", json!(["Kyma"])),
            ("eventSubscriber", "http://example.com/".into()),
            ("defaultLabels", json!([{ "key": "scenarios", "value": "DEFAULT" }])),
        ];
        for (field, value) in wrong {
            let refused =
                cockpit.dispatch("set_simulation", settings(|wanted| wanted[field] = value)).await.unwrap_err();
            assert_eq!(refused.code, ErrorCode::InvalidData, "{field}");
        }
        assert_eq!(cockpit.dispatch("simulation", json!({})).await.unwrap(), before);
        cockpit.server_failed(Problem::new(ErrorCode::CaKeyLocked, "The CA key couldn't be unlocked."));
        let refused = cockpit.dispatch("set_simulation", settings(|_| {})).await.unwrap_err();
        assert_eq!(refused.code, ErrorCode::ServerNotRunning);
    }

    #[tokio::test]
    async fn an_environment_without_a_console_shows_nothing_of_kyma() {
        let folder = tempfile::tempdir().unwrap();
        let cockpit = cockpit(folder.path()).await;
        for (name, input) in [
            ("kyma_overview", json!({})),
            ("application_events", json!({ "applicationId": "a", "before": null, "first": 20 })),
            ("request_connection_link", json!({ "applicationId": "a", "generation": "first" })),
        ] {
            let refused = cockpit.dispatch(name, input).await.unwrap_err();
            assert_eq!(refused.code, ErrorCode::InvalidOperation, "{name}");
            assert!(refused.message.contains("does not show"), "{name}");
        }
    }
}
