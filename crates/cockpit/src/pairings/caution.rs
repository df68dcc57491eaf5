//! A Director says where a secret is to be presented. What looks wrong there is said before it is handed over.

use pairing::PairingData;
use url::{Host, Url};

use crate::{
    director::NewToken,
    environment::{EnvironmentConfig, LOCAL},
    environments::compass_domain,
    https::is_this_computer,
};

/// About a token: the address beside it, and the one inside the pairing data, which the application will take.
pub(super) fn about_token(environment: &EnvironmentConfig, token: &NewToken) -> Option<String> {
    let inside = token.raw_encoded.as_ref().and_then(|text| PairingData::parse(text.expose()).ok());
    let addresses = token.connector_url.iter().cloned().chain(inside.map(|data| data.connector_url));
    addresses.into_iter().find_map(|address| about(environment, "The Connector URL", &address))
}

/// About the place where a client ID and its secret are swapped for an access token.
pub(super) fn about_token_url(environment: &EnvironmentConfig, address: &str) -> Option<String> {
    about(environment, "The token URL", address)
}

fn about(environment: &EnvironmentConfig, what: &str, address: &str) -> Option<String> {
    if environment.id == LOCAL || address.is_empty() {
        return None;
    }
    let name = &environment.name;
    let Ok(url) = Url::parse(address) else {
        return Some(format!("{what} is no address: {address}. Ask whoever runs {name} before you hand this over."));
    };
    let host = url.host()?;
    if is_this_computer(&host) {
        return None;
    }
    if url.scheme() != "https" {
        return Some(format!(
            "{what} is not encrypted ({}://{host}): whoever listens on the way can read what is sent there. Ask \
             whoever runs {name} before you hand this over.",
            url.scheme()
        ));
    }
    (!is_expected(environment, &host)).then(|| {
        format!(
            "{what} leads to {host}, where none of the addresses of {name} leads. Make sure that it is meant before \
             you hand this over."
        )
    })
}

/// One of the hosts that the environment names, or below the domain of one of them.
fn is_expected(environment: &EnvironmentConfig, host: &Host<&str>) -> bool {
    let known = [
        &environment.director_url,
        &environment.connector_url,
        &environment.certificate_secured_director_url,
        &environment.certificate_secured_connector_url,
        &environment.oauth_token_url,
    ];
    let host = host.to_string();
    known.into_iter().filter_map(|address| Url::parse(address).ok()).any(|url| {
        let own = url.host_str().unwrap_or_default();
        let domain = url.domain().and_then(|name| compass_domain(name).or_else(|| parent(name)));
        host == own || domain.is_some_and(|domain| host == domain || host.ends_with(&format!(".{domain}")))
    })
}

/// What is left without the first label, when that can be somebody's own domain.
fn parent(host: &str) -> Option<&str> {
    host.split_once('.').map(|(_, parent)| parent).filter(|parent| parent.contains('.'))
}

#[cfg(test)]
mod tests {
    use pairing::{Moment, OneTimeToken, Secret};

    use super::*;

    fn environment(director_url: &str) -> EnvironmentConfig {
        let local = EnvironmentConfig::local(director_url.into(), Secret::new("t"));
        EnvironmentConfig { id: "e".into(), name: "Acme".into(), ..local }
    }

    #[test]
    fn where_the_environment_is_at_home_nothing_is_said() {
        let acme = environment("https://compass-gateway-auth-oauth.acme.example/director/graphql");
        for address in [
            "https://compass-gateway.acme.example/connector/graphql",
            "https://oauth2.acme.example/oauth2/token",
            "https://compass-gateway-auth-oauth.acme.example:8443/connector/graphql",
            "http://localhost:3000/connector/graphql",
            "",
        ] {
            assert_eq!(about_token_url(&acme, address), None, "{address}");
        }
        let named = environment("https://director.cloud.acme.example/graphql");
        assert_eq!(about_token_url(&named, "https://connector.cloud.acme.example/graphql"), None);
        let numbered =
            EnvironmentConfig { oauth_token_url: "https://10.0.0.2/token".into(), ..environment("https://10.0.0.1/") };
        assert_eq!(about_token_url(&numbered, "https://10.0.0.2/connector"), None);
        assert!(about_token_url(&numbered, "https://10.0.0.3/connector").is_some());
        let local = EnvironmentConfig { id: LOCAL.into(), ..acme };
        assert_eq!(about_token_url(&local, "http://other.example"), None, "its own address may be any");
    }

    #[test]
    fn another_host_and_an_open_road_are_said() {
        let acme = environment("https://compass-gateway.acme.example/director/graphql");
        let said = |address| about_token_url(&acme, address).unwrap();
        assert!(said("http://oauth2.acme.example/token").contains("is not encrypted (http://oauth2.acme.example)"));
        assert!(said("https://acme.example.evil.test/token").contains("leads to acme.example.evil.test"));
        assert!(said("https://notacme.example/token").contains("notacme.example"));
        assert!(said("go there").contains("is no address"));
        // The domain above is not this environment's.
        let short = environment("https://director.example/");
        assert!(about_token_url(&short, "https://connector.example/").is_some());
    }

    #[test]
    fn the_address_inside_the_pairing_data_counts() {
        let acme = environment("https://compass-gateway.acme.example/director/graphql");
        let (token, now) = (OneTimeToken::generate(), Moment::from_unix_seconds(1_720_089_840));
        let data = |url: &str| PairingData::for_application(&token, url, now, now.plus_seconds(300)).raw_encoded();
        let new = |inside: &str| NewToken {
            token: Secret::new(token.expose()),
            raw_encoded: Some(data(inside)),
            legacy_url: None,
            connector_url: Some("https://compass-gateway.acme.example/connector/graphql".into()),
            created_at: None,
            expires_at: None,
            suggested: None,
        };
        assert_eq!(about_token(&acme, &new("https://compass-gateway.acme.example/connector/graphql")), None);
        let said = about_token(&acme, &new("http://compass-gateway.acme.example/connector/graphql")).unwrap();
        assert!(said.contains("The Connector URL is not encrypted"), "{said}");
    }
}
