//! Time: trends, emerging patterns, near repeats, repeats, control charts, intervals, delays.
//!
//! | question | here | known elsewhere as |
//! | --- | --- | --- |
//! | does a series rise or fall? | [`mann_kendall::mann_kendall`], [`mann_kendall::mann_kendall_exact`] | `pymannkendall.original_test`, `Kendall::MannKendall` |
//! | how steeply? | [`mann_kendall::sen_slope`] | `trend::sens.slope`, Theil–Sen |
//! | is a hot place new, lasting, growing, or over? | [`emerging::emerging`] | Emerging Hot Spot Analysis (ArcGIS), `sfdep::emerging_hotspot_analysis` |
//! | are events close in space also close in time? | [`knox::knox`] | near-repeat calculator, `NearRepeat` |
//! | the same with one threshold | [`knox::knox_test`] | `pointpats.Knox`, `surveillance::knox` |
//! | what share of incidents follows another near by? | [`near_repeats::NearRepeatRecord`] | near-repeat share |
//! | how many victims or places are hit again, and how much do they bear? | [`repeats::repeats`] | repeat victimisation, 80-20 analysis |
//! | how soon? | [`repeats::time_to_next`], [`survival::kaplan_meier`] | `survival::survfit` |
//! | is the latest value unlike the baseline? | [`control_chart::xmr`] | *Making Data Count*, `NHSRplotthedots`, `qicharts2` |
//! | the same for counts, over-dispersed counts, rare events | [`control_chart`] | c, u, g and t charts |
//! | when did it happen, if only an interval is known? | [`aoristic::aoristic_week`], [`aoristic::aoristic_months`] | aoristic analysis, `crimepy.aoristic` |
//! | how many will have been reported in the end? | [`delay::nowcast`] | chain ladder, `surveillance::nowcast` |

pub mod aoristic;
pub mod control_chart;
pub mod delay;
pub mod emerging;
pub mod knox;
pub mod mann_kendall;
pub mod near_repeats;
pub mod repeats;
pub mod survival;
