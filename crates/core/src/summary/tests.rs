use super::*;
use crate::incident::{FlagStatus, Offence, Outcome, PlaceKind, Source, SourceSet, StrandSet};
use crate::month::{MonthRange, SeriesBreak};

fn month(text: &str) -> Month {
    text.parse().expect("a month")
}

fn place(level: Level, code: &str, within: Option<u16>, residents: Option<u32>) -> Place {
    Place { level, code: code.to_owned(), name: code.to_owned(), within, residents, traits: None }
}

/// London, one command unit of two boroughs, a third borough, and the airports.
fn places() -> Vec<Place> {
    vec![
        place(Level::London, "L", None, Some(600_000)),
        place(Level::CommandUnit, "U", None, Some(300_000)),
        place(Level::Borough, "A", Some(1), Some(100_000)),
        place(Level::Borough, "B", Some(1), Some(200_000)),
        place(Level::Borough, "C", None, None),
        place(Level::Elsewhere, "", None, None),
    ]
}

/// Thirty-six months: A has 10 a month and 40 in the last, B 20, C 3, the airports 1; race is half of A's.
fn lines(months: MonthRange) -> Vec<Line> {
    let mut lines = Vec::new();
    for m in months.iter() {
        for (row, n) in [(2, if m == months.to() { 40 } else { 10 }), (3, 20), (4, 3), (5, 1)] {
            lines.push(Line { place: row, month: m, strand: None, counted: Ok(n) });
        }
        lines.push(Line { place: 2, month: m, strand: Some(Strand::Race), counted: Ok(5) });
    }
    lines
}

fn of(cube: &Cube, at: Month, breaks: Vec<SeriesBreak>, before: Option<&Edition>) -> Summary {
    let groups = Groups::of(cube);
    let breaks = BreakRegistry::new(breaks);
    Summary::of(&SummaryInput { cube, month: at, breaks: &breaks, groups: &groups, before }).expect("small counts")
}

fn cube() -> Cube {
    let months = MonthRange::ending(month("2026-10"), 36);
    Cube::of_figures(places(), months, lines(months)).expect("places in order")
}

fn summary(breaks: Vec<SeriesBreak>) -> Summary {
    of(&cube(), month("2026-10"), breaks, None)
}

fn figures(s: &Summary, place: u16, strand: Option<Strand>) -> Figures {
    s.series(Basis::Recorded, place, strand).expect("a series").figures.clone()
}

fn broken(from: &str, areas: &[&str]) -> SeriesBreak {
    SeriesBreak {
        id: "b".to_owned(),
        from: from.parse().expect("a day"),
        areas: areas.iter().map(|a| (*a).to_owned()).collect(),
        what: String::new(),
        source: String::new(),
    }
}

#[test]
fn london_and_command_units_are_the_sums_of_what_lies_in_them_and_nothing_is_lost() {
    let s = summary(Vec::new());
    let n = |place| figures(&s, place, None).count.expect("a figure").recorded;
    assert_eq!([n(0), n(1), n(2), n(3), n(4), n(5)], [64, 60, 40, 20, 3, 1]);
    let london = figures(&s, 0, None);
    assert_eq!((london.year, london.last_year), (Ok(34 * 12 + 30), Ok(34)));
    assert_eq!(figures(&s, 2, None).share.expect("a share")[0], 40.0 / 64.0);
}

#[test]
fn rates_have_the_limits_of_the_rule_and_none_without_residents() {
    let s = summary(Vec::new());
    let a = figures(&s, 2, None);
    // 40 of 100,000 in a month: 4.8 per 1,000 a year; Byar's limits of 40 are 28.57 and 54.47.
    let [rate, lo, hi] = a.rate.expect("A has residents");
    assert!((rate - 4.8).abs() < 1e-12 && (lo - 3.4286).abs() < 1e-3 && (hi - 6.5362).abs() < 1e-3, "{rate} {lo} {hi}");
    assert_eq!(figures(&s, 4, None).rate, Err(Gap::NotApplicable));
    let change = a.change.expect("24 months are held");
    assert_eq!((change.current, change.base, change.small_base), (150, 120, false));
    assert!(figures(&s, 5, None).change.expect("24 months").small_base);
}

