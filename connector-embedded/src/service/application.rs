//! Applications: names, labels, life and death.

use pairing::{ApplicationId, ErrorCode, Failure, LabelFilter, check_application_name, normalize};
use serde_json::{Map, Value, json};

use super::{
    Service, formation,
    identity::{INITIAL, View},
    input_rule::{BrokenRules, check_label, check_label_is_not_derived},
    integration_system,
    system_auth::Kind,
};
use crate::store::{
    application::{self, Application},
    certificate::{self, Revocation, Revoked},
    label::{self, Labelled},
    selection::{self, Page, Selection},
    system_auth::{self, Owner},
};

/// The label that repeats which integration system manages an application, as in Compass.
pub(super) const INTEGRATION_SYSTEM_LABEL: &str = "integrationSystemID";

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

impl Service {
    /// Registers an application in the caller's tenant.
    ///
    /// # Errors
    /// [`ErrorCode::InvalidData`] naming every field, [`ErrorCode::NotUniqueName`], [`ErrorCode::NotFound`] for the
    /// integration system.
    pub(crate) async fn register_application(&self, view: &View, new: NewApplication) -> Result<Application, Failure> {
        let (row, labels) = self.registration(view, new)?;
        let view = view.clone();
        self.store
            .write(move |connection| {
                Box::pin(async move {
                    if let Some(id) = &row.integration_system_id {
                        integration_system::named(connection, &view.reach, id).await?;
                    }
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
        view.reach.may_register(Kind::Application)?;
        check_register(&new)?;
        let now = self.clock.now().unix_millis();
        let normalized_name = normalize(&new.name);
        let mut labels = new.labels;
        labels.insert("name".into(), json!(normalized_name));
        labels.entry("managed").or_insert_with(|| json!("false"));
        if let Some(id) = &new.integration_system_id {
            labels.insert(INTEGRATION_SYSTEM_LABEL.into(), json!(id));
        }
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
            integration_system_id: new.integration_system_id,
            application_template_id: None,
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
    /// [`ErrorCode::InvalidData`], [`ErrorCode::NotFound`], also for the integration system.
    pub(crate) async fn update_application(
        &self,
        view: &View,
        id: &str,
        change: ApplicationChange,
    ) -> Result<Application, Failure> {
        check_update(&change)?;
        let (view, id, now) = (view.clone(), id.to_owned(), self.clock.now().unix_millis());
        self.store
            .write(move |connection| {
                Box::pin(async move {
                    let mut row = found(connection, &view, &id).await?;
                    if let Some(system) = change.integration_system_id {
                        integration_system::named(connection, &view.reach, &system).await?;
                        let label = json!(system);
                        label::set(connection, Labelled::Application, &id, INTEGRATION_SYSTEM_LABEL, &label).await?;
                        row.integration_system_id = Some(system);
                    }
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
    /// [`ErrorCode::NotFound`], [`ErrorCode::InvalidOperation`] while it is in a formation.
    pub(crate) async fn unregister_application(&self, view: &View, id: &str) -> Result<Application, Failure> {
        const NOTE: &str = "application unregistered";
        let (reach, now) = (view.clone(), self.clock.now());
        let owner = id.to_owned();
        let row = self
            .store
            .write(move |connection| {
                Box::pin(async move {
                    let row = found(connection, &reach, &owner).await?;
                    formation::forbids_unregistering(connection, &row).await?;
                    let why = Revocation::ended(&reach.reach.actor, NOTE, now);
                    certificate::revoke(connection, Revoked::Owner(&owner), &why).await?;
                    application::delete(connection, &owner).await?;
                    Ok(row)
                })
            })
            .await?;
        self.end_at_runtimes(id, &view.reach.actor, NOTE).await;
        Ok(row)
    }

    /// Takes back everything that was handed out for an application and keeps the application.
    ///
    /// # Errors
    /// [`ErrorCode::NotFound`], [`ErrorCode::InvalidOperation`] while it is in a formation with a runtime.
    pub(crate) async fn unpair_application(&self, view: &View, id: &str) -> Result<Application, Failure> {
        const NOTE: &str = "application unpaired";
        let (reach, now) = (view.clone(), self.clock.now());
        let owner = id.to_owned();
        let row = self
            .store
            .write(move |connection| {
                Box::pin(async move {
                    let mut row = found(connection, &reach, &owner).await?;
                    formation::forbids_unpairing(connection, &row).await?;
                    let why = Revocation::ended(&reach.reach.actor, NOTE, now);
                    certificate::revoke(connection, Revoked::Owner(&owner), &why).await?;
                    for auth in system_auth::of_owner(connection, &Owner::Application(owner.clone())).await? {
                        system_auth::delete(connection, &auth.id).await?;
                    }
                    application::end_pairings(connection, &owner, now).await?;
                    application::set_status(connection, &owner, INITIAL, now).await?;
                    row.status_condition = INITIAL.into();
                    row.status_at = now.unix_millis();
                    Ok(row)
                })
            })
            .await?;
        self.end_at_runtimes(id, &view.reach.actor, NOTE).await;
        Ok(row)
    }

    /// The application, or `None` when it does not exist for this caller.
    pub(crate) async fn application(&self, view: &View, id: &str) -> Result<Option<Application>, Failure> {
        if !view.reach.shows(Kind::Application, id) {
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
    ) -> Result<Page<Application>, Failure> {
        let only = view.reach.only(Kind::Application).map(str::to_owned);
        let selection = Selection { tenant_id: view.tenant.id.clone(), only, labels, ..Selection::default() };
        let mut connection = self.store.read().await?;
        selection::page(&mut connection, &selection, first, after).await
    }

    /// The name that addresses carry: the label `name`, else the application's own.
    pub(crate) async fn application_name(&self, application_id: &str) -> Result<String, Failure> {
        let mut connection = self.store.read().await?;
        let labels = label::all(&mut connection, Labelled::Application, application_id).await?;
        match labels.get("name").and_then(Value::as_str) {
            Some(name) if !name.is_empty() => Ok(name.to_owned()),
            _ => application::name(&mut connection, application_id).await?.ok_or_else(|| not_found("application")),
        }
    }

    pub(crate) async fn labels(&self, application_id: &str) -> Result<Map<String, Value>, Failure> {
        let mut connection = self.store.read().await?;
        label::all(&mut connection, Labelled::Application, application_id).await
    }

    /// Sets one label.
    ///
    /// # Errors
    /// [`ErrorCode::InvalidData`] for a key that breaks the rule, [`ErrorCode::NotFound`].
    pub(crate) async fn set_label(&self, view: &View, id: &str, key: &str, value: Value) -> Result<(), Failure> {
        check_label(key)?;
        let (view, id, key) = (view.clone(), id.to_owned(), key.to_owned());
        self.store
            .write(move |connection| {
                Box::pin(async move {
                    found(connection, &view, &id).await?;
                    label::set(connection, Labelled::Application, &id, &key, &value).await
                })
            })
            .await
    }

    /// Removes one label and returns what it held.
    ///
    /// # Errors
    /// [`ErrorCode::NotFound`] for the application or the label, [`ErrorCode::InvalidData`] for `scenarios`, which says
    /// in which formations it is.
    pub(crate) async fn delete_label(&self, view: &View, id: &str, key: &str) -> Result<Value, Failure> {
        check_label_is_not_derived(key)?;
        let (view, id, key) = (view.clone(), id.to_owned(), key.to_owned());
        self.store
            .write(move |connection| {
                Box::pin(async move {
                    found(connection, &view, &id).await?;
                    let value = label::delete(connection, Labelled::Application, &id, &key).await?;
                    value.ok_or_else(|| not_found("label"))
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
        label::set(connection, Labelled::Application, &row.id, key, value).await?;
    }
    Ok(())
}

/// The application inside a write, or the refusal that Compass gives.
pub(super) async fn found(
    connection: &mut sqlx::SqliteConnection,
    view: &View,
    id: &str,
) -> Result<Application, Failure> {
    let row = match view.reach.shows(Kind::Application, id) {
        true => application::find(connection, &view.tenant.id, id).await?,
        false => None,
    };
    row.ok_or_else(|| not_found("application"))
}

pub(super) fn not_found(object: &str) -> Failure {
    Failure::new(ErrorCode::NotFound, format!("Object not found [object={object}]"))
}

fn check_register(new: &NewApplication) -> Result<(), Failure> {
    let mut broken = BrokenRules::default();
    check_text(&mut broken, new.provider_name.as_deref(), new.description.as_deref(), new.health_check_url.as_deref());
    broken.check("name", check_application_name(&new.name));
    broken.labels(&new.labels);
    broken.refuse("ApplicationRegisterInput")
}

fn check_update(change: &ApplicationChange) -> Result<(), Failure> {
    let mut broken = BrokenRules::default();
    check_text(
        &mut broken,
        change.provider_name.as_deref(),
        change.description.as_deref(),
        change.health_check_url.as_deref(),
    );
    broken.refuse("ApplicationUpdateInput")
}

fn check_text(broken: &mut BrokenRules, provider: Option<&str>, description: Option<&str>, health: Option<&str>) {
    broken.description(description);
    broken.longest("healthCheckURL", health, 256);
    broken.longest("providerName", provider, 256);
    let is_url = |text: &str| url::Url::parse(text).is_ok_and(|url| matches!(url.scheme(), "http" | "https"));
    if health.is_some_and(|text| !text.is_empty() && !is_url(text)) {
        broken.add("healthCheckURL", "must be a valid URL");
    }
}
