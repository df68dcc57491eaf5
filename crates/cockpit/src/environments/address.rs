//! From what a person types to the addresses of an environment (contracts/compass.md §0.1).

use url::Url;

use crate::{
    Problem,
    calls::{EnvironmentColour, EnvironmentDefinition, ErrorAction, Guard, Proxy, SignInMethod},
};

/// Everything that follows from one address. The name, the colour and the guard are proposals, too.
///
/// # Errors
/// It is neither the name of a host nor an address that begins with https://.
pub(super) fn derive(typed: &str) -> Result<EnvironmentDefinition, Problem> {
    let typed = typed.trim();
    let is_whole = typed.contains("://");
    let odd = || {
        Problem::invalid("This is not an address of a Compass.")
            .hint("Type the domain, such as compass.example.com, or the Director's address with https:// before it.")
            .action(ErrorAction::CorrectInput)
    };
    let whole = if is_whole { typed.to_owned() } else { format!("https://{typed}") };
    let url = Url::parse(&whole).map_err(|_| odd())?;
    if has_more(&url) {
        return Err(too_much());
    }
    let host = url.host_str().filter(|_| url.scheme() == "https").ok_or_else(odd)?.to_owned();
    let has_path = url.path() != "/";
    // A gateway's own name, an address, and this computer are not domains that have gateways below them.
    let domain = domain_of(&host);
    let is_gateway = host != domain;
    let plain = !is_whole && !has_path && !is_gateway && domain.contains('.') && url.domain().is_some();
    let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
    let at = |name: &str, path: &str| format!("https://{name}.{domain}{port}{path}");
    let is_compass = is_gateway || plain;
    let director_url = match (has_path, plain) {
        (true, _) => url.to_string(),
        (false, true) => at("compass-gateway", "/director/graphql"),
        (false, false) => url.join("/director/graphql").map_err(|_| odd())?.into(),
    };
    let derived = |name: &str, path: &str| if is_compass { at(name, path) } else { String::new() };
    let is_production = looks_like_production(&host);
    Ok(EnvironmentDefinition {
        name: domain.chars().take(60).collect(),
        badge: badge(&host, is_production).into(),
        colour: if is_production { EnvironmentColour::Red } else { EnvironmentColour::Blue },
        guard: if is_production { Guard::TypeName } else { Guard::None },
        director_url,
        connector_url: derived("compass-gateway", "/connector/graphql"),
        certificate_secured_director_url: derived("compass-gateway-mtls", "/director/graphql"),
        certificate_secured_connector_url: derived("compass-gateway-mtls", "/connector/graphql"),
        oauth_token_url: derived("oauth2", "/oauth2/token"),
        tenant: String::new(),
        tenant_name: String::new(),
        sign_in: SignInMethod::Token,
        ca_pem: None,
        proxy: Proxy::System,
        headers: Vec::new(),
        requests_per_second: 10,
    })
}

/// Looks at everything that was set by hand, half of it perhaps: what is looked at is shown, and may be saved afterwards.
///
/// # Errors
/// A user name, a password, or what follows a ? or a # is in one of the addresses.
pub(super) fn no_more_than_needed(typed: &EnvironmentDefinition) -> Result<(), Problem> {
    let sign_in = match &typed.sign_in {
        SignInMethod::Oidc { issuer, .. } => issuer,
        SignInMethod::ClientCredentials { token_url, .. } => token_url,
        SignInMethod::Token | SignInMethod::ClientCertificate => "",
    };
    let proxy = if let Proxy::Url { url } = &typed.proxy { url } else { "" };
    let addresses = [
        &typed.connector_url,
        &typed.certificate_secured_director_url,
        &typed.certificate_secured_connector_url,
        &typed.oauth_token_url,
        sign_in,
        proxy,
    ];
    let parsed = addresses.into_iter().filter_map(|address| Url::parse(address.trim()).ok());
    if parsed.into_iter().any(|url| has_more(&url)) { Err(too_much()) } else { Ok(()) }
}

fn has_more(url: &Url) -> bool {
    !url.username().is_empty() || url.password().is_some() || url.query().is_some() || url.fragment().is_some()
}

fn too_much() -> Problem {
    Problem::invalid("An address has no user name, password, ? or # in it.")
        .hint("Leave that out; sign in afterwards.")
        .action(ErrorAction::CorrectInput)
}

/// The address at which the same Director takes what this way of signing in brings; `None`: the one it has.
pub(super) fn director_for(definition: &EnvironmentDefinition) -> Option<String> {
    let host = match definition.sign_in {
        SignInMethod::ClientCredentials { .. } => "compass-gateway-auth-oauth",
        SignInMethod::ClientCertificate => "compass-gateway-mtls",
        SignInMethod::Oidc { .. } | SignInMethod::Token => return None,
    };
    let mut url = Url::parse(&definition.director_url).ok()?;
    let domain = url.host_str()?.strip_prefix("compass-gateway.")?.to_owned();
    url.set_host(Some(&format!("{host}.{domain}"))).ok()?;
    Some(url.into())
}

const GATEWAYS: [&str; 4] =
    ["compass-gateway.", "compass-gateway-mtls.", "compass-gateway-auth-oauth.", "compass-gateway-sap-mtls."];

fn domain_of(host: &str) -> &str {
    compass_domain(host).unwrap_or(host)
}