#[test]
fn the_last_months_are_judged_by_those_before_and_a_spike_is_a_signal() {
    let s = summary(Vec::new());
    let a = figures(&s, 2, None).chart.expect("36 months");
    assert_eq!((a.months.len(), a.chart.baseline.clone()), (36, 0..33));
    assert!(a.chart.signals.iter().any(|s| s.to == 35), "{:?}", a.chart.signals);
    let b = figures(&s, 3, None).chart.expect("36 months");
    assert!(b.chart.signals.is_empty());
}

#[test]
fn small_counts_have_exact_limits_and_wider_ones_where_months_vary_more_than_chance() {
    use crate::time::control_chart::ChartKind;
    let months = MonthRange::ending(month("2026-10"), 36);
    let chart = |counts: &dyn Fn(u16) -> u32| {
        let lines = (0u16..).zip(months.iter()).map(|(at, m)| Line { place: 2, month: m, strand: None, counted: Ok(counts(at)) });
        let cube = Cube::of_figures(places(), months, lines).expect("places in order");
        figures(&of(&cube, months.to(), Vec::new(), None), 2, None).chart.expect("36 months").chart.kind
    };
    assert_eq!(chart(&|at| 4 + u32::from(at % 3)), ChartKind::Xmr);
    assert_eq!(chart(&|at| 1 + u32::from(at % 3)), ChartKind::Poisson);
    // Twelve in every sixth month, none in others: index 396 on 32 degrees of freedom.
    assert_eq!(chart(&|at| if at % 6 == 0 { 12 } else { 0 }), ChartKind::NegativeBinomial);
    assert_eq!(chart(&|_| 0), ChartKind::Poisson);
}

#[test]
fn nothing_crosses_a_break_and_only_those_whom_it_concerns_are_held_back() {
    let s = summary(vec![broken("2025-12-01", &["A"])]);
    // London and the unit hold A; B does not.
    for place in [0, 1, 2] {
        let figures = figures(&s, place, None);
        assert_eq!(
            (figures.year, figures.last_year, figures.change.map(|c| c.current)),
            (Err(Gap::Break), Err(Gap::Break), Err(Gap::Break))
        );
        assert_eq!(figures.chart, Err(Gap::Break));
        assert!(figures.count.is_ok());
    }
    assert!(figures(&s, 3, None).change.is_ok() && figures(&s, 3, None).chart.is_ok());
    // On the first day of the rolling year itself nothing is crossed by it, but by the year before.
    let s = summary(vec![broken("2025-11-01", &["A"])]);
    let a = figures(&s, 2, None);
    assert_eq!((a.year, a.change.map(|c| c.current)), (Ok(150), Err(Gap::Break)));
}

#[test]
fn what_is_not_known_is_no_zero() {
    let months = MonthRange::ending(month("2026-10"), 36);
    let mut given = lines(months);
    given.retain(|l| !(l.place == 3 && l.month == month("2026-03")) && l.place != 4);
    let cube = Cube::of_figures(places(), months, given).expect("places in order");
    // A sum without one of its boroughs is not London; what is in no command unit may be missing.
    for place in [0, 1] {
        assert_eq!(cube.count(Basis::Recorded, place, None, month("2026-03")), Err(Gap::NotAvailable));
        assert!(cube.count(Basis::Recorded, place, None, month("2026-04")).is_ok());
    }
    let last = of(&cube, months.to(), Vec::new(), None);
    let of_last = |place, strand| figures(&last, place, strand);
    assert_eq!(of_last(4, None).count, Err(Gap::NotAvailable));
    assert_eq!((of_last(3, None).year, of_last(3, None).chart.is_err()), (Err(Gap::NotAvailable), true));
    assert_eq!(of_last(3, Some(Strand::Race)).count, Err(Gap::NotAvailable));
    assert_eq!(figures(&of(&cube, month("2026-03"), Vec::new(), None), 3, None).count, Err(Gap::NotAvailable));
    // Early in the series there is nothing to compare with.
    let a = figures(&of(&cube, month("2023-12"), Vec::new(), None), 2, None);
    assert_eq!((a.last_year, a.year, a.chart.clone()), (Err(Gap::TooFewMonths), Err(Gap::TooFewMonths), Err(Gap::TooFewMonths)));
}

