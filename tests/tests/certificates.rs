//! A certificate's life: what is in it, who refuses it, how it is renewed, revoked, listed; and the authority behind it.

#![expect(clippy::unwrap_used, reason = "helpers of tests may panic like the tests themselves")]

mod certificates {
    mod authority;
    mod backup;
    mod clock;
    mod import;
    mod inventory;
    mod key_protection;
    mod lint;
    mod policy;
    mod profile;
    mod refusal;
    mod renewal;
    mod revocation;
    mod revocation_list;
    mod script;
    mod signing;
    mod timeline;

    use blackbox::{Pairing, Server};
    use serde_json::Value;

    /// How the inventory says that a certificate was turned away. It is written down a little later.
    pub(crate) async fn refusal(server: &Server, name: &str) -> Value {
        blackbox::until("the refusal is noted", std::time::Duration::from_secs(15), async || {
            let refused = entry(server, name).await["refused"].clone();
            refused.is_object().then_some(refused)
        })
        .await
    }

    /// What the inventory says about one certificate.
    pub(crate) async fn entry(server: &Server, name: &str) -> Value {
        server.console_get(&format!("/certificates/{name}")).await["certificate"].clone()
    }

    /// Whether the Director lets this certificate in, on a new connection. A refusal has one form.
    pub(crate) async fn works(server: &Server, pairing: &Pairing) -> bool {
        let reply = pairing.director(server).viewer().await;
        if reply.status != 200 {
            assert_eq!(reply.refusal().0, 401, "{reply:?}");
        }
        reply.status == 200
    }

    /// A refusal of the console: HTTP status, code, and a sentence.
    #[track_caller]
    pub(crate) fn refused(reply: &blackbox::Reply, status: u16, code: &str) -> String {
        let json = reply.json();
        assert_eq!((reply.status, &json["code"]), (status, &Value::from(code)), "{reply:?}");
        let message = json["message"].as_str().unwrap_or_else(|| panic!("{reply:?}"));
        assert!(message.len() > 10, "{reply:?}");
        message.to_owned()
    }

    pub(crate) fn is_time(value: &Value) -> bool {
        value.as_str().is_some_and(|time| time.len() >= 20 && time.as_bytes()[10] == b'T' && time.ends_with('Z'))
    }
}
