//! Connection links: what an old client pairs with. Whoever has one can pair, so it is a secret like a token.

use pairing::{ErrorCode, Moment};

use super::held_links::{ConnectionLink, masked};
use crate::{
    Cockpit, Problem,
    calls::{
        CallContext, ConnectionLinkReceipt, ConnectionLinkRef, CopyOutcome, Nothing, RequestConnectionLink, Revealed,
    },
    cockpit::lock,
    console::About,
    https,
};

impl Cockpit {
    pub(crate) async fn request_connection_link(
        &self,
        call: CallContext,
        input: RequestConnectionLink,
    ) -> Result<ConnectionLinkReceipt, Problem> {
        let RequestConnectionLink { application_id, generation } = input;
        let (connection, kyma) = self.kyma(call, About::Application)?;
        let made = kyma.connection_token(&application_id, generation).await?;
        let now = connection.director.now().unwrap_or_else(https::local_time);
        let expires_at = Moment::parse(&made.expires_at).ok_or_else(|| {
            Problem::new(ErrorCode::Protocol, "The server doesn't say how long the link can be used.")
                .hint("Report this with the correlation id.")
        })?;
        let (id, application_id) = (ConnectionLink::new_id(), application_id.into_inner());
        tracing::info!(application_id, ?generation, "connection link made");
        let receipt = ConnectionLinkReceipt {
            id: id.clone(),
            application_id: application_id.clone(),
            generation,
            expires_at: expires_at.rfc3339(),
            masked: masked(&made.url, &made.token),
            server_now: now.rfc3339(),
        };
        lock(&self.connection_links).hold(ConnectionLink { id, application_id, url: made.url, expires_at }, now);
        Ok(receipt)
    }

    pub(crate) async fn reveal_connection_link(
        &self,
        _: CallContext,
        input: ConnectionLinkRef,
    ) -> Result<Revealed, Problem> {
        let link = self.connection_link(&input.id)?;
        Ok(Revealed { value: link.url.expose().to_owned() })
    }

    pub(crate) async fn copy_connection_link(
        &self,
        _: CallContext,
        input: ConnectionLinkRef,
    ) -> Result<CopyOutcome, Problem> {
        let link = self.connection_link(&input.id)?;
        Ok(self.copy_secret(link.url).await)
    }

    pub(crate) async fn forget_connection_link(
        &self,
        _: CallContext,
        input: ConnectionLinkRef,
    ) -> Result<Nothing, Problem> {
        lock(&self.connection_links).forget(&input.id);
        Ok(Nothing {})
    }

    /// A copy, so that no lock is held while something is awaited.
    fn connection_link(&self, id: &str) -> Result<ConnectionLink, Problem> {
        let now = self.server_now();
        lock(&self.connection_links).find(id, now).cloned()
    }
}
