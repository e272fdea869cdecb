//! All pairs of points closer than a distance, by band of distance.
//!
//! Points are sorted into strips as high as the largest distance, and by x within a strip. The partners of a point are then in two
//! runs, one in its own strip and one in the next, whose ends only move forward: no cell and no tree is looked up.

use super::Metric;
use crate::error::{Error, Result};

/// Most pairs held: 2 GB.
const MAX_PAIRS: usize = 500_000_000;

/// Pairs of each band, each pair once, by their first point.
pub(super) struct ClosePairs {
    /// Points in the order of the search: `order[k]` is the row of point k.
    pub order: Vec<u32>,
    /// One for each band.
    pub bands: Vec<BandPairs>,
}

/// Partners of each point in one band.
pub(super) struct BandPairs {
    starts: Vec<usize>,
    partners: Vec<u32>,
}

impl BandPairs {
    /// Partners of a point, as points of the same order.
    pub fn of(&self, point: usize) -> &[u32] {
        &self.partners[self.starts[point]..self.starts[point + 1]]
    }

    /// Number of pairs.
    pub fn len(&self) -> u64 {
        self.partners.len() as u64
    }

    /// Number of partners of each point, either way.
    pub fn degrees(&self) -> Vec<u32> {
        let mut degrees = vec![0; self.starts.len() - 1];
        for point in 0..degrees.len() {
            for partner in self.of(point) {
                degrees[point] += 1;
                degrees[*partner as usize] += 1;
            }
        }
        degrees
    }
}

impl ClosePairs {
    /// The same pairs without the points that have no partner.
    pub fn without_loners(self) -> Self {
        const NONE: u32 = u32::MAX;
        let mut place = vec![NONE; self.order.len()];
        for band in &self.bands {
            for point in 0..self.order.len() {
                for partner in band.of(point) {
                    place[*partner as usize] = 0;
                    place[point] = 0;
                }
            }
        }
        let kept: Vec<usize> = (0..place.len()).filter(|point| place[*point] != NONE).collect();
        for (new, old) in (0..).zip(&kept) {
            place[*old] = new;
        }
        let renumbered = |band: &BandPairs| BandPairs {
            starts: kept.iter().map(|point| band.starts[*point]).chain([band.partners.len()]).collect(),
            partners: band.partners.iter().map(|partner| place[*partner as usize]).collect(),
        };
        Self { order: kept.iter().map(|point| self.order[*point]).collect(), bands: self.bands.iter().map(renumbered).collect() }
    }
}

/// Ends of the bands in the measure that is compared: squared for Euclidean distances.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Ends {
    metric: Metric,
    /// Ascending; a pair is in the first band whose end it is below.
    measured: Vec<f64>,
    farthest_m: f64,
}

impl Ends {
    /// Bands that end before each distance, which are ascending, positive and finite.
    pub fn before(metric: Metric, distances_m: &[f64]) -> Self {
        let measured = distances_m.iter().map(|d| if metric == Metric::Euclidean { d * d } else { *d }).collect();
        Self { metric, measured, farthest_m: distances_m.last().copied().unwrap_or(0.0) }
    }

    /// One band that ends with the distance.
    pub fn with(metric: Metric, distance_m: f64) -> Self {
        let mut ends = Self::before(metric, &[distance_m]);
        ends.measured[0] = ends.measured[0].next_up();
        ends
    }

    fn measure(&self, a: [f64; 2], b: [f64; 2]) -> f64 {
        let (dx, dy) = (a[0] - b[0], a[1] - b[1]);
        if self.metric == Metric::Euclidean { dx * dx + dy * dy } else { dx.abs() + dy.abs() }
    }
}

