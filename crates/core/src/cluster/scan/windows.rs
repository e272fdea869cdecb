//! The windows in space: for each centre, the order in which units enter.
//!
//! A circle on a unit's centre grows until it holds more than its share of the population at risk, or reaches its radius. Each
//! set that it holds on the way is a window; all windows of a centre are beginnings of one list.

use crate::error::{Error, Result};
use h3o::CellIndex;
use rayon::prelude::*;
use std::collections::HashMap;

/// The windows of one centre.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Zone {
    /// The unit in the middle.
    pub center: u32,
    /// Units in the order of their entry.
    pub units: Vec<u32>,
    /// Whether the units up to here, this one included, are a window; `None`: after each unit.
    pub ends: Option<Vec<bool>>,
}

impl Zone {
    /// Whether the first `place + 1` units are a window.
    pub(super) fn ends_at(&self, place: usize) -> bool {
        self.ends.as_ref().is_none_or(|ends| ends[place])
    }

    /// Number of windows.
    pub(super) fn windows(&self) -> usize {
        self.ends.as_ref().map_or(self.units.len(), |ends| ends.iter().filter(|e| **e).count())
    }
}

/// Cuts a list of (unit, whether a window ends there) where the measure of its units passes the limit; `None` when not even the
/// first window keeps to it.
fn zone(center: u32, order: impl Iterator<Item = (u32, bool)>, measure: &[f64], limit: f64) -> Option<Zone> {
    let (mut units, mut sum, mut last) = (Vec::with_capacity(order.size_hint().0), 0.0, 0);
    let mut between: Vec<usize> = Vec::new();
    for (unit, end) in order {
        sum += measure[unit as usize];
        if sum > limit {
            break;
        }
        units.push(unit);
        if end {
            last = units.len();
        } else {
            between.push(units.len() - 1);
        }
    }
    units.truncate(last);
    units.shrink_to_fit();
    between.retain(|place| *place < last);
    let ends = (!between.is_empty()).then(|| {
        let mut ends = vec![true; last];
        for place in between {
            ends[place] = false;
        }
        ends
    });
    (last > 0).then_some(Zone { center, units, ends })
}

/// Circles on the units' centres. `limit` is the largest measure in a window, `max_radius_m` its largest radius.
pub(super) fn circles(points: &[[f64; 2]], measure: &[f64], limit: f64, max_radius_m: Option<f64>) -> Vec<Zone> {
    let mut by_place: Vec<u32> = (0..points.len() as u32).collect();
    // Minus zero is zero: equal numbers sort side by side.
    let at = |unit: u32| points[unit as usize].map(|c| c + 0.0);
    by_place.sort_unstable_by(|a, b| {
        let ([ax, ay], [bx, by]) = (at(*a), at(*b));
        ax.total_cmp(&bx).then(ay.total_cmp(&by)).then(a.cmp(b))
    });
    // Columns in that order: ties of distance are settled by place in it.
    let xs: Vec<f64> = by_place.iter().map(|u| at(*u)[0]).collect();
    let ys: Vec<f64> = by_place.iter().map(|u| at(*u)[1]).collect();
    let weights: Vec<f64> = by_place.iter().map(|u| measure[*u as usize]).collect();
    let same = |a: usize, b: usize| xs[a] == xs[b] && ys[a] == ys[b];
    let distinct = (1..points.len()).all(|place| !same(place, place - 1));
    let mut place_of = vec![0; points.len()];
    for (place, unit) in by_place.iter().enumerate() {
        place_of[*unit as usize] = place;
    }
    (0..points.len() as u32)
        .into_par_iter()
        .map_init(Sorter::default, |sorter, center| {
            let here = place_of[center as usize];
            // Units at one place are one centre: that of the first of them.
            if here > 0 && same(here, here - 1) {
                return None;
            }
            let [x, y] = at(center);
            let (from, to) = match max_radius_m {
                Some(radius) => {
                    // A little wider, since a difference may be rounded down to the radius.
                    let reach = radius * (1.0 + 1e-9) + f64::EPSILON * x.abs();
                    (xs.partition_point(|v| *v < x - reach), xs.partition_point(|v| *v <= x + reach))
                }
                None => (0, xs.len()),
            };
            let reach = max_radius_m.map_or(f64::INFINITY, |r| r * r);
            let columns = [&xs[from..to], &ys[from..to], &weights[from..to]];
            let order = sorter.by_distance(from, columns, [x, y], reach, limit);
            let end = |i: usize| distinct || order.get(i + 1).is_none_or(|next| !same(order[i].1 as usize, next.1 as usize));
            let units = order.iter().enumerate().map(|(i, (_, place))| (by_place[*place as usize], end(i)));
            zone(center, units, measure, limit)
        })
        .flatten()
        .collect()
}

/// Sorts units by their distance, as far as they are needed: into rings of equal area first, then each ring by itself.
#[derive(Default)]
struct Sorter {
    squares: Vec<f64>,
    rings: Vec<u32>,
    starts: Vec<u32>,
    sums: Vec<f64>,
    ringed: Vec<(f64, u32)>,
}

