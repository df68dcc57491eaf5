//! What applications registered: services with an API, events and documents.

use pairing::{ErrorCode, Failure};
use sqlx::{FromRow, QueryBuilder, Sqlite, SqliteConnection};

use super::{SqlResult as _, unless_taken};

#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub(crate) struct RegisteredService {
    /// Grows with every registration; 0 before it is stored.
    pub(crate) number: i64,
    pub(crate) id: String,
    pub(crate) application_id: String,
    pub(crate) provider: String,
    pub(crate) name: String,
    pub(crate) description: String,
    pub(crate) short_description: Option<String>,
    pub(crate) identifier: Option<String>,
    /// JSON object of strings.
    pub(crate) labels: String,
    /// JSON without the specification, with masks where secrets were.
    pub(crate) api: Option<String>,
    pub(crate) api_definition_id: Option<String>,
    pub(crate) event_definition_id: Option<String>,
    /// JSON list of names and versions.
    pub(crate) event_types: Option<String>,
    /// JSON without the documents.
    pub(crate) documentation: Option<String>,
    pub(crate) created_at: i64,
    pub(crate) updated_at: i64,
    /// Of the specifications; not written.
    pub(crate) api_spec_bytes: i64,
    pub(crate) api_spec_format: Option<String>,
    pub(crate) event_spec_bytes: i64,
}

/// Which of a service's two specifications.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SpecKind {
    Api,
    Events,
}

/// A specification as it was sent.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub(crate) struct Specification {
    /// `JSON` or `XML`.
    pub(crate) format: String,
    pub(crate) text: String,
}

#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub(crate) struct Document {
    pub(crate) id: String,
    pub(crate) service_id: String,
    pub(crate) position: i64,
    pub(crate) title: String,
    #[sqlx(rename = "type")]
    pub(crate) kind: String,
    pub(crate) source: String,
}

/// By which id one service is looked for.
#[derive(Clone, Copy, Debug)]
pub(crate) enum By {
    Id,
    ApiDefinition,
    EventDefinition,
}

/// How much an application has registered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, FromRow)]
pub(crate) struct Holdings {
    pub(crate) services: i64,
    /// Of all its specifications.
    pub(crate) bytes: i64,
    /// Of those of all applications.
    pub(crate) bytes_of_all: i64,
}

const SELECT: &str = "SELECT s.*, coalesce(a.bytes, 0) AS api_spec_bytes, a.format AS api_spec_format, \
    coalesce(e.bytes, 0) AS event_spec_bytes FROM registered_service s \
    LEFT JOIN registered_specification a ON a.service_id = s.id AND a.kind = 'api' \
    LEFT JOIN registered_specification e ON e.service_id = s.id AND e.kind = 'events' \
    WHERE s.application_id = ";

impl SpecKind {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Api => "api",
            Self::Events => "events",
        }
    }
}

