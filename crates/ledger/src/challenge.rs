//! A challenge: the fold of its events, the one state machine, and what is due.

use crate::chain::Fault;
use crate::error::{Error, Result, Rule};
use crate::event::{Answer, Author, Event, Kind, Raise, Role, Step, day};
use jiff::Timestamp;
use jiff::ToSpan;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// The day in London at a time: days of a challenge are counted there.
pub fn london_day(at: Timestamp) -> Date {
    let zone = TimeZone::get("Europe/London").expect("the time zones are compiled in");
    zone.to_datetime(at).date()
}

/// Identifier of a challenge: the year in which it was raised and its number in that year.
///
/// ```
/// use hotspot_ledger::ChallengeId;
/// let id: ChallengeId = "C-2026-0001".parse()?;
/// assert_eq!((id.year, id.number, id.to_string().as_str()), (2026, 1, "C-2026-0001"));
/// assert!("C-2026-1".parse::<ChallengeId>().is_err());
/// # Ok::<(), hotspot_ledger::Rule>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ChallengeId {
    /// Year, four digits.
    pub year: u16,
    /// Number in the year, from 1.
    pub number: u32,
}

impl fmt::Display for ChallengeId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "C-{:04}-{:04}", self.year, self.number)
    }
}

impl FromStr for ChallengeId {
    type Err = Rule;
    fn from_str(text: &str) -> std::result::Result<Self, Rule> {
        let read = || {
            let (year, number) = text.strip_prefix("C-")?.split_once('-')?;
            Some(Self { year: year.parse().ok()?, number: number.parse().ok()? })
        };
        // One way to write each: no sign, no zero too many or too few.
        read().filter(|id| id.number > 0 && id.to_string() == text).ok_or(Rule::Form("C-2026-0001"))
    }
}

impl From<ChallengeId> for String {
    fn from(id: ChallengeId) -> Self {
        id.to_string()
    }
}

impl TryFrom<String> for ChallengeId {
    type Error = Rule;
    fn try_from(text: String) -> std::result::Result<Self, Rule> {
        text.parse()
    }
}

/// How long each side has. A challenge keeps the periods with which it was raised.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Periods {
    /// Days from raising to acknowledging.
    pub acknowledge_days: u16,
    /// Days from raising, or from escalating, to an answer.
    pub answer_days: u16,
    /// Days from an answer to a decision on it.
    pub decision_days: u16,
    /// Months from closing to the effect: not recorded before, due then.
    pub effect_months: u16,
}

impl Default for Periods {
    fn default() -> Self {
        Self { acknowledge_days: 10, answer_days: 28, decision_days: 28, effect_months: 6 }
    }
}

impl Periods {
    pub(crate) fn checked(self) -> Result<Self> {
        let days = [self.acknowledge_days, self.answer_days, self.decision_days];
        if days.iter().all(|d| (1..=366).contains(d)) && (1..=60).contains(&self.effect_months) {
            return Ok(self);
        }
        Err(Rule::Form("1 to 366 days, and 1 to 60 months").of("the periods"))
    }
}

impl fmt::Display for Periods {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "acknowledge within {} days of raising, answer within {} days of raising or escalating, decide within {} days of the answer, \
             record the effect {} months after closing",
            self.acknowledge_days, self.answer_days, self.decision_days, self.effect_months
        )
    }
}

/// Where a challenge stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Asked.
    Raised,
    /// Seen by the MPS.
    Acknowledged,
    /// Answered, not judged yet.
    Answered,
    /// The answer is accepted.
    Accepted,
    /// The answer is not accepted: another is asked for.
    Escalated,
    /// Closed, its effect not recorded yet.
    Closed,
    /// Closed, its effect recorded: the end.
    Reviewed,
}

impl State {
    /// All of them, in the order of a life.
    pub const ALL: [Self; 7] =
        [Self::Raised, Self::Acknowledged, Self::Answered, Self::Accepted, Self::Escalated, Self::Closed, Self::Reviewed];

    /// What may follow: the whole state machine. Raising is what begins it.
    pub const fn next(self) -> &'static [Kind] {
        match self {
            Self::Raised => &[Kind::Acknowledge],
            Self::Acknowledged => &[Kind::Answer],
            Self::Answered => &[Kind::Accept, Kind::Escalate],
            Self::Accepted => &[Kind::Close],
            Self::Escalated => &[Kind::Answer, Kind::Close],
            Self::Closed => &[Kind::Effect],
            Self::Reviewed => &[],
        }
    }

    /// The state to which a step leads.
    pub const fn after(kind: Kind) -> Self {
        match kind {
            Kind::Raise => Self::Raised,
            Kind::Acknowledge => Self::Acknowledged,
            Kind::Answer => Self::Answered,
            Kind::Accept => Self::Accepted,
            Kind::Escalate => Self::Escalated,
            Kind::Close => Self::Closed,
            Kind::Effect => Self::Reviewed,
        }
    }

    /// Name: `raised`, `acknowledged`, and so on.
    pub const fn id(self) -> &'static str {
        match self {
            Self::Raised => "raised",
            Self::Acknowledged => "acknowledged",
            Self::Answered => "answered",
            Self::Accepted => "accepted",
            Self::Escalated => "escalated",
            Self::Closed => "closed",
            Self::Reviewed => "reviewed",
        }
    }
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.id())
    }
}

impl FromStr for State {
    type Err = Rule;
    fn from_str(text: &str) -> std::result::Result<Self, Rule> {
        let known = Self::ALL.into_iter().find(|state| state.id() == text);
        known.ok_or(Rule::Form("raised, acknowledged, answered, accepted, escalated, closed or reviewed"))
    }
}

