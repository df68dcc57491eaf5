//! Whom a web page, a stranger and a vandal meet: nobody.

#![expect(clippy::unwrap_used, reason = "helpers of tests may panic like the tests themselves")]

use std::time::{Duration, Instant};

use blackbox::{Caller, Pairing, Reply, Server, Tool};
use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer};
use reqwest::{Client, Identity, Method};
use serde_json::{Value, json};

const ADDRESSES: [&str; 3] = ["directorUrl", "connectorUrl", "oauthTokenUrl"];

/// HTTP/1 sends the header `Host` as it is given.
fn http1(server: &Server) -> Client {
    server.client().http1_only().build().unwrap()
}

/// No CORS header, ever: a page must not read anything, whatever it may send.
fn no_cors(reply: &Reply) {
    let cors: Vec<_> = reply.headers.keys().filter(|name| name.as_str().starts_with("access-control-")).collect();
    assert!(cors.is_empty(), "{reply:?}");
}

/// Administrator, application with a certificate, application with a token: all with valid proof.
async fn callers(server: &Server) -> Vec<Caller> {
    let application = server.register("application").await;
    let pairing = server.pair(&application).await;
    let mine = pairing.client(server).http1_only().build().unwrap();
    let http1 = http1(server);
    vec![
        server.administrator().through(http1.clone()),
        server.connector(&server.token(&application).await).through(http1.clone()),
        server.stranger("oauthTokenUrl").through(http1),
        pairing.director(server).through(mine.clone()),
        pairing.connector(server).through(mine),
    ]
}

#[tokio::test]
async fn pages_are_refused_whatever_they_hold() {
    let server = Server::start(&[]);
    let port = reqwest::Url::parse(server.ready("directorUrl")).unwrap().port().unwrap();
    let own = format!("https://localhost:{port}");
    for caller in callers(&server).await {
        for (header, value) in [
            ("origin", "https://evil.example"),
            ("origin", "null"),
            ("origin", own.as_str()),
            ("sec-fetch-site", "cross-site"),
            ("sec-fetch-site", "same-site"),
            ("sec-fetch-site", "same-origin"),
        ] {
            let page = caller.clone().with(header, value);
            for method in [Method::POST, Method::GET, Method::OPTIONS] {
                let reply = page.send(method.clone(), Some("{}".into())).await;
                assert_eq!(reply.status, 403, "{method} {header}: {value} at {}: {reply:?}", caller.url());
                no_cors(&reply);
            }
        }
        let preflight = caller.clone().with("access-control-request-method", "POST").send(Method::OPTIONS, None).await;
        assert_eq!(preflight.status, 405, "{preflight:?}");
        no_cors(&preflight);
    }
    // The same requests without a page behind them are answered.
    let reply = server.administrator().with("sec-fetch-site", "none").viewer().await;
    assert_eq!(reply.status, 200);
    no_cors(&reply);
}

#[tokio::test]
async fn names_that_are_not_ours_are_misdirected() {
    let server = Server::start(&["--public-host", "kyma.example"]);
    let port = reqwest::Url::parse(server.ready("directorUrl")).unwrap().port().unwrap();
    let resolve = server.client().resolve("kyma.example", ([127, 0, 0, 1], 0).into());
    let client = resolve.http1_only().build().unwrap();
    let body = json!({ "query": "{viewer{id}}" }).to_string();
    let status = async |host: &str| {
        let caller = server.administrator().through(client.clone()).with("content-type", "application/json");
        caller.with("host", host).post(body.clone()).await.status
    };
    for host in [
        "evil.example",
        "evil.example:443",
        "localhost",
        "localhost:1",
        "kyma.example",
        "localhost.evil.example",
        "",
        "127.0.0.1.nip.io",
    ] {
        assert_eq!(status(host).await, 421, "{host}");
    }
    for host in ["localhost", "127.0.0.1", "[::1]", "kyma.example", "KYMA.example"] {
        assert_eq!(status(&format!("{host}:{port}")).await, 200, "{host}");
    }
    // HTTP/2 has the name in the request line.
    let folder = tempfile::tempdir().unwrap();
    for (host, expected) in [(format!("kyma.example:{port}"), "200"), ("evil.example".to_owned(), "421")] {
        let curl = Tool::new("curl", folder.path())
            .words("--silent --show-error --http2 -o answer --write-out %{http_version}:%{http_code}");
        let curl = curl
            .argument("--cacert")
            .argument(server.ready("caFile"))
            .argument("-H")
            .argument(&format!("Host: {host}"));
        let curl = curl.argument(&format!("https://localhost:{port}/healthz"));
        assert_eq!(curl.run(), format!("2:{expected}"), "{host}");
    }
}

