//! The record in SQL: one table of events that only grows, and the evidence beside it.

use crate::address::Address;
use crate::chain::{Digest, Fault, Head, Row};
use crate::challenge::{Challenge, ChallengeId, State, london_day};
use crate::database::{ATTEMPTS, Database, collision, is_unique, pause};
use crate::error::{Error, Result, Rule};
use crate::event::{Author, EVIDENCE, Event, Kind, LINE, Question, Raise, Step};
use crate::text::{canonical_json, identifier};
use jiff::Timestamp;
use jiff::civil::Date;
use sqlx::any::AnyRow;
use sqlx::pool::PoolConnection;
use sqlx::{Any, AnyConnection, Row as _};
use std::collections::BTreeMap;
use std::fmt;
use tokio::sync::Mutex;

/// Events read at once by [`Ledger::verify`].
const PAGE: i64 = 1_000;

/// Columns only of types that both databases have; times are microseconds.
const TABLES: [&str; 4] = [
    "CREATE TABLE IF NOT EXISTS event (seq bigint NOT NULL PRIMARY KEY, at_us bigint NOT NULL, challenge text NOT NULL, kind text NOT NULL, \
     actor text NOT NULL, role text NOT NULL, idempotency text NOT NULL, body text NOT NULL, prev_hash text NOT NULL, hash text NOT NULL)",
    "CREATE INDEX IF NOT EXISTS event_challenge ON event (challenge, seq)",
    "CREATE UNIQUE INDEX IF NOT EXISTS event_idempotency ON event (idempotency) WHERE idempotency <> ''",
    "CREATE TABLE IF NOT EXISTS evidence (digest text NOT NULL PRIMARY KEY, json text NOT NULL)",
];

/// Which challenges are asked for; what is not set does not narrow.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// Those whose duty is overdue on a day.
    pub overdue_on: Option<Date>,
    /// Those that lie in a borough, by name, capitals aside.
    pub borough: Option<String>,
    /// Those about a place, by its identifier, code or name.
    pub place: Option<String>,
    /// Those in a state.
    pub state: Option<State>,
}

impl Filter {
    /// Whether a challenge is asked for.
    pub fn admits(&self, challenge: &Challenge) -> bool {
        let alike = |a: &str, b: &str| a.to_lowercase() == b.to_lowercase();
        self.overdue_on.is_none_or(|day| challenge.overdue(day))
            && self.borough.as_deref().is_none_or(|name| challenge.raised.boroughs.iter().any(|b| alike(b, name)))
            && self.place.as_deref().is_none_or(|id| alike(challenge.raised.place.id(), id))
            && self.state.is_none_or(|state| challenge.state == state)
    }
}

/// The record of challenges, in a SQLite file or a PostgreSQL database.
///
/// Cheap to share behind an `Arc`; appends through one are done one after the other.
pub struct Ledger {
    database: Database,
    /// Saves writers of this process from fighting one another; those of others are met at the number of the event. Holds how far this
    /// process has verified the record: nothing is written upon what it has not.
    writer: Mutex<Walk>,
}

impl fmt::Debug for Ledger {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ledger").field("name", &self.name()).finish_non_exhaustive()
    }
}

/// How far the chain was found to be whole.
#[derive(Debug)]
struct Walk {
    head: Head,
    /// The events of each challenge up to there: the rules are about one challenge at a time.
    lives: BTreeMap<ChallengeId, Vec<Event>>,
}

impl Walk {
    const fn start() -> Self {
        Self { head: Head::START, lives: BTreeMap::new() }
    }

    /// Goes on by one event, which was found right.
    fn take(&mut self, event: Event) {
        self.head = Head { seq: event.seq, hash: event.hash };
        self.lives.entry(event.challenge).or_default().push(event);
    }
}

/// What an attempt at an append came to.
enum Attempt {
    Written(Event),
    Collided,
}

impl Ledger {
    /// Opens a ledger that is there.
    ///
    /// `address` is the path of a SQLite file, or `postgres://user@host/database` with what libpq calls `sslmode`, `sslrootcert` and so on;
    /// the password is better given in `PGPASSWORD` or `~/.pgpass` than in the address.
    ///
    /// # Errors
    /// [`Error::NoLedger`], [`Error::Address`], or [`Error::Storage`].
    pub async fn open(address: &str) -> Result<Self> {
        Self::over(Database::connect(Address::read(address, false)?).await?).present().await
    }

