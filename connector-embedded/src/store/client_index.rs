//! All OAuth2 clients in memory, as the last commit left them: the token endpoint asks nothing else.
//!
//! Triggers on the writing connection note which clients a transaction touched, whatever statement or cascade did
//! it; the writer reads those again after the commit and before anybody is answered. So no path can forget to.

use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError, RwLock,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
};

use pairing::{ErrorCode, Failure};
use sqlx::{Connection as _, SqliteConnection};

use super::{
    SqlResult as _,
    oauth_client::{self, ClientRow, SecretRow, Stored},
    oauth_usage::{self, UsageRow},
    registration::Registration,
};

/// A client as it is in the store, its secrets, and its figures of use.
#[derive(Debug)]
pub(crate) struct Client {
    pub(crate) row: ClientRow,
    pub(crate) registration: Registration,
    /// Newest first, retired ones included.
    pub(crate) secrets: Vec<SecretRow>,
    usage: Arc<Mutex<Usage>>,
}

/// What the figures of use are now; the store is up to a second behind.
#[derive(Clone, Debug, Default)]
pub(crate) struct Usage {
    pub(crate) row: UsageRow,
    /// When and from where each secret was last used, by its id.
    pub(crate) secrets: HashMap<String, (i64, String)>,
    unwritten: bool,
}

/// All clients by id. Cloning shares it.
#[derive(Clone, Debug, Default)]
pub(crate) struct ClientIndex(Arc<Inner>);

#[derive(Debug, Default)]
struct Inner {
    clients: RwLock<HashMap<String, Arc<Client>>>,
    /// Ids whose figures changed since they were last written.
    unwritten: Mutex<Vec<String>>,
    /// How many clients have a chosen secret.
    chosen: AtomicUsize,
    /// Set when a commit could not be followed: better no answer than an old one.
    stale: AtomicBool,
}

/// On the writing connection only: which clients the running transaction has touched.
const NOTES: &str = "
    PRAGMA temp_store = MEMORY;
    CREATE TEMP TABLE touched_client (id TEXT PRIMARY KEY) WITHOUT ROWID;
    CREATE TEMP TRIGGER client_inserted AFTER INSERT ON main.oauth_client
        BEGIN INSERT OR IGNORE INTO touched_client VALUES (new.id); END;
    CREATE TEMP TRIGGER client_updated AFTER UPDATE ON main.oauth_client
        BEGIN INSERT OR IGNORE INTO touched_client VALUES (new.id); END;
    CREATE TEMP TRIGGER client_deleted AFTER DELETE ON main.oauth_client
        BEGIN INSERT OR IGNORE INTO touched_client VALUES (old.id); END;
    CREATE TEMP TRIGGER secret_inserted AFTER INSERT ON main.oauth_secret
        BEGIN INSERT OR IGNORE INTO touched_client VALUES (new.client_id); END;
    CREATE TEMP TRIGGER secret_updated AFTER UPDATE OF hash, verifier, retires_at ON main.oauth_secret
        BEGIN INSERT OR IGNORE INTO touched_client VALUES (new.client_id); END;
    CREATE TEMP TRIGGER secret_deleted AFTER DELETE ON main.oauth_secret
        BEGIN INSERT OR IGNORE INTO touched_client VALUES (old.client_id); END;
";

impl Client {
    pub(crate) fn usage(&self) -> Usage {
        lock(&self.usage).clone()
    }

    fn has_chosen(&self) -> bool {
        self.secrets.iter().any(|secret| matches!(secret.stored, Stored::Chosen(_)))
    }
}

impl ClientIndex {
    /// Reads everything and starts taking notes on the writing connection.
    pub(super) async fn open(connection: &mut SqliteConnection) -> Result<Self, Failure> {
        sqlx::raw_sql(NOTES).execute(&mut *connection).await.sql()?;
        let index = Self::default();
        index.read_all(connection).await?;
        Ok(index)
    }

    /// The client with this id.
    ///
    /// # Errors
    /// [`ErrorCode::Unavailable`] while the store cannot be read.
    pub(crate) fn find(&self, id: &str) -> Result<Option<Arc<Client>>, Failure> {
        if self.0.stale.load(Ordering::Acquire) {
            let message = "The client registry could not be read. Try again.";
            return Err(Failure::new(ErrorCode::Unavailable, message));
        }
        Ok(self.0.clients.read().unwrap_or_else(PoisonError::into_inner).get(id).cloned())
    }

