//! The display as a whole: windows and the keyboard's focus, through xdotool.

use std::process::Command;

use x11rb::{
    CURRENT_TIME,
    errors::ReplyError,
    protocol::xproto::{ClientMessageEvent, ConnectionExt as _, EventMask},
};

use super::Process;
use crate::text;

/// The windows of a process that can be seen and have this title.
pub fn windows(process: &Process, title: &str) -> Vec<String> {
    let found = run(&["search", "--onlyvisible", "--all", "--pid", &process.id().to_string(), "--name", title]);
    found.lines().filter(|window| run(&["getwindowname", window]).trim() == title).map(str::to_owned).collect()
}

/// Gives the keyboard to a process' window with this title.
pub fn focus(process: &Process, title: &str) {
    for window in windows(process, title) {
        run(&["windowfocus", &window]);
    }
}

/// Asks a process' window with this title to close, as its close button does; it may refuse.
pub fn ask_to_close(process: &Process, title: &str) {
    let windows = windows(process, title);
    assert!(!windows.is_empty(), "no window is called {title}");
    for window in windows {
        close(window.parse().expect("a window's number")).unwrap_or_else(|error| panic!("window {window}: {error}"));
    }
}

/// What a process' window with this title shows, in PNG; nothing before it shows anything. Through ImageMagick: the
/// driver's own pictures take longer than anybody waits where nothing but the processor renders.
pub fn picture(process: &Process, title: &str) -> Option<Vec<u8>> {
    let window = windows(process, title).pop()?;
    let taken = Command::new("import").args(["-window", &window, "png:-"]).output().expect("ImageMagick's import runs");
    taken.status.success().then_some(taken.stdout).filter(|picture| !picture.is_empty())
}

fn close(window: u32) -> Result<(), ReplyError> {
    let (display, _) = x11rb::connect(None).expect("the display accepts another client");
    let atom = |name: &str| Ok::<_, ReplyError>(display.intern_atom(false, name.as_bytes())?.reply()?.atom);
    let wish = [atom("WM_DELETE_WINDOW")?, CURRENT_TIME, 0, 0, 0];
    let message = ClientMessageEvent::new(32, window, atom("WM_PROTOCOLS")?, wish);
    display.send_event(false, window, EventMask::NO_EVENT, message)?;
    // Its answer comes after the message has been delivered.
    display.get_input_focus()?.reply()?;
    Ok(())
}

/// What xdotool prints; a search that finds nothing prints nothing.
pub(super) fn run(arguments: &[&str]) -> String {
    text(&Command::new("xdotool").args(arguments).output().expect("xdotool runs").stdout)
}