impl Sorter {
    /// Places from `from` on, of which the columns are those of their coordinates and measure, by their distance from a point:
    /// all within the squared distance `reach`, or as many as are needed to pass the limit of the measure.
    fn by_distance(
        &mut self,
        from: usize,
        [xs, ys, measure]: [&[f64]; 3],
        [x, y]: [f64; 2],
        reach: f64,
        limit: f64,
    ) -> &[(f64, u32)] {
        self.squares.clear();
        self.squares.extend(xs.iter().zip(ys).map(|(px, py)| {
            let (dx, dy) = (px - x, py - y);
            dx * dx + dy * dy
        }));
        let furthest = self.squares.iter().fold(0.0_f64, |m, d| if *d > m { *d } else { m }).min(reach);
        // One ring for each unit, so that few share one where they lie evenly, and one for what is out of reach.
        let rings = xs.len();
        let scale = rings as f64 / (furthest * (1.0 + 1e-9)).max(f64::MIN_POSITIVE);
        let last = rings as u32 - 1;
        self.rings.clear();
        self.rings.extend(self.squares.iter().map(|d| if *d <= reach { ((d * scale) as u32).min(last) } else { last + 1 }));
        self.starts.clear();
        self.starts.resize(rings + 2, 0);
        self.sums.clear();
        self.sums.resize(rings + 1, 0.0);
        for (ring, measure) in self.rings.iter().zip(measure) {
            self.starts[*ring as usize + 1] += 1;
            self.sums[*ring as usize] += measure;
        }
        // What is beyond the ring where the limit is passed is not needed. A little more than the limit, for rounding.
        let (mut sum, mut needed) = (0.0, 0);
        while needed < rings && sum <= limit * (1.0 + 1e-9) {
            sum += self.sums[needed];
            needed += 1;
        }
        for ring in 0..needed {
            self.starts[ring + 1] += self.starts[ring];
        }
        self.ringed.clear();
        self.ringed.resize(self.starts[needed] as usize, (0.0, 0));
        for ((ring, square), place) in self.rings.iter().zip(&self.squares).zip(from as u32..) {
            if (*ring as usize) < needed {
                let start = &mut self.starts[*ring as usize];
                self.ringed[*start as usize] = (*square, place);
                *start += 1;
            }
        }
        // Each start has moved to the end of its ring.
        let mut begin = 0;
        for end in &self.starts[..needed] {
            let ring = &mut self.ringed[begin..*end as usize];
            // Within a ring, places ascend already.
            if ring.len() > 32 {
                ring.sort_by(|a, b| a.0.total_cmp(&b.0));
            } else {
                for i in 1..ring.len() {
                    let unit = ring[i];
                    let mut to = i;
                    while to > 0 && ring[to - 1].0 > unit.0 {
                        ring[to] = ring[to - 1];
                        to -= 1;
                    }
                    ring[to] = unit;
                }
            }
            begin = *end as usize;
        }
        &self.ringed
    }
}

