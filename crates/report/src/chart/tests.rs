use super::*;
use hotspot_core::Month;
use hotspot_core::rate::funnel::{FunnelParams, Position, funnel};
use hotspot_core::time::control_chart::{ChartParams, Rule, Side, Signal, xmr};
use proptest::collection::vec;
use proptest::option::of;
use proptest::prelude::*;
use roxmltree::{Document, Node};

const BOROUGHS: [(&str, f64, u32); 33] = [
    ("City of London", 8_600.0, 61),
    ("Barking and Dagenham", 218_900.0, 560),
    ("Barnet", 389_300.0, 1_010),
    ("Bexley", 246_500.0, 420),
    ("Brent", 339_800.0, 890),
    ("Bromley", 330_000.0, 560),
    ("Camden", 210_100.0, 1_020),
    ("Croydon", 390_800.0, 960),
    ("Ealing", 367_100.0, 930),
    ("Enfield", 330_000.0, 730),
    ("Greenwich", 289_100.0, 940),
    ("Hackney", 259_200.0, 1_060),
    ("Hammersmith and Fulham", 183_200.0, 660),
    ("Haringey", 264_200.0, 830),
    ("Harrow", 261_200.0, 430),
    ("Havering", 262_100.0, 480),
    ("Hillingdon", 305_900.0, 800),
    ("Hounslow", 288_200.0, 740),
    ("Islington", 216_600.0, 930),
    ("Kensington and Chelsea", 143_400.0, 600),
    ("Kingston upon Thames", 168_100.0, 350),
    ("Lambeth", 317_700.0, 1_130),
    ("Lewisham", 300_600.0, 860),
    ("Merton", 215_200.0, 430),
    ("Newham", 351_100.0, 930),
    ("Redbridge", 310_300.0, 620),
    ("Richmond upon Thames", 195_300.0, 330),
    ("Southwark", 307_600.0, 1_100),
    ("Sutton", 209_600.0, 350),
    ("Tower Hamlets", 310_300.0, 1_160),
    ("Waltham Forest", 278_400.0, 730),
    ("Wandsworth", 327_500.0, 700),
    ("Westminster", 204_300.0, 1_900),
];

const COUNTS: [u32; 36] = [
    41, 38, 45, 50, 47, 39, 44, 52, 46, 40, 43, 48, 42, 39, 51, 44, 47, 41, 58, 61, 66, 60, 63, 59, 64, 62, 57, 60, 65, 61, 58, 71,
    62, 97, 60, 55,
];

fn month(text: &str) -> Month {
    text.parse().unwrap_or_else(|e| panic!("{text}: {e}"))
}

fn frame(fit: Fit) -> Frame<'static> {
    let id = if fit == Fit::Narrow { "sample-narrow" } else { "sample" };
    Frame { id, title: "Camden: <hate crime> & \"more\"", unit: "recorded offences a month", decimals: 0, fit }
}

/// Three years with a break after 18 months, a gap, two provisional months, a peak and two events.
fn sample() -> MonthlySeries<'static> {
    let mut values: Vec<Option<f64>> = COUNTS.iter().map(|c| Some(f64::from(*c))).collect();
    values[9] = None;
    let n = values.iter().flatten().sum::<f64>() as u64;
    let mut series = MonthlySeries::new("All strands", n, month("2023-01"), &values);
    for (places, baseline) in [((0..18).filter(|at| *at != 9).collect::<Vec<_>>(), 12), ((18..36).collect(), 14)] {
        let part: Vec<f64> = places.iter().filter_map(|at| values[*at]).collect();
        let chart = xmr(&part, &ChartParams::new(0..baseline)).unwrap_or_else(|e| panic!("{e}"));
        series.add_chart(&places, &chart).unwrap_or_else(|e| panic!("{e}"));
    }
    for month in &mut series.months[34..] {
        month.provisional = true;
    }
    series.breaks.push(Note { month: month("2024-07"), text: "New recording system" });
    series.events.push(Note { month: month("2023-10"), text: "Conflict abroad" });
    series.events.push(Note { month: month("2025-10"), text: "Attack on a mosque" });
    series
}

fn strands(scales: Scales, fit: Fit) -> MultiplesInput<'static> {
    let names = [
        "Race and religion, all recorded flags together",
        "Sexual orientation",
        "Disability",
        "Transgender",
        "Faith: 'other' & none",
    ];
    let shares = [1.0, 0.4, 0.12, 0.1, 0.25];
    let panel = |(name, share): (&'static str, f64)| {
        let values: Vec<Option<f64>> =
            COUNTS.iter().enumerate().map(|(at, c)| (at != 9).then(|| (f64::from(*c) * share).round())).collect();
        let mut series = MonthlySeries::new(name, values.iter().flatten().sum::<f64>() as u64, month("2023-01"), &values);
        let places: Vec<usize> = (18..36).collect();
        let part: Vec<f64> = places.iter().filter_map(|at| values[*at]).collect();
        let chart = xmr(&part, &ChartParams::new(0..14)).unwrap_or_else(|e| panic!("{e}"));
        series.add_chart(&places, &chart).unwrap_or_else(|e| panic!("{e}"));
        series.months[35].provisional = true;
        series.breaks.push(Note { month: month("2024-07"), text: "New recording system" });
        series.events.push(Note { month: month("2025-10"), text: "Attack on a mosque" });
        series
    };
    MultiplesInput { frame: frame(fit), panels: names.into_iter().zip(shares).map(panel).collect(), scales }
}

