//! The place that events are sent to, which can be moved while applications look on: to a fresh port, where only events
//! are served, while the old place says that it is not there any more.

use std::{
    net::IpAddr,
    sync::{Arc, Mutex, PoisonError},
};

use axum::{
    extract::{Request, State},
    http::StatusCode,
    middleware::Next,
    response::Response,
};
use pairing::{ErrorCode, Failure};
use tokio_util::sync::CancellationToken;

use super::{Guard, Listener, Wires, legacy, listener::Places};
use crate::{
    http::bind,
    service::{Service, kyma::Role},
    tls::{Side, Tls},
};

/// Of one runtime, or of the server that plays all parts.
#[derive(Debug)]
pub(crate) struct EventGateway {
    pub(crate) service: Arc<Service>,
    tls: Arc<Tls>,
    /// Of a runtime; else those of the request.
    wires: Option<Wires>,
    host: IpAddr,
    public_host: String,
    stop: CancellationToken,
    /// Ends the place it was moved to last.
    moved: Mutex<Option<CancellationToken>>,
}

impl EventGateway {
    pub(crate) const fn new(
        service: Arc<Service>,
        tls: Arc<Tls>,
        wires: Option<Wires>,
        host: IpAddr,
        public_host: String,
        stop: CancellationToken,
    ) -> Self {
        Self { service, tls, wires, host, public_host, stop, moved: Mutex::new(None) }
    }

    /// Serves events on a fresh port from now on, until the server stops.
    ///
    /// # Errors
    /// [`ErrorCode::Unavailable`] when no port can be had.
    pub(super) async fn relocate(&self, wires: &Wires) -> Result<(), Failure> {
        let (tcp, port) = bind(self.host, 0, "").await.map_err(|error| {
            Failure::new(ErrorCode::Unavailable, "No other port could be opened.").with_detail(error.to_string())
        })?;
        let stop = self.stop.child_token();
        let listener = Listener {
            tcp,
            tls: Some((Arc::clone(&self.tls), Side::Mutual)),
            places: Places::default(),
            guard: Arc::new(Guard::new(&self.public_host, self.host, port)),
            router: self.wires.as_ref().unwrap_or(wires).clone().event_router(),
        };
        tokio::spawn(listener.serve(stop.clone()));
        self.service.kyma.has_moved_to(format!("https://{}:{port}", self.public_host));
        let before = self.moved.lock().unwrap_or_else(PoisonError::into_inner).replace(stop);
        if let Some(before) = before {
            before.cancel();
        }
        Ok(())
    }
}

/// Answers for the place that events were sent to before they were moved.
pub(super) async fn only_here(State(wires): State<Wires>, request: Request, next: Next) -> Response {
    if wires.service.kyma.moved_to().is_none() {
        return next.run(request).await;
    }
    let words = "Events are not sent here any more. Ask management/info for the present eventsUrl.";
    legacy::plain(StatusCode::NOT_FOUND, words)
}

/// Answers for what another Connector of two-phase pairing does.
pub(super) async fn elsewhere(State(wires): State<Wires>) -> Response {
    let words = match wires.service.kyma.settings.role {
        Role::Runtime => "The registry is at the central Connector, and the certificate of the first pairing opens it.",
        Role::Central | Role::Single => {
            "Events are sent to the runtime, with the certificate of the second pairing. Its address and a token for it are \
             in the answer of management/info."
        }
    };
    legacy::plain(StatusCode::FORBIDDEN, words)
}
