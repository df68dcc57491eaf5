//! environments.json in the settings folder. Every change reads it again and replaces it whole, so that two windows do not
//! lose each other's. One that cannot be read is put aside, never overwritten.

use std::{
    fs, io,
    path::{Path, PathBuf},
    sync::{Arc, Mutex},
    time::SystemTime,
};

use pairing::ErrorCode;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use super::definition::visible;
use crate::{
    Problem,
    calls::{EnvironmentColour, EnvironmentDefinition, ErrorAction, Guard, Keep, TenantRef},
    cockpit::lock,
    private_file,
};

const VERSION: u32 = 1;
/// More than anybody administrates; a larger file is not ours.
const LARGEST_FILE: u64 = 8 << 20;
const MOST_RECENT_TENANTS: usize = 5;
/// Of those that cannot be used: a sentence names no more.
const MOST_NAMED: usize = 5;

/// An environment, and how it was used.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Record {
    pub(super) id: String,
    pub(super) definition: EnvironmentDefinition,
    /// Where the sign-in is kept, not the sign-in.
    #[serde(default)]
    pub(super) keep: Keep,
    #[serde(default)]
    pub(super) last_used_at: Option<String>,
    /// The latest first.
    #[serde(default)]
    pub(super) recent_tenants: Vec<TenantRef>,
}

impl Record {
    /// Somebody may have edited the file, or it comes from somebody else: what the form would refuse is refused here too,
    /// and an id is part of the name of a file.
    ///
    /// # Errors
    /// Why not, as part of a sentence; no value of the file is in it.
    fn usable(stored: &Value, others: &[Self]) -> Result<Self, String> {
        let record: Self =
            serde_json::from_value(stored.clone()).map_err(|_| "something in it is not known".to_owned())?;
        if !Uuid::parse_str(&record.id).is_ok_and(|id| id.to_string() == record.id) {
            return Err("its id is none of this program".into());
        }
        let checked = record.definition.clone().told_apart().check();
        let definition = checked.map_err(|problem| problem.message.trim_end_matches('.').to_owned())?;
        if others.iter().any(|other| other.id == record.id) {
            return Err("its id is there twice".into());
        }
        Ok(Self { definition, ..record })
    }

    /// That which was used last, else the one it was set up with.
    pub(super) fn in_force_tenant(&self) -> TenantRef {
        let set_up = || TenantRef { id: self.definition.tenant.clone(), name: self.definition.tenant_name.clone() };
        self.recent_tenants.first().cloned().unwrap_or_else(set_up)
    }

    /// With its name, where that is known.
    pub(super) fn tenant(&self, id: &str) -> TenantRef {
        let known = self.recent_tenants.iter().find(|tenant| tenant.id == id).cloned();
        known.unwrap_or_else(|| TenantRef { id: id.into(), name: id.into() })
    }

    pub(super) fn used(&mut self, tenant: TenantRef, at: String) {
        self.last_used_at = Some(at);
        if tenant.id.is_empty() {
            return;
        }
        self.recent_tenants.retain(|recent| recent.id != tenant.id);
        self.recent_tenants.insert(0, tenant);
        self.recent_tenants.truncate(MOST_RECENT_TENANTS);
    }
}

/// Everything in the file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Content {
    version: u32,
    /// In force when the program ended; `None`: the server of this computer.
    pub(super) in_force: Option<String>,
    /// How the server of this computer looks.
    pub(super) local: LocalLook,
    pub(super) environments: Vec<Record>,
    /// What stands in the file and cannot be used; it stays there.
    unusable: Vec<Unused>,
}

/// An environment of the file as it stands there, and why it cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Unused {
    stored: Value,
    why: String,
}

impl Unused {
    fn named(&self) -> String {
        let name = self.stored.pointer("/definition/name").and_then(Value::as_str).unwrap_or_default();
        let name = visible(name);
        let name = if name.is_empty() { "one without a name" } else { &name };
        format!("{name} ({})", self.why)
    }
}

impl Content {
    /// Which of them cannot be used, and why; `None`: all can.
    fn unusable(&self, path: &Path) -> Option<String> {
        let count = self.unusable.len();
        let mut named: Vec<_> = self.unusable.iter().take(MOST_NAMED).map(Unused::named).collect();
        if count > MOST_NAMED {
            named.push(format!("and {} more", count - MOST_NAMED));
        }
        (count > 0).then(|| {
            let (path, named) = (path.display(), named.join("; "));
            format!(
                "{count} of the environments in {path} can't be used by this version; they stay in the file, where they can be mended: {named}."
            )
        })
    }
}

