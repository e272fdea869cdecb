//! Are p values, intervals and discoveries what they say? Calibration of the statistics, family by family.
//!
//! * [`exact`]: the distribution of exact p values over *all* arrangements of small data sets, and of those of counts by summation.
//! * [`monte_carlo`]: simulated p values over many data sets in which nothing is associated with anything.
//! * [`interval`]: the probability that an interval holds the true value, summed exactly where there is a distribution to sum.
//! * [`bayes`]: posterior probabilities, ranks and nowcasts under their own model.
//! * [`discovery`]: the share of false discoveries, in nulls and in mixtures of dependent units.
//!
//! A short form by default, about twenty seconds of one core; `HOTSPOT_PROVE=1` takes more data sets and finer grids. Each line that is
//! printed (`-- --nocapture`) begins with what was tested and gives the seed where there is one.
#![expect(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    clippy::print_stdout,
    clippy::cast_precision_loss,
    reason = "a test asks how long a form to run, prints its figures, and fails by panicking"
)]

mod bayes;
mod discovery;
mod draws;
mod exact;
mod interval;
mod monte_carlo;

use hotspot_core::weights::SpatialWeights;

/// `short`, or `long` when proofs are asked for.
fn form<T>(short: T, long: T) -> T {
    if std::env::var_os("HOTSPOT_PROVE").is_some() { long } else { short }
}

/// A torus of `width` by `height` units in which each touches four.
fn torus(width: u32, height: u32) -> SpatialWeights {
    let lists: Vec<[u32; 4]> = (0..width * height)
        .map(|unit| {
            let (x, y) = (unit % width, unit / width);
            let at = |x: u32, y: u32| y % height * width + x % width;
            [at(x + 1, y), at(x + width - 1, y), at(x, y + 1), at(x, y + height - 1)]
        })
        .collect();
    SpatialWeights::from_lists(&lists).unwrap()
}
