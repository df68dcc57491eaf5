//! Environments travel without secrets, and nothing secret is in any file.

use std::{
    fs,
    path::{Path, PathBuf},
};

use blackbox::base64;
use serde_json::{Value, json};

use super::{Desk, Landscape, desk::definition};

const CANARY: &str = "canary-bearer-4711-token";

/// Every file below a folder.
fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    entries.flat_map(|entry| if entry.path().is_dir() { files(&entry.path()) } else { vec![entry.path()] }).collect()
}

/// In which of the files a secret can be found, plain or encoded.
fn leaks(folder: &Path, secrets: &[&str]) -> Vec<String> {
    let mut found = Vec::new();
    for file in files(folder) {
        let content = fs::read(&file).unwrap();
        for secret in secrets {
            for form in [(*secret).to_owned(), base64(secret), blackbox::hex(secret.as_bytes())] {
                if content.windows(form.len()).any(|window| window == form.as_bytes()) {
                    found.push(format!("{secret} in {}", file.display()));
                }
            }
        }
    }
    found
}

#[tokio::test(flavor = "multi_thread")]
async fn no_secret_is_in_any_file() {
    let server = Landscape::Complete.start();
    let desk = Desk::new();
    desk.join(&server, "Mine").await;
    let token = server.admin_token();
    let id = desk.create("shop").await;
    let receipt = desk.request(&id, "client_certificate").await;
    let handed = desk.form(&receipt, "token").await;
    let credentials = desk.request(&id, "client_credentials").await;
    let secret = desk.form(&credentials, "client_secret").await;
    desk.names().await;
    let other = desk.add(definition(&server, "Other")).await;
    desk.sign_in(&other, CANARY).await;
    assert!(!files(desk.folder()).is_empty(), "it writes something");
    assert_eq!(leaks(desk.folder(), &[&token, &handed, &secret, CANARY]), [""; 0]);
    // Nor does the program say it.
    let debug = format!("{:?}", desk.cockpit);
    assert!([token.as_str(), &handed, &secret, CANARY].iter().all(|secret| !debug.contains(secret)));
    assert!(!desk.call("environments", json!({})).await.to_string().contains(CANARY));
    assert!(!desk.state().await.to_string().contains(&token));
}

