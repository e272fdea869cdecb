//! Rates of counts: limits and shrinkage.
//!
//! | question | here | known elsewhere as |
//! | --- | --- | --- |
//! | how far may a count be from its rate? | [`poisson::exact_limits`] | Garwood; `poisson.test` in R |
//! | the same, by formula | [`poisson::byar_limits`] | Byar; PHEindicatormethods |
//! | which rates are high, allowing for small numbers? | [`shrinkage::fit_gamma_poisson`] | Clayton–Kaldor empirical Bayes; `DCluster::empbaysmooth` |
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

mod gamma;
pub mod poisson;
pub mod shrinkage;

pub use poisson::{byar_limits, exact_limits};
pub use shrinkage::{GammaPosterior, GammaPrior, fit_gamma_poisson};
