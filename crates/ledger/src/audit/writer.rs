//! Writing: one task for all who record, many entries in one commit.

use super::checkpoint::Checkpoints;
use super::entry::{COLUMNS, Entry, Person, Row, WIDTH};
use super::trail::AuditFault;
use super::{TABLES, trail};
use crate::address::Address;
use crate::chain::Head;
use crate::database::{ATTEMPTS, Database, collision, is_unique, pause};
use crate::error::{Error, Result};
use jiff::Timestamp;
use sqlx::{AnyConnection, AssertSqlSafe, Executor as _};
use std::fmt::Write as _;
use std::time::Duration;
use tokio::sync::{mpsc, oneshot};
use tokio::time::{Instant, timeout_at};

/// Most entries in one commit; as many again may wait for the next before those who record must wait themselves.
const TOGETHER: usize = 1_000;
/// Rows in one statement.
const ROWS: usize = 100;
/// Entries after which a checkpoint is due.
const ENTRIES: u64 = 1_000;
/// The time after which one is due once there is a new entry.
const MINUTE: Duration = Duration::from_mins(1);

/// What waits to be written.
enum Message {
    Record(Box<Entry>, Timestamp, oneshot::Sender<Result<u64>>),
    Close(oneshot::Sender<Result<()>>),
}

/// The log of who looked at what, in the database of a ledger; several servers may write to one.
///
/// ```
/// use hotspot_ledger::audit::{Action, AuditLog, AuditTrail, Entry};
/// use jiff::Timestamp;
///
/// # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
/// # let folder = tempfile::tempdir().unwrap();
/// # let path = folder.path().join("ledger.db");
/// # let path = path.to_str().unwrap();
/// let log = AuditLog::open(path, None).await?;
/// let at: Timestamp = "2026-11-26T09:00:00Z".parse().unwrap();
/// let look = Entry {
///     name: "A. Analyst".into(),
///     object: "2026-10-4f2a".into(),
///     filter: "strand=race".into(),
///     returned: Some(412),
///     ..Entry::new("u-17", "analyst", Action::Look)
/// };
/// assert_eq!(log.record(look, at).await?, 1); // it is on disk
/// log.close().await?;
///
/// let trail = AuditTrail::open(path).await?;
/// assert_eq!(trail.verify(None).await?.head.seq, 1);
/// # Ok::<(), hotspot_ledger::Error>(())
/// # }).unwrap();
/// ```
#[derive(Debug, Clone)]
pub struct AuditLog {
    sender: mpsc::Sender<Message>,
}

impl AuditLog {
    /// Opens the log of a ledger, or makes it, and starts the task that writes: to be called within a Tokio runtime with time.
    ///
    /// `address` is as for [`crate::Ledger::open`]. With checkpoints, the log must still have the last of them, else nothing is written.
    ///
    /// # Errors
    /// [`Error::Address`]; [`Error::Storage`]; [`Error::AuditDamaged`] when a checkpoint is forged or of another key.
    pub async fn open(address: &str, checkpoints: Option<Checkpoints>) -> Result<Self> {
        let database = Database::with(&TABLES, Address::read(address, true)?).await?;
        let last = checkpoints.as_ref().map_or(Ok(Head::START), Checkpoints::last)?;
        let (sender, receiver) = mpsc::channel(TOGETHER);
        let writer = Writer { database, receiver, last, at: Timestamp::UNIX_EPOCH, checkpoints, unsigned: 0, due: None };
        tokio::spawn(writer.run());
        Ok(Self { sender })
    }

    /// Records what was done and returns its number once it is safely on disk. Those who record at the same time share one commit.
    ///
    /// What it is about may be shown only after this returned: on an error it was not recorded, or nobody knows.
    ///
    /// # Errors
    /// [`Error::Storage`]; [`Error::Busy`]; [`Error::NoRandomness`]; [`Error::AuditDamaged`] when the end of the log is no longer what was
    /// written there before.
    pub async fn record(&self, entry: Entry, at: Timestamp) -> Result<u64> {
        let (tell, told) = oneshot::channel();
        self.sender.send(Message::Record(Box::new(entry), at, tell)).await.map_err(|_closed| closed())?;
        told.await.map_err(|_closed| closed())?
    }

