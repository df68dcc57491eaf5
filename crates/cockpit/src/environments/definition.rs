//! What an environment may be set up as.

mod name;
#[cfg(test)]
pub(super) mod tests;

use pem::{EncodeConfig, LineEnding, Pem};
use reqwest::{
    Certificate,
    header::{HeaderName, HeaderValue},
};
use url::Url;

use crate::{
    Problem,
    calls::{EnvironmentDefinition, ErrorAction, Proxy, SignInMethod},
    certificates::certificates_in,
};

use name::is_invisible;
pub(super) use name::{as_seen, looks_alike, plain, visible};

/// Of the server of this computer; no other environment has them.
const LOCAL_NAME: &str = "Local simulator";
const LOCAL_BADGE: &str = "LOCAL";
const LONGEST_NAME: usize = 60;
const LONGEST_BADGE: usize = 12;
const LONGEST_ADDRESS: usize = 2048;
/// A chain of large certificates is some 20 KiB.
const LARGEST_CA: usize = 256 << 10;
const MOST_HEADERS: usize = 16;
const RATES: std::ops::RangeInclusive<u32> = 1..=100;
/// What we write ourselves, or what would break the request.
const OUR_HEADERS: [&str; 9] = [
    "authorization",
    "tenant",
    "x-request-id",
    "host",
    "cookie",
    "connection",
    "transfer-encoding",
    "proxy-authorization",
    "suggest_token",
];

/// What a header with a secret is usually called.
const SECRET_WORDS: [&str; 12] =
    ["token", "secret", "password", "passwd", "pwd", "key", "credential", "auth", "session", "jwt", "bearer", "cookie"];

impl EnvironmentDefinition {
    /// The same where it cannot be taken for another one: for what was set up before there were such rules.
    pub(super) fn told_apart(mut self) -> Self {
        self.name = visible(&self.name);
        if looks_alike(&self.name, LOCAL_NAME) {
            let host = Url::parse(&self.director_url).ok().and_then(|url| url.host_str().map(str::to_owned));
            self.name = visible(&format!("At {}", host.unwrap_or_default()));
        }
        if looks_alike(&self.badge, LOCAL_BADGE) {
            self.badge = "REMOTE".into();
        }
        self
    }

    /// The same without blanks around it, if it can be used.
    ///
    /// # Errors
    /// The first field that cannot, in a sentence.
    pub(super) fn check(mut self) -> Result<Self, Problem> {
        for text in [
            &mut self.name,
            &mut self.badge,
            &mut self.director_url,
            &mut self.connector_url,
            &mut self.certificate_secured_director_url,
            &mut self.certificate_secured_connector_url,
            &mut self.oauth_token_url,
            &mut self.tenant,
        ] {
            *text = text.trim().to_owned();
        }
        check_words(&self)?;
        self.director_url = secure("The address of the Director", &self.director_url)?;
        for (what, address) in [
            ("The address of the Connector", &mut self.connector_url),
            ("The Director's address for certificates", &mut self.certificate_secured_director_url),
            ("The Connector's address for certificates", &mut self.certificate_secured_connector_url),
            ("The token URL", &mut self.oauth_token_url),
        ] {
            if !address.is_empty() {
                *address = secure(what, address)?;
            }
        }
        check_sign_in(&mut self.sign_in)?;
        if let Some(pem) = &self.ca_pem {
            check_ca(pem)?;
            // Only the certificates: what else stands around them has no place in a plain file.
            let blocks: Vec<_> = certificates_in(pem).into_iter().map(|der| Pem::new("CERTIFICATE", der)).collect();
            if blocks.is_empty() {
                return Err(no_ca());
            }
            self.ca_pem = Some(pem::encode_many_config(&blocks, EncodeConfig::new().set_line_ending(LineEnding::LF)));
        }
        check_proxy(&self.proxy)?;
        check_headers(&self)?;
        if !RATES.contains(&self.requests_per_second) {
            return Err(odd(format!("The rate must be between {} and {} a second.", RATES.start(), RATES.end())));
        }
        Ok(self)
    }
}

fn check_words(definition: &EnvironmentDefinition) -> Result<(), Problem> {
    let is_line = |text: &str, most: usize| {
        !text.is_empty() && text.chars().count() <= most && !text.chars().any(char::is_control)
    };
    if !is_line(&definition.name, LONGEST_NAME) {
        return Err(odd(format!("The name has 1 to {LONGEST_NAME} characters.")));
    }
    if looks_alike(&definition.name, LOCAL_NAME) || definition.name.chars().any(is_invisible) {
        return Err(
            odd("This name could be taken for another one.").hint("Choose a name that says which landscape it is.")
        );
    }
    if !definition.badge.is_empty() && !is_line(&definition.badge, LONGEST_BADGE) {
        return Err(odd(format!("The badge is one word of at most {LONGEST_BADGE} characters.")));
    }
    if looks_alike(&definition.badge, LOCAL_BADGE) || definition.badge.chars().any(is_invisible) {
        return Err(odd("This badge could be taken for the one of the server of this computer."));
    }
    let fits = |text: &str| text.chars().count() <= 256 && HeaderValue::try_from(text).is_ok();
    if !fits(&definition.tenant) {
        return Err(odd("The id of the tenant has characters that no header can carry."));
    }
    if definition.tenant_name.chars().count() > 256 {
        return Err(odd("The name of the tenant is longer than 256 characters."));
    }
    Ok(())
}

