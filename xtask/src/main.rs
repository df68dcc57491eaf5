//! `cargo xtask`: the project's commands. Standard library only, so that it compiles in a second.
//!
//! Everything this program says goes to standard error; standard output belongs to the program it starts, so that
//! `cargo xtask run --headless` keeps the server's ready line as its first line.

mod bench;
mod codegen;
mod console;
mod desktop;
mod failure;
mod invocation;
mod lint;
mod page;
mod prerequisites;
mod run;
mod steps;
mod test;
mod tidy;
mod workspace;

use std::env;
use std::process::ExitCode;

use failure::Failure;
use workspace::Workspace;

const USAGE: &str = "\
cargo xtask COMMAND

  run [-- ARGS]             build what is missing and open the window, with its own embedded server
  run --headless [-- ARGS]  build and run only `connector-embedded serve ARGS`: no window, no WebKit, no npm
  test                      every check and every test, in the order in which they fail soonest
  test --fast               format, lints and the tests of the crates that need no window, no npm, no browser
  test -- ARGS              only the tests that nextest selects by ARGS (window, -E 'package(blackbox)', ...), with all they need
  bench [-- SECTIONS]       release build, then the benchmark or some sections of it (pairing, oauth, window); JSON in target/bench
  codegen [--check]         write the generated files; with --check, fail if one is not what would be written
  lint                      format, clippy, page lint, tidy
  bundle                    not there yet: the installers need the Tauri command-line tool, which nothing here downloads

run, test and bench install what they lack (Debian packages as root or with sudo, npm and Python packages, tauri-driver,
cargo-nextest), or print the one command that does.";

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match dispatch(&words) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            console::say(&format!("xtask: {}", failure.message));
            ExitCode::from(failure.code)
        }
    }
}

fn dispatch(words: &[&str]) -> Result<(), Failure> {
    let workspace = Workspace::locate()?;
    match words {
        ["run", rest @ ..] => run::run(&workspace, rest),
        ["test"] => test::everything(&workspace),
        ["test", "--", rest @ ..] => test::selected(&workspace, rest),
        ["test", "--fast"] => test::fast(&workspace),
        ["bench", "--", rest @ ..] => bench::bench(&workspace, rest),
        ["bench"] => bench::bench(&workspace, &[]),
        ["codegen"] => codegen::command(&workspace, codegen::Mode::Write),
        ["codegen", "--check"] => codegen::command(&workspace, codegen::Mode::Check),
        ["lint"] => lint::lint(&workspace),
        ["bundle"] => Err(Failure::usage("bundle is not there yet; `cargo xtask run` starts the window from source")),
        [] | ["help" | "--help" | "-h"] => {
            console::say(USAGE);
            Ok(())
        }
        _ => Err(Failure::usage(format!("unknown: {}\n\n{USAGE}", words.join(" ")))),
    }
}