    /// Signs a last checkpoint and ends all connections.
    ///
    /// # Errors
    /// [`Error::Storage`] when the checkpoint cannot be written.
    pub async fn close(&self) -> Result<()> {
        let (tell, told) = oneshot::channel();
        self.sender.send(Message::Close(tell)).await.map_err(|_closed| closed())?;
        told.await.map_err(|_closed| closed())?
    }
}

fn closed() -> Error {
    Error::Storage { ledger: "the audit log".to_owned(), doing: "recording", reason: "it is closed".to_owned() }
}

/// One entry that waits, and whom to tell.
type Waiting = (Box<Entry>, Timestamp, oneshot::Sender<Result<u64>>);

struct Writer {
    database: Database,
    receiver: mpsc::Receiver<Message>,
    /// The end of the log as it was last seen: whatever comes to be written must stand behind it.
    last: Head,
    /// Time of the last entry that this task wrote.
    at: Timestamp,
    checkpoints: Option<Checkpoints>,
    /// Entries written since the last checkpoint.
    unsigned: u64,
    /// When a checkpoint is due.
    due: Option<Instant>,
}

impl Writer {
    async fn run(mut self) {
        loop {
            let next = match self.due {
                None => self.receiver.recv().await,
                Some(due) => match timeout_at(due, self.receiver.recv()).await {
                    Ok(next) => next,
                    Err(_a_minute_is_over) => {
                        // One that could not be written is tried again before anything else is.
                        if self.sign().is_err() {
                            self.due = None;
                        }
                        continue;
                    }
                },
            };
            let mut waiting: Vec<Waiting> = Vec::new();
            let mut closing = None;
            let mut next = next.or_else(|| {
                // Nobody can record any more.
                closing = Some(None);
                None
            });
            while let Some(message) = next.take() {
                match message {
                    Message::Record(entry, at, tell) => waiting.push((entry, at, tell)),
                    Message::Close(tell) => closing = Some(Some(tell)),
                }
                if closing.is_none() && waiting.len() < TOGETHER {
                    next = self.receiver.try_recv().ok();
                }
            }
            self.answer(waiting).await;
            if let Some(tell) = closing {
                let signed = self.sign();
                self.database.close().await;
                if let Some(tell) = tell {
                    // Whoever asked may have gone.
                    let _ = tell.send(signed);
                }
                return;
            }
        }
    }

    /// Writes what waits and tells everybody; whoever has gone in the meantime is recorded all the same.
    async fn answer(&mut self, waiting: Vec<Waiting>) {
        if waiting.is_empty() {
            return;
        }
        match self.write(&waiting).await {
            Ok(first) => {
                for (number, (_, _, tell)) in waiting.into_iter().enumerate() {
                    let _ = tell.send(Ok(first + number as u64));
                }
            }
            Err(error) => {
                for (_, _, tell) in waiting {
                    let _ = tell.send(Err(error.clone()));
                }
            }
        }
    }

    /// The number of the first, once all are on disk.
    async fn write(&mut self, waiting: &[Waiting]) -> Result<u64> {
        if self.unsigned >= ENTRIES || self.unsigned > 0 && self.due.is_none() {
            // It failed before: the log does not grow beyond what can be shown to be whole.
            self.sign()?;
        }
        for attempt in 1..=ATTEMPTS {
            let Some(head) = self.attempt(waiting).await? else {
                pause(attempt).await;
                continue;
            };
            let written = waiting.len() as u64;
            self.last = head;
            self.at = waiting.last().map_or(self.at, |(_, at, _)| *at);
            if self.checkpoints.is_some() {
                self.unsigned += written;
                self.due.get_or_insert_with(|| Instant::now() + MINUTE);
            }
            if self.unsigned >= ENTRIES {
                // The entries are on disk whether or not this succeeds; if not, it is tried again before the next.
                let _ = self.sign();
            }
            return Ok(head.seq + 1 - written);
        }
        Err(self.database.busy())
    }

    /// Writes a checkpoint of the last entry that this task wrote, if there is a new one.
    fn sign(&mut self) -> Result<()> {
        if let Some(checkpoints) = &self.checkpoints
            && self.unsigned > 0
        {
            checkpoints.write(self.last, self.at)?;
        }
        self.unsigned = 0;
        self.due = None;
        Ok(())
    }

