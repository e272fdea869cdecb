use super::*;
use hotspot_core::summary::{Level, Line, Place, SummaryInput};
use hotspot_core::{Month, MonthRange};

/// London of two boroughs over 36 months: 20 a month in the first, 45 in its last; 2 in the second, whose name is a trap.
fn with(check: impl Fn(&Publication<'_>)) {
    let place = |level, code: &str, name: &str, residents| Place {
        level,
        code: code.to_owned(),
        name: name.to_owned(),
        within: None,
        residents,
        traits: None,
    };
    let places = vec![
        place(Level::London, "", "London", Some(300_000)),
        place(Level::Borough, "E1", "First", Some(100_000)),
        place(Level::Borough, "E2", "=cmd|' /C calc'!A0, <b>\"Second\"</b>", None),
    ];
    let last: Month = "2026-10".parse().unwrap();
    let months = MonthRange::ending(last, 36);
    let lines = months.iter().flat_map(|month| {
        [(1, if month == last { 45 } else { 20 }), (2, 2)].map(|(place, recorded)| Line {
            place,
            month,
            strand: None,
            counted: Ok(recorded),
        })
    });
    let cube = Cube::of_figures(places, months, lines).unwrap();
    let breaks = BreakRegistry::default();
    let groups = Groups::of(&cube);
    let input = SummaryInput { cube: &cube, month: last, breaks: &breaks, groups: &groups, before: None };
    let summary = Summary::of(&input).unwrap();
    check(&Publication::new(Edited {
        cube: &cube,
        summary: &summary,
        groups: &groups,
        breaks: &breaks,
        events: &[],
        hotspots: None,
        before: None,
        known_on: jiff::civil::date(2026, 11, 6),
        class: DataClass::Open,
        licence: Some("OGL v3"),
        warnings: &[],
    }));
}

#[test]
fn the_page_says_the_signal_in_words_needs_no_script_and_escapes_every_name() {
    with(|publication| {
        let page = publication.page().unwrap();
        assert!(page.contains("All strands: 47 records in October 2026, 2 of them provisional [p]"), "{page}");
        assert!(page.contains("signal: October 2026 is above the upper limit"), "{page}");
        assert!(page.contains("<td>October 2026 is above the upper limit"), "{page}");
        assert!(
            !page.contains("<script") && !page.contains("<b>\"Second\"") && !page.contains("http://")
                || page.contains("http://www.w3.org/2000/svg")
        );
        assert!(page.contains("&lt;b&gt;"));
        assert_eq!(page, publication.page().unwrap());
    });
}
