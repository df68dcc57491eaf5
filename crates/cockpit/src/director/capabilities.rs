//! What a Director offers: told by introspection where that is on, else found out by trying; and what was learnt on the
//! way from answers to other questions.

use std::{
    collections::BTreeSet,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicU8, Ordering},
    },
};

use serde_json::{Value, json};

use super::{
    Auth, Session,
    asking::{Failed, Hint},
};
use crate::{
    Problem,
    calls::{Availability, Capabilities},
};

/// What is known of one Director. Learnt again after every start: a Director may be upgraded.
#[derive(Debug, Default)]
pub(super) struct Learnt {
    proposal: Known,
    auths_readable: Known,
    suggests_token: Known,
    probed: Mutex<Option<Capabilities>>,
}

/// Yes, no, or not known yet.
#[derive(Debug, Default)]
struct Known(AtomicU8);

impl Known {
    fn get(&self) -> Availability {
        match self.0.load(Ordering::Relaxed) {
            1 => Availability::Yes,
            2 => Availability::No,
            _ => Availability::Unknown,
        }
    }

    fn set(&self, yes: bool) {
        self.0.store(if yes { 1 } else { 2 }, Ordering::Relaxed);
    }
}

impl Learnt {
    /// `proposal`: what was said of it when the environment was set up.
    pub(super) fn new(proposal: Option<bool>) -> Self {
        let learnt = Self::default();
        if let Some(there) = proposal {
            learnt.proposal.set(there);
        }
        learnt
    }

    pub(super) fn proposal(&self) -> Availability {
        self.proposal.get()
    }

    pub(super) fn set_proposal(&self, there: bool) {
        self.proposal.set(there);
    }

    pub(super) fn suggests(&self, suggested: bool) {
        // A plain token proves nothing: some applications are suggested that.
        if suggested {
            self.suggests_token.set(true);
        }
    }

    /// A list with something in it tells whether its content may be read.
    pub(super) fn auths(&self, auths: Option<&[Auth]>) {
        match auths {
            None => self.auths_readable.set(false),
            Some([]) => {}
            Some(auths) => self.auths_readable.set(auths.iter().any(|auth| auth.readable)),
        }
    }

    pub(super) fn auths_readable(&self) -> Availability {
        self.auths_readable.get()
    }
}

/// What to look for: the field, and a document that would be valid if it is there and does nothing: the field is skipped,
/// and if it were not, nothing has this id.
struct Probe {
    field: &'static str,
    mutation: bool,
    selection: &'static str,
}

const NOBODY: &str = "00000000-0000-0000-0000-000000000000";

const fn query(field: &'static str, selection: &'static str) -> Probe {
    Probe { field, mutation: false, selection }
}

const fn mutation(field: &'static str, selection: &'static str) -> Probe {
    Probe { field, mutation: true, selection }
}

const PROBES: [Probe; 10] = [
    mutation("requestOneTimeTokenForApplication", "(id: $id) @skip(if: $skip) { used }"),
    mutation("requestClientCredentialsForApplication", "(id: $id) @skip(if: $skip) { id }"),
    query("runtimes", "(first: 1) @skip(if: $skip) { totalCount }"),
    mutation("requestOneTimeTokenForRuntime", "(id: $id) @skip(if: $skip) { used }"),
    mutation("requestClientCredentialsForRuntime", "(id: $id) @skip(if: $skip) { id }"),
    query("integrationSystems", "(first: 1) @skip(if: $skip) { totalCount }"),
    mutation("requestClientCredentialsForIntegrationSystem", "(id: $id) @skip(if: $skip) { id }"),
    query("applicationTemplates", "(first: 1) @skip(if: $skip) { totalCount }"),
    query("formations", "(first: 1) @skip(if: $skip) { totalCount }"),
    query("tenants", "(first: 1) @skip(if: $skip) { totalCount }"),
];

/// The proposal's mutation. Its input type differs between Directors, so its field is looked for without an argument that
/// would need the type.
const PROPOSAL: &str = "getAuthTypesForApplication";

impl Session {
    /// What this Director offers. Asks once and remembers; what is learnt later is added.
    ///
    /// # Errors
    /// The Director cannot be asked at all.
    pub(crate) async fn read_capabilities(&self) -> Result<Capabilities, Problem> {
        let learnt = &self.director.learnt;
        let remembered = learnt.probed.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let mut found = match remembered {
            Some(found) => found,
            None => {
                let found = self.find_out().await?;
                *learnt.probed.lock().unwrap_or_else(PoisonError::into_inner) = Some(found.clone());
                found
            }
        };
        if found.proposal_api != Availability::Unknown && learnt.proposal() == Availability::Unknown {
            learnt.set_proposal(found.proposal_api == Availability::Yes);
        }
        found.proposal_api = learnt.proposal();
        found.auths_readable = learnt.auths_readable();
        found.suggests_token = learnt.suggests_token.get();
        Ok(found)
    }

