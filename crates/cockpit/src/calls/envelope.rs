//! What is around the input of every call: what the page thinks it looks at, and what its person confirmed.

use std::fmt;

use pairing::ErrorCode;
use serde::Deserialize;
use serde_json::Value;
use tracing::Instrument as _;
use uuid::Uuid;

use super::{CallError, access_of, answer};
use crate::{Cockpit, Problem};

/// One call as the page sends it. Its input may be a secret that somebody typed.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Envelope {
    #[serde(default)]
    pub input: Value,
    /// The number of the view that the page shows; a call for another one than that in force does nothing, and neither does
    /// a change by a page that does not know what it shows.
    #[serde(default)]
    pub view: Option<u64>,
    /// The name of the environment, which a guarded one asks for before it is changed.
    #[serde(default)]
    pub confirm: Option<String>,
}

impl fmt::Debug for Envelope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Envelope").field("view", &self.view).finish_non_exhaustive()
    }
}

impl Envelope {
    /// # Errors
    /// It has something that no envelope has.
    pub fn read(arguments: Value) -> Result<Self, CallError> {
        super::read(arguments).map_err(|problem| CallError::new(problem, CallContext::of_local_server()))
    }
}

/// What a call does to the environment in force.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Access {
    /// It is not about it.
    Free,
    Read,
    /// Guarded.
    Write,
}

/// One call, from the click to every request it causes: the header `x-request-id`, the log, the error. It belongs to what
/// was in force when it began: after a change of the environment or tenant it cannot reach either any more.
#[derive(Clone, Copy, Debug)]
pub(crate) struct CallContext {
    id: Uuid,
    at: Asked,
}

/// What a call asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Asked {
    /// What is in force as long as this is the view.
    View(u64),
    /// The server of this computer, whatever is in force.
    LocalServer,
}

impl CallContext {
    pub(crate) fn in_view(view: u64) -> Self {
        Self { id: Uuid::new_v4(), at: Asked::View(view) }
    }

    /// Nobody clicked: the program itself looks after its server.
    pub(crate) fn of_local_server() -> Self {
        Self { id: Uuid::new_v4(), at: Asked::LocalServer }
    }

    pub(crate) fn at(self) -> Asked {
        self.at
    }
}

impl fmt::Display for CallContext {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.id.fmt(f)
    }
}

impl Cockpit {
    /// Answers one call for what is in force, unconfirmed.
    ///
    /// # Errors
    /// As [`Cockpit::answer`].
    pub async fn dispatch(&self, name: &str, input: Value) -> Result<Value, CallError> {
        self.follow_other_windows().await;
        self.answer(name, Envelope { input, view: Some(self.view()), confirm: None }).await
    }

    /// Answers one call. The only way in for a page.
    ///
    /// # Errors
    /// Everything that can go wrong, already in the words of the window.
    pub async fn answer(&self, name: &str, envelope: Envelope) -> Result<Value, CallError> {
        self.follow_other_windows().await;
        let call = CallContext::in_view(self.view());
        let span = tracing::debug_span!("call", name, correlation_id = %call);
        let outcome = async {
            let answered = match self.admit(call, name, &envelope) {
                Ok(()) => answer(self, call, name, envelope.input).await,
                Err(problem) => Err(problem),
            };
            let problem = match answered {
                Ok(answer) => return Ok(answer),
                Err(problem) => self.without_token(call, self.explain_distrust(call, problem).await),
            };
            tracing::info!(code = %problem.code, detail = problem.detail.as_deref(), "call refused: {}", problem.message);
            Err(CallError::new(problem, call))
        }
        .instrument(span)
        .await;
        // The answer of a server, or none, may have ended a sign-in or shown that it is out of reach; so may a renewal in the
        // background since the last call.
        if self.has_changed_by_itself() {
            self.desktop.state_changed();
        }
        outcome
    }

    /// A server may repeat in its refusal what it was sent.
    fn without_token(&self, call: CallContext, problem: Problem) -> Problem {
        let Ok(connection) = self.connection(call) else { return problem };
        let clean = |text: String| connection.channel.sign_in().without_token(&text).unwrap_or(text);
        Problem {
            message: clean(problem.message),
            hint: problem.hint.map(clean),
            detail: problem.detail.map(clean),
            ..problem
        }
    }

    /// # Errors
    /// The page looks at something else, or the guard of the environment is in the way.
    fn admit(&self, call: CallContext, name: &str, envelope: &Envelope) -> Result<(), Problem> {
        let access = access_of(name);
        if access == Access::Free {
            return Ok(());
        }
        if envelope.view.is_some_and(|view| call.at() != Asked::View(view)) {
            return Err(view_changed());
        }
        if access == Access::Read {
            return Ok(());
        }
        if envelope.view.is_none() {
            return Err(view_changed());
        }
        self.check_guard(envelope.confirm.as_deref())
    }
}

/// The environment or the tenant is another one than when the call began.
pub(crate) fn view_changed() -> Problem {
    Problem::new(ErrorCode::ViewChanged, "The environment or the tenant was changed in the meantime.")
        .hint("Look at what is shown now, and do it again if it is still right.")
}
