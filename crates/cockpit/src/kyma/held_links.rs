//! Connection links that were just made: here, and in the page only when *Show* is pressed.

use pairing::{Moment, Secret};
use uuid::Uuid;

use crate::held::Holdable;

/// What stands in the page in the token's place.
const MASK: &str = "••••••••";

/// One connection link of this run.
#[derive(Clone, Debug)]
pub(crate) struct ConnectionLink {
    pub(super) id: String,
    pub(super) application_id: String,
    pub(super) url: Secret,
    /// By the server's clock.
    pub(super) expires_at: Moment,
}

impl Holdable for ConnectionLink {
    const MOST: usize = 100;
    const GONE: [&str; 2] =
        ["This connection link is not held any more.", "It has expired or was let go. Make another one."];

    fn id(&self) -> &str {
        &self.id
    }

    fn owner(&self) -> &str {
        &self.application_id
    }

    fn expires_at(&self) -> Option<Moment> {
        Some(self.expires_at)
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
