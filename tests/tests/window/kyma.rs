//! What the window shows of applications that came by the old links: what they registered, the events they sent, how
//! they stand with the runtimes, and what happens when these change under their feet.

use blackbox::{
    KymaApplication, Store, Webhook,
    window::{Clipboard, Home, Window},
};
use reqwest::Method;
use serde_json::{Value, json};

/// Opens an application's own page from the list.
async fn open(window: &Window, name: &str) {
    window.press(&["Control+1"]).await;
    window.press(&["Control+r"]).await;
    window.click(&format!("@application-row[data-name={name}] .name a")).await;
    window.appears("@application-page header").await;
}

fn service(name: &str) -> Value {
    json!({
        "provider": "docs", "name": name, "description": "Everything about them",
        "api": { "targetUrl": "https://shop.example/rest", "spec": { "openapi": "3.0.0", "info": { "title": name } },
            "credentials": { "basic": { "username": "admin", "password": "nimda" } } },
        "events": { "spec": { "asyncapi": "2.0.0", "channels": { "order.created.v1": { "subscribe": {} } } } },
    })
}

fn event(kind: &str, data: &str) -> Value {
    json!({ "event-type": kind, "event-type-version": "v1", "event-time": "2020-02-03T04:05:06Z", "data": data })
}

#[track_caller]
fn sends(application: &KymaApplication, kind: &str, data: &str) {
    let reply = application.event(&event(kind, data));
    assert_eq!(reply.status, 200, "{reply:?}");
}

#[tokio::test]
async fn a_link_from_the_page_pairs_and_what_was_registered_is_shown() {
    let home = Home::new();
    let window = Window::ready(&home, &[]).await;
    let id = window.register("cornershop").await;
    open(&window, "cornershop").await;
    window.says("@last-seen", "No heartbeat yet").await;
    // No link before it was asked for, and none on the page before it is shown.
    assert_eq!(window.count("@link-value").await, 0);
    window.click("@link-generation-first").await;
    window.click("@request-link").await;
    window.click("@copy-link").await;
    let first = Clipboard.holds().await;
    assert!(first.contains("/v1/remoteenvironments/cornershop/info?token="), "{first}");
    window.click("@link-forget").await;
    window.click("@link-generation-second").await;
    window.click("@request-link").await;
    window.click("@copy-link").await;
    let link = window
        .wait(blackbox::window::PATIENCE, "another link is in the clipboard", async || {
            let held = Clipboard.holds().await;
            (held != first).then_some(held)
        })
        .await;
    let token = link.split_once("token=").unwrap().1.to_owned();
    assert!(!window.source().await.contains(&token), "held back until it is shown");
    window.click("@show-value").await;
    window.says("@link-value", &token).await;

    let mut shop = KymaApplication::pair(window.ca_file(), &id, &link);
    for name in ["Orders", "Customers"] {
        let reply = shop.curl().post(shop.url("metadataUrl"), service(name).to_string());
        assert_eq!(reply.status, 200, "{reply:?}");
    }
    shop.poll();
    window.press(&["Control+r"]).await;
    window.says("@last-seen", "Last seen").await;
    window.click("@heartbeat-days").await;
    window.says("@heartbeat-table", "2").await;
    window.click("@tab-metadata").await;
    window.appears("@service[data-name=Customers]").await;
    window.click("@service[data-name=Orders]").await;
    window.says("@service-name", "Orders").await;
    window.says("@service-detail", "https://shop.example/rest").await;
    for (text, wanted) in
        [("@api-spec", "openapi"), ("@event-spec", "order.created.v1"), ("@raw-registration", "********")]
    {
        if window.count(&format!("{text}[open]")).await == 0 {
            window.click(&format!("{text} summary")).await;
        }
        window.says(&format!("{text} @text-content"), wanted).await;
    }
    let source = window.source().await;
    assert!(!source.contains("nimda"), "no secret of a registration reaches the page");
    window.click("@api-spec summary").await;
    window.click("@copy-api-spec").await;
    let copied = window
        .wait(blackbox::window::PATIENCE, "the specification is in the clipboard", async || {
            serde_json::from_str::<Value>(&Clipboard.holds().await).ok()
        })
        .await;
    assert_eq!(copied["info"]["title"], "Orders");
    window.fits_its_width("metadata").await;
    window.quit().await;
}

#[tokio::test]
async fn events_arrive_while_one_watches() {
    let home = Home::new();
    let window = Window::ready(&home, &[]).await;
    let id = window.register("cornershop").await;
    let shop = window.pair_by_link(&id).await;
    open(&window, "cornershop").await;
    window.click("@tab-events").await;
    window.appears("@no-events").await;
    sends(&shop, "order.created", "the first of all");
    window.click("@event[data-type='order.created']").await;
    window.says("@event-type", "order.created").await;
    window.says("@event-payload @text-content", "the first of all").await;
    window.click("details:has(@event-attributes) summary").await;
    window.says("@event-attributes", "sap.kyma.custom.cornershop.order.created.v1").await;
    window.says("@ring", "1").await;

    let webhook = Webhook::start();
    window.fill("@subscription-url", "http://example.com/").await;
    window.click("@add-subscription").await;
    window.says("@subscription-fault", "").await;
    assert_eq!(window.count("@subscription").await, 0, "only this machine");
    window.fill("@subscription-url", &webhook.url()).await;
    window.fill("@subscription-type", "order.deleted").await;
    window.click("@add-subscription").await;
    window.says(&format!("@subscription[data-url='{}']", webhook.url()), "order.deleted").await;
    sends(&shop, "order.created", "not for the subscriber");
    sends(&shop, "order.deleted", "for the subscriber");
    webhook.wait_for(1).await;
    window.click("@event[data-type='order.deleted']").await;
    window.says("@event-payload @text-content", "for the subscriber").await;
    window.says("@event-deliveries", &webhook.url()).await;
    assert_eq!(webhook.delivered().len(), 1);
    window.click("@remove-subscription").await;
    window.goes("@subscription").await;
    window.fits_its_width("events").await;
    window.quit().await;
}

