//! What certificates must look like and how long they last: one object, checked as a whole, kept in the store. What was
//! given on the command line holds for this start and cannot be changed meanwhile.

use std::{borrow::Cow, collections::BTreeSet};

use pairing::{ErrorCode, Failure, Subject, csr::KeyRules};
use serde::{Deserialize, Serialize};

use super::Service;
use crate::{
    Config, RevocationMode, StartError,
    store::{Store, setting},
};

/// The policy, as it is stored and as the console shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Policy {
    pub(crate) subject: SubjectRules,
    pub(crate) keys: Keys,
    pub(crate) lifetimes: Lifetimes,
    pub(crate) thresholds: Thresholds,
    pub(crate) revocation_mode: RevocationMode,
}

/// What every request must carry besides its common name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct SubjectRules {
    pub(crate) organization: String,
    pub(crate) organizational_unit: String,
    pub(crate) locality: String,
    pub(crate) province: String,
    pub(crate) country: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Keys {
    pub(crate) rsa_minimum_bits: u32,
    pub(crate) rsa_maximum_bits: u32,
    /// Of `P-256` and `P-384`.
    pub(crate) curves: Vec<String>,
}

/// Seconds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Lifetimes {
    pub(crate) application_seconds: i64,
    pub(crate) runtime_seconds: i64,
    /// What the administrator signs by hand to try something.
    pub(crate) test_seconds: i64,
}

/// A certificate "expires soon" when less is left than the smaller of the two: days alone would warn about a short one
/// all its life, a share alone about a long one for months.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Thresholds {
    pub(crate) warning_days: u32,
    /// Of the lifetime.
    pub(crate) warning_percent: u32,
}

/// One thing that is wrong with a policy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct FieldError {
    /// Dotted: `lifetimes.testSeconds`.
    pub(crate) field: Cow<'static, str>,
    pub(crate) message: String,
}

impl FieldError {
    pub(crate) fn new(field: impl Into<Cow<'static, str>>, message: impl Into<String>) -> Self {
        Self { field: field.into(), message: message.into() }
    }
}

/// What an application's certificate is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CertificateKind {
    Application,
    Runtime,
    Test,
}

impl CertificateKind {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Application => "application",
            Self::Runtime => "runtime",
            Self::Test => "test",
        }
    }
}

const MINUTE: i64 = 60;
const DAY: i64 = 24 * 60 * MINUTE;

impl Default for Policy {
    /// Subject and application lifetime of Compass' chart; a day for runtimes as Kyma had it (`validityTime` of the
    /// Connector Service's runtime certificates).
    fn default() -> Self {
        Self {
            subject: SubjectRules::of(&Subject::default()),
            keys: Keys { rsa_minimum_bits: 2048, rsa_maximum_bits: 4096, curves: vec!["P-256".into(), "P-384".into()] },
            lifetimes: Lifetimes { application_seconds: 90 * DAY, runtime_seconds: DAY, test_seconds: 15 * MINUTE },
            thresholds: Thresholds { warning_days: 30, warning_percent: 33 },
            revocation_mode: RevocationMode::default(),
        }
    }
}

impl SubjectRules {
    fn of(subject: &Subject) -> Self {
        Self {
            organization: subject.organization.clone(),
            organizational_unit: subject.organizational_unit.clone(),
            locality: subject.locality.clone(),
            province: subject.province.clone(),
            country: subject.country.clone(),
        }
    }
}

impl Policy {
    pub(crate) fn subject(&self) -> Subject {
        let SubjectRules { organization, organizational_unit, locality, province, country } = self.subject.clone();
        Subject { organization, organizational_unit, locality, province, country }
    }

    pub(crate) fn key_rules(&self) -> KeyRules {
        let curve = |name: &str| self.keys.curves.iter().any(|curve| curve == name);
        KeyRules {
            rsa_bits: self.keys.rsa_minimum_bits..=self.keys.rsa_maximum_bits,
            p256: curve("P-256"),
            p384: curve("P-384"),
        }
    }

