//! Without a cluster, p is at most α with a probability of at most α, and of exactly α where p can be α.
//!
//! 400 data sets without a cluster for each kind of scan; ten times as many with the environment variable `HOTSPOT_PROVE` set,
//! which prints the figures (`-- --nocapture`).

use super::*;

const REPLICATES: u32 = 19;
const EXCEEDANCES: u32 = 4;

/// What is scanned, and how.
#[derive(Debug, Clone, Copy)]
struct Kind {
    name: &'static str,
    model: ModelName,
    /// Cases expected in a unit and step: few make ties.
    cases: u32,
    rates: Rates,
    period: Period,
    stop: Stop,
}

const fn kind(name: &'static str, model: ModelName, cases: u32) -> Kind {
    Kind { name, model, cases, rates: Rates::High, period: Period::Retrospective, stop: Stop::Never }
}

fn kinds() -> Vec<Kind> {
    let space = kind("Poisson in space", ModelName::Poisson, 12);
    let time = kind("Poisson in space and time", ModelName::SpaceTimePoisson, 6);
    let now = Period::Prospective { since: None };
    let mut all = vec![
        space,
        Kind { name: "Poisson in space, sparse", cases: 1, ..space },
        Kind { name: "Poisson in space, both rates", rates: Rates::Both, ..space },
        Kind { name: "Poisson in space, low rates", rates: Rates::Low, ..space },
        kind("Bernoulli in space", ModelName::Bernoulli, 12),
        time,
        Kind { name: "Poisson, prospective", period: now, ..time },
        Kind {
            name: "Poisson, prospective, watched since the second step",
            period: Period::Prospective { since: Some(1) },
            ..time
        },
        kind("space-time permutation", ModelName::SpaceTimePermutation, 6),
        Kind { name: "space-time permutation, prospective", period: now, ..kind("", ModelName::SpaceTimePermutation, 6) },
    ];
    let sequential = |kind: &Kind| Kind { stop: Stop::Exceedances(EXCEEDANCES), ..*kind };
    all.extend([sequential(&all[0]), sequential(&all[1]), sequential(&all[6]), sequential(&all[8])]);
    all
}

/// What the scan of one data set without a cluster says.
struct Answer {
    p: f64,
    /// Replicas above the data.
    above: u32,
    /// Replicas level with them.
    same: u32,
    made: u32,
}

fn one(kind: Kind, set: u32) -> Answer {
    // Units at no equal distances, of populations without a common measure.
    let at = |i: usize, by: f64| (i as f64 * by).fract();
    let centers: Vec<[f64; 2]> = (0..20).map(|i| [at(i, 0.618_033_988_75), at(i, 0.754_877_666_247)]).collect();
    let lengths: &[f64] =
        if matches!(kind.model, ModelName::Poisson | ModelName::Bernoulli) { &[1.0] } else { &[31.0, 28.0, 31.0, 30.0] };
    let cells = 20 * lengths.len();
    let population: Vec<f64> = (0..20).map(|i| 1.0 + at(i + 1, 0.414_213_562)).collect();
    let persons: Vec<u32> = (0..cells).map(|i| kind.cases * 3 + (i as u32 * 7) % 11).collect();
    let model = match kind.model {
        ModelName::Poisson | ModelName::SpaceTimePoisson => Model::Poisson { population: &population },
        ModelName::Bernoulli => Model::Bernoulli { population: &persons },
        ModelName::SpaceTimePermutation => Model::SpaceTimePermutation,
    };
    let start: Vec<u32> = (0..cells).map(|i| kind.cases + u32::from(i % 3 == 0)).collect();
    let mut cases = vec![0; cells];
    let null = Fitted::new(model, &start, lengths).expect("valid input").null;
    null.draw(&mut replicas::stream(20_261, set), &mut cases);
    let input = ScanInput {
        places: Places::Circles { centers: &centers, max_radius_m: None },
        cases: &cases,
        step_lengths: lengths,
        model,
    };
    let params = ScanParams {
        replicates: REPLICATES,
        rates: kind.rates,
        period: kind.period,
        stop: kind.stop,
        max_clusters: 1,
        seed: u64::from(set) * 256 + 77,
        ..ScanParams::default()
    };
    let found = scan(&input, &params).expect("valid input");
    let (llr, p) = found.clusters.first().map_or((0.0, 1.0), |c| (c.llr, c.p.expect("replicas were made")));
    let level = |m: &f64| (m - llr).abs() <= 1e-9 * (1.0 + llr);
    let maxima = &found.inference.maxima;
    let same = maxima.iter().filter(|m| level(m)).count() as u32;
    let above = maxima.iter().filter(|m| !level(m) && **m > llr).count() as u32;
    Answer { p, above, same, made: maxima.len() as u32 }
}

