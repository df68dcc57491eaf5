//! Connections with a client certificate, each with a full handshake, and a server that does nothing else: what renewing
//! over a new connection cannot be faster than.

use std::{
    io::{BufReader, Write as _},
    net::Ipv4Addr,
    sync::Arc,
};

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, ExtendedKeyUsagePurpose, IsCa, KeyPair};
use rustls::{
    ClientConfig, RootCertStore, ServerConfig,
    client::Resumption,
    pki_types::{CertificateDer, PrivateKeyDer, ServerName, pem::PemObject as _},
    server::WebPkiClientVerifier,
    version::{TLS12, TLS13},
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
};
use tokio_rustls::{TlsAcceptor, TlsConnector, client::TlsStream};

use crate::Outcome;

/// Whom a server knows, and what they ask of it.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Identity {
    pub(crate) ca_pem: String,
    pub(crate) chain_pem: String,
    pub(crate) key_pem: String,
    #[serde(default)]
    pub(crate) body: Value,
}

/// Serves handshakes and one byte each until it is killed. Its first line on standard output says where, and for whom.
pub(crate) async fn serve() -> Outcome<()> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    let url = format!("https://localhost:{}/", listener.local_addr()?.port());
    let (config, identity) = tls()?;
    let acceptor = TlsAcceptor::from(Arc::new(config));
    writeln!(std::io::stdout().lock(), "{}", json!({ "url": url, "identity": identity }))?;
    loop {
        let (stream, _) = listener.accept().await?;
        let acceptor = acceptor.clone();
        tokio::spawn(async move {
            let _ = stream.set_nodelay(true);
            let Ok(mut stream) = acceptor.accept(stream).await else { return };
            // It has seen the client's certificate by now, which a client that hears nothing could not know.
            let _ = stream.write_all(b"!").await;
            let _ = stream.shutdown().await;
        });
    }
}

/// The same TLS as the embedded server's: P-256 everywhere, client certificates of one authority.
fn tls() -> Outcome<(ServerConfig, Identity)> {
    let mut params = CertificateParams::default();
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    let authority = CertifiedIssuer::self_signed(params, KeyPair::generate()?)?;
    let (server_key, client_key) = (KeyPair::generate()?, KeyPair::generate()?);
    let server = CertificateParams::new(["localhost".to_owned()])?.signed_by(&server_key, &authority)?;
    let mut client = CertificateParams::default();
    client.extended_key_usages.push(ExtendedKeyUsagePurpose::ClientAuth);
    let client = client.signed_by(&client_key, &authority)?;
    let mut roots = RootCertStore::empty();
    roots.add(authority.der().clone())?;
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), Arc::clone(&provider)).build()?;
    let builder = ServerConfig::builder_with_provider(provider).with_protocol_versions(&[&TLS13, &TLS12])?;
    let key = PrivateKeyDer::try_from(server_key.serialize_der())?;
    let chain = vec![server.der().clone(), authority.der().clone()];
    let config = builder.with_client_cert_verifier(verifier).with_single_cert(chain, key)?;
    let identity = Identity {
        ca_pem: authority.pem(),
        chain_pem: format!("{}{}", client.pem(), authority.pem()),
        key_pem: client_key.serialize_pem(),
        body: Value::Null,
    };
    Ok((config, identity))
}

/// Somebody with a certificate, at one address.
pub(crate) struct Caller {
    connector: TlsConnector,
    port: u16,
    path: String,
}

impl Caller {
    pub(crate) fn new(url: &str, identity: &Identity) -> Outcome<Self> {
        let url: reqwest::Url = url.parse()?;
        let certificates =
            |pem: &str| CertificateDer::pem_reader_iter(BufReader::new(pem.as_bytes())).collect::<Result<Vec<_>, _>>();
        let mut roots = RootCertStore::empty();
        for certificate in certificates(&identity.ca_pem)? {
            roots.add(certificate)?;
        }
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let builder = ClientConfig::builder_with_provider(provider).with_protocol_versions(&[&TLS13, &TLS12])?;
        let key = PrivateKeyDer::from_pem_slice(identity.key_pem.as_bytes())?;
        let chain = certificates(&identity.chain_pem)?;
        let mut config = builder.with_root_certificates(roots).with_client_auth_cert(chain, key)?;
        // Each handshake is a whole one.
        config.resumption = Resumption::disabled();
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        let port = url.port().ok_or("an address without a port")?;
        Ok(Self { connector: TlsConnector::from(Arc::new(config)), port, path: url.path().to_owned() })
    }

    pub(crate) async fn connect(&self) -> Outcome<Connection> {
        let stream = TcpStream::connect((Ipv4Addr::LOCALHOST, self.port)).await?;
        stream.set_nodelay(true)?;
        let stream = self.connector.connect(ServerName::try_from("localhost")?, stream).await?;
        Ok(Connection { stream, port: self.port, path: self.path.clone() })
    }

    /// Connects and waits until the server has looked at the certificate.
    pub(crate) async fn handshake(&self) -> Outcome<Value> {
        self.connect().await?.stream.read_u8().await?;
        Ok(Value::Null)
    }
}

/// An open connection for HTTP/1.1.
pub(crate) struct Connection {
    stream: TlsStream<TcpStream>,
    port: u16,
    path: String,
}

impl Connection {
    /// Posts JSON and reads the JSON that comes back.
    pub(crate) async fn post(&mut self, body: &Value, last: bool) -> Outcome<Value> {
        let body = body.to_string();
        let connection = if last { "close" } else { "keep-alive" };
        let (path, port, length) = (&self.path, self.port, body.len());
        let request = format!(
            "POST {path} HTTP/1.1\r\nHost: localhost:{port}\r\nContent-Type: application/json\r\nConnection: {connection}\r\n\
             Content-Length: {length}\r\n\r\n{body}"
        );
        self.stream.write_all(request.as_bytes()).await?;
        let mut answer = Vec::with_capacity(8192);
        loop {
            if self.stream.read_buf(&mut answer).await? == 0 {
                return Err("the answer ended early".into());
            }
            let Some(end) = answer.windows(4).position(|part| part == b"\r\n\r\n") else { continue };
            let head = std::str::from_utf8(&answer[..end])?.to_ascii_lowercase();
            let length = head.lines().find_map(|line| line.strip_prefix("content-length:"));
            let length: usize = length.ok_or("an answer without a length")?.trim().parse()?;
            if answer.len() >= end + 4 + length {
                return Ok(serde_json::from_slice(&answer[end + 4..])?);
            }
        }
    }
}