    pub(crate) fn all(&self) -> Vec<Arc<Client>> {
        self.0.clients.read().unwrap_or_else(PoisonError::into_inner).values().cloned().collect()
    }

    /// Whether any client has a secret that somebody chose.
    pub(crate) fn any_chosen(&self) -> bool {
        self.0.chosen.load(Ordering::Acquire) > 0
    }

    /// Notes a success, with the id of the secret that opened the door.
    pub(crate) fn used(&self, client: &Client, secret_id: Option<&str>, at: i64, from: IpAddr) {
        let mut usage = lock(&client.usage);
        usage.row.uses += 1;
        usage.row.failures_since_use = 0;
        usage.row.last_used_at = Some(at);
        let from = from.to_string();
        if let Some(id) = secret_id {
            usage.secrets.insert(id.to_owned(), (at, from.clone()));
        }
        usage.row.last_used_from = Some(from);
        self.note(client, &mut usage);
    }

    /// Notes a refused attempt under this client's name.
    pub(crate) fn failed(&self, client: &Client, at: i64, from: IpAddr) {
        let mut usage = lock(&client.usage);
        usage.row.failures += 1;
        usage.row.failures_since_use += 1;
        usage.row.last_failed_at = Some(at);
        usage.row.last_failed_from = Some(from.to_string());
        self.note(client, &mut usage);
    }

    fn note(&self, client: &Client, usage: &mut Usage) {
        if !usage.unwritten {
            usage.unwritten = true;
            lock(&self.0.unwritten).push(client.row.id.clone());
        }
    }

    /// The figures that changed since the last call.
    pub(crate) fn take_unwritten(&self) -> Vec<Usage> {
        let ids = std::mem::take(&mut *lock(&self.0.unwritten));
        let clients = self.0.clients.read().unwrap_or_else(PoisonError::into_inner);
        let clients = ids.iter().filter_map(|id| clients.get(id));
        let taken = clients.map(|client| {
            let mut usage = lock(&client.usage);
            usage.unwritten = false;
            usage.clone()
        });
        taken.collect()
    }

    /// The figures could not be written: they are due again.
    pub(crate) fn put_back(&self, taken: &[Usage]) {
        let clients = self.0.clients.read().unwrap_or_else(PoisonError::into_inner);
        for client in taken.iter().filter_map(|usage| clients.get(&usage.row.client_id)) {
            self.note(client, &mut lock(&client.usage));
        }
    }

    /// After a commit: follows what it did to clients.
    pub(super) async fn follow(&self, connection: &mut SqliteConnection) {
        let done = if self.0.stale.load(Ordering::Acquire) {
            self.read_all(connection).await
        } else {
            self.read_touched(connection).await
        };
        if let Err(failure) = &done {
            tracing::error!(detail = failure.detail, "the client registry could not be read: {failure}");
        }
        self.0.stale.store(done.is_err(), Ordering::Release);
    }

    async fn read_touched(&self, connection: &mut SqliteConnection) -> Result<(), Failure> {
        let touched: Vec<String> =
            sqlx::query_scalar("SELECT id FROM temp.touched_client").fetch_all(&mut *connection).await.sql()?;
        if touched.is_empty() {
            return Ok(());
        }
        let mut read = Vec::with_capacity(touched.len());
        for id in touched {
            let row = oauth_client::find(connection, &id).await?;
            let secrets = oauth_client::secrets(connection, &id).await?;
            read.push((id, row, secrets));
        }
        sqlx::query("DELETE FROM temp.touched_client").execute(connection).await.sql()?;
        let mut clients = self.0.clients.write().unwrap_or_else(PoisonError::into_inner);
        for (id, row, secrets) in read {
            let Some(row) = row else {
                clients.remove(&id);
                continue;
            };
            // Another client of the same id starts with figures of its own.
            let before = clients.get(&id).filter(|before| before.row.created_at == row.created_at);
            let usage = before.map_or_else(|| usage(UsageRow::default(), &row.id), |before| Arc::clone(&before.usage));
            keep_secrets(&usage, &secrets);
            match client(row, secrets, usage) {
                Some(client) => drop(clients.insert(id, Arc::new(client))),
                None => drop(clients.remove(&id)),
            }
        }
        self.count_chosen(&clients);
        Ok(())
    }