/// The domain of a Compass, from the name of one of its gateways; `None`: it is no gateway's.
pub(crate) fn compass_domain(host: &str) -> Option<&str> {
    GATEWAYS.iter().find_map(|gateway| host.strip_prefix(gateway))
}

/// Whether an address looks like one that real applications depend on.
pub(super) fn is_production(director_url: &str) -> bool {
    Url::parse(director_url).is_ok_and(|url| url.host_str().is_some_and(looks_like_production))
}

/// A word of its own in the name of the host.
fn looks_like_production(host: &str) -> bool {
    words(host).any(|word| matches!(word, "prod" | "production" | "live" | "prd" | "canary"))
}

fn badge(host: &str, is_production: bool) -> &'static str {
    let has = |wanted: &[&str]| words(host).any(|word| wanted.contains(&word));
    match () {
        () if is_production => "PRODUCTION",
        () if has(&["dev", "development"]) => "DEV",
        () if has(&["stage", "staging", "stg"]) => "STAGING",
        () if has(&["test", "tst", "qa"]) => "TEST",
        () => "REMOTE",
    }
}

fn words(host: &str) -> impl Iterator<Item = &str> {
    host.split(['.', '-'])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_domain_is_enough_for_a_compass() {
        for typed in ["compass.example.com", " compass.example.com/ ", "https://compass-gateway.compass.example.com"] {
            let derived = derive(typed).unwrap();
            assert_eq!(derived.director_url, "https://compass-gateway.compass.example.com/director/graphql", "{typed}");
            assert_eq!(derived.connector_url, "https://compass-gateway.compass.example.com/connector/graphql");
            assert_eq!(
                derived.certificate_secured_connector_url,
                "https://compass-gateway-mtls.compass.example.com/connector/graphql"
            );
            assert_eq!(derived.oauth_token_url, "https://oauth2.compass.example.com/oauth2/token");
            assert_eq!((derived.name.as_str(), derived.guard), ("compass.example.com", Guard::None));
            derived.check().unwrap();
        }
    }

    #[test]
    fn a_whole_address_is_taken_as_it_is() {
        for (typed, director) in [
            ("https://d.example.com/x/graphql", "https://d.example.com/x/graphql"),
            ("https://d.example.com", "https://d.example.com/director/graphql"),
            ("localhost:8443", "https://localhost:8443/director/graphql"),
            ("https://localhost:8443/director/graphql", "https://localhost:8443/director/graphql"),
            ("10.0.0.1", "https://10.0.0.1/director/graphql"),
        ] {
            let derived = derive(typed).unwrap();
            assert_eq!((derived.director_url.as_str(), derived.connector_url.as_str()), (director, ""), "{typed}");
        }
        let on_a_port = derive("compass.example.com:8443").unwrap();
        assert_eq!(on_a_port.director_url, "https://compass-gateway.compass.example.com:8443/director/graphql");
        for odd in ["https://ada:pw@d.example.com/x", "ada:pw@d.example.com", "https://d.example.com/x?token=pw"] {
            assert!(!format!("{:?}", derive(odd).unwrap_err()).contains("pw"), "{odd}");
        }
        for odd in ["", "http://compass.example.com", "compass example com", "ftp://x", "https://"] {
            derive(odd).unwrap_err();
        }
    }

    #[test]
    fn nothing_more_than_an_address_is_in_what_was_set_by_hand() {
        let with = |change: fn(&mut EnvironmentDefinition)| {
            let mut typed = derive("compass.example.com").unwrap();
            change(&mut typed);
            no_more_than_needed(&typed)
        };
        with(|_| ()).unwrap();
        with(|typed| typed.connector_url = "half an add".into()).unwrap();
        let odd: [fn(&mut EnvironmentDefinition); 4] = [
            |typed| typed.connector_url = " https://ada:pw@c.example.com/".into(),
            |typed| typed.oauth_token_url = "https://o.example.com/?secret=pw".into(),
            |typed| typed.proxy = Proxy::Url { url: "http://ada:pw@proxy:3128".into() },
            |typed| {
                let (token_url, client_id) = ("https://t.example.com/#pw".into(), "c".into());
                typed.sign_in = SignInMethod::ClientCredentials { token_url, client_id, scopes: Vec::new() };
            },
        ];
        for change in odd {
            assert!(!format!("{:?}", with(change).unwrap_err()).contains("pw"));
        }
    }

    #[test]
    fn production_is_guarded_from_the_start() {
        for typed in ["compass.prod.example.com", "eu-live.example.com", "production-eu.example.com"] {
            let derived = derive(typed).unwrap();
            assert_eq!((derived.guard, derived.badge.as_str()), (Guard::TypeName, "PRODUCTION"), "{typed}");
        }
        assert_eq!(derive("compass.products.example.com").unwrap().badge, "REMOTE");
        assert_eq!(derive("compass-stage.example.com").unwrap().badge, "STAGING");
    }

    #[test]
    fn other_ways_of_signing_in_have_hosts_of_their_own() {
        let mut definition = derive("compass.example.com").unwrap();
        assert_eq!(director_for(&definition), None);
        definition.sign_in = SignInMethod::ClientCertificate;
        let host = "https://compass-gateway-mtls.compass.example.com/director/graphql";
        assert_eq!(director_for(&definition).as_deref(), Some(host));
        definition.director_url = "https://localhost:8443/director/graphql".into();
        assert_eq!(director_for(&definition), None);
    }
}
