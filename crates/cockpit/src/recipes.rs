//! Ready-to-run texts from the templates in `recipes/`. Every value goes in as one quoted shell word.

use std::{collections::BTreeMap, path::Path};

/// A template with `{{NAME}}` in it, and the values so far.
pub(crate) struct Recipe {
    template: &'static str,
    values: BTreeMap<&'static str, String>,
}

impl Recipe {
    pub(crate) const OPENSSL: &'static str = include_str!("../recipes/openssl.sh");
    pub(crate) const CONFIGURATION: &'static str = include_str!("../recipes/configuration.sh");
    pub(crate) const ACCESS_TOKEN: &'static str = include_str!("../recipes/access-token.sh");
    pub(crate) const ACCESS_TOKEN_POST: &'static str = include_str!("../recipes/access-token-post.sh");
    pub(crate) const VIEWER: &'static str = include_str!("../recipes/viewer.sh");
    pub(crate) const ENV: &'static str = include_str!("../recipes/pairing.env");

    pub(crate) fn new(template: &'static str) -> Self {
        Self { template, values: BTreeMap::new() }
    }

    /// A value that the shell reads back exactly as it is.
    pub(crate) fn word(mut self, name: &'static str, value: &str) -> Self {
        self.values.insert(name, shell_word(value));
        self
    }

    pub(crate) fn file(self, name: &'static str, path: Option<&Path>) -> Self {
        self.word(name, &path.map(|path| path.display().to_string()).unwrap_or_default())
    }

    /// Words for a comment: nothing in them may end the line.
    pub(crate) fn comment(mut self, name: &'static str, text: &str) -> Self {
        self.values.insert(name, text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect());
        self
    }

    /// One pass, so that a value that looks like a placeholder stays what it is.
    pub(crate) fn render(self) -> String {
        let mut text = String::with_capacity(self.template.len() + 512);
        let mut rest = self.template;
        while let Some((before, after)) = rest.split_once("{{") {
            text.push_str(before);
            let Some((name, after)) = after.split_once("}}") else {
                rest = after;
                break;
            };
            text.push_str(self.values.get(name).map_or("", String::as_str));
            rest = after;
        }
        text.push_str(rest);
        text
    }
}

/// Single quotes keep everything but themselves.
pub(crate) fn shell_word(value: &str) -> String {
    format!("'{}'", value.replace('\'', "'\\''"))
}

/// The start of the file names that a recipe makes: the application's name as the Director normalizes it.
pub(crate) fn file_name(application_name: &str) -> String {
    let normal = pairing::normalize(application_name);
    let bare = normal.strip_prefix("mp-").unwrap_or_default();
    if bare.is_empty() { "application".to_owned() } else { bare.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_can_be_anything_and_stays_one_word() {
        let render = |value| Recipe::new("A={{A}};{{B}}").word("A", value).render();
        assert_eq!(render("it's $(x) {{B}} \n"), "A='it'\\''s $(x) {{B}} \n';");
        let comment = Recipe::new("# {{A}}\n").comment("A", "shop\nrm -rf /").render();
        assert_eq!(comment, "# shop rm -rf /\n");
    }

    #[test]
    fn files_are_named_after_the_application() {
        assert_eq!(file_name("CRM Europe!"), "crm-europe");
        assert_eq!(file_name("mp-shop"), "shop");
        assert_eq!(file_name("ä"), "application");
    }
}