#[test]
fn a_withheld_figure_is_no_zero_and_withholds_every_sum_that_would_tell_it() {
    let months = MonthRange::ending(month("2026-10"), 36);
    let mut given = lines(months);
    let hidden = given.iter_mut().find(|l| l.place == 3 && l.month == month("2026-08")).expect("B has every month");
    hidden.counted = Err(Gap::Suppressed);
    let cube = Cube::of_figures(places(), months, given).expect("places in order");
    for place in [0, 1, 3] {
        assert_eq!(cube.count(Basis::Recorded, place, None, month("2026-08")), Err(Gap::Suppressed));
    }
    assert_eq!(cube.count(Basis::Recorded, 2, None, month("2026-08")).map(|c| c.recorded), Ok(10));
    let s = of(&cube, months.to(), Vec::new(), None);
    assert_eq!((figures(&s, 0, None).year, figures(&s, 3, None).year), (Err(Gap::Suppressed), Err(Gap::Suppressed)));
    assert_eq!(figures(&s, 2, None).year, Ok(150));
    assert_eq!(measure::status(Some(Gap::Suppressed), false, true), "[c] [r]");
}

#[test]
fn figures_that_cannot_be_placed_are_refused() {
    let months = MonthRange::ending(month("2026-10"), 12);
    let line = |place, m: &str| Line { place, month: month(m), strand: None, counted: Ok(1) };
    for wrong in [line(0, "2026-10"), line(1, "2026-10"), line(6, "2026-10"), line(2, "2025-10")] {
        assert!(Cube::of_figures(places(), months, [wrong]).is_err(), "{wrong:?}");
    }
    let mut turned = places();
    turned.swap(1, 2);
    assert!(Cube::of_figures(turned, months, []).is_err());
    assert!(Cube::of_figures(places(), months, [line(2, "2026-10")]).is_ok());
}

fn tally(place: u16, occurred: &str, recorded: &str) -> Tally {
    Tally {
        place,
        area: None,
        occurred: month(occurred),
        recorded: month(recorded),
        strands: StrandSet::from_iter([Strand::Race]),
        offence: Offence::PublicOrder,
        sources: SourceSet::only(Source::Victim),
        status: FlagStatus::Confirmed,
        outcome: Outcome::UnderInvestigation,
        placed: PlaceKind::Mapped,
        count: 1,
    }
}

fn counted(tallies: Vec<Tally>, sightings: &[Sighting]) -> Cube {
    let held = |by: fn(&Tally) -> Month| {
        let months = || tallies.iter().map(by);
        MonthRange::new(months().min().expect("a record"), months().max().expect("a record")).expect("in order")
    };
    let held = [held(|t| t.recorded), held(|t| t.occurred)];
    let mut all = places();
    all.push(place(Level::Area, "W", Some(2), None));
    Cube::of_records(all, held, tallies, sightings).expect("places in order")
}

#[test]
fn a_record_counts_for_its_borough_its_unit_london_and_its_area_by_both_dates() {
    let online = Tally { placed: PlaceKind::Online, status: FlagStatus::Provisional, ..tally(5, "2026-09", "2026-10") };
    let cube =
        counted(vec![Tally { area: Some(6), ..tally(2, "2026-08", "2026-10") }, tally(3, "2026-10", "2026-10"), online], &[]);
    let n = |basis, place, m| cube.count(basis, place, Some(Strand::Race), month(m)).map(|c| c.recorded);
    assert_eq!([0, 1, 2, 3, 4, 5, 6].map(|place| n(Basis::Recorded, place, "2026-10").expect("held")), [3, 2, 1, 1, 0, 1, 1]);
    assert_eq!([0, 2, 6].map(|place| n(Basis::Occurred, place, "2026-08").expect("held")), [1, 1, 1]);
    let london = cube.count(Basis::Recorded, 0, None, month("2026-10")).expect("held");
    assert_eq!((london.online, london.provisional, london.no_place), (1, 1, 0));
    // Of a strand that no record has the count is 0; a month before the first recorded one is not known.
    assert_eq!(cube.count(Basis::Recorded, 0, Some(Strand::Disability), month("2026-10")).map(|c| c.recorded), Ok(0));
    assert_eq!(n(Basis::Recorded, 0, "2026-09"), Err(Gap::NotAvailable));
}

