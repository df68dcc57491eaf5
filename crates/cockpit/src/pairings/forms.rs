//! Every way to write down what is handed over, and which of them a pairing has.

use pairing::Secret;
use serde_json::json;

use super::{Handed, Pairing, Subject};
use crate::{
    Problem,
    calls::{Form, FormInfo, OwnerKind, TokenAuthMethod},
    oauth_clients::form_encoded,
    recipes::{Recipe, file_name},
};

impl Form {
    /// Whether it contains the secret.
    pub(super) const fn is_secret(self) -> bool {
        !matches!(self, Self::ConnectorUrl | Self::ClientId | Self::TokenUrl)
    }

    const fn file_ending(self) -> &'static str {
        match self {
            Self::Curl | Self::Openssl | Self::CurlToken => "sh",
            Self::Env => "env",
            Self::Json => "json",
            Self::PairingData
            | Self::Token
            | Self::ConnectorUrl
            | Self::LegacyUrl
            | Self::ClientId
            | Self::ClientSecret
            | Self::TokenUrl
            | Self::All => "txt",
        }
    }
}

/// In the order in which the page shows them.
const CERTIFICATE_FORMS: &[Form] = &[
    Form::PairingData,
    Form::Token,
    Form::ConnectorUrl,
    Form::LegacyUrl,
    Form::Curl,
    Form::Openssl,
    Form::Env,
    Form::Json,
];
const CREDENTIALS_FORMS: &[Form] = &[Form::ClientId, Form::ClientSecret, Form::TokenUrl, Form::All, Form::CurlToken];

impl Pairing {
    /// The forms that this pairing can be handed over in now.
    pub(super) fn forms(&self) -> Vec<FormInfo> {
        let all = match self.subject {
            Subject::Certificate { .. } => CERTIFICATE_FORMS,
            Subject::Credentials { .. } => CREDENTIALS_FORMS,
        };
        let there = all.iter().filter(|form| self.render(**form).is_ok());
        there.map(|form| FormInfo { form: *form, secret: form.is_secret() }).collect()
    }

    /// One form, ready to be pasted or run.
    ///
    /// # Errors
    /// The secret is gone, or this pairing has no such form (a pairing adapter returns no Connector URL).
    pub(super) fn render(&self, form: Form) -> Result<Secret, Problem> {
        let text = match (&self.subject, &self.secret) {
            (Subject::Certificate { connector_url, .. }, _) if form == Form::ConnectorUrl => {
                connector_url.clone().map(Secret::new)
            }
            (Subject::Credentials { client_id, .. }, _) if form == Form::ClientId => Some(Secret::new(client_id)),
            (Subject::Credentials { token_url, .. }, _) if form == Form::TokenUrl => Some(Secret::new(token_url)),
            (_, None) => return Err(Problem::secret_gone()),
            (Subject::Certificate { .. }, Some(Handed::Token { token, raw_encoded, legacy_url })) => match form {
                Form::Token => Some(token.clone()),
                Form::PairingData => raw_encoded.clone(),
                Form::LegacyUrl => legacy_url.clone(),
                Form::Curl => self.token_recipe(Recipe::CONFIGURATION, token),
                Form::Openssl => self.token_recipe(Recipe::OPENSSL, token),
                Form::Env => self.token_recipe(Recipe::ENV, token),
                Form::Json => self.json(token, legacy_url.as_ref()),
                Form::ConnectorUrl
                | Form::ClientId
                | Form::ClientSecret
                | Form::TokenUrl
                | Form::All
                | Form::CurlToken => None,
            },
            (Subject::Credentials { .. }, Some(Handed::ClientSecret(secret))) => match form {
                Form::ClientSecret => Some(secret.clone()),
                Form::All => self.all(secret),
                Form::CurlToken => self.access_token_recipe(secret),
                Form::PairingData
                | Form::Token
                | Form::ConnectorUrl
                | Form::LegacyUrl
                | Form::Curl
                | Form::Openssl
                | Form::Env
                | Form::Json
                | Form::ClientId
                | Form::TokenUrl => None,
            },
            (Subject::Certificate { .. }, Some(Handed::ClientSecret(_)))
            | (Subject::Credentials { .. }, Some(Handed::Token { .. })) => None,
        };
        text.ok_or_else(|| {
            Problem::invalid("This pairing can't be written down in that form.").hint("Choose another form.")
        })
    }

    /// What the file is called when a form is saved.
    pub(super) fn suggested_name(&self, form: Form) -> String {
        format!("{}-pairing.{}", file_name(&self.owner_name), form.file_ending())
    }

