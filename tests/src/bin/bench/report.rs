//! The table on standard output and the JSON beside it.

use std::{
    fs,
    io::Write as _,
    path::Path,
    time::{SystemTime, UNIX_EPOCH},
};

use serde_json::{Value, json};

use crate::Outcome;

/// Prints as it goes and remembers for the JSON.
#[derive(Debug, Default)]
pub(crate) struct Report {
    section: String,
    rows: Vec<Value>,
    goals: Vec<Value>,
}

impl Report {
    pub(crate) fn section(&mut self, name: &str) {
        name.clone_into(&mut self.section);
        say(&format!("\n{name}"));
    }

    pub(crate) fn row(&mut self, name: &str, value: f64, unit: &str) {
        say(&format!("  {name:<66} {value:>12.1} {unit}"));
        self.rows.push(json!({ "section": self.section, "name": name.trim(), "value": value, "unit": unit }));
    }

    pub(crate) fn goal(&mut self, goal: &str, met: bool) {
        say(&format!("  goal: {goal}: {}", if met { "met" } else { "NOT met" }));
        self.goals.push(json!({ "goal": goal, "met": met }));
    }

    pub(crate) fn note(&mut self, note: &str) {
        say(&format!("  {note}"));
        self.rows.push(json!({ "section": self.section, "note": note }));
    }

    pub(crate) fn write(&self, results: &Path) -> Outcome<()> {
        let seconds = SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs();
        let cores = std::thread::available_parallelism()?.get();
        let whole = json!({ "unixSeconds": seconds, "cores": cores, "rows": self.rows, "goals": self.goals });
        fs::create_dir_all(results)?;
        let file = results.join(format!("bench-{seconds}.json"));
        fs::write(&file, serde_json::to_string_pretty(&whole)?)?;
        say(&format!("\n{}", file.display()));
        Ok(())
    }
}

fn say(line: &str) {
    // Whoever closed the output does not want the table.
    let _ = writeln!(std::io::stdout().lock(), "{line}");
}

pub(crate) fn complain(line: &str) {
    let _ = writeln!(std::io::stderr().lock(), "{line}");
}
