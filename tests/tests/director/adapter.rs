//! Applications whose tokens come from somebody else's pairing adapter (contracts §5, §1.21).

use blackbox::{Server, text, unbase64};
use serde_json::{Value, json};

const TOKEN: &str = "mutation($id: ID!) { result: requestOneTimeTokenForApplication(id: $id) {
    token connectorURL legacyConnectorURL expiresAt raw rawEncoded used type } }";
const AUTHS: &str = "query($id: ID!) { result: application(id: $id) { integrationSystemID
    auths { auth { oneTimeToken { connectorURL used } } } } }";

async fn application(server: &Server, name: &str) -> String {
    let page = server.director("{ result: applications { data { id name } } }", Value::Null).await;
    let found = page["data"].as_array().unwrap().iter().find(|row| row["name"] == name).unwrap();
    found["id"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_token_of_an_adapter_has_no_address() {
    let server = Server::seeded(
        &json!({
            "integrationSystems": [{ "name": "with-adapter", "pairingAdapter": true }, { "name": "without" }],
            "applications": [
                { "name": "theirs", "integrationSystem": "with-adapter" },
                { "name": "managed", "integrationSystem": "without" },
                { "name": "free" },
            ],
        }),
        &[],
    );
    for (name, adapter, suggested) in
        [("theirs", true, "plain"), ("managed", false, "plain"), ("free", false, "rawEncoded")]
    {
        let id = application(&server, name).await;
        let given = server.director(TOKEN, json!({ "id": id })).await;
        let address = if adapter { "" } else { server.ready("connectorUrl") };
        assert_eq!(given["connectorURL"], address, "{name}");
        let raw: Value = serde_json::from_str(given["raw"].as_str().unwrap()).unwrap();
        assert_eq!((&raw["connectorURL"], &raw["token"]), (&json!(address), &given["token"]), "{name}");
        assert_eq!(text(&unbase64(given["rawEncoded"].as_str().unwrap())), given["raw"]);
        let legacy = given["legacyConnectorURL"].as_str().unwrap();
        assert!(
            legacy.starts_with("https://") && legacy.ends_with(given["token"].as_str().unwrap()),
            "{name}: {legacy}"
        );
        let shown = server.director(AUTHS, json!({ "id": id })).await;
        assert_eq!(shown["auths"][0]["auth"]["oneTimeToken"]["connectorURL"], address, "{name}: {shown}");
        assert_eq!(shown["integrationSystemID"].is_string(), name != "free");

        // What an integration system manages gets the plain token, whatever is suggested.
        let wish = server.administrator().with("suggest_token", "true");
        let given = wish.data(TOKEN, json!({ "id": id })).await;
        let raw: Value = serde_json::from_str(given["raw"].as_str().unwrap()).unwrap();
        let wanted = if suggested == "plain" { &raw["token"] } else { &given[suggested] };
        assert_eq!(&given["token"], wanted, "{name}");
    }
}