    fn is_for_runtime(&self) -> bool {
        self.owner.as_ref().is_some_and(|owner| owner.kind == OwnerKind::Runtime)
    }

    fn token_recipe(&self, template: &'static str, token: &Secret) -> Option<Secret> {
        let Subject::Certificate { connector_url: Some(connector_url), ca_file } = &self.subject else { return None };
        let expires =
            self.expires_at.map_or_else(|| "for a few minutes".to_owned(), |at| format!("until {}", at.rfc3339()));
        let recipe = Recipe::new(template)
            .comment("NAME", &self.owner_name)
            .comment("EXPIRES", &expires)
            .word("TOKEN", token.expose())
            .word("CONNECTOR_URL", connector_url)
            .word("FILE_NAME", &file_name(&self.owner_name))
            .file("CA_FILE", ca_file.as_deref());
        Some(Secret::new(recipe.render()))
    }

    /// The keys of pairing data, readable: our own reader and every Compass client take it as it is.
    fn json(&self, token: &Secret, legacy_url: Option<&Secret>) -> Option<Secret> {
        let Subject::Certificate { connector_url: Some(connector_url), .. } = &self.subject else { return None };
        let mut document = json!({
            "token": token.expose(),
            "connectorURL": connector_url,
            "type": if self.is_for_runtime() { "Runtime" } else { "Application" },
        });
        if let Some(id) = &self.system_auth_id {
            document["systemAuthID"] = id.as_str().into();
        }
        if let Some(at) = self.expires_at {
            document["expiresAt"] = at.rfc3339().into();
        }
        if let Some(url) = legacy_url {
            document["legacyConnectorURL"] = url.expose().into();
        }
        serde_json::to_string_pretty(&document).ok().map(Secret::new)
    }

    fn all(&self, secret: &Secret) -> Option<Secret> {
        let Subject::Credentials { client_id, token_url, scopes, .. } = &self.subject else { return None };
        Some(Secret::new(format!(
            "Client ID: {client_id}\nClient secret: {}\nToken URL: {token_url}\nScopes: {}\n",
            secret.expose(),
            scopes.join(" "),
        )))
    }

    fn access_token_recipe(&self, secret: &Secret) -> Option<Secret> {
        let Subject::Credentials { client_id, token_url, scopes, auth_method, ca_file } = &self.subject else {
            return None;
        };
        let template = match auth_method {
            TokenAuthMethod::Basic => Recipe::ACCESS_TOKEN,
            TokenAuthMethod::Post => Recipe::ACCESS_TOKEN_POST,
        };
        let recipe = Recipe::new(template)
            .comment("NAME", &self.owner_name)
            // Both travel form-encoded, in HTTP Basic, too; what we generate looks the same.
            .word("CLIENT_ID", &form_encoded(client_id))
            .word("CLIENT_SECRET", &form_encoded(secret.expose()))
            .word("TOKEN_URL", token_url)
            .word("SCOPES", &scopes.join(" "))
            .file("CA_FILE", ca_file.as_deref());
        Some(Secret::new(recipe.render()))
    }
}

#[cfg(test)]
mod tests {
    use std::{
        io::Write as _,
        process::{Command, Stdio},
    };

    use pairing::{Moment, PairingData};

    use super::*;

    fn pairing(subject: Subject, secret: Handed) -> Pairing {
        let requested_at = Moment::from_unix_seconds(1_720_089_840);
        Pairing {
            owner_name: "CRM's\n\"Europe\"".into(),
            token_created_at: None,
            secret: Some(secret),
            ..Pairing::sample(subject, requested_at)
        }
    }

    fn certificate() -> Pairing {
        let subject = Subject::Certificate {
            connector_url: Some("https://localhost:8443/connector/graphql".into()),
            ca_file: Some("/home/it's me/ca.pem".into()),
        };
        let handed = Handed::Token {
            token: Secret::new("canary-Token_=="),
            raw_encoded: Some(Secret::new("e30=")),
            legacy_url: Some(Secret::new("https://h/info?token=canary-Token_==")),
        };
        pairing(subject, handed)
    }

    fn credentials() -> Pairing {
        let subject = Subject::Credentials {
            client_id: "client".into(),
            token_url: "https://localhost:8443/oauth2/token".into(),
            scopes: vec!["application:read".into(), "application:write".into()],
            auth_method: TokenAuthMethod::Basic,
            ca_file: None,
        };
        pairing(subject, Handed::ClientSecret(Secret::new("canary~Secret")))
    }

