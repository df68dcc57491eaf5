//! Two-phase pairing: the certificate of the central Connector opens the registry and the info endpoint, that of the
//! runtime's Connector opens the events. And what the administrator can change under an application's feet.

#![expect(clippy::unwrap_used, reason = "helpers of tests may panic like the tests themselves")]

mod two_phase {
    mod change;
    mod client;
    mod command_line;
    mod door;
    mod expiry;
    mod heartbeat;
    mod offer;
    mod overview;
    mod restart;
    mod revocation;
    mod secret;

    use std::time::Duration;

    use blackbox::{KymaApplication, Reply, Server};
    use serde_json::{Value, json};

    /// A server with two Connectors.
    pub(crate) fn start(options: &[&str]) -> Server {
        Server::start(&[&OPTIONS, options].concat())
    }

    pub(crate) const OPTIONS: [&str; 3] = ["--internal-port", "0", "--two-phase"];

    /// What the ready line says of a runtime.
    #[track_caller]
    pub(crate) fn ready(server: &Server, name: &str) -> Value {
        let runtimes = server.program().ready().json["runtimes"].as_array().unwrap().clone();
        let found = runtimes.iter().find(|runtime| runtime["name"] == name);
        found.unwrap_or_else(|| panic!("{name} in {runtimes:?}")).clone()
    }

    /// What the last management info says of a runtime.
    #[track_caller]
    pub(crate) fn offer(first: &KymaApplication, name: &str) -> Value {
        let runtimes = first.managed["runtimes"].as_array().unwrap_or_else(|| panic!("{}", first.managed));
        runtimes.iter().find(|runtime| runtime["name"] == name).unwrap().clone()
    }

    /// Pairs a second time, with the token of the last answer. The application has heard of the center's authority only.
    #[track_caller]
    pub(crate) fn second(server: &Server, first: &KymaApplication, name: &str) -> KymaApplication {
        KymaApplication::pair(server.ready("caFile"), &first.id, text(&offer(first, name)["connectorUrl"]))
    }

    /// An application that is paired with the center and with the runtime called kyma.
    pub(crate) async fn both(server: &Server, name: &str) -> (KymaApplication, KymaApplication) {
        let first = KymaApplication::join(server, name).await;
        let second = second(server, &first, "kyma");
        (first, second)
    }

    #[track_caller]
    pub(crate) fn text(value: &Value) -> &str {
        value.as_str().unwrap_or_else(|| panic!("no text: {value}"))
    }

    /// An error of the legacy wires.
    #[track_caller]
    pub(crate) fn error(reply: &Reply) -> (u16, String) {
        let text = reply.json()["error"].as_str().unwrap_or_else(|| panic!("{reply:?}")).to_owned();
        assert_eq!(reply.json(), json!({ "code": reply.status, "error": text }), "{reply:?}");
        (reply.status, text)
    }

    pub(crate) fn event(kind: &str) -> Value {
        json!({ "event-type": kind, "event-type-version": "v1", "event-time": "2020-02-03T04:05:06Z", "data": {} })
    }

    /// That an event is taken.
    #[track_caller]
    pub(crate) fn sends(application: &KymaApplication) {
        let reply = application.event(&event("order.created"));
        assert_eq!(reply.status, 200, "{reply:?}");
    }

    /// What the console says about an application at a runtime, as soon as it is `ready`.
    pub(crate) async fn state(
        server: &Server,
        id: &str,
        name: &str,
        what: &str,
        ready: impl Fn(&Value) -> bool,
    ) -> Value {
        blackbox::until(what, Duration::from_secs(15), async || {
            let kyma = server.console_get(&format!("/applications/{id}/kyma")).await;
            let runtimes = kyma["runtimes"].as_array().unwrap().clone();
            let found = runtimes.into_iter().find(|runtime| runtime["name"] == name).unwrap();
            ready(&found).then_some(found)
        })
        .await
    }
}
