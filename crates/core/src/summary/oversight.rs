//! The tables of a month below the analyst: from the figures that are protected ([`crate::disclosure::protected`]), never from exact records.
//!
//! | table | a row |
//! | --- | --- |
//! | [`FIGURES`] | the records of a place, a strand and a period of the year, with what changed where both counts are shown |
//! | [`HOTSPOTS`] | a hotspot of the release |
//! | [`HIDDEN`] | how many figures or hotspots are not shown, and why |
//! | [`DICTIONARY`](super::tables::DICTIONARY) | a table, a column or a marker |

use super::tables::{FIGURES, HOTSPOTS, Rows, Table, dictionary};
use crate::disclosure::protected::{ALL, Figure, Key, OTHERS, Period, ProtectedHotspot, ProtectedRelease, STRANDS};
use crate::disclosure::signs;
use crate::incident::Strand;
use std::collections::BTreeSet;

/// Identifier of the table of what is not shown.
pub const HIDDEN: &str = "hidden";

/// What stands in place of a figure.
pub const MARKERS: [(&str, &str); 2] = [
    ("0–4", "A band in place of the number of a hotspot: fewer than the threshold. It is told, and nothing is hidden beside it."),
    (signs::HIDDEN, "Not shown: below the threshold, zero among that, or it would give away a figure that is. One sign for both."),
];

/// What the boroughs that are not told for themselves are called together.
pub const OTHERS_NAME: &str = "Other boroughs together";

/// A figure beside those before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Compared {
    /// The figure.
    pub figure: Figure,
    /// Count of the period before of the same length, where it is shown.
    pub before: Option<u32>,
    /// Count of the same period a year before, where it is shown.
    pub a_year_before: Option<u32>,
}

impl Compared {
    /// The count, where it is shown.
    pub const fn count(&self) -> Option<u32> {
        count(&self.figure)
    }

    /// The difference to another count, where both are shown.
    pub fn change(&self, on: Option<u32>) -> Option<i64> {
        Some(i64::from(self.count()?) - i64::from(on?))
    }
}

const fn count(figure: &Figure) -> Option<u32> {
    match figure {
        Figure::Count(n) => Some(*n),
        Figure::Band { .. } | Figure::Hidden => None,
    }
}

/// The figure of a place in a period beside those before it; `None` where there is none, such as of a strand that is not told by month.
pub fn compared(view: &ProtectedRelease, place: &str, period: Period, strand: Option<u8>) -> Option<Compared> {
    let of = |period: Period| view.figures.get(&Key { place: place.to_owned(), period, strand });
    let figure = *of(period)?;
    // The others are not always the same boroughs.
    let earlier = |months: u16| of(back(period, months)).and_then(count).filter(|_| place != OTHERS);
    let length = period.months().iter().count() as u16;
    Some(Compared { figure, before: earlier(length), a_year_before: earlier(12) })
}

/// The same kind of period so many months earlier.
const fn back(period: Period, months: u16) -> Period {
    match period {
        Period::Month(first) => Period::Month(first.minus(months)),
        Period::Quarter(first) => Period::Quarter(first.minus(months)),
        Period::Year(first) => Period::Year(first.minus(months)),
    }
}

/// Periods of which a month's edition tells: the months and the complete quarters of its year, and the last complete year.
pub fn periods(view: &ProtectedRelease) -> Vec<Period> {
    let held: BTreeSet<Period> = view.figures.keys().map(|k| k.period).collect();
    let year = view.month.year();
    let last = held.iter().copied().filter(|p| matches!(p, Period::Year(_))).max();
    held.iter().copied().filter(|p| !matches!(p, Period::Year(_)) && p.year() == year).chain(last).collect()
}

/// All places of which there are figures, with level, code and name: London, its boroughs, and the others together.
pub fn places(view: &ProtectedRelease) -> Vec<[String; 3]> {
    let london = ["london".to_owned(), ALL.to_owned(), "London".to_owned()];
    let boroughs = view.boroughs.iter().map(|(name, code)| ["borough".to_owned(), code.clone(), name.clone()]);
    let others = ["others".to_owned(), OTHERS.to_owned(), OTHERS_NAME.to_owned()];
    std::iter::once(london).chain(boroughs).chain([others]).collect()
}

/// Every table, the dictionary last.
pub fn tables(view: &ProtectedRelease) -> Vec<Table> {
    let mut all = vec![figures(view), hotspots(view), hidden(view)];
    all.push(dictionary(&all, &[], &MARKERS));
    all
}