    /// Opens a ledger that is there, to read it only: also a SQLite file that may not be written, in a folder that may not be either, as a
    /// copy that is kept as proof. Such a file is read as it lies there, without its lock.
    ///
    /// # Errors
    /// As [`Ledger::open`].
    pub async fn open_to_read(address: &str) -> Result<Self> {
        Self::over(Database::connect_to_read(address).await?).present().await
    }

    /// The ledger, if its tables are there.
    async fn present(self) -> Result<Self> {
        match self.head().await {
            Ok(_) => Ok(self),
            Err(error) if self.database.has_no_table("event", &error) => Err(self.database.missing()),
            Err(error) => Err(error),
        }
    }

    /// Opens a ledger, or makes one: a file that only its owner can read, or the tables of a database.
    ///
    /// # Errors
    /// [`Error::Address`], or [`Error::Storage`].
    pub async fn create_or_open(address: &str) -> Result<Self> {
        let ledger = Self::over(Database::connect(Address::read(address, true)?).await?);
        ledger.database.create(&TABLES).await?;
        Ok(ledger)
    }

    fn over(database: Database) -> Self {
        Self { database, writer: Mutex::new(Walk::start()) }
    }

    /// Path of the file, or host and database: what may be shown.
    pub fn name(&self) -> &str {
        &self.database.name
    }

    /// Ends all connections; SQLite then leaves one file.
    pub async fn close(&self) {
        self.database.close().await;
    }

    /// Raises a challenge and freezes its evidence; returns once both are safely on disk. The identifier is made here.
    ///
    /// # Errors
    /// As [`Ledger::append`].
    pub async fn raise(&self, question: Question, author: &Author, at: Timestamp, key: Option<&str>) -> Result<Event> {
        let evidence = canonical_json(&question.evidence);
        if evidence.len() > EVIDENCE {
            return Err(Rule::TooLarge(EVIDENCE).of("the evidence"));
        }
        let raise = Raise {
            release: question.release,
            place: question.place,
            boroughs: question.boroughs,
            resource: question.resource,
            question: question.question,
            evidence: Digest::of(evidence.as_bytes()),
            periods: question.periods,
        };
        self.write(None, Step::Raise(raise), Some(&evidence), author, at, key).await
    }

    /// Appends a step to a challenge; returns once it is safely on disk.
    ///
    /// `key` is the key of a form: the same key with the same entry gives the first event again, and nothing is written.
    ///
    /// # Errors
    /// [`Error::Field`], [`Error::UnknownChallenge`], [`Error::NotNow`], [`Error::NotYours`], [`Error::TooEarly`], [`Error::KeyReused`],
    /// [`Error::Damaged`], [`Error::Busy`] or [`Error::Storage`]: nothing was written. After [`Error::Storage`] while committing, whether it
    /// was is not known: with a key it can be tried again.
    pub async fn append(&self, id: ChallengeId, step: Step, author: &Author, at: Timestamp, key: Option<&str>) -> Result<Event> {
        self.write(Some(id), step, None, author, at, key).await
    }

    async fn write(
        &self,
        id: Option<ChallengeId>,
        step: Step,
        evidence: Option<&str>,
        author: &Author,
        at: Timestamp,
        key: Option<&str>,
    ) -> Result<Event> {
        let (step, author) = (step.checked()?, author.checked()?);
        let key = key.map_or(Ok(String::new()), |key| identifier("the key", key, LINE))?;
        if id.is_none() && !Kind::Raise.roles().contains(&author.role) {
            return Err(Error::NotYours { step: Kind::Raise, role: author.role });
        }
        let promised = if let Step::Answer(answer) = &step { Some(answer.by) } else { None };
        let draft = Draft { id, kind: step.kind(), body: step.body(), promised, author, at, key };
        // One at a time.
        let mut walk = self.writer.lock().await;
        let done = self.attempts(&mut walk, &draft, evidence).await;
        self.first_fault(done, Some(walk.head)).await
    }

    async fn attempts(&self, walk: &mut Walk, draft: &Draft, evidence: Option<&str>) -> Result<Event> {
        // What takes long, the first time, is done before others have to wait for it.
        let mut connection = self.acquire().await?;
        self.go_on(&mut connection, walk, None).await?;
        drop(connection);
        for attempt in 1..=ATTEMPTS {
            match self.attempt(walk, draft, evidence).await? {
                Attempt::Written(event) => return Ok(event),
                Attempt::Collided => pause(attempt).await,
            }
        }
        Err(self.database.busy())
    }

