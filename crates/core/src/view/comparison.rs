//! Two periods side by side: units, hotspots, boroughs and all of them together.

use super::{AreasView, hour_unknown, level_of, place};
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
    /// Units without an incident in either; in the borough where the filter names one.
    pub empty: u64,
    /// Hotspots by rank, whole ones: of the strand where just one is asked for and analysed, else of all records. They were chosen for what was recorded in
    /// the release's window: outside it they have less by that alone.
    pub hotspots: Vec<ComparedPlace>,
    /// Boroughs; the chosen one alone where the filter names one.
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
        let level = level_of(release, resolution)?;
        // A place is judged against chance among all of its kind, whatever the borough.
        let whole = filters.map(|filter| Filter { area: None, ..filter });
        let own = filters.map(|filter| level.counts(&release.facts, &filter));
        let either: Vec<u32> = own[0].iter().zip(&own[1]).map(|(now, before)| now + before).collect();
        let shown = place::shown(release, &filter, resolution, &either)?;
        let of_all = |at: usize| -> Vec<u64> {
            let all = level.counts(&release.facts, &whole[at]);
            let count = |(row, all): (usize, u32)| u64::from(if shown[row] { own[at][row] } else { all });
            all.into_iter().enumerate().map(count).collect()
        };
        let all = periods.changes(&of_all(0), &of_all(1))?;
        let units: Vec<u32> =
            (0..all.len()).filter(|row| shown[*row] && all[*row].change != Change::Nothing).map(|row| row as u32).collect();
        let empty = (shown.iter().filter(|shown| **shown).count() - units.len()) as u64;

        let of_hotspots = level_of(release, release.resolution)?;
        let spots = release.analysis_beside(filter.strands).map_or(&[][..], |analysis| &analysis.hotspots);
        let [now, before] = whole.map(|filter| {
            let counts = of_hotspots.counts(&release.facts, &filter);
            let sum = |units: &[u32]| units.iter().map(|unit| u64::from(counts[*unit as usize])).sum();
            spots.iter().map(|spot| sum(&spot.units)).collect::<Vec<u64>>()
        });
        let code = filter.area.and_then(|area| release.areas.get(usize::from(area))).map(|area| area.code.as_str());
        let there = |of: Option<&str>| filter.area.is_none() || of == code;
        let named = spots.iter().map(|spot| (spot.identity.id.clone(), spot.name.clone()));
        let mut hotspots = places(named, periods.changes(&now, &before)?);
        hotspots.retain(|place| spots.iter().any(|spot| spot.identity.id == place.id && there(spot.area_code.as_deref())));

        let areas = whole.map(|filter| AreasView::of(release, filter));
        let counts = |view: &AreasView| view.rows.iter().map(|row| row.n).collect::<Vec<u64>>();
        let changes = periods.changes(&counts(&areas[0]), &counts(&areas[1]))?;
        let mut boroughs = places(areas[0].rows.iter().map(|row| (row.code.clone(), row.name.clone())), changes);
        boroughs.retain(|place| there(Some(&place.id)));
        let [total, total_before] = filters.map(|filter| release.facts.total(&filter));
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
            total: periods.changes(&[total], &[total_before])?[0],
            breaks: periods.breaks(&release.breaks).cloned().collect(),
            hour_unknown: unknown[0].zip(unknown[1]).map(|(now, before)| now + before),
        })
    }
}

fn places(named: impl Iterator<Item = (String, String)>, changes: Vec<PlaceChange>) -> Vec<ComparedPlace> {
    named.zip(changes).map(|((id, name), change)| ComparedPlace { id, name, change }).collect()
}
