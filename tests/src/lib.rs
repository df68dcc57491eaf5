//! What the black-box tests stand on: the real program as a child process, and those who talk to it: the
//! administrator, an application, and people who should get nothing. Nothing here knows the product's code.
//!
//! Every test starts its own [`Server`] on its own data directory and on ports that the system chooses, and waits
//! for its ready line. What a helper here expects and does not get is a panic that shows what came instead.

mod application;
pub mod asn1;
mod awkward_director;
mod caller;
mod canaries;
mod certificate_request;
mod certificate_tools;
mod clock;
mod connect_proxy;
mod console;
mod curl;
mod internal_port;
mod json_web_token;
mod key_store;
mod kyma_application;
mod legacy_client;
mod members;
mod oauth_client;
mod old_request;
mod openid_provider;
mod openssl;
mod private_authority;
mod program;
mod server;
mod store;
pub mod token_issuer;
mod tool;
mod until;
mod webhook;
/// Works where Tauri's window is WebKitGTK's, on X11.
pub mod window;

pub use application::Pairing;
pub use awkward_director::{AwkwardDirector, Fault, Seen};
pub use caller::{Caller, Reply};
pub use canaries::Canaries;
pub use certificate_request::{CertificateRequest, KEY_ALGORITHM, key};
pub use certificate_tools::certificate_tool;
pub use clock::Clock;
pub use connect_proxy::ConnectProxy;
pub use curl::{Curl, NoAnswer};
pub use internal_port::{ConnectionToken, InternalPort};
pub use json_web_token::{JsonWebToken, base64url, unbase64url};
pub use key_store::KeyStore;
pub use kyma_application::{CERTIFICATE_EXPIRED, KymaApplication};
pub use legacy_client::{Connection, LegacyClient, Wire};
pub use members::{Rule, assert_members, assert_some_members};
pub use oauth_client::{GRANT, OAuthClient, READ, access_token, basic};
pub use old_request::{Digest, OldRequest};
pub use openid_provider::{Browser, OpenIdProvider, Person};
pub use openssl::{EC_P256, EC_P384, OpenSsl, RSA_2048};
pub use private_authority::{PrivateAuthority, ServerCertificate};
pub use program::{Ended, Ports, Program, Ready};
pub use server::Server;
pub use store::Store;
pub use token_issuer::TokenIssuer;
pub use tool::{Tool, text};
pub use until::until;
pub use webhook::{Delivered, Webhook};

/// SHA-256, as tokens and certificates are found again in the store.
pub fn sha256(bytes: &[u8]) -> Vec<u8> {
    aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, bytes).as_ref().to_vec()
}

/// Bytes as lower-case digits.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The content of the first PEM block of a text.
pub fn der(pem: &str) -> Vec<u8> {
    let begin = pem.find("-----BEGIN ").expect("a PEM block begins");
    let body = pem[begin..].split_inclusive('\n').skip(1).take_while(|line| !line.starts_with("-----"));
    unbase64(&body.collect::<String>())
}

/// Padded standard base64; line breaks are skipped.
pub fn unbase64(text: &str) -> Vec<u8> {
    use base64::Engine as _;
    let compact: String = text.split_whitespace().collect();
    base64::engine::general_purpose::STANDARD.decode(compact).expect("standard base64")
}

/// Padded standard base64 on one line.
pub fn base64(bytes: impl AsRef<[u8]>) -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD.encode(bytes)
}
