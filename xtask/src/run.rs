//! `cargo xtask run`: from a fresh tree to the open window, or to the server alone.

use crate::console;
use crate::desktop;
use crate::failure::Failure;
use crate::invocation;
use crate::page;
use crate::prerequisites::{self, Extent};
use crate::workspace::{Profile, WHOLE, Workspace};

/// Follows the words after `run`.
pub(crate) fn run(workspace: &Workspace, words: &[&str]) -> Result<(), Failure> {
    match Request::from_words(words)? {
        Request::Server(arguments) => server(workspace, arguments),
        Request::Window(arguments) => window(workspace, arguments),
    }
}

#[derive(Debug, PartialEq, Eq)]
enum Request<'a> {
    Window(&'a [&'a str]),
    Server(&'a [&'a str]),
}

impl<'a> Request<'a> {
    /// What follows `--headless` is the server's even without `--`, since nothing else could be meant.
    fn from_words(words: &'a [&'a str]) -> Result<Self, Failure> {
        match words {
            ["--headless", "--", rest @ ..] | ["--headless", rest @ ..] => Ok(Self::Server(rest)),
            ["--", rest @ ..] => Ok(Self::Window(rest)),
            [] => Ok(Self::Window(words)),
            [unknown, ..] => Err(Failure::usage(format!(
                "run does not know {unknown}; it is `run [--headless] [-- ARGS]`, with the program's own arguments after --"
            ))),
        }
    }
}

/// Asks for one package, so that neither WebKit nor npm is needed.
fn server(workspace: &Workspace, arguments: &[&str]) -> Result<(), Failure> {
    prerequisites::ensure(workspace, Extent::Server)?;
    invocation::run(&mut workspace.cargo(["build", "--package", "connector-embedded"]))?;
    let mut program = Workspace::program_here(&workspace.binary(Profile::Debug, "connector-embedded"));
    program.arg("serve").args(arguments);
    if is_unprotected(arguments, |variable| std::env::var_os(variable).is_some()) {
        console::say(
            "No key store can be here (there is no D-Bus session), so the key of this trial's certificate authority is \
             not encrypted: --ca-key-protection plain. Give --passphrase-file FILE to encrypt it.",
        );
        program.args(["--ca-key-protection", "plain"]);
    }
    invocation::become_program(&mut program)
}

/// Whether nobody chose how the authority's key is protected, where no key store can do it. The server itself refuses
/// then; a trial on a machine without a desktop should start all the same, and say so.
fn is_unprotected(arguments: &[&str], is_set: impl Fn(&str) -> bool) -> bool {
    let chosen = ["--ca-key-protection", "--passphrase-file", "--ephemeral", "--help", "-h"];
    let variables =
        ["CONNECTOR_EMBEDDED_CA_KEY_PROTECTION", "CONNECTOR_EMBEDDED_PASSPHRASE_FILE", "CONNECTOR_EMBEDDED_EPHEMERAL"];
    let named = |argument: &&str| chosen.contains(&argument.split('=').next().unwrap_or_default());
    !arguments.iter().any(named)
        && !variables.iter().any(|variable| is_set(variable))
        && !is_set("DBUS_SESSION_BUS_ADDRESS")
}

fn window(workspace: &Workspace, arguments: &[&str]) -> Result<(), Failure> {
    if !desktop::is_there() {
        return Err(Failure::new(
            "there is no display here to open a window on (neither DISPLAY nor WAYLAND_DISPLAY is set); \
             `cargo xtask run --headless` runs the embedded server without a window",
        ));
    }
    prerequisites::ensure(workspace, Extent::Window)?;
    page::build_if_stale(workspace)?;
    // The whole workspace's features and one binary of it: what `test` builds later is then built already.
    let words = ["build"].into_iter().chain(WHOLE).chain(["--bin", "pairing-cockpit"]);
    invocation::run(&mut workspace.cargo(words))?;
    let mut program = Workspace::program_here(&workspace.binary(Profile::Debug, "pairing-cockpit"));
    invocation::become_program(program.args(arguments))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_reach_the_program_they_are_for() {
        assert_eq!(Request::from_words(&[]), Ok(Request::Window(&[])));
        assert_eq!(Request::from_words(&["--", "--headless"]), Ok(Request::Window(&["--headless"])));
        assert_eq!(Request::from_words(&["--headless"]), Ok(Request::Server(&[])));
        assert_eq!(Request::from_words(&["--headless", "--", "--port", "0"]), Ok(Request::Server(&["--port", "0"])));
        assert_eq!(Request::from_words(&["--headless", "--port", "0"]), Ok(Request::Server(&["--port", "0"])));
    }

    #[test]
    fn a_trial_without_a_key_store_is_unprotected_unless_somebody_chose() {
        let nothing = |_: &str| false;
        assert!(is_unprotected(&["--port", "0"], nothing));
        for chosen in ["--passphrase-file=a", "--ca-key-protection", "--ephemeral"] {
            assert!(!is_unprotected(&[chosen], nothing), "{chosen}");
        }
        assert!(!is_unprotected(&[], |variable| variable == "CONNECTOR_EMBEDDED_CA_KEY_PROTECTION"));
        assert!(!is_unprotected(&[], |variable| variable == "DBUS_SESSION_BUS_ADDRESS"));
    }

    #[test]
    fn a_stray_argument_is_refused() {
        let failure = Request::from_words(&["--port", "0"]).unwrap_err();
        assert_eq!(failure.code, 2);
        assert!(failure.message.contains("--port"), "{}", failure.message);
    }
}