    /// Seconds.
    pub(crate) const fn lifetime(&self, kind: CertificateKind) -> i64 {
        match kind {
            CertificateKind::Application => self.lifetimes.application_seconds,
            CertificateKind::Runtime => self.lifetimes.runtime_seconds,
            CertificateKind::Test => self.lifetimes.test_seconds,
        }
    }

    /// Everything that is wrong with it.
    pub(crate) fn errors(&self) -> Vec<FieldError> {
        let mut errors = Vec::new();
        let mut wrong = |field: &'static str, message: String| errors.push(FieldError::new(field, message));
        let subject = &self.subject;
        let parts = [
            ("subject.organization", &subject.organization),
            ("subject.organizationalUnit", &subject.organizational_unit),
            ("subject.locality", &subject.locality),
            ("subject.province", &subject.province),
        ];
        for (field, value) in parts {
            let forbidden = |c: char| matches!(c, ',' | '+' | '=' | '/' | '"' | '\\') || c.is_control();
            if value.trim().is_empty()
                || value.chars().count() > 64
                || value.contains(forbidden)
                || value.trim() != value
            {
                wrong(field, "1 to 64 characters without , + = / \" \\ and without blanks at the ends, because clients split the subject at them".into());
            }
        }
        if subject.country.len() != 2 || !subject.country.bytes().all(|byte| byte.is_ascii_alphabetic()) {
            wrong("subject.country", "a country code of two letters, such as DE".into());
        }
        let bits = 2048..=4096;
        if !bits.contains(&self.keys.rsa_minimum_bits) {
            wrong("keys.rsaMinimumBits", "between 2048 and 4096: shorter keys can be broken".into());
        }
        if !bits.contains(&self.keys.rsa_maximum_bits) {
            wrong("keys.rsaMaximumBits", "between 2048 and 4096: longer keys make every handshake slow".into());
        } else if self.keys.rsa_maximum_bits < self.keys.rsa_minimum_bits {
            wrong("keys.rsaMaximumBits", "not less than the minimum".into());
        }
        let known = |curve: &String| matches!(curve.as_str(), "P-256" | "P-384");
        let different: BTreeSet<_> = self.keys.curves.iter().collect();
        if !self.keys.curves.iter().all(known) || different.len() != self.keys.curves.len() {
            wrong("keys.curves", "none, one or both of P-256 and P-384".into());
        }
        let lifetimes = [
            ("lifetimes.applicationSeconds", self.lifetimes.application_seconds),
            ("lifetimes.runtimeSeconds", self.lifetimes.runtime_seconds),
            ("lifetimes.testSeconds", self.lifetimes.test_seconds),
        ];
        for (field, seconds) in lifetimes {
            if !(MINUTE..=3650 * DAY).contains(&seconds) {
                wrong(field, "between one minute and ten years (3650 days)".into());
            }
        }
        if self.thresholds.warning_days > 3650 {
            wrong("thresholds.warningDays", "between 0 and 3650 days".into());
        }
        if self.thresholds.warning_percent > 100 {
            wrong("thresholds.warningPercent", "between 0 and 100 per cent".into());
        }
        errors
    }
}

/// The fields that the command line set, and their values.
#[derive(Clone, Debug, Default)]
pub(crate) struct Fixed {
    subject: Option<Subject>,
    application_seconds: Option<i64>,
    runtime_seconds: Option<i64>,
    test_seconds: Option<i64>,
    revocation_mode: Option<RevocationMode>,
}

impl Fixed {
    pub(crate) fn of(config: &Config) -> Self {
        Self {
            subject: config.subject.clone(),
            application_seconds: config.certificate_ttl.map(super::seconds),
            runtime_seconds: config.runtime_certificate_ttl.map(super::seconds),
            test_seconds: config.test_certificate_ttl.map(super::seconds),
            revocation_mode: config.revocation,
        }
    }

