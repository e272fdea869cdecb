//! Kernel density at any places, exactly.
//!
//! # Definition
//! With points x_i of weight w_i, kernel K and bandwidth h_i in metres, the density at a place s is
//!
//! ```text
//! f(s) = Σ_i w_i K_{h_i}(|s − x_i|) · 10⁶   per square kilometre
//! ```
//!
//! [`Kernel`] has the formulas; the usual one is the quartic kernel (Silverman, *Density Estimation for Statistics and Data
//! Analysis*, 1986, eq. 4.5). Each point is spread over its surroundings without being made more or less: far from the edge the
//! density integrates to the sum of weights. Times the area of a cell it is the count that the cell may expect.
//!
//! # Bandwidth
//! The choice that matters; the size of cells and the kernel hardly do (Chainey 2013; Hart and Zandbergen, *Policing* 37, 2014).
//! [`Bandwidth::Fixed`] is one number for all, given or [chosen by a named rule](super::bandwidth). Two follow the data:
//!
//! - [`Bandwidth::Abramson`] (Abramson, *Annals of Statistics* 10, 1982): h_i = h √(g / p_i), p_i a pilot density at the point
//!   and g the geometric mean of all p_i: twice as narrow where it is four times as dense.
//! - [`Bandwidth::Nearest`]: the distance to the k-th nearest other point.
//!
//! # Edge
//! Near the border of the study area a kernel loses the part of its mass that falls outside. [`super::edge`] restores it.
//!
//! # Conventions that differ
//! ArcGIS has this very sum (its *search radius* is h) per square unit of the map. CrimeStat offers *absolute* densities (sums to N
//! over its cells: ours times the area of the cell), *relative* ones (ours, per square unit) and *probabilities* (divided by N).
//! QGIS and `SpatialKDE` (and so `sfhotspot`) give the bare sum Σ (1 − u)² unless asked to scale it, and then, `SpatialKDE` and QGIS
//! before 3.42, 7.25 times too much: the constant is 116/(5π h²) · 15/16 where 16/(5π h²) · 15/16 was meant. `spatstat` gives
//! densities per square unit and takes as bandwidth the standard deviation: quartic with sigma = h / √8.
//!
//! # Cost
//! Points are filed by rows, the lower the more points there are (one counting sort, 16 bytes a point, 32 with weights or adaptive
//! bandwidths), and each place sums the runs of the three to nine rows that can reach it: time grows with the number of points and
//! with the number of pairs within the bandwidth, memory with the number of points. 250,000 points at 16,666 cells with 500 m: four
//! milliseconds.
//! Adaptive bandwidths are filed in classes of a factor √2, so that narrow kernels do not pay for wide ones.
//!
//! # Pitfalls
//! - A density is not a hotspot: it has no p value, and every bandwidth draws a different map. Show the bandwidth.
//! - Geocoders put many incidents on one point (a station, a town hall): a narrow kernel then maps the geocoder.
//! - Densities of incidents follow people. For risk, see [`super::dual_kde()`].

use super::bins::{Mark, PointBins};
use super::edge::{self, Edge, EdgeCorrection};
use super::{Kernel, KernelSum, M2_PER_KM2, Points, check_bandwidth, check_places};
use crate::error::{Error, Result};
use rayon::prelude::*;
use rstar::RTree;
use std::borrow::Cow;
use std::collections::BTreeMap;

#[cfg(test)]
#[path = "kde_tests.rs"]
mod tests;

/// How far points are spread.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Bandwidth {
    /// The same for all.
    Fixed {
        /// h, metres.
        meters: f64,
    },
    /// By the square-root law from a pilot density with a fixed bandwidth: narrow where it is dense. The pilot is corrected
    /// uniformly at the edge when there is one.
    Abramson {
        /// h, metres: the geometric mean of the bandwidths, but for those cut.
        meters: f64,
        /// Bandwidth of the pilot, metres; often the same.
        pilot_m: f64,
        /// No bandwidth is wider than this multiple of `meters`; 5 is usual.
        trim: f64,
    },
    /// Distance to the k-th nearest other point.
    Nearest {
        /// k, at least 1 and less than the number of points.
        neighbors: usize,
        /// No bandwidth is narrower: incidents on one point would have none. Metres.
        least_m: f64,
    },
}

/// What to compute.
#[derive(Debug, Clone, Copy)]
pub struct KdeParams<'a> {
    /// Shape of the spread.
    pub kernel: Kernel,
    /// Width of the spread.
    pub bandwidth: Bandwidth,
    /// Correction at the edge of the study area; `None` lets mass fall outside.
    pub edge: Option<Edge<'a>>,
}

