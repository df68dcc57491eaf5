//! The pictures of the documentation, taken of the real window while an application is really paired.
//!
//! `cargo xtask run` builds what it needs; ImageMagick takes the pictures. Then, on a display that has room beside the
//! window, where the desktop's notifications go (`xvfb-run -s "-screen 0 1920x1200x24" dbus-run-session --`):
//! `TAURI_DRIVER_BIN=~/.cargo/bin/tauri-driver cargo run -p blackbox --bin pictures docs/images`
//!
//! After the folder, the names of scenes take only these: `light`, `dark`, `kyma`, `landscape`.

use std::{env, fs, path::PathBuf, time::Duration};

use blackbox::{
    KymaApplication, Server,
    window::{Clipboard, Home, Terminal, Window, on_display},
};
use reqwest::Method;
use serde_json::{Value, json};

/// What this renderer draws is on the display as soon as it is drawn.
const AT_ONCE: (&str, &str) = ("WEBKIT_DISABLE_DMABUF_RENDERER", "1");

/// What moves for ever stands at its beginning, and what moves once has arrived.
const STILL: &str = "document.getAnimations().forEach((animation) => {
        const endless = animation.effect.getComputedTiming().endTime === Infinity;
        if (endless) { animation.pause(); animation.currentTime = 0; } else animation.finish();
    }) ?? null";

/// How far the display may be behind the page.
const DISPLAY_LAG: Duration = Duration::from_millis(700);

/// The ports that a reader will see in the own window.
const PORTS: [&str; 4] = ["--port", "8443", "--mtls-port", "8444"];

/// What a landscape might have: name, provider, description.
const APPLICATIONS: [(&str, &str, &str); 6] = [
    ("SAP Commerce Cloud", "SAP", "Storefront and order management of the web shop"),
    ("SAP Cloud for Customer", "SAP", "Service tickets of the call centre"),
    ("Field Service", "SAP", "Technicians' orders and routes"),
    ("Warehouse Control", "Logistics team", "Stock levels and picking, Hall 4"),
    ("Loyalty Programme", "Marketing", "Points and vouchers"),
    ("Billing Archive", "Finance", "Read-only since the move to the new ledger"),
];

#[tokio::main]
async fn main() {
    let mut arguments = env::args().skip(1);
    let folder = PathBuf::from(arguments.next().unwrap_or_else(|| "docs/images".into()));
    fs::create_dir_all(&folder).expect("the folder for the pictures");
    let album = Album { folder };
    let wanted: Vec<String> = arguments.collect();
    let wants = |scene: &str| wanted.is_empty() || wanted.iter().any(|name| name == scene);
    if wants("light") {
        album.light().await;
    }
    if wants("dark") {
        album.dark().await;
    }
    if wants("kyma") {
        album.kyma().await;
    }
    if wants("landscape") {
        album.landscape().await;
    }
}

struct Album {
    folder: PathBuf,
}

impl Album {
    async fn light(&self) {
        let home = home("light");
        let window = Window::ready(&home, &PORTS).await;
        furnish(&window).await;
        self.take(&window, "applications").await;

        window.click("@application-row[data-name='SAP Commerce Cloud'] @pair-row").await;
        window.appears("@request-pairing").await;
        self.take(&window, "pair-choose").await;
        window.click("@request-pairing").await;
        window.appears("@countdown").await;
        window.click("@copy-primary").await;
        window.says("@copy-outcome", "Copied").await;
        self.take(&window, "pair-certificate").await;

        let terminal = Terminal::new(window.ca_file());
        let director = terminal.obtain_certificate(&Clipboard.holds().await);
        window.appears("@progress-stage[data-stage=certificate_issued]").await;
        terminal.viewer_with_certificate(&director);
        window.appears("@paired").await;
        self.take(&window, "paired").await;
        window.click("@done").await;
        window.click("@nav-applications").await;
        window.click("@application-row[data-name='Field Service'] @pair-row").await;
        window.click("@auth-client_credentials").await;
        window.click("@request-pairing").await;
        window.click("@test-credentials").await;
        window.appears("@test-ok").await;
        self.take(&window, "credentials").await;
        self.clients(&window).await;
        self.certificates(&window).await;
        window.quit().await;
    }

