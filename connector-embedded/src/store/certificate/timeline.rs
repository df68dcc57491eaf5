//! When certificates end, and whom that leaves without one.

use pairing::{Failure, Moment};
use sqlx::{FromRow, SqliteConnection};

use crate::store::SqlResult as _;

/// How many certificates end, in steps of time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Timeline {
    pub(crate) bucket_seconds: i64,
    /// The beginning of a step in milliseconds, and how many certificates that count now end in it.
    pub(crate) expiries: Vec<(i64, i64)>,
    /// The same for owners: when the last certificate of each ends.
    pub(crate) last_expiries: Vec<(i64, i64)>,
    pub(crate) current: i64,
    pub(crate) expired: i64,
    pub(crate) revoked: i64,
}

/// An owner whose last certificate ends.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub(crate) struct Dark {
    pub(crate) owner_kind: String,
    pub(crate) owner_id: String,
    pub(crate) owner_name: String,
    pub(crate) last_expiry: i64,
}

/// An owner whose certificates are all signed by an authority that is no longer the active one.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub(crate) struct OnOldChain {
    pub(crate) owner_kind: String,
    pub(crate) owner_id: String,
    pub(crate) owner_name: String,
    pub(crate) certificates: i64,
    pub(crate) last_expiry: i64,
}

pub(crate) async fn timeline(connection: &mut SqliteConnection, now: Moment) -> Result<Timeline, Failure> {
    const MINUTE: i64 = 60;
    const HOUR: i64 = 60 * MINUTE;
    const DAY: i64 = 24 * HOUR;
    let now = now.unix_millis();
    let last: Option<i64> = sqlx::query_scalar("SELECT max(ends_at) FROM certificate WHERE revoked_at IS NULL")
        .fetch_one(&mut *connection)
        .await
        .sql()?;
    // Fine enough to tell test certificates apart, coarse enough for ten years.
    let bucket_seconds = match last.unwrap_or(now).saturating_sub(now) / 1000 {
        span if span <= 2 * DAY => MINUTE,
        span if span <= 120 * DAY => HOUR,
        _ => DAY,
    };
    let bucket = bucket_seconds * 1000;
    let expiries = sqlx::query_as(
        "SELECT ends_at / ?1 * ?1, count(*) FROM certificate WHERE revoked_at IS NULL AND ends_at > ?2 \
         GROUP BY 1 ORDER BY 1",
    );
    let expiries: Vec<(i64, i64)> = expiries.bind(bucket).bind(now).fetch_all(&mut *connection).await.sql()?;
    let last_expiries = sqlx::query_as(
        "SELECT last / ?1 * ?1, count(*) FROM (SELECT max(ends_at) AS last FROM certificate \
         WHERE revoked_at IS NULL AND ends_at > ?2 GROUP BY owner_id) GROUP BY 1 ORDER BY 1",
    );
    let last_expiries = last_expiries.bind(bucket).bind(now).fetch_all(&mut *connection).await.sql()?;
    let current = expiries.iter().map(|(_, count)| count).sum();
    let expired = sqlx::query_scalar("SELECT count(*) FROM certificate WHERE revoked_at IS NULL AND ends_at <= ?");
    let expired = expired.bind(now).fetch_one(&mut *connection).await.sql()?;
    let revoked = sqlx::query_scalar("SELECT count(*) FROM certificate WHERE revoked_at IS NOT NULL");
    let revoked = revoked.fetch_one(connection).await.sql()?;
    Ok(Timeline { bucket_seconds, expiries, last_expiries, current, expired, revoked })
}

/// The owners whose last certificate that counts now ends by `at`, the first to end first, and how many there are.
pub(crate) async fn dark(
    connection: &mut SqliteConnection,
    now: Moment,
    at: Moment,
    first: usize,
) -> Result<(Vec<Dark>, i64), Failure> {
    const LAST: &str = "SELECT owner_kind, owner_id, max(owner_name) AS owner_name, max(ends_at) AS last_expiry \
        FROM certificate WHERE revoked_at IS NULL AND ends_at > ?1 GROUP BY owner_id HAVING max(ends_at) <= ?2";
    let sql = format!("{LAST} ORDER BY last_expiry, owner_id LIMIT ?3");
    let rows = sqlx::query_as(sqlx::AssertSqlSafe(sql))
        .bind(now.unix_millis())
        .bind(at.unix_millis())
        .bind(i64::try_from(first).unwrap_or(i64::MAX))
        .fetch_all(&mut *connection)
        .await
        .sql()?;
    let count = sqlx::query_scalar(sqlx::AssertSqlSafe(format!("SELECT count(*) FROM ({LAST})")))
        .bind(now.unix_millis())
        .bind(at.unix_millis())
        .fetch_one(connection)
        .await
        .sql()?;
    Ok((rows, count))
}

/// The owners that have certificates that count, but none by the active authority.
pub(crate) async fn on_old_chain(
    connection: &mut SqliteConnection,
    now: Moment,
    first: usize,
) -> Result<(Vec<OnOldChain>, i64), Failure> {
    const OLD: &str = "SELECT owner_kind, owner_id, max(owner_name) AS owner_name, count(*) AS certificates, \
        max(ends_at) AS last_expiry FROM certificate WHERE revoked_at IS NULL AND ends_at > ?1 GROUP BY owner_id \
        HAVING max(issuer = (SELECT fingerprint FROM authority WHERE state = 'active')) = 0";
    let sql = format!("{OLD} ORDER BY last_expiry, owner_id LIMIT ?2");
    let rows = sqlx::query_as(sqlx::AssertSqlSafe(sql))
        .bind(now.unix_millis())
        .bind(i64::try_from(first).unwrap_or(i64::MAX))
        .fetch_all(&mut *connection)
        .await
        .sql()?;
    let count = sqlx::query_scalar(sqlx::AssertSqlSafe(format!("SELECT count(*) FROM ({OLD})")));
    let count = count.bind(now.unix_millis()).fetch_one(connection).await.sql()?;
    Ok((rows, count))
}