impl KdeParams<'_> {
    /// Quartic kernel, one bandwidth, no correction.
    pub fn fixed(meters: f64) -> Self {
        Self { kernel: Kernel::default(), bandwidth: Bandwidth::Fixed { meters }, edge: None }
    }

    fn check(&self) -> Result<()> {
        match self.bandwidth {
            Bandwidth::Fixed { meters } => check_bandwidth(meters),
            Bandwidth::Abramson { meters, pilot_m, trim } => {
                check_bandwidth(meters)?;
                check_bandwidth(pilot_m)?;
                if !(trim >= 1.0 && trim.is_finite()) {
                    return Err(Error::OutOfRange { what: "trim", must: "finite and at least 1" });
                }
                check_bandwidth(meters * trim)
            }
            Bandwidth::Nearest { least_m, .. } => check_bandwidth(least_m),
        }?;
        if let Some(edge) = &self.edge {
            edge.check()?;
            if edge.correction == EdgeCorrection::Uniform && !matches!(self.bandwidth, Bandwidth::Fixed { .. }) {
                return Err(Error::OutOfRange { what: "edge correction", must: "that of Diggle when the bandwidth is adaptive" });
            }
        }
        Ok(())
    }
}

/// Densities, and what they were made from.
#[derive(Debug, Clone, PartialEq)]
pub struct Kde {
    /// Kernel.
    pub kernel: Kernel,
    /// Bandwidth, as asked for.
    pub bandwidth: Bandwidth,
    /// The narrowest and the widest bandwidth used, metres: the same when it is fixed.
    pub range_m: [f64; 2],
    /// Correction at the edge.
    pub edge: Option<EdgeCorrection>,
    /// Number of points used: of positive weight and, with a correction, inside the mask.
    pub n: usize,
    /// Sum of their weights: what the density integrates to.
    pub mass: f64,
    /// Number of points of positive weight outside the mask.
    pub left_out: usize,
    /// Per square kilometre, for each place. 0 where nothing reaches.
    pub density_per_km2: Vec<f64>,
}

/// Density of points at places, all in metres.
///
/// # Errors
/// [`Error::OutOfRange`] when a coordinate, a weight or a parameter is not as it must be, [`Error::Length`] when there are not as
/// many weights as points.
///
/// ```
/// use hotspot_core::density::{KdeParams, Points, kde};
/// let incidents = [[0.0, 0.0], [150.0, 0.0], [0.0, 200.0], [5_000.0, 0.0]];
/// let density = kde(Points::each(&incidents), &[[0.0, 0.0]], &KdeParams::fixed(300.0))?;
/// assert!((density.density_per_km2[0] - 19.853433).abs() < 1e-6);
/// # Ok::<(), hotspot_core::Error>(())
/// ```
pub fn kde(points: Points<'_>, at: &[[f64; 2]], params: &KdeParams<'_>) -> Result<Kde> {
    points.check()?;
    check_places(at)?;
    params.check()?;
    let mut used = Used::new(points);
    used.retain(|_, weight| weight > 0.0);
    let mut left_out = 0;
    if let Some(inside) = params.edge.and_then(|edge| edge.mask.contains(&used.places)) {
        left_out += used.retain(|row, _| inside[row]);
    }
    used.widths = widths(&used, params)?;
    let shares = match params.edge {
        Some(Edge { correction: EdgeCorrection::Diggle, mask }) => {
            let shares = edge::shares(mask, params.kernel, &used.places, &used.widths)?;
            // Cells do not say what is inside: a point is not when its kernel touches none of them.
            left_out += used.retain(|row, _| shares[row] > 0.0);
            Some(shares.into_iter().filter(|share| *share > 0.0).collect::<Vec<_>>())
        }
        _ => None,
    };
    let mut result = Kde {
        kernel: params.kernel,
        bandwidth: params.bandwidth,
        range_m: used.widths.range(),
        edge: params.edge.map(|edge| edge.correction),
        n: used.places.len(),
        mass: used.mass(),
        left_out,
        density_per_km2: Vec::new(),
    };
    if let Some(shares) = shares {
        used.weights = Some(shares.iter().enumerate().map(|(row, share)| used.weight(row) / share).collect());
    }
    result.density_per_km2 = Surface::new(&used, params.kernel).at_all(at);
    for density in &mut result.density_per_km2 {
        *density *= M2_PER_KM2;
    }
    if let Some(Edge { correction: EdgeCorrection::Uniform, mask }) = params.edge {
        for (density, share) in result.density_per_km2.iter_mut().zip(edge::shares(mask, params.kernel, at, &used.widths)?) {
            *density = if share > 0.0 { *density / share } else { 0.0 };
        }
    }
    Ok(result)
}