    /// Certificates that end on different days, one of them renewed, and what signs them.
    async fn certificates(&self, window: &Window) {
        let administrator = window.administrator().await;
        let query = "query { result: applications(first: 200) { data { id name } } }";
        let all = administrator.data(query, json!({})).await;
        let mut policy = window.console(Method::GET, "/policy", &Value::Null).await["policy"].clone();
        let mut renewed = None;
        for (row, days) in all["data"].as_array().expect("applications").iter().zip([9, 90, 35, 62, 61, 20]) {
            policy["lifetimes"]["applicationSeconds"] = (days * 86_400).into();
            window.console(Method::PUT, "/policy", &policy).await;
            let pairing = window.pair(row["id"].as_str().expect("an id")).await;
            if days > 60 {
                renewed = Some(window.renew(&pairing).await);
            }
        }
        policy["lifetimes"]["applicationSeconds"] = (90 * 86_400).into();
        window.console(Method::PUT, "/policy", &policy).await;
        window.click("@nav-certificates").await;
        window.press(&["Control+r"]).await;
        window.appears("@timeline-chart").await;
        window.click("@what-if-line").await;
        for _ in 0..4 {
            window.press(&["Shift+ArrowRight"]).await;
        }
        self.take(window, "certificates").await;
        let renewed = renewed.expect("a renewed certificate");
        window.click(&format!("@certificate-row[data-fingerprint='{}'] @open-certificate", renewed.name())).await;
        window.appears("@chain-link").await;
        self.take(window, "certificate").await;
        window.click("@nav-authority").await;
        window.appears("@authority-fingerprint").await;
        self.take(window, "authority").await;
    }

    /// The OAuth clients, one of which was just paired and whose secret is still at hand.
    async fn clients(&self, window: &Window) {
        let administrator = window.administrator().await;
        let query = "query { result: applications(first: 200) { data { id name } } }";
        let all = administrator.data(query, json!({})).await;
        for row in all["data"].as_array().expect("applications") {
            if row["name"] == "Loyalty Programme" || row["name"] == "Warehouse Control" {
                let create = "mutation($id: ID!) { result: requestClientCredentialsForApplication(id: $id) { id } }";
                administrator.data(create, json!({ "id": row["id"] })).await;
            }
        }
        window.click("@copy-primary").await;
        window.says("@copy-outcome", "Copied").await;
        window.click("@acknowledge").await;
        window.click("@nav-oauth-clients").await;
        window.click("@oauth-client-row[data-name='Field Service'] @open-client").await;
        window.click("@rotate").await;
        window.click("@confirm-rotate").await;
        window.click("@copy-primary").await;
        window.says("@copy-outcome", "Copied").await;
        window.click("@nav-oauth-clients").await;
        window.says("@count", "3 OAuth clients").await;
        window.appears("@oauth-client-row @client-state[data-state=overlap]").await;
        self.take(window, "oauth-clients").await;

        window.click("@oauth-client-row[data-name='Field Service'] @open-client").await;
        window.click("@close-fresh").await;
        window.click("@open-token").await;
        window.click("@get-token").await;
        window.appears("@token-result").await;
        window
            .value("document.querySelector('[data-testid=token-result]').scrollIntoView({ block: 'start' }) ?? null")
            .await;
        self.take(window, "oauth-client").await;
    }

