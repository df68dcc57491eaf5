//! One environment of the file.

use std::collections::HashSet;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use crate::calls::{EnvironmentDefinition, Keep, TenantRef};

const MOST_RECENT_TENANTS: usize = 5;

/// An environment, and how it was used.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(in crate::environments) struct Record {
    pub(in crate::environments) id: String,
    pub(in crate::environments) definition: EnvironmentDefinition,
    /// Where the sign-in is kept, not the sign-in.
    #[serde(default)]
    pub(in crate::environments) keep: Keep,
    #[serde(default)]
    pub(in crate::environments) last_used_at: Option<String>,
    /// The latest first.
    #[serde(default)]
    pub(in crate::environments) recent_tenants: Vec<TenantRef>,
}

impl Record {
    /// Somebody may have edited the file, or it comes from somebody else: what the form would refuse is refused here too,
    /// and an id is part of the name of a file. `taken` has the ids of those that were read before, and then this one.
    ///
    /// # Errors
    /// Why not, as part of a sentence; no value of the file is in it.
    pub(super) fn usable(stored: &Value, taken: &mut HashSet<String>) -> Result<Self, String> {
        let record: Self =
            serde_json::from_value(stored.clone()).map_err(|_| "something in it is not known".to_owned())?;
        if !Uuid::parse_str(&record.id).is_ok_and(|id| id.to_string() == record.id) {
            return Err("its id is none of this program".into());
        }
        let checked = record.definition.clone().told_apart().check();
        let definition = checked.map_err(|problem| problem.message.trim_end_matches('.').to_owned())?;
        if !taken.insert(record.id.clone()) {
            return Err("its id is there twice".into());
        }
        Ok(Self { definition, ..record })
    }

    /// That which was used last, else the one it was set up with.
    pub(in crate::environments) fn in_force_tenant(&self) -> TenantRef {
        self.recent_tenants.first().cloned().unwrap_or_else(|| self.own_tenant())
    }

    /// With its name, where that is known.
    pub(in crate::environments) fn tenant(&self, id: &str) -> TenantRef {
        let known = self.recent_tenants.iter().find(|tenant| tenant.id == id).cloned();
        let set_up = || Some(self.own_tenant()).filter(|tenant| tenant.id == id);
        known.or_else(set_up).unwrap_or_else(|| TenantRef { id: id.into(), name: id.into() })
    }

    fn own_tenant(&self) -> TenantRef {
        TenantRef { id: self.definition.tenant.clone(), name: self.definition.tenant_name.clone() }
    }

    pub(in crate::environments) fn used(&mut self, tenant: TenantRef, at: String) {
        self.last_used_at = Some(at);
        if tenant.id.is_empty() {
            return;
        }
        self.recent_tenants.retain(|recent| recent.id != tenant.id);
        self.recent_tenants.insert(0, tenant);
        self.recent_tenants.truncate(MOST_RECENT_TENANTS);
    }
}