/// When the file was written last, and how long it is.
pub(super) type Stamp = (SystemTime, u64);

/// As it stands in the file: one environment that cannot be used does not take the others along.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Stored {
    version: u32,
    #[serde(default)]
    in_force: Option<String>,
    #[serde(default)]
    local: Option<Value>,
    environments: Vec<Value>,
}

impl From<Stored> for Content {
    fn from(stored: Stored) -> Self {
        let local = stored.local.map_or_else(LocalLook::default, LocalLook::of);
        let mut content = Self { version: stored.version, in_force: stored.in_force, local, ..Self::default() };
        for stored in stored.environments {
            match Record::usable(&stored, &content.environments) {
                Ok(record) => content.environments.push(record),
                Err(why) => content.unusable.push(Unused { stored, why }),
            }
        }
        content
    }
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct LocalLook {
    #[serde(default)]
    pub(super) colour: EnvironmentColour,
    #[serde(default)]
    pub(super) guard: Guard,
}

impl LocalLook {
    /// Where nobody can say any more how it was guarded, it is rather guarded than not.
    const CAUTIOUS: Self = Self { colour: EnvironmentColour::Grey, guard: Guard::Confirm };

    fn of(stored: Value) -> Self {
        serde_json::from_value(stored).unwrap_or(Self::CAUTIOUS)
    }

    /// What a damaged file still says about it.
    fn salvaged(bytes: &[u8]) -> Self {
        let json: Option<Value> = serde_json::from_slice(bytes).ok();
        json.and_then(|json| json.get("local").cloned()).map_or(Self::CAUTIOUS, Self::of)
    }
}

#[derive(Clone, Debug)]
pub(super) struct EnvironmentsFile {
    path: PathBuf,
    /// What a person should know about the file, found while the program runs; each once.
    notices: Arc<Mutex<Vec<String>>>,
}

impl EnvironmentsFile {
    pub(super) fn in_folder(folder: &Path) -> Self {
        Self { path: folder.join("environments.json"), notices: Arc::default() }
    }

    pub(super) fn notices(&self) -> Vec<String> {
        lock(&self.notices).clone()
    }

    fn notice(&self, sentence: String) {
        let mut notices = lock(&self.notices);
        if !notices.contains(&sentence) {
            tracing::warn!("{sentence}");
            notices.push(sentence);
        }
    }

    /// What is in the file, and a sentence when not all of it could be used.
    pub(super) fn load(&self) -> (Content, Option<String>) {
        // Another window may be mending the file that looked damaged; where no lock can be had, nothing can be mended either.
        let first = self.read();
        let _lock = matches!(first, Err(Unusable::Damaged)).then(|| self.lock().ok());
        let read = if matches!(first, Err(Unusable::Damaged)) { self.read() } else { first };
        let unusable = match read {
            Ok(content) => {
                let content = content.unwrap_or_default();
                let warning = content.unusable(&self.path);
                return (content, warning);
            }
            Err(unusable) => unusable,
        };
        let path = self.path.display();
        let local = self.bytes().ok().flatten().map_or(LocalLook::CAUTIOUS, |bytes| LocalLook::salvaged(&bytes));
        let warning = match unusable {
            Unusable::Unreadable(cause) => format!("The environments in {path} can't be read: {cause}."),
            Unusable::Newer => {
                format!(
                    "The environments in {path} were saved by a newer version of this program; they stay as they are."
                )
            }
            Unusable::Damaged => match self.put_aside() {
                Ok(aside) => format!(
                    "The environments in {path} were damaged. The file is kept as {}; set the environments up again, or mend it and put it back.",
                    aside.display()
                ),
                Err(cause) => format!("The environments in {path} are damaged and stay as they are: {cause}."),
            },
        };
        (Content { local, ..Content::default() }, Some(warning))
    }

    /// What is in the file, if it is there and can be read, and when it was written.
    pub(super) fn peek(&self) -> Option<(Content, Option<Stamp>)> {
        let stamp = self.stamp();
        let content = self.read().ok()??;
        content.unusable(&self.path).into_iter().for_each(|sentence| self.notice(sentence));
        Some((content, stamp))
    }

    pub(super) fn stamp(&self) -> Option<Stamp> {
        let metadata = fs::metadata(&self.path).ok()?;
        Some((metadata.modified().ok()?, metadata.len()))
    }

