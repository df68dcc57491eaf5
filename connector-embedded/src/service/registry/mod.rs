//! The Application Registry: what paired applications offer. A service here is a bundle of the Director.

mod definition;
mod event_types;
mod masking;
mod validation;

use std::collections::BTreeMap;

use pairing::{ErrorCode, Failure};
use serde::de::DeserializeOwned;
use uuid::Uuid;

use super::{Service, kyma::GatewayApplication};
use crate::store::{
    application,
    registered_service::{self as store, By, Document, RegisteredService, SpecKind, Specification},
};

pub(crate) use definition::{Api, Credentials, Definition, Documentation, MASK};
pub(crate) use event_types::EventType;
pub(crate) use validation::SPECIFICATION;

/// The most services one application may have.
const SERVICES: i64 = 500;
/// The most that all specifications of one application may weigh, in bytes.
const SPECIFICATIONS: i64 = 128 * 1024 * 1024;
/// The most that those of all applications may weigh, in bytes: a backup holds them in memory.
const SPECIFICATIONS_OF_ALL: i64 = 256 * 1024 * 1024;
/// The most that one service may weigh without its specifications, in bytes.
const REST: usize = 1024 * 1024;

/// The label that always says whose service it is.
const OWNER_LABEL: &str = "connected-app";

/// A checked definition, ready to be written.
struct Prepared {
    row: RegisteredService,
    api: Option<Api>,
    api_spec: Option<Specification>,
    event_spec: Option<Specification>,
    documents: Vec<Document>,
}

impl Service {
    /// Registers a service and returns its id.
    ///
    /// # Errors
    /// [`ErrorCode::InvalidData`], [`ErrorCode::TooLarge`], [`ErrorCode::NotUniqueName`] for the identifier,
    /// [`ErrorCode::NotFound`] for an application that went meanwhile.
    pub(crate) async fn register_service(
        &self,
        application: &GatewayApplication,
        definition: Definition<'_>,
    ) -> Result<String, Failure> {
        let now = self.clock.now().unix_millis();
        let mut prepared = prepare(application, definition, now)?;
        prepared.row.id = Uuid::new_v4().to_string();
        let name = application.app_name.clone();
        self.store
            .write(move |connection| {
                Box::pin(async move {
                    let application_id = prepared.row.application_id.clone();
                    exists(connection, &application_id, &name).await?;
                    let held = store::holdings(connection, &application_id).await?;
                    if held.services >= SERVICES {
                        let message = format!("The application has {SERVICES} services already; remove some first.");
                        return Err(Failure::new(ErrorCode::InvalidData, message));
                    }
                    prepared.take_ids(None);
                    mask(&mut prepared, None)?;
                    check_rest(&prepared)?;
                    store::insert(connection, &prepared.row).await?;
                    let id = prepared.row.id.clone();
                    write_parts(connection, prepared).await?;
                    Ok(id)
                })
            })
            .await
    }

    /// Replaces a service in one step. Its identifier stays what it is.
    ///
    /// # Errors
    /// As [`Service::register_service`]; [`ErrorCode::NotFound`] for the service.
    pub(crate) async fn replace_service(
        &self,
        application: &GatewayApplication,
        id: &str,
        definition: Definition<'_>,
    ) -> Result<RegisteredService, Failure> {
        let now = self.clock.now().unix_millis();
        let mut prepared = prepare(application, definition, now)?;
        let (id, name) = (id.to_owned(), application.app_name.clone());
        self.store
            .write(move |connection| {
                Box::pin(async move {
                    let application_id = prepared.row.application_id.clone();
                    exists(connection, &application_id, &name).await?;
                    let found = store::find(connection, &application_id, By::Id, &id).await?;
                    let found = found.ok_or_else(|| no_service(&id))?;
                    prepared.take_ids(Some(&found));
                    let kept = found.api.as_deref().map(parse::<Api>).transpose()?;
                    mask(&mut prepared, kept.as_ref())?;
                    check_rest(&prepared)?;
                    store::update(connection, &prepared.row).await?;
                    write_parts(connection, prepared).await?;
                    let written = store::find(connection, &application_id, By::Id, &id).await?;
                    written.ok_or_else(|| Failure::internal("a service went while it was written"))
                })
            })
            .await
    }

    /// Removes a service. One that is not there is as good as removed, as in Kyma's code (its document says 404): a
    /// client that lost the first answer may ask again.
    pub(crate) async fn remove_service(&self, application: &GatewayApplication, id: &str) -> Result<(), Failure> {
        let (application_id, id) = (application.id.clone(), id.to_owned());
        self.store
            .write(move |connection| {
                Box::pin(async move { store::delete(connection, &application_id, &id).await.map(drop) })
            })
            .await
    }

