//! Long lists: page by page, kept on disk, and brought up to date.

use blackbox::{AwkwardDirector, Fault, Server};
use serde_json::{Value, json};

use super::{
    Desk, Landscape,
    desk::{definition_at, text},
};

fn seed(number: usize) -> Value {
    let applications: Vec<Value> = (0..number)
        .map(|n| json!({ "name": format!("app-{n:04}"), "labels": { "region": format!("eu{}", n % 7) } }))
        .collect();
    json!({ "tenants": [{ "id": "one", "name": "One" }, { "id": "two", "name": "Two" }], "applications": applications })
}

async fn before(server: &Server, tenant: &str) -> (Desk, AwkwardDirector) {
    let director = AwkwardDirector::before(server);
    let desk = Desk::new();
    desk.join_as(definition_at(&director.director_url(), director.ca_pem(), tenant, "Long"), &server.admin_token())
        .await;
    (desk, director)
}

async fn cached(desk: &Desk) -> Value {
    desk.call("cached_applications", json!({})).await
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_of_two_hundred_are_kept_for_the_next_start() {
    let server = Landscape::Shipped.seeded(&seed(450));
    let (desk, director) = before(&server, "one").await;
    assert_eq!(cached(&desk).await, Value::Null);
    let (mut after, mut sizes) = (Value::Null, Vec::new());
    loop {
        let page = desk.call("list_applications", json!({ "after": after, "first": 200 })).await;
        assert_eq!(page["totalCount"], 450);
        sizes.push(page["rows"].as_array().unwrap().len());
        let row = &page["rows"][0];
        assert!(row["labelText"].as_str().unwrap().contains("eu"), "labels can be searched: {row}");
        after = page["endCursor"].clone();
        if page["hasNextPage"] == false {
            break;
        }
    }
    assert_eq!(sizes, [200, 200, 50]);
    assert!(director.seen().iter().filter(|seen| seen.says("applications")).count() >= 3);

    let kept = cached(&desk).await;
    assert_eq!(kept["rows"].as_array().unwrap().len(), 450);
    // Another start shows it before anybody is asked, with its age; another tenant does not.
    let again = desk.started_again();
    let rows = again.call("environments", json!({})).await;
    let id = rows["environments"].as_array().unwrap().iter().find(|row| row["name"] == "Long").unwrap()["id"].clone();
    director.forget();
    again.call("use_environment", json!({ "id": id })).await;
    let kept = cached(&again).await;
    assert_eq!(kept["rows"].as_array().unwrap().len(), 450, "without a sign-in");
    assert!(kept["ageSeconds"].as_u64().unwrap() < 60 && kept["savedAt"].is_string(), "{}", kept["ageSeconds"]);
    assert!(director.seen().iter().all(|seen| !seen.says("applications")), "nobody was asked for the list");
    again.call("use_tenant", json!({ "id": "two", "name": "Two" })).await;
    assert_eq!(cached(&again).await, Value::Null, "of another tenant");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_has_changed_meanwhile_replaces_what_was_kept() {
    let server = Landscape::Complete.seeded(&seed(30));
    let (desk, _director) = before(&server, "one").await;
    desk.names().await;
    let kept = cached(&desk).await;
    let id = text(&kept["rows"][0]["id"]);
    server.director("mutation($id: ID!) { result: unregisterApplication(id: $id) { id } }", json!({ "id": id })).await;
    server.register("new-one").await;
    assert_eq!(desk.names().await.len(), 30);
    let kept = cached(&desk).await;
    let names: Vec<_> = kept["rows"].as_array().unwrap().iter().map(|row| text(&row["name"])).collect();
    assert_eq!(names.len(), 30);
    assert!(
        names.contains(&"new-one".to_owned())
            && kept["rows"].as_array().unwrap().iter().all(|row| row["id"] != id.as_str())
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_that_broke_off_goes_on_where_it_stopped() {
    let server = Landscape::Complete.seeded(&seed(450));
    let (desk, director) = before(&server, "one").await;
    let first = desk.call("list_applications", json!({ "after": null, "first": 200 })).await;
    let next = json!({ "after": first["endCursor"], "first": 200 });
    for fault in [Fault::slow_down(Some(2)), Fault::bad_gateway(), Fault::CutInTheBody, Fault::director_timeout()] {
        director.always(fault.clone());
        let refused = desk.refused("list_applications", next.clone()).await;
        if matches!(fault, Fault::Answer { status: 429, .. }) {
            assert_eq!(refused.retry_after_seconds, Some(2), "{refused:?}");
        }
        director.behave();
    }
    let second = desk.call("list_applications", next).await;
    assert_eq!(second["rows"].as_array().unwrap().len(), 200);
    assert_ne!(second["rows"][0]["id"], first["rows"][0]["id"]);
    assert_eq!(cached(&desk).await, Value::Null, "half a list is not kept");
    let third = desk.call("list_applications", json!({ "after": second["endCursor"], "first": 200 })).await;
    assert_eq!((third["rows"].as_array().unwrap().len(), &third["hasNextPage"]), (50, &json!(false)));
}

/// What is on disk is what the list shows, and no more.
#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_cache_is_no_list() {
    let server = Landscape::Complete.seeded(&seed(5));
    let (desk, _director) = before(&server, "one").await;
    desk.names().await;
    assert_eq!(cached(&desk).await["rows"].as_array().unwrap().len(), 5);
    let mut touched = 0;
    for file in files(desk.folder()) {
        let content = std::fs::read(&file).unwrap();
        if content.windows(8).any(|window| window == b"app-0001") {
            std::fs::write(&file, &content[..content.len() / 2]).unwrap();
            touched += 1;
            let mode = std::os::unix::fs::PermissionsExt::mode(&std::fs::metadata(&file).unwrap().permissions());
            assert_eq!(mode & 0o077, 0, "{} is for its owner", file.display());
        }
    }
    if touched > 0 {
        let again = desk.started_again();
        let rows = again.call("environments", json!({})).await;
        let id =
            rows["environments"].as_array().unwrap().iter().find(|row| row["name"] == "Long").unwrap()["id"].clone();
        again.call("use_environment", json!({ "id": id })).await;
        assert_eq!(cached(&again).await, Value::Null);
    }
}

fn files(folder: &std::path::Path) -> Vec<std::path::PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    entries.flat_map(|entry| if entry.path().is_dir() { files(&entry.path()) } else { vec![entry.path()] }).collect()
}