/// Disks of H3 cells round each cell: ring after ring, up to `max_rings`. Cells that are no unit count for nothing.
pub(super) fn disks(cells: &[CellIndex], measure: &[f64], limit: f64, max_rings: u32) -> Result<Vec<Zone>> {
    let row_of: HashMap<CellIndex, u32> = cells.iter().zip(0..).map(|(cell, row)| (*cell, row)).collect();
    if row_of.len() < cells.len() || cells.windows(2).any(|w| w[0].resolution() != w[1].resolution()) {
        return Err(Error::OutOfRange { what: "cells", must: "distinct and of one resolution" });
    }
    let zones = cells.par_iter().zip(0..cells.len() as u32).map(|(cell, center)| {
        let around: Vec<(CellIndex, u32)> = cell.grid_disk_distances(max_rings);
        let mut rows: Vec<(u32, u32)> =
            around.iter().filter_map(|(cell, ring)| row_of.get(cell).map(|row| (*ring, *row))).collect();
        rows.sort_unstable();
        let ends = (0..rows.len()).map(|i| rows.get(i + 1).is_none_or(|next| next.0 != rows[i].0));
        zone(center, rows.iter().map(|(_, row)| *row).zip(ends), measure, limit)
    });
    Ok(zones.flatten().collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use h3o::{LatLng, Resolution};
    use proptest::prelude::*;

    fn all_windows(zones: &[Zone]) -> Vec<(u32, Vec<u32>)> {
        let of = |zone: &Zone| -> Vec<(u32, Vec<u32>)> {
            let sorted = |n: usize| {
                let mut units = zone.units[..=n].to_vec();
                units.sort_unstable();
                units
            };
            (0..zone.units.len()).filter(|n| zone.ends_at(*n)).map(|n| (zone.center, sorted(n))).collect()
        };
        zones.iter().flat_map(of).collect()
    }

    #[test]
    fn units_enter_one_by_one_and_ties_by_their_coordinates() {
        // Four units at distance 1 from the first: the lesser x first, then the lesser y.
        let points = [[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [-1.0, 0.0], [0.0, -1.0]];
        let zones = circles(&points, &[1.0; 5], 4.0, None);
        assert_eq!(zones[0], Zone { center: 0, units: vec![0, 3, 4, 1], ends: None });
        assert_eq!(zones.len(), 5);
    }

    #[test]
    fn units_at_one_place_are_one_centre_and_enter_together() {
        let points = [[5.0, 0.0], [0.0, 0.0], [5.0, 0.0], [6.0, 0.0]];
        let zones = circles(&points, &[1.0; 4], 3.0, None);
        let sets = all_windows(&zones);
        let of = |center: u32| sets.iter().filter(|s| s.0 == center).map(|s| s.1.clone()).collect::<Vec<_>>();
        assert_eq!(of(0), [vec![0, 2], vec![0, 2, 3]]);
        assert_eq!(of(1), [vec![1], vec![0, 1, 2]]);
        assert!(of(2).is_empty(), "the place of unit 0");
        assert_eq!(of(3), [vec![3], vec![0, 2, 3]]);
        // With room for two only, the pair never enters the circles of others.
        assert_eq!(all_windows(&circles(&points, &[1.0; 4], 2.0, None)), [(0, vec![0, 2]), (1, vec![1]), (3, vec![3])]);
    }

    #[test]
    fn the_limits_are_kept_and_reached() {
        let points: Vec<[f64; 2]> = (0..10).map(|i| [f64::from(i) * 100.0, 0.0]).collect();
        let zones = circles(&points, &[1.0; 10], 10.0, Some(200.0));
        assert_eq!(zones[0].units, [0, 1, 2], "the radius itself is inside");
        assert_eq!(zones[5].units, [5, 4, 6, 3, 7]);
        // Too heavy for any window: no zone, and no part in the others.
        let zones = circles(&points[..3], &[1.0, 9.0, 1.0], 5.0, None);
        assert_eq!(all_windows(&zones), [(0, vec![0]), (2, vec![2])]);
        assert!(circles(&[], &[], 1.0, None).is_empty());
    }

    #[test]
    fn disks_grow_by_rings() {
        let middle = LatLng::new(51.5, -0.12).unwrap().to_cell(Resolution::Nine);
        let mut cells: Vec<CellIndex> = middle.grid_disk(2);
        cells.sort_unstable();
        let row = cells.iter().position(|c| *c == middle).unwrap();
        let zones = disks(&cells, &[1.0; 19], 19.0, 5).unwrap();
        let sizes: Vec<usize> = (0..19).filter(|n| zones[row].ends_at(*n)).map(|n| n + 1).collect();
        assert_eq!(sizes, [1, 7, 19], "rings beyond the cells add nothing");
        assert_eq!(zones[row].windows(), 3);
        let small = disks(&cells, &[1.0; 19], 18.0, 2).unwrap();
        assert_eq!(small[row].units.len(), 7, "a ring enters as a whole or not");
        assert!(disks(&[middle, middle], &[1.0; 2], 2.0, 1).is_err());
        assert!(disks(&[middle, middle.parent(Resolution::Eight).unwrap()], &[1.0; 2], 2.0, 1).is_err());
    }

    proptest! {
        #[test]
        fn circles_hold_what_is_within_their_radius(
            points in prop::collection::vec((0i32..12, 0i32..12), 1..40), limit in 1.0f64..40.0, radius in prop::option::of(0.0f64..20.0)
        ) {
            let points: Vec<[f64; 2]> = points.iter().map(|(x, y)| [f64::from(*x), f64::from(*y)]).collect();
            let zones = circles(&points, &vec![1.0; points.len()], limit, radius);
            for zone in &zones {
                let c = points[zone.center as usize];
                let square = |u: u32| (points[u as usize][0] - c[0]).powi(2) + (points[u as usize][1] - c[1]).powi(2);
                prop_assert!(zone.units.len() as f64 <= limit);
                prop_assert!(zone.units.windows(2).all(|w| square(w[0]) <= square(w[1])));
                prop_assert!(radius.is_none_or(|r| zone.units.iter().all(|u| square(*u) <= r * r)));
                let mut once = zone.units.clone();
                once.sort_unstable();
                once.dedup();
                prop_assert_eq!(once.len(), zone.units.len());
                // What was left out is not nearer than what was taken.
                let last = square(*zone.units.last().unwrap());
                let outside = (0..points.len() as u32).filter(|u| !zone.units.contains(u));
                prop_assert!(outside.into_iter().all(|u| square(u) >= last));
            }
            let places: std::collections::BTreeSet<(i64, i64)> = points.iter().map(|p| (p[0] as i64, p[1] as i64)).collect();
            prop_assert!(zones.len() <= places.len());
        }
    }
}
