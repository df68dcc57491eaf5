//! By whose rules an answer speaks.

use pairing::Subject;

use crate::{
    http::Wires,
    service::kyma::{Flavour, Generation, Role},
    store::system_auth::Owner,
};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Dialect {
    /// Compass' connectivity adapter.
    Adapter,
    /// The Connector Service, with the name in the path.
    First,
    /// The Connector Service, with the name in a header.
    Second,
}

impl Dialect {
    pub(super) const fn of(flavour: Flavour, generation: Generation) -> Self {
        match (flavour, generation) {
            (Flavour::Adapter, _) => Self::Adapter,
            (Flavour::Kyma, Generation::First) => Self::First,
            (Flavour::Kyma, Generation::Second) => Self::Second,
        }
    }

    /// Where nothing that was presented tells: the Connector Service's, where it can be asked for tokens.
    pub(super) fn usual(wires: &Wires, generation: Generation) -> Self {
        let settings = &wires.service.kyma.settings;
        let offered = settings.internal_url.is_some() || settings.role == Role::Runtime;
        match generation {
            Generation::First => Self::First,
            Generation::Second if offered => Self::Second,
            Generation::Second => Self::Adapter,
        }
    }

    /// What goes into the record of a certificate.
    pub(super) const fn wire(self) -> &'static str {
        match self {
            Self::Adapter => "legacy rest",
            Self::First => "connector service, first generation",
            Self::Second => "connector service",
        }
    }

    /// The subject that a request must have, in the order of the time (contracts §0).
    pub(super) fn subject(self, subject: &Subject, common_name: &str) -> String {
        match self {
            Self::Adapter | Self::Second => subject.with_common_name(common_name),
            Self::First => {
                let Subject { organization: o, organizational_unit: ou, locality: l, province: st, country: c } =
                    subject;
                format!("OU={ou},O={o},L={l},ST={st},C={c},CN={common_name}")
            }
        }
    }
}

/// Whose paths they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Who {
    Application,
    Runtime,
}

impl Who {
    pub(super) const fn plural(self) -> &'static str {
        match self {
            Self::Application => "applications",
            Self::Runtime => "runtimes",
        }
    }

    pub(super) const fn is(self, owner: &Owner) -> bool {
        match owner {
            Owner::Application(_) => matches!(self, Self::Application),
            Owner::Runtime(_) => matches!(self, Self::Runtime),
            Owner::IntegrationSystem(_) => false,
        }
    }
}