/// Adds a service.
///
/// # Errors
/// [`ErrorCode::NotUniqueName`] when the application has one with this identifier.
pub(crate) async fn insert(connection: &mut SqliteConnection, row: &RegisteredService) -> Result<(), Failure> {
    let result = sqlx::query(
        "INSERT INTO registered_service (id, application_id, provider, name, description, short_description, \
         identifier, labels, api, api_definition_id, event_definition_id, event_types, documentation, created_at, \
         updated_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    )
    .bind(&row.id)
    .bind(&row.application_id)
    .bind(&row.provider)
    .bind(&row.name)
    .bind(&row.description)
    .bind(&row.short_description)
    .bind(&row.identifier)
    .bind(&row.labels)
    .bind(&row.api)
    .bind(&row.api_definition_id)
    .bind(&row.event_definition_id)
    .bind(&row.event_types)
    .bind(&row.documentation)
    .bind(row.created_at)
    .bind(row.updated_at)
    .execute(connection)
    .await;
    unless_taken(result, || {
        let identifier = row.identifier.as_deref().unwrap_or_default();
        Failure::new(ErrorCode::NotUniqueName, format!("Service with Identifier {identifier} already exists"))
    })
}

/// Replaces everything but the ids, the identifier and the time of creation.
pub(crate) async fn update(connection: &mut SqliteConnection, row: &RegisteredService) -> Result<(), Failure> {
    sqlx::query(
        "UPDATE registered_service SET provider = ?, name = ?, description = ?, short_description = ?, labels = ?, \
         api = ?, api_definition_id = ?, event_definition_id = ?, event_types = ?, documentation = ?, updated_at = ? \
         WHERE id = ?",
    )
    .bind(&row.provider)
    .bind(&row.name)
    .bind(&row.description)
    .bind(&row.short_description)
    .bind(&row.labels)
    .bind(&row.api)
    .bind(&row.api_definition_id)
    .bind(&row.event_definition_id)
    .bind(&row.event_types)
    .bind(&row.documentation)
    .bind(row.updated_at)
    .bind(&row.id)
    .execute(connection)
    .await
    .sql()
    .map(drop)
}

/// Removes a service; whether it was there.
pub(crate) async fn delete(connection: &mut SqliteConnection, application_id: &str, id: &str) -> Result<bool, Failure> {
    let query = sqlx::query("DELETE FROM registered_service WHERE application_id = ? AND id = ?");
    let done = query.bind(application_id).bind(id).execute(connection).await.sql()?;
    Ok(done.rows_affected() > 0)
}

/// All services of an application, in the order of registration.
pub(crate) async fn all(
    connection: &mut SqliteConnection,
    application_id: &str,
) -> Result<Vec<RegisteredService>, Failure> {
    let mut query = QueryBuilder::<Sqlite>::new(SELECT);
    query.push_bind(application_id).push(" ORDER BY s.number");
    query.build_query_as().fetch_all(connection).await.sql()
}

/// Up to `limit` services of an application after the one with this number.
pub(crate) async fn after(
    connection: &mut SqliteConnection,
    application_id: &str,
    number: i64,
    limit: usize,
) -> Result<Vec<RegisteredService>, Failure> {
    let mut query = QueryBuilder::<Sqlite>::new(SELECT);
    query.push_bind(application_id).push(" AND s.number > ").push_bind(number);
    query.push(" ORDER BY s.number LIMIT ").push_bind(i64::try_from(limit).unwrap_or(i64::MAX));
    query.build_query_as().fetch_all(connection).await.sql()
}

/// One service of an application.
pub(crate) async fn find(
    connection: &mut SqliteConnection,
    application_id: &str,
    by: By,
    id: &str,
) -> Result<Option<RegisteredService>, Failure> {
    let mut query = QueryBuilder::<Sqlite>::new(SELECT);
    query.push_bind(application_id);
    query.push(match by {
        By::Id => " AND s.id = ",
        By::ApiDefinition => " AND s.api_definition_id = ",
        By::EventDefinition => " AND s.event_definition_id = ",
    });
    query.push_bind(id).build_query_as().fetch_optional(connection).await.sql()
}

pub(crate) async fn holdings(connection: &mut SqliteConnection, application_id: &str) -> Result<Holdings, Failure> {
    let query = sqlx::query_as(
        "SELECT count(DISTINCT s.id) AS services, coalesce(sum(p.bytes), 0) AS bytes, \
         (SELECT coalesce(sum(bytes), 0) FROM registered_specification) AS bytes_of_all FROM registered_service s \
         LEFT JOIN registered_specification p ON p.service_id = s.id WHERE s.application_id = ?",
    );
    query.bind(application_id).fetch_one(connection).await.sql()
}

pub(crate) async fn specification(
    connection: &mut SqliteConnection,
    service_id: &str,
    kind: SpecKind,
) -> Result<Option<Specification>, Failure> {
    sqlx::query_as("SELECT format, text FROM registered_specification WHERE service_id = ? AND kind = ?")
        .bind(service_id)
        .bind(kind.as_str())
        .fetch_optional(connection)
        .await
        .sql()
}

/// Replaces a specification, or removes it.
pub(crate) async fn set_specification(
    connection: &mut SqliteConnection,
    service_id: &str,
    kind: SpecKind,
    specification: Option<Specification>,
) -> Result<(), Failure> {
    let query = sqlx::query("DELETE FROM registered_specification WHERE service_id = ? AND kind = ?");
    query.bind(service_id).bind(kind.as_str()).execute(&mut *connection).await.sql()?;
    let Some(Specification { format, text }) = specification else { return Ok(()) };
    sqlx::query("INSERT INTO registered_specification (service_id, kind, format, bytes, text) VALUES (?, ?, ?, ?, ?)")
        .bind(service_id)
        .bind(kind.as_str())
        .bind(format)
        .bind(i64::try_from(text.len()).unwrap_or(i64::MAX))
        .bind(text)
        .execute(connection)
        .await
        .sql()
        .map(drop)
}

pub(crate) async fn documents(connection: &mut SqliteConnection, service_id: &str) -> Result<Vec<Document>, Failure> {
    let query = sqlx::query_as("SELECT * FROM registered_document WHERE service_id = ? ORDER BY position");
    query.bind(service_id).fetch_all(connection).await.sql()
}

/// Replaces the documents of a service.
pub(crate) async fn set_documents(
    connection: &mut SqliteConnection,
    service_id: &str,
    documents: &[Document],
) -> Result<(), Failure> {
    let query = sqlx::query("DELETE FROM registered_document WHERE service_id = ?");
    query.bind(service_id).execute(&mut *connection).await.sql()?;
    for document in documents {
        sqlx::query(
            "INSERT INTO registered_document (id, service_id, position, title, type, source) VALUES (?, ?, ?, ?, ?, ?)",
        )
        .bind(&document.id)
        .bind(service_id)
        .bind(document.position)
        .bind(&document.title)
        .bind(&document.kind)
        .bind(&document.source)
        .execute(&mut *connection)
        .await
        .sql()?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::Store;

    fn service(id: &str, identifier: Option<&str>) -> RegisteredService {
        RegisteredService {
            number: 0,
            id: id.into(),
            application_id: "app".into(),
            provider: "p".into(),
            name: "n".into(),
            description: "d".into(),
            short_description: None,
            identifier: identifier.map(str::to_owned),
            labels: "{}".into(),
            api: Some("{}".into()),
            api_definition_id: Some(format!("{id}-api")),
            event_definition_id: None,
            event_types: None,
            documentation: None,
            created_at: 1,
            updated_at: 1,
            api_spec_bytes: 0,
            api_spec_format: None,
            event_spec_bytes: 0,
        }
    }

    #[tokio::test]
    async fn services_are_listed_in_order_found_by_every_id_and_gone_with_their_application() {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(dir.path(), None).await.unwrap();
        let done = store.write(|connection| {
            Box::pin(async move {
                let tables = "INSERT INTO tenant (id, external_id, name) VALUES ('t', 'external', 'default');
                    INSERT INTO application (id, tenant_id, name, normalized_name, status_condition, status_at, created_at,
                        updated_at) VALUES ('app', 't', 'shop', 'shop', 'INITIAL', 1, 1, 1);";
                sqlx::raw_sql(tables).execute(&mut *connection).await.unwrap();
                for (id, identifier) in [("z", Some("one")), ("a", None), ("m", None)] {
                    insert(connection, &service(id, identifier)).await?;
                }
                let again = insert(connection, &service("b", Some("one"))).await.unwrap_err();
                assert_eq!(again.code, ErrorCode::NotUniqueName);
                assert_eq!(again.message, "Service with Identifier one already exists");
                let ids = |rows: Vec<RegisteredService>| rows.into_iter().map(|row| row.id).collect::<Vec<_>>();
                assert_eq!(ids(all(connection, "app").await?), ["z", "a", "m"]);
                let first = after(connection, "app", 0, 2).await?;
                let next = after(connection, "app", first[1].number, 2).await?;
                assert_eq!((ids(first), ids(next)), (vec!["z".to_owned(), "a".to_owned()], vec!["m".to_owned()]));

                let xml = Specification { format: "XML".into(), text: "<a/>".into() };
                set_specification(connection, "z", SpecKind::Api, Some(xml.clone())).await?;
                set_specification(connection, "z", SpecKind::Api, Some(xml.clone())).await?;
                let found = find(connection, "app", By::ApiDefinition, "z-api").await?.unwrap();
                assert_eq!((found.api_spec_bytes, found.api_spec_format.as_deref()), (4, Some("XML")));
                assert_eq!(specification(connection, "z", SpecKind::Api).await?, Some(xml));
                assert_eq!(find(connection, "other", By::Id, "z").await?, None, "of another application");
                let held = holdings(connection, "app").await?;
                assert_eq!(held, Holdings { services: 3, bytes: 4, bytes_of_all: 4 });

                assert!(delete(connection, "app", "a").await? && !delete(connection, "app", "a").await?);
                sqlx::query("DELETE FROM application").execute(&mut *connection).await.unwrap();
                let held = holdings(connection, "app").await?;
                assert_eq!(held, Holdings { services: 0, bytes: 0, bytes_of_all: 0 });
                Ok(())
            })
        });
        done.await.unwrap();
        store.close().await;
    }
}
