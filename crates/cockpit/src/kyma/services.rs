//! What an application registered: its APIs, its events, and their specifications.

use pairing::ErrorCode;

use super::specification;
use crate::{
    Cockpit, Problem,
    calls::{
        ApplicationServices, CallContext, CopyOutcome, KymaApplication, Saved, ServiceDetail, ServiceRef,
        SpecificationKind, SpecificationRef,
    },
    console::About,
};

impl Cockpit {
    pub(crate) async fn application_services(
        &self,
        call: CallContext,
        input: KymaApplication,
    ) -> Result<ApplicationServices, Problem> {
        self.kyma(call, About::Application)?.1.services(&input.application_id).await
    }

    pub(crate) async fn application_service(
        &self,
        call: CallContext,
        input: ServiceRef,
    ) -> Result<Option<ServiceDetail>, Problem> {
        match self.kyma(call, About::Service)?.1.service(&input.application_id, &input.service_id).await {
            Ok(found) => Ok(Some(found)),
            Err(problem) if problem.code == ErrorCode::NotFound => Ok(None),
            Err(problem) => Err(problem),
        }
    }

    pub(crate) async fn save_specification(
        &self,
        call: CallContext,
        input: SpecificationRef,
    ) -> Result<Saved, Problem> {
        let which = input.which;
        let (service, text) = self.specification(call, input).await?;
        let name = specification::suggested_name(&service, which, &text);
        self.save_where_chosen("Save the specification", name, text.into_bytes()).await
    }

    pub(crate) async fn copy_specification(
        &self,
        call: CallContext,
        input: SpecificationRef,
    ) -> Result<CopyOutcome, Problem> {
        let (_, text) = self.specification(call, input).await?;
        Ok(self.copy_text(text).await)
    }

    /// The service's name and the text.
    async fn specification(&self, call: CallContext, input: SpecificationRef) -> Result<(String, String), Problem> {
        let found = self.kyma(call, About::Service)?.1.service(&input.application_id, &input.service_id).await?;
        let text = match input.which {
            SpecificationKind::Api => found.api_spec,
            SpecificationKind::Events => found.event_spec,
        };
        let text = text.ok_or_else(|| {
            Problem::new(ErrorCode::InvalidOperation, "The application registered this without a specification.")
                .hint("Reload the page; it may have changed in between.")
        })?;
        Ok((found.service.name, text))
    }
}
