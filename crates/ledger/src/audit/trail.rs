//! Reading: the walk along the chain, and what is wrong with it, if anything is.

use super::TABLES;
use super::checkpoint::{Checkpoint, PublicKey};
use super::entry::{COLUMNS, Person, Recorded, Row};
use crate::address::Address;
use crate::chain::{Digest, Head};
use crate::database::Database;
use crate::error::{Error, Result};
use jiff::Timestamp;
use serde::Serialize;
use sqlx::{AnyConnection, AssertSqlSafe};
use std::path::Path;

/// Entries read at once.
const PAGE: i64 = 1_000;

/// The first thing that is wrong with the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, thiserror::Error)]
#[serde(tag = "fault", rename_all = "snake_case")]
#[non_exhaustive]
pub enum AuditFault {
    /// A field is not what was hashed.
    #[error("entry {seq} was altered")]
    Flipped {
        /// The number.
        seq: u64,
    },
    /// An entry was taken out, whether or not later ones were given its number.
    #[error("entry {seq} was deleted")]
    Deleted {
        /// The number.
        seq: u64,
    },
    /// Two entries change places.
    #[error("entries {seq} and {with} were swapped")]
    Swapped {
        /// The lower number.
        seq: u64,
        /// The other.
        with: u64,
    },
    /// An entry was put in.
    #[error("entry {seq} was put in: the log did not write it there")]
    Inserted {
        /// The number.
        seq: u64,
    },
    /// An entry has another number than it was given.
    #[error("entry {seq} has the number {now} now")]
    Renumbered {
        /// The number it was given.
        seq: u64,
        /// The number it has.
        now: i64,
    },
    /// An entry was written anew with a hash that fits it: the next one names another.
    #[error("entry {seq} was replaced: what stands next to it belongs to another")]
    Replaced {
        /// The number.
        seq: u64,
    },
    /// Name or reason are not those that the entry names.
    #[error("the name or reason of entry {seq} was altered")]
    Person {
        /// The number.
        seq: u64,
    },
    /// An entry is of a form that the log does not write, though its hash is right.
    #[error("entry {seq} is of no form that the log writes")]
    Unreadable {
        /// The number.
        seq: u64,
    },
    /// The end is missing.
    #[error("the log ends before entry {seq}, and it had entry {known} already: its end was cut off")]
    Truncated {
        /// The first number that is missing.
        seq: u64,
        /// A number that it had.
        known: u64,
    },
    /// The log has another hash at a checkpoint.
    #[error("entry {seq} is not the one that was signed or seen there: an entry behind {after} was written anew")]
    Rewritten {
        /// Number of the checkpoint.
        seq: u64,
        /// The last checkpoint that is still right; 0 for none.
        after: u64,
    },
    /// A checkpoint does not bear the signature of its key.
    #[error("line {line} of the checkpoints was forged or altered")]
    Forged {
        /// The line, from 1.
        line: usize,
    },
    /// A checkpoint is signed by another key.
    #[error("line {line} of the checkpoints is signed by another key than the one given")]
    WrongKey {
        /// The line, from 1.
        line: usize,
    },
}

impl AuditFault {
    /// The first bad or missing number; none when a checkpoint is what is bad.
    pub const fn seq(&self) -> Option<u64> {
        match self {
            Self::Flipped { seq }
            | Self::Deleted { seq }
            | Self::Swapped { seq, .. }
            | Self::Inserted { seq }
            | Self::Renumbered { seq, .. }
            | Self::Replaced { seq }
            | Self::Person { seq }
            | Self::Unreadable { seq }
            | Self::Truncated { seq, .. }
            | Self::Rewritten { seq, .. } => Some(*seq),
            Self::Forged { .. } | Self::WrongKey { .. } => None,
        }
    }
}

/// What was found whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Verified {
    /// The end of the log.
    pub head: Head,
    /// Entries whose name and reason were disposed of.
    pub disposed: u64,
    /// Checkpoints that the log agrees with.
    pub checkpoints: usize,
    /// The last entry that a checkpoint vouches for; those behind it could be cut off unseen.
    pub signed: u64,
}

/// Which entries are asked for; what is not set does not narrow.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AuditFilter {
    /// From this time on.
    pub from: Option<Timestamp>,
    /// Before this time.
    pub before: Option<Timestamp>,
    /// By this actor, by key.
    pub actor: Option<String>,
    /// About this release, product or challenge, or a part of it.
    pub object: Option<String>,
}

impl AuditFilter {
    /// Whether an entry is asked for.
    pub fn admits(&self, entry: &Recorded) -> bool {
        let within =
            |object: &String| entry.object.strip_prefix(object).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
        self.from.is_none_or(|from| from.as_microsecond() <= entry.at_us)
            && self.before.is_none_or(|before| entry.at_us < before.as_microsecond())
            && self.actor.as_ref().is_none_or(|actor| *actor == entry.actor)
            && self.object.as_ref().is_none_or(within)
    }
}