fn london(fit: Fit) -> FunnelInput<'static> {
    let (counts, people): (Vec<u32>, Vec<f64>) = BOROUGHS.iter().map(|(_, people, count)| (*count, *people)).unzip();
    let made = funnel(&counts, &people, &FunnelParams::default()).unwrap_or_else(|e| panic!("{e}"));
    let point = |at: usize| {
        made.units[at].map(|unit| FunnelPoint {
            id: BOROUGHS[at].0,
            name: BOROUGHS[at].0,
            denominator: people[at],
            rate: Some(unit.ratio * 1000.0),
            position: unit.position,
        })
    };
    FunnelInput {
        frame: Frame { unit: "recorded offences per 1,000 residents", decimals: 1, ..frame(fit) },
        period: "January to December 2025",
        n: counts.iter().map(|c| u64::from(*c)).sum(),
        denominator: "residents",
        target: made.target * 1000.0,
        points: (0..BOROUGHS.len()).filter_map(point).collect(),
        limits: FunnelLimits::curves(&made, 390_800.0, 1000.0),
    }
}

fn dots(fit: Fit) -> DotsInput<'static> {
    let row = |(name, people, count): &(&'static str, f64, u32)| {
        let (rate, error) = (f64::from(*count) / people * 1000.0, f64::from(*count).sqrt() * 1.96 / people * 1000.0);
        IntervalRow { name, n: u64::from(*count), rate: Some(rate), interval: Some([rate - error, rate + error]) }
    };
    let mut rows: Vec<IntervalRow<'_>> = BOROUGHS.iter().map(row).collect();
    rows[3] = IntervalRow { rate: None, interval: None, ..rows[3] };
    rows[4].interval = None;
    DotsInput {
        frame: Frame { unit: "recorded offences per 1,000 residents", decimals: 1, ..frame(fit) },
        period: "January to December 2025",
        interval: "95 % intervals",
        reference: Some(Reference { rate: 2.9, name: "London" }),
        rows,
    }
}

/// Shares of boroughs, with a given part of the resource: every fifth gets half of what it needs.
fn shares(fit: Fit) -> ScatterInput<'static> {
    let all: f64 = BOROUGHS.iter().map(|b| f64::from(b.2)).sum();
    let point = |(at, (name, _, count)): (usize, &(&'static str, f64, u32))| {
        let need = f64::from(*count) / all * 100.0;
        let error = need * 1.96 / f64::from(*count).sqrt();
        let (part, standing) = match at % 5 {
            0 => (0.5, Standing::Questioned),
            1 => (1.05, Standing::CannotTell),
            _ => (1.1 + at as f64 / 300.0, Standing::NotQuestioned),
        };
        ScatterPoint {
            id: name,
            name,
            need,
            interval: [need - error, need + error],
            resource: need * part,
            standing,
            named: at == 32,
        }
    };
    ScatterInput {
        frame: Frame { unit: "per cent of all", decimals: 1, ..frame(fit) },
        period: "January to December 2025",
        n: all as u64,
        need: "share of the expected incidents",
        resource: "share of the officers planned",
        points: BOROUGHS.iter().enumerate().map(point).collect(),
    }
}

const CURVE: [[f64; 2]; 5] = [[0.0, 0.0], [0.2, 0.05], [0.6, 0.35], [0.9, 0.8], [1.0, 1.0]];

fn curve(fit: Fit) -> ConcentrationInput<'static> {
    ConcentrationInput {
        frame: Frame { unit: "per cent of all", decimals: 1, ..frame(fit) },
        period: "January to December 2025",
        need: "share of the expected incidents",
        resource: "share of the officers planned",
        curve: &CURVE,
        gini: 0.31,
        misplaced: 0.25,
    }
}

fn choices(fit: Fit) -> TornadoInput<'static> {
    let row = |name, answer, holds| TornadoRow { name, answer, holds };
    TornadoInput {
        frame: Frame { unit: "gap in percentage points", decimals: 2, ..frame(fit) },
        period: "January to December 2025",
        n: 212,
        published: [-1.2, -1.9, -0.6],
        rows: vec![
            row("confirmed flags only", Some([-1.25, -2.0, -0.6]), true),
            row("the last 6 months", Some([-0.4, -1.4, 0.5]), false),
            row("another reference measure", None, false),
            row("amounts of wider areas spread by residents", Some([-2.2, -2.9, -1.6]), true),
            row("a quarter more is reported here than elsewhere", Some([-0.9, -1.5, -0.3]), true),
        ],
    }
}

