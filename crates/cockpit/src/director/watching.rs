//! Looking at everything that is watched in one document: an alias for each. Written by hand, because its length depends
//! on what is watched. Never selects `token`, `raw`, `rawEncoded` or `clientSecret`: whoever reads an answer must not
//! learn a live secret.

use std::fmt::Write as _;

use pairing::Moment;
use reqwest::StatusCode;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::{
    At, Auth, Session,
    applications::CONNECTED,
    asking::{Answer, Hint, parse},
    wire::{self, WatchedAuth},
};
use crate::{
    Problem,
    calls::{Owner, OwnerKind},
};

/// What the pairing page looks at again and again.
#[derive(Clone, Debug)]
pub(crate) struct Watched {
    pub(crate) name: String,
    /// Empty for an integration system, which has none.
    pub(crate) condition: String,
    pub(crate) status_at: Option<Moment>,
    /// `None`: not readable.
    pub(crate) auths: Option<Vec<Auth>>,
    /// The integration system that manages it.
    pub(crate) integration_system: Option<String>,
}

impl Watched {
    pub(crate) fn is_connected(&self) -> bool {
        self.condition == CONNECTED
    }
}

/// What became of looking at one of several: gone, or there.
pub(crate) type Look = Result<Option<Watched>, Problem>;

/// Far below what a careful Director accepts in one document.
const MOST: usize = 40;

const AUTHS: &str = "auths { id auth { certCommonName \
    credential { __typename ... on OAuthCredentialData { clientId } } \
    oneTimeToken { __typename used usedAt createdAt expiresAt } } }";

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Object {
    name: String,
    status: Option<Status>,
    auths: Option<Vec<WatchedAuth>>,
    #[serde(rename = "integrationSystemID")]
    integration_system: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Status {
    condition: String,
    timestamp: String,
}

impl Session {
    /// Name, status and system auths; `None` when the owner is gone.
    pub(crate) async fn watch(&self, owner: &Owner) -> Result<At<Option<Watched>>, Problem> {
        let At { value, moment } = self.watch_all(std::slice::from_ref(owner)).await?;
        let look = value.into_iter().next().unwrap_or_else(|| Err(self.asked().protocol("no answer for the alias")));
        Ok(At { value: look?, moment })
    }

    /// All of them, in their order, with as few requests as can be.
    ///
    /// # Errors
    /// Nothing could be asked. What only concerns one of them is in its place.
    pub(crate) async fn watch_all(&self, owners: &[Owner]) -> Result<At<Vec<Look>>, Problem> {
        let mut looks = Vec::with_capacity(owners.len());
        let mut now = None;
        for some in owners.chunks(MOST) {
            let body = document(some);
            let At { value: Answer { data, errors }, moment } =
                self.exchange_or_less(&body, "Watch", Hint::None).await.map_err(Problem::from)?;
            now = Some(moment);
            let mut data = match data {
                Some(Value::Object(data)) => data,
                Some(_) | None => Map::new(),
            };
            for (number, owner) in some.iter().enumerate() {
                let alias = alias(number);
                let failed = errors.iter().find(|error| {
                    let path = error.path.as_ref().and_then(|path| path.first());
                    path.is_none_or(|first| first.as_str() == Some(&alias))
                });
                looks.push(match (data.remove(&alias), failed) {
                    (None | Some(Value::Null), Some(error)) => {
                        Err(self.about(owner.kind.into()).asked().graphql(StatusCode::OK, error))
                    }
                    (None, None) => Err(self.asked().protocol("an alias is missing")),
                    (Some(Value::Null), None) => Ok(None),
                    // The auths alone may have failed; what is there is worth having.
                    (Some(value), _) => self.read(value).map(Some),
                });
            }
        }
        let moment = now.or_else(|| self.director.now()).unwrap_or_else(crate::https::local_time);
        Ok(At { value: looks, moment })
    }

    fn read(&self, value: Value) -> Result<Watched, Problem> {
        let object: Object = parse(value).map_err(|cause| self.asked().protocol(cause))?;
        let auths: Option<Vec<Auth>> = object.auths.map(|auths| auths.into_iter().map(Auth::from).collect());
        self.director.learnt.auths(auths.as_deref());
        let (condition, status_at) = match object.status {
            Some(status) => (status.condition, wire::moment(&status.timestamp)),
            None => (String::new(), None),
        };
        Ok(Watched {
            name: object.name,
            condition,
            status_at,
            auths,
            integration_system: object.integration_system.filter(|id| !id.is_empty()),
        })
    }
}

fn alias(number: usize) -> String {
    format!("a{number}")
}

fn document(owners: &[Owner]) -> Value {
    let (mut parameters, mut fields, mut variables) = (String::new(), String::new(), Map::new());
    for (number, Owner { kind, id }) in owners.iter().enumerate() {
        let alias = alias(number);
        let (root, own) = match kind {
            OwnerKind::Application => ("application", "status { condition timestamp } integrationSystemID"),
            OwnerKind::Runtime => ("runtime", "status { condition timestamp }"),
            OwnerKind::IntegrationSystem => ("integrationSystem", ""),
        };
        // Writing to a String cannot fail.
        let _ = write!(parameters, "${alias}: ID! ");
        let _ = writeln!(fields, "  {alias}: {root}(id: ${alias}) {{ name {own} {AUTHS} }}");
        variables.insert(alias, id.as_str().into());
    }
    let query = format!("query Watch({}) {{\n{fields}}}", parameters.trim_end());
    json!({ "query": query, "variables": variables, "operationName": "Watch" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_document_names_everybody_and_no_secret() {
        let owner = |kind, id: &str| Owner { kind, id: id.into() };
        let body = document(&[
            owner(OwnerKind::Application, "1\" }"),
            owner(OwnerKind::Runtime, "2"),
            owner(OwnerKind::IntegrationSystem, "3"),
        ]);
        let query = body["query"].as_str().unwrap();
        assert_eq!(body["variables"], json!({ "a0": "1\" }", "a1": "2", "a2": "3" }));
        assert!(
            query.starts_with("query Watch($a0: ID! $a1: ID! $a2: ID!) {\n  a0: application(id: $a0) { name status")
        );
        assert!(query.contains("a1: runtime(id: $a1)") && query.contains("a2: integrationSystem(id: $a2)"));
        for secret in ["token ", "raw", "clientSecret", "connectorURL"] {
            assert!(!query.contains(secret), "{secret}");
        }
    }
}
