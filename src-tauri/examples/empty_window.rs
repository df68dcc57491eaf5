//! A window with nothing in it: what Tauri and the web view cost on this machine before a line of ours runs. The
//! benchmark starts it beside the real window.

use std::process::ExitCode;

fn main() -> ExitCode {
    let context = tauri::generate_context!("examples/empty_window/tauri.conf.json");
    match tauri::Builder::default().run(context) {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}