    /// One transaction. The head is read before anything else: whoever writes in between takes its number, and this one collides.
    async fn attempt(&self, walk: &mut Walk, draft: &Draft, evidence: Option<&str>) -> Result<Attempt> {
        let mut transaction = match self.database.begin().await {
            Ok(transaction) => transaction,
            Err(e) if collision(&e) => return Ok(Attempt::Collided),
            Err(e) => return Err(self.storage("beginning to write", &e)),
        };
        let head = match head(&mut transaction).await {
            Ok(head) => head,
            Err(e) if collision(&e) => return Ok(Attempt::Collided),
            Err(e) => return Err(self.storage("reading the end of the record", &e)),
        };
        let head = head?;
        if !self.stands(&mut transaction, walk, head).await? {
            return Ok(Attempt::Collided);
        }
        if let Some(first) = self.written_before(&mut transaction, draft).await? {
            return Ok(Attempt::Written(first));
        }
        let Some(row) = self.lawful(&mut transaction, draft, head).await? else { return Ok(Attempt::Collided) };
        match insert(&mut transaction, &row, evidence).await {
            Ok(()) => {}
            Err(e) if collision(&e) || is_unique(&e) => return Ok(Attempt::Collided),
            Err(e) => return Err(self.storage("writing", &e)),
        }
        if let Some(json) = evidence {
            // It may have been there before, and altered.
            self.evidence_of(&mut transaction, Digest::of(json.as_bytes()), head.seq + 1).await?;
        }
        match transaction.commit().await {
            Ok(()) => {
                let event = Event::believed(row).map_err(Error::Damaged)?;
                walk.take(event.clone());
                Ok(Attempt::Written(event))
            }
            Err(e) if collision(&e) || is_unique(&e) => Ok(Attempt::Collided),
            Err(e) => Err(self.storage("writing", &e)),
        }
    }

    /// Whether the record is whole up to its head, on which something is about to be written; false when others have just written.
    async fn stands(&self, connection: &mut AnyConnection, walk: &mut Walk, head: Head) -> Result<bool> {
        self.go_on(connection, walk, None).await?;
        let counted =
            sqlx::query("SELECT COUNT(*), COALESCE(MIN(seq), 1), COALESCE(MAX(seq), 0) FROM event").fetch_one(connection).await;
        let read = |row: AnyRow| Ok((row.try_get::<i64, _>(0)?, row.try_get::<i64, _>(1)?, row.try_get::<i64, _>(2)?));
        let (count, first, last) = counted.and_then(read).map_err(|e| self.storage("counting the events", &e))?;
        let last = u64::try_from(last).unwrap_or_default();
        if last < walk.head.seq {
            return Err(Error::Damaged(Fault::CutOff { seq: last + 1 }));
        }
        // Numbers from 1 to the last, none twice: as many as the last says.
        if first != 1 || u64::try_from(count) != Ok(last) {
            return Err(Error::Damaged(Fault::Missing { seq: 1 }));
        }
        if last > walk.head.seq || head.seq < walk.head.seq {
            return Ok(false);
        }
        if head == walk.head { Ok(true) } else { Err(Error::Damaged(Fault::Rewritten { seq: head.seq })) }
    }

    /// What was done, or the first fault of the whole record, as [`Ledger::verify`] names it, whichever fault was met.
    async fn first_fault<T>(&self, done: Result<T>, checkpoint: Option<Head>) -> Result<T> {
        let Err(met @ Error::Damaged(_)) = done else { return done };
        match self.verify(checkpoint).await {
            Err(first @ Error::Damaged(_)) => Err(first),
            _ => Err(met),
        }
    }

    /// The event that has the key of the draft, if it says the same.
    async fn written_before(&self, connection: &mut AnyConnection, draft: &Draft) -> Result<Option<Event>> {
        if draft.key.is_empty() {
            return Ok(None);
        }
        let query = sqlx::query(
            "SELECT seq, at_us, challenge, kind, actor, role, idempotency, body, prev_hash, hash FROM event WHERE idempotency = $1",
        );
        let found = query.bind(draft.key.clone()).fetch_optional(connection).await;
        let Some(row) = found.map_err(|e| self.storage("looking for the key", &e))? else { return Ok(None) };
        let first = self.believed(&row)?;
        let same = first.kind == draft.kind
            && first.author == draft.author
            && first.body == draft.body
            && draft.id.is_none_or(|id| id == first.challenge);
        if same { Ok(Some(first)) } else { Err(Error::KeyReused { seq: first.seq }) }
    }

