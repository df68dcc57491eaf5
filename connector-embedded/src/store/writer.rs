//! The one writer: a task that owns the only writing connection and commits in groups.
//!
//! An `fdatasync` costs the same for one transaction or fifty. While one commit is on its way to the disk, new
//! jobs queue up; the next `BEGIN IMMEDIATE … COMMIT` takes all of them. Nobody is answered before the commit.

use std::{panic::AssertUnwindSafe, sync::Arc};

use futures_util::future::{BoxFuture, FutureExt as _};
use pairing::{ErrorCode, Failure};
use sqlx::{Connection as _, SqliteConnection};
use tokio::sync::{Mutex, mpsc, oneshot};

use super::{SqlResult as _, client_index::ClientIndex, journal::Journal};

/// The most jobs one commit takes; bounds how long the first of them waits.
const GROUP: usize = 128;
/// Jobs that may wait; beyond it callers wait for a place, which is the back-pressure.
const QUEUE: usize = 1024;

/// A job, to be run on the connection, or to be told why it was not.
type Work = Box<dyn for<'c> FnOnce(Result<&'c mut SqliteConnection, Failure>) -> BoxFuture<'c, Outcome> + Send>;
type Answer = Box<dyn FnOnce(Option<Failure>) + Send>;

/// What a job left behind: why its savepoint must go, if it must, and how to answer once the commit's fate is known.
struct Outcome {
    failure: Option<Failure>,
    answer: Answer,
}

enum Message {
    Job(Work),
    Stop(oneshot::Sender<()>),
}

/// What must know of a commit before anybody is answered.
struct Followers {
    clients: ClientIndex,
    journal: Journal,
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
    pub(super) fn start(connection: SqliteConnection, clients: ClientIndex, journal: Journal) -> Self {
        let (jobs, queue) = mpsc::channel(QUEUE);
        let task = tokio::spawn(serve(connection, queue, Followers { clients, journal }));
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
                    // A job that panics must not take the writer, and so every later write, with it.
                    Ok(connection) => match AssertUnwindSafe(job(connection)).catch_unwind().await {
                        Ok(result) => result,
                        Err(_) => Err(Failure::internal("a write panicked")),
                    },
                    Err(failure) => Err(failure),
                };
                let failure = result.as_ref().err().cloned();
                let answer: Answer = Box::new(move |broken| {
                    // What a job failed of itself stays true, whatever became of the others.
                    let result = result.and_then(|value| broken.map_or(Ok(value), Err));
                    // Whoever asked may be gone; the transaction stands all the same.
                    let _ = sender.send(result);
                });
                Outcome { failure, answer }
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

async fn serve(mut connection: SqliteConnection, mut queue: mpsc::Receiver<Message>, mut followers: Followers) {
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
            commit_group(&mut connection, jobs, &mut followers).await;
        }
        if let Some(done) = stop {
            let _ = done.send(());
        }
    }
    let _ = connection.close().await;
}

async fn commit_group(connection: &mut SqliteConnection, jobs: Vec<Work>, followers: &mut Followers) {
    let mut answers = Vec::with_capacity(jobs.len());
    let fate = run_group(connection, jobs, &mut answers).await;
    if fate.is_err() {
        // SQLite has often rolled back by itself (disk full); then this reports an error that means nothing.
        let _ = sqlx::query("ROLLBACK").execute(&mut *connection).await;
    } else {
        followers.clients.follow(connection).await;
        followers.journal.follow(connection).await;
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
        let Outcome { failure, answer } = job(turn).await;
        answers.push(answer);
        if broken.is_some() {
            continue;
        }
        let end = if failure.is_none() { "RELEASE job" } else { "ROLLBACK TO job; RELEASE job" };
        // When this fails the whole transaction is gone: SQLite rolls back by itself when the disk is full. Then
        // what the job met is the reason, and not that there is no savepoint any more.
        broken = execute(connection, end).await.err().map(|error| failure.unwrap_or(error));
    }
    match broken {
        Some(failure) => Err(failure),
        None => execute(connection, "COMMIT").await,
    }
}

