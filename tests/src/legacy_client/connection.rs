//! What an old client keeps of what it was told, and how it judges an answer.

use serde_json::Value;

use crate::{Reply, curl::NoAnswer};

/// What it knows once it is paired.
#[derive(Clone, Debug)]
pub struct Connection {
    pub application: String,
    pub subject: String,
    /// Empty for a client of the first generation, which never asks again.
    pub info_url: String,
    pub metadata_url: String,
    pub events_url: String,
    pub renew_url: String,
    pub revoke_url: String,
    /// Made from the address for events.
    pub cloud_events_url: String,
    pub console_url: String,
}

impl Connection {
    pub(super) fn of(parts: [String; 7]) -> Self {
        let [application, subject, info_url, metadata_url, events_url, renew_url, revoke_url] = parts;
        let console_url = events_url.replacen("gateway", "console", 1).replace(&format!("{application}/v1/events"), "");
        let cloud_events_url = events_url.replace("/v1/events", "/events");
        Self {
            application,
            subject,
            info_url,
            metadata_url,
            events_url,
            renew_url,
            revoke_url,
            cloud_events_url,
            console_url,
        }
    }
}

pub(super) fn sent(reply: Result<Reply, NoAnswer>) -> Result<Reply, String> {
    reply.map_err(|none| format!("no answer ({}): {}", none.code, none.message))
}

pub(super) fn exactly(status: u16, reply: &Reply) -> Result<(), String> {
    if reply.status == status {
        Ok(())
    } else {
        Err(format!("expected {status}, got {}: {}", reply.status, reply.text))
    }
}

pub(super) fn accepted(reply: &Reply) -> Result<&Reply, String> {
    if reply.status < 300 { Ok(reply) } else { Err(format!("got {}: {}", reply.status, reply.text)) }
}

pub(super) fn parse(reply: &Reply) -> Result<Value, String> {
    serde_json::from_str(&reply.text).map_err(|error| format!("{error} in {reply:?}"))
}

/// A member that is text; the name of the member if not.
pub(super) fn text(value: &Value, name: &str) -> Result<String, String> {
    value[name].as_str().map(str::to_owned).ok_or_else(|| format!("{name} is undefined in {value}"))
}
