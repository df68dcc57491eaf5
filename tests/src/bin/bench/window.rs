//! The real window beside an empty one, and how fast the list follows the keys.

use std::{
    fs,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
};

use blackbox::window::{self, Home, PATIENCE, Window};

use crate::{Outcome, report::Report, server::binary};

/// Starts of each window, one after the other in turns.
const STARTS: usize = 5;
/// The mark that a page sets when its first rows, or its nothing, are on the screen.
const READY: &str = "performance.getEntriesByName('first-rows')[0]?.startTime ?? null";
/// What is typed into the search field and taken back again.
const TYPED: &str = "bench-4217";
/// How often.
const ROUNDS: usize = 10;

/// Milliseconds, medians.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Starts {
    pub(crate) real: f64,
    pub(crate) empty: f64,
}

/// Milliseconds, medians.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Keystroke {
    /// From the key to the new rows on the page, as the page measures it itself.
    pub(crate) filtered: f64,
    /// From the key to the end of the frame that shows them.
    pub(crate) painted: f64,
}

/// Everything that has to do with the window. `crowded` is the home of a data folder with many applications.
pub(crate) async fn measure(report: &mut Report, crowded: &Home, applications: usize) -> Outcome<()> {
    report.section("Window");
    report.note("Started through WebDriver, both windows alike; the clock starts as the process does.");
    let starts = starts().await?;
    report.row(&format!("process start to first rows, median of {STARTS}"), starts.real, "ms");
    report.row("  an empty Tauri window, in turns with it", starts.empty, "ms");
    report.row("  share of the empty window's time", 100.0 * starts.real / starts.empty, "%");
    report.goal("first rows within 1.4 times an empty window", starts.real <= 1.4 * starts.empty);

    let (start, keystroke) = crowded_window(crowded, applications).await?;
    report.row(&format!("process start to first rows, {applications} applications"), start, "ms");
    report.row(&format!("filter keystroke on {applications} rows, median"), keystroke.filtered, "ms");
    report.row("  until it is painted", keystroke.painted, "ms");
    report.goal("filter keystroke under 16 ms", keystroke.filtered < 16.0);
    Ok(())
}

async fn starts() -> Outcome<Starts> {
    let (real, empty) = (window::binary(), PathBuf::from(binary("EMPTY_WINDOW_BIN", "examples/empty_window")));
    let (home, other) = (Home::new(), Home::new());
    // The first start makes keys, folders and caches.
    start(&home, &real).await?;
    start(&other, &empty).await?;
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for _ in 0..STARTS {
        ours.push(start(&home, &real).await?.0);
        theirs.push(start(&other, &empty).await?.0);
    }
    Ok(Starts { real: median(ours), empty: median(theirs) })
}

/// Milliseconds from the start of the process to the page's mark, and the window that is still open.
async fn start(home: &Home, program: &Path) -> Outcome<(f64, Window)> {
    let launcher = home.path().join("launcher");
    let clock = home.path().join("started");
    // Whoever starts a program through WebDriver does not know when it does; the launcher writes it down and becomes it.
    let script = format!("#!/bin/bash\nprintf %s \"$EPOCHREALTIME\" >{clock:?}\nexec {program:?} \"$@\"\n");
    fs::write(&launcher, script)?;
    fs::set_permissions(&launcher, fs::Permissions::from_mode(0o700))?;
    let window = Window::start(home, &launcher, program, &[]).await;
    let marked = window.wait(PATIENCE, "the page's mark", async || window.value(READY).await.as_f64()).await;
    let origin = window.value("performance.timeOrigin").await.as_f64().ok_or("no time origin")?;
    let started: f64 = fs::read_to_string(clock)?.replace(',', ".").parse()?;
    Ok((origin + marked - started * 1000.0, window))
}

async fn crowded_window(home: &Home, applications: usize) -> Outcome<(f64, Keystroke)> {
    let (start, window) = start(home, &window::binary()).await?;
    window
        .wait(PATIENCE, "all rows are loaded", async || {
            let digits: String = window.text("@count").await?.chars().filter(char::is_ascii_digit).collect();
            (digits == applications.to_string()).then_some(())
        })
        .await;
    // Counts from the key to the first moment after the frame in which the new rows are painted.
    window
        .value(
            "(() => { window.painted = []; addEventListener('input', (event) => requestAnimationFrame(() => {
                const channel = new MessageChannel();
                channel.port1.onmessage = () => window.painted.push(performance.now() - event.timeStamp);
                channel.port2.postMessage(null); }), true); })() ?? null",
        )
        .await;
    window.click("@search").await;
    for round in 1..=ROUNDS {
        for letter in TYPED.chars() {
            window.press(&[&letter.to_string()]).await;
        }
        window.press(&["Control+a", "Delete"]).await;
        let keys = round * (TYPED.len() + 1);
        window.holds("every key has been painted", &format!("window.painted.length >= {keys}")).await;
    }
    let times = async |expression: &str| {
        let values = window.value(expression).await;
        let values = values.as_array().ok_or("no times")?.iter().filter_map(serde_json::Value::as_f64).collect();
        Outcome::Ok(median(values))
    };
    let filtered = times("performance.getEntriesByName('filter').map(({ duration }) => duration)").await?;
    let painted = times("window.painted").await?;
    Ok((start, Keystroke { filtered, painted }))
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
