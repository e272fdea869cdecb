//! The hotspot: a connected place whose rate is very likely above a stated multiple of the study area's.
//!
//! | question | here | known elsewhere as |
//! | --- | --- | --- |
//! | which places are hot? | [`detect::detect`], [`analysis::Analysis`] | no peer |
//! | is it the one of last month? | [`identity::identify`] | no peer |
//! | does it hang on one person? | [`protection::protect`] | no peer |
//! | is it new, does it change, when in the week is it? | [`history::histories`] | emerging hot spots, XmR, data clock, each by itself |
//! | what did an attack set off? | [`event::effects`] | interrupted time series |
//! | is it a place effect, or only by events? | [`attribution::attributions`] | no peer |
//! | where are reports to be expected and few come? | [`silence::silence`] | Preventing Hate Dashboard (New York), without a model |
//! | how much would reporting have to differ before the order changes? | [`silence::reporting_sensitivity`] | partial identification |
//! | would patrols by this map make it come true? | [`lock_in::lock_in`] | urn of Ensign and others |

pub mod analysis;
pub mod attribution;
pub mod detect;
pub mod event;
#[cfg(test)]
mod fixture;
pub mod history;
pub mod identity;
pub mod lock_in;
pub mod protection;
pub mod repeat_rule;
pub mod robustness;
pub mod scan_clusters;
pub mod silence;

use crate::incident::Strand;
use crate::month::MonthRange;
use crate::rate::shrinkage::GammaPrior;
use geo::MultiPolygon;
use identity::{Ended, Identity};
use robustness::HotspotRobustness;

/// A number with its 95 % interval.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Estimate {
    /// Posterior mean.
    pub mean: f64,
    /// Lower end.
    pub lo: f64,
    /// Upper end.
    pub hi: f64,
}

/// A place found by [`detect::detect`].
#[derive(Debug, Clone, PartialEq)]
pub struct Hotspot {
    /// Who it is: the identifier lasts from release to release.
    pub identity: Identity,
    /// 1 for the largest excess of incidents over expectation.
    pub rank: u32,
    /// Postcode district and compass part of the borough, such as `SE15, north of Southwark`.
    pub name: String,
    /// Code of the borough of the peak unit, if any.
    pub area_code: Option<String>,
    /// Rows of its units at the release's resolution, ascending.
    pub units: Vec<u32>,
    /// Row of the unit with the highest posterior mean.
    pub peak: u32,
    /// Outline, WGS84 degrees.
    pub outline: MultiPolygon<f64>,
    /// Square kilometres inside the study area.
    pub area_km2: f64,
    /// Incidents in the window: the sum over its units.
    pub n: u32,
    /// Expected number if incidents followed the reference measure.
    pub expected: f64,
    /// Relative rate: how many times the study area's rate, with 95 % credible interval.
    pub ratio: Estimate,
    /// P(relative rate > threshold).
    pub probability: f64,
    /// Incidents of each strand in the window (strands overlap), in the order of [`Strand::ALL`].
    pub strands: [u32; Strand::ALL.len()],
    /// Incidents by month of the window.
    pub months: Vec<u32>,
    /// In how many of the settings it is hot; empty where that was not asked.
    pub robustness: HotspotRobustness,
}

impl Hotspot {
    /// Why this is a hotspot, in a sentence with its n, period and unit.
    pub fn sentence(&self, window: MonthRange) -> String {
        format!(
            "{} recorded incident{} in {} ({window}) where {:.1} would be expected from the reference measure; its rate is estimated at {:.1} times that of the study area (95 % interval {:.1} to {:.1}; estimates from few incidents are drawn towards 1).",
            self.n,
            if self.n == 1 { "" } else { "s" },
            if window.len() == 1 { "1 month".to_owned() } else { format!("{} months", window.len()) },
            self.expected,
            self.ratio.mean,
            self.ratio.lo,
            self.ratio.hi,
        )
    }
}

/// Why an analysis has or has not got hotspots.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Enough incidents: the list stands, even when it is empty.
    Analysed,
    /// Fewer incidents than the rule needs: no list, and nothing may be read from its absence.
    CannotTell {
        /// The least that would do.
        minimum: u32,
    },
}

/// The hotspots of one strand, or of all records.
#[derive(Debug, Clone, PartialEq)]
pub struct StrandAnalysis {
    /// Strand, or all records.
    pub strand: Option<Strand>,
    /// Window.
    pub window: MonthRange,
    /// Incidents in units in the window.
    pub n: u32,
    /// Whether there is an answer.
    pub verdict: Verdict,
    /// Prior of the relative rate, if fitted.
    pub prior: Option<GammaPrior>,
    /// Hotspots by rank.
    pub hotspots: Vec<Hotspot>,
    /// Hotspots of the release before that this one does not have.
    pub ended: Vec<Ended>,
}
