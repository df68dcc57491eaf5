//! Access tokens that were just got: here, and in the page only when *Show* is pressed.

use std::path::PathBuf;

use pairing::{Moment, Secret};
use uuid::Uuid;

use crate::{calls::AccessTokenForm, held::Holdable, recipes::Recipe};

/// One access token of this run.
#[derive(Clone, Debug)]
pub(crate) struct AccessToken {
    pub(super) id: String,
    pub(super) client_id: String,
    pub(super) token: Secret,
    pub(super) token_type: String,
    /// By the server's clock; `None`: the server does not say.
    pub(super) expires_at: Option<Moment>,
    /// Whom it can be shown to.
    pub(super) director_url: String,
    pub(super) ca_file: Option<PathBuf>,
}

impl Holdable for AccessToken {
    const MOST: usize = 20;
    const GONE: [&str; 2] =
        ["This access token is not held any more.", "It has expired or was let go. Get another one."];

    fn id(&self) -> &str {
        &self.id
    }

    fn owner(&self) -> &str {
        &self.client_id
    }

    fn expires_at(&self) -> Option<Moment> {
        self.expires_at
    }
}

impl AccessToken {
    pub(super) fn new_id() -> String {
        Uuid::new_v4().to_string()
    }

    pub(super) fn render(&self, form: AccessTokenForm) -> Secret {
        let token = self.token.expose();
        match form {
            AccessTokenForm::Token => self.token.clone(),
            // The scheme's name as everybody writes it; a server may call it `bearer` (RFC 6749 §5.1).
            AccessTokenForm::AuthorizationHeader if self.token_type.eq_ignore_ascii_case("bearer") => {
                Secret::new(format!("Authorization: Bearer {token}"))
            }
            AccessTokenForm::AuthorizationHeader => Secret::new(format!("Authorization: {} {token}", self.token_type)),
            AccessTokenForm::CurlDirector => {
                let expires =
                    self.expires_at.map_or_else(|| "for a while".to_owned(), |at| format!("until {}", at.rfc3339()));
                let recipe = Recipe::new(Recipe::VIEWER)
                    .comment("EXPIRES", &expires)
                    .word("ACCESS_TOKEN", token)
                    .word("DIRECTOR_URL", &self.director_url)
                    .file("CA_FILE", self.ca_file.as_deref());
                Secret::new(recipe.render())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Moment = Moment::from_unix_seconds(1_720_089_840);

    fn token(id: &str, lives: Option<i64>) -> AccessToken {
        AccessToken {
            id: id.into(),
            client_id: format!("client of {id}"),
            token: Secret::new(format!("canary-{id}")),
            token_type: "bearer".into(),
            expires_at: lives.map(|seconds| NOW.plus_seconds(seconds)),
            director_url: "https://localhost:8443/director/graphql".into(),
            ca_file: Some("/home/it's me/ca.pem".into()),
        }
    }

    #[test]
    fn debug_shows_nothing_of_the_value() {
        assert!(!format!("{:?}", token("x", None)).contains("canary"));
    }

    #[test]
    fn every_form_contains_the_token_and_the_command_is_valid_shell() {
        let (canary, text) = (token("x", Some(60)), |form| token("x", Some(60)).render(form).expose().to_owned());
        assert_eq!(text(AccessTokenForm::Token), "canary-x");
        assert_eq!(text(AccessTokenForm::AuthorizationHeader), "Authorization: Bearer canary-x");
        let bound = AccessToken { token_type: "DPoP".into(), ..canary };
        assert_eq!(bound.render(AccessTokenForm::AuthorizationHeader).expose(), "Authorization: DPoP canary-x");
        let script = text(AccessTokenForm::CurlDirector);
        let values = "printf '%s|%s|%s' \"$ACCESS_TOKEN\" \"$DIRECTOR_URL\" \"$CA_FILE\"";
        let read = script.lines().take_while(|line| !line.starts_with("printf")).collect::<Vec<_>>().join("\n");
        let output = std::process::Command::new("bash").args(["-c", &format!("{read}\n{values}")]).output().unwrap();
        assert_eq!(
            String::from_utf8(output.stdout).unwrap(),
            "canary-x|https://localhost:8443/director/graphql|/home/it's me/ca.pem"
        );
        assert!(script.contains("--header @-") && script.contains("until 2024-07-04T10:45:00Z"), "{script}");
        let checked = std::process::Command::new("bash").args(["-n", "-c", &script]).status().unwrap();
        assert!(checked.success(), "{script}");
    }
}
