//! The server behind the window does not start, starts after all, and starts again.

use std::net::{Ipv4Addr, TcpListener};

use blackbox::{
    Server, Store,
    window::{Clipboard, Home, Terminal, Window, free_ports},
};

#[tokio::test]
async fn a_taken_port_is_named_and_can_be_tried_again() {
    let home = Home::new();
    let holder = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let port = holder.local_addr().unwrap().port().to_string();
    let window = Window::open(&home, &["--port", &port]).await;
    window.appears("@server-state[data-state=failed]").await;
    let said = window.says("@error-panel", &format!("Port {port} is used by")).await;
    assert!(said.contains("--port"), "what to do: {said}");
    assert_eq!(window.count("@application-row").await, 0);
    assert_eq!(window.count("@create-application:not(:disabled)").await, 0, "nothing can be created without a server");

    window.click("@restart-server").await;
    window.says("@error-panel", &format!("Port {port} is used by")).await;

    drop(holder);
    window.click("@restart-server").await;
    window.appears("@application-row[data-name=shop]").await;
    window.goes("@error-panel").await;
    let environment = window.state().await["environment"]["directorUrl"].clone();
    assert!(environment.as_str().unwrap().contains(&format!(":{port}/")), "{environment}");
    window.quit().await;
}

#[tokio::test]
async fn a_data_folder_in_use_is_named_and_can_be_tried_again() {
    let home = Home::new();
    let other = Server::start_in(&home.data_dir(), &[]);
    other.register("from-the-terminal").await;
    let process = other.program().id();
    let window = Window::open(&home, &[]).await;
    let said = window.says("@error-panel", "Another copy").await;
    assert!(said.contains(&process.to_string()), "which process: {said}");
    assert!(said.contains(home.data_dir().to_str().unwrap()), "which folder: {said}");

    drop(other);
    window.click("@restart-server").await;
    window.appears("@application-row[data-name=from-the-terminal]").await;
    window.quit().await;
}

/// What was handed over before the stop works after it, and the window knows how it ended.
#[tokio::test]
async fn a_token_outlives_the_window() {
    let home = Home::new();
    let [port, mtls] = free_ports();
    let (port, mtls) = (port.to_string(), mtls.to_string());
    let options = ["--port", &port, "--mtls-port", &mtls];
    let window = Window::ready(&home, &options).await;
    window.click("@application-row[data-name=shop] @pair-row").await;
    window.click("@request-pairing").await;
    window.click("@copy-primary").await;
    let pairing_data = Clipboard.holds().await;
    window.quit().await;

    let window = Window::ready(&home, &options).await;
    window.says("@application-row[data-name=shop] @status", "Not paired").await;
    window.click("@application-row[data-name=shop] .name a").await;
    window.says("@pairing-entry[data-kind=token]", "Not used yet").await;
    let terminal = Terminal::new(window.ca_file());
    let director = terminal.obtain_certificate(&pairing_data);
    terminal.viewer_with_certificate(&director);
    window.press(&["Control+r"]).await;
    window.says("@pairing-entry[data-kind=certificate] @entry-state", "Valid until").await;
    window.says("@application-page header", "Paired").await;
    window.quit().await;
}

/// Counts from now on how often the page asks for applications; answers how often it did.
async fn questions(window: &Window) -> u64 {
    let counting = "(() => {
        if (window.questions === undefined) {
            window.questions = 0;
            const fetch = window.fetch;
            window.fetch = (...request) => {
                if (String(request[0]).endsWith('/list_applications')) window.questions += 1;
                return fetch(...request);
            };
        }
        return window.questions;
    })()";
    window.value(counting).await.as_u64().expect("a number")
}

/// As many other calls as a page that asks endlessly would have had time for.
async fn other_calls(window: &Window) {
    for _ in 0..50 {
        window.state().await;
    }
}

#[tokio::test]
async fn a_list_that_can_not_be_read_is_not_asked_for_endlessly() {
    let home = Home::new();
    let server = Server::start_in(&home.data_dir(), &[]);
    server.register("kept").await;
    drop(server);
    let mut store = Store::open(&home.data_dir()).await;
    store.execute("ALTER TABLE application RENAME TO misplaced").await;

    let window = Window::ready(&home, &[]).await;
    window.appears("@error-panel").await;
    questions(&window).await;
    other_calls(&window).await;
    assert_eq!(questions(&window).await, 0, "it failed once, and a person has to ask again");
    store.execute("ALTER TABLE misplaced RENAME TO application").await;
    window.click("@reload").await;
    window.appears("@application-row[data-name=kept]").await;
    assert_eq!(questions(&window).await, 1);

    // What was read is still there when it can't be read again.
    store.execute("ALTER TABLE application RENAME TO misplaced").await;
    window.press(&["Control+r"]).await;
    window.appears("@error-panel").await;
    window.appears("@application-row[data-name=kept]").await;
    other_calls(&window).await;
    assert_eq!(questions(&window).await, 2);
    store.execute("ALTER TABLE misplaced RENAME TO application").await;
    store.close().await;
    window.click("@resume-loading").await;
    window.goes("@error-panel").await;
    window.says("@count", "1 application").await;
    window.quit().await;
}