#[test]
fn a_victim_is_counted_once_wherever_it_was_and_repeats_are_within_a_year() {
    let sighting = |victim, record| Sighting { victim, record };
    let [a, b, old] = [tally(2, "2026-10", "2026-10"), tally(3, "2026-10", "2026-10"), tally(2, "2025-10", "2025-10")];
    let sightings = [sighting(1, a), sighting(1, b), sighting(2, a), sighting(2, old)];
    let cube = counted(sightings.iter().map(|s| s.record).collect(), &sightings);
    let victims = |place| {
        let c = cube.count(Basis::Recorded, place, None, month("2026-10")).expect("held");
        (c.victims, c.repeat_victims)
    };
    // The first victim has two records in two boroughs of one unit; the second's other record is twelve months back.
    assert_eq!([victims(0), victims(1), victims(2), victims(3)], [(2, 1), (2, 1), (2, 1), (1, 1)]);
}

#[test]
fn the_breakdown_has_a_line_for_every_part_and_for_all_of_a_kind() {
    let two = SourceSet::only(Source::Victim).union(SourceSet::only(Source::App));
    let cube = counted(
        vec![
            Tally { sources: two, ..tally(2, "2026-10", "2026-10") },
            Tally { offence: Offence::Violence, count: 3, outcome: Outcome::Charged, ..tally(2, "2026-10", "2026-10") },
        ],
        &[],
    );
    let lines = cube.breakdown(Basis::Recorded, month("2026-10"));
    let n = |offence, source| {
        let part = Part { place: 0, strand: None, offence, source, status: None };
        lines.iter().find(|(p, _)| *p == part).map(|(_, c)| c.recorded)
    };
    assert_eq!((n(None, None), n(Some(Offence::Violence), None), n(None, Some(Source::App))), (Some(4), Some(3), Some(1)));
    // What two reported stands in the line of each: 4 and 1 of 4.
    assert_eq!((n(None, Some(Source::Victim)), n(Some(Offence::Violence), Some(Source::App))), (Some(4), None));
    let outcomes = cube.outcomes(cube.months());
    let of_london = outcomes[&(0, Some(Strand::Race), month("2026-10"))];
    assert_eq!((of_london[usize::from(Outcome::Charged.code())], of_london.iter().sum::<u32>()), (3, 4));
}

#[test]
fn late_months_of_occurrence_are_nowcast_and_complete_ones_are_not() {
    // Ten at once, and ten a month later, over three years, as known at the end of the last month.
    let months = MonthRange::ending(month("2026-10"), 36);
    let tallies = months
        .iter()
        .flat_map(|m| {
            [0, 1].map(|delay| Tally { occurred: m, recorded: m.plus(delay), count: 10, ..tally(2, "2026-10", "2026-10") })
        })
        .filter(|t| t.recorded <= months.to())
        .collect();
    let cube = counted(tallies, &[]);
    let s = of(&cube, months.to(), Vec::new(), None);
    let of_basis = |basis, place, strand| s.series(basis, place, strand).expect("a series").figures.nowcast.clone();
    let last = *of_basis(Basis::Occurred, 0, None).expect("a long history").last().expect("late months");
    let estimate = last.estimate.expect("half is reported");
    assert_eq!((last.month, last.reported), (months.to(), 10));
    assert!((18..=22).contains(&estimate.median) && estimate.lower >= 10 && estimate.upper > 20, "{estimate:?}");
    assert_eq!(of_basis(Basis::Recorded, 0, None), Err(Gap::NotApplicable));
    // A month that half the reports are missing of is judged by nobody: the chart ends before it, and the year is not compared.
    let by = |basis| s.series(basis, 0, None).expect("London").figures.clone();
    assert_eq!(by(Basis::Occurred).chart.expect("34 months").months.to(), month("2026-09"));
    assert_eq!(by(Basis::Recorded).chart.expect("35 months").months.to(), month("2026-10"));
    assert_eq!(by(Basis::Occurred).change.map(|c| c.current), Err(Gap::Incomplete));
    assert!(by(Basis::Recorded).change.is_ok());
    assert_eq!(of_basis(Basis::Occurred, 2, Some(Strand::Race)), Err(Gap::NotApplicable));
}

