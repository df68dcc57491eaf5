//! Formations: a name under which applications and runtimes belong together. A runtime sees the applications of its
//! formations, and what is in one is neither unregistered nor unpaired by mistake.

mod assignment;
#[cfg(test)]
mod tests;

use pairing::{ErrorCode, Failure};
use sqlx::SqliteConnection;
use uuid::Uuid;

use super::{Service, application::not_found, identity::View, input_rule::BrokenRules};
use crate::store::{
    application::Application,
    formation::{self, Formation},
    label::Labelled,
    selection::Page,
};
pub(crate) use assignment::Assignment;

/// The states that a formation can be made with; nothing here takes long, so there is no other.
const STATES: [&str; 3] = [READY, "INITIAL", DRAFT];
pub(crate) const READY: &str = "READY";
pub(crate) const DRAFT: &str = "DRAFT";

/// What `createFormation` brings.
#[derive(Clone, Debug, Default)]
pub(crate) struct NewFormation {
    pub(crate) name: String,
    /// `None`: ready.
    pub(crate) state: Option<String>,
}

impl Service {
    /// Makes an empty formation.
    ///
    /// # Errors
    /// [`ErrorCode::InvalidData`], [`ErrorCode::NotUniqueName`].
    pub(crate) async fn create_formation(&self, view: &View, new: NewFormation) -> Result<Formation, Failure> {
        let row = self.formation_row(view, new)?;
        self.store
            .write(move |connection| {
                Box::pin(async move {
                    formation::insert(connection, &row).await?;
                    Ok(row)
                })
            })
            .await
    }

    /// Checks what is brought and makes the row.
    pub(super) fn formation_row(&self, view: &View, new: NewFormation) -> Result<Formation, Failure> {
        let mut broken = BrokenRules::default();
        broken.check("name", check_name(&new.name));
        let state = new.state.unwrap_or_else(|| READY.into());
        if !STATES.contains(&state.as_str()) {
            broken.add("state", format_args!("must be one of {}", STATES.join(", ")));
        }
        broken.refuse("FormationInput")?;
        Ok(Formation {
            id: Uuid::new_v4().to_string(),
            tenant_id: view.tenant.id.clone(),
            name: new.name,
            state,
            created_at: self.clock.now().unix_millis(),
        })
    }

    /// Removes an empty formation.
    ///
    /// # Errors
    /// [`ErrorCode::NotFound`], [`ErrorCode::InvalidOperation`] while there is something in it.
    pub(crate) async fn delete_formation(&self, view: &View, name: &str) -> Result<Formation, Failure> {
        let (view, name) = (view.clone(), name.to_owned());
        self.store
            .write(move |connection| {
                Box::pin(async move {
                    let row = found(connection, &view, &name).await?;
                    let members = formation::members(connection, &row.id).await?;
                    if !members.is_empty() {
                        let reason = format!("The formation {name} is not empty. Unassign what is in it first");
                        return Err(not_allowed(&reason));
                    }
                    formation::delete(connection, &row.id).await?;
                    Ok(row)
                })
            })
            .await
    }

    /// Up to `first` formations after the one with the id `after`.
    pub(crate) async fn formations(
        &self,
        view: &View,
        first: usize,
        after: Option<&str>,
    ) -> Result<Page<Formation>, Failure> {
        let mut connection = self.store.read().await?;
        // One more than asked for tells whether there is a next page.
        let mut rows = formation::page(&mut connection, &view.tenant.id, after, first + 1).await?;
        let more = rows.len() > first;
        rows.truncate(first);
        let end = rows.last().filter(|_| more).map(|row| row.id.clone());
        let total = formation::count(&mut connection, &view.tenant.id).await?;
        Ok(Page { rows, end, total })
    }

    /// # Errors
    /// [`ErrorCode::NotFound`].
    pub(crate) async fn formation(&self, view: &View, id: &str) -> Result<Formation, Failure> {
        let mut connection = self.store.read().await?;
        let row = formation::find(&mut connection, &view.tenant.id, id).await?;
        row.ok_or_else(|| not_found("formations"))
    }

    /// # Errors
    /// [`ErrorCode::NotFound`].
    pub(crate) async fn formation_by_name(&self, view: &View, name: &str) -> Result<Formation, Failure> {
        let mut connection = self.store.read().await?;
        found(&mut connection, view, name).await
    }
}

async fn found(connection: &mut SqliteConnection, view: &View, name: &str) -> Result<Formation, Failure> {
    let row = formation::named(connection, &view.tenant.id, name).await?;
    row.ok_or_else(|| not_found("formations"))
}

/// An application in a formation is not unregistered.
///
/// # Errors
/// [`ErrorCode::InvalidOperation`] in Compass' words, which name the formations.
pub(super) async fn forbids_unregistering(
    connection: &mut SqliteConnection,
    application: &Application,
) -> Result<(), Failure> {
    let formations = formation::of_member(connection, Labelled::Application, &application.id).await?;
    if formations.is_empty() {
        return Ok(());
    }
    let names: Vec<_> = formations.into_iter().map(|formation| formation.name).collect();
    Err(not_allowed(&format!("System {} is part of the following formations : {}", application.name, names.join(", "))))
}

/// An application in a formation with a runtime is not unpaired.
///
/// # Errors
/// [`ErrorCode::InvalidOperation`] in Compass' words, which name the formations and the runtimes.
pub(super) async fn forbids_unpairing(
    connection: &mut SqliteConnection,
    application: &Application,
) -> Result<(), Failure> {
    let beside = formation::runtimes_beside(connection, &application.id).await?;
    if beside.is_empty() {
        return Ok(());
    }
    let (mut formations, mut runtimes): (Vec<_>, Vec<_>) = beside.into_iter().unzip();
    formations.dedup();
    runtimes.sort();
    runtimes.dedup();
    Err(not_allowed(&format!(
        "System {} is still used and cannot be deleted. Unassign the system from the following formations first: {}. \
         Then, unassign the system from the following runtimes, too: {}",
        application.name,
        formations.join(", "),
        runtimes.join(", ")
    )))
}

fn not_allowed(reason: &str) -> Failure {
    Failure::new(ErrorCode::InvalidOperation, format!("The operation is not allowed [reason={reason}]"))
}

/// What a filter on `scenarios` can name.
fn check_name(name: &str) -> Result<(), &'static str> {
    let alphanumeric = |byte: Option<u8>| byte.is_some_and(|byte| byte.is_ascii_alphanumeric());
    if name.is_empty() {
        Err("cannot be blank")
    } else if name.len() > 128 {
        Err("the length must be between 1 and 128")
    } else if !name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b' '))
        || !alphanumeric(name.bytes().next())
        || !alphanumeric(name.bytes().last())
    {
        Err("must be in a valid format")
    } else {
        Ok(())
    }
}