fn control(series: MonthlySeries<'_>, fit: Fit) -> ControlChartInput<'_> {
    ControlChartInput { frame: frame(fit), series }
}

fn parsed(svg: &str) -> Document<'_> {
    Document::parse(svg).unwrap_or_else(|e| panic!("{e}: {svg}"))
}

fn number(node: Node<'_, '_>, name: &str) -> f64 {
    node.attribute(name).and_then(|v| v.parse().ok()).unwrap_or_else(|| panic!("{name} of {node:?}"))
}

/// The points of a path, subpath by subpath.
fn subpaths(d: &str) -> Vec<Vec<(f64, f64)>> {
    let point = |text: &str| {
        let (x, y) = text.split_once(' ').unwrap_or_else(|| panic!("{text}"));
        (x.parse().unwrap_or(f64::NAN), y.parse().unwrap_or(f64::NAN))
    };
    d.split('M').skip(1).map(|line| line.trim_end_matches("h0").split('L').map(point).collect()).collect()
}

fn lines(document: &Document<'_>, class: &str) -> Vec<Vec<(f64, f64)>> {
    let of = |n: &Node<'_, '_>| n.has_tag_name(("http://www.w3.org/2000/svg", "path")) && n.attribute("class") == Some(class);
    // What begins at the left edge is the legend's.
    let all = document.descendants().filter(of).flat_map(|n| subpaths(n.attribute("d").unwrap_or("")));
    all.filter(|line| line[0].0 > 0.0).collect()
}

/// Where a text lies: left, top, right, bottom.
fn place(node: Node<'_, '_>) -> [f64; 4] {
    let wide = svg::width(node.text().unwrap_or(""));
    let (x, y) = (number(node, "x"), number(node, "y"));
    let left = match node.attribute("text-anchor") {
        Some("middle") => x - wide / 2.0,
        Some("end") => x - wide,
        _ => x,
    };
    [left, y - 9.0, left + wide, y + 3.0]
}

/// Well formed, told to a screen reader, without a link or script, and everything inside.
fn sound(svg: &str) {
    let document = parsed(svg);
    let root = document.root_element();
    assert_eq!(root.attribute("role"), Some("img"));
    let said = root.attribute("aria-labelledby").unwrap_or("");
    let ids: Vec<&str> = document.descendants().filter_map(|n| n.attribute("id")).collect();
    assert!(!said.is_empty() && said.split(' ').all(|id| ids.contains(&id)));
    for node in document.descendants().filter(Node::is_element) {
        assert_ne!(node.tag_name().name(), "script");
        for attribute in node.attributes() {
            let (name, value) = (attribute.name(), attribute.value());
            assert!(name != "href" && !name.starts_with("on"), "{name}");
            assert!(!["NaN", "inf", "url("].iter().any(|word| value.contains(word)) && value != "-0", "{name} {value}");
        }
    }
    let (width, height) = (number(root, "width"), number(root, "height"));
    let inside = |x: f64, y: f64| assert!((-0.6..=width + 0.6).contains(&x) && (0.0..=height).contains(&y), "{x} {y}: {svg}");
    for node in document.descendants().filter(Node::is_element) {
        match node.tag_name().name() {
            "text" => {
                let [left, top, right, bottom] = place(node);
                inside(left, top);
                inside(right, bottom);
            }
            "circle" => {
                let (x, y, r) = (number(node, "cx"), number(node, "cy"), number(node, "r"));
                inside(x - r, y - r);
                inside(x + r, y + r);
            }
            "path" => subpaths(node.attribute("d").unwrap_or("")).iter().flatten().for_each(|(x, y)| inside(*x, *y)),
            "polygon" => node.attribute("points").unwrap_or("").split(' ').for_each(|point| {
                let (x, y) = point.split_once(',').unwrap_or_else(|| panic!("{point}"));
                inside(x.parse().unwrap_or(f64::NAN), y.parse().unwrap_or(f64::NAN));
            }),
            _ => {}
        }
    }
}

/// Sound, and no number of its words is none. Where words are arbitrary they may hold anything.
fn numeric(svg: &str) {
    sound(svg);
    assert!(!svg.contains("NaN") && !svg.contains("inf"), "{svg}");
}

