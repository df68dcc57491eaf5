//! Sign-ins in the key store of a desktop. A program learns about its session when it starts, so the test plays its second
//! half in a process of its own, in a session that nobody else is in.

use std::{env, fs, path::Path, process::Command};

use blackbox::{KeyStore, Tool};
use serde_json::{Value, json};

use super::{
    Desk, Landscape,
    desk::{definition, list},
};

/// Set for the program that is started in the session, so that nothing here touches the key store of a person.
const TOLD: &str = "TEST_WITH_A_KEY_STORE";

#[tokio::test(flavor = "multi_thread")]
async fn a_sign_in_in_the_key_store_outlives_the_program_and_not_the_signing_out() {
    if let Some(told) = env::var_os(TOLD) {
        let told: Value = serde_json::from_slice(&fs::read(told).unwrap()).unwrap();
        return kept_and_forgotten(&told).await;
    }
    let server = Landscape::Complete.start();
    let store = KeyStore::start("password of the login").await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("told.json");
    let told = json!({ "definition": definition(&server, "Kept"), "token": server.admin_token() });
    fs::write(&file, told.to_string()).unwrap();
    let test = concat!(module_path!(), "::a_sign_in_in_the_key_store_outlives_the_program_and_not_the_signing_out");
    let mut command = store.of(Command::new(env::current_exe().unwrap()));
    command.args([test.split_once("::").unwrap().1, "--exact", "--nocapture"]).env(TOLD, file);
    let output = Tool::of(command).run();
    assert!(output.contains("1 passed"), "nothing was played: {output}");
}

async fn kept_and_forgotten(told: &Value) {
    let token = told["token"].as_str().unwrap();
    let desk = Desk::new();
    let vault = desk.call("environments", json!({})).await["vault"].clone();
    assert_eq!(vault["keyStore"], true, "{vault}");
    let id = desk.add(told["definition"].clone()).await;
    desk.call("use_environment", json!({ "id": id })).await;
    desk.call("sign_in_with_secret", json!({ "id": id, "secret": token, "keep": "key_store" })).await;
    desk.create("shop").await;

    let again = desk.started_again();
    assert_eq!(again.names().await, ["shop"], "nobody had to type anything");
    let signed = again.row(&id).await["signIn"].clone();
    assert_eq!((&signed["stage"], &signed["keep"]), (&json!("signed_in"), &json!("key_store")), "{signed}");
    assert!(!is_in_a_file(desk.folder(), token));

    again.call("sign_out", json!({ "id": id })).await;
    // Somebody may have put the note back about where it was kept; what was kept is gone.
    let file = desk.folder().join("settings/environments.json");
    let mut environments: Value = serde_json::from_slice(&fs::read(&file).unwrap()).unwrap();
    environments["environments"][0]["keep"] = json!("key_store");
    fs::write(&file, environments.to_string()).unwrap();
    let third = desk.started_again();
    assert_eq!(third.row(&id).await["signIn"]["stage"], "signed_out");
    assert_eq!(third.refused("list_applications", list()).await.code.to_string(), "sign_in_needed");
}

fn is_in_a_file(folder: &Path, secret: &str) -> bool {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    entries.map(|entry| entry.path()).any(|path| {
        if path.is_dir() {
            is_in_a_file(&path, secret)
        } else {
            fs::read(&path).unwrap().windows(secret.len()).any(|window| window == secret.as_bytes())
        }
    })
}