/// Density where only counts per cell are known: each count is put at the centre of its cell, as that many points. `counts` and
/// `centers` have one value for each cell; the places may be centres of other cells, as of a coarser resolution.
///
/// # How close it is
/// A count stands for incidents spread over its cell. The centre is their mean, and what is lost is their variance, in a hexagon of
/// area A 5A/(36 √3) = 0.0802 A for each axis: the surface is a little too steep. Against points spread evenly over their
/// hexagons, with the quartic kernel:
///
/// | h | 500 m, resolution 9 | 1000 m, resolution 9 | 500 m, resolution 10 |
/// | --- | --- | --- | --- |
/// | h / √A | 1.63 | 3.25 | 4.30 |
/// | a single cell, largest error, of its peak | 12 % | 3.0 % | 1.8 % |
/// | random counts, mean 2 a cell, root mean square, of the mean density | 6 % | 0.7 % | 0.3 % |
///
/// The cells should thus be small, h at least three √A. Where they are not, asking for √(h² + 0.0802 A / v), v the kernel's
/// [variance](Kernel::variance), instead of h puts the variance back: of the 6 % remain 4 %.
///
/// # Errors
/// As [`kde`]; [`Error::Length`] when there are not as many counts as centres.
pub fn kde_of_counts(counts: &[u32], centers: &[[f64; 2]], at: &[[f64; 2]], params: &KdeParams<'_>) -> Result<Kde> {
    let weights: Vec<f64> = counts.iter().map(|n| f64::from(*n)).collect();
    kde(Points::weighted(centers, &weights), at, params)
}

/// The points that a density is made of.
struct Used<'a> {
    places: Cow<'a, [[f64; 2]]>,
    weights: Option<Cow<'a, [f64]>>,
    widths: Widths,
}

impl<'a> Used<'a> {
    fn new(points: Points<'a>) -> Self {
        Self { places: Cow::Borrowed(points.places), weights: points.weights.map(Cow::Borrowed), widths: Widths::Each(Vec::new()) }
    }

    fn weight(&self, row: usize) -> f64 {
        self.weights.as_ref().map_or(1.0, |w| w[row])
    }

    /// Sum of the weights.
    fn mass(&self) -> f64 {
        self.weights.as_ref().map_or(self.places.len() as f64, |w| w.iter().sum())
    }

    /// Keeps the points that pass and says how many do not; nothing is copied when all do.
    fn retain(&mut self, pass: impl Fn(usize, f64) -> bool) -> usize {
        let n = self.places.len();
        if self.weights.is_none() && (0..n).all(|row| pass(row, 1.0)) || (0..n).all(|row| pass(row, self.weight(row))) {
            return 0;
        }
        let rows: Vec<usize> = (0..n).filter(|row| pass(*row, self.weight(*row))).collect();
        self.places = rows.iter().map(|row| self.places[*row]).collect();
        if let Some(weights) = &mut self.weights {
            *weights = rows.iter().map(|row| weights[*row]).collect();
        }
        if let Widths::Each(each) = &mut self.widths
            && !each.is_empty()
        {
            *each = rows.iter().map(|row| each[*row]).collect();
        }
        n - rows.len()
    }
}

/// Bandwidths of points, metres.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Widths {
    One(f64),
    Each(Vec<f64>),
}

impl Widths {
    pub(super) fn of(&self, row: usize) -> f64 {
        match self {
            Self::One(h) => *h,
            Self::Each(each) => each[row],
        }
    }

    /// The narrowest and the widest.
    fn range(&self) -> [f64; 2] {
        match self {
            Self::One(h) => [*h; 2],
            Self::Each(each) if each.is_empty() => [0.0; 2],
            Self::Each(each) => each.iter().fold([f64::INFINITY, 0.0], |[low, high], h| [low.min(*h), high.max(*h)]),
        }
    }
}

/// The bandwidth of each point.
fn widths(used: &Used<'_>, params: &KdeParams<'_>) -> Result<Widths> {
    let places = &used.places;
    match params.bandwidth {
        Bandwidth::Fixed { meters } => Ok(Widths::One(meters)),
        Bandwidth::Abramson { meters, pilot_m, trim } => {
            let pilot = Used {
                places: Cow::Borrowed(places),
                weights: used.weights.as_deref().map(Cow::Borrowed),
                widths: Widths::One(pilot_m),
            };
            let mut density = Surface::new(&pilot, params.kernel).at_all(places);
            if let Some(edge) = params.edge {
                for (density, share) in density.iter_mut().zip(edge::shares(edge.mask, params.kernel, places, &pilot.widths)?) {
                    // Outside of the mask: such a point is left out later.
                    *density = if share > 0.0 { *density / share } else { *density };
                }
            }
            let mass = used.mass();
            let mean_log = density.iter().enumerate().map(|(row, d)| used.weight(row) * d.ln()).sum::<f64>() / mass;
            Ok(Widths::Each(density.iter().map(|d| meters * (0.5 * (mean_log - d.ln())).exp().min(trim)).collect()))
        }
        Bandwidth::Nearest { neighbors, least_m } => {
            Ok(Widths::Each(nearest(places, neighbors)?.into_iter().map(|d| d.clamp(least_m, 1e9)).collect()))
        }
    }
}

