//! OAuth2 clients and what is stored of their secrets.

use pairing::{ErrorCode, Failure, Moment, SecretHash};
use sqlx::{FromRow, QueryBuilder, Row as _, Sqlite, SqliteConnection, sqlite::SqliteRow};

use super::{SqlResult as _, system_auth::Owner, unless_taken};

/// A client and whom it stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ClientRow {
    pub(crate) id: String,
    /// `None` for a client that no pairing made.
    pub(crate) system_auth_id: Option<String>,
    pub(crate) tenant_id: Option<String>,
    pub(crate) owner: Option<Owner>,
    pub(crate) scope: String,
    pub(crate) epoch: String,
    /// JSON.
    pub(crate) registration: String,
    pub(crate) created_at: i64,
    pub(crate) updated_at: i64,
    pub(crate) rotated_at: Option<i64>,
    pub(crate) disabled_at: Option<i64>,
}

impl FromRow<'_, SqliteRow> for ClientRow {
    fn from_row(row: &SqliteRow) -> sqlx::Result<Self> {
        Ok(Self {
            id: row.try_get("id")?,
            system_auth_id: row.try_get("system_auth_id")?,
            tenant_id: row.try_get("tenant_id")?,
            owner: Owner::read(row)?,
            scope: row.try_get("scope")?,
            epoch: row.try_get("epoch")?,
            registration: row.try_get("registration")?,
            created_at: row.try_get("created_at")?,
            updated_at: row.try_get("updated_at")?,
            rotated_at: row.try_get("rotated_at")?,
            disabled_at: row.try_get("disabled_at")?,
        })
    }
}

/// What is stored of a secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Stored {
    /// SHA-256 of a generated secret.
    Generated(SecretHash),
    /// Argon2id, as a PHC string, of one that somebody chose.
    Chosen(String),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SecretRow {
    pub(crate) id: String,
    pub(crate) client_id: String,
    pub(crate) stored: Stored,
    pub(crate) created_at: i64,
    /// From then on it is not accepted any more; `None` until somebody retires it.
    pub(crate) retires_at: Option<i64>,
    pub(crate) last_used_at: Option<i64>,
    pub(crate) last_used_from: Option<String>,
}

impl FromRow<'_, SqliteRow> for SecretRow {
    fn from_row(row: &SqliteRow) -> sqlx::Result<Self> {
        let stored = match row.try_get::<Option<Vec<u8>>, _>("hash")? {
            Some(hash) => {
                let hash = <[u8; 32]>::try_from(hash).map_err(|_| sqlx::Error::RowNotFound)?;
                Stored::Generated(SecretHash::from_bytes(hash))
            }
            None => Stored::Chosen(row.try_get("verifier")?),
        };
        Ok(Self {
            id: row.try_get("id")?,
            client_id: row.try_get("client_id")?,
            stored,
            created_at: row.try_get("created_at")?,
            retires_at: row.try_get("retires_at")?,
            last_used_at: row.try_get("last_used_at")?,
            last_used_from: row.try_get("last_used_from")?,
        })
    }
}

const SELECT: &str = "SELECT c.*, a.tenant_id, a.application_id, a.runtime_id, a.integration_system_id \
    FROM oauth_client c LEFT JOIN system_auth a ON a.id = c.system_auth_id";

/// Registers a client, without a secret.
///
/// # Errors
/// [`ErrorCode::NotUniqueName`] when the id is taken.
pub(crate) async fn insert(connection: &mut SqliteConnection, row: &ClientRow) -> Result<(), Failure> {
    let result = sqlx::query(
        "INSERT INTO oauth_client (id, system_auth_id, scope, epoch, registration, created_at, updated_at) \
         VALUES (?, ?, ?, ?, ?, ?, ?)",
    )
    .bind(&row.id)
    .bind(&row.system_auth_id)
    .bind(&row.scope)
    .bind(&row.epoch)
    .bind(&row.registration)
    .bind(row.created_at)
    .bind(row.updated_at)
    .execute(connection)
    .await;
    unless_taken(result, || Failure::new(ErrorCode::NotUniqueName, "Object name is not unique [object=oauthClient]"))
}

