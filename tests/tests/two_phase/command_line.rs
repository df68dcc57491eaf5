//! What the command line can't mean is refused with a sentence that names the option; every option has a variable.

use blackbox::{Program, Server};
use serde_json::json;

#[test]
fn what_cannot_be_is_refused_by_name() {
    let folder = tempfile::tempdir().unwrap();
    for (options, named) in [
        (&["--two-phase", "--runtime", "no name"][..], "runtime"),
        (&["--two-phase", "--runtime", "../up"], "runtime"),
        (&["--two-phase", "--runtime", "kyma:1"], "runtime"),
        (&["--two-phase", "--runtime", "kyma:x:y"], "runtime"),
        (&["--two-phase", "--runtime", "kyma", "--runtime", "kyma"], "runtime"),
        (&["--runtime", "kyma"], "two-phase"),
        (&["--event-subscriber", "http://example.com/"], "subscriber"),
        (&["--event-subscriber", "https://127.0.0.1/"], "subscriber"),
        (&["--event-subscriber", "nonsense"], "subscriber"),
        (&["--default-label", "nothing"], "label"),
        (&["--default-label", "=x"], "label"),
    ] {
        let ended = Program::refused(Program::serve(&folder.path().join("data"), options));
        assert!(ended.code.is_some_and(|code| code != 0) && ended.output.is_empty(), "{options:?}: {ended:?}");
        assert!(ended.log.to_lowercase().contains(named), "{options:?}: {ended:?}");
        assert!(!ended.log.contains("panicked"), "{options:?}: {ended:?}");
    }
    assert!(!folder.path().join("data/store.sqlite").exists(), "nothing is begun");
}

#[tokio::test]
async fn variables_say_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = Program::serve(&folder.path().join("data"), &[]);
    command.envs([
        ("CONNECTOR_EMBEDDED_TWO_PHASE", "true"),
        ("CONNECTOR_EMBEDDED_RUNTIME", "kyma,edge"),
        ("CONNECTOR_EMBEDDED_CENTRAL", "true"),
        ("CONNECTOR_EMBEDDED_CREATE_UNKNOWN_APPLICATIONS", "true"),
        ("CONNECTOR_EMBEDDED_DEFAULT_LABEL", "a=1;b=2"),
        ("CONNECTOR_EMBEDDED_INTERNAL_PORT", "0"),
        ("CONNECTOR_EMBEDDED_EVENT_SUBSCRIBER", "http://127.0.0.1:1/"),
    ]);
    let server = Server::run(command);
    let kyma = server.console_get("/kyma").await;
    assert_eq!(kyma["runtimes"].as_array().map(Vec::len), Some(2), "{kyma}");
    assert_eq!(
        (&kyma["mode"], &kyma["twoPhase"], &kyma["createUnknownApplications"], &kyma["defaultLabels"]),
        (&json!("central"), &json!(true), &json!(true), &json!({ "a": "1", "b": "2" }))
    );
    assert!(kyma["internalUrl"].is_string() && kyma["eventSubscriber"] == "http://127.0.0.1:1/", "{kyma}");
}