/// No text lies on another.
fn apart(svg: &str) {
    let document = parsed(svg);
    let texts: Vec<_> = document.descendants().filter(|n| n.tag_name().name() == "text").map(|n| (n.text(), place(n))).collect();
    for (at, (a, p)) in texts.iter().enumerate() {
        for (b, q) in &texts[at + 1..] {
            let over = p[0] < q[2] && q[0] < p[2] && p[1] < q[3] && q[1] < p[3];
            assert!(!over, "{a:?} lies on {b:?}");
        }
    }
}

macro_rules! snapshot {
    ($name:literal, $svg:expr) => {{
        let svg = $svg.unwrap_or_else(|e| panic!("{e}"));
        sound(&svg);
        insta::assert_binary_snapshot!(concat!($name, ".svg"), svg.into_bytes());
    }};
}

#[test]
fn control_charts_look_as_they_did() {
    snapshot!("control", control_chart(&control(sample(), Fit::Wide)));
    snapshot!("control-narrow", control_chart(&control(sample(), Fit::Narrow)));
    for fit in [Fit::Wide, Fit::Narrow] {
        apart(&control_chart(&control(sample(), fit)).unwrap_or_else(|e| panic!("{e}")));
    }
    let table = control_table(&control(sample(), Fit::Wide)).unwrap_or_else(|e| panic!("{e}"));
    insta::assert_snapshot!("control-table", table.rows.iter().map(|r| r.join(" | ")).collect::<Vec<_>>().join("\n"));
}

#[test]
fn small_multiples_look_as_they_did() {
    snapshot!("multiples", small_multiples(&strands(Scales::Common, Fit::Wide)));
    snapshot!("multiples-own-scales", small_multiples(&strands(Scales::Own, Fit::Any)));
    snapshot!("multiples-narrow", small_multiples(&strands(Scales::Common, Fit::Narrow)));
    for (scales, fit) in
        [(Scales::Common, Fit::Wide), (Scales::Own, Fit::Wide), (Scales::Threes, Fit::Wide), (Scales::Common, Fit::Narrow)]
    {
        apart(&small_multiples(&strands(scales, fit)).unwrap_or_else(|e| panic!("{e}")));
    }
    let table = multiples_table(&strands(Scales::Common, Fit::Wide)).unwrap_or_else(|e| panic!("{e}"));
    assert_eq!((table.rows.len(), table.head.len(), table.rows[0].len()), (5 * 36, 7, 7));
}

#[test]
fn funnels_look_as_they_did() {
    snapshot!("funnel", funnel_chart(&london(Fit::Wide)));
    snapshot!("funnel-narrow", funnel_chart(&london(Fit::Narrow)));
    for fit in [Fit::Wide, Fit::Narrow] {
        apart(&funnel_chart(&london(fit)).unwrap_or_else(|e| panic!("{e}")));
    }
    let table = funnel_table(&london(Fit::Wide)).unwrap_or_else(|e| panic!("{e}"));
    assert_eq!(table.rows[32], ["Westminster", "204,300", "9.3", "above the 99.8 % limit"]);
}

#[test]
fn dots_look_as_they_did() {
    snapshot!("dots", interval_dots(&dots(Fit::Wide)));
    snapshot!("dots-narrow", interval_dots(&dots(Fit::Narrow)));
    for fit in [Fit::Wide, Fit::Narrow] {
        apart(&interval_dots(&dots(fit)).unwrap_or_else(|e| panic!("{e}")));
    }
    let table = dots_table(&dots(Fit::Wide)).unwrap_or_else(|e| panic!("{e}"));
    assert_eq!(table.rows[3], ["Bexley", "420", "[x]", "[x]", "[x]"]);
}

#[test]
fn scatters_look_as_they_did() {
    snapshot!("scatter", share_scatter(&shares(Fit::Wide)));
    snapshot!("scatter-narrow", share_scatter(&shares(Fit::Narrow)));
    for fit in [Fit::Wide, Fit::Narrow] {
        apart(&share_scatter(&shares(fit)).unwrap_or_else(|e| panic!("{e}")));
    }
    let table = scatter_table(&shares(Fit::Wide)).unwrap_or_else(|e| panic!("{e}"));
    assert_eq!(table.rows[5], ["Bromley", "1.1", "2.2", "2.0", "2.4", "questioned"]);
}

#[test]
fn concentration_curves_look_as_they_did() {
    snapshot!("concentration", concentration_curve(&curve(Fit::Wide)));
    snapshot!("concentration-narrow", concentration_curve(&curve(Fit::Narrow)));
    for fit in [Fit::Wide, Fit::Narrow] {
        apart(&concentration_curve(&curve(fit)).unwrap_or_else(|e| panic!("{e}")));
    }
    let table = concentration_table(&curve(Fit::Wide)).unwrap_or_else(|e| panic!("{e}"));
    assert_eq!(
        (&table.rows[1], &table.rows[4]),
        (&vec!["10.0".to_owned(), "2.5".to_owned()], &vec!["40.0".to_owned(), "20.0".to_owned()])
    );
}

