//! What an environment may be set up as.

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

/// What makes one name look like another: zero-width characters and those that turn the direction.
/// At most as long as a name, without what turns text around or is not seen.
pub(super) fn visible(name: &str) -> String {
    let seen = name.trim().chars().filter(|char| !char.is_control() && !is_invisible(*char));
    seen.take(LONGEST_NAME).collect()
}

/// Whether a person who reads fast takes the one for the other.
pub(super) fn looks_alike(one: &str, other: &str) -> bool {
    as_seen(one) == as_seen(other)
}

fn as_seen(text: &str) -> String {
    let is_seen = |char: &char| !char.is_whitespace() && !is_invisible(*char) && !matches!(char, '\u{300}'..='\u{36f}');
    text.chars().filter(is_seen).map(narrow).flat_map(char::to_lowercase).map(as_latin).collect()
}

/// Full-width letters are the same letters (Unicode block U+FF00).
fn narrow(char: char) -> char {
    match char {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(char) - 0xfee0).unwrap_or(char),
        _ => char,
    }
}

/// The letters of other scripts, and the digits, that look like small Latin letters; a capital I looks like a small L.
fn as_latin(char: char) -> char {
    match char {
        'а' | 'α' => 'a',
        'с' => 'c',
        'е' => 'e',
        'і' | 'ι' | 'ı' | 'ӏ' | 'i' | '1' | '|' => 'l',
        'к' | 'κ' => 'k',
        'м' | 'μ' => 'm',
        'о' | 'ο' | '0' => 'o',
        'р' | 'ρ' => 'p',
        'ѕ' => 's',
        'т' | 'τ' => 't',
        'υ' => 'u',
        'х' | 'χ' => 'x',
        'у' => 'y',
        _ => char,
    }
}

fn is_invisible(char: char) -> bool {
    matches!(char, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}' | '\u{ad}')
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

#[cfg(test)]
pub(super) mod tests {
    use serde_json::{Value, json};

    use super::*;

    pub(in crate::environments) fn definition(director_url: &str) -> EnvironmentDefinition {
        serde_json::from_value(json!({
            "name": "Test landscape", "badge": "TEST", "directorUrl": director_url, "tenant": "t-1",
            "signIn": { "kind": "token" },
        }))
        .unwrap()
    }

    fn with(change: impl FnOnce(&mut Value)) -> Result<EnvironmentDefinition, Problem> {
        let mut json = serde_json::to_value(definition("https://d.example.com/director/graphql")).unwrap();
        change(&mut json);
        serde_json::from_value::<EnvironmentDefinition>(json).unwrap().check()
    }

    #[test]
    fn what_is_needed_is_little_and_blanks_do_not_matter() {
        let plain = with(|json| json["name"] = " Test ".into()).unwrap();
        assert_eq!((plain.name.as_str(), plain.requests_per_second, &plain.proxy), ("Test", 10, &Proxy::System));
        let headers = json!([{ "name": "client_user", "value": "ada" }]);
        assert_eq!(with(|json| json["headers"] = headers).unwrap().headers[0].value, "ada");
        let issuer = json!({ "kind": "oidc", "issuer": "http://localhost:1", "clientId": "c" });
        with(|json| json["signIn"] = issuer).unwrap();
    }

    #[test]
    fn only_the_certificates_of_a_ca_file_are_kept() {
        let ca = rcgen::generate_simple_self_signed(vec!["ca.example.com".into()]).unwrap().cert.pem();
        let around = format!("password=hunter2\n{ca}\nBag Attributes: hunter2\n{ca}");
        let kept = with(|json| json["caPem"] = around.into()).unwrap().ca_pem.unwrap();
        assert!(!kept.contains("hunter2"), "{kept}");
        assert_eq!(certificates_in(&kept).len(), 2);
        let again = with(|json| json["caPem"] = kept.clone().into()).unwrap();
        assert_eq!(again.ca_pem, Some(kept), "the same as often as it is read");
    }

    #[test]
    fn what_was_set_up_before_is_told_apart() {
        let mut old = definition("https://prod.example.com/director/graphql");
        (old.name, old.badge) = ("Local\u{200b} simulator".into(), "LOCAL".into());
        let apart = old.told_apart().check().unwrap();
        assert_eq!((apart.name.as_str(), apart.badge.as_str()), ("At prod.example.com", "REMOTE"));
        let good = definition("https://prod.example.com/director/graphql");
        assert_eq!(good.clone().told_apart(), good);
    }

    #[test]
    fn what_cannot_be_used_is_said() {
        let oidc = |issuer: &str| json!({ "kind": "oidc", "issuer": issuer, "clientId": "c", "scopes": [] });
        let odd = [
            ("name", json!("")),
            ("name", json!("local Simulator")),
            ("name", json!("Te\u{200b}st")),
            ("name", json!("Loca1  Simulator")),
            ("name", json!("L\u{43e}cal simulator")),
            ("badge", json!("Local")),
            ("directorUrl", json!("https://d.example.com/x#pw")),
            ("oauthTokenUrl", json!("https://o.example.com/oauth2/token?secret=pw")),
            ("signIn", oidc("https://ada:pw@dex.example.com")),
            ("badge", json!("more than twelve")),
            ("directorUrl", json!("https://d.example.com/x?token=pw")),
            ("directorUrl", json!("http://d.example.com/director/graphql")),
            ("directorUrl", json!("https://ada:pw@d.example.com/")),
            ("directorUrl", json!("d.example.com")),
            ("oauthTokenUrl", json!("ftp://x/")),
            ("tenant", json!("a\nb")),
            ("signIn", oidc("http://dex.example.com")),
            ("signIn", json!({ "kind": "client_credentials", "tokenUrl": "https://t/", "clientId": "" })),
            (
                "signIn",
                json!({ "kind": "client_credentials", "tokenUrl": "https://t/", "clientId": "c", "scopes": ["a b"] }),
            ),
            ("caPem", json!("no certificate")),
            ("proxy", json!({ "kind": "url", "url": "http://ada:pw@proxy:3128" })),
            ("proxy", json!({ "kind": "url", "url": "socks5://proxy:3128" })),
            ("headers", json!([{ "name": "Authorization", "value": "Bearer x" }])),
            ("headers", json!([{ "name": "Content-Encoding", "value": "x" }])),
            ("headers", json!([{ "name": "X-Api-Key", "value": "pw" }])),
            ("headers", json!([{ "name": "Ocp-Apim-Subscription-Key", "value": "pw" }])),
            ("headers", json!([{ "name": "x-passwd", "value": "pw" }])),
            ("headers", json!([{ "name": "x-auth", "value": "pw" }])),
            ("headers", json!([{ "name": "a b", "value": "x" }])),
            ("headers", json!([{ "name": "a", "value": "x\r\ny: z" }])),
            ("requestsPerSecond", json!(0)),
        ];
        for (field, value) in odd {
            let refused = with(|json| json[field] = value.clone()).unwrap_err();
            assert_eq!(refused.code, pairing::ErrorCode::InvalidData, "{field}: {value}");
            assert!(!format!("{refused:?}").contains("pw"), "{field}: {value}");
        }
    }
}
