//! The client of the registry's console API: JSON over HTTPS with the administrator's bearer token, a correlation
//! id on every request. It holds nothing; every answer is the registry's.

use std::{fmt, sync::Arc};

use pairing::Secret;
use reqwest::{Client, RequestBuilder, Url};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::{
    refusal::{Refused, client_gone, protocol},
    wire::{ClientPage, OneClient, Rotated},
};
use crate::{
    EnvironmentConfig, Problem,
    calls::CorrelationId,
    https::{self, REQUEST_ID, Unread, shape},
};

/// The registry of one environment, and what is needed to ask it.
pub(crate) struct Registry {
    http: Client,
    base: Url,
    host: String,
}

impl fmt::Debug for Registry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Registry").field("base", &self.base.as_str()).finish_non_exhaustive()
    }
}

/// One call's use of the registry: every request carries its correlation id.
#[derive(Clone, Debug)]
pub(crate) struct RegistrySession {
    registry: Arc<Registry>,
    call: CorrelationId,
}

impl Registry {
    /// `None`: this environment does not show its clients.
    ///
    /// # Errors
    /// The address, the CA or the token of the environment cannot be used.
    pub(crate) fn of(environment: &EnvironmentConfig) -> Result<Option<Self>, Problem> {
        let Some(address) = &environment.console_url else { return Ok(None) };
        let base = Url::parse(address).map_err(|cause| https::unusable(cause.to_string()))?;
        let Some(host) = base.host_str().map(str::to_owned) else {
            return Err(https::unusable("the address of the client registry names no host"));
        };
        Ok(Some(Self { http: https::administrator(environment)?, base, host }))
    }

    pub(crate) fn session(self: &Arc<Self>, call: CorrelationId) -> RegistrySession {
        RegistrySession { registry: Arc::clone(self), call }
    }

    /// The address of something below the base; each part is one segment, whatever is in it.
    ///
    /// # Errors
    /// A part is one that an address cannot carry: nothing has that id.
    fn address(&self, parts: &[&str]) -> Result<Url, Problem> {
        if parts.iter().any(|part| matches!(*part, "" | "." | "..")) {
            return Err(client_gone());
        }
        let mut url = self.base.clone();
        // Only an address that cannot be a base, such as `mailto:`, has no segments; it has no host either.
        let mut segments = url.path_segments_mut().map_err(|()| https::unusable("the address has no path"))?;
        segments.pop_if_empty().extend(parts);
        drop(segments);
        Ok(url)
    }
}

/// The collection of all clients.
const CLIENTS: &str = "oauth-clients";

impl RegistrySession {
    pub(super) async fn page(&self, after: Option<&str>, first: u32) -> Result<ClientPage, Problem> {
        let mut url = self.registry.address(&[CLIENTS])?;
        url.query_pairs_mut().append_pair("first", &first.to_string());
        if let Some(after) = after {
            url.query_pairs_mut().append_pair("after", after);
        }
        self.ask(self.registry.http.get(url)).await
    }

    /// # Errors
    /// [`pairing::ErrorCode::NotFound`] when there is no such client.
    pub(crate) async fn client(&self, id: &str) -> Result<OneClient, Problem> {
        let url = self.registry.address(&[CLIENTS, id])?;
        self.ask(self.registry.http.get(url)).await
    }

    /// `retire_old_after` in seconds; `None`: until the old ones are retired by hand.
    pub(super) async fn rotate(&self, id: &str, retire_old_after: Option<u32>) -> Result<Rotated, Problem> {
        self.post(&[CLIENTS, id, "rotate"], json!({ "retireOldAfterSeconds": retire_old_after })).await
    }

    /// `after` in seconds; `None`: no end date any more.
    pub(super) async fn retire(&self, id: &str, secret_id: &str, after: Option<u32>) -> Result<OneClient, Problem> {
        self.post(&[CLIENTS, id, "secrets", secret_id, "retire"], json!({ "afterSeconds": after })).await
    }

    pub(super) async fn disable(&self, id: &str) -> Result<OneClient, Problem> {
        self.post(&[CLIENTS, id, "disable"], json!({})).await
    }

    pub(super) async fn enable(&self, id: &str) -> Result<OneClient, Problem> {
        self.post(&[CLIENTS, id, "enable"], json!({})).await
    }

    pub(super) async fn revoke_tokens(&self, id: &str) -> Result<OneClient, Problem> {
        self.post(&[CLIENTS, id, "revoke-tokens"], json!({})).await
    }

    pub(super) async fn delete(&self, id: &str) -> Result<(), Problem> {
        let url = self.registry.address(&[CLIENTS, id])?;
        self.send(self.registry.http.delete(url)).await.map(drop)
    }

    async fn post<T: DeserializeOwned>(&self, parts: &[&str], body: Value) -> Result<T, Problem> {
        let url = self.registry.address(parts)?;
        self.ask(self.registry.http.post(url).json(&body)).await
    }

    async fn ask<T: DeserializeOwned>(&self, request: RequestBuilder) -> Result<T, Problem> {
        let body = self.send(request).await?;
        serde_json::from_str(body.expose()).map_err(|cause| protocol(&self.registry.host, shape(&cause)))
    }

    /// The body of a success. Wiped when dropped: that of a rotation has a client secret in it.
    async fn send(&self, request: RequestBuilder) -> Result<Secret, Problem> {
        let host = &self.registry.host;
        let request = request.header(REQUEST_ID, self.call.to_string());
        let response = request.send().await.map_err(|error| https::transport(host, &error))?;
        let (status, retry_after) = (response.status(), https::retry_after(&response));
        tracing::debug!(status = status.as_u16(), "asked the client registry");
        let body = https::read(response).await.map_err(|unread| match unread {
            Unread::Transport(error) => https::transport(host, &error),
            Unread::TooLong => protocol(host, "the answer is longer than 8 MiB"),
        })?;
        if !status.is_success() {
            return Err(Refused::read(&body).problem(host, status, retry_after));
        }
        String::from_utf8(body).map(Secret::new).map_err(|_| protocol(host, "the answer is not UTF-8"))
    }
}

#[cfg(test)]
mod tests {
    use pairing::ErrorCode;

    use super::*;

    fn registry(base: &str) -> Registry {
        Registry { http: Client::new(), base: Url::parse(base).unwrap(), host: "h".into() }
    }

    #[test]
    fn an_id_is_one_segment_of_the_address() {
        for base in ["https://h:1/console/v1", "https://h:1/console/v1/"] {
            let address = |id| registry(base).address(&[CLIENTS, id, "rotate"]).map(String::from);
            assert_eq!(address("c-1").unwrap(), "https://h:1/console/v1/oauth-clients/c-1/rotate");
            assert_eq!(
                address("a/../b?c#d%").unwrap(),
                "https://h:1/console/v1/oauth-clients/a%2F..%2Fb%3Fc%23d%25/rotate"
            );
            for odd in ["", ".", ".."] {
                assert_eq!(address(odd).unwrap_err().code, ErrorCode::NotFound, "{odd:?} would be another address");
            }
        }
    }
}
