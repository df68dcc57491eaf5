//! axe-core on the page as it is shown.

use std::{fs, path::Path};

use serde_json::{Value, json};

use super::Window;

/// From ui/node_modules: the version is in the page's own lock file.
const AXE: &str = "../ui/node_modules/axe-core/axe.min.js";

const RUN: &str = "const done = arguments[arguments.length - 1];
    const line = (node) => node.target.join(' ') + ': ' + node.failureSummary;
    const lines = (rule) => rule.nodes.map((node) => rule.id + ' (' + rule.impact + ') ' + line(node));
    axe.run(document, { resultTypes: ['violations'] })
       .then(({ violations }) => done(violations.flatMap(lines)), (error) => done(['axe failed: ' + error]));";

/// The page's own switch between colours, without the way through the settings.
const THEME: &str = "const theme = document.documentElement.dataset.theme;
    document.documentElement.dataset.theme = arguments[0]; return theme;";

const SETTLED: &str = "document.getAnimations().every((animation) => animation.playState !== 'running'
    || animation.effect.getComputedTiming().endTime === Infinity)";

impl Window {
    /// What axe-core has against the page, in light and in dark; empty is right.
    pub async fn audit(&self, screen: &str) -> Vec<String> {
        if self.value("typeof axe").await != json!("object") {
            let source = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(AXE));
            let source = source.unwrap_or_else(|error| panic!("{AXE}: {error}; run `npm ci` in ui"));
            self.session.run(&source, json!([])).await;
        }
        let mut found = Vec::new();
        let mut before = Value::Null;
        for theme in ["light", "dark"] {
            let shown = self.session.run(THEME, json!([theme])).await;
            if before.is_null() {
                before = shown;
            }
            self.holds("the colours have settled", SETTLED).await;
            let violations = self.session.run_and_wait(RUN, json!([])).await;
            let lines = violations.as_array().unwrap_or_else(|| panic!("a list: {violations}"));
            found.extend(lines.iter().map(|line| format!("{screen}, {theme}: {}", line.as_str().unwrap_or_default())));
        }
        self.session.run(THEME, json!([before])).await;
        found
    }
}
