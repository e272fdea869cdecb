use super::*;
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
            let counted = Counted { recorded: n, provisional: n / 10, ..Counted::default() };
            lines.push(Line { place: row, basis: Basis::Recorded, month: m, strand: None, counted });
        }
        let counted = Counted { recorded: 5, ..Counted::default() };
        lines.push(Line { place: 2, basis: Basis::Recorded, month: m, strand: Some(Strand::Race), counted });
    }
    lines
}

fn summary(breaks: Vec<SeriesBreak>) -> Summary {
    let months = MonthRange::ending(month("2026-10"), 36);
    let cube = Cube::new(places(), months, lines(months)).expect("places in order");
    let breaks = BreakRegistry::new(breaks);
    Summary::of(&SummaryInput { cube: &cube, month: months.to(), breaks: &breaks }, Basis::Recorded).expect("small counts")
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
    let n = |place| s.series(place, None).expect("a series").figures.count.expect("a figure").recorded;
    assert_eq!([n(0), n(1), n(2), n(3), n(4), n(5)], [64, 60, 40, 20, 3, 1]);
    assert_eq!(s.series(0, None).expect("London").figures.count.expect("a figure").provisional, 6);
    let london = &s.series(0, None).expect("London").figures;
    assert_eq!((london.year, london.last_year), (Ok(34 * 12 + 30), Ok(34)));
    assert_eq!(s.series(2, None).expect("A").figures.share, Ok(40.0 / 64.0));
}

#[test]
fn rates_have_the_limits_of_the_rule_and_none_without_residents() {
    let s = summary(Vec::new());
    let a = &s.series(2, None).expect("A").figures;
    // 40 of 100,000 in a month: 4.8 per 1,000 a year; Byar's limits of 40 are 28.57 and 54.47.
    let [rate, lo, hi] = a.rate.expect("A has residents");
    assert!((rate - 4.8).abs() < 1e-12 && (lo - 3.4286).abs() < 1e-3 && (hi - 6.5362).abs() < 1e-3, "{rate} {lo} {hi}");
    assert_eq!(s.series(4, None).expect("C").figures.rate, Err(Gap::NotApplicable));
    let change = a.change.expect("24 months are held");
    assert_eq!((change.current, change.base, change.small_base), (150, 120, false));
    assert!(s.series(5, None).expect("airports").figures.change.expect("24 months").small_base);
}

#[test]
fn the_last_months_are_judged_by_those_before_and_a_spike_is_a_signal() {
    let s = summary(Vec::new());
    let a = s.series(2, None).expect("A").figures.chart.clone().expect("36 months");
    assert_eq!((a.months.len(), a.chart.baseline.clone()), (36, 0..33));
    assert!(a.chart.signals.iter().any(|s| s.to == 35), "{:?}", a.chart.signals);
    let b = s.series(3, None).expect("B").figures.chart.clone().expect("36 months");
    assert!(b.chart.signals.is_empty());
}

#[test]
fn nothing_crosses_a_break_and_only_those_whom_it_concerns_are_held_back() {
    let s = summary(vec![broken("2025-12-01", &["A"])]);
    let of = |place| s.series(place, None).expect("a series").figures.clone();
    // London and the unit hold A; B does not.
    for place in [0, 1, 2] {
        let figures = of(place);
        assert_eq!(
            (figures.year, figures.last_year, figures.change.map(|c| c.current)),
            (Err(Gap::Break), Err(Gap::Break), Err(Gap::Break))
        );
        assert_eq!(figures.chart, Err(Gap::Break));
        assert!(figures.count.is_ok());
    }
    assert!(of(3).change.is_ok() && of(3).chart.is_ok());
    // On the first day of the rolling year itself nothing is crossed by it, but by the year before.
    let s = summary(vec![broken("2025-11-01", &["A"])]);
    let a = s.series(2, None).expect("A").figures.clone();
    assert_eq!((a.year, a.change.map(|c| c.current)), (Ok(150), Err(Gap::Break)));
}

#[test]
fn what_is_not_known_is_no_zero() {
    let months = MonthRange::ending(month("2026-10"), 36);
    let mut given = lines(months);
    given.retain(|l| !(l.place == 3 && l.month == month("2026-03")) && l.place != 4);
    let cube = Cube::new(places(), months, given).expect("places in order");
    let breaks = BreakRegistry::default();
    let of =
        |m: &str| Summary::of(&SummaryInput { cube: &cube, month: month(m), breaks: &breaks }, Basis::Recorded).expect("counts");
    let last = of("2026-10");
    let figures = |place, strand| &last.series(place, strand).expect("a series").figures;
    assert_eq!(figures(4, None).count, Err(Gap::NotAvailable));
    assert_eq!((figures(3, None).year, figures(3, None).chart.is_err()), (Err(Gap::NotAvailable), true));
    assert_eq!(figures(3, Some(Strand::Race)).count, Err(Gap::NotAvailable));
    assert_eq!(of("2026-03").series(3, None).expect("B").figures.count, Err(Gap::NotAvailable));
    // Early in the series there is nothing to compare with.
    let early = of("2023-12");
    let a = &early.series(2, None).expect("A").figures;
    assert_eq!((a.last_year, a.year, a.chart.clone()), (Err(Gap::TooFewMonths), Err(Gap::TooFewMonths), Err(Gap::TooFewMonths)));
}

#[test]
fn lines_that_cannot_be_placed_are_refused() {
    let months = MonthRange::ending(month("2026-10"), 12);
    let line = |place, m: &str| Line {
        place,
        basis: Basis::Recorded,
        month: month(m),
        strand: None,
        counted: Counted { recorded: 1, ..Counted::default() },
    };
    for wrong in [line(0, "2026-10"), line(1, "2026-10"), line(6, "2026-10"), line(2, "2025-10")] {
        assert!(Cube::new(places(), months, [wrong]).is_err(), "{wrong:?}");
    }
    let mut turned = places();
    turned.swap(1, 2);
    assert!(Cube::new(turned, months, []).is_err());
    assert!(Cube::new(places(), months, [line(2, "2026-10")]).is_ok());
}

#[test]
fn the_most_similar_boroughs_are_the_nearest_in_every_trait() {
    let mut all = vec![place(Level::London, "L", None, None)];
    for i in 0..12u32 {
        let traits = Traits { density: 1000.0 * f64::from(1 + i), inner: i >= 6 };
        all.push(Place { traits: Some(traits), ..place(Level::Borough, &format!("B{i}"), None, Some(100_000)) });
    }
    let months = MonthRange::ending(month("2026-10"), 12);
    let given = months.iter().flat_map(|m| {
        (1..=12u16).map(move |row| Line {
            place: row,
            basis: Basis::Recorded,
            month: m,
            strand: None,
            counted: Counted { recorded: u32::from(row), ..Counted::default() },
        })
    });
    let cube = Cube::new(all, months, given).expect("places in order");
    let breaks = BreakRegistry::default();
    let s = Summary::of(&SummaryInput { cube: &cube, month: months.to(), breaks: &breaks }, Basis::Recorded).expect("counts");
    // The densest of inner London: its five neighbours in density that are inner too.
    let (median, group) = s.series(12, None).expect("B11").figures.similar.expect("12 boroughs have traits");
    let mut sorted = group;
    sorted.sort_unstable();
    assert_eq!(sorted, [7, 8, 9, 10, 11]);
    // Rows 7 to 11 have so many a month: the middle one's 9 × 12 among 100,000.
    assert!((median - 9.0 * 12.0 / 100.0).abs() < 1e-12);
    assert_eq!(s.series(0, None).expect("London").figures.similar, Err(Gap::NotApplicable));
}
