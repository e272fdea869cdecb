//! What can be written: one event by one actor about one challenge.

use crate::chain::{Digest, Fault, Row};
use crate::challenge::{ChallengeId, Periods};
use crate::error::{Error, Result, Rule};
use crate::text::{canonical_json, identifier, line, text};
use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::fmt;
use std::str::FromStr;

/// Most characters of a question, an answer and a reason.
pub const TEXT: usize = 4_000;
/// Most characters of a name, a unit or a title.
pub const LINE: usize = 120;
/// Most bytes of evidence, as canonical JSON.
pub const EVIDENCE: usize = 1 << 20;
/// Most boroughs of one place: all of London.
const BOROUGHS: usize = 33;

/// On whose behalf somebody writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// The Mayor's Office for Policing and Crime: asks, and judges the answer.
    Mopac,
    /// The Metropolitan Police Service: answers.
    Mps,
}

impl Role {
    /// `mopac` or `mps`.
    pub const fn id(self) -> &'static str {
        match self {
            Self::Mopac => "mopac",
            Self::Mps => "mps",
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Mopac => "MOPAC",
            Self::Mps => "the MPS",
        })
    }
}

impl FromStr for Role {
    type Err = Rule;
    fn from_str(text: &str) -> std::result::Result<Self, Rule> {
        [Self::Mopac, Self::Mps].into_iter().find(|role| role.id() == text).ok_or(Rule::Form("mopac or mps"))
    }
}

/// Who writes. The ledger keeps what it is told: whoever lets people in makes sure that it is true.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Author {
    /// Name: one line, at most [`LINE`] characters.
    pub actor: String,
    /// On whose behalf.
    pub role: Role,
}

/// The place that a challenge is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", content = "id", rename_all = "snake_case")]
pub enum Place {
    /// A hotspot of the release, by its identifier (`all-2026-10-3`).
    Hotspot(String),
    /// An area, by its code (`E09000007`).
    Area(String),
    /// A basic command unit, by its name.
    CommandUnit(String),
}

impl Place {
    /// Identifier, code or name.
    pub fn id(&self) -> &str {
        match self {
            Self::Hotspot(id) | Self::Area(id) | Self::CommandUnit(id) => id,
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Hotspot(id) => write!(f, "hotspot {id}"),
            Self::Area(id) => write!(f, "area {id}"),
            Self::CommandUnit(id) => write!(f, "command unit {id}"),
        }
    }
}

/// What [`crate::Ledger::raise`] asks, with the evidence that is frozen then.
#[derive(Debug, Clone, PartialEq)]
pub struct Question {
    /// Identifier of the release that the evidence is from.
    pub release: String,
    /// The place.
    pub place: Place,
    /// Names of the boroughs in which it lies, by which challenges are found.
    pub boroughs: Vec<String>,
    /// Kind of resource, as the resources file calls it (`officers`, `patrol_hours`).
    pub resource: String,
    /// The question, in words.
    pub question: String,
    /// The evidence on which it rests: any JSON up to [`EVIDENCE`] bytes.
    pub evidence: Value,
    /// The periods that hold for this challenge.
    pub periods: Periods,
}

impl Question {
    /// The digest under which its evidence is frozen.
    pub fn digest(&self) -> Digest {
        Digest::of(canonical_json(&self.evidence).as_bytes())
    }
}

/// A question about a place, as it was raised.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Raise {
    /// Identifier of the release that the evidence is from.
    pub release: String,
    /// The place.
    pub place: Place,
    /// Names of the boroughs in which it lies, by which challenges are found.
    pub boroughs: Vec<String>,
    /// Kind of resource, as the resources file calls it (`officers`, `patrol_hours`).
    pub resource: String,
    /// The question, in words.
    pub question: String,
    /// Digest of the canonical JSON of the evidence on which it rests.
    pub evidence: Digest,
    /// The periods that hold for this challenge, as they were when it was raised.
    pub periods: Periods,
}

/// A change of a resource that an answer promises.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ResourceChange {
    /// Kind of resource.
    pub resource: String,
    /// How much more, or less when negative.
    pub amount: f64,
    /// Of what (`officers`, `hours a week`).
    pub unit: String,
    /// From which day on.
    #[serde(with = "day")]
    pub from: Date,
}

/// What the MPS answers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Answer {
    /// The answer, in words.
    pub text: String,
    /// What will be done; that nothing will be is an action too.
    pub action: String,
    /// The day by which it will be done.
    #[serde(with = "day")]
    pub by: Date,
    /// A change of a resource, if one is promised.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub change: Option<ResourceChange>,
}