#[tokio::test]
async fn what_a_page_could_send_without_asking_is_not_executed() {
    let server = Server::start(&[]);
    let query =
        json!({ "query": "mutation { result: registerApplication(in: { name: \"forged\" }) { id } }" }).to_string();
    let multipart = format!("--x\r\nContent-Disposition: form-data; name=\"operations\"\r\n\r\n{query}\r\n--x--\r\n");
    let administrator = server.administrator();
    let stranger = server.stranger("connectorUrl");
    for (content_type, body) in [
        (Some("text/plain"), &query),
        (Some("application/x-www-form-urlencoded"), &query),
        (Some("multipart/form-data; boundary=x"), &multipart),
        (Some("application/graphql"), &query),
        (Some("application/jsonx"), &query),
        (Some(""), &query),
        (None, &query),
    ] {
        for caller in [&administrator, &stranger] {
            let caller = content_type.iter().fold(caller.clone(), |caller, kind| caller.with("content-type", kind));
            let reply = caller.post(body.clone()).await;
            assert_eq!(reply.status, 400, "{content_type:?} {reply:?}");
            assert_eq!(reply.message(), "transport not supported");
            no_cors(&reply);
        }
    }
    // Nor by the address alone.
    for address in ADDRESSES {
        let caller = if address == "directorUrl" { administrator.clone() } else { server.stranger(address) };
        for suffix in ["", "?query=mutation%7Bresult%3AregisterApplication(in%3A%7Bname%3A%22forged%22%7D)%7Bid%7D%7D"]
        {
            for method in [Method::GET, Method::HEAD, Method::PUT, Method::PATCH, Method::DELETE, Method::OPTIONS] {
                let reply =
                    caller.clone().at(&format!("{}{suffix}", server.ready(address))).send(method.clone(), None).await;
                assert_eq!((reply.status, reply.header("allow")), (405, Some("POST")), "{method} {address}{suffix}");
            }
        }
    }
    let count = "query { result: applications { totalCount } }";
    assert_eq!(server.director(count, Value::Null).await["totalCount"], 0);
    // What is not served is not there, and says nothing else.
    for path in ["/", "/director", "/graphql", "/admin", "/console/v1", "/director/graphql/", "/..%2f..%2fetc/passwd"] {
        let url = server.ready("directorUrl").replace("/director/graphql", path);
        assert_eq!(administrator.clone().at(&url).send(Method::GET, None).await.status, 404, "{path}");
    }
}

#[tokio::test]
async fn batches_and_large_bodies_are_refused() {
    let server = Server::start(&[]);
    let batch = json!([{ "query": "{viewer{id}}" }, { "query": "{viewer{id}}" }]).to_string();
    for caller in [server.administrator(), server.connector(&server.token(&server.register("batch").await).await)] {
        let caller = caller.with("content-type", "application/json");
        let reply = caller.post(batch.clone()).await;
        assert_eq!(reply.status, 400, "{reply:?}");
        assert!(reply.message().contains("batch"), "{reply:?}");
        // Just enough, one more, and a lot; with a length and without.
        let filled = |size: usize| {
            let query = json!({ "query": "{__typename}", "x": "" }).to_string();
            query.replace("\"x\":\"\"", &format!("\"x\":\"{}\"", "x".repeat(size - query.len())))
        };
        assert_eq!(caller.post(filled(64 * 1024)).await.status, 200);
        for size in [64 * 1024 + 1, 1024 * 1024] {
            let reply = caller.post(filled(size)).await;
            assert_eq!(reply.status, 413, "{size} {reply:?}");
            assert!(reply.message().contains("65536 bytes"), "{reply:?}");
        }
    }
    assert_eq!(server.administrator().viewer().await.status, 200, "it is still there");
}