/// Replaces what a registration says; id, owner and secrets stay.
pub(crate) async fn update(connection: &mut SqliteConnection, row: &ClientRow) -> Result<(), Failure> {
    sqlx::query("UPDATE oauth_client SET scope = ?, registration = ?, updated_at = ? WHERE id = ?")
        .bind(&row.scope)
        .bind(&row.registration)
        .bind(row.updated_at)
        .bind(&row.id)
        .execute(connection)
        .await
        .sql()
        .map(drop)
}

/// Disables (a date) or enables (`None`); a client that is disabled already keeps its date.
pub(crate) async fn set_disabled(
    connection: &mut SqliteConnection,
    id: &str,
    disabled_at: Option<Moment>,
) -> Result<(), Failure> {
    sqlx::query("UPDATE oauth_client SET disabled_at = iif(?1 IS NULL, NULL, coalesce(disabled_at, ?1)) WHERE id = ?2")
        .bind(disabled_at.map(Moment::unix_millis))
        .bind(id)
        .execute(connection)
        .await
        .sql()
        .map(drop)
}

/// Access tokens of the epoch before are void.
pub(crate) async fn set_epoch(connection: &mut SqliteConnection, id: &str, epoch: &str) -> Result<(), Failure> {
    sqlx::query("UPDATE oauth_client SET epoch = ? WHERE id = ?")
        .bind(epoch)
        .bind(id)
        .execute(connection)
        .await
        .sql()
        .map(drop)
}

pub(crate) async fn set_rotated(connection: &mut SqliteConnection, id: &str, at: Moment) -> Result<(), Failure> {
    sqlx::query("UPDATE oauth_client SET rotated_at = ?1, updated_at = ?1 WHERE id = ?2")
        .bind(at.unix_millis())
        .bind(id)
        .execute(connection)
        .await
        .sql()
        .map(drop)
}

/// Removes a client with its secrets. `false` when it was not there.
pub(crate) async fn delete(connection: &mut SqliteConnection, id: &str) -> Result<bool, Failure> {
    let done = sqlx::query("DELETE FROM oauth_client WHERE id = ?").bind(id).execute(connection).await.sql()?;
    Ok(done.rows_affected() > 0)
}

pub(crate) async fn find(connection: &mut SqliteConnection, id: &str) -> Result<Option<ClientRow>, Failure> {
    let mut query = QueryBuilder::<Sqlite>::new(SELECT);
    query.push(" WHERE c.id = ").push_bind(id).build_query_as().fetch_optional(connection).await.sql()
}

pub(crate) async fn all(connection: &mut SqliteConnection) -> Result<Vec<ClientRow>, Failure> {
    sqlx::query_as(SELECT).fetch_all(connection).await.sql()
}

/// The secrets of one client, newest first, whatever the clock did.
pub(crate) async fn secrets(connection: &mut SqliteConnection, client_id: &str) -> Result<Vec<SecretRow>, Failure> {
    sqlx::query_as("SELECT * FROM oauth_secret WHERE client_id = ? ORDER BY rowid DESC")
        .bind(client_id)
        .fetch_all(connection)
        .await
        .sql()
}

pub(crate) async fn all_secrets(connection: &mut SqliteConnection) -> Result<Vec<SecretRow>, Failure> {
    sqlx::query_as("SELECT * FROM oauth_secret ORDER BY rowid DESC").fetch_all(connection).await.sql()
}

pub(crate) async fn insert_secret(connection: &mut SqliteConnection, row: &SecretRow) -> Result<(), Failure> {
    let (hash, verifier) = match &row.stored {
        Stored::Generated(hash) => (Some(hash.as_bytes().as_slice()), None),
        Stored::Chosen(verifier) => (None, Some(verifier)),
    };
    sqlx::query("INSERT INTO oauth_secret (id, client_id, hash, verifier, created_at) VALUES (?, ?, ?, ?, ?)")
        .bind(&row.id)
        .bind(&row.client_id)
        .bind(hash)
        .bind(verifier)
        .bind(row.created_at)
        .execute(connection)
        .await
        .sql()
        .map(drop)
}

/// Sets when a secret ends; `None` takes the date away.
pub(crate) async fn retire_secret(
    connection: &mut SqliteConnection,
    client_id: &str,
    secret_id: &str,
    at: Option<Moment>,
) -> Result<(), Failure> {
    sqlx::query("UPDATE oauth_secret SET retires_at = ? WHERE client_id = ? AND id = ?")
        .bind(at.map(Moment::unix_millis))
        .bind(client_id)
        .bind(secret_id)
        .execute(connection)
        .await
        .sql()
        .map(drop)
}

