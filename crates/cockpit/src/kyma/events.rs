//! The events that an application sent.

use pairing::ErrorCode;

use crate::{
    Cockpit, Problem,
    calls::{CallContext, CopyOutcome, EventDetail, EventPage, EventRef, ListEvents},
    console::About,
};

/// Page sizes that the console accepts.
const PAGE_SIZES: std::ops::RangeInclusive<u32> = 1..=200;

impl Cockpit {
    pub(crate) async fn application_events(&self, call: CallContext, input: ListEvents) -> Result<EventPage, Problem> {
        if !PAGE_SIZES.contains(&input.first) {
            return Err(Problem::invalid("A page has 1 to 200 events."));
        }
        self.kyma(call, About::Application)?.1.events(&input.application_id, input.before, input.first).await
    }

    pub(crate) async fn application_event(
        &self,
        call: CallContext,
        input: EventRef,
    ) -> Result<Option<EventDetail>, Problem> {
        match self.kyma(call, About::Event)?.1.event(&input.application_id, input.seq).await {
            Ok(found) => Ok(Some(found)),
            Err(problem) if problem.code == ErrorCode::NotFound => Ok(None),
            Err(problem) => Err(problem),
        }
    }

    pub(crate) async fn copy_event(&self, call: CallContext, input: EventRef) -> Result<CopyOutcome, Problem> {
        let found = self.kyma(call, About::Event)?.1.event(&input.application_id, input.seq).await?;
        let data = found.text.or(found.base64).filter(|data| !data.is_empty()).ok_or_else(|| {
            Problem::new(ErrorCode::InvalidOperation, "This event has no data, so there is nothing to copy.")
                .hint("Its attributes are on the page.")
        })?;
        Ok(self.copy_text(data).await)
    }
}
