//! The file of environments: written by two windows, damaged, edited by hand.

use std::fs;

use pairing::ErrorCode;
use serde_json::Value;

use super::{Content, EnvironmentsFile, Record};
use crate::{
    calls::{Guard, Keep, TenantRef},
    environments::definition::tests::definition,
};

fn id_of(letter: &str) -> String {
    format!("00000000-0000-4000-8000-00000000000{letter}")
}

fn record(letter: &str) -> Record {
    Record {
        id: id_of(letter),
        definition: definition("https://compass-gateway.example.com/director/graphql"),
        keep: Keep::KeyStore,
        last_used_at: None,
        recent_tenants: Vec::new(),
    }
}

fn add(file: &EnvironmentsFile, id: &'static str) -> Vec<Record> {
    let add = |content: &mut Content| {
        content.environments.push(record(id));
        Ok(())
    };
    file.change(Content::default(), add).unwrap().0.environments
}

#[test]
fn two_windows_do_not_lose_each_others_environments() {
    let folder = tempfile::tempdir().unwrap();
    let (one, other) = (EnvironmentsFile::in_folder(folder.path()), EnvironmentsFile::in_folder(folder.path()));
    assert_eq!(one.load(), (Content::default(), None));
    add(&one, "a");
    let all = add(&other, "b");
    assert_eq!(all, [record("a"), record("b")]);
    assert_eq!(one.load().0.environments, all);
    let threads: Vec<_> = ["c", "d", "e", "f"]
        .into_iter()
        .map(|id| {
            let file = one.clone();
            std::thread::spawn(move || add(&file, id))
        })
        .collect();
    threads.into_iter().for_each(|thread| drop(thread.join().unwrap()));
    assert_eq!(one.load().0.environments.len(), 6);
}

#[test]
fn a_damaged_file_is_put_aside_and_a_newer_one_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let file = EnvironmentsFile::in_folder(folder.path());
    let names = || {
        let mut names: Vec<_> = fs::read_dir(folder.path())
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.retain(|name| name != "environments.lock");
        names.sort();
        names
    };
    let odd = "{\"version\":1,\"token\":\"canary\",\"environments\":[]}";
    for (round, text) in ["{", "", odd].into_iter().enumerate() {
        fs::write(&file.path, text).unwrap();
        let (content, warning) = file.load();
        assert!(content.environments.is_empty() && warning.unwrap().contains("damaged"), "{text}");
        let aside = folder.path().join(format!("environments.damaged-{}.json", round + 1));
        assert_eq!(fs::read_to_string(aside).unwrap(), text);
    }
    assert_eq!(names().len(), 3);
    fs::write(&file.path, "{").unwrap();
    add(&file, "a");
    assert_eq!(names().len(), 5, "also by a change");

    fs::write(&file.path, "{\"version\":2,\"future\":true}").unwrap();
    assert!(file.load().1.unwrap().contains("newer"));
    let refused = file.change(Content::default(), |_| Ok(())).unwrap_err();
    assert_eq!(refused.code, ErrorCode::NewerData);
    assert_eq!(fs::read_to_string(&file.path).unwrap(), "{\"version\":2,\"future\":true}");
}

#[test]
fn one_that_cannot_be_used_stays_in_the_file_and_takes_no_other_along() {
    let folder = tempfile::tempdir().unwrap();
    let file = EnvironmentsFile::in_folder(folder.path());
    add(&file, "a");
    let mut json: Value = serde_json::from_slice(&fs::read(&file.path).unwrap()).unwrap();
    let good = json["environments"][0].clone();
    json["local"]["guard"] = "read_only".into();
    for (field, value) in
        [("/id", "/etc/x"), ("/id", "local"), ("/definition/directorUrl", "http://x/"), ("/keep", "x")]
    {
        let mut odd = good.clone();
        *odd.pointer_mut(field).unwrap() = value.into();
        json["environments"].as_array_mut().unwrap().push(odd);
    }
    json["environments"].as_array_mut().unwrap().push(good);
    fs::write(&file.path, json.to_string()).unwrap();
    let (content, warning) = file.load();
    let warning = warning.unwrap();
    assert_eq!((content.environments, content.local.guard), (vec![record("a")], Guard::ReadOnly));
    for said in ["5 of the", "Test landscape (its id is none of this program)", "https://", "twice"] {
        assert!(warning.contains(said), "{said}: {warning}");
    }
    assert_eq!(add(&file, "b").len(), 2);
    let json: Value = serde_json::from_slice(&fs::read(&file.path).unwrap()).unwrap();
    assert_eq!(json["environments"].as_array().unwrap().len(), 7);
}

