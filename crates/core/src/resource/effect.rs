//! Before and after: did incidents change at a place when a resource of it changed, more than elsewhere, and did they move next door?
//!
//! # What is a change
//! The rows of one kind, place and status say how much was there on which days ([`changes`]; delivered amounts where there are any). Stretches of days
//! whose amounts differ by less than δ of the larger are one stretch, with the mean over its days. Two stretches that differ by more make a change, on
//! the first day of the later one. Days that no row holds are not known, which is not nothing.
//!
//! # What is compared
//! Whole months before and after, as many as are asked for at most: none in which the amount changes or is not known, none across a break of recording.
//!
//! * the **place**: the units that the rows are stated for;
//! * its **ring**: the units that touch it and are in no place where the kind changed. What moved next door would be there;
//! * the **control**: every unit that neither lies in nor touches a place where the kind changed.
//!
//! The difference is the weighted displacement difference ([`mod@crate::rate::displacement`]) in incidents over the months after: the counts before are
//! taken to that length, the control to the size of the place (and of its ring) by what their units were to expect, so that a change of the same
//! *proportion* everywhere is no difference. Place and ring together have a standard error of their own, as both are compared with the same control.
//! Standard errors are widened by the root of φ, by which counts of months vary more than by chance ([`super::need::dispersion`]).
//!
//! # Regression to the mean
//! A place that was chosen because it ran high falls by itself, and the difference above takes that for a success. So the number that was to be
//! expected after stands beside it: from the counts before by the model of all units, which draws high counts down ([`super::need`]), times
//! what the control did. Fewer is said only where the difference *and* this expectation say so. Where the incidents after the change helped to
//! find the hotspot, nothing is said of more.
//!
//! # Pitfalls
//! No causal claim: other things changed on the same day, and no trial shows that patrol reduces hate crime. More recorded incidents may be more trust.
//! Amounts are compared as they are stated: hours of a month and hours of a year are no levels; hours a week are.

use super::challenge::{ChallengeInput, Resource, Status, Target};
use super::gap::ChallengePolicy;
use super::geography::Geography;
use super::victims::NeedMeasure;
use crate::cube::Filter;
use crate::error::{Error, Result};
use crate::hotspot::Estimate;
use crate::month::{Month, MonthRange};
use crate::rate::GammaPosterior;
use crate::rate::displacement::{BeforeAfter, DisplacementCounts, DisplacementWeights, weighted_displacement};
use jiff::civil::Date;
use std::collections::BTreeMap;
use std::fmt;

/// Fewest months before, and after.
pub const MIN_MONTHS: usize = 3;
/// Level of the intervals.
const LEVEL: f64 = 0.95;

/// What stands beside every comparison that is shown.
pub const NO_CAUSE: &str = "Before and after are compared; that the change of the resource made the difference is not shown. Other things changed too, a \
                            place that ran high falls by itself, and more recorded incidents can mean that more people report.";

/// An amount, and the days on which it is known to have been there.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Stretch {
    /// First day.
    pub from: Date,
    /// Last day.
    pub to: Date,
    /// How much: the mean over the days.
    pub amount: f64,
}

/// A resource of a kind changed at a place.
#[derive(Debug, Clone, PartialEq)]
pub struct Change {
    /// Kind of resource.
    pub kind: String,
    /// Unit of its amounts.
    pub unit: String,
    /// Where.
    pub target: Target,
    /// Planned or delivered; `None` where an answer to a challenge says it.
    pub status: Option<Status>,
    /// The first day of it.
    pub on: Date,
    /// How much more; less when negative.
    pub by: f64,
    /// What was there before and after, where a table says so.
    pub amounts: Option<[Stretch; 2]>,
    /// Row (from 0) of the resources that the change begins with, where it comes from them.
    pub row: Option<u32>,
}

