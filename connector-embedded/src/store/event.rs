//! Events that applications sent, in a ring: the oldest go when there are too many or they weigh too much.

use pairing::Failure;
use sqlx::{FromRow, SqliteConnection};

use super::SqlResult as _;

#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub(crate) struct Event {
    /// Grows with every event; 0 before it is stored.
    pub(crate) seq: i64,
    pub(crate) application_id: String,
    /// The runtime it was sent to.
    pub(crate) runtime: String,
    /// `legacy`, `structured` or `binary`.
    pub(crate) wire: String,
    #[sqlx(rename = "type")]
    pub(crate) kind: String,
    pub(crate) version: Option<String>,
    pub(crate) event_id: String,
    pub(crate) source: String,
    /// As it was sent.
    pub(crate) time: Option<String>,
    pub(crate) content_type: Option<String>,
    /// JSON object: every CloudEvents attribute and extension.
    pub(crate) attributes: String,
    pub(crate) data: Vec<u8>,
    /// Bytes of the data and the attributes.
    pub(crate) size: i64,
    pub(crate) received_at: i64,
}

/// An event in a list: without what it carries.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub(crate) struct EventRow {
    pub(crate) seq: i64,
    pub(crate) runtime: String,
    pub(crate) wire: String,
    #[sqlx(rename = "type")]
    pub(crate) kind: String,
    pub(crate) version: Option<String>,
    pub(crate) event_id: String,
    pub(crate) source: String,
    pub(crate) time: Option<String>,
    pub(crate) content_type: Option<String>,
    /// Bytes of the data.
    pub(crate) length: i64,
    pub(crate) received_at: i64,
}

/// What the ring holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, FromRow)]
pub(crate) struct Ring {
    pub(crate) kept: i64,
    pub(crate) bytes: i64,
    /// How many went for want of room.
    pub(crate) dropped: i64,
}

/// How much a ring may hold.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Room {
    pub(crate) events: i64,
    pub(crate) bytes: i64,
}

impl Event {
    /// As it is in a list.
    pub(crate) fn row(&self) -> EventRow {
        EventRow {
            seq: self.seq,
            runtime: self.runtime.clone(),
            wire: self.wire.clone(),
            kind: self.kind.clone(),
            version: self.version.clone(),
            event_id: self.event_id.clone(),
            source: self.source.clone(),
            time: self.time.clone(),
            content_type: self.content_type.clone(),
            length: i64::try_from(self.data.len()).unwrap_or(i64::MAX),
            received_at: self.received_at,
        }
    }
}

/// Adds an event and makes room for it; returns its number.
pub(crate) async fn insert(connection: &mut SqliteConnection, event: &Event, room: Room) -> Result<i64, Failure> {
    let seq = sqlx::query_scalar(
        "INSERT INTO event (application_id, runtime, wire, type, version, event_id, source, time, content_type, \
         attributes, data, size, received_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING seq",
    )
    .bind(&event.application_id)
    .bind(&event.runtime)
    .bind(&event.wire)
    .bind(&event.kind)
    .bind(&event.version)
    .bind(&event.event_id)
    .bind(&event.source)
    .bind(&event.time)
    .bind(&event.content_type)
    .bind(&event.attributes)
    .bind(&event.data)
    .bind(event.size)
    .bind(event.received_at)
    .fetch_one(&mut *connection)
    .await
    .sql()?;
    make_room(connection, room).await?;
    Ok(seq)
}

async fn make_room(connection: &mut SqliteConnection, room: Room) -> Result<(), Failure> {
    let mut dropped = 0;
    loop {
        let Ring { kept, bytes, .. } = ring(connection).await?;
        // The newest stays, whatever it weighs.
        if kept <= 1 || (kept <= room.events && bytes <= room.bytes) {
            break;
        }
        let query = sqlx::query("DELETE FROM event WHERE seq = (SELECT min(seq) FROM event)");
        query.execute(&mut *connection).await.sql()?;
        dropped += 1;
    }
    if dropped > 0 {
        let query = sqlx::query("UPDATE event_ring SET dropped = dropped + ?");
        query.bind(dropped).execute(connection).await.sql()?;
    }
    Ok(())
}

pub(crate) async fn ring(connection: &mut SqliteConnection) -> Result<Ring, Failure> {
    sqlx::query_as("SELECT kept, bytes, dropped FROM event_ring").fetch_one(connection).await.sql()
}

/// Up to `first` events of an application before the one with this number, the newest first.
pub(crate) async fn newest(
    connection: &mut SqliteConnection,
    application_id: &str,
    before: Option<i64>,
    first: usize,
) -> Result<Vec<EventRow>, Failure> {
    sqlx::query_as(
        "SELECT seq, runtime, wire, type, version, event_id, source, time, content_type, \
         length(data) AS length, received_at FROM event WHERE application_id = ? AND seq < ? ORDER BY seq DESC LIMIT ?",
    )
    .bind(application_id)
    .bind(before.unwrap_or(i64::MAX))
    .bind(i64::try_from(first).unwrap_or(i64::MAX))
    .fetch_all(connection)
    .await
    .sql()
}

pub(crate) async fn find(connection: &mut SqliteConnection, seq: i64) -> Result<Option<Event>, Failure> {
    sqlx::query_as("SELECT * FROM event WHERE seq = ?").bind(seq).fetch_optional(connection).await.sql()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::Store;

    fn event(id: i64, weight: i64) -> Event {
        Event {
            seq: 0,
            application_id: "app".into(),
            runtime: "kyma".into(),
            wire: "binary".into(),
            kind: "t".into(),
            version: None,
            event_id: id.to_string(),
            source: "s".into(),
            time: None,
            content_type: None,
            attributes: "{}".into(),
            data: vec![0; 3],
            size: weight,
            received_at: id,
        }
    }

    #[tokio::test]
    async fn the_oldest_go_when_there_are_too_many_or_they_weigh_too_much() {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(dir.path(), None).await.unwrap();
        let room = Room { events: 4, bytes: 100 };
        // How heavy each event is, and what the ring holds afterwards.
        let steps = [
            (10, (1, 10, 0)),
            (10, (2, 20, 0)),
            (10, (3, 30, 0)),
            (10, (4, 40, 0)),
            (10, (4, 40, 1)),
            (80, (3, 100, 3)),
            (200, (1, 200, 6)),
            (1, (1, 1, 7)),
        ];
        let found = store.write(move |connection| {
            Box::pin(async move {
                let tables = "INSERT INTO tenant (id, external_id, name) VALUES ('t', 'external', 'default');
                    INSERT INTO application (id, tenant_id, name, normalized_name, status_condition, status_at, created_at,
                        updated_at) VALUES ('app', 't', 'shop', 'shop', 'INITIAL', 1, 1, 1);";
                sqlx::raw_sql(tables).execute(&mut *connection).await.unwrap();
                let mut found = Vec::new();
                for (id, (weight, _)) in (1..).zip(steps) {
                    insert(connection, &event(id, weight), room).await?;
                    let Ring { kept, bytes, dropped } = ring(connection).await?;
                    found.push((kept, bytes, dropped));
                }
                let newest = newest(connection, "app", None, 10).await?;
                assert_eq!((newest.len(), newest[0].seq, newest[0].length), (1, 8, 3));
                // Not for want of room.
                sqlx::query("DELETE FROM application").execute(&mut *connection).await.unwrap();
                assert_eq!(ring(connection).await?, Ring { kept: 0, bytes: 0, dropped: 7 });
                Ok(found)
            })
        });
        let found = found.await.unwrap();
        assert_eq!(found, steps.map(|(_, ring)| ring));
        store.close().await;
    }
}
