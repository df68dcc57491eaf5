//! `connector-embedded serve` as a program: starting, stopping, refusing, and what it leaves in files and logs.

#![expect(clippy::unwrap_used, reason = "helpers of tests may panic like the tests themselves")]

mod program {
    mod data_directory;
    mod life;
    mod secrets;
}