/// The values that p can have.
fn levels(stop: Stop) -> Vec<f64> {
    let whole = |up_to: u32| (1..=up_to).map(|rank| f64::from(rank) / f64::from(REPLICATES + 1));
    match stop {
        Stop::Never => whole(REPLICATES + 1).collect(),
        Stop::Exceedances(r) => whole(r).chain((r..=REPLICATES).rev().map(|made| f64::from(r) / f64::from(made))).collect(),
    }
}

#[test]
#[expect(clippy::disallowed_methods, reason = "the long form is asked for by the environment")]
fn calibration_of_p_without_a_cluster() {
    use rayon::prelude::*;
    let prove = std::env::var_os("HOTSPOT_PROVE").is_some();
    let sets = if prove { 4_000 } else { 400 };
    for kind in kinds() {
        let found: Vec<_> = (0..sets).into_par_iter().map(|set| one(kind, set)).collect();
        let n = f64::from(sets);
        let share = |holds: &dyn Fn(&Answer) -> bool| found.iter().filter(|f| holds(f)).count() as f64 / n;
        let ties = share(&|f| f.same > 0);
        let conservative = matches!(kind.period, Period::Prospective { since: Some(_) });
        let mut furthest = 0.0_f64;
        for level in levels(kind.stop) {
            let below = share(&|f| f.p <= level + 1e-12);
            let noise = 4.5 * (level * (1.0 - level) / n).sqrt() + 1e-12;
            assert!(below <= level + noise, "{kind:?}: P(p <= {level}) is {below}");
            // Where no replica is level with the data, p is exact.
            assert!(conservative || below >= level - noise - ties, "{kind:?}: P(p <= {level}) is {below} with {ties} ties");
            furthest = if (below - level).abs() > furthest.abs() { below - level } else { furthest };
        }
        // The rank is uniform when those that are level are put in a random order.
        let mut uneven = 0.0_f64;
        if kind.stop == Stop::Never && !conservative {
            let mut ranks = vec![0.0; REPLICATES as usize + 1];
            for Answer { above, same, .. } in &found {
                for rank in *above..=above + same {
                    ranks[rank as usize] += 1.0 / f64::from(same + 1);
                }
            }
            let one = 1.0 / f64::from(REPLICATES + 1);
            for (rank, seen) in ranks.iter().enumerate() {
                let off = (seen / n - one) / (one * (1.0 - one) / n).sqrt();
                assert!(off.abs() < 4.5, "{kind:?}: rank {} comes up {seen} times in {n}", rank + 1);
                uneven = uneven.max(off.abs());
            }
        } else if kind.stop != Stop::Never {
            assert!(share(&|f| f.made < REPLICATES) > 0.5, "{kind:?}: few were stopped");
        }
        if prove {
            println!(
                "{}{}: {sets} sets, ties {:.1} %, furthest P(p <= a) - a {furthest:+.4}, P(p <= 0.05) {:.4}, ranks within {uneven:.1} sd",
                kind.name,
                if kind.stop == Stop::Never { "" } else { ", sequential" },
                100.0 * ties,
                share(&|f| f.p <= 0.05 + 1e-12)
            );
        }
    }
}
