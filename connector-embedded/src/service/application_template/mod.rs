//! Application templates: what an application of some kind looks like, with placeholders. In no tenant, as in Compass.

mod placeholder;

use std::collections::BTreeMap;

use pairing::{ErrorCode, Failure, LabelFilter};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::{
    Service,
    application::{self, NewApplication, not_found},
    identity::View,
    input_rule::BrokenRules,
    integration_system,
};
use crate::store::{
    application::Application,
    application_template::{self, ApplicationTemplate},
    selection::Page,
};
pub(crate) use placeholder::Placeholder;
use placeholder::Values;

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

/// What `registerApplicationFromTemplate` brings.
#[derive(Clone, Debug, Default)]
pub(crate) struct FromTemplate {
    pub(crate) template_name: String,
    /// Wins over the name.
    pub(crate) id: Option<String>,
    pub(crate) values: Option<Vec<(String, String)>>,
    /// JSON in which the placeholders' paths are looked up.
    pub(crate) payload: Option<String>,
    pub(crate) labels: Map<String, Value>,
}

const MOST_TEMPLATES: i64 = 500;
const MOST_PLACEHOLDERS: usize = 100;
/// Bytes of the application as JSON.
const LARGEST_APPLICATION: usize = 16 * 1024;
/// Characters of a value.
const LONGEST_VALUE: usize = 128;

impl Service {
    /// # Errors
    /// [`ErrorCode::InvalidData`] naming every field, [`ErrorCode::NotUniqueName`].
    pub(crate) async fn create_application_template(
        &self,
        input: TemplateInput,
    ) -> Result<ApplicationTemplate, Failure> {
        let row = self.template_row(input, "ApplicationTemplateInput")?;
        self.store
            .write(move |connection| {
                Box::pin(async move {
                    if application_template::count(connection).await? >= MOST_TEMPLATES {
                        let message = format!("The operation is not allowed [reason=there are {MOST_TEMPLATES} templates, more are not kept here]");
                        return Err(Failure::new(ErrorCode::InvalidOperation, message));
                    }
                    application_template::insert(connection, &row).await?;
                    Ok(row)
                })
            })
            .await
    }

