//! Before and after a change of a resource.

use super::{Period, bytes};
use hotspot_core::Strand;
use hotspot_core::hotspot::Estimate;
use hotspot_core::resource::effect::{Effect, NO_CAUSE, Side, Stretch};
use hotspot_core::view::EffectsView;
use serde::Serialize;
use utoipa::ToSchema;

/// Before and after, wherever an amount changed, by kind and day.
#[derive(Debug, Serialize, ToSchema)]
struct EffectsAnswer<'a> {
    release: &'a str,
    /// Null for all records.
    strand: Option<&'static str>,
    /// Months before, and after, at most.
    months: u16,
    /// To be shown with every figure.
    caveat: &'static str,
    effects: Vec<ResourceEffectEntry<'a>>,
}

/// A change of a resource, and the incidents before and after it.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ResourceEffectEntry<'a> {
    pub(super) kind: &'a str,
    unit: &'a str,
    /// planned or delivered; null where an answer to a challenge says it.
    status: Option<&'static str>,
    /// Identifier of the hotspot, code of the area, name of the command unit, `lon lat reach_m` of a point, or all.
    place: &'a str,
    name: &'a str,
    /// The first day of the change.
    on: String,
    /// How much more; less when negative.
    by: f64,
    /// What was there before and after; null where an answer to a challenge says it.
    amounts: Option<[StretchEntry; 2]>,
    /// Months that are compared, before and after; null where there are too few.
    periods: Option<[Period; 2]>,
    /// The place, its ring (units that touch it) and the control (units that neither lie in nor touch a place where the kind changed).
    areas: Option<Areas>,
    /// How much more the counts of months vary than by chance.
    dispersion: f64,
    /// In incidents over the months after; null where nothing can be compared.
    difference: Option<DifferenceEntry>,
    /// The count that was to be expected at the place after: from the counts before, which are drawn down where they ran high, and what the
    /// control did.
    expected: Option<Limits>,
    /// The place is a hotspot that incidents before, after the change helped to find.
    found_in: [bool; 2],
    /// fewer, more, not_clear or cannot_tell; it says nothing of why.
    verdict: &'static str,
    /// Why it cannot be told.
    why: Option<&'static str>,
    /// All of it in words.
    sentence: String,
    /// What the step effect of the ledger keeps; null where nothing was counted.
    ledger: Option<LedgerEntry>,
}

#[derive(Debug, Serialize, ToSchema)]
struct StretchEntry {
    from: String,
    to: String,
    /// Mean over the days.
    amount: f64,
}

#[derive(Debug, Serialize, ToSchema)]
struct Areas {
    place: SideEntry,
    ring: SideEntry,
    control: SideEntry,
}

#[derive(Debug, Serialize, ToSchema)]
struct SideEntry {
    units: u32,
    /// Before and after.
    incidents: [u32; 2],
    /// What its units were to expect over the months before.
    expected_before: f64,
}

/// Weighted displacement difference with its 95 % intervals.
#[derive(Debug, Serialize, ToSchema)]
struct DifferenceEntry {
    /// Change of the place less that of the control.
    place: Limits,
    /// Change of the ring less that of the control; null without a ring.
    ring: Option<Limits>,
    /// Both.
    both: Limits,
}

/// A mean with its 95 % interval.
#[derive(Debug, Serialize, ToSchema)]
struct Limits {
    mean: f64,
    lo: f64,
    hi: f64,
}

#[derive(Debug, Serialize, ToSchema)]
struct LedgerEntry {
    before: String,
    after: String,
    measured_to: String,
}

impl From<&Estimate> for Limits {
    fn from(e: &Estimate) -> Self {
        Self { mean: e.mean, lo: e.lo, hi: e.hi }
    }
}

impl From<&Side> for SideEntry {
    fn from(side: &Side) -> Self {
        Self { units: side.units, incidents: side.incidents, expected_before: side.expected[0] }
    }
}

impl From<&Stretch> for StretchEntry {
    fn from(s: &Stretch) -> Self {
        Self { from: s.from.to_string(), to: s.to.to_string(), amount: s.amount }
    }
}

pub(super) fn entry(effect: &Effect) -> ResourceEffectEntry<'_> {
    let change = &effect.change;
    let after = effect.months.map(|[_, after]| after);
    ResourceEffectEntry {
        kind: &change.kind,
        unit: &change.unit,
        status: change.status.map(hotspot_core::resource::challenge::Status::id),
        place: &effect.id,
        name: &effect.name,
        on: change.on.to_string(),
        by: change.by,
        amounts: change.amounts.as_ref().map(|[before, after]| [before.into(), after.into()]),
        periods: effect.months.map(|[before, after]| [before.into(), after.into()]),
        areas: effect.sides.as_ref().map(|[place, ring, control]| Areas {
            place: place.into(),
            ring: ring.into(),
            control: control.into(),
        }),
        dispersion: effect.dispersion,
        difference: effect.comparison.as_ref().map(|c| DifferenceEntry {
            place: (&c.place).into(),
            ring: c.ring.as_ref().map(Limits::from),
            both: (&c.both).into(),
        }),
        expected: effect.comparison.as_ref().map(|c| (&c.expected).into()),
        found_in: effect.found_in,
        verdict: effect.found.id(),
        why: effect.why,
        sentence: effect.sentence(),
        ledger: effect.before().zip(effect.after()).zip(after).map(|((before, after), months)| LedgerEntry {
            before,
            after,
            measured_to: months.to().last_day().to_string(),
        }),
    }
}

/// Before and after as JSON: what `hotspot effect --json` prints. An analyst's terminal gets it; the server has it in its answers.
pub fn effects_json(view: &EffectsView) -> Vec<u8> {
    bytes(&EffectsAnswer {
        release: &view.release,
        strand: view.strand.map(Strand::id),
        months: view.months,
        caveat: NO_CAUSE,
        effects: view.effects.iter().map(entry).collect(),
    })
}
