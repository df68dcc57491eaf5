//! A token for a name that nobody registered: refused in a sentence, or the application is registered.

use blackbox::{ConnectionToken, KymaApplication, Reply, Server};
use serde_json::{Value, json};

use super::error;

const QUERY: &str = "query { result: applications { data { id name labels status { condition } } } }";

async fn applications(server: &Server) -> Vec<Value> {
    server.director(QUERY, Value::Null).await["data"].as_array().unwrap().clone()
}

/// Both generations for this name.
fn ask(server: &Server, name: &str, headers: &[&str]) -> [Reply; 3] {
    let internal = server.internal();
    let application = format!("Application: {name}");
    [
        internal.post(&format!("/v1/remoteenvironments/{name}/tokens"), &[]),
        internal.post(&format!("/v1/applications/{name}/tokens"), &[]),
        internal.post("/v1/applications/tokens", &[&[application.as_str()], headers].concat()),
    ]
}

#[tokio::test]
async fn an_unknown_name_is_refused_in_a_sentence() {
    for fidelity in ["strict", "lenient"] {
        let server = Server::start(&["--internal-port", "0", "--fidelity", fidelity]);
        for reply in ask(&server, "nobody", &[]) {
            let (status, text) = error(&reply);
            assert_eq!(status, 404, "{text}");
            assert!(text.contains("nobody") && text.contains("--create-unknown-applications"), "{text}");
        }
        assert!(applications(&server).await.is_empty(), "and leaves nothing behind");
    }
}

#[tokio::test]
async fn an_unknown_name_is_registered_where_that_was_asked_for() {
    let options = [
        "--internal-port",
        "0",
        "--create-unknown-applications",
        "--default-label",
        "stage=dev",
        "--default-label",
        "owner=team blue",
    ];
    let server = Server::start(&options);
    let replies = ask(&server, "crm_Europe.1", &["Tenant: acme", "Group: sales"]);
    let found = applications(&server).await;
    assert_eq!(found.len(), 1, "once, however often it is named: {found:?}");
    let one = &found[0];
    assert_eq!((&one["name"], &one["status"]["condition"]), (&json!("crm_Europe.1"), &json!("INITIAL")));
    assert_eq!((&one["labels"]["stage"], &one["labels"]["owner"]), (&json!("dev"), &json!("team blue")));
    assert!(one["labels"].get("tenant").is_none(), "standalone: {one}");
    let link = ConnectionToken::of(&replies[2]).url;
    let application = KymaApplication::pair(server.ready("caFile"), "", &link);
    assert_eq!(application.name, "crm_Europe.1");
    assert_eq!(applications(&server).await[0]["status"]["condition"], "CONNECTED");
    // What fits into no certificate and no path is no name.
    for name in ["a%20b", "a%2Cb", "..", &"x".repeat(65)] {
        let reply = server.internal().post(&format!("/v1/applications/{name}/tokens"), &[]);
        assert!([400, 404].contains(&reply.status), "{name}: {reply:?}");
        error(&reply);
    }
    assert_eq!(applications(&server).await.len(), 1);
}

#[tokio::test]
async fn tenant_and_group_become_labels() {
    let server = Server::start(&["--internal-port", "0", "--central", "--create-unknown-applications"]);
    let internal = server.internal();
    let headers = ["Application: shop", "Tenant: acme", "Group: sales"];
    ConnectionToken::of(&internal.post("/v1/applications/tokens", &headers));
    let found = applications(&server).await;
    assert_eq!((&found[0]["labels"]["tenant"], &found[0]["labels"]["group"]), (&json!("acme"), &json!("sales")));
    // What would break a subject is refused.
    for header in ["Tenant: a,b", "Group: a=b", "Group: a/b"] {
        let mut headers = headers;
        headers[usize::from(header.starts_with("Group")) + 1] = header;
        let (status, text) = error(&internal.post("/v1/applications/tokens", &headers));
        assert!(status == 400 && text.contains(&header[..5]), "{header}: {status} {text}");
    }
}