#[test]
fn the_most_similar_boroughs_are_the_nearest_in_every_trait() {
    let mut all = vec![place(Level::London, "L", None, None)];
    for i in 0..12u32 {
        let traits = Traits { density: 1000.0 * f64::from(1 + i), inner: i >= 6, ages: [0.2, 0.7, 0.1] };
        all.push(Place { traits: Some(traits), ..place(Level::Borough, &format!("B{i}"), None, Some(100_000)) });
    }
    let months = MonthRange::ending(month("2026-10"), 12);
    let given = |all: Vec<Place>| {
        let lines = months
            .iter()
            .flat_map(|m| (1..=12u16).map(move |row| Line { place: row, month: m, strand: None, counted: Ok(u32::from(row)) }));
        Cube::of_figures(all, months, lines).expect("places in order")
    };
    let cube = given(all.clone());
    let s = of(&cube, months.to(), Vec::new(), None);
    // The densest of inner London: its five neighbours in density that are inner too.
    let mut group = Groups::of(&cube).rows[12].clone().expect("12 boroughs have traits");
    group.sort_unstable();
    assert_eq!(group, [7, 8, 9, 10, 11]);
    // Rows 7 to 11 have so many a month: the middle one's 9 × 12 among 100,000.
    assert!((figures(&s, 12, None).similar.expect("a group") - 9.0 * 12.0 / 100.0).abs() < 1e-12);
    assert_eq!(figures(&s, 0, None).similar, Err(Gap::NotApplicable));
    // A borough of another age is like none of them any more.
    if let Some(traits) = &mut all[11].traits {
        traits.ages = [0.5, 0.2, 0.3];
    }
    assert!(!Groups::of(&given(all)).rows[12].clone().expect("12 boroughs have traits").contains(&11));
}

#[test]
fn a_figure_that_an_edition_before_had_otherwise_is_revised_and_its_first_is_kept() {
    let months = |last: &str| MonthRange::new(month("2023-11"), month(last)).expect("in order");
    let edition = |summary: &Summary, cube: &Cube| {
        let figure = |r: &HistoryRow| {
            let place = &cube.places()[usize::from(r.place)];
            let (code, name) = (place.code.clone(), place.name.clone());
            let key = revision::FigureKey { basis: r.basis, level: place.level, code, name, strand: r.strand, month: r.month };
            (key, r.published)
        };
        Edition { month: summary.month, known_on: summary.month.last_day(), figures: summary.history.iter().map(figure).collect() }
    };
    let with = |last: &str, a_in_march: Marked<u32>, before: Option<&Edition>| {
        let mut given = lines(months(last));
        given.iter_mut().filter(|l| l.place == 2 && l.strand.is_none()).for_each(|l| l.counted = Ok(10));
        given.iter_mut().find(|l| l.place == 2 && l.month == month("2025-03")).expect("A").counted = a_in_march;
        let cube = Cube::of_figures(places(), months(last), given).expect("places in order");
        let summary = of(&cube, month(last), Vec::new(), before);
        let edition = edition(&summary, &cube);
        (summary, edition)
    };
    let (first, e1) = with("2026-01", Ok(10), None);
    assert_eq!(first.revisions().count(), 0);
    let (second, e2) = with("2026-02", Ok(12), Some(&e1));
    // A, its unit, and London.
    let revised: Vec<_> = second.revisions().map(|r| (r.place, r.before, r.published.records, r.published.first)).collect();
    assert_eq!(revised, [(0, Some(Ok(34)), Ok(36), Ok(34)), (1, Some(Ok(30)), Ok(32), Ok(30)), (2, Some(Ok(10)), Ok(12), Ok(10))]);
    // A month later it is withheld; what was published first is still known, and when.
    let (third, _) = with("2026-03", Err(Gap::Suppressed), Some(&e2));
    let a = third.revisions().find(|r| r.place == 2).expect("A is revised");
    assert_eq!((a.before, a.published.records, a.published.first), (Some(Ok(12)), Err(Gap::Suppressed), Ok(10)));
    assert_eq!(a.published.first_edition, month("2026-01"));
    // The same month last year is marked where it was revised.
    let a = third.series(Basis::Recorded, 2, None).expect("a series").observation(Measure::LastYear);
    assert_eq!((a.value, a.status()), (Err(Gap::Suppressed), "[c]"));
    let (again, _) = with("2026-03", Ok(11), Some(&e2));
    assert_eq!(again.series(Basis::Recorded, 2, None).expect("a series").observation(Measure::LastYear).status(), "[r]");
}

