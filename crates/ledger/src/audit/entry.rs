//! One entry: what it says, and what of it is hashed.

use crate::chain::Digest;
use crate::error::Result;
use crate::event::{LINE, TEXT};
use crate::random::random_hex;
use crate::text::tamed;
use jiff::Timestamp;
use serde::Serialize;
use sqlx::Row as _;
use sqlx::any::AnyRow;
use std::fmt;

/// Says what is hashed, and in which layout.
const DOMAIN: &str = "hotspot-audit-entry/1";
const PERSON: &str = "hotspot-audit-person/1";

/// A closed list of identifiers.
macro_rules! identifiers {
    ($type:ident, $($(#[$doc:meta])* $variant:ident = $id:literal),+ $(,)?) => {
        impl $type {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$variant),+];

            /// Stable identifier.
            pub const fn id(self) -> &'static str {
                match self {
                    $(Self::$variant => $id),+
                }
            }
        }

        impl fmt::Display for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.id())
            }
        }

        impl Serialize for $type {
            fn serialize<S: serde::Serializer>(&self, to: S) -> std::result::Result<S::Ok, S::Error> {
                to.serialize_str(self.id())
            }
        }
    };
}

/// What was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Action {
    /// Somebody came in.
    SignIn,
    /// Somebody went.
    SignOut,
    /// Somebody was not let in, or not let see.
    Refused,
    /// Figures were shown: a page, a tile, an answer.
    Look,
    /// Figures left as a file.
    Export,
    /// Something was written: a challenge, a table of resources.
    Change,
    /// A token was made or revoked.
    Token,
    /// An agreement on sharing was made, changed or ended.
    Agreement,
    /// The policy of disclosure was changed.
    Policy,
    /// Records, or names in this log, were disposed of.
    Disposal,
}

identifiers!(
    Action,
    SignIn = "sign-in",
    SignOut = "sign-out",
    Refused = "refused",
    Look = "look",
    Export = "export",
    Change = "change",
    Token = "token",
    Agreement = "agreement",
    Policy = "policy",
    Disposal = "disposal",
);

/// What became of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// It was allowed, and is about to be done: a later entry says how it ended, and where there is none it broke off.
    Allowed,
    /// It was done.
    Done,
    /// It was not allowed.
    Refused,
    /// It was allowed, and failed.
    Failed,
}

identifiers!(Outcome, Allowed = "allowed", Done = "done", Refused = "refused", Failed = "failed");

/// What is to be recorded. Every text is one line: what no line may have is replaced by `U+FFFD`, and what is too long is cut off, since an
/// entry must be written whatever somebody sends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Key of whoever acts, which names nobody by itself: the subject of a sign-in, the identifier of a token.
    pub actor: String,
    /// Name of the person, kept apart so that it can be disposed of; empty when there is none.
    pub name: String,
    /// What the person gave as a reason, kept apart as the name; empty when none was asked for.
    pub reason: String,
    /// As whom they act.
    pub role: String,
    /// For which purpose.
    pub purpose: String,
    /// What they did.
    pub action: Action,
    /// With what: a release, a product, a challenge. A part of one is written behind a slash (`2026-10-4f2a/hotspots.csv`).
    pub object: String,
    /// The filter as its canonical text, of which the digest is kept; empty when there was none.
    pub filter: String,
    /// The area that was in view; empty when there was none.
    pub area: String,
    /// Cells or rows that were returned, where there is such a number.
    pub returned: Option<u64>,
    /// What became of it.
    pub outcome: Outcome,
    /// The HTTP status of the answer, where it was a refusal or a failure.
    pub status: Option<u16>,
}

/// Key of a person or program: a digest of who vouches for them and of their identifier there, which names nobody by itself.
pub fn actor_key(issuer: &str, subject: &str) -> Digest {
    let mut bytes = Vec::with_capacity(16 + issuer.len() + subject.len());
    for part in [issuer, subject] {
        bytes.extend((part.len() as u64).to_le_bytes());
        bytes.extend(part.as_bytes());
    }
    Digest::of(&bytes)
}

