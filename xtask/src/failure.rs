//! Why a command stopped.

/// What to print last and which code to exit with.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Failure {
    /// What happened and, where there is one, the next step.
    pub(crate) message: String,
    /// The exit code; a failed program's own code is passed on.
    pub(crate) code: u8,
}

impl Failure {
    /// A check or a step that did not hold.
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), code: 1 }
    }

    /// A command line that cannot be followed.
    pub(crate) fn usage(message: impl Into<String>) -> Self {
        Self { message: message.into(), code: 2 }
    }
}