/// Distance from each point to its k-th nearest other one, metres.
pub(super) fn nearest(places: &[[f64; 2]], neighbors: usize) -> Result<Vec<f64>> {
    if neighbors == 0 || neighbors >= places.len() {
        return Err(Error::OutOfRange { what: "number of neighbours", must: "at least 1 and less than the number of points" });
    }
    let tree = RTree::bulk_load(places.to_vec());
    // The first is the point itself, or another one at the same place.
    let kth = |p: &[f64; 2]| tree.nearest_neighbor_iter_with_distance_2(*p).nth(neighbors).map_or(0.0, |(_, d2)| d2.sqrt());
    Ok(places.par_iter().map(kth).collect())
}

/// Points filed to be asked for their density.
pub(super) struct Surface {
    kernel: Kernel,
    /// Files of points, each with its bandwidth.
    classes: Vec<(f64, PointBins)>,
}

/// Places that one thread takes at a time.
const PLACES_AT_ONCE: usize = 512;

impl Surface {
    fn new(used: &Used<'_>, kernel: Kernel) -> Self {
        let places = &used.places;
        let classes = match &used.widths {
            Widths::One(h) => {
                let marks: Option<Vec<Mark>> =
                    used.weights.as_ref().map(|w| w.iter().map(|weight| Mark { weight: *weight, scale: 1.0 }).collect());
                vec![(*h, PointBins::new(places, marks.as_deref(), kernel.reach(*h)))]
            }
            Widths::Each(each) => {
                let narrowest = each.iter().copied().fold(f64::INFINITY, f64::min);
                let mut classes: BTreeMap<u32, Vec<usize>> = BTreeMap::new();
                for (row, h) in each.iter().enumerate() {
                    classes.entry((2.0 * (h / narrowest).log2()) as u32).or_default().push(row);
                }
                classes
                    .into_values()
                    .map(|rows| {
                        let widest = rows.iter().map(|row| each[*row]).fold(0.0, f64::max);
                        let of_class: Vec<[f64; 2]> = rows.iter().map(|row| places[*row]).collect();
                        let marks: Vec<Mark> = rows
                            .iter()
                            .map(|row| {
                                let scale = (widest / each[*row]).powi(2);
                                Mark { weight: used.weight(*row) * scale, scale }
                            })
                            .collect();
                        (widest, PointBins::new(&of_class, Some(&marks), kernel.reach(widest)))
                    })
                    .collect()
            }
        };
        Self { kernel, classes }
    }

    /// Densities at places, per square metre.
    fn at_all(&self, places: &[[f64; 2]]) -> Vec<f64> {
        let mut density = vec![0.0; places.len()];
        places.par_chunks(PLACES_AT_ONCE).zip(density.par_chunks_mut(PLACES_AT_ONCE)).for_each(|(places, density)| {
            for (h, points) in &self.classes {
                let (reach, scale) = (self.kernel.reach(*h), self.kernel.scale(*h));
                self.kernel.shape(*h, NearEach { points, places, reach, scale, density });
            }
        });
        density
    }
}

/// The points near each of many places, whose sums are added to their densities.
struct NearEach<'a> {
    points: &'a PointBins,
    places: &'a [[f64; 2]],
    reach: f64,
    scale: f64,
    density: &'a mut [f64],
}

impl KernelSum for NearEach<'_> {
    type Sum = ();

    #[inline]
    fn of(self, kernel: impl Fn(f64) -> f64) {
        let mut density = self.density.iter_mut();
        self.points.sums(self.places, self.reach, kernel, |sum| {
            if let Some(density) = density.next() {
                *density += sum * self.scale;
            }
        });
    }
}

/// The points near a place.
pub(super) struct Near<'a> {
    pub(super) points: &'a PointBins,
    pub(super) place: [f64; 2],
    pub(super) reach: f64,
}

impl KernelSum for Near<'_> {
    type Sum = f64;

    #[inline]
    fn of(self, kernel: impl Fn(f64) -> f64) -> f64 {
        self.points.sum(self.place, self.reach, kernel)
    }
}
