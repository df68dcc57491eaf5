//! Kyma's part of the console API.

use pairing::Secret;
use serde::{Deserialize, Deserializer};
use serde_json::json;

use crate::{
    Cockpit, Problem,
    calls::{
        ApplicationKyma, ApplicationServices, CallContext, EventDetail, EventPage, ExpiredCertificates, Kyma,
        LinkGeneration, ServiceDetail, SilentApplications, Subscription, Subscriptions,
    },
    console::{About, ConsoleSession, Download},
    frame::Connection,
};

/// Of a service with both specifications, 5 MiB each, as JSON in JSON: at worst every second byte is escaped.
const MAX_SERVICE: usize = 32 << 20;

/// One call's use of Kyma's part.
#[derive(Clone, Debug)]
pub(super) struct KymaSession(ConsoleSession);

/// A connection token that was just made, in the link that an old client takes.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ConnectionToken {
    #[serde(deserialize_with = "secret")]
    pub(super) url: Secret,
    #[serde(deserialize_with = "secret")]
    pub(super) token: Secret,
    pub(super) expires_at: String,
}

fn secret<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Secret, D::Error> {
    String::deserialize(deserializer).map(Secret::new)
}

impl Cockpit {
    /// # Errors
    /// No server runs, or this environment has no console.
    pub(super) fn kyma(&self, call: CallContext, about: About) -> Result<(Connection, KymaSession), Problem> {
        let (connection, console) = self.console(call, about)?;
        Ok((connection, KymaSession(console)))
    }
}

const KYMA: &str = "kyma";
const APPLICATIONS: &str = "applications";
const RUNTIMES: &str = "runtimes";
const SUBSCRIPTIONS: &str = "subscriptions";

impl KymaSession {
    pub(super) async fn overview(&self) -> Result<Kyma, Problem> {
        self.0.get(&[KYMA], &[]).await
    }

    pub(super) async fn application(&self, id: &str) -> Result<ApplicationKyma, Problem> {
        self.0.get(&[APPLICATIONS, id, KYMA], &[]).await
    }

    /// `since` in RFC 3339.
    pub(super) async fn silent(&self, since: &str) -> Result<SilentApplications, Problem> {
        self.0.get(&[APPLICATIONS, "silent"], &[("since", since)]).await
    }

    pub(super) async fn move_runtime(&self, runtime: &str) -> Result<Kyma, Problem> {
        self.0.post(&[RUNTIMES, runtime, "move"], json!({})).await
    }

    pub(super) async fn expire(&self, runtime: &str, application_id: &str) -> Result<ExpiredCertificates, Problem> {
        self.0.post(&[RUNTIMES, runtime, "expire"], json!({ "applicationId": application_id })).await
    }

    pub(super) async fn connection_token(
        &self,
        application_id: &str,
        generation: LinkGeneration,
    ) -> Result<ConnectionToken, Problem> {
        let body = json!({ "generation": generation });
        self.0.post(&[APPLICATIONS, application_id, "connection-token"], body).await
    }

    pub(super) async fn services(&self, application_id: &str) -> Result<ApplicationServices, Problem> {
        self.0.get(&[APPLICATIONS, application_id, "services"], &[]).await
    }

    pub(super) async fn service(&self, application_id: &str, id: &str) -> Result<ServiceDetail, Problem> {
        self.0.get_up_to(MAX_SERVICE, &[APPLICATIONS, application_id, "services", id]).await
    }

    pub(super) async fn events(
        &self,
        application_id: &str,
        before: Option<u64>,
        first: u32,
    ) -> Result<EventPage, Problem> {
        let (first, before) = (first.to_string(), before.map(|seq| seq.to_string()));
        let mut query = vec![("first", first.as_str())];
        query.extend(before.as_deref().map(|before| ("before", before)));
        self.0.get(&[APPLICATIONS, application_id, "events"], &query).await
    }

    pub(super) async fn event(&self, application_id: &str, seq: u64) -> Result<EventDetail, Problem> {
        self.0.get(&[APPLICATIONS, application_id, "events", &seq.to_string()], &[]).await
    }

    pub(super) async fn subscriptions(&self) -> Result<Subscriptions, Problem> {
        self.0.get(&[SUBSCRIPTIONS], &[]).await
    }

    pub(super) async fn subscribe(
        &self,
        application_id: Option<&str>,
        event_type: Option<&str>,
        version: Option<&str>,
        url: &str,
    ) -> Result<Subscription, Problem> {
        let body = json!({ "applicationId": application_id, "eventType": event_type, "version": version, "url": url });
        self.0.post(&[SUBSCRIPTIONS], body).await
    }

    pub(super) async fn unsubscribe(&self, id: &str) -> Result<(), Problem> {
        self.0.delete(&[SUBSCRIPTIONS, id]).await
    }

