//! How concentrated is crime, and is it more than chance alone would make it?
//!
//! # Definition
//! n places have y incidents. The **Lorenz curve** orders the places from the highest and adds up both shares. The **Gini** coefficient
//! is `G = Σ_ij |x_i − x_j| / (2 n y)`: 0 when all have the same, near 1 when one has all.
//!
//! With more places than incidents most places must be empty, and G is near 1 however even the incidents lie. Bernasco and
//! Steenbeek (*J. Quant. Criminol.* 33, 2017) compare with the most even placement that is possible:
//!
//! ```text
//! G' = max(1, n/y) (G − 1) + 1            unbiased: G' · min(n, y) / (min(n, y) − 1)
//! ```
//!
//! **Random benchmark.** Even G' is above 0 when each incident falls on a place at random: incidents meet by chance. Given n and y the
//! expected G is exact here: two places share s incidents, binomial of y with 2/n, and `E|X₁ − X₂|` given s is that of a symmetric
//! random walk, so `E G = (n − 1) E|X₁ − X₂| / (2y)`. [`random_benchmark`] adds by simulation the limits, p, and how many places
//! random incidents would need. [`RandomBenchmark::above_random`] is `(G − E G) / (1 − E G)`: 0 for random, 1 for one place.
//!
//! **Share of places.** The fewest places that hold 25 % or 50 % of the incidents (Weisburd's law of crime concentration).
//!
//! # Pitfalls
//! Zeros count: leaving the empty places out makes crime look even. n is a choice (cells, streets), and G depends on it; compare
//! only on the same places. A concentration measured on the same period that picked the places is too large: measure on the next.
//! Random means *equally likely places*: unequal size or population concentrates too.
//!
//! # Cost
//! Counts: one pass and a histogram, 1 to 2 ms for a million places. Values: one sort. The benchmark takes time in proportion to y for each replicate.

use crate::error::{Error, Result};
use crate::rate::poisson::check_level;
use rand_pcg::Pcg64;
use rand_pcg::rand_core::Rng;
use rayon::prelude::*;

/// A Lorenz curve from the highest place down.
#[derive(Debug, Clone, PartialEq)]
pub struct Lorenz {
    /// `[share of places, share of the total]` where places of equal value end, from `[0, 0]` to `[1, 1]`; straight between.
    pub vertices: Vec<[f64; 2]>,
}

impl Lorenz {
    /// Share of the total that the highest `places` (a share, 0 to 1) hold.
    pub fn held_by(&self, places: f64) -> f64 {
        between(&self.vertices, places, 0)
    }

    /// Share of places, from the highest, that hold `share` (0 to 1) of the total.
    pub fn places_holding(&self, share: f64) -> f64 {
        between(&self.vertices, share, 1)
    }

    /// The Gini coefficient: twice the area between the curve and the diagonal.
    pub fn gini(&self) -> f64 {
        let under: f64 = self.vertices.windows(2).map(|w| (w[1][0] - w[0][0]) * (w[0][1] + w[1][1])).sum();
        under - 1.0
    }
}

/// The other coordinate of the first point of the curve that has the value `at` in coordinate `of`.
fn between(vertices: &[[f64; 2]], at: f64, of: usize) -> f64 {
    let next = vertices.partition_point(|v| v[of] < at);
    if next == 0 {
        return 0.0;
    }
    let Some(right) = vertices.get(next) else { return 1.0 };
    let left = vertices[next - 1];
    left[1 - of] + (right[1 - of] - left[1 - of]) * (at - left[of]) / (right[of] - left[of])
}

/// The Lorenz curve of any values: harm, resources, counts.
///
/// # Errors
/// [`Error::OutOfRange`] when a value is negative or not finite, [`Error::NoReference`] when none is positive.
///
/// ```
/// use hotspot_core::evaluate::concentration::lorenz;
///
/// let curve = lorenz(&[2.0, 0.0, 10.0, 8.0])?;
/// assert_eq!(curve.vertices, [[0.0, 0.0], [0.25, 0.5], [0.5, 0.9], [0.75, 1.0], [1.0, 1.0]]);
/// assert_eq!(curve.places_holding(0.5), 0.25);
/// # Ok::<(), hotspot_core::Error>(())
/// ```
pub fn lorenz(values: &[f64]) -> Result<Lorenz> {
    if values.iter().any(|v| !(*v >= 0.0 && v.is_finite())) {
        return Err(Error::OutOfRange { what: "value", must: "zero or more, and finite" });
    }
    // The bits of non-negative doubles sort as the numbers do; −0 is 0.
    let mut bits: Vec<u64> = values.iter().map(|v| v.abs().to_bits()).collect();
    bits.sort_unstable();
    let groups = bits.chunk_by(|a, b| a == b).rev().map(|g| (f64::from_bits(g[0]), g.len() as f64));
    curve(groups.collect())
}

