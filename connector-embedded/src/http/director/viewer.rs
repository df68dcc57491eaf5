//! Who is asking.

use async_graphql::{Context, Enum, ID, Object, Result, SimpleObject};

use super::schema::caller;
use crate::service::identity::CallerKind;

#[derive(Debug, Default)]
pub(crate) struct ViewerQueries;

#[Object]
impl ViewerQueries {
    /// Who is asking.
    async fn viewer(&self, context: &Context<'_>) -> Result<Viewer> {
        Ok(match &caller(context)?.kind {
            CallerKind::Administrator { name } => Viewer { id: ID(name.clone()), kind: ViewerType::User },
            CallerKind::Application { id } => Viewer { id: ID(id.clone()), kind: ViewerType::Application },
            CallerKind::Runtime { id } => Viewer { id: ID(id.clone()), kind: ViewerType::Runtime },
            CallerKind::IntegrationSystem { id } => Viewer { id: ID(id.clone()), kind: ViewerType::IntegrationSystem },
        })
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub(crate) enum ViewerType {
    Runtime,
    Application,
    IntegrationSystem,
    User,
}

#[derive(Debug, SimpleObject)]
pub(crate) struct Viewer {
    id: ID,
    #[graphql(name = "type")]
    kind: ViewerType,
}
