//! Queries and mutations, named and shaped as in Compass (`director/pkg/graphql/schema.graphql`), plus the two of
//! the pairing proposal. Each noun has an object of queries and one of mutations, in its own file.

use std::sync::Arc;

use async_graphql::{Context, EmptySubscription, MergedObject, Result, Schema};

use super::{
    applications::{ApplicationMutations, ApplicationQueries},
    error::graphql,
    handing_out::HandingOut,
    integration_system::{IntegrationSystemMutations, IntegrationSystemQueries},
    one_time_token::OneTimeToken,
    runtime::{RuntimeMutations, RuntimeQueries},
    system_auth::SystemAuth,
    tenants::TenantQueries,
    viewer::ViewerQueries,
};
use crate::service::{
    Service,
    identity::{Caller, Reach, View},
};

pub(crate) type DirectorSchema = Schema<Query, Mutation, EmptySubscription>;

#[derive(Debug, Default, MergedObject)]
pub(crate) struct Query(ApplicationQueries, ViewerQueries, TenantQueries, RuntimeQueries, IntegrationSystemQueries);

#[derive(Debug, Default, MergedObject)]
pub(crate) struct Mutation(ApplicationMutations, HandingOut, RuntimeMutations, IntegrationSystemMutations);

/// Builds the schema; without a service it can only be printed.
pub(crate) fn build(service: Option<Arc<Service>>) -> DirectorSchema {
    // Introspection by common clients nests 13 deep; the deepest query of a Cockpit 7.
    let schema = Schema::build(Query::default(), Mutation::default(), EmptySubscription)
        .register_output_type::<SystemAuth>()
        .register_output_type::<OneTimeToken>()
        .limit_depth(15)
        .limit_complexity(2000)
        .limit_directives(4)
        .disable_suggestions();
    match service {
        Some(service) => schema.data(service).finish(),
        None => schema.finish(),
    }
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