/// The curve of values and how many places have them, from the highest.
fn curve(groups: Vec<(f64, f64)>) -> Result<Lorenz> {
    // Scaled by the largest, so that the sum stays finite.
    let largest = groups.first().map_or(0.0, |g| g.0);
    if largest == 0.0 {
        return Err(Error::NoReference);
    }
    let (mut n, mut total) = (0.0, 0.0);
    let mut vertices = Vec::with_capacity(groups.len() + 1);
    vertices.push([0.0, 0.0]);
    for (value, times) in groups {
        n += times;
        total += value / largest * times;
        vertices.push([n, total]);
    }
    for v in &mut vertices {
        *v = [v[0] / n, v[1] / total];
    }
    Ok(Lorenz { vertices })
}

/// How concentrated counts are over places.
#[derive(Debug, Clone, PartialEq)]
pub struct Concentration {
    /// n: places, empty ones too.
    pub places: u64,
    /// y: incidents.
    pub incidents: u64,
    /// Places with an incident.
    pub filled: u64,
    /// G.
    pub gini: f64,
    /// G' against the most even placement possible.
    pub generalised_gini: f64,
    /// G', unbiased; `None` with one place or one incident.
    pub unbiased_gini: Option<f64>,
    /// Fewest places that hold a quarter of the incidents, as a share of all.
    pub places_with_quarter: f64,
    /// Fewest places that hold half of the incidents, as a share of all.
    pub places_with_half: f64,
    /// The Lorenz curve.
    pub lorenz: Lorenz,
}

/// The concentration of counts over places; give all places, the empty ones too.
///
/// # Errors
/// [`Error::NoReference`] when there is no incident.
///
/// ```
/// use hotspot_core::evaluate::concentration::concentration;
///
/// let c = concentration(&[5, 2, 1, 0, 0, 0, 0, 0, 0, 0])?;
/// assert!((c.gini - 0.80).abs() < 1e-12 && (c.generalised_gini - 0.75).abs() < 1e-12);
/// assert!((c.unbiased_gini.expect("8 incidents") - 0.857143).abs() < 1e-6);
/// assert_eq!(c.places_with_half, 0.1);
/// # Ok::<(), hotspot_core::Error>(())
/// ```
pub fn concentration(counts: &[u32]) -> Result<Concentration> {
    let groups = grouped(counts);
    let (mut incidents, mut filled) = (0, 0);
    for (value, times) in &groups {
        incidents += u64::from(*value) * times;
        filled += if *value > 0 { *times } else { 0 };
    }
    if incidents == 0 {
        return Err(Error::NoReference);
    }
    let places = counts.len() as u64;
    let gini = gini_of(&groups, places, incidents);
    let generalised = generalised(gini, places, incidents);
    let least = places.min(incidents) as f64;
    Ok(Concentration {
        places,
        incidents,
        filled,
        gini,
        generalised_gini: generalised,
        unbiased_gini: (least > 1.0).then(|| generalised * least / (least - 1.0)),
        places_with_quarter: fewest(&groups, incidents, 4) as f64 / places as f64,
        places_with_half: fewest(&groups, incidents, 2) as f64 / places as f64,
        lorenz: curve(groups.iter().map(|(v, t)| (f64::from(*v), *t as f64)).collect())?,
    })
}

/// Values and how many places have them, from the highest.
fn grouped(counts: &[u32]) -> Vec<(u32, u64)> {
    const DENSE: usize = 1 << 12;
    // Four histograms side by side: the same value in a row does not wait for itself.
    let mut dense = vec![[0_u64; 4]; DENSE];
    let mut large = Vec::new();
    for block in counts.chunks(4) {
        for (lane, count) in block.iter().enumerate() {
            match dense.get_mut(*count as usize) {
                Some(slot) => slot[lane] += 1,
                None => large.push(*count),
            }
        }
    }
    large.sort_unstable_by(|a, b| b.cmp(a));
    let mut groups: Vec<(u32, u64)> = large.chunk_by(|a, b| a == b).map(|g| (g[0], g.len() as u64)).collect();
    let small = dense.iter().enumerate().rev().map(|(value, lanes)| (value as u32, lanes.iter().sum()));
    groups.extend(small.filter(|(_, times)| *times > 0));
    groups
}