    fn apply(&self, policy: &mut Policy) {
        if let Some(subject) = &self.subject {
            policy.subject = SubjectRules::of(subject);
        }
        policy.lifetimes.application_seconds = self.application_seconds.unwrap_or(policy.lifetimes.application_seconds);
        policy.lifetimes.runtime_seconds = self.runtime_seconds.unwrap_or(policy.lifetimes.runtime_seconds);
        policy.lifetimes.test_seconds = self.test_seconds.unwrap_or(policy.lifetimes.test_seconds);
        policy.revocation_mode = self.revocation_mode.unwrap_or(policy.revocation_mode);
    }

    /// Gives the fields that the command line set the values of `stored`.
    fn put_back(&self, policy: &mut Policy, stored: &Policy) {
        if self.subject.is_some() {
            policy.subject = stored.subject.clone();
        }
        let (lifetimes, before) = (&mut policy.lifetimes, &stored.lifetimes);
        let fields = [
            (self.application_seconds, &mut lifetimes.application_seconds, before.application_seconds),
            (self.runtime_seconds, &mut lifetimes.runtime_seconds, before.runtime_seconds),
            (self.test_seconds, &mut lifetimes.test_seconds, before.test_seconds),
        ];
        for (_, field, before) in fields.into_iter().filter(|(fixed, ..)| fixed.is_some()) {
            *field = before;
        }
        if self.revocation_mode.is_some() {
            policy.revocation_mode = stored.revocation_mode;
        }
    }

    /// The names of the fields.
    pub(crate) fn names(&self) -> Vec<&'static str> {
        let subject = [
            "subject.organization",
            "subject.organizationalUnit",
            "subject.locality",
            "subject.province",
            "subject.country",
        ];
        let mut names = if self.subject.is_some() { subject.to_vec() } else { Vec::new() };
        let single = [
            ("lifetimes.applicationSeconds", self.application_seconds.is_some()),
            ("lifetimes.runtimeSeconds", self.runtime_seconds.is_some()),
            ("lifetimes.testSeconds", self.test_seconds.is_some()),
            ("revocationMode", self.revocation_mode.is_some()),
        ];
        names.extend(single.iter().filter(|(_, fixed)| *fixed).map(|(name, _)| *name));
        names
    }

    /// What a new policy changes although the command line set it.
    fn contradicted(&self, wanted: &Policy) -> Vec<FieldError> {
        let mut kept = wanted.clone();
        self.apply(&mut kept);
        let pairs = [
            ("subject.organization", kept.subject.organization == wanted.subject.organization),
            ("subject.organizationalUnit", kept.subject.organizational_unit == wanted.subject.organizational_unit),
            ("subject.locality", kept.subject.locality == wanted.subject.locality),
            ("subject.province", kept.subject.province == wanted.subject.province),
            ("subject.country", kept.subject.country == wanted.subject.country),
            (
                "lifetimes.applicationSeconds",
                kept.lifetimes.application_seconds == wanted.lifetimes.application_seconds,
            ),
            ("lifetimes.runtimeSeconds", kept.lifetimes.runtime_seconds == wanted.lifetimes.runtime_seconds),
            ("lifetimes.testSeconds", kept.lifetimes.test_seconds == wanted.lifetimes.test_seconds),
            ("revocationMode", kept.revocation_mode == wanted.revocation_mode),
        ];
        let message = "this server was started with it on the command line; it cannot be changed while it runs";
        let contradicted = pairs.iter().filter(|(_, same)| !same);
        contradicted.map(|(field, _)| FieldError::new(*field, message)).collect()
    }
}

/// Where the store keeps it.
const NAME: &str = "policy";

/// The policy of this start: what is stored, and over it what the command line says.
pub(crate) async fn load(store: &Store, fixed: &Fixed) -> Result<Policy, StartError> {
    let mut connection = store.read().await.map_err(StartError::Other)?;
    let stored = setting::get(&mut connection, NAME).await.map_err(StartError::Other)?;
    let mut policy = match stored {
        Some(text) => serde_json::from_str(&text)
            .map_err(|error| StartError::Other(Failure::internal(format!("the stored policy: {error}"))))?,
        None => Policy::default(),
    };
    fixed.apply(&mut policy);
    let errors = policy.errors();
    if errors.is_empty() {
        return Ok(policy);
    }
    Err(StartError::Setting(Failure::from(PolicyRefusal::Fields(errors)).message))
}