/// Forgets all secrets of a client but one, or all.
pub(crate) async fn delete_secrets_but(
    connection: &mut SqliteConnection,
    client_id: &str,
    kept: Option<&str>,
) -> Result<(), Failure> {
    sqlx::query("DELETE FROM oauth_secret WHERE client_id = ? AND id <> coalesce(?, '')")
        .bind(client_id)
        .bind(kept)
        .execute(connection)
        .await
        .sql()
        .map(drop)
}

/// Forgets secrets that ended before `before`.
pub(crate) async fn delete_retired_secrets(connection: &mut SqliteConnection, before: Moment) -> Result<(), Failure> {
    sqlx::query("DELETE FROM oauth_secret WHERE retires_at <= ?")
        .bind(before.unix_millis())
        .execute(connection)
        .await
        .sql()
        .map(drop)
}

/// Where a page of a list starts: after this client.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) created_at: i64,
    pub(crate) id: String,
}

/// Which clients a list shows, newest first or oldest first.
#[derive(Clone, Debug, Default)]
pub(crate) struct Selection {
    pub(crate) newest_first: bool,
    pub(crate) application: Option<String>,
    pub(crate) client_name: Option<String>,
    pub(crate) owner: Option<String>,
}

/// A line of a list.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub(crate) struct Listed {
    pub(crate) id: String,
    pub(crate) created_at: i64,
    /// Of the application, runtime or integration system.
    pub(crate) owner_name: Option<String>,
    /// External id.
    pub(crate) tenant: Option<String>,
}

const FROM: &str = " FROM oauth_client c LEFT JOIN system_auth a ON a.id = c.system_auth_id \
    LEFT JOIN application app ON app.id = a.application_id LEFT JOIN runtime r ON r.id = a.runtime_id \
    LEFT JOIN integration_system i ON i.id = a.integration_system_id LEFT JOIN tenant t ON t.id = a.tenant_id WHERE true";

/// Up to `limit` clients.
pub(crate) async fn page(
    connection: &mut SqliteConnection,
    selection: &Selection,
    after: Option<&Place>,
    limit: usize,
) -> Result<Vec<Listed>, Failure> {
    let columns =
        "SELECT c.id, c.created_at, coalesce(app.name, r.name, i.name) AS owner_name, t.external_id AS tenant";
    let mut query = QueryBuilder::<Sqlite>::new(format!("{columns}{FROM}"));
    restrict(&mut query, selection);
    let (later, order) = if selection.newest_first { ("<", "DESC") } else { (">", "ASC") };
    if let Some(after) = after {
        query.push(format!(" AND (c.created_at, c.id) {later} ("));
        query.separated(", ").push_bind(after.created_at).push_bind(&after.id).push_unseparated(")");
    }
    query.push(format!(" ORDER BY c.created_at {order}, c.id {order} LIMIT "));
    query.push_bind(i64::try_from(limit).unwrap_or(i64::MAX)).build_query_as().fetch_all(connection).await.sql()
}

pub(crate) async fn count(connection: &mut SqliteConnection, selection: &Selection) -> Result<i64, Failure> {
    let mut query = QueryBuilder::<Sqlite>::new(format!("SELECT count(*){FROM}"));
    restrict(&mut query, selection);
    query.build_query_scalar().fetch_one(connection).await.sql()
}

/// The line of one client.
pub(crate) async fn listed(connection: &mut SqliteConnection, id: &str) -> Result<Option<Listed>, Failure> {
    let columns =
        "SELECT c.id, c.created_at, coalesce(app.name, r.name, i.name) AS owner_name, t.external_id AS tenant";
    let mut query = QueryBuilder::<Sqlite>::new(format!("{columns}{FROM} AND c.id = "));
    query.push_bind(id).build_query_as().fetch_optional(connection).await.sql()
}

fn restrict(query: &mut QueryBuilder<Sqlite>, selection: &Selection) {
    if let Some(application) = &selection.application {
        query.push(" AND a.application_id = ").push_bind(application.clone());
    }
    for (member, value) in [("client_name", &selection.client_name), ("owner", &selection.owner)] {
        if let Some(value) = value {
            let extracted = format!(" AND coalesce(json_extract(c.registration, '$.{member}'), '') = ");
            query.push(extracted).push_bind(value.clone());
        }
    }
}
