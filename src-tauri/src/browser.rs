//! The system browser, for signing in. Its own, not this window: there a person sees whose page it is.

use std::process::{Command, Stdio};

/// Opens an address and does not wait for the browser to be closed.
///
/// # Errors
/// Technical: why there is no browser.
pub(crate) fn open(address: &str) -> Result<(), String> {
    if !address.starts_with("https://") && !address.starts_with("http://") {
        return Err("only web pages are opened".to_owned());
    }
    let chosen = if cfg!(target_os = "linux") { std::env::var("BROWSER").unwrap_or_default() } else { String::new() };
    let mut last = None;
    for command in chosen.split(':').filter(|command| !command.trim().is_empty()) {
        match spawn(command, address) {
            Ok(()) => return Ok(()),
            Err(cause) => last = Some(format!("{command}: {cause}")),
        }
    }
    match last {
        Some(cause) => Err(cause),
        None => open::that_detached(address).map_err(|cause| cause.to_string()),
    }
}

/// By the convention of the variable `BROWSER`: words, with `%s` where the address goes, else at the end.
fn spawn(command: &str, address: &str) -> std::io::Result<()> {
    let words = words(command, address);
    let Some((program, arguments)) = words.split_first() else { return Ok(()) };
    let mut browser = Command::new(program);
    browser.args(arguments).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let mut child = browser.spawn()?;
    // Somebody has to take note of its end, or it stays as a zombie.
    std::thread::Builder::new().name("browser".into()).spawn(move || drop(child.wait()))?;
    Ok(())
}

fn words(command: &str, address: &str) -> Vec<String> {
    let mut words: Vec<_> = command.split_whitespace().map(|word| word.replace("%s", address)).collect();
    if !command.contains("%s") {
        words.push(address.to_owned());
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_is_one_argument_whatever_is_in_it() {
        let address = "https://dex/auth?a=b&c=$(touch x);d";
        assert_eq!(words("firefox", address), ["firefox", address]);
        assert_eq!(words("node b.mjs --url=%s -q", address), ["node", "b.mjs", &format!("--url={address}"), "-q"]);
        for odd in ["file:///etc/passwd", "javascript:alert(1)", "-version"] {
            open(odd).unwrap_err();
        }
    }
}
