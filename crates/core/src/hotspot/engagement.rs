//! The map of silence of a release: named places to engage, without any count.
//!
//! [`silence`](super::silence) is asked of all records that somebody reported, on the coarsest units that a release has (cells of
//! resolution 8; polygons as they are), by residents, by the neighbours' reports for their residents, and by every source that the user
//! gives. What is kept is who is named and within which bounds, and how far the question could see; how many reports came from a place and
//! how many were predicted is not.
//!
//! # Pitfalls
//! Records that were withheld because they rest on one person ([`protection`](super::protection)) have no unit any more. A place that has
//! hardly any others can be named here although somebody there does report.

use super::analysis::Analysis;
use super::silence::{Measure, SilenceParams, neighbour_measure, silence};
use crate::cube::Filter;
use crate::error::Result;
use crate::month::MonthRange;
use crate::residents::RESIDENTS_NAME;

/// Neighbours as a measure.
const NEIGHBOURS: &str = "reports of the neighbouring units for their residents";

/// A source of the user's: what it is, and a number, zero or more, for each unit.
#[derive(Debug, Clone, PartialEq)]
pub struct SourceColumn {
    /// What it is, such as `third-party reports 2025`.
    pub name: String,
    /// By unit.
    pub values: Vec<f64>,
}

/// A place to engage, by name. It holds no count, and none may be shown of it.
#[derive(Debug, Clone, PartialEq)]
pub struct NamedPlace {
    /// Row of the unit.
    pub unit: u32,
    /// Name, made like those of hotspots.
    pub name: String,
    /// Code of the borough, if any.
    pub area_code: Option<String>,
    /// The largest p over the measures.
    pub p: f64,
    /// p adjusted over all units that were asked about.
    pub q: f64,
    /// How likely a report would have to be, in parts of what it is elsewhere, for so few to be usual.
    pub reporting: [f64; 2],
}

/// Places to engage of a release, and how far the question could see.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct SilenceMap {
    /// Resolution of its units; 0 for polygons.
    pub resolution: u8,
    /// What was asked.
    pub params: SilenceParams,
    /// Names of the measures; none when nothing says where to expect reports.
    pub measures: Vec<String>,
    /// Reports in units in the window.
    pub reports: u64,
    /// Units that were asked about.
    pub tested: u32,
    /// Units of which every measure predicts enough.
    pub expecting: u32,
    /// Of these, those that would have been named had not one report come from them.
    pub callable: u32,
    /// Places to engage, the smallest p first.
    pub places: Vec<NamedPlace>,
}

impl Analysis<'_> {
    /// The resolution of the map of silence: the coarsest of the units, large enough to expect something; 0 for polygons.
    pub fn silence_resolution(&self) -> u8 {
        self.units.resolutions().first().copied().unwrap_or(0)
    }

    /// Places to engage, by residents of the units of [`Self::silence_resolution`], where they are known, and by the user's sources.
    ///
    /// # Errors
    /// As [`silence`] and [`neighbour_measure`].
    pub fn silence_map(&self, residents: Option<&[f64]>, sources: &[SourceColumn]) -> Result<SilenceMap> {
        let at = Self { resolution: self.silence_resolution(), ..*self };
        let level = at.level()?;
        let reports = level.counts(self.facts, &Filter::over(self.window));
        let total = reports.iter().map(|n| u64::from(*n)).sum();
        let params = SilenceParams::default();
        let neighbours = residents.filter(|_| total > 0).map(|r| neighbour_measure(&reports, r, level.neighbors)).transpose()?;
        let mut measures: Vec<Measure<'_>> = Vec::new();
        measures.extend(residents.map(|values| Measure { name: RESIDENTS_NAME, values }));
        measures.extend(neighbours.as_deref().map(|values| Measure { name: NEIGHBOURS, values }));
        measures.extend(sources.iter().map(|s| Measure { name: &s.name, values: &s.values }));
        let mut map = SilenceMap {
            resolution: at.resolution,
            params,
            measures: measures.iter().map(|m| m.name.to_owned()).collect(),
            reports: total,
            tested: 0,
            expecting: 0,
            callable: 0,
            places: Vec::new(),
        };
        if measures.is_empty() || total == 0 {
            return Ok(map);
        }
        let found = silence(&reports, &measures, &params)?;
        (map.tested, map.expecting, map.callable) = (found.tested as u32, found.expecting as u32, found.callable as u32);
        let named = found.places.into_iter().map(|place| {
            let (name, area_code) = at.name_of(place.unit);
            NamedPlace { unit: place.unit, name, area_code, p: place.p, q: place.q, reporting: place.reporting }
        });
        map.places = named.collect();
        Ok(map)
    }
}

impl SilenceMap {
    /// Why there is no map of silence; `None` when there is one, also when it is empty.
    pub const fn why_not(&self) -> Option<&'static str> {
        if self.measures.is_empty() {
            Some(
                "There is no map of silence: for polygons, and outside London, hotspot analyse --sources FILE.csv must say where reports are to be expected.",
            )
        } else if self.reports == 0 {
            Some("There is no map of silence: no place has a report, so that none stands out by having few.")
        } else {
            None
        }
    }

    /// What it says, in plain words with its n, period and unit: how many places, and how far it could see.
    pub fn sentence(&self, window: MonthRange) -> String {
        if let Some(why) = self.why_not() {
            return why.to_owned();
        }
        let unit = if self.resolution == 0 { "area" } else { "cell" };
        let counted = |n: u32| if n == 1 { format!("1 {unit}") } else { format!("{n} {unit}s") };
        let could = if self.callable == 0 { "none".to_owned() } else { self.callable.to_string() };
        let found = match self.places.len() {
            0 => "No place to engage was found. That does not say that all is well:".to_owned(),
            1 => "1 place to engage was found;".to_owned(),
            n => format!("{n} places to engage were found;"),
        };
        let by = match self.measures.len() {
            1 => "the one measure given".to_owned(),
            n => format!("every one of {n} measures"),
        };
        let blind =
            if self.callable < self.tested { " In the others fewer reports than usual cannot be told from chance." } else { "" };
        format!(
            "{found} of {} asked about ({window}, by {by}), {} could have been named if not one report had come from there.{blind}",
            counted(self.tested),
            could,
        )
    }
}

impl NamedPlace {
    /// The bounds as they may be shown: to hundredths, outwards, so that nobody reckons a count from them.
    pub fn shown_bounds(&self) -> [f64; 2] {
        let [lo, hi] = self.reporting;
        [(lo * 100.0).floor() / 100.0, (hi * 100.0).ceil() / 100.0]
    }

    /// What is to be said of it: bounds, never a count.
    pub fn sentence(&self) -> String {
        let [lo, hi] = self.shown_bounds();
        let usual = if lo == 0.0 { format!("at most {hi:.2}") } else { format!("{lo:.2} to {hi:.2}") };
        format!(
            "As few reports as come from here would be usual if what happens were reported {usual} times as often as elsewhere. That less happens would explain it as well: the figures cannot tell which, so ask there."
        )
    }
}

#[cfg(test)]
mod tests;