    /// The row of the draft, if the rules allow it now; none when the record has moved on since its head was read.
    async fn lawful(&self, connection: &mut AnyConnection, draft: &Draft, head: Head) -> Result<Option<Row>> {
        let id = if let Some(id) = draft.id {
            let events = self.events_of(connection, id).await?;
            if events.last().is_some_and(|event| event.seq > head.seq) {
                return Ok(None);
            }
            let challenge = Challenge::fold(&events).map_err(Error::Damaged)?.pop().ok_or(Error::UnknownChallenge { id })?;
            challenge.permits(draft.kind, draft.author.role, draft.at)?;
            if draft.promised.is_some_and(|day| day < london_day(draft.at)) {
                return Err(Rule::Past.of("the day by which it will be done"));
            }
            id
        } else {
            let year = u16::try_from(london_day(draft.at).year()).unwrap_or_default();
            let raised: i64 = sqlx::query("SELECT COUNT(*) FROM event WHERE kind = 'raise' AND challenge LIKE $1")
                .bind(format!("C-{year:04}-%"))
                .fetch_one(connection)
                .await
                .and_then(|row| row.try_get(0))
                .map_err(|e| self.storage("counting the challenges of the year", &e))?;
            ChallengeId { year, number: u32::try_from(raised).unwrap_or(u32::MAX).saturating_add(1) }
        };
        let mut row = Row {
            seq: head.seq as i64 + 1,
            at_us: draft.at.as_microsecond(),
            challenge: id.to_string(),
            kind: draft.kind.id().to_owned(),
            actor: draft.author.actor.clone(),
            role: draft.author.role.id().to_owned(),
            key: draft.key.clone(),
            body: draft.body.clone(),
            prev_hash: head.hash.to_string(),
            hash: String::new(),
        };
        row.hash = row.computed().to_string();
        Ok(Some(row))
    }

    /// The end of the record; kept elsewhere, it is a checkpoint for [`Ledger::verify`].
    ///
    /// # Errors
    /// [`Error::Storage`] or [`Error::Damaged`].
    pub async fn head(&self) -> Result<Head> {
        let mut connection = self.acquire().await?;
        let head = head(&mut connection).await.map_err(|e| self.storage("reading the end of the record", &e))?;
        drop(connection);
        self.first_fault(head, None).await
    }

    /// One challenge as it stands.
    ///
    /// # Errors
    /// [`Error::UnknownChallenge`], [`Error::Storage`], or [`Error::Damaged`]: nothing is shown of a record with a fault anywhere in its chain.
    pub async fn challenge(&self, id: ChallengeId) -> Result<Challenge> {
        self.folded().await?.into_iter().find(|challenge| challenge.id == id).ok_or(Error::UnknownChallenge { id })
    }

    /// The challenges that a filter admits, by identifier.
    ///
    /// # Errors
    /// [`Error::Storage`] or [`Error::Damaged`].
    pub async fn challenges(&self, filter: &Filter) -> Result<Vec<Challenge>> {
        let mut all = self.folded().await?;
        all.retain(|challenge| filter.admits(challenge));
        Ok(all)
    }

    async fn folded(&self) -> Result<Vec<Challenge>> {
        let all = Challenge::fold(&self.export().await?).map_err(Error::Damaged);
        self.first_fault(all, None).await
    }

    /// The events of one challenge, in order.
    ///
    /// # Errors
    /// [`Error::UnknownChallenge`], [`Error::Storage`] or [`Error::Damaged`].
    pub async fn events(&self, id: ChallengeId) -> Result<Vec<Event>> {
        let mut events = self.export().await?;
        events.retain(|event| event.challenge == id);
        if events.is_empty() { Err(Error::UnknownChallenge { id }) } else { Ok(events) }
    }