/// What somebody has to do next.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Duty {
    /// The MPS acknowledges.
    Acknowledge,
    /// The MPS answers.
    Answer,
    /// MOPAC accepts or escalates.
    Decide,
    /// MOPAC closes, once the day of the promised action has come.
    Close,
    /// The effect is recorded.
    Effect,
}

impl Duty {
    /// Whose duty it is.
    pub const fn by(self) -> Role {
        match self {
            Self::Acknowledge | Self::Answer => Role::Mps,
            Self::Decide | Self::Close | Self::Effect => Role::Mopac,
        }
    }
}

impl fmt::Display for Duty {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Acknowledge => "acknowledge",
            Self::Answer => "answer",
            Self::Decide => "accept or escalate",
            Self::Close => "close",
            Self::Effect => "record the effect",
        })
    }
}

/// A duty and its last day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Due {
    /// What.
    pub duty: Duty,
    /// The last day on which it is in time.
    #[serde(with = "day")]
    pub on: Date,
}

/// One event in the life of a challenge.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// Number in the record.
    pub seq: u64,
    /// When, in microseconds since 1970-01-01 UTC.
    pub at_us: i64,
    /// The day of it in London.
    #[serde(with = "day")]
    pub on: Date,
    /// Who.
    #[serde(flatten)]
    pub author: Author,
    /// What.
    pub step: Step,
}

/// A challenge as it stands: nothing but what its events say.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Challenge {
    /// Identifier.
    pub id: ChallengeId,
    /// Where it stands.
    pub state: State,
    /// What has to be done next, and by when; nothing in the end.
    pub due: Option<Due>,
    /// The question, with its place, release and evidence.
    pub raised: Raise,
    /// All that happened, the raising first.
    pub history: Vec<Entry>,
}

impl Challenge {
    /// Whether a step may follow: where the challenge stands, who may do it, and when.
    ///
    /// # Errors
    /// [`Error::NotYours`], [`Error::NotNow`] or [`Error::TooEarly`].
    pub fn permits(&self, kind: Kind, role: Role, at: Timestamp) -> Result<()> {
        if !self.state.next().contains(&kind) {
            return Err(Error::NotNow { id: self.id, state: self.state, step: kind });
        }
        if !kind.roles().contains(&role) {
            return Err(Error::NotYours { step: kind, role });
        }
        match self.due {
            Some(Due { duty: Duty::Effect, on }) if london_day(at) < on => Err(Error::TooEarly { id: self.id, from: on }),
            _ => Ok(()),
        }
    }

    /// Whether its duty was not done in time, on a day: the last day itself is in time.
    pub fn overdue(&self, on: Date) -> bool {
        self.due.is_some_and(|due| due.on < on)
    }

    /// The last answer.
    pub fn answer(&self) -> Option<&Answer> {
        self.history.iter().rev().find_map(|entry| if let Step::Answer(answer) = &entry.step { Some(answer) } else { None })
    }

    /// The day on which it was raised.
    pub fn raised_on(&self) -> Date {
        self.history[0].on
    }

    /// The challenges that events make, by identifier, and the first event that breaks a rule. Each event's own hash is right.
    pub(crate) fn fold(events: &[Event]) -> std::result::Result<Vec<Self>, Fault> {
        let mut all: std::collections::BTreeMap<ChallengeId, Self> = std::collections::BTreeMap::new();
        for event in events {
            let unlawful = Fault::Unlawful { seq: event.seq, kind: event.kind };
            let step = event.step().map_err(|_of_another_form| Fault::Unreadable { seq: event.seq })?;
            let (at, role) = (event.at(), event.author.role);
            let entry = |step| Entry { seq: event.seq, at_us: event.at_us, on: london_day(at), author: event.author.clone(), step };
            match (all.get_mut(&event.challenge), step) {
                (None, Step::Raise(raise)) if Kind::Raise.roles().contains(&role) => {
                    let history = vec![entry(Step::Raise(raise.clone()))];
                    let mut new = Self { id: event.challenge, state: State::Raised, due: None, raised: raise, history };
                    new.due = new.duty();
                    all.insert(event.challenge, new);
                }
                (Some(known), step) => {
                    known.permits(event.kind, role, at).map_err(|_not_allowed| unlawful)?;
                    known.history.push(entry(step));
                    known.state = State::after(event.kind);
                    known.due = known.duty();
                }
                (None, _) => return Err(unlawful),
            }
        }
        Ok(all.into_values().collect())
    }

    fn duty(&self) -> Option<Due> {
        let periods = self.raised.periods;
        let last = self.history[self.history.len() - 1].on;
        let days = |from: Date, days: u16| from.saturating_add(i64::from(days).days());
        let (duty, on) = match self.state {
            State::Raised => (Duty::Acknowledge, days(last, periods.acknowledge_days)),
            State::Acknowledged => (Duty::Answer, days(self.raised_on(), periods.answer_days)),
            State::Escalated => (Duty::Answer, days(last, periods.answer_days)),
            State::Answered => (Duty::Decide, days(last, periods.decision_days)),
            // What was promised is looked at on the day for which it was promised.
            State::Accepted => (Duty::Close, self.answer().map_or(last, |answer| answer.by.max(last))),
            State::Closed => (Duty::Effect, last.saturating_add(i64::from(periods.effect_months).months())),
            State::Reviewed => return None,
        };
        Some(Due { duty, on })
    }
}
