use super::*;
use crate::summary::Publication;
use hotspot_core::hotspot::event::Event;
use hotspot_core::hotspot::identity::Ended;
use hotspot_core::hotspot::{StrandAnalysis, Verdict};
use hotspot_core::incident::{PlaceKind, SourceSet};
use hotspot_core::summary::revision::{FigureKey, Published};
use hotspot_core::summary::{Cube, Edition, Gap, Groups, Line, Marked, Place, Summary, SummaryInput, Tally};
use hotspot_core::{BreakRegistry, FlagStatus, Offence, Outcome, SeriesBreak, Source, StrandSet};
use jiff::civil::date;

const STRANDS: [Option<Strand>; 3] = [None, Some(Strand::Race), Some(Strand::Disability)];

fn month(text: &str) -> Month {
    text.parse().unwrap()
}

fn place(level: Level, code: &str, name: &str, within: Option<u16>, residents: Option<u32>) -> Place {
    Place { level, code: code.to_owned(), name: name.to_owned(), within, residents, traits: None }
}

/// London of a command unit, three boroughs, the last with a name that is a trap, and what is no borough.
fn places() -> Vec<Place> {
    vec![
        place(Level::London, "", "London", None, Some(600_000)),
        place(Level::CommandUnit, "AB", "First unit", None, Some(300_000)),
        place(Level::Borough, "E1", "First", Some(1), Some(100_000)),
        place(Level::Borough, "E2", "Second", Some(1), Some(200_000)),
        place(Level::Borough, "E3", "</style><b>\"Third\" & last", None, Some(300_000)),
        place(Level::Elsewhere, "", "Borough not known", None, None),
    ]
}

/// What a page is made of.
struct Case {
    cube: Cube,
    breaks: Vec<SeriesBreak>,
    before: Option<Edition>,
    events: Vec<Event>,
    warnings: Vec<String>,
    hotspots: Option<Vec<StrandAnalysis>>,
    files: Vec<(String, usize)>,
}

impl Case {
    fn new(cube: Cube) -> Self {
        Self { cube, breaks: Vec::new(), before: None, events: Vec::new(), warnings: Vec::new(), hotspots: None, files: Vec::new() }
    }

