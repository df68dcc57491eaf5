//! The store of a server that does not run, read as anybody with the file could.

use std::path::Path;

use sqlx::{
    AssertSqlSafe, ConnectOptions as _, Connection as _, Sqlite, SqliteConnection, sqlite::SqliteConnectOptions,
};

/// An open store.
#[derive(Debug)]
pub struct Store(SqliteConnection);

impl Store {
    pub async fn open(data_dir: &Path) -> Self {
        let options = SqliteConnectOptions::new().filename(data_dir.join("store.sqlite")).create_if_missing(false);
        Self(options.connect().await.expect("the store opens"))
    }

    /// The first column of every row.
    pub async fn column<T>(&mut self, query: &str) -> Vec<T>
    where
        T: Send + Unpin + for<'r> sqlx::Decode<'r, Sqlite> + sqlx::Type<Sqlite>,
    {
        sqlx::query_scalar(AssertSqlSafe(query))
            .fetch_all(&mut self.0)
            .await
            .unwrap_or_else(|error| panic!("{query}: {error}"))
    }

    /// How many rows a query counts.
    pub async fn count(&mut self, query: &str) -> i64 {
        self.column(query).await[0]
    }

    /// Changes something that the program itself would not.
    pub async fn execute(&mut self, query: &str) {
        sqlx::query(AssertSqlSafe(query)).execute(&mut self.0).await.unwrap_or_else(|error| panic!("{query}: {error}"));
    }

    pub async fn close(self) {
        self.0.close().await.expect("the store closes");
    }
}
