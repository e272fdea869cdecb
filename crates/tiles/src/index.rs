//! The cells of one resolution, projected once and kept in tile order.

use crate::coord::{Frame, WORLD, place, world_from_lonlat};
use h3o::{CellIndex, LatLng, Resolution};
use std::ops::Range;

/// Cells of one resolution, ready to be cut into tiles.
///
/// # Design
/// Outlines are projected to fixed-point web mercator (2^32 units round the world) when the index is built; a tile at any zoom
/// is then a shift away from them, and the same corner of two neighbouring cells falls on the same unit of every tile.
/// Cells are sorted by the row and column of a square bucket that is at least twice as wide as the longest reach of a cell
/// from its centre, so that the cells of a tile are a handful of contiguous runs. An R-tree would answer the same question
/// with a search for each tile and scattered reads.
#[derive(Debug)]
pub struct TileIndex {
    resolution: Resolution,
    /// Row in the grid level, by position.
    pub(crate) rows: Vec<u32>,
    pub(crate) cells: Vec<CellIndex>,
    /// Centre, by position.
    centers: Vec<[u32; 2]>,
    /// Range of the corners, by position and one beyond.
    starts: Vec<u32>,
    /// Corners from the centre, in world units, clockwise on the map (the exterior ring of a vector tile).
    corners: Vec<[i32; 2]>,
    /// The same corners in millionths of a degree: longitude, latitude.
    degrees: Vec<[i32; 2]>,
    bucket_bits: u32,
    /// Bucket row and the position of its first cell, ascending.
    bucket_rows: Vec<(u32, u32)>,
    /// Largest distance of a corner from its centre along an axis.
    pub(crate) reach: i64,
    /// Smallest width or height of a cell.
    pub(crate) narrowest: i64,
}

impl TileIndex {
    /// The index of cells given in the order of their rows, all of one resolution.
    pub fn new(resolution: Resolution, cells: &[CellIndex]) -> Self {
        let mut reach = 1;
        let mut narrowest = WORLD;
        let outlines: Vec<Outline> = cells.iter().map(|cell| Outline::of(*cell)).collect();
        for outline in &outlines {
            let [mut lo, mut hi] = [[0i64; 2]; 2];
            for corner in &outline.corners {
                for axis in 0..2 {
                    lo[axis] = lo[axis].min(i64::from(corner[axis]));
                    hi[axis] = hi[axis].max(i64::from(corner[axis]));
                }
            }
            reach = reach.max(hi[0]).max(hi[1]).max(-lo[0]).max(-lo[1]);
            narrowest = narrowest.min(hi[0] - lo[0]).min(hi[1] - lo[1]);
        }
        let bucket_bits = (64 - (reach * 2).leading_zeros()).min(32);
        let bucket = |row: u32| {
            let [x, y] = outlines[row as usize].center;
            (shifted(y, bucket_bits), shifted(x, bucket_bits))
        };
        let mut order: Vec<u32> = (0..cells.len() as u32).collect();
        order.sort_unstable_by_key(|row| (bucket(*row), *row));

        let mut index = Self {
            resolution,
            rows: Vec::with_capacity(cells.len()),
            cells: Vec::with_capacity(cells.len()),
            centers: Vec::with_capacity(cells.len()),
            starts: Vec::with_capacity(cells.len() + 1),
            corners: Vec::with_capacity(cells.len() * 6),
            degrees: Vec::with_capacity(cells.len() * 6),
            bucket_bits,
            bucket_rows: Vec::new(),
            reach,
            narrowest,
        };
        for (position, row) in order.into_iter().enumerate() {
            let outline = &outlines[row as usize];
            let (bucket_row, _) = bucket(row);
            if index.bucket_rows.last().is_none_or(|(last, _)| *last != bucket_row) {
                index.bucket_rows.push((bucket_row, position as u32));
            }
            index.rows.push(row);
            index.cells.push(cells[row as usize]);
            index.centers.push(outline.center);
            index.starts.push(index.corners.len() as u32);
            index.corners.extend_from_slice(&outline.corners);
            index.degrees.extend_from_slice(&outline.degrees);
        }
        index.starts.push(index.corners.len() as u32);
        index
    }

    /// Resolution of the cells.
    pub const fn resolution(&self) -> Resolution {
        self.resolution
    }

    /// Number of cells.
    pub fn len(&self) -> usize {
        self.cells.len()
    }

    /// Whether there is no cell.
    pub fn is_empty(&self) -> bool {
        self.cells.is_empty()
    }

    pub(crate) fn center(&self, position: usize) -> [i64; 2] {
        self.centers[position].map(i64::from)
    }

    fn corner_range(&self, position: usize) -> Range<usize> {
        self.starts[position] as usize..self.starts[position + 1] as usize
    }

    pub(crate) fn corners(&self, position: usize) -> &[[i32; 2]] {
        &self.corners[self.corner_range(position)]
    }

    pub(crate) fn degrees(&self, position: usize) -> &[[i32; 2]] {
        &self.degrees[self.corner_range(position)]
    }

