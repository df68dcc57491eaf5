//! Environments as a file for colleagues: how they are set up, and nothing that signs anybody in.

use std::collections::BTreeSet;

use pairing::ErrorCode;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{
    address,
    definition::{as_seen, visible},
    file::Record,
};
use crate::{
    Cockpit, Problem,
    calls::{
        CallContext, EnvironmentDefinition, Guard, ImportEnvironments, ImportedEnvironments, Keep, Nothing,
        OfferedEnvironment, OfferedEnvironments, Proxy, Saved, SignInMethod,
    },
    certificates::{certificates_in, server_chain},
    cockpit::lock,
    https, private_file,
};

const FORMAT: &str = "pairing-cockpit-environments";
const VERSION: u32 = 1;
const LARGEST_FILE: u64 = 4 << 20;

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Export {
    format: String,
    version: u32,
    environments: Vec<EnvironmentDefinition>,
}

/// What was read from a file and is not imported yet.
#[derive(Debug)]
pub(super) struct Offer {
    id: String,
    environments: Vec<EnvironmentDefinition>,
}

impl Cockpit {
    pub(crate) async fn export_environments(&self, _: CallContext, _: Nothing) -> Result<Saved, Problem> {
        let environments: Vec<_> =
            lock(&self.environments.content).environments.iter().map(|record| record.definition.clone()).collect();
        if environments.is_empty() {
            return Err(Problem::invalid("There is no environment to export but the local server."));
        }
        let export = Export { format: FORMAT.into(), version: VERSION, environments };
        let json = serde_json::to_vec_pretty(&export).map_err(|cause| {
            Problem::new(ErrorCode::Internal, "The environments can't be written.").detail(cause.to_string())
        })?;
        self.save_where_chosen("Export the environments", "pairing-cockpit-environments.json".into(), json).await
    }

    /// Reads a file and tells what is in it. A CA, a proxy or a sign-in service in it would come between the person and the
    /// Director, so nothing is imported before the person has seen them.
    pub(crate) async fn read_environments(
        &self,
        _: CallContext,
        _: Nothing,
    ) -> Result<Option<OfferedEnvironments>, Problem> {
        let Some(text) = self.read_chosen("Import environments", LARGEST_FILE).await? else { return Ok(None) };
        // An editor may have put a byte order mark before it.
        let environments = read(text.strip_prefix('\u{feff}').unwrap_or(&text))?;
        let id = Uuid::new_v4().to_string();
        let shown = {
            let content = lock(&self.environments.content);
            environments.iter().map(|one| offered(one, &content.environments)).collect()
        };
        *lock(&self.environments.to_import) = Some(Offer { id: id.clone(), environments });
        Ok(Some(OfferedEnvironments { id, environments: shown }))
    }

    pub(crate) async fn import_environments(
        &self,
        _: CallContext,
        input: ImportEnvironments,
    ) -> Result<ImportedEnvironments, Problem> {
        let offer = lock(&self.environments.to_import).take_if(|offer| offer.id == *input.id);
        let Offer { environments, .. } = offer.ok_or_else(|| {
            Problem::new(ErrorCode::NotFound, "This file was imported already, or another one was read after it.")
                .hint("Choose the file again.")
        })?;
        let imported = self.environments.change(move |content| {
            let mut imported = ImportedEnvironments { added: Vec::new(), known: Vec::new() };
            let mut names = Names::of(&content.environments);
            for definition in environments {
                if is_there(&definition, &content.environments) {
                    imported.known.push(definition.name);
                } else {
                    let definition = names.own(definition);
                    imported.added.push(definition.name.clone());
                    content.environments.push(Record::new(Uuid::new_v4().to_string(), definition));
                }
            }
            Ok(imported)
        });
        imported.await
    }

