//! An application of the old days: it pairs through a link, registers what it offers, sends events and renews its
//! certificate, with `openssl` and `curl` and with every habit that was found in the clients of the field
//! (contracts/legacy-connector.md §6). It insists on exact statuses, cuts addresses apart as text, splits the subject
//! without a second look, and asks for its addresses again before every event.
//!
//! What it does not get as it wants it is an error in its own words.

mod connection;

use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::{CertificateRequest, Curl, OldRequest, OpenSsl, RSA_2048, Reply, base64, curl::NoAnswer};
use connection::{accepted, exactly, parse, sent, text};

pub use connection::Connection;

/// The client, with a folder of its own for key and certificate.
#[derive(Debug)]
pub struct LegacyClient {
    files: OpenSsl,
    ca_file: PathBuf,
    connection: Option<Connection>,
    /// The request that it sent last.
    request: Option<CertificateRequest>,
}

/// How it writes an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wire {
    Legacy,
    Structured,
    Binary,
}

impl LegacyClient {
    /// One that trusts this CA file, as it would be told to by its environment.
    pub fn trusting(ca_file: impl AsRef<Path>) -> Self {
        let files = OpenSsl::new();
        files.key("app", RSA_2048);
        Self { files, ca_file: ca_file.as_ref().to_owned(), connection: None, request: None }
    }

    pub fn files(&self) -> &OpenSsl {
        &self.files
    }

    /// What it knows; a panic before it is paired.
    #[track_caller]
    pub fn connection(&self) -> &Connection {
        self.connection.as_ref().expect("it is paired")
    }

    /// Pairs as the libraries of the second generation do: info, certificate, management info, and only then is
    /// anything kept.
    ///
    /// # Errors
    /// What displeased it.
    pub fn pair(&mut self, link: &str) -> Result<(), String> {
        let info = self.open(link)?;
        let subject = text(&info["certificate"], "subject")?;
        let info_url = text(&info["api"], "infoUrl").map_err(|_| "options.uri is a required argument".to_owned())?;
        let request = OldRequest::of(&subject).sign(&self.files, "app");
        self.certify(&self.anonymous(), &text(&info, "csrUrl")?, &request, "new")?;
        self.connection = Some(self.managed(&info_url, "new")?);
        self.adopt("new");
        self.request = Some(request);
        Ok(())
    }

    /// Pairs as scripts of the first generation do: addresses come with the info answer, and nothing asks again.
    ///
    /// # Errors
    /// What displeased it.
    pub fn pair_first_generation(&mut self, link: &str) -> Result<(), String> {
        let info = self.open(link)?;
        let subject = text(&info["certificate"], "subject")?;
        let events_url = text(&info["api"], "eventsUrl")?;
        let metadata_url = text(&info["api"], "metadataUrl")?;
        let request = OldRequest::of(&subject).sign(&self.files, "app");
        self.certify(&self.anonymous(), &text(&info, "csrUrl")?, &request, "new")?;
        let application = events_url.rsplit('/').nth(2).unwrap_or_default().to_owned();
        let connection = Connection::of([
            application,
            subject,
            String::new(),
            metadata_url,
            events_url,
            String::new(),
            String::new(),
        ]);
        self.connection = Some(connection);
        self.adopt("new");
        self.request = Some(request);
        Ok(())
    }

    /// Asks for its addresses again: every one of these calls is a sign of life.
    ///
    /// # Errors
    /// What displeased it.
    pub fn info(&mut self) -> Result<Value, String> {
        let reply = self.ask(&self.connection().info_url, "app")?;
        self.connection = Some(self.managed(&self.connection().info_url.clone(), "app")?);
        Ok(reply)
    }

    /// Makes a service known: looks whether there is one of that name, and sends or replaces it. Returns its id.
    ///
    /// # Errors
    /// What displeased it.
    pub fn register(&self, service: &Value) -> Result<String, String> {
        let url = &self.connection().metadata_url;
        let list = parse(&sent(self.certified().get_or_none(url))?)?;
        let list = list.as_array().ok_or("the list is no array")?;
        let found = list.iter().find(|entry| entry["name"] == service["name"]);
        let curl = self.certified().header("Content-Type: application/json");
        let Some(found) = found else {
            let reply = sent(curl.try_send("POST", url, Some(service.to_string().as_bytes())))?;
            accepted(&reply)?;
            return text(&parse(&reply)?, "id");
        };
        let id = text(found, "id")?;
        let reply = sent(curl.try_send("PUT", &format!("{url}/{id}"), Some(service.to_string().as_bytes())))?;
        accepted(&reply)?;
        if reply.text.is_empty() {
            return Err("API not found".into());
        }
        Ok(id)
    }

    /// Everything that it has registered, in full.
    ///
    /// # Errors
    /// What displeased it.
    pub fn registered(&self) -> Result<Vec<Value>, String> {
        let url = &self.connection().metadata_url;
        let list = parse(&sent(self.certified().get_or_none(url))?)?;
        let ids = list.as_array().ok_or("the list is no array")?.iter().map(|entry| text(entry, "id"));
        ids.map(|id| parse(&accepted(&sent(self.certified().get_or_none(&format!("{url}/{}", id?)))?)?.clone()))
            .collect()
    }