#[test]
fn tornadoes_look_as_they_did() {
    snapshot!("tornado", tornado(&choices(Fit::Wide)));
    snapshot!("tornado-narrow", tornado(&choices(Fit::Narrow)));
    for fit in [Fit::Wide, Fit::Narrow] {
        apart(&tornado(&choices(fit)).unwrap_or_else(|e| panic!("{e}")));
    }
    let table = tornado_table(&choices(Fit::Wide)).unwrap_or_else(|e| panic!("{e}"));
    assert_eq!(table.rows[0], ["as published", "−1.20", "−1.90", "−0.60", "as published"]);
    // The choice that moves the answer most stands first, that without an answer last.
    assert_eq!(table.rows[1], ["amounts of wider areas spread by residents", "−2.20", "−2.90", "−1.60", "the same"]);
    assert_eq!(table.rows[5], ["another reference measure", "[x]", "[x]", "[x]", "[x]"]);
}

#[test]
fn a_chart_as_a_file_has_a_line_above_it() {
    for fit in [Fit::Any, Fit::Narrow] {
        let chart = funnel_chart(&london(fit)).unwrap_or_else(|e| panic!("{e}"));
        let alone = under_line(&chart, "RESTRICTED: <exact> figures & more words than fit on a line of a narrow chart");
        let document = parsed(&alone);
        let inner = document.descendants().filter(|n| n.tag_name().name() == "svg").nth(1).unwrap_or_else(|| panic!("{alone}"));
        let above = number(inner, "y");
        assert!(above >= 24.0 && (number(document.root_element(), "height") - above - number(inner, "height")).abs() < 0.11);
        let line = document.root_element().children().find(|n| n.tag_name().name() == "text").unwrap_or_else(|| panic!("{alone}"));
        assert!(line.text().is_some_and(|t| t.starts_with("RESTRICTED: <exact>")));
    }
}

#[test]
fn sparklines_look_as_they_did() {
    let values: Vec<Option<f64>> =
        COUNTS.iter().enumerate().map(|(at, c)| (at != 9 && at != 11).then_some(f64::from(*c))).collect();
    let input = SparklineInput {
        id: "spark",
        title: "Camden, January 2023 to December 2025, offences a month",
        values: &values,
        breaks: &[],
        limits: Some([44.2, 78.9]),
        decimals: 0,
    };
    snapshot!("sparkline", sparkline(&input));
    snapshot!("sparkline-gaps", sparkline(&SparklineInput { values: &[None, None], limits: None, ..input }));
}

/// Series that try the drawing: months, size of figures.
fn odd() -> Vec<MonthlySeries<'static>> {
    let start = month("2023-01");
    let series = |values: &[Option<f64>]| MonthlySeries::new("Odd", 0, start, values);
    let long: Vec<Option<f64>> = (0..400).map(|at| (at % 37 != 0).then(|| f64::from(at * 7919 % 101))).collect();
    vec![
        series(&[Some(0.0); 24]),
        series(&[Some(7.0); 13]),
        series(&[Some(5.0)]),
        series(&[None]),
        series(&[None; 25]),
        series(&long),
        MonthlySeries::new("Odd", 0, month("1990-05"), &long),
        series(&[Some(10_000_000.0), Some(9_000_000.0), Some(0.0), Some(1.0)]),
        series(&[Some(1e9); 3]),
        series(&[None, Some(3.0), None, Some(2.0), None]),
    ]
}

#[test]
fn odd_series_look_sensible() {
    for series in odd() {
        for fit in [Fit::Wide, Fit::Narrow] {
            let svg = control_chart(&control(series.clone(), fit)).unwrap_or_else(|e| panic!("{e}"));
            sound(&svg);
            apart(&svg);
            let input = MultiplesInput { frame: frame(fit), panels: vec![series.clone(); 5], scales: Scales::Own };
            let svg = small_multiples(&input).unwrap_or_else(|e| panic!("{e}"));
            sound(&svg);
            apart(&svg);
        }
        let values: Vec<Option<f64>> = series.months.iter().map(|m| m.value).collect();
        let input = SparklineInput { id: "a", title: "Odd", values: &values, breaks: &[1], limits: Some([-3.0, 0.0]), decimals: 0 };
        sound(&sparkline(&input).unwrap_or_else(|e| panic!("{e}")));
    }
}

#[test]
fn neither_gaps_nor_breaks_are_bridged() {
    let series = sample();
    let svg = control_chart(&control(series, Fit::Wide)).unwrap_or_else(|e| panic!("{e}"));
    let document = parsed(&svg);
    // January to September; November to the break; the rest.
    let lengths: Vec<usize> = lines(&document, "hc-line").iter().map(Vec::len).collect();
    assert_eq!(lengths, [9, 8, 18]);
    // The break is the only upright in ink.
    let upright = &lines(&document, "hc-ink")[0];
    for line in lines(&document, "hc-rule").iter().chain(&lines(&document, "hc-line")) {
        let xs = || line.iter().map(|p| p.0);
        let (from, to) = (xs().fold(f64::MAX, f64::min), xs().fold(f64::MIN, f64::max));
        let axis = line[0].1 == upright[1].1;
        assert!(axis || to <= upright[0].0 || from >= upright[0].0, "{line:?} crosses {upright:?}");
    }
}

