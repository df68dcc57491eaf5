//! Which event types an AsyncAPI document declares: the topics of version 1, the channels of later ones.

use std::{collections::BTreeMap, fmt};

use serde::{
    Deserialize, Deserializer, Serialize,
    de::{IgnoredAny, MapAccess, Visitor},
};
use serde_json::value::RawValue;

/// A type of event, as legacy clients name it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct EventType {
    pub(crate) name: String,
    /// Empty when the document does not say.
    pub(crate) version: String,
}

/// The most types of one service that are remembered.
const MOST: usize = 1000;
/// The longest name that is remembered, in bytes: no subscription can name a longer one.
const LONGEST: usize = 256;

impl EventType {
    /// Splits `order.created.v1`.
    fn of_topic(topic: &str) -> Self {
        let is_version =
            |part: &str| part.strip_prefix('v').is_some_and(|n| !n.is_empty() && n.bytes().all(|b| b.is_ascii_digit()));
        match topic.rsplit_once('.') {
            Some((name, version)) if !name.is_empty() && is_version(version) => {
                Self { name: name.to_owned(), version: version.to_owned() }
            }
            _ => Self { name: topic.to_owned(), version: String::new() },
        }
    }
}

/// The types that a document declares, in the order of their names; none when it is no AsyncAPI.
pub(super) fn declared(document: &str) -> Vec<EventType> {
    let Ok(document) = serde_json::from_str::<AsyncApi<'_>>(document) else { return Vec::new() };
    let topics = document.topics.unwrap_or_default().0.into_iter();
    // Since AsyncAPI 3 the key of a channel is a mere name, and the channel has the address.
    let channels = document.channels.unwrap_or_default().into_iter().map(|(key, channel)| {
        let address = channel.and_then(|channel| serde_json::from_str::<Channel>(channel.get()).ok());
        address.and_then(|channel| channel.address).unwrap_or(key)
    });
    let all = topics.chain(channels).filter(|topic| topic.len() <= LONGEST);
    let mut types: Vec<_> = all.map(|topic| EventType::of_topic(&topic)).collect();
    types.sort();
    types.dedup();
    types.truncate(MOST);
    types
}

/// Only what is looked at: the rest of a document of megabytes is skipped.
#[derive(Deserialize)]
struct AsyncApi<'a> {
    topics: Option<Keys>,
    #[serde(borrow)]
    channels: Option<BTreeMap<String, Option<&'a RawValue>>>,
}

#[derive(Deserialize)]
struct Channel {
    address: Option<String>,
}

/// The keys of an object.
#[derive(Default)]
struct Keys(Vec<String>);

impl<'de> Deserialize<'de> for Keys {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct OfObject;

        impl<'de> Visitor<'de> for OfObject {
            type Value = Keys;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<Keys, A::Error> {
                let mut keys = Vec::new();
                while let Some((key, _)) = object.next_entry::<String, IgnoredAny>()? {
                    keys.push(key);
                }
                Ok(Keys(keys))
            }
        }

        deserializer.deserialize_map(OfObject)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(document: &str) -> Vec<String> {
        declared(document).into_iter().map(|found| format!("{}|{}", found.name, found.version)).collect()
    }

    #[test]
    fn every_generation_of_asyncapi_is_read() {
        let first = r#"{"asyncapi":"1.0.0","topics":{"order.created.v1":{"subscribe":{}},"order.created.v2":{}}}"#;
        assert_eq!(names(first), ["order.created|v1", "order.created|v2"]);
        let second = r#"{"asyncapi":"2.0.0","channels":{"a.b.v12":{"subscribe":{"message":{}}},"plain":null,"v1":{}}}"#;
        assert_eq!(names(second), ["a.b|v12", "plain|", "v1|"]);
        let third =
            r#"{"asyncapi":"3.0.0","channels":{"first":{"address":"order.changed.v1"},"second":{"messages":{}}}}"#;
        assert_eq!(names(third), ["order.changed|v1", "second|"]);
    }

    #[test]
    fn anything_else_declares_nothing() {
        let long = format!(r#"{{"topics":{{"{}":{{}}}}}}"#, "x".repeat(LONGEST + 1));
        for other in [long.as_str(), "{}", "[]", "null", r#"{"topics":[1]}"#, r#"{"channels":"x"}"#, "<edmx/>"] {
            assert!(declared(other).is_empty(), "{other}");
        }
    }
}
