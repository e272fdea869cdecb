//! The record of challenges. It holds what people wrote, and evidence that was released when it was frozen.

use super::bytes;
use hotspot_ledger::{Challenge, Entry, Event, Head, Kind, canonical_json};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

/// Challenges, by identifier.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Threads<'a> {
    /// The day in London by which it is said what is overdue.
    on: String,
    challenges: Vec<Thread<'a>>,
}

/// A challenge as it stands.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Thread<'a> {
    #[schema(example = "C-2026-0001")]
    id: String,
    /// raised, acknowledged, answered, accepted, escalated, closed or reviewed.
    state: &'static str,
    /// What has to be done next; null in the end.
    due: Option<DueEntry>,
    overdue: bool,
    raised_on: String,
    release: &'a str,
    /// hotspot, area or command_unit.
    place_kind: &'static str,
    place: &'a str,
    boroughs: &'a [String],
    /// Kind of resource.
    resource: &'a str,
    question: &'a str,
    /// SHA-256 of the canonical JSON of the evidence.
    evidence: String,
    /// How long each side has, in words.
    periods: String,
    /// What may follow, and who may do it.
    next: Vec<NextStep>,
    history: Vec<ResourceHistoryEntry<'a>>,
}

#[derive(Debug, Serialize, ToSchema)]
struct DueEntry {
    duty: String,
    /// mopac or mps.
    by: &'static str,
    /// The last day on which it is in time.
    on: String,
}

#[derive(Debug, Serialize, ToSchema)]
struct NextStep {
    step: &'static str,
    roles: Vec<&'static str>,
}

#[derive(Debug, Serialize, ToSchema)]
struct ResourceHistoryEntry<'a> {
    /// Number in the record.
    seq: u64,
    /// Microseconds since 1970-01-01 UTC.
    at_us: i64,
    /// The day in London.
    on: String,
    actor: &'a str,
    role: &'static str,
    step: &'static str,
    /// What was written.
    #[schema(value_type = Object)]
    said: Value,
}

/// A challenge with its events as they were hashed, and its evidence.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct WholeThread<'a> {
    #[serde(flatten)]
    thread: Thread<'a>,
    events: Vec<StepEntry<'a>>,
    /// The evidence, as it was frozen.
    #[schema(value_type = Object)]
    frozen: Value,
}

/// An event of the record.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct StepEntry<'a> {
    seq: u64,
    at_us: i64,
    challenge: String,
    kind: &'static str,
    actor: &'a str,
    role: &'static str,
    /// Key of the form; empty when there was none.
    key: &'a str,
    /// The canonical JSON that was hashed.
    body: &'a str,
    prev_hash: String,
    hash: String,
}

/// What was written.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Written {
    challenge: String,
    step: &'static str,
    seq: u64,
    /// Hash of the event: kept elsewhere, seq:hash is a checkpoint.
    hash: String,
}

/// The whole chain was found right.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Verified {
    events: u64,
    /// seq:hash of the last event.
    head: String,
}

/// A question about a place of the answer.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RaiseBody {
    /// Who writes: not checked. Refused where people sign in: then it is whoever is signed in.
    #[serde(default)]
    pub actor: String,
    /// mopac. Refused where people sign in.
    #[serde(default)]
    pub role: String,
    /// Sent twice with the same key, it is written once.
    pub key: Option<String>,
    /// Id of a release; default the newest.
    pub release: Option<String>,
    /// hotspot (default), borough, bcu, or area of a release on areas and of published figures.
    pub level: Option<String>,
    /// all (default) or a strand that the release analyses.
    pub strand: Option<String>,
    /// need (default), area, residents or equal.
    pub apportion: Option<String>,
    /// Kind of resource.
    pub kind: String,
    /// Id of a place of the answer.
    pub place: String,
    /// The question, in words.
    pub question: String,
}

