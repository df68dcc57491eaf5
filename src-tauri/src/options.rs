//! What can be given on the command line or in the environment.

use std::{
    hash::{DefaultHasher, Hash as _, Hasher as _},
    path::PathBuf,
    time::Duration,
};

use clap::{Parser, ValueEnum, builder::BoolishValueParser};
use cockpit::{CaKey, FixedSimulation};
use pairing::Secret;

/// Lists applications, requests pairing data, hands it over, and watches the application finish.
#[derive(Clone, Debug, Parser)]
#[command(name = "pairing-cockpit", version)]
pub(crate) struct Options {
    /// Where the local server keeps its data [default: pairing-cockpit in the folder for application data]
    #[arg(long, env = "PAIRING_COCKPIT_DATA_DIR", value_name = "DIR")]
    pub(crate) data_dir: Option<PathBuf>,
    /// Port of the local server for administrators and one-time tokens; 0 takes any free one
    /// [default: 8443, or any free one when that is taken]
    #[arg(long, env = "PAIRING_COCKPIT_PORT", value_name = "PORT")]
    pub(crate) port: Option<u16>,
    /// Port of the local server for applications with their certificate; 0 takes any free one
    /// [default: 8444, or any free one when that is taken]
    #[arg(long, env = "PAIRING_COCKPIT_MTLS_PORT", value_name = "PORT")]
    pub(crate) mtls_port: Option<u16>,
    /// How the key of the local server's CA is kept [default: what was chosen before; then in the key store of this
    /// desktop, or the window asks]
    #[arg(long, env = "PAIRING_COCKPIT_CA_KEY_PROTECTION", value_name = "PROTECTION")]
    pub(crate) ca_key_protection: Option<CaKeyProtection>,
    /// A file with the passphrase that protects the CA key in its first line
    #[arg(long, env = "PAIRING_COCKPIT_PASSPHRASE_FILE", value_name = "FILE")]
    pub(crate) passphrase_file: Option<PathBuf>,
    /// The local server simulates two-phase pairing: a center, and runtimes with a Connector of their own; the settings in
    /// the window say which
    #[arg(long, env = "PAIRING_COCKPIT_TWO_PHASE", value_parser = BoolishValueParser::new())]
    pub(crate) two_phase: bool,
    /// The local server simulates the Connector Service's central mode: token calls name a tenant and a group
    #[arg(long, env = "PAIRING_COCKPIT_CENTRAL", value_parser = BoolishValueParser::new())]
    pub(crate) central: bool,
    /// Pairing with the local server under an unknown name registers the application
    #[arg(long, env = "PAIRING_COCKPIT_CREATE_UNKNOWN_APPLICATIONS", value_parser = BoolishValueParser::new())]
    pub(crate) create_unknown_applications: bool,
    /// Port of the local server for the old token calls: plain HTTP, on this computer only
    #[arg(long, env = "PAIRING_COCKPIT_INTERNAL_PORT", value_name = "PORT")]
    pub(crate) internal_port: Option<u16>,
    /// Lifetime of a one-time token of the local server, for seeing tokens expire [default: 5m]
    #[arg(long, env = "PAIRING_COCKPIT_TOKEN_TTL", value_name = "TIME", value_parser = humantime::parse_duration, hide = true)]
    pub(crate) token_ttl: Option<Duration>,
}

/// How the key of the local server's CA is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum CaKeyProtection {
    /// Encrypted, with a secret in the key store of this desktop
    Keyring,
    /// Encrypted with a passphrase: from the passphrase file, or typed in the window
    Passphrase,
    /// In a file that only you can read
    Plain,
}