    /// An application pairs in two phases, registers what it offers and sends events.
    async fn kyma(&self) {
        let home = home("light");
        let window = Window::ready(&home, &[&PORTS[..], &["--two-phase"]].concat()).await;
        let id = window.register("cornershop").await;
        window.press(&["Control+r"]).await;
        window.click("@application-row[data-name=cornershop] @pair-row").await;
        window.appears("@first-phase").await;
        window.click("@request-pairing").await;
        window.click("@tab-legacy_url").await;
        window.click("@copy-primary").await;
        let link = Clipboard.holds().await;
        let first = KymaApplication::pair(window.ca_file(), &id, &link);
        window.appears("@second-phase[data-stage=arrived]").await;
        self.take(&window, "two-phases").await;
        let link = first.managed["runtime"]["connectorUrl"].as_str().expect("a second link").to_owned();
        let runtime = KymaApplication::pair(window.ca_file(), &id, &link);
        for (name, kind) in [("Orders", "order.created"), ("Customers", "customer.changed"), ("Stock", "stock.low")] {
            let service = json!({
                "provider": "Corner Shop", "name": name, "description": format!("{name}, as the shop knows them"),
                "api": { "targetUrl": format!("https://shop.example/{}", name.to_lowercase()),
                    "spec": { "openapi": "3.0.0", "info": { "title": name, "version": "1.4" }, "paths": { "/": {} } } },
                "events": { "spec": { "asyncapi": "2.0.0", "channels": { format!("{kind}.v1"): { "subscribe": {} } } } },
            });
            assert_eq!(first.curl().post(first.url("metadataUrl"), service.to_string()).status, 200);
        }
        for number in 4711..4717 {
            let kind = ["order.created", "customer.changed", "stock.low"][number % 3];
            let data = json!({ "number": number, "shop": "Corner Shop", "currency": "EUR" });
            let time = "2026-11-21T12:00:00Z";
            let event = json!({ "event-type": kind, "event-type-version": "v1", "event-time": time, "data": data });
            assert_eq!(runtime.event(&event).status, 200);
        }
        window.click("@done").await;
        window.press(&["Control+1"]).await;
        window.press(&["Control+r"]).await;
        window.click("@application-row[data-name=cornershop] .name a").await;
        window.appears("@runtime[data-runtime=kyma][data-certificate=valid]").await;
        self.take(&window, "application").await;
        window.click("@tab-metadata").await;
        window.click("@service[data-name=Orders]").await;
        window.appears("@service-detail").await;
        self.take(&window, "metadata").await;
        window.click("@tab-events").await;
        window.click("@event[data-type='order.created']").await;
        window.appears("@event-payload").await;
        self.take(&window, "events").await;
        window.quit().await;
    }

