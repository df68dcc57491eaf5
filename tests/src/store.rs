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

    /// Makes the only certificate that is there into that many, with other dates, owners and numbers. Nobody could have
    /// issued so many in a test's time.
    pub async fn multiply_certificates(&mut self, total: usize) {
        let columns: Vec<String> = self.column("SELECT name FROM pragma_table_info('certificate') ORDER BY cid").await;
        let value = |column: &String| match column.as_str() {
            // 32 and 20 bytes in no order, different for each number.
            "fingerprint" | "lineage" => "unhex(printf('%08x%056x', n * 2654435761 % 4294967296, n))".to_owned(),
            "serial" => "unhex(printf('41%08x%030x', n * 2246822519 % 4294967296, n))".into(),
            "token_hash" | "parent_fingerprint" => "NULL".into(),
            "not_after" => "not_after + (n * 7919 % 7776000) * 1000".into(),
            "issued_at" => "issued_at - n * 1000".into(),
            "owner_id" => "printf('00000000-0000-4000-8000-%012x', n % 997)".into(),
            "owner_name" => "printf('application %d', n % 997)".into(),
            "system_auth_id" | "common_name" => "printf('10000000-0000-4000-8000-%012x', n)".into(),
            other => format!("c.{other}"),
        };
        let values: Vec<String> = columns.iter().map(value).collect();
        let insert = format!(
            "WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < {}) \
             INSERT INTO certificate ({}) SELECT {} FROM numbers, (SELECT * FROM certificate LIMIT 1) c",
            total - 1,
            columns.join(", "),
            values.join(", ")
        );
        for pragma in ["synchronous = OFF", "cache_size = -400000", "temp_store = MEMORY"] {
            self.execute(&format!("PRAGMA {pragma}")).await;
        }
        for statement in ["BEGIN IMMEDIATE", &insert, "COMMIT"] {
            self.execute(statement).await;
        }
    }

    pub async fn close(self) {
        self.0.close().await.expect("the store closes");
    }
}
