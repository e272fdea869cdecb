//! A challenge as it stands, and the form of its next step.

use super::{draw, roles, words};
use crate::auth::Visitor;
use crate::problem::ApiError;
use crate::state::AppState;
use crate::views::readable;
use hotspot_core::resource::challenge::CAVEAT;
use hotspot_ledger::{Challenge, Entry, Kind, State, Step, london_day};
use minijinja::{Value, context};
use std::collections::BTreeMap;

/// A step that was sent and not written.
pub(crate) struct Tried {
    pub step: Kind,
    pub values: BTreeMap<&'static str, String>,
    pub faults: Vec<(String, String)>,
}

/// The place, as people call it where the evidence has its name.
pub(super) fn place_words(challenge: &Challenge) -> String {
    let boroughs = &challenge.raised.boroughs;
    match boroughs.as_slice() {
        [one] => format!("{} ({one})", challenge.raised.place),
        _ => challenge.raised.place.to_string(),
    }
}

/// Draws the page.
pub(crate) fn thread(
    state: &AppState,
    visitor: &Visitor,
    challenge: &Challenge,
    evidence: &str,
    tried: Option<Tried>,
) -> Result<Vec<u8>, ApiError> {
    let today = london_day((state.challenges().now)());
    let (values_of, faults) = match tried {
        Some(tried) => (Some((tried.step, tried.values)), tried.faults),
        None => (None, Vec::new()),
    };
    let effect_from = challenge.due.filter(|due| challenge.state == State::Closed && due.on > today).map(|due| due.on);
    let steps: Vec<Value> = if effect_from.is_some() {
        Vec::new()
    } else {
        challenge
            .state
            .next()
            .iter()
            .map(|kind| {
                let values = values_of.as_ref().filter(|(step, _)| step == kind).map(|(_, v)| v.clone()).unwrap_or_default();
                step(state, visitor, *kind, values)
            })
            .collect()
    };
    let nothing = effect_from.map_or_else(
        || "This challenge is at its end.".to_owned(),
        |from| format!("What became of it can be recorded from {} on: a change shows only after a time.", words::day(from)),
    );
    let raised = &challenge.raised;
    let own = context! {
        id => challenge.id.to_string(),
        resource => words::kind(&raised.resource),
        place => place_words(challenge),
        state => challenge.state.id(),
        due => challenge.due.map(|due| format!("{}, by {} until {}", due.duty, due.duty.by(), words::day(due.on))),
        overdue => challenge.overdue(today),
        caveat => CAVEAT,
        history => challenge.history.iter().map(entry).collect::<Vec<_>>(),
        steps,
        nothing,
        token => &*visitor.token,
        release => &raised.release,
        place_id => raised.place.to_string(),
        boroughs => raised.boroughs.join(", "),
        digest => raised.evidence.to_string(),
        periods => raised.periods.to_string(),
        evidence => readable(evidence),
    };
    let served = state.catalog().find(Some(&raised.release)).ok().or_else(|| state.catalog().newest());
    draw("thread", visitor, served.as_deref(), &faults, own)
}

fn entry(entry: &Entry) -> Value {
    let title = match entry.step.kind() {
        Kind::Raise => "Raised",
        Kind::Acknowledge => "Acknowledged",
        Kind::Answer => "Answered",
        Kind::Accept => "Answer accepted",
        Kind::Escalate => "Answer not accepted",
        Kind::Close => "Closed",
        Kind::Effect => "What became of it",
    };
    context! {
        title,
        by => format!("{}, for {}", entry.author.actor, entry.author.role),
        on => words::day(entry.on),
        seq => entry.seq,
        said => said(&entry.step),
    }
}

/// What a step says, as a list of headings and texts.
fn said(step: &Step) -> Vec<(&'static str, String)> {
    match step {
        Step::Raise(raise) => vec![("Question", raise.question.clone())],
        Step::Acknowledge => Vec::new(),
        Step::Answer(answer) => {
            let mut said =
                vec![("Answer", answer.text.clone()), ("Action", answer.action.clone()), ("Done by", words::day(answer.by))];
            if let Some(change) = &answer.change {
                said.push((
                    "Change of resource",
                    format!(
                        "{}: {} {} from {}",
                        change.resource.replace('_', " "),
                        format!("{:+}", change.amount).replace('-', "−"),
                        change.unit,
                        words::day(change.from)
                    ),
                ));
            }
            said
        }
        Step::Accept { reason } | Step::Escalate { reason } | Step::Close { reason } => vec![("Reason", reason.clone())],
        Step::Effect(effect) => vec![
            ("Before", effect.before.clone()),
            ("After", effect.after.clone()),
            ("Measured to", words::day(effect.measured_to)),
        ],
    }
}

fn step(state: &AppState, visitor: &Visitor, kind: Kind, values: BTreeMap<&'static str, String>) -> Value {
    let [title, why, reason, button] = match kind {
        Kind::Raise | Kind::Acknowledge => {
            ["Acknowledge", "The MPS says that it has seen the question. The answer comes later.", "", "Acknowledge"]
        }
        Kind::Answer => ["Answer", "The MPS says why it is so and what will be done.", "", "Send the answer"],
        Kind::Accept => ["Accept the answer", "MOPAC accepts what will be done.", "Why it is accepted", "Accept the answer"],
        Kind::Escalate => {
            ["Do not accept the answer", "MOPAC asks for another answer.", "Why it is not accepted", "Ask for another answer"]
        }
        Kind::Close => ["Close", "MOPAC closes the challenge.", "With what result", "Close the challenge"],
        Kind::Effect => [
            "What became of it",
            "Either side records figures before and after. A difference does not show what caused it.",
            "",
            "Record what became of it",
        ],
    };
    let key = values.get("key").filter(|k| !k.is_empty()).cloned().unwrap_or_else(|| state.forms().key());
    // Whoever is signed in sees the form of what is his to do, and else whose it is.
    let other = match &visitor.principal {
        Some(principal) => !principal.author().is_ok_and(|author| kind.roles().contains(&author.role)),
        None => false,
    };
    context! { id => kind.id(), title, why, reason, button, key, values, other, roles => roles(kind) }
}
