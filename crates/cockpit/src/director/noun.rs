//! What the Director is asked about.

use crate::calls::OwnerKind;

/// What is asked about: a refusal speaks of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Noun {
    Application,
    Runtime,
    IntegrationSystem,
    Template,
    Formation,
    SystemAuth,
}

impl From<OwnerKind> for Noun {
    fn from(kind: OwnerKind) -> Self {
        match kind {
            OwnerKind::Application => Self::Application,
            OwnerKind::Runtime => Self::Runtime,
            OwnerKind::IntegrationSystem => Self::IntegrationSystem,
        }
    }
}

impl Noun {
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Application => "application",
            Self::Runtime => "runtime",
            Self::IntegrationSystem => "integration system",
            Self::Template => "application template",
            Self::Formation => "formation",
            Self::SystemAuth => "pairing entry",
        }
    }
}
