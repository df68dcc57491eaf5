//! Applications and runtimes as the Connector Service knows them: by names that fit into a certificate.

use pairing::{ErrorCode, Failure, SecretHash};
use serde_json::{Value, json};

use super::token::Context;
use crate::{
    hexadecimal::hexadecimal,
    service::{
        Service,
        application::{NewApplication, not_found},
        identity::{INITIAL, Reach, View},
        runtime::RuntimeInput,
    },
    store::{
        application::{self, Application},
        runtime,
    },
};

/// The common name of every runtime's certificate (`connector-service/internal/clientcontext`).
pub(crate) const RUNTIME_COMMON_NAME: &str = "*Runtime*";

/// X.520's upper bound of a common name, in characters.
const LONGEST_NAME: usize = 64;

/// What the paths of the second generation have where those of the first have a name.
const TAKEN: [&str; 4] = ["certificates", "management", "signingRequests", "tokens"];

/// Whether a name can be a common name and a part of a URL as it is: clients split subjects at `,`, `=` and `/`.
fn fits(name: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    let dots = name.bytes().all(|byte| byte == b'.');
    (1..=LONGEST_NAME).contains(&name.len()) && name.bytes().all(plain) && !dots && !TAKEN.contains(&name)
}

/// What the Connector Service calls an application: its name or, when that does not fit, the normalized one.
fn service_name(name: &str, normalized: &str) -> Result<String, Failure> {
    [name, normalized].into_iter().find(|name| fits(name)).map(str::to_owned).ok_or_else(|| {
        let message = format!(
            "The name of the application {name:.100} is too long for the common name of a certificate ({LONGEST_NAME} \
             characters). Pair it with a token of the Director, whose certificates carry an id."
        );
        Failure::new(ErrorCode::InvalidOperation, message)
    })
}

/// A name that the Director allows for the runtime of a tenant and a group; the digest keeps two of them apart that differ
/// only in what is not allowed.
fn runtime_name(tenant: &str, group: &str) -> String {
    let plain = |text: &str| text.replace(|c: char| !c.is_ascii_alphanumeric(), "-");
    let digest = SecretHash::of(format!("{tenant}\0{group}").as_bytes());
    format!("{}.{}.{}", plain(tenant), plain(group), hexadecimal(&digest.as_bytes()[..4]))
}

impl Service {
    /// What the Connector Service calls this application: the common name of its certificates.
    ///
    /// # Errors
    /// [`ErrorCode::NotFound`]; [`ErrorCode::InvalidOperation`] for a name that does not fit.
    pub(crate) async fn connector_service_name(&self, application_id: &str) -> Result<String, Failure> {
        let mut connection = self.store.read().await?;
        let names = application::names(&mut connection, application_id).await?;
        let (name, normalized) = names.ok_or_else(|| not_found("application"))?;
        service_name(&name, &normalized)
    }

    /// # Errors
    /// [`ErrorCode::NotFound`].
    pub(crate) async fn displayed_name(&self, application_id: &str) -> Result<String, Failure> {
        let mut connection = self.store.read().await?;
        application::name(&mut connection, application_id).await?.ok_or_else(|| not_found("application"))
    }

    /// The id of the application with this name, which is registered first where that was asked for.
    ///
    /// # Errors
    /// [`ErrorCode::NotFound`] with what to do; [`ErrorCode::InvalidOperation`] for a name that does not fit.
    pub(crate) async fn application_to_pair(&self, name: &str, context: &Context) -> Result<String, Failure> {
        let tenant = self.default_tenant().await?;
        let found = {
            let mut connection = self.store.read().await?;
            application::named(&mut connection, &tenant.id, name).await?
        };
        if let Some((id, name, normalized)) = found {
            service_name(&name, &normalized)?;
            return Ok(id);
        }
        if !self.kyma.settings.create_unknown_applications {
            let message = format!(
                "Application {name:.100} not found. Register it first, or start the server with \
                 --create-unknown-applications."
            );
            return Err(Failure::new(ErrorCode::NotFound, message));
        }
        if !fits(name) {
            let message = format!(
                "The application name {name:.100} must be 1 to {LONGEST_NAME} letters, digits, dots, dashes and \
                 underscores to be registered on pairing."
            );
            return Err(Failure::new(ErrorCode::InvalidOperation, message));
        }
        let mut labels: serde_json::Map<String, Value> =
            self.kyma.settings.default_labels.iter().map(|(key, value)| (key.clone(), json!(value))).collect();
        for (key, value) in [("tenant", &context.tenant), ("group", &context.group)] {
            if let Some(value) = value {
                labels.insert(key.into(), json!(value));
            }
        }
        let new = NewApplication { name: name.to_owned(), labels, ..NewApplication::default() };
        let view = View { tenant: tenant.clone(), reach: Reach::everything("pairing") };
        match self.register_application(&view, new).await {
            Ok(row) => {
                tracing::info!(application = row.name, "registered because a token was asked for it");
                Ok(row.id)
            }
            // Another request was faster, or another application's name comes to the same.
            Err(failure) if failure.code == ErrorCode::NotUniqueName => {
                let mut connection = self.store.read().await?;
                let found = application::named(&mut connection, &tenant.id, name).await?;
                found.map(|(id, _, _)| id).ok_or_else(|| {
                    let message = format!(
                        "An application whose name differs from {name:.100} only in case or punctuation is registered; \
                         use that name."
                    );
                    Failure::new(ErrorCode::NotUniqueName, message)
                })
            }
            Err(failure) => Err(failure),
        }
    }

