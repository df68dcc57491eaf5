//! The way to an environment's server, by the proxy of the computer or by its own, for those who look at the connection
//! itself. Requests go through reqwest, which finds the same way.

use std::io;

use hyper_util::client::proxy::matcher::{Intercept, Matcher};
use pairing::{ErrorCode, Secret};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};
use url::Url;

use crate::{
    EnvironmentConfig, Problem,
    calls::{ErrorAction, Proxy},
    https,
};

/// Of a proxy's answer, in bytes.
const LARGEST_HEAD: usize = 16 << 10;

/// The proxy on the way to an environment's server.
#[derive(Debug)]
pub(super) struct OnTheWay {
    url: Url,
    /// `Proxy-Authorization`, from a computer's proxy whose address has a user and a password.
    authorization: Option<Secret>,
}

impl OnTheWay {
    /// `None`: the way is direct.
    ///
    /// # Errors
    /// The address of the proxy or of the server cannot be read.
    pub(super) fn to(environment: &EnvironmentConfig) -> Result<Option<Self>, Problem> {
        match &environment.proxy {
            Proxy::None => Ok(None),
            Proxy::Url { url } => Ok(Some(Self { url: read(url)?, authorization: None })),
            Proxy::System => {
                let server =
                    Url::parse(&environment.director_url).map_err(|cause| https::unusable(cause.to_string()))?;
                if server.host().is_some_and(|host| https::is_this_computer(&host)) {
                    return Ok(None);
                }
                let target =
                    environment.director_url.parse().map_err(|_| https::unusable("the address cannot be read"))?;
                Matcher::from_system().intercept(&target).map(|found| Self::of_computer(&found)).transpose()
            }
        }
    }

    fn of_computer(found: &Intercept) -> Result<Self, Problem> {
        let authorization = found.basic_auth().and_then(|value| value.to_str().ok());
        Ok(Self { url: read(&found.uri().to_string())?, authorization: authorization.map(Secret::new) })
    }

    pub(super) fn host(&self) -> &str {
        self.url.host_str().unwrap_or_default()
    }

    /// The head of a request for a tunnel to the server (RFC 9110 §9.3.6).
    fn request(&self, host: &str, port: u16) -> Secret {
        let mut head = format!("CONNECT {host}:{port} HTTP/1.1\r\nHost: {host}:{port}\r\n");
        if let Some(authorization) = &self.authorization {
            head.push_str("Proxy-Authorization: ");
            head.push_str(authorization.expose());
            head.push_str("\r\n");
        }
        head.push_str("\r\n");
        Secret::new(head)
    }

    async fn tunnel(&self, host: &str, port: u16) -> Result<TcpStream, Problem> {
        let what = format!("The proxy {}", self.host());
        if self.url.scheme() != "http" {
            let how = if self.url.scheme() == "https" { "TLS" } else { self.url.scheme() };
            return Err(Problem::new(
                ErrorCode::NotOffered,
                format!("{what} is reached with {how}, which can't be looked through here."),
            )
            .hint("The certificate is checked all the same when the environment is used."));
        }
        let at = (self.host(), self.url.port_or_known_default().unwrap_or(80));
        let mut stream = TcpStream::connect(at).await.map_err(|cause| unreachable(&what, &cause))?;
        let broken = |cause: io::Error| unreachable(&what, &cause);
        stream.write_all(self.request(host, port).expose().as_bytes()).await.map_err(broken)?;
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            // One at a time: what follows the head belongs to the handshake.
            let byte = stream.read_u8().await.map_err(broken)?;
            head.push(byte);
            if head.len() > LARGEST_HEAD {
                return Err(refused(&what, "its answer has no end"));
            }
        }
        let status = head.split(|byte| *byte == b' ').nth(1).and_then(|status| str::from_utf8(status).ok());
        match status {
            Some("200") => Ok(stream),
            Some("407") if self.authorization.is_some() => {
                Err(refused(&what, "HTTP 407: it doesn't take the user and password of this computer's settings"))
            }
            Some("407") => Err(refused(&what, "HTTP 407: it wants its own sign-in")),
            Some(status) => Err(refused(&what, &format!("HTTP {}", status.chars().take(3).collect::<String>()))),
            None => Err(refused(&what, "its answer is not HTTP")),
        }
    }
}

/// A connection to the server, through the proxy that is on the way.
///
/// # Errors
/// Nobody answers, or the proxy does not let us through.
pub(super) async fn connect(host: &str, port: u16, proxy: Option<&OnTheWay>) -> Result<TcpStream, Problem> {
    if let Some(proxy) = proxy {
        return proxy.tunnel(host, port).await;
    }
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    TcpStream::connect((bare, port)).await.map_err(|cause| unreachable(host, &cause))
}

fn read(address: &str) -> Result<Url, Problem> {
    Url::parse(address).map_err(|_| https::unusable("the address of the proxy cannot be read"))
}

fn unreachable(what: &str, cause: &io::Error) -> Problem {
    let message = if cause.kind() == io::ErrorKind::ConnectionRefused {
        format!("{what} refuses the connection.")
    } else {
        format!("{what} can't be reached.")
    };
    Problem::new(ErrorCode::Unreachable, message)
        .hint("Check the address, the port and the proxy.")
        .detail(cause.to_string())
        .action(ErrorAction::EditEnvironment)
}

fn refused(what: &str, cause: &str) -> Problem {
    Problem::new(ErrorCode::Unreachable, format!("{what} doesn't let us through."))
        .hint("Check the proxy of this environment.")
        .detail(cause)
        .action(ErrorAction::EditEnvironment)
}