/// Documents that are cheap to write and dear to read.
fn floods() -> Vec<(&'static str, String)> {
    let spread = |level: usize| format!("fragment F{level} on Query {{ ...F{0} ...F{0} }} ", level + 1);
    let fragments: String = (0..40).map(spread).collect();
    vec![
        ("depth", format!("{{ {} a {} }}", "a {".repeat(60), "}".repeat(60))),
        ("nesting", "{a".repeat(20_000)),
        ("lists", format!("{{ a(x: {}", "[".repeat(3_000))),
        ("closed lists", format!("{{ a(x: {}{}) }}", "[".repeat(2_000), "]".repeat(2_000))),
        ("objects", format!("{{ a(x: {}", "{a:".repeat(3_000))),
        ("types", format!("query A($a: {}Int{}) {{ __typename }}", "[".repeat(3_000), "]".repeat(3_000))),
        ("aliases", format!("{{ {} }}", (0..1_000).map(|n| format!("a{n}: __typename ")).collect::<String>())),
        ("fields", format!("{{ {} }}", "viewer { id } configuration { token { token } } ".repeat(1_000))),
        ("fragments", format!("{{ ...F0 }} {fragments} fragment F40 on Query {{ __typename }}")),
        ("circle", "{ ...A } fragment A on Query { ...B } fragment B on Query { ...A }".into()),
        ("directives", format!("{{ __typename {} }}", "@include(if: true) ".repeat(2_000))),
        ("long names", format!("{{ {} }}", "a".repeat(60_000))),
        ("strings", format!("{{ a(x: {}) }}", "\"\"\"".repeat(9_001))),
        ("comments", "#[{\r".repeat(12_000)),
    ]
}

#[tokio::test]
async fn floods_are_refused_quickly_and_the_server_lives() {
    let server = Server::start(&[]);
    let application = server.register("flood").await;
    let stranger = server.stranger("connectorUrl");
    for (name, query) in floods() {
        for caller in [&stranger, &server.connector(&server.token(&application).await), &server.administrator()] {
            let started = Instant::now();
            let reply = caller.graphql(&query, Value::Null).await;
            // Generous: a debug build on a busy machine. What is not bounded takes hours, or the process with it.
            assert!(started.elapsed() < Duration::from_secs(5), "{name} took {:?}", started.elapsed());
            assert_eq!(reply.status, 422, "{name} {reply:?}");
        }
    }
    let reply =
        stranger.with("content-type", "application/json").post(format!("{{\"variables\":{}", "[".repeat(60_000))).await;
    assert_eq!(reply.status, 400, "{reply:?}");
    assert_eq!(server.administrator().viewer().await.status, 200, "it is still there");
    // What clients really send fits: many applications in one request, introspection as tools write it.
    let many: String =
        (0..190).map(|n| format!("a{n}: application(id: \"{application}\") {{ status {{ condition }} }} ")).collect();
    assert_eq!(server.administrator().graphql(&format!("{{ {many} }}"), Value::Null).await.status, 200);
}