/// The changes that a table of resources holds, by kind, day and place. Amounts of one place and kind on one day are added up, as
/// [`super::challenge::challenge`] does; two that differ by less than `delta` of the larger are the same.
///
/// ```
/// use hotspot_core::resource::challenge::{Resource, Status, Target};
/// use hotspot_core::resource::effect::changes;
///
/// let row = |from: &str, to: &str, amount: f64| Resource {
///     kind: "patrol_hours".into(),
///     target: Target::Hotspot("all-2026-10-3".into()),
///     from: from.parse().unwrap(),
///     to: to.parse().unwrap(),
///     amount,
///     unit: "hours a week".into(),
///     status: Status::Delivered,
///     source: "duty system".into(),
/// };
/// let table = [row("2026-01-01", "2026-03-31", 40.0), row("2026-04-01", "2026-06-30", 44.0), row("2026-07-01", "2026-12-31", 12.0)];
/// let found = changes(&table, 0.2);
/// assert_eq!(found.len(), 1);
/// assert_eq!(found[0].on.to_string(), "2026-07-01");
/// assert!((found[0].amounts.unwrap()[0].amount - (90.0 * 40.0 + 91.0 * 44.0) / 181.0).abs() < 1e-9);
/// ```
pub fn changes(resources: &[Resource], delta: f64) -> Vec<Change> {
    let delivered = |kind: &str| resources.iter().any(|r| r.kind == kind && r.status == Status::Delivered);
    let mut status: BTreeMap<&str, Status> = BTreeMap::new();
    // A target has numbers: it is known by its text.
    let mut of: BTreeMap<(&str, &str, String), Vec<usize>> = BTreeMap::new();
    for (row, r) in resources.iter().enumerate() {
        let compared =
            *status.entry(&r.kind).or_insert_with(|| if delivered(&r.kind) { Status::Delivered } else { Status::Planned });
        if r.status == compared {
            of.entry((&r.kind, &r.unit, format!("{:?}", r.target))).or_default().push(row);
        }
    }
    let mut found: Vec<(String, Change)> = Vec::new();
    for ((kind, unit, target), rows) in of {
        let stretches = stretches(resources, &rows, delta);
        for pair in stretches.windows(2) {
            let [before, after] = [pair[0], pair[1]];
            if !differ(before.amount, after.amount, delta) {
                continue;
            }
            let row = rows.iter().find(|row| resources[**row].from == after.from).unwrap_or(&rows[0]);
            let change = Change {
                kind: kind.to_owned(),
                unit: unit.to_owned(),
                target: resources[*row].target.clone(),
                status: status.get(kind).copied(),
                on: after.from,
                by: after.amount - before.amount,
                amounts: Some([before, after]),
                row: Some(*row as u32),
            };
            found.push((target.clone(), change));
        }
    }
    found.sort_by(|(a, x), (b, y)| (&x.kind, x.on, a, &x.unit).cmp(&(&y.kind, y.on, b, &y.unit)));
    found.into_iter().map(|(_, change)| change).collect()
}

fn differ(a: f64, b: f64, delta: f64) -> bool {
    (a - b).abs() > delta * a.max(b)
}

/// The stretches of one place and kind, by day.
fn stretches(resources: &[Resource], rows: &[usize], delta: f64) -> Vec<Stretch> {
    // By day: what begins, and what ended the day before.
    let mut steps: BTreeMap<Date, (Vec<usize>, Vec<usize>)> = BTreeMap::new();
    for row in rows {
        steps.entry(resources[*row].from).or_default().0.push(*row);
        if let Ok(next) = resources[*row].to.tomorrow() {
            steps.entry(next).or_default().1.push(*row);
        }
    }
    let days: Vec<Date> = steps.keys().copied().collect();
    let mut there: Vec<usize> = Vec::new();
    let mut made: Vec<Stretch> = Vec::new();
    for (at, (day, (begins, ended))) in steps.iter().enumerate() {
        there.retain(|row| !ended.contains(row));
        there.extend(begins);
        let Some(to) = days.get(at + 1).and_then(|next| next.yesterday().ok()).filter(|_| !there.is_empty()) else { continue };
        // In the order of size, so that the sum has the same bits in any order of the file.
        let mut amounts: Vec<f64> = there.iter().map(|row| resources[*row].amount).collect();
        amounts.sort_by(f64::total_cmp);
        let amount: f64 = amounts.iter().sum();
        match made.last_mut() {
            Some(last) if last.to.tomorrow().ok() == Some(*day) && !differ(last.amount, amount, delta) => {
                let [had, has] = [days_of(last.from, last.to), days_of(*day, to)];
                last.amount = (last.amount * had + amount * has) / (had + has);
                last.to = to;
            }
            _ => made.push(Stretch { from: *day, to, amount }),
        }
    }
    made
}

fn days_of(from: Date, to: Date) -> f64 {
    f64::from(crate::month::day_number(to) - crate::month::day_number(from) + 1)
}

/// One of the three areas.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Side {
    /// Its units.
    pub units: u32,
    /// Incidents before and after.
    pub incidents: [u32; 2],
    /// What its units were to expect over the months before: mean and variance.
    pub expected: [f64; 2],
}