#[tokio::test(flavor = "multi_thread")]
async fn environments_are_exported_and_imported_without_secrets() {
    let server = Landscape::Complete.start();
    let desk = Desk::new();
    let mut wanted = definition(&server, "Mine");
    wanted["colour"] = json!("purple");
    wanted["guard"] = json!("type_name");
    wanted["headers"] = json!([{ "name": "client_user", "value": "ada" }]);
    let id = desk.join_as(wanted.clone(), &server.admin_token()).await;
    let folder = tempfile::tempdir().unwrap();
    desk.desktop.save_into(folder.path());
    let saved = desk.call("export_environments", json!({})).await;
    let file = PathBuf::from(saved["savedTo"].as_str().unwrap_or_else(|| panic!("{saved}")));
    let exported = fs::read_to_string(&file).unwrap();
    assert!(exported.contains("Mine") && exported.contains("type_name"), "{exported}");
    assert_eq!(leaks(folder.path(), &[&server.admin_token()]), [""; 0]);

    let other = Desk::new();
    other.desktop.open_files(std::slice::from_ref(&file));
    // First it is said what comes between the person and the Director; nothing is imported by looking.
    let offered = other.call("read_environments", json!({})).await;
    let shown = &offered["environments"][0];
    assert_eq!((&shown["name"], &shown["known"]), (&json!("Mine"), &json!(false)), "{offered}");
    assert_eq!(shown["directorUrl"], server.ready("directorUrl"));
    assert_eq!(
        (&shown["signInAt"], &shown["proxy"], &shown["headers"]),
        (&Value::Null, &Value::Null, &json!(["client_user"]))
    );
    assert_eq!(shown["ca"].as_array().unwrap().len(), 1, "{shown}");
    assert_eq!(other.call("environments", json!({})).await["environments"].as_array().unwrap().len(), 1);
    let import = async |offered: &Value| {
        let input = json!({ "id": offered["id"] });
        let imported = other.call("import_environments", input.clone()).await;
        other.refused("import_environments", input).await;
        imported
    };
    let imported = import(&offered).await;
    assert_eq!((&imported["added"], &imported["known"]), (&json!(["Mine"]), &json!([])), "{imported}");
    let again = import(&other.call("read_environments", json!({})).await).await;
    assert_eq!((&again["added"], &again["known"]), (&json!([]), &json!(["Mine"])), "{again}");
    let rows = other.call("environments", json!({})).await;
    let row = rows["environments"].as_array().unwrap().iter().find(|row| row["name"] == "Mine").unwrap().clone();
    assert_eq!((&row["colour"], &row["guard"], &row["badge"]), (&json!("purple"), &json!("type_name"), &json!("TEST")));
    assert_eq!(row["signIn"]["stage"], "signed_out", "{row}");
    assert_eq!(row["definition"]["headers"], wanted["headers"]);
    assert_eq!(row["definition"]["caPem"], wanted["caPem"]);
    assert_ne!(row["id"], id.as_str(), "ids are this computer's own");

    for nonsense in ["", "{}", "[1]", "not json", "{\"environments\": [{\"name\": 1}]}"] {
        fs::write(&file, nonsense).unwrap();
        other.refused("read_environments", json!({})).await;
    }
    // Editors of another system begin a file with a mark.
    fs::write(&file, format!("\u{feff}{exported}")).unwrap();
    assert_eq!(other.call("read_environments", json!({})).await["environments"][0]["known"], true);
    let unknown = exported.replacen("\"name\"", "\"password\": \"x\", \"name\"", 1);
    fs::write(&file, unknown).unwrap();
    let refused = other.try_call("read_environments", json!({})).await;
    assert_eq!(leaks(other.folder(), &["\"password\""]), [""; 0], "{refused:?}");
    assert_eq!(other.call("environments", json!({})).await["environments"].as_array().unwrap().len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sign_in_outlives_the_program_only_where_it_is_safe() {
    let server = Landscape::Complete.start();
    let desk = Desk::new();
    let id = desk.add(definition(&server, "Kept")).await;
    desk.call("use_environment", json!({ "id": id })).await;
    let token = server.admin_token();
    let keep = json!({ "id": id, "secret": token, "keep": "sealed_file" });
    // There is no sealed file until a passphrase makes one.
    let refused = desk.refused("sign_in_with_secret", keep.clone()).await;
    assert_eq!(refused.code.to_string(), "vault_locked", "{refused:?}");
    desk.refused("open_vault", json!({ "passphrase": "short" })).await;
    let passphrase = "a long passphrase of mine";
    desk.call("open_vault", json!({ "passphrase": passphrase })).await;
    desk.call("sign_in_with_secret", keep).await;
    desk.create("shop").await;
    assert_eq!(leaks(desk.folder(), &[&token, passphrase]), [""; 0]);

    let again = desk.started_again();
    assert_eq!(again.row(&id).await["signIn"]["stage"], "locked");
    again.call("use_environment", json!({ "id": id })).await;
    let refused = again.refused("list_applications", super::desk::list()).await;
    assert!(["vault_locked", "sign_in_needed"].contains(&refused.code.to_string().as_str()), "{refused:?}");
    again.refused("open_vault", json!({ "passphrase": "another long passphrase" })).await;
    again.call("open_vault", json!({ "passphrase": passphrase })).await;
    assert_eq!(again.names().await, ["shop"]);

    again.call("sign_out", json!({ "id": id })).await;
    let third = desk.started_again();
    third.call("open_vault", json!({ "passphrase": passphrase })).await;
    assert_eq!(third.row(&id).await["signIn"]["stage"], "signed_out", "forgotten everywhere");
}