    /// One transaction; none when another writer was in the way.
    async fn attempt(&self, waiting: &[Waiting]) -> Result<Option<Head>> {
        let doing = |e: sqlx::Error| {
            if collision(&e) || is_unique(&e) { Ok(None) } else { Err(self.database.storage("recording", &e)) }
        };
        let mut transaction = match self.database.begin().await {
            Ok(transaction) => transaction,
            Err(e) => return doing(e),
        };
        if let Some(wait) = self.database.backend.writing()
            && let Err(e) = transaction.execute(wait).await
        {
            return doing(e);
        }
        let head = match self.head(&mut transaction).await {
            Ok(head) => head?,
            Err(e) => return doing(e),
        };
        let mut rows = Vec::with_capacity(waiting.len());
        let mut people = Vec::new();
        let mut at = head;
        for (entry, time, _) in waiting {
            let seq = at.seq as i64 + 1;
            let (row, person) = Row::of(entry, *time, seq, at.hash)?;
            at = Head { seq: at.seq + 1, hash: row.computed() };
            rows.push(row);
            people.extend(person.map(|person| (seq, person)));
        }
        if let Err(e) = insert(&mut transaction, &rows, &people).await {
            return doing(e);
        }
        match transaction.commit().await {
            Ok(()) => Ok(Some(at)),
            Err(e) => doing(e),
        }
    }

    /// The end of the log, which must be whole and stand where it was, or behind that.
    async fn head(&self, connection: &mut AnyConnection) -> sqlx::Result<Result<Head>> {
        let found = trail::row_at(connection, None).await?;
        let damaged = |fault| Ok(Err(Error::AuditDamaged(fault)));
        let seq = found.as_ref().map_or(0, |row| u64::try_from(row.seq).unwrap_or_default());
        if seq < self.last.seq {
            return damaged(AuditFault::Truncated { seq: seq + 1, known: self.last.seq });
        }
        let Some(row) = found else { return Ok(Ok(Head::START)) };
        let hash = row.computed();
        if hash.to_string() != row.hash {
            return damaged(AuditFault::Flipped { seq });
        }
        if self.last.seq > 0 {
            let known = if seq == self.last.seq {
                Some(row.hash)
            } else {
                trail::row_at(connection, Some(self.last.seq)).await?.map(|r| r.hash)
            };
            if known != Some(self.last.hash.to_string()) {
                return damaged(AuditFault::Rewritten { seq: self.last.seq, after: 0 });
            }
        }
        Ok(Ok(Head { seq, hash }))
    }
}

/// `($1, $2), ($3, $4)` and so on.
fn places(rows: usize, width: usize) -> String {
    let mut text = String::new();
    for row in 0..rows {
        text.push_str(if row == 0 { "(" } else { ", (" });
        for column in 1..=width {
            let comma = if column == 1 { "" } else { ", " };
            write!(text, "{comma}${}", row * width + column).expect("a text takes any number of characters");
        }
        text.push(')');
    }
    text
}

async fn insert(connection: &mut AnyConnection, rows: &[Row], people: &[(i64, Person)]) -> sqlx::Result<()> {
    for rows in rows.chunks(ROWS) {
        // Nothing but column names and numbers of places is in the text.
        let text = format!("INSERT INTO audit ({COLUMNS}) VALUES {}", places(rows.len(), WIDTH));
        let mut query = sqlx::query(AssertSqlSafe(text));
        for row in rows {
            query = query
                .bind(row.seq)
                .bind(row.at_us)
                .bind(row.actor.clone())
                .bind(row.role.clone())
                .bind(row.purpose.clone())
                .bind(row.action.clone())
                .bind(row.object.clone())
                .bind(row.filter.clone())
                .bind(row.area.clone())
                .bind(row.returned)
                .bind(row.outcome.clone())
                .bind(row.person.clone())
                .bind(row.prev_hash.clone())
                .bind(row.hash.clone());
        }
        query.execute(&mut *connection).await?;
    }
    for people in people.chunks(ROWS) {
        let text = format!("INSERT INTO audit_person (seq, salt, name, reason) VALUES {}", places(people.len(), 4));
        let mut query = sqlx::query(AssertSqlSafe(text));
        for (seq, person) in people {
            query = query.bind(*seq).bind(person.salt.clone()).bind(person.name.clone()).bind(person.reason.clone());
        }
        query.execute(&mut *connection).await?;
    }
    Ok(())
}