#[tokio::test]
async fn the_certificate_listener_wants_a_certificate_of_this_ca() {
    let server = Server::start(&[]);
    let url = server.ready("certificateSecuredDirectorUrl").to_owned();
    let body = || Some(json!({ "query": "{viewer{id}}" }).to_string().into());
    let refused = async |client: Client, who: &str| {
        let reply =
            Caller::new(client, &url).with("content-type", "application/json").try_send(Method::POST, body()).await;
        assert!(reply.is_err(), "{who}: {reply:?}");
    };
    refused(server.client().build().unwrap(), "nobody").await;

    // Another CA with the same name, and what it signed with everything else right.
    let key = blackbox::key();
    let pairing = server.pair(&server.register("real").await).await;
    let ca_key = blackbox::key();
    let mut ca = CertificateParams::default();
    ca.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    ca.distinguished_name.push(DnType::CommonName, ca_name(&server));
    let issuer = Issuer::new(ca, ca_key);
    let mut leaf = CertificateParams::default();
    leaf.distinguished_name.push(DnType::CommonName, pairing.system_auth.as_str());
    leaf.extended_key_usages.push(rcgen::ExtendedKeyUsagePurpose::ClientAuth);
    let pem = leaf.signed_by(&key, &issuer).unwrap().pem();
    let identity = |pem: &str, key: &str| Identity::from_pem(format!("{pem}{key}").as_bytes()).unwrap();
    let foreign = identity(&pem, &key.serialize_pem());
    refused(server.client().identity(foreign).build().unwrap(), "another CA").await;

    // A self-signed one, and one of another server: same words, other key.
    let own = CertificateParams::default().self_signed(&key).unwrap().pem();
    refused(server.client().identity(identity(&own, &key.serialize_pem())).build().unwrap(), "itself").await;
    let other = Server::start(&[]);
    let stranger = other.pair(&other.register("real").await).await;
    refused(server.client().identity(identity(&stranger.chain_pem, &stranger.key_pem)).build().unwrap(), "elsewhere")
        .await;

    // The real one, and the same with somebody else's key, which no client could even send.
    let real: Pairing = pairing;
    assert_eq!(real.director(&server).viewer().await.status, 200);
    // The token listener asks nobody for a certificate and takes none as proof.
    let at_token = Caller::new(real.client(&server).build().unwrap(), server.ready("directorUrl"));
    assert_eq!(at_token.viewer().await.refusal().0, 400);
    // TLS 1.2 is enough; less is not spoken.
    let old = real.client(&server).tls_version_max(reqwest::tls::Version::TLS_1_2).build().unwrap();
    assert_eq!(real.director(&server).through(old).viewer().await.status, 200);
    let folder = tempfile::tempdir().unwrap();
    let port = reqwest::Url::parse(&url).unwrap().port().unwrap();
    let client = Tool::new("openssl", folder.path()).words("s_client -tls1_1 -cipher ALL@SECLEVEL=0 -connect");
    assert!(!client.argument(&format!("localhost:{port}")).output("").status.success(), "TLS 1.1");
}

/// Every one of them holds a place, and there are 512.
#[test]
fn connections_that_say_nothing_are_closed() {
    let server = Server::start(&[]);
    let address = |field: &str| {
        let url = reqwest::Url::parse(server.ready(field)).unwrap();
        format!("{}:{}", url.host_str().unwrap(), url.port().unwrap())
    };
    let (token, folder) = (address("directorUrl"), server.data_dir());
    let silent = |words: &str| {
        let client =
            Tool::new("timeout", folder).words("20 openssl s_client -ign_eof -quiet -connect").argument(&token);
        client.words(words)
    };
    let halves = |words: &str, said: &str| (silent(words), said.to_owned());
    let clients = [
        halves("", ""),
        halves("-alpn http/1.1", ""),
        halves("-alpn h2", ""),
        halves("-alpn h2", "PRI * HTTP/2.0"),
        halves("", "PRI * HT"),
        halves("-tls1_2", "POST /connector/graphql HTTP/1.1\nHost: localhost\n"),
    ];
    // And one that does not even begin to shake hands.
    let mut tcp = std::net::TcpStream::connect(token.replace("localhost", "127.0.0.1")).unwrap();
    let running = clients.map(|(client, said)| std::thread::spawn(move || client.output(&said)));
    // `timeout` ends with 124 when it had to end the client itself.
    for (number, client) in running.into_iter().enumerate() {
        let output = client.join().unwrap();
        assert_ne!(output.status.code(), Some(124), "connection {number} was still open: {output:?}");
    }
    tcp.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    assert_eq!(std::io::Read::read(&mut tcp, &mut [0; 1]).unwrap(), 0);
}

fn ca_name(server: &Server) -> String {
    let shown = Tool::new("openssl", server.data_dir()).words("x509 -in ca.pem -noout -subject -nameopt RFC2253").run();
    shown.trim().trim_start_matches("subject=CN=").to_owned()
}
