//! What the person at the terminal reads. Standard error only; see the crate's documentation.

use std::io::Write as _;

/// Prints one line, or several. A closed terminal is no reason to stop a build, so a failed write is ignored.
pub(crate) fn say(text: &str) {
    let _ = writeln!(std::io::stderr().lock(), "{text}");
}
