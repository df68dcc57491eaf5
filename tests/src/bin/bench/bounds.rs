//! What nothing here can be faster than: the CA key's signatures, and commits that reach the disk one by one.

use std::{
    fs::File,
    io::Write as _,
    path::Path,
    process::Command,
    time::{Duration, Instant},
};

use crate::Outcome;

/// Signatures per second of `openssl speed` on all cores, for the kind of key the CA has.
pub(crate) fn openssl_signatures() -> Outcome<f64> {
    let cores = std::thread::available_parallelism()?.get().to_string();
    let output =
        Command::new("openssl").args(["speed", "-mr", "-seconds", "3", "-multi", &cores, "ecdsap256"]).output()?;
    let text = String::from_utf8_lossy(&output.stdout);
    // +F4:<index>:<bits>:<seconds per signature>:<seconds per verification> in older versions; signatures per second
    // in newer ones. Sub-second values are times.
    let line = text.lines().rfind(|line| line.starts_with("+F4:")).ok_or("openssl speed printed no result")?;
    let value: f64 = line.split(':').nth(3).ok_or("openssl speed printed an unknown line")?.parse()?;
    Ok(if value < 1.0 { 1.0 / value } else { value })
}

/// Appends of 4 KiB, each followed by `fdatasync`, per second, in the file system of the store.
pub(crate) fn synced_writes(dir: &Path) -> Outcome<f64> {
    let mut file = File::create(dir.join("synced"))?;
    let block = [0_u8; 4096];
    let (started, mut commits) = (Instant::now(), 0_u32);
    while started.elapsed() < Duration::from_secs(3) {
        file.write_all(&block)?;
        file.sync_data()?;
        commits += 1;
    }
    Ok(f64::from(commits) / started.elapsed().as_secs_f64())
}
