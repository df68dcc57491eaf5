//! What the registry answers, and how it becomes what the page receives. All camelCase, times in RFC 3339.

use pairing::Secret;
use serde::{Deserialize, Deserializer};

use crate::calls::{OAuthClientPage, OAuthClientRow, OAuthOwnerKind, OAuthSecretRow, TokenAuthMethod};

/// An authentication method of RFC 7591: the secret in the body.
pub(super) const IN_BODY: &str = "client_secret_post";
/// An authentication method of RFC 7591: the secret in the header `Authorization`.
pub(super) const IN_HEADER: &str = "client_secret_basic";

#[derive(Clone, Debug, Deserialize)]
struct Owner {
    kind: OAuthOwnerKind,
    id: Option<String>,
    name: Option<String>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct RegisteredClient {
    client_id: String,
    name: String,
    owner: Owner,
    /// External id; null for a client that no tenant owns.
    tenant: Option<String>,
    auth_methods: Vec<String>,
    scopes: Vec<String>,
    audience: Vec<String>,
    created_at: String,
    rotated_at: Option<String>,
    disabled_at: Option<String>,
    last_used_at: Option<String>,
    last_used_from: Option<String>,
    uses: u64,
    failures: u64,
    failures_since_use: u64,
    last_failed_at: Option<String>,
    last_failed_from: Option<String>,
    token_lifetime_seconds: u64,
    secrets: Vec<OAuthSecretRow>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ClientPage {
    clients: Vec<RegisteredClient>,
    end_cursor: Option<String>,
    has_next_page: bool,
    total_count: u64,
    now: String,
}

/// One client, and the registry's clock.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct OneClient {
    client: RegisteredClient,
    now: String,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Rotated {
    #[serde(flatten)]
    pub(super) one: OneClient,
    #[serde(deserialize_with = "secret")]
    pub(super) client_secret: Secret,
}

fn secret<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Secret, D::Error> {
    String::deserialize(deserializer).map(Secret::new)
}

impl OneClient {
    /// How often it got an access token.
    pub(crate) fn uses(&self) -> u64 {
        self.client.uses
    }

    pub(super) fn tenant(&self) -> Option<&str> {
        self.client.tenant.as_deref()
    }

    /// The client, and the registry's time in RFC 3339.
    pub(super) fn into_row(self) -> (OAuthClientRow, String) {
        (self.client.into(), self.now)
    }
}

impl From<RegisteredClient> for OAuthClientRow {
    fn from(client: RegisteredClient) -> Self {
        Self {
            client_id: client.client_id,
            name: client.name,
            owner_kind: client.owner.kind,
            owner_id: client.owner.id,
            owner_name: client.owner.name,
            auth_methods: client.auth_methods,
            scopes: client.scopes,
            audience: client.audience,
            created_at: client.created_at,
            rotated_at: client.rotated_at,
            disabled_at: client.disabled_at,
            last_used_at: client.last_used_at,
            last_used_from: client.last_used_from,
            uses: client.uses,
            failures: client.failures,
            failures_since_use: client.failures_since_use,
            last_failed_at: client.last_failed_at,
            last_failed_from: client.last_failed_from,
            token_lifetime_seconds: client.token_lifetime_seconds,
            secrets: client.secrets,
        }
    }
}

impl From<ClientPage> for OAuthClientPage {
    fn from(page: ClientPage) -> Self {
        Self {
            rows: page.clients.into_iter().map(Into::into).collect(),
            end_cursor: page.end_cursor,
            has_next_page: page.has_next_page,
            total_count: page.total_count,
            server_now: page.now,
        }
    }
}

impl OAuthClientRow {
    pub(super) fn accepts(&self, method: &str) -> bool {
        self.auth_methods.iter().any(|accepted| accepted == method)
    }

    /// How it sends a secret, where it may choose: in the header.
    pub(super) fn auth_method(&self) -> TokenAuthMethod {
        if self.accepts(IN_BODY) && !self.accepts(IN_HEADER) { TokenAuthMethod::Post } else { TokenAuthMethod::Basic }
    }

    /// What a person calls this client: its owner's name, else its own, else its id.
    pub(super) fn spoken_name(&self) -> &str {
        let given = |name: &'_ &str| !name.is_empty();
        self.owner_name.as_deref().filter(given).or(Some(self.name.as_str()).filter(given)).unwrap_or(&self.client_id)
    }
}

#[cfg(test)]
pub(super) mod tests {
    use serde_json::{Value, json};

    use super::*;

    /// As the contract has it, with every field.
    pub(in crate::oauth_clients) fn client() -> Value {
        json!({
            "clientId": "c-1", "name": "", "owner": { "kind": "application", "id": "a-1", "name": "shop" },
            "tenant": "t-1", "authMethods": ["client_secret_basic", "client_secret_post"],
            "scopes": ["application:read", "application:write"], "audience": [],
            "createdAt": "2024-07-04T10:44:00Z", "rotatedAt": null, "disabledAt": null,
            "lastUsedAt": "2024-07-05T10:44:00Z", "lastUsedFrom": "127.0.0.1",
            "uses": 7, "failures": 2, "failuresSinceUse": 1,
            "lastFailedAt": "2024-07-05T10:45:00Z", "lastFailedFrom": "::1", "tokenLifetimeSeconds": 3600,
            "secrets": [{ "id": "s-1", "createdAt": "2024-07-04T10:44:00Z", "retiresAt": null,
                "lastUsedAt": null, "lastUsedFrom": null }],
        })
    }

    pub(in crate::oauth_clients) fn row(client: Value) -> OAuthClientRow {
        serde_json::from_value::<RegisteredClient>(client).unwrap().into()
    }

    #[test]
    fn every_field_of_the_registry_reaches_the_page() {
        let mut expected = client();
        let owner = expected.as_object_mut().unwrap().remove("owner").unwrap();
        expected.as_object_mut().unwrap().remove("tenant").unwrap();
        for (to, from) in [("ownerKind", "kind"), ("ownerId", "id"), ("ownerName", "name")] {
            expected[to] = owner[from].clone();
        }
        assert_eq!(serde_json::to_value(row(client())).unwrap(), expected);
        let page = json!({ "clients": [client()], "endCursor": "x", "hasNextPage": true, "totalCount": 12_000,
            "now": "2024-07-05T11:00:00Z", "somethingNew": 1 });
        let page: OAuthClientPage = serde_json::from_value::<ClientPage>(page).unwrap().into();
        assert_eq!((page.rows.len(), page.total_count, page.has_next_page), (1, 12_000, true));
    }

    #[test]
    fn a_client_is_called_by_its_owner_then_by_itself() {
        let mut named = client();
        assert_eq!(row(named.clone()).spoken_name(), "shop");
        named["owner"] = json!({ "kind": "none", "id": null, "name": null });
        assert_eq!(row(named.clone()).spoken_name(), "c-1");
        named["name"] = "Nightly export".into();
        assert_eq!(row(named).spoken_name(), "Nightly export");
    }

    #[test]
    fn a_new_secret_stays_a_secret() {
        let rotated: Rotated = serde_json::from_value(json!({ "client": client(), "now": "2024-07-05T11:00:00Z",
            "secretId": "s-2", "clientSecret": "canary" }))
        .unwrap();
        assert!(!format!("{rotated:?}").contains("canary"));
        assert_eq!(rotated.client_secret.expose(), "canary");
    }
}
