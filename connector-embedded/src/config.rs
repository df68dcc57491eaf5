//! Everything that can be set, validated before anything is touched.

use std::{collections::BTreeMap, net::IpAddr, path::PathBuf, time::Duration};

use pairing::{
    Secret, Subject, check_label_key,
    simulation::{self, is_loopback},
};
use url::Url;

use crate::StartError;

/// How closely the Compass wires are followed where Compass is unkind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Fidelity {
    /// As Compass: a one-time token is spent when it is presented, whatever comes of the request.
    #[default]
    Strict,
    /// A token is spent on success only, and a retry with the same token and the same request returns the
    /// same certificate.
    Lenient,
}

/// The key of a new certificate authority. An existing one keeps its key.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum CaKeyKind {
    #[default]
    EcP256,
    Rsa4096,
}

/// What a revocation stops. Removing the pairing stops everything in both modes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RevocationMode {
    /// Every call at once, as Compass' code does.
    #[default]
    Strict,
    /// Only renewing; other calls go on until the certificate ends, as in Kyma's Connector Service.
    RenewalOnly,
}

/// How the keys of certificate authorities are kept.
#[derive(Clone, Debug)]
pub enum KeyProtection {
    /// Encrypted, with a passphrase that the operating system's key store keeps.
    Keyring,
    /// Encrypted, with a passphrase that is given at every start.
    Passphrase(Secret),
    /// In a file that only its owner can read. A choice to be made in so many words.
    Plain,
}

/// The settings of one embedded server. [`Config::default`] is what `connector-embedded serve` does without flags.
#[derive(Clone, Debug)]
pub struct Config {
    /// Where the store, the CA and the administrator's token live. Created with mode 0700.
    pub data_dir: PathBuf,
    /// The address to listen on; anything but loopback is for those who asked for it.
    pub host: IpAddr,
    /// Server-authenticated TLS: administrator, one-time tokens, OAuth2. 0 takes any free port.
    pub port: u16,
    /// Mutual TLS: applications with their certificate. 0 takes any free port.
    pub mtls_port: u16,
    /// Plain HTTP on loopback for the legacy token calls; off unless given.
    pub internal_port: Option<u16>,
    /// The host name in all URLs and in the server's certificate.
    pub public_host: String,
    /// What to make on the first start.
    pub seed: Seed,
    /// Lifetime of an application's one-time token.
    pub token_ttl: Duration,
    /// Lifetime of an application's certificate; `None` leaves it to the stored policy.
    pub certificate_ttl: Option<Duration>,
    /// Lifetime of a runtime's certificate; `None` leaves it to the stored policy.
    pub runtime_certificate_ttl: Option<Duration>,
    /// Lifetime of a certificate that the administrator signs for a test; `None` leaves it to the stored policy.
    pub test_certificate_ttl: Option<Duration>,
    pub fidelity: Fidelity,
    /// What every certificate carries besides its common name; `None` leaves it to the stored policy.
    pub subject: Option<Subject>,
    /// `None` leaves it to the stored policy.
    pub revocation: Option<RevocationMode>,
    pub ca_key: CaKeyKind,
    /// `None`: as the keys that are there already; new ones under the key store of the operating system.
    pub ca_key_protection: Option<KeyProtection>,
    /// The file of everything that was taken back; `None`: `revocations.jsonl` in the data directory.
    pub revocation_journal: Option<PathBuf>,
    /// Failed sign-ins in a row that one source address may make at the OAuth2 and administrator's endpoints; then
    /// one per second. 0 is without limit.
    pub failure_limit: u32,
    /// Two Connectors instead of one: this server is the central one, and every runtime has its own, with its own
    /// certificate authority, in this process.
    pub two_phase: bool,
    /// The runtimes of two-phase pairing; none means one that is called [`RuntimeConfig::DEFAULT_NAME`].
    pub runtimes: Vec<RuntimeConfig>,
    /// The Connector Service's central mode: tokens are asked for with the headers `Tenant` and `Group`, which go into O
    /// and OU, and runtimes pair too.
    pub central: bool,
    /// A token for an application that does not exist registers it.
    pub create_unknown_applications: bool,
    /// Labels of applications that are registered that way.
    pub default_labels: BTreeMap<String, String>,
    /// Where every event goes: plain HTTP on loopback.
    pub event_subscriber: Option<Url>,
    /// An OpenID provider whose users are the administrator, beside the one with the administrator's token.
    pub administrator_issuer: Option<AdministratorIssuer>,
    /// Which of the things that differ between landscapes the Director offers.
    pub director: DirectorShape,
    /// Forget the latest time that the server has seen: the clock is right now and was wrong then.
    pub trust_clock: bool,
    /// Delete the data directory on stop.
    pub ephemeral: bool,
}

