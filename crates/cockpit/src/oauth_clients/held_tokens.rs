//! Access tokens that were just got: here, and in the page only when *Show* is pressed.

use std::path::PathBuf;

use pairing::{ErrorCode, Moment, Secret};
use uuid::Uuid;

use crate::{Problem, calls::AccessTokenForm, recipes::Recipe};

/// Nobody compares more than this many; the oldest are forgotten beyond it.
const MAX_TOKENS: usize = 20;

/// One access token of this run.
#[derive(Clone, Debug)]
pub(super) struct AccessToken {
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

/// Oldest first.
#[derive(Debug, Default)]
pub(crate) struct AccessTokens {
    list: Vec<AccessToken>,
}

impl AccessTokens {
    pub(super) fn hold(&mut self, token: AccessToken, now: Moment) {
        self.drop_expired(Some(now));
        if self.list.len() >= MAX_TOKENS {
            self.list.remove(0);
        }
        self.list.push(token);
    }

    /// # Errors
    /// It has expired or was forgotten. Without a server there is no clock to expire by.
    pub(super) fn find(&mut self, id: &str, now: Option<Moment>) -> Result<&AccessToken, Problem> {
        self.drop_expired(now);
        self.list.iter().find(|token| token.id == id).ok_or_else(|| {
            Problem::new(ErrorCode::SecretGone, "This access token is not held any more.")
                .hint("It has expired or was let go. Get another one.")
        })
    }

    pub(super) fn forget(&mut self, id: &str) {
        self.list.retain(|token| token.id != id);
    }

    pub(super) fn forget_client(&mut self, client_id: &str) {
        self.list.retain(|token| token.client_id != client_id);
    }

    fn drop_expired(&mut self, now: Option<Moment>) {
        let expired = |token: &AccessToken| now.zip(token.expires_at).is_some_and(|(now, at)| at <= now);
        self.list.retain(|token| !expired(token));
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
    fn a_token_is_held_until_it_expires_or_is_forgotten() {
        let mut tokens = AccessTokens::default();
        tokens.hold(token("short", Some(10)), NOW);
        tokens.hold(token("long", Some(60)), NOW);
        tokens.hold(token("for ever", None), NOW);
        assert_eq!(tokens.find("short", Some(NOW.plus_seconds(9))).unwrap().token.expose(), "canary-short");
        assert!(tokens.find("short", None).is_ok(), "no clock");
        let gone = tokens.find("short", Some(NOW.plus_seconds(10))).unwrap_err();
        assert_eq!(gone.code, ErrorCode::SecretGone);
        assert_eq!(tokens.list.len(), 2, "let go, not only hidden");
        tokens.forget("long");
        tokens.forget_client("client of for ever");
        assert!(tokens.list.is_empty());
        assert!(!format!("{:?}", token("x", None)).contains("canary"));
    }

    #[test]
    fn the_oldest_makes_room() {
        let mut tokens = AccessTokens::default();
        for number in 0..=MAX_TOKENS {
            tokens.hold(token(&number.to_string(), None), NOW);
        }
        assert_eq!(tokens.list.len(), MAX_TOKENS);
        assert!(tokens.find("0", None).is_err() && tokens.find("1", None).is_ok());
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
