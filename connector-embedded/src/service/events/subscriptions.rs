//! Who gets which events: what the administrator added, and the one address that the command line may name.

use pairing::{ErrorCode, Failure};
use serde_json::Value;
use url::Url;
use uuid::Uuid;

use crate::{
    config::check_subscriber,
    service::{Service, application::not_found, registry::EventType},
    store::{
        application,
        event::Event,
        event_delivery,
        subscription::{self, Subscription},
    },
};

/// The most there may be.
const MOST: i64 = 100;
/// The most a type or a version may have, in characters.
const LONGEST: usize = 256;
/// The most an address may have, in characters.
const LONGEST_URL: usize = 2048;
/// What the one from the command line is called.
const FIXED: &str = "event-subscriber";

/// What the administrator wants.
#[derive(Clone, Debug)]
pub(crate) struct NewSubscription {
    pub(crate) application_id: Option<String>,
    pub(crate) event_type: Option<String>,
    pub(crate) version: Option<String>,
    pub(crate) url: String,
}

/// A subscription as the administrator sees it.
#[derive(Clone, Debug)]
pub(crate) struct Shown {
    pub(crate) row: Subscription,
    pub(crate) application_name: Option<String>,
    /// From the command line: it cannot be removed.
    pub(crate) fixed: bool,
}

impl Subscription {
    /// Whether an event of the application is meant. A type is either the one that was sent or the one that is passed on.
    pub(super) fn wants(&self, event: &Event) -> bool {
        let of_type =
            self.event_type.as_ref().is_none_or(|wanted| *wanted == event.kind || is_cloud_type(event, wanted));
        let of_version = self.version.is_none() || self.version == event.version;
        let of_application = self.application_id.as_ref().is_none_or(|id| *id == event.application_id);
        of_application && of_type && of_version
    }
}

fn is_cloud_type(event: &Event, wanted: &str) -> bool {
    serde_json::from_str::<Value>(&event.attributes).is_ok_and(|attributes| attributes["type"] == wanted)
}

impl Service {
    /// Every subscription, the one from the command line first.
    pub(crate) async fn subscriptions(&self) -> Result<Vec<Shown>, Failure> {
        let mut connection = self.store.read().await?;
        let mut shown: Vec<_> =
            self.fixed().into_iter().map(|row| Shown { row, application_name: None, fixed: true }).collect();
        for row in subscription::all(&mut connection).await? {
            let application_name = match &row.application_id {
                Some(id) => application::name(&mut connection, id).await?,
                None => None,
            };
            shown.push(Shown { row, application_name, fixed: false });
        }
        Ok(shown)
    }

    /// Adds a subscription; events that come from now on are passed on.
    ///
    /// # Errors
    /// [`ErrorCode::InvalidData`] with a sentence, [`ErrorCode::NotFound`] for the application.
    pub(crate) async fn subscribe(&self, new: NewSubscription) -> Result<Shown, Failure> {
        let invalid = |message: String| Failure::new(ErrorCode::InvalidData, message);
        let text = |field: &str, value: Option<String>| match value.map(|value| value.trim().to_owned()) {
            Some(value) if value.is_empty() => Ok(None),
            Some(value) if value.chars().count() > LONGEST || value.contains(char::is_control) => {
                Err(invalid(format!("{field} may have up to {LONGEST} characters, none of them a control character.")))
            }
            value => Ok(value),
        };
        let (event_type, version) = (text("The event type", new.event_type)?, text("The version", new.version)?);
        if new.url.len() > LONGEST_URL {
            return Err(invalid(format!("The address may have up to {LONGEST_URL} characters.")));
        }
        let url = Url::parse(new.url.trim()).map_err(|_| {
            invalid("The address is not a URL. Write for example http://127.0.0.1:9000/events.".to_owned())
        })?;
        check_subscriber(&url).map_err(invalid)?;
        let row = Subscription {
            id: Uuid::new_v4().to_string(),
            application_id: new.application_id,
            event_type,
            version,
            url: url.to_string(),
            created_at: self.clock.now().unix_millis(),
        };
        self.store
            .write(move |connection| {
                Box::pin(async move {
                    let application_name = match &row.application_id {
                        Some(id) => {
                            let name = application::name(connection, id).await?;
                            Some(name.ok_or_else(|| not_found("application"))?)
                        }
                        None => None,
                    };
                    if subscription::count(connection).await? >= MOST {
                        let message = format!("There are {MOST} subscriptions already. Remove one first.");
                        return Err(Failure::new(ErrorCode::InvalidData, message));
                    }
                    subscription::insert(connection, &row).await?;
                    Ok(Shown { row, application_name, fixed: false })
                })
            })
            .await
    }

    /// Removes a subscription. What still waits for its address goes there no more, unless another one names it.
    ///
    /// # Errors
    /// [`ErrorCode::NotFound`]; [`ErrorCode::InvalidOperation`] for the one from the command line.
    pub(crate) async fn unsubscribe(&self, id: &str) -> Result<(), Failure> {
        if id == FIXED {
            let message = "This subscription comes from --event-subscriber. Start the server without it to remove it.";
            return Err(Failure::new(ErrorCode::InvalidOperation, message));
        }
        let (id, now, fixed) = (id.to_owned(), self.clock.now(), self.fixed());
        self.store
            .write(move |connection| {
                Box::pin(async move {
                    let gone = subscription::delete(connection, &id).await?;
                    let gone =
                        gone.ok_or_else(|| Failure::new(ErrorCode::NotFound, "There is no such subscription."))?;
                    let others = subscription::all(connection).await?.into_iter().chain(fixed);
                    if !others.map(|other| other.url).any(|url| url == gone.url) {
                        event_delivery::abandon(connection, &gone.url, "the subscription was removed", now).await?;
                    }
                    Ok(())
                })
            })
            .await
    }

