//! The values of one layer on the cells of one resolution, as tiles.

use crate::coord::{Frame, TileCoord};
use crate::index::TileIndex;
use crate::mvt::LayerWriter;
use crate::{json, ring};
use hotspot_core::disclosure::Released;
use hotspot_core::view::{CellsView, Layer};
use std::sync::Arc;

/// Views that do not belong together or to the index.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Mismatch {
    /// A view is of another resolution than the cells.
    #[error("the view is of another resolution than the cells")]
    Resolution,
    /// The values and the counts are not of one filter.
    #[error("the values and the counts are not of one filter")]
    Filter,
    /// A view names a row that the cells have not.
    #[error("the view names a row that is not there")]
    Row,
}

/// One layer of cells, ready to be cut into tiles.
///
/// Every cell of the grid is drawn, those of class 0 too: that nothing was recorded is an answer. A feature has the
/// properties `h3` (hexadecimal), `n` and `class`, and `value` unless the class is 0. Its MVT id is `feature_id`, the same
/// in every tile and at every zoom; in GeoJSON `h3` alone identifies it.
#[derive(Debug)]
pub struct CellTiles {
    index: Arc<TileIndex>,
    layer: Layer,
    /// By position in the index.
    figures: Vec<Figures>,
}

#[derive(Debug, Clone, Copy, Default)]
struct Figures {
    n: u32,
    class: u8,
    value: f32,
}

const KEYS: [&str; 4] = ["h3", "n", "class", "value"];

impl CellTiles {
    /// Joins the values of a layer, and the counts of the same filter, with the cells.
    ///
    /// # Errors
    /// [`Mismatch`] when the views are of another resolution or filter, or name a row beyond the cells.
    pub fn new(index: Arc<TileIndex>, values: &Released<CellsView>, counts: &Released<CellsView>) -> Result<Self, Mismatch> {
        let resolution = u8::from(index.resolution());
        if values.resolution != resolution || counts.resolution != resolution {
            return Err(Mismatch::Resolution);
        }
        if values.filter != counts.filter {
            return Err(Mismatch::Filter);
        }
        let mut by_row = vec![Figures::default(); index.len()];
        for (row, n) in counts.units.iter().zip(&counts.n) {
            by_row.get_mut(*row as usize).ok_or(Mismatch::Row)?.n = *n;
        }
        for (i, row) in values.units.iter().enumerate() {
            let cell = by_row.get_mut(*row as usize).ok_or(Mismatch::Row)?;
            *cell = Figures { n: values.n[i], class: values.class[i], value: values.value[i] as f32 };
        }
        let figures = index.rows.iter().map(|row| by_row[*row as usize]).collect();
        Ok(Self { index, layer: values.layer, figures })
    }

    /// Which layer it is.
    pub const fn layer(&self) -> Layer {
        self.layer
    }

    /// Memory that the values take, in bytes; the cells are shared.
    pub fn bytes(&self) -> usize {
        self.figures.len() * size_of::<Figures>()
    }

