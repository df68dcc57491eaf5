//! A row of steps that stops at the first failure and says how long each took.

use std::time::{Duration, Instant};

use crate::console::say;
use crate::failure::Failure;
use crate::workspace::Workspace;

/// One thing to do, with the name it is reported under.
#[derive(Clone, Copy)]
pub(crate) struct Step {
    pub(crate) name: &'static str,
    pub(crate) action: fn(&Workspace) -> Result<(), Failure>,
}

/// Runs the steps in order. After the last one nothing is printed but a failure, so that a test runner's closing line
/// stays the closing line; the table of times therefore comes before it.
pub(crate) fn follow(workspace: &Workspace, steps: &[Step]) -> Result<(), Failure> {
    let mut times = Vec::new();
    for (index, step) in steps.iter().enumerate() {
        let last = index + 1 == steps.len();
        if last && !times.is_empty() {
            say(&table(&times));
        }
        say(&format!("\n== {}/{} {}", index + 1, steps.len(), step.name));
        let start = Instant::now();
        let outcome = (step.action)(workspace);
        let taken = start.elapsed();
        if let Err(failure) = outcome {
            let message = format!("step \"{}\" failed after {}: {}", step.name, seconds(taken), failure.message);
            return Err(Failure { message, ..failure });
        }
        if !last {
            say(&format!("== {} took {}", step.name, seconds(taken)));
        }
        times.push((step.name, taken));
    }
    Ok(())
}

fn table(times: &[(&str, Duration)]) -> String {
    let mut lines = String::from("\n");
    for (name, taken) in times {
        lines.push_str(&format!("{name:<16}{:>10}\n", seconds(*taken)));
    }
    let total = times.iter().map(|(_, taken)| *taken).sum();
    lines.push_str(&format!("{:<16}{:>10}", "so far", seconds(total)));
    lines
}

fn seconds(taken: Duration) -> String {
    format!("{:.1} s", taken.as_secs_f64())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn holds(_: &Workspace) -> Result<(), Failure> {
        Ok(())
    }

    fn breaks(_: &Workspace) -> Result<(), Failure> {
        Err(Failure { message: String::from("exit code 101"), code: 101 })
    }

    fn must_not_be_reached(_: &Workspace) -> Result<(), Failure> {
        panic!("a step ran after a failed one")
    }

    #[test]
    fn the_first_failure_ends_the_row_and_is_named() {
        let workspace = Workspace::locate().unwrap();
        let steps = [
            Step { name: "format", action: holds },
            Step { name: "clippy", action: breaks },
            Step { name: "tests", action: must_not_be_reached },
        ];
        let failure = follow(&workspace, &steps).unwrap_err();
        assert_eq!(failure.code, 101);
        assert!(failure.message.starts_with("step \"clippy\" failed after "), "{}", failure.message);
        assert!(failure.message.ends_with(": exit code 101"), "{}", failure.message);
    }

    #[test]
    fn times_are_summed() {
        let lines = table(&[("format", Duration::from_millis(1_500)), ("clippy", Duration::from_secs(60))]);
        assert_eq!(lines, "\nformat               1.5 s\nclippy              60.0 s\nso far              61.5 s");
    }
}
