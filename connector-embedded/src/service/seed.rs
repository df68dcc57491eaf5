//! What a new data directory starts with.

use std::{fs, path::Path};

use pairing::{Failure, SystemAuthId};
use serde::Deserialize;
use serde_json::{Map, Value};

use super::{
    Service,
    application::{self, NewApplication},
    identity::{Reach, View},
};
use crate::{
    Seed, StartError,
    store::{tenant, tenant::Tenant},
};

/// The file that `--seed` names.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct SeedFile {
    applications: Vec<SeedApplication>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct SeedApplication {
    name: String,
    provider_name: Option<String>,
    description: Option<String>,
    base_url: Option<String>,
    #[serde(rename = "healthCheckURL")]
    health_check_url: Option<String>,
    #[serde(default)]
    labels: Map<String, Value>,
}

impl SeedApplication {
    fn into_new(self) -> NewApplication {
        NewApplication {
            name: self.name,
            provider_name: self.provider_name,
            description: self.description,
            base_url: self.base_url,
            health_check_url: self.health_check_url,
            labels: self.labels,
            ..NewApplication::default()
        }
    }
}

impl Service {
    /// Makes the default tenant and the seeded applications on the first start; later starts only read the tenant.
    pub(crate) async fn prepare(&self, seed: &Seed) -> Result<Tenant, StartError> {
        let existing = self.tenants().await.map_err(StartError::Other)?;
        if let Some(tenant) = existing.into_iter().next() {
            return Ok(tenant);
        }
        let tenant = Tenant {
            id: SystemAuthId::random().to_string(),
            external_id: SystemAuthId::random().to_string(),
            name: "default".into(),
        };
        let view = View { tenant: tenant.clone(), reach: Reach::everything("seed") };
        let refused = |name: &str, failure: &Failure| {
            StartError::Setting(format!("The application \"{name}\" of the seed was refused: {failure}"))
        };
        let mut registrations = Vec::new();
        for application in read(seed)? {
            let name = application.name.clone();
            let registration = self.registration(&view, application.into_new());
            registrations.push(registration.map_err(|failure| refused(&name, &failure))?);
        }
        // All or nothing: a start that fails here seeds again next time.
        let row = tenant.clone();
        let seeded = self.store.write(move |connection| {
            Box::pin(async move {
                tenant::insert(connection, &row).await?;
                for (row, labels) in &registrations {
                    application::insert(connection, row, labels).await.map_err(|failure| {
                        let message = format!("The application \"{}\" of the seed was refused: {failure}", row.name);
                        Failure { message, ..failure }
                    })?;
                }
                Ok(())
            })
        });
        seeded.await.map_err(StartError::Other)?;
        Ok(tenant)
    }

    /// All tenants of this server.
    pub(crate) async fn tenants(&self) -> Result<Vec<Tenant>, Failure> {
        let mut connection = self.store.read().await?;
        tenant::all(&mut connection).await
    }

    /// Whether the store answers and the clients in memory are what it says.
    ///
    /// # Errors
    /// Why not.
    pub(crate) async fn is_ready(&self) -> Result<(), Failure> {
        self.store.clients().find("")?;
        self.tenants().await.map(drop)
    }
}

fn read(seed: &Seed) -> Result<Vec<SeedApplication>, StartError> {
    match seed {
        Seed::Nothing => Ok(Vec::new()),
        Seed::Samples => Ok(vec![
            sample("shop", "Sample", "A web shop. Pair it, change it or delete it: it is only here to try things."),
            sample(
                "crm",
                "Sample",
                "A customer system. Pair it, change it or delete it: it is only here to try things.",
            ),
        ]),
        Seed::File(path) => read_file(path),
    }
}

fn read_file(path: &Path) -> Result<Vec<SeedApplication>, StartError> {
    let refuse =
        |cause: String| StartError::Setting(format!("The seed file {} cannot be used: {cause}", path.display()));
    let text = fs::read_to_string(path).map_err(|error| refuse(error.to_string()))?;
    let file: SeedFile = serde_json::from_str(&text).map_err(|error| refuse(error.to_string()))?;
    Ok(file.applications)
}

fn sample(name: &str, provider: &str, description: &str) -> SeedApplication {
    SeedApplication {
        name: name.into(),
        provider_name: Some(provider.into()),
        description: Some(description.into()),
        base_url: None,
        health_check_url: None,
        labels: Map::new(),
    }
}