    /// An environment that is added by its address, and many applications that are paired in it.
    async fn landscape(&self) {
        let applications = APPLICATIONS
            .map(|(name, provider, description)| json!({ "name": name, "providerName": provider, "description": description }));
        let server = Server::seeded(
            &json!({ "tenants": [{ "name": "Acme Retail" }, { "name": "Acme Logistics" }], "applications": applications }),
            &["--proposal-api", "off"],
        );
        let home = home("light");
        let window = Window::ready(&home, &PORTS).await;
        window.press(&["Control+Shift+e"]).await;
        window.click("@switcher-add").await;
        window.fill("@environment-address", server.ready("directorUrl")).await;
        window.click("@find-environment").await;
        window.appears("@server-chain @chain-link").await;
        window.value("document.querySelector('[data-testid=discovery-steps]').scrollIntoView() ?? null").await;
        self.take(&window, "environment-add").await;
        window.click("@trust-here").await;
        window.appears("@discovery-step[data-step=director_answered][data-state=done]").await;
        window.fill("@environment-name", "Acme Europe").await;
        window.fill("@environment-badge", "PRODUCTION").await;
        window.click("@colour-orange").await;
        window.click("@guard-confirm").await;
        window.click("@method-token").await;
        window.click("@save-and-use").await;
        window.click("@sign-in").await;
        window.fill("@sign-in-secret", &server.admin_token()).await;
        window.click("@keep-session").await;
        window.click("@sign-in-submit").await;
        window.click("@choose-tenant").await;
        window.fill("@tenant-switcher-search", "retail").await;
        window
            .wait(blackbox::window::PATIENCE, "one tenant", async || {
                (window.count("@tenant-option").await == 1).then_some(())
            })
            .await;
        window.click("@tenant-option").await;
        window.appears("@application-row[data-name='Field Service']").await;
        window.click("@nav-environments").await;
        window.appears("@environment-card").await;
        window.goes("@notice").await;
        self.take(&window, "environments").await;
        window.click("@nav-applications").await;
        window.click("@application-row[data-name='Field Service'] @pair-row").await;
        window.click("@request-pairing").await;
        window.appears("@guard-dialog").await;
        self.take(&window, "guard").await;
        window.click("@guard-go").await;
        window.appears("@progress-stage[data-stage=waiting]").await;
        window.click("@copy-primary").await;
        let terminal = Terminal::new(server.ready("caFile").into());
        terminal.obtain_certificate(&Clipboard.holds().await);
        window.appears("@progress-stage[data-stage=certificate_issued]").await;
        self.take(&window, "pair-remote").await;
        window.click("@nav-applications").await;
        window.appears("@application-row").await;
        for name in ["Billing Archive", "Loyalty Programme", "Warehouse Control"] {
            window.click(&format!("@application-row[data-name='{name}'] @pick")).await;
        }
        window.click("@pair-in-waves").await;
        window.appears("@wave-preview").await;
        window.click("@hand-by_hand").await;
        window.click("@start-waves").await;
        window.click("@guard-go").await;
        window.appears("@wave-run").await;
        window.click("@next-application").await;
        window.appears("@wave-turn").await;
        self.take(&window, "waves").await;
        window.quit().await;
    }

    async fn dark(&self) {
        let home = home("dark");
        let window = Window::ready(&home, &PORTS).await;
        furnish(&window).await;
        window.click("@application-row[data-name='SAP Commerce Cloud'] @pair-row").await;
        window.click("@request-pairing").await;
        window.appears("@countdown").await;
        self.take(&window, "pair-dark").await;
        window.quit().await;
    }

    /// Waits until two pictures in a row are the same, since the first may be of an older frame, and keeps it.
    async fn take(&self, window: &Window, name: &str) {
        let mut last = Vec::new();
        // Nothing under the pointer, no caret.
        window.point_away().await;
        window.value("document.activeElement?.blur() ?? null").await;
        // The display follows the page, sometimes a good deal later.
        tokio::time::sleep(DISPLAY_LAG).await;
        let picture = window
            .wait(blackbox::window::PATIENCE, "the picture is steady", async || {
                window.value(STILL).await;
                let picture = on_display::picture(window.process(), "Pairing Cockpit")?;
                let steady = picture == last;
                last.clone_from(&picture);
                steady.then_some(picture)
            })
            .await;
        fs::write(self.folder.join(format!("{name}.png")), picture).expect("the picture");
    }
}

fn home(theme: &str) -> Home {
    let home = Home::new().with(AT_ONCE.0, AT_ONCE.1);
    home.set(&json!({ "theme": theme, "clipboardSeconds": 60 }));
    home
}

/// Registers the applications, in place of the samples.
async fn furnish(window: &Window) {
    let administrator = window.administrator().await;
    let all = administrator.data("query { result: applications(first: 200) { data { id } } }", json!({})).await;
    for row in all["data"].as_array().expect("applications") {
        let remove = "mutation($id: ID!) { result: unregisterApplication(id: $id) { id } }";
        administrator.data(remove, json!({ "id": row["id"] })).await;
    }
    for (name, provider, description) in APPLICATIONS {
        let create = "mutation($in: ApplicationRegisterInput!) { result: registerApplication(in: $in) { id } }";
        let input = json!({ "name": name, "providerName": provider, "description": description });
        administrator.data(create, json!({ "in": input })).await;
    }
    window.press(&["Control+r"]).await;
    window.says("@count", "6 applications").await;
    window.appears("@application-row").await;
}