#[tokio::test]
async fn both_phases_are_followed_and_the_application_is_put_to_the_test() {
    let home = Home::new();
    let window = Window::ready(&home, &["--two-phase"]).await;
    let id = window.register("cornershop").await;
    window.press(&["Control+r"]).await;
    window.click("@application-row[data-name=cornershop] @pair-row").await;
    window.appears("@first-phase").await;
    window.appears("@second-phase[data-stage=waiting]").await;
    window.click("@request-pairing").await;
    window.click("@tab-legacy_url").await;
    window.click("@copy-primary").await;
    let link = Clipboard.holds().await;
    let mut first = KymaApplication::pair(window.ca_file(), &id, &link);
    // By itself.
    window.appears("@second-phase[data-stage=arrived]").await;
    let second = |first: &KymaApplication| {
        let link = first.managed["runtime"]["connectorUrl"].as_str().unwrap().to_owned();
        assert!(!link.is_empty());
        link
    };
    let link = second(&first);
    let mut runtime = KymaApplication::pair(window.ca_file(), &id, &link);
    // It has asked there with its second certificate at once.
    window.appears("@second-phase[data-stage=events]").await;
    assert!(!window.source().await.contains(link.split_once("token=").unwrap().1), "the second token is not shown");
    sends(&runtime, "order.created", "x");

    open(&window, "cornershop").await;
    window.appears("@runtime[data-runtime=kyma][data-token=used][data-certificate=valid]").await;
    window.says("@events-url", runtime.url("eventsUrl")).await;
    // Another address: told by its next poll, adapted by its next event.
    window.click("@change-event-url").await;
    window.appears("@adapted[data-what=move][data-state=waiting]").await;
    first.poll();
    window.appears("@adapted[data-what=move][data-state=told]").await;
    runtime.poll();
    sends(&runtime, "order.created", "at the new address");
    window.appears("@adapted[data-what=move][data-state=adapted]").await;
    window.says("@events-url", runtime.url("eventsUrl")).await;
    // Over: it must find the token and pair again.
    window.click("@expire-now").await;
    window.appears("@expire-dialog").await;
    window.click("@confirm-expire").await;
    window.goes("@expire-dialog").await;
    window.appears("@adapted[data-what=expire][data-state=waiting]").await;
    window.appears("@runtime[data-certificate=expired]").await;
    runtime.curl().try_send("GET", runtime.info_url(), None).unwrap_err();
    first.poll();
    window.appears("@adapted[data-what=expire][data-state=told]").await;
    KymaApplication::pair(window.ca_file(), &id, &second(&first));
    window.appears("@adapted[data-what=expire][data-state=adapted]").await;
    window.appears("@runtime[data-certificate=valid]").await;
    window.fits_its_width("runtimes").await;

    // Kubernetes' form of the same.
    window.click("@copy-kubernetes").await;
    window
        .wait(blackbox::window::PATIENCE, "the resource is in the clipboard", async || {
            Clipboard.holds().await.contains("kind: Application").then_some(())
        })
        .await;
    window.quit().await;
}

#[tokio::test]
async fn who_is_silent_is_found() {
    let home = Home::new();
    let window = Window::ready(&home, &[]).await;
    let (quiet, lively) = (window.register("quiet").await, window.register("lively").await);
    for id in [&quiet, &lively] {
        window.pair_by_link(id).await;
    }
    let seen = async |id: &str| {
        let shown = window.console(Method::GET, &format!("/applications/{id}/kyma"), &Value::Null).await;
        (shown["heartbeat"]["polls"] == 1).then_some(())
    };
    for id in [&quiet, &lively] {
        window.wait(blackbox::window::PATIENCE, "its poll is written down", async || seen(id).await).await;
    }
    // As if it had been four and a half days ago.
    let mut store = Store::open(&home.data_dir()).await;
    let ago = (4 * 24 + 12) * 3600 * 1000;
    store.execute(&format!("UPDATE application SET last_poll_at = last_poll_at - {ago} WHERE id = '{quiet}'")).await;
    store.close().await;
    window.press(&["Control+r"]).await;
    window.appears("@application-row[data-name=lively]").await;
    window.click("@silent-filter").await;
    window.goes("@application-row[data-name=lively]").await;
    window.appears("@application-row[data-name=quiet]").await;
    window.says("@count", "1").await;
    assert_eq!(window.count("@application-row").await, 1, "and nobody who never asked");
    window.click("@application-row[data-name=quiet] .name a").await;
    window.says("@last-seen", "Silent for 4 days").await;
    window.quit().await;
}

#[tokio::test]
async fn the_legacy_link_says_who_wants_it() {
    let home = Home::new();
    let window = Window::ready(&home, &[]).await;
    let id = window.register("cornershop").await;
    window.press(&["Control+r"]).await;
    window.click("@application-row[data-name=cornershop] @pair-row").await;
    window.click("@request-pairing").await;
    window.click("@tab-legacy_url").await;
    let who = window.appears("@legacy-who").await;
    for name in ["SAP Commerce", "varkes", "mock"] {
        assert!(who.contains(name), "{name} in {who}");
    }
    window.click("@legacy-first").await;
    window.appears("@connection-link").await;
    assert!(window.value("location.hash").await.as_str().unwrap().contains(&id));
    window.quit().await;
}
