//! Looking at what was signed: one certificate, its line of renewals, and pages along an index.

use pairing::{Failure, Moment};
use sqlx::{FromRow, QueryBuilder, Sqlite, SqliteConnection};

use crate::{
    hexadecimal::{self, hexadecimal},
    store::SqlResult as _,
};

/// A certificate with everything that is known of it.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub(crate) struct Recorded {
    pub(crate) fingerprint: Vec<u8>,
    pub(crate) serial: Vec<u8>,
    pub(crate) issuer: Vec<u8>,
    pub(crate) system_auth_id: String,
    pub(crate) owner_kind: String,
    pub(crate) owner_id: String,
    pub(crate) owner_name: String,
    pub(crate) owner_gone: bool,
    pub(crate) pairing_removed: bool,
    pub(crate) common_name: String,
    pub(crate) kind: String,
    pub(crate) der: Vec<u8>,
    pub(crate) not_before: i64,
    pub(crate) not_after: i64,
    /// When it stops to count: then, or earlier with its authority.
    pub(crate) ends_at: i64,
    pub(crate) issued_at: i64,
    pub(crate) wire: String,
    pub(crate) parent_fingerprint: Option<Vec<u8>>,
    pub(crate) same_key_as_parent: bool,
    pub(crate) lineage: Vec<u8>,
    pub(crate) generation: i64,
    pub(crate) last_seen_at: Option<i64>,
    pub(crate) last_seen_from: Option<String>,
    pub(crate) refused_at: Option<i64>,
    pub(crate) refused_why: Option<String>,
    pub(crate) refused_from: Option<String>,
    pub(crate) revoked_at: Option<i64>,
    pub(crate) revoked_by: Option<String>,
    pub(crate) revoked_reason: Option<String>,
    pub(crate) revoked_note: Option<String>,
}

/// Along which index a list is read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Order {
    /// What ends first comes first.
    #[default]
    Expiry,
    /// What was issued last comes first.
    Issued,
    /// By the owner's name, then by expiry.
    Owner,
    /// By authority, then by expiry.
    Issuer,
}

/// Which certificates a list shows.
#[derive(Clone, Debug, Default)]
pub(crate) struct Selection {
    pub(crate) order: Order,
    /// Neither revoked nor ended by this moment.
    pub(crate) current_at: Option<Moment>,
    pub(crate) owner_id: Option<String>,
    pub(crate) issuer: Option<[u8; 32]>,
    /// Part of the owner's name or the common name, or the beginning of a serial number or fingerprint.
    pub(crate) search: Option<String>,
}

/// Where a page ended: what the next one starts after.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    /// The owner's name and id, or the issuer in hexadecimal and nothing; empty where the order does not need them.
    pub(crate) group: (String, String),
    /// Milliseconds since 1970: of the end, or of the issue.
    pub(crate) at: i64,
    pub(crate) fingerprint: Vec<u8>,
}

#[derive(Clone, Debug)]
pub(crate) struct Page {
    pub(crate) rows: Vec<Recorded>,
    /// `None` on the last page.
    pub(crate) end: Option<Place>,
    /// Of all certificates; only when nothing was left out.
    pub(crate) total: Option<i64>,
}

const SELECT: &str = "SELECT c.fingerprint, c.serial, c.issuer, c.system_auth_id, c.owner_kind, c.owner_id, \
    c.owner_name, c.common_name, c.kind, c.der, c.not_before, c.not_after, c.ends_at, c.issued_at, c.wire, c.parent_fingerprint, \
    c.lineage, c.generation, c.last_seen_at, c.last_seen_from, c.refused_at, c.refused_why, c.refused_from, \
    c.revoked_at, c.revoked_by, c.revoked_reason, c.revoked_note, \
    NOT EXISTS (SELECT 1 FROM system_auth a WHERE a.id = c.system_auth_id) AS pairing_removed, \
    CASE c.owner_kind WHEN 'runtime' THEN NOT EXISTS (SELECT 1 FROM runtime r WHERE r.id = c.owner_id) \
        ELSE NOT EXISTS (SELECT 1 FROM application p WHERE p.id = c.owner_id) END AS owner_gone, \
    coalesce((SELECT p.key_hash = c.key_hash FROM certificate p WHERE p.fingerprint = c.parent_fingerprint), 0) \
        AS same_key_as_parent \
    FROM certificate c ";

pub(crate) async fn find(
    connection: &mut SqliteConnection,
    fingerprint: &[u8; 32],
) -> Result<Option<Recorded>, Failure> {
    let mut query = QueryBuilder::<Sqlite>::new(SELECT);
    query.push("WHERE c.fingerprint = ").push_bind(fingerprint.as_slice());
    query.build_query_as().fetch_optional(connection).await.sql()
}

