//! Whether the servers of an environment answer, as the last request found it.

use std::sync::Mutex;

use pairing::Moment;

use crate::{
    Problem,
    calls::{CallContext, CallError, Reach, ReachStage},
    cockpit::lock,
    https,
};

#[derive(Debug, Default)]
pub(super) struct ReachLog {
    seen: Mutex<Seen>,
}

#[derive(Debug, Default)]
struct Seen {
    reached_at: Option<Moment>,
    error: Option<CallError>,
}

impl ReachLog {
    pub(super) fn reached(&self) {
        *lock(&self.seen) = Seen { reached_at: Some(https::local_time()), error: None };
    }

    pub(super) fn lost(&self, problem: &Problem) {
        let error = CallError::new(problem.clone(), CallContext::of_local_server());
        lock(&self.seen).error = Some(error);
    }

    pub(super) fn shown(&self, server_now: Option<Moment>) -> Reach {
        let seen = lock(&self.seen);
        let stage = match (&seen.error, seen.reached_at) {
            (Some(_), _) => ReachStage::Lost,
            (None, Some(_)) => ReachStage::Reached,
            (None, None) => ReachStage::Unknown,
        };
        let ahead = |server: Moment| (https::local_time().unix_millis() - server.unix_millis()) / 1000;
        Reach {
            stage,
            reached_at: seen.reached_at.map(Moment::rfc3339),
            error: seen.error.clone(),
            clock_ahead_seconds: server_now.map(ahead),
        }
    }
}
