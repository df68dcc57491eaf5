//! Registering clients as Ory Hydra does (`client/handler.go`, `client/validator.go` upstream): any id, any metadata,
//! a secret of ours or of the caller's choice.

use pairing::{ClientSecret, Failure, Secret};
use serde_json::Value;

use super::{
    super::{Service, application::not_found},
    chosen_secret::{FEWEST_CHARACTERS, MOST_CHARACTERS},
    registry::{accepted, random_id, secret_row},
};
use crate::store::{
    oauth_client::{self, ClientRow, Stored},
    registration::{Lifespan, Lifespans, Registration},
};

/// What a client shall be.
#[derive(Clone, Debug)]
pub(crate) struct NewRegistration {
    /// Empty: made by us.
    pub(crate) client_id: String,
    pub(crate) secret: Option<Secret>,
    pub(crate) scope: String,
    pub(crate) registration: Registration,
}

/// Why a registration is refused.
#[derive(Clone, Debug)]
pub(crate) enum RegistrationRefusal {
    /// RFC 7591 §3.2.2.
    InvalidMetadata(String),
    Failed(Failure),
}

impl From<Failure> for RegistrationRefusal {
    fn from(failure: Failure) -> Self {
        Self::Failed(failure)
    }
}

/// Hydra's, for a client that names none.
const DEFAULT_SCOPE: &str = "offline_access offline openid";
/// RFC 6749 leaves it open; an address has to hold it.
const LONGEST_ID: usize = 255;
/// All scopes of a client together, in bytes.
const LONGEST_SCOPE: usize = 8 * 1024;
/// The metadata of a client as JSON, in bytes.
const LARGEST: usize = 48 * 1024;
/// Nesting of what a client may bring of its own. Readers of lists have limits too, 64 for some.
const DEEPEST: usize = 32;
/// Access tokens live no longer, in seconds: 30 days.
pub(crate) const LONGEST_LIFETIME: u64 = 30 * 24 * 3600;

/// Ways of authenticating that can be registered.
const METHODS: [&str; 4] = ["client_secret_basic", "client_secret_post", "none", "tls_client_auth"];

impl Service {
    /// Registers a client. Answers its id and the secret to tell once; public clients have none.
    ///
    /// # Errors
    /// [`RegistrationRefusal`]; [`pairing::ErrorCode::NotUniqueName`] for an id that is taken.
    pub(crate) async fn register_client(
        &self,
        new: NewRegistration,
    ) -> Result<(String, Option<Secret>), RegistrationRefusal> {
        let now = self.clock.now();
        let scope = checked(&new)?;
        let id = if new.client_id.is_empty() { uuid::Uuid::new_v4().to_string() } else { new.client_id };
        let (stored, told) = match &new.secret {
            Some(secret) => (Some(Stored::Chosen(self.oauth.chosen.verifier(secret).await?)), new.secret.clone()),
            None if takes_secrets(&new.registration) => {
                let secret = ClientSecret::generate();
                (Some(Stored::Generated(secret.hash())), Some(secret.secret().clone()))
            }
            None => (None, None),
        };
        let row = ClientRow {
            id: id.clone(),
            system_auth_id: None,
            tenant_id: None,
            owner: None,
            scope,
            epoch: random_id(),
            registration: written(&new.registration)?,
            created_at: now.unix_millis(),
            updated_at: now.unix_millis(),
            rotated_at: None,
            disabled_at: None,
        };
        self.store
            .write(move |connection| {
                Box::pin(async move {
                    oauth_client::insert(connection, &row).await?;
                    match stored {
                        Some(stored) => {
                            let secret = secret_row(&random_id(), &row.id, stored, now);
                            oauth_client::insert_secret(connection, &secret).await
                        }
                        None => Ok(()),
                    }
                })
            })
            .await?;
        Ok((id, told))
    }

