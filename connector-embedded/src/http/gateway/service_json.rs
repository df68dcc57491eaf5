//! Services as the registry answers them.

use std::collections::BTreeMap;

use pairing::Failure;
use serde::Serialize;
use serde_json::value::RawValue;

use crate::{
    service::registry::{Api, Documentation},
    store::registered_service::{Document, RegisteredService, Specification},
};

/// A service in a list.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ServiceJson {
    id: String,
    provider: String,
    name: String,
    description: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    identifier: Option<String>,
    labels: BTreeMap<String, String>,
}

/// One service with everything it has.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::http) struct DetailsJson {
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<String>,
    provider: String,
    name: String,
    description: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    short_description: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    identifier: Option<String>,
    labels: BTreeMap<String, String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    api: Option<ApiJson>,
    #[serde(skip_serializing_if = "Option::is_none")]
    events: Option<EventsJson>,
    #[serde(skip_serializing_if = "Option::is_none")]
    documentation: Option<DocumentationJson>,
}

#[derive(Debug, Serialize)]
struct ApiJson {
    #[serde(flatten)]
    api: Api,
    #[serde(skip_serializing_if = "Option::is_none")]
    spec: Option<Box<RawValue>>,
}

#[derive(Debug, Serialize)]
struct EventsJson {
    #[serde(skip_serializing_if = "Option::is_none")]
    spec: Option<Box<RawValue>>,
}

#[derive(Debug, Serialize)]
struct DocumentationJson {
    #[serde(flatten)]
    documentation: Documentation,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    docs: Vec<DocumentJson>,
}

#[derive(Debug, Serialize)]
struct DocumentJson {
    title: String,
    #[serde(rename = "type")]
    kind: String,
    source: String,
}

impl ServiceJson {
    pub(super) fn new(row: RegisteredService) -> Result<Self, Failure> {
        Ok(Self {
            labels: row.read_labels()?,
            id: row.id,
            provider: row.provider,
            name: row.name,
            description: row.description,
            identifier: row.identifier,
        })
    }
}

/// A service with its specifications, where they are given.
pub(in crate::http) fn details(
    row: &RegisteredService,
    documents: Vec<Document>,
    specifications: [Option<Specification>; 2],
) -> Result<DetailsJson, Failure> {
    let [api_spec, event_spec] = specifications;
    let api_spec = api_spec.map(as_json).transpose()?;
    let event_spec = event_spec.map(as_json).transpose()?;
    let docs = documents
        .into_iter()
        .map(|document| DocumentJson { title: document.title, kind: document.kind, source: document.source })
        .collect();
    Ok(DetailsJson {
        id: None,
        provider: row.provider.clone(),
        name: row.name.clone(),
        description: row.description.clone(),
        short_description: row.short_description.clone(),
        identifier: row.identifier.clone(),
        labels: row.read_labels()?,
        api: row.read_api()?.map(|api| ApiJson { api, spec: api_spec }),
        events: row.event_definition_id.is_some().then_some(EventsJson { spec: event_spec }),
        documentation: row.read_documentation()?.map(|documentation| DocumentationJson { documentation, docs }),
    })
}

impl DetailsJson {
    /// With its id, which the registry's answer to a GET lacks.
    pub(super) fn with_id(self, id: String) -> Self {
        Self { id: Some(id), ..self }
    }
}

/// JSON as it is, without a copy; XML in a string.
fn as_json(specification: Specification) -> Result<Box<RawValue>, Failure> {
    let text = match specification.format.as_str() {
        "JSON" => specification.text,
        _ => serde_json::to_string(&specification.text).map_err(Failure::internal)?,
    };
    RawValue::from_string(text).map_err(Failure::internal)
}
