//! The file that `--seed` names: what a landscape starts with.

use std::{fs, path::Path};

use pairing::{SystemAuthId, check_label_key};
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::{
    StartError,
    service::{
        application::NewApplication, application_template::TemplateInput, integration_system::IntegrationSystemInput,
        runtime::RuntimeInput,
    },
};

/// More than a seed of a hundred thousand applications.
const LARGEST: u64 = 128 * 1024 * 1024;

/// Everything may be left out. Without `tenants` there is one, called *default*; else the first is where things belong
/// that name none, and the one that the ready line names.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct SeedFile {
    pub(super) tenants: Vec<SeedTenant>,
    pub(super) integration_systems: Vec<SeedIntegrationSystem>,
    pub(super) runtimes: Vec<SeedRuntime>,
    pub(super) applications: Vec<SeedApplication>,
    /// As `createApplicationTemplate` takes them.
    pub(super) templates: Vec<TemplateInput>,
    pub(super) formations: Vec<SeedFormation>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct SeedTenant {
    /// The external id; a random one where there is none.
    #[serde(default = "random_id")]
    pub(super) id: String,
    pub(super) name: String,
    #[serde(rename = "type", default = "account")]
    pub(super) kind: String,
    /// External ids of tenants before this one.
    #[serde(default)]
    pub(super) parents: Vec<String>,
    #[serde(default)]
    pub(super) labels: Map<String, Value>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct SeedIntegrationSystem {
    pub(super) name: String,
    description: Option<String>,
    /// Tokens of its applications come as from a pairing adapter: without an address to go with them.
    #[serde(default)]
    pub(super) pairing_adapter: bool,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct SeedRuntime {
    pub(super) name: String,
    /// External id.
    pub(super) tenant: Option<String>,
    description: Option<String>,
    application_namespace: Option<String>,
    #[serde(default)]
    labels: Map<String, Value>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct SeedApplication {
    pub(super) name: String,
    /// External id.
    pub(super) tenant: Option<String>,
    pub(super) provider_name: Option<String>,
    pub(super) description: Option<String>,
    pub(super) base_url: Option<String>,
    #[serde(rename = "healthCheckURL")]
    pub(super) health_check_url: Option<String>,
    #[serde(rename = "localTenantID")]
    pub(super) local_tenant_id: Option<String>,
    pub(super) application_namespace: Option<String>,
    /// The name of one in this file.
    pub(super) integration_system: Option<String>,
    #[serde(default)]
    pub(super) labels: Map<String, Value>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct SeedFormation {
    pub(super) name: String,
    /// External id.
    pub(super) tenant: Option<String>,
    /// Names, in the same tenant.
    #[serde(default)]
    pub(super) applications: Vec<String>,
    /// Names, in the same tenant.
    #[serde(default)]
    pub(super) runtimes: Vec<String>,
}

impl SeedTenant {
    /// # Errors
    /// The rule that it breaks.
    pub(super) fn check(&self) -> Result<(), String> {
        let printable =
            |text: &str, most| (1..=most).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic());
        if !printable(&self.id, 256) {
            return Err("id must be 1 to 256 printable ASCII characters without blanks".into());
        }
        if self.name.is_empty() || self.name.chars().count() > 256 {
            return Err("name must be 1 to 256 characters".into());
        }
        if !KINDS.contains(&self.kind.as_str()) {
            return Err(format!("type must be one of {}", KINDS.join(", ")));
        }
        self.labels
            .keys()
            .try_for_each(|key| check_label_key(key).map_err(|error| format!("label {key:.100}: {error}")))
    }
}

/// `director/pkg/tenant`.
const KINDS: [&str; 7] =
    ["account", "customer", "subaccount", "organization", "folder", "resource-group", "cost-object"];

fn random_id() -> String {
    SystemAuthId::random().to_string()
}

fn account() -> String {
    KINDS[0].to_owned()
}

impl SeedIntegrationSystem {
    pub(super) fn into_input(self) -> IntegrationSystemInput {
        IntegrationSystemInput { name: self.name, description: self.description }
    }
}

impl SeedRuntime {
    pub(super) fn into_input(self) -> RuntimeInput {
        RuntimeInput {
            name: self.name,
            description: self.description,
            application_namespace: self.application_namespace,
            status_condition: None,
            labels: self.labels,
        }
    }
}

impl SeedApplication {
    pub(super) fn into_new(self, integration_system_id: Option<String>) -> NewApplication {
        NewApplication {
            name: self.name,
            provider_name: self.provider_name,
            description: self.description,
            base_url: self.base_url,
            health_check_url: self.health_check_url,
            local_tenant_id: self.local_tenant_id,
            application_namespace: self.application_namespace,
            integration_system_id,
            labels: self.labels,
            ..NewApplication::default()
        }
    }
}

/// # Errors
/// [`StartError::Setting`] that names the file and what is wrong with it.
pub(super) fn read(path: &Path) -> Result<SeedFile, StartError> {
    let refuse =
        |cause: String| StartError::Setting(format!("The seed file {} cannot be used: {cause}", path.display()));
    if fs::metadata(path).is_ok_and(|metadata| metadata.len() > LARGEST) {
        return Err(refuse(format!("it is larger than {} MiB", LARGEST >> 20)));
    }
    let text = fs::read_to_string(path).map_err(|error| refuse(error.to_string()))?;
    let value: Value = serde_json::from_str(&text).map_err(|error| refuse(error.to_string()))?;
    // The parser would take a list for the members in their order, and an empty one for nothing at all.
    let lists = value.as_object().map(|file| file.values().filter_map(Value::as_array).flatten());
    if !lists.is_some_and(|mut items| items.all(Value::is_object)) {
        return Err(refuse("it must be an object whose lists have objects in them".into()));
    }
    serde_json::from_str(&text).map_err(|error| refuse(error.to_string()))
}
