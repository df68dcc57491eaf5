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
    /// Answers begin, and do not come to their end.
    breaks_off: bool,
}

impl ReachLog {
    /// An answer has begun.
    pub(super) fn reached(&self) {
        if !lock(&self.seen).breaks_off {
            self.answered();
        }
    }

    /// An answer was read to its end.
    pub(super) fn answered(&self) {
        *lock(&self.seen) = Seen { reached_at: Some(https::local_time()), error: None, breaks_off: false };
    }

    /// An answer had begun.
    pub(super) fn broke_off(&self, problem: &Problem) {
        self.lost(problem);
        lock(&self.seen).breaks_off = true;
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
