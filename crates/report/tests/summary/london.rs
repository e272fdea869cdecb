//! Publications of a small London, plain and odd.

use hotspot_core::hotspot::identity::Ended;
use hotspot_core::hotspot::{StrandAnalysis, Verdict};
use hotspot_core::incident::{FlagStatus, Offence, Outcome, PlaceKind, Source, SourceSet, StrandSet};
use hotspot_core::release::DataClass;
use hotspot_core::summary::revision::{FigureKey, Published};
use hotspot_core::summary::{Cube, Edition, Gap, Groups, Level, Line, Place, Summary, SummaryInput, Tally};
use hotspot_core::{BreakRegistry, Month, MonthRange, SeriesBreak, Strand};
use hotspot_report::summary::{Edited, Publication};
use std::collections::BTreeMap;

/// Names as a publisher's file may have them: each would run in a spreadsheet that takes it for a formula.
pub const HOSTILE: [&str; 7] = ["=cmd|'/C calc'!A0", "+1", "@x", "-1", "\t=1+1", "\r=1+1", "'=1"];

/// What a publication is made of.
pub struct Made {
    pub cube: Cube,
    pub summary: Summary,
    groups: Groups,
    breaks: BreakRegistry,
    before: Option<Edition>,
    hotspots: Option<Vec<StrandAnalysis>>,
    class: DataClass,
    warnings: Vec<String>,
}

impl Made {
    pub fn publication(&self) -> Publication<'_> {
        Publication::new(Edited {
            cube: &self.cube,
            summary: &self.summary,
            groups: &self.groups,
            breaks: &self.breaks,
            events: &[],
            hotspots: self.hotspots.as_deref(),
            before: self.before.as_ref(),
            known_on: jiff::civil::date(2026, 11, 6),
            class: self.class,
            licence: (self.class == DataClass::Open).then_some("Open Government Licence v3.0, \"the publisher\""),
            warnings: &self.warnings,
        })
    }
}

pub fn last() -> Month {
    "2026-10".parse().unwrap()
}

fn place(level: Level, code: &str, name: &str, within: Option<u16>, residents: Option<u32>) -> Place {
    Place { level, code: code.to_owned(), name: name.to_owned(), within, residents, traits: None }
}

fn london(boroughs: &[&str]) -> Vec<Place> {
    let mut places = vec![
        place(Level::London, "", "London", None, Some(600_000)),
        place(Level::CommandUnit, "", "Unit of A and B", None, Some(300_000)),
        place(Level::Borough, "E1", "A", Some(1), Some(100_000)),
        place(Level::Borough, "E2", "B", Some(1), Some(200_000)),
        place(Level::Borough, "E3", "C, a \"quiet\" one", None, None),
    ];
    let more = boroughs.iter().zip(4..);
    places.extend(more.map(|(name, n)| place(Level::Borough, &format!("E{n}"), name, None, Some(100_000 + 1000 * n))));
    places.push(place(Level::Elsewhere, "", "Airports", None, None));
    places
}

fn made(cube: Cube, month: Month, breaks: Vec<SeriesBreak>, before: Option<Edition>, class: DataClass) -> Made {
    let breaks = BreakRegistry::new(breaks);
    // In the order of the boroughs, as a caller may supply them.
    let boroughs: Vec<u16> = (0..).zip(cube.places()).filter(|(_, p)| p.level == Level::Borough).map(|(row, _)| row).collect();
    let group = |row: u16| boroughs.contains(&row).then(|| boroughs.iter().copied().filter(|b| *b != row).take(3).collect());
    let rows = (0..cube.places().len() as u16).map(group).collect();
    let groups = Groups { rule: "those that the analyst supplied".to_owned(), rows };
    let input = SummaryInput { cube: &cube, month, breaks: &breaks, groups: &groups, before: before.as_ref() };
    let summary = Summary::of(&input).unwrap();
    Made { summary, groups, breaks, before, hotspots: None, class, warnings: Vec::new(), cube }
}

/// Published counts only, under hostile names: one borough has 45 in the last month, one has none at all, of race all is withheld.
pub fn published() -> Made {
    let months = MonthRange::ending(last(), 36);
    let hostile = 5..5 + HOSTILE.len() as u16;
    let lines: Vec<Line> = months
        .iter()
        .flat_map(|month| {
            let all = [(2, if month == last() { 45 } else { 20 }), (3, 2)].into_iter().chain(hostile.clone().map(|row| (row, 6)));
            let all: Vec<_> = all.map(|(place, n)| Line { place, month, strand: None, counted: Ok(n) }).collect();
            let race = Line { place: 2, month, strand: Some(Strand::Race), counted: Err(Gap::Suppressed) };
            let disability = Line { place: 3, month, strand: Some(Strand::Disability), counted: Ok(1) };
            all.into_iter().chain([race, disability])
        })
        .collect();
    made(Cube::of_figures(london(&HOSTILE), months, lines).unwrap(), last(), Vec::new(), None, DataClass::Open)
}

