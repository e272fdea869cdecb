//! Random numbers of the distributions that the simulations need.

use rand::RngExt;
use rand_pcg::Pcg64;

/// A stream of its own for each data set.
pub struct Draws(Pcg64);

impl Draws {
    pub fn new(seed: u64, set: usize) -> Self {
        Self(Pcg64::new(u128::from(seed) << 64 | set as u128, set as u128))
    }

    /// Uniform in (0, 1].
    pub fn unit(&mut self) -> f64 {
        1.0 - self.0.random::<f64>()
    }

    /// Uniform in 0 to `end` − 1.
    pub fn below(&mut self, end: usize) -> usize {
        self.0.random_range(0..end)
    }

    pub fn normal(&mut self) -> f64 {
        (-2.0 * self.unit().ln()).sqrt() * (std::f64::consts::TAU * self.unit()).cos()
    }

    /// Of rate 1 (Marsaglia and Tsang 2000).
    pub fn gamma(&mut self, shape: f64) -> f64 {
        if shape < 1.0 {
            let lift = self.unit().powf(1.0 / shape);
            return self.gamma(shape + 1.0) * lift;
        }
        let d = shape - 1.0 / 3.0;
        loop {
            let x = self.normal();
            let v = (1.0 + x / (9.0 * d).sqrt()).powi(3);
            if v > 0.0 && self.unit().ln() < 0.5 * x * x + d - d * v + d * v.ln() {
                return d * v;
            }
        }
    }

    pub fn poisson(&mut self, mean: f64) -> u32 {
        let (mut n, mut left) = (0, mean);
        while left > 0.0 {
            let part = left.min(16.0);
            left -= part;
            let mut product = self.unit();
            while product > (-part).exp() {
                n += 1;
                product *= self.unit();
            }
        }
        n
    }
}
