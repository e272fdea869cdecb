//! The units of a release, whatever they are: cells at several resolutions, or polygons.

use crate::areas::AreaLayer;
use crate::cube::{Facts, Filter};
use crate::grid::CellGrid;
use crate::projection::{LonLat, Projection};
use crate::weights::SpatialWeights;
use geo::{BooleanOps, MultiPolygon, unary_union};
use h3o::Resolution;
use h3o::geom::SolventBuilder;
use std::borrow::Cow;

/// The units of a release.
#[derive(Debug)]
pub enum Units {
    /// H3 cells at several resolutions.
    Cells(CellGrid),
    /// Polygons.
    Areas(AreaLayer),
}

/// One level of the units: columns aligned by row.
#[derive(Debug, Clone, Copy)]
pub struct UnitLevel<'a> {
    /// H3 resolution; 0 for polygons.
    pub resolution: u8,
    /// Square kilometres inside the study area.
    pub area_km2: &'a [f64],
    /// Which units touch.
    pub neighbors: &'a SpatialWeights,
    /// For each unit that facts point at, its row in this level; `None` when they are the same.
    ancestors: Option<&'a [u32]>,
}

impl UnitLevel<'_> {
    /// Number of units.
    pub const fn len(&self) -> usize {
        self.area_km2.len()
    }

    /// Whether there is no unit.
    pub const fn is_empty(&self) -> bool {
        self.area_km2.is_empty()
    }

    /// Row in this level of a unit that a fact points at.
    pub fn row_of(&self, unit: u32) -> Option<u32> {
        self.ancestors.map_or_else(|| ((unit as usize) < self.len()).then_some(unit), |a| a.get(unit as usize).copied())
    }

    /// Counts by unit of this level: always rolled up by cell id, never by geometry.
    pub fn counts(&self, facts: &Facts, filter: &Filter) -> Vec<u32> {
        match self.ancestors {
            None => facts.counts(filter, self.len()),
            Some(ancestors) => {
                let finest = facts.counts(filter, ancestors.len());
                self.roll_up(&finest, 0u32)
            }
        }
    }

    /// Sums a column of the finest level into this one.
    pub fn roll_up<T: Copy + std::ops::AddAssign>(&self, finest: &[T], zero: T) -> Vec<T> {
        let Some(ancestors) = self.ancestors else { return finest.to_vec() };
        let mut sums = vec![zero; self.len()];
        for (value, row) in finest.iter().zip(ancestors) {
            sums[*row as usize] += *value;
        }
        sums
    }
}

