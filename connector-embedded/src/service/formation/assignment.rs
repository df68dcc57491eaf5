//! What is in a formation: applications and runtimes, of which every one is paired with every one.

use pairing::Failure;
use sqlx::SqliteConnection;

use super::{found, not_allowed};
use crate::{
    service::{Service, application, identity::View, runtime},
    store::{
        application::Application,
        formation::{self, Formation},
        label::Labelled,
        selection::{self, Page, Selection},
    },
};

/// The most that one formation holds: its assignments are pairs.
const MOST_MEMBERS: usize = 5000;

/// Two members of a formation, of which the first is told about the second. Every member is paired with every one, as in
/// Compass.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Assignment {
    pub(crate) source: (Labelled, String),
    pub(crate) target: (Labelled, String),
}

impl Assignment {
    pub(crate) fn id(&self) -> String {
        format!("{}_{}", self.source.1, self.target.1)
    }
}

impl Service {
    /// Puts an application or a runtime into a formation; it may be there already.
    ///
    /// # Errors
    /// [`pairing::ErrorCode::NotFound`] for the formation or the object, [`pairing::ErrorCode::InvalidOperation`] when it is full.
    pub(crate) async fn assign_formation(
        &self,
        view: &View,
        name: &str,
        of: Labelled,
        member: &str,
    ) -> Result<Formation, Failure> {
        let (view, name, member) = (view.clone(), name.to_owned(), member.to_owned());
        self.store
            .write(move |connection| {
                Box::pin(async move {
                    let row = found(connection, &view, &name).await?;
                    exists(connection, &view, of, &member).await?;
                    formation::assign(connection, &row.id, of, &member).await?;
                    if formation::members(connection, &row.id).await?.len() > MOST_MEMBERS {
                        return Err(not_allowed(&format!("A formation has at most {MOST_MEMBERS} members")));
                    }
                    Ok(row)
                })
            })
            .await
    }

    /// Takes an application or a runtime out of a formation; it need not be there.
    ///
    /// # Errors
    /// [`pairing::ErrorCode::NotFound`] for the formation or the object.
    pub(crate) async fn unassign_formation(
        &self,
        view: &View,
        name: &str,
        of: Labelled,
        member: &str,
    ) -> Result<Formation, Failure> {
        let (view, name, member) = (view.clone(), name.to_owned(), member.to_owned());
        self.store
            .write(move |connection| {
                Box::pin(async move {
                    let row = found(connection, &view, &name).await?;
                    exists(connection, &view, of, &member).await?;
                    formation::unassign(connection, &row.id, of, &member).await?;
                    Ok(row)
                })
            })
            .await
    }

    /// The formations that an application or a runtime of the tenant is in.
    pub(crate) async fn formations_of(&self, view: &View, member: &str) -> Result<Vec<Formation>, Failure> {
        let mut connection = self.store.read().await?;
        let mut rows = formation::of_member(&mut connection, Labelled::Application, member).await?;
        rows.extend(formation::of_member(&mut connection, Labelled::Runtime, member).await?);
        rows.retain(|row| row.tenant_id == view.tenant.id);
        Ok(rows)
    }

    /// Up to `first` assignments of a formation after the one with the id `after`.
    pub(crate) async fn assignments(
        &self,
        formation_id: &str,
        first: usize,
        after: Option<&str>,
    ) -> Result<Page<Assignment>, Failure> {
        let members = {
            let mut connection = self.store.read().await?;
            formation::members(&mut connection, formation_id).await?
        };
        let place = |id: &str| members.iter().position(|(_, member)| member == id);
        // An assignment that is gone meanwhile ends the list: what came after it cannot be told.
        let start = match after.map(|after| after.split_once('_')) {
            None => Some(0),
            Some(Some((source, target))) => {
                place(source).zip(place(target)).map(|(source, target)| source * members.len() + target + 1)
            }
            Some(None) => None,
        };
        let all = members.len() * members.len();
        let range = start.unwrap_or(all)..start.unwrap_or(all).saturating_add(first).min(all);
        let more = range.end < all;
        let pair = |at: usize| Assignment {
            source: members[at / members.len()].clone(),
            target: members[at % members.len()].clone(),
        };
        let rows: Vec<_> = range.map(pair).collect();
        let end = rows.last().filter(|_| more).map(Assignment::id);
        Ok(Page { rows, end, total: i64::try_from(all).unwrap_or(i64::MAX) })
    }

    /// Up to `first` applications that share a formation with a runtime, after the one with the id `after`. Their names are
    /// normalized unless the runtime's label `isNormalized` says otherwise.
    ///
    /// # Errors
    /// [`pairing::ErrorCode::NotFound`] for the runtime.
    pub(crate) async fn applications_for_runtime(
        &self,
        view: &View,
        runtime_id: &str,
        first: usize,
        after: Option<&str>,
    ) -> Result<Page<Application>, Failure> {
        let mut connection = self.store.read().await?;
        let runtime = runtime::found(&mut connection, view, runtime_id).await?;
        let selection = Selection {
            tenant_id: view.tenant.id.clone(),
            beside_runtime: Some(runtime.id.clone()),
            ..Selection::default()
        };
        let mut page: Page<Application> = selection::page(&mut connection, &selection, first, after).await?;
        drop(connection);
        let labels = self.runtime_labels(&runtime.id).await?;
        let as_they_are = labels.get("isNormalized").is_some_and(|value| value != "true" && value != true);
        if !as_they_are {
            for row in &mut page.rows {
                row.name.clone_from(&row.normalized_name);
            }
        }
        Ok(page)
    }
}

async fn exists(connection: &mut SqliteConnection, view: &View, of: Labelled, id: &str) -> Result<(), Failure> {
    match of {
        Labelled::Application => application::found(connection, view, id).await.map(drop),
        Labelled::Runtime => runtime::found(connection, view, id).await.map(drop),
    }
}
