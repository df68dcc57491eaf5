//! Application names: what is allowed, and when two of them are the same.

/// The longest application name, in characters (`director/pkg/graphql/app_validation.go`).
const MAX_NAME: usize = 100;

/// Checks the rule the Director really enforces: 1 to 100 characters, any characters.
///
/// # Errors
/// The sentence that ozzo-validation would give, ready for `[name=…]`.
pub fn check_application_name(name: &str) -> Result<(), &'static str> {
    match name.chars().count() {
        0 => Err("cannot be blank"),
        1..=MAX_NAME => Ok(()),
        _ => Err("the length must be between 1 and 100"),
    }
}

/// The form in which names are compared and stored in the label `name` (`director/pkg/normalizer`): prefix
/// `mp-`, lower case, everything but `a-z 0-9 -` becomes `-`, runs of `-` collapse, one trailing `-` goes.
/// A name that is already in that form stays as it is.
pub fn normalize(name: &str) -> String {
    let lower = name.to_lowercase();
    let prefixed = if lower.starts_with("mp-") && is_normal(name) { lower } else { format!("mp-{lower}") };
    let mut normal = String::with_capacity(prefixed.len());
    for character in prefixed.chars() {
        let kept = if matches!(character, 'a'..='z' | '0'..='9') { character } else { '-' };
        if kept != '-' || !normal.ends_with('-') {
            normal.push(kept);
        }
    }
    if normal.ends_with('-') {
        normal.pop();
    }
    normal
}

fn is_normal(name: &str) -> bool {
    name.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-'))
        && !name.contains("--")
        && !name.ends_with('-')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_collisions_of_compass_collide_here() {
        assert_eq!(normalize("app@wordpress"), normalize("app!wordpress"));
        assert_eq!(normalize("appwordpress"), normalize("mp-appwordpress"));
        assert_ne!(normalize("app@wordpress"), normalize("appwordpress"));
        assert_eq!(normalize("mp-application"), "mp-application");
        assert_eq!(normalize("Shop -- Europe!"), "mp-shop-europe");
        assert_eq!(normalize("mp-UPPER"), "mp-mp-upper");
        assert_eq!(normalize("ä"), "mp");
    }

    #[test]
    fn length_counts_characters_not_bytes() {
        assert!(check_application_name(&"ä".repeat(100)).is_ok());
        assert_eq!(check_application_name(&"a".repeat(101)), Err("the length must be between 1 and 100"));
        assert_eq!(check_application_name(""), Err("cannot be blank"));
    }
}