/// The figures of a comparison, in incidents over the months after.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Comparison {
    /// Change of the place less that of the control.
    pub place: Estimate,
    /// Change of the ring less that of the control; none without a ring.
    pub ring: Option<Estimate>,
    /// Both: the weighted displacement difference.
    pub both: Estimate,
    /// The count that was to be expected at the place, from the counts before and what the control did.
    pub expected: Estimate,
}

/// Compares before with after.
///
/// # Errors
/// [`Error::OutOfRange`] when place or control expects nothing, or a number of months is 0.
///
/// ```
/// use hotspot_core::resource::effect::{Side, compare};
///
/// let side = |before, after, expected: f64| Side { units: 10, incidents: [before, after], expected: [expected, expected] };
/// // Twelve months and six; the control fell by a fifth, and so did the place.
/// let made = compare(&side(100, 40, 100.0), None, &side(5_000, 2_000, 5_000.0), [12, 6], 1.0)?;
/// assert!(made.both.mean.abs() < 1e-9 && made.both.lo < 0.0 && made.both.hi > 0.0);
/// assert!((made.expected.mean - 40.0).abs() < 1e-9);
/// # Ok::<(), hotspot_core::Error>(())
/// ```
pub fn compare(place: &Side, ring: Option<&Side>, control: &Side, months: [usize; 2], dispersion: f64) -> Result<Comparison> {
    let of = |side: &Side| {
        let [before, after] = side.incidents.map(f64::from);
        BeforeAfter { before, after }
    };
    let periods = BeforeAfter { before: months[0] as f64 / months[1] as f64, after: 1.0 };
    let (wanted, whole) = (place.expected[0], control.expected[0]);
    let beside = ring.map_or(0.0, |r| r.expected[0]);
    let difference = |treated: BeforeAfter, expected: f64| -> Result<Estimate> {
        let counts = DisplacementCounts { treated, control: of(control), ..DisplacementCounts::default() };
        let weights = DisplacementWeights { periods, areas: [1.0, whole / expected, 1.0, 1.0] };
        let made = weighted_displacement(&counts, &weights, LEVEL)?;
        let wide = dispersion.max(1.0).sqrt();
        let mean = made.total.estimate;
        Ok(Estimate { mean, lo: mean + (made.lower - mean) * wide, hi: mean + (made.upper - mean) * wide })
    };
    let at_place = difference(of(place), wanted)?;
    let at_ring = match ring {
        Some(side) if side.expected[0] > 0.0 => Some(difference(of(side), side.expected[0])?),
        _ => None,
    };
    let both = match (ring, at_ring) {
        (Some(side), Some(_)) => {
            let (a, b) = (of(place), of(side));
            difference(BeforeAfter { before: a.before + b.before, after: a.after + b.after }, wanted + beside)?
        }
        _ => at_place,
    };
    // The control's own change, lengths of the windows in it.
    let trend = f64::from(control.incidents[1]) / f64::from(control.incidents[0]).max(1.0);
    let mean = wanted * trend;
    let variance = dispersion.max(1.0) * mean + place.expected[1] * trend * trend;
    let expected = if mean > 0.0 {
        GammaPosterior { shape: mean * mean / variance, rate: mean / variance }.interval(LEVEL)
    } else {
        Estimate { mean: 0.0, lo: 0.0, hi: 0.0 }
    };
    Ok(Comparison { place: at_place, ring: at_ring, both, expected })
}

/// What can be said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Found {
    /// Fewer than the control's change and the counts before would have.
    Fewer,
    /// More than these.
    More,
    /// Neither.
    NotClear,
    /// It cannot be told.
    CannotTell,
}

impl Found {
    /// Stable identifier.
    pub const fn id(self) -> &'static str {
        match self {
            Self::Fewer => "fewer",
            Self::More => "more",
            Self::NotClear => "not_clear",
            Self::CannotTell => "cannot_tell",
        }
    }
}

impl fmt::Display for Found {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Fewer => "fewer than expected",
            Self::More => "more than expected",
            Self::NotClear => "no clear difference",
            Self::CannotTell => "cannot tell",
        })
    }
}

/// What became of incidents where a resource changed.
#[derive(Debug, Clone, PartialEq)]
pub struct Effect {
    /// The change.
    pub change: Change,
    /// The place: identifier, code or name as supplied, and its name.
    pub id: String,
    /// Its name.
    pub name: String,
    /// The months before and after; none where there are none.
    pub months: Option<[MonthRange; 2]>,
    /// Place, ring and control.
    pub sides: Option<[Side; 3]>,
    /// φ of the months before.
    pub dispersion: f64,
    /// The figures; none where they cannot be had.
    pub comparison: Option<Comparison>,
    /// It is a hotspot that was found in incidents of before, of after.
    pub found_in: [bool; 2],
    /// What can be said.
    pub found: Found,
    /// Why it cannot be told, or is not clear.
    pub why: Option<&'static str>,
}

