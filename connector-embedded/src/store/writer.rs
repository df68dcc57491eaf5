//! The one writer: a task that owns the only writing connection and commits in groups.
//!
//! An `fdatasync` costs the same for one transaction or fifty. While one commit is on its way to the disk, new
//! jobs queue up; the next `BEGIN IMMEDIATE … COMMIT` takes all of them. Nobody is answered before the commit.

use std::sync::Arc;

use futures_util::future::BoxFuture;
use pairing::{ErrorCode, Failure};
use sqlx::{Connection as _, SqliteConnection};
use tokio::sync::{Mutex, mpsc, oneshot};

use super::SqlResult as _;

/// The most jobs one commit takes; bounds how long the first of them waits.
const GROUP: usize = 128;
/// Jobs that may wait; beyond it callers wait for a place, which is the back-pressure.
const QUEUE: usize = 1024;

/// A job, to be run on the connection, or to be told why it was not.
type Work = Box<dyn for<'c> FnOnce(Result<&'c mut SqliteConnection, Failure>) -> BoxFuture<'c, Outcome> + Send>;
type Answer = Box<dyn FnOnce(Option<Failure>) + Send>;

/// What a job left behind: whether its savepoint stays, and how to answer once the commit's fate is known.
struct Outcome {
    keep: bool,
    answer: Answer,
}

enum Message {
    Job(Work),
    Stop(oneshot::Sender<()>),
}

/// A handle on the writer task.
#[derive(Clone, Debug)]
pub(crate) struct Writer {
    jobs: mpsc::Sender<Message>,
    task: Arc<Mutex<Option<tokio::task::JoinHandle<()>>>>,
}

impl std::fmt::Debug for Message {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Message")
    }
}

impl Writer {
    pub(super) fn start(connection: SqliteConnection) -> Self {
        let (jobs, queue) = mpsc::channel(QUEUE);
        let task = tokio::spawn(serve(connection, queue));
        Self { jobs, task: Arc::new(Mutex::new(Some(task))) }
    }

    pub(super) async fn run<T, J>(&self, job: J) -> Result<T, Failure>
    where
        T: Send + 'static,
        J: for<'c> FnOnce(&'c mut SqliteConnection) -> BoxFuture<'c, Result<T, Failure>> + Send + 'static,
    {
        let (sender, receiver) = oneshot::channel();
        let work: Work = Box::new(move |connection| {
            Box::pin(async move {
                let result = match connection {
                    Ok(connection) => job(connection).await,
                    Err(failure) => Err(failure),
                };
                let keep = result.is_ok();
                let answer: Answer = Box::new(move |broken| {
                    // Whoever asked may be gone; the transaction stands all the same.
                    let _ = sender.send(broken.map_or(result, Err));
                });
                Outcome { keep, answer }
            })
        });
        self.jobs.send(Message::Job(work)).await.map_err(|_| stopped())?;
        receiver.await.map_err(|_| stopped())?
    }

    pub(super) async fn stop(&self) {
        let (done, finished) = oneshot::channel();
        if self.jobs.send(Message::Stop(done)).await.is_ok() {
            let _ = finished.await;
        }
        if let Some(task) = self.task.lock().await.take() {
            let _ = task.await;
        }
    }
}

fn stopped() -> Failure {
    Failure::new(ErrorCode::Unavailable, "The server is stopping. Try again when it runs.")
}

async fn serve(mut connection: SqliteConnection, mut queue: mpsc::Receiver<Message>) {
    let mut messages = Vec::with_capacity(GROUP);
    while queue.recv_many(&mut messages, GROUP).await > 0 {
        let mut jobs = Vec::with_capacity(messages.len());
        let mut stop = None;
        for message in messages.drain(..) {
            match message {
                Message::Job(work) => jobs.push(work),
                Message::Stop(done) => {
                    queue.close();
                    stop = Some(done);
                }
            }
        }
        if !jobs.is_empty() {
            commit_group(&mut connection, jobs).await;
        }
        if let Some(done) = stop {
            let _ = done.send(());
        }
    }
    let _ = connection.close().await;
}

async fn commit_group(connection: &mut SqliteConnection, jobs: Vec<Work>) {
    let mut answers = Vec::with_capacity(jobs.len());
    let fate = run_group(connection, jobs, &mut answers).await;
    if fate.is_err() {
        // SQLite has often rolled back by itself (disk full); then this reports an error that means nothing.
        let _ = sqlx::query("ROLLBACK").execute(&mut *connection).await;
    }
    for answer in answers {
        answer(fate.as_ref().err().cloned());
    }
}

async fn run_group(
    connection: &mut SqliteConnection,
    jobs: Vec<Work>,
    answers: &mut Vec<Answer>,
) -> Result<(), Failure> {
    let mut broken = execute(connection, "BEGIN IMMEDIATE").await.err();
    for job in jobs {
        if broken.is_none() {
            broken = execute(connection, "SAVEPOINT job").await.err();
        }
        let turn = match &broken {
            Some(failure) => Err(failure.clone()),
            None => Ok(&mut *connection),
        };
        let Outcome { keep, answer } = job(turn).await;
        answers.push(answer);
        if broken.is_some() {
            continue;
        }
        let end = if keep { "RELEASE job" } else { "ROLLBACK TO job; RELEASE job" };
        // When this fails the whole transaction is gone (SQLite rolls back by itself when the disk is full).
        broken = execute(connection, end).await.err();
    }
    match broken {
        Some(failure) => Err(failure),
        None => execute(connection, "COMMIT").await,
    }
}

async fn execute(connection: &mut SqliteConnection, sql: &'static str) -> Result<(), Failure> {
    sqlx::query(sql).execute(connection).await.sql().map(drop)
}
