//! What can be given on the command line or in the environment.

use std::{
    hash::{DefaultHasher, Hash as _, Hasher as _},
    path::PathBuf,
    time::Duration,
};

use clap::Parser;

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
    /// Lifetime of a one-time token of the local server, for seeing tokens expire [default: 5m]
    #[arg(long, env = "PAIRING_COCKPIT_TOKEN_TTL", value_name = "TIME", value_parser = humantime::parse_duration, hide = true)]
    pub(crate) token_ttl: Option<Duration>,
}

impl Options {
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

    #[test]
    fn the_command_line_is_sound() {
        Options::command().debug_assert();
    }

    #[test]
    fn each_data_directory_has_its_own_window() {
        let name = |folder: Option<&str>| {
            let data_dir = folder.map(PathBuf::from);
            Options { data_dir, port: None, mtls_port: None, token_ttl: None }.instance_name("io.kyma.x")
        };
        assert_eq!(name(None), "io.kyma.x");
        assert_eq!(name(Some("/a/b")), name(Some("/a/b/")));
        assert_ne!(name(Some("/a/b")), name(Some("/a/c")));
    }
}
