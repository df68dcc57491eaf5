//! The Director's wire: what Compass' clients send, and what they get.

#![expect(clippy::unwrap_used, reason = "helpers of tests may panic like the tests themselves")]

mod director {
    mod applications;
    mod authentication;
    mod pairing;

    use serde_json::{Value, json};

    pub(crate) const REGISTER: &str =
        "mutation($in: ApplicationRegisterInput!) { result: registerApplication(in: $in) { id name } }";

    /// The answer to a registration.
    pub(crate) async fn register(caller: &blackbox::Caller, input: Value) -> blackbox::Reply {
        caller.graphql(REGISTER, json!({ "in": input })).await
    }
}