impl Service {
    /// The policy of the moment.
    pub(crate) fn policy(&self) -> std::sync::Arc<Policy> {
        self.policy.load_full()
    }

    /// Everything that is wrong with a policy here and now.
    pub(crate) fn policy_errors(&self, wanted: &Policy) -> Vec<FieldError> {
        let mut errors = wanted.errors();
        errors.extend(self.settings.fixed.contradicted(wanted));
        errors
    }

    /// Replaces the policy, from the next request on.
    ///
    /// # Errors
    /// Everything that is wrong with it, at once; or the store's trouble.
    pub(crate) async fn set_policy(&self, wanted: Policy) -> Result<(), PolicyRefusal> {
        let errors = self.policy_errors(&wanted);
        if !errors.is_empty() {
            return Err(PolicyRefusal::Fields(errors));
        }
        let _changing = self.changing.lock().await;
        // What the command line set holds for this start only: the store keeps what it had.
        let mut kept = wanted.clone();
        let stored = {
            let mut connection = self.store.read().await.map_err(PolicyRefusal::Failed)?;
            setting::get(&mut connection, NAME).await.map_err(PolicyRefusal::Failed)?
        };
        self.settings
            .fixed
            .put_back(&mut kept, &stored.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default());
        let text = serde_json::to_string(&kept).map_err(|error| PolicyRefusal::Failed(Failure::internal(error)))?;
        self.store
            .write(move |connection| Box::pin(async move { setting::set(connection, NAME, &text).await }))
            .await
            .map_err(PolicyRefusal::Failed)?;
        self.policy.store(std::sync::Arc::new(wanted));
        Ok(())
    }
}

/// Why a policy was not taken.
#[derive(Clone, Debug)]
pub(crate) enum PolicyRefusal {
    Fields(Vec<FieldError>),
    Failed(Failure),
}

impl From<PolicyRefusal> for Failure {
    fn from(refusal: PolicyRefusal) -> Self {
        match refusal {
            PolicyRefusal::Failed(failure) => failure,
            PolicyRefusal::Fields(errors) => {
                let fields: Vec<_> = errors.iter().map(|error| format!("{}: {}", error.field, error.message)).collect();
                Self::new(ErrorCode::InvalidData, fields.join("; "))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_error_is_reported_at_once_and_the_default_has_none() {
        assert_eq!(Policy::default().errors(), []);
        let mut policy = Policy::default();
        policy.subject.country = "Germany".into();
        policy.subject.locality = "a,b".into();
        policy.keys.rsa_minimum_bits = 1024;
        policy.keys.curves.push("P-521".into());
        policy.lifetimes.test_seconds = 0;
        policy.thresholds.warning_percent = 101;
        let errors = policy.errors();
        let fields: Vec<_> = errors.iter().map(|error| error.field.as_ref()).collect();
        assert_eq!(
            fields,
            [
                "subject.locality",
                "subject.country",
                "keys.rsaMinimumBits",
                "keys.curves",
                "lifetimes.testSeconds",
                "thresholds.warningPercent"
            ]
        );
    }

    #[test]
    fn what_the_command_line_set_holds_and_cannot_be_changed() {
        let fixed = Fixed { test_seconds: Some(120), ..Fixed::default() };
        let mut policy = Policy::default();
        fixed.apply(&mut policy);
        assert_eq!((policy.lifetimes.test_seconds, fixed.names()), (120, vec!["lifetimes.testSeconds"]));
        assert_eq!(fixed.contradicted(&policy), []);
        policy.lifetimes.test_seconds = 60;
        assert_eq!(fixed.contradicted(&policy).len(), 1);
    }
}
