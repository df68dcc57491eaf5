//! 10,212 applications of a landscape that answers 200 at a time, each answer 50 ms late.

use std::time::Duration;

use blackbox::{
    AwkwardDirector, Server,
    window::{Home, Window},
};
use serde_json::{Value, json};

const APPLICATIONS: usize = 10_212;

/// Applications as a landscape has them.
fn seed() -> Value {
    let application = |n: usize| {
        json!({ "name": format!("app-{n:05}"), "providerName": format!("Provider {}", n % 40),
            "description": format!("Application number {n}"), "baseUrl": format!("https://app-{n}.example.com"),
            "labels": { "region": format!("eu{}", n % 7), "stage": "production" } })
    };
    json!({ "applications": (0..APPLICATIONS).map(application).collect::<Vec<_>>() })
}

#[tokio::test]
async fn ten_thousand_applications_are_there_while_they_come() {
    let server =
        Server::seeded(&seed(), &["--proposal-api", "off", "--auths-readable", "off", "--introspection", "off"]);
    let director = AwkwardDirector::before(&server);
    director.take(Duration::from_millis(50));
    let home = Home::new();
    let window = Window::ready(&home, &[]).await;
    let definition = json!({ "name": "Long", "badge": "TEST", "directorUrl": director.director_url(),
        "tenant": server.ready("tenant"), "tenantName": "default", "signIn": { "kind": "token" },
        "caPem": director.ca_pem(), "proxy": { "kind": "none" } });
    let saved = window.call("save_environment", &json!({ "id": null, "definition": definition })).await;
    let id = saved["id"].as_str().unwrap();
    let token = json!({ "id": id, "secret": server.admin_token(), "keep": "session" });
    window.call("sign_in_with_secret", &token).await;
    let measured = window.measure_long_list(id, APPLICATIONS).await;
    window.quit().await;
    let asked = director.seen();
    let beginnings = asked.iter().take(6).map(|seen| seen.document.lines().next().unwrap_or_default().to_owned());
    say(&(measured, beginnings.collect::<Vec<_>>()));
    assert!(measured.first_rows < 1000.0, "{measured:?}");
    assert!(measured.complete < 15_000.0, "{measured:?}");
    assert!(measured.filtered < 16.0, "{measured:?}");
    // One page after another: never two at the same time, and none twice.
    let pages: Vec<_> = director.seen().into_iter().filter(|seen| seen.says("applications")).collect();
    let mut cursors: Vec<_> = pages.iter().map(|seen| seen.variables["after"].to_string()).collect();
    assert_eq!(cursors.len(), APPLICATIONS.div_ceil(200), "{cursors:?}");
    cursors.sort();
    cursors.dedup();
    assert_eq!(cursors.len(), pages.len());
}

#[expect(clippy::print_stderr, reason = "what was measured is worth reading also where it is good enough")]
fn say(measured: &impl std::fmt::Debug) {
    eprintln!("{measured:#?}");
}
