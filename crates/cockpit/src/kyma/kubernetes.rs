//! An application as the custom resource that Kyma keeps of it. No credential is in it, so it is no secret.

use pairing::ErrorCode;

use crate::{
    Cockpit, Problem,
    calls::{CallContext, CopyOutcome, KymaApplication, Saved},
    console::About,
};

impl Cockpit {
    pub(crate) async fn export_kubernetes(&self, call: CallContext, input: KymaApplication) -> Result<Saved, Problem> {
        let resource = self.kyma(call, About::Application)?.1.kubernetes(&input.application_id).await?;
        let name = resource.file_name.unwrap_or_else(|| "application.yaml".into());
        self.save_where_chosen("Save the Application resource", name, resource.bytes).await
    }

    pub(crate) async fn copy_kubernetes(
        &self,
        call: CallContext,
        input: KymaApplication,
    ) -> Result<CopyOutcome, Problem> {
        let resource = self.kyma(call, About::Application)?.1.kubernetes(&input.application_id).await?;
        let text = String::from_utf8(resource.bytes).map_err(|_| {
            Problem::new(ErrorCode::Protocol, "The server sent a resource that is no text.")
                .hint("Report this with the correlation id.")
        })?;
        Ok(self.copy_text(text).await)
    }
}