fn tally(place: u16, occurred: Month, recorded: Month, strand: Strand, count: u32) -> Tally {
    Tally {
        place,
        area: None,
        occurred,
        recorded,
        strands: StrandSet::from_iter([strand]),
        offence: Offence::PublicOrder,
        sources: SourceSet::only(Source::Victim),
        status: FlagStatus::Confirmed,
        outcome: Outcome::UnderInvestigation,
        placed: PlaceKind::Mapped,
        count,
    }
}

/// Records by both dates over these months but those that are left out, with supplied areas of hostile names.
fn recorded(months: MonthRange, has_records: impl Fn(Month) -> bool, extra: u32) -> Cube {
    let mut tallies = Vec::new();
    for month in months.iter().filter(|m| has_records(*m)) {
        let late = if month > months.from() { month.minus(1) } else { month };
        tallies.extend([
            Tally { area: Some(6), ..tally(2, month, month, Strand::Race, 20 + u32::from(month.index() % 5) + extra) },
            Tally { area: Some(7), outcome: Outcome::Charged, ..tally(2, late, month, Strand::Religion, 4) },
            Tally {
                strands: StrandSet::from_iter([Strand::Race, Strand::Disability]),
                status: FlagStatus::Provisional,
                placed: PlaceKind::Online,
                offence: Offence::Harassment,
                ..tally(3, month, month, Strand::Race, 2)
            },
            Tally { placed: PlaceKind::NoPlace, ..tally(5, month, month, Strand::Race, 1) },
        ]);
    }
    let mut places = london(&[]);
    places.push(place(Level::Area, "W1", "=1+1", Some(2), None));
    places.push(place(Level::Area, "-W2", "Second ward", Some(2), None));
    let held = match tallies.iter().map(|t| t.occurred).min() {
        Some(first) => MonthRange::new(first, months.to()).unwrap(),
        None => months,
    };
    Cube::of_records(places, [months, held], tallies, &[]).unwrap()
}

/// What an edition of this summary would say to the next.
fn edition(made: &Made, known_on: &str) -> Edition {
    let figures: BTreeMap<FigureKey, Published> = made
        .summary
        .history
        .iter()
        .map(|r| {
            let p = &made.cube.places()[usize::from(r.place)];
            let key = FigureKey {
                basis: r.basis,
                level: p.level,
                code: p.code.clone(),
                name: p.name.clone(),
                strand: r.strand,
                month: r.month,
            };
            (key, r.published)
        })
        .collect();
    Edition { month: made.summary.month, known_on: known_on.parse().unwrap(), figures }
}

/// Records with everything: an edition before that knew fewer, a break of one borough, hotspots of which one has ended, a warning.
pub fn full() -> Made {
    let september = last().minus(1);
    let to = |month| MonthRange::new(last().minus(35), month).unwrap();
    let earlier = made(recorded(to(september), |_| true, 0), september, Vec::new(), None, DataClass::Synthetic);
    let before = edition(&earlier, "2026-10-06");
    let broken = SeriesBreak {
        id: "new-system".to_owned(),
        from: "2025-03-01".parse().unwrap(),
        areas: vec!["E2".to_owned()],
        what: "Another system of recording".to_owned(),
        source: "the publisher".to_owned(),
    };
    let mut made = made(recorded(to(last()), |_| true, 1), last(), vec![broken], Some(before), DataClass::Synthetic);
    made.warnings.push("The month was not over\nwhen it was counted.".to_owned());
    made.hotspots = Some(vec![StrandAnalysis {
        strand: None,
        window: MonthRange::ending(last(), 12),
        n: 100,
        verdict: Verdict::Analysed,
        prior: None,
        hotspots: Vec::new(),
        ended: vec![Ended {
            id: "all-2026-09-1".to_owned(),
            first_seen: september,
            name: "@High Street".to_owned(),
            n: 7,
            into: None,
        }],
    }]);
    made
}

/// A month without a record, after years with some, and no edition before.
pub fn empty_month() -> Made {
    let months = MonthRange::ending(last(), 36);
    made(recorded(months, |m| m < last(), 0), last(), Vec::new(), None, DataClass::Restricted)
}

/// One month, the first that anybody counted.
pub fn first_month() -> Made {
    made(recorded(MonthRange::ending(last(), 1), |_| true, 0), last(), Vec::new(), None, DataClass::Synthetic)
}

/// No record at all.
pub fn nothing() -> Made {
    made(recorded(MonthRange::ending(last(), 36), |_| false, 0), last(), Vec::new(), None, DataClass::Synthetic)
}

/// Every one of them with a name.
pub fn all() -> [(&'static str, Made); 5] {
    [
        ("published counts", published()),
        ("records", full()),
        ("a month without a record", empty_month()),
        ("the first month", first_month()),
        ("no record", nothing()),
    ]
}
