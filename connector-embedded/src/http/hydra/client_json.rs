//! A client as Hydra writes it: every member always there, with its null or empty value, because generated clients
//! and Compass' Director read some of them without looking (`client/client.go` and its snapshots upstream).

use pairing::{Moment, Secret};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::error::HydraError;
use crate::{
    service::oauth::registration::NewRegistration,
    store::{client_index::Client, registration::Registration},
};

/// What is sent. Members that we do not know are left out; members of a wrong type are refused.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct ClientJson {
    client_id: Option<String>,
    client_secret: Option<String>,
    scope: Option<String>,
    client_secret_expires_at: Option<i64>,
    #[serde(flatten)]
    registration: Registration,
}

impl ClientJson {
    pub(super) fn into_new(self) -> Result<NewRegistration, HydraError> {
        if self.client_secret_expires_at.is_some_and(|at| at != 0) {
            return Err(HydraError::invalid_metadata(
                "client_secret_expires_at must be 0: end a secret by rotating it",
            ));
        }
        let mut registration = self.registration;
        // Empty is the default, as null and nothing are.
        registration.token_endpoint_auth_method = registration.token_endpoint_auth_method.filter(|it| !it.is_empty());
        Ok(NewRegistration {
            client_id: self.client_id.unwrap_or_default(),
            secret: self.client_secret.filter(|secret| !secret.is_empty()).map(Secret::new),
            scope: self.scope.unwrap_or_default(),
            registration,
        })
    }
}

/// How a client is written this time.
#[derive(Default)]
pub(super) struct Rendering {
    /// Told once.
    pub(super) secret: Option<Secret>,
    /// Right after creation lists that were not sent are null; later they are empty.
    pub(super) created: bool,
}

pub(super) fn render(client: &Client, rendering: &Rendering) -> Value {
    let registration = &client.registration;
    let list = |list: &Option<Vec<String>>| match list {
        None if rendering.created => Value::Null,
        list => json!(list.as_deref().unwrap_or_default()),
    };
    let at = |millis: i64| Moment::from_unix_millis(millis).rfc3339();
    let method = registration.token_endpoint_auth_method.as_deref().unwrap_or("client_secret_basic");
    let mut document = json!({
        "client_id": client.row.id,
        "client_name": registration.client_name,
        "redirect_uris": list(&registration.redirect_uris),
        "grant_types": list(&registration.grant_types),
        "response_types": list(&registration.response_types),
        "scope": client.row.scope,
        "audience": registration.audience,
        "owner": registration.owner,
        "policy_uri": registration.policy_uri,
        "allowed_cors_origins": registration.allowed_cors_origins,
        "tos_uri": registration.tos_uri,
        "client_uri": registration.client_uri,
        "logo_uri": registration.logo_uri,
        "contacts": list(&registration.contacts),
        "client_secret_expires_at": 0,
        "subject_type": registration.subject_type.as_deref().filter(|kind| !kind.is_empty()).unwrap_or("public"),
        "jwks": registration.jwks,
        "token_endpoint_auth_method": method,
        "userinfo_signed_response_alg": registration.userinfo_signed_response_alg.as_deref().unwrap_or("none"),
        "metadata": registration.metadata,
        "created_at": at(client.row.created_at),
        "updated_at": at(client.row.updated_at),
        "skip_consent": registration.skip_consent,
        "skip_logout_consent": registration.skip_logout_consent,
        // Dynamic registration is not offered.
        "registration_access_token": "",
        "registration_client_uri": "",
    });
    if let Value::Object(members) = &mut document {
        add_optional(members, registration);
        if let Some(secret) = &rendering.secret {
            members.insert("client_secret".into(), secret.expose().into());
        }
    }
    document
}

/// The lifespans, which are always there, and the members that are there only when they were sent.
fn add_optional(members: &mut Map<String, Value>, registration: &Registration) {
    let Ok(Value::Object(all)) = serde_json::to_value(registration) else { return };
    for (name, value) in all {
        if name.ends_with("_lifespan") || (!value.is_null() && !members.contains_key(&name)) {
            members.insert(name, value);
        }
    }
}
