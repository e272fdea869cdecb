//! Time: trends, emerging patterns, near repeats, repeats, control charts, intervals, delays.
//!
//! | question | here | known elsewhere as |
//! | --- | --- | --- |
//! | does a series rise or fall? | [`mann_kendall::mann_kendall`], [`mann_kendall::mann_kendall_exact`] | `pymannkendall.original_test`, `Kendall::MannKendall` |
//! | how steeply? | [`mann_kendall::sen_slope`] | `trend::sens.slope`, Theil–Sen |

pub mod mann_kendall;
