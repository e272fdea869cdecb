//! Two periods side by side: units, hotspots, boroughs and all of them together.

use super::{AreasView, hour_unknown, level_of};
use crate::SeriesBreak;
use crate::comparison::{Change, Periods, PlaceChange};
use crate::cube::Filter;
use crate::error::Result;
use crate::release::Release;

/// A hotspot or borough in two periods.
#[derive(Debug, Clone, PartialEq)]
pub struct ComparedPlace {
    /// Identifier of the hotspot, or code of the borough.
    pub id: String,
    /// Name.
    pub name: String,
    /// What changed.
    pub change: PlaceChange,
}

/// Places in two periods. Units, hotspots and boroughs are judged apart, each against chance among its own kind.
#[derive(Debug, Clone, PartialEq)]
pub struct ComparisonView {
    /// Both periods.
    pub periods: Periods,
    /// What was counted, in the period looked at.
    pub filter: Filter,
    /// H3 resolution of the units; 0 for areas.
    pub resolution: u8,
    /// Units with an incident in either period, ascending.
    pub units: Vec<u32>,
    /// Their changes, aligned with `units`.
    pub changes: Vec<PlaceChange>,
    /// Units without an incident in either.
    pub empty: u64,
    /// Hotspots of the release and strand, by rank; none for a strand that it does not analyse. They were chosen for what was recorded in
    /// the release's window: outside it they have less by that alone.
    pub hotspots: Vec<ComparedPlace>,
    /// Boroughs.
    pub boroughs: Vec<ComparedPlace>,
    /// All that the filter counts, wherever it lies.
    pub total: PlaceChange,
    /// Breaks of recording between the first and the last month.
    pub breaks: Vec<SeriesBreak>,
    /// Incidents of both periods that a filter by time of week leaves out because their hour is not known; `None` without one.
    pub hour_unknown: Option<u64>,
}

impl ComparisonView {
    /// Compares what the filter counts, whose months are those of the periods.
    ///
    /// # Errors
    /// [`Error::OutOfRange`](crate::Error::OutOfRange) for a resolution that the release has not got.
    pub fn of(release: &Release, periods: Periods, filter: Filter, resolution: u8) -> Result<Self> {
        let filters = [periods.now(), periods.before()].map(|months| Filter { months, ..filter });
        let wide = |counts: Vec<u32>| -> Vec<u64> { counts.into_iter().map(u64::from).collect() };
        let level = level_of(release, resolution)?;
        let [now, before] = filters.map(|filter| wide(level.counts(&release.facts, &filter)));
        let all = periods.changes(&now, &before)?;
        let units: Vec<u32> = (0..all.len()).filter(|row| all[*row].change != Change::Nothing).map(|row| row as u32).collect();
        let empty = (all.len() - units.len()) as u64;

        let own = level_of(release, release.resolution)?;
        let spots = release.analysis(filter.strand).map_or(&[][..], |analysis| &analysis.hotspots);
        let [now, before] = filters.map(|filter| {
            let counts = own.counts(&release.facts, &filter);
            let sum = |units: &[u32]| units.iter().map(|unit| u64::from(counts[*unit as usize])).sum();
            spots.iter().map(|spot| sum(&spot.units)).collect::<Vec<u64>>()
        });
        let spots = spots.iter().map(|spot| (spot.identity.id.clone(), spot.name.clone()));
        let hotspots = places(spots, periods.changes(&now, &before)?);

        let areas = filters.map(|filter| AreasView::of(release, filter));
        let counts = |view: &AreasView| view.rows.iter().map(|row| row.n).collect::<Vec<u64>>();
        let changes = periods.changes(&counts(&areas[0]), &counts(&areas[1]))?;
        let boroughs = places(areas[0].rows.iter().map(|row| (row.code.clone(), row.name.clone())), changes);
        let unknown = filters.map(|filter| hour_unknown(release, filter));
        Ok(Self {
            periods,
            filter: filters[0],
            resolution,
            changes: units.iter().map(|row| all[*row as usize]).collect(),
            units,
            empty,
            hotspots,
            boroughs,
            total: periods.changes(&[areas[0].total], &[areas[1].total])?[0],
            breaks: periods.breaks(&release.breaks).cloned().collect(),
            hour_unknown: unknown[0].zip(unknown[1]).map(|(now, before)| now + before),
        })
    }
}

fn places(named: impl Iterator<Item = (String, String)>, changes: Vec<PlaceChange>) -> Vec<ComparedPlace> {
    named.zip(changes).map(|((id, name), change)| ComparedPlace { id, name, change }).collect()
}
