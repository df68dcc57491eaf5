//! What can be known to be wrong with settings before a server is stopped for them.

use std::collections::BTreeSet;

use pairing::{
    check_label_key,
    simulation::{LONGEST_RUNTIME_NAME, MOST_RUNTIMES, RuntimeNamesError, check_runtime_names, is_subscriber},
};

use crate::{
    Problem,
    calls::{DefaultLabel, SimulationSettings},
};

const MOST_LABELS: usize = 50;
/// Of a label's value, in characters.
const LONGEST_VALUE: usize = 1024;
/// Below, only the administrator of the computer may listen.
const LOWEST_PORT: u16 = 1024;

impl SimulationSettings {
    /// The settings without what is only typed around them.
    ///
    /// # Errors
    /// The first rule that is broken.
    pub(crate) fn check(mut self) -> Result<Self, Problem> {
        check_runtimes(&self.runtimes)?;
        if self.internal_port.is_some_and(|port| port < LOWEST_PORT) {
            return Err(Problem::invalid(format!("The internal port must be between {LOWEST_PORT} and 65535.")));
        }
        check_labels(&self.default_labels)?;
        self.event_subscriber = self.event_subscriber.map(|url| url.trim().to_owned()).filter(|url| !url.is_empty());
        self.event_subscriber.as_deref().map_or(Ok(()), check_subscriber)?;
        Ok(self)
    }

    /// # Errors
    /// The internal port is one that the server itself listens on.
    pub(super) fn check_port(&self, own_ports: &[u16]) -> Result<(), Problem> {
        match self.internal_port {
            Some(port) if own_ports.contains(&port) => {
                Err(Problem::invalid(format!("The local server uses port {port} itself."))
                    .hint("Choose another internal port, for example 8080."))
            }
            Some(_) | None => Ok(()),
        }
    }
}

/// Events may hold what is private, and nothing here may become a way into the network: a subscriber is on this computer.
///
/// # Errors
/// It is not.
pub(crate) fn check_subscriber(url: &str) -> Result<(), Problem> {
    if is_subscriber(url) {
        return Ok(());
    }
    Err(Problem::invalid("A subscriber must be reachable by plain http on this computer.")
        .hint("Write for example http://127.0.0.1:9000/events."))
}

fn check_runtimes(names: &[String]) -> Result<(), Problem> {
    check_runtime_names(names.iter().map(String::as_str)).map_err(|error| match error {
        RuntimeNamesError::TooMany => {
            Problem::invalid(format!("At most {MOST_RUNTIMES} runtimes can be simulated."))
        }
        RuntimeNamesError::Letters(_) => Problem::invalid(format!(
            "The name of a runtime has 1 to {LONGEST_RUNTIME_NAME} lower-case letters, digits and dashes, and no dash first."
        ))
        .hint("For example: kyma, europe-1."),
        RuntimeNamesError::Twice(name) => Problem::invalid(format!("The runtime {name} is there twice.")),
    })
}

fn check_labels(labels: &[DefaultLabel]) -> Result<(), Problem> {
    if labels.len() > MOST_LABELS {
        return Err(Problem::invalid(format!("At most {MOST_LABELS} default labels can be given.")));
    }
    let mut seen = BTreeSet::new();
    for DefaultLabel { key, value } in labels {
        check_label_key(key).map_err(|_| {
            Problem::invalid("The key of a default label has 1 to 256 letters, digits and underscores.")
                .hint("The key scenarios belongs to formations and can't be used.")
        })?;
        if value.chars().count() > LONGEST_VALUE {
            return Err(Problem::invalid(format!(
                "The value of the label {key} is longer than {LONGEST_VALUE} characters."
            )));
        }
        if !seen.insert(key) {
            return Err(Problem::invalid(format!("The label {key} is there twice.")));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(change: impl FnOnce(&mut SimulationSettings)) -> Result<SimulationSettings, Problem> {
        let mut settings = SimulationSettings::default();
        change(&mut settings);
        let checked = settings.check()?;
        checked.check_port(&[8443, 8444])?;
        Ok(checked)
    }

    fn label(key: &str) -> DefaultLabel {
        DefaultLabel { key: key.into(), value: "v".into() }
    }

    #[test]
    fn what_can_work_is_taken_as_it_is() {
        assert_eq!(settings(|_| {}).unwrap(), SimulationSettings::default());
        let checked = settings(|settings| {
            settings.runtimes = vec!["kyma".into(), "europe-1".into()];
            settings.internal_port = Some(8080);
            settings.default_labels = vec![label("group"), label("legacy_2")];
            settings.event_subscriber = Some(" http://localhost:9000/events ".into());
        });
        assert_eq!(checked.unwrap().event_subscriber.as_deref(), Some("http://localhost:9000/events"));
        assert_eq!(settings(|settings| settings.event_subscriber = Some("  ".into())).unwrap().event_subscriber, None);
    }

    #[test]
    fn each_rule_refuses_what_breaks_it() {
        let long = "r".repeat(33);
        for name in ["", "Kyma", "a b", "ä", "../x", "-a", &long] {
            settings(|settings| settings.runtimes = vec![name.into()]).unwrap_err();
        }
        settings(|settings| settings.runtimes = vec!["a".into(), "a".into()]).unwrap_err();
        settings(|settings| settings.runtimes = (0..5).map(|number| format!("r{number}")).collect()).unwrap_err();
        for port in [0, 1023, 8443, 8444] {
            settings(|settings| settings.internal_port = Some(port)).unwrap_err();
        }
        for key in ["", "a-b", "scenarios"] {
            settings(|settings| settings.default_labels = vec![label(key)]).unwrap_err();
        }
        settings(|settings| settings.default_labels = vec![label("a"), label("a")]).unwrap_err();
    }

    #[test]
    fn a_subscriber_is_on_this_computer() {
        assert_eq!(check_subscriber("http://localhost:80/x?y"), Ok(()));
        for url in ["", "https://localhost:9000", "http://example.com/", "http://user:pw@localhost/"] {
            check_subscriber(url).unwrap_err();
        }
    }
}
