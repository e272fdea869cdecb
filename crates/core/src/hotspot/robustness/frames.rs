//! The units under every offset: made once for a study area, used by every release.

use super::design::Setting;
use crate::error::{Error, Result};
use crate::projection::LonLat;
use crate::residents::ResidentPoints;
use crate::units::{UnitLevel, Units};
use rayon::prelude::*;
use std::collections::BTreeMap;

/// Residents, as far as they can be put on moved units.
#[derive(Debug, Clone, Copy)]
pub enum Residents<'a> {
    /// Points: they can be put on any grid.
    Points(&'a ResidentPoints),
    /// One number for each unit of the finest level: for polygons, which are never moved. On a grid, settings with an offset then have
    /// no residents.
    Units(&'a [f64]),
}

/// The study area's units, and the same under every offset of the settings.
#[derive(Debug)]
pub struct Frames<'a> {
    pub(super) units: &'a Units,
    pub(super) settings: Vec<Setting>,
    /// By offset.
    moved: Vec<Frame>,
    /// Row in `moved` of each setting; `None` where the units cannot be moved so.
    of_setting: Vec<Option<usize>>,
}

/// The units under one offset.
#[derive(Debug)]
pub(super) struct Frame {
    pub(super) offset_m: [f64; 2],
    /// `None` for the units themselves.
    moved: Option<Units>,
    /// For each finest unit, the finest unit of this frame that holds its centre; empty for the units themselves.
    finest: Vec<u32>,
    /// By resolution of the settings.
    levels: BTreeMap<u8, FrameLevel>,
}

/// One level of a frame.
#[derive(Debug)]
pub(super) struct FrameLevel {
    /// For each finest unit of the study area, the row that holds its centre.
    pub(super) row_of: Vec<u32>,
    /// Residents by row; `None` where there are none at all.
    pub(super) residents: Option<Vec<f64>>,
}

impl<'a> Frames<'a> {
    /// Moves the units by every offset of the settings. Half a second of one core for each offset of London.
    ///
    /// # Errors
    /// [`Error::Projection`] when an offset leads off the study area's projection, [`Error::Length`] or [`Error::OutOfRange`] when residents
    /// by unit are not one for each, or negative or not finite, [`Error::OutOfRange`] without settings.
    pub fn new(units: &'a Units, settings: Vec<Setting>, residents: Option<Residents<'_>>) -> Result<Self> {
        if settings.is_empty() {
            return Err(Error::OutOfRange { what: "number of settings", must: "one or more" });
        }
        if let Some(Residents::Units(of_units)) = residents {
            let expected = finest(units).len();
            if of_units.len() != expected {
                return Err(Error::Length { what: "residents", got: of_units.len(), expected });
            }
            if of_units.iter().any(|r| !(*r >= 0.0 && r.is_finite())) {
                return Err(Error::OutOfRange { what: "residents", must: "zero or more, and finite" });
            }
        }
        let mut offsets: BTreeMap<[i32; 2], Vec<u8>> = BTreeMap::new();
        for setting in settings.iter().filter(|s| level_of(units, s).is_some()) {
            offsets.entry(setting.offset_m).or_default().push(setting.resolution);
        }
        let place: Vec<[i32; 2]> = offsets.keys().copied().collect();
        let moved: Vec<Frame> = offsets
            .into_par_iter()
            .map(|(offset_m, resolutions)| Frame::new(units, offset_m, &resolutions, residents))
            .collect::<Result<_>>()?;
        let of = |s: &Setting| level_of(units, s).and_then(|_| place.binary_search(&s.offset_m).ok());
        let of_setting = settings.iter().map(of).collect();
        Ok(Self { units, settings, moved, of_setting })
    }

    /// The settings, as given.
    pub fn settings(&self) -> &[Setting] {
        &self.settings
    }

    /// Row of the frame of a setting.
    pub(super) fn row_of(&self, setting: usize) -> Option<usize> {
        self.of_setting[setting]
    }

    pub(super) fn frame(&self, row: usize) -> &Frame {
        &self.moved[row]
    }

