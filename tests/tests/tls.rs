//! TLS as strangers see it: versions, cipher suites, names of authorities, resumption, places.

#![expect(clippy::unwrap_used, reason = "helpers of tests may panic like the tests themselves")]

mod tls {
    mod handshake;
    mod places;
    mod scanner;
}