    /// The cheapest question. Whether anybody answers is noted on the way.
    pub(crate) async fn probe(&self) {
        let body = json!({ "query": "query Probe { __typename }", "operationName": "Probe" });
        if let Err(failed) = self.exchange(&body, "Probe", Hint::None).await {
            tracing::debug!(code = %Problem::from(failed).code, "the Director was asked whether it is there");
        }
    }

    async fn find_out(&self) -> Result<Capabilities, Problem> {
        if let Some(fields) = self.introspect().await? {
            return Ok(from_fields(Availability::Yes, |field| {
                if fields.contains(field) { Availability::Yes } else { Availability::No }
            }));
        }
        let mut there = Vec::new();
        for probe in &PROBES {
            there.push((probe.field, self.try_out(probe).await?));
        }
        let proposal = query(PROPOSAL, "(appId: $id) @skip(if: $skip) { type }");
        there.push((PROPOSAL, self.try_out(&proposal).await?));
        Ok(from_fields(Availability::No, |field| {
            there.iter().find(|(name, _)| *name == field).map_or(Availability::Unknown, |(_, found)| *found)
        }))
    }

    /// The names of all fields of queries and mutations; `None` where introspection is off.
    async fn introspect(&self) -> Result<Option<BTreeSet<String>>, Problem> {
        let query = "query Introspect { __schema { queryType { fields { name } } mutationType { fields { name } } } }";
        let body = json!({ "query": query, "operationName": "Introspect" });
        let data = match self.exchange(&body, "Introspect", Hint::None).await {
            Ok(answer) => answer.value.data.unwrap_or_default(),
            Err(Failed::NotServed(_)) => return Ok(None),
            Err(Failed::TooLong(problem) | Failed::Problem(problem)) => return Err(problem),
        };
        let mut names = BTreeSet::new();
        for root in ["queryType", "mutationType"] {
            let fields = data["__schema"][root]["fields"].as_array();
            names.extend(fields.into_iter().flatten().filter_map(|field| field["name"].as_str()).map(str::to_owned));
        }
        Ok((!names.is_empty()).then_some(names))
    }

    async fn try_out(&self, probe: &Probe) -> Result<Availability, Problem> {
        let (kind, Probe { field, selection, .. }) = (if probe.mutation { "mutation" } else { "query" }, probe);
        let id = if selection.contains("$id") { "$id: ID!, " } else { "" };
        let query = format!("{kind} Probe({id}$skip: Boolean!) {{ {field}{selection} }}");
        let mut variables = json!({ "skip": true });
        if !id.is_empty() {
            variables["id"] = Value::from(NOBODY);
        }
        let body = json!({ "query": query, "variables": variables, "operationName": "Probe" });
        match self.exchange(&body, "Probe", Hint::None).await {
            Ok(_) => Ok(Availability::Yes),
            Err(Failed::NotServed(_)) => Ok(Availability::No),
            Err(Failed::TooLong(problem) | Failed::Problem(problem)) => Err(problem),
        }
    }
}

fn from_fields(introspection: Availability, there: impl Fn(&str) -> Availability) -> Capabilities {
    Capabilities {
        introspection,
        proposal_api: there(PROPOSAL),
        application_tokens: there("requestOneTimeTokenForApplication"),
        application_credentials: there("requestClientCredentialsForApplication"),
        runtimes: there("runtimes"),
        runtime_tokens: there("requestOneTimeTokenForRuntime"),
        runtime_credentials: there("requestClientCredentialsForRuntime"),
        integration_systems: there("integrationSystems"),
        integration_system_credentials: there("requestClientCredentialsForIntegrationSystem"),
        templates: there("applicationTemplates"),
        formations: there("formations"),
        tenants: there("tenants"),
        auths_readable: Availability::Unknown,
        suggests_token: Availability::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_list_with_something_in_it_tells_whether_it_can_be_read() {
        let auth = |readable| Auth { id: "a".into(), readable, client_id: None, cert_common_name: None, token: None };
        let learnt = Learnt::default();
        learnt.auths(Some(&[]));
        assert_eq!(learnt.auths_readable(), Availability::Unknown);
        learnt.auths(Some(&[auth(false)]));
        assert_eq!(learnt.auths_readable(), Availability::No);
        learnt.auths(Some(&[auth(false), auth(true)]));
        assert_eq!(learnt.auths_readable(), Availability::Yes, "another sign-in may");
        learnt.suggests(false);
        assert_eq!(learnt.suggests_token.get(), Availability::Unknown);
        assert_eq!(Learnt::new(Some(false)).proposal(), Availability::No);
    }

    #[test]
    fn every_capability_has_its_probe() {
        let looked_for = |field: &str| PROBES.iter().any(|probe| probe.field == field) || field == PROPOSAL;
        from_fields(Availability::No, |field| {
            assert!(looked_for(field), "{field}");
            Availability::No
        });
    }
}