    async fn read_all(&self, connection: &mut SqliteConnection) -> Result<(), Failure> {
        let mut transaction = connection.begin().await.sql()?;
        let rows = oauth_client::all(&mut transaction).await?;
        let mut secrets: HashMap<String, Vec<SecretRow>> = HashMap::new();
        for secret in oauth_client::all_secrets(&mut transaction).await? {
            secrets.entry(secret.client_id.clone()).or_default().push(secret);
        }
        let used = oauth_usage::all(&mut transaction).await?;
        let mut used: HashMap<String, UsageRow> = used.into_iter().map(|row| (row.client_id.clone(), row)).collect();
        transaction.rollback().await.sql()?;
        let mut read = HashMap::with_capacity(rows.len());
        for row in rows {
            let secrets = secrets.remove(&row.id).unwrap_or_default();
            let usage = usage(used.remove(&row.id).unwrap_or_default(), &row.id);
            for secret in &secrets {
                if let (Some(at), Some(from)) = (secret.last_used_at, &secret.last_used_from) {
                    lock(&usage).secrets.insert(secret.id.clone(), (at, from.clone()));
                }
            }
            let id = row.id.clone();
            if let Some(client) = client(row, secrets, usage) {
                read.insert(id, Arc::new(client));
            }
        }
        sqlx::query("DELETE FROM temp.touched_client").execute(connection).await.sql()?;
        self.count_chosen(&read);
        *self.0.clients.write().unwrap_or_else(PoisonError::into_inner) = read;
        Ok(())
    }

    fn count_chosen(&self, clients: &HashMap<String, Arc<Client>>) {
        let chosen = clients.values().filter(|client| client.has_chosen()).count();
        self.0.chosen.store(chosen, Ordering::Release);
    }
}

/// `None` for a registration that cannot be read: that costs this client, and no other.
fn client(row: ClientRow, secrets: Vec<SecretRow>, usage: Arc<Mutex<Usage>>) -> Option<Client> {
    match serde_json::from_str(&row.registration) {
        Ok(registration) => Some(Client { row, registration, secrets, usage }),
        Err(error) => {
            tracing::error!(client = row.id, "the registration of an OAuth2 client cannot be read: {error}");
            None
        }
    }
}

/// Forgets the figures of secrets that are gone.
fn keep_secrets(usage: &Mutex<Usage>, secrets: &[SecretRow]) {
    lock(usage).secrets.retain(|id, _| secrets.iter().any(|secret| secret.id == *id));
}