    /// The text of one file that the person chooses; `None` when they cancel.
    ///
    /// # Errors
    /// There are several, or it is none that can be read.
    pub(super) async fn read_chosen(&self, title: &str, largest: u64) -> Result<Option<String>, Problem> {
        let mut chosen = self.desktop.choose_open_paths(title.into()).await;
        let path = match (chosen.pop(), chosen.is_empty()) {
            (None, _) => return Ok(None),
            (Some(_), false) => return Err(Problem::invalid("Choose one file, not several.")),
            (Some(path), true) => path,
        };
        let shown = path.display().to_string();
        let read = tokio::task::spawn_blocking(move || {
            let content = private_file::read(&path, largest)?;
            str::from_utf8(&content).map(str::to_owned).map_err(std::io::Error::other)
        });
        let text = read.await.unwrap_or_else(|cause| Err(std::io::Error::other(cause)));
        text.map(Some).map_err(|cause| {
            Problem::invalid(format!("{shown} can't be read.")).hint("Choose another file.").detail(cause.to_string())
        })
    }
}

impl Record {
    pub(super) fn new(id: String, definition: EnvironmentDefinition) -> Self {
        Self { id, definition, keep: Keep::Session, last_used_at: None, recent_tenants: Vec::new() }
    }
}

/// # Errors
/// It is no export of ours, or has something in it that this version does not know.
fn read(text: &str) -> Result<Vec<EnvironmentDefinition>, Problem> {
    #[derive(Deserialize)]
    struct Kind {
        format: String,
        version: u32,
    }
    let no_export = || {
        Problem::invalid("This is not a file of exported environments.")
            .hint("Choose the file that somebody got from Export environments.")
    };
    let kind: Kind = serde_json::from_str(text).map_err(|_| no_export())?;
    if kind.format != FORMAT {
        return Err(no_export());
    }
    if kind.version == 0 {
        return Err(no_export());
    }
    if kind.version > VERSION {
        return Err(Problem::new(
            ErrorCode::NewerData,
            "These environments were exported by a newer version of this program.",
        )
        .hint("Use that version, or set the environments up by hand."));
    }
    let export: Export = serde_json::from_str(text).map_err(|cause| {
        // The text of the cause may quote a value, which somebody may have put there by mistake.
        Problem::invalid("Something in this file is not known to this version; nothing was imported.")
            .hint("An export has no secrets in it. Take out what does not belong there.")
            .detail(format!("line {}, column {}", cause.line(), cause.column()))
    })?;
    let checked = export.environments.into_iter().map(|one| {
        let name = visible(&one.name);
        one.check().map(guarded).map_err(|problem| Problem {
            message: format!("Nothing was imported, because of {name}: {}", problem.message),
            ..problem
        })
    });
    checked.collect()
}

/// Whoever made the file may have left out what the form would have proposed.
fn guarded(definition: EnvironmentDefinition) -> EnvironmentDefinition {
    let unguarded = definition.guard == Guard::None && address::is_production(&definition.director_url);
    if unguarded { EnvironmentDefinition { guard: Guard::TypeName, ..definition } } else { definition }
}

fn is_there(definition: &EnvironmentDefinition, records: &[Record]) -> bool {
    records.iter().map(|record| &record.definition).any(|there| {
        there.director_url == definition.director_url
            && there.sign_in == definition.sign_in
            && there.tenant == definition.tenant
    })
}

/// What is worth knowing before somebody signs in there.
fn offered(definition: &EnvironmentDefinition, records: &[Record]) -> OfferedEnvironment {
    let sign_in_at = match &definition.sign_in {
        SignInMethod::Oidc { issuer, .. } => Some(issuer.clone()),
        SignInMethod::ClientCredentials { token_url, .. } => Some(token_url.clone()),
        SignInMethod::Token | SignInMethod::ClientCertificate => None,
    };
    let proxy = if let Proxy::Url { url } = &definition.proxy { Some(url.clone()) } else { None };
    let ca = definition.ca_pem.as_deref().map(certificates_in).unwrap_or_default();
    OfferedEnvironment {
        name: visible(&definition.name),
        known: is_there(definition, records),
        director_url: definition.director_url.clone(),
        sign_in_at,
        ca: server_chain(&ca, https::local_time()),
        proxy,
        headers: definition.headers.iter().map(|header| header.name.clone()).collect(),
    }
}

