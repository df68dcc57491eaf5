//! What is in the file, and how it stands there: what cannot be used stays.

use std::{collections::HashSet, path::Path};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::Record;
use crate::{
    calls::{EnvironmentColour, Guard},
    environments::definition::visible,
};

/// Of those that cannot be used: a sentence names no more.
const MOST_NAMED: usize = 5;

/// Everything in the file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::environments) struct Content {
    pub(super) version: u32,
    /// In force when the program ended; `None`: the server of this computer.
    pub(in crate::environments) in_force: Option<String>,
    /// How the server of this computer looks.
    pub(in crate::environments) local: LocalLook,
    pub(in crate::environments) environments: Vec<Record>,
    /// What stands in the file and cannot be used; it stays there.
    pub(super) unusable: Vec<Unused>,
}

/// An environment of the file as it stands there, and why it cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Unused {
    pub(super) stored: Value,
    why: String,
}

impl Unused {
    fn named(&self) -> String {
        let name = self.stored.pointer("/definition/name").and_then(Value::as_str).unwrap_or_default();
        let name = visible(name);
        let name = if name.is_empty() { "one without a name" } else { &name };
        format!("{name} ({})", self.why)
    }
}

impl Content {
    /// Which of them cannot be used, and why; `None`: all can.
    pub(super) fn unusable(&self, path: &Path) -> Option<String> {
        let count = self.unusable.len();
        let mut named: Vec<_> = self.unusable.iter().take(MOST_NAMED).map(Unused::named).collect();
        if count > MOST_NAMED {
            named.push(format!("and {} more", count - MOST_NAMED));
        }
        (count > 0).then(|| {
            let (path, named) = (path.display(), named.join("; "));
            format!(
                "{count} of the environments in {path} can't be used by this version; they stay in the file, where they can be mended: {named}."
            )
        })
    }
}

/// As it stands in the file: one environment that cannot be used does not take the others along.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Stored {
    pub(super) version: u32,
    #[serde(default)]
    pub(super) in_force: Option<String>,
    #[serde(default)]
    pub(super) local: Option<Value>,
    pub(super) environments: Vec<Value>,
}

impl From<Stored> for Content {
    fn from(stored: Stored) -> Self {
        let local = stored.local.map_or_else(LocalLook::default, LocalLook::of);
        let mut content = Self { version: stored.version, in_force: stored.in_force, local, ..Self::default() };
        let mut taken = HashSet::new();
        for stored in stored.environments {
            match Record::usable(&stored, &mut taken) {
                Ok(record) => content.environments.push(record),
                Err(why) => content.unusable.push(Unused { stored, why }),
            }
        }
        content
    }
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(in crate::environments) struct LocalLook {
    #[serde(default)]
    pub(in crate::environments) colour: EnvironmentColour,
    #[serde(default)]
    pub(in crate::environments) guard: Guard,
}

impl LocalLook {
    /// Where nobody can say any more how it was guarded, it is rather guarded than not.
    pub(super) const CAUTIOUS: Self = Self { colour: EnvironmentColour::Grey, guard: Guard::Confirm };

    fn of(stored: Value) -> Self {
        serde_json::from_value(stored).unwrap_or(Self::CAUTIOUS)
    }

    /// What a damaged file still says about it.
    pub(super) fn salvaged(bytes: &[u8]) -> Self {
        let json: Option<Value> = serde_json::from_slice(bytes).ok();
        json.and_then(|json| json.get("local").cloned()).map_or(Self::CAUTIOUS, Self::of)
    }
}
