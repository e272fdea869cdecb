//! Places drawn anew within what is known of them.

use rand_pcg::Pcg64;
use rand_pcg::rand_core::Rng;
use std::f64::consts::TAU;

/// Draws after which a place stays as recorded: the disc then lies all but outside the study area.
const MOST_DRAWS: u32 = 64;

/// Points drawn uniformly from a disc, one after the other: the first inside the study area is taken.
///
/// Every incident has a stream of its own by seed, number of the redraw, position, and which of the incidents at that position it is.
#[derive(Debug)]
pub(super) struct Redraw {
    random: Pcg64,
    at: [f64; 2],
    radius_m: f64,
    left: u32,
}

impl Redraw {
    pub(super) fn new(seed: u64, redraw: u32, at: [f64; 2], occurrence: u32, radius_m: f64) -> Self {
        let state = u128::from(seed) << 64 | u128::from(redraw) << 32 | u128::from(occurrence);
        // The generator drops the highest bit of its stream: not the sign.
        let stream = u128::from(at[0].to_bits().rotate_left(1)) << 64 | u128::from(at[1].to_bits());
        Self { random: Pcg64::new(state, stream), at, radius_m, left: MOST_DRAWS }
    }

    /// Uniform in [0, 1).
    fn unit(&mut self) -> f64 {
        (self.random.next_u64() >> 11) as f64 / (1_u64 << 53) as f64
    }
}

impl Iterator for Redraw {
    type Item = [f64; 2];

    fn next(&mut self) -> Option<[f64; 2]> {
        self.left = self.left.checked_sub(1)?;
        let (radius, angle) = (self.radius_m * self.unit().sqrt(), TAU * self.unit());
        Some([self.at[0] + radius * angle.cos(), self.at[1] + radius * angle.sin()])
    }
}
