//! Looking after everything that was handed over: one document for all of it. The page's questions drive it while the page
//! is visible; a slower round goes on without the page, and tells the desktop when somebody is paired.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::atomic::Ordering,
    time::{Duration, Instant},
};

use futures_util::{StreamExt as _, future::join_all, stream::FuturesUnordered};
use pairing::{ErrorCode, Moment};

use super::{Origin, Pairing, Subject, progress::progress};
use crate::{
    Cockpit, Problem,
    calls::{
        CallContext, CallError, Nothing, Owner, PairingRef, Progress, Stage, Visibility, WatchedPairing,
        WatchedPairings,
    },
    cockpit::lock,
    director::{At, Watched},
    frame::{Connection, Place},
    https,
    oauth_clients::RegistrySession,
};

/// What a look is good for: several questions of a page within a moment cost one.
const FRESH: Duration = Duration::from_millis(1500);
/// Without anybody at the page.
const ROUND: Duration = Duration::from_secs(10);
/// Between two looks at what is due.
const TICK: Duration = Duration::from_secs(1);
/// How long one look may take, with the waiting for the one before.
const PATIENCE: Duration = Duration::from_secs(20);
/// How long the page waits for news of everything; what takes longer goes on without it.
const PATIENCE_OF_PAGE: Duration = Duration::from_secs(3);
/// After a failure: a network that is back is noticed soon.
const REST: Duration = Duration::from_secs(5);
/// After being asked to slow down, where the other side does not say for how long.
const LONG_REST: Duration = Duration::from_secs(30);
/// Whatever the other side says.
const LONGEST_REST: Duration = Duration::from_secs(600);
/// What was seen of a pairing.
#[derive(Clone, Debug)]
pub(super) struct Seen {
    pub(super) progress: Progress,
    pub(super) at: Instant,
}

/// When a place may be looked at again, and why not yet.
#[derive(Debug, Default)]
pub(crate) struct Watch {
    resting: BTreeMap<Place, (Instant, Problem)>,
}

impl Cockpit {
    pub(crate) async fn pairing_progress(&self, call: CallContext, input: PairingRef) -> Result<Progress, Problem> {
        let pairing = self.pairing(&input.pairing_id)?;
        pairing.check_requested("No progress can be shown for a rotated secret: its client was there before.")?;
        // Asked to slow down, nobody asks sooner than was said.
        if let Some(problem) = self.resting(&pairing.place).filter(|problem| problem.code == ErrorCode::RateLimited) {
            return Err(problem);
        }
        if let Err(problem) = self.look(call, &pairing.place, Some(&pairing.id), FRESH, PATIENCE).await {
            if problem.code == ErrorCode::RateLimited {
                self.rest(pairing.place, problem.clone());
            }
            return Err(problem);
        }
        self.pairing(&input.pairing_id)?.seen.map(|seen| seen.progress).ok_or_else(|| {
            Problem::new(ErrorCode::Unavailable, "The Director didn't tell of this pairing.").hint("Try again.")
        })
    }

    /// Everything that is watched, as it was seen last; looks again where that is due.
    pub(crate) async fn watched_pairings(&self, call: CallContext, _: Nothing) -> Result<WatchedPairings, Problem> {
        let places = lock(&self.pairings).watched_places();
        let looks = places.into_iter().map(async |place| {
            if let Some(resting) = self.resting(&place) {
                return Some(resting);
            }
            match self.look(call, &place, None, FRESH, PATIENCE_OF_PAGE).await {
                Ok(()) => None,
                // Without the page, more patience is shown; what comes of it is told next time.
                Err(problem) if problem.code == ErrorCode::TimedOut => None,
                Err(problem) => {
                    self.rest(place, problem.clone());
                    Some(problem)
                }
            }
        });
        let error = join_all(looks).await.into_iter().flatten().last().map(|problem| CallError::new(problem, call));
        let pairings = lock(&self.pairings);
        let requested = pairings.list.iter().filter(|pairing| pairing.origin == Origin::Requested && !pairing.in_wave);
        let shown = |pairing: &Pairing| WatchedPairing {
            pairing_id: pairing.id.clone(),
            progress: pairing.seen.as_ref().map(|seen| seen.progress.clone()),
        };
        Ok(WatchedPairings { pairings: requested.rev().map(shown).collect(), error })
    }

    /// Looks after what was handed over for as long as the program runs, and keeps the waves going. To be spawned once.
    pub async fn watch(&self) {
        tokio::join!(self.look_around(), async {
            loop {
                tokio::time::sleep(TICK).await;
                self.step_waves().await;
            }
        });
    }

