//! The client of the console API: JSON over HTTPS with the administrator's bearer token, a correlation id on every
//! request. It holds nothing; every answer is the other side's.

mod refusal;

use std::{fmt, sync::Arc, time::Duration};

use pairing::{ErrorCode, Secret};
use reqwest::{RequestBuilder, StatusCode, Url, header::CONTENT_DISPOSITION};
use serde::{Serialize, de::DeserializeOwned};

use crate::{
    EnvironmentConfig, Problem,
    calls::CallContext,
    channel::Channel,
    https::{self, Unread, shape},
};
use refusal::Refused;

/// Of a file: a backup has the whole store in it, and 100,000 certificates are some 300 MB.
const MAX_DOWNLOAD: usize = 1 << 30;
/// Long enough for that on a slow disk.
const DOWNLOAD_TIME: Duration = Duration::from_secs(600);

/// The console API of one environment, and what is needed to ask it.
pub(crate) struct Console {
    channel: Arc<Channel>,
    base: Url,
    host: String,
}

impl fmt::Debug for Console {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Console").field("base", &self.base.as_str()).finish_non_exhaustive()
    }
}

/// What is asked about: a refusal speaks of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum About {
    OAuthClients,
    Certificates,
    Authority,
    /// An application, as the old Connector Service's world knows it.
    Application,
    Runtimes,
    Service,
    Event,
    Subscription,
}

impl About {
    /// Nothing has that id.
    pub(crate) fn gone(self) -> Problem {
        let message = match self {
            Self::OAuthClients => "This OAuth client no longer exists.",
            Self::Certificates => "This certificate is not in the inventory.",
            Self::Authority => "This certificate authority is not known here.",
            Self::Application => "This application no longer exists.",
            Self::Runtimes => "This runtime, or this application in it, does not exist.",
            Self::Service => "The application took this registration back.",
            Self::Event => "This event is not kept any more: newer ones took its place.",
            Self::Subscription => "This subscription, or the application it is for, no longer exists.",
        };
        Problem::new(ErrorCode::NotFound, message).hint("Go back to the list and reload it.")
    }

    /// An environment without a console.
    pub(crate) fn not_shown(self) -> Problem {
        let (message, hint) = match self {
            Self::OAuthClients => (
                "This environment does not show its OAuth clients.",
                "Look in the console of the OAuth2 provider that it uses.",
            ),
            Self::Certificates => (
                "This environment does not list its certificates.",
                "The pairing entries of an application show the common names that are in use.",
            ),
            Self::Authority => {
                ("This environment does not show its certificate authority.", "Ask whoever runs its Connector.")
            }
            Self::Application | Self::Runtimes | Self::Service | Self::Event | Self::Subscription => (
                "This environment does not show what Kyma knows of its applications.",
                "The local simulator does. Elsewhere, look in the console of the runtime.",
            ),
        };
        Problem::new(ErrorCode::InvalidOperation, message).hint(hint)
    }
}

/// One call's use of the console: every request carries its correlation id.
#[derive(Clone, Debug)]
pub(crate) struct ConsoleSession {
    console: Arc<Console>,
    call: CallContext,
    about: About,
}

/// An answer that is not JSON.
pub(crate) struct Download {
    pub(crate) bytes: Vec<u8>,
    /// As the other side proposes it; nothing but a plain file name.
    pub(crate) file_name: Option<String>,
}

impl Console {
    /// `None`: this environment has no console.
    ///
    /// # Errors
    /// The address, the CA or the token of the environment cannot be used.
    pub(crate) fn of(environment: &EnvironmentConfig, channel: &Arc<Channel>) -> Result<Option<Self>, Problem> {
        let Some(address) = &environment.console_url else { return Ok(None) };
        let base = Url::parse(address).map_err(|cause| https::unusable(cause.to_string()))?;
        let Some(host) = base.host_str().map(str::to_owned) else {
            return Err(https::unusable("the address of the console names no host"));
        };
        Ok(Some(Self { channel: Arc::clone(channel), base, host }))
    }