/// A step; which fields it has depends on the step.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct StepBody {
    /// Who writes: not checked. Refused where people sign in: then it is whoever is signed in.
    #[serde(default)]
    pub actor: String,
    /// mopac or mps. Refused where people sign in.
    #[serde(default)]
    pub role: String,
    /// Sent twice with the same key, it is written once.
    pub key: Option<String>,
    /// answer: in words.
    pub text: Option<String>,
    /// answer: what will be done.
    pub action: Option<String>,
    /// answer: the day by which, YYYY-MM-DD.
    pub by: Option<String>,
    /// answer: kind of a resource that is changed; then amount, unit and first day too.
    pub change_resource: Option<String>,
    /// answer: how much more, or less when negative.
    pub change_amount: Option<String>,
    /// answer: of what.
    pub change_unit: Option<String>,
    /// answer: first day of the change, YYYY-MM-DD.
    pub change_from: Option<String>,
    /// accept, escalate, close: why.
    pub reason: Option<String>,
    /// effect: figures before the change, with n, period, unit and interval.
    pub before: Option<String>,
    /// effect: figures after it.
    pub after: Option<String>,
    /// effect: the last day that the figures after it count, YYYY-MM-DD.
    pub measured_to: Option<String>,
}

fn history(entry: &Entry) -> ResourceHistoryEntry<'_> {
    let mut said = serde_json::to_value(&entry.step).expect("texts, days and finite numbers have a JSON");
    said.as_object_mut().and_then(|fields| fields.remove("kind"));
    ResourceHistoryEntry {
        seq: entry.seq,
        at_us: entry.at_us,
        on: entry.on.to_string(),
        actor: &entry.author.actor,
        role: entry.author.role.id(),
        step: entry.step.kind().id(),
        said,
    }
}

fn thread(challenge: &Challenge, on: Date) -> Thread<'_> {
    let raised = &challenge.raised;
    let next = |kind: &Kind| NextStep { step: kind.id(), roles: kind.roles().iter().map(|role| role.id()).collect() };
    Thread {
        id: challenge.id.to_string(),
        state: challenge.state.id(),
        due: challenge.due.map(|due| DueEntry { duty: due.duty.to_string(), by: due.duty.by().id(), on: due.on.to_string() }),
        overdue: challenge.overdue(on),
        raised_on: challenge.raised_on().to_string(),
        release: &raised.release,
        place_kind: match raised.place {
            hotspot_ledger::Place::Hotspot(_) => "hotspot",
            hotspot_ledger::Place::Area(_) => "area",
            hotspot_ledger::Place::CommandUnit(_) => "command_unit",
        },
        place: raised.place.id(),
        boroughs: &raised.boroughs,
        resource: &raised.resource,
        question: &raised.question,
        evidence: raised.evidence.to_string(),
        periods: raised.periods.to_string(),
        next: challenge.state.next().iter().map(next).collect(),
        history: challenge.history.iter().map(history).collect(),
    }
}

fn event(event: &Event) -> StepEntry<'_> {
    StepEntry {
        seq: event.seq,
        at_us: event.at_us,
        challenge: event.challenge.to_string(),
        kind: event.kind.id(),
        actor: &event.author.actor,
        role: event.author.role.id(),
        key: &event.key,
        body: &event.body,
        prev_hash: event.prev_hash.to_string(),
        hash: event.hash.to_string(),
    }
}

pub(crate) fn threads(challenges: &[Challenge], on: Date) -> Vec<u8> {
    bytes(&Threads { on: on.to_string(), challenges: challenges.iter().map(|c| thread(c, on)).collect() })
}

pub(crate) fn whole_thread(challenge: &Challenge, events: &[Event], evidence: &str, on: Date) -> Vec<u8> {
    let frozen = serde_json::from_str(evidence).unwrap_or(Value::Null);
    bytes(&WholeThread { thread: thread(challenge, on), events: events.iter().map(event).collect(), frozen })
}

pub(crate) fn written(event: &Event) -> Vec<u8> {
    bytes(&Written { challenge: event.challenge.to_string(), step: event.kind.id(), seq: event.seq, hash: event.hash.to_string() })
}

pub(crate) fn verified(head: Head) -> Vec<u8> {
    bytes(&Verified { events: head.seq, head: head.to_string() })
}

/// One event a line, in order.
pub(crate) fn export(events: &[Event]) -> Vec<u8> {
    let mut lines = Vec::new();
    for one in events {
        lines.extend(bytes(&event(one)));
        lines.push(b'\n');
    }
    lines
}

/// The frozen evidence, to be read: keys and values one below the other.
pub(crate) fn readable(evidence: &str) -> String {
    let value: Value = serde_json::from_str(evidence).unwrap_or(Value::Null);
    serde_json::to_string_pretty(&value).unwrap_or_else(|_| canonical_json(&value))
}
