//! Following what becomes of environments, here and in other windows: what is in force is always what is set up.

use crate::{Cockpit, calls::EnvironmentDefinition, cockpit::lock};

impl Cockpit {
    /// Reads what another window has saved, if one has.
    pub(crate) async fn follow_other_windows(&self) {
        if self.environments.changed_elsewhere() {
            self.environments.reread().await;
            self.follow_environments();
        }
    }

    /// Nothing goes on with an environment as it was: its address, its guard, its CA or its sign-in may be another one now.
    pub(crate) fn follow_environments(&self) {
        let mut frame = lock(&self.frame);
        let environments = &self.environments;
        let is_stale = |id: &str, set_up: &_| environments.definition_of(id).as_ref() != Some(set_up);
        let stale: Vec<String> = frame
            .remotes()
            .filter_map(|known| Some((&known.place.environment, known.set_up.as_deref()?)))
            .filter(|(id, set_up)| is_stale(id, set_up))
            .map(|(id, _)| id.clone())
            .collect();
        let in_force = frame.remote.clone().filter(|remote| stale.contains(&remote.place.environment));
        for id in &stale {
            frame.forget(id);
        }
        let Some(before) = in_force else { return };
        let id = &before.place.environment;
        let same_tenants = |set_up: &EnvironmentDefinition| {
            environments.definition_of(id).is_some_and(|now| now.tenant == set_up.tenant)
        };
        // The tenant stays, where it is one of the environment as it is now.
        let kept = before.set_up.as_deref().is_some_and(same_tenants).then_some(&before.place);
        let now = match kept {
            Some(place) => environments.connect_to(place),
            None => environments.connect_by_id(id),
        };
        // What is typed, and what is on the page, stays where only the looks of the environment are others.
        if let Ok(now) = &now
            && now.place == before.place
            && before
                .set_up
                .as_deref()
                .zip(now.set_up.as_deref())
                .is_some_and(|(before, now)| leads_to_the_same(before, now))
        {
            frame.repaint(now.clone());
            drop(frame);
            return self.desktop.state_changed();
        }
        // One that was removed, or cannot be used any more, is not in force.
        frame.put_in_force(now.ok());
    }
}

/// Whether a call reaches the same server by the same way, as the same person. The guard is asked anew with every call.
fn leads_to_the_same(before: &EnvironmentDefinition, now: &EnvironmentDefinition) -> bool {
    let EnvironmentDefinition { name, badge, colour, guard, requests_per_second, .. } = now.clone();
    EnvironmentDefinition { name, badge, colour, guard, requests_per_second, ..before.clone() } == *now
}