/// What can be said of a comparison, and why not.
pub fn say(comparison: &Comparison, after: u32, found_in: [bool; 2], policy: &ChallengePolicy) -> (Found, Option<&'static str>) {
    let n = f64::from(after);
    if comparison.expected.mean.max(n) < policy.minimum_expected {
        return (Found::CannotTell, Some("too few incidents were to be expected"));
    }
    if comparison.both.hi < 0.0 && n < comparison.expected.lo {
        return (Found::Fewer, None);
    }
    if comparison.both.lo > 0.0 && n > comparison.expected.hi {
        if found_in[1] {
            return (
                Found::CannotTell,
                Some("incidents after the change helped to find the hotspot, so that more there says nothing"),
            );
        }
        return (Found::More, None);
    }
    let unlike = n < comparison.expected.lo || n > comparison.expected.hi;
    (
        Found::NotClear,
        unlike.then_some(
            "it differs from what the counts before let expect, but with the units round it not from the places compared with",
        ),
    )
}

/// What became of incidents at each change; at most [`ChallengeInput::months`] before and after.
///
/// # Errors
/// [`Error::Row`] when the place of a change does not exist, [`Error::OutOfRange`] for one that is of no row; [`Error::NoReference`] without units.
pub fn effects(input: &ChallengeInput<'_>, changes: &[Change]) -> Result<Vec<Effect>> {
    effects_in(&Geography::new(input)?, input, changes)
}

/// The same, where the units are known.
pub(super) fn effects_in(geography: &Geography<'_>, input: &ChallengeInput<'_>, changes: &[Change]) -> Result<Vec<Effect>> {
    if changes.is_empty() {
        return Ok(Vec::new());
    }
    Work::new(geography, input, changes)?.all()
}

/// The whole months of a change: before and after.
fn months_of(change: &Change, input: &ChallengeInput<'_>) -> std::result::Result<[MonthRange; 2], &'static str> {
    let held = input.release.months;
    let most = usize::from(input.months);
    let (mut first, mut last) = (held.from().first_day(), held.to().last_day());
    let mut why = "fewer than 3 whole months before or after are held";
    let mut ended = change.on;
    if let Some([before, after]) = change.amounts {
        first = first.max(before.from);
        last = last.min(after.to);
        ended = before.to.tomorrow().unwrap_or(change.on);
        if first > held.from().first_day() || last < held.to().last_day() {
            why = "the amount is the same for fewer than 3 whole months before or after";
        }
    }
    for b in input.release.breaks.inside(held) {
        if b.from <= change.on && b.from > first {
            (first, why) = (b.from, "recording changed, and nothing is compared across that");
        } else if b.from > change.on && b.from <= last {
            last = b.from.yesterday().unwrap_or(change.on);
            why = "recording changed, and nothing is compared across that";
        }
    }
    let before: Vec<Month> = held.iter().filter(|m| m.first_day() >= first && m.last_day() < ended).collect();
    let after: Vec<Month> = held.iter().filter(|m| m.first_day() >= change.on && m.last_day() <= last).take(most).collect();
    let before = &before[before.len().saturating_sub(most)..];
    if before.len() < MIN_MONTHS || after.len() < MIN_MONTHS {
        return Err(why);
    }
    let range = |months: &[Month]| MonthRange::new(months[0], months[months.len() - 1]);
    range(before).zip(range(&after)).map(|(b, a)| [b, a]).ok_or(why)
}

/// What the comparisons of one question share.
struct Work<'a> {
    input: ChallengeInput<'a>,
    geography: &'a Geography<'a>,
    changes: &'a [Change],
    /// Units of each change.
    covered: Vec<Vec<u32>>,
    /// By kind: units in a place where it changed, and those that touch one.
    touched: BTreeMap<&'a str, [Vec<bool>; 2]>,
}