    /// Replaces what a client was registered with. Without a secret the present ones stay; with one, it is the only.
    /// `false`, and nothing changed, when the client is no longer as `expected`.
    ///
    /// # Errors
    /// [`RegistrationRefusal`], [`pairing::ErrorCode::NotFound`].
    pub(crate) async fn replace_client(
        &self,
        new: NewRegistration,
        expected: Option<&ClientRow>,
    ) -> Result<bool, RegistrationRefusal> {
        let now = self.clock.now();
        let scope = checked(&new)?;
        let id = new.client_id.clone();
        // Looked for before the slow hash, and again in the transaction.
        let present = self.store.clients().find(&id)?.ok_or_else(|| not_found("oauthClient"))?;
        let mut registration = new.registration;
        // What was read and is written back unchanged must change nothing: the default is shown as Basic.
        let method = registration.token_endpoint_auth_method.as_deref();
        if present.registration.token_endpoint_auth_method.is_none() && method == Some("client_secret_basic") {
            registration.token_endpoint_auth_method = None;
        }
        let secret = match &new.secret {
            Some(secret) => Some(Stored::Chosen(self.oauth.chosen.verifier(secret).await?)),
            None if takes_secrets(&registration) && present.secrets.is_empty() => {
                let words = "the client has no secret yet: send client_secret as well";
                return Err(RegistrationRefusal::InvalidMetadata(words.into()));
            }
            None => None,
        };
        let (written, keeps) = (written(&registration)?, takes_secrets(&registration));
        let expected = expected.map(|row| (row.registration.clone(), row.scope.clone()));
        let done = self.change_client(&id, move |connection, client, _| {
            Box::pin(async move {
                if expected.is_some_and(|expected| expected != (client.registration.clone(), client.scope.clone())) {
                    return Ok(false);
                }
                let row = ClientRow { scope, registration: written, updated_at: now.unix_millis(), ..client };
                oauth_client::update(connection, &row).await?;
                if secret.is_some() || !keeps {
                    // A way of authenticating that was given up must not come back with its old secret.
                    oauth_client::delete_secrets_but(connection, &row.id, None).await?;
                }
                if let Some(stored) = secret {
                    let secret = secret_row(&random_id(), &row.id, stored, now);
                    oauth_client::insert_secret(connection, &secret).await?;
                    oauth_client::set_rotated(connection, &row.id, now).await?;
                }
                Ok(true)
            })
        });
        Ok(done.await?)
    }

    /// Sets how long what each grant buys lives.
    ///
    /// # Errors
    /// [`RegistrationRefusal`], [`pairing::ErrorCode::NotFound`].
    pub(crate) async fn set_lifespans(&self, id: &str, lifespans: Lifespans) -> Result<(), RegistrationRefusal> {
        let now = self.clock.now();
        check_lifespan(lifespans.client_credentials_grant_access_token_lifespan)?;
        self.change_client(id, move |connection, client, _| {
            Box::pin(async move {
                let mut registration: Registration =
                    serde_json::from_str(&client.registration).map_err(Failure::internal)?;
                registration.lifespans = lifespans;
                let registration = serde_json::to_string(&registration).map_err(Failure::internal)?;
                let row = ClientRow { registration, updated_at: now.unix_millis(), ..client };
                oauth_client::update(connection, &row).await
            })
        })
        .await?;
        Ok(())
    }

    /// Forgets all secrets of a client but the newest that is accepted, which stays.
    ///
    /// # Errors
    /// [`pairing::ErrorCode::NotFound`].
    pub(crate) async fn forget_rotated_secrets(&self, id: &str) -> Result<(), Failure> {
        let now = self.clock.now();
        self.change_client(id, move |connection, client, secrets| {
            Box::pin(async move {
                let Some(newest) = accepted(&secrets, now).next() else { return Ok(()) };
                oauth_client::delete_secrets_but(connection, &client.id, Some(&newest.id)).await?;
                oauth_client::retire_secret(connection, &client.id, &newest.id, None).await
            })
        })
        .await
    }
}

fn takes_secrets(registration: &Registration) -> bool {
    !matches!(registration.token_endpoint_auth_method.as_deref(), Some("none" | "tls_client_auth"))
}

/// How deep a value is nested. Values come from documents that the parser has bounded, or patches of bounded size.
fn depth(value: &Value) -> usize {
    match value {
        Value::Array(values) => 1 + values.iter().map(depth).max().unwrap_or(0),
        Value::Object(members) => 1 + members.values().map(depth).max().unwrap_or(0),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => 0,
    }
}

