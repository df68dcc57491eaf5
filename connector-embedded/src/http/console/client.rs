//! A client as the console shows it.

use pairing::Moment;
use serde_json::{Value, json};

use crate::{
    service::oauth::registry::Shown,
    store::{client_index::Usage, oauth_client::SecretRow, system_auth::Owner},
};

pub(super) fn client_json(shown: &Shown, now: Moment) -> Value {
    let (client, usage) = (&shown.client, shown.client.usage());
    let (kind, id) = match &client.row.owner {
        Some(Owner::Application(id)) => ("application", Some(id)),
        Some(Owner::Runtime(id)) => ("runtime", Some(id)),
        Some(Owner::IntegrationSystem(id)) => ("integration_system", Some(id)),
        None => ("none", None),
    };
    let methods = match client.registration.token_endpoint_auth_method.as_deref() {
        None => vec!["client_secret_basic", "client_secret_post"],
        Some(method) => vec![method],
    };
    let secrets = client.accepted_secrets(now.unix_millis()).map(|secret| secret_json(secret, &usage));
    json!({
        "clientId": client.row.id,
        "name": client.registration.client_name,
        "owner": { "kind": kind, "id": id, "name": shown.owner_name },
        "tenant": shown.tenant,
        "authMethods": methods,
        "scopes": client.scopes().collect::<Vec<_>>(),
        "audience": client.registration.audience,
        "createdAt": time(client.row.created_at),
        "rotatedAt": client.row.rotated_at.map(time),
        "disabledAt": client.row.disabled_at.map(time),
        "lastUsedAt": usage.row.last_used_at.map(time),
        "lastUsedFrom": usage.row.last_used_from,
        "uses": usage.row.uses,
        "failures": usage.row.failures,
        "failuresSinceUse": usage.row.failures_since_use,
        "lastFailedAt": usage.row.last_failed_at.map(time),
        "lastFailedFrom": usage.row.last_failed_from,
        "tokenLifetimeSeconds": client.token_lifetime(),
        "secrets": secrets.collect::<Vec<_>>(),
    })
}

fn secret_json(secret: &SecretRow, usage: &Usage) -> Value {
    let used = usage.secrets.get(&secret.id);
    json!({
        "id": secret.id,
        "createdAt": time(secret.created_at),
        "retiresAt": secret.retires_at.map(time),
        "lastUsedAt": used.map(|(at, _)| time(*at)),
        "lastUsedFrom": used.map(|(_, from)| from),
    })
}

/// With the fraction, so that a list keeps its order where it is sorted again.
fn time(millis: i64) -> String {
    Moment::from_unix_millis(millis).rfc3339_precise()
}
