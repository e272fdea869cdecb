//! What a form or a body says, as a step of the ledger. A fault names the field and its rule, never what was written.

use crate::problem::ApiError;
use crate::query::BadParameter;
use crate::views::StepBody;
use hotspot_ledger::{Answer, Author, Effect, Error, Kind, ResourceChange, Role, Step};
use jiff::civil::Date;

/// A field that breaks its rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Fault {
    pub field: &'static str,
    /// What it must be, as a sentence for the person who writes.
    pub said: String,
}

impl Fault {
    fn new(field: &'static str, said: impl Into<String>) -> Self {
        Self { field, said: said.into() }
    }

    pub fn into_parameter(self) -> ApiError {
        BadParameter::new(self.field, self.said).into()
    }
}

/// Who writes.
pub(crate) fn author(actor: &str, role: &str) -> Result<Author, ApiError> {
    let role: Role = role.parse().map_err(|_no_role| BadParameter::new("role", "mopac, mps"))?;
    Ok(Author { actor: actor.to_owned(), role })
}

/// The field of a form that the ledger speaks of.
pub(crate) fn fault_of(error: &Error) -> Option<Fault> {
    let Error::Field { field, rule } = error else { return None };
    let id = match *field {
        "the actor" => "actor",
        "the question" => "question",
        "the answer" => "text",
        "the action" => "action",
        "the day by which it will be done" => "by",
        "the kind of resource" => "change_resource",
        "the amount" => "change_amount",
        "the unit" => "change_unit",
        "the reason" => "reason",
        "the figures before" => "before",
        "the figures after" => "after",
        _ => return None,
    };
    let name = match id {
        "actor" => "Your name",
        "question" => "The question",
        "text" => "The answer",
        "action" => "The action",
        "by" => "The day",
        "change_resource" => "The kind of resource",
        "change_amount" => "The amount",
        "change_unit" => "The unit",
        "before" => "The figures before",
        "after" => "The figures after",
        _ => "The reason",
    };
    Some(Fault::new(id, format!("{name} {rule}")))
}

/// The step, or every fault of its fields.
pub(crate) fn step(kind: Kind, body: &StepBody) -> Result<Step, Vec<Fault>> {
    let mut faults = Vec::new();
    let mut text = |field: &'static str, given: &Option<String>, must: &str| {
        let text = given.as_deref().map(str::trim).unwrap_or_default().to_owned();
        if text.is_empty() {
            faults.push(Fault::new(field, must));
        }
        text
    };
    let made = match kind {
        Kind::Raise | Kind::Acknowledge => Step::Acknowledge,
        Kind::Accept => Step::Accept { reason: text("reason", &body.reason, "Write why the answer is accepted") },
        Kind::Escalate => Step::Escalate { reason: text("reason", &body.reason, "Write why the answer is not accepted") },
        Kind::Close => Step::Close { reason: text("reason", &body.reason, "Write with what result it is closed") },
        Kind::Effect => {
            let before = text("before", &body.before, "Write the figures before the change");
            let after = text("after", &body.after, "Write the figures after the change");
            let measured_to =
                day("measured_to", body.measured_to.as_ref(), "the last day that the figures after count", &mut faults);
            Step::Effect(Effect { before, after, measured_to })
        }
        Kind::Answer => {
            let words = text("text", &body.text, "Write the answer");
            let action = text("action", &body.action, "Write what will be done; that nothing will be is an action too");
            let by = day("by", body.by.as_ref(), "the day by which it will be done", &mut faults);
            let change = change(body, &mut faults);
            Step::Answer(Answer { text: words, action, by, change })
        }
    };
    if faults.is_empty() { Ok(made) } else { Err(faults) }
}

fn day(field: &'static str, given: Option<&String>, what: &str, faults: &mut Vec<Fault>) -> Date {
    let read = given.and_then(|text| text.trim().parse::<Date>().ok()).filter(|d| (2000..2200).contains(&d.year()));
    read.unwrap_or_else(|| {
        faults.push(Fault::new(field, format!("Give {what}, such as 2027-05-01")));
        Date::ZERO
    })
}

/// A change of a resource: all four fields, or none.
fn change(body: &StepBody, faults: &mut Vec<Fault>) -> Option<ResourceChange> {
    let given = |text: &Option<String>| text.as_deref().map(str::trim).filter(|t| !t.is_empty()).map(str::to_owned);
    let [resource, amount, unit] = [&body.change_resource, &body.change_amount, &body.change_unit].map(given);
    if resource.is_none() && amount.is_none() && unit.is_none() && given(&body.change_from).is_none() {
        return None;
    }
    let before = faults.len();
    if resource.is_none() {
        faults.push(Fault::new("change_resource", "Name the kind of resource that is changed, or leave all of the change empty"));
    }
    let number = amount.and_then(|text| text.parse::<f64>().ok()).filter(|n| n.is_finite() && *n != 0.0);
    if number.is_none() {
        faults.push(Fault::new("change_amount", "Give the amount as a number, such as 2 or -1.5"));
    }
    if unit.is_none() {
        faults.push(Fault::new("change_unit", "Name the unit of the amount, such as fte"));
    }
    let from = day("change_from", body.change_from.as_ref(), "the first day of the change", faults);
    if faults.len() > before {
        return None;
    }
    Some(ResourceChange { resource: resource?, amount: number?, unit: unit?, from })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_is_whole_or_not_there_and_every_fault_is_named_at_once() {
        let some = |text: &str| Some(text.to_owned());
        let whole = StepBody { text: some("Yes."), action: some("Two more."), by: some("2027-05-01"), ..StepBody::default() };
        assert!(matches!(step(Kind::Answer, &whole), Ok(Step::Answer(a)) if a.change.is_none()));
        let fields = |body: &StepBody| step(Kind::Answer, body).unwrap_err().iter().map(|f| f.field).collect::<Vec<_>>();
        let half = StepBody { change_amount: some("two"), ..whole };
        assert_eq!(fields(&half), ["change_resource", "change_amount", "change_unit", "change_from"]);
        assert_eq!(fields(&StepBody::default()), ["text", "action", "by"]);
    }
}
