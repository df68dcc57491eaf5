//! Renewals over mutual TLS, beside the bare handshake; and the inventory's page, of a thousand and of a hundred thousand.

use std::{
    env,
    path::{Path, PathBuf},
    process::Command,
    time::Instant,
};

use blackbox::Store;
use reqwest::Client;
use serde_json::Value;

use crate::{
    Outcome,
    handshake::{Caller, Identity},
    load::{Load, concurrently},
    report::Report,
    server::Running,
};

/// Certificates that renew themselves at the same time.
const HANDS: usize = 16;
/// Renewals or handshakes in a turn.
const TURN: usize = 1500;
/// Turns of each. `BENCH_ROUNDS` is another number, for a try.
const ROUNDS: usize = 5;
/// Rows of the small inventory and of the large one.
const INVENTORIES: [usize; 2] = [1_000, 100_000];
/// Pages of each kind that are timed.
const PAGES: usize = 200;

pub(crate) async fn measure_all(report: &mut Report, scratch: &Path) -> Outcome<()> {
    report.section("Certificates");
    let rounds = env::var("BENCH_ROUNDS").ok().and_then(|text| text.parse().ok()).unwrap_or(ROUNDS).max(1);
    renewals(report, &scratch.join("renewals"), rounds).await?;
    inventory(report, scratch).await
}

/// Handshakes, renewals with a handshake each, and renewals on connections that are kept, in turns.
async fn renewals(report: &mut Report, data: &Path, rounds: usize) -> Outcome<()> {
    let running = Running::start(data, &[])?;
    let load = Load::new(&running)?;
    let identities = load.certificates(HANDS).await?;
    let url = running.text("certificateSecuredConnectorUrl")?;
    let callers = identities.iter().map(|identity| Caller::new(url, identity)).collect::<Outcome<Vec<_>>>()?;
    let bare = Running::spawn(Command::new(env::current_exe()?).arg("handshakes"))?;
    let own: Identity = serde_json::from_value(bare.ready["identity"].clone())?;
    let own = Caller::new(bare.text("url")?, &own)?;
    let bodies: Vec<&Value> = identities.iter().map(|identity| &identity.body).collect();
    let (callers, own, bodies) = (&callers, &own, &bodies);

    let mut rates: [Vec<f64>; 3] = Default::default();
    let mut p99s: [Vec<f64>; 3] = Default::default();
    for round in 0..=rounds {
        // The first turn warms up.
        let count = if round == 0 { TURN / 10 } else { TURN };
        let handshakes = concurrently(count, HANDS, |_| async move { own.handshake().await }).await?;
        let new = concurrently(count, HANDS, |number| async move {
            callers[number % HANDS].connect().await?.post(bodies[number % HANDS], true).await
        });
        let (answers, ..) = &new.await.inspect(|(_, rate, p99)| {
            if round > 0 {
                rates[1].push(*rate);
                p99s[1].push(*p99);
            }
        })?;
        answers.iter().try_for_each(is_certificate)?;
        let kept = kept_alive(callers, bodies, count).await?;
        if round > 0 {
            for (place, (rate, p99)) in [(0, (handshakes.1, handshakes.2)), (2, kept)] {
                rates[place].push(rate);
                p99s[place].push(p99);
            }
        }
    }
    report.note(&format!(
        "{HANDS} certificates at once, {rounds} turns of {TURN} each, medians; full handshakes, P-256."
    ));
    let share = |place: usize| median(rates[place].iter().zip(&rates[0]).map(|(one, bare)| one / bare));
    let shares = [share(1), share(2)];
    let names = [
        ("mutual TLS handshakes, bare: rustls that says one byte", "handshakes/s"),
        ("renewals, new connection each, durable", "renewals/s"),
        ("renewals, connection kept, durable", "renewals/s"),
    ];
    for (place, (name, unit)) in names.into_iter().enumerate() {
        report.row(name, median(rates[place].iter().copied()), unit);
        report.row("  99th percentile", median(p99s[place].iter().copied()), "ms");
        if place > 0 {
            report.row("  share of the bare handshakes, same turn", 100.0 * shares[place - 1], "%");
        }
    }
    Ok(())
}

