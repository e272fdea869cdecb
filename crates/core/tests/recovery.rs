//! The demo recovers the planted truth: hotspots of a synthetic London against what was planted.
//!
//! Four seeds by default; `HOTSPOT_PROVE=1` takes twenty and prints the table.
#![expect(clippy::print_stdout, reason = "the table is what the test shows")]

use hotspot_core::MonthRange;
use hotspot_core::evaluate::recovery::{Proof, Recovery, prove, summed};
use hotspot_core::grid::CellGrid;
use hotspot_core::units::Units;

fn table(recoveries: &[Recovery]) -> String {
    let percent = |share: Option<f64>| share.map_or("-".to_owned(), |s| format!("{:.1}", 100.0 * s));
    let mut text = format!(
        "{:>20} {:>7} {:>8} {:>6} {:>6} {:>6} {:>7} {:>6}   planted, found/places by strength\n",
        "strand", "n", "hotspots", "true%", "inc%", "cell%", "hot", "recall"
    );
    for r in recoveries {
        let planted: Vec<String> =
            r.planted.iter().map(|p| format!("{}/{} (hot {}/{})", p.found, p.places, p.truly_hot_found, p.truly_hot)).collect();
        text += &format!(
            "{:>20} {:>7} {:>8} {:>6} {:>6} {:>6} {:>7} {:>6}   {}\n",
            r.strand.map_or("all", |s| s.id()),
            r.n,
            r.hotspots,
            percent(r.precision()),
            percent(r.precision_by_incident()),
            percent(r.precision_by_cell()),
            r.truly_hot,
            percent(r.recall()),
            planted.join("  ")
        );
    }
    text
}

#[test]
fn the_demo_recovers_the_planted_truth() {
    let seeds: Vec<u64> = if std::env::var("HOTSPOT_PROVE").is_ok() { (1..=20).collect() } else { (1..=4).collect() };
    let window = MonthRange::ending("2025-03".parse().unwrap(), 12);
    let units = Units::Cells(CellGrid::london());
    let proofs: Vec<Proof> = prove(&units, &seeds, window).unwrap();
    for proof in &proofs {
        let all = &proof.strands[0];
        println!("seed {}: precision {:.3?}, recall {:.3?}, {} hotspots", proof.seed, all.precision(), all.recall(), all.hotspots);
    }
    println!("{}", table(&summed(&proofs)));
}
