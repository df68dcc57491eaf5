//! Queries and mutations, named and shaped as in Compass (`director/pkg/graphql/schema.graphql`), plus the two of
//! the pairing proposal. Each noun has an object of queries and one of mutations, in its own file.
//!
//! There are two schemas, with and without the proposal: what is left out of the second is unknown there, to
//! validation as to introspection.

use std::sync::Arc;

use async_graphql::{
    Context, EmptySubscription, MergedObject, ObjectType, Request, Response, Result, Schema, SchemaBuilder,
};

use super::{
    application_template::{TemplateMutations, TemplateQueries},
    applications::{ApplicationMutations, ApplicationQueries},
    error::graphql,
    formation::{FormationMutations, FormationQueries},
    handing_out::HandingOut,
    integration_system::{IntegrationSystemMutations, IntegrationSystemQueries},
    introspection::Refused,
    one_time_token::OneTimeToken,
    proposal::{ProposalMutations, ProposalQueries},
    runtime::{RuntimeMutations, RuntimeQueries},
    system_auth::SystemAuth,
    tenants::TenantQueries,
    viewer::ViewerQueries,
};
use crate::service::{
    Service,
    identity::{Caller, Reach, View},
};

#[derive(Debug, Default, MergedObject)]
pub(crate) struct Query(CompassQueries, ProposalQueries);

#[derive(Debug, Default, MergedObject)]
pub(crate) struct Mutation(CompassMutations, ProposalMutations);

#[derive(Debug, Default, MergedObject)]
#[graphql(name = "Query")]
pub(crate) struct QueryOfCompass(CompassQueries);

#[derive(Debug, Default, MergedObject)]
#[graphql(name = "Mutation")]
pub(crate) struct MutationOfCompass(CompassMutations);

#[derive(Debug, Default, MergedObject)]
pub(crate) struct CompassQueries(
    ApplicationQueries,
    ViewerQueries,
    TenantQueries,
    RuntimeQueries,
    IntegrationSystemQueries,
    TemplateQueries,
    FormationQueries,
);

#[derive(Debug, Default, MergedObject)]
pub(crate) struct CompassMutations(
    ApplicationMutations,
    HandingOut,
    RuntimeMutations,
    IntegrationSystemMutations,
    TemplateMutations,
    FormationMutations,
);

/// The schema that is served.
#[derive(Clone)]
pub(crate) enum DirectorSchema {
    WithProposal(Schema<Query, Mutation, EmptySubscription>),
    AsCompass(Schema<QueryOfCompass, MutationOfCompass, EmptySubscription>),
}

impl DirectorSchema {
    pub(crate) fn new(service: Arc<Service>) -> Self {
        match service.settings.director.proposal_api {
            true => Self::WithProposal(served(Query::default(), Mutation::default(), service)),
            false => Self::AsCompass(served(QueryOfCompass::default(), MutationOfCompass::default(), service)),
        }
    }

    pub(super) async fn execute(&self, request: Request) -> Response {
        match self {
            Self::WithProposal(schema) => schema.execute(request).await,
            Self::AsCompass(schema) => schema.execute(request).await,
        }
    }
}

/// The whole schema, with the proposal, in the schema definition language.
pub(crate) fn sdl() -> String {
    limited(Query::default(), Mutation::default()).finish().sdl()
}

fn served<Q, M>(query: Q, mutation: M, service: Arc<Service>) -> Schema<Q, M, EmptySubscription>
where
    Q: ObjectType + 'static,
    M: ObjectType + 'static,
{
    let introspection = service.settings.director.introspection;
    let schema = limited(query, mutation).data(service);
    if introspection { schema.finish() } else { schema.extension(Refused).finish() }
}

fn limited<Q, M>(query: Q, mutation: M) -> SchemaBuilder<Q, M, EmptySubscription>
where
    Q: ObjectType + 'static,
    M: ObjectType + 'static,
{
    // Introspection by common clients nests 13 deep; the deepest query of a Cockpit 7.
    Schema::build(query, mutation, EmptySubscription)
        .register_output_type::<SystemAuth>()
        .register_output_type::<OneTimeToken>()
        .limit_depth(15)
        .limit_complexity(2000)
        .limit_directives(4)
        .disable_suggestions()
}

pub(super) fn service<'c>(context: &Context<'c>) -> Result<&'c Arc<Service>> {
    context.data::<Arc<Service>>()
}

pub(super) fn caller<'c>(context: &Context<'c>) -> Result<&'c Caller> {
    context.data::<Caller>()
}

/// What the caller may see of its tenant; a refusal if it lacks the scope.
pub(super) fn view(context: &Context<'_>, scope: &str) -> Result<View> {
    caller(context)?.view(scope).map_err(|failure| graphql(&failure))
}

/// What the caller may see of that which is in no tenant; a refusal if it lacks the scope.
pub(super) fn reach(context: &Context<'_>, scope: &str) -> Result<Reach> {
    caller(context)?.reach(scope).map_err(|failure| graphql(&failure))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_the_proposal_the_schema_is_the_same_but_for_it() {
        let of_compass = limited(QueryOfCompass::default(), MutationOfCompass::default()).finish().sdl();
        for name in ["getAuthTypesForApplication", "generateAuthForApplication", "PairingAuthResult"] {
            assert!(sdl().contains(name) && !of_compass.contains(name), "{name}");
        }
        for name in ["type Query {", "type Mutation {", "registerApplicationFromTemplate", "tenantByExternalID"] {
            assert!(sdl().contains(name) && of_compass.contains(name), "{name}");
        }
        assert!(!sdl().contains("CompassQueries"));
    }
}