fn check_sign_in(method: &mut SignInMethod) -> Result<(), Problem> {
    match method {
        SignInMethod::Token | SignInMethod::ClientCertificate => Ok(()),
        SignInMethod::Oidc { issuer, client_id, scopes, .. } => {
            *issuer = issuer.trim().to_owned();
            let url = Url::parse(issuer).map_err(|_| odd("The address of the sign-in service can't be read."))?;
            let is_local = url.host().is_some_and(|host| crate::https::is_this_computer(&host));
            if !(url.scheme() == "https" || url.scheme() == "http" && is_local) || has_user(&url) {
                return Err(odd("The address of the sign-in service begins with https:// and has no user name in it."));
            }
            check_client(client_id, scopes)
        }
        SignInMethod::ClientCredentials { token_url, client_id, scopes } => {
            *token_url = secure("The token URL", token_url.trim())?;
            check_client(client_id, scopes)
        }
    }
}

fn check_client(client_id: &mut String, scopes: &[String]) -> Result<(), Problem> {
    *client_id = client_id.trim().to_owned();
    if client_id.is_empty() || client_id.chars().count() > 512 || client_id.chars().any(char::is_control) {
        return Err(odd("The client ID has 1 to 512 characters."));
    }
    let is_scope = |scope: &String| {
        (1..=255).contains(&scope.len())
            && scope.bytes().all(|byte| byte.is_ascii_graphic() && !b"\"\\".contains(&byte))
    };
    if scopes.len() > 100 || !scopes.iter().all(is_scope) {
        return Err(odd("A scope is one word without quotation marks."));
    }
    Ok(())
}

fn check_ca(pem: &str) -> Result<(), Problem> {
    let usable = pem.len() <= LARGEST_CA
        && !pem.contains("PRIVATE KEY")
        && Certificate::from_pem_bundle(pem.as_bytes()).is_ok_and(|found| !found.is_empty());
    if usable {
        return Ok(());
    }
    Err(no_ca())
}

fn no_ca() -> Problem {
    odd("The CA is not a certificate.")
        .hint("It is PEM: -----BEGIN CERTIFICATE-----. A private key has no place in it.")
}

fn check_proxy(proxy: &Proxy) -> Result<(), Problem> {
    let Proxy::Url { url } = proxy else { return Ok(()) };
    let parsed = Url::parse(url).map_err(|_| odd("The address of the proxy can't be read."))?;
    if !matches!(parsed.scheme(), "http" | "https") || parsed.host().is_none() {
        return Err(odd("The address of the proxy begins with http:// or https://."));
    }
    if has_user(&parsed) {
        return Err(odd("A password of the proxy has no place here: it would be saved in a plain file.")
            .hint("Use a proxy without one, or the proxy of the computer."));
    }
    Ok(())
}

fn check_headers(definition: &EnvironmentDefinition) -> Result<(), Problem> {
    if definition.headers.len() > MOST_HEADERS {
        return Err(odd(format!("There are more than {MOST_HEADERS} extra headers.")));
    }
    for header in &definition.headers {
        let name = header.name.to_ascii_lowercase();
        if OUR_HEADERS.contains(&name.as_str()) || name.starts_with("content-") {
            return Err(odd(format!(
                "The header {name} is not an extra one: this program writes it, or it can't be sent."
            )));
        }
        if SECRET_WORDS.iter().any(|word| name.contains(word)) {
            return Err(odd(format!("{name} looks like a secret, and extra headers are saved in a plain file."))
                .hint("Sign in with a token instead."));
        }
        if HeaderName::try_from(&name).is_err() {
            return Err(odd(format!("{} is no name of a header.", header.name)));
        }
        if header.value.len() > 4096 || HeaderValue::try_from(&header.value).is_err() {
            return Err(odd(format!("The value of {name} has characters that no header can carry.")));
        }
    }
    Ok(())
}

/// # Errors
/// It is not HTTPS, or has what no address of a server needs.
fn secure(what: &str, address: &str) -> Result<String, Problem> {
    let url = Url::parse(address).map_err(|_| odd(format!("{what} can't be read.")))?;
    if url.scheme() != "https" || url.host().is_none() {
        return Err(odd(format!("{what} begins with https://.")));
    }
    if has_user(&url) || url.fragment().is_some() || url.query().is_some() || address.len() > LONGEST_ADDRESS {
        return Err(odd(format!("{what} has a user name, a ? or a # in it, or is too long.")));
    }
    Ok(url.into())
}

fn has_user(url: &Url) -> bool {
    !url.username().is_empty() || url.password().is_some()
}

fn odd(message: impl Into<String>) -> Problem {
    Problem::invalid(message).action(ErrorAction::CorrectInput)
}
