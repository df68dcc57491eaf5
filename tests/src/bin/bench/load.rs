//! Many administrators and applications at once, over TLS connections that are kept alive.

use std::{
    fs,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use rcgen::{CertificateParams, DistinguishedName, DnType, DnValue, KeyPair};
use reqwest::{Certificate, Client};
use serde_json::{Value, json};

use crate::{CONNECTIONS, Outcome, handshake::Identity, server::Running};

pub(crate) struct Load {
    director: String,
    connector: String,
    tenant: String,
    admin_token: String,
    ca_pem: String,
    client: Client,
}

/// A token and the request it will be redeemed with.
pub(crate) struct Pairing {
    token: String,
    body: Value,
}

/// Credentials of an application.
#[derive(Debug)]
pub(crate) struct OAuthClient {
    pub(crate) id: String,
    pub(crate) secret: String,
}

pub(crate) struct Issued {
    pub(crate) pairings: Vec<Pairing>,
    /// Every request is for the same key.
    key_pem: String,
    pub(crate) rate: f64,
    pub(crate) p99: f64,
}

pub(crate) struct Signed {
    pub(crate) rate: f64,
    pub(crate) p99: f64,
}

impl Load {
    pub(crate) fn new(server: &Running) -> Outcome<Self> {
        let ca_pem = fs::read_to_string(server.text("caFile")?)?;
        let ca = Certificate::from_pem(ca_pem.as_bytes())?;
        let client = Client::builder().tls_certs_only([ca]).http1_only().timeout(Duration::from_secs(30)).build()?;
        Ok(Self {
            director: server.text("directorUrl")?.into(),
            connector: server.text("connectorUrl")?.into(),
            tenant: server.text("tenant")?.into(),
            admin_token: fs::read_to_string(server.text("adminTokenFile")?)?,
            ca_pem,
            client,
        })
    }

    pub(crate) async fn applications(&self, count: usize) -> Outcome<Vec<String>> {
        let (answers, ..) = concurrently(count, count.min(CONNECTIONS), |number| async move {
            let query = format!("mutation {{ r: registerApplication(in: {{ name: \"bench-{number}\" }}) {{ id }} }}");
            self.direct(&json!({ "query": query })).await
        })
        .await?;
        answers.iter().map(|answer| text(answer, "/data/r/id")).collect()
    }

    /// Registers an application and gets it client credentials.
    pub(crate) async fn oauth_client(&self) -> Outcome<OAuthClient> {
        let application = self.applications(1).await?.remove(0);
        let query = "mutation($id: ID!) { r: requestClientCredentialsForApplication(id: $id) { auth { credential {
            ... on OAuthCredentialData { clientId clientSecret } } } } }";
        let answer = self.direct(&json!({ "query": query, "variables": { "id": application } })).await?;
        let member = |name: &str| text(&answer, &format!("/data/r/auth/credential/{name}"));
        Ok(OAuthClient { id: member("clientId")?, secret: member("clientSecret")? })
    }

    /// Registers a client with a secret that somebody thought up.
    pub(crate) async fn register_chosen_secret(&self) -> Outcome<()> {
        let metadata = json!({ "grant_types": ["client_credentials"], "client_secret": "chosen-by-an-administrator" });
        let url = self.director.replace("/director/graphql", "/admin/clients");
        let reply = self.client.post(url).bearer_auth(&self.admin_token).json(&metadata).send().await?;
        reply.error_for_status()?;
        Ok(())
    }

    /// Issues tokens, each into a system auth of its own, and prepares the certificate requests outside the time.
    pub(crate) async fn issue(&self, applications: &[String], count: usize, at_once: usize) -> Outcome<Issued> {
        let query = "mutation($id: ID!) { r: generateAuthForApplication(id: $id, type: { type: \"CLIENT_CERTIFICATE\" }) \
                     { systemAuthID oneTimeToken { token } } }";
        let (answers, rate, p99) = concurrently(count, at_once, |number| {
            let id = applications[number % applications.len()].clone();
            async move { self.direct(&json!({ "query": query, "variables": { "id": id } })).await }
        })
        .await?;
        let key = KeyPair::generate()?;
        let pairings = answers.iter().map(|answer| {
            let token = text(answer, "/data/r/oneTimeToken/token")?;
            Ok(Pairing { token, body: request(&text(answer, "/data/r/systemAuthID")?, &key)? })
        });
        Ok(Issued { pairings: pairings.collect::<Outcome<_>>()?, key_pem: key.serialize_pem(), rate, p99 })
    }

    /// Redeems every token for a certificate.
    pub(crate) async fn redeem(&self, pairings: Vec<Pairing>, at_once: usize) -> Outcome<Signed> {
        let pairings = &pairings;
        let (answers, rate, p99) = concurrently(pairings.len(), at_once, |number| async move {
            let pairing = &pairings[number];
            let request =
                self.client.post(&self.connector).header("connector-token", &pairing.token).json(&pairing.body);
            Ok(request.send().await?.json::<Value>().await?)
        })
        .await?;
        for answer in &answers {
            text(answer, "/data/r/clientCertificate")?;
        }
        Ok(Signed { rate, p99 })
    }

    /// Certificates of one application each, with what each renews itself with.
    pub(crate) async fn certificates(&self, count: usize) -> Outcome<Vec<Identity>> {
        let applications = self.applications(count).await?;
        let issued = self.issue(&applications, count, count.min(CONNECTIONS)).await?;
        let key_pem = issued.key_pem.clone();
        let mut identities = Vec::new();
        for Pairing { token, body } in issued.pairings {
            let request = self.client.post(&self.connector).header("connector-token", &token).json(&body);
            let answer: Value = request.send().await?.json().await?;
            let chain = STANDARD.decode(text(&answer, "/data/r/certificateChain")?)?;
            identities.push(Identity {
                ca_pem: self.ca_pem.clone(),
                chain_pem: String::from_utf8(chain)?,
                key_pem: key_pem.clone(),
                body,
            });
        }
        Ok(identities)
    }

    async fn direct(&self, body: &Value) -> Outcome<Value> {
        let request = self.client.post(&self.director).bearer_auth(&self.admin_token).header("tenant", &self.tenant);
        Ok(request.json(body).send().await?.json().await?)
    }
}

