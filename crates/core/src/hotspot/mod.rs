//! The hotspot: a connected place whose rate is very likely above a stated multiple of the study area's.
//!
//! | question | here | known elsewhere as |
//! | --- | --- | --- |
//! | which places are hot? | [`detect::detect`], [`analysis::Analysis`] | no peer |
//! | how sure is it? | [`evidence::EvidencePolicy`] | no peer |
//! | what does it carry: rates, p and q, cluster, rank? | [`appraisal::Appraisal`], [`denominator::unit_rates`] | each by itself |
//! | is it the one of last month? | [`identity::identify`] | no peer |
//! | does it hang on one person? | [`protection::protect`] | no peer |
//! | is it new, does it change, when in the week is it? | [`history::histories`] | emerging hot spots, XmR, data clock, each by itself |
//! | what did an attack set off? | [`event::effects`] | interrupted time series |
//! | is it a place effect, or only by events? | [`attribution::attributions`] | no peer |
//! | all three of every hotspot of a release? | [`over_time::OverTime`] | no peer |
//! | where are reports to be expected and few come? | [`silence::silence`]; of a release: [`engagement::SilenceMap`] | Preventing Hate Dashboard (New York), without a model |
//! | how much would reporting have to differ before the order changes? | [`silence::reporting_sensitivity`] | partial identification |
//! | would patrols by this map make it come true? | [`lock_in::lock_in`]; of a release: [`feedback::Feedback`] | urn of Ensign and others |

pub mod analysis;
pub mod appraisal;
pub mod attribution;
pub mod denominator;
pub mod detect;
pub mod engagement;
pub mod event;
pub mod evidence;
pub mod feedback;
#[cfg(test)]
mod fixture;
pub mod history;
pub mod identity;
pub mod lock_in;
pub mod over_time;
pub mod protection;
pub mod repeat_rule;
pub mod robustness;
pub mod scan_clusters;
pub mod silence;

use crate::incident::Strand;
use crate::month::MonthRange;
use crate::rate::shrinkage::GammaPrior;
use appraisal::Standing;
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
    /// Whether it would still be one if any one of its incidents were not there.
    pub stands_without_one: bool,
    /// Incidents of each strand in the window (strands overlap), in the order of [`Strand::ALL`].
    pub strands: [u32; Strand::ALL.len()],
    /// Incidents by month of the window.
    pub months: Vec<u32>,
    /// In how many of the settings it is hot; empty where that was not asked.
    pub robustness: HotspotRobustness,
    /// How sure it is, and what else it carries.
    pub standing: Standing,
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
