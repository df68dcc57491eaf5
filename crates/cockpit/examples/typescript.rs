//! Prints `ui/src/backend/types.ts`: the call table in the page's language. `cargo xtask codegen` keeps the file.

use std::io::{self, Write as _};

fn main() -> io::Result<()> {
    io::stdout().lock().write_all(cockpit::calls::typescript().as_bytes())
}
