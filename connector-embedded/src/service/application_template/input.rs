//! What a template may hold: the rules that Compass has for it, and ours that keep it small.

use pairing::Failure;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::{Placeholder, placeholder};
use crate::{
    service::{Service, input_rule::BrokenRules, integration_system},
    store::application_template::ApplicationTemplate,
};

/// What `createApplicationTemplate` and `updateApplicationTemplate` bring.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(crate) struct TemplateInput {
    pub(crate) name: String,
    #[serde(default)]
    pub(crate) description: Option<String>,
    #[serde(default)]
    pub(crate) application_namespace: Option<String>,
    pub(crate) application_input: TemplateApplication,
    #[serde(default)]
    pub(crate) placeholders: Vec<Placeholder>,
    #[serde(default)]
    pub(crate) labels: Map<String, Value>,
}

/// The application of a template: every text may hold placeholders.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub(crate) struct TemplateApplication {
    pub(crate) name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) provider_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) description: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) base_url: Option<String>,
    #[serde(rename = "healthCheckURL", skip_serializing_if = "Option::is_none")]
    pub(crate) health_check_url: Option<String>,
    #[serde(rename = "localTenantID", skip_serializing_if = "Option::is_none")]
    pub(crate) local_tenant_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) application_namespace: Option<String>,
    #[serde(rename = "integrationSystemID", skip_serializing_if = "Option::is_none")]
    pub(crate) integration_system_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) status_condition: Option<String>,
    #[serde(skip_serializing_if = "Map::is_empty")]
    pub(crate) labels: Map<String, Value>,
}

const MOST_PLACEHOLDERS: usize = 100;
/// Bytes of the application as JSON.
const LARGEST_APPLICATION: usize = 16 * 1024;

impl Service {
    /// Checks what is brought, which Compass calls `input_name`, and makes the row.
    pub(in crate::service) fn template_row(
        &self,
        input: TemplateInput,
        input_name: &str,
    ) -> Result<ApplicationTemplate, Failure> {
        let now = self.clock.now().unix_millis();
        let TemplateInput { name, description, application_namespace, mut application_input, placeholders, labels } =
            input;
        application_input.labels.entry("applicationType").or_insert_with(|| json!(name));
        let document = serde_json::to_value(&application_input).map_err(Failure::internal)?;
        let mut broken = BrokenRules::default();
        check_name(&mut broken, &name, application_input.provider_name.as_deref());
        broken.description(description.as_deref());
        if application_namespace.as_deref().is_some_and(|text| text.is_empty() || text.chars().count() > 256) {
            broken.add("applicationNamespace", "the length must be between 1 and 256");
        }
        broken.labels(&labels);
        broken.labels(&application_input.labels);
        if application_input.labels.get("applicationType").is_some_and(|kind| *kind != name) {
            broken.add("applicationInput", "label applicationType must be the name of the template");
        }
        check_placeholders(&mut broken, &placeholders, &document);
        let application_input = document.to_string();
        if application_input.len() > LARGEST_APPLICATION {
            broken.add("applicationInput", format_args!("must be no more than {LARGEST_APPLICATION} bytes of JSON"));
        }
        broken.refuse(input_name)?;
        Ok(ApplicationTemplate {
            id: Uuid::new_v4().to_string(),
            name,
            description,
            application_namespace,
            application_input,
            placeholders: serde_json::to_string(&placeholders).map_err(Failure::internal)?,
            labels: Value::Object(labels).to_string(),
            created_at: now,
            updated_at: now,
        })
    }
}

fn check_name(broken: &mut BrokenRules, name: &str, provider: Option<&str>) {
    if name.is_empty() {
        broken.add("name", "cannot be blank");
    } else if name.len() > 100 {
        broken.add("name", "the length must be between 1 and 100");
    } else if !name.bytes().all(|byte| byte.is_ascii_graphic() || byte == b' ') {
        broken.add("name", "must contain printable ASCII characters only");
    } else if provider == Some("SAP") && name.strip_prefix("SAP ").is_none_or(|product| product.trim().is_empty()) {
        broken.add("name", "must be of the form \"SAP <product name>\"");
    }
}

fn check_placeholders(broken: &mut BrokenRules, placeholders: &[Placeholder], document: &Value) {
    if placeholders.len() > MOST_PLACEHOLDERS {
        broken.add("placeholders", format_args!("at most {MOST_PLACEHOLDERS}"));
        return;
    }
    let used = placeholder::used(document);
    for (at, Placeholder { name, description, json_path, .. }) in placeholders.iter().enumerate() {
        broken.check("placeholders", integration_system::check_name(name));
        broken.description(description.as_deref());
        if placeholders[..at].iter().any(|other| other.name == *name) {
            broken.add("placeholders", format_args!("{name:.36} is there twice"));
        }
        if !used.contains(name) {
            broken.add("placeholders", format_args!("{name:.36} is not used in applicationInput"));
        }
        if json_path.as_deref().is_some_and(|path| !placeholder::is_path(path)) {
            broken.add("placeholders", format_args!("the jsonPath of {name:.36} must be of the form $.a.b"));
        }
    }
    for name in used.iter().filter(|name| placeholders.iter().all(|placeholder| placeholder.name != **name)) {
        broken.add("applicationInput", format_args!("placeholder {name:.36} is not declared"));
    }
}
