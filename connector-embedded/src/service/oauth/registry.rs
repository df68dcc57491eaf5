//! What the administrator does with clients, whoever made them: look, rotate, retire, disable, remove.

use std::sync::Arc;

use pairing::{ClientSecret, ErrorCode, Failure, Moment};
use sqlx::SqliteConnection;

use super::super::{Service, application::not_found};
use crate::store::{
    certificate::{self, Revocation, Revoked},
    client_index::Client,
    oauth_client::{self, ClientRow, Listed, Place, SecretRow, Selection, Stored},
    system_auth,
};

/// Secrets of one client that are accepted at the same time; as many as Hydra keeps.
const MOST_SECRETS: usize = 5;

/// A client and what a list says about it.
#[derive(Clone, Debug)]
pub(crate) struct Shown {
    pub(crate) client: Arc<Client>,
    pub(crate) owner_name: Option<String>,
    /// External id.
    pub(crate) tenant: Option<String>,
}

/// A page of a list.
#[derive(Clone, Debug)]
pub(crate) struct ClientPage {
    pub(crate) clients: Vec<Shown>,
    /// Where the next page starts; `None` on the last.
    pub(crate) end: Option<Place>,
    pub(crate) total: i64,
}

/// What to do with one secret too many.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Overflow {
    Refuse,
    /// As Hydra: the new one and the five before it stay.
    DropOldest,
}

/// A secret just made: the only moment at which it exists outside the peer's hands.
#[derive(Clone, Debug)]
pub(crate) struct NewSecret {
    pub(crate) id: String,
    pub(crate) value: ClientSecret,
}

impl Service {
    pub(crate) async fn oauth_clients(
        &self,
        selection: &Selection,
        first: usize,
        after: Option<&Place>,
    ) -> Result<ClientPage, Failure> {
        let (mut listed, total) = {
            let mut connection = self.store.read().await?;
            // One more than asked for tells whether there is a next page.
            let listed = oauth_client::page(&mut connection, selection, after, first + 1).await?;
            (listed, oauth_client::count(&mut connection, selection).await?)
        };
        let more = listed.len() > first;
        listed.truncate(first);
        let end = listed.last().filter(|_| more).map(|last| Place { created_at: last.created_at, id: last.id.clone() });
        let mut clients = Vec::with_capacity(listed.len());
        for line in listed {
            // Removed since the page was read: it is simply not there.
            if let Some(client) = self.store.clients().find(&line.id)? {
                clients.push(shown(client, line));
            }
        }
        Ok(ClientPage { clients, end, total })
    }

    /// # Errors
    /// [`ErrorCode::NotFound`].
    pub(crate) async fn oauth_client(&self, id: &str) -> Result<Shown, Failure> {
        let line = {
            let mut connection = self.store.read().await?;
            oauth_client::listed(&mut connection, id).await?
        };
        let client = self.store.clients().find(id)?;
        client.zip(line).map(|(client, line)| shown(client, line)).ok_or_else(|| not_found("oauthClient"))
    }

    /// Makes one more secret. `retire_old_after`: seconds until the earlier ones end; `None` leaves them as they are.
    ///
    /// # Errors
    /// [`ErrorCode::NotFound`]; [`ErrorCode::InvalidOperation`] when it has five; [`ErrorCode::InvalidData`] when it
    /// authenticates without a secret.
    pub(crate) async fn rotate_client_secret(
        &self,
        id: &str,
        retire_old_after: Option<i64>,
        overflow: Overflow,
    ) -> Result<NewSecret, Failure> {
        let now = self.clock.now();
        let end = retire_old_after.map(|seconds| now.plus_seconds(seconds));
        let secret = NewSecret { id: random_id(), value: ClientSecret::generate() };
        let row = secret_row(&secret.id, id, Stored::Generated(secret.value.hash()), now);
        let client = self.found_client(id)?;
        if !client.has_secrets() {
            let words = "This client authenticates without a secret; there is nothing to rotate.";
            return Err(Failure::new(ErrorCode::InvalidData, words));
        }
        self.change_client(id, move |connection, client, secrets| {
            Box::pin(async move {
                oauth_client::delete_retired_secrets(connection, now).await?;
                let full = accepted(&secrets, now).count() >= MOST_SECRETS && end.is_none_or(|end| end > now);
                if full && overflow == Overflow::Refuse {
                    return Err(refused(&format!(
                        "This client has {MOST_SECRETS} secrets that are still accepted. Retire one first."
                    )));
                }
                for oldest in accepted(&secrets, now).skip(MOST_SECRETS) {
                    oauth_client::retire_secret(connection, &client.id, &oldest.id, Some(now)).await?;
                }
                for old in accepted(&secrets, now).take(MOST_SECRETS) {
                    if let Some(end) = end.filter(|end| old.retires_at.is_none_or(|at| at > end.unix_millis())) {
                        oauth_client::retire_secret(connection, &client.id, &old.id, Some(end)).await?;
                    }
                }
                oauth_client::insert_secret(connection, &row).await?;
                oauth_client::set_rotated(connection, &client.id, now).await
            })
        })
        .await?;
        Ok(secret)
    }

