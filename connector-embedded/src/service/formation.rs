//! Formations: a name under which applications and runtimes belong together. A runtime sees the applications of its
//! formations, and what is in one is neither unregistered nor unpaired by mistake.

use pairing::{ErrorCode, Failure};
use sqlx::SqliteConnection;
use uuid::Uuid;

use super::{Service, application, application::not_found, identity::View, input_rule::BrokenRules, runtime};
use crate::store::{
    application::Application,
    formation::{self, Formation},
    label::Labelled,
    selection::{self, Page, Selection},
};

/// The most that one formation holds: its assignments are pairs.
const MOST_MEMBERS: usize = 5000;

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

    /// Puts an application or a runtime into a formation; it may be there already.
    ///
    /// # Errors
    /// [`ErrorCode::NotFound`] for the formation or the object, [`ErrorCode::InvalidOperation`] when it is full.
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
    /// [`ErrorCode::NotFound`] for the formation or the object.
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
    /// [`ErrorCode::NotFound`] for the runtime.
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

async fn found(connection: &mut SqliteConnection, view: &View, name: &str) -> Result<Formation, Failure> {
    let row = formation::named(connection, &view.tenant.id, name).await?;
    row.ok_or_else(|| not_found("formations"))
}

async fn exists(connection: &mut SqliteConnection, view: &View, of: Labelled, id: &str) -> Result<(), Failure> {
    match of {
        Labelled::Application => application::found(connection, view, id).await.map(drop),
        Labelled::Runtime => runtime::found(connection, view, id).await.map(drop),
    }
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        Config, KeyProtection, Seed, Server,
        service::{application::NewApplication, identity::Reach, runtime::RuntimeInput},
    };

    #[test]
    fn a_name_is_what_a_filter_can_name() {
        for good in ["a", "DEFAULT", "a 1-b_c"] {
            assert_eq!(check_name(good), Ok(()), "{good}");
        }
        for bad in ["", " a", "a-", "a\"b", "ä", &"x".repeat(129)] {
            assert!(check_name(bad).is_err(), "{bad}");
        }
    }

    #[tokio::test]
    async fn what_is_in_a_formation_is_seen_by_its_runtimes_and_not_lost_by_mistake() {
        let dir = tempfile::tempdir().unwrap();
        let config = Config {
            data_dir: dir.path().join("data"),
            port: 0,
            mtls_port: 0,
            seed: Seed::Samples,
            ca_key_protection: Some(KeyProtection::Plain),
            ..Config::default()
        };
        let running = Server::start(config).await.unwrap();
        let service = running.center();
        let tenant = service.default_tenant().await.unwrap();
        let view = View { tenant, reach: Reach::everything("test") };
        let shop = service.application_named("shop").await;
        let runtime = RuntimeInput { name: "rt".into(), ..RuntimeInput::default() };
        let runtime = service.register_runtime(&view, runtime).await.unwrap().id;
        let new = || NewFormation { name: "F".into(), state: None };
        service.create_formation(&view, new()).await.unwrap();
        assert_eq!(service.create_formation(&view, new()).await.unwrap_err().code, ErrorCode::NotUniqueName);
        for (of, id) in [(Labelled::Application, &shop), (Labelled::Runtime, &runtime), (Labelled::Runtime, &runtime)] {
            service.assign_formation(&view, "F", of, id).await.unwrap();
        }
        let seen = service.applications_for_runtime(&view, &runtime, 10, None).await.unwrap();
        assert_eq!(seen.rows.iter().map(|row| row.name.as_str()).collect::<Vec<_>>(), ["mp-shop"]);
        // Two by two, in pages of one and of three.
        let formation = service.formation_by_name(&view, "F").await.unwrap();
        for size in [1, 3, 4] {
            let (mut after, mut pairs) = (None, Vec::new());
            loop {
                let page = service.assignments(&formation.id, size, after.as_deref()).await.unwrap();
                assert_eq!(page.total, 4);
                pairs.extend(page.rows.iter().map(Assignment::id));
                match page.end {
                    Some(end) => after = Some(end),
                    None => break,
                }
            }
            pairs.dedup();
            assert_eq!(pairs.len(), 4, "{size}");
        }
        for refusal in [
            service.unregister_application(&view, &shop).await.unwrap_err(),
            service.unpair_application(&view, &shop).await.unwrap_err(),
            service.delete_formation(&view, "F").await.unwrap_err(),
            service.delete_label(&view, &shop, "scenarios").await.unwrap_err(),
        ] {
            assert!(matches!(refusal.code, ErrorCode::InvalidOperation | ErrorCode::InvalidData), "{refusal}");
        }
        service.unassign_formation(&view, "F", Labelled::Runtime, &runtime).await.unwrap();
        service.unpair_application(&view, &shop).await.unwrap();
        assert!(service.unregister_application(&view, &shop).await.is_err(), "also without a runtime");
        service.unassign_formation(&view, "F", Labelled::Application, &shop).await.unwrap();
        service.unregister_application(&view, &shop).await.unwrap();
        service.delete_formation(&view, "F").await.unwrap();
        let other = NewApplication { name: "other".into(), ..NewApplication::default() };
        let other = service.register_application(&view, other).await.unwrap().id;
        let gone = service.assign_formation(&view, "F", Labelled::Application, &other).await.unwrap_err();
        assert_eq!(gone.code, ErrorCode::NotFound);
        drop(service);
        running.stop().await;
    }

    impl Service {
        async fn application_named(&self, name: &str) -> String {
            let mut connection = self.store.read().await.unwrap();
            let tenant = crate::store::tenant::first(&mut connection).await.unwrap().unwrap();
            crate::store::application::named(&mut connection, &tenant.id, name).await.unwrap().unwrap().0
        }
    }
}