/// Every pair below the last end; coordinates are finite.
pub(super) fn close_pairs(points: &[[f64; 2]], ends: &Ends) -> Result<ClosePairs> {
    let n = points.len();
    let lowest = points.iter().fold(f64::INFINITY, |m, p| m.min(p[1]));
    // A little higher than the distance, so that rounding never puts a pair two strips apart.
    let reach = ends.farthest_m * (1.0 + 1e-9);
    let strip = |p: &[f64; 2]| if reach > 0.0 { ((p[1] - lowest) / reach).floor() } else { 0.0 };
    let mut order: Vec<u32> = (0..n as u32).collect();
    let strips: Vec<f64> = points.iter().map(strip).collect();
    order.sort_unstable_by(|a, b| {
        let key = |row: u32| (strips[row as usize], points[row as usize][0]);
        let (a_key, b_key) = (key(*a), key(*b));
        a_key.0.total_cmp(&b_key.0).then(a_key.1.total_cmp(&b_key.1)).then(a.cmp(b))
    });
    let sorted: Vec<[f64; 2]> = order.iter().map(|row| points[*row as usize]).collect();
    let strips: Vec<f64> = order.iter().map(|row| strips[*row as usize]).collect();
    let mut bands: Vec<BandPairs> =
        ends.measured.iter().map(|_| BandPairs { starts: Vec::with_capacity(n + 1), partners: Vec::new() }).collect();
    let mut found = 0;
    // The next strip begins at `next`; its run of points within reach in x is from `from` to `until`.
    let (mut next, mut from, mut until) = (0, 0, 0);
    for i in 0..n {
        for band in &mut bands {
            band.starts.push(band.partners.len());
        }
        if i == 0 || strips[i] != strips[i - 1] {
            next = i + strips[i..].partition_point(|s| *s == strips[i]);
            (from, until) = (next, next);
        }
        let mut meet = |j: usize| {
            let measure = ends.measure(sorted[i], sorted[j]);
            if let Some(band) = ends.measured.iter().position(|end| measure < *end) {
                bands[band].partners.push(j as u32);
                found += 1;
            }
        };
        for (j, other) in sorted.iter().enumerate().take(next).skip(i + 1) {
            if other[0] - sorted[i][0] > reach {
                break;
            }
            meet(j);
        }
        while from < n && strips[from] == strips[i] + 1.0 && sorted[from][0] < sorted[i][0] - reach {
            from += 1;
        }
        until = until.max(from);
        while until < n && strips[until] == strips[i] + 1.0 && sorted[until][0] <= sorted[i][0] + reach {
            until += 1;
        }
        for j in from..until {
            meet(j);
        }
        if found > MAX_PAIRS {
            return Err(Error::OutOfRange { what: "distances", must: "so short that at most 500 million pairs are closer" });
        }
    }
    for band in &mut bands {
        band.starts.push(band.partners.len());
    }
    Ok(ClosePairs { order, bands })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn naive(points: &[[f64; 2]], ends: &Ends) -> Vec<Vec<(u32, u32)>> {
        let mut bands = vec![Vec::new(); ends.measured.len()];
        for j in 0..points.len() {
            for i in 0..j {
                let measure = ends.measure(points[i], points[j]);
                if let Some(band) = ends.measured.iter().position(|end| measure < *end) {
                    bands[band].push((i as u32, j as u32));
                }
            }
        }
        for band in &mut bands {
            band.sort_unstable();
        }
        bands
    }

    fn found(points: &[[f64; 2]], ends: &Ends) -> Vec<Vec<(u32, u32)>> {
        let pairs = close_pairs(points, ends).expect("few pairs").without_loners();
        let rows = |band: &BandPairs| {
            let mut rows: Vec<(u32, u32)> = (0..pairs.order.len())
                .flat_map(|i| band.of(i).iter().map(move |j| (i, *j as usize)))
                .map(|(i, j)| (pairs.order[i].min(pairs.order[j]), pairs.order[i].max(pairs.order[j])))
                .collect();
            rows.sort_unstable();
            rows
        };
        pairs.bands.iter().map(rows).collect()
    }

    #[test]
    fn no_one_and_equal_points_are_defined() {
        let ends = Ends::before(Metric::Euclidean, &[1.0, 5.0]);
        assert_eq!(found(&[], &ends), vec![vec![], vec![]]);
        assert_eq!(found(&[[3.0, 4.0]], &ends), vec![vec![], vec![]]);
        assert_eq!(found(&[[3.0, 4.0]; 4], &ends)[0].len(), 6);
        assert!(found(&[[0.0, 0.0]; 3], &Ends::before(Metric::Manhattan, &[])).is_empty());
    }

    #[test]
    fn ends_are_left_out_or_included_as_asked() {
        let points = [[0.0, 0.0], [120.0, 160.0]];
        assert_eq!(found(&points, &Ends::before(Metric::Euclidean, &[200.0]))[0].len(), 0);
        assert_eq!(found(&points, &Ends::with(Metric::Euclidean, 200.0))[0].len(), 1);
        assert_eq!(found(&points, &Ends::with(Metric::Manhattan, 279.9))[0].len(), 0);
        assert_eq!(found(&points, &Ends::with(Metric::Manhattan, 280.0))[0].len(), 1);
    }

    #[test]
    fn far_away_and_tiny_distances_lose_no_pair() {
        let points = [[1e15, -1e15], [1e15, -1e15], [1e15 + 2.0, -1e15], [-1e300, 1e300], [-1e300, 1e300], [0.0, 5e-324]];
        for end in [1e-300, 1.0, 3.0, 1e16] {
            for metric in [Metric::Euclidean, Metric::Manhattan] {
                let ends = Ends::with(metric, end);
                assert_eq!(found(&points, &ends), naive(&points, &ends), "{end}");
            }
        }
    }

    proptest! {
        #[test]
        fn every_close_pair_is_found_once(
            points in prop::collection::vec((0u8..40, 0u8..40), 0..120), ends in prop::collection::btree_set(1u8..30, 1..4), euclidean: bool,
        ) {
            // Whole coordinates, so that pairs lie exactly on ends and strips.
            let points: Vec<[f64; 2]> = points.iter().map(|(x, y)| [f64::from(*x), f64::from(*y)]).collect();
            let ends: Vec<f64> = ends.iter().map(|e| f64::from(*e)).collect();
            let metric = if euclidean { Metric::Euclidean } else { Metric::Manhattan };
            for ends in [Ends::before(metric, &ends), Ends::with(metric, ends[0])] {
                let wanted = naive(&points, &ends);
                prop_assert_eq!(&found(&points, &ends), &wanted);
                let pairs = close_pairs(&points, &ends).expect("few pairs");
                for (band, wanted) in pairs.bands.iter().zip(&wanted) {
                    let degrees = band.degrees();
                    for (point, row) in pairs.order.iter().enumerate() {
                        let partners = wanted.iter().filter(|(a, b)| a == row || b == row).count();
                        prop_assert_eq!(degrees[point] as usize, partners);
                    }
                    prop_assert_eq!(band.len() as usize, wanted.len());
                }
            }
        }
    }
}