#[test]
fn what_an_older_version_let_through_is_kept_and_named() {
    let folder = tempfile::tempdir().unwrap();
    let file = EnvironmentsFile::in_folder(folder.path());
    add(&file, "a");
    add(&file, "b");
    let mut json: Value = serde_json::from_slice(&fs::read(&file.path).unwrap()).unwrap();
    let old = &mut json["environments"][1]["definition"];
    (old["name"], old["directorUrl"]) = ("Old\u{202e}one".into(), "https://ada:canary@d.example.com/x".into());
    fs::write(&file.path, json.to_string()).unwrap();
    let (content, warning) = file.load();
    let warning = warning.unwrap();
    assert_eq!(content.environments, [record("a")]);
    assert!(warning.contains("Oldone (") && warning.contains("user name") && !warning.contains("canary"), "{warning}");
    assert!(file.notices().is_empty());
    file.peek().unwrap();
    assert_eq!(file.notices(), [warning], "also while the program runs");
    add(&file, "c");
    assert!(fs::read_to_string(&file.path).unwrap().contains("ada:canary"), "it can still be mended");
}

#[test]
fn what_is_damaged_or_removed_while_the_program_runs_is_written_again() {
    let folder = tempfile::tempdir().unwrap();
    let file = EnvironmentsFile::in_folder(folder.path());
    add(&file, "a");
    let mut known = file.load().0;
    known.local.guard = Guard::ReadOnly;
    for text in [Some("{"), Some(""), None] {
        match text {
            Some(text) => fs::write(&file.path, text).unwrap(),
            None => fs::remove_file(&file.path).unwrap(),
        }
        assert!(file.peek().is_none(), "what is known stays");
        let (content, ()) = file.change(known.clone(), |_| Ok(())).unwrap();
        assert_eq!(content, known, "{text:?}");
        assert_eq!(file.load(), (known.clone(), None), "{text:?}");
    }
    let notices = file.notices();
    assert_eq!(notices.len(), 2);
    assert!(notices.iter().all(|notice| notice.contains("environments.damaged-")), "{notices:?}");
}

#[test]
fn the_guard_of_this_computer_outlives_a_damaged_file() {
    let folder = tempfile::tempdir().unwrap();
    let file = EnvironmentsFile::in_folder(folder.path());
    for (text, guard) in [
        (r#"{"version":1,"environments":7,"local":{"guard":"read_only"}}"#, Guard::ReadOnly),
        (r#"{"version":1,"environments":[],"local":{"guard":"canary"}}"#, Guard::Confirm),
        (r#"{"version":1,"environments":[],"local":{"guard":"read_o"#, Guard::Confirm),
        (r#"{"version":1,"environments":[]}"#, Guard::None),
    ] {
        fs::write(&file.path, text).unwrap();
        assert_eq!(file.load().0.local.guard, guard, "{text}");
    }
}

#[test]
fn what_could_not_be_read_again_is_not_written() {
    let folder = tempfile::tempdir().unwrap();
    let file = EnvironmentsFile::in_folder(folder.path());
    add(&file, "a");
    let grow = |content: &mut Content| {
        content.environments[0].definition.ca_pem = Some("x".repeat(9 << 20));
        Ok(())
    };
    assert_eq!(file.change(Content::default(), grow).unwrap_err().code, ErrorCode::InvalidData);
    assert_eq!(file.load(), (Content { version: 1, environments: vec![record("a")], ..Content::default() }, None));
}

#[test]
fn recent_tenants_are_few_and_the_latest_is_in_force() {
    let mut used = record("a");
    assert_eq!(used.in_force_tenant().id, "t-1");
    for number in [1, 2, 3, 4, 5, 6, 2] {
        used.used(TenantRef { id: format!("u-{number}"), name: "n".into() }, "now".into());
    }
    let ids: Vec<_> = used.recent_tenants.iter().map(|tenant| tenant.id.as_str()).collect();
    assert_eq!(ids, ["u-2", "u-6", "u-5", "u-4", "u-3"]);
    assert_eq!(used.in_force_tenant().id, "u-2");
}