    fn with<T>(&self, then: impl Fn(&Publication<'_>) -> T) -> T {
        let month = self.cube.months().to();
        let breaks = BreakRegistry::new(self.breaks.clone());
        let groups = Groups::of(&self.cube);
        let input = SummaryInput { cube: &self.cube, month, breaks: &breaks, groups: &groups, before: self.before.as_ref() };
        let summary = Summary::of(&input).unwrap();
        then(&Publication::new(Edited {
            cube: &self.cube,
            summary: &summary,
            groups: &groups,
            breaks: &breaks,
            events: &self.events,
            hotspots: self.hotspots.as_deref(),
            before: self.before.as_ref(),
            known_on: date(2026, 11, 6),
            class: DataClass::Open,
            licence: Some("OGL v3"),
            warnings: &self.warnings,
        }))
    }

    fn page(&self) -> String {
        let page = self.with(|publication| publication.page(&self.files).unwrap());
        assert!(!page.contains("<script") && !page.contains("<b>\"Third"), "escaped");
        assert!(!page.contains("undefined") && !page.contains("NaN") && !page.contains("inf "), "{page}");
        page
    }

    /// The sentences, a line each.
    fn headlines(&self) -> String {
        let lines = self.with(|publication| Page::new(publication).headlines());
        let said = |line: &Value| format!("{}. {}", line.get_attr("lead").unwrap(), line.get_attr("said").unwrap());
        let all = lines.iter().map(said).collect::<Vec<_>>().join("\n");
        for causal in ["because", "due to", "caused", "led to", "driven by", "result of", "thanks to", "in response"] {
            assert!(!all.contains(causal), "{causal}: {all}");
        }
        all
    }
}

/// Published counts of the three boroughs by month, strand and borough (0, 1, 2).
fn counts(months: u16, of: impl Fn(Month, Option<Strand>, u16) -> Marked<u32>) -> Cube {
    let months = MonthRange::ending(month("2026-10"), months);
    let lines = months.iter().flat_map(|m| STRANDS.into_iter().flat_map(move |s| (0..3).map(move |b| (m, s, b))));
    let of = &of;
    Cube::of_figures(places(), months, lines.map(|(m, s, b)| Line { place: b + 2, month: m, strand: s, counted: of(m, s, b) }))
        .unwrap()
}

/// About 20 a month in each borough with a rise in the last two years, a peak of the first borough in the last month, and a small strand.
#[expect(clippy::unnecessary_wraps, reason = "one of several ways to fill a month, some of which have gaps")]
fn usual(m: Month, strand: Option<Strand>, borough: u16) -> Marked<u32> {
    let wave = u32::from(m.index()) * 7 % 5;
    let level = if m >= month("2025-11") { 26 } else { 20 };
    let peak = if borough == 0 && m == month("2026-10") { 40 } else { 0 };
    Ok(match strand {
        None => level + wave + peak,
        Some(Strand::Race) => level / 2 + wave,
        Some(_) => u32::from(m.index().is_multiple_of(3)),
    })
}

#[test]
fn headlines_say_level_change_and_signal_with_their_n() {
    insta::assert_snapshot!("headlines-usual", Case::new(counts(36, usual)).headlines());
}

#[test]
fn no_percentage_stands_on_fewer_than_thirty() {
    let few = counts(36, |m, s, _| Ok(u32::from(s.is_none() && m.index() % 4 == 0)));
    let case = Case::new(few);
    let said = case.headlines();
    assert!(!said.contains('%') || said.lines().all(|l| !l.contains('%') || l.contains("99.8%")), "{said}");
    insta::assert_snapshot!("headlines-few", said);
}

#[test]
fn a_month_without_records_says_so_and_is_not_unknown() {
    let case = Case::new(counts(36, |m, s, b| if m == month("2026-10") { Ok(0) } else { usual(m, s, b) }));
    assert!(case.headlines().starts_with("Level. No record in October 2026; "), "{}", case.headlines());
    let page = case.page();
    assert!(page.contains("<td class=\"n\">0</td>"));
}

#[test]
fn few_months_a_break_and_missing_figures_give_sentences() {
    let few = Case::new(counts(3, usual));
    insta::assert_snapshot!("headlines-three-months", few.headlines());
    let page = few.page();
    for said in [
        "No limits are drawn: too few months [x].",
        "No rates of twelve months: too few months [x].",
        "No funnel: ",
        "No control charts of boroughs: too few months [x].",
    ] {
        assert!(page.contains(said), "{said}");
    }
    let mut broken = Case::new(counts(36, usual));
    broken.breaks.push(SeriesBreak {
        id: "new".to_owned(),
        from: date(2026, 2, 1),
        areas: Vec::new(),
        what: "A new recording system.".to_owned(),
        source: "A letter.".to_owned(),
    });
    insta::assert_snapshot!("headlines-break", broken.headlines());
    assert!(broken.page().contains("1 February 2026: A new recording system. Source: A letter."));
    // One month has no figure of all records.
    let gap =
        Case::new(counts(36, |m, s, b| if s.is_none() && m == month("2026-10") { Err(Gap::NotAvailable) } else { usual(m, s, b) }));
    assert!(gap.headlines().starts_with("Level. No figure of all records in October 2026: not available [x]."));
    assert!(gap.page().contains("There is no figure of all records of London in October 2026"));
}

#[test]
fn a_strand_that_is_withheld_is_no_zero_and_one_without_a_figure_is_named() {
    let case = Case::new(counts(36, |m, s, b| if s == Some(Strand::Disability) { Err(Gap::Suppressed) } else { usual(m, s, b) }));
    assert!(
        case.headlines().contains("Strands without a figure. Disability: withheld by the publisher [c]."),
        "{}",
        case.headlines()
    );
    let page = case.page();
    assert!(page.contains("Not drawn, without any figure in these months: Disability (withheld by the publisher [c])."));
    assert!(page.contains("No figures are known of: Race or religion, Religion"));
    // Only strands, no figure of all records.
    let only = Case::new(counts(36, |m, s, b| if s.is_none() { Err(Gap::NotAvailable) } else { usual(m, s, b) }));
    let page = only.page();
    assert!(page.contains("No figure of all records is published: places are compared by “Race”, the strand with most."), "{page}");
    assert!(page.contains("There is no figure of all records of London in October 2026, so no shares can be given."));
    assert!(only.headlines().starts_with("Level. Race (no figure of all records is published): 4"), "{}", only.headlines());
    // No strand at all.
    let none = Case::new(counts(36, |m, s, b| if s.is_some() { Err(Gap::NotAvailable) } else { usual(m, s, b) }));
    assert!(none.page().contains("No figures by strand are known [x]."));
}

#[test]
fn what_published_counts_do_not_hold_is_said() {
    let page = Case::new(counts(36, usual)).page();
    for said in [
        "Published counts: each record stands in the month that the publisher gives.",
        "Published counts say nothing of outcomes, offence groups or who reported [x].",
        "Only the month that the publisher gives is known",
        "No release of hotspots was given for October 2026",
        "There is no edition before this one, so nothing can have been revised.",
        "Published counts do not say what is provisional",
        "Only this page was made.",
        "No break is known in the months held.",
    ] {
        assert!(page.contains(said), "{said}");
    }
    assert_eq!(page, Case::new(counts(36, usual)).page(), "the same bytes");
}

#[test]
fn events_stand_on_the_charts_that_they_concern() {
    let mut case = Case::new(counts(36, usual));
    let event = |name: &str, areas: &[&str], strands: StrandSet| Event {
        id: name.to_owned(),
        name: name.to_owned(),
        from: hotspot_core::month::day_number(date(2026, 3, 9)),
        to: hotspot_core::month::day_number(date(2026, 3, 10)),
        strands,
        areas: areas.iter().map(|a| (*a).to_owned()).collect(),
    };
    case.events = vec![
        event("Everywhere", &[], StrandSet::default()),
        event("In the first", &["E1"], StrandSet::default()),
        event("Of one strand", &[], StrandSet::from_iter([Strand::Disability])),
    ];
    case.with(|publication| {
        let page = Page::new(publication);
        let of = |place: u16, strand: Option<Strand>| -> Vec<&str> {
            page.monthly(page.series(place, strand), "x").unwrap().unwrap().events.iter().map(|e| e.text).collect()
        };
        assert_eq!(of(0, None), ["Everywhere", "Of one strand"]);
        assert_eq!(of(2, None), ["Everywhere", "In the first", "Of one strand"]);
        assert_eq!(of(0, Some(Strand::Race)), ["Everywhere"]);
        assert_eq!(of(0, Some(Strand::Disability)), ["Everywhere", "Of one strand"]);
    });
    assert!(case.page().contains("Dotted uprights are events of the calendar"));
}

#[test]
fn a_revision_says_what_was_published_first_and_then() {
    let mut case = Case::new(counts(36, usual));
    let key = |level: Level, code: &str, name: &str| FigureKey {
        basis: Basis::Recorded,
        level,
        code: code.to_owned(),
        name: name.to_owned(),
        strand: None,
        month: month("2026-08"),
    };
    let then = |first: u32, records: u32| Published { records: Ok(records), first: Ok(first), first_edition: month("2026-08") };
    let now = case.cube.count(Basis::Recorded, 2, None, month("2026-08")).unwrap().recorded;
    case.before = Some(Edition {
        month: month("2026-09"),
        known_on: date(2026, 10, 6),
        figures: [(key(Level::Borough, "E1", "First"), then(19, 24)), (key(Level::Borough, "E2", "Second"), then(now, now))].into(),
    });
    let page = case.page();
    assert!(page.contains(&format!("first published 19 (August 2026), then 24, now {now} [r]")), "{page}");
    assert!(
        case.headlines().contains("Revisions. 1 figure is other than in the edition of September 2026 [r]."),
        "{}",
        case.headlines()
    );
    // It is marked in the tables.
    case.with(|publication| {
        let page = Page::new(publication);
        assert_eq!(page.count_cell(2, None, month("2026-08")), format!("{now} [r]"));
        assert_eq!(page.count_cell(3, None, month("2026-08")), now.to_string());
    });
}

/// Records of 36 months: nine of ten in their month, the rest a month or two later; some provisional, online, open.
fn records() -> Cube {
    let months = MonthRange::ending(month("2026-10"), 36);
    let mut tallies = Vec::new();
    for occurred in months.iter() {
        for (delay, count) in [(0, 40), (1, 20), (2, 10), (3, 4), (4, 3), (5, 3), (6, 2)] {
            let recorded = occurred.plus(delay);
            if !months.contains(recorded) {
                continue;
            }
            for (place, part) in [(2, 2), (3, 1), (5, 1)] {
                let late = recorded >= month("2026-09");
                tallies.push(Tally {
                    place,
                    area: None,
                    occurred,
                    recorded,
                    strands: StrandSet::from_iter([Strand::Race]),
                    offence: if place == 2 { Offence::PublicOrder } else { Offence::Violence },
                    sources: SourceSet::only(Source::Victim),
                    status: if late && place == 3 { FlagStatus::Provisional } else { FlagStatus::Confirmed },
                    outcome: if late { Outcome::UnderInvestigation } else { Outcome::Charged },
                    placed: if place == 5 { PlaceKind::Online } else { PlaceKind::Mapped },
                    count: count * part,
                });
            }
        }
    }
    Cube::of_records(places(), [months, months], tallies, &[]).unwrap()
}

#[test]
fn records_have_outcomes_parts_quality_and_what_is_still_to_come() {
    let case = Case::new(records());
    let said = case.headlines();
    insta::assert_snapshot!("headlines-records", said);
    assert!(said.contains("so far of October 2026; ") && said.contains("expected in the end (95% interval)"), "{said}");
    let page = case.page();
    for said in [
        "Open: under investigation",
        "Charged or summonsed",
        "<th scope=\"row\">Public order</th>",
        "<th scope=\"row\">Victim</th>",
        "Provisional: the flag is still under review [p]",
        "No borough: Borough not known",
        "No victim of these records is known by a pseudonym",
        "expected in the end, with its limits",
    ] {
        assert!(page.contains(said), "{said}");
    }
}

#[test]
fn hotspots_that_ended_and_strands_without_an_answer_are_said() {
    let mut case = Case::new(records());
    let window = MonthRange::ending(month("2026-10"), 12);
    let analysis =
        |strand, verdict, ended| StrandAnalysis { strand, window, n: 4, verdict, prior: None, hotspots: Vec::new(), ended };
    let ended = Ended {
        id: "all-2026-01-1".to_owned(),
        first_seen: month("2026-01"),
        name: "SE15, <north> of First".to_owned(),
        n: 9,
        into: None,
    };
    case.hotspots = Some(vec![
        analysis(None, Verdict::Analysed, vec![ended]),
        analysis(Some(Strand::Disability), Verdict::CannotTell { minimum: 30 }, Vec::new()),
    ]);
    let page = case.page();
    assert!(page.contains("SE15, &lt;north&gt; of First"));
    assert!(page.contains("Disability: cannot tell, 4 incidents in the window and 30 needed."));
    assert!(page.contains("Analysed, and none found: All records."));
    let said = case.headlines();
    assert!(
        said.contains(
            "0 hotspots of all records in November 2025 to October 2026 (n = 4); 0 began, 0 went on, 0 merged or split, 1 ended."
        ),
        "{said}"
    );
}

#[test]
fn warnings_and_files_stand_on_the_page() {
    let mut case = Case::new(counts(36, usual));
    case.warnings = vec!["The month was not over: <it> is a part.".to_owned()];
    case.files =
        vec![("recorded-hate-crime-2026-10-figures.csv".to_owned(), 12_345), ("recorded-hate-crime-2026-10.ods".to_owned(), 999)];
    let page = case.page();
    assert!(page.contains("What to know before reading") && page.contains("The month was not over: &lt;it&gt; is a part."));
    assert!(page.contains("<a href=\"recorded-hate-crime-2026-10.ods\">recorded-hate-crime-2026-10.ods (ODS, 1 kB)</a>"));
    assert!(
        page.contains("<a href=\"recorded-hate-crime-2026-10-figures.csv\">figures (CSV, 13 kB)</a> What is measured"),
        "{page}"
    );
}

#[test]
fn supplied_areas_are_cut_at_sixty_and_say_so() {
    let mut places = places();
    places.extend((0..70).map(|n| place(Level::Area, &format!("W{n}"), &format!("Ward {n}"), Some(2), None)));
    let months = MonthRange::ending(month("2026-10"), 13);
    let lines =
        months.iter().flat_map(|m| (0..70).map(move |n| Line { place: 6 + n, month: m, strand: None, counted: Ok(u32::from(n)) }));
    let case = Case::new(Cube::of_figures(places, months, lines).unwrap());
    let page = case.page();
    assert!(page.contains("The 60 of 70 areas with most records are here"));
    assert!(page.contains("Ward 69") && page.contains("Ward 10") && !page.contains("Ward 9<"));
}
