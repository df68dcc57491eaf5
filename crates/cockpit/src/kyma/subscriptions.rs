//! Who gets a copy of events: webhooks on this computer.

use crate::{
    Cockpit, Problem,
    calls::{AddSubscription, CallContext, EventTypeName, Nothing, Subscription, SubscriptionRef, Subscriptions},
    console::About,
    simulation::check_subscriber,
};

impl Cockpit {
    pub(crate) async fn list_subscriptions(&self, call: CallContext, _: Nothing) -> Result<Subscriptions, Problem> {
        self.kyma(call, About::Subscription)?.1.subscriptions().await
    }

    pub(crate) async fn add_subscription(
        &self,
        call: CallContext,
        input: AddSubscription,
    ) -> Result<Subscription, Problem> {
        let AddSubscription { application_id, event_type, version, url } = input;
        let url = url.trim();
        check_subscriber(url)?;
        let (_, kyma) = self.kyma(call, About::Subscription)?;
        let (event_type, version) = (filled(event_type.as_ref()), filled(version.as_ref()));
        let added = kyma.subscribe(application_id.as_deref(), event_type, version, url).await?;
        tracing::info!(id = added.id, "subscription added");
        Ok(added)
    }

    pub(crate) async fn remove_subscription(
        &self,
        call: CallContext,
        input: SubscriptionRef,
    ) -> Result<Nothing, Problem> {
        self.kyma(call, About::Subscription)?.1.unsubscribe(&input.id).await?;
        tracing::info!(id = &*input.id, "subscription removed");
        Ok(Nothing {})
    }
}

/// A field that was left empty means everything.
fn filled(typed: Option<&EventTypeName>) -> Option<&str> {
    typed.map(|text| text.trim()).filter(|text| !text.is_empty())
}
