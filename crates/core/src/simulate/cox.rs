//! A second synthetic London, made otherwise: a log-Gaussian Cox process, in which nothing is planted.
//!
//! # Model
//! The logarithm of the rate at a site is that of its residents (by strand, as in the first simulation, without the site's own risk) plus
//! a Gaussian field (Møller, Syversveen and Waagepetersen, *Scandinavian Journal of Statistics* 25, 1998), the sum of three independent
//! parts:
//! * a **near** part that all strands share: streets, stations, shops;
//! * a **wide** part that all strands share: parts of the town;
//! * an **own** part of each strand (as the multivariate process of Waagepetersen and others, *Journal of the Royal Statistical Society* C
//!   65, 2016).
//!
//! Each part has a variance and a range: its covariance at distance `d` is `variance · exp(−(d / range)²)`. The level of a year, seasons,
//! weekdays, trigger events, geocoding, delays and reviews are those of the first simulation; repeats against the same victim are too, with
//! a branching ratio that can be set, and with 0 the incidents are Poisson given the rates.
//!
//! # Why it is there
//! The hotspot rule takes rates for gamma and independent. Here they are log-normal, with a heavier tail, and neighbours are alike; most
//! truly hot cells lie just above the threshold. A promise that holds in both worlds does not hang on how one of them was made.
//!
//! # How the field is made
//! White noise on a square lattice of 100 m, convolved with a Gaussian kernel of standard deviation `range / 2`, whose squares sum to 1 (so
//! that the variance is exact), cut at four standard deviations; the noise reaches beyond the edge. A site has the value of its lattice
//! square. Within 100 m the field is therefore constant, as in every computation with such processes (Diggle, Moraga, Rowlingson and
//! Taylor, *Statistical Science* 28, 2013).
//!
//! # What it is not
//! The field does not move: a place that is hot stays so through all months, but for season and trigger events. The number of events of a
//! year is given, not drawn from the field.

use super::density::Density;
use super::events::Plan;
use super::random::{Purpose, normals, stream};
use super::shares::{LAYERS, REPEATS};
use super::{Simulation, simulation_of};
use crate::error::Result;
use crate::month::{Month, MonthRange};
use rayon::prelude::*;

/// Side of a lattice square, in metres.
const LATTICE_M: f64 = 100.0;
/// Where the kernel is cut, in standard deviations.
const CUT: f64 = 4.0;

/// One part of the Gaussian field: covariance `variance · exp(−(d / range)²)` at distance `d`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct FieldPart {
    /// Variance of the logarithm of the rate; zero or more.
    pub variance: f64,
    /// Distance in metres at which the correlation has fallen to 1/e; zero or more, and small beside the study area.
    pub range_m: f64,
}

/// What to simulate.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CoxParams {
    /// The same seed gives the same London, on any number of threads.
    pub seed: u64,
    /// First month.
    pub start: Month,
    /// Number of months, at least 1.
    pub months: u16,
    /// Shared by all strands, of short range.
    pub near: FieldPart,
    /// Shared by all strands, of long range.
    pub wide: FieldPart,
    /// Of each strand by itself.
    pub own: FieldPart,
    /// Expected number of events that one event sets off, 0 to below 1.
    pub repeats: f64,
}

impl CoxParams {
    /// With a near part of variance 0.8 and range 250 m, a wide one of 0.3 and 2 km, one of 0.3 and 400 m for each strand, and the repeats
    /// of the first simulation.
    ///
    /// A variance of 1.4 in all makes the rate of a place vary by a factor of 3.3 about the residents'; the riskiest 5 % of residents then
    /// have a third of the incidents.
    pub const fn new(seed: u64, start: Month, months: u16) -> Self {
        Self {
            seed,
            start,
            months,
            near: FieldPart { variance: 0.8, range_m: 250.0 },
            wide: FieldPart { variance: 0.3, range_m: 2000.0 },
            own: FieldPart { variance: 0.3, range_m: 400.0 },
            repeats: REPEATS,
        }
    }
}