    /// Ends one secret after so many seconds; `None` takes its end away.
    ///
    /// # Errors
    /// [`ErrorCode::NotFound`]; [`ErrorCode::InvalidOperation`] when no other secret would be left.
    pub(crate) async fn retire_client_secret(
        &self,
        id: &str,
        secret_id: &str,
        after: Option<i64>,
    ) -> Result<(), Failure> {
        let (secret_id, now) = (secret_id.to_owned(), self.clock.now());
        let end = after.map(|seconds| now.plus_seconds(seconds));
        self.change_client(id, move |connection, client, secrets| {
            Box::pin(async move {
                if !accepted(&secrets, now).any(|secret| secret.id == secret_id) {
                    return Err(not_found("oauthSecret"));
                }
                // One without an end must stay, or the day comes when none is left.
                let stays = |secret: &SecretRow| secret.id != secret_id && secret.retires_at.is_none();
                if end.is_some() && !accepted(&secrets, now).any(stays) {
                    return Err(refused("No other secret would stay. Rotate first, or disable the client instead."));
                }
                oauth_client::retire_secret(connection, &client.id, &secret_id, end).await
            })
        })
        .await
    }

    /// Disables or enables a client; doing it twice changes nothing.
    ///
    /// # Errors
    /// [`ErrorCode::NotFound`].
    pub(crate) async fn set_client_enabled(&self, id: &str, enabled: bool) -> Result<(), Failure> {
        let disabled_at = (!enabled).then(|| self.clock.now());
        self.change_client(id, move |connection, client, _| {
            Box::pin(async move { oauth_client::set_disabled(connection, &client.id, disabled_at).await })
        })
        .await
    }

    /// Voids every access token the client was given so far.
    ///
    /// # Errors
    /// [`ErrorCode::NotFound`].
    pub(crate) async fn revoke_client_tokens(&self, id: &str) -> Result<(), Failure> {
        let epoch = random_id();
        self.change_client(id, move |connection, client, _| {
            Box::pin(async move { oauth_client::set_epoch(connection, &client.id, &epoch).await })
        })
        .await
    }

    /// Removes a client. One that pairing made takes its system auth with it.
    ///
    /// # Errors
    /// [`ErrorCode::NotFound`].
    pub(crate) async fn delete_client(&self, id: &str) -> Result<(), Failure> {
        let now = self.clock.now();
        self.change_client(id, move |connection, client, _| {
            Box::pin(async move {
                if let Some(auth) = &client.system_auth_id {
                    let why = "OAuth2 client removed";
                    let why = Revocation::ended("administrator", why, now);
                    certificate::revoke(connection, Revoked::SystemAuth(auth), &why).await?;
                    system_auth::delete(connection, auth).await?;
                }
                oauth_client::delete(connection, &client.id).await.map(drop)
            })
        })
        .await
    }

    fn found_client(&self, id: &str) -> Result<Arc<Client>, Failure> {
        self.store.clients().find(id)?.ok_or_else(|| not_found("oauthClient"))
    }

    /// Runs `change` in a transaction, with the client and its secrets as they are in it.
    pub(super) async fn change_client<T, C>(&self, id: &str, change: C) -> Result<T, Failure>
    where
        T: Send + 'static,
        C: for<'c> FnOnce(
                &'c mut SqliteConnection,
                ClientRow,
                Vec<SecretRow>,
            ) -> futures_util::future::BoxFuture<'c, Result<T, Failure>>
            + Send
            + 'static,
    {
        let id = id.to_owned();
        self.store
            .write(move |connection| {
                Box::pin(async move {
                    let client = oauth_client::find(connection, &id).await?.ok_or_else(|| not_found("oauthClient"))?;
                    let secrets = oauth_client::secrets(connection, &id).await?;
                    change(connection, client, secrets).await
                })
            })
            .await
    }
}

impl Client {
    /// Whether it authenticates by a secret.
    pub(crate) fn has_secrets(&self) -> bool {
        let method = self.registration.token_endpoint_auth_method.as_deref();
        matches!(method, None | Some("client_secret_basic" | "client_secret_post"))
    }
}

/// For secrets, and for epochs: 128 random bits.
pub(crate) fn random_id() -> String {
    uuid::Uuid::new_v4().simple().to_string()
}

pub(crate) fn secret_row(id: &str, client_id: &str, stored: Stored, now: Moment) -> SecretRow {
    SecretRow {
        id: id.to_owned(),
        client_id: client_id.to_owned(),
        stored,
        created_at: now.unix_millis(),
        retires_at: None,
        last_used_at: None,
        last_used_from: None,
    }
}

pub(super) fn accepted(secrets: &[SecretRow], now: Moment) -> impl Iterator<Item = &SecretRow> {
    secrets.iter().filter(move |secret| secret.retires_at.is_none_or(|at| at > now.unix_millis()))
}

fn shown(client: Arc<Client>, line: Listed) -> Shown {
    Shown { client, owner_name: line.owner_name, tenant: line.tenant }
}

fn refused(words: &str) -> Failure {
    Failure::new(ErrorCode::InvalidOperation, words)
}