impl Options {
    /// What was asked for; `None` leaves it to what is remembered. A passphrase without a file is for the window to ask.
    ///
    /// # Errors
    /// The passphrase file cannot be read, or is empty.
    pub(crate) fn ca_key(&self) -> Result<Option<CaKey>, String> {
        match (self.ca_key_protection, &self.passphrase_file) {
            (Some(CaKeyProtection::Keyring), _) => Ok(Some(CaKey::Keyring)),
            (Some(CaKeyProtection::Plain), _) => Ok(Some(CaKey::Plain)),
            (Some(CaKeyProtection::Passphrase) | None, None) => Ok(None),
            (Some(CaKeyProtection::Passphrase) | None, Some(file)) => {
                let text = std::fs::read_to_string(file).map(Secret::new);
                let text =
                    text.map_err(|cause| format!("The passphrase file {} can't be read: {cause}.", file.display()))?;
                let line = text.expose().lines().next().unwrap_or_default();
                if line.is_empty() {
                    return Err(format!("The first line of the passphrase file {} is empty.", file.display()));
                }
                Ok(Some(CaKey::Passphrase(Secret::new(line))))
            }
        }
    }

    /// What of the simulation was given, and so can't be changed in the window.
    pub(crate) fn fixed_simulation(&self) -> FixedSimulation {
        FixedSimulation {
            two_phase: self.two_phase.then_some(true),
            central: self.central.then_some(true),
            create_unknown_applications: self.create_unknown_applications.then_some(true),
            internal_port: self.internal_port,
        }
    }

    /// The name under which a second start finds the first: one window per data directory.
    pub(crate) fn instance_name(&self, identifier: &str) -> String {
        match &self.data_dir {
            None => identifier.to_owned(),
            Some(folder) => {
                let mut hasher = DefaultHasher::new();
                std::path::absolute(folder).unwrap_or_else(|_| folder.clone()).hash(&mut hasher);
                format!("{identifier}.d{:016x}", hasher.finish())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    fn options(arguments: &[&str]) -> Options {
        Options::parse_from(["pairing-cockpit"].iter().chain(arguments))
    }

    #[test]
    fn a_passphrase_is_the_first_line_of_its_file() {
        let folder = std::env::temp_dir().join(format!("passphrase-{}", std::process::id()));
        let file = folder.to_str().unwrap();
        std::fs::write(&folder, "correct horse\nsecond line\n").unwrap();
        let read = options(&["--passphrase-file", file]).ca_key();
        std::fs::write(&folder, "\n").unwrap();
        let empty = options(&["--ca-key-protection", "passphrase", "--passphrase-file", file]).ca_key();
        std::fs::remove_file(&folder).unwrap();
        assert!(matches!(read, Ok(Some(CaKey::Passphrase(secret))) if secret.expose() == "correct horse"));
        assert!(empty.unwrap_err().contains("is empty"));
        assert!(options(&["--passphrase-file", file]).ca_key().unwrap_err().contains("can't be read"));
        assert!(matches!(options(&["--ca-key-protection", "plain"]).ca_key(), Ok(Some(CaKey::Plain))));
        assert!(matches!(options(&["--ca-key-protection", "passphrase"]).ca_key(), Ok(None)));
        assert!(matches!(options(&[]).ca_key(), Ok(None)));
    }

    #[test]
    fn the_command_line_is_sound() {
        Options::command().debug_assert();
    }

    #[test]
    fn only_what_was_given_of_the_simulation_is_fixed() {
        assert_eq!(options(&[]).fixed_simulation(), FixedSimulation::default());
        let given = options(&["--two-phase", "--internal-port", "8080"]).fixed_simulation();
        assert_eq!((given.two_phase, given.internal_port, given.central), (Some(true), Some(8080), None));
    }

    #[test]
    fn each_data_directory_has_its_own_window() {
        let name = |folder: Option<&str>| {
            let data_dir = folder.map(PathBuf::from);
            Options { data_dir, ..options(&[]) }.instance_name("io.kyma.x")
        };
        assert_eq!(name(None), "io.kyma.x");
        assert_eq!(name(Some("/a/b")), name(Some("/a/b/")));
        assert_ne!(name(Some("/a/b")), name(Some("/a/c")));
    }
}