/// The certificates of one line of renewals, the first one first; the last `most` of them.
pub(crate) async fn lineage(
    connection: &mut SqliteConnection,
    lineage: &[u8],
    most: u32,
) -> Result<Vec<Recorded>, Failure> {
    let mut query = QueryBuilder::<Sqlite>::new(SELECT);
    query.push("WHERE c.lineage = ").push_bind(lineage);
    query.push(" ORDER BY c.generation DESC, c.issued_at DESC LIMIT ").push_bind(most);
    let mut rows: Vec<Recorded> = query.build_query_as().fetch_all(connection).await.sql()?;
    rows.reverse();
    Ok(rows)
}

/// Up to `first` certificates after the place `after`.
pub(crate) async fn page(
    connection: &mut SqliteConnection,
    selection: &Selection,
    first: usize,
    after: Option<&Place>,
) -> Result<Page, Failure> {
    let mut query = QueryBuilder::<Sqlite>::new(SELECT);
    query.push("WHERE 1");
    if let Some(now) = selection.current_at {
        // The first of the two is what the index knows; the second is never later.
        query.push(" AND c.revoked_at IS NULL AND c.not_after > ").push_bind(now.unix_millis());
        query.push(" AND c.ends_at > ").push_bind(now.unix_millis());
    }
    if let Some(owner) = &selection.owner_id {
        query.push(" AND c.owner_id = ").push_bind(owner.clone());
    }
    if let Some(issuer) = selection.issuer {
        query.push(" AND c.issuer = ").push_bind(issuer.to_vec());
    }
    if let Some(search) = &selection.search {
        push_search(&mut query, search);
    }
    if let Some(after) = after {
        push_after(&mut query, selection.order, after);
    }
    query.push(match selection.order {
        Order::Expiry => " ORDER BY c.not_after, c.fingerprint",
        Order::Issued => " ORDER BY c.issued_at DESC, c.fingerprint DESC",
        Order::Owner => " ORDER BY c.owner_name, c.owner_id, c.not_after, c.fingerprint",
        Order::Issuer => " ORDER BY c.issuer, c.not_after, c.fingerprint",
    });
    query.push(" LIMIT ").push_bind(i64::try_from(first + 1).unwrap_or(i64::MAX));
    let mut rows: Vec<Recorded> = query.build_query_as().fetch_all(&mut *connection).await.sql()?;
    let more = rows.len() > first;
    rows.truncate(first);
    let end = rows.last().filter(|_| more).map(|row| place(selection.order, row));
    let total = match selection {
        Selection { current_at: None, owner_id: None, issuer: None, search: None, .. } => {
            Some(sqlx::query_scalar("SELECT total FROM certificate_count").fetch_one(connection).await.sql()?)
        }
        _ => None,
    };
    Ok(Page { rows, end, total })
}

fn push_search(query: &mut QueryBuilder<Sqlite>, search: &str) {
    let escaped: String =
        search.chars().flat_map(|c| matches!(c, '%' | '_' | '\\').then_some('\\').into_iter().chain([c])).collect();
    let within = format!("%{escaped}%");
    query.push(" AND (c.owner_name LIKE ").push_bind(within.clone());
    query.push(" ESCAPE '\\' OR c.common_name LIKE ").push_bind(within).push(" ESCAPE '\\'");
    // Serial numbers and fingerprints as people copy them, with colons or without.
    let hex: String = search.chars().filter(|c| !matches!(c, ':' | ' ')).collect();
    if hex.len() >= 4 && hex.len() <= 64 && hex.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        let beginning = format!("{}%", hex.to_uppercase());
        query.push(" OR hex(c.serial) LIKE ").push_bind(beginning.clone());
        query.push(" OR hex(c.fingerprint) LIKE ").push_bind(beginning);
    }
    query.push(")");
}

fn push_after(query: &mut QueryBuilder<Sqlite>, order: Order, after: &Place) {
    let at = |query: &mut QueryBuilder<Sqlite>| {
        query.push_bind(after.at).push(", ").push_bind(after.fingerprint.clone()).push(")");
    };
    match order {
        Order::Expiry => {
            query.push(" AND (c.not_after, c.fingerprint) > (");
        }
        Order::Issued => {
            query.push(" AND (c.issued_at, c.fingerprint) < (");
        }
        Order::Owner => {
            query.push(" AND (c.owner_name, c.owner_id, c.not_after, c.fingerprint) > (");
            query.push_bind(after.group.0.clone()).push(", ").push_bind(after.group.1.clone()).push(", ");
        }
        Order::Issuer => {
            let issuer = hexadecimal::bytes(&after.group.0).unwrap_or_default();
            query.push(" AND (c.issuer, c.not_after, c.fingerprint) > (").push_bind(issuer).push(", ");
        }
    }
    at(query);
}

fn place(order: Order, row: &Recorded) -> Place {
    let group = match order {
        Order::Expiry | Order::Issued => Default::default(),
        Order::Owner => (row.owner_name.clone(), row.owner_id.clone()),
        Order::Issuer => (hexadecimal(&row.issuer), String::new()),
    };
    let at = if order == Order::Issued { row.issued_at } else { row.not_after };
    Place { group, at, fingerprint: row.fingerprint.clone() }
}
