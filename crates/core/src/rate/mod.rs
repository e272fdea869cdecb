//! Rates of counts: limits, comparison and shrinkage.
//!
//! | question | here | known elsewhere as |
//! | --- | --- | --- |
//! | how far may a count be from its rate? | [`poisson::exact_limits`] | Garwood; `poisson.test` in R |
//! | the same, by formula | [`poisson::byar_limits`] | Byar; `byars_lower` of PHEindicatormethods |
//! | a rate per 100,000 with limits, as public-health tools print it | [`poisson::rate`] | `phe_rate`: exact below 10, Byar from 10 |
//! | how far may a share be off? | [`proportion::clopper_pearson_limits`], which keeps its level | `binom.test` |
//! | the same, as public-health tools print it | [`proportion::wilson_limits`], which does not | `phe_proportion`, `prop.test` |
//! | by how much do two rates differ? | [`ratio::rate_ratio`] | `poisson.test` with two counts |
//! | how has a rolling sum changed? | [`ratio::rolling_change`] | rolling 12 months against the 12 before |
//! | do two counts differ? | [`e_test::e_test`] | E-test; `ptools::e_test`, `scipy.stats.poisson_means_test` |
//! | did an action change a place and those round it? | [`displacement::weighted_displacement`] | WDD; `ptools::wdd` |
//! | is a run within a moving window surprising? | [`naus::naus`] | Naus' scan statistic; `ptools::scanw` |
//! | which rates are high, allowing for small numbers? | [`shrinkage::fit_gamma_poisson`] | Clayton–Kaldor empirical Bayes; `DCluster::empbaysmooth` |
//! | the same when a few places are of another kind than the many? | [`free_form::fit_free_form`] | NPMLE; `REBayes`, `ebnm` |
//! | how sure is their order? | [`rank::rank_intervals`] | ranks of a league table |
//! | the same drawn to the mean by moments | [`empirical_bayes::marshall_rates`] | Marshall; `esda.Empirical_Bayes`, `spdep::EBest` |
//! | rates fit for Moran's I | [`crate::local::standardized_rate`] | Assunção–Reis; `esda.assuncao_rate` |
//! | which units are further off than chance allows? | [`funnel::funnel`] | funnel plot; `FunnelPlotR`, Fingertips |
//! | is an area's mix out of line? | [`location_quotient::location_quotient`] | location quotient |
//! | is a share less than the need's? | [`location_quotient::share_gaps`] | allocation against need |
//!
//! ```
//! use hotspot_core::rate::{fit_gamma_poisson, poisson};
//!
//! let [lo, hi] = poisson::exact_limits(5, 0.95);
//! assert!((lo - 1.623486).abs() < 1e-6 && (hi - 11.668332).abs() < 1e-6);
//!
//! let prior = fit_gamma_poisson(&[0, 1, 0, 9, 2, 0], &[1.0, 2.0, 1.5, 1.0, 2.0, 1.0])?;
//! let fourth = prior.posterior(9, 1.0);
//! assert!(fourth.mean() < 9.0 && fourth.exceedance(2.0) > 0.95);
//! # Ok::<(), hotspot_core::Error>(())
//! ```

mod beta;
pub(crate) mod draw;
mod gamma;

pub mod displacement;
pub mod e_test;
pub mod empirical_bayes;
pub mod free_form;
pub mod funnel;
pub mod location_quotient;
pub mod naus;
pub mod poisson;
pub mod proportion;
pub mod rank;
pub mod ratio;
pub mod shrinkage;

pub(crate) use beta::beta_quantile;
pub use displacement::weighted_displacement;
pub use e_test::e_test;
pub use empirical_bayes::marshall_rates;
pub use funnel::funnel;
pub(crate) use gamma::{Tail, normal_quantile};
pub use location_quotient::{location_quotient, share_gaps};
pub use naus::naus;
pub use poisson::{byar_limits, exact_limits, phe_limits, rate};
pub use proportion::{clopper_pearson_limits, wilson_limits};
pub use rank::rank_intervals;
pub use ratio::{rate_ratio, rolling_change};
pub use shrinkage::{GammaPosterior, GammaPrior, fit_gamma_poisson};