/// The audit log, to be read and verified.
#[derive(Debug)]
pub struct AuditTrail {
    database: Database,
}

impl AuditTrail {
    /// Opens the log of a ledger that is there, also of a copy that may not be written.
    ///
    /// # Errors
    /// [`Error::NoLedger`], [`Error::Address`], or [`Error::Storage`], also when nothing was ever recorded.
    pub async fn open(address: &str) -> Result<Self> {
        Ok(Self { database: Database::connect_to_read(address).await? })
    }

    /// Ends all connections.
    pub async fn close(&self) {
        self.database.close().await;
    }

    /// Walks the whole log: numbers, hashes, links, names and reasons where they are still there, and the checkpoints if they are given.
    ///
    /// Without checkpoints it cannot be told whether the end was cut off, or all of it written anew by one who knows how.
    ///
    /// # Errors
    /// [`Error::AuditDamaged`] with the first thing that is wrong; [`Error::Storage`].
    pub async fn verify(&self, checkpoints: Option<(&Path, &PublicKey)>) -> Result<Verified> {
        let signed = checkpoints.map_or(Ok(Vec::new()), |(file, key)| Checkpoint::read(file, key))?;
        let mut connection = self.database.acquire().await?;
        walk(&self.database, &mut connection, &signed, |_| ()).await
    }

    /// The entries that a filter admits, in order, of a log that is found whole on the way.
    ///
    /// # Errors
    /// [`Error::AuditDamaged`] or [`Error::Storage`].
    pub async fn entries(&self, filter: &AuditFilter) -> Result<Vec<Recorded>> {
        let mut connection = self.database.acquire().await?;
        let mut found = Vec::new();
        let take = |entry: Recorded| {
            if filter.admits(&entry) {
                found.push(entry);
            }
        };
        walk(&self.database, &mut connection, &[], take).await?;
        Ok(found)
    }

    /// Disposes of the names and reasons of all entries before a time; what was done stays, and so does the chain. Returns how many went.
    ///
    /// # Errors
    /// [`Error::NoLedger`], [`Error::Address`] or [`Error::Storage`].
    pub async fn forget(address: &str, before: Timestamp) -> Result<u64> {
        let database = Database::connect(Address::read(address, false)?).await?;
        database.create(&TABLES).await?;
        let mut connection = database.acquire().await?;
        let gone = sqlx::query("DELETE FROM audit_person WHERE seq IN (SELECT seq FROM audit WHERE at_us < $1)")
            .bind(before.as_microsecond())
            .execute(&mut *connection)
            .await
            .map_err(|e| database.storage("disposing of names", &e))?;
        drop(connection);
        database.close().await;
        Ok(gone.rows_affected())
    }
}

/// Where the walk is.
struct At {
    /// The entry before the last one.
    before: Head,
    /// The last one that was found right.
    head: Head,
}

/// Walks the chain from its start to its end and hands on every entry.
pub(super) async fn walk(
    database: &Database,
    connection: &mut AnyConnection,
    checkpoints: &[Checkpoint],
    mut take: impl FnMut(Recorded),
) -> Result<Verified> {
    let storage = |e: sqlx::Error| database.storage("reading the audit log", &e);
    let damaged = |fault| Err(Error::AuditDamaged(fault));
    let mut signed: Vec<Head> = checkpoints.iter().map(Checkpoint::head).collect();
    signed.sort_by_key(|head| head.seq);
    let mut next_signed = signed.iter().peekable();
    let mut at = At { before: Head::START, head: Head::START };
    let (mut disposed, mut vouched) = (0, 0);
    loop {
        let page = page(connection, at.head.seq as i64).await.map_err(storage)?;
        let full = page.len() == PAGE as usize;
        for (row, person) in page {
            let wanted = at.head.seq as i64 + 1;
            let hash = row.computed();
            if row.seq != wanted || hash.to_string() != row.hash || row.prev_hash != at.head.hash.to_string() {
                return damaged(diagnose(connection, &at, &row).await.map_err(storage)?);
            }
            let seq = wanted as u64;
            match &person {
                Some(person) if person.digest().to_string() != row.person => return damaged(AuditFault::Person { seq }),
                None if !row.person.is_empty() => disposed += 1,
                _ => {}
            }
            at = At { before: at.head, head: Head { seq, hash } };
            while let Some(point) = next_signed.next_if(|point| point.seq <= seq) {
                if point.seq == seq && point.hash != hash || point.seq == 0 {
                    return damaged(AuditFault::Rewritten { seq: point.seq, after: vouched });
                }
                vouched = point.seq;
            }
            take(Recorded::of(row, person).ok_or(Error::AuditDamaged(AuditFault::Unreadable { seq }))?);
        }
        if !full {
            break;
        }
    }
    let last = at.head.seq;
    if let Some(point) = signed.last().filter(|point| point.seq > last) {
        return damaged(AuditFault::Truncated { seq: last + 1, known: point.seq });
    }
    if let Some(orphan) = orphan(connection).await.map_err(storage)? {
        let known = u64::try_from(orphan).unwrap_or_default();
        return damaged(if known > last {
            AuditFault::Truncated { seq: last + 1, known }
        } else {
            AuditFault::Inserted { seq: known }
        });
    }
    Ok(Verified { head: at.head, disposed, checkpoints: signed.len(), signed: vouched })
}

