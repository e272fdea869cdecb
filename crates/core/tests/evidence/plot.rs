//! `evidence.svg`: a reliability diagram.

use crate::calibration::Bins;
use crate::chain::Generator;
use crate::tally::Tally;
use std::fmt::Write;

const SIZE: f64 = 400.0;
const LEFT: f64 = 70.0;
const TOP: f64 = 60.0;
/// Height of the bars of counts.
const BARS: f64 = 90.0;
/// A bar of full height stands for so many powers of ten.
const DECADES: f64 = 7.0;
/// Bins with fewer units than this have small marks: they are pieces of cells at the edge of the study area.
const FEW: u64 = 1000;
const GAP: f64 = 40.0;
/// Dark blue and orange, apart for every kind of colour sight; the marks differ too.
const COLORS: [&str; 2] = ["#1b4f8f", "#b3540e"];

/// The rule's probabilities of all units, both generators.
pub fn svg(worlds: &[(Generator, &Tally); 2]) -> String {
    let (width, height) = (LEFT + SIZE + 30.0, TOP + SIZE + GAP + BARS + 60.0);
    let mut text = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" role=\"img\" aria-labelledby=\"title desc\" \
         font-family=\"sans-serif\" font-size=\"13\" fill=\"#222\">\n\
         <title id=\"title\">Reliability of the probability that a unit is hot</title>\n\
         <desc id=\"desc\">{}</desc>\n\
         <rect width=\"{width}\" height=\"{height}\" fill=\"#fff\"/>\n",
        description(worlds)
    );
    let x = |p: f64| LEFT + SIZE * p;
    let y = |share: f64| TOP + SIZE * (1.0 - share);
    let base = TOP + SIZE + GAP + BARS;
    writeln!(
        text,
        "<text x=\"{LEFT}\" y=\"22\" font-size=\"15\" font-weight=\"bold\">Said and true: all units, all records</text>"
    )
    .unwrap();
    for tick in 0..=5 {
        let p = f64::from(tick) / 5.0;
        writeln!(
            text,
            "<path d=\"M{:.1} {TOP}V{:.1}M{LEFT} {:.1}H{:.1}\" stroke=\"#ddd\"/><text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"middle\">{p:.1}</text>\
             <text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"end\">{p:.1}</text>",
            x(p),
            y(0.0),
            y(p),
            x(1.0),
            x(p),
            base + 18.0,
            LEFT - 8.0,
            y(p) + 4.0
        )
        .unwrap();
    }
    writeln!(
        text,
        "<path d=\"M{:.1} {:.1}L{:.1} {:.1}\" stroke=\"#777\" stroke-dasharray=\"5 4\"/>\n\
         <text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"middle\">stated probability that the rate is above twice the mean</text>\n\
         <text transform=\"translate(22 {:.1}) rotate(-90)\" text-anchor=\"middle\">share of units that are truly hot</text>\n\
         <text transform=\"translate(22 {:.1}) rotate(-90)\" text-anchor=\"middle\">units</text>",
        x(0.0),
        y(0.0),
        x(1.0),
        y(1.0),
        x(0.5),
        base + 42.0,
        y(0.5),
        base - BARS / 2.0
    )
    .unwrap();
    for power in [0, 2, 4, 6] {
        let at = base - BARS * f64::from(power) / DECADES;
        let number = ["1", "100", "10,000", "1,000,000"][power as usize / 2];
        writeln!(
            text,
            "<path d=\"M{LEFT} {at:.1}H{:.1}\" stroke=\"#ddd\"/><text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"end\" font-size=\"10\">{number}</text>",
            x(1.0),
            LEFT - 4.0,
            at + 3.0
        )
        .unwrap();
    }
    for (row, ((generator, tally), color)) in worlds.iter().zip(COLORS).enumerate() {
        let bins = &tally.all_records().rule.all;
        let points: Vec<(f64, f64, u64)> = points(bins).collect();
        let line: Vec<String> = points.iter().map(|(said, hot, _)| format!("{:.1} {:.1}", x(*said), y(*hot))).collect();
        writeln!(text, "<g fill=\"{color}\" stroke=\"{color}\"><path d=\"M{}\" fill=\"none\"/>", line.join("L")).unwrap();
        for (said, hot, units) in &points {
            let tip = format!("<title>{}: said {said:.3}, true {hot:.3}, {units} units</title>", generator.label());
            text += &mark(row, x(*said), y(*hot), if *units < FEW { 2.0 } else { 4.0 }, &tip);
        }
        for (bin, b) in bins.0.iter().enumerate().filter(|(_, b)| b.units > 0) {
            let tall = BARS * (b.units as f64).log10().max(0.05) / DECADES;
            let left = x(bin as f64 / bins.0.len() as f64) + 1.0 + 9.0 * row as f64;
            writeln!(
                text,
                "<rect x=\"{left:.1}\" y=\"{:.1}\" width=\"8\" height=\"{tall:.1}\" stroke=\"none\"><title>{}: {} units</title></rect>",
                base - tall,
                generator.label(),
                b.units
            )
            .unwrap();
        }
        text += &mark(row, LEFT + 18.0, TOP + 18.0 + 20.0 * row as f64, 4.0, "");
        writeln!(
            text,
            "<text x=\"{:.1}\" y=\"{:.1}\" stroke=\"none\">{} (error {:.3})</text></g>",
            LEFT + 30.0,
            TOP + 22.0 + 20.0 * row as f64,
            generator.label(),
            bins.error()
        )
        .unwrap();
    }
    text + "</svg>\n"
}

/// A circle or a square.
fn mark(row: usize, x: f64, y: f64, size: f64, tip: &str) -> String {
    if row == 0 {
        format!("<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"{size}\">{tip}</circle>\n")
    } else {
        format!("<rect x=\"{1:.1}\" y=\"{2:.1}\" width=\"{0}\" height=\"{0}\">{tip}</rect>\n", 2.0 * size, x - size, y - size)
    }
}

/// Mean probability, share truly hot and number of units of every bin with at least 20 units: fewer say nothing.
fn points(bins: &Bins) -> impl Iterator<Item = (f64, f64, u64)> {
    bins.0.iter().filter(|b| b.units >= 20).map(|b| (b.said / b.units as f64, b.hot as f64 / b.units as f64, b.units))
}

fn description(worlds: &[(Generator, &Tally); 2]) -> String {
    let mut text = "The share of units that are truly hot against the stated probability, in bins of 0.05 with 20 units or more (small marks: under 1,000 units, pieces of \
                    cells at the edge); on the broken line both \
                    are equal. Bars below give the number of units on a logarithmic scale."
        .to_owned();
    for (generator, tally) in worlds {
        let bins = &tally.all_records().rule.all;
        let (widest, hot, _) = points(bins).max_by(|a, b| (a.0 - a.1).abs().total_cmp(&(b.0 - b.1).abs())).unwrap_or_default();
        write!(
            text,
            " {}: expected calibration error {:.3}; widest apart where {widest:.2} is said and {hot:.2} is true.",
            generator.label(),
            bins.error()
        )
        .unwrap();
    }
    text
}
