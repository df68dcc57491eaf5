//! `openssl` and `curl`, where they are the point.

use std::{
    io::Write as _,
    path::Path,
    process::{Command, Output, Stdio},
};

/// A command line in a folder.
#[derive(Debug)]
pub struct Tool(Command);

impl Tool {
    pub fn new(program: &str, folder: &Path) -> Self {
        let mut command = Command::new(program);
        command.current_dir(folder);
        Self(command)
    }

    /// A command that was prepared elsewhere.
    pub fn of(command: Command) -> Self {
        Self(command)
    }

    /// Adds words, separated by blanks.
    #[must_use]
    pub fn words(mut self, words: &str) -> Self {
        self.0.args(words.split_whitespace());
        self
    }

    /// Adds one argument as it is.
    #[must_use]
    pub fn argument(mut self, argument: &str) -> Self {
        self.0.arg(argument);
        self
    }

    /// Runs it and returns standard output; failure is a panic that shows both streams.
    #[track_caller]
    pub fn run(self) -> String {
        let shown = format!("{:?}", self.0);
        let output = self.output("");
        assert!(
            output.status.success(),
            "{shown}: {}\n{}{}",
            output.status,
            text(&output.stdout),
            text(&output.stderr)
        );
        text(&output.stdout)
    }

    /// Runs it with something on standard input.
    pub fn output(mut self, input: &str) -> Output {
        let pipes = self.0.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = pipes.spawn().unwrap_or_else(|error| panic!("{:?}: {error}", self.0));
        // It may not want any input and be gone already.
        let _ = child.stdin.take().expect("standard input is a pipe").write_all(input.as_bytes());
        child.wait_with_output().expect("the tool ends")
    }
}

pub fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}
