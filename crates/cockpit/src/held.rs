//! Secrets that were just got: here until they expire by the server's clock, and in the page only when *Show* is pressed.

use pairing::{ErrorCode, Moment};

use crate::Problem;

/// Something that is held for a while.
pub(crate) trait Holdable {
    /// Nobody handles more than this many at a time; the oldest are forgotten beyond it.
    const MOST: usize;
    /// What to say when it is held no more, and what to do then.
    const GONE: [&str; 2];

    fn id(&self) -> &str;

    /// Whose it is: what is gone takes it along.
    fn owner(&self) -> &str;

    /// `None`: the server does not say.
    fn expires_at(&self) -> Option<Moment>;
}

/// Oldest first.
#[derive(Debug)]
pub(crate) struct Held<T> {
    list: Vec<T>,
}

impl<T> Default for Held<T> {
    fn default() -> Self {
        Self { list: Vec::new() }
    }
}

impl<T: Holdable> Held<T> {
    pub(crate) fn hold(&mut self, one: T, now: Moment) {
        self.drop_expired(Some(now));
        if self.list.len() >= T::MOST {
            self.list.remove(0);
        }
        self.list.push(one);
    }

    /// # Errors
    /// It has expired or was forgotten. Without a server there is no clock to expire by.
    pub(crate) fn find(&mut self, id: &str, now: Option<Moment>) -> Result<&T, Problem> {
        self.drop_expired(now);
        let [what, next] = T::GONE;
        let found = self.list.iter().find(|one| one.id() == id);
        found.ok_or_else(|| Problem::new(ErrorCode::SecretGone, what).hint(next))
    }

    pub(crate) fn forget(&mut self, id: &str) {
        self.list.retain(|one| one.id() != id);
    }

    /// Forgets what belonged to somebody who is gone.
    pub(crate) fn forget_owner(&mut self, owner: &str) {
        self.list.retain(|one| one.owner() != owner);
    }

    fn drop_expired(&mut self, now: Option<Moment>) {
        self.list.retain(|one| now.zip(one.expires_at()).is_none_or(|(now, at)| at > now));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Moment = Moment::from_unix_seconds(1_720_089_840);

    struct Thing(String, Option<i64>);

    impl Holdable for Thing {
        const MOST: usize = 20;
        const GONE: [&str; 2] = ["This thing is not held any more.", "Get another one."];

        fn id(&self) -> &str {
            &self.0
        }

        fn owner(&self) -> &str {
            self.0.split(' ').next_back().unwrap()
        }

        fn expires_at(&self) -> Option<Moment> {
            self.1.map(|seconds| NOW.plus_seconds(seconds))
        }
    }

    #[test]
    fn a_thing_is_held_until_it_expires_or_is_forgotten() {
        let mut things = Held::default();
        for (id, lives) in [("short", Some(10)), ("long", Some(60)), ("for anna", None)] {
            things.hold(Thing(id.into(), lives), NOW);
        }
        assert!(things.find("short", Some(NOW.plus_seconds(9))).is_ok());
        assert!(things.find("short", None).is_ok(), "no clock");
        let gone = things.find("short", Some(NOW.plus_seconds(10))).err().unwrap();
        assert_eq!(gone.code, ErrorCode::SecretGone);
        assert_eq!(things.list.len(), 2, "let go, not only hidden");
        things.forget("long");
        things.forget_owner("anna");
        assert!(things.list.is_empty());
    }

    #[test]
    fn the_oldest_makes_room() {
        let mut things = Held::default();
        for number in 0..=Thing::MOST {
            things.hold(Thing(number.to_string(), None), NOW);
        }
        assert_eq!(things.list.len(), Thing::MOST);
        assert!(things.find("0", None).is_err() && things.find("1", None).is_ok());
    }
}
