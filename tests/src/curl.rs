//! `curl` as people and old clients use it: nothing is sent that its command line does not say.

use std::{
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use reqwest::header::{HeaderMap, HeaderName, HeaderValue};

use crate::{OpenSsl, Pairing, Reply, Server, text};

/// A command line to be completed by an address.
#[derive(Clone, Debug)]
pub struct Curl {
    options: Vec<String>,
}

/// There was no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoAnswer {
    /// curl's exit code: 35 and 56 when the handshake was refused, 7 when nobody listens.
    pub code: i32,
    pub message: String,
}

impl Curl {
    /// One that trusts what is in this CA file and nothing else.
    pub fn trusting(ca_file: impl AsRef<Path>) -> Self {
        Self { options: Vec::new() }.with(&["--cacert", &ca_file.as_ref().to_string_lossy()])
    }

    /// For plain HTTP.
    pub const fn plain() -> Self {
        Self { options: Vec::new() }
    }

    /// With more options.
    #[must_use]
    pub fn with(mut self, options: &[&str]) -> Self {
        self.options.extend(options.iter().copied().map(str::to_owned));
        self
    }

    /// With one more header line.
    #[must_use]
    pub fn header(self, line: &str) -> Self {
        self.with(&["--header", line])
    }

    /// With a certificate and its key.
    #[must_use]
    pub fn certificate(self, certificate: impl AsRef<Path>, key: impl AsRef<Path>) -> Self {
        self.with(&["--cert", &certificate.as_ref().to_string_lossy(), "--key", &key.as_ref().to_string_lossy()])
    }

    #[track_caller]
    pub fn get(&self, url: &str) -> Reply {
        self.send("GET", url, None)
    }

    /// Posts as `--data` does: with the content type of a form, unless another one was given.
    #[track_caller]
    pub fn post(&self, url: &str, body: impl AsRef<[u8]>) -> Reply {
        self.send("POST", url, Some(body.as_ref()))
    }

    #[track_caller]
    pub fn send(&self, method: &str, url: &str, body: Option<&[u8]>) -> Reply {
        self.try_send(method, url, body).unwrap_or_else(|none| panic!("{method} {url}: {none:?}"))
    }

    /// # Errors
    /// No connection, no handshake, or it broke off.
    pub fn try_send(&self, method: &str, url: &str, body: Option<&[u8]>) -> Result<Reply, NoAnswer> {
        // Addresses are taken as they are, with every `?`, `[` and `{`.
        let mut command = Command::new("curl");
        command.args(["--silent", "--show-error", "--include", "--globoff", "--noproxy", "*", "--max-time", "60"]);
        command.args(["--request", method]).args(&self.options);
        if body.is_some() {
            command.args(["--data-binary", "@-"]);
        }
        command.arg("--url").arg(url).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("curl runs");
        let input = child.stdin.take().expect("standard input is a pipe");
        let writer = body.map(<[u8]>::to_vec).map(|body| {
            std::thread::spawn(move || {
                let mut input = input;
                // It may have ended without reading all of it.
                let _ = std::io::Write::write_all(&mut input, &body);
            })
        });
        let output = child.wait_with_output().expect("curl ends");
        if let Some(writer) = writer {
            writer.join().expect("it wrote");
        }
        if !output.status.success() {
            let message = text(&output.stderr).trim().to_owned();
            return Err(NoAnswer { code: output.status.code().unwrap_or(-1), message });
        }
        Ok(reply(&output.stdout))
    }
}

impl Server {
    /// `curl` without any proof.
    pub fn curl(&self) -> Curl {
        Curl::trusting(self.ready("caFile"))
    }
}

impl OpenSsl {
    /// `curl` with `NAME.pem` and `NAME.key`, as [`Self::keep`] writes them.
    pub fn curl(&self, ca_file: impl AsRef<Path>, name: &str) -> Curl {
        let file = |extension: &str| -> PathBuf { self.path(&format!("{name}.{extension}")) };
        Curl::trusting(ca_file).certificate(file("pem"), file("key"))
    }

    /// The same for a pairing.
    pub fn curl_of(&self, server: &Server, name: &str, pairing: &Pairing) -> Curl {
        self.keep(name, pairing);
        self.curl(server.ready("caFile"), name)
    }
}

/// The last answer in curl's output; before it may be a `100 Continue`.
fn reply(output: &[u8]) -> Reply {
    let mut rest = output;
    loop {
        let end = rest.windows(4).position(|four| four == b"\r\n\r\n").expect("the headers end");
        let head = text(&rest[..end]);
        rest = &rest[end + 4..];
        let mut lines = head.lines();
        let status = lines.next().and_then(|line| line.split(' ').nth(1)).and_then(|word| word.parse().ok());
        let status: u16 = status.unwrap_or_else(|| panic!("a status in {head:?}"));
        if status < 200 {
            continue;
        }
        let mut headers = HeaderMap::new();
        for (name, value) in lines.filter_map(|line| line.split_once(':')) {
            let name: HeaderName = name.parse().expect("a header name");
            headers.append(name, HeaderValue::from_str(value.trim()).expect("a header value"));
        }
        return Reply { status, headers, text: text(rest) };
    }
}
