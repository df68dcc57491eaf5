//! From the settings of the window to the configuration of its server, as far as it plays Kyma.

use cockpit::{Problem, calls::SimulationSettings};
use connector_embedded::{Config, RuntimeConfig};
use pairing::ErrorCode;

/// The part of a configuration that says how the server plays Kyma.
///
/// # Errors
/// The settings were changed outside of this window.
pub(crate) fn simulated(simulation: &SimulationSettings) -> Result<Config, Problem> {
    let event_subscriber = simulation.event_subscriber.as_deref().map(str::parse).transpose();
    let event_subscriber = event_subscriber.map_err(|_| {
        Problem::new(ErrorCode::InvalidData, "The address of the subscriber in the settings is none.")
            .hint("Correct it in the settings under Kyma simulation.")
    })?;
    // Names that are kept for later mean nothing with one Connector.
    let names = if simulation.two_phase { simulation.runtimes.as_slice() } else { &[] };
    let labels = simulation.default_labels.iter();
    Ok(Config {
        two_phase: simulation.two_phase,
        runtimes: names.iter().map(RuntimeConfig::named).collect(),
        central: simulation.central,
        create_unknown_applications: simulation.create_unknown_applications,
        internal_port: simulation.internal_port,
        default_labels: labels.map(|label| (label.key.clone(), label.value.clone())).collect(),
        event_subscriber,
        ..Config::default()
    })
}

/// The runtimes on any free ports, when one of the ports that nobody asked for is taken.
pub(crate) fn on_free_ports(config: &Config, taken: u16) -> Option<Vec<RuntimeConfig>> {
    let asked_for = [Some(config.port), Some(config.mtls_port), config.internal_port].contains(&Some(taken));
    let free = |name: &str| RuntimeConfig { name: name.to_owned(), port: Some(0), mtls_port: Some(0) };
    let wanted = match config.runtimes.as_slice() {
        [] => vec![free(RuntimeConfig::DEFAULT_NAME)],
        runtimes => runtimes.iter().map(|runtime| free(&runtime.name)).collect(),
    };
    (config.two_phase && !asked_for && wanted != config.runtimes).then_some(wanted)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(two_phase: bool) -> SimulationSettings {
        let label = cockpit::calls::DefaultLabel { key: "group".into(), value: "old".into() };
        SimulationSettings {
            two_phase,
            runtimes: vec!["kyma".into(), "europe".into()],
            internal_port: Some(8080),
            default_labels: vec![label],
            event_subscriber: Some("http://localhost:9000/events".into()),
            ..SimulationSettings::default()
        }
    }

    #[test]
    fn every_setting_reaches_the_server() {
        let config = simulated(&settings(true)).unwrap();
        let names: Vec<_> = config.runtimes.iter().map(|runtime| runtime.name.as_str()).collect();
        assert_eq!((config.two_phase, names), (true, vec!["kyma", "europe"]));
        assert_eq!((config.internal_port, config.central), (Some(8080), false));
        assert_eq!(config.default_labels["group"], "old");
        assert_eq!(config.event_subscriber.unwrap().port(), Some(9000));
        assert!(simulated(&settings(false)).unwrap().runtimes.is_empty(), "one Connector has no runtimes");
        let odd = SimulationSettings { event_subscriber: Some("nowhere".into()), ..settings(true) };
        assert_eq!(simulated(&odd).unwrap_err().code, ErrorCode::InvalidData);
    }

    #[test]
    fn runtimes_leave_a_taken_port_once_and_nobody_else_does() {
        let config = simulated(&SimulationSettings { runtimes: Vec::new(), ..settings(true) }).unwrap();
        assert_eq!(on_free_ports(&config, config.port), None);
        assert_eq!(on_free_ports(&config, 8080), None, "the internal port was asked for");
        let runtimes = on_free_ports(&config, 8445).unwrap();
        assert_eq!(runtimes, [RuntimeConfig { name: "kyma".into(), port: Some(0), mtls_port: Some(0) }]);
        assert_eq!(on_free_ports(&Config { runtimes, ..config }, 8445), None);
    }
}