    pub(crate) fn session(self: &Arc<Self>, call: CallContext, about: About) -> ConsoleSession {
        ConsoleSession { console: Arc::clone(self), call, about }
    }

    /// The address of something below the base; each part is one segment, whatever is in it. `None`: a part is one
    /// that an address cannot carry, so nothing has that id.
    fn address(&self, parts: &[&str]) -> Option<Url> {
        if parts.iter().any(|part| matches!(*part, "" | "." | "..")) {
            return None;
        }
        let mut url = self.base.clone();
        // Only an address that cannot be a base, such as `mailto:`, has no segments; it has no host either.
        url.path_segments_mut().ok()?.pop_if_empty().extend(parts);
        Some(url)
    }
}

impl ConsoleSession {
    /// The same call, asking about something else.
    pub(crate) fn about(&self, about: About) -> Self {
        Self { about, ..self.clone() }
    }

    pub(crate) async fn get<T: DeserializeOwned>(&self, parts: &[&str], query: &[(&str, &str)]) -> Result<T, Problem> {
        let mut url = self.address(parts)?;
        if !query.is_empty() {
            url.query_pairs_mut().extend_pairs(query);
        }
        self.ask(self.console.channel.get(url)).await
    }

    /// As [`ConsoleSession::get`], for an answer that may be larger than others.
    pub(crate) async fn get_up_to<T: DeserializeOwned>(&self, limit: usize, parts: &[&str]) -> Result<T, Problem> {
        let request = self.console.channel.get(self.address(parts)?);
        let body = self.load(request, limit).await?.bytes;
        self.parse(&body)
    }

    pub(crate) async fn post<T: DeserializeOwned>(&self, parts: &[&str], body: impl Serialize) -> Result<T, Problem> {
        let url = self.address(parts)?;
        self.ask(self.console.channel.post(url).json(&body)).await
    }

    pub(crate) async fn delete(&self, parts: &[&str]) -> Result<(), Problem> {
        let url = self.address(parts)?;
        self.send(self.console.channel.delete(url)).await.map(drop)
    }

    /// A success, or whatever the other side refuses with where it speaks of several things at once.
    ///
    /// # Errors
    /// Every refusal whose body is not `E`.
    pub(crate) async fn put<T: DeserializeOwned, E: DeserializeOwned>(
        &self,
        parts: &[&str],
        body: impl Serialize,
    ) -> Result<Result<T, E>, Problem> {
        let url = self.address(parts)?;
        let request = self.console.channel.put(url).json(&body);
        let (status, body, retry_after, _) = self.exchange(request, https::MAX_ANSWER).await?;
        if status.is_success() {
            return self.parse(&body).map(Ok);
        }
        if status == StatusCode::BAD_REQUEST
            && let Ok(faults) = serde_json::from_slice(&body)
        {
            return Ok(Err(faults));
        }
        Err(Refused::read(&body).problem(self.about, &self.console.host, status, retry_after))
    }

    pub(crate) async fn download(&self, parts: &[&str], body: impl Serialize) -> Result<Download, Problem> {
        let url = self.address(parts)?;
        self.load(self.console.channel.post(url).timeout(DOWNLOAD_TIME).json(&body), MAX_DOWNLOAD).await
    }

    /// Something that is no JSON.
    pub(crate) async fn fetch(&self, parts: &[&str]) -> Result<Download, Problem> {
        self.load(self.console.channel.get(self.address(parts)?), https::MAX_ANSWER).await
    }

    async fn load(&self, request: RequestBuilder, limit: usize) -> Result<Download, Problem> {
        let (status, bytes, retry_after, file_name) = self.exchange(request, limit).await?;
        if status.is_success() {
            return Ok(Download { bytes, file_name });
        }
        Err(Refused::read(&bytes).problem(self.about, &self.console.host, status, retry_after))
    }

    fn address(&self, parts: &[&str]) -> Result<Url, Problem> {
        self.console.address(parts).ok_or_else(|| self.about.gone())
    }