impl<'a> Work<'a> {
    fn new(geography: &'a Geography<'a>, input: &ChallengeInput<'a>, changes: &'a [Change]) -> Result<Self> {
        // The need is counted: weights of harm have no count to compare.
        let input = ChallengeInput { harm: None, measure: NeedMeasure::Incidents, ..*input };
        let level = input.release.units.level(input.release.resolution).ok_or(Error::NoReference)?;
        let covered: Vec<Vec<u32>> = changes
            .iter()
            .map(|change| {
                geography.covered(&change.target, input.release, input.strand).map_err(|rule| match change.row {
                    Some(row) => Error::Row { table: "resources", row, rule },
                    None => Error::OutOfRange { what: "place", must: rule.strip_prefix("the place must be ").unwrap_or(rule) },
                })
            })
            .collect::<Result<_>>()?;
        let mut touched: BTreeMap<&str, [Vec<bool>; 2]> = BTreeMap::new();
        for (change, units) in changes.iter().zip(&covered) {
            let [inside, near] =
                touched.entry(change.kind.as_str()).or_insert_with(|| [vec![false; level.len()], vec![false; level.len()]]);
            for unit in units {
                inside[*unit as usize] = true;
                level.neighbors.neighbors(*unit as usize).iter().for_each(|n| near[*n as usize] = true);
            }
        }
        Ok(Self { input, geography, changes, covered, touched })
    }

    fn all(&self) -> Result<Vec<Effect>> {
        let mut made: Vec<Option<Effect>> = (0..self.changes.len()).map(|_| None).collect();
        // Windows are shared by many places: what units expected is asked once for each.
        let mut windows: BTreeMap<[MonthRange; 2], Vec<usize>> = BTreeMap::new();
        for (at, change) in self.changes.iter().enumerate() {
            match months_of(change, &self.input) {
                Ok(months) => windows.entry(months).or_default().push(at),
                Err(why) => made[at] = Some(self.untold(at, None, why)),
            }
        }
        for (months, rows) in windows {
            let [before, after] = [self.counts(months[0])?, self.counts(months[1])?];
            let expected = self.geography.unit_needs_in(&self.input, months[0]);
            let dispersion = self.geography.unit_dispersion(&self.input, months[0]);
            let (borough, level) = self.geography.levels(&before, dispersion);
            for at in rows {
                made[at] = Some(match &expected {
                    Ok(expected) => {
                        let side = |units: &[u32]| {
                            let mut side = Side { units: units.len() as u32, incidents: [0, 0], expected: [0.0, 0.0] };
                            let mut of_borough: BTreeMap<u32, f64> = BTreeMap::new();
                            for unit in units.iter().map(|u| *u as usize) {
                                side.incidents[0] += before[unit];
                                side.incidents[1] += after[unit];
                                side.expected[0] += expected[unit].expected.mean();
                                side.expected[1] += expected[unit].expected.variance();
                                if let Some(b) = borough[unit] {
                                    *of_borough.entry(b).or_default() += expected[unit].expected.mean();
                                }
                            }
                            // Units of a borough share the uncertainty of its level.
                            side.expected[1] += of_borough.iter().map(|(b, mean)| mean * mean * level[b]).sum::<f64>();
                            side
                        };
                        self.one(at, months, &side, dispersion)?
                    }
                    Err(_none) => self.untold(at, Some(months), "there is no incident before"),
                });
            }
        }
        Ok(made.into_iter().flatten().collect())
    }

    fn counts(&self, months: MonthRange) -> Result<Vec<u32>> {
        let release = self.input.release;
        let level = release.units.level(release.resolution).ok_or(Error::NoReference)?;
        Ok(level.counts(&release.facts, &Filter { strands: self.input.strand.into(), ..Filter::over(months) }))
    }

    fn one(&self, at: usize, months: [MonthRange; 2], side: &dyn Fn(&[u32]) -> Side, dispersion: f64) -> Result<Effect> {
        let change = &self.changes[at];
        let release = self.input.release;
        let level = release.units.level(release.resolution).ok_or(Error::NoReference)?;
        let [inside, near] = &self.touched[change.kind.as_str()];
        let mut ring: Vec<u32> = self.covered[at].iter().flat_map(|u| level.neighbors.neighbors(*u as usize)).copied().collect();
        ring.sort_unstable();
        ring.dedup();
        ring.retain(|u| !inside[*u as usize]);
        let rest: Vec<u32> = (0..level.len() as u32).filter(|u| !inside[*u as usize] && !near[*u as usize]).collect();
        let sides = [side(&self.covered[at]), side(&ring), side(&rest)];
        let mut made = self.untold(at, Some(months), "");
        (made.sides, made.dispersion) = (Some(sides), dispersion);
        let [place, ring, control] = &sides;
        if control.incidents[0] == 0 || control.expected[0] <= 0.0 {
            made.why = Some("it changed everywhere, so that there is nothing to compare with");
        } else if place.expected[0] <= 0.0 {
            made.why = Some("too few incidents were to be expected");
        } else {
            let lengths = months.map(MonthRange::len);
            let comparison = compare(place, (ring.units > 0).then_some(ring), control, lengths, dispersion)?;
            (made.found, made.why) = say(&comparison, place.incidents[1], made.found_in, self.input.policy);
            made.comparison = Some(comparison);
        }
        Ok(made)
    }

