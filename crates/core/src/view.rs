//! What may be shown: the closed set of views that a [`Policy`](crate::disclosure::Policy) releases.

use crate::cube::Filter;
use crate::hotspot::StrandAnalysis;
use crate::incident::UnknownName;
use crate::release::{DataClass, Reconciliation};
use crate::{Month, MonthRange, SeriesBreak, Strand};
use std::str::FromStr;

/// What the colour of a unit means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Layer {
    /// Recorded incidents.
    Count,
    /// Recorded incidents per square kilometre a year.
    Density,
    /// P(rate > 2 × the study area's).
    Probability,
    /// Gi* z score.
    GiStar,
}

impl Layer {
    /// Every layer, the default first.
    pub const ALL: [Self; 4] = [Self::Count, Self::Density, Self::Probability, Self::GiStar];

    /// Stable identifier.
    pub const fn id(self) -> &'static str {
        match self {
            Self::Count => "count",
            Self::Density => "density",
            Self::Probability => "probability",
            Self::GiStar => "gi-star",
        }
    }

    /// What a person reads.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Count => "Recorded incidents",
            Self::Density => "Incidents per km² a year",
            Self::Probability => "Probability of more than twice the expected rate",
            Self::GiStar => "Gi* clustering",
        }
    }

    /// One line that says what it is.
    pub const fn definition(self) -> &'static str {
        match self {
            Self::Count => "Number of recorded incidents in the period.",
            Self::Density => "Recorded incidents per square kilometre of the cell inside the study area, scaled to one year.",
            Self::Probability => {
                "Posterior probability that the cell's rate is more than twice that of the study area, from a gamma–Poisson model with area as the reference measure."
            }
            Self::GiStar => {
                "Getis–Ord Gi*: whether the cell and its neighbours together hold more incidents than chance would bring, by exact conditional p. It says nothing of the cell's own count."
            }
        }
    }

    /// Unit of the value.
    pub const fn unit(self) -> &'static str {
        match self {
            Self::Count => "incidents",
            Self::Density => "incidents per km² a year",
            Self::Probability => "probability",
            Self::GiStar => "exact p of Gi*",
        }
    }
}

impl FromStr for Layer {
    type Err = UnknownName;
    fn from_str(text: &str) -> Result<Self, UnknownName> {
        Self::ALL
            .into_iter()
            .find(|l| l.id() == text)
            .ok_or(UnknownName { what: "layer", allowed: "count, density, probability, gi-star" })
    }
}

/// One class of a legend.
#[derive(Debug, Clone, PartialEq)]
pub struct LegendClass {
    /// What a person reads, such as `3 to 5`.
    pub label: String,
    /// Fill colour, `#rrggbb`.
    pub color: &'static str,
    /// Units in it.
    pub units: u32,
    /// Incidents in those units.
    pub incidents: u64,
}

/// Units with a value: what a map layer draws.
#[derive(Debug, Clone, PartialEq)]
pub struct CellsView {
    /// What the value means.
    pub layer: Layer,
    /// What was counted.
    pub filter: Filter,
    /// H3 resolution; 0 for areas.
    pub resolution: u8,
    /// Rows of the units at that resolution, ascending; the units of class 0 are left out.
    pub units: Vec<u32>,
    /// Incidents, aligned with `units`.
    pub n: Vec<u32>,
    /// Value, aligned with `units`.
    pub value: Vec<f64>,
    /// Class, aligned with `units`: index into `legend`.
    pub class: Vec<u8>,
    /// Classes; the first (class 0) is drawn empty.
    pub legend: Vec<LegendClass>,
    /// Incidents in all units that the filter counts.
    pub total: u64,
}

/// Hotspots of one strand.
#[derive(Debug, Clone, PartialEq)]
pub struct HotspotsView {
    /// The analysis.
    pub analysis: StrandAnalysis,
    /// The factor of the rule: hot means a rate above this many times the study area's.
    pub threshold: f64,
    /// Name of the reference measure.
    pub reference: String,
}

/// One reporting area (borough).
#[derive(Debug, Clone, PartialEq)]
pub struct AreaRow {
    /// Code; empty for a non-geographic one.
    pub code: String,
    /// Name.
    pub name: String,
    /// Incidents.
    pub n: u64,
    /// Residents, if fit for a rate.
    pub residents: Option<u32>,
    /// Incidents per 1,000 residents a year with exact 95 % Poisson limits: rate, lower, upper.
    pub rate: Option<[f64; 3]>,
}

/// Incidents by reporting area, with what lies in none.
#[derive(Debug, Clone, PartialEq)]
pub struct AreasView {
    /// What was counted.
    pub filter: Filter,
    /// By area.
    pub rows: Vec<AreaRow>,
    /// Mapped or known to an area, but in none of these.
    pub elsewhere: u64,
    /// Online.
    pub online: u64,
    /// No place.
    pub no_place: u64,
    /// All of them.
    pub total: u64,
}

/// What a release says of itself.
#[derive(Debug, Clone, PartialEq)]
pub struct ReleaseView {
    /// Identifier.
    pub id: String,
    /// Last month of the window.
    pub month: Month,
    /// Window of the hotspots.
    pub window: MonthRange,
    /// Months that the facts cover.
    pub months: MonthRange,
    /// State of the store, `YYYY-MM-DD`.
    pub as_known_on: String,
    /// Class.
    pub class: DataClass,
    /// Licence or source statement.
    pub licence: Option<String>,
    /// Name of the study area.
    pub study_area: String,
    /// West, south, east, north in degrees.
    pub bounds: [f64; 4],
    /// Resolution of the hotspots; 0 for areas.
    pub resolution: u8,
    /// Resolutions that can be asked for; empty for areas.
    pub resolutions: Vec<u8>,
    /// Account of every row.
    pub reconciliation: Reconciliation,
    /// Mapped, but outside the study area.
    pub outside: u64,
    /// Incidents and number of hotspots by strand; `None` stands for all; no number means "cannot tell".
    pub strands: Vec<(Option<Strand>, u32, Option<u32>)>,
    /// Reference measure of the hotspot rule.
    pub reference: String,
    /// Factor of the hotspot rule.
    pub threshold: f64,
    /// Breaks of the series inside the months covered.
    pub breaks: Vec<SeriesBreak>,
}
