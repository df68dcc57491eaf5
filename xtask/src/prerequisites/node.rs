//! Node and npm. They are not installed for anybody: the packages of many distributions are too old for the page's
//! build, and replacing somebody's Node is not ours to do.

use crate::failure::Failure;
use crate::invocation;
use crate::workspace::Workspace;

/// Fails with what to install when Node or npm is missing or too old.
pub(super) fn ensure(workspace: &Workspace) -> Result<(), Failure> {
    let Ok(answer) = invocation::answer(workspace.program("node").arg("--version")) else {
        return Err(advice("is not installed"));
    };
    let version = String::from_utf8_lossy(&answer);
    if !parse(&version).is_some_and(is_accepted) {
        return Err(advice(&format!("is not what is here ({})", version.trim())));
    }
    if super::on_path(npm()).is_none() {
        return Err(Failure::new("npm is not installed; it comes with Node.js, on Debian in the package npm"));
    }
    Ok(())
}

/// What the page's build tool (Vite 8) accepts: 20.19 and later 20s, 22.12 and everything after it.
fn is_accepted((major, minor): (u32, u32)) -> bool {
    match major {
        20 => minor >= 19,
        22 => minor >= 12,
        _ => major > 22,
    }
}

/// The program that stands for npm: a batch file on Windows.
pub(crate) const fn npm() -> &'static str {
    if cfg!(windows) { "npm.cmd" } else { "npm" }
}

fn advice(state: &str) -> Failure {
    Failure::new(format!(
        "the page is built with Node.js 20.19 or 22.12 or newer, which {state}. Install the current long-term release, \
         from the Node.js project or with a version manager, then run this again. \
         `cargo xtask run --headless` needs no Node.js."
    ))
}

/// `v20.19.2` → (20, 19).
fn parse(version: &str) -> Option<(u32, u32)> {
    let mut numbers = version.trim().strip_prefix('v')?.split('.');
    Some((numbers.next()?.parse().ok()?, numbers.next()?.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_compare_as_numbers() {
        let accepted = |version| parse(version).is_some_and(is_accepted);
        assert_eq!(parse("v20.19.2\n"), Some((20, 19)));
        assert!(accepted("v20.19.2\n") && accepted("v22.12.0") && accepted("v24.0.1"));
        assert!(!accepted("v18.20.4") && !accepted("v20.9.0") && !accepted("v21.7.0") && !accepted("v22.2.0"));
        assert_eq!(parse("20.19.2"), None);
        assert_eq!(parse("v20"), None);
    }

    #[test]
    fn the_advice_names_the_version_and_the_way_without() {
        let message = advice("is not installed").message;
        assert!(message.contains("20.19"), "{message}");
        assert!(message.contains("--headless"), "{message}");
    }
}
