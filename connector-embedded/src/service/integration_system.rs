//! Integration systems: programs that work on the applications and runtimes of whatever tenant they name.

use pairing::{ErrorCode, Failure};
use serde_json::json;
use sqlx::SqliteConnection;
use uuid::Uuid;

use super::{
    Service,
    application::{INTEGRATION_SYSTEM_LABEL, not_found},
    identity::Reach,
    input_rule::BrokenRules,
    system_auth::Kind,
};
use crate::store::{
    integration_system::{self, IntegrationSystem},
    label::{self, Labelled},
};

/// The longest name, in bytes, which are ASCII (`director/pkg/inputvalidation`).
const MAX_NAME: usize = 36;

/// What `registerIntegrationSystem` and `updateIntegrationSystem` bring.
#[derive(Clone, Debug, Default)]
pub(crate) struct IntegrationSystemInput {
    pub(crate) name: String,
    pub(crate) description: Option<String>,
}

/// One page of a list.
#[derive(Clone, Debug)]
pub(crate) struct IntegrationSystemPage {
    pub(crate) rows: Vec<IntegrationSystem>,
    /// Where the next page starts; `None` on the last.
    pub(crate) end: Option<String>,
    pub(crate) total: i64,
}

impl Service {
    /// Registers an integration system, for all tenants.
    ///
    /// # Errors
    /// [`ErrorCode::InvalidData`] naming every field, [`ErrorCode::NotUniqueName`].
    pub(crate) async fn register_integration_system(
        &self,
        reach: &Reach,
        input: IntegrationSystemInput,
    ) -> Result<IntegrationSystem, Failure> {
        let row = self.integration_system_registration(reach, input)?;
        self.store
            .write(move |connection| {
                Box::pin(async move {
                    integration_system::insert(connection, &row).await?;
                    Ok(row)
                })
            })
            .await
    }

    /// Checks what a registration brings and makes the row.
    pub(super) fn integration_system_registration(
        &self,
        reach: &Reach,
        input: IntegrationSystemInput,
    ) -> Result<IntegrationSystem, Failure> {
        reach.may_register(Kind::IntegrationSystem)?;
        check(&input)?;
        let now = self.clock.now().unix_millis();
        Ok(IntegrationSystem {
            id: Uuid::new_v4().to_string(),
            name: input.name,
            description: input.description,
            pairing_adapter: false,
            created_at: now,
            updated_at: now,
        })
    }

    /// Replaces name and description, as upstream.
    ///
    /// # Errors
    /// [`ErrorCode::InvalidData`], [`ErrorCode::NotFound`], [`ErrorCode::NotUniqueName`].
    pub(crate) async fn update_integration_system(
        &self,
        reach: &Reach,
        id: &str,
        input: IntegrationSystemInput,
    ) -> Result<IntegrationSystem, Failure> {
        check(&input)?;
        let (reach, id, now) = (reach.clone(), id.to_owned(), self.clock.now().unix_millis());
        self.store
            .write(move |connection| {
                Box::pin(async move {
                    let mut row = found(connection, &reach, &id).await?;
                    row.name = input.name;
                    row.description = input.description;
                    row.updated_at = now;
                    integration_system::update(connection, &row).await?;
                    Ok(row)
                })
            })
            .await
    }

    /// Removes an integration system; its OAuth2 clients stop working with the same commit. The applications that it
    /// manages stay, managed by nobody.
    ///
    /// # Errors
    /// [`ErrorCode::NotFound`].
    pub(crate) async fn unregister_integration_system(
        &self,
        reach: &Reach,
        id: &str,
    ) -> Result<IntegrationSystem, Failure> {
        let (reach, id) = (reach.clone(), id.to_owned());
        self.store
            .write(move |connection| {
                Box::pin(async move {
                    let row = found(connection, &reach, &id).await?;
                    let value = json!(id);
                    label::delete_everywhere(connection, Labelled::Application, INTEGRATION_SYSTEM_LABEL, &value)
                        .await?;
                    integration_system::delete(connection, &id).await?;
                    Ok(row)
                })
            })
            .await
    }

    /// The integration system, or `None` when it does not exist for this caller.
    pub(crate) async fn integration_system(
        &self,
        reach: &Reach,
        id: &str,
    ) -> Result<Option<IntegrationSystem>, Failure> {
        if !reach.shows(Kind::IntegrationSystem, id) {
            return Ok(None);
        }
        let mut connection = self.store.read().await?;
        integration_system::find(&mut connection, id).await
    }

    /// Up to `first` integration systems after the one with the id `after`.
    pub(crate) async fn integration_systems(
        &self,
        reach: &Reach,
        first: usize,
        after: Option<&str>,
    ) -> Result<IntegrationSystemPage, Failure> {
        let only = reach.only(Kind::IntegrationSystem);
        let mut connection = self.store.read().await?;
        // One more than asked for tells whether there is a next page.
        let mut rows = integration_system::page(&mut connection, only, after, first + 1).await?;
        let more = rows.len() > first;
        rows.truncate(first);
        let end = rows.last().filter(|_| more).map(|row| row.id.clone());
        let total = integration_system::count(&mut connection, only).await?;
        Ok(IntegrationSystemPage { rows, end, total })
    }
}

/// The integration system inside a write, or the refusal that Compass gives.
pub(super) async fn found(
    connection: &mut SqliteConnection,
    reach: &Reach,
    id: &str,
) -> Result<IntegrationSystem, Failure> {
    let row = match reach.shows(Kind::IntegrationSystem, id) {
        true => integration_system::find(connection, id).await?,
        false => None,
    };
    row.ok_or_else(|| not_found("integrationSystem"))
}

/// That an application may name this integration system as the one that manages it.
pub(super) async fn named(connection: &mut SqliteConnection, reach: &Reach, id: &str) -> Result<(), Failure> {
    let found = found(connection, reach, id).await.map(drop);
    found.map_err(|failure| match failure.code == ErrorCode::NotFound {
        true => Failure::new(ErrorCode::NotFound, format!("Object not found [ID={id}; object=integrationSystem]")),
        false => failure,
    })
}

fn check(input: &IntegrationSystemInput) -> Result<(), Failure> {
    let mut broken = BrokenRules::default();
    broken.check("name", check_name(&input.name));
    broken.description(input.description.as_deref());
    broken.refuse("IntegrationSystemInput")
}

/// A DNS name (RFC 1123) in lower case that does not start with a digit.
pub(super) fn check_name(name: &str) -> Result<(), &'static str> {
    let is_alphanumeric = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let is_label = |label: &str| {
        let bytes = label.as_bytes();
        bytes.iter().all(|&byte| is_alphanumeric(byte) || byte == b'-')
            && bytes.first().copied().is_some_and(is_alphanumeric)
            && bytes.last().copied().is_some_and(is_alphanumeric)
    };
    if name.is_empty() {
        Err("cannot be blank")
    } else if name.len() > MAX_NAME {
        Err("must be no more than 36 characters")
    } else if name.starts_with(|first: char| first.is_ascii_digit()) {
        Err("cannot start with digit")
    } else if !name.split('.').all(is_label) {
        Err("must be a DNS name of lower case letters, digits, '-' and '.'")
    } else {
        Ok(())
    }
}