/// A row behind a number, each with what names its person.
async fn page(connection: &mut AnyConnection, after: i64) -> sqlx::Result<Vec<(Row, Option<Person>)>> {
    let columns: Vec<String> = COLUMNS.split(", ").map(|column| format!("a.{column}")).collect();
    let text = format!(
        "SELECT {}, p.salt, p.name, p.reason FROM audit a LEFT JOIN audit_person p ON p.seq = a.seq WHERE a.seq > $1 ORDER BY a.seq LIMIT $2",
        columns.join(", ")
    );
    let rows = sqlx::query(AssertSqlSafe(text)).bind(after).bind(PAGE).fetch_all(connection).await?;
    rows.iter().map(|row| Ok((Row::read(row)?, Person::read(row)?))).collect()
}

/// The row with a number, or the last one.
pub(super) async fn row_at(connection: &mut AnyConnection, seq: Option<u64>) -> sqlx::Result<Option<Row>> {
    let narrow = if seq.is_some() { "WHERE seq = $1" } else { "WHERE seq >= $1 ORDER BY seq DESC LIMIT 1" };
    let query = sqlx::query(AssertSqlSafe(format!("SELECT {COLUMNS} FROM audit {narrow}")));
    let found = query.bind(seq.unwrap_or_default() as i64).fetch_optional(connection).await?;
    found.as_ref().map(Row::read).transpose()
}

/// Rows that name a hash as that of the entry before them.
async fn behind(connection: &mut AnyConnection, hash: Digest) -> sqlx::Result<Vec<Row>> {
    let query = sqlx::query(AssertSqlSafe(format!("SELECT {COLUMNS} FROM audit WHERE prev_hash = $1 ORDER BY seq LIMIT $2")));
    query.bind(hash.to_string()).bind(PAGE).fetch_all(connection).await?.iter().map(Row::read).collect()
}

/// A number below 1, or of a person without an entry: neither does the log write.
async fn orphan(connection: &mut AnyConnection) -> sqlx::Result<Option<i64>> {
    let text = "SELECT seq FROM audit WHERE seq < 1 \
                UNION ALL SELECT p.seq FROM audit_person p LEFT JOIN audit a ON a.seq = p.seq WHERE a.seq IS NULL ORDER BY 1 LIMIT 1";
    let found = sqlx::query(text).fetch_optional(connection).await?;
    found.map(|row| sqlx::Row::try_get(&row, 0)).transpose()
}

/// What happened where the chain breaks: `row` should follow the head, and does not.
async fn diagnose(connection: &mut AnyConnection, at: &At, row: &Row) -> sqlx::Result<AuditFault> {
    let seq = at.head.seq + 1;
    let wanted = seq as i64;
    // The entry that was written here, wherever it is now: it names the head, and its hash is that of this number.
    let mut claims = behind(connection, at.head.hash).await?;
    claims.retain(|claim| claim.seq != wanted && claim.is_sound_as(wanted));
    let now = claims.first().map(|claim| claim.seq);
    if row.seq != wanted {
        return Ok(now.map_or(AuditFault::Deleted { seq }, |now| AuditFault::Renumbered { seq, now }));
    }
    if let Some(now) = now {
        let swapped = now > wanted && row.is_sound_as(now);
        return Ok(if swapped { AuditFault::Swapped { seq, with: now as u64 } } else { AuditFault::Inserted { seq } });
    }
    // The one before it took its place: this is what was written there.
    if seq > 1 && row.prev_hash == at.before.hash.to_string() && row.is_sound_as(wanted - 1) {
        return Ok(AuditFault::Inserted { seq: seq - 1 });
    }
    if row.is_sound_as(wanted + 1) {
        return Ok(AuditFault::Deleted { seq });
    }
    if row.is_sound_as(wanted) {
        // It names another than the one that stands before it; if what follows vouches for it, that one is the wrong one.
        let next = row_at(connection, Some(seq + 1)).await?;
        let vouched = next.is_none_or(|next| next.prev_hash == row.hash);
        return Ok(AuditFault::Replaced { seq: if vouched && seq > 1 { seq - 1 } else { seq } });
    }
    Ok(AuditFault::Flipped { seq })
}