    /// Sends an event, after a look at where events go now.
    ///
    /// # Errors
    /// What displeased it.
    pub fn event(&mut self, wire: Wire, kind: &str, data: &Value) -> Result<Reply, String> {
        if !self.connection().info_url.is_empty() {
            self.info()?;
        }
        let Connection { events_url, cloud_events_url, application, .. } = self.connection();
        if events_url.is_empty() {
            return Err(
                "Cannot determine an endpoint for sending events, is the application assigned to a runtime?".into()
            );
        }
        let curl = self.certified();
        let (url, curl, body) = match wire {
            Wire::Legacy => (
                events_url,
                curl.header("Content-Type: application/json").header("x-b3-sampled: 1"),
                json!({ "event-type": kind, "event-type-version": "v1", "event-time": "2020-02-03T04:05:06Z",
                    "event-tracing": true, "data": data }),
            ),
            Wire::Structured => (
                cloud_events_url,
                curl.header("Content-Type: application/cloudevents+json"),
                json!({ "specversion": "1.0", "id": "structured-1", "type": kind, "source": application,
                    "eventtypeversion": "v1", "datacontenttype": "application/json", "data": data }),
            ),
            Wire::Binary => (
                cloud_events_url,
                curl.with(&["--header", "Content-Type: application/json", "--header", "ce-specversion: 1.0"])
                    .with(&["--header", "ce-id: binary-1", "--header", &format!("ce-type: {kind}")])
                    .header(&format!("ce-source: {application}")),
                data.clone(),
            ),
        };
        let reply = sent(curl.try_send("POST", url, Some(body.to_string().as_bytes())))?;
        accepted(&reply)?;
        Ok(reply)
    }

    /// Renews as the nightly job does: the subject of the certificate in its own order, the same key, so that every
    /// such request is the same, byte for byte.
    ///
    /// # Errors
    /// What displeased it.
    pub fn renew(&mut self) -> Result<(), String> {
        let subject = self.files.run("x509 -in app.pem -noout -subject -nameopt compat");
        let slashes = subject.trim().trim_start_matches("subject=").trim_start_matches('/');
        let request = OldRequest::of(&slashes.replace('/', ",")).sign(&self.files, "app");
        self.certify(&self.certified(), &self.connection().renew_url, &request, "new")?;
        self.adopt("new");
        self.request = Some(request);
        Ok(())
    }

    /// Sends the very bytes of its last request again.
    ///
    /// # Errors
    /// What displeased it.
    pub fn renew_with_the_same_bytes(&mut self) -> Result<(), String> {
        let request = self.request.clone().expect("it has asked for a certificate");
        self.certify(&self.certified(), &self.connection().renew_url, &request, "new")?;
        self.adopt("new");
        Ok(())
    }

    /// Gives its certificate back.
    ///
    /// # Errors
    /// What displeased it.
    pub fn revoke(&self) -> Result<(), String> {
        let reply = sent(self.certified().try_send("POST", &self.connection().revoke_url, None))?;
        exactly(201, &reply)
    }

    /// `curl` with its certificate.
    pub fn certified(&self) -> Curl {
        self.files.curl(&self.ca_file, "app").with(&[
            "--header",
            "Accept: application/json",
            "--header",
            "Connection: close",
        ])
    }

    fn anonymous(&self) -> Curl {
        Curl::trusting(&self.ca_file).with(&["--location", "--header", "Accept: application/json"])
    }

    /// The answer behind a link.
    fn open(&self, link: &str) -> Result<Value, String> {
        let reply = sent(self.anonymous().get_or_none(link))?;
        match reply.status {
            403 => Err("The token is invalid, get a new one.".into()),
            200..300 => parse(&reply),
            _ => Err(format!("{reply:?}")),
        }
    }

    /// Sends a request and keeps the certificate that comes back as `NAME.pem`.
    fn certify(&self, curl: &Curl, url: &str, request: &CertificateRequest, name: &str) -> Result<(), String> {
        let body = json!({ "csr": base64(&request.pem) }).to_string();
        let curl = curl.clone().header("Content-Type: application/json");
        let reply = sent(curl.try_send("POST", url, Some(body.as_bytes())))?;
        exactly(201, &reply)?;
        let answer = parse(&reply)?;
        // One line or nothing: `-A`.
        let crt = text(&answer, "crt")?;
        let decoded = self.files.tool("enc -base64 -d -A").output(&crt);
        if decoded.stdout.is_empty() {
            return Err(format!("crt cannot be decoded: {crt}"));
        }
        self.files.write(&format!("{name}.pem"), &decoded.stdout);
        // The leaf comes first, and it is for our key.
        let leaf = self.files.output(&format!("x509 -in {name}.pem -noout -pubkey"));
        let own = self.files.run("pkey -in app.key -pubout");
        if crate::text(&leaf.stdout) != own { Err("the certificate is for another key".into()) } else { Ok(()) }
    }

    fn adopt(&self, name: &str) {
        self.files.write("app.pem", self.files.read(&format!("{name}.pem")));
    }

    /// `GET`, exactly 200, JSON.
    fn ask(&self, url: &str, name: &str) -> Result<Value, String> {
        let certificate = self.files.path(&format!("{name}.pem"));
        let curl = Curl::trusting(&self.ca_file).certificate(certificate, self.files.path("app.key"));
        let reply = sent(curl.header("Accept: application/json").get_or_none(url))?;
        exactly(200, &reply)?;
        parse(&reply)
    }

    fn managed(&self, info_url: &str, name: &str) -> Result<Connection, String> {
        let info = self.ask(info_url, name)?;
        let urls = &info["urls"];
        Ok(Connection::of([
            text(&info["clientIdentity"], "application")?,
            text(&info["certificate"], "subject")?,
            info_url.to_owned(),
            text(urls, "metadataUrl")?,
            text(urls, "eventsUrl")
                .map_err(|_| "Cannot read properties of undefined (reading 'replace')".to_owned())?,
            text(urls, "renewCertUrl")?,
            // Its old name; newer ones have both.
            text(urls, "revocationCertUrl")?,
        ]))
    }
}

impl Curl {
    fn get_or_none(&self, url: &str) -> Result<Reply, NoAnswer> {
        self.try_send("GET", url, None)
    }
}
