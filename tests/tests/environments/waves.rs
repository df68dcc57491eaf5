//! Many applications, in waves that fit a token's life.

use std::{
    collections::BTreeMap,
    fs,
    os::unix::fs::PermissionsExt as _,
    path::Path,
    time::{Duration, Instant},
};

use blackbox::{AwkwardDirector, Fault, Pairing, Server, until};
use pairing::PairingData;
use serde_json::{Value, json};

use super::{
    Desk, Landscape,
    desk::{PATIENCE, definition_at, text},
};

async fn desk_with(number: usize, landscape: Landscape) -> (Desk, Server, AwkwardDirector, Vec<String>) {
    let applications: Vec<Value> = (0..number).map(|n| json!({ "name": format!("app-{n}") })).collect();
    let server = landscape.seeded(&json!({ "applications": applications }));
    let director = AwkwardDirector::before(&server);
    let desk = Desk::new();
    let wanted = definition_at(&director.director_url(), director.ca_pem(), server.ready("tenant"), "Waves");
    desk.join_as(wanted, &server.admin_token()).await;
    let page = desk.call("list_applications", json!({ "after": null, "first": 200 })).await;
    let mut rows: Vec<_> =
        page["rows"].as_array().unwrap().iter().map(|row| (text(&row["name"]), text(&row["id"]))).collect();
    rows.sort();
    (desk, server, director, rows.into_iter().map(|(_, id)| id).collect())
}

async fn run(desk: &Desk) -> Value {
    desk.call("wave_run", json!({})).await
}

async fn rows(desk: &Desk) -> Vec<Value> {
    desk.call("wave_rows", json!({ "stage": null, "from": 0, "first": 500 })).await["rows"].as_array().unwrap().clone()
}

