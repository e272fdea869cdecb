//! Do hotspots deserve their evidence word? On simulated worlds with known truth, made by two generators: the one of the demo, and a
//! log-Gaussian Cox process, which is not the model's.
//!
//! * [`chain`]: what `hotspot analyse` does, from records to hotspots that have been asked again under 48 settings.
//! * [`tally`]: how many hotspots of each word are true, and how much of what is truly hot is found, by strength.
//! * [`calibration`]: whether probabilities are what they say, and what would mend them.
//! * [`page`] and [`plot`]: `EVIDENCE.md` and `evidence.svg`, which the long form writes with `HOTSPOT_BLESS=1`.
//!
//! The long form (`cargo xtask prove evidence`) takes fifty seeds of each generator: some minutes. The short form takes the first of them, asserts
//! wide bounds, and sees that the page says what it finds: a change to the policy, the rule, the settings or the generators makes the page stale.
//!
//! Thresholds of the policy were chosen on other seeds (1001 to 1020).
#![expect(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a test asks how long a form to run, prints its figures, and fails by panicking"
)]

mod calibration;
mod chain;
mod page;
mod plot;
mod tally;

use chain::{Chain, Generator};
use hotspot_core::grid::CellGrid;
use hotspot_core::hotspot::evidence::{Evidence, EvidencePolicy};
use hotspot_core::units::Units;
use std::path::Path;
use tally::Tally;

/// Seeds of the long form.
const LONG: u64 = 50;
/// Seeds of the short form: the first of the long one.
const SHORT: u64 = 2;

/// Tallies of the first seeds, and of all.
fn tallies(chain: &Chain<'_>, generator: Generator, seeds: u64) -> [Tally; 2] {
    let mut sum = Tally::new();
    let mut first = Tally::new();
    for seed in 1..=seeds {
        let world = generator.world(seed, chain::window());
        sum.add(chain, &world, &chain.answer(&world), seed);
        if seed == SHORT {
            first = sum.clone();
        }
    }
    [first, sum]
}

#[test]
fn hotspots_deserve_their_word() {
    let long = std::env::var_os("HOTSPOT_PROVE").is_some();
    let units = Units::Cells(CellGrid::london());
    let chain = Chain::new(&units);
    let worlds = Generator::ALL.map(|generator| (generator, tallies(&chain, generator, if long { LONG } else { SHORT })));
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    let read = |name: &str| std::fs::read_to_string(folder.join(name)).unwrap_or_default();
    let policy = EvidencePolicy::current();
    let [of_first, of_all] = [0, 1].map(|i| Generator::ALL.map(|g| (g, &worlds[g as usize].1[i])));
    if long {
        let (text, plot) = (page::page(&policy, &of_first, &of_all), plot::svg(&of_all));
        println!("{text}");
        if std::env::var_os("HOTSPOT_BLESS").is_some() {
            std::fs::write(folder.join("EVIDENCE.md"), &text).unwrap();
            std::fs::write(folder.join("evidence.svg"), &plot).unwrap();
        }
        let stale = "is stale: HOTSPOT_BLESS=1 cargo xtask prove evidence";
        assert!(read("EVIDENCE.md") == text, "EVIDENCE.md {stale}");
        assert!(read("evidence.svg") == plot, "evidence.svg {stale}");
    } else {
        let mark = page::mark(&policy, &of_first);
        assert!(read("EVIDENCE.md").contains(&mark), "EVIDENCE.md is stale: HOTSPOT_BLESS=1 cargo xtask prove evidence\n{mark}");
    }
    if long {
        // What the page says of the prior of free form.
        for (generator, tally) in of_all {
            let (rule, free) = (&tally.all_records().rule, &tally.controls[2]);
            assert!(free.with_incident.error() < 0.6 * rule.with_incident.error(), "{}", generator.label());
            let [taken, hot] = free.taken.map(|n| n as f64);
            assert!(hot > 0.92 * taken && taken < 0.9 * rule.taken[0] as f64, "{}", generator.label());
        }
    }
    // A promise on fifty seeds; on two, a bound that chance does not reach.
    for (generator, tally) in of_all {
        let clear = tally.all_records().word(Evidence::Clear);
        let least = match (generator, long) {
            (Generator::Planted, true) => 0.95,
            (Generator::Cox, true) | (Generator::Planted, false) => 0.90,
            (Generator::Cox, false) => 0.85,
        };
        assert!(clear.hotspots >= 40 && clear.share().unwrap() >= least, "{}: {clear:?}", generator.label());
        assert!(tally.pooled().word(Evidence::Clear).share().unwrap() >= least, "{}: all analyses", generator.label());
        for analysed in &tally.analyses {
            let error = analysed.rule.all.error();
            assert!(error <= 0.05, "{}, {}: calibration error {error}", generator.label(), analysed.label());
        }
    }
}
