//! Tests of the method itself: what a forecast caught, how concentrated crime is, and whether a pattern lasts.
//!
//! | question | here | known elsewhere as |
//! | --- | --- | --- |
//! | how much of later crime did the flagged area catch? | [`pai::pai`] | PAI, PEI, PEI*, SER; `ptools::pai` |
//! | would the places named this month have held the next month's? | [`backtest::backtest`] | rolling-origin evaluation; NIJ forecasting challenge |
//! | did an area grow more than the rest? | [`pai::recapture_rate_index`] | RRI (Levine) |
//! | how concentrated is crime? | [`concentration::concentration`] | (generalised) Gini; `lorenzgini` |
//! | is that more than chance? | [`concentration::random_benchmark`] | no peer |
//! | who holds what share of harm or resources? | [`concentration::lorenz`] | Lorenz curve |
//! | is one method better over the same months? | [`stability::wilcoxon_signed_rank`] | `wilcox.test(paired = TRUE)` |
//! | do two patterns agree, unit by unit? | [`stability::sppt`] | spatial point pattern test |
//! | do the top places stay? | [`stability::top_overlap`] | Jaccard index of the top k |
//! | of planted hotspots, what was found? | [`recovery::recovery`] | no peer |

pub mod backtest;
pub mod concentration;
pub mod pai;
pub mod recovery;
pub mod stability;

pub use backtest::backtest;
pub use concentration::{concentration, lorenz, random_benchmark};
pub use pai::pai;
pub use recovery::{PlantedRecovery, Recovery, Strength, recovery};
pub use stability::{sppt, top_overlap, wilcoxon_signed_rank};