    pub(super) async fn kubernetes(&self, application_id: &str) -> Result<Download, Problem> {
        self.0.fetch(&[APPLICATIONS, application_id, "kubernetes"]).await
    }
}

#[cfg(test)]
mod tests {
    use serde::{Serialize, de::DeserializeOwned};
    use serde_json::Value;

    use super::*;

    const AT: &str = "2024-07-04T10:44:00Z";

    /// Everything that is agreed reaches the page under the same name, and something new does no harm.
    fn passed_on<T: Serialize + DeserializeOwned>(agreed: &Value) {
        let mut sent = agreed.clone();
        sent["somethingNew"] = 1.into();
        let read: T = serde_json::from_value(sent).unwrap();
        assert_eq!(serde_json::to_value(read).unwrap(), *agreed);
    }

    fn event() -> Value {
        json!({ "seq": 7, "receivedAt": AT, "runtime": "kyma", "wire": "binary", "type": "order.created",
            "version": "v1", "id": "e-1", "source": "shop", "time": null, "contentType": "application/json", "size": 12,
            "deliveries": [{ "url": "http://127.0.0.1:9/", "state": "failed", "status": 500, "at": AT, "error": "x" }] })
    }

    fn service() -> Value {
        json!({ "id": "s-1", "name": "Orders", "provider": "Shop", "description": "d", "shortDescription": null,
            "identifier": "orders", "labels": { "connected-app": "shop" },
            "api": { "targetUrl": "https://shop.example.com", "apiType": "ODATA", "specificationUrl": null,
                "credentials": "certificateGen", "specBytes": 5_242_880 },
            "events": { "specBytes": 10, "types": [{ "name": "order.created", "version": "v1" }] },
            "documentation": { "displayName": "n", "description": "d", "type": "t" },
            "createdAt": AT, "updatedAt": AT })
    }

    #[test]
    fn runtimes_are_passed_on() {
        passed_on::<Kyma>(&json!({ "mode": "central", "twoPhase": true, "createUnknownApplications": false,
            "internalUrl": null, "defaultLabels": { "group": "old" }, "eventSubscriber": null, "now": AT,
            "runtimes": [{ "name": "kyma", "own": false, "connectorUrl": "c", "gatewayUrl": "g", "eventsMovedTo": null,
                "authorityFingerprint": "f" }] }));
        passed_on::<ApplicationKyma>(&json!({ "applicationId": "a-1", "name": "Shop", "appName": "shop", "now": AT,
            "heartbeat": { "lastSeenAt": AT, "polls": 3, "bucketSeconds": 3600, "buckets": [{ "at": AT, "count": 3 }] },
            "runtimes": [{ "name": "kyma", "own": true, "connectorUrl": "c", "eventsUrl": "e", "metadataUrl": "m",
                "token": { "issuedAt": AT, "expiresAt": AT, "usedAt": null },
                "certificate": { "fingerprint": "f", "notBefore": AT, "notAfter": AT, "issuedAt": AT,
                    "lastSeenAt": null, "state": "revoked" }, "expiredNow": true }] }));
        passed_on::<SilentApplications>(&json!({ "applications": [{ "id": "a-1", "lastSeenAt": AT }] }));
    }

    #[test]
    fn what_was_registered_and_sent_is_passed_on() {
        passed_on::<ApplicationServices>(&json!({ "services": [service()], "now": AT }));
        passed_on::<ServiceDetail>(&json!({ "service": service(), "raw": { "api": { "credentials": "********" } },
            "apiSpec": "<edmx/>", "eventSpec": null, "now": AT,
            "documents": [{ "title": "t", "type": "markdown", "source": "# x" }] }));
        passed_on::<EventPage>(&json!({ "events": [event()], "now": AT,
            "ring": { "kept": 1, "dropped": 2, "limit": 1000, "bytes": 12, "byteLimit": 1_000_000 } }));
        passed_on::<EventDetail>(&json!({ "event": event(), "attributes": { "type": "order.created", "sequence": 3 },
            "text": null, "base64": "AAA=", "now": AT }));
        passed_on::<Subscription>(&json!({ "id": "u-1", "applicationId": null, "applicationName": null,
            "eventType": null, "version": null, "url": "http://localhost:9/", "fixed": true, "createdAt": AT }));
    }

    #[test]
    fn a_connection_token_stays_a_secret() {
        let made = json!({ "url": "https://h/info?token=canary", "token": "canary", "expiresAt": AT });
        let made: ConnectionToken = serde_json::from_value(made).unwrap();
        assert!(!format!("{made:?}").contains("canary"));
        assert_eq!(made.token.expose(), "canary");
    }
}