/// G from values by multiplicity, in whole numbers.
fn gini_of(groups: &[(u32, u64)], places: u64, incidents: u64) -> f64 {
    // Σ (2i − n − 1) x_(i) with i from the lowest: a group of c places below which there are r adds x c (2r + c − n).
    let mut sum = 0_i128;
    let mut above = 0_i128;
    for (value, times) in groups {
        let (c, n) = (i128::from(*times), i128::from(places));
        let below = n - above - c;
        sum += i128::from(*value) * c * (2 * below + c - n);
        above += c;
    }
    sum as f64 / (places as f64 * incidents as f64)
}

/// G' of Bernasco and Steenbeek.
fn generalised(gini: f64, places: u64, incidents: u64) -> f64 {
    (places as f64 / incidents as f64).max(1.0) * (gini - 1.0) + 1.0
}

/// Fewest places that hold at least one part in `parts` of the incidents.
fn fewest(groups: &[(u32, u64)], incidents: u64, parts: u64) -> u64 {
    let mut left = incidents.div_ceil(parts);
    let mut places = 0;
    for (value, times) in groups {
        let value = u64::from(*value);
        if left <= value * times {
            return places + left.div_ceil(value.max(1));
        }
        left -= value * times;
        places += times;
    }
    places
}

/// The expected Gini coefficient of `incidents` that fall on `places` at random; `None` without either.
///
/// ```
/// use hotspot_core::evaluate::concentration::expected_gini_at_random;
/// // 25,000 incidents on 16,666 cells: G is 0.44 by chance alone.
/// let g = expected_gini_at_random(16_666, 25_000).expect("places");
/// assert!((g - 0.44).abs() < 0.01);
/// ```
pub fn expected_gini_at_random(places: u64, incidents: u64) -> Option<f64> {
    if places == 0 || incidents == 0 {
        return None;
    }
    if places == 1 {
        return Some(0.0);
    }
    let (n, y) = (places as f64, incidents as f64);
    let difference = if places == 2 { walk(incidents) } else { mean_walk(incidents, 2.0 / n) };
    Some((n - 1.0) * difference / (2.0 * y))
}

/// E|S| of a symmetric random walk of s steps: `2m C(2m, m) / 4^m` with m = ⌈s / 2⌉.
fn walk(steps: u64) -> f64 {
    let m = steps.div_ceil(2);
    if m > 300 {
        let k = m as f64;
        let series = 1.0 - (1.0 - (1.0 / 16.0 + (5.0 / 128.0 - 21.0 / (4096.0 * k)) / k) / k) / (8.0 * k);
        return 2.0 * (k / std::f64::consts::PI).sqrt() * series;
    }
    // m = 1 gives 1; each further pair of steps multiplies by (2m + 1) / (2m).
    if m == 0 { 0.0 } else { (1..m).fold(1.0, |e, k| e * (2 * k + 1) as f64 / (2 * k) as f64) }
}

/// E of [`walk`] over a binomial number of steps.
fn mean_walk(trials: u64, p: f64) -> f64 {
    let mean = trials as f64 * p;
    let spread = 11.0 * mean.sqrt() + 60.0;
    let (from, to) = ((mean - spread).max(0.0) as u64, ((mean + spread) as u64).min(trials));
    let mode = (((trials as f64 + 1.0) * p) as u64).clamp(from, to);
    let odds = p / (1.0 - p);
    let (mut total, mut sum) = (0.0, 0.0);
    let mut add = |s: u64, term: f64| {
        total += term;
        sum += term * walk(s);
    };
    let mut term = 1.0;
    add(mode, term);
    for s in mode + 1..=to {
        term *= (trials - s + 1) as f64 / s as f64 * odds;
        add(s, term);
    }
    term = 1.0;
    for s in (from..mode).rev() {
        term *= (s + 1) as f64 / (trials - s) as f64 / odds;
        add(s, term);
    }
    sum / total
}

/// How the benchmark is simulated.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BenchmarkParams {
    /// R. Default 999.
    pub replicates: u32,
    /// Seed of the random numbers. Default 1.
    pub seed: u64,
    /// Level of the limits. Default 0.95.
    pub level: f64,
}

impl Default for BenchmarkParams {
    fn default() -> Self {
        Self { replicates: 999, seed: 1, level: 0.95 }
    }
}

/// What random incidents would show on as many places.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RandomBenchmark {
    /// How it was simulated.
    pub params: BenchmarkParams,
    /// Expected G, exact.
    pub gini: f64,
    /// Expected G', exact.
    pub generalised_gini: f64,
    /// Limits of G, simulated.
    pub limits: [f64; 2],
    /// `(G − E G) / (1 − E G)` of the observed; `None` where random incidents always have G = 1 or 0.
    pub above_random: Option<f64>,
    /// (M + 1) / (R + 1), M of R replicates having at least the observed G.
    pub p: f64,
    /// Mean share of places with a quarter of the incidents, simulated.
    pub places_with_quarter: f64,
    /// Mean share of places with half of the incidents, simulated.
    pub places_with_half: f64,
}

