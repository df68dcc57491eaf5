//! What a specification's file is called.

use crate::{calls::SpecificationKind, recipes::file_name};

/// Nothing says reliably what a specification is written in, except how it starts.
pub(super) fn suggested_name(service: &str, which: SpecificationKind, text: &str) -> String {
    let which = match which {
        SpecificationKind::Api => "api",
        SpecificationKind::Events => "events",
    };
    let ending = match text.trim_start_matches('\u{feff}').trim_start().chars().next() {
        Some('{' | '[') => "json",
        Some('<') => "xml",
        Some(_) | None => "yaml",
    };
    format!("{}-{which}.{ending}", file_name(service))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ending_follows_the_content() {
        let name = |text| suggested_name("Orders / API", SpecificationKind::Api, text);
        assert_eq!(name("\u{feff} {\"openapi\":\"3.0.0\"}"), "orders-api-api.json");
        assert_eq!(name("\n<?xml version=\"1.0\"?><edmx:Edmx/>"), "orders-api-api.xml");
        assert_eq!(name("openapi: 3.0.0"), "orders-api-api.yaml");
        assert_eq!(suggested_name("../..", SpecificationKind::Events, "{}"), "application-events.json");
    }
}