    /// The level of a setting's resolution in its frame.
    pub(super) fn level(&self, setting: usize) -> Option<(&Frame, &FrameLevel, UnitLevel<'_>)> {
        let frame = self.frame(self.row_of(setting)?);
        let setting = &self.settings[setting];
        let level = level_of(frame.units(self.units), setting)?;
        Some((frame, &frame.levels[&setting.resolution], level))
    }
}

/// The level that facts point at.
pub(super) fn finest(units: &Units) -> UnitLevel<'_> {
    let resolution = *units.resolutions().last().expect("units have a level");
    units.level(resolution).expect("it is one of theirs")
}

/// The level of a setting's resolution; `None` where the units have not got it or cannot be moved.
fn level_of<'u>(units: &'u Units, setting: &Setting) -> Option<UnitLevel<'u>> {
    match units {
        Units::Cells(_) => units.level(setting.resolution),
        Units::Areas(_) if setting.resolution == Setting::BASE.resolution && setting.offset_m == [0, 0] => units.level(0),
        Units::Areas(_) => None,
    }
}

impl Frame {
    fn new(units: &Units, offset: [i32; 2], resolutions: &[u8], residents: Option<Residents<'_>>) -> Result<Self> {
        let offset_m = offset.map(f64::from);
        let (moved, finest_rows) = match units {
            Units::Cells(grid) if offset != [0, 0] => {
                let moved = grid.moved(offset_m)?;
                let projection = grid.study_area().projection;
                let centres = grid.finest().centers_m();
                let rows = centres
                    .par_iter()
                    .map(|[x, y]| {
                        let centre = projection.lonlat_from_metres([x + offset_m[0], y + offset_m[1]])?;
                        // A cell touches the study area, so its centre lies less than a cell beyond it.
                        moved.near(centre).ok_or(Error::Projection)
                    })
                    .collect::<Result<Vec<u32>>>()?;
                (Some(Units::Cells(moved)), rows)
            }
            _ => (None, Vec::new()),
        };
        let here = moved.as_ref().unwrap_or(units);
        let residents: Option<Vec<f64>> = match (residents, here) {
            (Some(Residents::Points(points)), Units::Cells(grid)) => Some(points.on(grid, offset_m)),
            (Some(Residents::Points(points)), Units::Areas(layer)) => Some(points.in_areas(layer)),
            (Some(Residents::Units(of_units)), _) if moved.is_none() => Some(of_units.to_vec()),
            _ => None,
        };
        let residents = residents.filter(|r| r.iter().sum::<f64>() > 0.0);
        let rows = finest(units).len() as u32;
        let mut levels = BTreeMap::new();
        for resolution in resolutions {
            let setting = Setting { resolution: *resolution, offset_m: offset, ..Setting::BASE };
            let level = level_of(here, &setting).expect("the resolution was looked up before");
            let row_of = (0..rows)
                .map(|row| level.row_of(finest_rows.get(row as usize).copied().unwrap_or(row)).expect("a row of the finest level"))
                .collect();
            let residents = residents.as_ref().map(|r| level.roll_up(r, 0.0));
            levels.insert(*resolution, FrameLevel { row_of, residents });
        }
        Ok(Self { offset_m, moved, finest: finest_rows, levels })
    }

    /// The units of this frame.
    pub(super) fn units<'u>(&'u self, base: &'u Units) -> &'u Units {
        self.moved.as_ref().unwrap_or(base)
    }

    /// Whether the units are those of the study area itself.
    pub(super) const fn is_base(&self) -> bool {
        self.moved.is_none()
    }

    /// The finest unit of this frame that holds the centre of a unit of the study area.
    pub(super) fn finest_row(&self, unit: u32) -> u32 {
        self.finest.get(unit as usize).copied().unwrap_or(unit)
    }

    /// The finest unit of this frame that holds a point of the study area, in degrees after moving; nearest where rounding at the
    /// edge puts it outside.
    pub(super) fn near(&self, p: LonLat, base: &Units) -> Option<u32> {
        match self.units(base) {
            Units::Cells(grid) => grid.locate(p).or_else(|| grid.near(p)),
            Units::Areas(layer) => layer.locate(p),
        }
    }
}