    fn untold(&self, at: usize, months: Option<[MonthRange; 2]>, why: &'static str) -> Effect {
        let change = &self.changes[at];
        let (id, name) = self.name(&change.target);
        let window = self.input.release.window;
        let over = |m: MonthRange| window.from() <= m.to() && m.from() <= window.to();
        let is_hotspot = matches!(change.target, Target::Hotspot(_));
        Effect {
            change: change.clone(),
            id,
            name,
            months,
            sides: None,
            dispersion: 1.0,
            comparison: None,
            found_in: months.map_or([false; 2], |m| m.map(|m| is_hotspot && over(m))),
            found: Found::CannotTell,
            why: Some(why),
        }
    }

    fn name(&self, target: &Target) -> (String, String) {
        let release = self.input.release;
        match target {
            Target::Everywhere => ("all".to_owned(), release.study_area.clone()),
            Target::CommandUnit(name) => (name.clone(), name.clone()),
            Target::Point { at, reach_m } => {
                let text = format!("{} {} {reach_m}", at.lon, at.lat);
                (text, format!("{reach_m} m round {:.4}, {:.4}", at.lon, at.lat))
            }
            Target::Hotspot(id) => {
                let found = release.analyses.iter().flat_map(|a| &a.hotspots).find(|h| h.identity.id == *id);
                (id.clone(), found.map_or_else(|| id.clone(), |h| h.name.clone()))
            }
            Target::Area(code) => {
                let borough = self.input.atlas.and_then(|a| a.boroughs().iter().find(|b| b.code == *code)).map(|b| &b.name);
                let area = release.areas.iter().find(|a| a.code == *code).map(|a| &a.name);
                (code.clone(), borough.or(area).unwrap_or(code).clone())
            }
        }
    }
}

impl Effect {
    /// The amount before and after, in words.
    pub fn amounts(&self) -> String {
        let unit = &self.change.unit;
        match self.change.amounts {
            Some([before, after]) => format!("from {} to {} {unit}", short(before.amount), short(after.amount)),
            None => format!("by {}{} {unit}", if self.change.by > 0.0 { "+" } else { "" }, short(self.change.by)),
        }
    }

    /// The figures before the change with n, period and unit: what the ledger keeps. None where there are no months.
    pub fn before(&self) -> Option<String> {
        let [months, _] = self.months?;
        let [place, ring, control] = self.sides?;
        Some(format!(
            "{}: {} recorded incidents in {}; {} in its ring of {} units and {} in the {} units compared with.",
            self.name,
            place.incidents[0],
            period(months),
            ring.incidents[0],
            ring.units,
            control.incidents[0],
            control.units
        ))
    }

    /// The figures after it, and what can be said.
    pub fn after(&self) -> Option<String> {
        let [_, months] = self.months?;
        let [place, ring, control] = self.sides?;
        let figures = self.comparison.map_or_else(String::new, |c| {
            let ring = c.ring.map_or_else(String::new, |ring| format!(", in the ring round it by {}", signed(&ring)));
            format!(
                " Beyond what the places compared with did, it changed by {} incidents over the {} months after (95 % interval){ring}, both by {}. \
                 From the counts before, which are drawn down where they ran high, {} ({} to {}) were to be expected.",
                signed(&c.place),
                months.len(),
                signed(&c.both),
                short(c.expected.mean),
                short(c.expected.lo),
                short(c.expected.hi)
            )
        });
        Some(format!(
            "{} recorded incidents in {}; {} in its ring and {} in the units compared with.{figures} {}",
            place.incidents[1],
            period(months),
            ring.incidents[1],
            control.incidents[1],
            self.verdict()
        ))
    }

    /// What can be said, as a sentence.
    pub fn verdict(&self) -> String {
        match (self.found, self.why) {
            (Found::CannotTell, Some(why)) => format!("Cannot tell: {why}."),
            (Found::CannotTell, None) => "Cannot tell.".to_owned(),
            (Found::Fewer, _) => {
                "Fewer than the places compared with and the counts before would have; why, the figures do not say.".to_owned()
            }
            (Found::More, _) => {
                "More than the places compared with and the counts before would have; why, the figures do not say.".to_owned()
            }
            (Found::NotClear, Some(why)) => format!("Not clear: {why}."),
            (Found::NotClear, None) => "No clear difference from what was to be expected anyway.".to_owned(),
        }
    }

