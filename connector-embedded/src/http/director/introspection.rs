//! A Director that does not tell its schema, as some operators run theirs.

use std::sync::Arc;

use async_graphql::{
    PathSegment, ServerResult, Value,
    extensions::{Extension, ExtensionContext, ExtensionFactory, NextResolve, ResolveInfo},
};
use pairing::{ErrorCode, Failure};

use super::error::graphql;

/// Answers `__schema` and `__type` with an error. Like gqlgen it does so while the document runs, so the rest of the
/// document is answered.
#[derive(Clone, Copy, Debug)]
pub(super) struct Refused;

impl ExtensionFactory for Refused {
    fn create(&self) -> Arc<dyn Extension> {
        Arc::new(Self)
    }
}

#[async_graphql::async_trait::async_trait]
impl Extension for Refused {
    async fn resolve(
        &self,
        context: &ExtensionContext<'_>,
        info: ResolveInfo<'_>,
        next: NextResolve<'_>,
    ) -> ServerResult<Option<Value>> {
        if matches!(info.name, "__schema" | "__type") {
            let refusal = graphql(&Failure::new(ErrorCode::Unavailable, "introspection disabled"));
            let mut error = refusal.into_server_error(info.field.name.pos);
            error.path = info.path_node.to_string_vec().into_iter().map(PathSegment::Field).collect();
            return Err(error);
        }
        next.run(context, info).await
    }
}