/// An OpenID provider, and what its tokens must be for. Whoever comes with one is the administrator.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AdministratorIssuer {
    /// As tokens name it in `iss`, letter for letter: `https`, or `http` on this machine.
    pub issuer: String,
    /// One of them must be in the token's `aud`.
    pub audiences: Vec<String>,
    /// PEM; the provider's certificate must be of this authority. `None`: of one that the system trusts.
    pub ca_file: Option<PathBuf>,
}

/// What one landscape's Director offers and another's does not. Switched off, this server stands in for a Compass that
/// is not ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DirectorShape {
    /// The two operations of the pairing proposal: `getAuthTypesForApplication`, `generateAuthForApplication`. No
    /// released Compass has them.
    pub proposal_api: bool,
    /// Off: the field `auth` of every system auth is null without any error, as for a user who lacks the scopes
    /// `….auths:read`; also in the answer that hands out credentials.
    pub auths_readable: bool,
    /// Off: `__schema` and `__type` are null with an error.
    pub introspection: bool,
}

impl AdministratorIssuer {
    fn check(&self) -> Result<(), StartError> {
        let refuse = |message: String| Err(StartError::Setting(message));
        let good = Url::parse(&self.issuer).is_ok_and(|url| {
            (url.scheme() == "https" || url.scheme() == "http" && is_loopback(&url))
                && url.host().is_some()
                && url.username().is_empty()
                && url.password().is_none()
                && url.query().is_none()
                && url.fragment().is_none()
        });
        if !good {
            return refuse(format!(
                "--administrator-issuer \"{:.200}\" is not the address of a sign-in service. Write for example \
                 https://accounts.example.com; plain http only on this machine.",
                self.issuer
            ));
        }
        if self.audiences.is_empty() || self.audiences.iter().any(String::is_empty) {
            return refuse("--administrator-issuer needs --administrator-audience: whom its tokens are for.".into());
        }
        Ok(())
    }
}

impl Default for DirectorShape {
    fn default() -> Self {
        Self { proposal_api: true, auths_readable: true, introspection: true }
    }
}

/// A runtime of two-phase pairing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuntimeConfig {
    /// 1 to 32 lower-case letters, digits and dashes.
    pub name: String,
    /// As [`Config::port`]; `None`: the next ones that follow the central Connector's.
    pub port: Option<u16>,
    /// As [`Config::mtls_port`].
    pub mtls_port: Option<u16>,
}

impl RuntimeConfig {
    /// What a runtime is called that nobody gave a name.
    pub const DEFAULT_NAME: &str = "kyma";

    /// A runtime on the ports that follow the central Connector's.
    pub fn named(name: impl Into<String>) -> Self {
        Self { name: name.into(), port: None, mtls_port: None }
    }

    /// Reads `NAME` or `NAME:PORT:MTLS_PORT`.
    ///
    /// # Errors
    /// What it should look like.
    pub fn parse(text: &str) -> Result<Self, String> {
        let form =
            || format!("\"{text}\" is not of the form NAME or NAME:PORT:MTLS_PORT; write for example kyma:8445:8446");
        let port = |text: &str| text.parse::<u16>().map_err(|_| form());
        match text.split(':').collect::<Vec<_>>()[..] {
            [name] => Ok(Self::named(name)),
            [name, open, mutual] => {
                Ok(Self { name: name.to_owned(), port: Some(port(open)?), mtls_port: Some(port(mutual)?) })
            }
            _ => Err(form()),
        }
    }
}

/// What a new data directory starts with.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Seed {
    #[default]
    Nothing,
    /// The sample applications *shop* and *crm*.
    Samples,
    /// A JSON file: `{"applications":[{"name":…,"providerName":…,"description":…,"labels":{…}}]}`; also `tenants`,
    /// `runtimes`, `integrationSystems`, `templates` and `formations`.
    File(PathBuf),
}

impl Default for Config {
    fn default() -> Self {
        Self {
            data_dir: PathBuf::from("connector-embedded-data"),
            host: IpAddr::from([127, 0, 0, 1]),
            port: 8443,
            mtls_port: 8444,
            internal_port: None,
            public_host: "localhost".into(),
            seed: Seed::Nothing,
            token_ttl: Duration::from_secs(5 * 60),
            certificate_ttl: None,
            runtime_certificate_ttl: None,
            test_certificate_ttl: None,
            fidelity: Fidelity::default(),
            subject: None,
            revocation: None,
            ca_key: CaKeyKind::default(),
            ca_key_protection: None,
            revocation_journal: None,
            failure_limit: 100,
            two_phase: false,
            runtimes: Vec::new(),
            central: false,
            create_unknown_applications: false,
            default_labels: BTreeMap::new(),
            event_subscriber: None,
            administrator_issuer: None,
            director: DirectorShape::default(),
            trust_clock: false,
            ephemeral: false,
        }
    }
}