fn usage(row: UsageRow, id: &str) -> Arc<Mutex<Usage>> {
    let row = UsageRow { client_id: id.to_owned(), ..row };
    Arc::new(Mutex::new(Usage { row, ..Usage::default() }))
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use pairing::{ErrorCode, Moment, SecretHash};

    use super::*;
    use crate::store::{Store, system_auth};

    const SEED: &str = "
        INSERT INTO tenant (id, external_id, name) VALUES ('t', 'external', 'default');
        INSERT INTO application (id, tenant_id, name, normalized_name, status_condition, status_at, created_at, updated_at)
            VALUES ('app', 't', 'shop', 'shop', 'INITIAL', 1, 1, 1);
        INSERT INTO system_auth (id, tenant_id, application_id, created_at) VALUES ('auth', 't', 'app', 1);
        INSERT INTO oauth_client (id, system_auth_id, scope, epoch, registration, created_at, updated_at)
            VALUES ('auth', 'auth', 'a', 'e', '{}', 1, 1), ('free', NULL, 'b', 'e', '{}', 1, 1);
    ";

    async fn store(dir: &tempfile::TempDir) -> Store {
        let store = Store::open(dir.path(), None).await.unwrap();
        execute(&store, SEED).await.unwrap();
        store
    }

    async fn execute(store: &Store, sql: &'static str) -> Result<(), Failure> {
        store
            .write(move |connection| {
                Box::pin(async move { sqlx::raw_sql(sql).execute(connection).await.sql().map(drop) })
            })
            .await
    }

    fn ids(store: &Store) -> Vec<String> {
        let mut ids: Vec<_> = store.clients().all().iter().map(|client| client.row.id.clone()).collect();
        ids.sort();
        ids
    }

    #[tokio::test]
    async fn whatever_a_commit_did_to_clients_is_known_when_it_answers() {
        let dir = tempfile::tempdir().unwrap();
        let store = store(&dir).await;
        let find = |id: &str| store.clients().find(id).unwrap();
        assert_eq!(ids(&store), ["auth", "free"]);
        execute(&store, "UPDATE oauth_client SET disabled_at = 5 WHERE id = 'free'").await.unwrap();
        assert_eq!(find("free").unwrap().row.disabled_at, Some(5));
        execute(&store, "INSERT INTO oauth_secret (id, client_id, verifier, created_at) VALUES ('s', 'free', 'v', 1)")
            .await
            .unwrap();
        assert_eq!((find("free").unwrap().secrets.len(), store.clients().any_chosen()), (1, true));
        execute(&store, "UPDATE oauth_secret SET retires_at = 9").await.unwrap();
        assert_eq!(find("free").unwrap().secrets[0].retires_at, Some(9));
        execute(&store, "DELETE FROM oauth_secret").await.unwrap();
        assert_eq!((find("free").unwrap().secrets.len(), store.clients().any_chosen()), (0, false));
        // By the cascade from the application over the system auth.
        execute(&store, "DELETE FROM application").await.unwrap();
        assert_eq!(ids(&store), ["free"]);
        store.close().await;
        assert_eq!(ids(&Store::open(dir.path(), None).await.unwrap()), ["free"]);
    }

    #[tokio::test]
    async fn what_was_rolled_back_is_not_seen() {
        let dir = tempfile::tempdir().unwrap();
        let store = store(&dir).await;
        let failed = store.write(|connection| {
            Box::pin(async move {
                system_auth::delete(connection, "auth").await?;
                Err::<(), _>(Failure::new(ErrorCode::InvalidOperation, "changed my mind"))
            })
        });
        failed.await.unwrap_err();
        execute(&store, "UPDATE oauth_client SET scope = 'c' WHERE id = 'free'").await.unwrap();
        assert_eq!(ids(&store), ["auth", "free"]);
        store.close().await;
    }

    #[tokio::test]
    async fn figures_survive_a_change_of_the_client_and_a_restart_but_not_its_removal() {
        let dir = tempfile::tempdir().unwrap();
        let store = store(&dir).await;
        let home = IpAddr::from([127, 0, 0, 1]);
        let client = store.clients().find("free").unwrap().unwrap();
        store.clients().failed(&client, 7, home);
        execute(&store, "UPDATE oauth_client SET scope = 'c' WHERE id = 'free'").await.unwrap();
        let client = store.clients().find("free").unwrap().unwrap();
        assert_eq!((client.usage().row.failures, client.row.scope.as_str()), (1, "c"));
        store.clients().used(&client, None, 8, home);
        let taken = store.clients().take_unwritten();
        assert_eq!((taken.len(), taken[0].row.uses, taken[0].row.failures_since_use), (1, 1, 0));
        assert!(store.clients().take_unwritten().is_empty());
        store.clients().put_back(&taken);
        let row = store.clients().take_unwritten().remove(0).row;
        store.write(move |connection| Box::pin(async move { oauth_usage::put(connection, &row).await })).await.unwrap();
        store.close().await;

        let store = Store::open(dir.path(), None).await.unwrap();
        let usage = store.clients().find("free").unwrap().unwrap().usage();
        assert_eq!(
            (usage.row.failures, usage.row.uses, usage.row.last_used_from.as_deref()),
            (1, 1, Some("127.0.0.1"))
        );
        execute(&store, "DELETE FROM oauth_client WHERE id = 'free'").await.unwrap();
        let late = usage.row.clone();
        store
            .write(move |connection| Box::pin(async move { oauth_usage::put(connection, &late).await }))
            .await
            .unwrap();
        execute(&store, "INSERT INTO oauth_client (id, scope, epoch, registration, created_at, updated_at) VALUES ('free', '', 'f', '{}', 2, 2)").await.unwrap();
        assert_eq!(store.clients().find("free").unwrap().unwrap().usage().row.failures, 0);
        let secret = SecretHash::of(b"x");
        let now = Moment::from_unix_millis(9);
        let row = crate::service::oauth::registry::secret_row("s", "free", Stored::Generated(secret), now);
        store
            .write(move |connection| Box::pin(async move { oauth_client::insert_secret(connection, &row).await }))
            .await
            .unwrap();
        assert_eq!(store.clients().find("free").unwrap().unwrap().secrets[0].stored, Stored::Generated(secret));
        store.close().await;
    }
}
