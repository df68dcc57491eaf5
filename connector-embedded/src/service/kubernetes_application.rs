//! An application as the custom resource `Application` of Kyma's Application Connector
//! (`applications.applicationconnector.kyma-project.io`, `v1alpha1`).
//!
//! The resource names the secrets in which credentials are; it has none, and neither has this server. Addresses inside the
//! cluster (`gatewayUrl`, `centralGatewayUrl`) are the cluster's to say.

use std::collections::BTreeMap;

use pairing::Failure;
use serde::Serialize;
use serde_json::Value;
use url::Url;

use super::{Service, application::not_found, registry::Credentials};
use crate::{
    hexadecimal::hexadecimal,
    store::{application, registered_service::RegisteredService},
};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Resource {
    api_version: &'static str,
    kind: &'static str,
    metadata: Metadata,
    spec: Spec,
}

#[derive(Serialize)]
struct Metadata {
    name: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Spec {
    description: String,
    display_name: String,
    provider_display_name: String,
    long_description: String,
    skip_verify: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    tenant: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    group: Option<String>,
    labels: BTreeMap<String, String>,
    services: Vec<ServiceSpec>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ServiceSpec {
    id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    identifier: Option<String>,
    name: String,
    display_name: String,
    description: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    long_description: Option<String>,
    provider_display_name: String,
    labels: BTreeMap<String, String>,
    entries: Vec<Entry>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Entry {
    #[serde(rename = "type")]
    kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    target_url: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    specification_url: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    api_type: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    credentials: Option<SecretReference>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SecretReference {
    #[serde(rename = "type")]
    kind: &'static str,
    secret_name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    authentication_url: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    csrf_info: Option<CsrfInfo>,
}

#[derive(Serialize)]
struct CsrfInfo {
    #[serde(rename = "tokenEndpointURL")]
    token_endpoint_url: String,
}

const HEAD: &str = "\
# Written by Pairing Cockpit for Kyma's Application Connector. Apply it with: kubectl apply -f FILE
# There are no credentials in it. Make the secrets that it names (secretName) in the namespace kyma-integration yourself.
";

impl Service {
    /// The name of an application's custom resource, and the resource as YAML.
    ///
    /// # Errors
    /// [`pairing::ErrorCode::NotFound`].
    pub(crate) async fn kubernetes_application(&self, id: &str) -> Result<(String, String), Failure> {
        let label = self.application_name(id).await?;
        let name = self.connector_service_name(id).await.unwrap_or(label);
        let row = {
            let mut connection = self.store.read().await?;
            application::anywhere(&mut connection, id).await?.ok_or_else(|| not_found("application"))?
        };
        let name = resource_name(&name);
        let text = |value: Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        let labels: BTreeMap<_, _> =
            self.labels(id).await?.into_iter().map(|(key, value)| (key, text(value))).collect();
        let services = self.registered_services(id).await?;
        let services = services.into_iter().map(|row| service_spec(row, &name)).collect::<Result<_, _>>()?;
        let description = row.description.unwrap_or_default();
        let resource = Resource {
            api_version: "applicationconnector.kyma-project.io/v1alpha1",
            kind: "Application",
            metadata: Metadata { name: name.clone() },
            spec: Spec {
                description: description.clone(),
                display_name: row.name,
                provider_display_name: row.provider_name.unwrap_or_default(),
                long_description: description,
                skip_verify: false,
                tenant: labels.get("tenant").cloned(),
                group: labels.get("group").cloned(),
                labels,
                services,
            },
        };
        let yaml = serde_yaml_ng::to_string(&resource).map_err(Failure::internal)?;
        Ok((name, format!("{HEAD}{yaml}")))
    }
}

fn service_spec(row: RegisteredService, application: &str) -> Result<ServiceSpec, Failure> {
    let mut entries = Vec::new();
    if let Some(api) = row.read_api()? {
        let secret_name = format!("{application}-{}", row.id);
        entries.push(Entry {
            kind: "API",
            id: row.api_definition_id.clone(),
            target_url: Some(without_user(api.target_url)),
            specification_url: api.specification_url.map(without_user),
            api_type: Some(api.api_type),
            credentials: api.credentials.and_then(|credentials| secret_reference(&credentials, secret_name)),
        });
    }
    if row.event_definition_id.is_some() {
        entries.push(Entry {
            kind: "Events",
            id: row.event_definition_id.clone(),
            target_url: None,
            specification_url: None,
            api_type: None,
            credentials: None,
        });
    }
    let labels = row.read_labels()?;
    let (description, long_description) = match row.short_description {
        Some(short) => (short, Some(row.description)),
        None => (row.description, None),
    };
    Ok(ServiceSpec {
        name: service_name(&row.name, &row.id),
        id: row.id,
        identifier: row.identifier,
        display_name: row.name,
        description,
        long_description,
        provider_display_name: row.provider,
        labels,
        entries,
    })
}

fn secret_reference(credentials: &Credentials, secret_name: String) -> Option<SecretReference> {
    let kind = match credentials.kind()? {
        "oauth" => "OAuth",
        "basic" => "Basic",
        _ => "CertificateGen",
    };
    Some(SecretReference {
        kind,
        secret_name,
        authentication_url: credentials.oauth.as_ref().map(|oauth| without_user(oauth.url.clone())),
        csrf_info: credentials
            .csrf_info()
            .map(|info| CsrfInfo { token_endpoint_url: without_user(info.token_endpoint_url.clone()) }),
    })
}

/// The address without the masks of a user and a password, which nobody could call.
fn without_user(address: String) -> String {
    let Ok(mut url) = Url::parse(&address) else { return address };
    if url.username().is_empty() && url.password().is_none() {
        return address;
    }
    // Both fail only for addresses that cannot have a user, which have none.
    let _ = url.set_username("");
    let _ = url.set_password(None);
    url.into()
}

/// A DNS subdomain name: lower-case letters, digits, dashes and dots.
fn resource_name(name: &str) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() || c == '.' { c.to_ascii_lowercase() } else { '-' };
    let name: String = name.chars().map(plain).take(253).collect();
    let name = name.trim_matches(['-', '.']);
    if name.is_empty() { "application".to_owned() } else { name.to_owned() }
}

/// As Kyma's registry names services in the resource: readable, and different for services that are called alike.
fn service_name(name: &str, id: &str) -> String {
    let readable: String = resource_name(&name.replace('.', "-")).chars().take(50).collect();
    let hash = hexadecimal(pairing::SecretHash::of(id.as_bytes()).as_bytes());
    format!("{}-{}", readable.trim_matches('-'), &hash[..5])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_carry_no_masks() {
        let masked = "https://********:********@shop.example/orders?a=b".to_owned();
        assert_eq!(without_user(masked), "https://shop.example/orders?a=b");
        assert_eq!(without_user("HTTPS://Shop.example".to_owned()), "HTTPS://Shop.example", "as it was sent");
    }

    #[test]
    fn names_fit_into_kubernetes() {
        for (name, expected) in
            [("shop", "shop"), ("Crm_Europe.1", "crm-europe.1"), ("-a-", "a"), ("???", "application")]
        {
            assert_eq!(resource_name(name), expected);
        }
        let name = service_name("Orders (OData) v2.0", "60dcbad4");
        let (readable, hash) = name.rsplit_once('-').unwrap();
        assert_eq!((readable, hash.len()), ("orders--odata--v2-0", 5));
        assert_ne!(service_name("a", "1"), service_name("a", "2"));
        assert!(service_name(&"x".repeat(300), "1").len() <= 63);
    }
}
