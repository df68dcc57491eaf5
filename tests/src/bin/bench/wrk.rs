//! Load from a process of its own: `wrk`, over TLS connections that are kept alive.

use std::{fs, path::Path, process::Command};

use crate::Outcome;

/// What is asked, always in the same words.
#[derive(Clone, Debug)]
pub(crate) struct Question {
    pub(crate) url: String,
    /// A form to post; without one it is a GET.
    pub(crate) form: Option<String>,
    pub(crate) authorization: Option<String>,
}

/// One measurement.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Measured {
    /// Answers per second.
    pub(crate) rate: f64,
    /// 99th percentile, in milliseconds.
    pub(crate) p99: f64,
}

/// Asks for so many seconds on so many connections. An answer that is no success ends the benchmark.
pub(crate) fn measure(question: &Question, connections: usize, seconds: u64, scratch: &Path) -> Outcome<Measured> {
    // Credentials are in a file of ours and not on a command line.
    let script = scratch.join("wrk.lua");
    fs::write(&script, lua(question))?;
    let output = Command::new("wrk")
        // One thread, so that of two cores the server has more than a half: it is the one to be measured.
        .args(["--threads", "1", "--timeout", "10s"])
        .args(["--connections", &connections.to_string(), "--duration", &format!("{seconds}s"), "--script"])
        .args([script.as_os_str(), question.url.as_ref()])
        .output()
        .map_err(|error| format!("wrk: {error}; `cargo xtask bench` installs it"))?;
    let text = String::from_utf8_lossy(&output.stdout);
    let line = text.lines().find_map(|line| line.strip_prefix("RESULT "));
    let line =
        line.ok_or_else(|| format!("wrk printed no result: {text}{}", String::from_utf8_lossy(&output.stderr)))?;
    read(line)
}

/// Reads `<answers> <microseconds> <microseconds at 99 %> <answers that are errors> <broken connections>`.
fn read(line: &str) -> Outcome<Measured> {
    let numbers = line.split_whitespace().map(str::parse).collect::<Result<Vec<f64>, _>>()?;
    let &[answers, duration, p99, errors, broken] = numbers.as_slice() else {
        return Err(format!("wrk printed {line}").into());
    };
    if errors > 0.0 || broken > 0.0 {
        return Err(format!("of {answers} answers {errors} were errors; {broken} connections broke").into());
    }
    Ok(Measured { rate: answers / (duration / 1e6), p99: p99 / 1e3 })
}

fn lua(question: &Question) -> String {
    let mut script = String::new();
    if let Some(form) = &question.form {
        script += "wrk.method = 'POST'\nwrk.headers['Content-Type'] = 'application/x-www-form-urlencoded'\n";
        script += &format!("wrk.body = '{form}'\n");
    }
    if let Some(authorization) = &question.authorization {
        script += &format!("wrk.headers['Authorization'] = '{authorization}'\n");
    }
    script
        + "done = function(summary, latency)\n\
           local e = summary.errors\n\
           print(string.format('RESULT %d %d %d %d %d', summary.requests, summary.duration,\n\
               latency:percentile(99), e.status, e.connect + e.read + e.write + e.timeout))\n\
           end\n"
}