    /// All of it in a few sentences.
    pub fn sentence(&self) -> String {
        let kind = self.change.kind.replace('_', " ");
        let status = self.change.status.map_or_else(|| "as answered".to_owned(), |s| s.id().to_owned());
        let head =
            format!("{}: {kind} ({status}) changed {} on {}.", self.name, self.amounts(), self.change.on.strftime("%-d %B %Y"));
        let Some((before, after)) = self.before().zip(self.after()) else {
            return format!("{head} {}", self.verdict());
        };
        let found = match self.found_in {
            [_, true] => {
                " Incidents after the change are among those by which the hotspot was found: its count after is high by choice."
            }
            [true, false] => " The hotspot was found in incidents before the change: its count before is high by choice.",
            [false, false] => "",
        };
        let own = format!("{}: ", self.name);
        format!("{head} Before: {} After: {after}{found}", before.strip_prefix(&own).unwrap_or(&before))
    }
}

fn period(months: MonthRange) -> String {
    format!("{} months, {} to {}", months.len(), months.from().in_words(), months.to().in_words())
}

/// A number with one decimal where it has any.
fn short(value: f64) -> String {
    let text = format!("{value:.1}");
    let text = text.strip_suffix(".0").map_or(text.clone(), str::to_owned);
    if text == "-0" { "0".to_owned() } else { text }
}

