//! What an agreement gives a partner, and what everybody is shown.

use super::hotspots::{Geometry, geometry};
use super::{Period as Months, bytes};
use hotspot_core::Strand;
use hotspot_core::disclosure::Released;
use hotspot_core::disclosure::agreement::{Agreement, CONDITION};
use hotspot_core::disclosure::products::{Origin, PartnerView, ProductArea, PublicView, RoundedFigure};
use hotspot_core::hotspot::evidence::Evidence;
use hotspot_core::hotspot::identity::Change;
use hotspot_core::release::DataClass;
use jiff::civil::Date;
use serde::Serialize;
use utoipa::ToSchema;

/// Of what a product is.
#[derive(Debug, Serialize, ToSchema)]
struct ProductOrigin<'a> {
    release: &'a str,
    /// `SYNTHETIC` when it is about nobody.
    label: Option<&'static str>,
    month: String,
    as_known_on: String,
    /// Version of the policy.
    policy: &'a str,
    /// Months in which hotspots are counted: the last four quarters that are complete.
    counted: Option<Months>,
}

impl<'a> From<&'a Origin> for ProductOrigin<'a> {
    fn from(of: &'a Origin) -> Self {
        Self {
            release: &of.release,
            label: (of.class == DataClass::Synthetic).then_some("SYNTHETIC"),
            month: of.month.to_string(),
            as_known_on: of.as_known_on.to_string(),
            policy: &of.policy,
            counted: of.counted.map(Into::into),
        }
    }
}

/// Under what something is given.
#[derive(Debug, Serialize, ToSchema)]
struct Mark<'a> {
    agreement: &'a str,
    recipient: &'a str,
    purpose: &'a str,
    /// The last day on which it may be kept.
    keep_until: String,
    /// What may not be done with it.
    condition: &'static str,
}

#[derive(Debug, Serialize, ToSchema)]
struct ProductBorough<'a> {
    code: &'a str,
    name: &'a str,
}

/// Rounded figures in columns of equal length.
#[derive(Debug, Default, Serialize, ToSchema)]
struct RoundedFigures<'a> {
    /// Code of an area or borough, or all.
    place: Vec<&'a str>,
    /// 2026 or 2026-Q4.
    period: Vec<String>,
    /// all, or a strand.
    strand: Vec<&'static str>,
    /// Rounded; null where it is not shown.
    incidents: Vec<Option<u32>>,
}

impl<'a> RoundedFigures<'a> {
    fn of(figures: &'a [RoundedFigure]) -> Self {
        Self {
            place: figures.iter().map(|f| f.place.as_str()).collect(),
            period: figures.iter().map(|f| f.period.to_string()).collect(),
            strand: figures.iter().map(|f| f.strand.map_or("all", Strand::id)).collect(),
            incidents: figures.iter().map(|f| f.n).collect(),
        }
    }
}

#[derive(Debug, Serialize, ToSchema)]
struct AreaOutline<'a> {
    code: &'a str,
    /// Code of its borough.
    borough: &'a str,
    /// A multipolygon; null where outlines are not given.
    #[schema(value_type = Option<Object>)]
    geometry: Option<Geometry>,
}

impl<'a> From<&'a ProductArea> for AreaOutline<'a> {
    fn from(area: &'a ProductArea) -> Self {
        Self { code: &area.code, borough: &area.borough, geometry: area.outline.as_ref().map(geometry) }
    }
}

/// A hotspot as an object; what is not given is not there.
#[derive(Debug, Serialize, ToSchema)]
struct ProductHotspotEntry<'a> {
    id: &'a str,
    strand: &'static str,
    name: &'a str,
    /// Code of its borough.
    borough: &'a str,
    /// Codes of the areas that it touches.
    areas: &'a [String],
    /// Rounded; null where it is not shown or not given.
    incidents: Option<u32>,
    /// clear, weak or cannot_tell.
    #[serde(skip_serializing_if = "Option::is_none")]
    evidence: Option<&'static str>,
    /// first, new, continued, grew, shrank, split or merged.
    #[serde(skip_serializing_if = "Option::is_none")]
    change: Option<&'static str>,
}