/// What became of it. Figures are kept as they are given, with n, period, unit and interval in words or JSON: the ledger computes none.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Effect {
    /// Figures before the change.
    pub before: String,
    /// Figures after it.
    pub after: String,
    /// The last day that the figures after it count.
    #[serde(with = "day")]
    pub measured_to: Date,
}

/// One step in the life of a challenge.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Step {
    /// MOPAC asks.
    Raise(Raise),
    /// The MPS has seen it.
    Acknowledge,
    /// The MPS answers.
    Answer(Answer),
    /// MOPAC accepts the answer.
    Accept {
        /// Why.
        reason: String,
    },
    /// MOPAC does not accept it, and asks for another.
    Escalate {
        /// Why not.
        reason: String,
    },
    /// MOPAC closes the challenge.
    Close {
        /// With what result.
        reason: String,
    },
    /// Either side records what became of it.
    Effect(Effect),
}

/// Kind of a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A question.
    Raise,
    /// Seen.
    Acknowledge,
    /// An answer.
    Answer,
    /// The answer is accepted.
    Accept,
    /// The answer is not accepted.
    Escalate,
    /// Closed.
    Close,
    /// What became of it.
    Effect,
}

impl Kind {
    /// All of them, in the order of a life.
    pub const ALL: [Self; 7] =
        [Self::Raise, Self::Acknowledge, Self::Answer, Self::Accept, Self::Escalate, Self::Close, Self::Effect];

    /// Who may do it.
    pub const fn roles(self) -> &'static [Role] {
        match self {
            Self::Raise | Self::Accept | Self::Escalate | Self::Close => &[Role::Mopac],
            Self::Acknowledge | Self::Answer => &[Role::Mps],
            Self::Effect => &[Role::Mopac, Role::Mps],
        }
    }

    /// Name: `raise`, `acknowledge`, and so on.
    pub const fn id(self) -> &'static str {
        match self {
            Self::Raise => "raise",
            Self::Acknowledge => "acknowledge",
            Self::Answer => "answer",
            Self::Accept => "accept",
            Self::Escalate => "escalate",
            Self::Close => "close",
            Self::Effect => "effect",
        }
    }

    /// What stands before its name.
    pub(crate) const fn article(self) -> &'static str {
        match self {
            Self::Raise | Self::Close => "a",
            Self::Acknowledge | Self::Answer | Self::Accept | Self::Escalate | Self::Effect => "an",
        }
    }

    /// What has been done: `raised`, `acknowledged`, and so on.
    pub const fn done(self) -> &'static str {
        match self {
            Self::Raise => "raised",
            Self::Acknowledge => "acknowledged",
            Self::Answer => "answered",
            Self::Accept => "accepted",
            Self::Escalate => "escalated",
            Self::Close => "closed",
            Self::Effect => "reviewed",
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.id())
    }
}

impl Author {
    /// The name without spaces at its ends.
    pub(crate) fn checked(&self) -> Result<Self> {
        Ok(Self { actor: line("the actor", &self.actor, LINE)?, role: self.role })
    }
}

impl Step {
    /// Its kind.
    pub const fn kind(&self) -> Kind {
        match self {
            Self::Raise(_) => Kind::Raise,
            Self::Acknowledge => Kind::Acknowledge,
            Self::Answer(_) => Kind::Answer,
            Self::Accept { .. } => Kind::Accept,
            Self::Escalate { .. } => Kind::Escalate,
            Self::Close { .. } => Kind::Close,
            Self::Effect(_) => Kind::Effect,
        }
    }

    /// The step as it is written: every text checked, without spaces at its ends.
    pub(crate) fn checked(self) -> Result<Self> {
        Ok(match self {
            Self::Raise(raise) => Self::Raise(raise.checked()?),
            Self::Acknowledge => Self::Acknowledge,
            Self::Answer(answer) => Self::Answer(answer.checked()?),
            Self::Accept { reason } => Self::Accept { reason: text("the reason", &reason, TEXT)? },
            Self::Escalate { reason } => Self::Escalate { reason: text("the reason", &reason, TEXT)? },
            Self::Close { reason } => Self::Close { reason: text("the reason", &reason, TEXT)? },
            Self::Effect(effect) => Self::Effect(Effect {
                before: text("the figures before", &effect.before, TEXT)?,
                after: text("the figures after", &effect.after, TEXT)?,
                measured_to: effect.measured_to,
            }),
        })
    }

    /// What is hashed: canonical JSON of all but the kind, which has a field of its own.
    pub(crate) fn body(&self) -> String {
        let mut value = serde_json::to_value(self).expect("texts, days and finite numbers have a JSON");
        value.as_object_mut().and_then(|fields| fields.remove("kind"));
        canonical_json(&value)
    }

