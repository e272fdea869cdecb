//! Draws from gamma and normal distributions: the same seed and stream give the same numbers.

use super::shrinkage::GammaPosterior;
use rand_pcg::Pcg64;
use rand_pcg::rand_core::Rng;

/// Draws from a gamma distribution (Marsaglia and Tsang, *ACM Trans. Math. Softw.* 26, 2000).
pub(crate) struct Draw {
    /// Of the shape, or the shape plus 1 where it is below 1.
    d: f64,
    c: f64,
    /// 1 / shape where that is below 1, else 0.
    power: f64,
    scale: f64,
}

impl Draw {
    pub(crate) fn new(posterior: &GammaPosterior) -> Self {
        let small = posterior.shape < 1.0;
        let d = posterior.shape + if small { 1.0 } else { 0.0 } - 1.0 / 3.0;
        Self { d, c: 1.0 / (9.0 * d).sqrt(), power: if small { 1.0 / posterior.shape } else { 0.0 }, scale: 1.0 / posterior.rate }
    }

    /// A rate; where it is too small for a double, its logarithm, which is negative and sorts right among all others.
    pub(crate) fn rate(&self, random: &mut Random) -> f64 {
        let value = loop {
            let x = random.normal();
            let root = 1.0 + self.c * x;
            if root <= 0.0 {
                continue;
            }
            let v = root * root * root;
            let u = random.uniform();
            let square = x * x;
            if u < 1.0 - 0.0331 * square * square || u.ln() < 0.5 * square + self.d * (1.0 - v + v.ln()) {
                break self.d * v * self.scale;
            }
        };
        if self.power == 0.0 {
            return value;
        }
        let log = random.uniform().ln() * self.power;
        let scaled = value * log.exp();
        if scaled > 1e-290 { scaled } else { value.ln() + log }
    }
}

/// A stream of random numbers.
pub(crate) struct Random<'a> {
    bits: Pcg64,
    ziggurat: &'a Ziggurat,
}

impl<'a> Random<'a> {
    /// The stream of a number under a seed.
    pub(crate) fn new(seed: u64, stream: u32, ziggurat: &'a Ziggurat) -> Self {
        Self { bits: Pcg64::new(u128::from(seed) << 64 | u128::from(stream), u128::from(stream)), ziggurat }
    }

    /// In (0, 1).
    pub(crate) fn uniform(&mut self) -> f64 {
        ((self.bits.next_u64() >> 11) as f64 + 0.5) * (1.0 / (1_u64 << 53) as f64)
    }

    pub(crate) fn normal(&mut self) -> f64 {
        loop {
            let bits = self.bits.next_u64();
            // The lowest bits choose a layer, the highest a place from -1 to 1.
            let layer = (bits & 255) as usize;
            let place = (bits >> 11) as f64 * (1.0 / (1_u64 << 52) as f64) - 1.0;
            let z = place * self.ziggurat.edge[layer];
            if z.abs() < self.ziggurat.edge[layer + 1] {
                return z;
            }
            if layer == 0 {
                let beyond = self.beyond();
                return if place < 0.0 { -beyond } else { beyond };
            }
            let [low, high] = [self.ziggurat.height[layer], self.ziggurat.height[layer + 1]];
            if low + self.uniform() * (high - low) < (-0.5 * z * z).exp() {
                return z;
            }
        }
    }

    /// A normal variable beyond the last layer (Marsaglia 1964).
    fn beyond(&mut self) -> f64 {
        loop {
            let x = -self.uniform().ln() / Ziggurat::LAST;
            if -2.0 * self.uniform().ln() > x * x {
                return Ziggurat::LAST + x;
            }
        }
    }
}

/// 256 layers of equal area under the normal curve (Marsaglia and Tsang, *J. Stat. Softw.* 5, 2000): nearly every draw is one
/// product and one comparison.
pub(crate) struct Ziggurat {
    /// Right edge of each layer; the lowest one's is that of a rectangle of the same area, tail included.
    edge: [f64; 257],
    /// Height of the curve there.
    height: [f64; 257],
}

impl Ziggurat {
    /// Where the tail begins.
    const LAST: f64 = 3.654_152_885_361_009;
    /// Area of a layer.
    const AREA: f64 = 0.004_928_673_233_974_655;

    pub(crate) fn new() -> Self {
        let curve = |x: f64| (-0.5 * x * x).exp();
        let mut edge = [0.0; 257];
        edge[0] = Self::AREA / curve(Self::LAST);
        edge[1] = Self::LAST;
        for i in 2..256 {
            edge[i] = (-2.0 * (Self::AREA / edge[i - 1] + curve(edge[i - 1])).ln()).sqrt();
        }
        Self { edge, height: edge.map(curve) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn posterior(shape: f64, rate: f64) -> GammaPosterior {
        GammaPosterior { shape, rate }
    }

    #[test]
    fn draws_have_the_quantiles_of_the_posterior() {
        let ziggurat = Ziggurat::new();
        // Kolmogorov: the largest distance of 200,000 draws from the distribution is below 1.95/√n with 99.9 % probability.
        for (shape, rate) in [(0.03, 1.0), (0.5, 2.0), (1.0, 1.0), (4.0, 0.3), (900.0, 450.0)] {
            let truth = posterior(shape, rate);
            let (draw, mut random) = (Draw::new(&truth), Random::new(11, 0, &ziggurat));
            let mut values: Vec<f64> = (0..200_000).map(|_| draw.rate(&mut random)).collect();
            values.sort_by(f64::total_cmp);
            let far = values
                .iter()
                .enumerate()
                .map(|(i, v)| (truth.cdf(v.max(0.0)) - (i as f64 + 0.5) / 200_000.0).abs())
                .fold(0.0, f64::max);
            assert!(far < 1.95 / 200_000_f64.sqrt(), "{shape} {rate}: {far}");
        }
    }

    #[test]
    fn normal_draws_are_normal_in_the_middle_and_in_the_tails() {
        let ziggurat = Ziggurat::new();
        // The layers meet at the top of the curve.
        assert!((ziggurat.edge[255] * (1.0 - ziggurat.height[255]) - Ziggurat::AREA).abs() < 1e-12);
        let mut random = Random::new(5, 1, &ziggurat);
        let n = 2_000_000;
        let mut beyond = [0_u32; 5];
        let (mut sum, mut squares) = (0.0, 0.0);
        for _ in 0..n {
            let z = random.normal();
            (sum, squares) = (sum + z, squares + z * z);
            for (count, limit) in beyond.iter_mut().zip([-2.0, -0.1, 0.7, 3.0, 3.8]) {
                *count += u32::from(z > limit);
            }
        }
        for (count, p) in beyond.iter().zip([0.977249868, 0.539827837, 0.241963652, 0.001349898, 0.0000723480]) {
            let (expected, spread) = (p * f64::from(n), (p * (1.0 - p) * f64::from(n)).sqrt());
            assert!((f64::from(*count) - expected).abs() < 4.0 * spread, "{count} is not {expected}");
        }
        assert!((sum / f64::from(n)).abs() < 4.0 / f64::from(n).sqrt());
        assert!((squares / f64::from(n) - 1.0).abs() < 4.0 * (2.0 / f64::from(n)).sqrt());
    }
}
