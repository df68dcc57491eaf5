//! The token endpoint and introspection under load, beside a server that only says hello, in turns with it; and whether
//! the time of a refusal tells whether a client exists.

use std::{env, fs, path::Path, time::Instant};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use reqwest::{Certificate, Client, StatusCode};

use crate::{
    Outcome,
    load::{Load, OAuthClient},
    report::Report,
    server::Running,
    wrk::{Measured, Question, measure},
};

/// Connections that ask at the same time.
const CONNECTIONS: usize = 100;
/// Turns of hello, tokens, introspections. `BENCH_ROUNDS` is another number, for a try.
const ROUNDS: usize = 7;
/// Length of a turn of each.
const SECONDS: u64 = 5;
/// Refusals of each kind.
const REFUSALS: usize = 10_000;

/// Everything that has to do with OAuth.
pub(crate) async fn measure_all(report: &mut Report, scratch: &Path) -> Outcome<()> {
    report.section("OAuth");
    let rounds = env::var("BENCH_ROUNDS").ok().and_then(|text| text.parse().ok()).unwrap_or(ROUNDS).max(1);
    let running = Running::start(&scratch.join("oauth"), &[])?;
    let client = Load::new(&running)?.oauth_client().await?;
    throughput(report, &running, &client, rounds, scratch).await?;
    drop(running);

    let running = Running::start(&scratch.join("refusals"), &["--failure-limit", "0"])?;
    let load = Load::new(&running)?;
    let client = load.oauth_client().await?;
    // A few rounds are a try, and a try is short.
    let tries = if rounds < ROUNDS { REFUSALS / 10 } else { REFUSALS };
    let difference = refusals(report, &running, &client, tries).await?;
    report.goal("an unknown client and a wrong secret take the same time within 5 %", difference < 0.05);
    // Chosen secrets are checked slowly, and then so is everything that is refused. Too few tries for a goal.
    load.register_chosen_secret().await?;
    report.note("With a client whose secret was chosen:");
    refusals(report, &running, &client, tries / 10).await?;
    Ok(())
}

async fn throughput(
    report: &mut Report,
    running: &Running,
    client: &OAuthClient,
    rounds: usize,
    scratch: &Path,
) -> Outcome<()> {
    let hello = Running::spawn(std::process::Command::new(env::current_exe()?).arg("hello"))?;
    let authorization = Some(basic(&client.id, &client.secret));
    let grant = "grant_type=client_credentials&scope=application%3Aread";
    let token_url = running.text("oauthTokenUrl")?.to_owned();
    let reply = trusting(running)?.post(&token_url).header("authorization", basic(&client.id, &client.secret));
    let reply = reply.header("content-type", "application/x-www-form-urlencoded").body(grant).send().await?;
    let answer: serde_json::Value = reply.json().await?;
    let token = answer["access_token"].as_str().ok_or("no access token")?;
    let questions = [
        Question { url: hello.text("url")?.to_owned(), form: None, authorization: None },
        Question { url: token_url.clone(), form: Some(grant.into()), authorization: authorization.clone() },
        Question {
            url: token_url.replace("/oauth2/token", "/oauth2/introspect"),
            form: Some(format!("token={token}")),
            authorization,
        },
    ];
    let mut measured: [Vec<Measured>; 3] = Default::default();
    for round in 0..=rounds {
        for (question, measured) in questions.iter().zip(&mut measured) {
            let seconds = if round == 0 { 1 } else { SECONDS };
            let one = measure(question, CONNECTIONS, seconds, scratch)?;
            // The first turn warms up.
            if round > 0 {
                measured.push(one);
            }
        }
    }
    let [hello, tokens, introspections] = measured;
    report.note(&format!(
        "{CONNECTIONS} connections, {rounds} turns of {SECONDS} s each, medians; shares are of the same turn."
    ));
    report.row("axum over TLS that says hello", median(hello.iter().map(|one| one.rate)), "answers/s");
    report.row("  99th percentile", median(hello.iter().map(|one| one.p99)), "ms");
    for (what, unit, goal, measured) in
        [("access tokens issued", "tokens/s", 0.5, tokens), ("introspections", "introspections/s", 0.6, introspections)]
    {
        report.row(what, median(measured.iter().map(|one| one.rate)), unit);
        report.row("  99th percentile", median(measured.iter().map(|one| one.p99)), "ms");
        let share = median(measured.iter().zip(&hello).map(|(one, hello)| one.rate / hello.rate));
        report.row("  share of hello", 100.0 * share, "%");
        report.goal(&format!("{what}: {:.0} % of hello", 100.0 * goal), share >= goal);
    }
    Ok(())
}

/// Tries of both kinds on one connection, one after the other; by what share their medians differ.
async fn refusals(report: &mut Report, running: &Running, client: &OAuthClient, tries: usize) -> Outcome<f64> {
    let caller = trusting(running)?;
    let wrong: String = client.secret.chars().rev().collect();
    // As long as a real one, so that nothing differs but what the server knows.
    let nobody: String = client.id.chars().map(|c| if c.is_ascii_digit() { '7' } else { c }).collect();
    let kinds = [basic(&nobody, &wrong), basic(&client.id, &wrong)];
    let mut times: [Vec<f64>; 2] = Default::default();
    for number in 0..tries + tries / 10 {
        // First one, then the other first: neither always follows the other.
        for kind in if number % 2 == 0 { [0, 1] } else { [1, 0] } {
            let request = caller.post(running.text("oauthTokenUrl")?).header("authorization", &kinds[kind]);
            let request = request.form(&[("grant_type", "client_credentials")]);
            let began = Instant::now();
            let reply = request.send().await?;
            let status = reply.status();
            reply.bytes().await?;
            let took = began.elapsed();
            if status != StatusCode::UNAUTHORIZED {
                return Err(format!("a refusal was {status}").into());
            }
            // The first ones warm up.
            if number >= tries / 10 {
                times[kind].push(took.as_secs_f64() * 1e6);
            }
        }
    }
    let [unknown, wrong] = times.map(|times| median(times.into_iter()));
    let difference = (unknown - wrong).abs() / unknown.min(wrong);
    report.row(&format!("refusal of an unknown client, median of {tries}"), unknown, "µs");
    report.row("  of a wrong secret, in turns with it", wrong, "µs");
    report.row("  difference", 100.0 * difference, "%");
    Ok(difference)
}

/// One connection at a time, kept.
fn trusting(running: &Running) -> Outcome<Client> {
    let ca = Certificate::from_pem(&fs::read(running.text("caFile")?)?)?;
    Ok(Client::builder().tls_certs_only([ca]).no_proxy().http1_only().pool_max_idle_per_host(1).build()?)
}

fn basic(id: &str, secret: &str) -> String {
    format!("Basic {}", STANDARD.encode(format!("{id}:{secret}")))
}

fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
