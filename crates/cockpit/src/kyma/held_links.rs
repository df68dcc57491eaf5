//! Connection links that were just made: here, and in the page only when *Show* is pressed.

use pairing::{ErrorCode, Moment, Secret};
use uuid::Uuid;

use crate::Problem;

/// Nobody hands over more than this many at a time; the oldest are forgotten beyond it.
const MAX_LINKS: usize = 100;

/// What stands in the page in the token's place.
const MASK: &str = "••••••••";

/// One connection link of this run.
#[derive(Clone, Debug)]
pub(super) struct ConnectionLink {
    pub(super) id: String,
    pub(super) application_id: String,
    pub(super) url: Secret,
    /// By the server's clock.
    pub(super) expires_at: Moment,
}

/// Oldest first.
#[derive(Debug, Default)]
pub(crate) struct ConnectionLinks {
    list: Vec<ConnectionLink>,
}

impl ConnectionLinks {
    pub(super) fn hold(&mut self, link: ConnectionLink, now: Moment) {
        self.drop_expired(Some(now));
        if self.list.len() >= MAX_LINKS {
            self.list.remove(0);
        }
        self.list.push(link);
    }

    /// # Errors
    /// It has expired or was forgotten. Without a server there is no clock to expire by.
    pub(super) fn find(&mut self, id: &str, now: Option<Moment>) -> Result<&ConnectionLink, Problem> {
        self.drop_expired(now);
        self.list.iter().find(|link| link.id == id).ok_or_else(|| {
            Problem::new(ErrorCode::SecretGone, "This connection link is not held any more.")
                .hint("It has expired or was let go. Make another one.")
        })
    }

    pub(super) fn forget(&mut self, id: &str) {
        self.list.retain(|link| link.id != id);
    }

    /// Forgets what belonged to an application that was deleted.
    pub(crate) fn forget_application(&mut self, application_id: &str) {
        self.list.retain(|link| link.application_id != application_id);
    }

    fn drop_expired(&mut self, now: Option<Moment>) {
        self.list.retain(|link| now.is_none_or(|now| now < link.expires_at));
    }
}

impl ConnectionLink {
    pub(super) fn new_id() -> String {
        Uuid::new_v4().to_string()
    }
}

/// The link as it may stand on the page: everything but the token.
pub(super) fn masked(url: &Secret, token: &Secret) -> String {
    let (url, token) = (url.expose(), token.expose());
    if !token.is_empty() && url.contains(token) {
        return url.replace(token, MASK);
    }
    // A token that stands there in another spelling is somewhere behind the question mark.
    url.split_once('?').map_or_else(|| MASK.to_owned(), |(page, _)| format!("{page}?{MASK}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Moment = Moment::from_unix_seconds(1_720_089_840);

    fn link(id: &str, lives: i64) -> ConnectionLink {
        ConnectionLink {
            id: id.into(),
            application_id: format!("application of {id}"),
            url: Secret::new(format!("https://h/info?token=canary-{id}")),
            expires_at: NOW.plus_seconds(lives),
        }
    }

    #[test]
    fn a_link_is_held_until_it_expires_or_is_forgotten() {
        let mut links = ConnectionLinks::default();
        for (id, lives) in [("short", 10), ("long", 60), ("other", 60)] {
            links.hold(link(id, lives), NOW);
        }
        assert!(links.find("short", Some(NOW.plus_seconds(9))).unwrap().url.expose().ends_with("canary-short"));
        assert!(links.find("short", None).is_ok(), "no clock");
        let gone = links.find("short", Some(NOW.plus_seconds(10))).unwrap_err();
        assert_eq!(gone.code, ErrorCode::SecretGone);
        assert_eq!(links.list.len(), 2, "let go, not only hidden");
        links.forget("long");
        links.forget_application("application of other");
        assert!(links.list.is_empty());
        assert!(!format!("{:?}", link("x", 1)).contains("canary"));
    }

    #[test]
    fn the_oldest_makes_room() {
        let mut links = ConnectionLinks::default();
        for number in 0..=MAX_LINKS {
            links.hold(link(&number.to_string(), 60), NOW);
        }
        assert_eq!(links.list.len(), MAX_LINKS);
        assert!(links.find("0", None).is_err() && links.find("1", None).is_ok());
    }

    #[test]
    fn a_masked_link_shows_where_it_leads_and_not_the_token() {
        let masked = |url: &str| masked(&Secret::new(url), &Secret::new("canary=="));
        assert_eq!(masked("https://h/v1/info?token=canary=="), format!("https://h/v1/info?token={MASK}"));
        assert_eq!(masked("https://h/v1/info?token=canary%3D%3D"), format!("https://h/v1/info?{MASK}"));
        assert_eq!(masked("https://h/canary"), MASK);
        let without = super::masked(&Secret::new("https://h/info?token=canary"), &Secret::new(""));
        assert_eq!(without, format!("https://h/info?{MASK}"));
    }
}