    /// The services of an application in the order of registration.
    pub(crate) async fn registered_services(&self, application_id: &str) -> Result<Vec<RegisteredService>, Failure> {
        let mut connection = self.store.read().await?;
        store::all(&mut connection, application_id).await
    }

    /// Up to `first` services after the one with this number, and where the next page starts.
    pub(crate) async fn registered_services_after(
        &self,
        application_id: &str,
        number: i64,
        first: usize,
    ) -> Result<(Vec<RegisteredService>, Option<i64>, i64), Failure> {
        let mut connection = self.store.read().await?;
        let mut rows = store::after(&mut connection, application_id, number, first + 1).await?;
        let more = rows.len() > first;
        rows.truncate(first);
        let end = rows.last().filter(|_| more).map(|row| row.number);
        let total = store::holdings(&mut connection, application_id).await?.services;
        Ok((rows, end, total))
    }

    /// One service of an application.
    pub(crate) async fn registered_service(
        &self,
        application_id: &str,
        by: By,
        id: &str,
    ) -> Result<Option<RegisteredService>, Failure> {
        let mut connection = self.store.read().await?;
        store::find(&mut connection, application_id, by, id).await
    }

    /// One service of an application.
    ///
    /// # Errors
    /// [`ErrorCode::NotFound`].
    pub(crate) async fn must_have_service(&self, application_id: &str, id: &str) -> Result<RegisteredService, Failure> {
        self.registered_service(application_id, By::Id, id).await?.ok_or_else(|| no_service(id))
    }

    pub(crate) async fn specification(
        &self,
        service_id: &str,
        kind: SpecKind,
    ) -> Result<Option<Specification>, Failure> {
        let mut connection = self.store.read().await?;
        store::specification(&mut connection, service_id, kind).await
    }

    pub(crate) async fn documents(&self, service_id: &str) -> Result<Vec<Document>, Failure> {
        let mut connection = self.store.read().await?;
        store::documents(&mut connection, service_id).await
    }

    /// The event types that an application's specifications declare, each once.
    pub(crate) async fn declared_event_types(&self, application_id: &str) -> Result<Vec<EventType>, Failure> {
        let mut types = Vec::new();
        for row in self.registered_services(application_id).await? {
            types.extend(row.declared_event_types()?);
        }
        types.sort();
        types.dedup();
        Ok(types)
    }
}

impl RegisteredService {
    pub(crate) fn read_labels(&self) -> Result<BTreeMap<String, String>, Failure> {
        parse(&self.labels)
    }

    pub(crate) fn read_api(&self) -> Result<Option<Api>, Failure> {
        self.api.as_deref().map(parse).transpose()
    }

    pub(crate) fn read_documentation(&self) -> Result<Option<Documentation>, Failure> {
        self.documentation.as_deref().map(parse).transpose()
    }

    pub(crate) fn declared_event_types(&self) -> Result<Vec<EventType>, Failure> {
        self.event_types.as_deref().map_or_else(|| Ok(Vec::new()), parse)
    }
}

impl Prepared {
    /// Definitions keep their ids for as long as they are there.
    fn take_ids(&mut self, kept: Option<&RegisteredService>) {
        let fresh = || Uuid::new_v4().to_string();
        let api = kept.and_then(|kept| kept.api_definition_id.clone()).unwrap_or_else(fresh);
        let events = kept.and_then(|kept| kept.event_definition_id.clone()).unwrap_or_else(fresh);
        self.row.api_definition_id = self.api.is_some().then_some(api);
        self.row.event_definition_id = self.event_spec.is_some().then_some(events);
        if let Some(kept) = kept {
            self.row.id.clone_from(&kept.id);
        }
    }
}

