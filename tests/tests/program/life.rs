//! Starting and stopping.

use std::{fs, net::TcpListener, os::unix::fs::PermissionsExt as _, path::Path, time::Duration};

use blackbox::{Program, Server, Tool};
use serde_json::{Value, json};

#[test]
fn the_ready_line_names_everything_and_is_all_there_is() {
    let folder = tempfile::tempdir().unwrap();
    let (data_dir, ready_file) = (folder.path().join("data"), folder.path().join("ready.json"));
    let options = ["--ready-file", ready_file.to_str().unwrap(), "--log", "trace"];
    let program = Program::start(Program::serve(&data_dir, &options)).unwrap();
    let ready = program.ready().clone();
    // In the order of design.md §5.
    let keys = [
        "ready",
        "pid",
        "version",
        "tenant",
        "directorUrl",
        "connectorUrl",
        "certificateSecuredDirectorUrl",
        "certificateSecuredConnectorUrl",
        "oauthTokenUrl",
        "oauthAdminUrl",
        "consoleUrl",
        "internalUrl",
        "runtimes",
        "caFile",
        "adminTokenFile",
    ];
    let places: Vec<_> = keys.iter().map(|key| ready.line.find(&format!("\"{key}\":")).unwrap()).collect();
    assert!(places.is_sorted(), "{}", ready.line);
    assert_eq!(ready.json.as_object().unwrap().len(), keys.len(), "{}", ready.line);
    assert_eq!((&ready.json["ready"], &ready.json["pid"]), (&json!(true), &json!(program.id())));
    assert_eq!((&ready.json["internalUrl"], &ready.json["runtimes"]), (&Value::Null, &json!([])));
    let port = |field: &str| reqwest::Url::parse(ready.text(field)).unwrap().port().unwrap();
    let (token, certificate) = (port("directorUrl"), port("certificateSecuredDirectorUrl"));
    assert_ne!(token, certificate);
    for (field, port, path) in [
        ("directorUrl", token, "/director/graphql"),
        ("connectorUrl", token, "/connector/graphql"),
        ("oauthTokenUrl", token, "/oauth2/token"),
        ("oauthAdminUrl", token, "/admin/clients"),
        ("consoleUrl", token, "/console/v1"),
        ("certificateSecuredDirectorUrl", certificate, "/director/graphql"),
        ("certificateSecuredConnectorUrl", certificate, "/connector/graphql"),
    ] {
        assert_eq!(ready.text(field), format!("https://localhost:{port}{path}"));
    }
    for (field, name) in [("caFile", "ca.pem"), ("adminTokenFile", "admin-token")] {
        assert_eq!(Path::new(ready.text(field)), data_dir.canonicalize().unwrap().join(name));
    }
    assert_eq!(fs::read_to_string(&ready_file).unwrap(), ready.line, "the file has the line and nothing else");

    let ended = program.signal("TERM");
    assert_eq!((ended.code, ended.output.as_str()), (Some(0), ""), "{}", ended.log);
    assert!(!ready_file.exists(), "nobody shall find the file of a server that has gone");
    assert!(
        !fs::read_dir(folder.path()).unwrap().any(|entry| entry.unwrap().file_name().to_string_lossy().contains("new"))
    );
}

#[tokio::test]
async fn term_and_int_end_it_within_five_seconds_with_connections_open() {
    for signal in ["TERM", "INT"] {
        let folder = tempfile::tempdir().unwrap();
        let data_dir = folder.path().join("data");
        let server = Server::start_in(&data_dir, &[]);
        let application = server.register("kept").await;
        let pairing = server.pair(&application).await;
        // Kept-alive connections on both listeners, one that said nothing, and one in the middle of a request.
        let director = pairing.director(&server);
        assert_eq!(director.viewer().await.status, 200);
        let address = server.ready("directorUrl").trim_start_matches("https://").split('/').next().unwrap().to_owned();
        let silent = std::net::TcpStream::connect(address.replace("localhost", "127.0.0.1")).unwrap();
        let mut slow = Tool::new("curl", folder.path())
            .words("--silent --http1.1 --max-time 60 -H Content-Length:100 --data x --cacert");
        slow = slow.argument(server.ready("caFile")).argument(server.ready("connectorUrl"));
        let slow = std::thread::spawn(move || slow.output(""));
        let ended = server.end(signal);
        assert_eq!(ended.code, Some(0), "{}", ended.log);
        assert!(ended.took < Duration::from_secs(5), "SIG{signal} took {:?}", ended.took);
        drop(silent);
        slow.join().unwrap();
        // Everything is in the store itself, and the next start finds it.
        assert!(!data_dir.join("store.sqlite-wal").exists());
        let server = Server::start_in(&data_dir, &[]);
        assert_eq!(server.condition(&application).await, "CONNECTED");
        assert_eq!(director.at(server.ready("certificateSecuredDirectorUrl")).viewer().await.status, 200);
    }
}

