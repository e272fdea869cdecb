//! Points of a table, in metres.

use super::table::Table;
use crate::commands::note;
use crate::failure::{Done, Failure};
use hotspot_core::LonLat;
use hotspot_core::projection::Projection;
use std::path::Path;

/// Points with their identifiers, and how they came to metres.
#[derive(Debug)]
pub struct MetrePoints {
    pub ids: Vec<String>,
    pub places: Vec<[f64; 2]>,
    /// `None` when the table is in metres already.
    pub projection: Option<Projection>,
    pub table: Table,
}

impl MetrePoints {
    /// Reads `id,x,y` (metres) or `id,lon,lat`. Degrees are projected for their own bounds, or as `like` was.
    pub fn read(path: &Path, like: Option<&Self>) -> Done<Self> {
        let table = Table::read(path)?;
        let ids = table.texts("id")?;
        let (places, projection) = coordinates(path, &table, like)?;
        Ok(Self { ids, places, projection, table })
    }

    /// Lines: rows of one text in column `line`, in their order.
    pub fn read_corners(path: &Path, like: &Self) -> Done<Vec<Vec<[f64; 2]>>> {
        let table = Table::read(path)?;
        let (places, _) = coordinates(path, &table, Some(like))?;
        let names = table.texts("line")?;
        let mut lines: Vec<(&str, Vec<[f64; 2]>)> = Vec::new();
        for (name, place) in names.iter().zip(places) {
            match lines.iter_mut().find(|(n, _)| n == name) {
                Some((_, corners)) => corners.push(place),
                None => lines.push((name, vec![place])),
            }
        }
        Ok(lines.into_iter().map(|(_, corners)| corners).collect())
    }

    /// Places without identifiers, in the metres of other points.
    pub fn read_places(path: &Path, like: &Self) -> Done<(Vec<[f64; 2]>, Table)> {
        let table = Table::read(path)?;
        let (places, _) = coordinates(path, &table, Some(like))?;
        Ok((places, table))
    }

    /// Weight of each point, if the table has a column for it.
    pub fn weights(&self) -> Done<Option<Vec<f64>>> {
        self.table.has("weight").then(|| self.table.numbers("weight")).transpose()
    }

    /// What the coordinates are.
    pub fn coordinates(&self) -> &'static str {
        match self.projection {
            None => "metres as given",
            Some(Projection::BritishNationalGrid) => "British National Grid, metres",
            Some(Projection::Local { .. }) => "a local projection, metres",
        }
    }
}

/// Columns x, y as they are, or lon, lat projected.
fn coordinates(path: &Path, table: &Table, like: Option<&MetrePoints>) -> Done<(Vec<[f64; 2]>, Option<Projection>)> {
    let degrees = table.has("lon") && table.has("lat");
    if like.is_some_and(|l| l.projection.is_some() != degrees) {
        return Err(Failure::data(format!("{}: one table is in metres (x, y), the other in degrees (lon, lat)", path.display())));
    }
    if !degrees {
        if !(table.has("x") && table.has("y")) {
            return Err(Failure::data(format!("{}: needed are columns x, y (metres) or lon, lat (degrees)", path.display())));
        }
        let places: Vec<[f64; 2]> = table.numbers("x")?.into_iter().zip(table.numbers("y")?).map(|(x, y)| [x, y]).collect();
        if look_like_degrees(&places) {
            note(format_args!("{}: x and y are taken for metres; if they are degrees, name them lon and lat", path.display()));
        }
        return Ok((places, None));
    }
    let (lon, lat) = (table.numbers("lon")?, table.numbers("lat")?);
    let ends = |values: &[f64]| values.iter().fold([f64::INFINITY, f64::NEG_INFINITY], |[lo, hi], v| [lo.min(*v), hi.max(*v)]);
    let ([west, east], [south, north]) = (ends(&lon), ends(&lat));
    let projection = like.and_then(|l| l.projection).unwrap_or_else(|| Projection::for_area([west, south, east, north]));
    let place = |(row, (lon, lat)): (usize, (&f64, &f64))| {
        projection.metres_from_lonlat(LonLat { lon: *lon, lat: *lat }).map_err(|_far| {
            Failure::failed(table.refused(row, "lon", "the place is too far from the others to be projected, or no place at all"))
        })
    };
    let places = lon.iter().zip(&lat).enumerate().map(place).collect::<Done<Vec<_>>>()?;
    Ok((places, Some(projection)))
}

/// Whether places in "metres" all lie within the range of degrees and none of them on whole numbers.
fn look_like_degrees(places: &[[f64; 2]]) -> bool {
    let degrees = |[x, y]: &[f64; 2]| x.abs() <= 180.0 && y.abs() <= 90.0 && x.fract() != 0.0 && y.fract() != 0.0;
    !places.is_empty() && places.iter().all(degrees)
}