fn prepare(application: &GatewayApplication, definition: Definition<'_>, now: i64) -> Result<Prepared, Failure> {
    validation::check(&definition)?;
    let api_spec = definition.api.as_ref().and_then(|api| api.spec).map(validation::api_specification).transpose()?;
    let event_spec = definition.events.as_ref().and_then(|events| events.spec);
    let event_spec = event_spec.map(validation::event_specification).transpose()?;
    let event_types = event_spec.as_ref().map(|spec| event_types::declared(&spec.text));
    let api = definition.api.map(|api| {
        let request_parameters = api.request_parameters.or_else(|| {
            let old = definition::Parameters { headers: api.headers, query_parameters: api.query_parameters };
            (old.headers.is_some() || old.query_parameters.is_some()).then_some(old)
        });
        let odata = api.api_type.as_deref().is_some_and(|kind| kind.eq_ignore_ascii_case("odata"));
        Api {
            target_url: api.target_url.unwrap_or_default(),
            api_type: if odata { "ODATA" } else { "OPEN_API" }.to_owned(),
            specification_url: api.specification_url.filter(|url| !url.is_empty()),
            credentials: api.credentials.filter(|credentials| credentials.kind().is_some()),
            request_parameters,
            specification_credentials: api.specification_credentials.filter(|credentials| credentials.kind().is_some()),
            specification_request_parameters: api.specification_request_parameters,
            headers: None,
            query_parameters: None,
        }
    });
    let mut labels = definition.labels.unwrap_or_default();
    labels.insert(OWNER_LABEL.to_owned(), application.app_name.clone());
    let mut documents = Vec::new();
    let documentation = definition.documentation.map(|documentation| {
        for (position, document) in documentation.docs.into_iter().flatten().enumerate() {
            documents.push(Document {
                id: Uuid::new_v4().to_string(),
                service_id: String::new(),
                position: i64::try_from(position).unwrap_or(i64::MAX),
                title: document.title.unwrap_or_default(),
                kind: document.kind.unwrap_or_default(),
                source: document.source.unwrap_or_default(),
            });
        }
        Documentation {
            display_name: documentation.display_name.unwrap_or_default(),
            description: documentation.description.unwrap_or_default(),
            kind: documentation.kind.unwrap_or_default(),
            tags: documentation.tags,
        }
    });
    let row = RegisteredService {
        number: 0,
        id: String::new(),
        application_id: application.id.clone(),
        provider: definition.provider.unwrap_or_default(),
        name: definition.name.unwrap_or_default(),
        description: definition.description.unwrap_or_default(),
        short_description: definition.short_description.filter(|text| !text.is_empty()),
        identifier: definition.identifier.filter(|text| !text.is_empty()),
        labels: write(&labels)?,
        api: None,
        api_definition_id: None,
        event_definition_id: None,
        event_types: event_types.as_ref().map(write).transpose()?,
        documentation: documentation.as_ref().map(write).transpose()?,
        created_at: now,
        updated_at: now,
        api_spec_bytes: 0,
        api_spec_format: None,
        event_spec_bytes: 0,
    };
    Ok(Prepared { row, api, api_spec, event_spec, documents })
}

/// Stars out what is secret, which needs what was there before.
fn mask(prepared: &mut Prepared, kept: Option<&Api>) -> Result<(), Failure> {
    let Some(mut api) = prepared.api.take() else { return Ok(()) };
    masking::mask(&mut api, kept).map_err(validation::refused)?;
    // The older way to say the same.
    if let Some(parameters) = &api.request_parameters {
        api.headers.clone_from(&parameters.headers);
        api.query_parameters.clone_from(&parameters.query_parameters);
    }
    prepared.row.api = Some(write(&api)?);
    Ok(())
}

/// Labels, parameters, documents: everything but the specifications.
fn check_rest(prepared: &Prepared) -> Result<(), Failure> {
    let row = &prepared.row;
    let texts = [Some(&row.labels), row.api.as_ref(), row.documentation.as_ref()];
    let texts: usize = texts.into_iter().flatten().map(String::len).sum();
    let documents = prepared.documents.iter();
    let documents: usize = documents.map(|one| one.title.len() + one.kind.len() + one.source.len()).sum();
    if texts + documents > REST {
        let message = format!("Without its specifications a service may have {REST} bytes.");
        return Err(Failure::new(ErrorCode::TooLarge, message));
    }
    Ok(())
}

async fn write_parts(connection: &mut sqlx::SqliteConnection, prepared: Prepared) -> Result<(), Failure> {
    let Prepared { row, api_spec, event_spec, documents, .. } = prepared;
    store::set_specification(connection, &row.id, SpecKind::Api, api_spec).await?;
    store::set_specification(connection, &row.id, SpecKind::Events, event_spec).await?;
    store::set_documents(connection, &row.id, &documents).await?;
    let held = store::holdings(connection, &row.application_id).await?;
    let refuse = |whose: &str, limit: i64| {
        let message = format!("All specifications of {whose} together may have {limit} bytes; remove some first.");
        Err(Failure::new(ErrorCode::TooLarge, message))
    };
    if held.bytes > SPECIFICATIONS {
        return refuse("an application", SPECIFICATIONS);
    }
    if held.bytes_of_all > SPECIFICATIONS_OF_ALL {
        return refuse("all applications", SPECIFICATIONS_OF_ALL);
    }
    Ok(())
}

async fn exists(connection: &mut sqlx::SqliteConnection, id: &str, name: &str) -> Result<(), Failure> {
    match application::name(connection, id).await? {
        Some(_) => Ok(()),
        None => Err(Failure::new(ErrorCode::NotFound, format!("Application {name} not found"))),
    }
}

fn no_service(id: &str) -> Failure {
    Failure::new(ErrorCode::NotFound, format!("Service with ID {id:.100} not found"))
}

fn write(value: &impl serde::Serialize) -> Result<String, Failure> {
    serde_json::to_string(value).map_err(Failure::internal)
}

fn parse<T: DeserializeOwned>(text: &str) -> Result<T, Failure> {
    serde_json::from_str(text).map_err(Failure::internal)
}
