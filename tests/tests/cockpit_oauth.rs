//! OAuth clients as the administrator uses them: the use cases against the real embedded server, with the commands
//! that are copied run by bash and curl.

#![expect(clippy::unwrap_used, reason = "helpers of tests may panic like the tests themselves")]

mod cockpit_oauth {
    mod access_tokens;
    mod bench;
    mod clients;
    mod rotation;

    pub(crate) use bench::{Bench, shown, text};
}