async fn run_until(desk: &Desk, what: &str, holds: impl Fn(&Value) -> bool) -> Value {
    let begun = std::time::Instant::now();
    loop {
        let now = run(desk).await;
        if holds(&now) {
            return now;
        }
        assert!(begun.elapsed() < PATIENCE, "{what}: {now}");
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
}

/// The token in a file that was handed over.
fn token_in(file: &Path) -> String {
    let mode = fs::metadata(file).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600, "{}", file.display());
    PairingData::parse(fs::read_to_string(file).unwrap().trim()).unwrap().token.expose().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_tells_what_is_wrong_with_its_rows() {
    let (desk, server, _director, ids) = desk_with(3, Landscape::Complete).await;
    server.pair(&ids[2]).await.director(&server).viewer().await;
    let csv = format!("name;id\napp-0;\n;{}\nnobody;\napp-0;\n\"app-2\";\n", ids[1]);
    let plan = desk.call("plan_waves", json!({ "applicationIds": [], "csv": csv })).await;
    let problems: Vec<_> = plan["rows"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| row["problem"].as_str().unwrap_or("fine").to_owned())
        .collect();
    assert_eq!(problems, ["fine", "fine", "missing", "duplicate", "already_paired"], "{plan}");
    assert!(plan["suggestedFiles"].as_u64().unwrap() >= 1 && plan["suggestedByHand"].as_u64().unwrap() >= 1, "{plan}");
    let plan = desk.call("plan_waves", json!({ "applicationIds": ids, "csv": null })).await;
    assert_eq!(plan["rows"].as_array().unwrap().len(), 3);
    desk.refused("plan_waves", json!({ "applicationIds": [], "csv": "colour\nred\n" })).await;
    assert_eq!(run(&desk).await, Value::Null, "a plan starts nothing");
}

async fn files_pair_everybody(landscape: Landscape) {
    let (desk, server, _director, ids) = desk_with(7, landscape).await;
    let folder = tempfile::tempdir().unwrap();
    desk.desktop.save_into(folder.path());
    desk.desktop.open_files(&[folder.path().to_owned()]);
    let begun = desk.call("start_waves", json!({ "applicationIds": ids, "hand": "files", "waveSize": 3 })).await;
    assert_eq!((&begun["total"], &begun["waves"]), (&json!(7), &json!(3)), "{begun}");
    let out = Path::new(begun["folder"].as_str().unwrap()).to_owned();
    let mut paired = 0;
    while paired < 7 {
        // Never more alive than a wave has.
        let alive = rows(&desk)
            .await
            .iter()
            .filter(|row| ["requested", "handed_over", "redeemed", "signed"].contains(&row["stage"].as_str().unwrap()))
            .count();
        assert!(alive <= 3, "{alive} tokens at once");
        for row in rows(&desk).await {
            if row["stage"] != "handed_over" {
                continue;
            }
            let file = out.join(format!("{}.pairing-data", row["name"].as_str().unwrap()));
            let token = token_in(&file);
            fs::rename(&file, out.join(format!("taken-{}", row["name"].as_str().unwrap()))).unwrap();
            Pairing::of(&server, row["applicationId"].as_str().unwrap(), &token).await.director(&server).viewer().await;
            paired += 1;
            let id = row["applicationId"].clone();
            until("the run has seen it", PATIENCE, async || {
                rows(&desk).await.iter().any(|row| row["applicationId"] == id && row["stage"] == "paired").then_some(())
            })
            .await;
        }
    }
    let ended = run_until(&desk, "the run ends", |run| run["state"] == "finished").await;
    assert_eq!(ended["counts"]["paired"], 7, "{ended}");
    for id in &ids {
        let entries = "query($id: ID!) { result: application(id: $id) { auths { id } } }";
        let entries = server.director(entries, json!({ "id": id })).await;
        assert_eq!(entries["auths"].as_array().unwrap().len(), 1, "one token each: {entries}");
    }
    for (form, wanted) in [("csv", "app-3"), ("json", "\"app-3\"")] {
        let saved = desk.call("save_wave_report", json!({ "form": form })).await;
        let report = fs::read_to_string(saved["savedTo"].as_str().unwrap()).unwrap();
        assert!(report.contains(wanted) && report.contains("paired"), "{report}");
        for file in fs::read_dir(&out)
            .unwrap()
            .flatten()
            .filter(|file| file.file_name().to_string_lossy().starts_with("taken-"))
        {
            let token =
                PairingData::parse(fs::read_to_string(file.path()).unwrap().trim()).unwrap().token.expose().to_owned();
            assert!(!report.contains(&token), "{form}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn one_file_for_each_application_in_a_complete_landscape() {
    files_pair_everybody(Landscape::Complete).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_file_for_each_application_in_a_shipped_landscape() {
    files_pair_everybody(Landscape::Shipped).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_after_another_by_hand() {
    let (desk, server, _director, ids) = desk_with(3, Landscape::Complete).await;
    desk.call("start_waves", json!({ "applicationIds": ids, "hand": "by_hand", "waveSize": 2 })).await;
    let mut before = Value::Null;
    for number in 0..3 {
        // Nothing is asked for before the person says so.
        desk.call("next_wave_application", json!({})).await;
        let now = run_until(&desk, "somebody's turn", |run| run["current"].is_object()).await;
        let receipt = &now["current"];
        assert_ne!(receipt["pairingId"], before, "{now}");
        before = receipt["pairingId"].clone();
        let token = desk.form(receipt, "token").await;
        let id = text(&receipt["owner"]["id"]);
        desk.call("copy", json!({ "pairingId": receipt["pairingId"], "form": "pairing_data" })).await;
        Pairing::of(&server, &id, &token).await.director(&server).viewer().await;
        run_until(&desk, "it is paired", |run| run["counts"]["paired"].as_u64() > Some(number)).await;
    }
    if run(&desk).await["state"] != "finished" {
        let _ = desk.try_call("next_wave_application", json!({})).await;
    }
    run_until(&desk, "the run ends", |run| run["state"] == "finished").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn it_pauses_stops_and_tries_again() {
    let (desk, server, director, ids) = desk_with(8, Landscape::Complete).await;
    let folder = tempfile::tempdir().unwrap();
    desk.desktop.save_into(folder.path());
    desk.desktop.open_files(&[folder.path().to_owned()]);
    // Five alike in a row, and it asks for no more tokens by itself.
    for word in ["requestOneTimeTokenForApplication", "generateAuthForApplication"] {
        director.when(word, None, Fault::resolver(10, "InternalError", "canary"));
    }
    desk.call("start_waves", json!({ "applicationIds": ids, "hand": "files", "waveSize": 8 })).await;
    let paused = run_until(&desk, "it pauses by itself", |run| run["state"] == "paused").await;
    assert!(paused["pausedBecause"].is_string(), "{paused}");
    assert!(
        paused["counts"]["failed"].as_u64().unwrap() >= 5 && !paused["failures"].as_array().unwrap().is_empty(),
        "{paused}"
    );
    let asked = director.seen().iter().filter(|seen| seen.is_mutation()).count();
    assert!((5..8).contains(&asked), "{asked}");
    director.behave();

    // Another window with the same folders has no part in it.
    let second = desk.started_again();
    assert_eq!(run(&second).await, Value::Null);
    second.try_call("discard_waves", json!({})).await.unwrap_err();

    desk.call("retry_waves", json!({})).await;
    let going = run_until(&desk, "all are handed over", |run| run["counts"]["handedOver"] == 8).await;
    assert_eq!(going["counts"]["failed"], 0, "{going}");
    desk.call("stop_waves", json!({})).await;
    let stopped = run(&desk).await;
    assert_eq!(stopped["state"], "stopped", "{stopped}");
    let file = folder.path().join(format!("{}.pairing-data", "app-0"));
    let file =
        if file.exists() { file } else { Path::new(stopped["folder"].as_str().unwrap()).join("app-0.pairing-data") };
    assert_eq!(
        server.connector(&token_in(&file)).configuration().await.status,
        200,
        "what was handed over still works"
    );
    // The plan is on disk, secrets are not: once the first program has ended, the next one has it.
    drop(desk);
    let taken_over = run_until(&second, "the run of the program before", |run| run["state"] == "stopped").await;
    assert_eq!(taken_over["total"], 8, "{taken_over}");
    second.call("discard_waves", json!({})).await;
    assert_eq!(run(&second).await, Value::Null);
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_overwritten() {
    let (desk, _server, _director, ids) = desk_with(1, Landscape::Complete).await;
    let folder = tempfile::tempdir().unwrap();
    desk.desktop.save_into(folder.path());
    desk.desktop.open_files(&[folder.path().to_owned()]);
    let begun = desk.call("start_waves", json!({ "applicationIds": ids, "hand": "files", "waveSize": 1 })).await;
    let out = Path::new(begun["folder"].as_str().unwrap()).to_owned();
    run_until(&desk, "it is handed over", |run| run["counts"]["handedOver"] == 1).await;
    let first = fs::read_to_string(out.join("app-0.pairing-data")).unwrap();
    desk.call("stop_waves", json!({})).await;
    desk.call("discard_waves", json!({})).await;
    desk.call("start_waves", json!({ "applicationIds": ids, "hand": "files", "waveSize": 1 })).await;
    run_until(&desk, "it says what became of it", |run| {
        run["counts"]["handedOver"] == 1 || run["counts"]["failed"] == 1
    })
    .await;
    assert_eq!(fs::read_to_string(out.join("app-0.pairing-data")).unwrap(), first);
}

/// How often a token was requested, for each application.
fn requests(director: &AwkwardDirector) -> BTreeMap<String, usize> {
    let mut requests = BTreeMap::new();
    for seen in director.seen().iter().filter(|seen| seen.is_mutation()) {
        let id = ["id", "appID", "owner"].iter().find_map(|name| seen.variables[name].as_str()).unwrap_or("?");
        *requests.entry(id.to_owned()).or_default() += 1;
    }
    requests
}

#[tokio::test(flavor = "multi_thread")]
async fn two_hundred_are_requested_several_at_a_time() {
    let (desk, _server, director, ids) = desk_with(200, Landscape::Complete).await;
    let folder = tempfile::tempdir().unwrap();
    desk.desktop.save_into(folder.path());
    desk.desktop.open_files(&[folder.path().to_owned()]);
    director.take(Duration::from_millis(50));
    let begun = Instant::now();
    desk.call("start_waves", json!({ "applicationIds": ids, "hand": "files", "waveSize": 200 })).await;
    run_until(&desk, "all are handed over", |run| run["counts"]["handedOver"] == 200).await;
    let taken = begun.elapsed();
    assert_eq!(requests(&director), ids.iter().map(|id| (id.clone(), 1)).collect(), "one token each");
    // Two answers of 50 ms for each: one after another that is 20 s.
    assert!(taken < Duration::from_secs(15), "{taken:?}");
}

/// One folder for all files.
fn save_into(desk: &Desk) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    desk.desktop.save_into(folder.path());
    desk.desktop.open_files(&[folder.path().to_owned()]);
    folder
}

/// The run as it is on disk.
fn written(desk: &Desk) -> BTreeMap<String, Value> {
    let text = fs::read(desk.folder().join("settings/waves.json")).unwrap();
    let run: Value = serde_json::from_slice(&text).unwrap();
    run["entries"].as_array().unwrap().iter().map(|entry| (text_of(entry), entry.clone())).collect()
}

fn text_of(entry: &Value) -> String {
    text(&entry["application_id"])
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_gets_a_second_token_when_the_program_ends_in_between() {
    let (desk, server, director, ids) = desk_with(40, Landscape::Complete).await;
    let _folder = save_into(&desk);
    director.take(Duration::from_millis(100));
    desk.call("start_waves", json!({ "applicationIds": ids, "hand": "files", "waveSize": 40 })).await;
    let asked = until("some are asked for", PATIENCE, async || {
        // Whoever the Director has heard of is on disk by now.
        let asked = requests(&director);
        let written = written(&desk);
        for id in asked.keys() {
            let entry = &written[id];
            assert!(entry["asked"] == true || entry["stage"] != "planned", "{entry}");
        }
        (asked.len() > 12).then_some(asked)
    })
    .await;
    assert!(asked.len() < 40, "it ends in between");
    let second = desk.started_again();
    drop(desk);
    let found = run_until(&second, "the run of the program before", Value::is_object).await;
    assert_eq!(found["state"], "paused", "{found}");
    let lost = found["counts"]["failed"].as_u64().unwrap();
    assert!((1..=8).contains(&lost), "what was under way: {found}");
    assert!(found["failures"][0]["hint"].is_string(), "{found}");
    let environment = text(&second.environment().await["id"]);
    second.sign_in(&environment, &server.admin_token()).await;
    second.call("resume_waves", json!({})).await;
    run_until(&second, "all others have theirs", |run| run["counts"]["planned"] == 0).await;
    let twice: Vec<_> = requests(&director).into_iter().filter(|(_, times)| *times > 1).collect();
    assert!(twice.is_empty(), "{twice:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_director_that_wants_a_rest_gets_it_and_the_wave_goes_on() {
    let (desk, _server, director, ids) = desk_with(20, Landscape::Complete).await;
    let _folder = save_into(&desk);
    director.when("generateAuthForApplication", Some(3), Fault::slow_down(Some(2)));
    desk.call("start_waves", json!({ "applicationIds": ids, "hand": "files", "waveSize": 20 })).await;
    run_until(&desk, "it says that it rests", |run| run["restingSeconds"].is_u64()).await;
    let done = run_until(&desk, "all are handed over", |run| run["counts"]["handedOver"] == 20).await;
    assert_eq!((&done["wave"], &done["waves"], &done["counts"]["failed"]), (&json!(1), &json!(1), &json!(0)), "{done}");
    assert_eq!(requests(&director).values().sum::<usize>(), 23, "three were turned away");
    // For longer, a person decides.
    desk.call("stop_waves", json!({})).await;
    desk.call("discard_waves", json!({})).await;
    director.when("generateAuthForApplication", Some(1), Fault::slow_down(Some(86_400)));
    desk.call("start_waves", json!({ "applicationIds": ids, "hand": "files", "waveSize": 20 })).await;
    let paused = run_until(&desk, "it pauses", |run| run["state"] == "paused").await;
    assert!(text(&paused["pausedBecause"]).contains("24 hours"), "{paused}");
    until("the desktop was told", PATIENCE, async || {
        desk.desktop.notified().iter().any(|said| said.contains("24 hours")).then_some(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn it_does_not_follow_its_environment_to_another_address() {
    let (desk, server, director, ids) = desk_with(3, Landscape::Complete).await;
    let _folder = save_into(&desk);
    desk.call("start_waves", json!({ "applicationIds": ids, "hand": "files", "waveSize": 1 })).await;
    run_until(&desk, "the first is handed over", |run| run["counts"]["handedOver"] == 1).await;
    let other = AwkwardDirector::before(&server);
    let id = text(&desk.environment().await["id"]);
    let moved = definition_at(&other.director_url(), other.ca_pem(), server.ready("tenant"), "Waves");
    desk.call("save_environment", json!({ "id": id, "definition": moved })).await;
    desk.sign_in(&id, &server.admin_token()).await;
    let paused = run_until(&desk, "it pauses", |run| run["state"] == "paused").await;
    assert!(text(&paused["pausedBecause"]).contains("another address"), "{paused}");
    assert_eq!(paused["elsewhere"], true, "{paused}");
    let refused = desk.refused("resume_waves", json!({})).await;
    assert!(refused.message.contains("another address"), "{refused:?}");
    desk.call("stop_waves", json!({})).await;
    assert!(other.seen().iter().all(|seen| !seen.is_mutation()), "nothing was requested there");
    assert_eq!(requests(&director).len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_was_paired_meanwhile_is_not_asked_for_again() {
    let (desk, server, director, ids) = desk_with(2, Landscape::Complete).await;
    let _folder = save_into(&desk);
    director.when("generateAuthForApplication", Some(1), Fault::resolver(10, "InternalError", "canary"));
    desk.call("start_waves", json!({ "applicationIds": ids, "hand": "files", "waveSize": 2 })).await;
    let failed =
        run_until(&desk, "one has failed", |run| run["counts"]["failed"] == 1 && run["counts"]["handedOver"] == 1)
            .await;
    assert_eq!(failed["failures"][0]["count"], 1, "{failed}");
    until("the desktop was told", PATIENCE, async || {
        desk.desktop.notified().iter().any(|said| said.contains("first of the waves")).then_some(())
    })
    .await;
    let which = rows(&desk).await.into_iter().find(|row| row["stage"] == "failed").unwrap();
    let which = text(&which["applicationId"]);
    server.pair(&which).await.director(&server).viewer().await;
    let before = requests(&director);
    desk.call("retry_waves", json!({})).await;
    run_until(&desk, "it is paired", |run| run["counts"]["paired"] == 1).await;
    assert_eq!(requests(&director), before);
}