#[test]
fn what_is_expected_in_the_end_has_its_limits_in_picture_words_and_table() {
    let mut series = sample();
    series.months[35].expected = Some([70.0, 82.0, 140.0]);
    series.months[33].revised = true;
    let input = control(series, Fit::Wide);
    let svg = control_chart(&input).unwrap_or_else(|e| panic!("{e}"));
    sound(&svg);
    apart(&svg);
    assert!(svg.contains("70 to 140 expected in the end for December 2025"), "{svg}");
    // The scale holds the upper limit.
    assert!(svg.contains(">150<") || svg.contains(">160<"), "{svg}");
    let table = control_table(&input).unwrap_or_else(|e| panic!("{e}"));
    assert!(table.rows[35][5].contains("[e] 82 expected in the end, 70 to 140"), "{:?}", table.rows[35]);
    assert!(table.rows[33][5].contains("[r] revised"), "{:?}", table.rows[33]);
}

#[test]
fn panels_of_three_have_one_scale_and_say_it() {
    let svg = small_multiples(&strands(Scales::Threes, Fit::Wide)).unwrap_or_else(|e| panic!("{e}"));
    assert_eq!(svg.matches("scale, 0 to").count(), 5);
    assert!(svg.contains("5 panels each three on one scale") && !svg.contains("own scale"), "{svg}");
}

#[test]
fn a_sparkline_is_cut_where_recording_changed() {
    let values = [Some(3.0), Some(4.0), Some(9.0), Some(8.0)];
    let input = SparklineInput { id: "s", title: "t", values: &values, breaks: &[2], limits: None, decimals: 0 };
    let svg = sparkline(&input).unwrap_or_else(|e| panic!("{e}"));
    sound(&svg);
    assert!(svg.contains("recording changed with period 3"), "{svg}");
    let line = parsed(&svg).descendants().filter_map(|n| n.attribute("d").map(str::to_owned)).find(|d| d.matches('M').count() == 2);
    assert!(line.is_some(), "{svg}");
}

#[test]
fn faults_are_named() {
    let said = |edit: &dyn Fn(&mut ControlChartInput<'_>)| {
        let mut input = control(sample(), Fit::Any);
        edit(&mut input);
        control_chart(&input).expect_err("a fault").to_string()
    };
    let all = [
        said(&|i| i.frame.id = "1 x"),
        said(&|i| i.frame.decimals = 9),
        said(&|i| i.series.months.clear()),
        said(&|i| i.series.months[4].value = Some(f64::NAN)),
        said(&|i| i.series.months[4].value = Some(-1.0)),
        said(&|i| i.series.months[4].band = Some(Band { center: 3.0, lower: 4.0, upper: 5.0 })),
        said(&|i| i.series.signals.push(Signal { rule: Rule::Run, side: Side::Above, from: 3, to: 36 })),
        said(&|i| i.series.breaks.push(Note { month: month("2022-12"), text: "before" })),
        said(&|i| i.series.events.push(Note { month: month("2026-01"), text: "after" })),
    ];
    insta::assert_snapshot!("faults", all.join("\n"));
    let mut input = strands(Scales::Common, Fit::Any);
    input.panels[2].months.pop();
    input.panels[2].signals.clear();
    let fault = small_multiples(&input).expect_err("unlike months").to_string();
    assert_eq!(fault, "panel 3 must be of the same months as the first");
    let mut input = dots(Fit::Any);
    input.rows[1].interval = Some([9.0, 10.0]);
    assert_eq!(interval_dots(&input).expect_err("off its rate").to_string(), "the interval of row 2 must be round its rate");
    let mut input = shares(Fit::Any);
    input.points[2].interval = [9.0, 10.0];
    assert_eq!(share_scatter(&input).expect_err("off its share").to_string(), "the interval of point 3 must be round its share");
    let input = ConcentrationInput { curve: &[[0.0, 0.0], [0.5, 0.4], [0.4, 0.5], [1.0, 1.0]], ..curve(Fit::Any) };
    assert_eq!(concentration_curve(&input).expect_err("it goes back").to_string(), "the curve must be ascending from 0, 0 to 1, 1");
    let mut input = choices(Fit::Any);
    input.rows[1].answer = Some([f64::INFINITY, 0.0, 1.0]);
    let fault = tornado(&input).expect_err("infinite").to_string();
    assert_eq!(fault, "the answer of row 2 must be finite, between its bounds, and 1,000,000,000 at most");
}

