//! Applications: names, labels, life and death.

use pairing::{ApplicationId, ErrorCode, Failure, LabelFilter, check_application_name, check_label_key, normalize};
use serde_json::{Map, Value, json};

use super::{
    Service,
    identity::{INITIAL, View},
};
use crate::store::{
    application::{self, Application, Selection},
    certificate::{self, Revoked},
    system_auth,
};

/// What `registerApplication` brings. Absent is `None`.
#[derive(Clone, Debug, Default)]
pub(crate) struct NewApplication {
    pub(crate) name: String,
    pub(crate) provider_name: Option<String>,
    pub(crate) description: Option<String>,
    pub(crate) base_url: Option<String>,
    pub(crate) health_check_url: Option<String>,
    pub(crate) local_tenant_id: Option<String>,
    pub(crate) application_namespace: Option<String>,
    pub(crate) integration_system_id: Option<String>,
    pub(crate) status_condition: Option<String>,
    pub(crate) labels: Map<String, Value>,
}

/// What `updateApplication` brings. Absent stays as it is.
#[derive(Clone, Debug, Default)]
pub(crate) struct ApplicationChange {
    pub(crate) provider_name: Option<String>,
    pub(crate) description: Option<String>,
    pub(crate) base_url: Option<String>,
    pub(crate) health_check_url: Option<String>,
    pub(crate) local_tenant_id: Option<String>,
    pub(crate) application_namespace: Option<String>,
    pub(crate) integration_system_id: Option<String>,
    pub(crate) status_condition: Option<String>,
}

/// One page of a list.
#[derive(Clone, Debug)]
pub(crate) struct Page {
    pub(crate) rows: Vec<Application>,
    /// Where the next page starts; `None` on the last.
    pub(crate) end: Option<String>,
    pub(crate) total: i64,
}

impl Service {
    /// Registers an application in the caller's tenant.
    ///
    /// # Errors
    /// [`ErrorCode::InvalidData`] naming every field, [`ErrorCode::NotUniqueName`].
    pub(crate) async fn register_application(&self, view: &View, new: NewApplication) -> Result<Application, Failure> {
        let (row, labels) = self.registration(view, new)?;
        self.store
            .write(move |connection| {
                Box::pin(async move {
                    insert(connection, &row, &labels).await?;
                    Ok(row)
                })
            })
            .await
    }

    /// Checks what a registration brings and makes the row and its labels.
    pub(super) fn registration(
        &self,
        view: &View,
        new: NewApplication,
    ) -> Result<(Application, Map<String, Value>), Failure> {
        if view.only.is_some() {
            let reason = "The operation is not allowed [reason=an application cannot register applications]";
            return Err(Failure::new(ErrorCode::InvalidOperation, reason));
        }
        check_register(&new)?;
        refuse_integration_system(new.integration_system_id.as_deref())?;
        let now = self.clock.now().unix_millis();
        let normalized_name = normalize(&new.name);
        let mut labels = new.labels;
        labels.insert("name".into(), json!(normalized_name));
        labels.entry("managed").or_insert_with(|| json!("false"));
        let row = Application {
            id: ApplicationId::random().to_string(),
            tenant_id: view.tenant.id.clone(),
            name: new.name,
            normalized_name,
            provider_name: new.provider_name,
            description: new.description,
            base_url: new.base_url,
            health_check_url: new.health_check_url,
            system_number: None,
            local_tenant_id: new.local_tenant_id,
            application_namespace: new.application_namespace,
            status_condition: new.status_condition.unwrap_or_else(|| INITIAL.into()),
            status_at: now,
            created_at: now,
            updated_at: now,
        };
        Ok((row, labels))
    }