/// Most incidents that are placed one by one: above, a replicate takes seconds.
const MOST_PLACED: u64 = 1_000_000_000;

/// Compares a concentration with as many incidents that fall on as many places at random, every place alike.
///
/// Each replicate has its own stream of random numbers: the result does not depend on the number of threads.
///
/// # Errors
/// [`Error::OutOfRange`] when there is no replicate, the level is not in (0, 1), or there are above 2³² places or 10⁹ incidents.
///
/// ```
/// use hotspot_core::evaluate::concentration::{BenchmarkParams, concentration, random_benchmark};
///
/// let c = concentration(&[5, 2, 1, 0, 0, 0, 0, 0, 0, 0])?;
/// let random = random_benchmark(&c, &BenchmarkParams::default())?;
/// // G = 0.80; by chance alone it would be 0.53.
/// assert!((random.gini - 0.527455).abs() < 1e-6 && random.p < 0.05);
/// # Ok::<(), hotspot_core::Error>(())
/// ```
pub fn random_benchmark(observed: &Concentration, params: &BenchmarkParams) -> Result<RandomBenchmark> {
    if params.replicates == 0 {
        return Err(Error::OutOfRange { what: "replicates", must: "at least 1" });
    }
    check_level(params.level)?;
    let (places, incidents) = (observed.places, observed.incidents);
    if places > 1 << 32 {
        return Err(Error::OutOfRange { what: "places", must: "4,294,967,296 at most" });
    }
    if incidents > MOST_PLACED {
        return Err(Error::OutOfRange { what: "incidents of a random benchmark", must: "1,000,000,000 at most" });
    }
    let simulated: Vec<(f64, u64, u64)> = (0..params.replicates)
        .into_par_iter()
        .map_init(
            || vec![0_u32; places as usize],
            |counts, replicate| {
                let groups = random_groups(counts, incidents, params.seed, replicate);
                (gini_of(&groups, places, incidents), fewest(&groups, incidents, 4), fewest(&groups, incidents, 2))
            },
        )
        .collect();
    let mut ginis: Vec<f64> = simulated.iter().map(|s| s.0).collect();
    ginis.sort_unstable_by(f64::total_cmp);
    let outside = (f64::from(params.replicates) * (1.0 - params.level) / 2.0 + 1e-9) as usize;
    let above = ginis.iter().filter(|g| **g >= observed.gini - 1e-12).count();
    let gini = expected_gini_at_random(places, incidents).ok_or(Error::NoReference)?;
    let of = f64::from(params.replicates) * places as f64;
    Ok(RandomBenchmark {
        params: *params,
        gini,
        generalised_gini: generalised(gini, places, incidents),
        limits: [ginis[outside], ginis[ginis.len() - 1 - outside]],
        above_random: (places > 1 && gini < 1.0 - 1e-12 && incidents > 1).then(|| (observed.gini - gini) / (1.0 - gini)),
        p: (above as f64 + 1.0) / (f64::from(params.replicates) + 1.0),
        places_with_quarter: simulated.iter().map(|s| s.1).sum::<u64>() as f64 / of,
        places_with_half: simulated.iter().map(|s| s.2).sum::<u64>() as f64 / of,
    })
}

/// Random incidents on places, grouped. `counts` is zero and is left so.
fn random_groups(counts: &mut [u32], incidents: u64, seed: u64, replicate: u32) -> Vec<(u32, u64)> {
    let stream = || Pcg64::new(u128::from(seed) << 64 | u128::from(replicate), u128::from(replicate));
    let places = counts.len() as u128;
    let place = |random: &mut Pcg64| ((u128::from(random.next_u64()) * places) >> 64) as usize;
    let mut random = stream();
    for _ in 0..incidents {
        counts[place(&mut random)] += 1;
    }
    let mut groups = if incidents < counts.len() as u64 {
        // The same places a second time: only they need to be looked at.
        let mut filled = Vec::with_capacity(incidents as usize);
        let mut random = stream();
        for _ in 0..incidents {
            filled.push(std::mem::take(&mut counts[place(&mut random)]));
        }
        filled.retain(|c| *c > 0);
        grouped(&filled)
    } else {
        let groups = grouped(counts);
        counts.fill(0);
        groups
    };
    let filled: u64 = groups.iter().filter(|g| g.0 > 0).map(|g| g.1).sum();
    groups.retain(|g| g.0 > 0);
    groups.push((0, places as u64 - filled));
    groups
}

#[cfg(test)]
mod tests;