/// Every certificate on one connection of its own; rate and 99th percentile.
async fn kept_alive(callers: &[Caller], bodies: &[&Value], count: usize) -> Outcome<(f64, f64)> {
    let began = Instant::now();
    let each = count.div_ceil(HANDS);
    let hands = callers.iter().zip(bodies).map(|(caller, body)| async move {
        let mut connection = caller.connect().await?;
        let mut times = Vec::with_capacity(each);
        for _ in 0..each {
            let began = Instant::now();
            is_certificate(&connection.post(body, false).await?)?;
            times.push(began.elapsed().as_secs_f64() * 1000.0);
        }
        Outcome::Ok(times)
    });
    let mut times: Vec<f64> = futures_util::future::try_join_all(hands).await?.into_iter().flatten().collect();
    let elapsed = began.elapsed().as_secs_f64();
    times.sort_by(f64::total_cmp);
    #[expect(clippy::cast_precision_loss, reason = "thousands")]
    let rate = times.len() as f64 / elapsed;
    Ok((rate, times[times.len() * 99 / 100]))
}

fn is_certificate(answer: &Value) -> Outcome<()> {
    if answer["data"]["r"]["clientCertificate"].is_string() {
        return Ok(());
    }
    Err(format!("no certificate in an answer: {:.300}", answer.to_string()).into())
}

/// A page of fifty at the beginning and one far inside, of a small inventory and of a large one, in turns.
async fn inventory(report: &mut Report, scratch: &Path) -> Outcome<()> {
    let mut servers = Vec::new();
    for rows in INVENTORIES {
        let data: PathBuf = scratch.join(format!("inventory-{rows}"));
        let running = Running::start(&data, &[])?;
        Load::new(&running)?.certificates(1).await?;
        running.stop()?;
        let mut store = Store::open(&data).await;
        store.multiply_certificates(rows).await;
        store.close().await;
        let running = Running::start(&data, &[])?;
        let reader = Reader::new(&running)?;
        servers.push((running, reader));
    }
    let readers = [&servers[0].1, &servers[1].1];
    let mut worst: f64 = 0.0;
    for order in ["expiry", "issued", "owner", "authority"] {
        for (place, pages_in) in [("first page", 0), ("ten pages in", 10)] {
            let mut after = [String::new(), String::new()];
            for (after, reader) in after.iter_mut().zip(readers) {
                for _ in 0..pages_in {
                    *after = reader.page(order, after).await?;
                }
            }
            let mut times: [Vec<f64>; 2] = Default::default();
            for turn in 0..PAGES + PAGES / 10 {
                for which in if turn % 2 == 0 { [0, 1] } else { [1, 0] } {
                    let began = Instant::now();
                    readers[which].page(order, &after[which]).await?;
                    if turn >= PAGES / 10 {
                        times[which].push(began.elapsed().as_secs_f64() * 1e6);
                    }
                }
            }
            let [small, large] = times.map(|times| median(times.into_iter()));
            report.row(&format!("inventory by {order}, {place} of 50, of {}", INVENTORIES[0]), small, "µs");
            report.row(&format!("  of {}, in turns with it", INVENTORIES[1]), large, "µs");
            worst = worst.max(large / small);
        }
    }
    report.row("  the worst of them, large to small", 100.0 * worst, "%");
    report.goal("a page of 100,000 certificates takes as long as one of 1,000 within 20 %", worst <= 1.2);
    Ok(())
}

/// The administrator on one connection.
struct Reader {
    client: Client,
    url: String,
    token: String,
}

impl Reader {
    fn new(running: &Running) -> Outcome<Self> {
        let ca = reqwest::Certificate::from_pem(&std::fs::read(running.text("caFile")?)?)?;
        let client =
            Client::builder().tls_certs_only([ca]).no_proxy().http1_only().pool_max_idle_per_host(1).build()?;
        let token = std::fs::read_to_string(running.text("adminTokenFile")?)?.trim().to_owned();
        Ok(Self { client, url: format!("{}/certificates", running.text("consoleUrl")?), token })
    }

    /// Reads a page; the cursor behind it, as a parameter.
    async fn page(&self, order: &str, after: &str) -> Outcome<String> {
        let url = format!("{}?first=50&order={order}{after}", self.url);
        let reply = self.client.get(url).bearer_auth(&self.token).send().await?.error_for_status()?;
        let bytes = reply.bytes().await?;
        let page: Value = serde_json::from_slice(&bytes)?;
        if page["certificates"].as_array().map(Vec::len) != Some(50) {
            return Err("a page of the inventory has not 50 rows".into());
        }
        Ok(format!("&after={}", page["endCursor"].as_str().ok_or("no cursor")?))
    }
}

fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
