//! What a new data directory starts with.

mod file;

use std::collections::HashMap;

use pairing::{ErrorCode, Failure, SystemAuthId};
use serde_json::Map;
use sqlx::SqliteConnection;

use super::{
    Service, application,
    formation::NewFormation,
    identity::{Reach, View},
    runtime,
};
use crate::{
    Seed, StartError,
    store::{
        application::Application,
        application_template::{self, ApplicationTemplate},
        formation::{self, Formation},
        integration_system::{self, IntegrationSystem},
        label::Labelled,
        runtime::Runtime,
        tenant::{self, Description, Tenant},
    },
};
use file::{SeedApplication, SeedFile, SeedFormation, SeedIntegrationSystem, SeedTenant};

type Labels = Map<String, serde_json::Value>;

/// A checked seed, as rows.
#[derive(Default)]
struct Rows {
    tenants: Vec<(Tenant, Description)>,
    integration_systems: Vec<IntegrationSystem>,
    runtimes: Vec<(Runtime, Labels)>,
    applications: Vec<(Application, Labels)>,
    templates: Vec<ApplicationTemplate>,
    formations: Vec<(Formation, Vec<(Labelled, String)>)>,
}

impl Service {
    /// Makes the tenants and what is seeded into them on the first start; later starts only read the first tenant.
    pub(crate) async fn prepare(&self, seed: &Seed) -> Result<Tenant, StartError> {
        if let Some(tenant) = self.first_tenant().await.map_err(StartError::Other)? {
            return Ok(tenant);
        }
        let file = match seed {
            Seed::Nothing => SeedFile::default(),
            Seed::Samples => samples(),
            Seed::File(path) => file::read(path)?,
        };
        let rows = self.rows_of(file)?;
        let first = rows.tenants[0].0.clone();
        // All or nothing: a start that fails here seeds again next time.
        let seeded = self.store.write(move |connection| Box::pin(async move { rows.insert(connection).await })).await;
        seeded.map_err(|failure| match matches!(failure.code, ErrorCode::InvalidData | ErrorCode::NotUniqueName) {
            true => StartError::Setting(failure.message),
            false => StartError::Other(failure),
        })?;
        Ok(first)
    }

    fn rows_of(&self, file: SeedFile) -> Result<Rows, StartError> {
        let mut rows = Rows { tenants: tenants(file.tenants)?, ..Rows::default() };
        let mut systems = HashMap::new();
        for system in file.integration_systems {
            let (name, adapter) = (system.name.clone(), system.pairing_adapter);
            let row = self.integration_system_registration(&everything(), SeedIntegrationSystem::into_input(system));
            let row = row.map_err(|failure| refused("integration system", &name, &failure))?;
            systems.insert(name, row.id.clone());
            rows.integration_systems.push(IntegrationSystem { pairing_adapter: adapter, ..row });
        }
        for runtime in file.runtimes {
            let name = runtime.name.clone();
            let view = rows.view("runtime", &name, runtime.tenant.as_deref())?;
            let row = self.runtime_registration(&view, runtime.into_input());
            rows.runtimes.push(row.map_err(|failure| refused("runtime", &name, &failure))?);
        }
        for application in file.applications {
            let name = application.name.clone();
            let view = rows.view("application", &name, application.tenant.as_deref())?;
            let system = match &application.integration_system {
                Some(system) => Some(
                    systems
                        .get(system)
                        .cloned()
                        .ok_or_else(|| unknown("application", &name, "integration system", system))?,
                ),
                None => None,
            };
            let row = self.registration(&view, application.into_new(system));
            rows.applications.push(row.map_err(|failure| refused("application", &name, &failure))?);
        }
        for template in file.templates {
            let name = template.name.clone();
            let row = self.template_row(template, "ApplicationTemplateInput");
            rows.templates.push(row.map_err(|failure| refused("template", &name, &failure))?);
        }
        self.formations_of_seed(file.formations, &mut rows)?;
        Ok(rows)
    }

    fn formations_of_seed(&self, formations: Vec<SeedFormation>, rows: &mut Rows) -> Result<(), StartError> {
        let ids = |of: Labelled| -> HashMap<(String, String), String> {
            let key = |tenant: &str, name: &str, id: &str| ((tenant.to_owned(), name.to_owned()), id.to_owned());
            match of {
                Labelled::Application => {
                    rows.applications.iter().map(|(row, _)| key(&row.tenant_id, &row.name, &row.id)).collect()
                }
                Labelled::Runtime => {
                    rows.runtimes.iter().map(|(row, _)| key(&row.tenant_id, &row.name, &row.id)).collect()
                }
            }
        };
        let (applications, runtimes) = (ids(Labelled::Application), ids(Labelled::Runtime));
        for seeded in formations {
            let SeedFormation { name, tenant, .. } = &seeded;
            let view = rows.view("formation", name, tenant.as_deref())?;
            let row = self.formation_row(&view, NewFormation { name: name.clone(), state: None });
            let row = row.map_err(|failure| refused("formation", name, &failure))?;
            let mut members = Vec::new();
            for (of, names, ids) in [
                (Labelled::Application, &seeded.applications, &applications),
                (Labelled::Runtime, &seeded.runtimes, &runtimes),
            ] {
                for member in names {
                    let object = if of == Labelled::Application { "application" } else { "runtime" };
                    let id = ids.get(&(row.tenant_id.clone(), member.clone()));
                    members.push((of, id.cloned().ok_or_else(|| unknown("formation", name, object, member))?));
                }
            }
            rows.formations.push((row, members));
        }
        Ok(())
    }
}