impl Entry {
    /// An entry that was done and says no more than this; the rest is set by name.
    pub fn new(actor: &str, role: &str, action: Action) -> Self {
        let none = String::new;
        Self {
            actor: actor.to_owned(),
            name: none(),
            reason: none(),
            role: role.to_owned(),
            purpose: none(),
            action,
            object: none(),
            filter: none(),
            area: none(),
            returned: None,
            outcome: Outcome::Done,
            status: None,
        }
    }
}

/// One row as it lies there, believed in nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Row {
    pub seq: i64,
    pub at_us: i64,
    pub actor: String,
    pub role: String,
    pub purpose: String,
    pub action: String,
    pub object: String,
    pub filter: String,
    pub area: String,
    /// -1 where there is no number.
    pub returned: i64,
    /// The identifier, and behind a space the status if there is one.
    pub outcome: String,
    /// Salted digest of name and reason; empty where there is neither.
    pub person: String,
    pub prev_hash: String,
    pub hash: String,
}

/// The columns of [`Row`], in the order in which [`Row::read`] reads them.
pub(super) const COLUMNS: &str =
    "seq, at_us, actor, role, purpose, action, object, filter, area, returned, outcome, person, prev_hash, hash";
/// Number of them.
pub(super) const WIDTH: usize = 14;

impl Row {
    /// The entry as the one behind `previous`, and the person in it.
    pub fn of(entry: &Entry, at: Timestamp, seq: i64, previous: Digest) -> Result<(Self, Option<Person>)> {
        let short = |text: &str| tamed(text, LINE);
        let person = Person::of(tamed(&entry.name, LINE), tamed(&entry.reason, TEXT))?;
        let mut row = Self {
            seq,
            at_us: at.as_microsecond(),
            actor: short(&entry.actor),
            role: short(&entry.role),
            purpose: short(&entry.purpose),
            action: entry.action.id().to_owned(),
            object: short(&entry.object),
            filter: if entry.filter.is_empty() { String::new() } else { Digest::of(entry.filter.as_bytes()).to_string() },
            area: short(&entry.area),
            returned: entry.returned.map_or(-1, |n| i64::try_from(n).unwrap_or(i64::MAX)),
            outcome: match entry.status {
                Some(status) => format!("{} {status}", entry.outcome),
                None => entry.outcome.id().to_owned(),
            },
            person: person.as_ref().map_or_else(String::new, |person| person.digest().to_string()),
            prev_hash: previous.to_string(),
            hash: String::new(),
        };
        row.hash = row.computed().to_string();
        Ok((row, person))
    }

    /// Its hash, if its number is right.
    pub fn computed(&self) -> Digest {
        self.computed_as(self.seq)
    }

    /// Its hash, if it had another number.
    pub fn computed_as(&self, seq: i64) -> Digest {
        Digest::of_fields(&[
            DOMAIN.as_bytes(),
            &seq.to_be_bytes(),
            &self.at_us.to_be_bytes(),
            self.actor.as_bytes(),
            self.role.as_bytes(),
            self.purpose.as_bytes(),
            self.action.as_bytes(),
            self.object.as_bytes(),
            self.filter.as_bytes(),
            self.area.as_bytes(),
            &self.returned.to_be_bytes(),
            self.outcome.as_bytes(),
            self.person.as_bytes(),
            self.prev_hash.as_bytes(),
        ])
    }

    /// Whether its content is what was hashed under a number.
    pub fn is_sound_as(&self, seq: i64) -> bool {
        self.computed_as(seq).to_string() == self.hash
    }

    pub fn read(row: &AnyRow) -> sqlx::Result<Self> {
        Ok(Self {
            seq: row.try_get(0)?,
            at_us: row.try_get(1)?,
            actor: row.try_get(2)?,
            role: row.try_get(3)?,
            purpose: row.try_get(4)?,
            action: row.try_get(5)?,
            object: row.try_get(6)?,
            filter: row.try_get(7)?,
            area: row.try_get(8)?,
            returned: row.try_get(9)?,
            outcome: row.try_get(10)?,
            person: row.try_get(11)?,
            prev_hash: row.try_get(12)?,
            hash: row.try_get(13)?,
        })
    }
}