fn figures(view: &ProtectedRelease) -> Table {
    let places = places(view);
    let mut rows: Vec<(Period, Option<u8>, &[String; 3], Compared)> = Vec::new();
    for period in periods(view) {
        for strand in std::iter::once(None).chain((0..STRANDS.len() as u8).map(Some)) {
            let of = |place: &[String; 3]| compared(view, &place[1], period, strand);
            rows.extend(places.iter().filter_map(|place| Some((period, strand, place, of(place)?))));
        }
    }
    let number = |n: Option<u32>| n.map(i64::from);
    Rows::of(&rows)
        .text("period", "YYYY, YYYY-Qn or YYYY-MM", "Year, quarter or month of the calendar in which records were counted.", |r| {
            r.0.to_string()
        })
        .text(
            "level",
            "",
            "What the place is: london, borough, or others (the boroughs of which the strand is not told in such periods).",
            |r| r.2[0].clone(),
        )
        .text("code", "GSS code", "Code of the place; all, or others, for what has none.", |r| r.2[1].clone())
        .text("place", "", "Name of the place.", |r| r.2[2].clone())
        .strand(|r| r.1.map(|row| STRANDS[usize::from(row)]))
        .integer("records", "records", "Records of the period, as it was first published.", |r| number(r.3.count()))
        .text("status", "", "[c] where nothing is shown; empty for a plain figure.", |r| marker(r.3.count()).to_owned())
        .integer("before", "records", "Records of the period before, of the same length; empty where not shown.", |r| {
            number(r.3.before)
        })
        .integer("change_on_before", "records", "Difference to the period before; only where both are shown.", |r| {
            r.3.change(r.3.before)
        })
        .integer("a_year_before", "records", "Records of the same period a year before; empty where not shown.", |r| {
            number(r.3.a_year_before)
        })
        .integer(
            "change_on_a_year_before",
            "records",
            "Difference to the same period a year before; only where both are shown.",
            |r| r.3.change(r.3.a_year_before),
        )
        .into_table(FIGURES, "The records of a place, a strand and a period.", view.class)
}

const fn marker(count: Option<u32>) -> &'static str {
    if count.is_none() { signs::HIDDEN } else { "" }
}

fn hotspots(view: &ProtectedRelease) -> Table {
    let rows: Vec<(Option<Strand>, &ProtectedHotspot)> =
        view.hotspots.iter().flat_map(|(strand, all)| all.iter().map(|h| (*strand, h))).collect();
    let end = |last: bool| view.counted.map_or_else(String::new, |q| if last { q.to() } else { q.from() }.to_string());
    Rows::of(&rows)
        .strand(|r| r.0)
        .text("id", "", "Identifier: it lasts from release to release.", |r| r.1.id.clone())
        .text("name", "", "What it is called.", |r| r.1.name.clone())
        .text("code", "GSS code", "Its borough.", |r| r.1.borough.clone().unwrap_or_default())
        .text("from", "YYYY-MM", "First month in which its records are counted.", |_| end(false))
        .text("to", "YYYY-MM", "Last month in which its records are counted.", |_| end(true))
        .integer("rank", "", "1 for the largest excess of records; empty without a count.", |r| r.1.rank.map(i64::from))
        .integer("records", "records", "Records in it.", |r| count(&r.1.n).map(i64::from))
        .text("status", "", "0–4 where so few are told, [c] where nothing is; empty for a plain figure.", |r| {
            r.1.n.sign().unwrap_or_default()
        })
        .decimal("expected", "records", "Expected if records followed the reference; only with a count.", |r| r.1.expected)
        .decimal("ratio", "times", "Its rate beside that of the study area; only with a count.", |r| r.1.ratio.map(|v| v[0]))
        .decimal("ratio_lower", "times", "Lower exact 95% Poisson limit.", |r| r.1.ratio.map(|v| v[1]))
        .decimal("ratio_upper", "times", "Upper exact 95% Poisson limit.", |r| r.1.ratio.map(|v| v[2]))
        .text("evidence", "", "How sure it is.", |r| r.1.evidence.label().to_owned())
        .text("change", "", "first (no release before), new, continued, grew, shrank, split or merged.", |r| {
            r.1.change.id().to_owned()
        })
        .text("first_seen", "YYYY-MM", "Month of the first release that had it.", |r| r.1.first_seen.to_string())
        .integer("areas", "areas", "Areas that it touches: its outline, rounded out.", |r| Some(r.1.areas.len() as i64))
        .text("victims", "people", "Different victims among the records that name one, as a class.", |r| {
            r.1.victims.label().to_owned()
        })
        .text("repeat_victims", "people", "Of these, victims of more than one record, as a class.", |r| {
            r.1.repeat_victims.label().to_owned()
        })
        .into_table(HOTSPOTS, "A hotspot of the release.", view.class)
}

fn hidden(view: &ProtectedRelease) -> Table {
    let hidden = view.hidden;
    let rows = [
        ("figures", "below the threshold, zero among them", hidden.small, hidden.figures),
        ("figures", "would give one below the threshold away", hidden.beside, hidden.figures),
        ("hotspots of all records", "small, or would give a small one away", hidden.hotspots[1], hidden.hotspots[0]),
        ("hotspots of strands", "small, or would give a small one away", hidden.of_strands[1], hidden.of_strands[0]),
    ];
    Rows::of(&rows)
        .text("what", "", "Figures of all places and periods ever published, or hotspots of the release.", |r| r.0.to_owned())
        .text("why", "", "Why they are not shown.", |r| r.1.to_owned())
        .integer("not_shown", "figures or hotspots", "How many are not shown.", |r| Some(r.2 as i64))
        .integer("of", "figures or hotspots", "Of how many.", |r| Some(r.3 as i64))
        .integer("threshold", "records", "Counts below this are not shown.", |_| Some(i64::from(view.rules.threshold)))
        .text("policy", "", "Version of the policy.", |_| view.policy.clone())
        .into_table(HIDDEN, "What is not shown, and why.", view.class)
}