fn figure() -> impl Strategy<Value = f64> {
    prop_oneof![0.0..100.0, Just(0.0), Just(1e7), Just(1e9), 0.0..1e9, Just(f64::NAN), Just(-1.0), Just(f64::INFINITY)]
}

fn figures(most: usize) -> impl Strategy<Value = Vec<Option<f64>>> {
    vec(of((0_u32..200).prop_map(f64::from)), 1..most)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn any_number_gives_an_error_or_a_sound_chart(
        values in vec(of(figure()), 0..8),
        bands in vec(of([figure(), figure(), figure()]), 8),
        decimals in 0_usize..5,
        narrow in any::<bool>(),
    ) {
        let mut series = MonthlySeries::new("Any", 1, month("2024-11"), &values);
        for (month, band) in series.months.iter_mut().zip(bands) {
            month.band = band.map(|mut b| { b.sort_by(f64::total_cmp); Band { lower: b[0], center: b[1], upper: b[2] } });
        }
        let frame = Frame { decimals, ..frame(if narrow { Fit::Narrow } else { Fit::Any }) };
        if let Ok(svg) = control_chart(&ControlChartInput { frame, series: series.clone() }) {
            numeric(&svg);
        }
        if let Ok(svg) = small_multiples(&MultiplesInput { frame, panels: vec![series; 2], scales: if narrow { Scales::Threes } else { Scales::Own } }) {
            numeric(&svg);
        }
        if let Ok(svg) = sparkline(&SparklineInput { id: "s", title: "t", values: &values, breaks: &[3], limits: None, decimals }) {
            numeric(&svg);
        }
    }

    #[test]
    fn any_words_are_escaped_and_inside(
        name in any::<String>(), text in "\\PC{0,60}", longer in vec("[A-Za-z&<>\"']{1,14}", 0..20), narrow in any::<bool>(),
    ) {
        let text = format!("{text} {}", longer.join(" "));
        let fit = if narrow { Fit::Narrow } else { Fit::Any };
        let mut series = sample();
        series.name = &name;
        series.events[0].text = &text;
        series.breaks[0].text = &name;
        let frame = Frame { title: &text, unit: &name, ..frame(fit) };
        sound(&control_chart(&ControlChartInput { frame, series: series.clone() }).unwrap_or_else(|e| panic!("{e}")));
        let panels = vec![series; 3];
        sound(&small_multiples(&MultiplesInput { frame, panels, scales: Scales::Own }).unwrap_or_else(|e| panic!("{e}")));
        let mut input = london(fit);
        (input.points[0].name, input.denominator, input.period) = (&text, &name, &text);
        sound(&funnel_chart(&input).unwrap_or_else(|e| panic!("{e}")));
        let mut input = dots(fit);
        (input.rows[0].name, input.interval, input.reference) = (&text, &name, Some(Reference { rate: 1e3, name: &text }));
        sound(&interval_dots(&input).unwrap_or_else(|e| panic!("{e}")));
        let mut input = shares(fit);
        (input.points[0].name, input.need, input.resource, input.period) = (&text, &name, &text, &text);
        sound(&share_scatter(&input).unwrap_or_else(|e| panic!("{e}")));
        sound(&concentration_curve(&ConcentrationInput { need: &text, resource: &name, ..curve(fit) }).unwrap_or_else(|e| panic!("{e}")));
        let mut input = choices(fit);
        (input.rows[0].name, input.rows[1].name, input.period) = (&text, &name, &text);
        sound(&tornado(&input).unwrap_or_else(|e| panic!("{e}")));
    }

    #[test]
    fn any_shares_and_answers_give_a_sound_chart(
        points in vec((0.0..100.0_f64, 0.0..5.0_f64, 0.0..100.0_f64, 0_usize..3), 1..40), answers in vec((-1e3..1e3_f64, 0.0..1e3_f64), 1..14), narrow in any::<bool>(),
    ) {
        let fit = if narrow { Fit::Narrow } else { Fit::Any };
        let mut input = shares(fit);
        let standings = [Standing::Questioned, Standing::NotQuestioned, Standing::CannotTell];
        input.points = points
            .iter()
            .zip(BOROUGHS.iter().cycle())
            .map(|((need, error, resource, at), (name, ..))| ScatterPoint {
                id: name,
                name,
                need: *need,
                interval: [(need - error).max(0.0), need + error],
                resource: *resource,
                standing: standings[*at],
                named: false,
            })
            .collect();
        let svg = share_scatter(&input).unwrap_or_else(|e| panic!("{e}"));
        numeric(&svg);
        apart(&svg);
        // Every one that is questioned is named, in the plot or under it.
        let document = parsed(&svg);
        let text: String = document.descendants().filter(|n| n.tag_name().name() == "text").filter_map(|n| n.text()).collect::<Vec<_>>().join(" ");
        for point in input.points.iter().filter(|p| p.standing == Standing::Questioned) {
            prop_assert!(text.contains(point.name), "{} in {}", point.name, text);
        }
        let mut input = choices(fit);
        input.published = [0.0, 0.0, 0.0];
        input.rows = answers.iter().map(|(mean, error)| TornadoRow { name: "a choice", answer: Some([*mean, mean - error, mean + error]), holds: true }).collect();
        let svg = tornado(&input).unwrap_or_else(|e| panic!("{e}"));
        numeric(&svg);
        apart(&svg);
    }

    #[test]
    fn the_line_joins_neighbours_only(values in figures(60), breaks in vec(0_u16..60, 0..4), narrow in any::<bool>()) {
        let start = month("2020-03");
        let mut series = MonthlySeries::new("Any", 1, start, &values);
        let count = values.len();
        series.breaks = breaks.iter().map(|at| Note { month: start.plus(at % count as u16), text: "break" }).collect();
        let joined = (1..count).filter(|at| values[*at].is_some() && values[at - 1].is_some() && !series.breaks_at(*at)).count();
        let svg = control_chart(&control(series, if narrow { Fit::Narrow } else { Fit::Any })).unwrap_or_else(|e| panic!("{e}"));
        sound(&svg);
        let drawn: usize = lines(&parsed(&svg), "hc-line").iter().map(|line| line.len() - 1).sum();
        prop_assert_eq!(drawn, joined);
    }

    #[test]
    fn notes_over_a_plot_keep_apart(
        notes in vec((0_u16..36, "[A-Za-z]{1,9}( [A-Za-z]{1,9}){0,3}", any::<bool>()), 0..9), narrow in any::<bool>(),
    ) {
        let mut series = sample();
        series.events.clear();
        series.breaks.clear();
        for (at, text, is_break) in &notes {
            let list = if *is_break { &mut series.breaks } else { &mut series.events };
            list.push(Note { month: series.start.plus(*at), text });
        }
        let svg = control_chart(&control(series, if narrow { Fit::Narrow } else { Fit::Any })).unwrap_or_else(|e| panic!("{e}"));
        sound(&svg);
        apart(&svg);
    }

    #[test]
    fn names_in_a_funnel_keep_apart(points in vec((1.0..1e6, 0.0..20.0, 0_usize..5), 1..40), narrow in any::<bool>()) {
        let mut input = london(if narrow { Fit::Narrow } else { Fit::Any });
        input.points = points
            .iter()
            .zip(BOROUGHS.iter().cycle())
            .map(|((denominator, rate, at), (name, ..))| FunnelPoint {
                id: name,
                name,
                denominator: *denominator,
                rate: Some(*rate),
                position: Position::ALL[*at],
            })
            .collect();
        let svg = funnel_chart(&input).unwrap_or_else(|e| panic!("{e}"));
        sound(&svg);
        apart(&svg);
        // Every one outside is named, in the plot or under it.
        let said = parsed(&svg);
        let text: String = said.descendants().filter(|n| n.tag_name().name() == "text").filter_map(|n| n.text()).collect::<Vec<_>>().join(" ");
        for point in input.points.iter().filter(|p| p.position != Position::Within) {
            prop_assert!(text.contains(point.name), "{} in {}", point.name, text);
        }
    }

    #[test]
    fn a_scale_holds_its_largest_in_few_round_ticks(largest in prop_oneof![0.0..1.0, 0.0..1e4, 0.0..1e9], decimals in 0_usize..4, parts in 2_usize..6) {
        let scale = axis::Scale::from_zero(largest, decimals, parts);
        prop_assert!(scale.top >= largest * (1.0 - 1e-9) && scale.ticks.len() >= 2 && scale.ticks.len() <= parts + 1);
        let labels: std::collections::BTreeSet<&str> = scale.ticks.iter().map(|t| t.1.as_str()).collect();
        prop_assert_eq!(labels.len(), scale.ticks.len());
    }
}

#[test]
fn numbers_have_their_thousands_apart() {
    let said = [(0.0, 0), (-0.04, 1), (999.5, 0), (1234.0, 0), (10_000_000.0, 0), (-1234.56, 1)].map(|(v, d)| axis::number(v, d));
    assert_eq!(said, ["0", "0.0", "1,000", "1,234", "10,000,000", "−1,234.6"]);
}

#[test]
fn long_words_are_cut() {
    assert_eq!(svg::wrap("Hammersmith and Fulham", 100.0, 2), ["Hammersmith", "and Fulham"]);
    assert_eq!(svg::wrap("Hammersmith and Fulham", 60.0, 1), ["Hamme…"]);
    assert!(svg::wrap(" \n ", 60.0, 1).is_empty());
}
