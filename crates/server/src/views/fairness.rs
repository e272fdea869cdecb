//! Who is covered by a kind of resource.

use hotspot_core::Strand;
use hotspot_core::hotspot::Estimate;
use hotspot_core::resource::fairness::{Exposure, Fairness};
use serde::Serialize;
use utoipa::ToSchema;

/// Who is covered: shares are 0 to 1, of what lies in any place of the scope.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct FairnessEntry<'a> {
    /// All records first, then the strands that are analysed.
    strands: Vec<StrandCoverEntry>,
    /// Groups of people that were supplied.
    groups: Vec<GroupCoverEntry<'a>>,
    /// Stops and searches that were supplied.
    stops: Vec<StopCoverEntry<'a>>,
}

#[derive(Debug, Serialize, ToSchema)]
struct StrandCoverEntry {
    /// Null for all records.
    strand: Option<&'static str>,
    /// In the window; to the nearest 5 where they are supposed.
    incidents: u32,
    /// `[e]` where they are not told, or not all of them, and supposed from what is published; null for a count.
    incidents_status: Option<&'static str>,
    /// Null of too few; ratios are to all records.
    cover: Option<CoverEntry>,
}

#[derive(Debug, Serialize, ToSchema)]
struct GroupCoverEntry<'a> {
    group: &'a str,
    people: u64,
    /// Areas that they are supplied for.
    areas: u32,
    /// Of these, areas that lie in several places and are split by residents.
    split: u32,
    /// Null of too few people; ratios are to all residents of the same areas.
    cover: Option<CoverEntry>,
    /// All residents of the same areas; null where they are not known.
    residents: Option<CoverEntry>,
}

#[derive(Debug, Serialize, ToSchema)]
struct CoverEntry {
    /// In places that are questioned.
    questioned: f64,
    /// In places that get less than 1 − delta of their share: expected share by how likely each place does.
    short: ShareLimits,
    /// In places that get at least their share.
    enough: ShareLimits,
    /// In places that get nothing.
    nothing: f64,
    questioned_ratio: Option<f64>,
    short_ratio: Option<ShareLimits>,
}

/// A mean with its 95 % interval.
#[derive(Debug, Serialize, ToSchema)]
struct ShareLimits {
    mean: f64,
    lo: f64,
    hi: f64,
}

/// Stops for each 1,000 people of the group a year.
#[derive(Debug, Serialize, ToSchema)]
struct StopCoverEntry<'a> {
    group: &'a str,
    stops: u64,
    from: String,
    to: String,
    questioned: StopSide,
    elsewhere: StopSide,
}

#[derive(Debug, Serialize, ToSchema)]
struct StopSide {
    /// After areas are split.
    stops: f64,
    person_years: f64,
    /// For each 1,000 a year, with Poisson limits; null where nobody lives.
    rate: Option<ShareLimits>,
}

impl From<&Estimate> for ShareLimits {
    fn from(e: &Estimate) -> Self {
        Self { mean: e.mean, lo: e.lo, hi: e.hi }
    }
}

impl From<&Exposure> for CoverEntry {
    fn from(e: &Exposure) -> Self {
        Self {
            questioned: e.questioned,
            short: (&e.short).into(),
            enough: (&e.enough).into(),
            nothing: e.nothing,
            questioned_ratio: e.questioned_ratio,
            short_ratio: e.short_ratio.as_ref().map(ShareLimits::from),
        }
    }
}

pub(super) fn entry(fairness: &Fairness) -> FairnessEntry<'_> {
    FairnessEntry {
        strands: fairness
            .strands
            .iter()
            .map(|s| StrandCoverEntry {
                strand: s.strand.map(Strand::id),
                incidents: s.incidents.shown(),
                incidents_status: s.incidents.supposed.map(|_| s.incidents.status()),
                cover: s.exposure.as_ref().map(CoverEntry::from),
            })
            .collect(),
        groups: fairness
            .groups
            .iter()
            .map(|g| GroupCoverEntry {
                group: &g.group,
                people: g.people,
                areas: g.areas,
                split: g.split,
                cover: g.exposure.as_ref().map(CoverEntry::from),
                residents: g.residents.as_ref().map(CoverEntry::from),
            })
            .collect(),
        stops: fairness
            .stops
            .iter()
            .map(|s| {
                let side = |at: usize| StopSide {
                    stops: s.split[at],
                    person_years: s.person_years[at],
                    rate: s.rates[at].as_ref().map(ShareLimits::from),
                };
                StopCoverEntry {
                    group: &s.group,
                    stops: s.stops,
                    from: s.period[0].to_string(),
                    to: s.period[1].to_string(),
                    questioned: side(0),
                    elsewhere: side(1),
                }
            })
            .collect(),
    }
}
