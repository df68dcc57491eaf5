//! An OAuth2 client of the server: what an application holds that was given a client id and a secret.

use reqwest::Url;
use serde_json::{Value, json};

use crate::{Caller, Reply, Server, base64};

/// The only grant there is.
pub const GRANT: (&str, &str) = ("grant_type", "client_credentials");
/// A scope that every application has.
pub const READ: (&str, &str) = ("scope", "application:read");

const REQUEST: &str = "mutation($id: ID!) { result: requestClientCredentialsForApplication(id: $id) { id auth {
    credential { __typename ... on OAuthCredentialData { clientId clientSecret url } } } } }";

/// Credentials as the Director hands them out.
#[derive(Clone, Debug)]
pub struct OAuthClient {
    /// Whose it is.
    pub application: String,
    /// Also the id of the system auth.
    pub id: String,
    pub secret: String,
}

impl OAuthClient {
    /// Somebody with these credentials in the header, at a path of the issuer.
    pub fn at(&self, server: &Server, path: &str) -> Caller {
        server.at(path).with("authorization", &basic(&self.id, &self.secret))
    }

    /// The token endpoint's answer to this scope.
    pub async fn ask(&self, server: &Server, scope: &str) -> Reply {
        self.at(server, "/oauth2/token").form(&[GRANT, ("scope", scope)]).await
    }

    /// An access token; a refusal is a panic.
    pub async fn token(&self, server: &Server, scope: &str) -> String {
        access_token(&self.ask(server, scope).await)
    }
}

/// A header `Authorization` whose two halves need no encoding.
pub fn basic(id: &str, secret: &str) -> String {
    format!("Basic {}", base64(format!("{id}:{secret}")))
}

/// The access token in an answer that has one.
#[track_caller]
pub fn access_token(reply: &Reply) -> String {
    assert_eq!(reply.status, 200, "{reply:?}");
    reply.json()["access_token"].as_str().unwrap_or_else(|| panic!("a token in {reply:?}")).to_owned()
}

impl Server {
    /// Scheme, host and port of the token listener: the issuer of access tokens.
    pub fn issuer(&self) -> String {
        origin(self.ready("oauthTokenUrl"))
    }

    /// Scheme, host and port of the listener that asks for a client certificate.
    pub fn certificate_secured(&self) -> String {
        origin(self.ready("certificateSecuredDirectorUrl"))
    }

    /// Somebody without any proof, at a path of the token listener.
    pub fn at(&self, path: &str) -> Caller {
        self.stranger("oauthTokenUrl").at(&format!("{}{path}", self.issuer()))
    }

    /// The administrator, at a path of the token listener.
    pub fn administrator_at(&self, path: &str) -> Caller {
        self.at(path).with("authorization", &format!("Bearer {}", self.admin_token()))
    }

    /// Whoever holds this access token, at the Director.
    pub fn bearer(&self, token: &str) -> Caller {
        self.stranger("directorUrl").with("authorization", &format!("Bearer {token}"))
    }

    /// Registers an application and asks the Director for credentials.
    pub async fn oauth_client(&self, application: &str) -> OAuthClient {
        let application = self.register(application).await;
        self.another_oauth_client(&application).await
    }

    /// Further credentials of an application.
    pub async fn another_oauth_client(&self, application: &str) -> OAuthClient {
        let given = self.director(REQUEST, json!({ "id": application })).await;
        let credential = &given["auth"]["credential"];
        assert_eq!(credential["__typename"], "OAuthCredentialData");
        assert_eq!(credential["url"], self.ready("oauthTokenUrl"));
        // As in Compass.
        assert_eq!(credential["clientId"], given["id"]);
        let text = |value: &Value| value.as_str().expect("text").to_owned();
        OAuthClient {
            application: application.to_owned(),
            id: text(&credential["clientId"]),
            secret: text(&credential["clientSecret"]),
        }
    }

    /// Registers a client that belongs to nobody, as Hydra's clients do, and returns what came back.
    pub async fn register_client(&self, metadata: Value) -> Value {
        let admin = self.administrator_at("/admin/clients").with("content-type", "application/json");
        let reply = admin.post(metadata.to_string()).await;
        assert_eq!(reply.status, 201, "{metadata}: {reply:?}");
        reply.json()
    }
}

fn origin(url: &str) -> String {
    let url: Url = url.parse().expect("an address in the ready line");
    url.origin().ascii_serialization()
}
