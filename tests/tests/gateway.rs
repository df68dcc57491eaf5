//! What a paired application calls next: the registry of what it offers, and the events that it sends; and what the
//! administrator and subscribers see of both.

#![expect(clippy::unwrap_used, reason = "helpers of tests may panic like the tests themselves")]

mod gateway {
    mod bundle;
    mod cloud_event;
    mod console;
    mod credentials;
    mod door;
    mod legacy_event;
    mod registry;
    mod ring;
    mod specification;
    mod subscriber;
    mod validation;

    use blackbox::{KymaApplication, Reply, Server};
    use serde_json::{Value, json};

    /// A server with an internal port.
    pub(crate) fn start(options: &[&str]) -> Server {
        Server::start(&[&["--internal-port", "0"], options].concat())
    }

    /// A server and an application called shop.
    pub(crate) async fn shop() -> (Server, KymaApplication) {
        let server = start(&[]);
        let shop = KymaApplication::join(&server, "shop").await;
        (server, shop)
    }

    /// The least that can be registered.
    pub(crate) fn service(name: &str) -> Value {
        json!({
            "provider": "docs", "name": name, "description": format!("The {name} of the shop"),
            "api": { "targetUrl": "https://shop.example/rest" },
        })
    }

    /// With something changed; `null` takes away.
    pub(crate) fn with(mut service: Value, path: &str, value: Value) -> Value {
        let (parent, name) = path.rsplit_once('/').unwrap();
        let object = service.pointer_mut(parent).unwrap().as_object_mut().unwrap();
        if value.is_null() {
            object.remove(name);
        } else {
            object.insert(name.to_owned(), value);
        }
        service
    }

    /// Registers a service and returns its id.
    #[track_caller]
    pub(crate) fn register(shop: &KymaApplication, service: &Value) -> String {
        let reply = shop.curl().post(shop.url("metadataUrl"), service.to_string());
        let answer = ok(&reply, 200);
        let id = answer["id"].as_str().unwrap_or_else(|| panic!("{reply:?}")).to_owned();
        assert_eq!(answer, json!({ "id": id }));
        id
    }

    /// What is read back.
    #[track_caller]
    pub(crate) fn read(shop: &KymaApplication, id: &str) -> Value {
        ok(&shop.curl().get(&format!("{}/{id}", shop.url("metadataUrl"))), 200)
    }

    #[track_caller]
    pub(crate) fn list(shop: &KymaApplication) -> Vec<Value> {
        ok(&shop.curl().get(shop.url("metadataUrl")), 200).as_array().unwrap().clone()
    }

    #[track_caller]
    pub(crate) fn ok(reply: &Reply, status: u16) -> Value {
        assert_eq!(reply.status, status, "{reply:?}");
        reply.json()
    }

    /// An error in the form of Kyma's services.
    #[track_caller]
    pub(crate) fn error(reply: &Reply) -> (u16, String) {
        let json = reply.json();
        let text = json["error"].as_str().unwrap_or_else(|| panic!("{reply:?}")).to_owned();
        assert_eq!(json, json!({ "code": reply.status, "error": text }), "{reply:?}");
        (reply.status, text)
    }

    /// A legacy event that is as it should be.
    pub(crate) fn event(kind: &str, data: &Value) -> Value {
        json!({ "event-type": kind, "event-type-version": "v1", "event-time": "2020-02-03T04:05:06.789Z", "data": data })
    }

    /// The administrator's page of an application's events, newest first.
    pub(crate) async fn events(server: &Server, shop: &KymaApplication) -> Vec<Value> {
        let page = server.console_get(&format!("/applications/{}/events?first=200", shop.id)).await;
        page["events"].as_array().unwrap().clone()
    }
}