    /// Positions of the cells whose bucket meets the box of centres; some of them lie just outside it.
    pub(crate) fn runs(&self, lo: [i64; 2], hi: [i64; 2]) -> impl Iterator<Item = Range<usize>> + '_ {
        let clamp = |v: i64| v.clamp(0, WORLD - 1) as u32;
        let outside = hi[0] < 0 || hi[1] < 0 || lo[0] >= WORLD || lo[1] >= WORLD;
        let [x_lo, y_lo] = lo.map(|v| shifted(clamp(v), self.bucket_bits));
        let [x_hi, y_hi] = hi.map(|v| shifted(clamp(v), self.bucket_bits));
        let first = self.bucket_rows.partition_point(|(row, _)| *row < y_lo);
        let last = self.bucket_rows.partition_point(|(row, _)| *row <= y_hi);
        let rows = if outside { 0..0 } else { first..last };
        rows.map(move |row| {
            let start = self.bucket_rows[row].1 as usize;
            let end = self.bucket_rows.get(row + 1).map_or(self.len(), |(_, next)| *next as usize);
            let centers = &self.centers[start..end];
            let from = centers.partition_point(|c| shifted(c[0], self.bucket_bits) < x_lo);
            let to = centers.partition_point(|c| shifted(c[0], self.bucket_bits) <= x_hi);
            start + from..start + to
        })
    }

    /// Positions of the cells whose centre the tile holds, half-open: over all tiles of a zoom each cell once.
    pub(crate) fn held(&self, frame: Frame) -> impl Iterator<Item = usize> + '_ {
        let lo = frame.origin;
        let hi = lo.map(|v| v + frame.side - 1);
        self.runs(lo, hi).flatten().filter(move |position| {
            let center = self.center(*position);
            (0..2).all(|axis| (lo[axis]..=hi[axis]).contains(&center[axis]))
        })
    }
}

const fn shifted(value: u32, bits: u32) -> u32 {
    (value as u64 >> bits) as u32
}

struct Outline {
    center: [u32; 2],
    corners: Vec<[i32; 2]>,
    degrees: Vec<[i32; 2]>,
}

impl Outline {
    fn of(cell: CellIndex) -> Self {
        let middle = LatLng::from(cell);
        let center = place(world_from_lonlat(middle.lng(), middle.lat()));
        let origin = center.map(i64::from);
        let boundary = cell.boundary();
        let mut corners = Vec::with_capacity(boundary.len());
        let mut degrees = Vec::with_capacity(boundary.len());
        for corner in boundary.iter() {
            // A cell on the antimeridian keeps its corners on the side of its centre, beyond ±180 where need be.
            let turn = ((corner.lng() - middle.lng()) / 360.0).round() * 360.0;
            let lon = corner.lng() - turn;
            let world = world_from_lonlat(lon, corner.lat());
            let from = |axis: usize| (world[axis] - origin[axis]).clamp(i64::from(i32::MIN), i64::from(i32::MAX)) as i32;
            corners.push([from(0), from(1)]);
            degrees.push([micro(lon), micro(corner.lat())]);
        }
        if area(&corners) < 0.0 {
            corners.reverse();
            degrees.reverse();
        }
        Self { center, corners, degrees }
    }
}

fn micro(degrees: f64) -> i32 {
    (degrees * 1e6).round() as i32
}

fn area(ring: &[[i32; 2]]) -> f64 {
    let after = ring.iter().cycle().skip(1);
    ring.iter().zip(after).map(|(a, b)| f64::from(a[0]) * f64::from(b[1]) - f64::from(b[0]) * f64::from(a[1])).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::TileCoord;
    use proptest::prelude::*;

    fn disk(lon: f64, lat: f64, resolution: Resolution, k: u32) -> Vec<CellIndex> {
        let mut cells: Vec<CellIndex> = LatLng::new(lat, lon).unwrap().to_cell(resolution).grid_disk(k);
        cells.sort_unstable();
        cells
    }

    #[test]
    fn every_world_cell_has_one_tile_at_every_zoom() {
        let cells: Vec<CellIndex> = CellIndex::base_cells().flat_map(|c| c.children(Resolution::Two)).collect();
        let index = TileIndex::new(Resolution::Two, &cells);
        for z in 0..=4u8 {
            let mut seen = vec![0u8; cells.len()];
            for x in 0..1u32 << z {
                for y in 0..1u32 << z {
                    for position in index.held(Frame::of(TileCoord::new(z, x, y).unwrap())) {
                        seen[index.rows[position] as usize] += 1;
                    }
                }
            }
            assert!(seen.iter().all(|n| *n == 1), "zoom {z}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]
        #[test]
        fn a_cell_is_held_by_one_tile_only(lon in -180.0..180.0f64, lat in -85.0..85.0f64, z in 3u8..=16) {
            let cells = disk(lon, lat, Resolution::Ten, 6);
            let index = TileIndex::new(Resolution::Ten, &cells);
            let mut seen = vec![0u32; cells.len()];
            let tiles: std::collections::HashSet<TileCoord> = cells.iter().map(|c| {
                let center = LatLng::from(*c);
                TileCoord::holding(z, center.lng(), center.lat()).unwrap()
            }).collect();
            for tile in &tiles {
                for position in index.held(Frame::of(*tile)) {
                    seen[index.rows[position] as usize] += 1;
                    let center = LatLng::from(index.cells[position]);
                    prop_assert_eq!(TileCoord::holding(z, center.lng(), center.lat()), Some(*tile));
                }
            }
            prop_assert!(seen.iter().all(|n| *n == 1));
        }

        #[test]
        fn runs_miss_no_cell_of_the_box(lon in -179.0..179.0f64, lat in -80.0..80.0f64, dx in 0i64..1 << 16, dy in 0i64..1 << 16) {
            let cells = disk(lon, lat, Resolution::Nine, 5);
            let index = TileIndex::new(Resolution::Nine, &cells);
            let lo = world_from_lonlat(lon, lat);
            let hi = [lo[0] + dx, lo[1] + dy];
            let found: std::collections::HashSet<usize> = index.runs(lo, hi).flatten().collect();
            for position in 0..index.len() {
                let c = index.center(position);
                if (0..2).all(|a| (lo[a]..=hi[a]).contains(&c[a])) {
                    prop_assert!(found.contains(&position));
                }
            }
        }
    }
}