#[test]
fn a_port_that_is_taken_is_named_with_its_holder() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    for flag in ["--port", "--mtls-port", "--internal-port"] {
        let folder = tempfile::tempdir().unwrap();
        let data_dir = folder.path().join("data");
        let mut command = Program::command();
        command.arg("serve").arg("--data-dir").arg(&data_dir);
        for known in ["--port", "--mtls-port"].iter().filter(|known| **known != flag) {
            command.args([known, "0"]);
        }
        let ended = Program::refused({
            command.args([flag, &port]);
            command
        });
        assert_eq!((ended.code, ended.output.as_str()), (Some(1), ""));
        for wanted in [format!("Port {port} is used by "), format!("(process {})", std::process::id()), flag.into()] {
            assert!(ended.log.contains(&wanted), "{wanted} in {}", ended.log);
        }
        assert!(!data_dir.exists(), "nothing was touched");
    }
}

#[test]
fn a_second_process_on_a_data_directory_is_refused() {
    let server = Server::start(&[]);
    let ended = Program::refused(Program::serve(server.data_dir(), &[]));
    assert_eq!(ended.code, Some(1));
    let process = format!("process {}", server.program().id());
    assert!(ended.log.contains(&process) && ended.log.contains("--data-dir"), "{}", ended.log);
}

#[tokio::test]
async fn every_option_is_a_variable_too_and_the_option_wins() {
    let folder = tempfile::tempdir().unwrap();
    let data_dir = folder.path().join("data");
    let seed = folder.path().join("seed.json");
    fs::write(&seed, r#"{"applications":[{"name":"seeded"}]}"#).unwrap();
    let mut command = Program::command();
    command.arg("serve").envs([
        ("CONNECTOR_EMBEDDED_DATA_DIR", data_dir.to_str().unwrap()),
        ("CONNECTOR_EMBEDDED_PORT", "0"),
        ("CONNECTOR_EMBEDDED_MTLS_PORT", "0"),
        ("CONNECTOR_EMBEDDED_INTERNAL_PORT", "0"),
        ("CONNECTOR_EMBEDDED_SEED", seed.to_str().unwrap()),
        ("CONNECTOR_EMBEDDED_FIDELITY", "lenient"),
        ("CONNECTOR_EMBEDDED_TOKEN_TTL", "2h"),
        ("CONNECTOR_EMBEDDED_CERTIFICATE_TTL", "1day"),
        ("CONNECTOR_EMBEDDED_SUBJECT", "O=A,OU=B,L=C,ST=D,C=PL"),
        ("CONNECTOR_EMBEDDED_LOG", "debug"),
        ("CONNECTOR_EMBEDDED_READY_FILE", folder.path().join("ready").to_str().unwrap()),
    ]);
    command.args(["--subject", "O=X,OU=B,L=C,ST=D,C=PL"]);
    let server = Server::run(command);
    assert!(folder.path().join("ready").exists());
    let list = server.director("query { result: applications { data { id name } } }", Value::Null).await;
    assert_eq!(list["data"][0]["name"], "seeded");
    let (_, subject) =
        server.connector(&server.token(list["data"][0]["id"].as_str().unwrap()).await).token_and_subject().await;
    assert!(subject.starts_with("O=X,OU=B,L=C,ST=D,C=PL,CN="), "{subject}");
    // Plain HTTP on loopback, and only there.
    let internal = server.ready("internalUrl");
    assert!(internal.starts_with("http://127.0.0.1:"), "{internal}");
    let health =
        Tool::new("curl", folder.path()).words("--silent --show-error --fail").argument(&format!("{internal}/healthz"));
    assert_eq!(health.run(), "ok\n");

    let mut command = Program::serve(&folder.path().join("other"), &[]);
    command.env("CONNECTOR_EMBEDDED_TOKEN_TTL", "soon");
    let ended = Program::refused(command);
    assert!(ended.log.contains("--token-ttl") && ended.log.contains("soon"), "{}", ended.log);
}

#[tokio::test]
async fn a_seed_is_planted_once() {
    let folder = tempfile::tempdir().unwrap();
    let (data_dir, seed) = (folder.path().join("data"), folder.path().join("seed.json"));
    let start = || Server::start_in(&data_dir, &["--seed", seed.to_str().unwrap()]);
    let refused = |text: &str, words: &str| {
        fs::write(&seed, text).unwrap();
        let fresh = folder.path().join("fresh");
        let ended = Program::refused(Program::serve(&fresh, &["--seed", seed.to_str().unwrap()]));
        assert_eq!(ended.code, Some(1));
        assert!(ended.log.contains(words), "{words:?} in {}", ended.log);
        ended.log
    };
    for text in ["", "[]", "{", "{\"applications\":[{}]}", "{\"applications\":[],\"more\":1}"] {
        assert!(refused(text, "seed.json").contains("cannot be used"));
    }
    refused(r#"{"applications":[{"name":"good"},{"name":""}]}"#, "name=cannot be blank");
    refused(r#"{"applications":[{"name":"same"},{"name":"SAME"}]}"#, "\"SAME\"");
    // A seed that was refused left nothing: the next one is planted.
    fs::write(
        &seed,
        r#"{"applications":[{"name":"shop","providerName":"SAP","description":"d",
        "baseUrl":"https://b.example","healthCheckURL":"https://h.example","labels":{"stage":"dev"}},{"name":"crm"}]}"#,
    )
    .unwrap();
    let fresh = Server::start_in(&folder.path().join("fresh"), &["--seed", seed.to_str().unwrap()]);
    let query = "query { result: applications { totalCount data { name providerName description baseUrl healthCheckURL labels(key: \"stage\") } } }";
    let list = fresh.director(query, Value::Null).await;
    assert_eq!(list["totalCount"], 2, "{list}");
    let shop = list["data"].as_array().unwrap().iter().find(|row| row["name"] == "shop").unwrap();
    assert_eq!(
        *shop,
        json!({ "name": "shop", "providerName": "SAP", "description": "d", "baseUrl": "https://b.example",
        "healthCheckURL": "https://h.example", "labels": { "stage": "dev" } })
    );

    let server = start();
    let unregister = "mutation($id: ID!) { result: unregisterApplication(id: $id) { name } }";
    let ids = server.director("query { result: applications { data { id } } }", Value::Null).await;
    server.director(unregister, json!({ "id": ids["data"][0]["id"] })).await;
    let (ended, _) = server.stop().await;
    assert_eq!(ended.code, Some(0));
    let count = start().director("query { result: applications { totalCount } }", Value::Null).await;
    assert_eq!(count["totalCount"], 1, "what was removed stays removed");
    fs::remove_file(&seed).unwrap();
    start();
}