    /// The event types that somebody wants of an application: those that subscriptions name, and, where one wants
    /// every type, those that the application's specifications declare.
    pub(crate) async fn subscribed(&self, application_id: &str) -> Result<Vec<EventType>, Failure> {
        let declared = self.declared_event_types(application_id).await?;
        let rows = {
            let mut connection = self.store.read().await?;
            subscription::of_application(&mut connection, application_id).await?
        };
        Ok(wanted(&declared, rows.into_iter().chain(self.fixed())))
    }

    /// Gives up on what still waits for an address that was named on the command line of an earlier start only.
    pub(crate) async fn forget_former_subscriber(&self) {
        let (now, fixed) = (self.clock.now(), self.fixed());
        let done = self.store.write(move |connection| {
            Box::pin(async move {
                let all = subscription::all(connection).await?.into_iter().chain(fixed);
                let named: Vec<String> = all.map(|subscription| subscription.url).collect();
                event_delivery::abandon_others(connection, &named, "nobody subscribes from there any more", now).await
            })
        });
        if let Err(failure) = done.await {
            tracing::warn!(detail = failure.detail, "deliveries to former subscribers could not be ended: {failure}");
        }
    }

    fn fixed(&self) -> Option<Subscription> {
        let url = self.kyma.settings.event_subscriber.as_ref()?;
        Some(Subscription {
            id: FIXED.to_owned(),
            application_id: None,
            event_type: None,
            version: None,
            url: url.to_string(),
            created_at: self.courier.since.unix_millis(),
        })
    }
}

fn wanted(declared: &[EventType], subscriptions: impl Iterator<Item = Subscription>) -> Vec<EventType> {
    let mut wanted = Vec::new();
    for Subscription { event_type, version, .. } in subscriptions {
        let fits = |found: &&EventType| {
            event_type.as_ref().is_none_or(|name| *name == found.name)
                && version.as_ref().is_none_or(|version| *version == found.version)
        };
        let found: Vec<_> = declared.iter().filter(fits).cloned().collect();
        match (event_type, version) {
            (Some(name), Some(version)) => wanted.push(EventType { name, version }),
            // Every version: those that are known, or none in particular.
            (Some(name), None) if found.is_empty() => wanted.push(EventType { name, version: String::new() }),
            _ => wanted.extend(found),
        }
    }
    wanted.sort();
    wanted.dedup();
    wanted
}

#[cfg(test)]
mod tests {
    use super::*;

    fn subscription(event_type: Option<&str>, version: Option<&str>) -> Subscription {
        let owned = |text: Option<&str>| text.map(str::to_owned);
        Subscription {
            id: "id".into(),
            application_id: None,
            event_type: owned(event_type),
            version: owned(version),
            url: "http://127.0.0.1:9000/".into(),
            created_at: 0,
        }
    }

    fn names(declared: &[(&str, &str)], subscriptions: Vec<Subscription>) -> Vec<String> {
        let declared: Vec<_> = declared
            .iter()
            .map(|(name, version)| EventType { name: (*name).into(), version: (*version).into() })
            .collect();
        wanted(&declared, subscriptions.into_iter())
            .into_iter()
            .map(|found| format!("{}|{}", found.name, found.version))
            .collect()
    }

    #[test]
    fn a_subscription_to_everything_means_what_is_declared() {
        let declared = [("order.created", "v1"), ("order.created", "v2"), ("order.gone", "v1")];
        assert_eq!(names(&declared, vec![]), Vec::<String>::new());
        assert_eq!(names(&declared, vec![subscription(None, Some("v1"))]), ["order.created|v1", "order.gone|v1"]);
        assert_eq!(names(&declared, vec![subscription(None, None)]).len(), 3);
        let explicit = vec![subscription(Some("a.b"), Some("v9")), subscription(Some("order.created"), None)];
        assert_eq!(names(&declared, explicit), ["a.b|v9", "order.created|v1", "order.created|v2"]);
        assert_eq!(names(&[], vec![subscription(Some("x"), None), subscription(None, None)]), ["x|"]);
    }

    #[test]
    fn a_type_may_be_named_as_it_was_sent_or_as_it_is_passed_on() {
        let event = Event {
            seq: 1,
            application_id: "a".into(),
            runtime: "kyma".into(),
            wire: "legacy".into(),
            kind: "order.created".into(),
            version: Some("v1".into()),
            event_id: "1".into(),
            source: "shop".into(),
            time: None,
            content_type: None,
            attributes: r#"{"type":"sap.kyma.custom.shop.order.created.v1"}"#.into(),
            data: Vec::new(),
            size: 0,
            received_at: 0,
        };
        for (wants, event_type, version) in [
            (true, None, None),
            (true, Some("order.created"), None),
            (true, Some("sap.kyma.custom.shop.order.created.v1"), Some("v1")),
            (false, Some("order.created"), Some("v2")),
            (false, Some("order"), None),
        ] {
            assert_eq!(subscription(event_type, version).wants(&event), wants, "{event_type:?} {version:?}");
        }
        let other = Subscription { application_id: Some("b".into()), ..subscription(None, None) };
        assert!(!other.wants(&event));
    }
}