    /// Changes what is given. Unlike upstream the status stays when no condition is given (defect D10).
    ///
    /// # Errors
    /// [`ErrorCode::InvalidData`], [`ErrorCode::NotFound`].
    pub(crate) async fn update_application(
        &self,
        view: &View,
        id: &str,
        change: ApplicationChange,
    ) -> Result<Application, Failure> {
        check_update(&change)?;
        refuse_integration_system(change.integration_system_id.as_deref())?;
        let (view, id, now) = (view.clone(), id.to_owned(), self.clock.now().unix_millis());
        self.store
            .write(move |connection| {
                Box::pin(async move {
                    let mut row = found(connection, &view, &id).await?;
                    let keep = |field: &mut Option<String>, new: Option<String>| {
                        if new.is_some() {
                            *field = new;
                        }
                    };
                    keep(&mut row.provider_name, change.provider_name);
                    keep(&mut row.description, change.description);
                    keep(&mut row.base_url, change.base_url);
                    keep(&mut row.health_check_url, change.health_check_url);
                    keep(&mut row.local_tenant_id, change.local_tenant_id);
                    keep(&mut row.application_namespace, change.application_namespace);
                    if let Some(condition) = change.status_condition.filter(|new| *new != row.status_condition) {
                        row.status_condition = condition;
                        row.status_at = now;
                    }
                    row.updated_at = now;
                    application::update(connection, &row).await?;
                    Ok(row)
                })
            })
            .await
    }

    /// Removes an application; its tokens, OAuth2 clients and certificates stop working with the same commit.
    ///
    /// # Errors
    /// [`ErrorCode::NotFound`].
    pub(crate) async fn unregister_application(&self, view: &View, id: &str) -> Result<Application, Failure> {
        let (view, id, now) = (view.clone(), id.to_owned(), self.clock.now());
        self.store
            .write(move |connection| {
                Box::pin(async move {
                    let row = found(connection, &view, &id).await?;
                    let which = Revoked::Application(&id);
                    certificate::revoke(connection, which, &view.actor, "application unregistered", now).await?;
                    application::delete(connection, &id).await?;
                    Ok(row)
                })
            })
            .await
    }

    /// Takes back everything that was handed out for an application and keeps the application.
    ///
    /// # Errors
    /// [`ErrorCode::NotFound`].
    pub(crate) async fn unpair_application(&self, view: &View, id: &str) -> Result<Application, Failure> {
        let (view, id, now) = (view.clone(), id.to_owned(), self.clock.now());
        self.store
            .write(move |connection| {
                Box::pin(async move {
                    let mut row = found(connection, &view, &id).await?;
                    let which = Revoked::Application(&id);
                    certificate::revoke(connection, which, &view.actor, "application unpaired", now).await?;
                    for auth in system_auth::of_application(connection, &id).await? {
                        system_auth::delete(connection, &auth.id).await?;
                    }
                    application::set_status(connection, &id, INITIAL, now).await?;
                    row.status_condition = INITIAL.into();
                    row.status_at = now.unix_millis();
                    Ok(row)
                })
            })
            .await
    }

    /// The application, or `None` when it does not exist for this caller.
    pub(crate) async fn application(&self, view: &View, id: &str) -> Result<Option<Application>, Failure> {
        if !view.shows(id) {
            return Ok(None);
        }
        let mut connection = self.store.read().await?;
        application::find(&mut connection, &view.tenant.id, id).await
    }

    /// Up to `first` applications after the one with the id `after`.
    pub(crate) async fn applications(
        &self,
        view: &View,
        labels: Vec<LabelFilter>,
        first: usize,
        after: Option<&str>,
    ) -> Result<Page, Failure> {
        let selection = Selection { tenant_id: view.tenant.id.clone(), only: view.only.clone(), labels };
        let mut connection = self.store.read().await?;
        // One more than asked for tells whether there is a next page.
        let mut rows = application::page(&mut connection, &selection, after, first + 1).await?;
        let more = rows.len() > first;
        rows.truncate(first);
        let end = rows.last().filter(|_| more).map(|row| row.id.clone());
        let total = application::count(&mut connection, &selection).await?;
        Ok(Page { rows, end, total })
    }

    /// The name that addresses carry: the label `name`, else the application's own.
    pub(crate) async fn application_name(&self, application_id: &str) -> Result<String, Failure> {
        let mut connection = self.store.read().await?;
        let labels = application::labels(&mut connection, application_id).await?;
        match labels.get("name").and_then(Value::as_str) {
            Some(name) if !name.is_empty() => Ok(name.to_owned()),
            _ => application::name(&mut connection, application_id).await?.ok_or_else(|| not_found("application")),
        }
    }

    pub(crate) async fn labels(&self, application_id: &str) -> Result<Map<String, Value>, Failure> {
        let mut connection = self.store.read().await?;
        application::labels(&mut connection, application_id).await
    }