    /// The cells whose centre the tile holds, whole, as a GeoJSON feature collection (RFC 7946, six decimals). Over all
    /// tiles of a zoom each cell comes once.
    pub fn geojson(&self, tile: TileCoord) -> Vec<u8> {
        let mut out = Vec::with_capacity(4096);
        out.extend_from_slice(br#"{"type":"FeatureCollection","features":["#);
        let mut first = true;
        for position in self.index.held(Frame::of(tile)) {
            if !first {
                out.push(b',');
            }
            first = false;
            let Figures { n, class, value } = self.figures[position];
            out.extend_from_slice(br#"{"type":"Feature","properties":{"h3":""#);
            out.extend_from_slice(&hex(u64::from(self.index.cells[position])));
            out.extend_from_slice(br#"","n":"#);
            json::whole(&mut out, u64::from(n));
            out.extend_from_slice(br#","class":"#);
            json::whole(&mut out, u64::from(class));
            if class > 0 {
                out.extend_from_slice(br#","value":"#);
                json::number(&mut out, f64::from(value));
            }
            out.extend_from_slice(br#"},"geometry":{"type":"Polygon","coordinates":["#);
            // Kept clockwise on the map for vector tiles; RFC 7946 wants exterior rings the other way round.
            json::ring(&mut out, self.index.degrees(position).iter().rev().copied());
            out.extend_from_slice(b"]}}");
        }
        out.extend_from_slice(b"]}");
        out
    }

    /// The cells that touch the tile or its buffer, cut to the buffer, as one MVT layer named after [`Layer::id`]; no byte at
    /// all when there is none.
    pub fn mvt(&self, tile: TileCoord) -> Vec<u8> {
        let frame = Frame::of(tile);
        let index = &*self.index;
        let most = index.reach + frame.buffer();
        let box_at = |copy: i64| {
            let lo = [frame.origin[0] - most - copy, frame.origin[1] - most];
            let hi = [frame.origin[0] + frame.side + most - copy, frame.origin[1] + frame.side + most];
            (lo, hi)
        };
        let runs: Vec<_> = frame
            .copies()
            .flat_map(|copy| {
                let (lo, hi) = box_at(copy);
                index.runs(lo, hi).map(move |run| (copy, run))
            })
            .filter(|(_, run)| !run.is_empty())
            .collect();
        let expected = runs.iter().map(|(_, run)| run.len()).sum();
        let mut out = LayerWriter::new(self.layer.id(), &KEYS, expected);
        let mut pen = Pen { frame, plain: index.narrowest >> frame.shift >= i64::from(ring::SMALL), ..Pen::new(frame) };
        for (copy, run) in runs {
            for position in run {
                let center = index.center(position);
                let from = [center[0] + copy - frame.origin[0], center[1] - frame.origin[1]];
                if pen.draw(from, index.corners(position), index.reach, copy != 0) {
                    let cell = u64::from(index.cells[position]);
                    let Figures { n, class, value } = self.figures[position];
                    out.begin();
                    out.text(0, &hex(cell));
                    out.uint(1, n);
                    out.uint(2, u32::from(class));
                    if class > 0 {
                        out.number(3, value);
                    }
                    out.polygon(feature_id(cell), pen.ring.iter().copied());
                }
            }
        }
        out.finish()
    }
}

/// Snaps and clips one cell after the other.
struct Pen {
    frame: Frame,
    /// Cells are so large here that snapping cannot fold them.
    plain: bool,
    ring: Vec<[i32; 2]>,
    exact: Vec<[i64; 2]>,
    spare: Vec<[i64; 2]>,
}

impl Pen {
    const fn new(frame: Frame) -> Self {
        Self { frame, plain: false, ring: Vec::new(), exact: Vec::new(), spare: Vec::new() }
    }

    /// Leaves what the tile shows of the cell in `ring`; `false` when it shows nothing. `touching`: the tile itself must be
    /// touched, not its buffer alone.
    fn draw(&mut self, from: [i64; 2], corners: &[[i32; 2]], reach: i64, touching: bool) -> bool {
        let frame = self.frame;
        let lo = -frame.buffer();
        let hi = frame.side + frame.buffer();
        self.ring.clear();
        if from.iter().any(|v| v + reach < lo || v - reach > hi) {
            return false;
        }
        if from.iter().all(|v| v - reach >= lo && v + reach <= hi) && !touching {
            let unit = |d: i32, axis: usize| frame.unit(from[axis] + i64::from(d));
            self.ring.extend(corners.iter().map(|c| [unit(c[0], 0), unit(c[1], 1)]));
            if !self.plain {
                ring::settle(&mut self.ring);
            }
            return true;
        }
        self.exact.clear();
        self.exact.extend(corners.iter().map(|c| [from[0] + i64::from(c[0]), from[1] + i64::from(c[1])]));
        let edge = if touching { 0 } else { frame.buffer() };
        for axis in 0..2 {
            if self.exact.iter().all(|p| p[axis] < -edge) || self.exact.iter().all(|p| p[axis] > frame.side + edge) {
                return false;
            }
        }
        ring::clip(&mut self.exact, &mut self.spare, frame);
        if self.exact.is_empty() {
            return false;
        }
        self.ring.extend(self.exact.iter().map(|p| p.map(|v| frame.unit(v))));
        // Where the edge cuts a sharp corner off, rounding may fold it back upon the edge; a cell is convex.
        ring::hull(&mut self.ring);
        ring::settle(&mut self.ring);
        true
    }
}

/// The number of a cell in vector tiles: resolution, base cell and digits of its H3 index without the unused ones. At most
/// 53 bits up to resolution 14, so that JavaScript keeps it exact; the hexadecimal index itself is the property `h3`.
pub(crate) const fn feature_id(cell: u64) -> u64 {
    let resolution = cell >> 52 & 0xF;
    (cell & 0x00FF_FFFF_FFFF_FFFF) >> (3 * (15 - resolution))
}

/// The 15 hexadecimal digits of a cell (its highest digit is always 0 and never written).
fn hex(cell: u64) -> [u8; 15] {
    std::array::from_fn(|i| b"0123456789abcdef"[(cell >> (4 * (14 - i)) & 0xF) as usize])
}

#[cfg(test)]
#[path = "cells_tests.rs"]
mod tests;