    fn read(kind: &str, body: &str) -> Option<Self> {
        let mut value: Value = serde_json::from_str(body).ok()?;
        value.as_object_mut()?.insert("kind".to_owned(), kind.into());
        serde_json::from_value(value).ok()
    }
}

impl Raise {
    fn checked(self) -> Result<Self> {
        let place = match self.place {
            Place::Hotspot(id) => Place::Hotspot(identifier("the hotspot", &id, LINE)?),
            Place::Area(id) => Place::Area(identifier("the area code", &id, LINE)?),
            Place::CommandUnit(name) => Place::CommandUnit(line("the command unit", &name, LINE)?),
        };
        if self.boroughs.len() > BOROUGHS {
            return Err(Rule::TooMany(BOROUGHS).of("boroughs"));
        }
        let mut boroughs = self.boroughs.iter().map(|name| line("a borough", name, LINE)).collect::<Result<Vec<_>>>()?;
        boroughs.sort();
        boroughs.dedup();
        Ok(Self {
            release: identifier("the release", &self.release, LINE)?,
            place,
            boroughs,
            resource: identifier("the kind of resource", &self.resource, LINE)?,
            question: text("the question", &self.question, TEXT)?,
            evidence: self.evidence,
            periods: self.periods.checked()?,
        })
    }
}

impl Answer {
    fn checked(self) -> Result<Self> {
        let change = self.change.map(|change| {
            if !change.amount.is_finite() {
                return Err(Rule::NotFinite.of("the amount"));
            }
            Ok(ResourceChange {
                resource: identifier("the kind of resource", &change.resource, LINE)?,
                unit: line("the unit", &change.unit, LINE)?,
                ..change
            })
        });
        Ok(Self {
            text: text("the answer", &self.text, TEXT)?,
            action: text("the action", &self.action, TEXT)?,
            by: self.by,
            change: change.transpose()?,
        })
    }
}

/// One event of the record, whose hash was found right when it was read.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Event {
    /// Number in the record, from 1 without a gap.
    pub seq: u64,
    /// When it was written, in microseconds since 1970-01-01 UTC.
    pub at_us: i64,
    /// The challenge.
    pub challenge: ChallengeId,
    /// What was done.
    pub kind: Kind,
    /// Who did it.
    #[serde(flatten)]
    pub author: Author,
    /// Key of the form it came from; empty when there was none.
    pub key: String,
    /// What was written, as the canonical JSON that was hashed.
    pub body: String,
    /// Hash of the event before; zeros for the first.
    pub prev_hash: Digest,
    /// Hash of this one.
    pub hash: Digest,
}

impl Event {
    /// When it was written.
    pub fn at(&self) -> Timestamp {
        Timestamp::from_microsecond(self.at_us).expect("a time that was read is one")
    }

    /// What was written.
    ///
    /// # Errors
    /// [`Fault::Unreadable`] when the body is of another form than the ledger writes.
    pub fn step(&self) -> Result<Step> {
        Step::read(self.kind.id(), &self.body).ok_or(Error::Damaged(Fault::Unreadable { seq: self.seq }))
    }

    /// Believes a row when its hash is right and its fields are of their forms.
    pub(crate) fn believed(row: Row) -> std::result::Result<Self, Fault> {
        let seq = u64::try_from(row.seq).unwrap_or_default();
        let hash = row.computed();
        if hash.to_string() != row.hash {
            return Err(Fault::Altered { seq });
        }
        let unreadable = Fault::Unreadable { seq };
        let kind = Kind::ALL.into_iter().find(|kind| kind.id() == row.kind).ok_or(unreadable)?;
        Timestamp::from_microsecond(row.at_us).map_err(|_no_time| unreadable)?;
        Ok(Self {
            seq,
            at_us: row.at_us,
            challenge: row.challenge.parse().map_err(|_no_id| unreadable)?,
            kind,
            author: Author { actor: row.actor, role: row.role.parse().map_err(|_no_role| unreadable)? },
            key: row.key,
            body: row.body,
            prev_hash: row.prev_hash.parse().map_err(|_no_digest| unreadable)?,
            hash,
        })
    }
}

/// Days as `2026-10-31`.
pub(crate) mod day {
    use jiff::civil::Date;
    use serde::{Deserialize, Deserializer, Serializer};

    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
    pub fn serialize<S: Serializer>(day: &Date, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(day)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Date, D::Error> {
        // The text is not quoted: it may be anything.
        String::deserialize(from)?.parse().map_err(|_no_day| serde::de::Error::custom("a day is written as 2026-10-31"))
    }
}
