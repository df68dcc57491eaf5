//! The command line. Every option has an environment variable.

use std::{
    net::IpAddr,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    time::Duration,
};

use clap::{Args, Parser, Subcommand, ValueEnum};
use connector_embedded::{
    AdministratorIssuer, CaKeyKind, Config, DirectorShape, Fidelity, KeyProtection, RestoreRequest, RevocationMode,
    RuntimeConfig, Seed,
};
use pairing::{Secret, Subject};
use url::Url;

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
    /// Bring a backup back to life. The server of the data folder must not run. What was there is kept aside; open
    /// one-time tokens are void; what was revoked after the backup stays revoked.
    Restore(Restore),
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
    /// JSON file with what to make on the first start: tenants, applications, runtimes, integration systems, templates and
    /// formations.
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
    /// Lifetime of an application's certificate [default: as stored, at first 90d].
    #[arg(long, value_name = "TIME", value_parser = humantime::parse_duration, env = "CONNECTOR_EMBEDDED_CERTIFICATE_TTL")]
    certificate_ttl: Option<Duration>,
    /// Lifetime of a runtime's certificate [default: as stored, at first 1d].
    #[arg(long, value_name = "TIME", value_parser = humantime::parse_duration, env = "CONNECTOR_EMBEDDED_RUNTIME_CERTIFICATE_TTL")]
    runtime_certificate_ttl: Option<Duration>,
    /// Lifetime of a certificate that the administrator signs for a test [default: as stored, at first 15m].
    #[arg(long, value_name = "TIME", value_parser = humantime::parse_duration, env = "CONNECTOR_EMBEDDED_TEST_CERTIFICATE_TTL")]
    test_certificate_ttl: Option<Duration>,
    /// What a revocation stops: strict: every call. renewal-only: renewing; other calls go on until the certificate
    /// ends [default: as stored, at first strict].
    #[arg(long, value_enum, value_name = "MODE", env = "CONNECTOR_EMBEDDED_REVOCATION")]
    revocation: Option<RevocationArgument>,
    /// Where everything that was taken back is written down, line after line [default: revocations.jsonl in the data
    /// folder].
    #[arg(long, value_name = "FILE", env = "CONNECTOR_EMBEDDED_REVOCATION_JOURNAL")]
    revocation_journal: Option<PathBuf>,
    /// strict: as Compass, a token is spent when it is presented. lenient: spent on success only, retries are safe.
    #[arg(long, value_enum, default_value = "strict", env = "CONNECTOR_EMBEDDED_FIDELITY")]
    fidelity: FidelityArgument,
    /// What certificate requests must carry besides their common name [default: as stored, at first
    /// O=Org,OU=OrgUnit,L=locality,ST=province,C=DE].
    #[arg(long, value_name = "NAMES", value_parser = Subject::parse, env = "CONNECTOR_EMBEDDED_SUBJECT")]
    subject: Option<Subject>,
    /// The key of a new certificate authority.
    #[arg(long, value_enum, default_value = "ec:p256", env = "CONNECTOR_EMBEDDED_CA_KEY")]
    ca_key: CaKeyArgument,
    #[command(flatten)]
    protection: Protection,
    /// Failed sign-ins in a row that one address may make at the OAuth2 endpoints; then one per second. 0: no limit.
    #[arg(long, value_name = "N", default_value_t = 100, env = "CONNECTOR_EMBEDDED_FAILURE_LIMIT")]
    failure_limit: u32,
    /// Two Connectors instead of one: the certificate of the first opens the registry and the management info, which hands
    /// out a token for the second, that of the runtime; its certificate opens the events.
    #[arg(long, env = "CONNECTOR_EMBEDDED_TWO_PHASE")]
    two_phase: bool,
    /// A runtime of two-phase pairing, with its own certificate authority; may be given several times [default: kyma, on
    /// the two ports after the central Connector's].
    #[arg(long, value_name = "NAME[:PORT:MTLS_PORT]", value_parser = RuntimeConfig::parse, value_delimiter = ',', env = "CONNECTOR_EMBEDDED_RUNTIME")]
    runtime: Vec<RuntimeConfig>,
    /// The Connector Service's central mode: tokens are asked for with the headers Tenant and Group, and runtimes pair too.
    #[arg(long, env = "CONNECTOR_EMBEDDED_CENTRAL")]
    central: bool,
    /// A token for an application that does not exist registers it.
    #[arg(long, env = "CONNECTOR_EMBEDDED_CREATE_UNKNOWN_APPLICATIONS")]
    create_unknown_applications: bool,
    /// A label of applications that are registered that way; may be given several times (in the variable: separated by ;).
    #[arg(long, value_name = "KEY=VALUE", value_parser = label, value_delimiter = ';', env = "CONNECTOR_EMBEDDED_DEFAULT_LABEL")]
    default_label: Vec<(String, String)>,
    /// Where every event goes: plain HTTP on this machine.
    #[arg(long, value_name = "URL", env = "CONNECTOR_EMBEDDED_EVENT_SUBSCRIBER")]
    event_subscriber: Option<Url>,
    /// An OpenID provider: whoever comes with a token of it is the administrator.
    #[arg(long, value_name = "URL", env = "CONNECTOR_EMBEDDED_ADMINISTRATOR_ISSUER")]
    administrator_issuer: Option<String>,
    /// Whom that provider's tokens must be for, usually its client id; may be given several times.
    #[arg(long, value_name = "NAME", value_delimiter = ',', env = "CONNECTOR_EMBEDDED_ADMINISTRATOR_AUDIENCE")]
    administrator_audience: Vec<String>,
    /// The certificate authority of that provider, PEM [default: those that the system trusts].
    #[arg(long, value_name = "FILE", env = "CONNECTOR_EMBEDDED_ADMINISTRATOR_ISSUER_CA")]
    administrator_issuer_ca: Option<PathBuf>,
    /// The two operations of the pairing proposal, getAuthTypesForApplication and generateAuthForApplication. off: as
    /// every released Compass.
    #[arg(long, value_enum, value_name = "SWITCH", default_value = "on", env = "CONNECTOR_EMBEDDED_PROPOSAL_API")]
    proposal_api: Switch,
    /// Whether what system auths hold can be read. off: the field auth is null without an error, as for a user of Compass
    /// who lacks the scopes for it.
    #[arg(long, value_enum, value_name = "SWITCH", default_value = "on", env = "CONNECTOR_EMBEDDED_AUTHS_READABLE")]
    auths_readable: Switch,
    /// Whether the Director tells its schema.
    #[arg(long, value_enum, value_name = "SWITCH", default_value = "on", env = "CONNECTOR_EMBEDDED_INTROSPECTION")]
    introspection: Switch,
    /// Forget the latest time that this server has seen: the clock is right now and was wrong before. Without it nothing
    /// is signed while the clock is behind that time.
    #[arg(long, env = "CONNECTOR_EMBEDDED_TRUST_CLOCK")]
    trust_clock: bool,
    /// What to log on standard error: error, warn, info, debug, trace, or a filter.
    #[arg(long, value_name = "LEVEL", default_value = "info", env = "CONNECTOR_EMBEDDED_LOG")]
    pub(crate) log: String,
}