/// Simulates London.
///
/// ```no_run
/// use hotspot_core::simulate::{CoxParams, simulate_cox};
/// let london = simulate_cox(&CoxParams::new(1, "2024-01".parse().unwrap(), 12))?;
/// assert!(london.truth.places.is_empty(), "nothing is planted");
/// # Ok::<(), hotspot_core::Error>(())
/// ```
///
/// # Errors
/// As [`simulate_cox_over`].
pub fn simulate_cox(params: &CoxParams) -> Result<Simulation> {
    simulate_cox_over(Density::london(), params)
}

/// Simulates any place with the numbers of London.
///
/// # Errors
/// [`Error::EmptyArea`](crate::Error::EmptyArea) when the field leaves no finite positive rate.
pub fn simulate_cox_over(density: &Density, params: &CoxParams) -> Result<Simulation> {
    let CoxParams { seed, start, months, .. } = *params;
    let months = months.max(1);
    let plan = Plan::without_places(seed, start, months, params.repeats);
    let density = density.with_rates(&factors(density.metres(), params))?;
    Ok(simulation_of(&density, &plan, seed, MonthRange::ending(start.plus(months - 1), months)))
}

/// The exponential of the field at each site, by layer; its mean over fields is 1.
fn factors(sites: &[[f64; 2]], params: &CoxParams) -> Vec<[f64; LAYERS]> {
    let lattice = Lattice::over(sites);
    let field = |number: usize, part: FieldPart| lattice.field(params.seed, number as u64, part);
    let (near, wide) = (field(0, params.near), field(1, params.wide));
    let own: Vec<Vec<f64>> = (0..LAYERS).map(|l| field(2 + l, params.own)).collect();
    let half_variance = 0.5 * (params.near.variance + params.wide.variance + params.own.variance);
    sites
        .iter()
        .map(|site| {
            let at = lattice.square(*site);
            std::array::from_fn(|l| (near[at] + wide[at] + own[l][at] - half_variance).exp())
        })
        .collect()
}

/// Squares over the sites, by row from the south-west.
struct Lattice {
    corner: [f64; 2],
    width: usize,
    height: usize,
}

impl Lattice {
    fn over(sites: &[[f64; 2]]) -> Self {
        let ends = |axis: usize| {
            sites.iter().fold([f64::INFINITY, f64::NEG_INFINITY], |[low, high], s| [low.min(s[axis]), high.max(s[axis])])
        };
        let ([west, east], [south, north]) = (ends(0), ends(1));
        let squares = |low: f64, high: f64| ((high - low) / LATTICE_M) as usize + 1;
        Self { corner: [west, south], width: squares(west, east), height: squares(south, north) }
    }

    fn square(&self, site: [f64; 2]) -> usize {
        let [x, y] = [0, 1].map(|axis| ((site[axis] - self.corner[axis]) / LATTICE_M) as usize);
        y * self.width + x
    }

    /// A Gaussian field of mean 0, by square.
    fn field(&self, seed: u64, number: u64, part: FieldPart) -> Vec<f64> {
        let kernel = kernel(0.5 * part.range_m / LATTICE_M);
        let scale = part.variance.sqrt();
        let over = |values: &[f64], at: usize| kernel.iter().zip(&values[at..]).map(|(k, v)| k * v).sum::<f64>();
        // Rows of the noise reach beyond the lattice on every side by the half-width of the kernel.
        let along: Vec<Vec<f64>> = (0..self.height + kernel.len() - 1)
            .into_par_iter()
            .map(|row| {
                let mut rng = stream(seed, Purpose::Field, number, row as u64);
                let pairs = (self.width + kernel.len()).div_ceil(2);
                let noise: Vec<f64> = (0..pairs).flat_map(|_| normals(&mut rng)).collect();
                (0..self.width).map(|x| over(&noise, x)).collect()
            })
            .collect();
        (0..self.height)
            .into_par_iter()
            .flat_map_iter(|y| {
                let mut row = vec![0.0; self.width];
                for (k, values) in kernel.iter().zip(&along[y..]) {
                    for (sum, value) in row.iter_mut().zip(values) {
                        *sum += scale * k * value;
                    }
                }
                row
            })
            .collect()
    }
}

