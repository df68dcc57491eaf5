//! System auths: one row binds an application, a runtime or an integration system to one way of proving who it is.

use pairing::{Failure, Moment};
use sqlx::{FromRow, QueryBuilder, Row as _, Sqlite, SqliteConnection, sqlite::SqliteRow};

use super::SqlResult as _;
use crate::service::kyma::{Context, Flavour};

/// Whom a system auth stands for, by id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Owner {
    Application(String),
    Runtime(String),
    IntegrationSystem(String),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SystemAuth {
    pub(crate) id: String,
    /// `None` for an integration system, which is in no tenant.
    pub(crate) tenant_id: Option<String>,
    pub(crate) owner: Owner,
    pub(crate) created_at: i64,
    pub(crate) cert_common_name: Option<String>,
    pub(crate) certificate_used_at: Option<i64>,
    pub(crate) flavour: Flavour,
    pub(crate) context: Context,
}

impl Owner {
    pub(crate) fn id(&self) -> &str {
        match self {
            Self::Application(id) | Self::Runtime(id) | Self::IntegrationSystem(id) => id,
        }
    }

    /// Reads the three columns of which exactly one is set.
    pub(super) fn read(row: &SqliteRow) -> sqlx::Result<Option<Self>> {
        let column = |name: &str| row.try_get::<Option<String>, _>(name);
        let application = column("application_id")?.map(Self::Application);
        let runtime = column("runtime_id")?.map(Self::Runtime);
        Ok(application.or(runtime).or(column("integration_system_id")?.map(Self::IntegrationSystem)))
    }

    const fn column(&self) -> &'static str {
        match self {
            Self::Application(_) => "application_id",
            Self::Runtime(_) => "runtime_id",
            Self::IntegrationSystem(_) => "integration_system_id",
        }
    }
}

impl SystemAuth {
    /// A new one, with nothing handed out yet.
    pub(crate) fn new(id: String, tenant_id: Option<String>, owner: Owner, created_at: Moment) -> Self {
        let created_at = created_at.unix_millis();
        Self {
            id,
            tenant_id,
            owner,
            created_at,
            cert_common_name: None,
            certificate_used_at: None,
            flavour: Flavour::Adapter,
            context: Context::default(),
        }
    }
}

impl FromRow<'_, SqliteRow> for SystemAuth {
    fn from_row(row: &SqliteRow) -> sqlx::Result<Self> {
        Ok(Self {
            id: row.try_get("id")?,
            tenant_id: row.try_get("tenant_id")?,
            owner: Owner::read(row)?.ok_or(sqlx::Error::RowNotFound)?,
            created_at: row.try_get("created_at")?,
            cert_common_name: row.try_get("cert_common_name")?,
            certificate_used_at: row.try_get("certificate_used_at")?,
            flavour: Flavour::of(row.try_get("flavour")?),
            context: Context { tenant: row.try_get("context_tenant")?, group: row.try_get("context_group")? },
        })
    }
}

pub(crate) async fn insert(connection: &mut SqliteConnection, row: &SystemAuth) -> Result<(), Failure> {
    let column = row.owner.column();
    let sql = format!(
        "INSERT INTO system_auth (id, tenant_id, {column}, created_at, flavour, context_tenant, context_group) VALUES ("
    );
    let mut query = QueryBuilder::<Sqlite>::new(sql);
    query
        .separated(", ")
        .push_bind(&row.id)
        .push_bind(&row.tenant_id)
        .push_bind(row.owner.id())
        .push_bind(row.created_at)
        .push_bind(row.flavour.as_str())
        .push_bind(&row.context.tenant)
        .push_bind(&row.context.group);
    query.push(")").build().execute(connection).await.sql().map(drop)
}

/// In this tenant; what belongs to an integration system is in every tenant, because it is in none.
pub(crate) async fn find(
    connection: &mut SqliteConnection,
    tenant_id: &str,
    id: &str,
) -> Result<Option<SystemAuth>, Failure> {
    sqlx::query_as("SELECT * FROM system_auth WHERE (tenant_id = ? OR tenant_id IS NULL) AND id = ?")
        .bind(tenant_id)
        .bind(id)
        .fetch_optional(connection)
        .await
        .sql()
}

/// The one in which the Connector Service's tokens for this owner come and go.
pub(crate) async fn of_connector_service(
    connection: &mut SqliteConnection,
    owner: &Owner,
    context: &Context,
) -> Result<Option<SystemAuth>, Failure> {
    QueryBuilder::<Sqlite>::new(format!("SELECT * FROM system_auth WHERE flavour = 'kyma' AND {} = ", owner.column()))
        .push_bind(owner.id())
        .push(" AND context_tenant IS ")
        .push_bind(&context.tenant)
        .push(" AND context_group IS ")
        .push_bind(&context.group)
        .build_query_as()
        .fetch_optional(connection)
        .await
        .sql()
}

/// In whatever tenant: for a caller whose tenant is what we want to know.
pub(crate) async fn find_any(connection: &mut SqliteConnection, id: &str) -> Result<Option<SystemAuth>, Failure> {
    sqlx::query_as("SELECT * FROM system_auth WHERE id = ?").bind(id).fetch_optional(connection).await.sql()
}

/// Whether a certificate was issued in any pairing of an application.
pub(crate) async fn has_certificate(connection: &mut SqliteConnection, application_id: &str) -> Result<bool, Failure> {
    let query = sqlx::query_scalar(
        "SELECT EXISTS (SELECT 1 FROM system_auth WHERE application_id = ? AND cert_common_name IS NOT NULL)",
    );
    query.bind(application_id).fetch_one(connection).await.sql()
}

/// In the order in which they were made.
pub(crate) async fn of_owner(connection: &mut SqliteConnection, owner: &Owner) -> Result<Vec<SystemAuth>, Failure> {
    QueryBuilder::<Sqlite>::new(format!("SELECT * FROM system_auth WHERE {} = ", owner.column()))
        .push_bind(owner.id())
        .push(" ORDER BY created_at, rowid")
        .build_query_as()
        .fetch_all(connection)
        .await
        .sql()
}

pub(crate) async fn set_cert_common_name(
    connection: &mut SqliteConnection,
    id: &str,
    common_name: &str,
) -> Result<(), Failure> {
    sqlx::query("UPDATE system_auth SET cert_common_name = ? WHERE id = ?")
        .bind(common_name)
        .bind(id)
        .execute(connection)
        .await
        .sql()
        .map(drop)
}

/// Notes the first Director call with a certificate; later ones change nothing.
pub(crate) async fn certificate_used(connection: &mut SqliteConnection, id: &str, at: Moment) -> Result<(), Failure> {
    sqlx::query("UPDATE system_auth SET certificate_used_at = ? WHERE id = ? AND certificate_used_at IS NULL")
        .bind(at.unix_millis())
        .bind(id)
        .execute(connection)
        .await
        .sql()
        .map(drop)
}

/// A new token is pending in this system auth: its earlier certificate call no longer hides it.
pub(crate) async fn await_certificate(connection: &mut SqliteConnection, id: &str) -> Result<(), Failure> {
    sqlx::query("UPDATE system_auth SET certificate_used_at = NULL WHERE id = ?")
        .bind(id)
        .execute(connection)
        .await
        .sql()
        .map(drop)
}

/// Removes a system auth with its tokens and its OAuth2 client.
pub(crate) async fn delete(connection: &mut SqliteConnection, id: &str) -> Result<(), Failure> {
    sqlx::query("DELETE FROM system_auth WHERE id = ?").bind(id).execute(connection).await.sql().map(drop)
}