    /// The whole record, in order, with its numbers, hashes and links found right.
    ///
    /// # Errors
    /// [`Error::Storage`] or [`Error::Damaged`].
    pub async fn export(&self) -> Result<Vec<Event>> {
        let mut connection = self.acquire().await?;
        let query = sqlx::query(
            "SELECT seq, at_us, challenge, kind, actor, role, idempotency, body, prev_hash, hash FROM event ORDER BY seq",
        );
        let rows = query.fetch_all(&mut *connection).await.map_err(|e| self.storage("reading the record", &e))?;
        drop(connection);
        let mut at = Head::START;
        let chained = rows.iter().map(|row| {
            let event = follows(at, read(row).map_err(|e| self.storage("reading the record", &e))?).map_err(Error::Damaged)?;
            at = Head { seq: event.seq, hash: event.hash };
            Ok(event)
        });
        let events = chained.collect();
        self.first_fault(events, None).await
    }

    /// The evidence that has a digest, as its canonical JSON.
    ///
    /// # Errors
    /// [`Error::Storage`]; [`Error::Damaged`] when it is not there or has another digest. `seq` names the event that asks for it.
    pub async fn evidence(&self, digest: Digest, seq: u64) -> Result<String> {
        let mut connection = self.acquire().await?;
        let json = self.evidence_of(&mut connection, digest, seq).await;
        drop(connection);
        self.first_fault(json, None).await
    }

    /// Walks the whole chain: numbers without a gap, every hash, every link, every rule, all evidence, and the checkpoint if one is given.
    /// Returns the head.
    ///
    /// # Errors
    /// [`Error::Damaged`] with the first number that is bad or missing; [`Error::Storage`].
    pub async fn verify(&self, checkpoint: Option<Head>) -> Result<Head> {
        let mut connection = self.acquire().await?;
        let mut walk = Walk::start();
        self.go_on(&mut connection, &mut walk, checkpoint).await?;
        let at = walk.head;
        match checkpoint {
            Some(point) if point.seq > at.seq => Err(Error::Damaged(Fault::CutOff { seq: at.seq + 1 })),
            Some(point) if point.seq == 0 && point != Head::START => Err(Error::Damaged(Fault::Rewritten { seq: 0 })),
            _ => Ok(at),
        }
    }

    /// Goes on along the chain to its end; stays before the first event that is bad or missing.
    async fn go_on(&self, connection: &mut AnyConnection, walk: &mut Walk, checkpoint: Option<Head>) -> Result<()> {
        loop {
            // From the start on, numbers that the ledger never gives are looked for too.
            let after = if walk.head.seq == 0 { i64::MIN } else { walk.head.seq as i64 };
            let query = sqlx::query(
                "SELECT seq, at_us, challenge, kind, actor, role, idempotency, body, prev_hash, hash FROM event WHERE seq > $1 ORDER BY seq LIMIT $2",
            );
            let rows = query.bind(after).bind(PAGE).fetch_all(&mut *connection).await;
            let rows = rows.map_err(|e| self.storage("reading the record", &e))?;
            for row in &rows {
                let row = read(row).map_err(|e| self.storage("reading the record", &e))?;
                self.step_on(connection, walk, row, checkpoint).await?;
            }
            if rows.len() < PAGE as usize {
                return Ok(());
            }
        }
    }

    async fn step_on(&self, connection: &mut AnyConnection, walk: &mut Walk, row: Row, checkpoint: Option<Head>) -> Result<()> {
        let event = follows(walk.head, row).map_err(Error::Damaged)?;
        let at = Head { seq: event.seq, hash: event.hash };
        if checkpoint.is_some_and(|point| point.seq == at.seq && point.hash != at.hash) {
            return Err(Error::Damaged(Fault::Rewritten { seq: at.seq }));
        }
        // A life is short: folding it anew with each of its events costs little.
        let mut life = walk.lives.get(&event.challenge).cloned().unwrap_or_default();
        life.push(event.clone());
        Challenge::fold(&life).map_err(Error::Damaged)?;
        if event.kind == Kind::Raise
            && let Step::Raise(raise) = event.step()?
        {
            self.evidence_of(connection, raise.evidence, at.seq).await?;
        }
        walk.take(event);
        Ok(())
    }

    async fn evidence_of(&self, connection: &mut AnyConnection, digest: Digest, seq: u64) -> Result<String> {
        let query = sqlx::query("SELECT json FROM evidence WHERE digest = $1").bind(digest.to_string());
        let found = query.fetch_optional(connection).await.and_then(|row| row.map(|row| row.try_get::<String, _>(0)).transpose());
        let json = found.map_err(|e| self.storage("reading evidence", &e))?;
        json.filter(|json| Digest::of(json.as_bytes()) == digest).ok_or(Error::Damaged(Fault::Evidence { seq }))
    }