    /// Sets one label.
    ///
    /// # Errors
    /// [`ErrorCode::InvalidData`] for a key that breaks the rule, [`ErrorCode::NotFound`].
    pub(crate) async fn set_label(&self, view: &View, id: &str, key: &str, value: Value) -> Result<(), Failure> {
        check_label_key(key)
            .map_err(|error| Failure::new(ErrorCode::InvalidData, format!("Invalid data LabelInput [key={error}]")))?;
        let (view, id, key) = (view.clone(), id.to_owned(), key.to_owned());
        self.store
            .write(move |connection| {
                Box::pin(async move {
                    found(connection, &view, &id).await?;
                    application::set_label(connection, &id, &key, &value).await
                })
            })
            .await
    }

    /// Removes one label and returns what it held.
    ///
    /// # Errors
    /// [`ErrorCode::NotFound`] for the application or the label.
    pub(crate) async fn delete_label(&self, view: &View, id: &str, key: &str) -> Result<Value, Failure> {
        let (view, id, key) = (view.clone(), id.to_owned(), key.to_owned());
        self.store
            .write(move |connection| {
                Box::pin(async move {
                    found(connection, &view, &id).await?;
                    application::delete_label(connection, &id, &key).await?.ok_or_else(|| not_found("label"))
                })
            })
            .await
    }
}

/// Writes a checked registration.
pub(super) async fn insert(
    connection: &mut sqlx::SqliteConnection,
    row: &Application,
    labels: &Map<String, Value>,
) -> Result<(), Failure> {
    application::insert(connection, row).await?;
    for (key, value) in labels {
        application::set_label(connection, &row.id, key, value).await?;
    }
    Ok(())
}

/// The application inside a write, or the refusal that Compass gives.
pub(super) async fn found(
    connection: &mut sqlx::SqliteConnection,
    view: &View,
    id: &str,
) -> Result<Application, Failure> {
    let row = match view.shows(id) {
        true => application::find(connection, &view.tenant.id, id).await?,
        false => None,
    };
    row.ok_or_else(|| not_found("application"))
}

pub(super) fn not_found(object: &str) -> Failure {
    Failure::new(ErrorCode::NotFound, format!("Object not found [object={object}]"))
}

fn check_register(new: &NewApplication) -> Result<(), Failure> {
    let mut broken = Vec::new();
    check_text(&mut broken, new.provider_name.as_deref(), new.description.as_deref(), new.health_check_url.as_deref());
    if let Err(rule) = check_application_name(&new.name) {
        broken.push(format!("name={rule}"));
    }
    for key in new.labels.keys() {
        if let Err(rule) = check_label_key(key) {
            broken.push(format!("labels={rule}"));
        }
    }
    refuse("ApplicationRegisterInput", broken)
}

fn check_update(change: &ApplicationChange) -> Result<(), Failure> {
    let mut broken = Vec::new();
    check_text(
        &mut broken,
        change.provider_name.as_deref(),
        change.description.as_deref(),
        change.health_check_url.as_deref(),
    );
    refuse("ApplicationUpdateInput", broken)
}

fn check_text(broken: &mut Vec<String>, provider: Option<&str>, description: Option<&str>, health: Option<&str>) {
    let mut longest = |field: &str, value: Option<&str>, most: usize| {
        if value.is_some_and(|value| value.chars().count() > most) {
            broken.push(format!("{field}=the length must be no more than {most}"));
        }
    };
    longest("description", description, 2000);
    longest("healthCheckURL", health, 256);
    longest("providerName", provider, 256);
    let is_url = |text: &str| url::Url::parse(text).is_ok_and(|url| matches!(url.scheme(), "http" | "https"));
    if health.is_some_and(|text| !text.is_empty() && !is_url(text)) {
        broken.push("healthCheckURL=must be a valid URL".into());
    }
}

fn refuse(input: &str, mut broken: Vec<String>) -> Result<(), Failure> {
    if broken.is_empty() {
        return Ok(());
    }
    broken.sort();
    Err(Failure::new(ErrorCode::InvalidData, format!("Invalid data {input} [{}]", broken.join("; "))))
}

/// There are no integration systems here yet, so none can exist.
fn refuse_integration_system(id: Option<&str>) -> Result<(), Failure> {
    id.map_or(Ok(()), |id| {
        Err(Failure::new(ErrorCode::NotFound, format!("Object not found [ID={id}; object=integrationSystem]")))
    })
}
