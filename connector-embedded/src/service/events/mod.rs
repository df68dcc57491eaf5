//! Events: taken from applications, kept for a while, passed on to subscribers. Kept at the center, whichever runtime
//! they came through.

mod cloud_type;
mod courier;
mod subscriptions;

use std::collections::BTreeMap;

use pairing::{ErrorCode, Failure, Moment};
use serde_json::{Value, json};

use super::{Service, kyma::GatewayApplication};
use crate::store::{
    event::{self, Event, EventRow, Ring, Room},
    event_delivery::{self, Delivery},
    subscription,
};

pub(crate) use courier::Courier;
pub(crate) use subscriptions::{NewSubscription, Shown as ShownSubscription};

/// How much is kept of the events of all applications.
pub(crate) const ROOM: Room = Room { events: 10_000, bytes: 64 * 1024 * 1024 };

/// In which form an event came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum EventWire {
    /// Kyma's own JSON.
    Legacy,
    /// A CloudEvent in one JSON document.
    Structured,
    /// A CloudEvent in headers, with any body.
    Binary,
}

impl EventWire {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Legacy => "legacy",
            Self::Structured => "structured",
            Self::Binary => "binary",
        }
    }
}

/// An event that was checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct NewEvent {
    pub(crate) wire: EventWire,
    /// CloudEvents attributes and extensions by their names; `specversion`, `id`, `source` and `type` are among them.
    pub(crate) attributes: BTreeMap<String, String>,
    pub(crate) data: Vec<u8>,
}

/// A legacy event's own members.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct LegacyEvent {
    pub(crate) id: String,
    pub(crate) kind: String,
    pub(crate) version: String,
    /// RFC 3339.
    pub(crate) time: String,
    /// JSON.
    pub(crate) data: Vec<u8>,
}

/// A page of an application's events, with what became of them.
#[derive(Clone, Debug)]
pub(crate) struct EventPage {
    pub(crate) rows: Vec<EventRow>,
    pub(crate) deliveries: Vec<Delivery>,
    pub(crate) ring: Ring,
}

impl Service {
    /// Keeps a legacy event, as the CloudEvent that subscribers get of it.
    ///
    /// # Errors
    /// Of the store; [`ErrorCode::NotFound`] for an application that went meanwhile.
    pub(crate) async fn take_legacy_event(
        &self,
        application: &GatewayApplication,
        legacy: LegacyEvent,
    ) -> Result<i64, Failure> {
        let labels = self.labels(&application.id).await?;
        let kind = labels.get(cloud_type::LABEL).and_then(Value::as_str).filter(|kind| !kind.is_empty());
        let kind = kind.unwrap_or(&application.app_name);
        let cloud_type = cloud_type::cloud_type(kind, &legacy.kind, &legacy.version);
        let attributes = [
            ("specversion", "1.0".to_owned()),
            ("id", legacy.id),
            ("source", application.app_name.clone()),
            ("type", cloud_type),
            ("time", legacy.time),
            ("datacontenttype", "application/json".to_owned()),
            (VERSION, legacy.version),
        ];
        let attributes = attributes.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        let new = NewEvent { wire: EventWire::Legacy, attributes, data: legacy.data };
        self.keep(application, legacy.kind, new).await
    }

    /// Keeps a CloudEvent.
    ///
    /// # Errors
    /// As [`Service::take_legacy_event`].
    pub(crate) async fn take_event(&self, application: &GatewayApplication, new: NewEvent) -> Result<i64, Failure> {
        let kind = new.attributes.get("type").cloned().unwrap_or_default();
        self.keep(application, kind, new).await
    }

    async fn keep(&self, application: &GatewayApplication, kind: String, new: NewEvent) -> Result<i64, Failure> {
        let now = self.clock.now();
        let event = row(application, kind, new, now)?;
        let fixed = self.kyma.settings.event_subscriber.as_ref().map(ToString::to_string);
        let name = application.app_name.clone();
        let kept = self
            .store
            .write(move |connection| {
                Box::pin(async move {
                    let known = crate::store::application::name(connection, &event.application_id).await?;
                    if known.is_none() {
                        return Err(Failure::new(ErrorCode::NotFound, format!("Application {name} not found")));
                    }
                    let seq = event::insert(connection, &event, ROOM).await?;
                    let subscribed = subscription::of_application(connection, &event.application_id).await?;
                    let wanting = subscribed.into_iter().filter(|one| one.wants(&event)).map(|one| one.url);
                    let mut waits = false;
                    for url in fixed.into_iter().chain(wanting) {
                        event_delivery::insert(connection, seq, &url, now).await?;
                        waits = true;
                    }
                    Ok((seq, waits))
                })
            })
            .await;
        let (seq, waits) = kept?;
        if waits {
            self.courier.call();
        }
        Ok(seq)
    }

    /// Up to `first` events of an application before the one with the number `before`, the newest first.
    pub(crate) async fn events(
        &self,
        application_id: &str,
        before: Option<i64>,
        first: usize,
    ) -> Result<EventPage, Failure> {
        let mut connection = self.store.read().await?;
        let rows = event::newest(&mut connection, application_id, before, first).await?;
        let deliveries = match (rows.last(), rows.first()) {
            (Some(oldest), Some(newest)) => event_delivery::between(&mut connection, oldest.seq, newest.seq).await?,
            _ => Vec::new(),
        };
        let ring = event::ring(&mut connection).await?;
        Ok(EventPage { rows, deliveries, ring })
    }

    /// One event of an application, with what became of it.
    ///
    /// # Errors
    /// [`ErrorCode::NotFound`], also when it has left the ring.
    pub(crate) async fn event(&self, application_id: &str, seq: i64) -> Result<(Event, Vec<Delivery>), Failure> {
        let mut connection = self.store.read().await?;
        let found = event::find(&mut connection, seq).await?.filter(|event| event.application_id == application_id);
        let event = found.ok_or_else(|| {
            Failure::new(ErrorCode::NotFound, "There is no such event. The oldest ones go when there are too many.")
        })?;
        let deliveries = event_delivery::between(&mut connection, seq, seq).await?;
        Ok((event, deliveries))
    }
}

/// The extension that carries the version of a legacy event.
const VERSION: &str = "eventtypeversion";

fn row(application: &GatewayApplication, kind: String, new: NewEvent, now: Moment) -> Result<Event, Failure> {
    let get = |name: &str| new.attributes.get(name).cloned();
    let attributes = serde_json::to_string(&json!(new.attributes)).map_err(Failure::internal)?;
    let size = i64::try_from(attributes.len() + new.data.len()).map_err(Failure::internal)?;
    Ok(Event {
        seq: 0,
        application_id: application.id.clone(),
        runtime: application.runtime.clone(),
        wire: new.wire.as_str().to_owned(),
        kind,
        version: get(VERSION),
        event_id: get("id").unwrap_or_default(),
        source: get("source").unwrap_or_default(),
        time: get("time"),
        content_type: get("datacontenttype"),
        attributes,
        data: new.data,
        size,
        received_at: now.unix_millis(),
    })
}