    async fn ask<T: DeserializeOwned>(&self, request: RequestBuilder) -> Result<T, Problem> {
        let body = self.send(request).await?;
        self.parse(body.expose().as_bytes())
    }

    fn parse<T: DeserializeOwned>(&self, body: &[u8]) -> Result<T, Problem> {
        serde_json::from_slice(body).map_err(|cause| self.protocol(shape(&cause)))
    }

    fn protocol(&self, cause: impl Into<String>) -> Problem {
        refusal::protocol(self.about, &self.console.host, cause)
    }

    /// The body of a success. Wiped when dropped: that of a rotation has a client secret in it.
    async fn send(&self, request: RequestBuilder) -> Result<Secret, Problem> {
        let (status, body, retry_after, _) = self.exchange(request, https::MAX_ANSWER).await?;
        if !status.is_success() {
            return Err(Refused::read(&body).problem(self.about, &self.console.host, status, retry_after));
        }
        String::from_utf8(body).map(Secret::new).map_err(|_| self.protocol("the answer is not UTF-8"))
    }

    async fn exchange(
        &self,
        request: RequestBuilder,
        limit: usize,
    ) -> Result<(StatusCode, Vec<u8>, Option<u32>, Option<String>), Problem> {
        let host = &self.console.host;
        let response = self.console.channel.send(request, self.call).await?;
        let (status, retry_after) = (response.status(), https::retry_after(&response));
        let disposition = response.headers().get(CONTENT_DISPOSITION).and_then(|value| value.to_str().ok());
        let file_name = disposition.and_then(file_name);
        tracing::debug!(status = status.as_u16(), about = ?self.about, "asked the console");
        let body = https::read_up_to(limit, response).await.map_err(|unread| match unread {
            Unread::Transport(error) => https::transport(host, &error),
            Unread::TooLong => self.protocol(format!("the answer is longer than {} MiB", limit >> 20)),
        })?;
        Ok((status, body, retry_after, file_name))
    }
}

/// The name in `attachment; filename="…"`, where it is a plain one.
fn file_name(disposition: &str) -> Option<String> {
    let name = disposition.split_once("filename=")?.1.split(';').next()?.trim().trim_matches('"');
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
    (!name.is_empty() && !name.starts_with('.') && name.len() <= 128 && name.chars().all(plain))
        .then(|| name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sign_in::SignIn;

    fn console(base: &str) -> Console {
        let environment = EnvironmentConfig::local(base.into(), Secret::new("token"));
        let channel = Channel::to(&environment, Arc::new(SignIn::known(Secret::new("token")))).unwrap();
        Console { channel: Arc::new(channel), base: Url::parse(base).unwrap(), host: "h".into() }
    }

    #[test]
    fn an_id_is_one_segment_of_the_address() {
        for base in ["https://h:1/console/v1", "https://h:1/console/v1/"] {
            let address = |id| console(base).address(&["oauth-clients", id, "rotate"]).map(String::from);
            assert_eq!(address("c-1").unwrap(), "https://h:1/console/v1/oauth-clients/c-1/rotate");
            assert_eq!(
                address("a/../b?c#d%").unwrap(),
                "https://h:1/console/v1/oauth-clients/a%2F..%2Fb%3Fc%23d%25/rotate"
            );
            for odd in ["", ".", ".."] {
                assert_eq!(address(odd), None, "{odd:?} would be another address");
            }
        }
    }

    #[test]
    fn a_proposed_file_name_is_a_name_and_no_path() {
        assert_eq!(file_name("attachment; filename=\"ca-2024.age\"").as_deref(), Some("ca-2024.age"));
        assert_eq!(file_name("attachment; filename=ca.age; x=y").as_deref(), Some("ca.age"));
        for odd in ["attachment", "attachment; filename=\"../x\"", "attachment; filename=.bashrc", "filename=\"\""] {
            assert_eq!(file_name(odd), None, "{odd}");
        }
    }
}
