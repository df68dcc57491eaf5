//! Formations: the types, and what can be asked and done about them.

use async_graphql::{Context, Enum, ID, InputObject, Object, Result, SimpleObject};
use pairing::{ErrorCode, Failure};

use super::{
    error::{graphql, graphql_of_named},
    page::{self, PageInfo, Start},
    scalar::{JsonText, PageCursor},
    schema::{caller, service, view},
};
use crate::{
    service::formation::{Assignment as Pair, DRAFT, NewFormation, READY},
    store::{formation::Formation as Row, label::Labelled},
};

const READ: &str = "formation:read";
const WRITE: &str = "formation:write";

/// There are no formation templates here, and the field is never null.
const NO_TEMPLATE: &str = "00000000-0000-0000-0000-000000000000";

#[derive(Clone, Debug)]
pub(crate) struct Formation(Row);

#[derive(Debug, SimpleObject)]
pub(crate) struct FormationPage {
    data: Vec<Formation>,
    page_info: PageInfo,
    total_count: i64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub(crate) enum FormationStatusCondition {
    InProgress,
    Error,
    Ready,
    Draft,
}

#[derive(Debug, SimpleObject)]
pub(crate) struct FormationStatus {
    condition: FormationStatusCondition,
    /// Nothing here can fail later.
    errors: Option<Vec<FormationStatusError>>,
}

#[derive(Debug, SimpleObject)]
pub(crate) struct FormationStatusError {
    #[graphql(name = "assignmentID")]
    assignment_id: Option<ID>,
    message: String,
    error_code: i32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub(crate) enum FormationObjectType {
    Application,
    /// Not here.
    Tenant,
    Runtime,
    /// Not here.
    RuntimeContext,
}

impl FormationObjectType {
    fn known(self) -> Result<Labelled> {
        match self {
            Self::Application => Ok(Labelled::Application),
            Self::Runtime => Ok(Labelled::Runtime),
            Self::Tenant | Self::RuntimeContext => {
                let message =
                    "The operation is not allowed [reason=only applications and runtimes can be assigned here]";
                Err(graphql(&Failure::new(ErrorCode::InvalidOperation, message)))
            }
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub(crate) enum FormationAssignmentType {
    Application,
    Runtime,
    RuntimeContext,
}

/// Two members of a formation, of which the first is told about the second.
#[derive(Debug, SimpleObject)]
pub(crate) struct FormationAssignment {
    id: ID,
    source: ID,
    source_type: FormationAssignmentType,
    target: ID,
    target_type: FormationAssignmentType,
    /// `READY`; `INITIAL` in a draft.
    state: String,
    value: Option<String>,
    configuration: Option<String>,
    error: Option<String>,
}

#[derive(Debug, SimpleObject)]
pub(crate) struct FormationAssignmentPage {
    data: Vec<FormationAssignment>,
    page_info: PageInfo,
    total_count: i64,
}

#[derive(Debug, InputObject)]
pub(crate) struct FormationInput {
    /// 1 to 128 letters, digits, `-`, `_` and blanks, a letter or a digit first and last; unique in the tenant.
    name: String,
    /// There are no formation templates here: taken and not used.
    template_name: Option<String>,
    /// `READY`, `INITIAL` or `DRAFT`; with the scope `formation.state:write`.
    state: Option<String>,
}

#[derive(Debug, InputObject)]
pub(crate) struct InitialConfiguration {
    #[graphql(name = "sourceID")]
    source_id: ID,
    #[graphql(name = "targetID")]
    target_id: ID,
    configuration: JsonText,
}

#[Object]
impl Formation {
    async fn id(&self) -> ID {
        ID(self.0.id.clone())
    }

    async fn name(&self) -> &str {
        &self.0.name
    }

    /// The internal id of the tenant.
    #[graphql(name = "tenantID")]
    async fn tenant_id(&self, context: &Context<'_>) -> Result<ID> {
        view(context, "formation:global_read")?;
        Ok(ID(self.0.tenant_id.clone()))
    }

    /// There are no formation templates here.
    async fn formation_template_id(&self) -> ID {
        ID(NO_TEMPLATE.into())
    }

    async fn state(&self) -> &str {
        &self.0.state
    }

    async fn status(&self) -> FormationStatus {
        let condition = match self.0.state.as_str() {
            READY => FormationStatusCondition::Ready,
            DRAFT => FormationStatusCondition::Draft,
            _ => FormationStatusCondition::InProgress,
        };
        FormationStatus { condition, errors: None }
    }

    /// Every member with every member, itself included, as in Compass.
    async fn formation_assignments(
        &self,
        context: &Context<'_>,
        #[graphql(default_with = "Some(200)", desc = "1 to 200")] first: Option<i32>,
        after: Option<PageCursor>,
    ) -> Result<FormationAssignmentPage> {
        let asked = async {
            let (first, start) = (page::size(first)?, Start::read(after)?);
            let page = service(context).map_err(|error| Failure::internal(error.message))?;
            let page = page.assignments(&self.0.id, first, start.after.as_deref()).await?;
            Ok(FormationAssignmentPage {
                page_info: start.info(page.end.as_deref()),
                data: page.rows.into_iter().map(|pair| self.assignment(pair)).collect(),
                total_count: page.total,
            })
        };
        asked.await.map_err(|failure: Failure| graphql(&failure))
    }
}

impl Formation {
    fn assignment(&self, pair: Pair) -> FormationAssignment {
        let kind = |of| match of {
            Labelled::Application => FormationAssignmentType::Application,
            Labelled::Runtime => FormationAssignmentType::Runtime,
        };
        FormationAssignment {
            id: ID(pair.id()),
            source_type: kind(pair.source.0),
            target_type: kind(pair.target.0),
            source: ID(pair.source.1),
            target: ID(pair.target.1),
            state: if self.0.state == READY { READY.into() } else { "INITIAL".into() },
            value: None,
            configuration: None,
            error: None,
        }
    }
}

#[derive(Debug, Default)]
pub(crate) struct FormationQueries;

#[Object]
impl FormationQueries {
    /// The formations of the tenant, in the order of their ids.
    async fn formations(
        &self,
        context: &Context<'_>,
        #[graphql(default_with = "Some(200)", desc = "1 to 200")] first: Option<i32>,
        after: Option<PageCursor>,
    ) -> Result<FormationPage> {
        let (view, service) = (view(context, READ)?, service(context)?);
        let asked = async {
            let (first, start) = (page::size(first)?, Start::read(after)?);
            let page = service.formations(&view, first, start.after.as_deref()).await?;
            Ok(FormationPage {
                page_info: start.info(page.end.as_deref()),
                data: page.rows.into_iter().map(Formation).collect(),
                total_count: page.total,
            })
        };
        asked.await.map_err(|failure: Failure| graphql(&failure))
    }

    async fn formation(&self, context: &Context<'_>, id: ID) -> Result<Formation> {
        let view = view(context, READ)?;
        let row = service(context)?.formation(&view, &id).await;
        row.map(Formation).map_err(|failure| graphql(&failure))
    }

    async fn formation_by_name(&self, context: &Context<'_>, name: String) -> Result<Formation> {
        let view = view(context, READ)?;
        let row = service(context)?.formation_by_name(&view, &name).await;
        row.map(Formation).map_err(|failure| graphql(&failure))
    }

    /// The formations that an application or a runtime is in.
    async fn formations_for_object(
        &self,
        context: &Context<'_>,
        #[graphql(name = "objectID")] object_id: ID,
    ) -> Result<Vec<Formation>> {
        let view = view(context, "formation:global_read")?;
        let rows = service(context)?.formations_of(&view, &object_id).await;
        rows.map(|rows| rows.into_iter().map(Formation).collect()).map_err(|failure| graphql(&failure))
    }
}

#[derive(Debug, Default)]
pub(crate) struct FormationMutations;

#[Object]
impl FormationMutations {
    async fn create_formation(
        &self,
        context: &Context<'_>,
        formation: FormationInput,
        #[graphql(desc = "there are no formation templates here: taken and not used")] template_name: Option<String>,
    ) -> Result<Formation> {
        let _not_used = (template_name, formation.template_name);
        let view = view(context, WRITE)?;
        if formation.state.is_some() {
            caller(context)?.reach("formation.state:write").map_err(|failure| graphql(&failure))?;
        }
        let new = NewFormation { name: formation.name, state: formation.state };
        let row = service(context)?.create_formation(&view, new).await;
        row.map(Formation).map_err(|failure| graphql_of_named(&failure))
    }

    /// Refused while there is something in it.
    async fn delete_formation(&self, context: &Context<'_>, formation: FormationInput) -> Result<Formation> {
        let view = view(context, WRITE)?;
        let row = service(context)?.delete_formation(&view, &formation.name).await;
        row.map(Formation).map_err(|failure| graphql(&failure))
    }

    /// Puts an application or a runtime into a formation.
    async fn assign_formation(
        &self,
        context: &Context<'_>,
        #[graphql(name = "objectID")] object_id: ID,
        object_type: FormationObjectType,
        formation: FormationInput,
        #[graphql(desc = "taken and not used")] initial_configurations: Option<Vec<InitialConfiguration>>,
    ) -> Result<Formation> {
        let _not_used = initial_configurations;
        let view = view(context, WRITE)?;
        let of = object_type.known()?;
        let row = service(context)?.assign_formation(&view, &formation.name, of, &object_id).await;
        row.map(Formation).map_err(|failure| graphql(&failure))
    }

    /// Takes an application or a runtime out of a formation.
    async fn unassign_formation(
        &self,
        context: &Context<'_>,
        #[graphql(name = "objectID")] object_id: ID,
        object_type: FormationObjectType,
        formation: FormationInput,
    ) -> Result<Formation> {
        let view = view(context, WRITE)?;
        let of = object_type.known()?;
        let row = service(context)?.unassign_formation(&view, &formation.name, of, &object_id).await;
        row.map(Formation).map_err(|failure| graphql(&failure))
    }
}
