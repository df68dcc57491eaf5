//! Keys that anybody could break, made here and sent through the real wire: each is refused in a sentence of its own and
//! the token is as good as before.

#![expect(clippy::unwrap_used, reason = "helpers of tests may panic like the tests themselves")]

mod weak_keys {
    mod curve;
    mod rsa;
    mod signature;
    mod weak_request;

    use blackbox::{CertificateRequest, OpenSsl, Server, key};

    /// What is sent, under a name, and the sentence that must come back.
    pub(crate) struct Row {
        pub(crate) name: &'static str,
        pub(crate) request: CertificateRequest,
        pub(crate) sentence: String,
    }

    impl Row {
        pub(crate) fn new(name: &'static str, request: CertificateRequest, sentence: &str) -> Self {
            Self { name, request, sentence: sentence.to_owned() }
        }
    }

    pub(crate) const KEY: &str = "Error while signing Certificate Signing Request: CSR: Invalid key provided. ";
    pub(crate) const SIGNATURE: &str = "Error while signing Certificate Signing Request: CSR signature invalid: ";

    /// Sends every row, each with a token of its own that must still buy a certificate afterwards.
    pub(crate) async fn refused(prefix: &str, rows: impl FnOnce(&OpenSsl, &str) -> Vec<Row>) {
        let server = Server::start(&["--fidelity", "lenient"]);
        let application = server.register("weak").await;
        let (mut token, subject) = server.connector(&server.token(&application).await).token_and_subject().await;
        let rows = rows(&OpenSsl::new(), &subject);
        let mut wrong = Vec::new();
        for (number, row) in rows.iter().enumerate() {
            // Ten refusals spend a lenient token.
            if number % 9 == 8 {
                (token, _) = server.connector(&token).token_and_subject().await;
            }
            let reply = server.connector(&token).sign(&row.request.field()).await;
            let (message, wanted) = (reply.message(), format!("{prefix}{}", row.sentence));
            if (reply.status, &reply.json()["data"], message.as_str()) != (200, &serde_json::Value::Null, &wanted) {
                wrong.push(format!("{}: {reply:?}\n  wanted {wanted}", row.name));
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
        let mut sentences: Vec<_> = rows.iter().map(|row| &row.sentence).collect();
        sentences.sort();
        sentences.dedup();
        assert_eq!(sentences.len(), rows.len(), "each has a sentence of its own");
        let good = CertificateRequest::new(&subject, &key()).field();
        assert!(server.connector(&token).sign(&good).await.result()["clientCertificate"].is_string());
        let (ended, stopped) = server.stop().await;
        assert!(!ended.log.contains(" ERROR "), "{}", ended.log);
        assert_eq!(stopped.store().await.count("SELECT count(*) FROM certificate").await, 1);
    }
}