    fn credentials_in_body() -> Pairing {
        let mut pairing = credentials();
        if let Subject::Credentials { auth_method, .. } = &mut pairing.subject {
            *auth_method = TokenAuthMethod::Post;
        }
        pairing
    }

    fn text(pairing: &Pairing, form: Form) -> String {
        pairing.render(form).unwrap().expose().to_owned()
    }

    /// Runs `bash` with the script on its standard input.
    fn bash(arguments: &[&str], script: &str) -> std::process::Output {
        let mut bash = Command::new("bash")
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        bash.stdin.take().unwrap().write_all(script.as_bytes()).unwrap();
        bash.wait_with_output().unwrap()
    }

    #[test]
    fn every_recipe_is_valid_shell() {
        let (certificate, credentials, in_body) = (certificate(), credentials(), credentials_in_body());
        let recipes = [
            (&certificate, Form::Curl),
            (&certificate, Form::Openssl),
            (&certificate, Form::Env),
            (&credentials, Form::CurlToken),
            (&in_body, Form::CurlToken),
        ];
        for (pairing, form) in recipes {
            let script = text(pairing, form);
            let checked = bash(&["-n"], &script);
            assert!(checked.status.success(), "{form:?}: {}\n{script}", String::from_utf8_lossy(&checked.stderr));
            assert!(!script.contains("{{") && !script.contains("}} "), "{form:?} has a placeholder left");
        }
    }

    #[test]
    fn the_values_arrive_in_the_shell_as_they_are() {
        let script = text(&certificate(), Form::Env)
            + "printf '%s|%s|%s' \"$CONNECTOR_TOKEN\" \"$CONNECTOR_URL\" \"$CONNECTOR_CA_FILE\"";
        let output = bash(&[], &script);
        assert_eq!(
            String::from_utf8(output.stdout).unwrap(),
            "canary-Token_==|https://localhost:8443/connector/graphql|/home/it's me/ca.pem"
        );
    }

    #[test]
    fn the_openssl_steps_ask_the_server_for_the_subject_and_sign_a_4096_bit_key() {
        let script = text(&certificate(), Form::Openssl);
        for step in [
            "configuration {",
            "SUBJECT=$(field subject)",
            "rsa_keygen_bits:4096",
            "-subj \"/$(printf '%s' \"$SUBJECT\" | tr ',' '/')\"",
            "openssl base64 -A",
            "\"variables\":{\"csr\":\"%s\"}",
            "--cacert \"$CA_FILE\"",
            "openssl verify",
            "viewer",
            "APP='crm-s-europe'",
        ] {
            assert!(script.contains(step), "{step}\n{script}");
        }
    }

    #[test]
    fn json_is_pairing_data_that_can_be_pasted() {
        let read = PairingData::parse(&text(&certificate(), Form::Json)).unwrap();
        assert_eq!(read.token.expose(), "canary-Token_==");
        assert_eq!(read.connector_url, "https://localhost:8443/connector/graphql");
        assert_eq!(read.expires_at, Some(Moment::from_unix_seconds(1_720_090_140)));
    }

    /// What is called not secret must not contain the secret, and the other way round.
    #[test]
    fn secret_forms_are_those_that_contain_the_secret() {
        for pairing in [certificate(), credentials(), credentials_in_body()] {
            for FormInfo { form, secret } in pairing.forms() {
                let has = text(&pairing, form).contains("canary") || form == Form::PairingData;
                assert_eq!(has, secret, "{form:?}");
            }
        }
    }

    #[test]
    fn without_the_secret_only_the_plain_forms_are_left() {
        let gone = Pairing { secret: None, ..credentials() };
        let left: Vec<_> = gone.forms().iter().map(|info| info.form).collect();
        assert_eq!(left, [Form::ClientId, Form::TokenUrl]);
        assert_eq!(gone.render(Form::All).unwrap_err().code, pairing::ErrorCode::SecretGone);
        assert_eq!(credentials().render(Form::Openssl).unwrap_err().code, pairing::ErrorCode::InvalidData);
    }

    #[test]
    fn a_pairing_adapter_gives_a_token_and_no_connector() {
        let subject = Subject::Certificate { connector_url: None, ca_file: None };
        let handed = Handed::Token { token: Secret::new("t"), raw_encoded: None, legacy_url: None };
        let forms: Vec<_> = pairing(subject, handed).forms().iter().map(|info| info.form).collect();
        assert_eq!(forms, [Form::Token]);
    }
}