    /// Checks what is brought, which Compass calls `input_name`, and makes the row.
    pub(super) fn template_row(&self, input: TemplateInput, input_name: &str) -> Result<ApplicationTemplate, Failure> {
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

    /// Replaces everything, as upstream.
    ///
    /// # Errors
    /// [`ErrorCode::InvalidData`], [`ErrorCode::NotFound`], [`ErrorCode::NotUniqueName`].
    pub(crate) async fn update_application_template(
        &self,
        id: &str,
        input: TemplateInput,
    ) -> Result<ApplicationTemplate, Failure> {
        let new = self.template_row(input, "ApplicationTemplateUpdateInput")?;
        let id = id.to_owned();
        self.store
            .write(move |connection| {
                Box::pin(async move {
                    let old = application_template::find(connection, &id).await?.ok_or_else(missing)?;
                    let row = ApplicationTemplate { id, created_at: old.created_at, ..new };
                    application_template::update(connection, &row).await?;
                    Ok(row)
                })
            })
            .await
    }

    /// Removes a template; applications that were made from it stay.
    ///
    /// # Errors
    /// [`ErrorCode::NotFound`].
    pub(crate) async fn delete_application_template(&self, id: &str) -> Result<ApplicationTemplate, Failure> {
        let id = id.to_owned();
        self.store
            .write(move |connection| {
                Box::pin(async move {
                    let row = application_template::find(connection, &id).await?.ok_or_else(missing)?;
                    application_template::delete(connection, &id).await?;
                    Ok(row)
                })
            })
            .await
    }

    /// # Errors
    /// [`ErrorCode::NotFound`].
    pub(crate) async fn application_template(&self, id: &str) -> Result<ApplicationTemplate, Failure> {
        let mut connection = self.store.read().await?;
        application_template::find(&mut connection, id).await?.ok_or_else(missing)
    }

    /// Up to `first` templates whose labels pass the filters, after the one with the id `after`.
    pub(crate) async fn application_templates(
        &self,
        filters: &[LabelFilter],
        first: usize,
        after: Option<&str>,
    ) -> Result<Page<ApplicationTemplate>, Failure> {
        let mut rows = {
            let mut connection = self.store.read().await?;
            application_template::all(&mut connection).await?
        };
        rows.retain(|row| {
            let labels: Map<String, Value> = serde_json::from_str(&row.labels).unwrap_or_default();
            filters.iter().all(|filter| labels.get(&filter.key).is_some_and(|value| filter.selects(value)))
        });
        let total = i64::try_from(rows.len()).unwrap_or(i64::MAX);
        if let Some(after) = after {
            rows.retain(|row| row.id.as_str() > after);
        }
        let more = rows.len() > first;
        rows.truncate(first);
        let end = rows.last().filter(|_| more).map(|row| row.id.clone());
        Ok(Page { rows, end, total })
    }

    /// Registers an application from a template.
    ///
    /// # Errors
    /// [`ErrorCode::NotFound`] for the template, [`ErrorCode::InvalidData`] for a value that is missing or breaks a rule;
    /// as for a registration.
    pub(crate) async fn register_from_template(&self, view: &View, new: FromTemplate) -> Result<Application, Failure> {
        let template = {
            let mut connection = self.store.read().await?;
            match &new.id {
                Some(id) => application_template::find(&mut connection, id).await?,
                None => application_template::named(&mut connection, &new.template_name).await?,
            }
        };
        let template = template.ok_or_else(missing)?;
        let placeholders: Vec<Placeholder> = serde_json::from_str(&template.placeholders).map_err(Failure::internal)?;
        let values = values(&placeholders, new.values, new.payload.as_deref())?;
        let mut document: Value = serde_json::from_str(&template.application_input).map_err(Failure::internal)?;
        placeholder::fill(&mut document, &values);
        let mut application: TemplateApplication = serde_json::from_value(document).map_err(Failure::internal)?;
        application.labels.extend(new.labels);
        let (row, labels) = self.registration(view, application.into_new())?;
        let row = Application { application_template_id: Some(template.id), ..row };
        let view = view.clone();
        self.store
            .write(move |connection| {
                Box::pin(async move {
                    if let Some(id) = &row.integration_system_id {
                        integration_system::named(connection, &view.reach, id).await?;
                    }
                    application::insert(connection, &row, &labels).await?;
                    Ok(row)
                })
            })
            .await
    }
}

impl TemplateApplication {
    fn into_new(self) -> NewApplication {
        NewApplication {
            name: self.name,
            provider_name: self.provider_name,
            description: self.description,
            base_url: self.base_url,
            health_check_url: self.health_check_url,
            local_tenant_id: self.local_tenant_id,
            application_namespace: self.application_namespace,
            integration_system_id: self.integration_system_id.filter(|id| !id.is_empty()),
            status_condition: self.status_condition,
            labels: self.labels,
        }
    }
}

fn missing() -> Failure {
    not_found("applicationTemplate")
}

/// What to write for each placeholder: from the values that were named, or from the payload.
fn values(
    placeholders: &[Placeholder],
    named: Option<Vec<(String, String)>>,
    payload: Option<&str>,
) -> Result<Values, Failure> {
    let mut broken = BrokenRules::default();
    let found: BTreeMap<String, String> = match (named, payload) {
        (Some(named), None) => {
            let mut found = BTreeMap::new();
            for (name, value) in named {
                if found.insert(name.clone(), value).is_some() {
                    broken.add("values", format_args!("placeholder {name:.36} is given twice"));
                }
            }
            found
        }
        (None, Some(payload)) => match serde_json::from_str::<Value>(payload) {
            Ok(payload) => {
                let path = |placeholder: &Placeholder| {
                    let found = placeholder::look_up(&payload, placeholder.json_path.as_deref()?)?;
                    Some((placeholder.name.clone(), found))
                };
                placeholders.iter().filter_map(path).collect()
            }
            Err(_) => {
                broken.add("placeholdersPayload", "must be a JSON document");
                BTreeMap::new()
            }
        },
        (Some(_), Some(_)) | (None, None) => {
            broken.add("values", "one of values or placeholdersPayload should be provided");
            BTreeMap::new()
        }
    };
    broken.refuse("ApplicationFromTemplateInput")?;
    let mut broken = BrokenRules::default();
    let mut values = Values::new();
    for Placeholder { name, optional, json_path, .. } in placeholders {
        let value = found.get(name).map(String::as_str).unwrap_or_default();
        if value.chars().count() > LONGEST_VALUE {
            broken.add(name, format_args!("the length must be no more than {LONGEST_VALUE}"));
        } else if value.is_empty() && !optional {
            match (payload, json_path) {
                (Some(_), Some(path)) => {
                    broken.add(name, format_args!("there is nothing at {path} in placeholdersPayload"))
                }
                (Some(_), None) => broken.add(name, "the placeholder has no jsonPath: give values"),
                (None, _) => broken.add(name, "cannot be blank"),
            }
        }
        values.insert(name.clone(), value.to_owned());
    }
    broken.refuse("ApplicationFromTemplateInput")?;
    Ok(values)
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

#[cfg(test)]
mod tests {
    use super::*;

    fn placeholder(name: &str, optional: bool) -> Placeholder {
        Placeholder { name: name.into(), description: None, json_path: Some(format!("$.x.{name}")), optional }
    }

    #[test]
    fn values_are_named_or_looked_up_and_none_that_is_needed_may_lack() {
        let placeholders = [placeholder("a", false), placeholder("b", true)];
        let expected = Values::from([("a".to_owned(), "1".to_owned()), ("b".to_owned(), String::new())]);
        let named = |pairs: &[(&str, &str)]| {
            Some(pairs.iter().map(|&(name, value)| (name.to_owned(), value.to_owned())).collect())
        };
        assert_eq!(values(&placeholders, named(&[("a", "1"), ("unknown", "2")]), None).unwrap(), expected);
        assert_eq!(values(&placeholders, None, Some(r#"{"x":{"a":1,"b":[]}}"#)).unwrap(), expected);
        let long = "x".repeat(129);
        for (named, payload, words) in [
            (None, None, "one of values or placeholdersPayload"),
            (named(&[("a", "1")]), Some("{}"), "one of values or placeholdersPayload"),
            (named(&[]), None, "a=cannot be blank"),
            (named(&[("a", "1"), ("a", "2")]), None, "given twice"),
            (named(&[("a", &long)]), None, "no more than 128"),
            (None, Some("{"), "must be a JSON document"),
            (None, Some("{}"), "nothing at $.x.a"),
        ] {
            let refusal = values(&placeholders, named, payload).unwrap_err();
            assert!(refusal.code == ErrorCode::InvalidData && refusal.message.contains(words), "{refusal}");
        }
    }
}