#[test]
fn an_ephemeral_server_leaves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let data_dir = folder.path().join("data");
    let server = Server::start_in(&data_dir, &["--ephemeral"]);
    assert!(data_dir.join("store.sqlite").exists());
    assert_eq!(server.end("TERM").code, Some(0));
    assert!(!data_dir.exists());
    // Without a folder of its own it makes one where temporary things go.
    let mut command = Program::command();
    command.args(["serve", "--ephemeral", "--port", "0", "--mtls-port", "0"]).env("TMPDIR", folder.path());
    let server = Server::run(command);
    let data_dir = server.data_dir().to_owned();
    assert!(data_dir.starts_with(folder.path().canonicalize().unwrap()), "{}", data_dir.display());
    assert_eq!(fs::metadata(&data_dir).unwrap().permissions().mode() & 0o777, 0o700);
    assert_eq!(server.end("INT").code, Some(0));
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[test]
fn settings_that_cannot_work_are_refused_in_a_sentence() {
    let folder = tempfile::tempdir().unwrap();
    for (options, words) in [
        (&["--token-ttl", "0s"][..], "--token-ttl"),
        (&["--token-ttl", "1year"], "--token-ttl"),
        (&["--certificate-ttl", "1s"], "--certificate-ttl"),
        (&["--public-host", "a b"], "--public-host"),
        (&["--subject", "O=Org"], "--subject"),
        (&["--subject", "O=Org,OU=OrgUnit,L=locality,ST=province,C=Germany"], "--subject"),
        (&["--ca-key", "rsa:512"], "--ca-key"),
        (&["--fidelity", "loose"], "--fidelity"),
        (&["--host", "nowhere"], "--host"),
        (&["--log", "a=b=c"], "--log"),
        (&["--seed", "/nowhere/seed.json"], "/nowhere/seed.json"),
        (&["--ready-file", "/nowhere/ready.json"], "/nowhere/ready.json"),
        (&["--unknown"], "--unknown"),
    ] {
        let ended = Program::refused(Program::serve(&folder.path().join("data"), options));
        assert!(matches!(ended.code, Some(1 | 2)), "{options:?}: {ended:?}");
        assert!(ended.log.contains(words), "{words} in {}", ended.log);
        assert!(!ended.log.contains("panicked") && ended.output.is_empty(), "{ended:?}");
    }
    let ended = Program::refused(Program::serve(Path::new("/proc/nowhere"), &[]));
    assert!(ended.log.contains("/proc/nowhere"), "{}", ended.log);
}