/// The names of all environments, as a person sees them: two that look alike cannot be told apart.
pub(super) struct Names(BTreeSet<String>);

impl Names {
    pub(super) fn of(records: &[Record]) -> Self {
        Self(records.iter().map(|record| as_seen(&record.definition.name)).collect())
    }

    pub(super) fn is_taken(&self, name: &str) -> bool {
        self.0.contains(&as_seen(name))
    }

    /// The environment with a name of its own, which is taken from now on.
    fn own(&mut self, mut definition: EnvironmentDefinition) -> EnvironmentDefinition {
        if self.is_taken(&definition.name) {
            let short: String = definition.name.chars().take(55).collect();
            let free = (2..).map(|number| format!("{short} {number}")).find(|name| !self.is_taken(name));
            definition.name = free.unwrap_or(short);
        }
        self.0.insert(as_seen(&definition.name));
        definition
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::environments::definition::tests::definition;

    #[test]
    fn an_export_is_read_and_anything_else_is_refused_kindly_and_without_being_repeated() {
        let set_up = definition("https://d.example.com/director/graphql");
        let export = Export { format: FORMAT.into(), version: 1, environments: vec![set_up.clone()] };
        let json = serde_json::to_value(&export).unwrap();
        assert_eq!(read(&json.to_string()).unwrap(), [set_up]);

        let with = |change: fn(&mut serde_json::Value)| {
            let mut json = json.clone();
            change(&mut json);
            read(&json.to_string()).unwrap_err()
        };
        assert!(with(|json| json["environments"][0]["token"] = "canary".into()).message.contains("not known"));
        assert!(with(|json| json["environments"][0]["guard"] = "canary".into()).detail.unwrap().starts_with("line "));
        assert_eq!(with(|json| json["version"] = 2.into()).code, ErrorCode::NewerData);
        assert!(with(|json| json["version"] = 0.into()).message.contains("not a file"));
        assert!(with(|json| json["format"] = "x".into()).message.contains("not a file"));
        assert!(with(|json| json["environments"][0]["directorUrl"] = "http://x".into()).message.contains("https"));
        let local = with(|json| json["environments"][0]["name"] = "Local simulator".into()).message;
        assert!(local.contains("because of Local simulator"), "{local}");
        with(|json| json["environments"][0]["badge"] = "LOCAL".into());
        for odd in ["", "[]", "canary"] {
            assert!(!format!("{:?}", read(odd).unwrap_err()).contains("canary"), "{odd}");
        }
        let text = json!({ "a": 1 }).to_string();
        read(&text).unwrap_err();
    }

    #[test]
    fn production_is_guarded_whatever_the_file_says() {
        let guard = |address: &str, guard: Guard| {
            let set_up = EnvironmentDefinition { guard, ..definition(address) };
            let export = Export { format: FORMAT.into(), version: 1, environments: vec![set_up] };
            read(&serde_json::to_string(&export).unwrap()).unwrap()[0].guard
        };
        let production = "https://compass-gateway.prod.example.com/director/graphql";
        assert_eq!(guard(production, Guard::None), Guard::TypeName);
        assert_eq!(guard(production, Guard::Confirm), Guard::Confirm);
        assert_eq!(guard("https://compass-gateway.dev.example.com/director/graphql", Guard::None), Guard::None);
    }

    #[test]
    fn a_name_that_is_taken_gets_a_number() {
        let set_up = definition("https://d.example.com/director/graphql");
        let mut names = Names::of(&[Record::new("a".into(), set_up.clone())]);
        assert_eq!(names.own(set_up.clone()).name, "Test landscape 2");
        assert_eq!(names.own(set_up.clone()).name, "Test landscape 3");
        let alike = EnvironmentDefinition { name: "Te\u{455}t  Iandscape".into(), ..set_up.clone() };
        assert_ne!(names.own(alike.clone()).name, alike.name, "by eye, not by letter");
        assert_eq!(Names::of(&[]).own(set_up.clone()).name, set_up.name);
    }
}
