//! The command line. Every option has an environment variable.

use std::{net::IpAddr, path::PathBuf, time::Duration};

use clap::{Args, Parser, Subcommand, ValueEnum};
use connector_embedded::{CaKeyKind, Config, Fidelity, Seed};
use pairing::Subject;

/// An embedded Compass for pairing: Director, Connector with its own certificate authority, OAuth2 clients.
#[derive(Debug, Parser)]
#[command(version, arg_required_else_help = true)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Start the server. The first line on standard output is one JSON object that tells where everything is.
    Serve(Box<Serve>),
    /// Print a GraphQL schema.
    Schema { which: Schema },
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum Schema {
    Director,
    Connector,
}

#[derive(Debug, Args)]
pub(crate) struct Serve {
    /// Where the store, the certificate authority and the administrator's token live.
    #[arg(long, value_name = "DIR", env = "CONNECTOR_EMBEDDED_DATA_DIR")]
    data_dir: Option<PathBuf>,
    /// The address to listen on.
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1", env = "CONNECTOR_EMBEDDED_HOST")]
    host: IpAddr,
    /// Port for administrators, one-time tokens and OAuth2; 0 takes any free port.
    #[arg(long, value_name = "N", default_value_t = 8443, env = "CONNECTOR_EMBEDDED_PORT")]
    port: u16,
    /// Port for applications with their client certificate; 0 takes any free port.
    #[arg(long, value_name = "N", default_value_t = 8444, env = "CONNECTOR_EMBEDDED_MTLS_PORT")]
    mtls_port: u16,
    /// Plain-HTTP loopback port for the legacy token calls; off unless given.
    #[arg(long, value_name = "N", env = "CONNECTOR_EMBEDDED_INTERNAL_PORT")]
    internal_port: Option<u16>,
    /// The host name in all URLs and in the server's certificate.
    #[arg(long, value_name = "NAME", default_value = "localhost", env = "CONNECTOR_EMBEDDED_PUBLIC_HOST")]
    public_host: String,
    /// JSON file with applications to register on the first start.
    #[arg(long, value_name = "FILE", env = "CONNECTOR_EMBEDDED_SEED")]
    seed: Option<PathBuf>,
    /// Forget everything on stop. Without --data-dir a temporary folder is used.
    #[arg(long, env = "CONNECTOR_EMBEDDED_EPHEMERAL")]
    ephemeral: bool,
    /// Write the ready line to this file as well, atomically.
    #[arg(long, value_name = "PATH", env = "CONNECTOR_EMBEDDED_READY_FILE")]
    pub(crate) ready_file: Option<PathBuf>,
    /// Lifetime of an application's one-time token.
    #[arg(long, value_name = "TIME", default_value = "5m", value_parser = humantime::parse_duration, env = "CONNECTOR_EMBEDDED_TOKEN_TTL")]
    token_ttl: Duration,
    /// Lifetime of a client certificate.
    #[arg(long, value_name = "TIME", default_value = "90d", value_parser = humantime::parse_duration, env = "CONNECTOR_EMBEDDED_CERTIFICATE_TTL")]
    certificate_ttl: Duration,
    /// strict: as Compass, a token is spent when it is presented. lenient: spent on success only, retries are safe.
    #[arg(long, value_enum, default_value = "strict", env = "CONNECTOR_EMBEDDED_FIDELITY")]
    fidelity: FidelityArgument,
    /// What certificate requests must carry besides their common name.
    #[arg(
        long,
        value_name = "NAMES",
        default_value = "O=Org,OU=OrgUnit,L=locality,ST=province,C=DE",
        value_parser = Subject::parse,
        env = "CONNECTOR_EMBEDDED_SUBJECT"
    )]
    subject: Subject,
    /// The key of a new certificate authority.
    #[arg(long, value_enum, default_value = "ec:p256", env = "CONNECTOR_EMBEDDED_CA_KEY")]
    ca_key: CaKeyArgument,
    /// Failed sign-ins in a row that one address may make at the OAuth2 endpoints; then one per second. 0: no limit.
    #[arg(long, value_name = "N", default_value_t = 100, env = "CONNECTOR_EMBEDDED_FAILURE_LIMIT")]
    failure_limit: u32,
    /// What to log on standard error: error, warn, info, debug, trace, or a filter.
    #[arg(long, value_name = "LEVEL", default_value = "info", env = "CONNECTOR_EMBEDDED_LOG")]
    pub(crate) log: String,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum FidelityArgument {
    Strict,
    Lenient,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum CaKeyArgument {
    #[value(name = "ec:p256")]
    EcP256,
    #[value(name = "rsa:4096")]
    Rsa4096,
}

impl Serve {
    pub(crate) fn into_config(self) -> Config {
        let data_dir = match (self.data_dir, self.ephemeral) {
            (Some(dir), _) => dir,
            (None, true) => std::env::temp_dir().join(format!("connector-embedded-{}", uuid::Uuid::new_v4())),
            (None, false) => default_data_dir(),
        };
        Config {
            data_dir,
            host: self.host,
            port: self.port,
            mtls_port: self.mtls_port,
            internal_port: self.internal_port,
            public_host: self.public_host,
            seed: self.seed.map_or(Seed::Nothing, Seed::File),
            token_ttl: self.token_ttl,
            certificate_ttl: self.certificate_ttl,
            failure_limit: self.failure_limit,
            fidelity: match self.fidelity {
                FidelityArgument::Strict => Fidelity::Strict,
                FidelityArgument::Lenient => Fidelity::Lenient,
            },
            subject: self.subject,
            ca_key: match self.ca_key {
                CaKeyArgument::EcP256 => CaKeyKind::EcP256,
                CaKeyArgument::Rsa4096 => CaKeyKind::Rsa4096,
            },
            ephemeral: self.ephemeral,
        }
    }
}

/// `$XDG_DATA_HOME/connector-embedded`, usually `~/.local/share/connector-embedded`.
fn default_data_dir() -> PathBuf {
    let set = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let base = set("XDG_DATA_HOME").or_else(|| set("HOME").map(|home| home.join(".local/share")));
    base.unwrap_or_default().join("connector-embedded")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_definition_is_sound_and_every_option_has_a_variable() {
        use clap::CommandFactory as _;
        let command = Arguments::command();
        command.clone().debug_assert();
        let serve = command.find_subcommand("serve").unwrap();
        for option in serve.get_arguments().filter(|option| !matches!(option.get_id().as_str(), "help" | "version")) {
            let name = option.get_long().unwrap().to_uppercase().replace('-', "_");
            assert_eq!(option.get_env().unwrap().to_str().unwrap(), format!("CONNECTOR_EMBEDDED_{name}"));
        }
    }

    #[test]
    fn the_defaults_are_those_of_the_library() {
        let Command::Serve(serve) = Arguments::try_parse_from(["connector-embedded", "serve"]).unwrap().command else {
            panic!("serve is parsed as serve");
        };
        let (config, default) = (serve.into_config(), Config::default());
        assert_eq!(config.port, default.port);
        assert_eq!(config.mtls_port, default.mtls_port);
        assert_eq!(config.subject, default.subject);
        assert_eq!(config.token_ttl, default.token_ttl);
        assert_eq!(config.certificate_ttl, default.certificate_ttl);
    }
}
