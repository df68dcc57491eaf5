//! What the page sends about runtimes, integration systems, templates, formations and the system auths of all of them.

use serde::{Deserialize, Deserializer, Serialize};
use ts_rs::TS;

use super::{Field, Id, Text};

/// What a system auth belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum OwnerKind {
    Application,
    Runtime,
    IntegrationSystem,
}

/// An application, a runtime or an integration system.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Owner {
    pub kind: OwnerKind,
    #[serde(deserialize_with = "limited")]
    pub id: String,
}

fn limited<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    Id::deserialize(deserializer).map(Text::into_inner)
}

impl Owner {
    pub(crate) fn application(id: impl Into<String>) -> Self {
        Self { kind: OwnerKind::Application, id: id.into() }
    }
}

#[derive(Debug, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct OwnerRef {
    pub owner: Owner,
}

/// One page of a list of the Director.
#[derive(Debug, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ListPage {
    /// The `endCursor` of the page before.
    #[ts(type = "string | null")]
    pub after: Option<Text<1024>>,
    /// Page size, 1 to 200.
    pub first: u32,
}

#[derive(Debug, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DirectorRef {
    #[ts(type = "string")]
    pub id: Id,
}

#[derive(Debug, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DeleteSystemAuth {
    pub owner: Owner,
    #[ts(type = "string")]
    pub system_auth_id: Id,
}

#[derive(Debug, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PlaceholderValue {
    #[ts(type = "string")]
    pub placeholder: Id,
    #[ts(type = "string")]
    pub value: Field,
}

#[derive(Debug, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CreateFromTemplate {
    #[ts(type = "string")]
    pub template_id: Id,
    /// A Director looks the template up by its id; the name is sent because the schema wants one.
    #[ts(type = "string")]
    pub template_name: Field,
    pub values: Vec<PlaceholderValue>,
}

#[derive(Debug, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CreateFormation {
    #[ts(type = "string")]
    pub name: Field,
    /// Null: the Director's default.
    #[ts(type = "string | null")]
    pub template_name: Option<Field>,
}

#[derive(Debug, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct FormationMember {
    /// The formation's name: the Director knows it by that.
    #[ts(type = "string")]
    pub formation: Field,
    /// An application or a runtime.
    pub owner: Owner,
}

#[derive(Debug, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CreateRuntime {
    #[ts(type = "string")]
    pub name: Field,
    #[ts(type = "string | null")]
    pub description: Option<Field>,
}

#[derive(Debug, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DeleteRuntime {
    #[ts(type = "string")]
    pub id: Id,
    #[ts(type = "string")]
    pub confirm_name: Field,
}

/// Whether anybody can see the page: what is watched is looked at less often otherwise.
#[derive(Clone, Copy, Debug, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Visibility {
    pub visible: bool,
}