impl Config {
    /// Checks what can be checked before anything is touched.
    pub(crate) fn check(&self) -> Result<(), StartError> {
        let refuse = |message: String| Err(StartError::Setting(message));
        self.check_kyma()?;
        self.administrator_issuer.as_ref().map_or(Ok(()), AdministratorIssuer::check)?;
        let own = [Some(self.port), Some(self.mtls_port), self.internal_port];
        let runtimes = self.all_runtimes().into_iter().flat_map(|runtime| [runtime.port, runtime.mtls_port]);
        let fixed: Vec<u16> = own.into_iter().chain(runtimes).flatten().filter(|port| *port != 0).collect();
        if let Some(twice) = fixed.iter().enumerate().find(|(at, port)| fixed[..*at].contains(port)) {
            return refuse(format!("Port {} is given twice. Each listener needs its own.", twice.1));
        }
        let host = &self.public_host;
        let is_name = host.split('.').all(|part| {
            (1..=63).contains(&part.len())
                && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
                && !part.starts_with('-')
                && !part.ends_with('-')
        });
        if !is_name || host.len() > 253 {
            return refuse(format!(
                "--public-host \"{host}\" is not a host name. Write for example localhost or kyma.example.com."
            ));
        }
        let within = |name: &str, value: Duration, least: u64, most: u64| match value.as_secs() {
            seconds if (least..=most).contains(&seconds) => Ok(()),
            _ => Err(StartError::Setting(format!("{name} must be between {least} s and {} days.", most / DAY))),
        };
        within("--token-ttl", self.token_ttl, 1, DAY)?;
        let lifetimes = [
            ("--certificate-ttl", self.certificate_ttl),
            ("--runtime-certificate-ttl", self.runtime_certificate_ttl),
            ("--test-certificate-ttl", self.test_certificate_ttl),
        ];
        for (name, lifetime) in lifetimes {
            lifetime.map_or(Ok(()), |lifetime| within(name, lifetime, 60, 3650 * DAY))?;
        }
        Ok(())
    }

    fn check_kyma(&self) -> Result<(), StartError> {
        let refuse = |message: String| Err(StartError::Setting(message));
        if !self.two_phase && !self.runtimes.is_empty() {
            return refuse("--runtime belongs to --two-phase. Give both, or neither.".into());
        }
        simulation::check_runtime_names(self.runtimes.iter().map(|runtime| runtime.name.as_str()))
            .map_err(|error| StartError::Setting(error.to_string()))?;
        for key in self.default_labels.keys() {
            check_label_key(key).map_err(|error| StartError::Setting(format!("--default-label {key}: {error}.")))?;
        }
        match &self.event_subscriber {
            Some(url) => check_subscriber(url).map_err(StartError::Setting),
            None => Ok(()),
        }
    }

    /// The runtimes with their ports; none unless there are two phases.
    pub(crate) fn all_runtimes(&self) -> Vec<RuntimeConfig> {
        if !self.two_phase {
            return Vec::new();
        }
        let mut runtimes = self.runtimes.clone();
        if runtimes.is_empty() {
            runtimes.push(RuntimeConfig::named(RuntimeConfig::DEFAULT_NAME));
        }
        // After the central Connector's: 8445 and 8446, 8447 and 8448, and so on.
        let mut next = self.port.max(self.mtls_port);
        for runtime in &mut runtimes {
            for port in [&mut runtime.port, &mut runtime.mtls_port] {
                if port.is_none() {
                    next = next.saturating_add(1);
                    *port = Some(if self.port == 0 || self.mtls_port == 0 { 0 } else { next });
                }
            }
        }
        runtimes
    }
}

/// See [`simulation::is_subscriber`].
///
/// # Errors
/// A sentence.
pub(crate) fn check_subscriber(url: &Url) -> Result<(), String> {
    if simulation::is_subscriber(url.as_str()) {
        return Ok(());
    }
    Err(format!(
        "A subscriber must be reachable by plain HTTP on this machine, for example http://127.0.0.1:9000/events, not {}.",
        url.scheme().to_owned() + "://" + url.host_str().unwrap_or_default()
    ))
}

const DAY: u64 = 24 * 60 * 60;

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(config: &Config) -> String {
        config.check().unwrap_err().to_string()
    }

    #[test]
    fn settings_that_cannot_work_are_refused_by_name() {
        assert!(Config::default().check().is_ok());
        assert!(refused(&Config { mtls_port: 8443, ..Config::default() }).contains("8443 is given twice"));
        assert!(refused(&Config { public_host: "a b".into(), ..Config::default() }).contains("--public-host"));
        assert!(refused(&Config { token_ttl: Duration::ZERO, ..Config::default() }).contains("--token-ttl"));
        assert!(Config { port: 0, mtls_port: 0, ..Config::default() }.check().is_ok());
    }
}