/// What the agreement of a partner gives.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PartnerProducts<'a> {
    mark: Mark<'a>,
    origin: ProductOrigin<'a>,
    products: Vec<&'static str>,
    fields: Vec<&'static str>,
    /// Counts below are not given; one sign stands for them and for those that are hidden.
    least: u32,
    /// Counts are rounded to the nearest multiple.
    rounded_to: u32,
    boroughs: Vec<ProductBorough<'a>>,
    areas: Vec<AreaOutline<'a>>,
    area_figures: RoundedFigures<'a>,
    borough_figures: RoundedFigures<'a>,
    hotspots: Vec<ProductHotspotEntry<'a>>,
}

fn boroughs(all: &[(String, String)]) -> Vec<ProductBorough<'_>> {
    all.iter().map(|(name, code)| ProductBorough { code, name }).collect()
}

/// What an agreement gives, with what may not be done.
pub(crate) fn partner(view: &Released<PartnerView>, agreement: &Agreement, on: Date) -> Vec<u8> {
    bytes(&PartnerProducts {
        mark: Mark {
            agreement: &agreement.id,
            recipient: &agreement.recipient,
            purpose: &agreement.purpose,
            keep_until: agreement.keep_until(on).to_string(),
            condition: CONDITION,
        },
        origin: (&view.origin).into(),
        products: view.terms.products.iter().map(|p| p.id()).collect(),
        fields: view.terms.fields.iter().map(|f| f.id()).collect(),
        least: view.least,
        rounded_to: view.base,
        boroughs: boroughs(&view.boroughs),
        areas: view.areas.iter().map(Into::into).collect(),
        area_figures: RoundedFigures::of(&view.area_figures),
        borough_figures: RoundedFigures::of(&view.borough_figures),
        hotspots: view
            .hotspots
            .iter()
            .map(|h| ProductHotspotEntry {
                id: &h.id,
                strand: h.strand.map_or("all", Strand::id),
                name: &h.name,
                borough: &h.borough,
                areas: &h.areas,
                incidents: h.n,
                evidence: h.evidence.map(Evidence::id),
                change: h.change.map(Change::id),
            })
            .collect(),
    })
}

/// What everybody is shown.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PublicProducts<'a> {
    origin: ProductOrigin<'a>,
    /// Counts below are not shown; one sign stands for them and for those that are hidden.
    least: u32,
    /// Areas of fewer residents are not shown.
    residents: u32,
    /// Counts are rounded to the nearest multiple.
    rounded_to: u32,
    /// Where classes of rounded counts begin.
    classes: &'a [u32],
    boroughs: Vec<ProductBorough<'a>>,
    areas: Vec<AreaOutline<'a>>,
    /// Areas by year.
    area_figures: RoundedFigures<'a>,
    /// Where the class of each of these figures begins; null where it is not shown.
    area_classes: Vec<Option<u32>>,
    /// Boroughs by year.
    borough_figures: RoundedFigures<'a>,
    /// All boroughs together by quarter.
    whole: RoundedFigures<'a>,
}

/// What everybody is shown.
pub(crate) fn public(view: &Released<PublicView>) -> Vec<u8> {
    bytes(&PublicProducts {
        origin: (&view.origin).into(),
        least: view.rules.least,
        residents: view.rules.residents,
        rounded_to: view.rules.base,
        classes: &view.rules.classes,
        boroughs: boroughs(&view.boroughs),
        areas: view.areas.iter().map(Into::into).collect(),
        area_figures: RoundedFigures::of(&view.area_figures),
        area_classes: view.area_figures.iter().map(|f| view.class(f.n?).map(|(from, _)| from)).collect(),
        borough_figures: RoundedFigures::of(&view.borough_figures),
        whole: RoundedFigures::of(&view.whole),
    })
}