    /// Every place at its own pace.
    async fn look_around(&self) {
        let mut looks = FuturesUnordered::new();
        let mut looked_at = BTreeSet::new();
        let mut tick = tokio::time::interval(TICK);
        tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                Some(place) = looks.next() => {
                    looked_at.remove(&place);
                }
                _ = tick.tick() => {
                    let round = if self.visible.load(Ordering::Relaxed) { FRESH } else { ROUND };
                    for place in lock(&self.pairings).watched_places() {
                        if self.resting(&place).is_none() && looked_at.insert(place.clone()) {
                            looks.push(self.look_without_page(place, round));
                        }
                    }
                }
            }
        }
    }

    async fn look_without_page(&self, place: Place, round: Duration) -> Place {
        if let Err(problem) = self.look(CallContext::of_local_server(), &place, None, round, PATIENCE).await {
            tracing::debug!(code = %problem.code, "a look at what was handed over failed");
            self.rest(place.clone(), problem);
        }
        place
    }

    pub(crate) async fn set_visible(&self, _: CallContext, input: Visibility) -> Result<Nothing, Problem> {
        self.visible.store(input.visible, Ordering::Relaxed);
        Ok(Nothing {})
    }

    /// Why a place is not asked now.
    fn resting(&self, place: &Place) -> Option<Problem> {
        let watch = lock(&self.watch);
        watch.resting.get(place).filter(|(until, _)| *until > Instant::now()).map(|(_, problem)| problem.clone())
    }

    fn rest(&self, place: Place, problem: Problem) {
        let rest = match (problem.retry_after_seconds, problem.code) {
            (Some(seconds), _) => Duration::from_secs(seconds.into()),
            (None, ErrorCode::RateLimited) => LONG_REST,
            (None, _) => REST,
        };
        lock(&self.watch).resting.insert(place, (Instant::now() + rest.min(LONGEST_REST), problem));
    }

    /// Looks at what is watched in a place, unless that was done within `fresh`. `asked` is looked at in any case.
    async fn look(
        &self,
        call: CallContext,
        place: &Place,
        asked: Option<&str>,
        fresh: Duration,
        patience: Duration,
    ) -> Result<(), Problem> {
        let end = tokio::time::Instant::now() + patience;
        let late =
            |_| self.connection_at(place).map_or_else(|gone| gone, |slow| https::timed_out(&slow.environment.name));
        // Who waited here finds fresh news.
        let _looking = tokio::time::timeout_at(end, self.looking.take(place)).await.map_err(late)?;
        let due = lock(&self.pairings).due(place, asked, fresh);
        if due.is_empty() {
            return Ok(());
        }
        let connection = match self.connection_at(place) {
            // Its environment was removed: nobody can look after it, or hand it over, any more.
            Err(problem) if problem.code == ErrorCode::NotFound => {
                lock(&self.pairings).forget_place(place);
                return if asked.is_some() { Err(problem) } else { Ok(()) };
            }
            found => found?,
        };
        let due: Vec<_> = due.into_iter().filter(|pairing| pairing.is_of(&connection)).collect();
        if due.iter().all(|pairing| asked != Some(&pairing.id)) && asked.is_some() || due.is_empty() {
            return Err(elsewhere());
        }
        let mut owners: Vec<Owner> = due.iter().filter_map(|pairing| pairing.owner.clone()).collect();
        owners.sort();
        owners.dedup();
        let session = connection.director.session(call);
        let seen = tokio::time::timeout_at(end, session.watch_all(&owners));
        let At { value: looks, moment: now } = seen.await.map_err(late)??;
        let looks: BTreeMap<_, _> = owners.into_iter().zip(looks).collect();
        let mut refused = None;
        for pairing in due {
            let Some(look) = pairing.owner.as_ref().and_then(|owner| looks.get(owner)) else { continue };
            match look {
                Ok(watched) => {
                    let uses = tokio::time::timeout_at(end, uses(&connection, call, &pairing)).await.ok().flatten();
                    self.note(&pairing, watched.as_ref(), uses, now).await;
                }
                Err(problem) if asked == Some(&pairing.id) => refused = Some(problem.clone()),
                Err(problem) => tracing::debug!(code = %problem.code, "one of the watched could not be read"),
            }
        }
        lock(&self.watch).resting.remove(place);
        refused.map_or(Ok(()), Err)
    }

    async fn note(&self, pairing: &Pairing, watched: Option<&Watched>, uses: Option<u64>, now: Moment) {
        let progress = progress(pairing, watched, uses, now);
        let is_token = matches!(pairing.subject, Subject::Certificate { .. });
        let worthless = match progress.stage {
            Stage::Paired | Stage::Expired | Stage::CertificateIssued => is_token,
            Stage::Gone => true,
            Stage::Waiting
            | Stage::ConfigurationFetched
            | Stage::RequestSent
            | Stage::RequestUnanswered
            | Stage::CredentialsUsed
            | Stage::CannotTell
            | Stage::NoAnswer => false,
        };
        let was_paired = pairing.seen.as_ref().is_some_and(|seen| seen.progress.stage == Stage::Paired);
        let is_news = progress.stage == Stage::Paired && !was_paired && !pairing.in_wave;
        let is_change = pairing.seen.as_ref().is_none_or(|seen| seen.progress.stage != progress.stage);
        let watched = WatchedPairing { pairing_id: pairing.id.clone(), progress: Some(progress.clone()) };
        lock(&self.pairings).change(&pairing.id, |kept| {
            if worthless {
                kept.secret = None;
            }
            kept.seen = Some(Seen { progress, at: Instant::now() });
        });
        if is_change && !pairing.in_wave {
            self.desktop.pairing_progress(&watched);
        }
        if is_news {
            let (title, body) = announcement(pairing);
            if let Err(unavailable) = self.desktop.notify(title, body).await {
                tracing::debug!(cause = unavailable.cause, "no notification could be shown");
            }
        }
    }
}

/// Where the registry of the clients can be asked, it counts how often one was used.
async fn uses(connection: &Connection, call: CallContext, pairing: &Pairing) -> Option<u64> {
    let client_id = pairing.client_id()?;
    let registry = RegistrySession::of(connection, call)?;
    registry.client(client_id).await.ok().map(|client| client.uses())
}

fn elsewhere() -> Problem {
    Problem::new(ErrorCode::ViewChanged, "The environment in which this was begun has another address by now.")
        .hint("Look at it there, if it is still in the list of environments.")
}

fn announcement(pairing: &Pairing) -> (String, String) {
    let body = match pairing.subject {
        Subject::Certificate { .. } => "Its first call with the new certificate has arrived.",
        Subject::Credentials { .. } => "Its first call with the new credentials has arrived.",
    };
    let place = format!("{} · {}", pairing.environment_name, pairing.place.tenant);
    (format!("{} is paired", pairing.owner_name), format!("{body}\n{place}"))
}