    /// The id of the runtime of a tenant and a group, registered when it asks for the first time: as upstream, nobody
    /// has to announce it.
    ///
    /// # Errors
    /// Of the store.
    pub(crate) async fn runtime_to_pair(&self, context: &Context) -> Result<String, Failure> {
        let part = |value: &Option<String>| value.clone().unwrap_or_default();
        let name = runtime_name(&part(&context.tenant), &part(&context.group));
        let tenant = self.default_tenant().await?;
        let find = async || {
            let mut connection = self.store.read().await?;
            runtime::named(&mut connection, &tenant.id, &name).await
        };
        if let Some(id) = find().await? {
            return Ok(id);
        }
        let labels = [("tenant", part(&context.tenant)), ("group", part(&context.group))];
        let input = RuntimeInput {
            name: name.clone(),
            description: Some("Registered when it asked for a token.".into()),
            labels: labels.into_iter().map(|(key, value)| (key.to_owned(), json!(value))).collect(),
            ..RuntimeInput::default()
        };
        let view = View { tenant: tenant.clone(), reach: Reach::everything("pairing") };
        match self.register_runtime(&view, input).await {
            Ok(row) => Ok(row.id),
            Err(failure) if failure.code == ErrorCode::NotUniqueName => find().await?.ok_or(failure),
            Err(failure) => Err(failure),
        }
    }

    /// The application that the center knows under this id and name, on a runtime's side; registered at its first token.
    pub(super) async fn mirror_application(&self, id: &str, name: &str) -> Result<(), Failure> {
        {
            let mut connection = self.store.read().await?;
            if application::name(&mut connection, id).await?.is_some() {
                return Ok(());
            }
        }
        let tenant = self.default_tenant().await?;
        let now = self.clock.now().unix_millis();
        let row = Application {
            id: id.to_owned(),
            tenant_id: tenant.id,
            name: name.to_owned(),
            normalized_name: name.to_owned(),
            provider_name: None,
            description: None,
            base_url: None,
            health_check_url: None,
            system_number: None,
            local_tenant_id: None,
            application_namespace: None,
            integration_system_id: None,
            application_template_id: None,
            status_condition: INITIAL.into(),
            status_at: now,
            created_at: now,
            updated_at: now,
        };
        self.store
            .write(move |connection| {
                Box::pin(async move {
                    if application::name(connection, &row.id).await?.is_some() {
                        return Ok(());
                    }
                    // The center's application of this name was deleted and registered anew.
                    if let Some((old, _, _)) = application::named(connection, &row.tenant_id, &row.name).await? {
                        application::delete(connection, &old).await?;
                    }
                    application::insert(connection, &row).await
                })
            })
            .await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_breaks_subjects_or_paths_gives_way_to_the_normalized_one() {
        assert_eq!(service_name("shop", "mp-shop").unwrap(), "shop");
        assert_eq!(service_name("crm_Europe.1", "mp-crm-europe-1").unwrap(), "crm_Europe.1");
        for broken in ["signingRequests", "my shop", "a,b", "a=b", "a/b", "ü", "..", "a%2f"] {
            assert_eq!(service_name(broken, "mp-a").unwrap(), "mp-a", "{broken}");
        }
        let long = "x".repeat(65);
        assert!(service_name(&long, &format!("mp-{long}")).unwrap_err().message.contains("too long"));
    }
}