fn written(registration: &Registration) -> Result<String, RegistrationRefusal> {
    let free = registration.metadata.values().chain(registration.jwks.values());
    if free.map(depth).max().unwrap_or(0) > DEEPEST {
        return Err(invalid(format!("metadata and jwks may be nested {DEEPEST} deep")));
    }
    let text = serde_json::to_string(registration).map_err(Failure::internal)?;
    if text.len() > LARGEST {
        return Err(invalid(format!("the client's metadata is larger than {LARGEST} bytes")));
    }
    Ok(text)
}

/// Checks a registration and answers its scope.
fn checked(new: &NewRegistration) -> Result<String, RegistrationRefusal> {
    // RFC 6749 appendix A.1: visible characters and space; a space at an end would be lost in a form.
    let visible = |c: char| matches!(c, '!'..='~');
    // An address that ends in `.` or `..` means another one.
    let addressable = ![".", ".."].contains(&new.client_id.as_str());
    if new.client_id.len() > LONGEST_ID || !new.client_id.chars().all(visible) || !addressable {
        return Err(invalid(format!("client_id must be at most {LONGEST_ID} visible ASCII characters, and not a dot")));
    }
    let registration = &new.registration;
    let method = registration.token_endpoint_auth_method.as_deref();
    if let Some(method) = method.filter(|method| !METHODS.contains(method)) {
        let words =
            format!("token_endpoint_auth_method {method:.100} is not offered; use one of {}", METHODS.join(", "));
        return Err(invalid(words));
    }
    if let Some(other) = registration.subject_type.as_deref().filter(|kind| !["", "public", "pairwise"].contains(kind))
    {
        return Err(invalid(format!("subject_type {other:.100} is not known; use public or pairwise")));
    }
    match (method == Some("tls_client_auth"), &registration.tls_client_auth_subject_dn) {
        (true, None) => {
            let words = "tls_client_auth needs tls_client_auth_subject_dn: the subject of the client's certificate";
            return Err(invalid(words));
        }
        (false, Some(_)) => return Err(invalid("tls_client_auth_subject_dn is only for tls_client_auth")),
        _ => {}
    }
    if let Some(secret) = &new.secret {
        let length = secret.expose().chars().count();
        if !takes_secrets(registration) {
            return Err(invalid("a client with this token_endpoint_auth_method has no client_secret"));
        }
        if !(FEWEST_CHARACTERS..=MOST_CHARACTERS).contains(&length) {
            return Err(invalid(format!(
                "client_secret must have {FEWEST_CHARACTERS} to {MOST_CHARACTERS} characters; leave it out to get a strong one"
            )));
        }
        if secret.expose().chars().any(char::is_control) {
            return Err(invalid("client_secret must not contain control characters"));
        }
    }
    check_lifespan(registration.lifespans.client_credentials_grant_access_token_lifespan)?;
    checked_scope(&new.scope)
}

fn checked_scope(scope: &str) -> Result<String, RegistrationRefusal> {
    // RFC 6749 §3.3.
    let token = |c: char| matches!(c, '!' | '#'..='[' | ']'..='~');
    let scopes: Vec<&str> = scope.split(' ').filter(|scope| !scope.is_empty()).collect();
    if let Some(wrong) = scopes.iter().find(|scope| !scope.chars().all(token)) {
        return Err(invalid(format!("scope {wrong:.100} has a character that RFC 6749 does not allow")));
    }
    if scope.len() > LONGEST_SCOPE {
        return Err(invalid(format!("scope is longer than {LONGEST_SCOPE} bytes")));
    }
    Ok(if scopes.is_empty() { DEFAULT_SCOPE.into() } else { scopes.join(" ") })
}

fn check_lifespan(lifespan: Option<Lifespan>) -> Result<(), RegistrationRefusal> {
    match lifespan.map(Lifespan::seconds) {
        Some(seconds) if !(1..=LONGEST_LIFETIME).contains(&seconds) => Err(invalid(format!(
            "client_credentials_grant_access_token_lifespan must be between 1s and {}h",
            LONGEST_LIFETIME / 3600
        ))),
        _ => Ok(()),
    }
}

fn invalid(words: impl Into<String>) -> RegistrationRefusal {
    RegistrationRefusal::InvalidMetadata(words.into())
}