impl Units {
    /// The level of a resolution (cells), or the only one (polygons, resolution 0).
    pub fn level(&self, resolution: u8) -> Option<UnitLevel<'_>> {
        match self {
            Self::Cells(grid) => {
                let wanted = Resolution::try_from(resolution).ok()?;
                let level = grid.level(wanted)?;
                let ancestors = if grid.finest().resolution() == wanted { None } else { Some(grid.ancestors(wanted)?) };
                Some(UnitLevel { resolution, area_km2: level.area_km2(), neighbors: level.neighbors(), ancestors })
            }
            Self::Areas(layer) => (resolution == 0).then(|| UnitLevel {
                resolution,
                area_km2: layer.area_km2(),
                neighbors: layer.neighbors(),
                ancestors: None,
            }),
        }
    }

    /// The unit of the finest level that holds a point; `None` outside the study area.
    pub fn locate(&self, p: LonLat) -> Option<u32> {
        match self {
            Self::Cells(grid) => grid.locate(p),
            Self::Areas(layer) => layer.locate(p),
        }
    }

    /// Resolutions that can be asked for, coarsest first; `[0]` for polygons.
    pub fn resolutions(&self) -> Vec<u8> {
        match self {
            Self::Cells(grid) => grid.levels().iter().rev().map(|l| u8::from(l.resolution())).collect(),
            Self::Areas(_) => vec![0],
        }
    }

    /// The finest of the resolutions, by which facts name their units.
    pub fn finest(&self) -> u8 {
        match self {
            Self::Cells(grid) => u8::from(grid.finest().resolution()),
            Self::Areas(_) => 0,
        }
    }

    /// Stable identifier of a unit: the hex string of a cell, the code of a polygon.
    pub fn id(&self, resolution: u8, row: u32) -> Option<String> {
        match self {
            Self::Cells(grid) => Some(grid.level(Resolution::try_from(resolution).ok()?)?.cells().get(row as usize)?.to_string()),
            Self::Areas(layer) => layer.codes().get(row as usize).cloned(),
        }
    }

    /// Row of a unit by its stable identifier.
    pub fn row(&self, resolution: u8, id: &str) -> Option<u32> {
        match self {
            Self::Cells(grid) => grid.level(Resolution::try_from(resolution).ok()?)?.row(id.parse().ok()?),
            Self::Areas(layer) => (resolution == 0).then(|| layer.row(id))?,
        }
    }

    /// Centre of a unit.
    pub fn center(&self, resolution: u8, row: u32) -> Option<LonLat> {
        match self {
            Self::Cells(grid) => {
                let level = grid.level(Resolution::try_from(resolution).ok()?)?;
                ((row as usize) < level.len()).then(|| level.center(row))
            }
            Self::Areas(layer) => ((row as usize) < layer.len()).then(|| layer.center(row)),
        }
    }

    /// Centres of all units of a level, metres.
    pub fn centers_m(&self, resolution: u8) -> Option<Cow<'_, [[f64; 2]]>> {
        match self {
            Self::Cells(grid) => Some(Cow::Borrowed(grid.level(Resolution::try_from(resolution).ok()?)?.centers_m())),
            Self::Areas(layer) => {
                let metres =
                    |row| layer.projection().metres_from_lonlat(layer.center(row)).expect("areas lie within their own projection");
                Some(Cow::Owned((0..layer.len() as u32).map(metres).collect()))
            }
        }
    }

    /// The unit of one level that stands for a unit of another: its parent, or the child in its middle; itself at the same level.
    /// `None` when there is no such unit in the study area.
    pub fn row_at(&self, resolution: u8, row: u32, wanted: u8) -> Option<u32> {
        match self {
            _ if resolution == wanted => Some(row),
            Self::Areas(_) => None,
            Self::Cells(grid) => {
                let (from, to) = (Resolution::try_from(resolution).ok()?, Resolution::try_from(wanted).ok()?);
                let cell = *grid.level(from)?.cells().get(row as usize)?;
                grid.level(to)?.row(if to < from { cell.parent(to)? } else { cell.center_child(to)? })
            }
        }
    }

    /// West, south, east and north in degrees.
    pub fn bounds(&self) -> [f64; 4] {
        match self {
            Self::Cells(grid) => grid.study_area().bounds(),
            Self::Areas(layer) => layer.bounds(),
        }
    }

    /// Metres of the study area.
    pub fn projection(&self) -> &Projection {
        match self {
            Self::Cells(grid) => &grid.study_area().projection,
            Self::Areas(layer) => layer.projection(),
        }
    }

    /// Outline of several units, dissolved. Cells keep their whole shape, also where the study area cuts them.
    pub fn outline(&self, resolution: u8, rows: &[u32]) -> MultiPolygon<f64> {
        match self {
            Self::Cells(grid) => {
                let cells = Resolution::try_from(resolution)
                    .ok()
                    .and_then(|r| grid.level(r))
                    .map(|level| rows.iter().filter_map(|r| level.cells().get(*r as usize).copied()).collect::<Vec<_>>())
                    .unwrap_or_default();
                SolventBuilder::new().build().dissolve(cells).unwrap_or_else(|_| MultiPolygon::new(Vec::new()))
            }
            Self::Areas(layer) => {
                let polygons: Vec<_> = rows.iter().filter_map(|r| layer.polygons().get(*r as usize)).collect();
                match polygons.as_slice() {
                    [] => MultiPolygon::new(Vec::new()),
                    [one] => (*one).clone(),
                    [a, b] => a.union(*b),
                    many => unary_union(many.iter().copied()),
                }
            }
        }
    }
}