impl Rows {
    /// The tenant of that external id, or the first.
    fn view(&self, object: &str, name: &str, tenant: Option<&str>) -> Result<View, StartError> {
        let found = match tenant {
            None => self.tenants.first(),
            Some(id) => self.tenants.iter().find(|(tenant, _)| tenant.external_id == id),
        };
        let (tenant, _) = found.ok_or_else(|| unknown(object, name, "tenant", tenant.unwrap_or_default()))?;
        Ok(View { tenant: tenant.clone(), reach: everything() })
    }

    async fn insert(self, connection: &mut SqliteConnection) -> Result<(), Failure> {
        for (tenant, description) in &self.tenants {
            let inserted = tenant::insert(connection, tenant, description).await;
            inserted.map_err(|failure| named(failure, "tenant", &tenant.external_id))?;
        }
        for row in &self.integration_systems {
            let inserted = integration_system::insert(connection, row).await;
            inserted.map_err(|failure| named(failure, "integration system", &row.name))?;
        }
        for (row, labels) in &self.runtimes {
            let inserted = runtime::insert(connection, row, labels).await;
            inserted.map_err(|failure| named(failure, "runtime", &row.name))?;
        }
        for (row, labels) in &self.applications {
            let inserted = application::insert(connection, row, labels).await;
            inserted.map_err(|failure| named(failure, "application", &row.name))?;
        }
        for row in &self.templates {
            let inserted = application_template::insert(connection, row).await;
            inserted.map_err(|failure| named(failure, "template", &row.name))?;
        }
        for (row, members) in &self.formations {
            let inserted = formation::insert(connection, row).await;
            inserted.map_err(|failure| named(failure, "formation", &row.name))?;
            for (of, id) in members {
                formation::assign(connection, &row.id, *of, id).await?;
            }
        }
        Ok(())
    }
}

fn everything() -> Reach {
    Reach::everything("seed")
}

fn tenants(seeded: Vec<SeedTenant>) -> Result<Vec<(Tenant, Description)>, StartError> {
    let mut tenants: Vec<(Tenant, Description)> = Vec::new();
    let mut ids = HashMap::new();
    for tenant in seeded {
        let refuse = |cause: String| {
            StartError::Setting(format!("The tenant \"{:.100}\" of the seed was refused: {cause}", tenant.name))
        };
        tenant.check().map_err(refuse)?;
        let parents = tenant.parents.iter().map(|parent| {
            let known = ids.get(parent.as_str()).cloned();
            known.ok_or_else(|| refuse(format!("its parent {parent:.100} is not a tenant before it")))
        });
        let parents = parents.collect::<Result<Vec<String>, _>>()?;
        let row = Tenant {
            id: SystemAuthId::random().to_string(),
            external_id: tenant.id.clone(),
            name: tenant.name.clone(),
        };
        ids.insert(tenant.id, row.id.clone());
        tenants.push((row, Description { kind: tenant.kind, parents, labels: tenant.labels }));
    }
    if tenants.is_empty() {
        let tenant = Tenant {
            id: SystemAuthId::random().to_string(),
            external_id: SystemAuthId::random().to_string(),
            name: "default".into(),
        };
        tenants.push((tenant, Description { kind: "account".into(), parents: Vec::new(), labels: Map::new() }));
    }
    Ok(tenants)
}

fn refused(object: &str, name: &str, failure: &Failure) -> StartError {
    StartError::Setting(format!("The {object} \"{name:.100}\" of the seed was refused: {failure}"))
}

fn unknown(object: &str, name: &str, of: &str, wanted: &str) -> StartError {
    let sentence =
        format!("The {object} \"{name:.100}\" of the seed names the {of} \"{wanted:.100}\", which is not in it");
    StartError::Setting(sentence)
}

/// The same failure, saying what of the seed met it.
fn named(failure: Failure, object: &str, name: &str) -> Failure {
    let message = format!("The {object} \"{name:.100}\" of the seed was refused: {failure}");
    Failure { message, ..failure }
}