async fn execute(connection: &mut SqliteConnection, sql: &'static str) -> Result<(), Failure> {
    sqlx::query(sql).execute(connection).await.sql().map(drop)
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use futures_util::future::join_all;
    use sqlx::{ConnectOptions as _, sqlite::SqliteConnectOptions};

    use super::*;

    /// A writer on a file with one table, and how often it has committed.
    async fn writer(dir: &tempfile::TempDir) -> (Writer, Arc<AtomicUsize>) {
        let options = SqliteConnectOptions::new().filename(dir.path().join("t.sqlite")).create_if_missing(true);
        let mut connection = options.journal_mode(sqlx::sqlite::SqliteJournalMode::Wal).connect().await.unwrap();
        sqlx::raw_sql("CREATE TEMP TABLE touched_client (id TEXT PRIMARY KEY)").execute(&mut connection).await.unwrap();
        sqlx::query("CREATE TABLE t (n INTEGER PRIMARY KEY, x BLOB)").execute(&mut connection).await.unwrap();
        let commits = Arc::new(AtomicUsize::new(0));
        let counter = Arc::clone(&commits);
        connection.lock_handle().await.unwrap().set_commit_hook(move || {
            counter.fetch_add(1, Ordering::SeqCst);
            true
        });
        (Writer::start(connection, ClientIndex::default(), Journal::nowhere()), commits)
    }

    async fn insert(writer: &Writer, n: i64, size: i64, then: Result<(), Failure>) -> Result<i64, Failure> {
        writer
            .run(move |connection| {
                Box::pin(async move {
                    let query = sqlx::query("INSERT INTO t VALUES (?, zeroblob(?))").bind(n).bind(size);
                    query.execute(connection).await.sql()?;
                    then.map(|()| n)
                })
            })
            .await
    }

    async fn stored(writer: &Writer) -> Vec<i64> {
        let all = "SELECT n FROM t ORDER BY n";
        let rows = writer
            .run(move |connection| Box::pin(async move { sqlx::query_scalar(all).fetch_all(connection).await.sql() }));
        rows.await.unwrap()
    }

    /// Runs `jobs` while a first job holds the writer up, so that all of them meet in one group.
    async fn together<F: Future>(writer: &Writer, jobs: Vec<F>) -> Vec<F::Output> {
        let waiting = jobs.len();
        let ((started, begun), (go, start)) = (oneshot::channel::<()>(), oneshot::channel::<()>());
        let first = writer.run(move |_| {
            Box::pin(async move {
                let _ = started.send(());
                let _ = start.await;
                Ok(())
            })
        });
        let others = async {
            begun.await.unwrap();
            let release = async {
                while writer.jobs.capacity() > QUEUE - waiting {
                    tokio::task::yield_now().await;
                }
                let _ = go.send(());
            };
            tokio::join!(join_all(jobs), release).0
        };
        let (first, results) = tokio::join!(first, others);
        first.unwrap();
        results
    }

    #[tokio::test]
    async fn a_job_that_fails_takes_nothing_with_it() {
        let dir = tempfile::tempdir().unwrap();
        let (writer, commits) = writer(&dir).await;
        let refused = |n: i64| Failure::new(ErrorCode::InvalidData, format!("{n} is odd"));
        let jobs = (0..40).map(|n| insert(&writer, n, 1, if n % 2 == 0 { Ok(()) } else { Err(refused(n)) }));
        let results = together(&writer, jobs.collect()).await;
        assert_eq!(commits.load(Ordering::SeqCst), 2, "one for the job that held them up, one for all of them");
        for (n, result) in (0..).zip(results) {
            match result {
                Ok(kept) => assert_eq!((kept, n % 2), (n, 0)),
                Err(failure) => assert_eq!(failure.message, refused(n).message),
            }
        }
        assert_eq!(stored(&writer).await, (0..40).step_by(2).collect::<Vec<_>>());
        // A violated rule of the table is one job's affair as well.
        let results = together(&writer, vec![insert(&writer, 0, 1, Ok(())), insert(&writer, 41, 1, Ok(()))]).await;
        assert!(results[0].is_err() && results[1].is_ok());
        assert_eq!(stored(&writer).await.last(), Some(&41));
        writer.stop().await;
        assert_eq!(insert(&writer, 42, 1, Ok(())).await.unwrap_err().code, ErrorCode::Unavailable);
    }

    #[tokio::test]
    async fn what_is_answered_is_what_is_stored_when_there_is_no_room() {
        let dir = tempfile::tempdir().unwrap();
        let (writer, _) = writer(&dir).await;
        let limit = |pages: &'static str| {
            writer.run(move |connection| {
                Box::pin(async move { sqlx::query(pages).execute(connection).await.sql().map(drop) })
            })
        };
        limit("PRAGMA max_page_count = 20").await.unwrap();
        let sizes = [10, 10, 1_000_000, 10, 10];
        let jobs = (0..).zip(sizes).map(|(n, size)| insert(&writer, n, size, Ok(()))).collect();
        let results = together(&writer, jobs).await;
        assert_eq!(results[2].as_ref().unwrap_err().code, ErrorCode::StorageFull);
        let kept: Vec<i64> = results.iter().flatten().copied().collect();
        assert_eq!(stored(&writer).await, kept);
        for failure in results.iter().filter_map(|result| result.as_ref().err()) {
            assert_eq!(failure.code, ErrorCode::StorageFull, "{failure}");
        }
        limit("PRAGMA max_page_count = 2000").await.unwrap();
        insert(&writer, 9, 1_000_000, Ok(())).await.unwrap();
        assert_eq!(stored(&writer).await.last(), Some(&9));
    }

    #[tokio::test]
    async fn a_job_is_done_though_nobody_waits_for_it() {
        let dir = tempfile::tempdir().unwrap();
        let (writer, _) = writer(&dir).await;
        {
            let mut abandoned = Box::pin(insert(&writer, 7, 1, Ok(())));
            assert!(futures_util::poll!(&mut abandoned).is_pending(), "queued, not done");
        }
        assert_eq!(stored(&writer).await, [7]);
    }
}
