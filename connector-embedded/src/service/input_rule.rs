//! Rules for what an input brings. A refusal names every field that breaks one, in the words of ozzo-validation, which
//! Compass' clients know.

use pairing::{ErrorCode, Failure, LabelError, check_label_key};
use serde_json::{Map, Value};

/// The longest description of anything, in characters.
const MAX_DESCRIPTION: usize = 2000;

/// The rules that one input breaks.
#[derive(Debug, Default)]
pub(super) struct BrokenRules(Vec<String>);

impl BrokenRules {
    pub(super) fn add(&mut self, field: &str, rule: impl std::fmt::Display) {
        self.0.push(format!("{field}={rule}"));
    }

    /// Adds the rule that a check returns when it is broken.
    pub(super) fn check(&mut self, field: &str, checked: Result<(), &'static str>) {
        if let Err(rule) = checked {
            self.add(field, rule);
        }
    }

    /// At most so many characters.
    pub(super) fn longest(&mut self, field: &str, value: Option<&str>, most: usize) {
        if value.is_some_and(|value| value.chars().count() > most) {
            self.add(field, format_args!("the length must be no more than {most}"));
        }
    }

    pub(super) fn description(&mut self, value: Option<&str>) {
        self.longest("description", value, MAX_DESCRIPTION);
    }

    pub(super) fn labels(&mut self, labels: &Map<String, Value>) {
        for key in labels.keys() {
            if let Err(rule) = check_label_key(key) {
                self.add("labels", rule);
            }
        }
    }

    /// Refuses the input, which Compass calls `input`, if it breaks a rule.
    ///
    /// # Errors
    /// [`ErrorCode::InvalidData`].
    pub(super) fn refuse(mut self, input: &str) -> Result<(), Failure> {
        if self.0.is_empty() {
            return Ok(());
        }
        self.0.sort();
        Err(Failure::new(ErrorCode::InvalidData, format!("Invalid data {input} [{}]", self.0.join("; "))))
    }
}

/// The key of one label.
///
/// # Errors
/// [`ErrorCode::InvalidData`].
pub(super) fn check_label(key: &str) -> Result<(), Failure> {
    let mut broken = BrokenRules::default();
    if let Err(rule) = check_label_key(key) {
        broken.add("key", rule);
    }
    broken.refuse("LabelInput")
}

/// A label that says what is so elsewhere is not removed.
///
/// # Errors
/// [`ErrorCode::InvalidData`].
pub(super) fn check_label_is_not_derived(key: &str) -> Result<(), Failure> {
    if check_label_key(key) == Err(LabelError::Scenarios) { check_label(key) } else { Ok(()) }
}