/// A Gaussian kernel of the standard deviation, in lattice squares, whose squares sum to 1: of odd length, the middle first in weight.
fn kernel(sd: f64) -> Vec<f64> {
    let half = (CUT * sd).ceil() as i32;
    let weights: Vec<f64> = (-half..=half).map(|i| if i == 0 { 1.0 } else { (-0.5 * (f64::from(i) / sd).powi(2)).exp() }).collect();
    let norm = weights.iter().map(|w| w * w).sum::<f64>().sqrt();
    weights.into_iter().map(|w| w / norm).collect()
}

#[cfg(test)]
mod tests {
    use super::super::density::tests::town;
    use super::*;
    use crate::incident::Strand;

    fn params(seed: u64) -> CoxParams {
        CoxParams::new(seed, "2024-01".parse().unwrap(), 3)
    }

    #[test]
    fn the_field_has_the_stated_variance_and_correlation() {
        let lattice = Lattice { corner: [0.0; 2], width: 120, height: 100 };
        let part = FieldPart { variance: 0.8, range_m: 300.0 };
        let (mut variance, mut at_range, mut far, mut n) = (0.0, 0.0, 0.0, 0.0);
        for seed in 0..20 {
            let field = lattice.field(seed, 0, part);
            for y in 0..lattice.height {
                for x in 0..lattice.width - 12 {
                    let at = y * lattice.width + x;
                    variance += field[at] * field[at];
                    at_range += field[at] * field[at + 3];
                    far += field[at] * field[at + 12];
                    n += 1.0;
                }
            }
        }
        assert!((variance / n - 0.8).abs() < 0.03, "{}", variance / n);
        assert!((at_range / n - 0.8 * f64::exp(-1.0)).abs() < 0.03, "{}", at_range / n);
        assert!((far / n).abs() < 0.03, "{}", far / n);
    }

    #[test]
    fn without_variance_the_rates_are_those_of_the_residents() {
        let town = town();
        let none = FieldPart { variance: 0.0, range_m: 300.0 };
        let flat = CoxParams { near: none, wide: none, own: none, ..params(1) };
        assert!(factors(town.metres(), &flat).iter().flatten().all(|f| (f - 1.0).abs() < 1e-12));
        let varied = factors(town.metres(), &params(1));
        assert!(varied.iter().any(|f| f[0] > 2.0) && varied.iter().any(|f| f[0] < 0.5));
        assert!(varied.iter().any(|f| (f[0] / f[1] - 1.0).abs() > 0.3), "each strand has a part of its own");
    }

    #[test]
    fn the_truth_is_what_the_records_show_on_average_and_nothing_is_planted() {
        let town = town();
        let (mut expected, mut counted) = (0.0, 0.0);
        for seed in 1..=4 {
            let made = simulate_cox_over(&town, &CoxParams { repeats: 0.0, ..params(seed) }).unwrap();
            assert!(made.truth.places.is_empty() && made.truth.months.iter().all(|m| m.cells.is_empty()));
            expected += made.truth.intensity(Some(Strand::Race), made.truth.range).values().sum::<f64>();
            let race = |i: &&crate::incident::Incident| {
                i.strands.contains(Strand::Race)
                    && i.known_on <= made.truth.range.to().last_day()
                    && matches!(i.place, crate::incident::Place::Point { .. })
                    && i.source != crate::incident::Source::PoliceGenerated
            };
            let mut ids: Vec<&str> = made.incidents.iter().filter(race).map(|i| i.id.0.as_str()).collect();
            ids.sort_unstable();
            ids.dedup();
            counted += ids.len() as f64;
        }
        // Late records are missing and removed flags are counted: a few per cent each.
        assert!((counted / expected - 1.0).abs() < 0.1, "{counted} for {expected}");
    }

    #[test]
    fn a_seed_gives_the_same_records_on_any_number_of_threads() {
        let town = town();
        let make = |threads: usize| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            pool.install(|| simulate_cox_over(&town, &params(5)).unwrap())
        };
        let one = make(1);
        assert_eq!(one, make(3));
        assert_ne!(one.incidents, simulate_cox_over(&town, &params(6)).unwrap().incidents);
    }
}