fn samples() -> SeedFile {
    let sample = |name: &str, description: &str| SeedApplication {
        name: name.into(),
        provider_name: Some("Sample".into()),
        description: Some(description.into()),
        ..SeedApplication::default()
    };
    let applications = vec![
        sample("shop", "A web shop. Pair it, change it or delete it: it is only here to try things."),
        sample("crm", "A customer system. Pair it, change it or delete it: it is only here to try things."),
    ];
    SeedFile { applications, ..SeedFile::default() }
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;
    use crate::{Config, KeyProtection, Running, Server};

    async fn start(dir: &tempfile::TempDir, seed: &str) -> Result<Running, StartError> {
        let file: PathBuf = dir.path().join("seed.json");
        std::fs::write(&file, seed).unwrap();
        let config = Config {
            data_dir: dir.path().join("data"),
            port: 0,
            mtls_port: 0,
            seed: Seed::File(file),
            ca_key_protection: Some(KeyProtection::Plain),
            ..Config::default()
        };
        Server::start(config).await
    }

    #[tokio::test]
    async fn a_landscape_is_there_after_the_first_start_and_not_twice_after_the_second() {
        let dir = tempfile::tempdir().unwrap();
        let seed = r#"{
            "tenants": [{"id": "one", "name": "One"}, {"id": "two", "name": "Two", "type": "subaccount", "parents": ["one"]}],
            "integrationSystems": [{"name": "adapter", "pairingAdapter": true}],
            "runtimes": [{"name": "rt", "tenant": "two"}],
            "applications": [{"name": "shop"}, {"name": "shop", "tenant": "two", "integrationSystem": "adapter"}],
            "templates": [{"name": "T", "applicationInput": {"name": "{{a}}"}, "placeholders": [{"name": "a"}]}],
            "formations": [{"name": "F", "tenant": "two", "applications": ["shop"], "runtimes": ["rt"]}]
        }"#;
        for _ in 0..2 {
            let running = start(&dir, seed).await.unwrap();
            assert_eq!(running.endpoints().tenant, "one");
            let service = running.center();
            let mut connection = service.store.read().await.unwrap();
            let mut total = async |table: &str| -> i64 {
                let mut query = sqlx::QueryBuilder::<sqlx::Sqlite>::new(format!("SELECT count(*) FROM {table}"));
                query.build_query_scalar().fetch_one(&mut *connection).await.unwrap()
            };
            assert_eq!((total("tenant").await, total("application").await), (2, 2));
            assert_eq!((total("application_template").await, total("formation").await), (1, 1));
            let two = tenant::listed(&mut connection, "two").await.unwrap().unwrap();
            let one = tenant::by_external_id(&mut connection, "one").await.unwrap().unwrap();
            assert_eq!((two.description.parents, two.initialized), (vec![one.id], true));
            let view = View { tenant: two.tenant, reach: everything() };
            drop(connection);
            let page = service.applications(&view, Vec::new(), 10, None).await.unwrap();
            let scenarios = service.labels(&page.rows[0].id).await.unwrap()["scenarios"].clone();
            assert_eq!((page.total, scenarios), (1, serde_json::json!(["F"])));
            drop(service);
            running.stop().await;
        }
    }

    #[tokio::test]
    async fn a_seed_that_cannot_be_is_refused_by_name_and_nothing_is_made() {
        let dir = tempfile::tempdir().unwrap();
        for (seed, words) in [
            (r#"{"aplications": []}"#, "aplications"),
            (r#"{"tenants": [{"id": "a b", "name": "x"}]}"#, "tenant \"x\""),
            (r#"{"tenants": [{"id": "a", "name": "x"}, {"id": "a", "name": "y"}]}"#, "tenant \"a\""),
            (r#"{"tenants": [{"id": "a", "name": "x", "type": "planet"}]}"#, "type must be one of"),
            (r#"{"tenants": [{"id": "a", "name": "x", "parents": ["b"]}]}"#, "not a tenant before it"),
            (r#"{"applications": [{"name": "x", "tenant": "b"}]}"#, "the tenant \"b\""),
            (r#"{"applications": [{"name": "x", "integrationSystem": "b"}]}"#, "integration system \"b\""),
            (r#"{"applications": [{"name": "a!b"}, {"name": "a@b"}]}"#, "application \"a@b\""),
            (r#"{"integrationSystems": [{"name": "Not A Name"}]}"#, "integration system \"Not A Name\""),
            (
                r#"{"templates": [{"name": "T", "applicationInput": {"name": "{{a}}"}}]}"#,
                "placeholder a is not declared",
            ),
            (r#"{"formations": [{"name": "F", "runtimes": ["rt"]}]}"#, "runtime \"rt\""),
            (r#"{"formations": [{"name": "F!"}]}"#, "formation \"F!\""),
        ] {
            let refusal = start(&dir, seed).await.unwrap_err().to_string();
            assert!(refusal.contains(words), "{seed}: {refusal}");
        }
        start(&dir, "{}").await.unwrap().stop().await;
    }
}