/// What names a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Person {
    /// Random, so that a name that was disposed of cannot be found again by trying names.
    pub salt: String,
    pub name: String,
    pub reason: String,
}

impl Person {
    fn of(name: String, reason: String) -> Result<Option<Self>> {
        if name.is_empty() && reason.is_empty() { Ok(None) } else { Ok(Some(Self { salt: random_hex::<16>()?, name, reason })) }
    }

    pub fn digest(&self) -> Digest {
        Digest::of_fields(&[PERSON.as_bytes(), self.salt.as_bytes(), self.name.as_bytes(), self.reason.as_bytes()])
    }

    /// The three columns behind those of the entry, where they are there.
    pub fn read(row: &AnyRow) -> sqlx::Result<Option<Self>> {
        let text = |column: usize| row.try_get::<Option<String>, _>(WIDTH + column);
        Ok(text(0)?.zip(text(1)?).zip(text(2)?).map(|((salt, name), reason)| Self { salt, name, reason }))
    }
}

/// One entry of the log as it was recorded, its hash found right.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Recorded {
    /// Number, from 1 without a gap.
    pub seq: u64,
    /// When, in microseconds since 1970-01-01 UTC.
    pub at_us: i64,
    /// Key of whoever acted.
    pub actor: String,
    /// Name and reason; none once they were disposed of, or when there were none.
    pub person: Option<(String, String)>,
    /// As whom they acted.
    pub role: String,
    /// For which purpose.
    pub purpose: String,
    /// What they did.
    pub action: Action,
    /// With what.
    pub object: String,
    /// SHA-256 of the filter's canonical text; empty when there was none.
    pub filter: String,
    /// The area in view.
    pub area: String,
    /// Cells or rows returned.
    pub returned: Option<u64>,
    /// What became of it.
    pub outcome: Outcome,
    /// The HTTP status of the answer, where it was a refusal or a failure.
    pub status: Option<u16>,
    /// Hash of the entry.
    pub hash: String,
}

impl Recorded {
    /// The entry in a row, if it is of a form that the log writes.
    pub(super) fn of(row: Row, person: Option<Person>) -> Option<Self> {
        Timestamp::from_microsecond(row.at_us).ok()?;
        let (outcome, status) = match row.outcome.split_once(' ') {
            Some((outcome, status)) => (outcome, Some(status.parse().ok()?)),
            None => (row.outcome.as_str(), None),
        };
        Some(Self {
            seq: u64::try_from(row.seq).ok()?,
            at_us: row.at_us,
            action: *Action::ALL.iter().find(|action| action.id() == row.action)?,
            outcome: *Outcome::ALL.iter().find(|known| known.id() == outcome)?,
            status,
            actor: row.actor,
            person: person.map(|person| (person.name, person.reason)),
            role: row.role,
            purpose: row.purpose,
            object: row.object,
            filter: row.filter,
            area: row.area,
            returned: u64::try_from(row.returned).ok(),
            hash: row.hash,
        })
    }

    /// What became of it, in plain words.
    pub fn says(&self) -> String {
        let status = self.status.map_or_else(String::new, |status| format!(" (HTTP status {status})"));
        match (self.outcome, self.action) {
            (Outcome::Allowed, _) => {
                "allowed, and begun: a later entry says how it ended; where there is none it broke off".to_owned()
            }
            (Outcome::Done, Action::Look) => "shown, and again whenever it was asked for within half an hour".to_owned(),
            (Outcome::Done, Action::Export) => "given as a file".to_owned(),
            (Outcome::Done, _) => "done".to_owned(),
            (Outcome::Refused, _) => format!("refused{status}: nothing of it was shown, given or changed"),
            (Outcome::Failed, _) => format!("allowed, and failed{status}"),
        }
    }

    /// When.
    pub fn at(&self) -> Timestamp {
        Timestamp::from_microsecond(self.at_us).expect("a time that was read is one")
    }
}
