//! From a one-time token to a certificate, and to its end: the Connector's wire, text by text.

#![expect(clippy::unwrap_used, reason = "helpers of tests may panic like the tests themselves")]

mod enrolment {
    mod certificate;
    mod request;
    mod token;

    /// What the Connector says to somebody whose proof does not count (contracts §2.8, with the two dots).
    pub(crate) const NOBODY: &str = "Failed to authenticate request. Token authentication error: Failed to \
        authenticate with one time token.. Certificate authentication error: Failed to authenticate with \
        Certificate. Invalid subject.";

    /// The same, when the wish was to sign.
    pub(crate) fn nobody_signs() -> String {
        format!("Failed to authenticate with token: {NOBODY}")
    }

    pub(crate) const NOBODY_REVOKES: &str =
        "Failed to authenticate with certificate: Failed to authenticate with Certificate. Invalid subject.";
}
