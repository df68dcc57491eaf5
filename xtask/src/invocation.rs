//! Starting other programs: always shown first, in a form that can be pasted into a shell.

use std::ffi::OsStr;
use std::fmt::Write as _;
use std::process::{Command, ExitStatus, Stdio};

use crate::console::say;
use crate::failure::Failure;

/// Prints the command and runs it to its end. Its exit code becomes the failure's.
pub(crate) fn run(command: &mut Command) -> Result<(), Failure> {
    let shown = show(command);
    say(&format!("$ {shown}"));
    let status = command.status().map_err(|error| not_started(command, &error))?;
    if status.success() {
        return Ok(());
    }
    Err(Failure { message: format!("{} from: {shown}", describe(status)), code: exit_code(status) })
}

/// Runs the command without showing it and returns its standard output. A question, not an action.
pub(crate) fn answer(command: &mut Command) -> Result<Vec<u8>, Failure> {
    let output = command.stdin(Stdio::null()).output().map_err(|error| not_started(command, &error))?;
    if output.status.success() {
        return Ok(output.stdout);
    }
    let complaint = String::from_utf8_lossy(&output.stderr);
    Err(Failure::new(format!("{} from: {}\n{}", describe(output.status), show(command), complaint.trim_end())))
}

/// Prints the command and lets it take this process's place, so that signals reach it and its exit code is ours.
#[cfg(unix)]
pub(crate) fn become_program(command: &mut Command) -> Result<(), Failure> {
    use std::os::unix::process::CommandExt as _;

    say(&format!("$ {}", show(command)));
    let error = command.exec();
    Err(not_started(command, &error))
}

/// Where a process cannot be replaced: the console delivers Ctrl+C to the child as well, and its exit code is passed on.
#[cfg(not(unix))]
pub(crate) fn become_program(command: &mut Command) -> Result<(), Failure> {
    run(command)
}

/// The command as a shell would read it: added variables, program, arguments.
pub(crate) fn show(command: &Command) -> String {
    let mut line = String::new();
    for (name, value) in command.get_envs() {
        if let Some(value) = value {
            let _ = write!(line, "{}={} ", name.to_string_lossy(), quoted(value));
        }
    }
    line.push_str(&quoted(command.get_program()));
    for argument in command.get_args() {
        line.push(' ');
        line.push_str(&quoted(argument));
    }
    line
}

fn quoted(word: &OsStr) -> String {
    let word = word.to_string_lossy();
    let plain = |character: char| character.is_alphanumeric() || "-_./:=,@%+".contains(character);
    if !word.is_empty() && word.chars().all(plain) {
        return word.into_owned();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}

fn not_started(command: &Command, error: &std::io::Error) -> Failure {
    Failure::new(format!("{} could not be started: {error}", command.get_program().to_string_lossy()))
}

fn describe(status: ExitStatus) -> String {
    status.code().map_or_else(|| format!("{status}"), |code| format!("exit code {code}"))
}

fn exit_code(status: ExitStatus) -> u8 {
    status.code().and_then(|code| u8::try_from(code).ok()).unwrap_or(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_is_shown_as_a_shell_would_take_it() {
        let mut command = Command::new("cargo");
        command.args(["test", "it's", ""]).env("FLAGS", "-D warnings").env_remove("GONE");
        assert_eq!(show(&command), r"FLAGS='-D warnings' cargo test 'it'\''s' ''");
    }

    #[test]
    #[cfg(unix)]
    fn the_exit_code_of_a_failed_program_is_passed_on() {
        let failure = run(Command::new("sh").args(["-c", "exit 7"])).unwrap_err();
        assert_eq!(failure.code, 7);
        assert_eq!(failure.message, "exit code 7 from: sh -c 'exit 7'");
    }

    #[test]
    #[cfg(unix)]
    fn a_program_ended_by_a_signal_is_a_failure() {
        assert_eq!(run(Command::new("sh").args(["-c", "kill -KILL $$"])).unwrap_err().code, 1);
    }

    #[test]
    fn a_program_that_is_not_there_is_named() {
        let failure = run(&mut Command::new("no-such-program")).unwrap_err();
        assert!(failure.message.starts_with("no-such-program could not be started"), "{}", failure.message);
    }
}