/// Runs `job` for 0..count with `at_once` running at any time; answers, rate per second, 99th percentile in ms.
pub(crate) async fn concurrently<F, J>(count: usize, at_once: usize, job: F) -> Outcome<(Vec<Value>, f64, f64)>
where
    F: Fn(usize) -> J,
    J: Future<Output = Outcome<Value>>,
{
    let next = Arc::new(AtomicUsize::new(0));
    let started = Instant::now();
    let workers = (0..at_once).map(|_| async {
        let mut done = Vec::new();
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            if number >= count {
                return Outcome::Ok(done);
            }
            let began = Instant::now();
            let answer = job(number).await?;
            done.push((number, answer, began.elapsed()));
        }
    });
    let done = futures_util::future::try_join_all(workers).await?;
    let elapsed = started.elapsed().as_secs_f64();
    let mut done: Vec<_> = done.into_iter().flatten().collect();
    let mut times: Vec<f64> = done.iter().map(|(_, _, time)| time.as_secs_f64() * 1000.0).collect();
    times.sort_by(f64::total_cmp);
    done.sort_by_key(|(number, _, _)| *number);
    let p99 = times[times.len() * 99 / 100];
    #[expect(clippy::cast_precision_loss, reason = "thousands")]
    let rate = count as f64 / elapsed;
    Ok((done.into_iter().map(|(_, answer, _)| answer).collect(), rate, p99))
}

fn request(common_name: &str, key: &KeyPair) -> Outcome<Value> {
    let mut params = CertificateParams::default();
    let mut name = DistinguishedName::new();
    name.push(DnType::OrganizationName, "Org");
    name.push(DnType::OrganizationalUnitName, "OrgUnit");
    name.push(DnType::LocalityName, "locality");
    name.push(DnType::StateOrProvinceName, "province");
    name.push(DnType::CountryName, DnValue::PrintableString("DE".try_into()?));
    name.push(DnType::CommonName, common_name);
    params.distinguished_name = name;
    let csr = STANDARD.encode(params.serialize_request(key)?.pem()?);
    let query = "mutation($csr: String!) { r: signCertificateSigningRequest(csr: $csr) { certificateChain clientCertificate } }";
    Ok(json!({ "query": query, "variables": { "csr": csr } }))
}

fn text(answer: &Value, pointer: &str) -> Outcome<String> {
    let found = answer.pointer(pointer).and_then(Value::as_str).map(str::to_owned);
    found.ok_or_else(|| format!("no {pointer} in an answer: {:.300}", answer["errors"].to_string()).into())
}
