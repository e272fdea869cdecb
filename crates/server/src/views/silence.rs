//! Places to engage. No count of a place and nothing expected of one is written.

use super::hotspots::{Geometry, borough_of, geometry};
use super::{Period, bytes, unit_id};
use hotspot_core::disclosure::Released;
use hotspot_core::release::ReportingArea;
use hotspot_core::units::Units;
use hotspot_core::view::SilenceView;
use serde::Serialize;
use utoipa::ToSchema;

/// Places to engage as a GeoJSON feature collection with foreign members: where reports are to be expected and few come, the most
/// conspicuous first. None of its numbers is a count of crime.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Silence<'a> {
    #[serde(rename = "type")]
    #[schema(example = "FeatureCollection")]
    kind: &'static str,
    release: &'a str,
    period: Period,
    /// H3 resolution of the places; 0 when they are areas.
    resolution: u8,
    /// What says where reports are to be expected; a place is named only when every one of them does.
    measures: &'a [String],
    /// Why there is no map of silence; null when there is one, also when it is empty.
    why_not: Option<&'static str>,
    /// Units that were asked about.
    asked: u32,
    /// Of these, those that could have been named at all: they would be if not one report came from there.
    could_be_named: u32,
    /// Highest false discovery rate of the list.
    false_discovery_rate: f64,
    /// Level of the bounds of reporting.
    level: f64,
    /// How many places, and how far the question could see.
    sentence: String,
    features: Vec<PlaceFeature<'a>>,
}

#[derive(Debug, Serialize, ToSchema)]
struct PlaceFeature<'a> {
    #[serde(rename = "type")]
    #[schema(example = "Feature")]
    kind: &'static str,
    geometry: Geometry,
    properties: PlaceToEngageEntry<'a>,
}

/// A place to engage.
#[derive(Debug, Serialize, ToSchema)]
struct PlaceToEngageEntry<'a> {
    /// H3 cell in hexadecimal, or code of the area.
    unit: String,
    name: &'a str,
    borough: Option<&'a str>,
    /// So few reports would be usual if what happens were reported between so many times as often as elsewhere, to hundredths downwards ...
    reporting_lo: f64,
    /// ... and so many, to hundredths upwards; null when any number would do.
    reporting_hi: Option<f64>,
    sentence: String,
}

pub(crate) fn silence(release: &str, view: &Released<SilenceView>, units: &Units, areas: &[ReportingArea]) -> Vec<u8> {
    let map = &view.map;
    bytes(&Silence {
        kind: "FeatureCollection",
        release,
        period: view.window.into(),
        resolution: map.resolution,
        measures: &map.measures,
        why_not: map.why_not(),
        asked: map.tested,
        could_be_named: map.callable,
        false_discovery_rate: map.params.q,
        level: map.params.level,
        sentence: map.sentence(view.window),
        features: map
            .places
            .iter()
            .zip(&view.outlines)
            .map(|(place, outline)| PlaceFeature {
                kind: "Feature",
                geometry: geometry(outline),
                properties: PlaceToEngageEntry {
                    unit: unit_id(units, map.resolution, place.unit),
                    name: &place.name,
                    borough: borough_of(place.area_code.as_deref(), areas),
                    reporting_lo: place.shown_bounds()[0],
                    reporting_hi: Some(place.shown_bounds()[1]).filter(|hi| hi.is_finite()),
                    sentence: place.sentence(),
                },
            })
            .collect(),
    })
}