    async fn events_of(&self, connection: &mut AnyConnection, id: ChallengeId) -> Result<Vec<Event>> {
        let query = sqlx::query(
            "SELECT seq, at_us, challenge, kind, actor, role, idempotency, body, prev_hash, hash FROM event WHERE challenge = $1 ORDER BY seq",
        );
        let rows = query.bind(id.to_string()).fetch_all(connection).await;
        rows.map_err(|e| self.storage("reading a challenge", &e))?.iter().map(|row| self.believed(row)).collect()
    }

    fn believed(&self, row: &AnyRow) -> Result<Event> {
        let row = read(row).map_err(|e| self.storage("reading an event", &e))?;
        Event::believed(row).map_err(Error::Damaged)
    }

    async fn acquire(&self) -> Result<PoolConnection<Any>> {
        self.database.acquire().await
    }

    fn storage(&self, doing: &'static str, error: &sqlx::Error) -> Error {
        self.database.storage(doing, error)
    }
}

/// What is about to be written.
struct Draft {
    id: Option<ChallengeId>,
    kind: Kind,
    body: String,
    /// The day by which an answer promises something.
    promised: Option<Date>,
    author: Author,
    at: Timestamp,
    key: String,
}

async fn head(connection: &mut AnyConnection) -> sqlx::Result<Result<Head>> {
    let last = sqlx::query("SELECT seq, hash FROM event ORDER BY seq DESC LIMIT 1").fetch_optional(connection).await?;
    let Some(last) = last else { return Ok(Ok(Head::START)) };
    let (seq, hash): (i64, String) = (last.try_get(0)?, last.try_get(1)?);
    let seq = u64::try_from(seq).unwrap_or_default();
    Ok(hash.parse().map(|hash| Head { seq, hash }).map_err(|_no_digest| Error::Damaged(Fault::Altered { seq })))
}

async fn insert(connection: &mut AnyConnection, row: &Row, evidence: Option<&str>) -> sqlx::Result<()> {
    // The event first: where two want its number, nothing else is written.
    sqlx::query(
        "INSERT INTO event (seq, at_us, challenge, kind, actor, role, idempotency, body, prev_hash, hash) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
    )
    .bind(row.seq)
    .bind(row.at_us)
    .bind(row.challenge.clone())
    .bind(row.kind.clone())
    .bind(row.actor.clone())
    .bind(row.role.clone())
    .bind(row.key.clone())
    .bind(row.body.clone())
    .bind(row.prev_hash.clone())
    .bind(row.hash.clone())
    .execute(&mut *connection)
    .await?;
    if let Some(json) = evidence {
        sqlx::query("INSERT INTO evidence (digest, json) VALUES ($1, $2) ON CONFLICT (digest) DO NOTHING")
            .bind(Digest::of(json.as_bytes()).to_string())
            .bind(json.to_owned())
            .execute(connection)
            .await?;
    }
    Ok(())
}

fn read(row: &AnyRow) -> sqlx::Result<Row> {
    Ok(Row {
        seq: row.try_get(0)?,
        at_us: row.try_get(1)?,
        challenge: row.try_get(2)?,
        kind: row.try_get(3)?,
        actor: row.try_get(4)?,
        role: row.try_get(5)?,
        key: row.try_get(6)?,
        body: row.try_get(7)?,
        prev_hash: row.try_get(8)?,
        hash: row.try_get(9)?,
    })
}

/// The event after a head, if the row is that.
fn follows(head: Head, row: Row) -> std::result::Result<Event, Fault> {
    let wanted = head.seq + 1;
    match u64::try_from(row.seq) {
        Ok(seq) if seq == wanted => {}
        Ok(seq) if seq > wanted => return Err(Fault::Missing { seq: wanted }),
        // A number below 1, which the ledger never gives.
        Ok(seq) => return Err(Fault::Altered { seq }),
        Err(_negative) => return Err(Fault::Altered { seq: 0 }),
    }
    let event = Event::believed(row)?;
    if event.prev_hash == head.hash { Ok(event) } else { Err(Fault::Unlinked { seq: wanted }) }
}
