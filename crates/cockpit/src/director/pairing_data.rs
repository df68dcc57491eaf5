//! Pairing data at the Director: the only place where a secret arrives. The operations of the pairing proposal
//! are preferred; a Director without them is asked in the vocabulary that shipped.

use pairing::{ErrorCode, Moment};

use super::{
    At, Auth, NewToken, Noun, Session,
    asking::{Failed, Hint},
    operations::*,
};
use crate::{
    Problem,
    calls::{AuthType, Availability, Owner, OwnerKind},
};

/// A system auth that was just created, with what is handed over.
#[derive(Debug)]
pub(crate) struct NewAuth<T> {
    /// `None`: this Director does not tell.
    pub(crate) system_auth_id: Option<String>,
    pub(crate) handed: T,
    /// When the Director answered, by its clock.
    pub(crate) at: Moment,
}

const fn wire_name(auth_type: AuthType) -> &'static str {
    match auth_type {
        AuthType::ClientCertificate => "CLIENT_CERTIFICATE",
        AuthType::ClientCredentials => "CLIENT_CREDENTIALS",
    }
}

impl Session {
    /// The types on offer; `None` when this Director cannot be asked.
    pub(crate) async fn auth_types(&self, id: String) -> Result<Option<Vec<AuthType>>, Problem> {
        if self.director.learnt.proposal() == Availability::No {
            return Ok(None);
        }
        match self.ask::<GetAuthTypes>(get_auth_types::Variables { id }).await {
            Ok(At { value, .. }) => {
                self.director.learnt.set_proposal(true);
                let offered = value.get_auth_types_for_application;
                let known = [AuthType::ClientCertificate, AuthType::ClientCredentials];
                Ok(Some(known.into_iter().filter(|t| offered.iter().any(|o| o.type_ == wire_name(*t))).collect()))
            }
            Err(Failed::NotServed(_)) => {
                self.director.learnt.set_proposal(false);
                Ok(None)
            }
            Err(Failed::TooLong(problem) | Failed::Problem(problem)) => Err(problem),
        }
    }

    /// Creates a system auth with a one-time token. `known` are the system auths that were there before: the
    /// shipped mutation does not tell which one it made.
    pub(crate) async fn new_token(&self, owner: &Owner, known: Option<&[Auth]>) -> Result<NewAuth<NewToken>, Problem> {
        if owner.kind == OwnerKind::Application
            && let Some((answer, at)) = self.generate(&owner.id, AuthType::ClientCertificate).await?
        {
            let token = answer.one_time_token.ok_or_else(|| self.incomplete("oneTimeToken"))?;
            return Ok(NewAuth { system_auth_id: Some(answer.system_auth_id), handed: self.learn(token.into()), at });
        }
        let (handed, at) = self.request_token(owner, None).await?;
        let system_auth_id = self.created_since(owner, known, handed.created_at).await;
        Ok(NewAuth { system_auth_id, handed, at })
    }

    /// Replaces the token of a system auth; the one before is dead.
    pub(crate) async fn replace_token(
        &self,
        owner: &Owner,
        system_auth_id: &str,
    ) -> Result<NewAuth<NewToken>, Problem> {
        let (handed, at) = self.request_token(owner, Some(system_auth_id.to_owned())).await?;
        Ok(NewAuth { system_auth_id: Some(system_auth_id.to_owned()), handed, at })
    }

    async fn request_token(
        &self,
        owner: &Owner,
        system_auth_id: Option<String>,
    ) -> Result<(NewToken, Moment), Problem> {
        let id = owner.id.clone();
        match owner.kind {
            OwnerKind::Application => {
                let variables = request_token::Variables { id, system_auth_id };
                let At { value, moment } = self.ask_with::<RequestToken>(variables, Hint::SuggestToken).await?;
                Ok((self.learn(value.request_one_time_token_for_application.into()), moment))
            }
            OwnerKind::Runtime => {
                let variables = request_runtime_token::Variables { id, system_auth_id };
                let At { value, moment } = self.about(Noun::Runtime).ask::<RequestRuntimeToken>(variables).await?;
                Ok((value.request_one_time_token_for_runtime.into(), moment))
            }
            OwnerKind::IntegrationSystem => Err(Problem::new(
                ErrorCode::NotOffered,
                "Integration systems pair with a client ID and a client secret only.",
            )
            .hint("Compass has no one-time tokens for them.")),
        }
    }

    fn learn(&self, token: NewToken) -> NewToken {
        self.director.learnt.suggests(token.suggested.is_some());
        token
    }

    pub(crate) async fn delete_auth(&self, kind: OwnerKind, auth_id: String) -> Result<(), Problem> {
        let session = self.about(Noun::SystemAuth);
        match kind {
            OwnerKind::Application => {
                session.ask::<DeleteSystemAuth>(delete_system_auth::Variables { auth_id }).await?;
            }
            OwnerKind::Runtime => {
                session.ask::<DeleteRuntimeAuth>(delete_runtime_auth::Variables { auth_id }).await?;
            }
            OwnerKind::IntegrationSystem => {
                let variables = delete_integration_system_auth::Variables { auth_id };
                session.ask::<DeleteIntegrationSystemAuth>(variables).await?;
            }
        }
        Ok(())
    }

    /// The proposal's mutation; `None` when this Director does not have it, in which case nothing was created:
    /// validation comes before execution.
    pub(super) async fn generate(
        &self,
        id: &str,
        auth_type: AuthType,
    ) -> Result<Option<(generate_auth::GenerateAuthGenerateAuthForApplication, Moment)>, Problem> {
        if self.director.learnt.proposal() == Availability::No {
            return Ok(None);
        }
        let type_ = generate_auth::AuthTypeInput { type_: wire_name(auth_type).into() };
        let variables = generate_auth::Variables { id: id.to_owned(), type_ };
        match self.ask_with::<GenerateAuth>(variables, Hint::SuggestToken).await {
            Ok(At { value, moment }) => Ok(Some((value.generate_auth_for_application, moment))),
            Err(Failed::NotServed(_)) => {
                self.director.learnt.set_proposal(false);
                Ok(None)
            }
            Err(Failed::TooLong(problem) | Failed::Problem(problem)) => Err(problem),
        }
    }

    /// Finds the system auth that was made for a token. `None` when the Director does not let us see it; then only
    /// the application's condition can be watched. The token is there already: whatever fails here must not lose it.
    async fn created_since(&self, owner: &Owner, known: Option<&[Auth]>, created_at: Option<Moment>) -> Option<String> {
        let known = known?;
        let watched = self.watch(owner).await.ok()?.value?;
        let is_new = |auth: &Auth| !known.iter().any(|known| known.id == auth.id);
        let mut new: Vec<_> = watched.auths?.into_iter().filter(is_new).collect();
        if new.len() > 1 {
            // Somebody else asked at the same time: ours was created when the answer says.
            let is_ours = |auth: &Auth| auth.token.as_ref().is_some_and(|token| token.created_at == created_at);
            new.retain(is_ours);
        }
        if let [only] = new.as_slice() { Some(only.id.clone()) } else { None }
    }

    pub(super) fn incomplete(&self, field: &str) -> Problem {
        self.asked().protocol(format!("{field} is missing"))
    }
}
