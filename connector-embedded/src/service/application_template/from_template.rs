//! Registering an application from a template: a value for each placeholder, and the application that comes of it.

use std::collections::BTreeMap;

use pairing::Failure;
use serde_json::{Map, Value};

use super::{
    Placeholder, TemplateApplication, missing,
    placeholder::{self, Values},
};
use crate::{
    service::{
        Service,
        application::{self, NewApplication},
        identity::View,
        input_rule::BrokenRules,
        integration_system,
    },
    store::{application::Application, application_template},
};

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

/// Characters of a value.
const LONGEST_VALUE: usize = 128;

impl Service {
    /// Registers an application from a template.
    ///
    /// # Errors
    /// [`pairing::ErrorCode::NotFound`] for the template, [`pairing::ErrorCode::InvalidData`] for a value that is missing or breaks a rule;
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

#[cfg(test)]
mod tests {
    use pairing::ErrorCode;

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