#[derive(Debug, Args)]
pub(crate) struct Restore {
    /// Where the store and the certificate authority will live.
    #[arg(long, value_name = "DIR", env = "CONNECTOR_EMBEDDED_DATA_DIR")]
    data_dir: PathBuf,
    /// The backup.
    #[arg(long, value_name = "FILE")]
    backup: PathBuf,
    /// A file whose first line is the passphrase of the backup.
    #[arg(long, value_name = "FILE")]
    backup_passphrase_file: PathBuf,
    /// A revocation journal besides the one in the data folder; may be given several times.
    #[arg(long, value_name = "FILE")]
    journal: Vec<PathBuf>,
    #[command(flatten)]
    protection: Protection,
}

impl Restore {
    /// # Errors
    /// A sentence about a passphrase.
    pub(crate) fn into_request(self) -> Result<RestoreRequest, String> {
        Ok(RestoreRequest {
            passphrase: read_passphrase(&self.backup_passphrase_file)?,
            ca_key_protection: self.protection.chosen()?,
            data_dir: self.data_dir,
            backup: self.backup,
            journals: self.journal,
        })
    }
}

/// How the keys of certificate authorities are protected at rest.
#[derive(Debug, Args)]
pub(crate) struct Protection {
    /// Encrypt the key of the certificate authority with the passphrase in this file (its first line).
    #[arg(long, value_name = "FILE", env = "CONNECTOR_EMBEDDED_PASSPHRASE_FILE")]
    passphrase_file: Option<PathBuf>,
    /// keyring: under the key store of the operating system. passphrase: see --passphrase-file. plain: in a file that
    /// only you can read [default: passphrase with --passphrase-file, plain with --ephemeral, else keyring].
    #[arg(long, value_enum, value_name = "WAY", env = "CONNECTOR_EMBEDDED_CA_KEY_PROTECTION")]
    ca_key_protection: Option<ProtectionArgument>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum ProtectionArgument {
    Keyring,
    Passphrase,
    Plain,
}

impl Protection {
    /// What was chosen; `None` when nothing was.
    ///
    /// # Errors
    /// A sentence: the two options contradict each other, or the file cannot be read or is empty.
    pub(crate) fn chosen(&self) -> Result<Option<KeyProtection>, String> {
        match (self.ca_key_protection, &self.passphrase_file) {
            (None | Some(ProtectionArgument::Passphrase), Some(file)) => {
                read_passphrase(file).map(KeyProtection::Passphrase).map(Some)
            }
            (Some(ProtectionArgument::Passphrase), None) => {
                Err("--ca-key-protection passphrase needs --passphrase-file FILE.".into())
            }
            (Some(_), Some(_)) => {
                Err("--passphrase-file is for --ca-key-protection passphrase. Leave one of the two out.".into())
            }
            (Some(ProtectionArgument::Keyring), None) => Ok(Some(KeyProtection::Keyring)),
            (Some(ProtectionArgument::Plain), None) => Ok(Some(KeyProtection::Plain)),
            (None, None) => Ok(None),
        }
    }
}

/// The first line of a file.
///
/// # Errors
/// A sentence: it cannot be read, or there is nothing in it.
fn read_passphrase(file: &Path) -> Result<Secret, String> {
    const LEAST: usize = 8;
    let text = std::fs::read_to_string(file).map(zeroize::Zeroizing::new);
    let text = text.map_err(|error| format!("The passphrase file {} cannot be read: {error}.", file.display()))?;
    // Not refused: where containers mount secrets, nobody can change the mode.
    if std::fs::metadata(file).is_ok_and(|metadata| metadata.permissions().mode() & 0o077 != 0) {
        tracing::warn!("{} can be read by other users; chmod 600 it", file.display());
    }
    let line = text.lines().next().unwrap_or_default();
    if line.chars().count() < LEAST {
        return Err(format!(
            "The first line of {} must be a passphrase of at least {LEAST} characters.",
            file.display()
        ));
    }
    Ok(Secret::new(line))
}

fn label(text: &str) -> Result<(String, String), String> {
    let (key, value) = text.split_once('=').ok_or_else(|| format!("\"{text}\" is not of the form KEY=VALUE"))?;
    Ok((key.to_owned(), value.to_owned()))
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Switch {
    On,
    Off,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum RevocationArgument {
    Strict,
    RenewalOnly,
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
    /// # Errors
    /// A sentence about the protection of keys, or about options that belong together.
    pub(crate) fn into_config(self) -> Result<Config, String> {
        // A throw-away authority may lie in the open: its folder goes with it.
        let ca_key_protection = self.protection.chosen()?.or(self.ephemeral.then_some(KeyProtection::Plain));
        let data_dir = match (self.data_dir, self.ephemeral) {
            (Some(dir), _) => dir,
            (None, true) => std::env::temp_dir().join(format!("connector-embedded-{}", uuid::Uuid::new_v4())),
            (None, false) => default_data_dir(),
        };
        let administrator_issuer = match self.administrator_issuer {
            Some(issuer) => Some(AdministratorIssuer {
                issuer,
                audiences: self.administrator_audience,
                ca_file: self.administrator_issuer_ca,
            }),
            None if self.administrator_audience.is_empty() && self.administrator_issuer_ca.is_none() => None,
            None => {
                return Err(
                    "--administrator-audience and --administrator-issuer-ca belong to --administrator-issuer.".into()
                );
            }
        };
        Ok(Config {
            data_dir,
            host: self.host,
            port: self.port,
            mtls_port: self.mtls_port,
            internal_port: self.internal_port,
            public_host: self.public_host,
            seed: self.seed.map_or(Seed::Nothing, Seed::File),
            token_ttl: self.token_ttl,
            certificate_ttl: self.certificate_ttl,
            runtime_certificate_ttl: self.runtime_certificate_ttl,
            test_certificate_ttl: self.test_certificate_ttl,
            revocation: self.revocation.map(|mode| match mode {
                RevocationArgument::Strict => RevocationMode::Strict,
                RevocationArgument::RenewalOnly => RevocationMode::RenewalOnly,
            }),
            revocation_journal: self.revocation_journal,
            ca_key_protection,
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
            two_phase: self.two_phase,
            runtimes: self.runtime,
            central: self.central,
            create_unknown_applications: self.create_unknown_applications,
            default_labels: self.default_label.into_iter().collect(),
            event_subscriber: self.event_subscriber,
            administrator_issuer,
            director: DirectorShape {
                proposal_api: self.proposal_api == Switch::On,
                auths_readable: self.auths_readable == Switch::On,
                introspection: self.introspection == Switch::On,
            },
            trust_clock: self.trust_clock,
            ephemeral: self.ephemeral,
        })
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
        let (config, default) = (serve.into_config().unwrap(), Config::default());
        assert_eq!(config.port, default.port);
        assert_eq!(config.mtls_port, default.mtls_port);
        assert_eq!(config.subject, default.subject);
        assert_eq!(config.token_ttl, default.token_ttl);
        assert_eq!(config.certificate_ttl, default.certificate_ttl);
        assert_eq!(config.director, default.director);
    }
}