#[test]
fn the_tables_have_columns_of_one_length_and_a_dictionary_of_all_of_them() {
    let cube = counted(
        (0..24)
            .map(|m| {
                let at = month("2024-11").plus(m).to_string();
                tally(2, &at, &at)
            })
            .collect(),
        &[],
    );
    let summary = of(&cube, month("2026-10"), Vec::new(), None);
    let groups = Groups::of(&cube);
    let class = crate::release::DataClass::Synthetic;
    let all = tables::tables(&tables::Source { cube: &cube, summary: &summary, groups: &groups, hotspots: None, class });
    for table in &all {
        assert!(table.columns.iter().all(|c| c.values.len() == table.len()), "{}", table.id);
    }
    let ids: Vec<&str> = all.iter().map(|t| t.id).collect();
    assert_eq!(ids, ["figures", "history", "breakdown", "outcomes", "revisions", "signals", "dictionary"]);
    let described: usize = all.iter().filter(|t| t.id != tables::DICTIONARY).map(|t| 1 + t.columns.len()).sum();
    assert_eq!(all.last().expect("a dictionary").len(), described + Measure::ALL.len() + tables::MARKERS.len());
    let figures = &all[0];
    let status = figures.column("status").expect("a status").what;
    assert!(tables::MARKERS.iter().all(|(marker, _)| status.contains(marker)), "{status}");
    // A file has what another has: four decimals, and no sign on a zero.
    assert_eq!([tables::rounded(0.123_45), tables::rounded(-0.000_01).abs()], [0.1235, 0.0]);
    assert!(tables::rounded(-0.000_01).is_sign_positive());
    // Without a row too, a table has its columns.
    let source = tables::Source { cube: &cube, summary: &summary, groups: &groups, hotspots: None, class };
    assert_eq!(tables::layouts(&source).len(), 8);
}

#[test]
fn what_is_provisional_of_a_part_is_a_column_of_its_line() {
    let at = month("2026-10").to_string();
    let provisional = Tally { status: FlagStatus::Provisional, placed: PlaceKind::Online, count: 3, ..tally(2, &at, &at) };
    let cube = counted(vec![tally(2, &at, &at), provisional], &[]);
    let summary = of(&cube, month("2026-10"), Vec::new(), None);
    let groups = Groups::of(&cube);
    let class = crate::release::DataClass::Synthetic;
    let all = tables::tables(&tables::Source { cube: &cube, summary: &summary, groups: &groups, hotspots: None, class });
    let table = all.iter().find(|t| t.id == tables::BREAKDOWN).expect("a breakdown");
    let number = |name: &str| match &table.column(name).expect("a column").values {
        tables::Values::Integer(v) => v[0].expect("a number"),
        _ => panic!("{name} is a number"),
    };
    // London, all of a kind: the first line of the first basis.
    assert_eq!(number("records"), i64::from(tally(2, &at, &at).count) + 3);
    assert_eq!([number("provisional"), number("provisional_online"), number("provisional_no_place")], [3, 3, 0]);
    assert_eq!(number("online"), 3);
}
