//! Runtimes: names, labels, life and death.

use pairing::{Failure, LabelFilter};
use serde_json::{Map, Value, json};
use sqlx::SqliteConnection;
use uuid::Uuid;

use super::{
    Service,
    application::not_found,
    identity::{INITIAL, View},
    input_rule::{BrokenRules, check_label, check_label_is_not_derived},
    system_auth::Kind,
};
use crate::store::{
    certificate::{self, Revocation, Revoked},
    formation,
    label::{self, Labelled},
    runtime::{self, Runtime},
    selection::{self, Page, Selection},
};

/// The longest name, in characters (`director/pkg/graphql/runtime_validation.go`).
const MAX_NAME: usize = 256;

/// What `registerRuntime` and `updateRuntime` bring: everything that a runtime says of itself.
#[derive(Clone, Debug, Default)]
pub(crate) struct RuntimeInput {
    pub(crate) name: String,
    pub(crate) description: Option<String>,
    pub(crate) application_namespace: Option<String>,
    pub(crate) status_condition: Option<String>,
    pub(crate) labels: Map<String, Value>,
}

impl Service {
    /// Registers a runtime in the caller's tenant.
    ///
    /// # Errors
    /// [`pairing::ErrorCode::InvalidData`] naming every field, [`pairing::ErrorCode::NotUniqueName`].
    pub(crate) async fn register_runtime(&self, view: &View, input: RuntimeInput) -> Result<Runtime, Failure> {
        let (row, labels) = self.runtime_registration(view, input)?;
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
    pub(super) fn runtime_registration(
        &self,
        view: &View,
        input: RuntimeInput,
    ) -> Result<(Runtime, Map<String, Value>), Failure> {
        view.reach.may_register(Kind::Runtime)?;
        check(&input, "RuntimeRegisterInput")?;
        let now = self.clock.now().unix_millis();
        let labels = with_default_labels(input.labels);
        let row = Runtime {
            id: Uuid::new_v4().to_string(),
            tenant_id: view.tenant.id.clone(),
            name: input.name,
            description: input.description,
            application_namespace: input.application_namespace,
            status_condition: input.status_condition.unwrap_or_else(|| INITIAL.into()),
            status_at: now,
            created_at: now,
            updated_at: now,
        };
        Ok((row, labels))
    }

    /// Replaces name, description and labels, as upstream. Unlike upstream the status stays when no condition is
    /// given.
    ///
    /// # Errors
    /// [`pairing::ErrorCode::InvalidData`], [`pairing::ErrorCode::NotFound`], [`pairing::ErrorCode::NotUniqueName`].
    pub(crate) async fn update_runtime(&self, view: &View, id: &str, input: RuntimeInput) -> Result<Runtime, Failure> {
        check(&input, "RuntimeUpdateInput")?;
        let (view, id, now) = (view.clone(), id.to_owned(), self.clock.now().unix_millis());
        let labels = with_default_labels(input.labels);
        self.store
            .write(move |connection| {
                Box::pin(async move {
                    let mut row = found(connection, &view, &id).await?;
                    row.name = input.name;
                    row.description = input.description;
                    row.application_namespace = input.application_namespace;
                    if let Some(condition) = input.status_condition.filter(|new| *new != row.status_condition) {
                        row.status_condition = condition;
                        row.status_at = now;
                    }
                    row.updated_at = now;
                    runtime::update(connection, &row).await?;
                    label::delete_all(connection, Labelled::Runtime, &id).await?;
                    set_labels(connection, &id, &labels).await?;
                    formation::write_label(connection, Labelled::Runtime, &id).await?;
                    Ok(row)
                })
            })
            .await
    }

    /// Removes a runtime; its OAuth2 clients stop working with the same commit.
    ///
    /// # Errors
    /// [`pairing::ErrorCode::NotFound`].
    pub(crate) async fn unregister_runtime(&self, view: &View, id: &str) -> Result<Runtime, Failure> {
        let (view, id, now) = (view.clone(), id.to_owned(), self.clock.now());
        self.store
            .write(move |connection| {
                Box::pin(async move {
                    let row = found(connection, &view, &id).await?;
                    let why = Revocation::ended(&view.reach.actor, "runtime unregistered", now);
                    certificate::revoke(connection, Revoked::Owner(&id), &why).await?;
                    runtime::delete(connection, &id).await?;
                    Ok(row)
                })
            })
            .await
    }

    /// The runtime, or `None` when it does not exist for this caller.
    pub(crate) async fn runtime(&self, view: &View, id: &str) -> Result<Option<Runtime>, Failure> {
        if !view.reach.shows(Kind::Runtime, id) {
            return Ok(None);
        }
        let mut connection = self.store.read().await?;
        runtime::find(&mut connection, &view.tenant.id, id).await
    }

    /// Up to `first` runtimes after the one with the name `after`.
    pub(crate) async fn runtimes(
        &self,
        view: &View,
        labels: Vec<LabelFilter>,
        first: usize,
        after: Option<&str>,
    ) -> Result<Page<Runtime>, Failure> {
        let only = view.reach.only(Kind::Runtime).map(str::to_owned);
        let selection = Selection { tenant_id: view.tenant.id.clone(), only, labels, ..Selection::default() };
        let mut connection = self.store.read().await?;
        selection::page(&mut connection, &selection, first, after).await
    }

    pub(crate) async fn runtime_labels(&self, id: &str) -> Result<Map<String, Value>, Failure> {
        let mut connection = self.store.read().await?;
        label::all(&mut connection, Labelled::Runtime, id).await
    }

    /// Sets one label.
    ///
    /// # Errors
    /// [`pairing::ErrorCode::InvalidData`] for a key that breaks the rule, [`pairing::ErrorCode::NotFound`].
    pub(crate) async fn set_runtime_label(
        &self,
        view: &View,
        id: &str,
        key: &str,
        value: Value,
    ) -> Result<(), Failure> {
        check_label(key)?;
        let (view, id, key) = (view.clone(), id.to_owned(), key.to_owned());
        self.store
            .write(move |connection| {
                Box::pin(async move {
                    found(connection, &view, &id).await?;
                    label::set(connection, Labelled::Runtime, &id, &key, &value).await
                })
            })
            .await
    }

    /// Removes one label and returns what it held.
    ///
    /// # Errors
    /// [`pairing::ErrorCode::NotFound`] for the runtime or the label, [`pairing::ErrorCode::InvalidData`] for
    /// `scenarios`, which says in which formations it is.
    pub(crate) async fn delete_runtime_label(&self, view: &View, id: &str, key: &str) -> Result<Value, Failure> {
        check_label_is_not_derived(key)?;
        let (view, id, key) = (view.clone(), id.to_owned(), key.to_owned());
        self.store
            .write(move |connection| {
                Box::pin(async move {
                    found(connection, &view, &id).await?;
                    let value = label::delete(connection, Labelled::Runtime, &id, &key).await?;
                    value.ok_or_else(|| not_found("label"))
                })
            })
            .await
    }
}

/// Writes a checked registration.
pub(super) async fn insert(
    connection: &mut SqliteConnection,
    row: &Runtime,
    labels: &Map<String, Value>,
) -> Result<(), Failure> {
    runtime::insert(connection, row).await?;
    set_labels(connection, &row.id, labels).await
}

/// The runtime inside a write, or the refusal that Compass gives.
pub(super) async fn found(connection: &mut SqliteConnection, view: &View, id: &str) -> Result<Runtime, Failure> {
    let row = match view.reach.shows(Kind::Runtime, id) {
        true => runtime::find(connection, &view.tenant.id, id).await?,
        false => None,
    };
    row.ok_or_else(|| not_found("runtime"))
}

/// Compass marks every runtime that does not say otherwise as one that uses normalized names.
fn with_default_labels(mut labels: Map<String, Value>) -> Map<String, Value> {
    labels.entry("isNormalized").or_insert_with(|| json!("true"));
    labels
}

async fn set_labels(connection: &mut SqliteConnection, id: &str, labels: &Map<String, Value>) -> Result<(), Failure> {
    for (key, value) in labels {
        label::set(connection, Labelled::Runtime, id, key, value).await?;
    }
    Ok(())
}

fn check(input: &RuntimeInput, name: &str) -> Result<(), Failure> {
    let mut broken = BrokenRules::default();
    broken.check("name", check_name(&input.name));
    broken.description(input.description.as_deref());
    broken.labels(&input.labels);
    broken.refuse(name)
}

fn check_name(name: &str) -> Result<(), &'static str> {
    if name.is_empty() {
        Err("cannot be blank")
    } else if name.chars().count() > MAX_NAME {
        Err("the length must be between 1 and 256")
    } else if !name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_')) {
        Err("must be in a valid format")
    } else {
        Ok(())
    }
}