fn signed(e: &Estimate) -> String {
    let sign = |v: f64| format!("{}{}", if v >= 0.05 { "+" } else { "" }, short(v));
    format!("{} ({} to {})", sign(e.mean), sign(e.lo), sign(e.hi))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn row(place: &str, from: &str, to: &str, amount: f64, status: Status) -> Resource {
        Resource {
            kind: "patrol_hours".to_owned(),
            target: Target::Area(place.to_owned()),
            from: from.parse().expect("a day"),
            to: to.parse().expect("a day"),
            amount,
            unit: "hours a week".to_owned(),
            status,
            source: "made up".to_owned(),
        }
    }

    fn side(before: u32, after: u32, expected: f64, variance: f64) -> Side {
        Side { units: 5, incidents: [before, after], expected: [expected, variance] }
    }

    #[test]
    fn a_change_is_where_two_stretches_differ_and_what_no_row_holds_is_not_known() {
        let all = [
            row("a", "2025-01-01", "2025-12-31", 40.0, Status::Delivered),
            row("a", "2026-02-01", "2026-12-31", 10.0, Status::Delivered),
            // Planned amounts are not compared where delivered ones are there.
            row("a", "2026-07-01", "2026-12-31", 900.0, Status::Planned),
            // The same place twice on one day is added up: 6 + 6, then 14.
            row("b", "2025-01-01", "2025-12-31", 6.0, Status::Delivered),
            row("b", "2025-01-01", "2025-12-31", 6.0, Status::Delivered),
            row("b", "2026-01-01", "2026-12-31", 14.0, Status::Delivered),
        ];
        let found = changes(&all, 0.2);
        assert_eq!(found.len(), 1, "{found:?}");
        let [before, after] = found[0].amounts.expect("a table");
        assert_eq!((before.to.to_string(), after.from.to_string()), ("2025-12-31".to_owned(), "2026-02-01".to_owned()));
        assert_eq!((found[0].by, found[0].row, found[0].status), (-30.0, Some(1), Some(Status::Delivered)));
        assert_eq!(changes(&all, 0.1).len(), 2, "12 and 14 differ by more than a tenth");
        let mut turned = all.to_vec();
        turned.reverse();
        let same: Vec<_> = changes(&turned, 0.1).into_iter().map(|c| (c.on, c.by)).collect();
        assert_eq!(same, changes(&all, 0.1).into_iter().map(|c| (c.on, c.by)).collect::<Vec<_>>(), "in any order of the rows");
    }

    #[test]
    fn the_difference_of_the_paper_is_found_where_control_and_place_are_of_one_size() {
        // The published numbers with one control: (110 − 207) − (318 − 308) = −107, (157 − 178) − 10 = −31, −138 for both.
        let made = compare(&side(207, 110, 1.0, 1.0), Some(&side(178, 157, 1.0, 1.0)), &side(308, 318, 1.0, 1.0), [12, 12], 1.0)
            .expect("valid input");
        assert_eq!((made.place.mean, made.ring.expect("a ring").mean, made.both.mean), (-107.0, -31.0, -128.0 - 10.0));
        let z = 1.959_963_984_540_054;
        let half = z * (207.0_f64 + 110.0 + 308.0 + 318.0).sqrt();
        assert!((made.place.hi - (-107.0 + half)).abs() < 1e-9);
        // Both against the one control at twice its size: its part of the variance is four times.
        let half = z * (207.0_f64 + 110.0 + 178.0 + 157.0 + 4.0 * (308.0 + 318.0)).sqrt();
        assert!((made.both.lo - (-138.0 - half)).abs() < 1e-9);
    }

    #[test]
    fn windows_of_unequal_length_and_clusters_are_weighed() {
        // METHODS' time weights: control 100, 50, treated 80, 20, periods 2 : 1 give −20 with variance 115.
        let at = |phi| compare(&side(80, 20, 1.0, 1.0), None, &side(100, 50, 1.0, 1.0), [12, 6], phi).expect("valid input");
        assert_eq!((at(1.0).both.mean, at(1.0).ring), (-20.0, None));
        let half = |phi| (at(phi).both.hi - at(phi).both.lo) / 2.0;
        assert!((half(1.0) - 1.959_963_984_540_054 * 115.0_f64.sqrt()).abs() < 1e-9);
        assert!((half(4.0) / half(1.0) - 2.0).abs() < 1e-12);
    }

    #[test]
    fn a_place_that_ran_high_and_fell_by_itself_is_no_success() {
        let policy = ChallengePolicy::current();
        // 100 before, though its units would be expected to have 60; 58 after. The control did not change.
        let control = side(10_000, 10_000, 10_000.0, 100.0);
        let high = compare(&side(100, 58, 60.0, 40.0), None, &control, [12, 12], 1.0).expect("valid input");
        assert!(high.both.hi < 0.0, "by the difference alone it would be fewer: {high:?}");
        assert_eq!(say(&high, 58, [true, false], &policy), (Found::NotClear, None));
        let real = compare(&side(100, 30, 90.0, 40.0), None, &control, [12, 12], 1.0).expect("valid input");
        assert_eq!(say(&real, 30, [true, false], &policy), (Found::Fewer, None));
        let more = compare(&side(100, 170, 95.0, 40.0), None, &control, [12, 12], 1.0).expect("valid input");
        assert_eq!(say(&more, 170, [true, false], &policy).0, Found::More);
        assert_eq!(say(&more, 170, [true, true], &policy).0, Found::CannotTell, "found by what came after");
        let few = compare(&side(9, 0, 7.0, 4.0), None, &control, [12, 12], 1.0).expect("valid input");
        assert_eq!(say(&few, 0, [false, false], &policy).0, Found::CannotTell);
    }

    #[test]
    fn nothing_expected_is_refused() {
        assert!(compare(&side(0, 0, 0.0, 0.0), None, &side(9, 9, 9.0, 9.0), [12, 12], 1.0).is_err());
        assert!(compare(&side(9, 9, 9.0, 9.0), None, &side(0, 0, 0.0, 0.0), [12, 12], 1.0).is_err());
        assert!(compare(&side(9, 9, 9.0, 9.0), None, &side(9, 9, 9.0, 9.0), [12, 0], 1.0).is_err());
    }

    proptest! {
        /// A change of the same proportion everywhere is no difference, however long the windows are; more after is never less of a difference.
        #[test]
        fn the_same_proportion_is_no_difference(
            n in 1_u32..500, times in 2_u32..200, before in 3_usize..13, after in 3_usize..13, phi in 1.0_f64..4.0,
        ) {
            let (b, a) = (before as u32, after as u32);
            let of = |k: u32| side(n * k * b, n * k * a, f64::from(n * k * b), f64::from(n * k));
            let made = compare(&of(1), Some(&of(2)), &of(times), [before, after], phi).expect("valid input");
            let small = 1e-9 * f64::from(n * a);
            prop_assert!(made.place.mean.abs() <= small && made.both.mean.abs() <= 4.0 * small && made.ring.expect("a ring").mean.abs() <= 3.0 * small);
            prop_assert!(made.both.lo < 0.0 && made.both.hi > 0.0 && made.expected.lo <= made.expected.mean && made.expected.mean <= made.expected.hi);
            let mut more = of(1);
            more.incidents[1] += 1;
            let higher = compare(&more, Some(&of(2)), &of(times), [before, after], phi).expect("valid input");
            prop_assert!((higher.place.mean - made.place.mean - 1.0).abs() < 1e-6);
        }
    }
}
