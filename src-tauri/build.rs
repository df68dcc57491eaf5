//! Puts every call under Tauri's access control, and makes the crate compile before the page was built.

use std::{fs, io, path::Path};

include!("src/command_names.rs");

/// Relative to this crate; `tauri.conf.json` is at the root of the repository and its paths are relative to that.
const PAGE: &str = "../ui/dist";

fn main() {
    placeholder_page().expect("ui/dist can be written");
    println!("cargo:rerun-if-changed={PAGE}");
    println!("cargo:rerun-if-changed=capabilities");
    println!("cargo:rerun-if-changed=icons");
    let attributes = tauri_build::Attributes::new()
        .config_path("../tauri.conf.json")
        .app_manifest(tauri_build::AppManifest::new().commands(COMMANDS));
    tauri_build::try_build(attributes).expect("tauri.conf.json and the capabilities fit together");
}

/// The page is built by Vite, not by cargo. Without it, the window says how to get it.
fn placeholder_page() -> io::Result<()> {
    let index = Path::new(PAGE).join("index.html");
    if index.exists() {
        return Ok(());
    }
    fs::create_dir_all(PAGE)?;
    let page = "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Pairing Cockpit</title>\
                <p>The page has not been built. Run <code>cargo xtask run</code>.</p></html>\n";
    fs::write(index, page)
}
