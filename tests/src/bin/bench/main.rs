//! `cargo xtask bench`: how fast the product is, beside what bounds it, in the same run.
//!
//! Machines differ, so the figures that count are ratios of two things measured side by side.

mod bounds;
mod certificates;
mod handshake;
mod hello;
mod load;
mod oauth;
mod report;
mod server;
#[cfg(target_os = "linux")]
mod window;
mod wrk;

use std::{
    env,
    path::{Path, PathBuf},
    process::ExitCode,
};

use report::Report;

fn main() -> ExitCode {
    let words: Vec<String> = env::args().skip(1).collect();
    match tokio::runtime::Runtime::new().map_err(Into::into).and_then(|runtime| runtime.block_on(follow(&words))) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            report::complain(&format!("bench: {error}"));
            ExitCode::FAILURE
        }
    }
}

/// What can go wrong in a measurement ends it, with a sentence.
type Outcome<T> = Result<T, Box<dyn std::error::Error + Send + Sync>>;

/// Connections that issue and redeem at the same time.
const CONNECTIONS: usize = 64;
/// Tokens and certificates per run.
const PAIRINGS: usize = 3000;
/// Applications in the window's list.
#[cfg(target_os = "linux")]
const ROWS: usize = 10_000;

/// What a person can ask for by name, after `cargo xtask bench --`.
const SECTIONS: [&str; 4] = ["pairing", "oauth", "certificates", "window"];

/// Follows the command line: sections by name, all of them without one, or `hello` and `handshakes`, which this program
/// starts itself as.
async fn follow(words: &[String]) -> Outcome<()> {
    if words == ["hello"] {
        return hello::serve().await;
    }
    if words == ["handshakes"] {
        return handshake::serve().await;
    }
    if let Some(unknown) = words.iter().find(|word| !SECTIONS.contains(&word.as_str())) {
        return Err(format!("no section {unknown}; there are {}", SECTIONS.join(", ")).into());
    }
    let wanted = |section: &str| words.is_empty() || words.iter().any(|word| word == section);
    let results = env::var_os("BENCH_DIR").map_or_else(|| PathBuf::from("target/bench"), PathBuf::from);
    let mut report = Report::default();
    let scratch = tempfile::tempdir_in(&results)?;
    if wanted("pairing") {
        pairing(&mut report, scratch.path()).await?;
    }
    if wanted("oauth") {
        oauth::measure_all(&mut report, scratch.path()).await?;
    }
    if wanted("certificates") {
        certificates::measure_all(&mut report, scratch.path()).await?;
    }
    #[cfg(target_os = "linux")]
    if wanted("window") {
        let crowded = blackbox::window::Home::new();
        let running = server::Running::start(&crowded.data_dir(), &[])?;
        load::Load::new(&running)?.applications(ROWS).await?;
        drop(running);
        window::measure(&mut report, &crowded, ROWS).await?;
    }
    report.write(&results)
}

async fn pairing(report: &mut Report, scratch: &Path) -> Outcome<()> {
    report.section("Bounds");
    let signatures = bounds::openssl_signatures()?;
    report.row("openssl speed, ECDSA P-256, all cores", signatures, "signatures/s");
    let syncs = bounds::synced_writes(scratch)?;
    report.row("bare loop: 4 KiB append + fdatasync", syncs, "commits/s");

    report.section("Embedded server");
    let data = scratch.join("data");
    let first = server::start_time(&data)?;
    report.row("process start to ready line, new directory", first, "ms");
    let again = server::start_times(&data, 20)?;
    report.row("process start to ready line, existing directory, median of 20", again.median, "ms");
    report.row("  slowest of 20", again.slowest, "ms");
    report.goal("ready line within 300 ms on an existing directory", again.median <= 300.0);

    let running = server::Running::start(&data, &[])?;
    let load = load::Load::new(&running)?;
    let applications = load.applications(16).await?;
    let issued = load.issue(&applications, PAIRINGS, CONNECTIONS).await?;
    report.row("one-time tokens issued, durable", issued.rate, "tokens/s");
    report.row("  99th percentile", issued.p99, "ms");
    let signed = load.redeem(issued.pairings, CONNECTIONS).await?;
    report.row("certificates, end to end over TLS keep-alive, durable", signed.rate, "certificates/s");
    report.row("  99th percentile", signed.p99, "ms");
    let bound = signatures.min(syncs);
    report.row("  share of the tighter bound", 100.0 * signed.rate / bound, "%");
    report.goal("certificates at 60 % of the tighter bound", signed.rate >= 0.6 * bound);
    Ok(())
}