    /// Changes what is in the file by now; `known` is what was in it before: it is written back where the file was damaged
    /// or removed meanwhile.
    ///
    /// # Errors
    /// What `change` says, or the file cannot be written, or could not be read again.
    pub(super) fn change<T>(
        &self,
        known: Content,
        change: impl FnOnce(&mut Content) -> Result<T, Problem>,
    ) -> Result<(Content, T), Problem> {
        let _lock = self.lock().map_err(|cause| self.unwritten(&cause.to_string()))?;
        let mut is_damaged = false;
        let mut content = match self.read() {
            Ok(content) => content.unwrap_or(known),
            Err(Unusable::Damaged) => {
                is_damaged = true;
                known
            }
            Err(Unusable::Newer) => {
                return Err(Problem::new(
                    ErrorCode::NewerData,
                    "A newer version of this program has saved the environments.",
                )
                .hint("Change them with that version, or export them there and import them here."));
            }
            Err(Unusable::Unreadable(cause)) => return Err(self.unwritten(&cause.to_string())),
        };
        let outcome = change(&mut content)?;
        content.version = VERSION;
        let json = Self::stored(&content).map_err(|cause| self.unwritten(&cause.to_string()))?;
        if json.len() as u64 > LARGEST_FILE {
            return Err(Problem::invalid("The environments would take more than 8 MiB; nothing was saved.")
                .hint("Each has its CA with it. Remove environments that nobody needs, or choose smaller CA files.")
                .action(ErrorAction::CorrectInput));
        }
        if is_damaged {
            let aside = self.put_aside().map_err(|cause| self.unwritten(&cause.to_string()))?;
            self.notice(format!(
                "The environments in {} were damaged while the program was running, and were written again as it knew them. The damaged file is kept as {}.",
                self.path.display(),
                aside.display()
            ));
        }
        private_file::write(&self.path, &json).map_err(|cause| self.unwritten(&cause.to_string()))?;
        Ok((content, outcome))
    }

    /// `None`: there is no file.
    fn read(&self) -> Result<Option<Content>, Unusable> {
        #[derive(Deserialize)]
        struct Versioned {
            version: u32,
        }
        let Some(bytes) = self.bytes().map_err(Unusable::Unreadable)? else { return Ok(None) };
        match serde_json::from_slice::<Versioned>(&bytes) {
            Ok(Versioned { version }) if version > VERSION => return Err(Unusable::Newer),
            Ok(_) => {}
            Err(_) => return Err(Unusable::Damaged),
        }
        let stored: Stored = serde_json::from_slice(&bytes).map_err(|_| Unusable::Damaged)?;
        Ok(Some(stored.into()))
    }

    /// None of a file that is too large to be ours; `None`: there is no file.
    fn bytes(&self) -> io::Result<Option<Vec<u8>>> {
        let size = fs::metadata(&self.path).map(|metadata| metadata.len());
        let read = size.and_then(|size| if size > LARGEST_FILE { Ok(Vec::new()) } else { fs::read(&self.path) });
        match read {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            read => read.map(Some),
        }
    }

    fn stored(content: &Content) -> serde_json::Result<Vec<u8>> {
        let environments = content.environments.iter().map(serde_json::to_value).collect::<Result<Vec<_>, _>>()?;
        let unusable = content.unusable.iter().map(|unused| unused.stored.clone());
        let stored = Stored {
            version: content.version,
            in_force: content.in_force.clone(),
            local: Some(serde_json::to_value(content.local)?),
            environments: environments.into_iter().chain(unusable).collect(),
        };
        serde_json::to_vec_pretty(&stored)
    }

    /// Held by one window at a time, from reading to writing. Empty, and left where it is.
    fn lock(&self) -> io::Result<fs::File> {
        self.path.parent().map_or(Ok(()), fs::create_dir_all)?;
        let lock = fs::OpenOptions::new().create(true).append(true).open(self.path.with_extension("lock"))?;
        lock.lock()?;
        Ok(lock)
    }

    fn put_aside(&self) -> io::Result<PathBuf> {
        let aside = (1..1000)
            .map(|number| self.path.with_extension(format!("damaged-{number}.json")))
            .find(|aside| !aside.exists())
            .ok_or_else(|| io::Error::other("there are too many damaged ones already"))?;
        fs::rename(&self.path, &aside)?;
        Ok(aside)
    }

    fn unwritten(&self, cause: &str) -> Problem {
        Problem::new(ErrorCode::FileNotWritten, "The environments could not be saved.")
            .hint("Check the free space and the rights of the folder.")
            .detail(format!("{}: {cause}", self.path.display()))
    }
}

enum Unusable {
    Damaged,
    Newer,
    Unreadable(io::Error),
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::environments::definition::tests::definition;

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
        assert!(
            warning.contains("Oldone (") && warning.contains("user name") && !warning.contains("canary"),
            "{warning}"
        );
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
}
